from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import own_values

#: Stored, but never written by hand
DERIVED = {
    "nature",
    "nature_override",
    "nature_override_reason",
    "nature_override_user_id",
    "nature_override_date",
    "amount_estimate",
}


class CustomsCharge(models.Model):
    """The money ledger row of a declaration: one charge and what happened to it.

    Every amount is read from posted journal items that carry the charge.
    """

    _name = "customs.charge"
    _description = "Customs Charge"
    _inherit = ["customs.declaration.part"]
    _order = "declaration_id, sequence, id"

    currency_id = fields.Many2one(related="company_id.currency_id")
    client_id = fields.Many2one(
        related="declaration_id.client_id", store=True, index="btree_not_null"
    )
    sequence = fields.Integer(default=100)
    charge_code_id = fields.Many2one(
        string="Charge code",
        comodel_name="customs.charge.code",
        required=True,
        ondelete="restrict",
    )
    kind = fields.Selection(related="charge_code_id.kind", store=True)
    tax_code_id = fields.Many2one(
        string="Tax code",
        comodel_name="customs.tax.code",
        index="btree_not_null",
        ondelete="restrict",
        help="Tax of the authority; empty for services.",
    )
    name = fields.Char(
        string="Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
    )
    payee_id = fields.Many2one(
        comodel_name="res.partner",
        check_company=True,
        help="Who is paid: the authority, or nobody for an own service.",
    )
    nature = fields.Selection(
        selection=[
            ("disbursement", "Disbursement at cost"),
            ("recharge", "Recharge with tax"),
            ("service", "Own service"),
            ("own_cost", "Own cost"),
        ],
        compute="_compute_nature",
        store=True,
        precompute=True,
        help="Follows from who owes the charge, to whom its document is made out and "
        "the power of attorney on file. An outlay in the client's name is passed on at "
        "cost without tax; in our own name it is passed on at cost with tax.",
    )
    borne_by_us = fields.Boolean(
        string="We bear it",
        compute="_compute_borne_by_us",
        store=True,
        readonly=False,
        precompute=True,
        help="On a client's declaration: our own cost, not passed on. A penalty is, "
        "until somebody decides that the client has to bear it.",
    )
    amount = fields.Monetary(
        string="Price", help="Price of an own service, before tax."
    )
    amount_expected = fields.Monetary(
        string="Expected", compute="_compute_assessed_amounts"
    )
    amount_assessed = fields.Monetary(
        string="Assessed", compute="_compute_assessed_amounts"
    )
    amount_payable = fields.Monetary(
        string="Payable", compute="_compute_assessed_amounts"
    )
    amount_charged = fields.Monetary(
        string="Charged",
        compute="_compute_posted_amounts",
        help="Posted from the authority or a vendor.",
    )
    amount_billed = fields.Monetary(
        string="Billed",
        compute="_compute_posted_amounts",
        help="Posted to the client, before tax.",
    )
    amount_in_draft = fields.Monetary(
        string="In draft",
        compute="_compute_posted_amounts",
        help="On draft invoices of the client.",
    )
    amount_to_bill = fields.Monetary(
        string="To bill",
        compute="_compute_posted_amounts",
        search="_search_amount_to_bill",
        help="Still open for the client, drafts counted as billed.",
    )
    control_balance = fields.Monetary(
        string="Control balance", compute="_compute_posted_amounts"
    )
    move_line_ids = fields.One2many(
        string="Move lines",
        comodel_name="account.move.line",
        inverse_name="customs_charge_id",
    )

    _tax_code_unique = models.UniqueIndex(
        "(declaration_id, tax_code_id) WHERE tax_code_id IS NOT NULL",
        "The declaration has a charge for this tax already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("charge_code_id", "tax_code_id")
    def _compute_name(self):
        for record in self:
            record.name = (
                record.tax_code_id.display_name or record.charge_code_id.name or ""
            )

    @api.depends("charge_code_id.kind")
    def _compute_borne_by_us(self):
        for record in self:
            record.borne_by_us = record.charge_code_id.borne_by_us

    @api.depends(
        "declaration_id.duty_line_ids.amount_calculated",
        "declaration_id.duty_line_ids.amount_assessed",
        "declaration_id.duty_line_ids.amount_payable",
    )
    def _compute_assessed_amounts(self):
        groups = self.env["customs.duty.line"]._read_group(
            [("declaration_id", "in", self.declaration_id.ids)],
            ["declaration_id", "tax_code_id"],
            ["amount_calculated:sum", "amount_assessed:sum", "amount_payable:sum"],
        )
        sums = {(key.id, tax.id): amounts for key, tax, *amounts in groups}
        for record in self:
            amounts = (0.0, 0.0, 0.0)
            if record.tax_code_id:
                key = (record.declaration_id.id, record.tax_code_id.id)
                amounts = sums.get(key, amounts)
            expected, assessed, payable = (
                record.declaration_id._to_company_currency(amount) for amount in amounts
            )
            record.amount_expected = expected
            record.amount_assessed = assessed
            record.amount_payable = payable

    @api.depends(
        "move_line_ids.balance",
        "move_line_ids.parent_state",
        "move_line_ids.account_id",
        "amount",
        "amount_estimate",
        "nature",
    )
    def _compute_posted_amounts(self):
        rows = {row[0]: row[1:] for row in self._query_posted_amounts()}
        for record in self:
            charged, billed, draft, credit, control, waived = rows.get(
                record._origin.id, (0.0,) * 6
            )
            record.amount_charged = charged
            record.amount_billed = billed
            record.amount_in_draft = draft + credit
            record.control_balance = control
            record.amount_written_off = waived
            record.amount_to_bill = record._get_amount_to_bill(
                charged, billed + waived, draft, credit
            )

    def _get_amount_to_bill(self, charged, billed, draft, credit):
        """Return what is open for the client.

        A draft credit note only counts against what was billed too much: it must not
        make a billed charge billable again before it is posted.
        """
        self.ensure_one()
        if self.nature == "own_cost" or not self.currency_id:
            return 0.0
        is_service = self.nature == "service"
        target = self.amount if is_service else charged + self.amount_estimate
        remaining = self.currency_id.round(target - billed - draft)
        if remaining < 0:
            # a draft that bills too much is to be changed, not credited
            posted_excess = min(0.0, self.currency_id.round(target - billed))
            left = min(0.0, self.currency_id.round(remaining - credit))
            return max(left, posted_excess)
        return remaining

    def _get_billing_problem(self, amount, gap):
        """Return why an amount may not be billed (or credited), else nothing.

        :param amount: in company currency, negative for a credit note
        :param gap: what the invoice currency cannot express
        """
        self.ensure_one()
        currency = self.currency_id
        billed = self.amount_billed + self.amount_written_off + amount
        if amount < 0 and (problem := self._get_write_off_problem(gap)):
            return problem
        if amount > 0:
            outlay = self.amount_charged + self.amount_estimate
            limit = self.amount if self.nature == "service" else outlay
            excess = billed - (0.0 if self.nature == "own_cost" else limit)
            if currency.compare_amounts(excess, gap) <= 0:
                return ""
            if self.nature == "service":
                return self.env._(
                    "%(charge)s of %(declaration)s: %(amount)s more would be billed "
                    "than its price. Change the price on the declaration first.",
                    charge=self.name,
                    declaration=self.declaration_id.name,
                    amount=currency.format(excess),
                )
            return self.env._(
                "%(charge)s of %(declaration)s: %(amount)s more would be billed than "
                "was charged. Charges are passed on at cost, once.",
                charge=self.name,
                declaration=self.declaration_id.name,
                amount=currency.format(excess),
            )
        if amount < 0 and currency.compare_amounts(billed, -gap) < 0:
            return self.env._(
                "%(charge)s of %(declaration)s: %(amount)s more would be credited than "
                "was billed.",
                charge=self.name,
                declaration=self.declaration_id.name,
                amount=currency.format(-billed),
            )
        return ""

    def _get_estimate(self):
        """Return what we pay for the client by our own calculation."""
        self.ensure_one()
        if self.payer != "us":
            return 0.0
        lines = self.declaration_id.duty_line_ids.filtered(
            lambda line: line.tax_code_id == self.tax_code_id
        )
        total = sum(lines.mapped("payable_calculated"))
        return self.declaration_id._to_company_currency(total)

    def _search_amount_to_bill(self, operator, value):
        """Support ``amount_to_bill != 0`` and ``= 0``."""
        if operator not in ("=", "!=") or value:
            return NotImplemented
        found = self._search_open("to_bill")
        return [("id", "in" if operator == "!=" else "not in", found)]

    def _get_open_reason(self):
        """Return what is open of the charge in words, nothing when it is settled."""
        self.ensure_one()
        currency = self.currency_id
        if not currency.is_zero(self.control_balance):
            return self.env._(
                "%(charge)s has %(amount)s open on the disbursement account. Bill or "
                "reverse it first.",
                charge=self.name,
                amount=currency.format(self.control_balance),
            )
        if not currency.is_zero(self.amount_in_draft):
            return self.env._(
                "%(charge)s is on an invoice that is still a draft.", charge=self.name
            )
        if not currency.is_zero(self.amount_to_bill):
            return self.env._(
                "%(charge)s, %(amount)s, is not billed. Bill it, or set its price to "
                "zero.",
                charge=self.name,
                amount=currency.format(self.amount_to_bill),
            )
        return ""

    # === CONSTRAINTS === #

    @api.constrains("tax_code_id", "charge_code_id")
    def _check_tax_code(self):
        for record in self:
            if record.charge_code_id.kind == "service" and record.tax_code_id:
                raise UserError(
                    self.env._(
                        "%(charge)s is an own service and has no tax code.",
                        charge=record.charge_code_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_derived(vals)
        own = own_values(self, self._get_derived_names())
        return super().create([{**own, **vals} for vals in vals_list])

    @api.model
    def _get_derived_names(self):
        """Return the names of the fields that nobody fills; extended where they are."""
        return DERIVED | {"is_payer_chosen"}

    def _check_derived(self, vals):
        """What follows from the file and the books is nobody's to write."""
        written = DERIVED & set(vals)
        if written and not self.env.su:
            raise UserError(
                self.env._(
                    "%(field)s of a charge follows from its file and cannot be "
                    "written.",
                    field=self._fields[min(written)]._description_string(self.env),
                )
            )

    def write(self, vals):
        self._check_derived(vals)
        keys = {"declaration_id", "tax_code_id", "charge_code_id"} & set(vals)
        for record in self:
            changed = any(record[key].id != vals[key] for key in keys) or (
                "borne_by_us" in vals and record.borne_by_us != vals["borne_by_us"]
            )
            if changed and record.sudo().move_line_ids:  # sudo: of any company
                raise UserError(
                    self.env._(
                        "%(charge)s of %(declaration)s is on journal entries; its kind "
                        "and its declaration cannot change any more.",
                        charge=record.name,
                        declaration=record.declaration_id.name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for record in self:
            assessed = record.declaration_id.current_assessment_id.line_ids.tax_code_id
            if record.sudo().move_line_ids:  # sudo: of any company
                reason = self.env._("is on journal entries. Reverse them instead.")
            elif record.tax_code_id & assessed:
                reason = self.env._("was assessed by the authority.")
            else:
                continue
            raise UserError(
                self.env._(
                    "%(charge)s of %(declaration)s cannot be deleted: it %(reason)s",
                    charge=record.name,
                    declaration=record.declaration_id.name,
                    reason=reason,
                )
            )

    # === SETTLEMENT === #

    def _get_open_control_lines(self):
        """Return the posted, unmatched items of these charges on control accounts."""
        companies = self.company_id
        return self.env["account.move.line"].search(
            [
                ("customs_charge_id", "in", self.ids),
                ("account_id", "in", companies.customs_disbursement_account_id.ids),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )

    def _settle_control(self):
        """Match the control account's open items of each charge."""
        if not self:
            return
        plan, rounding_moves = [], self.env["account.move"]
        by_charge = self._get_open_control_lines().grouped("customs_charge_id")
        for lines in by_charge.values():
            rounding_moves |= lines._create_customs_rounding_move()
            if any(line.balance > 0 for line in lines) and any(
                line.balance < 0 for line in lines
            ):
                plan.append(lines)
        if rounding_moves:
            # Posting them settles everything, these lines included
            rounding_moves._post(soft=False)
            rounding_moves._customs_link_rounding()
            plan = [lines.filtered(lambda line: not line.reconciled) for lines in plan]
        plan = [lines for lines in plan if len(lines) > 1]
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)
