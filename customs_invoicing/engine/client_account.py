"""What a client owes: the share of outlays in it, and its age.

Payments are not made for one line of an invoice. What is paid counts towards outlays
and services in proportion; what was credited counts where it was credited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

#: Days overdue up to which each bucket reaches; the last one has no end
LIMITS = (0, 30, 60, 90)
BUCKETS = ("not_due", "days_30", "days_60", "days_90", "older")


@dataclass(frozen=True)
class Split:
    """An amount and the part of it that are outlays; the rest is services and tax."""

    outlays: Decimal
    services: Decimal

    @property
    def total(self) -> Decimal:
        """Return both parts together."""
        return self.outlays + self.services


def bucket(due: date, day: date) -> str:
    """Return how old a debt is on a day.

    >>> bucket(date(2026, 3, 1), date(2026, 3, 31))
    'days_30'
    >>> bucket(date(2026, 3, 1), date(2026, 3, 1))
    'not_due'
    """
    overdue = (day - due).days
    for name, limit in zip(BUCKETS, LIMITS, strict=False):
        if overdue <= limit:
            return name
    return BUCKETS[-1]


def share(amount: Decimal, part: Decimal, whole: Decimal, unit: Decimal) -> Split:
    """Return an amount split as a part is of a whole, rounded to a unit of money.

    >>> share(Decimal("50.00"), Decimal("75"), Decimal("100"), Decimal("0.01"))
    Split(outlays=Decimal('37.50'), services=Decimal('12.50'))
    """
    if not whole:
        return Split(Decimal(0), amount)
    exact = amount * part / whole / unit
    outlays = exact.quantize(Decimal(1), ROUND_HALF_UP) * unit
    return Split(outlays, amount - outlays)


def share_instalments(
    amounts: Sequence[Decimal], part: Decimal, unit: Decimal
) -> list[Split]:
    """Return each instalment of an invoice split; together they are the invoice.

    :param part: the outlays in the sum of the instalments
    """
    whole = sum(amounts, Decimal(0))
    splits, reached, given = [], Decimal(0), Decimal(0)
    for amount in amounts:
        reached += amount
        outlays = share(reached, part, whole, unit).outlays - given
        given += outlays
        splits.append(Split(outlays, amount - outlays))
    return splits


def open_split(
    billed: Split, credited: Sequence[Split], left: Decimal, unit: Decimal
) -> Split:
    """Return what is left of an invoice after credit notes and payments.

    :param credited: what each matched credit note took off

    >>> billed = Split(Decimal("80"), Decimal("20"))
    >>> credit = Split(Decimal("0"), Decimal("20"))
    >>> open_split(billed, [credit], Decimal("40"), Decimal("0.01"))
    Split(outlays=Decimal('40.00'), services=Decimal('0.00'))
    """
    outlays = billed.outlays - sum((each.outlays for each in credited), Decimal(0))
    services = billed.services - sum((each.services for each in credited), Decimal(0))
    # a credit note may take more of a part than the instalment it is matched with has
    if billed.total > 0:
        whole = max(outlays + services, Decimal(0))
        outlays = min(max(outlays, Decimal(0)), whole)
        return share(left, outlays, whole, unit)
    return share(left, outlays, outlays + services, unit)
