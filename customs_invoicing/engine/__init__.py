"""The calculating core: pure functions over frozen dataclasses with ``Decimal``.

No Odoo, no database, no float.  A caller gathers its records into these classes, calls
once for the whole declaration and writes the results in bulk.

* :func:`calculate` -- duties and taxes of all items, each amount explained in words;
* :func:`compare` -- every alternative of an item side by side, with what is missing;
* :func:`select` -- which measures apply to one item (:class:`MeasureIndex` for many);
* :func:`valuate` -- invoice prices and charges to customs values, :func:`run_steps`
  for values that only one country knows;
* :func:`rate_on` -- the customs rate of exchange for a legal date;
* :func:`meursing_code` -- the additional code of processed agricultural goods;
* :func:`cause_of_difference` -- why the authority's figure is not ours;
* :func:`apportion` -- one amount over many parts, to the last cent;
* :class:`Rounding`, :class:`RoundingRules`, :func:`first_set` -- rounding as data.

Whatever cannot be calculated has the amount ``None`` and a problem in words, never
zero.
"""

from . import (
    components,
    duty,
    explain,
    incoterms,
    measures,
    model,
    problems,
    rounding,
    units,
    valuation,
)
from .apportion import apportion, apportion_independent
from .components import Component, percent
from .differences import Cause, Figures, cause_of_difference
from .duty import calculate
from .exchange import CustomsRate, MissingRate, convert
from .exchange_dates import PublishedRate, rate_on
from .measures import MeasureIndex, select
from .meursing import meursing_code
from .model import (
    ALTERNATIVE,
    BASE_VALUE,
    BASE_VALUE_AND_DUTIES,
    CUMULATIVE,
    CUSTOMS_VALUE,
    DUTIES,
    Agreement,
    BaseTerm,
    Condition,
    DutyItem,
    Measure,
    QuotaClaim,
    Tier,
)
from .options import Need, Option, compare
from .problems import Problem
from .results import Calculation, DutyResult, Total, Totals
from .rounding import Rounding, RoundingRules, first_set
from .steps import Step, StepTerm, ValuationError, run_steps
from .valuation import valuate
from .valuation_model import (
    ItemValues,
    Money,
    Valuation,
    ValuationElement,
    ValuationItem,
)

__all__ = [
    "ALTERNATIVE",
    "BASE_VALUE",
    "BASE_VALUE_AND_DUTIES",
    "CUMULATIVE",
    "CUSTOMS_VALUE",
    "DUTIES",
    "Agreement",
    "BaseTerm",
    "Calculation",
    "Cause",
    "Component",
    "Condition",
    "CustomsRate",
    "DutyItem",
    "DutyResult",
    "Figures",
    "ItemValues",
    "Measure",
    "MeasureIndex",
    "MissingRate",
    "Money",
    "Need",
    "Option",
    "Problem",
    "PublishedRate",
    "QuotaClaim",
    "Rounding",
    "RoundingRules",
    "Step",
    "StepTerm",
    "Tier",
    "Total",
    "Totals",
    "Valuation",
    "ValuationElement",
    "ValuationError",
    "ValuationItem",
    "apportion",
    "apportion_independent",
    "calculate",
    "cause_of_difference",
    "compare",
    "components",
    "convert",
    "duty",
    "explain",
    "first_set",
    "incoterms",
    "measures",
    "meursing_code",
    "model",
    "percent",
    "problems",
    "rate_on",
    "rounding",
    "run_steps",
    "select",
    "units",
    "valuate",
    "valuation",
]
