from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of billing."""

    _inherit = "res.config.settings"

    customs_billing_profile_id = fields.Many2one(
        related="company_id.customs_billing_profile_id", readonly=False
    )
    customs_difference_policy = fields.Selection(
        related="company_id.customs_difference_policy", readonly=False, required=True
    )
    customs_auto_billing = fields.Boolean(
        related="company_id.customs_auto_billing", readonly=False
    )
    customs_require_mandate = fields.Boolean(
        related="company_id.customs_require_mandate", readonly=False
    )
    customs_rate_automatically = fields.Boolean(
        related="company_id.customs_rate_automatically", readonly=False
    )
