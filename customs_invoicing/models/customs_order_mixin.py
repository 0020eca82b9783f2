from odoo import api, fields, models

from .customs_declaration import CUSTOMS_READERS


class CustomsOrderMixin(models.AbstractModel):
    """What purchase and sales orders share: they create and show declarations."""

    _name = "customs.order.mixin"
    _description = "Order with Customs Declarations"

    customs_declaration_ids = fields.Many2many(
        comodel_name="customs.declaration",
        string="Customs declarations",
        copy=False,
        check_company=True,
        groups=CUSTOMS_READERS,
    )
    customs_declaration_count = fields.Integer(
        string="Customs declaration count",
        compute="_compute_customs_declaration_count",
        groups=CUSTOMS_READERS,
    )
    customs_can_declare = fields.Boolean(
        string="Without customs declaration",
        compute="_compute_customs_declaration_count",
        groups=CUSTOMS_READERS,
    )

    @api.depends("customs_declaration_ids.state")
    def _compute_customs_declaration_count(self):
        for order in self:
            declarations = order.customs_declaration_ids
            order.customs_declaration_count = len(declarations)
            order.customs_can_declare = all(
                declaration.state == "cancelled" for declaration in declarations
            )

    def action_create_customs_declaration(self):
        """Create a draft declaration with the goods of the order and open it.

        An order that has one already opens that.
        """
        self.ensure_one()
        live = self.customs_declaration_ids.filtered(lambda d: d.state != "cancelled")
        if not live:
            self.customs_declaration_ids += self.env["customs.declaration"].create(
                self._prepare_customs_declaration_vals()
            )
        return self.action_view_customs_declarations()

    def action_view_customs_declarations(self):
        self.ensure_one()
        return self.customs_declaration_ids._get_open_action()

    def _prepare_customs_declaration_vals(self):
        """Return the values of a declaration for the goods of the order."""
        self.ensure_one()
        goods = self.order_line.filtered(
            lambda line: not line.display_type and line.product_id.type == "consu"
        )
        return {
            "company_id": self.company_id.id,
            "invoice_currency_id": self.currency_id.id,
            "invoice_amount": sum(goods.mapped("price_subtotal")),
            "incoterm_id": self._get_customs_incoterm().id,
            "line_ids": [
                (0, 0, self._prepare_customs_line_vals(line)) for line in goods
            ],
        }

    def _prepare_customs_line_vals(self, line):
        return {
            "product_id": line.product_id.id,
            "description": line.name,
            "invoice_value": line.price_subtotal,
            "net_mass": line.product_id.weight * self._get_customs_quantity(line),
        }
