from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import to_decimal, to_float
from .account_move_entry import ACCRUING_EVENTS

#: What decides the accounts, and cannot change while an accrual counts
FIXED_BY_ACCRUAL = {
    "capacity",
    "company_id",
    "goods_use",
    "tariff_currency_id",
    "tariff_id",
}


class Accrued(NamedTuple):
    """What the books hold of one tax: still open, ever accrued, since when.

    Amounts are in the currency of the books, positive where duty is expected.
    """

    open: Decimal
    total: Decimal
    since: object


class CustomsDeclaration(models.Model):
    """Expected duty in the books of a file, read from posted items of its account."""

    _inherit = "customs.declaration"

    move_line_ids = fields.One2many(
        comodel_name="account.move.line",
        inverse_name="customs_declaration_id",
        string="Journal items",
    )
    accrual_balance = fields.Monetary(
        string="Accrued duty",
        compute="_compute_accrual",
        help="Expected duty in the books that no assessment has taken up yet. It must "
        "be zero before the file closes.",
    )
    has_accrual = fields.Boolean(
        string="Has accrued duty",
        compute="_compute_accrual",
        help="Expected duty was booked for this file, so its assessment takes that up.",
    )
    has_open_accrual = fields.Boolean(
        string="Accrued duty is open",
        compute="_compute_accrual",
        search="_search_has_open_accrual",
    )
    difference_reason = fields.Text(
        string="Reason of the difference",
        compute="_compute_difference_reason",
        inverse="_inverse_difference_reason",
        help="Why the authority assessed another duty than was accrued. Needed when "
        "the difference is beyond the tolerance of the company.",
    )
    accrual_message = fields.Text(
        string="Accrued and assessed", compute="_compute_accrual_message"
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "move_line_ids.balance",
        "move_line_ids.parent_state",
        "move_line_ids.account_id",
        "company_id.customs_duty_accrual_account_id",
    )
    def _compute_accrual(self):
        found = self._query_accruals()
        for record in self:
            taxes = found.get(record._origin.id, {}).values()
            record.accrual_balance = to_float(sum(tax.open for tax in taxes))
            record.has_open_accrual = any(tax.open for tax in taxes)
            record.has_accrual = any(tax.open or tax.total for tax in taxes)

    @api.depends("current_assessment_id.difference_reason")
    def _compute_difference_reason(self):
        for record in self:
            record.difference_reason = record.current_assessment_id.difference_reason

    def _inverse_difference_reason(self):
        for record in self:
            # sudo: nobody edits what the authority sent; this is our own remark on it
            assessment = record.current_assessment_id.sudo()
            if not assessment and record.difference_reason:
                raise UserError(
                    self.env._(
                        "%(name)s has no assessment yet, so there is no difference to "
                        "give a reason for.",
                        name=record.name,
                    )
                )
            if assessment.difference_reason != record.difference_reason:
                assessment.difference_reason = record.difference_reason

    @api.depends(
        "has_accrual", "current_assessment_id.state", "difference_reason", "state"
    )
    def _compute_accrual_message(self):
        """Say how the assessment that is to be posted compares with the accrual."""
        assessments = self.filtered(
            lambda record: record.has_accrual and record.has_unposted_assessment
        ).current_assessment_id
        words = {
            assessment.declaration_id.id: assessment._describe_true_up(found)
            for assessment, found in assessments._get_true_ups().items()
        }
        for record in self:
            record.accrual_message = words.get(record._origin.id, False)

    def _search_has_open_accrual(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["account.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT declaration
                  FROM (SELECT item.customs_declaration_id AS declaration
                          FROM account_move_line item
                          JOIN res_company company ON company.id = item.company_id
                     LEFT JOIN customs_charge charge
                            ON charge.id = item.customs_charge_id
                         WHERE item.customs_declaration_id IS NOT NULL
                           AND item.account_id
                               = company.customs_duty_accrual_account_id
                           AND item.parent_state = 'posted'
                      GROUP BY item.customs_declaration_id,
                               COALESCE(item.customs_accrual_tax_code_id,
                                        charge.tax_code_id)
                        HAVING SUM(item.balance) != 0) open
                """
            )
        )
        found = [row[0] for row in rows]
        return [("id", "in" if True in value else "not in", found)]

    # === READING THE LEDGER === #

    def _query_accruals(self):
        """Return ``{declaration id: {tax code id: Accrued}}`` in one query.

        Items of an assessment bear the charge of their tax, those of accruals the tax
        itself.
        """
        if not self._origin:
            return {}
        self.env["account.move.line"].flush_model(
            [
                "account_id",
                "balance",
                "company_id",
                "customs_accrual_tax_code_id",
                "customs_charge_id",
                "customs_declaration_id",
                "date",
                "parent_state",
            ]
        )
        self.env["account.move"].flush_model(["customs_event"])
        self.env["customs.charge"].flush_model(["tax_code_id"])
        self.env["res.company"].flush_model(["customs_duty_accrual_account_id"])
        found = defaultdict(dict)
        rows = self.env.execute_query(self._get_accruals_sql())
        for declaration, tax, still, total, since in rows:
            found[declaration][tax] = Accrued(
                to_decimal(still), to_decimal(total), since
            )
        return found

    def _get_accruals_sql(self):
        return SQL(
            """
            SELECT item.customs_declaration_id,
                   COALESCE(item.customs_accrual_tax_code_id, charge.tax_code_id),
                   -SUM(item.balance),
                   -SUM(CASE WHEN move.customs_event = ANY(%(events)s)
                             THEN item.balance ELSE 0 END),
                   MIN(item.date)
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
              JOIN res_company company ON company.id = item.company_id
         LEFT JOIN customs_charge charge ON charge.id = item.customs_charge_id
             WHERE item.customs_declaration_id = ANY(%(declarations)s)
               AND item.account_id = company.customs_duty_accrual_account_id
               AND item.parent_state = 'posted'
          GROUP BY 1, 2
            """,
            events=list(ACCRUING_EVENTS),
            declarations=list(self._origin.ids),
        )

    def _get_accrued_by_tax(self):
        """Return ``{declaration: {tax code: amount}}`` still accrued, without zeros."""
        found = self._query_accruals()
        tax_codes = self.env["customs.tax.code"]
        return {
            record: {
                tax_codes.browse(tax): to_float(accrued.open)
                for tax, accrued in found.get(record.id, {}).items()
                if accrued.open
            }
            for record in self
        }

    def _has_accrual(self):
        """Whether the file's assessment takes up expected duty."""
        self.ensure_one()
        return self.has_accrual

    # === CHECKS === #

    def _get_accrual_problems(self):
        """Return reasons why the file cannot close: duty is still only expected."""
        self.ensure_one()
        if not self.has_open_accrual:
            return []
        return [
            self.env._(
                "%(amount)s of expected duty is still accrued. Post the assessment, or "
                "reverse the accrual.",
                amount=self.currency_id.format(self.accrual_balance),
            )
        ]

    def write(self, vals):
        if vals.get("state") == "cancelled":
            self._check_accrual_reversed()
        self._check_fixed_by_accrual(vals)
        return super().write(vals)

    def _check_accrual_reversed(self):
        for record in self.filtered("has_open_accrual"):
            raise UserError(
                self.env._(
                    "%(name)s has %(amount)s of expected duty accrued. Choose Reverse "
                    "accrual in its actions first; the file can be cancelled then.",
                    name=record.name,
                    amount=record.currency_id.format(record.accrual_balance),
                )
            )

    def _check_fixed_by_accrual(self, vals):
        """What decides the accounts cannot change under an accrual."""
        fixed = FIXED_BY_ACCRUAL & set(vals)
        for record in self if fixed else self.browse():
            changed = [name for name in sorted(fixed) if record._differs(name, vals)]
            if changed and record.has_accrual:
                raise UserError(
                    self.env._(
                        "%(name)s has accrued duty, so its %(field)s cannot change. "
                        "Reverse the accrual first.",
                        name=record.name,
                        field=self._fields[changed[0]]._description_string(self.env),
                    )
                )

    # === SETTLEMENT === #

    def _settle_accrual(self):
        """Match accrued duty with what took it up, per file and tax."""
        if not self:
            return
        lines = self.env["account.move.line"].search(
            [
                ("customs_declaration_id", "in", self.ids),
                (
                    "account_id",
                    "in",
                    self.company_id.customs_duty_accrual_account_id.ids,
                ),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        groups = lines.grouped(
            lambda line: (line.customs_declaration_id, line._get_accrued_tax())
        )
        plan = [
            group
            for group in groups.values()
            if min(group.mapped("balance")) < 0 < max(group.mapped("balance"))
        ]
        # an accrual is an estimate, no debt: it has no exchange difference
        self.env["account.move.line"].with_context(
            no_exchange_difference=True
        )._reconcile_plan(plan)
