from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.exchange_share import share_difference
from ..tools import to_decimal
from .customs_charge_amounts import CLIENT_MOVE_TYPES


class CustomsDeclaration(models.Model):
    """Exchange differences of outlays, moved onto the file that caused them.

    What belongs on the file follows from the payments that are matched now; what is
    there already from posted entries. Only the difference of both is moved, so doing
    it twice changes nothing and an undone payment takes its difference back.
    """

    _inherit = "customs.declaration"

    exchange_to_move = fields.Monetary(
        string="Exchange difference not on the file",
        compute="_compute_exchange_to_move",
        help="Paying vendors in a foreign currency cost this much more than their "
        "outlays were booked at.",
    )

    @api.depends("charge_ids.move_line_ids.move_id.payment_state")
    def _compute_exchange_to_move(self):
        deltas, _dates = self._get_exchange_deltas()
        for record in self:
            charges, results = deltas.get(record._origin, ({}, {}))
            gap = sum(charges.values()) or max(map(abs, charges.values()), default=0)
            record.exchange_to_move = float(gap or sum(results.values()))

    # === ACTIONS === #

    def action_take_over_exchange(self):
        """Move what exchange differences the outlays of these files caused."""
        self._check_verifier(self.env._("move exchange differences to a file"))
        if not self._take_over_exchange():
            raise UserError(
                self.env._(
                    "The files bear all exchange differences of their outlays already. "
                    "A difference arises when a bill in a foreign currency is paid."
                )
            )
        return True

    def _take_over_exchange(self):
        """Post what is not on the files yet, or no longer belongs there.

        :return: the posted entries, one for each file
        """
        self._lock_for_money()
        deltas, dates = self._get_exchange_deltas()
        moves = self.env["account.move"]
        today = fields.Date.context_today(self)
        for record, (charges, results) in deltas.items():
            company = record.company_id
            date = moves._get_customs_open_date(company, dates.get(record, today))
            moves._check_customs_period(company, date)
            moves |= moves._create_customs_entry(
                company,
                "exchange",
                date,
                record._prepare_exchange_lines(charges, results),
                ref=self.env._("Exchange difference of %(file)s", file=record.name),
            )
        if moves:
            moves._post(soft=False)
        return moves

    def _prepare_exchange_lines(self, charges, results):
        self.ensure_one()
        label = self.env._("Exchange difference of outlays, %(file)s", file=self.name)
        control = self.company_id._get_customs_account("disb_control")
        return [
            {
                "name": label,
                "account_id": control.id,
                "partner_id": self.client_id.id,
                "balance": float(amount),
                "customs_declaration_id": self.id,
                "customs_charge_id": charge.id,
            }
            for charge, amount in charges.items()
        ] + [
            {
                "name": label,
                "account_id": account.id,
                "balance": float(amount),
                "customs_declaration_id": self.id,
            }
            for account, amount in results.items()
        ]

    # === WHAT BELONGS WHERE === #

    def _get_exchange_deltas(self):
        """Return ``({file: ({charge: amount}, {account: amount})}, {file: date})``.

        Amounts are to be posted; the date is that of the last payment.
        """
        targets, dates = self._get_exchange_targets()
        moved = self._get_exchange_moved()
        deltas = {}
        for record in self:
            pair = ({}, {})
            for number in (0, 1):
                wanted, found = targets[record][number], moved[record][number]
                for key in {**wanted, **found}:
                    delta = wanted.get(key, Decimal(0)) - found.get(key, Decimal(0))
                    if not record.currency_id.is_zero(float(delta)):
                        pair[number][key] = delta
            if pair[0] or pair[1]:
                deltas[record] = pair
        return deltas, dates

    def _get_exchange_targets(self):
        """Return what payments matched now put on these files, and their dates."""
        targets = defaultdict(lambda: (defaultdict(Decimal), defaultdict(Decimal)))
        dates = {}
        for move, matches in self._get_exchange_matches().items():
            items = move._get_customs_control_items()
            payable = move.line_ids.filtered(
                lambda line: line.account_type == "liability_payable"
            )
            total = to_decimal(-sum(payable.mapped("balance")))
            unit = to_decimal(move.company_currency_id.rounding)
            outlays = [to_decimal(item.balance) for item in items]
            for account, difference, date in matches:
                parts = share_difference(difference, outlays, total, unit)
                for item, part in zip(items, parts, strict=True):
                    record = item.customs_declaration_id
                    if record not in self or not part:
                        continue
                    targets[record][0][item.customs_charge_id] += part
                    targets[record][1][account] -= part
                    dates[record] = max(date, dates.get(record, date))
        return targets, dates

    def _get_exchange_matches(self):
        """Return ``{bill or entry: [(result account, difference, date)]}``.

        A match of a bill with its credit note counts once, for the bill.
        """
        # sudo: what the books hold decides, whichever items the user may read
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("customs_declaration_id", "in", self._origin.ids),
                    ("customs_charge_id", "!=", False),
                    ("parent_state", "=", "posted"),
                    ("move_id.move_type", "not in", CLIENT_MOVE_TYPES),
                    ("currency_id", "!=", False),
                ]
            )
        )
        foreign = items.move_id.line_ids.filtered(
            lambda line: line.account_type == "liability_payable"
            and line.currency_id != line.company_currency_id
        )
        matches = foreign.matched_debit_ids | foreign.matched_credit_ids
        found = defaultdict(list)
        for match in matches.filtered("exchange_move_id"):
            move = match.credit_move_id.move_id
            if not move._get_customs_control_items():
                move = match.debit_move_id.move_id
            exchange = match.exchange_move_id
            results = exchange.line_ids.filtered(
                lambda line: line.account_id.internal_group in ("income", "expense")
            )
            for line in results if exchange.state == "posted" else ():
                difference = to_decimal(line.balance)
                # Odoo may date the difference later than the payment
                found[move].append((line.account_id, difference, match.max_date))
        return found

    def _get_exchange_moved(self):
        """Return what posted entries put on these files before, by the same keys."""
        moved = defaultdict(lambda: (defaultdict(Decimal), defaultdict(Decimal)))
        # sudo: see _get_exchange_matches
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("customs_declaration_id", "in", self._origin.ids),
                    ("move_id.customs_event", "=", "exchange"),
                    ("parent_state", "=", "posted"),
                ],
                ["customs_declaration_id", "customs_charge_id", "account_id"],
                ["balance:sum"],
            )
        )
        for record, charge, account, balance in groups:
            number, key = (0, charge) if charge else (1, account)
            moved[record.sudo(False)][number][key] += to_decimal(balance)
        return moved
