"""Named steps from values to values: sums, percentages, caps, conversion."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .exchange import CustomsRate, convert
from .explain import money_words, number_words, short_words
from .rounding import EXACT, Rounding, round_by

SUM, DIFFERENCE, SMALLEST, LARGEST = "sum", "difference", "smallest", "largest"
STEP_KINDS = (SUM, DIFFERENCE, SMALLEST, LARGEST)


class ValuationError(ValueError):
    """Values that cannot be built up; the message is for the user."""


@dataclass(frozen=True, slots=True)
class StepTerm:
    """A value by name, times a factor."""

    name: str
    factor: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Step:
    """One named value made of others.

    The terms are summed, the rest subtracted from the first, or the smallest or largest
    taken; then comes ``percent``, then the conversion from ``currency``, then rounding.
    """

    name: str
    terms: tuple[StepTerm, ...]
    kind: str = SUM
    percent: Decimal | None = None
    currency: str = ""  # of the terms, to be converted; "" for none
    rounding: Rounding | None = None

    def __post_init__(self):
        if self.kind not in STEP_KINDS:
            raise ValueError(f"unknown kind of step {self.kind!r}")
        if not self.terms:
            raise ValueError(f"step {self.name} names no value")


def run_steps(
    values: Mapping[str, Decimal],
    steps: Iterable[Step],
    national: str = "",
    rates: Mapping[str, CustomsRate] | None = None,
) -> tuple[dict[str, Decimal], list[str]]:
    """Return all values after the steps, and one line of words for each step.

    Steps see the values given and those of the steps before them; a step may replace
    a value of its own name.

    :param values: by name
    :param national: ISO code of the currency that steps convert into
    :raise ValuationError: for a name that is unknown, or known only later
    :raise MissingRate: without a rate of exchange for a step that converts
    """
    steps = list(steps)
    found, words = dict(values), []
    for position, step in enumerate(steps):
        parts = [_value(found, term, steps[position:]) for term in step.terms]
        amount = _combine(step.kind, parts)
        if step.percent is not None:
            amount = EXACT.divide(EXACT.multiply(amount, step.percent), Decimal(100))
        amount = convert(amount, step.currency, national, rates or {})
        found[step.name] = round_by(step.rounding, amount)
        words.append(_words(step, parts, found[step.name], national, rates or {}))
    return found, words


def _value(found, term, later):
    if term.name in found:
        return EXACT.multiply(found[term.name], term.factor)
    here = later[0]
    defining = next((step for step in later if step.name == term.name), None)
    if defining is here:
        raise ValuationError(f"{here.name} is made of itself: circular")
    if defining is None:
        raise ValuationError(
            f"{here.name} needs the value {term.name}, which is not known; "
            f"known are {', '.join(sorted(found)) or 'none'}"
        )
    if any(other.name == here.name for other in defining.terms):
        raise ValuationError(
            f"{here.name} and {term.name} are made of each other: circular"
        )
    raise ValuationError(
        f"{here.name} needs {term.name}, which is made only later; put that step first"
    )


def _combine(kind, parts):
    if kind == SMALLEST:
        return min(parts)
    if kind == LARGEST:
        return max(parts)
    total = parts[0]
    for part in parts[1:]:
        total = (EXACT.subtract if kind == DIFFERENCE else EXACT.add)(total, part)
    return total


def _words(step, parts, amount, national, rates):
    sign = {SUM: " + ", DIFFERENCE: " − "}.get(step.kind, ", ")
    names = sign.join(
        f"{_factor(term)}{term.name} {short_words(part)}"
        for term, part in zip(step.terms, parts, strict=True)
    )
    if step.kind in (SMALLEST, LARGEST):
        names = f"{step.kind} of {names}"
    if step.percent is not None:
        names = f"{number_words(step.percent)} % × ({names})"
    if step.currency and step.currency != national:
        names = f"({names}) {step.currency} {rate_words(rates[step.currency])}"
    return f"{step.name}: {names} = {money_words(amount, national)}"


def _factor(term):
    return "" if term.factor == 1 else f"{number_words(term.factor)} × "


def rate_words(rate: CustomsRate) -> str:
    """Return ``× 1.15`` or, quoted inversely, ``÷ 0.66``."""
    sign = "×" if rate.quotation == "direct" else "÷"
    note = " (not the authority's rate)" if rate.is_fallback else ""
    return f"{sign} {number_words(rate.rate)}{note}"
