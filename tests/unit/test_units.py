"""Units as printed, and quantities asked for in another unit than stated."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

units = load("engine.units")

EVERY_UNIT = st.sampled_from(sorted(units.UNITS))


def denominator(unit, per=1, **fields):
    return units.Denominator(unit, Decimal(per), **fields)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        # Schedule of the United States
        ("No.", denominator("pcs")),
        ("doz.", denominator("doz")),
        ("liter", denominator("l")),
        ("pf. liter", denominator("pf_l")),
        ("pf.liters", denominator("pf_l")),
        ("m<sup>3</sup>", denominator("m3")),
        ('m<sup style="font-size: 9.75px;">2</sup>', denominator("m2")),
        ("prs.", denominator("pr")),
        ("doz. prs.", denominator("doz_pr")),
        ("<u>kg</u>", denominator("kg")),
        ("bbl", denominator("bbl")),
        ("1000", denominator("pcs", 1000)),
        ("1,000 pins", denominator("pin", 1000)),
        ("line/ gross", denominator("gross_line")),
        ("Pb kg", denominator("kg", content="lead")),
        ("W kg", denominator("kg", content="tungsten")),
        ("W", denominator("w")),
        (
            "V<sub>2</sub>O<sub>5</sub> kg",
            denominator("kg", content="vanadium pentoxide"),
        ),
        # TARIC: codes and words
        ("KGM", denominator("kg")),
        ("DTN", denominator("kg", 100)),
        ("TNE", denominator("kg", 1000)),
        ("DTNE", denominator("kg", 100, weight_basis="drained")),
        ("DTN G", denominator("kg", 100, weight_basis="gross")),
        ("TNEI", denominator("kg", 1000, qualifier="biodiesel")),
        ("DTNZ", denominator("kg", 100, times=("sucrose_percent",))),
        ("ASVX", denominator("hl", times=("asv",))),
        ("% vol/hl", denominator("hl", times=("asv",))),
        ("100 kg/net/%sacchar.", denominator("kg", 100, times=("sucrose_percent",))),
        ("1000 kg/biodiesel", denominator("kg", 1000, qualifier="biodiesel")),
        ("100 KG", denominator("kg", 100)),
        ("1,000 p/st", denominator("pcs", 1000)),
        ("MIL", denominator("pcs", 1000)),
        ("l alc. 100%", denominator("lpa")),
        ("kg P₂O₅", denominator("kg", content="phosphorus pentoxide")),
        ("MTQC", denominator("m3", 1000)),
        # UN/ECE Recommendation 20
        ("H87", denominator("pcs")),
        ("DZN", denominator("doz")),
    ],
)
def test_printed_unit(printed, expected):
    assert units.find_unit(printed) == expected


@pytest.mark.parametrize(
    "printed", ["", "abc", "100 abc", "0 kg", "1.5 kg", "7", "ton"]
)
def test_unknown_unit(printed):
    assert units.find_unit(printed) is None


@pytest.mark.parametrize(
    ("quantities", "key", "expected"),
    [
        ({"t": "2"}, "kg", "2000"),
        ({"l": "45"}, "hl", "0.45"),
        ({"doz": "3"}, "pcs", "36"),
        ({"pcs": "30"}, "doz", "2.5"),
        ({"gross": "1"}, "doz", "12"),
        ({"bbl": "1"}, "l", "158.987294928"),
        ({"pf_l": "10"}, "lpa", "5"),
        ({"ct": "5"}, "g", "1"),
        ({"doz_pr": "2"}, "pr", "24"),
        ({"t:lead": "2"}, "kg:lead", "2000"),
        ({"kg:net": "7"}, "kg", "7"),
        ({"kg": "7"}, "kg:net", "7"),
        ({"DTN": "3"}, "kg", "300"),
        ({"KGM": "3"}, "t", "0.003"),
        ({"brx": "80"}, "sucrose_percent", "80"),
        # exact key first, whatever else is stated
        ({"t": "9", "kg": "1"}, "kg", "1"),
    ],
)
def test_quantity_in_another_unit(quantities, key, expected):
    stated = {name: Decimal(value) for name, value in quantities.items()}
    assert units.quantity_in(stated, key) == Decimal(expected)


@pytest.mark.parametrize(
    ("stated", "key"),
    [
        ("kg", "kg:lead"),  # the goods are not the lead in them
        ("kg:lead", "kg"),
        ("kg:copper", "kg:lead"),
        ("kg:gross", "kg"),
        ("kg:drained", "kg:gross"),
        ("kg", "clean_kg"),
        ("kg", "l"),
        ("pr", "pcs"),
        ("pcs", "jewel"),
        ("l", "lpa"),
        ("asv", "sucrose_percent"),
        ("kg", "nonsense"),
        ("nonsense", "kg"),
    ],
)
def test_no_guess(stated, key):
    assert units.quantity_in({stated: Decimal(5)}, key) is None


@pytest.mark.parametrize(
    ("printed", "key"),
    [("kg", "kg"), ("Pb kg", "kg:lead"), ("100 kg/net eda", "kg:drained"), ("l", "l")],
)
def test_what_a_stated_unit_measures(printed, key):
    """The lead in goods is never taken for their mass."""
    assert units.find_unit(printed).quantity_key == key


def test_nothing_stated():
    assert units.quantity_in({}, "kg") is None
    assert units.quantity_in({"kg": None}, "kg") is None


@given(EVERY_UNIT, EVERY_UNIT, st.decimals("0.001", "1e9", places=3))
def test_conversion_there_and_back(one, other, quantity):
    found = units.quantity_in({one: quantity}, other)
    if units.UNITS[one].dimension != units.UNITS[other].dimension:
        assert found is None
        return
    back = units.quantity_in({other: found}, one)
    assert abs(back - quantity) < Decimal("1e-30")


@given(EVERY_UNIT, st.sampled_from([1, 100, 1000, 10000]))
def test_every_unit_reads_as_printed(unit, per):
    expected = units.Denominator(unit, Decimal(per))
    printed = units.print_unit(expected)
    assert printed is not None
    assert units.find_unit(printed) == expected
