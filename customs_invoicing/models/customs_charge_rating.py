from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import to_float

#: What only rating writes
RATING_FIELDS = {
    "amount_is_default",
    "fee_tariff_id",
    "fee_rule_id",
    "rating_line_id",
    "rating_version",
    "rating_date",
    "rating_inputs",
    "rating_formula",
    "rating_terms",
    "rating_amount",
    "rating_currency_id",
    "rating_price",
    "vendor_rule_id",
    "vendor_amount",
    "vendor_currency_id",
    "amount_rated",
}


class CustomsCharge(models.Model):
    """Where the price of a service comes from, and what vendors may charge."""

    _inherit = "customs.charge"

    fee_tariff_id = fields.Many2one(
        comodel_name="customs.fee.tariff",
        string="Rate card",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Card that rated this service; empty where the price was entered by hand.",
    )
    fee_rule_id = fields.Many2one(
        comodel_name="customs.fee.rule",
        string="Rule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    amount_is_default = fields.Boolean(
        string="Default price",
        readonly=True,
        copy=False,
        help="Nobody entered the price: it is the default of the charge code, until a "
        "rate card gives another one.",
    )
    rating_line_id = fields.Many2one(
        comodel_name="customs.rating.line",
        string="Rating",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    rating_line_ids = fields.One2many(
        comodel_name="customs.rating.line",
        inverse_name="charge_id",
        string="All ratings",
    )
    rating_version = fields.Char(string="Rule and version", readonly=True, copy=False)
    rating_date = fields.Date(
        string="Rating date",
        readonly=True,
        copy=False,
        help="Day on which the rate card applied.",
    )
    rating_inputs = fields.Json(readonly=True, copy=False)
    rating_formula = fields.Text(string="Calculation", readonly=True, copy=False)
    # what the calculation is made of, to say it again in another language
    rating_terms = fields.Json(readonly=True, copy=False)
    rating_currency_id = fields.Many2one(
        comodel_name="res.currency", readonly=True, copy=False
    )
    rating_amount = fields.Monetary(
        string="Rated",
        currency_field="rating_currency_id",
        readonly=True,
        copy=False,
        help="In the currency of the rate card. An invoice in this currency has "
        "exactly this price.",
    )
    rating_price = fields.Monetary(
        string="Rate card price",
        readonly=True,
        copy=False,
        help="What the rate card gave, in the currency of the company.",
    )
    rating_difference = fields.Monetary(
        string="Against rate card",
        compute="_compute_rating_difference",
        store=True,
        help="Price less what the rate card gave; negative: below the card.",
    )
    rating_is_edited = fields.Boolean(
        string="Edited by hand",
        compute="_compute_rating_difference",
        store=True,
        help="The price is not the one of the rate card. Rating again leaves it alone.",
    )
    rating_edit_reason = fields.Char(
        string="Reason of the edit",
        copy=False,
        help="Why the price differs from the rate card.",
    )
    vendor_rule_id = fields.Many2one(
        comodel_name="customs.fee.rule",
        string="Rule of the vendor",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    vendor_currency_id = fields.Many2one(
        comodel_name="res.currency", readonly=True, copy=False
    )
    vendor_amount = fields.Monetary(
        string="Contract price of the vendor",
        currency_field="vendor_currency_id",
        readonly=True,
        copy=False,
    )
    amount_rated = fields.Monetary(
        string="Contract price",
        readonly=True,
        copy=False,
        help="What the rate card of the vendor says this will cost, in the currency of "
        "the company. Bills are checked against it: lines as they are booked, so with "
        "tax where an outlay is passed on with its tax.",
    )

    # === COMPUTE METHODS === #

    @api.depends("amount", "rating_price", "fee_tariff_id")
    def _compute_rating_difference(self):
        for record in self:
            difference = 0.0
            if record.fee_tariff_id and record.currency_id:
                difference = record.currency_id.round(
                    record.amount - record.rating_price
                )
            record.rating_difference = difference
            record.rating_is_edited = bool(difference)

    # === EDITING BY HAND === #

    @api.model
    def _get_derived_names(self):
        return super()._get_derived_names() | RATING_FIELDS

    def _check_derived(self, vals):
        """What rating found is nobody's to write; nor can it be made up on creation."""
        result = super()._check_derived(vals)
        written = {name for name in RATING_FIELDS & set(vals) if vals[name]}
        if self:
            written = RATING_FIELDS & set(vals)
        if written and not self.env.su:
            raise UserError(
                self.env._(
                    "%(field)s of a charge comes from the rate card and cannot be "
                    "written. Change the price itself, with a reason.",
                    field=self._fields[min(written)]._description_string(self.env),
                )
            )
        return result

    def write(self, vals):
        known = {"customs_rating", "customs_from_order"} & set(self.env.context)
        if "amount" in vals and not known:
            self._check_edit_reason(vals)
        result = super().write(vals)
        if "amount" in vals:
            # sudo: the mark is nobody's to write, it goes with the default price
            self.sudo().filtered("amount_is_default").amount_is_default = False
        return result

    def _check_edit_reason(self, vals):
        """A price of the rate card is only changed with a reason."""
        for record in self:
            currency = record.currency_id
            before, after = record.amount, vals["amount"] or 0.0
            if (
                not record.fee_tariff_id
                or not currency.compare_amounts(after, before)
                or not currency.compare_amounts(after, record.rating_price)
            ):
                continue
            reason = vals.get("rating_edit_reason", record.rating_edit_reason)
            if not (reason or "").strip():
                raise UserError(
                    self.env._(
                        "%(charge)s of %(declaration)s is priced by %(rule)s at "
                        "%(price)s. To charge %(amount)s instead, enter the reason of "
                        "the edit.",
                        charge=record.name,
                        declaration=record.declaration_id.name,
                        rule=record.rating_version or record.fee_tariff_id.name,
                        price=currency.format(record.rating_price),
                        amount=currency.format(after),
                    )
                )

    # === ACTIONS === #

    def action_why_this_price(self):
        """Show the rule, its inputs and the calculation of the price."""
        self.ensure_one()
        line = self.rating_line_id
        if not line:
            raise UserError(
                self.env._(
                    "%(charge)s was not rated: its price was entered by hand.",
                    charge=self.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why this price"),
            "res_model": line._name,
            "res_id": line.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "large", "customs_charge_id": self.id},
        }

    def _is_on_invoice(self):
        """Whether a draft or posted invoice has something of the charge."""
        self.ensure_one()
        return not (
            self.currency_id.is_zero(self.amount_billed)
            and self.currency_id.is_zero(self.amount_in_draft)
        )

    # === INVOICING === #

    def _is_priced_in_card_currency(self):
        """Whether an invoice takes the price from the currency of the rate card."""
        return (
            bool(self.rating_currency_id)
            and self.rating_currency_id != self.currency_id
            and not self.rating_is_edited
        )

    def _get_fee_terms(self):
        """Return ``(currency, price)`` of the charge where that is not our currency.

        :return: nothing for a price in the currency of the company
        """
        self.ensure_one()
        is_priced = self.rating_amount and self._is_priced_in_card_currency()
        if self.nature == "service" and is_priced:
            return self.rating_currency_id, self.rating_amount
        return ()

    def _count_fees(self, lines):
        """Count prices of drafts in the currency of the charge, and what they bill.

        Whatever a price is worth on the day of an invoice, as much of the charge is
        billed as was billed of its price.

        :param lines: those of the charge on drafts that are posted now
        """
        self.ensure_one()
        currency, price = self._get_fee_terms()
        posted = self.move_line_ids.filtered(
            lambda line: (
                line.parent_state == "posted" and line.move_id._bills_client()
            )
        )
        fees, billed = posted._sum_customs_fee(currency), self.amount_billed
        for line in lines:
            fee = line._customs_count_fee(currency, price - fees)
            fees = currency.round(fees + fee)
            if not line._is_customs_mirror():
                amount = self.amount * fees / price - billed
                if amount * fee <= 0:
                    amount = self.amount * fee / price
                sign = -1 if line.move_id.move_type == "out_refund" else 1
                line.customs_amount = sign * self.currency_id.round(amount)
            billed += line._get_customs_billed()

    def _get_open_fee(self):
        """Return what is open of the rated price, in the currency of the card.

        All of it, or what invoices have not billed of it yet: a price that was rated
        anew bills exactly the difference.
        """
        self.ensure_one()
        currency = self.rating_currency_id
        if not self.currency_id.compare_amounts(self.amount, self.amount_to_bill):
            return self.rating_amount
        # sudo: whoever bills may lack the right to other items
        lines = self.sudo().move_line_ids.filtered(
            lambda line: (
                line.parent_state in ("draft", "posted")
                and line.move_id._bills_client()
            )
        )
        billed = sum(line._get_customs_fee_billed(currency) for line in lines)
        return currency.round(self.rating_amount - billed)

    def _get_invoice_price(self, invoice):
        """Convert the price of the rate card, not its value of another day."""
        self.ensure_one()
        if not self._is_priced_in_card_currency():
            return super()._get_invoice_price(invoice)
        return self.rating_currency_id._convert(
            self._get_open_fee(),
            invoice.currency_id,
            self.company_id,
            invoice.invoice_date or fields.Date.context_today(self),
        )

    def _prepare_invoice_line_vals(self, invoice):
        vals = super()._prepare_invoice_line_vals(invoice)
        if self._is_priced_in_card_currency():
            sign = -1 if invoice.move_type == "out_refund" else 1
            vals["customs_fee_amount"] = sign * self._get_open_fee()
            vals["customs_fee_currency_id"] = self.rating_currency_id.id
        return vals

    # === VENDORS === #

    def _prepare_vendor_price(self, outcome):
        """Return what the charge holds of the contract price of its vendor.

        The expected cost follows, unless somebody entered another one.
        """
        self.ensure_one()
        price = to_float(outcome.price)
        vals = {
            "vendor_rule_id": outcome.rule.id,
            "vendor_currency_id": outcome.tariff.currency_id.id,
            "vendor_amount": to_float(outcome.fee_amount),
            "amount_rated": price,
        }
        if not self.payee_id and self.kind == "third_party":
            vals["payee_id"] = outcome.tariff.vendor_id.id
        if self._has_rated_cost():
            vals["cost_expected"] = price
        return vals

    def _prepare_no_vendor_price(self):
        self.ensure_one()
        vals = {
            "vendor_rule_id": False,
            "vendor_currency_id": False,
            "vendor_amount": 0.0,
            "amount_rated": 0.0,
        }
        if self._has_rated_cost():
            vals["cost_expected"] = 0.0
        return vals

    def _has_rated_cost(self):
        """Whether the expected cost is ours and nobody entered another one."""
        self.ensure_one()
        return self.nature in ("own_cost", "service") and (
            not self.cost_expected
            or not self.currency_id.compare_amounts(
                self.cost_expected, self.amount_rated
            )
        )

    def _filter_contract(self, vendor, role):
        """Return the charges a vendor has a contract price for.

        :param role: ``service``, what is our own cost; ``disbursement``, what is paid
            for the client
        """
        natures = ("disbursement", "recharge")
        if role == "service":
            natures = ("own_cost", "service")
        company = vendor.commercial_partner_id
        return self.filtered(
            lambda charge: (
                charge.nature in natures
                and charge.vendor_rule_id
                and charge._get_contract_vendor() == company
            )
        )

    def _get_contract_vendor(self):
        """Return whose rate card has the contract price of the charge."""
        # sudo: rules and vendors of rate cards are no secret of a bill
        return self.sudo().vendor_rule_id.tariff_id.vendor_id.commercial_partner_id
