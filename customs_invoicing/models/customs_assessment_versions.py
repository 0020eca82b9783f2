import hashlib
import json

from odoo import fields, models

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
        """Keep the file a version was taken from, with the proof that it is this one."""
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
