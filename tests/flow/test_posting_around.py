"""What comes before, with and after the posting of an assessment."""

from common import item, tax
from posting import DOCUMENTS, PostingCase

from odoo.exceptions import UserError


class TestPostingAround(PostingCase):
    """What comes before, with and after the posting of an assessment."""

    # === FILES OF THE AUTHORITY === #

    def test_file_of_the_authority_is_on_every_document(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document), self.env.cr.savepoint() as savepoint:
                declaration = self.import_sad(
                    [item(taxes=[tax("CID"), tax("VAT", "+", "15")])]
                )
                self.pay_by(declaration, "deferment", "CID")
                self.pay_by(declaration, "payable", "VAT")
                self.pay_by(declaration, "bank", "GLOBAL")
                moves = self.post(declaration)
                self.assertEqual(len(moves), 3)
                source = declaration.current_assessment_id.source_attachment_id
                for move in moves:
                    proof = self.env["ir.attachment"].search(
                        [("res_model", "=", move._name), ("res_id", "=", move.id)]
                    )
                    self.assertEqual(proof.raw, source.raw)
                    self.assertEqual(proof.name, source.name)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def test_typed_assessment_has_no_file_to_carry(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        move = self.post(declaration)
        self.assertFalse(move.attachment_ids)

    # === ESTIMATES === #

    def estimated(self):
        """Return a file billed before its assessment: duty 100.00, VAT 315.00."""
        declaration = self.file("direct")
        declaration.action_mark_ready()
        declaration.action_bill_estimate()
        invoice = declaration._get_client_moves()
        self.assert_money(declaration, charged=0, to_bill=0, control_balance=0)
        invoice.invoice_date = "2026-03-05"
        invoice.action_post()
        self.assert_items(
            invoice,
            [
                (self.control, self.client, -100.0, "0% Disbursement", "CID", ""),
                (self.control, self.client, -315.0, "0% Disbursement", "VAT", ""),
                (self.receivable, self.client, 415.0, "", "", ""),
            ],
        )
        self.assert_money(declaration, billed=415, to_bill=0, control_balance=-415)
        return declaration

    def test_estimate_is_billed_and_the_assessment_brings_the_rest(self):
        """Billed 415.00 on estimate; less, the same, or more is assessed."""
        for duty, rest in ((80.0, -20.0), (100.0, 0.0), (130.0, 30.0)):
            for document in DOCUMENTS:
                self.company.customs_assessment_document = document
                with self.subTest(f"{duty} {document}"):
                    self._assert_estimate(duty, rest, document)

    def _assert_estimate(self, duty, rest, document):
        declaration = self.estimated()
        assessment = self.assess(declaration, ("CID", duty), ("VAT", 315.0))
        self.assertEqual(assessment.state, "open")
        partner = self.authority if document == "bill" else self.client
        self.assert_items(
            self.post(declaration),
            [
                (self.control, partner, duty, "", "CID", ""),
                (self.control, partner, 315.0, "", "VAT", ""),
                (self.payable, self.authority, -duty - 315.0, "", "", ""),
            ],
        )
        self.assertEqual(set(declaration.charge_ids.mapped("amount_estimate")), {0.0})
        self.assert_money(
            declaration, charged=duty + 315, to_bill=rest, control_balance=rest
        )
        self.assertFalse(self.post(declaration))
        if rest:
            difference = self.bill(declaration)
            self.assertEqual(
                difference.move_type, "out_refund" if rest < 0 else "out_invoice"
            )
            self.assertEqual(difference.amount_total, abs(rest))
        self.assert_money(declaration, billed=duty + 315, to_bill=0, control_balance=0)
        declaration.action_release()
        declaration.action_close()

    def test_tax_that_was_estimated_and_is_not_assessed_is_given_back(self):
        declaration = self.estimated()
        self.assess(declaration, ("VAT", 315.0))
        self.post(declaration)
        self.assert_money(declaration, charged=315, to_bill=-100, control_balance=-100)
        self.assertEqual(self.bill(declaration).move_type, "out_refund")
        self.assert_money(declaration, billed=315, to_bill=0, control_balance=0)

    def test_tax_nobody_expected_is_billed_on_top(self):
        declaration = self.estimated()
        self.assess(declaration, ("CID", 100.0), ("VAT", 315.0), ("A30", 30.0))
        self.post(declaration)
        self.assert_money(declaration, to_bill=30, control_balance=30)
        self.assertEqual(self.bill(declaration).amount_total, 30.0)

    def test_estimate_keeps_a_file_from_closing(self):
        declaration = self.estimated()
        self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        declaration.action_release()
        with self.assertRaisesRegex(UserError, "CID .*100.00 open on the disbursement"):
            declaration.action_close()

    def test_more_than_the_estimate_is_not_billed(self):
        declaration = self.file("direct")
        declaration.action_mark_ready()
        declaration.action_bill_estimate()
        invoice = declaration._get_client_moves()
        invoice.invoice_date = "2026-03-05"
        duty = invoice.invoice_line_ids.filtered(lambda x: x.customs_tax_code == "CID")
        with self.assertRaisesRegex(UserError, "0.01 more would be billed"):
            duty.price_unit = 100.01

    def test_estimate_is_dropped_when_the_client_pays_itself(self):
        """Billed on estimate, then the client pays the authority: all goes back."""
        declaration = self.estimated()
        self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        declaration.charge_ids.payment_method_id = self.env.ref(
            "customs_invoicing.payment_method_p5"
        )
        self.assertFalse(self.post(declaration))
        self.assert_money(declaration, charged=0, to_bill=-415, control_balance=-415)
        self.assertEqual(self.bill(declaration).amount_total, 415.0)
        self.assert_money(declaration, billed=0, to_bill=0, control_balance=0)

    # === WRITE-OFFS === #

    def write_off(self, declaration, code, amount):
        loss, charge = self.role("disb_variance"), self.charge(declaration, code)
        move = self.env["account.move"]._create_customs_entry(
            self.company,
            "write_off",
            "2026-03-15",
            [
                {
                    "name": "Not recovered",
                    "account_id": self.control.id,
                    "partner_id": self.client.id,
                    "balance": -amount,
                    "customs_charge_id": charge.id,
                    "customs_declaration_id": declaration.id,
                },
                {
                    "name": "Not recovered",
                    "account_id": loss.id,
                    "balance": amount,
                    "customs_declaration_id": declaration.id,
                },
            ],
        )
        move._post(soft=False)
        return move

    def test_write_off_settles_instead_of_billing(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0), ("A30", 30.0))
        self.post(declaration)
        move = self.write_off(declaration, "CID", 100.0)
        charge = self.charge(declaration, "CID")
        self.assertEqual(charge.amount_written_off, 100.0)
        self.assertEqual(charge.amount_charged, 100.0)
        self.assert_money(
            declaration, charged=130, billed=0, to_bill=30, control_balance=30
        )
        control = move.line_ids.filtered(lambda x: x.account_id == self.control)
        self.assertTrue(control.reconciled)
        invoice = self.bill(declaration)
        self.assertEqual(invoice.amount_total, 30.0)
        self.assert_money(declaration, billed=30, to_bill=0, control_balance=0)
        declaration.action_release()
        declaration.action_close()

    def test_written_off_is_not_billed_as_well(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.post(declaration)
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-03-10"
        self.write_off(declaration, "CID", 60.0)
        with self.assertRaisesRegex(UserError, "60.00 more would be billed"):
            invoice.action_post()

    def test_part_written_off_leaves_the_rest_to_bill(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.post(declaration)
        self.write_off(declaration, "CID", 40.0)
        self.assert_money(declaration, to_bill=60, control_balance=60)
        self.assertEqual(self.bill(declaration).amount_total, 60.0)
        self.assert_money(declaration, billed=60, to_bill=0, control_balance=0)

    def test_reversed_write_off_opens_the_charge_again(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.post(declaration)
        move = self.write_off(declaration, "CID", 100.0)
        self.reverse_entry(move, "2026-03-16")
        self.assert_money(declaration, to_bill=100, control_balance=100)
        self.assertEqual(self.charge(declaration, "CID").amount_written_off, 0.0)

    def test_later_refund_of_what_was_written_off_goes_to_nobody(self):
        """Written off 100.00, then 40.00 come back: the client is owed nothing."""
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.post(declaration)
        self.write_off(declaration, "CID", 100.0)
        self.assess(declaration, ("CID", 60.0), date="2026-03-20")
        self.post(declaration)
        # what is left on control says that too much was written off
        self.assert_money(declaration, charged=60, control_balance=-40)
        self.reverse_entry(
            self.env["account.move"].search(
                [
                    ("customs_event", "=", "write_off"),
                    ("line_ids.customs_declaration_id", "=", declaration.id),
                ]
            ),
            "2026-03-21",
        )
        self.write_off(declaration, "CID", 60.0)
        self.assert_money(declaration, to_bill=0, control_balance=0)

    # === SEVERAL FILES === #

    def test_files_posted_together_are_posted_as_alone(self):
        files = self.file("direct") | self.file("own")
        for declaration in files:
            self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        files.action_post_assessment()
        for declaration in files:
            self.assert_items(
                declaration._get_customs_moves(),
                [
                    *self.debits(
                        declaration.capacity, False, {"CID": 100.0, "VAT": 315.0}
                    ),
                    (self.payable, self.authority, -415.0, "", "", ""),
                ],
            )

    def test_one_problem_stops_all_files(self):
        files = self.file("direct") | self.file("own")
        for declaration in files:
            self.assess(declaration, ("CID", 100.0))
        files[1].action_cancel()
        with self.assertRaisesRegex(UserError, "closed or cancelled"):
            files.action_post_assessment()
        self.assertFalse(files._get_customs_moves())
