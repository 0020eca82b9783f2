from collections import defaultdict
from decimal import Decimal

from odoo import models

from ..tools import to_decimal


class AccountMove(models.Model):
    """Matching accrued duty with the assessments that take it up."""

    _inherit = "account.move"

    def _customs_settle_control(self):
        result = super()._customs_settle_control()
        self._get_customs_accrual_lines().customs_declaration_id._settle_accrual()
        return result

    def button_draft(self):
        """Take matches on the accrual account apart when a move becomes a draft."""
        result = super().button_draft()
        lines = self._get_customs_accrual_lines()
        lines._all_reconciled_lines().remove_move_reconcile()
        lines.customs_declaration_id._settle_accrual()
        return result

    def _get_customs_accrual_lines(self):
        # sudo: accountants without customs rights post these moves too
        return self.sudo().line_ids.filtered(lambda line: line._is_customs_accrual())

    def _sum_accruals(self):
        """Return ``{tax code id: amount}`` these entries put on accrual accounts."""
        sums = defaultdict(Decimal)
        for line in self._get_customs_accrual_lines():
            sums[line._get_accrued_tax().id or None] -= to_decimal(line.balance)
        return dict(sums)
