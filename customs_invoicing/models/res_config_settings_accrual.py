from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customs_accrue_on = fields.Selection(
        related="company_id.customs_accrue_on", readonly=False
    )
    customs_accrual_tolerance_amount = fields.Monetary(
        related="company_id.customs_accrual_tolerance_amount",
        currency_field="company_currency_id",
        readonly=False,
    )
    customs_accrual_tolerance_percent = fields.Float(
        related="company_id.customs_accrual_tolerance_percent", readonly=False
    )
