from odoo import api, fields, models

TAX_STATUS = [
    ("payable", "Payable"),
    ("secured", "Secured"),
    ("suspended", "Suspended"),
    ("postponed", "Postponed"),
    ("relieved", "Relieved"),
    ("information", "Information"),
]


class CustomsDutyLine(models.Model):
    """One tax of one item, or of the whole declaration: ours beside the authority's."""

    _name = "customs.duty.line"
    _description = "Customs Duty Line"
    _inherit = ["customs.declaration.part"]
    _order = "declaration_id, sequence, id"

    client_id = fields.Many2one(related="declaration_id.client_id", store=True)
    tariff_currency_id = fields.Many2one(
        related="declaration_id.tariff_currency_id", string="Currency", store=True
    )
    line_id = fields.Many2one(
        comodel_name="customs.declaration.line",
        string="Item",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Empty: the tax is levied on the whole declaration.",
    )
    sequence = fields.Integer(default=10)
    tax_code_id = fields.Many2one(
        string="Tax code",
        comodel_name="customs.tax.code",
        required=True,
        ondelete="restrict",
    )
    tax_kind = fields.Selection(string="Tax kind", related="tax_code_id.kind")

    # What the authority said
    base_assessed = fields.Float(
        string="Base assessed",
        digits=(16, 3),
        help="Value or quantity the authority applied the rate to.",
    )
    base_kind = fields.Selection(
        string="Base kind",
        selection=[("value", "Value"), ("quantity", "Quantity")],
        default="value",
    )
    rate_assessed = fields.Char(
        string="Rate assessed", help="Rate as the authority states it."
    )
    amount_assessed = fields.Monetary(
        string="Assessed", currency_field="tariff_currency_id"
    )
    amount_payable = fields.Monetary(
        string="Payable",
        currency_field="tariff_currency_id",
        help="What is really owed. Suspended and secured amounts are assessed but not "
        "payable.",
    )
    status = fields.Selection(selection=TAX_STATUS, default="payable", required=True)

    # What we expect
    is_calculated = fields.Boolean(
        string="Is calculated",
        help="Off when our tariff has no readable rate for this tax: the expectation "
        "is unknown, not zero.",
    )
    measure_id = fields.Many2one(
        comodel_name="customs.measure", ondelete="restrict", index="btree_not_null"
    )
    base_calculated = fields.Monetary(
        string="Base calculated", currency_field="tariff_currency_id"
    )
    rate_calculated = fields.Char(string="Our rate")
    amount_calculated = fields.Monetary(
        currency_field="tariff_currency_id", string="Expected"
    )
    explanation = fields.Text()

    difference = fields.Monetary(
        compute="_compute_difference",
        store=True,
        currency_field="tariff_currency_id",
        help="Assessed minus expected.",
    )
    has_difference = fields.Boolean(
        string="Has difference", compute="_compute_difference", store=True, index=True
    )

    @api.depends(
        "amount_assessed",
        "amount_calculated",
        "is_calculated",
        "tariff_currency_id",
        "declaration_id.current_assessment_id",
    )
    def _compute_difference(self):
        for line in self:
            currency = line.tariff_currency_id or line.company_id.currency_id
            difference = 0.0
            if line.is_calculated and line.declaration_id.current_assessment_id:
                difference = currency.round(
                    line.amount_assessed - line.amount_calculated
                )
            line.difference = difference
            line.has_difference = not currency.is_zero(difference)

    @api.depends("tax_code_id", "line_id")
    def _compute_display_name(self):
        for record in self:
            item = record.line_id.number
            record.display_name = (
                f"{record.tax_code_id.code} · {item}"
                if item
                else record.tax_code_id.code
            )
