"""Later versions of an assessment, and assessments in another currency."""

from posting import CAPACITIES, DOCUMENTS, PostingCase

from odoo import Command, fields
from odoo.exceptions import UserError


class TestPostingVersions(PostingCase):
    """A later version posts the difference only; twice is once."""

    def test_more_and_less_in_every_capacity_and_document(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for capacity in CAPACITIES:
                with self.subTest(f"{capacity} {document}"):
                    self._assert_versions(capacity, document == "entry")

    def _assert_versions(self, capacity, entry):
        """First 100 + 315; then 140 + 330; then 30 + 315 with a fee of 5."""
        declaration = self.file(capacity)
        self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        self.post(declaration)
        steps = (
            ({"CID": 140.0, "VAT": 330.0}, {"CID": 40.0, "VAT": 15.0}, "in_invoice"),
            (
                {"CID": 30.0, "VAT": 315.0, "CSF": 5.0},
                {"CID": -110.0, "VAT": -15.0, "CSF": 5.0},
                "in_refund",
            ),
        )
        for day, (amounts, differences, move_type) in enumerate(steps, start=8):
            self.assess(declaration, *amounts.items(), date=f"2026-03-{day:02d}")
            self.assertTrue(declaration.has_unposted_assessment)
            move = self.post(declaration)
            total = sum(differences.values())
            self.assertEqual(move.move_type, "entry" if entry else move_type)
            self.assert_items(
                move,
                [
                    *self.debits(capacity, entry, differences),
                    (self.payable, self.authority, -total, "", "", ""),
                ],
            )
            self.assert_links(move, declaration)
            self.assertFalse(declaration.has_unposted_assessment)
            self.assertFalse(self.post(declaration))
        self.assert_money(declaration, charged=350)
        self.assertEqual(self.account_balance(self.payable, declaration), -350.0)
        if capacity == "own":
            self.assertEqual(self.account_balance(self.clearing, declaration), 35.0)
            self.assertEqual(self.account_balance(self.neutral, declaration), 0.0)
            self.assertEqual(self.account_balance(self.vat_account, declaration), 315.0)
            base = sum(
                declaration._get_customs_moves()
                .line_ids.filtered("tax_ids")
                .mapped("balance")
            )
            self.assertAlmostEqual(base, 2100.0, 2)
        else:
            self.assertEqual(self.account_balance(self.control, declaration), 350.0)

    def test_everything_taken_back_leaves_nothing(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for capacity in CAPACITIES:
                with self.subTest(f"{capacity} {document}"):
                    declaration = self.file(capacity)
                    self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                    self.post(declaration)
                    self.assess(declaration, ("CID", 0.0), date="2026-03-09")
                    self.post(declaration)
                    for account in (
                        self.payable,
                        self.control,
                        self.clearing,
                        self.vat_account,
                        self.neutral,
                    ):
                        self.assertEqual(
                            self.account_balance(account, declaration), 0.0
                        )
                    self.assert_money(declaration, charged=0, to_bill=0)

    def test_same_total_between_two_taxes(self):
        """Duty becomes anti-dumping duty: nothing more is owed, two charges change."""
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file("direct")
                self.assess(declaration, ("CID", 100.0))
                self.post(declaration)
                self.assess(
                    declaration, ("CID", 60.0), ("A30", 40.0), date="2026-03-09"
                )
                move = self.post(declaration)
                self.assertEqual(
                    {
                        line.customs_tax_code: line.balance
                        for line in move.line_ids
                        if line.balance
                    },
                    {"CID": -40.0, "A30": 40.0},
                )
                self.assertEqual(declaration.current_assessment_id.state, "posted")
                self.assert_money(declaration, charged=100, control_balance=100)
                self.assertFalse(self.post(declaration))

    def test_difference_goes_the_way_the_charge_was_paid(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        self.pay_by(declaration, "deferment", "CID")
        self.pay_by(declaration, "payable", "VAT")
        self.post(declaration)
        self.assess(declaration, ("CID", 90.0), ("VAT", 330.0), date="2026-03-09")
        moves = self.post(declaration)
        self.assertEqual(
            {
                (line.account_id, line.balance)
                for line in moves.line_ids
                if line.account_id != self.control
            },
            {(self.role("deferment_payable"), 10.0), (self.payable, -15.0)},
        )

    def test_payment_of_what_is_posted_cannot_change(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.post(declaration)
        with self.assertRaisesRegex(UserError, "CID .*posted as paid by"):
            self.pay_by(declaration, "deferment")

    def test_refund_that_the_authority_pays_back_is_a_receivable(self):
        refund = self.role("refund_recv")
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for capacity in CAPACITIES:
                with self.subTest(f"{capacity} {document}"):
                    declaration = self.file(capacity)
                    self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                    self.post(declaration)
                    self.assess(
                        declaration,
                        ("CID", 60.0),
                        ("VAT", 309.0),
                        date="2026-03-09",
                        settlement="receivable",
                    )
                    move = self.post(declaration)
                    self.assertEqual(move.move_type, "entry")
                    self.assert_items(
                        move,
                        [
                            *self.debits(capacity, True, {"CID": -40.0, "VAT": -6.0}),
                            (refund, self.authority, 46.0, "", "", ""),
                        ],
                    )
                    self.assertEqual(
                        self.account_balance(self.payable, declaration), -415.0
                    )
                    self.assertFalse(self.post(declaration))
                    self.assert_money(declaration, charged=369)

    def test_receivable_is_only_what_is_less_of_one_payment(self):
        """Less on our deferment account comes back; more on notice is owed."""
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        self.pay_by(declaration, "deferment", "CID")
        self.pay_by(declaration, "payable", "VAT")
        self.post(declaration)
        self.assess(
            declaration,
            ("CID", 90.0),
            ("VAT", 330.0),
            date="2026-03-09",
            settlement="receivable",
        )
        moves = self.post(declaration)
        self.assertEqual(
            {
                (line.account_id, line.balance)
                for line in moves.line_ids
                if line.account_id != self.control
            },
            {(self.role("refund_recv"), 10.0), (self.payable, -15.0)},
        )

    def test_vat_alone_is_corrected_in_an_entry(self):
        """The base stays, so only the tax is booked; then again on a bill."""
        self.company.customs_assessment_document = "entry"
        declaration, who = self.file(), self.authority
        base = {"base": 2100.0, "rate": 15.0}
        self.assess(declaration, ("VAT", 315.0, base))
        self.post(declaration)
        self.assess(declaration, ("VAT", 315.01, base), date="2026-03-08")
        self.assert_items(
            self.post(declaration),
            [
                (self.vat_account, who, 0.01, f"T:{self.vat.name}", "VAT", ""),
                (self.payable, who, -0.01, "", "", ""),
            ],
        )
        self.company.customs_assessment_document = "bill"
        self.assess(declaration, ("VAT", 314.98, base), date="2026-03-09")
        self.post(declaration)
        self.assert_money(declaration, charged=314.98)
        self.assertFalse(self.post(declaration))
        lines = declaration._get_customs_moves().line_ids
        self.assertAlmostEqual(
            sum(lines.filtered("tax_ids").mapped("balance")), 2100.0, 2
        )

    def test_reversed_entry_is_posted_again(self):
        self.company.customs_assessment_document = "entry"
        for capacity in CAPACITIES:
            with self.subTest(capacity):
                declaration = self.file(capacity)
                assessment = self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                move = self.post(declaration)
                reversal = self.reverse_entry(move)
                self.assertEqual(reversal.customs_event, "assessment")
                self.assertEqual(assessment.state, "open")
                self.assert_money(declaration, charged=0, control_balance=0)
                again = self.post(declaration)
                self.assert_items(
                    again,
                    [
                        *self.debits(capacity, True, {"CID": 100.0, "VAT": 315.0}),
                        (self.payable, self.authority, -415.0, "", "", ""),
                    ],
                )
                self.assert_money(declaration, charged=415)

    def test_entry_reset_to_draft_is_posted_again_as_it_was(self):
        self.company.customs_assessment_document = "entry"
        for capacity in CAPACITIES:
            with self.subTest(capacity):
                declaration = self.file(capacity)
                assessment = self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                move = self.post(declaration)
                move.button_draft()
                self.assertEqual(assessment.state, "open")
                with self.assertRaisesRegex(UserError, "is a draft"):
                    declaration.action_post_assessment()
                move.action_post()
                self.assert_items(
                    move,
                    [
                        *self.debits(capacity, True, {"CID": 100.0, "VAT": 315.0}),
                        (self.payable, self.authority, -415.0, "", "", ""),
                    ],
                )
                self.assertEqual(assessment.state, "posted")

    def test_entry_keeps_the_authoritys_vat_whatever_is_done_to_it(self):
        """306.52 on a base of 2 043.34 is not 15 %: nothing computes it again."""
        self.company.customs_assessment_document = "entry"
        declaration = self.file()
        self.assess(declaration, ("VAT", 306.52, {"base": 2043.34, "rate": 15.0}))
        move = self.post(declaration)

        def expected(sign):
            who = self.authority
            return [
                (self.neutral, who, sign * 2043.34, self.vat.name, "VAT", ""),
                (self.neutral, who, sign * -2043.34, "", "VAT", ""),
                (self.vat_account, who, sign * 306.52, f"T:{self.vat.name}", "VAT", ""),
                (self.payable, who, sign * -306.52, "", "", ""),
            ]

        move.button_draft()
        move.line_ids[0].name = "Another label"
        move.ref = "Another reference"
        move.action_post()
        self.assert_items(move, expected(1))
        draft = move._reverse_moves([{"date": fields.Date.to_date("2026-03-22")}])
        self.assertEqual(draft.state, "draft")
        draft.line_ids[0].name = "Another label"
        draft.action_post()
        self.assert_items(draft, expected(-1))
        self.assert_money(declaration, charged=0)
        self.assert_items(self.post(declaration), expected(1))
        suspense = self.company.account_journal_suspense_account_id
        self.assertEqual(self.account_balance(suspense), 0.0)

    def test_edited_entry_is_not_posted(self):
        self.company.customs_assessment_document = "entry"
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        move = self.post(declaration)
        move.button_draft()
        more = {"CID": 110.0}
        move.write(
            {
                "line_ids": [
                    Command.update(
                        line.id, {"balance": more.get(line.customs_tax_code, -110.0)}
                    )
                    for line in move.line_ids
                ]
            }
        )
        with self.assertRaisesRegex(UserError, "differs from .* in CID"):
            move.action_post()

    def test_draft_is_not_posted_once_its_charges_are_paid_otherwise(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file("direct")
                self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                move = self.post(declaration)
                move.button_draft()
                self.pay_by(declaration, "deferment", "CID")
                with self.assertRaisesRegex(UserError, "CID .* is paid by now"):
                    move.action_post()
                move.unlink()
                moves = self.post(declaration)
                self.assertEqual(
                    {
                        (line.account_id, line.balance)
                        for line in moves.line_ids
                        if line.balance < 0
                    },
                    {
                        (self.role("deferment_payable"), -100.0),
                        (self.payable, -315.0),
                    },
                )

    def test_payment_may_change_once_all_is_reversed(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file("direct")
                self.assess(declaration, ("CID", 100.0))
                move = self.post(declaration)
                if document == "bill":
                    self.reverse(move)
                else:
                    self.reverse_entry(move)
                self.pay_by(declaration, "deferment")
                moves = self.post(declaration)
                self.assertIn(
                    (self.role("deferment_payable"), -100.0),
                    {(line.account_id, line.balance) for line in moves.line_ids},
                )
                self.assert_money(declaration, charged=100, control_balance=100)


class TestPostingCurrency(PostingCase):
    """The authority assesses in euros, the books are in dollars."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur = cls.setup_other_currency(
            "EUR", rates=[("2020-01-01", 0.8), ("2026-03-08", 0.7)]
        )
        cls.tariff.currency_id = cls.eur

    def found(self, move):
        return sorted(
            (line.account_id.code, line.balance, line.amount_currency)
            for line in move.line_ids
        )

    def test_both_amounts_are_right_in_every_document(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for capacity in CAPACITIES:
                with self.subTest(f"{capacity} {document}"):
                    self._assert_foreign(capacity)

    def _assert_foreign(self, capacity):
        """173.26 EUR at 0.8 are 216.575, 33.33 EUR are 41.6625 USD."""
        declaration = self.file(capacity)
        base = {"base": 1155.07, "rate": 15.0}
        assessment = self.assess(declaration, ("CID", 33.33), ("VAT", 173.26, base))
        move = self.post(declaration)
        duty, vat = (41.66, 33.33), (216.58, 173.26)
        debt = (self.payable.code, -258.24, -206.59)
        if capacity == "own":
            value = (self.neutral.code, 1443.84, 1155.07)
            expected = [
                (self.clearing.code, *duty),
                (self.vat_account.code, *vat),
                value,
                (value[0], -value[1], -value[2]),
                debt,
            ]
            tax_item = move.line_ids.filtered("tax_line_id")
            self.assertAlmostEqual(tax_item.tax_base_amount, 1443.84, 2)
        else:
            expected = [(self.control.code, *duty), (self.control.code, *vat), debt]
        self.assertEqual(self.found(move), sorted(expected))
        self.assertEqual(move.line_ids.currency_id, self.eur)
        self.assertEqual(assessment.state, "posted")
        self.assertFalse(self.post(declaration))
        passed_on = 0.0 if capacity == "own" else 258.24
        self.assert_money(
            declaration, charged=258.24, control_balance=passed_on, to_bill=passed_on
        )
        # the difference is converted on its own day, and never asked for again
        self.assess(
            declaration, ("CID", 40.33), ("VAT", 173.26, base), date="2026-03-08"
        )
        self.assertEqual(
            {
                (line.balance, line.amount_currency)
                for line in self.post(declaration).line_ids
            },
            {(10.0, 7.0), (-10.0, -7.0)},
        )
        self.assertFalse(self.post(declaration))
        self.assert_money(declaration, charged=268.24)
        if capacity != "own":
            self.bill(declaration)
            self.assert_money(declaration, billed=268.24, control_balance=0, to_bill=0)

    def test_thousandths_of_the_authority_survive(self):
        """A currency with three decimals is not cut to the cents of the books."""
        self.tariff.currency_id = dinar = self.env["res.currency"].create(
            {
                "name": "XDN",
                "symbol": "D",
                "rounding": 0.001,
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 0.4})],
            }
        )
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file()
                base = {"base": 100.123, "rate": 15.0}
                self.assess(declaration, ("CID", 10.001), ("VAT", 15.018, base))
                move = self.post(declaration)
                self.assertEqual(move.line_ids.currency_id, dinar)
                self.assertEqual(
                    self.found(move),
                    sorted(
                        [
                            (self.clearing.code, 25.0, 10.001),
                            (self.vat_account.code, 37.55, 15.018),
                            (self.neutral.code, 250.31, 100.123),
                            (self.neutral.code, -250.31, -100.123),
                            (self.payable.code, -62.55, -25.019),
                        ]
                    ),
                )
                self.assertFalse(self.post(declaration))

    def test_books_without_cents_keep_the_cents_of_the_authority(self):
        """Yen books, euro assessment: amounts in euros stay to the cent."""
        self.company.currency_id.rounding = 1.0
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file()
                base = {"base": 1155.07, "rate": 15.0}
                self.assess(declaration, ("CID", 33.33), ("VAT", 173.26, base))
                move = self.post(declaration)
                self.assertEqual(
                    self.found(move),
                    sorted(
                        [
                            (self.clearing.code, 42.0, 33.33),
                            (self.vat_account.code, 217.0, 173.26),
                            (self.neutral.code, 1444.0, 1155.07),
                            (self.neutral.code, -1444.0, -1155.07),
                            (self.payable.code, -259.0, -206.59),
                        ]
                    ),
                )
                self.assertFalse(self.post(declaration))

    def test_foreign_money_through_cash_and_bank(self):
        for mechanism in ("cash", "bank"):
            with self.subTest(mechanism):
                declaration = self.file("direct")
                self.assess(declaration, ("CID", 33.33))
                self.pay_by(declaration, mechanism)
                account, _partner = self.credit(mechanism)
                self.assertEqual(
                    self.found(self.post(declaration)),
                    sorted(
                        [
                            (self.control.code, 41.66, 33.33),
                            (account.code, -41.66, -33.33),
                        ]
                    ),
                )
                self.assertFalse(self.post(declaration))
