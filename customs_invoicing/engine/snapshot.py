"""Engine objects as plain data that JSON can hold, and back.

A calculation stores what it was made with, so that it can be repeated years later,
whatever became of the tariff.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from .components import Component
from .exchange import CustomsRate
from .model import Agreement, BaseTerm, Condition, DutyItem, Measure, QuotaClaim, Tier
from .rounding import Rounding, RoundingRules

_CLASSES = {
    cls.__name__: cls
    for cls in (
        Agreement,
        BaseTerm,
        Component,
        Condition,
        CustomsRate,
        DutyItem,
        Measure,
        QuotaClaim,
        Rounding,
        RoundingRules,
        Tier,
    )
}
_KIND, _VALUE = "kind", "value"


def dump(value):
    """Return an engine object, or a container of them, as data for JSON.

    Fields that have their default are left out, so that a later version of a class
    still reads what an earlier one wrote.

    :raise TypeError: for what is no engine object
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if is_dataclass(value):
        return _dump_object(value)
    for kind, cls in (("decimal", Decimal), ("date", date)):
        if isinstance(value, cls):
            return {_KIND: kind, _VALUE: str(value)}
    if isinstance(value, Mapping):
        return {_KIND: "map", _VALUE: {key: dump(own) for key, own in value.items()}}
    if isinstance(value, frozenset | set):
        return {_KIND: "set", _VALUE: sorted(dump(own) for own in value)}
    if isinstance(value, tuple | list):
        return [dump(own) for own in value]
    raise TypeError(f"cannot store {type(value).__name__}")


def load(data):
    """Return what :func:`dump` stored; sequences come back as tuples."""
    if isinstance(data, list):
        return tuple(load(own) for own in data)
    if not isinstance(data, dict):
        return data
    kind, value = data[_KIND], data[_VALUE]
    if kind in _CLASSES:
        return _CLASSES[kind](**{name: load(own) for name, own in value.items()})
    simple = {"decimal": Decimal, "date": date.fromisoformat, "set": frozenset}
    if kind in simple:
        return simple[kind](value)
    return {key: load(own) for key, own in value.items()}


def _dump_object(value):
    name = type(value).__name__
    if name not in _CLASSES:
        raise TypeError(f"cannot store {name}")
    return {
        _KIND: name,
        _VALUE: {
            field: dump(stored)
            for field, default in _defaults(type(value))
            if (stored := getattr(value, field)) != default
        },
    }


@cache
def _defaults(cls):
    return tuple((field.name, field.default) for field in fields(cls))
