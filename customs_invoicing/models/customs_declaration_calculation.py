from odoo import fields, models
from odoo.exceptions import UserError

from ..engine.duty import calculate
from ..engine.measures import DutyItem
from ..tools import to_decimal, to_float


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
        groups = self.grouped(lambda r: (r.tariff_id, r._get_calculation_date()))
        for (tariff, on_date), records in groups.items():
            codes = {code for code in records.line_ids.mapped("code") if code}
            measures = (
                self.env["customs.measure"]
                ._search_for_items(tariff, codes, on_date)
                ._to_engine()
            )
            for record in records:
                record._write_expectation(record._calculate_expectation(measures))
        return True

    def _get_calculation_date(self):
        """Return the day whose rates apply."""
        self.ensure_one()
        return self.registration_date or fields.Date.context_today(self)

    def _calculate_expectation(self, measures):
        """Return the engine's results for all items of one declaration.

        :param measures: engine measures that can concern any of the items
        """
        self.ensure_one()
        items = [
            DutyItem(
                key=line.id,
                code=line.code or "",
                origin=line.origin_id.code or "",
                # no value is unknown, not zero: goods are never worth nothing
                customs_value=to_decimal(line.customs_value) or None,
                claims=frozenset([line.preference] if line.preference else []),
            )
            for line in self.line_ids
        ]
        return calculate(
            items,
            measures,
            on_date=self._get_calculation_date(),
            rounding=self.tariff_id._get_rounding(),
            currency=self.tariff_currency_id.name,
        )

    def _write_expectation(self, results):
        """Store engine results on the duty lines, creating those not assessed."""
        self.ensure_one()
        by_key = {}
        duty_lines = self._sudo_duty_lines()
        for line in duty_lines:
            by_key.setdefault((line.line_id.id, line.tax_code_id.code), line)
        calculated, to_create = set(), []
        for (item_key, tax_code), group in _group_results(results).items():
            vals = self._prepare_expectation_vals(group)
            measure = self.env["customs.measure"].browse(vals["measure_id"])
            line = by_key.get((item_key, tax_code))
            if line:
                line.write(vals)
                calculated.add(line.id)
            else:
                to_create.append(
                    {
                        **vals,
                        "status": "information",  # ours, the authority said nothing
                        "declaration_id": self.id,
                        "line_id": item_key,
                        "tax_code_id": measure.tax_code_id.id,
                        "sequence": 10 * len(to_create) + 500,
                    }
                )
        self._flag_missing_rates(
            duty_lines.filtered(lambda line: line.id not in calculated)
        )
        duty_lines.create(to_create)

    def _prepare_expectation_vals(self, results):
        """Return the values of one duty line from the results of its measures.

        One amount that could not be calculated makes the sum unknown.
        """
        known = not any(result.problem for result in results)
        amount = sum(result.amount for result in results) if known else 0
        return {
            "is_calculated": known,
            "measure_id": results[0].measure.key,
            "base_calculated": to_float(results[0].base),
            "rate_calculated": " + ".join(result.rate_text for result in results),
            "amount_calculated": to_float(amount),
            "explanation": "\n".join(result.explanation for result in results),
        }

    def _flag_missing_rates(self, lines):
        """Say on which duty lines our tariff is silent, and drop stale ones of ours."""
        stale = lines.filtered(
            lambda line: not line.amount_assessed and not line.rate_assessed
        )
        stale.unlink()
        (lines - stale).write(
            {
                "is_calculated": False,
                "measure_id": False,
                "base_calculated": 0.0,
                "rate_calculated": False,
                "amount_calculated": 0.0,
                "explanation": self.env._(
                    "No rate in our tariff for this tax, so it was not checked."
                ),
            }
        )


def _group_results(results):
    """Group engine results by item and tax code, in order of calculation."""
    groups = {}
    for result in results:
        groups.setdefault((result.item_key, result.tax_code), []).append(result)
    return groups
