"""What nobody may do to claims, deposits, securities and evidence in the books."""

from test_refunds import RefundCase

from odoo import Command
from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tests import new_test_user


class TestBooksSafetyOfClaims(RefundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        role = cls.company._get_customs_account
        cls.deposits = role("client_deposits")
        cls.securities = role("securities")
        cls.staff_float = role("staff_float")
        cls.pending = role("vat_import_pending")
        cls.variance = role("disb_variance")
        cls.other = cls.env["res.partner"].create({"name": "Quayside Trading Ltd"})

    # === STEPS === #

    def draft_file(self, capacity="direct", **vals):
        if capacity != "own":
            vals["client_id"] = self.client.id
        return self.typed(capacity=capacity, **vals)

    def move_money(self, kind, amount, date="2026-03-02", **vals):
        wizard = self.env["customs.cash.movement"].create(
            {
                "kind": kind,
                "date": date,
                "amount": amount,
                "journal_id": self.bank_journal.id,
                **vals,
            }
        )
        before = self.env["account.move"].search([])
        wizard.action_confirm()
        return self.env["account.move"].search([]) - before

    def request(self, declaration, amount=1000.0):
        return self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "amount": amount, "date": "2026-03-01"}
        )

    def receive_deposit(self, request, amount=1000.0):
        return self.move_money("deposit_in", amount, request_id=request.id)

    def security_wizard(self, action, **vals):
        wizard = self.env["customs.record.security"].browse(action["res_id"])
        wizard.write({"date": "2026-03-07", "journal_id": self.bank_journal.id, **vals})
        return wizard

    def lodged(self, declaration, amount=500.0):
        wizard = self.security_wizard(declaration.action_record_security())
        wizard.line_ids = [Command.clear(), Command.create({"amount": amount})]
        wizard.action_record()
        wizard.action_record()  # pressed twice
        return declaration.security_ids

    def certificate_file(self):
        """Return our import with 150.00 of VAT that awaits its certificate."""
        declaration = self.typed(vat_evidence="certificate")
        row = {"amount_assessed": 150, "base": 1000, "rate": 15}
        self.assess(declaration, {"VAT": row})
        return declaration

    def evidence(self, declaration, amount=150.0):
        line = {
            "number": declaration.name,
            "declaration_id": declaration.id,
            "amount_stated": amount,
        }
        return self.env["customs.vat.evidence"].create(
            {
                "kind": "c79",
                "number": f"C79 {declaration.name}",
                "date": "2026-04-10",
                "line_ids": [Command.create(line)],
            }
        )

    def assert_refused(self, words, action, *args):
        with self.assertRaisesRegex(UserError, words):
            action(*args)

    # === TESTS === #

    def test_decisions_pressed_twice_book_once(self):
        declaration = self.own_file()
        refund = self.accepted([(declaration, 2300)])
        refund.action_accept()
        entry = self.refund_moves(refund)
        self.assert_items(
            entry,
            [
                (self.refund_recv, self.authority, 2300, "", "", ""),
                (self.clearing, self.authority, -2300, "", "", ""),
            ],
        )
        self.receive(refund)
        self.assert_refused("come in already", refund.action_receive)
        self.assertEqual(self.account_balance(self.refund_recv), 0)
        self.assertEqual(self.account_balance(self.clearing, declaration), 2700)
        # a remission lowers the debt once
        declaration = self.client_file(duty=5000)
        refund = self.accepted([(declaration, 1000)], kind="remission")
        refund.action_accept()
        self.assert_items(
            self.refund_moves(refund),
            [
                (self.payable, self.authority, 1000, "", "", ""),
                (self.control, self.client, -1000, "", "CID", ""),
            ],
        )
        # a part of a security comes back once
        security = self.lodged(declaration)
        self.assertEqual(security.amount_lodged, 500)
        wizard = self.security_wizard(security.action_release())
        wizard.line_ids.amount = 200
        wizard.action_record()
        wizard.action_record()
        self.assertEqual(security.amount_open, 300)
        entry = self.events(declaration, "security")[-1]
        self.assert_items(
            entry,
            [
                (self.bank, self.authority, 200, "", "", ""),
                (self.securities, self.authority, -200, "", "", ""),
            ],
        )
        self.assertEqual(self.account_balance(self.securities, declaration), 300)

    def test_the_client_is_fixed_once_money_names_the_file(self):
        declaration = self.draft_file()
        request = self.request(declaration)
        change = {"client_id": self.other.id}
        self.assert_refused("Withdraw the request", declaration.write, change)
        self.assert_refused(
            "Withdraw the request",
            declaration.write,
            {"capacity": "own", "client_id": False},
        )
        request.action_withdraw()
        declaration.write(change)
        declaration.client_id = self.client
        request = self.request(declaration)
        entry = self.receive_deposit(request)
        self.assert_items(
            entry,
            [
                (self.bank, self.client, 1000, "", "", ""),
                (self.deposits, self.client, -1000, "", "", ""),
            ],
        )
        tariff = self.tariff.copy({"code": "TS2"})
        for vals in (change, {"capacity": "indirect"}, {"tariff_id": tariff.id}):
            self.assert_refused("has journal entries", declaration.write, vals)
        self.assertEqual(declaration.client_id, self.client)
        # so does a security
        declaration = self.draft_file()
        self.lodged(declaration)
        self.assert_refused("has journal entries", declaration.write, change)
        self.assertEqual(self.account_balance(self.securities, declaration), 500)

    def test_a_claim_and_a_version_do_not_both_take_back(self):
        for capacity in ("own", "direct"):
            declaration = self.draft_file(capacity)
            self.assess(declaration, {"CID": 5000, "EXC": 300})
            refund = self.accepted([(declaration, 2300)])
            cost = self.clearing if capacity == "own" else self.control
            # another tax may get lower, and this one higher
            self.assess(declaration, {"CID": 5000, "EXC": 200}, date="2026-04-11")
            self.assess(declaration, {"CID": 5100, "EXC": 200}, date="2026-04-12")
            before = self.account_balance(cost, declaration)
            version = declaration._record_assessment(
                [
                    {"tax_code_id": self.tax("CID").id, "amount_assessed": 2800},
                    {"tax_code_id": self.tax("EXC").id, "amount_assessed": 200},
                ],
                date="2026-04-13",
                reason="refund",
                settlement="receivable",
            )
            self.assert_refused("lowers it by", version.action_post)
            self.assertFalse(version.move_ids)
            self.assertEqual(self.account_balance(cost, declaration), before)
            # as the message says: back, post, name the version, accept again
            for move in self.refund_moves(refund):
                self.undo(move)
            refund.action_reset()
            version.action_post()
            charged = self.authority if capacity == "own" else self.client
            self.assert_items(
                version.move_ids,
                [
                    (self.refund_recv, self.authority, 2300, "", "", ""),
                    (cost, charged, -2300, "", "CID", ""),
                ],
            )
            refund.line_ids.assessment_id = version
            refund.action_accept()
            receipt = self.receive(refund)
            self.assert_items(
                receipt,
                [
                    (self.bank, self.authority, 2300, "", "", ""),
                    (self.refund_recv, self.authority, -2300, "", "", ""),
                ],
            )
            self.assertEqual(self.account_balance(cost, declaration), 3000)

    def test_a_claim_after_the_version_stands_beside_it(self):
        declaration = self.own_file()
        self.assess(declaration, {"CID": 4000}, date="2026-04-01")
        refund = self.accepted([(declaration, 1000)])
        self.assert_items(
            self.refund_moves(refund),
            [
                (self.refund_recv, self.authority, 1000, "", "", ""),
                (self.clearing, self.authority, -1000, "", "", ""),
            ],
        )
        self.assertEqual(declaration.current_assessment_id.state, "posted")
        declaration.action_post_assessment()
        self.assertEqual(self.account_balance(self.clearing, declaration), 3000)

    def test_held_money_keeps_a_file_from_ending(self):
        declaration = self.draft_file()
        request = self.request(declaration)
        self.receive_deposit(request)
        self.assert_refused("deposit is left", declaration.action_cancel)
        self.assess(declaration, {"CID": 300})
        self.bill(declaration)
        declaration.action_release()
        self.assert_refused(r"700\.00 of the client's", declaration.action_close)
        self.move_money("deposit_out", 700, "2026-03-20", request_id=request.id)
        self.lodged(declaration)
        declaration.action_close()  # a security may outlive the file, but is named
        self.assertEqual(declaration.state, "closed")
        self.assertIn("held as security", declaration.message_ids[0].body)
        self.assertEqual(self.account_balance(self.deposits, declaration), 0)
        # securities, cash of staff
        declaration = self.draft_file("own")
        security = self.lodged(declaration)
        self.assert_refused("500.00 is held as", declaration.action_cancel)
        self.security_wizard(security.action_release()).action_record()
        runner = self.env["res.partner"].create({"name": "Tom Quay"})
        facts = {"runner_id": runner.id, "declaration_id": declaration.id}
        entry = self.move_money("float_out", 80, **facts)
        self.assert_items(
            entry,
            [
                (self.staff_float, runner, 80, "", "", ""),
                (self.bank, runner, -80, "", "", ""),
            ],
        )
        self.assert_refused("80.00 in cash was handed", declaration.action_cancel)
        self.move_money("float_in", 80, "2026-03-05", runner_id=runner.id)
        declaration.action_cancel()
        self.assertEqual(declaration.state, "cancelled")
        self.assertEqual(self.account_balance(self.securities, declaration), 0)
        # import VAT
        declaration = self.certificate_file()
        declaration.action_release()
        self.assert_refused(r"150\.00 of import VAT awaits", declaration.action_cancel)
        self.evidence(declaration).action_post()
        declaration.action_close()
        self.assertEqual(self.account_balance(self.pending, declaration), 0)

    def test_evidence_is_posted_by_its_buttons_only(self):
        declaration = self.certificate_file()
        evidence = self.evidence(declaration)
        user = new_test_user(
            self.env,
            login="evidence_user",
            groups="base.group_user,customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        as_user = evidence.with_user(user)
        self.assert_refused("Match and post", as_user.write, {"state": "posted"})
        create = self.env["customs.vat.evidence"].with_user(user).create
        facts = {"number": "X", "date": "2026-04-10", "state": "posted"}
        self.assert_refused("Match and post", create, facts)
        evidence.action_post()
        for record in (as_user, evidence):
            self.assert_refused("Match and post", record.write, {"state": "draft"})
        self.assertEqual(evidence.state, "posted")
        vat_account = self.company_data["default_account_tax_purchase"]
        self.assertEqual(self.account_balance(vat_account, declaration), 150)
        evidence.action_undo()
        evidence.action_undo()
        self.assertEqual(len(self.events(declaration, "evidence")), 2)
        self.assertEqual(self.account_balance(vat_account, declaration), 0)
        self.assertEqual(self.account_balance(self.pending, declaration), 150)

    def test_lines_of_a_decided_claim_are_refused_in_words(self):
        declaration = self.own_file()
        refund = self.accepted([(declaration, 100)])
        # without its tax the database would refuse first
        create = self.env["customs.refund.line"].create
        vals = {"refund_id": refund.id, "declaration_id": declaration.id}
        self.assert_refused("is decided", create, vals)
        with self.assertRaisesRegex(UserError, "is decided"):
            refund.line_ids = [Command.create({"declaration_id": declaration.id})]
        self.assertEqual(len(refund.line_ids), 1)

    def test_undone_posting_is_seen_on_write_offs_and_evidence(self):
        asking, approving = (
            new_test_user(
                self.env,
                login=f"claims_{name}",
                groups="customs_invoicing.group_customs_verifier",
                company_id=self.company.id,
            )
            for name in ("asking", "approving")
        )
        declaration = self.client_file(duty=100)
        self.bill(declaration)
        self.assess(declaration, {"CID": 140})
        wizard = self.env["customs.write.off.wizard"].with_user(asking)
        wizard = wizard.create(
            {
                "declaration_id": declaration.id,
                "date": "2026-04-30",
                "reason": "stale_rate",
                "approver_id": approving.id,
            }
        )
        wizard.action_request()
        write_off = self.env["customs.write.off"].search(
            [("declaration_id", "=", declaration.id)]
        )
        self.assertEqual(write_off.status, "requested")
        write_off.with_user(approving).action_approve()
        self.assertEqual(write_off.status, "approved")
        self.assert_items(
            write_off.move_id,
            [
                (self.variance, self.client, 40, "", "", ""),
                (self.control, self.client, -40, "", "CID", ""),
            ],
        )
        declaration._undo_posting(Date.to_date("2026-08-01"), "wrong", client="leave")
        self.assertEqual((write_off.state, write_off.status), ("approved", "undone"))
        self.assertEqual(self.account_balance(self.variance, declaration), 0)
        declaration = self.certificate_file()
        evidence = self.evidence(declaration)
        evidence.action_post()
        self.assertEqual(evidence.status, "posted")
        declaration._undo_posting(Date.to_date("2026-08-01"), "wrong")
        self.assertEqual(evidence.status, "undone")
        self.assertTrue(evidence.line_ids.is_undone)
        self.assertEqual(self.account_balance(self.pending, declaration), 0)
        declaration.action_post_assessment()
        evidence.action_undo()
        self.assertEqual(evidence.status, "draft")
        evidence.action_post()
        self.assertEqual(evidence.status, "posted")
        self.assertEqual(self.account_balance(self.pending, declaration), 0)
