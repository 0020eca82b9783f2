from odoo import api, fields, models

from ..engine import incoterms
from ..engine.valuation_model import MANUAL, ValuationElement
from ..tools import to_decimal

#: Amounts of the value build-up, in the words of the valuation agreement
ELEMENT_KINDS = [
    ("freight_external", "Freight to the border"),
    ("freight_internal", "Freight after the border"),
    ("insurance", "Insurance"),
    ("origin_charges", "Carriage and charges at origin"),
    ("packing", "Packing and containers"),
    ("commission", "Commissions, except for buying"),
    ("assist", "Goods and services supplied by the buyer"),
    ("royalty", "Royalties and licence fees"),
    ("proceeds", "Proceeds that go to the seller"),
    ("other_cost", "Other costs"),
    ("clearance", "Clearance and other costs after arrival"),
    ("duties_included", "Duties and taxes in the price"),
    ("deduction", "Deduction"),
]

#: Names under which rates and bases know the amounts of the value build-up
VALUE_NAMES = {
    "invoice": "INV",
    "freight_external": "FRT",
    "freight_internal": "INLAND",
    "insurance": "INS",
    "origin_charges": "ORIGIN",
    "packing": "PACK",
    "commission": "COMMISSION",
    "assist": "ASSIST",
    "royalty": "ROYALTY",
    "proceeds": "PROCEEDS",
    "other_cost": "OTHER",
    "clearance": "CLEARANCE",
    "duties_included": "TAXES",
    "deduction": "DEDUCTION",
}
#: Kinds of amounts as the engine classes them; the rest are additions
ENGINE_KINDS = {
    "freight_external": incoterms.FREIGHT,
    "freight_internal": incoterms.INLAND,
    "insurance": incoterms.INSURANCE,
    "origin_charges": incoterms.ORIGIN,
    "clearance": incoterms.OTHER,
    "duties_included": incoterms.TAXES,
    "deduction": incoterms.DEDUCTION,
}
#: Costs after arrival, which only the VAT base contains
VAT_ONLY = ("freight_internal", "clearance")


def get_engine_kind(kind):
    """Return how the engine classes a kind of amount."""
    return ENGINE_KINDS.get(kind, incoterms.ADDITION)


class CustomsValuationElement(models.Model):
    """An amount of the value build-up, in its own currency."""

    _name = "customs.valuation.element"
    _description = "Customs Valuation Element"
    _inherit = ["customs.declaration.part"]
    _order = "declaration_id, line_id, sequence, id"

    line_id = fields.Many2one(
        comodel_name="customs.declaration.line",
        string="Item",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain="[('declaration_id', '=', declaration_id)]",
        help="Empty: the amount belongs to the whole declaration.",
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection=ELEMENT_KINDS,
        required=True,
    )
    currency_id = fields.Many2one(comodel_name="res.currency", required=True)
    amount = fields.Monetary()
    rate = fields.Float(
        digits=(18, 8), help="Customs rate: national currency per foreign unit."
    )
    tariff_currency_id = fields.Many2one(
        string="Tariff currency", related="declaration_id.tariff_currency_id"
    )
    amount_national = fields.Monetary(
        string="National",
        currency_field="tariff_currency_id",
        help="As stated by the authority.",
    )
    apportionment = fields.Selection(
        selection=[
            ("value", "By value"),
            ("mass", "By gross mass"),
            ("net_mass", "By net mass"),
            ("quantity", "By quantity"),
            ("manual", "By hand"),
        ],
        compute="_compute_apportionment",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="How an amount of the whole declaration is spread over its items. By "
        "hand: enter here the whole amount, and on the items what each bears.",
    )
    percent_included = fields.Float(
        string="Up to the border (%)",
        digits=(6, 3),
        default=100.0,
        help="Share of the amount that belongs to the customs value, as for air "
        "freight that also covers carriage beyond the border.",
    )
    is_stated = fields.Boolean(
        string="Stated by the authority",
        readonly=True,
        help="Read from the authority's file: it is compared with, not calculated by.",
    )

    _amount_not_negative = models.Constraint(
        "CHECK(COALESCE(is_stated, FALSE) OR COALESCE(amount, 0) >= 0)",
        "An amount of the value build-up cannot be negative. What is taken off is a "
        "deduction.",
    )
    _percent_in_range = models.Constraint(
        "CHECK(percent_included >= 0 AND percent_included <= 100)",
        "The share up to the border is between 0 and 100 percent.",
    )

    @api.depends("declaration_id.tariff_id")
    def _compute_apportionment(self):
        for record in self:
            mode = record.declaration_id.tariff_id.apportionment_mode
            record.apportionment = record.apportionment or mode or "value"

    def _to_engine(self, elements):
        """Return the amount as the engine knows it.

        :param elements: all amounts of the file, for one that is spread by hand
        """
        self.ensure_one()
        kind = get_engine_kind(self.kind)
        by_hand = not self.line_id and self.apportionment == "manual"
        amount, currency = to_decimal(self.amount), self.currency_id.name or ""
        if self.rate > 0 and not self.is_stated and not by_hand:
            # a rate typed beside the amount is that amount's alone
            amount, currency = amount * to_decimal(self.rate, 8), ""
        return ValuationElement(
            name=VALUE_NAMES[self.kind],
            amount=amount,
            currency=currency,
            kind=kind,
            by=MANUAL if by_hand else self.apportionment,
            parts=self._get_parts_by_hand(elements) if by_hand else {},
            item_key=self.line_id.id or None,
            percent_included=to_decimal(self.percent_included),
            sign=-1 if self.is_stated and kind == incoterms.DEDUCTION else 1,
            # what the authority states is in the value, whatever the delivery term
            in_customs_value=True if self.is_stated else None,
            in_vat_base=not self.is_stated and self.kind in VAT_ONLY,
        )

    def _get_parts_by_hand(self, elements):
        """Return ``{item id: amount}`` entered on the items for this amount."""
        self.ensure_one()
        parts = {}
        for element in elements:
            if element.line_id and element.kind == self.kind:
                key = element.line_id.id
                parts[key] = parts.get(key, 0) + to_decimal(element.amount)
        return parts
