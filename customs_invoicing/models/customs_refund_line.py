from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.corrections import split_sold
from ..tools import to_decimal, to_float

#: What may be changed once a claim was accepted
CHANGEABLE_WHEN_ACCEPTED = {"interest", "sequence"}

#: Steps of journal items and the sign that makes their amount positive
SIGNS = {
    "recognise": 1,
    "remit": -1,
    "receive": -1,
    "interest": -1,
    "offset": 1,
    "pay_out": 1,
}


class CustomsRefundLine(models.Model):
    """What is claimed back of one charge of one declaration."""

    _name = "customs.refund.line"
    _description = "Customs Refund Line"
    _order = "refund_id, sequence, id"
    _check_company_auto = True

    refund_id = fields.Many2one(
        comodel_name="customs.refund",
        string="Claim",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="refund_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="refund_id.currency_id")
    sequence = fields.Integer(default=10)
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    charge_id = fields.Many2one(
        comodel_name="customs.charge",
        string="Tax",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('declaration_id', '=', declaration_id), ('kind', '!=', 'service')]",
        help="The duty, tax or fee that is asked back.",
    )
    item_id = fields.Many2one(
        comodel_name="customs.declaration.line",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('declaration_id', '=', declaration_id)]",
        help="Goods item the claim is about. Drawback needs it, to keep the quantity "
        "that was used.",
    )
    quantity_drawn = fields.Float(
        string="Quantity drawn",
        digits=(16, 3),
        help="Quantity of the item used for the claim, in its supplementary unit, "
        "else in kilograms of net mass. No quantity is drawn twice.",
    )
    amount_claimed = fields.Monetary(string="Claimed")
    amount_accepted = fields.Monetary(
        string="Accepted",
        compute="_compute_amount_accepted",
        store=True,
        readonly=False,
        precompute=True,
        help="Principal the authority gives back. Lower it where less was accepted.",
    )
    interest = fields.Monetary(
        help="Interest the authority pays with the refund. A client's interest is "
        "the client's."
    )
    sold_share = fields.Float(
        string="Share sold (%)",
        compute="_compute_sold_share",
        store=True,
        readonly=False,
        precompute=True,
        digits=(5, 2),
        help="Share of the goods that is sold: this part lowers the cost of sales, "
        "the rest the cost of the goods. Goods of a drawback have left.",
    )
    assessment_id = fields.Many2one(
        comodel_name="customs.assessment",
        string="By assessment",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('declaration_id', '=', declaration_id)]",
        help="New version of the assessment that already took the amount back: then "
        "only the money that comes in is booked here.",
    )
    amount_levied = fields.Monetary(string="Levied", compute="_compute_claim_amounts")
    amount_refunded = fields.Monetary(
        string="Given back before",
        compute="_compute_claim_amounts",
        help="Accepted by other claims.",
    )
    move_line_ids = fields.One2many(
        string="Journal items",
        comodel_name="account.move.line",
        inverse_name="customs_refund_line_id",
    )
    amount_recognised = fields.Monetary(
        string="Booked as receivable", compute="_compute_posted_amounts"
    )
    amount_remitted = fields.Monetary(
        string="Remitted", compute="_compute_posted_amounts"
    )
    amount_received = fields.Monetary(
        string="Received", compute="_compute_posted_amounts"
    )
    interest_received = fields.Monetary(
        string="Interest received", compute="_compute_posted_amounts"
    )
    amount_settled = fields.Monetary(
        string="Passed on", compute="_compute_posted_amounts"
    )
    amount_due_client = fields.Monetary(
        string="Due to the client", compute="_compute_posted_amounts"
    )
    amount_to_receive = fields.Monetary(
        string="To receive", compute="_compute_posted_amounts"
    )

    _charge_unique = models.UniqueIndex(
        "(refund_id, charge_id, COALESCE(item_id, 0))",
        "The claim has a line for this tax and item already.",
    )
    _amounts_positive = models.Constraint(
        "CHECK(amount_claimed >= 0 AND amount_accepted >= 0 AND interest >= 0 "
        "AND quantity_drawn >= 0)",
        "Amounts and quantities of a claim cannot be negative.",
    )
    _sold_share_range = models.Constraint(
        "CHECK(sold_share >= 0 AND sold_share <= 100)",
        "The share sold is between 0 and 100 percent.",
    )

    # === COMPUTE METHODS === #

    @api.depends("charge_id.name", "declaration_id.name", "refund_id.name")
    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._(
                "%(claim)s: %(charge)s of %(declaration)s",
                claim=record.refund_id.name or "",
                charge=record.charge_id.name or "",
                declaration=record.declaration_id.name or "",
            )

    @api.depends("amount_claimed")
    def _compute_amount_accepted(self):
        for record in self:
            record.amount_accepted = record.amount_claimed

    @api.depends("declaration_id", "refund_id.kind")
    def _compute_sold_share(self):
        shares = self.declaration_id._get_sold_share()
        for record in self:
            drawn = record.refund_id.kind == "drawback"
            share = shares.get(record.declaration_id, 0)
            record.sold_share = 100 if drawn else to_float(share)

    @api.depends("charge_id", "assessment_id", "refund_id.decision")
    def _compute_claim_amounts(self):
        levied, taken = self._get_levied(), self._get_taken()
        for record in self:
            record.amount_levied = to_float(levied[record._get_claim_key()])
            record.amount_refunded = to_float(taken[record])

    @api.depends(
        "move_line_ids.parent_state",
        "move_line_ids.amount_currency",
        "move_line_ids.customs_step",
        "amount_accepted",
        "interest",
        "refund_id.kind",
    )
    def _compute_posted_amounts(self):
        steps, due = self._query_posted()
        for record in self:
            done = steps[record._origin.id]
            rounder = (record.currency_id or self.env.company.currency_id).round
            record.amount_recognised = rounder(done["recognise"])
            record.amount_remitted = rounder(done["remit"])
            record.amount_received = rounder(done["receive"])
            record.interest_received = rounder(done["interest"])
            record.amount_settled = rounder(done["offset"] + done["pay_out"])
            record.amount_due_client = rounder(due[record._origin.id])
            is_money = record.refund_id.kind != "remission"
            record.amount_to_receive = is_money and rounder(
                record.amount_accepted
                + record.interest
                - done["receive"]
                - done["interest"]
            )

    def _query_posted(self):
        """Return ``({id: {step: amount}}, {id: due to the client})`` of the books."""
        steps = defaultdict(lambda: dict.fromkeys(SIGNS, 0.0))
        due = defaultdict(float)
        # sudo: what the books hold decides, whoever looks
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("customs_refund_line_id", "in", self._origin.ids),
                    ("customs_step", "in", list(SIGNS)),
                    ("parent_state", "=", "posted"),
                ],
                ["customs_refund_line_id", "customs_step", "account_id"],
                ["amount_currency:sum"],
            )
        )
        owing = self.sudo().company_id.customs_refunds_due_account_id
        for line, step, account, amount in groups:
            steps[line.id][step] += SIGNS[step] * amount
            if account in owing:
                due[line.id] -= amount
        return steps, due

    # === WHAT MAY BE CLAIMED === #

    def _get_claim_key(self):
        """Return what an amount can be claimed of only once."""
        self.ensure_one()
        return self.charge_id.id, self.assessment_id.id

    def _get_levied(self):
        """Return ``{key: amount}`` that was levied, or taken back by a version."""
        assessments = self.declaration_id.assessment_ids
        groups = self.env["customs.assessment.line"]._read_group(
            [("assessment_id", "in", assessments.ids)],
            ["assessment_id", "tax_code_id"],
            ["amount_payable:sum"],
        )
        payable = {
            (assessment.id, tax.id): to_decimal(amount)
            for assessment, tax, amount in groups
        }
        found = {}
        for line in self:
            tax, version = line.charge_id.tax_code_id.id, line.assessment_id
            current = line.declaration_id.current_assessment_id
            amount = payable.get(((version or current).id, tax), 0)
            if version:
                older = [a for a in assessments if line._precedes(a)]
                last = max(older, key=lambda a: a.version, default=version.browse())
                amount = max(payable.get((last.id, tax), 0) - amount, 0)
            elif not amount:
                # sudo: amounts of the charge come from journal items
                amount = line.sudo()._get_outlay()
            found[line._get_claim_key()] = amount
        return found

    def _precedes(self, assessment):
        """Whether a version came before the one of this line."""
        return (
            assessment.declaration_id == self.declaration_id
            and assessment.version < self.assessment_id.version
        )

    def _get_outlay(self):
        """Return what was charged without an assessment, in the claim's currency."""
        self.ensure_one()
        charge = self.charge_id
        amount = charge.currency_id._convert(
            charge.amount_charged,
            self.currency_id or charge.currency_id,
            charge.company_id or self.env.company,
            fields.Date.context_today(self),
        )
        return max(to_decimal(amount), 0)

    def _get_taken(self):
        """Return ``{line: amount}`` that other claims were given of the same levy."""
        groups = self.env["customs.refund.line"]._read_group(
            [
                ("charge_id", "in", self.charge_id.ids),
                ("refund_id.decision", "=", "accepted"),
            ],
            ["charge_id", "assessment_id", "refund_id"],
            ["amount_accepted:sum"],
        )
        given = defaultdict(dict)
        for charge, assessment, refund, amount in groups:
            given[charge.id, assessment.id][refund.id] = to_decimal(amount)
        return {
            line: sum(
                amount
                for refund_id, amount in given[line._get_claim_key()].items()
                if refund_id != line.refund_id._origin.id
            )
            for line in self
        }

    def _get_drawn(self):
        """Return ``{item: quantity}`` that accepted claims other than theirs used.

        Several taxes of an item are claimed on one quantity.
        """
        groups = self.env["customs.refund.line"]._read_group(
            [
                ("item_id", "in", self.item_id.ids),
                ("refund_id.decision", "=", "accepted"),
                ("refund_id", "not in", self.refund_id.ids),
            ],
            ["item_id", "refund_id"],
            ["quantity_drawn:max"],
        )
        drawn = {}
        for item, _refund, quantity in groups:
            drawn[item] = drawn.get(item, 0) + to_decimal(quantity)
        return drawn

    # === COST === #

    def _get_cost_parts(self, amount):
        """Return ``[(account, amount)]`` that our own cost gets less.

        Duty on goods for stock is split: the share sold lowers the cost of sales.
        """
        self.ensure_one()
        company = self.company_id
        account = self.charge_id._get_cost_account()
        if account != company.customs_duty_clearing_account_id:
            return [(account, amount)]
        sold, rest = split_sold(
            to_decimal(amount),
            to_decimal(self.sold_share),
            to_decimal(self.currency_id.rounding),
        )
        parts = [(account, to_float(rest))]
        if sold:
            parts.insert(0, (company._get_customs_account("cogs"), to_float(sold)))
        return [part for part in parts if part[1]]

    # === CRUD METHODS === #

    def _check_changeable(self, names=()):
        for record in self:
            refund = record.refund_id
            if refund.decision in ("draft", "submitted"):
                continue
            if names and set(names) <= CHANGEABLE_WHEN_ACCEPTED:
                if "interest" not in names or not record.interest_received:
                    continue
            refund._check_lines_changeable()

    @api.model_create_multi
    def create(self, vals_list):
        known = {vals["refund_id"] for vals in vals_list if vals.get("refund_id")}
        self.env["customs.refund"].browse(known)._check_lines_changeable()
        lines = super().create(vals_list)
        lines._check_changeable()
        return lines

    def write(self, vals):
        self._check_changeable(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self._check_changeable()

    @api.constrains("declaration_id", "charge_id", "item_id", "assessment_id")
    def _check_one_file(self):
        for record in self:
            parts = (record.charge_id, record.item_id, record.assessment_id)
            for part in parts:
                if part and part.declaration_id != record.declaration_id:
                    raise UserError(
                        self.env._(
                            "%(part)s does not belong to declaration %(declaration)s.",
                            part=part.display_name,
                            declaration=record.declaration_id.name,
                        )
                    )

    # === ACTIONS === #

    def action_receive(self):
        """Record that the money of these lines came in."""
        return self.refund_id._receive(self)
