from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import calculate, snapshot


class CustomsCalculation(models.Model):
    """One calculation of a declaration, with all it was made from.

    Kept so that it can be repeated years later, whatever became of the tariff.
    """

    _name = "customs.calculation"
    _description = "Customs Calculation"
    _inherit = ["customs.declaration.part"]
    _order = "declaration_id, id desc"

    name = fields.Char(compute="_compute_name")
    date = fields.Date(
        string="Rates of", required=True, help="Day whose rates of duty apply."
    )
    rate_date = fields.Date(
        string="Exchange rates of", help="Day whose customs exchange rates apply."
    )
    tariff_id = fields.Many2one(comodel_name="customs.tariff", ondelete="restrict")
    edition = fields.Char(help="Edition of the tariff at the time.")
    currency_id = fields.Many2one(
        comodel_name="res.currency", related="declaration_id.tariff_currency_id"
    )
    amount_total = fields.Monetary(string="Total", help="Everything calculated.")
    problem_count = fields.Integer(
        string="Not calculated", help="Amounts that could not be calculated."
    )
    warning = fields.Text(
        string="What to look at", help="Doubts that belong to no single amount."
    )
    fingerprint = fields.Char(index=True)
    inputs = fields.Json(
        prefetch=False, help="Items, measures, exchange rates and roundings."
    )
    results = fields.Json(prefetch=False, help="Amounts as they were calculated.")

    @api.depends("create_date", "tariff_id.code", "edition")
    def _compute_name(self):
        for record in self:
            parts = (record.tariff_id.code, record.edition, str(record.date or ""))
            record.name = " ".join(part for part in parts if part)

    def _repeat(self):
        """Return the results of the same calculation made again from its inputs."""
        self.ensure_one()
        inputs = {name: snapshot.load(data) for name, data in self.inputs.items()}
        return self._describe_results(calculate(**inputs))

    @api.model
    def _describe_results(self, calculation):
        """Return what a calculation found as data for JSON, to be compared."""
        return [
            {
                "item": result.item_key,
                "tax": result.tax_code,
                "measure": result.measure.key,
                "base": None if result.base is None else str(result.base),
                "amount": None if result.amount is None else str(result.amount),
                "explanation": result.explanation,
            }
            for result in (*calculation.results, *calculation.entry_results)
        ]

    def action_repeat(self):
        """Calculate again from what was stored and say whether it is the same."""
        self.ensure_one()
        if self._repeat() != (self.results or []):  # the field holds no empty list
            raise UserError(
                self.env._(
                    "%(name)s gives other amounts when it is repeated: the rules of "
                    "calculation have changed since.",
                    name=self.name,
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Repeated from what was stored: every amount is the same."
                ),
            },
        }
