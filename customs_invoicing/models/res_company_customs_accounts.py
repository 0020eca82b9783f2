from odoo import fields, models
from odoo.exceptions import UserError

from ..engine.roles import BY_CODE


def _account_role(code, string, help_text):
    """Return the setting for the account of a role."""
    role = BY_CODE[code]
    return fields.Many2one(
        comodel_name="account.account",
        string=string,
        check_company=True,
        domain=[("account_type", "=", role.account_type)]
        + ([("reconcile", "=", True)] if role.reconcile else []),
        help=help_text,
    )


class ResCompany(models.Model):
    """The accounts of customs invoicing, one per role."""

    _inherit = "res.company"

    customs_disbursement_account_id = _account_role(
        "disb_control",
        "Disbursement control",
        "Outlays in the client's name. Its balance per declaration is what is "
        "still to be billed; it must be zero before a file closes.",
    )
    customs_client_deposits_account_id = _account_role(
        "client_deposits",
        "Client deposits",
        "Money clients advanced for duties. It is a debt until it is applied or"
        " returned, never revenue.",
    )
    customs_refunds_due_account_id = _account_role(
        "refunds_due",
        "Refunds due to clients",
        "Refunds of the authority received for clients, interest included, "
        "until paid out.",
    )
    customs_staff_float_account_id = _account_role(
        "staff_float",
        "Staff advances",
        "Cash handed to clearance staff, until it is liquidated with receipts.",
    )
    customs_disb_variance_account_id = _account_role(
        "disb_variance",
        "Outlays not recovered",
        "Outlays written off because the client does not bear them.",
    )
    customs_bad_debt_account_id = _account_role(
        "bad_debt",
        "Bad debts",
        "Invoices of insolvent clients, without the tax that is given back.",
    )
    customs_duty_clearing_account_id = _account_role(
        "duty_clearing",
        "Duty clearing",
        "Duty on our own goods, until it becomes part of their cost.",
    )
    customs_broker_clearing_account_id = _account_role(
        "broker_clearing",
        "Broker clearing",
        "Duties and import VAT on a broker's bill, until they clear the debt to"
        " the authority.",
    )
    customs_brokerage_clearing_account_id = _account_role(
        "brokerage_clearing",
        "Brokerage clearing",
        "Services of brokers and carriers on goods for stock, until they become"
        " part of their cost.",
    )
    customs_brokerage_expense_account_id = _account_role(
        "brokerage_expense",
        "Brokerage expense",
        "Services of brokers and carriers that are not part of the cost of goods.",
    )
    customs_duty_expense_account_id = _account_role(
        "duty_expense",
        "Duty expense",
        "Duty on goods that do not go to stock: samples, consumables, research.",
    )
    customs_selling_duty_account_id = _account_role(
        "selling_duty",
        "Foreign duty on sales",
        "Duty abroad on goods sold delivered duty paid: a selling cost.",
    )
    customs_cogs_account_id = _account_role(
        "cogs",
        "Duty on goods sold",
        "Share of a later duty or refund that belongs to goods already sold.",
    )
    customs_duty_accrual_account_id = _account_role(
        "duty_accrual",
        "Accrued duty",
        "Expected duty booked before the assessment, which reverses it.",
    )
    customs_neutral_account_id = _account_role(
        "neutral",
        "Neutral base account",
        "Carries the base of import VAT in and out again, so the tax report "
        "shows the true base. Its balance is always zero.",
    )
    customs_vat_import_pending_account_id = _account_role(
        "vat_import_pending",
        "Import VAT awaiting evidence",
        "Import VAT that cannot be deducted yet, matched per declaration with "
        "its certificate.",
    )
    customs_vat_foreign_account_id = _account_role(
        "vat_foreign",
        "Foreign import VAT",
        "Import VAT paid abroad that is claimed back there.",
    )
    customs_authority_payable_account_id = _account_role(
        "authority_payable",
        "Authority payable",
        "What is owed to customs authorities, per authority and due date.",
    )
    customs_deferment_payable_account_id = _account_role(
        "deferment_payable",
        "Deferment payable",
        "What was charged to deferment accounts, cleared by the periodic debit."
        " A deferment account may have its own.",
    )
    customs_customs_cash_account_id = _account_role(
        "customs_cash",
        "Customs cash",
        "Money held at the authority in customs cash accounts. A cash account "
        "may have its own.",
    )
    customs_securities_account_id = _account_role(
        "securities",
        "Securities",
        "Cash deposits lodged with the authority, until released or converted.",
    )
    customs_refund_recv_account_id = _account_role(
        "refund_recv",
        "Refunds receivable",
        "Refunds and drawback the authority has accepted to pay.",
    )
    customs_dispute_recv_account_id = _account_role(
        "dispute_recv",
        "Disputes receivable",
        "Amounts debited or billed that are not ours, until recovered.",
    )
    customs_penalty_account_id = _account_role(
        "penalties",
        "Penalties",
        "Penalties of the authority on our own imports. Never part of the cost "
        "of goods.",
    )
    customs_interest_account_id = _account_role(
        "interest_expense",
        "Interest on arrears",
        "Interest of the authority on our own imports.",
    )
    customs_guarantee_fee_account_id = _account_role(
        "guarantee_fee",
        "Guarantee premiums",
        "Premiums for bonds and guarantees.",
    )
    customs_interest_income_account_id = _account_role(
        "interest_income",
        "Interest on refunds",
        "Interest the authority pays on refunds that are ours.",
    )
    customs_cost_service_account_id = _account_role(
        "cost_service",
        "Cost of services",
        "Subcontracted clearance, profit shares, outlays without a receipt.",
    )
    customs_accrued_cost_account_id = _account_role(
        "accrued_cost",
        "Accrued costs",
        "Costs of files whose bill has not come yet.",
    )
    customs_accrued_revenue_account_id = _account_role(
        "accrued_revenue",
        "Accrued revenue",
        "Services done and not billed at month end; never outlays.",
    )
    customs_rev_clearance_account_id = _account_role(
        "rev_clearance",
        "Revenue: clearance",
        "Own clearance services.",
    )
    customs_rev_advance_account_id = _account_role(
        "rev_advance",
        "Revenue: advance fees",
        "Fees for advancing duties.",
    )
    customs_rev_recharge_account_id = _account_role(
        "rev_recharge",
        "Revenue: recharged costs",
        "Costs passed on in our own name, with margin and tax.",
    )

    def write(self, vals):
        if "customs_disbursement_account_id" in vals:
            self._check_customs_control_unused(vals["customs_disbursement_account_id"])
        return super().write(vals)

    def _check_customs_control_unused(self, new_account_id):
        """Files are settled on one account: it cannot change once it carries any."""
        for account, item in self._find_customs_account_use(
            "customs_disbursement_account_id", new_account_id, "customs_charge_id"
        ):
            raise UserError(
                self.env._(
                    "%(account)s carries outlays of customs files, among them "
                    "%(declaration)s, and stays the disbursement account.",
                    account=account.display_name,
                    declaration=item.customs_declaration_id.name,
                )
            )

    def _find_customs_account_use(self, setting, new_account_id, link):
        """Yield the accounts of a setting that would change, with an item of a file.

        :param link: field of the item that ties it to a file
        """
        # sudo: settings may be edited by people without journal item rights
        items = self.env["account.move.line"].sudo()
        for company in self:
            account = company[setting]
            if not account or account.id == new_account_id:
                continue
            used = items.search(
                [
                    ("company_id", "=", company.id),
                    ("account_id", "=", account.id),
                    (link, "!=", False),
                ],
                limit=1,
            )
            if used:
                yield account, used

    def _get_customs_account(self, role):
        """Return the account of a role, as named in ``engine/roles.py``.

        :raise UserError: when the company has none, with where to set it
        """
        self.ensure_one()
        field = BY_CODE[role].field
        if not self[field]:
            raise UserError(
                self.env._(
                    "%(company)s has no account for “%(role)s”. Choose one under "
                    "Settings, Customs, Accounts, or press “Create what is missing” "
                    "there.",
                    company=self.name,
                    role=self._fields[field]._description_string(self.env),
                )
            )
        return self[field]
