"""The sheets of the file of a rate card, XLSX or CSV, as cells."""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .errors import FormatError
from .rate_card_cells import EMPTY, Cell
from .rate_card_columns import REQUIRED_COLUMNS
from .rate_card_errors import CardProblem, RateCardError
from .tariff.sheets import ZIP, column_name, figure
from .tariff.tables import MEGABYTE, decode

#: A rate card of thousands of rules has less than one
MAX_BYTES = 5 * MEGABYTE
MAX_UNPACKED = 50 * MEGABYTE
MAX_ROWS = 10_000
MAX_COLUMNS = 100

RATES, CARD, HELP = "Rates", "Card", "Help"
#: First cell of the rows above the header of a text that hold the facts of the card
FACT_MARK = "card"
_DELIMITERS = ",;\t"
_ESCAPED = "=+-@'"


@dataclass
class Sheet:
    """Rows that are not empty, with their numbers."""

    name: str
    rows: list[tuple[int, list[Cell]]]
    is_text: bool = False

    def cell_name(self, row: int, index: int) -> str:
        """Return ``E7``; a text file has only rows."""
        return str(row) if self.is_text else f"{column_name(index)}{row}"


def read_sheets(content: bytes, max_bytes: int = MAX_BYTES) -> dict[str, Sheet]:
    """Return the sheets of rates and of the card, by their names.

    :raise RateCardError: when the file is empty, too large, damaged or no table
    """
    _check_size(len(content), max_bytes)
    if not content.strip(b" \t\r\n\0"):
        raise RateCardError([CardProblem("empty")])
    if content.startswith(ZIP):
        return _read_workbook(content)
    return _read_text(content)


def _check_size(size, limit):
    if size > limit:
        values = {
            "size_mb": f"{size / MEGABYTE:.1f}",
            "limit_mb": f"{limit / MEGABYTE:g}",
        }
        raise RateCardError([CardProblem("too_large", values=values)])


def _kept(rows, name=""):
    """Return rows that hold anything, no more than may be read."""
    kept = []
    for number, cells in rows:
        if any(cell.text or cell.problem for cell in cells):
            kept.append((number, cells))
        if len(kept) > MAX_ROWS or number > 100 * MAX_ROWS:
            values = {"limit": MAX_ROWS}
            raise RateCardError([CardProblem("too_many_rows", name, values=values)])
    return kept


# --- XLSX ----------------------------------------------------------------------------


def _read_workbook(content):
    import openpyxl  # only where a workbook is read

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        _check_size(unpacked, MAX_UNPACKED)
        values, formulas = (
            openpyxl.load_workbook(io.BytesIO(content), data_only=data_only)
            for data_only in (True, False)
        )
        sheets = {}
        for sheet, typed in zip(values.worksheets, formulas.worksheets, strict=True):
            name = sheet.title.strip().capitalize()
            if name in (RATES, CARD):
                rows = _workbook_rows(sheet, typed)
                sheets[name] = Sheet(name, _kept(rows, name))
    except RateCardError:
        raise
    except Exception as error:  # the library raises whatever damage leads to
        raise RateCardError([CardProblem("not_spreadsheet")]) from error
    return sheets


def _workbook_rows(sheet, typed):
    pairs = zip(
        sheet.iter_rows(max_col=MAX_COLUMNS),
        typed.iter_rows(max_col=MAX_COLUMNS),
        strict=True,
    )
    for number, (values, formulas) in enumerate(pairs, 1):
        yield number, [_cell(*pair) for pair in zip(values, formulas, strict=True)]


def _cell(cell, typed):
    value = cell.value
    if typed.data_type == "f" and (value is None or cell.data_type == "e"):
        return Cell(str(typed.value), problem="formula_cell")
    if cell.data_type == "e":
        return Cell(str(value), problem="formula_cell")
    if value is None:
        return EMPTY
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return Cell(value.isoformat(), day=value)
    if isinstance(value, time | timedelta):
        return Cell(str(value), is_time=True)
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = figure(value)
        is_percent = "%" in (cell.number_format or "")
        return Cell(f"{number:f}", number, is_percent=is_percent)
    return Cell(str(value).strip())


def _moment(value):
    if value.time() != time():
        return Cell(value.isoformat(" "), is_time=True)
    return Cell(value.date().isoformat(), day=value.date())


# --- CSV -----------------------------------------------------------------------------


def _read_text(content):
    try:
        text = decode("", content)
    except (FormatError, UnicodeError) as error:
        raise RateCardError([CardProblem("not_text")]) from error
    for delimiter in _DELIMITERS:
        try:
            rows = _text_rows(text, delimiter)
        except csv.Error:
            continue
        headers = [n for n, (_, cells) in enumerate(rows) if _is_header(cells)]
        if headers:
            break
    else:
        return _no_text_header(text)
    above = rows[: headers[0]]
    facts = [(number, cells[1:]) for number, cells in above if _is_fact(cells)]
    return {
        CARD: Sheet(CARD, facts, is_text=True),
        RATES: Sheet(RATES, rows[headers[0] :], is_text=True),
    }


def _no_text_header(text):
    try:
        _text_rows(text, _DELIMITERS[0])
    except csv.Error as error:
        raise RateCardError([CardProblem("not_table")]) from error
    return {RATES: Sheet(RATES, [], is_text=True)}


def _text_rows(text, delimiter):
    """Return numbered rows; those of the table count from the top of the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, number = [], 1
    for cells in reader:
        rows.append((number, [Cell(unescape(cell)) for cell in cells[:MAX_COLUMNS]]))
        number = reader.line_num + 1
    return _kept(rows)


def _is_header(cells):
    names = {cell.text.casefold().replace(" ", "_") for cell in cells}
    return names.issuperset(REQUIRED_COLUMNS)


def _is_fact(cells):
    return len(cells) > 1 and cells[0].text.casefold() == FACT_MARK


def escape(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula when it opens the CSV."""
    return f"'{text}" if text.startswith(tuple(_ESCAPED)) else text


def unescape(text: str) -> str:
    """Return the text that :func:`escape` was given."""
    text = text.strip()
    if len(text) > 1 and text[0] == "'" and text[1] in _ESCAPED:
        return text[1:]
    return text
