"""Whether what we paid is a disbursement at cost, or a recharge with tax.

A decision, not a choice. Sources: the eight conditions for disbursements of agents
(HMRC), and Article 79(c) of the EU VAT Directive: in the name and on behalf of the
client, entered in a suspense account, with proof of the actual amount, no tax deducted.
Every condition that is known not to hold makes it a recharge; what nobody knows is
said, and does not decide.
"""

from dataclasses import dataclass

DISBURSEMENT, RECHARGE = "disbursement", "recharge"
SERVICE, OWN_COST = "service", "own_cost"

#: In what capacity a file is declared
OWN, DIRECT, INDIRECT = "own", "direct", "indirect"

#: To whom the third party's document is made out
CLIENT, US, UNKNOWN = "client", "us", ""

#: Kinds of powers of attorney; one that is for both covers either
BOTH = "both"

#: Kinds of charges that third parties bill, not the authority
THIRD_PARTY = "third_party"

#: The conditions, in the order in which they are told
CONDITIONS = (
    "agent",
    "received",
    "liable",
    "mandate",
    "third_party",
    "itemised",
    "exact",
    "additional",
    "suspense",
    "evidence",
)


@dataclass(frozen=True)
class Facts:
    """What is known of a charge.

    :param kind: kind of charge: ``duty``, ``vat``, ``third_party``, ``service``…
    :param capacity: ``own``, ``direct`` or ``indirect``; empty when nobody said
    :param addressee: ``client``, ``us`` or empty when nobody said; the authority's
        notice goes to whoever owes the debt, so it matters for third parties, and
        where a receipt says that the client paid
    :param mandate_required: whether payments need a power of attorney on file
    :param mandate: kind of the one that is valid on the day of the file: ``direct``,
        ``indirect``, ``both``; empty when there is none
    :param exact: whether the exact amount is passed on; none while it is estimated
    :param evidence: whether its proof is there; none when none is asked for, or yet
    :param itemised: whether it has a line of its own on the invoice
    :param borne_by_us: whether we decided not to pass it on
    """

    kind: str
    capacity: str
    addressee: str = UNKNOWN
    mandate_required: bool = False
    mandate: str = ""
    exact: bool | None = True
    evidence: bool | None = None
    itemised: bool = True
    borne_by_us: bool = False


@dataclass(frozen=True)
class Reason:
    """One condition and what the facts say about it.

    :param code: one of :data:`CONDITIONS`, or why there is nothing to decide
    :param holds: whether it holds; none when nobody knows, and then it decides nothing
    :param words: key of the sentence that says so in the reader's language
    """

    code: str
    holds: bool | None
    words: str


@dataclass(frozen=True)
class Decision:
    """What a charge is, and why."""

    nature: str
    reasons: tuple[Reason, ...]

    @property
    def failed(self) -> tuple[Reason, ...]:
        """The conditions that do not hold."""
        return tuple(reason for reason in self.reasons if reason.holds is False)


def decide(facts: Facts) -> Decision:
    """Return what a charge is towards the client, and why.

    >>> decide(Facts("duty", "direct")).nature
    'disbursement'
    >>> [reason.words for reason in decide(Facts("duty", "indirect")).failed]
    ['liable_us']
    """
    if facts.kind == "service":
        return Decision(SERVICE, (Reason("service", True, "service"),))
    if facts.borne_by_us:
        return Decision(OWN_COST, (Reason("borne", True, "borne"),))
    if facts.capacity == OWN:
        return Decision(OWN_COST, (Reason("own", True, "own"),))
    reasons = tuple(_JUDGES[code](facts) for code in CONDITIONS)
    holds = all(reason.holds is not False for reason in reasons)
    return Decision(DISBURSEMENT if holds else RECHARGE, reasons)


def covers(mandate: str, capacity: str) -> bool:
    """Whether a power of attorney of a kind lets us act in a capacity.

    >>> covers("both", "direct"), covers("indirect", "direct"), covers("", "direct")
    (True, False, False)
    """
    return bool(mandate) and mandate in (BOTH, capacity)


# === THE CONDITIONS === #


def _agent(facts):
    """We act as the client's agent when we pay: in its name, or for its account."""
    if not facts.capacity:
        return Reason("agent", None, "agent_unknown")
    return Reason("agent", True, f"agent_{facts.capacity}")


def _received(facts):
    """The client, not we, received and used what was paid for."""
    if facts.addressee == US and facts.kind == THIRD_PARTY:
        return Reason("received", False, "received_us")
    return Reason("received", True, "received_client")


def _liable(facts):
    """The client was responsible for paying.

    Under indirect representation the declarant is himself debtor of the duties, and
    orders from third parties in his own name.
    """
    if facts.addressee == CLIENT:
        return Reason("liable", True, "liable_document")
    if facts.addressee == US:
        return Reason("liable", False, "liable_addressed_to_us")
    if facts.capacity == INDIRECT:
        return Reason("liable", False, "liable_us")
    if facts.kind == THIRD_PARTY:
        return Reason("liable", None, "liable_unknown")
    return Reason("liable", True, "liable_client")


def _mandate(facts):
    """The client authorised the payment."""
    if covers(facts.mandate, facts.capacity):
        return Reason("mandate", True, "mandate_valid")
    asked = facts.mandate_required
    if facts.mandate:
        return Reason("mandate", False if asked else None, "mandate_kind")
    if asked:
        return Reason("mandate", False, "mandate_none")
    return Reason("mandate", None, "mandate_not_asked")


def _third_party(facts):
    """The client knew that somebody else supplied it."""
    if facts.kind != THIRD_PARTY or facts.addressee == CLIENT:
        return Reason("third_party", True, "third_party_known")
    return Reason("third_party", None, "third_party_unknown")


def _itemised(facts):
    words = "itemised" if facts.itemised else "itemised_not"
    return Reason("itemised", facts.itemised, words)


def _exact(facts):
    words = {True: "exact", False: "exact_not", None: "exact_estimate"}
    return Reason("exact", facts.exact, words[facts.exact])


def _additional(_facts):
    """It is clearly additional to our own service, which has a charge of its own."""
    return Reason("additional", True, "additional")


def _suspense(_facts):
    """It stands on the disbursement account and no tax of it is deducted."""
    return Reason("suspense", True, "suspense")


def _evidence(facts):
    """Its proof is there. What is missing holds up billing, not the decision."""
    words = {True: "evidence", False: "evidence_missing", None: "evidence_not_asked"}
    return Reason("evidence", facts.evidence or None, words[facts.evidence])


_JUDGES = {
    "agent": _agent,
    "received": _received,
    "liable": _liable,
    "mandate": _mandate,
    "third_party": _third_party,
    "itemised": _itemised,
    "exact": _exact,
    "additional": _additional,
    "suspense": _suspense,
    "evidence": _evidence,
}
