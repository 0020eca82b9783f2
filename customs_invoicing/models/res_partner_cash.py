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

    def _check_float(self, company, amount, date):
        """Refuse to account for more cash than a colleague had in hand on a date."""
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
        day, lowest = self._get_least_in_hand(company, date)
        if currency.compare_amounts(amount, lowest) > 0:
            raise UserError(
                self.env._(
                    "%(name)s had only %(held)s in hand on %(day)s, so %(amount)s "
                    "cannot be accounted for on %(date)s. Choose the day it was paid "
                    "on, after the cash was handed out.",
                    name=self.name,
                    held=currency.format(lowest),
                    day=day.isoformat(),
                    amount=currency.format(amount),
                    date=date.isoformat(),
                )
            )

    def _get_least_in_hand(self, company, date):
        """Return the day, from a date on, with least cash in hand, and how much."""
        self.ensure_one()
        items = self.env["account.move.line"]
        # sudo: what the books hold decides, whichever items the user may read
        groups = items.sudo()._read_group(
            items._get_float_domain(company, self),
            ["date:day"],
            ["balance:sum"],
            order="date:day",
        )
        rounder = company.currency_id.round
        held = rounder(sum(change for day, change in groups if day <= date))
        least = (date, held)
        for day, change in groups:
            if day > date:
                held = rounder(held + change)
                least = min(least, (day, held), key=lambda pair: pair[1])
        return least
