from odoo import models
from odoo.exceptions import UserError


class CustomsRefund(models.Model):
    """Passing a client's refund on: offset against invoices, or paid out."""

    _inherit = "customs.refund"

    def action_offset(self):
        """Settle our invoices with the client's refund, with its consent."""
        self.ensure_one()
        self.env["customs.declaration"]._check_verifier(self.env._("offset a refund"))
        self.declaration_ids._lock_for_money()
        open_items = self._get_open_invoice_items()
        self._check_offset(open_items)
        rooms = [item.amount_residual_currency for item in open_items]
        total = min(self.amount_due_client, sum(rooms))
        items = self._settling_items(total, "offset")
        plan = []
        for target, part in zip(open_items, self._fill(total, rooms), strict=True):
            if part:
                items.append(
                    {
                        "account_id": target.account_id.id,
                        "partner_id": target.partner_id.id,
                        "amount_currency": -part,
                    }
                )
                plan.append((len(items) - 1, target))
        move = self._post_entry(self.date_settled, items)
        posted = move.line_ids.sorted("id")
        self._reconcile([posted[index] | target for index, target in plan])
        self._settle(self.line_ids)
        self._plan_statement()
        return True

    def _get_open_invoice_items(self):
        return self.offset_invoice_ids.line_ids.filtered(
            lambda item: item.display_type == "payment_term" and not item.reconciled
        ).sorted(lambda item: (item.date_maturity or item.date, item.id))

    def _check_offset(self, open_items):
        problems = self._get_settling_problems()
        if not (self.has_consent and self.date_consent):
            problems.append(
                self.env._(
                    "The refund is the client's money: offset it only with the "
                    "client's written consent, ticked and dated."
                )
            )
        invoices = self.offset_invoice_ids
        if not open_items:
            problems.append(self.env._("Choose an unpaid invoice of the client."))
        owner = self.client_commercial_id
        for invoice in invoices:
            if (
                invoice.commercial_partner_id != owner
                or invoice.move_type != "out_invoice"
                or invoice.state != "posted"
                or invoice.currency_id != self.currency_id
            ):
                problems.append(
                    self.env._(
                        "%(invoice)s is no posted invoice of %(client)s in "
                        "%(currency)s. Take it out, or pay the refund out.",
                        invoice=invoice.display_name,
                        client=owner.display_name,
                        currency=self.currency_id.name,
                    )
                )
        if problems:
            raise UserError("\n".join(f"{self.name}: {text}" for text in problems))

    def action_pay_out(self):
        """Pay the client what is left of its refund."""
        self.ensure_one()
        self.env["customs.declaration"]._check_verifier(self.env._("pay a refund out"))
        self.declaration_ids._lock_for_money()
        problems = self._get_settling_problems()
        if not self.payout_journal_id:
            problems.append(self.env._("Choose the bank the client is paid from."))
        if problems:
            raise UserError("\n".join(f"{self.name}: {text}" for text in problems))
        total = self.amount_due_client
        bank = self.env["account.move"]._get_customs_bank_account(
            self.payout_journal_id
        )
        items = self._settling_items(total, "pay_out")
        items.append(
            {
                "account_id": bank.id,
                "partner_id": self.client_id.id,
                "amount_currency": -total,
            }
        )
        self._post_entry(self.date_settled, items)
        self._settle(self.line_ids)
        self._plan_statement()
        return True

    def _get_settling_problems(self):
        problems = []
        if not self.currency_id.compare_amounts(self.amount_due_client, 0) > 0:
            problems.append(self.env._("Nothing is due to the client."))
        if not self.date_settled:
            problems.append(
                self.env._("On what day is the client settled? Enter it under Money.")
            )
        return problems

    def _settling_items(self, total, step):
        """Return the debits that lower what is due to the client, line by line."""
        account = self.company_id._get_customs_account("refunds_due")
        parts = self._fill(total, [x.amount_due_client for x in self.line_ids])
        return [
            self._client_item(line, account, part, step)
            for line, part in zip(self.line_ids, parts, strict=True)
            if part
        ]
