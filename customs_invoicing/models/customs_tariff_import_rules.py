"""What becomes of a row of a publication beside the records that are there."""

from dataclasses import dataclass
from datetime import date, timedelta

#: A record that is the same; a new record; a record written anew in its own place; only
#: the last day is new; a row that contradicts records of other days.
UNCHANGED, INSERT, CORRECT, DATE, CONFLICT = (
    "unchanged",
    "insert",
    "correct",
    "date",
    "conflict",
)

_ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Stored:
    """A record of the same key, as far as it matters here."""

    id: int
    date_from: date | None
    date_to: date | None
    is_same: bool  # as the row in everything but dates


@dataclass(slots=True)
class Decision:
    """What to do with a row."""

    action: str
    record_id: int | None = None  # the record that is kept, corrected or in the way
    end_id: int | None = None  # the record that ends the day before
    date_to: date | None = None  # last day of the new or corrected record


def overlaps(start, end, other_start, other_end):
    """Whether two periods share a day; ``None`` is open."""
    return (start is None or other_end is None or start <= other_end) and (
        end is None or other_start is None or other_start <= end
    )


def decide(date_from, date_to, is_dated, stored):
    """Return the :class:`Decision` for a row valid from ``date_from``.

    A change never touches the past: the record in force ends the day before, and a new
    one starts.  What starts later stays, and ends the new one.

    :param is_dated: whether the file itself says from when the row is valid; otherwise
        it is the day from which the edition holds
    :param stored: :class:`Stored` records of the same key
    """
    rivals = [o for o in stored if overlaps(date_from, date_to, o.date_from, o.date_to)]
    current = next((o for o in rivals if _starts(o) <= date_from), None)
    later = sorted(
        (o for o in rivals if _starts(o) > date_from), key=lambda o: o.date_from
    )
    limit = later[0].date_from - _ONE_DAY if later else None
    if current and current.is_same and (not is_dated or _starts(current) == date_from):
        return _keep(current, date_to, is_dated, later)
    if later and date_to is not None and later[0].date_from <= date_to and is_dated:
        return Decision(CONFLICT, later[0].id)
    last = _earliest(date_to, limit)
    if not current:
        return Decision(INSERT, date_to=last)
    if not is_dated:  # the line was known to end on that day
        last = _earliest(last, current.date_to)
    if current.date_from == date_from:
        return Decision(CORRECT, current.id, date_to=last)
    return Decision(INSERT, end_id=current.id, date_to=last)


def _keep(current, date_to, is_dated, later):
    """Return the decision for a record that says the same."""
    if not is_dated or date_to is None or date_to == current.date_to:
        return Decision(UNCHANGED, current.id)
    if later:
        return Decision(CONFLICT, later[0].id)
    return Decision(DATE, current.id, date_to=date_to)


def _starts(stored):
    return stored.date_from or date.min


def _earliest(*days):
    known = [day for day in days if day is not None]
    return min(known) if known else None
