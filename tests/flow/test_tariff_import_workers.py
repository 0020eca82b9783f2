"""The import as background work: workers that die, wait for each other, or stop."""

from unittest.mock import patch

from importing import LINES, schedule

from odoo import SUPERUSER_ID, api
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.customs_invoicing.models import customs_tariff_import_job as jobs
from odoo.addons.customs_invoicing.models.customs_tariff_import_measures import (
    MeasuresStep,
)

TARIFF = "TEST-WORKERS"


@tagged("post_install", "-at_install")
class TestTariffImportWorkers(TransactionCase):
    """Uses connections of its own, so what it makes is committed and deleted again."""

    def setUp(self):
        super().setUp()
        self.connection = db_connect(self.env.cr.dbname)
        self.addCleanup(self._delete)
        self.enterContext(patch.object(jobs, "BATCH", 3))
        with self.connection.cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            self.tariff_id = (
                env["customs.tariff"].create({"name": "Workers", "code": TARIFF}).id
            )
            self.good_id = self._create_job(env, schedule(LINES))
            self.bad_id = self._create_job(env, b"no tariff at all")

    def _create_job(self, env, content):
        file = env["ir.attachment"].create({"name": "tariff.csv", "raw": content})
        job = env["customs.tariff.import"].create(
            {"tariff_id": self.tariff_id, "attachment_ids": [(6, 0, file.ids)]}
        )
        job.action_start()
        return job.id

    def _delete(self):
        with self.connection.cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            tariff = env["customs.tariff"].search([("code", "=", TARIFF)])
            own = [("tariff_id", "=", tariff.id)]
            imports = env["customs.tariff.import"].search(own)
            imports.action_cancel()
            imports.attachment_ids.unlink()
            imports.unlink()
            for model in ("customs.measure", "customs.measure.type"):
                env[model].with_context(active_test=False).search(own).unlink()
            groups = env["res.country.group"].search([("code", "=like", f"{TARIFF}:%")])
            tariff.unlink()
            groups.unlink()

    def _work(self):
        """Let a worker of its own do what it finds; return its connection's result."""
        with self.connection.cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            env["customs.tariff.import"]._cron_process()

    def _read(self, job_id):
        with self.connection.cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            job = env["customs.tariff.import"].browse(job_id)
            names = ("state", "problem", "step", "position", "row_done", "counts")
            count = env["customs.measure"].search_count(
                [("tariff_id", "=", self.tariff_id)]
            )
            return {**{name: job[name] for name in names}, "measures": count}

    def test_one_that_stops_does_not_stop_the_others(self):
        with self.connection.cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            # the bad one is first in the queue
            third_id = self._create_job(env, schedule(LINES))
            env["customs.tariff.import"].browse(self.good_id).action_cancel()
        self._work()
        bad = self._read(self.bad_id)
        self.assertEqual(bad["state"], "failed")
        self.assertIn("tariff.csv", bad["problem"])
        self.assertEqual(self._read(third_id)["state"], "done")
        self.assertEqual(self._read(self.good_id)["state"], "cancelled")

    @mute_logger("odoo.addons.customs_invoicing.models.customs_tariff_import_job")
    def test_continues_where_it_stopped(self):
        calls = []
        process = MeasuresStep.process

        def fail(step, start, stop):
            calls.append(start)
            process(step, start, stop)
            if len(calls) == 2:
                raise ConnectionError("the line is dead")

        with patch.object(MeasuresStep, "process", fail):
            self._work()
        stopped = self._read(self.good_id)
        self.assertEqual(stopped["state"], "failed")
        self.assertIn("the line is dead", stopped["problem"])
        # the batch that failed left nothing, the ones before are there
        self.assertEqual(stopped["measures"], 3)
        self.assertEqual(stopped["row_done"], len(LINES) + 3)
        with self.connection.cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            env["customs.tariff.import"].browse(self.good_id).action_continue()
        self._work()
        done = self._read(self.good_id)
        self.assertEqual(done["state"], "done")
        self.assertEqual(done["counts"]["measures"]["imported"], done["measures"])
        self.assertEqual(done["counts"]["codes"], {"imported": len(LINES)})

    def test_two_workers_do_not_take_the_same(self):
        with self.connection.cursor() as busy:
            env = api.Environment(busy, SUPERUSER_ID, {})
            job = env["customs.tariff.import"].browse(self.good_id)
            self.assertTrue(job._lock())
            self._work()  # finds the other one only
            busy.rollback()
        self.assertEqual(self._read(self.good_id)["state"], "queued")
        self.assertEqual(self._read(self.bad_id)["state"], "failed")
        self._work()
        self.assertEqual(self._read(self.good_id)["state"], "done")

    def test_two_workers_share_the_batches_of_one(self):
        """A second worker may take over between two batches: no row comes twice."""
        rounds = []
        commit = jobs.CustomsTariffImport._lock

        def lock_after_another(job):
            if len(rounds) == 2:
                rounds.append("other")
                job.env.cr.commit()
                self._work()
            rounds.append("own")
            return commit(job)

        with patch.object(jobs.CustomsTariffImport, "_lock", lock_after_another):
            self._work()
        done = self._read(self.good_id)
        self.assertEqual(done["state"], "done")
        self.assertEqual(done["counts"]["codes"], {"imported": len(LINES)})
        self.assertEqual(done["counts"]["measures"]["imported"], done["measures"])

    def test_cancelled_while_it_runs(self):
        process = jobs.CustomsTariffImport._process_batch

        def cancel(job, run, batch=3):
            result = process(job, run, batch)
            if job.step == "codes" and job.position == 3:
                job.state = "cancelled"
            return result

        with patch.object(jobs.CustomsTariffImport, "_process_batch", cancel):
            self._work()
        found = self._read(self.good_id)
        self.assertEqual((found["state"], found["row_done"]), ("cancelled", 3))
