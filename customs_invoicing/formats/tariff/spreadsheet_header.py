"""The row of a spreadsheet that names its columns: found, or refused with reasons."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import FormatError
from .sheets import EMPTY, Cell, column_name
from .spreadsheet_names import AMBIGUOUS, COLUMNS
from .tables import plain

#: A header stands in one of the first rows of a sheet.
HEADER_ROWS = 40
RATE = "rate"


@dataclass(frozen=True)
class Header:
    """The row that names the columns."""

    row: int
    columns: Mapping[str, int]
    is_percent: bool  # the header of the rate says so

    def cell(self, cells, column) -> Cell:
        """Return the cell of a column, an empty one where there is none."""
        position = self.columns.get(column)
        if position is None or position >= len(cells):
            return EMPTY
        return cells[position]

    def texts(self, cells):
        """Return the texts of both days of a row that are no date cells."""
        found = (self.cell(cells, column) for column in ("valid_from", "valid_to"))
        return [cell.text for cell in found if cell.day is None]


def find_header(filename, sheets):
    """Return the sheet and header with the most columns that are known.

    :raise FormatError: ``no_header``, ``merged_header`` or ``same_header``
    """
    best, best_score = None, 0
    for sheet in sheets:
        for row, cells in sheet.rows[:HEADER_ROWS]:
            columns = _columns([cell.text for cell in cells])
            if len(columns) > best_score:
                best, best_score = (sheet, row, cells, columns), len(columns)
    if best is None or not {"code", RATE} <= set(best[3]):
        raise _no_header(filename, sheets, best)
    sheet, row, cells, columns = best
    for column, positions in columns.items():
        if len(positions) > 1:
            names = " and ".join(f"{column_name(place)}{row}" for place in positions)
            raise FormatError(
                "same_header",
                filename=filename,
                cells=names,
                text=cells[positions[0]].text,
                column=column,
            )
        last = sheet.spans.get((row, positions[0]))
        if last is not None:
            raise FormatError(
                "merged_header",
                filename=filename,
                cells=f"{column_name(positions[0])}{row}:{column_name(last)}{row}",
                text=cells[positions[0]].text,
            )
    places = {column: positions[0] for column, positions in columns.items()}
    return sheet, Header(row, places, _is_percent(cells[places[RATE]].text))


def _columns(texts):
    """Return the positions of every known column among the cells of a row."""
    names = [header_words(text) for text in texts]
    columns = {}
    for column, known in COLUMNS.items():
        positions = [place for place, name in enumerate(names) if name in known]
        if positions:
            columns[column] = positions
    doubtful = [place for place, name in enumerate(names) if name in AMBIGUOUS]
    missing = [column for column in ("code", RATE) if column not in columns]
    if doubtful and len(missing) == 1:
        columns[missing[0]] = doubtful
    return columns


_PERCENT_WORDS = ("percent", "percentage", "pct", "prozent")


def _is_percent(text):
    """Whether the header of a column says that its figures are percentages."""
    return "%" in text or any(word in _PERCENT_WORDS for word in plain(text).split())


def header_words(text):
    """Return a header without years, numbers of footnotes and signs: H.S. is HS."""
    words = plain(text.replace(".", "")).split()
    return " ".join(
        word for word in words if not word.isdigit() and word not in _PERCENT_WORDS
    )


def _no_header(filename, sheets, best):
    if best is None:
        first = next((sheet.rows[0] for sheet in sheets if sheet.rows), None)
        row, cells = first or (1, [])
        missing = ["code", RATE]
    else:
        _sheet, row, cells, columns = best
        missing = [column for column in ("code", RATE) if column not in columns]
    found = ", ".join(cell.text for cell in cells if cell.text)
    return FormatError(
        "no_header",
        filename=filename,
        missing=", ".join(missing),
        row=row,
        found=found[:200] or "–",
    )
