"""Which account role bears an amount of the authority, and which owes it."""

import itertools

import pytest
from pure import load

load("engine")
posting = load("engine.posting")
payment = load("engine.payment")
ROLES = load("engine.roles").BY_CODE

KINDS = (
    "duty",
    "excise",
    "trade_defence",
    "fee",
    "vat",
    "penalty",
    "interest",
    "security",
    "third_party",
    "service",
)
USES = ("stock", "expense", "sale")
EVERYTHING = list(itertools.product(KINDS, USES, (True, False), (True, False)))


@pytest.mark.parametrize(
    ("use", "role"),
    [
        ("stock", "duty_clearing"),
        ("expense", "duty_expense"),
        ("sale", "selling_duty"),
    ],
)
@pytest.mark.parametrize("kind", ["duty", "excise", "trade_defence", "fee"])
def test_duties_follow_the_use_of_the_goods(kind, use, role):
    assert posting.cost_role(kind, use) == role


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("own_goods", [True, False])
@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("penalty", "penalties"),
        ("interest", "interest_expense"),
        ("security", "securities"),
    ],
)
def test_penalty_interest_and_security_are_never_cost_of_goods(
    kind, role, use, own_goods
):
    assert posting.cost_role(kind, use, own_goods=own_goods) == role


@pytest.mark.parametrize(
    ("use", "recoverable", "role"),
    [
        ("sale", True, "vat_foreign"),
        ("sale", False, "selling_duty"),
        # where it is not deductible, the goods bear it
        ("stock", True, "duty_clearing"),
        ("expense", True, "duty_expense"),
        ("stock", False, "duty_clearing"),
    ],
)
def test_vat_abroad(use, recoverable, role):
    assert posting.cost_role("vat", use, recoverable) == role


@pytest.mark.parametrize(
    ("use", "role"),
    [
        ("stock", "brokerage_clearing"),
        ("expense", "brokerage_expense"),
        ("sale", "brokerage_expense"),
    ],
)
def test_services_of_others(use, role):
    assert posting.cost_role("third_party", use) == role


@pytest.mark.parametrize("use", USES)
def test_what_we_bear_of_a_client_is_no_cost_of_goods(use):
    for kind in ("duty", "vat", "fee"):
        assert posting.cost_role(kind, use, own_goods=False) == "disb_variance"
    assert posting.cost_role("third_party", use, own_goods=False) == "cost_service"


@pytest.mark.parametrize("facts", EVERYTHING)
def test_every_role_is_an_account_of_the_settings(facts):
    assert posting.cost_role(*facts) in ROLES


@pytest.mark.parametrize("facts", EVERYTHING)
def test_only_what_comes_back_is_no_cost(facts):
    role = posting.cost_role(*facts)
    comes_back = facts[0] == "security" or role == "vat_foreign"
    assert posting.is_cost(role) is not comes_back


@pytest.mark.parametrize(
    ("mechanism", "role", "account_type"),
    [
        ("payable", "authority_payable", "liability_payable"),
        ("deferment", "deferment_payable", "liability_payable"),
        ("cash", "customs_cash", "asset_current"),
    ],
)
def test_what_owes_or_pays(mechanism, role, account_type):
    assert posting.credit_role(mechanism) == role
    assert ROLES[role].account_type == account_type
    assert ROLES[role].reconcile


def test_mechanisms_that_owe_nothing_are_no_direct_payment():
    assert not set(payment.NOT_OWED_MECHANISMS) & set(payment.DIRECT_MECHANISMS)


def test_penalties_and_interest_are_not_accrued_as_cost_of_goods():
    assert not {"penalty", "interest", "vat"} & set(posting.ACCRUED_KINDS)
