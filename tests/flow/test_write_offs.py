"""Losses on files: asked for by one, posted by another."""

from common import CustomsCase, item, tax

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user


class TestWriteOffs(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank_account = cls.company_data["default_journal_bank"].default_account_id
        cls.variance = cls.company.customs_disb_variance_account_id
        cls.bad_debt = cls.company.customs_bad_debt_account_id
        cls.third_party = cls.env.ref("customs_invoicing.charge_code_third_party")
        cls.sale_tax = cls.company.account_sale_tax_id
        cls.sale_tax.amount = 20
        cls.service_code.product_id.taxes_id = cls.sale_tax
        cls.output_tax = cls.company_data["default_account_tax_sale"]
        cls.nobody = cls.env["res.partner"]
        cls.preparer, cls.approver, cls.officer = (
            new_test_user(
                cls.env,
                login=f"write_off_{name}",
                groups=f"customs_invoicing.group_customs_{group}",
                company_id=cls.company.id,
            )
            for name, group in (
                ("preparer", "verifier"),
                ("approver", "verifier"),
                ("officer", "user"),
            )
        )

    # === HELPERS === #

    def client_file(self, **vals):
        return self.import_sad(
            [item(price="1000.00", taxes=[tax("CID", rate="0", amount="0.00")])],
            **{"global_tax": "0", **vals},
        )

    def outlay(self, declaration, amount, **vals):
        wizard = self.env["customs.outlay"].create(
            {
                "date": "2026-01-10",
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "declaration_id": declaration.id,
                            "charge_code_id": self.third_party.id,
                            "amount": amount,
                            "receipt": f"R-{amount:g}",
                            **vals,
                        },
                    )
                ],
            }
        )
        return wizard._record()

    def under_recovered(self):
        """3 400.00 billed with an old rate, 80.00 came after; fee 100.00."""
        declaration = self.client_file()
        self.outlay(declaration, 3400.00, name="Duty")
        self.add_service(declaration, 100.00)
        invoice = self.bill(declaration, date="2026-03-03")
        self.pay(invoice)
        self.outlay(declaration, 80.00, name="Duty at the new rate")
        return declaration

    def request(self, declaration, user=None, **vals):
        user = user or self.preparer
        wizard = (
            self.env["customs.write.off.wizard"]
            .with_user(user)
            .create(
                {
                    "declaration_id": declaration.id,
                    "date": "2026-04-30",
                    "reason": "stale_rate",
                    "approver_id": self.approver.id,
                    **vals,
                }
            )
        )
        action = wizard.action_request()
        found = self.env["customs.write.off"].search(action["domain"])
        return found.with_user(user)

    def approve(self, requests, user=None):
        requests.with_user(user or self.approver).action_approve()
        return requests.sudo().move_id

    def unpaid_invoice(self, outlay=7100.00, service=300.00):
        declaration = self.client_file()
        self.outlay(declaration, outlay)
        self.add_service(declaration, service)
        return declaration, self.bill(declaration, date="2026-01-11")

    def insolvency(self, declaration, **vals):
        vals = {"kind": "insolvency", "reason": "insolvent", **vals}
        return self.request(declaration, date="2026-09-30", **vals)

    # === OUTLAY THE CLIENT DOES NOT BEAR === #

    def test_two_people_write_off_an_outlay(self):
        declaration = self.under_recovered()
        self.assert_money(declaration, to_bill=80, control_balance=80)
        request = self.request(declaration)
        self.assertEqual(request.state, "requested")
        self.assertTrue(request.name.startswith("WO/"))
        self.assertEqual(request.requested_by_id, self.preparer)
        self.assertEqual(request.amount, 80.00)
        self.assertEqual(request.activity_ids.user_id, self.approver)
        self.assertFalse(request.move_id)
        self.assert_money(declaration, to_bill=80, control_balance=80)

        move = self.approve(request)
        self.assertEqual(move.customs_event, "write_off")
        self.assertEqual(move.date.isoformat(), "2026-04-30")
        self.assert_items(
            move,
            [
                (self.variance, self.client, 80.00, "", "", ""),
                (self.control, self.client, -80.00, "", "", ""),
            ],
        )
        on_control = move.line_ids.filtered(lambda x: x.account_id == self.control)
        self.assertEqual(on_control.customs_charge_id, request.charge_id)
        self.assertFalse((move.line_ids - on_control).customs_charge_id)
        self.assertEqual(move.line_ids.customs_declaration_id, declaration)
        self.assertTrue(on_control.reconciled)
        self.assertEqual(request.state, "approved")
        self.assertEqual(request.decided_by_id, self.approver)
        self.assertFalse(request.activity_ids)
        for account, balance in (
            (self.receivable, 0.0),
            (self.bank_account, 40.00),
            (self.control, 0.0),
            (self.variance, 80.00),
            (self.income, -100.00),
            (self.output_tax, -20.00),
        ):
            with self.subTest(account=account.name):
                self.assertAlmostEqual(self.account_balance(account), balance, 2)

    def test_file_closes_after_the_write_off_and_not_before(self):
        declaration = self.under_recovered()
        declaration.action_release()
        with self.assertRaisesRegex(UserError, "80.00 open"):
            declaration.action_close()
        self.approve(self.request(declaration))
        declaration.invalidate_recordset()
        self.assert_money(declaration, to_bill=0, control_balance=0)
        declaration.action_close()
        self.assertEqual(declaration.state, "closed")

    def test_part_of_a_charge_leaves_the_rest_to_bill(self):
        declaration = self.under_recovered()
        charge = declaration.charge_ids.filtered(lambda c: c.control_balance)
        request = self.request(declaration, charge_ids=charge.ids, amount=30.00)
        self.approve(request)
        self.assert_money(declaration, to_bill=50, control_balance=50)
        self.bill(declaration, date="2026-05-02")
        self.assert_money(declaration, to_bill=0, control_balance=0)

    def test_several_charges_are_approved_at_once(self):
        declaration = self.client_file()
        payee = self.env["res.partner"].create({"name": "Lab"})
        self.outlay(declaration, 10.00)
        self.outlay(declaration, 5.00, payee_id=payee.id)
        requests = self.request(declaration)
        self.assertEqual(sorted(requests.mapped("amount")), [5.00, 10.00])
        self.approve(requests)
        self.assert_money(declaration, to_bill=0, control_balance=0)

    def test_undone_write_off_opens_the_charge_again(self):
        declaration = self.under_recovered()
        request = self.request(declaration)
        self.approve(request).action_customs_reverse()
        self.assert_money(declaration, to_bill=80, control_balance=80)
        request.invalidate_recordset()
        self.assertTrue(request.is_reversed)
        self.approve(self.request(declaration))
        self.assert_money(declaration, to_bill=0, control_balance=0)

    # === FOUR EYES === #

    def test_nobody_approves_what_he_asked_for(self):
        request = self.request(self.under_recovered())
        self.assertFalse(request.can_decide)
        with self.assertRaisesRegex(UserError, "requested by you"):
            self.approve(request, self.preparer)
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            self.approve(request, self.officer)
        self.assertFalse(request.sudo().move_id)

    def test_nobody_writes_or_makes_requests_by_himself(self):
        request = self.request(self.under_recovered())
        for user in (self.preparer, self.approver, self.officer):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    request.with_user(user).write({"requested_by_id": self.officer.id})
                with self.assertRaises(AccessError):
                    request.with_user(user).copy()
                with self.assertRaises(AccessError):
                    request.with_user(user).unlink()

    def test_approving_twice_posts_once(self):
        request = self.request(self.under_recovered())
        self.approve(request)
        with self.assertRaisesRegex(UserError, "was decided by"):
            self.approve(request)
        self.assertEqual(self.account_balance(self.variance), 80.00)

    def test_refused_and_withdrawn_post_nothing(self):
        declaration = self.under_recovered()
        request = self.request(declaration)
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            request.with_user(self.officer).action_refuse()
        request.with_user(self.approver).action_refuse()
        self.assertEqual(request.state, "refused")
        with self.assertRaisesRegex(UserError, "was decided by"):
            self.approve(request)
        mine = self.request(declaration, user=self.officer)
        mine.action_refuse()
        self.assertEqual(mine.state, "refused")
        self.assertFalse(mine.activity_ids)
        self.assertEqual(self.account_balance(self.variance), 0.0)
        self.assert_money(declaration, to_bill=80, control_balance=80)

    # === REFUSALS === #

    def test_more_than_is_open_is_refused(self):
        declaration = self.under_recovered()
        charge = declaration.charge_ids.filtered(lambda c: c.control_balance)
        with self.assertRaisesRegex(UserError, "only .*80.00 is open"):
            self.request(declaration, charge_ids=charge.ids, amount=80.01)
        self.request(declaration)
        with self.assertRaisesRegex(UserError, "160.00 is to be written off"):
            self.request(declaration)

    def test_billed_meanwhile_is_not_written_off(self):
        declaration = self.under_recovered()
        request = self.request(declaration)
        self.bill(declaration, date="2026-04-02")
        with self.assertRaisesRegex(UserError, "only .*0.00 is open"):
            self.approve(request)
        self.assertEqual(request.state, "requested")

    def test_over_recovery_is_the_clients_money(self):
        declaration = self.client_file()
        move = self.outlay(declaration, 50.00)
        self.bill(declaration)
        move.action_customs_reverse()
        declaration.invalidate_recordset()
        self.assert_money(declaration, control_balance=-50)
        with self.assertRaisesRegex(UserError, "no income: give a credit note"):
            self.request(declaration)

    def test_locked_period_is_refused(self):
        declaration = self.under_recovered()
        request = self.request(declaration)
        self.company.fiscalyear_lock_date = "2026-04-30"
        with self.assertRaisesRegex(UserError, "locked period"):
            self.approve(request)
        with self.assertRaisesRegex(UserError, "locked period"):
            self.request(declaration)
        self.assertEqual(self.account_balance(self.variance), 0.0)

    def test_reason_other_is_explained(self):
        with self.assertRaisesRegex(UserError, "Explain the reason"):
            self.request(self.under_recovered(), reason="other")

    def test_nothing_open_nothing_to_write_off(self):
        with self.assertRaisesRegex(UserError, "nothing open"):
            self.request(self.client_file())

    # === INSOLVENT CLIENT === #

    def test_insolvent_client_loses_us_the_outlay_but_not_the_tax(self):
        declaration, invoice = self.unpaid_invoice()
        self.assertEqual(invoice.amount_total, 7460.00)
        request = self.insolvency(declaration)
        self.assertEqual(request.amount, 7460.00)
        self.assertEqual(request.invoice_id, invoice)
        move = self.approve(request)
        self.assertEqual(move.date.isoformat(), "2026-09-30")
        self.assert_items(
            move,
            [
                (self.bad_debt, self.client, 7400.00, "", "", ""),
                (
                    self.output_tax,
                    self.client,
                    60.00,
                    f"T:{self.sale_tax.name}",
                    "",
                    "",
                ),
                (self.receivable, self.client, -7460.00, "", "", ""),
            ],
        )
        self.assertFalse(move.line_ids.customs_charge_id)
        loss = move.line_ids.filtered(lambda x: x.account_id == self.bad_debt)
        self.assertEqual(loss.customs_declaration_id, declaration)
        invoice.invalidate_recordset()
        self.assertEqual(invoice.amount_residual, 0.0)
        for account, balance in (
            (self.control, 0.0),
            (self.receivable, 0.0),
            (self.bad_debt, 7400.00),
            (self.bank_account, -7100.00),
            (self.income, -300.00),
            (self.output_tax, 0.0),
        ):
            with self.subTest(account=account.name):
                self.assertAlmostEqual(self.account_balance(account), balance, 2)
        with self.assertRaisesRegex(UserError, "nothing open"):
            self.insolvency(declaration)

    def test_partly_paid_invoice_loses_what_is_open_of_each_part(self):
        declaration, invoice = self.unpaid_invoice()
        self.pay(invoice, amount=3730.00)
        move = self.approve(self.insolvency(declaration))
        self.assert_items(
            move,
            [
                (self.bad_debt, self.client, 3700.00, "", "", ""),
                (
                    self.output_tax,
                    self.client,
                    30.00,
                    f"T:{self.sale_tax.name}",
                    "",
                    "",
                ),
                (self.receivable, self.client, -3730.00, "", "", ""),
            ],
        )
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_tax_relief_bears_the_grids_of_a_credit_note(self):
        grid = self.env["account.account.tag"].create(
            {"name": "+BADDEBT", "applicability": "taxes"}
        )
        refund_tax = self.sale_tax.refund_repartition_line_ids.filtered(
            lambda line: line.repartition_type == "tax"
        )
        refund_tax.tag_ids = grid
        declaration, _invoice = self.unpaid_invoice()
        move = self.approve(self.insolvency(declaration))
        relief = move.line_ids.filtered("tax_line_id")
        self.assertEqual(relief.tax_tag_ids, grid)
        self.assertEqual(relief.tax_repartition_line_id, refund_tax)
        self.assertFalse((move.line_ids - relief).tax_tag_ids)

    def test_paid_meanwhile_is_not_written_off(self):
        declaration, invoice = self.unpaid_invoice()
        request = self.insolvency(declaration)
        self.pay(invoice, amount=100.00)
        with self.assertRaisesRegex(UserError, "7,360.00 is open now"):
            self.approve(request)

    def test_deposit_goes_before_the_loss(self):
        self.company.customs_apply_deposits = False
        declaration, _invoice = self.unpaid_invoice()
        funds = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "amount": 1000.00}
        )
        bank = self.company_data["default_journal_bank"]
        funds._receive(bank, funds.date.replace(year=2026, month=1, day=5), 1000.00)
        with self.assertRaisesRegex(UserError, "Apply the deposit first"):
            self.insolvency(declaration)
        funds.action_apply()
        self.assertEqual(self.insolvency(declaration).amount, 6460.00)

    def test_undone_loss_opens_the_invoice(self):
        declaration, invoice = self.unpaid_invoice()
        self.approve(self.insolvency(declaration)).action_customs_reverse()
        self.assertEqual(invoice.amount_residual, 7460.00)
        self.assertAlmostEqual(self.account_balance(self.output_tax), -60.00, 2)
        self.assertAlmostEqual(self.account_balance(self.bad_debt), 0.0, 2)

    def test_invoice_of_two_files_loses_per_file(self):
        first = self.client_file()
        second = self.client_file(
            registration=("C", "900", "3/6/26"), assessment=("A", "901", "3/6/26")
        )
        self.outlay(first, 100.00)
        self.outlay(second, 50.00)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-01-11",
            }
        )
        charges = first._get_open_charges() | second._get_open_charges()
        invoice._customs_add_charges([charges])
        invoice.action_post()
        move = self.approve(self.insolvency(first))
        self.assert_items(
            move,
            [
                (self.bad_debt, self.client, 100.00, "", "", ""),
                (self.bad_debt, self.client, 50.00, "", "", ""),
                (self.receivable, self.client, -150.00, "", "", ""),
            ],
        )
        self.assertEqual(move.line_ids.customs_declaration_id, first | second)

    # === SCREENS === #

    def test_ways_between_file_and_write_off(self):
        declaration = self.under_recovered()
        action = declaration.action_write_off()
        self.assertEqual(action["context"]["default_declaration_id"], declaration.id)
        request = self.request(declaration)
        self.assertEqual(declaration.write_off_count, 1)
        action = declaration.action_view_write_offs()
        self.assertEqual(
            self.env["customs.write.off"].search(action["domain"]), request
        )
        self.approve(request)
        self.assertEqual(request.action_view_move()["res_id"], request.move_id.id)
        own = self.typed()
        with self.assertRaisesRegex(UserError, "our own import"):
            own.action_write_off()
