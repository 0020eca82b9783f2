"""Who pays the authority, and how: the payment methods of customs declarations.

A method names its payer by role in the declaration, so one method serves the books of
importer and broker alike. Source of the methods P1 to P9: the practice of customs
payment (deferment, cash account, prefunding, direct payment, postponed VAT, security).
"""

from dataclasses import dataclass

IMPORTER, DECLARANT, NOBODY = "importer", "declarant", "nobody"
US, CLIENT, AGENT = "us", "client", "agent"

#: Mechanisms that book the debt at once against something other than a payable
DIRECT_MECHANISMS = ("cash", "bank")


def who_pays(payer: str, capacity: str) -> str:
    """Return who pays, seen from our books: ``us``, ``client``, ``agent``, ``nobody``.

    :param payer: ``importer``, ``declarant`` or ``nobody``
    :param capacity: ``own`` when we are the importer; ``direct`` or ``indirect`` when
        we are the declarant for a client

    >>> who_pays("declarant", "own")
    'agent'
    >>> who_pays("importer", "direct")
    'client'
    """
    if payer == NOBODY:
        return NOBODY
    we_are = IMPORTER if capacity == "own" else DECLARANT
    if payer == we_are:
        return US
    return AGENT if capacity == "own" else CLIENT


@dataclass(frozen=True)
class Instruction:
    """A standing instruction, without what it decides.

    ``None`` leaves a matter open: the instruction is for any client, kind or tariff.
    """

    key: int
    partner: int | None = None
    kind: str | None = None
    charge_code: int | None = None
    tariff: int | None = None
    sequence: int = 10
