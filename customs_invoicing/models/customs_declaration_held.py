from collections import defaultdict

from odoo import models


class CustomsDeclaration(models.Model):
    """Money of a file that stands on no charge: held, secured, awaited, advanced."""

    _inherit = "customs.declaration"

    def _get_held_problems(self, cancelling=False):
        """Return ``{declaration: sentences}`` on money that is still in the way.

        Deposits always are. Import VAT that awaits its certificate, securities and
        cash in the hands of staff are when a file is cancelled; they may outlive one
        that is closed.
        """
        found = {record: [] for record in self}
        deposits = self._get_deposits()
        for record in self:
            self._add_amount(
                found,
                record,
                deposits.get(record.id, 0.0),
                self.env._(
                    "%(amount)s of the client's deposit is left. Apply it to an "
                    "invoice of the client, or return it."
                ),
            )
        if cancelling:
            self._add_pending_vat(found)
            self._add_securities(found)
            self._add_floats(found)
        return found

    def _find_authority_due_dates(self):
        """Return ``{declaration: day}`` on which what is owed to authorities is due.

        The first one, of files with a posted debt that is not paid.
        """
        # sudo: what the books hold decides, whoever looks
        debts = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("move_id.customs_assessment_id.declaration_id", "in", self.ids),
                    ("parent_state", "=", "posted"),
                    ("account_type", "=", "liability_payable"),
                    ("amount_residual", "<", 0),
                ]
            )
        )
        found = {}
        for debt in debts:
            file = debt.move_id.customs_assessment_id.declaration_id.sudo(False)
            day = debt.date_maturity or debt.date
            found[file] = min(day, found.get(file, day))
        return found

    def _add_amount(self, found, record, amount, text, currency=None):
        currency = currency or record.currency_id
        if not currency.is_zero(amount):
            found[record].append(text % {"amount": currency.format(amount)})

    def _add_pending_vat(self, found):
        pending = self._get_vat_pending_balances()
        for record in self:
            self._add_amount(
                found,
                record,
                pending.get(record.id, 0.0),
                self.env._(
                    "%(amount)s of import VAT awaits its evidence. Record the "
                    "certificate, or reverse the entries it comes from."
                ),
            )

    def _add_securities(self, found):
        for record, amount in self._get_secured().items():
            self._add_amount(
                found,
                record,
                amount,
                self.env._(
                    "%(amount)s is held as security. Record its release, or what "
                    "became of it."
                ),
                record.tariff_currency_id,
            )

    def _get_secured(self):
        """Return ``{declaration: held}`` in the currency of the authority."""
        # sudo: what is held decides, whoever looks
        groups = (
            self.env["customs.security"]
            .sudo()
            ._read_group(
                [("declaration_id", "in", self.ids), ("amount_open", ">", 0)],
                ["declaration_id"],
                ["amount_open:sum"],
            )
        )
        return {self.browse(record.id): amount for record, amount in groups}

    def _add_floats(self, found):
        # what was handed out for a file and neither spent nor returned
        items = self._search_open_items("customs_staff_float_account_id")
        for record, lines in items.items():
            self._add_amount(
                found,
                record,
                sum(lines.mapped("amount_residual")),
                self.env._(
                    "%(amount)s in cash was handed to staff for it. Record what was "
                    "spent, or the cash that came back."
                ),
            )

    def _search_open_items(self, *names):
        """Return ``{declaration: open posted items}`` on accounts of the company."""
        accounts = self.env["account.account"]
        for name in names:
            accounts |= self.company_id[name]
        # sudo: what the books hold decides, whichever items the user may read
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("customs_declaration_id", "in", self.ids),
                    ("account_id", "in", accounts.ids),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                ]
            )
        )
        return {
            self.browse(record.id): lines
            for record, lines in items.grouped("customs_declaration_id").items()
        }

    # === WHAT MAY STAY OPEN === #

    def _note_left_open(self):
        """Say on closed files what goes on after them: securities, brokers' bills."""
        notes = defaultdict(list)
        pending = self._get_vat_pending_balances()
        for record in self:
            self._add_amount(
                notes,
                record,
                pending.get(record.id, 0.0),
                self.env._("%(amount)s of import VAT awaits its certificate."),
            )
        for record, amount in self._get_secured().items():
            self._add_amount(
                notes,
                record,
                amount,
                self.env._("%(amount)s is still held as security."),
                record.tariff_currency_id,
            )
        items = self._search_open_items(
            "customs_broker_clearing_account_id",
            "customs_brokerage_clearing_account_id",
        )
        for record, lines in items.items():
            self._add_amount(
                notes,
                record,
                sum(lines.mapped("balance")),
                self.env._("%(amount)s of broker clearing is still open."),
            )
        for record, texts in notes.items():
            record.message_post(
                body=self.env._("Closed although: %(left)s", left=" ".join(texts))
            )
