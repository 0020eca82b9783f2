import base64
import re

from odoo import api, fields, models
from odoo.fields import Command

from ..models.customs_assessment_versions import REASONS

#: A rate of our own calculation that is nothing but a percentage
_PERCENT = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*%\s*$")


class CustomsRecordAssessment(models.TransientModel):
    """Typing what the authority assessed, or what it changed since."""

    _name = "customs.record.assessment"
    _description = "Record an Assessment"

    declaration_id = fields.Many2one(
        comodel_name="customs.declaration", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="declaration_id.company_id")
    currency_id = fields.Many2one(related="declaration_id.tariff_currency_id")
    tariff_id = fields.Many2one(related="declaration_id.tariff_id")
    previous_id = fields.Many2one(
        comodel_name="customs.assessment",
        string="Version in force",
        compute="_compute_previous_id",
    )
    kind = fields.Selection(
        selection=[("provisional", "Provisional"), ("final", "Final")],
        required=True,
        default="final",
    )
    number = fields.Char(
        string="Assessment number", help="As on the notice, for example A 4802."
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    date_due = fields.Date(
        string="Due date",
        compute="_compute_date_due",
        store=True,
        readonly=False,
        precompute=True,
    )
    reason = fields.Selection(selection=REASONS, required=True, default="assessment")
    settlement = fields.Selection(
        selection=lambda self: self.env["customs.assessment"]
        ._fields["settlement"]
        ._description_selection(self.env),
        string="What is taken back",
        required=True,
        default="offset",
        help="Whether less is paid, or the authority pays the difference back.",
    )
    note = fields.Text()
    source_file = fields.Binary(string="Notice", attachment=False)
    source_name = fields.Char(string="Name of the file")
    line_ids = fields.One2many(
        comodel_name="customs.record.assessment.line",
        inverse_name="wizard_id",
        string="Taxes",
    )
    amount_assessed = fields.Monetary(string="Assessed", compute="_compute_totals")
    amount_payable = fields.Monetary(string="Payable", compute="_compute_totals")
    amount_before = fields.Monetary(string="Payable before", compute="_compute_totals")
    difference = fields.Monetary(compute="_compute_totals")
    hint = fields.Char(compute="_compute_hint")

    # === COMPUTE METHODS === #

    @api.depends("declaration_id")
    def _compute_previous_id(self):
        for wizard in self:
            wizard.previous_id = wizard.declaration_id.current_assessment_id

    @api.depends("date", "declaration_id")
    def _compute_date_due(self):
        for wizard in self:
            days = wizard.declaration_id.office_id.payment_days
            wizard.date_due = wizard.date and fields.Date.add(wizard.date, days=days)

    @api.depends("line_ids.amount_assessed", "line_ids.amount_payable", "previous_id")
    def _compute_totals(self):
        for wizard in self:
            lines = wizard.line_ids
            wizard.amount_assessed = sum(lines.mapped("amount_assessed"))
            wizard.amount_payable = sum(lines.mapped("amount_payable"))
            wizard.amount_before = wizard.previous_id.amount_payable
            wizard.difference = wizard.amount_payable - wizard.amount_before

    @api.depends("date", "kind", "previous_id")
    def _compute_hint(self):
        for wizard in self:
            before = wizard.previous_id
            replaces = not before or (wizard.kind == "final", wizard.date) >= (
                before.kind == "final",
                before.date,
            )
            wizard.hint = (
                False
                if replaces or not wizard.date
                else self.env._(
                    "%(version)s is newer or final and stays in force; this one is "
                    "kept for the record only.",
                    version=before.display_name,
                )
            )

    # === OPENING === #

    @api.model
    def _open(self, declaration):
        """Create the wizard of a file, filled in, and return the action to it."""
        before = declaration.current_assessment_id
        wizard = self.create(
            {
                "declaration_id": declaration.id,
                "reason": "correction" if before else "assessment",
                "line_ids": [
                    Command.create(vals) for vals in self._get_proposal(declaration)
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record correction")
            if before
            else self.env._("Record assessment"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _get_proposal(self, declaration):
        """Return the lines to begin with: those in force, else our calculation."""
        items = {line.number: line.id for line in declaration.line_ids}
        version = declaration.current_assessment_id
        if not version:
            return self._get_calculated(declaration)
        # taxes on the whole declaration last, as on a notice
        lines = version.line_ids.sorted(
            lambda line: (not line.item_number, line.item_number, line.sequence)
        )
        rows = [line._get_recorded_vals() for line in lines]
        return [
            {
                "item_id": items.get(row.pop("item_number"), False),
                "sequence": 10 * position,
                **row,
            }
            for position, row in enumerate(rows)
        ]

    @api.model
    def _get_calculated(self, declaration):
        """Return lines that say what we expect."""
        rows = []
        duty_lines = declaration.duty_line_ids.filtered("is_calculated")
        for position, line in enumerate(duty_lines.sorted("sequence")):
            percent = _PERCENT.match(line.rate_calculated or "")
            rows.append(
                {
                    "sequence": 10 * position,
                    "item_id": line.line_id.id,
                    "tax_code_id": line.tax_code_id.id,
                    "base": line.base_calculated,
                    "rate": float(percent[1]) if percent else 0.0,
                    "rate_kind": "percent" if percent else False,
                    "rate_text": line.rate_calculated,
                    "amount_assessed": line.amount_calculated,
                    "amount_payable": line.payable_calculated,
                    "status": line.status_calculated or "payable",
                }
            )
        return rows

    # === RECORDING === #

    def action_record(self):
        """Record the version and show it."""
        self.ensure_one()
        before = self.declaration_id.assessment_ids
        assessment = self._record()
        if assessment in before:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "info",
                    "message": self.env._(
                        "%(version)s says the same already; nothing was recorded.",
                        version=assessment.display_name,
                    ),
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        return assessment._get_records_action()

    def action_record_and_preview(self):
        """Record the version and show what posting it would book."""
        self.ensure_one()
        return self._record().action_preview_entry()

    def _record(self):
        assessment = self.declaration_id._record_assessment(
            [line._get_recorded_vals() for line in self.line_ids],
            **{
                name: self[name]
                for name in (
                    "kind",
                    "date",
                    "number",
                    "date_due",
                    "reason",
                    "note",
                    "settlement",
                )
            },
        )
        if self.source_file and not assessment.source_attachment_id:
            assessment._keep_source(
                self.source_name or self.env._("Notice"),
                base64.b64decode(self.source_file),
            )
        return assessment
