"""Amounts with their currencies, and the value build-up, of ASYCUDA World files."""

import re

from .document import Money, ValueElement
from .values import text, to_decimal

_VALUE_KINDS = {
    "external_freight": ("freight_external", "external freight"),
    "internal_freight": ("freight_internal", "internal freight"),
    "insurance": ("insurance", "insurance"),
    "other_cost": ("other_cost", "other costs"),
    "deduction": ("deduction", "deduction"),
}
#: ``810.00+0+81+0-0``: external and internal freight, insurance, other, deduction.
_VALUE_TEXT = re.compile(r"([^+]*)\+([^+]*)\+([^+]*)\+([^+]*)-([^+]*)")


def money(reader, node, where):
    """Read an amount in its currency, its national equivalent and its rate."""
    if node is None:
        return Money()
    return Money(
        amount=reader.number(node, "Amount_foreign_currency", f"{where}, amount"),
        currency=text(node, "Currency_code"),
        amount_national=reader.number(
            node, "Amount_national_currency", f"{where}, national amount"
        ),
        rate=reader.number(node, "Currency_rate", f"{where}, exchange rate"),
    )


def value_elements(reader, node, tag_prefix, where):
    """Read the five parts of the value build-up; those of zero are left out."""
    if node is None:
        return ()
    found = []
    for tag, (kind, words) in _VALUE_KINDS.items():
        value = money(reader, node.find(tag_prefix + tag), where + words)
        if value.amount or value.amount_national:
            found.append(ValueElement(kind, value))
    return tuple(found)


def value_text(reader, node, where):
    """Read the text form of the value build-up, for files with no elements of it."""
    value = text(node, "Tarification/Value_item")
    if not value:
        return ()
    match = _VALUE_TEXT.fullmatch(value)
    try:
        # one comma is a thousands separator here: 1,618+0+0+0-0
        amounts = [to_decimal(part.replace(",", "").strip()) for part in match.groups()]
    except (AttributeError, ValueError):
        reader.warn("value_text", where=f"{where}, value build-up", value=value)
        return ()
    return tuple(
        ValueElement(kind, Money(amount_national=amount))
        for (kind, _words), amount in zip(_VALUE_KINDS.values(), amounts, strict=True)
        if amount
    )
