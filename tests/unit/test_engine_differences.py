"""The likely cause of a difference from the authority's figure."""

import pytest
from pure import engine
from tariffs import D

OURS = {
    "amount": D(100),
    "base": D(1000),
    "rate": D(10),
    "quantity": D(50),
    "exchange_rate": D("1.2"),
    "origin": "CN",
}


def cause(ours=None, **theirs):
    one = engine.Figures(**{**OURS, **(ours or {})})
    other = engine.Figures(**{**OURS, **theirs})
    return engine.cause_of_difference(one, other, "EUR")


@pytest.mark.parametrize(
    ("theirs", "code", "words"),
    [
        ({}, "none", "the same"),
        ({"amount": D(120), "rate": D(12)}, "rate", "assessed at 12 %, we expect 10 %"),
        ({"amount": D(110), "base": D(1100)}, "value", "100.00 EUR (10 %)"),
        (
            {"amount": D(110), "base": D(1100), "exchange_rate": D("1.32")},
            "exchange_rate",
            "1.32, we took 1.2",
        ),
        (
            {"amount": D(120), "rate": D(12), "origin": "JP"},
            "origin",
            "origin JP, we declared CN",
        ),
        ({"amount": D(200), "quantity": D(100)}, "quantity", "on 100, we on 50"),
        ({"amount": D("100.01")}, "rounding", "0.01 EUR"),
        ({"amount": D("100.02")}, "unknown", "base, rate and origin do not tell why"),
        (
            {"amount": D(120), "exchange_rate": D(9)},
            "unknown",
            "assessed 120.00 EUR, expected 100.00 EUR: 20.00 EUR",
        ),
    ],
)
def test_causes(theirs, code, words):
    found = cause(**theirs)
    assert found.code == code
    assert words in found.words


def test_rates_as_text():
    ours = {"rate": None, "rate_text": "10 % + 5 EUR/kg"}
    assert cause(ours, amount=D(5), rate=None, rate_text="10%+5 EUR/kg").code == (
        "unknown"
    )
    found = cause(ours, amount=D(5), rate=None, rate_text="8 %")
    assert found.code == "rate" and "“8 %”" in found.words
    plain = {"rate": None, "rate_text": "10.0 %"}
    assert cause(plain, amount=D(5), rate=D(10)).code == "unknown"
    assert cause(plain, amount=D(5), rate=D(9)).code == "rate"


def test_taxes_of_one_side_only():
    figures = engine.Figures(amount=D(5))
    compare = engine.cause_of_difference
    assert compare(None, figures).code == "extra_measure"
    assert compare(figures, None).code == "missing_measure"
    assert compare(figures, engine.Figures()).code == "missing_measure"
    assert compare(None, None).code == "none"
    assert compare(engine.Figures(amount=D(0)), None).code == "none"
    unknown = compare(engine.Figures(), figures)
    assert unknown.code == "unknown" and "our own amount" in unknown.words


def test_unknown_figures_accuse_nobody():
    assert cause(amount=D(110), base=None, rate=None, quantity=None).code == "unknown"
    found = cause(amount=D(150), base=D(1000), rate=None)
    assert "on their base that is 15 %" in found.words


def test_the_unit_of_rounding():
    one, other = engine.Figures(amount=D(100)), engine.Figures(amount=D(101))
    assert engine.cause_of_difference(one, other).code == "unknown"
    found = engine.cause_of_difference(one, other, rounding_unit=D(1))
    assert found.code == "rounding"
