from decimal import Decimal

from odoo import models

from ..engine.explain import money_words
from ..engine.phrase import join
from ..engine.rating import document_minimum, matches
from ..engine.rating_model import LEVELS
from ..engine.rating_words import Words
from ..tools import to_decimal
from .customs_rating_outcome import NOT_ON_FILES, Outcome


class CustomsDeclaration(models.Model):
    """The least that all services of a file cost together."""

    _inherit = "customs.declaration"

    def _add_minimum(self, outcomes, rules, facts, services=None):
        """Return outcomes with what tops the services up to the minimum of the file.

        It is tested once, whichever cards priced the services.

        :param rules: those of the cards that apply to the file
        :param services: charges of the file that rating meets; none where nothing is
            charged yet
        """
        self.ensure_one()
        tariff = self._get_minimum_card(outcomes, rules, facts)
        if not tariff:
            return outcomes
        currency = tariff.currency_id
        rate = Decimal(1)
        if currency.name != facts.currency:
            rate = facts.rates.get(currency.name)
        if services is None:
            services = self.env["customs.charge"]
        parts = services._get_minimum_parts(outcomes, tariff, rate or Decimal(1))
        total = sum(parts.values())
        missing = document_minimum(total, to_decimal(tariff.document_minimum))
        if not total or (rate and not missing):
            missing = Decimal(0)
            if tariff.document_minimum_code_id not in services._get_top_up_codes():
                return outcomes
        minimum = self._prepare_minimum(tariff, parts, missing, facts)
        if not missing:
            minimum.result = "zero"
        elif rate:
            minimum.price = self._to_own_price(currency.name, missing, facts)
        else:
            minimum.result = "problem"
            minimum.message = self._get_rate_problem(currency.name, facts)
        return self._merge_minimum(outcomes, minimum)

    def _get_minimum_card(self, outcomes, rules, facts):
        """Return the card whose minimum counts: the nearest to the client.

        Cards apply where one of their rules meets the file. Of several on one level
        one that prices the file goes first, then the higher minimum.
        """
        levels = {}
        # sudo: a file is priced by the cards of its company, whoever prices it
        records = self.env["customs.fee.rule"].sudo()
        for rule in rules:
            if rule.type not in NOT_ON_FILES and matches(rule, facts):
                levels[records.browse(rule.key).tariff_id] = LEVELS.index(rule.level)
        pricing = {o.tariff for o in outcomes if o.result in ("rated", "zero")}
        found = sorted(
            (card for card in levels if card.document_minimum),
            key=lambda card: (
                levels[card],
                card not in pricing,
                -card.document_minimum,
                card.id,
            ),
        )
        return found[0] if found else self.env["customs.fee.tariff"]

    def _prepare_minimum(self, tariff, parts, missing, facts):
        """Return the outcome of what is missing to the minimum of a card."""
        currency = tariff.currency_id
        minimum, whole, top_up = (
            money_words(amount, currency.name, currency.decimal_places)
            for amount in (
                to_decimal(tariff.document_minimum),
                sum(parts.values()),
                missing,
            )
        )
        return Outcome(
            file=self,
            code=tariff.document_minimum_code_id,
            result="minimum",
            rule=self.env["customs.fee.rule"],
            tariff=tariff,
            version=tariff.display_name,
            fee_amount=missing,
            formula=Words(self._get_rating_words()).formula(
                "document_minimum", minimum=minimum, total=whole, top_up=top_up
            ),
            inputs={name: str(amount) for name, amount in parts.items()},
            date=facts.date,
        )

    def _merge_minimum(self, outcomes, minimum):
        """Add a minimum to the charge that bears its code already, if one does."""
        same = next((part for part in outcomes if part.code == minimum.code), None)
        if same and minimum.result == "zero":
            return outcomes
        if not same or minimum.result == "problem":
            return [*outcomes, minimum]
        if same.tariff == minimum.tariff and same.result not in ("tie", "problem"):
            same.result = "rated"
            same.fee_amount += minimum.fee_amount
            same.price += minimum.price
            same.formula = join(filter(None, [same.formula, minimum.formula]), "; ")
            return outcomes
        minimum.result = "problem"
        minimum.message = self.env._(
            "%(card)s bills what is missing to its minimum as %(charge)s, "
            "which %(other)s prices already. Choose another charge on the "
            "card.",
            card=minimum.tariff.display_name,
            charge=minimum.code.name,
            other=same.version or same.message,
        )
        return [*outcomes, minimum]
