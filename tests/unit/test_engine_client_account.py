"""What a client owes, split and aged: pure functions."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

account = load("engine.client_account")
BUCKETS, Split = account.BUCKETS, account.Split
bucket, open_split = account.bucket, account.open_split
share, share_instalments = account.share, account.share_instalments

CENT = Decimal("0.01")
MONEY = st.decimals(min_value=0, max_value=10**7, places=2)


@pytest.mark.parametrize(
    ("due", "name"),
    [
        ((2026, 4, 1), "not_due"),
        ((2026, 3, 31), "not_due"),
        ((2026, 3, 30), "days_30"),
        ((2026, 3, 1), "days_30"),
        ((2026, 2, 28), "days_60"),
        ((2026, 1, 30), "days_60"),
        ((2026, 1, 29), "days_90"),
        ((2025, 12, 31), "days_90"),
        ((2025, 12, 30), "older"),
    ],
)
def test_bucket(due, name):
    assert bucket(date(*due), date(2026, 3, 31)) == name
    assert name in BUCKETS


def test_share_rounds_half_up():
    split = share(Decimal("0.01"), Decimal(1), Decimal(2), CENT)
    assert split == Split(Decimal("0.01"), Decimal("0.00"))


def test_share_without_whole_is_all_services():
    assert share(Decimal(5), Decimal(0), Decimal(0), CENT) == Split(0, 5)


@given(st.lists(MONEY, min_size=1, max_size=12), st.integers(0, 100))
def test_instalments_add_up_to_the_invoice(amounts, percent):
    whole = sum(amounts)
    part = share(whole, Decimal(percent), Decimal(100), CENT).outlays
    splits = share_instalments(amounts, part, CENT)
    assert [split.total for split in splits] == amounts
    assert sum(split.outlays for split in splits) == (part if whole else 0)


def test_payment_counts_in_proportion():
    billed = Split(Decimal(900), Decimal(100))
    left = open_split(billed, [], Decimal(500), CENT)
    assert left == Split(Decimal(450), Decimal(50))


def test_credit_note_counts_where_it_was_credited():
    billed = Split(Decimal(900), Decimal(100))
    credit = Split(Decimal(400), Decimal(0))
    left = open_split(billed, [credit], Decimal(300), CENT)
    assert left == Split(Decimal(250), Decimal(50))


def test_credit_larger_than_its_part():
    billed = Split(Decimal(10), Decimal(90))
    credit = Split(Decimal(50), Decimal(0))
    assert open_split(billed, [credit], Decimal(50), CENT) == Split(0, 50)


def test_credit_note_itself():
    billed = Split(Decimal(-80), Decimal(-20))
    left = open_split(billed, [], Decimal(-50), CENT)
    assert left == Split(Decimal(-40), Decimal(-10))


@given(MONEY, MONEY, st.integers(0, 100))
def test_open_parts_add_up(outlays, services, percent):
    billed = Split(outlays, services)
    left = (billed.total * percent / 100).quantize(CENT)
    split = open_split(billed, [], left, CENT)
    assert split.total == left
    assert 0 <= split.outlays <= max(outlays, left)
