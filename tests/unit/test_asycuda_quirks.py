"""ASYCUDA World: spellings of empty elements, numbers, dates, rates and files."""

import datetime
from decimal import Decimal

import pytest
from fixtures.builder import build_sad, item, tax
from pure import formats

CIF = "Valuation/Total_CIF"
DATE = datetime.date


def read(*args, **facts):
    return formats.read("sad.xml", build_sad(*args, **facts))


@pytest.mark.parametrize("empty", ["null", "short", "pair"])
@pytest.mark.parametrize("indent", [True, False])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [True, False])
def test_layout_makes_no_difference(empty, indent, newline, bom):
    layout = {"empty": empty, "indent": indent, "newline": newline, "bom": bom}
    assert read(**layout) == read()


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(encoding):
    text = build_sad(importer=("1", "Société Générale")).decode()
    content = text.replace('"UTF-8"', f'"{encoding}"').encode(encoding)
    assert formats.read("x", content).header.importer.name == "Société Générale"


def test_white_space_before_the_declaration():
    assert formats.read("x", b"\r\n  " + build_sad()) == read()


def test_unknown_elements_comments_and_instructions_are_ignored():
    content = build_sad()
    noisy = content.replace(
        b"<Property>", b"<National_box><a>1</a></National_box><Property>"
    )
    noisy = noisy.replace(
        b"<Number>4711</Number>", b"<Number>47<!-- x -->11<?pi?></Number><Scan>9</Scan>"
    )
    assert formats.read("x", noisy) == formats.read("x", content)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("887349.0", "887349"),
        ("887349", "887349"),
        ("1.0623724E7", "10623724"),
        ("1.5e-3", "0.0015"),
        ("-12.50", "-12.5"),
        ("+3", "3"),
        (".5", "0.5"),
        ("7.", "7"),
        ("0.0", "0"),
        ("1,618.00", "1618"),
        ("1,618,000", "1618000"),
        ("1 618", "1618"),
        ("1\u00a0618.5", "1618.5"),
        (" 42 ", "42"),
    ],
)
def test_numbers(written, value):
    assert read(overrides={CIF: written}).header.customs_value == Decimal(value)


def test_no_number_is_not_zero():
    assert read(overrides={CIF: None}).header.customs_value is None
    assert read(overrides={CIF: "0.0"}).header.customs_value == 0


def test_decimal_package_counts():
    assert read([item(packages="0.06")]).items[0].packages == Decimal("0.06")


@pytest.mark.parametrize("written", ["8", "8.0", "8.00"])
def test_whole_numbers(written):
    assert read(declared_items=written).totals.items == 8


# === Dates ===#


def registered(date, document_date="", **options):
    goods = item(documents=(("380", "", "I-1", document_date),))
    sad = build_sad(
        [goods], registration=("C", "1", date), assessment=None, notice=False
    )
    return formats.read("sad.xml", sad, **options)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("8/24/16", DATE(2016, 8, 24)),
        ("24/8/16", DATE(2016, 8, 24)),
        ("08/24/2016", DATE(2016, 8, 24)),
        ("24.08.2016", DATE(2016, 8, 24)),
        ("24-8-16", DATE(2016, 8, 24)),
        ("2016-08-24", DATE(2016, 8, 24)),
        ("2016-08-24T10:15:00Z", DATE(2016, 8, 24)),
        ("8/24/16 10:15 AM", DATE(2016, 8, 24)),
    ],
)
def test_dates_that_explain_themselves(written, value):
    document = registered(written)
    assert document.header.registration.date == value
    assert document.warnings == ()


def test_another_date_of_the_file_tells_the_order():
    assert registered("3/5/26", "2/18/26").header.registration.date == DATE(2026, 3, 5)
    assert registered("3/5/26", "18/2/26").header.registration.date == DATE(2026, 5, 3)


def test_month_first_is_assumed_and_told():
    document = registered("3/5/26")
    assert document.header.registration.date == DATE(2026, 3, 5)
    (warning,) = document.warnings
    assert warning.code == "ambiguous_dates"
    assert warning.values == {"value": "3/5/26", "read_as": "2026-03-05"}


def test_nothing_is_told_where_the_order_does_not_matter():
    assert registered("5/5/26").warnings == ()


@pytest.mark.parametrize(
    ("order", "value"), [("mdy", DATE(2026, 3, 5)), ("dmy", DATE(2026, 5, 3))]
)
def test_the_order_may_be_given(order, value):
    document = registered("3/5/26", date_order=order)
    assert document.header.registration.date == value
    assert document.warnings == ()


def test_the_order_given_must_be_known():
    with pytest.raises(ValueError, match="date_order"):
        registered("3/5/26", date_order="ymd")


def test_a_document_date_that_is_none_is_left_empty_and_told():
    document = registered("2026-03-05", "last week")
    assert document.items[0].documents[0].date is None
    (warning,) = document.warnings
    assert (warning.code, warning.values["value"]) == ("bad_date", "last week")
    assert "item 1" in warning


def test_an_impossible_date_is_an_error_whatever_the_order():
    with pytest.raises(formats.FormatError, match="0/3/26"):
        registered("0/3/26")


# === Rates ===#


def read_rate(base, rate, amount, **goods):
    line = tax("CID", base, rate, amount)
    goods = {"value": "5000", "net": "46.2", "gross": "50", **goods}
    document = read([item(taxes=[line], **goods)])
    found = document.items[0].taxes[0]
    return found, [warning.code for warning in document.warnings]


@pytest.mark.parametrize(
    ("base", "rate", "amount", "kind", "value"),
    [
        ("5000", "20.0", "1000.00", "percent", "20"),  # as percent
        ("5000", "0.2", "1000", "percent", "20"),  # as fraction
        ("6155", "0.2", "1231", "percent", "20"),  # fraction of value and duty
        ("5000", "1.5", "7500", "percent", "150"),  # fraction above one
        ("5000", "150", "7500", "percent", "150"),
        ("5000", "12.5 %", "625", "percent", "12.5"),  # says so itself
        ("5000", "0.0", "0", "percent", "0"),
        ("46", "20.0", "924", "specific", "20"),  # per kg, base rounded
        ("46", "20.0", "920", "specific", "20"),  # fits a fraction of 2000 % as well
        ("100", "1.5", "150", "specific", "1.5"),  # per supplementary unit
        ("46", "0.5", "23", "specific", "0.5"),  # per kg, below one
        ("33", "20.0", "660", "specific", "20"),  # quantity the file does not show
    ],
)
def test_rates(base, rate, amount, kind, value):
    found, warnings = read_rate(base, rate, amount)
    assert (found.rate_kind, found.rate) == (kind, Decimal(value))
    assert found.base_kind == ("quantity" if kind == "specific" else "value")
    assert found.rate_raw == rate
    assert warnings == []


@pytest.mark.parametrize(
    ("base", "rate", "amount"), [("5000", "20", "777"), ("5000", "exempt", "12")]
)
def test_a_rate_that_explains_nothing_is_unknown_never_zero(base, rate, amount):
    found, warnings = read_rate(base, rate, amount)
    assert (found.rate, found.rate_kind, found.rate_raw) == (None, "", rate)
    assert found.amount_assessed == Decimal(amount)
    assert warnings == ["unread_rate"]


@pytest.mark.parametrize(("base", "rate"), [("", "22"), ("0", "22"), ("5000", "0.0")])
def test_fixed_amounts(base, rate):
    found, warnings = read_rate(base, rate, "22")
    assert (found.rate_kind, found.rate, warnings) == ("fixed", None, [])


def test_relief_leaves_the_rate_unknown_without_a_warning():
    found, warnings = read_rate("5000", "20", "0")
    assert (found.rate, found.amount_assessed, warnings) == (None, 0, [])


def test_a_line_without_rate():
    found, warnings = read_rate("5000", "", "22")
    assert (found.rate, found.rate_kind, found.rate_raw, warnings) == (None, "", "", [])
    assert read_rate("", "", "22")[0].rate_kind == "fixed"


# === Missing parts ===#


def test_almost_nothing_but_the_root():
    document = formats.read(
        "x", b"<ASYCUDA><Item><Packages>1</Packages></Item></ASYCUDA>"
    )
    assert not document.is_assessed and not document.is_official
    assert (
        document.header.invoice == document.items[0].invoice == formats.document.Money()
    )
    assert document.header.customs_value is None
    problems = formats.control_problems(document)
    assert [problem.code for problem in problems] == ["no_office"]


def test_blank_slots_of_global_taxes():
    blank = b"<Global_tax_item><Global_tax_code/><Global_tax_Base/></Global_tax_item>"
    content = build_sad(global_lines=[("ENV", "10", "1")])
    content = content.replace(b"</Global_taxes>", blank + b"</Global_taxes>", 1)
    (fee,) = formats.read("x", content).header_taxes
    assert fee.code == "ENV"
