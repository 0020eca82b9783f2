"""Worked examples of duty calculation, put into the terms of the engine.

One example is a JSON object as ``cases/worked_examples.json`` describes: lines with
values and quantities, charges, derived values, measures, and what must come out.  A
field that nothing here reads is an error, so that no part of an example is passed over.
"""

import datetime
from decimal import Decimal

from pure import engine, load

DAY = datetime.date(2024, 1, 1)
DEFAULT_TOLERANCE = Decimal("0.005")

steps = load("engine.steps")

_OPERATORS = {"+": "+", "-": "-", "MIN": "MIN", "MAX": "MAX"}
_ABOUT = {
    "id",
    "title",
    "jurisdiction",
    "confidence",
    "source",
    "tags",
    "note",
    "notes",
    "kind",
    "verified",
}


def take(mapping, known, where):
    """Check that every field of ``mapping`` is one of ``known``, and return it."""
    unknown = set(mapping) - set(known.split())
    if unknown:
        raise AssertionError(f"unknown field {sorted(unknown)} of {where}")
    return mapping


def decimal(figure):
    return None if figure is None else Decimal(str(figure))


def rounding(stated):
    if stated is None:
        return None
    take(stated, "mode unit", "a rounding")
    return engine.Rounding(stated["mode"], Decimal(stated.get("unit", "0.01")))


class Example:
    """One example with its results, ready to be compared."""

    def __init__(self, case):
        known = "currency fx lines charges derive measures round expected tolerance"
        take(
            {name: value for name, value in case.items() if name not in _ABOUT},
            known,
            case["id"],
        )
        self.case = case
        self.currency = case["currency"]
        self.rates = {
            currency: engine.CustomsRate(currency, decimal(rate))
            for currency, rate in case.get("fx", {}).items()
        }
        self.codes = [measure["code"] for measure in case["measures"]]
        self.tolerance = decimal(case.get("tolerance")) or DEFAULT_TOLERANCE
        self.values = self._values()
        self.calculation = self._calculation()

    # --- Values ---

    def _values(self):
        items = [
            engine.ValuationItem(number, values=self._line_values(line))
            for number, line in enumerate(self.case["lines"])
        ]
        valuation = engine.valuate(
            items,
            [self._charge(stated) for stated in self.case.get("charges", ())],
            national=self.currency,
            rates=self.rates,
            method="independent",
            steps=[self._step(stated) for stated in self.case.get("derive", ())],
        )
        return [dict(item.values) for item in valuation.items]

    def _line_values(self, line):
        take(line, "values qty", "a line")
        weights = {charge["by"] for charge in self.case.get("charges", ())}
        stated = {
            name: quantity
            for name, quantity in line.get("qty", {}).items()
            if name in weights
        }
        stated.update(line.get("values", {}))
        return {name: self._money(figure) for name, figure in stated.items()}

    def _money(self, stated):
        if not isinstance(stated, dict):
            return engine.Money(decimal(stated))
        take(stated, "amount currency round", "a value")
        return engine.Money(
            decimal(stated["amount"]),
            stated.get("currency", ""),
            rounding(stated.get("round")),
        )

    def _charge(self, stated):
        take(stated, "name amount currency by round round_national", "a charge")
        return engine.ValuationElement(
            stated["name"],
            decimal(stated["amount"]),
            stated.get("currency", ""),
            by=stated["by"],
            part_rounding=rounding(stated.get("round")),
            value_rounding=rounding(stated.get("round_national")),
        )

    def _step(self, stated):
        take(
            stated,
            "name sum sub rate min_of convert currency round",
            f"step {stated['name']}",
        )
        terms, kind = stated.get("sum", []), steps.SUM
        if "min_of" in stated:
            terms, kind = stated["min_of"], steps.SMALLEST
        elif "convert" in stated:
            terms = [stated["convert"]]
        found = [self._step_term(term) for term in terms]
        less = [self._step_term(term) for term in stated.get("sub", ())]
        if not found:  # the first, less all the others
            found, less = less[:1], less[1:]
        found += [engine.StepTerm(term.name, -term.factor) for term in less]
        return engine.Step(
            stated["name"],
            tuple(found),
            kind,
            percent=decimal(stated.get("rate")),
            currency=stated.get("currency", ""),
            rounding=rounding(stated.get("round")),
        )

    def _step_term(self, term):
        if isinstance(term, str):
            return engine.StepTerm(term)
        take(term, "term factor", "a term")
        return engine.StepTerm(term["term"], decimal(term.get("factor", 1)))

    # --- Measures ---

    def _calculation(self):
        items = [
            engine.DutyItem(
                number,
                "",
                None,
                values=values,
                quantities={
                    name: decimal(quantity)
                    for name, quantity in line.get("qty", {}).items()
                },
            )
            for number, (line, values) in enumerate(
                zip(self.case["lines"], self.values, strict=True)
            )
        ]
        return engine.calculate(
            items,
            [self._measure(stated) for stated in self.case["measures"]],
            DAY,
            engine.RoundingRules(amount=rounding(self.case.get("round"))),
            self.currency,
            self.rates,
        )

    def _measure(self, stated):
        take(
            stated,
            "code name seq base components gross_up gross_base_round min max tiers "
            "brackets bracket_on floor_total less scope round base_round total_round "
            "payable",
            f"measure {stated['code']}",
        )
        return engine.Measure(
            stated["code"],
            stated["code"],
            stated["code"],
            self._components(stated.get("components", ())),
            name=stated.get("name", ""),
            sequence=int(stated["seq"]),
            base=tuple(self._term(term) for term in stated.get("base", ())),
            gross_up=stated.get("gross_up", False),
            gross_rounding=rounding(stated.get("gross_base_round")),
            minimum=decimal(stated.get("min")),
            maximum=decimal(stated.get("max")),
            tiers=tuple(self._tier(tier) for tier in stated.get("tiers", ())),
            conditions=self._brackets(stated),
            floor_total=decimal(stated.get("floor_total")),
            floor_less=frozenset(stated.get("less", ())),
            scope=stated.get("scope", "line"),
            rounding=rounding(stated.get("round")),
            base_rounding=rounding(stated.get("base_round")),
            total_rounding=rounding(stated.get("total_round")),
            # an amount on the way to others, or for information
            status="payable" if stated.get("payable", True) else "information",
        )

    def _term(self, term):
        factor = Decimal(1)
        if not isinstance(term, str):
            take(term, "term factor", "a term of a base")
            term, factor = term["term"], decimal(term.get("factor", 1))
        if term.startswith("#"):
            figure = Decimal(term[1:])
            return engine.BaseTerm("constant", "", factor, constant=figure)
        is_rounded = term.startswith("R:")
        name = term.removeprefix("R:")
        if name in self.codes:
            return engine.BaseTerm("amount", name, factor, is_rounded=is_rounded)
        if is_rounded:
            raise AssertionError(f"{term} is the amount of no measure")
        having = [name in values for values in self.values]
        if not any(having):  # a tax that is not charged adds nothing
            return engine.BaseTerm("amount", name, factor)
        return engine.BaseTerm("value", name, factor, optional=not all(having))

    def _components(self, stated):
        return tuple(self._component(component) for component in stated)

    def _component(self, stated):
        take(stated, "op type rate amount currency uom per times on", "a component")
        kind = {"pct": "percent", "spec": "specific", "fixed": "fixed"}[stated["type"]]
        return engine.Component(
            kind,
            _OPERATORS[stated.get("op", "+")],
            rate=decimal(stated.get("rate")),
            amount=decimal(stated.get("amount")),
            currency=stated.get("currency", ""),
            per=decimal(stated.get("per", 1)),
            unit=stated.get("uom", ""),
            times=tuple(stated.get("times", ())),
            on=stated.get("on", ""),
        )

    def _tier(self, stated):
        take(stated, "upto amount rate", "a step of a fee")
        return engine.Tier(
            decimal(stated.get("upto")),
            decimal(stated.get("amount")),
            decimal(stated.get("rate")),
        )

    def _brackets(self, stated):
        for bracket in stated.get("brackets", ()):
            take(bracket, "from components", "a bracket")
        brackets = sorted(
            stated.get("brackets", ()), key=lambda b: decimal(b["from"]), reverse=True
        )
        return tuple(
            engine.Condition(
                "threshold",
                value_name=stated["bracket_on"],
                threshold=decimal(
                    take(bracket, "from components", "a bracket")["from"]
                ),
                action="apply_components",
                components=self._components(bracket["components"]),
                sequence=number,
            )
            for number, bracket in enumerate(brackets)
        )

    # --- What came out ---

    def of_line(self, number, name):
        """Return a value, a base ``B:X`` or an amount of one line."""
        for result in self.calculation:
            if result.item_key == number and result.tax_code == name.removeprefix("B:"):
                return result.base if name.startswith("B:") else result.amount
        return self.values[number].get(name)

    def in_all(self, name):
        """Return a total, the total of a base ``B:X``, or ``TOTAL`` of all payable."""
        calculation = self.calculation
        if name == "TOTAL":
            return calculation.total_payable
        if name.startswith("B:"):
            found = [r for r in calculation.entry_results if r.tax_code == name[2:]]
            found = found or [r for r in calculation if r.tax_code == name[2:]]
            return sum(r.base for r in found) if found else None
        if name in calculation.totals.by_tax:
            return calculation.totals.by_tax[name].assessed
        found = [values[name] for values in self.values if name in values]
        return sum(found) if found else None

    def differences(self):
        """Return in words all that differs from what is expected, [] for nothing."""
        expected = take(self.case["expected"], "lines totals", "what is expected")
        pairs = [
            (f"line {number + 1} {name}", self.of_line(number, name), figure)
            for number, line in enumerate(expected.get("lines", ()))
            for name, figure in line.items()
        ]
        pairs += [
            (f"total {name}", self.in_all(name), figure)
            for name, figure in expected.get("totals", {}).items()
        ]
        if not pairs:
            raise AssertionError("nothing is expected of the example")
        return [
            f"{what}: {found}, expected {figure}"
            for what, found, figure in pairs
            if found is None or abs(found - decimal(figure)) > self.tolerance
        ]
