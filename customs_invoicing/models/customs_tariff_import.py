import re
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..formats import tariff as readers
from ..formats.errors import FormatError

#: Publications by the name of their reader
FORMATS = [
    ("us_hts", "US tariff schedule (USITC, CSV)"),
    ("hs6", "HS nomenclature, six digits (CSV)"),
    ("taric_nomenclature", "TARIC nomenclature (CSV)"),
    ("taric_measures", "TARIC measures and components (two CSV files)"),
    ("taric_preferences", "Preferences of one agreement (CSV)"),
    ("uk_commodity", "Commodity of the UK tariff service (JSON)"),
    ("quotas", "Tariff quotas (CSV)"),
    ("agreements", "Agreements with their proofs (JSON, CSV)"),
    ("exchange_rates", "Official exchange rates (CSV, XML, JSON)"),
    ("spreadsheet", "Spreadsheet of codes and rates (XLS, XLSX, CSV)"),
]
#: Formats of which one file is a whole edition
COMPLETE_FORMATS = ("us_hts", "hs6", "taric_nomenclature")
OPEN_STATES = ("draft", "failed", "cancelled")


class CustomsTariffImport(models.Model):
    """A publication of a tariff that is read into codes, measures and rates."""

    _name = "customs.tariff.import"
    _description = "Tariff Import"
    _inherit = ["mail.thread"]
    _order = "id desc"

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    tariff_id = fields.Many2one(
        comodel_name="customs.tariff",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self._get_default_tariff(),
    )
    attachment_ids = fields.Many2many(
        string="Files",
        comodel_name="ir.attachment",
        relation="customs_tariff_import_attachment",
        copy=False,
        help="The publication as it was downloaded. TARIC measures and their "
        "components are two files of one publication.",
    )
    format = fields.Selection(
        selection=[("recognise", "Recognise by the content"), *FORMATS],
        required=True,
        default="recognise",
    )
    format_found = fields.Selection(
        string="Read as",
        selection=FORMATS,
        compute="_compute_format_found",
        help="What the content of the files looks like.",
    )
    edition = fields.Char(help="As the publisher names it: 2024 Basic edition.")
    effective_date = fields.Date(
        string="In force from",
        compute="_compute_effective_date",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="First day of lines for which the file says none. What it changes or no "
        "longer has ends the day before.",
    )
    is_complete = fields.Boolean(
        string="File is complete",
        compute="_compute_is_complete",
        store=True,
        readonly=False,
        help="The file is the whole edition: codes and rates in force that it does not "
        "have end the day before. Nothing is deleted.",
    )
    is_much_ending_meant = fields.Boolean(
        string="End even most lines",
        help="Without this, an edition that would end more than half of the lines in "
        "force stops before it does.",
    )
    measure_type_id = fields.Many2one(
        string="Measure type",
        comodel_name="customs.measure.type",
        compute="_compute_measure_type_id",
        store=True,
        readonly=False,
        domain="[('tariff_id', '=', tariff_id)]",
        ondelete="restrict",
        help="What the rates of a spreadsheet are: customs duty, excise…",
    )
    currency_id = fields.Many2one(
        string="Currency of the list",
        comodel_name="res.currency",
        help="Currency of exchange rates in a list that does not name it; in a "
        "spreadsheet, what $ means.",
    )
    quotation = fields.Selection(
        selection=[
            ("direct", "National currency per foreign unit"),
            ("inverse", "Foreign units per national unit"),
        ],
        help="How a list of exchange rates is quoted, where the file does not say.",
    )
    date_order = fields.Selection(
        string="Dates in the file",
        selection=[
            ("auto", "Recognise"),
            ("dmy", "Day before month"),
            ("mdy", "Month before day"),
        ],
        required=True,
        default="auto",
    )
    state = fields.Selection(
        selection=[
            ("draft", "New"),
            ("queued", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Stopped"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    problem = fields.Text(readonly=True, copy=False)
    user_id = fields.Many2one(
        string="Started by", comodel_name="res.users", readonly=True, copy=False
    )
    started_at = fields.Datetime(string="Started at", readonly=True, copy=False)
    finished_at = fields.Datetime(string="Finished at", readonly=True, copy=False)
    duration = fields.Float(
        string="Duration (s)", compute="_compute_duration", digits=(16, 1)
    )

    # Where it stands: enough for another worker to go on
    step = fields.Char(readonly=True, copy=False)
    position = fields.Integer(readonly=True, copy=False)
    row_done = fields.Integer(string="Rows done", readonly=True, copy=False)
    row_total = fields.Integer(string="Rows", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    counts = fields.Json(readonly=True, copy=False)
    notes = fields.Json(readonly=True, copy=False)
    report = fields.Html(compute="_compute_report", sanitize=False)
    count_imported = fields.Integer(string="Imported", readonly=True, copy=False)
    count_changed = fields.Integer(string="Changed", readonly=True, copy=False)
    count_unchanged = fields.Integer(string="Unchanged", readonly=True, copy=False)
    count_left_out = fields.Integer(string="Left out", readonly=True, copy=False)
    count_ended = fields.Integer(string="Ended", readonly=True, copy=False)
    count_flagged = fields.Integer(string="Flagged", readonly=True, copy=False)

    flag_ids = fields.One2many(
        string="Flags",
        comodel_name="customs.tariff.import.flag",
        inverse_name="import_id",
    )
    flag_count = fields.Integer(string="Open flags", compute="_compute_related_counts")
    code_count = fields.Integer(string="Codes", compute="_compute_related_counts")
    measure_count = fields.Integer(string="Measures", compute="_compute_related_counts")

    # === COMPUTE === #

    @api.model
    def _get_default_tariff(self):
        tariffs = self.env["customs.tariff"].search([], limit=2)
        return tariffs if len(tariffs) == 1 else self.env["customs.tariff"]

    @api.depends("tariff_id", "edition", "attachment_ids")
    def _compute_name(self):
        for record in self:
            what = record.edition or record.attachment_ids[:1].name
            name = " ".join(filter(None, (record.tariff_id.code, what)))
            record.name = name or self.env._("New import")

    @api.depends("edition")
    def _compute_effective_date(self):
        for record in self:
            year = re.search(r"\b(?:19|20)\d\d\b", record.edition or "")
            if year:
                record.effective_date = date(int(year[0]), 1, 1)
            else:
                record.effective_date = record.effective_date or fields.Date.today()

    @api.depends("attachment_ids", "format")
    def _compute_format_found(self):
        for record in self:
            found = record.format
            if found == "recognise":
                found = record._recognise() if record.attachment_ids else False
            record.format_found = found

    def _recognise(self):
        """Return the format by the content of the files, ``False`` for none we know."""
        name, content = self._get_content()
        try:
            found = readers.recognise(name, content)
        except FormatError:
            return False
        return found if found in dict(FORMATS) else False

    @api.depends("format_found")
    def _compute_is_complete(self):
        for record in self:
            record.is_complete = record.format_found in COMPLETE_FORMATS

    @api.depends("tariff_id")
    def _compute_measure_type_id(self):
        for record in self:
            types = record.tariff_id.measure_type_ids
            if record.measure_type_id not in types:
                record.measure_type_id = types.filtered(
                    lambda t: t.series == "duty"
                ).sorted("priority")[:1]

    @api.depends("started_at", "finished_at")
    def _compute_duration(self):
        now = fields.Datetime.now()
        for record in self:
            end = record.finished_at or now
            begin = record.started_at or end
            record.duration = (end - begin).total_seconds()

    @api.depends("row_done", "row_total", "state")
    def _compute_progress(self):
        for record in self:
            if record.state == "done":
                record.progress = 100.0
            elif record.row_total:
                record.progress = 100.0 * record.row_done / record.row_total
            else:
                record.progress = 0.0

    @api.depends("flag_ids.is_done")
    def _compute_related_counts(self):
        flags = self._count_related(
            "customs.tariff.import.flag", [("is_done", "=", False)]
        )
        codes = self._count_related("customs.tariff.code", [])
        measures = self._count_related("customs.measure", [])
        for record in self:
            record.flag_count = flags.get(record.id, 0)
            record.code_count = codes.get(record.id, 0)
            record.measure_count = measures.get(record.id, 0)

    def _count_related(self, model, domain):
        groups = self.env[model]._read_group(
            [("import_id", "in", self.ids), *domain], ["import_id"], ["__count"]
        )
        return {record.id: count for record, count in groups}

    # === FILES === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._bind_files()
        return records

    def write(self, vals):
        result = super().write(vals)
        if "attachment_ids" in vals:
            self._bind_files()
        return result

    def _bind_files(self):
        """Let whoever may read the import read its files, not only the sender."""
        for record in self:
            loose = record.attachment_ids.filtered(lambda file: not file.res_id)
            loose.write({"res_model": self._name, "res_id": record.id})

    # === ACTIONS === #

    def action_start(self):
        """Queue the imports: a scheduled action does the work."""
        self.check_access("write")
        for record in self:
            record._check_startable()
        self._queue()

    def action_continue(self):
        """Go on where a stopped or cancelled import was."""
        self.check_access("write")
        self.filtered(lambda r: r.state in ("failed", "cancelled"))._queue()

    def action_process_now(self):
        """Do the work at once instead of waiting for the scheduled action."""
        self.check_access("write")
        for record in self.filtered(lambda r: r.state in ("draft", "queued")):
            record._check_startable()
            record._queue()
            record._run(record._get_cron()._commit_progress)

    def action_cancel(self):
        """Stop; what was imported so far stays, and Continue goes on from there."""
        self.check_access("write")
        self.filtered(lambda r: r.state in ("queued", "running")).state = "cancelled"

    def action_draft(self):
        """Begin anew, for instance with another file."""
        self.check_access("write")
        self.filtered(lambda r: r.state in ("failed", "cancelled")).write(
            {"state": "draft", "problem": False, **self._prepare_begin_vals()}
        )

    def _check_startable(self):
        self.ensure_one()
        if self.state not in OPEN_STATES and self.state != "queued":
            raise UserError(
                self.env._(
                    "%(name)s was started already. To import the files again, "
                    "duplicate it.",
                    name=self.name,
                )
            )
        if not self.attachment_ids:
            raise UserError(
                self.env._("Add the files of the publication first, then start.")
            )

    def _queue(self):
        self.write({"state": "queued", "problem": False, "user_id": self.env.uid})
        if cron := self._get_cron():
            # sudo: scheduled actions belong to the settings; this only wakes ours up
            cron.sudo()._trigger()

    def _get_cron(self):
        return self.env.ref(
            "customs_invoicing.ir_cron_tariff_import", raise_if_not_found=False
        )

    def action_view_codes(self):
        return self._action_view("customs_tariff_code_action")

    def action_view_measures(self):
        return self._action_view("customs_measure_action")

    def action_view_flags(self):
        return self._action_view("customs_tariff_import_flag_action")

    def _action_view(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"customs_invoicing.{xmlid}"
        )
        action["domain"] = [("import_id", "=", self.id)]
        if "flag" not in xmlid:
            action["context"] = {"active_test": False}
        return action

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(record.state in ("queued", "running") for record in self):
            raise UserError(
                self.env._(
                    "Cancel an import before you delete it; what it wrote stays."
                )
            )
