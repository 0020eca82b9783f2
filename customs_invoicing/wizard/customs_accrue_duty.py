from odoo import api, fields, models
from odoo.fields import Command

from ..tools import to_float


class CustomsAccrueDuty(models.TransientModel):
    """What of the expected duty would be booked, before it is."""

    _name = "customs.accrue.duty"
    _description = "Accrue Expected Duty"

    declaration_ids = fields.Many2many(
        comodel_name="customs.declaration", string="Declarations", required=True
    )
    company_id = fields.Many2one(comodel_name="res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        string="Accounting date",
        help="Empty: when the goods arrived, else when the declaration was registered. "
        "What is only adjusted is booked today.",
    )
    problem = fields.Text(compute="_compute_problem", string="What is missing")
    line_ids = fields.One2many(
        comodel_name="customs.accrue.duty.line",
        inverse_name="wizard_id",
        compute="_compute_preview",
        store=True,
        compute_sudo=False,
        string="Entries",
    )
    amount_total = fields.Monetary(
        string="To accrue", compute="_compute_preview", store=True, compute_sudo=False
    )

    @api.model
    def _open(self, declarations):
        """Return the action that shows what would be accrued for files."""
        companies = declarations.company_id
        wizard = self.create(
            {
                "declaration_ids": [Command.set(declarations.ids)],
                "company_id": (companies[:1] or self.env.company).id,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Accrue expected duty"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "large"},
        }

    @api.depends("declaration_ids", "date")
    def _compute_problem(self):
        for wizard in self:
            files = wizard.declaration_ids._origin
            dates = files._get_accrual_dates(wizard.date)
            wizard.problem = "\n".join(files._get_accruing_problems(dates))

    @api.depends("declaration_ids", "date")
    def _compute_preview(self):
        for wizard in self:
            files = wizard.declaration_ids._origin
            dates = files._get_accrual_dates(wizard.date)
            rows = [] if wizard.problem else wizard._get_rows(files, dates)
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(row) for row in rows),
            ]
            wizard.amount_total = sum(row["amount"] for row in rows)

    def _get_rows(self, files, dates):
        """Return the values of a line for every file and tax."""
        changes = files._get_accrual_changes(dates)
        expected = files._get_expected_by_tax(dates)
        return [
            {
                "declaration_id": record.id,
                "tax_code_id": tax_code.id,
                "date": dates[record],
                "amount_expected": to_float(amount),
                "amount_accrued": to_float(amount - changes[record].get(tax_code, 0)),
                "amount": to_float(changes[record].get(tax_code, 0)),
            }
            for record, amounts in expected.items()
            for tax_code, amount in {
                **dict.fromkeys(changes[record], 0),
                **amounts,
            }.items()
        ]

    def action_accrue(self):
        """Post the accruals."""
        self.ensure_one()
        self.declaration_ids.action_accrue_duty(self.date)
        return {"type": "ir.actions.act_window_close"}
