"""ASYCUDA World SAD XML: the file declarants export and import by hand.

One file carries the declaration, its items and, once assessed, the tax lines.  There
is no public schema; element names, misspelt ones included, are those of real files.
Unknown elements are ignored, so national additions do no harm.
"""

import re

from .asycuda_taxes import header_taxes, item_taxes, totals
from .document import (
    Document,
    DocumentReference,
    Header,
    Item,
    Money,
    Party,
    Reference,
    SupplementaryUnit,
    ValueElement,
)
from .errors import FormatError
from .safe_xml import DEFAULT_MAX_BYTES, parse_xml
from .values import Reader, lines, text, to_decimal

ROOT = "ASYCUDA"
SOURCE_FORMAT = "asycuda_world"

_DIRECTIONS = {"I": "import", "E": "export", "IM": "import", "EX": "export"}
_INCOTERMS = {"C&F": "CFR", "C+F": "CFR", "CNF": "CFR"}

#: Bill of lading, air waybill, road and rail consignment notes (SAD box 44).
_TRANSPORT_DOCUMENTS = ("705", "740", "730", "733", "786")

_VALUE_KINDS = {
    "external_freight": ("freight_external", "external freight"),
    "internal_freight": ("freight_internal", "internal freight"),
    "insurance": ("insurance", "insurance"),
    "other_cost": ("other_cost", "other costs"),
    "deduction": ("deduction", "deduction"),
}
#: ``810.00+0+81+0-0``: external and internal freight, insurance, other, deduction.
_VALUE_TEXT = re.compile(r"([^+]*)\+([^+]*)\+([^+]*)\+([^+]*)-([^+]*)")


def parse(
    content, filename="", max_bytes=DEFAULT_MAX_BYTES, date_order="auto"
) -> Document:
    """Read ASYCUDA World XML.

    :param content: the bytes of the file
    :param filename: named in errors
    :param max_bytes: larger files are refused unparsed
    :param date_order: ``mdy``, ``dmy`` or ``auto``; auto reads the month first unless
        any date of the file starts with a number above 12
    :raise FormatError: when the file cannot be read as a declaration
    """
    return from_root(parse_xml(content, filename, max_bytes), filename, date_order)


def from_root(root, filename="", date_order="auto") -> Document:
    """Read the parsed root element of an ASYCUDA World file; see :func:`parse`."""
    if root.tag != ROOT:
        raise FormatError(
            "unknown_format", filename=filename or "The file", root=root.tag
        )
    reader = Reader(root, filename, date_order)
    items = tuple(
        _item(reader, node, number)
        for number, node in enumerate(filter(_is_filled, root.iterfind("Item")), 1)
    )
    taxes = header_taxes(reader, root, items)
    return Document(
        header=_header(reader, root, items),
        items=items,
        header_taxes=taxes,
        totals=totals(reader, root),
        warnings=tuple(reader.warnings),
    )


def _is_filled(node):
    """Whether an item slot holds anything; exports may contain blank slots."""
    return any(part.text and part.text.strip() for part in node.iter())


# === Header ===#


def _header(reader, root, items):
    values = {}
    for part in (_identification, _parties, _transport, _payment, _valuation):
        values.update(part(reader, root))
    values["incoterm"] = values["incoterm"] or _incoterm(
        next(root.iterfind("Item"), root), "IncoTerms/Code"
    )
    values["transport_document"] = _transport_document(items)
    return Header(source_format=SOURCE_FORMAT, **values)


def _identification(reader, root):
    flow = text(root, "Property/Sad_flow").upper()
    kind = text(root, "Identification/Type/Type_of_declaration").upper()
    country = "General_information/Country/"
    return {
        "source_id": root.get("id") or "",
        "direction": _DIRECTIONS.get(flow) or _DIRECTIONS.get(kind[:2], ""),
        "declaration_type": kind
        + text(root, "Identification/Type/Declaration_gen_procedure_code"),
        "office_code": text(
            root, "Identification/Office_segment/Customs_clearance_office_code"
        ),
        "office_name": text(
            root, "Identification/Office_segment/Customs_Clearance_office_name"
        ),
        "manifest": text(root, "Identification/Manifest_reference_number"),
        "registration": _reference(reader, root, "Registration", "Registration_year"),
        "assessment": _reference(reader, root, "Assessment", "Assessment_year"),
        "receipt": _reference(reader, root, "receipt"),
        "country_first_destination": text(root, country + "Country_first_destination"),
        "country_trading": text(root, country + "Trading_country"),
        "country_export": text(root, country + "Export/Export_country_code"),
        "country_destination": text(
            root, country + "Destination/Destination_country_code"
        ),
        "country_origin_name": text(root, country + "Country_of_origin_name"),
    }


def _reference(reader, root, name, year_name=""):
    node = f"Identification/{name}/"
    day = reader.date(root, node + "Date", f"{name.lower()} date")
    year = text(root, f"Assessment_notice/{year_name}") if year_name else ""
    return Reference(
        serial=text(root, node + "Serial_number"),
        number=text(root, node + "Number"),
        date=day,
        year=_year(year) or (day.year if day else None),
    )


def _year(value):
    return int(value) if re.fullmatch("[0-9]{4}", value) else None


def _parties(reader, root):
    reference = "Declarant/Reference/"
    return {
        "exporter": _party(root, "Traders/Exporter/Exporter"),
        "importer": _party(root, "Traders/Consignee/Consignee"),
        "financial_party": _party(root, "Traders/Financial/Financial"),
        "declarant": _party(root, "Declarant/Declarant"),
        "declarant_representative": text(root, "Declarant/Declarant_representative"),
        "declarant_reference": text(root, reference + "Number"),
        "declarant_reference_year": _year(text(root, reference + "Year")),
    }


def _party(root, prefix):
    """Read a party: its block is free text, the first line is taken as the name."""
    name, *address = lines(root, prefix + "_name") or ("",)
    return Party(text(root, prefix + "_code"), name, tuple(address))


def _transport(reader, root):
    means = "Transport/Means_of_transport/"
    inland, border = "Departure_arrival_information/", "Border_information/"
    containers = (
        text(node, ".") for node in root.iterfind("Container/Container_identity")
    )
    return {
        "transport_identity": text(root, means + inland + "Identity"),
        "transport_nationality": text(root, means + inland + "Nationality"),
        "border_transport_identity": text(root, means + border + "Identity"),
        "border_transport_nationality": text(root, means + border + "Nationality"),
        "transport_mode": text(root, means + border + "Mode"),
        "inland_mode": text(root, means + "Inland_mode_of_transport"),
        "container": text(root, "Transport/Container_flag").lower() in ("true", "1"),
        "containers": tuple(dict.fromkeys(filter(None, containers))),
        "incoterm": _incoterm(root, "Transport/Delivery_terms/Code"),
        "incoterm_place": text(root, "Transport/Delivery_terms/Place"),
        "border_office_code": text(root, "Transport/Border_office/Code"),
        "place_of_loading": text(root, "Transport/Place_of_loading/Code")
        or text(root, "Transport/Place_of_loading/Name"),
        "location_of_goods": text(root, "Transport/Location_of_goods"),
    }


def _incoterm(node, path):
    code = text(node, path).upper()
    return _INCOTERMS.get(code, code)


def _transport_document(items):
    for item in items:
        if item.previous_document:
            return item.previous_document
    for item in items:
        for document in item.documents:
            if document.code in _TRANSPORT_DOCUMENTS and document.reference:
                return document.reference
    return ""


def _payment(reader, root):
    return {
        "payment_account": text(root, "Financial/Deffered_payment_reference"),
        "payment_mode": text(root, "Financial/Mode_of_payment"),
        "payment_terms_code": text(root, "Financial/Terms/Code"),
        "payment_terms": text(root, "Financial/Terms/Description"),
        "bank_code": text(root, "Financial/Bank/Code"),
        "bank_name": text(root, "Financial/Bank/Name"),
        "guarantee_amount": reader.number(
            root, "Financial/Guarantee/Amount", "guarantee"
        ),
        "warehouse": text(root, "Warehouse/Identification"),
    }


def _valuation(reader, root):
    def number(path, where):
        return reader.number(root, path, where)

    invoice = _money(reader, root.find("Valuation/Gs_Invoice"), "invoice")
    if invoice.amount is None:
        total = number("Valuation/Total/Total_invoice", "invoice total")
        invoice = Money(total, invoice.currency, invoice.amount_national, invoice.rate)
    mass = number("Valuation/Total/Total_weight", "total weight")
    if mass is None:
        mass = number("Valuation/Weight/Gross_weight", "gross weight")
    return {
        "invoice": invoice,
        "value_elements": _value_elements(reader, root.find("Valuation"), "Gs_", ""),
        "apportionment": text(root, "Valuation/Calculation_working_mode"),
        "costs_total": number("Valuation/Total_cost", "total costs"),
        "customs_value": number("Valuation/Total_CIF", "total customs value"),
        "gross_mass": mass,
        "packages": number("Property/Nbers/Total_number_of_packages", "packages"),
    }


def _money(reader, node, where):
    if node is None:
        return Money()
    return Money(
        amount=reader.number(node, "Amount_foreign_currency", f"{where}, amount"),
        currency=text(node, "Currency_code"),
        amount_national=reader.number(
            node, "Amount_national_currency", f"{where}, national amount"
        ),
        rate=reader.number(node, "Currency_rate", f"{where}, exchange rate"),
    )


def _value_elements(reader, node, tag_prefix, where):
    """Read the five parts of the value build-up; those of zero are left out."""
    if node is None:
        return ()
    found = []
    for tag, (kind, words) in _VALUE_KINDS.items():
        money = _money(reader, node.find(tag_prefix + tag), where + words)
        if money.amount or money.amount_national:
            found.append(ValueElement(kind, money))
    return tuple(found)


# === Items ===#


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
    invoice = _money(
        reader, node.find("Valuation_item/Item_Invoice"), f"{where}, price"
    )
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
        "value_elements": _value_elements(reader, value, "item_", f"{where}, ")
        or _value_text(reader, node, where),
    }


def _value_text(reader, node, where):
    """Read the text form of the value build-up, for files with no elements of it."""
    value = text(node, "Tarification/Value_item")
    if not value:
        return ()
    match = _VALUE_TEXT.fullmatch(value)
    try:
        # one comma is a thousands separator here: 1,618+0+0+0-0
        amounts = [to_decimal(part.replace(",", "").strip()) for part in match.groups()]
    except (AttributeError, ValueError):
        reader.warn("value_text", where=f"{where}, value build-up", value=value)
        return ()
    return tuple(
        ValueElement(kind, Money(amount_national=amount))
        for (kind, _words), amount in zip(_VALUE_KINDS.values(), amounts, strict=True)
        if amount
    )


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
