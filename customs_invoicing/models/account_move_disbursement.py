from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ..engine.disbursement import DISBURSEMENT

#: What stops an invoice that was drafted, too. What a file lacks by then to be billed
#: further does not: a later assessment is billed on its own.
CHECKED_ON_POSTING = ("mandate", "evidence", "order_number", "service_limit", "dispute")


class AccountMove(models.Model):
    """Client invoices neither round nor discount the outlays they pass on."""

    _inherit = "account.move"

    def _post(self, soft=True):
        self._check_customs_disbursements()
        self._check_customs_blockers()
        return super()._post(soft)

    def _check_customs_blockers(self):
        """Refuse to bill what waits for evidence or a release, however it got here."""
        drafts = self.filtered(
            lambda move: move.state == "draft"
            and move.move_type in ("out_invoice", "out_receipt")
        )
        # sudo: accountants without customs rights post these moves too
        charges = drafts.sudo().line_ids.customs_charge_id
        files = charges.declaration_id.with_context(customs_from_order=True)
        files._check_billable(charges, codes=CHECKED_ON_POSTING)

    def _check_customs_disbursements(self):
        """Refuse drafts that change what was paid for a client."""
        problems = []
        for move in self.filtered(lambda move: move.state == "draft"):
            if move._bills_client():
                for line in move.invoice_line_ids:
                    problems += line._get_disbursement_problems()
                    problems += line._get_unfounded_problems()
                problems += move._get_disbursement_problems()
            elif move.is_purchase_document(include_receipts=True):
                for line in move.invoice_line_ids:
                    problems += line._get_deduction_problems()
        if problems:
            raise UserError("\n".join(problems))

    @api.constrains("invoice_cash_rounding_id", "invoice_payment_term_id")
    def _check_customs_rounding(self):
        problems = [
            problem
            for move in self
            if move.state == "draft"
            for problem in move._get_disbursement_problems()
        ]
        if problems:
            raise ValidationError("\n".join(problems))

    def _get_disbursement_problems(self):
        """Return sentences on terms that would fall on the outlays of an invoice.

        Rounding an invoice that has services too is a line of its own.
        """
        self.ensure_one()
        rounding, term = self.invoice_cash_rounding_id, self.invoice_payment_term_id
        if self.reversed_entry_id or not (rounding or term.early_discount):
            return []
        lines = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        outlays = lines.filtered(
            lambda line: line._get_customs_sale_charge().nature == DISBURSEMENT
        )
        problems = []
        if outlays and rounding and lines == outlays:
            problems.append(
                self.env._(
                    "%(move)s bills disbursements only, to the cent: take the cash "
                    "rounding “%(rounding)s” off.",
                    move=self.display_name,
                    rounding=rounding.name,
                )
            )
        if outlays and term.early_discount:
            problems.append(
                self.env._(
                    "%(move)s bills disbursements, which cannot be discounted: choose "
                    "payment terms without early payment discount instead of "
                    "“%(term)s”.",
                    move=self.display_name,
                    term=term.name,
                )
            )
        return problems
