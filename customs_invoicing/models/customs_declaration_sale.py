from odoo import api, models


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

    def _sync_sale_orders(self):
        # sudo: officers may lack the right to sales orders
        self.sudo().sale_order_ids._sync_customs()
