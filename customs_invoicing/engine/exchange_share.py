"""Which part of a payment's exchange difference belongs to the outlays of a bill."""

from collections.abc import Sequence
from decimal import Decimal

from .apportion import apportion


def share_difference(
    difference: Decimal,
    outlays: Sequence[Decimal],
    total: Decimal,
    unit: Decimal = Decimal("0.01"),
) -> list[Decimal]:
    """Return the part of an exchange difference each outlay of a bill bears.

    What the bill has besides the outlays keeps its own part, so a bill that is all
    outlays passes the difference on to the last cent.

    :param difference: of the whole bill, a loss above zero
    :param outlays: amounts of the bill that are passed on, of the sign of ``total``
    :param total: what the bill owes

    >>> [str(part) for part in share_difference(
    ...     Decimal("5.75"), [Decimal("1058.00")], Decimal("1058.00"))]
    ['5.75']
    >>> [str(part) for part in share_difference(
    ...     Decimal("10.00"), [Decimal("30"), Decimal("30")], Decimal("90"))]
    ['3.34', '3.33']
    """
    if not total:
        return [Decimal(0)] * len(outlays)
    sign = 1 if total > 0 else -1
    weights = [sign * outlay for outlay in outlays]
    weights.append(sign * total - sum(weights))
    if min(weights) >= 0:
        return apportion(difference, weights, unit)[:-1]
    # a bill with lines of both signs: each part by itself
    return [
        (difference * weight / abs(total)).quantize(unit) for weight in weights[:-1]
    ]
