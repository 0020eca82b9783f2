"""Harmonized Tariff Schedule of the United States, as the commission exports it.

One CSV file: number, indent, description, units, rates of the columns General, Special
and 2, quota quantity, additional duties.  Lines without a number group others, so the
tree follows the indents, never the digits.

A statistical line of ten digits mostly has no rate and takes that of the nearest line
above it in the tree, column by column.  The rates come out as measures on code
prefixes: where the longest rated prefix of a code is not the line it inherits from, the
code gets rows of its own.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache

from ...engine import rate_text, rates
from ...engine.units import find_unit
from .document import CodeRow, Flag, MeasureRow, TariffDocument
from .tables import DEFAULT_MAX_BYTES, has_columns, read_table, single

NAME = "us_hts"

COLUMNS = {
    "code": ("hts number", "hts no", "htsno"),
    "indent": ("indent",),
    "description": ("description",),
    "units": ("unit of quantity", "units"),
    "general": ("general rate of duty", "general"),
    "special": ("special rate of duty", "special"),
    "column2": ("column 2 rate of duty", "other"),
    "quota": ("quota quantity",),
    "additional": ("additional duties",),
}
REQUIRED = ("code", "indent", "description", "general")

GENERAL, SPECIAL, COLUMN_2 = "general", "special", "column2"
RATE_COLUMNS = (GENERAL, SPECIAL, COLUMN_2)
TYPE_NAMES = {
    GENERAL: "General rate of duty",
    SPECIAL: "Special rate of duty",
    COLUMN_2: "Column 2 rate of duty",
}
_LENGTHS = (4, 6, 8, 10)
_DECLARABLE = (8, 10)


def matches(filename, content) -> bool:
    """Whether the file has the columns of the schedule."""
    return isinstance(content, bytes) and has_columns(content, COLUMNS, REQUIRED)


def read(filename, content, max_bytes=DEFAULT_MAX_BYTES, **_options) -> TariffDocument:
    """Read the schedule.

    Measures are of the types ``general``, ``special`` (one row per rate, its programmes
    as ``claims``) and ``column2``.  Rates that refer to other lines or to legal notes
    have no components and a flag.

    :raise FormatError: when the file is no such table
    """
    name, data = single(filename, content)
    table = read_table(name, data, COLUMNS, REQUIRED, max_bytes)
    document = TariffDocument(NAME, row_count=len(table.rows))
    lines = _tree(table, document)
    for line in lines:
        document.codes.append(line.code_row(document))
    _Measures(lines, document).add()
    return document


# --- Tree ----------------------------------------------------------------------------


@dataclass(eq=False)
class _Line:
    """A line of the schedule with the line above it by indent."""

    row: int
    code: str  # digits
    indent: int
    texts: dict  # cells by column
    parent: "_Line | None" = None
    has_children: bool = False

    def nearest(self, column) -> "_Line | None":
        """Return the line that states the rate of a column: itself or one above."""
        line = self
        while line and not line.texts[column]:
            line = line.parent
        return line

    def code_row(self, document) -> CodeRow:
        """Return the line as a row of the nomenclature."""
        units, unread = read_units(self.texts["units"])
        for unit in unread:
            document.flags.append(
                Flag(self.row, self.code, "unknown_unit", unit, "units")
            )
        return CodeRow(
            row=self.row,
            code=self.code,
            indent=self.indent,
            description=_plain(self.texts["description"]),
            parent_row=self.parent.row if self.parent else None,
            declarable=len(self.code) in _DECLARABLE and not self.has_children,
            units=units,
        )


def _tree(table, document):
    """Return the lines with their parents: the nearest line above of less indent."""
    lines, path = [], []
    for row, cells in table.rows:
        texts = {column: table.cell(cells, column) for column in COLUMNS}
        code = _code(row, texts["code"], document)
        indent = _indent(row, code, texts["indent"], path, document)
        while path and path[-1].indent >= indent:
            path.pop()
        if _is_foreign(code, path):  # lines are missing: nothing to inherit from
            path.clear()
        parent = path[-1] if path else None
        line = _Line(row, code, indent, texts, parent)
        if parent:
            parent.has_children = True
        if indent > (parent.indent + 1 if parent else 0):
            document.flags.append(Flag(row, code, "bad_indent", str(indent), "indent"))
        path.append(line)
        lines.append(line)
    return lines


def _is_foreign(code, path):
    """Whether the last numbered line above is of another heading."""
    above = next((line.code for line in reversed(path) if line.code), code)
    return bool(code) and above[:4] != code[:4]


def _code(row, text, document):
    digits = re.sub(r"[ .]", "", text)
    if not digits:
        return ""
    if not re.fullmatch("[0-9]+", digits) or len(digits) not in _LENGTHS:
        document.flags.append(Flag(row, "", "bad_hts_number", text, "code"))
        return ""
    return digits


def _indent(row, code, text, path, document):
    if re.fullmatch("[0-9]{1,2}", text):
        return int(text)
    document.flags.append(Flag(row, code, "bad_indent", text, "indent"))
    return path[-1].indent if path else 0


@lru_cache(maxsize=8192)
def _plain(text):
    """Return a description without markup; line breaks become spaces."""
    return rate_text.clean(re.sub(r"<(?:br|nl|newline)\s*/?>", " ", text))


@lru_cache(maxsize=1024)
def read_units(text):
    """Return ``(units, unknown units)`` of a cell: a JSON list, or plain text.

    ``["No.","kg"]`` and ``No. and kg`` are both two units.
    """
    try:
        printed = json.loads(text) if text.startswith("[") else [text]
    except ValueError:
        printed = [text]
    units = []
    for unit in printed:
        unit = rate_text.clean(str(unit))
        known = find_unit(unit) or " and " not in unit
        units += [unit] if known else unit.split(" and ")
    units = tuple(dict.fromkeys(unit for unit in units if unit))
    return units, tuple(unit for unit in units if find_unit(unit) is None)


# --- Rates ---------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def _rates(column, text):
    """Return ``(text, components, problem, claims)`` of every rate of a cell.

    The rate of a line that refers to another subheading is not known by itself: its
    components alone would be too little.
    """
    if column == SPECIAL:
        parts = rates.parse_us_special(text)
    else:
        plain = rate_text.clean(text)
        try:
            parts = [rates.SpecialRate(plain, (), rates.parse_us(text))]
        except rates.RateTextError as error:
            parts = [rates.SpecialRate(plain, (), None, error)]
    return tuple(_rate(part) for part in parts)


def _rate(part):
    if part.error:
        return part.text, None, str(part.error), part.programmes
    if part.rate.reference:
        return part.text, None, _REFERENCES[part.rate.reference], part.programmes
    return part.text, part.components, "", part.programmes


_REFERENCES = {
    rates.APPLICABLE_SUBHEADING: "The rate of the subheading that applies, and what is "
    "added to it: both are due.",
    rates.UNCHANGED: "The rate stays as it is elsewhere in the schedule.",
}


class _Measures:
    """Turns the rates of the lines into measures on code prefixes."""

    def __init__(self, lines, document):
        self.lines = lines
        self.document = document
        self.stated = {column: {} for column in RATE_COLUMNS}  # line by code

    def add(self):
        """Add the measures of all lines, in the order of the file."""
        for line in self.lines:
            self._flag_texts(line)
            for column in RATE_COLUMNS:
                if line.texts[column] and line.code:
                    self.stated[column][line.code] = line
        for line in self.lines:
            if not line.code:
                continue
            for column in RATE_COLUMNS:
                self._add_column(line, column)
            if len(line.code) in _DECLARABLE and not line.has_children:
                if not any(line.nearest(column) for column in RATE_COLUMNS):
                    self.document.flags.append(Flag(line.row, line.code, "no_rate"))

    def _add_column(self, line, column):
        """Add the rate of a line, or the one it inherits if no prefix leads there."""
        source = line.nearest(column)
        if source is line:
            self._add_rates(line, column, line.texts[column], is_own=True)
        elif (
            source is not None and self._longest_prefix(line.code, column) is not source
        ):
            self._add_rates(line, column, source.texts[column], is_own=False)

    def _longest_prefix(self, code, column):
        """Return the line that a look-up by prefix finds for a code."""
        stated = self.stated[column]
        prefixes = (code[:end] for end in range(len(code), 1, -1))
        return next((stated[prefix] for prefix in prefixes if prefix in stated), None)

    def _add_rates(self, line, column, text, is_own):
        for words, components, problem, claims in _rates(column, text):
            if column == SPECIAL and not claims and components is not None:
                # for whom it is, the schedule does not say here
                components, problem = None, "No programme is named."
            self.document.measures.append(
                MeasureRow(
                    row=line.row,
                    type_code=column,
                    code=line.code,
                    rate_text=words,
                    components=components,
                    problem=problem,
                    type_name=TYPE_NAMES[column],
                    claims=claims,
                )
            )
            if components is None and is_own:
                self.document.flags.append(
                    Flag(line.row, line.code, "rate_not_read", words, column)
                )

    def _flag_texts(self, line):
        """Flag what the schedule says besides rates, and rates without a number."""
        for column, reason in (
            ("additional", "additional_duty"),
            ("quota", "quota_quantity"),
        ):
            text = rate_text.clean(line.texts[column])
            if text and text.casefold() != "no additional duty":
                self.document.flags.append(
                    Flag(line.row, line.code, reason, text, column)
                )
        for column in RATE_COLUMNS:
            if line.texts[column] and not line.code:
                self.document.flags.append(
                    Flag(line.row, "", "rate_without_code", line.texts[column], column)
                )
