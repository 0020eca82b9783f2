from odoo import fields, models
from odoo.exceptions import UserError


class CustomsDeclaration(models.Model):
    """Losses on a file, and the way to them."""

    _inherit = "customs.declaration"

    write_off_ids = fields.One2many(
        comodel_name="customs.write.off",
        inverse_name="declaration_id",
        string="Write-offs",
        copy=False,
    )
    write_off_count = fields.Integer(
        string="Write-off count", compute="_compute_write_off_count"
    )

    def _compute_write_off_count(self):
        counts = dict(
            self.env["customs.write.off"]._read_group(
                [("declaration_id", "in", self.ids)], ["declaration_id"], ["__count"]
            )
        )
        for record in self:
            record.write_off_count = counts.get(record, 0)

    def action_write_off(self):
        """Ask a colleague to approve the loss of outlays the client does not bear."""
        self.ensure_one()
        self.env["customs.write.off.wizard"].check_access("create")
        if self.capacity == "own":
            raise UserError(
                self.env._(
                    "%(name)s is our own import: its charges are our cost already.",
                    name=self.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write off"),
            "res_model": "customs.write.off.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_declaration_id": self.id},
        }

    def action_view_write_offs(self):
        self.ensure_one()
        action = self._action_view(
            "customs_invoicing.customs_write_off_action",
            domain=[("declaration_id", "=", self.id)],
            context={},
        )
        action.pop("path", None)
        return action
