from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of clients' limits."""

    _inherit = "res.config.settings"

    customs_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of customs limits"
    )
    customs_duty_limit = fields.Monetary(
        related="company_id.customs_duty_limit",
        readonly=False,
        currency_field="customs_currency_id",
    )
    customs_service_limit = fields.Monetary(
        related="company_id.customs_service_limit",
        readonly=False,
        currency_field="customs_currency_id",
    )
    customs_duty_limit_action = fields.Selection(
        related="company_id.customs_duty_limit_action", readonly=False
    )
    customs_service_limit_action = fields.Selection(
        related="company_id.customs_service_limit_action", readonly=False
    )
    customs_limit_near_percent = fields.Integer(
        related="company_id.customs_limit_near_percent", readonly=False
    )
    customs_exposure_less_deposits = fields.Boolean(
        related="company_id.customs_exposure_less_deposits", readonly=False
    )
    customs_override_right = fields.Selection(
        related="company_id.customs_override_right", readonly=False
    )
    customs_override_days = fields.Integer(
        related="company_id.customs_override_days", readonly=False
    )
