"""A rate card as it stands in a file: neutral, before anything is looked up."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ..engine.rating_model import FeeRule


@dataclass(frozen=True)
class RateCardRow:
    """One rule.

    :param charge: code of the charge; empty in a part of another rule
    :param params: as :class:`FeeRule` has them, without minimum, maximum and rules;
        ``applies_to`` are codes of charges
    :param minimum: least amount of the line, of whatever type
    :param parts: rules that one of type MAX_OF compares
    :param row: where it stood in the file, for whoever finds a problem later
    """

    charge: str
    type: str
    params: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    conditions: Mapping[str, str] = field(default_factory=dict)
    valid_from: date | None = None
    valid_to: date | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    parts: tuple["RateCardRow", ...] = ()
    row: int = field(default=0, compare=False)


@dataclass(frozen=True)
class RateCard:
    """A rate card: what it is, and its rules. What is not stated is empty."""

    name: str = ""
    version: str = ""
    currency: str = ""
    level: str = ""
    side: str = ""
    client: str = ""
    group: str = ""
    vendor: str = ""
    validity_date: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    document_minimum: Decimal | None = None
    rows: tuple[RateCardRow, ...] = ()


def fee_rule(row: RateCardRow, card: RateCard, key=None) -> FeeRule:
    """Return a row as a rule of the engine; charges are known by their codes.

    A row without days of its own holds for those of the card.
    """
    params = dict(row.params)
    if row.parts:
        params["rules"] = tuple(
            replace(fee_rule(part, card), charge=row.charge) for part in row.parts
        )
    return FeeRule(
        key=row.row if key is None else key,
        charge=row.charge,
        type=row.type,
        params=params,
        name=row.name,
        currency=card.currency,
        level=card.level or "general",
        conditions=row.conditions,
        valid_from=row.valid_from or card.valid_from,
        valid_to=row.valid_to or card.valid_to,
        version=card.version,
        minimum=row.minimum,
        maximum=row.maximum,
        tariff=card.name,
    )


def fee_rules(card: RateCard) -> tuple[FeeRule, ...]:
    """Return all rules of a card, each known by its place in it."""
    return tuple(fee_rule(row, card, n) for n, row in enumerate(card.rows, 1))
