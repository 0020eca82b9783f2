"""Penalties, interest and guarantees of authorities, as their publications put them.

Each function names its source. The figures are what may be demanded or has to be
provided at most: an authority may mitigate.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from .explain import number_words, short_words
from .rating_sheet import exactly
from .rounding import Rounding

NEGLIGENCE, GROSS, FRAUD = "negligence", "gross", "fraud"
PRIOR_NEGLIGENCE = "prior_disclosure_negligence"
PRIOR_GROSS = "prior_disclosure_gross"
PRIOR_FRAUD = "prior_disclosure_fraud"

#: Culpability under 19 USC 1592, with or without a prior disclosure
LEVELS_1592 = (
    NEGLIGENCE,
    GROSS,
    FRAUD,
    PRIOR_NEGLIGENCE,
    PRIOR_GROSS,
    PRIOR_FRAUD,
)

_HUNDRED = Decimal(100)
_YEAR = Decimal(365)
_ZERO = Decimal(0)

#: Multiple of the loss of duties, and percentage of the dutiable value without a loss
_MULTIPLES = {NEGLIGENCE: (2, 20), GROSS: (4, 40)}

_CCP_STEPS = tuple(map(Decimal, (250, 500, 1000, 2000, 2500)))
_CCP_HIGH_DUTY = Decimal(50_000)
_CCP_HIGHEST_DUTY = Decimal(100_000)
_CCP_HIGH = Decimal(1000)

#: Days after its issue within which a demand is to be paid
C18_FREE_DAYS = 10


@dataclass(frozen=True)
class Figure:
    """What an authority may demand, or what has to be guaranteed.

    :param amount: none where only interest is due
    :param formula: the calculation in one line
    """

    amount: Decimal | None
    formula: str = ""
    interest_only: bool = False

    def __str__(self):
        return "interest only" if self.interest_only else str(self.amount)


def _figure(exact, formula, digits=2):
    rounding = Rounding("half_up", Decimal(1).scaleb(-digits))
    amount = rounding.apply(exact)
    sign = "=" if amount == exact else "≈"
    return Figure(amount, f"{formula} {sign} {number_words(amount, digits)}")


def us_late_entry_summary(withheld: Decimal, days: int) -> Figure:
    """Return liquidated damages for an entry summary filed or paid late.

    100 dollars and a tenth of a percent of the duties withheld, cut to whole dollars,
    for each calendar day, which part is rounded up to whole dollars.

    Source: claims for late entry summaries as described by customs brokers
    (cbpbrokers, late entry).
    """
    _not_negative(withheld=withheld, days=days)
    return exactly(_us_late_entry_summary, withheld, days)


def _us_late_entry_summary(withheld, days):
    dollars = withheld.to_integral_value(ROUND_FLOOR)
    part = (dollars * days / 1000).to_integral_value(ROUND_CEILING)
    words = f"100 + ⌈{number_words(dollars)} × 0.001 × {days}⌉"
    return _figure(100 + part, words)


def us_1592_maximum(
    level: str,
    loss: Decimal = _ZERO,
    domestic_value: Decimal | None = None,
    dutiable_value: Decimal | None = None,
) -> Figure:
    """Return the most that may be demanded for a false statement.

    Negligence: the smaller of domestic value and twice the loss of duties, or a fifth
    of the dutiable value where no duty was lost; gross negligence: four times, two
    fifths; fraud: the domestic value. After a prior disclosure only interest on the
    loss, with fraud the loss itself or a tenth of the dutiable value.

    Source: 19 USC 1592 (c).

    :raise ValueError: for an unknown level, or when the value it needs is not given
    """
    if level not in LEVELS_1592:
        raise ValueError(f"unknown level of culpability: {level}")
    given = {"domestic_value": domestic_value, "dutiable_value": dutiable_value}
    _not_negative(
        loss=loss, **{name: value for name, value in given.items() if value is not None}
    )
    return exactly(_us_1592_maximum, level, loss, domestic_value, dutiable_value)


def _us_1592_maximum(level, loss, domestic_value, dutiable_value):
    if level in (PRIOR_NEGLIGENCE, PRIOR_GROSS):
        return Figure(None, interest_only=True)
    if level == FRAUD:
        value = _needed("domestic_value", domestic_value)
        return _figure(value, number_words(value))
    if level == PRIOR_FRAUD:
        if loss:
            return _figure(loss, f"{number_words(loss)} × 100 %")
        return _share_of_value(dutiable_value, 10)
    multiple, percent = _MULTIPLES[level]
    if not loss:
        return _share_of_value(dutiable_value, percent)
    value = _needed("domestic_value", domestic_value)
    words = f"min({number_words(value)}; {multiple} × {number_words(loss)})"
    return _figure(min(value, multiple * loss), words)


def _share_of_value(dutiable_value, percent):
    value = _needed("dutiable_value", dutiable_value)
    return _figure(value * percent / _HUNDRED, f"{number_words(value)} × {percent} %")


def uk_civil_penalty(nth: int, maximum: Decimal, duty: Decimal | None = None) -> Figure:
    """Return the customs civil penalty for the nth contravention of a kind.

    It climbs from 250 by 500, 1 000 and 2 000 to 2 500 pounds, up to the maximum of
    the contravention. The first may already be 1 000 where 50 000 of duty or more are
    at stake, and the maximum above 100 000.

    Source: HMRC, CCPG27320.

    :param duty: at stake; none leaves a first penalty at its usual step
    """
    if nth < 1:
        raise ValueError("the first penalty has the number 1")
    _not_negative(maximum=maximum)
    amount = _CCP_STEPS[min(nth, len(_CCP_STEPS)) - 1]
    if nth == 1 and duty is not None:
        if duty > _CCP_HIGHEST_DUTY:
            amount = maximum
        elif duty >= _CCP_HIGH_DUTY:
            amount = _CCP_HIGH
    words = f"min({number_words(amount)}; {number_words(maximum)})"
    return _figure(min(amount, maximum), words)


def uk_c18_interest_days(issued: date, paid: date) -> int:
    """Return the days of interest on a demand: from the eleventh day after its issue.

    Source: HMRC, DMBM540040.
    """
    return max((paid - issued).days - C18_FREE_DAYS, 0)


def uk_c18_interest(amount: Decimal, percent: Decimal, days: int) -> Figure:
    """Return the interest on a demand that was not paid in time.

    Source: HMRC, DMBM540040.

    :param percent: per year
    :param days: of interest, see :func:`uk_c18_interest_days`
    """
    _not_negative(amount=amount, percent=percent, days=days)
    words = f"{number_words(amount)} × {number_words(percent)} % × {days} ÷ 365"
    exact = exactly(lambda: amount * percent * days / _HUNDRED / _YEAR)
    return _figure(exact, words)


def guarantee_potential(
    goods_value: Decimal, duty_percent: Decimal, level_percent: Decimal, digits: int = 2
) -> Figure:
    """Return the reference amount of a guarantee for a debt that may be incurred.

    The highest value of goods at a time, times the highest rate of duty, times the
    level of the guarantee.

    Source: HMRC, CAA10130.
    """
    _not_negative(value=goods_value, rate=duty_percent, level=level_percent)
    words = (
        f"{number_words(goods_value)} × {number_words(duty_percent)} % × "
        f"{number_words(level_percent)} %"
    )
    exact = exactly(
        lambda: goods_value * duty_percent * level_percent / _HUNDRED / _HUNDRED
    )
    return _figure(exact, words, digits)


def guarantee_actual(
    monthly_duty: Decimal, level_percent: Decimal, months: int = 2, digits: int = 2
) -> Figure:
    """Return the reference amount of a guarantee for debts that were incurred.

    The duty of a month, times the level of the guarantee, times two months.

    Source: HMRC, CAA10120.
    """
    _not_negative(duty=monthly_duty, level=level_percent, months=months)
    words = f"{number_words(monthly_duty)} × {number_words(level_percent)} % × {months}"
    exact = exactly(lambda: monthly_duty * level_percent * months / _HUNDRED)
    return _figure(exact, words, digits)


def nz_deferred_late_payment(unpaid: Decimal, months: int = 0) -> Figure:
    """Return what is added to deferred charges that were not paid on the due date.

    A twentieth at once, then a fiftieth for each month that they stay unpaid. Both
    are taken of the unpaid charges alone, not of what was added before.

    Source: New Zealand Customs Service, deferred payment.

    :param months: that have begun unpaid after the first demand
    """
    _not_negative(unpaid=unpaid, months=months)
    words = f"{short_words(unpaid)} × (5 % + {months} × 2 %)"
    return _figure(exactly(lambda: unpaid * (5 + 2 * months) / _HUNDRED), words)


def _needed(name, value):
    if value is None:
        raise ValueError(f"{name} is needed for this level of culpability")
    return value


def _not_negative(**values):
    for name, value in values.items():
        if value < 0:
            raise ValueError(f"{name} must not be below zero: {value}")
