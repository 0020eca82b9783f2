from odoo import api, fields, models

from ..tools import to_decimal
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

    @api.model
    def _sum_to_post(self, assessments, rated):
        """Return ``[(a line that stands for others, base, amount)]`` of versions.

        Lines that differ in nothing that matters for posting are summed by the
        database: the items of a declaration may be many. Lines where nothing is owed
        or self-accounted are left out.

        :param rated: tax codes whose lines are kept apart by their rate
        """
        anything = [
            ("assessment_id", "in", assessments._origin.ids),
            "|",
            "&",
            ("status", "=", "postponed"),
            ("amount_assessed", "!=", 0),
            "&",
            ("status", "!=", "postponed"),
            ("amount_payable", "!=", 0),
        ]
        keys = ["assessment_id", "tax_code_id", "status"]
        rates = ["rate_kind", "rate", "rate_text"]
        found = []
        for operator, extra in (("not in", []), ("in", rates)):
            if operator == "in" and not rated:
                continue
            groups = self._read_group(
                [*anything, ("tax_code_id", operator, rated.ids)],
                [*keys, *extra],
                ["id:min", "base:sum", "amount_assessed:sum", "amount_payable:sum"],
                order="id:min",
            )
            found += [row[-4:] for row in groups]
        lines = self.browse([line_id for line_id, *_sums in found])  # read at once
        return [
            (line, base, assessed if line.status == "postponed" else payable)
            for line, (_id, base, assessed, payable) in zip(lines, found, strict=True)
        ]

    def _get_way(self, charge):
        """Return how an amount of this line is posted, see ``Target``.

        Nothing for a memo: what others pay, or a client's postponed VAT. An amount
        without a charge is open.
        """
        self.ensure_one()
        if self.status == "postponed":
            return "postponed" if charge and charge._is_own_import_vat() else ""
        if charge and charge._is_paid_by_others():
            return ""
        pending = (
            charge
            and charge._is_own_import_vat()
            and charge.declaration_id.vat_evidence == "certificate"
        )
        return "pending" if pending else "debt"

    def _reports_base(self, rate, way):
        """Whether posting this import VAT reports its base in the VAT return.

        What awaits its evidence is reported with it; a tax that is the whole price
        reports none.
        """
        self.ensure_one()
        tax = self.company_id._find_customs_import_vat_tax(rate, way == "postponed")
        return way != "pending" and (not tax or tax._get_customs_vat_way() != "only")

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
        company = self.company_id
        taxes = (
            company.customs_import_vat_tax_ids | company.customs_postponed_vat_tax_ids
        )
        known = taxes.mapped("amount")
        candidates = [round(raw, 4), round(raw * 100, 4)]
        return next((rate for rate in candidates if rate in known), candidates[0])

    def _get_rate_words(self):
        """Return the assessed rate in words an officer knows."""
        self.ensure_one()
        if self.rate_kind not in ("percent", "specific"):
            return self.rate_text
        rate = f"{to_decimal(self.rate):f}"
        return f"{rate} %" if self.rate_kind == "percent" else rate

    def _get_recorded_vals(self):
        """Return what a version recorded by hand says in this line."""
        self.ensure_one()
        return {
            "item_number": self.item_number,
            "tax_code_id": self.tax_code_id.id,
            "base": self.base,
            "base_kind": self.base_kind,
            "rate": self.rate,
            "rate_kind": self.rate_kind,
            "rate_text": self.rate_text,
            "amount_assessed": self.amount_assessed,
            "amount_payable": self.amount_payable,
            "status": self.status,
            "payment_method": self.payment_method,
        }

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
