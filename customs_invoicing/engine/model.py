"""What the engine calculates with: goods items, measures and what they consist of."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .components import Component
from .rounding import Rounding

# --- Terms of a base -----------------------------------------------------------------

#: Kinds of terms: a value of the item by name, the amounts of earlier measures by type
#: or tax code, every earlier amount that belongs to the VAT base, a plain figure.
VALUE, AMOUNT, DUTIES, CONSTANT = "value", "amount", "duties", "constant"
TERM_KINDS = (VALUE, AMOUNT, DUTIES, CONSTANT)

#: Name of the value for customs purposes among the values of an item.
CUSTOMS_VALUE = "customs_value"


@dataclass(frozen=True, slots=True)
class BaseTerm:
    """One summand of a base: ``factor`` times what it names.

    A value that is not known makes the base unknown, unless the term is ``optional``
    (transport inside the country).  An amount that does not exist adds nothing: the tax
    does not apply to the item.
    """

    kind: str = VALUE
    name: str = CUSTOMS_VALUE  # of a value; type or tax code of an amount
    factor: Decimal = Decimal(1)
    constant: Decimal = Decimal(0)  # of a constant, in national currency
    optional: bool = False
    is_rounded: bool = False  # the amount as assessed, though the cascade is exact

    def __post_init__(self):
        if self.kind not in TERM_KINDS:
            raise ValueError(f"unknown kind of base term {self.kind!r}")


BASE_VALUE = (BaseTerm(),)
BASE_VALUE_AND_DUTIES = (BaseTerm(), BaseTerm(DUTIES, name=""))

# --- Conditions, tiers ---------------------------------------------------------------

#: A document is presented; a value or quantity meets a threshold; in every other case.
DOCUMENT, THRESHOLD, DEFAULT = "document", "threshold", "default"
CONDITION_KINDS = (DOCUMENT, THRESHOLD, DEFAULT)

#: What follows: the measure applies; with the condition's own components; does not
#: apply; the goods may not be entered.
APPLY, APPLY_COMPONENTS, NOT_APPLY, BLOCK = (
    "apply",
    "apply_components",
    "not_apply",
    "block",
)
ACTIONS = (APPLY, APPLY_COMPONENTS, NOT_APPLY, BLOCK)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a measure.

    Conditions of one ``code`` are read in order and the first that holds decides;
    several codes must all let the measure apply.
    """

    kind: str = DOCUMENT
    code: str = ""  # condition code of the tariff: B, E, V…
    document: str = ""  # code of the document: N954, C990…
    value_name: str = ""  # of a threshold: a value or quantity of the item
    operator: str = ">="  # of a threshold: >= > <= < =
    threshold: Decimal | None = None
    currency: str = ""  # of the threshold; "" for national currency or none
    action: str = APPLY
    components: tuple[Component, ...] = ()
    sequence: int = 10

    def __post_init__(self):
        if self.kind not in CONDITION_KINDS:
            raise ValueError(f"unknown kind of condition {self.kind!r}")
        if self.action not in ACTIONS:
            raise ValueError(f"unknown action {self.action!r}")
        if self.operator not in (">=", ">", "<=", "<", "="):
            raise ValueError(f"unknown operator {self.operator!r}")
        if self.kind == THRESHOLD and (self.threshold is None or not self.value_name):
            raise ValueError("a threshold needs a figure and the name of a value")


@dataclass(frozen=True, slots=True)
class Tier:
    """A step of a fee by the size of its base: a fixed amount, or a percentage."""

    up_to: Decimal | None  # of the base, this included; None for all above
    amount: Decimal | None = None
    rate: Decimal | None = None  # percent of the whole base

    def __post_init__(self):
        if (self.amount is None) == (self.rate is None):
            raise ValueError("a tier has either an amount or a rate")


# --- Agreements ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agreement:
    """A trade agreement or programme that a preference code claims."""

    code: str  # what is claimed: JP, 300, A+
    name: str = ""
    countries: frozenset[str] = frozenset()  # ISO codes; empty: not known
    valid_from: date | None = None
    valid_to: date | None = None
    proofs: tuple[tuple[str, str], ...] = ()  # (document code, words), any one will do


# --- Measures ------------------------------------------------------------------------

ALTERNATIVE, CUMULATIVE = "alternative", "cumulative"
LINE, ENTRY = "line", "entry"

PAYABLE, SECURED, SUSPENDED, POSTPONED, RELIEVED, INFORMATION = (
    "payable",
    "secured",
    "suspended",
    "postponed",
    "relieved",
    "information",
)
STATUSES = (PAYABLE, SECURED, SUSPENDED, POSTPONED, RELIEVED, INFORMATION)


@dataclass(frozen=True)
class Measure:
    """One dated rate on a code prefix for an origin.

    ``components`` are the rate; none at all is free of duty; ``None`` means that the
    rate text could not be read, which is not zero.

    :raise ValueError: when it contradicts itself
    """

    key: Hashable  # id of the record
    type_code: str  # measure type: 103, CID
    tax_code: str  # code printed on the declaration: A00, CID
    components: tuple[Component, ...] | None
    code_prefix: str = ""  # digits; "" for every code
    # Origin: none of the two means every origin (erga omnes)
    origin: str = ""  # ISO code of one country
    origins: frozenset[str] = frozenset()  # ISO codes of a group
    origins_excluded: frozenset[str] = frozenset()
    valid_from: date | None = None  # first day
    valid_to: date | None = None  # last day
    # Selection
    selection: str = CUMULATIVE
    group: str = ""  # alternatives of one group exclude each other; "": of the tax code
    priority: int = 0  # among alternatives nobody claims, the lowest wins
    excludes: frozenset[str] = frozenset()  # types dropped where this one is chosen
    claims: frozenset[str] = frozenset()  # preference codes, one of which is claimed
    quota: str = ""  # order number that must be claimed
    additional_code: str = ""  # must be stated on the item
    reduction_indicator: str = ""  # links a preference with its Meursing amounts
    procedures: frozenset[str] = frozenset()  # procedure codes, by their beginning
    transport_modes: frozenset[str] = frozenset()
    conditions: tuple[Condition, ...] = ()
    # Calculation
    sequence: int = 10  # place in the cascade
    scope: str = LINE
    base: tuple[BaseTerm, ...] = BASE_VALUE
    gross_up: bool = False  # the tax is part of its own base
    floor_total: Decimal | None = None  # percent that it tops up to…
    floor_less: frozenset[str] = frozenset()  # …after the amounts of these types
    minimum: Decimal | None = None  # amounts in national currency
    maximum: Decimal | None = None
    tiers: tuple[Tier, ...] = ()
    in_vat_base: bool = True
    status: str = PAYABLE
    rounding: Rounding | None = None  # of the amount; None: inherited
    base_rounding: Rounding | None = None
    gross_rounding: Rounding | None = None  # of a base that contains the tax
    total_rounding: Rounding | None = None
    # Words
    name: str = ""
    legal_source: str = ""
    rate_text: str = ""  # as published

    def __post_init__(self):
        if self.code_prefix.strip("0123456789"):
            raise ValueError(f"code prefix {self.code_prefix!r} is not digits only")
        if self.selection not in (ALTERNATIVE, CUMULATIVE):
            raise ValueError(f"unknown selection {self.selection!r}")
        if self.scope not in (LINE, ENTRY):
            raise ValueError(f"unknown scope {self.scope!r}")
        if self.status not in STATUSES:
            raise ValueError(f"unknown status {self.status!r}")
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"valid from {self.valid_from} to {self.valid_to}")
        if (
            self.minimum is not None
            and self.maximum is not None
            and self.minimum > self.maximum
        ):
            raise ValueError(f"minimum {self.minimum} is above {self.maximum}")

    def is_valid(self, on_date: date) -> bool:
        """Whether the measure is in force on a day; its last day counts."""
        return (self.valid_from is None or self.valid_from <= on_date) and (
            self.valid_to is None or on_date <= self.valid_to
        )

    def covers_origin(self, origin: str) -> bool:
        """Whether goods of a country are meant; "" is an origin nobody stated."""
        if origin in self.origins_excluded:
            return False
        if self.origin:
            return origin == self.origin
        return not self.origins or origin in self.origins


# --- Goods items ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QuotaClaim:
    """A claim on a tariff quota, in the unit of the quota.

    ``allocated`` is what the authority granted; ``None`` while it has not answered,
    which calculates as if all were granted.
    """

    order_number: str
    requested: Decimal
    allocated: Decimal | None = None

    def __post_init__(self):
        if self.requested <= 0:
            raise ValueError("the quantity asked of a quota must be above zero")
        if self.allocated is not None and not 0 <= self.allocated <= self.requested:
            raise ValueError("a quota allocates between nothing and all that is asked")


@dataclass(frozen=True)
class DutyItem:
    """What the engine needs of a goods item.

    Values are in national currency.  ``claims``, ``documents`` and ``quota`` are what
    the declarant claims and presents; the engine never adds one.
    """

    key: Hashable
    code: str  # commodity code, digits only
    customs_value: Decimal | None
    origin: str = ""  # ISO 3166 alpha-2
    claims: frozenset[str] = frozenset()
    values: Mapping[str, Decimal] = field(default_factory=dict)  # further, by name
    quantities: Mapping[str, Decimal] = field(default_factory=dict)  # by quantity key
    documents: frozenset[str] = frozenset()  # codes of documents presented
    additional_codes: frozenset[str] = frozenset()
    quota: QuotaClaim | None = None
    procedure: str = ""
    transport_mode: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)  # by tax code
    reliefs: Mapping[str, Decimal] = field(default_factory=dict)  # amounts, by tax code
    label: str = ""  # what a person calls it, in words instead of the key

    @property
    def called(self) -> str:
        """What the item is called in words."""
        return self.label or str(self.key)

    def value(self, name: str) -> Decimal | None:
        """Return a value by name, ``None`` when it is not known."""
        if name == CUSTOMS_VALUE:
            return self.customs_value
        return self.values.get(name)
