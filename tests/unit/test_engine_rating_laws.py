"""What holds of every rating, whatever the figures."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

from hypothesis import assume, given
from hypothesis import strategies as st
from pure import load

model = load("engine.rating_model")
rating = load("engine.rating")

CENT = D("0.01")
prices = st.decimals(0, 10**6, places=2)
counts = st.integers(1, 1000).map(D)
percents = st.decimals(0, 100, places=3)
amounts = st.decimals("0.01", 10**8, places=2)


@st.composite
def bands(draw):
    """Return bands of rising limits, the last without one."""
    limits = sorted(draw(st.sets(st.integers(1, 10**6), max_size=4)))
    return tuple((limit, draw(percents)) for limit in [*map(D, limits), None])


@st.composite
def fees(draw, **limits):
    """Return a rule of a type whose result rises with what it counts."""
    parts = draw(
        st.sampled_from(
            [
                ("PER_UNIT", {"unit": "line", "rate": draw(prices)}),
                (
                    "INCLUDED_THEN",
                    {
                        "unit": "line",
                        "included": draw(counts),
                        "rate": draw(prices),
                        "base": draw(prices),
                        "minimum_extra": draw(prices),
                    },
                ),
                ("PCT_GREATER", {"basis": "outlay", "percent": draw(percents)}),
                (
                    "FIXED_PLUS_PCT",
                    {
                        "basis": "outlay",
                        "fixed": draw(prices),
                        "percent": draw(percents),
                    },
                ),
                ("BAND_PROGRESSIVE_PCT", {"basis": "outlay", "bands": draw(bands())}),
                (
                    "HOURLY",
                    {
                        "rate": draw(prices),
                        "step": draw(counts),
                        "minimum_minutes": D(9),
                    },
                ),
                (
                    "INTEREST_ON_OUTLAY",
                    {
                        "basis": "outlay",
                        "annual_rate": draw(percents),
                        "free_days": D(5),
                    },
                ),
            ]
        )
    )
    return model.FeeRule("r", "C", *parts, currency="EUR", **limits)


def facts(count, amount):
    return model.Facts(
        date(2026, 3, 2),
        "EUR",
        quantities={"line": count},
        amounts={"outlay": amount},
        minutes={"C": count},
        clocks={"outlay": (model.Clock(int(count), 0),)},
    )


@given(fees(), prices, prices, counts, amounts)
def test_between_minimum_and_maximum(fee, one, other, count, amount):
    minimum, maximum = sorted((one, other))
    given_facts = facts(count, amount)
    free = rating.rate(fee, given_facts).amount
    limited = rating.rate(
        replace(fee, minimum=minimum, maximum=maximum), given_facts
    ).amount
    if fee.type == "INTEREST_ON_OUTLAY" and not free:
        assume(False)  # no interest has no minimum
    if fee.type == "INCLUDED_THEN" and not free:
        assume(False)  # all included
    assert minimum <= limited <= maximum
    if minimum <= free <= maximum:
        assert limited == free


@given(fees(), counts, counts, amounts, amounts)
def test_more_is_never_cheaper(fee, count, more, amount, further):
    less = rating.rate(fee, facts(count, amount)).amount
    assert rating.rate(fee, facts(count + more, amount + further)).amount >= less


@given(fees(), counts, amounts)
def test_whole_cents(fee, count, amount):
    result = rating.rate(fee, facts(count, amount))
    assert result.amount == result.amount.quantize(CENT)
    assert result.formula.endswith(f"{result.amount:,.2f} EUR".replace(",", " "))


@given(st.decimals(0, 10**9, allow_nan=False, allow_infinity=False))
def test_pass_through_is_exact(cost):
    fee = model.FeeRule("r", "C", "PASS_THROUGH", {}, currency="EUR")
    given_facts = model.Facts(date(2026, 3, 2), "EUR", costs={"C": cost})
    assert rating.rate(fee, given_facts).amount == cost


@given(bands(), amounts)
def test_progressive_is_the_sum_of_its_slices(found, amount):
    fee = model.FeeRule(
        "r", "C", "BAND_PROGRESSIVE_PCT", {"basis": "outlay", "bands": found}
    )
    result = rating.rate(fee, facts(D(1), amount)).amount
    below, exact = D(0), D(0)
    for limit, percent in found:
        part = max(min(amount, limit or amount) - below, D(0))
        exact += part * percent / 100
        below += part
    assert below == amount
    assert abs(result - exact) <= CENT / 2


@given(st.lists(prices, min_size=1, max_size=6), percents)
def test_a_surcharge_is_of_the_sum(values, percent):
    lines = [
        model.FeeRule(n, n, "FLAT", {"amount": value}, currency="EUR")
        for n, value in enumerate(values)
    ]
    fee = model.FeeRule("s", "S", "SURCHARGE_PCT", {"percent": percent}, currency="EUR")
    *rated, surcharge = rating.rate_all([fee, *lines], facts(D(1), D(1)))
    assert rating.total(rated) == sum(values)
    assert abs(surcharge.amount - sum(values) * percent / 100) <= CENT / 2


@given(st.lists(fees(), min_size=1, max_size=5), counts, amounts, st.randoms())
def test_the_order_of_rules_does_not_matter(found, count, amount, random):
    rules = [replace(fee, key=n, charge=n % 3) for n, fee in enumerate(found)]
    rules.append(model.FeeRule("s", "S", "SURCHARGE_PCT", {"percent": D(10)}))
    shuffled = list(rules)
    random.shuffle(shuffled)
    given_facts = replace(facts(count, amount), minutes={n: count for n in range(3)})

    def outcome(found):
        results = {}
        for result in rating.rate_all(found, given_facts):
            if isinstance(result, model.Tie):
                results[result.charge] = result.rules
            else:
                results[result.rule.charge] = (result.amount, result.problem)
        return results

    assert outcome(rules) == outcome(shuffled)


@given(prices, prices)
def test_document_minimum_is_reached(total, minimum):
    extra = rating.document_minimum(total, minimum)
    assert extra >= 0
    assert total + extra == max(total, minimum)


@given(st.integers(0, 60), st.integers(0, 60), bands())
def test_tiered_days_are_the_sum_of_each_day(days, free, found):
    fee = model.FeeRule(
        "r",
        "C",
        "PER_DAY_TIERED",
        {"clock": "storage", "free_days": D(free), "bands": found},
    )
    clocks = {"storage": (model.Clock(days, 0, D(3)),)}
    given_facts = model.Facts(date(2026, 3, 2), "EUR", clocks=clocks)
    exact = sum(
        next(price for limit, price in found if limit is None or day <= limit)
        for day in range(1, max(days - free, 0) + 1)
    )
    assert abs(rating.rate(fee, given_facts).amount - 3 * exact) <= CENT / 2
