from odoo import api, fields, models


class CustomsItemDetail(models.Model):
    """A quantity or value of an item that only some rates need."""

    _name = "customs.item.detail"
    _description = "Further Quantity or Value of an Item"
    _inherit = ["customs.item.part"]
    _order = "line_id, kind, name, id"

    declaration_id = fields.Many2one(
        related="line_id.declaration_id", store=True, precompute=True
    )
    kind = fields.Selection(
        selection=[("quantity", "Quantity"), ("value", "Value")],
        required=True,
        default="quantity",
    )
    name = fields.Char(
        required=True,
        help="As the rate names it: l, pcs, asv (% vol), kg:lead (lead content), "
        "retail price, the case. The explanation of a duty that could not be "
        "calculated says which one is missing.",
    )
    amount = fields.Float(
        digits=(16, 6), help="A value is in the currency of the tariff."
    )

    _name_unique = models.Constraint(
        "UNIQUE(line_id, kind, name)", "This quantity or value is stated already."
    )

    @api.depends("name", "amount")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.name}: {record.amount:g}"
