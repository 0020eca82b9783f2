"""Days that storage, demurrage, detention and outlays run."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from .rating_model import Clock

SATURDAY, SUNDAY = 5, 6
_WEEK = 7


def working_days(
    start: date,
    stop: date,
    holidays: Collection[date] = (),
    weekend: Collection[int] = (SATURDAY, SUNDAY),
) -> int:
    """Return the working days after ``start``, up to and with ``stop``.

    Negative where ``stop`` lies before ``start``.

    :param weekend: days of the week without work, Monday is 0

    >>> working_days(date(2026, 3, 6), date(2026, 3, 10))  # Friday to Tuesday
    2
    """
    if stop < start:
        return -working_days(stop, start, holidays, weekend)
    weeks, rest = divmod((stop - start).days, _WEEK)
    worked = weeks * (_WEEK - len(set(weekend)))
    for offset in range(rest):
        worked += (stop - timedelta(days=offset)).weekday() not in weekend
    return worked - sum(
        start < day <= stop and day.weekday() not in weekend for day in set(holidays)
    )


def add_working_days(start: date, count: int, days_off: Collection[date]) -> date:
    """Return the day that many working days after another.

    >>> add_working_days(date(2026, 3, 6), 1, {date(2026, 3, 7), date(2026, 3, 8)})
    datetime.date(2026, 3, 9)
    """
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= day not in days_off
    return day


def clock(
    start: date,
    stop: date,
    units: Decimal | int = 1,
    holidays: Collection[date] = (),
    weekend: Collection[int] = (SATURDAY, SUNDAY),
) -> Clock:
    """Return what ran from ``start`` to ``stop``: the first day is not counted.

    A stop before the start gives negative days, which no rule rates.

    >>> clock(date(2026, 3, 6), date(2026, 3, 10)).days
    4
    """
    return Clock(
        days=(stop - start).days,
        working_days=working_days(start, stop, holidays, weekend),
        units=Decimal(units),
    )
