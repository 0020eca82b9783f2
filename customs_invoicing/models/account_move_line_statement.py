from collections import defaultdict

from odoo import models

from ..engine.client_account import open_split, share, share_instalments
from ..tools import to_decimal, to_float

#: What a receivable item is, by the type of its move
MOVE_KINDS = {
    "out_invoice": "invoice",
    "out_receipt": "invoice",
    "out_refund": "credit_note",
}


class AccountMoveLine(models.Model):
    """Receivable items on a client's statement of account."""

    _inherit = "account.move.line"

    # === WHAT WAS OPEN ON A DAY === #

    def _get_customs_open_amounts(self, day):
        """Return ``{item: (open in its currency, in company currency)}`` on a day.

        What was matched later was still open then. Settled items are left out.
        """
        later = self.env["account.partial.reconcile"].search_fetch(
            [
                ("max_date", ">", day),
                "|",
                ("debit_move_id", "in", self.ids),
                ("credit_move_id", "in", self.ids),
            ],
            [
                "debit_move_id",
                "credit_move_id",
                "amount",
                "debit_amount_currency",
                "credit_amount_currency",
            ],
        )
        back = defaultdict(lambda: [0.0, 0.0])
        for part in later:
            for item, sign, amount in (
                (part.debit_move_id, 1, part.debit_amount_currency),
                (part.credit_move_id, -1, part.credit_amount_currency),
            ):
                back[item.id][0] += sign * amount
                back[item.id][1] += sign * part.amount
        open_amounts = {}
        for line in self:
            foreign, own = back.get(line.id, (0.0, 0.0))
            foreign = line.currency_id.round(line.amount_residual_currency + foreign)
            own = line.company_currency_id.round(line.amount_residual + own)
            is_open = not line.currency_id.is_zero(foreign)
            if is_open or not line.company_currency_id.is_zero(own):
                open_amounts[line] = (foreign, own)
        return open_amounts

    # === OUTLAYS AND SERVICES === #

    def _get_customs_splits(self):
        """Return ``{item: Split}`` of invoices and credit notes of these items.

        All instalments of an invoice are in it: together they are the invoice.
        """
        moves = self.move_id.filtered(lambda move: move.move_type in MOVE_KINDS)
        items = self.search(
            [
                ("move_id", "in", moves.ids),
                ("account_type", "=", "asset_receivable"),
            ],
            order="date_maturity, id",
        )
        groups = self._read_group(
            [
                ("move_id", "in", moves.ids),
                ("display_type", "=", "product"),
                ("customs_charge_id.nature", "=", "disbursement"),
            ],
            ["move_id"],
            ["amount_currency:sum"],
        )
        outlays = {move.id: -amount for move, amount in groups}
        splits = {}
        for move, lines in items.grouped("move_id").items():
            shares = share_instalments(
                [to_decimal(line.amount_currency) for line in lines],
                to_decimal(outlays.get(move.id)),
                to_decimal(move.currency_id.rounding),
            )
            splits.update(zip(lines, shares, strict=True))
        return splits

    def _get_customs_open_splits(self, splits, open_amounts, day):
        """Return ``{item: Split}`` of what is open of invoices and credit notes."""
        items = self.filtered(lambda line: line in splits and line in open_amounts)
        credited = items._get_customs_credited(day)
        return {
            line: open_split(
                splits[line],
                credited.get(line.id, []),
                to_decimal(open_amounts[line][0]),
                to_decimal(line.currency_id.rounding),
            )
            for line in items
        }

    def _get_customs_credited(self, day):
        """Return ``{id of an invoice's item: what credit notes took off it}``."""
        parts = self.env["account.partial.reconcile"].search(
            [
                ("max_date", "<=", day),
                ("debit_move_id", "in", self.ids),
                ("credit_move_id.move_id.move_type", "=", "out_refund"),
            ]
        )
        splits = parts.credit_move_id._get_customs_splits()
        credited = defaultdict(list)
        for part in parts:
            invoice, refund = part.debit_move_id, part.credit_move_id
            whole = splits[refund]
            credited[invoice.id].append(
                share(
                    to_decimal(part.debit_amount_currency),
                    whole.outlays,
                    whole.total,
                    to_decimal(invoice.currency_id.rounding),
                )
            )
        return credited

    # === ROWS === #

    def _get_customs_statement_kind(self):
        """Return what the item is to the client."""
        self.ensure_one()
        move = self.move_id
        if move.move_type in MOVE_KINDS:
            return MOVE_KINDS[move.move_type]
        if move.customs_event == "deposit":
            return "deposit"
        if move.origin_payment_id or move.statement_line_id:
            return "payment"
        if move.journal_id == move.company_id.currency_exchange_journal_id:
            return "exchange"
        return "entry"

    def _get_customs_statement_rows(self, splits, open_amounts, open_splits, date_from):
        """Return the rows of statements: movements of a period, and what is open.

        :param splits: ``{item: Split}`` of invoices and credit notes
        :param open_amounts: ``{item: (open in its currency, in company currency)}``
        :param open_splits: ``{item: Split}`` of what is open
        """
        files = self.move_id._get_customs_statement_files()
        return [
            {
                **line._prepare_customs_statement_row(splits.get(line)),
                **line._prepare_customs_open_row(
                    open_amounts.get(line, (0.0, 0.0)), open_splits.get(line)
                ),
                "files": files.get(line.move_id, self.env["customs.declaration"]),
                "is_moved": bool(date_from) and line.date >= date_from,
            }
            for line in self
        ]

    def _prepare_customs_statement_row(self, split):
        """Return what a statement says of an item, amounts in its currency."""
        self.ensure_one()
        move, kind = self.move_id, self._get_customs_statement_kind()
        is_invoice = kind == "invoice"
        return {
            "client": self.partner_id.commercial_partner_id,
            "currency": self.currency_id,
            "kind": kind,
            "date": self.date,
            "due": self.date_maturity or self.date,
            "has_due": is_invoice and bool(self.date_maturity),
            "name": move.name,
            "reference": "" if is_invoice else move.ref or "",
            "amount": self.amount_currency,
            "outlays": to_float(split.outlays) if split else None,
            "services": to_float(split.services) if split else None,
        }

    def _prepare_customs_open_row(self, amounts, split):
        """Return what a statement says of what is open of an item.

        :param amounts: in the currency of the item and in that of the company
        """
        self.ensure_one()
        foreign, own = amounts
        row = {
            "open": foreign,
            "own": own,
            "open_outlays": to_float(split.outlays) if split else None,
            "open_services": to_float(split.services) if split else None,
        }
        if split:
            part = share(
                to_decimal(own),
                split.outlays,
                to_decimal(foreign),
                to_decimal(self.company_currency_id.rounding),
            )
            row["own_outlays"] = to_float(part.outlays)
            row["own_services"] = to_float(part.services)
        return row
