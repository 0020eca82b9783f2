from odoo import fields, models
from odoo.tools import SQL


class CustomsClientMoney(models.Model):
    """The money of clients that we hold, beside what the books say of it.

    One row for each request and client on the deposit accounts. Exchange differences
    count with the request they are matched with. Items of these accounts that belong to
    no request have rows of their own, so that the rows are the whole balance.
    """

    _name = "customs.client.money"
    _description = "Client Money Held"
    _auto = False
    _order = "date_first, id"
    _rec_name = "client_id"

    request_id = fields.Many2one(
        comodel_name="customs.funds.request",
        string="Request for funds",
        readonly=True,
        help="Empty: on the deposit account without a request.",
    )
    declaration_id = fields.Many2one(comodel_name="customs.declaration", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    client_id = fields.Many2one(comodel_name="res.partner", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Officer", readonly=True)
    received = fields.Monetary(readonly=True)
    used = fields.Monetary(
        string="Applied or returned", readonly=True, help="Paid invoices or went back."
    )
    held = fields.Monetary(
        string="Held by requests",
        readonly=True,
        help="Received less what was applied and returned.",
    )
    on_account = fields.Monetary(
        string="On the deposit account",
        readonly=True,
        help="Credit balance of the deposit account in the books.",
    )
    difference = fields.Monetary(
        readonly=True, help="On the account but held by no request, or the other way."
    )
    date_first = fields.Date(string="Held since", readonly=True)
    days_held = fields.Integer(
        string="Age in days",
        readonly=True,
        aggregator="max",
        help="Since first received.",
    )
    date_clock = fields.Date(related="request_id.date_clock")
    clock_state = fields.Selection(related="request_id.clock_state")

    @property
    def _table_query(self):
        """Items of deposit accounts, and of requests wherever they are."""
        return SQL(
            """
            SELECT MIN(found.item_id) AS id, found.request_id, found.declaration_id,
                   found.company_id, found.currency_id, found.client_id,
                   found.user_id,
                   SUM(found.received) AS received,
                   SUM(found.received) - SUM(found.held) AS used,
                   SUM(found.held) AS held,
                   SUM(found.on_account) AS on_account,
                   SUM(found.on_account) - SUM(found.held) AS difference,
                   %(since)s AS date_first,
                   %(today)s - %(since)s AS days_held
              FROM (
                SELECT item.id AS item_id,
                       request.id AS request_id,
                       COALESCE(request.declaration_id, item.customs_declaration_id)
                       AS declaration_id,
                       item.company_id, company.currency_id, request.user_id,
                       COALESCE(request.client_id, item.partner_id) AS client_id,
                       item.date,
                       CASE WHEN item.customs_deposit_step = 'received'
                            THEN -item.balance ELSE 0 END AS received,
                       CASE WHEN item.customs_deposit_step IS NOT NULL
                            THEN -item.amount_residual ELSE 0 END AS held,
                       CASE WHEN item.account_id
                                 = company.customs_client_deposits_account_id
                            THEN -item.balance ELSE 0 END AS on_account
                  FROM account_move_line item
                  JOIN res_company company ON company.id = item.company_id
             LEFT JOIN LATERAL (
                    SELECT other.customs_funds_request_id AS request_id
                      FROM account_move_line other
                     WHERE item.customs_funds_request_id IS NULL
                       AND other.account_id = item.account_id
                       AND other.matching_number = item.matching_number
                       AND other.customs_funds_request_id IS NOT NULL
                     LIMIT 1
                 ) matched ON TRUE
             LEFT JOIN customs_funds_request request
                    ON request.id = COALESCE(
                        item.customs_funds_request_id, matched.request_id)
                 WHERE item.parent_state = 'posted'
                   AND (item.account_id = company.customs_client_deposits_account_id
                        OR item.customs_deposit_step IS NOT NULL)
              ) found
             GROUP BY found.request_id, found.declaration_id, found.company_id,
                      found.currency_id, found.client_id, found.user_id
            HAVING SUM(found.held) != 0 OR SUM(found.on_account) != 0
            """,
            since=SQL(
                """COALESCE(MIN(found.date) FILTER (WHERE found.received != 0),
                            MIN(found.date))"""
            ),
            today=fields.Date.context_today(self),
        )

    def action_view_request(self):
        """Open the request, else the items of the account."""
        self.ensure_one()
        if self.request_id:
            return {
                "type": "ir.actions.act_window",
                "res_model": "customs.funds.request",
                "res_id": self.request_id.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return self.action_view_items()

    def action_view_items(self):
        """Open the journal items behind a row."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_account_moves_all"
        )
        account = self.company_id.customs_client_deposits_account_id
        domain = [
            ("account_id", "=", account.id),
            ("partner_id", "=", self.client_id.id),
            ("customs_funds_request_id", "=", self.request_id.id),
            ("parent_state", "=", "posted"),
        ]
        return {**action, "domain": domain, "context": {}}
