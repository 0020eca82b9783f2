"""Duties and taxes: cascade, rounding, laws, published examples."""

import datetime
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import engine

DAY = datetime.date(2026, 3, 5)
CENTS = engine.Rounding()
Measure, DutyItem = engine.Measure, engine.DutyItem


def measure(code, rate, sequence=10, **facts):
    components = None if rate is None else (engine.percent(Decimal(rate)),)
    return Measure(code, code, code, components, sequence=sequence, **facts)


def amount_of(name, **facts):
    return engine.BaseTerm("amount", name, **facts)


def value_of(name, **facts):
    return engine.BaseTerm("value", name, **facts)


def vat(rate, **facts):
    facts = {"base": engine.BASE_VALUE_AND_DUTIES, "in_vat_base": False, **facts}
    return measure("VAT", rate, 90, **facts)


def goods(value="1000", key=1, **facts):
    return DutyItem(key, "8516710000", value and Decimal(value), **facts)


def calculate(items, measures, rounding=CENTS):
    items = items if isinstance(items, list) else [items]
    return list(engine.calculate(items, measures, DAY, rounding, "XCD"))


def amounts(*args, **options):
    return {result.tax_code: result.amount for result in calculate(*args, **options)}


def decimals(**values):
    return {code: Decimal(value) for code, value in values.items()}


def test_vat_on_value_and_duties():
    found = amounts(goods("8991.00"), [vat("12.5"), measure("CID", "20")])
    assert found == decimals(CID="1798.20", VAT="1348.65")


def test_result():
    duty = measure("CID", "20", rate_text="20 per cent")
    result = calculate(goods("8991.00", key="line 7"), [duty])[0]
    assert (result.item_key, result.measure) == ("line 7", duty)
    assert (result.base, result.terms) == (8991, (("customs_value", 8991),))
    assert (result.rate_text, result.problem) == ("20 per cent", "")


@pytest.mark.parametrize(
    ("value", "measures", "expected"),
    [
        ("500", [measure("DUTY", "12"), vat("20")], decimals(DUTY=60, VAT=112)),
        ("500", [measure("DUTY", "12"), vat("5")], decimals(DUTY=60, VAT=28)),
        (
            "1000000",
            [measure("ID", 25), measure("IDF", "2.5"), measure("RDL", 2), vat(16)],
            decimals(ID=250000, IDF=25000, RDL=20000, VAT=207200),
        ),
        (
            "932",
            [measure("DUTY", "7"), vat("18")],
            decimals(DUTY="65.24", VAT="179.50"),
        ),
    ],
)
def test_published_examples(value, measures, expected):
    assert amounts(goods(value), measures) == expected


def test_surcharge_on_duty_and_levy_on_another_value():
    surcharge = measure("SUR", "7", 20, base=(amount_of("ID"),))
    levy = measure("FCS", "4", 20, base=(value_of("fob"),))
    item = goods("1740290", values={"fob": Decimal("1428810")})
    down = engine.Rounding("down", Decimal(1))
    found = amounts(item, [surcharge, levy, measure("ID", "20")], rounding=down)
    assert found == decimals(ID="348058", SUR="24364", FCS="57152")


def test_a_tax_that_does_not_apply_adds_nothing_to_a_base():
    found = amounts(
        goods("100"), [vat("10", base=(engine.BaseTerm(), amount_of("EXC")))]
    )
    assert found == decimals(VAT=10)


def test_no_amount_enters_a_base_twice():
    duties = engine.BaseTerm("duties", "")
    base = (engine.BaseTerm(), duties, amount_of("CID"), duties)
    twice = vat("10", base=base)
    assert amounts(goods("100"), [measure("CID", "10"), twice])["VAT"] == 11


def test_what_stays_out_of_the_vat_base():
    out = measure("ADV", "50", in_vat_base=False)
    assert amounts(goods("100"), [out, vat("10")])["VAT"] == 10


def test_measures_of_one_sequence_do_not_see_each_other():
    one = measure("ONE", "10", 10, base=engine.BASE_VALUE_AND_DUTIES)
    two = measure("TWO", "10", 10, base=engine.BASE_VALUE_AND_DUTIES)
    assert amounts(goods("100"), [one, two]) == decimals(ONE=10, TWO=10)


def test_the_cascade_goes_on_with_rounded_amounts():
    whole = engine.Rounding("half_up", Decimal(1))
    found = amounts(goods("1005"), [measure("CID", "10"), vat("100")], rounding=whole)
    assert found == decimals(CID=101, VAT=1106)


def test_rounding_of_the_measure_comes_first():
    cut = measure("A00", "10", rounding=engine.Rounding("down", Decimal(100)))
    assert amounts(goods("12345"), [cut]) == decimals(A00=1200)


def test_no_measure_no_result():
    assert calculate(goods(), []) == []
    assert calculate([], [vat("10")]) == []


# === What cannot be calculated is not zero ===#


def test_an_unread_rate_and_all_that_rests_on_it():
    unread = measure("CID", None, rate_text="5 % MIN 2/kg")
    free = measure("FEE", "1", 90)
    by_code = {r.tax_code: r for r in calculate(goods(), [unread, vat("10"), free])}
    assert by_code["CID"].amount is None and by_code["CID"].problem == "no_rate"
    assert "“5 % MIN 2/kg” could not be read" in by_code["CID"].explanation
    assert by_code["VAT"].amount is None and by_code["VAT"].problem == "no_base"
    assert by_code["VAT"].base is None
    assert "CID" in by_code["VAT"].explanation
    assert by_code["FEE"].amount == 10


def test_a_missing_customs_value():
    (result,) = calculate(goods(None), [measure("CID", "5")])
    assert (result.amount, result.base, result.problem) == (None, None, "no_value")
    assert "no customs value" in result.explanation


def test_a_value_of_zero_is_a_value():
    assert amounts(goods("0"), [measure("CID", "5")]) == decimals(CID=0)


# === Laws ===#

values = st.decimals(min_value=0, max_value=10**9, places=2)
rates = st.decimals(min_value=0, max_value=200, places=3)
item_lists = st.lists(values, max_size=8).map(
    lambda found: [goods(value, key=n) for n, value in enumerate(found)]
)
cascades = st.tuples(rates, rates, rates).map(
    lambda r: [
        measure("CID", r[0]),
        measure("SUR", r[1], 20, base=(amount_of("CID"),)),
        vat(r[2]),
    ]
)


@given(item_lists, cascades, st.randoms())
def test_order_does_not_matter(items, measures, random):
    shuffled = calculate(
        random.sample(items, len(items)), random.sample(measures, len(measures))
    )
    in_order = sorted(shuffled, key=lambda r: (r.item_key, r.measure.sequence))
    assert in_order == calculate(items, measures)


@given(item_lists, item_lists, cascades)
def test_items_do_not_touch_each_other(one, other, measures):
    together = calculate(one + other, measures)
    assert together == calculate(one, measures) + calculate(other, measures)


@given(values, cascades)
def test_amounts_are_whole_cents_and_never_negative(value, measures):
    for result in calculate(goods(value), measures):
        assert result.amount >= 0
        assert result.amount % Decimal("0.01") == 0
        assert result.base == sum(part for _name, part in result.terms)


@given(values, values, rates)
def test_duty_grows_with_the_value(one, other, rate):
    low, high = sorted((one, other))
    duty = [measure("CID", rate)]
    assert amounts(goods(low), duty)["CID"] <= amounts(goods(high), duty)["CID"]


@given(values)
def test_rate_zero_is_no_duty(value):
    assert amounts(goods(value), [measure("CID", Decimal(0))])["CID"] == 0


def test_a_declaration_of_999_items_against_thousands_of_measures():
    tariff = [
        Measure(n, "CID", "CID", (engine.percent(Decimal(5)),), f"{n:08}")
        for n in range(8000)
    ]
    items = [DutyItem(n, f"{n:08}00", Decimal(1000)) for n in range(999)]
    started = time.process_time()
    results = calculate(items, [*tariff, vat("15")])
    assert time.process_time() - started < 3
    assert len(results) == 2 * 999
