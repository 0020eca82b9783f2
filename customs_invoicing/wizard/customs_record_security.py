from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.customs_security import REASONS

OPERATIONS = [
    ("lodge", "Lodge"),
    ("release", "Release"),
    ("convert", "Convert"),
    ("forfeit", "Forfeit"),
]

WAYS = [
    ("bank", "Bank"),
    ("cash", "Customs cash account"),
    ("deferment", "Deferment account"),
    ("payable", "On the holder's notice"),
]


class CustomsRecordSecurity(models.TransientModel):
    """Lodging a security, and what becomes of it."""

    _name = "customs.record.security"
    _description = "Record a Customs Security"

    operation = fields.Selection(
        selection=OPERATIONS, required=True, default="lodge", readonly=True
    )
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration", readonly=True, required=True
    )
    company_id = fields.Many2one(related="declaration_id.company_id")
    currency_id = fields.Many2one(
        related="declaration_id.tariff_currency_id", string="Currency"
    )
    kind = fields.Selection(
        selection=[("cash", "Money deposited"), ("guarantee", "Guarantee used")],
        required=True,
        default="cash",
    )
    way = fields.Selection(
        selection=WAYS,
        string="Through",
        required=True,
        default="bank",
        help="How the money goes to the holder, or comes back.",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Bank",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
    )
    account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Customs account",
        domain="[('company_id', '=', company_id), ('kind', '=', account_kind)]",
    )
    account_kind = fields.Char(compute="_compute_account_kind", string="Account kind")
    date_due = fields.Date(string="Due date", help="Of the holder's notice.")
    payee_id = fields.Many2one(
        comodel_name="res.partner",
        string="Held by",
        compute="_compute_payee_id",
        store=True,
        readonly=False,
        help="The authority, or the carrier for a container deposit.",
    )
    reference = fields.Char(help="Number of the receipt or of the notice.")
    reason = fields.Selection(selection=REASONS, default="provisional")
    condition = fields.Text(string="Condition of release")
    date_expiry = fields.Date(string="Expires on")
    line_ids = fields.One2many(
        comodel_name="customs.record.security.line",
        inverse_name="wizard_id",
        string="Amounts",
    )
    amount_total = fields.Monetary(string="Total", compute="_compute_amount_total")
    is_recorded = fields.Boolean(string="Recorded", readonly=True)

    # === OPENING === #

    @api.model
    def _open(self, operation, declaration=None, securities=None):
        """Return the action that opens the wizard with its proposal."""
        files = securities.declaration_id if securities else declaration
        if len(files) > 1:
            raise UserError(
                self.env._("Choose securities of one declaration at a time.")
            )
        wizard = self.create(
            {
                "operation": operation,
                "declaration_id": files.id,
                "line_ids": [
                    Command.create(vals)
                    for vals in self._prepare_lines(operation, files, securities)
                ],
                **self._prepare_defaults(files, securities),
            }
        )
        labels = dict(self._fields["operation"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("%(operation)s a security", operation=labels[operation]),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _prepare_lines(self, operation, declaration, securities):
        if not securities:
            return [
                {"tax_code_id": tax.id, "amount": amount}
                for tax, amount in declaration._get_amounts_to_secure()
            ]
        planned = operation == "lodge"
        return [
            {
                "security_id": security.id,
                "tax_code_id": security.tax_code_id.id,
                "amount": security.amount if planned else security.amount_open,
            }
            for security in securities
            if planned or security.amount_open > 0
        ]

    @api.model
    def _prepare_defaults(self, files, securities):
        journal = files.company_id._get_only_bank_journal()
        if not securities:
            return {"journal_id": journal.id}
        first = securities[:1]
        return {
            "journal_id": journal.id,
            "kind": first.kind,
            "payee_id": first.payee_id.id,
            "reference": first.reference,
            "reason": first.reason,
            "condition": first.condition,
            "date_expiry": first.date_expiry,
            "account_id": first.account_id.id,
        }

    # === COMPUTE METHODS === #

    @api.depends("declaration_id")
    def _compute_payee_id(self):
        for wizard in self:
            wizard.payee_id = wizard.payee_id or wizard.declaration_id.authority_id

    @api.depends("line_ids.amount")
    def _compute_amount_total(self):
        for wizard in self:
            wizard.amount_total = sum(wizard.line_ids.mapped("amount"))

    @api.depends("kind", "way")
    def _compute_account_kind(self):
        for wizard in self:
            is_guarantee = wizard.kind == "guarantee"
            wizard.account_kind = "guarantee" if is_guarantee else wizard.way

    # === CHECKS === #

    def _check(self, posting=True):
        """Check everything before anything is written."""
        problems = self._get_amount_problems()
        if posting and self.kind == "cash":
            self.env["customs.declaration"]._check_verifier(
                self.env._("book a security")
            )
            if self.operation in ("lodge", "release"):
                problems += self._get_way_problems()
        if self.kind == "guarantee":
            problems += self._get_guarantee_problems()
        if posting and not problems:
            problems += self._get_limit_problems()
        if self.operation == "lodge" and not self.payee_id:
            problems.append(self.env._("Choose who holds the security."))
        problems += self.company_id._get_customs_rate_problems(self.currency_id)
        if problems:
            raise UserError("\n".join(problems))

    def _get_amount_problems(self):
        problems = []
        compare = self.currency_id.compare_amounts
        if not self.line_ids:
            problems.append(self.env._("Enter the amount of the security."))
        for line in self.line_ids:
            name = line.security_id.name or line.tax_code_id.display_name or ""
            if compare(line.amount, 0) <= 0:
                problems.append(
                    self.env._("%(name)s: Enter an amount above zero.", name=name)
                )
            elif self.operation == "lodge" and line.security_id.amount_lodged:
                problems.append(self.env._("%(name)s is lodged already.", name=name))
            elif (
                self.operation != "lodge"
                and compare(line.amount, line.security_id.amount_open) > 0
            ):
                problems.append(
                    self.env._(
                        "%(name)s: %(amount)s is more than the %(held)s that are held.",
                        name=name,
                        amount=self.currency_id.format(line.amount),
                        held=self.currency_id.format(line.security_id.amount_open),
                    )
                )
        return problems

    def _get_way_problems(self):
        if self.way == "bank" and not self.journal_id:
            return [self.env._("Choose the bank.")]
        if self.way in ("cash", "deferment") and self.account_id.kind != self.way:
            return [
                self.env._(
                    "Choose the customs account: %(way)s.",
                    way=dict(self._fields["way"]._description_selection(self.env))[
                        self.way
                    ].lower(),
                )
            ]
        if self.operation == "release" and self.way == "deferment":
            return [
                self.env._("A security comes back to the bank or the cash account.")
            ]
        return []

    def _get_limit_problems(self):
        """Refuse what a guarantee, deferment or cash account cannot bear."""
        is_charged = self.kind == "guarantee" or self.way in ("cash", "deferment")
        if self.operation != "lodge" or not is_charged:
            return []
        amount = self.declaration_id._to_company_currency(self.amount_total)
        return self.account_id._get_bearing_problems(amount)

    def _get_guarantee_problems(self):
        problems = []
        if self.account_id.kind != "guarantee":
            problems.append(self.env._("Choose the guarantee that is used."))
        if self.operation in ("convert", "forfeit"):
            problems.append(
                self.env._(
                    "A guarantee is no money to convert: pay the debt as usual and "
                    "release the guarantee."
                )
            )
        return problems

    # === ACTIONS === #

    def action_plan(self):
        """Keep the securities as planned; nothing is booked."""
        self.ensure_one()
        self._check(posting=False)
        self._get_securities()
        return self.declaration_id.action_view_securities()

    def action_record(self):
        """Book the operation, or note the use of a guarantee."""
        self.ensure_one()
        close = {"type": "ir.actions.act_window_close"}
        if self.is_recorded:  # pressed twice is recorded once
            return close
        self._check()
        self.declaration_id._lock_for_money()
        self._check()  # what another request changed before we had the lock
        self.is_recorded = True
        securities = self._get_securities()
        amounts = dict(zip(securities, self.line_ids.mapped("amount"), strict=True))
        if self.kind == "guarantee":
            if self.operation == "release":
                for security, amount in amounts.items():
                    security.amount_freed += amount
        elif self.operation == "convert":
            securities._convert_to_debt(self.date, amounts)
        elif self.operation == "forfeit":
            securities._forfeit(self.date, amounts)
        else:
            book = securities._lodge if self.operation == "lodge" else None
            book = book or securities._release
            book(self.date, amounts, self._get_counterpart(), **self._get_move_vals())
        return close

    def _get_securities(self):
        """Return the securities of the lines in their order; create the new ones."""
        securities = self.env["customs.security"]
        for line in self.line_ids:
            if not line.security_id:
                line.security_id = securities.create(self._prepare_security_vals(line))
            elif self.operation == "lodge" and line.amount != line.security_id.amount:
                line.security_id.amount = line.amount
            securities += line.security_id
        return securities

    def _prepare_security_vals(self, line):
        return {
            "declaration_id": self.declaration_id.id,
            "kind": self.kind,
            "payee_id": self.payee_id.id,
            "tax_code_id": line.tax_code_id.id,
            "reference": self.reference,
            "date": self.date,
            "amount": line.amount,
            "reason": self.reason,
            "condition": self.condition,
            "date_expiry": self.date_expiry,
            "account_id": self.kind == "guarantee" and self.account_id.id,
        }

    def _get_move_vals(self):
        if self.way in ("cash", "deferment"):
            return {"customs_payment_account_id": self.account_id.id}
        return {}

    def _get_counterpart(self):
        """Return account and partner of the other side."""
        company, declaration = self.company_id, self.declaration_id
        payee = self.payee_id
        if self.way == "bank":
            account = self.env["account.move"]._get_customs_bank_account(
                self.journal_id, incoming=self.operation == "release"
            )
            return {"account_id": account.id, "partner_id": payee.id}
        if self.way in ("cash", "deferment"):
            is_cash = self.way == "cash"
            holder = (is_cash and declaration.client_id) or payee
            return {
                "account_id": self.account_id._get_ledger_account().id,
                "partner_id": holder.id,
                "customs_declaration_id": declaration.id,
                "customs_security_id": self.line_ids[:1].security_id.id,
                "customs_payment_account_id": self.account_id.id,
                "date_maturity": not is_cash
                and self.account_id._get_due_date(self.date),
            }
        if payee == declaration.authority_id:
            account = company._get_customs_account("authority_payable")
        else:
            account = payee.with_company(company).property_account_payable_id
        return {
            "account_id": account.id,
            "partner_id": payee.id,
            "customs_declaration_id": declaration.id,
            "customs_security_id": self.line_ids[:1].security_id.id,
            "date_maturity": self.date_due or self.date,
        }
