"""Cells of a rate card as people write them: figures, dates, pairs. Nothing is guessed.

Every function returns the value or raises :class:`Unreadable`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..engine.rounding import EXACT
from .tariff.spreadsheet_dates import Days


class Unreadable(Exception):
    """Within the reader: a cell that cannot be read, with the reason."""

    def __init__(self, code: str, /, **values):
        super().__init__(code, values)
        self.code = code
        self.values = values


@dataclass(frozen=True)
class Cell:
    """A cell: its text and, in a workbook, what it really is.

    :param problem: why its value cannot be had at all
    """

    text: str = ""
    number: Decimal | None = None
    day: date | None = None
    is_percent: bool = False
    is_time: bool = False
    problem: str = ""


EMPTY = Cell()

_MAX_LENGTH = 40
_SPACES = " \u00a0\u2009\u202f"
_GROUP_MARKS = "'’" + _SPACES
_PLAIN = re.compile(r"-?[0-9]*([.,])[0-9]+|-?[0-9]+")
_AMBIGUOUS = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED = (
    re.compile(r"-?[0-9]{1,3}(?:(?:,[0-9]{3})+\.[0-9]+|(?:,[0-9]{3}){2,})"),
    re.compile(r"-?[0-9]{1,3}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})"),
)
_SPACED = re.compile(rf"-?[0-9]{{1,3}}(?:[{_GROUP_MARKS}][0-9]{{3}})+(?:[.,][0-9]+)?")
_DAYS = Days(())


def spell_number(text: str) -> Decimal:
    """Return the number that a text spells in any locale, where there is no doubt.

    ``1.234,56`` and ``1,234.56`` leave none, ``1,234`` and ``1.234`` do.

    >>> spell_number("1.234,56")
    Decimal('1234.56')
    """
    text = text.strip().replace("\u2212", "-")
    if len(text) > _MAX_LENGTH:
        raise Unreadable("bad_number", text=f"{text[:_MAX_LENGTH]}…")
    if _AMBIGUOUS.fullmatch(text):
        digits = text.replace(",", ".")
        one = f"{Decimal(digits).normalize():f}"
        raise Unreadable(
            "ambiguous_number", text=text, one=one, other=digits.replace(".", "")
        )
    if _SPACED.fullmatch(text):
        text = re.sub(f"[{_GROUP_MARKS}]", "", text)
        return Decimal(text.replace(",", "."))
    if _PLAIN.fullmatch(text):
        return Decimal(text.replace(",", "."))
    for pattern, group, mark in zip(_GROUPED, ",.", ".,", strict=True):
        if pattern.fullmatch(text):
            return Decimal(text.replace(group, "").replace(mark, "."))
    raise Unreadable("bad_number", text=text)


def write_number(number: Decimal) -> str:
    """Return a number as text that has one meaning in any locale."""
    text = f"{number.normalize(EXACT):f}"
    return f"{text}0" if _AMBIGUOUS.fullmatch(text) else text


def _at_least_zero(number, text):
    if number < 0:
        raise Unreadable("negative_number", text=text)
    return number


def read_number(cell: Cell) -> Decimal:
    """Return the number of a cell, at least zero."""
    _check_value(cell)
    if cell.is_percent:
        raise Unreadable("percent_cell", text=cell.text)
    number = spell_number(cell.text) if cell.number is None else cell.number
    return _at_least_zero(number, cell.text)


def read_percent(cell: Cell) -> Decimal:
    """Return percent: of a cell shown as a percentage, else of its figure."""
    _check_value(cell)
    if cell.number is None:
        text = cell.text.removesuffix("%").rstrip()
        return _at_least_zero(spell_number(text), cell.text)
    number = _at_least_zero(cell.number, cell.text)
    return EXACT.multiply(number, Decimal(100)) if cell.is_percent else number


def _check_value(cell):
    if cell.day or cell.is_time:
        raise Unreadable("bad_number", text=cell.text)


def read_line(cell: Cell) -> int:
    """Return the number of a line."""
    try:
        number = read_number(cell)
    except Unreadable as error:
        raise Unreadable("bad_line", text=cell.text) from error
    if number != number.to_integral_value() or not 0 < number < 10**6:
        raise Unreadable("bad_line", text=cell.text)
    return int(number)


def read_date(cell: Cell) -> date:
    """Return the day of a cell that holds a date, or spells one beyond doubt."""
    if cell.day:
        return cell.day
    try:
        if cell.number is not None or cell.is_time:
            raise ValueError(cell.text)
        day, is_doubtful = _DAYS.spell_out(cell.text)
    except ValueError as error:
        raise Unreadable("bad_date", text=cell.text) from error
    if is_doubtful:
        raise Unreadable("ambiguous_date", text=cell.text)
    return day


def read_text(cell: Cell) -> str:
    """Return the text of a cell that has not been turned into something else."""
    if cell.day or cell.is_time:
        raise Unreadable("not_text_cell", text=cell.text)
    return cell.text


def read_code(cell: Cell) -> str:
    """Return a code of digits, unless the spreadsheet may have cut its zeros."""
    text = read_text(cell)
    if cell.number is not None and len(text) > 1 and len(text) % 2:
        raise Unreadable("lost_zero", text=text)
    return text


def read_list(cell: Cell) -> tuple[str, ...]:
    """Return texts parted by commas or semicolons."""
    parts = (part.strip() for part in re.split("[,;]", read_text(cell)))
    return tuple(part for part in parts if part)


def _pairs(cell, example):
    for part in read_text(cell).split(";"):
        if not part.strip():
            continue
        left, mark, right = part.rpartition(":")
        if not mark or not right.strip():
            raise Unreadable("bad_pairs", text=cell.text, example=example)
        yield left.strip(), right.strip()


def read_bands(
    cell: Cell, spell_price: Callable[[str], Decimal] = spell_number
) -> tuple[tuple[Decimal | None, Decimal], ...]:
    """Return bands such as ``1000:83; 10000:185; :300``."""
    return tuple(
        (
            _at_least_zero(spell_number(limit), limit) if limit else None,
            _at_least_zero(spell_price(price), price),
        )
        for limit, price in _pairs(cell, "1000:83; 10000:185; :300")
    )


def spell_percent(text: str) -> Decimal:
    """Return percent, with or without its sign."""
    return spell_number(text.removesuffix("%").rstrip())


def read_sizes(cell: Cell) -> dict[str, Decimal]:
    """Return prices by size such as ``20:15000; 40:25000``."""
    sizes: dict[str, Decimal] = {}
    example = "20:15000; 40:25000"
    for size, price in _pairs(cell, example):
        if not size or ":" in size:
            raise Unreadable("bad_pairs", text=cell.text, example=example)
        if size in sizes:
            raise Unreadable("same_size", text=size)
        sizes[size] = _at_least_zero(spell_number(price), price)
    return sizes


def write_pairs(pairs) -> str:
    """Return pairs as :func:`read_bands` and :func:`read_sizes` read them."""
    return "; ".join(f"{_left(left)}:{write_number(price)}" for left, price in pairs)


def _left(value):
    if value is None:
        return ""
    return write_number(value) if isinstance(value, Decimal) else str(value)
