from dataclasses import replace
from decimal import Decimal

from odoo import models

from ..tools import to_decimal, to_float
from .customs_rating_outcome import (
    BY_ITSELF,
    SAME,
    Proposal,
    get_action,
    keep_converted,
)


class CustomsCharge(models.Model):
    """What rating makes of the services of a file, and what they come to."""

    _inherit = "customs.charge"

    def _get_rating_proposal(self, outcome):
        """Return what an outcome means for the services of its file.

        :param self: the services of the file
        """
        own = self.filtered(lambda charge: charge.charge_code_id == outcome.code)
        charge = own.filtered("fee_tariff_id")[:1] or own[:1]
        keep_converted(outcome, charge)
        is_ordered = bool(charge._get_order_lines())
        return Proposal(outcome, charge, get_action(outcome, charge, is_ordered))

    def _get_minimum_parts(self, outcomes, tariff, rate):
        """Return ``{name: amount}`` of the services that a minimum is tested on.

        As their charges hold them once rating is done: a price entered, edited or
        billed stays, so it counts instead of the one of the card.

        :param self: the services of the file
        :param tariff: the card of the minimum; amounts are in its currency
        :param rate: of its currency to ours
        """
        left = self.filtered(
            lambda charge: (
                charge.charge_code_id != tariff.document_minimum_code_id
                and not charge._is_top_up()
            )
        )
        found = []
        for outcome in outcomes:
            # on a copy: a price is converted once
            proposal = left._get_rating_proposal(replace(outcome))
            if proposal.action in (*BY_ITSELF, SAME):
                left -= proposal.charge
                part = proposal.outcome
                card, fee = part.tariff.currency_id, part.fee_amount
                found.append((part.code, card, fee, part.price))
        for charge in left:
            card, fee = charge.currency_id, charge.amount
            if charge._is_priced_in_card_currency():
                card, fee = charge.rating_currency_id, charge.rating_amount
            found.append((charge.charge_code_id, card, fee, charge.amount))
        currency, parts = tariff.currency_id, {}
        for code, card, fee, price in found:
            if card != currency:
                fee = currency.round(to_float(price) * to_float(rate))
            if fee:
                parts[code.name] = parts.get(code.name, Decimal(0)) + to_decimal(fee)
        return parts

    def _is_top_up(self):
        """Whether the charge is what was missing to the minimum of a file."""
        self.ensure_one()
        return bool(self.fee_tariff_id) and not self.fee_rule_id

    def _get_top_up_codes(self):
        return self.filtered(lambda charge: charge._is_top_up()).charge_code_id
