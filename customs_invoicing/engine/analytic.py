"""Analytic distribution of an amount that belongs to several items."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from .apportion import apportion
from .rounding import EXACT, add_up


def combine(
    weights: Sequence[Decimal],
    distributions: Sequence[Mapping[str, object]],
    digits: int = 2,
) -> dict[str, Decimal]:
    """Return one distribution in percent for an amount that items share.

    :param weights: amount of each item, not negative
    :param distributions: analytic distribution of each item: percent per account key
    :param digits: decimals of a percentage

    Items without a distribution leave their share open, so the sum may be below 100.
    The percentages never sum to more than the items' do.

    >>> combine([Decimal(3), Decimal(1)], [{"1": 100}, {"2": 100}])
    {'1': Decimal('75.00'), '2': Decimal('25.00')}
    """
    total = sum(weights)
    if not total:
        weights, total = [Decimal(1)] * len(weights), Decimal(len(weights))
    shares: dict[str, Decimal] = {}  # each is total times too large
    for weight, distribution in zip(weights, distributions, strict=True):
        for key, percent in distribution.items():
            part = EXACT.multiply(Decimal(str(percent)), weight)
            shares[key] = EXACT.add(shares.get(key, Decimal(0)), part)
    if not any(shares.values()):
        return {}
    unit = Decimal(1).scaleb(-digits)
    whole = EXACT.divide(add_up(shares.values()), total).quantize(unit)
    amounts = apportion(whole, list(shares.values()), unit)
    return {key: amount for key, amount in zip(shares, amounts, strict=True) if amount}
