from odoo import fields, models

from ..engine.rounding import MODES, Rounding
from ..tools import to_decimal


class CustomsMeasureType(models.Model):
    """A kind of measure: third-country duty, preference, excise, VAT…"""

    _name = "customs.measure.type"
    _description = "Customs Measure Type"
    _inherit = ["customs.code.mixin"]
    _order = "tariff_id, sequence, code"

    tariff_id = fields.Many2one(
        comodel_name="customs.tariff", required=True, index=True, ondelete="cascade"
    )
    code = fields.Char(required=True, help="TARIC 103, 142…, or the tariff's own code.")
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10,
        string="Cascade sequence",
        help="Order of calculation: a tax levied on others comes after them.",
    )
    tax_code_id = fields.Many2one(
        string="Tax code",
        comodel_name="customs.tax.code",
        required=True,
        index=True,
        ondelete="restrict",
        domain="['|', ('tariff_id', '=', tariff_id), ('tariff_id', '=', False)]",
        help="Tax code under which the authority assesses this measure.",
    )
    selection = fields.Selection(
        selection=[
            ("alternative", "Alternative: one of its group applies"),
            ("cumulative", "Cumulative: applies besides others"),
        ],
        required=True,
        default="cumulative",
    )
    group = fields.Char(
        help="Alternative measures of one group replace each other, for example the "
        "third-country duty and a preference."
    )
    priority = fields.Integer(
        default=10, help="Among alternatives that all apply, the lowest number wins."
    )
    base = fields.Selection(
        selection=[
            ("customs_value", "Customs value"),
            ("customs_value_and_duties", "Customs value plus duties"),
        ],
        required=True,
        default="customs_value",
        help="What the rate is applied to.",
    )
    in_vat_base = fields.Boolean(
        string="In the VAT base",
        default=True,
        help="Whether the amount is added to the base of taxes on value plus duties.",
    )
    rounding_mode = fields.Selection(
        string="Rounding mode",
        selection=[(mode, mode.replace("_", " ").capitalize()) for mode in MODES],
        help="Leave empty to round as the tariff does.",
    )
    rounding_unit = fields.Float(
        string="Rounding unit",
        digits=(12, 6),
        help="Leave at zero to round as the tariff does.",
    )

    _code_unique = models.Constraint(
        "UNIQUE(tariff_id, code)",
        "A measure type with this code exists already in the tariff.",
    )

    def _get_rounding(self):
        """Return the :class:`Rounding` of this type, each part else the tariff's."""
        self.ensure_one()
        tariff = self.tariff_id._get_rounding()
        return Rounding(
            self.rounding_mode or tariff.mode,
            to_decimal(self.rounding_unit) or tariff.unit,
        )
