"""Who pays the authority, and how: the payment methods of customs declarations.

A method names its payer by role in the declaration, so one method serves the books of
importer and broker alike. Source of the methods P1 to P9: the practice of customs
payment (deferment, cash account, prefunding, direct payment, postponed VAT, security).
"""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass

IMPORTER, DECLARANT, NOBODY = "importer", "declarant", "nobody"
US, CLIENT, AGENT = "us", "client", "agent"

#: Mechanisms that book the debt at once against something other than a payable
DIRECT_MECHANISMS = ("cash", "bank")

#: Mechanisms under which nothing is owed now: a payable amount contradicts them
NOT_OWED_MECHANISMS = ("postponed", "security")

#: Kind of account a mechanism is settled through
ACCOUNT_KINDS = {"deferment": "deferment", "cash": "cash", "security": "guarantee"}

#: Mechanisms that go nowhere without an account
NEEDS_ACCOUNT = ("deferment", "cash")

#: Whose imports an instruction is for
OWN_SCOPE, CLIENT_SCOPE = "own", "client"


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


# === STANDING INSTRUCTIONS === #


@dataclass(frozen=True)
class Instruction:
    """A standing instruction. ``None`` leaves a matter open: any client, kind, tariff.

    :param partner: the client it is for
    :param scope: ``own`` for own imports, ``client`` for clients' declarations
    :param decides: what it decides, compared between instructions that tie
    """

    key: int
    partner: int | None = None
    scope: str | None = None
    kind: str | None = None
    charge_code: int | None = None
    tariff: int | None = None
    decides: Hashable = None


@dataclass(frozen=True)
class Facts:
    """What a charge is, for choosing its instruction.

    :param partners: the client and whom it belongs to, nearest first; none on an own
        import
    """

    capacity: str
    partners: tuple[int, ...] = ()
    kind: str | None = None
    charge_code: int | None = None
    tariff: int | None = None

    @property
    def scope(self) -> str:
        """Return ``own`` or ``client``."""
        return OWN_SCOPE if self.capacity == "own" else CLIENT_SCOPE


@dataclass(frozen=True)
class Choice:
    """The instruction that was chosen, or those that tie and decide differently."""

    instruction: Instruction | None = None
    tied: tuple[Instruction, ...] = ()


def _applies(instruction: Instruction, facts: Facts) -> bool:
    pairs = (
        (instruction.scope, facts.scope),
        (instruction.kind, facts.kind),
        (instruction.charge_code, facts.charge_code),
        (instruction.tariff, facts.tariff),
    )
    if instruction.partner is not None and instruction.partner not in facts.partners:
        return False
    return all(wanted is None or wanted == found for wanted, found in pairs)


def _specificity(instruction: Instruction, facts: Facts) -> tuple[int, ...]:
    """Return what ranks an instruction that applies, the most specific highest."""
    nearness = 0
    if instruction.partner is not None:
        nearness = len(facts.partners) - facts.partners.index(instruction.partner)
    return (
        nearness,
        instruction.charge_code is not None,
        instruction.kind is not None,
        instruction.tariff is not None,
        instruction.scope is not None,
    )


def choose_instruction(instructions: Iterable[Instruction], facts: Facts) -> Choice:
    """Return the most specific instruction for a charge.

    The client's own goes before the company's, one for the charge code before one for
    its kind, one for the tariff before one for all. Equals that decide differently are
    returned as a tie: nobody guesses between them.

    >>> all_files = Instruction(1, decides="P4N")
    >>> of_client = Instruction(2, partner=7, decides="P1")
    >>> choice = choose_instruction([all_files, of_client], Facts("direct", (7,)))
    >>> choice.instruction.key
    2
    """
    applying = [each for each in instructions if _applies(each, facts)]
    if not applying:
        return Choice()
    highest = max(_specificity(each, facts) for each in applying)
    best = sorted(
        (each for each in applying if _specificity(each, facts) == highest),
        key=lambda each: each.key,
    )
    if any(each.decides != best[0].decides for each in best):
        return Choice(tied=tuple(best))
    return Choice(best[0])


# === METHODS THAT FIT === #


@dataclass(frozen=True)
class Method:
    """A payment method, as far as it decides who pays and through what."""

    key: int
    payer: str
    mechanism: str


def fits_account(method: Method, kind: str, payer: str, capacity: str) -> bool:
    """Return whether a method is settled through an account of a kind and payer.

    :param payer: whose account it is, seen from our books: ``us``, ``client``,
        ``agent``

    >>> own_account = Method(1, "importer", "deferment")
    >>> fits_account(own_account, "deferment", "client", "direct")
    True
    """
    return (
        ACCOUNT_KINDS.get(method.mechanism) == kind
        and who_pays(method.payer, capacity) == payer
    )


def choose_method(
    candidates: Collection[Method], capacity: str, preferred: Collection[int] = ()
) -> Method | None:
    """Return the method among those that the authority's code may stand for.

    A code such as E says deferment, not whose. What the account or the instruction
    prefers decides; else it is ours to pay, so that somebody has to say through what.
    """
    for key in preferred:
        for method in candidates:
            if method.key == key:
                return method
    ours = [each for each in candidates if who_pays(each.payer, capacity) == US]
    return next(iter([*ours, *candidates]), None)
