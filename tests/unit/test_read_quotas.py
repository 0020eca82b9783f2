"""Quotas and the Meursing table."""

from datetime import date
from decimal import Decimal

import pytest
from pure import formats, load

quotas = load("formats.tariff.quotas")
meursing = load("formats.tariff.meursing")
D = Decimal


def definition(number="098201", origin="EU", **cells):
    """Return a row of the definitions; ``cells`` replaces some by their position."""
    row = [number, "122 Non preferential tariff quota", "FCFS", "2019-04-13"]
    row += ["2019-06-30", "78", "143307080.00", "KGM", "3", "N", "90"]
    row += ["", "", "", "", origin]
    for name, value in cells.items():
        row[int(name.removeprefix("c"))] = value
    return ",".join(f'"{cell}"' for cell in row)


def link(code="72081000", number="098201", origin="EU", rate="0.00", rest=",,,,"):
    return f"{code},{number},{origin},{rate},{rest}"


def read(*files, **options):
    content = [
        (f"{place}.csv", "\n".join(rows).encode()) for place, rows in enumerate(files)
    ]
    assert quotas.matches("", content)
    return quotas.read("", content, **options)


def reasons(document):
    return [flag.reason for flag in document.flags]


def test_definition_by_the_place_of_its_cells():
    document = read([definition(), definition("094155", "CH", c2="Licensed", c9="Y")])
    first, second = document.quotas
    assert (first.order_number, first.administration) == ("098201", "fcfs")
    assert (first.valid_from, first.valid_to) == (date(2019, 4, 13), date(2019, 6, 30))
    assert (first.volume, first.unit) == (D(143307080), "kg")
    assert (first.state, first.critical_threshold) == ("open", D(90))
    assert first.origins == ("EU",)
    assert (second.administration, second.state) == ("licensed", "critical")
    assert not document.flags


def test_volume_in_hundreds_is_turned_into_the_unit():
    document = read([definition(c6="12.5", c7="DTN", origin="1011")])
    assert (document.quotas[0].volume, document.quotas[0].unit) == (D(1250), "kg")
    assert document.quotas[0].origins == ()


def test_codes_know_type_and_days_from_the_definitions():
    later = definition(c3="2019-07-01", c4="2019-09-30", c5="91")
    document = read([definition(), later], [link(), link("7212503090", rate="2.5")])
    first, second = document.measures
    assert (first.type_code, first.type_name) == (
        "122",
        "Non preferential tariff quota",
    )
    assert (first.code, first.order_number, first.origin) == ("720810", "098201", "EU")
    assert (first.valid_from, first.valid_to) == (date(2019, 4, 13), date(2019, 9, 30))
    assert first.components[0].rate == 0 and second.components[0].rate == D("2.5")
    assert not document.flags


def test_codes_alone_say_that_the_type_is_assumed():
    document = read([link(), link()], measure_type="143")
    assert {row.type_code for row in document.measures} == {"143"}
    assert reasons(document) == ["quota_type_assumed"]


@pytest.mark.parametrize(
    ("cells", "reason", "kept"),
    [
        ({"c2": "Lottery"}, "bad_quota", 0),
        ({"c3": "spring"}, "bad_quota", 0),
        ({"c6": "-1"}, "bad_quota", 0),
        ({"c6": ""}, "bad_quota", 0),
        ({"c5": "77"}, "quota_days", 1),
        ({"c4": "2019-04-01"}, "dates_reversed", 1),
        ({"c7": "barrow"}, "unknown_unit", 1),
    ],
)
def test_definitions_with_faults(cells, reason, kept):
    document = read([definition("098299"), definition(**cells)])
    assert reasons(document) == [reason]
    assert len(document.quotas) == 1 + kept


def test_rows_that_stand_twice():
    document = read([definition(), definition(), definition(c6="5.00")])
    assert reasons(document) == ["duplicate_row", "quota_conflict"]
    assert len(document.quotas) == 2


@pytest.mark.parametrize(
    "row", [link(rate=""), link(rate="free"), link(rate="-1"), link(rest="5 EUR,,,,")]
)
def test_duty_within_the_quota_that_is_not_read_is_not_free(row):
    document = read([definition()], [row])
    assert document.measures[0].components is None
    assert reasons(document) == ["rate_not_read"]


def test_link_to_a_quota_that_is_not_defined():
    document = read([definition()], [link(number="098999")])
    assert reasons(document) == ["quota_not_defined"]
    assert document.measures[0].order_number == "098999"


def test_other_files_are_refused():
    assert not quotas.matches("quotas.csv", b"order,number\n1,2")
    with pytest.raises(formats.FormatError) as raised:
        quotas.read("quotas.csv", b"order,number\n1,2")
    assert raised.value.code == "missing_columns"


# --- Meursing ------------------------------------------------------------------------

TABLE = b"""{
 "key_000": {"milk_fat": "0 - 1.49", "milk_protein": "2.5-11.99",
             "starch": "0 - 4.99", "sucrose": "70 or more"},
 "key_785": {"milk_fat": "85 or more", "milk_protein": null,
             "starch": "0 - 3.9", "sucrose": "5 or more"}}"""


def test_meursing_table():
    assert meursing.matches("m.json", TABLE)
    document = meursing.read("m.json", TABLE)
    first, second = document.meursing
    assert (first.code, second.code) == ("7000", "7785")
    assert first.holds(D("1.499"), D("2.5"), D(0), D(70))
    assert not first.holds(D("1.5"), D("2.5"), D(0), D(70))
    assert not first.holds(D(1), D("2.49"), D(0), D(70))
    assert second.holds(D(90), D(99), D("3.95"), D(5))
    assert not second.holds(D(90), D(99), D(4), D(5))
    assert first.milk_protein.words == "2.5 - 11.99"
    assert second.starch.words == "0 - 3.99"  # up to the next range
    assert (second.milk_protein.words, second.milk_fat.words) == ("", "85 or more")


def test_meursing_as_a_table():
    content = (
        b"Code;Milk fat;Milk protein;Starch;Sucrose\n"
        b"7001;0 - 1.49;;75 or more;0 - 4.99\n"
        b"7001;0 - 1.49;;75 or more;0 - 4.99\n"
        b"7002;some;;75 or more;0 - 4.99\n"
        b"x;1 - 2;;;\n"
        b"7003;5 - 2;;;\n"
    )
    assert meursing.matches("m.csv", content)
    document = meursing.read("m.csv", content)
    assert [row.code for row in document.meursing] == ["7001"]
    assert reasons(document) == ["duplicate_row"] + ["bad_range"] * 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TABLE[:60], "not_json"),
        (b'["milk_fat","milk_protein","starch","sucrose"]', "json_shape"),
        (b'{"k":"milk_fat","l":["milk_protein","starch","sucrose"]}', "json_shape"),
        (b'{"milk_fat":NaN,"milk_protein":1,"starch":1,"sucrose":1}', "not_json"),
    ],
)
def test_broken_meursing_tables(content, code):
    with pytest.raises(formats.FormatError) as raised:
        meursing.read("m.json", content)
    assert raised.value.code == code
