from collections import defaultdict

from odoo import models


class CustomsAssessment(models.Model):
    """Money that a version waits for."""

    _inherit = "customs.assessment"

    def _get_problems(self):
        return super()._get_problems() + self._get_refund_problems()

    def _get_refund_problems(self):
        """Return sentences on taxes that a claim gave back beside the assessment.

        A version recorded after the claim that lowers the same tax would book the
        amount a second time, unless the claim's line names the version it rests on.
        """
        self.ensure_one()
        given = self.declaration_id.refund_line_ids.filtered(
            lambda line: line.refund_id.decision == "accepted"
            and not line.assessment_id
            and line.refund_id.create_date <= self.create_date
            and not line.currency_id.is_zero(line.amount_accepted)
        )
        if not given:
            return []
        lowered = defaultdict(float)
        for target, (_base, amount) in self._get_deltas()[self].items():
            lowered[target.charge] -= amount
        labels = dict(given.refund_id._fields["kind"]._description_selection(self.env))
        return [
            self.env._(
                "%(file)s: %(claim)s (%(kind)s) gave back %(given)s of %(charge)s "
                "already, and this version lowers it by %(lowered)s: both would be "
                "booked. Reverse the entries of %(claim)s and take it back to "
                "submitted, post this version, and accept the claim again; name this "
                "version on its line where it is the same money.",
                file=self.declaration_id.name,
                claim=line.refund_id.name,
                kind=labels[line.refund_id.kind],
                given=line.currency_id.format(line.amount_accepted),
                charge=line.charge_id.name,
                lowered=self.currency_id.format(lowered[line.charge_id]),
            )
            for line in given
            if self.currency_id.compare_amounts(lowered[line.charge_id], 0.0) > 0
        ]

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
