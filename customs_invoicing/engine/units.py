"""Units of quantity: one code each, whatever a tariff prints, and their conversion.

A tariff charges per 100 kg, per hectolitre, per dozen, and a declaration states tonnes,
litres or pieces.  Units of one *dimension* are converted into each other; what is not
of one dimension (a pair and two pieces, clean wool and wool) never is.

Factors are exact by definition: SI prefixes; the international pound, gallon and yard
(1959), the barrel of 42 US gallons, the metric carat of 0.2 g, the proof litre of the
United States, which is half alcohol.  Codes of three capitals are those of TARIC and
of UN/ECE Recommendation 20.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from .rounding import EXACT
from .unit_names import (
    BARE_COUNTS,
    CODES,
    PRINTED,
    PRINTED_AS,
    SUBSTANCES,
    TARIC_QUALIFIERS,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: one of it is ``factor`` times the base unit of its ``dimension``."""

    code: str
    dimension: str
    factor: Decimal = Decimal(1)


def _table(**dimensions):
    units = {}
    for dimension, codes in dimensions.items():
        for code, factor in codes.items():
            units[code] = Unit(code, dimension, Decimal(factor))
    return units


#: Every unit by its code.
UNITS: Mapping[str, Unit] = _table(
    mass={
        "kg": 1,
        "g": "0.001",
        "mg": "0.000001",
        "t": 1000,
        "ct": "0.0002",
        "lb": "0.45359237",
        "oz": "0.028349523125",
    },
    clean_mass={"clean_kg": 1},  # wool without what washing removes
    volume={
        "l": 1,
        "hl": 100,
        "ml": "0.001",
        "cl": "0.01",
        "m3": 1000,
        "bbl": "158.987294928",
        "gal": "3.785411784",
    },
    alcohol={"lpa": 1, "pf_l": "0.5"},  # litres of pure alcohol
    count={"pcs": 1, "doz": 12, "gross": 144, "head": 1},
    pairs={"pr": 1, "doz_pr": 12},
    area={"m2": 1, "cm2": "0.0001", "ft2": "0.09290304", "yd2": "0.83612736"},
    length={
        "m": 1,
        "cm": "0.01",
        "mm": "0.001",
        "km": 1000,
        "ft": "0.3048",
        "in": "0.0254",
        "yd": "0.9144",
    },
    electricity={"kwh": 1, "mwh": 1000},
    heat={"tj": 1, "gj": "0.001"},
    power={"w": 1, "kw": 1000},
    radioactivity={"gbq": 1},
    # One of a kind
    jewel={"jewel": 1},
    pin={"pin": 1},
    cell={"cell": 1},
    pack={"pack": 1},
    dose={"dose": 1},
    gross_line={"gross_line": 1},  # lines of buttons by the gross
    roofing_square={"square": 1},
    fibre_length={"fiber_m": 1},
    carrying_capacity={"ct_l": 1},
    gross_tonnage={"gt": 1},
    per_flask={"b_f": 1},
    # Figures that multiply
    alcoholic_strength={"asv": 1},  # % by volume
    sucrose={"sucrose_percent": 1},
    degrees_under_100={"degrees_under_100": 1},  # of sugar by polarimeter
    small_producer_relief={"spr": 1},  # discount per litre of pure alcohol
)


@dataclass(frozen=True, slots=True)
class Denominator:
    """What a specific rate is charged per: ``100 kg``, ``% vol/hl``, ``kg/net eda``.

    The fields are those of :class:`.components.Component`.
    """

    unit: str
    per: Decimal = Decimal(1)
    times: tuple[str, ...] = ()
    qualifier: str = ""
    weight_basis: str = ""
    content: str = ""

    def fields(self) -> dict:
        """Return the keyword arguments of a specific component."""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def about(self) -> str:
        """What of the goods is measured, "" for the goods as such."""
        basis = "" if self.weight_basis == "net" else self.weight_basis
        return self.content or basis or self.qualifier

    @property
    def quantity_key(self) -> str:
        """Name of the quantity it measures, as components ask for it: ``kg:lead``."""
        return f"{self.unit}:{self.about}" if self.about else self.unit


# --- Reading -------------------------------------------------------------------------

_MARKUP = re.compile(r"<[^<>]*>")
_COUNT = re.compile(r"([0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+)(?![0-9.,%])\s*(.*)")
_EXPONENTS = str.maketrans("²³₀₁₂₃₄₅₆₇₈₉", "230123456789")


@lru_cache(maxsize=4096)
def find_unit(text: str) -> Denominator | None:
    """Return the unit a tariff prints, ``None`` when it is unknown.

    ``No.``, ``pf. liter``, ``m<sup>3</sup>``, ``prs.``, ``100 kg/net eda``, ``DTNE``,
    ``Pb kg`` (lead) and ``1000 p/st`` are all understood; a bare ``1000`` counts
    pieces.
    """
    text = " ".join(_MARKUP.sub("", text).translate(_EXPONENTS).split())
    if found := _from_code(text):
        return found
    count, printed = Decimal(1), text.casefold()
    if match := _COUNT.fullmatch(printed):
        count, printed = Decimal(re.sub("[, ]", "", match[1])), match[2]
        if not count:
            return None
        if not printed:
            return Denominator("pcs", count) if count in BARE_COUNTS else None
    found = _from_print(printed)
    if found is None:
        return None
    return replace(found, per=EXACT.multiply(found.per, count))


def _from_code(text):
    """Return the unit of a code of TARIC or UN/ECE, with its qualifier if any."""
    if text in CODES:
        return _denominator(CODES[text])
    fields = CODES.get(text[:3])
    if not fields or text[3:].strip() not in TARIC_QUALIFIERS:
        return None
    return _denominator({**fields, **TARIC_QUALIFIERS[text[3:].strip()]})


def _denominator(fields):
    return Denominator(**{**fields, "per": Decimal(fields.get("per", 1))})


def _from_print(printed):
    """Return the unit of words as printed, in small letters and without a count."""
    plain = _plain(printed)
    if printed in UNITS:
        return Denominator(printed)
    if plain in PRINTED:
        return _denominator(PRINTED[plain])
    if plain in UNITS:  # kg.
        return Denominator(plain)
    for mass in ("kg", "g", "t"):  # Pb kg, kg_pb: of what is in the goods
        for named in (plain.removesuffix(f" {mass}"), plain.removeprefix(f"{mass} ")):
            if named in SUBSTANCES:
                return Denominator(mass, content=SUBSTANCES[named])
    return None


def _plain(printed):
    """Return printed words without the punctuation that editions differ in."""
    plain = printed.replace("_", " ").replace(".", " ")
    plain = re.sub(r"\s*([/%])\s*", r"\1", " ".join(plain.split()))
    return plain.strip()


# --- Printing ------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def print_unit(denominator: Denominator) -> str | None:
    """Return a text that :func:`find_unit` reads as ``denominator``, if there is any.

    ``100 kg/net eda``, ``1000 p/st``, ``% vol/hl``.
    """
    count = "" if denominator.per == 1 else f"{denominator.per.normalize():f} "
    printed = PRINTED_AS.get(denominator.unit, denominator.unit)
    names = [printed, *_names().get(replace(denominator, per=Decimal(1)), ())]
    return next(
        (count + name for name in names if find_unit(count + name) == denominator), None
    )


@lru_cache(maxsize=1)
def _names():
    """Return names by what they denote, those of the table of words first."""
    names = {}
    for name in PRINTED:
        names.setdefault(find_unit(name), []).append(name)
    for mass in ("kg", "g", "t"):
        for symbol in SUBSTANCES:
            name = f"{mass} {symbol}"
            names.setdefault(find_unit(name), []).append(name)
    return names


# --- Conversion ----------------------------------------------------------------------


def quantity_in(quantities: Mapping[str, Decimal], key: str) -> Decimal | None:
    """Return the quantity that a component is charged on, ``None`` when not stated.

    The exact key comes first; else another unit of the same dimension is converted,
    exactly.  What stands after the colon must be the same: the weight of the goods
    tells nothing about that of the lead in them.  Net mass is plain ``kg``.

    :param quantities: by keys like those of ``Component.quantity_key``
    :param key: ``kg``, ``hl``, ``kg:lead``, or the name of a figure that multiplies
    """
    if quantities.get(key) is not None:
        return quantities[key]
    wanted = _resolve(key)
    if wanted is None:
        return None
    for other, quantity in quantities.items():
        found = _resolve(other)
        if quantity is None or found is None or found[:2] != wanted[:2]:
            continue
        return EXACT.divide(EXACT.multiply(quantity, found[2]), wanted[2])
    return None


@lru_cache(maxsize=1024)
def _resolve(key):
    """Return ``(dimension, what is measured, factor)`` of a key, ``None`` if unknown.

    Keys may name a unit by an alias (``KGM``, ``DTN``) if it stands for one quantity.
    """
    code, _colon, about = key.partition(":")
    about = "" if about == "net" else about
    if code in UNITS:
        return UNITS[code].dimension, about, UNITS[code].factor
    found = find_unit(code)
    if found is None or found.times or (about and found.about):
        return None
    unit = UNITS[found.unit]
    return unit.dimension, about or found.about, EXACT.multiply(unit.factor, found.per)
