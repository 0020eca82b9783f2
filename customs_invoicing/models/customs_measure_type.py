from odoo import fields, models

from ..engine import model as engine
from ..tools import split_codes
from .customs_duty_line import TAX_STATUS
from .customs_rounding_mixin import ROUNDING_MODES
from .customs_valuation_element import VALUE_NAMES, VAT_ONLY

#: Bases a measure type offers, as terms of the engine; the rest are base lines.
#: VAT is also charged on costs after arrival (VAT Directive article 86), if there are.
BASES = {
    "customs_value": engine.BASE_VALUE,
    "customs_value_and_duties": (
        *engine.BASE_VALUE_AND_DUTIES,
        *(engine.BaseTerm(name=VALUE_NAMES[kind], optional=True) for kind in VAT_ONLY),
    ),
}


class CustomsMeasureType(models.Model):
    """A kind of measure: third-country duty, preference, excise, VAT…"""

    _name = "customs.measure.type"
    _description = "Customs Measure Type"
    _inherit = [
        "customs.code.mixin",
        "customs.rounding.mixin",
        "customs.measure.owner.mixin",
    ]
    _order = "tariff_id, sequence, code"
    _measure_field = "measure_type_id"

    tariff_id = fields.Many2one(
        comodel_name="customs.tariff", required=True, index=True, ondelete="cascade"
    )
    code = fields.Char(required=True, help="TARIC 103, 142…, or the tariff's own code.")
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    series = fields.Selection(
        selection=[
            ("duty", "Customs duty"),
            ("trade_remedy", "Trade remedy"),
            ("additional", "Additional duty"),
            ("excise", "Excise"),
            ("levy", "Levy"),
            ("fee", "Fee"),
            ("vat", "Value added tax"),
            ("advance_tax", "Advance tax"),
            ("part", "Part of another measure"),
            ("control", "Control, no amount"),
            ("unit", "Supplementary unit, no amount"),
        ],
        required=True,
        default="duty",
        help="What the measure is. Controls and units are shown but never calculated; "
        "a part (Meursing) only fills in another measure.",
    )
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
    claim_codes = fields.Char(
        string="Claimed by",
        help="Preference codes, one of which the declarant must claim for measures of "
        "this type, separated by commas: 300, 320. A measure may name its own. Empty: "
        "needs no claim.",
    )
    exclude_type_ids = fields.Many2many(
        string="Excludes",
        comodel_name="customs.measure.type",
        relation="customs_measure_type_exclusion",
        column1="measure_type_id",
        column2="excluded_type_id",
        domain="[('tariff_id', '=', tariff_id)]",
        help="Where a measure of this type applies, measures of these types do not: a "
        "quota drops the safeguard duty.",
    )
    scope = fields.Selection(
        selection=[("line", "Each item"), ("entry", "The whole declaration")],
        required=True,
        default="line",
        help="A fee of the whole declaration is calculated once, with its minimum and "
        "maximum, and then spread over the items.",
    )
    base = fields.Selection(
        selection=[
            ("customs_value", "Customs value"),
            ("customs_value_and_duties", "Customs value plus duties (VAT)"),
            ("terms", "As listed below"),
        ],
        required=True,
        default="customs_value",
        help="What the rate is applied to. Customs value plus duties also has freight "
        "and other costs after arrival, where they are stated.",
    )
    base_line_ids = fields.One2many(
        string="Base terms",
        comodel_name="customs.measure.base",
        inverse_name="measure_type_id",
        copy=True,
    )
    gross_up = fields.Boolean(
        string="Part of its own base",
        help="The tax is contained in the value it is charged on, as the Brazilian "
        "ICMS: amount = base × rate / (1 − rate).",
    )
    gross_rounding_mode = fields.Selection(
        string="Rounding of the grossed base", selection=ROUNDING_MODES
    )
    gross_rounding_unit = fields.Float(string="Grossed base unit", digits=(12, 6))
    status = fields.Selection(
        selection=TAX_STATUS,
        required=True,
        default="payable",
        help="What is assessed but not payable stays out of the VAT base.",
    )
    is_recoverable = fields.Boolean(
        string="Recoverable",
        help="The importer gets it back from the tax office: it is no cost of goods.",
    )
    in_landed_cost = fields.Boolean(
        string="In the landed cost",
        default=True,
        help="Part of what the goods cost. Off for recoverable taxes.",
    )
    source = fields.Char(help="Law or publication that this type was taken from.")
    in_vat_base = fields.Boolean(
        string="In the VAT base",
        default=True,
        help="Whether the amount is added to the base of taxes on value plus duties.",
    )
    _code_unique = models.Constraint(
        "UNIQUE(tariff_id, code)",
        "A measure type with this code exists already in the tariff.",
    )

    def _get_base_terms(self):
        """Return the base of the type as engine terms."""
        self.ensure_one()
        if self.base != "terms":
            return BASES[self.base]
        return tuple(line._to_engine() for line in self.base_line_ids)

    def _prepare_engine_vals(self):
        """Return what every engine measure of this type has in common."""
        self.ensure_one()
        return {
            "type_code": self.code,
            "tax_code": self.tax_code_id.code,
            "name": self.name,
            "selection": self.selection,
            "group": self.group or "",
            "priority": self.priority,
            "claims": split_codes(self.claim_codes),
            "excludes": frozenset(self.exclude_type_ids.mapped("code")),
            "sequence": self.sequence,
            "scope": self.scope,
            "base": self._get_base_terms(),
            "gross_up": self.gross_up,
            "in_vat_base": self.in_vat_base,
            "status": self.status,
            "rounding": self._read_rounding(),
            "base_rounding": self._read_rounding("base_"),
            "gross_rounding": self._read_rounding("gross_"),
            "total_rounding": self._read_rounding("total_"),
        }
