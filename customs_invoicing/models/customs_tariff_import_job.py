import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..formats import tariff as readers
from ..formats.errors import MESSAGES, FormatError
from .customs_tariff_import_codes import CodesStep
from .customs_tariff_import_ending import EndingStep
from .customs_tariff_import_lookups import Lookups
from .customs_tariff_import_measures import MeasuresStep
from .customs_tariff_import_reference import (
    AgreementsStep,
    ExchangeRatesStep,
    QuotasStep,
)
from .customs_tariff_import_run import COUNTERS, ImportRun

_logger = logging.getLogger(__name__)

#: Rows written between two commits: a second or two of work.
BATCH = 5000
#: Seconds a scheduled run should have left for another batch.
RESERVE = 10
#: Steps in their order, and which of them count as rows
ROW_STEPS = ("codes", "agreements", "quotas", "measures", "exchange_rates")
STEPS = (*ROW_STEPS, "ending", "flags")
#: What a user who imports must be allowed to do
_ACCESS = (
    ("customs.tariff.code", ("create", "write")),
    ("customs.measure.type", ("create",)),
    ("customs.measure", ("create", "write", "unlink")),
    ("customs.agreement", ("create", "write")),
    ("customs.quota", ("create", "write")),
    ("customs.exchange.rate", ("create", "write")),
    ("customs.tariff.import", ("write",)),
)


class CustomsTariffImport(models.Model):
    """The work: in batches, so that it can be watched, stopped and continued."""

    _inherit = "customs.tariff.import"

    # === IN THE BACKGROUND === #

    @api.model
    def _cron_process(self):
        """Work on the imports that wait, one after the other, until time is up.

        Several workers may do so at once: a row lock, taken anew for each batch, gives
        every batch to one of them.  An import that stops does not stop the others.
        """
        commit = self.env["ir.cron"]._commit_progress
        seen = self.browse()
        while True:
            waiting = self.search(
                [("state", "in", ("queued", "running")), ("id", "not in", seen.ids)],
                order="id",
            )
            job = waiting.try_lock_for_update(allow_referencing=True, limit=1)
            if not job:
                commit(remaining=0)
                return
            seen += job
            user = job.user_id or self.env.user
            job = job.with_user(user).with_context(lang=user.lang)
            left = job._run(commit, remaining=len(waiting))
            if left < RESERVE:
                return

    def _run(self, commit, remaining=1):
        """Work on one import until it is done, stops, or time is up.

        :param commit: called after each batch; returns the seconds that are left
        :return: seconds left
        """
        self.ensure_one()
        job_id, left = self.id, float("inf")
        try:
            run = None
            while self._lock():
                run = run or self._open()
                is_done = self._process_batch(run)
                left = commit(1, remaining=0 if is_done else remaining)
                if is_done or left < RESERVE:
                    break
        except Exception as error:  # noqa: BLE001 - whatever it is, the user is told
            self.env.cr.rollback()
            self.env.invalidate_all()
            self.browse(job_id)._stop(error)
            left = commit()
        return left

    def _lock(self):
        """Take the row for one batch; return whether it still is ours to work on."""
        self.env.invalidate_all()
        job = self.try_lock_for_update(allow_referencing=True)
        return bool(job) and job.state in ("queued", "running")

    # === AT ONCE === #

    def _process(self, batch=None):
        """Import everything in the current transaction.

        :raise UserError: what is wrong with the files, with nothing written
        """
        for record in self:
            if record.state in ("draft", "failed", "cancelled"):
                record.write({"state": "queued", "problem": False})
            if not record.user_id:
                record.user_id = self.env.user
            run = record._open()
            while not record._process_batch(run, batch):
                pass

    # === STEPS === #

    def _open(self):
        """Read the files and return the :class:`ImportRun`, ready for the next batch.

        :raise UserError: what is wrong with them
        :raise AccessError: rows are written by SQL, so rights are checked here
        """
        self.ensure_one()
        for model, operations in _ACCESS:
            for operation in operations:
                self.env[model].check_access(operation)
        self.env.flush_all()
        document = self._read_document()
        run = ImportRun(self, document)
        lookups = Lookups(run)
        codes, measures = CodesStep(run), MeasuresStep(run, lookups)
        run.steps = {
            "codes": codes,
            "agreements": AgreementsStep(run, lookups),
            "quotas": QuotasStep(run, lookups),
            "measures": measures,
            "exchange_rates": ExchangeRatesStep(run, lookups),
            "ending": EndingStep(run, codes, measures),
        }
        if not self.step:
            total = sum(len(run.steps[name].rows) for name in ROW_STEPS)
            self.write({**self._prepare_begin_vals(), "row_total": total})
            self.write({"started_at": fields.Datetime.now(), "step": STEPS[0]})
        self.state = "running"
        return run

    @api.model
    def _prepare_begin_vals(self):
        """Return the values of an import that has not begun."""
        return {
            "step": False,
            "position": 0,
            "row_done": 0,
            "row_total": 0,
            "counts": False,
            "notes": False,
            "started_at": False,
            "finished_at": False,
            **{f"count_{name}": 0 for name in COUNTERS},
        }

    def _process_batch(self, run, batch=None):
        """Do the next batch and note how far it went; return whether all is done."""
        name, start = self.step, self.position
        step = run.steps.get(name)
        count = len(step.rows) if name in ROW_STEPS else 0
        stop = min(start + (batch or BATCH), count)
        if count:
            if name == "measures" and not hasattr(step, "keys"):
                step.prepare()
            step.process(start, stop)
        elif name == "ending":
            self._process_ending(run, step)
        elif name == "flags":
            self._process_document_flags(run)
        run.write_flags()
        # raw SQL went past the caches
        self.env.invalidate_all()
        self._note_progress(run, name, start, stop, count)
        return self.state == "done"

    def _process_ending(self, run, step):
        if self.is_complete and run.document.measures:
            if not hasattr(step.measures, "keys"):
                step.measures.prepare()
        step.process()

    def _process_document_flags(self, run):
        """Store what the reader itself doubts, besides rates it could not read."""
        unread = {
            (row.row, row.code, reason)
            for row in run.document.measures
            if row.components is None
            for reason in ("rate_not_read", row.problem)
        }
        for flag in run.document.flags:
            if (flag.row, flag.code, flag.reason) not in unread:
                run.flag(
                    "file",
                    flag.row,
                    flag.code,
                    flag.reason,
                    text=flag.text or None,
                    column_name=flag.field or None,
                )

    def _note_progress(self, run, name, start, stop, count):
        """Store where the import stands, in the transaction of the batch itself."""
        vals = {
            "position": stop,
            "row_done": self.row_done + max(stop - start, 0),
            "counts": {kind: dict(c) for kind, c in run.counts.items() if c},
            "notes": run.notes,
            **{
                f"count_{counter}": sum(c[counter] for c in run.counts.values())
                for counter in COUNTERS
            },
        }
        if stop >= count:
            place = STEPS.index(name) + 1
            if place < len(STEPS):
                vals |= {"step": STEPS[place], "position": 0}
            else:
                vals |= {"state": "done", "finished_at": fields.Datetime.now()}
        self.write(vals)
        if self.state == "done":
            if self.row_total >= BATCH:
                # the planner must know of the new rows before the next declaration
                self.env.cr.execute(
                    "ANALYZE customs_measure, customs_measure_component"
                )
            if self.edition:
                self.tariff_id.edition = self.edition
            self._notify_end()

    # === FILES === #

    def _get_content(self):
        """Return ``(name, bytes)`` of one file, or a list of them of several."""
        self.ensure_one()
        # a form is read with sizes in place of contents
        attachments = self.attachment_ids.with_context(bin_size=False)
        files = [(file.name, file.raw or b"") for file in attachments]
        if len(files) == 1:
            return files[0]
        return ", ".join(name for name, _content in files), files

    def _read_document(self):
        """Return the :class:`TariffDocument` of the files.

        :raise UserError: what is wrong with them, in the user's language
        """
        if not self.attachment_ids:
            raise UserError(
                self.env._("Add the files of the publication first, then start.")
            )
        name, content = self._get_content()
        chosen = None if self.format == "recognise" else self.format
        try:
            document = readers.read(name, content, chosen, **self._prepare_options())
        except FormatError as error:
            template = MESSAGES[error.code]
            raise UserError(
                self.env._(template, **error.values)  # pylint: disable=W8301
            ) from error
        if document.meursing:
            raise UserError(
                self.env._(
                    "%(name)s lists the contents that Meursing codes stand for. State "
                    "the code (7 and three digits) on the item; what it costs are "
                    "measures of types 672 to 674, which are imported like others.",
                    name=name,
                )
            )
        if not any(rows for _kind, rows in document.rows()):
            raise UserError(
                self.env._(
                    "%(name)s has no row that could be read. Check that it is the file "
                    "you meant, with its first row.",
                    name=name,
                )
            )
        return document

    def _get_earlier(self):
        """Return the other imports of the same files into the same tariff."""
        self.ensure_one()
        own = self.attachment_ids.mapped("checksum")
        others = self.search(
            [
                ("tariff_id", "=", self.tariff_id.id),
                ("id", "!=", self.id),
                ("attachment_ids.checksum", "in", own),
            ]
        )
        return others.filtered(
            lambda other: (
                sorted(other.attachment_ids.mapped("checksum")) == sorted(own)
            )
        )

    def _prepare_options(self):
        """Return what the readers ask for and the file may not say."""
        options = {
            "code_length": self.tariff_id.code_length or None,
            "date_order": self.date_order,
            "national": self.tariff_id.currency_id.name or None,
        }
        if self.measure_type_id:
            options["type_code"] = self.measure_type_id.code
        if self.currency_id:
            options["currency"] = self.currency_id.name
        if self.quotation:
            options["quotation"] = self.quotation
        return options

    # === THE END === #

    def _stop(self, error):
        """Note in words why the import cannot go on; what is committed stays."""
        if isinstance(error, UserError | AccessError):
            words = str(error)
        else:
            _logger.error("Tariff import %s stopped", self.id, exc_info=error)
            words = self.env._(
                "An unexpected error stopped the import: %(error)s. What was imported "
                "so far is kept. Press Continue; if it stops again at the same row, "
                "ask your administrator, the details are in the server log.",
                error=str(error).strip().splitlines()[0][:300] if str(error) else "–",
            )
        if isinstance(error, psycopg2.errors.SerializationFailure):
            # somebody else wrote at the same moment: the next turn goes on
            return
        self.write({"state": "failed", "problem": words})
        self._notify_end()

    def _notify_end(self):
        """Tell the user who started it, wherever they are."""
        is_done = self.state == "done"
        numbers = {
            "name": self.name,
            "imported": self.count_imported,
            "changed": self.count_changed,
            "ended": self.count_ended,
            "flagged": self.count_flagged,
        }
        if self.is_nothing_imported:
            message = f"{self.name}: {self._get_nothing_words()}"
        elif is_done:
            message = self.env._(
                "%(name)s: %(imported)s imported, %(changed)s changed, "
                "%(ended)s ended, %(flagged)s to look at.",
                **numbers,
            )
        else:
            message = self.env._(
                "%(name)s stopped: %(problem)s", name=self.name, problem=self.problem
            )
        self.message_post(body=message)
        user = self.user_id or self.env.user
        kind = "warning" if self.is_nothing_imported else "success"
        user._bus_send(
            "simple_notification",
            {
                "type": kind if is_done else "danger",
                "title": self.env._("Tariff import"),
                "message": message,
                "sticky": not is_done,
            },
        )
