"""Money that was booked stays booked: once, as approved, by who may."""

from posting import PostingCase

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user


class TestBooksSafetyCash(PostingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank_journal = cls.company_data["default_journal_bank"]
        cls.third_party = cls.env.ref("customs_invoicing.charge_code_third_party")
        cls.runner = cls.env["res.partner"].create({"name": "Runner Two"})
        cls.terminal = cls.env["res.partner"].create({"name": "Pier Terminal"})
        groups = {
            "preparer": "customs_invoicing.group_customs_verifier",
            "approver": "customs_invoicing.group_customs_verifier",
            "user": "customs_invoicing.group_customs_user",
            "auditor": "customs_invoicing.group_customs_auditor",
            "accountant": "account.group_account_invoice",
        }
        cls.users = {
            name: new_test_user(
                cls.env,
                login=f"safety_{name}",
                groups=f"base.group_user,{group}",
                company_id=cls.company.id,
            )
            for name, group in groups.items()
        }

    # === STEPS === #

    def written_off(self):
        """100.00 billed, 40.00 came after and was written off."""
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.post(declaration)
        self.bill(declaration)
        self.assess(declaration, ("CID", 140.0))
        self.post(declaration)
        wizard = (
            self.env["customs.write.off.wizard"]
            .with_user(self.users["preparer"])
            .create(
                {
                    "declaration_id": declaration.id,
                    "date": "2026-04-30",
                    "reason": "stale_rate",
                    "approver_id": self.users["approver"].id,
                }
            )
        )
        wizard.action_request()
        write_off = self.env["customs.write.off"].search(
            [("declaration_id", "=", declaration.id)]
        )
        write_off.with_user(self.users["approver"]).action_approve()
        self.assertEqual(write_off.move_id.state, "posted")
        return declaration, write_off.move_id

    def outlay(self, declaration, amount=180.0, **vals):
        line = {
            "declaration_id": declaration.id,
            "charge_code_id": self.third_party.id,
            "amount": amount,
            "receipt": "THC-1",
            "payee_id": self.terminal.id,
            **vals.pop("line", {}),
        }
        return self.env["customs.outlay"].create(
            {
                "date": "2026-03-05",
                "journal_id": self.bank_journal.id,
                "line_ids": [Command.create(line)],
                **vals,
            }
        )

    def movement(self, kind="float_out", amount=500.0, date="2026-03-02"):
        return self.env["customs.cash.movement"].create(
            {
                "kind": kind,
                "runner_id": self.runner.id,
                "journal_id": self.bank_journal.id,
                "amount": amount,
                "date": date,
            }
        )

    def count(self, event):
        return self.env["account.move"].search_count([("customs_event", "=", event)])

    # === AS APPROVED === #

    def test_entry_of_a_write_off_is_reversed_not_reset(self):
        declaration, entry = self.written_off()
        as_accountant = entry.with_user(self.users["accountant"])
        self.assertFalse(as_accountant.show_reset_to_draft_button)
        for refused in (as_accountant.button_draft, as_accountant.button_cancel):
            with self.assertRaisesRegex(UserError, r"\(Write-off\).* Use Reverse"):
                refused()
        self.assertEqual(entry.state, "posted")
        self.reverse_entry(entry, "2026-05-02")
        self.assert_money(declaration, to_bill=40, control_balance=40)
        with self.assertRaisesRegex(UserError, "Use Reverse"):
            entry.reversal_move_ids.button_draft()

    def test_entry_of_an_assessment_may_be_reset(self):
        self.company.customs_assessment_document = "entry"
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        move = self.post(declaration)
        self.assertEqual(move.customs_event, "assessment")
        self.assertTrue(move.show_reset_to_draft_button)
        move.button_draft()
        self.assertEqual(move.state, "draft")

    def test_loss_is_taken_back_before_the_client_is_credited(self):
        declaration, entry = self.written_off()
        self.assess(declaration, ("CID", 90.0))
        self.post(declaration)
        draft = declaration.action_create_invoices()
        self.assertEqual(draft.move_type, "out_refund")
        with self.assertRaisesRegex(UserError, f"Reverse {entry.name} .*first"):
            self.bill_draft(draft)
        draft.unlink()
        self.reverse_entry(entry, "2026-05-02")
        credit = self.bill(declaration)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.amount_total, 10.00)
        self.assert_money(
            declaration, charged=90, billed=90, to_bill=0, control_balance=0
        )

    def bill_draft(self, move):
        move.invoice_date = "2026-05-01"
        move.action_post()

    def test_invoice_beside_a_write_off_may_be_reversed(self):
        declaration, _entry = self.written_off()
        invoice = declaration.move_line_ids.move_id.filtered(
            lambda move: move.move_type == "out_invoice"
        )
        self.reverse(invoice)
        self.assert_money(declaration, billed=0, to_bill=100, control_balance=100)

    # === ONCE === #

    def test_windows_confirmed_twice_book_once(self):
        declaration = self.file("direct")
        outlay = self.outlay(declaration)
        move = outlay._record()
        self.assertEqual(outlay._record(), move)
        self.assertEqual(outlay.action_record()["res_id"], move.id)
        self.assert_money(declaration, charged=180)

        handed = self.movement()
        handed.action_confirm()
        handed.action_confirm()
        self.assertEqual(self.count("float"), 1)

        request = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "amount": 1000.0}
        )
        received = (
            self.env["customs.cash.movement"]
            .with_context(**request.action_receive()["context"])
            .create({"date": "2026-03-02", "journal_id": self.bank_journal.id})
        )
        received.action_confirm()
        received.action_confirm()
        self.assertEqual(self.count("deposit"), 1)
        self.assertEqual(request.amount_received, 1000.0)

        top_up = self.env["customs.top.up"].create(
            {
                "account_id": self.accounts["cash"].id,
                "journal_id": self.bank_journal.id,
                "amount": 300.0,
                "date": "2026-03-02",
            }
        )
        first = top_up.action_confirm()
        before = self.count("top_up")
        self.assertEqual(top_up.action_confirm()["res_id"], first["res_id"])
        self.assertEqual(self.count("top_up"), before)

    def test_receipt_is_booked_once_on_a_file(self):
        declaration = self.file("direct")
        move = self.outlay(declaration)._record()
        again = self.outlay(declaration, line={"receipt": " thc-1 "})
        with self.assertRaisesRegex(UserError, f"booked already: {move.name} of 2026"):
            again._record()
        self.assertEqual(self.count("outlay"), 1)
        for line in (
            {"receipt": "THC-11"},
            {"receipt": "C-1"},
            {"payee_id": self.broker.id},
        ):
            with self.subTest(line):
                self.outlay(declaration, line=line)._record()
        self.outlay(self.file("direct"))._record()
        self.reverse_entry(move)
        again._record()  # a reversed one does not count

    def test_receipt_of_our_own_cost_is_booked_once(self):
        declaration = self.file("own")
        self.outlay(declaration)._record()
        for line in ({}, {"name": "Handling"}):  # described alike, or of one amount
            with self.assertRaisesRegex(UserError, "booked already"):
                self.outlay(declaration, line=line)._record()
        self.outlay(declaration, 20.0, line={"name": "Storage"})._record()
        self.assertEqual(self.count("outlay"), 2)

    def test_dispute_of_a_statement_is_booked_once(self):
        statement = self.env["customs.statement"].create(
            {
                "name": "STM safety",
                "authority_id": self.authority.id,
                "date": "2026-05-31",
                "line_ids": [
                    Command.create({"number": "X 1", "amount": 70.0}),
                ],
            }
        )
        statement.action_match()
        line = statement.line_ids
        line.partner_id = self.broker
        statement.with_user(self.users["preparer"]).action_post_disputes()
        move = line.dispute_move_id
        self.assertTrue(line.is_disputed)
        for vals in ({"dispute_move_id": False}, {"is_disputed": False}):
            with self.assertRaisesRegex(UserError, "set by posting it"):
                line.with_user(self.users["user"]).write(vals)
        with self.assertRaisesRegex(UserError, "no unknown line"):
            statement.action_post_disputes()
        self.assertEqual(self.count("dispute"), 1)
        self.reverse_entry(move, "2026-06-01")
        statement.action_post_disputes()
        self.assertNotEqual(line.dispute_move_id, move)

    # === CASH AND RIGHTS === #

    def test_cash_is_not_spent_before_it_was_handed_out(self):
        declaration = self.file("direct")
        self.movement(date="2026-03-02").action_confirm()
        spent = {"source": "float", "runner_id": self.runner.id}
        with self.assertRaisesRegex(UserError, "0.00 in hand on 2026-03-01"):
            self.outlay(declaration, **{**spent, "date": "2026-03-01"})._record()
        late = self.outlay(declaration, 400.0, **{**spent, "date": "2026-03-04"})
        late._record()
        self.movement(date="2026-03-08").action_confirm()
        early = {**spent, "date": "2026-03-03", "line": {"receipt": "THC-2"}}
        with self.assertRaisesRegex(UserError, "100.00 in hand on 2026-03-04"):
            self.outlay(declaration, 101.0, **early)._record()
        move = self.outlay(declaration, 100.0, **early)._record()
        self.assertEqual(move.date, fields.Date.to_date("2026-03-03"))
        with self.assertRaisesRegex(UserError, "in hand on 2026-03-07"):
            self.movement("float_in", 50.0, "2026-03-07").action_confirm()

    def test_auditor_opens_no_window_he_may_not_save(self):
        declaration = self.file("direct")
        request = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "amount": 1000.0}
        )
        cash = self.accounts["cash"]
        for record, name in (
            (declaration, "action_record_outlay"),
            (declaration, "action_record_vat_evidence"),
            (declaration, "action_request_funds"),
            (declaration, "action_write_off"),
            (declaration, "action_record_security"),
            (declaration, "action_claim_refund"),
            (request, "action_receive"),
            (request, "action_return"),
            (cash, "action_top_up"),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(record.with_user(self.users["auditor"]), name)()
