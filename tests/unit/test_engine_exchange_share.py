"""Shares of a payment's exchange difference."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

share_difference = load("engine.exchange_share").share_difference

cents = st.decimals("0.01", "99999", places=2)


@given(st.decimals("-500", "500", places=2), st.lists(cents, min_size=1, max_size=6))
def test_a_bill_of_outlays_passes_on_the_whole_difference(difference, outlays):
    parts = share_difference(difference, outlays, sum(outlays))
    assert sum(parts) == difference


@given(st.decimals("0.01", "500", places=2), st.lists(cents, min_size=2, max_size=6))
def test_what_is_no_outlay_keeps_its_part(difference, amounts):
    total = sum(amounts)
    parts = share_difference(difference, amounts[1:], total)
    kept = difference - sum(parts)
    assert abs(kept - difference * amounts[0] / total) <= D("0.01")


@pytest.mark.parametrize(
    ("difference", "outlays", "total", "expected"),
    [
        ("5.75", ["1058"], "1058", ["5.75"]),
        ("-10", ["920"], "920", ["-10"]),
        ("10", ["30", "30"], "90", ["3.34", "3.33"]),
        # a credit note owes us: both sides are negative
        ("6", ["-50", "-50"], "-200", ["1.50", "1.50"]),
        # lines of both signs
        ("9", ["120", "-30"], "90", ["12.00", "-3.00"]),
        ("5", ["10"], "0", ["0"]),
    ],
)
def test_shares(difference, outlays, total, expected):
    parts = share_difference(D(difference), [D(o) for o in outlays], D(total))
    assert parts == [D(part) for part in expected]
