"""The whole job: read, calculate, post, bill, settle, close; every journal item."""

import base64

from common import CustomsCase, build_sad, item, tax

from odoo.exceptions import UserError


def two_items(vat="15", duty="5"):
    """Two items: values 1 100.00 and 2 200.00; the second has a suspended surcharge."""
    return [
        item(
            price="1000.00",
            taxes=[tax("CID", rate=duty), tax("VAT", "+", vat)],
        ),
        item(
            code="6911100000",
            price="2000.00",
            taxes=[
                tax("CID", rate=duty),
                tax("VAT", "+", vat),
                tax("SUR", rate="2", mp="0"),
            ],
        ),
    ]


# duty 55 + 110; VAT 15 % of 1 155 and 2 310; surcharge 44 suspended; fee 45
DUTY, VAT, FEE, SUSPENDED = 165.00, 519.75, 45.00, 44.00
PAYABLE = DUTY + VAT + FEE


class TestJob(CustomsCase):
    # === READ AND CALCULATE === #

    def test_file_becomes_declaration(self):
        declaration = self.import_sad(two_items())
        self.assertRecordValues(
            declaration,
            [
                {
                    "state": "assessed",
                    "capacity": "direct",
                    "client_id": self.client.id,
                    "importer_id": self.client.id,
                    "broker_id": self.broker.id,
                    "exporter_id": self.exporter.id,
                    "authority_id": self.authority.id,
                    "registration_number": "C 4711",
                    "registration_year": 2026,
                    "mrn": "TEST1 2026 C 4711",
                    "declarant_reference": "JOB-2026-0042",
                    "declaration_type": "IM4",
                    "customs_rate": 1.10,
                    "invoice_amount": 3000.00,
                    "customs_value": 3300.00,
                }
            ],
        )
        self.assertRecordValues(
            declaration.line_ids,
            [
                {"number": 1, "code": "8516710000", "customs_value": 1100.00},
                {"number": 2, "code": "6911100000", "customs_value": 2200.00},
            ],
        )
        assessment = declaration.current_assessment_id
        self.assertRecordValues(
            assessment,
            [
                {
                    "version": 1,
                    "kind": "final",
                    "number": "A 4802",
                    "amount_assessed": PAYABLE + SUSPENDED,
                    "amount_payable": PAYABLE,
                    "state": "open",
                }
            ],
        )
        self.assertEqual(str(assessment.date), "2026-03-06")
        self.assertEqual(str(assessment.date_due), "2026-03-16")
        self.assertTrue(assessment.source_attachment_id.raw.startswith(b"<?xml"))
        self.assertFalse(declaration.importer_id.customs_to_review)

    def test_expectation_beside_assessment(self):
        self._create_measure(self.duty_type, "6911", 4)
        declaration = self.import_sad(two_items())
        rows = {
            (line.line_id.number, line.tax_code_id.code): line
            for line in declaration.duty_line_ids
        }
        self.assertEqual(rows[1, "CID"].amount_calculated, 55.00)
        self.assertFalse(rows[1, "CID"].has_difference)
        self.assertEqual(rows[2, "CID"].amount_calculated, 88.00)
        self.assertEqual(rows[2, "CID"].difference, 22.00)
        self.assertEqual(rows[2, "VAT"].amount_calculated, 343.20)
        self.assertEqual(rows[2, "VAT"].difference, 3.30)
        self.assertIn("4 % × 2 200.00 USD = 88.00 USD", rows[2, "CID"].explanation)
        # no rate for the surcharge: unknown, never 0 %
        self.assertFalse(rows[2, "SUR"].is_calculated)
        self.assertFalse(rows[2, "SUR"].has_difference)
        self.assertEqual(declaration.difference_count, 2)
        self.assert_money(
            declaration,
            expected=659.45,  # 55 + 88 + 173.25 + 343.20
            assessed=PAYABLE + SUSPENDED,
            payable=PAYABLE,
        )
        # the authority's figures stay as sent
        self.assertEqual(
            sum(declaration.duty_line_ids.mapped("amount_payable")), PAYABLE
        )

    def test_file_typed_by_hand_is_calculated_but_not_different(self):
        """Before the authority speaks there is nothing to differ from."""
        gbp = self.env.ref("base.GBP")
        self.env["customs.exchange.rate"].create(
            {
                "tariff_id": self.tariff.id,
                "currency_id": gbp.id,
                "date_from": "2026-03-01",
                "quotation": "inverse",
                "rate": 0.8,
            }
        )
        declaration = self.env["customs.declaration"].create(
            {
                "office_id": self.office.id,
                "client_id": self.client.id,
                "registration_date": "2026-03-05",
                "invoice_currency_id": gbp.id,
                "line_ids": [
                    (0, 0, {"code": "8712003000", "customs_value": 1000.00}),
                    (0, 0, {"code": "6911100000"}),
                ],
            }
        )
        self.assertEqual(declaration.customs_rate, 1.25)
        declaration.action_calculate()
        known = declaration.duty_line_ids.filtered("is_calculated")
        self.assertEqual(known.mapped("amount_calculated"), [50.00, 157.50])
        self.assertEqual(set(known.mapped("status")), {"information"})
        self.assertEqual(declaration.difference_count, 0)
        self.assertIn("No customs value for item 2", declaration.warning_message)
        declaration.action_mark_ready()
        declaration.action_lodge()
        self.assertIn("Waiting for the assessment", declaration.warning_message)

    def test_same_file_changes_nothing(self):
        first = self.import_sad(two_items())
        messages = first.message_ids
        again = self.import_sad(two_items(), indent=False, newline="\r\n")
        self.assertEqual(first, again)
        self.assertEqual(len(first.assessment_ids), 1)
        self.assertEqual(first.message_ids, messages)

    def test_content_may_be_base64_over_rpc(self):
        content = base64.b64encode(build_sad(two_items(), office="TEST1")).decode()
        model = self.env["customs.declaration"]
        declaration = model.import_files([("sad.xml", content)])
        self.assertEqual(declaration, self.import_sad(two_items()))
        with self.assertRaisesRegex(UserError, "sad.xml: the content must be bytes"):
            model.import_files([("sad.xml", "<xml>")])

    # === DIRECT AGENT === #

    def test_direct_job_to_close(self):
        declaration = self.import_sad(two_items())
        self.add_service(declaration, 80.00)
        bill = self.post_assessment(declaration)
        self.assert_items(
            bill,
            [
                (self.control, self.authority, DUTY, "", "CID", ""),
                (self.control, self.authority, VAT, "", "VAT", ""),
                (self.control, self.authority, FEE, "", "GLOBAL", ""),
                (self.payable, self.authority, -PAYABLE, "", "", ""),
            ],
        )
        self.assertEqual(bill.state, "posted")
        self.assertEqual(bill.move_type, "in_invoice")
        self.assertEqual(str(bill.invoice_date_due), "2026-03-16")
        control_lines = bill.line_ids.filtered("customs_charge_id")
        self.assertEqual(control_lines.customs_declaration_id, declaration)
        self.assertEqual(control_lines.customs_client_id, self.client)
        self.assert_money(
            declaration,
            charged=PAYABLE,
            billed=0,
            to_bill=809.75,
            control_balance=PAYABLE,
        )

        invoice = self.bill(declaration)
        self.assert_items(
            invoice,
            [
                (self.control, self.client, -DUTY, "0% Disbursement", "CID", ""),
                (self.control, self.client, -VAT, "0% Disbursement", "VAT", ""),
                (self.control, self.client, -FEE, "0% Disbursement", "GLOBAL", ""),
                (self.income, self.client, -80.00, "15%", "", ""),
                (
                    self.company_data["default_account_tax_sale"],
                    self.client,
                    -12.00,
                    "T:15%",
                    "",
                    "",
                ),
                (self.receivable, self.client, PAYABLE + 92.00, "", "", ""),
            ],
        )
        self.assertTrue(
            all(
                line.reconciled
                for line in (bill | invoice).line_ids
                if line.account_id == self.control
            )
        )
        self.assert_money(
            declaration,
            charged=PAYABLE,
            billed=PAYABLE,
            service_billed=80,
            to_bill=0,
            control_balance=0,
            paid=0,
            received=0,
        )
        self.pay(bill)
        self.assert_money(declaration, paid=PAYABLE, received=0)
        self.pay(invoice)
        self.assert_money(declaration, paid=PAYABLE, received=PAYABLE + 92.00)
        self.assertEqual(declaration.settlement_state, "settled")
        self.assertEqual(declaration.billing_state, "billed")
        declaration.action_release()
        declaration.action_close()
        self.assertEqual(declaration.state, "closed")
        for account in (self.control, self.payable, self.receivable):
            self.assertEqual(self.account_balance(account), 0.0, account.name)

    def test_close_only_at_zero(self):
        declaration = self.import_sad(two_items())
        self.post_assessment(declaration)
        declaration.action_release()
        with self.assertRaisesRegex(UserError, "165.00 open on the disbursement"):
            declaration.action_close()
        self.bill(declaration)
        declaration.action_close()
        self.assertEqual(declaration.state, "closed")

    def test_close_needs_billed_services_and_no_draft(self):
        declaration = self.import_sad(two_items())
        self.post_assessment(declaration)
        self.bill(declaration)
        declaration.action_release()
        service = self.add_service(declaration, 80.00)
        with self.assertRaisesRegex(UserError, "80.00, is not billed"):
            declaration.action_close()
        draft = declaration.action_create_invoices()
        with self.assertRaisesRegex(UserError, "still a draft"):
            declaration.action_close()
        draft.unlink()
        service.amount = 0.0
        declaration.action_close()
        self.assertEqual(declaration.state, "closed")

    def test_closed_file_does_not_change(self):
        declaration = self.import_sad(two_items())
        self.post_assessment(declaration)
        self.bill(declaration)
        declaration.action_release()
        declaration.action_close()
        with self.assertRaisesRegex(UserError, "closed and cannot be changed"):
            declaration.client_id = self.exporter
        declaration.action_reopen()
        declaration.manifest = "2026 1"
        self.assertEqual(declaration.state, "released")

    def test_close_needs_posted_assessment(self):
        declaration = self.import_sad(two_items())
        declaration.action_release()
        with self.assertRaisesRegex(UserError, "assessment is not posted"):
            declaration.action_close()

    def test_part_payments(self):
        declaration = self.import_sad(two_items())
        bill = self.post_assessment(declaration)
        invoice = self.bill(declaration)
        self.pay(bill, amount=100.00)
        self.pay(invoice, amount=250.00)
        self.assert_money(declaration, paid=100, received=250, control_balance=0)
        self.assertEqual(declaration.settlement_state, "partial")

    def test_twice_is_once(self):
        declaration = self.import_sad(two_items())
        self.post_assessment(declaration)
        self.assertFalse(self.post_assessment(declaration))
        draft = declaration.action_create_invoices()
        self.assertFalse(declaration.action_create_invoices())
        self.assert_money(declaration, to_bill=0, billed=0)
        draft.invoice_date = "2026-03-10"
        draft.action_post()
        self.assertFalse(declaration.action_create_invoices())
        with self.assertRaisesRegex(UserError, "Nothing is open to bill"):
            declaration.action_bill_client()

    # === OWN IMPORT === #

    def test_own_job(self):
        self.company.partner_id.customs_code = "OWN-1"
        declaration = self.import_sad(
            two_items(), importer=("OWN-1", "Whatever the file calls us")
        )
        self.assertEqual(declaration.capacity, "own")
        self.assertFalse(declaration.client_id)
        bill = self.post_assessment(declaration)
        vat = self.company.customs_import_vat_tax_ids
        purchase_vat = self.company_data["default_account_tax_purchase"]
        self.assert_items(
            bill,
            [
                (self.clearing, self.authority, DUTY, "", "CID", ""),
                (self.clearing, self.authority, FEE, "", "GLOBAL", ""),
                (self.neutral, self.authority, 3465.00, vat.name, "VAT", ""),
                (self.neutral, self.authority, -3465.00, "", "VAT", ""),
                (purchase_vat, self.authority, VAT, f"T:{vat.name}", "VAT", ""),
                (self.payable, self.authority, -PAYABLE, "", "", ""),
            ],
        )
        tax_line = bill.line_ids.filtered("tax_line_id")
        self.assertEqual(tax_line.tax_base_amount, 3465.00)
        self.assertEqual(bill.amount_untaxed, DUTY + FEE)
        self.assertEqual(bill.amount_total, PAYABLE)
        self.assert_money(declaration, charged=PAYABLE, to_bill=0, control_balance=0)
        self.pay(bill)
        self.assert_money(declaration, paid=PAYABLE)
        declaration.action_release()
        declaration.action_close()
        self.assertEqual(self.account_balance(self.payable), 0.0)
        self.assertEqual(self.account_balance(self.neutral), 0.0)
        self.assertEqual(self.account_balance(self.clearing, declaration), DUTY + FEE)

    def test_own_vat_is_the_authoritys_to_the_cent(self):
        """The tax line is what was assessed, not base times rate."""
        self.company.partner_id.customs_code = "OWN-1"
        goods = item(
            price="1000.00",
            taxes=[tax("CID", rate="5"), tax("VAT", "1148.00", "15", "173.25")],
        )
        declaration = self.import_sad([goods], importer=("OWN-1", "Us"))
        bill = self.post_assessment(declaration)
        tax_line = bill.line_ids.filtered("tax_line_id")
        self.assertEqual(tax_line.balance, 173.25)
        self.assertEqual(tax_line.tax_base_amount, 1148.00)
        self.assertEqual(bill.amount_total, 55 + 173.25 + 45)
        self.assert_money(declaration, charged=273.25)

    def test_own_needs_a_tax_of_the_rate(self):
        self.company.partner_id.customs_code = "OWN-1"
        declaration = self.import_sad(two_items(vat="9"), importer=("OWN-1", "Us"))
        with self.assertRaisesRegex(UserError, "No import VAT tax of 9 %"):
            declaration.action_post_assessment()
        self.assertFalse(declaration._get_customs_moves())

    def test_own_import_has_no_client_to_bill(self):
        self.company.partner_id.customs_code = "OWN-1"
        declaration = self.import_sad(two_items(), importer=("OWN-1", "Us"))
        self.post_assessment(declaration)
        with self.assertRaisesRegex(UserError, "no client to bill"):
            declaration.action_create_invoices()

    # === INDIRECT AGENT === #

    def test_indirect_is_recharged_with_tax(self):
        self.client.customs_capacity = "indirect"
        declaration = self.import_sad(two_items())
        self.assertEqual(set(declaration.charge_ids.mapped("nature")), {"recharge"})
        self.post_assessment(declaration)
        for charge in declaration.charge_ids.charge_code_id.product_id:
            charge.taxes_id = self.company.account_sale_tax_id
        invoice = self.bill(declaration)
        self.assertEqual(invoice.amount_untaxed, PAYABLE)
        self.assertAlmostEqual(invoice.amount_tax, PAYABLE * 0.15, 2)
        self.assert_money(declaration, billed=PAYABLE, control_balance=0)
