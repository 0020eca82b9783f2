"""What we pay for files beside the assessment: bank, cash account, a runner's cash."""

import base64

from common import CustomsCase, item, tax

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user


class TestOutlays(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.company_data["default_journal_bank"]
        cls.bank_account = cls.bank.default_account_id
        cls.float_account = cls.company.customs_staff_float_account_id
        cls.cost = cls.company.customs_cost_service_account_id
        cls.third_party = cls.env.ref("customs_invoicing.charge_code_third_party")
        cls.stamps = cls.third_party.copy({"code": "STAMP", "name": "Stamps"})
        cls.runner = cls.env["res.partner"].create({"name": "Runner One"})
        cls.terminal = cls.env["res.partner"].create({"name": "Quay Terminal"})
        sale_tax = cls.company.account_sale_tax_id
        sale_tax.amount = 12
        cls.service_code.product_id.taxes_id = sale_tax
        cls.output_tax = cls.company_data["default_account_tax_sale"]

    # === HELPERS === #

    def client_file(self, **vals):
        """A file of the client without duties, released for billing."""
        declaration = self.import_sad(
            [item(price="1000.00", taxes=[tax("CID", rate="0", amount="0.00")])],
            **{"global_tax": "0", **vals},
        )
        return declaration

    def own_file(self, **vals):
        return self.typed(**vals)

    def line(self, declaration, amount, **vals):
        return {
            "declaration_id": declaration.id,
            "charge_code_id": self.third_party.id,
            "amount": amount,
            "receipt": "R-1",
            "payee_id": self.terminal.id,
            **vals,
        }

    def wizard(self, *lines, **vals):
        return self.env["customs.outlay"].create(
            {
                "date": "2026-03-04",
                "line_ids": [(0, 0, values) for values in lines],
                **vals,
            }
        )

    def record(self, *lines, **vals):
        return self.wizard(*lines, **vals)._record()

    def movement(self, kind, amount, date="2026-03-02", **vals):
        wizard = self.env["customs.cash.movement"].create(
            {
                "kind": kind,
                "runner_id": self.runner.id,
                "journal_id": self.bank.id,
                "amount": amount,
                "date": date,
                **vals,
            }
        )
        return wizard._post_float()

    def in_hand(self):
        items = self.env["account.move.line"]
        held = items._get_float_balances(self.company, self.runner)
        return held.get(self.runner.id, 0.0)

    def outlay_charges(self, declaration):
        return declaration.charge_ids.filtered(lambda c: c.kind == "third_party")

    # === FROM THE BANK === #

    def test_receipt_in_the_clients_name_is_billed_at_cost(self):
        declaration = self.client_file()
        move = self.record(self.line(declaration, 300.00, name="THC"))
        self.assertEqual(move.customs_event, "outlay")
        self.assertEqual(move.date.isoformat(), "2026-03-04")
        self.assert_items(
            move,
            [
                (self.control, self.client, 300.00, "", "", ""),
                (self.bank_account, self.terminal, -300.00, "", "", ""),
            ],
        )
        charge = self.outlay_charges(declaration)
        self.assertEqual(charge.nature, "disbursement")
        self.assertEqual(charge.payee_id, self.terminal)
        self.assertEqual(charge.name, "THC")
        on_control = move.line_ids.filtered(lambda x: x.account_id == self.control)
        self.assertEqual(on_control.customs_charge_id, charge)
        self.assertEqual(move.line_ids.customs_declaration_id, declaration)
        self.assert_money(declaration, charged=300, to_bill=300, control_balance=300)

        self.add_service(declaration, 50.00)
        invoice = self.bill(declaration, date="2026-03-06")
        sale_tax = self.company.account_sale_tax_id
        outside = self.company.customs_disbursement_tax_id
        self.assert_items(
            invoice,
            [
                (self.receivable, self.client, 356.00, "", "", ""),
                (self.control, self.client, -300.00, outside.name, "", ""),
                (self.income, self.client, -50.00, sale_tax.name, "", ""),
                (self.output_tax, self.client, -6.00, f"T:{sale_tax.name}", "", ""),
            ],
        )
        self.assert_money(declaration, to_bill=0, control_balance=0)
        self.assertTrue(all(on_control.mapped("reconciled")))

    def test_receipt_in_our_name_is_our_cost(self):
        declaration = self.client_file()
        wizard = self.wizard(self.line(declaration, 80.00, in_client_name=False))
        self.assertEqual(wizard.own_cost_total, 80.00)
        self.assertIn("no disbursement", wizard.line_ids.treatment)
        move = wizard._record()
        self.assert_items(
            move,
            [
                (self.cost, self.terminal, 80.00, "", "", ""),
                (self.bank_account, self.terminal, -80.00, "", "", ""),
            ],
        )
        self.assertFalse(move.line_ids.customs_charge_id)
        self.assertFalse(self.outlay_charges(declaration))
        self.assert_money(declaration, charged=0, to_bill=0, control_balance=0)

    def test_screen_says_what_happens(self):
        declaration = self.client_file()
        action = declaration.action_record_outlay()
        outlays = self.env["customs.outlay"].with_context(**action["context"])
        with Form(outlays) as form:
            with form.line_ids.edit(0) as line:
                line.amount = 25.00
                line.receipt = "R-1"
                self.assertEqual(line.treatment, "Billed to the client at cost")
                line.in_client_name = False
                self.assertEqual(line.treatment, "Our cost: no disbursement")
            self.assertEqual(form.own_cost_total, 25.00)
        self.assertIn(self.cost, form.record._record().line_ids.account_id)

    def test_own_import_bears_the_cost(self):
        declaration = self.own_file()
        move = self.record(self.line(declaration, 90.00))
        clearing = self.company.customs_brokerage_clearing_account_id
        self.assert_items(
            move,
            [
                (clearing, self.terminal, 90.00, "", "", ""),
                (self.bank_account, self.terminal, -90.00, "", "", ""),
            ],
        )
        self.assertEqual(move.line_ids.customs_declaration_id, declaration)
        used = self.own_file(goods_use="expense")
        move = self.record(self.line(used, 90.00))
        expense = self.company.customs_brokerage_expense_account_id
        self.assertIn(expense, move.line_ids.account_id)
        self.third_party.posting_account_id = self.company_data[
            "default_account_expense"
        ]
        move = self.record(self.line(used, 90.00, receipt="R-2"))
        self.assertIn(self.third_party.posting_account_id, move.line_ids.account_id)

    def test_indirect_agent_passes_the_clients_receipt_on_at_cost(self):
        declaration = self.client_file()
        declaration.capacity = "indirect"
        self.record(self.line(declaration, 40.00))
        charge = self.outlay_charges(declaration)
        self.assertEqual(charge.nature, "disbursement")
        invoice = self.bill(declaration)
        self.assertEqual(
            invoice.invoice_line_ids.tax_ids, self.company.customs_disbursement_tax_id
        )

    def test_open_charge_of_the_same_payee_is_used_again(self):
        declaration = self.client_file()
        self.record(
            self.line(declaration, 10.00),
            self.line(declaration, 20.00, receipt="R-2"),
            self.line(declaration, 5.00, payee_id=False),
            self.line(declaration, 7.00, charge_code_id=self.stamps.id),
        )
        self.record(self.line(declaration, 30.00, receipt="R-3"))
        charges = declaration.charge_ids.filtered(lambda c: c.kind == "third_party")
        self.assertEqual(sorted(charges.mapped("amount_charged")), [5, 7, 60])
        self.bill(declaration)
        self.record(self.line(declaration, 1.00, receipt="R-4"))
        charges = declaration.charge_ids.filtered(lambda c: c.kind == "third_party")
        self.assertEqual(sorted(charges.mapped("amount_charged")), [1, 5, 7, 60])
        self.assert_money(declaration, to_bill=1, control_balance=1)

    def test_reversed_outlay_is_open_no_more(self):
        declaration = self.client_file()
        move = self.record(self.line(declaration, 300.00))
        move.action_customs_reverse()
        self.assertEqual(move.reversal_move_ids.customs_event, "outlay")
        self.assert_money(declaration, charged=0, to_bill=0, control_balance=0)
        self.assertAlmostEqual(self.account_balance(self.control), 0.0, 2)

    def test_foreign_bank_bills_what_left_it(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 0.5}
        )
        journal = self.bank.copy({"name": "Euro bank", "code": "BEUR"})
        journal.currency_id = euro
        declaration = self.client_file()
        move = self.record(self.line(declaration, 60.00), journal_id=journal.id)
        bank = move.line_ids.filtered(lambda x: x.account_id != self.control)
        self.assertEqual(bank.currency_id, euro)
        self.assertEqual(bank.amount_currency, -60.00)
        self.assert_money(declaration, charged=120, to_bill=120, control_balance=120)

    def test_customs_cash_account_pays_per_file(self):
        first = self.client_file()
        second = self.client_file(
            registration=("C", "900", "3/6/26"), assessment=("A", "901", "3/6/26")
        )
        account = self.env["customs.payment.account"].create(
            {
                "name": "Cash",
                "number": "CDSC-1",
                "kind": "cash",
                "authority_id": self.authority.id,
            }
        )
        move = self.record(
            self.line(first, 10.00),
            self.line(first, 5.00, receipt="R-2"),
            self.line(second, 20.00),
            source="customs_cash",
            payment_account_id=account.id,
        )
        cash = self.company.customs_customs_cash_account_id
        self.assert_items(
            move,
            [
                (self.control, self.client, 10.00, "", "", ""),
                (self.control, self.client, 5.00, "", "", ""),
                (self.control, self.client, 20.00, "", "", ""),
                (cash, self.client, -15.00, "", "", ""),
                (cash, self.client, -20.00, "", "", ""),
            ],
        )
        paid = move.line_ids.filtered(lambda line: line.account_id == cash)
        self.assertEqual(paid.customs_declaration_id, first | second)
        self.assertEqual(paid.customs_payment_account_id, account)

    # === PROOF === #

    def test_scan_goes_to_the_entry_and_to_the_file(self):
        declaration = self.client_file()
        scan = self.env["ir.attachment"].create(
            {"name": "receipt.pdf", "datas": base64.b64encode(b"%PDF-1.4 receipt")}
        )
        move = self.record(
            self.line(
                declaration, 10.00, receipt=False, attachment_ids=[(6, 0, scan.ids)]
            )
        )
        for record in (move, declaration):
            found = self.env["ir.attachment"].search(
                [("res_model", "=", record._name), ("res_id", "=", record.id)]
            )
            self.assertIn("receipt.pdf", found.mapped("name"))
            self.assertIn(b"receipt", found.mapped("raw")[0])

    def test_no_receipt_no_disbursement(self):
        declaration = self.client_file()
        with self.assertRaisesRegex(UserError, "needs its receipt"):
            self.record(self.line(declaration, 10.00, receipt=False))
        self.assertFalse(self.outlay_charges(declaration))
        self.record(self.line(declaration, 10.00, receipt=False, in_client_name=False))

    def test_what_is_refused_leaves_nothing(self):
        declaration = self.client_file()
        duty = self.env.ref("customs_invoicing.tax_code_cid").charge_code_id
        cases = [
            ([self.line(declaration, 0.0)], {}, "above zero"),
            (
                [self.line(declaration, 5.0, charge_code_id=duty.id)],
                {},
                "come with the assessment",
            ),
            ([], {}, "at least one receipt"),
            (
                [self.line(declaration, 5.0)],
                {"source": "float"},
                "Choose who of the staff",
            ),
            (
                [self.line(declaration, 5.0)],
                {"source": "customs_cash"},
                "Choose the customs cash account",
            ),
        ]
        for lines, vals, message in cases:
            with (
                self.subTest(message=message),
                self.assertRaisesRegex(UserError, message),
            ):
                self.record(*lines, **vals)
        self.company.fiscalyear_lock_date = "2026-03-31"
        with self.assertRaisesRegex(UserError, "2026-03-04 is in a locked period"):
            self.record(self.line(declaration, 5.0))
        self.assertFalse(self.outlay_charges(declaration))
        self.assertFalse(self.account_balance(self.control))

    def test_closed_file_takes_no_outlay(self):
        declaration = self.client_file()
        declaration.action_release()
        if declaration.has_unposted_assessment:
            self.post_assessment(declaration)
        declaration.action_close()
        with self.assertRaisesRegex(UserError, "closed"):
            self.record(self.line(declaration, 5.0))

    def test_only_verifiers_post_outlays(self):
        declaration = self.client_file()
        user = new_test_user(
            self.env,
            login="outlay_user",
            groups="customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            wizard = self.env["customs.outlay"].with_user(user)
            wizard.create({"line_ids": [(0, 0, self.line(declaration, 5.0))]})._record()
        nobody = new_test_user(
            self.env, login="outlay_nobody", groups="base.group_user"
        )
        with self.assertRaises(AccessError):
            self.env["customs.outlay"].with_user(nobody).create({})

    def test_files_of_another_company_are_refused(self):
        declaration = self.client_file()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaises(UserError):
            self.wizard(self.line(declaration, 5.0), company_id=other.id)

    # === CASH OF STAFF === #

    def test_cash_handed_out_liquidated_and_returned(self):
        declaration = self.client_file()
        handed = self.movement("float_out", 20000.00, declaration_id=declaration.id)
        self.assertEqual(handed.customs_event, "float")
        self.assertEqual(handed.journal_id, self.bank)
        self.assert_items(
            handed,
            [
                (self.float_account, self.runner, 20000.00, "", "", ""),
                (self.bank_account, self.runner, -20000.00, "", "", ""),
            ],
        )
        self.assertEqual(handed.line_ids.customs_declaration_id, declaration)
        liquidated = self.record(
            self.line(
                declaration,
                3250.00,
                charge_code_id=self.stamps.id,
                name="Stamps and documentary fees",
            ),
            self.line(declaration, 8400.00, name="Arrastre and wharfage"),
            self.line(declaration, 600.00, in_client_name=False, payee_id=False),
            source="float",
            runner_id=self.runner.id,
        )
        self.assertEqual(liquidated.customs_event, "outlay")
        self.assert_items(
            liquidated,
            [
                (self.control, self.client, 3250.00, "", "", ""),
                (self.control, self.client, 8400.00, "", "", ""),
                (self.cost, self.env["res.partner"], 600.00, "", "", ""),
                (self.float_account, self.runner, -12250.00, "", "", ""),
            ],
        )
        self.assertEqual(self.in_hand(), 7750.00)
        returned = self.movement("float_in", 7750.00, date="2026-03-04")
        self.assert_items(
            returned,
            [
                (self.bank_account, self.runner, 7750.00, "", "", ""),
                (self.float_account, self.runner, -7750.00, "", "", ""),
            ],
        )
        moves = handed | liquidated | returned
        items = moves.line_ids.filtered(lambda x: x.account_id == self.float_account)
        self.assertTrue(all(items.mapped("reconciled")))
        self.add_service(declaration, 5300.00)
        invoice = self.bill(declaration, date="2026-03-05")
        self.assertEqual(invoice.amount_total, 17586.00)
        self.pay(invoice)
        for account, balance in (
            (self.control, 0.0),
            (self.float_account, 0.0),
            (self.receivable, 0.0),
            (self.bank_account, 5336.00),
            (self.cost, 600.00),
            (self.income, -5300.00),
            (self.output_tax, -636.00),
        ):
            with self.subTest(account=account.name):
                self.assertAlmostEqual(self.account_balance(account), balance, 2)

    def test_cash_in_hand_never_goes_below_zero(self):
        declaration = self.client_file()
        self.movement("float_out", 100.00)
        with self.assertRaisesRegex(UserError, r"100.00 in hand.*20.00 is missing"):
            self.record(
                self.line(declaration, 120.00),
                source="float",
                runner_id=self.runner.id,
            )
        with self.assertRaisesRegex(UserError, "0.01 is missing"):
            self.movement("float_in", 100.01)
        self.assertEqual(self.in_hand(), 100.00)
        self.assertFalse(self.outlay_charges(declaration))

    def test_oldest_cash_is_accounted_for_first(self):
        declaration = self.client_file()
        newer = self.movement("float_out", 100.00, date="2026-03-03")
        older = self.movement("float_out", 50.00, date="2026-03-01")
        self.record(
            self.line(declaration, 70.00), source="float", runner_id=self.runner.id
        )
        residuals = [
            move.line_ids.filtered(
                lambda x: x.account_id == self.float_account
            ).amount_residual
            for move in (older, newer)
        ]
        self.assertEqual(residuals, [0.0, 80.00])

    def test_cash_of_two_runners_stays_apart(self):
        other = self.runner.copy({"name": "Runner Two"})
        self.movement("float_out", 50.00)
        self.movement("float_out", 30.00, runner_id=other.id)
        with self.assertRaisesRegex(UserError, "Runner Two has"):
            self.movement("float_in", 40.00, runner_id=other.id)
        wizard = self.env["customs.cash.movement"].create(
            {"kind": "float_in", "runner_id": other.id, "journal_id": self.bank.id}
        )
        self.assertEqual((wizard.available, wizard.amount), (30.00, 30.00))

    def test_old_advances_are_found(self):
        move = self.movement("float_out", 50.00)
        held = move.line_ids.filtered(lambda x: x.account_id == self.float_account)
        action = self.env["account.move.line"].action_view_staff_advances()
        items = self.env["account.move.line"].search(action["domain"])
        self.assertIn(held, items)
        self.assertNotIn(move.line_ids - held, items)
        age = (fields.Date.context_today(held) - held.date).days
        self.assertEqual(held.customs_days_open, age)
        old = [("customs_float_is_old", "=", True)]
        self.company.customs_float_days = age
        self.assertNotIn(held, items.search(old))
        self.company.customs_float_days = age - 1
        self.assertIn(held, items.search(old))
        self.movement("float_in", 50.00)
        self.assertNotIn(held, items.search(old))

    def test_liquidation_undone_puts_the_cash_back_in_hand(self):
        declaration = self.client_file()
        self.movement("float_out", 100.00)
        move = self.record(
            self.line(declaration, 70.00), source="float", runner_id=self.runner.id
        )
        self.assertEqual(self.in_hand(), 30.00)
        move.action_customs_reverse()
        self.assertEqual(self.in_hand(), 100.00)
        self.assert_money(declaration, charged=0, control_balance=0)
