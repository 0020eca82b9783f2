"""Files of rows, as text, spreadsheet or JSON: read within bounds, never by name.

Readers of tariffs get cells as text without surrounding space; ``NULL`` and missing
cells are "".  Everything that cannot be read is a :class:`FormatError`.
"""

import codecs
import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ..errors import FormatError
from ..values import to_decimal

MEGABYTE = 1024 * 1024

#: Largest file that is read; a national tariff with texts has 20 to 40 MB.
DEFAULT_MAX_BYTES = 64 * MEGABYTE
#: Rows of one file at most; the largest tariff known has some 100 000.
MAX_ROWS = 1_000_000
#: How much of a file is looked at to recognise it.
SAMPLE_BYTES = 65536

_DELIMITERS = ",;\t|"
_ZIP = b"PK\x03\x04"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


# --- Text ----------------------------------------------------------------------------


def files(filename, content) -> list[tuple[str, bytes]]:
    """Return the files of a publication: one, or those of a list of pairs."""
    if isinstance(content, bytes | bytearray):
        return [(filename or "The file", bytes(content))]
    return [(name or "The file", bytes(data)) for name, data in content]


def single(filename, content) -> tuple[str, bytes]:
    """Return the only file of a publication that consists of one.

    :raise FormatError: ``too_many_files``
    """
    found = files(filename, content)
    if len(found) != 1:
        names = ", ".join(name for name, _data in found)
        raise FormatError("too_many_files", filename=filename or names, files=names)
    return found[0]


def check_size(filename, content, max_bytes=DEFAULT_MAX_BYTES):
    """Refuse a file without content or above ``max_bytes``.

    :raise FormatError: ``tariff_too_large`` or ``tariff_empty``
    """
    if len(content) > max_bytes:
        raise FormatError(
            "tariff_too_large",
            filename=filename,
            size_mb=f"{len(content) / MEGABYTE:.1f}",
            limit_mb=f"{max_bytes / MEGABYTE:g}",
        )
    if not content.strip(b" \t\r\n\0"):
        raise FormatError("tariff_empty", filename=filename)


def decode(filename, content) -> str:
    """Return the text of ``content``: UTF-8, UTF-16 by its mark, else Windows 1252.

    :raise FormatError: ``not_text``
    """
    try:
        if content.startswith(_UTF_16):
            return content.decode("utf-16")
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise FormatError("not_text", filename=filename)
    return text


def head(content) -> str:
    """Return the beginning of a file as text to recognise it by, "" if it has none."""
    begin = content[:SAMPLE_BYTES]
    if begin.startswith(_UTF_16):
        return begin[: len(begin) // 2 * 2].decode("utf-16", errors="replace")
    text = begin.decode("utf-8-sig", errors="replace")
    return "" if "\0" in text else text.lstrip()


def plain(text) -> str:
    """Return words to compare: small letters and digits, single spaces."""
    return " ".join(re.sub(r"[\W_]+", " ", str(text).lower()).split())


# --- Rows ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Rows under a header.  ``columns`` gives the position of every known column."""

    columns: Mapping[str, int]
    header: tuple[str, ...]
    rows: list[tuple[int, tuple[str, ...]]]  # (line of the file, cells)

    def cell(self, cells: tuple[str, ...], name: str) -> str:
        """Return the cell of a column, "" where the file or the row has none."""
        position = self.columns.get(name)
        if position is None or position >= len(cells):
            return ""
        return cells[position]


def rows_of(filename, content, max_bytes=DEFAULT_MAX_BYTES):
    """Return all rows of a CSV or XLSX file that are not empty, as (line, cells).

    :raise FormatError: when it is no such file, or larger than it may be
    """
    check_size(filename, content, max_bytes)
    if content.startswith(_ZIP):
        rows = _spreadsheet_rows(filename, content, max_bytes)
    else:
        rows = _text_rows(filename, decode(filename, content))
    found = []
    for line, cells in rows:
        cells = tuple("" if cell == "NULL" else cell for cell in cells)
        if any(cells):
            found.append((line, cells))
        if len(found) > MAX_ROWS:
            raise FormatError("too_many_rows", filename=filename, limit=MAX_ROWS)
    return found


def read_table(filename, content, synonyms, required, max_bytes=DEFAULT_MAX_BYTES):
    """Return the :class:`Table` of a file whose first row names the columns.

    :param synonyms: ``{column: names of it as :func:`plain` words}``
    :param required: columns without which the file says nothing
    :raise FormatError: ``missing_columns``, and what :func:`rows_of` raises
    """
    rows = rows_of(filename, content, max_bytes)
    header = rows[0][1] if rows else ()
    columns = find_columns(header, synonyms)
    missing = [synonyms[name][0] for name in required if name not in columns]
    if missing:
        raise FormatError(
            "missing_columns",
            filename=filename,
            missing=", ".join(missing),
            found=", ".join(cell for cell in header if cell)[:300] or "–",
        )
    return Table(columns, header, rows[1:])


def find_columns(header: Iterable[str], synonyms) -> dict[str, int]:
    """Return the position of every column whose header is one of its names."""
    names = [plain(cell) for cell in header]
    columns = {}
    for column, known in synonyms.items():
        position = next((names.index(name) for name in known if name in names), None)
        if position is not None:
            columns[column] = position
    return columns


def has_columns(content, synonyms, required) -> bool:
    """Whether the first row of a file names the required columns."""
    columns = find_columns(first_row(content), synonyms)
    return all(name in columns for name in required)


def first_row(content) -> tuple[str, ...]:
    """Return the first row of a file to recognise it by, () where it has none."""
    try:
        if content.startswith(_ZIP):
            rows = _spreadsheet_rows("", content, DEFAULT_MAX_BYTES)
        else:
            rows = _text_rows("", head(content))
        return next((tuple(cells) for _line, cells in rows if any(cells)), ())
    except FormatError:
        return ()


def _text_rows(filename, text) -> Iterator[tuple[int, list[str]]]:
    # strict: a stray quotation mark would else swallow the rows that follow it
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True
    )
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise FormatError(
            "not_table", filename=filename, line=reader.line_num
        ) from error


def _delimiter(text):
    """Return what parts the cells: the sign most frequent in the first line."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=line.count)


def _spreadsheet_rows(filename, content, max_bytes):
    """Yield the rows of the first sheet of an XLSX file.

    The size is that of the file unpacked: a small archive can hold gigabytes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > 4 * max_bytes:
            raise FormatError(
                "tariff_too_large",
                filename=filename,
                size_mb=f"{unpacked / MEGABYTE:.1f}",
                limit_mb=f"{4 * max_bytes / MEGABYTE:g}",
            )
        yield from _sheet_rows(content)
    except FormatError:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged file leads to
        raise FormatError("not_spreadsheet", filename=filename) from error


def _sheet_rows(content):
    import openpyxl  # only where a spreadsheet is read

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        for line, cells in enumerate(rows, 1):
            yield line, [_cell_text(cell) for cell in cells]
    finally:
        book.close()


def _cell_text(cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, str):
        return cell.strip()
    # a spreadsheet keeps binary figures; their shortest text is what was typed in
    return str(cell).removesuffix(".0")


# --- JSON ----------------------------------------------------------------------------


def read_json(filename, content, max_bytes=DEFAULT_MAX_BYTES):
    """Return the value of a JSON file, its fractions as exact decimals.

    :raise FormatError: ``not_json``, and what :func:`check_size` raises
    """
    check_size(filename, content, max_bytes)
    text = decode(filename, content)
    line = 1
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        line, cause = error.lineno, error
    except (RecursionError, ValueError, ArithmeticError) as error:
        cause = error
    raise FormatError("not_json", filename=filename, line=line) from cause


def _no_constant(name):
    raise ValueError(name)  # NaN and Infinity are not JSON


def is_json(content) -> bool:
    """Whether a file begins like JSON."""
    return head(content)[:1] in ("{", "[")


def mentions(content, *names) -> bool:
    """Whether a JSON file has all the keys ``names``."""
    return is_json(content) and all(
        b'"%b"' % name.encode() in content for name in names
    )


def shape_error(filename, where):
    """Return the error of a JSON file that is not built as its format says."""
    return FormatError("json_shape", filename=filename, where=where)


# --- Cells ---------------------------------------------------------------------------

_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ].*)?")
_LOCAL_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2}|[A-Za-z]{3})[/.-]([0-9]{4})")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def to_date(value) -> date | None:
    """Return the day that a cell spells: ISO, d/m/Y, d.m.Y or d/Mon/Y.

    Day first: every publication read here is European.

    :raise ValueError: when it is neither a date nor empty
    """
    text = str(value or "").strip()
    if not text:
        return None
    if match := _ISO_DATE.fullmatch(text):
        return date(*map(int, match.groups()))
    if match := _LOCAL_DATE.fullmatch(text):
        day, month, year = match.groups()
        if not month.isdigit():
            month = _MONTHS.index(month.lower()) + 1
        return date(int(year), int(month), int(day))
    raise ValueError(text)


def to_number(value) -> Decimal | None:
    """Return the figure of a cell or a JSON value, ``None`` where there is none.

    :raise ValueError: when it is no number
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise ValueError(str(value))
    return to_decimal(str(value).strip())


#: Codes of countries in TARIC that are not those of ISO 3166.
TARIC_COUNTRIES = {"XS": "RS"}


def country(code) -> str:
    """Return the ISO code of a country; codes of areas stay as they are."""
    code = str(code or "").strip()
    return TARIC_COUNTRIES.get(code, code)


def commodity(value) -> str:
    """Return the digits of a commodity code of 2 to 12 digits, an even number.

    An odd number of digits has lost its leading zero in a spreadsheet, perhaps; which
    one is not for a reader to guess.

    :raise ValueError: for anything else
    """
    digits = re.sub(r"[ .]", "", str(value or ""))
    if not re.fullmatch(r"(?:[0-9]{2}){1,6}", digits):
        raise ValueError(str(value))
    return digits


def prefix(code) -> str:
    """Return a TARIC code without its trailing pairs of zeros, two digits at least.

    A measure on 0201 10 00 00 is one on all of 0201 10: in TARIC a code filled with
    zeros stands for itself and everything below, which a prefix finds and the ten
    digits do not.
    """
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code
