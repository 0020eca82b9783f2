"""Rates of several components: at least and at most, quantities, currencies."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import engine, load
from tariffs import D, calculate, fixed, goods, measure, only, percent, specific

evaluate = load("engine.evaluate")
TEN_TONNES = {"kg": 10000}


def amount(item, *components, **options):
    return only(item, measure("DUTY", *components), **options).amount


def test_the_list_is_split_at_its_last_conjunction():
    rate = [
        percent("13.8"),
        specific(13, operator="MIN", per=100),
        specific(15, operator="MAX", per=100),
        specific(7, operator="-", per=100),
    ]
    assert amount(goods(1200, quantities=TEN_TONNES), *rate) == 800


@pytest.mark.parametrize(
    ("value", "expected"), [(1000, 50), (100000, 2000), (10000, 500)]
)
def test_at_least_and_at_most(value, expected):
    rate = [percent(5), fixed(50, "MIN"), fixed(2000, "MAX")]
    assert amount(goods(value), *rate) == expected


def test_a_cap_is_the_sum_that_follows():
    rate = [percent(9), specific(50, per=100), percent(20, "MAX"), fixed(10)]
    assert amount(goods(1000, quantities={"kg": 1000}), *rate) == 210


def test_a_list_that_begins_with_a_conjunction_is_a_sum():
    assert amount(goods(1000), percent(5, "MAX")) == 50


def test_words_of_a_compound_rate():
    item = goods(5000, quantities={"kg": 1000})
    duty = measure("A00", "12.8", specific("176.80", per=100), legal_source="CN 2019")
    result = only(item, duty, currency="EUR")
    assert result.amount == 2408
    assert result.quantity == "1 000 kg"
    assert result.rate_text == "12.8 % + 176.80 EUR/100 kg"
    assert result.explanation == (
        "12.8 % × 5 000.00 EUR + 176.80 EUR/100 kg × 1 000 kg = 2 408.00 EUR; "
        "A00, any origin; no date limit; CN 2019"
    )


def test_words_of_at_least_and_at_most_and_of_a_free_rate():
    rate = [percent(5), fixed(50, "MIN"), fixed(7, "-")]
    words = only(goods(), measure("DUTY", *rate)).explanation
    assert words.startswith("5 % × 1 000.00 GBP MIN 50.00 GBP − 7.00 GBP = 50.00 GBP")
    free = only(goods(), measure("DUTY"))
    assert (free.amount, free.rate_text) == (0, "free")
    assert free.explanation.startswith("free × 1 000.00 GBP = 0.00 GBP")


# === Quantities ===#


def test_units_are_converted():
    rate = specific(10, per=100)
    assert amount(goods(quantities={"t": 2}), rate) == 200
    assert amount(goods(quantities={"kg": 2000}), specific(10, "t")) == 20


def test_content_is_not_the_goods():
    lead = specific("0.017", content="lead")
    item = goods(quantities={"kg": 20000, "kg:lead": 1500})
    assert amount(item, lead) == D("25.50")
    result = only(goods(quantities={"kg": 20000}), measure("DUTY", lead))
    assert (result.amount, result.problem) == (None, "no_quantity")
    assert "net mass in kg of lead content, which is not stated" in result.problem_words


@pytest.mark.parametrize(
    ("component", "words"),
    [
        (specific(1), "net mass in kg"),
        (specific(1, weight_basis="gross"), "gross mass in kg"),
        (specific(1, weight_basis="drained"), "drained mass in kg"),
        (specific(1, "hl"), "quantity in hl"),
        (specific(1, "pcs"), "number of pieces in pcs"),
        (specific(1, times=("asv",)), "asv"),
    ],
)
def test_the_missing_quantity_is_named(component, words):
    quantities = {"kg": 5} if component.times else {}
    result = only(goods(quantities=quantities), measure("DUTY", component))
    assert (result.problem, result.amount) == ("no_quantity", None)
    assert f"charged on the {words}, which is not stated" in result.explanation


def test_figures_that_multiply():
    spirits = specific("0.50", "l", per=100, times=("asv",))
    result = only(goods(quantities={"l": 45, "asv": 40}), measure("EXC", spirits))
    assert result.amount == 9
    assert "0.50 GBP/100 l/asv × 45 l × 40 asv" in result.explanation


def test_sliding_rate():
    degrees = ("degrees_under_100",)
    rate = [
        specific("0.036606"),
        specific("0.00020668", operator="-", times=degrees),
        specific("0.03143854", operator="MIN"),
    ]
    quantities = {"kg": 10000, "degrees_under_100": 4}
    assert amount(goods(quantities=quantities), *rate) == D("357.79")
    quantities["degrees_under_100"] = 60
    assert amount(goods(quantities=quantities), *rate) == D("314.39")


# === Other values, other currencies ===#


def test_a_value_that_replaces_the_base():
    rate = [percent("16.5", on="retail price")]
    assert amount(goods(values={"retail price": 1000}), *rate) == 165
    result = only(goods(), measure("EXC", *rate))
    assert (result.amount, result.problem) == (None, "no_base")
    assert "retail price" in result.problem_words


def test_foreign_currency():
    rate = specific("35.10", per=100, currency="EUR")
    rates = {"EUR": engine.CustomsRate("EUR", D("0.8571"))}
    result = only(goods(quantities=TEN_TONNES), measure("DUTY", rate), rates=rates)
    assert result.amount == D("3008.42")
    assert "35.10 EUR/100 kg × 10 000 kg × 0.8571 GBP/EUR" in result.explanation
    inverse = {"EUR": engine.CustomsRate("EUR", D("1.25"), "inverse", True)}
    result = only(goods(), measure("DUTY", fixed(10, currency="EUR")), rates=inverse)
    assert result.amount == 8
    assert "÷ 1.25 EUR/GBP (not the authority's rate)" in result.explanation


def test_a_missing_rate_of_exchange_is_a_problem():
    calculation = calculate(goods(), measure("DUTY", fixed(10, currency="EUR")))
    (problem,) = calculation.problems
    assert problem.code == "no_exchange_rate" and "EUR" in problem.words
    assert calculation.total_payable is None


# === Bad input ===#


@pytest.mark.parametrize(
    ("item", "component", "code", "words"),
    [
        (goods(-5), percent(5), "negative", "customs value of the item is negative"),
        (goods("NaN"), percent(5), "not_a_number", "customs value"),
        (goods(quantities={"kg": -1}), specific(5), "negative", "net mass in kg"),
        (
            goods(values={"retail": -1}),
            percent(5, on="retail"),
            "negative",
            "retail of the item is negative",
        ),
        (
            goods(quantities={"kg": 1, "asv": -4}),
            specific(5, times=("asv",)),
            "negative",
            "asv",
        ),
    ],
)
def test_negative_figures_are_no_amounts(item, component, code, words):
    result = only(item, measure("DUTY", component))
    assert (result.amount, result.payable, result.problem) == (None, None, code)
    assert words in result.problem_words and words in result.explanation


def test_a_percentage_of_nothing_is_not_zero():
    result = only(goods(), measure("DUTY", 5, base=()))
    assert (result.amount, result.problem) == (None, "bad_measure")
    assert only(goods(), measure("DUTY", fixed(5), base=())).amount == 5


def test_a_duty_is_never_below_zero():
    result = only(goods(100), measure("DUTY", percent(5), fixed(8, "-")))
    assert result.amount == 0
    assert "not below zero (-3.00 GBP)" in result.explanation


# === Laws ===#

signed = st.lists(
    st.tuples(
        st.sampled_from(["+", "-", "MIN", "MAX"]),
        st.decimals(min_value=0, max_value=10**6, places=2),
    ),
    min_size=1,
    max_size=8,
)
figures = st.decimals(min_value=0, max_value=10**6, places=2)


@given(signed, figures)
def test_min_never_lowers_and_max_never_raises(parts, limit):
    without = evaluate.combine(parts)
    assert evaluate.combine([*parts, ("MIN", limit)]) == max(without, limit)
    assert evaluate.combine([*parts, ("MAX", limit)]) == min(without, limit)


@given(st.lists(st.tuples(st.sampled_from("+-"), figures), min_size=1, max_size=8))
def test_without_a_conjunction_it_is_a_sum(parts):
    expected = sum(n if sign == "+" else -n for sign, n in parts)
    assert evaluate.combine(parts) == expected


@given(figures, figures, st.integers(1, 50), st.decimals(0, 50, places=3))
def test_doubling_value_and_quantity_doubles_the_duty(value, mass, per, rate):
    duty = measure("DUTY", percent(rate), specific("1.25", per=per))
    one = only(goods(value, quantities={"kg": mass}), duty).exact
    two = only(goods(2 * value, quantities={"kg": 2 * mass}), duty).exact
    assert abs(two - 2 * one) < Decimal("1e-15")
