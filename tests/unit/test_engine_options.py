"""Options side by side: what each costs, saves, and asks for."""

from hypothesis import given
from hypothesis import strategies as st
from pure import engine
from tariffs import (
    CENTS,
    DAY,
    D,
    alternative,
    calculate,
    goods,
    measure,
    specific,
    vat,
)

MFN = alternative("103", 12, priority=1)
PREFERENCE = alternative("142", 4, priority=2, claims=frozenset({"JP"}), origin="JP")
GSP = alternative("142", 8, priority=2, claims=frozenset({"200"}), key="gsp")
QUOTA = alternative("143", 0, priority=3, quota="094001")
ALL = MFN, PREFERENCE, GSP, QUOTA, vat()
PROOFS = (("N954", "EUR.1"), ("U110", "declaration of origin"))
JAPAN = engine.Agreement("JP", "Japan", frozenset({"JP"}), proofs=PROOFS)
POOR = engine.Agreement("200", "GSP", frozenset({"IN"}))


def compare(item, *measures, **options):
    options.setdefault("agreements", (JAPAN, POOR))
    return engine.compare(item, measures, DAY, CENTS, "GBP", **options)


def row(option):
    return option.measure.key, option.amount, option.total, option.saving


def test_all_options_with_savings_vat_included():
    found = compare(goods(origin="JP"), *ALL)
    assert [row(option) for option in found] == [
        ("103", 120, 344, 0),
        ("142", 40, 248, 96),
        ("143", 0, 200, 144),
    ]
    assert [option.is_chosen for option in found] == [True, False, False]
    assert [option.is_default for option in found] == [True, False, False]
    assert {option.group for option in found} == {"duty"}
    assert found[1].explanation.startswith("4 % × 1 000.00 GBP = 40.00 GBP")
    assert "preference JP if claimed" in found[1].explanation


def test_what_is_missing():
    default, preference, quota = compare(goods(origin="JP"), *ALL)
    assert default.missing == ()
    claim, proof = preference.missing
    assert (claim.kind, claim.codes) == ("claim", ("JP",))
    assert str(claim) == "claim preference JP"
    assert (proof.kind, proof.codes) == ("proof", ("N954", "U110"))
    assert "EUR.1 N954 or declaration of origin U110" in proof.words
    (number,) = quota.missing
    assert (number.kind, number.words) == ("quota", "claim quota 094001")


def test_nothing_is_missing_of_what_is_claimed_and_presented():
    item = goods(origin="JP", claims=["JP"], documents=["U110"])
    found = compare(item, *ALL)
    assert [option.is_chosen for option in found] == [False, True, False]
    assert found[1].missing == ()
    assert "preference JP claimed" in found[1].explanation
    (proof,) = compare(goods(origin="JP", claims=["JP"]), *ALL)[1].missing
    assert proof.kind == "proof"


def test_a_preference_for_other_origins_is_no_option():
    keys = [option.measure.key for option in compare(goods(origin="CN"), *ALL)]
    assert keys == ["103", "143"]
    keys = [option.measure.key for option in compare(goods(origin="IN"), *ALL)]
    assert keys == ["103", "gsp", "143"]


def test_documents_and_additional_codes():
    conditions = (
        engine.Condition(document="C990", code="B"),
        engine.Condition(document="C991", code="B", sequence=11),
        engine.Condition("default", code="B", action="not_apply", sequence=20),
    )
    end_use = alternative("105", 0, priority=5, conditions=conditions)
    coded = alternative("103", 6, key="coded", additional_code="2500", priority=1)
    found = compare(goods(), MFN, end_use, coded)
    assert [option.amount for option in found] == [120, 60, 0]
    assert found[0].missing == ()
    assert [str(need) for need in found[1].missing] == ["state additional code 2500"]
    assert [str(need) for need in found[2].missing] == ["present document C990 or C991"]
    assert [option.is_chosen for option in found] == [True, False, False]
    stated = compare(goods(additional_codes=["2500"]), MFN, coded)
    assert [option.is_chosen for option in stated] == [False, True]
    assert [option.amount for option in stated] == [120, 60]


def test_a_problem_of_an_option_is_seen():
    unread = alternative("142", None, claims=frozenset({"JP"}), rate_text="EA")
    per_kg = alternative("145", specific(1), claims=frozenset({"JP"}))
    found = {o.measure.key: o for o in compare(goods(origin="JP"), MFN, unread, per_kg)}
    assert (found["142"].amount, found["142"].total) == (None, None)
    assert (found["142"].problem, found["142"].saving) == ("no_rate", None)
    assert found["145"].problem == "no_quantity"
    assert "net mass" in found["145"].problem_words


def test_only_the_most_specific_of_a_kind_is_an_option():
    deep = alternative("103", 9, key="deep", code_prefix="8516", priority=1)
    assert [o.measure.key for o in compare(goods(), MFN, deep)] == ["deep"]


def test_cumulative_taxes_are_no_options_unless_a_claim_replaces_them():
    assert compare(goods(), vat(), measure("LEVY", 1)) == []
    claimed = vat(5, key="reduced", claims=frozenset({"R"}))
    found = compare(goods(), vat(), claimed)
    assert [(o.amount, o.is_chosen) for o in found] == [(200, True), (50, False)]


def test_an_exclusion_belongs_to_the_option():
    quota = alternative("143", 2, quota="09", excludes=frozenset({"696"}))
    found = compare(goods(), MFN, quota, measure("696", 25, sequence=20))
    assert [option.total for option in found] == [370, 20]


def test_postponed_vat_counts_as_due():
    default, quota = compare(goods(), MFN, QUOTA, vat(status="postponed"))
    assert (default.total, quota.saving) == (344, 144)


def test_quota_granted_in_part():
    item = goods(quota=engine.QuotaClaim("094001", D(10), D(5)))
    default, quota = compare(item, *ALL)
    assert (default.amount, quota.amount, quota.is_chosen) == (120, 60, True)


@given(
    st.decimals(0, 10**6, places=2),
    st.lists(st.integers(0, 40), min_size=1, max_size=5),
    st.lists(st.sampled_from(["c0", "c1", "c2", "zz"]), max_size=3),
)
def test_the_chosen_option_is_what_is_calculated(value, rates, claims):
    measures = [MFN, vat()]
    for n, rate in enumerate(rates):
        claim = frozenset({f"c{n}"})
        measures.append(alternative("142", rate, claims=claim, key=n))
    item = goods(value, claims=claims)
    calculation = calculate(item, *measures)
    (chosen,) = [o for o in compare(item, *measures) if o.is_chosen]
    assert chosen.total == calculation.total_payable
    assert chosen.measure in [result.measure for result in calculation]
    assert chosen.measure is MFN or chosen.measure.claims & set(claims)
    assert chosen.saving >= 0, "a claim never raises what is due"
