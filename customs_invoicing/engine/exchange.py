"""Rates of exchange fixed by an authority, in either quotation."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from .rounding import EXACT

DIRECT, INVERSE = "direct", "inverse"


@dataclass(frozen=True, slots=True)
class CustomsRate:
    """A published rate of one foreign currency.

    ``direct`` is national currency per foreign unit, ``inverse`` foreign units per
    national one (AU): dividing by the published figure is not the same as multiplying
    by its rounded inverse.

    :raise ValueError: for a rate that is not above zero
    """

    currency: str  # ISO code
    rate: Decimal
    quotation: str = DIRECT
    is_fallback: bool = False  # not from the authority: to be shown

    def __post_init__(self):
        if self.quotation not in (DIRECT, INVERSE):
            raise ValueError(f"unknown quotation {self.quotation!r}")
        if not self.rate.is_finite() or self.rate <= 0:
            raise ValueError(f"a rate of exchange must be above zero, not {self.rate}")

    def convert(self, amount: Decimal) -> Decimal:
        """Return ``amount`` of the foreign currency in national currency, exactly."""
        if self.quotation == INVERSE:
            return EXACT.divide(amount, self.rate)
        return EXACT.multiply(amount, self.rate)


class MissingRate(LookupError):
    """No rate of exchange for a currency; ``currency`` names it."""

    def __init__(self, currency: str):
        super().__init__(f"no customs rate of exchange for {currency}")
        self.currency = currency


def convert(
    amount: Decimal, currency: str, national: str, rates: Mapping[str, CustomsRate]
) -> Decimal:
    """Return ``amount`` in national currency, exactly.

    :param currency: ISO code; "" for national currency
    :raise MissingRate: when ``rates`` has none for a foreign currency
    """
    if not currency or currency == national:
        return amount
    if currency not in rates:
        raise MissingRate(currency)
    return rates[currency].convert(amount)
