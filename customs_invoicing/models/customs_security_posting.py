from odoo import models
from odoo.exceptions import UserError

from ..engine.corrections import fill
from ..tools import to_decimal, to_float


class CustomsSecurity(models.Model):
    """Booking securities: lodged, released, converted, forfeited."""

    _inherit = "customs.security"

    def _lodge(self, date, amounts, counterpart, **vals):
        """Book securities as lodged; return the entry.

        :param amounts: ``{security: amount}`` in its currency
        :param counterpart: account and partner of what pays
        """
        items = [s._item("lodge", amount) for s, amount in amounts.items()]
        items.append({**counterpart, "amount_currency": -sum(amounts.values())})
        return self._post_items("lodge", date, items, **vals)

    def _release(self, date, amounts, counterpart, **vals):
        """Book what came back of securities; return the entry."""
        items = [s._item("release", amount) for s, amount in amounts.items()]
        items.append({**counterpart, "amount_currency": sum(amounts.values())})
        return self._post_items("release", date, items, **vals)

    def _forfeit(self, date, amounts):
        """Book what the holder keeps as our loss; return the entry."""
        items = [s._item("forfeit", amount) for s, amount in amounts.items()]
        penalties = self.company_id._get_customs_account("penalties")
        for security, amount in amounts.items():
            item = security._item("forfeit", -amount)
            item.update(account_id=penalties.id, customs_step=False)
            items.append(item)
        return self._post_items("forfeit", date, items)

    def _convert_to_debt(self, date, amounts):
        """Pay debts of the files that became final with their securities.

        :return: the entry, matched with the debts
        """
        company = self.company_id
        items, plan, problems = [], [], []
        for (declaration, payee), securities in self.grouped(
            lambda s: (s.declaration_id, s.payee_id)
        ).items():
            total = sum(amounts[security] for security in securities)
            debts = securities._get_open_debts()
            rooms = [to_decimal(-debt.amount_residual_currency) for debt in debts]
            owed = to_float(sum(rooms))
            if self.currency_id.compare_amounts(total, owed) > 0:
                problems.append(
                    self.env._(
                        "%(declaration)s owes %(owed)s to %(payee)s, less than "
                        "%(amount)s. Post the final assessment or the bill first, and "
                        "release the rest.",
                        declaration=declaration.name,
                        owed=self.currency_id.format(owed),
                        payee=payee.name,
                        amount=self.currency_id.format(total),
                    )
                )
                continue
            for debt, part in zip(debts, fill(to_decimal(total), rooms), strict=True):
                if part:
                    plan.append((len(items), debt))
                    items.append(
                        {
                            "account_id": debt.account_id.id,
                            "partner_id": debt.partner_id.id,
                            "amount_currency": to_float(part),
                            "customs_declaration_id": declaration.id,
                            "customs_security_id": securities[:1].id,
                        }
                    )
        if problems:
            raise UserError("\n".join(problems))
        company._get_customs_account("securities")
        items += [s._item("convert", amount) for s, amount in amounts.items()]
        move = self._post_items("convert", date, items)
        posted = move.line_ids.sorted("id")
        self.env["account.move.line"]._reconcile_plan(
            [posted[index] | debt for index, debt in plan]
        )
        return move

    def _get_open_debts(self):
        """Return what one file owes to the holder, in the security's currency."""
        payee = self.payee_id
        accounts = self.company_id.customs_authority_payable_account_id
        accounts |= payee.with_company(self.company_id).property_account_payable_id
        found = self.declaration_id._get_open_debts(payee, accounts)
        return found[self.declaration_id].filtered(
            lambda debt: debt.currency_id == self.currency_id
        )

    # === ENTRIES === #

    def _item(self, step, amount):
        """Return the item of one step on the securities account."""
        self.ensure_one()
        account = self.company_id._get_customs_account("securities")
        return {
            "name": self._get_label(),
            "account_id": account.id,
            "partner_id": self.payee_id.id,
            "amount_currency": amount if step == "lodge" else -amount,
            "customs_declaration_id": self.declaration_id.id,
            "customs_security_id": self.id,
            "customs_step": step,
        }

    def _get_label(self):
        self.ensure_one()
        parts = (self.name, self.reference, self.tax_code_id.code)
        return " · ".join(filter(None, parts))

    def _post_items(self, step, date, items, **vals):
        """Post the entry of a step and match what it closes."""
        labels = dict(
            self.env["account.move.line"]
            ._fields["customs_step"]
            ._description_selection(self.env)
        )
        names = ", ".join(self.mapped("name"))
        move = self.env["account.move"]._post_customs_items(
            self.company_id,
            "security",
            self.currency_id,
            date,
            items,
            ref=f"{labels[step]} · {names}",
            **vals,
        )
        if step != "lodge":
            self._match()
        self._plan_expiry()
        return move

    def _match(self):
        """Match what was lodged with what became of it, security by security."""
        account = self.company_id.customs_securities_account_id
        found = self.env["account.move.line"].search(
            [
                ("customs_security_id", "in", self.ids),
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        plan = [
            items
            for items in found.grouped("customs_security_id").values()
            if len(set(items.mapped("balance"))) > 1
            and min(items.mapped("balance")) < 0 < max(items.mapped("balance"))
        ]
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)
