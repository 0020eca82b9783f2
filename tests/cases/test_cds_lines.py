"""Tax lines that the customs of the United Kingdom calculated, calculated by us."""

import csv
import datetime
from decimal import Decimal

import pytest
from pure import cases_dir, engine

FILE = cases_dir() / "data" / "uk_cds_dmstax" / "dmstax_lines.csv"
DAY = datetime.date(2024, 1, 1)
PENNIES_CUT = engine.Rounding("down")

#: Lines that agree, known best of this data, and what explains the others.
KNOWN_SHARE = Decimal("0.97")


def rows():
    if not FILE.exists():
        pytest.skip(f"{FILE} does not exist")
    with FILE.open(newline="") as file:
        return [
            row
            for row in csv.DictReader(file)
            if row["advalorem_base"] and row["rate"] and row["assessed"]
        ]


def calculate(row):
    """Return our result for a line: base, rate and relief are those of the line."""
    tax = row["tax_type"]
    item = engine.DutyItem(
        "line",
        "",
        Decimal(row["advalorem_base"]),
        reliefs={tax: Decimal(row["deduct"] or 0)},
    )
    rate = (engine.percent(Decimal(row["rate"])),)
    measures = [engine.Measure(1, tax, tax, rate)]
    (result,) = engine.calculate([item], measures, DAY, PENNIES_CUT, "GBP")
    return result


def reason(row, result):
    """Return in words why a line cannot agree, "" where nothing explains it."""
    assessed = Decimal(row["assessed"])
    if not assessed and not Decimal(row["deduct"] or 0):
        return "relieved in full without a deduction, by its procedure code"
    # the rate is printed to two decimals, the amount was made with the full one
    implied = assessed / result.base * 100
    if abs(implied - Decimal(row["rate"])) < Decimal("0.005"):
        return f"rate printed as {row['rate']}, amount made with {implied.normalize()}"
    return ""


def test_lines_are_those_of_the_authority():
    total, agreed, explained, unexplained = 0, 0, [], []
    for row in rows():
        total += 1
        result = calculate(row)
        assert not result.problem, result.explanation
        if result.payable == Decimal(row["assessed"]):
            agreed += 1
            continue
        place = f"{row['scenario']}/{row['file']} item {row['item']} {row['tax_type']}"
        why = reason(row, result)
        words = f"{place}: {result.explanation}, assessed {row['assessed']}: {why}"
        (explained if why else unexplained).append(words)
    assert total > 100
    assert unexplained == []
    assert len(explained) <= 4, "\n".join(explained)
    assert agreed / Decimal(total) >= KNOWN_SHARE, "\n".join(explained)


def test_half_up_would_not_agree():
    """The rounding is proved by lines that another one gets wrong."""
    wrong = [
        row
        for row in rows()
        if calculate(row).payable == Decimal(row["assessed"])
        and engine.Rounding().apply(calculate(row).net_exact)
        != Decimal(row["assessed"])
    ]
    assert wrong


def test_vat_is_on_value_and_duty_of_the_same_item():
    """Where an item has A00 and B00, the base of B00 contains the A00."""
    by_item = {}
    for row in rows():
        key = row["scenario"], row["file"], row["item"], row["advalorem_base"]
        by_item[(*key[:3], row["tax_type"])] = row
    pairs = 0
    for (scenario, file, item, tax), duty in by_item.items():
        vat = by_item.get((scenario, file, item, "B00"))
        base = Decimal(duty["advalorem_base"])
        if tax != "A00" or vat is None or not Decimal(duty["assessed"]):
            continue
        goods = engine.DutyItem("item", "", base)
        a00 = engine.Measure(1, "A00", "A00", (engine.percent(Decimal(duty["rate"])),))
        b00 = engine.Measure(
            2,
            "B00",
            "B00",
            (engine.percent(Decimal(vat["rate"])),),
            sequence=90,
            base=engine.BASE_VALUE_AND_DUTIES,
        )
        found = engine.calculate([goods], [a00, b00], DAY, PENNIES_CUT, "GBP")
        ours = {result.tax_code: result for result in found}
        if ours["B00"].base == Decimal(vat["advalorem_base"]):
            assert ours["B00"].payable == Decimal(vat["assessed"])
            pairs += 1
    assert pairs >= 20
