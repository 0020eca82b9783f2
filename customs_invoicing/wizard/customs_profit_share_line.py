from odoo import fields, models


class CustomsProfitShareLine(models.TransientModel):
    """An agent's share of one file, and how it is computed."""

    _name = "customs.profit.share.line"
    _description = "Profit Share of a File"

    wizard_id = fields.Many2one(
        comodel_name="customs.profit.share", required=True, ondelete="cascade"
    )
    declaration_id = fields.Many2one(comodel_name="customs.declaration")
    currency_id = fields.Many2one(related="declaration_id.currency_id")
    revenue = fields.Monetary(string="Services")
    cost = fields.Monetary(string="Costs")
    share = fields.Monetary()
    amount_accrued = fields.Monetary(string="Accrued before")
    amount = fields.Monetary(string="To accrue")
    words = fields.Char(string="How it is computed")
