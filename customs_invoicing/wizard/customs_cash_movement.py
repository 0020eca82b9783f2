from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("deposit_in", "Deposit received from the client"),
    ("deposit_out", "Surplus returned to the client"),
    ("float_out", "Cash handed to staff"),
    ("float_in", "Cash returned by staff"),
]

INCOMING = ("deposit_in", "float_in")


class CustomsCashMovement(models.TransientModel):
    """Money of a client or of a runner, in or out of the bank."""

    _name = "customs.cash.movement"
    _description = "Record Money in or out"
    _check_company_auto = True

    kind = fields.Selection(selection=KINDS, required=True, readonly=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    request_id = fields.Many2one(
        comodel_name="customs.funds.request", readonly=True, check_company=True
    )
    client_id = fields.Many2one(related="request_id.client_id")
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        check_company=True,
        help="The file the cash is for. It may stay empty for cash handed to staff.",
    )
    runner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Staff",
        domain=[("is_company", "=", False)],
        check_company=True,
        help="Contact of the colleague who carries the cash.",
    )
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Bank or cash",
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
        check_company=True,
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency", compute="_compute_currency_id"
    )
    available = fields.Monetary(
        compute="_compute_available",
        help="What is left of the deposit, or of the cash in hand.",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    memo = fields.Char(help="Reference on the statement, or what the cash is for.")
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Entry",
        readonly=True,
        help="Set once posted; confirming again posts nothing.",
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "company_id")
    def _compute_journal_id(self):
        for wizard in self:
            journals = self.env["account.journal"].search(
                [
                    ("company_id", "=", wizard.company_id.id),
                    ("type", "in", ("bank", "cash")),
                ]
            )
            wanted = "cash" if (wizard.kind or "").startswith("float") else "bank"
            wizard.journal_id = (
                wizard.journal_id
                or journals.filtered(lambda j, wanted=wanted: j.type == wanted)[:1]
                or journals[:1]
            )

    @api.depends("kind", "journal_id", "request_id")
    def _compute_currency_id(self):
        """A deposit comes in the journal's currency and goes back in its own."""
        for wizard in self:
            own = wizard.company_id.currency_id
            wizard.currency_id = {
                "deposit_in": wizard.journal_id.currency_id or own,
                "deposit_out": wizard.request_id.held_currency_id or own,
            }.get(wizard.kind, own)

    @api.depends("kind", "request_id", "runner_id")
    def _compute_available(self):
        items = self.env["account.move.line"]
        for wizard in self:
            if wizard.kind == "deposit_out":
                wizard.available = wizard.request_id.amount_left
            elif wizard.kind in ("float_in", "float_out") and wizard.runner_id:
                held = items._get_float_balances(wizard.company_id, wizard.runner_id)
                wizard.available = held.get(wizard.runner_id.id, 0.0)
            else:
                wizard.available = 0.0

    @api.depends("kind", "request_id", "runner_id", "journal_id")
    def _compute_amount(self):
        for wizard in self:
            request = wizard.request_id
            if wizard.kind in ("deposit_out", "float_in"):
                wizard.amount = max(wizard.available, 0.0)
            elif wizard.kind == "deposit_in" and request:
                missing = request.amount
                if request.amount_received:
                    missing -= request.held_currency_id._convert(
                        request.amount_received,
                        request.currency_id,
                        wizard.company_id,
                        wizard.date or fields.Date.context_today(wizard),
                    )
                wizard.amount = request.currency_id._convert(
                    max(missing, 0.0),
                    wizard.currency_id,
                    wizard.company_id,
                    wizard.date or fields.Date.context_today(wizard),
                )
            else:
                wizard.amount = wizard.amount

    # === ACTIONS === #

    def action_confirm(self):
        """Post the movement, once."""
        self.ensure_one()
        if not self.move_id:
            self.move_id = self._post_movement()
        return {"type": "ir.actions.act_window_close"}

    def _post_movement(self):
        request = self.request_id
        if self.kind == "deposit_in":
            return request._receive(self.journal_id, self.date, self.amount)
        if self.kind == "deposit_out":
            return request._return_surplus(self.journal_id, self.date, self.amount)
        return self._post_float()

    def _post_float(self):
        """Hand cash to staff or take it back, in the currency of the company."""
        self.ensure_one()
        self._check_float()
        move_model = self.env["account.move"]
        company, incoming = self.company_id, self.kind in INCOMING
        own = company.currency_id
        bank_currency = self.journal_id.currency_id or own
        sign = 1 if incoming else -1
        label = (
            self.env._("Cash returned by %(name)s", name=self.runner_id.name)
            if incoming
            else self.env._("Cash handed to %(name)s", name=self.runner_id.name)
        )
        common = {
            "name": label,
            "partner_id": self.runner_id.id,
            "customs_declaration_id": self.declaration_id.id,
        }
        bank = move_model._get_customs_bank_account(self.journal_id, incoming)
        lines = [
            {
                **common,
                "account_id": company._get_customs_account("staff_float").id,
                "currency_id": own.id,
                "amount_currency": -sign * self.amount,
                "balance": -sign * self.amount,
            },
            {
                **common,
                "account_id": bank.id,
                "currency_id": bank_currency.id,
                "amount_currency": sign
                * own._convert(self.amount, bank_currency, company, self.date),
                "balance": sign * self.amount,
            },
        ]
        move = move_model._create_customs_entry(
            company,
            "float",
            self.date,
            lines,
            ref=self.memo or label,
            journal_id=self.journal_id.id,
        )
        move._post(soft=False)
        self.env["account.move.line"]._settle_floats(company, self.runner_id)
        return move

    def _check_float(self):
        """Refuse what cannot be posted, before anything is written."""
        company, own = self.company_id, self.company_id.currency_id
        self.env["customs.declaration"]._check_verifier(
            self.env._("post an advance to staff")
        )
        if not self.runner_id:
            raise UserError(self.env._("Choose who of the staff carries the cash."))
        if own.compare_amounts(self.amount, 0.0) <= 0:
            raise UserError(self.env._("Enter an amount above zero."))
        self.runner_id._lock_for_float()
        if self.kind == "float_in":
            self.runner_id._check_float(company, self.amount, self.date)
        self.env["account.move"]._check_customs_period(
            company, self.date, self.journal_id
        )
        currency = self.journal_id.currency_id or own
        problems = company._get_customs_rate_problems(currency)
        if problems:
            raise UserError("\n".join(problems))
