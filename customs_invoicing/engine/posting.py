"""Which account role an amount of the authority is booked on.

Pure decisions; accounts are found by the company, see ``engine/roles.py``. Source: the
event table of customs accounting (assessment on own account, for a client, on sale
abroad).
"""

#: Cost of our own goods by what they are for
_DUTY = {"stock": "duty_clearing", "expense": "duty_expense", "sale": "selling_duty"}
_SERVICE = {
    "stock": "brokerage_clearing",
    "expense": "brokerage_expense",
    "sale": "brokerage_expense",
}
#: Kinds that are never part of the cost of goods
_OWN_ACCOUNT = {
    "penalty": "penalties",
    "interest": "interest_expense",
    "security": "securities",
}

#: What is no cost: it comes back
_RECEIVABLE = ("securities", "vat_foreign")

#: Natures of charges that pass through the disbursement account
PASSED_ON = ("disbursement", "recharge")

#: Kinds that are accrued before they are assessed
ACCRUED_KINDS = ("duty", "excise", "trade_defence", "fee")


def cost_role(
    kind: str, goods_use: str, vat_recoverable: bool = True, own_goods: bool = True
) -> str:
    """Return the role of the account that bears a charge as our own cost.

    :param kind: kind of charge: ``duty``, ``vat``, ``penalty``, ``third_party``…
    :param goods_use: ``stock``, ``expense`` or ``sale`` (sold duty paid abroad)
    :param vat_recoverable: whether VAT paid abroad comes back
    :param own_goods: whether we are the importer; else it is a client's charge that
        we bear, never part of the cost of goods nor deductible

    >>> cost_role("duty", "stock")
    'duty_clearing'
    >>> cost_role("vat", "sale", vat_recoverable=False)
    'selling_duty'
    """
    if kind in _OWN_ACCOUNT:
        return _OWN_ACCOUNT[kind]
    is_service = kind in ("third_party", "service")
    if not own_goods:
        return "cost_service" if is_service else "disb_variance"
    if is_service:
        return _SERVICE[goods_use]
    if kind == "vat" and goods_use == "sale" and vat_recoverable:
        return "vat_foreign"
    return _DUTY[goods_use]


def is_cost(role: str) -> bool:
    """Whether what is booked on a role of ``cost_role`` is a cost to analyse.

    >>> is_cost("duty_clearing"), is_cost("securities")
    (True, False)
    """
    return role not in _RECEIVABLE


def credit_role(mechanism: str) -> str:
    """Return the role of the account that owes or pays, except a bank's.

    >>> credit_role("deferment")
    'deferment_payable'
    """
    return {"deferment": "deferment_payable", "cash": "customs_cash"}.get(
        mechanism, "authority_payable"
    )
