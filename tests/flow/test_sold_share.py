"""Post-clearance demands, and the share of goods already sold."""

from after import AfterClearanceCase
from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tools import mute_logger


class TestSoldShare(AfterClearanceCase):
    def test_demand_with_interest_and_penalty(self):
        """A06: the demand, its sold share, its payment."""
        declaration = self.typed(vat_evidence="certificate")
        version = self.assess(
            declaration,
            {
                "CID": 5000,
                "VAT": {"amount_assessed": 1000, "base": 6666.67, "rate": 15},
                "INT": 62,
                "PEN": 500,
            },
            date="2026-05-04",
            date_due="2026-05-14",
            reason="demand",
        )
        self.assertEqual(version.reason, "demand")
        move = version.move_ids
        pending = self.company._get_customs_account("vat_import_pending")
        interest = self.company._get_customs_account("interest_expense")
        penalties = self.company._get_customs_account("penalties")
        self.assert_items(
            move,
            [
                (self.clearing, self.authority, 5000, "", "CID", ""),
                (pending, self.authority, 1000, "", "VAT", ""),
                (interest, self.authority, 62, "", "INT", ""),
                (penalties, self.authority, 500, "", "PEN", ""),
                (self.payable, self.authority, -6562, "", "", ""),
            ],
        )
        debt = move.line_ids.filtered(lambda x: x.account_id == self.payable)
        self.assertEqual(debt.date_maturity, Date.to_date("2026-05-14"))
        declaration.write({"sold_share": 60, "sold_share_date": "2026-05-04"})
        self.assertEqual(declaration.sold_amount_to_move, 3000)
        declaration.action_move_sold_share()
        entry = self.events(declaration, "sold_share")
        self.assertEqual(entry.date, Date.to_date("2026-05-04"))
        self.assert_items(
            entry,
            [
                (self.cogs, self.authority, 3000, "", "", ""),
                (self.clearing, self.authority, -3000, "", "", ""),
            ],
        )
        self.assertEqual(self.account_balance(self.clearing, declaration), 2000)
        self.assertEqual(self.account_balance(self.cogs, declaration), 3000)
        self.pay(move, payment_date="2026-05-12")
        self.assertEqual(self.account_balance(self.payable), 0)
        self.assertEqual(self.account_balance(self.bank), -6562)
        self.assert_money(declaration, charged=6562)

    def test_moving_twice_moves_once(self):
        declaration = self.own_file(sold_share=60)
        declaration.action_move_sold_share()
        action = declaration.action_move_sold_share()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(len(self.events(declaration, "sold_share")), 1)
        self.assertEqual(declaration.sold_amount_moved, 3000)
        self.assertEqual(declaration.sold_amount_to_move, 0)

    def test_corrections_move_their_difference(self):
        declaration = self.own_file(sold_share=60)
        declaration.action_move_sold_share()
        self.assess(declaration, {"CID": 5100.01}, date="2026-04-01")
        declaration.action_move_sold_share()
        self.assess(declaration, {"CID": 4000}, date="2026-05-01")
        declaration.action_move_sold_share()
        moves = self.events(declaration, "sold_share")
        moved = [
            move.line_ids.filtered(lambda x: x.account_id == self.cogs).balance
            for move in moves
        ]
        self.assertEqual(
            [f"{amount:.2f}" for amount in moved], ["3000.00", "60.01", "-660.01"]
        )
        self.assertAlmostEqual(self.account_balance(self.cogs, declaration), 2400)
        self.assertAlmostEqual(self.account_balance(self.clearing, declaration), 1600)

    def test_a_later_share_moves_the_rest_and_matches_all(self):
        declaration = self.own_file(sold_share=60)
        declaration.action_move_sold_share()
        declaration.sold_share = 100
        declaration.action_move_sold_share()
        self.assertEqual(self.account_balance(self.cogs, declaration), 5000)
        self.assertEqual(self.account_balance(self.clearing, declaration), 0)
        items = self.env["account.move.line"].search(
            [
                ("customs_declaration_id", "=", declaration.id),
                ("account_id", "=", self.clearing.id),
            ]
        )
        self.assertEqual(len(items), 3)
        self.assertTrue(all(items.mapped("reconciled")))

    def test_less_sold_than_thought_goes_back(self):
        declaration = self.own_file(sold_share=60)
        declaration.action_move_sold_share()
        declaration.sold_share = 40
        declaration.action_move_sold_share()
        self.assertEqual(self.account_balance(self.cogs, declaration), 2000)
        self.assertEqual(self.account_balance(self.clearing, declaration), 3000)

    def test_a_reversed_move_is_to_move_again(self):
        declaration = self.own_file(sold_share=60)
        declaration.action_move_sold_share()
        self.undo(self.events(declaration, "sold_share"))
        declaration.invalidate_recordset()
        self.assertEqual(declaration.sold_amount_to_move, 3000)
        declaration.action_move_sold_share()
        self.assertEqual(self.account_balance(self.cogs, declaration), 3000)

    def test_half_a_cent_is_rounded_up_and_the_rest_stays(self):
        declaration = self.own_file(duty=0.05, sold_share=50)
        declaration.action_move_sold_share()
        self.assertEqual(self.account_balance(self.cogs, declaration), 0.03)
        self.assertEqual(self.account_balance(self.clearing, declaration), 0.02)

    def test_the_entry_is_not_before_the_duty(self):
        declaration = self.own_file(sold_share=60, sold_share_date="2026-01-31")
        declaration.action_move_sold_share()
        self.assertEqual(
            self.events(declaration, "sold_share").date, Date.to_date("2026-03-06")
        )

    def test_several_files_at_once(self):
        files = self.own_file(sold_share=60) + self.own_file(duty=100, sold_share=25)
        files.action_move_sold_share()
        self.assertEqual(
            [self.account_balance(self.cogs, file) for file in files], [3000, 25]
        )

    def test_what_is_refused(self):
        expense = self.own_file(goods_use="expense", sold_share=60)
        with self.assertRaisesRegex(UserError, "are not for stock"):
            expense.action_move_sold_share()
        client = self.typed(capacity="direct", client_id=self.client.id)
        with self.assertRaisesRegex(UserError, "is a client's file"):
            client.action_move_sold_share()
        declaration = self.own_file(sold_share=60)
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            self.as_role("user", declaration).action_move_sold_share()
        for share in (-1, 100.01):
            with (
                self.subTest(share),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(CheckViolation, "sold_share_range"),
                self.cr.savepoint(),
            ):
                declaration.sold_share = share
                declaration.flush_recordset()
        self.assertFalse(self.events(declaration, "sold_share"))

    def test_without_an_account_for_it(self):
        declaration = self.own_file(sold_share=60)
        self.company.customs_cogs_account_id = False
        with self.assertRaisesRegex(UserError, "no account for"):
            declaration.action_move_sold_share()

    def test_amounts_of_many_files_take_no_more_queries(self):
        files = self.own_file(sold_share=60)
        for _number in range(4):
            files += self.own_file(duty=200, sold_share=30)
        counts = []
        for some in (files[:1], files):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("sold_amount_to_move")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
