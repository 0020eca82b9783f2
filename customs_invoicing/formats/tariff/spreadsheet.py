"""A national tariff in a spreadsheet that somebody made.

Columns give the code, description, rate, unit, first and last day of a row.  The header
may stand below titles and in several languages.  What is doubtful is never guessed: a
bare number is a percentage only if the header, the cell or the text says so; two rates
for one code and the same days are both left open.
"""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from ...engine import rates
from ...engine.units import find_unit
from .document import CodeRow, Flag, MeasureRow, TariffDocument
from .sheets import is_workbook, read_sheets
from .spreadsheet_dates import Days
from .spreadsheet_header import HEADER_ROWS, RATE, find_header, header_words
from .spreadsheet_names import COLUMNS
from .tables import DEFAULT_MAX_BYTES, head, single

NAME = "spreadsheet"


def matches(filename, content) -> bool:
    """Whether the file is a workbook, or text parted into columns."""
    if not isinstance(content, bytes):
        return False
    if is_workbook(content):
        return True
    begin = head(content)
    lines = [line for line in begin.splitlines()[:HEADER_ROWS] if line.strip()]
    return begin[:1] not in ("", "<", "{", "[") and any(
        len(re.findall("[,;\t|]", line)) for line in lines
    )


def read(
    filename,
    content,
    max_bytes=DEFAULT_MAX_BYTES,
    code_length=None,
    type_code="duty",
    currency="",
    date_order="auto",
    **_options,
) -> TariffDocument:
    """Read a spreadsheet of codes and rates.

    :param code_length: digits of a full code of the tariff; with it a leading zero
        that the spreadsheet dropped is put back
    :param type_code: measure type of the rates
    :param currency: what ``$`` means; "" for the currency of the tariff
    :param date_order: ``dmy``, ``mdy`` or ``auto``, for days such as 03/04/2024
    :raise FormatError: when no header is found, or cells of it are merged
    """
    name, data = single(filename, content)
    sheet, header = find_header(name, read_sheets(name, data, max_bytes))
    document = TariffDocument(NAME)
    reader = _Rows(document, header, code_length, type_code, currency)
    below = [(row, cells) for row, cells in sheet.rows if row > header.row]
    reader.days = Days((header.texts(cells) for _row, cells in below), date_order)
    for row, cells in below:
        reader.read_row(row, cells)
    document.row_count = reader.count
    reader.finish()
    return document


# --- Rows ----------------------------------------------------------------------------


class _Rows:
    """Reads the rows below the header into a document."""

    days: Days

    def __init__(self, document, header, code_length, type_code, currency):
        self.document = document
        self.header = header
        self.code_length = code_length
        self.type_code = type_code
        self.currency = currency
        self.count = 0
        self.rated = {}  # positions of measures by code

    def flag(self, row, code, reason, text="", column=""):
        """Note what a person must look at."""
        self.document.flags.append(Flag(row, code, reason, text, column))

    def read_row(self, row, cells):
        """Read one row; it is left out if its code cannot be read."""
        cell = {column: self.header.cell(cells, column) for column in COLUMNS}
        if not any(cell[column].text for column in COLUMNS):
            return
        if header_words(cell["code"].text) in COLUMNS["code"]:
            return  # the header again, on the next page
        self.count += 1
        code = self._code(row, cell)
        if not code:
            return
        unit = cell["unit"].text
        if unit and find_unit(unit) is None:
            self.flag(row, code, "unknown_unit", unit, "unit")
        days, problem = self._days(row, code, cell)
        self.document.codes.append(
            CodeRow(
                row=row,
                code=code,
                indent=0,
                description=cell["description"].text,
                units=(unit,) if unit else (),
            )
        )
        if cell[RATE].text:
            self._add_rate(row, code, cell[RATE], days, problem)

    # Codes

    def _code(self, row, cell):
        """Return the digits of a code, "" for a row that must be left out."""
        text = cell["code"].text
        digits = re.sub(r"[\s.'’-]", "", text)
        if not digits:
            if cell[RATE].text:
                self.flag(row, "", "row_without_code", cell[RATE].text, RATE)
            return ""
        if not re.fullmatch("[0-9]{2,14}", digits):
            self.flag(row, "", "bad_code", text, "code")
            return ""
        return self._full_code(row, digits, cell)

    def _full_code(self, row, digits, cell):
        """Return a code with the zero that a spreadsheet took, if that is certain."""
        length = self.code_length
        lost = len(digits) % 2 == 1 and len(digits) != length
        if length and cell["code"].number is not None:
            lost = lost or len(digits) == length - 1
        if lost:
            if not length or len(digits) >= length:
                self.flag(row, "", "code_lost_zero", digits, "code")
                return ""
            self.flag(row, f"0{digits}", "code_padded", digits, "code")
            return f"0{digits}"
        if length and len(digits) > length:
            self.flag(row, "", "code_too_long", digits, "code")
            return ""
        if length and len(digits) != length and cell[RATE].text:
            self.flag(row, digits, "code_length", digits, "code")
        return digits

    # Days

    def _days(self, row, code, cell):
        """Return ``((first, last), problem)``."""
        found, problem = [], ""
        for column in ("valid_from", "valid_to"):
            part = cell[column]
            try:
                day, doubt = (part.day, False) if part.day else self._day(part.text)
            except ValueError:
                self.flag(row, code, "bad_row_date", part.text, column)
                day, doubt, problem = None, False, f"“{part.text}” is no date."
            if doubt:
                self.flag(row, code, "ambiguous_date", part.text, column)
            found.append(day)
        first, last = found
        if first and last and first > last:
            self.flag(row, code, "dates_reversed", f"{first} – {last}")
            return (None, None), "The last day is before the first day."
        return (first, last), problem

    def _day(self, text) -> tuple[date | None, bool]:
        return self.days.spell_out(text)

    # Rates

    def _add_rate(self, row, code, cell, days, problem):
        components = None
        if not problem:
            components, problem, reason = self._read_rate(cell)
            if reason:
                self.flag(row, code, reason, cell.text, RATE)
        measure = MeasureRow(
            row=row,
            type_code=self.type_code,
            code=code,
            rate_text=self._rate_words(cell),
            components=components,
            problem=problem,
            valid_from=days[0],
            valid_to=days[1],
        )
        self._add_measure(measure)

    def _read_rate(self, cell):
        """Return ``(components, problem, reason of a flag)``."""
        number = cell.number if cell.number is not None else _bare_number(cell.text)
        if number is None:
            return self._parse(cell.text)
        if cell.is_percent:
            number *= 100
        elif not self.header.is_percent:
            problem = f"“{cell.text}” may be percent or an amount."
            return None, problem, "bare_number"
        if number < 0:
            return None, f"“{cell.text}” is negative.", "negative_rate"
        return (rates.percent(number),), "", ""

    def _parse(self, text):
        try:
            rate = rates.parse(text, self.currency)
        except rates.RateTextError as error:
            negative = error.reason == rates.NEGATIVE
            return None, str(error), "negative_rate" if negative else "rate_not_read"
        if not rate.is_rate:
            return None, f"“{text}” is no rate by itself.", "rate_not_read"
        return rate.components, "", ""

    def _rate_words(self, cell):
        """Return the rate as shown: a spreadsheet keeps 5 % as 0.05."""
        if cell.number is not None and cell.is_percent:
            return f"{(cell.number * 100).normalize():f}%"
        if self.header.is_percent and _bare_number(cell.text) is not None:
            return f"{cell.text}%"
        return cell.text

    def _add_measure(self, measure):
        """Add a rate; one that contradicts another leaves both open."""
        measures = self.document.measures
        for place in self.rated.get(measure.code, ()):
            other = measures[place]
            if not _overlap(measure, other):
                continue
            same_days = (measure.valid_from, measure.valid_to) == (
                other.valid_from,
                other.valid_to,
            )
            if measure.components == other.components and same_days:
                if measure.components is not None:
                    self.flag(
                        measure.row, measure.code, "duplicate_row", str(other.row)
                    )
                    return
                continue
            words = f"{other.rate_text} / {measure.rate_text}"
            self.flag(measure.row, measure.code, "conflicting_rates", words, RATE)
            problem = f"Rows {other.row} and {measure.row} differ: {words}."
            measures[place] = replace(other, components=None, problem=problem)
            measure = replace(measure, components=None, problem=problem)
        self.rated.setdefault(measure.code, []).append(len(measures))
        measures.append(measure)

    # The whole

    def finish(self):
        """Put codes under the longest code that begins them; flag what lacks a rate."""
        first_rows = {}
        for code in self.document.codes:
            first_rows.setdefault(code.code, code.row)
        parents = {code: _parent(code, first_rows) for code in first_rows}
        groups = set(parents.values())
        placed = []
        for code in self.document.codes:
            if first_rows[code.code] != code.row:
                continue  # further rates of the same code
            is_leaf = code.code not in groups
            is_full = self.code_length in (None, len(code.code))
            placed.append(
                replace(
                    code,
                    indent=_depth(code.code, parents),
                    parent_row=first_rows.get(parents[code.code]),
                    declarable=is_leaf and is_full,
                )
            )
            if is_leaf and not self._has_rate(code.code, parents):
                self.flag(code.row, code.code, "no_rate")
        self.document.codes = placed

    def _has_rate(self, code, parents):
        while code and code not in self.rated:
            code = parents.get(code, "")
        return bool(code)


def _bare_number(text) -> Decimal | None:
    """Return the number that a text is and nothing else, ``None`` if it is more."""
    if not re.fullmatch(r"-?[0-9]+(?:[.,][0-9]+)?", text):
        return None
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None


def _overlap(one, other):
    """Whether two measures are in force on a common day."""
    first = max((m.valid_from or date.min) for m in (one, other))
    last = min((m.valid_to or date.max) for m in (one, other))
    return first <= last


def _parent(code, codes):
    """Return the longest code of the file that begins another, "" for none."""
    prefixes = (code[:end] for end in range(len(code) - 1, 1, -1))
    return next((prefix for prefix in prefixes if prefix in codes), "")


def _depth(code, parents):
    depth = 0
    while parents.get(code):
        code, depth = parents[code], depth + 1
    return depth
