"""Duty lines per second of the engine alone, without Odoo and without a database.

    python benchmarks/engine.py [--items 999] [--measures 60000] [--repeat 3]

Every item has six taxes: a duty with a percentage and an amount per 100 kg, a
preference besides it that is not claimed, an excise per litre, a levy on the duty, a
fee, an anti-dumping duty of one country, and VAT on all of them.  The other measures of
the tariff stand on other codes, so that finding the six among them is part of the work.
"""

import argparse
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from pure import engine  # noqa: E402  the path is set just above

DAY = date(2026, 3, 5)
RATES = {"EUR": engine.CustomsRate("EUR", Decimal("1.17"))}
#: Taxes of an item, preferences and other alternatives that are not chosen apart
PER_ITEM = 6


def code_of(number):
    """Return the commodity code of an item, different for every one."""
    return f"85{number:08d}"


def measures_of(number):
    """Return the seven measures on the code of one item, six of which apply."""
    prefix = code_of(number)
    percent = engine.Component("percent", rate=Decimal("12.8"))
    specific = engine.Component(
        "specific",
        amount=Decimal("176.8"),
        currency="EUR",
        per=Decimal(100),
        unit="kg",
    )
    excise = engine.Component("specific", amount=Decimal("0.35"), unit="l")

    def measure(type_code, sequence, components, **facts):
        return engine.Measure(
            f"{prefix}-{type_code}",
            type_code,
            facts.pop("tax_code", type_code),
            components,
            code_prefix=prefix,
            sequence=sequence,
            valid_from=date(2020, 1, 1),
            **facts,
        )

    duty = {"selection": "alternative", "group": "duty", "tax_code": "A00"}
    return [
        measure("103", 10, (percent, specific), **duty),
        measure("142", 10, (), claims=frozenset({"300"}), origin="JP", **duty),
        measure("552", 20, (_percent("25"),), origin="CN", tax_code="A30"),
        measure("EXC", 30, (excise,)),
        measure("LEV", 40, (_percent("7"),), base=(engine.BaseTerm("amount", "103"),)),
        measure("FEE", 50, (_percent("0.3464"),), minimum=Decimal("2.50")),
        measure(
            "305",
            90,
            (_percent("20"),),
            base=engine.BASE_VALUE_AND_DUTIES,
            in_vat_base=False,
            tax_code="B00",
        ),
    ]


def _percent(rate):
    return engine.Component("percent", rate=Decimal(rate))


def item_of(number):
    return engine.DutyItem(
        number,
        code_of(number),
        Decimal(1000 + number),
        origin="CN",
        quantities={"kg": Decimal(100 + number), "l": Decimal(10)},
    )


def seconds(function, repeat):
    """Return the shortest of some runs, and the last result."""
    shortest = None
    for _run in range(repeat):
        start = time.perf_counter()
        result = function()
        spent = time.perf_counter() - start
        shortest = spent if shortest is None else min(shortest, spent)
    return shortest, result


def run(items, measures, repeat):
    """Print seconds and lines per second for one size of tariff."""
    tariff = []
    for number in range(max(items, measures // 7)):
        tariff += measures_of(number)
    goods = [item_of(number) for number in range(items)]
    rounding = engine.Rounding("half_up", Decimal("0.01"))
    indexing, index = seconds(lambda: engine.MeasureIndex(tariff, DAY), repeat)
    spent, calculation = seconds(
        lambda: engine.calculate(goods, index, DAY, rounding, "USD", RATES), repeat
    )
    assert len(calculation) == PER_ITEM * items and not calculation.problems
    print(
        f"{items:6d} items  {len(tariff):6d} measures  {len(calculation):6d} lines  "
        f"index {indexing:6.3f} s  calculate {spent:6.3f} s  "
        f"{len(calculation) / spent:8.0f} lines/s"
    )
    return spent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=999)
    parser.add_argument("--measures", type=int, default=60000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    few = run(max(1, options.items // 9), options.measures, options.repeat)
    small = run(options.items, 7 * options.items, options.repeat)
    large = run(options.items, options.measures, options.repeat)
    print(f"items × 9: {large / few:.1f} times as long")
    print(f"measures × {options.measures / 7 / options.items:.1f}: ", end="")
    print(f"{large / small:.2f} times as long")


if __name__ == "__main__":
    main()
