"""Measures: dated rates on a code prefix for an origin, and which of them apply."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .rounding import Rounding

#: Base terms that are no codes: the value of the item, and every amount of an earlier
#: measure that belongs to the VAT base.
CUSTOMS_VALUE, DUTIES = "customs_value", "duties"
BASE_VALUE = (CUSTOMS_VALUE,)
BASE_VALUE_AND_DUTIES = (CUSTOMS_VALUE, DUTIES)

ALTERNATIVE, CUMULATIVE = "alternative", "cumulative"


@dataclass(frozen=True)
class DutyItem:
    """What the engine needs of a goods item.

    ``claims`` are the preference codes the declarant claims; the engine never adds
    one.  ``values`` are further base terms by name, in the same currency as
    ``customs_value``.
    """

    key: Hashable
    code: str  # commodity code, digits only
    customs_value: Decimal | None
    origin: str = ""  # ISO 3166 alpha-2
    claims: frozenset[str] = frozenset()
    values: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Measure:
    """One dated rate.

    :raise ValueError: when it contradicts itself
    """

    key: Hashable  # id of the record
    type_code: str  # measure type: 103, CID
    tax_code: str  # code printed on the declaration: A00, CID
    rate: Decimal | None  # percent; None when the rate text could not be read
    code_prefix: str = ""  # digits; "" for every code
    origin: str = ""  # ISO code; "" for every origin (erga omnes)
    origins_excluded: frozenset[str] = frozenset()
    valid_from: date | None = None  # first day
    valid_to: date | None = None  # last day
    selection: str = CUMULATIVE
    group: str = ""  # alternatives of one group exclude each other; "": of the tax code
    priority: int = 0  # among alternatives nobody claims, the lowest wins
    sequence: int = 10  # place in the cascade
    base: tuple[str, ...] = BASE_VALUE
    in_vat_base: bool = True
    requires_claim: str = ""  # preference code that must be claimed
    rounding: Rounding | None = None  # None: inherited
    legal_source: str = ""
    rate_text: str = ""  # as published

    def __post_init__(self):
        if self.code_prefix.strip("0123456789"):
            raise ValueError(f"code prefix {self.code_prefix!r} is not digits only")
        if self.selection not in (ALTERNATIVE, CUMULATIVE):
            raise ValueError(f"unknown selection {self.selection!r}")
        if self.rate is not None and not self.rate.is_finite():
            raise ValueError(f"rate {self.rate} is not a number")
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"valid from {self.valid_from} to {self.valid_to}")

    def is_valid(self, on_date: date) -> bool:
        """Whether the measure is in force on a day; its last day counts."""
        return (self.valid_from is None or self.valid_from <= on_date) and (
            self.valid_to is None or on_date <= self.valid_to
        )

    def applies_to(self, item: DutyItem) -> bool:
        """Whether origin and claims of ``item`` admit the measure."""
        if self.requires_claim and self.requires_claim not in item.claims:
            return False
        if item.origin in self.origins_excluded:
            return False
        return not self.origin or self.origin == item.origin


class MeasureIndex:
    """Measures in force on a day, found by the prefixes of a code.

    Built once for a declaration: an item then costs a few look-ups, whatever the
    number of measures.
    """

    def __init__(self, measures: Iterable[Measure], on_date: date):
        self._by_prefix: dict[str, list[Measure]] = {}
        for measure in measures:
            if measure.is_valid(on_date):
                self._by_prefix.setdefault(measure.code_prefix, []).append(measure)

    def candidates(self, item: DutyItem) -> list[Measure]:
        """Return every measure that admits the item, specific or not."""
        return [
            measure
            for length in range(len(item.code) + 1)
            for measure in self._by_prefix.get(item.code[:length], ())
            if measure.applies_to(item)
        ]


def select(
    item: DutyItem, measures: "Iterable[Measure] | MeasureIndex", on_date: date
) -> list[Measure]:
    """Return the measures that apply to ``item``, in the order of the cascade.

    1. A measure applies by code prefix, origin, date and, where it is a preference,
       by the claim of the item.
    2. Of one type, tax code and claim only the most specific stays: the longest
       prefix first, then a named origin over every origin, then the later start.
    3. Of the alternatives of one group one stays: what is claimed, by the lowest
       rate, unless it is dearer than what needs no claim; else the lowest priority.
       A claimed measure whose rate could not be read stays, to be seen.

    The outcome does not depend on the order of ``measures``.  An index may be passed
    for them, built for the same day.
    """
    if not isinstance(measures, MeasureIndex):
        measures = MeasureIndex(measures, on_date)
    specific: dict[tuple, Measure] = {}
    for measure in measures.candidates(item):
        key = measure.type_code, measure.tax_code, measure.requires_claim
        if key not in specific or _rank(measure) > _rank(specific[key]):
            specific[key] = measure
    return sorted(_without_alternatives(specific.values()), key=_cascade_order)


def _without_alternatives(measures):
    groups: dict[tuple, list[Measure]] = {}
    for measure in measures:
        if measure.selection == ALTERNATIVE:
            key = (ALTERNATIVE, measure.group or measure.tax_code)
        else:  # a claim replaces the same tax without it
            key = (CUMULATIVE, measure.type_code, measure.tax_code)
        groups.setdefault(key, []).append(measure)
    return [_choose(alternatives) for alternatives in groups.values()]


def _choose(alternatives):
    claimed = [measure for measure in alternatives if measure.requires_claim]
    unclaimed = [measure for measure in alternatives if not measure.requires_claim]
    default = min(unclaimed, key=_unclaimed_order) if unclaimed else None
    if not claimed:
        return default
    best = min(claimed, key=_claimed_order)
    if default is None or best.rate is None:
        return best
    return default if default.rate is not None and default.rate < best.rate else best


def _unclaimed_order(measure):
    return measure.priority, _cascade_order(measure)


def _claimed_order(measure):
    unread = measure.rate is None
    return (not unread, measure.rate or 0, measure.priority, _cascade_order(measure))


def _rank(measure):
    """Return how specific a measure is; the key settles what data leave open."""
    start = measure.valid_from or date.min
    return (len(measure.code_prefix), bool(measure.origin), start, str(measure.key))


def _cascade_order(measure):
    return measure.sequence, measure.type_code, measure.tax_code, str(measure.key)
