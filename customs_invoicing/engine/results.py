"""Results of a calculation: one per tax and item, per fee of the entry, totals."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .model import PAYABLE, Measure
from .problems import BLOCKED, Problem
from .rounding import EXACT, RoundingRules, first_set, round_by

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class DutyResult:
    """One tax of one item, or of the whole entry (``item_key`` is ``None``).

    Amounts are in national currency.  ``amount`` is ``None`` where it could not be
    calculated, which is not zero; ``problem`` is a code of :mod:`.problems` and
    ``problem_words`` say what is missing and what to do.
    """

    item_key: Hashable
    measure: Measure
    tax_code: str
    terms: tuple[tuple[str, Decimal], ...]  # parts of the base, by name
    base: Decimal | None
    quantity: str  # charged on, in words: 1 000 kg; "" without
    rate_text: str
    exact: Decimal | None  # before rounding and relief
    amount: Decimal | None  # assessed: rounded, before relief
    deduct: Decimal  # relief
    net: Decimal | None  # after relief, whatever the status
    payable: Decimal | None  # net where the status is payable, else zero
    status: str
    explanation: str  # one line of words
    problem: str = ""
    problem_words: str = ""
    net_exact: Decimal | None = None

    @property
    def is_prohibition(self) -> bool:
        """Whether no amount is to be expected: the goods may not be entered at all."""
        return self.problem == BLOCKED and self.measure.components == ()


@dataclass(frozen=True, slots=True)
class Total:
    """Sum of a tax or measure type; ``None`` where one of its amounts is unknown."""

    assessed: Decimal | None
    payable: Decimal | None


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over a declaration, rounded as the tariff rounds totals."""

    by_tax: Mapping[str, Total] = field(default_factory=dict)
    by_type: Mapping[str, Total] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Calculation:
    """All duties and taxes of a declaration.

    Iterating it, or asking its length, is that of ``results``.
    """

    results: tuple[DutyResult, ...]  # item by item, in the order of the cascade
    entry_results: tuple[DutyResult, ...] = ()  # of measures on the whole declaration
    totals: Totals = field(default_factory=Totals)
    total_payable: Decimal | None = ZERO  # None: an amount is unknown
    problems: tuple[Problem, ...] = ()

    def __iter__(self) -> Iterator[DutyResult]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)


def make_totals(
    results: Iterable[DutyResult], rules: RoundingRules
) -> tuple[Totals, Decimal | None]:
    """Return the totals of results, and what is payable in all.

    Each measure type is summed and rounded by itself; a tax is the sum of its types.
    """
    sums: dict[tuple, tuple] = {}
    for result in results:
        if result.is_prohibition:
            continue
        measure = result.measure
        key = result.tax_code, measure.type_code, measure.total_rounding
        assessed, payable = sums.get(key, (ZERO, ZERO))
        sums[key] = _plus(assessed, result.amount), _plus(payable, result.payable)
    by_tax: dict[str, Total] = {}
    by_type: dict[str, Total] = {}
    for (tax_code, type_code, rounding), amounts in sums.items():
        rule = first_set(rounding, rules.total)
        assessed, payable = (
            None if amount is None else round_by(rule, amount) for amount in amounts
        )
        for totals, code in ((by_tax, tax_code), (by_type, type_code)):
            before = totals.get(code, Total(ZERO, ZERO))
            totals[code] = Total(
                _plus(before.assessed, assessed), _plus(before.payable, payable)
            )
    in_all: Decimal | None = ZERO
    for total in by_tax.values():
        in_all = _plus(in_all, total.payable)
    return Totals(by_tax, by_type), in_all


def _plus(one, other):
    return None if one is None or other is None else EXACT.add(one, other)


def payable_of(net: Decimal | None, status: str) -> Decimal | None:
    """Return what is payable now of an amount after relief."""
    return net if status == PAYABLE else ZERO
