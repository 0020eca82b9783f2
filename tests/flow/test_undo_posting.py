"""Undoing a posting: the steps in order, what forbids it, the books afterwards."""

from common import CustomsCase, item, tax

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user

DAY = "2026-04-15"


def one_item(vat="173.25", base="1155.00"):
    """Value 1 100.00: duty 55.00 and VAT; the fee is 45.00; 273.25 in all."""
    return [
        item(
            price="1000.00",
            taxes=[tax("CID", rate="5"), tax("VAT", base, "15", vat)],
        )
    ]


class TestUndoPosting(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.broker_clearing = cls.company._get_customs_account("broker_clearing")

    def own(self, items=None, **facts):
        self.company.partner_id.customs_code = "OWN-1"
        return self.import_sad(items or one_item(), importer=("OWN-1", "Us"), **facts)

    def second(self, items=None, **facts):
        return self.import_sad(
            items or one_item(),
            registration=("C", "4712", "3/5/26"),
            reference="JOB-2026-0043",
            **facts,
        )

    def wizard(self, declaration, **vals):
        action = declaration.action_undo_posting()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.write({"date": DAY, "reason": "Wrong client", **vals})
        return wizard

    def undo(self, declaration, **vals):
        """Undo through the wizard and return the entries that do it."""
        before = declaration._get_customs_moves()
        self.wizard(declaration, **vals).action_undo()
        return (declaration._get_customs_moves() - before).sorted("id")

    def correct(self, declaration, duty, **vals):
        """Record a version with another duty."""
        rows = [
            line._get_recorded_vals()
            for line in declaration.current_assessment_id.line_ids
        ]
        for row in rows:
            if row["tax_code_id"] == self.env.ref("customs_invoicing.tax_code_cid").id:
                row.update(amount_assessed=duty, amount_payable=duty)
        return declaration._record_assessment(rows, **vals)

    def actions(self, wizard):
        return wizard.step_ids.sorted("sequence").mapped("action")

    def assert_as_before(self, declaration, *accounts):
        """Assert that nothing is posted any more and all of it can be posted again."""
        self.assert_money(declaration, charged=0, billed=0, control_balance=0)
        self.assertEqual(declaration.current_assessment_id.state, "open")
        self.assertTrue(declaration.has_unposted_assessment)
        for account in (self.payable, self.control, self.clearing, *accounts):
            self.assertEqual(self.account_balance(account, declaration), 0.0)
        with self.assertRaisesRegex(UserError, "nothing to undo"):
            declaration.action_undo_posting()
        lines = declaration._get_customs_moves().line_ids.filtered(
            lambda line: line.account_id.reconcile and line.parent_state == "posted"
        )
        self.assertEqual(set(lines.mapped("reconciled")), {True})

    # === THE WHOLE WAY BACK === #

    def test_assessment_alone(self):
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        wizard = self.wizard(declaration)
        self.assertEqual(self.actions(wizard), ["reverse", "reopen"])
        self.assertFalse(wizard.refusals)
        self.assertFalse(wizard.can_credit)
        reversal = self.undo(declaration)
        self.assertEqual(reversal.reversed_entry_id, bill)
        self.assertEqual(reversal.move_type, "in_refund")
        self.assertEqual(str(reversal.date), DAY)
        self.assertIn("Wrong client", reversal.ref)
        self.assert_items(
            reversal,
            [
                (self.control, self.authority, -55.0, "", "CID", ""),
                (self.control, self.authority, -173.25, "", "VAT", ""),
                (self.control, self.authority, -45.0, "", "GLOBAL", ""),
                (self.payable, self.authority, 273.25, "", "", ""),
            ],
        )
        self.assertEqual(bill.payment_state, "reversed")
        self.assert_as_before(declaration)
        self.assertEqual(declaration.state, "assessed")
        self.post_assessment(declaration)
        self.assert_money(declaration, charged=273.25, control_balance=273.25)

    def test_own_import_with_its_vat(self):
        declaration = self.own(one_item(vat="173.26"))
        self.post_assessment(declaration)
        reversal = self.undo(declaration)
        vat = self.company.customs_import_vat_tax_ids
        account = self.company_data["default_account_tax_purchase"]
        self.assert_items(
            reversal,
            [
                (self.clearing, self.authority, -55.0, "", "CID", ""),
                (self.clearing, self.authority, -45.0, "", "GLOBAL", ""),
                (self.neutral, self.authority, -1155.0, vat.name, "VAT", ""),
                (self.neutral, self.authority, 1155.0, "", "VAT", ""),
                (account, self.authority, -173.26, f"T:{vat.name}", "VAT", ""),
                (self.payable, self.authority, 273.26, "", "", ""),
            ],
        )
        self.assert_as_before(declaration, account, self.neutral)

    def test_invoice_is_credited_whole_and_first(self):
        declaration = self.import_sad(one_item())
        self.add_service(declaration, 80.0)
        bill = self.post_assessment(declaration)
        invoice = self.bill(declaration)
        wizard = self.wizard(declaration)
        self.assertEqual(self.actions(wizard), ["credit_invoice", "reverse", "reopen"])
        self.assertIn(invoice.name, wizard.step_ids[0].words)
        self.assertIn("Harbour Home Goods Ltd", wizard.step_ids[0].words)
        self.assertTrue(wizard.can_credit)
        credit, reversal = self.undo(declaration)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.amount_total, invoice.amount_total)
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(reversal.reversed_entry_id, bill)
        disbursement = self.company.customs_disbursement_tax_id.name
        sale = self.company.account_sale_tax_id
        sale_account = self.company_data["default_account_tax_sale"]
        self.assert_items(
            credit,
            [
                (self.control, self.client, 55.0, disbursement, "CID", ""),
                (self.control, self.client, 173.25, disbursement, "VAT", ""),
                (self.control, self.client, 45.0, disbursement, "GLOBAL", ""),
                (self.income, self.client, 80.0, sale.name, "", ""),
                (sale_account, self.client, 12.0, f"T:{sale.name}", "", ""),
                (self.receivable, self.client, -365.25, "", "", ""),
            ],
        )
        self.assert_as_before(declaration, self.receivable, self.income)
        self.post_assessment(declaration)
        again = self.bill(declaration, "2026-04-20")
        self.assertEqual(again.amount_total, invoice.amount_total)
        self.assert_money(declaration, charged=273.25, billed=273.25, to_bill=0)

    def test_every_version_and_its_credit_note(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        self.bill(declaration)
        self.correct(declaration, 35.0, date="2026-03-20", reason="remission")
        self.post_assessment(declaration)
        credit_note = self.bill(declaration, "2026-03-21")
        self.assertEqual(credit_note.move_type, "out_refund")
        wizard = self.wizard(declaration)
        self.assertEqual(
            self.actions(wizard),
            ["credit_invoice", "credit_invoice", "reverse", "reverse", "reopen"],
        )
        self.undo(declaration)
        self.assert_as_before(declaration, self.receivable)
        declaration.action_post_assessment()
        self.assert_money(declaration, charged=253.25)

    def test_what_settles_or_clears_is_undone_too(self):
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        charge = self.charge(declaration, "CID")
        common = {"customs_declaration_id": declaration.id}
        entry = self.env["account.move"]._create_customs_entry(
            self.company,
            "write_off",
            fields.Date.to_date("2026-03-20"),
            [
                {
                    **common,
                    "account_id": self.income.id,
                    "name": "Waived",
                    "balance": 55.0,
                },
                {
                    **common,
                    "account_id": self.control.id,
                    "name": "Waived",
                    "balance": -55.0,
                    "customs_charge_id": charge.id,
                    "partner_id": self.client.id,
                },
            ],
        )
        entry._post(soft=False)
        clearing = self.broker_clearing
        transfer = self.env["account.move"]._create_customs_entry(
            self.company,
            "transfer",
            fields.Date.to_date("2026-03-21"),
            [
                {
                    **common,
                    "account_id": self.payable.id,
                    "partner_id": self.authority.id,
                    "name": "Paid by the broker",
                    "balance": 273.25,
                },
                {
                    **common,
                    "account_id": clearing.id,
                    "partner_id": self.broker.id,
                    "name": "Paid by the broker",
                    "balance": -273.25,
                },
            ],
        )
        transfer._post(soft=False)
        (transfer | bill).line_ids.filtered(
            lambda line: line.account_id == self.payable
        ).reconcile()
        wizard = self.wizard(declaration)
        self.assertEqual(
            self.actions(wizard), ["undo_event", "undo_event", "reverse", "reopen"]
        )
        self.assertEqual(
            wizard.step_ids.sorted("sequence").move_id, transfer | entry | bill
        )
        reversals = self.undo(declaration)
        self.assertEqual(
            reversals.mapped("customs_event"), ["transfer", "write_off", "assessment"]
        )
        self.assert_as_before(declaration, clearing, self.income)

    def broker_bill(self, *files_and_amounts):
        """Return the posted bill of a broker who paid the authority for us."""
        pairs = zip(files_and_amounts[::2], files_and_amounts[1::2], strict=True)
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.broker.id,
                "invoice_date": "2026-03-08",
                "date": "2026-03-08",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Duty and taxes",
                            "account_id": self.broker_clearing.id,
                            "customs_declaration_id": declaration.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for declaration, amount in pairs
                ],
            }
        )
        bill.action_post()
        return bill

    def test_debt_a_broker_paid_is_owed_to_nobody_until_it_is_posted_again(self):
        declaration = self.own()
        assessed = self.post_assessment(declaration)
        bill = self.broker_bill(declaration, 273.25)
        self.assertEqual(assessed.payment_state, "paid")
        self.assertEqual(self.account_balance(self.broker_clearing), 0.0)
        wizard = self.wizard(declaration)
        self.assertEqual(self.actions(wizard), ["undo_event", "reverse", "reopen"])
        self.undo(declaration)
        self.assert_money(declaration, charged=0)
        self.assertEqual(self.account_balance(self.payable), 0.0)
        self.assertEqual(self.account_balance(self.broker_clearing), 273.25)
        self.assertEqual(bill.state, "posted")
        again = self.post_assessment(declaration)
        self.assertEqual(again.payment_state, "paid")
        self.assertEqual(self.account_balance(self.payable), 0.0)
        self.assertEqual(self.account_balance(self.broker_clearing), 0.0)
        self.undo(declaration)
        self.assertEqual(self.account_balance(self.broker_clearing), 273.25)

    def test_bill_that_cleared_two_files_clears_the_one_again(self):
        one, other = self.own(), self.second(importer=("OWN-1", "Us"))
        for declaration in one | other:
            self.post_assessment(declaration)
        bill = self.broker_bill(one, 273.25, other, 273.25)
        self.undo(one)
        self.assertEqual(self.account_balance(self.broker_clearing), 273.25)
        again = self.post_assessment(one)
        self.assertEqual(again.payment_state, "paid")
        self.assertEqual(self.account_balance(self.broker_clearing), 0.0)
        transfers = self.env["account.move"].search([("customs_bill_id", "=", bill.id)])
        self.assertEqual(len(transfers.filtered("reversed_entry_id")), 0)
        self.assertEqual(len(transfers), 3)

    def test_debt_that_became_smaller_is_not_cleared_by_itself(self):
        declaration = self.own()
        self.post_assessment(declaration)
        self.broker_bill(declaration, 273.25)
        self.undo(declaration)
        self.correct(declaration, 35.0, date="2026-04-20", reason="correction")
        again = self.post_assessment(declaration)
        self.assertEqual(again.payment_state, "not_paid")
        self.assertEqual(self.account_balance(self.broker_clearing), 273.25)

    def test_accrued_duty_is_expected_again(self):
        accrual = self.company._get_customs_account("duty_accrual")
        declaration = self.typed(arrival_date="2026-03-04")
        declaration.action_accrue_duty()
        expected = self.account_balance(accrual, declaration)
        self.assertEqual(expected, -50.0)
        declaration._record_assessment(
            [
                {
                    "tax_code_id": self.env.ref("customs_invoicing.tax_code_cid").id,
                    "amount_assessed": 50.40,
                }
            ],
            date="2026-03-06",
        )
        declaration.difference_reason = "Rounded up"
        self.post_assessment(declaration)
        self.assertEqual(self.account_balance(accrual, declaration), 0.0)
        wizard = self.wizard(declaration)
        self.assertEqual(self.actions(wizard), ["undo_event", "reverse", "reopen"])
        self.undo(declaration)
        self.assert_money(declaration, charged=0)
        self.assertEqual(self.account_balance(self.payable), 0.0)
        self.assertEqual(self.account_balance(accrual, declaration), -50.0)
        self.assertEqual(self.account_balance(self.clearing, declaration), 50.0)
        declaration.invalidate_recordset()
        self.assertEqual(declaration.accrual_balance, 50.0)
        self.post_assessment(declaration)
        self.assertEqual(self.account_balance(accrual, declaration), 0.0)
        self.assertEqual(self.account_balance(self.clearing, declaration), 50.40)

    def test_certificate_is_awaited_again(self):
        self.company.customs_vat_evidence = "certificate"
        pending = self.company._get_customs_account("vat_import_pending")
        account = self.company_data["default_account_tax_purchase"]
        declaration = self.own()
        self.post_assessment(declaration)
        self.assertEqual(self.account_balance(pending), 173.25)
        evidence = self.env["customs.vat.evidence"].create(
            {
                "kind": "c79",
                "number": "C79 2026-03",
                "date": "2026-04-10",
                "line_ids": [
                    Command.create(
                        {
                            "number": declaration.registration_number,
                            "amount_stated": 173.25,
                            "declaration_id": declaration.id,
                        }
                    )
                ],
            }
        )
        evidence.action_post()
        self.assertEqual(self.account_balance(pending), 0.0)
        self.assertEqual(self.account_balance(account), 173.25)
        wizard = self.wizard(declaration)
        self.assertEqual(self.actions(wizard), ["undo_event", "reverse", "reopen"])
        self.undo(declaration)
        self.assert_as_before(declaration, pending, account, self.neutral)
        self.assertTrue(evidence.line_ids.is_undone)

    def test_refund_that_is_booked_forbids(self):
        declaration = self.own()
        self.post_assessment(declaration)
        refund = self.env["customs.refund"].create(
            {
                "line_ids": [
                    Command.create(
                        {
                            "declaration_id": declaration.id,
                            "charge_id": self.charge(declaration, "CID").id,
                            "amount_claimed": 55.0,
                        }
                    )
                ]
            }
        )
        refund.action_submit()
        refund.date_decision = "2026-04-10"
        refund.action_accept()
        self.assert_refused(declaration, "Reverse that entry first")

    def test_deposit_comes_back_with_the_credited_invoice(self):
        self.company.customs_apply_deposits = True
        declaration = self.import_sad(one_item())
        request = self.env["customs.funds.request"].create(
            {
                "declaration_id": declaration.id,
                "amount": 300.0,
            }
        )
        journal = self.company_data["default_journal_bank"]
        request._receive(journal, fields.Date.to_date("2026-03-06"), 300.0)
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(request.amount_left, 26.75)
        wizard = self.wizard(declaration)
        self.assertEqual(
            self.actions(wizard), ["undo_event", "credit_invoice", "reverse", "reopen"]
        )
        self.undo(declaration)
        request.invalidate_recordset()
        self.assertEqual(request.amount_left, 300.0)
        self.assertEqual(invoice.payment_state, "reversed")
        self.assert_money(declaration, charged=0, billed=0, control_balance=0)
        self.post_assessment(declaration)
        again = self.bill(declaration, "2026-04-20")
        self.assertEqual(again.payment_state, "paid")

    def test_entries_of_every_way_to_pay(self):
        declaration = self.import_sad(one_item())
        self.charge(declaration, "VAT").payment_account_id = self.env[
            "customs.payment.account"
        ].create(
            {"name": "Deferment", "number": "7001", "authority_id": self.authority.id}
        )
        for tax_code, method in (("CID", "p4b"), ("VAT", "p2"), ("GLOBAL", "p4n")):
            self.charge(declaration, tax_code).payment_method_id = self.env.ref(
                f"customs_invoicing.payment_method_{method}"
            )
        declaration.action_post_assessment()
        moves = declaration._get_customs_moves()
        self.assertEqual(len(moves), 3)
        self.bill(declaration)
        wizard = self.wizard(declaration)
        self.assertEqual(
            self.actions(wizard),
            ["credit_invoice", "reverse", "reverse", "reverse", "reopen"],
        )
        self.undo(declaration)
        self.assertEqual(moves.reversal_move_ids.mapped("state"), ["posted"] * 3)
        deferment = self.company._get_customs_account("deferment_payable")
        self.assert_as_before(declaration, deferment, self.receivable)
        self.assertEqual(
            sum(
                self.account_balance(account)
                for account in moves.line_ids.account_id
                if account.account_type == "asset_cash"
            ),
            0.0,
        )

    # === THE CLIENT'S INVOICE THAT STAYS === #

    def test_paid_invoice_is_left_and_the_next_billing_makes_the_difference(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        self.pay(invoice)
        wizard = self.wizard(declaration)
        self.assertEqual(self.actions(wizard), ["leave_invoice", "reverse", "reopen"])
        self.assertIn("paid by", wizard.step_ids[0].words)
        self.assertFalse(wizard.can_credit)
        self.undo(declaration)
        self.assert_money(
            declaration, charged=0, billed=273.25, control_balance=-273.25
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.correct(declaration, 35.0, date="2026-04-20", reason="correction")
        self.post_assessment(declaration)
        credit = self.bill(declaration, "2026-04-21")
        self.assertEqual((credit.move_type, credit.amount_total), ("out_refund", 20.0))
        self.assert_money(declaration, charged=253.25, billed=253.25, control_balance=0)

    def test_invoice_of_several_files_is_left(self):
        declaration, other = self.import_sad(one_item()), self.second()
        for record in declaration | other:
            self.post_assessment(record)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-03-10",
            }
        )
        invoice._customs_add_charges([declaration.charge_ids | other.charge_ids])
        invoice.action_post()
        wizard = self.wizard(declaration)
        self.assertIn(other.name, wizard.step_ids[0].words)
        self.undo(declaration)
        self.assert_money(declaration, charged=0, control_balance=-273.25)
        self.assert_money(other, charged=273.25, control_balance=0)

    def test_invoice_is_left_where_the_officer_says_so(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        with Form(self.wizard(declaration)) as form:
            form.client = "leave"
        self.undo(declaration, client="leave")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assert_money(declaration, charged=0, billed=273.25)

    def test_credited_in_part_is_left(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": "2026-03-12", "journal_id": invoice.journal_id.id})
        )
        credit = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        credit.invoice_date = "2026-03-12"
        credit.invoice_line_ids[1:].unlink()
        credit.action_post()
        wizard = self.wizard(declaration)
        self.assertIn("a part of it is credited", wizard.step_ids[1].words)

    def test_credited_by_hand_is_not_credited_again(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        self.reverse(self.bill(declaration))
        self.assertEqual(self.actions(self.wizard(declaration)), ["reverse", "reopen"])
        self.undo(declaration)
        self.assert_as_before(declaration)

    # === WHAT FORBIDS IT === #

    def assert_refused(self, declaration, words, **vals):
        wizard = self.wizard(declaration, **vals)
        self.assertRegex(wizard.refusals, words)
        before = declaration._get_customs_moves()
        with self.assertRaisesRegex(UserError, words):
            wizard.action_undo()
        self.assertEqual(declaration._get_customs_moves(), before)

    def test_paid_debt_forbids(self):
        declaration = self.import_sad(one_item())
        self.pay(self.post_assessment(declaration))
        self.assert_refused(declaration, "money has moved. Record a new version")

    def test_part_paid_debt_forbids(self):
        declaration = self.import_sad(one_item())
        self.pay(self.post_assessment(declaration), amount=10.0)
        self.assert_refused(declaration, "(?i)money has moved")

    def test_payment_that_is_only_registered_forbids(self):
        journals = self.env["account.journal"].search([("type", "=", "bank")])
        journals.outbound_payment_method_line_ids.payment_account_id = False
        declaration = self.import_sad(one_item())
        self.pay(self.post_assessment(declaration))
        self.assert_refused(declaration, "(?i)money has moved")

    def test_draft_forbids(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        declaration.action_create_invoices()
        self.assert_refused(declaration, "still a draft")

    def test_closed_file_forbids(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        self.bill(declaration)
        declaration.action_release()
        declaration.action_close()
        self.assert_refused(declaration, "Reopen it first")

    def test_archived_journal_forbids(self):
        declaration = self.import_sad(one_item())
        bill = self.post_assessment(declaration)
        bill.journal_id.active = False
        self.assert_refused(declaration, "journal of .* is archived")

    def test_reason_is_needed(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        with self.assertRaisesRegex(UserError, "Say why"):
            self.wizard(declaration, reason="  ").action_undo()

    def test_only_a_verifier_undoes(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        user = new_test_user(
            self.env,
            login="undo_user",
            groups="base.group_user,customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            declaration.with_user(user).action_undo_posting()
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            declaration.with_user(user)._undo_posting(DAY, "No right")

    def test_what_changed_since_is_not_undone(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        wizard = self.wizard(declaration)
        self.bill(declaration)
        with self.assertRaisesRegex(UserError, "changed since these steps"):
            wizard.action_undo()

    def test_nothing_posted_is_nothing_to_undo(self):
        declaration = self.import_sad(one_item())
        with self.assertRaisesRegex(UserError, "nothing to undo"):
            declaration.action_undo_posting()

    # === ODOO'S OWN RULES === #

    def test_default_day_is_after_the_books_are_locked(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        self.company.fiscalyear_lock_date = "2030-01-31"
        action = declaration.action_undo_posting()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(str(wizard.date), "2030-02-01")
        self.assertFalse(wizard.refusals)
        wizard.reason = "Late"
        before = declaration._get_customs_moves()
        wizard.action_undo()
        reversal = declaration._get_customs_moves() - before
        self.assertEqual(str(reversal.date), "2030-02-01")
        self.assert_as_before(declaration)

    def test_locked_day_is_refused_with_the_next_open_one(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        self.company.fiscalyear_lock_date = "2026-04-30"
        self.assert_refused(declaration, "locked until 04/30/2026.*Choose 05/01/2026")
        self.assert_refused(
            declaration, "dated 03/06/2026 and cannot be undone", date="2026-03-01"
        )

    def test_tax_lock_binds_what_is_in_the_tax_return_only(self):
        own, client = self.own(), self.second()
        for record in own | client:
            self.post_assessment(record)
        self.company.tax_lock_date = "2026-04-30"
        self.assert_refused(own, "locked until 04/30/2026")
        reversal = self.undo(client)
        self.assertEqual(str(reversal.date), DAY)
        reversal = self.undo(own, date="2026-05-01")
        self.assertEqual(str(reversal.date), "2026-05-01")
        self.assert_as_before(own)

    def test_hashed_entries_are_reversed_not_changed(self):
        declaration = self.import_sad(one_item())
        journal = self.company.customs_journal_id
        journal.restrict_mode_hash_table = True
        bill = self.post_assessment(declaration)
        invoice = self.bill(declaration)
        self.assertTrue(bill.inalterable_hash)
        value = bill.inalterable_hash
        self.undo(declaration)
        self.assertEqual(bill.inalterable_hash, value)
        self.assertEqual((bill.state, invoice.state), ("posted", "posted"))
        self.assert_as_before(declaration)

    def test_storno_takes_back_on_the_same_side(self):
        self.company.account_storno = True
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        reversal = self.undo(declaration)
        control = reversal.line_ids.filtered(
            lambda line: line.account_id == self.control
        )
        self.assertEqual(sorted(control.mapped("debit")), [-173.25, -55.0, -45.0])
        self.assertEqual(set(control.mapped("credit")), {0.0})
        self.assert_as_before(declaration)

    def test_foreign_invoice_with_its_exchange_rounding(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 0.3333}
        )
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = declaration.action_create_invoices()
        invoice.write({"currency_id": euro.id, "invoice_date": "2026-03-10"})
        invoice.action_post()
        self.assert_money(declaration, billed=273.25, control_balance=0)
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-04-01", "rate": 0.5}
        )
        self.undo(declaration)
        self.assert_as_before(declaration, self.receivable)
        exchange = self.company.currency_exchange_journal_id
        entries = self.env["account.move"].search([("journal_id", "=", exchange.id)])
        self.assertTrue(entries)
        on_control = entries.line_ids.filtered(
            lambda line: line.account_id == self.control
        )
        self.assertEqual(sum(on_control.mapped("balance")), 0.0)

    def test_cash_rounding_of_the_invoice_goes_back_with_it(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "To whole units",
                "rounding": 1.0,
                "strategy": "add_invoice_line",
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
                "rounding_method": "HALF-UP",
            }
        )
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        self.add_service(declaration, 11.0)  # outlays alone may not be rounded
        invoice = declaration.action_create_invoices()
        invoice.write(
            {"invoice_cash_rounding_id": rounding.id, "invoice_date": "2026-03-10"}
        )
        invoice.action_post()
        # 273.25 of outlays, 11.00 and 15 % of it for the service: 285.90
        self.assertEqual(invoice.amount_total, 286.0)
        added = invoice.line_ids.filtered(lambda line: line.display_type == "rounding")
        self.assertEqual(added.mapped("balance"), [-0.1])
        credit = self.undo(declaration)[0]
        self.assertEqual(credit.amount_total, 286.0)
        self.assert_as_before(
            declaration, self.receivable, self.company_data["default_account_expense"]
        )

    def test_indirect_agent_with_tax(self):
        self.client.customs_capacity = "indirect"
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        for product in declaration.charge_ids.charge_code_id.product_id:
            product.taxes_id = self.company.account_sale_tax_id
        invoice = self.bill(declaration)
        self.assertTrue(invoice.amount_tax)
        self.undo(declaration)
        self.assert_as_before(
            declaration,
            self.receivable,
            self.company_data["default_account_tax_sale"],
        )

    # === THE TRAIL === #

    def test_history_says_who_what_and_why(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        self.bill(declaration)
        reversals = self.undo(declaration)
        body = declaration.message_ids[0].body
        self.assertIn("Wrong client", body)
        for move in reversals:
            self.assertIn(move.name, body)
        self.assertIn("Credit INV", body)

    def test_undone_twice(self):
        declaration = self.import_sad(one_item())
        for _round in range(2):
            self.post_assessment(declaration)
            self.bill(declaration)
            self.undo(declaration)
            self.assert_as_before(declaration, self.receivable)

    # === WAYS TO THE ENTRIES === #

    def test_accounts_of_the_file(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        action = declaration.action_view_accounts()
        self.env.flush_all()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertRecordValues(
            rows.sorted("balance"),
            [
                {
                    "account_id": account.id,
                    "debit": debit,
                    "credit": credit,
                    "balance": debit - credit,
                    "item_count": count,
                }
                for account, debit, credit, count in (
                    (self.payable, 0.0, 273.25, 1),
                    (self.control, 273.25, 0.0, 3),
                )
            ],
        )
        items = rows.sorted("balance")[1].action_view_items()
        found = self.env["account.move.line"].search(items["domain"])
        self.assertEqual(sorted(found.mapped("balance")), [45.0, 55.0, 173.25])
        items = declaration.action_view_journal_items()
        found = self.env["account.move.line"].search_count(items["domain"])
        self.assertEqual(found, declaration.journal_item_count)

    def test_versions_side_by_side(self):
        declaration = self.import_sad(one_item())
        first = declaration.current_assessment_id
        self.post_assessment(declaration)
        second = self.correct(declaration, 35.0, date="2026-03-20", reason="remission")
        for version in first | second:
            table = version.versions_table
            for words in (
                "Version 1",
                "Version 2",
                "Remission",
                "35.00",
                "-\ufeff20.00",
            ):
                self.assertIn(words.replace(" ", ""), "".join(table.split()))
        self.assertEqual(second.move_count, 0)
        self.assertEqual(first.move_count, 1)
        self.assertEqual(first.action_view_moves()["res_id"], first.move_ids.id)
