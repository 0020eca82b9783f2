from odoo import api, fields, models

from ..engine.duty import RoundingRules
from ..engine.exchange import CustomsRate
from ..tools import to_decimal
from .customs_rounding_mixin import ROUNDING_MODES

#: What a tariff counts of its own, by the field that shows it
COUNTED = {
    "code_count": "customs.tariff.code",
    "measure_count": "customs.measure",
    "agreement_count": "customs.agreement",
    "quota_count": "customs.quota",
    "rate_count": "customs.exchange.rate",
}


class CustomsTariff(models.Model):
    """The rulebook of one customs territory."""

    _name = "customs.tariff"
    _description = "Customs Tariff"
    _inherit = ["customs.rounding.mixin"]
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
            ("net_mass", "By net mass"),
            ("quantity", "By quantity"),
            ("manual", "By hand"),
        ],
        required=True,
        default="value",
        help="How freight and other costs of the whole declaration are spread over its "
        "items.",
    )
    apportionment_method = fields.Selection(
        string="Shares of a cost",
        selection=[
            ("reconciled", "Add up to the whole, to the cent"),
            ("independent", "Each rounded on its own, as ASYCUDA does"),
        ],
        required=True,
        default="reconciled",
        help="Whether rounding differences of the shares are given to the items that "
        "were cut most, or left as they are.",
    )
    rounding_mode = fields.Selection(
        required=True,
        default="half_up",
        help="How the authority rounds duty amounts, unless the measure or its type "
        "says otherwise.",
    )
    rounding_unit = fields.Float(required=True, default=0.01)
    value_rounding_mode = fields.Selection(
        string="Rounding of values",
        selection=ROUNDING_MODES,
        default="half_up",
        help="How a value converted into national currency is rounded.",
    )
    value_rounding_unit = fields.Float(
        string="Value unit", digits=(12, 6), default=0.01
    )
    part_rounding_mode = fields.Selection(
        string="Rounding of shares",
        selection=ROUNDING_MODES,
        default="half_up",
        help="How an item's share of freight and other costs is rounded, in the "
        "currency of the cost.",
    )
    part_rounding_unit = fields.Float(string="Share unit", digits=(12, 6), default=0.01)
    cascade_exact = fields.Boolean(
        string="Exact cascade",
        help="Taxes on taxes use the exact amount of the earlier tax, not the rounded "
        "one.",
    )
    code_length = fields.Integer(
        string="Code length",
        default=10,
        help="Number of digits of a declarable tariff code.",
    )
    rate_date_rule = fields.Selection(
        string="Rate date rule",
        selection=[
            ("registration", "Day of registration or acceptance"),
            ("month", "Rate of the month of registration"),
            ("arrival", "Day of arrival"),
            ("export", "Day of export or direct shipment"),
        ],
        required=True,
        default="registration",
        help="Which day's customs exchange rate applies.",
    )
    duty_date_rule = fields.Selection(
        string="Duty date rule",
        selection=[
            ("registration", "Day of registration or acceptance"),
            ("arrival", "Day of arrival"),
            ("later", "The later of registration and arrival"),
        ],
        required=True,
        default="registration",
        help="Which day's rates of duty apply.",
    )
    rate_fallback = fields.Boolean(
        string="Use the company's rates where none is fixed",
        help="Off: a missing customs exchange rate stops the calculation. On: the "
        "company's own rate is used, and every amount that rests on it says so.",
    )
    edition = fields.Char(help="Edition of the tariff, for example 2026.")
    source = fields.Char(help="Where the tariff was published.")
    valuation_rule_ids = fields.One2many(
        string="Valuation rules",
        comodel_name="customs.valuation.rule",
        inverse_name="tariff_id",
        copy=True,
    )
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
    agreement_count = fields.Integer(
        string="Agreement count", compute="_compute_counts"
    )
    quota_count = fields.Integer(string="Quota count", compute="_compute_counts")
    rate_count = fields.Integer(string="Rate count", compute="_compute_counts")

    _code_unique = models.Constraint(
        "UNIQUE(code)", "A tariff with this code exists already."
    )
    _rounding_unit_positive = models.Constraint(
        "CHECK(rounding_unit > 0)", "The rounding unit must be above zero."
    )

    def _compute_counts(self):
        for name, model in COUNTED.items():
            groups = self.env[model]._read_group(
                [("tariff_id", "in", self.ids)], ["tariff_id"], ["__count"]
            )
            counts = {tariff.id: count for tariff, count in groups}
            for tariff in self:
                tariff[name] = counts.get(tariff.id, 0)

    @api.model
    def _get_default(self, company=None):
        """Return the tariff of a company's country, else that of its last file.

        The only one there is otherwise; of several none is guessed.
        """
        company = company or self.env.company
        own = self.search([("country_ids", "in", company.country_id.ids)], limit=1)
        some = own or self.search([], limit=2)
        if len(some) <= 1:
            return some
        return (
            self.env["customs.declaration"]
            .search(
                [("company_id", "=", company.id), ("tariff_id", "!=", False)], limit=1
            )
            .tariff_id
        )

    def _get_duty_types(self):
        """Return the codes of the types of customs duty that have measures.

        A tax on value plus duties is none, whatever its series says.
        """
        self.ensure_one()
        duties = self.measure_type_ids.filtered(
            lambda t: t.series == "duty" and t.base != "customs_value_and_duties"
        )
        return set(duties.filtered("measure_count").mapped("code"))

    def _get_rounding(self):
        """Return the :class:`RoundingRules` of this tariff."""
        self.ensure_one()
        return RoundingRules(
            value=self._read_rounding("value_"),
            part=self._read_rounding("part_"),
            base=self._read_rounding("base_"),
            amount=self._read_rounding(),
            total=self._read_rounding("total_"),
        )

    def _get_customs_rates(self, currencies, day, company=None):
        """Return ``{ISO code: CustomsRate}`` in force on a day.

        A currency without a rate is left out, unless the tariff allows the company's
        own rate, which is then marked as a fallback, as is a monthly rate of an
        earlier month.  Queries do not grow with the currencies.
        """
        if not self:
            return {}
        self.ensure_one()
        foreign = currencies - self.currency_id
        records = self._search_latest_rates(foreign, day)
        rates = {
            record.currency_id.name: record._to_engine(
                is_fallback=self.rate_date_rule == "month" and record._is_old(day)
            )
            for record in records
            if not record.date_to or record.date_to >= day
        }
        if self.rate_fallback:
            missing = foreign.filtered(lambda c: c.name not in rates)
            rates.update(self._get_company_rates(missing, day, company))
        return rates

    def _search_latest_rates(self, currencies, day):
        """Return the rate of each currency that was published last before a day.

        One that has ended does not give way to an older one.
        """
        model = self.env["customs.exchange.rate"]
        groups = model._read_group(
            [
                ("tariff_id", "=", self.id),
                ("currency_id", "in", currencies.ids),
                ("date_from", "<=", day),
            ],
            ["currency_id"],
            ["date_from:max"],
        )
        latest = {currency: start for currency, start in groups}
        found = model.search_fetch(
            [
                ("tariff_id", "=", self.id),
                ("currency_id", "in", currencies.ids),
                ("date_from", "in", list(set(latest.values()))),
            ],
            ["currency_id", "rate", "quotation", "date_from", "date_to"],
        )
        return found.filtered(lambda r: latest[r.currency_id] == r.date_from)

    def _get_company_rates(self, currencies, day, company):
        """Return the company's own rates of currencies, marked as fallbacks.

        Only where the company really has a rate: Odoo would take 1 for none.
        """
        company = (company or self.env.company).root_id
        known = self.env["res.currency.rate"]._read_group(
            [
                ("currency_id", "in", (currencies | self.currency_id).ids),
                ("company_id", "in", [False, company.id]),
                ("name", "<=", day),
            ],
            ["currency_id"],
        )
        known = {currency.id for (currency,) in known} | {company.currency_id.id}
        rates = {}
        for currency in currencies:
            if not {currency.id, self.currency_id.id} <= known:
                continue
            rate = currency._get_conversion_rate(
                currency, self.currency_id, company, day
            )
            rates[currency.name] = CustomsRate(
                currency.name, to_decimal(rate, 12), is_fallback=True
            )
        return rates

    def _get_customs_rate(self, currency, day):
        """Return national currency per unit of a currency, 0.0 when none is fixed."""
        if not self or currency == self.currency_id:
            return float(bool(self))
        rate = self._get_customs_rates(currency, day).get(currency.name)
        return float(rate.convert(to_decimal(1))) if rate else 0.0

    def action_view_codes(self):
        self.ensure_one()
        return self._action_view_reference("customs_tariff_code_action")

    def action_view_measures(self):
        self.ensure_one()
        return self._action_view_reference("customs_measure_action")

    def action_view_agreements(self):
        self.ensure_one()
        return self._action_view_reference("customs_agreement_action")

    def action_view_quotas(self):
        self.ensure_one()
        return self._action_view_reference("customs_quota_action")

    def action_view_rates(self):
        self.ensure_one()
        return self._action_view_reference("customs_exchange_rate_action")

    def _action_view_reference(self, xmlid):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"customs_invoicing.{xmlid}"
        )
        action["domain"] = [("tariff_id", "=", self.id)]
        action["context"] = {"default_tariff_id": self.id}
        return action
