import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: What posted items rest on
FIXED_ONCE_USED = {"kind", "company_id", "account_id"}

#: What decides which files an account is for
RECOGNISED_BY = {"number", "holder_id", "company_id", "kind", "active"}

#: Type of the ledger account of each kind
LEDGER_TYPES = {"deferment": "liability_payable", "cash": "asset_current"}


class CustomsPaymentAccount(models.Model):
    """A deferment account, cash account or guarantee at an authority."""

    _name = "customs.payment.account"
    _description = "Customs Payment Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "company_id, sequence, number, id"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True

    name = fields.Char(required=True, help="For example: Deferment, our own.")
    number = fields.Char(
        required=True,
        index="trigram",
        tracking=True,
        help="As it stands in box 48 and on the authority's statements.",
    )
    number_key = fields.Char(
        compute="_compute_number_key", store=True, precompute=True, index=True
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=[
            ("deferment", "Deferment account"),
            ("cash", "Customs cash account"),
            ("guarantee", "Guarantee"),
        ],
        required=True,
        default="deferment",
        help="A deferment account is debited once per period, a cash account is paid "
        "in before, a guarantee covers what is not owed yet.",
    )
    holder_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        index=True,
        default=lambda self: self.env.company.partner_id,
        check_company=True,
        tracking=True,
        help="Who answers for the account: we, our client or our broker.",
    )
    is_ours = fields.Boolean(
        string="Ours",
        compute="_compute_is_ours",
        store=True,
        precompute=True,
        help="We hold the account: its charges are booked and its balance is known.",
    )
    authority_id = fields.Many2one(
        comodel_name="res.partner",
        check_company=True,
        help="Contact that is owed, or holds, the money of the account.",
    )
    account_id = fields.Many2one(
        comodel_name="account.account",
        string="Ledger account",
        check_company=True,
        domain="[('account_type', '=', ledger_type), ('reconcile', '=', True)]",
        tracking=True,
        help="Empty: the company's account for deferment or customs cash.",
    )
    ledger_type = fields.Char(compute="_compute_ledger_type")
    note = fields.Html(string="Notes")

    # === LIMITS === #

    limit_amount = fields.Monetary(
        string="Limit",
        tracking=True,
        help="Most that may be open on the account. Empty: no limit.",
    )
    guarantee_amount = fields.Monetary(
        string="Guarantee",
        tracking=True,
        help="Amount of the guarantee behind the account, where it has one.",
    )
    low_balance = fields.Monetary(
        string="Low balance",
        help="Warn when less money than this is left. Empty: warn at zero.",
    )
    warn_percent = fields.Float(
        string="Warn at (%)",
        default=80.0,
        help="Warn when this part of the limit is used.",
    )
    on_limit = fields.Selection(
        selection=[("warn", "Warn"), ("block", "Block")],
        string="At the limit",
        required=True,
        default="warn",
        help="Block: no declaration is lodged and no assessment posted that the "
        "account cannot bear.",
    )

    # === LETTER OF AUTHORITY === #

    letter_reference = fields.Char(
        string="Letter of authority",
        tracking=True,
        help="Permission of the holder that others may use the account, or of the "
        "authority to run it.",
    )
    letter_date_from = fields.Date(string="Valid from", tracking=True)
    letter_date_to = fields.Date(string="Valid to", tracking=True)
    letter_warning = fields.Char(
        string="Problem of the letter", compute="_compute_letter_warning"
    )

    _number_unique = models.UniqueIndex(
        "(company_id, number_key) WHERE active",
        "A customs account with this number exists already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("number")
    def _compute_number_key(self):
        for record in self:
            record.number_key = _normalise(record.number)

    @api.depends("holder_id.commercial_partner_id", "company_id.partner_id")
    def _compute_is_ours(self):
        for record in self:
            us = record.company_id.partner_id.commercial_partner_id
            record.is_ours = record.holder_id.commercial_partner_id == us

    @api.depends("kind")
    def _compute_ledger_type(self):
        for record in self:
            record.ledger_type = LEDGER_TYPES.get(record.kind, "asset_current")

    @api.depends("number", "name")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.number or ''} {record.name or ''}".strip()

    @api.depends("letter_reference", "letter_date_from", "letter_date_to", "is_ours")
    def _compute_letter_warning(self):
        today = fields.Date.context_today(self)
        for record in self:
            problems = record._get_letter_problems(today, soon=True)
            record.letter_warning = " ".join(problems) or False

    # === CONSTRAINTS === #

    @api.constrains("limit_amount", "guarantee_amount", "low_balance", "warn_percent")
    def _check_amounts(self):
        for record in self:
            amounts = (record.limit_amount, record.guarantee_amount, record.low_balance)
            if min(amounts) < 0 or not 0 <= record.warn_percent <= 100:
                raise ValidationError(
                    self.env._(
                        "%(account)s: amounts cannot be negative, and the warning is "
                        "between 0 and 100 %% of the limit.",
                        account=record.display_name,
                    )
                )

    @api.constrains("letter_date_from", "letter_date_to")
    def _check_letter_dates(self):
        for record in self:
            first, last = record.letter_date_from, record.letter_date_to
            if first and last and last < first:
                raise ValidationError(
                    self.env._(
                        "%(account)s: the letter of authority ends before it begins.",
                        account=record.display_name,
                    )
                )

    @api.constrains("kind", "account_id")
    def _check_ledger(self):
        for record in self:
            ledger, wanted = record.account_id, LEDGER_TYPES.get(record.kind)
            if not ledger or not wanted:
                continue
            if ledger.account_type != wanted or not ledger.reconcile:
                raise ValidationError(
                    self.env._(
                        "%(ledger)s cannot be the ledger account of %(account)s: a "
                        "deferment account needs a payable account, a cash account a "
                        "current asset that can be reconciled.",
                        ledger=ledger.display_name,
                        account=record.display_name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._refresh_files(accounts.company_id)
        return accounts

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        self._refresh_files(companies)
        return result

    def write(self, vals):
        fixed = FIXED_ONCE_USED & set(vals)
        changing = self.filtered(lambda r: any(r._differs(n, vals[n]) for n in fixed))
        used = changing._get_used()
        if used:
            raise UserError(
                self.env._(
                    "%(account)s carries journal items, so its kind, company and "
                    "ledger account cannot change. Archive it and make another.",
                    account=used[0].display_name,
                )
            )
        result = super().write(vals)
        if RECOGNISED_BY & set(vals):
            self._refresh_files(self.company_id)
        return result

    @api.model
    def _refresh_files(self, companies):
        """Let the open files with a number in box 48, or a plan, look it up again."""
        self.env["customs.declaration"]._refresh_payments(
            [
                ("company_id", "in", companies.ids),
                "|",
                ("payment_account", "!=", False),
                ("payment_plan", "!=", False),
            ]
        )

    def _differs(self, name, value):
        field = self._fields[name]
        current = self[name].id if field.relational else self[name]
        return (current or False) != (value or False)

    def _get_used(self):
        """Return those that journal items carry."""
        if not self:
            return self
        # sudo: items of any company and journal count
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [("customs_payment_account_id", "in", self.ids)],
                ["customs_payment_account_id"],
            )
        )
        used = {account.id for (account,) in groups}
        return self.filtered(lambda record: record.id in used)

    # === LOOK-UPS === #

    @api.model
    def _get_by_number(self, declarations):
        """Return ``{declaration: account}`` of the numbers in their box 48.

        One query for any number of files; an archived account is found too, so that it
        can be said.
        """
        keys = {record: _normalise(record.payment_account) for record in declarations}
        wanted = list(set(filter(None, keys.values())))
        if not wanted:
            return {}
        accounts = self.with_context(active_test=False).search(
            [
                ("company_id", "in", declarations.company_id.ids),
                ("number_key", "in", wanted),
            ],
            order="active, id",
        )
        found = {(each.company_id.id, each.number_key): each for each in accounts}
        by_file = {
            record: found.get((record.company_id.id, key))
            for record, key in keys.items()
        }
        return {record: account for record, account in by_file.items() if account}

    def _get_ledger_account(self):
        """Return the ledger account of our deferment or cash account."""
        self.ensure_one()
        role = "customs_cash" if self.kind == "cash" else "deferment_payable"
        return self.account_id or self.company_id._get_customs_account(role)

    def _get_ledger_problems(self):
        """Return a sentence when the account cannot be booked on."""
        self.ensure_one()
        if self.kind not in LEDGER_TYPES:
            return []
        try:
            self._get_ledger_account()
        except UserError as error:
            return [str(error)]
        return []

    # === LETTER === #

    def _get_letter_problems(self, day, soon=False):
        """Return sentences on the letter of authority on a day.

        A client's account may only be used with its permission; whoever holds the
        account, a letter that was entered must be valid.

        :param soon: also say that it ends within a month
        """
        self.ensure_one()
        names = {"account": self.display_name, "letter": self.letter_reference or "–"}
        first, last = self.letter_date_from, self.letter_date_to
        if not self.letter_reference:
            if self.is_ours:
                return []
            return [
                self.env._(
                    "%(account)s is held by %(holder)s and no letter of authority is "
                    "on file for it.",
                    holder=self.holder_id.display_name,
                    **names,
                )
            ]
        if last and last < day:
            return [
                self.env._(
                    "Letter of authority %(letter)s for %(account)s ended.", **names
                )
            ]
        if first and first > day:
            return [
                self.env._(
                    "Letter of authority %(letter)s for %(account)s is not valid yet.",
                    **names,
                )
            ]
        if soon and last and last <= fields.Date.add(day, months=1):
            return [
                self.env._(
                    "Letter of authority %(letter)s for %(account)s ends soon.",
                    **names,
                )
            ]
        return []


def _normalise(number):
    """Return an account number without blanks and punctuation, in capitals."""
    return re.sub(r"[\W_]+", "", number or "").upper() or False
