"""TARIC files: measures with components, tables of duties, nomenclature."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from pure import formats, load

taric = load("formats.tariff.taric")
preferences = load("formats.tariff.taric_preferences")
nomenclature = load("formats.tariff.taric_nomenclature")
errors = load("formats.errors")
D = Decimal

MEASURES = (
    "measure_sid,measure_type_id,geographical_area_id,goods_nomenclature_item_id,"
    "validity_start_date,validity_end_date,measure_generating_regulation_id,"
    "stopped_flag,ordernumber,additional_code_type_id,additional_code_id,"
    "reduction_indicator"
)
COMPONENTS = (
    "measure_sid,goods_nomenclature_item_id,duty_expression_id,duty_amount,"
    "monetary_unit_code,measurement_unit_code,measurement_unit_qualifier_code"
)


def csv(header, *rows):
    """Return a CSV file as somebody saves it on Windows."""
    return ("\ufeff" + "\r\n".join([header, *rows]) + "\r\n").encode()


def read(measures, components, **options):
    """Read the two files, made of rows without their headers."""
    pair = [
        ("measures.csv", csv(MEASURES, *measures)),
        ("components.csv", csv(COMPONENTS, *components)),
    ]
    assert taric.matches("", pair)
    document = taric.read("", pair, **options)
    for flag in document.flags:  # every reason has its sentence
        fields = {name: getattr(flag, name) for name in flag.__slots__}
        assert errors.WARNINGS[flag.reason] % fields
    return document


def measure(sid="7", code="0201100000", kind="103", area="1011", start="13/04/2019"):
    return f"{sid},{kind},{area},{code},{start},,M1900010,f,,,,"


def component(sid="7", code="0201100000", rate="01,12.8,,,"):
    return f"{sid},{code},{rate}"


def only(document):
    (row,) = document.measures
    return row


def reasons(document):
    return [flag.reason for flag in document.flags]


# --- Measures and components ---------------------------------------------------------


def test_compound_rate_of_a_measure():
    document = read([measure()], [component(), component(rate="04,176.8,EUR,DTN,")])
    row = only(document)
    assert (row.code, row.type_code, row.origin, row.key) == ("020110", "103", "", "7")
    assert row.valid_from == date(2019, 4, 13) and row.valid_to is None
    assert row.legal_reference == "M1900010"
    first, second = row.components
    assert (first.kind, first.rate) == ("percent", D("12.8"))
    assert (second.amount, second.currency, second.per, second.unit) == (
        D("176.8"),
        "EUR",
        D(100),
        "kg",
    )
    assert row.rate_text == "12.8 % + 176.8 EUR / 100 kg"
    assert document.row_count == 1 and not document.flags


def test_further_columns():
    line = "8,143,IS,0302430000,2020-01-01,2020-02-14,R1,f,090001,4,123,2"
    row = only(read([line], [component("8", "0302430000", "01,0,,,")]))
    assert (row.origin, row.order_number) == ("IS", "090001")
    assert (row.additional_code, row.reduction_indicator) == ("4123", "2")
    assert row.valid_to == date(2020, 2, 14)
    assert row.components[0].rate == 0  # duty free because the file says so


def test_order_of_files_and_rows_does_not_matter():
    pair = [
        ("c", csv(COMPONENTS, component(rate="04,5,EUR,HLT,"), component())),
        ("m", csv(MEASURES, measure())),
    ]
    row = only(taric.read("", pair))
    assert [part.kind for part in row.components] == ["percent", "specific"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("0100000000", "01"),
        ("1000000000", "10"),
        ("0101000000", "0101"),
        ("0201100000", "020110"),
        ("0102291000", "01022910"),
        ("0102291010", "0102291010"),
        ("0000000000", "00"),  # never "", which is every code
    ],
)
def test_codes_lose_trailing_pairs_of_zeros(code, expected):
    row = only(read([measure(code=code)], [component(code=code)]))
    assert row.code == expected


@pytest.mark.parametrize(
    ("rates", "detail"),
    [
        (["88,5,,,"], "unknown duty expression"),
        (["01,5,,,", "01,6,,,"], "more than once"),
        (["01,5,EUR,ZZZ,"], "unknown unit"),
        (["01,5,EUR,DTN,Q"], "unknown unit"),
        (["01,5,ZZZ,,"], "unknown currency"),
        (["01,,,,"], "amount required"),
        (["01,-5,,,"], "negative"),
        (["01,five,,,"], "amount required"),
    ],
)
def test_contradicting_components_are_flagged_not_free(rates, detail):
    document = read([measure()], [component(rate=rate) for rate in rates])
    row = only(document)
    assert row.components is None and row.problem == "bad_components"
    assert reasons(document) == ["bad_components"]
    assert detail in document.flags[0].text
    assert row.rate_text  # what stands in the file is kept


def test_a_measure_without_components_has_no_rate():
    document = read([measure(), measure("9", "0202100000")], [component()])
    assert [row.components is None for row in document.measures] == [False, True]
    assert reasons(document) == ["no_components"]
    assert document.flags[0].row == 3


def test_orphan_component_is_reported_with_its_own_row():
    document = read([measure()], [component(), component("99", "8708709920")])
    assert reasons(document) == ["orphan_component"]
    assert (document.flags[0].row, document.flags[0].code) == (3, "8708709920")


def test_a_number_used_twice_gives_nobody_its_components():
    document = read([measure(), measure(code="0202100000")], [component()])
    assert [row.components for row in document.measures] == [None, None]
    assert reasons(document) == ["duplicate_key", "duplicate_key"]


def test_component_of_another_code_is_not_believed():
    document = read([measure()], [component(code="0202100000")])
    assert only(document).components is None
    assert reasons(document) == ["component_code"]


def test_measures_without_numbers_are_joined_by_code():
    document = read(
        [measure("", "7307199010"), measure("", "7325991055")],
        [component("", "7325991055", "01,2.7,,,"), component("", "7307199010")],
    )
    rates = [row.components[0].rate for row in document.measures]
    assert rates == [D("12.8"), D("2.7")]
    assert reasons(document) == ["no_key", "no_key"]


def test_supplementary_unit_is_a_unit_not_a_duty():
    row = only(read([measure(kind="109")], [component(rate="99,,,NAR,")]))
    assert row.unit == "pcs" and row.components is None and not row.problem


def test_stopped_measure_is_not_applied():
    document = read([measure().replace(",f,", ",t,")], [component()])
    assert only(document).components is None
    assert reasons(document) == ["stopped_measure"]


@pytest.mark.parametrize(
    ("start", "reason"), [("soon", "bad_row_date"), ("31/02/2019", "bad_row_date")]
)
def test_day_that_cannot_be_read(start, reason):
    document = read([measure(start=start)], [component()])
    assert only(document).components is None
    assert reasons(document) == [reason]


def test_last_day_before_first():
    line = measure().replace("13/04/2019,", "13/04/2019,12/04/2019")
    document = read([line], [component()])
    assert only(document).components is None
    assert reasons(document) == ["dates_reversed"]


@pytest.mark.parametrize("code", ["201100000", "", "02011x0000", "0201.1"])
def test_row_without_a_code_never_becomes_a_measure_on_everything(code):
    document = read([measure(code=code)], [])
    assert not document.measures and document.row_count == 1
    assert reasons(document) == ["bad_code"]


# --- Files ---------------------------------------------------------------------------


def failure(content, reader=taric, **options):
    """Return the code of the error that reading a file ends in."""
    with pytest.raises(formats.FormatError) as raised:
        reader.read("tariff.csv", content, **options)
    assert "tariff.csv" in str(raised.value) or "components" in str(raised.value)
    return raised.value.code


def test_one_file_of_two():
    assert failure(csv(MEASURES, measure())) == "missing_components_file"
    assert failure(csv(COMPONENTS, component())) == "missing_measures_file"
    twice = [("tariff.csv", csv(MEASURES)), ("tariff.csv", csv(MEASURES))]
    assert failure(twice) == "same_kind_twice"


def test_wrong_columns_are_named():
    with pytest.raises(formats.FormatError) as raised:
        taric.read("tariff.csv", csv("measure_sid,colour", "1,red"))
    assert raised.value.code == "missing_columns"
    assert "geographical area id" in str(raised.value)
    assert "colour" in str(raised.value)


def test_size_is_checked_before_anything_else():
    content = csv(MEASURES, *[measure()] * 50)
    assert failure(content, max_bytes=1000) == "tariff_too_large"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "tariff_empty"),
        (b" \r\n ", "tariff_empty"),
        (b"a,b\0c\n1,2,3", "not_text"),
        (b'code,"unfinished\n0101,1', "not_table"),
        (b"PK\x03\x04 no archive", "not_spreadsheet"),
    ],
)
def test_files_that_are_no_tables(content, code):
    assert failure(content) == code
    assert failure(content, nomenclature) == code


def test_archive_that_unpacks_to_gigabytes():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 500_000)
    options = {"max_bytes": 100_000}
    code = failure(packed.getvalue(), preferences, **options)
    assert code == "tariff_too_large"


# --- Tables of duties ----------------------------------------------------------------

DUTIES = (
    "Commodity,Regulation ID,Geographical area,Measure type,Ad valorem,Specific,"
    "Ceiling,Minimum,Specific 2,Date from,Date to"
)


def duties(*rows, header=DUTIES, **options):
    content = csv(header, *rows)
    assert preferences.matches("", content)
    return preferences.read("duties.csv", content, **options)


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ("2.20,,,,", "2.2 %"),
        ("0,,,,", "0 %"),
        (",4.070 EUR / 100 KG ,,,", "4.07 EUR / 100 kg"),
        ("5,1.5 EUR / 100 kg,,,", "5 % + 1.5 EUR / 100 kg"),
        ("16.80,,,0.970 EUR ASV X,", "16.8 % MIN 0.97 EUR / %vol/hl"),
        (
            "1,20.2 EUR / 100 kg,MAX 19.40%,,9.4 EUR / 100 kg",
            "1 % + 20.2 EUR / 100 kg MAX 19.4 % + 9.4 EUR / 100 kg",
        ),
    ],
)
def test_columns_make_one_rate(cells, text):
    row = only(duties(f"0302439000,P19,NO,142,{cells},2020-01-01,2020-02-14"))
    assert row.rate_text == text and row.components
    assert (row.origin, row.type_code, row.code) == ("NO", "142", "03024390")
    assert (row.valid_from, row.valid_to) == (date(2020, 1, 1), date(2020, 2, 14))


def test_drained_weight():
    row = only(duties("0711903000,,NO,142,1,7.58 EUR / 100 kg / net drained wt,,,,,"))
    assert row.components[1].weight_basis == "drained"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (",,,,", "no_components"),
        ("0.00,,MAX 17.90%,,", "ceiling_alone"),
        ("5,3 EUR / barrow,,,", "rate_not_read"),
        ("a lot,,,,", "rate_not_read"),
    ],
)
def test_what_is_no_rate_is_never_free(cells, reason):
    document = duties(f"0302439000,P19,NO,142,{cells},,")
    assert only(document).components is None
    assert reasons(document) == [reason]


def test_table_of_third_country_duties():
    header = "Real comm code,Ad Valorem,Specific,Min"
    row = only(duties("0201100000,,12.8 % + 176.8 EUR/100 kg,", header=header))
    assert (row.type_code, row.origin, len(row.components)) == ("103", "", 2)
    document = duties("0201100000,5,,", header=header, measure_type="142")
    assert only(document).type_code == "142"


# --- Nomenclature --------------------------------------------------------------------

NAMES = (
    "goods_nomenclature_sid;goods_nomenclature_item_id;producline_suffix;"
    "validity_start_date;leaf;number_indents;description"
)


def tree(*rows, header=NAMES):
    content = csv(header, *rows)
    assert nomenclature.matches("", content)
    return nomenclature.read("names.csv", content)


def test_tree_by_order_and_indents():
    document = tree(
        "1;0100000000;80;1971-12-31 00:00:00;0;0;LIVE ANIMALS",
        "2;0101000000;80;1972-01-01 00:00:00;0;0;Live horses",
        "3;0101210000;10;2012-01-01 00:00:00;0;1;Horses",
        "4;0101210000;80;2012-01-01 00:00:00;1;2;Pure-bred",
        "5;0101300000;80;2012-01-01 00:00:00;1;1;Weighing 50|kg or more",
        "6;0200000000;80;1971-12-31 00:00:00;0;0;MEAT",
    )
    found = [(row.row, row.parent_row, row.declarable) for row in document.codes]
    assert found == [
        (2, None, False),
        (3, 2, False),
        (4, 3, False),
        (5, 4, True),
        (6, 3, True),
        (7, None, False),
    ]
    assert document.codes[4].description == "Weighing 50 kg or more"
    assert not document.flags


def test_suffix_orders_lines_of_one_code():
    document = tree(
        "2;0101000000;80;;0;0;Live horses",
        "4;0101210000;80;;1;2;Pure-bred",
        "3;0101210000;10;;1;1;Horses",
    )
    assert [row.suffix for row in document.codes] == ["80", "10", "80"]
    assert document.codes[2].parent_row == document.codes[1].row
    assert reasons(document) == ["leaf_with_children"]


def test_only_suffix_80_can_be_declared():
    document = tree("1;0101210000;10;;1;1;Horses")
    assert not document.codes[0].declarable


def test_leaves_are_found_where_the_file_does_not_mark_them():
    header = "goods_nomenclature_item_id;producline_suffix;number_indents"
    document = tree("0101000000;80;0", "0101210000;80;1", header=header)
    assert [row.declarable for row in document.codes] == [False, True]
    # no description at all is said once, not for every row
    assert reasons(document) == ["no_descriptions"]
    assert document.codes[1].description == "0101210000"


def test_lines_that_contradict_the_tree():
    document = tree(
        "1;0101000000;80;;0;0;Horses",
        "2;0101210000;80;;1;3;Pure-bred",
        "3;0101290000;80;;1;x;Other",
        "4;010130;80;;1;1;Asses",
        "5;0101900000;80;never;1;1;",
    )
    assert sorted(reasons(document)) == [
        "bad_code",
        "bad_indent",
        "bad_indent",
        "bad_row_date",
        "no_description",
    ]
    assert len(document.codes) == 4


def test_marks_of_taric_texts():
    assert nomenclature.clean_text("CO@2 < 5!o!|C!1!m$2") == "CO2 < 5° C m2"
