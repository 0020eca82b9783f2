"""Agricultural components: the Meursing code of goods, and the amounts it stands for.

A rate may say ``9 % + EA MAX 24.2 % + ADSZ``.  The parts are measures of their own
types, found by the additional code of the goods (7000 to 7999), the reduction
indicator of the measure that names them and the origin.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from .components import MEURSING, MEURSING_TYPES, Component
from .model import DutyItem, Measure
from .problems import NO_MEURSING, NO_RATE, TIE, NotCalculable

CONTENTS = ("milk_fat", "milk_protein", "starch", "sucrose")

_RANGE = re.compile(r"([0-9.]*[0-9])\s*%?\s*(?:[-–]\s*([0-9.]*[0-9])\s*%?|or more)")


def resolve(
    components: tuple[Component, ...], measure: Measure, item: DutyItem, index
) -> tuple[Component, ...]:
    """Return components with every Meursing part replaced by its amount.

    :param index: :class:`.measures.MeasureIndex` that holds the amounts
    :raise NotCalculable: without additional code, or without an amount for it
    """
    if not any(component.kind == MEURSING for component in components):
        return components
    found: list[Component] = []
    for component in components:
        if component.kind != MEURSING:
            found.append(component)
            continue
        parts = _amount(component.part, measure, item, index)
        found.append(replace(parts[0], operator=component.operator))
        found.extend(parts[1:])
    return tuple(found)


def _amount(part, measure, item, index) -> Sequence[Component]:
    codes = sorted(code for code in item.additional_codes if _is_meursing(code))
    if not codes:
        raise NotCalculable(
            NO_MEURSING,
            f"its part {part} depends on the composition of the goods; state the "
            "additional code (7…) for milk fat, milk protein, starch and sucrose",
        )
    found = [
        amount
        for code in codes
        for amount in index.meursing(MEURSING_TYPES[part], code)
        if amount.reduction_indicator == measure.reduction_indicator
        and amount.covers_origin(item.origin)
    ]
    if not found:
        raise NotCalculable(
            NO_MEURSING,
            f"there is no amount of its part {part} for additional code "
            f"{' or '.join(codes)} and origin {item.origin or 'not stated'}",
        )
    best = max(_level(amount) for amount in found)
    found = [amount for amount in found if _level(amount) == best]
    if any(amount.components != found[0].components for amount in found):
        raise NotCalculable(
            TIE, f"there are several amounts of its part {part}; end all but one"
        )
    if found[0].components is None:
        raise NotCalculable(
            NO_RATE, f"the amount “{found[0].rate_text}” of {part} could not be read"
        )
    zero = Component(amount=Decimal(0), kind="fixed")
    return found[0].components or (zero,)


def _is_meursing(code):
    return len(code) == 4 and code.startswith("7") and code.isdigit()


def _level(measure):
    return (
        2 if measure.origin else bool(measure.origins),
        measure.valid_from or date.min,
    )


# --- Code of goods -------------------------------------------------------------------


def meursing_code(
    table: Mapping[str, Mapping[str, str | None]],
    *,
    milk_fat: Decimal,
    milk_protein: Decimal,
    starch: Decimal,
    sucrose: Decimal,
) -> str:
    """Return the additional code of goods by their composition, such as ``7012``.

    :param table: by key (its digits follow the 7), the range of every content in words,
        ``0 - 1.49`` or ``70 or more``; one without a range does not matter
    :param milk_fat: and the others, percent by weight of the goods
    :raise ValueError: for contents that are not percentages, or that no row holds
    """
    contents = dict(
        zip(CONTENTS, (milk_fat, milk_protein, starch, sucrose), strict=True)
    )
    for name, percent in contents.items():
        if not percent.is_finite() or not 0 <= percent <= 100:
            words = name.replace("_", " ")
            raise ValueError(f"{words} must be between 0 and 100 %, not {percent}")
    if sum(contents.values()) > 100:
        raise ValueError("the contents are more than the whole: above 100 % in all")
    codes = [
        _code(key)
        for key, row in table.items()
        if all(_within(contents[name], text) for name, text in row.items())
    ]
    if len(codes) != 1:
        words = ", ".join(
            f"{name.replace('_', ' ')} {percent} %"
            for name, percent in contents.items()
        )
        found = " and ".join(sorted(codes)) or "no row"
        raise ValueError(f"{found} of the Meursing table for {words}")
    return codes[0]


def _code(key):
    digits = "".join(character for character in key if character.isdigit())
    return digits if len(digits) == 4 else f"7{digits:0>3}"


def _within(percent, text):
    """Whether a percentage lies in a range such as ``0 - 1.49`` or ``70 or more``."""
    if not text:  # does not matter
        return True
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"range “{text}” of the Meursing table could not be read")
    if percent < Decimal(match[1]):
        return False
    if match[2] is None:
        return True
    high = Decimal(match[2])
    # printed ends stand for all up to the next figure: 1.49 ends where 1.5 begins
    step = Decimal((0, (1,), high.as_tuple().exponent))
    return percent < high + step
