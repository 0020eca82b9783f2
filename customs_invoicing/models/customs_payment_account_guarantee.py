from odoo import models


class CustomsPaymentAccount(models.Model):
    """What files use of our guarantees."""

    _inherit = "customs.payment.account"

    def _query_balances(self, excluded=()):
        """Count securities that use a guarantee: nothing of them is in the books."""
        rows = super()._query_balances(excluded)
        guarantees = self._origin.filtered(
            lambda account: account.kind == "guarantee" and account.id in rows
        )
        if guarantees:
            used = self.env["customs.security"]._get_reserved(guarantees)
            for account in guarantees:
                rows[account.id] = (used[account], *rows[account.id][1:])
        return rows

    def _get_bearing_problems(self, amount):
        """Return a sentence when the account blocks an amount beside all others."""
        self.ensure_one()
        left = self._get_available(self.amount_pledged + amount)
        if self.on_limit != "block" or self._get_limit_state(left) != "over":
            return []
        return self._describe_limit(left, amount)
