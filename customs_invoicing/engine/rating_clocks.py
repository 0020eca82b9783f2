"""Rules that charge by the day: demurrage, detention, storage, interest."""

from decimal import Decimal

from .explain import number_words
from .phrase import join
from .rating_params import NotRatable, slices_of

HUNDRED = Decimal(100)
YEAR = Decimal(365)
ZERO = Decimal(0)

#: Units of which the clock itself knows how many it ran for
CLOCK_UNITS = ("", "container")


def _clock_units(sheet, clock, clocks):
    """Return for how much a clock ran in the unit of the rule, and its words."""
    unit = sheet.rule.params.get("unit") or ""
    if unit in CLOCK_UNITS:
        sheet.inputs["container"] = " + ".join(number_words(c.units) for c in clocks)
        return clock.units, sheet.words.count("container", clock.units)
    if unit == "declaration":
        return Decimal(1), ""
    if unit == "kg":
        return _mass(sheet, clock, clocks)
    if len(clocks) > 1:
        raise NotRatable("several_clocks", sheet.choice("clock"))
    quantity = sheet.quantity(unit)
    return quantity, sheet.words.count(unit, quantity)


def _mass(sheet, clock, clocks):
    """Return the kilograms a clock ran for, and its words."""
    if clock.mass is not None:
        if clock.mass < 0:
            raise NotRatable("negative_amount", "kg")
        sheet.inputs["kg"] = " + ".join(
            number_words(c.mass) for c in clocks if c.mass is not None
        )
        return clock.mass, sheet.words.count("kg", clock.mass)
    if len(clocks) > 1:
        raise NotRatable("several_clocks", sheet.choice("clock"))
    mass = sheet.quantity("kg")
    return mass, sheet.words.count("kg", mass)


def _sum_of_clocks(sheet, rate_clock):
    """Return the sum over all clocks of the rule, and its words."""
    clocks = sheet.clocks(sheet.choice("clock"))
    parts = [rate_clock(sheet, clock, clocks) for clock in clocks]
    sheet.counted_nothing = not any(is_running for _, _, is_running in parts)
    words = join((words for _, words, _ in parts), " + ")
    return sum((exact for exact, _, _ in parts), ZERO), words


def per_day_tiered(sheet):
    return _sum_of_clocks(sheet, _tiered_clock)


def _tiered_clock(sheet, clock, clocks):
    bands = sheet.bands()
    days, words = sheet.days_after_free(clock)
    if not days:
        return ZERO, words, False
    units, unit_words = _clock_units(sheet, clock, clocks)
    parts, is_covered = slices_of(bands, days)
    if not is_covered:
        raise NotRatable("no_band", words)
    exact = sum((part * price for part, price in parts), ZERO) * units
    slices = join(
        [
            sheet.text("times", quantity=number_words(part), rate=price)
            for part, price in parts
        ],
        " + ",
    )
    words = sheet.text("tiers", days=words, slices=slices)
    if units != 1:
        words = sheet.text("for_units", formula=words, units=unit_words)
    return exact, words, bool(units)


def _storage(sheet, code, combine):
    """Return so much per day and so much per kilogram and day, combined.

    The price per day is of the shipment, whatever the number of its containers.
    """

    def rate_clock(sheet, clock, clocks):
        per_day, per_kg_day = sheet.number("per_day"), sheet.number("per_kg_day")
        days, words = sheet.days_after_free(clock)
        if not days:
            return ZERO, words, False
        mass, mass_words = _mass(sheet, clock, clocks)
        exact = days * combine(per_day, mass * per_kg_day)
        return (
            exact,
            sheet.text(
                code,
                days=words,
                per_day=per_day,
                mass=mass_words,
                per_kg_day=per_kg_day,
            ),
            True,
        )

    return _sum_of_clocks(sheet, rate_clock)


def storage_sum(sheet):
    return _storage(sheet, "storage_sum", lambda day, mass: day + mass)


def storage_greater(sheet):
    return _storage(sheet, "storage_greater", max)


def interest(sheet):
    basis, clocks = sheet.choice("basis"), sheet.clocks("outlay")
    percent = sheet.number("annual_rate")
    if len(clocks) > 1 and any(clock.amount is None for clock in clocks):
        raise NotRatable("several_clocks", "outlay")
    exact, parts, bases = ZERO, [], []
    for clock in clocks:
        base, words = sheet.amount(basis, clock.amount)
        bases.append(sheet.inputs[basis])
        days, days_words = sheet.days_after_free(clock)
        exact += base * percent * days / HUNDRED / YEAR
        parts.append(
            sheet.text(
                "interest", base=words, percent=number_words(percent), days=days_words
            )
        )
    sheet.inputs[basis] = " + ".join(bases)
    sheet.counted_nothing = not exact
    return exact, join(parts, " + ")
