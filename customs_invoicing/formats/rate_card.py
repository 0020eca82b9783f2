"""Rate cards as files: a workbook (XLSX) to work on, or text (CSV).

* :func:`read_rate_card` -- the rate card of a file, or every problem of it;
* :func:`write_xlsx`, :func:`write_csv` -- a rate card as a file that reads back as it
  was;
* :func:`fee_rules` -- its rules as the engine rates them.

The sheet Rates has one rule per row under a header of stable ids, the sheet Card the
facts of the rate card, the sheet Help explains both and is not read.
"""

from .rate_card_columns import COLUMNS, FACTS
from .rate_card_errors import MESSAGES, CardProblem, RateCardError
from .rate_card_model import RateCard, RateCardRow, fee_rule, fee_rules
from .rate_card_read import read_rate_card
from .rate_card_sheets import MAX_BYTES
from .rate_card_write import write_csv, write_xlsx

__all__ = [
    "COLUMNS",
    "FACTS",
    "MAX_BYTES",
    "MESSAGES",
    "CardProblem",
    "RateCard",
    "RateCardError",
    "RateCardRow",
    "fee_rule",
    "fee_rules",
    "read_rate_card",
    "write_csv",
    "write_xlsx",
]
