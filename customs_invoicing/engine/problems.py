"""What keeps an amount from being calculated, as a code and in words."""

from collections.abc import Hashable
from dataclasses import dataclass

from .model import Measure

NO_VALUE = "no_value"  # the item has no customs value
NO_BASE = "no_base"  # another value or an earlier amount is not known
NO_RATE = "no_rate"  # the rate text could not be read
NO_QUANTITY = "no_quantity"  # a quantity is not stated
NO_EXCHANGE_RATE = "no_exchange_rate"
NO_MEURSING = "no_meursing"  # no amount of the table of agricultural components
NO_CONDITION = "no_condition"  # none of the conditions holds, so no rate is known
NO_TIER = "no_tier"
CIRCULAR = "circular"
BLOCKED = "blocked"  # the goods may not be entered
TIE = "tie"  # two measures claim the same place
NEGATIVE = "negative"
NOT_A_NUMBER = "not_a_number"
BAD_MEASURE = "bad_measure"  # the measure cannot be calculated as it is written
BAD_CODE = "bad_code"  # a commodity code that no measure can be found by
NO_ADDITIONAL_CODE = "no_additional_code"  # a tax known by additional code only
CLAIM_VOID = "claim_void"  # a claim that does not count; amounts are calculated
CLAIM_UNPROVEN = "claim_unproven"  # without its proof of origin; likewise


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person must settle.

    ``words`` say what is wrong, where, and what to do.  ``item_key`` is ``None`` for a
    problem of the whole declaration.
    """

    code: str
    words: str
    item_key: Hashable = None
    measure: Measure | None = None


class NotCalculable(Exception):
    """Within the engine: an amount cannot be had; never leaves it."""

    def __init__(self, code: str, words: str):
        super().__init__(words)
        self.code = code
        self.words = words
