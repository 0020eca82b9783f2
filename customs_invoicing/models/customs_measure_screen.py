from odoo import api, fields, models
from odoo.exceptions import UserError

from .customs_measure import get_digits


class CustomsMeasure(models.Model):
    """What the screens of measures need besides the rate itself."""

    _inherit = "customs.measure"

    covers_code = fields.Char(
        string="Applies to code",
        store=False,
        search="_search_covers_code",
        help="Finds the measures on a code, on the lines above and below it, and those "
        "of every code.",
    )
    origin_words = fields.Char(
        string="For goods from",
        compute="_compute_origin_words",
        help="Country or group of origin, without the countries excepted.",
    )
    goods_words = fields.Char(
        string="Goods",
        compute="_compute_goods_words",
        help="Tariff code, or its first part, with the additional code needed.",
    )
    is_calculated = fields.Boolean(
        compute="_compute_is_calculated",
        help="Whether the measure has an amount: controls and units have none.",
    )
    code_count = fields.Integer(string="Codes", compute="_compute_code_count")

    @api.model
    def _search_covers_code(self, operator, value):
        if operator not in ("in", "=", "like", "ilike", "=like", "=ilike"):
            return NotImplemented
        values = [value] if isinstance(value, str) else value
        codes = [get_digits(text).strip("%") for text in values if text]
        prefixes = {code[:size] for code in codes for size in range(1, len(code) + 1)}
        below = [("code_prefix", "=like", f"{code}%") for code in codes if code]
        return [
            *["|"] * (len(below) + 1),
            ("code_prefix", "=", False),
            ("code_prefix", "in", sorted(prefixes)),
            *below,
        ]

    @api.depends("code_prefix", "additional_code")
    def _compute_goods_words(self):
        for record in self:
            parts = [
                record.code_prefix or self.env._("All codes"),
                record.additional_code,
            ]
            record.goods_words = " + ".join(part for part in parts if part)

    @api.depends("origin_id", "origin_group_id", "excluded_country_ids")
    def _compute_origin_words(self):
        for record in self:
            origin = record.origin_id.name or record.origin_group_id.name
            excepted = ", ".join(record.excluded_country_ids.mapped("code"))
            if excepted:
                record.origin_words = self.env._(
                    "%(origin)s, except %(countries)s",
                    origin=origin or self.env._("All origins"),
                    countries=excepted,
                )
            else:
                record.origin_words = origin or self.env._("All origins")

    @api.depends("measure_type_id.series", "rate_state")
    def _compute_is_calculated(self):
        for record in self:
            record.is_calculated = (
                record.series not in ("control", "unit")
                and record.rate_state != "control"
            )

    @api.depends("code_prefix", "tariff_id")
    def _compute_code_count(self):
        """Count the codes each measure covers; once for measures of one beginning."""
        counts = {}
        for record in self:
            key = record.tariff_id, record.code_prefix
            if key not in counts:
                counts[key] = self.env["customs.tariff.code"].search_count(
                    record._domain_codes()
                )
            record.code_count = counts[key]

    def _domain_codes(self):
        """Return the domain of the tariff codes that the measure covers."""
        self.ensure_one()
        return [
            ("tariff_id", "=", self.tariff_id.id),
            ("code", "=like", f"{self.code_prefix or ''}%"),
        ]

    def action_view_codes(self):
        """Open the tariff codes that the measure covers."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_tariff_code_action"
        )
        action["domain"] = self._domain_codes()
        action["context"] = {"default_tariff_id": self.tariff_id.id}
        return action

    def action_read_rate(self):
        """Read the rate text again, as after a doubt about it is settled."""
        for record in self:
            record.write({"rate_text": record.rate_text})  # see _complete_vals
        return True

    def action_confirm_components(self):
        """Take components entered by hand as the rate, whatever its text says."""
        for record in self:
            if not record.component_ids:
                raise UserError(
                    self.env._(
                        "%(measure)s has no components yet. Enter at least one, such "
                        "as a percentage, or type Free as its rate text.",
                        measure=record.display_name,
                    )
                )
        self.write({"rate_state": "read", "rate_problem": False})
        return True
