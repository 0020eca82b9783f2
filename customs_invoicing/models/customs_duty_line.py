from odoo import api, fields, models

from ..engine.differences import (
    EXCHANGE_RATE,
    EXTRA,
    MISSING,
    ORIGIN,
    QUANTITY,
    RATE,
    ROUNDING,
    UNKNOWN,
    VALUE,
    Figures,
    cause_of_difference,
)
from ..tools import to_decimal

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

    client_id = fields.Many2one(
        related="declaration_id.client_id", store=True, precompute=True
    )
    tariff_currency_id = fields.Many2one(
        related="declaration_id.tariff_currency_id",
        string="Currency",
        store=True,
        precompute=True,
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
    payable_calculated = fields.Monetary(
        string="Expected to pay",
        currency_field="tariff_currency_id",
        help="Expected without what is suspended, secured or relieved.",
    )
    status_calculated = fields.Selection(string="Expected status", selection=TAX_STATUS)
    explanation = fields.Text()
    calculation_id = fields.Many2one(
        comodel_name="customs.calculation",
        ondelete="set null",
        index="btree_not_null",
        help="Holds the measure, the values and the exchange rates that were used, as "
        "they were then.",
    )

    difference = fields.Monetary(
        compute="_compute_difference",
        store=True,
        precompute=True,
        currency_field="tariff_currency_id",
        help="Assessed minus expected.",
    )
    has_difference = fields.Boolean(
        string="Has difference",
        compute="_compute_difference",
        store=True,
        precompute=True,
        index=True,
    )
    difference_cause = fields.Selection(
        string="Likely cause",
        selection=[
            (RATE, "Rate"),
            (VALUE, "Value"),
            (EXCHANGE_RATE, "Exchange rate"),
            (ORIGIN, "Origin"),
            (QUANTITY, "Quantity"),
            (ROUNDING, "Rounding"),
            (EXTRA, "Tax we do not know"),
            (MISSING, "Tax not assessed"),
            (UNKNOWN, "Not clear"),
        ],
        compute="_compute_difference",
        store=True,
        precompute=True,
        help="What most likely made the authority's figure another than ours.",
    )
    difference_words = fields.Char(
        string="What to look at",
        compute="_compute_difference",
        store=True,
        precompute=True,
    )

    @api.depends(
        "amount_assessed",
        "amount_calculated",
        "base_assessed",
        "base_calculated",
        "rate_assessed",
        "rate_calculated",
        "is_calculated",
        "tariff_currency_id",
        "declaration_id.current_assessment_id",
    )
    def _compute_difference(self):
        rates = None
        for line in self:
            currency = line.tariff_currency_id or line.company_id.currency_id
            declaration = line.declaration_id
            difference = 0.0
            if line.is_calculated and declaration.current_assessment_id:
                difference = currency.round(
                    line.amount_assessed - line.amount_calculated
                )
            line.difference = difference
            line.has_difference = not currency.is_zero(difference)
            is_extra = not line.is_calculated and not line.measure_id
            cause = None
            if line.has_difference or (is_extra and line.amount_assessed):
                if rates is None:
                    rates = self.declaration_id._get_invoice_rates()
                cause = line._get_difference_cause(*rates[declaration.id])
            line.difference_cause = cause.code if cause else False
            line.difference_words = cause.words if cause else False

    def _get_difference_cause(self, our_rate, their_rate):
        """Return the engine's proposal why the authority's amount is not ours.

        :param our_rate: customs exchange rate of our own tables, ``None`` if unknown
        :param their_rate: the one the declaration states
        """
        self.ensure_one()
        currency = self.tariff_currency_id
        ours = theirs = None
        if self.is_calculated:
            ours = Figures(
                amount=to_decimal(self.amount_calculated),
                base=to_decimal(self.base_calculated) or None,
                rate_text=self.rate_calculated or "",
                exchange_rate=our_rate,
            )
        if self.amount_assessed or self.rate_assessed:
            base = to_decimal(self.base_assessed, 3) or None
            is_value = self.base_kind == "value"
            theirs = Figures(
                amount=to_decimal(self.amount_assessed),
                base=base if is_value else None,
                quantity=None if is_value else base,
                rate_text=self.rate_assessed or "",
                exchange_rate=their_rate,
            )
        return cause_of_difference(
            ours, theirs, currency.name or "", to_decimal(currency.rounding)
        )

    @api.depends("tax_code_id", "line_id")
    def _compute_display_name(self):
        for record in self:
            item = record.line_id.number
            record.display_name = (
                f"{record.tax_code_id.code} · {item}"
                if item
                else record.tax_code_id.code
            )
