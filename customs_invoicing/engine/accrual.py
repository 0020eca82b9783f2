"""Expected duty in the books before the authority assesses it, and what follows.

An accrual is kept per tax. The assessment brings it to what is really payable (the
true-up), so that taking it up leaves nothing. Small deviations are accepted by rule,
others need a reason in words. Pure functions over ``Decimal``; keys are any hashable.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .rounding import Rounding

_HUNDRED = Decimal(100)
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Tolerance:
    """Largest deviation that is accepted without a reason; both limits must hold.

    :param amount: in the currency of the books
    :param percent: of what was accrued
    """

    amount: Decimal
    percent: Decimal

    def accepts(self, deviation: Decimal, accrued: Decimal) -> bool:
        """Return whether a deviation from what was accrued is small enough.

        >>> Tolerance(Decimal(5), Decimal(1)).accepts(Decimal("3.40"), Decimal(2000))
        True
        """
        return (
            deviation <= self.amount
            and deviation * _HUNDRED <= abs(accrued) * self.percent
        )


@dataclass(frozen=True)
class TrueUp:
    """What brings an accrual to the assessment, and whether a rule accepts it.

    :param differences: ``{tax: payable - accrued}``, without zeros
    :param accrued: total that was accrued
    :param payable: total that is payable
    :param deviation: sum of the differences without their signs, so that too much of
        one tax does not hide too little of another
    :param accepted: within tolerance
    """

    differences: Mapping[Hashable, Decimal]
    accrued: Decimal
    payable: Decimal
    deviation: Decimal
    accepted: bool

    @property
    def percent(self) -> Decimal | None:
        """Deviation in percent of what was accrued; ``None`` where that is nothing."""
        if not self.accrued:
            return None
        return self.deviation * _HUNDRED / abs(self.accrued)


def differences(
    held: Mapping[Hashable, Decimal], wanted: Mapping[Hashable, Decimal]
) -> dict[Hashable, Decimal]:
    """Return what turns the amounts held into those wanted, without zeros.

    >>> differences({"A00": Decimal(5)}, {"A00": Decimal(5), "A30": Decimal(2)})
    {'A30': Decimal('2')}
    """
    return {
        key: change
        for key in {**held, **wanted}
        if (change := wanted.get(key, _ZERO) - held.get(key, _ZERO))
    }


def true_up(
    accrued: Mapping[Hashable, Decimal],
    payable: Mapping[Hashable, Decimal],
    tolerance: Tolerance,
) -> TrueUp:
    """Compare what was accrued with what is payable, tax by tax.

    A tax that was accrued and is not payable is taken back in full; one that is
    payable and was not accrued is added.
    """
    changes = differences(accrued, payable)
    total = sum(accrued.values(), _ZERO)
    deviation = sum((abs(change) for change in changes.values()), _ZERO)
    return TrueUp(
        differences=changes,
        accrued=total,
        payable=sum(payable.values(), _ZERO),
        deviation=deviation,
        accepted=tolerance.accepts(deviation, total),
    )


def profit_share(
    revenue: Decimal, cost: Decimal, percent: Decimal, unit: Decimal
) -> Decimal:
    """Return an agent's share of the margin on services; a loss is not shared.

    :param unit: smallest amount of the currency
    """
    margin = max(revenue - cost, _ZERO)
    return Rounding(unit=unit).apply(margin * percent / _HUNDRED)
