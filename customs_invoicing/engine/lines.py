"""A goods item while it is calculated: measure by measure, in order of the cascade."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .amounts import Share, find_amount, find_base, is_named
from .conditions import Decision
from .context import Context
from .evaluate import ZERO, checked
from .explain import (
    base_words,
    explain,
    measure_words,
    money_words,
    rate_words,
    short_measure_words,
)
from .measures import Chosen, MeasureIndex
from .meursing import resolve
from .model import AMOUNT, PAYABLE, STATUSES, DutyItem, Measure
from .problems import BAD_MEASURE, CIRCULAR, TIE, NotCalculable
from .results import DutyResult, payable_of
from .rounding import CENTS, EXACT, first_set


@dataclass(slots=True)
class Line:
    """A goods item while it is calculated."""

    item: DutyItem
    chosen: Sequence[Chosen]
    index: MeasureIndex
    context: Context
    results: list[DutyResult] = field(default_factory=list)
    used: dict[str, Decimal] = field(default_factory=dict)  # relief, by tax code

    def share(self, chosen: Chosen) -> Share:
        """Return the goods a measure takes, with the results before it."""
        sequence = chosen.measure.sequence
        earlier = [
            result for result in self.results if result.measure.sequence < sequence
        ]
        return Share(chosen.part_of(self.item), earlier)

    def components(self, decision: Decision, measure: Measure):
        """Return the components of a rate with its Meursing parts filled in."""
        if decision.components is None:
            return None
        return resolve(decision.components, measure, self.item, self.index)

    def status(self, measure: Measure) -> str:
        """Return the status of the amounts of a measure for this item."""
        return self.item.statuses.get(measure.tax_code, measure.status)

    def relief(self, measure: Measure, amount: Decimal) -> Decimal:
        """Return, and use up, the relief of an amount.

        :raise NotCalculable: for a relief that is negative
        """
        stated = self.item.reliefs.get(measure.tax_code)
        if not stated:
            return ZERO
        left = EXACT.subtract(
            checked(stated, f"relief of {measure.tax_code}"),
            self.used.get(measure.tax_code, ZERO),
        )
        deduct = min(left, amount)
        used = self.used.get(measure.tax_code, ZERO)
        self.used[measure.tax_code] = EXACT.add(used, deduct)
        return deduct

    def result(self, chosen: Chosen) -> DutyResult:
        """Return the result of a measure on this item alone."""
        measure = chosen.measure
        base = None
        try:
            check(chosen, self)
            share = self.share(chosen)
            base = find_base(measure, [share], self.context)
            raise_problem(chosen.decision)
            components = self.components(chosen.decision, measure)
            found = find_amount(measure, components, base, [share], self.context)
            rule = first_set(measure.rounding, self.context.rules.amount, CENTS)
            amount = rule.apply(found.exact)
            deduct = self.relief(measure, max(amount, found.exact))
        except NotCalculable as problem:
            status = self.status(measure)
            return unknown(self.item.key, measure, base, status, problem)
        return self._known(chosen, (base, found), rule, amount, deduct)

    def _known(self, chosen, calculated, rule, amount, deduct):
        """Return the result of what could be calculated."""
        (base, found), measure = calculated, chosen.measure
        status, currency = self.status(measure), self.context.currency
        net_exact = max(ZERO, EXACT.subtract(found.exact, deduct))
        net = rule.apply(net_exact) if deduct else amount
        words = [
            base_words(base.terms, rule.decimals),
            *found.notes,
            chosen.part_of(self.item).words,
            _relief_words(deduct, net, currency, rule),
            "" if status == PAYABLE else status,
            *measure_words(measure),
        ]
        return DutyResult(
            item_key=self.item.key,
            measure=measure,
            tax_code=measure.tax_code,
            terms=base.terms,
            base=found.base,
            quantity=found.quantity,
            rate_text=rate_words(measure, currency, chosen.decision.components),
            exact=found.exact,
            amount=amount,
            deduct=deduct,
            net=net,
            payable=payable_of(net, status),
            status=status,
            explanation=explain(
                found.formula, amount, found.exact, currency, rule, words
            ),
            net_exact=net_exact,
        )


def raise_problem(decision: Decision) -> None:
    """Stop at what the conditions of a measure leave open.

    :raise NotCalculable: with their problem
    """
    if decision.problem:
        raise NotCalculable(decision.problem, decision.words)


def _relief_words(deduct, net, currency, rule):
    if not deduct:
        return ""
    relief = money_words(deduct, currency, rule.decimals)
    return f"less relief {relief} = {money_words(net, currency, rule.decimals)}"


def unknown(item_key, measure, base, status, problem: NotCalculable) -> DutyResult:
    """Return the result of a measure that could not be calculated."""
    words = "; ".join([f"not calculated: {problem.words}", *measure_words(measure)])
    return DutyResult(
        item_key=item_key,
        measure=measure,
        tax_code=measure.tax_code,
        terms=base.terms if base else (),
        base=base.amount if base else None,
        quantity="",
        rate_text=rate_words(measure),
        exact=None,
        amount=None,
        deduct=ZERO,
        net=None,
        payable=payable_of(None, status),
        status=status,
        explanation=words,
        problem=problem.code,
        problem_words=f"{short_measure_words(measure)}: {problem.words}",
    )


# --- What makes a measure unusable ---------------------------------------------------


def check(chosen: Chosen, line: Line) -> None:
    """Stop where a measure cannot be used among the others of an item.

    :raise NotCalculable: for a twin, a circular base, a status nobody knows
    """
    measure = chosen.measure
    if chosen.twin is not None:
        raise NotCalculable(
            TIE,
            f"its rate “{rate_words(measure)}” and “{rate_words(chosen.twin)}” of "
            f"{short_measure_words(chosen.twin)} apply to the same goods alike; end "
            "one of them, or state what tells them apart",
        )
    if line.status(measure) not in STATUSES:
        raise NotCalculable(
            BAD_MEASURE,
            f"its status “{line.status(measure)}” is unknown; use "
            + ", ".join(STATUSES),
        )
    names = {term.name for term in measure.base if term.kind == AMOUNT}
    names |= measure.floor_less
    if not names:
        return
    for other in line.chosen:
        if other.measure.sequence < measure.sequence:
            continue
        for name in sorted(names):
            if _is_circular(measure, other.measure, name):
                raise NotCalculable(
                    CIRCULAR, _circular_words(measure, other.measure, name)
                )


def _is_circular(measure, other, name):
    """Whether a base names an amount that comes with the measure or after it.

    The tax code of a measure may also be that of earlier ones; its type is its own.
    """
    if other is measure:
        return name == measure.type_code
    return is_named(other, name)


def _circular_words(measure, other, name):
    if other is measure:
        return "its base contains its own amount; name another, or gross it up"
    mutual = any(
        term.kind == AMOUNT and is_named(measure, term.name) for term in other.base
    )
    back = f", whose base contains {measure.type_code} in turn" if mutual else ""
    return (
        f"its base contains {name} of {short_measure_words(other)}, which is "
        f"calculated with it or after it{back}; give {measure.type_code} a later "
        f"sequence than {other.type_code}"
    )
