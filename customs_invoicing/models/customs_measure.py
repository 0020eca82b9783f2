from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import rates as engine_rates
from ..tools import to_decimal
from .customs_measure_component import RATE_DIGITS

#: Characters a commodity code is printed with and not made of
CODE_FILL = ". \N{NO-BREAK SPACE}"


class CustomsMeasure(models.Model):
    """One dated rate on a tariff code for an origin."""

    _name = "customs.measure"
    _description = "Customs Measure"
    _inherit = ["customs.validity.mixin", "customs.rounding.mixin"]
    _order = "tariff_id, code_prefix, measure_type_id, date_from desc, id"
    _validity_key = (
        "measure_type_id",
        "code_prefix",
        "origin_id",
        "origin_group_id",
        "preference_code",
        "additional_code",
        "quota_id",
        "reduction_indicator",
        "procedure_codes",
        "transport_modes",
    )

    measure_type_id = fields.Many2one(
        string="Measure type",
        comodel_name="customs.measure.type",
        required=True,
        index=True,
        ondelete="restrict",
    )
    tariff_id = fields.Many2one(related="measure_type_id.tariff_id", store=True)
    tax_code_id = fields.Many2one(
        string="Tax code", related="measure_type_id.tax_code_id"
    )
    series = fields.Selection(related="measure_type_id.series")
    currency_id = fields.Many2one(related="tariff_id.currency_id")
    active = fields.Boolean(default=True)

    # Which goods
    code_prefix = fields.Char(
        string="Tariff code",
        help="Digits of the code or of its first part: 8712 covers all of heading "
        "8712. Empty covers every code.",
    )
    origin_id = fields.Many2one(
        comodel_name="res.country",
        help="Country of origin. Empty, with no group either: all origins.",
    )
    origin_group_id = fields.Many2one(
        string="Origin group",
        comodel_name="res.country.group",
        help="Group of countries of origin, as published by the tariff.",
    )
    excluded_country_ids = fields.Many2many(
        string="Except",
        comodel_name="res.country",
        relation="customs_measure_excluded_country",
        help="Countries of the group to which the measure does not apply.",
    )
    additional_code = fields.Char(
        string="Additional code",
        help="Must be stated on the item, as C490 for a producer with its own "
        "anti-dumping rate.",
    )
    procedure_codes = fields.Char(
        string="Only under procedures", help="Beginnings of procedure codes: 40, 71…"
    )
    transport_modes = fields.Char(
        string="Only by transport mode", help="Codes of the mode at the border: 1, 4…"
    )
    # What must be claimed
    agreement_id = fields.Many2one(
        comodel_name="customs.agreement", index="btree_not_null", ondelete="restrict"
    )
    preference_code = fields.Char(
        string="Preference codes",
        help="The measure applies only to an item that claims one of these codes or "
        "programmes, separated by commas: 300, or JP, KR.",
    )
    quota_id = fields.Many2one(
        comodel_name="customs.quota",
        index="btree_not_null",
        ondelete="restrict",
        help="The rate applies within this quota only.",
    )
    condition_ids = fields.One2many(
        string="Conditions",
        comodel_name="customs.measure.condition",
        inverse_name="measure_id",
        copy=True,
    )
    # The rate
    rate_text = fields.Char(
        string="Rate text",
        help="The rate as the tariff prints it: 12.8 % + 176.8 EUR/100 kg, or "
        "46.3¢/kg + 14.9%. It is read into components as you save.",
    )
    rate_state = fields.Selection(
        string="Rate is",
        selection=[
            ("read", "Read"),
            ("flagged", "To be checked"),
            ("control", "No amount"),
        ],
        required=True,
        default="read",
        index=True,
        readonly=True,
        help="A rate that could not be read is never taken as zero: duties that need "
        "it stay unknown until somebody corrects the text.",
    )
    rate_problem = fields.Char(string="What to check", readonly=True)
    rate_percent = fields.Float(
        string="Rate (%)",
        digits=RATE_DIGITS,
        compute="_compute_rate_percent",
        inverse="_inverse_rate_percent",
        help="The percentage, where the rate is nothing else. 0 with components means "
        "a rate of another kind.",
    )
    component_ids = fields.One2many(
        string="Components",
        comodel_name="customs.measure.component",
        inverse_name="measure_id",
        copy=True,
    )
    base_line_ids = fields.One2many(
        string="Base terms",
        comodel_name="customs.measure.base",
        inverse_name="measure_id",
        copy=True,
        help="Only where the base differs from that of the measure type.",
    )
    reduction_indicator = fields.Char(
        string="Reduction indicator",
        help="Links a preference with its agricultural components.",
    )
    floor_total_percent = fields.Float(
        string="Tops up to (%)",
        digits=(12, 6),
        help="All-in rate: what the duties named beside lack of this percentage.",
    )
    floor_less_type_ids = fields.Many2many(
        string="Counting",
        comodel_name="customs.measure.type",
        relation="customs_measure_floor_type",
        help="Duties that count towards the all-in rate.",
    )
    amount_min = fields.Monetary(string="Least amount", help="0: none.")
    amount_max = fields.Monetary(string="Greatest amount", help="0: none.")
    tier_ids = fields.One2many(
        string="Tiers",
        comodel_name="customs.measure.tier",
        inverse_name="measure_id",
        copy=True,
    )
    date_from = fields.Date(required=True)
    # Where it comes from
    legal_reference = fields.Char(
        string="Legal reference", help="Regulation or notice that set the rate."
    )
    source_key = fields.Char(
        string="Source key",
        index="btree_not_null",
        copy=False,
        help="What identifies the measure in the publication it was imported from.",
    )
    edition = fields.Char(copy=False, help="Edition of the tariff it was read from.")

    _prefix_index = models.Index("(tariff_id, code_prefix, date_from)")
    _floor_in_range = models.Constraint(
        "CHECK(COALESCE(floor_total_percent, 0) >= 0)",
        "An all-in rate cannot be negative.",
    )
    _limits_ordered = models.Constraint(
        "CHECK(COALESCE(amount_min, 0) >= 0 AND (COALESCE(amount_max, 0) = 0"
        " OR amount_max >= amount_min))",
        "The least amount cannot be above the greatest.",
    )

    @api.depends(
        "measure_type_id",
        "code_prefix",
        "origin_id",
        "origin_group_id",
        "rate_text",
        "rate_state",
    )
    def _compute_display_name(self):
        for record in self:
            parts = [
                record.measure_type_id.display_name,
                record.code_prefix or self.env._("all codes"),
                record.origin_id.code or record.origin_group_id.name,
                record.rate_text,
            ]
            record.display_name = " · ".join(part for part in parts if part)

    @api.depends("component_ids.rate", "component_ids.kind", "component_ids.on")
    def _compute_rate_percent(self):
        for record in self:
            part = record.component_ids
            is_plain = len(part) == 1 and part.kind == "percent" and not part.on
            record.rate_percent = part.rate if is_plain else 0.0

    def _inverse_rate_percent(self):
        # read all first: the text of one makes Odoo compute the others anew
        percents = [to_decimal(record.rate_percent, RATE_DIGITS[1]) for record in self]
        for record, percent in zip(self, percents, strict=True):
            if percent < 0:
                raise ValidationError(self.env._("A rate cannot be negative."))
            record.rate_text = f"{percent:f} %"

    @api.onchange("rate_text")
    def _onchange_rate_text(self):
        """Show at once how the text is read, before it is saved."""
        self.update(self._prepare_rate_vals(self.rate_text, self.tariff_id))

    @api.constrains("code_prefix")
    def _check_code_prefix(self):
        for record in self.filtered("code_prefix"):
            if not record.code_prefix.isdigit():
                raise ValidationError(
                    self.env._(
                        "Tariff code %(code)s of a measure must be digits.",
                        code=record.code_prefix,
                    )
                )

    @api.constrains("code_prefix", "measure_type_id")
    def _check_code_length(self):
        for record in self.filtered("code_prefix"):
            length = record.tariff_id.code_length
            if length and len(record.code_prefix) > length:
                raise ValidationError(
                    self.env._(
                        "Tariff code %(code)s of a measure has %(found)s digits; codes "
                        "of %(tariff)s have at most %(length)s.",
                        code=record.code_prefix,
                        found=len(record.code_prefix),
                        tariff=record.tariff_id.name,
                        length=length,
                    )
                )

    @api.constrains("origin_id", "origin_group_id")
    def _check_one_origin(self):
        for record in self:
            if record.origin_id and record.origin_group_id:
                raise ValidationError(
                    self.env._(
                        "%(measure)s names a country of origin and a group of "
                        "countries. Keep one of them.",
                        measure=record.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        measures = super().create([self._complete_vals(vals) for vals in vals_list])
        unknown = measures.filtered(
            lambda m: m.rate_state == "read"
            and not m.rate_text
            and not m.floor_total_percent
            and not (m.component_ids or m.tier_ids or m.condition_ids)
        )
        unknown.write(
            {"rate_state": "flagged", "rate_problem": self.env._("No rate is entered.")}
        )
        return measures

    def write(self, vals):
        return super().write(self._complete_vals(vals))

    def _complete_vals(self, vals):
        """Clean the code and read the rate text, unless components are given."""
        vals = dict(vals)
        if vals.get("rate_text"):
            vals.pop("rate_percent", None)  # the text says it all
        for name in self._validity_key:
            if isinstance(vals.get(name), str):
                vals[name] = vals[name].strip() or False
        if vals.get("code_prefix"):
            vals["code_prefix"] = get_digits(vals["code_prefix"])
        if "rate_text" in vals and not {"component_ids", "rate_state"} & set(vals):
            vals.update(
                self._prepare_rate_vals(vals["rate_text"], self._get_tariff(vals))
            )
        return vals

    def _get_tariff(self, vals):
        """Return the tariff of a measure that is about to be written."""
        kind = self.env["customs.measure.type"].browse(vals.get("measure_type_id"))
        return kind.tariff_id or self[:1].tariff_id

    @api.model
    def _prepare_rate_vals(self, text, tariff):
        """Return components and state of a rate text; what is not read is flagged."""
        clear = [fields.Command.clear()]
        components, problem = self._read_rate_text(text, tariff)
        if problem:
            return {
                "component_ids": clear,
                "rate_state": "flagged",
                "rate_problem": problem,
            }
        currencies = self._get_currencies(components)
        create = self.env["customs.measure.component"]._prepare_vals_list(
            components, currencies
        )
        return {
            "component_ids": clear + [fields.Command.create(vals) for vals in create],
            "rate_state": "read",
            "rate_problem": False,
        }

    @api.model
    def _read_rate_text(self, text, tariff):
        """Return the components of a rate text and what keeps it from being used."""
        if not text:
            return (), self.env._("The rate text is empty.")
        try:
            rate = engine_rates.parse(text)
        except engine_rates.RateTextError as error:
            return (), str(error)
        if rate.components is None or rate.reference:
            return (), self.env._("The text refers to other rates; enter the rate.")
        known = self._get_currencies(rate.components)
        unknown = {c.currency for c in rate.components} - {"", *known}
        if unknown:
            return (), self.env._(
                "Currency %(currency)s is not known in this database.",
                currency=", ".join(sorted(unknown)),
            )
        own = tariff.currency_id
        if ("$" in text or "¢" in text) and own and "$" not in (own.symbol or ""):
            return (), self.env._(
                "The text is in dollars and cents, the tariff in %(currency)s: write "
                "the currency as three letters, such as USD.",
                currency=own.name,
            )
        return rate.components, ""

    @api.model
    def _get_currencies(self, components):
        """Return ``{ISO code: currency}`` of components, inactive ones included."""
        names = {component.currency for component in components} - {""}
        found = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(names))])
        )
        return {currency.name: currency for currency in found}


def get_digits(code):
    """Return a commodity code without the points and blanks it is printed with."""
    return "".join(char for char in code if char not in CODE_FILL)
