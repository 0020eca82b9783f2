from odoo import fields, models


class CustomsReleaseBilling(models.TransientModel):
    """Asks why a file is billed although something stops it."""

    _name = "customs.release.billing"
    _description = "Bill Anyway"

    declaration_id = fields.Many2one(
        comodel_name="customs.declaration", string="File", required=True, readonly=True
    )
    line_ids = fields.One2many(
        comodel_name="customs.release.billing.line", inverse_name="wizard_id"
    )
    has_hard = fields.Boolean(compute="_compute_has_hard")
    reason = fields.Char(
        string="Why it is billed anyway",
        help="Kept with the file, for whoever asks later.",
    )
    date_end = fields.Date(
        string="Until",
        help="The last day of the release. Empty: as long as the reason lasts.",
    )

    def _compute_has_hard(self):
        for wizard in self:
            wizard.has_hard = any(wizard.line_ids.mapped("hard"))

    def action_release(self):
        """Release what was chosen, and go back to the file."""
        self.ensure_one()
        chosen = self.line_ids.filtered("is_chosen")
        self.declaration_id._release_billing(
            {(line.code, line.charge_id.id or 0) for line in chosen},
            self.reason,
            self.date_end,
        )
        return {"type": "ir.actions.act_window_close"}

    def action_release_and_bill(self):
        """Release what was chosen and make the invoice at once."""
        self.action_release()
        return self.declaration_id.action_bill_client()
