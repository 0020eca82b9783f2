"""What stops a file, and what a release of it changes."""

from pure import load

readiness = load("engine.readiness")
Blocker, in_order = readiness.Blocker, readiness.in_order
still_stopping = readiness.still_stopping

EVIDENCE_1 = Blocker("evidence", "Proof of the inspection is missing.", charge_id=1)
EVIDENCE_2 = Blocker("evidence", "Proof of the storage is missing.", charge_id=2)
CLIENT = Blocker("client", "No client.", hard=True)
WARNING = Blocker("difference", "Another amount.", warning=True)
DISPUTE = Blocker("dispute", "In dispute.")
ALL = [DISPUTE, WARNING, EVIDENCE_2, CLIENT, EVIDENCE_1]


def test_what_stops_comes_first_by_step():
    found = in_order(ALL)
    assert [blocker.code for blocker in found] == [
        "client",
        "evidence",
        "evidence",
        "dispute",
        "difference",
    ]
    assert set(readiness.CODES) >= {blocker.code for blocker in found}


def test_warnings_stop_nothing():
    assert still_stopping([WARNING], set()) == ()
    assert not WARNING.stops
    assert not WARNING.releasable


def test_a_release_is_about_its_charge_or_the_whole_file():
    one = still_stopping(ALL, {("evidence", 1)})
    assert one == (CLIENT, EVIDENCE_2, DISPUTE)
    every = still_stopping(ALL, {("evidence", 0), ("dispute", 0)})
    assert every == (CLIENT,)
    # a release of a charge is none of the file
    assert still_stopping([DISPUTE], {("dispute", 7)}) == (DISPUTE,)


def test_what_is_hard_is_never_released():
    assert still_stopping([CLIENT], {("client", 0)}) == (CLIENT,)
    assert not CLIENT.releasable
