"""Accruals brought to the assessment: differences, tolerance, profit shares."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

load("engine")
accrual = load("engine.accrual")
Tolerance, true_up = accrual.Tolerance, accrual.true_up

RULE = Tolerance(D("5.00"), D("0.5"))

amounts = st.decimals(-(10**7), 10**7, places=2)
taxes = st.dictionaries(st.sampled_from("A00 A30 C00 501 499".split()), amounts)
tolerances = st.builds(
    Tolerance, st.decimals(0, 1000, places=2), st.decimals(0, 100, places=2)
)


# === EXAMPLES === #


def test_small_difference_is_accepted():
    """Expected 2 000.00, assessed 2 003.40: 3.40 is 0.17 %."""
    found = true_up({"A00": D("2000.00")}, {"A00": D("2003.40")}, RULE)
    assert found.differences == {"A00": D("3.40")}
    assert found.percent == D("0.17")
    assert found.accepted


@pytest.mark.parametrize(
    ("accrued", "payable", "accepted"),
    [
        ("2000.00", "2005.00", True),  # both limits are still met
        ("2000.00", "2005.01", False),  # the amount is not
        ("2000.00", "1995.00", True),
        ("2000.00", "1994.99", False),
        ("100.00", "100.50", True),
        ("100.00", "100.51", False),  # small, yet more than 0.5 %
        ("0.00", "0.01", False),  # nothing was accrued: no percentage accepts it
        ("0.00", "0.00", True),
    ],
)
def test_both_limits_must_hold(accrued, payable, accepted):
    found = true_up({"A00": D(accrued)}, {"A00": D(payable)}, RULE)
    assert found.accepted is accepted


def test_too_much_of_one_tax_does_not_hide_too_little_of_another():
    found = true_up(
        {"A00": D("1000"), "A30": D("1000")}, {"A00": D("1300"), "A30": D("700")}, RULE
    )
    assert found.payable == found.accrued
    assert found.deviation == 600
    assert not found.accepted


def test_tax_not_assessed_is_taken_back_and_a_new_one_added():
    found = true_up({"A00": D("70")}, {"A30": D("12.50")}, RULE)
    assert found.differences == {"A00": D("-70"), "A30": D("12.50")}


def test_nothing_accrued_has_no_percentage():
    assert true_up({}, {"A00": D(1)}, RULE).percent is None


@pytest.mark.parametrize(
    ("revenue", "cost", "percent", "share"),
    [
        ("400.00", "100.00", "50", "150.00"),
        ("100.00", "33.33", "33.33", "22.22"),  # 22.221111
        ("0.05", "0.00", "50", "0.03"),  # half a cent goes up
        ("100.00", "130.00", "50", "0.00"),  # a loss is not shared
    ],
)
def test_profit_share(revenue, cost, percent, share):
    found = accrual.profit_share(D(revenue), D(cost), D(percent), D("0.01"))
    assert found == D(share)


def test_profit_share_in_a_currency_without_cents():
    assert accrual.profit_share(D(1001), D(0), D(50), D(1)) == 501


# === LAWS === #


@given(taxes, taxes, tolerances)
def test_accrual_and_differences_are_what_is_payable(accrued, payable, tolerance):
    found = true_up(accrued, payable, tolerance)
    for key in {*accrued, *payable}:
        held = accrued.get(key, D(0)) + found.differences.get(key, D(0))
        assert held == payable.get(key, D(0))
    assert sum(found.differences.values()) == found.payable - found.accrued


@given(taxes, taxes, tolerances)
def test_twice_is_once(accrued, payable, tolerance):
    first = true_up(accrued, payable, tolerance)
    held = {
        key: accrued.get(key, D(0)) + first.differences.get(key, D(0))
        for key in {*accrued, *payable}
    }
    assert not true_up(held, payable, tolerance).differences


@given(taxes, taxes, tolerances)
def test_no_difference_is_zero_and_an_empty_one_is_accepted(accrued, payable, rule):
    found = true_up(accrued, payable, rule)
    assert all(found.differences.values())
    if not found.differences:
        assert found.accepted


@given(taxes, taxes, tolerances, tolerances)
def test_a_wider_tolerance_accepts_what_a_narrower_did(accrued, payable, one, other):
    wider = Tolerance(max(one.amount, other.amount), max(one.percent, other.percent))
    if true_up(accrued, payable, one).accepted:
        assert true_up(accrued, payable, wider).accepted


@given(taxes, taxes, tolerances)
def test_deviation_is_at_least_the_net_difference(accrued, payable, tolerance):
    found = true_up(accrued, payable, tolerance)
    assert found.deviation >= abs(found.payable - found.accrued)


@given(
    st.decimals(0, 10**6, places=2),
    st.decimals(0, 10**6, places=2),
    st.decimals(0, 100, places=2),
)
def test_share_is_never_more_than_the_margin(revenue, cost, percent):
    share = accrual.profit_share(revenue, cost, percent, D("0.01"))
    assert 0 <= share <= max(revenue - cost, D(0))
