"""Penalties, interest and guarantees beyond the shared vectors."""

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

penalties = load("engine.penalties")

amounts = st.decimals(0, 10**8, places=2)


@pytest.mark.parametrize(
    ("withheld", "days", "expected"),
    [
        ("999.99", 1, 101),  # 0.999 is rounded up to a dollar
        ("1000", 1, 101),
        ("1000.99", 1, 101),  # cut to 1 000 dollars
        ("1001", 1, 102),
        ("1000", 0, 100),
    ],
)
def test_late_entry_summary_rounds_by_dollars(withheld, days, expected):
    found = penalties.us_late_entry_summary(D(withheld), days)
    assert found.amount == expected
    assert found.formula.endswith(f"= {expected}.00")


@pytest.mark.parametrize(
    ("level", "values", "expected"),
    [
        ("negligence", (D(80000), D(150000)), 150000),
        ("prior_disclosure_fraud", (D(0), None, D(5000)), 500),
        ("fraud", (D(0), D(900)), 900),
    ],
)
def test_1592(level, values, expected):
    assert penalties.us_1592_maximum(level, *values).amount == expected


def test_1592_prior_disclosure_is_no_amount():
    for level in ("prior_disclosure_negligence", "prior_disclosure_gross"):
        found = penalties.us_1592_maximum(level, D(10))
        assert (found.amount, found.interest_only) == (None, True)


@pytest.mark.parametrize(
    ("level", "values"),
    [
        ("carelessness", (D(1),)),
        ("negligence", (D(1),)),  # its domestic value is not known
        ("negligence", (D(0), D(100))),  # nor its dutiable value
        ("fraud", (D(1),)),
        ("prior_disclosure_fraud", ()),
        ("negligence", (D(-1), D(5))),
    ],
)
def test_1592_is_not_guessed(level, values):
    with pytest.raises(ValueError):
        penalties.us_1592_maximum(level, *values)


@pytest.mark.parametrize(
    ("nth", "maximum", "duty", "expected"),
    [
        (1, 2500, None, 250),
        (2, 2500, None, 500),
        (3, 2500, None, 1000),
        (5, 2500, None, 2500),
        (9, 2500, None, 2500),
        (9, 1000, None, 1000),
        (1, 2500, "49999.99", 250),
        (1, 2500, 50000, 1000),
        (1, 2500, 100000, 1000),
        (1, 2500, "100000.01", 2500),
        (1, 1000, "100000.01", 1000),
        (2, 2500, 200000, 500),  # only the first is raised
    ],
)
def test_civil_penalty(nth, maximum, duty, expected):
    duty = None if duty is None else D(duty)
    assert penalties.uk_civil_penalty(nth, D(maximum), duty).amount == expected


def test_civil_penalty_counts_from_one():
    with pytest.raises(ValueError):
        penalties.uk_civil_penalty(0, D(2500))


@pytest.mark.parametrize(
    ("paid", "days"),
    [
        (date(2026, 5, 4), 0),
        (date(2026, 5, 14), 0),  # the tenth day
        (date(2026, 5, 15), 1),
        (date(2026, 6, 3), 20),
    ],
)
def test_interest_runs_from_the_eleventh_day(paid, days):
    assert penalties.uk_c18_interest_days(date(2026, 5, 4), paid) == days


def test_interest():
    found = penalties.uk_c18_interest(D(6000), D("7.75"), 20)
    assert found.amount == D("25.48")  # 25.479…
    assert found.formula == "6 000 × 7.75 % × 20 ÷ 365 ≈ 25.48"


def test_guarantees():
    found = penalties.guarantee_potential(D(20000), D(5), D(30))
    assert found.formula == "20 000 × 5 % × 30 % = 300.00"
    assert penalties.guarantee_potential(D(1999), D(5), D(30), 0).amount == 30
    assert penalties.guarantee_actual(D(2000), D(100)).amount == 4000
    assert penalties.guarantee_actual(D(2000), D(100), months=1).amount == 2000


def test_deferred_late_payment():
    assert penalties.nz_deferred_late_payment(D(1000)).amount == 50
    assert penalties.nz_deferred_late_payment(D(1000), 3).amount == 110


@given(amounts, st.integers(0, 24), st.integers(0, 24))
def test_later_is_never_cheaper(unpaid, months, more):
    for penalty in (
        penalties.nz_deferred_late_payment,
        penalties.us_late_entry_summary,
    ):
        less = penalty(unpaid, months).amount
        assert penalty(unpaid, months + more).amount >= less


@given(amounts, amounts)
def test_1592_is_never_above_the_domestic_value(loss, value):
    for level in ("negligence", "gross"):
        if loss:
            assert penalties.us_1592_maximum(level, loss, value).amount <= value


@pytest.mark.parametrize(
    "call",
    [
        lambda: penalties.us_late_entry_summary(D(-1), 1),
        lambda: penalties.us_late_entry_summary(D(1), -1),
        lambda: penalties.uk_c18_interest(D(-1), D(1), 1),
        lambda: penalties.guarantee_potential(D(1), D(-1), D(1)),
        lambda: penalties.guarantee_actual(D(1), D(1), -1),
        lambda: penalties.nz_deferred_late_payment(D(1), -1),
    ],
)
def test_nothing_is_below_zero(call):
    with pytest.raises(ValueError, match="below zero"):
        call()
