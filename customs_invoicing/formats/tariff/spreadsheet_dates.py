"""Days in a spreadsheet, where either the day or the month may come first."""

import re
from collections.abc import Iterable
from datetime import date

DATE_ORDERS = ("auto", "dmy", "mdy")

_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?")
_DOTTED = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})")
_LOCAL = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})")


class Days:
    """Reads the days of one file.

    With dots the day comes first.  With strokes the order is that of the file: stated,
    or shown by a number above 12; else the day is taken to be first, with a doubt.
    """

    def __init__(self, rows: Iterable[list[str]], order: str = "auto"):
        if order not in DATE_ORDERS:
            raise ValueError(f"date_order must be one of {DATE_ORDERS}, not {order!r}")
        self.order = order
        if order == "auto":
            self.order = self._shown(text for row in rows for text in row)

    @staticmethod
    def _shown(texts):
        """Return the order that the texts show, "" where they show none or both."""
        found = [match.groups() for text in texts if (match := _LOCAL.fullmatch(text))]
        day_first = any(int(first) > 12 for first, _second, _year in found)
        month_first = any(int(second) > 12 for _first, second, _year in found)
        if day_first == month_first:
            return ""
        return "dmy" if day_first else "mdy"

    def spell_out(self, text: str) -> tuple[date | None, bool]:
        """Return the day that a text spells and whether it may be another.

        :raise ValueError: when it spells none
        """
        if not text:
            return None, False
        if match := _ISO.fullmatch(text):
            return date(*map(int, match.groups())), False
        if match := _DOTTED.fullmatch(text):
            day, month, year = map(int, match.groups())
            return date(year, month, day), False
        match = _LOCAL.fullmatch(text)
        if not match:
            raise ValueError(text)
        first, second, year = map(int, match.groups())
        if self.order == "mdy" or (not self.order and second > 12):
            return date(year, first, second), False
        is_doubtful = not self.order and first <= 12 and first != second
        return date(year, second, first), is_doubtful
