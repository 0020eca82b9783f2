from odoo import api, fields, models


class CustomsCharge(models.Model):
    """What departments bear of an own cost."""

    _inherit = "customs.charge"

    amount_allocated = fields.Monetary(
        string="Allocated",
        compute="_compute_amount_allocated",
        help="Own cost in the books that departments bear by analytic distribution.",
    )

    @api.depends(
        "nature", "move_line_ids.parent_state", "move_line_ids.analytic_distribution"
    )
    def _compute_amount_allocated(self):
        amounts = self.declaration_id._query_allocated()
        for record in self:
            found = amounts.get(record.declaration_id._origin.id, {})
            record.amount_allocated = found.get(record._origin.id, 0.0)
