"""Refunds, remission and drawback: ours, and our clients'."""

from after import AfterClearanceCase
from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import Form
from odoo.tools import mute_logger


class RefundCase(AfterClearanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        role = cls.company._get_customs_account
        cls.refund_recv = role("refund_recv")
        cls.refunds_due = role("refunds_due")
        cls.interest_income = role("interest_income")

    def client_file(self, duty=12400, **vals):
        declaration = self.typed(capacity="direct", client_id=self.client.id, **vals)
        self.assess(declaration, {"CID": duty})
        return declaration

    def claim(self, lines, **vals):
        """Return a draft claim on ``(declaration, amount)`` or ``(…, values)``."""
        commands = []
        for declaration, facts in lines:
            facts = facts if isinstance(facts, dict) else {"amount_claimed": facts}
            charge = self.charge(declaration, facts.pop("tax", "CID"))
            commands.append(
                Command.create(
                    {
                        "declaration_id": declaration.id,
                        "charge_id": charge.id,
                        **facts,
                    }
                )
            )
        return self.env["customs.refund"].create({"line_ids": commands, **vals})

    def accepted(self, lines, date="2026-04-10", **vals):
        refund = self.claim(lines, **vals)
        refund.action_submit()
        refund.date_decision = date
        refund.action_accept()
        return refund

    def receive(self, refund, date="2026-07-01"):
        """Book the receipt in the bank; return its entry."""
        before = self.refund_moves(refund)
        refund.write(
            {"date_received": date, "receipt_journal_id": self.bank_journal.id}
        )
        refund.action_receive()
        return self.refund_moves(refund) - before

    def refund_moves(self, refund):
        moves = self.env["account.move"].search(
            [("line_ids.customs_refund_line_id", "in", refund.line_ids.ids)]
        )
        return moves.sorted("id")

    def assert_reconciled(self, items):
        self.assertTrue(items)
        self.assertTrue(all(items.mapped("reconciled")))


class TestOwnRefunds(RefundCase):
    def test_refund_of_goods_sold_in_part_with_interest(self):
        """A09: recognised on acceptance, received with interest."""
        declaration = self.own_file(sold_share=60)
        refund = self.accepted([(declaration, 2300)])
        self.assertEqual(refund.state, "accepted")
        self.assertEqual(refund.beneficiary, "own")
        entry = self.refund_moves(refund)
        self.assertEqual(entry.customs_event, "refund")
        self.assertEqual(entry.date, Date.to_date("2026-04-10"))
        self.assert_items(
            entry,
            [
                (self.refund_recv, self.authority, 2300, "", "", ""),
                (self.cogs, self.authority, -1380, "", "", ""),
                (self.clearing, self.authority, -920, "", "", ""),
            ],
        )
        # the assessment stands: the money is asked back beside it
        self.assert_money(declaration, charged=5000)
        self.assertFalse(declaration.has_unposted_assessment)
        refund.line_ids.interest = 46.15
        receipt = self.receive(refund)
        self.assert_items(
            receipt,
            [
                (self.bank, self.authority, 2346.15, "", "", ""),
                (self.refund_recv, self.authority, -2300, "", "", ""),
                (self.interest_income, self.authority, -46.15, "", "", ""),
            ],
        )
        self.assertEqual(refund.state, "received")
        self.assertEqual(refund.amount_received, 2346.15)
        self.assertEqual(self.account_balance(self.refund_recv), 0)
        self.assert_reconciled(
            (entry | receipt).line_ids.filtered(
                lambda x: x.account_id == self.refund_recv
            )
        )

    def test_a_refund_and_the_sold_share_do_not_count_twice(self):
        declaration = self.own_file(sold_share=60)
        declaration.action_move_sold_share()
        self.accepted([(declaration, 2300)])
        declaration.invalidate_recordset()
        self.assertEqual(declaration.sold_amount_to_move, 0)
        self.assertAlmostEqual(self.account_balance(self.cogs, declaration), 1620)
        declaration.sold_share = 100
        declaration.action_move_sold_share()
        self.assertAlmostEqual(self.account_balance(self.cogs, declaration), 2700)
        self.assertAlmostEqual(self.account_balance(self.clearing, declaration), 0)

    def test_drawback_goes_to_the_cost_of_sales(self):
        """A08: 99 % of the duty on goods that left again."""
        declaration = self.own_file(items=[{"net_mass": 100}])
        refund = self.accepted(
            [
                (
                    declaration,
                    {
                        "amount_claimed": 4950,
                        "item_id": declaration.line_ids.id,
                        "quantity_drawn": 99,
                    },
                )
            ],
            kind="drawback",
            date="2026-04-30",
        )
        self.assertEqual(refund.line_ids.sold_share, 100)
        self.assert_items(
            self.refund_moves(refund),
            [
                (self.refund_recv, self.authority, 4950, "", "", ""),
                (self.cogs, self.authority, -4950, "", "", ""),
            ],
        )
        receipt = self.receive(refund, "2026-06-02")
        self.assert_items(
            receipt,
            [
                (self.bank, self.authority, 4950, "", "", ""),
                (self.refund_recv, self.authority, -4950, "", "", ""),
            ],
        )
        self.assertEqual(self.account_balance(self.cogs), -4950)
        self.assertEqual(self.account_balance(self.refund_recv), 0)
        self.assertEqual(declaration.line_ids.quantity_drawn, 99)
        # goods of a drawback have left: the share sold of the rest is another matter
        declaration.invalidate_recordset()
        self.assertEqual(declaration.sold_amount_to_move, 0)

    def test_on_cash_nothing_is_booked_before_the_money(self):
        declaration = self.own_file(sold_share=60)
        self.company.customs_refund_recognition = "cash"
        refund = self.accepted(
            [(declaration, {"amount_claimed": 2300, "interest": 46.15})]
        )
        self.assertFalse(self.refund_moves(refund))
        self.assertEqual(refund.state, "accepted")
        receipt = self.receive(refund)
        self.assert_items(
            receipt,
            [
                (self.bank, self.authority, 2346.15, "", "", ""),
                (self.cogs, self.authority, -1380, "", "", ""),
                (self.clearing, self.authority, -920, "", "", ""),
                (self.interest_income, self.authority, -46.15, "", "", ""),
            ],
        )
        self.assertEqual(refund.state, "received")

    def test_duty_that_was_an_expense_lowers_the_expense(self):
        for use, role in (("expense", "duty_expense"), ("sale", "selling_duty")):
            with self.subTest(use):
                declaration = self.own_file(goods_use=use, sold_share=60)
                refund = self.accepted([(declaration, 100)])
                account = self.company._get_customs_account(role)
                self.assert_items(
                    self.refund_moves(refund),
                    [
                        (self.refund_recv, self.authority, 100, "", "", ""),
                        (account, self.authority, -100, "", "", ""),
                    ],
                )

    def test_refund_of_a_penalty_and_interest(self):
        declaration = self.typed()
        self.assess(declaration, {"CID": 100, "PEN": 500, "INT": 62})
        refund = self.accepted(
            [
                (declaration, {"tax": "PEN", "amount_claimed": 500}),
                (declaration, {"tax": "INT", "amount_claimed": 62}),
            ]
        )
        self.assert_items(
            self.refund_moves(refund),
            [
                (self.refund_recv, self.authority, 500, "", "", ""),
                (
                    self.company._get_customs_account("penalties"),
                    self.authority,
                    -500,
                    "",
                    "",
                    "",
                ),
                (self.refund_recv, self.authority, 62, "", "", ""),
                (
                    self.company._get_customs_account("interest_expense"),
                    self.authority,
                    -62,
                    "",
                    "",
                    "",
                ),
            ],
        )

    def test_a_version_that_takes_back_is_received_once(self):
        declaration = self.own_file()
        version = self.assess(
            declaration,
            {"CID": 2700},
            date="2026-04-10",
            reason="refund",
            settlement="receivable",
        )
        self.assert_items(
            version.move_ids,
            [
                (self.refund_recv, self.authority, 2300, "", "", ""),
                (self.clearing, self.authority, -2300, "", "CID", ""),
            ],
        )
        refund = self.accepted(
            [
                (
                    declaration,
                    {
                        "amount_claimed": 2300,
                        "interest": 46.15,
                        "assessment_id": version.id,
                    },
                )
            ]
        )
        self.assertFalse(self.refund_moves(refund))
        receipt = self.receive(refund)
        self.assert_items(
            receipt,
            [
                (self.bank, self.authority, 2346.15, "", "", ""),
                (self.refund_recv, self.authority, -2300, "", "", ""),
                (self.interest_income, self.authority, -46.15, "", "", ""),
            ],
        )
        self.assert_reconciled(
            (version.move_ids | receipt).line_ids.filtered(
                lambda x: x.account_id == self.refund_recv
            )
        )
        again = self.claim(
            [(declaration, {"amount_claimed": 1, "assessment_id": version.id})]
        )
        with self.assertRaisesRegex(UserError, "No amount is given back twice"):
            again.action_submit()

    def test_a_version_set_off_leaves_nothing_to_receive(self):
        declaration = self.own_file()
        version = self.assess(declaration, {"CID": 2700}, date="2026-04-10")
        refund = self.accepted(
            [(declaration, {"amount_claimed": 2300, "assessment_id": version.id})]
        )
        with self.assertRaisesRegex(UserError, "the authority pays it back"):
            self.receive(refund)
        self.assertFalse(self.refund_moves(refund))

    def test_own_import_vat_needs_a_version(self):
        declaration = self.typed()
        self.assess(
            declaration,
            {"CID": 50, "VAT": {"amount_assessed": 157.5, "base": 1050, "rate": 15}},
        )
        refund = self.claim([(declaration, {"tax": "VAT", "amount_claimed": 10})])
        refund.action_submit()
        with self.assertRaisesRegex(UserError, "import VAT of our own"):
            refund.action_accept()

    def test_receipt_into_the_customs_cash_account(self):
        declaration = self.own_file()
        refund = self.accepted([(declaration, 100)])
        account = self.env["customs.payment.account"].create(
            {"name": "Cash", "number": "CA-1", "kind": "cash"}
        )
        refund.write({"date_received": "2026-05-01", "receipt_account_id": account.id})
        refund.action_receive()
        cash = self.company._get_customs_account("customs_cash")
        receipt = self.refund_moves(refund)[-1]
        self.assert_items(
            receipt,
            [
                (cash, self.authority, 100, "", "", ""),
                (self.refund_recv, self.authority, -100, "", "", ""),
            ],
        )
        self.assertEqual(receipt.customs_payment_account_id, account)

    def test_receipts_line_by_line(self):
        files = self.own_file() + self.own_file(duty=200)
        refund = self.accepted([(files[0], 1000), (files[1], 200)])
        refund.write(
            {"date_received": "2026-05-01", "receipt_journal_id": self.bank_journal.id}
        )
        refund.line_ids[1].action_receive()
        self.assertEqual(self.account_balance(self.bank), 200)
        self.assertEqual(refund.state, "accepted")
        self.assertEqual(refund.amount_to_receive, 1000)
        refund.action_receive()
        self.assertEqual(self.account_balance(self.bank), 1200)
        self.assertEqual(refund.state, "received")
        self.assertEqual(self.account_balance(self.refund_recv), 0)
        with self.assertRaisesRegex(UserError, "has come in already"):
            refund.action_receive()

    def test_a_reversed_receipt_is_to_receive_again(self):
        declaration = self.own_file()
        refund = self.accepted([(declaration, 100)])
        receipt = self.receive(refund)
        self.undo(receipt)
        self.assertEqual(refund.state, "accepted")
        self.assertEqual(refund.amount_to_receive, 100)
        self.receive(refund)
        self.assertEqual(refund.state, "received")
        self.assertEqual(self.account_balance(self.refund_recv), 0)

    def test_a_decision_is_taken_back_when_its_entry_is(self):
        declaration = self.own_file(sold_share=60)
        refund = self.accepted([(declaration, 100)])
        with self.assertRaisesRegex(UserError, "has posted entries"):
            refund.action_reset()
        self.undo(self.refund_moves(refund))
        refund.action_reset()
        self.assertEqual(refund.state, "submitted")
        self.assertEqual(self.account_balance(self.cogs), 0)
        refund.action_accept()
        self.assertEqual(self.account_balance(self.refund_recv), 100)

    def test_partly_accepted(self):
        declaration = self.own_file()
        refund = self.claim([(declaration, 1000)])
        refund.action_submit()
        refund.line_ids.amount_accepted = 700
        refund.action_accept()
        self.assertEqual(self.account_balance(self.refund_recv), 700)
        self.assertEqual(refund.amount_claimed, 1000)


class TestRemission(RefundCase):
    def test_remission_lowers_our_debt(self):
        declaration = self.own_file(duty=5000, sold_share=60)
        refund = self.accepted([(declaration, 2300)], kind="remission")
        entry = self.refund_moves(refund)
        self.assert_items(
            entry,
            [
                (self.payable, self.authority, 2300, "", "", ""),
                (self.cogs, self.authority, -1380, "", "", ""),
                (self.clearing, self.authority, -920, "", "", ""),
            ],
        )
        self.assertEqual(refund.state, "accepted")
        debt = declaration._get_authority_moves()
        self.assertEqual(debt.amount_residual, 2700)
        self.assert_reconciled(
            entry.line_ids.filtered(lambda x: x.account_id == self.payable)
        )
        with self.assertRaisesRegex(UserError, "accepted refund or drawback only"):
            self.receive(refund)

    def test_remission_of_a_clients_debt_is_not_billed(self):
        declaration = self.client_file(duty=1000)
        self.assert_money(declaration, to_bill=1000, control_balance=1000)
        refund = self.accepted([(declaration, 400)], kind="remission")
        self.assert_items(
            self.refund_moves(refund),
            [
                (self.payable, self.authority, 400, "", "", ""),
                (self.control, self.client, -400, "", "CID", ""),
            ],
        )
        self.assert_money(declaration, to_bill=600, control_balance=600, charged=1000)
        self.bill(declaration)
        self.assert_money(declaration, to_bill=0, control_balance=0, billed=600)

    def test_remission_of_what_was_billed_is_credited(self):
        declaration = self.client_file(duty=1000)
        self.bill(declaration)
        self.accepted([(declaration, 400)], kind="remission")
        self.assert_money(declaration, to_bill=-400, control_balance=-400)
        credit = self.bill(declaration, "2026-04-20")
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.amount_total, 400)
        self.assert_money(declaration, to_bill=0, control_balance=0)

    def test_what_is_paid_is_not_remitted(self):
        declaration = self.own_file(duty=500)
        self.pay(declaration._get_authority_moves())
        refund = self.claim([(declaration, 100)], kind="remission")
        refund.action_submit()
        with self.assertRaisesRegex(UserError, "Claim a refund of what is paid"):
            refund.action_accept()
        self.assertFalse(self.refund_moves(refund))
        self.assertEqual(refund.state, "submitted")

    def test_remission_pays_no_interest(self):
        declaration = self.own_file(duty=500)
        refund = self.claim(
            [(declaration, {"amount_claimed": 100, "interest": 1})], kind="remission"
        )
        refund.action_submit()
        with self.assertRaisesRegex(UserError, "pays no interest"):
            refund.action_accept()


class TestClientRefunds(RefundCase):
    def received_claim(self, **vals):
        """B10 up to the money: 12 400 and interest of 310 for the client."""
        declaration = self.client_file()
        self.bill(declaration)
        refund = self.accepted(
            [(declaration, {"amount_claimed": 12400, "interest": 310})], **vals
        )
        self.assertFalse(self.refund_moves(refund))
        return refund, self.receive(refund, "2026-06-01")

    def test_the_clients_refund_with_fee_offset_and_payout(self):
        """B10 in full."""
        refund, receipt = self.received_claim(fee_percent=5)
        self.assertEqual(refund.beneficiary, "client")
        self.assertEqual(refund.client_id, self.client)
        self.assert_items(
            receipt,
            [
                (self.bank, self.authority, 12710, "", "", ""),
                (self.refunds_due, self.client, -12400, "", "", ""),
                (self.refunds_due, self.client, -310, "", "", ""),
            ],
        )
        self.assertEqual(refund.state, "received")
        self.assertEqual(refund.date_statement, Date.to_date("2026-07-31"))
        activity = refund.activity_ids
        self.assertEqual(activity.date_deadline, Date.to_date("2026-07-31"))
        # the fee is a service like any other
        refund.action_propose_fee()
        refund.action_propose_fee()
        declaration = refund.declaration_ids
        self.assertEqual(refund.fee_charge_id.amount, 620)
        self.assertEqual(
            len(declaration.charge_ids.filtered(lambda c: c.nature == "service")), 1
        )
        income = self.income
        invoice = self.bill(declaration, "2026-06-02")
        invoice.button_draft()
        invoice.invoice_line_ids.tax_ids = False
        invoice.action_post()
        self.assert_items(
            invoice,
            [
                (self.receivable, self.client, 620, "", "", ""),
                (income, self.client, -620, "", "", ""),
            ],
        )
        refund.write(
            {
                "offset_invoice_ids": invoice.ids,
                "date_settled": "2026-06-02",
            }
        )
        with self.assertRaisesRegex(UserError, "written consent"):
            refund.action_offset()
        refund.write({"has_consent": True, "date_consent": "2026-05-30"})
        refund.action_offset()
        offset = self.refund_moves(refund)[-1]
        self.assert_items(
            offset,
            [
                (self.refunds_due, self.client, 620, "", "", ""),
                (self.receivable, self.client, -620, "", "", ""),
            ],
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(refund.amount_due_client, 12090)
        self.assertEqual(refund.state, "received")
        refund.write(
            {"date_settled": "2026-06-05", "payout_journal_id": self.bank_journal.id}
        )
        refund.action_pay_out()
        self.assert_items(
            self.refund_moves(refund)[-1],
            [
                (self.refunds_due, self.client, 12090, "", "", ""),
                (self.bank, self.client, -12090, "", "", ""),
            ],
        )
        self.assertEqual(refund.state, "paid_out")
        self.assertFalse(refund.activity_ids)
        self.assertEqual(self.account_balance(self.refunds_due), 0)
        self.assertEqual(self.account_balance(self.bank), 620)
        self.assertEqual(self.account_balance(income), -620)
        items = self.refund_moves(refund).line_ids
        self.assert_reconciled(
            items.filtered(lambda x: x.account_id == self.refunds_due)
        )
        self.assert_money(declaration, charged=12400, control_balance=0, to_bill=0)

    def test_nothing_is_settled_twice(self):
        refund, _receipt = self.received_claim()
        refund.write(
            {"date_settled": "2026-06-05", "payout_journal_id": self.bank_journal.id}
        )
        refund.action_pay_out()
        with self.assertRaisesRegex(UserError, "Nothing is due"):
            refund.action_pay_out()
        self.assertEqual(self.account_balance(self.refunds_due), 0)

    def test_a_reversed_payout_is_due_again(self):
        refund, _receipt = self.received_claim()
        refund.write(
            {"date_settled": "2026-06-05", "payout_journal_id": self.bank_journal.id}
        )
        refund.action_pay_out()
        self.undo(self.refund_moves(refund)[-1])
        self.assertEqual(refund.state, "received")
        self.assertEqual(refund.amount_due_client, 12710)

    def test_a_version_that_takes_back_is_credited_and_received(self):
        declaration = self.client_file(duty=1000)
        self.bill(declaration)
        version = self.assess(
            declaration, {"CID": 600}, date="2026-04-10", settlement="receivable"
        )
        self.assert_money(declaration, to_bill=-400, control_balance=-400)
        refund = self.accepted(
            [
                (
                    declaration,
                    {
                        "amount_claimed": 400,
                        "interest": 10,
                        "assessment_id": version.id,
                    },
                )
            ]
        )
        receipt = self.receive(refund)
        self.assert_items(
            receipt,
            [
                (self.bank, self.authority, 410, "", "", ""),
                (self.refund_recv, self.authority, -400, "", "", ""),
                (self.refunds_due, self.client, -10, "", "", ""),
            ],
        )
        self.assertEqual(refund.amount_due_client, 10)
        credit = self.bill(declaration, "2026-07-02")
        self.assertEqual(credit.amount_total, 400)
        self.assertEqual(self.account_balance(self.refund_recv), 0)
        self.assert_money(declaration, to_bill=0, control_balance=0)

    def test_duty_the_client_paid_itself(self):
        """It is not in our books; the authority still pays its filer back."""
        declaration = self.typed(capacity="direct", client_id=self.client.id)
        method = self.env["customs.payment.method"].create(
            {"code": "OWN-T", "name": "Importer's account", "payer": "importer"}
        )
        declaration._record_assessment(
            [{"tax_code_id": self.tax("CID").id, "amount_assessed": 800}],
            date="2026-03-06",
        )
        charge = self.charge(declaration, "CID") or self.env["customs.charge"].create(
            {
                "declaration_id": declaration.id,
                "tax_code_id": self.tax("CID").id,
                "charge_code_id": self.tax("CID").charge_code_id.id,
            }
        )
        charge.payment_method_id = method
        self.assert_money(declaration, charged=0)
        refund = self.accepted([(declaration, 800)])
        receipt = self.receive(refund)
        self.assert_items(
            receipt,
            [
                (self.bank, self.authority, 800, "", "", ""),
                (self.refunds_due, self.client, -800, "", "", ""),
            ],
        )
        again = self.claim([(declaration, 1)])
        with self.assertRaisesRegex(UserError, "No amount is given back twice"):
            again.action_submit()

    def test_only_the_clients_own_invoices_are_offset(self):
        refund, _receipt = self.received_claim()
        other = self.init_invoice(
            "out_invoice", partner=self.exporter, amounts=[100], post=True
        )
        refund.write(
            {
                "has_consent": True,
                "date_consent": "2026-05-30",
                "date_settled": "2026-06-02",
                "offset_invoice_ids": other.ids,
            }
        )
        with self.assertRaisesRegex(UserError, "is no posted invoice of Harbour"):
            refund.action_offset()
        refund.offset_invoice_ids = False
        with self.assertRaisesRegex(UserError, "Choose an unpaid invoice"):
            refund.action_offset()
        self.assertEqual(refund.amount_due_client, 12710)

    def test_an_invoice_larger_than_the_refund_is_paid_in_part(self):
        refund, _receipt = self.received_claim()
        invoice = self.init_invoice(
            "out_invoice", partner=self.client, amounts=[20000], post=True
        )
        refund.write(
            {
                "has_consent": True,
                "date_consent": "2026-05-30",
                "date_settled": "2026-06-02",
                "offset_invoice_ids": invoice.ids,
            }
        )
        refund.action_offset()
        self.assertEqual(invoice.amount_residual, invoice.amount_total - 12710)
        self.assertEqual(refund.state, "paid_out")

    def test_fee_needs_a_client_and_a_percentage(self):
        own = self.accepted([(self.own_file(), 100)])
        own.fee_percent = 5
        with self.assertRaisesRegex(UserError, "A fee needs a client"):
            own.action_propose_fee()
        client = self.accepted([(self.client_file(), 100)])
        with self.assertRaisesRegex(UserError, "percentage above zero"):
            client.action_propose_fee()


class TestClaims(RefundCase):
    def test_no_amount_is_given_back_twice(self):
        declaration = self.own_file(duty=1000)
        self.accepted([(declaration, 600)])
        second = self.claim([(declaration, 401)])
        self.assertEqual(second.line_ids.amount_levied, 1000)
        self.assertEqual(second.line_ids.amount_refunded, 600)
        with self.assertRaisesRegex(UserError, "of .*1,000.00 only .*400.00 is left"):
            second.action_submit()
        second.line_ids.amount_claimed = 400
        second.action_submit()
        third = self.claim([(declaration, 400)])
        third.action_submit()
        second.action_accept()
        with self.assertRaisesRegex(UserError, "No amount is given back twice"):
            third.action_accept()
        self.assertEqual(third.state, "submitted")
        self.assertEqual(self.account_balance(self.refund_recv), 1000)

    def test_accepted_together_they_still_count_once(self):
        declaration = self.own_file(duty=1000)
        claims = self.claim([(declaration, 600)]) + self.claim([(declaration, 600)])
        claims.action_submit()
        self.assertEqual(claims.line_ids.mapped("amount_refunded"), [0, 0])
        with self.assertRaisesRegex(UserError, "No amount is given back twice"):
            claims.action_accept()
        with self.assertRaisesRegex(UserError, "is accepted|is submitted|twice"):
            claims.write({"decision": "accepted"})

    def test_refund_of_a_closed_file(self):
        declaration = self.own_file(duty=1000)
        declaration.action_release()
        declaration.action_close()
        refund = self.accepted([(declaration, 600)])
        self.receive(refund)
        self.assertEqual(refund.state, "received")
        self.assertEqual(declaration.state, "closed")

    def test_no_quantity_is_drawn_twice(self):
        declaration = self.own_file(
            items=[{"supplementary_quantity": 10, "supplementary_unit": "p/st"}]
        )
        item = declaration.line_ids
        facts = {"amount_claimed": 100, "item_id": item.id, "quantity_drawn": 6}
        self.accepted([(declaration, dict(facts))], kind="drawback")
        again = self.claim([(declaration, dict(facts))], kind="drawback")
        with self.assertRaisesRegex(UserError, "declares 10 p/st, of which 4 are left"):
            again.action_submit()
        again.line_ids.quantity_drawn = 4
        again.action_submit()

    def test_drawback_names_item_and_quantity(self):
        declaration = self.own_file()
        refund = self.claim([(declaration, 100)], kind="drawback")
        with self.assertRaisesRegex(UserError, "Choose the item and the quantity"):
            refund.action_submit()

    def test_one_claim_has_one_owner(self):
        with self.assertRaisesRegex(UserError, "mixes files of different owners"):
            self.claim([(self.own_file(), 1), (self.client_file(), 1)])

    def test_parts_belong_to_the_declaration(self):
        one, two = self.own_file(), self.own_file()
        with self.assertRaisesRegex(UserError, "does not belong to declaration"):
            self.env["customs.refund"].create(
                {
                    "line_ids": [
                        Command.create(
                            {
                                "declaration_id": one.id,
                                "charge_id": self.charge(two, "CID").id,
                            }
                        )
                    ]
                }
            )

    def test_what_is_refused(self):
        declaration = self.own_file()
        with self.assertRaisesRegex(UserError, "Add the taxes"):
            self.env["customs.refund"].create({}).action_submit()
        with self.assertRaisesRegex(UserError, "amounts to nothing"):
            self.claim([(declaration, 0)]).action_submit()
        refund = self.claim([(declaration, 100)])
        with self.assertRaisesRegex(UserError, "is draft and cannot become accepted"):
            refund.action_accept()
        refund.action_submit()
        with self.assertRaisesRegex(UserError, "accepted refund or drawback only"):
            self.receive(refund)
        refund.action_accept()
        for vals, text in (
            ({"date_received": False}, "On what day"),
            ({"receipt_journal_id": False}, "Choose the bank or"),
        ):
            refund.write(
                {
                    "date_received": "2026-05-01",
                    "receipt_journal_id": self.bank_journal.id,
                    **vals,
                }
            )
            with self.subTest(text), self.assertRaisesRegex(UserError, text):
                refund.action_receive()
        with self.assertRaisesRegex(UserError, "is decided"):
            refund.line_ids.amount_accepted = 5
        with self.assertRaisesRegex(UserError, "is accepted; take it back"):
            refund.kind = "drawback"
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            refund.unlink()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(CheckViolation, "amounts_positive"),
            self.cr.savepoint(),
        ):
            self.claim([(declaration, -5)])

    def test_unposted_assessment_is_posted_first(self):
        declaration = self.own_file()
        refund = self.claim([(declaration, 100)])
        refund.action_submit()
        declaration._record_assessment(
            [{"tax_code_id": self.tax("CID").id, "amount_assessed": 5100}],
            date="2026-05-01",
        )
        with self.assertRaisesRegex(UserError, "is not posted"):
            refund.action_accept()

    def test_a_version_after_a_refund_is_looked_at(self):
        declaration = self.own_file()
        self.accepted([(declaration, 100)])
        self.assertNotIn("gave back", declaration.warning_message or "")
        declaration._record_assessment(
            [{"tax_code_id": self.tax("CID").id, "amount_assessed": 4900}],
            date="2026-05-01",
        )
        declaration.invalidate_recordset()
        self.assertIn("already gave back $ 100.00", self._plain(declaration))

    def _plain(self, declaration):
        return declaration.warning_message.replace("\N{NO-BREAK SPACE}", " ")

    def test_deadline_is_an_activity_until_submitted(self):
        refund = self.claim([(self.own_file(), 100)], date_deadline="2026-12-31")
        self.assertEqual(refund.activity_ids.date_deadline, Date.to_date("2026-12-31"))
        refund.action_submit()
        self.assertFalse(refund.activity_ids)

    def test_from_the_declaration_and_back(self):
        declaration = self.own_file()
        action = declaration.action_claim_refund()
        refund = self.env["customs.refund"].browse(action["res_id"])
        self.assertEqual(refund.line_ids.charge_id, self.charge(declaration, "CID"))
        declaration.invalidate_recordset()
        self.assertEqual(declaration.refund_count, 1)
        found = self.env["customs.refund"].search(
            declaration.action_view_refunds()["domain"]
        )
        self.assertEqual(found, refund)
        self.assertEqual(refund.action_view_declarations()["res_id"], declaration.id)
        self.assertEqual(refund.authority_id, self.authority)

    def test_form(self):
        declaration = self.own_file(duty=1000)
        with Form(self.env["customs.refund"]) as form:
            with form.line_ids.new() as line:
                line.declaration_id = declaration
                line.charge_id = self.charge(declaration, "CID")
                line.amount_claimed = 10
        refund = form.save()
        self.assertTrue(refund.name.startswith("REF/"))
        self.assertEqual(refund.line_ids.amount_accepted, 10)
        self.assertEqual(refund.currency_id, self.company.currency_id)

    def test_rights(self):
        declaration = self.own_file()
        refund = self.claim([(declaration, 100)])
        self.as_role("user", refund).action_submit()
        for action in ("action_accept", "action_receive", "action_pay_out"):
            with (
                self.subTest(action),
                self.assertRaisesRegex(UserError, "Only a customs verifier"),
            ):
                getattr(self.as_role("user", refund), action)()
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            self.as_role("user", refund).decision = "accepted"
        with self.assertRaises(AccessError):
            self.as_role("auditor", refund).claim_number = "X"
        for record in (refund, refund.line_ids, declaration):
            values = self.as_role("auditor", record).read()[0]
            self.assertEqual(values["id"], record.id)
        self.as_role("verifier", refund).action_accept()
        self.assertEqual(refund.state, "accepted")
        refund.write(
            {"date_received": "2026-05-01", "receipt_journal_id": self.bank_journal.id}
        )
        self.as_role("verifier", refund).action_receive()
        self.assertEqual(refund.state, "received")

    def test_other_company(self):
        other = self.setup_other_company()["company"]
        declaration = self.own_file()
        with self.assertRaises(UserError):
            self.claim([(declaration, 100)], company_id=other.id)
        refund = self.claim([(declaration, 100)])
        refund.action_submit()
        refund.action_accept()
        foreign = self.env["account.journal"].search(
            [("company_id", "=", other.id), ("type", "=", "bank")], limit=1
        )
        with self.assertRaises(UserError):
            refund.receipt_journal_id = foreign

    def test_foreign_authority(self):
        """Amounts are the authority's; exchange differences are Odoo's."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                }
                for day, rate in (("2026-01-01", 0.5), ("2026-06-01", 0.4))
            ]
        )
        self.tariff.currency_id = euro
        declaration = self.own_file(duty=100)
        refund = self.accepted([(declaration, 100)])
        self.assertEqual(refund.currency_id, euro)
        self.assert_items(
            self.refund_moves(refund),
            [
                (self.refund_recv, self.authority, 200, "", "", ""),
                (self.clearing, self.authority, -200, "", "", ""),
            ],
        )
        receipt = self.receive(refund, "2026-07-01")
        self.assert_items(
            receipt,
            [
                (self.bank, self.authority, 250, "", "", ""),
                (self.refund_recv, self.authority, -250, "", "", ""),
            ],
        )
        self.assertEqual(self.account_balance(self.refund_recv), 0)
        self.assertEqual(refund.state, "received")

    def test_lists_take_no_more_queries(self):
        refunds = self.env["customs.refund"]
        for _number in range(5):
            refunds += self.accepted([(self.own_file(duty=100), 10)])
        names = (
            "state",
            "amount_received",
            "amount_to_receive",
            "amount_due_client",
            "move_count",
            "display_name",
        )
        lines = ("amount_levied", "amount_refunded", "amount_received", "display_name")
        counts = []
        for some in (refunds[:1], refunds):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            for name in names:
                some.mapped(name)
            for name in lines:
                some.line_ids.mapped(name)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
