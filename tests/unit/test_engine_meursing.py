"""Agricultural components and the code of processed goods."""

import json

import pytest
from pure import cases_dir, engine
from tariffs import D, calculate, goods, measure, only, percent, specific


def placeholder(part, operator="+"):
    return engine.Component("meursing", operator, part=part)


def table(type_code, amount, **facts):
    facts = {"additional_code": "7012", "reduction_indicator": "1", **facts}
    return measure(type_code, specific(amount, per=100), **facts)


RATE = [percent(9), placeholder("EA"), percent("24.2", "MAX"), placeholder("ADSZ")]
DUTY = measure("103", *RATE, reduction_indicator="1")
EA, ADSZ = table("674", 50), table("672", 10)
ITEM = {"additional_codes": ["7012"], "quantities": {"kg": 100}}


def test_parts_come_from_the_table():
    result = only(goods(1000, **ITEM), DUTY, EA, ADSZ)
    assert result.amount == 140
    assert "9 % × 1 000.00 GBP + 50.00 GBP/100 kg × 100 kg MAX" in result.explanation
    assert only(goods(300, **ITEM), DUTY, EA, ADSZ).amount == D("77.00")
    assert only(goods(100, **ITEM), DUTY, EA, ADSZ).amount == D("34.20")


def test_origin_and_reduction_indicator():
    best = table("674", 5, origin="CH", key="CH")
    other = table("674", 7, reduction_indicator="2", key="other")
    for item, amount in ((goods(origin="CH", **ITEM), 95), (goods(**ITEM), 140)):
        assert only(item, DUTY, EA, ADSZ, best, other).amount == amount


@pytest.mark.parametrize("missing", ["674", "672"])
def test_no_amount_in_the_table(missing):
    tables = [one for one in (EA, ADSZ) if one.type_code != missing]
    result = only(goods(**ITEM), DUTY, *tables)
    assert (result.amount, result.problem) == (None, "no_meursing")
    assert "additional code 7012" in result.problem_words


def test_no_additional_code():
    result = only(goods(quantities={"kg": 1}), DUTY, EA, ADSZ)
    assert result.problem == "no_meursing"
    assert "state the additional code (7…)" in result.problem_words


def test_amounts_that_differ_or_could_not_be_read():
    twice = calculate(goods(**ITEM), DUTY, EA, ADSZ, table("674", 51, key="twice"))
    assert [problem.code for problem in twice.problems] == ["tie"]
    unread = measure("674", None, additional_code="7012", reduction_indicator="1")
    assert only(goods(**ITEM), DUTY, unread, ADSZ).problem == "no_rate"


# === Code ===#

TABLE = {
    "key_000": {"milk_fat": "0 - 1.49", "milk_protein": "0 - 2.49"},
    "key_012": {"milk_fat": "0 - 1.49", "milk_protein": "2.5 - 5.99"},
    "7500": {"milk_fat": "1.5 or more"},
}


def code(fat, protein, starch=0, sucrose=0, table=TABLE):
    return engine.meursing_code(
        table,
        milk_fat=D(fat),
        milk_protein=D(protein),
        starch=D(starch),
        sucrose=D(sucrose),
    )


@pytest.mark.parametrize(
    ("fat", "protein", "expected"),
    [
        (0, 0, "7000"),
        ("1.49", "2.5", "7012"),
        ("1.499", "2.499", "7000"),
        ("1.5", 0, "7500"),
        (80, 20, "7500"),
    ],
)
def test_code_by_composition(fat, protein, expected):
    assert code(fat, protein) == expected


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ((-1, 0), "milk fat must be between 0 and 100 %"),
        ((0, "NaN"), "milk protein must be"),
        ((60, 60), "above 100 %"),
        ((0, 7), "no row of the Meursing table for milk fat 0 %, milk protein 7 %"),
    ],
)
def test_impossible_compositions(contents, words):
    with pytest.raises(ValueError, match=words):
        code(*contents)


def test_a_table_that_overlaps_or_cannot_be_read():
    with pytest.raises(ValueError, match="7000 and 7001 of the Meursing table"):
        code(0, 0, table={"0": {"starch": "0 - 5"}, "1": {"starch": "0 - 9"}})
    with pytest.raises(ValueError, match="range “some” of the Meursing table"):
        code(0, 0, table={"0": {"starch": "some"}})


def test_published_table():
    path = cases_dir() / "data" / "meursing" / "meursing_codes.json"
    if not path.exists():
        pytest.skip(f"{path} does not exist")
    published = json.loads(path.read_text())
    assert code(0, 0, 0, 0, published) == "7000"
    assert code(0, 0, 0, 5, published) == "7001"
    assert code("1.49", "2.49", "24.99", "4.99", published) == "7005"
    assert len(published) == 504
    for key, row in published.items():
        texts = [row[name] or "0" for name in engine_contents()]
        lows = [D(text.replace("-", " ").split()[0]) for text in texts]
        if sum(lows) <= 100:
            assert code(*lows, published) == f"7{key[4:]}"


def engine_contents():
    return ("milk_fat", "milk_protein", "starch", "sucrose")
