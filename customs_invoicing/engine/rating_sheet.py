"""What one rule reads of its parameters and of the file, noted as it is read."""

import decimal
from collections.abc import Iterable
from decimal import Decimal

from .explain import number_words, short_words
from .phrase import Phrase
from .rating_model import Clock, Facts, FeeRule, Rated
from .rating_params import NotRatable, read_bands, to_number
from .rating_words import Words
from .rounding import EXACT

WORKING = "working"


class Sheet:
    """The worksheet of one rule: reads, converts, and notes what it has looked at.

    ``counted_nothing`` is set by a rule whose basis is known to be zero: then nothing
    is charged, not even a minimum.
    """

    def __init__(
        self,
        rule: FeeRule,
        facts: Facts,
        others: Iterable[Rated] = (),
        words: Words | None = None,
        inputs: dict[str, str] | None = None,
    ):
        self.rule = rule
        self.facts = facts
        self.others = tuple(others)
        self.words = words or Words()
        self.currency = rule.currency or facts.currency
        self.inputs = {} if inputs is None else inputs
        self.counted_nothing = False

    # === WORDS === #

    @property
    def digits(self) -> int:
        """Decimals of the amounts of the rule."""
        return digits_of(self.facts, self.currency)

    def text(self, code: str, **values) -> Phrase:
        """Return a part of the formula, figures as prices."""
        return self.words.formula(
            code,
            **{
                name: self.price(value) if isinstance(value, Decimal) else value
                for name, value in values.items()
            },
        )

    def price(self, value: Decimal) -> str:
        """Return an amount with the decimals of the currency, or more."""
        return short_words(value, self.digits)

    # === PARAMETERS === #

    def number(self, name: str, default: Decimal | int | None = None) -> Decimal:
        """Return a parameter, at least zero.

        :raise NotRatable: when it is not stated and there is no default
        """
        value = self.rule.params.get(name)
        if value is None or value == "":
            if default is None:
                raise NotRatable("missing_parameter", name)
            return Decimal(default)
        return to_number(value, name)

    def has(self, name: str) -> bool:
        """Whether a parameter is stated."""
        return self.rule.params.get(name) not in (None, "")

    def choice(self, name: str, default: str = "") -> str:
        """Return a parameter that is a code.

        :raise NotRatable: when it is not stated and there is no default
        """
        value = self.rule.params.get(name) or default
        if not value:
            raise NotRatable("missing_parameter", name)
        return str(value)

    def bands(self) -> list[tuple[Decimal | None, Decimal]]:
        """Return the bands with the limit each reaches to, rising."""
        return read_bands(self.rule.params.get("bands"))

    # === FACTS === #

    def quantity(self, unit: str) -> Decimal:
        """Return how many there are in the file."""
        value = self.facts.quantities.get(unit)
        if value is None and unit == "declaration":
            value = Decimal(1)
        if value is None:
            raise NotRatable("missing_quantity", unit)
        self.inputs[unit] = number_words(value)
        return _not_negative(value, unit)

    def amount(self, basis: str, value: Decimal | None = None) -> tuple[Decimal, str]:
        """Return an amount of the file in the currency of the rule, and its words.

        A cost is that of the charge itself, else that of the file.

        :param value: the amount, where it is not simply that of the basis
        """
        if value is None and basis == "cost":
            value = self.facts.costs.get(self.rule.charge)
        if value is None:
            value = self.facts.amounts.get(basis)
        if value is None:
            raise NotRatable("missing_amount", basis)
        name, currency = self.words.basis(basis), self.facts.currency
        shown = short_words(value, digits_of(self.facts, currency))
        self.inputs[basis] = f"{shown} {currency}".rstrip()
        _not_negative(value, basis)
        if self.currency == currency:
            return value, self.text("amount", name=name, amount=shown)
        rate = self._rate(self.currency)
        words = self.text(
            "converted", name=name, amount=self.inputs[basis], rate=number_words(rate)
        )
        return value * rate, words

    def convert(self, amount: Decimal, currency: str) -> Decimal:
        """Return an amount of another rule in the currency of this one, exactly."""
        currency = currency or self.facts.currency
        if currency == self.currency:
            return amount
        return amount / self._rate(currency) * self._rate(self.currency)

    def _rate(self, currency):
        if currency == self.facts.currency:
            return Decimal(1)
        rate = self.facts.rates.get(currency)
        if rate is None or rate <= 0:
            raise NotRatable("missing_rate", currency)
        self.inputs[f"rate {currency}"] = number_words(rate)
        return rate

    def clocks(self, name: str) -> tuple[Clock, ...]:
        """Return what ran of a clock, one at least."""
        clocks = self.facts.clocks.get(name)
        if not clocks:
            raise NotRatable("missing_clock", name)
        for clock in clocks:
            if clock.days < 0 or clock.working_days < 0:
                raise NotRatable("negative_days", name)
            _not_negative(clock.units, name)
        basis = "working_days" if self.counts_working_days else "days"
        shown = " + ".join(str(getattr(clock, basis)) for clock in clocks)
        self.inputs[f"{name} {basis}"] = shown
        return tuple(clocks)

    @property
    def counts_working_days(self) -> bool:
        """Whether the rule counts working days, else calendar days."""
        return self.rule.params.get("day_basis") == WORKING

    def days_after_free(self, clock: Clock) -> tuple[Decimal, str]:
        """Return the days to charge of a clock, and how they come about."""
        prefix = "working_days" if self.counts_working_days else "days"
        days = Decimal(getattr(clock, prefix))
        free = self.number("free_days", 0)
        charged = max(days - free, Decimal(0))
        code = f"{prefix}_after" if charged else f"{prefix}_free"
        if not free:
            code = prefix
        words = self.words.formula(
            code, days=number_words(days), free=number_words(free)
        )
        return charged, words


def digits_of(facts: Facts, currency: str) -> int:
    """Return the decimals of a currency."""
    return facts.digits.get(currency, 2)


def _not_negative(value, name):
    if value < 0:
        raise NotRatable("negative_amount", name)
    return value


def exactly(call, *args):
    """Return what a function calculates, whatever the caller's context."""
    with decimal.localcontext(EXACT):
        return call(*args)
