from odoo import api, fields, models

#: What a line bills, besides its price
BILLED_FIELDS = (
    "customs_charge_id",
    "customs_amount",
    "customs_fee_amount",
    "customs_fee_currency_id",
    "customs_fee_period_id",
)


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
        values["customs_amount"] = self.customs_amount
        if self.customs_fee_amount:
            values["customs_fee_amount"] = self.customs_fee_amount
            values["customs_fee_currency_id"] = self.customs_fee_currency_id.id
        return result

    # === PRICES OF RATE CARDS === #

    def _sum_customs_fee(self, currency):
        return sum(line._get_customs_fee_billed(currency) for line in self)

    def _get_customs_fee_billed(self, currency):
        """Return what the line bills of a rated price; negative on a credit note."""
        self.ensure_one()
        if self.company_currency_id.is_zero(self.balance):
            return 0.0
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
        of_customs = self.customs_charge_id or self.customs_fee_period_id
        if not of_customs or not self.customs_fee_amount:
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

    def _is_customs_mirror(self):
        """Whether the line gives back exactly what a line of its invoice billed."""
        self.ensure_one()
        move = self.move_id
        original = move.reversed_entry_id
        if move.currency_id != original.currency_id:
            return False
        return any(
            all(self[name] == line[name] for name in BILLED_FIELDS)
            and not move.currency_id.compare_amounts(
                self.amount_currency, -line.amount_currency
            )
            for line in original.invoice_line_ids
        )

    def _costs_customs_price(self, day):
        """Whether the line costs what it says that it bills."""
        self.ensure_one()
        move = self.move_id
        amount, currency = self.customs_amount, self.company_currency_id
        if self.customs_fee_amount:
            amount, currency = self.customs_fee_amount, self.customs_fee_currency_id
        price = currency._convert(amount, move.currency_id, move.company_id, day)
        factor = self.quantity * (1 - (self.discount or 0.0) / 100)
        gap = abs(price - self.price_unit * factor)
        return move.currency_id.compare_amounts(gap, move.currency_id.rounding) <= 0

    def _customs_drop_claims(self, day):
        """Forget what lines claim to bill where they cost something else.

        Only we know what a line was priced from. What was written from outside has to
        agree with the price, or counts no more than a price typed by hand.
        """
        for line in self.filtered(
            lambda li: li.customs_amount or li.customs_fee_amount
        ):
            if line.move_id.reversed_entry_id:
                is_true = line._is_customs_mirror()
            else:
                is_true = line._costs_customs_price(day)
            if not is_true:
                line.write({"customs_amount": 0.0, "customs_fee_amount": 0.0})

    def _customs_drop_foreign_fees(self):
        """Forget prices in a currency that nothing billed is priced in."""
        for line in self.filtered("customs_fee_amount"):
            if line.move_id.reversed_entry_id and line._is_customs_mirror():
                continue
            terms = line._get_customs_terms()
            if not terms or terms[0] != line.customs_fee_currency_id:
                line.write({"customs_amount": 0.0, "customs_fee_amount": 0.0})

    def _get_customs_terms(self):
        """Return ``(currency, price)`` of what the line bills, as the card has it.

        :return: nothing where the price is one in the company's currency
        """
        self.ensure_one()
        if charge := self.customs_charge_id:
            return charge._get_fee_terms()
        period = self.customs_fee_period_id
        return (period.fee_currency_id, period.amount) if period else ()

    def _get_customs_fee_client_problem(self):
        """Return a sentence when somebody is billed a fee that is not his.

        It is its client's, or the payer's of its client, or goes back to who had it.
        """
        self.ensure_one()
        period, move = self.customs_fee_period_id, self.move_id
        posted = period.move_line_ids.filtered(lambda li: li.parent_state == "posted")
        known = period.client_id | period._get_payer() | posted.move_id.partner_id
        if move.commercial_partner_id in known.commercial_partner_id:
            return ""
        return self.env._(
            "%(fee)s belongs to %(client)s and cannot be billed to %(partner)s.",
            fee=period.display_name,
            client=period._get_payer().display_name,
            partner=move.partner_id.display_name,
        )

    def _customs_count_fee(self, currency, left):
        """Count the line in the currency of the rate card, typed by hand or not.

        :param left: what the card leaves open, in its currency
        :return: what the line bills
        """
        self.ensure_one()
        fee = self._get_customs_fee_billed(currency)
        if self.customs_fee_amount:
            return fee
        if abs(fee - left) <= currency.rounding:
            fee = left  # the currency of the invoice cannot express it
        sign = -1 if self.move_id.move_type == "out_refund" else 1
        self.write(
            {"customs_fee_amount": sign * fee, "customs_fee_currency_id": currency.id}
        )
        return fee

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
