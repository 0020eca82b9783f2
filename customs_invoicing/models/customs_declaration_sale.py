from odoo import api, models

from ..engine.readiness import Blocker


class CustomsDeclaration(models.Model):
    """A file joins the sales orders it is cleared for."""

    _inherit = "customs.declaration"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._sync_sale_orders()
        return records

    def write(self, vals):
        result = super().write(vals)
        if {"sale_order_ids", "capacity", "client_id"} & set(vals):
            self._sync_sale_orders()
        return result

    def _get_billing_blockers(self):
        """A down payment is taken off on the order's invoice, not on the file's."""
        result = super()._get_billing_blockers()
        if self.env.context.get("customs_from_order"):
            return result
        for record in self:
            # sudo: officers may lack the right to sales orders
            for order in record.sudo().sale_order_ids:
                if order._has_open_down_payment():
                    message = self.env._(
                        "%(name)s: a down payment on %(order)s is not taken off yet. "
                        "Make the invoice from the order.",
                        name=record.name,
                        order=order.name,
                    )
                    result[record].append(Blocker("order", message, hard=True))
        return result

    def _sync_sale_orders(self):
        # sudo: officers may lack the right to sales orders
        self.sudo().sale_order_ids._sync_customs()
