"""Selection by groups of origins, codes, procedures, claims, conditions, quotas."""

import datetime

import pytest
from pure import engine
from tariffs import (
    DAY,
    D,
    alternative,
    amounts,
    calculate,
    fixed,
    goods,
    measure,
    only,
    percent,
    specific,
    vat,
)


def chosen(item, *measures, **options):
    return [found.key for found in engine.select(item, measures, DAY, **options)]


def test_one_origin_before_a_group_before_every_origin():
    group = measure("CID", 5, key="group", origins=frozenset({"CN", "IN"}))
    every = measure("CID", 12, key="every")
    one = measure("CID", 1, key="one", origin="CN")
    assert chosen(goods(origin="CN"), every, group, one) == ["one"]
    assert chosen(goods(origin="IN"), every, one, group) == ["group"]
    assert chosen(goods(origin="IT"), every, one, group) == ["every"]
    assert chosen(goods(), every, one, group) == ["every"]


def test_a_group_without_one_of_its_members():
    facts = {"origins": frozenset("AB"), "origins_excluded": frozenset("A")}
    group = measure("CID", 5, **facts)
    assert chosen(goods(origin="A"), group) == []
    assert chosen(goods(origin="B"), group) == ["CID"]


def test_additional_codes():
    normal, zero = vat(20, key="normal"), vat(0, key="zero", additional_code="VATZ")
    assert chosen(goods(), normal, zero) == ["normal"]
    assert chosen(goods(additional_codes=["VATZ"]), normal, zero) == ["zero"]
    firms = [
        measure("552", n, key=code, additional_code=code)
        for n, code in enumerate(["C490", "C999"], 10)
    ]
    assert chosen(goods(additional_codes=["C999"]), *firms) == ["C999"]
    assert chosen(goods(additional_codes=["C490", "C999"]), *firms) == ["C490", "C999"]


def test_procedures_and_modes_of_transport():
    release = measure("A", 5, procedures=frozenset({"40", "61"}))
    assert chosen(goods(procedure="4000"), release) == ["A"]
    assert chosen(goods(procedure="7100"), release) == []
    assert chosen(goods(), release) == []
    harbour = measure("HMF", "0.125", transport_modes=frozenset({"1"}))
    assert chosen(goods(transport_mode="1"), harbour) == ["HMF"]
    assert chosen(goods(transport_mode="4"), harbour) == []


def test_excluded_types():
    steel = measure("S232", 50, sequence=20, excludes=frozenset({"RECIP", "S122"}))
    others = measure("RECIP", 20, sequence=30), measure("S122", 10, sequence=31)
    assert chosen(goods(), steel, *others) == ["S232"]
    assert chosen(goods(), *others) == ["RECIP", "S122"]
    late = measure("LATE", 1, sequence=99, excludes=frozenset({"EARLY"}))
    assert chosen(goods(), measure("EARLY", 1, sequence=1), late) == ["LATE"]


def test_what_is_excluded_excludes_nothing():
    chain = [
        measure("A", 1, sequence=1, excludes=frozenset("B")),
        measure("B", 1, sequence=2, excludes=frozenset("C")),
        measure("C", 1, sequence=3),
    ]
    assert chosen(goods(), *chain) == ["A", "C"]


# === Ties ===#


def test_twins_are_never_picked_between():
    one, other = measure("CID", 5, key="one"), measure("CID", 6, key="other")
    for pair in ((one, other), (other, one)):
        calculation = calculate(goods(), *pair)
        (problem,) = calculation.problems
        assert problem.code == "tie"
        assert problem.words == (
            "CID, any origin: its rate “5 %” and “6 %” of CID, any origin apply to the "
            "same goods alike; end one of them, or state what tells them apart"
        )
        assert [result.amount for result in calculation] == [None]


def test_the_same_measure_twice_is_one():
    one = measure("CID", 5, key="one", legal_source="Act")
    other = measure("CID", 5, key="other", rate_text="5%")
    calculation = calculate(goods(), one, other)
    assert [result.amount for result in calculation] == [50]
    assert calculation.problems == ()


def test_twins_below_something_more_specific_do_not_matter():
    one, other = measure("CID", 5, key="one"), measure("CID", 6, key="other")
    best = measure("CID", 7, code_prefix="85", key="best")
    for order in ((one, best, other), (best, one, other), (one, other, best)):
        assert amounts(goods(), *order) == {"CID": 70}


# === Claims ===#

MFN = alternative("103", 12, priority=1)
PREFERENCE = alternative("142", 4, priority=2, claims=frozenset({"JP", "300"}))
JAPAN = engine.Agreement("JP", "Japan", frozenset({"JP"}))


def test_any_of_the_claims_will_do():
    for claim in ("JP", "300"):
        assert chosen(goods(claims=[claim]), MFN, PREFERENCE) == ["142"]
    assert chosen(goods(claims=["200"]), MFN, PREFERENCE) == ["103"]


def test_a_claim_counts_for_countries_of_its_agreement():
    claim = {"claims": ["JP"]}
    agreements = {"agreements": [JAPAN]}
    measures = MFN, PREFERENCE
    assert chosen(goods(origin="JP", **claim), *measures, **agreements) == ["142"]
    assert chosen(goods(origin="CN", **claim), *measures, **agreements) == ["103"]
    calculation = calculate(goods(origin="CN", **claim), *measures, **agreements)
    (problem,) = calculation.problems
    assert (problem.code, problem.item_key) == ("claim_void", 1)
    assert "Japan" in problem.words and "CN is not one of" in problem.words
    assert calculation.total_payable == 120
    (problem,) = calculate(goods(**claim), *measures, **agreements).problems
    assert "no country of origin" in problem.words


def test_a_claim_out_of_date():
    over = engine.Agreement("JP", valid_to=DAY - datetime.timedelta(1))
    item = goods(origin="JP", claims=["JP"])
    assert chosen(item, MFN, PREFERENCE, agreements=[over]) == ["103"]
    calculation = calculate(item, MFN, PREFERENCE, agreements=[over])
    assert "not in force on 2026-03-05" in calculation.problems[0].words
    assert chosen(item, MFN, PREFERENCE, agreements=[over, JAPAN]) == ["142"]


def test_claims_of_unknown_agreements_and_countries_count():
    item = goods(origin="CN", claims=["300"])
    assert chosen(item, MFN, PREFERENCE, agreements=[JAPAN]) == ["142"]
    world = engine.Agreement("300")
    assert chosen(item, MFN, PREFERENCE, agreements=[world]) == ["142"]


def test_the_cheapest_claim_is_the_one_of_the_lowest_amount():
    per_kg = alternative("145", specific(1), claims=frozenset({"300"}), priority=9)
    item = {"claims": ["300"]}
    light = goods(quantities={"kg": 10}, **item)
    heavy = goods(quantities={"kg": 100}, **item)
    assert chosen(light, MFN, PREFERENCE, per_kg) == ["145"]
    assert chosen(heavy, MFN, PREFERENCE, per_kg) == ["142"]
    assert chosen(heavy, MFN, per_kg) == ["145"]
    assert chosen(goods(quantities={"kg": 1000}, **item), MFN, per_kg) == ["103"]
    assert chosen(goods(**item), MFN, PREFERENCE, per_kg) == ["145"], "to be seen"


def test_without_a_value_rates_are_compared():
    dear = alternative("dear", 20, claims=frozenset({"300"}))
    assert chosen(goods(None, claims=["300"]), MFN, dear) == ["103"]
    assert chosen(goods(0, claims=["300"]), MFN, dear) == ["103"]
    assert chosen(goods(None, claims=["300"]), MFN, PREFERENCE) == ["142"]


# === Conditions ===#

CERTIFICATE = (
    engine.Condition(document="N954", code="B"),
    engine.Condition("default", code="B", action="not_apply", sequence=20),
)


def test_a_document_lets_a_measure_apply():
    certified = measure("CID", 5, conditions=CERTIFICATE)
    assert amounts(goods(), certified) == {}
    assert amounts(goods(documents=["N954"]), certified) == {"CID": 50}


def test_a_document_lets_a_measure_go():
    exempt = (
        engine.Condition(document="Y900", action="not_apply"),
        engine.Condition("default", sequence=20),
    )
    levy = measure("LEVY", 5, conditions=exempt)
    assert amounts(goods(), levy) == {"LEVY": 50}
    assert amounts(goods(documents=["Y900"]), levy) == {}


def test_every_code_of_conditions_must_let_it_apply():
    two = (*CERTIFICATE, engine.Condition(document="C644", code="C"))
    certified = measure("CID", 5, conditions=two)
    assert amounts(goods(documents=["N954"]), certified) == {}
    assert amounts(goods(documents=["N954", "C644"]), certified) == {"CID": 50}


ENTRY_PRICE = tuple(
    engine.Condition(
        "threshold",
        code="V",
        value_name="price",
        threshold=D(limit),
        action="apply_components",
        components=(percent(10), *more),
        sequence=n,
    )
    for n, (limit, more) in enumerate(
        [("52.6", ()), (50, (fixed(3),)), (40, (fixed(9),))]
    )
)


@pytest.mark.parametrize(
    ("price", "amount"), [("52.6", 100), ("52.5", 103), ("50", 103), ("40", 109)]
)
def test_the_first_threshold_that_is_met(price, amount):
    duty = measure("CID", conditions=tuple(reversed(ENTRY_PRICE)))
    assert only(goods(values={"price": price}), duty).amount == amount


def test_no_threshold_met_or_no_value_to_compare():
    duty = measure("CID", conditions=ENTRY_PRICE)
    result = only(goods(values={"price": 39}), duty)
    assert (result.amount, result.problem) == (None, "no_condition")
    result = only(goods(), duty)
    assert (result.amount, result.problem) == (None, "no_base")
    assert "condition V compares price" in result.problem_words


@pytest.mark.parametrize(
    ("operator", "applies"),
    [(">=", True), (">", False), ("<=", True), ("<", False), ("=", True)],
)
def test_operators_quantities_and_currencies_of_thresholds(operator, applies):
    facts = {"kind": "threshold", "operator": operator}
    mass = engine.Condition(value_name="kg", threshold=D(100), **facts)
    duty = measure("CID", 5, conditions=(mass,))
    assert bool(chosen(goods(quantities={"t": "0.1"}), duty)) == applies
    price = engine.Condition(
        value_name="price", threshold=D(100), currency="EUR", **facts
    )
    item = goods(values={"price": 200})
    rates = {"EUR": engine.CustomsRate("EUR", D(2))}
    duty = measure("CID", 5, conditions=(price,))
    assert bool(amounts(item, duty, rates=rates)) == applies
    assert only(item, duty).problem == "no_exchange_rate"


def test_goods_that_may_not_be_entered():
    ban = (
        engine.Condition(document="N851", code="C"),
        engine.Condition("default", code="C", action="block", sequence=20),
    )
    control = measure("711", conditions=ban, in_vat_base=True)
    calculation = calculate(goods(), control, vat())
    (problem,) = calculation.problems
    assert problem.code == "blocked"
    assert "may not be entered: present document N851" in problem.words
    assert calculation.total_payable == 200
    assert calculate(goods(documents=["N851"]), control).problems == ()
    duty = measure("103", 5, conditions=ban)
    calculation = calculate(goods(), duty, vat())
    assert [r.amount for r in calculation] == [None, None]


# === Quotas ===#

QUOTA = alternative("143", 0, priority=3, quota="094001", excludes=frozenset({"696"}))
SAFEGUARD = measure("696", 25, sequence=20)


def claim(requested, allocated=None, number="094001"):
    return engine.QuotaClaim(number, D(requested), D(allocated))


def test_a_quota_is_claimed_by_its_number():
    assert chosen(goods(), MFN, QUOTA) == ["103"]
    assert chosen(goods(quota=claim(10, number="094002")), MFN, QUOTA) == ["103"]
    for allocated in (None, 10):
        item = goods(quota=claim(10, allocated))
        assert chosen(item, MFN, QUOTA, SAFEGUARD) == ["143"]


def test_a_quota_that_is_granted_in_part():
    found = calculate(goods(quota=claim(10, 4)), MFN, QUOTA, SAFEGUARD, vat())
    rows = [(r.measure.type_code, r.base, r.amount) for r in found]
    assert rows == [
        ("103", 600, 72),
        ("143", 400, 0),
        ("696", 600, 150),
        ("VAT", 1222, D("244.40")),
    ]
    words = [r.explanation for r in found]
    assert "60 % of the goods, outside quota" in words[0]
    assert "40 % of the goods, in quota" in words[1]


def test_both_parts_make_the_whole():
    quota = alternative("143", specific(3), fixed(9), quota="094001")
    normal = alternative("103", specific(3), fixed(9), priority=1)
    item = goods("100.01", quota=claim(3, 1), quantities={"kg": "10"})
    found = calculate(item, quota, normal)
    assert sum(r.base for r in found) == D("100.01")
    assert sum(r.exact for r in found) == 39
    strength = alternative("143", specific(3, times=("asv",)), quota="094001")
    item = goods(quota=claim(2, 1), quantities={"kg": 10, "asv": 40})
    dear = alternative("103", fixed(5000), priority=1)
    assert [r.exact for r in calculate(item, strength, dear)] == [2500, 600]


def test_a_quota_that_is_exhausted():
    assert chosen(goods(quota=claim(10, 0)), MFN, QUOTA, SAFEGUARD) == ["103", "696"]
    assert amounts(goods(quota=claim(10, 0)), MFN, QUOTA) == {"103": 120}


@pytest.mark.parametrize("allocated", [0, 4])
def test_no_rate_for_what_a_quota_leaves(allocated):
    calculation = calculate(goods(quota=claim(10, allocated)), QUOTA)
    assert [p.code for p in calculation.problems] == ["no_rate"]
    assert "no rate for the rest" in calculation.problems[0].words
    assert calculation.total_payable is None


@pytest.mark.parametrize(("requested", "allocated"), [(0, None), (5, 6), (5, -1)])
def test_impossible_quotas(requested, allocated):
    with pytest.raises(ValueError, match="quota"):
        claim(requested, allocated)


def test_a_code_with_dots_finds_nothing_and_says_so():
    (problem,) = calculate(goods(code="8516.71"), MFN).problems
    assert problem.code == "bad_code" and "“8516.71”" in problem.words
    assert calculate(goods(code=""), MFN).problems == ()


def test_the_rate_that_conditions_have_chosen_is_printed():
    duty = measure("CID", conditions=ENTRY_PRICE, rate_text="see conditions")
    assert only(goods(values={"price": 51}), duty).rate_text == "10 % + 3.00 GBP"
    assert only(goods(), measure("CID", 5, rate_text="5%")).rate_text == "5%"


def test_a_procedure_is_more_specific_than_none():
    every = measure("CID", 5, key="every")
    one = measure("CID", 1, key="one", procedures=frozenset({"71"}))
    assert chosen(goods(procedure="7100"), every, one) == ["one"]
    assert chosen(goods(procedure="4000"), every, one) == ["every"]


def test_a_threshold_on_what_is_no_number():
    duty = measure("CID", conditions=ENTRY_PRICE)
    assert only(goods(values={"price": "NaN"}), duty).problem == "not_a_number"
    assert only(goods(values={"price": -1}), duty).problem == "negative"


def test_a_tax_by_additional_code_only_is_never_left_out_in_silence():
    firms = [
        measure("552", n, key=code, additional_code=code, tax_code="A30")
        for n, code in enumerate(["C490", "C999"], 10)
    ]
    calculation = calculate(goods(), *firms, vat(20), vat(0, additional_code="VATZ"))
    (problem,) = calculation.problems
    assert (problem.code, problem.item_key) == ("no_additional_code", 1)
    assert "552 (tax A30)" in problem.words and "C490, C999" in problem.words
    assert calculate(goods(additional_codes=["C999"]), *firms).problems == ()
    other = [alternative("103", 5, additional_code="2500"), MFN]
    assert calculate(goods(), *other).problems == ()
