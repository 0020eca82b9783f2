from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ResPartner(models.Model):
    """Staff who carry cash for clearances."""

    _inherit = "res.partner"

    def _lock_for_float(self):
        """Let one transaction at a time change the cash a colleague carries.

        The row is changed, not only locked, so that whoever read an older balance is
        refused and tries again.
        """
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE res_partner SET id = id WHERE id = ANY(%s) RETURNING id",
                list(self.ids),
            )
        )

    def _check_float(self, company, amount):
        """Refuse to account for more cash than a colleague was handed."""
        self.ensure_one()
        held = self.env["account.move.line"]._get_float_balances(company, self)
        currency = company.currency_id
        in_hand = held.get(self.id, 0.0)
        if currency.compare_amounts(amount, in_hand) > 0:
            raise UserError(
                self.env._(
                    "%(name)s has %(held)s in hand, so %(amount)s cannot be accounted "
                    "for: %(missing)s is missing. Hand out cash first, or pay the rest "
                    "from the bank.",
                    name=self.name,
                    held=currency.format(in_hand),
                    amount=currency.format(amount),
                    missing=currency.format(amount - in_hand),
                )
            )
