from odoo import fields, models
from odoo.tools import SQL

from .account_move_entry import ACCRUING_EVENTS


class CustomsAccrualReport(models.Model):
    """Roll-forward of accrued duty: per file and month, from opening to closing.

    A file has a line for every month from its first accrual until nothing is left of
    it, so that each month's lines are the whole balance of the account.
    """

    _name = "customs.accrual.report"
    _description = "Accrued Duty by Month"
    _auto = False
    _order = "month desc, declaration_id desc"
    _rec_name = "declaration_id"

    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    declaration_id = fields.Many2one(comodel_name="customs.declaration", readonly=True)
    authority_id = fields.Many2one(comodel_name="res.partner", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Officer", readonly=True)
    declaration_state = fields.Selection(
        related="declaration_id.state", string="State of the file"
    )
    month = fields.Date(readonly=True, help="First day of the month.")
    opening = fields.Monetary(
        readonly=True, help="Accrued and not taken up before the month."
    )
    accrued = fields.Monetary(
        readonly=True, help="Expected duty booked in the month, reversals taken off."
    )
    trued_up = fields.Monetary(
        string="Trued up",
        readonly=True,
        help="Differences by which accruals were brought to what was assessed.",
    )
    assessed = fields.Monetary(
        readonly=True, help="Taken up by assessments: negative, for the accrual ends."
    )
    closing = fields.Monetary(
        readonly=True, help="Opening + accrued + trued up + assessed."
    )
    date_first = fields.Date(string="Accrued since", readonly=True)
    age_days = fields.Integer(
        string="Days open",
        readonly=True,
        aggregator="max",
        help="Days since the first accrual, while any of it is open.",
    )
    is_open = fields.Boolean(
        string="Is open", readonly=True, help="Something is still accrued today."
    )
    is_last = fields.Boolean(string="Latest month of the file", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT span.declaration_id::bigint * 100000
                   + EXTRACT(YEAR FROM months.month)::bigint * 12
                   + EXTRACT(MONTH FROM months.month)::bigint AS id,
                   span.company_id,
                   company.currency_id,
                   span.declaration_id,
                   declaration.authority_id,
                   declaration.user_id,
                   months.month::date AS month,
                   COALESCE(SUM(flow.movement) OVER earlier, 0)
                   - COALESCE(flow.movement, 0) AS opening,
                   COALESCE(flow.accrued, 0) AS accrued,
                   COALESCE(flow.trued_up, 0) AS trued_up,
                   COALESCE(flow.movement - flow.accrued - flow.trued_up, 0)
                   AS assessed,
                   COALESCE(SUM(flow.movement) OVER earlier, 0) AS closing,
                   span.date_first,
                   CASE WHEN span.balance != 0
                        THEN CURRENT_DATE - span.date_first ELSE 0 END AS age_days,
                   span.balance != 0 AS is_open,
                   months.month = span.month_last AS is_last
              FROM (%(span)s) span
              JOIN customs_declaration declaration
                ON declaration.id = span.declaration_id
              JOIN res_company company ON company.id = span.company_id
        CROSS JOIN LATERAL generate_series(
                       span.month_first, span.month_last, INTERVAL '1 month'
                   ) months(month)
         LEFT JOIN (%(flow)s) flow
                ON flow.company_id = span.company_id
               AND flow.declaration_id = span.declaration_id
               AND flow.month = months.month
            WINDOW earlier AS (
                       PARTITION BY span.company_id, span.declaration_id
                           ORDER BY months.month)
            """,
            span=self._get_span_query(),
            flow=self._get_flow_query(),
        )

    def _get_flow_query(self):
        """Return what each month did to the accrual of each file."""
        return SQL(
            """
            SELECT item.company_id,
                   item.customs_declaration_id AS declaration_id,
                   date_trunc('month', item.date::timestamp) AS month,
                   -SUM(item.balance) AS movement,
                   -SUM(CASE WHEN move.customs_event = %(accrual)s
                             THEN item.balance ELSE 0 END) AS accrued,
                   -SUM(CASE WHEN move.customs_event = %(true_up)s
                             THEN item.balance ELSE 0 END) AS trued_up,
                   MIN(item.date) AS date_first
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
              JOIN res_company company ON company.id = item.company_id
             WHERE item.parent_state = 'posted'
               AND item.customs_declaration_id IS NOT NULL
               AND item.account_id = company.customs_duty_accrual_account_id
          GROUP BY item.company_id, item.customs_declaration_id,
                   date_trunc('month', item.date::timestamp)
            """,
            accrual=ACCRUING_EVENTS[0],
            true_up=ACCRUING_EVENTS[1],
        )

    def _get_span_query(self):
        """Return from when until when each file has a line: to today while open."""
        return SQL(
            """
            SELECT company_id,
                   declaration_id,
                   SUM(movement) AS balance,
                   MIN(date_first) AS date_first,
                   MIN(month) AS month_first,
                   CASE WHEN SUM(movement) = 0 THEN MAX(month)
                        ELSE GREATEST(MAX(month), date_trunc('month', LOCALTIMESTAMP))
                   END AS month_last
              FROM (%s) flow
          GROUP BY company_id, declaration_id
            """,
            self._get_flow_query(),
        )

    def action_view_declaration(self):
        """Open the file."""
        return self.declaration_id._get_open_action()

    def action_view_items(self):
        """Open the journal items behind the line's file."""
        self.ensure_one()
        return self.declaration_id.action_view_accrual_items()
