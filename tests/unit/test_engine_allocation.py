"""Sharing an amount over targets: to the last cent, and what cannot be shared."""

from decimal import Decimal as D

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pure import load

allocation = load("engine.allocation")
allocate, percentages = allocation.allocate, allocation.percentages

KEYS = st.sampled_from(["value", "mass", "item"])
weights = st.dictionaries(
    st.integers(0, 50), st.decimals(0, 10**6, places=3), min_size=1, max_size=12
)


def test_percent():
    found = allocate(D("99.99"), 2, "percent", {"a": D("33.3"), "b": D("66.7")})
    assert found == {"a": D("33.30"), "b": D("66.69")}


def test_mass_value_and_items():
    for key in ("mass", "value", "item"):
        found = allocate(D(100), 2, key, {"a": D(1), "b": D(1), "c": D(1)})
        assert found == {"a": D("33.34"), "b": D("33.33"), "c": D("33.33")}


def test_digits_of_the_currency():
    shares = {"a": D(1), "b": D(2)}
    assert allocate(D(100), 0, "mass", shares) == {"a": D(33), "b": D(67)}
    assert allocate(D(1), 3, "mass", shares) == {"a": D("0.333"), "b": D("0.667")}


def test_credit():
    found = allocate(D("-10"), 2, "item", {"a": D(1), "b": D(2)})
    assert found == {"a": D("-3.33"), "b": D("-6.67")}


@given(st.decimals(-(10**7), 10**7, places=2), KEYS, weights)
def test_shares_sum_to_the_amount(amount, key, found):
    assume(any(found.values()))
    shares = allocate(amount, 2, key, found)
    assert list(shares) == list(found)
    assert sum(shares.values()) == amount
    whole = sum(found.values())
    for target, share in shares.items():
        assert abs(share - amount * found[target] / whole) < D("0.0100001")
        assert share == share.quantize(D("0.01"))


@given(weights, st.integers(4, 8))
def test_percentages_sum_to_a_hundred(found, digits):
    assume(any(found.values()))
    shares = percentages(found, digits)
    assert sum(shares.values()) == 100
    assert all(share >= 0 for share in shares.values())
    assert all(share == round(share, digits) for share in shares.values())


def test_percentages_of_thirds():
    found = percentages({"a": D(1), "b": D(1), "c": D(1)})
    assert sorted(found.values()) == [D("33.3333"), D("33.3333"), D("33.3334")]


@pytest.mark.parametrize(
    ("key", "shares", "code", "words"),
    [
        ("volume", {"a": D(1)}, "unknown_key", "no key"),
        ("mass", {}, "no_targets", "nobody"),
        ("mass", {"a": D(0)}, "no_mass", "mass"),
        ("value", {"a": D(0)}, "no_value", "value"),
        ("item", {"a": D(0)}, "no_item", "item"),
        ("percent", {"a": D(0)}, "no_percent", "percent"),
        ("percent", {"a": D(60), "b": D(30)}, "percent_total", "add up to 90,"),
        ("percent", {"a": D(60), "b": D(60)}, "percent_total", "add up to 120,"),
        ("mass", {"Stores": D(-1)}, "negative_weight", "Stores is below zero"),
    ],
)
def test_what_cannot_be_shared(key, shares, code, words):
    with pytest.raises(allocation.AllocationError, match=words) as caught:
        allocate(D(100), 2, key, shares)
    assert caught.value.code == code
    assert str(caught.value) == allocation.MESSAGES[code] % caught.value.values


def test_percentages_name_the_key():
    with pytest.raises(allocation.AllocationError, match="by mass"):
        percentages({"a": D(0)}, key="mass")
