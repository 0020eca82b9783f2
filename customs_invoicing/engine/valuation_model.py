"""What a valuation starts from and what it gives."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .incoterms import KINDS, OTHER
from .rounding import Rounding, add_up

ZERO, HUNDRED = Decimal(0), Decimal(100)

#: What a charge is spread by; the name of any other value of the items will also do.
VALUE, GROSS_MASS, NET_MASS, QUANTITY, MANUAL = (
    "value",
    "mass",
    "net_mass",
    "quantity",
    "manual",
)

#: How: so that the parts make the whole, or each part rounded by itself, in the
#: currency of the charge first.
LARGEST_REMAINDER, INDEPENDENT = "largest_remainder", "independent"

#: Names of the values every valuation gives, beside those of the charges.
INVOICE, VAT_CHARGES = "INV", "vat_charges"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency; ``rounding`` is of its conversion, ``None`` inherits."""

    amount: Decimal
    currency: str = ""  # "" for national currency
    rounding: Rounding | None = None


@dataclass(frozen=True, slots=True)
class ValuationItem:
    """A goods item as it is invoiced."""

    key: Hashable
    price: Money | None = None  # of the invoice
    gross_mass: Decimal | None = None  # kg
    net_mass: Decimal | None = None  # kg
    quantity: Decimal | None = None
    values: Mapping[str, Money] = field(default_factory=dict)  # further, by name
    label: str = ""  # what a person calls it, in words instead of the key

    @property
    def called(self) -> str:
        """What the item is called in words."""
        return self.label or str(self.key)


@dataclass(frozen=True, slots=True)
class ValuationElement:
    """A charge, or what is deemed to be one where nobody states it.

    Whether it belongs to the customs value follows from its kind and the delivery term,
    unless ``in_customs_value`` says so.  An element with ``percent`` and no amount is
    deemed: that much of the sum of the values ``of``, for items that no other element
    of its name has an amount for, and only where the price does not contain such a
    charge by the delivery term.  A limit is one for all elements of a name.

    :raise ValueError: when it contradicts itself
    """

    name: str  # FRT, INS
    amount: Decimal | None = None
    currency: str = ""  # "" for national currency
    kind: str = OTHER
    by: str = VALUE
    parts: Mapping[Hashable, Decimal] = field(default_factory=dict)  # manual, by item
    item_key: Hashable = None  # of one item alone
    sign: int = 1  # -1: a discount
    in_customs_value: bool | None = None
    in_vat_base: bool = False  # what the customs value does not contain of it
    percent_included: Decimal = HUNDRED  # share up to the place of entry
    percent: Decimal | None = None  # deemed
    of: tuple[str, ...] = ()
    cap_percent: Decimal | None = None  # at most, per item
    cap_of: tuple[str, ...] = ()
    method: str = ""  # "": as all the others
    part_rounding: Rounding | None = None  # None: inherited
    value_rounding: Rounding | None = None

    def __post_init__(self):
        if self.amount is not None and not self.amount.is_finite():
            raise ValueError(f"the amount of {self.name} is not a number")
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of charge {self.kind!r}")
        if self.sign not in (1, -1):
            raise ValueError(f"the sign of a charge is 1 or -1, not {self.sign}")
        if not 0 <= self.percent_included <= HUNDRED:
            raise ValueError(f"{self.percent_included} % of {self.name} included")
        if (self.percent is None) == bool(self.of):
            raise ValueError(f"{self.name}: a percentage is of named values")
        if (self.cap_percent is None) == bool(self.cap_of):
            raise ValueError(f"{self.name}: a limit is a percentage of named values")
        if self.by != MANUAL and self.amount is None and self.percent is None:
            raise ValueError(f"{self.name} has neither an amount nor a percentage")

    @property
    def is_deemed(self) -> bool:
        """Whether nobody states the charge: it is a percentage."""
        return self.amount is None and self.percent is not None and not self.parts

    def concerns(self, item: ValuationItem) -> bool:
        """Whether the charge is of an item, by itself or as part of the whole."""
        return self.item_key is None or self.item_key == item.key


@dataclass(frozen=True, slots=True)
class ItemValues:
    """All values of an item in national currency, and how they came about."""

    key: Hashable
    values: Mapping[str, Decimal]  # INV, charges, FOB, CIF, steps…
    customs_value: Decimal | None
    explanation: str
    terms: tuple[tuple[str, Decimal], ...] = ()  # what makes the customs value


@dataclass(frozen=True, slots=True)
class Valuation:
    """The values of all items, in their order."""

    items: tuple[ItemValues, ...]

    def total(self, name: str) -> Decimal:
        """Return the sum of a value over the items that have it."""
        return add_up(item.values.get(name, ZERO) for item in self.items)
