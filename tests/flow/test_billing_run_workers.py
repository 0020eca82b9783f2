"""Billing runs as background work: workers that share, die, or wait for others."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.customs_invoicing.models import customs_billing_run_work as work
from odoo.addons.customs_invoicing.models.res_company import ResCompany

REFERENCE = "TEST-BILLING-WORKERS"
WORK = "odoo.addons.customs_invoicing.models.customs_billing_run_work"


class WorkerDied(BaseException):
    """Nothing catches it, as nothing catches the end of a process."""


@tagged("post_install", "-at_install")
class TestBillingRunWorkers(TransactionCase):
    """Uses connections of its own, so what it makes is committed and deleted again.

    The files bear a service only, and the company is taken as it is: nothing of it
    changes.
    """

    def setUp(self):
        super().setUp()
        self.connection = db_connect(self.env.cr.dbname)
        self.addCleanup(self._delete)
        self.enterContext(patch.object(work, "CHUNK", 2))
        self.enterContext(
            patch.object(ResCompany, "_get_customs_setup_gaps", lambda *args: [])
        )
        with self._worker() as env:
            client = env["res.partner"].create({"name": REFERENCE})
            service = env.ref("customs_invoicing.charge_code_clearance")
            files = env["customs.declaration"].create(
                [
                    {
                        "capacity": "direct",
                        "client_id": client.id,
                        "declarant_reference": REFERENCE,
                        "charge_ids": [
                            (0, 0, {"charge_code_id": service.id, "amount": 80})
                        ],
                    }
                    for _file in range(6)
                ]
            )
            files.state = "ready"
            run = env["customs.billing.run"]._start_with(files, finish="draft")
            self.file_ids, self.run_id = files.ids, run.id

    @contextmanager
    def _worker(self):
        """An environment with a connection of its own; commits at the end."""
        with self.connection.cursor() as cursor:
            yield api.Environment(cursor, SUPERUSER_ID, {})

    def _delete(self):
        with self._worker() as env:
            env["customs.billing.run"].search(
                [("line_ids.declaration_id.declarant_reference", "=", REFERENCE)]
            ).write({"state": "cancelled"})
            env["customs.billing.run"].search(
                [("line_ids.declaration_id.declarant_reference", "=", REFERENCE)]
            ).unlink()
            files = env["customs.declaration"].search(
                [("declarant_reference", "=", REFERENCE)]
            )
            files.charge_ids.move_line_ids.move_id.unlink()
            files.state = "draft"
            files.charge_ids.unlink()
            files.unlink()
            env["res.partner"].search([("name", "=", REFERENCE)]).unlink()

    def _work(self):
        """Let a worker of its own do what it finds."""
        with self._worker() as env:
            env["customs.billing.run"]._cron_process()

    def _plan(self):
        with self._worker() as env:
            env["customs.billing.run"].browse(self.run_id)._process_next()

    def _read(self):
        """Return the state of the run and how often each file is billed."""
        with self._worker() as env:
            run = env["customs.billing.run"].browse(self.run_id)
            files = env["customs.declaration"].browse(self.file_ids)
            return (
                run.state,
                run.count_done,
                [len(file.charge_ids.move_line_ids) for file in files],
            )

    def assert_all_billed_once(self):
        self.assertEqual(self._read(), ("done", 6, [1] * 6))

    # === TESTS === #

    def test_one_worker_does_all(self):
        self._work()
        self.assert_all_billed_once()

    def test_two_workers_share_the_chunks(self):
        self._plan()
        with self._worker() as slow:
            run = slow["customs.billing.run"].browse(self.run_id)
            mine = run._take_chunk()
            self.assertEqual(len(mine), 2)
            self._work()  # finds the other chunks only, and leaves the run open
            self.assertEqual(self._read()[:2], ("running", 4))
            run._bill_chunk(mine)
        self.assertEqual(self._read()[:2], ("running", 6))
        self._work()
        self.assert_all_billed_once()

    def test_a_worker_that_dies_loses_its_chunk_only(self):
        bill, calls = work.CustomsBillingRun._bill_lines, []

        def die(run, lines):
            bill(run, lines)
            calls.append(lines)
            if len(calls) == 2:
                raise WorkerDied

        with (
            patch.object(work.CustomsBillingRun, "_bill_lines", die),
            self.assertRaises(WorkerDied),
        ):
            self._work()
        self.assertEqual(self._read(), ("running", 2, [1, 1, 0, 0, 0, 0]))
        self._work()
        self.assert_all_billed_once()

    @mute_logger("odoo.sql_db")
    def test_another_user_changes_a_file_at_the_same_moment(self):
        """The chunk is tried again with what the other one wrote."""
        bill, calls = work.CustomsBillingRun._bill_lines, []

        def interrupted(run, lines):
            calls.append(lines)
            if len(calls) == 1:
                with self._worker() as other:
                    file = other["customs.declaration"].browse(self.file_ids[0])
                    file._lock_for_money()
                    file.charge_ids.amount = 95
            return bill(run, lines)

        with patch.object(work.CustomsBillingRun, "_bill_lines", interrupted):
            self._work()
        self.assertEqual(len(calls), 4)
        self.assert_all_billed_once()
        with self._worker() as env:
            file = env["customs.declaration"].browse(self.file_ids[0])
            self.assertEqual(file.charge_ids.move_line_ids.price_unit, 95)

    def test_stopped_between_two_chunks(self):
        bill = work.CustomsBillingRun._bill_chunk

        def stop(run, lines):
            bill(run, lines)
            run.action_stop()

        with patch.object(work.CustomsBillingRun, "_bill_chunk", stop):
            self._work()
        self.assertEqual(self._read()[:2], ("cancelled", 2))
        self._work()
        self.assertEqual(self._read()[:2], ("cancelled", 2))
        with self._worker() as env:
            env["customs.billing.run"].browse(self.run_id).action_continue()
        self._work()
        self.assert_all_billed_once()

    @mute_logger(WORK)
    def test_the_run_as_a_whole_fails_in_words(self):
        with patch.object(
            work.CustomsBillingRun, "_write_plan", side_effect=ConnectionError("gone")
        ):
            self._work()
        with self._worker() as env:
            run = env["customs.billing.run"].browse(self.run_id)
            self.assertEqual(run.state, "cancelled")
            self.assertIn("gone", run.problem)
            run.action_continue()
            self.assertFalse(run.problem)
        self._work()
        self.assert_all_billed_once()
