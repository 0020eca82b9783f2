from odoo import fields, models

from ..engine import model as engine
from ..tools import to_decimal


class CustomsMeasureTier(models.Model):
    """One step of a fee that depends on the size of its base."""

    _name = "customs.measure.tier"
    _description = "Customs Measure Tier"
    _order = "sequence, id"

    measure_id = fields.Many2one(
        comodel_name="customs.measure", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    up_to = fields.Float(
        string="Up to", digits=(16, 4), help="Largest base of the step. 0: no limit."
    )
    kind = fields.Selection(
        selection=[("amount", "Fixed amount"), ("rate", "Percentage of the base")],
        required=True,
        default="amount",
    )
    figure = fields.Float(
        digits=(16, 6), help="The amount in the currency of the tariff, or the percent."
    )

    _figures_not_negative = models.Constraint(
        "CHECK(figure >= 0 AND up_to >= 0)", "A tier cannot be negative."
    )

    def _to_engine(self):
        """Return the record as a tier of the engine."""
        self.ensure_one()
        figure = to_decimal(self.figure)
        return engine.Tier(
            up_to=to_decimal(self.up_to) if self.up_to else None,
            amount=figure if self.kind == "amount" else None,
            rate=figure if self.kind == "rate" else None,
        )
