"""What the rating of fees works on: rules of rate cards, facts of a file, results.

Amounts and quantities are ``Decimal``; nothing here knows a database.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

#: Whose rate card goes first
LEVELS = ("client", "group", "branch", "general")

#: What a rule may be limited to. ``hs`` is a prefix (8471) or a range (8400-8499)
ATTRIBUTES = (
    "regime",
    "mode",
    "port",
    "hs",
    "incoterm",
    "declaration_type",
    "service_level",
)

#: Names of the parameters of each type of rule
RULE_TYPES: Mapping[str, tuple[str, ...]] = {
    "FLAT": ("amount",),
    "PER_UNIT": ("unit", "rate", "minimum", "maximum"),
    "INCLUDED_THEN": ("unit", "base", "included", "rate", "minimum_extra", "maximum"),
    "PCT_GREATER": ("basis", "percent", "minimum", "maximum"),
    "FIXED_PLUS_PCT": ("basis", "fixed", "percent", "maximum"),
    "BAND_FLAT": ("basis", "bands"),
    "BAND_PROGRESSIVE_PCT": ("basis", "bands"),
    "PER_DAY_TIERED": ("clock", "free_days", "day_basis", "bands", "unit", "minimum"),
    "STORAGE_SUM": ("clock", "free_days", "day_basis", "per_day", "per_kg_day"),
    "STORAGE_GREATER": ("clock", "free_days", "day_basis", "per_day", "per_kg_day"),
    "PER_CONTAINER_SIZE": ("sizes",),
    "MAX_OF": ("rules",),
    "HOURLY": ("step", "rate", "minimum_minutes", "multiplier"),
    "INTEREST_ON_OUTLAY": ("basis", "annual_rate", "free_days"),
    "PCT_OF_SAVING": ("percent", "minimum"),
    "COST_PLUS": ("percent", "fixed", "minimum_margin"),
    "PASS_THROUGH": (),
    "PERIOD_FLAT": ("fee", "included", "extra"),
    "SURCHARGE_PCT": ("applies_to", "percent"),
}

#: Amounts of a file a percentage may be taken of. What the client pays to the authority
#: itself is in none of outlay, duty_outlay and vat_outlay.
BASES = (
    "outlay",
    "duty_outlay",
    "vat_outlay",
    "customs_value",
    "cif_value",
    "invoice_value",
    "saving",
    "cost",
)

#: What can be counted
UNITS = (
    "declaration",
    "line",
    "hs_code",
    "invoice",
    "certificate",
    "document",
    "package",
    "kg",
    "cbm",
    "container",
    "teu",
    "page",
    "hour",
    "vehicle",
    "entry",
)

#: What days are counted of
CLOCKS = ("storage", "demurrage", "detention", "outlay")


@dataclass(frozen=True)
class Clock:
    """Days that ran, for so many units (containers, usually one).

    :param mass: kilograms it ran for; none: those of the whole file
    :param amount: outlay it ran for, in the currency of the facts; none: that of the
        whole file
    """

    days: int
    working_days: int
    units: Decimal = Decimal(1)
    mass: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True)
class FeeRule:
    """One line of a rate card.

    :param key: identity of the rule
    :param charge: identity of the charge code it prices
    :param type: one of :data:`RULE_TYPES`
    :param params: Decimals, text, and for ``bands`` pairs ``(limit or None, price)``,
        for ``sizes`` a mapping of size to price, for ``rules`` further rules, for
        ``applies_to`` charges (empty: all)
    :param currency: of all its amounts, ISO code
    :param level: one of :data:`LEVELS`
    :param conditions: attribute to the value it asks for
    :param minimum: of the line, in its currency, whatever the type
    :param tariff: name of the rate card, for the explanation
    """

    key: Hashable
    charge: Hashable
    type: str
    params: Mapping[str, Any]
    name: str = ""
    currency: str = ""
    level: str = "general"
    conditions: Mapping[str, str] = field(default_factory=dict)
    valid_from: date | None = None
    valid_to: date | None = None
    version: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    tariff: str = ""


@dataclass(frozen=True)
class Facts:
    """What rules look at in a file.

    :param date: day the validity is tested on
    :param attributes: attribute to the file's value; ``hs`` to all codes of its items
    :param quantities: unit to its count
    :param amounts: basis to its amount in ``currency``; a basis not known is missing
    :param sizes: container size to its count
    :param clocks: clock to what ran
    :param minutes: charge code to minutes worked for it
    :param rates: currency of a rule to its units per unit of ``currency``
    :param costs: charge code to its own cost in ``currency``; where one is stated it
        goes before ``amounts["cost"]``
    :param digits: currency to the decimals of its amounts; two where none is stated
    """

    date: date
    currency: str
    attributes: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    quantities: Mapping[str, Decimal] = field(default_factory=dict)
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    sizes: Mapping[str, Decimal] = field(default_factory=dict)
    clocks: Mapping[str, tuple[Clock, ...]] = field(default_factory=dict)
    minutes: Mapping[Hashable, Decimal] = field(default_factory=dict)
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    costs: Mapping[Hashable, Decimal] = field(default_factory=dict)
    digits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Tie:
    """Rules of which none goes before the others: nothing is chosen."""

    charge: Hashable
    rules: tuple[FeeRule, ...]


@dataclass(frozen=True)
class Rated:
    """What a rule makes of the facts.

    :param amount: in the currency of the rule, rounded half up to its digits; none
        when it cannot be rated
    :param formula: the calculation in one line, its result included; a phrase, so that
        it can be said again in another language
    :param inputs: what was looked at, name to value as text
    :param problem: why it cannot be rated: ``missing_quantity``, ``missing_amount``,
        ``missing_rate``, ``missing_clock``, ``no_band``…; empty when it could
    :param detail: what the problem is about (unit, basis, currency…)
    """

    rule: FeeRule
    amount: Decimal | None
    formula: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    detail: str = ""
