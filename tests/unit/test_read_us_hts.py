"""The schedule of the United States: tree by indents, rates, inheritance."""

import csv
import io
import json
from decimal import Decimal

import pytest
from pure import formats, load

tariff = load("formats.tariff")

HEADER = (
    "HTS Number",
    "Indent",
    "Description",
    "Unit of Quantity",
    "General Rate of Duty",
    "Special Rate of Duty",
    "Column 2 Rate of Duty",
    "Quota Quantity",
    "Additional Duties",
)


def schedule(*rows, header=HEADER, encoding="utf-8-sig"):
    """Return a file of rows ``(code, indent, description, *further cells)``."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for row in rows:
        writer.writerow([*row, *[""] * (len(header) - len(row))])
    return text.getvalue().encode(encoding)


def read(*rows, **options):
    return tariff.read("hts.csv", schedule(*rows), **options)


def rates_of(document, code, column="general"):
    """Return what a look-up by the longest prefix finds."""
    rows = [row for row in document.measures if row.type_code == column]
    codes = [row.code for row in rows if code.startswith(row.code)]
    longest = max(codes, key=len, default=None)
    return [(row.rate_text, row.claims) for row in rows if row.code == longest]


def reasons(document):
    return [flag.reason for flag in document.flags]


TREE = (
    ("0101", 0, "Live horses:"),
    ("", 1, "Horses:"),
    ("0101.21.00", 2, "Purebred", "", "Free", "", "Free"),
    ("0101.21.00.10", 3, "Males", '["No."]'),
    ("0101.29.00", 2, "Other", "", "1¢/kg", "Free (A+,AU, S)", "20%"),
    ("0101.29.00.10", 3, "For <i>slaughter</i><br/>soon", '["No.","<u>kg</u>"]'),
    ("0101.30.00.00", 1, "Asses", '["No."]', "6.8%", "Free (A) 3.2% (JP)", "15%"),
)


def test_tree_follows_indents():
    document = read(*TREE)
    assert document.format == "us_hts"
    assert document.row_count == 7
    assert [(row.code, row.indent, row.parent_row) for row in document.codes] == [
        ("0101", 0, None),
        ("", 1, 2),
        ("01012100", 2, 3),
        ("0101210010", 3, 4),
        ("01012900", 2, 3),
        ("0101290010", 3, 6),
        ("0101300000", 1, 2),
    ]
    assert [row.code for row in document.codes if row.declarable] == [
        "0101210010",
        "0101290010",
        "0101300000",
    ]
    assert document.codes[5].description == "For slaughter soon"
    assert document.codes[5].units == ("No.", "kg")
    assert document.flags == []


def test_measures():
    document = read(*TREE)
    found = {(row.code, row.type_code, row.claims): row for row in document.measures}
    assert found["01012100", "general", ()].components == ()
    assert found["01012900", "general", ()].components[0].amount == Decimal("0.01")
    assert found["01012900", "special", ("A+", "AU", "S")].components == ()
    assert found["0101300000", "special", ("JP",)].components[0].rate == Decimal("3.2")
    assert ("01012100", "special", ()) not in found
    assert len(found) == len(document.measures) == 9


def test_statistical_lines_inherit():
    document = read(*TREE)
    assert rates_of(document, "0101290010") == [("1¢/kg", ())]
    assert rates_of(document, "0101290010", "special") == [("Free", ("A+", "AU", "S"))]
    assert rates_of(document, "0101210010", "special") == []


def test_line_inherits_from_a_line_that_is_no_prefix():
    """By indent 0201.20.02 stands under 0201.20.01, whose digits do not begin it."""
    document = read(
        ("0201", 0, "Meat:"),
        ("0201.20", 1, "Cuts:", "", "8%"),
        ("0201.20.01", 2, "First", "", "4¢/kg", "Free (S) 2% (JP)", "10%"),
        ("0201.20.02", 3, "Of which second", '["kg"]'),
        ("0201.20.02.10", 4, "Third", '["kg"]'),
        ("0201.20.09", 2, "Other", '["kg"]'),
    )
    for code in ("02012002", "0201200210"):
        assert rates_of(document, code) == [("4¢/kg", ())]
        assert rates_of(document, code, "column2") == [("10%", ())]
        assert rates_of(document, code, "special") == [
            ("Free", ("S",)),
            ("2%", ("JP",)),
        ]
    assert rates_of(document, "02012009") == [("8%", ())]
    assert reasons(document).count("rate_not_read") == 0


def test_lines_of_another_heading_give_nothing():
    document = read(
        ("0101.30.00.00", 1, "Asses", '["No."]', "6.8%"),
        ("0102.21.00.10", 3, "Male", '["No."]'),
    )
    assert rates_of(document, "0102210010") == []
    assert "no_rate" in reasons(document)


def test_unread_rates_are_flagged_and_never_free():
    document = read(
        ("9903.80.01", 0, "Steel", "", "The duty provided in the applicable subheading"
         " + 25%", "No change", "No change"),
        ("9903.80.02", 0, "Other", "", "See additional U.S. note 5", "Free"),
    )  # fmt: skip
    assert [row.components for row in document.measures] == [None] * 5
    assert all(row.problem for row in document.measures)
    assert reasons(document).count("rate_not_read") == 5
    assert document.measures[0].rate_text.endswith("+ 25%")


def test_one_unread_special_rate_does_not_hide_the_others():
    document = read(
        ("0402.10.50", 0, "Milk", '["kg"]', "5%", "Free (BH) See 9822.04.15 (AU)", "9%")
    )
    special = [row for row in document.measures if row.type_code == "special"]
    assert [(row.claims, row.components) for row in special] == [
        (("BH",), ()),
        (("AU",), None),
    ]
    assert [(flag.reason, flag.text) for flag in document.flags] == [
        ("rate_not_read", "See 9822.04.15")
    ]


def test_quota_and_additional_duty_are_flagged():
    document = read(
        ("0402.10.50", 0, "Milk", '["kg"]', "5%", "", "", "12 t", "66.6¢/kg"),
        ("0402.10.60", 0, "Milk", '["kg"]', "5%", "", "", "", "No additional duty"),
    )
    assert [(flag.reason, flag.text) for flag in document.flags] == [
        ("additional_duty", "66.6¢/kg"),
        ("quota_quantity", "12 t"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("0101.2x", 0, "Horses", "", "5%"), "bad_hts_number"),
        (("0101.21.00", "x", "Horses", "", "5%"), "bad_indent"),
        (("0101.21.00", 3, "Horses", "", "5%"), "bad_indent"),
        (("", 0, "Horses", "", "5%"), "rate_without_code"),
        (("0101.21.00", 0, "Horses", '["furlong"]', "5%"), "unknown_unit"),
        (("0101.21.00", 0, "Horses", '["kg"', "5%"), "unknown_unit"),
        (("0101.21.00", 0, "Horses", "", "5 stones"), "rate_not_read"),
        (("0101.21.00", 0, "Horses", "", "-5%"), "rate_not_read"),
        (("0101.21.00", 0, "Horses"), "no_rate"),
    ],
)
def test_doubtful_row(row, reason):
    document = read(row)
    assert reason in reasons(document)
    assert reason in formats.errors.WARNINGS
    assert not any(measure.components == () for measure in document.measures)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ('["No.","kg"]', ("No.", "kg")),
        ('["No. and kg"]', ("No.", "kg")),
        ('["m<sup>3<\\/sup>"]', ("m3",)),
        ("doz.", ("doz.",)),
        ('["", "kg"]', ("kg",)),
        ("", ()),
    ],
)
def test_units(printed, expected):
    document = read(("0101.21.00", 0, "Horses", printed, "5%"))
    assert document.codes[0].units == expected


def test_short_headers_of_another_export():
    header = ("HTS No.", "Indent", "Description", "Unit of Quantity", "General")
    row = ("0101.21.00", "0", "Horses", json.dumps(["No."]), "5%")
    document = tariff.read("hts.csv", schedule(row, header=header, encoding="utf-8"))
    assert document.format == "us_hts"
    assert rates_of(document, "01012100") == [("5%", ())]


def test_missing_column():
    content = schedule(("0101", 0, "Horses"), header=HEADER[:3])
    with pytest.raises(formats.FormatError) as caught:
        tariff.read("hts.csv", content, format="us_hts")
    assert caught.value.code == "missing_columns"
    assert "general" in str(caught.value)
