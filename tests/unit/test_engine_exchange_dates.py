"""Which published rate of exchange counts on a day."""

import datetime

import pytest
from pure import engine, load
from tariffs import D

dates = load("engine.exchange_dates")


def day(text):
    return datetime.date.fromisoformat(text)


def published(rate, start, end=None, currency="USD", **facts):
    end = day(end) if end else None
    return engine.PublishedRate(currency, D(rate), day(start), end, **facts)


MONTHS = [published("0.80", "2026-01-01"), published("0.85", "2026-02-01")]
WEEKS = [
    published(10, "2026-03-02", "2026-03-08"),
    published(11, "2026-03-16", "2026-03-22"),
    published(99, "2026-03-02", "2026-03-08", currency="EUR"),
]


@pytest.mark.parametrize(
    ("rates", "on_date", "rule", "expected"),
    [
        (MONTHS, "2026-01-31", "month", "0.80"),
        (MONTHS, "2026-02-01", "month", "0.85"),
        ([published("0.9", "2026-02-15")], "2026-02-02", "month", "0.9"),
        (MONTHS, "2026-03-05", "latest", "0.85"),
        (MONTHS, "2026-01-31", "period", "0.80"),
        (WEEKS, "2026-03-08", "period", "10"),
        (WEEKS, "2026-03-16", "day", "11"),
        (WEEKS, "2026-03-12", "latest", "10"),
    ],
)
def test_rules(rates, on_date, rule, expected):
    for order in (rates, rates[::-1]):
        found = engine.rate_on(order, "USD", day(on_date), rule)
        assert found == engine.CustomsRate("USD", D(expected))


@pytest.mark.parametrize(
    ("on_date", "rule"),
    [
        ("2026-03-17", "day"),
        ("2026-03-12", "period"),
        ("2026-04-01", "month"),
        ("2026-03-01", "latest"),
    ],
)
def test_no_rate_is_never_another_one(on_date, rule):
    with pytest.raises(engine.MissingRate, match="USD"):
        engine.rate_on(WEEKS, "USD", day(on_date), rule)


def test_the_latest_instead_is_marked():
    found = engine.rate_on(MONTHS, "USD", day("2026-04-01"), "month", or_latest=True)
    assert (found.rate, found.is_fallback) == (D("0.85"), True)
    found = engine.rate_on(MONTHS, "USD", day("2026-02-09"), "month", or_latest=True)
    assert not found.is_fallback
    with pytest.raises(engine.MissingRate):
        engine.rate_on(MONTHS, "USD", day("2025-01-01"), "month", or_latest=True)


def test_inverse_quotation():
    rates = [published("0.50", "2026-01-01", quotation="inverse")]
    found = engine.rate_on(rates, "USD", day("2026-01-02"))
    assert found.convert(D(100)) == 200


def test_contradictions():
    twice = [*WEEKS, published(12, "2026-03-02", "2026-03-08")]
    with pytest.raises(ValueError, match="10 and 12; keep one"):
        engine.rate_on(twice, "USD", day("2026-03-03"))
    with pytest.raises(ValueError, match="rule"):
        engine.rate_on(WEEKS, "USD", day("2026-03-03"), "yearly")
    with pytest.raises(ValueError, match="valid from"):
        published(1, "2026-03-08", "2026-03-02")
