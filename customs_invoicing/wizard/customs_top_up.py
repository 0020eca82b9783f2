from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomsTopUp(models.TransientModel):
    """Pay money into a customs cash account, or take it back."""

    _name = "customs.top.up"
    _description = "Top Up a Customs Cash Account"
    _check_company_auto = True

    account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Customs account",
        required=True,
        check_company=True,
        domain=[("kind", "=", "cash"), ("is_ours", "=", True)],
    )
    company_id = fields.Many2one(related="account_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    balance = fields.Monetary(related="account_id.balance", string="Money left")
    amount_pledged = fields.Monetary(
        related="account_id.amount_pledged", string="Pledged to open files"
    )
    direction = fields.Selection(
        selection=[
            ("top_up", "Pay into the account"),
            ("repayment", "The authority repaid us"),
        ],
        required=True,
        default="top_up",
    )
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Bank",
        required=True,
        check_company=True,
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('type', 'in', ('bank', 'cash', 'credit'))]",
        help="Bank or cash journal the money comes from or goes to.",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    amount = fields.Monetary(required=True)
    reference = fields.Char(
        help="Reference the authority asks for, so that it finds the account."
    )
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Entry",
        readonly=True,
        help="Set once posted; confirming again opens it.",
    )

    @api.depends("account_id")
    def _compute_journal_id(self):
        for record in self:
            company = record.account_id.company_id
            record.journal_id = (
                company._get_customs_bank_journal() if company else record.journal_id
            )

    def action_confirm(self):
        """Post the entry in the bank journal, once, and open it."""
        self.ensure_one()
        self.env["customs.declaration"]._check_verifier(
            self.env._("post payments to a customs account")
        )
        if not self.move_id:
            self._check()
            self.move_id = self._create_move()
            self.move_id._post(soft=False)
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "form",
            "views": [(False, "form")],
            "res_id": self.move_id.id,
        }

    def _check(self):
        """Raise for whatever the entry cannot be posted with."""
        account, currency = self.account_id, self.currency_id
        problems = []
        if account.kind != "cash" or not account.is_ours:
            problems.append(
                self.env._(
                    "%(account)s is no customs cash account of ours.",
                    account=account.display_name,
                )
            )
        if currency.compare_amounts(self.amount, 0) <= 0:
            problems.append(self.env._("Enter an amount above zero."))
        if (
            self.direction == "repayment"
            and currency.compare_amounts(self.amount, account.balance) > 0
        ):
            problems.append(
                self.env._(
                    "%(account)s holds %(balance)s only.",
                    account=account.display_name,
                    balance=currency.format(account.balance),
                )
            )
        foreign = self.journal_id.currency_id
        if foreign and foreign != currency:
            problems.append(
                self.env._(
                    "%(journal)s is in %(foreign)s. Choose a journal in %(own)s.",
                    journal=self.journal_id.display_name,
                    foreign=foreign.name,
                    own=currency.name,
                )
            )
        if problems:
            raise UserError("\n".join(problems))

    def _create_move(self):
        """Return the draft entry: money from the bank to the account, or back."""
        account = self.account_id
        moves = self.env["account.move"]
        incoming = self.direction == "repayment"
        amount = -self.amount if incoming else self.amount
        label = self.reference or account.display_name
        common = {"name": label, "partner_id": account.authority_id.id}
        lines = [
            {
                **common,
                "account_id": account._get_ledger_account().id,
                "balance": amount,
                "customs_payment_account_id": account.id,
            },
            {
                **common,
                "account_id": moves._get_customs_bank_account(
                    self.journal_id, incoming=incoming
                ).id,
                "balance": -amount,
            },
        ]
        return moves._create_customs_entry(
            account.company_id,
            "top_up",
            self.date,
            lines,
            journal_id=self.journal_id.id,
            ref=label,
        )
