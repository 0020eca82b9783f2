"""Which published rate of exchange applies on a legal date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .exchange import DIRECT, CustomsRate, MissingRate

#: How an authority's rates follow each other: the rate published for the very day; for
#: the calendar month; for the period, a week or any other, that contains the day; the
#: latest that began before or on it.
DAY, MONTH, PERIOD, LATEST = "day", "month", "period", "latest"
DATE_RULES = (DAY, MONTH, PERIOD, LATEST)


@dataclass(frozen=True, slots=True)
class PublishedRate:
    """A rate of exchange as an authority published it."""

    currency: str
    rate: Decimal
    valid_from: date
    valid_to: date | None = None  # last day; None: until the next one
    quotation: str = DIRECT

    def __post_init__(self):
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"valid from {self.valid_from} to {self.valid_to}")


def rate_on(
    published: Iterable[PublishedRate],
    currency: str,
    on_date: date,
    rule: str = PERIOD,
    or_latest: bool = False,
) -> CustomsRate:
    """Return the rate of a currency that counts on a legal date.

    :param rule: one of ``DATE_RULES``; the date itself (acceptance, export, arrival)
        is for the caller to know
    :param or_latest: take the latest rate before where the rule finds none; the result
        then is marked as a fallback, to be shown
    :raise MissingRate: when no rate counts
    :raise ValueError: for an unknown rule, or two rates that count alike and differ
    """
    if rule not in DATE_RULES:
        raise ValueError(f"unknown rule for the date of exchange rates: {rule!r}")
    known = [
        rate
        for rate in published
        if rate.currency == currency and (rule == MONTH or rate.valid_from <= on_date)
    ]
    found = [rate for rate in known if _counts(rate, on_date, rule)]
    is_fallback = False
    if not found and or_latest:
        found = [rate for rate in known if rate.valid_from <= on_date]
        is_fallback = bool(found)
    if not found:
        raise MissingRate(currency)
    start = max(rate.valid_from for rate in found)
    latest = {(rate.rate, rate.quotation) for rate in found if rate.valid_from == start}
    if len(latest) > 1:
        figures = " and ".join(sorted(str(rate) for rate, _quotation in latest))
        raise ValueError(
            f"two rates of {currency} are published from {start}: {figures}; keep one"
        )
    ((rate, quotation),) = latest
    return CustomsRate(currency, rate, quotation, is_fallback)


def _counts(rate, on_date, rule):
    if rule == DAY:
        return rate.valid_from == on_date
    if rule == MONTH:
        start = rate.valid_from
        return (start.year, start.month) == (on_date.year, on_date.month)
    if rule == LATEST:
        return True
    return rate.valid_to is None or on_date <= rate.valid_to
