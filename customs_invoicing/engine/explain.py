"""Every computed amount explains itself in one line of words."""

from collections.abc import Iterable
from decimal import Decimal

from .measures import CUSTOMS_VALUE, Measure

TIMES = "×"


def number_words(value: Decimal, decimals: int = 0) -> str:
    """Return ``10 789.20``: thousands by spaces, at least ``decimals`` decimals."""
    places = max(decimals, -int(value.normalize().as_tuple().exponent))
    return f"{value:,.{places}f}".replace(",", " ")


def money_words(value: Decimal, currency: str, decimals: int = 2) -> str:
    """Return ``10 789.20 XCD``."""
    return f"{number_words(value, decimals)} {currency}".rstrip()


def rate_words(measure: Measure) -> str:
    """Return the rate as it enters the calculation, ``12.5 %``; else as published."""
    if measure.rate is None:
        return measure.rate_text
    return f"{number_words(measure.rate)} %"


def explain(
    measure: Measure,
    terms: Iterable[tuple[str, Decimal]],
    base: Decimal,
    amount: Decimal,
    currency: str,
    decimals: int = 2,
) -> str:
    """Return ``12.5 % × 10 789.20 XCD = 1 348.65 XCD; …`` with what it rests on.

    After the sum come the parts of the base where there are several, then the
    measure, its validity and its source.
    """
    parts = [
        f"{rate_words(measure)} {TIMES} {money_words(base, currency, decimals)}"
        f" = {money_words(amount, currency, decimals)}"
    ]
    summed = [(name, value) for name, value in terms if value]
    if len(summed) > 1:
        words = (
            f"{_term_words(name)} {number_words(value, decimals)}"
            for name, value in summed
        )
        parts.append("base: " + " + ".join(words))
    return "; ".join([*parts, *measure_words(measure)])


def measure_words(measure: Measure) -> list[str]:
    """Return name, validity and source of a measure, in words."""
    name = measure.type_code
    if measure.tax_code != measure.type_code:
        name += f" (tax {measure.tax_code})"
    if measure.code_prefix:
        name += f" on {measure.code_prefix}"
    name += f", origin {measure.origin}" if measure.origin else ", any origin"
    if measure.requires_claim:
        name += f", preference {measure.requires_claim} claimed"
    return [
        part for part in (name, _validity_words(measure), measure.legal_source) if part
    ]


def _validity_words(measure):
    if measure.valid_from and measure.valid_to:
        return f"valid {measure.valid_from} to {measure.valid_to}"
    if measure.valid_from:
        return f"valid from {measure.valid_from}"
    if measure.valid_to:
        return f"valid until {measure.valid_to}"
    return "no date limit"


def _term_words(name):
    return "customs value" if name == CUSTOMS_VALUE else name
