"""An amount shared over targets, such as analytic accounts, by a key."""

from collections.abc import Hashable, Mapping
from decimal import Decimal

from .apportion import apportion
from .explain import number_words
from .rounding import add_up

PERCENT, VALUE, MASS, ITEM = KEYS = ("percent", "value", "mass", "item")

HUNDRED = Decimal(100)


def _lt(text):
    """Mark a sentence for translators; it is translated when it is shown."""
    return text


MESSAGES = {
    "unknown_key": _lt(
        "“%(key)s” is no key to share an amount by. Choose percent, value, mass or "
        "item."
    ),
    "no_targets": _lt("There is nobody to share the amount with. Add one target."),
    "negative_weight": _lt(
        "The share of %(target)s is below zero (%(found)s). Correct it."
    ),
    "percent_total": _lt(
        "The percentages add up to %(found)s, not to 100. Correct them."
    ),
    "no_value": _lt(
        "None of the targets has a value, so nothing can be shared by value. State "
        "the values, or choose another key."
    ),
    "no_mass": _lt(
        "None of the targets has a mass, so nothing can be shared by mass. State the "
        "masses, or choose another key."
    ),
    "no_item": _lt(
        "None of the targets has an item, so nothing can be shared by item. Add "
        "items, or choose another key."
    ),
    "no_percent": _lt(
        "None of the targets has a percentage, so nothing can be shared by percent. "
        "State the percentages, or choose another key."
    ),
}


class AllocationError(ValueError):
    """An amount that cannot be shared, with the reason as ``code`` and ``values``."""

    def __init__(self, code: str, /, **values):
        self.code = code
        self.values = values
        super().__init__(MESSAGES[code] % values)


def allocate(
    amount: Decimal, digits: int, key: str, weights: Mapping[Hashable, Decimal]
) -> dict[Hashable, Decimal]:
    """Share an amount over targets; the shares sum to it exactly.

    By largest remainder, so that no share is further than one unit from its exact one.

    :param digits: decimals of a share
    :param key: one of :data:`KEYS`; percentages have to add up to 100
    :param weights: target to its percentage, value, mass or number of items
    :raise AllocationError: when the key gives nothing to share by

    >>> allocate(Decimal(100), 2, "mass", {"a": Decimal(1), "b": Decimal(2)})
    {'a': Decimal('33.33'), 'b': Decimal('66.67')}
    """
    _check(key, weights)
    if not any(weights.values()):
        raise AllocationError(f"no_{key}")
    whole = add_up(weights.values())
    if key == PERCENT and whole != HUNDRED:
        raise AllocationError("percent_total", found=number_words(whole))
    return _share(amount, weights, digits)


def percentages(
    weights: Mapping[Hashable, Decimal], digits: int = 4, key: str = VALUE
) -> dict[Hashable, Decimal]:
    """Return the share of each target in percent; together they are exactly 100.

    :param key: what the weights are, for the error when all are zero
    :raise AllocationError: when there is nothing to share by
    """
    _check(key, weights)
    if not any(weights.values()):
        raise AllocationError(f"no_{key}")
    return _share(HUNDRED, weights, digits)


def _check(key, weights):
    if key not in KEYS:
        raise AllocationError("unknown_key", key=key)
    if not weights:
        raise AllocationError("no_targets")
    for target, weight in weights.items():
        if weight < 0:
            raise AllocationError(
                "negative_weight", target=target, found=number_words(weight)
            )


def _share(amount, weights, digits):
    unit = Decimal(1).scaleb(-digits)
    shares = apportion(amount, list(weights.values()), unit)
    return dict(zip(weights, shares, strict=True))
