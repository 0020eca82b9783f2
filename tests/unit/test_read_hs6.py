"""The Harmonized System: chapters, headings, subheadings by their parents."""

import pytest
from pure import formats, load

tariff = load("formats.tariff")

HEADER = "section,hscode,description,parent,level\n"
ROWS = (
    "I,0101,Horses,01,4\n"
    'I,010121,"Horses; live, pure-bred",0101,6\n'
    "I,01,Animals; live,TOTAL,2\n"
)


def read(rows):
    return tariff.read("hs.csv", (HEADER + rows).encode())


def test_tree_by_parents():
    document = read(ROWS)
    assert document.format == "hs6"
    assert [(row.code, row.row, row.parent_row) for row in document.codes] == [
        ("01", 4, None),
        ("0101", 2, 4),
        ("010121", 3, 2),
    ]
    assert document.codes[2].description == "Horses; live, pure-bred"
    assert not any(row.declarable for row in document.codes)
    assert document.flags == []
    assert document.measures == []


@pytest.mark.parametrize(
    ("row", "reason", "kept"),
    [
        ("I,01012,Horses,0101,5\n", "bad_hs_code", 3),
        ("I,Total,All,,0\n", "bad_hs_code", 3),
        ("I,0101,Horses again,01,4\n", "duplicate_code", 3),
        ("I,010221,Cattle,0102,6\n", "unknown_parent", 4),
        ("I,0102,,01,4\n", "no_description", 4),
    ],
)
def test_doubtful_row(row, reason, kept):
    document = read(ROWS + row)
    assert [flag.reason for flag in document.flags] == [reason]
    assert reason in formats.errors.WARNINGS
    assert len(document.codes) == kept


def test_root_is_no_code():
    assert len(read("I,TOTAL,All,,0\n" + ROWS).codes) == 3


@pytest.mark.parametrize("content", [b"", b"  \n"])
def test_empty_file(content):
    with pytest.raises(formats.FormatError) as caught:
        tariff.read("hs.csv", content, format="hs6")
    assert caught.value.code == "tariff_empty"
