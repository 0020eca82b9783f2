from odoo import fields, models

from ..engine.rounding import MODES, Rounding
from ..tools import to_decimal

ROUNDING_MODES = [(mode, mode.replace("_", " ").capitalize()) for mode in MODES]


class CustomsRoundingMixin(models.AbstractModel):
    """Rounding as data: how an authority rounds bases, amounts and totals.

    What is left empty is inherited: measure, then measure type, then tariff.
    """

    _name = "customs.rounding.mixin"
    _description = "Customs Rounding"

    rounding_mode = fields.Selection(
        string="Rounding of amounts",
        selection=ROUNDING_MODES,
        help="How the amount of a duty is rounded. Empty: as one level above says "
        "(measure, measure type, tariff).",
    )
    rounding_unit = fields.Float(
        string="Amount unit",
        digits=(12, 6),
        help="Amounts are whole multiples of this: 0.01 for cents, 1 for whole units, "
        "100 for hundreds.",
    )
    base_rounding_mode = fields.Selection(
        string="Rounding of bases",
        selection=ROUNDING_MODES,
        help="How the base is rounded before the rate is applied. Empty: not rounded.",
    )
    base_rounding_unit = fields.Float(
        string="Base unit",
        digits=(12, 6),
        help="Bases are whole multiples of this: 1000 where the law drops what is "
        "below a thousand.",
    )
    total_rounding_mode = fields.Selection(
        string="Rounding of totals",
        selection=ROUNDING_MODES,
        help="How the total of the declaration is rounded. Empty: not rounded.",
    )
    total_rounding_unit = fields.Float(string="Total unit", digits=(12, 6))

    _rounding_units_positive = models.Constraint(
        "CHECK(COALESCE(rounding_unit, 0) >= 0"
        " AND COALESCE(base_rounding_unit, 0) >= 0"
        " AND COALESCE(total_rounding_unit, 0) >= 0)",
        "A rounding unit cannot be below zero.",
    )

    def _read_rounding(self, prefix=""):
        """Return the :class:`Rounding` of one place, ``None`` where it is inherited.

        :param prefix: ``""`` of amounts, ``base_``, ``total_``, ``value_``, ``part_``
        """
        self.ensure_one()
        mode = self[f"{prefix}rounding_mode"]
        unit = to_decimal(self[f"{prefix}rounding_unit"])
        if not mode or (not unit and mode != "none"):
            return None
        return Rounding(mode, unit or Rounding().unit)
