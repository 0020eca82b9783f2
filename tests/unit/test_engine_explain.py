"""Amounts explain themselves."""

import datetime
from decimal import Decimal

import pytest
from pure import engine

explain = engine.explain
DAY = datetime.date(2026, 3, 5)
FOUR = (engine.percent(Decimal(4)),)


@pytest.mark.parametrize(
    ("value", "decimals", "words"),
    [
        ("10789.2", 2, "10 789.20"),
        ("1234567", 0, "1 234 567"),
        ("-1234.5", 2, "-1 234.50"),
        ("0.125", 2, "0.125"),
        ("5.000", 0, "5"),
        ("1E+3", 2, "1 000.00"),
        ("0", 2, "0.00"),
    ],
)
def test_numbers(value, decimals, words):
    assert explain.number_words(Decimal(value), decimals) == words


def explanations(*measures, rounding=None, value="8991.00", claims=()):
    item = engine.DutyItem(1, "8517130000", Decimal(value), "CN", frozenset(claims))
    rounding = rounding or engine.Rounding()
    results = engine.calculate([item], measures, DAY, rounding, "XCD")
    return [result.explanation for result in results]


CID = engine.Measure(
    1,
    "CID",
    "CID",
    (engine.percent(Decimal("20.0")),),
    code_prefix="8517",
    valid_from=datetime.date(2026, 1, 1),
    legal_source="Customs Tariff Act 2026",
)
VAT = engine.Measure(
    2,
    "305",
    "VAT",
    (engine.percent(Decimal("12.50")),),
    sequence=90,
    base=engine.BASE_VALUE_AND_DUTIES,
    in_vat_base=False,
    valid_from=datetime.date(2025, 1, 1),
    valid_to=datetime.date(2026, 12, 31),
)


def test_one_line_of_words():
    assert explanations(CID, VAT) == [
        "20 % × 8 991.00 XCD = 1 798.20 XCD; CID on 8517, any origin; "
        "valid from 2026-01-01; Customs Tariff Act 2026",
        "12.5 % × 10 789.20 XCD = 1 348.65 XCD; "
        "base: customs value 8 991.00 + CID 1 798.20; "
        "305 (tax VAT), any origin; valid 2025-01-01 to 2026-12-31",
    ]


def test_whole_units():
    whole = engine.Rounding("half_up", Decimal(1))
    (line,) = explanations(CID, rounding=whole, value="8991")
    assert line.startswith(
        "20 % × 8 991 XCD = 1 798 XCD; rounded half up to 1 from 1 798.2; "
    )


def test_origin_and_claim():
    preference = engine.Measure(
        3, "142", "A00", FOUR, origin="CN", claims=frozenset({"300"})
    )
    (line,) = explanations(preference, claims=["300"])
    assert "142 (tax A00), origin CN, preference 300 claimed; no date limit" in line


def test_end_of_validity():
    ending = engine.Measure(4, "X", "X", FOUR, valid_to=DAY)
    assert explanations(ending)[0].endswith("valid until 2026-03-05")


def test_long_figures():
    third = engine.rounding.EXACT.divide(Decimal(10) ** 25, Decimal(3))
    assert explain.short_words(third).endswith("3 333 333.333333")
    assert explain.short_words(Decimal("1.50")) == "1.5"
