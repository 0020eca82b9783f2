"""The amount of one measure: its base, then what the rate makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .components import PERCENT, SUBTRACT, Component
from .context import Context
from .evaluate import HUNDRED, ZERO, Evaluator, Part, checked, checked_number
from .explain import TIMES, conjunction, money_words, number_words, term_words
from .model import (
    AMOUNT,
    CONSTANT,
    CUSTOMS_VALUE,
    DUTIES,
    INFORMATION,
    PAYABLE,
    POSTPONED,
    VALUE,
    Measure,
)
from .problems import (
    BAD_MEASURE,
    BLOCKED,
    NO_BASE,
    NO_RATE,
    NO_TIER,
    NO_VALUE,
    NotCalculable,
)
from .rounding import CENTS, EXACT, add_up, first_set, round_by


@dataclass(frozen=True, slots=True)
class Share:
    """Goods that a measure covers, with the results that came before it for them."""

    part: Part
    earlier: Sequence = ()  # of DutyResult, lower sequences only


@dataclass(frozen=True, slots=True)
class Base:
    """A base and the named parts it is the sum of."""

    amount: Decimal
    terms: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """What a measure comes to, before rounding."""

    exact: Decimal
    base: Decimal
    formula: str
    quantity: str = ""
    notes: tuple[str, ...] = ()


# --- Base ----------------------------------------------------------------------------


def find_base(measure: Measure, shares: Sequence[Share], context: Context) -> Base:
    """Return the base of a measure over all its goods.

    :raise NotCalculable: for a value or an earlier amount that is not known
    """
    rounding = first_set(context.rules.part, CENTS)
    terms: dict[str, Decimal] = {}
    for share in shares:
        try:
            for name, value in _terms(measure, share, context, rounding):
                terms[name] = EXACT.add(terms.get(name, ZERO), value)
        except NotCalculable as problem:
            if len(shares) > 1:
                problem.words = f"item {share.part.item.called}: {problem.words}"
            raise
    constants = [term for term in measure.base if term.kind == CONSTANT]
    if constants:  # once, however many items there are
        terms["constant"] = add_up(
            EXACT.multiply(term.constant, term.factor) for term in constants
        )
    total = add_up(terms.values())
    rounded = round_by(first_set(measure.base_rounding, context.rules.base), total)
    return Base(rounded, tuple(terms.items()))


def _terms(measure, share, context, rounding):
    """Yield ``(name, value)`` of all that a base consists of, for one item.

    No amount is added twice, though a base may name both the duties and one of them.
    """
    left = list(share.earlier)
    _check_sum(measure, share.part.item)
    for term in measure.base:
        if term.kind == CONSTANT:
            continue
        if term.kind == VALUE:
            value = _value(share.part.item, term)
            if value is not None:
                value = share.part.of(value, rounding)
                yield term.name, EXACT.multiply(value, term.factor)
        else:
            for result in [result for result in left if counts(result, term)]:
                left.remove(result)
                value = _earlier_amount(result, term, context)
                value = share.part.of(value, rounding)
                yield result.tax_code, EXACT.multiply(value, term.factor)


def _value(item, term):
    value = item.value(term.name)
    if value is not None and term.name == CUSTOMS_VALUE:
        return checked(value, term_words(term.name))
    if value is not None:  # an adjustment may be negative
        return checked_number(value, term_words(term.name))
    if term.optional:
        return None
    if term.name == CUSTOMS_VALUE:
        raise NotCalculable(NO_VALUE, "the item has no customs value")
    raise NotCalculable(
        NO_BASE,
        f"its base needs {term.name}, which is not known; "
        f"state the value “{term.name}” of the item",
    )


def _check_sum(measure, item):
    """Stop at values of a base that a negative one brings below zero.

    :raise NotCalculable: with the negative value
    """
    terms = [term for term in measure.base if term.kind == VALUE]
    found = [(term, _value(item, term)) for term in terms]
    values = [(term, value) for term, value in found if value is not None]
    total = add_up(EXACT.multiply(value, term.factor) for term, value in values)
    if total < 0:
        for term, value in values:
            checked(value, term_words(term.name))


def counts(result, term) -> bool:
    """Whether the amount of an earlier result belongs to a term.

    What is due, now or later, does; what is secured, suspended or relieved does not.
    An amount that is information only counts where it is named.
    """
    if term.kind == DUTIES:
        return result.measure.in_vat_base and result.status in (PAYABLE, POSTPONED)
    if result.status not in (PAYABLE, POSTPONED, INFORMATION):
        return False
    return term.kind == AMOUNT and is_named(result.measure, term.name)


def is_named(measure: Measure, name: str) -> bool:
    """Whether a term of a base means the amounts of a measure."""
    return name in (measure.type_code, measure.tax_code)


def _earlier_amount(result, term, context):
    if result.net is None:
        if result.problem == BLOCKED and result.measure.components == ():
            return ZERO  # a prohibition: there is no duty to know
        raise NotCalculable(
            NO_BASE,
            f"its base needs {result.tax_code}, which is not known; "
            f"settle {result.tax_code} first",
        )
    exact = context.cascade_exact and not term.is_rounded
    return result.net_exact if exact else result.net


# --- Amount --------------------------------------------------------------------------


def find_amount(
    measure: Measure,
    components: tuple[Component, ...] | None,
    base: Base,
    shares: Sequence[Share],
    context: Context,
) -> Amount:
    """Return what a measure comes to, within its minimum and maximum.

    :param components: of the rate, as conditions and tables have left them
    :raise NotCalculable: with the reason in words
    """
    decimals = first_set(measure.rounding, context.rules.amount, CENTS).decimals
    evaluator = Evaluator(
        [share.part for share in shares],
        base.amount if measure.base else None,
        context.currency,
        context.rates,
        decimals,
    )
    if measure.floor_total is not None:
        found = _floor(measure, base, shares, context, decimals)
    elif measure.tiers:
        found = _tier(measure, base, context, decimals)
    elif components is None:
        raise NotCalculable(
            NO_RATE,
            f"the rate “{measure.rate_text}” could not be read; enter its components",
        )
    elif measure.gross_up:
        found = _gross_up(measure, components, base, context, decimals)
    else:
        evaluation = evaluator.evaluate(components)
        found = Amount(
            evaluation.exact, base.amount, evaluation.formula, evaluation.quantity
        )
    return _within_limits(measure, found, context.currency, decimals)


def _floor(measure, base, shares, context, decimals):
    """Return what is missing to an all-in rate after the amounts of other types."""
    whole = EXACT.divide(EXACT.multiply(base.amount, measure.floor_total), HUNDRED)
    less = ZERO
    for share in shares:
        for result in share.earlier:
            if any(is_named(result.measure, name) for name in measure.floor_less):
                if result.status not in (PAYABLE, POSTPONED, INFORMATION):
                    continue
                less = EXACT.add(less, _net(result, context))
    money = money_words(base.amount, context.currency, decimals)
    formula = (
        f"{number_words(measure.floor_total)} % {TIMES} {money}"
        f" − {money_words(less, '', decimals)}"
    )
    exact = EXACT.subtract(whole, less)
    notes = () if exact >= 0 else ("not below zero",)
    return Amount(max(ZERO, exact), base.amount, formula, notes=notes)


def _net(result, context):
    if result.net is None:
        raise NotCalculable(
            NO_BASE, f"it tops up {result.tax_code}, which is not known"
        )
    return result.net_exact if context.cascade_exact else result.net


def _tier(measure, base, context, decimals):
    money = money_words(base.amount, context.currency, decimals)
    steps = sorted(
        measure.tiers,
        key=lambda tier: (tier.up_to is None, tier.up_to or ZERO),
    )
    for tier in steps:
        if tier.up_to is not None and base.amount > tier.up_to:
            continue
        limit = (
            "above the steps"
            if tier.up_to is None
            else f"step up to {number_words(tier.up_to)}"
        )
        if tier.amount is not None:
            return Amount(
                tier.amount, base.amount, f"fixed amount for {money}", notes=(limit,)
            )
        exact = EXACT.divide(EXACT.multiply(base.amount, tier.rate), HUNDRED)
        formula = f"{number_words(tier.rate)} % {TIMES} {money}"
        return Amount(exact, base.amount, formula, notes=(limit,))
    raise NotCalculable(NO_TIER, f"no step of the fee goes as far as {money}")


def _gross_up(measure, components, base, context, decimals):
    """Return a tax that is part of its own base."""
    rate = ZERO
    for component in components:
        if component.kind != PERCENT or conjunction(component.operator) or component.on:
            raise NotCalculable(
                BAD_MEASURE, "a tax within its own base must be a plain percentage"
            )
        sign = -1 if component.operator == SUBTRACT else 1
        rate = EXACT.add(rate, sign * component.rate)
    if rate >= HUNDRED:
        raise NotCalculable(
            BAD_MEASURE, f"{number_words(rate)} % of its own base is all of it or more"
        )
    left = EXACT.subtract(HUNDRED, rate)
    gross = EXACT.divide(EXACT.multiply(base.amount, HUNDRED), left)
    gross = round_by(measure.gross_rounding, gross)
    exact = EXACT.divide(EXACT.multiply(gross, rate), HUNDRED)
    net = money_words(base.amount, context.currency, decimals)
    formula = (
        f"{number_words(rate)} % {TIMES} {money_words(gross, context.currency, 2)}"
    )
    note = f"base contains the tax: {net} ÷ {number_words(left)} %"
    return Amount(exact, gross, formula, notes=(note,))


def _within_limits(measure, found, currency, decimals):
    exact, notes = found.exact, found.notes
    limits = [(measure.minimum, max, "minimum"), (measure.maximum, min, "maximum")]
    for limit, choose, words in limits:
        if limit is not None and choose(exact, limit) != exact:
            before = money_words(exact, currency, decimals)
            notes = (*notes, f"{words} {money_words(limit, currency)} for {before}")
            exact = limit
    if exact < 0:
        notes = (*notes, f"not below zero ({money_words(exact, currency, decimals)})")
        exact = ZERO
    return Amount(exact, found.base, found.formula, found.quantity, notes)
