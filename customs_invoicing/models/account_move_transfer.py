from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Debts to the authority that a broker, courier or carrier paid for us.

    His bill has them on the broker clearing account; an entry per file moves the debt
    from the authority to it, at the bill's accounting date. It lives and dies with the
    posting of the bill.
    """

    _inherit = "account.move"

    customs_bill_id = fields.Many2one(
        comodel_name="account.move",
        string="Bill of the broker",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Bill or refund that cleared the debt to the authority by this entry.",
    )

    def button_draft(self):
        """Undo what the posting of vendors' bills did to the debt."""
        self._check_customs_transfers_kept()
        self._customs_undo_transfers()
        reversed_bills = self.reversed_entry_id
        result = super().button_draft()
        # Odoo keeps matches of drafts, whose amounts may change now
        self._customs_get_vendor_items().remove_move_reconcile()
        reversed_bills.filtered(
            lambda move: move.state == "posted"
        )._customs_transfer_broker_debt()
        return result

    def _check_customs_transfers_kept(self):
        """An entry that clears a debt is undone by its bill, which owes it instead."""
        for move in self.sudo():  # sudo: entries of bills any accountant may reset
            bill = move.customs_bill_id
            if move._is_active_transfer() and bill.state == "posted":
                raise UserError(
                    self.env._(
                        "%(entry)s belongs to %(bill)s. Reset that one to draft; the "
                        "entry is taken back with it.",
                        entry=move.display_name,
                        bill=bill.display_name,
                    )
                )

    # === AFTER POSTING === #

    def _customs_transfer_broker_debt(self):
        """Move the debts that posted bills took over, once; match what they clear."""
        # sudo: whoever posts a bill brings its entries about
        bills = self.sudo().filtered(
            lambda move: (move.state == "posted" and move._is_customs_vendor_bill())
        )
        clearing = bills._customs_get_clearing_lines()
        files = clearing.customs_declaration_id
        if files:
            done = files._get_transfers().grouped("customs_bill_id")
            todo = bills.filtered(lambda move: move not in done)
            todo -= todo._customs_reverse_transfers_of_reversed()
            for bill in todo:  # each takes what the one before left open
                bill._customs_create_transfers()
        bills._customs_match_vendor_items()

    def _customs_create_transfers(self, only=None):
        """Create, post and match the entries of one bill or refund.

        :param only: the file to do so for, instead of all
        """
        self.ensure_one()
        lines_by_file = self._customs_get_clearing_lines().grouped(
            "customs_declaration_id"
        )
        files = (
            self.env["customs.declaration"]
            .sudo()
            .browse([file.id for file in lines_by_file])
        )
        items = files._get_open_authority_items()
        moves, plan = self.browse(), []
        for file, lines in lines_by_file.items():
            balance = sum(lines.mapped("balance"))
            if self.company_currency_id.is_zero(balance) or (only and file != only):
                continue
            parts = self._customs_get_debt_parts(file, lines, items[file])
            move = self._create_customs_entry(
                self.company_id,
                "transfer",
                self.date,
                self._prepare_transfer_lines(file, lines, parts),
                ref=self.env._(
                    "%(file)s: paid by %(vendor)s, %(bill)s",
                    file=file.mrn or file.name,
                    vendor=self.commercial_partner_id.name,
                    bill=self.ref or self.name,
                ),
                customs_bill_id=self.id,
            )
            moves |= move
            plan += [
                line | item
                for line, (item, *_part) in zip(move.line_ids, parts, strict=False)
                if item
            ]
        moves._post(soft=False)
        self.env["account.move.line"]._reconcile_plan(
            [pair.filtered(lambda line: not line.reconciled) for pair in plan]
        )

    def _customs_get_debt_parts(self, file, lines, items):
        """Return ``[(item, account, partner, amount, currency, balance)]`` to move.

        Amounts are signed like the items they clear turned round: debits for a bill.
        """
        self.ensure_one()
        currency, company = self.currency_id, self.company_id
        balance = sum(lines.mapped("balance"))
        sign = 1 if balance > 0 else -1
        total = left = abs(sum(lines.mapped("amount_currency")))
        parts = []
        for item in items:
            whole = -sign * self._customs_to_bill_currency(
                item.amount_residual_currency, item.currency_id
            )
            if currency.compare_amounts(whole, 0) <= 0 or currency.is_zero(left):
                continue
            # what one rounding of the bill's currency leaves is no open debt
            is_full = currency.compare_amounts(left + currency.rounding, whole) >= 0
            if item.currency_id == currency:
                is_full = currency.compare_amounts(left, whole) >= 0
            part = min(left, whole)
            left = currency.round(left - part)
            share = part / total
            if is_full:
                amount = -item.amount_residual_currency
            else:
                ratio = part / whole
                amount = item.currency_id.round(-item.amount_residual_currency * ratio)
            if item.currency_id == company.currency_id:
                booked = amount
            else:
                booked = company.currency_id.round(balance * share)
            parts.append(
                (
                    item,
                    item.account_id,
                    item.partner_id,
                    amount,
                    item.currency_id,
                    booked,
                )
            )
        if sign < 0 and not currency.is_zero(left):
            parts.append(self._customs_get_reopened_part(file, balance * left / total))
        return parts

    def _customs_get_reopened_part(self, file, balance):
        """Return the part of a refund that opens the debt to the authority again."""
        company = self.company_id
        earlier = file._get_transfers().line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "liability_payable" and line.balance > 0
            )
        )[-1:]
        account = earlier.account_id or company._get_customs_account(
            "authority_payable"
        )
        partner = earlier.partner_id or file.authority_id
        amount = company.currency_id.round(balance)
        nothing = self.env["account.move.line"]
        return nothing, account, partner, amount, company.currency_id, amount

    def _prepare_transfer_lines(self, file, lines, parts):
        """Return the items of an entry: the debts, the clearing, what rounding left."""
        company = self.company_id
        label = self.env._(
            "Customs debt of %(file)s paid by %(vendor)s",
            file=file.mrn or file.name,
            vendor=self.commercial_partner_id.name,
        )
        result = [
            {
                "name": label,
                "account_id": account.id,
                "partner_id": partner.id,
                "currency_id": currency.id,
                "amount_currency": amount,
                "balance": booked,
                "date_maturity": item.date_maturity or self.date,
                "customs_payment_account_id": item.customs_payment_account_id.id,
                "customs_declaration_id": file.id,
            }
            for item, account, partner, amount, currency, booked in parts
        ]
        balance = sum(lines.mapped("balance"))
        result.append(
            {
                "name": label,
                "account_id": lines.account_id[:1].id,
                "partner_id": self.commercial_partner_id.id,
                "currency_id": self.currency_id.id,
                "amount_currency": -sum(lines.mapped("amount_currency")),
                "balance": -balance,
                "customs_declaration_id": file.id,
            }
        )
        rest = company.currency_id.round(-sum(line["balance"] for line in result))
        if rest:
            account = (
                company.expense_currency_exchange_account_id
                if rest > 0
                else company.income_currency_exchange_account_id
            )
            result.append(
                {
                    "name": self.env._("Exchange rounding, %(label)s", label=label),
                    "account_id": account.id,
                    "balance": rest,
                    "customs_declaration_id": file.id,
                }
            )
        return result

    # === UNDOING === #

    def _is_active_transfer(self):
        """Whether this posted entry clears a debt and was not taken back."""
        self.ensure_one()
        return (
            self.customs_event == "transfer"
            and self.state == "posted"
            and not self.reversed_entry_id
            and "posted" not in self.reversal_move_ids.mapped("state")
        )

    def _customs_get_transfers(self):
        """Return the active entries that came with these bills."""
        # sudo: whoever resets a bill undoes its entries
        found = self.sudo().search(
            [("customs_bill_id", "in", self.ids), ("customs_event", "=", "transfer")]
        )
        return found.filtered(lambda move: move._is_active_transfer())

    def _customs_undo_transfers(self, date=None):
        """Reverse the entries of these bills: the authority is owed again."""
        transfers = self._customs_get_transfers()
        if not transfers:
            return
        transfers._reverse_moves(
            [
                {
                    "date": date or move.date,
                    "ref": self.env._("Taken back: %(ref)s", ref=move.ref),
                    "customs_bill_id": move.customs_bill_id.id,
                }
                for move in transfers
            ],
            cancel=True,
        )

    def _customs_reverse_transfers_of_reversed(self):
        """Take entries of reversed bills back; return the reversals this settles.

        A refund of only a part opens that part of the debt again instead.
        """
        settled = self.browse()
        for refund in self.filtered("reversed_entry_id"):
            bill = refund.reversed_entry_id
            transfers = bill._customs_get_transfers()
            if transfers and refund._customs_sum_clearing() == {
                file: -amount for file, amount in bill._customs_sum_clearing().items()
            }:
                bill._customs_undo_transfers(refund.date)
                settled |= refund
        return settled

    def _customs_sum_clearing(self):
        """Return ``{file: amount}`` on the clearing account, in the bill's currency."""
        sums = defaultdict(float)
        for line in self._customs_get_clearing_lines():
            sums[line.customs_declaration_id] += line.amount_currency
        return {file: self.currency_id.round(amount) for file, amount in sums.items()}

    # === MATCHING === #

    def _customs_get_vendor_items(self):
        """Return the items of vendors' documents that clear others of their file."""
        # sudo: see _get_customs_declarations
        bills = self.sudo().filtered(lambda move: move._is_customs_vendor_bill())
        return bills.line_ids.filtered(
            lambda line: line.customs_declaration_id and line._is_customs_cleared()
        )

    def _customs_match_vendor_items(self):
        """Match what bills clear, per file, account and vendor; never more."""
        items = self._customs_get_vendor_items()
        if not items:
            return
        found = items.search(
            [
                ("customs_declaration_id", "in", items.customs_declaration_id.ids),
                ("account_id", "in", items.account_id.ids),
                (
                    "partner_id.commercial_partner_id",
                    "in",
                    items.partner_id.commercial_partner_id.ids,
                ),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        groups = found.grouped(
            lambda line: (
                line.customs_declaration_id,
                line.account_id,
                line.partner_id.commercial_partner_id,
            )
        )
        self.env["account.move.line"]._reconcile_plan(
            [
                lines
                for lines in groups.values()
                if any(line.balance > 0 for line in lines)
                and any(line.balance < 0 for line in lines)
            ]
        )
