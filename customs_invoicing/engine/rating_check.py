"""What is wrong with a rule of a rate card, before any file is rated."""

from decimal import Decimal

from .rating_model import BASES, CLOCKS, RULE_TYPES, UNITS, FeeRule
from .rating_params import NotRatable, read_bands, read_sizes, to_number
from .rating_rules import limits
from .rating_select import hs_spans, stated
from .rating_sheet import exactly

#: Parameters without which a type means nothing
REQUIRED = {
    "FLAT": ("amount",),
    "PER_UNIT": ("unit", "rate"),
    "INCLUDED_THEN": ("unit", "included", "rate"),
    "PCT_GREATER": ("basis", "percent"),
    "FIXED_PLUS_PCT": ("basis", "fixed", "percent"),
    "BAND_FLAT": ("basis", "bands"),
    "BAND_PROGRESSIVE_PCT": ("basis", "bands"),
    "PER_DAY_TIERED": ("clock", "bands"),
    "STORAGE_SUM": ("clock", "per_day", "per_kg_day"),
    "STORAGE_GREATER": ("clock", "per_day", "per_kg_day"),
    "PER_CONTAINER_SIZE": ("sizes",),
    "MAX_OF": ("rules",),
    "HOURLY": ("rate",),
    "INTEREST_ON_OUTLAY": ("basis", "annual_rate"),
    "PCT_OF_SAVING": ("percent",),
    "COST_PLUS": (),
    "PASS_THROUGH": (),
    "PERIOD_FLAT": ("fee",),
    "SURCHARGE_PCT": ("percent",),
}

#: Parameters that are one of a list
CHOICES = {
    "unit": UNITS,
    "basis": BASES,
    "clock": CLOCKS,
    "day_basis": ("calendar", "working"),
}
_TEXTS = (*CHOICES, "bands", "sizes", "rules", "applies_to")
_MARGINS = ("percent", "fixed", "minimum_margin")


def check(rule: FeeRule) -> tuple[tuple[str, str], ...]:
    """Return problems of a rule as pairs of code and detail, see ``rating_words``.

    An empty result means that only facts of a file can still be missing.
    """
    if rule.type not in RULE_TYPES:
        return (("unknown_type", rule.type),)
    checks = (_parameters, _structures, limits, _exact, _conditions)
    return tuple(
        problem for function in checks for problem in _problems_of(function, rule)
    )


def _problems_of(function, rule):
    try:
        found = exactly(function, rule)
    except NotRatable as problem:
        return [(problem.code, problem.detail)]
    return found if isinstance(found, list) else []


def _has(rule, name):
    return rule.params.get(name) not in (None, "", (), [], {})


def _parameters(rule):
    """Return parameters that are missing or of no use."""
    found = [
        ("missing_parameter", name)
        for name in REQUIRED[rule.type]
        if not _has(rule, name)
    ]
    if rule.type == "COST_PLUS" and not any(_has(rule, name) for name in _MARGINS):
        found.append(("missing_parameter", "percent"))
    for name, value in rule.params.items():
        if not _has(rule, name):
            continue
        if name in CHOICES:
            choices = CHOICES[name]
            if name == "basis" and rule.type.startswith("BAND_"):
                choices = (*BASES, *UNITS)
            if value not in choices:
                found.append(("bad_parameter", name))
        elif name not in _TEXTS and not _is_number(value):
            found.append(("bad_parameter", name))
    return found


def _is_number(value):
    try:
        return isinstance(to_number(value, ""), Decimal)
    except NotRatable:
        return False


def _structures(rule):
    if _has(rule, "bands"):
        read_bands(rule.params["bands"])
    if _has(rule, "sizes"):
        read_sizes(rule.params["sizes"])
    parts = rule.params.get("rules") or ()
    if any(part.type in ("SURCHARGE_PCT", "PASS_THROUGH") for part in parts):
        raise NotRatable("bad_parameter", "rules")
    return [problem for part in parts for problem in check(part)]


def _exact(rule):
    if rule.type != "PASS_THROUGH":
        return
    names = [name for name in rule.params if _has(rule, name)]
    names += [
        name for name in ("minimum", "maximum") if getattr(rule, name) is not None
    ]
    if names:
        raise NotRatable("exact_only", names[0])


def _conditions(rule):
    text = stated(rule.conditions).get("hs")
    if text:
        try:
            hs_spans(text)
        except ValueError as error:
            raise NotRatable("bad_condition", text) from error
