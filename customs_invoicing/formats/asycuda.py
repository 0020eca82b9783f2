"""ASYCUDA World SAD XML: the file declarants export and import by hand.

One file carries the declaration, its items and, once assessed, the tax lines.  There
is no public schema; element names, misspelt ones included, are those of real files.
Unknown elements are ignored, so national additions do no harm.
"""

import re

from .asycuda_items import read_items
from .asycuda_taxes import header_taxes, totals
from .asycuda_values import money, value_elements
from .document import Document, Header, Money, Party, Reference
from .errors import FormatError
from .safe_xml import DEFAULT_MAX_BYTES, parse_xml
from .values import Reader, lines, text

ROOT = "ASYCUDA"
SOURCE_FORMAT = "asycuda_world"

_DIRECTIONS = {"I": "import", "E": "export", "IM": "import", "EX": "export"}
_INCOTERMS = {"C&F": "CFR", "C+F": "CFR", "CNF": "CFR"}

#: Bill of lading, air waybill, road and rail consignment notes (SAD box 44).
_TRANSPORT_DOCUMENTS = ("705", "740", "730", "733", "786")


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
    items = read_items(reader, root)
    taxes = header_taxes(reader, root, items)
    return Document(
        header=_header(reader, root, items),
        items=items,
        header_taxes=taxes,
        totals=totals(reader, root),
        warnings=tuple(reader.warnings),
    )


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

    invoice = money(reader, root.find("Valuation/Gs_Invoice"), "invoice")
    if invoice.amount is None:
        total = number("Valuation/Total/Total_invoice", "invoice total")
        invoice = Money(total, invoice.currency, invoice.amount_national, invoice.rate)
    mass = number("Valuation/Total/Total_weight", "total weight")
    if mass is None:
        mass = number("Valuation/Weight/Gross_weight", "gross weight")
    return {
        "invoice": invoice,
        "value_elements": value_elements(reader, root.find("Valuation"), "Gs_", ""),
        "apportionment": text(root, "Valuation/Calculation_working_mode"),
        "costs_total": number("Valuation/Total_cost", "total costs"),
        "customs_value": number("Valuation/Total_CIF", "total customs value"),
        "gross_mass": mass,
        "packages": number("Property/Nbers/Total_number_of_packages", "packages"),
    }
