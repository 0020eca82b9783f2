"""Cells of XLSX, XLS and CSV files with what a spreadsheet knows about them.

Beside its text a cell may be a date, a number shown as a percentage, or merged with
others, all of which changes what it says.  Figures are exact decimals of the 15 digits
that a spreadsheet keeps.
"""

import csv
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ..errors import FormatError
from .tables import DEFAULT_MAX_BYTES, MAX_ROWS, MEGABYTE, check_size, decode

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DELIMITERS = ",;\t|"
#: How many columns are read; a table has fewer.
MAX_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, and what kind of value it is."""

    text: str = ""
    number: Decimal | None = None
    day: date | None = None
    is_percent: bool = False  # a number shown as a percentage: 0.05 is 5 %


EMPTY = Cell()


@dataclass
class Sheet:
    """One sheet: rows that are not empty, with their numbers, and merged ranges."""

    name: str
    rows: list[tuple[int, list[Cell]]]
    #: Last column of every range merged over several columns, by its first cell.
    spans: dict[tuple[int, int], int] = field(default_factory=dict)


def is_workbook(content) -> bool:
    """Whether a file is an XLSX or XLS workbook, by its first bytes."""
    return content.startswith((ZIP, OLE))


def column_name(index: int) -> str:
    """Return the letters of a column, counted from 0."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def read_sheets(filename, content, max_bytes=DEFAULT_MAX_BYTES) -> list[Sheet]:
    """Return the sheets of a workbook, or one per delimiter that parts a text file.

    :raise FormatError: when the file is empty, too large, damaged or no table
    """
    check_size(filename, content, max_bytes)
    if content.startswith(ZIP):
        return _read_workbook(filename, content, _xlsx_sheets, max_bytes)
    if content.startswith(OLE):
        return _read_workbook(filename, content, _xls_sheets, max_bytes)
    return list(_text_sheets(filename, decode(filename, content)))


def _read_workbook(filename, content, reader, max_bytes):
    try:
        if content.startswith(ZIP):
            _check_unpacked(filename, content, max_bytes)
        return list(reader(filename, content))
    except FormatError:
        raise
    except Exception as error:  # the libraries raise whatever damage leads to
        raise FormatError("not_spreadsheet", filename=filename) from error


def _check_unpacked(filename, content, max_bytes):
    """Refuse an archive of a size nobody would type: it can hold gigabytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > 4 * max_bytes:
        raise FormatError(
            "tariff_too_large",
            filename=filename,
            size_mb=f"{unpacked / MEGABYTE:.1f}",
            limit_mb=f"{4 * max_bytes / MEGABYTE:g}",
        )


def _kept(filename, rows):
    """Return rows with any text, no more than may be read."""
    kept = []
    for number, cells in rows:
        if any(cell.text for cell in cells):
            kept.append((number, cells))
        if len(kept) > MAX_ROWS:
            raise FormatError("too_many_rows", filename=filename, limit=MAX_ROWS)
    return kept


def figure(value) -> Decimal:
    """Return the exact decimal of a binary figure, by the digits that are kept."""
    return Decimal(f"{value:.15g}")


def _number_cell(value, is_percent):
    number = figure(value)
    whole = number == number.to_integral_value()
    return Cell(f"{number:.0f}" if whole else f"{number:f}", number, None, is_percent)


def _xlsx_sheets(filename, content):
    import openpyxl  # only where a workbook is read

    # not read-only: else nothing is known about merged cells
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    for sheet in book.worksheets:
        rows = (
            (number, [_xlsx_cell(cell) for cell in cells[:MAX_COLUMNS]])
            for number, cells in enumerate(sheet.iter_rows(), 1)
        )
        spans = {
            (merged.min_row, merged.min_col - 1): merged.max_col - 1
            for merged in sheet.merged_cells.ranges
            if merged.max_col > merged.min_col
        }
        yield Sheet(sheet.title, _kept(filename, rows), spans)


def _xlsx_cell(cell):
    value = cell.value
    if value is None:
        return EMPTY
    if isinstance(value, datetime):
        return Cell(value.date().isoformat(), day=value.date())
    if isinstance(value, date):
        return Cell(value.isoformat(), day=value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number_cell(value, "%" in (cell.number_format or ""))
    return Cell(" ".join(str(value).split()))


def _xls_sheets(filename, content):
    import xlrd

    book = xlrd.open_workbook(file_contents=content, formatting_info=True)
    for sheet in book.sheets():
        rows = (
            (
                number + 1,
                [
                    _xls_cell(book, sheet.cell(number, column))
                    for column in range(min(sheet.row_len(number), MAX_COLUMNS))
                ],
            )
            for number in range(sheet.nrows)
        )
        spans = {
            (first_row + 1, first): last - 1
            for first_row, _last_row, first, last in sheet.merged_cells
            if last - first > 1
        }
        yield Sheet(sheet.name, _kept(filename, rows), spans)


def _xls_cell(book, cell):
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        day = xlrd.xldate_as_datetime(cell.value, book.datemode).date()
        return Cell(day.isoformat(), day=day)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        shown = book.format_map.get(book.xf_list[cell.xf_index].format_key)
        return _number_cell(cell.value, bool(shown and "%" in shown.format_str))
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return Cell(" ".join(cell.value.split()))
    return EMPTY


def _text_sheets(filename, text):
    """Yield the table that each delimiter makes of a text.

    Title rows above the header have other signs than the table; which delimiter parts
    it shows by the columns that it leads to.
    """
    error = None
    for delimiter in DELIMITERS:
        if delimiter not in text:
            continue
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=delimiter, strict=True
        )
        rows = []
        try:
            for cells in reader:
                cells = [Cell(" ".join(cell.split())) for cell in cells[:MAX_COLUMNS]]
                rows.append((reader.line_num, cells))
        except csv.Error:
            error = error or FormatError(
                "not_table", filename=filename, line=reader.line_num
            )
            continue
        error = None
        yield Sheet("", _kept(filename, rows))
    if error:
        raise error
