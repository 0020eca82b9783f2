"""Which measures apply to an item."""

import datetime
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import engine

DAY = datetime.date(2026, 3, 5)
Measure, DutyItem = engine.Measure, engine.DutyItem


def measure(key, rate="5", type_code="CID", **facts):
    facts.setdefault("tax_code", type_code)
    components = None if rate is None else (engine.percent(Decimal(rate)),)
    if "claim" in facts:
        facts["claims"] = frozenset({facts.pop("claim")} - {""})
    return Measure(key, type_code, components=components, **facts)


def goods(code="8516710000", origin="CN", claims=()):
    return DutyItem("item", code, Decimal(1000), origin, frozenset(claims))


def chosen(item, *measures, day=DAY):
    return [found.key for found in engine.select(item, measures, day)]


def test_longest_prefix_of_a_type_wins():
    measures = [measure("all"), measure("85", code_prefix="85")]
    measures += [measure("8516", code_prefix="8516"), measure("x", code_prefix="8517")]
    assert chosen(goods(), *measures) == ["8516"]
    assert chosen(goods(code="8517"), *measures) == ["x"]
    assert chosen(goods(code="01"), *measures) == ["all"]


def test_a_longer_code_does_not_apply_to_a_shorter_one():
    assert chosen(goods(code="8516"), measure("m", code_prefix="85167100")) == []


def test_named_origin_wins_over_every_origin_at_equal_depth():
    measures = [
        measure("any", code_prefix="85"),
        measure("CN", code_prefix="85", origin="CN"),
    ]
    assert chosen(goods(origin="CN"), *measures) == ["CN"]
    assert chosen(goods(origin="IT"), *measures) == ["any"]
    assert chosen(goods(origin=""), *measures) == ["any"]


def test_depth_wins_over_origin():
    measures = [measure("CN", origin="CN"), measure("deep", code_prefix="8516")]
    assert chosen(goods(), *measures) == ["deep"]


def test_excluded_origins():
    rest = measure("rest", origins_excluded=frozenset({"CN"}))
    assert chosen(goods(origin="CN"), rest) == []
    assert chosen(goods(origin="IT"), rest) == ["rest"]


@pytest.mark.parametrize(
    ("start", "end", "applies"),
    [
        (None, None, True),
        (DAY, DAY, True),
        (DAY + datetime.timedelta(1), None, False),
        (None, DAY - datetime.timedelta(1), False),
        (datetime.date(2026, 1, 1), None, True),
    ],
)
def test_validity_includes_its_last_day(start, end, applies):
    dated = measure("m", valid_from=start, valid_to=end)
    assert chosen(goods(), dated) == (["m"] if applies else [])


def test_of_overlapping_twins_the_later_start_wins():
    old = measure("old", "5", valid_from=datetime.date(2020, 1, 1))
    new = measure("new", "6", valid_from=datetime.date(2026, 1, 1))
    assert chosen(goods(), old, new) == chosen(goods(), new, old) == ["new"]


def test_types_are_independent():
    measures = [
        measure("duty", sequence=10),
        measure("vat", type_code="VAT", sequence=90),
    ]
    assert chosen(goods(), *reversed(measures)) == ["duty", "vat"]


def alternative(key, rate, type_code, **facts):
    facts = {"selection": "alternative", "group": "duty", "tax_code": "A00", **facts}
    return measure(key, rate, type_code, **facts)


MFN = alternative("mfn", "12", "103", priority=1)
PREFERENCE = alternative("pref", "4", "142", priority=2, claim="300")
SUSPENSION = alternative("susp", "0", "112", priority=3, claim="110")


def test_the_engine_never_claims():
    assert chosen(goods(), MFN, PREFERENCE, SUSPENSION) == ["mfn"]
    assert chosen(goods(), PREFERENCE) == []


def test_a_claim_is_heard():
    assert chosen(goods(claims=["300"]), MFN, PREFERENCE, SUSPENSION) == ["pref"]
    assert chosen(goods(claims=["300", "110"]), MFN, PREFERENCE, SUSPENSION) == ["susp"]


def test_a_claim_for_another_origin_is_void():
    korea = alternative("kr", "4", "142", claim="300", origin="KR")
    assert chosen(goods(claims=["300"]), MFN, korea) == ["mfn"]


def test_a_preference_never_raises_the_duty():
    dear = alternative("dear", "20", "142", claim="300")
    assert chosen(goods(claims=["300"]), MFN, dear) == ["mfn"]


def test_a_claimed_rate_that_could_not_be_read_is_seen():
    unread = alternative("unread", None, "142", claim="300", rate_text="EA")
    assert chosen(goods(claims=["300"]), MFN, unread, SUSPENSION) == ["unread"]


def test_priority_among_what_nobody_claims():
    other = alternative("other", "1", "115", priority=3)
    assert chosen(goods(), other, MFN) == ["mfn"]


def test_a_claim_replaces_the_same_type_without_it():
    normal = measure("normal", "20", code_prefix="8516710000")
    claimed = measure("claimed", "5", code_prefix="8516", claim="GSP")
    assert chosen(goods(), normal, claimed) == ["normal"]
    assert chosen(goods(claims=["GSP"]), normal, claimed) == ["claimed"]


def test_alternatives_without_a_group_are_those_of_the_tax_code():
    other = alternative("other", "3", "700", group="", tax_code="B00")
    same = alternative("same", "3", "103", group="", tax_code="A00", priority=1)
    assert sorted(chosen(goods(), other, same)) == ["other", "same"]


@pytest.mark.parametrize(
    "facts",
    [
        {"code_prefix": "85.16"},
        {"code_prefix": "²"},
        {"selection": "both"},
        {"rate": "NaN"},
        {"valid_from": DAY, "valid_to": DAY - datetime.timedelta(1)},
    ],
)
def test_measures_that_contradict_themselves(facts):
    with pytest.raises(ValueError, match=r"."):
        measure("m", **facts)


dates = st.none() | st.dates(datetime.date(2025, 1, 1), datetime.date(2027, 1, 1))
measures = st.lists(
    st.builds(
        measure,
        key=st.integers(0, 10**6),
        rate=st.sampled_from([None, "0", "5", "12.5"]),
        type_code=st.sampled_from(["103", "142", "VAT"]),
        code_prefix=st.sampled_from(["", "85", "8516", "851671", "61"]),
        origin=st.sampled_from(["", "CN", "IT"]),
        valid_from=dates,
        selection=st.sampled_from(["alternative", "cumulative"]),
        group=st.sampled_from(["", "duty"]),
        priority=st.integers(0, 2),
        sequence=st.sampled_from([10, 90]),
        claim=st.sampled_from(["", "", "300"]),
    ),
    max_size=12,
    unique_by=lambda found: found.key,
)
items = st.builds(
    goods,
    code=st.sampled_from(["8516710000", "8517", "6109", ""]),
    origin=st.sampled_from(["CN", "IT", "US", ""]),
    claims=st.sampled_from([(), ("300",)]),
)


@given(items, measures, st.randoms())
def test_order_of_measures_does_not_matter(item, found, random):
    shuffled = random.sample(found, len(found))
    assert chosen(item, *found) == chosen(item, *shuffled)


@given(items, measures)
def test_only_what_applies_is_chosen(item, found):
    for picked in engine.select(item, found, DAY):
        assert picked.is_valid(DAY) and picked.covers_origin(item.origin)
        assert not picked.claims or picked.claims & item.claims
        assert item.code.startswith(picked.code_prefix)


@given(items, measures)
def test_selection_is_stable(item, found):
    once = engine.select(item, found, DAY)
    assert engine.select(item, once, DAY) == once


def test_thousand_items_against_ten_thousand_measures():
    rates = [
        measure(n, type_code=type_code, code_prefix=f"{n:06}")
        for n in range(5000)
        for type_code in ("CID", "EXC")
    ]
    started = time.process_time()
    index = engine.MeasureIndex(rates, DAY)
    for n in range(1000):
        assert len(engine.select(goods(code=f"{n:06}1200"), index, DAY)) == 2
    assert time.process_time() - started < 2
