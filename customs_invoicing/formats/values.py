"""Text, numbers and dates as ASYCUDA and its users write them in XML."""

import re
from datetime import date
from decimal import Decimal

from .errors import FormatError, FormatWarning

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
#: Thousands may be grouped where that is beyond doubt: ``1,618`` alone may be a
#: decimal comma, ``1,618.00``, ``1,618,000`` and ``1 618`` may not.
_GROUPED = re.compile(
    r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+\.[0-9]+|(?:,[0-9]{3}){2,}"
    r"|(?: [0-9]{3})+(?:\.[0-9]+)?)"
)
_MAX_LENGTH = 40
_MAX_MAGNITUDE = 30  # digits before or after the point

_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ].*)?")
_LOCAL_DATE = re.compile(
    r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?: .*)?"
)

DATE_ORDERS = ("auto", "mdy", "dmy")


def text(node, path):
    """Return the text at ``path`` with white space collapsed, "" when there is none.

    ``<x/>``, ``<x></x>`` and ``<x><null/></x>`` are all empty.
    """
    return " ".join((node.findtext(path) or "").split())


def lines(node, path):
    """Return the non-empty lines at ``path``; lines of punctuation only are dropped."""
    found = (" ".join(line.split()) for line in (node.findtext(path) or "").split("\n"))
    return tuple(line for line in found if any(map(str.isalnum, line)))


def to_decimal(value):
    """Return the finite decimal that ``value`` (a string) spells.

    :raise ValueError: when it spells none, or one too large to be an amount
    """
    if len(value) > _MAX_LENGTH:
        raise ValueError(value)
    if _GROUPED.fullmatch(value):
        value = value.replace(",", "").replace(" ", "")
    elif not _NUMBER.fullmatch(value):
        raise ValueError(value)
    number = Decimal(value)
    if number and abs(number.adjusted()) > _MAX_MAGNITUDE:
        raise ValueError(value)
    return number


class Dates:
    """Dates of one file, whose order of day and month is the writer's locale.

    ``order`` is ``mdy``, ``dmy`` or ``auto``: month first unless the first number of
    any local date of the file is above 12.
    """

    def __init__(self, root, order="auto"):
        if order not in DATE_ORDERS:
            raise ValueError(f"date_order must be one of {DATE_ORDERS}, not {order!r}")
        self.ambiguous = ""  # a date that would differ under the other order
        if order != "auto":
            self.day_first = order == "dmy"
            return
        found = [match.groups() for match in self._local_dates(root)]
        self.day_first = any(int(first) > 12 for first, *_rest in found)
        if not self.day_first and all(int(second) <= 12 for _, _, second, _ in found):
            self.ambiguous = next(
                (
                    f"{first}{mark}{second}{mark}{year}"
                    for first, mark, second, year in found
                    if int(first) != int(second)
                ),
                "",
            )

    @staticmethod
    def _local_dates(root):
        for element in root.iter():
            if "date" in element.tag.lower() and element.text:
                match = _LOCAL_DATE.fullmatch(element.text.strip())
                if match:
                    yield match

    def parse(self, value):
        """Return the date that ``value`` spells.

        :raise ValueError: when it spells none in the order of this file
        """
        match = _ISO_DATE.fullmatch(value)
        if match:
            return date(*map(int, match.groups()))
        match = _LOCAL_DATE.fullmatch(value)
        if not match:
            raise ValueError(value)
        first, _mark, second, year = match.groups()
        day, month = (first, second) if self.day_first else (second, first)
        century = 2000 if len(year) == 2 else 0
        return date(century + int(year), int(month), int(day))


class Reader:
    """What reading one file shares: its name, its dates, the warnings so far."""

    def __init__(self, root, filename="", date_order="auto"):
        self.filename = filename or "The file"
        self.dates = Dates(root, date_order)
        self.warnings = []
        if self.dates.ambiguous:
            value = self.dates.ambiguous
            try:
                read_as = self.dates.parse(value).isoformat()
            except ValueError:
                return  # 0/3/26 and the like: reported where it is read
            self.warn("ambiguous_dates", value=value, read_as=read_as)

    def error(self, code, **values):
        """Return a :class:`FormatError` naming the file."""
        return FormatError(code, filename=self.filename, **values)

    def warn(self, code, **values):
        """Note a doubt that does not keep the file from being read."""
        warning = FormatWarning(code, **values)
        if warning not in self.warnings:
            self.warnings.append(warning)

    def number(self, node, path, where):
        """Return the number at ``path``, ``None`` when it is empty.

        :raise FormatError: ``bad_number``, never a silent zero
        """
        value = text(node, path)
        if not value:
            return None
        try:
            return to_decimal(value)
        except ValueError as error:
            raise self.error("bad_number", where=where, value=value) from error

    def integer(self, node, path, where):
        """Return the whole number at ``path`` (``8`` or ``8.0``) or ``None``."""
        number = self.number(node, path, where)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise self.error("bad_number", where=where, value=text(node, path))
        return int(number)

    def date(self, node, path, where, strict=True):
        """Return the date at ``path`` or ``None``.

        A date that cannot be read is an error; when not ``strict``, a warning.

        :raise FormatError: ``bad_date``
        """
        value = text(node, path)
        if not value:
            return None
        try:
            return self.dates.parse(value)
        except ValueError as error:
            if strict:
                raise self.error("bad_date", where=where, value=value) from error
            self.warn("bad_date", where=where, value=value)
            return None
