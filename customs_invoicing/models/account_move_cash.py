from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Clients' deposits meet their invoices; entries of cash know their period."""

    _inherit = "account.move"

    def _customs_apply_deposits(self):
        """Pay posted client invoices from the deposits held for their files."""
        invoices = self.filtered(
            lambda move: move.move_type == "out_invoice"
            and move.state == "posted"
            and move.company_id.customs_apply_deposits
        )
        files = invoices.line_ids.customs_declaration_id
        if not files:
            return
        # sudo: accountants without customs rights post client invoices too, and the
        # company decided that deposits are applied
        requests = self.env["customs.funds.request"].sudo()
        requests.search([("declaration_id", "in", files.ids)])._apply(invoices.sudo())

    def _get_customs_open_terms(self):
        """Return ``{invoice: its open receivable items}`` of posted client invoices.

        Items on a second receivable account are left to whoever set it.
        """
        terms = self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
            and not line.reconciled
            and line.parent_state == "posted"
        )
        return {
            move: lines.filtered(
                lambda line, lines=lines: line.account_id == lines[0].account_id
            )
            for move, lines in terms.grouped("move_id").items()
        }

    def _get_customs_residual(self, terms):
        """Return what is open of receivable items, in the currency of the invoice."""
        self.ensure_one()
        return self.currency_id.round(sum(terms.mapped("amount_residual_currency")))

    def _get_customs_file_residual(self, declaration, residual):
        """Return what one file may still be paid of an open invoice.

        On an invoice of several files: the lines of the file with their tax, less
        what was paid for it before.
        """
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        if len(lines.customs_declaration_id) < 2:
            return residual
        share = sum(
            lines.filtered(
                lambda line: line.customs_declaration_id == declaration
            ).mapped("price_total")
        )
        matches = self.line_ids.matched_credit_ids.filtered(
            lambda match: match.credit_move_id.customs_declaration_id == declaration
        )
        paid = sum(matches.mapped("debit_amount_currency"))
        return max(self.currency_id.round(share - paid), 0.0)

    def _get_customs_control_items(self):
        """Return the items of outlays for clients on these moves."""
        return self.line_ids.filtered(lambda line: line._is_customs_control())

    @api.model
    def _check_customs_period(self, company, date, journal=None, has_tax=False):
        """Refuse an accounting date in a locked period, before anything is written.

        Odoo would move the entry to another date in silence.
        """
        journal = journal or company._get_customs_entry_journal()
        locks = company._get_violated_lock_dates(date, has_tax, journal)
        if locks:
            raise UserError(
                self.env._(
                    "%(date)s is in a locked period of %(company)s: "
                    "%(locks)s. Choose a later date.",
                    date=date.isoformat(),
                    company=company.name,
                    locks=company._format_lock_dates(locks),
                )
            )

    @api.model
    def _get_customs_open_date(self, company, date, journal=None, has_tax=False):
        """Return a date the product proposes, or today where its period is locked."""
        journal = journal or company._get_customs_entry_journal()
        if company._get_violated_lock_dates(date, has_tax, journal):
            return fields.Date.context_today(self)
        return date

    def action_customs_reverse(self):
        """Reverse posted entries of a file today and match them with what they undo."""
        self.env["customs.declaration"]._check_verifier(
            self.env._("reverse an entry of a file")
        )
        today = fields.Date.context_today(self)
        for move in self:
            if (
                move.state != "posted"
                or not move.customs_event
                or move.reversal_move_ids
            ):
                raise UserError(
                    self.env._(
                        "%(move)s cannot be reversed: it is a draft, no entry of a "
                        "customs file, or reversed already.",
                        move=move.display_name,
                    )
                )
            self._check_customs_period(move.company_id, today, move.journal_id)
        defaults = [
            {
                "date": today,
                "ref": self.env._("Reversal of %(move)s", move=move.name),
            }
            for move in self
        ]
        self._reverse_moves(defaults, cancel=True)
        return True
