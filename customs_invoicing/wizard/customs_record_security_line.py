from odoo import fields, models


class CustomsRecordSecurityLine(models.TransientModel):
    """One security that is lodged, released or converted."""

    _name = "customs.record.security.line"
    _description = "Line of a Customs Security to Record"

    wizard_id = fields.Many2one(
        comodel_name="customs.record.security", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    security_id = fields.Many2one(comodel_name="customs.security", readonly=True)
    tax_code_id = fields.Many2one(comodel_name="customs.tax.code", string="Tax")
    amount_open = fields.Monetary(string="Held", related="security_id.amount_open")
    amount = fields.Monetary()
