"""Who pays the authority; the standing instruction and the method that apply."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

payment = load("engine.payment")
Choice, Facts = payment.Choice, payment.Facts
Instruction, Method = payment.Instruction, payment.Method

CLIENT, GROUP, OTHER = 1, 2, 3
FACTS = Facts("direct", (CLIENT, GROUP), kind="vat", charge_code=50, tariff=7)
P1 = Method(1, "importer", "deferment")
P2 = Method(2, "declarant", "deferment")
P4 = Method(4, "declarant", "cash")
P5 = Method(5, "importer", "payable")


@pytest.mark.parametrize(
    ("payer", "capacity", "who"),
    [
        ("importer", "own", "us"),
        ("importer", "direct", "client"),
        ("importer", "indirect", "client"),
        ("declarant", "own", "agent"),
        ("declarant", "direct", "us"),
        ("declarant", "indirect", "us"),
        ("nobody", "own", "nobody"),
        ("nobody", "direct", "nobody"),
    ],
)
def test_who_pays(payer, capacity, who):
    assert payment.who_pays(payer, capacity) == who


def chosen(*instructions, facts=FACTS):
    """Return the key of the instruction chosen, else the keys that tie."""
    choice = payment.choose_instruction(instructions, facts)
    if choice.tied:
        assert choice.instruction is None
        return tuple(each.key for each in choice.tied)
    return choice.instruction.key if choice.instruction else None


@pytest.mark.parametrize(
    ("general", "special"),
    [
        ({}, {"scope": "client"}),
        ({"scope": "client"}, {"tariff": 7}),
        ({"tariff": 7}, {"kind": "vat"}),
        ({"kind": "vat", "tariff": 7}, {"charge_code": 50}),
        ({"charge_code": 50, "tariff": 7}, {"partner": GROUP}),
        ({"partner": GROUP, "charge_code": 50}, {"partner": CLIENT}),
        ({"partner": CLIENT}, {"partner": CLIENT, "kind": "vat"}),
        ({"partner": CLIENT, "kind": "vat"}, {"partner": CLIENT, "charge_code": 50}),
        ({"charge_code": 50}, {"charge_code": 50, "tariff": 7}),
    ],
)
def test_most_specific_wins(general, special):
    weak = Instruction(1, decides="A", **general)
    strong = Instruction(2, decides="B", **special)
    assert chosen(weak, strong) == chosen(strong, weak) == 2


@pytest.mark.parametrize(
    "about",
    [
        {"partner": OTHER},
        {"kind": "duty"},
        {"charge_code": 51},
        {"tariff": 8},
        {"scope": "own"},
    ],
)
def test_what_is_for_something_else_does_not_apply(about):
    assert chosen(Instruction(1, decides="A", **about)) is None


def test_own_imports_have_no_client():
    own = Facts("own", kind="duty")
    ours = Instruction(1, scope="own", decides="A")
    client = Instruction(2, partner=CLIENT, decides="B")
    clients = Instruction(3, scope="client", decides="C")
    assert chosen(ours, client, clients, facts=own) == 1
    assert chosen(client, clients, facts=own) is None


def test_a_tie_that_decides_differently_names_both():
    first = Instruction(8, partner=CLIENT, decides="A")
    second = Instruction(9, partner=CLIENT, decides="B")
    assert chosen(second, first) == (8, 9)
    weaker = Instruction(1, decides="C")
    assert chosen(weaker, second, first) == (8, 9)


def test_a_tie_that_decides_the_same_is_none():
    first = Instruction(8, partner=CLIENT, decides="A")
    assert chosen(Instruction(9, partner=CLIENT, decides="A"), first) == 8


def test_no_instruction():
    assert payment.choose_instruction([], FACTS) == Choice()


instructions = st.lists(
    st.builds(
        Instruction,
        key=st.integers(1, 99),
        partner=st.sampled_from([None, CLIENT, GROUP, OTHER]),
        scope=st.sampled_from([None, "own", "client"]),
        kind=st.sampled_from([None, "vat", "duty"]),
        charge_code=st.sampled_from([None, 50, 51]),
        tariff=st.sampled_from([None, 7, 8]),
        decides=st.sampled_from("AB"),
    ),
    max_size=12,
    unique_by=lambda each: each.key,
)


@given(instructions, st.randoms())
def test_order_does_not_matter(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert payment.choose_instruction(found, FACTS) == payment.choose_instruction(
        shuffled, FACTS
    )


@given(instructions)
def test_the_choice_applies_and_none_is_more_specific(found):
    choice = payment.choose_instruction(found, FACTS)
    best = choice.tied or (choice.instruction,) * bool(choice.instruction)
    for each in best:
        assert each.partner in (None, CLIENT, GROUP)
        assert each.scope in (None, "client")
        assert each.kind in (None, "vat")
        assert each.charge_code in (None, 50)
        assert each.tariff in (None, 7)
    clients_own = [
        each
        for each in found
        if each.partner == CLIENT
        and each.scope != "own"
        and each.kind != "duty"
        and each.charge_code != 51
        and each.tariff != 8
    ]
    if clients_own:
        assert {each.partner for each in best} == {CLIENT}
    if choice.tied:
        assert len({each.decides for each in choice.tied}) > 1


@pytest.mark.parametrize(
    ("method", "kind", "payer", "capacity", "fits"),
    [
        (P1, "deferment", "client", "direct", True),
        (P1, "deferment", "us", "direct", False),
        (P1, "deferment", "us", "own", True),
        (P2, "deferment", "us", "indirect", True),
        (P2, "deferment", "agent", "own", True),
        (P2, "cash", "us", "direct", False),
        (P4, "cash", "us", "direct", True),
        (P5, "deferment", "client", "direct", False),
    ],
)
def test_methods_of_an_account(method, kind, payer, capacity, fits):
    assert payment.fits_account(method, kind, payer, capacity) is fits


def test_a_code_of_two_methods():
    both = [P1, P2]
    assert payment.choose_method(both, "direct", [P1.key]) == P1
    # nobody says whose account it is: ours, so that the account is asked for
    assert payment.choose_method(both, "direct") == P2
    assert payment.choose_method(both, "own") == P1
    assert payment.choose_method([P1], "direct") == P1
    assert payment.choose_method([], "direct") is None
    # what is preferred but not meant by the code does not count
    assert payment.choose_method(both, "direct", [P4.key]) == P2
