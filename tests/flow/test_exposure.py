"""What a client owes us for duties and for services, from the books."""

from exposure import DUTY, FEE, OUTLAY, VAT, ExposureCase

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestExposure(ExposureCase):
    def test_from_lodging_to_payment(self):
        self.assert_exposure()
        declaration = self.client_file()
        self.assert_exposure()
        declaration.action_lodge()
        self.assert_exposure(pending_duty=OUTLAY, duty_exposure=OUTLAY)
        self.assess(declaration, ("CID", 110.00), ("VAT", VAT))
        self.assert_exposure(pending_duty=425.00, duty_exposure=425.00)
        self.post(declaration)
        self.assert_exposure(unbilled_outlay=425.00, duty_exposure=425.00)
        self.add_service(declaration, FEE)
        self.assert_exposure(
            unbilled_outlay=425.00,
            duty_exposure=425.00,
            unbilled_service=FEE,
            service_exposure=FEE,
        )
        draft = declaration.action_create_invoices()
        # a draft is no debt of the client yet
        self.assert_exposure(
            unbilled_outlay=425.00,
            duty_exposure=425.00,
            unbilled_service=FEE,
            service_exposure=FEE,
        )
        draft.invoice_date = "2026-03-10"
        draft.action_post()
        self.assert_exposure(
            unpaid_duty=425.00,
            duty_exposure=425.00,
            open_service=230.00,
            service_exposure=230.00,
        )
        self.pay(draft)
        self.assert_exposure()

    def test_a_part_payment_pays_duty_and_services_pro_rata(self):
        _declaration, invoice = self.billed()
        self.assertAlmostEqual(invoice.amount_total, 645.00, 2)
        self.pay(invoice, amount=215.00)
        # 430.00 of 645.00 is open: two thirds of 415.00 and of 230.00
        self.assert_exposure(
            unpaid_duty=276.67,
            duty_exposure=276.67,
            open_service=153.33,
            service_exposure=153.33,
        )
        self.assertAlmostEqual(invoice.amount_residual, 276.67 + 153.33, 2)

    def test_unmatched_money_lowers_services_only(self):
        self.billed()
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.client.id,
                "payment_type": "inbound",
                "partner_type": "customer",
                "amount": 100.00,
            }
        )
        payment.action_post()
        self.assert_exposure(
            unpaid_duty=OUTLAY,
            duty_exposure=OUTLAY,
            open_service=130.00,
            service_exposure=130.00,
        )

    def test_credit_note_takes_its_part_back(self):
        _declaration, invoice = self.billed()
        self.reverse(invoice)
        # nothing is open; outlays and services are to be billed again
        self.assert_exposure(
            unbilled_outlay=OUTLAY,
            duty_exposure=OUTLAY,
            unbilled_service=FEE,
            service_exposure=FEE,
        )

    def test_what_the_client_pays_itself_is_no_exposure(self):
        declaration = self.client_file()
        instruction = self.env["customs.payment.instruction"].create(
            {
                "partner_id": self.client.id,
                "kind": "vat",
                "method_id": self.env.ref("customs_invoicing.payment_method_p5").id,
            }
        )
        self.assertTrue(instruction)
        declaration.action_lodge()
        self.assert_exposure(pending_duty=DUTY, duty_exposure=DUTY)

    def test_own_imports_are_no_exposure(self):
        declaration = self.file("own")
        declaration.action_mark_ready()
        declaration.action_lodge()
        self.assertFalse(self.exposures.search([("company_id", "=", self.company.id)]))

    # === DEPOSITS === #

    def test_a_deposit_covers_its_own_file_only(self):
        first = self.posted()
        self.deposit(first, 600.00)
        self.assert_exposure(
            unbilled_outlay=OUTLAY, deposit=600.00, deposit_counted=OUTLAY
        )
        self.posted()
        self.assert_exposure(
            unbilled_outlay=2 * OUTLAY,
            deposit=600.00,
            deposit_counted=OUTLAY,
            duty_exposure=OUTLAY,
        )
        self.company.customs_exposure_less_deposits = False
        self.assert_exposure(
            unbilled_outlay=2 * OUTLAY, deposit=600.00, duty_exposure=2 * OUTLAY
        )

    def test_an_applied_deposit_is_gone(self):
        declaration = self.posted()
        self.deposit(declaration, 600.00)
        invoice = self.bill(declaration)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assert_exposure(deposit=185.00)

    # === WHO OWES === #

    def test_subsidiaries_owe_as_one(self):
        branch = self.env["res.partner"].create(
            {"name": "Harbour West", "parent_id": self.client.id, "type": "delivery"}
        )
        self.posted(branch)
        self.assert_exposure(unbilled_outlay=OUTLAY, duty_exposure=OUTLAY)
        self.assertEqual(branch.customs_duty_exposure, OUTLAY)

    def test_another_payer_owes_what_is_billed_to_it(self):
        payer = self.env["res.partner"].create({"name": "Parent of the client"})
        declaration = self.posted()
        vat = self.charge(declaration, "VAT")
        vat.bill_to_id = payer
        # the client ordered it: it counts for the client until it is billed
        self.assert_exposure(unbilled_outlay=OUTLAY, duty_exposure=OUTLAY)
        self.assert_exposure(payer)
        invoices = declaration.action_create_invoices()
        invoices.invoice_date = "2026-03-10"
        invoices.action_post()
        self.assert_exposure(unpaid_duty=DUTY, duty_exposure=DUTY)
        self.assert_exposure(payer, unpaid_duty=VAT, duty_exposure=VAT)

    def test_collective_invoice_and_the_files_behind_it(self):
        first, second = self.posted(), self.posted()
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-03-10",
            }
        )
        charges = first._get_open_charges() | second._get_open_charges()
        invoice._customs_add_charges([charges])
        invoice.action_post()
        self.pay(invoice, amount=OUTLAY)
        self.assert_exposure(unpaid_duty=OUTLAY, duty_exposure=OUTLAY)
        amounts = self.exposures._query_files(first | second)
        self.assertEqual(
            {file: f"{duty:.2f}" for file, (duty, _held) in amounts.items()},
            {first: "207.50", second: "207.50"},
        )
        self.env.flush_all()
        row = self.exposures.search([("partner_id", "=", self.client.id)])
        action = row.action_view_files()
        self.assertEqual(set(action["domain"][0][2]), set((first | second).ids))
        invoices = self.env["account.move"].search(row.action_view_invoices()["domain"])
        self.assertEqual(invoices, invoice)

    def test_foreign_invoice_is_read_in_our_currency(self):
        euro = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", "EUR")])
        )
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 0.5}
        )
        self.client.customs_billing_currency_id = euro
        _declaration, invoice = self.billed()
        self.assertEqual(invoice.currency_id, euro)
        self.assert_exposure(
            unpaid_duty=OUTLAY,
            duty_exposure=OUTLAY,
            open_service=230.00,
            service_exposure=230.00,
        )

    # === THE WHOLE === #

    def test_the_parts_are_the_balances_of_the_accounts(self):
        other = self.env["res.partner"].create({"name": "Second client"})
        _file, invoice = self.billed()
        self.pay(invoice, amount=100.00)
        self.posted(other)
        self.billed(other, fee=33.33)
        self.env.flush_all()
        rows = self.exposures.search([("company_id", "=", self.company.id)])
        self.assertEqual(rows.partner_id, self.client | other)
        self.assertAlmostEqual(
            sum(rows.mapped("unbilled_outlay")), self.account_balance(self.control), 2
        )
        self.assertAlmostEqual(
            sum(rows.mapped("unpaid_duty")) + sum(rows.mapped("open_service")),
            self.account_balance(self.receivable),
            2,
        )
        for row in rows:
            found = self.exposure(row.partner_id)
            self.assertAlmostEqual(row.duty_exposure, float(found["duty_exposure"]), 2)

    def test_any_number_of_clients_in_one_query(self):
        clients = self.env["res.partner"].create(
            [{"name": f"Client {number}"} for number in range(5)]
        )
        for client in clients[:3]:
            self.posted(client)
        self.env.flush_all()
        with self.assertQueryCount(1):
            one = self.exposures._query_clients(clients[:1], self.company)
        with self.assertQueryCount(1):
            found = self.exposures._query_clients(clients, self.company)
        self.assertEqual(len(one), 1)
        self.assertEqual(
            [f"{found[client]['duty_exposure']:.2f}" for client in clients],
            ["415.00"] * 3 + ["0.00"] * 2,
        )

    def test_states_follow_limit_and_override(self):
        self.company.customs_duty_limit_action = "warn"
        self.client.write({"customs_own_limits": True, "customs_duty_limit": 1000.00})
        self.posted()
        self.posted()
        self.assertEqual(self.client.customs_duty_state, "near")  # 830 of 1 000
        self.assertEqual(self.client.customs_duty_headroom, 170.00)
        self.posted()
        self.client.invalidate_recordset()
        self.assertEqual(self.client.customs_duty_state, "over")
        self.assertEqual(self.client.customs_duty_headroom, -245.00)
        self.env.flush_all()
        over = self.exposures.search([("duty_state", "=", "over")])
        self.assertIn(self.client, over.partner_id)
        override = self.env["customs.limit.override"].create(
            {
                "partner_id": self.client.id,
                "kind": "duty",
                "amount": 1000.00,
                "reason": "Bank guarantee received",
            }
        )
        self.client.invalidate_recordset()
        self.assertEqual(self.client.customs_duty_state, "ok")  # 1 245 of 2 000
        self.assertEqual(self.client.customs_duty_headroom, 755.00)
        override.action_revoke()
        self.client.invalidate_recordset()
        self.assertEqual(self.client.customs_duty_state, "over")

    def test_company_limit_counts_without_one_of_its_own(self):
        self.posted()
        self.assertEqual(self.client.customs_duty_state, "none")
        self.company.customs_duty_limit = 400.00
        self.client.invalidate_recordset()
        self.assertEqual(self.client.customs_duty_state, "over")
        self.assertEqual(self.client.customs_duty_limit_applied, 400.00)
        # a limit of zero of its own is none
        self.client.customs_own_limits = True
        self.client.invalidate_recordset()
        self.assertEqual(self.client.customs_duty_state, "none")
        other = self.env["res.company"].create({"name": "Another company"})
        self.assertFalse(self.client.with_company(other).customs_own_limits)
