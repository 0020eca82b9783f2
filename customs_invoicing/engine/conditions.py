"""Conditions of a measure: documents presented, thresholds met."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .components import Component
from .evaluate import checked
from .exchange import CustomsRate
from .explain import number_words
from .model import (
    APPLY,
    APPLY_COMPONENTS,
    BLOCK,
    DEFAULT,
    DOCUMENT,
    NOT_APPLY,
    Condition,
    DutyItem,
    Measure,
)
from .problems import BLOCKED, NO_BASE, NO_CONDITION, NO_EXCHANGE_RATE, NotCalculable
from .rounding import EXACT
from .units import quantity_in

_COMPARISONS = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What the conditions of a measure come to for one item.

    ``documents`` are those that would let the measure apply where it does not, one
    tuple of alternatives per condition code.
    """

    applies: bool
    components: tuple[Component, ...] | None = None
    problem: str = ""
    words: str = ""
    documents: tuple[tuple[str, ...], ...] = ()


def decide(
    measure: Measure,
    items: Sequence[DutyItem],
    currency: str = "",
    rates: Mapping[str, CustomsRate] | None = None,
) -> Decision:
    """Return whether a measure applies, and with which components.

    Conditions of one code are read in order, the first that holds decides; every code
    must let the measure apply.  Where none holds, a document was asked for in vain and
    the measure does not apply; where a bracket was to give the rate, none is known.

    :param items: one item, or all that a measure on the whole declaration covers
    :param currency: national currency, of thresholds that name no other
    :param rates: customs rates of exchange, for thresholds in another currency
    """
    if not measure.conditions:
        return Decision(True, measure.components)
    components, documents, blocked = measure.components, [], []
    applies = True
    try:
        for conditions in _by_code(measure.conditions):
            action, found = _first(conditions, items, currency, rates or {})
            if action == APPLY_COMPONENTS:
                components = found
            elif action in (NOT_APPLY, BLOCK):
                applies = False
                wanted = _wanted(conditions)
                documents += [wanted] if wanted else []
                blocked += [_block_words(conditions)] if action == BLOCK else []
    except NotCalculable as problem:
        return Decision(True, None, problem.code, problem.words)
    if blocked:
        words = "the goods may not be entered: " + "; ".join(blocked)
        return Decision(True, components, BLOCKED, words, tuple(documents))
    return Decision(applies, components, documents=tuple(documents))


def _by_code(conditions):
    groups: dict[str, list[Condition]] = {}
    for condition in sorted(conditions, key=lambda c: c.sequence):
        groups.setdefault(condition.code, []).append(condition)
    return groups.values()


def _first(conditions, items, currency, rates):
    """Return action and components of the first condition that holds."""
    for condition in conditions:
        if _holds(condition, items, currency, rates):
            return condition.action, condition.components
    if any(condition.action == APPLY_COMPONENTS for condition in conditions):
        raise NotCalculable(
            NO_CONDITION,
            f"none of the conditions {conditions[0].code} holds, so no rate is known",
        )
    if any(condition.action in (APPLY, APPLY_COMPONENTS) for condition in conditions):
        return NOT_APPLY, ()
    return APPLY, ()


def _holds(condition, items, currency, rates):
    if condition.kind == DEFAULT:
        return True
    if condition.kind == DOCUMENT:
        # without a code: the case that nothing is presented
        return not condition.document or any(
            condition.document in item.documents for item in items
        )
    return _compare(condition, items, currency, rates)


def _compare(condition, items, currency, rates):
    total = Decimal(0)
    for item in items:
        value = item.value(condition.value_name)
        if value is None:
            value = quantity_in(item.quantities, condition.value_name)
        if value is None:
            raise NotCalculable(
                NO_BASE,
                f"its condition {condition.code} compares {condition.value_name}, "
                "which is not known; state it on the item",
            )
        total = EXACT.add(total, checked(value, condition.value_name))
    threshold = condition.threshold
    if condition.currency and condition.currency != currency:
        if condition.currency not in rates:
            raise NotCalculable(
                NO_EXCHANGE_RATE,
                f"its condition is in {condition.currency}, which has no customs rate "
                "of exchange on the day that counts",
            )
        threshold = rates[condition.currency].convert(threshold)
    return _COMPARISONS[condition.operator](total, threshold)


def _wanted(conditions):
    """Return the documents of one code, any of which lets the measure apply."""
    return tuple(
        condition.document
        for condition in conditions
        if condition.kind == DOCUMENT
        and condition.document
        and condition.action in (APPLY, APPLY_COMPONENTS)
    )


def _block_words(conditions):
    """Return what is missing where a code does not let the goods enter."""
    wanted = _wanted(conditions)
    if wanted:
        return f"present document {' or '.join(wanted)}"
    limits = [
        f"{condition.value_name} must be {condition.operator} "
        f"{number_words(condition.threshold)} {condition.currency}".rstrip()
        for condition in conditions
        if condition.threshold is not None
        and condition.action not in (NOT_APPLY, BLOCK)
    ]
    code = f"condition {conditions[0].code}" if conditions[0].code else "a condition"
    return " or ".join(limits) or f"{code} is not met"
