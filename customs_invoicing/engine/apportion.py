"""Apportionment of one amount over several parts, to the last cent."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from .rounding import EXACT, Rounding, add_up, round_by


def apportion(
    total: Decimal, weights: Sequence[Decimal], unit: Decimal = Decimal("0.01")
) -> list[Decimal]:
    """Split ``total`` in proportion to ``weights`` so that the parts sum to it exactly.

    Largest remainder: every part is cut to whole ``unit``\\ s, the units left over go
    to the parts cut by most (of equals to the heavier, then to the earlier).  A part
    is thus never further than one unit from its exact share.  A total that is itself
    no multiple of ``unit`` leaves its rest with the heaviest part.

    :param total: amount to split; a negative one gives the negative parts
    :param weights: not negative, of any scale
    :return: parts in the order of ``weights``
    :raise ValueError: for a negative weight, a ``unit`` not above zero, or where a
        total other than zero meets no weight above zero: equal shares would be a
        guess, the caller decides
    """
    if unit <= 0:
        raise ValueError(f"unit must be above zero, not {unit}")
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    if not total:
        return [Decimal(0)] * len(weights)
    if not any(weights):
        raise ValueError("no weight is above zero: nothing to apportion by")
    if total < 0:
        return [-part for part in apportion(-total, weights, unit)]

    units = Fraction(total) // Fraction(unit)
    parts = [count * unit for count in _whole_shares(units, weights)]
    rest = total - units * unit
    if rest:
        heaviest = max(range(len(weights)), key=lambda n: (weights[n], -n))
        parts[heaviest] += rest
    return parts


def _whole_shares(units, weights):
    """Return whole numbers that sum to ``units``, by largest remainder."""
    fractions = [Fraction(weight) for weight in weights]
    whole_weight = sum(fractions)
    shares = [units * fraction / whole_weight for fraction in fractions]
    counts = [int(share) for share in shares]
    by_remainder = sorted(
        range(len(weights)),
        key=lambda n: (counts[n] - shares[n], -fractions[n], n),
    )
    for n in by_remainder[: units - sum(counts)]:
        counts[n] += 1
    return counts


def apportion_independent(
    total: Decimal, weights: Sequence[Decimal], rounding: Rounding | None = None
) -> list[Decimal]:
    """Split ``total`` in proportion to ``weights``, each part rounded by itself.

    The parts need not sum to the total.  Some authorities do so, and their figures can
    only be reproduced this way; elsewhere use :func:`apportion`.

    :param rounding: of each part; ``None`` leaves them exact (to sixty digits)
    :raise ValueError: as :func:`apportion`
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    whole = add_up(weights)
    if not total:
        return [Decimal(0)] * len(weights)
    if not whole:
        raise ValueError("no weight is above zero: nothing to apportion by")
    parts = (EXACT.divide(EXACT.multiply(total, weight), whole) for weight in weights)
    return [round_by(rounding, part) for part in parts]
