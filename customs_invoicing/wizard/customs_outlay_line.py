from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomsOutlayLine(models.TransientModel):
    """One receipt: what was paid, to whom, for which file."""

    _name = "customs.outlay.line"
    _description = "Outlay for a Declaration"
    _check_company_auto = True

    outlay_id = fields.Many2one(
        comodel_name="customs.outlay", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="outlay_id.company_id")
    currency_id = fields.Many2one(related="outlay_id.currency_id")
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        string="File",
        required=True,
        check_company=True,
        domain="[('state', 'not in', ('closed', 'cancelled'))]",
    )
    charge_code_id = fields.Many2one(
        comodel_name="customs.charge.code",
        string="Charge",
        required=True,
        domain=[("kind", "in", ("third_party", "fee"))],
        default=lambda self: self._get_default_charge_code(),
        help="What was paid for: terminal, stamps, inspection…",
    )
    name = fields.Char(string="Description", help="Printed on the client's invoice.")
    amount = fields.Monetary(required=True, help="What was paid, tax included.")
    payee_id = fields.Many2one(
        comodel_name="res.partner", check_company=True, help="Who was paid."
    )
    receipt = fields.Char(help="Number printed on the receipt.")
    in_client_name = fields.Boolean(
        string="In the client's name",
        compute="_compute_in_client_name",
        store=True,
        readonly=False,
        precompute=True,
        help="The receipt is made out to the client. Only then is the client billed "
        "the exact amount without tax; anything else is our own cost.",
    )
    attachment_ids = fields.Many2many(
        comodel_name="ir.attachment", string="Scan of the receipt"
    )
    is_disbursement = fields.Boolean(compute="_compute_treatment")
    treatment = fields.Char(string="What happens", compute="_compute_treatment")

    @api.model
    def _get_default_charge_code(self):
        return self.env["customs.charge.code"].search(
            [("kind", "=", "third_party")], limit=1
        )

    @api.depends("declaration_id.capacity")
    def _compute_in_client_name(self):
        for line in self:
            capacity = line.declaration_id.capacity
            line.in_client_name = bool(capacity) and capacity != "own"

    @api.depends("declaration_id.capacity", "in_client_name")
    def _compute_treatment(self):
        for line in self:
            of_client = line.declaration_id.capacity != "own"
            line.is_disbursement = of_client and line.in_client_name
            if not line.declaration_id:
                line.treatment = False
            elif line.is_disbursement:
                line.treatment = self.env._("Billed to the client at cost")
            elif of_client:
                line.treatment = self.env._("Our cost: no disbursement")
            else:
                line.treatment = self.env._("Cost of our own import")

    # === CHECKS === #

    def _get_problem(self):
        """Return why the outlay cannot be recorded, else nothing."""
        self.ensure_one()
        declaration = self.declaration_id
        if declaration.state in ("closed", "cancelled"):
            return self.env._(
                "%(file)s is closed or cancelled. Reopen it first.",
                file=declaration.name,
            )
        if self.currency_id.compare_amounts(self.amount, 0.0) <= 0:
            return self.env._(
                "%(charge)s of %(file)s: enter an amount above zero.",
                charge=self.charge_code_id.name,
                file=declaration.name,
            )
        if self.charge_code_id.kind not in ("third_party", "fee"):
            return self.env._(
                "%(charge)s of %(file)s is neither a cost of a third party nor a fee; "
                "duties and taxes come with the assessment.",
                charge=self.charge_code_id.name,
                file=declaration.name,
            )
        if self.is_disbursement and not declaration.client_id:
            return self.env._(
                "%(file)s has no client: choose who is billed.", file=declaration.name
            )
        if self.is_disbursement and not (self.receipt or self.attachment_ids):
            return self.env._(
                "%(charge)s of %(file)s is billed on at cost, so it needs its receipt: "
                "its number or a scan.",
                charge=self.charge_code_id.name,
                file=declaration.name,
            )
        return ""

    def _check(self):
        if not self:
            raise UserError(self.env._("Add at least one receipt."))
        problems = [problem for line in self if (problem := line._get_problem())]
        if problems:
            raise UserError("\n".join(problems))

    def _check_receipts(self, balances):
        """Refuse receipts that are in the books of their file already.

        :param balances: ``{line: amount in the currency of the company}``
        """
        # sudo: what the books hold decides, whichever items the user may read
        found = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("customs_declaration_id", "in", self.declaration_id.ids),
                    ("move_id.customs_event", "=", "outlay"),
                    ("move_id.reversed_entry_id", "=", False),
                    ("parent_state", "=", "posted"),
                    ("balance", ">", 0),
                ],
                order="date, id",
            )
        )
        booked = found.filtered(
            lambda item: "posted" not in item.move_id.reversal_move_ids.mapped("state")
        )
        problems = []
        for line in self.filtered(lambda line: (line.receipt or "").strip()):
            items = booked.filtered(
                lambda item, line=line: line._is_booked_by(item, balances[line])
            )
            if items:
                problems.append(line._get_booked_problem(items[0]))
        if problems:
            raise UserError("\n".join(problems))

    def _is_booked_by(self, item, balance):
        """Whether an item of an outlay has this very receipt.

        Items bear their receipt at the end of their label. Costs of ours know no
        charge: what is described alike, or costs the same, is the same.
        """
        self.ensure_one()
        label = (item.name or "").casefold()
        charge = item.customs_charge_id
        if item.customs_declaration_id != self.declaration_id or not label.endswith(
            f", {self.receipt.strip().casefold()}"
        ):
            return False
        if charge:
            return (
                charge.charge_code_id == self.charge_code_id
                and charge.payee_id == self.payee_id
            )
        currency = item.company_currency_id
        return item.partner_id == self.payee_id and (
            label == self._get_label().casefold()
            or currency.compare_amounts(item.balance, balance) == 0
        )

    def _get_booked_problem(self, item):
        self.ensure_one()
        return self.env._(
            "Receipt %(receipt)s for %(charge)s of %(file)s is booked already: "
            "%(entry)s of %(date)s, %(amount)s. Reverse that entry first if it is "
            "wrong.",
            receipt=self.receipt.strip(),
            charge=self.charge_code_id.name,
            file=self.declaration_id.name,
            entry=item.move_id.name,
            date=item.date.isoformat(),
            amount=item.company_currency_id.format(item.balance),
        )

    # === JOURNAL ITEMS === #

    def _get_label(self):
        self.ensure_one()
        receipt = (self.receipt or "").strip()
        parts = (self.name or self.charge_code_id.name, receipt)
        return ", ".join(part for part in parts if part)

    def _prepare_item(self, charge, balance):
        """Return the values of the debit.

        :param charge: the charge of a disbursement, empty for a cost of ours
        """
        self.ensure_one()
        declaration = self.declaration_id
        values = {
            "name": self._get_label(),
            "balance": balance,
            "customs_declaration_id": declaration.id,
        }
        if charge:
            account = self.company_id._get_customs_account("disb_control")
            return {
                **values,
                "account_id": account.id,
                "partner_id": declaration.client_id.id,
                "customs_charge_id": charge.id,
            }
        return {
            **values,
            "account_id": self._get_cost_account().id,
            "partner_id": self.payee_id.id,
            "analytic_distribution": declaration.analytic_distribution or False,
        }

    def _get_cost_account(self):
        """Return the account of a cost that is not billed as a disbursement."""
        self.ensure_one()
        company, declaration = self.company_id, self.declaration_id
        override = self.charge_code_id.with_company(company).posting_account_id
        if override:
            return override
        if declaration.capacity != "own":
            return company._get_customs_account("cost_service")
        stock = declaration.goods_use == "stock"
        return company._get_customs_account(
            "brokerage_clearing" if stock else "brokerage_expense"
        )
