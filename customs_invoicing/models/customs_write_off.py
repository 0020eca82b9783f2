from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("outlay", "Outlay the client does not bear"),
    ("insolvency", "Invoice of an insolvent client"),
]

REASONS = [
    ("stale_rate", "Billed with an old rate"),
    ("our_error", "Our error"),
    ("small_balance", "Small balance"),
    ("agreed", "Agreed with the client"),
    ("insolvent", "Client insolvent"),
    ("other", "Other"),
]


class CustomsWriteOff(models.Model):
    """A loss on a file: one person asks for it, another one posts it."""

    _name = "customs.write.off"
    _description = "Customs Write-off"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_names_search = ["name", "declaration_id.name", "invoice_id.name"]
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env._("New"),
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(selection=KINDS, required=True, readonly=True)
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    charge_id = fields.Many2one(
        comodel_name="customs.charge",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    invoice_id = fields.Many2one(
        comodel_name="account.move",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    client_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_client_id",
        store=True,
        index="btree_not_null",
    )
    amount = fields.Monetary(
        readonly=True, help="What is given up, tax included, in our currency."
    )
    date = fields.Date(string="Accounting date", required=True, readonly=True)
    reason = fields.Selection(selection=REASONS, required=True, readonly=True)
    reason_text = fields.Text(string="Explanation", readonly=True)
    state = fields.Selection(
        selection=[
            ("requested", "To approve"),
            ("approved", "Approved"),
            ("refused", "Refused"),
        ],
        default="requested",
        required=True,
        readonly=True,
        tracking=True,
        index=True,
    )
    requested_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Requested by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    approver_id = fields.Many2one(
        comodel_name="res.users", string="Asked to approve", readonly=True
    )
    decided_by_id = fields.Many2one(
        comodel_name="res.users", string="Decided by", readonly=True, copy=False
    )
    decided_on = fields.Datetime(string="Decided on", readonly=True, copy=False)
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    is_reversed = fields.Boolean(
        string="Undone",
        compute="_compute_is_reversed",
        help="The entry was reversed or reset, so the amount is open again.",
    )
    status = fields.Selection(
        selection=[
            ("requested", "To approve"),
            ("approved", "Approved"),
            ("undone", "Undone"),
            ("refused", "Refused"),
        ],
        compute="_compute_is_reversed",
    )
    can_decide = fields.Boolean(compute="_compute_can_decide")

    @api.depends("declaration_id.client_id", "invoice_id.commercial_partner_id")
    def _compute_client_id(self):
        for record in self:
            record.client_id = (
                record.declaration_id.client_id
                or record.invoice_id.commercial_partner_id
            )

    @api.depends("state", "move_id.state", "move_id.reversal_move_ids.state")
    def _compute_is_reversed(self):
        for record in self:
            move = record.sudo().move_id  # sudo: the entry decides, whoever looks
            record.is_reversed = record.state == "approved" and (
                move.state != "posted"
                or "posted" in move.reversal_move_ids.mapped("state")
            )
            record.status = "undone" if record.is_reversed else record.state

    @api.depends("state", "requested_by_id")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        verifier = self.env.user.has_group("customs_invoicing.group_customs_verifier")
        for record in self:
            record.can_decide = (
                verifier
                and record.state == "requested"
                and record.requested_by_id != self.env.user
            )

    @api.depends("name", "charge_id.name", "invoice_id.name")
    def _compute_display_name(self):
        for record in self:
            what = record.charge_id.name or record.invoice_id.name
            record.display_name = f"{record.name} ({what})" if what else record.name

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if any(record.state == "approved" for record in self):
            raise UserError(
                self.env._("An approved write-off is proof and cannot be deleted.")
            )

    # === REQUEST === #

    @api.model
    def _request(self, vals_list):
        """Make requests after checking them all, and tell who is to approve.

        Requests are written by these screens only, so that nobody approves what he
        asked for by writing the fields himself.
        """
        for vals in vals_list:
            vals.update(requested_by_id=self.env.uid, state="requested")
        requests = self.sudo()  # sudo: see above
        checked = [requests.new(vals) for vals in vals_list]
        problems = [problem for draft in checked if (problem := draft._get_problem())]
        if problems:
            raise UserError("\n".join(problems))
        for vals in vals_list:
            company = self.env["res.company"].browse(vals["company_id"])
            sequences = requests.env["ir.sequence"].with_company(company)
            vals["name"] = sequences.next_by_code("customs.write.off")
        drafts = requests.create(vals_list)
        for record in drafts:
            record._schedule_approval()
        return drafts.sudo(False)

    def _schedule_approval(self):
        self.ensure_one()
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.approver_id.id,
            summary=self.env._("Approve or refuse this write-off"),
            note=self.env._(
                "%(user)s asks to write off %(amount)s.",
                user=self.requested_by_id.name,
                amount=self.currency_id.format(self.amount),
            ),
        )

    # === DECISION === #

    def action_approve(self):
        """Post the loss; somebody else than the person who asked for it."""
        self._check_decision(self.env._("approve a write-off"))
        self.declaration_id._lock_for_money()
        self.invalidate_recordset()
        records = self.sudo()  # sudo: only approving writes these records
        problems = [p for record in records if (p := record._get_problem())]
        if problems:
            raise UserError("\n".join(problems))
        moves = {record: record._create_entry() for record in records}
        for record, move in moves.items():
            record.write({**self._prepare_decision("approved"), "move_id": move.id})
        self.env["account.move"].union(*moves.values())._post(soft=False)
        for record in records.filtered(lambda r: r.kind == "insolvency"):
            record._settle_invoice()
        records.activity_feedback(["mail.mail_activity_data_todo"])
        return True

    def action_refuse(self):
        """Refuse the write-off; who asked for it may withdraw it so."""
        for record in self:
            if record.requested_by_id != self.env.user:
                record._check_decision(self.env._("refuse a write-off"))
            elif record.state != "requested":
                record._raise_decided()
        records = self.sudo()  # sudo: see action_approve
        records.write(self._prepare_decision("refused"))
        records.activity_unlink(["mail.mail_activity_data_todo"])
        return True

    def _prepare_decision(self, state):
        return {
            "state": state,
            "decided_by_id": self.env.uid,
            "decided_on": fields.Datetime.now(),
        }

    def _check_decision(self, action):
        """Two people: the second is a verifier and did not ask."""
        self.env["customs.declaration"]._check_verifier(action)
        self.check_access("read")
        for record in self:
            if record.state != "requested":
                record._raise_decided()
            if record.requested_by_id == self.env.user:
                raise UserError(
                    self.env._(
                        "%(name)s was requested by you. A colleague has to decide on "
                        "it.",
                        name=record.name,
                    )
                )

    def _raise_decided(self):
        self.ensure_one()
        raise UserError(
            self.env._(
                "%(name)s was decided by %(user)s already.",
                name=self.name,
                user=self.decided_by_id.name,
            )
        )

    # === ACTIONS === #

    def action_view_move(self):
        self.ensure_one()
        return self.move_id.get_formview_action()
