"""Harmonized System as CSV: section, code, description, parent, level.

The layout of the public data set ``harmonized-system`` (ODC-PDDL).  Chapters, headings
and subheadings form a tree by the codes of their parents; none of them is declarable,
as no country collects duty on six digits.
"""

import re

from .document import CodeRow, Flag, TariffDocument
from .tables import DEFAULT_MAX_BYTES, has_columns, read_table, single

NAME = "hs6"

COLUMNS = {
    "section": ("section",),
    "code": ("hscode", "hs code", "code"),
    "description": ("description",),
    "parent": ("parent",),
    "level": ("level",),
}
REQUIRED = ("code", "description", "parent", "level")

#: Parent of the chapters.
ROOT = "TOTAL"
_LENGTHS = (2, 4, 6)


def matches(filename, content) -> bool:
    """Whether the file is a table of codes with their parents and levels."""
    return isinstance(content, bytes) and has_columns(content, COLUMNS, REQUIRED)


def read(filename, content, max_bytes=DEFAULT_MAX_BYTES, **_options) -> TariffDocument:
    """Read chapters, headings and subheadings; parents come before children.

    :raise FormatError: when the file is no such table
    """
    name, data = single(filename, content)
    table = read_table(name, data, COLUMNS, REQUIRED, max_bytes)
    document = TariffDocument(NAME, row_count=len(table.rows))
    lines = {}
    for row, cells in table.rows:
        line = {column: table.cell(cells, column) for column in COLUMNS}
        code = line["code"]
        if code == ROOT:
            continue
        if not re.fullmatch(r"[0-9]+", code) or len(code) not in _LENGTHS:
            document.flags.append(Flag(row, "", "bad_hs_code", code, "code"))
        elif code in lines:
            document.flags.append(Flag(row, code, "duplicate_code", code, "code"))
        else:
            lines[code] = (row, line)
    _place(lines, document)
    return document


def _place(lines, document):
    """Add the codes, each under its parent; a child never precedes its parent."""
    for code in sorted(lines, key=len):
        row, line = lines[code]
        parent = line["parent"]
        if parent not in lines and parent != ROOT:
            document.flags.append(Flag(row, code, "unknown_parent", parent, "parent"))
        if not line["description"]:
            document.flags.append(Flag(row, code, "no_description"))
        document.codes.append(
            CodeRow(
                row=row,
                code=code,
                indent=_LENGTHS.index(len(code)),
                description=line["description"] or code,
                parent_row=lines[parent][0] if parent in lines else None,
            )
        )
