from typing import NamedTuple

from odoo import api, fields, models

from .customs_measure import get_digits

#: Fields of Odoo's delivery application, used where it is installed
HS_CODE, HS_ORIGIN = "hs_code", "country_of_origin"
#: Who sees the customs side of a product; all others read it without an error
CUSTOMS_GROUPS = (
    "customs_invoicing.group_customs_user,customs_invoicing.group_customs_auditor"
)


class Classified(NamedTuple):
    """The tariff code of a product on a day, and where it was found."""

    code: str  # digits, "" when nobody classified the product
    origin: models.Model  # country, may be empty
    found_on: str  # variant, product, category, hs_code, ""
    record: models.Model  # the classification, empty for an HS code


class ProductProduct(models.Model):
    _inherit = "product.product"

    customs_variant_classification_ids = fields.One2many(
        string="Classification of the variant",
        comodel_name="customs.product.classification",
        inverse_name="product_id",
        groups=CUSTOMS_GROUPS,
    )

    @api.model
    def _get_customs_classification(self, tariff, day=None, company=None):
        """Return ``{product: Classified}`` of these products for a tariff on a day.

        The nearest classification wins: the variant's own, the product's, that of its
        category and of the categories above, then the HS code of the product.  The
        origin is the nearest that is stated, which may stand elsewhere than the code.
        Queries do not grow with the products.
        """
        model = self.env["customs.product.classification"]
        templates = self.product_tmpl_id
        records = model._search_in_force(
            tariff,
            day or fields.Date.context_today(self),
            [
                "|",
                "|",
                ("product_id", "in", self.ids),
                ("product_tmpl_id", "in", templates.ids),
                ("categ_id", "parent_of", templates.categ_id.ids),
            ],
            company,
        )
        found = {}  # of several only the first: a company's own
        for record in records:
            key = record.product_id or record.product_tmpl_id or record.categ_id
            found.setdefault(key, record)
        return {product: product._find_classified(found) for product in self}

    def _find_classified(self, found):
        """Return what applies to one product.

        :param found: classifications by variant, product or category
        """
        template = self.product_tmpl_id
        chain = [("variant", self), ("product", template)]
        chain += [("category", categ) for categ in template._get_category_chain()]
        steps = [
            (where, found[subject]) for where, subject in chain if subject in found
        ]
        origins = [record.origin_id for _where, record in steps if record.origin_id]
        origin = origins[0] if origins else template._get_hs_origin()
        if steps:
            where, record = steps[0]
            return Classified(record.code, origin, where, record)
        hs_code = template._get_hs_code()
        where = "hs_code" if hs_code else ""
        empty = self.env["customs.product.classification"]
        return Classified(hs_code, origin, where, empty)

    def action_customs_calculator(self):
        self.ensure_one()
        return self.env["customs.duty.calculator"]._open({"product_id": self.id})

    def action_customs_suggest(self):
        self.ensure_one()
        return self.env["customs.code.suggestion"]._open_for(self)

    def action_customs_classify(self):
        self.ensure_one()
        action = self.product_tmpl_id.action_customs_classify()
        if self.product_tmpl_id.product_variant_count > 1:
            action["context"] = {"default_product_id": self.id}
        return action

    def action_view_customs_items(self):
        self.ensure_one()
        action = self.product_tmpl_id.action_view_customs_items()
        action["domain"] = [("product_id", "=", self.id)]
        return action


def clean_hs_code(text):
    """Return the digits of an HS code, "" where it is none."""
    digits = get_digits(text or "")
    return digits if digits.isdigit() and len(digits) >= 4 else ""
