"""Own costs shared among departments, before and after they are posted."""

from datetime import date

from allocation import AllocationCase
from posting import DAY

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAllocation(AllocationCase):
    # === BEFORE POSTING === #

    def test_percentages_before_posting_book_nothing_more(self):
        declaration = self.own_file()
        moves = self.allocate(declaration, [(self.research, 65), (self.operations, 35)])
        self.assertFalse(moves)
        self.assertEqual(
            declaration.analytic_distribution,
            {str(self.research.id): 65.0, str(self.operations.id): 35.0},
        )
        self.assert_books(declaration, charged=0.0, allocated=0.0)
        self.post(declaration)
        self.assertEqual(
            self.departments(declaration), {"Research": 65.00, "Operations": 35.00}
        )
        self.assert_books(declaration)

    def test_by_value_mass_and_number_of_items(self):
        items = (
            {"customs_value": 3000, "net_mass": 10},
            {"customs_value": 1000, "net_mass": 90},
        )
        for key, shares in (
            ("value", (75.0, 25.0)),
            ("mass", (10.0, 90.0)),
            ("item", (50.0, 50.0)),
        ):
            with self.subTest(key=key):
                declaration = self.own_file(items)
                wizard = self.wizard(declaration, key=key)
                self.give(wizard, (self.research, self.operations))
                wizard.action_allocate()
                self.assertEqual(
                    declaration.analytic_distribution,
                    {
                        str(self.research.id): shares[0],
                        str(self.operations.id): shares[1],
                    },
                )
                self.assertFalse(
                    any(declaration.line_ids.mapped("analytic_distribution"))
                )

    def test_thirds_are_a_hundred_together(self):
        third = self.env["account.analytic.account"].create(
            {"name": "Sales", "plan_id": self.plan.id, "company_id": self.company.id}
        )
        declaration = self.own_file(({}, {}, {}))
        wizard = self.wizard(declaration, key="item")
        self.give(wizard, (self.research, self.operations, third))
        wizard.action_allocate()
        shares = declaration.analytic_distribution.values()
        self.assertEqual(sorted(shares), [33.33, 33.33, 33.34])
        self.post(declaration)
        self.assertAlmostEqual(sum(self.departments(declaration).values()), 100.00, 2)

    def test_each_item_bears_its_own_duty(self):
        declaration = self.own_file()
        wizard = self.wizard(declaration, key="value", per_item=True)
        self.give(wizard, (self.research, self.operations))
        self.assertIn("taxes of each item go to its department", wizard.preview)
        self.assertIn("Research 50 %, Operations 50 %", wizard.preview)
        wizard.action_allocate()
        self.post(declaration)
        # as assessed on the items, not by their equal values
        self.assertEqual(
            self.departments(declaration), {"Research": 60.00, "Operations": 40.00}
        )

    def test_percentages_are_as_fine_as_set(self):
        self.env.ref("analytic.decimal_percentage_analytic").digits = 5
        third = self.operations.copy({"name": "Third"})
        declaration = self.own_file(({}, {}, {}))
        wizard = self.wizard(declaration, key="item")
        self.give(wizard, (self.research, self.operations, third))
        wizard.action_allocate()
        shares = declaration.analytic_distribution.values()
        self.assertEqual(sorted(shares), [33.33333, 33.33333, 33.33334])

    # === AFTER POSTING === #

    def test_posted_cost_is_moved_by_an_entry_that_charges_nothing(self):
        declaration = self.own_file()
        posted = self.post(declaration)
        self.assert_books(declaration, allocated=0.0)
        self.assertEqual(self.wizard(declaration).amount_posted, 100.00)
        before = [
            (line.balance, line.analytic_distribution) for line in posted.line_ids
        ]
        entry = self.allocate(declaration, [(self.research, 65), (self.operations, 35)])
        self.assertEqual(entry.customs_event, "allocation")
        self.assertEqual(entry.date.isoformat(), "2026-03-20")
        expense = self.role("duty_expense")
        self.assert_items(
            entry,
            [
                (expense, self.authority, -100.00, "", "CID", ""),
                (expense, self.authority, 100.00, "", "CID", ""),
            ],
        )
        self.assertEqual(
            [(line.balance, line.analytic_distribution) for line in posted.line_ids],
            before,
        )
        self.assertEqual(
            self.departments(declaration), {"Research": 65.00, "Operations": 35.00}
        )
        self.assertAlmostEqual(self.account_balance(expense), 100.00, 2)
        self.assert_books(declaration)

    def test_allocating_again_moves_from_department_to_department(self):
        declaration = self.own_file()
        self.post(declaration)
        halves = [(self.research, 50), (self.operations, 50)]
        self.allocate(declaration, halves)
        self.assertFalse(self.allocate(declaration, halves))
        self.allocate(declaration, [(self.operations, 100)])
        found = self.departments(declaration)
        self.assertEqual(found.pop("Operations"), 100.00)
        self.assertEqual(set(found.values()), {0.0})
        self.assert_books(declaration)
        self.assertAlmostEqual(
            self.account_balance(self.role("duty_expense")), 100.00, 2
        )

    def test_a_correction_follows_the_new_departments(self):
        declaration = self.own_file()
        self.post(declaration)
        self.allocate(declaration, [(self.research, 25), (self.operations, 75)])
        self.assess(
            declaration,
            ("CID", 80.00, {"item_number": 1}),
            ("CID", 40.00, {"item_number": 2}),
            ("VAT", 315.00),
        )
        self.post(declaration)
        self.assertEqual(
            self.departments(declaration), {"Research": 30.00, "Operations": 90.00}
        )
        self.assert_books(declaration, charged=435.00, allocated=120.00)

    def test_cost_of_stock_leaves_nothing_open_on_the_clearing_account(self):
        declaration = self.own_file(use="stock")
        self.post(declaration)
        entry = self.allocate(declaration, [(self.research, 100)])
        self.assert_items(
            entry,
            [
                (self.clearing, self.authority, -100.00, "", "CID", ""),
                (self.clearing, self.authority, 100.00, "", "CID", ""),
            ],
        )
        self.assertTrue(all(entry.line_ids.mapped("reconciled")))
        self.assertAlmostEqual(self.account_balance(self.clearing), 100.00, 2)

    def test_reversing_the_entry_gives_the_cost_back(self):
        declaration = self.own_file()
        self.post(declaration)
        entry = self.allocate(declaration, [(self.research, 100)])
        with self.assertRaisesRegex(UserError, "Use Reverse instead"):
            entry.button_draft()
        entry.action_customs_reverse()
        self.assertEqual(set(self.departments(declaration).values()), {0.0})
        self.assert_books(declaration, allocated=0.0)

    def test_undoing_the_posting_undoes_the_allocation(self):
        declaration = self.own_file()
        self.post(declaration)
        self.allocate(declaration, [(self.research, 100)])
        declaration._undo_posting(date(2026, 3, 25), "Wrong file")
        self.assertEqual(set(self.departments(declaration).values()), {0.0})
        self.assertAlmostEqual(self.account_balance(self.role("duty_expense")), 0.0, 2)
        declaration.invalidate_recordset()
        self.assertTrue(declaration.has_unposted_assessment)

    # === OTHER COSTS === #

    def test_what_we_bear_on_a_clients_file(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.00), ("PEN", 50.00))
        self.post(declaration)
        entry = self.allocate(declaration, [(self.operations, 100)])
        penalties = self.role("penalties")
        self.assertEqual(entry.line_ids.account_id, penalties)
        self.assertEqual(self.departments(declaration), {"Operations": 50.00})
        declaration.invalidate_recordset()
        self.assertAlmostEqual(declaration.amount_allocated, 50.00, 2)
        # what the client is billed stays what it was
        self.assertAlmostEqual(declaration.amount_billed, 0.0, 2)
        self.assertAlmostEqual(declaration.control_balance, 100.00, 2)

    def test_department_bears_duty_and_brokerage_alike(self):
        """Duty 2 000.00 and a broker's fee of 150.00, 65 to 35."""
        declaration = self.file("own", goods_use="expense")
        self.assess(declaration, ("CID", 2000.00))
        self.post(declaration)
        fee = self.env["customs.charge"].create(
            {
                "declaration_id": declaration.id,
                "charge_code_id": self.env.ref(
                    "customs_invoicing.charge_code_third_party"
                ).id,
                "payee_id": self.broker.id,
            }
        )
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.broker.id,
                "invoice_date": "2026-03-05",
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Brokerage",
                            "account_id": self.role("brokerage_expense").id,
                            "price_unit": 150.00,
                            "tax_ids": [(5,)],
                            "customs_declaration_id": declaration.id,
                            "customs_charge_id": fee.id,
                        },
                    )
                ],
            }
        )
        bill.action_post()
        self.allocate(declaration, [(self.research, 65), (self.operations, 35)])
        self.assertEqual(
            self.departments(declaration), {"Research": 1397.50, "Operations": 752.50}
        )
        self.assert_books(declaration, charged=2150.00, allocated=2150.00)

    # === SAVED KEYS === #

    def test_saved_key_is_proposed_and_finds_the_items(self):
        key = self.env["customs.allocation"].create(
            {
                "name": "Imports of plant A",
                "key": "value",
                "is_default": True,
                "line_ids": [
                    (0, 0, {"account_id": self.research.id, "code_prefix": "85, 90"}),
                    (0, 0, {"account_id": self.operations.id}),
                ],
            }
        )
        declaration = self.own_file(({"code": "8516710000"}, {"code": "6302100000"}))
        wizard = self.wizard(declaration)
        self.assertEqual(wizard.allocation_id, key)
        self.assertEqual(wizard.key, "value")
        self.assertEqual(
            wizard.item_ids.sorted("number").account_id,
            self.research | self.operations,
        )
        self.assertIn("Research 50 %, Operations 50 %", wizard.preview)
        wizard.action_allocate()
        self.assertEqual(
            declaration.analytic_distribution,
            {str(self.research.id): 50.0, str(self.operations.id): 50.0},
        )

    def test_a_key_of_percentages_is_a_hundred(self):
        with self.assertRaisesRegex(ValidationError, "add up to 90, not to 100"):
            self.env["customs.allocation"].create(
                {
                    "name": "Wrong",
                    "line_ids": [
                        (0, 0, {"account_id": self.research.id, "percent": 60}),
                        (0, 0, {"account_id": self.operations.id, "percent": 30}),
                    ],
                }
            )

    def test_wizard_keeps_its_key(self):
        declaration = self.own_file()
        wizard = self.wizard(declaration, [(self.research, 60), (self.operations, 40)])
        saved = self.env["customs.allocation"].browse(
            wizard.action_save_key()["res_id"]
        )
        self.assertEqual(saved.line_ids.mapped("percent"), [60.0, 40.0])

    # === REFUSALS === #

    def test_refusals_name_file_and_remedy(self):
        declaration = self.own_file()
        with self.assertRaisesRegex(UserError, "add up to 99, not to 100"):
            self.allocate(declaration, [(self.research, 99)])
        wizard = self.wizard(declaration, key="value")
        with self.assertRaisesRegex(UserError, "Item 1 of .* has no department"):
            wizard.action_allocate()
        with self.assertRaisesRegex(UserError, "has no net mass|has a mass"):
            wizard = self.wizard(declaration, key="mass")
            self.give(wizard, (self.research, self.operations))
            wizard.action_allocate()
        client = self.file("direct")
        with self.assertRaisesRegex(UserError, "no costs of ours"):
            client.action_allocate_costs()
        self.assertFalse(declaration.analytic_distribution)

    def test_locked_period_changes_nothing(self):
        declaration = self.own_file()
        self.post(declaration)
        self.company.fiscalyear_lock_date = "2026-03-31"
        with self.assertRaisesRegex(UserError, "2026-03-20 is in a locked period"):
            self.allocate(declaration, [(self.research, 100)])
        self.assertEqual(declaration.current_assessment_id.date.isoformat(), DAY)
