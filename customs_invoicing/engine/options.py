"""Every option of an item side by side: third country, preference, quota, suspension.

The declarant chooses.  An option says what it would cost and what is still missing for
it; none is ever claimed by the engine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from .conditions import Decision, decide
from .context import Context, proof_words
from .duty import calculate_in
from .exchange import CustomsRate
from .measures import (
    Chosen,
    MeasureIndex,
    best_of_each,
    cascade_order,
    choose,
    group_of,
    kind_of,
)
from .model import (
    ALTERNATIVE,
    POSTPONED,
    Agreement,
    DutyItem,
    Measure,
    QuotaClaim,
)
from .results import Calculation, DutyResult
from .rounding import EXACT, Rounding, RoundingRules, add_up

CLAIM, PROOF, QUOTA, DOCUMENT, ADDITIONAL_CODE = (
    "claim",
    "proof",
    "quota",
    "document",
    "additional_code",
)


@dataclass(frozen=True, slots=True)
class Need:
    """Something the declarant must claim, state or present for an option.

    ``codes`` are alternatives: one of them will do.
    """

    kind: str
    codes: tuple[str, ...]
    words: str

    def __str__(self):
        return self.words


@dataclass(frozen=True, slots=True)
class Option:
    """One alternative of an item, as if it had been chosen."""

    measure: Measure
    group: str  # options of one group exclude each other
    amount: Decimal | None  # duty of the group
    total: Decimal | None  # of all duties and taxes due, now or later
    saving: Decimal | None  # against the option that needs no claim
    missing: tuple[Need, ...]  # nothing missing: the item states all of it
    is_chosen: bool  # by the item as it stands
    is_default: bool  # needs no claim: what savings are measured by
    explanation: str
    problem: str = ""
    problem_words: str = ""


def compare(
    item: DutyItem,
    measures: "Iterable[Measure] | MeasureIndex",
    on_date: date,
    rounding: Rounding | RoundingRules | None = None,
    currency: str = "",
    rates: Mapping[str, CustomsRate] | None = None,
    agreements: Iterable[Agreement] = (),
    cascade_exact: bool = False,
) -> list[Option]:
    """Return the options of one item, group by group, the default first.

    Covered are all alternatives on its code, origin and day, claimed or not, and the
    conditions of which could be met by presenting documents.  A preference whose
    agreements do not contain the origin is no option.  The parameters are those of
    :func:`.duty.calculate`; fees on the whole entry are those of this item alone.
    """
    context = Context.build(
        on_date, rounding, currency, rates, agreements, cascade_exact
    )
    if not isinstance(measures, MeasureIndex):
        measures = MeasureIndex(measures, on_date)
    found = [
        option
        for measure in measures.covering(item)
        if (option := _suppose(measure, item, measures, context))
    ]
    best = best_of_each(option.chosen for option in found)
    kept = {id(chosen.measure): chosen for chosen in best}
    groups: dict[tuple, list[_Supposition]] = {}
    for option in found:
        if id(option.measure) in kept:
            groups.setdefault(group_of(option.measure), []).append(option)
    chosen = {id(one.measure) for one in choose(item, measures, context)[0]}
    return [
        option
        for key in sorted(groups)
        if key[0] == ALTERNATIVE or len(groups[key]) > 1
        for option in _options(key, groups[key], chosen, measures, context)
    ]


@dataclass(frozen=True, slots=True)
class _Supposition:
    """A measure with the item as it would be declared for it."""

    measure: Measure
    item: DutyItem
    missing: tuple[Need, ...]
    decision: Decision

    @property
    def chosen(self):
        return Chosen(self.measure, self.decision)

    @property
    def needs_claim(self):
        return bool(self.measure.claims or self.measure.quota)


def _suppose(measure, item, index, context):
    """Return the supposition that a measure is chosen, ``None`` where it cannot be."""
    missing: list[Need] = []
    supposed = _with_claim(measure, item, context, missing)
    if supposed is None:
        return None
    if measure.quota and (
        item.quota is None or item.quota.order_number != measure.quota
    ):
        words = f"claim quota {measure.quota}"
        missing.append(Need(QUOTA, (measure.quota,), words))
        supposed = replace(supposed, quota=QuotaClaim(measure.quota, Decimal(1)))
    supposed = _with_additional_code(measure, supposed, index, missing)
    decision = decide(measure, [supposed], context.currency, context.rates)
    for codes in decision.documents:
        words = f"present document {' or '.join(codes)}"
        missing.append(Need(DOCUMENT, codes, words))
        supposed = replace(supposed, documents=supposed.documents | {codes[0]})
    decision = decide(measure, [supposed], context.currency, context.rates)
    if not decision.applies:
        return None
    return _Supposition(measure, supposed, tuple(missing), decision)


def _with_claim(measure, item, context, missing):
    if not measure.claims:
        return item
    admitted = sorted(
        claim for claim in measure.claims if context.counts(claim, item.origin)
    )
    if not admitted:
        return None
    made = [claim for claim in admitted if claim in item.claims]
    if not made:
        words = f"claim preference {' or '.join(admitted)}"
        missing.append(Need(CLAIM, tuple(admitted), words))
    claims = made or admitted
    _add_proofs(claims, item, context, missing)
    return replace(item, claims=item.claims | {claims[0]})


def _add_proofs(claims, item, context, missing):
    proofs = {
        proof: None
        for claim in claims
        for agreement in context.agreements_for(claim, item.origin)
        for proof in agreement.proofs
    }
    if not proofs or any(code in item.documents for code, _words in proofs):
        return
    words = proof_words(proofs)
    codes = tuple(code for code, _words in proofs if code)
    missing.append(Need(PROOF, codes, f"present proof of origin: {words}"))


def _with_additional_code(measure, item, index, missing):
    code = measure.additional_code
    if not code:  # another code would replace it
        others = {
            other.additional_code
            for other in index.covering(item)
            if kind_of(other) == kind_of(measure)
        }
        return replace(item, additional_codes=item.additional_codes - others)
    if code not in item.additional_codes:
        words = f"state additional code {code}"
        missing.append(Need(ADDITIONAL_CODE, (code,), words))
    return replace(item, additional_codes=item.additional_codes | {code})


def _options(key, supposed, chosen, index, context):
    """Return the options of one group, with savings against its default."""
    found = []
    for one in supposed:
        calculation = calculate_in(context, [one.item], index, forced=one.measure)
        found.append((one, _of_group(calculation, key), total_due(calculation)))
    found.sort(key=lambda row: _order(row[0]))
    default = next((row for row in found if not row[0].needs_claim), None)
    return [
        _option(key[1], row, default, id(row[0].measure) in chosen) for row in found
    ]


def _order(supposition):
    measure = supposition.measure
    needs_claim = supposition.needs_claim
    return needs_claim, measure.priority, cascade_order(measure)


def _of_group(calculation: Calculation, key) -> list[DutyResult]:
    return [result for result in calculation if group_of(result.measure) == key]


def total_due(calculation: Calculation) -> Decimal | None:
    """Return all that is due, now or on a later return; ``None`` where unknown."""
    total = calculation.total_payable
    for result in calculation:
        if result.status == POSTPONED:
            if total is None or result.net is None:
                return None
            total = EXACT.add(total, result.net)
    return total


def _option(group, row, default, is_chosen):
    supposition, results, total = row
    own = [result for result in results if result.measure is supposition.measure]
    result = own[0] if own else None
    amount = None
    if results and all(one.net is not None for one in results):
        amount = add_up(one.net for one in results)
    unknown = next((one for one in results if one.problem), result)
    saving = None
    if default is not None and None not in (total, default[2]):
        saving = EXACT.subtract(default[2], total)
    return Option(
        measure=supposition.measure,
        group=group,
        amount=amount,
        total=total,
        saving=saving,
        missing=supposition.missing,
        is_chosen=is_chosen,
        is_default=default is not None and default[0] is supposition,
        explanation=_explanation(supposition, results),
        problem=unknown.problem if unknown else "",
        problem_words=unknown.problem_words if unknown else "",
    )


def _explanation(supposition, results):
    words = "; ".join(result.explanation for result in results)
    if any(need.kind == CLAIM for need in supposition.missing):
        return words.replace(" claimed", " if claimed")  # it is not
    return words
