"""Attempts to part the books from what is open, or to change what is posted."""

from common import CustomsCase, item, tax

from odoo.exceptions import UserError


class TestBooksSafety(CustomsCase):
    def assessed(self, amount=100.0, **vals):
        return self.record(self.client_file(**vals), amount)

    def client_file(self, **vals):
        return self.typed(capacity="direct", client_id=self.client.id, **vals)

    def record(self, declaration, amount, date="2026-03-05", **vals):
        code = self.env.ref("customs_invoicing.tax_code_cid")
        declaration._record_assessment(
            [{"tax_code_id": code.id, "amount_assessed": amount, **vals}], date=date
        )
        return declaration

    def other_account(self):
        return self.company_data["default_account_revenue"]

    # === ACCOUNTS === #

    def test_outlay_stays_on_the_disbursement_account(self):
        declaration = self.assessed()
        self.post_assessment(declaration)
        invoice = declaration.action_create_invoices()
        line = invoice.invoice_line_ids.filtered("customs_charge_id")[:1]
        line.account_id = self.other_account()
        invoice.invoice_date = "2026-03-10"
        with self.assertRaisesRegex(UserError, "belongs on .*, not on"):
            invoice.action_post()

    def test_assessed_amount_stays_on_its_account(self):
        for document in ("bill", "entry"):
            self.company.customs_assessment_document = document
            declaration = self.assessed()
            move = self.post_assessment(declaration) or declaration._get_customs_moves()
            move.button_draft()
            line = move.line_ids.filtered("customs_charge_id")
            line.account_id = self.other_account()
            with self.subTest(document=document):
                with self.assertRaisesRegex(UserError, "belongs on .*, not on"):
                    move.action_post()

    # === ESTIMATES === #

    def estimated(self):
        declaration = self.client_file(items=({"customs_value": 2000},))
        declaration.action_mark_ready()
        declaration.action_lodge()
        declaration.action_bill_estimate()
        invoice = declaration._get_client_moves()
        return declaration, invoice

    def test_estimate_gives_way_to_an_assessment_of_nothing(self):
        declaration, invoice = self.estimated()
        invoice.invoice_date = "2026-03-06"
        invoice.action_post()
        billed = declaration.amount_billed
        self.assertGreater(billed, 0)
        self.record(declaration, 0.0, date="2026-03-07")
        self.assertTrue(declaration.has_unposted_assessment)
        declaration.action_post_assessment()
        self.assert_money(declaration, to_bill=-billed, control_balance=-billed)
        credit = declaration.action_create_invoices()
        credit.invoice_date = "2026-03-08"
        credit.action_post()
        self.assert_money(declaration, to_bill=0.0, control_balance=0.0)
        self.assertFalse(declaration.has_unposted_assessment)

    def test_estimate_ends_with_a_cancelled_file(self):
        declaration, invoice = self.estimated()
        invoice.unlink()
        declaration.action_cancel()
        self.assert_money(declaration, to_bill=0.0)

    def test_draft_that_bills_too_much_is_not_credited(self):
        declaration, _invoice = self.estimated()
        self.record(declaration, 10.0)
        declaration.action_post_assessment()
        charge = self.charge(declaration, "CID")
        self.assertEqual(charge.amount_to_bill, 0.0)
        open_ids = self.env["customs.charge"].search(
            [("id", "=", charge.id), ("amount_to_bill", "!=", 0)]
        )
        self.assertFalse(open_ids)

    # === FOREIGN AUTHORITY === #

    def test_taken_back_at_the_rate_it_was_booked_at(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            [
                {"currency_id": euro.id, "name": day, "rate": rate}
                for day, rate in (("2026-01-01", 0.80), ("2026-04-01", 0.70))
            ]
        )
        self.tariff.currency_id = euro
        for document in ("bill", "entry"):
            self.company.customs_assessment_document = document
            declaration = self.assessed(100.0)
            self.post_assessment(declaration)
            self.bill(declaration)
            self.assert_money(declaration, charged=125.0, to_bill=0.0)
            self.record(declaration, 40.0, date="2026-04-02")
            declaration.action_post_assessment()
            self.assert_money(declaration, charged=50.0, to_bill=-75.0)
            self.record(declaration, 0.0, date="2026-04-03")
            declaration.action_post_assessment()
            with self.subTest(document=document):
                self.assert_money(declaration, charged=0.0, to_bill=-125.0)
                credit = declaration.action_create_invoices()
                credit.invoice_date = "2026-04-04"
                credit.action_post()
                self.assert_money(declaration, control_balance=0.0, to_bill=0.0)
                self.assertEqual(declaration.current_assessment_id.state, "posted")

    # === WRITING WHAT FOLLOWS === #

    def test_derived_values_are_not_written(self):
        declaration = self.assessed()
        charge = self.charge(declaration, "CID")
        for vals in ({"nature": "service"}, {"amount_estimate": 5000.0}):
            with self.assertRaisesRegex(UserError, "cannot be written"):
                charge.write(vals)

    def test_links_of_posted_items_stay(self):
        declaration = self.import_sad([item(taxes=[tax("CID", rate="5")])])
        move = self.post_assessment(declaration)
        line = move.line_ids.filtered("customs_charge_id")[:1]
        with self.assertRaisesRegex(UserError, "Reverse it instead"):
            line.customs_charge_id = False
        with self.assertRaisesRegex(UserError, "Reverse it instead"):
            move.customs_event = "write_off"
        with self.assertRaisesRegex(UserError, "Reverse it instead"):
            move.customs_assessment_id = False
