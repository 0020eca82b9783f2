from odoo import fields, models

from .customs_declaration import CUSTOMS_READERS


class CustomsDeclaration(models.Model):
    """Overrides of limits that were granted for a file alone."""

    _inherit = "customs.declaration"

    limit_override_count = fields.Integer(
        string="Overrides",
        compute="_compute_limit_override_count",
        groups=CUSTOMS_READERS,
        help="Of the client's limits, for this file alone.",
    )

    def _compute_limit_override_count(self):
        groups = self.env["customs.limit.override"]._read_group(
            [("declaration_id", "in", self.ids)], ["declaration_id"], ["__count"]
        )
        counts = {declaration.id: count for declaration, count in groups}
        for record in self:
            record.limit_override_count = counts.get(record._origin.id, 0)

    def action_view_limit_overrides(self):
        """Open what was granted for this file, and until when."""
        self.ensure_one()
        return self._action_view(
            "customs_invoicing.customs_limit_override_action",
            domain=[("declaration_id", "=", self.id)],
            context={},
        )
