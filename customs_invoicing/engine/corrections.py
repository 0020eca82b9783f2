"""After clearance: shares of goods sold, refunds never given twice, deposits.

Pure arithmetic on amounts that journal items say. Amounts are rounded half up to the
unit of the currency; what is left stays where it was, so nothing gets lost.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .rounding import EXACT, Rounding

CENT = Decimal("0.01")

#: What an authority or a holder of the goods may decide about a claim
DRAFT, SUBMITTED, ACCEPTED = "draft", "submitted", "accepted"
RECEIVED, PAID_OUT = "received", "paid_out"

#: What became of a deposit
EMPTY, LODGED, PARTLY = "empty", "lodged", "partly"
RELEASED, CONVERTED, FORFEITED = "released", "converted", "forfeited"


def percent_of(amount: Decimal, percent: Decimal, unit: Decimal = CENT) -> Decimal:
    """Return a percentage of an amount, rounded half up.

    >>> percent_of(Decimal("2300.00"), Decimal(60))
    Decimal('1380.00')
    """
    exact = EXACT.divide(EXACT.multiply(amount, percent), Decimal(100))
    return Rounding("half_up", unit).apply(exact)


def split_sold(
    amount: Decimal, percent: Decimal, unit: Decimal = CENT
) -> tuple[Decimal, Decimal]:
    """Return ``(share of goods sold, rest)``; they sum to the amount exactly.

    :raise ValueError: for a percentage below 0 or above 100
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"a share sold is between 0 and 100 percent, not {percent}")
    sold = percent_of(amount, percent, unit)
    return sold, amount - sold


def sold_to_move(
    arrived: Decimal, moved: Decimal, percent: Decimal, unit: Decimal = CENT
) -> Decimal:
    """Return what still has to go to the cost of sales, negative to take back.

    :param arrived: everything booked on goods so far, corrections included
    :param moved: what of it went to the cost of sales already
    :param percent: share of the goods that is sold by now
    """
    return split_sold(arrived, percent, unit)[0] - moved


def fill(amount: Decimal, rooms: Sequence[Decimal]) -> list[Decimal]:
    """Spread an amount over what is open, the first first.

    :param rooms: open amounts, not negative
    :return: what goes to each, in their order
    :raise ValueError: where the amount is negative or does not fit

    >>> fill(Decimal(5), [Decimal(3), Decimal(4)])
    [Decimal('3'), Decimal('2')]
    """
    if amount < 0:
        raise ValueError(f"cannot spread {amount}")
    parts, left = [], amount
    for room in rooms:
        part = min(left, max(room, Decimal(0)))
        parts.append(part)
        left -= part
    if left:
        raise ValueError(f"{left} more than is open")
    return parts


@dataclass(frozen=True)
class Claim:
    """What is asked back of one levy, or drawn of one quantity.

    :param limit: levied or declared in all
    :param taken: given back or drawn before
    :param claimed: asked now
    """

    key: Hashable
    limit: Decimal
    taken: Decimal
    claimed: Decimal

    @property
    def room(self) -> Decimal:
        """What may still be asked."""
        return max(self.limit - self.taken, Decimal(0))


def overclaimed(claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims that ask for more than is left, those of one key together."""
    totals = {}
    for claim in claims:
        same = totals.get(claim.key)
        asked = claim.claimed + (same.claimed if same else Decimal(0))
        totals[claim.key] = Claim(claim.key, claim.limit, claim.taken, asked)
    return [claim for claim in totals.values() if claim.claimed > claim.room]


@dataclass(frozen=True)
class Deposit:
    """What the books say of a security."""

    lodged: Decimal
    released: Decimal = Decimal(0)
    converted: Decimal = Decimal(0)
    forfeited: Decimal = Decimal(0)

    @property
    def open(self) -> Decimal:
        """What the authority still holds."""
        return self.lodged - self.released - self.converted - self.forfeited

    @property
    def state(self) -> str:
        """What became of it: a deposit that is used up is named by its worst end."""
        if self.lodged <= 0:
            return EMPTY
        if self.open > 0:
            return LODGED if self.open == self.lodged else PARTLY
        if self.converted > 0:
            return CONVERTED
        return FORFEITED if self.forfeited > 0 else RELEASED


@dataclass(frozen=True)
class Settlement:
    """What the books say of an accepted claim.

    :param due: accepted principal and interest the authority pays in money
    :param received: what it paid
    :param settled: what of it the client got
    :param owed: what the client still has to get
    """

    due: Decimal
    received: Decimal = Decimal(0)
    settled: Decimal = Decimal(0)
    owed: Decimal = Decimal(0)

    @property
    def state(self) -> str:
        """Where an accepted claim stands."""
        if not self.received or self.received < self.due:
            return ACCEPTED
        return PAID_OUT if self.settled > 0 and self.owed <= 0 else RECEIVED
