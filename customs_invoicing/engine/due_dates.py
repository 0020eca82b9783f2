"""When a deferment account is debited: statement cycles and due dates.

Working days are Monday to Friday. Public holidays are not known here.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

DAILY, WEEKLY, HALF_MONTHLY, MONTHLY, MID_MONTH = (
    "daily",
    "weekly",
    "half_monthly",
    "monthly",
    "mid_month",
)
CYCLES = (DAILY, WEEKLY, HALF_MONTHLY, MONTHLY, MID_MONTH)

MONTH_DAY, MONTH_WORKDAY, DAYS_AFTER_CHARGE, DAYS_AFTER_CYCLE = (
    "month_day",
    "month_workday",
    "days_charge",
    "days_cycle",
)
RULES = (MONTH_DAY, MONTH_WORKDAY, DAYS_AFTER_CHARGE, DAYS_AFTER_CYCLE)

NEXT, PREVIOUS, KEEP = "next", "previous", "keep"
WEEKENDS = (NEXT, PREVIOUS, KEEP)

_SATURDAY = 5
#: Day a half of the month, and a month from the 16th, ends on
_MIDDLE = 15
#: No month has more working days
MOST_WORKDAYS = 23


@dataclass(frozen=True)
class DueRule:
    """How the due date of a charge follows from its day.

    :param cycle: period of a statement: days, weeks to Sunday, halves of a month,
        months, or months from the 16th to the 15th
    :param rule: ``month_day`` the nth day, ``month_workday`` the nth working day of
        the month after the cycle; ``days_charge``, ``days_cycle`` n days after the
        charge or the end of the cycle
    :param number: n
    :param weekend: what becomes of a due date on a Saturday or Sunday
    """

    cycle: str = MONTHLY
    rule: str = MONTH_DAY
    number: int = 15
    weekend: str = NEXT

    def problem(self) -> str:
        """Return ``number`` when n is out of range for the rule, else nothing."""
        highest = {MONTH_DAY: 31, MONTH_WORKDAY: MOST_WORKDAYS}.get(self.rule)
        if highest is None:
            return "number" if self.number < 0 else ""
        return "" if 1 <= self.number <= highest else "number"


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _month_after(day: date) -> tuple[int, int]:
    return (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)


def is_workday(day: date) -> bool:
    """Return whether a day is from Monday to Friday."""
    return day.weekday() < _SATURDAY


def cycle_end(day: date, cycle: str) -> date:
    """Return the last day of the statement that a charge of a day is on.

    >>> cycle_end(date(2026, 3, 16), "mid_month")
    datetime.date(2026, 4, 15)
    """
    if cycle == WEEKLY:
        return day + timedelta(days=6 - day.weekday())
    if cycle == MONTHLY:
        return _last_day(day.year, day.month)
    if cycle == HALF_MONTHLY:
        if day.day <= _MIDDLE:
            return day.replace(day=_MIDDLE)
        return _last_day(day.year, day.month)
    if cycle == MID_MONTH:
        if day.day <= _MIDDLE:
            return day.replace(day=_MIDDLE)
        return date(*_month_after(day), _MIDDLE)
    return day


def cycle_start(day: date, cycle: str) -> date:
    """Return the first day of the statement that a charge of a day is on."""
    if cycle == WEEKLY:
        return day - timedelta(days=day.weekday())
    if cycle == MONTHLY:
        return day.replace(day=1)
    if cycle == HALF_MONTHLY:
        return day.replace(day=1 if day.day <= _MIDDLE else _MIDDLE + 1)
    if cycle == MID_MONTH:
        if day.day > _MIDDLE:
            return day.replace(day=_MIDDLE + 1)
        before = day.replace(day=1) - timedelta(days=1)
        return before.replace(day=_MIDDLE + 1)
    return day


def _nth_day(year: int, month: int, number: int) -> date:
    """Return the nth day of a month, the last one where it has fewer."""
    last = _last_day(year, month)
    return last.replace(day=min(number, last.day))


def _nth_workday(year: int, month: int, number: int) -> date:
    """Return the nth working day of a month, the last one where it has fewer."""
    days = (date(year, month, day) for day in range(1, _last_day(year, month).day + 1))
    workdays = [day for day in days if is_workday(day)]
    return workdays[min(number, len(workdays)) - 1]


def _off_weekend(day: date, weekend: str, earliest: date) -> date:
    """Return a due date moved off the weekend, not before ``earliest``."""
    if is_workday(day) or weekend == KEEP:
        return day
    if weekend == PREVIOUS:
        friday = day - timedelta(days=day.weekday() - _SATURDAY + 1)
        if friday >= earliest:
            return friday
    return day + timedelta(days=7 - day.weekday())


def due_date(day: date, rule: DueRule) -> date:
    """Return when what is charged on a day is debited.

    >>> due_date(date(2026, 3, 3), DueRule(number=16))
    datetime.date(2026, 4, 16)
    >>> due_date(date(2026, 3, 24), DueRule(rule="month_workday", number=15))
    datetime.date(2026, 4, 21)
    """
    end = cycle_end(day, rule.cycle)
    if rule.rule == MONTH_WORKDAY:
        return _nth_workday(*_month_after(end), rule.number)
    if rule.rule == MONTH_DAY:
        return _off_weekend(
            _nth_day(*_month_after(end), rule.number), rule.weekend, end
        )
    start = day if rule.rule == DAYS_AFTER_CHARGE else end
    return _off_weekend(start + timedelta(days=rule.number), rule.weekend, start)
