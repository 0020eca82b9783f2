"""Billing many files in the background: results, rights, what is due."""

from datetime import date, timedelta
from unittest.mock import patch

from common import CustomsCase, build_sad, item, tax

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.customs_invoicing.models import customs_billing_run_work as work

GOODS = [item(price="1000.00", taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")])]
WORK = "odoo.addons.customs_invoicing.models.customs_billing_run_work"


class BillingRunCase(CustomsCase):
    """Files of clients that are ready to bill, and runs in this transaction."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.number = 4720
        cls.user, cls.verifier = (
            new_test_user(
                cls.env,
                login=f"run_{role}",
                groups=f"base.group_user,customs_invoicing.group_customs_{role}",
                company_id=cls.company.id,
            )
            for role in ("user", "verifier")
        )

    def ready(self, count=1, client=None):
        """Return files that are charged 273.25 and have a service of 80."""
        files = self.env["customs.declaration"]
        for _count in range(count):
            type(self).number += 1
            content = build_sad(
                GOODS,
                office="TEST1",
                registration=("C", str(self.number), "3/5/26"),
                reference=f"JOB-{self.number}",
            )
            files |= files.import_files([("sad.xml", content)])
        if client:
            files.client_id = client
        files.action_post_assessment()
        for declaration in files:
            self.add_service(declaration, 80)
        return files

    def another_client(self):
        return self.env["res.partner"].create({"name": "Second Client Ltd"})

    def run_all(self, run):
        """Work on a run to its end, in this transaction."""

        def commit(processed=0, remaining=None):
            self.env.flush_all()
            return float("inf")

        user = run.user_id
        run.with_user(user).with_company(run.company_id)._run(commit)
        run.invalidate_recordset()
        run.line_ids.invalidate_recordset()

    def start(self, files, user=None, **vals):
        runs = self.env["customs.billing.run"].with_user(user or self.env.user)
        return runs._start_with(files.with_user(user or self.env.user), **vals)

    def result(self, run, declaration):
        return run.line_ids.filtered(lambda ln: ln.declaration_id == declaration)


class TestBillingRun(BillingRunCase):
    def test_a_run_nobody_took_up_says_so(self):
        run = self.start(self.ready())
        self.assertFalse(run.is_left_waiting)
        run.sudo().started_at -= timedelta(minutes=2)
        self.assertTrue(run.is_left_waiting)
        self.run_all(run)
        self.assertFalse(run.is_left_waiting)

    def test_files_are_billed_as_by_hand(self):
        files = self.ready(3)
        run = self.start(files, invoice_date="2026-03-31")
        self.assertEqual((run.state, run.count_waiting), ("running", 3))
        self.assertEqual(run.progress, 0)
        with patch.object(work, "CHUNK", 2):
            self.run_all(run)
        self.assertEqual((run.state, run.count_done, run.progress), ("done", 3, 100))
        self.assertEqual(set(run.line_ids.mapped("chunk")), {1, 2})
        invoices = run._get_invoices()
        self.assertEqual(set(run.line_ids.mapped("amount_invoiced")), {353.25})
        context = run.action_view_invoices()["context"]
        self.assertEqual(context["default_move_type"], "out_invoice")
        self.assertEqual(run.invoice_count, 3)
        self.assertEqual(set(invoices.mapped("state")), {"draft"})
        self.assertEqual(set(invoices.mapped("invoice_date")), {date(2026, 3, 31)})
        for declaration in files:
            invoice = self.result(run, declaration).invoice_ids
            self.assertEqual(invoice.partner_id, self.client)
            self.assertEqual(invoice.amount_untaxed, 353.25)
            self.assertEqual(declaration.billing_readiness, "billed")
        invoices.action_post()
        for declaration in files:
            self.assert_money(
                declaration, charged=273.25, billed=273.25, control_balance=0
            )
        self.assertEqual(self.account_balance(self.control), 0)

    def test_twice_bills_once(self):
        files = self.ready(2)
        first, second = self.start(files), self.start(files)
        self.run_all(first)
        self.run_all(second)
        self.assertEqual((second.state, second.count_nothing), ("done", 2))
        self.assertIn("on an invoice already", second.line_ids[0].message)
        self.assertFalse(second.invoice_count)
        lines = files.charge_ids.move_line_ids.filtered(
            lambda ln: ln.move_id.move_type == "out_invoice"
        )
        self.assertEqual(len(lines), len(files.charge_ids))

    def test_a_bad_file_does_not_stop_the_rest(self):
        files = self.ready(4)
        bad, odd = files[1], files[2]
        prepare = type(files)._prepare_invoice_vals

        def fail(record, charges):
            if bad in record:
                raise UserError("No journal for this one.")
            if odd in record:
                raise ValueError("what is this?")
            return prepare(record, charges)

        run = self.start(files)
        with (
            patch.object(type(files), "_prepare_invoice_vals", fail),
            mute_logger(WORK),
        ):
            self.run_all(run)
        self.assertEqual((run.state, run.count_done, run.count_failed), ("done", 2, 2))
        self.assertEqual(self.result(run, bad).message, "No journal for this one.")
        self.assertIn("what is this?", self.result(run, odd).message)
        self.assertEqual(bad.billing_readiness, "ready")
        self.assertIn("2 not billed", run.activity_ids.summary)
        self.assertIn("2 failed", run.summary)
        # put right, only these two are billed
        invoices = run._get_invoices()
        run.action_retry()
        self.assertEqual(run.count_waiting, 2)
        self.run_all(run)
        self.assertEqual((run.state, run.count_done), ("done", 4))
        self.assertEqual(len(run._get_invoices() - invoices), 2)
        self.assertFalse(self.result(run, bad).message)

    def test_what_is_blocked_is_left_out_with_its_reason(self):
        files = self.ready(2)
        run = self.start(files)
        self.duty_measure().rate_percent = 6
        files[0].action_calculate()
        self.company.customs_difference_policy = "block"
        self.run_all(run)
        self.assertEqual((run.count_done, run.count_skipped), (1, 1))
        line = self.result(run, files[0])
        self.assertEqual(line.state, "skipped")
        self.assertIn("assessed otherwise", line.message)
        files[0]._release_billing({("difference", 0)}, "Agreed")
        run.action_retry()
        self.run_all(run)
        self.assertEqual(run.count_done, 2)

    def duty_measure(self):
        return self.env["customs.measure"].search(
            [("measure_type_id", "=", self.duty_type.id)], limit=1
        )

    def test_files_on_one_invoice_stay_together(self):
        self.profile(mode="weekly")
        weekly = self.ready(3)
        other = self.ready(2, client=self.another_client())
        run = self.start(weekly[:2] | other | weekly[2])
        with patch.object(work, "CHUNK", 2):
            self.run_all(run)
        chunks = {
            file: self.result(run, file).chunk for file in run.line_ids.declaration_id
        }
        self.assertEqual(len({chunks[file] for file in weekly}), 1)
        self.assertNotIn(chunks[weekly[0]], {chunks[file] for file in other})
        self.assertEqual((run.count_done, run.invoice_count), (5, 3))
        invoice = self.result(run, weekly[0]).invoice_ids
        self.assertEqual(self.result(run, weekly[2]).invoice_ids, invoice)
        self.assertEqual(invoice.customs_declaration_ids, weekly)

    # === WHICH FILES === #

    def test_all_that_are_ready_within_conditions(self):
        files = self.ready(2)
        self.typed(capacity="direct", client_id=self.client.id)
        run = self.env["customs.billing.run"].create({"what": "ready"})
        run.action_collect()
        self.assertEqual(run.line_ids.declaration_id, files)
        run.domain = f"[('id', '=', {files[1].id})]"
        run.action_collect()
        self.assertEqual(run.line_ids.declaration_id, files[1])
        run.action_start()
        self.run_all(run)
        self.assertEqual(run.count_done, 1)
        self.assertEqual(files[0].billing_readiness, "ready")

    def test_conditions_that_are_none_are_said(self):
        runs = self.env["customs.billing.run"]
        for domain in ("abc", "5", "[('nofield', '=', 1)]", "[('id', '=')]"):
            with self.subTest(domain), self.assertRaisesRegex(UserError, "conditions"):
                runs.create({"domain": domain})
        run = runs.create({"domain": "[('mrn', '!=', False)]"})
        with self.assertRaisesRegex(UserError, "cannot be read"):
            run.domain = "today"

    def test_no_files_are_said(self):
        with self.assertRaisesRegex(UserError, "Select the files"):
            self.env["customs.declaration"].action_bill_in_background()

    def test_nothing_ready_is_said(self):
        run = self.env["customs.billing.run"].create({"what": "ready"})
        with self.assertRaisesRegex(UserError, "No file is ready"):
            run.action_start()
        self.assertEqual(run.state, "draft")

    def test_selected_files_of_a_list(self):
        files = self.ready(2)
        action = files.action_bill_in_background()
        run = self.env["customs.billing.run"].browse(action["res_id"])
        self.assertEqual((run.state, run.what), ("draft", "selected"))
        self.assertEqual(run.line_ids.declaration_id, files)
        run.action_start()
        self.run_all(run)
        self.assertEqual(run.count_done, 2)

    # === RIGHTS === #

    def test_users_run_verifiers_confirm(self):
        files = self.ready(2)
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            self.start(files, self.user, finish="post")
        run = self.start(files[0], self.user)
        self.assertEqual(run.user_id, self.user)
        self.run_all(run)
        self.assertEqual(run._get_invoices().state, "draft")
        run = self.start(files[1], self.verifier, finish="post")
        self.run_all(run)
        invoice = run._get_invoices()
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.create_uid, self.verifier)

    def test_a_profile_does_not_confirm_for_who_may_not(self):
        self.profile(post_automatically=True)
        files = self.ready(2)
        run = self.start(files[0], self.user)
        self.run_all(run)
        self.assertEqual(run._get_invoices().state, "draft")
        self.assertIn("needs a verifier", run.line_ids.message)
        run = self.start(files[1], self.verifier)
        self.run_all(run)
        self.assertEqual(run._get_invoices().state, "posted")

    def test_who_runs_it_is_who_started_it(self):
        run = self.env["customs.billing.run"].with_user(self.user).create({})
        for vals in ({"user_id": self.verifier.id}, {"state": "running"}):
            with self.subTest(vals), self.assertRaises(UserError):
                run.write(vals)
            with self.subTest(vals), self.assertRaises(UserError):
                run.create(vals)
        files = self.ready()
        run = self.start(files, self.user)
        with self.assertRaisesRegex(UserError, "before it starts"):
            run.finish = "post"
        with self.assertRaisesRegex(UserError, "Stop it first"):
            run.unlink()

    @mute_logger(WORK)
    def test_a_run_nobody_may_do_stops_no_other(self):
        first = self.start(self.ready(), self.user)
        second = self.start(self.ready(), self.verifier)
        third = self.start(self.ready())
        self.user.group_ids -= self.env.ref("customs_invoicing.group_customs_user")
        self.verifier.active = False
        self.env.flush_all()

        def commit(cron, processed=0, remaining=None):
            self.env.flush_all()
            return float("inf")

        with (
            patch.object(work.CustomsBillingRun, "_start_anew", self.start_anew),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", commit),
        ):
            self.env["customs.billing.run"].sudo()._cron_process()
        self.env.invalidate_all()
        runs = self.env["customs.billing.run"]
        first, second, third = (runs.browse(r.id) for r in (first, second, third))
        self.assertEqual(
            [run.state for run in (first, second, third)],
            ["cancelled", "cancelled", "done"],
        )
        self.assertTrue(first.problem)
        self.assertIn("You are not allowed", first.message_ids[0].body)
        self.assertIn("no account here", second.problem)
        self.assertEqual(third.count_done, 1)
        self.assertEqual((first.count_waiting, second.count_waiting), (1, 1))

    @mute_logger(WORK)
    def test_a_run_ends_though_nobody_can_be_told(self):
        run = self.start(self.ready())
        with patch.object(
            work.CustomsBillingRun, "_tell_starter", side_effect=ValueError("bus")
        ):
            self.run_all(run)
        self.assertEqual((run.state, run.count_done), ("done", 1))

    @staticmethod
    def start_anew(run):
        """A test has one transaction: nothing can be rolled back."""
        run.env.invalidate_all()

    def test_stopped_runs_wait_until_continued(self):
        files = self.ready(2)
        run = self.start(files)
        run.action_stop()
        self.run_all(run)
        self.assertEqual((run.state, run.count_waiting), ("cancelled", 2))
        run.action_continue()
        self.run_all(run)
        self.assertEqual((run.state, run.count_done), ("done", 2))

    def test_confirmed_and_sent_in_the_background(self):
        files = self.ready()
        run = self.start(files, self.verifier, finish="send")
        self.run_all(run)
        invoice = run._get_invoices()
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.sending_data["author_user_id"], self.verifier.id)

    # === WHAT IS DUE === #

    def due(self, day):
        """Do what the scheduled action does on a day; return the files billed."""
        run = self.env["customs.billing.run"]._start_due(
            self.company, fields.Date.to_date(day)
        )
        if run:
            self.run_all(run)
            self.assertEqual(run.what, "due")
        return run.line_ids.declaration_id

    def profile(self, **vals):
        """Give the client a billing profile."""
        profile = self.env["customs.billing.profile"].create({"name": "-", **vals})
        self.client.customs_billing_profile_id = profile
        return profile

    def test_weekly_on_the_day_or_when_it_was_missed(self):
        self.profile(mode="weekly", weekday="4")
        files = self.ready(2)
        # 2026-04-01 is a Wednesday; on Friday nobody billed
        self.assertFalse(self.due("2026-04-01"))
        self.assertEqual(self.due("2026-04-04"), files)
        self.assertFalse(self.due("2026-04-04"))

    def test_per_file_every_day(self):
        self.profile(mode="file")
        first = self.ready()
        self.assertEqual(self.due("2026-04-01"), first)
        second = self.ready()
        self.assertEqual(self.due("2026-04-02"), second)

    def test_only_companies_that_want_it(self):
        self.profile(mode="file")
        files = self.ready()
        runs = self.env["customs.billing.run"]
        with patch.object(type(self.env["ir.cron"]), "_commit_progress"):
            runs._cron_create_due()
            self.assertFalse(runs.search([("company_id", "=", self.company.id)]))
            self.company.customs_auto_billing = True
            runs._cron_create_due()
        run = runs.search([("company_id", "=", self.company.id)])
        self.assertEqual(run.line_ids.declaration_id, files)
        self.assertEqual(run.state, "running")

    def test_monthly_on_the_last_day_of_short_months(self):
        self.profile(mode="monthly", day=31)
        files = self.ready(2)
        self.assertFalse(self.due("2026-04-29"))
        self.assertEqual(self.due("2026-04-30"), files)

    def test_clients_without_profile_are_billed_by_hand(self):
        self.ready()
        self.assertFalse(self.due("2026-04-03"))

    def test_a_long_pause_is_made_up_for_once(self):
        self.company.customs_auto_billing_date = date(2020, 1, 1)
        today = date(2026, 4, 1)
        days = self.env["customs.billing.run"]._get_days_since(self.company, today)
        self.assertEqual(len(days), 31)
        self.assertEqual(max(days), today)
        self.company.customs_auto_billing_date = today - timedelta(days=2)
        days = self.env["customs.billing.run"]._get_days_since(self.company, today)
        self.assertEqual(days, [today, today - timedelta(days=1)])
