from odoo import api, fields, models

from ..engine import model as engine
from ..tools import to_decimal


class CustomsMeasureBase(models.Model):
    """One term of the base of a measure or of a measure type."""

    _name = "customs.measure.base"
    _description = "Customs Measure Base"
    _order = "sequence, id"

    measure_type_id = fields.Many2one(
        string="Measure type",
        comodel_name="customs.measure.type",
        index="btree_not_null",
        ondelete="cascade",
    )
    measure_id = fields.Many2one(
        comodel_name="customs.measure", index="btree_not_null", ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection=[
            ("value", "A value of the item"),
            ("amount", "The amount of another measure"),
            ("duties", "All duties in the VAT base"),
            ("constant", "A fixed figure"),
        ],
        required=True,
        default="value",
    )
    value_name = fields.Char(
        string="Value",
        default=engine.CUSTOMS_VALUE,
        help="customs_value, or the name of another value: FOB, CIF, FRT, INS, "
        "retail price, steel…",
    )
    term_type_id = fields.Many2one(
        string="Amount of",
        comodel_name="customs.measure.type",
        ondelete="restrict",
        help="A measure type that comes earlier in the cascade.",
    )
    factor = fields.Float(
        digits=(16, 8), default=1.0, help="1.1 for a base raised to 110 %."
    )
    constant = fields.Float(digits=(16, 4), help="In the currency of the tariff.")
    optional = fields.Boolean(
        help="Where the item has no such value, nothing is added. Otherwise the tax "
        "cannot be calculated without it."
    )
    is_rounded = fields.Boolean(
        string="As assessed",
        help="Use the rounded amount although the cascade of the tariff is exact.",
    )

    _one_owner = models.Constraint(
        "CHECK((measure_type_id IS NULL) != (measure_id IS NULL))",
        "A base term belongs to a measure type or to a measure.",
    )
    _term_named = models.Constraint(
        "CHECK((kind != 'value' OR value_name IS NOT NULL)"
        " AND (kind != 'amount' OR term_type_id IS NOT NULL))",
        "Name the value or the measure type that the base term stands for.",
    )

    @api.depends("kind", "value_name", "term_type_id", "factor", "constant")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            words = {
                "value": record.value_name,
                "amount": record.term_type_id.code,
                "constant": f"{record.constant:g}",
            }.get(record.kind) or kinds.get(record.kind, "")
            factor = "" if record.factor == 1 else f"{record.factor:g} × "
            record.display_name = f"{factor}{words}"

    def _to_engine(self):
        """Return the record as a term of the engine."""
        self.ensure_one()
        names = {"value": self.value_name, "amount": self.term_type_id.code}
        return engine.BaseTerm(
            kind=self.kind,
            name=names.get(self.kind) or "",
            factor=to_decimal(self.factor, 8),
            constant=to_decimal(self.constant),
            optional=self.optional,
            is_rounded=self.is_rounded,
        )
