"""Tax lines and control totals of ASYCUDA World files.

What the amounts of real files mean:

* ``Item_taxes_amount`` is the sum of the item's lines, suspended ones included.
* ``Duty_tax_MP`` is 1 for what is to be paid and 0 for what is suspended.
* ``Totals_taxes`` is what is to be paid: item lines and taxes on the declaration.
* ``Assessment_notice/Item_tax`` is one row per tax code and ``Tax_MP``.
"""

from decimal import Decimal

from .document import (
    GLOBAL_TAX_CODE,
    MANUAL_TAX_CODE,
    PAYABLE,
    SUSPENDED,
    NoticeLine,
    Tax,
    Totals,
)
from .values import text, to_decimal

ZERO = Decimal(0)
_HUNDRED = Decimal(100)


def item_taxes(reader, node, where, values):
    """Return the filled lines among the fixed slots of an item.

    :param values: field values of the item, for telling a value from a quantity
    """
    default_method = text(node, "Taxation/Item_taxes_mode_of_payment")
    found = []
    for line in node.iterfind("Taxation/Taxation_line"):
        code = text(line, "Duty_tax_code")
        label = f"{where}, tax {code}" if code else f"{where}, a tax line"
        amount = reader.number(line, "Duty_tax_amount", f"{label}, amount")
        if not code:
            if amount:
                value = text(line, "Duty_tax_amount")
                raise reader.error("missing_tax_code", where=label, value=value)
            continue
        if amount is None:
            raise reader.error("missing_number", where=f"{label}, amount")
        base = reader.number(line, "Duty_tax_Base", f"{label}, base")
        method = text(line, "Duty_tax_MP") or default_method
        found.append(
            Tax(
                code=code,
                amount_assessed=amount,
                base=base,
                calculation_type=text(line, "Duty_tax_Type_of_calculation"),
                **_payment(reader, method, amount, label),
                **_rate(reader, line, base, amount, label, values),
            )
        )
    return tuple(found)


def _payment(reader, method, amount, label):
    """Return status and payable amount by the mode of payment of a line."""
    if method not in ("", "0", "1"):
        reader.warn("payment_method", where=f"{label}, mode of payment", value=method)
    suspended = method == "0"
    return {
        "status": SUSPENDED if suspended else PAYABLE,
        "amount_payable": ZERO if suspended else amount,
        "payment_method": method,
    }


def _rate(reader, line, base, amount, label, values):
    raw = text(line, "Duty_tax_rate")
    if not raw:
        return {"rate_kind": "" if base else "fixed"}
    try:
        if raw.endswith("%"):
            kind, rate = "percent", to_decimal(raw[:-1].strip())
        else:
            kind, rate = rate_of(to_decimal(raw), base, amount, values)
    except ValueError:
        kind, rate = "", None
    if rate is None and kind != "fixed" and amount:
        reader.warn("unread_rate", where=f"{label}, rate", value=raw)
    return {
        "rate_raw": raw,
        "rate_kind": kind,
        "rate": rate,
        "base_kind": "quantity" if kind == "specific" else "value",
    }


def rate_of(rate, base, amount, values):
    """Return ``(kind, rate)`` as the amount shows them.

    Offices write 20 % as ``0.2`` or as ``20.0`` and 20 per kilogram as ``20.0`` too,
    the latter with a base rounded to whole units.  The amount decides; where a
    fraction and an amount per unit fit it equally, the base does: a base that equals
    a mass or quantity of the item is a quantity, and no fraction above 1 is meant.
    """
    if not rate:
        return ("fixed", None) if amount else ("percent", ZERO)
    if base is None or not base:
        return ("fixed", None) if amount else ("", None)
    by_percent = abs(base * rate / _HUNDRED - amount)
    by_unit = abs(base * rate - amount)
    tolerance = max(Decimal(1), abs(amount) / 200)
    if by_percent <= tolerance and by_percent <= by_unit:
        return "percent", rate
    if _is_quantity(base, values):
        return "specific", rate
    if by_unit <= tolerance:
        is_fraction = rate <= 1 or _is_value(base, values)
        return ("percent", rate * _HUNDRED) if is_fraction else ("specific", rate)
    return "", None


def _is_quantity(base, values):
    quantities = [values["net_mass"], values["gross_mass"]]
    quantities += [unit.quantity for unit in values["supplementary_units"]]
    return not _is_value(base, values) and any(
        quantity and abs(base - quantity) <= 1 for quantity in quantities
    )


def _is_value(base, values):
    value = values["customs_value"]
    return bool(value) and abs(base - value) <= max(Decimal(1), value / _HUNDRED)


def header_taxes(reader, root, items):
    """Return the taxes on the whole declaration.

    Where the file gives no detail they are one line with ``GLOBAL_TAX_CODE``.  Taxes
    entered by hand become one line with ``MANUAL_TAX_CODE``, unless the total shows
    that they stand among the item lines already.
    """
    found = _detailed_taxes(reader, root)
    if not found:
        amount = reader.number(root, "Financial/Amounts/Global_taxes", "global taxes")
        if amount:
            found = (_fixed(GLOBAL_TAX_CODE, amount),)
    manual = reader.number(root, "Financial/Amounts/Total_manual_taxes", "manual taxes")
    if manual:
        total = reader.number(root, "Financial/Amounts/Totals_taxes", "total taxes")
        lines = [tax for item in items for tax in item.taxes] + list(found)
        if total is None or total != sum(tax.amount_payable for tax in lines):
            found += (_fixed(MANUAL_TAX_CODE, manual),)
    return found


def _fixed(code, amount):
    return Tax(code, amount_assessed=amount, amount_payable=amount, rate_kind="fixed")


def _detailed_taxes(reader, root):
    """Read ``Global_tax_item`` or ``Global_tax_item_line`` where they are filled.

    ``Global_tax_Base`` holds the amount where there is no amount element.
    """
    found = []
    for line in root.iterfind("Global_taxes//Global_tax_code/.."):
        code = text(line, "Global_tax_code")
        label = f"global tax {code}"
        base = reader.number(line, "Global_tax_Base", f"{label}, base")
        amount = reader.number(line, "Global_tax_amount", f"{label}, amount")
        amount = base if amount is None else amount
        if not code:
            if amount:
                raise reader.error(
                    "missing_tax_code", where="a global tax", value=str(amount)
                )
            continue
        if amount is None:
            raise reader.error("missing_number", where=f"{label}, amount")
        method = text(line, "Golbal_tax_MP") or text(line, "Global_tax_MP")
        found.append(
            Tax(
                code=code,
                amount_assessed=amount,
                rate_kind="fixed",
                rate_raw=text(line, "Global_tax_rate"),
                **_payment(reader, method, amount, label),
            )
        )
    return tuple(found)


def totals(reader, root):
    """Return what the file announces about itself."""
    notice = []
    for row in root.iterfind("Assessment_notice/Item_tax"):
        code = text(row, "Tax_code")
        amount = reader.number(row, "Tax_amount", f"assessment notice, tax {code}")
        if code and amount is not None:
            notice.append(NoticeLine(code, amount, text(row, "Tax_MP")))
    amounts = "Financial/Amounts/"
    return Totals(
        items=reader.integer(
            root, "Property/Nbers/Total_number_of_items", "number of items"
        ),
        taxes=reader.number(root, amounts + "Totals_taxes", "total taxes"),
        header_taxes=reader.number(root, amounts + "Global_taxes", "global taxes"),
        manual_taxes=reader.number(
            root, amounts + "Total_manual_taxes", "manual taxes"
        ),
        notice_item_taxes=reader.number(
            root, "Assessment_notice/Total_item_taxes", "assessment notice, item taxes"
        ),
        notice=tuple(notice),
    )
