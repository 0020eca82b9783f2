"""Rounding is data: a mode and a unit, never a habit of the code.

Customs offices cut, round up, round half either way, to the cent, the franc or the
hundred.  A rounding that is not stated is inherited: measure, then measure type, then
tariff (:func:`first_set`).
"""

import decimal
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

#: Mode by its name; ``down`` is towards zero, ``up`` away from it, ``none`` leaves an
#: amount as it is.
MODES = {
    "half_up": decimal.ROUND_HALF_UP,
    "half_even": decimal.ROUND_HALF_EVEN,
    "half_down": decimal.ROUND_HALF_DOWN,
    "down": decimal.ROUND_DOWN,
    "up": decimal.ROUND_UP,
    "none": None,
}
NONE = "none"

#: Wide enough for any product of an amount and a rate, whatever the caller's context.
EXACT = decimal.Context(prec=60)


@dataclass(frozen=True)
class Rounding:
    """Round to whole multiples of ``unit`` (0.01 a cent, 1, 100), by ``mode``.

    The mode ``none`` does not round; its unit is only what amounts are written in.

    :raise ValueError: for an unknown mode or a unit that is not above zero
    """

    mode: str = "half_up"
    unit: Decimal = Decimal("0.01")

    def __post_init__(self):
        if self.mode not in MODES:
            raise ValueError(f"unknown rounding mode {self.mode!r}")
        if not self.unit.is_finite() or self.unit <= 0:
            raise ValueError(f"rounding unit must be above zero, not {self.unit}")

    def apply(self, amount: Decimal) -> Decimal:
        """Return ``amount`` rounded; its unit is that of the amount.

        :raise ValueError: for an amount that is not finite
        """
        if not amount.is_finite():
            raise ValueError(f"cannot round {amount}")
        if self.mode == NONE:
            return amount
        multiple = _exact_quotient(amount, self.unit, MODES[self.mode])
        rounded = EXACT.multiply(multiple, self.unit)
        return rounded.copy_abs() if rounded.is_zero() else rounded

    @property
    def decimals(self) -> int:
        """Number of decimals an amount so rounded is written with."""
        return max(0, -int(self.unit.normalize().as_tuple().exponent))


def _exact_quotient(amount, unit, mode):
    """Return the whole number nearest to ``amount / unit`` by ``mode``.

    Units such as 0.03 have no finite quotient, so the rest is compared, not divided.
    """
    whole, rest = EXACT.divmod(amount, unit)
    if not rest:
        return whole
    # below, at or above half a unit: 0.25, 0.5 and 0.75 round alike in every mode
    position = EXACT.compare(EXACT.add(abs(rest), abs(rest)), unit)
    fraction = ((2 + position) / 4).copy_sign(rest)
    near = EXACT.add(whole, fraction)
    return near.quantize(Decimal(1), rounding=mode, context=EXACT)


CENTS = Rounding()
UNROUNDED = Rounding(NONE)


@dataclass(frozen=True)
class RoundingRules:
    """Where a tariff rounds, and how; ``None`` does not round at that place.

    Amounts are always rounded, half up to 0.01 where nothing else is stated; a tariff
    that does not round them says so by the mode ``none``.
    """

    value: Rounding | None = None  # a value converted into national currency
    part: Rounding | None = None  # of a charge spread over the items
    base: Rounding | None = None
    amount: Rounding | None = None
    total: Rounding | None = None  # of a measure type over the declaration

    @classmethod
    def of(cls, rounding: "Rounding | RoundingRules | None") -> "RoundingRules":
        """Return rules from rules, or from a rounding of the amounts alone."""
        if isinstance(rounding, cls):
            return rounding
        return cls(amount=rounding)


def round_by(rounding: Rounding | None, amount: Decimal) -> Decimal:
    """Return ``amount`` rounded, or as it is without a rounding."""
    return amount if rounding is None else rounding.apply(amount)


def add_up(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum, whatever the caller's context."""
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def first_set(*roundings: "Rounding | None") -> "Rounding | None":
    """Return the first rounding that is stated, most specific first."""
    return next((rounding for rounding in roundings if rounding is not None), None)
