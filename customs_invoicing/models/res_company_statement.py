from odoo import models

from ..engine.client_account import BUCKETS, bucket

#: Rows of the ageing of what a client owes
AGEING = ("outlays", "services", "unmatched")


class ResCompany(models.Model):
    """Statements of account in the currencies of a company's clients."""

    _inherit = "res.company"

    def _get_customs_statement_blocks(self, rows, opening, closing, is_period):
        """Return the blocks of a statement: one for each currency, ours first.

        :param rows: rows of the client, see ``_get_customs_statement_rows``
        :param opening: ``{currency: (amount, in company currency)}`` before the period
        :param closing: the same on its last day
        :param is_period: movements are shown, not what is open
        """
        self.ensure_one()
        shown = [row for row in rows if row["is_moved" if is_period else "open"]]
        blocks = []
        currencies = self.env["res.currency"].union(
            *closing, *(row["currency"] for row in shown)
        )
        for currency in currencies.sorted(
            lambda each: (each != self.currency_id, each.name)
        ):
            start, own_start = opening.get(currency, (0.0, 0.0))
            end, own_end = closing.get(currency, (0.0, 0.0))
            block = {
                "currency": currency,
                "opening": currency.round(start),
                "own_opening": self.currency_id.round(own_start),
                "closing": currency.round(end),
                "own_closing": self.currency_id.round(own_end),
                "rows": self._run_customs_balance(currency, start, shown, is_period),
            }
            amounts = (block["opening"], block["closing"], block["own_closing"])
            if block["rows"] or any(amounts):
                blocks.append(block)
        return blocks

    def _run_customs_balance(self, currency, balance, rows, is_period):
        """Return the rows of a currency with the balance after each.

        An exchange difference moves our currency only: it is no row.
        """
        key = "amount" if is_period else "open"
        found = []
        for row in rows:
            if row["currency"] != currency or currency.is_zero(row[key]):
                continue
            balance = currency.round(balance + row[key])
            found.append({**row, "balance": balance})
        return found

    def _get_customs_ageing(self, rows, day):
        """Return ``{row: {bucket: amount}}`` of what is open, in company currency.

        Money that is not matched with an invoice yet has no age.
        """
        self.ensure_one()
        columns = (*BUCKETS, "total")
        ageing = {name: dict.fromkeys(columns, 0.0) for name in (*AGEING, "total")}
        for row in rows:
            if not row["own"]:
                continue
            is_split = "own_outlays" in row
            is_debt = is_split and row["own"] > 0
            column = bucket(row["due"], day) if is_debt else BUCKETS[0]
            parts = (
                {"outlays": row["own_outlays"], "services": row["own_services"]}
                if is_split
                else {"unmatched": row["own"]}
            )
            for name, amount in parts.items():
                for total in (name, "total"):
                    ageing[total][column] += amount
                    ageing[total]["total"] += amount
        return {
            name: {
                column: self.currency_id.round(amount)
                for column, amount in amounts.items()
            }
            for name, amounts in ageing.items()
        }
