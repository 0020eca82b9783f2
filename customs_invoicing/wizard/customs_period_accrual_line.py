from odoo import fields, models


class CustomsPeriodAccrualLine(models.TransientModel):
    """One service or cost to accrue at period end."""

    _name = "customs.period.accrual.line"
    _description = "Service or Cost to Accrue"

    wizard_id = fields.Many2one(
        comodel_name="customs.period.accrual", required=True, ondelete="cascade"
    )
    charge_id = fields.Many2one(comodel_name="customs.charge", ondelete="cascade")
    declaration_id = fields.Many2one(related="charge_id.declaration_id")
    client_id = fields.Many2one(related="charge_id.client_id")
    currency_id = fields.Many2one(related="charge_id.currency_id")
    kind = fields.Selection(
        selection=[("revenue", "Unbilled service"), ("cost", "Cost not yet billed")]
    )
    amount_expected = fields.Monetary(string="Open on the day")
    amount_accrued = fields.Monetary(string="Accrued before")
    amount = fields.Monetary(string="To accrue")
