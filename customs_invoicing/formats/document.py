"""The neutral customs document: what every reader returns and the loader consumes.

All amounts are :class:`~decimal.Decimal`. ``None`` means "the file does not say";
zero means "the file says zero". National amounts are in the currency of the customs
territory, which the file does not always name.
"""

import datetime
import hashlib
import json
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from decimal import Decimal

#: Code given to a declaration-level amount for which the file names no tax code.
GLOBAL_TAX_CODE = "GLOBAL"

#: Code given to taxes entered by hand that are announced only as one amount.
MANUAL_TAX_CODE = "MANUAL"

#: What a tax line may be, see :attr:`Tax.status`.
PAYABLE, SUSPENDED, SECURED = "payable", "suspended", "secured"
POSTPONED, RELIEVED, INFORMATION = "postponed", "relieved", "information"


@dataclass(frozen=True)
class Party:
    """A trader as written in the file; ``name`` is the first line of the block."""

    code: str = ""
    name: str = ""
    address: tuple[str, ...] = ()

    def __bool__(self):
        return bool(self.code or self.name)


@dataclass(frozen=True)
class Reference:
    """A number given by the authority: registration, assessment or receipt."""

    serial: str = ""
    number: str = ""
    date: datetime.date | None = None
    year: int | None = None

    def __bool__(self):
        return bool(self.number)

    @property
    def display(self):
        """``C 1234`` as officers write it."""
        return " ".join(part for part in (self.serial, self.number) if part)


@dataclass(frozen=True)
class Money:
    """An amount in its own currency beside its national equivalent.

    ``rate`` is national currency per one unit of ``currency``; zero, as many files
    write it for an empty amount, is no rate.
    """

    amount: Decimal | None = None
    currency: str = ""
    amount_national: Decimal | None = None
    rate: Decimal | None = None


@dataclass(frozen=True)
class ValueElement:
    """One line of the value build-up.

    ``kind`` is one of ``freight_external``, ``freight_internal``, ``insurance``,
    ``other_cost``, ``deduction``.
    """

    kind: str
    money: Money


@dataclass(frozen=True)
class DocumentReference:
    """A supporting document of SAD box 44 or a previous document of box 40."""

    code: str
    name: str = ""
    reference: str = ""
    date: datetime.date | None = None


@dataclass(frozen=True)
class SupplementaryUnit:
    """A quantity in a statistical unit (SAD box 41)."""

    code: str
    quantity: Decimal


@dataclass(frozen=True)
class Tax:
    """One tax line as the authority (or the declarant's software) calculated it.

    ``rate`` is a percentage when ``rate_kind`` is ``percent`` (20 means 20 %), an
    amount per unit of ``base`` when it is ``specific``, nothing when it is ``fixed``
    or unknown; ``rate_raw`` is the text of the file.  ``amount_payable`` is what is
    really owed, see ``status``.
    """

    code: str
    amount_assessed: Decimal
    amount_payable: Decimal
    base: Decimal | None = None
    base_kind: str = "value"  # value, quantity
    rate: Decimal | None = None
    rate_kind: str = ""  # percent, specific, fixed, "" when unknown
    rate_raw: str = field(default="", metadata={"fingerprint": False})
    status: str = PAYABLE
    payment_method: str = ""
    calculation_type: str = ""


@dataclass(frozen=True)
class Item:
    """A goods item (SAD boxes 31 to 47)."""

    number: int
    commodity_code: str = ""  # digits only
    description: str = ""
    tariff_description: str = ""
    origin: str = ""
    preference: str = ""
    procedure: str = ""
    national_procedure: str = ""
    gross_mass: Decimal | None = None  # kg
    net_mass: Decimal | None = None  # kg
    supplementary_units: tuple[SupplementaryUnit, ...] = ()
    invoice: Money = Money()
    customs_value: Decimal | None = None  # national currency
    statistical_value: Decimal | None = None  # national currency
    packages: Decimal | None = None
    package_kind: str = ""
    marks: str = ""
    licence: str = ""
    previous_document: str = ""  # transport document or summary declaration
    previous_document_reference: str = ""
    previous_warehouse: str = ""
    quota: str = ""
    additional_information: str = ""  # code of box 44
    free_text: str = ""
    valuation_method: str = ""
    adjustment_rate: Decimal | None = None
    value_elements: tuple[ValueElement, ...] = ()
    documents: tuple[DocumentReference, ...] = ()
    taxes: tuple[Tax, ...] = ()
    taxes_total: Decimal | None = None  # control total: sum of assessed amounts


@dataclass(frozen=True)
class Header:
    """What applies to the whole declaration."""

    source_format: str
    source_id: str = field(default="", metadata={"fingerprint": False})
    direction: str = ""  # import, export
    declaration_type: str = ""  # IM4, EX1
    office_code: str = ""
    office_name: str = ""
    registration: Reference = Reference()
    assessment: Reference = Reference()
    receipt: Reference = Reference()
    declarant_reference: str = ""
    declarant_reference_year: int | None = None
    exporter: Party = Party()
    importer: Party = Party()
    financial_party: Party = Party()
    declarant: Party = Party()
    declarant_representative: str = ""
    country_export: str = ""
    country_destination: str = ""
    country_trading: str = ""
    country_first_destination: str = ""
    country_origin_name: str = ""  # a name or "many", not a code
    incoterm: str = ""  # Incoterms code; C&F is given as CFR
    incoterm_place: str = ""
    transport_identity: str = ""
    transport_nationality: str = ""
    transport_mode: str = ""
    border_transport_identity: str = ""
    border_transport_nationality: str = ""
    inland_mode: str = ""
    container: bool = False
    containers: tuple[str, ...] = ()
    transport_document: str = ""  # bill of lading, air waybill, consignment note
    border_office_code: str = ""
    place_of_loading: str = ""
    location_of_goods: str = ""
    manifest: str = ""
    payment_account: str = ""
    payment_mode: str = ""
    payment_terms_code: str = ""
    payment_terms: str = ""
    bank_code: str = ""
    bank_name: str = ""
    warehouse: str = ""
    invoice: Money = Money()
    value_elements: tuple[ValueElement, ...] = ()
    apportionment: str = ""  # raw working mode of the file
    costs_total: Decimal | None = None  # national currency
    customs_value: Decimal | None = None  # national currency
    gross_mass: Decimal | None = None  # kg
    packages: Decimal | None = None
    guarantee_amount: Decimal | None = None


@dataclass(frozen=True)
class NoticeLine:
    """One row of the assessment notice: a tax code by mode of payment."""

    code: str
    amount: Decimal
    payment_method: str = ""  # "1" to pay, "0" suspended, "" not said


@dataclass(frozen=True)
class Totals:
    """Control totals the file itself announces; see :mod:`.control`."""

    items: int | None = None
    taxes: Decimal | None = None  # payable item taxes + header taxes
    header_taxes: Decimal | None = None
    manual_taxes: Decimal | None = None
    notice_item_taxes: Decimal | None = None  # assessment notice, all item taxes
    notice: tuple[NoticeLine, ...] = ()  # assessment notice

    @property
    def assessed_by_code(self):
        """``(code, amount)`` pairs the notice announces, suspended rows left out."""
        amounts = {}
        for line in self.notice:
            if line.payment_method != "0":
                amounts[line.code] = amounts.get(line.code, 0) + line.amount
        return tuple(amounts.items())


@dataclass(frozen=True)
class Document:
    """A declaration with its assessment, free of any file format."""

    header: Header
    items: tuple[Item, ...] = ()
    header_taxes: tuple[Tax, ...] = ()
    totals: Totals = field(default_factory=Totals)
    warnings: tuple[str, ...] = field(default=(), metadata={"fingerprint": False})

    @property
    def is_assessed(self):
        """Whether any tax line is present."""
        return bool(self.header_taxes or any(item.taxes for item in self.items))

    @property
    def is_official(self):
        """Whether the tax lines are the authority's: an assessment number is given.

        Without one they are what the declarant's software calculated.
        """
        return self.is_assessed and bool(self.header.assessment)

    def taxes(self):
        """Yield ``(item number or None, tax)`` for every tax line, items first."""
        for item in self.items:
            for tax in item.taxes:
                yield item.number, tax
        for tax in self.header_taxes:
            yield None, tax

    def moneys(self):
        """Yield every amount that has a currency of its own."""
        yield self.header.invoice
        for element in self.header.value_elements:
            yield element.money
        for item in self.items:
            yield item.invoice
            for element in item.value_elements:
                yield element.money

    def fingerprint(self):
        """Return a hex digest of the content, blind to layout and white space.

        Two spellings of one number (``20`` and ``20.0``) count as the same, an empty
        element counts as an absent one.  What the file says about itself (its
        internal id, the spelling of rates) and our warnings do not count.
        """
        return hashlib.sha256(json.dumps(_plain(self)).encode()).hexdigest()


def _plain(value):
    """Reduce a document to a canonical structure of plain JSON values.

    Fields that hold their default are left out, so that a field added in a later
    release does not change the fingerprint of files that do not fill it.
    """
    if is_dataclass(value):
        return [
            (f.name, _plain(getattr(value, f.name)))
            for f in fields(value)
            if f.metadata.get("fingerprint", True)
            and getattr(value, f.name) != _default(f)
        ]
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return _canonical(value)
    return value.isoformat() if isinstance(value, datetime.date) else value


def _default(f):
    """Return the default of a dataclass field, ``MISSING`` where it has none."""
    return f.default_factory() if f.default_factory is not MISSING else f.default


def _canonical(number):
    """Return the one text of a number whatever its spelling: 20, 20.0 and 2E+1."""
    sign, digits, exponent = number.as_tuple()
    significant = "".join(map(str, digits)).lstrip("0")
    shortened = significant.rstrip("0")
    if not shortened:
        return "0"
    exponent += len(significant) - len(shortened)
    return f"{'-' if sign else ''}{shortened}E{exponent}"
