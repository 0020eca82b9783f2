"""What holds whatever the items, the measures and their order."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st
from pure import engine
from tariffs import (
    D,
    alternative,
    amount_of,
    calculate,
    fixed,
    goods,
    measure,
    percent,
    specific,
    vat,
)

values = st.decimals(0, 10**7, places=2)
masses = st.decimals(0, 10**5, places=3)
rates = st.decimals(0, 100, places=2)
modes = st.sampled_from(["half_up", "half_even", "down", "up", "none"])


@st.composite
def components(draw):
    """Return a rate of one to four components."""
    makers = (
        lambda operator: percent(draw(rates), operator),
        lambda operator: specific(draw(rates), operator=operator, per=100),
        lambda operator: fixed(draw(rates), operator),
    )
    found = [draw(st.sampled_from(makers))("+")]
    for operator in draw(st.lists(st.sampled_from("+ - MIN MAX".split()), max_size=3)):
        found.append(draw(st.sampled_from(makers))(operator))
    return tuple(found)


@st.composite
def cascades(draw):
    """Return measures of a tariff: alternatives, surcharges, fees, VAT."""
    rounding = engine.Rounding(draw(modes))
    duty = {"group": "duty", "tax_code": "A00", "selection": "alternative"}
    return [
        engine.Measure("mfn", "103", components=draw(components()), **duty),
        engine.Measure(
            "pref",
            "142",
            components=draw(components()),
            claims=frozenset({"300"}),
            **duty,
        ),
        measure("SUR", draw(rates), sequence=20, base=(amount_of("A00"),)),
        measure("EXC", *draw(components()), sequence=20, rounding=rounding),
        measure("FEE", draw(rates), scope="entry", sequence=30, minimum=draw(rates)),
        vat(draw(rates)),
    ]


@st.composite
def entries(draw):
    """Return the goods items of a declaration."""
    found = []
    for key in range(draw(st.integers(1, 5))):
        claims = draw(st.sampled_from([(), ("300",)]))
        quantities = {"kg": draw(masses)}
        item = goods(draw(values), key=key, claims=claims, quantities=quantities)
        found.append(item)
    return found


def rows(calculation):
    """Return what matters of results, in a fixed order of items."""
    return sorted(
        (r.item_key, r.measure.sequence, r.measure.type_code, r.base, r.amount)
        for r in calculation
        if r.measure.scope == "line"
    )


@given(entries(), cascades(), st.randoms())
def test_order_of_items_and_measures_does_not_matter(items, measures, random):
    # a cent of a fee may go to another of two equal items: without it for lines
    lines = [one for one in measures if one.scope == "line"]
    shuffled = calculate(
        random.sample(items, len(items)), *random.sample(lines, len(lines))
    )
    assert rows(shuffled) == rows(calculate(items, *lines))
    one = calculate(items, *measures)
    other = calculate(random.sample(items, len(items)), *reversed(measures))
    assert [r.amount for r in one.entry_results] == [
        r.amount for r in other.entry_results
    ]
    assert one.totals.by_tax["A00"] == other.totals.by_tax["A00"]


@given(entries(), cascades())
def test_a_fee_of_the_entry_is_the_sum_of_its_parts(items, measures):
    calculation = calculate(items, *measures)
    (entry,) = calculation.entry_results
    parts = [r for r in calculation if r.measure is entry.measure]
    assert sum(r.amount for r in parts) == entry.amount
    assert len(parts) == len(items)
    assert calculation.totals.by_tax["FEE"].assessed == entry.amount


@given(entries(), cascades())
def test_totals_are_the_sums_of_results(items, measures):
    calculation = calculate(items, *measures)
    assert calculation.problems == ()
    assert calculation.total_payable == sum(r.payable for r in calculation)
    for code, total in calculation.totals.by_type.items():
        found = [r for r in calculation if r.measure.type_code == code]
        assert total.assessed == sum(r.amount for r in found)
    assert all(r.amount >= 0 and r.explanation for r in calculation)


@given(entries(), cascades())
def test_a_preference_never_raises_the_duty(items, measures):
    unclaimed = [dataclasses.replace(one, claims=frozenset()) for one in items]
    duty = measures[:2]
    with_claim = calculate(items, *duty).total_payable
    assert with_claim <= calculate(unclaimed, *duty).total_payable


@given(entries(), cascades())
def test_items_do_not_touch_each_other(items, measures):
    lines = [one for one in measures if one.scope == "line"]
    together = rows(calculate(items, *lines))
    assert together == sorted(
        row for item in items for row in rows(calculate(item, *lines))
    )


@given(values, masses)
def test_rate_zero_is_no_duty(value, mass):
    duty = measure("A", percent(0), specific(0), fixed(0))
    found = calculate(goods(value, quantities={"kg": mass}), duty)
    assert [r.amount for r in found] == [0]


@given(values, rates, st.integers(1, 50))
def test_an_uncapped_rate_on_value_is_linear(value, rate, factor):
    duty = measure("A", rate)
    (one,) = calculate(goods(value), duty)
    (more,) = calculate(goods(value * factor), duty)
    assert more.exact == one.exact * factor


@given(values, components(), values)
def test_limits_hold(value, rate, limit):
    item = goods(value, quantities={"kg": D(7)})
    (low,) = calculate(item, measure("A", *rate, minimum=limit))
    (high,) = calculate(item, measure("A", *rate, maximum=limit))
    (free,) = calculate(item, measure("A", *rate))
    assert low.exact == max(free.exact, limit)
    assert high.exact == min(free.exact, limit)


@given(values, rates, st.decimals("0.01", 100, places=4))
def test_a_foreign_currency_only_matters_by_its_rate(mass, amount, rate):
    item = goods(quantities={"kg": mass})
    published = {"EUR": engine.CustomsRate("EUR", rate)}
    foreign = measure("A", specific(amount, currency="EUR"))
    national = measure("A", specific(amount * rate))
    (one,) = calculate(item, foreign, rates=published)
    (other,) = calculate(item, national)
    assert one.exact == other.exact


@given(values, st.integers(0, 20), st.integers(1, 20))
def test_what_a_quota_takes_and_leaves_makes_the_whole(value, allocated, more):
    claim = engine.QuotaClaim("09", D(allocated + more), D(allocated))
    quota = alternative("143", 5, quota="09")
    item = goods(value, quota=claim)
    found = calculate(item, alternative("103", 10), quota)
    assert sum(r.base for r in found) == value
    assert abs(sum(r.exact for r in found)) <= value / 10
