from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..engine.accrual import Tolerance
from ..engine.roles import BY_CODE
from ..tools import to_decimal


class ResCompany(models.Model):
    """When expected duty is booked, and which deviations from it are small."""

    _inherit = "res.company"

    customs_accrue_on = fields.Selection(
        selection=[
            ("never", "Never"),
            ("manual", "By hand"),
            ("lodgement", "On lodgement"),
        ],
        string="Expected duty is accrued",
        default="manual",
        required=True,
        help="Duty on our own goods can be in the books before the authority assesses "
        "it: by hand, for instance on receipt of the goods, or when the declaration is "
        "lodged.",
    )
    customs_accrual_tolerance_amount = fields.Monetary(
        string="Accepted difference",
        currency_field="currency_id",
        default=5.0,
        help="Largest difference between accrued and assessed duty that is accepted "
        "without a reason. The percentage must hold as well.",
    )
    customs_accrual_tolerance_percent = fields.Float(
        string="Accepted difference (%)",
        digits=(16, 4),
        default=0.5,
        help="In percent of the accrued duty. The amount must hold as well.",
    )

    @api.constrains(
        "customs_accrual_tolerance_amount", "customs_accrual_tolerance_percent"
    )
    def _check_customs_accrual_tolerance(self):
        for company in self:
            if (
                company.customs_accrual_tolerance_amount < 0
                or company.customs_accrual_tolerance_percent < 0
            ):
                raise ValidationError(
                    self.env._(
                        "The accepted difference of %(company)s cannot be negative. "
                        "Zero accepts none.",
                        company=company.name,
                    )
                )

    def write(self, vals):
        if "customs_duty_accrual_account_id" in vals:
            self._check_customs_accrual_unused(vals["customs_duty_accrual_account_id"])
        return super().write(vals)

    def _check_customs_accrual_unused(self, new_account_id):
        """Accruals are read from one account: it stays once it carries any."""
        for account, item in self._find_customs_account_use(
            "customs_duty_accrual_account_id", new_account_id, "customs_declaration_id"
        ):
            raise UserError(
                self.env._(
                    "%(account)s carries accrued duty of customs files, among them "
                    "%(declaration)s, and stays the account for it.",
                    account=account.display_name,
                    declaration=item.customs_declaration_id.name,
                )
            )

    def _get_customs_tolerance(self):
        """Return the tolerance between accrued and assessed duty."""
        self.ensure_one()
        return Tolerance(
            to_decimal(self.customs_accrual_tolerance_amount),
            to_decimal(self.customs_accrual_tolerance_percent),
        )

    def _get_customs_lock_problems(self, date, what):
        """Return a sentence when the books are locked on a date.

        Odoo would move the entry to the next open day without a word, and with it an
        expense to another period.

        :param what: what would be booked then, as the subject of a sentence
        """
        self.ensure_one()
        journal = self._get_customs_entry_journal()
        locks = self._get_violated_lock_dates(date, False, journal)
        if not locks:
            return []
        return [
            self.env._(
                "%(what)s cannot be booked on %(date)s: the books of %(company)s are "
                "locked until %(lock)s. Choose a later date, or ask an accountant to "
                "open the period.",
                what=what,
                date=format_date(self.env, date),
                company=self.name,
                lock=format_date(self.env, locks[-1][0]),
            )
        ]

    def _get_no_service_accounts(self):
        """Return the income and cost accounts that are no part of a service margin."""
        roles = (
            "disb_variance",
            "bad_debt",
            "duty_expense",
            "selling_duty",
            "cogs",
            "penalties",
            "interest_expense",
            "interest_income",
        )
        return self.env["account.account"].union(
            *(self[BY_CODE[role].field] for role in roles),
            self.income_currency_exchange_account_id,
            self.expense_currency_exchange_account_id,
        )
