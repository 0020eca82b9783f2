from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.rating_model import RULE_TYPES
from .customs_declaration_rating_facts import SERVICE_LEVELS

TYPES = [
    ("FLAT", "Flat price"),
    ("PER_UNIT", "Price per unit"),
    ("INCLUDED_THEN", "Base price with units included, then per unit"),
    ("PCT_GREATER", "Percentage with a minimum"),
    ("FIXED_PLUS_PCT", "Fixed amount plus percentage"),
    ("BAND_FLAT", "Price by band"),
    ("BAND_PROGRESSIVE_PCT", "Percentage by slices"),
    ("PER_DAY_TIERED", "Per day after free time, in tiers"),
    ("STORAGE_SUM", "Storage: per day plus per kilogram"),
    ("STORAGE_GREATER", "Storage: per day or per kilogram, the greater"),
    ("PER_CONTAINER_SIZE", "Price by size of container"),
    ("MAX_OF", "The greatest of several prices"),
    ("HOURLY", "By time"),
    ("INTEREST_ON_OUTLAY", "Interest on outlay"),
    ("PCT_OF_SAVING", "Share of what was saved"),
    ("COST_PLUS", "Cost plus margin"),
    ("PASS_THROUGH", "Exact cost"),
    ("PERIOD_FLAT", "Fixed price per period"),
    ("SURCHARGE_PCT", "Surcharge on other charges"),
]

BASIS_NAMES = [
    ("outlay", "Outlay: duties and taxes we pay"),
    ("duty_outlay", "Duties we pay"),
    ("vat_outlay", "VAT we pay"),
    ("customs_value", "Customs value"),
    ("cif_value", "CIF value"),
    ("invoice_value", "Invoice value"),
    ("saving", "Amount saved"),
    ("cost", "Cost"),
]

UNIT_NAMES = [
    ("declaration", "Declaration"),
    ("line", "Line"),
    ("hs_code", "Commodity code"),
    ("invoice", "Invoice"),
    ("certificate", "Certificate"),
    ("document", "Document"),
    ("package", "Package"),
    ("kg", "Kilogram"),
    ("cbm", "Cubic metre"),
    ("container", "Container"),
    ("teu", "TEU"),
    ("page", "Page"),
    ("hour", "Hour"),
    ("vehicle", "Vehicle"),
    ("entry", "Entry of a period"),
]

CLOCK_NAMES = [
    ("storage", "Storage"),
    ("demurrage", "Demurrage: container in the port"),
    ("detention", "Detention: container outside"),
    ("outlay", "Since we paid"),
]

#: Parameters that are fields of the same name
CHECKED_PARAMETERS = sorted(
    {name for names in RULE_TYPES.values() for name in names}
    - {"bands", "sizes", "rules", "applies_to"}
)


class CustomsFeeRule(models.Model):
    """A price of a rate card: how one charge is calculated, and for which files."""

    _name = "customs.fee.rule"
    _description = "Customs Rate"
    _inherit = ["customs.validity.mixin"]
    _order = "tariff_id, sequence, id"
    _check_company_auto = True

    tariff_id = fields.Many2one(
        comodel_name="customs.fee.tariff",
        string="Rate card",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="tariff_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="tariff_id.currency_id")
    charge_kinds = fields.Json(compute="_compute_charge_kinds")
    sequence = fields.Integer(default=10)
    parent_id = fields.Many2one(
        comodel_name="customs.fee.rule",
        string="Compared in",
        index="btree_not_null",
        ondelete="cascade",
    )
    child_ids = fields.One2many(
        comodel_name="customs.fee.rule",
        inverse_name="parent_id",
        string="Prices compared",
        copy=True,
    )
    charge_code_id = fields.Many2one(
        comodel_name="customs.charge.code",
        string="Charge",
        required=True,
        index=True,
        ondelete="restrict",
    )
    name = fields.Char(
        string="Label", help="Tells prices of the same charge apart: “air”, “express”."
    )
    type = fields.Selection(
        selection=TYPES, string="Calculated as", required=True, default="FLAT"
    )
    type_help = fields.Char(string="What it means", compute="_compute_type_help")
    parameters = fields.Char(
        compute="_compute_parameters", help="What the type asks for; the form shows it."
    )

    # === WHAT THE TYPES ASK FOR === #

    amount = fields.Monetary(string="Price")
    unit = fields.Selection(selection=UNIT_NAMES, string="Per")
    rate = fields.Float(
        string="Price per unit", digits=(16, 6), min_display_digits=2, default=0.0
    )
    minimum = fields.Monetary(
        string="At least",
        help="Of this charge. Nothing is charged where there was nothing to charge "
        "for.",
    )
    maximum = fields.Monetary(string="At most", help="Zero: no limit.")
    base = fields.Monetary(string="Base price")
    included = fields.Float(digits=(16, 3), help="So many are in the base price.")
    minimum_extra = fields.Monetary(
        string="Extra at least",
        help="Least price of what goes beyond the number included.",
    )
    basis = fields.Selection(
        selection=BASIS_NAMES,
        string="Of",
        help="What the client pays to the authority itself, from its own deferment "
        "account or in its VAT return, is no outlay.",
    )
    percent = fields.Float(
        string="Percentage", digits=(16, 6), min_display_digits=2, default=0.0
    )
    fixed = fields.Monetary(string="Fixed amount")
    clock = fields.Selection(selection=CLOCK_NAMES, string="Days of")
    free_days = fields.Integer(string="Free days")
    day_basis = fields.Selection(
        selection=[("calendar", "Calendar days"), ("working", "Working days")],
        string="Counted in",
        default="calendar",
        help="Working days follow the working hours of the company: weekends and the "
        "public holidays entered there do not count.",
    )
    per_day = fields.Float(string="Per day", digits=(16, 6), min_display_digits=2)
    per_kg_day = fields.Float(
        string="Per kg and day", digits=(16, 6), min_display_digits=2
    )
    step = fields.Integer(
        string="Rounded up to (minutes)", help="30: every half hour begun counts."
    )
    minimum_minutes = fields.Integer(string="At least (minutes)")
    multiplier = fields.Float(
        string="Factor",
        digits=(16, 6),
        help="1.5 for work at night or on Sundays. Empty: 1.",
    )
    annual_rate = fields.Float(
        string="Percentage a year", digits=(16, 6), min_display_digits=2
    )
    minimum_margin = fields.Monetary(string="Margin at least")
    fee = fields.Monetary(string="Price per period")
    extra = fields.Float(
        string="Each further one", digits=(16, 6), min_display_digits=2
    )
    applies_to_ids = fields.Many2many(
        comodel_name="customs.charge.code",
        relation="customs_fee_rule_surcharged",
        string="On the charges",
        help="Empty: on all own services of the file.",
    )
    band_ids = fields.One2many(
        comodel_name="customs.fee.rule.band",
        inverse_name="rule_id",
        string="Bands",
        copy=True,
    )

    # === CONDITIONS === #

    procedure_ids = fields.Many2many(
        comodel_name="customs.procedure",
        relation="customs_fee_rule_procedure",
    )
    transport_modes = fields.Char(
        string="Mode of transport",
        help="As in box 25, several separated by commas: 1, 3.",
    )
    office_ids = fields.Many2many(
        comodel_name="customs.office",
        relation="customs_fee_rule_office",
        string="Port or office",
    )
    hs_codes = fields.Char(
        string="Commodity codes",
        help="Beginnings or ranges of codes: 8471, 8400-8499. One such item in the "
        "file is enough.",
    )
    incoterm_ids = fields.Many2many(
        comodel_name="account.incoterms",
        relation="customs_fee_rule_incoterm",
        string="Delivery terms",
    )
    declaration_types = fields.Char(
        string="Declaration type", help="As in box 1, separated by commas: IM4, EX1."
    )
    service_level = fields.Selection(selection=SERVICE_LEVELS, string="Service level")

    words = fields.Char(
        string="What it costs", compute="_compute_words", recursive=True
    )
    condition_words = fields.Char(string="Only for", compute="_compute_words")

    _limits_positive = models.Constraint(
        "CHECK(minimum >= 0 AND maximum >= 0)",
        "A minimum or maximum cannot be negative.",
    )

    # === COMPUTE METHODS === #

    @api.depends("type")
    def _compute_type_help(self):
        sentences = self._get_type_sentences()
        for record in self:
            record.type_help = sentences.get(record.type, "")

    @api.depends("type")
    def _compute_parameters(self):
        """Name the parameters between commas, so that none is found within another."""
        for record in self:
            names = RULE_TYPES.get(record.type, ())
            if record.type in ("BAND_FLAT", "BAND_PROGRESSIVE_PCT"):
                names = (*names, "unit")
            record.parameters = f",{','.join(names)},"

    @api.depends("charge_code_id", "name")
    def _compute_display_name(self):
        for record in self:
            parts = (record.charge_code_id.name, record.name)
            record.display_name = " · ".join(part for part in parts if part)

    # === CONSTRAINTS === #

    @api.constrains(
        *CHECKED_PARAMETERS,
        "type",
        "band_ids",
        "child_ids",
        "hs_codes",
        "date_from",
        "date_to",
    )
    def _check_rule(self):
        """Refuse what makes no sense, whatever the file."""
        for record in self:
            problem = next(iter(record._get_problems()), None)
            if problem:
                raise ValidationError(
                    self.env._(
                        "%(card)s, %(rate)s: %(problem)s",
                        card=record.tariff_id.name,
                        rate=record.display_name,
                        problem=problem,
                    )
                )

    @api.constrains("parent_id", "type")
    def _check_parent(self):
        for record in self.parent_id:
            if record.parent_id or record.type != "MAX_OF":
                raise ValidationError(
                    self.env._(
                        "%(rate)s: only the greatest of several prices has others "
                        "below it, and those have none.",
                        rate=record.display_name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create([self._complete_part(vals) for vals in vals_list])
        rules.tariff_id._check_changeable()
        return rules

    def _complete_part(self, vals):
        """Return values in which a price that is compared has card and charge."""
        parent = self.browse(vals.get("parent_id") or ())
        if not parent:
            return vals
        return {
            **vals,
            "tariff_id": parent.tariff_id.id,
            "charge_code_id": parent.charge_code_id.id,
        }

    def write(self, vals):
        self.tariff_id._check_changeable()
        result = super().write(vals)
        if "charge_code_id" in vals and self.child_ids:
            self.child_ids.charge_code_id = vals["charge_code_id"]
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.tariff_id._check_changeable()
