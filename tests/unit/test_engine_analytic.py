"""One analytic distribution for an amount that several items share."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

load("engine")
combine = load("engine.analytic").combine

percents = st.decimals(0, 100, places=2)
weights = st.decimals(0, 10**7, places=2)


@st.composite
def distributions(draw):
    """Return the distribution of one item: at most 100 % in all, like Odoo's."""
    keys = draw(st.lists(st.sampled_from(["1", "2", "3,7", "9"]), unique=True))
    left, found = D(100), {}
    for key in keys:
        share = min(left, draw(percents))
        if share:
            found[key] = share
        left -= share
    return found


items = st.lists(st.tuples(weights, distributions()), min_size=1, max_size=6)


# === EXAMPLES === #


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        # one item: its own
        ([(10, {"1": 100})], {"1": "100.00"}),
        # by weight
        ([(75, {"1": 100}), (25, {"2": 100})], {"1": "75.00", "2": "25.00"}),
        # two items of one account add up
        (
            [(1, {"1": 100}), (1, {"1": 40, "2": 60})],
            {"1": "70.00", "2": "30.00"},
        ),
        # an item without a distribution leaves its share open
        ([(1, {"1": 100}), (3, {})], {"1": "25.00"}),
        # thirds: the last hundredth goes to the first
        (
            [(1, {"1": 100}), (1, {"2": 100}), (1, {"3,7": 100})],
            {"1": "33.34", "2": "33.33", "3,7": "33.33"},
        ),
        # an item of no weight has no say
        ([(0, {"1": 100}), (5, {"2": 100})], {"2": "100.00"}),
        # no weight at all: all alike
        ([(0, {"1": 100}), (0, {"2": 100})], {"1": "50.00", "2": "50.00"}),
        # nobody has one
        ([(1, {}), (2, {})], {}),
    ],
)
def test_examples(shares, expected):
    amounts, found = zip(*shares, strict=True)
    result = combine([D(amount) for amount in amounts], list(found))
    assert result == {key: D(percent) for key, percent in expected.items()}


def test_numbers_of_the_database_are_taken_as_they_read():
    """33.33 comes as a binary number from the database and must stay 33.33."""
    assert combine([D(1)], [{"1": 33.33, "2": 66.67}]) == {
        "1": D("33.33"),
        "2": D("66.67"),
    }


# === LAWS === #


def split(found):
    return [weight for weight, _own in found], [own for _weight, own in found]


@given(items)
def test_never_more_than_the_items_have(found):
    result = combine(*split(found))
    most = max(sum(own.values(), D(0)) for _weight, own in found)
    assert sum(result.values(), D(0)) <= most


@given(items)
def test_whole_items_make_a_whole(found):
    full = [
        (w, {**own, "1": own.get("1", 0) + 100 - sum(own.values())}) for w, own in found
    ]
    assert sum(combine(*split(full)).values()) == 100


@given(items)
def test_only_accounts_of_items_and_no_empty_share(found):
    result = combine(*split(found))
    assert set(result) <= {key for _weight, own in found for key in own}
    assert all(percent > 0 for percent in result.values())
    assert all(percent == percent.quantize(D("0.01")) for percent in result.values())


@given(items)
def test_each_share_is_within_a_hundredth_of_the_exact_one(found):
    amounts, own = split(found)
    total = sum(amounts)
    if not total:
        amounts, total = [D(1)] * len(amounts), D(len(amounts))
    result = combine(amounts, own)
    for key in {key for each in own for key in each}:
        exact = sum(
            amount * each.get(key, D(0)) / total
            for amount, each in zip(amounts, own, strict=True)
        )
        assert abs(result.get(key, D(0)) - exact) <= D("0.015")


@given(distributions(), st.lists(weights, min_size=1, max_size=5))
def test_items_alike_have_what_each_has(own, amounts):
    assert combine(amounts, [own] * len(amounts)) == own


@given(items, st.decimals("0.01", 1000, places=2))
def test_only_the_proportion_of_the_weights_counts(found, factor):
    amounts, own = split(found)
    assert combine(amounts, own) == combine([factor * a for a in amounts], own)


def test_percentages_are_as_fine_as_asked():
    weights, whole = [D(1), D(13)], [{"1": 100}, {"2": 100}]
    assert combine(weights, whole) == {"1": D("7.14"), "2": D("92.86")}
    assert combine(weights, whole, 4) == {"1": D("7.1429"), "2": D("92.8571")}
