"""Consolidated invoices: payments, credits, corrections leave every file right."""

from billing import DUTY, FEE, OUTLAYS, SERVICE, VAT, BillingCase

from odoo.fields import Command

TOTAL = OUTLAYS + SERVICE * 1.15


class TestConsolidated(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        profile = cls.env["customs.billing.profile"].create(
            {"name": "Weekly", "mode": "weekly"}
        )
        cls.client.customs_billing_profile_id = profile

    def consolidated(self, count=3, post=True):
        """Return files and their one invoice."""
        files = self.files(count)
        invoice = files.action_create_invoices()
        self.assertEqual(len(invoice), 1)
        if post:
            self.post_invoices(invoice)
        return files, invoice

    def credit(self, invoice, line, amount, date="2026-03-12"):
        """Credit a part of one line, through the reversal wizard."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": date, "journal_id": invoice.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        kept = refund.invoice_line_ids.filtered(
            lambda one: one.customs_charge_id == line.customs_charge_id
        )
        others = refund.invoice_line_ids - kept
        refund.write(
            {
                "invoice_date": date,
                "invoice_line_ids": [
                    *[Command.delete(other.id) for other in others],
                    Command.update(kept.id, {"price_unit": amount}),
                ],
            }
        )
        refund.action_post()
        return refund

    # === SHORT PAYMENT, PARTIAL CREDIT === #

    def test_short_payment_and_credit_of_one_line(self):
        files, invoice = self.consolidated()
        first, second, third = files
        self.assert_items(
            invoice,
            [
                *self.outlay_items(self.client, 3),
                *self.service_items(self.client, 3),
                self.due(self.client, 3 * TOTAL),
            ],
        )
        self.pay(invoice, amount=600.00)
        self.assertAlmostEqual(invoice.amount_residual, 3 * TOTAL - 600, 2)
        for declaration in files:
            self.assert_money(declaration, received=200, to_bill=0, control_balance=0)
        line = self.line(invoice, second, "CID")
        refund = self.credit(invoice, line, 10.00)
        self.assert_items(
            refund,
            [
                (self.control, self.client, 10.00, self.untaxed.name, "CID", ""),
                self.due(self.client, -10.00),
            ],
        )
        self.assertEqual(refund.invoice_line_ids.customs_declaration_id, second)
        self.assertAlmostEqual(invoice.amount_residual, 3 * TOTAL - 610, 2)
        self.assert_money(second, billed=OUTLAYS - 10, to_bill=10, control_balance=10)
        duty = self.charge(second, "CID")
        self.assertEqual(
            (duty.amount_billed, duty.amount_to_bill, duty.control_balance),
            (DUTY - 10, 10, 10),
        )
        for declaration in (first, third):
            self.assert_money(declaration, billed=OUTLAYS, to_bill=0, control_balance=0)
        self.assertEqual(self.account_balance(self.control), 10.0)
        # what was credited is billed again, as a supplement
        supplement = self.post_invoices(files.action_create_invoices())
        self.assertEqual(supplement.amount_total, 10.00)
        self.assertEqual(supplement.customs_original_move_ids, invoice)
        self.assertIn(f"Supplement to {invoice.name}", supplement.invoice_line_ids.name)
        self.assert_money(second, billed=OUTLAYS, to_bill=0, control_balance=0)
        self.assertEqual(self.account_balance(self.control), 0.0)

    def test_credit_of_a_service_line_opens_that_service_only(self):
        files, invoice = self.consolidated()
        refund = self.credit(invoice, self.line(invoice, files[0]), 30.00)
        self.assert_items(
            refund,
            [
                (self.income, self.client, 30.00, self.sale_tax.name, "", ""),
                (self.output_tax, self.client, 4.50, f"T:{self.sale_tax.name}", "", ""),
                self.due(self.client, -34.50),
            ],
        )
        opened = [declaration.amount_to_bill for declaration in files]
        self.assertEqual(opened, [30.0, 0.0, 0.0])

    # === THE AUTHORITY CHANGES ITS MIND === #

    def test_correction_of_one_file(self):
        files, invoice = self.consolidated()
        self.reassess(files[1], duty=DUTY - 20)
        document = self.post_invoices(files.action_create_invoices(), "2026-03-25")
        self.assertEqual(document.move_type, "out_refund")
        self.assertFalse(document.reversed_entry_id)
        self.assertEqual(document.customs_original_move_ids, invoice)
        self.assertTrue(
            document.invoice_line_ids.name.startswith(f"Correction of {invoice.name}")
        )
        self.assert_items(
            document,
            [
                (self.control, self.client, 20.00, self.untaxed.name, "CID", ""),
                self.due(self.client, -20.00),
            ],
        )
        for declaration in files:
            self.assert_money(declaration, to_bill=0, control_balance=0)
        self.assertEqual(self.account_balance(self.receivable), 3 * TOTAL - 20)

    def test_supplement_of_one_file(self):
        files, invoice = self.consolidated()
        self.reassess(files[2], duty=DUTY + 5, vat=VAT + 0.75)
        document = self.post_invoices(files.action_create_invoices(), "2026-03-25")
        self.assertEqual(
            (document.move_type, document.customs_original_move_ids),
            ("out_invoice", invoice),
        )
        for line in document.invoice_line_ids:
            self.assertTrue(line.name.startswith(f"Supplement to {invoice.name}"))
        self.assert_items(
            document,
            [
                (self.control, self.client, -5.00, self.untaxed.name, "CID", ""),
                (self.control, self.client, -0.75, self.untaxed.name, "VAT", ""),
                self.due(self.client, 5.75),
            ],
        )
        self.assert_money(files[2], billed=OUTLAYS + 5.75, to_bill=0, control_balance=0)

    def test_billed_anew_after_a_full_credit_is_no_supplement(self):
        declaration = self.file()
        invoice = self.post_invoices(declaration.action_create_invoices())
        self.reverse(invoice)
        again = declaration.action_create_invoices()
        self.assertEqual(again.amount_untaxed, OUTLAYS + SERVICE)
        self.assertFalse(
            again.invoice_line_ids.filtered(lambda line: "Supplement" in line.name)
        )

    # === FOREIGN CURRENCY === #

    def test_foreign_invoice_clears_the_control_at_the_booked_value(self):
        eur = self.setup_other_currency(
            "EUR",
            rates=[
                ("2020-01-01", 0.83),
                ("2026-03-10", 0.87),
                ("2026-03-20", 0.91),
            ],
        )
        self.client.customs_billing_currency_id = eur
        files, invoice = self.consolidated()
        self.assertEqual(invoice.currency_id, eur)
        # per file 43.50 + 137.03 + 39.15 + 69.60 (+ 10.44 tax) EUR
        self.assertAlmostEqual(invoice.amount_total, 3 * 289.28 + 31.32, 2)
        for declaration in files:
            self.assert_money(
                declaration, charged=OUTLAYS, to_bill=0, control_balance=0
            )
        items = self.env["account.move.line"].search(
            [("account_id", "=", self.control.id)]
        )
        self.assertTrue(all(items.mapped("reconciled")))
        rounding = (items.move_id - invoice).filtered(
            lambda move: move.journal_id == self.company.currency_exchange_journal_id
        )
        # import VAT: 137.03 EUR are worth 157.51, a cent more than was booked
        self.assertTrue(rounding)
        billed = sum(
            invoice.line_ids.filtered(
                lambda line: line.account_id == self.control
            ).mapped("balance")
        )
        self.assertAlmostEqual(billed + 0.01 * len(rounding), -3 * OUTLAYS, 2)
        for move in rounding:
            self.assert_items(
                move,
                [
                    (self.control, self.client, 0.01, "", "VAT", ""),
                    (
                        self.company.income_currency_exchange_account_id,
                        self.env["res.partner"],
                        -0.01,
                        "",
                        "",
                        "",
                    ),
                ],
            )
        self.assertEqual(self.account_balance(self.control), 0.0)
        self.pay(invoice, currency_id=eur.id)
        self.assertTrue(invoice.currency_id.is_zero(invoice.amount_residual))
        self.assertAlmostEqual(self.account_balance(self.receivable), 0.0, 2)
        booked = invoice.amount_total_signed
        paid = self.company.currency_id.round(invoice.amount_total / 0.91)
        loss = self.account_balance(self.company.expense_currency_exchange_account_id)
        self.assertAlmostEqual(loss, booked - paid, 2)
        self.assertEqual(self.account_balance(self.control), 0.0)

    # === LINES EDITED, DELETED, COPIED === #

    def test_more_than_was_charged_is_refused(self):
        files, invoice = self.consolidated(post=False)
        line = self.line(invoice, files[1], "GLOBAL")
        with self.refused("1.00 more would be billed"):
            line.price_unit = FEE + 1
            self.post_invoices(invoice)

    def test_less_than_was_charged_leaves_the_rest_open(self):
        files, invoice = self.consolidated(post=False)
        self.line(invoice, files[1], "GLOBAL").price_unit = FEE - 15
        self.post_invoices(invoice)
        self.assertEqual(files.mapped("amount_to_bill"), [0.0, 15.0, 0.0])
        self.assert_money(files[1], control_balance=15)

    def test_deleting_a_line_frees_its_charge(self):
        files, invoice = self.consolidated(post=False)
        line = self.line(invoice, files[0], "VAT")
        invoice.write({"invoice_line_ids": [Command.delete(line.id)]})
        self.assert_money(files[0], to_bill=VAT)
        self.assertIn(files[0], invoice.customs_declaration_ids)

    def test_heading_goes_with_the_last_line_of_its_file(self):
        files, invoice = self.consolidated(post=False)
        lines = invoice.invoice_line_ids.filtered(
            lambda line: line.customs_declaration_id == files[0]
            and line.customs_charge_id
        )
        invoice.write({"invoice_line_ids": [Command.delete(line.id) for line in lines]})
        self.assertEqual(invoice.customs_declaration_ids, files[1] | files[2])
        self.assert_money(files[0], to_bill=OUTLAYS + SERVICE)
        # all of a file at once, its heading with it
        lines = invoice.invoice_line_ids.filtered(
            lambda line: line.customs_declaration_id == files[1]
        )
        invoice.write({"invoice_line_ids": [Command.delete(line.id) for line in lines]})
        self.assertEqual(invoice.customs_declaration_ids, files[2])

    def test_cancelling_deleting_and_resetting_free_all_files(self):
        files, invoice = self.consolidated()
        invoice.button_draft()
        for declaration in files:
            self.assert_money(declaration, to_bill=0, control_balance=OUTLAYS)
        invoice.button_cancel()
        for declaration in files:
            self.assert_money(
                declaration, to_bill=OUTLAYS + SERVICE, control_balance=OUTLAYS
            )
        again = files.action_create_invoices()
        self.assertEqual(len(again), 1)
        again.unlink()
        for declaration in files:
            self.assert_money(declaration, to_bill=OUTLAYS + SERVICE)

    def test_a_copy_bills_nothing(self):
        files, invoice = self.consolidated()
        copy = invoice.copy()
        self.assertFalse(copy.line_ids.customs_charge_id)
        self.assertFalse(copy.line_ids.customs_declaration_id)
        self.assertFalse(copy.customs_original_move_ids)
        for declaration in files:
            self.assert_money(declaration, billed=OUTLAYS, to_bill=0)
