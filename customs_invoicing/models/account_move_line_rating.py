from odoo import api, fields, models


class AccountMoveLine(models.Model):
    """Prices of rate cards on invoices, contract prices on vendors' bills."""

    _inherit = "account.move.line"

    customs_fee_currency_id = fields.Many2one(
        comodel_name="res.currency", string="Currency of the rate card", copy=False
    )
    customs_fee_amount = fields.Monetary(
        string="Price of the rate card",
        currency_field="customs_fee_currency_id",
        copy=False,
        help="What the line bills, in the currency of the rate card. Empty once the "
        "price was changed by hand.",
    )
    customs_fee_period_id = fields.Many2one(
        comodel_name="customs.fee.period",
        string="Fee of a period",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
    )
    customs_contract_price = fields.Monetary(
        string="Contract price",
        currency_field="currency_id",
        compute="_compute_customs_contract",
        help="What the rate card of the vendor leaves for this line, other bills taken "
        "off.",
    )
    customs_contract_difference = fields.Monetary(
        string="Above contract",
        currency_field="currency_id",
        compute="_compute_customs_contract",
        help="Billed less the contract price.",
    )

    def write(self, vals):
        by_hand = {"price_unit", "quantity", "discount"} & set(vals)
        if by_hand and not self.env.context.get("customs_reprice"):
            vals = {**vals, "customs_fee_amount": 0.0}
        return super().write(vals)

    def _copy_data_extend_business_fields(self, values):
        """A credit note gives back what the invoice billed of a rated price."""
        result = super()._copy_data_extend_business_fields(values)
        values["customs_fee_period_id"] = self.customs_fee_period_id.id
        if self.customs_fee_amount:
            values["customs_amount"] = self.customs_amount
            values["customs_fee_amount"] = self.customs_fee_amount
            values["customs_fee_currency_id"] = self.customs_fee_currency_id.id
        return result

    # === PRICES OF RATE CARDS === #

    def _get_customs_fee_billed(self, currency):
        """Return what the line bills of a rated price; negative on a credit note."""
        self.ensure_one()
        sign = -1 if self.balance > 0 else 1
        if self.customs_fee_amount and self.customs_fee_currency_id == currency:
            return sign * abs(self.customs_fee_amount)
        day = self.move_id.invoice_date or self.date
        return self.company_currency_id._convert(
            -self.balance, currency, self.company_id, day
        )

    def _get_customs_billed(self):
        """Return what the line bills of its charge, as the charge counts it.

        A price in another currency than the company's is worth something else every
        day; the charge is billed all the same.
        """
        self.ensure_one()
        if self.customs_fee_amount and self.customs_amount:
            sign = -1 if self.balance > 0 else 1
            return sign * abs(self.customs_amount)
        return -self.balance

    def _customs_reprice_fee(self, day):
        """Bring the line to its rated price at the rate of a day.

        :return: whether it has one
        """
        self.ensure_one()
        if not self.customs_fee_amount:
            return False
        move = self.move_id
        price = self.customs_fee_currency_id._convert(
            self.customs_fee_amount, move.currency_id, move.company_id, day
        )
        self._customs_set_price(price)
        return True

    def _customs_set_price(self, price):
        """Let the whole line cost a price, with the quantity and discount it has."""
        self.ensure_one()
        currency = self.move_id.currency_id
        factor = self.quantity * (1 - (self.discount or 0.0) / 100)
        if factor and currency.compare_amounts(price, self.price_unit * factor):
            self.with_context(customs_reprice=True).price_unit = price / factor

    # === CONTRACT PRICES OF VENDORS === #

    @api.depends("customs_charge_id.vendor_amount", "price_subtotal", "move_id")
    def _compute_customs_contract(self):
        self.customs_contract_price = 0.0
        self.customs_contract_difference = 0.0
        checked = self.move_id.filtered(lambda move: move.is_purchase_document())
        for line, (price, difference) in checked._get_customs_contract().items():
            if line in self:
                line.customs_contract_price = price
                line.customs_contract_difference = difference

    def _is_under_customs_contract(self):
        """Whether the vendor of the bill has a contract price for the charge."""
        self.ensure_one()
        vendor = self.customs_charge_id._get_contract_vendor()
        return (
            bool(vendor)
            and self.display_type == "product"
            and vendor == self.move_id.commercial_partner_id
        )

    def _to_contract_currency(self, currency):
        """Return what the line bills, negative on a refund, in another currency."""
        self.ensure_one()
        move = self.move_id
        sign = -1 if move.move_type == "in_refund" else 1
        return self.currency_id._convert(
            sign * self.price_subtotal,
            currency,
            move.company_id,
            move.invoice_date or fields.Date.context_today(self),
        )

    def _share_contract(self, charge, before):
        """Return ``{line: (contract price, difference)}`` of one bill's charge.

        :param before: what other bills had of the charge, in contract currency
        """
        move = self.move_id
        if move.move_type == "in_refund":
            # what is given back was billed before; nothing of it is too much
            return {line: (line.price_subtotal, 0.0) for line in self}
        currency, result = move.currency_id, {}
        left = charge.vendor_currency_id._convert(
            max(charge.vendor_amount - before, 0.0),
            currency,
            move.company_id,
            move.invoice_date or fields.Date.context_today(self),
        )
        for line in self:
            is_last = line == self[-1:]
            price = left if is_last else min(left, line.price_subtotal)
            left = currency.round(left - price)
            result[line] = (price, currency.round(line.price_subtotal - price))
        return result
