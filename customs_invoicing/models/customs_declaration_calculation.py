from odoo import fields, models
from odoo.exceptions import UserError

from ..engine import calculate
from ..engine.model import ENTRY
from ..tools import changed_vals, to_decimal, to_float

#: What is read of the duty lines that are there, before ours are written
_EXPECTATION = (
    "company_id",
    "tariff_currency_id",
    "line_id",
    "tax_code_id",
    "amount_assessed",
    "rate_assessed",
    "is_calculated",
    "measure_id",
    "calculation_id",
    "base_calculated",
    "rate_calculated",
    "amount_calculated",
    "payable_calculated",
    "status_calculated",
    "explanation",
)


class CustomsDeclaration(models.Model):
    """Our own calculation of the duties, beside the authority's."""

    _inherit = "customs.declaration"

    def action_calculate(self):
        """Calculate what we expect per item and tax, from the measures in force."""
        self.check_access("write")
        self._check_state(
            ["draft", "ready", "lodged", "assessed", "released"],
            self.env._("calculate its duties"),
        )
        for record in self:
            if not record.tariff_id:
                raise UserError(
                    self.env._(
                        "%(name)s has no tariff. Choose its customs office first.",
                        name=record.name,
                    )
                )
        self._compute_values()
        groups = self.grouped(
            lambda r: (
                r.tariff_id,
                r._get_calculation_date(),
                r._get_rate_date(),
                r.company_id,
            )
        )
        found = []
        for (tariff, on_date, rate_date, company), records in groups.items():
            context = records._prepare_engine_context(
                tariff, on_date, rate_date, company
            )
            for record in records:
                found.append((record, *record._calculate_expectation(context)))
        stored = self._store_calculations(found)
        # sudo: duty lines are read-only for every user, see _sudo_duty_lines
        self.env["customs.duty.line"].sudo().create(
            [
                vals
                for record, _inputs, calculation in found
                for vals in record._write_expectation(calculation, stored[record])
            ]
        )
        return True

    # === DATES === #

    def _get_calculation_date(self):
        """Return the day whose rates of duty apply."""
        self.ensure_one()
        return self._get_date(self.tariff_id.duty_date_rule)

    def _get_rate_date(self):
        """Return the day whose customs exchange rates apply."""
        self.ensure_one()
        return self._get_date(self.tariff_id.rate_date_rule)

    def _get_date(self, rule):
        """Return the legal date of a rule; registration where it is not known."""
        registration = self.registration_date or fields.Date.context_today(self)
        if rule == "arrival":
            return self.arrival_date or registration
        if rule == "export":
            return self.departure_date or registration
        if rule == "later" and self.arrival_date:
            return max(registration, self.arrival_date)
        return registration

    # === CALCULATION === #

    def _prepare_engine_context(self, tariff, on_date, rate_date, company):
        """Read what the items of all these declarations are calculated with.

        The number of queries does not depend on how many items there are.
        """
        codes = {code for code in self.line_ids.mapped("code") if code}
        measures = self.env["customs.measure"]._search_for_items(tariff, codes, on_date)
        engine_measures = measures._to_engine()
        currencies = self.env["customs.measure"]._get_currencies(
            part
            for measure in engine_measures
            for part in (
                *(measure.components or ()),
                *measure.conditions,  # their limits
                *(part for c in measure.conditions for part in c.components),
            )
        )
        foreign = self.env["res.currency"].browse(c.id for c in currencies.values())
        agreements = self.env["customs.agreement"]._search_for_engine(tariff)
        return {
            "measures": engine_measures,
            "on_date": on_date,
            "rounding": tariff._get_rounding(),
            "currency": tariff.currency_id.name,
            "rates": tariff._get_customs_rates(foreign, rate_date, company),
            "agreements": agreements,
            "cascade_exact": tariff.cascade_exact,
        }

    def _calculate_expectation(self, context):
        """Return the engine's inputs and results for one declaration."""
        self.ensure_one()
        tax_codes = {measure.tax_code for measure in context["measures"]}
        inputs = {**context, "items": self.line_ids._to_engine(tax_codes)}
        return inputs, calculate(**inputs)

    # === RESULTS === #

    def _write_expectation(self, calculation, record):
        """Store engine results on the duty lines; return the values of new ones.

        :param record: of the calculation, with all it was made from
        """
        self.ensure_one()
        duty_lines = self._sudo_duty_lines()
        duty_lines.fetch(_EXPECTATION)  # Odoo would read them by the thousand
        by_key = {}
        for line in duty_lines:
            by_key.setdefault((line.line_id.id, line.tax_code_id.code), line)
        calculated, to_create = set(), []
        groups = self._group_results(calculation, by_key)
        expected = {
            key: self._prepare_expectation_vals(group) for key, group in groups.items()
        }
        expected.update(self._prepare_total_roundings(calculation, expected))
        for (item, tax_code), vals in expected.items():
            vals["calculation_id"] = record.id
            line = by_key.get((item, tax_code))
            if line:
                if changed := changed_vals(line, vals):
                    line.write(changed)
                calculated.add(line.id)
            else:
                to_create.append(
                    {
                        **vals,
                        "declaration_id": self.id,
                        "line_id": item,
                        # ours: the authority said nothing
                        "status": "information",
                        "sequence": 10 * len(to_create) + 500,
                    }
                )
        self._flag_missing_rates(
            duty_lines.filtered(lambda line: line.id not in calculated)
        )
        tax_codes = self._get_measure_tax_codes(to_create)
        return [
            {**vals, "tax_code_id": tax_codes[vals["measure_id"]]} for vals in to_create
        ]

    def _get_measure_tax_codes(self, vals_list):
        """Return ``{measure id: tax code id}``."""
        measures = self.env["customs.measure"].browse(
            {vals["measure_id"] for vals in vals_list}
        )
        return {measure.id: measure.tax_code_id.id for measure in measures}

    def _group_results(self, calculation, by_key):
        """Group results by item and tax code, in order of calculation.

        A tax on the whole declaration stands there once, unless the authority has
        assessed it on the items.
        """
        self.ensure_one()
        on_items = {tax_code for item, tax_code in by_key if item}
        whole = {
            result.tax_code
            for result in calculation.entry_results
            if result.tax_code not in on_items
        }
        groups = {}
        for result in calculation.results:
            if result.measure.scope != ENTRY or result.tax_code not in whole:
                key = (result.item_key, result.tax_code)
                groups.setdefault(key, []).append(result)
        for result in calculation.entry_results:
            if result.tax_code in whole:
                groups.setdefault((False, result.tax_code), []).append(result)
        return groups

    def _prepare_expectation_vals(self, results):
        """Return the values of one duty line from the results of its measures.

        One amount that could not be calculated makes the sum unknown.
        """
        known = not any(result.problem for result in results)
        amount = sum(result.amount for result in results) if known else 0
        payable = sum(result.payable or 0 for result in results) if known else 0
        return {
            "is_calculated": known,
            "measure_id": results[0].measure.key,
            "base_calculated": to_float(results[0].base),
            "rate_calculated": " + ".join(result.rate_text for result in results),
            "amount_calculated": to_float(amount),
            "payable_calculated": to_float(payable),
            "status_calculated": results[0].status,
            "explanation": "\n".join(result.explanation for result in results),
        }

    def _prepare_total_roundings(self, calculation, expected):
        """Return what rounding the total of a tax adds to the sum of its items.

        Only before the authority has spoken: it states the items, not this line.
        """
        self.ensure_one()
        sums = {}
        for (_item, tax_code), vals in expected.items():
            sums.setdefault(tax_code, []).append(vals)
        roundings = {}
        for tax_code, total in calculation.totals.by_tax.items():
            found = sums.get(tax_code, ())
            if self.current_assessment_id or (False, tax_code) in expected:
                continue
            if total.assessed is None or not all(v["is_calculated"] for v in found):
                continue
            items = sum(to_decimal(v["amount_calculated"]) for v in found)
            payable = sum(to_decimal(v["payable_calculated"]) for v in found)
            if total.assessed != items:
                roundings[False, tax_code] = {
                    **found[0],
                    "base_calculated": 0.0,
                    "rate_calculated": False,
                    "amount_calculated": to_float(total.assessed - items),
                    "payable_calculated": to_float((total.payable or 0) - payable),
                    "explanation": self.env._(
                        "Rounding of the total of %(tax)s: %(items)s to %(total)s.",
                        tax=tax_code,
                        items=self.tariff_currency_id.format(to_float(items)),
                        total=self.tariff_currency_id.format(to_float(total.assessed)),
                    ),
                }
        return roundings

    def _flag_missing_rates(self, lines):
        """Say on which duty lines our tariff is silent, and drop stale ones of ours."""
        stale = lines.filtered(
            lambda line: line.status == "information"
            and not line.amount_assessed
            and not line.rate_assessed
            and not line.base_assessed
        )
        stale.unlink()
        (lines - stale).write(
            {
                "is_calculated": False,
                "measure_id": False,
                "calculation_id": False,
                "base_calculated": 0.0,
                "rate_calculated": False,
                "amount_calculated": 0.0,
                "payable_calculated": 0.0,
                "status_calculated": False,
                "explanation": self.env._(
                    "No rate in our tariff for this tax, so it was not checked."
                ),
            }
        )
