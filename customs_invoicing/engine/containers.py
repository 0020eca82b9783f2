"""Freight containers: their sizes and the check digit of their numbers (ISO 6346)."""

import re
from decimal import Decimal
from typing import NamedTuple


class Size(NamedTuple):
    """A size and kind of container.

    :param teu: twenty foot equivalents
    :param plain: the size without its kind, whose price it follows
    """

    name: str
    teu: Decimal
    plain: str


def _sizes(*rows):
    return {code: Size(name, Decimal(teu), plain) for code, name, teu, plain in rows}


SIZES = _sizes(
    ("20", "20 foot", "1", "20"),
    ("20OT", "20 foot open top", "1", "20"),
    ("20FR", "20 foot flat rack", "1", "20"),
    ("20RF", "20 foot refrigerated", "1", "20"),
    ("20TK", "20 foot tank", "1", "20"),
    ("40", "40 foot", "2", "40"),
    ("40HC", "40 foot high cube", "2", "40"),
    ("40OT", "40 foot open top", "2", "40"),
    ("40FR", "40 foot flat rack", "2", "40"),
    ("40RF", "40 foot refrigerated", "2", "40"),
    ("45", "45 foot", "2.25", "45"),
)

_NUMBER = re.compile(r"[A-Z]{4}[0-9]{7}")
#: Values of the letters: multiples of eleven are left out
_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (value for value in range(10, 39) if value % 11),
        strict=True,
    )
)


def normalise(number: str | None) -> str:
    """Return a number without blanks and hyphens, in capitals.

    >>> normalise("csqu 305438-3")
    'CSQU3054383'
    """
    return "".join(re.findall("[A-Z0-9]", (number or "").upper()))


def is_number(number: str) -> bool:
    """Whether a normalised text is built like a container number."""
    return bool(_NUMBER.fullmatch(number))


def check_digit(number: str) -> int:
    """Return the check digit that belongs to a number, whatever its own.

    >>> check_digit("CSQU3054383")
    3
    """
    total = sum(
        (_LETTERS[sign] if sign in _LETTERS else int(sign)) * 2**place
        for place, sign in enumerate(number[:10])
    )
    return total % 11 % 10


def full_prices(prices: dict[str, Decimal]) -> dict[str, Decimal]:
    """Return prices of all sizes that have one: a special kind follows its length.

    >>> sorted(full_prices({"45": Decimal(1)}))
    ['45']
    """
    return {
        code: prices.get(code, prices.get(size.plain))
        for code, size in SIZES.items()
        if code in prices or size.plain in prices
    }
