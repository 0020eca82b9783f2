from odoo import models

from .. import engine
from ..engine.components import MEURSING, SPECIFIC
from ..engine.explain import quantity_words
from ..engine.model import THRESHOLD, VALUE
from ..engine.units import find_unit, quantity_in
from ..tools import to_decimal

#: Values of goods that the calculator knows, or knows to be unknown
KNOWN_VALUES = {engine.CUSTOMS_VALUE, "INV", "FRT", "INS", "CIF", "FOB"}
#: Figures that multiply, in the words of a tariff
FIGURE_WORDS = {
    "asv": "% vol",
    "sucrose_percent": "% of sugar",
    "degrees_under_100": "degrees under 100",
    "INLAND": "inland carriage",
    "CLEARANCE": "clearance costs",
    "PACK": "packing",
    "ROYALTY": "royalties",
    "OTHER": "other costs",
    "DEDUCTION": "deductions",
}


class CustomsDutyCalculator(models.TransientModel):
    """Which figures the rates on the goods ask for, besides the usual ones."""

    _inherit = "customs.duty.calculator"

    def _get_wanted_figures(self):
        """Return rows to fill in, by kind and name, for what is not asked elsewhere."""
        records = self._search_measures()
        countries = self._get_origins()
        records = records.filtered(lambda m: any(covers(m, c) for c in countries))
        stated = dict.fromkeys(("kg", "kg:gross"), to_decimal(1))
        unit = find_unit(self.supplementary_unit or "")
        if unit or self.supplementary_unit:
            key = unit.quantity_key if unit else self.supplementary_unit
            stated[key] = to_decimal(1)
        wanted = {}
        for measure in records._to_engine():
            for kind, name, label, optional in get_asked(measure):
                known = name in KNOWN_VALUES or quantity_in(stated, name) is not None
                previous = wanted.get((kind, name), {"is_optional": True})
                if not known and previous["is_optional"]:
                    wanted[kind, name] = {
                        "kind": kind,
                        "name": name,
                        "label": self.env._("%(figure)s, if any", figure=label)
                        if optional
                        else label,
                        "asked_by": measure.rate_text or measure.name,
                        "is_optional": optional,
                    }
        return wanted

    def _get_origins(self):
        """Return the origins to show, the declared one first, each once."""
        countries = [self.origin_id._origin, *self.compare_origin_ids._origin]
        return list(dict.fromkeys(countries))


def covers(record, country):
    """Whether a measure record is meant for goods of a country."""
    if country in record.excluded_country_ids:
        return False
    if record.origin_id:
        return record.origin_id == country
    group = record.origin_group_id
    return not group or country in group.country_ids


def get_asked(measure):
    """Yield ``(kind, name, words, optional)`` of all that a measure needs to know."""
    parts = list(measure.components or ())
    for condition in measure.conditions:
        parts += condition.components
        if condition.kind == THRESHOLD:
            name = condition.value_name
            is_unit = find_unit(name.partition(":")[0])
            yield "quantity" if is_unit else "value", name, _words(name), False
    for part in parts:
        if part.kind == SPECIFIC:
            yield "quantity", part.quantity_key, quantity_words(part), False
            for name in part.times:
                yield "quantity", name, _words(name), False
        elif part.on and part.kind != MEURSING:
            yield "value", part.on, part.on, False
    for term in measure.base:
        if term.kind == VALUE:
            yield "value", term.name, _words(term.name), term.optional


def _words(name):
    return FIGURE_WORDS.get(name, name.replace("_", " "))
