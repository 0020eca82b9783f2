"""Components on a base: percentages, amounts per quantity, at least and at most.

How components join is the rule of tariffs, not of English.  The list is split at its
last conjunction; what stands left of it and what follows are sums; ``MAX`` takes the
smaller of the two (at most), ``MIN`` the larger (at least).  The left side is split
again in the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .components import AT_MOST, FIXED, PERCENT, SPECIFIC, SUBTRACT, Component
from .exchange import CustomsRate
from .explain import (
    TIMES,
    component_words,
    conjunction,
    joint,
    money_words,
    number_words,
    quantity_words,
    short_words,
)
from .model import DutyItem
from .problems import (
    BAD_MEASURE,
    NEGATIVE,
    NO_BASE,
    NO_EXCHANGE_RATE,
    NO_QUANTITY,
    NOT_A_NUMBER,
    NotCalculable,
)
from .rounding import EXACT
from .units import quantity_in

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a goods item: all of it, or what a quota takes and leaves."""

    item: DutyItem
    share: Decimal = ONE  # of what a quota grants
    is_rest: bool = False  # what it leaves

    def of(self, whole: Decimal, rounding=None) -> Decimal:
        """Return this part of a value or quantity; the two parts make the whole."""
        if self.share == ONE:
            return ZERO if self.is_rest else whole
        granted = EXACT.multiply(whole, self.share)
        if rounding is not None:
            granted = rounding.apply(granted)
        return EXACT.subtract(whole, granted) if self.is_rest else granted

    @property
    def words(self) -> str:
        """Return the part in words, "" for the whole."""
        if self.share == ONE and not self.is_rest:
            return ""
        share = EXACT.subtract(ONE, self.share) if self.is_rest else self.share
        percent = short_words(EXACT.multiply(share, HUNDRED))
        return f"{percent} % of the goods, {'outside' if self.is_rest else 'in'} quota"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What components come to: the exact amount and the formula in words."""

    exact: Decimal
    formula: str
    quantity: str = ""  # quantities charged on, in words


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Evaluates components on the base and quantities of goods.

    ``parts`` are one item, or all that a measure on the whole declaration covers.
    """

    parts: Sequence[Part]
    base: Decimal | None  # None: the measure names no base
    currency: str
    rates: Mapping[str, CustomsRate] = field(default_factory=dict)
    decimals: int = 2

    def evaluate(self, components: Sequence[Component]) -> Evaluation:
        """Return the exact sum.

        :raise NotCalculable: for a figure that is missing, negative or no number
        """
        if not components:
            base = money_words(self.base or ZERO, self.currency, self.decimals)
            return Evaluation(ZERO, f"free {TIMES} {base}" if self.base else "free")
        found = [self._one(component) for component in components]
        formula, conjoined = "", False
        for component, one in zip(components, found, strict=True):
            formula += joint(component.operator, first=not formula) + one.formula
            conjoined = conjoined or conjunction(component.operator)
        signed = [
            (component.operator, one.exact)
            for component, one in zip(components, found, strict=True)
        ]
        exact = combine(signed) if conjoined else _sum(signed)
        quantities = dict.fromkeys(one.quantity for one in found if one.quantity)
        return Evaluation(exact, formula, ", ".join(quantities))

    def _one(self, component):
        evaluate = {
            PERCENT: self._percent,
            SPECIFIC: self._specific,
            FIXED: self._fixed,
        }.get(component.kind)
        if evaluate is None:
            raise NotCalculable(
                BAD_MEASURE, f"its component {component.part} was not resolved"
            )
        return evaluate(component)

    def _percent(self, component):
        if component.on:
            base = self._total(component.on)
        elif self.base is None:
            raise NotCalculable(
                BAD_MEASURE, "it is a percentage, but names nothing as its base"
            )
        else:
            base = self.base
        exact = EXACT.divide(EXACT.multiply(base, component.rate), HUNDRED)
        money = money_words(base, self.currency, self.decimals)
        words = f"{component_words(component)} {TIMES} {money}"
        return Evaluation(exact, words)

    def _total(self, name):
        """Return a named value of all goods."""
        total = ZERO
        for part in self.parts:
            value = part.item.value(name)
            if value is None:
                raise NotCalculable(
                    NO_BASE,
                    f"its base needs {name}, which is not known; "
                    f"state the value “{name}” of the item",
                )
            total = EXACT.add(total, part.of(checked(value, name)))
        return total

    def _specific(self, component):
        quantity, times = ZERO, []
        product = ZERO
        for part in self.parts:
            found = quantity_in(part.item.quantities, component.quantity_key)
            found = part.of(self._known(found, quantity_words(component)))
            factors = [self._factor(part.item, name) for name in component.times]
            quantity, times = EXACT.add(quantity, found), factors
            for factor in factors:
                found = EXACT.multiply(found, factor)
            product = EXACT.add(product, found)
        charged = EXACT.divide(product, component.per)
        exact, rate = self._national(
            EXACT.multiply(charged, component.amount), component
        )
        measured = f"{short_words(quantity)} {component.unit}"
        about = component.quantity_key.partition(":")[2]
        measured += f" {about}" if about else ""
        if len(self.parts) == 1:
            for name, factor in zip(component.times, times, strict=True):
                measured += f" {TIMES} {number_words(factor)} {name.replace('_', ' ')}"
        words = f"{component_words(component, self.currency)} {TIMES} {measured}{rate}"
        return Evaluation(exact, words, measured)

    def _factor(self, item, name):
        found = quantity_in(item.quantities, name)
        found = item.values.get(name) if found is None else found
        return self._known(found, name.replace("_", " "))

    def _known(self, quantity, words):
        if quantity is None:
            raise NotCalculable(
                NO_QUANTITY, f"it is charged on the {words}, which is not stated"
            )
        return checked(quantity, words)

    def _fixed(self, component):
        amount = self.parts[0].of(component.amount)
        exact, rate = self._national(amount, component)
        return Evaluation(exact, component_words(component, self.currency) + rate)

    def _national(self, amount, component):
        """Return an amount in national currency, and the conversion in words."""
        foreign = component.currency
        if not foreign or foreign == self.currency:
            return amount, ""
        published = self.rates.get(foreign)
        if published is None:
            raise NotCalculable(NO_EXCHANGE_RATE, exchange_rate_words(foreign))
        direct = published.quotation == "direct"
        sign = TIMES if direct else "÷"
        quoted = (self.currency, foreign) if direct else (foreign, self.currency)
        words = f" {sign} {number_words(published.rate)} {quoted[0]}/{quoted[1]}"
        if published.is_fallback:
            words += " (not the authority's rate)"
        return published.convert(amount), words


def combine(signed: Sequence[tuple[str, Decimal]]) -> Decimal:
    """Return the amount of ``(operator, amount)`` pairs, by the rule of tariffs."""
    last = next(
        (n for n in range(len(signed) - 1, 0, -1) if conjunction(signed[n][0])), None
    )
    if last is None:
        return _sum(signed)
    left, right = combine(signed[:last]), _sum(signed[last:])
    return min(left, right) if signed[last][0] == AT_MOST else max(left, right)


def _sum(signed):
    total = ZERO
    for operator, amount in signed:
        sign = EXACT.subtract if operator == SUBTRACT else EXACT.add
        total = sign(total, amount)
    return total


def checked(value: Decimal, name: str) -> Decimal:
    """Return a value that can be calculated with.

    :raise NotCalculable: for a negative one, or one that is no number
    """
    if checked_number(value, name) < 0:
        raise NotCalculable(
            NEGATIVE,
            f"the {name} of the item is negative ({number_words(value)}); correct it",
        )
    return value


def checked_number(value: Decimal, name: str) -> Decimal:
    """Return a value that is a number.

    :raise NotCalculable: for one that is not
    """
    if not value.is_finite():
        raise NotCalculable(NOT_A_NUMBER, f"the {name} of the item is not a number")
    return value


def exchange_rate_words(currency: str) -> str:
    """Return what is missing where there is no customs rate of a currency."""
    return (
        f"there is no customs rate of exchange for {currency} on the day that counts; "
        "enter the rate the authority has published"
    )
