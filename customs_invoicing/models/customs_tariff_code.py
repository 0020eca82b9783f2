from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .customs_measure import get_digits

#: Product line suffix of a real code in TARIC; other suffixes only group codes
REAL_SUFFIX = "80"


class CustomsTariffCode(models.Model):
    """One line of a nomenclature."""

    _name = "customs.tariff.code"
    _description = "Tariff Code"
    _inherit = ["customs.validity.mixin"]
    _order = "tariff_id, code, suffix, id"
    _parent_store = True
    _validity_key = ("tariff_id", "code", "suffix")
    _rec_names_search = ["code", "description"]

    tariff_id = fields.Many2one(
        comodel_name="customs.tariff", required=True, index=True, ondelete="cascade"
    )
    code = fields.Char(
        required=True,
        help="Digits only; points and blanks are removed as you type them. A line that "
        "only groups others has the code of the first line below it.",
    )
    suffix = fields.Char(
        required=True,
        default=REAL_SUFFIX,
        help="Product line suffix: 80 is a code, anything else groups the codes below.",
    )
    indent = fields.Integer(help="Number of dashes before the description.")
    description = fields.Text(required=True, translate=True)
    parent_id = fields.Many2one(
        comodel_name="customs.tariff.code",
        index="btree_not_null",
        ondelete="set null",
        domain="[('tariff_id', '=', tariff_id)]",
        help="The line above by indent, not by digits.",
    )
    parent_path = fields.Char(index=True)
    full_description = fields.Text(
        compute="_compute_full_description",
        store=True,
        recursive=True,
        string="Full path",
        help="With all the lines above: “Other” means nothing alone.",
    )
    hs6 = fields.Char(
        compute="_compute_hs6", store=True, index=True, string="HS subheading"
    )
    supplementary_unit = fields.Char(
        string="Supplementary unit",
        help="Unit of quantity to declare besides mass, for example NAR or LTR.",
    )
    declarable = fields.Boolean(default=True)
    units = fields.Char(help="Units of quantity as printed, separated by commas.")
    edition = fields.Char(copy=False, help="Edition of the tariff it was read from.")
    active = fields.Boolean(default=True)
    child_ids = fields.One2many(
        string="Lines below",
        comodel_name="customs.tariff.code",
        inverse_name="parent_id",
    )
    measure_count = fields.Integer(
        string="Measure count", compute="_compute_measure_count"
    )

    dashed = fields.Char(
        string="Indented description",
        compute="_compute_dashed",
        help="One dash for each level, as tariffs print it.",
    )

    _code_index = models.Index("(tariff_id, code)")
    _path_index = models.Index(
        "USING gin (to_tsvector('simple', COALESCE(full_description, '')))"
    )

    @api.depends("code", "description")
    def _compute_display_name(self):
        for record in self:
            text = (record.description or "").replace("\n", " ")
            record.display_name = f"{record.code or ''} {text[:80]}".strip()

    @api.depends("description", "indent")
    def _compute_dashed(self):
        for record in self:
            text = (record.description or "").replace("\n", " ")
            record.dashed = "\N{EN DASH} " * (record.indent or 0) + text

    @api.depends("description", "parent_id.full_description")
    def _compute_full_description(self):
        # the path is stored once, in the language of the tariff
        for record in self.with_context(lang=None):
            parts = [record.parent_id.full_description, record.description]
            record.full_description = " › ".join(part for part in parts if part)

    @api.depends("code")
    def _compute_hs6(self):
        for record in self:
            record.hs6 = (record.code or "")[:6] if len(record.code or "") >= 6 else ""

    def _compute_measure_count(self):
        """Count the measures on the code and on the lines above it."""
        prefixes = {
            record: [record.code[:size] for size in range(2, len(record.code) + 1)]
            for record in self
        }
        groups = self.env["customs.measure"]._read_group(
            [
                ("tariff_id", "in", self.tariff_id.ids),
                ("code_prefix", "in", [p for own in prefixes.values() for p in own]),
            ],
            ["tariff_id", "code_prefix"],
            ["__count"],
        )
        counts = {(tariff.id, prefix): count for tariff, prefix, count in groups}
        for record, own in prefixes.items():
            record.measure_count = sum(
                counts.get((record.tariff_id.id, prefix), 0) for prefix in own
            )

    @api.constrains("code", "tariff_id")
    def _check_code(self):
        for record in self:
            if not record.code.isdigit():
                raise ValidationError(
                    self.env._("Tariff code %(code)s must be digits.", code=record.code)
                )
            length = record.tariff_id.code_length
            if length and len(record.code) > length:
                raise ValidationError(
                    self.env._(
                        "Tariff code %(code)s has %(found)s digits; codes of "
                        "%(tariff)s have at most %(length)s.",
                        code=record.code,
                        found=len(record.code),
                        tariff=record.tariff_id.name,
                        length=length,
                    )
                )

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("A tariff code cannot stand below itself.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_code(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_code(vals))

    def _clean_code(self, vals):
        if vals.get("code"):
            vals = {**vals, "code": get_digits(vals["code"])}
        return vals

    def action_view_measures(self):
        """Open the measures on the code and on the lines above it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_measure_action"
        )
        prefixes = [self.code[:size] for size in range(2, len(self.code) + 1)]
        action["domain"] = [
            ("tariff_id", "=", self.tariff_id.id),
            ("code_prefix", "in", prefixes),
        ]
        action["context"] = {"default_code_prefix": self.code}
        return action
