"""What rate cards say of a file, and what that means for its charges.

Plain data between the engine and the records; nothing here reads or writes.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from odoo import models

from ..engine.phrase import Phrase, terms_of
from ..tools import to_decimal, to_float

#: Rules that price nothing on a file: outlays at cost, fees of a month
NOT_ON_FILES = ("PASS_THROUGH", "PERIOD_FLAT")

#: What rating does by itself
CREATE, ADOPT, UPDATE, REMOVE = "create", "adopt", "update", "remove"
#: What only somebody decides
EDITED, BILLED, BY_HAND, ORDERED, EXPIRED = (
    "edited",
    "billed",
    "by_hand",
    "ordered",
    "expired",
)
SAME, NOTHING = "same", "nothing"
BY_ITSELF = (CREATE, ADOPT, UPDATE, REMOVE)
TO_DECIDE = (EDITED, BILLED, BY_HAND, ORDERED, EXPIRED)


@dataclass
class Outcome:
    """What the rate cards say of one charge of a file, in terms of records."""

    file: models.BaseModel
    code: models.BaseModel
    result: str
    rule: models.BaseModel
    tariff: models.BaseModel
    version: str = ""
    fee_amount: Decimal = Decimal(0)
    price: Decimal = Decimal(0)
    formula: Phrase | str = ""
    inputs: dict = field(default_factory=dict)
    message: str = ""
    date: object = None

    @property
    def terms(self):
        """What the formula is made of, as JSON."""
        return terms_of(self.formula) or False

    @property
    def is_priced(self):
        return self.result in ("rated", "minimum") and self.price > 0

    def prepare_rating(self):
        """Return what the charge holds of its rating, its price included."""
        return {
            "fee_tariff_id": self.tariff.id,
            "fee_rule_id": self.rule.id,
            "rating_version": self.version,
            "rating_date": self.date,
            "rating_inputs": self.inputs or False,
            "rating_formula": str(self.formula),
            "rating_terms": self.terms,
            "rating_amount": to_float(self.fee_amount),
            "rating_currency_id": self.tariff.currency_id.id,
            "rating_price": to_float(self.price),
            "rating_edit_reason": False,
            "amount": to_float(self.price),
        }

    def prepare_charge(self):
        """Return the values of the service of a file that has none yet."""
        return {
            "declaration_id": self.file.id,
            "charge_code_id": self.code.id,
            **self.prepare_rating(),
        }


@dataclass
class Proposal:
    """What an outcome means for the charge of the file."""

    outcome: Outcome
    charge: models.BaseModel
    action: str

    @property
    def previous(self):
        return self.charge.amount if self.charge else 0.0

    @property
    def changes_price(self):
        """Whether the charge would get another price."""
        price = to_decimal(self.previous)
        return not self.charge or price != self.outcome.price

    @property
    def is_missing(self):
        """Whether the file lacks the price of a service that a card has."""
        if self.action in (CREATE, ADOPT):
            return True
        is_open = self.outcome.result in ("tie", "problem")
        is_default = self.charge.amount_is_default
        return is_open and (not self.charge.amount or is_default)

    def get_effect(self, is_done):
        """Return what became of the charge, for the record."""
        if is_done and not self.outcome.is_priced:
            return "removed"
        if is_done:
            return "created" if self.action == CREATE else "updated"
        if self.action in (SAME, NOTHING, CREATE):
            return "same" if self.action == SAME else "none"
        return "kept"

    def prepare_line(self, number, previous, is_done):
        """Return the values of the line of a rating, with its day as ``date``."""
        outcome = self.outcome
        return {
            "declaration_id": outcome.file.id,
            "sequence": number,
            "date": outcome.date,
            "charge_code_id": outcome.code.id,
            "charge_id": self.charge.id,
            "fee_tariff_id": outcome.tariff.id,
            "fee_rule_id": outcome.rule.id,
            "version": outcome.version,
            "result": outcome.result,
            "effect": self.get_effect(is_done),
            "inputs": outcome.inputs or False,
            "formula": str(outcome.formula),
            "message": outcome.message,
            "fee_currency_id": outcome.tariff.currency_id.id,
            "fee_amount": to_float(outcome.fee_amount),
            "price": to_float(outcome.price),
            "previous_price": previous,
        }


def keep_converted(outcome, charge):
    """Keep what a price in a foreign currency was converted to, as far as it stays.

    Another rate of exchange is no other price: only what the card changes of a billed
    price is converted anew.
    """
    old = to_decimal(charge.rating_amount)
    if (
        not outcome.is_priced
        or not old
        or not charge._is_priced_in_card_currency()
        or charge.rating_currency_id != outcome.tariff.currency_id
    ):
        return
    held, new = to_decimal(charge.rating_price), outcome.fee_amount
    if new == old:
        outcome.price = held
    elif charge._is_on_invoice():
        if new < old:
            price = held * new / old
        else:
            price = held + (new - old) * outcome.price / new
        outcome.price = to_decimal(charge.currency_id.round(to_float(price)))


def get_action(outcome, charge, is_ordered):
    """Return what an outcome means for the charge that its file has, if one."""
    if outcome.result in ("tie", "problem", "skipped"):
        return NOTHING
    if not charge:
        return CREATE if outcome.is_priced else NOTHING
    is_equal = not charge.currency_id.compare_amounts(
        charge.amount, to_float(outcome.price)
    )
    if is_ordered:
        return SAME if is_equal else ORDERED
    if not charge.fee_tariff_id:
        return _get_action_by_hand(outcome, charge, is_equal)
    if is_equal:
        return SAME if _is_same_rating(outcome, charge) else UPDATE
    if charge.rating_is_edited:
        return EDITED
    if charge._is_on_invoice():
        return BILLED
    return UPDATE if outcome.is_priced else REMOVE


def _get_action_by_hand(outcome, charge, is_equal):
    """Return what becomes of a service that was entered without a rate card."""
    if not outcome.is_priced:
        return NOTHING
    has_price = not charge.currency_id.is_zero(charge.amount)
    if not has_price and charge.rating_edit_reason:
        return BY_HAND  # waived
    if not has_price or is_equal:
        return ADOPT
    if not charge.amount_is_default:
        return BY_HAND
    return BILLED if charge._is_on_invoice() else ADOPT


def _is_same_rating(outcome, charge):
    """Whether a charge was rated by the very same rule, inputs and result."""
    return (
        charge.fee_rule_id == outcome.rule
        and charge.fee_tariff_id == outcome.tariff
        and (charge.rating_version or "") == outcome.version
        and (charge.rating_terms or False) == outcome.terms
        and (charge.rating_inputs or {}) == outcome.inputs
        and not charge.rating_is_edited
    )
