"""Rounding: modes, units, laws."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import engine

MODES = sorted(set(engine.rounding.MODES) - {"none"})
UNITS = [
    Decimal(unit) for unit in ("0.001", "0.01", "0.05", "0.03", "1", "100", "1E+3")
]

modes = st.sampled_from(MODES)
units = st.sampled_from(UNITS)
amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=6)


@pytest.mark.parametrize(
    ("mode", "amount", "unit", "expected"),
    [
        ("half_up", "59.248", "0.01", "59.25"),
        ("half_up", "2.5", "1", "3"),
        ("half_up", "-2.5", "1", "-3"),
        ("half_down", "2.5", "1", "2"),
        ("half_even", "2.5", "1", "2"),
        ("half_even", "3.5", "1", "4"),
        ("half_even", "0.025", "0.05", "0.00"),
        ("half_even", "0.075", "0.05", "0.10"),
        ("down", "59.249", "0.01", "59.24"),
        ("down", "-59.249", "0.01", "-59.24"),
        ("up", "59.241", "0.01", "59.25"),
        ("up", "-59.241", "0.01", "-59.25"),
        ("up", "59.24", "0.01", "59.24"),
        ("down", "123456", "1000", "123000"),
        ("down", "8799", "100", "8700"),
        ("half_up", "0.015", "0.03", "0.03"),
        ("half_up", "-0.004", "0.01", "0"),
    ],
)
def test_modes(mode, amount, unit, expected):
    rounding = engine.Rounding(mode, Decimal(unit))
    assert rounding.apply(Decimal(amount)) == Decimal(expected)


def test_zero_has_no_sign():
    assert str(engine.Rounding().apply(Decimal("-0.001"))) == "0.00"


@given(modes, units, amounts)
def test_rounding_twice_is_rounding_once(mode, unit, amount):
    rounding = engine.Rounding(mode, unit)
    once = rounding.apply(amount)
    assert rounding.apply(once) == once
    assert once % unit == 0


@given(modes, units, amounts)
def test_never_further_than_a_unit(mode, unit, amount):
    moved = abs(engine.Rounding(mode, unit).apply(amount) - amount)
    assert moved <= (unit / 2 if mode.startswith("half") else unit)
    assert mode in ("half_up", "half_down", "half_even") or moved < unit


@given(modes, units, amounts)
def test_negative_amounts_mirror_positive_ones(mode, unit, amount):
    rounding = engine.Rounding(mode, unit)
    assert rounding.apply(-amount) == -rounding.apply(amount)


@given(modes, units, amounts, amounts)
def test_order_is_kept(mode, unit, one, other):
    rounding = engine.Rounding(mode, unit)
    low, high = sorted((one, other))
    assert rounding.apply(low) <= rounding.apply(high)


@given(units, amounts)
def test_down_and_up_enclose(unit, amount):
    down = abs(engine.Rounding("down", unit).apply(amount))
    up = abs(engine.Rounding("up", unit).apply(amount))
    assert down <= abs(amount) <= up <= down + unit


def test_precision_of_the_caller_does_not_matter():
    amount = Decimal("123456789012345678901234567890.125")
    rounded = engine.Rounding().apply(amount)
    assert rounded == Decimal("123456789012345678901234567890.13")


@pytest.mark.parametrize("unit", ["0", "-1", "NaN", "Infinity"])
def test_bad_units(unit):
    with pytest.raises(ValueError, match="unit"):
        engine.Rounding("down", Decimal(unit))


def test_bad_mode_and_amount():
    with pytest.raises(ValueError, match="mode"):
        engine.Rounding("nearest")
    with pytest.raises(ValueError, match="NaN"):
        engine.Rounding().apply(Decimal("NaN"))


@given(units, amounts)
def test_no_rounding(unit, amount):
    assert engine.Rounding("none", unit).apply(amount) == amount
    with pytest.raises(ValueError, match="NaN"):
        engine.Rounding("none", unit).apply(Decimal("NaN"))


def test_rules_of_a_tariff():
    down = engine.Rounding("down")
    assert engine.RoundingRules.of(down) == engine.RoundingRules(amount=down)
    rules = engine.RoundingRules(base=down)
    assert engine.RoundingRules.of(rules) is rules
    assert engine.RoundingRules.of(None) == engine.RoundingRules()


def test_inheritance():
    measure, tariff = engine.Rounding("down"), engine.Rounding("up")
    assert engine.first_set(None, measure, tariff) == measure
    assert engine.first_set(None, None) is None


@pytest.mark.parametrize(
    ("unit", "decimals"), [("0.01", 2), ("0.050", 2), ("1", 0), ("1E2", 0)]
)
def test_decimals(unit, decimals):
    assert engine.Rounding(unit=Decimal(unit)).decimals == decimals
