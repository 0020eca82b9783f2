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


def changed_vals(record, vals):
    """Return those of ``vals`` that a record does not have, as its fields round them.

    Thousands of lines are calculated again to the same figures: not writing them is
    many times faster than letting the ORM find out.
    """
    changed = {}
    for name, value in vals.items():
        field = record._fields[name]
        before = field.convert_to_cache(record[name], record)
        if field.convert_to_cache(value, record) != before:
            changed[name] = value
    return changed


def own_values(records, names):
    """Return what new records have in fields that nobody fills when creating them.

    Among the values of a new record they keep out defaults that come with a call, or
    that a user has stored: those are claims from outside.
    """
    found = {}
    for name in names:
        field = records._fields[name]
        if field.store and not field.compute:
            found[name] = field.default(records) if field.default else False
    return found


def to_float(value):
    """Return a :class:`Decimal` or ``None`` for a float field, ``None`` as 0."""
    return float(value or 0)


def split_codes(text):
    """Return the set of codes in a text that separates them by commas or blanks."""
    return frozenset((text or "").replace(",", " ").split())
