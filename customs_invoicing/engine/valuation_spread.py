"""Charges of a whole declaration spread over its items, in national currency."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from .apportion import apportion, apportion_independent
from .exchange import CustomsRate, convert
from .explain import number_words
from .rounding import CENTS, NONE, RoundingRules, add_up, first_set, round_by
from .steps import ValuationError
from .valuation_model import (
    GROSS_MASS,
    INDEPENDENT,
    MANUAL,
    NET_MASS,
    QUANTITY,
    VALUE,
    ZERO,
    ValuationItem,
)


class Spreading:
    """Converts charges and gives every item its part of them."""

    def __init__(
        self,
        items: Sequence[ValuationItem],
        national: str,
        rates: Mapping[str, CustomsRate],
        rules: RoundingRules,
        method: str,
    ):
        self.items, self.national, self.rates = items, national, rates
        self.rules, self.method = rules, method
        self.values: list[dict[str, Decimal]] = []  # of every item, by name

    def in_national(self, amount, currency, rounding=None):
        """Return an amount in national currency, rounded as values are."""
        national = convert(amount, currency, self.national, self.rates)
        return round_by(first_set(rounding, self.rules.value), national)

    def spread(self, element):
        """Return the part of every item, in national currency."""
        keys = [item.key for item in self.items]
        if element.by == MANUAL:
            return self._manual(element, keys)
        if element.item_key is not None:
            if element.item_key not in keys:
                raise ValuationError(
                    f"{element.name} belongs to item {element.item_key}, "
                    "which does not exist"
                )
            amount = self.in_national(
                element.amount, element.currency, element.value_rounding
            )
            return [amount if key == element.item_key else ZERO for key in keys]
        weights = [self._weight(element, position) for position in range(len(keys))]
        method = element.method or self.method
        part = first_set(element.part_rounding, self.rules.part)
        try:
            if method == INDEPENDENT:
                parts = apportion_independent(element.amount, weights, part)
                return [
                    self.in_national(one, element.currency, element.value_rounding)
                    for one in parts
                ]
            total = self.in_national(
                element.amount, element.currency, element.value_rounding
            )
            return apportion(total, weights, self._share_unit(element, part))
        except ValueError as error:
            raise ValuationError(
                f"{element.name} cannot be spread by {element.by}: {error}"
            ) from error

    def _share_unit(self, element, part):
        """Return the unit of shares in national currency: never finer than values."""
        value = first_set(element.value_rounding, self.rules.value)
        units = [one.unit for one in (part, value) if one and one.mode != NONE]
        return max(units) if units else first_set(part, value, CENTS).unit

    def _manual(self, element, keys):
        unknown = sorted(str(key) for key in element.parts if key not in keys)
        if unknown:
            raise ValuationError(
                f"{element.name} has parts of items that do not exist: "
                + ", ".join(unknown)
            )
        stated = add_up(element.parts.values())
        if element.amount is not None and stated != element.amount:
            raise ValuationError(
                f"the parts of {element.name} are {number_words(stated)} in all, but "
                f"it is {number_words(element.amount)}; correct one of them"
            )
        return [
            self.in_national(
                element.parts.get(key, ZERO), element.currency, element.value_rounding
            )
            for key in keys
        ]

    def _weight(self, element, position):
        item = self.items[position]
        if element.by == VALUE:
            if item.price is None:
                found = None
            else:  # before rounding: the ratio of the prices as invoiced
                price = item.price
                found = convert(price.amount, price.currency, self.national, self.rates)
        elif element.by in (GROSS_MASS, NET_MASS, QUANTITY):
            field_name = {GROSS_MASS: "gross_mass"}.get(element.by, element.by)
            found = getattr(item, field_name)
        else:
            found = self.values[position].get(element.by)
        if found is None:
            raise ValuationError(
                f"item {item.called}: {element.name} is spread by "
                f"{element.by.replace('_', ' ')}, which is not stated"
            )
        if not found.is_finite():
            raise ValuationError(
                f"item {item.called}: {element.by.replace('_', ' ')} is not a number"
            )
        return found
