from odoo import api, fields, models
from odoo.fields import Command

from ..engine.roles import BY_CODE

ROLES = [
    ("duty", "Duty or tax the vendor paid"),
    ("transfer", "Debt in our books the vendor paid"),
    ("service", "Service of the vendor"),
    ("disbursement", "Paid for the client"),
    ("accrued", "Accrued cost"),
    ("dispute", "Disputed"),
]

#: Account roles of what is always booked in the same place
FIXED_ACCOUNTS = {
    "transfer": "broker_clearing",
    "accrued": "accrued_cost",
    "dispute": "dispute_recv",
    "disbursement": "disb_control",
}

#: Roles whose lines keep a tax of their own
TAXED_ROLES = ("service", "accrued")


class CustomsMatchChargesLine(models.TransientModel):
    """What a part of a vendor's bill is about: a file, and what was paid for it."""

    _name = "customs.match.charges.line"
    _description = "Part of a Vendor Bill about a Customs File"
    _order = "wizard_id, sequence, id"

    wizard_id = fields.Many2one(
        comodel_name="customs.match.charges", required=True, ondelete="cascade"
    )
    move_id = fields.Many2one(related="wizard_id.move_id")
    company_id = fields.Many2one(related="wizard_id.company_id")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    sequence = fields.Integer(default=10)
    is_chosen = fields.Boolean(
        string="Take", default=True, help="Whether it becomes a line of the bill."
    )
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        string="File",
        domain="[('company_id', '=', company_id), "
        "('state', 'not in', ('closed', 'cancelled'))]",
    )
    role = fields.Selection(
        selection=ROLES,
        string="What it is",
        required=True,
        default="service",
        help="Duty or tax the vendor paid: he paid the authority, his bill brings the "
        "cost.\n"
        "Debt in our books the vendor paid: the assessment is posted as our own debt; "
        "the bill clears it.\n"
        "Service of the vendor: clearance, terminal, transport… addressed to us, with "
        "its tax.\n"
        "Paid for the client: a bill in the client's name that we pay; it is billed on "
        "at cost, tax included.\n"
        "Accrued cost: clears what was accrued for this vendor.\n"
        "Disputed: billed too much, to be claimed back.",
    )
    charge_id = fields.Many2one(
        comodel_name="customs.charge",
        domain="[('declaration_id', '=', declaration_id)]",
        help="Empty on duty: all duties and taxes of the file that are open.",
    )
    charge_code_id = fields.Many2one(
        comodel_name="customs.charge.code",
        string="Billed on as",
        compute="_compute_charge_code_id",
        store=True,
        readonly=False,
        domain=[("kind", "=", "third_party")],
        help="What was paid for the client: a charge of this kind is opened on the "
        "file.",
    )
    move_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Line on the bill",
        readonly=True,
        help="Line that is there already and becomes this; empty: a new line.",
    )
    name = fields.Char(string="Description")
    amount_open = fields.Monetary(
        string="Open", readonly=True, help="Still open of it, at the rate of the bill."
    )
    amount = fields.Monetary(
        help="Before tax for services; everything included for what was paid for the "
        "client."
    )
    amount_rest = fields.Monetary(
        string="Rest of the bill",
        readonly=True,
        help="What duties leave of the bill for this row, tax included.",
    )
    tax_ids = fields.Many2many(
        comodel_name="account.tax",
        string="Taxes",
        compute="_compute_tax_ids",
        store=True,
        readonly=False,
        domain="[('type_tax_use', '=', 'purchase'), ('company_id', '=', company_id)]",
    )
    account_id = fields.Many2one(
        comodel_name="account.account",
        string="Booked on",
        compute="_compute_account_id",
        compute_sudo=True,  # accounts of the company's settings
    )
    amount_total = fields.Monetary(string="With tax", compute="_compute_amount_total")
    note = fields.Char(readonly=True)

    @api.depends("role")
    def _compute_charge_code_id(self):
        codes = self.env["customs.charge.code"]
        default = codes.search([("kind", "=", "third_party")], limit=1)
        for line in self:
            if line.role == "disbursement":
                line.charge_code_id = line.charge_code_id or default
            else:
                line.charge_code_id = False

    @api.depends("role")
    def _compute_tax_ids(self):
        for line in self:
            line.tax_ids = line.tax_ids if line.role in TAXED_ROLES else False

    @api.depends("role", "declaration_id", "charge_id")
    def _compute_account_id(self):
        for line in self:
            line.account_id = line._get_account()

    @api.depends("amount", "tax_ids")
    def _compute_amount_total(self):
        for line in self:
            line.amount_total = line.wizard_id._get_gross(line.amount, line.tax_ids)

    @api.onchange("role")
    def _onchange_role(self):
        """A line that was typed is paid for the client with its tax."""
        for line in self.filtered("move_line_id"):
            typed = line.move_line_id
            line.amount = (
                typed.price_total
                if line.role == "disbursement"
                else typed.price_subtotal
            )
            if line.role in TAXED_ROLES:
                line.tax_ids = typed.tax_ids

    @api.onchange("tax_ids")
    def _onchange_tax_ids(self):
        """What the bill leaves for services is given: another tax changes the net."""
        for line in self.filtered("amount_rest"):
            line.amount = line.wizard_id._get_net(line.amount_rest, line.tax_ids)

    def _get_account(self):
        """Return the account of the line, empty while it is not known."""
        self.ensure_one()
        declaration = self.declaration_id
        if self.role in FIXED_ACCOUNTS:
            return self.company_id[BY_CODE[FIXED_ACCOUNTS[self.role]].field]
        if self.role == "service" and declaration:
            return declaration._get_vendor_service_account()
        if self.role == "duty" and self.charge_id:
            return self.charge_id._get_vendor_account()
        return self.env["account.account"]

    # === LINES OF THE BILL === #

    def _get_problems(self):
        """Return sentences on what keeps this row from becoming a line."""
        self.ensure_one()
        label = self.name or dict(ROLES)[self.role]
        file, problems = self.declaration_id, []
        if not file:
            return [self.env._("“%(label)s”: choose the file it is for.", label=label)]
        values = {"label": label, "file": file.display_name}
        if file.company_id != self.company_id:
            problems.append(
                self.env._(
                    "“%(label)s”: %(file)s is a declaration of %(company)s.",
                    company=file.company_id.name,
                    **values,
                )
            )
        if file.state in ("closed", "cancelled"):
            problems.append(
                self.env._(
                    "“%(label)s”: %(file)s is closed or cancelled. Reopen it first.",
                    **values,
                )
            )
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            problems.append(
                self.env._(
                    "“%(label)s” of %(file)s: type the amount, or take it out.",
                    **values,
                )
            )
        if self.role == "disbursement":
            problems += self._get_disbursement_problems(values)
        if self.charge_id and self.charge_id.declaration_id != file:
            problems.append(
                self.env._("“%(label)s”: the charge is not of %(file)s.", **values)
            )
        return problems

    def _get_disbursement_problems(self, values):
        problems = []
        if not self.declaration_id._is_for_client():
            problems.append(
                self.env._(
                    "“%(label)s”: %(file)s is our own import, so nothing on it is paid "
                    "for a client. Take it as a service.",
                    **values,
                )
            )
        if not self.charge_code_id and not self.charge_id:
            problems.append(
                self.env._(
                    "“%(label)s” of %(file)s: choose as what the client is billed.",
                    **values,
                )
            )
        return problems

    def _get_nothing_open_problem(self):
        """Say that nothing is open of what this row pays, and who booked it."""
        self.ensure_one()
        file = self.declaration_id
        charges = self.charge_id or file.charge_ids.filtered("tax_code_id")
        booked = charges._get_vendor_moves() - self.move_id
        values = {"name": self.name or self.env._("Duty"), "file": file.display_name}
        if booked:
            return self.env._(
                "“%(name)s”: nothing of it is open on %(file)s; %(moves)s booked it. "
                "If the vendor billed it a second time, take it as disputed.",
                moves=", ".join(booked.mapped("display_name")),
                **values,
            )
        return self.env._(
            "“%(name)s”: nothing of it is open on %(file)s. Record its assessment, or "
            "post it if we owe it ourselves; for what a broker pays choose a payment "
            "method of the declarant on the charge.",
            **values,
        )

    def _draws_on(self, debt, claimed):
        """Whether this row of duty may pay a debt that no row of its own claims."""
        self.ensure_one()
        if debt.declaration != self.declaration_id:
            return False
        if self.role == "transfer":
            return not debt.charge
        if self.charge_id:
            return debt.charge == self.charge_id
        return debt.charge not in claimed if debt.charge else True

    def _take(self, pool, left):
        """Return ``[(debt, amount)]`` this row pays, the rest without a debt.

        :param left: ``{debt: amount}`` still open; what is taken is taken off it
        """
        self.ensure_one()
        currency, rest, taken = self.currency_id, self.amount, []
        for debt in pool:
            amount = currency.round(min(rest, left[debt]))
            if currency.compare_amounts(amount, 0) > 0:
                left[debt] -= amount
                rest = currency.round(rest - amount)
                taken.append((debt, amount))
        if not currency.is_zero(rest):
            taken.append((None, rest))
        return taken

    def _prepare_line_vals(self, **vals):
        """Return what every line of this row bears."""
        self.ensure_one()
        file = self.declaration_id
        return {
            "name": self.name
            or self.env._(
                "%(role)s – declaration %(declaration)s",
                role=dict(self._fields["role"]._description_selection(self.env))[
                    self.role
                ],
                declaration=file.mrn or file.name,
            ),
            "quantity": 1,
            "discount": 0,
            "price_unit": self.amount,
            "tax_ids": [Command.clear()],
            "customs_declaration_id": file.id,
            "customs_charge_id": False,
            **vals,
        }

    def _prepare_role_vals(self):
        """Return the values of the line of a row that is no duty."""
        self.ensure_one()
        company, file = self.company_id, self.declaration_id
        if self.role == "service":
            distribution = file.analytic_distribution
            return self._prepare_line_vals(
                account_id=file._get_vendor_service_account().id,
                price_unit=self.wizard_id._get_price(self.amount, self.tax_ids),
                tax_ids=[Command.set(self.tax_ids.ids)],
                **({"analytic_distribution": distribution} if distribution else {}),
            )
        account = company._get_customs_account(FIXED_ACCOUNTS[self.role])
        if self.role == "accrued":
            return self._prepare_line_vals(
                account_id=account.id,
                price_unit=self.wizard_id._get_price(self.amount, self.tax_ids),
                tax_ids=[Command.set(self.tax_ids.ids)],
            )
        if self.role == "disbursement":
            charge = self._get_outlay_charge()
            return self._prepare_line_vals(
                account_id=account.id, customs_charge_id=charge.id
            )
        return self._prepare_line_vals(account_id=account.id)

    def _get_outlay_charge(self):
        """Return the charge the client is billed with, opened where there is none."""
        self.ensure_one()
        file, payee = self.declaration_id, self.move_id.commercial_partner_id
        found = self.charge_id or file._find_outlay_charge(self.charge_code_id, payee)
        return found or self.env["customs.charge"].create(
            file._prepare_outlay_charge(self.charge_code_id, payee, self.name)
        )
