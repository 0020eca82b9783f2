from odoo import fields, models

from ..engine.analytic import combine
from ..engine.payment import AGENT, CLIENT, NOBODY, NOT_OWED_MECHANISMS
from ..engine.posting import ACCRUED_KINDS, PASSED_ON, cost_role, is_cost
from ..tools import to_decimal, to_float


class CustomsCharge(models.Model):
    """Which accounts and analytic accounts bear a charge."""

    _inherit = "customs.charge"

    amount_estimate = fields.Monetary(
        string="Billed on estimate",
        copy=False,
        readonly=True,
        help="Expected amount that may be billed before the authority has assessed.",
    )
    amount_written_off = fields.Monetary(
        string="Written off", compute="_compute_posted_amounts"
    )

    def _is_own_import_vat(self):
        """Whether the tax is import VAT that our own VAT return deals with."""
        self.ensure_one()
        return (
            self.nature == "own_cost"
            and self.kind == "vat"
            and self.declaration_id.capacity == "own"
            and self.declaration_id.goods_use != "sale"
        )

    def _is_paid_by_others(self):
        """Whether the authority gets it from the client, our broker or a seller.

        Nobody pays what is postponed or secured either, but that is no debt at all.
        """
        self.ensure_one()
        if self.payer == NOBODY:
            return self.payment_method_id.mechanism not in NOT_OWED_MECHANISMS
        return self.payer in (CLIENT, AGENT)

    def _is_accrued(self):
        """Whether the expected amount of the charge was booked before."""
        self.ensure_one()
        return (
            self.nature == "own_cost"
            and self.kind in ACCRUED_KINDS
            and self.declaration_id._has_accrual()
        )

    def _get_assessment_account(self):
        """Return the account an assessed amount is debited to."""
        self.ensure_one()
        if self.nature in PASSED_ON:
            return self.company_id._get_customs_account("disb_control")
        if self._is_accrued():
            return self.company_id._get_customs_account("duty_accrual")
        return self._get_cost_account()

    def _get_cost_account(self):
        """Return the account where the charge is our own cost.

        The charge code's own account goes before the one of its kind.
        """
        self.ensure_one()
        company = self.company_id
        override = self.charge_code_id.with_company(company).posting_account_id
        return override or company._get_customs_account(self._get_cost_role())

    def _get_cost_role(self):
        """Return the role of the account that bears the charge as our own cost."""
        self.ensure_one()
        declaration = self.declaration_id
        return cost_role(
            self.kind,
            declaration.goods_use,
            declaration.foreign_vat_recoverable,
            declaration.capacity == "own",
        )

    def _get_analytic_distribution(self):
        """Return the distribution of the items that bear the charge, else the file's.

        Items weigh as much as the authority, else our calculation, put on them. What
        is no cost has none.
        """
        self.ensure_one()
        declaration = self.declaration_id
        if not is_cost(self._get_cost_role()):
            return False
        default = declaration.analytic_distribution or {}
        lines = declaration.duty_line_ids.filtered(
            lambda line: line.tax_code_id == self.tax_code_id and line.line_id
        )
        if not self.tax_code_id or not lines:
            return default or False
        weights = [
            to_decimal(abs(line.amount_assessed or line.amount_calculated))
            for line in lines
        ]
        found = [line.line_id.analytic_distribution or default for line in lines]
        if all(distribution == found[0] for distribution in found):
            return found[0] or False
        shares = combine(weights, found)
        return {key: to_float(percent) for key, percent in shares.items()} or False

    def _get_payment_problems(self):
        return []
