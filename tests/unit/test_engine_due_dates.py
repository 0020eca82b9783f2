"""Statement cycles and due dates of deferment accounts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

due = load("engine.due_dates")

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
numbers = {
    "month_day": st.integers(1, 31),
    "month_workday": st.integers(1, 23),
    "days_charge": st.integers(0, 120),
    "days_cycle": st.integers(0, 120),
}
rules = st.sampled_from(due.RULES).flatmap(
    lambda rule: st.builds(
        due.DueRule,
        cycle=st.sampled_from(due.CYCLES),
        rule=st.just(rule),
        number=numbers[rule],
        weekend=st.sampled_from(due.WEEKENDS),
    )
)


def day(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("charged", "rule", "expected"),
    [
        # United Kingdom: the 15th of the month after; 15 August 2026 is a Saturday
        ("2026-03-31", {}, "2026-04-15"),
        ("2026-04-01", {}, "2026-05-15"),
        ("2026-07-10", {}, "2026-08-17"),
        ("2026-07-10", {"weekend": "previous"}, "2026-08-14"),
        ("2026-07-10", {"weekend": "keep"}, "2026-08-15"),
        # Union: the 16th of the month after
        ("2026-03-03", {"number": 16}, "2026-04-16"),
        # United States: 15th working day of the month after
        ("2026-03-24", {"rule": "month_workday"}, "2026-04-21"),
        ("2026-12-31", {"rule": "month_workday"}, "2027-01-21"),
        # 30 days after the charge, or after its statement
        ("2026-03-03", {"rule": "days_charge", "number": 30}, "2026-04-02"),
        ("2026-03-03", {"rule": "days_cycle", "number": 30}, "2026-04-30"),
        (
            "2026-03-03",
            {"cycle": "weekly", "rule": "days_cycle", "number": 5},
            "2026-03-13",
        ),
        # from the 16th to the 15th
        ("2026-03-15", {"cycle": "mid_month"}, "2026-04-15"),
        ("2026-03-16", {"cycle": "mid_month"}, "2026-05-15"),
        ("2026-12-20", {"cycle": "mid_month"}, "2027-02-15"),
        # twice a month
        (
            "2026-03-16",
            {"cycle": "half_monthly", "rule": "days_cycle", "number": 10},
            "2026-04-10",
        ),
        # months without a 31st, or without so many working days
        ("2026-01-20", {"number": 31, "weekend": "keep"}, "2026-02-28"),
        ("2026-01-20", {"rule": "month_workday", "number": 23}, "2026-02-27"),
        # never before what it is for: Saturday, the working day before is too early
        (
            "2026-03-07",
            {"rule": "days_charge", "number": 0, "weekend": "previous"},
            "2026-03-09",
        ),
    ],
)
def test_due_date(charged, rule, expected):
    assert due.due_date(day(charged), due.DueRule(**rule)) == day(expected)


@pytest.mark.parametrize(
    ("cycle", "inside", "first", "last"),
    [
        ("daily", "2026-03-11", "2026-03-11", "2026-03-11"),
        ("weekly", "2026-03-11", "2026-03-09", "2026-03-15"),
        ("half_monthly", "2026-02-15", "2026-02-01", "2026-02-15"),
        ("half_monthly", "2028-02-16", "2028-02-16", "2028-02-29"),
        ("monthly", "2026-02-11", "2026-02-01", "2026-02-28"),
        ("mid_month", "2026-01-15", "2025-12-16", "2026-01-15"),
        ("mid_month", "2026-12-16", "2026-12-16", "2027-01-15"),
    ],
)
def test_cycle(cycle, inside, first, last):
    assert due.cycle_start(day(inside), cycle) == day(first)
    assert due.cycle_end(day(inside), cycle) == day(last)


@given(days, st.sampled_from(due.CYCLES))
def test_cycles_cover_every_day_once(when, cycle):
    first, last = due.cycle_start(when, cycle), due.cycle_end(when, cycle)
    assert first <= when <= last
    for edge in (first, last):
        assert due.cycle_start(edge, cycle) == first
        assert due.cycle_end(edge, cycle) == last
    assert due.cycle_start(last + timedelta(days=1), cycle) == last + timedelta(days=1)
    assert due.cycle_end(first - timedelta(days=1), cycle) == first - timedelta(days=1)


@given(days, rules)
def test_nothing_is_due_before_it_is_charged(when, rule):
    assert due.due_date(when, rule) >= when


@given(days, rules)
def test_a_later_charge_is_never_due_earlier(when, rule):
    later = when + timedelta(days=1)
    assert due.due_date(when, rule) <= due.due_date(later, rule)


@given(days, rules)
def test_one_statement_has_one_due_date(when, rule):
    if rule.rule == "days_charge":
        return
    last = due.cycle_end(when, rule.cycle)
    assert due.due_date(when, rule) == due.due_date(last, rule)


@given(days, rules)
def test_weekends_are_left_unless_kept(when, rule):
    if rule.weekend != "keep" or rule.rule == "month_workday":
        assert due.is_workday(due.due_date(when, rule))


@given(days, st.integers(1, 23))
def test_nth_workday_counts_workdays(when, number):
    result = due.due_date(when, due.DueRule(rule="month_workday", number=number))
    month = [result.replace(day=n) for n in range(1, result.day + 1)]
    counted = sum(map(due.is_workday, month))
    is_last = not any(
        due.is_workday(result + timedelta(days=n))
        for n in range(1, 8)
        if (result + timedelta(days=n)).month == result.month
    )
    assert counted == number or (counted < number and is_last)


@pytest.mark.parametrize(
    ("rule", "number", "problem"),
    [
        ("month_day", 0, "number"),
        ("month_day", 31, ""),
        ("month_day", 32, "number"),
        ("month_workday", 23, ""),
        ("month_workday", 24, "number"),
        ("days_charge", 0, ""),
        ("days_cycle", -1, "number"),
        ("days_cycle", 400, ""),
    ],
)
def test_range_of_the_number(rule, number, problem):
    assert due.DueRule(rule=rule, number=number).problem() == problem
