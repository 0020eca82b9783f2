from odoo import fields, models

from ..engine.rounding import MODES, Rounding
from ..tools import to_decimal


class CustomsTariff(models.Model):
    """The rulebook of one customs territory."""

    _name = "customs.tariff"
    _description = "Customs Tariff"
    _order = "sequence, code"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Short name of the customs territory, for example GB, EU or US.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    country_ids = fields.Many2many(
        comodel_name="res.country",
        string="Territory",
        help="Countries where this tariff applies.",
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Currency in which the authority states customs values and duties.",
    )
    valuation_basis = fields.Selection(
        string="Valuation basis",
        selection=[("cif", "CIF: freight and insurance included"), ("fob", "FOB")],
        required=True,
        default="cif",
        help="Whether transport and insurance to the border are part of the customs "
        "value.",
    )
    apportionment_mode = fields.Selection(
        string="Apportionment mode",
        selection=[
            ("value", "By value"),
            ("mass", "By gross mass"),
            ("quantity", "By quantity"),
            ("manual", "By hand"),
        ],
        required=True,
        default="value",
        help="How freight and other costs of the whole declaration are spread over its "
        "items.",
    )
    rounding_mode = fields.Selection(
        string="Rounding mode",
        selection=[(mode, mode.replace("_", " ").capitalize()) for mode in MODES],
        required=True,
        default="half_up",
        help="How the authority rounds duty amounts, unless the measure type says "
        "otherwise.",
    )
    rounding_unit = fields.Float(
        string="Rounding unit",
        required=True,
        default=0.01,
        digits=(12, 6),
        help="Smallest amount the authority states: 0.01 for cents, 1 for whole units.",
    )
    code_length = fields.Integer(
        string="Code length",
        default=10,
        help="Number of digits of a declarable tariff code.",
    )
    rate_date_rule = fields.Selection(
        string="Rate date rule",
        selection=[
            ("registration", "Day of registration"),
            ("month", "Rate of the month of registration"),
            ("arrival", "Day of arrival"),
        ],
        required=True,
        default="registration",
        help="Which day's customs exchange rate applies.",
    )
    edition = fields.Char(help="Edition of the tariff, for example 2026.")
    source = fields.Char(help="Where the tariff was published.")
    tax_code_ids = fields.One2many(
        string="Tax codes", comodel_name="customs.tax.code", inverse_name="tariff_id"
    )
    measure_type_ids = fields.One2many(
        string="Measure types",
        comodel_name="customs.measure.type",
        inverse_name="tariff_id",
    )
    code_count = fields.Integer(string="Code count", compute="_compute_counts")
    measure_count = fields.Integer(string="Measure count", compute="_compute_counts")

    _code_unique = models.Constraint(
        "UNIQUE(code)", "A tariff with this code exists already."
    )
    _rounding_unit_positive = models.Constraint(
        "CHECK(rounding_unit > 0)", "The rounding unit must be above zero."
    )

    def _compute_counts(self):
        counts = {}
        for model in ("customs.tariff.code", "customs.measure"):
            groups = self.env[model]._read_group(
                [("tariff_id", "in", self.ids)], ["tariff_id"], ["__count"]
            )
            counts[model] = {tariff.id: count for tariff, count in groups}
        for tariff in self:
            tariff.code_count = counts["customs.tariff.code"].get(tariff.id, 0)
            tariff.measure_count = counts["customs.measure"].get(tariff.id, 0)

    def _get_rounding(self):
        """Return the :class:`Rounding` of duty amounts of this tariff."""
        self.ensure_one()
        return Rounding(self.rounding_mode, to_decimal(self.rounding_unit))

    def _get_customs_rate(self, currency, day):
        """Return national currency per unit of a currency, 0.0 when none is fixed."""
        if not self or currency == self.currency_id:
            return float(bool(self))
        rate = self.env["customs.exchange.rate"].search(
            [
                ("tariff_id", "=", self.id),
                ("currency_id", "=", currency.id),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ],
            order="date_from desc",
            limit=1,
        )
        if rate.quotation == "inverse":
            return 1 / rate.rate
        return rate.rate

    def action_view_codes(self):
        self.ensure_one()
        return self._action_view_reference("customs_tariff_code_action")

    def action_view_measures(self):
        self.ensure_one()
        return self._action_view_reference("customs_measure_action")

    def _action_view_reference(self, xmlid):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"customs_invoicing.{xmlid}"
        )
        action["domain"] = [("tariff_id", "=", self.id)]
        action["context"] = {"default_tariff_id": self.id}
        return action
