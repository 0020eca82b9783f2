"""Short ways to write goods items, rates and measures in tests of the engine."""

import datetime
from decimal import Decimal

from pure import engine

DAY = datetime.date(2026, 3, 5)
CENTS = engine.Rounding()
CODE = "8516710000"


def D(figure):
    return None if figure is None else Decimal(str(figure))


def percent(rate, operator="+", **facts):
    return engine.Component("percent", operator, rate=D(rate), **facts)


def specific(amount, unit="kg", operator="+", per=1, **facts):
    return engine.Component(
        "specific", operator, amount=D(amount), unit=unit, per=D(per), **facts
    )


def fixed(amount, operator="+", **facts):
    return engine.Component("fixed", operator, amount=D(amount), **facts)


def measure(code, *components, key=None, **facts):
    """Return a measure of type and tax ``code``; a figure stands for a percentage."""
    found = None  # the rate could not be read
    if components != (None,):
        found = tuple(
            one if isinstance(one, engine.Component) else percent(one)
            for one in components
        )
    facts.setdefault("tax_code", code)
    return engine.Measure(key or code, code, components=found, **facts)


def alternative(code, *components, **facts):
    facts = {"selection": "alternative", "group": "duty", "tax_code": "A00", **facts}
    return measure(code, *components, **facts)


def vat(rate=20, **facts):
    facts = {"base": engine.BASE_VALUE_AND_DUTIES, "in_vat_base": False, **facts}
    return measure("VAT", rate, sequence=90, **facts)


def value_of(name, **facts):
    return engine.BaseTerm("value", name, **facts)


def amount_of(name, **facts):
    return engine.BaseTerm("amount", name, **facts)


def goods(value=1000, key=1, code=CODE, **facts):
    for name in ("claims", "documents", "additional_codes"):
        if name in facts:
            facts[name] = frozenset(facts[name])
    for name in ("values", "quantities", "reliefs"):
        if name in facts:
            facts[name] = {each: D(figure) for each, figure in facts[name].items()}
    return engine.DutyItem(key, code, D(value), **facts)


def calculate(items, *measures, rounding=CENTS, currency="GBP", **options):
    items = items if isinstance(items, list) else [items]
    return engine.calculate(items, measures, DAY, rounding, currency, **options)


def amounts(items, *measures, **options):
    found = calculate(items, *measures, **options)
    return {result.measure.type_code: result.amount for result in found}


def only(items, *measures, **options):
    """Return the only result there is."""
    (result,) = calculate(items, *measures, **options)
    return result
