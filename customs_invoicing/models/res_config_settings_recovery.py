from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of refunds and securities."""

    _inherit = "res.config.settings"

    customs_refund_recognition = fields.Selection(
        related="company_id.customs_refund_recognition", readonly=False
    )
    customs_refund_statement_days = fields.Integer(
        related="company_id.customs_refund_statement_days", readonly=False
    )
    customs_security_expiry_days = fields.Integer(
        related="company_id.customs_security_expiry_days", readonly=False
    )
