from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import own_values

#: What an approved note was agreed on
FIXED_WHEN_APPROVED = {
    "account_id",
    "company_id",
    "date_from",
    "date_to",
    "line_ids",
}
#: What follows from the steps of a note, and is written by its buttons only
OWN = {"name", "state", "approver_id", "date_sent"}


class CustomsChargeNote(models.Model):
    """What the customs files of a period cost a department, line by line.

    It books nothing: the costs are with the department already, by the analytic
    distribution of the posted items. Each analytic item is on one note only, so the
    notes of a department are its analytic items.
    """

    _name = "customs.charge.note"
    _description = "Internal Charge Note"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"
    _rec_names_search = ["name", "account_id.name"]
    _check_company_auto = True

    name = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
        index="trigram",
        default=lambda self: self.env._("New"),
    )
    account_id = fields.Many2one(
        comodel_name="account.analytic.account",
        string="Department",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
        help="Analytic account that bears the costs.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Sent to",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        check_company=True,
        help="Who answers for the department and gets the note. Proposed: who got its "
        "last one.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: self._get_last_month()[0],
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self._get_last_month()[1]
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Officer",
        default=lambda self: self.env.user,
    )
    approver_id = fields.Many2one(
        comodel_name="res.users", string="Approved by", readonly=True, copy=False
    )
    date_sent = fields.Date(string="Sent on", readonly=True, copy=False, tracking=True)
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("approved", "Approved"),
            ("sent", "Sent"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    note = fields.Text(string="Message", help="Printed below the costs.")
    line_ids = fields.One2many(
        comodel_name="customs.charge.note.line",
        inverse_name="note_id",
        string="Costs",
        copy=False,
    )
    declaration_ids = fields.Many2many(
        comodel_name="customs.declaration",
        string="Files",
        compute="_compute_declaration_ids",
        search="_search_declaration_ids",
    )
    amount_total = fields.Monetary(
        string="Total", compute="_compute_amount_total", store=True
    )
    amount_gone = fields.Monetary(
        string="Taken back since",
        compute="_compute_amount_gone",
        help="Costs of this note whose entries were reset or deleted after it was "
        "approved. The next note of the department takes them back.",
    )

    _dates_in_order = models.Constraint(
        "CHECK(date_to >= date_from)", "The period ends before it starts."
    )

    # === COMPUTE METHODS === #

    @api.model
    def _get_last_month(self):
        today = fields.Date.context_today(self)
        end = fields.Date.subtract(today.replace(day=1), days=1)
        return end.replace(day=1), end

    @api.depends("account_id")
    def _compute_partner_id(self):
        """Whoever was chosen stays; otherwise who got the last note of it."""
        earlier = self.search(
            [("account_id", "in", self.account_id.ids), ("partner_id", "!=", False)]
        ).grouped(lambda note: (note.account_id, note.company_id))
        for record in self:
            last = earlier.get((record.account_id, record.company_id), self)[:1]
            record.partner_id = record.partner_id or last.partner_id

    @api.depends("line_ids.amount")
    def _compute_amount_total(self):
        for record in self:
            currency = record.currency_id or self.env.company.currency_id
            record.amount_total = currency.round(sum(record.line_ids.mapped("amount")))

    @api.depends("line_ids.is_gone", "line_ids.amount")
    def _compute_amount_gone(self):
        for record in self:
            gone = record.line_ids.filtered("is_gone")
            record.amount_gone = sum(gone.mapped("amount"))

    @api.depends("line_ids.declaration_id")
    def _compute_declaration_ids(self):
        for record in self:
            record.declaration_ids = record.line_ids.declaration_id

    def _search_declaration_ids(self, operator, value):
        return [("line_ids.declaration_id", operator, value)]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        numbered = []
        for vals in vals_list:
            self._check_own(vals)
            self._check_department({**self.default_get(["account_id"]), **vals})
            company = self.env["res.company"].browse(vals.get("company_id"))
            number = (
                self.env["ir.sequence"]
                .with_company(company or self.env.company)
                .next_by_code("customs.charge.note")
            )
            name = number or self.env._("New")
            numbered.append({**own_values(self, OWN), **vals, "name": name})
        notes = super().create(numbered)
        notes.filtered(lambda note: not note.line_ids)._collect()
        return notes

    def write(self, vals):
        self.check_access("write")
        self._check_own(vals)
        if "account_id" in vals:
            self._check_department(vals)
        if FIXED_WHEN_APPROVED & set(vals):
            self._check_draft(self.env._("change it"))
        collects = {"account_id", "company_id", "date_from", "date_to"} & set(vals)
        result = super().write(vals)
        if collects:
            self._collect()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_draft(self.env._("delete it"))

    def _check_own(self, vals):
        """How far a note is follows from its buttons, which check who may."""
        if OWN & set(vals) and not self.env.su:
            raise UserError(
                self.env._(
                    "Number and state of a charge note follow from its buttons: "
                    "approve, send or cancel it there."
                )
            )

    def _check_department(self, vals):
        if not vals.get("account_id"):
            raise UserError(
                self.env._("Choose the department that the charge note is for.")
            )

    def _check_draft(self, action):
        for record in self:
            if record.state != "draft":
                raise UserError(
                    self.env._(
                        "%(name)s is approved or cancelled, so you cannot %(action)s.",
                        name=record.name,
                        action=action,
                    )
                )

    # === ACTIONS === #

    def action_approve(self):
        """Approve drafts: their costs stay as they are."""
        self.env["customs.declaration"]._check_verifier(
            self.env._("approve an internal charge note")
        )
        self.check_access("write")
        self._check_draft(self.env._("approve it"))
        for record in self:
            if not record.line_ids:
                raise UserError(
                    self.env._("%(name)s has no costs to charge.", name=record.name)
                )
            if record.line_ids.filtered("is_gone"):
                raise UserError(
                    self.env._(
                        "%(name)s has costs whose entries were taken back since. "
                        "Collect its costs again.",
                        name=record.name,
                    )
                )
            if record.company_id.customs_four_eyes and record.user_id == self.env.user:
                raise UserError(
                    self.env._(
                        "%(name)s was made by you: somebody else has to approve it.",
                        name=record.name,
                    )
                )
        # sudo: see _check_own
        self.sudo().write({"state": "approved", "approver_id": self.env.uid})
        return True

    def action_cancel(self):
        """Cancel notes: their costs are free for another one."""
        self.check_access("write")
        if any(record.state != "draft" for record in self):
            self.env["customs.declaration"]._check_verifier(
                self.env._("cancel an approved charge note")
            )
        self.line_ids._check_not_taken_back()
        notes = self.sudo()  # sudo: see _check_own
        notes.state = "cancelled"
        notes.line_ids.is_void = True
        return True

    def action_send(self):
        """Open a mail to the department with the note as PDF."""
        self.ensure_one()
        if self.state not in ("approved", "sent"):
            raise UserError(self.env._("%(name)s is not approved yet.", name=self.name))
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "%(name)s goes to nobody yet. Choose who answers for the "
                    "department under Sent to.",
                    name=self.name,
                )
            )
        template = self.env.ref(
            "customs_invoicing.mail_template_charge_note", raise_if_not_found=False
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the charge note"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template and template.id,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
                "customs_mark_sent": True,
            },
        }

    def message_post(self, **kwargs):
        """Note the day on which a note is sent."""
        message = super().message_post(**kwargs)
        if self.env.context.get("customs_mark_sent") and message.partner_ids:
            self.check_access("write")
            sent = self.filtered(lambda record: record.state == "approved")
            # sudo: see _check_own
            sent.sudo().write(
                {"state": "sent", "date_sent": fields.Date.context_today(self)}
            )
        return message

    def action_print(self):
        return self.env.ref(
            "customs_invoicing.customs_charge_note_report"
        ).report_action(self)

    def action_view_declarations(self):
        """Open the files of the costs."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_declaration_action"
        )
        domain = [("id", "in", self.declaration_ids.ids)]
        return {**action, "domain": domain, "context": {}}

    def action_view_analytic_items(self):
        """Open the analytic items of the note."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "analytic.account_analytic_line_action_entries"
        )
        domain = [("id", "in", self.line_ids.analytic_line_id.ids)]
        return {**action, "domain": domain, "context": {}}

    def _get_printed_files(self):
        """Return ``[(file, [(charge name, amount)], total)]`` for the paper."""
        self.ensure_one()
        files = []
        for declaration, lines in self.line_ids.grouped("declaration_id").items():
            rows = [
                (
                    charge.name or self.env._("Expected duty"),
                    sum(own.mapped("amount")),
                )
                for charge, own in lines.grouped("charge_id").items()
            ]
            files.append((declaration, rows, sum(lines.mapped("amount"))))
        return files
