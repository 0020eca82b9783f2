"""What is calculated, or left open, and must be shown: proofs, codes, ties, labels."""

import pytest
from pure import engine, load
from tariffs import (
    CODE,
    D,
    alternative,
    amounts,
    calculate,
    goods,
    measure,
    only,
    percent,
    value_of,
    vat,
)

snapshot = load("engine.snapshot")

MFN = alternative("103", 12, priority=1)
PREFERENCE = alternative("142", 4, priority=2, claims=frozenset({"JP"}))
PROOFS = (("N954", "EUR.1"), ("U110", "declaration of origin"))
JAPAN = engine.Agreement("JP", "Japan", frozenset({"JP"}), proofs=PROOFS)
CLAIMED = {"origin": "JP", "claims": ["JP"]}


def codes(calculation):
    return [problem.code for problem in calculation.problems]


# === Proofs of origin ===#


def test_a_claim_without_its_proof_is_a_problem_and_calculated():
    found = calculate(goods(**CLAIMED), MFN, PREFERENCE, agreements=[JAPAN])
    assert [(r.measure.type_code, r.amount) for r in found] == [("142", 40)]
    (problem,) = found.problems
    assert (problem.code, problem.item_key) == ("claim_unproven", 1)
    assert problem.words == (
        "the claim of preference JP (Japan) has no proof of origin among the "
        "documents; present EUR.1 N954 or declaration of origin U110, or do not claim "
        "it"
    )
    assert found.total_payable == 40


def test_any_of_the_proofs_will_do():
    for document in ("N954", "U110"):
        item = goods(documents=["N380", document], **CLAIMED)
        assert codes(calculate(item, MFN, PREFERENCE, agreements=[JAPAN])) == []
    item = goods(documents=["N380"], **CLAIMED)
    found = calculate(item, MFN, PREFERENCE, agreements=[JAPAN])
    assert codes(found) == ["claim_unproven"]


@pytest.mark.parametrize(
    "agreements",
    [
        [],
        [engine.Agreement("KR", proofs=PROOFS)],
        [engine.Agreement("JP")],
        [engine.Agreement("JP", proofs=(("", "origin declaration"),))],
        [JAPAN, engine.Agreement("JP", "another it can rest on")],
    ],
)
def test_claims_that_no_document_is_known_for(agreements):
    item = goods(**CLAIMED)
    assert codes(calculate(item, MFN, PREFERENCE, agreements=agreements)) == []


def test_a_void_claim_needs_no_proof():
    item = goods(origin="CN", claims=["JP"])
    found = calculate(item, MFN, PREFERENCE, agreements=[JAPAN])
    assert codes(found) == ["claim_void"]


# === Additional codes ===#


def test_alternatives_by_additional_code_only():
    coded = [
        alternative("103", rate, key=code, additional_code=code)
        for code, rate in (("2500", 0), ("2501", 5))
    ]
    found = calculate(goods(), *coded, vat())
    (problem,) = found.problems
    assert (problem.code, problem.item_key) == ("no_additional_code", 1)
    assert "103 (tax A00)" in problem.words and "2500, 2501" in problem.words
    assert codes(calculate(goods(), *coded, PREFERENCE)) == ["no_additional_code"]
    assert codes(calculate(goods(additional_codes=["2501"]), *coded)) == []
    assert codes(calculate(goods(), *coded, MFN)) == []
    assert codes(calculate(goods(**CLAIMED), *coded, PREFERENCE)) == []


def test_headings_of_one_type_by_additional_codes_add_up():
    headings = [
        measure("9903", 25, key="s", code_prefix="8516", additional_code="99038803"),
        measure("9903", 10, key="f", origin="CN", additional_code="99030125"),
        measure("9903", 50, key="x", additional_code="99038102"),
    ]
    item = goods(origin="CN", additional_codes=["99038803", "99030125"])
    for order in (headings, headings[::-1]):
        found = calculate(item, *order)
        assert sorted(result.amount for result in found) == [100, 250]
        assert (found.problems, found.total_payable) == ((), 350)


# === Ties of alternatives nobody claims ===#


@pytest.mark.parametrize("turned", [False, True])
def test_a_type_code_is_no_reason_to_prefer_a_rate(turned):
    pair = [alternative("100", 0, priority=1), MFN]
    found = calculate(goods(), *(pair[::-1] if turned else pair))
    assert ([result.amount for result in found], codes(found)) == ([None], ["tie"])
    words = found.problems[0].words
    assert "100 (tax A00)" in words and "103 (tax A00)" in words
    assert "“0 %”" in words and "“12 %”" in words
    assert found.total_payable is None


def test_alternatives_that_cost_the_same_are_no_tie():
    other = alternative("100", 12, priority=1, code_prefix="85", legal_source="Act")
    assert amounts(goods(), MFN, other) == amounts(goods(), other, MFN) == {"100": 120}
    least = alternative("100", 12, priority=1, minimum=D(500))
    assert codes(calculate(goods(), MFN, least)) == ["tie"]


def test_a_closer_origin_decides_between_equal_priorities():
    group = alternative("column2", 40, priority=1, origins=frozenset({"KP", "CU"}))
    one = alternative("special", 5, priority=1, origin="KP")
    assert amounts(goods(origin="CU"), MFN, group, one) == {"column2": 400}
    assert amounts(goods(origin="KP"), one, group, MFN) == {"special": 50}
    assert amounts(goods(origin="DE"), MFN, group, one) == {"103": 120}
    lower = alternative("100", 1, priority=0)
    assert amounts(goods(origin="KP"), one, group, lower) == {"100": 10}


def test_two_additional_codes_of_one_alternative_tie():
    coded = [
        alternative("103", rate, key=code, additional_code=code)
        for code, rate in (("2500", 0), ("2501", 5))
    ]
    item = goods(additional_codes=["2500", "2501"])
    assert codes(calculate(item, *coded)) == ["tie"]


# === Negative values in a base ===#

ADJUSTED = (engine.BaseTerm(), value_of("ADJ"))


def test_a_negative_adjustment_lowers_a_base():
    duty = measure("CID", 10, base=ADJUSTED)
    result = only(goods(values={"ADJ": -200}), duty)
    assert (result.base, result.amount, result.problem) == (800, 80, "")
    assert only(goods(values={"ADJ": -1000}), duty).amount == 0


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (goods(values={"ADJ": -1001}), "the ADJ of the item is negative"),
        (goods(-1, values={"ADJ": 100}), "the customs value of the item is negative"),
    ],
)
def test_a_negative_sum_is_no_base(item, words):
    result = only(item, measure("CID", 10, base=ADJUSTED))
    assert (result.amount, result.problem) == (None, "negative")
    assert words in result.problem_words


def test_a_value_that_is_no_number_is_no_base():
    result = only(goods(values={"ADJ": "NaN"}), measure("CID", 10, base=ADJUSTED))
    assert (result.amount, result.problem) == (None, "not_a_number")


def test_a_negative_adjustment_in_a_fee_of_the_entry():
    fee = measure("FEE", 10, base=ADJUSTED, scope="entry")
    items = [goods(values={"ADJ": -200}), goods(key=2, values={"ADJ": 0})]
    assert [result.amount for result in calculate(items, fee)] == [80, 100]


# === Labels ===#


def test_words_name_items_by_their_label():
    fee = measure("FEE", 1, scope="entry", base=(value_of("CIF"),))
    items = [goods(key=4711, label="3", values={"CIF": 1}), goods(key=4712, label="4")]
    words = calculate(items, fee).problems[0].words
    assert "item 4: its base needs CIF" in words and "4712" not in words
    assert "item 4712: its base" in calculate(
        [items[0], goods(key=4712)], fee
    ).problems[0].words  # fmt: skip


def test_a_snapshot_keeps_a_label_and_reads_data_without_one():
    item = goods(key=7, label="3", claims=["JP"])
    stored = snapshot.dump(item)
    assert snapshot.load(stored) == item
    del stored["value"]["label"]
    assert snapshot.load(stored) == goods(key=7, claims=["JP"])
    assert "label" not in snapshot.dump(goods())["value"]
    assert (item.called, goods(key=7).called, item.code) == ("3", "7", CODE)


def test_ties_do_not_name_records():
    one = measure("CID", percent(5), key="record-1", code_prefix="8516", origin="CN")
    other = measure("CID", percent(6), key="record-2", code_prefix="8516", origin="CN")
    words = calculate(goods(origin="CN"), one, other).problems[0].words
    assert "CID on 8516, origin CN" in words and "record" not in words
