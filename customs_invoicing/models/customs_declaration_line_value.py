from odoo import api, fields, models

from ..engine.valuation_model import Money, ValuationItem
from ..tools import changed_vals, to_decimal, to_float
from .customs_measure import get_digits
from .customs_valuation_element import VALUE_NAMES, VAT_ONLY

#: Columns of the build-up table, with the kinds of amounts they sum up
COLUMNS = {
    "value_invoice": ("invoice",),
    "value_freight": ("freight_external", "origin_charges"),
    "value_insurance": ("insurance",),
    "value_additions": (
        "packing",
        "commission",
        "assist",
        "royalty",
        "proceeds",
        "other_cost",
    ),
    "value_deductions": ("deduction", "duties_included", "freight_internal"),
}


class CustomsDeclarationLine(models.Model):
    """The value of an item as we build it up, beside the one declared."""

    _inherit = "customs.declaration.line"

    customs_value_stated = fields.Monetary(
        string="Value stated",
        currency_field="tariff_currency_id",
        readonly=True,
        copy=False,
        help="Customs value in the authority's file.",
    )
    customs_value_calculated = fields.Monetary(
        string="Value calculated",
        currency_field="tariff_currency_id",
        readonly=True,
        copy=False,
        help="Our own build-up from price, delivery terms, freight and other costs.",
    )
    value_is_ours = fields.Boolean(
        string="Value is calculated",
        readonly=True,
        copy=False,
        help="The customs value was calculated and follows when prices or costs "
        "change. Typing a value over it keeps what you typed.",
    )
    value_cif = fields.Monetary(
        string="CIF", currency_field="tariff_currency_id", readonly=True, copy=False
    )
    value_fob = fields.Monetary(
        string="FOB", currency_field="tariff_currency_id", readonly=True, copy=False
    )
    value_explanation = fields.Text(
        string="How it is built up", readonly=True, copy=False
    )
    value_problem = fields.Char(string="What is missing", readonly=True, copy=False)
    value_difference = fields.Monetary(
        string="Value difference",
        compute="_compute_value_columns",
        currency_field="tariff_currency_id",
        help="Declared minus calculated.",
    )
    value_invoice = fields.Monetary(
        string="Price",
        compute="_compute_value_columns",
        currency_field="tariff_currency_id",
    )
    value_freight = fields.Monetary(
        string="Freight",
        compute="_compute_value_columns",
        currency_field="tariff_currency_id",
    )
    value_insurance = fields.Monetary(
        string="Insurance",
        compute="_compute_value_columns",
        currency_field="tariff_currency_id",
    )
    value_additions = fields.Monetary(
        string="Additions",
        compute="_compute_value_columns",
        currency_field="tariff_currency_id",
    )
    value_deductions = fields.Monetary(
        string="Deductions",
        compute="_compute_value_columns",
        currency_field="tariff_currency_id",
    )

    @api.depends(
        "value_part_ids.amount_customs_value",
        "customs_value",
        "customs_value_calculated",
    )
    def _compute_value_columns(self):
        """Sum up what each kind of amount adds to the customs value."""
        for line in self:
            by_kind = {}
            for part in line.value_part_ids:
                by_kind.setdefault(part.kind, []).append(part.amount_customs_value)
            for name, kinds in COLUMNS.items():
                line[name] = sum(sum(by_kind.get(kind, ())) for kind in kinds)
            line.value_difference = (
                line.customs_value - line.customs_value_calculated
                if line.customs_value and line.customs_value_calculated
                else 0.0
            )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([_clean_code(vals) for vals in vals_list])

    def write(self, vals):
        """A customs value that is typed or read stays; a calculated one follows."""
        if "customs_value" in vals and "value_is_ours" not in vals:
            vals = {**vals, "value_is_ours": False}
        return super().write(_clean_code(vals))

    def _to_valuation_item(self):
        """Return the item as the engine values it."""
        self.ensure_one()
        return ValuationItem(
            key=self.id,
            label=str(self.number),
            price=Money(
                to_decimal(self.invoice_value),
                self.invoice_currency_id.name or "",
            ),
            gross_mass=to_decimal(self.gross_mass, 3) or None,
            net_mass=to_decimal(self.net_mass, 3) or None,
            quantity=to_decimal(self.supplementary_quantity, 3) or None,
        )

    def _write_no_value(self, problem):
        """Take back what was calculated; a value nobody knows any more is no value."""
        vals = {
            "customs_value_calculated": 0.0,
            "value_cif": 0.0,
            "value_fob": 0.0,
            "value_explanation": False,
            "value_problem": problem,
        }
        for line in self:
            wanted = dict(vals)
            if line.value_is_ours:
                wanted.update(customs_value=0.0, value_is_ours=True)
            if changed_vals(line, wanted):
                line.write(wanted)

    def _prepare_value_vals(self, values):
        """Return what a valuation says of the item; a stated value is kept."""
        self.ensure_one()
        calculated = to_float(values.customs_value)
        vals = {
            "customs_value_calculated": calculated,
            "value_cif": to_float(values.values.get("CIF")),
            "value_fob": to_float(values.values.get("FOB")),
            "value_explanation": values.explanation,
            "value_problem": False,
        }
        if self.value_is_ours or not self.customs_value:
            vals.update(customs_value=calculated, value_is_ours=True)
        return vals

    def _prepare_value_parts(self, values, elements, rates):
        """Return the shares of the item, one for each kind of amount."""
        self.ensure_one()
        effects = {}
        for name, effect in values.terms:
            effects[name] = effects.get(name, 0) + effect
        by_kind = elements.grouped("kind")
        vals_list = []
        for sequence, (kind, name) in enumerate(VALUE_NAMES.items()):
            national = values.values.get(name)
            if not national:
                continue
            currency = self.invoice_currency_id
            if kind != "invoice":  # deemed amounts have no currency of their own
                currency = by_kind.get(kind, elements.browse()).currency_id
            single = currency if len(currency) == 1 else self.tariff_currency_id
            rate = rates.get(single.name)
            vals_list.append(
                {
                    "declaration_id": self.declaration_id.id,
                    "line_id": self.id,
                    "sequence": 10 * sequence,
                    "kind": kind,
                    "currency_id": single.id,
                    "rate": to_float(rate.convert(to_decimal(1))) if rate else 1.0,
                    "amount_national": to_float(national),
                    "amount_customs_value": to_float(effects.get(name)),
                    "in_customs_value": bool(effects.get(name)),
                    "in_vat_base": kind in VAT_ONLY,
                }
            )
        return vals_list


def _clean_code(vals):
    """Take points and blanks out of a commodity code."""
    if vals.get("code"):
        return {**vals, "code": get_digits(vals["code"])}
    return vals
