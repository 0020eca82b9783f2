"""Control totals: what a file announces against what it holds.

An import that fails here is silently wrong money, so every rule is exact (half a cent
for spellings, no tolerance for amounts) and every violation is reported at once.
"""

from decimal import Decimal

from .document import MANUAL_TAX_CODE
from .errors import FormatError

ZERO = Decimal(0)
_SAME = Decimal("0.005")


def control_problems(document, filename="") -> list[FormatError]:
    """Return everything in which ``document`` contradicts itself.

    Announced totals that the file leaves empty are not checked.

    :return: errors ``no_office``, ``item_count``, ``item_total``, ``header_total``,
        ``payable_total``, ``notice_item_taxes`` and ``notice_total``; empty when all
        is well
    """
    problems = _Problems(filename or "The file")
    if not document.header.office_code:
        problems.add("no_office")
    _check_items(document, problems)
    _check_payable(document, problems)
    _check_notice(document, problems)
    return problems.found


class _Problems:
    def __init__(self, filename):
        self.filename = filename
        self.found = []

    def add(self, code, **values):
        self.found.append(FormatError(code, filename=self.filename, **values))

    def compare(self, code, announced, *candidates, **values):
        """Add a problem unless ``announced`` is absent or one of the sums found."""
        if announced is None:
            return
        if not any(abs(found - announced) < _SAME for found in candidates):
            self.add(
                code, found=f"{candidates[0]:f}", announced=f"{announced:f}", **values
            )


def _check_items(document, problems):
    announced = document.totals.items
    if announced is not None and announced != len(document.items):
        problems.add("item_count", announced=announced, found=len(document.items))
    for item in document.items:
        assessed = sum((tax.amount_assessed for tax in item.taxes), ZERO)
        problems.compare("item_total", item.taxes_total, assessed, item=item.number)


def _check_payable(document, problems):
    announced = document.totals
    header = sum(
        (
            tax.amount_payable
            for tax in document.header_taxes
            if tax.code != MANUAL_TAX_CODE
        ),
        ZERO,
    )
    problems.compare("header_total", announced.header_taxes, header)
    payable = sum((tax.amount_payable for _item, tax in document.taxes()), ZERO)
    problems.compare("payable_total", announced.taxes, payable)


def _check_notice(document, problems):
    """Compare the assessment notice, which some releases fill, tax by tax.

    Its rows are by tax code and mode of payment.  A row without a mode may mean what
    is to be paid or all that was assessed, and so may the total of the item taxes.
    """
    taxes = [tax for item in document.items for tax in item.taxes]
    item_codes = {tax.code for tax in taxes}
    problems.compare(
        "notice_item_taxes",
        document.totals.notice_item_taxes,
        *_paid_and_assessed(taxes),
    )
    rows = {}
    for line in document.totals.notice:
        key = line.code, line.payment_method
        rows[key] = rows.get(key, ZERO) + line.amount
    for (code, method), announced in rows.items():
        source = taxes if code in item_codes else document.header_taxes
        paid, assessed = _paid_and_assessed(tax for tax in source if tax.code == code)
        expected = {"1": [paid], "0": [assessed - paid]}.get(method, [paid, assessed])
        problems.compare("notice_total", announced, *expected, tax=code)


def _paid_and_assessed(taxes):
    paid = assessed = ZERO
    for tax in taxes:
        paid += tax.amount_payable
        assessed += tax.amount_assessed
    return paid, assessed
