"""Formulas of fees, said again in another language."""

import json
from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

explain = load("engine.explain")
model = load("engine.rating_model")
phrase = load("engine.phrase")
rating = load("engine.rating")

FACTS = model.Facts(
    date(2026, 3, 2),
    "EUR",
    quantities={"line": D(9), "entry": D(12), "kg": D("1200.5"), "page": D(1)},
    amounts={"outlay": D("10789.20"), "saving": D(400)},
    sizes={"20": D(1), "40HC": D(2)},
    minutes={"C": D(50)},
    costs={"C": D(100)},
    clocks={
        "outlay": (model.Clock(40, 28),),
        "demurrage": (model.Clock(9, 7, D(2)), model.Clock(3, 1)),
        "storage": (model.Clock(4, 2),),
    },
    rates={"USD": D("1.1")},
)
BANDS = ((D(3), D(10)), (None, D(5)))
PARTS = (
    model.FeeRule("p", "C", "FLAT", {"amount": D(5)}),
    model.FeeRule("q", "C", "PER_UNIT", {"unit": "page", "rate": D(8)}),
)
KINDS = {
    "FLAT": {"amount": D(85)},
    "PER_UNIT": {"unit": "line", "rate": D("2.5")},
    "INCLUDED_THEN": {
        "unit": "line",
        "included": D(3),
        "rate": D(5),
        "base": D(1250),
        "minimum_extra": D(100),
    },
    "PCT_GREATER": {"basis": "outlay", "percent": D("2.75")},
    "FIXED_PLUS_PCT": {"basis": "outlay", "fixed": D(10), "percent": D(1)},
    "BAND_FLAT": {"basis": "line", "bands": BANDS},
    "BAND_PROGRESSIVE_PCT": {"basis": "outlay", "bands": BANDS},
    "PER_DAY_TIERED": {
        "clock": "demurrage",
        "unit": "container",
        "free_days": D(2),
        "bands": BANDS,
    },
    "STORAGE_SUM": {"clock": "storage", "per_day": D(4), "per_kg_day": D("0.01")},
    "STORAGE_GREATER": {"clock": "storage", "per_day": D(4), "per_kg_day": D("0.01")},
    "PER_CONTAINER_SIZE": {"sizes": {"20": D(100), "40HC": D(180)}},
    "MAX_OF": {"rules": PARTS},
    "HOURLY": {"rate": D(60), "step": D(15), "multiplier": D("1.5")},
    "INTEREST_ON_OUTLAY": {"basis": "outlay", "annual_rate": D(9), "free_days": D(5)},
    "PCT_OF_SAVING": {"percent": D(30)},
    "COST_PLUS": {"percent": D(10), "minimum_margin": D(25)},
    "PASS_THROUGH": {},
    "PERIOD_FLAT": {"fee": D(120), "included": D(10), "extra": D(4)},
    "SURCHARGE_PCT": {"percent": D(10)},
}


def marked(text):
    """Translate into a language that adds a sign."""
    return f"{text}°"


def rate(kind, currency="EUR", translate=None):
    others = [
        rating.rate(model.FeeRule(code, code, "FLAT", {"amount": D(50)}), FACTS)
        for code in "AB"
    ]
    fee = model.FeeRule(
        "r", "C", kind, KINDS[kind], currency=currency, maximum=D(10**6)
    )
    if kind == "PASS_THROUGH":
        fee = model.FeeRule("r", "C", kind, {})
    return rating.rate(fee, FACTS, others, translate)


def test_every_kind_of_price_is_tried():
    assert set(KINDS) == set(model.RULE_TYPES)


@pytest.mark.parametrize("currency", ["EUR", "USD"])
@pytest.mark.parametrize("kind", KINDS)
def test_said_again(kind, currency):
    """Kept as JSON and said in another language, as if rated in it."""
    here, there = rate(kind, currency), rate(kind, currency, marked)
    assert here.problem == ""
    assert here.formula != there.formula
    kept = json.loads(json.dumps(here.formula.terms))
    assert kept == there.formula.terms
    assert rating.formula_words(kept) == here.formula
    assert rating.formula_words(kept, marked) == there.formula


@pytest.mark.parametrize("kind", KINDS)
def test_all_figures_are_local(kind):
    def german(text):
        return explain.local_figures(text, ",", ".")

    formula = rate(kind).formula
    said = rating.formula_words(formula.terms, figure=german)
    assert said == german(formula)
    assert sorted(filter(str.isdigit, said)) == sorted(filter(str.isdigit, formula))


def test_phrases_in_phrases():
    inner = phrase.Phrase("7 lines", ["line.many", {"count": "7"}])
    joined = phrase.join((inner, "2.50"), " + ")
    assert joined == "7 lines + 2.50"
    assert joined.terms == ["join", " + ", [["line.many", {"count": "7"}], "2.50"]]
    assert phrase.terms_of("plain") == "plain"


@given(st.decimals(0, 10**9, places=2))
def test_local_figures_lose_nothing(value):
    text = explain.number_words(value, 2)
    local = explain.local_figures(f"{text} EUR", ",", ".")
    figure = local.removesuffix(" EUR").replace(".", "").replace(",", ".")
    assert D(figure) == value


@pytest.mark.parametrize("name", ["40HC", "A 1 of 12", "2026/0012"])
def test_names_with_digits_stay(name):
    assert explain.local_figures(name, ",", ".") == name
