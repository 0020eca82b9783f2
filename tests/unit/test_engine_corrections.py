"""After clearance: shares sold, claims once only, deposits."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

corrections = load("engine.corrections")

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
positive = st.decimals(min_value=0, max_value=10**9, places=2)
percents = st.decimals(min_value=0, max_value=100, places=2)
units = st.sampled_from([Decimal("0.01"), Decimal("0.05"), Decimal(1)])


def dec(*values):
    return [Decimal(value) for value in values]


# === SHARE SOLD === #


@pytest.mark.parametrize(
    ("amount", "percent", "sold", "rest"),
    [
        ("5000.00", "60", "3000.00", "2000.00"),
        ("2300.00", "60", "1380.00", "920.00"),
        ("-2300.00", "60", "-1380.00", "-920.00"),
        ("4950.00", "100", "4950.00", "0"),
        ("4950.00", "0", "0", "4950.00"),
        ("0.05", "50", "0.03", "0.02"),
        ("-0.05", "50", "-0.03", "-0.02"),
        ("100.00", "33.33", "33.33", "66.67"),
    ],
)
def test_split_sold(amount, percent, sold, rest):
    found = corrections.split_sold(Decimal(amount), Decimal(percent))
    assert list(found) == dec(sold, rest)


@pytest.mark.parametrize("percent", ["-0.01", "100.01"])
def test_a_share_is_between_none_and_all(percent):
    with pytest.raises(ValueError, match="between 0 and 100"):
        corrections.split_sold(Decimal(1), Decimal(percent))


@given(amounts, percents, units)
def test_sold_and_rest_are_the_whole(amount, percent, unit):
    sold, rest = corrections.split_sold(amount, percent, unit)
    assert sold + rest == amount
    assert sold % unit == 0
    assert abs(sold * 100 - amount * percent) <= unit * 50


@given(amounts, percents, units)
def test_a_refund_is_split_as_the_duty_was(amount, percent, unit):
    there = corrections.split_sold(amount, percent, unit)
    back = corrections.split_sold(-amount, percent, unit)
    assert [-part for part in back] == list(there)


@given(st.lists(amounts, min_size=1, max_size=8), percents, units)
def test_moving_after_each_arrival_ends_where_one_move_does(arrivals, percent, unit):
    arrived = moved = Decimal(0)
    for amount in arrivals:
        arrived += amount
        moved += corrections.sold_to_move(arrived, moved, percent, unit)
    assert moved == corrections.sold_to_move(arrived, Decimal(0), percent, unit)
    assert corrections.sold_to_move(arrived, moved, percent, unit) == 0


@given(st.lists(amounts, min_size=1, max_size=8), percents, st.randoms())
def test_order_of_arrivals_does_not_matter(arrivals, percent, random):
    shuffled = random.sample(arrivals, len(arrivals))

    def final(amounts):
        arrived = moved = Decimal(0)
        for amount in amounts:
            arrived += amount
            moved += corrections.sold_to_move(arrived, moved, percent)
        return moved, arrived - moved

    assert final(arrivals) == final(shuffled)


@given(amounts, st.lists(percents, min_size=1, max_size=6))
def test_only_the_last_share_counts(arrived, shares):
    moved = Decimal(0)
    for share in shares:
        moved += corrections.sold_to_move(arrived, moved, share)
    assert moved == corrections.split_sold(arrived, shares[-1])[0]


# === SPREADING === #


@pytest.mark.parametrize(
    ("amount", "rooms", "parts"),
    [
        ("620", "12400 310", "620 0"),
        ("12090", "11780 310", "11780 310"),
        ("0", "5", "0"),
        ("5", "3 -1 4", "3 0 2"),
    ],
)
def test_fill(amount, rooms, parts):
    found = corrections.fill(Decimal(amount), dec(*rooms.split()))
    assert found == dec(*parts.split())


@pytest.mark.parametrize(("amount", "rooms"), [("6", "3 2"), ("1", ""), ("-1", "3")])
def test_fill_refuses_what_does_not_fit(amount, rooms):
    with pytest.raises(ValueError, match="cannot spread|more than is open"):
        corrections.fill(Decimal(amount), dec(*rooms.split()))


@given(st.lists(positive, min_size=1, max_size=10), st.data())
def test_fill_spends_all_and_no_more_than_there_is(rooms, data):
    amount = data.draw(st.decimals(min_value=0, max_value=sum(rooms), places=2))
    parts = corrections.fill(amount, rooms)
    assert sum(parts) == amount
    assert all(0 <= part <= room for part, room in zip(parts, rooms, strict=True))
    touched = [n for n, part in enumerate(parts) if part]
    for n in range(max(touched, default=0)):
        assert parts[n] == rooms[n]  # the first are used up before the next


# === CLAIMS ONCE ONLY === #


def claim(key, limit, taken, claimed):
    return corrections.Claim(key, *dec(limit, taken, claimed))


def test_claims_of_one_levy_are_added_up():
    fitting = claim("A00", "100", "40", "60")
    assert not corrections.overclaimed([fitting, claim("B00", "20", "0", "20")])
    found = corrections.overclaimed([fitting, claim("A00", "100", "40", "0.01")])
    assert [(c.key, c.claimed, c.room) for c in found] == [
        ("A00", Decimal("60.01"), Decimal(60))
    ]


def test_nothing_is_left_of_what_was_given_back_too_much():
    over = claim("A00", "60", "100", "0.01")
    assert over.room == 0
    assert corrections.overclaimed([over]) == [over]


@given(positive, st.lists(positive, min_size=1, max_size=8))
def test_accepting_one_after_another_never_gives_back_more_than_levied(limit, asked):
    taken = Decimal(0)
    for amount in asked:
        one = corrections.Claim("A00", limit, taken, amount)
        if not corrections.overclaimed([one]):
            taken += amount
    assert taken <= limit


# === STATES === #


@pytest.mark.parametrize(
    ("figures", "state", "left"),
    [
        ("0 0 0 0", "empty", "0"),
        ("100 0 0 0", "lodged", "100"),
        ("100 30 0 0", "partly", "70"),
        ("100 100 0 0", "released", "0"),
        ("100 40 60 0", "converted", "0"),
        ("100 0 0 100", "forfeited", "0"),
        ("100 0 50 50", "converted", "0"),
    ],
)
def test_deposits(figures, state, left):
    deposit = corrections.Deposit(*dec(*figures.split()))
    assert (deposit.state, deposit.open) == (state, Decimal(left))


@pytest.mark.parametrize(
    ("figures", "state"),
    [
        ("100 0 0 0", "accepted"),
        ("100 60 0 0", "accepted"),
        ("100 100 0 0", "received"),
        ("100 100 40 60", "received"),
        ("100 100 100 0", "paid_out"),
        ("0 0 0 0", "accepted"),
    ],
)
def test_settlements(figures, state):
    assert corrections.Settlement(*dec(*figures.split())).state == state
