"""What reading a rate text gives, and how it fails.

A rate that cannot be read is an error with a reason, never an empty rate: no components
at all mean free of duty.
"""

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from .components import AT_LEAST, AT_MOST, SPECIFIC, SUBTRACT, Component
from .rounding import EXACT

#: What a rate refers to instead of standing alone: the rate of the subheading the goods
#: are classified in, to which components are added; or the rate there was before.
APPLICABLE_SUBHEADING, UNCHANGED = "applicable_subheading", "unchanged"

# Machine reasons of errors
EMPTY = "empty"
AMOUNT_REQUIRED = "duty amount required"
FIGURE_WITHOUT_UNIT = "percent sign or currency required"
UNKNOWN_EXPRESSION = "unknown duty expression"
UNKNOWN_CURRENCY = "unknown currency"
UNKNOWN_UNIT = "unknown unit"
OUT_OF_ORDER = "components out of order"
USED_TWICE = "duty expression used more than once"
NEGATIVE = "negative amount"
BAD_NUMBER = "unclear number"
OTHER_LINES = "refers to other lines"
LEGAL_NOTE = "legal note"
RANGE = "range of rates"
PART_OF_VALUE = "rate on part of the value"
CONDITIONAL = "subject to conditions"
NOT_A_DUTY = "no import duty"


def _lt(text):
    """Mark a sentence for translators; it is translated when it is shown."""
    return text


#: What is wrong, where and what to do, by reason.
SENTENCES = {
    EMPTY: _lt("There is no rate. Enter one, or “Free” if no duty is due."),
    AMOUNT_REQUIRED: _lt("“%(text)s” lacks a figure at “%(part)s”."),
    FIGURE_WITHOUT_UNIT: _lt(
        "“%(part)s” in “%(text)s” has neither a percent sign nor a currency. "
        "Write 5 %% or 5 EUR/kg."
    ),
    UNKNOWN_EXPRESSION: _lt(
        "“%(part)s” in “%(text)s” is no part of a rate that can be read. "
        "Enter the components of the rate by hand."
    ),
    UNKNOWN_CURRENCY: _lt(
        "“%(part)s” in “%(text)s” is no currency. Use its ISO code, such as EUR."
    ),
    UNKNOWN_UNIT: _lt(
        "“%(part)s” in “%(text)s” is no known unit of quantity. "
        "Use one such as kg, 100 kg, l, hl, p/st, or enter the components by hand."
    ),
    OUT_OF_ORDER: _lt(
        "“%(part)s” in “%(text)s” stands where no such part may stand. "
        "Join the parts by +, -, MIN or MAX and begin with the main rate."
    ),
    USED_TWICE: _lt(
        "“%(text)s” has more parts of one kind than a rate may have, from “%(part)s”."
    ),
    NEGATIVE: _lt(
        "“%(part)s” in “%(text)s” is negative. A reduction needs a rate before it."
    ),
    BAD_NUMBER: _lt(
        "“%(part)s” in “%(text)s” is no number beyond doubt. Write 1.5 or 1500."
    ),
    OTHER_LINES: _lt(
        "“%(text)s” refers to the rate of other lines. "
        "Find it there and enter the components by hand."
    ),
    LEGAL_NOTE: _lt(
        "“%(text)s” refers to a legal note. "
        "Read the note and enter the components by hand."
    ),
    RANGE: _lt(
        "“%(text)s” is no rate: “%(part)s” takes away all there is before it, "
        "so that it may be a range. Enter the rate that applies."
    ),
    PART_OF_VALUE: _lt(
        "“%(text)s” charges part of the value only. Enter the components by hand."
    ),
    CONDITIONAL: _lt(
        "“%(text)s” holds under conditions only. Enter the components by hand."
    ),
    NOT_A_DUTY: _lt("“%(part)s” in “%(text)s” is no import duty."),
}


class RateTextError(ValueError):
    """A rate text that cannot be read: ``reason``, the ``text``, the ``part`` at fault.

    ``str(error)`` is a sentence for the user.
    """

    def __init__(self, reason: str, text: str, part: str = ""):
        self.reason = reason
        self.text = text
        self.part = part or text
        super().__init__(SENTENCES[reason] % {"text": text, "part": self.part})


@dataclass(frozen=True, slots=True)
class RateText:
    """A rate as read.

    ``components`` is empty for goods free of duty.  With a ``reference`` it is what is
    added to the rate referred to.  It is ``None`` where the text states no rate at all
    but a unit, ``supplementary_unit``, in which goods must be declared.
    """

    components: tuple[Component, ...] | None
    reference: str = ""
    supplementary_unit: str = ""
    supplementary_per: Decimal = Decimal(1)  # the unit comes in hundreds, thousands

    @property
    def is_rate(self) -> bool:
        """Whether the components alone are the whole rate."""
        return self.components is not None and not self.reference


_MARKUP = re.compile(r"<[^<>]*>")
_DOUBTFUL = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_NUMBER = re.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,15})?|[.,][0-9]{1,15}")
#: A fraction in one character, and the mark of a footnote after a percentage.
_FRACTION = re.compile("([0-9]?) ?([¼-¾⅐-⅞])")
_FOOTNOTES = re.compile(r"(?<=%)(?:\s*[1-9][0-9]?/)+$")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,15}")

#: Words that make a condition of what looks like the name of a value.
CONDITION = re.compile(
    r"\b(?:but|except|if consisting|unless|which|whichever|see|not)\b", re.IGNORECASE
)
#: A number in a pattern; :func:`number` judges it.
NUMBER = r"[0-9.,]*[0-9]"


def clean(text: str) -> str:
    """Return ``text`` without markup, entities and needless white space."""
    text = re.sub("<sup[^<>]*>([23])</sup>", r"\1", text)
    text = html.unescape(_MARKUP.sub("", text))
    text = _FRACTION.sub(_spell_fraction, text)
    text = " ".join(text.replace("\u2212", "-").replace("\u00ad", "").split())
    return _FOOTNOTES.sub("", text)


def _spell_fraction(match):
    """Return ``33 1/3`` for 33⅓."""
    fraction = unicodedata.normalize("NFKD", match[2]).replace("\u2044", "/")
    return f"{match[1] or '0'} {fraction}"


def number(spelt: str, text: str) -> Decimal:
    """Return the number spelt with a decimal point or a decimal comma.

    :raise RateTextError: where a comma may also separate thousands: 1,250
    """
    if _GROUPED.fullmatch(spelt):
        return Decimal(spelt.replace(",", ""))
    if _DOUBTFUL.fullmatch(spelt) or not _NUMBER.fullmatch(spelt):
        raise RateTextError(BAD_NUMBER, text, spelt)
    return Decimal(spelt.replace(",", "."))


def refuse_range(components: Iterable[Component], text: str) -> None:
    """Refuse a rate that takes away all it has: “10%-15%” is a range, and no rate.

    Only what can be compared is: percentages of one value, amounts per one quantity.

    :raise RateTextError: with the part that takes away
    """
    sums: dict[tuple, Decimal] = {}
    for component in components:
        if component.operator in (AT_LEAST, AT_MOST):
            sums = {}
        key, size = _size(component)
        if size is None:
            continue
        if component.operator != SUBTRACT:
            sums[key] = EXACT.add(sums.get(key, Decimal(0)), size)
        elif key in sums:
            sums[key] = EXACT.subtract(sums[key], size)
            if sums[key] <= 0:
                raise RateTextError(RANGE, text, f"- {_words(component)}")


def _size(component):
    """Return what a component can be compared by, and its figure."""
    one = component
    about = one.kind, one.on, one.currency, one.quantity_key, one.times
    if component.kind == SPECIFIC:
        return about, EXACT.divide(component.amount, component.per)
    return about, component.rate if component.amount is None else component.amount


def _words(component):
    if component.amount is None:
        return f"{figure(component.rate)} %"
    return f"{figure(component.amount)} {component.currency}".strip()


def figure(value: Decimal) -> str:
    """Return a figure as rates print it: no exponent, no needless zeros."""
    return f"{value.normalize():f}"
