"""What changes after the fact: new versions, reversals, resets, foreign currency."""

from common import CustomsCase, item, tax

from odoo import Command
from odoo.exceptions import AccessError, UserError


def one_item(duty_amount="55.00", vat_amount="173.25", vat_base="1155.00"):
    return [
        item(
            price="1000.00",
            taxes=[
                tax("CID", rate="5", amount=duty_amount),
                tax("VAT", vat_base, "15", vat_amount),
            ],
        )
    ]


class TestChanges(CustomsCase):
    def _import_second(self, *amounts, day="3/9/26", **facts):
        return self.import_sad(
            one_item(*amounts), assessment=("A", "4999", day), **facts
        )

    # === VERSIONS === #

    def test_higher_version_posts_the_difference(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        self.bill(declaration)
        same = self._import_second("65.00", "174.75", "1165.00")
        self.assertEqual(same, declaration)
        self.assertRecordValues(
            declaration.assessment_ids.sorted("version"),
            [
                {"version": 1, "state": "old", "amount_payable": 273.25},
                {"version": 2, "state": "open", "amount_payable": 284.75},
            ],
        )
        self.assertTrue(declaration.has_unposted_assessment)
        move = self.post_assessment(declaration)
        self.assertEqual(move.move_type, "in_invoice")
        self.assert_items(
            move,
            [
                (self.control, self.authority, 10.00, "", "CID", ""),
                (self.control, self.authority, 1.50, "", "VAT", ""),
                (self.payable, self.authority, -11.50, "", "", ""),
            ],
        )
        self.assert_money(
            declaration,
            charged=284.75,
            billed=273.25,
            to_bill=11.50,
            control_balance=11.50,
        )
        self.bill(declaration)
        self.assert_money(declaration, billed=284.75, control_balance=0)
        self.assertFalse(self.post_assessment(declaration))

    def test_lower_version_posts_a_refund_and_a_credit_note(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        self.bill(declaration)
        self._import_second("45.00", "171.75", "1145.00")
        move = self.post_assessment(declaration)
        self.assertEqual(move.move_type, "in_refund")
        self.assert_items(
            move,
            [
                (self.control, self.authority, -10.00, "", "CID", ""),
                (self.control, self.authority, -1.50, "", "VAT", ""),
                (self.payable, self.authority, 11.50, "", "", ""),
            ],
        )
        self.assert_money(declaration, charged=261.75, to_bill=-11.50)
        credit = self.bill(declaration)
        self.assertEqual(credit.move_type, "out_refund")
        self.assert_items(
            credit,
            [
                (self.control, self.client, 10.00, "0% Disbursement", "CID", ""),
                (self.control, self.client, 1.50, "0% Disbursement", "VAT", ""),
                (self.receivable, self.client, -11.50, "", "", ""),
            ],
        )
        self.assert_money(declaration, billed=261.75, control_balance=0, to_bill=0)

    def test_mixed_version_shifts_between_taxes(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        self._import_second("75.00", "153.25", "1155.00")  # +20 duty, -20 VAT
        move = self.post_assessment(declaration)
        self.assertEqual(move.amount_total, 0.0)
        self.assertEqual(self.charge(declaration, "CID").control_balance, 75.00)
        self.assertEqual(self.charge(declaration, "VAT").control_balance, 153.25)

    def test_own_refund_reduces_base_and_tax(self):
        self.company.partner_id.customs_code = "OWN-1"
        declaration = self.import_sad(one_item(), importer=("OWN-1", "Us"))
        self.post_assessment(declaration)
        self._import_second("45.00", "171.75", "1145.00", importer=("OWN-1", "Us"))
        move = self.post_assessment(declaration)
        vat = self.company.customs_import_vat_tax_ids
        purchase_vat = self.company_data["default_account_tax_purchase"]
        self.assert_items(
            move,
            [
                (self.clearing, self.authority, -10.00, "", "CID", ""),
                (self.neutral, self.authority, -10.00, vat.name, "VAT", ""),
                (self.neutral, self.authority, 10.00, "", "VAT", ""),
                (purchase_vat, self.authority, -1.50, f"T:{vat.name}", "VAT", ""),
                (self.payable, self.authority, 11.50, "", "", ""),
            ],
        )
        self.assert_money(declaration, charged=261.75)

    def test_provisional_does_not_replace_final(self):
        declaration = self.import_sad(one_item())
        self.import_sad(one_item("99.00"), assessment=None)
        self.assertEqual(declaration.assessment_ids.mapped("kind").count("final"), 1)
        self.assertEqual(declaration.current_assessment_id.kind, "final")
        self.assertEqual(self.charge(declaration, "CID").amount_assessed, 55.00)

    def test_older_result_is_kept_but_not_used(self):
        declaration = self._import_second("65.00", "174.75", "1165.00")
        self.import_sad(one_item())  # assessed three days before
        self.assertEqual(len(declaration.assessment_ids), 2)
        self.assertEqual(declaration.current_assessment_id.number, "A 4999")
        self.assertEqual(self.charge(declaration, "CID").amount_assessed, 65.00)

    def test_posted_assessment_is_frozen(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        assessment = declaration.current_assessment_id
        with self.assertRaises(AccessError):  # no user edits what the authority said
            self.import_sad(
                one_item(), registration=("C", "9", "3/5/26"), reference=("2026", "9")
            ).current_assessment_id.line_ids[0].amount_payable = 1.0
        frozen = assessment.sudo()
        line = frozen.line_ids[0]
        for change in (
            lambda: line.write({"amount_payable": 1.0}),
            line.unlink,
            lambda: line.copy(),
            lambda: frozen.write({"number": "X"}),
            lambda: frozen.write({"source_hash": "0"}),
            frozen.unlink,
        ):
            with self.assertRaisesRegex(UserError, "posted and cannot be changed"):
                change()

    def test_unregistered_file_becomes_the_registered_one(self):
        first = self.import_sad(one_item(), registration=None, assessment=None)
        self.assertEqual(first.current_assessment_id.kind, "provisional")
        self.assertIn("provisional", first.warning_message)
        second = self.import_sad(one_item())
        self.assertEqual(first, second)
        self.assertEqual(second.registration_number, "C 4711")
        self.assertEqual(second.current_assessment_id.kind, "final")

    # === UNDOING === #

    def test_reset_invoice_reopens_the_charges(self):
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        invoice = self.bill(declaration)
        invoice.button_draft()
        self.assert_money(declaration, billed=0, control_balance=273.25, to_bill=0)
        control = bill.line_ids.filtered("customs_charge_id")
        self.assertFalse(any(control.mapped("reconciled")))
        invoice.button_cancel()
        self.assert_money(declaration, billed=0, control_balance=273.25, to_bill=273.25)
        again = self.bill(declaration)
        self.assertEqual(again.amount_total, 273.25)
        self.assert_money(declaration, billed=273.25, control_balance=0)

    def test_draft_deleted_reopens_the_charges(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        declaration.action_create_invoices().unlink()
        self.assert_money(declaration, to_bill=273.25, control_balance=273.25)

    def test_reversed_invoice_reopens_the_charges(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        credit = self.reverse(invoice)
        self.assertEqual(credit.state, "posted")
        self.assertEqual(
            credit.line_ids.customs_declaration_id, declaration, "links are carried"
        )
        self.assert_money(
            declaration,
            charged=273.25,
            billed=0,
            control_balance=273.25,
            to_bill=273.25,
        )
        self.bill(declaration)
        self.assert_money(declaration, billed=273.25, control_balance=0)

    def test_reversed_bill_reopens_the_assessment(self):
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        self.reverse(bill)
        self.assert_money(declaration, charged=0, control_balance=0, to_bill=0)
        self.assertTrue(declaration.has_unposted_assessment)
        again = self.post_assessment(declaration)
        self.assertEqual(again.amount_total, 273.25)
        self.assert_money(declaration, charged=273.25, control_balance=273.25)

    def test_reset_bill_reopens_the_assessment(self):
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        bill.button_draft()
        self.assert_money(declaration, charged=0, control_balance=0)
        with self.assertRaisesRegex(UserError, "is a draft"):
            declaration.action_post_assessment()
        bill.action_post()
        self.assert_money(declaration, charged=273.25)

    def test_undone_payment_is_not_paid(self):
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        payment = self.pay(bill)
        self.assert_money(declaration, paid=273.25)
        payment.action_draft()
        self.assert_money(declaration, paid=0)
        self.assertEqual(declaration.settlement_state, "open")

    def test_cancel_needs_reversed_moves(self):
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        with self.assertRaisesRegex(UserError, "has posted entries"):
            declaration.action_cancel()
        self.reverse(bill)
        declaration.action_cancel()
        self.assertEqual(declaration.state, "cancelled")

    def test_duplicate_does_not_bill_again(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        copy = invoice.copy()
        self.assertFalse(copy.line_ids.customs_charge_id)
        self.assertFalse(copy.line_ids.customs_declaration_id)

    def test_more_than_charged_is_refused(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-03-10"
        line = invoice.invoice_line_ids.filtered(
            lambda line: line.customs_tax_code == "CID"
        )
        with self.assertRaisesRegex(UserError, "0.01 more would be billed"):
            line.price_unit = 55.01
        line.price_unit = 55.00
        invoice.action_post()
        self.assert_money(declaration, control_balance=0)

    def test_two_drafts_cannot_bill_twice(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        first = declaration.action_create_invoices()
        charge = self.charge(declaration, "CID")
        second = self.env["account.move"].create(
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
                            "tax_ids": [
                                Command.set(
                                    self.company.customs_disbursement_tax_id.ids
                                )
                            ],
                            "customs_charge_id": charge.id,
                            "customs_declaration_id": declaration.id,
                        }
                    )
                ],
            }
        )
        first.invoice_date = "2026-03-10"
        first.action_post()
        with self.assertRaisesRegex(UserError, "55.00 more would be billed"):
            second.action_post()

    # === FOREIGN CURRENCY === #

    def _use_currency(self, code, rate):
        currency = self.setup_other_currency(code, rates=[("2020-01-01", rate)])
        self.client.customs_billing_currency_id = currency
        return currency

    def test_foreign_invoice_clears_the_control_account(self):
        """GBP at 0.85/USD: no GBP amount is worth 173.25 USD or 55.00 USD sharp."""
        gbp = self._use_currency("GBP", 0.8537)
        declaration = self.import_sad(one_item())
        self.add_service(declaration, 80.00)
        bill = self.post_assessment(declaration)
        invoice = self.bill(declaration)
        self.assertEqual(invoice.currency_id, gbp)
        self.assert_money(
            declaration, charged=273.25, billed=273.25, to_bill=0, control_balance=0
        )
        control = (bill | invoice).line_ids.filtered(
            lambda line: line.account_id == self.control
        )
        self.assertTrue(all(control.mapped("reconciled")))
        self.pay(bill)
        self.pay(invoice)
        declaration.action_release()
        declaration.action_close()
        self.assertEqual(self.account_balance(self.control), 0.0)
        self.assertEqual(self.account_balance(self.receivable), 0.0)

    def test_coarse_currency_books_the_rest_as_exchange_difference(self):
        """One unit of the currency is worth 4 USD cents; half of it stays over."""
        self._use_currency("JPY", 24.7)
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        invoice = self.bill(declaration)
        jpy = invoice.currency_id
        self.assertEqual(jpy.rounding, 1.0)
        # 55.00 USD = 1 358.5 JPY -> 1 359 = 55.02; 173.25 = 4 279.28 -> 4 279 = 173.24
        self.assert_items(
            invoice,
            [
                (self.control, self.client, -55.02, "0% Disbursement", "CID", ""),
                (self.control, self.client, -173.24, "0% Disbursement", "VAT", ""),
                (self.control, self.client, -45.02, "0% Disbursement", "GLOBAL", ""),
                (self.receivable, self.client, 273.28, "", "", ""),
            ],
        )
        exchange = self.env["account.move"].search(
            [
                ("journal_id", "=", self.company.currency_exchange_journal_id.id),
                ("line_ids.customs_declaration_id", "=", declaration.id),
            ]
        )
        gain = self.company.income_currency_exchange_account_id
        loss = self.company.expense_currency_exchange_account_id
        found = sorted(
            (line.account_id.code, line.balance) for line in exchange.line_ids
        )
        self.assertEqual(
            found,
            sorted(
                [
                    (self.control.code, 0.02),
                    (gain.code, -0.02),
                    (self.control.code, -0.01),
                    (loss.code, 0.01),
                    (self.control.code, 0.02),
                    (gain.code, -0.02),
                ]
            ),
        )
        self.assert_money(
            declaration, charged=273.25, billed=273.25, to_bill=0, control_balance=0
        )
        # undoing the invoice undoes the exchange difference as well
        invoice.button_draft()
        self.assert_money(declaration, billed=0, control_balance=273.25)
        invoice.action_post()
        self.assert_money(declaration, billed=273.25, control_balance=0)
        self.assertEqual(bill.state, "posted")

    def test_national_currency_that_is_not_ours(self):
        """The authority assesses in EUR, the books are in USD: 1 EUR = 1.25 USD."""
        eur = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.8)])
        self.tariff.currency_id = eur
        declaration = self.import_sad(one_item(), currency="GBP", rate="1.10")
        bill = self.post_assessment(declaration)
        self.assertEqual(bill.currency_id, eur)
        self.assertEqual(bill.amount_total, 273.25)  # EUR, as assessed
        self.assert_items(
            bill,
            [
                (self.control, self.authority, 68.75, "", "CID", ""),
                (self.control, self.authority, 216.56, "", "VAT", ""),
                (self.control, self.authority, 56.25, "", "GLOBAL", ""),
                (self.payable, self.authority, -341.56, "", "", ""),
            ],
        )
        self.assertFalse(self.post_assessment(declaration))
        invoice = self.bill(declaration)
        self.assertEqual(invoice.amount_total, 341.56)
        self.assert_money(
            declaration,
            payable=341.56,
            charged=341.56,
            billed=341.56,
            control_balance=0,
        )
