from odoo import api, fields, models

from .product_product import CUSTOMS_GROUPS, HS_CODE, HS_ORIGIN, clean_hs_code


class ProductTemplate(models.Model):
    _inherit = "product.template"

    customs_classification_ids = fields.One2many(
        string="Classification",
        comodel_name="customs.product.classification",
        inverse_name="product_tmpl_id",
        groups=CUSTOMS_GROUPS,
    )
    customs_current = fields.Json(
        string="Codes in force",
        compute="_compute_customs_current",
        groups=CUSTOMS_GROUPS,
        help="Today's code in every tariff, whether of the product or inherited.",
    )
    customs_item_count = fields.Integer(
        string="Declared items",
        compute="_compute_customs_item_count",
        groups=CUSTOMS_GROUPS,
    )
    is_customs_classified = fields.Boolean(
        string="Has a tariff code",
        compute="_compute_is_customs_classified",
        search="_search_is_customs_classified",
        groups=CUSTOMS_GROUPS,
        help="In the tariff of the company's country, of its own, of a variant or of a "
        "category. HS codes for shipping do not count.",
    )

    # === COMPUTE AND SEARCH METHODS === #

    @api.depends("customs_classification_ids", "categ_id", "product_variant_ids")
    def _compute_customs_current(self):
        day = fields.Date.context_today(self)
        default = self.env["customs.tariff"]._get_default()
        groups = self.env["customs.product.classification"]._read_group(
            self.env["customs.product.classification"]._domain_in_force(day),
            ["tariff_id"],
        )
        used = default.union(*(tariff for (tariff,) in groups))
        tariffs = used.sorted(lambda tariff: tariff != default)
        variants = {template: template.product_variant_id for template in self}
        products = self.product_variant_id
        rows = {template: [] for template in self}
        for tariff in tariffs:
            found = products._get_customs_classification(tariff, day)
            checks = self.env["customs.tariff.code"]._check_codes(
                {(tariff, classified.code) for classified in found.values()}, day
            )
            for template, product in variants.items():
                classified = found.get(product)
                is_own = classified and classified.record
                if not classified or not (is_own or tariff == default):
                    continue
                rows[template].append(
                    self._prepare_current_vals(
                        tariff, classified, checks[tariff, classified.code], day
                    )
                )
        for template in self:
            template.customs_current = rows[template]

    def _prepare_current_vals(self, tariff, classified, check, day):
        record = classified.record
        found_on = {
            "variant": self.env._("variant"),
            "product": self.env._("product"),
            "category": self.env._(
                "category %(name)s", name=record.categ_id.display_name
            ),
            "hs_code": self.env._("HS code for shipping"),
        }
        return {
            "tariff": tariff.display_name,
            "code": classified.code,
            "origin": classified.origin.name or "",
            "found_on": found_on.get(classified.found_on, ""),
            "path": check.line.full_description or "",
            "state": check.state,
            "words": self.env["customs.tariff.code"]._get_code_words(
                tariff, classified.code, check, day
            ),
        }

    def _compute_customs_item_count(self):
        groups = self.env["customs.declaration.line"]._read_group(
            [("product_id.product_tmpl_id", "in", self.ids)],
            ["product_id"],
            ["__count"],
        )
        counts = {}
        for product, count in groups:
            template = product.product_tmpl_id.id
            counts[template] = counts.get(template, 0) + count
        for template in self:
            template.customs_item_count = counts.get(template.id, 0)

    @api.depends_context("customs_tariff_id", "company")
    def _compute_is_customs_classified(self):
        classified = self.filtered_domain([("is_customs_classified", "=", True)])
        for template in self:
            template.is_customs_classified = template in classified

    def _search_is_customs_classified(self, operator, value):
        if operator != "in":
            return NotImplemented
        tariff = (
            self.env["customs.tariff"].browse(self.env.context.get("customs_tariff_id"))
            or self.env["customs.tariff"]._get_default()
        )
        records = self.env["customs.product.classification"]._search_in_force(
            tariff, fields.Date.context_today(self), fields.Domain.TRUE
        )
        domain = (
            fields.Domain("id", "in", records.product_tmpl_id.ids)
            | fields.Domain("product_variant_ids", "in", records.product_id.ids)
            | fields.Domain("categ_id", "child_of", records.categ_id.ids)
        )
        return domain if True in value else ~domain

    # === WHERE ELSE A CODE MAY STAND === #

    def _get_category_chain(self):
        """Return the category of the product and those above it, nearest first."""
        self.ensure_one()
        path = (self.categ_id.parent_path or "").split("/")
        return [
            self.env["product.category"].browse(int(part))
            for part in reversed(path)
            if part
        ]

    def _get_hs_code(self):
        """Return the HS code for shipping, "" unless the delivery app has one."""
        return clean_hs_code(self[HS_CODE]) if HS_CODE in self._fields else ""

    def _get_hs_origin(self):
        if HS_ORIGIN in self._fields:
            return self[HS_ORIGIN]
        return self.env["res.country"]

    # === ACTIONS === #

    def action_customs_calculator(self):
        self.ensure_one()
        product = self.product_variant_id  # none before the first is configured
        return self.env["customs.duty.calculator"]._open({"product_id": product.id})

    def action_customs_suggest(self):
        self.ensure_one()
        return self.env["customs.code.suggestion"]._open_for(self)

    def action_customs_classify(self):
        """Open an empty classification of the product, to be filled in and saved."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Classify %(product)s", product=self.display_name),
            "res_model": "customs.product.classification",
            "view_mode": "form",
            "target": "new",
            "context": {"default_product_tmpl_id": self.id},
        }

    def action_view_customs_items(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_classified_item_action"
        )
        action["domain"] = [("product_id.product_tmpl_id", "=", self.id)]
        action["context"] = {"create": False}
        return action
