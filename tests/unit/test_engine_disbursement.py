"""What is a disbursement, what a recharge: the conditions, one by one and together."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

engine = load("engine.disbursement")
Facts, decide = engine.Facts, engine.decide

AUTHORITY_KINDS = ("duty", "vat", "excise", "trade_defence", "fee", "interest")
DIRECT = Facts("duty", "direct")
BILL = Facts("third_party", "direct", addressee="client")

facts = st.builds(
    Facts,
    kind=st.sampled_from([*AUTHORITY_KINDS, "penalty", "third_party", "service"]),
    capacity=st.sampled_from(["own", "direct", "indirect"]),
    addressee=st.sampled_from(["", "client", "us"]),
    mandate_required=st.booleans(),
    mandate=st.sampled_from(["", "direct", "indirect", "both"]),
    exact=st.sampled_from([True, False, None]),
    evidence=st.sampled_from([True, False, None]),
    itemised=st.booleans(),
    borne_by_us=st.booleans(),
)


def failed(case):
    """Return the sentences on what keeps a charge from being a disbursement."""
    return [reason.words for reason in decide(case).failed]


def told(case):
    """Return ``{condition: (holds, sentence)}``."""
    return {r.code: (r.holds, r.words) for r in decide(case).reasons}


@pytest.mark.parametrize("kind", AUTHORITY_KINDS)
@pytest.mark.parametrize(
    ("capacity", "nature"),
    [("own", "own_cost"), ("direct", "disbursement"), ("indirect", "recharge")],
)
def test_debts_to_the_authority_follow_the_capacity(kind, capacity, nature):
    assert decide(Facts(kind, capacity)).nature == nature


def test_under_indirect_representation_we_owe_the_duty_ourselves():
    assert failed(Facts("duty", "indirect")) == ["liable_us"]


@pytest.mark.parametrize(
    ("capacity", "addressee", "nature"),
    [
        ("direct", "client", "disbursement"),
        ("direct", "", "disbursement"),
        ("direct", "us", "recharge"),
        ("indirect", "client", "disbursement"),
        ("indirect", "", "recharge"),
        ("indirect", "us", "recharge"),
        ("own", "client", "own_cost"),
    ],
)
def test_third_parties_follow_whom_their_document_names(capacity, addressee, nature):
    assert decide(Facts("third_party", capacity, addressee)).nature == nature


def test_a_document_to_us_fails_twice():
    assert failed(replace(BILL, addressee="us")) == [
        "received_us",
        "liable_addressed_to_us",
    ]


def test_what_nobody_knows_is_said_and_does_not_decide():
    reasons = told(Facts("third_party", "direct"))
    assert reasons["liable"] == (None, "liable_unknown")
    assert reasons["third_party"] == (None, "third_party_unknown")


@pytest.mark.parametrize(
    ("capacity", "mandate", "ok"),
    [
        ("direct", "", False),
        ("direct", "direct", True),
        ("direct", "indirect", False),
        ("direct", "both", True),
        ("indirect", "indirect", True),
        ("indirect", "direct", False),
        ("indirect", "both", True),
        ("indirect", "", False),
    ],
)
def test_power_of_attorney_for_the_capacity(capacity, mandate, ok):
    assert engine.covers(mandate, capacity) is ok
    case = Facts("third_party", capacity, "client", True, mandate)
    assert decide(case).nature == ("disbursement" if ok else "recharge")
    # and where nobody asks for one it decides nothing
    free = replace(case, mandate_required=False)
    assert decide(free).nature == "disbursement"
    assert told(free)["mandate"][0] is (True if ok else None)


def test_missing_and_unfit_powers_of_attorney_are_told_apart():
    asked = replace(DIRECT, mandate_required=True)
    assert failed(asked) == ["mandate_none"]
    assert failed(replace(asked, mandate="indirect")) == ["mandate_kind"]
    assert told(replace(DIRECT, mandate="indirect"))["mandate"] == (
        None,
        "mandate_kind",
    )


def test_a_margin_or_a_lump_sum_is_a_recharge():
    assert failed(replace(DIRECT, exact=False)) == ["exact_not"]
    assert failed(replace(DIRECT, itemised=False)) == ["itemised_not"]
    assert told(replace(DIRECT, exact=None))["exact"] == (None, "exact_estimate")
    assert decide(replace(DIRECT, exact=None)).nature == "disbursement"


def test_missing_proof_waits_instead_of_deciding():
    assert told(replace(BILL, evidence=False))["evidence"] == (
        None,
        "evidence_missing",
    )
    assert told(replace(BILL, evidence=True))["evidence"] == (True, "evidence")
    assert told(BILL)["evidence"] == (None, "evidence_not_asked")


def test_services_and_what_we_bear_are_not_asked_about():
    assert decide(Facts("service", "indirect")).nature == "service"
    borne = replace(DIRECT, borne_by_us=True)
    assert decide(borne).nature == "own_cost"
    assert [r.words for r in decide(borne).reasons] == ["borne"]


@given(facts)
def test_a_disbursement_has_no_failed_condition_and_a_recharge_has_one(case):
    decision = decide(case)
    if decision.nature == "disbursement":
        assert not decision.failed
    elif decision.nature == "recharge":
        assert decision.failed
    else:
        assert len(decision.reasons) == 1
        return
    assert tuple(r.code for r in decision.reasons) == engine.CONDITIONS


@given(facts)
def test_nothing_is_a_disbursement_without_an_asked_power_of_attorney(case):
    case = replace(case, mandate_required=True, mandate="")
    assert decide(case).nature != "disbursement"


@given(facts)
def test_whose_goods_they_are_goes_before_all_papers(case):
    assert decide(replace(case, capacity="own")).nature in ("own_cost", "service")
