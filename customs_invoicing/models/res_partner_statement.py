from collections import defaultdict

from odoo import fields, models

from .res_company_prints import ANNEX_CHOICES

#: Of one day, what a client owes comes before what settles it
KINDS_FIRST = ("invoice", "credit_note")


class ResPartner(models.Model):
    """A client's statement of account, read from posted receivable items."""

    _inherit = "res.partner"

    customs_annex = fields.Selection(
        selection=ANNEX_CHOICES,
        string="Customs invoices",
        help="Whether the annex of each declaration follows the invoice in its PDF. "
        "Empty: as set for the company.",
    )

    def _commercial_fields(self):
        return super()._commercial_fields() + ["customs_annex"]

    def action_open_customs_statement(self):
        """Open the statement of account for these clients."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_client_statement_action"
        )
        action["context"] = {
            "default_partner_ids": self.commercial_partner_id.ids,
        }
        return action

    # === STATEMENT === #

    def _get_customs_statements(self, company, date_to, date_from=None):
        """Return the statement of account of each client.

        Queries do not grow with clients, nor with what was settled before.

        :param date_from: first day of the movements shown; without it only what is
            open is shown
        :return: ``{client: statement}``, a statement with ``blocks`` for each
            currency, ``ageing``, ``deposits`` and ``balance`` in company currency
        """
        clients = self.commercial_partner_id
        lines = clients._search_customs_receivables(company, date_to, date_from)
        open_amounts = lines._get_customs_open_amounts(date_to)
        splits = lines._get_customs_splits()
        rows = lines._get_customs_statement_rows(
            splits,
            open_amounts,
            lines._get_customs_open_splits(splits, open_amounts, date_to),
            date_from,
        )
        changes = clients._get_customs_currency_changes(company, date_to)
        if date_from:
            rows += [row for row in changes if row["date"] >= date_from]
        rows.sort(key=_by_day)
        opening = (
            clients._sum_customs_receivables(
                company,
                ("date", "<", date_from),
                [row for row in changes if row["date"] < date_from],
            )
            if date_from
            else {}
        )
        closing = clients._sum_customs_receivables(
            company, ("date", "<=", date_to), changes
        )
        deposits = clients._get_customs_deposits_held(company, date_to)
        statements = {}
        for client in clients:
            own_rows = [row for row in rows if row["client"] == client]
            statements[client] = {
                "client": client,
                "company": company,
                "currency": company.currency_id,
                "date_from": date_from,
                "date_to": date_to,
                "blocks": company._get_customs_statement_blocks(
                    own_rows,
                    opening.get(client, {}),
                    closing.get(client, {}),
                    bool(date_from),
                ),
                "ageing": company._get_customs_ageing(own_rows, date_to),
                "balance": company.currency_id.round(
                    sum(own for _amount, own in closing.get(client, {}).values())
                ),
                "deposits": deposits.get(client, []),
            }
        return statements

    def _get_customs_receivables_domain(self, company):
        return [
            ("company_id", "=", company.id),
            ("parent_state", "=", "posted"),
            ("account_type", "=", "asset_receivable"),
            ("partner_id", "child_of", self.ids),
        ]

    def _search_customs_receivables(self, company, date_to, date_from=None):
        """Return the receivable items of these clients that a statement shows.

        Those of the period, and those that were open on its last day.
        """
        shown = [
            ("reconciled", "=", False),
            ("matched_debit_ids.max_date", ">", date_to),
            ("matched_credit_ids.max_date", ">", date_to),
        ]
        if date_from:
            shown.append(("date", ">=", date_from))
        return self.env["account.move.line"].search(
            [
                *self._get_customs_receivables_domain(company),
                ("date", "<=", date_to),
                *["|"] * (len(shown) - 1),
                *shown,
            ],
            order="date, move_id, date_maturity, id",
        )

    def _sum_customs_receivables(self, company, condition, changes):
        """Return ``{client: {currency: (amount, amount in company currency)}}``.

        :param condition: on the day of the items
        :param changes: see :meth:`_get_customs_currency_changes`
        """
        groups = self.env["account.move.line"]._read_group(
            [*self._get_customs_receivables_domain(company), condition],
            ["partner_id", "currency_id"],
            ["amount_currency:sum", "balance:sum"],
        )
        amounts = [
            (partner.commercial_partner_id, currency, amount, own)
            for partner, currency, amount, own in groups
        ]
        amounts += [
            (row["client"], row["currency"], row["amount"], row["own_amount"])
            for row in changes
        ]
        sums = defaultdict(lambda: defaultdict(lambda: (0.0, 0.0)))
        for client, currency, amount, own in amounts:
            before = sums[client][currency]
            sums[client][currency] = (before[0] + amount, before[1] + own)
        return sums

    def _get_customs_currency_changes(self, company, date_to):
        """Return a row for each side of a debt that was settled in another currency.

        The invoice leaves the balance of its currency, the payment that of its own.
        """
        parts = self.env["account.partial.reconcile"].search(
            [
                ("company_id", "=", company.id),
                ("max_date", "<=", date_to),
                ("debit_move_id.account_type", "=", "asset_receivable"),
                ("debit_move_id.partner_id", "child_of", self.ids),
                "|",
                ("debit_currency_id", "!=", company.currency_id.id),
                ("credit_currency_id", "!=", company.currency_id.id),
            ]
        )
        rows = []
        for part in parts:
            if part.debit_currency_id == part.credit_currency_id:
                continue
            for item, other, sign, amount in (
                (part.debit_move_id, part.credit_move_id, -1, "debit_amount_currency"),
                (part.credit_move_id, part.debit_move_id, 1, "credit_amount_currency"),
            ):
                rows.append(
                    {
                        "client": item.partner_id.commercial_partner_id,
                        "currency": item.currency_id,
                        "kind": "currency",
                        "date": part.max_date,
                        "has_due": False,
                        "name": item.move_id.name,
                        "reference": other.move_id.name,
                        "amount": sign * part[amount],
                        "own_amount": sign * part.amount,
                        "outlays": None,
                        "services": None,
                        "open": 0.0,
                        "own": 0.0,
                        "files": self.env["customs.declaration"],
                        "is_moved": True,
                    }
                )
        return rows

    def _get_customs_deposits_held(self, company, date_to):
        """Return ``{client: rows}`` of deposits that are not used up on a day."""
        if not self.env["customs.funds.request"].has_access("read"):
            return {}
        groups = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", company.id),
                ("parent_state", "=", "posted"),
                ("customs_funds_request_id.client_id", "child_of", self.ids),
                ("customs_deposit_step", "!=", False),
                ("date", "<=", date_to),
            ],
            ["customs_funds_request_id", "customs_deposit_step", "currency_id"],
            ["amount_currency:sum", "date:max"],
        )
        found = {}
        for request, step, currency, amount, date in groups:
            row = found.setdefault(
                request,
                {
                    "request": request,
                    "file": request.declaration_id,
                    "currency": currency,
                    "date": False,
                    "received": 0.0,
                    "applied": 0.0,
                    "returned": 0.0,
                },
            )
            row[step] += -amount if step == "received" else amount
            if step == "received":
                row["date"] = date
        rows = defaultdict(list)
        for request, row in found.items():
            left = row["received"] - row["applied"] - row["returned"]
            row["left"] = row["currency"].round(left)
            if not row["currency"].is_zero(left):
                rows[request.client_id.commercial_partner_id].append(row)
        return rows


def _by_day(row):
    """Return what a row of a statement is sorted by."""
    kind = row["kind"]
    rank = KINDS_FIRST.index(kind) if kind in KINDS_FIRST else len(KINDS_FIRST)
    return row["date"], rank, row["name"] or ""
