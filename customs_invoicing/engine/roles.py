"""The account roles of customs invoicing: which accounts a company needs, and why.

A role is a purpose, not an account: each company gives it an account of its own chart.
Roles of Odoo itself (receivable, payable, bank, taxes, exchange differences, inventory)
are not repeated here.
"""

from dataclasses import dataclass

PAYABLE = "liability_payable"
ASSET = "asset_current"
LIABILITY = "liability_current"
EXPENSE = "expense"
DIRECT_COST = "expense_direct_cost"
INCOME = "income"
OTHER_INCOME = "income_other"


@dataclass(frozen=True)
class Role:
    """One account role.

    :param code: name of the role
    :param name: name of an account created for it
    :param account_type: account type of Odoo
    :param reconcile: its items are matched with each other
    :param number: account code used where the chart offers no neighbour
    """

    code: str
    name: str
    account_type: str
    reconcile: bool
    number: str

    @property
    def field(self) -> str:
        """Name of the setting on the company."""
        return f"customs_{_FIELD_STEMS.get(self.code, self.code)}_account_id"


#: Settings whose name is not the role's
_FIELD_STEMS = {
    "disb_control": "disbursement",
    "penalties": "penalty",
    "interest_expense": "interest",
}

ROLES = (
    # What we pay for clients
    Role("disb_control", "Disbursements paid for clients", ASSET, True, "CUST10"),
    Role("client_deposits", "Client advances for duties", LIABILITY, True, "CUST11"),
    Role("refunds_due", "Duty refunds due to clients", LIABILITY, True, "CUST12"),
    Role("staff_float", "Advances to clearance staff", ASSET, True, "CUST13"),
    Role("disb_variance", "Disbursements not recovered", EXPENSE, False, "CUST14"),
    Role("bad_debt", "Bad debts of customs clients", EXPENSE, False, "CUST15"),
    # Our own goods
    Role("duty_clearing", "Import duty clearing", ASSET, True, "CUST20"),
    Role("broker_clearing", "Duties billed by brokers", ASSET, True, "CUST21"),
    Role("brokerage_clearing", "Brokerage clearing", ASSET, True, "CUST22"),
    Role("brokerage_expense", "Brokerage expense", EXPENSE, False, "CUST23"),
    Role("duty_expense", "Duty expense", EXPENSE, False, "CUST24"),
    Role("selling_duty", "Foreign duties on sales", EXPENSE, False, "CUST25"),
    Role("cogs", "Duty on goods sold", DIRECT_COST, False, "CUST26"),
    Role("duty_accrual", "Accrued import duty", LIABILITY, True, "CUST27"),
    # Import VAT
    Role("neutral", "Import VAT base (always zero)", ASSET, False, "CUST30"),
    Role("vat_import_pending", "Import VAT awaiting evidence", ASSET, True, "CUST31"),
    Role("vat_foreign", "Foreign import VAT recoverable", ASSET, True, "CUST32"),
    # Authorities, brokers and carriers
    Role("authority_payable", "Customs authority payable", PAYABLE, True, "CUST40"),
    Role("deferment_payable", "Duty deferment payable", PAYABLE, True, "CUST41"),
    Role("customs_cash", "Customs cash account", ASSET, True, "CUST42"),
    Role("securities", "Securities lodged with customs", ASSET, True, "CUST43"),
    Role("refund_recv", "Duty refunds receivable", ASSET, True, "CUST44"),
    Role("dispute_recv", "Customs disputes receivable", ASSET, True, "CUST45"),
    # Costs and income
    Role("penalties", "Customs penalties", EXPENSE, False, "CUST60"),
    Role("interest_expense", "Interest on customs arrears", EXPENSE, False, "CUST61"),
    Role("guarantee_fee", "Guarantee and bond premiums", EXPENSE, False, "CUST62"),
    Role("interest_income", "Interest on refunds", OTHER_INCOME, False, "CUST63"),
    Role("cost_service", "Cost of clearance services", DIRECT_COST, False, "CUST64"),
    Role("accrued_cost", "Accrued clearance costs", LIABILITY, True, "CUST65"),
    Role("accrued_revenue", "Accrued clearance revenue", ASSET, True, "CUST66"),
    Role("rev_clearance", "Customs clearance services", INCOME, False, "CUST70"),
    Role("rev_advance", "Advance and deferment fees", INCOME, False, "CUST71"),
    Role("rev_recharge", "Recharged costs", INCOME, False, "CUST72"),
)

BY_CODE = {role.code: role for role in ROLES}
