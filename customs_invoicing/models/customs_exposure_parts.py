from odoo import api, models
from odoo.tools import SQL

from ..engine.posting import PASSED_ON
from .customs_charge_amounts import CLIENT_MOVE_TYPES

#: Files whose services are rendered or under way
WORKING_STATES = ("lodged", "assessed", "released")


class CustomsExposure(models.Model):
    """Where the exposure to clients comes from, item by item."""

    _inherit = "customs.exposure"

    @api.model
    def _get_parts_sql(self, partners=None):
        """Return rows of company, commercial partner, file, kind and amount.

        :param partners: commercial partners, all when not given
        """
        return SQL(
            """SELECT found.company_id, partner.commercial_partner_id AS partner_id,
                      found.file_id, found.kind, found.amount
                 FROM (%s) found
                 JOIN res_partner partner ON partner.id = found.owing_id""",
            SQL(" UNION ALL ").join(
                build(partners)
                for build in (
                    self._get_outlays_sql,
                    self._get_deposits_sql,
                    self._get_receivables_sql,
                    self._get_assessed_sql,
                    self._get_expected_sql,
                    self._get_services_sql,
                )
            ),
        )

    @api.model
    def _get_among_sql(self, column, partners):
        """Return the condition that a column is one of the clients asked for."""
        if partners is None:
            return SQL("TRUE")
        return SQL(
            """%s IN (SELECT id FROM res_partner
                       WHERE commercial_partner_id = ANY(%s))""",
            column,
            list(partners.ids),
        )

    @api.model
    def _get_owing_sql(self):
        return SQL("COALESCE(charge.bill_to_id, charge.client_id)")

    # === FROM THE BOOKS === #

    @api.model
    def _get_outlays_sql(self, partners):
        """Return what stands on the disbursement account, by the client of the file.

        Another payer owes it once it is billed to it, and not before.
        """
        owing = SQL("charge.client_id")
        return SQL(
            """
            SELECT item.company_id, %(owing)s AS owing_id,
                   item.customs_declaration_id AS file_id,
                   'unbilled_outlay' AS kind, item.amount_residual AS amount
              FROM account_move_line item
              JOIN res_company company
                ON company.id = item.company_id
               AND company.customs_disbursement_account_id = item.account_id
              JOIN customs_charge charge ON charge.id = item.customs_charge_id
             WHERE item.parent_state = 'posted' AND item.reconciled IS NOT TRUE
               AND %(among)s
            """,
            owing=owing,
            among=self._get_among_sql(owing, partners),
        )

    @api.model
    def _get_deposits_sql(self, partners):
        """Return what is left of deposits."""
        return SQL(
            """
            SELECT item.company_id, item.partner_id, item.customs_declaration_id,
                   'deposit', -item.amount_residual
              FROM account_move_line item
             WHERE item.customs_funds_request_id IS NOT NULL
               AND item.parent_state = 'posted' AND item.reconciled IS NOT TRUE
               AND %s
            """,
            self._get_among_sql(SQL("item.partner_id"), partners),
        )

    @api.model
    def _get_receivables_sql(self, partners):
        """Return open receivable items, shared by the lines of their invoice.

        What a matched credit note took off is taken off where it was credited.
        """
        return SQL(
            """
            SELECT item.company_id, item.partner_id,
                   COALESCE(part.file_id, item.customs_declaration_id),
                   CASE WHEN part.is_outlay
                        THEN 'unpaid_duty' ELSE 'open_service' END,
                   item.amount_residual * COALESCE(part.share, 1)
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
              JOIN account_account account
                ON account.id = item.account_id
               AND account.account_type = 'asset_receivable'
         LEFT JOIN LATERAL (
                SELECT left_over.file_id, left_over.is_outlay,
                       COALESCE(
                           left_over.amount
                           / NULLIF(SUM(left_over.amount) OVER (), 0),
                           CASE WHEN ROW_NUMBER() OVER () = 1 THEN 1 ELSE 0 END
                       ) AS share
                  FROM (
                    SELECT line.customs_declaration_id AS file_id,
                           COALESCE(charge.nature = ANY(%(passed_on)s), FALSE)
                           AS is_outlay,
                           CASE WHEN move.move_type = 'out_refund'
                                THEN SUM(line.price_total * source.factor)
                                ELSE GREATEST(
                                    SUM(line.price_total * source.factor), 0)
                           END AS amount
                      FROM (%(sources)s) source
                      JOIN account_move_line line
                        ON line.move_id = source.move_id
                       AND line.display_type = 'product'
                 LEFT JOIN customs_charge charge
                        ON charge.id = line.customs_charge_id
                     WHERE move.move_type = ANY(%(types)s)
                     GROUP BY 1, 2
                  ) left_over
             ) part ON TRUE
             WHERE item.parent_state = 'posted' AND item.reconciled IS NOT TRUE
               AND %(among)s
            """,
            passed_on=list(PASSED_ON),
            sources=self._get_invoiced_sql(),
            types=list(CLIENT_MOVE_TYPES),
            among=self._get_among_sql(SQL("item.partner_id"), partners),
        )

    @api.model
    def _get_invoiced_sql(self):
        """Return the documents whose lines share out an item, with their factors.

        Its own invoice, less the matched part of every credit note.
        """
        return SQL(
            """
            SELECT item.move_id, 1::numeric AS factor
             UNION ALL
            SELECT refund.id,
                   -partial.debit_amount_currency / NULLIF(refund.amount_total, 0)
              FROM account_move_line debt
              JOIN account_partial_reconcile partial
                ON partial.debit_move_id = debt.id
              JOIN account_move_line credit ON credit.id = partial.credit_move_id
              JOIN account_move refund
                ON refund.id = credit.move_id AND refund.move_type = 'out_refund'
             WHERE debt.move_id = item.move_id
            """
        )

    # === NOT IN THE BOOKS YET === #

    @api.model
    def _get_assessed_sql(self, partners):
        """Return what is assessed, payable by us for the client, and not posted.

        It counts for the client of the file, whoever will be billed.
        """
        owing = SQL("charge.client_id")
        charges = SQL(
            """IN (SELECT charge.id
                     FROM customs_charge charge
                     JOIN customs_declaration declaration
                       ON declaration.id = charge.declaration_id
                    WHERE declaration.state IN ('assessed', 'released')
                      AND charge.tax_code_id IS NOT NULL
                      AND charge.nature = ANY(%s) AND %s)""",
            list(PASSED_ON),
            self._get_among_sql(owing, partners),
        )
        return SQL(
            """
            SELECT charge.company_id, %(owing)s, charge.declaration_id,
                   'pending_duty', claim.amount
              FROM customs_charge charge
              JOIN customs_declaration declaration
                ON declaration.id = charge.declaration_id
              JOIN customs_assessment assessment
                ON assessment.id = declaration.current_assessment_id
              JOIN res_company company ON company.id = charge.company_id
              JOIN res_currency currency ON currency.id = company.currency_id
         LEFT JOIN customs_payment_method method
                ON method.id = charge.payment_method_id
         LEFT JOIN (%(posted)s) posted ON posted.charge_id = charge.id
        CROSS JOIN LATERAL (
                SELECT SUM(line.amount_payable) AS payable
                  FROM customs_assessment_line line
                 WHERE line.assessment_id = assessment.id
                   AND line.tax_code_id = charge.tax_code_id
                   AND line.status != 'postponed'
             ) assessed
        CROSS JOIN LATERAL (
                SELECT assessed.payable * %(rate)s - COALESCE(posted.charged, 0)
                       AS amount
             ) claim
             WHERE charge.id %(charges)s
               AND COALESCE(method.payer, 'declarant') = 'declarant'
               AND claim.amount >= currency.rounding / 2
            """,
            owing=owing,
            posted=self.env["customs.charge"]._get_posted_amounts_sql(charges),
            rate=self.env["customs.payment.account"]._get_rate_sql(),
            charges=charges,
        )

    @api.model
    def _get_expected_sql(self, partners):
        """Return what we expect to be charged for declarations that are lodged."""
        return SQL(
            """
            SELECT declaration.company_id, declaration.client_id, declaration.id,
                   'pending_duty', (plan.value ->> 'amount')::numeric
              FROM customs_declaration declaration
        CROSS JOIN LATERAL jsonb_each(declaration.payment_plan) plan
         LEFT JOIN customs_charge charge
                ON charge.declaration_id = declaration.id
               AND charge.tax_code_id = plan.key::integer
         LEFT JOIN customs_payment_method method
                ON method.id = COALESCE(
                    charge.payment_method_id,
                    NULLIF(plan.value ->> 'method', 'false')::integer)
             WHERE declaration.state = 'lodged'
               AND declaration.capacity != 'own'
               AND declaration.payment_plan IS NOT NULL
               AND COALESCE(method.payer, 'declarant') = 'declarant'
               AND COALESCE(charge.nature, '') != 'own_cost'
               AND %s
            """,
            self._get_among_sql(SQL("declaration.client_id"), partners),
        )

    @api.model
    def _get_services_sql(self, partners):
        """Return the services of files under way that are on no posted invoice."""
        services = SQL(
            """IN (SELECT charge.id
                     FROM customs_charge charge
                     JOIN customs_declaration declaration
                       ON declaration.id = charge.declaration_id
                    WHERE charge.nature = 'service'
                      AND declaration.state = ANY(%s) AND %s)""",
            list(WORKING_STATES),
            self._get_among_sql(self._get_owing_sql(), partners),
        )
        return SQL(
            """
            SELECT charge.company_id, %(owing)s, charge.declaration_id,
                   'unbilled_service',
                   COALESCE(charge.amount, 0) - COALESCE(posted.billed, 0)
                   - COALESCE(posted.written_off, 0)
              FROM customs_charge charge
         LEFT JOIN (%(posted)s) posted ON posted.charge_id = charge.id
             WHERE charge.id %(services)s
            """,
            owing=self._get_owing_sql(),
            posted=self.env["customs.charge"]._get_posted_amounts_sql(services),
            services=services,
        )
