"""From invoice prices and charges to customs values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import engine, load
from tariffs import CENTS, D

steps = load("engine.steps")
KINDS = engine.incoterms.KINDS
USD = {"USD": engine.CustomsRate("USD", D(2))}
WHOLE = engine.Rounding("half_up", D(1))


def item(price=1000, key=1, currency="", **facts):
    for name in ("gross_mass", "net_mass", "quantity"):
        facts[name] = D(facts.get(name))
    values = {name: engine.Money(D(n)) for name, n in facts.pop("values", {}).items()}
    money = None if price is None else engine.Money(D(price), currency)
    return engine.ValuationItem(key, money, values=values, **facts)


def charge(name, amount, kind="other", currency="", **facts):
    return engine.ValuationElement(name, D(amount), currency, kind, **facts)


def valuate(items, *elements, **options):
    items = items if isinstance(items, list) else [items]
    return engine.valuate(items, elements, national="EUR", **options)


def one(*args, **options):
    return valuate(*args, **options).items[0]


# === Delivery terms ===#

CHARGES = (
    charge("PRE", 10, "origin"),
    charge("FRT", 100, "freight"),
    charge("INS", 5, "insurance"),
    charge("HAUL", 50, "inland", in_vat_base=True),
    charge("TAX", 200, "taxes"),
    charge("ROY", 30, "addition"),
    charge("ASSEMBLY", 7, "deduction"),
    charge("BUYING", 9, "excluded"),
)


@pytest.mark.parametrize(
    ("incoterm", "fob", "cif"),
    [
        ("EXW", 1033, 1138),
        ("FCA", 1023, 1128),
        ("FAS", 1023, 1128),
        ("FOB", 1023, 1128),
        ("CFR", 923, 1028),
        ("CPT", 923, 1028),
        ("CIF", 918, 1023),
        ("CIP", 918, 1023),
        ("DAP", 868, 973),
        ("DPU", 868, 973),
        ("DDP", 668, 773),
    ],
)
def test_delivery_terms(incoterm, fob, cif):
    found = one(item(), *CHARGES, incoterm=incoterm)
    assert (found.values["FOB"], found.values["CIF"]) == (fob, cif)
    assert found.customs_value == found.values["customs_value"] == cif
    assert found.values["vat_charges"] == 50
    found = one(item(), *CHARGES, incoterm=incoterm.lower(), basis="fob")
    assert found.customs_value == fob


def test_words_of_the_build_up():
    found = one(item(500, currency="USD"), *CHARGES[:2], incoterm="EXW", rates=USD)
    assert found.explanation == (
        "INV: 500.00 USD × 2 = 1 000.00 EUR; customs value (EXW price, CIF value): "
        "INV 1 000.00 + PRE 10.00 + FRT 100.00 = 1 110.00 EUR"
    )


def test_freight_outside_a_fob_value_may_belong_to_vat():
    freight = charge("TI", 150, "freight", in_vat_base=True)
    found = one(item(1200), freight, incoterm="FOB", basis="fob")
    assert (found.customs_value, found.values["vat_charges"]) == (1200, 150)


@pytest.mark.parametrize(
    ("incoterm", "value", "for_vat"), [("FOB", 1070, 30), ("CIF", 970, 30)]
)
def test_a_share_of_the_freight(incoterm, value, for_vat):
    air = charge("FRT", 100, "freight", percent_included=D(70), in_vat_base=True)
    found = one(item(), air, incoterm=incoterm)
    assert (found.customs_value, found.values["vat_charges"]) == (value, for_vat)


def test_what_the_declarant_says_comes_first():
    freight = charge("FRT", 100, "freight", in_customs_value=False, in_vat_base=True)
    found = one(item(), freight, incoterm="FOB")
    assert (found.customs_value, found.values["vat_charges"]) == (1000, 100)
    discount = charge("DISC", 100, in_customs_value=True, sign=-1)
    assert one(item(), discount).customs_value == 900


# === Spreading ===#


@pytest.mark.parametrize(
    ("by", "parts"),
    [
        ("value", "6.67 3.33"),
        ("mass", "2.50 7.50"),
        ("net_mass", "5 5"),
        ("quantity", "10 0"),
        ("SEATS", "2 8"),
    ],
)
def test_what_charges_are_spread_by(by, parts):
    items = [
        item(20, 1, gross_mass=1, net_mass=1, quantity=3, values={"SEATS": 1}),
        item(10, 2, gross_mass=3, net_mass=1, quantity=0, values={"SEATS": 4}),
    ]
    found = valuate(items, charge("FRT", 10, by=by, in_customs_value=True))
    assert [i.values["FRT"] for i in found.items] == [D(n) for n in parts.split()]
    assert found.total("FRT") == 10
    assert found.total("customs_value") == 40


def test_spread_by_hand_or_to_one_item():
    items = [item(20, 1), item(10, 2)]
    by_hand = engine.ValuationElement(
        "A", by="manual", parts={2: D(5)}, kind="addition"
    )
    found = valuate(items, by_hand, charge("B", 3, "addition", item_key=1))
    assert [i.customs_value for i in found.items] == [23, 15]


def test_reconciled_and_independent():
    items = [item(1, n, currency="USD") for n in range(3)]
    freight = charge("FRT", "10.00", currency="USD", in_customs_value=True)
    rules = engine.RoundingRules(value=WHOLE, part=engine.Rounding())
    reconciled = valuate(
        items, freight, rates=USD, rules=engine.RoundingRules(value=WHOLE)
    )
    assert [i.values["FRT"] for i in reconciled.items] == [7, 7, 6]
    parts = valuate(items, freight, rates=USD, rules=rules, method="independent")
    assert [i.values["FRT"] for i in parts.items] == [7, 7, 7]


def test_amounts_of_one_name_add_up():
    found = one(item(), charge("FRT", 10, "addition"), charge("FRT", 5, "addition"))
    assert (found.values["FRT"], found.customs_value) == (15, 1015)


def test_prices_in_several_currencies():
    items = [item(10, 1), item(10, 2, "USD")]
    found = valuate(items, charge("FRT", 30, "freight"), incoterm="FOB", rates=USD)
    assert [i.values["FRT"] for i in found.items] == [10, 20]


# === Deemed charges, limits ===#


def deemed(name, percent, of, kind, **facts):
    return charge(name, None, kind, percent=D(percent), of=tuple(of.split()), **facts)


def test_deemed_charges_only_where_nothing_is_stated():
    freight = deemed("FRT", 20, "FOB", "freight")
    insurance = deemed("INS", 1, "INV FRT", "insurance")
    found = one(item(), insurance, freight, incoterm="FOB")
    assert (found.values["FRT"], found.values["INS"]) == (200, 12)
    assert found.customs_value == 1212
    assert "INS deemed: 1 % × 1 200.00 EUR (INV + FRT) = 12.00 EUR" in found.explanation
    actual = charge("FRT", 50, "freight")
    found = one(item(), insurance, freight, actual, incoterm="FOB")
    assert (found.values["FRT"], found.customs_value) == (50, D("1060.50"))


def test_a_deemed_charge_of_a_charge_that_is_left_out():
    freight = deemed("FRT", 10, "CFR", "freight")
    with pytest.raises(engine.ValuationError, match="percentage of INS, which is not"):
        one(item(), deemed("FRT", 1, "INS", "freight"), incoterm="FOB")
    assert one(item(), freight, incoterm="FOB").values["FRT"] == 100


def test_a_limit_per_item():
    air = charge("FRT", 2500, "freight", cap_percent=D(20), cap_of=("FOB",))
    insurance = charge("INS", 500, "insurance")
    found = one(item(10000), air, insurance, incoterm="FOB")
    assert (found.values["FRT"], found.customs_value) == (2000, 12500)
    assert "FRT limited to 20 % of FOB" in found.explanation


# === Bad input ===#


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        ([item()], {"incoterm": "XYZ"}, "unknown delivery term XYZ; known are EXW"),
        ([item()], {"basis": "ddp"}, "unknown basis ddp"),
        ([item()], {"method": "guess"}, "unknown method guess"),
        ([item(-1)], {}, "item 1: the price is negative"),
        ([item("NaN")], {}, "item 1: INV is not a number"),
        ([item(), charge("FRT", 1, "freight")], {}, "state the delivery term"),
        (
            [item(), charge("FRT", 1, by="mass")],
            {},
            "item 1: FRT is spread by mass, which is not stated",
        ),
        (
            [item(), charge("FRT", 1, by="volume")],
            {},
            "spread by volume, which is not stated",
        ),
        (
            [item(net_mass="NaN"), charge("FRT", 1, by="net_mass")],
            {},
            "item 1: net mass is not a number",
        ),
        ([item(0), charge("FRT", 1)], {}, "FRT cannot be spread by value"),
        ([item(), charge("A", 1, item_key=9)], {}, "item 9, which does not exist"),
        (
            [item(), charge("A", 1, by="manual", parts={9: D(1)})],
            {},
            "items that do not exist: 9",
        ),
        (
            [item(), charge("A", 2, by="manual", parts={1: D(1)})],
            {},
            "parts of A are 1 in all, but it is 2",
        ),
        (
            [item(10), charge("HAUL", 11, "inland")],
            {"incoterm": "DAP"},
            "customs value would be negative",
        ),
        ([item(), charge("A", 1), charge("B", None, percent=D(1), of=("C",))], {}, "C"),
    ],
)
def test_what_is_wrong_is_said(arguments, options, words):
    with pytest.raises(engine.ValuationError, match=words):
        valuate(*arguments, **options)


def test_a_missing_rate_of_exchange_blocks():
    with pytest.raises(engine.MissingRate, match="USD"):
        valuate(item(currency="USD"))
    with pytest.raises(engine.MissingRate, match="USD"):
        valuate(item(), charge("FRT", 1, currency="USD", in_customs_value=True))


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "gift"},
        {"sign": 2},
        {"percent_included": D(101)},
        {"percent": D(1)},
        {"of": ("INV",)},
        {"cap_percent": D(1)},
        {"amount": None},
        {"amount": D("NaN")},
    ],
)
def test_charges_that_contradict_themselves(facts):
    facts = {"amount": D(1), **facts}
    with pytest.raises(ValueError, match=r"."):
        engine.ValuationElement("FRT", **facts)


# === Steps ===#


def step(name, *terms, **facts):
    found = tuple(
        engine.StepTerm(*term) if isinstance(term, tuple) else engine.StepTerm(term)
        for term in terms
    )
    return engine.Step(name, found, **facts)


def run(values, *found, **options):
    values = {name: D(value) for name, value in values.items()}
    return engine.run_steps(values, found, "EUR", **options)


def test_steps():
    found, words = run(
        {"A": 10, "B": 4},
        step("SUM", "A", ("B", D(2))),
        step("LEFT", "A", "B", kind="difference"),
        step("LOW", "A", "B", kind="smallest"),
        step("HIGH", "A", "B", kind="largest"),
        step("FEE", "SUM", percent=D("2.5")),
        step("NATIONAL", "SUM", currency="USD", rounding=WHOLE),
        step("A", "A", "B"),
        rates=USD,
    )
    expected = {"SUM": 18, "LEFT": 6, "LOW": 4, "HIGH": 10, "NATIONAL": 36, "A": 14}
    assert found == {**expected, "B": 4, "FEE": D("0.45")}
    assert words[0] == "SUM: A 10 + 2 × B 8 = 18.00 EUR"
    assert words[4] == "FEE: 2.5 % × (SUM 18) = 0.45 EUR"
    assert words[5] == "NATIONAL: (SUM 18) USD × 2 = 36.00 EUR"


def test_steps_within_a_valuation():
    found = one(item(None, values={"X": 5}), steps=[step("customs_value", "X", "X")])
    assert found.customs_value == 10
    with pytest.raises(engine.ValuationError, match="item 1: Y needs the value Z"):
        one(item(), steps=[step("Y", "Z")])


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([step("X", "Y")], "X needs the value Y, which is not known; known are A"),
        ([step("X", "X")], "X is made of itself: circular"),
        ([step("X", "Y"), step("Y", "X")], "X and Y are made of each other: circular"),
        ([step("X", "Y"), step("Y", "A")], "made only later; put that step first"),
    ],
)
def test_names_that_are_unknown_or_circular(found, words):
    with pytest.raises(engine.ValuationError, match=words):
        run({"A": 1}, *found)


def test_steps_that_make_no_sense():
    with pytest.raises(ValueError, match="kind of step"):
        step("X", "A", kind="product")
    with pytest.raises(ValueError, match="names no value"):
        step("X")
    with pytest.raises(engine.MissingRate):
        run({"A": 1}, step("X", "A", currency="JPY"))


# === Laws ===#

prices = st.lists(st.decimals("0.01", 10**6, places=2), min_size=1, max_size=12)
totals = st.decimals(0, 10**5, places=2)


@given(prices, totals, st.sampled_from(sorted(engine.incoterms.TERMS)))
def test_parts_make_the_whole(found, total, incoterm):
    items = [item(price, n) for n, price in enumerate(found)]
    kinds = [charge(kind, total, kind) for kind in KINDS if kind not in ("taxes",)]
    try:
        valuation = valuate(items, *kinds, incoterm=incoterm)
    except engine.ValuationError as error:
        assert "negative" in str(error)
        return
    assert all(valuation.total(one.name) == total for one in kinds)
    cif, fob = valuation.total("CIF"), valuation.total("FOB")
    assert cif - fob == 2 * total, "freight and insurance lie between"


@given(prices, totals, st.randoms())
def test_order_of_items_does_not_matter(found, total, random):
    items = [item(price, n) for n, price in enumerate(found)]
    freight = charge("FRT", total, "freight")
    shuffled = random.sample(items, len(items))
    one = valuate(items, freight, incoterm="FOB", method="independent")
    other = valuate(shuffled, freight, incoterm="FOB", method="independent")
    assert {i.key: i.customs_value for i in one.items} == {
        i.key: i.customs_value for i in other.items
    }


def test_independent_parts():
    parts = engine.apportion_independent(D(10), [D(1)] * 3, CENTS)
    assert parts == [D("3.33")] * 3
    assert engine.apportion_independent(D(0), [D(0)]) == [0]
    with pytest.raises(ValueError, match="no weight"):
        engine.apportion_independent(D(1), [D(0)])
    with pytest.raises(ValueError, match="negative"):
        engine.apportion_independent(D(1), [D(2), D(-1)])
