from odoo import api, models
from odoo.tools import SQL


class CustomsFundsRequest(models.Model):
    """What posted journal items say about deposits."""

    _inherit = "customs.funds.request"

    def _query_ledger(self):
        """Return rows (request id, currency held, received, applied, returned, first
        and last day of receipt, received in company currency)."""
        if not self._origin:
            return []
        self.env["account.move.line"].flush_model(
            [
                "amount_currency",
                "balance",
                "currency_id",
                "customs_deposit_step",
                "customs_funds_request_id",
                "date",
                "parent_state",
            ]
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT customs_funds_request_id,
                       MAX(currency_id),
                       %(received)s, %(applied)s, %(returned)s,
                       MIN(date) FILTER (WHERE customs_deposit_step = 'received'),
                       MAX(date) FILTER (WHERE customs_deposit_step = 'received'),
                       COALESCE(SUM(-balance)
                           FILTER (WHERE customs_deposit_step = 'received'), 0)
                  FROM account_move_line
                 WHERE customs_funds_request_id = ANY(%(ids)s)
                   AND parent_state = 'posted'
                 GROUP BY customs_funds_request_id
                """,
                received=self._get_step_sql("received", -1),
                applied=self._get_step_sql("applied", 1),
                returned=self._get_step_sql("returned", 1),
                ids=list(self._origin.ids),
            )
        )

    @api.model
    def _get_step_sql(self, step, sign):
        return SQL(
            """COALESCE(SUM(%(sign)s * amount_currency)
                        FILTER (WHERE customs_deposit_step = %(step)s), 0)""",
            sign=sign,
            step=step,
        )

    def _get_state(self, received):
        """Return the state by the ledger.

        :param received: in the currency of the company
        """
        self.ensure_one()
        currency = self.held_currency_id
        if not currency or currency.is_zero(self.amount_received):
            return "cancelled" if self.is_withdrawn else "requested"
        if currency.compare_amounts(self.amount_left, 0.0) <= 0:
            return "returned" if currency.is_zero(self.amount_applied) else "applied"
        company, asked = self.company_id, self.amount
        if self.currency_id == currency:
            missing = currency.compare_amounts(self.amount_received, asked) < 0
        else:
            day = self.date_received or self.date
            own = company.currency_id
            asked = self.currency_id._convert(asked, own, company, day)
            missing = own.compare_amounts(received, asked) < 0
        return "partial" if missing else "received"

    # === SEARCH METHODS === #

    def _search_amount_left(self, operator, value):
        """Support ``amount_left > 0``, ``= 0`` and ``!= 0``."""
        if operator not in (">", "=", "!=") or value:
            return NotImplemented
        return [("id", "not in" if operator == "=" else "in", self._find_held())]

    def _search_is_old(self, operator, value):
        if operator != "in":
            return NotImplemented
        held = self.browse(self._find_held()).filtered("is_old")
        return [("id", "in" if True in value else "not in", held.ids)]

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self.search([("company_id", "in", self.env.companies.ids)])
        return [("id", "in", found.filtered(lambda r: r.state in value).ids)]

    @api.model
    def _find_held(self):
        """Return the ids of requests whose money is neither applied nor returned."""
        groups = self.env["account.move.line"]._read_group(
            [
                ("customs_funds_request_id", "!=", False),
                ("parent_state", "=", "posted"),
                ("company_id", "in", self.env.companies.ids),
            ],
            ["customs_funds_request_id"],
            ["amount_currency:sum"],
            having=[("amount_currency:sum", "<", 0)],
        )
        return [request.id for request, _held in groups]
