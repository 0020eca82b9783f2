"""TARIC nomenclature as CSV: ten digits, product line suffix, indents.

The tree follows the order of codes and their ``number_indents``.  Two rules cannot be
read from the indents: a chapter (xx00000000) has none, like the headings below it, and
only a line of suffix 80 is a code; the others group lines and bear the number of the
first of them.
"""

import re

from .document import CodeRow, Flag, TariffDocument
from .tables import DEFAULT_MAX_BYTES, has_columns, read_table, single, to_date

NAME = "taric_nomenclature"

COLUMNS = {
    "code": ("goods nomenclature item id", "goods nomenclature code", "goods code"),
    "suffix": ("producline suffix", "product line suffix", "productline suffix"),
    "indent": ("number indents", "indents", "indent"),
    "leaf": ("leaf", "declarable"),
    "description": ("description", "goods nomenclature description"),
    "valid_from": ("validity start date", "start date"),
    "valid_to": ("validity end date", "end date"),
}
REQUIRED = ("code", "suffix", "indent")

REAL_CODE = "80"

_YES = ("1", "t", "true", "y", "yes")
#: Marks that TARIC puts in texts for what its character set lacks.
_MARKS = {
    "|": " ",
    "!1!": " ",
    "!X!": "×",
    "!x!": "×",
    "!o!": "°",
    "!O!": "°",
    "!>=!": "≥",
    "!<=!": "≤",
}
_RAISED = re.compile(r"[@$](?=[0-9+-])")  # subscript and superscript figures


def matches(filename, content) -> bool:
    """Whether the file is a table with codes, suffixes and indents."""
    return isinstance(content, bytes) and has_columns(content, COLUMNS, REQUIRED)


def read(filename, content, max_bytes=DEFAULT_MAX_BYTES, **_options) -> TariffDocument:
    """Read a nomenclature; its codes come parents first, in the order of the tree.

    :param content: bytes of a CSV (any usual separator) or XLSX file
    :raise FormatError: when the file is no such table
    """
    name, data = single(filename, content)
    table = read_table(name, data, COLUMNS, REQUIRED, max_bytes)
    document = TariffDocument(NAME, row_count=len(table.rows))
    lines = list(_lines(table, document))
    lines.sort(key=lambda line: (line["code"], line["suffix"]))
    _place(lines, document)
    _describe(lines, document)
    for line in lines:
        document.codes.append(CodeRow(**_declarable(line, document)))
    return document


def clean_text(text) -> str:
    """Return a description of TARIC in plain characters.

    >>> clean_text("Weighing 50|kg or more")
    'Weighing 50 kg or more'
    """
    for mark, sign in _MARKS.items():
        text = text.replace(mark, sign)
    return " ".join(_RAISED.sub("", text).split())


# --- Steps ---------------------------------------------------------------------------


def _lines(table, document):
    """Yield the fields of every line whose code and indent can be read."""
    has_leaf = "leaf" in table.columns
    for row, cells in table.rows:
        code = table.cell(cells, "code")
        if not re.fullmatch("[0-9]{10}", code):
            document.flags.append(Flag(row, "", "bad_code", code, "code"))
            continue
        indent = table.cell(cells, "indent")
        if not re.fullmatch("[0-9]{1,2}", indent):
            document.flags.append(Flag(row, code, "bad_indent", indent, "indent"))
            indent = "1"  # below its heading, not a heading itself
        leaf = table.cell(cells, "leaf").lower() in _YES if has_leaf else None
        yield {
            "row": row,
            "code": code,
            "suffix": table.cell(cells, "suffix").zfill(2),
            "indent": int(indent),
            "leaf": leaf,
            "description": clean_text(table.cell(cells, "description")),
            "valid_from": _day(table, row, cells, "valid_from", document),
            "valid_to": _day(table, row, cells, "valid_to", document),
        }


def _day(table, row, cells, column, document):
    text = table.cell(cells, column)
    try:
        return to_date(text)
    except ValueError:
        code = table.cell(cells, "code")
        document.flags.append(Flag(row, code, "bad_row_date", text, column))
        return None


def _place(lines, document):
    """Give every line its parent: the nearest line before it that is higher."""
    path = []  # open lines, each deeper than the one before
    for line in lines:
        depth = 0 if line["code"].endswith("00000000") else line["indent"] + 1
        while path and path[-1][0] >= depth:
            path.pop()
        if path and path[0][1]["code"][:2] != line["code"][:2]:
            path = []  # a chapter without its own line does not belong to another
        above = path[-1][0] if path else None
        if above is not None and depth > above + 1:
            indent = str(line["indent"])
            flag = Flag(line["row"], line["code"], "bad_indent", indent, "indent")
            document.flags.append(flag)
        parent = path[-1][1] if path else None
        if parent:
            parent["has_children"] = True
        line["parent_row"] = parent["row"] if parent else None
        path.append((depth, line))


def _describe(lines, document):
    """Put the code where a description is missing; say so once for a whole file."""
    missing = [line for line in lines if not line["description"]]
    if missing and len(missing) == len(lines):
        document.flags.append(Flag(1, "", "no_descriptions", field="description"))
    for line in missing:
        line["description"] = line["code"]
        if len(missing) != len(lines):
            document.flags.append(Flag(line["row"], line["code"], "no_description"))


def _declarable(line, document):
    """Return the fields of a row, with whether goods can be declared under it."""
    has_children = line.pop("has_children", False)
    leaf = line.pop("leaf")
    if leaf and has_children:
        document.flags.append(Flag(line["row"], line["code"], "leaf_with_children"))
    if leaf is None:  # the file does not say
        leaf = True
    is_code = line["suffix"] == REAL_CODE
    return {**line, "declarable": leaf and not has_children and is_code}
