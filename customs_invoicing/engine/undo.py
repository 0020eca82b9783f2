"""How the posting of an assessment is undone: which steps, in which order, or why not.

Pure planning over facts read from the books; nothing is done here. The order is that
of dependence: first what rests on the client's invoice, then the invoice, then what
rests on the debt, then the assessment's own entries, newest first.
"""

import datetime
from collections.abc import Hashable
from dataclasses import dataclass

ASSESSMENT, INVOICE, EVENT = "assessment", "invoice", "event"

#: Events of a file that rest on its posted assessment, and are undone before it
DEPENDENT_EVENTS = (
    "write_off",
    "sold_share",
    "evidence",
    "transfer",
    "true_up",
    "allocation",
)

#: Events that settle a client's invoice, and are undone with it only
SETTLING_EVENTS = ("deposit", "write_off")

#: Events with a course of their own, which must be undone by themselves first
BLOCKING_EVENTS = ("refund",)

CREDIT, LEAVE = "credit", "leave"

# What a step does
UNDO_EVENT, CREDIT_INVOICE, LEAVE_INVOICE, REVERSE, REOPEN = (
    "undo_event",
    "credit_invoice",
    "leave_invoice",
    "reverse",
    "reopen",
)

# Why it cannot be done, or not that way
CLOSED = "closed"
DRAFT = "draft"
DEBT_PAID = "debt_paid"
RESTS_ON_IT = "rests_on_it"
LOCKED = "locked"
EARLIER = "earlier"
ARCHIVED_JOURNAL = "archived_journal"
INVOICE_PAID = "invoice_paid"
INVOICE_SHARED = "invoice_shared"
INVOICE_CREDITED = "invoice_credited"


@dataclass(frozen=True)
class Move:
    """A posted journal entry of the file that still stands.

    :param kind: ``assessment``, ``invoice`` (to the client, with taxes of the
        assessment) or ``event``
    :param order: place in the order of posting
    :param paid_by: names of payments, or other entries that are not undone with it
    :param other_files: names of other files the entry holds
    :param credited: whether a part of it was reversed before
    :param rests_on: keys of the entries it is matched with
    :param locked_until: last day of the books that is closed for what undoes it
    """

    key: Hashable
    name: str
    kind: str
    date: datetime.date
    order: int = 0
    event: str = ""
    paid_by: tuple[str, ...] = ()
    other_files: tuple[str, ...] = ()
    credited: bool = False
    rests_on: tuple[Hashable, ...] = ()
    locked_until: datetime.date | None = None
    journal_archived: bool = False


@dataclass(frozen=True)
class Facts:
    """What the books say about a file."""

    moves: tuple[Move, ...] = ()
    drafts: tuple[str, ...] = ()
    closed: bool = False


@dataclass(frozen=True)
class Step:
    """One thing to do; ``why`` are codes of what led to it."""

    action: str
    move: Move | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why nothing may be done; ``move`` and ``detail`` say where."""

    code: str
    move: Move | None = None
    detail: tuple[str, ...] = ()
    day: datetime.date | None = None


@dataclass(frozen=True)
class Plan:
    """Ordered steps; with refusals none of them may be taken."""

    steps: tuple[Step, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    earliest: datetime.date | None = None
    credits: bool = False

    @property
    def is_empty(self):
        """Whether nothing is left to undo."""
        return not self.steps and not self.refusals


def plan_undo(facts: Facts, day: datetime.date, client: str = CREDIT) -> Plan:
    """Return how to undo a file's posting on a day.

    :param client: ``credit`` the client's invoices where that is possible, or
        ``leave`` them, so that the next billing makes the difference
    """
    assessments = _newest_first(facts.moves, ASSESSMENT)
    if not assessments:
        return Plan()
    invoices = _newest_first(facts.moves, INVOICE)
    credited = {
        move.key for move in invoices if client == CREDIT and not _why_left(move)
    }
    left = {move.key for move in invoices} - credited
    steps = [
        Step(UNDO_EVENT, move)
        for move in _newest_first(facts.moves, EVENT)
        if _is_undone(move, credited, left)
    ]
    for move in invoices:
        action = CREDIT_INVOICE if move.key in credited else LEAVE_INVOICE
        steps.append(Step(action, move, _why_left(move)))
    steps.extend(Step(REVERSE, move) for move in assessments)
    steps.append(Step(REOPEN))
    undone = [s.move for s in steps if s.move and s.action != LEAVE_INVOICE]
    return Plan(
        steps=tuple(steps),
        refusals=tuple(_refusals(facts, undone, day)),
        earliest=_earliest(undone),
        credits=any(not _why_left(move) for move in invoices),
    )


def _newest_first(moves, kind):
    found = [move for move in moves if move.kind == kind]
    return sorted(found, key=lambda move: move.order, reverse=True)


def _is_undone(move, credited, left):
    """Tell whether an event goes back with what it rests on."""
    if move.event in SETTLING_EVENTS:
        if credited.intersection(move.rests_on):
            return True
        if left.intersection(move.rests_on):
            return False
    return move.event in DEPENDENT_EVENTS


def _why_left(move):
    """Return why a client's invoice cannot be credited as a whole."""
    why = []
    if move.paid_by:
        why.append(INVOICE_PAID)
    if move.other_files:
        why.append(INVOICE_SHARED)
    if move.credited:
        why.append(INVOICE_CREDITED)
    return tuple(why)


def _refusals(facts, undone, day):
    """Yield everything that forbids the undoing, worst first."""
    if facts.closed:
        yield Refusal(CLOSED)
    if facts.drafts:
        yield Refusal(DRAFT, detail=facts.drafts)
    for move in facts.moves:
        shared = move in undone and move.kind == EVENT and move.other_files
        if move.event in BLOCKING_EVENTS or shared:
            yield Refusal(RESTS_ON_IT, move)
    for move in undone:
        if move.kind == ASSESSMENT and move.paid_by:
            yield Refusal(DEBT_PAID, move, move.paid_by)
        if move.journal_archived:
            yield Refusal(ARCHIVED_JOURNAL, move)
    yield from _refused_days(undone, day)


def _refused_days(undone, day):
    """Yield why a day is too early for what takes these entries back."""
    for move in undone:
        if move.locked_until and day <= move.locked_until:
            yield Refusal(LOCKED, move, day=move.locked_until)
    late = [move for move in undone if day < move.date]
    if late:
        newest = max(late, key=lambda move: move.date)
        yield Refusal(EARLIER, newest, day=newest.date)


def _earliest(undone):
    """Return the first day on which everything can be undone."""
    days = [move.date for move in undone]
    days += [
        move.locked_until + datetime.timedelta(days=1)
        for move in undone
        if move.locked_until
    ]
    return max(days, default=None)
