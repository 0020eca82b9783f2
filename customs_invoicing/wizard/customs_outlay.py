from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

SOURCES = [
    ("bank", "Bank or cash"),
    ("customs_cash", "Customs cash account"),
    ("float", "Cash of a colleague"),
]


class CustomsOutlay(models.TransientModel):
    """What we paid for files: from the bank, a cash account or a runner's cash."""

    _name = "customs.outlay"
    _description = "Record Outlays"
    _check_company_auto = True

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    source = fields.Selection(
        selection=SOURCES, string="Paid from", required=True, default="bank"
    )
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Bank or cash",
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('type', 'in', ('bank', 'cash', 'credit')),"
        " ('company_id', '=', company_id)]",
        check_company=True,
    )
    payment_account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Customs cash account",
        domain="[('kind', '=', 'cash'), ('company_id', '=', company_id)]",
        check_company=True,
    )
    runner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Staff",
        domain=[("is_company", "=", False)],
        check_company=True,
        help="Who paid from the cash handed out before.",
    )
    float_balance = fields.Monetary(
        string="Cash in hand",
        compute="_compute_float_balance",
        currency_field="company_currency_id",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency", compute="_compute_currency_id"
    )
    reference = fields.Char(
        help="Number of the payment or of the liquidation. Found again on the entry."
    )
    line_ids = fields.One2many(
        comodel_name="customs.outlay.line", inverse_name="outlay_id", string="Receipts"
    )
    amount_total = fields.Monetary(string="Total", compute="_compute_amount_total")
    own_cost_total = fields.Monetary(
        string="Not billed as disbursements", compute="_compute_amount_total"
    )
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Entry",
        readonly=True,
        help="Set once recorded; confirming again opens it.",
    )

    # === COMPUTE METHODS === #

    @api.depends("company_id", "source")
    def _compute_journal_id(self):
        for wizard in self:
            journal = wizard.journal_id or self.env["account.journal"].search(
                [("company_id", "=", wizard.company_id.id), ("type", "=", "bank")],
                limit=1,
            )
            wizard.journal_id = journal if wizard.source == "bank" else False

    @api.depends("runner_id", "company_id", "source")
    def _compute_float_balance(self):
        for wizard in self:
            runner = wizard.runner_id if wizard.source == "float" else False
            held = (
                self.env["account.move.line"]._get_float_balances(
                    wizard.company_id, runner
                )
                if runner
                else {}
            )
            wizard.float_balance = held.get(wizard.runner_id.id, 0.0)

    @api.depends("journal_id", "company_id", "source")
    def _compute_currency_id(self):
        for wizard in self:
            journal = wizard.journal_id if wizard.source == "bank" else False
            wizard.currency_id = (
                journal and journal.currency_id or wizard.company_id.currency_id
            )

    @api.depends("line_ids.amount", "line_ids.is_disbursement")
    def _compute_amount_total(self):
        for wizard in self:
            own = wizard.line_ids.filtered(
                lambda line: not line.is_disbursement
                and line.declaration_id.capacity != "own"
            )
            wizard.amount_total = sum(wizard.line_ids.mapped("amount"))
            wizard.own_cost_total = sum(own.mapped("amount"))

    # === ACTIONS === #

    def action_record(self):
        """Post one entry for all receipts and open it."""
        self.ensure_one()
        move = self._record()
        return move.get_formview_action()

    def _record(self):
        """Check everything, then post the outlays in one entry, once."""
        self.ensure_one()
        if self.move_id:
            return self.move_id
        self._check()
        declarations = self.line_ids.declaration_id
        declarations._lock_for_money()
        self.line_ids._check_receipts(self._get_balances())
        if self.source == "float":
            self.runner_id._lock_for_float()
        balances = self._get_balances()
        total = sum(balances.values())
        if self.source == "float":
            self.runner_id._check_float(self.company_id, total, self.date)
        charges = self._get_charges()
        items = [
            line._prepare_item(charges[line], balances[line]) for line in self.line_ids
        ]
        move = self.env["account.move"]._create_customs_entry(
            self.company_id,
            "outlay",
            self.date,
            items + self._prepare_credits(balances),
            ref=self.reference or self.env._("Outlays"),
        )
        self._carry_attachments(move)
        move._post(soft=False)
        if self.source == "float":
            self.env["account.move.line"]._settle_floats(
                self.company_id, self.runner_id
            )
        self.move_id = move
        return move

    def _check(self):
        declarations = self.env["customs.declaration"]
        declarations._check_verifier(self.env._("record outlays"))
        missing = {
            "bank": not self.journal_id
            and self.env._("Choose the bank or cash journal that paid."),
            "customs_cash": not self.payment_account_id
            and self.env._("Choose the customs cash account that paid."),
            "float": not self.runner_id and self.env._("Choose who of the staff paid."),
        }[self.source]
        if missing:
            raise UserError(missing)
        self.line_ids._check()
        self.env["account.move"]._check_customs_period(self.company_id, self.date)
        problems = self.company_id._get_customs_rate_problems(self.currency_id)
        if problems:
            raise UserError("\n".join(problems))
        if self.source == "customs_cash":
            self.payment_account_id._check_limit(
                {self.payment_account_id: sum(self._get_balances().values())},
                self.line_ids.declaration_id,
            )

    # === JOURNAL ITEMS === #

    def _get_balances(self):
        """Return ``{line: amount in the currency of the company}``."""
        company = self.company_id
        return {
            line: self.currency_id._convert(
                line.amount, company.currency_id, company, self.date
            )
            for line in self.line_ids
        }

    def _get_charges(self):
        """Return ``{line: the charge it belongs to, empty for costs of ours}``.

        An open charge with the same code and payee is used again.
        """
        charge_model = self.env["customs.charge"]
        charges = dict.fromkeys(self.line_ids, charge_model)
        known, missing = {}, {}
        for line in self.line_ids.filtered("is_disbursement"):
            key = (line.declaration_id, line.charge_code_id, line.payee_id)
            charge = known.get(key) or line.declaration_id._find_outlay_charge(
                line.charge_code_id, line.payee_id
            )
            known[key] = charge
            if not charge:
                missing.setdefault(key, line)
        created = charge_model.create(
            [
                file._prepare_outlay_charge(code, payee, line.name)
                for (file, code, payee), line in missing.items()
            ]
        )
        known.update(zip(missing, created, strict=True))
        for line in self.line_ids.filtered("is_disbursement"):
            key = (line.declaration_id, line.charge_code_id, line.payee_id)
            charges[line] = known[key]
        return charges

    def _prepare_credits(self, balances):
        """Return the values of what paid: the bank in one sum, others per file."""
        label = self.reference or self.env._("Outlays")
        if self.source == "bank":
            return [self._prepare_bank_credit(label, sum(balances.values()))]
        by_file = defaultdict(float)
        for line, balance in balances.items():
            by_file[line.declaration_id] += balance
        return [
            {
                "name": label,
                "balance": -balance,
                "customs_declaration_id": declaration.id,
                **self._prepare_source(declaration),
            }
            for declaration, balance in by_file.items()
        ]

    def _prepare_source(self, declaration):
        """Return account and partner of cash at customs or in hand."""
        if self.source == "float":
            account = self.company_id._get_customs_account("staff_float")
            return {"account_id": account.id, "partner_id": self.runner_id.id}
        own = declaration.capacity == "own"
        partner = declaration.authority_id if own else declaration.client_id
        return {
            "account_id": self.payment_account_id._get_ledger_account().id,
            "partner_id": partner.id,
            "customs_payment_account_id": self.payment_account_id.id,
        }

    def _prepare_bank_credit(self, label, balance):
        account = self.env["account.move"]._get_customs_bank_account(self.journal_id)
        payees, files = self.line_ids.payee_id, self.line_ids.declaration_id
        return {
            "name": label,
            "account_id": account.id,
            "partner_id": payees.id if len(payees) == 1 else False,
            "currency_id": self.currency_id.id,
            "amount_currency": -self.amount_total,
            "balance": -balance,
            "customs_declaration_id": files.id if len(files) == 1 else False,
        }

    def _carry_attachments(self, move):
        """Put the scans on the entry and on the file they belong to."""
        for line in self.line_ids:
            # sudo: the scan was uploaded by whoever records the outlay
            for scan in line.attachment_ids.sudo():
                scan.copy({"res_model": move._name, "res_id": move.id})
                scan.copy(
                    {
                        "res_model": line.declaration_id._name,
                        "res_id": line.declaration_id.id,
                    }
                )
