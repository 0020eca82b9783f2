from odoo import api, fields, models
from odoo.tools import SQL

from .customs_charge_amounts import CLIENT_MOVE_TYPES

LIMIT_STATES = [
    ("none", "No limit"),
    ("ok", "Within"),
    ("near", "Near"),
    ("over", "Over"),
]

#: What is outstanding for duties; the deposit of the same file covers it
DUTY_PARTS = ("unbilled_outlay", "unpaid_duty", "pending_duty")
PARTS = (*DUTY_PARTS, "deposit", "open_service", "unbilled_service")


class CustomsExposure(models.Model):
    """What each client owes us by now, and what of it is duty that we laid out.

    Read from the books, in the currency of the company:

    * Duty: outlays on the disbursement account that are not billed; the outlay part of
      open client invoices; what is assessed, or expected on a lodged declaration, and
      will be charged to us. It counts for the client of the file until it is billed,
      then for whoever it is billed to. Less the deposit of the same file where the
      company says so: it pays for no other file.
    * Services: the rest of what the client owes on open items, with tax, and services
      of files under way that are not billed.

    A payment settles outlays and services of its invoice pro rata: what is left open
    of an invoice holds them in the proportion of its lines. Money that is matched with
    no invoice yet lowers the service part only.
    """

    _name = "customs.exposure"
    _description = "Exposure by Client"
    _auto = False
    _order = "duty_percent desc, duty_exposure desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    unbilled_outlay = fields.Monetary(
        string="Unbilled outlay",
        readonly=True,
        help="Paid or owed by us for the client and not billed yet.",
    )
    unpaid_duty = fields.Monetary(
        string="Billed, unpaid",
        readonly=True,
        help="Outlay part of open invoices; payments count pro rata.",
    )
    pending_duty = fields.Monetary(
        string="Not debited yet",
        readonly=True,
        help="Assessed and not posted, or expected on a lodged declaration.",
    )
    deposit = fields.Monetary(
        string="Deposits held", readonly=True, help="The client's money that we hold."
    )
    deposit_counted = fields.Monetary(
        string="Covered by deposits",
        readonly=True,
        help="Deposits that cover what is outstanding for the same file.",
    )
    file_count = fields.Integer(
        string="Files", readonly=True, help="Files that anything is open of."
    )
    duty_exposure = fields.Monetary(string="Duty exposure", readonly=True)
    duty_limit = fields.Monetary(string="Duty limit", readonly=True)
    duty_extra = fields.Monetary(
        string="Duty limit, override",
        readonly=True,
        help="Granted for the time being on top of the limit.",
    )
    duty_unlimited = fields.Boolean(string="Duty limit lifted", readonly=True)
    duty_headroom = fields.Monetary(
        string="Duty headroom",
        readonly=True,
        help="What is left of the limit with its overrides.",
    )
    duty_percent = fields.Float(
        string="Duty limit used (%)", readonly=True, aggregator="max"
    )
    duty_state = fields.Selection(
        selection=LIMIT_STATES, string="Duty limit state", readonly=True
    )
    open_service = fields.Monetary(
        string="Services, unpaid",
        readonly=True,
        help="Services on open invoices with their tax, and whatever else the client "
        "owes.",
    )
    unbilled_service = fields.Monetary(
        string="Services, unbilled", readonly=True, help="Before tax."
    )
    service_exposure = fields.Monetary(string="Service exposure", readonly=True)
    service_limit = fields.Monetary(string="Service credit limit", readonly=True)
    service_extra = fields.Monetary(string="Service limit, override", readonly=True)
    service_unlimited = fields.Boolean(string="Service limit lifted", readonly=True)
    service_headroom = fields.Monetary(string="Service headroom", readonly=True)
    service_percent = fields.Float(
        string="Service limit used (%)", readonly=True, aggregator="max"
    )
    service_state = fields.Selection(
        selection=LIMIT_STATES, string="Service limit state", readonly=True
    )

    # === QUERIES === #

    @property
    def _table_query(self):
        return self._get_exposure_sql()

    @api.model
    def _query_clients(self, partners, company):
        """Return ``{commercial partner: its amounts by name}``, in one query.

        Clients who owe nothing are there too.
        """
        if not partners:
            return {}
        self._flush_exposure()
        query = self._get_exposure_sql(
            partners,
            SQL(
                "UNION SELECT %s::integer, UNNEST(%s::integer[])",
                company.id,
                list(partners.ids),
            ),
            SQL("client.company_id = %s", company.id),
        )
        names = [
            name
            for name, field in self._fields.items()
            if field.store and field.column_type
        ]
        columns = SQL(", ").join(SQL.identifier(name) for name in names)
        rows = self.env.execute_query(SQL("SELECT %s FROM (%s) found", columns, query))
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return {partners.browse(row["partner_id"]): row for row in found}

    @api.model
    def _query_files(self, files):
        """Return ``{declaration: (duty outstanding, deposit held)}`` of its client."""
        if not files:
            return {}
        self._flush_exposure()
        rows = self.env.execute_query(
            SQL(
                """SELECT file_id, partner_id,
                          SUM(amount) FILTER (WHERE kind = ANY(%s)),
                          SUM(amount) FILTER (WHERE kind = 'deposit')
                     FROM (%s) part
                    WHERE file_id = ANY(%s)
                    GROUP BY file_id, partner_id""",
                list(DUTY_PARTS),
                self._get_parts_sql(files.client_id.commercial_partner_id),
                list(files.ids),
            )
        )
        found = dict.fromkeys(files, (0.0, 0.0))
        for file_id, partner_id, duty, deposit in rows:
            record = files.browse(file_id)
            if record.client_id.commercial_partner_id.id == partner_id:
                found[record] = (float(duty or 0), float(deposit or 0))
        return found

    @api.model
    def _flush_exposure(self):
        """Write what the queries read."""
        for name in (
            "account.move",
            "account.move.line",
            "account.partial.reconcile",
            "customs.assessment",
            "customs.assessment.line",
            "customs.charge",
            "customs.declaration",
            "customs.funds.request",
            "customs.limit.override",
            "customs.payment.method",
            "res.company",
            "res.currency.rate",
            "res.partner",
        ):
            self.env[name].flush_model()

    @api.model
    def _get_exposure_sql(self, partners=None, more=None, wanted=None):
        """Return the query of one row for each company and client.

        :param partners: commercial partners whose items count, else all
        :param more: further ``(company, client)`` rows that are wanted
        :param wanted: condition on ``client``, the rows that are returned
        """
        amounts = SQL(", ").join(
            SQL(
                "COALESCE(SUM(amount) FILTER (WHERE kind = %s), 0) AS %s",
                name,
                SQL.identifier(name),
            )
            for name in PARTS
        )
        summed = SQL(", ").join(
            SQL("SUM(file.%s) AS %s", SQL.identifier(name), SQL.identifier(name))
            for name in PARTS
        )
        return SQL(
            """
            WITH file AS (
                SELECT part.company_id, part.partner_id, part.file_id, %(amounts)s
                  FROM (%(parts)s) part
                 GROUP BY part.company_id, part.partner_id, part.file_id
            ), client AS (
                SELECT DISTINCT company_id, partner_id FROM file %(more)s
            ), total AS (
                SELECT file.company_id, file.partner_id, %(summed)s,
                       COUNT(file.file_id) AS file_count,
                       SUM(LEAST(file.deposit, GREATEST(file.unbilled_outlay
                           + file.unpaid_duty + file.pending_duty, 0))) AS covered
                  FROM file GROUP BY file.company_id, file.partner_id
            ), rounded AS (%(rounded)s), limited AS (%(limited)s)
            SELECT limited.*,
                   %(duty)s, %(service)s
              FROM limited
            """,
            amounts=amounts,
            summed=summed,
            parts=self._get_parts_sql(partners),
            more=more or SQL(),
            rounded=self._get_rounded_sql(wanted or SQL("TRUE")),
            limited=self._get_limited_sql(),
            duty=self._get_state_sql("duty"),
            service=self._get_state_sql("service"),
        )

    @api.model
    def _get_rounded_sql(self, wanted):
        """Return the query that rounds; the open items stay whole to the cent."""

        def rounded(amount):
            return SQL(
                "ROUND(COALESCE(%s, 0) / currency.rounding) * currency.rounding", amount
            )

        names = ("unbilled_outlay", "unpaid_duty", "pending_duty", "deposit")
        return SQL(
            """
            SELECT client.company_id, client.partner_id, company.currency_id,
                   company.customs_limit_near_percent AS near, %(plain)s,
                   COALESCE(total.file_count, 0)::integer AS file_count,
                   CASE WHEN company.customs_exposure_less_deposits
                        THEN %(covered)s ELSE 0 END AS deposit_counted,
                   %(unbilled)s AS unbilled_service,
                   %(open)s - %(unpaid)s AS open_service
              FROM client
              JOIN res_company company ON company.id = client.company_id
              JOIN res_currency currency ON currency.id = company.currency_id
         LEFT JOIN total ON total.company_id = client.company_id
                        AND total.partner_id = client.partner_id
             WHERE %(wanted)s
            """,
            plain=SQL(", ").join(
                SQL(
                    "%s AS %s",
                    rounded(SQL.identifier("total", name)),
                    SQL.identifier(name),
                )
                for name in names
            ),
            covered=rounded(SQL("total.covered")),
            unbilled=rounded(SQL("total.unbilled_service")),
            open=rounded(SQL("total.open_service + total.unpaid_duty")),
            unpaid=rounded(SQL("total.unpaid_duty")),
            wanted=wanted,
        )

    @api.model
    def _get_limited_sql(self):
        """Return the query that adds limits and the overrides in force."""

        def limit(kind):
            name = f"customs_{kind}_limit"
            return SQL(
                """CASE WHEN (partner.customs_own_limits
                             ->> rounded.company_id::text)::boolean
                        THEN COALESCE((partner.%(name)s
                             ->> rounded.company_id::text)::numeric, 0)
                        ELSE COALESCE(company.%(name)s, 0) END""",
                name=SQL.identifier(name),
            )

        return SQL(
            """
            SELECT rounded.partner_id::bigint * 10000 + rounded.company_id AS id,
                   rounded.*,
                   unbilled_outlay + unpaid_duty + pending_duty - deposit_counted
                   AS duty_exposure,
                   open_service + unbilled_service AS service_exposure,
                   %(duty_limit)s AS duty_limit,
                   %(service_limit)s AS service_limit,
                   COALESCE(extra.duty, 0) AS duty_extra,
                   COALESCE(extra.service, 0) AS service_extra,
                   COALESCE(extra.duty_unlimited, FALSE) AS duty_unlimited,
                   COALESCE(extra.service_unlimited, FALSE) AS service_unlimited
              FROM rounded
              JOIN res_partner partner ON partner.id = rounded.partner_id
              JOIN res_company company ON company.id = rounded.company_id
         LEFT JOIN LATERAL (
                SELECT SUM(amount) FILTER (WHERE kind = 'duty') AS duty,
                       SUM(amount) FILTER (WHERE kind = 'service') AS service,
                       BOOL_OR(is_unlimited AND kind = 'duty') AS duty_unlimited,
                       BOOL_OR(is_unlimited AND kind = 'service') AS service_unlimited
                  FROM customs_limit_override granted
                 WHERE granted.partner_id = rounded.partner_id
                   AND granted.company_id = rounded.company_id
                   AND granted.declaration_id IS NULL
                   AND granted.date_revoked IS NULL
                   AND %(today)s BETWEEN granted.date_from AND granted.date_to
             ) extra ON TRUE
            """,
            duty_limit=limit("duty"),
            service_limit=limit("service"),
            today=fields.Date.context_today(self),
        )

    @api.model
    def _get_state_sql(self, kind):
        """Return what is left, the part used and the state, of one kind of limit."""
        names = {
            "most": SQL(
                "(%s + %s)",
                SQL.identifier(f"{kind}_limit"),
                SQL.identifier(f"{kind}_extra"),
            ),
            "limit": SQL.identifier(f"{kind}_limit"),
            "owed": SQL.identifier(f"{kind}_exposure"),
            "free": SQL.identifier(f"{kind}_unlimited"),
        }
        return SQL(
            """CASE WHEN %(limit)s <= 0 THEN 0
                    ELSE %(most)s - %(owed)s END AS %(headroom)s,
               CASE WHEN %(limit)s <= 0 THEN 0
                    ELSE ROUND(100 * %(owed)s / %(most)s, 1) END AS %(percent)s,
               CASE WHEN %(limit)s <= 0 THEN 'none'
                    WHEN %(free)s THEN 'ok'
                    WHEN %(owed)s > %(most)s THEN 'over'
                    WHEN 100 * %(owed)s >= near * %(most)s THEN 'near'
                    ELSE 'ok' END AS %(state)s""",
            headroom=SQL.identifier(f"{kind}_headroom"),
            percent=SQL.identifier(f"{kind}_percent"),
            state=SQL.identifier(f"{kind}_state"),
            **names,
        )

    # === ACTIONS === #

    def action_view_files(self):
        """Open the files that the exposure comes from."""
        self.ensure_one()
        self._flush_exposure()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT file_id FROM (%s) part
                    WHERE company_id = %s AND amount != 0""",
                self._get_parts_sql(self.partner_id),
                self.company_id.id,
            )
        )
        return self._open(
            "customs_invoicing.customs_declaration_action",
            [("id", "in", [row[0] for row in rows if row[0]])],
        )

    def action_view_invoices(self):
        """Open the client's invoices that are not paid."""
        self.ensure_one()
        action = self._open(
            "account.action_move_out_invoice_type",
            [
                ("commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("move_type", "in", list(CLIENT_MOVE_TYPES)),
                ("state", "=", "posted"),
                ("amount_residual", "!=", 0),
            ],
        )
        return {**action, "context": {"default_move_type": "out_invoice"}}

    @api.model
    def _open(self, xmlid, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {**action, "domain": domain, "context": {}}

    def action_view_client(self):
        """Open the contact, where its limits are kept."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
