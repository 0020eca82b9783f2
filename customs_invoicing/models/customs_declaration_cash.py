from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..engine.apportion import apportion
from ..tools import to_decimal

#: Entries that settle a debt or an invoice with money that moved before
CASH_EVENTS = ("deposit", "security", "top_up")


class CustomsDeclaration(models.Model):
    """Cash of a file: what was really paid and received, matched with its moves."""

    _inherit = "customs.declaration"

    def _get_cash_by_declaration(self):
        """Return ``({id: paid}, {id: received}, {ids with an open move})``.

        A move's matched cash is shared over its declarations by their part of the
        total, to the cent.
        """
        shares = self._query_shares()
        cash = self._query_cash(list({move_id for move_id, *_rest in shares}))
        by_move = defaultdict(list)
        for move_id, declaration_id, is_client, share in shares:
            by_move[move_id].append((declaration_id, is_client, share))
        paid, received, open_ids = defaultdict(float), defaultdict(float), set()
        for move_id, parts in by_move.items():
            amount, residual, rounding = cash.get(move_id, (0.0, 0.0, 0.01))
            weights = [abs(to_decimal(share)) for *_key, share in parts]
            if residual:
                open_ids.update(declaration_id for declaration_id, *_rest in parts)
            if not amount or not any(weights):
                continue
            unit = to_decimal(rounding) or Decimal("0.01")
            amounts = apportion(to_decimal(amount), weights, unit)
            for (declaration_id, is_client, _share), part in zip(
                parts, amounts, strict=True
            ):
                target = received if is_client else paid
                if declaration_id:
                    target[declaration_id] += float(part)
        for declaration_id, amount, residual in self._query_entry_cash():
            paid[declaration_id] += float(amount)
            if residual:
                open_ids.add(declaration_id)
        return paid, received, open_ids

    def _query_entry_cash(self):
        """Return rows (declaration, paid, residual) of debts booked as entries.

        What went straight to a bank or cash account is paid; a payable is as far as it
        is matched with money.
        """
        if not self._origin:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT item.customs_declaration_id,
                       SUM(CASE WHEN account.account_type = 'liability_payable'
                                THEN COALESCE(matched.cash, 0)
                                ELSE -item.balance END),
                       SUM(ABS(item.amount_residual))
                           FILTER (WHERE account.account_type = 'liability_payable')
                  FROM account_move_line item
                  JOIN account_move move ON move.id = item.move_id
                  JOIN account_account account ON account.id = item.account_id
                  LEFT JOIN LATERAL (
                    SELECT SUM(
                               CASE WHEN part.credit_move_id = item.id
                                    THEN part.amount ELSE -part.amount END
                           ) AS cash
                      FROM account_partial_reconcile part
                      JOIN account_move_line other
                        ON other.id = CASE WHEN part.debit_move_id = item.id
                                           THEN part.credit_move_id
                                           ELSE part.debit_move_id END
                      JOIN account_move source ON source.id = other.move_id
                     WHERE item.id IN (part.debit_move_id, part.credit_move_id)
                       AND %(is_cash)s
                  ) matched ON TRUE
                 WHERE item.customs_declaration_id = ANY(%(files)s)
                   AND item.parent_state = 'posted'
                   AND item.customs_charge_id IS NULL
                   AND move.move_type = 'entry'
                   AND move.customs_event = 'assessment'
                 GROUP BY item.customs_declaration_id
                """,
                is_cash=self._get_cash_condition(),
                files=list(self._origin.ids),
            )
        )

    @api.model
    def _get_cash_condition(self):
        """Return the condition under which a match with ``source`` is money.

        A credit note, a write-off or a broker who took over a debt settle without
        money; exchange differences are none either.
        """
        return SQL(
            """source.state = 'posted'
               AND source.move_type = 'entry'
               AND COALESCE(source.customs_event = ANY(%s), TRUE)
               AND source.reversed_entry_id IS NULL
               AND source.id NOT IN (
                   SELECT exchange_move_id
                     FROM account_partial_reconcile
                    WHERE exchange_move_id IS NOT NULL)""",
            list(CASH_EVENTS),
        )

    def _query_shares(self):
        """Return rows (move, declaration or None, to client, gross amount)."""
        if not self._origin:
            return []
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT line.move_id, line.customs_declaration_id,
                       move.move_type IN ('out_invoice', 'out_refund', 'out_receipt'),
                       SUM(COALESCE(NULLIF(line.price_total, 0), line.balance))
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                 WHERE move.state = 'posted'
                   AND move.move_type != 'entry'
                   AND line.display_type = 'product'
                   AND line.move_id IN (
                       SELECT move_id FROM account_move_line
                        WHERE customs_declaration_id = ANY(%s)
                          AND parent_state = 'posted')
                 GROUP BY line.move_id, line.customs_declaration_id, move.move_type
                """,
                list(self._origin.ids),
            )
        )

    def _query_cash(self, move_ids):
        """Return ``{move: (cash matched, residual, rounding)}`` in company currency.

        Only matches with posted entries count as cash: a credit note settles an
        invoice without money. Exchange differences are no cash either.
        """
        if not move_ids:
            return {}
        self.env["account.partial.reconcile"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT term.move_id,
                       COALESCE(SUM(matched.cash), 0),
                       SUM(ABS(term.balance)) - COALESCE(SUM(matched.settled), 0),
                       MAX(currency.rounding)
                  FROM account_move_line term
                  JOIN account_move move ON move.id = term.move_id
                  JOIN res_currency currency ON currency.id = term.company_currency_id
                  LEFT JOIN LATERAL (
                    SELECT SUM(part.amount) AS settled,
                           SUM(part.amount) FILTER (WHERE %(is_cash)s) AS cash
                      FROM account_partial_reconcile part
                      JOIN account_move_line other
                        ON other.id = CASE WHEN part.debit_move_id = term.id
                                           THEN part.credit_move_id
                                           ELSE part.debit_move_id END
                      JOIN account_move source ON source.id = other.move_id
                     WHERE term.id IN (part.debit_move_id, part.credit_move_id)
                       AND source.state = 'posted'
                  ) matched ON TRUE
                 WHERE term.move_id = ANY(%(moves)s)
                   AND term.display_type = 'payment_term'
                 GROUP BY term.move_id
                """,
                is_cash=self._get_cash_condition(),
                moves=list(move_ids),
            )
        )
        signs = self._get_cash_signs(move_ids)
        return {row[0]: (signs[row[0]] * row[1], row[2], row[3]) for row in rows}

    def _get_cash_signs(self, move_ids):
        """Refunds give money back: -1 for them, 1 for the others."""
        # sudo: moves were selected by the declarations the user may read
        moves = self.env["account.move"].sudo().browse(move_ids)
        return {
            move.id: -1 if move.move_type in ("out_refund", "in_refund") else 1
            for move in moves
        }
