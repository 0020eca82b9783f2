from odoo import api, fields, models

from ..models.customs_duty_line import TAX_STATUS


class CustomsRecordAssessmentLine(models.TransientModel):
    """One tax of an assessment that is being typed."""

    _name = "customs.record.assessment.line"
    _description = "Line of an Assessment to Record"
    _order = "wizard_id, sequence, id"

    wizard_id = fields.Many2one(
        comodel_name="customs.record.assessment", required=True, ondelete="cascade"
    )
    declaration_id = fields.Many2one(related="wizard_id.declaration_id")
    tariff_id = fields.Many2one(related="wizard_id.tariff_id")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    sequence = fields.Integer(default=1000)
    item_id = fields.Many2one(
        comodel_name="customs.declaration.line",
        domain="[('declaration_id', '=', declaration_id)]",
        ondelete="cascade",
        help="Empty: the tax is levied on the whole declaration.",
    )
    tax_code_id = fields.Many2one(
        comodel_name="customs.tax.code",
        string="Tax code",
        domain="[('tariff_id', 'in', [tariff_id, False])]",
    )
    base = fields.Float(digits=(16, 3))
    base_kind = fields.Selection(
        string="Base kind",
        selection=[("value", "Value"), ("quantity", "Quantity")],
        default="value",
    )
    rate = fields.Float(
        digits=(16, 6), help="In percent, unless the kind of rate says otherwise."
    )
    rate_kind = fields.Selection(
        string="Rate kind",
        selection=[
            ("percent", "Percent"),
            ("specific", "Per unit"),
            ("fixed", "Fixed amount"),
        ],
        default="percent",
    )
    rate_text = fields.Char(string="Rate as sent")
    amount_assessed = fields.Monetary(string="Assessed")
    amount_payable = fields.Monetary(
        string="Payable",
        compute="_compute_amount_payable",
        store=True,
        readonly=False,
        precompute=True,
        help="As assessed when the status is payable; less where only a part is owed.",
    )
    status = fields.Selection(selection=TAX_STATUS, default="payable", required=True)
    payment_method = fields.Char(
        string="Payment method", help="As the authority names it."
    )
    amount_before = fields.Monetary(string="Before", compute="_compute_difference")
    difference = fields.Monetary(
        compute="_compute_difference",
        help="Payable now minus payable in the version in force.",
    )

    @api.depends("amount_assessed", "status")
    def _compute_amount_payable(self):
        for line in self:
            owed = line.status == "payable"
            line.amount_payable = line.amount_assessed if owed else 0.0

    @api.depends(
        "amount_payable", "tax_code_id", "item_id", "wizard_id.previous_id", "sequence"
    )
    def _compute_difference(self):
        """Compare with the version in force; a tax that stands twice there once."""
        for wizard, lines in self.grouped("wizard_id").items():
            before = {}
            for tax in wizard.previous_id.line_ids:
                key = (tax.item_number, tax.tax_code_id.id)
                before[key] = before.get(key, 0.0) + tax.amount_payable
            for line in lines:
                key = (line.item_id.number, line.tax_code_id.id)
                line.amount_before = before.pop(key, 0.0)
                line.difference = line.amount_payable - line.amount_before

    @api.onchange("base", "rate", "rate_kind")
    def _onchange_rate(self):
        """Propose the amount of a percentage; the authority's figure goes before."""
        if self._origin.rate != self.rate:
            self.rate_text = False
        if self.base and self.rate and self.rate_kind == "percent":
            self.amount_assessed = self.currency_id.round(self.base * self.rate / 100)

    def _get_recorded_vals(self):
        """Return what ``_record_assessment`` takes of this line."""
        self.ensure_one()
        # an amount without a rate is no amount at 0 %
        no_rate = self.rate_kind == "percent" and not self.rate and self.amount_assessed
        return {
            "item_number": self.item_id.number,
            "tax_code_id": self.tax_code_id.id,
            "base": self.base,
            "base_kind": self.base_kind,
            "rate": None if no_rate else self.rate,
            "rate_kind": False if no_rate else self.rate_kind,
            "rate_text": self.rate_text,
            "amount_assessed": self.amount_assessed,
            "amount_payable": self.amount_payable,
            "status": self.status,
            "payment_method": self.payment_method,
        }
