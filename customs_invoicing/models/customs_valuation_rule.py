from dataclasses import replace

from odoo import api, fields, models

from ..engine.valuation_model import ValuationElement
from ..tools import split_codes, to_decimal
from .customs_valuation_element import (
    ELEMENT_KINDS,
    VALUE_NAMES,
    VAT_ONLY,
    get_engine_kind,
)


class CustomsValuationRule(models.Model):
    """An amount that a territory deems where nobody states it, or limits.

    Insurance of 1 % of cost and freight where none is shown; air freight of at most
    20 % of the FOB value.
    """

    _name = "customs.valuation.rule"
    _description = "Valuation Rule"
    _inherit = ["customs.validity.mixin"]
    _order = "tariff_id, sequence, id"
    _validity_key = ("tariff_id", "kind", "rule", "transport_modes")

    tariff_id = fields.Many2one(
        comodel_name="customs.tariff", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    rule = fields.Selection(
        selection=[
            ("deemed", "Is deemed where not stated"),
            ("cap", "Counts at most"),
        ],
        required=True,
        default="deemed",
    )
    kind = fields.Selection(
        string="Amount", selection=ELEMENT_KINDS, required=True, default="insurance"
    )
    percent = fields.Float(digits=(12, 6), required=True)
    of = fields.Char(
        string="Of the sum of",
        required=True,
        default="CFR",
        help="Values by name, separated by commas: CFR (cost and freight), FOB, INV "
        "(price), FRT (freight to the border), INS (insurance).",
    )
    transport_modes = fields.Char(
        string="Only by transport mode",
        help="Codes of the mode at the border, separated by commas. Empty: by all.",
    )
    source = fields.Char(help="Law or publication of the rule.")

    _percent_in_range = models.Constraint(
        "CHECK(percent > 0)", "The percentage of a valuation rule must be above zero."
    )

    @api.depends("kind", "rule", "percent", "of")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            record.display_name = f"{kinds.get(record.kind)}: {record.percent:g} %"

    @api.model
    def _search_for(self, tariff, day):
        """Return the rules of a tariff in force on a day."""
        return self.search([("tariff_id", "=", tariff.id), *self._domain_in_force(day)])

    def _applies(self, mode):
        modes = split_codes(self.transport_modes)
        return not modes or (mode or "") in modes

    def _complete(self, elements, mode):
        """Return engine elements with those that are deemed, and limited.

        :param mode: transport mode at the border
        """
        rules = self.filtered(lambda rule: rule._applies(mode))
        caps = {VALUE_NAMES[rule.kind]: rule for rule in rules if rule.rule == "cap"}
        deemed = [rule._to_engine() for rule in rules if rule.rule == "deemed"]
        return [
            caps[element.name]._limit(element) if element.name in caps else element
            for element in [*elements, *deemed]
        ]

    def _to_engine(self):
        """Return the deemed amount as an element of the engine."""
        self.ensure_one()
        return ValuationElement(
            name=VALUE_NAMES[self.kind],
            kind=get_engine_kind(self.kind),
            percent=to_decimal(self.percent),
            of=self._get_names(),
            in_vat_base=self.kind in VAT_ONLY,
        )

    def _limit(self, element):
        self.ensure_one()
        return replace(
            element, cap_percent=to_decimal(self.percent), cap_of=self._get_names()
        )

    def _get_names(self):
        return tuple(
            dict.fromkeys(
                name.strip() for name in (self.of or "").split(",") if name.strip()
            )
        )
