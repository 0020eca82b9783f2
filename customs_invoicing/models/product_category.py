from odoo import fields, models

from .product_product import CUSTOMS_GROUPS


class ProductCategory(models.Model):
    _inherit = "product.category"

    customs_classification_ids = fields.One2many(
        string="Classification",
        comodel_name="customs.product.classification",
        inverse_name="categ_id",
        groups=CUSTOMS_GROUPS,
        help="Tariff codes of all products of the category and of those below it that "
        "have none of their own.",
    )

    def action_customs_classify(self):
        """Open an empty classification of the category, to be filled in and saved."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Classify %(category)s", category=self.display_name),
            "res_model": "customs.product.classification",
            "view_mode": "form",
            "target": "new",
            "context": {"default_categ_id": self.id},
        }

    def action_customs_suggest(self):
        self.ensure_one()
        return self.env["customs.code.suggestion"]._open_for(self)
