"""Import VAT without a purchase behind it: which items carry base and tax.

The authority's VAT is booked to the cent as it was assessed; the tax only says on which
accounts and boxes.  Three ways, chosen by the tax itself:

* ``pair`` -- the base goes in and out again, the tax is owed;
* ``only`` -- the tax is the whole price, no base is reported;
* ``postponed`` -- input and output tax cancel each other, nothing is owed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .apportion import apportion
from .rounding import EXACT

PAIR, ONLY, POSTPONED = "pair", "only", "postponed"
PERCENT, DIVISION = "percent", "division"
CENT = Decimal("0.01")


def way_of(amount_type: str, factors: Sequence[Decimal]) -> str:
    """Return the way in which a tax books import VAT.

    :param amount_type: how the tax computes: ``percent`` of a base or ``division``
    :param factors: of its shares in percent; negative ones are output tax

    >>> way_of("percent", [Decimal(100)])
    'pair'
    >>> way_of("percent", [Decimal(100), Decimal(-100)])
    'postponed'
    """
    if any(factor < 0 for factor in factors):
        return POSTPONED
    return ONLY if amount_type == DIVISION else PAIR


def share_tax(
    amount: Decimal, factors: Sequence[Decimal], unit: Decimal = CENT
) -> list[Decimal]:
    """Split an amount of import VAT over the shares of its tax, to the last cent.

    The shares above zero sum to the amount; those below, the output tax of a
    self-accounted import, sum to its opposite.

    :param factors: percent of each share, in the order of the tax
    :param unit: smallest unit of the currency

    >>> share_tax(Decimal("10.01"), [Decimal(50), Decimal(50), Decimal(-100)])
    [Decimal('5.01'), Decimal('5.00'), Decimal('-10.01')]
    """
    incoming = _split(amount, [max(factor, Decimal(0)) for factor in factors], unit)
    outgoing = _split(-amount, [max(-factor, Decimal(0)) for factor in factors], unit)
    return [part + back for part, back in zip(incoming, outgoing, strict=True)]


def _split(amount, weights, unit):
    if not any(weights):
        return [Decimal(0)] * len(weights)
    return apportion(amount, weights, unit)


@dataclass(frozen=True)
class VatItems:
    """Amounts of the journal items of one import VAT.

    :param base: of the item that reports the base, ``None`` where none is reported
    :param taxes: of the tax items, one per share of the tax
    """

    base: Decimal | None
    taxes: tuple[Decimal, ...]

    @property
    def base_back(self) -> Decimal | None:
        """The item that takes the base out of the account again."""
        return None if self.base is None else -self.base

    @property
    def total(self) -> Decimal:
        """What the items leave to be owed."""
        return sum(self.taxes, Decimal(0))


def vat_items(
    base: Decimal,
    amount: Decimal,
    amount_type: str,
    factors: Sequence[Decimal],
    unit: Decimal = CENT,
) -> VatItems:
    """Return the items of an import VAT; negative amounts give the mirrored items.

    >>> vat_items(Decimal(100), Decimal(20), "percent", [Decimal(100)])
    VatItems(base=Decimal('100'), taxes=(Decimal('20.00'),))
    """
    reported = base and way_of(amount_type, factors) != ONLY
    return VatItems(
        base=base if reported else None,
        taxes=tuple(share_tax(amount, factors, unit)),
    )


def share_evidence(
    amount: Decimal,
    pending: Mapping[Decimal, tuple[Decimal, Decimal]],
    unit: Decimal = CENT,
) -> dict[Decimal, tuple[Decimal, Decimal]]:
    """Share the VAT that a certificate states over the rates it is pending at.

    Corrections of the authority may leave a rate below zero; those are taken whole.

    :param amount: VAT that may be deducted now
    :param pending: ``{rate: (VAT, base)}`` that awaits evidence
    :return: ``{rate: (VAT, base)}`` to deduct, without the rates that get nothing
    :raise ValueError: when the amount is zero, more than is pending, or of other sign

    >>> share_evidence(Decimal(50), {Decimal(20): (Decimal(200), Decimal(1000))})
    {Decimal('20'): (Decimal('50.00'), Decimal('250.00'))}
    """
    total = sum((vat for vat, _base in pending.values()), Decimal(0))
    if total < 0:
        mirrored = {rate: (-vat, -base) for rate, (vat, base) in pending.items()}
        shares = share_evidence(-amount, mirrored, unit)
        return {rate: (-vat, -base) for rate, (vat, base) in shares.items()}
    if not 0 < amount <= total:
        raise ValueError(f"{amount} is not between 0 and the {total} pending")
    whole = {rate: found for rate, found in pending.items() if found[0] < 0}
    shared = {rate: found for rate, found in pending.items() if found[0] > 0}
    rest = amount - sum((vat for vat, _base in whole.values()), Decimal(0))
    parts = apportion(rest, [vat for vat, _base in shared.values()], unit)
    for part, (rate, (vat, base)) in zip(parts, shared.items(), strict=True):
        if part:
            whole[rate] = (part, _part_of_base(part, vat, base, unit))
    return {rate: whole[rate] for rate in pending if rate in whole}


def _part_of_base(part, vat, base, unit):
    if part == vat:
        return base
    exact = EXACT.divide(EXACT.multiply(base, part), vat)
    return min(base, (exact / unit).to_integral_value(ROUND_HALF_UP) * unit)
