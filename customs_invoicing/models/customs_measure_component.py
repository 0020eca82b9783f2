from dataclasses import replace

from odoo import api, fields, models

from ..engine.components import ADD, Component
from ..engine.rates import print_taric
from ..tools import to_decimal, to_float

#: Digits of a rate: enough for 1/3 % and for 0.020668 cents
RATE_DIGITS = (20, 10)


class CustomsMeasureComponent(models.Model):
    """One part of the rate of a measure, or of one of its conditions."""

    _name = "customs.measure.component"
    _description = "Customs Measure Component"
    _order = "sequence, id"

    measure_id = fields.Many2one(
        comodel_name="customs.measure", index="btree_not_null", ondelete="cascade"
    )
    condition_id = fields.Many2one(
        comodel_name="customs.measure.condition",
        index="btree_not_null",
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10)
    operator = fields.Selection(
        selection=[
            ("+", "plus"),
            ("-", "less"),
            ("MIN", "at least (MIN)"),
            ("MAX", "at most (MAX)"),
        ],
        required=True,
        default="+",
        help="As tariffs print it: MIN is followed by the least, MAX by the most that "
        "is charged.",
    )
    kind = fields.Selection(
        selection=[
            ("percent", "Percentage"),
            ("specific", "Amount per unit"),
            ("fixed", "Fixed amount"),
            ("meursing", "Agricultural component (Meursing)"),
        ],
        required=True,
        default="percent",
    )
    rate = fields.Float(string="Rate (%)", digits=RATE_DIGITS)
    amount = fields.Float(digits=RATE_DIGITS)
    currency_id = fields.Many2one(
        comodel_name="res.currency", help="Empty: the currency of the tariff."
    )
    per = fields.Float(
        digits=(16, 4), default=1.0, help="100 for an amount per 100 kg."
    )
    unit = fields.Char(help="kg, l, hl, pcs, pr…")
    times = fields.Char(
        string="Multiplied by",
        help="Names of further quantities that multiply, separated by commas: asv for "
        "% vol.",
    )
    qualifier = fields.Char()
    weight_basis = fields.Char(string="Weight basis", help="net, gross, drained…")
    content = fields.Char(help="What of the goods is weighed: lead, zinc…")
    on = fields.Char(
        string="Charged on", help="A value that replaces the base: the case."
    )
    part = fields.Char(string="Meursing part", help="EA, ADSZ, ADFM, EAR…")

    _one_owner = models.Constraint(
        "CHECK((measure_id IS NULL) != (condition_id IS NULL))",
        "A component belongs to a measure or to a condition.",
    )
    _figures_not_negative = models.Constraint(
        "CHECK(COALESCE(rate, 0) >= 0 AND COALESCE(amount, 0) >= 0 AND per > 0)",
        "Rates and amounts cannot be negative: use the operator “less”.",
    )
    _specific_has_unit = models.Constraint(
        "CHECK(kind != 'specific' OR unit IS NOT NULL)",
        "An amount per unit needs its unit.",
    )
    _meursing_has_part = models.Constraint(
        "CHECK(kind != 'meursing' OR part IS NOT NULL)",
        "An agricultural component needs its part: EA, ADSZ or ADFM.",
    )

    @api.depends("operator", "kind", "rate", "amount", "per", "unit", "part")
    def _compute_display_name(self):
        for record in self:
            component = record._to_engine()
            sign = "" if component.operator == ADD else f"{component.operator} "
            try:  # a part alone is printed as if it came first
                words = print_taric((replace(component, operator=ADD),))
            except ValueError:
                words = component.part or component.kind
            record.display_name = f"{sign}{words}"

    def _to_engine(self):
        """Return the record as a component of the engine."""
        self.ensure_one()
        is_percent = self.kind == "percent"
        has_amount = self.kind in ("specific", "fixed")
        return Component(
            kind=self.kind,
            operator=self.operator,
            rate=to_decimal(self.rate, RATE_DIGITS[1]) if is_percent else None,
            amount=to_decimal(self.amount, RATE_DIGITS[1]) if has_amount else None,
            currency=self.currency_id.name or "",
            per=to_decimal(self.per, 4),
            unit=self.unit or "",
            times=tuple(filter(None, (self.times or "").replace(" ", "").split(","))),
            qualifier=self.qualifier or "",
            weight_basis=self.weight_basis or "",
            content=self.content or "",
            on=self.on or "",
            part=self.part or "",
        )

    def _prepare_vals_list(self, components, currencies):
        """Return the values of the records of engine components.

        :param currencies: ``{ISO code: record}`` of the currencies they name
        """
        return [
            {
                "sequence": 10 * number,
                "operator": component.operator,
                "kind": component.kind,
                "rate": to_float(component.rate),
                "amount": to_float(component.amount),
                "currency_id": currencies[component.currency].id
                if component.currency
                else False,
                "per": to_float(component.per),
                "unit": component.unit or False,
                "times": ",".join(component.times) or False,
                "qualifier": component.qualifier or False,
                "weight_basis": component.weight_basis or False,
                "content": component.content or False,
                "on": component.on or False,
                "part": component.part or False,
            }
            for number, component in enumerate(components, 1)
        ]
