"""The neutral content of a tariff publication, whatever file it came in.

Rows only: no judgement on what is in the database.  ``row`` is the place in the file
(1 is its first line), for messages.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ...engine.components import Component
from ...engine.model import Condition


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One line of a nomenclature, numbered or not."""

    row: int
    code: str  # digits only; "" for a line that only groups others
    indent: int
    description: str
    parent_row: int | None = None  # row of the line above by indent
    suffix: str = ""  # product line suffix of TARIC; only 80 is a real code
    declarable: bool = False
    units: tuple[str, ...] = ()  # as printed: No., kg
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One dated rate.

    ``components`` is ``None`` where the rate text could not be read; ``problem`` then
    says why.  Empty components are free of duty.
    """

    row: int
    type_code: str  # general, special, column2; 103, 142…
    code: str  # digits; TARIC codes without trailing pairs of zeros
    rate_text: str
    components: tuple[Component, ...] | None
    problem: str = ""
    key: str = ""  # what identifies it in the publication (measure sid)
    type_name: str = ""
    origin: str = ""  # ISO code, or code of an area (1011, 2020); "" for all origins
    origin_name: str = ""
    origin_members: tuple[str, ...] = ()  # ISO codes of an area, where the file says
    origins_excluded: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    claims: tuple[str, ...] = ()  # programmes or preference codes, one to be claimed
    additional_code: str = ""
    order_number: str = ""
    reduction_indicator: str = ""
    legal_reference: str = ""
    unit: str = ""  # supplementary unit, of a measure that only states one
    conditions: tuple[Condition, ...] = ()
    is_control: bool = False  # prohibition, licence or check: never an amount
    series: str = ""  # letter of the series of its type, where the file says


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A proof of origin that an agreement accepts."""

    name: str
    kind: str = ""  # origin-declaration, importers-knowledge…
    document: str = ""  # code: N954, U110…
    value_limit: Decimal | None = None
    currency: str = ""
    validity_months: int = 0


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """A trade agreement with its countries and proofs."""

    row: int
    code: str
    name: str
    countries: tuple[str, ...] = ()  # ISO codes and area codes
    valid_from: date | None = None
    valid_to: date | None = None
    proofs: tuple[ProofRow, ...] = ()
    preference_codes: tuple[str, ...] = ()
    cumulation: str = ""  # words


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """A tariff quota and one of its periods."""

    row: int
    order_number: str
    administration: str = ""  # fcfs, licensed
    valid_from: date | None = None
    valid_to: date | None = None
    volume: Decimal | None = None
    unit: str = ""
    state: str = "open"  # open, critical, exhausted, suspended, blocked
    critical_threshold: Decimal | None = None  # percent
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RateRow:
    """An official rate of exchange."""

    row: int
    currency: str  # ISO code of the foreign currency
    rate: Decimal
    valid_from: date
    valid_to: date | None = None
    quotation: str = "direct"  # national per foreign unit, or inverse


@dataclass(frozen=True, slots=True)
class Range:
    """Content in percent by weight: from ``low`` to less than ``below``."""

    low: Decimal = Decimal(0)
    below: Decimal | None = None  # None: or more

    def holds(self, content: Decimal) -> bool:
        """Whether a content lies in the range."""
        return self.low <= content and (self.below is None or content < self.below)

    @property
    def words(self) -> str:
        """The range in words, ``0 - 1.49`` or ``70 or more``; "" for any content."""
        if self.below is None:
            return f"{self.low} or more" if self.low else ""
        return f"{self.low} - {(self.below - Decimal('0.01')).normalize():f}"


@dataclass(frozen=True, slots=True)
class MeursingRow:
    """A composition of processed agricultural goods and its additional code.

    Contents of milk fat, milk protein, starch with glucose, and sucrose with invert
    sugar and isoglucose; the code (7000 to 7999) leads to the amounts of EA, ADSZ and
    ADFM.
    """

    row: int
    code: str
    milk_fat: Range
    milk_protein: Range
    starch: Range
    sucrose: Range

    def holds(self, milk_fat, milk_protein, starch, sucrose) -> bool:
        """Whether goods of these contents (percent) have this code."""
        return (
            self.milk_fat.holds(milk_fat)
            and self.milk_protein.holds(milk_protein)
            and self.starch.holds(starch)
            and self.sucrose.holds(sucrose)
        )


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a person must look at; the row itself is imported all the same."""

    row: int
    code: str  # commodity code or key of the row, "" where it has none
    reason: str  # key of formats.errors
    text: str = ""  # what stands in the file
    field: str = ""  # which column


@dataclass
class TariffDocument:
    """All rows of one publication.  Rows of a kind keep the order of the file."""

    format: str  # us_hts, hs6, taric_measures…
    codes: list[CodeRow] = field(default_factory=list)
    measures: list[MeasureRow] = field(default_factory=list)
    agreements: list[AgreementRow] = field(default_factory=list)
    quotas: list[QuotaRow] = field(default_factory=list)
    exchange_rates: list[RateRow] = field(default_factory=list)
    meursing: list[MeursingRow] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    row_count: int = 0  # rows of content read, headers left out

    def rows(self) -> Iterator[tuple[str, list]]:
        """Yield ``(kind, rows)`` in the order they must be written."""
        yield "codes", self.codes
        yield "agreements", self.agreements
        yield "quotas", self.quotas
        yield "measures", self.measures
        yield "exchange_rates", self.exchange_rates
        yield "meursing", self.meursing
