"""Deferment and customs cash accounts: balances, limits, due dates, payments."""

from common import CustomsCase
from psycopg2.errors import ForeignKeyViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger


class TestPaymentAccounts(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_codes = {
            code: cls.env.ref(f"customs_invoicing.tax_code_{code.lower()}")
            for code in ("CID", "VAT")
        }
        cls.deferment = cls._create_account("DEF 100")
        cls.cash = cls._create_account("CASH 200", kind="cash")
        cls.debt = cls.company.customs_deferment_payable_account_id
        cls.money = cls.company.customs_customs_cash_account_id
        cls.bank = cls.company._get_customs_bank_journal().default_account_id

    # === HELPERS === #

    @classmethod
    def _create_account(cls, number, **vals):
        return cls.env["customs.payment.account"].create(
            {
                "number": number,
                "name": f"Account {number}",
                "authority_id": cls.authority.id,
                **vals,
            }
        )

    def file(self, *amounts, account=None, date="2026-03-03", **vals):
        """Return an assessed file of a client; amounts of duty and VAT."""
        if vals.get("capacity", "direct") != "own":
            vals.setdefault("client_id", self.client.id)
        declaration = self.typed(
            **{
                "capacity": "direct",
                "payment_account": (account or self.deferment).number,
                "registration_date": date,
                **vals,
            }
        )
        rows = [
            {
                "tax_code_id": self.tax_codes[code].id,
                "item_number": 1,
                "base": 1000.0,
                "amount_assessed": amount,
            }
            for code, amount in zip(("CID", "VAT"), amounts, strict=False)
        ]
        declaration._record_assessment(rows, date=date)
        return declaration

    def top_up(self, amount, date="2026-03-02", **vals):
        wizard = self.env["customs.top.up"].create(
            {
                "account_id": self.cash.id,
                "amount": amount,
                "date": date,
                "reference": "CDSC 200",
                **vals,
            }
        )
        action = wizard.action_confirm()
        return self.env["account.move"].browse(action["res_id"])

    def assert_account(self, account, **expected):
        account.invalidate_recordset()
        names = {"pledged": "amount_pledged", "available": "amount_available"}
        found = {key: account[names.get(key, key)] for key in expected}
        self.assertEqual(found, expected)

    def pay_statement(self, account, day=None):
        """Pay through the button and Odoo's own wizard; return the payments."""
        account.invalidate_recordset()
        action = account.action_pay_statement(day)
        wizard = (
            self.env[action["res_model"]].with_context(**action["context"]).create({})
        )
        return wizard._create_payments()

    # === DUE DATES === #

    def test_due_dates(self):
        cases = (
            ({}, "2026-03-31", "2026-04-15"),
            ({"due_number": 16}, "2026-03-03", "2026-04-16"),
            ({"due_rule": "month_workday"}, "2026-03-24", "2026-04-21"),
            ({"due_rule": "days_charge", "due_number": 30}, "2026-03-03", "2026-04-02"),
            ({"statement_cycle": "mid_month"}, "2026-03-16", "2026-05-15"),
            ({"due_weekend": "previous"}, "2026-07-10", "2026-08-14"),
        )
        for vals, day, expected in cases:
            account = self._create_account(f"D {vals}", **vals)
            day, expected = fields.Date.to_date(day), fields.Date.to_date(expected)
            with self.subTest(vals=vals):
                self.assertEqual(account._get_due_date(day), expected)
                self.assertTrue(account.due_example)
        # cash is gone at once
        day = fields.Date.to_date("2026-03-07")
        self.assertEqual(self.cash._get_due_date(day), day)
        self.assertEqual(
            self.deferment._get_statement_period(day),
            (fields.Date.to_date("2026-03-01"), fields.Date.to_date("2026-03-31")),
        )

    def test_impossible_days_are_refused(self):
        for vals in (
            {"due_number": 32},
            {"due_number": 0},
            {"due_rule": "month_workday", "due_number": 24},
            {"due_rule": "days_cycle", "due_number": -1},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(ValidationError, "no possible day"),
                self.env.cr.savepoint(),
            ):
                self.deferment.write(vals)

    def test_impossible_accounts_are_refused(self):
        cases = (
            ({"limit_amount": -1}, "cannot be negative"),
            ({"warn_percent": 101}, "between 0 and 100"),
            (
                {"letter_date_from": "2026-02-01", "letter_date_to": "2026-01-01"},
                "ends before it begins",
            ),
            ({"account_id": self.money.id}, "cannot be the ledger account"),
        )
        for vals, message in cases:
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, message),
                self.env.cr.savepoint(),
            ):
                self.deferment.write(vals)
        with (
            self.assertRaisesRegex(ValidationError, "cannot be the ledger account"),
            self.env.cr.savepoint(),
        ):
            self.cash.account_id = self.debt
        self.assertEqual(self.deferment._get_ledger_account(), self.debt)
        self.assertEqual(self.cash._get_ledger_account(), self.money)

    # === DEFERMENT === #

    def test_deferment_from_assessment_to_debit(self):
        """Duty 1 684.00 and VAT 8 394.96; invoice 10 446.77; debited on 16 April."""
        self.deferment.write({"due_number": 16, "limit_amount": 50000})
        declaration = self.file(1684.00, 8394.96)
        self.assert_account(
            self.deferment, balance=0.0, pledged=10078.96, available=39921.04
        )
        self.post_assessment(declaration)
        move = declaration._get_customs_moves()
        self.assert_items(
            move,
            [
                (
                    self.control,
                    self._partner_of_control(move),
                    1684.00,
                    "",
                    "CID",
                    "",
                ),
                (
                    self.control,
                    self._partner_of_control(move),
                    8394.96,
                    "",
                    "VAT",
                    "",
                ),
                (self.debt, self.authority, -10078.96, "", "", ""),
            ],
        )
        self.assert_account(
            self.deferment,
            balance=10078.96,
            pledged=0.0,
            available=39921.04,
            next_due_date=fields.Date.to_date("2026-04-16"),
            next_due_amount=10078.96,
        )
        fees = self.add_service(declaration, 309.08)
        fees.name = "Clearance and advance fee"
        self.service_code.product_id.taxes_id = self.company.account_sale_tax_id
        self.company.account_sale_tax_id.amount = 19
        invoice = self.bill(declaration, "2026-03-04")
        self.assertEqual(invoice.amount_total, 10446.77)
        self.pay(invoice, payment_date="2026-03-18")
        payment = self.pay_statement(self.deferment)
        self.assertEqual(len(payment), 1)
        self.assertEqual(payment.date, fields.Date.to_date("2026-04-16"))
        self.assertEqual(payment.memo, "DEF 100")
        self.assert_items(
            payment.move_id,
            [
                (self.debt, self.authority, 10078.96, "", "", ""),
                (self.bank, self.authority, -10078.96, "", "", ""),
            ],
        )
        for account, balance in (
            (self.control, 0.0),
            (self.debt, 0.0),
            (self.receivable, 0.0),
            (self.bank, 367.81),
            (self.income, -309.08),
        ):
            with self.subTest(account=account.name):
                self.assertAlmostEqual(self.account_balance(account), balance, 2)
        self.assert_account(
            self.deferment, balance=0.0, available=50000.00, next_due_date=False
        )

    def _partner_of_control(self, move):
        """Partner of items on the control account: bills carry their vendor."""
        return self.authority if move.is_invoice() else self.client

    def test_one_payment_clears_a_statement_of_many_declarations(self):
        """900.00 and 1 450.00 are ours, 610.00 is in dispute; debit 2 960.00."""
        clearing = self.clearing
        first = self.file(900.00, capacity="own", date="2026-03-05")
        second = self.file(1450.00, capacity="own", date="2026-03-19")
        later = self.file(70.00, capacity="own", date="2026-04-02")
        for declaration in (first, second, later):
            self.post_assessment(declaration)
            move = declaration._get_customs_moves()
            amount = declaration.amount_payable
            self.assert_items(
                move,
                [
                    (clearing, self.authority, amount, "", "CID", ""),
                    (self.debt, self.authority, -amount, "", "", ""),
                ],
            )
        dispute = self.company.customs_dispute_recv_account_id
        entry = self.env["account.move"]._create_customs_entry(
            self.company,
            "dispute",
            fields.Date.to_date("2026-04-07"),
            [
                {
                    "account_id": dispute.id,
                    "partner_id": self.broker.id,
                    "balance": 610.00,
                },
                {
                    "account_id": self.debt.id,
                    "partner_id": self.authority.id,
                    "balance": -610.00,
                    "date_maturity": "2026-04-15",
                    "customs_payment_account_id": self.deferment.id,
                },
            ],
        )
        entry._post(soft=False)
        self.assert_account(
            self.deferment,
            balance=3030.00,
            next_due_date=fields.Date.to_date("2026-04-15"),
            next_due_amount=2960.00,
        )
        payment = self.pay_statement(self.deferment, "2026-04-15")
        self.assert_items(
            payment.move_id,
            [
                (self.debt, self.authority, 2960.00, "", "", ""),
                (self.bank, self.authority, -2960.00, "", "", ""),
            ],
        )
        self.assert_account(
            self.deferment,
            balance=70.00,
            next_due_date=fields.Date.to_date("2026-05-15"),
            next_due_amount=70.00,
        )
        self.assertEqual(self.account_balance(self.debt), -70.00)
        self.assertEqual(self.account_balance(dispute), 610.00)
        self.assertEqual(self.account_balance(clearing), 2420.00)
        items = (first | second)._get_customs_moves().line_ids
        debts = items.filtered(lambda line: line.account_id == self.debt)
        self.assertEqual(debts.mapped("reconciled"), [True, True])
        with self.assertRaisesRegex(UserError, "Nothing posted on DEF 100.* is due by"):
            self.deferment.action_pay_statement("2026-04-15")

    def test_united_states_statement_on_the_15th_working_day(self):
        """Duty and fees of 36 565.68, assessed on 24 March, debited on 21 April."""
        self.deferment.due_rule = "month_workday"
        declaration = self.file(36565.68, capacity="own", date="2026-03-24")
        self.post_assessment(declaration)
        debt = declaration._get_customs_moves().line_ids.filtered(
            lambda line: line.account_id == self.debt
        )
        self.assertEqual(debt.date_maturity, fields.Date.to_date("2026-04-21"))
        payment = self.pay_statement(self.deferment)
        self.assertEqual(payment.date, fields.Date.to_date("2026-04-21"))
        self.assertEqual(payment.amount, 36565.68)
        self.assertEqual(self.account_balance(self.debt), 0.0)
        self.assertEqual(self.account_balance(self.bank), -36565.68)

    def test_a_part_payment_leaves_the_rest_open(self):
        declaration = self.file(900.00)
        self.post_assessment(declaration)
        action = self.deferment.action_pay_statement()
        wizard = (
            self.env["account.payment.register"]
            .with_context(**action["context"])
            .create({"amount": 500.00})
        )
        wizard._create_payments()
        self.assert_account(self.deferment, balance=400.00, next_due_amount=400.00)

    def test_reversing_gives_the_limit_back(self):
        self.deferment.limit_amount = 2000
        declaration = self.file(900.00)
        self.post_assessment(declaration)
        move = declaration._get_customs_moves()
        reversal = move._reverse_moves(
            [{"date": "2026-03-12", "invoice_date": "2026-03-12"}], cancel=True
        )
        debt = reversal.line_ids.filtered(lambda line: line.account_id == self.debt)
        self.assertEqual(debt.customs_payment_account_id, self.deferment)
        # it will be charged again: the assessment stands
        self.assert_account(
            self.deferment, balance=0.0, pledged=900.00, available=1100.00
        )
        copy = move.copy()
        self.assertFalse(copy.line_ids.customs_payment_account_id)

    def test_an_account_may_have_its_own_ledger_account(self):
        own = self.debt.copy({"name": "Deferment DEF 100"})
        self.deferment.account_id = own
        declaration = self.file(900.00)
        self.post_assessment(declaration)
        self.assertEqual(self.account_balance(own), -900.00)
        self.assertEqual(self.account_balance(self.debt), 0.0)
        self.assert_account(self.deferment, balance=900.00)
        for vals in ({"account_id": False}, {"kind": "cash"}):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, "carries journal items"),
            ):
                self.deferment.write(vals)
        with self.assertRaises(ForeignKeyViolation), mute_logger("odoo.sql_db"):
            self.deferment.unlink()

    # === CASH === #

    def test_cash_account_topped_up_drawn_and_billed(self):
        """Top-up 10 000.00, drawdown 4 840.00, 5 160.00 left."""
        entry = self.top_up(10000.00)
        self.assert_items(
            entry,
            [
                (self.money, self.authority, 10000.00, "", "", ""),
                (self.bank, self.authority, -10000.00, "", "", ""),
            ],
        )
        self.assertRecordValues(
            entry,
            [
                {
                    "state": "posted",
                    "move_type": "entry",
                    "customs_event": "top_up",
                    "ref": "CDSC 200",
                    "journal_id": self.company._get_customs_bank_journal().id,
                    "date": fields.Date.to_date("2026-03-02"),
                }
            ],
        )
        declaration = self.file(1200.00, 3640.00, account=self.cash)
        self.assert_account(
            self.cash, balance=10000.00, pledged=4840.00, available=5160.00
        )
        self.post_assessment(declaration)
        self.assert_items(
            declaration._get_customs_moves(),
            [
                (self.control, self.client, 1200.00, "", "CID", ""),
                (self.control, self.client, 3640.00, "", "VAT", ""),
                (self.money, self.client, -4840.00, "", "", ""),
            ],
        )
        self.assert_account(self.cash, balance=5160.00, pledged=0.0, available=5160.00)
        self.add_service(declaration, 181.00)
        self.company.account_sale_tax_id.amount = 20
        invoice = self.bill(declaration, "2026-03-04")
        self.assertEqual(invoice.amount_total, 5057.20)
        self.pay(invoice)
        for account, balance in (
            (self.control, 0.0),
            (self.money, 5160.00),
            (self.receivable, 0.0),
            (self.bank, -4942.80),
        ):
            with self.subTest(account=account.name):
                self.assertAlmostEqual(self.account_balance(account), balance, 2)

    def test_repayment_is_the_other_way_round(self):
        self.top_up(1000.00)
        entry = self.top_up(300.00, date="2026-03-05", direction="repayment")
        self.assert_items(
            entry,
            [
                (self.money, self.authority, -300.00, "", "", ""),
                (self.bank, self.authority, 300.00, "", "", ""),
            ],
        )
        self.assert_account(self.cash, balance=700.00)
        with self.assertRaisesRegex(UserError, "CASH 200 Account CASH 200 holds .*700"):
            self.top_up(700.01, direction="repayment")
        self.assert_account(self.cash, balance=700.00)

    def test_top_ups_that_cannot_be(self):
        with self.assertRaisesRegex(UserError, "above zero"):
            self.top_up(0.0)
        with self.assertRaisesRegex(UserError, "no customs cash account of ours"):
            self.top_up(10.0, account_id=self.deferment.id)
        foreign = self.company._get_customs_bank_journal().copy({"name": "EUR bank"})
        foreign.currency_id = self.env.ref("base.EUR")
        with self.assertRaisesRegex(UserError, "is in EUR. Choose a journal in USD"):
            self.top_up(10.0, journal_id=foreign.id)
        self.assert_account(self.cash, balance=0.0)

    def test_opening_balance_typed_by_hand_counts(self):
        equity = self.company_data["default_account_revenue"]
        move = self.env["account.move"].create(
            {
                "date": "2026-01-01",
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": self.money.id,
                            "balance": 250.00,
                            "customs_payment_account_id": self.cash.id,
                        },
                    ),
                    (0, 0, {"account_id": equity.id, "balance": -250.00}),
                ],
            }
        )
        self.assert_account(self.cash, balance=0.0)
        move.action_post()
        self.assert_account(self.cash, balance=250.00)

    # === PLEDGES === #

    def test_lodged_files_pledge_what_we_expect(self):
        self.deferment.limit_amount = 1000
        declaration = self.typed(  # duty 50.00, VAT 157.50
            capacity="direct", client_id=self.client.id, payment_account="def100"
        )
        self.assert_account(self.deferment, pledged=0.0)
        declaration.action_mark_ready()
        declaration.action_lodge()
        self.assert_account(
            self.deferment, pledged=207.50, available=792.50, pledged_count=1
        )
        self.assertEqual(self.deferment._get_pledged_declarations(), declaration)
        # what is postponed is not paid
        self.env["customs.payment.instruction"].create(
            {
                "kind": "vat",
                "method_id": self.env.ref("customs_invoicing.payment_method_p9").id,
            }
        )
        self.assert_account(self.deferment, pledged=50.00)
        declaration.line_ids.customs_value = 2000
        declaration.action_calculate()
        self.assert_account(self.deferment, pledged=100.00)
        # the assessment takes its place, and posting it the place of that
        rows = [
            {
                "tax_code_id": self.tax_codes["CID"].id,
                "item_number": 1,
                "base": 2000.0,
                "amount_assessed": 101.00,
            }
        ]
        declaration._record_assessment(rows, date="2026-03-06")
        self.assert_account(self.deferment, pledged=101.00, balance=0.0)
        self.post_assessment(declaration)
        self.assert_account(self.deferment, pledged=0.0, balance=101.00)
        # a new version pledges what it adds
        rows[0]["amount_assessed"] = 111.00
        declaration._record_assessment(rows, date="2026-03-07", reason="correction")
        self.assert_account(
            self.deferment, pledged=10.00, balance=101.00, available=889.00
        )

    def test_files_of_others_and_cancelled_ones_pledge_nothing(self):
        clients = self._create_account("DAN 1", holder_id=self.client.id)
        memo = self.file(900.00, account=clients)
        self.assertEqual(memo.charge_ids.payment_account_id, clients)
        self.assert_account(clients, pledged=0.0, balance=0.0, limit_state="none")
        cancelled = self.file(70.00)
        self.assert_account(self.deferment, pledged=70.00)
        cancelled.action_cancel()
        self.assert_account(self.deferment, pledged=0.0)

    def test_pledges_of_a_tariff_in_another_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            [
                {"currency_id": euro.id, "name": day, "rate": rate}
                for day, rate in (("2026-01-01", 0.5), ("2026-03-20", 0.4))
            ]
        )
        self.tariff.currency_id = euro
        declaration = self.file(100.00)
        self.assertEqual(declaration.tariff_currency_id, euro)
        self.assert_account(self.deferment, pledged=200.00)
        self.post_assessment(declaration)
        self.assert_account(self.deferment, pledged=0.0, balance=200.00)

    # === LIMITS === #

    def test_states_of_the_limit(self):
        self.deferment.limit_amount = 1000
        states = []
        for amount in (799.00, 1.00, 200.00, 0.01):
            self.file(amount)
            self.deferment.invalidate_recordset()
            states.append(
                (self.deferment.limit_state, round(self.deferment.usage_percent, 1))
            )
        self.assertEqual(
            states,
            [("ok", 79.9), ("near", 80.0), ("near", 100.0), ("over", 100.0)],
        )
        accounts = self.env["customs.payment.account"]
        found = accounts.search([("limit_state", "=", "over")])
        self.assertEqual(found, self.deferment)
        self.assertIn(
            self.deferment, accounts.search([("limit_state", "in", ["near", "over"])])
        )
        self.assertNotIn(
            self.deferment, accounts.search([("limit_state", "!=", "over")])
        )
        # a cash account is low below its own amount
        self.top_up(100.00)
        self.assert_account(self.cash, limit_state="ok")
        self.cash.low_balance = 100.01
        self.assert_account(self.cash, limit_state="near")
        self.file(100.01, account=self.cash)
        self.assert_account(self.cash, limit_state="over", available=-0.01)
        no_limit = self._create_account("DEF 300")
        self.assert_account(no_limit, limit_state="none", available=0.0)

    def test_limit_that_blocks(self):
        self.deferment.write({"limit_amount": 1000, "on_limit": "block"})
        first, second = self.file(900.00), self.file(150.00)
        # 900.00 alone would do, but 150.00 are pledged too
        for declaration in (first, second):
            with self.assertRaisesRegex(
                UserError, "DEF 100.* would be .*50.00 over its limit of .*1,000.00"
            ):
                declaration.action_post_assessment()
            self.assertFalse(declaration._get_customs_moves())
        self.assertIn("over its limit", first.warning_message)
        second.action_cancel()
        first.invalidate_recordset(["warning_message"])
        self.deferment.invalidate_recordset()
        self.assertIn("DEF 100 Account DEF 100 has", first.warning_message)
        self.post_assessment(first)
        self.assert_account(self.deferment, balance=900.00, available=100.00)

    def test_limit_that_warns(self):
        self.deferment.limit_amount = 1000
        declaration = self.file(1000.01)
        self.assertIn("0.01 over its limit", declaration.warning_message)
        self.post_assessment(declaration)
        self.assert_account(self.deferment, limit_state="over")

    def test_lodging_what_the_account_cannot_bear(self):
        self.cash.on_limit = "block"
        self.top_up(207.49)
        declaration = self.typed(
            capacity="direct", client_id=self.client.id, payment_account="CASH 200"
        )
        declaration.action_mark_ready()
        self.assertIn("CASH 200 lacks", declaration.warning_message)
        with self.assertRaisesRegex(UserError, "CASH 200 lacks .*0.01.* Top it up"):
            declaration.action_lodge()
        self.assertEqual(declaration.state, "ready")
        self.top_up(0.01)
        declaration.invalidate_recordset()
        declaration.action_lodge()
        self.assertEqual(declaration.state, "lodged")
        self.assert_account(self.cash, available=0.0, limit_state="ok")

    def test_checking_amounts_that_are_not_pledged(self):
        self.deferment.write({"limit_amount": 1000, "on_limit": "block"})
        declaration = self.file(900.00)
        check = self.env["customs.payment.account"]._check_limit
        check({self.deferment: 900.00})
        check({self.deferment: 1000.00}, declaration)
        with self.assertRaisesRegex(UserError, "over its limit"):
            check({self.deferment: 1000.01}, declaration)
        with self.assertRaisesRegex(UserError, "over its limit"):
            check({self.deferment: 100.01}, self.file(0.0))
        check({self.deferment: -5000.00}, declaration)
        self.deferment.on_limit = "warn"
        check({self.deferment: 5000.00}, declaration)

    # === LETTERS === #

    def test_letters_of_authority(self):
        self.assertFalse(self.deferment.letter_warning)
        today = fields.Date.context_today(self.deferment)
        cases = (
            ({"letter_date_to": fields.Date.subtract(today, days=1)}, "ended"),
            ({"letter_date_to": fields.Date.add(today, days=10)}, "ends soon"),
            ({"letter_date_to": fields.Date.add(today, days=60)}, None),
            ({"letter_date_from": fields.Date.add(today, days=5)}, "not valid yet"),
        )
        for vals, words in cases:
            self.deferment.write(
                {
                    "letter_reference": "LOA 1",
                    "letter_date_from": False,
                    "letter_date_to": False,
                    **vals,
                }
            )
            with self.subTest(vals=vals):
                if words:
                    self.assertIn(words, self.deferment.letter_warning)
                else:
                    self.assertFalse(self.deferment.letter_warning)
        clients = self._create_account("DAN 1", holder_id=self.client.id)
        self.assertIn("no letter of authority is on file", clients.letter_warning)

    # === QUERIES === #

    def queries(self, function, *args):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = function(*args)
        return self.env.cr.sql_log_count - before, result

    def test_balances_of_many_accounts_take_one_query(self):
        accounts = self.env["customs.payment.account"].create(
            [
                {"number": f"M{n}", "name": "Many", "limit_amount": 1000}
                for n in range(63)
            ]
        )
        for account in accounts[:3]:
            self.post_assessment(self.file(10.00, account=account))
            self.file(20.00, account=account)
        accounts.mapped("is_ours")
        before = self.env.cr.sql_log_count
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        rows = accounts._query_balances()
        self.assertEqual(self.env.cr.sql_log_count - before, 1)
        self.assertEqual(len(rows), 63)
        self.assertEqual(rows[accounts[0].id], (10.0, -10.0, 20.0, 1))
        names = [
            "balance",
            "amount_pledged",
            "amount_available",
            "usage_percent",
            "limit_state",
            "pledged_count",
            "statement_count",
            "next_due_date",
            "next_due_amount",
            "letter_warning",
        ]
        few, values = self.queries(accounts.browse(accounts[:3].ids).read, names)
        many, values = self.queries(accounts.browse(accounts[3:].ids).read, names)
        self.assertEqual(len(values), 60)
        self.assertLessEqual(many, few)
        self.assertLess(many, 15)

    # === COMPANIES AND RIGHTS === #

    def test_accounts_of_another_company_are_apart(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.env["customs.payment.account"].create(
            {
                "number": "DEF 100",
                "name": "Theirs",
                "company_id": other.id,
                "holder_id": other.partner_id.id,
            }
        )
        self.assertTrue(theirs.is_ours)
        self.post_assessment(self.file(10.00))
        self.assert_account(theirs, balance=0.0, pledged=0.0)
        self.assert_account(self.deferment, balance=10.00)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self._create_account("def-100")
        user = new_test_user(
            self.env,
            login="customs_user",
            groups="base.group_user,customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        found = self.env["customs.payment.account"].with_user(user).search([])
        self.assertIn(self.deferment, found)
        self.assertNotIn(theirs, found)

    def test_users_read_managers_keep_verifiers_pay_in(self):
        users = {
            role: new_test_user(
                self.env,
                login=f"customs_{role}",
                groups=f"base.group_user,customs_invoicing.group_customs_{role}",
                company_id=self.company.id,
            )
            for role in ("auditor", "user", "verifier", "manager")
        }
        self.top_up(100.00)
        self.post_assessment(self.file(10.00))
        self.env.flush_all()
        for role, user in users.items():
            self.env.invalidate_all()
            account = self.deferment.with_user(user)
            with self.subTest(role=role):
                self.assertEqual(account.balance, 10.00)
                self.assertEqual(account.next_due_amount, 10.00)
                self.assertEqual(self.cash.with_user(user).balance, 100.00)
                if role == "manager":
                    account.limit_amount = 1000
                    account.action_archive()
                else:
                    with self.assertRaises(AccessError):
                        account.limit_amount = 1000
        vals = {"account_id": self.cash.id, "amount": 5.00}
        for role in ("auditor", "user"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.env["customs.top.up"].with_user(users[role]).create(vals)
        wizard = self.env["customs.top.up"].with_user(users["verifier"]).create(vals)
        action = wizard.action_confirm()
        entry = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(entry.create_uid, users["verifier"])
        self.assert_account(self.cash, balance=105.00)

    # === SCREENS === #

    def test_screens_open(self):
        declaration = self.file(10.00)
        self.post_assessment(self.file(20.00))
        self.top_up(5.00)
        with Form(self.deferment) as form:
            form.limit_amount = 500
            self.assertEqual(form.balance, 20.00)
        with Form(self.env["customs.payment.account"]) as form:
            form.number, form.name, form.kind = "NEW 1", "New", "cash"
            form.authority_id = self.authority
        self.assertTrue(form.record.is_ours)
        action = self.deferment.action_view_pledged()
        files = self.env["customs.declaration"].search(action["domain"])
        self.assertEqual(files, declaration)
        items = self.env["account.move.line"]
        found = items.search(self.deferment.action_view_items()["domain"])
        self.assertEqual(found.mapped("balance"), [-20.00])
        found = items.search(self.deferment.action_view_open_items()["domain"])
        self.assertEqual(found.mapped("amount_residual"), [-20.00])
        statement = self.env["customs.statement"].create(
            {"name": "March", "payment_account_id": self.deferment.id}
        )
        self.assertEqual(self.deferment.statement_count, 1)
        action = self.deferment.action_view_statements()
        found = self.env["customs.statement"].search(action["domain"])
        self.assertEqual(found, statement)
        action = self.cash.action_top_up()
        form = Form(self.env["customs.top.up"].with_context(**action["context"]))
        self.assertEqual(form.account_id, self.cash)
        self.assertEqual(form.balance, 5.00)
        self.assertEqual(form.journal_id, self.company._get_customs_bank_journal())
