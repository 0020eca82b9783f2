"""The columns of a rate card: their ids, kinds and meaning, and which type uses which.

Ids are stable: files that were exported once can be read for ever.
"""

from dataclasses import dataclass

from ..engine.rating_check import REQUIRED
from ..engine.rating_model import ATTRIBUTES, BASES, CLOCKS, LEVELS, RULE_TYPES, UNITS


def _lt(text):
    """Mark a text for translators; it is translated when it is used."""
    return text


TEXT, NUMBER, PERCENT, DATE, CHOICE, PAIRS, LIST, LINE = (
    "text",
    "number",
    "percent",
    "date",
    "choice",
    "pairs",
    "list",
    "line",
)


@dataclass(frozen=True)
class Column:
    """One column of the rates, or one fact of the card."""

    id: str
    kind: str
    help: str
    choices: tuple[str, ...] = ()


DAY_BASES = ("calendar", "working")

COLUMNS = (
    Column("line", LINE, _lt("Number of the line; only rules in parts need it")),
    Column("part_of", LINE, _lt("Line of the MAX_OF rule that this one is part of")),
    Column("charge_code", TEXT, _lt("Code of the charge that the rule prices")),
    Column("rule_type", CHOICE, _lt("Type of the rule, see below"), tuple(RULE_TYPES)),
    Column("description", TEXT, _lt("Name of the rule, free text")),
    Column("unit", CHOICE, _lt("What is counted"), UNITS),
    Column("rate", NUMBER, _lt("Price per unit, or per hour")),
    Column("amount", NUMBER, _lt("Flat price")),
    Column("minimum", NUMBER, _lt("Least amount of the line")),
    Column("maximum", NUMBER, _lt("Highest amount of the line")),
    Column("base", NUMBER, _lt("Price of the number included")),
    Column("included", NUMBER, _lt("Number included in base or fee")),
    Column("minimum_extra", NUMBER, _lt("Least amount of what goes beyond")),
    Column("percent", PERCENT, _lt("Percentage: 2 is two percent")),
    Column("basis", CHOICE, _lt("Amount, or for bands number, it is taken of"), BASES),
    Column("fixed", NUMBER, _lt("Amount added to the percentage")),
    Column("bands", PAIRS, _lt("Limit:price, the last without limit")),
    Column("clock", CHOICE, _lt("Which days are counted"), CLOCKS),
    Column("free_days", NUMBER, _lt("Days without a charge")),
    Column("day_basis", CHOICE, _lt("Kind of days, calendar if empty"), DAY_BASES),
    Column("per_day", NUMBER, _lt("Price per day")),
    Column("per_kg_day", NUMBER, _lt("Price per kg and day")),
    Column("sizes", PAIRS, _lt("Container size:price")),
    Column("step", NUMBER, _lt("Minutes are rounded up to a multiple of it")),
    Column("minimum_minutes", NUMBER, _lt("Least number of minutes charged")),
    Column("multiplier", NUMBER, _lt("Times the rate, such as 1.5 out of hours")),
    Column("annual_rate", PERCENT, _lt("Interest per year in percent")),
    Column("minimum_margin", NUMBER, _lt("Least margin on a cost")),
    Column("fee", NUMBER, _lt("Price of the period")),
    Column("extra", NUMBER, _lt("Price of each entry beyond those included")),
    Column("applies_to", LIST, _lt("Charge codes of the surcharge; all if empty")),
    Column("regime", TEXT, _lt("Only for these regimes, parted by commas")),
    Column("mode", TEXT, _lt("Only for these modes of transport")),
    Column("port", TEXT, _lt("Only for these ports or offices")),
    Column("hs", TEXT, _lt("Only for these codes: 8471, 8400-8499")),
    Column("incoterm", TEXT, _lt("Only for these incoterms")),
    Column("declaration_type", TEXT, _lt("Only for these types of declaration")),
    Column("service_level", TEXT, _lt("Only for these service levels")),
    Column("valid_from", DATE, _lt("First day")),
    Column("valid_to", DATE, _lt("Last day")),
)
BY_ID = {column.id: column for column in COLUMNS}
assert set(ATTRIBUTES) < set(BY_ID)

#: Columns of every type
COMMON = frozenset(
    {"line", "part_of", "charge_code", "rule_type", "description"}
    | {"valid_from", "valid_to", *ATTRIBUTES}
)
LIMITS = frozenset({"minimum", "maximum"})
#: Columns that a header cannot do without
REQUIRED_COLUMNS = ("charge_code", "rule_type")

SIDES = ("sale", "vendor")
FACTS = (
    Column("name", TEXT, _lt("Name of the rate card")),
    Column("version", TEXT, _lt("Version")),
    Column("currency", TEXT, _lt("Currency of all prices: EUR, USD…")),
    Column("level", CHOICE, _lt("Whom it is for"), LEVELS),
    Column("side", CHOICE, _lt("Our prices, or those of a vendor"), SIDES),
    Column("client", TEXT, _lt("Client of a client's rate card")),
    Column("group", TEXT, _lt("Group of clients of a group's rate card")),
    Column("vendor", TEXT, _lt("Vendor of a vendor's rate card")),
    Column("validity_date", TEXT, _lt("Which date of the file has to be in validity")),
    Column("valid_from", DATE, _lt("First day")),
    Column("valid_to", DATE, _lt("Last day")),
    Column("document_minimum", NUMBER, _lt("Least amount of the fees of an invoice")),
)
FACTS_BY_ID = {fact.id: fact for fact in FACTS}

TYPE_HELP = {
    "FLAT": _lt("Flat price"),
    "PER_UNIT": _lt("Price per unit, with minimum and maximum"),
    "INCLUDED_THEN": _lt("A number is included in the base, then a price per unit"),
    "PCT_GREATER": _lt("Percentage with minimum and maximum; nothing of nothing"),
    "FIXED_PLUS_PCT": _lt("Fixed amount plus a percentage"),
    "BAND_FLAT": _lt("Price by band of value, mass or number"),
    "BAND_PROGRESSIVE_PCT": _lt("Each slice of the value has its own percentage"),
    "PER_DAY_TIERED": _lt("Per day and container after free days, by bands of days"),
    "STORAGE_SUM": _lt("Per day plus per kg and day, after free days"),
    "STORAGE_GREATER": _lt("Per day or per kg and day, the greater, after free days"),
    "PER_CONTAINER_SIZE": _lt("Per container, by its size"),
    "MAX_OF": _lt("The greatest of several rules, which name its line in part_of"),
    "HOURLY": _lt("Per hour, by steps of minutes, with a least number of minutes"),
    "INTEREST_ON_OUTLAY": _lt("Interest on an outlay per day after free days"),
    "PCT_OF_SAVING": _lt("Share of a refund, drawback or saving"),
    "COST_PLUS": _lt("Cost plus a margin"),
    "PASS_THROUGH": _lt("Exact cost, nothing added"),
    "PERIOD_FLAT": _lt("Price of a period with entries included, then per entry"),
    "SURCHARGE_PCT": _lt("Percentage of other lines"),
}


def columns_of(rule_type: str) -> tuple[str, ...]:
    """Return the columns that a type of rule uses, beside those of every type."""
    if rule_type == "PASS_THROUGH":
        return ()
    names = [name for name in RULE_TYPES[rule_type] if name in BY_ID]
    return tuple(dict.fromkeys([*names, "minimum", "maximum"]))


def required_of(rule_type: str) -> tuple[str, ...]:
    """Return the columns that a type of rule cannot do without."""
    return tuple(name for name in REQUIRED[rule_type] if name in BY_ID)


def choices_of(column: Column, rule_type: str) -> tuple[str, ...]:
    """Return what a column may hold in a rule of a type."""
    if column.id == "basis" and rule_type.startswith("BAND_"):
        return (*BASES, *UNITS)
    return column.choices
