"""Duties and taxes of goods items: selection, cascade, rounding, explanation."""

from collections.abc import Iterable, Mapping
from datetime import date

from .context import Context
from .entry import entry_result
from .exchange import CustomsRate
from .lines import Line
from .measures import Chosen, MeasureIndex, cascade_order, choose
from .model import ENTRY, Agreement, DutyItem, Measure
from .problems import Problem
from .results import Calculation, make_totals
from .rounding import Rounding, RoundingRules


def calculate(
    items: Iterable[DutyItem],
    measures: "Iterable[Measure] | MeasureIndex",
    on_date: date,
    rounding: Rounding | RoundingRules | None = None,
    currency: str = "",
    rates: Mapping[str, CustomsRate] | None = None,
    agreements: Iterable[Agreement] = (),
    cascade_exact: bool = False,
) -> Calculation:
    """Return the taxes of all items of one declaration.

    A measure sees the amounts of measures of lower sequence, never those of its own.
    Nothing is assumed for a tax code without a measure: it has no result, and the
    caller says so.

    :param items: goods items; keys need not be unique
    :param measures: all that might apply, of any number, in any order
    :param on_date: the day whose rates count
    :param rounding: rules of the tariff, for measures that state none; a rounding by
        itself is that of amounts
    :param currency: ISO code of national currency, in which all amounts are
    :param rates: customs rates of exchange by currency, for specific duties and
        thresholds in foreign currency
    :param agreements: what preference codes stand for; a claim that its agreements do
        not admit does not count, and is a problem
    :param cascade_exact: whether amounts enter later bases before they are rounded
    """
    context = Context.build(
        on_date, rounding, currency, rates, agreements, cascade_exact
    )
    if not isinstance(measures, MeasureIndex):
        measures = MeasureIndex(measures, on_date)
    return calculate_in(context, items, measures)


def calculate_in(
    context: Context,
    items: Iterable[DutyItem],
    index: MeasureIndex,
    forced: Measure | None = None,
) -> Calculation:
    """Return the taxes of all items in a context that stands.

    :param forced: an alternative that is taken in its group, see :func:`.choose`
    """
    lines, problems = [], []
    plan: dict[int, list[tuple[Line, Chosen]]] = {}
    for item in items:
        chosen, doubts = choose(item, index, context, forced)
        line = Line(item, chosen, index, context)
        lines.append(line)
        problems += doubts
        for one in chosen:
            plan.setdefault(one.measure.sequence, []).append((line, one))
    entry_results = []
    for sequence in sorted(plan):
        entries: dict[int, list[tuple[Line, Chosen]]] = {}
        for line, one in plan[sequence]:
            if one.measure.scope == ENTRY:
                entries.setdefault(id(one.measure), []).append((line, one))
            else:
                line.results.append(line.result(one))
        for group in entries.values():
            entry_results += entry_result(group, context)
    for line in lines:
        line.results.sort(key=lambda result: cascade_order(result.measure))
    results = tuple(result for line in lines for result in line.results)
    totals, payable = make_totals(results, context.rules)
    problems += [
        Problem(result.problem, result.problem_words, result.item_key, result.measure)
        for result in results
        if result.problem
    ]
    return Calculation(results, tuple(entry_results), totals, payable, tuple(problems))
