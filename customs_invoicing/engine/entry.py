"""Measures on the whole entry: fees with one minimum for the declaration, stamps.

The base is that of all items together; the amount is given back to the items by their
share of it, to the last cent.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from .amounts import Base, find_amount, find_base
from .apportion import apportion
from .conditions import decide
from .context import Context
from .evaluate import ZERO
from .explain import base_words, explain, measure_words, money_words, rate_words
from .lines import Line, check, raise_problem, unknown
from .measures import Chosen
from .model import CONSTANT, PAYABLE
from .problems import NotCalculable
from .results import DutyResult, payable_of
from .rounding import CENTS, EXACT, add_up, first_set


def entry_result(
    group: Sequence[tuple[Line, Chosen]], context: Context
) -> list[DutyResult]:
    """Return the result of one measure for the entry, and give the items theirs.

    :param group: the items that the measure covers; their results are added to
    :return: none where its conditions do not let it apply
    """
    measure = group[0][1].measure
    items = [line.item for line, _chosen in group]
    decision = decide(measure, items, context.currency, context.rates)
    if not decision.applies:
        return []
    base = None
    try:
        for line, chosen in group:
            check(chosen, line)
        shares = [line.share(chosen) for line, chosen in group]
        base = find_base(measure, shares, context)
        raise_problem(decision)
        components = group[0][0].components(decision, measure)
        found = find_amount(measure, components, base, shares, context)
        rule = first_set(measure.rounding, context.rules.amount, CENTS)
        amount = rule.apply(found.exact)
        own = [_own_base(measure, share, context) for share in shares]
        parts = _parts(group, own, amount, rule)
        results = [
            _item_result(line, measure, one, part, (amount, base), context)
            for (line, _chosen), one, part in zip(group, own, parts, strict=True)
        ]
    except NotCalculable as problem:
        for line, _chosen in group:
            line.results.append(
                unknown(line.item.key, measure, None, line.status(measure), problem)
            )
        return [unknown(None, measure, base, measure.status, problem)]
    for (line, _chosen), result in zip(group, results, strict=True):
        line.results.append(result)
    rate = rate_words(measure, context.currency, decision.components)
    return [_whole(measure, (base, found), amount, results, rate, context)]


def _whole(measure, calculated, amount, results, rate, context) -> DutyResult:
    """Return the result for the entry, of which ``results`` are the parts."""
    base, found = calculated
    rule = first_set(measure.rounding, context.rules.amount, CENTS)
    words = [
        base_words(base.terms, rule.decimals),
        *found.notes,
        f"on {len(results)} items" if len(results) > 1 else "",
        *measure_words(measure),
    ]
    net = add_up(result.net for result in results)
    return DutyResult(
        item_key=None,
        measure=measure,
        tax_code=measure.tax_code,
        terms=base.terms,
        base=found.base,
        quantity=found.quantity,
        rate_text=rate,
        exact=found.exact,
        amount=amount,
        deduct=add_up(result.deduct for result in results),
        net=net,
        payable=add_up(result.payable for result in results),
        status=measure.status,
        explanation=explain(
            found.formula, amount, found.exact, context.currency, rule, words
        ),
        net_exact=net,
    )


def _own_base(measure, share, context):
    """Return the base of one item, which the rounding of the whole leaves alone."""
    context = replace(context, rules=replace(context.rules, base=None))
    terms = tuple(term for term in measure.base if term.kind != CONSTANT)
    own = replace(measure, base=terms, base_rounding=None)
    return find_base(own, [share], context)


def _parts(group, own, amount, rule):
    """Split the amount by base; where there is none by customs value, else equally."""
    values = [line.item.customs_value or ZERO for line, _chosen in group]
    equal = [Decimal(1)] * len(group)
    for weights in ([one.amount for one in own], values, equal):
        if any(weights) and min(weights) >= 0:
            return apportion(amount, weights, min(rule.unit, Decimal(1)))
    return apportion(amount, equal, min(rule.unit, Decimal(1)))


def _item_result(line, measure, own: Base, part, whole, context) -> DutyResult:
    """Return what one item bears of an amount of the entry."""
    amount, base = whole
    status = line.status(measure)
    deduct = line.relief(measure, part)
    net = EXACT.subtract(part, deduct)
    decimals = first_set(measure.rounding, context.rules.amount, CENTS).decimals
    formula = f"share of {money_words(amount, context.currency, decimals)}"
    if base.amount:
        formula += (
            f" by {money_words(own.amount, '', decimals)} of "
            f"{money_words(base.amount, context.currency, decimals)}"
        )
    words = f"{formula} = {money_words(part, context.currency, decimals)}"
    state = [] if status == PAYABLE else [status]
    return DutyResult(
        item_key=line.item.key,
        measure=measure,
        tax_code=measure.tax_code,
        terms=own.terms,
        base=own.amount,
        quantity="",
        rate_text=rate_words(measure, context.currency),
        exact=part,
        amount=part,
        deduct=deduct,
        net=net,
        payable=payable_of(net, status),
        status=status,
        explanation="; ".join([words, *state, *measure_words(measure)]),
        net_exact=net,
    )
