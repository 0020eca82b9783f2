"""No way round: money that must not be lost, doubled or billed to the wrong client."""

from common import CustomsCase, item, tax

from odoo import Command
from odoo.exceptions import UserError


def one_item(vat="173.25", base="1155.00"):
    """Value 1 100.00: duty 55.00 and VAT; the fee is 45.00; 273.25 in all."""
    return [
        item(
            price="1000.00",
            taxes=[tax("CID", rate="5"), tax("VAT", base, "15", vat)],
        )
    ]


class TestMoneySafety(CustomsCase):
    def _second(self, items, number="4999", **facts):
        return self.import_sad(items, assessment=("A", number, "3/9/26"), **facts)

    # === TWO AT ONCE === #

    def test_taking_the_money_lock_changes_the_row(self):
        """Only a changed row makes the database refuse whoever read older money."""
        declaration = self.import_sad(one_item())
        before = declaration.money_version
        declaration._lock_for_money()
        self.assertEqual(declaration.money_version, before + 1)

    # === REPLACED AND REVERSED BILLS === #

    def test_replaced_bill_is_not_posted_twice(self):
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({"date": "2026-03-12", "journal_id": bill.journal_id.id})
        )
        action = wizard.modify_moves()
        replacement = self.env["account.move"].browse(action["res_id"])
        replacement.invoice_date = "2026-03-12"
        replacement.action_post()
        self.assert_money(declaration, charged=273.25, control_balance=273.25)
        self.assertFalse(declaration.has_unposted_assessment)
        self.assertFalse(self.post_assessment(declaration))

    def test_reversal_of_the_reversal_counts(self):
        declaration = self.import_sad(one_item())
        reversal = self.reverse(self.post_assessment(declaration))
        self.assertTrue(declaration.has_unposted_assessment)
        self.reverse(reversal)
        self.assert_money(declaration, charged=273.25)
        self.assertFalse(declaration.has_unposted_assessment)

    def test_edited_bill_of_the_authority_is_not_posted(self):
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        bill.button_draft()
        bill.invoice_line_ids[0].price_unit = 1055.00
        with self.assertRaisesRegex(UserError, "differs from .* in CID"):
            bill.action_post()

    # === IMPORT VAT TO THE CENT === #

    def _own(self, items, **facts):
        self.company.partner_id.customs_code = "OWN-1"
        return self.import_sad(items, importer=("OWN-1", "Us"), **facts)

    def test_vat_alone_is_corrected_on_its_base(self):
        declaration = self._own(one_item())
        self.post_assessment(declaration)
        self._own(one_item(vat="173.26"), assessment=("A", "4999", "3/9/26"))
        move = self.post_assessment(declaration)
        vat = self.company.customs_import_vat_tax_ids
        account = self.company_data["default_account_tax_purchase"]
        self.assert_items(
            move,
            [
                (self.neutral, self.authority, 1155.00, vat.name, "VAT", ""),
                (self.neutral, self.authority, -1155.00, vat.name, "VAT", ""),
                (account, self.authority, 173.26, f"T:{vat.name}", "VAT", ""),
                (account, self.authority, -173.25, f"T:{vat.name}", "VAT", ""),
                (self.payable, self.authority, -0.01, "", "", ""),
            ],
        )
        self.assert_money(declaration, charged=273.26)
        self.assertFalse(self.post_assessment(declaration))

    def test_reset_bill_keeps_the_authoritys_vat(self):
        declaration = self._own(one_item(vat="173.26"))
        bill = self.post_assessment(declaration)
        bill.button_draft()
        bill.invoice_line_ids[0].name = "Edited label"
        bill.invoice_date = "2026-03-07"
        bill.action_post()
        self.assertEqual(bill.line_ids.filtered("tax_line_id").balance, 173.26)
        self.assert_money(declaration, charged=273.26)
        self.assertFalse(declaration.has_unposted_assessment)

    def test_reversal_undoes_vat_to_the_cent(self):
        declaration = self._own(one_item(vat="173.26"))
        self.reverse(self.post_assessment(declaration))
        self.assert_money(declaration, charged=0)
        self.assertEqual(self.account_balance(self.payable), 0.0)

    # === KEYS AND STATES === #

    def test_capacity_and_client_are_fixed_by_journal_entries(self):
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        bill.button_draft()
        for name, value in (("capacity", "own"), ("client_id", self.exporter.id)):
            with (
                self.subTest(name),
                self.assertRaisesRegex(UserError, "has journal entries, so its"),
            ):
                declaration.write({name: value})
        with self.assertRaisesRegex(UserError, "cannot change any more"):
            self.charge(declaration, "CID").tax_code_id = self.charge(
                declaration, "VAT"
            ).tax_code_id

    def test_kind_of_a_used_charge_is_fixed(self):
        declaration = self.import_sad(one_item())
        code = self.charge(declaration, "CID").charge_code_id
        code.kind = "excise"  # nothing is posted yet
        code.kind = "duty"
        self.post_assessment(declaration)
        with self.assertRaisesRegex(UserError, "its kind cannot change"):
            code.kind = "service"

    def test_assessed_charge_cannot_be_deleted(self):
        declaration = self.import_sad(one_item())
        with self.assertRaisesRegex(UserError, "was assessed by the authority"):
            self.charge(declaration, "VAT").unlink()

    def test_missing_charge_is_opened_on_posting(self):
        declaration = self.import_sad(one_item())
        self.env.cr.execute(
            "DELETE FROM customs_charge WHERE id = %s",
            [self.charge(declaration, "VAT").id],
        )
        self.env.invalidate_all()
        self.assertTrue(declaration.has_unposted_assessment)
        self.post_assessment(declaration)
        self.assert_money(declaration, charged=273.25)

    def test_file_with_money_is_not_cancelled(self):
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        for attempt in (
            declaration.action_cancel,
            lambda: declaration.write({"state": "cancelled"}),
        ):
            with self.assertRaisesRegex(UserError, "has posted entries for CID"):
                attempt()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({"date": "2026-03-12", "journal_id": bill.journal_id.id})
        )
        wizard.refund_moves()  # a draft reversal undoes nothing
        with self.assertRaisesRegex(UserError, "has posted entries for CID"):
            declaration.action_cancel()

    def test_cancelled_file_with_an_assessment_is_restored(self):
        declaration = self.import_sad(one_item())
        declaration.action_cancel()
        declaration.action_reset_to_draft()
        self.assertEqual(declaration.state, "assessed")
        self.post_assessment(declaration)
        self.assert_money(declaration, charged=273.25)

    def test_states_are_not_jumped(self):
        declaration = self.env["customs.declaration"].create(
            {"office_id": self.office.id}
        )
        for state in ("released", "closed", "assessed"):
            with self.subTest(state), self.assertRaises(UserError):
                declaration.state = state

    def test_closed_file_is_closed_for_its_parts(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        declaration.action_release()
        declaration.action_close()
        for attempt in (
            lambda: declaration.line_ids.write({"customs_value": 1.0}),
            lambda: declaration.line_ids.unlink(),
            lambda: self.add_service(declaration, 5.00),
            lambda: declaration.document_ids.unlink(),
        ):
            with self.assertRaisesRegex(UserError, "closed and cannot be changed"):
                attempt()
        invoice.button_draft()  # an accountant may; the file says so and is open again
        self.assertEqual(declaration.state, "released")
        self.assertIn("Reopened", declaration.message_ids[0].body)

    # === BILLING === #

    def test_charges_are_not_billed_to_another_client(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = declaration.action_create_invoices()
        invoice.partner_id = self.exporter
        invoice.invoice_date = "2026-03-10"
        with self.assertRaisesRegex(UserError, "belongs to Harbour Home Goods Ltd"):
            invoice.action_post()

    def test_draft_credit_note_does_not_reopen_a_billed_charge(self):
        declaration = self.import_sad(one_item())
        self.add_service(declaration, 80.00)
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": "2026-03-12", "journal_id": invoice.journal_id.id})
        )
        wizard.refund_moves()
        self.assert_money(declaration, to_bill=0)
        self.assertFalse(declaration.action_create_invoices())

    def test_nothing_is_credited_twice(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        self.reverse(invoice)
        with self.assertRaisesRegex(
            UserError, "more would be credited than was billed"
        ):
            self.reverse(invoice)

    def test_service_is_billed_at_its_price(self):
        declaration = self.import_sad(one_item())
        self.add_service(declaration, 80.00)
        self.post_assessment(declaration)
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-03-10"
        line = invoice.invoice_line_ids.filtered(lambda line: not line.customs_tax_code)
        line.price_unit = 90.00
        with self.assertRaisesRegex(UserError, "10.00 more would be billed than its"):
            invoice.action_post()

    def test_foreign_draft_follows_the_rate_of_its_date(self):
        eur = self.setup_other_currency(
            "EUR", rates=[("2020-01-01", 0.8), ("2026-03-10", 0.9)]
        )
        self.client.customs_billing_currency_id = eur
        declaration = self.import_sad(one_item())
        self.add_service(declaration, 80.00)
        self.post_assessment(declaration)
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-03-01"
        invoice.action_post()
        self.assertEqual(invoice.currency_id, eur)
        self.assertEqual(invoice.amount_untaxed, 282.60)  # 353.25 USD at 0.8
        self.assert_money(declaration, billed=273.25, to_bill=0, control_balance=0)
        declaration.action_release()
        declaration.action_close()

    def test_draft_follows_the_currency_it_is_changed_to(self):
        eur = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.8)])
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-03-10"
        invoice.currency_id = eur
        invoice.currency_id = self.company.currency_id
        invoice.currency_id = eur
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 218.60)  # 273.25 USD
        self.assert_money(declaration, billed=273.25, to_bill=0, control_balance=0)

    def test_part_of_a_service_billed_leaves_the_rest_open(self):
        declaration = self.import_sad(one_item())
        service = self.add_service(declaration, 80.00)
        self.post_assessment(declaration)
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-03-10"
        line = invoice.invoice_line_ids.filtered(lambda line: not line.customs_tax_code)
        line.quantity = 0.5
        invoice.action_post()
        self.assertEqual((service.amount_billed, service.amount_to_bill), (40.0, 40.0))

    # === CURRENCIES AND ACCOUNTS === #

    def test_currency_without_rate_is_refused(self):
        currency = self.env["res.currency"].create({"name": "XQQ", "symbol": "Q"})
        self.tariff.currency_id = currency
        with self.assertRaisesRegex(UserError, "XQQ has no exchange rate to USD"):
            self.import_sad(one_item())

    def test_invoice_currency_without_rate_is_refused(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-03-10"
        invoice.currency_id = self.env["res.currency"].create(
            {"name": "XQQ", "symbol": "Q"}
        )
        with self.assertRaisesRegex(UserError, "XQQ has no exchange rate to USD"):
            invoice.action_post()

    def test_reversal_of_a_foreign_bill_takes_its_rate(self):
        eur = self.setup_other_currency(
            "EUR", rates=[("2020-01-01", 0.8), ("2026-03-10", 0.9)]
        )
        self.tariff.currency_id = eur
        declaration = self.import_sad(one_item(), currency="GBP")
        bill = self.post_assessment(declaration)
        self.reverse(bill, date="2026-03-12")
        self.assert_money(declaration, charged=0, control_balance=0)

    def test_used_disbursement_account_stays(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        self.bill(declaration)
        with self.assertRaisesRegex(UserError, "stays the disbursement account"):
            self.company.customs_disbursement_account_id = self.clearing

    # === FILES === #

    def test_file_without_taxes_leaves_the_assessment_alone(self):
        declaration = self.import_sad(one_item())
        self.import_sad(
            [item(price="1000.00", taxes=[])], assessment=None, global_tax="0"
        )
        self.assert_money(declaration, assessed=273.25, payable=273.25)
        self.assertEqual(len(declaration.assessment_ids), 1)

    def test_file_typed_by_hand_is_found_by_its_number(self):
        typed = self.env["customs.declaration"].create(
            {
                "office_id": self.office.id,
                "client_id": self.client.id,
                "registration_number": "C 4711",
                "registration_date": "2026-03-05",
            }
        )
        self.assertEqual(typed.registration_year, 2026)
        self.assertEqual(self.import_sad(one_item()), typed)

    def test_two_contacts_with_one_customs_code_are_refused(self):
        self.env["res.partner"].create(
            {"name": "Namesake", "customs_code": "TIN-100200300"}
        )
        with self.assertRaisesRegex(UserError, "TIN-100200300 is on several contacts"):
            self.import_sad(one_item())

    def test_settled_means_billed_as_well(self):
        declaration = self.import_sad(one_item())
        self.pay(self.post_assessment(declaration))
        self.assertEqual(declaration.settlement_state, "partial")
        self.pay(self.bill(declaration))
        self.assertEqual(declaration.settlement_state, "settled")

    def test_rates_near_each_other_have_their_own_tax(self):
        """In a currency without cents 19.25 % is not 19 %."""
        taxes = self.company.customs_import_vat_tax_ids
        taxes |= taxes[0].copy({"name": "19%", "amount": 19.0})
        taxes |= taxes[0].copy({"name": "19.25%", "amount": 19.25})
        self.company.customs_import_vat_tax_ids = taxes
        find = self.company._get_customs_import_vat_tax
        self.assertEqual(find(19.25).amount, 19.25)
        self.assertEqual(find(19.0).amount, 19.0)

    def test_manual_line_cannot_overbill_from_another_invoice(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        self.bill(declaration)
        extra = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-03-10",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "again",
                            "price_unit": 55.0,
                            "account_id": self.control.id,
                            "customs_charge_id": self.charge(declaration, "CID").id,
                            "customs_declaration_id": declaration.id,
                        }
                    )
                ],
            }
        )
        with self.assertRaisesRegex(UserError, "55.00 more would be billed"):
            extra.action_post()
