"""The order in which a posting is undone, and what forbids it."""

import datetime

import pytest
from pure import load

undo = load("engine.undo")

DAY = datetime.date(2026, 4, 30)


def move(key, kind="event", **facts):
    facts.setdefault("date", datetime.date(2026, 3, 6))
    facts.setdefault("order", key)
    return undo.Move(key=key, name=f"M{key}", kind=kind, **facts)


def plan(*moves, day=DAY, client="credit", **facts):
    return undo.plan_undo(undo.Facts(moves=moves, **facts), day, client)


def actions(found):
    return [(step.action, step.move and step.move.key) for step in found.steps]


def test_nothing_posted_is_nothing_to_undo():
    assert plan().is_empty
    assert plan(move(1, "invoice"), move(2, event="write_off")).is_empty


def test_the_newest_entry_is_reversed_first():
    found = plan(move(1, "assessment"), move(2, "assessment"))
    assert actions(found) == [("reverse", 2), ("reverse", 1), ("reopen", None)]
    assert not found.refusals
    assert not found.is_empty


def test_order_is_that_of_dependence():
    found = plan(
        move(1, "assessment"),
        move(2, "invoice"),
        move(3, event="transfer"),
        move(4, event="deposit", rests_on=(2,)),
        move(5, event="evidence"),
    )
    assert actions(found) == [
        ("undo_event", 5),
        ("undo_event", 4),
        ("undo_event", 3),
        ("credit_invoice", 2),
        ("reverse", 1),
        ("reopen", None),
    ]


@pytest.mark.parametrize("event", undo.DEPENDENT_EVENTS)
def test_what_rests_on_the_assessment_is_undone(event):
    found = plan(move(1, "assessment"), move(2, event=event))
    assert ("undo_event", 2) in actions(found)


@pytest.mark.parametrize(
    "event", ["outlay", "security", "accrual", "period", "float", "top_up", "exchange"]
)
def test_what_does_not_rest_on_it_stays(event):
    assert ("undo_event", 2) not in actions(
        plan(move(1, "assessment"), move(2, event=event))
    )


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"paid_by": ("P1",)}, "invoice_paid"),
        ({"other_files": ("F2",)}, "invoice_shared"),
        ({"credited": True}, "invoice_credited"),
    ],
)
def test_invoice_that_cannot_be_credited_is_left(facts, why):
    found = plan(
        move(1, "assessment"),
        move(2, "invoice", **facts),
        move(3, event="deposit", rests_on=(2,)),
    )
    assert actions(found) == [("leave_invoice", 2), ("reverse", 1), ("reopen", None)]
    assert found.steps[0].why == (why,)
    assert not found.refusals
    assert not found.credits


def test_invoice_is_left_where_asked_for():
    found = plan(move(1, "assessment"), move(2, "invoice"), client="leave")
    assert actions(found)[0] == ("leave_invoice", 2)
    assert found.steps[0].why == ()
    assert found.credits


def test_paid_debt_forbids():
    found = plan(move(1, "assessment", paid_by=("PAY7",)))
    assert [(r.code, r.detail) for r in found.refusals] == [("debt_paid", ("PAY7",))]


def test_refund_must_be_undone_on_its_own_first():
    found = plan(move(1, "assessment"), move(2, event="refund"))
    assert [(r.code, r.move.key) for r in found.refusals] == [("rests_on_it", 2)]


def test_event_of_several_files_must_be_undone_on_its_own_first():
    shared = move(2, event="sold_share", other_files=("F2",))
    found = plan(move(1, "assessment"), shared)
    assert [(r.code, r.move.key) for r in found.refusals] == [("rests_on_it", 2)]
    elsewhere = move(2, event="outlay", other_files=("F2",))
    assert not plan(move(1, "assessment"), elsewhere).refusals


def test_write_off_of_an_invoice_goes_with_the_invoice():
    moves = (
        move(1, "assessment"),
        move(2, "invoice"),
        move(3, event="write_off", rests_on=(2,)),
    )
    assert ("undo_event", 3) in actions(plan(*moves))
    assert ("undo_event", 3) not in actions(plan(*moves, client="leave"))


def test_deposit_of_another_invoice_stays():
    found = plan(move(1, "assessment"), move(3, event="deposit", rests_on=(9,)))
    assert ("undo_event", 3) not in actions(found)


def test_closed_file_and_drafts_forbid():
    found = plan(move(1, "assessment"), closed=True, drafts=("INV/1",))
    assert [r.code for r in found.refusals] == ["closed", "draft"]


def test_archived_journal_forbids():
    found = plan(move(1, "assessment", journal_archived=True))
    assert [r.code for r in found.refusals] == ["archived_journal"]


def test_locked_day_is_refused_and_the_first_open_one_told():
    until = datetime.date(2026, 4, 30)
    found = plan(move(1, "assessment", locked_until=until))
    assert [(r.code, r.day) for r in found.refusals] == [("locked", until)]
    assert found.earliest == datetime.date(2026, 5, 1)
    again = plan(move(1, "assessment", locked_until=until), day=found.earliest)
    assert not again.refusals


def test_lock_of_an_invoice_that_is_left_does_not_matter():
    until = datetime.date(2026, 4, 30)
    invoice = move(2, "invoice", locked_until=until)
    assert plan(move(1, "assessment"), invoice).refusals
    assert not plan(move(1, "assessment"), invoice, client="leave").refusals


def test_nothing_is_undone_before_it_happened():
    found = plan(
        move(1, "assessment"),
        move(2, "assessment", date=datetime.date(2026, 5, 2)),
    )
    assert [(r.code, r.move.key) for r in found.refusals] == [("earlier", 2)]
    assert found.earliest == datetime.date(2026, 5, 2)
