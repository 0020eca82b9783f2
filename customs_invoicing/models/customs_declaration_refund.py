from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain


class CustomsDeclaration(models.Model):
    """The claims on a file and the debts they can lower."""

    _inherit = "customs.declaration"

    refund_line_ids = fields.One2many(
        comodel_name="customs.refund.line",
        inverse_name="declaration_id",
        string="Refund lines",
    )
    refund_count = fields.Integer(
        string="Refund count", compute="_compute_refund_count"
    )

    def _compute_refund_count(self):
        groups = self.env["customs.refund.line"]._read_group(
            [("declaration_id", "in", self.ids)],
            ["declaration_id"],
            ["refund_id:count_distinct"],
        )
        counts = {declaration.id: count for declaration, count in groups}
        for record in self:
            record.refund_count = counts.get(record.id, 0)

    def _get_file_warnings(self):
        warnings = super()._get_file_warnings()
        given = self.refund_line_ids.filtered(
            lambda line: line.refund_id.decision == "accepted"
            and not line.assessment_id
        )
        if given and self.has_unposted_assessment:
            warnings.append(
                self.env._(
                    "%(claims)s already gave back %(amount)s beside the assessment. "
                    "Where the new version takes the same amount back, reverse the "
                    "claim's entry and name the version on its line first.",
                    claims=", ".join(given.refund_id.mapped("name")),
                    amount=self.tariff_currency_id.format(
                        sum(given.mapped("amount_accepted"))
                    ),
                )
            )
        return warnings

    def action_view_refunds(self):
        """Open the refunds, remissions and drawbacks of the file."""
        self.ensure_one()
        action = self._action_view(
            "customs_invoicing.customs_refund_action",
            domain=[("line_ids.declaration_id", "=", self.id)],
            context={},
        )
        action.pop("path", None)
        return action

    def action_claim_refund(self):
        """Start a claim on what was levied on the file."""
        self.ensure_one()
        refunds = self.env["customs.refund"]
        refund = refunds.create(refunds._prepare_for_declaration(self))
        return {
            "type": "ir.actions.act_window",
            "res_model": refund._name,
            "res_id": refund.id,
            "view_mode": "form",
        }

    def _get_open_debts(self, partner, accounts=None):
        """Return ``{declaration: items}`` of files that are still owed to a partner.

        A bill's debt names no file, its other items do. What a security itself is
        owed for is no debt of the file.

        :param accounts: only on these accounts
        """
        domain = Domain(
            [
                ("account_id.account_type", "=", "liability_payable"),
                ("partner_id", "child_of", partner.commercial_partner_id.id),
                ("parent_state", "=", "posted"),
                ("amount_residual", "<", 0),
                ("reconciled", "=", False),
                ("customs_security_id", "=", False),
                ("company_id", "in", self.company_id.ids),
                ("move_id.line_ids.customs_declaration_id", "in", self.ids),
            ]
        )
        if accounts is not None:
            domain &= Domain("account_id", "in", accounts.ids)
        found = defaultdict(self.env["account.move.line"].browse)
        for item in self.env["account.move.line"].search(domain, order="date, id"):
            files = item.customs_declaration_id
            files = files or item.move_id.line_ids.customs_declaration_id
            for declaration in files & self:
                found[declaration] |= item
        return found
