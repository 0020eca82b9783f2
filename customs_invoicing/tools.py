"""Small helpers between the ORM and the functional core."""

from decimal import Decimal


def to_decimal(value, digits=6):
    """Return a float of the ORM as the :class:`Decimal` its user meant.

    Floats carry binary noise beyond the digits a field stores; formatting with those
    digits gives the exact decimal back.
    """
    if not value:
        return Decimal(0)
    return Decimal(f"{value:.{digits}f}").normalize() + 0


def to_float(value):
    """Return a :class:`Decimal` or ``None`` for a float field, ``None`` as 0."""
    return float(value or 0)


def split_codes(text):
    """Return the set of codes in a text that separates them by commas or blanks."""
    return frozenset((text or "").replace(",", " ").split())
