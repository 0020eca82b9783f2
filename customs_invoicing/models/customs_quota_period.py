from odoo import fields, models

from .customs_quota import QUOTA_STATES


class CustomsQuotaPeriod(models.Model):
    """One period of a tariff quota."""

    _name = "customs.quota.period"
    _description = "Tariff Quota Period"
    _inherit = ["customs.validity.mixin"]
    _order = "quota_id, date_from desc"
    _validity_key = ("quota_id",)

    quota_id = fields.Many2one(
        comodel_name="customs.quota", required=True, index=True, ondelete="cascade"
    )
    date_from = fields.Date(required=True)
    volume = fields.Float(digits=(18, 3))
    unit = fields.Char(help="kg, l, pcs…")
    critical_threshold = fields.Float(
        string="Critical from (%)",
        default=90.0,
        help="Share used from which the authority asks for security.",
    )
    state = fields.Selection(
        selection=QUOTA_STATES,
        required=True,
        default="open",
        help="As the authority publishes it: a critical quota asks for security, an "
        "exhausted one gives the full rate.",
    )
