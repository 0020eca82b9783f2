"""Selection: which of many measures apply to an item, each by its conditions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from .amounts import Share, find_amount, find_base
from .components import PERCENT
from .conditions import Decision, decide
from .context import Context
from .evaluate import ONE, ZERO, Part
from .exchange import CustomsRate
from .measure_index import MeasureIndex
from .meursing import resolve
from .model import ALTERNATIVE, CUMULATIVE, ENTRY, Agreement, DutyItem, Measure
from .problems import BAD_CODE, NO_ADDITIONAL_CODE, NO_RATE, NotCalculable, Problem
from .rounding import EXACT, add_up


def is_claimed(measure: Measure, item: DutyItem, claims: frozenset[str]) -> bool:
    """Whether an item claims what a measure asks to be claimed."""
    if measure.claims and not measure.claims & claims:
        return False
    if not measure.quota:
        return True
    return item.quota is not None and item.quota.order_number == measure.quota


@dataclass(frozen=True, slots=True)
class Chosen:
    """A measure that applies, with what its conditions came to.

    ``share`` and ``is_rest`` say which part of the goods it takes, where a quota was
    not granted for all of them; ``twin`` is a measure with the same claim to the place.
    """

    measure: Measure
    decision: Decision
    share: Decimal = ONE
    is_rest: bool = False
    twin: Measure | None = None

    def part_of(self, item: DutyItem) -> Part:
        """Return the part of the goods that the measure takes."""
        return Part(item, self.share, self.is_rest)


def select(
    item: DutyItem,
    measures: "Iterable[Measure] | MeasureIndex",
    on_date: date,
    agreements: Iterable[Agreement] = (),
    currency: str = "",
    rates: Mapping[str, CustomsRate] | None = None,
) -> list[Measure]:
    """Return the measures that apply to ``item``, in the order of the cascade.

    1. A measure applies by code prefix, origin, date, procedure and mode of transport,
       by its conditions, and where it asks for a claim, an additional code or a quota,
       by what the item states.  With ``agreements``, a claim that the origin or the
       day does not admit does not count.
    2. Of one type, tax code, claim, quota and additional code only the most specific
       stays: the longest prefix first, then one named origin over a group, a group
       over every origin, a procedure, a mode of transport, then the later start.  A
       measure for the additional code of the item replaces the same one without.
    3. Of the alternatives of one group one stays: what is claimed, by the lowest
       duty, unless it is dearer than what needs no claim; else the lowest priority,
       then the most specific origin.  Different rates that are still alike tie.
       A claimed measure whose duty is not known stays, to be seen.  A quota that is
       granted in part leaves a second one for the rest of the goods.
    4. Types that a chosen measure excludes are dropped, in the order of the cascade.

    The outcome does not depend on the order of ``measures``.  An index may be passed
    for them, built for the same day.
    """
    context = Context.build(on_date, None, currency, rates, agreements)
    if not isinstance(measures, MeasureIndex):
        measures = MeasureIndex(measures, on_date)
    return [chosen.measure for chosen in choose(item, measures, context)[0]]


def choose(
    item: DutyItem, index: MeasureIndex, context: Context, forced: Measure | None = None
) -> tuple[list[Chosen], list[Problem]]:
    """Return what applies to an item in order of the cascade, and claims that do not.

    :param forced: an alternative that is taken in its group whatever else there is
    """
    chooser = _Chooser(item, index, context, forced)
    found = most_specific(chooser.applicable())
    groups: dict[tuple, list[Chosen]] = {}
    for chosen in found:
        groups.setdefault(group_of(chosen.measure), []).append(chosen)
    picked = [one for group in groups.values() for one in chooser.pick(group)]
    picked.sort(key=lambda chosen: (cascade_order(chosen.measure), chosen.is_rest))
    doubts = [
        *_bad_code(item),
        *context.void_claims(item),
        *context.unproven_claims(item),
        *chooser.unstated(),
    ]
    return _without_excluded(picked), doubts


def _bad_code(item):
    if not item.code.strip("0123456789"):
        return []
    words = (
        f"the commodity code “{item.code}” is not digits only, so that no measure is "
        "found by it; correct it"
    )
    return [Problem(BAD_CODE, words, item.key)]


def most_specific(candidates: Iterable[Chosen]) -> list[Chosen]:
    """Return the most specific of every type and claim; twins are kept in mind.

    What holds for an additional code replaces the same without one.
    """
    best = best_of_each(candidates)
    coded = {
        kind_of(chosen.measure) for chosen in best if chosen.measure.additional_code
    }
    return [
        chosen
        for chosen in best
        if chosen.measure.additional_code or kind_of(chosen.measure) not in coded
    ]


def best_of_each(candidates: Iterable[Chosen]) -> list[Chosen]:
    """Return the most specific of every type, claim, quota and additional code."""
    best: dict[tuple, Chosen] = {}
    for chosen in candidates:
        key = (*kind_of(chosen.measure), chosen.measure.additional_code)
        best[key] = _better(best[key], chosen) if key in best else chosen
    return list(best.values())


def kind_of(measure: Measure) -> tuple:
    """Return what two measures have in common where only one of them can apply."""
    return measure.type_code, measure.tax_code, measure.claims, measure.quota


def _better(one, other):
    """Return the more specific of two; of twins the first by key, with its twin."""
    ranks = _rank(one.measure), _rank(other.measure)
    if ranks[0] != ranks[1]:
        return one if ranks[0] > ranks[1] else other
    first, second = sorted(
        (one, other), key=lambda chosen: cascade_order(chosen.measure)
    )
    twin = first.twin or second.twin
    if twin is None and _content(first.measure) != _content(second.measure):
        twin = second.measure
    return replace(first, twin=twin)


def _rank(measure):
    """Return how specific a measure is."""
    return (
        len(measure.code_prefix),
        _origin_level(measure),
        bool(measure.procedures),
        bool(measure.transport_modes),
        measure.valid_from or date.min,
    )


def _origin_level(measure):
    """Return 2 for one origin, 1 for a group, 0 for every origin."""
    return 2 if measure.origin else 1 if measure.origins else 0


def _content(measure):
    """Return a measure without what does not change an amount."""
    return replace(
        measure,
        key=None,
        name="",
        legal_source="",
        rate_text="" if measure.components is not None else measure.rate_text,
        valid_to=None,
        origins=frozenset(),
        origins_excluded=frozenset(),
    )


def group_of(measure: Measure) -> tuple:
    """Return the key of the measures that exclude each other with this one."""
    if measure.selection == ALTERNATIVE:
        return ALTERNATIVE, measure.group or measure.tax_code
    # a claim replaces the same tax without it
    return CUMULATIVE, measure.type_code, measure.tax_code, measure.additional_code


def _without_excluded(picked):
    """Drop what chosen measures exclude, or leave it what a quota did not take.

    In the order of the cascade; a measure that is dropped excludes nothing itself.
    """
    kept = list(picked)
    for other in picked:
        if not other.measure.excludes or other not in kept:
            continue
        kept = [
            left
            for chosen in kept
            for left in (
                _left_by(chosen, other) if _is_excluded(chosen, other) else [chosen]
            )
        ]
    return kept


def _is_excluded(chosen, other):
    return chosen is not other and chosen.measure.type_code in other.measure.excludes


def _left_by(chosen, other):
    """Return what an excluding measure leaves of one that takes all the goods."""
    if other.share == ONE and not other.is_rest:
        return []
    if chosen.share != ONE or chosen.is_rest:
        return [] if chosen.is_rest == other.is_rest else [chosen]
    return [replace(chosen, share=other.share, is_rest=not other.is_rest)]


class _Chooser:
    """Picks among the alternatives of one item."""

    def __init__(self, item, index, context, forced):
        self.item, self.index, self.context = item, index, context
        self.forced = forced
        claims = context.claims_of(item)
        self.claimed = [
            measure
            for measure in index.covering(item)
            if is_claimed(measure, item, claims)
        ]

    def applicable(self):
        """Yield the candidates whose conditions let them apply."""
        stated = self.item.additional_codes
        for measure in self.claimed:
            if measure.additional_code and measure.additional_code not in stated:
                continue
            decision = Decision(True, measure.components)
            if measure.conditions and measure.scope != ENTRY:
                currency, rates = self.context.currency, self.context.rates
                decision = decide(measure, [self.item], currency, rates)
            if decision.applies:
                yield Chosen(measure, decision)

    def unstated(self):
        """Return a problem for every tax that is known by additional code only.

        Leaving it out would be a silent nothing: an anti-dumping duty by firm.
        """
        places: dict[tuple, list[Measure]] = {}
        for measure in self.claimed:
            is_one_of = measure.selection == ALTERNATIVE
            place = group_of(measure) if is_one_of else kind_of(measure)
            places.setdefault((measure.selection, *place), []).append(measure)
        problems = []
        for place in places.values():
            known = {measure.additional_code for measure in place}
            if "" not in known and not known & self.item.additional_codes:
                words = _unstated_words(place, known)
                problems.append(Problem(NO_ADDITIONAL_CODE, words, self.item.key))
        return sorted(problems, key=lambda problem: problem.words)

    def pick(self, group):
        """Return the one of a group that applies, two where a quota is split."""
        forced = [chosen for chosen in group if chosen.measure is self.forced]
        best = forced[0] if forced else self._best(group)
        granted = self._granted(best.measure)
        if granted == ONE:
            return [best]
        others = [chosen for chosen in group if not chosen.measure.quota]
        rest = self._best(others) if others else self._no_rate(best.measure)
        rest = replace(rest, share=granted, is_rest=True)
        return [rest] if granted == ZERO else [replace(best, share=granted), rest]

    def _no_rate(self, measure):
        words = (
            f"quota {measure.quota} does not cover all of the goods, and there is no "
            "rate for the rest; enter the third country rate"
        )
        return Chosen(measure, Decision(True, None, NO_RATE, words))

    def _granted(self, measure):
        """Return the share of the goods that a quota takes."""
        claim = self.item.quota
        if not measure.quota or claim is None or claim.allocated is None:
            return ONE
        if claim.allocated == claim.requested:
            return ONE
        return EXACT.divide(claim.allocated, claim.requested)

    def _best(self, group):
        if len(group) == 1:
            return group[0]
        claimed = [one for one in group if one.measure.claims or one.measure.quota]
        unclaimed = [one for one in group if one not in claimed]
        default = _unclaimed(unclaimed) if unclaimed else None
        if not claimed:
            return default
        best = min(claimed, key=self._claimed_order)
        if default is None:
            return best
        ours, theirs = self._cost(default), self._cost(best)
        if theirs is None or ours is None:
            return best
        return default if ours < theirs else best

    def _claimed_order(self, chosen):
        cost = self._cost(chosen)
        measure = chosen.measure
        return (
            cost is not None,
            cost or (ZERO, ZERO),
            measure.priority,
            cascade_order(measure),
        )

    def _cost(self, chosen):
        """Return the duty of an alternative by itself, ``None`` where not known.

        Without a value of the goods the rates are compared, on one of 100.
        """
        item, measure = self.item, chosen.measure
        if chosen.decision.problem:
            return None
        components = chosen.decision.components
        if item.customs_value is None:
            item = replace(item, customs_value=Decimal(100))
        try:
            if components is not None:
                components = resolve(components, measure, item, self.index)
            shares = [Share(Part(item))]
            base = find_base(measure, shares, self.context)
            cost = find_amount(measure, components, base, shares, self.context)
        except NotCalculable:
            return None
        return cost.exact, _percents(components)


def _unstated_words(measures, known):
    shown = ", ".join(sorted(known)[:6]) + (", …" if len(known) > 6 else "")
    types = "/".join(sorted({measure.type_code for measure in measures}))
    taxes = "/".join(sorted({measure.tax_code for measure in measures}))
    return (
        f"{types} (tax {taxes}) depends on the additional code of the goods, and "
        f"none of {shown} is stated; it is not calculated"
    )


def _percents(components):
    return add_up(one.rate for one in components or () if one.kind == PERCENT)


def _unclaimed(group):
    """Return the one that applies of alternatives nobody claims.

    The lowest priority comes first, then one origin before a group before every
    origin.  Rates that still differ are a tie: a type code is no reason.
    """
    best, *others = sorted(group, key=_unclaimed_order)
    rank = _unclaimed_order(best)[:2]
    for other in others:
        if _unclaimed_order(other)[:2] == rank and _rate_of(other) != _rate_of(best):
            return replace(best, twin=best.twin or other.measure)
    return best


def _unclaimed_order(chosen):
    measure = chosen.measure
    return measure.priority, -_origin_level(measure), cascade_order(measure)


def _rate_of(chosen):
    """Return what makes the amount of an alternative."""
    one = chosen.measure
    limits = one.minimum, one.maximum, one.tiers, one.floor_total, one.floor_less
    return chosen.decision.components, one.base, one.gross_up, limits


def cascade_order(measure: Measure) -> tuple:
    """Return the place of a measure in the cascade; the key settles what is open."""
    return measure.sequence, measure.type_code, measure.tax_code, str(measure.key)
