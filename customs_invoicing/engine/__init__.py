"""The calculating core: pure functions over frozen dataclasses with ``Decimal``.

No Odoo, no database, no float.  A caller gathers its records into these classes, calls
once for the whole declaration and writes the results in bulk.

* :func:`calculate` -- duties and taxes of all items, each amount explained in words;
* :func:`select` -- which measures apply to one item (:class:`MeasureIndex` for many);
* :func:`apportion` -- one amount over many parts, to the last cent;
* :class:`Rounding`, :func:`first_set` -- rounding as data, inherited.

Whatever cannot be calculated has the amount ``None`` and a reason, never zero.
"""

from . import duty, explain, measures, rounding
from .apportion import apportion
from .duty import DutyResult, calculate
from .measures import (
    ALTERNATIVE,
    BASE_VALUE,
    BASE_VALUE_AND_DUTIES,
    CUMULATIVE,
    CUSTOMS_VALUE,
    DUTIES,
    DutyItem,
    Measure,
    MeasureIndex,
    select,
)
from .rounding import Rounding, first_set

__all__ = [
    "ALTERNATIVE",
    "BASE_VALUE",
    "BASE_VALUE_AND_DUTIES",
    "CUMULATIVE",
    "CUSTOMS_VALUE",
    "DUTIES",
    "DutyItem",
    "DutyResult",
    "Measure",
    "MeasureIndex",
    "Rounding",
    "apportion",
    "calculate",
    "duty",
    "explain",
    "first_set",
    "measures",
    "rounding",
    "select",
]
