from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomsFundsRequest(models.Model):
    """What the amount asked for is made of, and where it is paid to.

    Kept as it was when the client was asked: what is expected changes later.
    """

    _inherit = "customs.funds.request"

    breakdown = fields.Json(
        compute="_compute_breakdown", store=True, precompute=True, copy=False
    )
    breakdown_text = fields.Text(
        string="What it is made of",
        compute="_compute_breakdown_text",
        help="As printed on the request.",
    )
    bank_account_id = fields.Many2one(
        comodel_name="res.partner.bank",
        string="Paid to",
        compute="_compute_bank_account_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain="[('partner_id.ref_company_ids', 'in', company_id)]",
        help="Our account on the request. Proposed: the first one in its currency.",
    )

    @api.depends("declaration_id", "currency_id")
    def _compute_bank_account_id(self):
        for record in self:
            record.bank_account_id = record._propose_bank_account()

    def _propose_bank_account(self):
        """Return the account chosen, else ours in the currency, else our first."""
        self.ensure_one()
        banks = self.company_id.partner_id.bank_ids.filtered(
            lambda bank: not bank.company_id or bank.company_id == self.company_id
        )
        fitting = banks.filtered(lambda bank: bank.currency_id == self.currency_id)
        plain = banks.filtered(lambda bank: not bank.currency_id)
        kept = self.bank_account_id & banks
        return (kept or fitting or plain or banks)[:1]

    def _get_paid_to(self):
        """Return our account that the client is told to pay to.

        An account that was entered after the request was made is told as well.
        """
        self.ensure_one()
        request = self.sudo()  # sudo: the account is on the print, whoever prints it
        return request.bank_account_id or request._propose_bank_account()

    def _has_services(self):
        """Whether services of ours are part of what is asked."""
        self.ensure_one()
        numbers = [row["id"] for row in self.breakdown or [] if row["kind"] == "charge"]
        # sudo: a paper says what it lists, whoever prints it
        charges = self.env["customs.charge"].sudo().browse(numbers).exists()
        return "service" in charges.mapped("nature")

    @api.depends("declaration_id", "currency_id")
    def _compute_breakdown(self):
        for record in self:
            if record.move_line_ids or record.date_sent:
                record.breakdown = record.breakdown
            elif record.declaration_id and record.currency_id:
                record.breakdown = record._get_breakdown()
            else:
                record.breakdown = False

    @api.depends("breakdown", "amount", "currency_id")
    @api.depends_context("lang")
    def _compute_breakdown_text(self):
        for record in self:
            record.breakdown_text = "\n".join(
                f"{text}: {record.currency_id.format(amount)}"
                for text, amount in record._get_breakdown_lines()
            )

    def _get_breakdown(self):
        """Return rows ``{kind, id, amount}`` in the currency of the request."""
        self.ensure_one()
        declaration = self.declaration_id
        rows = [
            {"kind": "tax", "id": tax.id, "amount": amount}
            for tax, amount in declaration._get_tax_needs().items()
        ]
        rows += [
            {"kind": "charge", "id": charge.id, "amount": charge.amount_to_bill}
            for charge in declaration._get_deposit_charges()
        ]
        rows += [
            {"kind": "request", "id": request.id, "amount": -asked}
            for request, asked in self._get_earlier_requests().items()
        ]
        company, day = self.company_id, self.date or fields.Date.context_today(self)
        own = company.currency_id
        for row in rows:
            row["amount"] = own._convert(row["amount"], self.currency_id, company, day)
        return [row for row in rows if not self.currency_id.is_zero(row["amount"])]

    def _get_earlier_requests(self):
        """Return ``{request: amount}`` asked before, in company currency."""
        self.ensure_one()
        company = self.declaration_id.company_id
        day = self.date or fields.Date.context_today(self)
        return {
            request: request.currency_id._convert(
                request.amount, company.currency_id, company, day
            )
            for request in self.declaration_id.funds_request_ids._origin - self._origin
            if request.state != "cancelled"
        }

    def _get_breakdown_lines(self):
        """Return ``[(text, amount)]`` as printed; together they are what is asked."""
        self.ensure_one()
        lines = [
            (self._get_breakdown_text(row), row["amount"])
            for row in self.breakdown or []
        ]
        rest = self.currency_id.round(
            self.amount - sum(amount for _text, amount in lines)
        )
        if lines and not self.currency_id.is_zero(rest):
            text = (
                self.env._("Added as agreed") if rest > 0 else self._get_words_of_less()
            )
            lines.append((text, rest))
        return lines

    def _get_words_of_less(self):
        """Say why less is asked than is expected: most often it is within a limit."""
        self.ensure_one()
        # sudo: limits are for managers
        client = self.client_id.commercial_partner_id.sudo()
        limit = client.with_company(self.company_id).customs_duty_limit_applied
        if self.company_id.currency_id.is_zero(limit):
            return self.env._("Not asked for in advance")
        return self.env._("Covered by your credit limit")

    def _get_breakdown_text(self, row):
        model, name = {
            "tax": ("customs.tax.code", "display_name"),
            "charge": ("customs.charge", "name"),
            "request": ("customs.funds.request", "name"),
        }[row["kind"]]
        # sudo: a paper names what it lists, whoever prints it
        text = self.env[model].sudo().browse(row["id"]).exists()[name] or ""
        if row["kind"] == "request":
            return self.env._("Asked for before (%(number)s)", number=text)
        return text

    def action_propose_amount(self):
        """Propose the amount again, from what is expected by now."""
        for record in self:
            if record.move_line_ids or record.date_sent:
                raise UserError(
                    self.env._(
                        "%(name)s was sent, or paid already. Make another request for "
                        "what is missing.",
                        name=record.name,
                    )
                )
            record.amount = record._get_proposed_amount()
            record.breakdown = record._get_breakdown()
        return True
