"""Internal charge notes: each analytic item of customs costs once, and all of them."""

from allocation import AllocationCase
from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestChargeNote(AllocationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.notes = cls.env["customs.charge.note"]
        cls.head = cls.env["res.partner"].create(
            {"name": "Head of research", "email": "research@example.com"}
        )

    def allocated(self, *departments):
        """Return a posted file whose duty of 100.00 departments bear."""
        declaration = self.own_file()
        self.allocate(declaration, departments or [(self.research, 100)])
        self.post(declaration)
        return declaration

    def note(self, account=None, **vals):
        return self.notes.create(
            {
                "account_id": (account or self.research).id,
                "date_from": "2026-03-01",
                "date_to": "2026-03-31",
                **vals,
            }
        )

    def analytic_total(self, account):
        column = account.plan_id._column_name()
        lines = self.env["account.analytic.line"].search([(column, "=", account.id)])
        return -sum(lines.mapped("amount"))

    def test_note_is_the_analytic_items_of_the_period(self):
        first = self.allocated((self.research, 65), (self.operations, 35))
        second = self.allocated((self.research, 100))
        note = self.note()
        self.assertTrue(note.name.startswith("ICN/"))
        self.assertEqual(note.line_ids.declaration_id, first | second)
        self.assertEqual(sorted(note.line_ids.mapped("amount")), [65.00, 100.00])
        self.assertAlmostEqual(note.amount_total, 165.00, 2)
        self.assertAlmostEqual(note.amount_total, self.analytic_total(self.research), 2)
        self.assertAlmostEqual(self.note(self.operations).amount_total, 35.00, 2)
        self.assertEqual(note._get_printed_files()[0][2], 65.00)

    def test_an_item_is_on_one_note(self):
        self.allocated()
        note = self.note()
        self.assertAlmostEqual(note.amount_total, 100.00, 2)
        second = self.note()
        self.assertFalse(second.line_ids)
        with self.assertRaisesRegex(UserError, "has no costs to charge"):
            second.action_approve()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            with self.env.cr.savepoint():
                line = note.line_ids[0]
                line.sudo().copy({"note_id": second.id})
        note.action_cancel()
        second.action_collect()
        self.assertAlmostEqual(second.amount_total, 100.00, 2)

    def test_period_and_other_items_are_left_out(self):
        declaration = self.allocated()
        self.assertFalse(
            self.note(date_from="2026-04-01", date_to="2026-04-30").line_ids
        )
        # analytic items of no customs file
        self.env["account.analytic.line"].create(
            {
                "name": "Coffee",
                "account_id": False,
                self.plan._column_name(): self.research.id,
                "amount": -9.0,
                "date": "2026-03-10",
            }
        )
        note = self.note()
        self.assertEqual(note.line_ids.declaration_id, declaration)
        self.assertAlmostEqual(note.amount_total, 100.00, 2)
        note.date_to = "2026-03-02"
        self.assertFalse(note.line_ids)

    def test_buttons_alone_write_state_and_lines(self):
        self.allocated()
        note = self.note()
        user = new_test_user(
            self.env,
            login="note_plain",
            groups="base.group_user,customs_invoicing.group_customs_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        mine = note.with_user(user)
        for vals in (
            {"state": "approved"},
            {"approver_id": user.id},
            {"date_sent": "2026-04-01"},
            {"name": "ICN/1"},
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "its buttons"):
                mine.write(vals)
            with self.subTest(vals), self.assertRaisesRegex(UserError, "its buttons"):
                mine.create({"account_id": self.operations.id, **vals})
        for vals in ({"amount": 1.0}, {"is_void": True}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "from the book"):
                mine.line_ids.write(vals)
        with self.assertRaisesRegex(UserError, "from the books"):
            note.line_ids.with_user(user).copy({"analytic_line_id": False})
        mine.action_collect()
        self.assertAlmostEqual(note.amount_total, 100.00, 2)
        note.action_approve()
        self.assertEqual((note.state, note.approver_id), ("approved", self.env.user))
        for records in (note.line_ids, note.line_ids.with_user(user)):
            with self.assertRaisesRegex(UserError, "cannot change its costs"):
                records.write({"is_void": True})
        self.assertFalse(self.note().line_ids)
        with self.assertRaisesRegex(UserError, "verifier"):
            mine.action_cancel()
        note.action_cancel()
        self.assertEqual((note.state, note.line_ids.is_void), ("cancelled", True))

    def test_department_is_asked_for(self):
        with self.assertRaisesRegex(UserError, "Choose the department"):
            self.notes.create({"date_from": "2026-03-01", "date_to": "2026-03-31"})
        note = self.note()
        with self.assertRaisesRegex(UserError, "Choose the department"):
            note.account_id = False

    def test_moved_cost_is_charged_and_credited(self):
        declaration = self.allocated()
        first = self.note()
        first.action_approve()
        self.allocate(declaration, [(self.operations, 100)])
        second = self.note()
        self.assertAlmostEqual(second.amount_total, -100.00, 2)
        self.assertAlmostEqual(self.note(self.operations).amount_total, 100.00, 2)
        self.assertAlmostEqual(
            first.amount_total + second.amount_total,
            self.analytic_total(self.research),
            2,
        )

    def test_approved_note_stays_and_the_next_one_takes_back(self):
        declaration = self.allocated()
        (bill,) = declaration._get_authority_moves()
        note = self.note()
        note.action_approve()
        self.assertEqual((note.state, note.approver_id), ("approved", self.env.user))
        with self.assertRaisesRegex(UserError, "cannot change it"):
            note.date_to = "2026-03-30"
        with self.assertRaisesRegex(UserError, "cannot delete it"):
            note.unlink()
        with self.assertRaisesRegex(UserError, "cannot change its costs"):
            note.line_ids[0].amount = 1.0
        bill.button_draft()
        note.invalidate_recordset()
        note.line_ids.invalidate_recordset()
        self.assertAlmostEqual(note.amount_total, 100.00, 2)
        self.assertAlmostEqual(note.amount_gone, 100.00, 2)
        later = self.note(date_from="2026-04-01", date_to="2026-04-30")
        self.assertAlmostEqual(later.amount_total, -100.00, 2)
        note.line_ids.invalidate_recordset()
        note.invalidate_recordset()
        self.assertAlmostEqual(note.amount_gone, 0.0, 2)
        with self.assertRaisesRegex(UserError, "Cancel that note first"):
            note.action_cancel()
        bill.action_post()
        again = self.note()
        self.assertAlmostEqual(again.amount_total, 100.00, 2)
        told = sum((note | later | again).mapped("amount_total"))
        self.assertAlmostEqual(told, 100.00, 2)
        self.assertAlmostEqual(told, self.analytic_total(self.research), 2)

    def test_draft_with_gone_costs_is_collected_again(self):
        declaration = self.allocated()
        note = self.note()
        declaration._get_authority_moves().button_draft()
        note.line_ids.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "Collect its costs again"):
            note.action_approve()
        note.action_collect()
        self.assertFalse(note.line_ids)

    def test_second_person_approves(self):
        self.allocated()
        note = self.note()
        self.company.customs_four_eyes = True
        with self.assertRaisesRegex(UserError, "somebody else has to approve"):
            note.action_approve()
        user = new_test_user(
            self.env,
            login="note_user",
            groups="base.group_user,customs_invoicing.group_customs_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaisesRegex(UserError, "Only a customs verifier may approve"):
            note.with_user(user).action_approve()
        note.user_id = user
        note.action_approve()
        self.assertEqual(note.state, "approved")

    def test_sent_with_its_paper(self):
        self.allocated()
        note = self.note(partner_id=self.head.id, note="For the budget")
        with self.assertRaisesRegex(UserError, "not approved yet"):
            note.action_send()
        note.action_approve()
        composer = (
            self.env["mail.compose.message"]
            .with_context(**note.action_send()["context"])
            .create({})
        )
        self.assertIn(note.name, composer.subject)
        self.assertEqual(composer.partner_ids, self.head)
        composer.action_send_mail()
        self.assertEqual(note.state, "sent")
        self.assertTrue(note.date_sent)
        self.assertTrue(note.message_ids.attachment_ids)
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("customs_invoicing.report_charge_note", note.ids)[0]
            .decode()
        )
        for text in (
            note.name,
            "Research",
            "100.00",
            "For the budget",
            "Not an invoice",
        ):
            self.assertIn(text, html)

    def test_notes_for_last_month_are_made_once(self):
        self.allocated((self.research, 65), (self.operations, 35))
        march = self.notes._get_last_month
        self.patch(
            type(self.notes),
            "_get_last_month",
            lambda self: (
                march()[0].replace(2026, 3, 1),
                march()[1].replace(2026, 3, 31),
            ),
        )
        # as the button of the list asks for it: with the notes that are ticked
        action = call_kw(self.notes, "action_create_for_last_month", [[]], {})
        notes = self.notes.search(action["domain"])
        self.assertEqual(
            {note.account_id: note.amount_total for note in notes},
            {self.research: 65.00, self.operations: 35.00},
        )
        with self.assertRaisesRegex(UserError, "No department bore customs costs"):
            self.notes.action_create_for_last_month()

    def test_who_got_the_last_note_gets_the_next(self):
        self.allocated((self.research, 65), (self.operations, 35))
        self.note(partner_id=self.head.id).action_approve()
        self.assertEqual(self.note().partner_id, self.head)
        other = self.note(self.operations)
        self.assertFalse(other.partner_id)
        other.action_approve()
        with self.assertRaisesRegex(UserError, "goes to nobody yet"):
            other.action_send()
        other.with_context(customs_mark_sent=True).message_post(body="Read by nobody")
        self.assertEqual((other.state, other.date_sent), ("approved", False))

    def test_notes_are_made_without_analytic_rights(self):
        self.allocated()
        user = new_test_user(
            self.env,
            login="note_clerk",
            groups="base.group_user,customs_invoicing.group_customs_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.assertFalse(user.has_group("analytic.group_analytic_accounting"))
        notes = self.notes.with_user(user)
        today = notes._get_last_month()[1]
        self.env["account.analytic.line"].search([]).date = today
        found = notes.search(notes.action_create_for_last_month()["domain"])
        self.assertEqual((found.account_id, found.amount_total), (self.research, 100.0))
        found.action_collect()
        self.assertAlmostEqual(found.amount_total, 100.00, 2)

    def test_ways_between_file_and_note(self):
        declaration = self.allocated()
        note = self.note()
        self.assertEqual(declaration.charge_note_count, 1)
        domain = declaration.action_view_charge_notes()["domain"]
        self.assertEqual(self.notes.search(domain), note)
        self.assertIn(declaration.id, note.action_view_declarations()["domain"][0][2])
        self.assertEqual(
            set(note.action_view_analytic_items()["domain"][0][2]),
            set(note.line_ids.analytic_line_id.ids),
        )
        note.action_cancel()
        declaration.invalidate_recordset()
        self.assertEqual(declaration.charge_note_count, 0)
