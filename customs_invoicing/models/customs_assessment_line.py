from odoo import api, fields, models

from .customs_duty_line import TAX_STATUS


class CustomsAssessmentLine(models.Model):
    """One tax line of an assessment, as sent by the authority."""

    _name = "customs.assessment.line"
    _description = "Customs Assessment Line"
    _order = "assessment_id, item_number, sequence, id"
    _rec_name = "tax_code_id"
    _check_company_auto = True

    assessment_id = fields.Many2one(
        comodel_name="customs.assessment",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="assessment_id.company_id", store=True)
    currency_id = fields.Many2one(related="assessment_id.currency_id")
    sequence = fields.Integer(default=10)
    item_number = fields.Integer(
        string="Item", help="0: the tax is levied on the whole declaration."
    )
    tax_code_id = fields.Many2one(
        string="Tax code",
        comodel_name="customs.tax.code",
        required=True,
        ondelete="restrict",
    )
    base = fields.Float(digits=(16, 3))
    base_kind = fields.Selection(
        string="Base kind",
        selection=[("value", "Value"), ("quantity", "Quantity")],
        default="value",
    )
    rate = fields.Float(digits=(16, 6))
    rate_kind = fields.Selection(
        string="Rate kind",
        selection=[
            ("percent", "Percent"),
            ("specific", "Per unit"),
            ("fixed", "Fixed amount"),
        ],
    )
    rate_text = fields.Char(string="Rate as sent")
    amount_assessed = fields.Monetary(string="Assessed")
    amount_payable = fields.Monetary(string="Payable")
    status = fields.Selection(selection=TAX_STATUS, default="payable", required=True)
    payment_method = fields.Char(string="Payment method")

    def _get_import_vat_rate(self):
        """Return the rate in percent by which the company's tax is chosen.

        Where base times rate is not the amount, the reader leaves open what the rate
        means; a company tax of that percentage, or of the fraction, settles it. 0.0
        when it cannot be known.
        """
        self.ensure_one()
        if self.rate_kind == "percent":
            return self.rate
        try:
            raw = float(self.rate_text)
        except (TypeError, ValueError):
            return 0.0
        known = self.company_id.customs_import_vat_tax_ids.mapped("amount")
        candidates = [round(raw, 4), round(raw * 100, 4)]
        return next((rate for rate in candidates if rate in known), candidates[0])

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.assessment_id._check_not_posted()
        return lines

    def write(self, vals):
        self.assessment_id._check_not_posted()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        self.assessment_id._check_not_posted()
