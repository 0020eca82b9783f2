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

    def _customs_repeat_transfers(self):
        """Clear the debt of assessments that are posted again where a broker's bill
        cleared it before, and the posting was undone in between."""
        # sudo: see _customs_transfer_broker_debt
        posted = self.sudo().filtered(lambda m: m._is_customs_assessed_again())
        files = posted.customs_assessment_id.declaration_id
        if not files:
            return
        former = posted.search(
            [
                ("customs_event", "=", "transfer"),
                ("customs_bill_id.state", "=", "posted"),
                ("line_ids.customs_declaration_id", "in", files.ids),
            ]
        )
        active = former.filtered(lambda move: move._is_active_transfer())
        done = {(m.customs_bill_id, m.line_ids.customs_declaration_id) for m in active}
        for bill in former.customs_bill_id:
            for file in bill._customs_get_clearing_lines().customs_declaration_id:
                if file in files and (bill, file) not in done:
                    bill._customs_repeat_transfer(file)

    def _is_customs_assessed_again(self):
        """Tell whether this is an assessment's own entry, none that takes it back."""
        self.ensure_one()
        return (
            self.state == "posted"
            and self.customs_event in (False, "assessment")
            and bool(self.customs_assessment_id)
            and not self.reversed_entry_id
        )

    def _customs_repeat_transfer(self, file):
        """Clear the debt of one file by this bill, if all of it is owed again."""
        self.ensure_one()
        lines = self._customs_get_clearing_lines().filtered(
            lambda line: line.customs_declaration_id == file and not line.reconciled
        )
        clearing = sum(lines.mapped("amount_currency"))
        debt = self._customs_get_open_debt(file._get_open_authority_items()[file])
        compare = self.currency_id.compare_amounts
        if lines and compare(clearing, 0) > 0 and compare(debt, clearing) >= 0:
            self._customs_create_transfers(only=file)
