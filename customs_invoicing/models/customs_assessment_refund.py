from odoo import models


class CustomsAssessment(models.Model):
    """Money that a version waits for."""

    _inherit = "customs.assessment"

    def _get_open_refund_items(self):
        """Return the items by which these versions wait for money to come back."""
        accounts = self.company_id.customs_refund_recv_account_id
        return self.env["account.move.line"].search(
            [
                ("move_id.customs_assessment_id", "in", self.ids),
                ("account_id", "in", accounts.ids),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("balance", ">", 0),
            ]
        )
