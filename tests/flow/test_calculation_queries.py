"""Calculating a declaration reads the same number of times, however many items.

Writing grows as Odoo writes: a query for 100 new rows, another for 100 changed ones.
"""

from common import CustomsCase

from odoo.fields import Command

FEW, MANY = 3, 120
#: More items than this have over 1 000 measures, duty lines, shares and details
WIDE = 180
#: Cascade of six taxes: type and tax code, sequence, base
TAXES = (
    ("Q1", 10, "customs_value"),
    ("Q2", 20, "customs_value"),
    ("Q3", 30, "customs_value"),
    ("Q4", 40, "customs_value"),
    ("Q5", 50, "customs_value"),
    ("Q6", 90, "customs_value_and_duties"),
)
ROWS_AT_ONCE = 100  # of Odoo's INSERT and UPDATE
MOST = 45  # queries of anything that only reads


class TestCalculationQueries(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur = cls.env.ref("base.EUR")
        cls.wide_tariff = cls.env["customs.tariff"].create(
            {
                "name": "Six taxes",
                "code": "SIX",
                "currency_id": cls.company.currency_id.id,
            }
        )
        cls.env["customs.exchange.rate"].create(
            {
                "tariff_id": cls.wide_tariff.id,
                "currency_id": cls.eur.id,
                "date_from": "2020-01-01",
                "rate": 2,
            }
        )
        cls.wide_office = cls.office.copy(
            {"code": "SIX1", "tariff_id": cls.wide_tariff.id}
        )
        cls._create_six_measures(WIDE)
        cls._create(1)[0].action_calculate()  # what is cached for all that follow

    @classmethod
    def _create_six_measures(cls, codes):
        """Create six measures on each code: 1 %, and 1 EUR per kg in the first tax."""
        charge_code = cls.env.ref("customs_invoicing.charge_code_duty")
        components = [
            Command.create({"kind": "percent", "rate": 1}),
            Command.create(
                {"kind": "specific", "amount": 1, "unit": "kg"}
                | {"currency_id": cls.eur.id}
            ),
        ]
        vals_list = []
        for code, sequence, base in TAXES:
            tax_code = cls.env["customs.tax.code"].create(
                {
                    "code": code,
                    "name": code,
                    "tariff_id": cls.wide_tariff.id,
                    "charge_code_id": charge_code.id,
                }
            )
            kind = cls.env["customs.measure.type"].create(
                {
                    "tariff_id": cls.wide_tariff.id,
                    "code": code,
                    "name": code,
                    "tax_code_id": tax_code.id,
                    "sequence": sequence,
                    "base": base,
                }
            )
            vals_list += [
                {
                    "measure_type_id": kind.id,
                    "code_prefix": cls._code(number),
                    "date_from": "2020-01-01",
                    "component_ids": components[: 2 if code == "Q1" else 1],
                }
                for number in range(codes)
            ]
        cls.env["customs.measure"].create(vals_list)

    @staticmethod
    def _code(number):
        return f"85{number:08d}"

    @classmethod
    def _create(cls, *counts, details=0):
        """Return declarations with so many items, each of 100.00 EUR and 5 kg."""
        return [
            cls.env["customs.declaration"].create(
                {
                    "office_id": cls.wide_office.id,
                    "capacity": "own",
                    "registration_date": "2026-03-05",
                    "invoice_currency_id": cls.eur.id,
                    "incoterm_id": cls.env.ref("account.incoterm_FOB").id,
                    "line_ids": [
                        Command.create(cls._prepare_item_vals(number, details))
                        for number in range(count)
                    ],
                    "valuation_element_ids": [
                        Command.create(
                            {
                                "kind": "freight_external",
                                "amount": 10 * count,
                                "currency_id": cls.eur.id,
                            }
                        )
                    ],
                }
            )
            for count in counts
        ]

    @classmethod
    def _prepare_item_vals(cls, number, details):
        return {
            "number": number + 1,
            "code": cls._code(number),
            "invoice_value": 100,
            "net_mass": 5,
            "detail_ids": [
                Command.create({"name": f"detail {one}", "amount": one + 1})
                for one in range(details)
            ],
        }

    def queries(self, function, *args):
        """Return ``(number of queries, result)`` of a call with an empty cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before, result

    def assert_same(self, function, few, many):
        """Assert that as many queries are made for both; return the two results.

        What Odoo keeps between transactions, rights and defaults, is read first.
        """
        self.queries(function, few)
        expected, one = self.queries(function, few)
        found, other = self.queries(function, many)
        self.assertEqual(found, expected)
        self.assertLess(found, MOST)
        return one, other

    def resolve(self, declaration):
        """Read everything and calculate, without storing anything."""
        context = declaration._prepare_engine_context(
            declaration.tariff_id,
            declaration._get_calculation_date(),
            declaration._get_rate_date(),
            declaration.company_id,
        )
        return declaration._calculate_expectation(context)[1]

    # === READING === #

    def test_resolving_and_computing_take_no_more_queries(self):
        few, many = self._create(FEW, MANY)
        (few + many)._compute_values()
        one, other = self.assert_same(self.resolve, few, many)
        self.assertEqual(len(one), 6 * FEW)
        self.assertEqual(len(other), 6 * MANY)
        self.assertFalse(other.problems)

    def test_a_thousand_measures_and_more_are_read_at_once(self):
        """Odoo reads ahead 1 000 records at a time; nothing here is read so."""
        few, many = self._create(FEW, WIDE, details=6)
        (few + many).action_calculate()
        self.assertGreater(len(many.duty_line_ids), 1000)
        self.assertGreater(len(many.line_ids.detail_ids), 1000)
        _one, calculation = self.assert_same(self.resolve, few, many)
        self.assertEqual(len(calculation), 6 * WIDE)
        items = self.env["customs.declaration.line"]
        _one, values = self.assert_same(
            lambda ids: items.browse(ids).read(["amount_calculated"]),
            few.line_ids.ids,
            many.line_ids.ids,
        )
        # (100 + 10) EUR at 2 is 220.00: five times 2.20, 5 kg at 2.00, 1 % of the sum
        self.assertEqual({row["amount_calculated"] for row in values}, {23.41})

    def test_calculating_again_without_a_change_writes_nothing(self):
        few, many = self._create(FEW, WIDE)
        (few + many).action_calculate()
        stored = many.duty_line_ids, many.calculation_ids
        shares = many.line_ids.value_part_ids
        dates = set(many.duty_line_ids.mapped("write_date"))
        self.env.flush_all()
        with self.assertLogs("odoo.sql_db", "DEBUG") as logs:
            self.assert_same(lambda one: one.action_calculate(), few, many)
        written = ("UPDATE", "INSERT", "DELETE")
        self.assertFalse(any(word in "".join(logs.output) for word in written))
        self.assertEqual((many.duty_line_ids, many.calculation_ids), stored)
        self.assertEqual(many.line_ids.value_part_ids, shares)
        self.assertEqual(set(many.duty_line_ids.mapped("write_date")), dates)

    # === WRITING === #

    def test_writing_takes_a_query_for_a_hundred_rows(self):
        few, many = self._create(FEW, MANY)
        three, _done = self.queries(few.action_calculate)
        found, _done = self.queries(many.action_calculate)
        rows = 6 * MANY + len(many.line_ids.value_part_ids) + MANY
        self.assertEqual(len(many.duty_line_ids), 6 * MANY)
        self.assertLessEqual(found, three + 2 * rows // ROWS_AT_ONCE)

    def test_changes_are_written_where_they_are(self):
        few, many = self._create(FEW, MANY)
        (few + many).action_calculate()
        shares = many.line_ids.value_part_ids
        many.line_ids[:1].invoice_value = 200
        three, _done = self.queries(few.action_calculate)
        found, _done = self.queries(many.action_calculate)
        self.assertLessEqual(found, three + 2 * 7 * MANY // ROWS_AT_ONCE)
        self.assertEqual(many.line_ids.value_part_ids, shares)
        # freight of 1 200 EUR at 2 by value: 200 of 12 100, and 100 of it
        self.assertEqual(many.line_ids[0].customs_value, 439.67)
        self.assertEqual(many.line_ids[1].customs_value, 219.84)
        many.line_ids[:1].invoice_value = 0
        many.valuation_element_ids.unlink()
        many.action_calculate()
        self.assertEqual(set((shares & shares.exists()).mapped("kind")), {"invoice"})
        self.assertEqual(len(shares.exists()), MANY - 1)
        self.assertEqual(set(many.line_ids[1:].mapped("customs_value")), {200.0})
