from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customs_apply_deposits = fields.Boolean(
        related="company_id.customs_apply_deposits", readonly=False
    )
    customs_exact_outlay = fields.Boolean(
        related="company_id.customs_exact_outlay", readonly=False
    )
    customs_deposit_days = fields.Integer(
        related="company_id.customs_deposit_days", readonly=False
    )
    customs_float_days = fields.Integer(
        related="company_id.customs_float_days", readonly=False
    )
