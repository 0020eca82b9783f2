from odoo import fields, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "customs.order.mixin"]

    customs_declaration_ids = fields.Many2many(
        string="Customs declarations",
        relation="customs_declaration_sale_order_rel",
        column1="sale_order_id",
        column2="customs_declaration_id",
    )

    def _prepare_customs_declaration_vals(self):
        return {
            **super()._prepare_customs_declaration_vals(),
            "direction": "export",
            "capacity": "own",
            "importer_id": self.partner_shipping_id.id or self.partner_id.id,
            "exporter_id": self.company_id.partner_id.id,
        }

    def _prepare_customs_line_vals(self, line):
        return {**super()._prepare_customs_line_vals(line), "sale_line_id": line.id}

    def _get_customs_incoterm(self):
        return self.env["account.incoterms"]

    def _get_customs_quantity(self, line):
        return line.product_uom_id._compute_quantity(
            line.product_uom_qty, line.product_id.uom_id
        )
