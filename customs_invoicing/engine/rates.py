"""Rate texts: from what a tariff prints to components, and back.

* :func:`parse_us`, :func:`parse_us_special` -- the schedule of the United States;
* :func:`parse_taric` -- the tariffs of the European Union and the United Kingdom;
* :func:`parse` -- a rate somebody wrote into a spreadsheet, in either way;
* :func:`components_from_taric`, :func:`rate_from_taric` -- rows of measure components;
* :func:`print_us`, :func:`print_taric` -- the text of components, which reads back as
  the same components.

What cannot be read is a :class:`RateTextError` with a machine ``reason`` and a sentence
for the user; it is never an empty rate, which means free of duty.
"""

import re
from dataclasses import replace

from . import rate_text
from .components import percent
from .rate_taric import (
    DUTY_EXPRESSIONS,
    components_from_taric,
    parse_taric,
    print_taric,
    rate_from_taric,
)
from .rate_text import (
    APPLICABLE_SUBHEADING,
    NEGATIVE,
    UNCHANGED,
    RateText,
    RateTextError,
    clean,
)
from .rate_us import SpecialRate, parse_us, parse_us_special, print_us

__all__ = [
    "APPLICABLE_SUBHEADING",
    "DUTY_EXPRESSIONS",
    "NEGATIVE",
    "UNCHANGED",
    "RateText",
    "RateTextError",
    "SpecialRate",
    "components_from_taric",
    "parse",
    "parse_taric",
    "parse_us",
    "parse_us_special",
    "percent",
    "print_taric",
    "print_us",
    "rate_from_taric",
]

#: Words for free of duty in English, French, German, Portuguese and Spanish.
_FREE = frozenset(
    "free|duty free|duty-free|nil|nihil|exempt|exempted|exento|exenta|libre|exonéré"
    "|exonérée|exempté|exemptée|franchise|en franchise|frei|zollfrei|isento|isenta"
    "|livre".split("|")
)
_WHICHEVER = re.compile(
    r"(?P<one>.+?),? or (?P<other>.+?),? whichever (?:is|be) (?:the )?"
    r"(?P<which>higher|highest|greater|greatest|more|lower|lowest|lesser|less)",
    re.IGNORECASE,
)
_MORE = ("higher", "highest", "greater", "greatest", "more")
#: Words for what the grammars write as a sign, or need not be told.
_WORDS = (
    (re.compile(r"\s*\bper ?cent\b", re.IGNORECASE), " %"),
    (re.compile(r"%\s*ad[ -]?val(?:orem\b|\.)", re.IGNORECASE), "%"),
)
#: What only the schedule of the United States and its like write.
_US = re.compile(
    r"[$¢]|\b(?:each|on the|less|plus|minus|but not|no change|see)\b"
    r"|the duty |the rate |[0-9] [0-9]+/[0-9]+",
    re.IGNORECASE,
)


def parse(text: str, dollar: str = "") -> RateText:
    """Read a rate as somebody writes it into a spreadsheet.

    All that TARIC and the schedule of the United States write; words for free of duty;
    ``35% or 200 USD/t whichever is higher``.  A bare number is no rate.

    :param dollar: currency of ``$`` and ``¢``; "" for that of the tariff
    :raise RateTextError: see the reasons in :mod:`.rate_text`
    """
    cleaned = clean(text)
    for pattern, words in _WORDS:
        cleaned = pattern.sub(words, cleaned)
    if cleaned.casefold().rstrip(".") in _FREE:
        return RateText(())
    if match := _WHICHEVER.fullmatch(cleaned):
        word = "MIN" if match["which"].casefold() in _MORE else "MAX"
        return _parse_whichever(match["one"], word, match["other"], cleaned, dollar)
    if not _US.search(cleaned):
        return parse_taric(cleaned)
    rate = parse_us(cleaned, dollar)
    if rate.is_rate:
        rate_text.refuse_range(rate.components, cleaned)
    return rate


def _parse_whichever(one, word, other, text, dollar) -> RateText:
    """Read two rates, the higher or the lower of which is due."""
    rates = [parse(one, dollar), parse(other, dollar)]
    if not all(rate.is_rate and rate.components for rate in rates):
        raise RateTextError(rate_text.UNKNOWN_EXPRESSION, text)
    first, second = (rate.components for rate in rates)
    if any(part.operator in ("MIN", "MAX") for part in (*first, *second)):
        raise RateTextError(rate_text.UNKNOWN_EXPRESSION, text)
    joined = replace(second[0], operator=word)
    return RateText((*first, joined, *second[1:]))
