from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomsTariffCode(models.Model):
    """One line of a nomenclature."""

    _name = "customs.tariff.code"
    _description = "Tariff Code"
    _order = "tariff_id, code, id"
    _parent_store = True
    _rec_names_search = ["code", "description"]

    tariff_id = fields.Many2one(
        comodel_name="customs.tariff", required=True, index=True, ondelete="cascade"
    )
    code = fields.Char(
        required=True,
        index=True,
        help="Digits only; points and blanks are removed as you type them.",
    )
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
        compute="_compute_full_description", recursive=True, string="Full path"
    )
    hs6 = fields.Char(
        compute="_compute_hs6", store=True, index=True, string="HS subheading"
    )
    supplementary_unit = fields.Char(
        string="Supplementary unit",
        help="Unit of quantity to declare besides mass, for example NAR or LTR.",
    )
    declarable = fields.Boolean(default=True)
    date_from = fields.Date(string="Valid from")
    date_to = fields.Date(string="Valid to")
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint(
        "UNIQUE(tariff_id, code, date_from)",
        "This code exists already in the tariff with the same start date.",
    )
    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_from IS NULL OR date_from <= date_to)",
        "The validity of a tariff code must start before it ends.",
    )

    @api.depends("code", "description")
    def _compute_display_name(self):
        for record in self:
            text = (record.description or "").replace("\n", " ")
            record.display_name = f"{record.code or ''} {text[:80]}".strip()

    @api.depends("description", "parent_id.full_description")
    def _compute_full_description(self):
        for record in self:
            parts = [record.parent_id.full_description, record.description]
            record.full_description = " › ".join(part for part in parts if part)

    @api.depends("code")
    def _compute_hs6(self):
        for record in self:
            record.hs6 = (record.code or "")[:6] if len(record.code or "") >= 6 else ""

    @api.constrains("code")
    def _check_code(self):
        for record in self:
            if not record.code.isdigit():
                raise ValidationError(
                    self.env._("Tariff code %(code)s must be digits.", code=record.code)
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_code(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_code(vals))

    def _clean_code(self, vals):
        if vals.get("code"):
            digits = "".join(char for char in vals["code"] if char not in ". ")
            vals = {**vals, "code": digits}
        return vals
