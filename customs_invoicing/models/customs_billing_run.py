from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..tools import own_values

#: What only the work itself writes: a run does what its user may do
OWN = {"name", "user_id", "state", "started_at", "finished_at", "is_planned", "problem"}
#: What cannot change once the work has begun
FIXED = {"company_id", "what", "domain", "finish", "invoice_date"}


class CustomsBillingRun(models.Model):
    """Billing many files in the background, a chunk at a time."""

    _name = "customs.billing.run"
    _description = "Customs Billing Run"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env._("New"),
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Started by",
        readonly=True,
        copy=False,
        help="The run does what this user may do.",
    )
    what = fields.Selection(
        string="Files",
        selection=[
            ("ready", "All that are ready to bill"),
            ("due", "Those whose billing profile is due"),
            ("selected", "Selected files"),
        ],
        required=True,
        default="ready",
    )
    domain = fields.Char(
        string="Only",
        default="[]",
        help="Conditions that the files have to meet besides.",
    )
    invoice_date = fields.Date(
        string="Invoice date",
        help="Empty: the day on which each invoice is confirmed.",
    )
    finish = fields.Selection(
        string="The invoices",
        selection=[
            ("profile", "As billing profiles say"),
            ("draft", "Stay drafts"),
            ("post", "Are confirmed"),
            ("send", "Are confirmed and sent"),
        ],
        required=True,
        default="profile",
        help="Confirming needs a verifier. Without one, and without a billing profile, "
        "invoices stay drafts.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Stopped"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    is_planned = fields.Boolean(readonly=True, copy=False)
    problem = fields.Text(readonly=True, copy=False)
    started_at = fields.Datetime(string="Started", readonly=True, copy=False)
    finished_at = fields.Datetime(string="Finished", readonly=True, copy=False)
    line_ids = fields.One2many(
        comodel_name="customs.billing.run.line",
        inverse_name="run_id",
        string="Results",
        readonly=True,
    )
    count_files = fields.Integer(string="Files in it", compute="_compute_counts")
    count_waiting = fields.Integer(string="Waiting", compute="_compute_counts")
    count_done = fields.Integer(string="Billed", compute="_compute_counts")
    count_nothing = fields.Integer(string="Nothing to bill", compute="_compute_counts")
    count_failed = fields.Integer(string="Failed", compute="_compute_counts")
    count_skipped = fields.Integer(string="Blocked", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts")
    invoice_count = fields.Integer(string="Invoices", compute="_compute_invoices")
    amount_total = fields.Monetary(
        string="Invoiced with tax",
        compute="_compute_invoices",
        help="Total of the invoices with tax, credit notes deducted, in the currency "
        "of the company.",
    )
    is_left_waiting = fields.Boolean(
        string="Not taken up",
        compute="_compute_is_left_waiting",
        help="Nothing in the background took up the run for a minute.",
    )
    summary = fields.Char(compute="_compute_summary")

    # === COMPUTE METHODS === #

    @api.depends("line_ids.state")
    def _compute_counts(self):
        groups = self.env["customs.billing.run.line"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        counts = {(run.id, state): count for run, state, count in groups}
        states = ("waiting", "done", "nothing", "failed", "skipped")
        for run in self:
            found = {state: counts.get((run.id, state), 0) for state in states}
            for state, count in found.items():
                run[f"count_{state}"] = count
            total = sum(found.values())
            run.count_files = total
            done = total - found["waiting"]
            run.progress = 100.0 * done / total if total else 0.0

    @api.depends("line_ids.invoice_ids")
    def _compute_invoices(self):
        for run in self:
            invoices = run._get_invoices()
            run.invoice_count = len(invoices)
            run.amount_total = sum(invoices.mapped("amount_total_signed"))

    @api.depends("state", "is_planned", "started_at")
    def _compute_is_left_waiting(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
        for run in self:
            waits = run.state == "running" and not run.is_planned and run.started_at
            run.is_left_waiting = bool(waits) and run.started_at < limit

    @api.depends("line_ids.state", "line_ids.invoice_ids")
    def _compute_summary(self):
        for run in self:
            parts = [
                self.env._("%(count)s billed", count=run.count_done),
                run.count_nothing
                and self.env._("%(count)s with nothing open", count=run.count_nothing),
                run.count_skipped
                and self.env._("%(count)s blocked", count=run.count_skipped),
                run.count_failed
                and self.env._("%(count)s failed", count=run.count_failed),
                run.count_waiting
                and self.env._("%(count)s waiting", count=run.count_waiting),
            ]
            run.summary = self.env._(
                "%(files)s files: %(parts)s; %(invoices)s invoices",
                files=run.count_files,
                parts=", ".join(part for part in parts if part),
                invoices=run.invoice_count,
            )

    def _get_invoices(self):
        """Return the invoices that the run made and nobody deleted."""
        return self.env["account.move"].browse(
            move.id
            for (move,) in self.env["customs.billing.run.line"]._read_group(
                [("run_id", "in", self.ids), ("invoice_ids", "!=", False)],
                ["invoice_ids"],
            )
            if move
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        numbered = []
        for vals in vals_list:
            self._check_own(vals)
            company = vals.get("company_id") or self.env.company.id
            number = (
                self.env["ir.sequence"]
                .with_company(company)
                .next_by_code("customs.billing.run")
            )
            name = number or self.env._("New")
            numbered.append({**own_values(self, OWN), **vals, "name": name})
        return super().create(numbered)

    def write(self, vals):
        self._check_own(vals)
        if FIXED & set(vals) and any(run.state != "draft" for run in self):
            raise UserError(
                self.env._("What a run bills, and how, is set before it starts.")
            )
        return super().write(vals)

    def _check_own(self, vals):
        """Who runs it and how far it is follows from starting it."""
        if OWN & set(vals) and not self.env.su:
            raise UserError(
                self.env._("Start, stop or continue the run with its buttons.")
            )

    @api.constrains("domain")
    def _check_domain(self):
        for run in self:
            run._get_conditions()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        for run in self:
            if run.state == "running":
                raise UserError(
                    self.env._("%(run)s is running. Stop it first.", run=run.name)
                )

    # === FILES === #

    def action_collect(self):
        """List the files as they are now."""
        self._check_draft()
        for run in self.filtered(lambda run: run.what != "selected"):
            run._set_files(run._find_files())
        return True

    def _find_files(self):
        """Return the files that the run bills by what it says."""
        self.ensure_one()
        files = self._search_ready(self.company_id, self._get_conditions())
        if self.what == "due":
            files = files._filter_billing_due([fields.Date.context_today(self)])
        return files

    def _get_conditions(self):
        """Return the conditions on files; say so where they are none."""
        self.ensure_one()
        try:
            conditions = literal_eval(self.domain or "[]")
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            conditions = None
        try:
            if not isinstance(conditions, list):
                raise ValueError(self.env._("they are no list of conditions"))
            domain = Domain(conditions)
            domain.validate(self.env["customs.declaration"])
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - what is typed fails in many ways
            raise ValidationError(
                self.env._(
                    "The conditions on files, %(conditions)s, cannot be read: "
                    "%(problem)s. Choose them anew, or leave them empty.",
                    conditions=self.domain,
                    problem=error,
                )
            ) from error
        return domain

    @api.model
    def _search_ready(self, company, domain=Domain.TRUE):
        """Return the files of a company that are ready to bill."""
        return self.env["customs.declaration"].search(
            Domain("company_id", "=", company.id)
            & Domain("billing_readiness", "=", "ready")
            & domain,
            order="id",
        )

    def _set_files(self, files):
        """Replace the files of runs that have not begun."""
        lines = self.env["customs.billing.run.line"].sudo()  # sudo: made here only
        lines.search([("run_id", "in", self.ids)]).unlink()
        lines.create(
            [
                {"run_id": run.id, "declaration_id": file.id}
                for run in self
                for file in files
            ]
        )
        self.invalidate_recordset(["line_ids"])

    def _check_draft(self):
        for run in self:
            if run.state != "draft":
                raise UserError(
                    self.env._("%(run)s has been started already.", run=run.name)
                )

    # === ACTIONS === #

    def action_start(self):
        """Hand the run over to the background."""
        self._check_draft()
        self.filtered(lambda run: not run.line_ids).action_collect()
        for run in self:
            if not run.line_ids:
                raise UserError(
                    self.env._(
                        "No file is ready to bill. What is open and what stops it is "
                        "listed under To bill, Blocked, and why."
                    )
                )
        self._queue()
        return True

    def _queue(self):
        self.check_access("write")
        if any(run.finish in ("post", "send") for run in self):
            self.env["customs.declaration"]._check_verifier(
                self.env._("confirm invoices in a billing run")
            )
        # sudo: only starting it says who runs it
        self.sudo().write(
            {
                "state": "running",
                "user_id": self.env.user.id,
                "started_at": fields.Datetime.now(),
                "finished_at": False,
                "is_planned": False,
                "problem": False,
            }
        )
        self._wake_workers()

    def action_process_now(self):
        """Do the work at once instead of waiting for the scheduled action."""
        self.check_access("write")
        for run in self.filtered(lambda run: run.state == "running"):
            run._run_as_starter(self.env["ir.cron"]._commit_progress)
        return True

    def action_stop(self):
        """Let the chunk that is being billed finish, and bill no further."""
        for run in self:
            if run.state != "running":
                raise UserError(self.env._("%(run)s is not running.", run=run.name))
        self.check_access("write")
        self.sudo().state = "cancelled"  # sudo: see _check_own
        return True

    def action_continue(self):
        """Bill what is still waiting."""
        for run in self:
            if run.state != "cancelled" or not run.count_waiting:
                raise UserError(
                    self.env._(
                        "%(run)s was not stopped, or nothing is waiting in it.",
                        run=run.name,
                    )
                )
        self._queue()
        return True

    def action_retry(self):
        """Try again what failed or was blocked."""
        for run in self:
            if run.state not in ("done", "cancelled"):
                raise UserError(self.env._("%(run)s is still running.", run=run.name))
        lines = self.line_ids.filtered(lambda ln: ln.state in ("failed", "skipped"))
        if not lines:
            raise UserError(self.env._("Nothing failed or was blocked."))
        # sudo: results are written by the run only
        lines.sudo().write({"state": "waiting", "message": False})
        self._queue()
        return True

    def action_refresh(self):
        """Read again how far it is."""
        return True

    def action_view_invoices(self):
        """Open the invoices of the run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action.update(
            domain=[("id", "in", self._get_invoices().ids)],
            context={"default_move_type": "out_invoice"},
        )
        return action

    def action_view_lines(self):
        """Open the files of the run with their results."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_billing_run_line_action"
        )
        action.update(domain=[("run_id", "=", self.id)])
        return action

    @api.model
    def _start_with(self, files, **vals):
        """Create and start a run of files; return it."""
        run = self.create(
            {"what": "selected", "company_id": files.company_id.id, **vals}
        )
        run._set_files(files)
        run.action_start()
        return run
