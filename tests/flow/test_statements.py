"""Statements of an authority, matched line by line with the books."""

from common import CustomsCase

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user


class TestStatements(CustomsCase):
    """A03: our deferment account, used by a broker for a declaration not ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cid = cls.env.ref("customs_invoicing.tax_code_cid")
        cls.deferment = cls.company._get_customs_account("deferment_payable")
        cls.dispute = cls.company._get_customs_account("dispute_recv")
        cls.account = cls.env["customs.payment.account"].create(
            {
                "name": "Deferment",
                "number": "DAN 1234567",
                "kind": "deferment",
                "authority_id": cls.authority.id,
            }
        )
        cls.by_deferment = cls.env.ref("customs_invoicing.payment_method_p1")
        cls.first = cls.assessed("C 301", 900)
        cls.second = cls.assessed("C 302", 1450)

    @classmethod
    def assessed(cls, number, duty):
        """Return an own import whose duty is posted on the deferment account."""
        declaration = cls.env["customs.declaration"].create(
            {
                "office_id": cls.office.id,
                "capacity": "own",
                "registration_number": number,
                "registration_date": "2026-03-05",
            }
        )
        declaration._record_assessment(
            [
                {
                    "tax_code_id": cls.cid.id,
                    "item_number": 0,
                    "base": duty * 20,
                    "rate": 5.0,
                    "amount_assessed": duty,
                }
            ],
            date="2026-03-05",
        )
        declaration.charge_ids.write(
            {
                "payment_method_id": cls.by_deferment.id,
                "payment_account_id": cls.account.id,
            }
        )
        declaration.action_post_assessment()
        return declaration

    def statement(self, *rows, **vals):
        return self.env["customs.statement"].create(
            {
                "name": "STM 2026-03",
                "payment_account_id": self.account.id,
                "date": "2026-04-07",
                "date_due": "2026-04-15",
                "line_ids": [
                    (0, 0, {"number": number, "amount": amount})
                    for number, amount in rows
                ],
                **vals,
            }
        )

    def march(self):
        return self.statement(
            ("TEST1/2026/C301", 900), (self.second.name, 1450), ("MRN3", 610)
        )

    def pay_statement(self, statement):
        action = statement.action_pay()
        wizard = (
            self.env[action["res_model"]]
            .with_context(**action["context"])
            .create({"payment_date": "2026-04-15", "group_payment": True})
        )
        return wizard._create_payments()

    # === THE MONTH === #

    def test_month_with_a_declaration_that_is_not_ours(self):
        statement = self.march()
        self.assertEqual(statement.authority_id, self.authority)
        self.assertEqual(statement.state, "draft")
        statement.action_match()
        self.assertRecordValues(
            statement.line_ids,
            [
                {"declaration_id": self.first.id, "status": "matched"},
                {"declaration_id": self.second.id, "status": "matched"},
                {"declaration_id": False, "status": "unknown"},
            ],
        )
        self.assertEqual(statement.amount_total, 2960)
        self.assertEqual(statement.amount_matched, 2350)
        self.assertEqual(statement.amount_unknown, 610)
        self.assertEqual(statement.amount_difference, 0)
        self.assertEqual(statement.state, "exceptions")
        unknown = statement.line_ids[2]
        unknown.partner_id = self.broker
        statement.action_post_disputes()
        self.assertEqual(statement.state, "matched")
        dispute = unknown.dispute_move_id
        self.assertEqual(dispute.customs_event, "dispute")
        self.assertEqual(str(dispute.date), "2026-04-07")
        self.assert_items(
            dispute,
            [
                (self.dispute, self.broker, 610.00, "", "", ""),
                (self.deferment, self.authority, -610.00, "", "", ""),
            ],
        )
        self.assertEqual(statement.amount_open, 2960)
        payment = self.pay_statement(statement)
        self.assertEqual(payment.amount, 2960)
        bank = payment.journal_id.default_account_id
        self.assert_items(
            payment.move_id,
            [
                (self.deferment, self.authority, 2960.00, "", "", ""),
                (bank, self.authority, -2960.00, "", "", ""),
            ],
        )
        self.assertEqual(self.account_balance(self.deferment), 0.0)
        self.assertEqual(self.account_balance(self.dispute), 610.0)
        self.assertEqual(self.account_balance(self.clearing), 2350.0)
        statement.invalidate_recordset()
        self.assertEqual(statement.amount_open, 0)
        with self.assertRaisesRegex(UserError, "is open in the books"):
            statement.action_pay()
        statement.action_match()
        self.assertEqual(statement.state, "matched")

    def test_disputes_are_posted_once(self):
        statement = self.march()
        statement.action_match()
        statement.line_ids[2].partner_id = self.broker
        statement.action_post_disputes()
        with self.assertRaisesRegex(UserError, "no unknown line that is not disputed"):
            statement.action_post_disputes()
        with self.assertRaisesRegex(UserError, "in the books as a dispute"):
            statement.line_ids[2].amount = 600
        with self.assertRaisesRegex(UserError, "in the books as a dispute"):
            statement.unlink()
        self.assertEqual(self.account_balance(self.deferment), -2960.0)
        statement.line_ids.dispute_move_id._reverse_moves(cancel=True)
        self.assertEqual(statement.state, "exceptions")
        self.assertEqual(self.account_balance(self.dispute), 0.0)
        statement.action_post_disputes()
        self.assertEqual(self.account_balance(self.dispute), 610.0)

    def test_who_owes_a_dispute_is_asked_before_anything_is_booked(self):
        statement = self.march()
        statement.action_match()
        with self.assertRaisesRegex(UserError, "Choose who owes us line MRN3 of .*610"):
            statement.action_post_disputes()
        self.assertFalse(statement.line_ids.dispute_move_id)

    # === MATCHING === #

    def test_another_amount_is_a_difference(self):
        statement = self.statement(("C 301", 910), ("C 302", 1000), ("C 302", 450))
        statement.action_match()
        self.assertRecordValues(
            statement.line_ids,
            [
                {"status": "difference", "amount_booked": 900, "amount_difference": 10},
                {"status": "matched", "amount_booked": 1450, "amount_difference": 0},
                {"status": "matched", "amount_booked": 0, "amount_difference": 0},
            ],
        )
        self.assertEqual(statement.amount_difference, 10)
        self.assertEqual(statement.amount_matched, 2360)
        self.assertEqual(statement.state, "exceptions")

    def test_amount_alone_is_said(self):
        statement = self.statement(("smudged", 900))
        statement.action_match()
        self.assertEqual(statement.line_ids.declaration_id, self.first)
        self.assertIn("Amount alone", statement.line_ids.note)

    def test_equal_amounts_are_left_open_with_their_files(self):
        third = self.assessed("C 303", 900)
        statement = self.statement(("smudged", 900))
        statement.action_match()
        self.assertEqual(statement.line_ids.status, "unknown")
        self.assertIn(self.first.name, statement.line_ids.note)
        self.assertIn(third.name, statement.line_ids.note)

    def test_file_chosen_by_hand_stays(self):
        statement = self.statement(("smudged", 905))
        statement.action_match()
        with Form(statement) as form, form.line_ids.edit(0) as line:
            line.declaration_id = self.first
        statement.action_match()
        self.assertRecordValues(
            statement.line_ids,
            [
                {
                    "declaration_id": self.first.id,
                    "status": "difference",
                    "amount_booked": 900,
                    "amount_difference": 5,
                }
            ],
        )

    def test_what_one_statement_lists_is_not_matched_with_the_next(self):
        self.march().action_match()
        april = self.statement(("C 301", 900), name="STM 2026-04")
        april.action_match()
        self.assertEqual(april.line_ids.status, "unknown")

    def test_statement_is_entered_once(self):
        self.march()
        with self.assertRaisesRegex(Exception, "entered already|duplicate key"):
            self.march()

    # === PASTED ROWS === #

    def test_pasted_rows_become_lines(self):
        statement = self.statement()
        statement.pasted_rows = "Number;Amount\nC 301;900,00;CID\nC 302\t1.450,00\n"
        statement.action_add_pasted_rows()
        self.assertRecordValues(
            statement.line_ids,
            [
                {"number": "C 301", "amount": 900, "tax_code_id": self.cid.id},
                {"number": "C 302", "amount": 1450, "tax_code_id": False},
            ],
        )
        self.assertFalse(statement.pasted_rows)

    def test_rows_that_cannot_be_read_add_nothing(self):
        statement = self.statement()
        statement.pasted_rows = "C 301;900,00\n;5\nC 302;x\n"
        with self.assertRaises(UserError) as caught:
            statement.action_add_pasted_rows()
        self.assertIn("Row 2 has no number: ;5", str(caught.exception))
        self.assertIn("Row 3 has no amount", str(caught.exception))
        self.assertFalse(statement.line_ids)

    # === RIGHTS === #

    def test_user_matches_and_a_verifier_posts(self):
        user, verifier = (
            new_test_user(
                self.env,
                login=f"statement_{role}",
                groups=f"customs_invoicing.group_customs_{role}",
                company_id=self.company.id,
            )
            for role in ("user", "verifier")
        )
        statement = self.march().with_user(user)
        statement.action_match()
        statement.line_ids[2].partner_id = self.broker
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            statement.action_post_disputes()
        statement.with_user(verifier).action_post_disputes()
        self.assertEqual(statement.state, "matched")
