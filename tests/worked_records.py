"""Worked examples as records: a tariff with its measures, and a declaration.

What an example calculates is written as an officer would enter it.  A price in foreign
currency is an invoice value with a customs rate of exchange, charges of the whole
declaration are valuation elements, ``CV`` is the customs value, ``CIF`` and ``FOB`` are
the customs value of a tariff on that basis, kilograms are the net mass and the first
other quantity with a known unit is the supplementary one.  Every other value is a
further value of the item, and so are derived values: a step of an example ("insurance
is 1 % of cost and freight") has no record of its own, its result comes from the
engine's valuation.
"""

from decimal import Decimal

from worked import DAY, Example, decimal, rounding

from odoo.fields import Command

from odoo.addons.customs_invoicing.engine import calculate
from odoo.addons.customs_invoicing.engine.snapshot import load
from odoo.addons.customs_invoicing.engine.units import find_unit
from odoo.addons.customs_invoicing.tools import to_float

#: Kinds of valuation elements by the name an example gives the charge
CHARGES = {"FRT": "freight_external", "INS": "insurance", "OTHER": "other_cost"}
#: Names of values that are the customs value of a tariff, with its valuation basis
CUSTOMS_VALUES = {"CV": "cif", "CIF": "cif", "FOB": "fob"}
#: What the engine's valuation adds to the values of an example
BY_VALUATION = ("customs_value", "vat_charges")
#: Decimals of a further value or quantity, and of a mass
DETAIL, MASS = 6, 3


def fits(figure, digits):
    """Whether a field of so many decimals holds a figure exactly."""
    return figure is None or figure == round(figure, digits)


def reasons(case):
    """Return why an example cannot be written as records, [] where it can.

    Always by what the example contains, never by which one it is.
    """
    if not case.get("measures"):
        return ["nothing is calculated: it has no measures"]
    found = []
    codes = [measure["code"] for measure in case["measures"]]
    if len(set(codes)) < len(codes):
        found.append("two measures of one type: a type is there once in a tariff")
    example = Example(case)
    figures = [figure for values in example.values for figure in values.values()]
    for line in case["lines"]:
        figures += [decimal(figure) for figure in line.get("qty", {}).values()]
    if not all(fits(figure, DETAIL) for figure in figures):
        found.append(f"a value or quantity has more than {DETAIL} decimals")
    return found


class Records:
    """The records of one example, its declaration calculated."""

    def __init__(self, env, case, number, authority):
        self.env, self.case, self.authority = env, case, authority
        self.example = Example(case)
        self.code = f"WX{number}"
        self.currency = self._currency(case["currency"])
        self.price = self._find_price()
        self.basis_name = self._find_basis_name()
        self.tariff = self._create_tariff()
        self._create_rates()
        self.types = self._create_types()
        self.measures = self._create_measures()
        self.declaration = self._create_declaration()
        self.lines = self.declaration.line_ids.sorted("number")
        self.declaration.action_calculate()
        calculation = self.declaration.calculation_ids.ensure_one()
        inputs = {name: load(data) for name, data in calculation.inputs.items()}
        self.totals = calculate(**inputs).totals.by_tax

    def _currency(self, name):
        found = self.env["res.currency"].with_context(active_test=False)
        return found.search([("name", "=", name)]).ensure_one()

    # --- How the values are entered ---

    def _find_price(self):
        """Return the name of the values that are invoice prices, "" for none.

        The only values in foreign currency, the same on every line; with charges,
        which an officer enters as they are, the invoice value.
        """
        named = {
            (name, stated["currency"], str(stated.get("round")))
            for line in self.case["lines"]
            for name, stated in line.get("values", {}).items()
            if isinstance(stated, dict) and stated.get("currency")
        }
        if len(named) != 1:
            return ""
        name = next(iter(named))[0]
        lines = [line.get("values", {}) for line in self.case["lines"]]
        national = [values.get(name) for values in self.example.values]
        unit = self.currency.decimal_places
        if None in national or not all(fits(figure, unit) for figure in national):
            return ""
        charges = self.case.get("charges", ())
        can = name == "INV" and all(self._is_element(one, lines) for one in charges)
        return name if can or not charges else ""

    def _is_element(self, charge, lines):
        """Whether a charge is spread as a valuation element is: by price or by mass."""
        by_price = all(
            decimal(values.get(charge["by"])) == decimal(values["INV"]["amount"])
            for values in lines
        )
        return charge["name"] in CHARGES and (by_price or charge["by"] == "kg")

    def _find_basis_name(self):
        """Return the name of the values that are entered as customs value."""
        if self.price:
            return "" if self.case.get("charges") else self.price
        unit = self.currency.decimal_places
        for name in CUSTOMS_VALUES:
            found = [values.get(name) for values in self.example.values]
            if all(found) and all(fits(figure, unit) for figure in found):
                return name
        return ""

    def _is_by_itself(self, name):
        """Whether a value comes out of the declaration and is not entered as such."""
        if self.case.get("charges") and self.price:
            return name in ("INV", "CIF", *self._charge_names())
        return name == self.basis_name

    def _charge_names(self):
        return [charge["name"] for charge in self.case.get("charges", ())]

    # --- The tariff ---

    def _create_tariff(self):
        price = next(
            (line["values"][self.price] for line in self.case["lines"] if self.price),
            {},
        )
        charges = self.case.get("charges", ())
        shares = [charge.get("round") for charge in charges]
        return self.env["customs.tariff"].create(
            {
                "name": self.case["id"],
                "code": self.code,
                "currency_id": self.currency.id,
                "valuation_basis": CUSTOMS_VALUES.get(self.basis_name, "cif"),
                "apportionment_method": "independent",
                **self._rounding(rounding(self.case.get("round"))),
                **self._rounding(rounding(price.get("round")), "value_", "none"),
                **self._rounding(rounding((shares or [None])[0]), "part_", "none"),
            }
        )

    def _rounding(self, stated, prefix="", default=None):
        """Return the values of one rounding; nothing where it is inherited."""
        if stated is None and default is None:
            return {}
        return {
            f"{prefix}rounding_mode": stated.mode if stated else default,
            f"{prefix}rounding_unit": to_float(stated.unit) if stated else 0.01,
        }

    def _create_rates(self):
        self.env["customs.exchange.rate"].create(
            [
                {
                    "tariff_id": self.tariff.id,
                    "currency_id": self._currency(name).id,
                    "date_from": DAY,
                    "rate": to_float(rate.rate),
                    "quotation": rate.quotation,
                }
                for name, rate in self.example.rates.items()
            ]
        )

    def _create_types(self):
        """Create a tax code and a measure type for every tax that is named."""
        engine_measures = [self.example._measure(one) for one in self.case["measures"]]
        named = [measure.type_code for measure in engine_measures]
        for measure in engine_measures:
            named += [term.name for term in measure.base if term.kind == "amount"]
            named += sorted(measure.floor_less)
        charge_code = self.env.ref("customs_invoicing.charge_code_duty")
        tax_codes = self.env["customs.tax.code"].create(
            [
                {
                    "code": code,
                    "name": code,
                    "tariff_id": self.tariff.id,
                    "charge_code_id": charge_code.id,
                }
                for code in dict.fromkeys(named)
            ]
        )
        types = self.env["customs.measure.type"].create(
            [
                {
                    "tariff_id": self.tariff.id,
                    "code": tax_code.code,
                    "name": tax_code.code,
                    "tax_code_id": tax_code.id,
                    "base": "terms",
                }
                for tax_code in tax_codes
            ]
        )
        by_code = {kind.code: kind for kind in types}
        for measure in engine_measures:
            by_code[measure.type_code].write(self._prepare_type_vals(measure, by_code))
        return by_code

    def _prepare_type_vals(self, measure, types):
        return {
            "name": measure.name or measure.type_code,
            "sequence": measure.sequence,
            "scope": measure.scope,
            "status": measure.status,
            "gross_up": measure.gross_up,
            "base_line_ids": [
                Command.create(self._prepare_term_vals(term, types, number))
                for number, term in enumerate(measure.base)
            ],
            **self._rounding(measure.gross_rounding, "gross_"),
            **self._rounding(measure.base_rounding, "base_"),
            **self._rounding(measure.total_rounding, "total_"),
        }

    def _prepare_term_vals(self, term, types, number):
        is_value = term.kind == "value"
        name = term.name
        if is_value and name == self.basis_name and (name == "CV" or self.price):
            name = "customs_value"
        return {
            "sequence": number,
            "kind": term.kind,
            "value_name": name if is_value else False,
            "term_type_id": types[term.name].id if term.kind == "amount" else False,
            "factor": to_float(term.factor),
            "constant": to_float(term.constant),
            "optional": term.optional,
            "is_rounded": term.is_rounded,
        }

    # --- Measures ---

    def _create_measures(self):
        measures = [self.example._measure(one) for one in self.case["measures"]]
        return self.env["customs.measure"].create(
            [self._prepare_measure_vals(measure) for measure in measures]
        )

    def _prepare_measure_vals(self, measure):
        less = [self.types[code].id for code in sorted(measure.floor_less)]
        return {
            "measure_type_id": self.types[measure.type_code].id,
            "date_from": "2020-01-01",
            "amount_min": to_float(measure.minimum),
            "amount_max": to_float(measure.maximum),
            "floor_total_percent": to_float(measure.floor_total),
            "floor_less_type_ids": [Command.set(less)],
            "component_ids": self._components(measure.components),
            "tier_ids": [
                Command.create(self._prepare_tier_vals(tier, number))
                for number, tier in enumerate(measure.tiers)
            ],
            "condition_ids": [
                Command.create(self._prepare_condition_vals(condition))
                for condition in measure.conditions
            ],
            **self._rounding(measure.rounding),
        }

    def _components(self, components):
        currencies = {
            one.currency: self._currency(one.currency)
            for one in components
            if one.currency
        }
        model = self.env["customs.measure.component"]
        prepared = model._prepare_vals_list(components, currencies)
        return [Command.create(vals) for vals in prepared]

    def _prepare_tier_vals(self, tier, number):
        kind = "amount" if tier.rate is None else "rate"
        figure = tier.amount if tier.rate is None else tier.rate
        return {
            "sequence": number,
            "up_to": to_float(tier.up_to),
            "kind": kind,
            "figure": to_float(figure),
        }

    def _prepare_condition_vals(self, condition):
        return {
            "sequence": condition.sequence,
            "kind": condition.kind,
            "value_name": condition.value_name,
            "operator": condition.operator,
            "threshold": to_float(condition.threshold),
            "action": condition.action,
            "component_ids": self._components(condition.components),
        }

    # --- The declaration ---

    def _create_declaration(self):
        office = self.env["customs.office"].create(
            {
                "code": self.code,
                "name": self.case["id"],
                "tariff_id": self.tariff.id,
                "authority_id": self.authority.id,
            }
        )
        vals = {
            "office_id": office.id,
            "capacity": "own",
            "registration_date": DAY,
            "line_ids": [
                Command.create(self._prepare_line_vals(line, values))
                for line, values in zip(
                    self.case["lines"], self.example.values, strict=True
                )
            ],
        }
        if self.price:
            stated = self.case["lines"][0]["values"][self.price]
            vals["invoice_currency_id"] = self._currency(stated["currency"]).id
        if self.price and self.case.get("charges"):
            vals["incoterm_id"] = self.env.ref("account.incoterm_FOB").id
            vals["valuation_element_ids"] = [
                Command.create(
                    {
                        "kind": CHARGES[charge["name"]],
                        "amount": to_float(decimal(charge["amount"])),
                        "currency_id": self._currency(
                            charge.get("currency") or self.currency.name
                        ).id,
                        "apportionment": "net_mass"
                        if charge["by"] == "kg"
                        else "value",
                    }
                )
                for charge in self.case["charges"]
            ]
        return self.env["customs.declaration"].create(vals)

    def _prepare_line_vals(self, line, values):
        vals, quantities = self._prepare_quantity_vals(line.get("qty", {}))
        if self.price:
            price = line["values"][self.price]["amount"]
            vals["invoice_value"] = to_float(decimal(price))
        elif self.basis_name:
            vals["customs_value"] = to_float(values[self.basis_name])
        details = [("quantity", *one) for one in quantities.items()]
        details += [
            ("value", name, figure)
            for name, figure in values.items()
            if name not in BY_VALUATION and not self._is_by_itself(name)
        ]
        vals["detail_ids"] = [
            Command.create({"kind": kind, "name": name, "amount": to_float(figure)})
            for kind, name, figure in details
        ]
        return vals

    def _prepare_quantity_vals(self, stated):
        """Return the fields of the item, and what is left for further quantities."""
        vals, left = {}, {}
        for name, figure in stated.items():
            figure = decimal(figure)
            unit = find_unit(name)
            if not figure or not fits(figure, MASS) or not unit:
                left[name] = figure
            elif name == "kg":
                vals["net_mass"] = to_float(figure)
            elif "supplementary_quantity" not in vals:
                vals["supplementary_quantity"] = to_float(figure)
                vals["supplementary_unit"] = name
            else:
                left[name] = figure
        return vals, left

    # --- What came out ---

    def tax_lines(self):
        """Return our duty lines, those that only round a total left out."""
        return self.declaration.duty_line_ids.filtered(
            lambda line: line.line_id
            or line.measure_id.measure_type_id.scope == "entry"
        )

    def duty_line(self, number, tax_code):
        """Return our duty line of one tax of an item; ``None`` for the declaration."""
        item = self.lines[number] if number is not None else self.lines.browse()
        return self.declaration.duty_line_ids.filtered(
            lambda line: line.line_id == item and line.tax_code_id.code == tax_code
        )

    def of_line(self, number, name):
        """Return a value, a base ``B:X`` or an amount of one line."""
        line = self.duty_line(number, name.removeprefix("B:"))
        if line:
            figure = line.base_calculated if name.startswith("B:") else None
            return Decimal(str(line.amount_calculated if figure is None else figure))
        return self.value(number, name)

    def value(self, number, name):
        """Return a value of an item as bases know it."""
        line = self.lines[number]
        if name == self.basis_name:
            return Decimal(str(line.customs_value))
        return line._get_engine_values().get(name)

    def in_all(self, name):
        """Return a total, the total of a base ``B:X``, or ``TOTAL`` of all payable."""
        calculation = self.declaration.calculation_ids
        if name == "TOTAL":
            return Decimal(str(calculation.amount_total))
        code = name.removeprefix("B:")
        lines = self.declaration.duty_line_ids.filtered(
            lambda line: line.tax_code_id.code == code
        )
        if name.startswith("B:"):
            return sum(Decimal(str(line.base_calculated)) for line in lines)
        if lines:
            total = self.totals[code].assessed
            in_lines = sum(Decimal(str(line.amount_calculated)) for line in lines)
            # every line is a monetary field: it cannot hold more than cents
            assert abs(in_lines - total) <= len(lines) * Decimal("0.005"), (code, total)
            return total
        found = [self.value(number, name) for number in range(len(self.lines))]
        return sum(found) if any(one is not None for one in found) else None
