"""Customs charges added on the standard customer invoice."""

from billing import DUTY, OUTLAYS, SERVICE, BillingCase

from odoo.exceptions import UserError


class TestPicker(BillingCase):
    def invoice(self, partner=None, **vals):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.client).id,
                **vals,
            }
        )

    def open(self, invoice):
        """Press the button on the invoice; return the picker."""
        action = invoice.action_add_customs_charges()
        return self.env[action["res_model"]].browse(action["res_id"])

    def rows(self, wizard):
        """Return ``{file name: its row}``."""
        return {file["name"]: file for file in wizard.rows["files"]}

    def test_choice_that_is_no_list_of_charges(self):
        self.file()
        wizard = self.open(self.invoice())
        for chosen in (5, "abc", {"id": 1}, ["1"], [True], [[1]], [2**40], [0]):
            with self.subTest(chosen), self.assertRaisesRegex(UserError, "as a list"):
                wizard.write({"chosen_ids": chosen})
                self.env.flush_all()
                wizard.action_add()

    # === WHAT IT SHOWS === #

    def test_rows_by_file(self):
        first, second = self.files(2)
        first.client_order_reference = "4711"
        wizard = self.open(self.invoice())
        rows = self.rows(wizard)
        self.assertEqual(list(rows), [first.name, second.name])
        row = rows[first.name]
        self.assertEqual(
            {
                key: row[key]
                for key in ("mrn", "order", "client", "problem", "amount", "price")
            },
            {
                "mrn": first.mrn,
                "order": "4711",
                "client": "",
                "problem": "",
                "amount": OUTLAYS + SERVICE,
                "price": OUTLAYS + SERVICE,
            },
        )
        duty = row["charges"][0]
        self.assertEqual(
            (duty["id"], duty["amount"], duty["nature_name"], duty["evidence_state"]),
            (self.charge(first, "CID").id, DUTY, "Disbursement at cost", "there"),
        )
        self.assertTrue(duty["evidence"])
        self.assertEqual(
            sorted(wizard.chosen_ids), sorted((first | second).charge_ids.ids)
        )

    def test_amounts_in_the_currency_of_the_invoice(self):
        eur = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.8)])
        self.file()
        wizard = self.open(self.invoice(currency_id=eur.id))
        self.assertEqual(wizard.rows["invoice_currency"], eur.id)
        (file,) = wizard.rows["files"]
        self.assertEqual(file["price"], (OUTLAYS + SERVICE) * 0.8)
        wizard.action_add()
        self.assertEqual(wizard.move_id.amount_untaxed, (OUTLAYS + SERVICE) * 0.8)

    def test_currency_without_rate_is_said_at_once(self):
        currency = self.env["res.currency"].create({"name": "XQQ", "symbol": "Q"})
        self.file()
        with self.assertRaisesRegex(UserError, "XQQ has no exchange rate"):
            self.open(self.invoice(currency_id=currency.id))

    def test_blocked_files_and_charges_are_shown_not_proposed(self):
        ready, unposted = self.file(1), self.file(2, post=False)
        third = self.env["customs.charge"].create(
            {
                "declaration_id": ready.id,
                "charge_code_id": self.env.ref(
                    "customs_invoicing.charge_code_third_party"
                ).id,
            }
        )
        third.bill_to_id = self.parent
        wizard = self.open(self.invoice())
        rows = self.rows(wizard)
        self.assertFalse(rows[ready.name]["problem"])
        self.assertIn("assessment", rows[unposted.name]["problem"])
        self.assertEqual(wizard.chosen_ids, (ready.charge_ids - third).ids)
        service = rows[unposted.name]["charges"]
        self.assertEqual(len(service), 1)
        self.assertTrue(service[0]["problem"])
        wizard.chosen_ids = [service[0]["id"]]
        with self.assertRaisesRegex(UserError, "assessment"):
            wizard.action_add()

    def test_order_number_asked_for_blocks_the_file(self):
        declaration = self.file()
        self.profile(requires_order_reference=True)
        wizard = self.open(self.invoice())
        self.assertFalse(wizard.chosen_ids)
        self.assertIn("no order number", self.rows(wizard)[declaration.name]["problem"])
        wizard.chosen_ids = declaration.charge_ids.ids
        with self.assertRaisesRegex(UserError, "no order number"):
            wizard.action_add()

    def test_payer_sees_what_it_pays_of_others_files(self):
        self.profile(("duties", self.parent))
        declaration = self.file()
        wizard = self.open(self.invoice(self.parent))
        (row,) = wizard.rows["files"]
        self.assertEqual((row["client"], row["amount"]), (self.client.name, OUTLAYS))
        wizard.action_add()
        self.post_invoices(wizard.move_id)
        self.assert_money(declaration, billed=OUTLAYS, to_bill=SERVICE)
        wizard = self.open(self.invoice())
        self.assertEqual(wizard.rows["files"][0]["amount"], SERVICE)

    def test_nothing_open_is_said(self):
        with self.assertRaisesRegex(UserError, "has no open customs charges"):
            self.invoice().action_add_customs_charges()

    def test_reading_takes_no_more_queries_for_more_charges(self):
        counts = []
        self.file(100)
        self.rows(self.open(self.invoice()))
        for start, count in ((1, 2), (10, 8)):
            for number in range(start, start + count):
                self.file(number)
            wizard = self.open(self.invoice())
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertGreaterEqual(len(wizard.rows["files"]), count)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    # === WHAT IT ADDS === #

    def test_chosen_charges_are_added_under_headings(self):
        first, second = self.files(2)
        invoice = self.invoice(
            invoice_line_ids=[
                (0, 0, {"name": "Coffee", "price_unit": 3, "tax_ids": []})
            ]
        )
        wizard = self.open(invoice)
        wizard.chosen_ids = [
            self.charge(first, "CID").id,
            self.charge(second, "VAT").id,
        ]
        wizard.action_add()
        self.assertEqual(
            self.texts(invoice),
            ["Coffee", first.mrn, "CID", second.mrn, "VAT"],
        )
        # a second helping goes to its file, not to the end
        wizard = self.open(invoice)
        wizard.chosen_ids = [self.charge(first, "VAT").id]
        wizard.action_add()
        self.assertEqual(
            self.texts(invoice),
            ["Coffee", first.mrn, "CID", "VAT", second.mrn, "VAT"],
        )

    def test_headings_come_with_the_second_file(self):
        first, second = self.files(2)
        invoice = self.invoice()
        for declaration in (first, second):
            wizard = self.open(invoice)
            wizard.chosen_ids = [self.charge(declaration, "CID").id]
            wizard.action_add()
        self.assertEqual(self.texts(invoice), [first.mrn, "CID", second.mrn, "CID"])

    def texts(self, invoice):
        """Return what the lines are about, in their order."""
        lines = invoice.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))
        return [
            line.customs_tax_code
            or (
                line.customs_declaration_id.mrn
                if line.display_type == "line_section"
                else line.name
            )
            for line in lines
        ]

    def test_one_file_needs_no_heading(self):
        declaration = self.file()
        wizard = self.open(self.invoice())
        wizard.action_add()
        self.assertEqual(
            set(wizard.move_id.invoice_line_ids.mapped("display_type")), {"product"}
        )
        self.post_invoices(wizard.move_id)
        self.assert_items(
            wizard.move_id,
            [
                *self.outlay_items(self.client),
                *self.service_items(self.client),
                self.due(self.client, OUTLAYS + SERVICE * 1.15),
            ],
        )
        self.assert_money(declaration, to_bill=0, control_balance=0)

    def test_nothing_ticked_is_said(self):
        self.file()
        wizard = self.open(self.invoice())
        wizard.chosen_ids = []
        with self.assertRaisesRegex(UserError, "Tick at least one"):
            wizard.action_add()

    def test_what_somebody_else_billed_meanwhile_is_said(self):
        declaration = self.file()
        wizard = self.open(self.invoice())
        other = self.open(self.invoice())
        other.chosen_ids = [self.charge(declaration, "CID").id]
        other.action_add()
        with self.assertRaisesRegex(
            UserError, f"CID .* of {declaration.name} is on .* by now"
        ):
            wizard.action_add()
        self.assertFalse(wizard.move_id.invoice_line_ids, "all or nothing")
        wizard.chosen_ids = (
            declaration.charge_ids - self.charge(declaration, "CID")
        ).ids
        wizard.action_add()
        self.assertEqual(len(wizard.move_id.invoice_line_ids), 3)
        self.assert_money(declaration, to_bill=0)

    def test_five_hundred_charges(self):
        declaration = self.file(service=0)
        self.env["customs.charge"].create(
            [
                {
                    "declaration_id": declaration.id,
                    "charge_code_id": self.service_code.id,
                    "amount": 1 + number,
                }
                for number in range(500)
            ]
        )
        wizard = self.open(self.invoice())
        self.assertEqual(len(wizard.chosen_ids), 503)
        wizard.action_add()
        self.assertEqual(wizard.move_id.amount_untaxed, OUTLAYS + sum(range(1, 501)))
        self.assert_money(declaration, to_bill=0)
