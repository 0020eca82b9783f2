import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..engine.chunks import in_chunks, together

_logger = logging.getLogger(__name__)

#: Files billed between two commits: a few seconds of work
CHUNK = 100
#: Seconds a scheduled run should have left for another chunk
RESERVE = 10
#: Times in a row that a chunk is tried again because others changed the same files
RETRIES = 5
#: Scheduled actions that work on runs: one always, the other where there is much to do
WORKER = "customs_invoicing.ir_cron_billing_run"
HELPERS = ("customs_invoicing.ir_cron_billing_run_helper",)


class CustomsBillingRun(models.Model):
    """The work: a chunk at a time, so that it can be watched, stopped and continued.

    Everything a chunk does is one transaction.  A worker that dies loses its chunk and
    no more; what is billed does not come twice, for its charges are open no more.
    """

    _inherit = "customs.billing.run"

    # === IN THE BACKGROUND === #

    @api.model
    def _cron_process(self):
        """Work on the runs that have begun, the oldest first, until time is up.

        Several workers may do so at once: a row lock gives each chunk to one of them.
        """
        commit = self.env["ir.cron"]._commit_progress
        for run in self.search([("state", "=", "running")], order="id"):
            if run._run_as_starter(commit) < RESERVE:
                return
        commit(remaining=0)

    def _run_as_starter(self, commit):
        """Work with the rights of whoever started it; return the seconds left.

        A run that cannot even begin ends, whatever the cause: others come after it.
        """
        self.ensure_one()
        try:
            user = self._get_starter()
            run = self.with_user(user).with_context(lang=user.lang)
            return run.with_company(run.sudo().company_id)._run(commit)
        except Exception as error:  # noqa: BLE001 - one run must not stop the others
            self._start_anew()
            self._give_up(error)
            return commit()

    def _get_starter(self):
        """Return who started the run, while they may still work here."""
        user = self.sudo().user_id
        if not user or not (user.active or user._is_superuser()):
            raise UserError(
                self.env._(
                    "Whoever started the run has no account here any more. Continue "
                    "it under your own name."
                )
            )
        return user

    def _run(self, commit):
        """Bill chunks until none is left for us, the run is stopped or time is up.

        :param commit: called after each chunk; returns the seconds that are left
        :return: seconds left
        """
        self.ensure_one()
        tries, left = 0, float("inf")
        while True:
            try:
                count = self._process_next()
                left = commit(count, remaining=self._count_waiting())
                if not count or left < RESERVE:
                    return left
                tries = 0
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self._start_anew()
                tries += 1
                if tries > RETRIES:
                    # whoever is busy with these files goes first
                    self._wake_workers(
                        at=fields.Datetime.add(fields.Datetime.now(), minutes=1)
                    )
                    return commit()
            except Exception as error:  # noqa: BLE001 - whatever it is, the user is told
                self._start_anew()
                self._give_up(error)
                return commit()

    def _start_anew(self):
        self.env.cr.rollback()
        self.env.invalidate_all()

    def _give_up(self, error):
        """Note why the run as a whole cannot go on; what is billed stays billed."""
        _logger.error("Billing run %s stopped", self.id, exc_info=error)
        # sudo: see _check_own; who started it may have lost every right
        self.sudo().write(
            {"state": "cancelled", "problem": self._get_error_words(error)}
        )
        self._notify_end()

    def _count_waiting(self):
        return self.env["customs.billing.run.line"].search_count(
            [("run_id", "=", self.id), ("state", "=", "waiting")]
        )

    def _wake_workers(self, xmlids=(WORKER,), at=None):
        """Let scheduled actions begin, at once or at a time."""
        for xmlid in xmlids:
            cron = self.env.ref(xmlid, raise_if_not_found=False)
            if cron:
                cron.sudo()._trigger(at)  # sudo: users may not read scheduled actions

    # === STEPS === #

    def _process_next(self):
        """Do the next step in this transaction; return how many files it was about.

        Nothing: all is done, or others work on what is left.
        """
        self.ensure_one()
        self.env.invalidate_all()
        if self.state != "running":
            return 0
        if not self.is_planned:
            return self._plan()
        lines = self._take_chunk()
        if not lines:
            self._end_if_done()
            return 0
        self._bill_chunk(lines)
        return len(lines)

    def _plan(self):
        """Share the files out: those on one invoice are billed in one transaction."""
        if not self.sudo().try_lock_for_update(allow_referencing=True):
            return 0
        # sudo: results are written by the run only
        waiting = self.sudo().line_ids.filtered(lambda line: line.state == "waiting")
        line_by_file = {line.declaration_id.id: line.id for line in waiting}
        files = self.env["customs.declaration"].browse(line_by_file)
        groups = [
            charges.declaration_id.ids for _key, charges in files._get_billing_groups()
        ]
        chunks = in_chunks(together(files.ids, groups), CHUNK)
        rows = [
            (line_by_file[file_id], chunk, batch, is_first)
            for chunk, batches in enumerate(chunks, 1)
            for is_first, batch, file_id in _number(batches)
        ]
        self._write_plan(rows)
        self.sudo().is_planned = True  # sudo: see _check_own
        if len(chunks) > 1:
            self._wake_workers(HELPERS)
        return len(rows) or 1

    def _write_plan(self, rows):
        if not rows:
            return
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                UPDATE customs_billing_run_line line
                   SET chunk = plan.chunk, batch = plan.batch,
                       is_first = plan.is_first
                  FROM unnest(%s::int[], %s::int[], %s::int[], %s::bool[])
                       AS plan (id, chunk, batch, is_first)
                 WHERE line.id = plan.id
             RETURNING line.id
                """,
                *(list(column) for column in zip(*rows, strict=True)),
            )
        )
        self.env["customs.billing.run.line"].invalidate_model()

    def _take_chunk(self):
        """Return the lines of a chunk that no other worker has; they are ours now."""
        rows = self.env.execute_query(
            SQL(
                """SELECT chunk FROM customs_billing_run_line
                    WHERE run_id = %s AND state = 'waiting' AND is_first
                    ORDER BY chunk LIMIT 1 FOR UPDATE SKIP LOCKED""",
                self.id,
            )
        )
        lines = self.env["customs.billing.run.line"].sudo()  # sudo: see _plan
        if not rows:
            return lines
        return lines.search(
            [
                ("run_id", "=", self.id),
                ("chunk", "=", rows[0][0]),
                ("state", "=", "waiting"),
            ]
        )

    def _bill_chunk(self, lines):
        """Bill files together; one after the other where that fails."""
        try:
            self._bill_lines(lines)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - one bad file must not stop the rest
            batches = lines.grouped("batch").values()
            if len(batches) == 1:
                self._note_failure(lines, error)
                return
            for batch in batches:
                self._bill_chunk(batch)

    def _bill_lines(self, lines):
        """Bill the files of lines, all or none, and note what became of each."""
        with self.env.cr.savepoint():
            # the user's own rights decide on what is billed
            files = self.env["customs.declaration"].browse(lines.declaration_id.ids)
            files.check_access("write")
            files._lock_for_money()
            files._rate_automatically("invoice")
            stopping = files._get_stopping_blockers()
            free = files.filtered(lambda file: not stopping[file])
            invoices = free._create_invoices_of_groups(
                free._get_billing_groups(), self.invoice_date
            )
            left = self._finish_invoices(invoices)
            self._note_results(lines, stopping, invoices, left)
            self.env.flush_all()

    def _finish_invoices(self, invoices):
        """Confirm and send invoices; return those that stay drafts though asked.

        Confirming needs a verifier, whatever a billing profile says.
        """
        to_post, to_send = self._get_finishing(invoices)
        if (
            to_post
            and not self.env.su
            and not self.env.user.has_group("customs_invoicing.group_customs_verifier")
        ):
            if self.finish != "profile":
                self.env["customs.declaration"]._check_verifier(
                    self.env._("confirm invoices in a billing run")
                )
            return to_post
        if to_post:
            to_post._post(soft=False)
        self._send_invoices(to_send & to_post)
        return invoices.browse()

    def _get_finishing(self, invoices):
        """Return the invoices to confirm, and those to send."""
        if self.finish == "profile":
            return (
                invoices.filtered("customs_billing_profile_id.post_automatically"),
                invoices.filtered("customs_billing_profile_id.send_automatically"),
            )
        nothing = invoices.browse()
        return (
            invoices if self.finish in ("post", "send") else nothing,
            invoices if self.finish == "send" else nothing,
        )

    def _send_invoices(self, invoices):
        """Leave the sending to Odoo's own scheduled action, in the client's way."""
        if not invoices:
            return
        invoices.sending_data = {
            "author_user_id": self.env.user.id,
            "author_partner_id": self.env.user.partner_id.id,
        }
        # sudo: users may not read scheduled actions
        self.env.ref("account.ir_cron_account_move_send").sudo()._trigger()

    # === RESULTS === #

    def _note_results(self, lines, stopping, invoices, left):
        """Write what became of the files that were billed together.

        :param stopping: ``{file: what stops it}``
        :param left: invoices that somebody with the right has to confirm
        """
        by_file = defaultdict(list)
        for invoice in invoices:
            for file in invoice.invoice_line_ids.customs_declaration_id:
                by_file[file.id].append(invoice.id)
        states = defaultdict(lambda: lines.browse())
        for line in lines:
            file = line.declaration_id
            found = stopping[file]
            message = "\n".join(blocker.message for blocker in found) or False
            state = "skipped" if found else "nothing"
            if by_file[file.id]:
                state = "done"
                if left and set(by_file[file.id]) & set(left.ids):
                    message = self.env._(
                        "Its billing profile confirms invoices, which needs a "
                        "verifier: it stays a draft."
                    )
            elif not found:
                message = self.env._(
                    "Nothing is open: it is on an invoice already, or was credited."
                )
            states[state, message] |= line
        for (state, message), found in states.items():
            found.write({"state": state, "message": message})
        self._link_invoices(lines, by_file)

    def _link_invoices(self, lines, by_file):
        pairs = [
            (line.id, invoice_id)
            for line in lines
            for invoice_id in by_file[line.declaration_id.id]
        ]
        if not pairs:
            return
        line_ids, invoice_ids = (list(column) for column in zip(*pairs, strict=True))
        self.env.execute_query(
            SQL(
                """INSERT INTO customs_billing_run_line_move_rel
                          (customs_billing_run_line_id, account_move_id)
                   SELECT * FROM unnest(%s::int[], %s::int[])
                   ON CONFLICT DO NOTHING RETURNING account_move_id""",
                line_ids,
                invoice_ids,
            )
        )
        lines.invalidate_recordset(["invoice_ids"])

    def _note_failure(self, lines, error):
        """Say at the files why they could not be billed."""
        if not isinstance(error, UserError | AccessError):
            _logger.error(
                "Billing run %s: %s", self.id, lines.declaration_id, exc_info=error
            )
        lines.write({"state": "failed", "message": self._get_error_words(error)})

    def _get_error_words(self, error):
        if isinstance(error, UserError | AccessError):
            return str(error)
        return self.env._(
            "An unexpected error: %(error)s. Nothing of it was billed. Try again; if "
            "it comes back, ask your administrator, the details are in the server "
            "log.",
            error=(str(error).strip().splitlines() or ["–"])[0][:300],
        )

    def _end_if_done(self):
        """Close the run once no worker has anything of it left."""
        if self._count_waiting():
            return
        if not self.sudo().try_lock_for_update(allow_referencing=True):
            return
        # sudo: see _check_own
        self.sudo().write({"state": "done", "finished_at": fields.Datetime.now()})
        self._notify_end()

    def _notify_end(self):
        """Tell the user who started it; what is done stays done if that fails."""
        try:
            with self.env.cr.savepoint():
                # sudo: the result is told even to who lost the right to read the run
                self.sudo()._tell_starter()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.exception("Billing run %s: nobody could be told", self.id)

    def _tell_starter(self):
        """Write on the run how it ended, and notify who started it."""
        bad = self.count_failed + self.count_skipped
        is_done = self.state == "done"
        message = self.problem or self.summary
        self.message_post(body=message)
        user = self.user_id
        if bad and is_done and user.active:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Billing run: %(count)s not billed", count=bad),
                note=message,
                user_id=user.id,
            )
        user._bus_send(
            "simple_notification",
            {
                "type": "success" if is_done and not bad else "warning",
                "title": self.env._("Billing run %(name)s", name=self.name),
                "message": message,
                "sticky": bool(bad) or not is_done,
            },
        )


def _number(batches):
    """Yield ``(is first of all, number of the batch, member)`` of the members."""
    is_first = True
    for batch, members in enumerate(batches, 1):
        for member in members:
            yield is_first, batch, member
            is_first = False
