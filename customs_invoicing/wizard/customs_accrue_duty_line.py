from odoo import fields, models


class CustomsAccrueDutyLine(models.TransientModel):
    """One tax of one file: expected, accrued before, to accrue now."""

    _name = "customs.accrue.duty.line"
    _description = "Expected Duty to Accrue"

    wizard_id = fields.Many2one(
        comodel_name="customs.accrue.duty", required=True, ondelete="cascade"
    )
    declaration_id = fields.Many2one(comodel_name="customs.declaration")
    currency_id = fields.Many2one(related="declaration_id.currency_id")
    tax_code_id = fields.Many2one(comodel_name="customs.tax.code", string="Tax")
    date = fields.Date(string="Accounting date")
    amount_expected = fields.Monetary(string="Expected to pay")
    amount_accrued = fields.Monetary(string="Accrued before")
    amount = fields.Monetary(string="To accrue")
