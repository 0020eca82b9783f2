"""Components: the parts of a rate, as tariffs print them one after the other."""

from dataclasses import dataclass
from decimal import Decimal

#: How a component joins what stands before it.  ``MIN`` and ``MAX`` are the words of
#: tariffs: at least, and at most, what follows.
ADD, SUBTRACT, AT_LEAST, AT_MOST = "+", "-", "MIN", "MAX"
OPERATORS = (ADD, SUBTRACT, AT_LEAST, AT_MOST)

PERCENT, SPECIFIC, FIXED, MEURSING = "percent", "specific", "fixed", "meursing"
KINDS = (PERCENT, SPECIFIC, FIXED, MEURSING)

#: Agricultural parts that a Meursing table fills in, and the measure type that does:
#: agricultural component, additional duty on sugar, additional duty on flour; an R
#: marks the reduced ones.
MEURSING_TYPES = {
    "EA": "674",
    "EAR": "674",
    "ADSZ": "672",
    "ADSZR": "672",
    "ADFM": "673",
    "ADFMR": "673",
}


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a rate.

    * percent: ``rate`` percent of the base, or of the value named by ``on``;
    * specific: ``amount`` per ``per`` units of ``unit`` (176.80 per 100 kg), multiplied
      by the quantities named in ``times`` (% vol, % of sugar, degrees);
    * fixed: ``amount``, whatever the goods;
    * meursing: the part named by ``part``, from the table of agricultural components.

    :raise ValueError: when it contradicts itself
    """

    kind: str = PERCENT
    operator: str = ADD
    rate: Decimal | None = None  # percent
    amount: Decimal | None = None  # in ``currency``, never negative
    currency: str = ""  # ISO code; "" for the currency of the tariff
    per: Decimal = Decimal(1)
    unit: str = ""  # code of engine.units: kg, l, hl, pcs, pr…
    times: tuple[str, ...] = ()  # names of further quantities that multiply
    qualifier: str = ""  # kind of mass or volume: biodiesel…
    weight_basis: str = ""  # net, gross, drained…
    content: str = ""  # what of the goods is weighed: lead…
    on: str = ""  # value that replaces the base: "the case", "retail price"
    part: str = ""  # of a Meursing component: EA, ADSZ, ADFM, EAR…

    def __post_init__(self):
        if self.operator not in OPERATORS:
            raise ValueError(f"unknown operator {self.operator!r}")
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of component {self.kind!r}")
        figure = {PERCENT: self.rate, SPECIFIC: self.amount, FIXED: self.amount}
        if self.kind == MEURSING:
            if self.part not in MEURSING_TYPES:
                raise ValueError(f"unknown Meursing part {self.part!r}")
        elif figure[self.kind] is None or not figure[self.kind].is_finite():
            raise ValueError(f"a {self.kind} component needs a figure")
        if self.kind == SPECIFIC and not self.unit:
            raise ValueError("a specific component needs a unit")
        if self.per <= 0:
            raise ValueError(f"per must be above zero, not {self.per}")

    @property
    def quantity_key(self) -> str:
        """Name of the quantity it is charged on: ``kg``, ``kg:lead``, ``kg:drained``.

        Net mass is the plain ``kg``: it is what a tariff means by mass.
        """
        basis = "" if self.weight_basis == "net" else self.weight_basis
        about = self.content or basis or self.qualifier
        return f"{self.unit}:{about}" if about else self.unit


def percent(rate: Decimal, operator: str = ADD, on: str = "") -> Component:
    """Return an ad valorem component of ``rate`` percent."""
    return Component(PERCENT, operator, rate=rate, on=on)
