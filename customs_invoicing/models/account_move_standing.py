from odoo import models


class AccountMove(models.Model):
    """Which entries of files still stand, and with what they are matched."""

    _inherit = "account.move"

    def _get_customs_standing(self):
        """Return the posted entries without those that were taken back in full, and
        without what took them back."""
        posted = self.filtered(lambda move: move.state == "posted")
        gone = self.browse()
        for move in posted.sorted("id", reverse=True):
            original = move.reversed_entry_id
            if (
                original in posted
                and move not in gone
                and original not in gone
                and move._customs_mirrors(original)
            ):
                gone |= move | original
        return posted - gone

    def _customs_mirrors(self, original):
        """Tell whether the entry takes another back to the cent."""
        self.ensure_one()
        sums = {}
        for line in (self | original).line_ids:
            key = (line.account_id, line.customs_charge_id)
            sums[key] = sums.get(key, 0.0) + line.balance
        return all(self.company_currency_id.is_zero(total) for total in sums.values())

    def _get_customs_counterparts(self):
        """Return the entries this one is matched with, not through the control
        account; without what Odoo or we book for a match itself."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: not line._is_customs_control())
        matched = (
            lines.matched_debit_ids.debit_move_id
            | lines.matched_credit_ids.credit_move_id
        ).move_id
        exchange = (
            lines.matched_debit_ids.exchange_move_id
            | lines.matched_credit_ids.exchange_move_id
        )
        reversals = self.reversal_move_ids | self.reversed_entry_id
        gone = reversals.filtered(lambda move: move._customs_mirrors(self))
        exchange |= matched.filtered(
            lambda move: move.journal_id == self.company_id.currency_exchange_journal_id
        )
        return matched - exchange - gone - self
