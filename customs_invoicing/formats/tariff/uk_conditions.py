"""Conditions of measures as the UK tariff service gives them, for the engine.

Codes and actions are those of TARIC.  A condition that cannot be read makes the rate
unknown: the measure would else apply where it does not, or the other way round.
"""

from ...engine.model import (
    APPLY,
    APPLY_COMPONENTS,
    BLOCK,
    DEFAULT,
    DOCUMENT,
    NOT_APPLY,
    THRESHOLD,
    Condition,
)
from ...engine.rates import RateTextError, components_from_taric
from ...engine.rounding import EXACT
from ...engine.units import find_unit
from .json_api import as_maps, as_text
from .tables import to_number

#: What follows, by the action code of TARIC.
ACTIONS = {
    "01": APPLY_COMPONENTS,
    "04": BLOCK,
    "05": BLOCK,
    "06": BLOCK,
    "07": NOT_APPLY,
    "08": BLOCK,
    "09": BLOCK,
    "10": BLOCK,
    "24": APPLY,
    "25": APPLY,
    "26": APPLY,
    "27": APPLY,
    "28": APPLY,
    "29": APPLY,
}
#: The same by words, for answers without the code; the first that occurs counts.
_ACTION_WORDS = (
    ("difference", ""),
    ("exemption/reduction", ""),
    ("apply the amount of the action", APPLY_COMPONENTS),
    ("not applicable", NOT_APPLY),
    ("not allowed", BLOCK),
    ("to be corrected", BLOCK),
    ("allowed", APPLY),
    ("apply the mentioned duty", APPLY),
)

#: Thresholds on a price: name of the price and how it is compared.
_PRICES = {
    "V": ("import_price", ">="),
    "M": ("declared_price", ">="),
    "L": ("cif_price", ">"),
    "F": ("free_at_frontier_price", ">="),
    "E": ("declared_price", "<="),
    "I": ("declared_price", "<="),
}
#: Thresholds on a quantity.
_QUANTITIES = {"E": "<=", "I": "<="}
#: Net weight per supplementary unit; the threshold is in kg.
RATIO, _RATIO_NAME = "R", "net_mass_per_supplementary_unit"


def read_conditions(conditions) -> tuple[Condition, ...]:
    """Return the conditions of one measure in their order.

    A price is compared per quantity: ``import_price_100kg`` is the import price of
    100 kg of the goods, in the currency of the threshold.

    :raise ValueError: for one that cannot be read; its text says which
    :raise ShapeError: for JSON that is no condition at all
    """
    return tuple(
        _condition(fields, 10 * place) for place, fields in enumerate(conditions, 1)
    )


def component_rows(components):
    """Return rows for :func:`engine.rates.rate_from_taric` of JSON components."""
    return [
        (
            as_text(part.get("duty_expression_id")),
            as_text(part.get("duty_amount")),
            as_text(part.get("monetary_unit_code")),
            as_text(part.get("measurement_unit_code")),
            as_text(part.get("measurement_unit_qualifier_code")),
        )
        for part in as_maps(components)
    ]


def _condition(fields, sequence):
    code = as_text(fields.get("condition_code"))
    action = _action(fields)
    components = ()
    if action == APPLY_COMPONENTS:
        rows = component_rows(fields.get("measure_condition_components"))
        try:
            components = components_from_taric(rows)
        except RateTextError as error:
            raise ValueError(f"{_words(fields)}: {error.reason}") from error
    document = as_text(fields.get("document_code"))
    shared = {
        "code": code,
        "action": action,
        "components": components,
        "sequence": sequence,
    }
    try:
        amount = to_number(as_text(fields.get("condition_duty_amount")))
    except ValueError as error:
        raise ValueError(_words(fields)) from error
    if document and amount is not None:
        raise ValueError(f"{_words(fields)}: a document and a figure")
    if document:
        return Condition(DOCUMENT, document=document, **shared)
    if amount is None:
        return Condition(DEFAULT, **shared)
    return Condition(THRESHOLD, **_threshold(code, amount, fields), **shared)


def _action(fields):
    """Return the action of a condition.

    :raise ValueError: for one that the engine does not have
    """
    number = as_text(fields.get("action_code"))
    action = ACTIONS.get(number.zfill(2))
    if not number:
        words = as_text(fields.get("action")).lower()
        action = next((found for known, found in _ACTION_WORDS if known in words), "")
    if not action:
        raise ValueError(_words(fields))
    return action


def _threshold(code, amount, fields):
    """Return value, operator, figure and currency of a threshold.

    :raise ValueError: for a code or a unit that is not understood
    """
    currency = as_text(fields.get("condition_monetary_unit_code"))
    printed = as_text(fields.get("condition_measurement_unit_code"))
    printed += as_text(fields.get("condition_measurement_unit_qualifier_code"))
    unit = find_unit(printed) if printed else None
    if unit is None or unit.times:
        raise ValueError(f"{_words(fields)}: unit {printed or '–'}")
    if currency and code in _PRICES:
        name, operator = _PRICES[code]
        value = f"{name}_{_per(unit)}"
    elif currency or (code not in _QUANTITIES and code != RATIO):
        raise ValueError(_words(fields))
    else:
        operator = _QUANTITIES.get(code, ">=")
        value = _RATIO_NAME if code == RATIO else _quantity(unit)
        amount = EXACT.multiply(amount, unit.per)
    return {
        "value_name": value,
        "operator": operator,
        "threshold": amount,
        "currency": currency,
    }


def _per(unit):
    """Return ``100kg`` of a unit, ``kg`` where it is one."""
    count = "" if unit.per == 1 else f"{unit.per:f}"
    return f"{count}{_quantity(unit)}"


def _quantity(unit):
    return f"{unit.unit}:{unit.about}" if unit.about else unit.unit


def _words(fields):
    """Return a condition in the words of the file, to point at it."""
    words = (
        fields.get("condition") or fields.get("condition_code"),
        fields.get("document_code"),
        fields.get("action"),
    )
    return " / ".join(str(word) for word in words if word)[:200]
