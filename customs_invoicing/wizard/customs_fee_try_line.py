from dataclasses import replace

from odoo import api, fields, models

from ..engine.rating import is_valid, matches, specificity
from ..engine.rating_model import LEVELS
from ..engine.rating_select import stated
from ..models.customs_fee_tariff import LEVEL_NAMES
from ..tools import to_float

#: Field of a rate behind each condition, for its name
CONDITION_FIELDS = {
    "regime": "procedure_ids",
    "mode": "transport_modes",
    "port": "office_ids",
    "hs": "hs_codes",
    "incoterm": "incoterm_ids",
    "declaration_type": "declaration_types",
    "service_level": "service_level",
}


class CustomsFeeTryLine(models.TransientModel):
    """What one charge comes to, or why a rate was not chosen."""

    _name = "customs.fee.try.line"
    _description = "Line of Trying Rate Cards"
    _order = "sequence, id"

    wizard_id = fields.Many2one(
        comodel_name="customs.fee.try", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    result = fields.Selection(
        selection=[
            ("rated", "Charged"),
            ("minimum", "Minimum"),
            ("zero", "Nothing"),
            ("skipped", "Not per file"),
            ("problem", "Not known"),
            ("tie", "Tie"),
            ("other", "Not chosen"),
        ],
        required=True,
    )
    charge_code_id = fields.Many2one(
        comodel_name="customs.charge.code", string="Charge"
    )
    rule_id = fields.Many2one(comodel_name="customs.fee.rule", string="Rate")
    tariff_id = fields.Many2one(comodel_name="customs.fee.tariff", string="Rate card")
    level = fields.Selection(selection=LEVEL_NAMES)
    words = fields.Char(string="How it came about, or why not")
    currency_id = fields.Many2one(comodel_name="res.currency")
    amount = fields.Monetary(string="On the card")
    company_currency_id = fields.Many2one(comodel_name="res.currency")
    amount_company = fields.Monetary(
        string="Amount", currency_field="company_currency_id"
    )

    # === WHAT IS CHARGED === #

    @api.model
    def _prepare_outcome(self, outcome, company_currency):
        """Return the values of what rating makes of a charge."""
        tariff = outcome.tariff
        return {
            "result": outcome.result,
            "charge_code_id": outcome.code.id,
            "rule_id": outcome.rule.id,
            "tariff_id": tariff.id,
            "level": tariff.level,
            "words": outcome.message or outcome.formula,
            "currency_id": tariff.currency_id.id or company_currency.id,
            "amount": to_float(outcome.fee_amount),
            "company_currency_id": company_currency.id,
            "amount_company": to_float(outcome.price),
        }

    # === WHAT IS NOT, AND WHY === #

    @api.model
    def _prepare_other(self, rule, words, result="other"):
        """Return the values of a rate of the engine that prices nothing."""
        # sudo: a file is priced by the cards of its company, whoever prices it
        record = self.env["customs.fee.rule"].sudo().browse(rule.key)
        return {
            "result": result,
            "charge_code_id": rule.charge,
            "rule_id": record.id,
            "tariff_id": record.tariff_id.id,
            "level": record.tariff_id.level,
            "words": words,
            "amount_company": 0.0,
        }

    @api.model
    def _prepare_others(self, outcome, rules, facts):
        """Return the values of rates of the same charge that were not chosen."""
        if outcome.result == "minimum":
            return []
        same = [
            rule
            for rule in rules
            if rule.charge == outcome.code.id and rule.key != outcome.rule.id
        ]
        if outcome.result == "tie":
            return [
                self._prepare_other(
                    rule,
                    self._why_not(rule, None, facts),
                    "tie" if matches(rule, facts) else "other",
                )
                for rule in same
            ]
        chosen = next((rule for rule in rules if rule.key == outcome.rule.id), None)
        return [
            self._prepare_other(rule, self._why_not(rule, chosen, facts))
            for rule in same
        ]

    @api.model
    def _prepare_unmatched(self, rules, facts, rated):
        """Return the values of rates of charges that nothing prices."""
        return [
            self._prepare_other(rule, self._why_not(rule, None, facts))
            for rule in rules
            if rule.charge not in {code.id for code in rated}
        ]

    @api.model
    def _prepare_out_of_force(self, records):
        """Return the values of rates that are for other days."""
        rows = []
        for record in records:
            first, last = record._get_validity()
            words = self._why_not_in_force(first, last)
            rows.append(self._prepare_other(record._to_engine(), words))
        return rows

    @api.model
    def _why_not(self, rule, chosen, facts):
        """Return a sentence on why a rate was not chosen.

        :param chosen: the one that was, if any
        """
        if not is_valid(rule, facts.date):
            return self._why_not_in_force(rule.valid_from, rule.valid_to)
        for name, value in stated(rule.conditions).items():
            if not matches(replace(rule, conditions={name: value}), facts):
                return self._why_not_for_file(name, value, facts)
        if chosen is None:
            return self.env._("Equal to the others: none goes before it.")
        if LEVELS.index(rule.level) > LEVELS.index(chosen.level):
            levels = dict(self._fields["level"]._description_selection(self.env))
            return self.env._(
                "“%(chosen)s” goes before “%(level)s”.",
                chosen=levels[chosen.level],
                level=levels[rule.level],
            )
        if specificity(rule) < specificity(chosen):
            return self.env._("The other rate is more specific.")
        return self.env._(
            "The other rate is newer, from %(date)s.",
            date=fields.Date.to_string(chosen.valid_from),
        )

    @api.model
    def _why_not_in_force(self, first, last):
        return self.env._(
            "Not in force on the day: from %(first)s to %(last)s.",
            first=fields.Date.to_string(first) or "…",
            last=fields.Date.to_string(last) or "…",
        )

    @api.model
    def _why_not_for_file(self, name, value, facts):
        """Return a sentence on a condition that the file does not meet."""
        field = self.env["customs.fee.rule"]._fields[CONDITION_FIELDS[name]]
        found = facts.attributes.get(name) or ()
        shown = found if isinstance(found, str) else ", ".join(found)
        if field.type == "selection":
            labels = dict(field._description_selection(self.env))
            value, shown = (labels.get(key, key) for key in (value, shown))
        return self.env._(
            "%(condition)s: for %(value)s only, the file has %(found)s.",
            condition=field._description_string(self.env),
            value=value,
            found=shown or self.env._("none"),
        )
