"""Fees of a month: counted files, one line on an invoice, differences later."""

from test_rating import RatingCase

from odoo import Command
from odoo.exceptions import UserError


class TestRatingPeriods(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.periods = cls.env["customs.fee.period"]

    def retainer(self, **vals):
        """1 500 a month, two files included, 32 for each further one."""
        return {
            "charge_code_id": self.advance_code.id,
            "type": "PERIOD_FLAT",
            "fee": 1500,
            "included": 2,
            "extra": 32,
            **vals,
        }

    def files(self, *numbers, day="3/5/26"):
        files = self.env["customs.declaration"]
        for number in numbers:
            files |= self.file(
                registration=("C", str(number), day), reference=f"J{number}"
            )
        return files

    def count(self, day="2026-03-31"):
        return self.periods._count_month(day)

    def test_month_is_counted_once(self):
        card = self.card(self.retainer())
        self.files(5001, 5002, 5003)
        self.files(5004, day="4/2/26")
        cancelled = self.files(5005)
        cancelled.action_cancel()
        fee = self.count()
        self.assertRecordValues(
            fee,
            [
                {
                    "client_id": self.client.id,
                    "fee_rule_id": card.rule_ids.id,
                    "file_count": 3,
                    "amount": 1532.0,
                    "difference": 1532.0,
                    "state": "open",
                }
            ],
        )
        self.assertEqual(str(fee.month), "2026-03-01")
        self.assertIn("32", fee.formula)
        self.assertEqual(self.count(), fee)
        self.assertEqual(len(self.periods.search([])), 1)

    def test_fee_is_due_without_a_file(self):
        self.card(self.retainer())
        fee = self.count()
        self.assertEqual((fee.file_count, fee.amount), (0, 1500.0))

    def test_files_are_not_charged_for_it(self):
        self.card(self.retainer(), self.flat(55))
        declaration = self.files(5001)
        declaration.action_rate_services()
        self.assertEqual(self.services(declaration).charge_code_id, self.service_code)
        results = declaration.rating_ids.line_ids.mapped("result")
        self.assertEqual(sorted(results), ["rated", "skipped"])

    def test_only_files_that_meet_its_conditions_count(self):
        self.card(self.retainer(included=0, extra=10, declaration_types="IM4"))
        files = self.files(5001, 5002)
        files[0].declaration_type = "EX1"
        fee = self.count()
        self.assertEqual((fee.file_count, fee.amount), (1, 1510.0))

    def test_general_fee_is_of_clients_with_files(self):
        self.card(self.retainer(), level="general", client_id=False)
        self.assertFalse(self.count())
        self.files(5001)
        self.assertEqual(self.count().client_id, self.client)

    def test_own_card_goes_before_the_general_one(self):
        self.card(self.retainer(), level="general", client_id=False)
        self.card(self.retainer(fee=1000), name="Own")
        self.files(5001)
        self.assertEqual(self.count().amount, 1000.0)

    def test_tie_is_said(self):
        self.card(self.retainer())
        self.card(self.retainer(fee=1000), name="Second card")
        with self.assertRaisesRegex(UserError, "Second card"):
            self.count()
        self.assertFalse(self.periods.search([]))

    def test_invoice_and_recount(self):
        self.card(self.retainer())
        self.files(5001, 5002, 5003)
        fee = self.count()
        fee.action_create_invoices()
        invoice = fee.move_line_ids.move_id
        self.assertEqual(fee.state, "billed")
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            fee.action_create_invoices()
        invoice.invoice_date = "2026-04-01"
        invoice.action_post()
        self.assert_items(
            invoice,
            [
                (self.income, self.client, -1532.00, "", "", ""),
                (self.receivable, self.client, 1532.00, "", "", ""),
            ],
        )
        self.files(5004)
        self.count()
        self.assertEqual((fee.amount, fee.difference), (1564.0, 32.0))
        self.assertEqual(fee.state, "different")
        self.assertIn(fee, self.periods.search([("difference", "!=", 0)]))
        fee.action_create_invoices()
        self.assertEqual(fee.difference, 0.0)
        self.assertEqual(sum(fee.move_line_ids.mapped("price_subtotal")), 1564.0)
        self.reverse(invoice)
        self.assertEqual(fee.difference, 1532.0)

    def test_fewer_files_are_credited(self):
        self.card(self.retainer())
        files = self.files(5001, 5002, 5003)
        fee = self.count()
        fee.action_create_invoices()
        fee.move_line_ids.move_id.invoice_date = "2026-04-01"
        fee.move_line_ids.move_id.action_post()
        files[0].action_cancel()
        fee.action_count_again()
        self.assertEqual(fee.difference, -32.0)
        fee.action_create_invoices()
        credit = fee.move_line_ids.move_id.filtered(
            lambda move: move.move_type == "out_refund"
        )
        self.assertEqual(credit.amount_untaxed, 32.0)
        self.assertEqual(fee.difference, 0.0)

    def test_foreign_fee_is_billed_in_its_currency(self):
        self.card(self.retainer(), currency_id=self.eur.id)
        fee = self.count()
        fee.action_create_invoices()
        invoice = fee.move_line_ids.move_id
        self.assertEqual(invoice.currency_id, self.eur)
        self.assertEqual(invoice.amount_untaxed, 1500.0)
        invoice.invoice_date = "2026-04-01"
        invoice.action_post()
        self.assertEqual(fee.difference, 0.0)
        self.assert_items(
            invoice,
            [
                (self.income, self.client, -3000.00, "", "", ""),
                (self.receivable, self.client, 3000.00, "", "", ""),
            ],
        )

    def test_monthly_invoice_takes_it_along(self):
        profile = self.env["customs.billing.profile"].create(
            {"name": "Monthly", "mode": "monthly"}
        )
        self.client.customs_billing_profile_id = profile
        self.card(self.retainer())
        files = self.files(5001, 5002)
        for file in files:
            self.post_assessment(file)
        march = self.count()
        april = self.count("2026-04-30")
        groups = files._get_billing_groups()
        invoice = files._create_invoices_of_groups(groups, "2026-04-02")
        self.assertEqual(len(invoice), 1)
        line = invoice.invoice_line_ids.filtered("customs_fee_period_id")
        self.assertEqual(line.customs_fee_period_id, march)
        self.assertEqual(line.price_unit, 1500.0)
        self.assertEqual((march.difference, april.difference), (0.0, 1500.0))
        invoice.action_post()
        self.assertEqual(march.state, "billed")

    def test_queries_do_not_grow_with_the_files(self):
        self.card(self.retainer())
        self.files(5001)
        few = self._count_queries_of("2026-03-31")
        self.files(*range(5100, 5120))
        many = self._count_queries_of("2026-03-31")
        self.assertLessEqual(many, few + 2)
        self.assertEqual(self.periods.search([]).file_count, 21)

    def _count_queries_of(self, day):
        self.count(day)
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        self.count(day)
        self.env.flush_all()
        return self.env.cr.sql_log_count - start

    def test_user_counts_but_cannot_write(self):
        self.card(self.retainer())
        fee = self.count()
        user = self.env["res.users"].create(
            {
                "name": "Officer",
                "login": "officer_fees",
                "group_ids": [
                    Command.link(
                        self.env.ref("customs_invoicing.group_customs_user").id
                    )
                ],
                "company_ids": [Command.set(self.company.ids)],
                "company_id": self.company.id,
            }
        )
        self.assertEqual(self.periods.with_user(user)._count_month("2026-03-31"), fee)
        self.assertFalse(fee.with_user(user).has_access("write"))
