from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

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
    cost_distribution = fields.Json(
        string="Analytic distribution of the cost", compute="_compute_cost_distribution"
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

        What is no cost has none.
        """
        self.ensure_one()
        return is_cost(self._get_cost_role()) and self.cost_distribution

    @api.depends(
        "tax_code_id",
        "declaration_id.analytic_distribution",
        "declaration_id.line_ids.analytic_distribution",
        "declaration_id.duty_line_ids.amount_assessed",
        "declaration_id.duty_line_ids.amount_calculated",
    )
    def _compute_cost_distribution(self):
        """Items weigh as much as the authority, else our calculation, put on them."""
        weighed = self._query_weighed_distributions()
        digits = self.env["decimal.precision"].precision_get("Percentage Analytic")
        for record in self:
            default = record.declaration_id.analytic_distribution or {}
            key = record.declaration_id._origin.id, record.tax_code_id.id
            rows = [(own or default, weight) for own, weight in weighed.get(key, ())]
            found = [own for own, _weight in rows] or [default]
            if all(own == found[0] for own in found):
                record.cost_distribution = found[0] or False
                continue
            weights = [to_decimal(weight) for _own, weight in rows]
            shares = combine(weights, found, digits)
            record.cost_distribution = {
                key: to_float(percent) for key, percent in shares.items()
            } or False

    def _query_weighed_distributions(self):
        """Return ``{(declaration, tax code): [(distribution, weight)]}`` of the items.

        Summed by the database: the items of a declaration may be many.
        """
        declarations = self.declaration_id._origin
        if not declarations:
            return {}
        self.env["customs.duty.line"].flush_model()
        self.env["customs.declaration.line"].flush_model(["analytic_distribution"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT duty.declaration_id, duty.tax_code_id,
                       item.analytic_distribution,
                       SUM(ABS(COALESCE(
                           NULLIF(duty.amount_assessed, 0), duty.amount_calculated, 0)))
                  FROM customs_duty_line duty
                  JOIN customs_declaration_line item ON item.id = duty.line_id
                 WHERE duty.declaration_id = ANY(%s)
                 GROUP BY duty.declaration_id, duty.tax_code_id,
                       item.analytic_distribution
                 ORDER BY MIN(duty.sequence), MIN(duty.id)
                """,
                list(declarations.ids),
            )
        )
        weighed = defaultdict(list)
        for declaration_id, tax_code_id, distribution, weight in rows:
            weighed[declaration_id, tax_code_id].append((distribution or {}, weight))
        return weighed

    def _get_payment_problems(self):
        return []
