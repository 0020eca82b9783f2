"""Worked examples through the database: tariff, declaration, calculation.

Every example that calculates anything is written as records by :mod:`worked_records`,
calculated by the declaration, and compared with what the example expects, within its
tolerance, and with the engine on the same example, to the unit of the currency.
"""

import json
import re
from decimal import Decimal

from common import CustomsCase
from pure import cases_dir
from worked import decimal
from worked_records import Records, reasons

FILE = cases_dir() / "cases" / "worked_examples.json"
OWN = {
    "id": "own",
    "jurisdiction": "XX",
    "currency": "XCD",
    "fx": {"USD": "2.7"},
    "lines": [
        {"values": {"CV": "1000", "FEE": "12.5"}, "qty": {"kg": "40", "pcs": "3"}},
        {"values": {"CV": "500", "FEE": "0"}, "qty": {"kg": "10", "pcs": "1"}},
    ],
    "measures": [
        {
            "code": "CID",
            "seq": 10,
            "base": ["CV", {"term": "FEE", "factor": "2"}],
            "components": [
                {"op": "+", "type": "pct", "rate": "5"},
                {"op": "+", "type": "spec", "amount": "0.1", "uom": "pcs"}
                | {"per": "1", "currency": "USD"},
            ],
        },
        {
            "code": "FEE1",
            "seq": 20,
            "scope": "entry",
            "base": ["CV"],
            "components": [{"op": "+", "type": "pct", "rate": "1"}],
            "min": "20",
        },
    ],
    # 5 % of 1 025 and 0.27 a piece; at least 20 for all of the declaration
    "expected": {
        "lines": [{"CID": "52.06", "B:CID": "1025"}, {"CID": "25.27"}],
        "totals": {"FEE1": "20", "CID": "77.33", "TOTAL": "97.33"},
    },
}
#: Figures of an explanation: thousands are parted by blanks
NUMBER = re.compile(r"\d{1,3}(?: \d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


def examples():
    if not FILE.exists():
        return []
    return json.loads(FILE.read_text(encoding="utf-8"))["examples"]


def differences(records):
    """Return in words all that differs from what the example expects."""
    expected = records.case["expected"]
    pairs = [
        (f"line {number + 1} {name}", records.of_line(number, name), figure)
        for number, line in enumerate(expected.get("lines", ()))
        for name, figure in line.items()
    ]
    pairs += [
        (f"total {name}", records.in_all(name), figure)
        for name, figure in expected.get("totals", {}).items()
    ]
    return [
        f"{what}: {found}, expected {figure}"
        for what, found, figure in pairs
        if found is None or abs(found - decimal(figure)) > records.example.tolerance
    ]


class TestWorkedDatabase(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = [case for case in examples() if not reasons(case)]
        cls.recorded = [
            Records(cls.env, case, number, cls.authority)
            for number, case in enumerate(cls.cases)
        ]

    def setUp(self):
        super().setUp()
        self.own = Records(self.env, OWN, "OWN", self.authority)

    def all_records(self):
        return [self.own, *self.recorded]

    def need_examples(self):
        if not self.recorded:
            self.skipTest(f"{FILE} does not exist")

    # === WHAT IS EXPECTED === #

    def test_declarations_give_what_the_examples_expect(self):
        for records in self.all_records():
            with self.subTest(records.case["id"]):
                self.assertEqual(differences(records), [])
                lines = records.declaration.duty_line_ids
                self.assertTrue(all(lines.mapped("is_calculated")))
                self.assertFalse(records.declaration.calculation_ids.problem_count)

    def test_a_wrong_figure_is_seen(self):
        self.own.case = {
            **OWN,
            "expected": {"lines": [{"CID": "52.07", "XYZ": "1"}], "totals": {"B": "1"}},
        }
        self.assertEqual(
            differences(self.own),
            [
                "line 1 CID: 52.06, expected 52.07",
                "line 1 XYZ: None, expected 1",
                "total B: None, expected 1",
            ],
        )

    def test_examples_come_from_ten_territories_at_least(self):
        self.need_examples()
        territories = {case["jurisdiction"] for case in self.cases}
        self.assertGreaterEqual(len(territories), 10)

    def test_all_that_calculates_is_recorded(self):
        """What is left out has no measures, or figures no field can hold."""
        self.need_examples()
        left = [case for case in examples() if reasons(case)]
        self.assertEqual(len(left) + len(self.cases), len(examples()))
        for case in left:
            with self.subTest(case["id"], reasons=reasons(case)):
                self.assertFalse(case.get("measures"))
        fine = dict(OWN["lines"][0], qty={"kg": "0.0000001", "pcs": "1"})
        self.assertEqual(
            reasons({**OWN, "lines": [fine]}),
            ["a value or quantity has more than 6 decimals"],
        )
        twice = [*OWN["measures"], OWN["measures"][0]]
        (reason,) = reasons({**OWN, "measures": twice})
        self.assertIn("two measures of one type", reason)

    # === THE ENGINE === #

    def test_declarations_are_equal_to_the_engine(self):
        for records in self.all_records():
            with self.subTest(records.case["id"]):
                found, expected = self._of_database(records), self._of_engine(records)
                self.assertEqual(found, expected)

    def _of_database(self, records):
        numbers = {line.id: number for number, line in enumerate(records.lines)}
        return {
            (numbers.get(line.line_id.id), line.tax_code_id.code): (
                self._cents(records, line.base_calculated),
                self._cents(records, line.amount_calculated),
                self._cents(records, line.payable_calculated),
                line.status_calculated,
            )
            for line in records.tax_lines()
        }

    def _of_engine(self, records):
        calculation = records.example.calculation
        results = [r for r in calculation if r.measure.scope == "line"]
        return {
            (result.item_key, result.tax_code): (
                self._cents(records, result.base),
                self._cents(records, result.amount),
                self._cents(records, result.payable),
                result.status,
            )
            for result in (*results, *calculation.entry_results)
        }

    def _cents(self, records, figure):
        """Return a figure as the currency of the tariff writes it."""
        return f"{records.currency.round(float(figure)):.2f}"

    def test_a_unit_that_weighs_a_content_is_not_the_mass_of_the_goods(self):
        line = self.own.lines[0]
        line.write({"supplementary_unit": "Pb kg", "net_mass": 0})
        self.assertEqual(line._get_engine_quantities(), {"kg:lead": 3})
        line.write({"net_mass": 40})
        self.assertEqual(line._get_engine_quantities(), {"kg": 40, "kg:lead": 3})

    # === WORDS === #

    def test_every_duty_line_explains_itself(self):
        """Base, rate and amount are in the words, with the measure they rest on."""
        for records in self.all_records():
            calculation = records.example.calculation
            by_key = {
                (result.item_key, result.tax_code): result
                for result in (*calculation, *calculation.entry_results)
            }
            numbers = {line.id: number for number, line in enumerate(records.lines)}
            for line in records.tax_lines():
                key = numbers.get(line.line_id.id), line.tax_code_id.code
                with self.subTest(records.case["id"], key=key):
                    self.assert_explained(line, by_key[key])

    def assert_explained(self, line, result):
        explanation = line.explanation.replace("\N{NO-BREAK SPACE}", " ")
        formula = explanation.partition(";")[0]
        self.assertIn(" = ", formula)
        self.assertIn(line.tax_code_id.code, explanation)
        self.assertIn("valid from 2020-01-01", explanation)
        numbers = [Decimal(n.replace(" ", "")) for n in NUMBER.findall(explanation)]
        self.assert_named(result.amount, numbers, line)
        if "%" in (line.rate_calculated or "") or result.measure.tiers:
            self.assert_named(result.base, numbers, line)
        for figure in NUMBER.findall(line.rate_calculated):
            self.assertIn(Decimal(figure.replace(" ", "")), numbers)

    def assert_named(self, figure, numbers, line):
        """Assert that a figure is among numbers, as its rounding writes it."""
        tariff = line.declaration_id.tariff_id
        rounding = line.measure_id._read_rounding() or tariff._read_rounding()
        half = Decimal("0.5") * Decimal(10) ** -rounding.decimals
        close = [number for number in numbers if abs(number - figure) <= half]
        self.assertTrue(close, f"{figure} is not in: {line.explanation}")

    # === YEARS LATER === #

    def test_calculations_can_be_repeated_whatever_becomes_of_the_tariff(self):
        for records in self.all_records():
            with self.subTest(records.case["id"]):
                calculation = records.declaration.calculation_ids
                stored = calculation.results
                self.assertTrue(stored)
                self.assertEqual(calculation._repeat(), stored)
                self._change_tariff(records)
                self.assertEqual(calculation._repeat(), stored)
                self.assertEqual(calculation.results, stored)

    def test_a_new_calculation_leaves_the_old_one(self):
        for records in self.all_records():
            with self.subTest(records.case["id"]):
                old = records.declaration.calculation_ids
                stored = old.results
                self._change_tariff(records)
                records.declaration.action_calculate()
                self.env.invalidate_all()
                new = records.declaration.calculation_ids - old
                self.assertEqual(len(new), 1)
                self.assertFalse(new.results)
                self.assertTrue(new.action_repeat())  # nothing is nothing again
                self.assertEqual(old.results, stored)
                self.assertEqual(old._repeat(), stored)

    def _change_tariff(self, records):
        """Change the rates, then end what the tariff of an example consists of."""
        for measure in records.measures:
            measure.rate_text = "99 %"
        records.measures.write({"active": False, "date_to": "2020-12-31"})
        types = self.env["customs.measure.type"].browse(
            [kind.id for kind in records.types.values()]
        )
        types.base_line_ids.unlink()
        types.active = False
        self.env["customs.exchange.rate"].search(
            [("tariff_id", "=", records.tariff.id)]
        ).rate = 77
        records.tariff.write({"rounding_mode": "up", "rounding_unit": 10})
        self.env.flush_all()
        self.env.invalidate_all()
