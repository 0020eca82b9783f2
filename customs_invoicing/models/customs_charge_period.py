from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools import to_decimal
from .account_move_entry import CHARGING_EVENTS
from .customs_charge_amounts import CLIENT_MOVE_TYPES


class PeriodAmounts(NamedTuple):
    """What the books hold of a charge at the end of a day."""

    billed: Decimal
    charged: Decimal
    accrued_revenue: Decimal
    accrued_cost: Decimal


class CustomsCharge(models.Model):
    """What a charge lacks in the books at the end of a period."""

    _inherit = "customs.charge"

    cost_expected = fields.Monetary(
        string="Expected cost",
        help="What this service or cost will cost us, as far as we know. What no "
        "vendor has billed by the end of a period can be accrued. Never for outlays "
        "that are passed on at cost.",
    )

    @api.constrains("cost_expected", "nature")
    def _check_cost_expected(self):
        for record in self:
            if record.nature == "disbursement" and record.cost_expected:
                raise ValidationError(
                    self.env._(
                        "%(charge)s of %(declaration)s is passed on at cost: it is no "
                        "cost of ours, so it has no expected cost.",
                        charge=record.name,
                        declaration=record.declaration_id.name,
                    )
                )
            if record.cost_expected < 0:
                raise ValidationError(
                    self.env._(
                        "The expected cost of %(charge)s, %(declaration)s, cannot be "
                        "negative.",
                        charge=record.name,
                        declaration=record.declaration_id.name,
                    )
                )

    def _get_income_account(self, mappings):
        """Return the account the client's invoice will book the service on.

        :param mappings: ``{client: fiscal position}``
        """
        self.ensure_one()
        company = self.company_id
        template = self.charge_code_id.product_id.with_company(company).product_tmpl_id
        account = template.get_product_accounts(mappings.get(self.client_id))["income"]
        return account or company._get_customs_account("rev_clearance")

    def _get_period_cost_account(self):
        """Return the account a vendor's bill for the charge will be booked on."""
        self.ensure_one()
        company = self.company_id
        if self.nature == "own_cost":
            return self._get_cost_account()
        override = self.charge_code_id.with_company(company).posting_account_id
        return override or company._get_customs_account("cost_service")

    def _query_period_amounts(self, date):
        """Return ``{charge id: PeriodAmounts}`` of posted items up to a date.

        A service bills what its invoice line was priced from: a foreign currency
        cannot express every cent.
        """
        if not self.ids:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT charge.id,
                       COALESCE(posted.billed, 0),
                       COALESCE(posted.charged, 0),
                       COALESCE(accrued.revenue, 0),
                       COALESCE(accrued.cost, 0)
                  FROM customs_charge charge
     LEFT JOIN LATERAL (%(posted)s) posted ON TRUE
     LEFT JOIN LATERAL (%(accrued)s) accrued ON TRUE
                 WHERE charge.id = ANY(%(charges)s)
                """,
                posted=self._get_period_posted_sql(date),
                accrued=self._get_period_accrued_sql(date),
                charges=list(self.ids),
            )
        )
        return {
            charge: PeriodAmounts(*map(to_decimal, amounts))
            for charge, *amounts in rows
        }

    @api.model
    def _get_period_posted_sql(self, date):
        return SQL(
            """
            SELECT SUM(CASE WHEN NOT to_client THEN 0
                            WHEN COALESCE(customs_amount, 0) != 0
                            THEN -SIGN(balance) * ABS(customs_amount)
                            ELSE -balance END) AS billed,
                   SUM(CASE WHEN NOT to_client AND charging
                            THEN balance ELSE 0 END) AS charged
              FROM (
                SELECT item.balance, item.customs_amount,
                       move.move_type = ANY(%(client_types)s) AS to_client,
                       COALESCE(move.customs_event = ANY(%(charging)s), TRUE)
                       AS charging
                  FROM account_move_line item
                  JOIN account_move move ON move.id = item.move_id
                 WHERE item.customs_charge_id = charge.id
                   AND item.parent_state = 'posted'
                   AND item.date <= %(date)s
              ) line
            """,
            client_types=list(CLIENT_MOVE_TYPES),
            charging=list(CHARGING_EVENTS),
            date=date,
        )

    @api.model
    def _get_period_accrued_sql(self, date):
        """Accrued revenue is an asset and accrued cost a debt, whatever accounts the
        settings name today."""
        return SQL(
            """
            SELECT SUM(CASE WHEN account.account_type LIKE 'asset%%'
                            THEN item.balance ELSE 0 END) AS revenue,
                   SUM(CASE WHEN account.account_type LIKE 'liability%%'
                            THEN -item.balance ELSE 0 END) AS cost
              FROM account_move_line item
              JOIN account_account account ON account.id = item.account_id
             WHERE item.customs_accrued_charge_id = charge.id
               AND item.parent_state = 'posted'
               AND item.date <= %(date)s
            """,
            date=date,
        )

    # === ENTRIES === #

    def _prepare_accrued_revenue_vals(self, mappings):
        """Return the items of an unbilled service without amounts: debit, credit."""
        self.ensure_one()
        common = {
            **self._prepare_period_vals(),
            "name": self.env._(
                "Unbilled: %(service)s", service=self._get_period_name()
            ),
            "partner_id": self.client_id.id,
        }
        account = self.company_id._get_customs_account("accrued_revenue")
        income = self._get_income_account(mappings)
        return [
            {**common, "account_id": account.id},
            {**common, "account_id": income.id},
        ]

    def _prepare_accrued_cost_vals(self):
        """Return the items of a cost no vendor billed: debit, credit.

        They name no vendor: its bill does not clear them, their reversal does.
        """
        self.ensure_one()
        common = {
            **self._prepare_period_vals(),
            "name": self.env._(
                "Not yet billed: %(cost)s", cost=self._get_period_name()
            ),
        }
        account = self.company_id._get_customs_account("accrued_cost")
        return [
            {
                **common,
                "account_id": self._get_period_cost_account().id,
                "analytic_distribution": self._get_analytic_distribution(),
            },
            {**common, "account_id": account.id},
        ]

    def _prepare_period_vals(self):
        """An item of an accrual bears no charge: it neither bills nor costs it yet."""
        return {
            "customs_declaration_id": self.declaration_id.id,
            "customs_accrued_charge_id": self.id,
        }

    def _get_period_name(self):
        return f"{self.name}, {self.declaration_id.name}"
