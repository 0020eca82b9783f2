"""Duties and taxes of goods items: selection, cascade, rounding, explanation."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .explain import explain, measure_words, rate_words
from .measures import CUSTOMS_VALUE, DUTIES, DutyItem, Measure, MeasureIndex, select
from .rounding import EXACT, Rounding, first_set

ZERO = Decimal(0)
_HUNDRED = Decimal(100)

#: Why an amount could not be calculated, see :attr:`DutyResult.problem`.
NO_VALUE, NO_RATE, NO_BASE = "no_value", "no_rate", "no_base"


@dataclass(frozen=True)
class DutyResult:
    """One tax of one item.

    Amounts are in the currency of the customs value.  ``amount`` is ``None`` where it
    could not be calculated, which is not zero; ``problem`` says why.
    """

    item_key: Hashable
    measure: Measure
    tax_code: str
    terms: tuple[tuple[str, Decimal], ...]  # parts of the base, by name
    base: Decimal | None
    rate_text: str
    amount: Decimal | None
    explanation: str
    problem: str = ""


def calculate(
    items: Iterable[DutyItem],
    measures: Iterable[Measure],
    on_date: date,
    rounding: Rounding,
    currency: str,
) -> list[DutyResult]:
    """Return the taxes of all items, item by item in the order of the cascade.

    A measure sees the rounded amounts of measures of lower sequence, never those of
    its own.  Nothing is assumed for a tax code without a measure: it has no result,
    and the caller says so.

    :param items: goods items; keys need not be unique
    :param measures: all that might apply, of any number
    :param on_date: the day whose rates count
    :param rounding: of amounts, for measures that state none
    :param currency: ISO code of the amounts, for the explanations
    """
    index = MeasureIndex(measures, on_date)
    return [
        result
        for item in items
        for result in _calculate_item(item, index, on_date, rounding, currency)
    ]


def _calculate_item(item, index, on_date, rounding, currency):
    results: list[DutyResult] = []
    for measure in select(item, index, on_date):
        earlier = [
            result for result in results if result.measure.sequence < measure.sequence
        ]
        rule = first_set(measure.rounding, rounding)
        results.append(_calculate_measure(item, measure, earlier, rule, currency))
    return results


def _calculate_measure(item, measure, earlier, rounding, currency):
    terms = tuple(_base_terms(item, measure.base, earlier))
    problem = _problem(item, measure, terms)
    known = tuple((name, value) for name, value in terms if value is not None)
    base = None if problem in (NO_VALUE, NO_BASE) else sum((v for _, v in known), ZERO)
    amount = None
    if problem:
        explanation = _explain_problem(measure, problem, terms)
    else:
        exact = EXACT.divide(EXACT.multiply(base, measure.rate), _HUNDRED)
        amount = rounding.apply(exact)
        explanation = explain(measure, known, base, amount, currency, rounding.decimals)
    return DutyResult(
        item_key=item.key,
        measure=measure,
        tax_code=measure.tax_code,
        terms=known,
        base=base,
        rate_text=measure.rate_text or rate_words(measure),
        amount=amount,
        explanation=explanation,
        problem=problem,
    )


def _base_terms(item, names, earlier):
    """Yield ``(name, value)`` of all that a base consists of; a value may be unknown.

    A code stands for the earlier amounts of that tax code or measure type; none is
    nothing to add, for a tax that does not apply to the item.  No amount is added
    twice, though a base may name both the duties and one of them.
    """
    left = list(earlier)
    for name in names:
        if name == CUSTOMS_VALUE:
            yield name, item.customs_value
        elif name in item.values:
            yield name, item.values[name]
        else:
            for result in [result for result in left if _is_named(result, name)]:
                left.remove(result)
                yield result.tax_code, result.amount


def _is_named(result, name):
    measure = result.measure
    if name == DUTIES:
        return measure.in_vat_base
    return name in (measure.tax_code, measure.type_code)


def _problem(item, measure, terms):
    if any(name == CUSTOMS_VALUE and value is None for name, value in terms):
        return NO_VALUE
    if any(value is None for _name, value in terms):
        return NO_BASE
    return NO_RATE if measure.rate is None else ""


def _explain_problem(measure, problem, terms):
    if problem == NO_VALUE:
        reason = "not calculated: the item has no customs value"
    elif problem == NO_RATE:
        reason = f"not calculated: the rate “{measure.rate_text}” could not be read"
    else:
        missing = ", ".join(name for name, value in terms if value is None)
        reason = f"not calculated: its base needs {missing}, which is not known"
    return "; ".join([reason, *measure_words(measure)])
