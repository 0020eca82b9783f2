from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import format_date


class CustomsFeePeriod(models.Model):
    """A fee for all files of a client in a month, billed once."""

    _name = "customs.fee.period"
    _description = "Fee of a Month"
    _order = "month desc, client_id, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    client_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    bill_to_id = fields.Many2one(
        comodel_name="res.partner",
        string="Billed to",
        compute="_compute_bill_to_id",
        help="Who was billed already; else who pays our services by the billing "
        "profile of the client.",
    )
    fee_rule_id = fields.Many2one(
        comodel_name="customs.fee.rule",
        string="Rule",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    fee_tariff_id = fields.Many2one(
        related="fee_rule_id.tariff_id", string="Rate card", store=True
    )
    charge_code_id = fields.Many2one(
        related="fee_rule_id.charge_code_id", string="Charge code", store=True
    )
    month = fields.Date(required=True, readonly=True, index=True)
    month_name = fields.Char(string="Month of the fee", compute="_compute_month_name")
    file_count = fields.Integer(
        string="Files",
        readonly=True,
        help="Files of the client registered in the month, lodged at least.",
    )
    version = fields.Char(string="Rule and version", readonly=True)
    formula = fields.Text(string="Calculation", readonly=True)
    inputs = fields.Json(readonly=True)
    fee_currency_id = fields.Many2one(
        related="fee_tariff_id.currency_id", string="Currency of the card"
    )
    amount = fields.Monetary(
        string="Fee", currency_field="fee_currency_id", readonly=True
    )
    amount_billed = fields.Monetary(
        string="Billed",
        currency_field="fee_currency_id",
        compute="_compute_billed",
        help="On draft and posted invoices, in the currency of the card.",
    )
    difference = fields.Monetary(
        string="To bill",
        currency_field="fee_currency_id",
        compute="_compute_billed",
        search="_search_difference",
        help="Fee less what is billed: files that came later change it.",
    )
    state = fields.Selection(
        selection=[
            ("open", "To bill"),
            ("billed", "Billed"),
            ("different", "Count changed"),
        ],
        compute="_compute_billed",
    )
    move_line_ids = fields.One2many(
        comodel_name="account.move.line", inverse_name="customs_fee_period_id"
    )

    _key_unique = models.Constraint(
        "UNIQUE(company_id, client_id, fee_rule_id, month)",
        "The client has this fee for the month already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_month_name(self):
        for record in self:
            record.month_name = format_date(
                record.env, record.month, date_format="MMMM yyyy"
            )

    @api.depends("client_id.name", "charge_code_id.name", "month_name")
    def _compute_display_name(self):
        for record in self:
            record.display_name = " · ".join(
                [
                    record.charge_code_id.name or "",
                    record.client_id.name or "",
                    record.month_name or "",
                ]
            )

    @api.depends("client_id", "charge_code_id", "move_line_ids.parent_state")
    def _compute_bill_to_id(self):
        # sudo: who bills fees may lack the right to other items
        lines = self.sudo().move_line_ids.filtered(
            lambda line: line.parent_state in ("draft", "posted")
        )
        billed = lines.sorted("id").grouped("customs_fee_period_id")
        for record in self:
            last = billed.get(record._origin.sudo(), lines[:0])[-1:]
            record.bill_to_id = (
                last.move_id.partner_id.sudo(False) or record._get_payer()
            )

    def _get_payer(self):
        """Return who pays the fee as agreed."""
        self.ensure_one()
        # sudo: clients are billed as agreed, whoever bills
        record = self.sudo()
        profile = record.company_id._get_customs_billing_profile(record.client_id)
        payer = profile and profile._get_payer_of(
            record.charge_code_id, self.env["customs.tax.code"]
        )
        return (payer or record.client_id).sudo(False)

    @api.depends(
        "amount",
        "move_line_ids.parent_state",
        "move_line_ids.customs_fee_amount",
        "move_line_ids.balance",
    )
    def _compute_billed(self):
        # sudo: who bills fees may lack the right to other items
        lines = self.env["account.move.line"].sudo()
        found = lines.search(
            [
                ("customs_fee_period_id", "in", self._origin.ids),
                ("parent_state", "in", ("draft", "posted")),
            ]
        ).grouped("customs_fee_period_id")
        for record in self:
            currency = record.fee_currency_id
            own = found.get(record._origin, lines)
            posted = own.filtered(lambda line: line.parent_state == "posted")
            billed = posted._sum_customs_fee(currency)
            amounts = [line._get_customs_fee_billed(currency) for line in own - posted]
            draft = sum(amount for amount in amounts if amount > 0)
            credit = sum(amount for amount in amounts if amount < 0)
            record.difference = record._get_amount_to_bill(billed, draft, credit)
            # as far as it is taken off
            excess = max(0.0, billed + draft - record.amount)
            billed += draft + max(credit, -excess)
            record.amount_billed = billed
            if currency and currency.compare_amounts(record.amount, billed):
                record.state = "different" if own else "open"
            else:
                record.state = "billed" if own else "open"

    def _get_amount_to_bill(self, billed, draft, credit):
        """Return what is open, as with a charge.

        A draft credit note only counts against what was billed too much, and a draft
        that bills too much is to be changed, not credited.

        :param billed: on posted invoices and credit notes
        :param draft: on draft invoices
        :param credit: on draft credit notes, negative
        """
        self.ensure_one()
        currency = self.fee_currency_id
        if not currency:
            return 0.0
        remaining = currency.round(self.amount - billed - draft)
        if remaining >= 0:
            return remaining
        left = min(0.0, currency.round(remaining - credit))
        return max(left, min(0.0, currency.round(self.amount - billed)))

    def _get_billing_problem(self, amount, billed):
        """Return why an amount may not be billed (or credited), else nothing.

        :param amount: in the currency of the card, negative for a credit note
        :param billed: what is billed with it
        """
        self.ensure_one()
        currency = self.fee_currency_id
        excess = billed - self.amount
        if amount > 0 and currency.compare_amounts(excess, 0.0) > 0:
            return self.env._(
                "%(fee)s: %(amount)s more would be billed than the fee. Change the "
                "price, or delete the draft and bill the fee again.",
                fee=self.display_name,
                amount=currency.format(excess),
            )
        if amount < 0 and currency.compare_amounts(billed, 0.0) < 0:
            return self.env._(
                "%(fee)s: %(amount)s more would be credited than was billed.",
                fee=self.display_name,
                amount=currency.format(-billed),
            )
        return ""

    def _count_fees(self, lines):
        """Count what lines of drafts bill of the fee, in the currency of the card.

        :param lines: those of the fee on drafts that are posted now
        :return: why they may not be posted, or nothing
        """
        self.ensure_one()
        currency = self.fee_currency_id
        posted = self.move_line_ids.filtered(lambda li: li.parent_state == "posted")
        before = billed = posted._sum_customs_fee(currency)
        for line in lines:
            left = self.amount - billed
            billed = currency.round(billed + line._customs_count_fee(currency, left))
        return self._get_billing_problem(billed - before, billed)

    def _search_difference(self, operator, value):
        """Support ``!= 0`` and ``= 0``."""
        if operator not in ("=", "!=") or value:
            return NotImplemented
        records = self.search([("company_id", "in", self.env.companies.ids)])
        found = records.filtered(
            lambda record: not record.fee_currency_id.is_zero(record.difference)
        )
        return [("id", "in" if operator == "!=" else "not in", found.ids)]

    # === BILLING === #

    def action_create_invoices(self):
        """Create one draft invoice, or credit note, per payer for what is open."""
        self.env["account.move"].check_access("create")
        self._lock()
        open_fees = self.filtered(
            lambda fee: not fee.fee_currency_id.is_zero(fee.difference)
        )
        if not open_fees:
            raise UserError(
                self.env._(
                    "Nothing is open to bill of these fees. Count the month again if "
                    "files came later."
                )
            )
        moves = self.env["account.move"]
        for company, fees in open_fees.grouped("company_id").items():
            groups = fees.grouped(lambda fee: (fee.bill_to_id, fee.difference < 0))
            vals_list = [own._prepare_invoice_vals() for own in groups.values()]
            drafts = moves.with_company(company).create(vals_list)
            for move, own in zip(drafts, groups.values(), strict=True):
                own._add_to_invoice(move)
            moves |= drafts
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action.update(
            domain=[("id", "in", moves.ids)],
            context={"default_move_type": "out_invoice"},
        )
        return action

    def _lock(self):
        self.env.flush_all()
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()

    def _prepare_invoice_vals(self):
        payer = self.bill_to_id
        currency = payer.customs_billing_currency_id or self.fee_currency_id[:1]
        return {
            "move_type": "out_refund" if self[:1].difference < 0 else "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": payer.id,
            "currency_id": currency.id,
            "invoice_origin": ", ".join(
                sorted({f"{month:%Y-%m}" for month in self.mapped("month")})
            ),
        }

    def _add_to_invoice(self, invoice):
        """Add what is open of these fees to a draft invoice of the client."""
        lines = [
            Command.create(fee._prepare_invoice_line_vals(invoice))
            for fee in self
            if not fee.fee_currency_id.is_zero(fee.difference)
        ]
        if lines:
            invoice.write({"invoice_line_ids": lines})

    def _prepare_invoice_line_vals(self, invoice):
        self.ensure_one()
        sign = -1 if invoice.move_type == "out_refund" else 1
        amount = sign * self.difference
        price = self.fee_currency_id._convert(
            amount,
            invoice.currency_id,
            self.company_id,
            invoice.invoice_date or fields.Date.context_today(self),
        )
        lang = invoice.partner_id.lang
        translated = self.with_context(lang=lang)
        charge = translated.charge_code_id
        return {
            "name": translated.env._(
                "%(charge)s, %(month)s: %(count)s files",
                charge=charge.name,
                month=translated.month_name,
                count=self.file_count,
            ),
            "product_id": charge.product_id.id,
            "quantity": 1,
            "price_unit": price,
            "customs_fee_period_id": self.id,
            "customs_fee_amount": amount,
            "customs_fee_currency_id": self.fee_currency_id.id,
        }

    @api.model
    def _add_to_monthly(self, invoices):
        """Add fees of months that are over to the monthly invoices of their payers.

        Each fee goes on one invoice.
        """
        clients = invoices.partner_id | invoices.customs_declaration_ids.client_id
        found = self.search(
            [
                ("company_id", "in", invoices.company_id.ids),
                ("client_id", "in", clients.commercial_partner_id.ids),
            ]
        )
        found._lock()
        left = found.filtered(
            lambda fee: fee.fee_currency_id.compare_amounts(fee.difference, 0) > 0
        )
        for invoice in invoices:
            day = invoice.invoice_date or fields.Date.context_today(self)
            own = left.filtered(
                lambda fee, move=invoice, day=day: (
                    fee.company_id == move.company_id
                    and fee.bill_to_id.commercial_partner_id
                    == move.commercial_partner_id
                    and fields.Date.end_of(fee.month, "month") <= day
                )
            )
            own._add_to_invoice(invoice)
            left -= own

    # === ACTIONS === #

    def action_view_files(self):
        """Open the files that count."""
        self.ensure_one()
        last = fields.Date.end_of(self.month, "month")
        files = self._find_files(self.company_id, self.month, last).filtered(
            lambda file: file.client_id.commercial_partner_id == self.client_id
        )
        return files._get_open_action()

    def action_view_invoices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        # sudo: who bills fees may lack the right to other items
        moves = self.sudo().move_line_ids.move_id
        action.update(
            domain=[("id", "in", moves.ids)],
            context={"default_move_type": "out_invoice"},
        )
        return action
