"""A commodity of the UK tariff service: measures, conditions, what is no duty."""

import json
from datetime import date
from decimal import Decimal

import pytest
from pure import formats, load

uk_commodity = load("formats.tariff.uk_commodity")
errors = load("formats.errors")
D = Decimal


def part(expression="01", amount=5.0, currency=None, unit=None, qualifier=None):
    return {
        "duty_expression_id": expression,
        "duty_amount": amount,
        "monetary_unit_code": currency,
        "measurement_unit_code": unit,
        "measurement_unit_qualifier_code": qualifier,
    }


def condition(code="B", document="", action="", components=(), **fields):
    return {
        "condition_code": code,
        "document_code": document,
        "action": action,
        "condition_duty_amount": None,
        "measure_condition_components": list(components),
        **fields,
    }


def threshold(code, amount, unit, currency=None, **fields):
    return condition(
        code,
        condition_duty_amount=amount,
        condition_measurement_unit_code=unit,
        condition_monetary_unit_code=currency,
        **fields,
    )


DUTY = (part(),)


def measure(kind="103", series="C", components=DUTY, area="1011", **fields):
    return {
        "id": 20001,
        "effective_start_date": "2021-01-01T00:00:00.000Z",
        "effective_end_date": None,
        "measure_type": {
            "id": kind,
            "description": f"Type {kind}",
            "measure_type_series_id": series,
        },
        "duty_expression": {"base": ""},
        "geographical_area": {"id": area, "description": "Somewhere"},
        "excluded_countries": [],
        "legal_acts": [{"regulation_code": "R1/21"}, {"regulation_code": "R2/21"}],
        "measure_components": list(components),
        "measure_conditions": [],
        **fields,
    }


def commodity(*measures, **fields):
    return {
        "goods_nomenclature_item_id": "0809400500",
        "producline_suffix": "80",
        "number_indents": 2,
        "description": "Plums",
        "declarable": True,
        "chapter": {"goods_nomenclature_item_id": "0800000000", "description": "FRUIT"},
        "heading": {"goods_nomenclature_item_id": "0809000000", "description": "Stone"},
        "ancestors": [
            {
                "goods_nomenclature_item_id": "0809400000",
                "producline_suffix": "10",
                "number_indents": 1,
                "description": "Plums|and sloes",
            }
        ],
        "import_measures": list(measures),
        **fields,
    }


def read(*measures, **fields):
    content = json.dumps(commodity(*measures, **fields)).encode()
    assert uk_commodity.matches("c.json", content)
    document = uk_commodity.read("c.json", content)
    for flag in document.flags:
        values = {name: getattr(flag, name) for name in flag.__slots__}
        assert errors.WARNINGS[flag.reason] % values
    return document


def only(document):
    (row,) = document.measures
    return row


def reasons(document):
    return [flag.reason for flag in document.flags]


# --- Codes ---------------------------------------------------------------------------


def test_codes_from_the_chapter_down():
    document = read(measure("109", "O", [part("99", None, unit="NAR")]))
    found = [(row.code, row.suffix, row.parent_row) for row in document.codes]
    assert found == [
        ("0800000000", "80", None),
        ("0809000000", "80", 1),
        ("0809400000", "10", 2),
        ("0809400500", "80", 3),
    ]
    assert [row.declarable for row in document.codes] == [False, False, False, True]
    assert document.codes[2].description == "Plums and sloes"
    assert document.codes[3].units == ("pcs",)


def test_a_heading_can_be_a_commodity():
    heading = {"goods_nomenclature_item_id": "0809400500", "description": "Plums"}
    document = read(heading=heading, ancestors=[])
    assert [row.code for row in document.codes] == ["0800000000", "0809400500"]


# --- Measures ------------------------------------------------------------------------


def test_duty():
    row = only(read(measure(components=[part(), part("04", 1.1, "EUR", "DTN")])))
    assert (row.type_code, row.type_name, row.code) == ("103", "Type 103", "08094005")
    assert row.key == "20001:08094005"
    assert (row.valid_from, row.valid_to) == (date(2021, 1, 1), None)
    assert row.legal_reference == "R1/21, R2/21"
    assert [part.rate or part.amount for part in row.components] == [D("5.0"), D("1.1")]
    assert row.rate_text == "5 % + 1.1 EUR / 100 kg"
    assert (row.origin, row.problem, row.is_control) == ("", "", False)


def test_free_of_duty_is_a_component_of_zero():
    row = only(read(measure(components=[part(amount=0.0)])))
    assert [component.rate for component in row.components] == [0]


def test_area_with_members_and_exclusions():
    area = {
        "id": "2005",
        "geographical_area_id": "2005",
        "description": "GSP",
        "children_geographical_areas": [{"id": "XS"}, {"geographical_area_id": "IN"}],
    }
    row = only(
        read(
            measure(
                "142",
                geographical_area=area,
                excluded_countries=[{"geographical_area_id": "IN"}],
                additional_code={"code": "C490"},
                reduction_indicator=1,
            )
        )
    )
    assert (row.origin, row.origin_name) == ("2005", "GSP")
    assert row.origin_members == ("RS", "IN") and row.origins_excluded == ("IN",)
    assert (row.additional_code, row.reduction_indicator) == ("C490", "1")


def test_quota_and_its_period():
    definition = {
        "initial_volume": "54000.0",
        "validity_start_date": "2021-01-01T00:00:00.000Z",
        "validity_end_date": "2021-12-31T00:00:00.000Z",
        "status": "Critical",
        "measurement_unit": "Kilogram (kg)",
    }
    order = {"number": "050922", "definition": definition}
    document = read(
        measure("143", area="CH", order_number=order),
        measure("143", area="LI", order_number=order),
        measure("122", order_number={"number": "054003", "definition": None}),
    )
    (quota,) = document.quotas
    assert (quota.order_number, quota.volume, quota.unit) == ("050922", D(54000), "kg")
    assert (quota.state, quota.origins) == ("critical", ("CH", "LI"))
    numbers = [row.order_number for row in document.measures]
    assert numbers == ["050922", "050922", "054003"]


# --- What is no amount ---------------------------------------------------------------


@pytest.mark.parametrize("kind", ["410", "103"])
def test_control_is_not_duty_free(kind):
    # 103 is a third-country duty in series C, and a certificate in series B
    row = only(read(measure(kind, "B", [])))
    assert row.is_control and row.components is None and row.problem == "no_amount"


def test_prohibition_and_reference_price():
    price = [part(amount=47.8, currency="EUR", unit="DTN")]
    document = read(measure("277", "A", []), measure("488", "M", price))
    assert all(row.is_control for row in document.measures)
    assert all(row.components is None for row in document.measures)


def test_supplementary_unit():
    row = only(read(measure("109", "O", [part("99", None, unit="NAR")])))
    assert row.unit == "pcs" and row.components is None and not row.is_control


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"components": []}, "no_components"),
        ({"components": [part("88")]}, "bad_components"),
        ({"components": [part(amount=None)]}, "bad_components"),
        ({"components": [part(unit="ZZZ", currency="GBP")]}, "bad_components"),
        ({"geographical_area": None}, "unknown_country"),
        ({"effective_start_date": "soon"}, "bad_row_date"),
        ({"suspension_legal_act": {"regulation_code": "S1"}}, "stopped_measure"),
    ],
)
def test_measure_that_is_not_understood_is_flagged_not_free(fields, reason):
    document = read(measure(**fields))
    assert only(document).components is None
    assert reasons(document) == [reason]


# --- Conditions ----------------------------------------------------------------------


def test_entry_price():
    conditions = [
        threshold(
            "V",
            52.6,
            "DTN",
            "EUR",
            action="Apply the amount of the action",
            components=[part(amount=14.4)],
        ),
        threshold(
            "V",
            0.0,
            "DTN",
            "EUR",
            action_code="01",
            components=[part(amount=14.4), part("04", 29.8, "EUR", "DTN")],
        ),
    ]
    document = read(measure(components=[], measure_conditions=conditions))
    row = only(document)
    assert row.components is None and row.problem == "" and not document.flags
    first, last = row.conditions
    assert (first.kind, first.value_name) == ("threshold", "import_price_100kg")
    assert (first.operator, first.threshold, first.currency) == (">=", D("52.6"), "EUR")
    assert first.action == "apply_components" and first.sequence < last.sequence
    assert [len(found.components) for found in row.conditions] == [1, 2]


def test_document_and_what_follows_without_it():
    conditions = [
        condition("Q", "U088", "Apply the mentioned duty"),
        condition("Q", "", "Measure not applicable"),
        condition("B", "C644", "Import/export allowed after control"),
        condition("B", "", "The entry into free circulation is not allowed"),
    ]
    row = only(read(measure("142", measure_conditions=conditions)))
    found = [(item.kind, item.document, item.action) for item in row.conditions]
    assert found == [
        ("document", "U088", "apply"),
        ("default", "", "not_apply"),
        ("document", "C644", "apply"),
        ("default", "", "block"),
    ]
    assert row.components


@pytest.mark.parametrize(
    ("number", "words", "action"),
    [
        ("04", "The entry into free circulation is not allowed", "block"),
        ("06", "Import is not allowed", "block"),
        ("07", "Measure not applicable", "not_apply"),
        ("08", "Declared subheading not allowed", "block"),
        ("09", "Import/export not allowed after control", "block"),
        ("10", "Declaration to be corrected - box 33 incorrect", "block"),
        ("24", "Entry into free circulation allowed", "apply"),
        ("27", "Apply the mentioned duty", "apply"),
        ("28", "Declared subheading allowed", "apply"),
        ("29", "Import/export allowed after control", "apply"),
    ],
)
def test_actions_by_number_and_by_words(number, words, action):
    for fields in ({"action_code": number}, {"action": words}):
        asked = condition("B", "N954", **fields)
        row = only(read(measure(measure_conditions=[asked])))
        assert [item.action for item in row.conditions] == [action]


def test_quantities_and_ratios():
    conditions = [
        threshold("E", 2.0, "DTN", action_code="29"),
        condition("E", action_code="09"),
        threshold("R", 80.0, "KGM", action_code="28"),
        threshold("R", 0.0, "KGM", action="Declaration to be corrected - box 38"),
    ]
    row = only(read(measure("755", "B", [], measure_conditions=conditions)))
    found = [
        (item.value_name, item.operator, item.threshold, item.action)
        for item in row.conditions
    ]
    assert found == [
        ("kg", "<=", D(200), "apply"),
        ("", ">=", None, "block"),
        ("net_mass_per_supplementary_unit", ">=", D(80), "apply"),
        ("net_mass_per_supplementary_unit", ">=", D(0), "block"),
    ]


@pytest.mark.parametrize(
    "bad",
    [
        condition("B", "N954", "Do something else"),
        condition("V", action="Apply the difference between the amount and the price"),
        condition("A", action_code="01"),  # the amount of the action is missing
        threshold("V", 5.0, "BARROW", "EUR", action_code="27"),
        threshold("K", 5.0, "DTN", "EUR", action_code="27"),
        threshold("K", 5.0, "DTN", action_code="27"),
        threshold("E", "many", "DTN", action_code="27"),
        threshold("E", 5.0, "DTN", document="N954", action_code="27"),
    ],
)
def test_a_condition_that_is_not_understood_makes_the_rate_unknown(bad):
    if "document" in bad:
        bad["document_code"] = bad.pop("document")
    document = read(measure(measure_conditions=[bad]))
    row = only(document)
    assert row.components is None and row.conditions == ()
    assert reasons(document) == ["condition_not_read"]
    assert document.flags[0].text


# --- Shapes and files ----------------------------------------------------------------


def resource(kind, key, relations=None, **attributes):
    return {
        "type": kind,
        "id": key,
        "attributes": attributes,
        "relationships": {
            name: {
                "data": [{"type": t, "id": i} for t, i in target]
                if isinstance(target, list)
                else {"type": target[0], "id": target[1]}
            }
            for name, target in (relations or {}).items()
        },
    }


def test_json_api():
    answer = {
        "data": resource(
            "commodity",
            "1",
            {
                "chapter": ("chapter", "08"),
                "heading": ("heading", "0809"),
                "ancestors": [],
                "import_measures": [("measure", "77"), ("measure", "78")],
            },
            goods_nomenclature_item_id="0809400500",
            producline_suffix="80",
            number_indents=2,
            description="Plums",
            declarable=True,
        ),
        "included": [
            resource(
                "chapter",
                "08",
                goods_nomenclature_item_id="0800000000",
                description="FRUIT",
            ),
            resource(
                "measure",
                "77",
                {
                    "measure_type": ("measure_type", "142"),
                    "geographical_area": ("geographical_area", "1008"),
                    "measure_components": [("measure_component", "77-01")],
                    "order_number": ("order_number", "050001"),
                },
                effective_start_date="2021-01-01",
            ),
            resource(
                "measure",
                "78",
                {
                    "measure_type": ("measure_type", "410"),
                    "geographical_area": ("geographical_area", "1008"),
                },
            ),
            resource("measure_type", "142", measure_type_series_id="C"),
            resource("measure_type", "410", measure_type_series_id="B"),
            resource("measure_component", "77-01", **part(amount="2.50")),
            resource("order_number", "050001", number="050001"),
            resource(
                "geographical_area",
                "1008",
                {"children_geographical_areas": [("geographical_area", "1008")]},
                description="All third countries",
            ),
        ],
    }
    content = json.dumps(answer).encode()
    assert uk_commodity.matches("c.json", content)
    document = uk_commodity.read("c.json", content)
    preference, control = document.measures
    assert (preference.type_code, preference.origin) == ("142", "1008")
    assert preference.origin_members == ("1008",)  # a circle does no harm
    assert preference.components[0].rate == D("2.50")
    assert preference.order_number == "050001"
    assert control.is_control and control.series in "ABMN"
    assert [row.code for row in document.codes] == ["0800000000", "0809400500"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"goods_nomenclature_item_id": ', "not_json"),
        (b"[]", "json_shape"),
        (b"{}", "json_shape"),
        (json.dumps(commodity(import_measures=None)).encode(), "json_shape"),
        (json.dumps(commodity("measure")).encode(), "json_shape"),
        (json.dumps(commodity(measure(measure_type=None))).encode(), "json_shape"),
        (b'{"data": {}, "included": []}', "json_shape"),
        (b"", "tariff_empty"),
    ],
)
def test_files_that_cannot_be_read(content, code):
    with pytest.raises(formats.FormatError) as raised:
        uk_commodity.read("c.json", content)
    assert raised.value.code == code and "c.json" in str(raised.value)


@pytest.mark.parametrize("junk", [5, "x", True, [5], {"a": [1]}, "9" * 5000])
@pytest.mark.parametrize(
    "field",
    [*measure(order_number={}, additional_code={}, reduction_indicator=1), "chapter"],
)
def test_values_of_the_wrong_kind(field, junk):
    good = measure()
    changed = commodity(good, **{field: junk}) if field == "chapter" else None
    content = json.dumps(changed or commodity({**good, field: junk})).encode()
    try:
        row = only(uk_commodity.read("c.json", content))
    except formats.FormatError as error:
        assert error.code == "json_shape"
    else:  # either it does not bear on the rate, or the rate is unknown
        assert row.components is None or row.components[0].rate == 5


def test_size():
    with pytest.raises(formats.FormatError) as raised:
        uk_commodity.read("c.json", b" " * 99, max_bytes=98)
    assert raised.value.code == "tariff_too_large"


def test_one_file_at_a_time():
    pair = [("a.json", b"{}"), ("b.json", b"{}")]
    with pytest.raises(formats.FormatError) as raised:
        uk_commodity.read("", pair)
    assert raised.value.code == "too_many_files"
