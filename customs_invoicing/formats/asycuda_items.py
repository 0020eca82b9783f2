"""Goods items of ASYCUDA World files (SAD boxes 31 to 47)."""

import re

from .asycuda_taxes import item_taxes
from .asycuda_values import money, value_elements, value_text
from .document import DocumentReference, Item, Money, SupplementaryUnit
from .values import text


def read_items(reader, root):
    """Return the items of the file in its order, numbered from 1.

    Exports may contain blank slots, which are no items.
    """
    filled = filter(_is_filled, root.iterfind("Item"))
    return tuple(_item(reader, node, number) for number, node in enumerate(filled, 1))


def _is_filled(node):
    return any(part.text and part.text.strip() for part in node.iter())


def _item(reader, node, number):
    where = f"item {number}"
    values = {**_goods(reader, node, where), **_item_value(reader, node, where)}
    return Item(
        number=number,
        documents=_documents(reader, node, where),
        taxes=item_taxes(reader, node, where, values),
        taxes_total=reader.number(
            node, "Taxation/Item_taxes_amount", f"{where}, tax total"
        ),
        **values,
    )


def _goods(reader, node, where):
    weight = "Valuation_item/Weight_itm/"
    marks = (text(node, f"Packages/Marks{n}_of_packages") for n in (1, 2))
    free = (text(node, f"Free_text_{n}") for n in (1, 2))
    return {
        "commodity_code": _commodity_code(node),
        "description": text(node, "Goods_description/Commercial_Description"),
        "tariff_description": text(node, "Goods_description/Description_of_goods"),
        "origin": text(node, "Goods_description/Country_of_origin_code"),
        "preference": text(node, "Tarification/Preference_code"),
        "procedure": text(node, "Tarification/Extended_customs_procedure"),
        "national_procedure": text(node, "Tarification/National_customs_procedure"),
        "gross_mass": reader.number(
            node, weight + "Gross_weight_itm", f"{where}, gross mass"
        ),
        "net_mass": reader.number(
            node, weight + "Net_weight_itm", f"{where}, net mass"
        ),
        "supplementary_units": _supplementary_units(reader, node, where),
        "packages": reader.number(
            node, "Packages/Number_of_packages", f"{where}, packages"
        ),
        "package_kind": text(node, "Packages/Kind_of_packages_code"),
        "marks": " ".join(filter(None, marks)),
        "licence": text(node, "Licence_number"),
        "quota": text(node, "Tarification/Quota_code")
        or text(node, "Tarification/Quota/QuotaCode"),
        "previous_document": text(node, "Previous_doc/Summary_declaration"),
        "previous_document_reference": text(
            node, "Previous_doc/Previous_document_reference"
        ),
        "previous_warehouse": text(node, "Previous_doc/Previous_warehouse_code"),
        "additional_information": text(node, "Tarification/A.I._code"),
        "free_text": " ".join(filter(None, free)),
    }


def _commodity_code(node):
    """Return the digits of the code: heading first, then its national precisions."""
    parts = ("Commodity_code", *(f"Precision_{n}" for n in (1, 2, 3, 4)))
    joined = "".join(text(node, f"Tarification/HScode/{part}") for part in parts)
    return re.sub("[^0-9]", "", joined)


def _supplementary_units(reader, node, where):
    found = []
    for unit in node.iterfind("Tarification/Supplementary_unit"):
        code = text(unit, "Suppplementary_unit_code")
        quantity = reader.number(
            unit, "Suppplementary_unit_quantity", f"{where}, supplementary quantity"
        )
        if code and quantity is not None:
            found.append(SupplementaryUnit(code, quantity))
    return tuple(found)


def _item_value(reader, node, where):
    def number(path, words):
        return reader.number(node, path, f"{where}, {words}")

    value = node.find("Valuation_item")
    invoice = money(reader, node.find("Valuation_item/Item_Invoice"), f"{where}, price")
    if invoice.amount is None:
        price = number("Tarification/Item_price", "price")
        invoice = Money(price, invoice.currency, invoice.amount_national, invoice.rate)
    return {
        "invoice": invoice,
        "customs_value": number("Valuation_item/Total_CIF_itm", "customs value"),
        "statistical_value": number(
            "Valuation_item/Statistical_value", "statistical value"
        ),
        "adjustment_rate": number(
            "Valuation_item/Rate_of_adjustement", "rate of adjustment"
        ),
        "valuation_method": text(node, "Tarification/Valuation_method_code"),
        "value_elements": value_elements(reader, value, "item_", f"{where}, ")
        or value_text(reader, node, where),
    }


def _documents(reader, node, where):
    found = []
    for attached in node.iterfind("Attached_documents"):
        document = DocumentReference(
            code=text(attached, "Attached_document_code"),
            name=text(attached, "Attached_document_name"),
            reference=text(attached, "Attached_document_reference"),
            date=reader.date(
                attached,
                "Attached_document_date",
                f"{where}, document date",
                strict=False,
            ),
        )
        if document.code or document.reference:
            found.append(document)
    return tuple(found)
