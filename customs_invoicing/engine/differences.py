"""Why the authority's figure is not ours: the likely cause, in words."""

from dataclasses import dataclass
from decimal import Decimal

from .explain import money_words, number_words, short_words
from .rounding import EXACT

NONE = "none"
RATE, VALUE, EXCHANGE_RATE, ORIGIN, QUANTITY, ROUNDING, EXTRA, MISSING, UNKNOWN = (
    "rate",
    "value",
    "exchange_rate",
    "origin",
    "quantity",
    "rounding",
    "extra_measure",
    "missing_measure",
    "unknown",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """One side of a comparison; whatever is not known is ``None`` or empty."""

    amount: Decimal | None = None
    base: Decimal | None = None
    rate: Decimal | None = None  # percent
    rate_text: str = ""
    quantity: Decimal | None = None
    exchange_rate: Decimal | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """The cause that explains a difference best, and what to look at."""

    code: str
    words: str


def cause_of_difference(
    ours: Figures | None,
    theirs: Figures | None,
    currency: str = "",
    rounding_unit: Decimal = Decimal("0.01"),
) -> Cause:
    """Return why the assessed amount of one tax differs from ours.

    The first difference that can cause all that follow is named: origin before rate,
    rate of exchange before value, then quantity, then rounding.

    :param ours: what we expect, ``None`` where no measure of ours gives the tax
    :param theirs: what was assessed, ``None`` where the tax was not
    :param rounding_unit: of amounts; a difference below it can only be rounding
    """
    if theirs is None or theirs.amount is None:
        return _not_assessed(ours)
    if ours is None:
        return Cause(
            EXTRA,
            f"{money_words(theirs.amount, currency)} were assessed for a tax of which "
            "we know no measure; look for it in the tariff",
        )
    if ours.amount is None:
        return Cause(
            UNKNOWN, "our own amount could not be calculated; settle its problem first"
        )
    if ours.amount == theirs.amount:
        return Cause(NONE, "the amounts are the same")
    for test in (_origin, _rate, _exchange_rate, _value, _quantity):
        cause = test(ours, theirs, currency)
        if cause:
            return cause
    difference = EXACT.subtract(theirs.amount, ours.amount)
    if abs(difference) <= rounding_unit:
        return Cause(
            ROUNDING,
            f"{money_words(abs(difference), currency)} is no more than a unit of "
            "rounding; see how the authority rounds",
        )
    return Cause(UNKNOWN, _unknown_words(ours, theirs, difference, currency))


def _not_assessed(ours):
    if ours is None or not ours.amount:
        return Cause(NONE, "neither side has an amount")
    return Cause(
        MISSING,
        "we expect the tax, but it was not assessed; see whether a relief, exemption "
        "or a suspension applies",
    )


def _origin(ours, theirs, _currency):
    if not ours.origin or not theirs.origin or ours.origin == theirs.origin:
        return None
    return Cause(
        ORIGIN, f"assessed for origin {theirs.origin}, we declared {ours.origin}"
    )


def _rate(ours, theirs, _currency):
    rates = [_percent(side) for side in (ours, theirs)]
    if None not in rates:
        if rates[0] == rates[1]:
            return None
        return Cause(
            RATE,
            f"assessed at {short_words(rates[1])} %, we expect "
            f"{short_words(rates[0])} %; see measure, date and claim",
        )
    texts = ["".join(side.rate_text.split()).lower() for side in (ours, theirs)]
    if not all(texts) or texts[0] == texts[1]:
        return None
    return Cause(
        RATE, f"assessed at “{theirs.rate_text}”, we expect “{ours.rate_text}”"
    )


def _percent(side):
    """Return the rate in percent, read from a plain text where it is not stated."""
    if side.rate is not None:
        return side.rate
    text = side.rate_text.strip()
    figure = text.removesuffix("%").strip()
    if text.endswith("%") and figure.replace(".", "", 1).isdecimal():
        return Decimal(figure)
    return None


def _exchange_rate(ours, theirs, _currency):
    rates = ours.exchange_rate, theirs.exchange_rate
    if None in rates or rates[0] == rates[1]:
        return None
    if _same(ours.base, theirs.base):
        return None
    return Cause(
        EXCHANGE_RATE,
        f"assessed with the rate of exchange {number_words(rates[1])}, we took "
        f"{number_words(rates[0])}; see the date that counts",
    )


def _value(ours, theirs, currency):
    if None in (ours.base, theirs.base) or ours.base == theirs.base:
        return None
    difference = EXACT.subtract(theirs.base, ours.base)
    ratio = ""
    if ours.base > 0:
        percent = EXACT.divide(difference * 100, ours.base)
        ratio = f" ({short_words(percent.quantize(Decimal('0.01')))} %)"
    return Cause(
        VALUE,
        f"assessed on {money_words(theirs.base, currency)}, we on "
        f"{money_words(ours.base, currency)}: {money_words(difference, currency)}"
        f"{ratio}; see freight, insurance, additions and other duties in the base",
    )


def _quantity(ours, theirs, _currency):
    if None in (ours.quantity, theirs.quantity) or ours.quantity == theirs.quantity:
        return None
    return Cause(
        QUANTITY,
        f"assessed on {number_words(theirs.quantity)}, we on "
        f"{number_words(ours.quantity)}; see mass and supplementary unit",
    )


def _unknown_words(ours, theirs, difference, currency):
    words = (
        f"assessed {money_words(theirs.amount, currency)}, expected "
        f"{money_words(ours.amount, currency)}: {money_words(difference, currency)}"
    )
    if theirs.base and theirs.rate is None and not theirs.rate_text:
        rate = EXACT.divide(theirs.amount * 100, theirs.base)
        words += f"; on their base that is {short_words(rate)} %"
    return f"{words}; base, rate and origin do not tell why"


def _same(one, other):
    return one is not None and one == other
