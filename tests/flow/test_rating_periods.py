"""Fees of a month: counted files, one line on an invoice, differences later."""

from test_rating import RatingCase

from odoo import Command
from odoo.exceptions import UserError


class TestRatingPeriods(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.periods = cls.env["customs.fee.period"]

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

    def draft_credit(self, invoice, day="2026-04-02"):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": day, "journal_id": invoice.journal_id.id})
        )
        return self.env["account.move"].browse(wizard.refund_moves()["res_id"])

    def billed(self, fee, day="2026-04-01"):
        before = fee.move_line_ids.move_id
        fee.action_create_invoices()
        invoice = fee.move_line_ids.move_id - before
        invoice.invoice_date = day
        return invoice

    def test_draft_credit_note_does_not_reopen_the_fee(self):
        self.card(self.retainer())
        fee = self.count()
        invoice = self.billed(fee)
        invoice.action_post()
        credit = self.draft_credit(invoice)
        self.assertEqual((fee.amount_billed, fee.difference), (1500.0, 0.0))
        self.assertEqual(fee.state, "billed")
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            fee.action_create_invoices()
        credit.invoice_date = "2026-04-02"
        credit.action_post()
        self.assertEqual((fee.amount_billed, fee.difference), (0.0, 1500.0))

    def test_fee_is_not_billed_twice(self):
        self.card(self.retainer())
        fee = self.count()
        invoice = self.billed(fee)
        copied = invoice.copy({"invoice_date": "2026-04-01"})
        copied.invoice_line_ids.customs_fee_period_id = fee
        invoice.action_post()
        with self.assertRaisesRegex(UserError, "1,500.00 more would be billed"):
            copied.action_post()
        credit, again = self.draft_credit(invoice), self.draft_credit(invoice)
        (credit | again).invoice_date = "2026-04-02"
        credit.action_post()
        with self.assertRaisesRegex(UserError, "1,500.00 more would be credited"):
            again.action_post()

    def test_fee_that_became_less_is_not_billed_in_full(self):
        self.card(self.retainer())
        files = self.files(5001, 5002, 5003)
        fee = self.count()
        invoice = self.billed(fee)
        files[0].action_cancel()
        fee.action_count_again()
        self.assertEqual((fee.difference, fee.state), (0.0, "different"))
        with self.assertRaisesRegex(UserError, "32.00 more would be billed"):
            invoice.action_post()
        invoice.invoice_line_ids.price_unit = 1500
        invoice.action_post()
        self.assertEqual((fee.difference, fee.state), (0.0, "billed"))

    def test_problem_of_a_client_keeps_no_fee_of_others(self):
        self.card(self.retainer(fee=1000))
        other = self.env["res.partner"].create({"name": "Tied", "is_company": True})
        tied = self.card(self.retainer(fee=700), name="Tied", client_id=other.id)
        self.files(5001)
        self.count()
        self.card(self.retainer(fee=1100), name="New", date_from="2026-03-02")
        self.card(self.retainer(), name="Tied too", client_id=other.id)
        problems = self.periods._count_and_tell("2026-03-31")[1]
        self.assertEqual(len(problems), 1)
        fees = self.periods.search([("client_id", "=", self.client.id)])
        self.assertEqual(sorted(fees.mapped("amount")), [0.0, 1100.0])
        kept = self.periods.search([("client_id", "=", other.id)])
        self.assertRecordValues(
            kept, [{"fee_rule_id": tied.rule_ids.id, "amount": 700.0}]
        )

    def test_fee_follows_the_day_and_currency_of_its_invoice(self):
        self.client.customs_billing_currency_id = self.eur
        self.card(self.retainer())
        fee = self.count()
        invoice = self.billed(fee, "2026-03-05")
        invoice.action_post()
        # USD 1 500 at 0.8
        self.assertEqual(invoice.amount_untaxed, 1200.0)
        self.assert_items(
            invoice,
            [
                (self.income, self.client, -1500.00, "", "", ""),
                (self.receivable, self.client, 1500.00, "", "", ""),
            ],
        )
        self.assertEqual((fee.amount_billed, fee.difference), (1500.0, 0.0))

    def test_currency_changed_on_the_draft(self):
        self.card(self.retainer())
        fee = self.count()
        invoice = self.billed(fee)
        invoice.currency_id = self.eur
        invoice.action_post()
        # USD 1 500 at 0.5
        self.assertEqual(invoice.amount_untaxed, 750.0)
        self.assertEqual(fee.difference, 0.0)

    def test_price_lowered_by_hand_leaves_the_rest(self):
        self.card(self.retainer(), currency_id=self.eur.id)
        fee = self.count()
        invoice = self.billed(fee)
        invoice.currency_id = self.company.currency_id
        invoice.invoice_line_ids.price_unit = 2900
        invoice.action_post()
        self.assertEqual((fee.amount_billed, fee.difference), (1450.0, 50.0))
        credit = self.draft_credit(invoice, "2026-03-05")
        credit.invoice_date = "2026-03-05"
        credit.action_post()
        self.assertEqual((fee.amount_billed, fee.difference), (0.0, 1500.0))

    def test_claims_from_outside_count_for_nothing(self):
        self.card(self.retainer())
        fee = self.count()
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-04-01",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "From outside",
                            "price_unit": 8000,
                            "tax_ids": [Command.clear()],
                            "customs_fee_period_id": fee.id,
                            "customs_fee_amount": 1,
                            "customs_fee_currency_id": self.eur.id,
                        }
                    )
                ],
            }
        )
        with self.assertRaisesRegex(UserError, "6,500.00 more would be billed"):
            invoice.action_post()

    def test_fee_without_rate_is_not_billed_one_to_one(self):
        self.card(self.retainer())
        fee = self.count()
        invoice = self.billed(fee)
        self.env["res.currency.rate"].search(
            [("currency_id", "=", self.eur.id)]
        ).unlink()
        invoice.currency_id = self.eur
        with self.assertRaisesRegex(UserError, "no exchange rate"):
            invoice.action_post()

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

    def split_payers(self, **vals):
        """Let a group company pay what the client is charged for services."""
        payer = self.env["res.partner"].create({"name": "Harbour Group Services"})
        self.client.customs_billing_profile_id = self.env[
            "customs.billing.profile"
        ].create(
            {
                "name": "Fees to the group",
                "payer_ids": [
                    Command.create({"scope": "services", "partner_id": payer.id})
                ],
                **vals,
            }
        )
        return payer

    def test_fee_goes_to_who_pays_the_services(self):
        payer = self.split_payers()
        self.card(self.retainer())
        self.files(5001, 5002, 5003)
        fee = self.count()
        self.assertEqual((fee.client_id, fee.bill_to_id), (self.client, payer))
        fee.action_create_invoices()
        invoice = fee.move_line_ids.move_id
        invoice.invoice_date = "2026-04-01"
        invoice.action_post()
        self.assert_items(
            invoice,
            [
                (self.income, payer, -1532.00, "", "", ""),
                (
                    payer.property_account_receivable_id,
                    payer,
                    1532.00,
                    "",
                    "",
                    "",
                ),
            ],
        )
        # what changes later goes to who was billed, whatever is agreed by then
        self.client.customs_billing_profile_id = False
        fee.invalidate_recordset(["bill_to_id"])
        self.assertEqual(fee.bill_to_id, payer)
        self.reverse(invoice)
        self.assertEqual(fee.difference, 1532.0)

    def test_fee_of_a_stranger_is_refused(self):
        payer = self.split_payers()
        self.card(self.retainer())
        fee = self.count()
        fee.action_create_invoices()
        invoice = fee.move_line_ids.move_id
        invoice.write(
            {
                "partner_id": self.env["res.partner"].create({"name": "Other"}).id,
                "invoice_date": "2026-04-01",
            }
        )
        with self.assertRaisesRegex(UserError, "belongs to Harbour Group Services"):
            invoice.action_post()
        invoice.partner_id = self.client  # agreed or not: it is his fee
        invoice.action_post()
        self.assertNotEqual(fee.bill_to_id, payer)

    def test_monthly_invoice_of_the_payer_takes_the_fee_along(self):
        payer = self.split_payers(mode="monthly")
        self.card(self.retainer())
        files = self.files(5001, 5002)
        for file in files:
            self.add_service(file, 40)
            self.post_assessment(file)
        march = self.count()
        groups = files._get_billing_groups()
        invoices = files._create_invoices_of_groups(groups, "2026-04-02")
        self.assertEqual(invoices.partner_id, self.client | payer)
        self.assertEqual(march.move_line_ids.move_id.partner_id, payer)
        self.assertEqual(march.difference, 0.0)

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
