import hashlib
import itertools
import json
from collections import defaultdict

from odoo import api, fields, models

from ..tools import to_decimal

REASONS = [
    ("assessment", "Assessment"),
    ("correction", "Correction"),
    ("refund", "Refund or repayment"),
    ("remission", "Remission"),
    ("demand", "Demand for more"),
    ("statement", "Statement of the authority"),
    ("other", "Other"),
]

#: What makes two versions the same. How a rate is spelled does not.
CONTENT = ("kind", "number", "date", "date_due", "reason", "settlement")
FIGURES = (("base", 3), ("rate", 6), ("amount_assessed", 6), ("amount_payable", 6))


class CustomsAssessment(models.Model):
    """Why a version was made and how what it takes back is settled."""

    _inherit = "customs.assessment"

    reason = fields.Selection(
        selection=REASONS,
        required=True,
        default="assessment",
        help="Why the authority made this version.",
    )
    note = fields.Text()
    settlement = fields.Selection(
        selection=[
            ("offset", "Set off against the debt"),
            ("receivable", "The authority pays it back"),
        ],
        required=True,
        default="offset",
        help="What happens to an amount that the authority takes back: less is paid, "
        "or a refund is awaited.",
    )

    versions_table = fields.Html(
        string="Versions side by side",
        compute="_compute_versions_table",
        sanitize=False,
    )

    # money of every version, so it follows from no field in particular
    @api.depends("state", "declaration_id.assessment_ids.line_ids.amount_payable")
    def _compute_versions_table(self):
        in_force = self.declaration_id.current_assessment_id
        deltas, targets = in_force._get_deltas(), in_force._get_targets_by_version()
        for record in self:
            current = record.declaration_id.current_assessment_id
            record.versions_table = self.env["ir.qweb"]._render(
                "customs_invoicing.assessment_versions_table",
                record._get_versions(deltas.get(current, {}), targets.get(current, {})),
            )

    def _get_versions(self, deltas, targets):
        """Return the versions of the file by tax code, for the table.

        :param deltas: what is still to post of the version in force
        :param targets: what it comes to
        """
        self.ensure_one()
        declaration = self.declaration_id
        versions = declaration.assessment_ids.sorted("version")
        amounts = defaultdict(float)  # {(version, tax code, field): amount}
        for line in versions.line_ids:
            for name in ("amount_assessed", "amount_payable"):
                amounts[line.assessment_id, line.tax_code_id, name] += line[name]
        to_post = defaultdict(float)
        for target, (_base, amount) in deltas.items():
            to_post[target.charge.tax_code_id] += amount
        before = {later: first for first, later in itertools.pairwise(versions)}
        owed = defaultdict(float)  # what the books hold once all is posted
        for target, (_base, amount) in targets.items():
            owed[target.charge.tax_code_id] += amount
        return {
            "current": declaration.current_assessment_id,
            "shown": self,
            "versions": versions,
            "before": before,
            "amounts": amounts,
            "to_post": to_post,
            "owed": owed,
            "tax_codes": versions.line_ids.tax_code_id.sorted("sequence")
            | self.env["customs.tax.code"].union(*to_post),
            "money": {"widget": "monetary", "display_currency": self.currency_id},
            "is_zero": self.currency_id.is_zero,
        }

    move_count = fields.Integer(string="Entry count", compute="_compute_move_count")

    @api.depends("move_ids")
    def _compute_move_count(self):
        for record in self:
            record.move_count = len(record.move_ids)

    def action_view_moves(self):
        """Open the entries of this version."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_journal_line"
        )
        action.update(domain=[("id", "in", self.move_ids.ids)], context={})
        if len(self.move_ids) == 1:
            action.update(views=[(False, "form")], res_id=self.move_ids.id, domain=[])
        return action

    def action_view_declaration(self):
        """Open the file of this version."""
        return self.declaration_id._get_open_action()

    def action_preview_entry(self):
        """Show what posting this version would book, without booking it."""
        self.ensure_one()
        return self.env["customs.entry.preview"]._open(self)

    def _get_content_hash(self):
        """Return a hash of what a version says, the same for file and typing."""
        self.ensure_one()
        return self._hash_content(
            {name: self[name] for name in CONTENT},
            [line._get_recorded_vals() for line in self.line_ids],
        )

    def _hash_content(self, header, rows):
        """Return the hash of the values of a version and its lines, in any order."""
        lines = sorted(
            [
                row["tax_code_id"],
                row["item_number"] or 0,
                *(f"{to_decimal(row[name], digits):f}" for name, digits in FIGURES),
                row["status"],
                row["payment_method"] or "",
            ]
            for row in rows
        )
        head = [str(header[name] or "") for name in CONTENT]
        return hashlib.sha256(json.dumps([head, lines]).encode()).hexdigest()

    def _keep_source(self, filename, content):
        """Keep the file a version was taken from, and the proof that it is this."""
        self.ensure_one()
        # sudo: assessments are read-only for every user
        assessment = self.sudo()
        attachment = assessment.env["ir.attachment"].create(
            {
                "name": filename,
                "raw": content,
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        assessment.write(
            {
                "source_attachment_id": attachment.id,
                "source_hash": hashlib.sha256(content).hexdigest(),
            }
        )
