from odoo import fields, models


class CustomsDeclarationLine(models.Model):
    """What of an item was used for drawback."""

    _inherit = "customs.declaration.line"

    quantity_drawn = fields.Float(
        string="Quantity drawn",
        compute="_compute_quantity_drawn",
        digits=(16, 3),
        help="Used by accepted refunds and drawbacks, in the supplementary unit, else "
        "in kilograms of net mass.",
    )

    def _compute_quantity_drawn(self):
        groups = self.env["customs.refund.line"]._read_group(
            [("item_id", "in", self.ids), ("refund_id.decision", "=", "accepted")],
            ["item_id", "refund_id"],
            ["quantity_drawn:max"],
        )
        drawn = {}
        for item, _refund, quantity in groups:
            drawn[item.id] = drawn.get(item.id, 0.0) + quantity
        for line in self:
            line.quantity_drawn = drawn.get(line.id, 0.0)

    def _get_declared_quantity(self):
        """Return the quantity that can be drawn of the item in all."""
        self.ensure_one()
        return self.supplementary_quantity or self.net_mass

    def _get_declared_unit(self):
        self.ensure_one()
        return (self.supplementary_quantity and self.supplementary_unit) or (
            "" if self.supplementary_quantity else self.env._("kg")
        )
