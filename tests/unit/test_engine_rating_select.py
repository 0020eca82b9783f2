"""Which rule prices a charge, and the days that run."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

model = load("engine.rating_model")
rating = load("engine.rating")

DAY = date(2026, 3, 2)


def rule(key="r", **values):
    return model.FeeRule(key, "C", "FLAT", {"amount": D(10)}, **values)


def matches(conditions, **attributes):
    given_facts = model.Facts(DAY, "EUR", attributes=attributes)
    return rating.matches(rule(conditions=conditions), given_facts)


def test_what_the_file_does_not_state_does_not_match():
    assert not matches({"mode": "sea"})
    assert not matches({"mode": "sea"}, mode="")
    assert not matches({"mode": "sea"}, mode=())
    assert not matches({"mode": "sea"}, port="sea")
    assert not matches({"hs": "84"}, hs=())
    assert matches({})
    assert matches({"mode": "", "port": None})


def test_values_are_compared_whole_whatever_their_case():
    assert matches({"mode": " Sea "}, mode="SEA")
    assert not matches({"mode": "se"}, mode="sea")
    assert matches({"mode": "air, sea"}, mode="sea")
    assert matches({"mode": "air; sea"}, mode="air")
    assert matches({"mode": "sea"}, mode=("air", "sea"))
    assert not matches({"mode": "sea", "port": "X"}, mode="sea", port="Y")


@pytest.mark.parametrize(
    ("condition", "codes", "expected"),
    [
        ("8471", ("84713000",), True),
        ("8471", ("8471.30.00",), True),
        ("8471.30", ("84713000",), True),
        ("8471", ("84723000",), False),
        ("8471", ("94036000", "84713000"), True),  # one item is enough
        ("847130", ("8471",), False),  # the file's code is shorter: not known
        ("8471-847130", ("8471",), False),  # it may end beyond the range
        ("8400-8499", ("84713000",), True),
        ("8400-8499", ("85713000",), False),
        ("84-85", ("85999999",), True),
        ("0101-0106", ("01061200",), True),
        ("8471, 9403", ("94036000",), True),
        ("8471", ("", "rubbish"), False),
        ("chapter 84", ("84713000",), False),
        ("8499-8400", ("84713000",), False),
    ],
)
def test_commodity_codes(condition, codes, expected):
    assert matches({"hs": condition}, hs=codes) is expected


@pytest.mark.parametrize("text", ["", "8", "84x", "8499-8400", "84-", "84,,85"])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(ValueError):
        rating.hs_spans(text)


rules = st.builds(
    lambda key, level, conditions, first: rule(
        key, level=level, conditions=conditions, valid_from=first
    ),
    st.uuids(),
    st.sampled_from(model.LEVELS),
    st.fixed_dictionaries(
        {},
        optional={
            "mode": st.sampled_from(["sea", "air"]),
            "port": st.sampled_from(["P", "Q"]),
            "hs": st.sampled_from(["84", "8471", "8400-8499", "90"]),
        },
    ),
    st.none() | st.sampled_from([date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1)]),
)
FACTS = model.Facts(
    DAY, "EUR", attributes={"mode": "sea", "port": "P", "hs": ("84713000",)}
)


@given(st.lists(rules, max_size=8), st.randoms())
def test_the_order_of_rules_does_not_matter(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert rating.select(found, FACTS) == rating.select(shuffled, FACTS)


@given(st.lists(rules, max_size=8))
def test_no_other_rule_goes_before_the_chosen(found):
    matching = [rule for rule in found if rating.matches(rule, FACTS)]
    chosen = rating.select(found, FACTS).get("C")
    if not matching:
        assert chosen is None
        return
    best = chosen.rules[0] if isinstance(chosen, model.Tie) else chosen

    def rank(rule):
        first = rule.valid_from or date.min
        return -model.LEVELS.index(rule.level), rating.specificity(rule), first

    highest = max(map(rank, matching))
    assert rank(best) == highest
    equal = [rule for rule in matching if rank(rule) == highest]
    assert isinstance(chosen, model.Tie) is (len(equal) > 1)
    if len(equal) > 1:
        assert {rule.key for rule in chosen.rules} == {rule.key for rule in equal}


# === DAYS === #

days = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(days, st.integers(0, 400), st.lists(days, max_size=5))
def test_working_days_are_counted_one_by_one(start, length, holidays):
    stop = start + timedelta(days=length)
    later = (start + timedelta(days=n) for n in range(1, length + 1))
    expected = sum(day.weekday() < 5 and day not in holidays for day in later)
    assert rating.working_days(start, stop, holidays) == expected
    assert rating.working_days(stop, start, holidays) == -expected


def test_a_week_and_another_weekend():
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert rating.working_days(friday, monday) == 1
    assert rating.working_days(friday, monday, [monday]) == 0
    assert rating.working_days(friday, monday, weekend=(4, 5)) == 2
    assert rating.working_days(friday, friday) == 0


def test_clock():
    start = date(2026, 3, 6)
    assert rating.clock(start, date(2026, 3, 16), 2, [date(2026, 3, 9)]) == model.Clock(
        10, 5, D(2)
    )
    assert rating.clock(start, date(2026, 3, 1)).days == -5
