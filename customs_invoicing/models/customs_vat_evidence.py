from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..engine.statement_matching import read_amount, read_rows
from ..tools import to_float

KINDS = [
    ("c79", "C79 certificate"),
    ("mpivs", "Postponed VAT statement"),
    ("dua", "DUA"),
    ("boe", "Bill of entry"),
    ("other", "Other evidence"),
]

KIND_BY_COUNTRY = {"GB": "c79", "ES": "dua", "IN": "boe"}


class CustomsVatEvidence(models.Model):
    """A document that lets import VAT be deducted, or states what was postponed."""

    _name = "customs.vat.evidence"
    _description = "Import VAT Evidence"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _rec_name = "number"
    _check_company_auto = True

    kind = fields.Selection(
        selection=KINDS,
        required=True,
        default=lambda self: self._default_kind(),
        tracking=True,
        help="A postponed VAT statement corrects what was declared; every other "
        "document releases import VAT that awaits evidence.",
    )
    is_statement = fields.Boolean(compute="_compute_is_statement")
    number = fields.Char(
        required=True,
        tracking=True,
        help="Number or month of the document, as printed.",
    )
    date = fields.Date(
        string="Accounting date",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="The VAT is deducted on this day.",
    )
    date_from = fields.Date(string="Period from")
    date_to = fields.Date(string="Period to")
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    authority_id = fields.Many2one(
        comodel_name="res.partner",
        check_company=True,
        help="Authority that issued it; narrows the files that are proposed.",
    )
    attachment_ids = fields.Many2many(
        comodel_name="ir.attachment",
        string="Files",
        bypass_search_access=True,
        help="The document itself: keep it as proof.",
    )
    state = fields.Selection(
        selection=[("draft", "To post"), ("posted", "Posted")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    line_ids = fields.One2many(
        comodel_name="customs.vat.evidence.line",
        inverse_name="evidence_id",
        copy=True,
    )
    pasted = fields.Text(
        string="Paste lines",
        store=False,
        help="Rows of number and VAT, with the base after it if it is printed, copied "
        "from the document or a spreadsheet.",
    )
    amount_printed = fields.Monetary(
        string="Total as printed",
        help="If given, the lines must add up to it before they are posted.",
    )
    amount_stated = fields.Monetary(string="Stated", compute="_compute_amounts")
    amount_books = fields.Monetary(string="In the books", compute="_compute_amounts")
    difference = fields.Monetary(compute="_compute_amounts")
    has_undone = fields.Boolean(string="Entries undone", compute="_compute_has_undone")
    status = fields.Selection(
        selection=[("draft", "To post"), ("posted", "Posted"), ("undone", "Undone")],
        compute="_compute_has_undone",
        help="Undone: entries of it were reversed, so their VAT awaits evidence again.",
    )
    move_count = fields.Integer(string="Entry count", compute="_compute_move_count")

    _number_unique = models.UniqueIndex(
        "(company_id, kind, number)",
        "This document is recorded already: open it instead.",
    )

    @api.model
    def _default_kind(self):
        """Return the usual certificate of the company's country."""
        return KIND_BY_COUNTRY.get(self.env.company.country_code, "other")

    # === COMPUTE METHODS === #

    @api.depends("kind", "number")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            record.display_name = f"{kinds[record.kind]} {record.number or ''}".strip()

    @api.depends("kind")
    def _compute_is_statement(self):
        for record in self:
            record.is_statement = record.kind == "mpivs"

    @api.depends("line_ids.amount_stated", "line_ids.amount_books")
    def _compute_amounts(self):
        for record in self:
            lines = record.line_ids
            record.amount_stated = sum(lines.mapped("amount_stated"))
            record.amount_books = sum(lines.mapped("amount_books"))
            record.difference = record.amount_stated - record.amount_books

    @api.depends("state", "line_ids.is_undone")
    def _compute_has_undone(self):
        for record in self:
            record.has_undone = any(record.line_ids.mapped("is_undone"))
            record.status = "undone" if record.has_undone else record.state

    @api.depends("line_ids.move_id", "line_ids.assessment_id")
    def _compute_move_count(self):
        for record in self:
            record.move_count = len(record._get_moves())

    def _get_moves(self):
        lines = self.line_ids
        return lines.move_id | lines.assessment_id.move_ids

    @api.onchange("pasted")
    def _onchange_pasted(self):
        """Make lines of pasted rows; rows that cannot be read stay in the box."""
        decimals = self.currency_id.decimal_places
        rows, problems = read_rows(self.pasted, decimals)
        self.pasted = "\n".join(problem.text for problem in problems)
        self.line_ids = [
            Command.create(
                {
                    "number": row.number,
                    "amount_stated": to_float(row.amount),
                    # the third column, read as text
                    "base_stated": to_float(read_amount(row.tax_code, decimals)),
                }
            )
            for row in rows
        ]
        if problems:
            return {
                "warning": {
                    "title": self.env._("Rows that cannot be read"),
                    "message": self.env._(
                        "Rows without a number or an amount (%(count)s) stay in the "
                        "box. Correct them there.",
                        count=len(problems),
                    ),
                }
            }
        return None

    # === CONSTRAINTS === #

    def _check_draft(self):
        for record in self:
            if record.state == "posted":
                raise UserError(
                    self.env._(
                        "%(evidence)s is posted and cannot be changed. Undo it first.",
                        evidence=record.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if any(record.state != "draft" for record in records):
            records._check_state_by_action()
        return records

    def write(self, vals):
        if "state" in vals:
            self._check_state_by_action()
        free = {"attachment_ids", "state"}
        if any(
            not name.startswith(("message_", "activity_")) for name in {*vals} - free
        ):
            self._check_draft()
        return super().write(vals)

    def _check_state_by_action(self):
        """Nobody writes the state: posting and undoing do, and book what it says."""
        if not self.env.su:
            raise UserError(
                self.env._(
                    "Evidence becomes posted by Match and post, and a draft again by "
                    "Undo. Press these instead."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        self._check_draft()

    # === PREPARING === #

    def action_add_awaiting(self):
        """Add the files of the period that await this kind of document."""
        self.ensure_one()
        self._check_draft()
        files = self._get_awaiting() - self.line_ids.declaration_id
        if self.is_statement:
            amounts = {f.id: a for f, a in files._get_postponed_import_vat().items()}
        else:
            amounts = files._get_vat_pending_balances()
        self.line_ids = [
            Command.create(
                {
                    "number": record.mrn or record.name,
                    "declaration_id": record.id,
                    "amount_stated": amounts[record.id],
                }
            )
            for record in files
        ]
        if files:
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("No other file of this period awaits it."),
            },
        }

    def _get_awaiting(self):
        """Return the files that await this kind of document, by date."""
        self.ensure_one()
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("capacity", "=", "own")
            & Domain("state", "!=", "cancelled")
        )
        if self.authority_id:
            domain &= Domain("authority_id", "=", self.authority_id.id)
        if self.date_from:
            domain &= Domain("registration_date", ">=", self.date_from)
        if self.date_to:
            domain &= Domain("registration_date", "<=", self.date_to)
        if not self.is_statement:
            domain &= Domain("vat_pending", "!=", 0)
            return self.env["customs.declaration"].search(
                domain, order="registration_date, id"
            )
        settled = Domain("evidence_id.kind", "=", self.kind) & Domain(
            "evidence_id.state", "=", "posted"
        )
        domain &= Domain("current_assessment_id.line_ids.status", "=", "postponed")
        domain &= ~Domain("vat_evidence_line_ids", "any", settled)
        files = self.env["customs.declaration"].search(
            domain, order="registration_date, id"
        )
        posted = files._get_postponed_import_vat()
        return files.filtered(posted.get)

    def action_find_declarations(self):
        """Look the files of lines without one up again."""
        self.ensure_one()
        self._check_draft()
        lines = self.line_ids.filtered(lambda line: not line.declaration_id)
        lines._compute_declaration_id()
        return True

    # === NAVIGATION === #

    def action_view_moves(self):
        """Open the entries this document made."""
        moves = self._get_moves()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "account.action_move_journal_line"
        )
        if len(moves) == 1:
            return {
                **action,
                "view_mode": "form",
                "views": [(False, "form")],
                "res_id": moves.id,
            }
        return {**action, "domain": [("id", "in", moves.ids)], "context": {}}

    def action_view_declarations(self):
        """Open the files on this document."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customs_invoicing.customs_declaration_action"
        )
        files = self.line_ids.declaration_id
        return {**action, "domain": [("id", "in", files.ids)], "context": {}}
