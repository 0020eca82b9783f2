from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..engine.payment import US
from ..engine.rating import clock
from ..engine.rating_model import Clock
from ..tools import to_decimal
from .account_move_entry import CHARGING_EVENTS
from .customs_charge_amounts import CLIENT_MOVE_TYPES

#: Clocks that did not run
STILL = (Clock(0, 0),)
NOTHING_ADVANCED = (Clock(0, 0, amount=Decimal(0)),)


class CustomsDeclaration(models.Model):
    """Days that ran for a file: storage, demurrage, detention, money advanced."""

    _inherit = "customs.declaration"

    def _get_rating_clocks(self):
        """Return ``{declaration: {clock: what ran}}``; not known is missing.

        Working days are those of the company of the file.
        """
        today = self._get_rating_day()
        paid = self._get_paid_outlays()
        days_off = self._get_rating_days_off(today, paid)
        outlays = self._get_outlay_clocks(today, paid, days_off)
        found = {}
        for record in self:
            clocks = {
                "storage": record._get_storage_clocks(today, days_off),
                **record._get_container_clocks(today, days_off),
                "outlay": outlays[record],
            }
            found[record] = {name: ran for name, ran in clocks.items() if ran}
        return found

    def _get_rating_days_off(self, today, paid):
        """Return ``{company: days without work}`` since the first day that counts."""
        starts = defaultdict(lambda: today)
        for record in self:
            boxes = record.container_ids
            days = [
                record.storage_from,
                *(box.date_discharged or box.date_arrived for box in boxes),
                *boxes.mapped("date_gate_out"),
                *paid.get(record.id, ()),
            ]
            company = record.company_id
            starts[company] = min([starts[company], *filter(None, days)])
        stop = max([today, *self._get_planned_stops()])
        return {
            company: company._get_days_off(start, stop)
            for company, start in starts.items()
        }

    def _get_planned_stops(self):
        """Return the days on which clocks end, which may lie ahead."""
        boxes = self.container_ids
        days = self.mapped("storage_to")
        days += boxes.mapped("date_gate_out") + boxes.mapped("date_returned")
        return filter(None, days)

    def _run_clock(self, start, stop, days_off):
        """Return what ran between two days."""
        return clock(start, stop, holidays=days_off[self.company_id], weekend=())

    def _get_storage_clocks(self, today, days_off):
        """Return the days in our store; goods never stored ran none."""
        self.ensure_one()
        if not self.storage_from:
            return STILL
        stop = self.storage_to or max(today, self.storage_from)
        return (self._run_clock(self.storage_from, stop, days_off),)

    def _get_container_clocks(self, today, days_off):
        """Return the days of containers in the port and outside."""
        self.ensure_one()
        if self._has_no_container():
            return {"demurrage": STILL, "detention": STILL}
        demurrage, detention = [], []
        for box in self.container_ids:
            start = box.date_discharged or box.date_arrived
            out = box.date_gate_out
            if not start or (box.date_returned and not out):
                # not known of one container is not known of the file
                demurrage.append(None)
            else:
                stop = out or max(today, start)
                demurrage.append(self._run_clock(start, stop, days_off))
            if out:
                stop = box.date_returned or max(today, out)
                detention.append(self._run_clock(out, stop, days_off))
            else:
                detention.append(Clock(0, 0) if demurrage[-1] else None)
        ran = {"demurrage": demurrage, "detention": detention}
        return {
            name: tuple(clocks) if all(clocks) else () for name, clocks in ran.items()
        }

    # === MONEY ADVANCED === #

    def _get_paid_outlays(self):
        """Return ``{declaration id: {day: what was paid of the outlays}}``."""
        payments = defaultdict(dict)
        for file_id, day, amount in self._query_outlay_payments():
            payments[file_id][day] = to_decimal(amount)
        return payments

    def _get_outlay_clocks(self, today, payments, days_off):
        """Return ``{declaration: days since each payment, with what was paid}``.

        Nothing while nothing of what we advance is paid.
        """
        found = {}
        for record in self:
            paid = payments.get(record.id)
            if not paid:
                found[record] = () if record._may_advance() else NOTHING_ADVANCED
                continue
            found[record] = tuple(
                replace(
                    record._run_clock(day, max(today, day), days_off), amount=amount
                )
                for day, amount in sorted(paid.items())
            )
        return found

    def _may_advance(self):
        """Whether we pay a tax of the file for the client, as far as is known."""
        self.ensure_one()
        taxes = self.charge_ids.filtered("tax_code_id")
        return not taxes or any(
            charge.payer == US and charge.nature != "own_cost" for charge in taxes
        )

    def _query_outlay_payments(self):
        """Return rows (declaration, day, amount) of money that left for taxes.

        What was booked straight against a bank or cash account left on the day of the
        entry; a debt was paid when and as far as it is matched with money.
        """
        if not self.ids:
            return []
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        self.env["customs.charge"].flush_model(["nature", "tax_code_id"])
        return self.env.execute_query(
            SQL(
                """
                WITH outlay AS (%(outlays)s), debt AS (
                    SELECT item.id, item.move_id, -item.balance AS owed
                      FROM account_move_line item
                      JOIN account_account account ON account.id = item.account_id
                     WHERE item.move_id IN (SELECT move_id FROM outlay)
                       AND item.customs_charge_id IS NULL
                       AND item.balance < 0
                       AND account.reconcile
                       AND account.account_type IN (
                           'liability_payable', 'liability_current')
                ), paid AS (
                    SELECT move.id AS move_id, move.date AS day, 1.0 AS share
                      FROM account_move move
                     WHERE move.id IN (SELECT move_id FROM outlay)
                       AND move.id NOT IN (SELECT move_id FROM debt)
                     UNION ALL
                    SELECT debt.move_id, source.date, part.amount / (
                               SELECT SUM(whole.owed) FROM debt whole
                                WHERE whole.move_id = debt.move_id)
                      FROM debt
                      JOIN account_partial_reconcile part
                        ON part.credit_move_id = debt.id
                      JOIN account_move_line other ON other.id = part.debit_move_id
                      JOIN account_move source ON source.id = other.move_id
                     WHERE %(is_cash)s
                )
                SELECT outlay.file_id, paid.day,
                       ROUND(SUM(outlay.amount * paid.share), 6)
                  FROM outlay
                  JOIN paid ON paid.move_id = outlay.move_id
                 GROUP BY outlay.file_id, paid.day
                """,
                outlays=self._get_outlay_sql(),
                is_cash=self._get_cash_condition(),
            )
        )

    def _get_outlay_sql(self):
        """Return the query for what each entry charges a file as advanced taxes."""
        return SQL(
            """
            SELECT line.customs_declaration_id AS file_id, line.move_id,
                   SUM(line.balance) AS amount
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN customs_charge charge ON charge.id = line.customs_charge_id
             WHERE line.customs_declaration_id = ANY(%(files)s)
               AND line.parent_state = 'posted'
               AND charge.tax_code_id IS NOT NULL
               AND charge.nature IN ('disbursement', 'recharge')
               AND NOT move.move_type = ANY(%(client_types)s)
               AND COALESCE(move.customs_event = ANY(%(charging)s), TRUE)
             GROUP BY line.customs_declaration_id, line.move_id
            HAVING SUM(line.balance) > 0
            """,
            files=list(self.ids),
            client_types=list(CLIENT_MOVE_TYPES),
            charging=list(CHARGING_EVENTS),
        )
