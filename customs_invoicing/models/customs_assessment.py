from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomsAssessment(models.Model):
    """What the authority said, as sent; a new figure is a new version."""

    _name = "customs.assessment"
    _description = "Customs Assessment"
    _inherit = ["customs.declaration.part", "mail.thread"]
    _order = "declaration_id, version desc"

    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        help="National currency in which the authority assessed.",
    )
    version = fields.Integer(required=True, default=1, readonly=True)
    kind = fields.Selection(
        selection=[("provisional", "Provisional"), ("final", "Final")],
        required=True,
        default="final",
        help="Final when the authority gave an assessment number.",
    )
    number = fields.Char(help="Assessment number, for example A 4802.")
    date = fields.Date(required=True)
    date_due = fields.Date(string="Due date")
    source_format = fields.Char(string="Source format", readonly=True)
    source_attachment_id = fields.Many2one(
        comodel_name="ir.attachment", string="Source file", readonly=True
    )
    source_hash = fields.Char(
        string="SHA-256 of the file", readonly=True, help="Proves the file unchanged."
    )
    fingerprint = fields.Char(
        readonly=True, index=True, help="Hash of the content, blind to layout."
    )
    line_ids = fields.One2many(
        comodel_name="customs.assessment.line", inverse_name="assessment_id"
    )
    move_ids = fields.One2many(
        comodel_name="account.move", inverse_name="customs_assessment_id"
    )
    is_current = fields.Boolean(
        string="Is current", compute="_compute_is_current", store=True
    )
    amount_assessed = fields.Monetary(
        string="Assessed", compute="_compute_amounts", store=True
    )
    amount_payable = fields.Monetary(
        string="Payable", compute="_compute_amounts", store=True
    )
    state = fields.Selection(
        selection=[("open", "To post"), ("posted", "Posted"), ("old", "Superseded")],
        compute="_compute_state",
    )

    _version_unique = models.Constraint(
        "UNIQUE(declaration_id, version)",
        "This version of the assessment exists already.",
    )

    @api.depends("declaration_id.name", "version", "number")
    def _compute_display_name(self):
        for record in self:
            number = f" {record.number}" if record.number else ""
            record.display_name = self.env._(
                "%(declaration)s · assessment%(number)s v%(version)s",
                declaration=record.declaration_id.name,
                number=number,
                version=record.version,
            )

    @api.depends(
        "declaration_id.assessment_ids.kind",
        "declaration_id.assessment_ids.date",
        "declaration_id.assessment_ids.version",
    )
    def _compute_is_current(self):
        """The newest final result wins; among equals the one that came last."""
        for declaration, records in self.grouped("declaration_id").items():
            newest = max(
                declaration.assessment_ids,
                key=lambda a: (a.kind == "final", a.date, a.version),
                default=self.browse(),
            )
            for record in records:
                record.is_current = record == newest

    @api.depends("line_ids.amount_assessed", "line_ids.amount_payable")
    def _compute_amounts(self):
        for record in self:
            record.amount_assessed = sum(record.line_ids.mapped("amount_assessed"))
            record.amount_payable = sum(record.line_ids.mapped("amount_payable"))

    @api.depends(
        "is_current",
        "line_ids.amount_payable",
        "line_ids.status",
        "declaration_id.vat_evidence",
        "declaration_id.goods_use",
        "declaration_id.charge_ids.nature",
        "declaration_id.charge_ids.payment_method_id",
        "declaration_id.charge_ids.amount_estimate",
        "declaration_id.charge_ids.move_line_ids.parent_state",
        "declaration_id.charge_ids.move_line_ids.amount_currency",
    )
    def _compute_state(self):
        """Posted means: the books say what this version says."""
        deltas = self._get_deltas()
        for record in self:
            if not record.is_current:
                record.state = "old"
            else:
                # what was billed on estimate gives way when the version is posted
                estimated = any(
                    record.declaration_id.charge_ids.mapped("amount_estimate")
                )
                record.state = "open" if deltas[record] or estimated else "posted"

    def _check_not_posted(self):
        for record in self:
            if any(move.state == "posted" for move in record.move_ids):
                raise UserError(
                    self.env._(
                        "%(assessment)s is posted and cannot be changed. A new figure "
                        "of the authority is a new version.",
                        assessment=record.display_name,
                    )
                )

    def write(self, vals):
        derived = {"is_current", "amount_assessed", "amount_payable"}
        if {name for name in vals if not name.startswith("message_")} - derived:
            self._check_not_posted()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        self._check_not_posted()

    # === POSTING: see customs_assessment_posting.py === #

    def _check_four_eyes(self):
        """Where the company asks for it, whoever imported may not post."""
        for record in self:
            if (
                record.company_id.customs_four_eyes
                and record.create_uid == self.env.user
                and not self.env.su
            ):
                raise UserError(
                    self.env._(
                        "%(name)s: Posting needs a second person: you imported it "
                        "yourself.",
                        name=record.declaration_id.name,
                    )
                )
