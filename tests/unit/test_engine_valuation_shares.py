"""Shares of charges that make the whole; deemed charges and limits, item by item."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pure import engine
from tariffs import D

CENT = engine.Rounding()
WHOLE = engine.Rounding("half_up", D(1))
DOLLARS = engine.RoundingRules(value=WHOLE, part=CENT)


def item(price=1000, key=1, currency="", **facts):
    money = engine.Money(D(price), currency)
    return engine.ValuationItem(key, money, **facts)


def charge(name, amount, kind="other", currency="", **facts):
    return engine.ValuationElement(name, D(amount), currency, kind, **facts)


def deemed(name, percent, of, kind, **facts):
    return charge(name, None, kind, percent=D(percent), of=tuple(of.split()), **facts)


def valuate(items, *elements, **options):
    items = items if isinstance(items, list) else [items]
    return engine.valuate(items, elements, national="EUR", **options)


def values(valuation, name="customs_value"):
    return [found.values.get(name) for found in valuation.items]


# === Shares where values are whole ===#


def test_shares_are_no_finer_than_values():
    freight = charge("FRT", 100, "freight")
    items = [item(100, n) for n in range(3)]
    found = valuate(items, freight, incoterm="FOB", rules=DOLLARS)
    assert values(found, "FRT") == [34, 33, 33]
    assert values(found) == [134, 133, 133]
    assert "FRT 34.00 = 134.00 EUR" in found.items[0].explanation


@pytest.mark.parametrize(
    ("incoterm", "basis", "left"),
    [
        ("CIF", "fob", [66, 67, 67]),
        ("CFR", "fob", [66, 67, 67]),
        ("DAP", "fob", [66, 67, 67]),
        ("DAP", "cif", [100, 100, 100]),
    ],
)
def test_deductions_are_whole_too(incoterm, basis, left):
    items = [item(100, n) for n in range(3)]
    freight = charge("FRT", "100.4", "freight")
    terms = {"incoterm": incoterm, "basis": basis, "rules": DOLLARS}
    assert values(valuate(items, freight, **terms)) == left
    inland = charge("HAUL", 10, "inland")
    found = valuate(items, freight, inland, **terms)
    inland_in_price = 10 if incoterm == "DAP" else 0
    assert found.total("customs_value") == sum(left) - inland_in_price
    assert all(value % 1 == 0 for value in values(found))


def test_a_share_of_the_freight_is_whole():
    air = charge("FRT", 101, "freight", percent_included=D(50))
    found = valuate(item(100), air, incoterm="CIF", rules=DOLLARS)
    assert values(found) == [50]


def test_finer_parts_stay_where_values_are_not_rounded():
    rules = engine.RoundingRules(part=engine.Rounding("half_up", D("0.001")))
    items = [item(1, n) for n in range(3)]
    found = valuate(items, charge("FRT", 1, "freight"), incoterm="FOB", rules=rules)
    assert values(found, "FRT") == [D("0.334"), D("0.333"), D("0.333")]
    rules = engine.RoundingRules(value=engine.Rounding("none"))
    found = valuate(items, charge("FRT", 1, "freight"), incoterm="FOB", rules=rules)
    assert values(found, "FRT") == [D("0.34"), D("0.33"), D("0.33")]


units = st.sampled_from("0.001 0.01 0.03 0.05 0.25 1 7 100".split()).map(D)
roundings = st.builds(
    engine.Rounding, st.sampled_from(["half_up", "down", "up", "half_even"]), units
)
some = st.none() | roundings


@given(
    st.lists(st.decimals("0.01", 10**5, places=2), min_size=1, max_size=9),
    st.decimals(0, 10**5, places=2),
    some,
    some,
    st.sampled_from(["FOB", "CIF", "DAP"]),
    st.sampled_from(["fob", "cif"]),
)
@example([D(1)] * 3, D(100), WHOLE, CENT, "FOB", "cif")
@example([D(99)] * 3, D("100.4"), WHOLE, None, "CIF", "fob")
@example([D(99)] * 3, D(100), CENT, WHOLE, "DAP", "fob")
def test_shares_make_the_rounded_total(prices, total, value, part, incoterm, basis):
    """Whatever the units, and what is added to values is what is shown."""
    items = [item(price, n) for n, price in enumerate(prices)]
    rules = engine.RoundingRules(value=value, part=part)
    freight = charge("FRT", total, "freight")
    try:
        found = valuate(items, freight, incoterm=incoterm, basis=basis, rules=rules)
    except engine.ValuationError as error:
        assert "negative" in str(error)
        return
    assert found.total("FRT") == (value.apply(total) if value else total)
    sign = {("FOB", "cif"): 1, ("CIF", "fob"): -1, ("DAP", "fob"): -1}
    for one in found.items:
        effect = sign.get((incoterm, basis), 0) * one.values["FRT"]
        assert one.customs_value == one.values["INV"] + effect


# === Deemed charges, item by item ===#

INSURANCE = deemed("INS", 1, "CFR", "insurance")
FREIGHT = charge("FRT", 100, "freight")


def test_an_actual_charge_of_one_item_leaves_the_others_deemed():
    items = [item(1000, 1), item(1000, 2)]
    actual = charge("INS", 5, "insurance", item_key=1)
    for elements in ([actual, INSURANCE], [INSURANCE, actual]):
        found = valuate(items, FREIGHT, *elements, incoterm="FOB")
        assert values(found, "INS") == [5, D("10.5")]
        assert values(found) == [1055, D("1060.5")]
        assert "deemed" not in found.items[0].explanation
    whole = charge("INS", 8, "insurance")
    found = valuate(items, FREIGHT, whole, INSURANCE, incoterm="FOB")
    assert values(found, "INS") == [4, 4]


@pytest.mark.parametrize(
    ("incoterm", "insurance", "value"),
    [
        ("CFR", 10, 1010),
        ("CPT", 10, 1010),
        ("CIF", None, 1000),
        ("CIP", None, 1000),
        ("DDP", None, 1000),
    ],
)
def test_insurance_of_cost_and_freight_where_the_price_has_the_freight(
    incoterm, insurance, value
):
    """With the freight stated or not: the price contains it."""
    for elements in ([INSURANCE], [INSURANCE, FREIGHT]):
        found = valuate(item(), *elements, incoterm=incoterm)
        assert (values(found, "INS"), values(found)) == ([insurance], [value])


def test_insurance_of_cost_and_freight_asks_for_the_freight():
    found = valuate(item(), INSURANCE, FREIGHT, incoterm="FOB")
    assert values(found) == [1111]
    for incoterm in ("EXW", "FOB"):
        words = (
            "item 1: INS is a percentage of CFR, which contains the freight, and the "
            rf"price does not \({incoterm}\); state the freight"
        )
        with pytest.raises(engine.ValuationError, match=words):
            valuate(item(), INSURANCE, incoterm=incoterm)
    nothing = charge("FRT", 0, "freight")
    assert values(valuate(item(), INSURANCE, nothing, incoterm="FOB")) == [1010]
    freight = deemed("FRT", 20, "FOB", "freight")
    assert values(valuate(item(), INSURANCE, freight, incoterm="FOB")) == [1212]


def test_a_deemed_charge_that_the_price_contains_is_not_added_nor_taken_off():
    freight = deemed("FRT", 20, "FOB", "freight")
    for basis in ("cif", "fob"):
        found = valuate(item(), freight, incoterm="CIF", basis=basis)
        assert values(found) == [1000]
    # a deduction is in every price
    assembly = deemed("ASSEMBLY", 10, "INV", "deduction")
    assert values(valuate(item(), assembly, incoterm="CIF")) == [900]


def test_a_deemed_addition_of_a_subtotal_comes_after_its_parts():
    landing = deemed("LANDING", 1, "CIF", "addition")
    insurance = charge("INS", 100, "insurance")
    found = valuate(item(), landing, FREIGHT, insurance, incoterm="FOB")
    assert values(found, "LANDING") == [12]


# === Limits ===#


def test_one_limit_for_all_charges_of_a_name():
    limit = {"cap_percent": D(20), "cap_of": ("FOB",)}
    two = [charge("FRT", 150, "freight", **limit) for _n in range(2)]
    found = valuate(item(), *two, incoterm="FOB")
    assert (values(found, "FRT"), values(found)) == ([200], [1200])
    assert "200.00 EUR for 300.00 EUR" in found.items[0].explanation
    more = charge("FRT", 50, "freight", **limit)
    assert values(valuate(item(), *two, more, incoterm="FOB"), "FRT") == [200]
    # the limit is of the value without any of them, and of each item
    items = [item(1000, 1), item(1000, 2)]
    own = charge("FRT", 150, "freight", item_key=1, **limit)
    found = valuate(items, charge("FRT", 200, "freight", **limit), own, incoterm="CIF")
    assert values(found, "FRT") == [200, 100]


# === Words ===#


def test_words_name_items_by_their_label():
    named = item(-1, 4711, label="3 (kettles)")
    with pytest.raises(engine.ValuationError, match=r"^item 3 \(kettles\): the price"):
        valuate(named)
    freight = charge("FRT", 10, "freight", by="mass")
    with pytest.raises(engine.ValuationError, match="^item no. 3: FRT is spread by"):
        valuate(item(1, 4711, label="no. 3"), freight, incoterm="FOB")
    with pytest.raises(engine.ValuationError, match="^item no. 3: INS is a percentage"):
        valuate(item(1, 4711, label="no. 3"), INSURANCE, incoterm="FOB")
