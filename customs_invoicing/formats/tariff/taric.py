"""TARIC measures: one CSV of measures, one of the components of their rates.

A component belongs to a measure by the measure's number (sid).  Measures that have none
yet are found by the commodity code, which must then be theirs alone.  A measure whose
components are missing or contradict each other has no rate (``None``), and a flag; it
is never taken as free of duty.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from ...engine.rates import RateTextError, print_taric, rate_from_taric
from ..errors import FormatError
from .document import Flag, MeasureRow, TariffDocument
from .tables import (
    DEFAULT_MAX_BYTES,
    commodity,
    country,
    files,
    find_columns,
    first_row,
    prefix,
    read_table,
    to_date,
)

NAME = "taric_measures"

ERGA_OMNES = "1011"

CODE_NAMES = ("goods nomenclature item id", "goods nomenclature code", "goods code")
MEASURES = {
    "sid": ("measure sid", "sid"),
    "type": ("measure type id", "measure type"),
    "area": ("geographical area id", "geographical area"),
    "code": CODE_NAMES,
    "valid_from": ("validity start date", "start date"),
    "valid_to": ("validity end date", "end date"),
    "regulation": ("measure generating regulation id", "regulation id"),
    "stopped": ("stopped flag",),
    "order": ("ordernumber", "order number"),
    "additional_type": ("additional code type id", "additional code type"),
    "additional": ("additional code id", "additional code"),
    "reduction": ("reduction indicator",),
}
MEASURES_REQUIRED = ("sid", "type", "area", "code", "valid_from")
COMPONENTS = {
    "sid": ("measure sid", "sid"),
    "code": CODE_NAMES,
    "expression": ("duty expression id",),
    "amount": ("duty amount",),
    "currency": ("monetary unit code",),
    "unit": ("measurement unit code",),
    "qualifier": ("measurement unit qualifier code",),
}
COMPONENTS_REQUIRED = ("sid", "expression", "amount", "currency", "unit")
#: Cells of a component in the order of :func:`engine.rates.rate_from_taric`.
_RATE_CELLS = ("expression", "amount", "currency", "unit", "qualifier")


@dataclass(frozen=True, slots=True)
class _Part:
    """A row of the components file."""

    row: int
    code: str
    cells: tuple[str, ...]


def matches(filename, content) -> bool:
    """Whether every file is a table of measures or of their components."""
    kinds = [_kind(data) for _name, data in files(filename, content)]
    return bool(kinds) and all(kinds)


def read(filename, content, max_bytes=DEFAULT_MAX_BYTES, **_options) -> TariffDocument:
    """Read measures with their components.

    Rows of measures are those of their file; flags of components name theirs.

    :param content: list of ``(filename, bytes)``: the two files, in any order
    :raise FormatError: when one is missing or there are two of a kind
    """
    tables = _tables(filename, content, max_bytes)
    measures, components = tables["measures"], tables["components"]
    document = TariffDocument(NAME, row_count=len(measures.rows))
    parts = _parts(components)
    lines = [(row, _fields(measures, cells)) for row, cells in measures.rows]
    keys = Counter(_key(fields["sid"], fields["code"]) for _row, fields in lines)
    for row, fields in lines:
        found = parts.get(_key(fields["sid"], fields["code"]), [])
        is_shared = keys[_key(fields["sid"], fields["code"])] > 1
        measure = _measure(row, fields, found, is_shared, document)
        if measure:
            document.measures.append(measure)
    for key in parts.keys() - keys.keys():
        for part in parts[key]:
            flag = Flag(part.row, part.code, "orphan_component", " ".join(part.cells))
            document.flags.append(flag)
    return document


# --- Files ---------------------------------------------------------------------------


def _kind(data):
    header = first_row(data)
    for kind, columns, required in (
        ("components", COMPONENTS, COMPONENTS_REQUIRED),
        ("measures", MEASURES, MEASURES_REQUIRED),
    ):
        found = find_columns(header, columns)
        if all(column in found for column in required):
            return kind
    return ""


def _tables(filename, content, max_bytes):
    """Return the two tables by kind.

    :raise FormatError: ``missing_components_file``, ``missing_measures_file``,
        ``same_kind_twice``, ``missing_columns``
    """
    names, tables = {}, {}
    for name, data in files(filename, content):
        kind = _kind(data) or "measures"  # whose missing columns are then named
        if kind in names:
            raise FormatError("same_kind_twice", filename=name, other=names[kind])
        names[kind] = name
        is_measures = kind == "measures"
        tables[kind] = read_table(
            name,
            data,
            MEASURES if is_measures else COMPONENTS,
            MEASURES_REQUIRED if is_measures else COMPONENTS_REQUIRED,
            max_bytes,
        )
    if "components" not in tables:
        raise FormatError("missing_components_file", filename=names["measures"])
    if "measures" not in tables:
        raise FormatError("missing_measures_file", filename=names["components"])
    return tables


def _fields(table, cells):
    return {column: table.cell(cells, column) for column in MEASURES}


def _key(sid, code):
    """Return what joins measures and components: the number, else the code."""
    return sid or f"code {code}"


def _parts(table):
    """Return ``{key: [_Part]}`` of the components file."""
    parts = defaultdict(list)
    for row, cells in table.rows:
        code = table.cell(cells, "code")
        values = tuple(table.cell(cells, column) for column in _RATE_CELLS)
        parts[_key(table.cell(cells, "sid"), code)].append(_Part(row, code, values))
    return parts


# --- One measure ---------------------------------------------------------------------


def _measure(row, fields, parts, is_shared, document):
    """Return the measure of a row, ``None`` with a flag where it has no code."""
    try:
        code = prefix(commodity(fields["code"]))
    except ValueError:
        document.flags.append(Flag(row, "", "bad_code", fields["code"], "code"))
        return None
    days, bad_days = _days(fields)
    components, text, unit, problem, detail = None, "", "", "duplicate_key", ""
    if is_shared:
        detail = fields["sid"]
    else:
        components, text, unit, problem, detail = _rate(fields["code"], parts)
    if fields["stopped"].lower() in ("t", "true", "1", "y"):
        components, problem, detail = None, "stopped_measure", ""
    if bad_days:
        components, (problem, detail) = None, bad_days
    if problem:
        document.flags.append(Flag(row, code, problem, detail))
    if not fields["sid"]:
        document.flags.append(Flag(row, code, "no_key"))
    area = country(fields["area"])
    return MeasureRow(
        row,
        fields["type"],
        code,
        text,
        components,
        problem,
        key=fields["sid"],
        origin="" if area == ERGA_OMNES else area,
        valid_from=days[0],
        valid_to=days[1],
        additional_code=fields["additional_type"] + fields["additional"],
        order_number=fields["order"],
        reduction_indicator=fields["reduction"],
        legal_reference=fields["regulation"],
        unit=unit,
    )


def _days(fields):
    """Return first and last day, and ``(reason, text)`` where they cannot be used.

    A measure without the day it begins would apply for ever, so its rate is not used.
    """
    days = []
    for name in ("valid_from", "valid_to"):
        try:
            days.append(to_date(fields[name]))
        except ValueError:
            return (None, None), ("bad_row_date", fields[name])
    start, end = days
    if start and end and end < start:
        return (None, None), ("dates_reversed", f"{start} – {end}")
    return (start, end), None


def _rate(code, parts):
    """Return components, text, unit, problem and detail of the rows of a measure."""
    if not parts:
        return None, "", "", "no_components", ""
    rows = "; ".join(" ".join(filter(None, part.cells)) for part in parts)
    others = {part.code for part in parts if part.code} - {code}
    if others:
        return None, rows, "", "component_code", ", ".join(sorted(others))
    return taric_rate([part.cells for part in parts])


def taric_rate(rows):
    """Return ``(components, text, unit, problem, detail)`` of component rows.

    A measure that only states a supplementary unit has a ``unit`` and no components.

    :param rows: duty expression id, amount, currency, unit and qualifier of each
    """
    try:
        rate = rate_from_taric(rows)
    except RateTextError as error:
        cells = "; ".join(" ".join(str(cell or "") for cell in row) for row in rows)
        return None, cells, "", "bad_components", f"{error.reason} ({cells})"
    if rate.components is None:
        return None, rate.supplementary_unit, rate.supplementary_unit, "", ""
    return rate.components, rate_words(rate.components), rate.supplementary_unit, "", ""


def rate_words(components) -> str:
    """Return a rate as TARIC prints it, "" where it has no words for it."""
    try:
        return print_taric(components)
    except ValueError:
        return ""
