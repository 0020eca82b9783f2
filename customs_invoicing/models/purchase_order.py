from odoo import fields, models


class PurchaseOrder(models.Model):
    _name = "purchase.order"
    _inherit = ["purchase.order", "customs.order.mixin"]

    customs_declaration_ids = fields.Many2many(
        string="Customs declarations",
        relation="customs_declaration_purchase_order_rel",
        column1="purchase_order_id",
        column2="customs_declaration_id",
    )

    def _prepare_customs_declaration_vals(self):
        partner = self.company_id.partner_id
        return {
            **super()._prepare_customs_declaration_vals(),
            "direction": "import",
            "capacity": "own",
            "importer_id": partner.id,
            "exporter_id": self.partner_id.id,
        }

    def _prepare_customs_line_vals(self, line):
        return {
            **super()._prepare_customs_line_vals(line),
            "purchase_line_id": line.id,
        }

    def _get_customs_incoterm(self):
        return self.incoterm_id

    def _get_customs_quantity(self, line):
        return line.product_uom_id._compute_quantity(
            line.product_qty, line.product_id.uom_id
        )
