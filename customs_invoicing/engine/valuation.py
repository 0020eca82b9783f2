"""Valuation: from invoice prices and charges to the values duties are charged on."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from .exchange import CustomsRate
from .explain import money_words, number_words, term_words
from .incoterms import (
    ADDITION,
    BASES,
    CIF,
    DEDUCTION,
    EXCLUDED,
    FREIGHT,
    INSURANCE,
    ORIGIN,
    OTHER,
    TERMS,
    contains_freight,
    is_in_price,
    is_in_value,
)
from .model import CUSTOMS_VALUE
from .rounding import EXACT, RoundingRules, add_up, first_set, round_by
from .steps import Step, ValuationError, rate_words, run_steps
from .valuation_model import (
    HUNDRED,
    INDEPENDENT,
    INVOICE,
    LARGEST_REMAINDER,
    VAT_CHARGES,
    ZERO,
    ItemValues,
    Valuation,
    ValuationElement,
    ValuationItem,
)
from .valuation_spread import Spreading


def valuate(
    items: Sequence[ValuationItem],
    elements: Iterable[ValuationElement] = (),
    incoterm: str = "",
    basis: str = CIF,
    national: str = "",
    rates: Mapping[str, CustomsRate] | None = None,
    rules: RoundingRules | None = None,
    method: str = LARGEST_REMAINDER,
    steps: Iterable[Step] = (),
) -> Valuation:
    """Return the values of every item.

    ``INV`` is the price, every charge has its name, ``FOB``, ``CFR`` and ``CIF`` are
    what the delivery term makes of the price, ``customs_value`` that of the basis,
    ``vat_charges`` what only the VAT base contains.

    :param incoterm: delivery term of the prices; may be left out where every charge
        says whether it counts
    :param basis: ``cif``, ``cfr`` or ``fob``: what the territory values on
    :param national: ISO code of national currency
    :param rates: customs rates of exchange by currency
    :param rules: of them ``value`` and ``part``
    :param method: how charges are spread, where they do not say
    :param steps: further named values, item by item, see :func:`.steps.run_steps`
    :raise MissingRate: without a rate of exchange for a currency
    :raise ValuationError: for whatever else is missing or contradictory, in words
    """
    incoterm, basis = incoterm.strip().upper(), basis.strip().lower()
    if incoterm and incoterm not in TERMS:
        raise ValuationError(
            f"unknown delivery term {incoterm}; known are {', '.join(TERMS)}"
        )
    if basis not in BASES:
        raise ValuationError(f"unknown basis {basis}; known are {', '.join(BASES)}")
    if method not in (LARGEST_REMAINDER, INDEPENDENT):
        raise ValuationError(f"unknown method {method} of spreading charges")
    terms = national, dict(rates or {}), rules or RoundingRules(), method
    work = _Work(list(items), incoterm, basis, list(elements), *terms)
    for element in work.elements:
        work.add(element)
    steps = list(steps)
    return Valuation(
        tuple(work.finish(position, steps) for position in range(len(work.items)))
    )


_WAY = (ORIGIN, FREIGHT, INSURANCE)
_PHASES = (ADDITION, DEDUCTION, *_WAY)


def _in_order(elements):
    """Return charges on the way of the goods, of each kind the actual ones first."""

    def place(element):
        phase = 2 * _PHASES.index(element.kind) if element.kind in _PHASES else 99
        if element.is_deemed and element.kind not in _WAY:
            phase = max([phase, *(_place_after(name) for name in element.of)])
        return phase, element.is_deemed

    return sorted(elements, key=place)


def _place_after(name):
    """Return the place of what is a percentage of a subtotal: after its parts."""
    parts = BASES.get(name.lower(), ())
    return max(
        (2 * _PHASES.index(kind) + 1 for kind in _WAY if kind in parts), default=0
    )


class _Work(Spreading):
    """A valuation while it is made."""

    def __init__(self, items, incoterm, basis, elements, *terms):
        super().__init__(items, *terms)
        self.incoterm, self.basis = incoterm, basis
        self.elements = _in_order(elements)
        self.stated = [one for one in elements if one.amount is not None or one.parts]
        self.words: list[list[str]] = []
        self.customs: list[list[tuple[str, Decimal]]] = []
        self.vat: list[Decimal] = []
        self.charges: list[list[tuple[ValuationElement, Decimal]]] = []
        self.limits: dict[tuple, Decimal] = {}
        for item in items:
            self._start(item)

    def _start(self, item):
        values, words = {}, []
        amounts = dict(item.values)
        if item.price is not None:
            amounts[INVOICE] = item.price
        for name, money in amounts.items():
            if not money.amount.is_finite():
                raise ValuationError(f"item {item.called}: {name} is not a number")
            values[name] = self.in_national(
                money.amount, money.currency, money.rounding
            )
            if money.currency and money.currency != self.national:
                words.append(
                    f"{name}: {money_words(money.amount, money.currency)} "
                    f"{rate_words(self.rates[money.currency])} = "
                    f"{money_words(values[name], self.national)}"
                )
        if values.get(INVOICE, ZERO) < 0:
            raise ValuationError(
                f"item {item.called}: the price is negative; correct it"
            )
        self.values.append(values)
        self.words.append(words)
        self.customs.append([(INVOICE, values[INVOICE])] if INVOICE in values else [])
        self.vat.append(ZERO)
        self.charges.append([])

    # --- Charges -----------------------------------------------------------------

    def add(self, element):
        """Give every item its part of a charge, and count it where it belongs."""
        if element.is_deemed:
            amounts = [
                self._deemed(element, position) for position in range(len(self.items))
            ]
        else:
            amounts = self.spread(element)
        for position, amount in enumerate(amounts):
            if amount is None:
                continue
            amount = self._capped(element, position, amount)
            values = self.values[position]
            values[element.name] = EXACT.add(values.get(element.name, ZERO), amount)
            self.charges[position].append((element, amount))
            self._count(element, position, amount)

    def _deemed(self, element, position):
        """Return what is deemed of an item, ``None`` where its charge is known."""
        item = self.items[position]
        if not element.concerns(item):
            return ZERO
        if any(
            other.name == element.name and other.concerns(item) for other in self.stated
        ):
            return None
        if element.in_customs_value is None and element.kind in TERMS.get(
            self.incoterm, ()
        ):
            return None  # the price contains the real one
        if element.kind not in (FREIGHT, ORIGIN):
            self._need_freight(element, position)
        whole = self._sum(element.of, position, element.name)
        amount = EXACT.divide(EXACT.multiply(whole, element.percent), HUNDRED)
        amount = round_by(first_set(element.value_rounding, self.rules.value), amount)
        self.words[position].append(
            f"{element.name} deemed: {number_words(element.percent)} % × "
            f"{money_words(whole, self.national)} ({' + '.join(element.of)}) = "
            f"{money_words(amount, self.national)}"
        )
        return amount

    def _capped(self, element, position, amount):
        if element.cap_percent is None:
            return amount
        # one limit for all charges of a name, on values without any of them
        key = position, element.name, element.cap_percent, element.cap_of
        if key not in self.limits:
            whole = self._sum(element.cap_of, position, element.name)
            limit = EXACT.divide(EXACT.multiply(whole, element.cap_percent), HUNDRED)
            rounding = first_set(element.value_rounding, self.rules.value)
            self.limits[key] = round_by(rounding, limit)
        limit = self.limits[key]
        before = self.values[position].get(element.name, ZERO)
        in_all = EXACT.add(before, amount)
        if in_all <= limit:
            return amount
        self.words[position].append(
            f"{element.name} limited to {number_words(element.cap_percent)} % of "
            f"{' + '.join(element.cap_of)}: {money_words(limit, self.national)} for "
            f"{money_words(in_all, self.national)}"
        )
        return max(ZERO, EXACT.subtract(limit, before))

    def _need_freight(self, element, position):
        """Stop where a percentage is of a value that lacks its freight."""
        names = [name for name in element.of if contains_freight(name)]
        kinds = {charge.kind for charge, _amount in self.charges[position]}
        if (
            names
            and self.incoterm
            and not {FREIGHT} & (kinds | TERMS[self.incoterm])
            and names[0] not in self.values[position]
        ):
            raise ValuationError(
                f"item {self.items[position].called}: {element.name} is a percentage "
                f"of {names[0]}, which contains the freight, and the price does not "
                f"({self.incoterm}); state the freight"
            )

    def _sum(self, names, position, wanted_by):
        total = ZERO
        for name in names:
            value = self.values[position].get(name)
            if value is None and name.lower() in BASES and self.incoterm:
                value = self._subtotal(position, name.lower())
            if value is None:
                known = ", ".join(sorted(self.values[position])) or "none"
                raise ValuationError(
                    f"item {self.items[position].called}: {wanted_by} is a percentage "
                    f"of {name}, which is not known (or comes after it); known are "
                    f"{known}"
                )
            total = EXACT.add(total, value)
        return total

    # --- What counts -------------------------------------------------------------

    def _count(self, element, position, amount):
        """Add a charge to the customs value, or to what only the VAT base contains."""
        included, effect = self._effect(element, amount, self.basis)
        if effect:
            self.customs[position].append((element.name, element.sign * effect))
        if element.in_vat_base:
            outside = EXACT.subtract(amount, included)
            self.vat[position] = EXACT.add(self.vat[position], element.sign * outside)

    def _effect(self, element, amount, basis):
        """Return what of a charge a value contains, and what it adds to the price."""
        share = amount
        if element.percent_included != HUNDRED:  # else it is rounded already
            share = EXACT.multiply(amount, element.percent_included)
            share = round_by(self.rules.value, EXACT.divide(share, HUNDRED))
        if element.in_customs_value is not None:
            included = share if element.in_customs_value else ZERO
            return included, included
        kind = element.kind
        if kind in (OTHER, EXCLUDED):
            return ZERO, ZERO
        if not self.incoterm and kind not in (ADDITION, DEDUCTION):
            raise ValuationError(
                f"state the delivery term, or whether {element.name} belongs to the "
                "customs value"
            )
        included = share if is_in_value(kind, basis) else ZERO
        priced = kind == DEDUCTION or (
            self.incoterm and is_in_price(kind, self.incoterm)
        )
        return included, EXACT.subtract(included, amount) if priced else included

    def _subtotal(self, position, basis):
        """Return the value on a basis, by the charges known so far."""
        if INVOICE not in self.values[position]:
            return None
        total = self.values[position][INVOICE]
        for element, amount in self.charges[position]:
            _included, effect = self._effect(element, amount, basis)
            total = EXACT.add(total, element.sign * effect)
        return total

    def finish(self, position, steps) -> ItemValues:
        """Return the values of one item with the steps run on them."""
        values, words = self.values[position], self.words[position]
        if self.incoterm:
            for basis in BASES:
                subtotal = self._subtotal(position, basis)
                if subtotal is not None:
                    values.setdefault(basis.upper(), subtotal)
        terms = self.customs[position]
        if INVOICE in values:
            values.setdefault(CUSTOMS_VALUE, add_up(n for _name, n in terms))
            words.append(self._build_up(terms, values[CUSTOMS_VALUE]))
        values.setdefault(VAT_CHARGES, self.vat[position])
        if steps:
            try:
                found, more = run_steps(values, steps, self.national, self.rates)
            except ValuationError as error:
                called = self.items[position].called
                raise ValuationError(f"item {called}: {error}") from error
            values, words = found, words + more
        customs_value = values.get(CUSTOMS_VALUE)
        if customs_value is not None and customs_value < 0:
            raise ValuationError(
                f"item {self.items[position].called}: the customs value would be "
                f"negative ({number_words(customs_value)}); correct the deductions"
            )
        return ItemValues(
            self.items[position].key,
            values,
            customs_value,
            "; ".join(words),
            tuple(terms),
        )

    def _build_up(self, terms, total):
        words = ""
        for name, value in terms:
            sign = "−" if value < 0 else "+"
            words += f" {sign} " if words else ""
            words += f"{term_words(name)} {money_words(abs(value), '')}"
        term = f" ({self.incoterm} price, {self.basis.upper()} value)"
        return (
            f"customs value{term if self.incoterm else ''}: {words} = "
            f"{money_words(total, self.national)}"
        )
