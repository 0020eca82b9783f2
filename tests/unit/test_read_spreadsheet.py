"""A tariff in a spreadsheet: header, codes, rates and days, and what is refused."""

import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from pure import formats, load

tariff = load("formats.tariff")

HEADER = ("Code", "Description", "Rate", "Unit", "Valid from", "Valid to")
ROW = ("01012100", "Horses", "5%", "kg", "2024-01-01", "2024-12-31")


def csv_file(*rows, header=HEADER, delimiter=",", encoding="utf-8"):
    lines = [delimiter.join(map(str, row)) for row in (header, *rows)]
    return "\n".join(lines).encode(encoding)


def workbook(*rows, formats=None, merged=()):
    """Return an XLSX file; ``formats`` are number formats by cell."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    for cells in merged:
        sheet.merge_cells(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def old_workbook(*rows, percent=(), days=(), merged=()):
    """Return an XLS file; cells are given as ``(row, column)`` from 0."""
    xlwt = pytest.importorskip(
        "xlwt", reason="xlwt writes the XLS files of these tests"
    )
    book = xlwt.Workbook()
    sheet = book.add_sheet("Tariff")
    styles = {
        **{place: xlwt.easyxf(num_format_str="0%") for place in percent},
        **{place: xlwt.easyxf(num_format_str="YYYY-MM-DD") for place in days},
    }
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if value is not None:
                style = styles.get((row, column))
                sheet.write(row, column, value, *([style] if style else []))
    for first_row, last_row, first, last, value in merged:
        sheet.write_merge(first_row, last_row, first, last, value)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(content, **options):
    return tariff.read("tariff", content, **options)


def read_rate(rate, header="Rate", **options):
    """Return the document of one row with a rate."""
    return read(csv_file(("01012100", rate), header=("Code", header)), **options)


def reasons(document):
    return [flag.reason for flag in document.flags]


# --- Files ---------------------------------------------------------------------------


def check_plain(document):
    [code] = document.codes
    [measure] = document.measures
    assert (code.code, code.description, code.units) == ("01012100", "Horses", ("kg",))
    assert code.declarable
    assert measure.components[0].rate == 5
    assert measure.rate_text == "5%"
    assert (measure.valid_from, measure.valid_to) == (
        date(2024, 1, 1),
        date(2024, 12, 31),
    )
    assert document.flags == []
    assert document.row_count == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_file(delimiter, encoding):
    document = read(csv_file(ROW, delimiter=delimiter, encoding=encoding))
    assert document.format == "spreadsheet"
    check_plain(document)


def test_text_in_an_old_encoding():
    content = csv_file(
        ("01012100", "Chevaux reproducteurs à l’élevage", "5 %"),
        header=("Position tarifaire", "Libellé", "Droits de douane"),
        delimiter=";",
        encoding="cp1252",
    )
    assert read(content).codes[0].description == "Chevaux reproducteurs à l’élevage"


def test_xlsx():
    row = ("01012100", "Horses", 0.05, "kg", datetime(2024, 1, 1), date(2024, 12, 31))
    check_plain(read(workbook(HEADER, row, formats={"C2": "0.00%"})))


def test_xls():
    row = ("01012100", "Horses", 0.05, "kg", date(2024, 1, 1), date(2024, 12, 31))
    content = old_workbook(HEADER, row, percent=[(1, 2)], days=[(1, 4), (1, 5)])
    check_plain(read(content))


def test_text_date_in_workbook():
    check_plain(read(workbook(HEADER, ROW)))


def test_header_below_titles():
    content = workbook(
        ("Customs tariff of the Republic, 2024",),
        (),
        ("Ministry of Finance", None, "Edition of January, all rates"),
        HEADER,
        ROW,
        merged=["A1:F1"],
    )
    document = read(content)
    check_plain(document)
    assert document.measures[0].row == 5


def test_titles_with_other_signs_do_not_hide_the_delimiter():
    content = b"Tariff, as amended, of 1 January, 2024\n" + csv_file(ROW, delimiter=";")
    check_plain(read(content))


def test_sheet_with_the_table():
    book = openpyxl.Workbook()
    book.active.append(("Notes to the tariff",))
    sheet = book.create_sheet("Rates")
    sheet.append(HEADER)
    sheet.append(ROW)
    content = io.BytesIO()
    book.save(content)
    check_plain(read(content.getvalue()))


@pytest.mark.parametrize(
    "header",
    [
        ("HS Code", "Duty rate"),
        ("Commodity code", "Duty"),
        ("Tariff", "Rate"),
        ("Code", "Tariff"),
        ("Código arancelario", "Derecho de importación"),
        ("Position tarifaire", "Taux"),
        ("Warennummer", "Zollsatz"),
        ("NCM", "Alíquota"),
        ("H.S. CODE", "Import Duty 2024 (%)"),
    ],
)
def test_header_names(header):
    document = read(csv_file(("01012100", "5%"), header=header))
    assert document.measures[0].components[0].rate == 5


def test_repeated_header_is_no_row():
    document = read(csv_file(ROW, HEADER, ("01012900", "Other", "6%")))
    assert [row.code for row in document.codes] == ["01012100", "01012900"]
    assert document.flags == []


# --- Refused files -------------------------------------------------------------------


def refusal(content, **options):
    with pytest.raises(formats.FormatError) as caught:
        read(content, format="spreadsheet", **options)
    return caught.value


@pytest.mark.parametrize(
    "content",
    [b"", b" \n\t", b"\0\0"],
)
def test_empty_file(content):
    assert refusal(content).code == "tariff_empty"


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (("Code", "Description"), "rate"),
        (("Description", "Rate"), "code"),
        (("One", "Two"), "code, rate"),
    ],
)
def test_missing_columns(header, missing):
    error = refusal(csv_file(("a", "b"), header=header))
    assert (error.code, error.values["missing"]) == ("no_header", missing)
    assert header[0] in str(error)


def test_merged_header():
    content = workbook(
        ("Code", "Description", "Duty rate", None), ROW[:4], merged=["C1:D1"]
    )
    error = refusal(content)
    assert (error.code, error.values["cells"]) == ("merged_header", "C1:D1")
    assert "Unmerge" in str(error)


def test_merged_header_of_an_old_workbook():
    content = old_workbook(("Code",), ROW[:3], merged=[(0, 0, 1, 2, "Rate")])
    assert refusal(content).values["cells"] == "B1:C1"


def test_header_merged_over_rows_only():
    content = workbook(
        ("Code", "Rate"), (None, None), ("01012100", "5%"), merged=["A1:A2", "B1:B2"]
    )
    assert read(content).measures[0].components[0].rate == 5


def test_two_columns_of_one_name():
    error = refusal(csv_file(("01012100", "5%", "6%"), header=("Code", "Rate", "Duty")))
    assert (error.code, error.values["cells"]) == ("same_header", "B1 and C1")


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 no archive",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no workbook",
        workbook(HEADER, ROW)[:-200],
    ],
)
def test_damaged_workbook(content):
    assert refusal(content).code == "not_spreadsheet"


def test_too_large():
    assert refusal(csv_file(ROW), max_bytes=20).code == "tariff_too_large"


def test_binary_file():
    assert refusal(b"Code,Rate\n\0\1\2\3").code == "not_text"


def test_stray_quotation_mark():
    assert refusal(b'Code,Rate\n0101,"5%"x\n0102,"6%\n').code == "not_table"


def test_unknown_format():
    with pytest.raises(formats.FormatError) as caught:
        read(b"<tariff/>")
    assert caught.value.code == "unknown_tariff_format"
    with pytest.raises(ValueError, match="unknown format"):
        read(csv_file(ROW), format="nonsense")


# --- Rates ---------------------------------------------------------------------------


def test_rate_texts():
    [measure] = read_rate("12.8 % + 176.8 EUR/100 kg").measures
    assert [part.kind for part in measure.components] == ["percent", "specific"]


def test_free():
    assert read_rate("Free").measures[0].components == ()


def test_dollar_of_the_tariff():
    [measure] = read_rate("$5/kg").measures
    assert measure.components[0].currency == ""
    [measure] = read_rate("$5/kg", currency="JMD").measures
    assert measure.components[0].currency == "JMD"


@pytest.mark.parametrize("header", ["Rate (%)", "Duty rate %", "duty_percent"])
@pytest.mark.parametrize(("rate", "expected"), [("5", 5), ("0", 0), ("7.5", "7.5")])
def test_bare_number_under_a_percent_header(header, rate, expected):
    [measure] = read_rate(rate, header).measures
    assert measure.components[0].rate == Decimal(expected)
    assert measure.rate_text == f"{rate}%"


def test_percent_cell():
    content = workbook(
        ("Code", "Rate"), ("01012100", 0.075), ("01012900", 5), formats={"B2": "0.0%"}
    )
    document = read(content)
    percent, bare = document.measures
    assert (percent.components[0].rate, percent.rate_text) == (Decimal("7.5"), "7.5%")
    assert bare.components is None
    assert reasons(document) == ["bare_number"]


@pytest.mark.parametrize(
    ("rate", "reason"),
    [
        ("5", "bare_number"),
        ("0", "bare_number"),
        ("5 EUR/furlong", "rate_not_read"),
        ("5 XYZ/kg", "rate_not_read"),
        ("as agreed", "rate_not_read"),
        ("kg", "rate_not_read"),
        ("No change", "rate_not_read"),
        ("-5%", "negative_rate"),
        ("10% + -3 EUR/kg", "negative_rate"),
    ],
)
def test_unread_rate_is_never_free(rate, reason):
    document = read_rate(rate)
    [measure] = document.measures
    assert measure.components is None
    assert measure.problem
    assert reasons(document) == [reason]
    assert document.flags[0].text == rate


def test_negative_percent():
    document = read_rate("-5", "Rate %")
    assert document.measures[0].components is None
    assert reasons(document) == ["negative_rate"]


def test_unknown_unit():
    document = read(
        csv_file(("01012100", "5%", "furlong"), header=("Code", "Rate", "Unit"))
    )
    assert reasons(document) == ["unknown_unit"]


def test_code_without_rate():
    document = read(csv_file(("0101", ""), ("01012100", "5%"), ("0102", ""),
                             header=("Code", "Rate")))  # fmt: skip
    assert [(flag.code, flag.reason) for flag in document.flags] == [
        ("0102", "no_rate")
    ]
    assert len(document.measures) == 1


# --- Codes ---------------------------------------------------------------------------


def test_tree_by_digits():
    document = read(
        csv_file(("0101", ""), ("010121", "5%"), ("01.01.21.00", ""), ("0102", "9%"),
                 header=("Code", "Rate")),
        code_length=8,
    )  # fmt: skip
    assert [
        (row.code, row.indent, row.parent_row, row.declarable) for row in document.codes
    ] == [
        ("0101", 0, None, False),
        ("010121", 1, 2, False),
        ("01012100", 2, 3, True),
        ("0102", 0, None, False),
    ]


@pytest.mark.parametrize("cell", ["C", 0])
def test_lost_leading_zero(cell):
    """A spreadsheet makes 1012100 of 01012100, as a number or as its text."""
    value = "1012100" if cell == "C" else 1012100
    content = workbook(("Code", "Rate"), (value, "5%"))
    document = read(content)
    assert (reasons(document), document.measures) == (["code_lost_zero"], [])
    document = read(content, code_length=8)
    assert reasons(document) == ["code_padded"]
    assert document.measures[0].code == "01012100"


def test_lost_leading_zero_of_an_odd_length():
    content = workbook(("Code", "Rate"), (1012100000, "5%"))
    document = read(content, code_length=11)
    assert document.measures[0].code == "01012100000"
    assert reasons(document) == ["code_padded"]


@pytest.mark.parametrize(
    ("code", "reason", "kept"),
    [
        ("0101x", "bad_code", 0),
        ("1", "bad_code", 0),
        ("", "row_without_code", 0),
        ("0101210000", "code_too_long", 0),
        ("010121", "code_length", 1),
        ("123456789", "code_lost_zero", 0),
    ],
)
def test_doubtful_code(code, reason, kept):
    document = read(csv_file((code, "5%"), header=("Code", "Rate")), code_length=8)
    assert reason in reasons(document)
    assert len(document.measures) == kept


def test_duplicates():
    header = ("Code", "Rate", "From", "To")
    document = read(
        csv_file(
            ("01012100", "5%", "2023-01-01", "2023-12-31"),
            ("01012100", "6%", "2024-01-01", ""),  # other days: no contradiction
            ("01012100", "6%", "2024-01-01", ""),
            ("01012900", "7%", "", ""),
            ("01012900", "8%", "2024-01-01", ""),
            header=header,
        )
    )
    assert reasons(document) == ["duplicate_row", "conflicting_rates"]
    assert [(row.code, row.components is None) for row in document.measures] == [
        ("01012100", False),
        ("01012100", False),
        ("01012900", True),
        ("01012900", True),
    ]
    assert "7% / 8%" in document.measures[2].problem
    assert len(document.codes) == 2


# --- Days ----------------------------------------------------------------------------


def read_days(*texts, **options):
    rows = [(f"0101{place:04}", "5%", text) for place, text in enumerate(texts)]
    return read(csv_file(*rows, header=("Code", "Rate", "Valid from")), **options)


@pytest.mark.parametrize(
    ("text", "expected", "doubts"),
    [
        ("2024-03-04", date(2024, 3, 4), []),
        ("4.3.2024", date(2024, 3, 4), []),
        ("25/03/2024", date(2024, 3, 25), []),
        ("03/25/2024", date(2024, 3, 25), []),
        ("03/03/2024", date(2024, 3, 3), []),
        ("04/03/2024", date(2024, 3, 4), ["ambiguous_date"]),
    ],
)
def test_day(text, expected, doubts):
    document = read_days(text)
    assert document.measures[0].valid_from == expected
    assert reasons(document) == doubts


def test_order_of_the_file():
    days = [row.valid_from for row in read_days("04/03/2024", "03/25/2024").measures]
    assert days == [date(2024, 4, 3), date(2024, 3, 25)]
    document = read_days("04/03/2024", date_order="mdy")
    assert document.measures[0].valid_from == date(2024, 4, 3)
    assert document.flags == []


@pytest.mark.parametrize("text", ["soon", "31.02.2024", "2024", "13/13/2024"])
def test_unread_day_leaves_the_rate_open(text):
    document = read_days(text)
    assert reasons(document) == ["bad_row_date"]
    assert document.measures[0].components is None
    assert text in document.measures[0].problem


def test_reversed_days():
    document = read(csv_file((*ROW[:4], "2024-12-31", "2024-01-01")))
    assert reasons(document) == ["dates_reversed"]
    assert document.measures[0].components is None


SPREADSHEET_FLAGS = """
    ambiguous_date bad_code bad_row_date bare_number code_length code_lost_zero
    code_padded code_too_long conflicting_rates dates_reversed duplicate_row
    negative_rate no_rate rate_not_read row_without_code unknown_unit
"""


@pytest.mark.parametrize("reason", SPREADSHEET_FLAGS.split())
def test_every_flag_has_a_sentence(reason):
    values = {"row": 7, "code": "0101", "text": "text", "field": "rate"}
    assert "7" in formats.errors.WARNINGS[reason] % values
