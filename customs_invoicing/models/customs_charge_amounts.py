from odoo import api, models
from odoo.tools import SQL

from .account_move_entry import CHARGING_EVENTS, WAIVING_EVENTS

#: Moves towards the client; every other posted move is towards the authority or vendor.
CLIENT_MOVE_TYPES = ("out_invoice", "out_refund", "out_receipt")


class CustomsCharge(models.Model):
    """What journal items say about charges, read in one query for any number."""

    _inherit = "customs.charge"

    def _query_posted_amounts(self):
        """Return rows (charge id, charged, billed, on draft invoices, on draft credit
        notes, control balance, written off)."""
        if not self._origin:
            return []
        self._flush_posted_amounts()
        return self.env.execute_query(
            self._get_posted_amounts_sql(SQL("= ANY(%s)", list(self._origin.ids)))
        )

    @api.model
    def _flush_posted_amounts(self):
        self.env["account.move.line"].flush_model(
            [
                "balance",
                "parent_state",
                "account_id",
                "customs_charge_id",
                "customs_amount",
                "move_id",
            ]
        )
        self.flush_model(["nature"])
        self.env["account.move"].flush_model(
            ["move_type", "journal_id", "customs_event"]
        )
        self.env["res.company"].flush_model(
            ["customs_disbursement_account_id", "currency_exchange_journal_id"]
        )

    @api.model
    def _get_posted_amounts_sql(self, condition):
        """Return the query for what is posted of charges whose id meets a condition.

        A draft, and a service, bills what its line was priced from: a foreign
        currency cannot express every cent. Posted outlays count as booked, with
        their exchange rounding.
        """
        return SQL(
            """
            SELECT line.customs_charge_id AS charge_id,
                   SUM(CASE WHEN posted AND NOT to_client AND charging
                            THEN line.balance ELSE 0 END) AS charged,
                   SUM(CASE WHEN posted AND to_client
                            THEN line.billed ELSE 0 END) AS billed,
                   SUM(CASE WHEN NOT posted AND to_client AND line.billed > 0
                            THEN line.billed ELSE 0 END) AS in_draft,
                   SUM(CASE WHEN NOT posted AND to_client AND line.billed < 0
                            THEN line.billed ELSE 0 END) AS in_draft_credit,
                   SUM(CASE WHEN posted AND on_control
                            THEN line.balance ELSE 0 END) AS control,
                   SUM(CASE WHEN posted AND waiving
                            THEN -line.balance ELSE 0 END) AS written_off
              FROM (
                SELECT aml.customs_charge_id,
                       aml.balance,
                       CASE WHEN COALESCE(aml.customs_amount, 0) != 0
                             AND (aml.parent_state = 'draft'
                                  OR charge.nature = 'service')
                            THEN -SIGN(aml.balance) * ABS(aml.customs_amount)
                            ELSE -aml.balance END AS billed,
                       aml.parent_state = 'posted' AS posted,
                       aml.account_id = company.customs_disbursement_account_id
                       AS on_control,
                       move.move_type = ANY(%(client_types)s)
                       OR COALESCE(
                           move.journal_id = company.currency_exchange_journal_id,
                           FALSE
                       ) AS to_client,
                       COALESCE(move.customs_event = ANY(%(charging)s), TRUE)
                       AS charging,
                       COALESCE(move.customs_event = ANY(%(waiving)s), FALSE)
                       AS waiving
                  FROM account_move_line aml
                  JOIN account_move move ON move.id = aml.move_id
                  JOIN res_company company ON company.id = aml.company_id
                  JOIN customs_charge charge ON charge.id = aml.customs_charge_id
                 WHERE aml.customs_charge_id %(condition)s
                   AND aml.parent_state IN ('posted', 'draft')
              ) line
             GROUP BY line.customs_charge_id
            """,
            client_types=list(CLIENT_MOVE_TYPES),
            charging=list(CHARGING_EVENTS),
            waiving=list(WAIVING_EVENTS),
            condition=condition,
        )

    @api.model
    def _search_open(self, amount):
        """Return the ids of clients' charges where an amount is not zero.

        :param amount: ``to_bill`` or ``control``
        """
        self.flush_model(["nature", "amount", "amount_estimate", "company_id"])
        self._flush_posted_amounts()
        amounts = {
            # as _compute_posted_amounts has it
            "to_bill": SQL(
                """CASE WHEN charge.nature = 'own_cost' THEN 0
                        WHEN posted.remaining < 0
                        THEN GREATEST(
                            LEAST(0, posted.remaining - posted.in_draft_credit),
                            LEAST(0, posted.remaining + posted.in_draft))
                        ELSE posted.remaining END"""
            ),
            "control": SQL("posted.control"),
        }
        rows = self.env.execute_query(
            SQL(
                """
                SELECT charge.id
                  FROM customs_charge charge
                  JOIN res_company company ON company.id = charge.company_id
                  JOIN res_currency currency ON currency.id = company.currency_id
                  LEFT JOIN (%(posted)s) found ON found.charge_id = charge.id
                 CROSS JOIN LATERAL (
                    SELECT CASE WHEN charge.nature = 'service'
                                THEN COALESCE(charge.amount, 0)
                                ELSE COALESCE(found.charged, 0)
                                   + COALESCE(charge.amount_estimate, 0) END
                           - COALESCE(found.billed, 0)
                           - COALESCE(found.written_off, 0)
                           - COALESCE(found.in_draft, 0) AS remaining,
                           COALESCE(found.in_draft, 0) AS in_draft,
                           COALESCE(found.in_draft_credit, 0) AS in_draft_credit,
                           COALESCE(found.control, 0) AS control
                 ) posted
                 WHERE ABS(%(amount)s) >= currency.rounding / 2
                """,
                posted=self._get_posted_amounts_sql(SQL("IS NOT NULL")),
                amount=amounts[amount],
            )
        )
        return [row[0] for row in rows]

    def _get_write_off_problem(self, gap):
        """Return why nothing may be credited: our own loss is taken back first.

        :param gap: what the invoice currency cannot express
        """
        self.ensure_one()
        currency = self.currency_id
        # sudo: whoever posts an invoice may lack the right to other items
        items = self.sudo().move_line_ids.filtered(
            lambda line: (
                line.move_id.customs_event == "write_off"
                and line.parent_state == "posted"
            )
        )
        lost = -sum(items.mapped("balance"))
        settled = self.amount_billed + self.amount_written_off
        excess = settled - self.amount_charged - self.amount_estimate
        if currency.compare_amounts(min(lost, excess), gap) <= 0:
            return ""
        entries = items.move_id.filtered(lambda move: not move.reversed_entry_id)
        return self.env._(
            "%(charge)s of %(declaration)s: %(amount)s of it was written off, so it is "
            "not credited before that is taken back. Reverse %(entries)s first; what "
            "the client paid too much is left then.",
            charge=self.name,
            declaration=self.declaration_id.name,
            amount=currency.format(lost),
            entries=", ".join(entries.mapped("display_name")),
        )
