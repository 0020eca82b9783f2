"""The Meursing table: which composition of processed food has which additional code.

Council and Commission Regulations on trade in processed agricultural products fix
ranges of milk fat, milk protein, starch and sucrose; the code is 7 and three digits.
"""

import re
from decimal import Decimal

from .document import Flag, MeursingRow, Range, TariffDocument
from .tables import (
    DEFAULT_MAX_BYTES,
    has_columns,
    is_json,
    mentions,
    read_json,
    read_table,
    shape_error,
    single,
    to_number,
)

NAME = "meursing"

CONTENTS = ("milk_fat", "milk_protein", "starch", "sucrose")
COLUMNS = {
    "code": ("code", "additional code", "meursing code", "key"),
    "milk_fat": ("milk fat", "milkfat"),
    "milk_protein": ("milk protein", "milk proteins"),
    "starch": ("starch", "starch glucose", "starch and glucose"),
    "sucrose": ("sucrose", "sucrose invert sugar isoglucose"),
}

_BETWEEN = re.compile(r"([0-9.]+)\s*[-–]\s*([0-9.]+)")
_FROM = re.compile(r"(?:>=|≥)\s*([0-9.]+)|([0-9.]+)\s*(?:or more|and more|\+)")


def matches(filename, content) -> bool:
    """Whether the file gives the four contents for each code."""
    if not isinstance(content, bytes):
        return False
    return mentions(content, *CONTENTS) or has_columns(content, COLUMNS, COLUMNS)


def read(filename, content, max_bytes=DEFAULT_MAX_BYTES, **_options) -> TariffDocument:
    """Read the table: JSON ``{"key_012": {"milk_fat": "0 - 1.49", …}}``, CSV or XLSX.

    A row with a range that cannot be read is flagged and left out.

    :raise FormatError: when the file is no such table
    """
    name, data = single(filename, content)
    if is_json(data):
        rows = list(_json_rows(name, read_json(name, data, max_bytes)))
    else:
        table = read_table(name, data, COLUMNS, COLUMNS, max_bytes)
        rows = [
            (row, {column: table.cell(cells, column) for column in COLUMNS})
            for row, cells in table.rows
        ]
    document = TariffDocument(NAME, row_count=len(rows))
    seen = set()
    for row, fields in rows:
        found = _row(row, fields, document)
        if found and found.code in seen:
            document.flags.append(Flag(row, found.code, "duplicate_row", found.code))
        elif found:
            seen.add(found.code)
            document.meursing.append(found)
    return document


def to_range(text) -> Range:
    """Return the range that ``0 - 1.49``, ``2.5-11.99`` or ``70 or more`` spells.

    The upper figure is the last that counts, as printed: up to 1.49 is less than 1.5,
    so that contents with more decimals have a code too.  Nothing is any content.

    :raise ValueError: for anything else
    """
    text = " ".join((text or "").lower().split())
    if not text:
        return Range()
    if match := _FROM.fullmatch(text):
        return Range(to_number(match[1] or match[2]))
    match = _BETWEEN.fullmatch(text)
    if not match:
        raise ValueError(text)
    low, last = to_number(match[1]), to_number(match[2])
    if low > last:
        raise ValueError(text)
    step = Decimal(1).scaleb(last.as_tuple().exponent)
    return Range(low, last + step)


def _json_rows(name, value):
    if not isinstance(value, dict):
        raise shape_error(name, "the list of codes")
    for row, (key, fields) in enumerate(value.items(), 1):
        if not isinstance(fields, dict):
            raise shape_error(name, key)
        yield row, {"code": key, **fields}


def _row(row, fields, document):
    """Return the row of the table, ``None`` with a flag where it cannot be read."""
    digits = re.fullmatch(r"(?:key_|7)?([0-9]{3})", str(fields["code"]).strip())
    if not digits:
        code = str(fields["code"])
        document.flags.append(Flag(row, code, "bad_range", code, "code"))
        return None
    code, ranges = f"7{digits[1]}", {}
    for content in CONTENTS:
        text = fields.get(content)
        try:
            ranges[content] = to_range(text)
        except (ValueError, TypeError, AttributeError):
            document.flags.append(Flag(row, code, "bad_range", str(text), content))
            return None
    return MeursingRow(row, code, **ranges)
