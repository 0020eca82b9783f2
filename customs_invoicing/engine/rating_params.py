"""Parameters of rules of rate cards, read with care, and slices of bands."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any


class NotRatable(Exception):
    """Within rating: an amount cannot be had; never leaves it."""

    def __init__(self, code: str, detail: str = ""):
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def to_number(value: Any, name: str) -> Decimal:
    """Return a parameter as a number of at least zero.

    :raise NotRatable: when it is none
    """
    try:
        number = Decimal(value) if isinstance(value, Decimal | int | str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number < 0:
        raise NotRatable("bad_parameter", name)
    return number


def read_bands(value) -> list[tuple[Decimal | None, Decimal]]:
    """Return bands, each with the limit it reaches to; ``None`` has no limit.

    :raise NotRatable: when they do not rise, or one without limit is not the last
    """
    if not value:
        raise NotRatable("missing_parameter", "bands")
    try:
        bands = [
            (
                None if limit in (None, "") else to_number(limit, "bands"),
                to_number(price, "bands"),
            )
            for limit, price in value
        ]
    except (TypeError, ValueError) as error:
        raise NotRatable("bad_bands") from error
    limits = [limit for limit, _price in bands]
    if None in limits[:-1]:
        raise NotRatable("bad_bands")
    stated = [Decimal(0), *(limit for limit in limits if limit is not None)]
    if any(above <= below for below, above in zip(stated, stated[1:], strict=False)):
        raise NotRatable("bad_bands")
    return bands


def read_sizes(value) -> dict[str, Decimal]:
    """Return the price of each container size.

    :raise NotRatable: when there is none, or it is no mapping
    """
    if not value:
        raise NotRatable("missing_parameter", "sizes")
    if not isinstance(value, Mapping):
        raise NotRatable("bad_parameter", "sizes")
    return {str(size): to_number(price, "sizes") for size, price in value.items()}


def slices_of(
    bands: Sequence[tuple[Decimal | None, Decimal]], value: Decimal
) -> tuple[list[tuple[Decimal, Decimal]], bool]:
    """Return the parts of a value in each band with its price, and if they cover it.

    Limits count from zero, so a band is as wide as its limit is above the last.
    """
    parts, below = [], Decimal(0)
    for limit, price in bands:
        reached = value if limit is None else min(value, limit)
        if reached > below:
            parts.append((reached - below, price))
            below = reached
    return parts, below >= value
