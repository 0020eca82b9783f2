"""Exchange differences of outlays in a foreign currency, moved onto the file."""

from common import CustomsCase, item, tax

from odoo.exceptions import UserError


class TestExchangeToFile(CustomsCase):
    """A bill of 1 150 EUR is booked at 0.92 and paid at 0.925 of our currency each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.euro.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            [
                {"currency_id": cls.euro.id, "name": day, "rate": 1 / rate}
                for day, rate in (
                    ("2026-03-01", 0.92),
                    ("2026-03-20", 0.925),
                    ("2026-04-01", 0.91),
                )
            ]
        )
        cls.vendor = cls.env["res.partner"].create({"name": "Overseas Agent"})
        cls.third_party = cls.env.ref("customs_invoicing.charge_code_third_party")
        cls.loss = cls.company.expense_currency_exchange_account_id
        cls.gain = cls.company.income_currency_exchange_account_id
        cls.bank_account = cls.company_data["default_journal_bank"].default_account_id
        cls.ap = cls.company_data["default_account_payable"]

    # === HELPERS === #

    def client_file(self, **vals):
        return self.import_sad(
            [item(price="1000.00", taxes=[tax("CID", rate="0", amount="0.00")])],
            **{"global_tax": "0", **vals},
        )

    def outlay_charge(self, declaration):
        return self.env["customs.charge"].create(
            {
                "declaration_id": declaration.id,
                "charge_code_id": self.third_party.id,
                "payee_id": self.vendor.id,
                "in_client_name": True,
            }
        )

    def vendor_bill(self, *parts, date="2026-03-10"):
        """Post a bill in euro of ``(charge or nothing, amount)``."""
        lines = []
        for charge, amount in parts:
            vals = {"name": "Agency", "quantity": 1, "price_unit": amount}
            vals["tax_ids"] = [(5,)]
            if charge:
                vals.update(
                    account_id=self.control.id,
                    customs_charge_id=charge.id,
                    customs_declaration_id=charge.declaration_id.id,
                )
            lines.append((0, 0, vals))
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.vendor.id,
                "currency_id": self.euro.id,
                "invoice_date": date,
                "date": date,
                "invoice_line_ids": lines,
            }
        )
        bill.action_post()
        return bill

    def entries(self, declaration):
        return self.env["account.move"].search(
            [
                ("customs_event", "=", "exchange"),
                ("line_ids.customs_declaration_id", "=", declaration.id),
            ],
            order="id",
        )

    def take_over(self, declaration):
        before = self.entries(declaration)
        declaration.action_take_over_exchange()
        return self.entries(declaration) - before

    # === THE WHOLE WAY === #

    def test_client_is_billed_what_was_paid(self):
        declaration = self.client_file()
        charge = self.outlay_charge(declaration)
        bill = self.vendor_bill((charge, 1150))
        self.assert_money(declaration, charged=1058, to_bill=1058)
        with self.assertRaisesRegex(UserError, "bear all exchange differences"):
            declaration.action_take_over_exchange()
        self.pay(bill, payment_date="2026-03-25")
        self.assertAlmostEqual(self.account_balance(self.loss), 5.75, 2)
        declaration.invalidate_recordset()
        self.assertAlmostEqual(declaration.exchange_to_move, 5.75, 2)

        move = self.take_over(declaration)
        self.assertEqual(move.date.isoformat(), "2026-03-25")
        self.assert_items(
            move,
            [
                (self.control, self.client, 5.75, "", "", ""),
                (self.loss, self.env["res.partner"], -5.75, "", "", ""),
            ],
        )
        on_control = move.line_ids.filtered(lambda x: x.account_id == self.control)
        self.assertEqual(on_control.customs_charge_id, charge)
        self.assertEqual(move.line_ids.customs_declaration_id, declaration)
        self.assertFalse((move.line_ids - on_control).customs_charge_id)
        declaration.invalidate_recordset()
        self.assertEqual(declaration.exchange_to_move, 0.0)
        with self.assertRaisesRegex(UserError, "bear all exchange differences"):
            declaration.action_take_over_exchange()

        self.assert_money(declaration, charged=1063.75, to_bill=1063.75)
        invoice = self.bill(declaration, date="2026-03-26")
        self.assertAlmostEqual(invoice.amount_total, 1063.75, 2)
        for account, balance in (
            (self.control, 0.0),
            (self.ap, 0.0),
            (self.loss, 0.0),
            (self.gain, 0.0),
            (self.receivable, 1063.75),
            (self.bank_account, -1063.75),
        ):
            with self.subTest(account=account.name):
                self.assertAlmostEqual(self.account_balance(account), balance, 2)

    def test_gain_makes_the_outlay_cheaper(self):
        declaration = self.client_file()
        bill = self.vendor_bill((self.outlay_charge(declaration), 1000))
        self.pay(bill, payment_date="2026-04-02")
        move = self.take_over(declaration)
        self.assert_items(
            move,
            [
                (self.control, self.client, -10.00, "", "", ""),
                (self.gain, self.env["res.partner"], 10.00, "", "", ""),
            ],
        )
        self.assert_money(declaration, charged=910, to_bill=910)
        self.assertAlmostEqual(self.account_balance(self.gain), 0.0, 2)

    # === PARTS === #

    def test_only_the_share_of_the_files_outlays(self):
        """Half of the bill is an outlay of two files, half our own cost."""
        first = self.client_file()
        second = self.client_file(
            registration=("C", "900", "3/6/26"), assessment=("A", "901", "3/6/26")
        )
        bill = self.vendor_bill(
            (self.outlay_charge(first), 300),
            (self.outlay_charge(second), 200),
            (None, 500),
        )
        self.pay(bill, payment_date="2026-03-25")
        (first | second).action_take_over_exchange()
        self.assertEqual(len(self.entries(first)), 1)
        self.assert_money(first, charged=277.50, control_balance=277.50)
        self.assert_money(second, charged=185.00, control_balance=185.00)
        self.assertAlmostEqual(self.account_balance(self.loss), 2.50, 2)

    def test_each_payment_adds_its_difference(self):
        declaration = self.client_file()
        bill = self.vendor_bill((self.outlay_charge(declaration), 1000))
        self.pay(bill, payment_date="2026-03-25", amount=400)
        self.take_over(declaration)
        self.assert_money(declaration, charged=922)
        self.pay(bill, payment_date="2026-04-02", amount=600)
        self.take_over(declaration)
        # 400 at 0.925 and 600 at 0.91
        self.assert_money(declaration, charged=916, to_bill=916)
        self.assertAlmostEqual(
            self.account_balance(self.loss) + self.account_balance(self.gain), 0.0, 2
        )

    # === UNDOING === #

    def test_undone_payment_takes_its_difference_back(self):
        declaration = self.client_file()
        bill = self.vendor_bill((self.outlay_charge(declaration), 1150))
        self.pay(bill, payment_date="2026-03-25")
        self.take_over(declaration)
        bill.line_ids.remove_move_reconcile()
        declaration.invalidate_recordset()
        self.assertAlmostEqual(declaration.exchange_to_move, -5.75, 2)
        move = self.take_over(declaration)
        self.assert_items(
            move,
            [
                (self.control, self.client, -5.75, "", "", ""),
                (self.loss, self.env["res.partner"], 5.75, "", "", ""),
            ],
        )
        self.assert_money(declaration, charged=1058, control_balance=1058)
        self.assertAlmostEqual(self.account_balance(self.loss), 0.0, 2)
        with self.assertRaisesRegex(UserError, "bear all exchange differences"):
            declaration.action_take_over_exchange()

    def test_reversed_entry_can_be_made_again(self):
        declaration = self.client_file()
        bill = self.vendor_bill((self.outlay_charge(declaration), 1150))
        self.pay(bill, payment_date="2026-03-25")
        self.take_over(declaration).action_customs_reverse()
        self.assert_money(declaration, charged=1058)
        self.take_over(declaration)
        self.assert_money(declaration, charged=1063.75)

    def test_late_difference_of_a_billed_outlay_is_billed_after(self):
        declaration = self.client_file()
        bill = self.vendor_bill((self.outlay_charge(declaration), 1150))
        self.bill(declaration)
        self.pay(bill, payment_date="2026-03-25")
        self.take_over(declaration)
        self.assert_money(declaration, to_bill=5.75, control_balance=5.75)

    # === BY ITSELF === #

    def test_policy_of_exact_outlay_moves_it_with_the_payment(self):
        self.company.customs_exact_outlay = True
        declaration = self.client_file()
        bill = self.vendor_bill((self.outlay_charge(declaration), 1150))
        self.pay(bill, payment_date="2026-03-25")
        self.assertEqual(len(self.entries(declaration)), 1)
        self.assert_money(declaration, charged=1063.75, to_bill=1063.75)

    def test_locked_month_moves_it_today(self):
        declaration = self.client_file()
        bill = self.vendor_bill((self.outlay_charge(declaration), 1150))
        self.pay(bill, payment_date="2026-03-25")
        self.company.fiscalyear_lock_date = "2026-03-31"
        move = self.take_over(declaration)
        self.assertGreater(move.date.isoformat(), "2026-03-31")
        self.assert_money(declaration, charged=1063.75)
