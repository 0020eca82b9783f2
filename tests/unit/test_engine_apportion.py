"""Apportionment: exact sums, fair parts."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pure import engine

totals = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
weights = st.lists(
    st.decimals(min_value=0, max_value=10**9, places=3), min_size=1, max_size=30
).filter(any)
units = st.sampled_from([Decimal("0.01"), Decimal("0.05"), Decimal(1)])


def decimals(*values):
    return [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("total", "by", "parts"),
    [
        ("100", "1 1 1", "33.34 33.33 33.33"),
        ("0.02", "1 1 1", "0.01 0.01 0"),
        ("-100", "1 1 1", "-33.34 -33.33 -33.33"),
        ("10", "0 5 0", "0 10 0"),
        ("1320.00", "12480 7350 4170", "686.40 404.25 229.35"),
        ("0", "0 0", "0 0"),
        ("0.01", "1 2", "0 0.01"),
    ],
)
def test_parts(total, by, parts):
    found = engine.apportion(Decimal(total), decimals(*by.split()))
    assert found == decimals(*parts.split())


def test_unit():
    assert engine.apportion(Decimal(10), decimals(1, 1, 1), Decimal(1)) == decimals(
        4, 3, 3
    )


def test_a_total_finer_than_the_unit_keeps_its_rest():
    parts = engine.apportion(Decimal("10.005"), decimals(1, 3))
    assert parts == decimals("2.50", "7.505")


@given(totals, weights, units)
def test_parts_sum_to_the_total(total, by, unit):
    parts = engine.apportion(total, by, unit)
    assert sum(parts) == total
    assert len(parts) == len(by)


@given(totals, weights)
def test_no_part_is_a_unit_off(total, by):
    whole = sum(by)
    for part, weight in zip(engine.apportion(total, by), by, strict=True):
        assert abs(part * whole - total * weight) < Decimal("0.01") * whole
        assert weight or not part
        assert part * total >= 0


@given(totals, weights, st.randoms())
def test_order_does_not_matter(total, by, random):
    shuffled = random.sample(by, len(by))
    one = zip(by, engine.apportion(total, by), strict=True)
    other = zip(shuffled, engine.apportion(total, shuffled), strict=True)
    assert sorted(one) == sorted(other)


@given(totals, weights, st.integers(1, 1000))
def test_scale_of_the_weights_does_not_matter(total, by, factor):
    scaled = [weight * factor for weight in by]
    assert engine.apportion(total, by) == engine.apportion(total, scaled)


@given(totals, weights)
def test_negative_totals_mirror_positive_ones(total, by):
    assume(total)
    assert engine.apportion(-total, by) == [-n for n in engine.apportion(total, by)]


def test_what_cannot_be_apportioned():
    with pytest.raises(ValueError, match="no weight"):
        engine.apportion(Decimal(1), decimals(0, 0))
    with pytest.raises(ValueError, match="no weight"):
        engine.apportion(Decimal(1), [])
    with pytest.raises(ValueError, match="negative"):
        engine.apportion(Decimal(1), decimals(2, -1))
    with pytest.raises(ValueError, match="unit"):
        engine.apportion(Decimal(1), decimals(1), Decimal(0))
