from odoo import fields, models


class ResCompany(models.Model):
    """How refunds of the authority are booked."""

    _inherit = "res.company"

    customs_refund_recognition = fields.Selection(
        selection=[
            ("acceptance", "When the authority accepts the claim"),
            ("cash", "When the money arrives"),
        ],
        string="Refunds are booked",
        default="acceptance",
        required=True,
        help="When a refund or drawback on our own imports lowers our cost. Refunds "
        "for clients are booked when the money arrives.",
    )
    customs_refund_statement_days = fields.Integer(
        string="Statement of refunds (days)",
        default=60,
        help="Days after a refund for a client arrived within which the client gets "
        "the money or a written statement; 60 in the United States.",
    )
    customs_security_expiry_days = fields.Integer(
        string="Remind of securities (days)",
        default=30,
        help="Days before a security expires on which its officer is reminded.",
    )

    def _get_only_bank_journal(self):
        """Return the bank journal to propose: that of customs, or the only one."""
        self.ensure_one()
        if self.customs_bank_journal_id:
            return self.customs_bank_journal_id
        journals = self.env["account.journal"].search(
            [("company_id", "=", self.id), ("type", "=", "bank")], limit=2
        )
        return journals if len(journals) == 1 else journals.browse()
