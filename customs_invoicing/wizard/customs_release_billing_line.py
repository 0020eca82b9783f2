from odoo import fields, models

from ..models.customs_billing_release import REASONS


class CustomsReleaseBillingLine(models.TransientModel):
    """One thing that stops a file, and whether it is released."""

    _name = "customs.release.billing.line"
    _description = "What Stops a File"

    wizard_id = fields.Many2one(
        comodel_name="customs.release.billing", required=True, ondelete="cascade"
    )
    code = fields.Selection(string="What", selection=REASONS, readonly=True)
    message = fields.Text(string="What stops it", readonly=True)
    charge_id = fields.Many2one(comodel_name="customs.charge", readonly=True)
    hard = fields.Boolean(string="Must be put right", readonly=True)
    is_chosen = fields.Boolean(string="Release")
