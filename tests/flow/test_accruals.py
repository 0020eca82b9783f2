"""Expected duty in the books before the assessment, and how the assessment ends it."""

from common import CustomsCase

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user


class TestAccruals(CustomsCase):
    """Own imports of an office whose tariff knows four taxes beside VAT."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customs.measure"].search(
            [("measure_type_id.tariff_id", "=", cls.tariff.id)]
        ).unlink()
        cls.accrual = cls.company._get_customs_account("duty_accrual")
        cls.deferment = cls.company._get_customs_account("deferment_payable")
        cls.duty_rate = cls._create_measure(cls.duty_type, "", 5)
        cls.vat_rate = cls._create_measure(cls.vat_type, "", 15)
        cls.cid = cls.env.ref("customs_invoicing.tax_code_cid")
        cls.vat = cls.env.ref("customs_invoicing.tax_code_vat")

    # === HELPERS === #

    def own(self, value=40000, **vals):
        """Return an own import whose duty is 5 % of its value."""
        vals.setdefault("arrival_date", "2026-03-04")
        return self.typed([{"customs_value": value}], **vals)

    def add_tax(self, code, kind, rate=0.0, **vals):
        """Give the tariff another tax on the value of the goods."""
        tax_code = self.env["customs.tax.code"].create(
            {
                "code": code,
                "name": code,
                "charge_code_id": self.env.ref(
                    f"customs_invoicing.charge_code_{kind}"
                ).id,
            }
        )
        measure_type = self.env["customs.measure.type"].create(
            {
                "tariff_id": self.tariff.id,
                "code": code,
                "name": code,
                "tax_code_id": tax_code.id,
                "base": "customs_value",
                "sequence": 20,
            }
        )
        self._create_measure(measure_type, "", rate, **vals)
        return tax_code

    def assess(self, declaration, amounts=None, date="2026-03-05", **vals):
        """Record what the authority assesses: ``{tax code: amount}``."""
        amounts = amounts or {self.cid: 2000.0}
        return declaration._record_assessment(
            [
                {
                    "tax_code_id": tax_code.id,
                    "item_number": 1,
                    "base": 40000.0,
                    "rate": 15.0 if tax_code == self.vat else 5.0,
                    "amount_assessed": amount,
                }
                for tax_code, amount in amounts.items()
            ],
            date=date,
            **vals,
        )

    def assert_accrual(self, declaration, **expected):
        """Assert what is open per tax, by its code."""
        declaration.invalidate_recordset()
        found = {
            tax_code.code: f"{amount:.2f}"
            for tax_code, amount in declaration._get_accrued_by_tax()[
                declaration
            ].items()
        }
        self.assertEqual(found, {key: f"{v:.2f}" for key, v in expected.items()})
        self.assertAlmostEqual(declaration.accrual_balance, sum(expected.values()), 2)
        self.assertEqual(declaration.has_open_accrual, bool(expected))

    def assert_matched(self, declaration):
        """Assert that every item of the accrual account is matched in full."""
        lines = declaration.move_line_ids.filtered(
            lambda line: line.account_id == self.accrual
            and line.parent_state == "posted"
        )
        self.assertTrue(lines)
        self.assertTrue(all(lines.mapped("reconciled")))
        self.assertAlmostEqual(sum(lines.mapped("balance")), 0.0, 2)

    def pair(self, amount, code="CID", account=None):
        """Return the items that accrue an amount of a tax."""
        return [
            (account or self.clearing, self.authority, amount, "", code, ""),
            (self.accrual, self.authority, -amount, "", code, ""),
        ]

    # === ACCRUING === #

    def test_periodic_statement_from_receipt_to_payment(self):
        """Duty 6 000, surcharge 30 000 and two fees: accrued on receipt, assessed to
        the cent, owed and paid."""
        surcharge = self.add_tax("499A", "duty", 25)
        processing = self.add_tax("499", "fee", 0.3464)
        harbour = self.add_tax("501", "fee", 0.125)
        declaration = self.own(120000, arrival_date="2026-03-13")
        move = declaration.action_accrue_duty()
        self.assertEqual(str(move.date), "2026-03-13")
        self.assertEqual((move.state, move.customs_event), ("posted", "accrual"))
        self.assertEqual(move.journal_id, self.company.customs_entry_journal_id)
        self.assertEqual(move.line_ids.customs_declaration_id, declaration)
        self.assertFalse(move.line_ids.customs_charge_id)
        self.assert_items(
            move,
            [
                *self.pair(6000.00),
                *self.pair(30000.00, "499A"),
                *self.pair(415.68, "499"),
                *self.pair(150.00, "501"),
            ],
        )
        self.assert_accrual(
            declaration,
            **{"CID": 6000.00, "499A": 30000.00, "499": 415.68, "501": 150.00},
        )
        self.assertAlmostEqual(declaration.accrual_balance, 36565.68, 2)
        self.assess(
            declaration,
            {self.cid: 6000, surcharge: 30000, processing: 415.68, harbour: 150},
            date="2026-03-24",
        )
        bill = self.post_assessment(declaration)
        self.assert_items(
            bill,
            [
                (self.accrual, self.authority, 6000.00, "", "CID", ""),
                (self.accrual, self.authority, 30000.00, "", "499A", ""),
                (self.accrual, self.authority, 415.68, "", "499", ""),
                (self.accrual, self.authority, 150.00, "", "501", ""),
                (self.payable, self.authority, -36565.68, "", "", ""),
            ],
        )
        self.assert_accrual(declaration)
        self.assert_matched(declaration)
        self.assert_money(declaration, charged=36565.68)
        self.pay(bill)
        self.assertEqual(self.account_balance(self.accrual), 0.0)
        self.assertEqual(self.account_balance(self.payable), 0.0)
        self.assertAlmostEqual(self.account_balance(self.clearing), 36565.68, 2)

    def test_estimate_again_books_the_difference(self):
        declaration = self.own()
        self.assertTrue(declaration.action_accrue_duty())
        self.assertFalse(declaration.action_accrue_duty())
        self.duty_rate.rate_percent = 6
        self.assertFalse(declaration.action_accrue_duty())  # not calculated yet
        declaration.action_calculate()
        more = declaration.action_accrue_duty()
        self.assert_items(more, self.pair(400.00))
        self.assertEqual(more.date, fields.Date.today())
        self.duty_rate.rate_percent = 4
        declaration.action_calculate()
        less = declaration.action_accrue_duty(date="2026-03-31")
        self.assert_items(less, self.pair(-800.00))
        self.assertEqual(str(less.date), "2026-03-31")
        self.assert_accrual(declaration, CID=1600.00)
        self.assertAlmostEqual(self.account_balance(self.clearing), 1600.00, 2)

    def test_what_the_goods_are_for_decides_the_cost(self):
        for use, role in (("expense", "duty_expense"), ("sale", "selling_duty")):
            with self.subTest(use):
                account = self.company._get_customs_account(role)
                move = self.own(goods_use=use).action_accrue_duty()
                self.assert_items(move, self.pair(2000.00, account=account))

    def test_account_of_the_charge_and_analytic_go_before_the_kind(self):
        account = self.company._get_customs_account("cogs")
        self.cid.charge_code_id.with_company(self.company).posting_account_id = account
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        department = self.env["account.analytic.account"].create(
            {"name": "Research", "plan_id": plan.id}
        )
        move = self.own(
            analytic_distribution={str(department.id): 100}
        ).action_accrue_duty()
        self.assert_items(move, self.pair(2000.00, account=account))
        cost = move.line_ids.filtered(lambda line: line.balance > 0)
        self.assertEqual(cost.analytic_distribution, {str(department.id): 100})
        self.assertFalse((move.line_ids - cost).analytic_distribution)

    def test_vat_penalties_and_interest_are_never_accrued(self):
        self.add_tax("PEN9", "penalty", 3)
        self.add_tax("INT9", "interest", 2)
        self.assert_items(self.own().action_accrue_duty(), self.pair(2000.00))

    def test_unreadable_rate_is_never_zero(self):
        declaration = self.own()
        self.add_tax("ADD", "trade_defence", rate_text="see note 12")
        declaration.action_calculate()
        with self.assertRaisesRegex(UserError, "ADD · 1 could not be calculated"):
            declaration.action_accrue_duty()
        self.assertFalse(declaration.move_line_ids)

    def test_file_not_calculated_is_refused(self):
        declaration = self.env["customs.declaration"].create(
            {"office_id": self.office.id, "capacity": "own"}
        )
        with self.assertRaisesRegex(UserError, "not calculated. Press Calculate"):
            declaration.action_accrue_duty()

    def test_item_added_after_the_calculation_is_refused(self):
        declaration = self.own()
        self.env["customs.declaration.line"].create(
            {"declaration_id": declaration.id, "code": "6911100000"}
        )
        with self.assertRaisesRegex(UserError, "Item 2 has no duty calculated"):
            declaration.action_accrue_duty()

    def test_only_own_imports_are_accrued(self):
        declaration = self.own(capacity="direct", client_id=self.client.id)
        with self.assertRaisesRegex(UserError, "Only duty on our own goods"):
            declaration.action_accrue_duty()

    def test_company_that_never_accrues(self):
        self.company.customs_accrue_on = "never"
        with self.assertRaisesRegex(UserError, "does not accrue expected duty"):
            self.own().action_accrue_duty()

    def test_nothing_is_accrued_once_duty_is_posted(self):
        declaration = self.own()
        self.assess(declaration)
        self.post_assessment(declaration)
        with self.assertRaisesRegex(UserError, "is in the books already"):
            declaration.action_accrue_duty()

    def test_all_problems_are_said_and_nothing_is_booked(self):
        good, bad = self.own(), self.own(capacity="direct", client_id=self.client.id)
        cancelled = self.own()
        cancelled.action_cancel()
        with self.assertRaises(UserError) as caught:
            (good + bad + cancelled).action_accrue_duty()
        message = str(caught.exception)
        self.assertIn(bad.name, message)
        self.assertIn(cancelled.name, message)
        self.assertNotIn(good.name, message)
        self.assertFalse(good.move_line_ids)

    def test_locked_period_is_said(self):
        declaration = self.own()
        self.company.fiscalyear_lock_date = "2026-03-31"
        with self.assertRaisesRegex(UserError, "locked until 03/31/2026"):
            declaration.action_accrue_duty()
        self.assertFalse(declaration.move_line_ids)
        declaration.action_accrue_duty(date="2026-04-01")
        with self.assertRaisesRegex(UserError, "locked until 03/31/2026"):
            declaration.action_reverse_accrual(date="2026-03-31")

    def test_verifier_accrues(self):
        declaration = self.own()
        user = new_test_user(
            self.env,
            login="accruing",
            groups="customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        for action in (
            "action_accrue_duty",
            "action_open_accrue_duty",
            "action_reverse_accrual",
        ):
            with self.assertRaisesRegex(UserError, "Only a customs verifier may"):
                getattr(declaration.with_user(user), action)()
        user.group_ids += self.env.ref("customs_invoicing.group_customs_verifier")
        self.assertTrue(declaration.with_user(user).action_accrue_duty())
        self.assertTrue(declaration.with_user(user).action_reverse_accrual())

    def test_setting_without_account_says_where(self):
        declaration = self.own()
        self.company.customs_duty_accrual_account_id = False
        with self.assertRaisesRegex(UserError, "no account for “Accrued duty”"):
            declaration.action_accrue_duty()

    def test_account_that_carries_accruals_stays(self):
        self.own().action_accrue_duty()
        with self.assertRaisesRegex(UserError, "carries accrued duty of customs files"):
            self.company.customs_duty_accrual_account_id = self.clearing

    def test_negative_tolerance_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be negative"):
            self.company.customs_accrual_tolerance_amount = -1

    # === ON LODGEMENT === #

    def test_lodging_accrues_where_the_company_wants_it(self):
        self.company.customs_accrue_on = "lodgement"
        officer = new_test_user(
            self.env,
            login="lodging",
            groups="customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        declaration = self.own()
        client_file = self.own(capacity="direct", client_id=self.client.id)
        files = declaration + client_file
        files.action_mark_ready()
        files.with_user(officer).action_lodge()
        self.assert_accrual(declaration, CID=2000.00)
        self.assertFalse(client_file.move_line_ids)

    def test_lodging_by_hand_accrues_nothing(self):
        declaration = self.own()
        declaration.action_mark_ready()
        declaration.action_lodge()
        self.assertFalse(declaration.move_line_ids)

    def test_lodging_goes_on_when_nothing_can_be_accrued(self):
        self.company.customs_accrue_on = "lodgement"
        declaration = self.own()
        self.add_tax("ADD", "trade_defence", rate_text="see note 12")
        declaration.action_calculate()
        declaration.action_mark_ready()
        declaration.action_lodge()
        self.assertEqual(declaration.state, "lodged")
        self.assertFalse(declaration.move_line_ids)
        self.assertEqual(
            declaration.activity_ids.summary, "Expected duty was not accrued"
        )
        self.assertIn("could not be calculated", declaration.activity_ids.note)

    # === TRUE-UP === #

    def test_small_difference_is_accepted_and_logged(self):
        """Expected 2 000.00, assessed 2 003.40 on our deferment account."""
        method = self.env["customs.payment.method"].search(
            [("mechanism", "=", "deferment"), ("payer", "=", "importer")], limit=1
        )
        account = self.env["customs.payment.account"].create(
            {"name": "Our deferment", "number": "DEF-17", "kind": "deferment"}
        )
        declaration = self.own()
        declaration.action_accrue_duty()
        self.assess(declaration, {self.cid: 2003.40})
        declaration.charge_ids.write(
            {"payment_method_id": method.id, "payment_account_id": account.id}
        )
        declaration.action_post_assessment()
        moves = declaration.move_line_ids.move_id.sorted("id")
        self.assertEqual(
            moves.mapped("customs_event"), ["accrual", "true_up", "assessment"]
        )
        self.assertEqual(
            [str(move.date) for move in moves],
            ["2026-03-04", "2026-03-05", "2026-03-05"],
        )
        self.assert_items(moves[0], self.pair(2000.00))
        self.assert_items(moves[1], self.pair(3.40))
        self.assert_items(
            moves[2],
            [
                (self.accrual, self.authority, 2003.40, "", "CID", ""),
                (self.deferment, self.authority, -2003.40, "", "", ""),
            ],
        )
        self.assert_accrual(declaration)
        self.assert_matched(declaration)
        self.assertAlmostEqual(self.account_balance(self.clearing), 2003.40, 2)
        notes = " ".join(declaration.message_ids.mapped("body"))
        self.assertIn("3.40", notes)
        self.assertIn("(0.17 %)", notes)
        self.assertIn("within the tolerance of", notes)
        self.assertIn("5.00 and 0.5 %", notes)
        self.pay(moves[2])
        self.assertEqual(self.account_balance(self.deferment), 0.0)

    def test_large_difference_needs_a_reason(self):
        declaration = self.own()
        declaration.action_accrue_duty()
        self.assess(declaration, {self.cid: 2100.00})
        self.assertIn("beyond the tolerance", declaration.accrual_message)
        with self.assertRaises(UserError) as caught:
            declaration.action_post_assessment()
        message = str(caught.exception)
        for part in ("2,100.00 assessed", "2,000.00 accrued", "(5.00 %)", "post again"):
            self.assertIn(part, message)
        self.assert_accrual(declaration, CID=2000.00)
        declaration.difference_reason = "Freight was missing from the value."
        declaration.action_post_assessment()
        self.assert_accrual(declaration)
        self.assert_matched(declaration)
        self.assertAlmostEqual(self.account_balance(self.clearing), 2100.00, 2)
        self.assertIn(
            "Reason: Freight was missing",
            " ".join(declaration.message_ids.mapped("body")),
        )
        with self.assertRaisesRegex(UserError, "is posted and cannot be changed"):
            declaration.difference_reason = "Another one."

    def test_officer_gives_the_reason_verifier_posts(self):
        officer = new_test_user(
            self.env,
            login="reasoning",
            groups="customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        declaration = self.own()
        declaration.action_accrue_duty()
        self.assess(declaration, {self.cid: 2100.00})
        with Form(declaration.with_user(officer)) as form:
            form.difference_reason = "Freight was missing from the value."
        self.post_assessment(declaration)
        self.assert_accrual(declaration)

    def test_reason_without_an_assessment_is_refused(self):
        with self.assertRaisesRegex(UserError, "has no assessment yet"):
            self.own().difference_reason = "No idea."

    def test_both_limits_must_hold(self):
        """4.00 of 400.00 is 1 %, small as it is."""
        declaration = self.own(8000)
        declaration.action_accrue_duty()
        self.assess(declaration, {self.cid: 404.00})
        with self.assertRaisesRegex(UserError, "beyond the tolerance"):
            declaration.action_post_assessment()
        self.company.customs_accrual_tolerance_percent = 1
        declaration.action_post_assessment()
        self.assert_accrual(declaration)

    def test_taxes_do_not_offset_each_other(self):
        surcharge = self.add_tax("SUR2", "duty", 5)
        declaration = self.own()
        declaration.action_accrue_duty()
        self.assess(declaration, {self.cid: 2300.00, surcharge: 1700.00})
        with self.assertRaisesRegex(UserError, "beyond the tolerance"):
            declaration.action_post_assessment()

    def test_tax_not_assessed_is_taken_back_and_a_new_one_added(self):
        surcharge = self.add_tax("SUR2", "duty", 5)
        fee = self.add_tax("FEE2", "fee", 0)
        declaration = self.own()
        declaration.action_accrue_duty()
        self.assert_accrual(declaration, CID=2000.00, SUR2=2000.00)
        self.assess(declaration, {self.cid: 2000.00, fee: 30.00})
        declaration.difference_reason = "No surcharge on this origin."
        declaration.action_post_assessment()
        true_up = declaration.move_line_ids.move_id.filtered(
            lambda m: m.customs_event == "true_up"
        )
        self.assert_items(
            true_up, [*self.pair(-2000.00, "SUR2"), *self.pair(30.00, "FEE2")]
        )
        self.assertEqual(surcharge, true_up.line_ids.customs_accrual_tax_code_id - fee)
        self.assert_accrual(declaration)
        self.assert_matched(declaration)
        self.assertAlmostEqual(self.account_balance(self.clearing), 2030.00, 2)

    def test_vat_goes_its_own_way(self):
        declaration = self.own()
        declaration.action_accrue_duty()
        self.assess(declaration, {self.cid: 2000.00, self.vat: 6300.00})
        bill = self.post_assessment(declaration)
        self.assertEqual(
            sum(
                bill.line_ids.filtered(lambda li: li.account_id == self.accrual).mapped(
                    "balance"
                )
            ),
            2000.00,
        )
        self.assert_accrual(declaration)
        self.assert_money(declaration, charged=8300.00)

    def test_later_versions_go_through_the_accrual_too(self):
        declaration = self.own()
        declaration.action_accrue_duty()
        self.assess(declaration)
        self.post_assessment(declaration)
        self.assertFalse(self.post_assessment(declaration))
        for number, (amount, change) in enumerate(
            ((2300.00, 300.00), (1900.00, -400.00), (0.00, -1900.00), (50.00, 50.00)), 2
        ):
            with self.subTest(version=number):
                version = self.assess(
                    declaration,
                    {self.cid: amount},
                    date=f"2026-03-{10 + number}",
                    reason="correction",
                )
                declaration.difference_reason = "Corrected by the authority."
                before = declaration.move_line_ids.move_id
                declaration.action_post_assessment()
                self.assertEqual(version.state, "posted")
                moves = declaration.move_line_ids.move_id - before
                true_up = moves.filtered(lambda m: m.customs_event == "true_up")
                self.assert_accrual(declaration)
                self.assert_matched(declaration)
                cost = self.account_balance(self.clearing)
                self.assertAlmostEqual(cost, amount, 2)
                if true_up:
                    self.assert_items(true_up, self.pair(change))
        self.assert_money(declaration, charged=50.00)
        self.assertAlmostEqual(self.account_balance(self.payable), -50.00, 2)

    def test_assessment_reset_and_posted_again_keeps_its_accrual(self):
        declaration = self.own()
        declaration.action_accrue_duty()
        self.assess(declaration)
        bill = self.post_assessment(declaration)
        bill.button_draft()
        self.assert_accrual(declaration, CID=2000.00)
        self.assertFalse(any(declaration.move_line_ids.mapped("reconciled")))
        bill.action_post()
        self.assert_accrual(declaration)
        self.assert_matched(declaration)

    def test_reversed_assessment_leaves_the_accrual_open(self):
        declaration = self.own()
        declaration.action_accrue_duty()
        self.assess(declaration)
        self.reverse(self.post_assessment(declaration))
        self.assert_accrual(declaration, CID=2000.00)
        self.post_assessment(declaration)
        self.assert_accrual(declaration)
        self.assertAlmostEqual(self.account_balance(self.clearing), 2000.00, 2)

    def test_what_our_broker_pays_waits_for_its_bill(self):
        method = self.env["customs.payment.method"].search(
            [("mechanism", "=", "payable"), ("payer", "=", "declarant")], limit=1
        )
        self.assertTrue(method)
        declaration = self.own()
        declaration.action_accrue_duty()
        self.assess(declaration, {self.cid: 2003.40})
        charge = declaration.charge_ids
        charge.payment_method_id = method
        self.assertEqual(charge.payer, "agent")
        declaration.action_post_assessment()
        self.assert_accrual(declaration, CID=2003.40)  # trued up, no debt yet
        self.assertEqual(self.account_balance(self.payable), 0.0)
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.broker.id,
                "invoice_date": "2026-03-20",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Duty",
                            "account_id": charge._get_assessment_account().id,
                            "price_unit": 2003.40,
                            "tax_ids": [Command.clear()],
                            "customs_declaration_id": declaration.id,
                            "customs_charge_id": charge.id,
                        }
                    )
                ],
            }
        )
        bill.action_post()
        self.assert_accrual(declaration)
        self.assert_matched(declaration)
        self.assertAlmostEqual(self.account_balance(self.clearing), 2003.40, 2)

    def test_assessment_without_accrual_is_posted_as_ever(self):
        declaration = self.own()
        self.assess(declaration)
        self.assert_items(
            self.post_assessment(declaration),
            [
                (self.clearing, self.authority, 2000.00, "", "CID", ""),
                (self.payable, self.authority, -2000.00, "", "", ""),
            ],
        )

    def test_foreign_authority(self):
        eur = self.setup_other_currency(
            "EUR", rates=[("2020-01-01", 0.8), ("2026-03-05", 0.5)]
        )
        self.tariff.currency_id = eur
        declaration = self.own(registration_date="2026-03-04")
        self.assertEqual(declaration.tariff_currency_id, eur)
        self.assert_items(declaration.action_accrue_duty(), self.pair(2500.00))
        self.assertFalse(declaration.action_accrue_duty())  # rates are no estimate
        self.assess(declaration, {self.cid: 2000.00})
        declaration.difference_reason = "Exchange rate of the assessment."
        self.post_assessment(declaration)
        self.assert_accrual(declaration)
        self.assert_matched(declaration)
        self.assertAlmostEqual(self.account_balance(self.clearing), 4000.00, 2)
        self.assertAlmostEqual(self.account_balance(self.payable), -4000.00, 2)

    # === REVERSING, CANCELLING, CLOSING === #

    def test_file_with_an_accrual_is_cancelled_once_it_is_reversed(self):
        declaration = self.own()
        accrued = declaration.action_accrue_duty()
        with self.assertRaisesRegex(UserError, "2,000.00 of expected duty accrued"):
            declaration.action_cancel()
        reversal = declaration.action_reverse_accrual(date="2026-03-10")
        self.assertEqual(reversal.reversed_entry_id, accrued)
        self.assertEqual(reversal.customs_event, "accrual")
        self.assertEqual(reversal.line_ids.customs_declaration_id, declaration)
        self.assertEqual(reversal.line_ids.customs_accrual_tax_code_id, self.cid)
        self.assert_items(reversal, self.pair(-2000.00))
        self.assert_accrual(declaration)
        self.assert_matched(declaration)
        self.assertFalse(declaration.has_accrual)
        with self.assertRaisesRegex(UserError, "no accrued duty to reverse"):
            declaration.action_reverse_accrual()
        declaration.action_cancel()

    def test_accrual_can_be_made_again_after_its_reversal(self):
        declaration = self.own()
        declaration.action_accrue_duty()
        declaration.action_reverse_accrual()
        declaration.action_accrue_duty()
        self.assert_accrual(declaration, CID=2000.00)
        declaration.action_reverse_accrual()
        self.assert_accrual(declaration)
        self.assertEqual(self.account_balance(self.clearing), 0.0)

    def test_reversal_undone_by_an_accountant_is_seen(self):
        declaration = self.own()
        declaration.action_accrue_duty()
        reversal = declaration.action_reverse_accrual()
        with self.assertRaisesRegex(UserError, "Use Reverse instead"):
            reversal.button_draft()
        reversal.action_customs_reverse()
        self.assert_accrual(declaration, CID=2000.00)

    def test_rest_of_an_accrual_is_taken_back(self):
        """An accountant typed half of the take-up by hand."""
        declaration = self.own()
        declaration.action_accrue_duty()
        entry = self.env["account.move"]._create_customs_entry(
            self.company,
            "transfer",
            "2026-03-06",
            [
                {
                    "name": "half",
                    "account_id": account.id,
                    "balance": balance,
                    "customs_declaration_id": declaration.id,
                    "customs_accrual_tax_code_id": self.cid.id,
                }
                for account, balance in ((self.accrual, 900.0), (self.clearing, -900.0))
            ],
        )
        entry._post(soft=False)
        self.assert_accrual(declaration, CID=1100.00)
        moves = declaration.action_reverse_accrual()
        self.assert_items(moves, self.pair(-1100.00))
        self.assert_accrual(declaration)
        self.assert_matched(declaration)

    def test_file_with_an_open_accrual_does_not_close(self):
        declaration = self.own()
        declaration.action_accrue_duty()
        self.assertEqual(
            declaration._get_accrual_problems(),
            [
                "$ 2,000.00 of expected duty is still accrued. Post the assessment, or "
                "reverse the accrual.".replace(" ", "\xa0", 1)
            ],
        )
        self.assess(declaration)
        declaration.action_release()
        with self.assertRaisesRegex(UserError, "expected duty is still accrued"):
            declaration.action_close()
        self.post_assessment(declaration)
        declaration.action_close()
        self.assertEqual(declaration.state, "closed")

    def test_what_decides_the_accounts_is_fixed(self):
        declaration = self.own()
        declaration.action_accrue_duty()
        for name, value in (("capacity", "direct"), ("goods_use", "expense")):
            with (
                self.subTest(name),
                self.assertRaisesRegex(UserError, "has accrued duty, so its"),
            ):
                declaration.write({name: value})
        declaration.action_reverse_accrual()
        declaration.goods_use = "expense"

    # === SCREENS === #

    def test_preview_says_what_would_be_booked(self):
        declaration = self.own()
        declaration.action_accrue_duty()
        self.duty_rate.rate_percent = 6
        declaration.action_calculate()
        action = declaration.action_open_accrue_duty()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertRecordValues(
            wizard.line_ids,
            [
                {
                    "declaration_id": declaration.id,
                    "tax_code_id": self.cid.id,
                    "date": fields.Date.today(),
                    "amount_expected": 2400.00,
                    "amount_accrued": 2000.00,
                    "amount": 400.00,
                }
            ],
        )
        self.assertEqual(wizard.amount_total, 400.00)
        with Form(wizard) as form:
            form.date = "2026-03-20"
        wizard.action_accrue()
        self.assert_accrual(declaration, CID=2400.00)
        self.assertEqual(
            sorted(set(map(str, declaration.move_line_ids.mapped("date")))),
            ["2026-03-04", "2026-03-20"],
        )

    def test_preview_says_what_is_wrong(self):
        declaration = self.own(capacity="direct", client_id=self.client.id)
        action = declaration.action_open_accrue_duty()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("Only duty on our own goods", wizard.problem)
        self.assertFalse(wizard.line_ids)

    def test_files_with_open_accruals_are_found(self):
        open_file, reversed_file, other = self.own(), self.own(), self.own()
        (open_file + reversed_file).action_accrue_duty()
        reversed_file.action_reverse_accrual()
        files = open_file + reversed_file + other
        for value, expected in ((True, open_file), (False, reversed_file + other)):
            found = files.search(
                [("id", "in", files.ids), ("has_open_accrual", "=", value)]
            )
            self.assertEqual(found, expected.sorted("id", reverse=True))

    # === ROLL-FORWARD === #

    def report(self, declaration):
        self.env.flush_all()
        rows = self.env["customs.accrual.report"].search(
            [("declaration_id", "=", declaration.id)], order="month"
        )
        return [
            (
                str(row.month)[:7],
                *(
                    f"{row[name]:.2f}"
                    for name in (
                        "opening",
                        "accrued",
                        "trued_up",
                        "assessed",
                        "closing",
                    )
                ),
            )
            for row in rows
        ]

    def test_roll_forward_by_month(self):
        declaration = self.own(arrival_date="2026-03-04")
        declaration.action_accrue_duty()
        self.assess(declaration, {self.cid: 2003.40}, date="2026-05-05")
        declaration.action_post_assessment()
        self.assertEqual(
            self.report(declaration),
            [
                ("2026-03", "0.00", "2000.00", "0.00", "0.00", "2000.00"),
                ("2026-04", "2000.00", "0.00", "0.00", "0.00", "2000.00"),
                ("2026-05", "2000.00", "0.00", "3.40", "-2003.40", "0.00"),
            ],
        )
        last = self.env["customs.accrual.report"].search(
            [("declaration_id", "=", declaration.id), ("is_last", "=", True)]
        )
        self.assertFalse(last.is_open)
        self.assertEqual(last.age_days, 0)
        self.assertEqual(last.action_view_declaration()["res_id"], declaration.id)

    def test_open_accrual_has_a_line_for_every_month_until_now(self):
        today = fields.Date.today()
        start = fields.Date.start_of(fields.Date.subtract(today, months=3), "month")
        declaration = self.own(arrival_date=start, registration_date=start)
        declaration.action_accrue_duty()
        rows = self.report(declaration)
        self.assertEqual(len(rows), 4)
        self.assertEqual(rows[-1][0], str(today)[:7])
        self.assertEqual({row[-1] for row in rows}, {"2000.00"})
        report = self.env["customs.accrual.report"]
        found = report.search([("is_open", "=", True), ("is_last", "=", True)])
        self.assertEqual(found.declaration_id, declaration)
        self.assertEqual(found.age_days, (today - start).days)
        self.assertEqual(
            report.search(
                [("is_open", "=", True), ("date_first", "<", "today -30d")]
            ).declaration_id,
            declaration,
        )
        this_month = report.search([("month", "=", "today =1d")])
        self.assertEqual(this_month.declaration_id, declaration)

    def test_months_agree_with_the_ledger(self):
        first, second = self.own(), self.own(80000, arrival_date="2026-04-10")
        (first + second).action_accrue_duty()
        self.assess(first, {self.cid: 2000.0}, date="2026-04-20")
        first.action_post_assessment()
        self.env.flush_all()
        months = self.env["customs.accrual.report"]._read_group(
            [("company_id", "=", self.company.id)],
            ["month:month"],
            ["opening:sum", "closing:sum"],
            order="month:month",
        )
        sums = [(opening, closing) for _month, opening, closing in months]
        self.assertEqual(sums[:2], [(0.0, 2000.0), (2000.0, 4000.0)])
        for (_opening, closing), (opening, _closing) in zip(
            sums, sums[1:], strict=False
        ):
            self.assertEqual(opening, closing)
        self.assertEqual(sums[-1][1], -self.account_balance(self.accrual))

    def test_other_company_sees_nothing(self):
        self.own().action_accrue_duty()
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="stranger",
            groups="customs_invoicing.group_customs_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        report = self.env["customs.accrual.report"].with_user(stranger)
        self.assertFalse(report.search([]))

    def test_two_companies_accrue_in_their_own_books(self):
        other = self.setup_other_company()["company"]
        other.with_company(other).action_create_customs_setup()
        self.env.user.company_ids |= other
        mine = self.own()
        theirs = (
            self.env["customs.declaration"]
            .with_company(other)
            .create(
                {
                    "company_id": other.id,
                    "office_id": self.office.id,
                    "registration_date": "2026-03-05",
                    "capacity": "own",
                    "line_ids": [(0, 0, {"code": "8516710000", "customs_value": 1000})],
                }
            )
        )
        theirs.action_calculate()
        files = (mine + theirs).with_context(
            allowed_company_ids=[self.company.id, other.id]
        )
        moves = files.action_accrue_duty()
        self.assertEqual(moves.company_id, self.company + other)
        account = other._get_customs_account("duty_accrual")
        self.assertEqual(self.account_balance(account), -50.00)
        self.assertEqual(self.account_balance(self.accrual), -2000.00)

    # === MANY === #

    def queries(self, function, *args):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_reading_many_files_takes_no_more_queries(self):
        files = self.env["customs.declaration"].union(*(self.own() for _n in range(8)))
        files.action_accrue_duty()
        names = ["accrual_balance", "has_accrual", "has_open_accrual"]
        few = self.queries(files[:2].read, names)
        many = self.queries(files.read, names)
        self.assertLessEqual(many, few)
        self.assertLess(many, 8)

    def test_steps_over_many_files_grow_little_per_file(self):
        files = self.env["customs.declaration"].union(*(self.own() for _n in range(12)))
        groups = files[:2], files[2:4], files[4:]
        warm, few, many = (self.queries(g.action_accrue_duty) for g in groups)
        self.assertLessEqual(many - few, 6 * 6)
        for record in files:
            self.assess(record, {self.cid: 2003.40})
        counts = [
            self.queries(lambda g=group: g.current_assessment_id._get_true_ups())
            for group in groups
        ][1:]
        self.assertLessEqual(counts[1], counts[0])
        self.assertTrue(warm)

    def test_reversing_many_files_grows_little_per_file(self):
        files = self.env["customs.declaration"].union(*(self.own() for _n in range(12)))
        files.action_accrue_duty()
        groups = files[:2], files[2:4], files[4:]
        _warm, few, many = (self.queries(g.action_reverse_accrual) for g in groups)
        # Odoo copies, numbers and matches reversals one by one
        self.assertLessEqual(many - few, 6 * 80)
