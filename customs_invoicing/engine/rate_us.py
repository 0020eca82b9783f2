"""Rate texts of the Harmonized Tariff Schedule of the United States.

``Free``; ``46.3¢/kg + 14.9%``; ``44¢ each + 6% on the case``; ``A less B for each
degree under 100 degrees but not less than C``.  The column of special rates gives
several such rates, each with the symbols of the programmes that it is for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from . import rate_text
from .components import (
    ADD,
    AT_LEAST,
    AT_MOST,
    PERCENT,
    SPECIFIC,
    SUBTRACT,
    Component,
)
from .rate_text import (
    APPLICABLE_SUBHEADING,
    UNCHANGED,
    RateText,
    RateTextError,
    clean,
    figure,
    number,
)
from .rounding import EXACT
from .units import Denominator, find_unit, print_unit

DOLLAR = "USD"

_OPERATORS = {
    "+": ADD,
    "plus": ADD,
    "less": SUBTRACT,
    "minus": SUBTRACT,
    "but not less": AT_LEAST,
    "but not less than": AT_LEAST,
    "but not more than": AT_MOST,
    "but not to exceed": AT_MOST,
}
_OPERATOR = re.compile(
    r"(?:,\s*(?=but\b)|\s*)(\+|\b(?:plus|minus|but not less(?: than)?|but not more than"
    r"|but not to exceed|less)\b)\s*",
    re.IGNORECASE,
)

#: What typesetting did to the words of the schedule.
_REPAIRS = (
    (re.compile(r"(?<=[a-z])- (?=[a-z])"), ""),  # thou- sand
    (re.compile(r"\bthe(?=(?:battery|case|movement|strap)\b)"), "the "),
    (re.compile(r"\binthe\b"), "in the"),
    (re.compile(r"\bweght\b"), "weight"),
    (re.compile(r"(?<=[0-9])of\b"), " of"),
)

_FREE = re.compile(r"(?:free|duty[- ]free)\.?", re.IGNORECASE)
_UNCHANGED = re.compile(r"no change", re.IGNORECASE)
_REFERENCE = re.compile(
    r"the duty (?:rate )?provided (?:for )?in (?:the applicable|such) subheading",
    re.IGNORECASE,
)
#: Texts that are no sum of parts, by what the reader must do about them.
_UNREAD = (
    (rate_text.CONDITIONAL, re.compile(r"free\b", re.IGNORECASE)),
    (rate_text.LEGAL_NOTE, re.compile(r"see\b.*\bnote\b", re.IGNORECASE)),
    (rate_text.OTHER_LINES, re.compile(r"see\b.*[0-9]{4}", re.IGNORECASE)),
    (
        rate_text.OTHER_LINES,
        re.compile(
            r"the (?:duty )?rate (?:of duty )?(?:applicable|provided)", re.IGNORECASE
        ),
    ),
    (rate_text.PART_OF_VALUE, re.compile(r"a duty\b", re.IGNORECASE)),
)


def parse_us(text: str, dollar: str = DOLLAR) -> RateText:
    """Read a rate of the column "General", "Column 2" or "Additional Duties".

    :param dollar: currency of ``$`` and ``¢``; "" for that of the tariff
    :raise RateTextError: see the reasons in :mod:`.rate_text`
    """
    cleaned = _repair(clean(text))
    if not cleaned:
        raise RateTextError(rate_text.EMPTY, cleaned)
    if _FREE.fullmatch(cleaned):
        return RateText(())
    if _UNCHANGED.fullmatch(cleaned):
        return RateText((), UNCHANGED)
    reference, rest = "", cleaned
    if match := _REFERENCE.match(cleaned):
        reference, rest = APPLICABLE_SUBHEADING, cleaned[match.end() :].strip()
        if not rest:
            return RateText((), reference)
    for reason, pattern in _UNREAD:
        if not reference and pattern.match(cleaned):
            raise RateTextError(reason, cleaned)
    components = _sum(rest, cleaned, dollar, follows=bool(reference))
    return RateText(tuple(components), reference)


def _repair(text):
    for pattern, replacement in _REPAIRS:
        text = pattern.sub(replacement, text)
    return text


def _sum(words, text, dollar, follows=False):
    """Return the components of a sum; it begins with an operator if it ``follows``."""
    first, *rest = _OPERATOR.split(words)
    pairs = list(zip(rest[::2], rest[1::2], strict=True))
    if bool(first) == follows:
        raise RateTextError(
            rate_text.UNKNOWN_EXPRESSION if first else rate_text.AMOUNT_REQUIRED,
            text,
            first or words,
        )
    if first:
        pairs.insert(0, ("+", first))
    components = []
    for printed, term in pairs:
        if not term:
            raise RateTextError(rate_text.AMOUNT_REQUIRED, text, printed)
        operator = _OPERATORS[" ".join(printed.casefold().split())]
        components.append(_term(operator, term, text, dollar))
    return components


# --- Terms ---------------------------------------------------------------------------

_PERCENT = re.compile(
    rf"(?P<whole>{rate_text.NUMBER})(?:[ -](?P<top>[0-9]+)/(?P<bottom>[1-9][0-9]*))?"
    r"\s*(?:%|percent\b)(?:\s*(?:on|of) (?P<on>[a-z][a-z ,'-]*))?",
    re.IGNORECASE,
)
_MONEY = re.compile(
    rf"(?:(?P<cents>{rate_text.NUMBER})\s*¢|\$\s*(?P<dollars>{rate_text.NUMBER}))"
    r"\s*(?:/\s*(?P<unit>.+)|(?P<each>each|per head|head))",
    re.IGNORECASE,
)
#: Dollars of the schedule, whose decimals follow a point, never a comma.
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_SIXTH = Decimal("0.000001")


def _term(operator, term, text, dollar) -> Component:
    """Return the component that a term of a sum spells."""
    if term.startswith("-"):
        raise RateTextError(rate_text.NEGATIVE, text, term)
    if match := _PERCENT.fullmatch(term):
        return _percent(operator, match, text)
    if match := _MONEY.fullmatch(term):
        return _money(operator, match, text, dollar)
    if re.fullmatch(rate_text.NUMBER, term):
        raise RateTextError(rate_text.FIGURE_WITHOUT_UNIT, text, term)
    raise RateTextError(rate_text.UNKNOWN_EXPRESSION, text, term)


def _percent(operator, match, text):
    on = (match["on"] or "").strip()
    if rate_text.CONDITION.search(on):
        raise RateTextError(rate_text.CONDITIONAL, text, on)
    rate = number(match["whole"], text)
    if match["top"]:  # 33 1/3%
        part = EXACT.divide(Decimal(match["top"]), Decimal(match["bottom"]))
        rate += part.quantize(_SIXTH, context=EXACT)
    return Component(PERCENT, operator, rate=rate, on=on)


def _money(operator, match, text, dollar):
    spelt = match["cents"] or match["dollars"]
    if match["dollars"] and dollar == DOLLAR and _THOUSANDS.fullmatch(spelt):
        spelt = spelt.replace(",", "")
    amount = number(spelt, text)
    if match["cents"]:
        amount = amount.scaleb(-2, context=EXACT)
    denominator = _denominator(match["unit"] or match["each"], text)
    return Component(
        SPECIFIC, operator, amount=amount, currency=dollar, **denominator.fields()
    )


#: What follows a unit: how it is weighed, what of the goods, what multiplies.
_BASES = {
    "on drained weight": "drained",
    "on contents and container": "contents_and_container",
    ", including weight of container": "contents_and_container",
    "on entire contents of container": "entire_contents",
}
_TAILS = (
    (
        re.compile(
            r"(?P<unit>.+?) for each degree under (?P<degrees>[0-9]+) degrees"
            r"(?: \(and fractions of a degree in proportion\))?"
        ),
        lambda match: {"times": (f"degrees_under_{match['degrees']}",)},
    ),
    (
        re.compile("(?P<unit>.+?)\\s*(?P<basis>" + "|".join(_BASES) + ")"),
        lambda match: {"weight_basis": _BASES[match["basis"]]},
    ),
    (
        re.compile(r"(?P<unit>.+?) (?:on|of) (?P<content>[a-z][a-z -]*?)(?: content)?"),
        lambda match: {"content": match["content"]},
    ),
    (
        re.compile(r"(?P<unit>jewel) (?P<over>over [0-9]+)"),
        lambda match: {"qualifier": match["over"]},
    ),
)


def _denominator(words, text) -> Denominator:
    """Return what an amount is charged per.

    :raise RateTextError: for an unknown unit
    """
    if found := find_unit(words):
        return found
    for pattern, fields in _TAILS:
        match = pattern.fullmatch(words)
        found = find_unit(match["unit"]) if match else None
        if found and not found.about and not found.times:
            return Denominator(found.unit, found.per, **fields(match))
    raise RateTextError(rate_text.UNKNOWN_UNIT, text, words)


# --- Special rates -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpecialRate:
    """One rate of the special column and the programmes it is for.

    ``rate`` is ``None`` where the text could not be read: ``error`` says why.
    """

    text: str
    programmes: tuple[str, ...]
    rate: RateText | None
    error: RateTextError | None = None

    @property
    def components(self) -> tuple[Component, ...] | None:
        """The components, ``None`` where they could not be read."""
        return self.rate.components if self.rate else None


_PROGRAMME = r"[A-Z]{1,2}[+*]?"
_PROGRAMMES = re.compile(
    rf"\(\s*({_PROGRAMME}(?:[\s,.]+{_PROGRAMME})*)[\s,.]*\)(?!\s*[a-z])"
)


def parse_us_special(text: str, dollar: str = DOLLAR) -> tuple[SpecialRate, ...]:
    """Read a cell of the special column: rates with the programmes in brackets.

    A rate that cannot be read does not hide the others.  A rate without programmes is
    returned with none.

    :raise RateTextError: for an empty cell
    """
    cleaned = clean(text)
    if not cleaned:
        raise RateTextError(rate_text.EMPTY, cleaned)
    rates, start = [], 0
    for match in _PROGRAMMES.finditer(cleaned):
        programmes = tuple(re.split(r"[\s,.]+", match[1]))
        rates.append(_special(cleaned[start : match.start()], programmes, dollar))
        start = match.end()
    if rest := cleaned[start:].strip(" ,;"):
        rates.append(_special(rest, (), dollar))
    return tuple(rates)


def _special(words, programmes, dollar):
    words = words.strip(" ,;")
    try:
        return SpecialRate(words, programmes, parse_us(words, dollar))
    except RateTextError as error:
        return SpecialRate(words, programmes, None, error)


# --- Printing ------------------------------------------------------------------------

_PRINTED_OPERATORS = {
    ADD: " + ",
    SUBTRACT: " less ",
    AT_LEAST: " but not less than ",
    AT_MOST: " but not more than ",
}
_PRINTED_BASES = {basis: words for words, basis in reversed(_BASES.items())}


def print_us(components: Sequence[Component], dollar: str = DOLLAR) -> str:
    """Return components in the way of the schedule, amounts in dollars.

    The text reads back as the same components.

    :raise ValueError: for what the schedule has no words for: another currency, a
        fixed amount, a Meursing part, a sum that begins with another operator than +
    """
    if not components:
        return "Free"
    if components[0].operator != ADD:
        raise ValueError("a rate begins with its main part")
    text = _print_term(components[0], dollar)
    for component in components[1:]:
        text += _PRINTED_OPERATORS[component.operator] + _print_term(component, dollar)
    if parse_us(text, dollar).components != tuple(components):
        raise ValueError(f"{text} would read as another rate")
    return text


def _print_term(component, dollar):
    if component.kind == PERCENT:
        rate = f"{figure(component.rate)}%"
        return f"{rate} on {component.on}" if component.on else rate
    if component.kind != SPECIFIC:
        raise ValueError(f"no words for a {component.kind} component")
    if component.currency != dollar:
        raise ValueError(f"an amount in {component.currency or 'the tariff currency'}")
    plain = Denominator(component.unit, component.per)
    unit = print_unit(plain)
    if unit is None:
        raise ValueError(f"no printed form of the unit {component.unit}")
    return f"${figure(component.amount)}/{unit}{_print_tail(component)}"


def _print_tail(component):
    """Return the words after the unit, those of :data:`_TAILS`."""
    stated = [
        field
        for field in ("times", "weight_basis", "content", "qualifier")
        if getattr(component, field)
    ]
    if not stated:
        return ""
    if len(stated) == 1 and component.content:
        return f" of {component.content}"
    if len(stated) == 1 and component.weight_basis in _PRINTED_BASES:
        words = _PRINTED_BASES[component.weight_basis]
        return words if words.startswith(",") else f" {words}"
    if len(stated) == 1 and component.qualifier.startswith("over "):
        return f" {component.qualifier}"
    degrees = re.fullmatch("degrees_under_([0-9]+)", "".join(component.times))
    if stated == ["times"] and degrees:
        return f" for each degree under {degrees[1]} degrees"
    raise ValueError(f"no words for the quantity {component.quantity_key}")
