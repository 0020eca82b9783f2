"""Preview of an entry: nothing changes, and what is posted is what was shown."""

from unittest.mock import patch

from common import CustomsCase, item, tax

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user


def one_item(vat="173.25", base="1155.00"):
    """Value 1 100.00: duty 55.00 and VAT; the fee is 45.00; 273.25 in all."""
    return [
        item(
            price="1000.00",
            taxes=[tax("CID", rate="5"), tax("VAT", base, "15", vat)],
        )
    ]


class TestEntryPreview(CustomsCase):
    def own(self, items=None, **facts):
        self.company.partner_id.customs_code = "OWN-1"
        return self.import_sad(items or one_item(), importer=("OWN-1", "Us"), **facts)

    def preview(self, declaration):
        action = declaration.action_preview_entry()
        return self.env[action["res_model"]].browse(action["res_id"])

    def shown(self, lines):
        return sorted(
            (
                line.account_id.code,
                line.partner_id.name or "",
                line.name or "",
                f"{line.debit:.2f}",
                f"{line.credit:.2f}",
                str(line.date_maturity or ""),
            )
            for line in lines
        )

    def state_of_the_books(self, declaration):
        """Return whatever a preview must leave alone."""
        self.env.flush_all()
        tables = (
            "account_move",
            "account_move_line",
            "account_partial_reconcile",
            "account_full_reconcile",
            "mail_message",
            "mail_mail",
            "customs_charge",
            "customs_assessment",
            "account_analytic_line",
            "ir_attachment",
        )
        counts = {}
        for table in tables:
            self.env.cr.execute(f"SELECT count(*), max(write_date) FROM {table}")
            counts[table] = self.env.cr.fetchone()
        self.env.cr.execute(
            "SELECT id, money_version, state, write_date FROM customs_declaration"
            " ORDER BY id"
        )
        counts["files"] = self.env.cr.fetchall()
        self.env.cr.execute("SELECT id, number_next FROM ir_sequence ORDER BY id")
        counts["sequences"] = self.env.cr.fetchall()
        return counts

    # === NOTHING CHANGES === #

    def test_previewing_changes_nothing(self):
        declaration = self.own()
        before = self.state_of_the_books(declaration)
        postcommit = len(self.env.cr.postcommit)
        preview = self.preview(declaration)
        self.assertTrue(preview.line_ids)
        self.assertEqual(self.state_of_the_books(declaration), before)
        self.assertEqual(len(self.env.cr.postcommit), postcommit)
        self.assertTrue(declaration.has_unposted_assessment)
        self.assert_money(declaration, charged=0, control_balance=0)
        self.assertFalse(declaration._get_customs_moves())

    def test_previewing_does_not_use_up_numbers(self):
        first = self.own()
        number = self.post_assessment(first).sequence_number
        second = self.own(registration=("C", "4712", "3/5/26"))
        self.preview(second)
        self.preview(second)
        self.assertEqual(self.post_assessment(second).sequence_number, number + 1)

    def test_preview_leaves_no_mail(self):
        declaration = self.own()
        follower = self.env["res.partner"].create(
            {"name": "Follower", "email": "follower@example.com"}
        )
        declaration.message_subscribe(follower.ids)
        self.authority.email = "notices@example.com"
        model = self.env.registry["mail.mail"]
        with patch.object(model, "send") as send:
            self.preview(declaration)
        send.assert_not_called()
        self.assertFalse(declaration._get_customs_moves())

    # === WHAT IS SHOWN IS POSTED === #

    def test_client_file_posts_what_was_shown(self):
        declaration = self.import_sad(one_item())
        preview = self.preview(declaration)
        self.assertFalse(preview.problems)
        self.assertIn("Owed to Demo Customs Authority, due 03/16/2026", preview.summary)
        self.assertIn("273.25", preview.summary)
        self.assertIn("Nothing goes to profit and loss.", preview.summary)
        self.assertIn("273.25", preview.table)
        shown = self.shown(preview.line_ids)
        preview.action_post()
        moves = declaration._get_customs_moves()
        self.assertEqual(shown, self.shown(moves.line_ids))
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assert_money(declaration, charged=273.25, control_balance=273.25)

    def test_own_file_posts_what_was_shown_with_its_vat(self):
        declaration = self.own()
        preview = self.preview(declaration)
        vat = preview.line_ids.filtered(lambda line: line.debit == 173.25)
        self.assertIn("Tax: ", vat.taxes)
        self.assertEqual(sum(preview.line_ids.mapped("debit")), preview.amount_total)
        shown = self.shown(preview.line_ids)
        preview.action_post()
        self.assertEqual(shown, self.shown(declaration._get_customs_moves().line_ids))

    def test_correction_previews_the_difference_only(self):
        declaration = self.own()
        self.post_assessment(declaration)
        self.own(one_item(vat="173.26"), assessment=("A", "4999", "3/9/26"))
        preview = self.preview(declaration)
        payable = preview.line_ids.filtered(
            lambda line: line.account_id == self.payable
        )
        self.assertEqual(payable.credit, 0.01)
        before = declaration._get_customs_moves()
        preview.action_post()
        posted = declaration._get_customs_moves() - before
        self.assertEqual(self.shown(preview.line_ids), self.shown(posted.line_ids))

    def test_less_is_said_to_be_owed_less(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        rows = [
            {**line._get_recorded_vals(), "amount_assessed": 1, "amount_payable": 1}
            for line in declaration.current_assessment_id.line_ids
        ]
        declaration._record_assessment(rows, date="2026-03-20", reason="remission")
        preview = self.preview(declaration)
        self.assertIn("Owed less to Demo Customs Authority", preview.summary)

    def test_foreign_currency_shows_both(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 0.5}
        )
        self.tariff.currency_id = euro
        declaration = self.import_sad(one_item())
        preview = self.preview(declaration)
        payable = preview.line_ids.filtered(
            lambda line: line.account_id == self.payable
        )
        self.assertEqual(payable.credit, 546.50)
        self.assertEqual(payable.amount_currency, -273.25)
        self.assertEqual(payable.foreign_currency_id, euro)
        preview.action_post()

    def test_what_changed_since_is_not_posted(self):
        declaration = self.import_sad(one_item())
        preview = self.preview(declaration)
        declaration._record_assessment(
            [
                {
                    "tax_code_id": self.env.ref("customs_invoicing.tax_code_cid").id,
                    "amount_assessed": 20.0,
                }
            ],
            date="2026-04-01",
        )
        with self.assertRaisesRegex(UserError, "newer assessment"):
            preview.action_post()
        preview = self.preview(declaration)
        declaration.authority_id = self.broker
        with self.assertRaisesRegex(UserError, "changed since this preview"):
            preview.action_post()

    def pay_by(self, declaration, **methods):
        """Set how taxes reach the authority: ``CID="p4b"``."""
        account = self.env["customs.payment.account"].create(
            {"name": "Deferment", "number": "7001", "authority_id": self.authority.id}
        )
        for tax_code, method in methods.items():
            charge = self.charge(declaration, tax_code)
            charge.payment_method_id = self.env.ref(
                f"customs_invoicing.payment_method_{method}"
            )
            if method == "p2":
                charge.payment_account_id = account

    def test_each_payment_is_a_document_of_its_own(self):
        declaration = self.import_sad(one_item())
        self.pay_by(declaration, CID="p4b", VAT="p2", GLOBAL="p4n")
        preview = self.preview(declaration)
        self.assertFalse(preview.problems)
        documents = preview._get_documents()
        self.assertEqual(
            sorted((doc["debit"], doc["credit"]) for doc in documents),
            [(45.0, 45.0), (55.0, 55.0), (173.25, 173.25)],
        )
        self.assertIn("Paid at once from", preview.summary)
        self.assertEqual(preview.summary.count("Owed to Demo Customs Authority"), 2)
        shown = self.shown(preview.line_ids)
        preview.action_post()
        moves = declaration._get_customs_moves()
        self.assertEqual(len(moves), 3)
        self.assertEqual(shown, self.shown(moves.line_ids))

    def test_postponed_vat_is_owed_to_nobody(self):
        parts = [
            Command.create({"repartition_type": "base"}),
            *(
                Command.create(
                    {
                        "repartition_type": "tax",
                        "factor_percent": factor,
                        "account_id": self.company_data[account].id,
                    }
                )
                for factor, account in (
                    (100, "default_account_tax_purchase"),
                    (-100, "default_account_tax_sale"),
                )
            ),
        ]
        self.company.customs_postponed_vat_tax_ids = self.env["account.tax"].create(
            {
                "name": "15% postponed",
                "amount": 15.0,
                "type_tax_use": "purchase",
                "invoice_repartition_line_ids": parts,
                "refund_repartition_line_ids": parts,
            }
        )
        declaration = self.own()
        rows = [
            line._get_recorded_vals()
            for line in declaration.current_assessment_id.line_ids
        ]
        for row in rows:
            if row["amount_assessed"] == 173.25:
                row.update(status="postponed", amount_payable=0.0)
        declaration._record_assessment(rows, date="2026-03-20")
        preview = self.preview(declaration)
        self.assertFalse(preview.problems)
        self.assertEqual(len(preview._get_documents()), 2)
        self.assertIn("100.00", preview.summary)
        shown = self.shown(preview.line_ids)
        preview.action_post()
        moves = declaration._get_customs_moves()
        self.assertEqual(shown, self.shown(moves.line_ids))
        declaration._undo_posting(fields.Date.to_date("2026-04-15"), "Wrong file")
        self.assert_money(declaration, charged=0)
        self.assertTrue(declaration.has_unposted_assessment)
        for account in moves.line_ids.account_id:
            self.assertEqual(self.account_balance(account), 0.0)

    # === PROBLEMS === #

    def test_posted_version_has_nothing_to_show(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        preview = self.preview(declaration)
        self.assertFalse(preview.line_ids)
        self.assertFalse(preview.problems)
        self.assertIn("Nothing to post", preview.summary)

    def test_what_is_missing_is_said(self):
        declaration = self.import_sad(one_item())
        declaration.authority_id = False
        preview = self.preview(declaration)
        self.assertIn("No authority", preview.problems)
        self.assertFalse(preview.line_ids)

    def test_drafts_that_cannot_be_posted_are_shown_with_the_reason(self):
        declaration = self.import_sad(one_item())
        model = self.env.registry["account.move"]

        def refuse(moves, soft=True):
            if moves:
                raise UserError("The period is under review.")
            return moves

        with patch.object(model, "_post", refuse):
            preview = self.preview(declaration)
        self.assertEqual(preview.problems, "The period is under review.")
        self.assertEqual(len(preview.line_ids), 4)
        self.assertFalse(declaration._get_customs_moves())

    def test_user_sees_what_only_a_verifier_posts(self):
        declaration = self.import_sad(one_item())
        user = new_test_user(
            self.env,
            login="preview_user",
            groups="base.group_user,customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        preview = self.preview(declaration.with_user(user)).with_user(user)
        self.assertIn("Only a customs verifier", preview.problems)
        self.assertEqual(len(preview.line_ids), 4)
        self.assertIn("Total", preview.table)
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            preview.action_post()

    def test_file_without_assessment_is_told_so(self):
        declaration = self.typed()
        with self.assertRaisesRegex(UserError, "has no assessment"):
            declaration.action_preview_entry()

    # === THE WIZARD BEFORE IT === #

    def wizard(self, declaration):
        action = declaration.action_record_assessment()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_wizard_begins_with_our_calculation(self):
        declaration = self.typed(capacity="direct", client_id=self.client.id)
        wizard = self.wizard(declaration)
        self.assertRecordValues(
            wizard.line_ids,
            [
                {
                    "base": 1000.0,
                    "rate": 5.0,
                    "amount_assessed": 50.0,
                    "amount_payable": 50.0,
                    "difference": 50.0,
                },
                {
                    "base": 1050.0,
                    "rate": 15.0,
                    "amount_assessed": 157.5,
                    "amount_payable": 157.5,
                    "difference": 157.5,
                },
            ],
        )
        self.assertEqual(wizard.reason, "assessment")
        wizard.date = "2026-03-06"
        action = wizard.action_record_and_preview()
        self.assertEqual(action["res_model"], "customs.entry.preview")
        self.assertEqual(declaration.state, "assessed")
        self.assertEqual(declaration.amount_payable, 207.5)
        self.assertFalse(declaration.difference_count)

    def test_wizard_corrects_the_version_in_force(self):
        declaration = self.import_sad(one_item())
        wizard = self.wizard(declaration)
        self.assertEqual(wizard.difference, 0.0)
        self.assertEqual(wizard.reason, "correction")
        with Form(wizard) as form:
            form.date = "2026-03-20"
            with form.line_ids.edit(0) as line:
                self.assertEqual(line.amount_before, 55.0)
                line.rate = 6
                self.assertEqual(line.amount_assessed, 66.0)
                self.assertEqual(line.amount_payable, 66.0)
                self.assertEqual(line.difference, 11.0)
            with form.line_ids.edit(1) as line:
                line.status = "suspended"
                self.assertEqual(line.amount_payable, 0.0)
            self.assertEqual(form.difference, -162.25)
            self.assertFalse(form.hint)
            form.source_file = b"bm90aWNl"
        wizard.source_name = "notice.pdf"
        wizard.action_record()
        version = declaration.current_assessment_id
        self.assertEqual((version.version, version.amount_payable), (2, 111.0))
        self.assertEqual(version.source_attachment_id.raw, b"notice")
        self.assertEqual(version.source_attachment_id.name, "notice.pdf")
        self.assertEqual(len(version.source_hash), 64)

    def test_wizard_says_when_nothing_is_new(self):
        declaration = self.import_sad(one_item())
        wizard = self.wizard(declaration)
        version = declaration.current_assessment_id
        wizard.write(
            {
                "number": version.number,
                "date": version.date,
                "date_due": version.date_due,
                "reason": version.reason,
            }
        )
        action = wizard.action_record()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(declaration.assessment_ids, version)

    def test_wizard_says_that_an_older_version_changes_nothing(self):
        declaration = self.import_sad(one_item())
        wizard = self.wizard(declaration)
        wizard.date = "2026-03-01"
        self.assertIn("stays in force", wizard.hint)
        wizard.write({"date": "2026-03-30", "kind": "provisional"})
        self.assertIn("stays in force", wizard.hint)
