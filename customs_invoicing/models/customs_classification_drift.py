from odoo import fields, models
from odoo.tools import SQL


class CustomsClassificationDrift(models.Model):
    """Codes under which a product was declared, beside the code it is classified in."""

    _name = "customs.classification.drift"
    _description = "Declared Codes by Product"
    _auto = False
    _order = "code_count desc, product_id, date_last desc, id"
    _rec_name = "code"

    product_id = fields.Many2one(comodel_name="product.product", readonly=True)
    product_tmpl_id = fields.Many2one(
        string="Product template", comodel_name="product.template", readonly=True
    )
    categ_id = fields.Many2one(
        string="Product category", comodel_name="product.category", readonly=True
    )
    tariff_id = fields.Many2one(comodel_name="customs.tariff", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    code = fields.Char(string="Declared code", readonly=True)
    hs6 = fields.Char(string="HS subheading", readonly=True)
    item_count = fields.Integer(string="Items", readonly=True)
    date_first = fields.Date(string="First used", readonly=True)
    date_last = fields.Date(string="Last used", readonly=True)
    code_count = fields.Integer(
        string="Codes used",
        readonly=True,
        aggregator="max",
        help="Different codes under which the product was declared in this tariff.",
    )
    classified_code = fields.Char(
        string="Classified in",
        readonly=True,
        help="Code of the product, variant or category on the day of the last use.",
    )
    outcome = fields.Selection(
        selection=[
            ("same", "As classified"),
            ("differs", "Differs from the classification"),
            ("none", "Product not classified"),
        ],
        readonly=True,
    )

    @property
    def _table_query(self):
        """Items grouped by product and code; the nearest classification beside them.

        Cancelled files do not count.
        """
        return SQL(
            """
            SELECT used.*,
                   nearest.code AS classified_code,
                   CASE WHEN nearest.code IS NULL THEN 'none'
                        WHEN nearest.code = used.code THEN 'same'
                        ELSE 'differs' END AS outcome
              FROM (%(used)s) used
         LEFT JOIN LATERAL (%(nearest)s) nearest ON TRUE
            """,
            used=self._get_used_query(),
            nearest=self._get_nearest_query(),
        )

    def _get_used_query(self):
        return SQL(
            """
            SELECT min(line.id) AS id,
                   line.product_id,
                   product.product_tmpl_id,
                   template.categ_id,
                   declaration.tariff_id,
                   declaration.company_id,
                   line.code,
                   left(line.code, 6) AS hs6,
                   count(*) AS item_count,
                   min(COALESCE(declaration.registration_date,
                                declaration.create_date::date)) AS date_first,
                   max(COALESCE(declaration.registration_date,
                                declaration.create_date::date)) AS date_last,
                   count(*) OVER (
                       PARTITION BY line.product_id, declaration.tariff_id,
                                    declaration.company_id
                   ) AS code_count
              FROM customs_declaration_line line
              JOIN customs_declaration declaration
                ON declaration.id = line.declaration_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE declaration.state != 'cancelled'
               AND declaration.tariff_id IS NOT NULL
               AND line.code IS NOT NULL
          GROUP BY line.product_id, product.product_tmpl_id, template.categ_id,
                   declaration.tariff_id, declaration.company_id, line.code
            """
        )

    def _get_nearest_query(self):
        """As :meth:`ProductProduct._get_customs_classification` looks for it."""
        return SQL(
            """
            SELECT own.code
              FROM customs_product_classification own
         LEFT JOIN product_category above ON above.id = own.categ_id
         LEFT JOIN product_category category ON category.id = used.categ_id
             WHERE own.tariff_id = used.tariff_id
               AND (own.company_id IS NULL OR own.company_id = used.company_id)
               AND COALESCE(own.date_from, '-infinity') <= used.date_last
               AND COALESCE(own.date_to, 'infinity') >= used.date_last
               AND (own.product_id = used.product_id
                    OR own.product_tmpl_id = used.product_tmpl_id
                    OR starts_with(category.parent_path, above.parent_path))
          ORDER BY own.product_id IS NOT NULL DESC,
                   own.product_tmpl_id IS NOT NULL DESC,
                   length(above.parent_path) DESC,
                   own.company_id IS NOT NULL DESC
             LIMIT 1
            """
        )

    def action_view_items(self):
        """Open the items declared under this code."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_classified_item_action"
        )
        action["domain"] = [
            ("product_id", "=", self.product_id.id),
            ("code", "=", self.code),
            ("declaration_id.tariff_id", "=", self.tariff_id.id),
            ("declaration_id.state", "!=", "cancelled"),
        ]
        action["context"] = {"create": False}
        return action

    def action_view_product(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "product.product",
            "res_id": self.product_id.id,
            "view_mode": "form",
        }
