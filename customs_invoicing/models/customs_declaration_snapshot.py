import hashlib
import json

from odoo import fields, models

from ..engine import snapshot
from ..engine.problems import TIE
from ..tools import to_float


class CustomsDeclaration(models.Model):
    """What a calculation was made from is kept, so that it can be repeated."""

    _inherit = "customs.declaration"

    calculation_ids = fields.One2many(
        string="Calculations",
        comodel_name="customs.calculation",
        inverse_name="declaration_id",
        copy=False,
    )
    calculation_count = fields.Integer(
        string="Calculation count", compute="_compute_calculation_count"
    )

    def _compute_calculation_count(self):
        groups = self.env["customs.calculation"]._read_group(
            [("declaration_id", "in", self.ids)], ["declaration_id"], ["__count"]
        )
        counts = {declaration.id: count for declaration, count in groups}
        for record in self:
            record.calculation_count = counts.get(record._origin.id, 0)

    def _store_calculations(self, found):
        """Return ``{declaration: record}`` of calculations.

        The same calculation twice is one record.

        :param found: list of (declaration, inputs, calculation)
        """
        # sudo: nobody writes calculations by hand, only the calculation itself does
        records = self.env["customs.calculation"].sudo()
        groups = records._read_group(
            [("declaration_id", "in", self.ids)], ["declaration_id"], ["id:max"]
        )
        previous = records.browse(record_id for _declaration, record_id in groups)
        last = {record.declaration_id.id: record for record in previous}
        stored, to_create = {}, []
        for declaration, inputs, calculation in found:
            vals = declaration._prepare_calculation_vals(inputs, calculation)
            same = last.get(declaration.id, records)
            if same.fingerprint == vals["fingerprint"]:
                stored[declaration] = same
            else:
                to_create.append(vals)
        for record in records.create(to_create):
            stored[self.browse(record.declaration_id.id)] = record
        return stored

    def _prepare_calculation_vals(self, inputs, calculation):
        """Return the values of the record of one calculation."""
        self.ensure_one()
        results = (*calculation.results, *calculation.entry_results)
        used = {result.measure.key for result in results}
        # what a tie is between decides again when the calculation is repeated
        tied = {r.tax_code for r in results if r.problem == TIE}
        data = {
            **{name: snapshot.dump(value) for name, value in inputs.items()},
            "measures": snapshot.dump(
                [
                    measure
                    for measure in inputs["measures"]
                    # parts of Meursing amounts are used by others
                    if measure.key in used
                    or measure.tax_code in tied
                    or measure.additional_code.startswith("7")
                ]
            ),
        }
        results = self.env["customs.calculation"]._describe_results(calculation)
        # a doubt may come from a measure that gives no amount, hence is not stored
        warning = self._describe_problems(calculation)
        stored = json.dumps([data, results, warning], sort_keys=True)
        return {
            "declaration_id": self.id,
            "date": inputs["on_date"],
            "rate_date": self._get_rate_date(),
            "tariff_id": self.tariff_id.id,
            "edition": self.tariff_id.edition,
            "amount_total": to_float(calculation.total_payable),
            "problem_count": len(calculation.problems),
            "warning": warning,
            "fingerprint": hashlib.sha256(stored.encode()).hexdigest(),
            "inputs": data,
            "results": results,
        }

    def _describe_problems(self, calculation):
        """Return sentences on what no duty line tells: claims that do not count,
        codes that are missing, items without any duty.
        """
        self.ensure_one()
        on_lines = {(result.item_key, result.problem) for result in calculation.results}
        words = {}
        for problem in calculation.problems:
            if (problem.item_key, problem.code) not in on_lines:
                words.setdefault(problem.words, []).append(problem.item_key)
        without = self._get_items_without_duty(calculation)
        if without:
            words[self.env._("our tariff has no rate of duty for the code")] = without
        numbers = {line.id: line.number for line in self.line_ids}
        return "\n".join(
            self.env._(
                "Item %(items)s: %(problem)s.",
                items=", ".join(str(numbers[key]) for key in keys if key in numbers),
                problem=text.rstrip("."),
            )
            for text, keys in words.items()
        )

    def _get_items_without_duty(self, calculation):
        """Return the items for which no customs duty was found, where there is any."""
        self.ensure_one()
        codes = self.tariff_id._get_duty_types()
        found = {
            result.item_key
            for result in calculation.results
            if result.measure.type_code in codes
        }
        lines = self.line_ids if codes else self.line_ids.browse()
        return [line.id for line in lines if line.code and line.id not in found]

    def action_view_calculations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_calculation_action"
        )
        action["domain"] = [("declaration_id", "=", self.id)]
        return action
