"""Tariff quotas: definitions of their periods, and the codes they are for.

Both CSV files have no header; what a cell means is its place::

    098201, 122 Non preferential…, FCFS, from, to, days, volume, unit, decimals,
        critical (Y/N), threshold, four cells, origin
    72081000, 098201, origin, duty within the quota in percent, five cells

They are read alone or together; only together the codes know the type of measure and
the days, which stand in the definitions.
"""

import re
from decimal import Decimal

from ...engine.components import percent
from ...engine.rounding import EXACT
from ...engine.units import find_unit
from ..errors import FormatError
from .document import Flag, MeasureRow, QuotaRow, TariffDocument
from .tables import (
    DEFAULT_MAX_BYTES,
    commodity,
    country,
    files,
    first_row,
    prefix,
    rows_of,
    to_date,
    to_number,
)

NAME = "quotas"

ERGA_OMNES = "1011"
#: Type of a quota that no definition names: open to every origin (TARIC).
DEFAULT_TYPE = "122"

_ORDER_NUMBER = re.compile("[0-9]{6}")
_TYPE = re.compile(r"([0-9]{3}) (.+)")
_ADMINISTRATION = {"fcfs": "fcfs", "licensed": "licensed", "licenced": "licensed"}
_DEFINITION_WIDTH, _LINK_WIDTH = 16, 9


def matches(filename, content) -> bool:
    """Whether every file holds definitions of quotas or their codes."""
    kinds = [_kind(first_row(data)) for _name, data in files(filename, content)]
    return bool(kinds) and all(kinds)


def read(
    filename,
    content,
    measure_type=DEFAULT_TYPE,
    max_bytes=DEFAULT_MAX_BYTES,
    **_options,
) -> TariffDocument:
    """Read definitions, codes, or both (a list of ``(filename, bytes)``).

    Rows that stand twice are given once; rows that cannot be read are flagged and left
    out.

    :param measure_type: type of the measures of quotas without a definition
    :raise FormatError: when a file is neither
    """
    document = TariffDocument(NAME)
    definitions, links = [], []
    for name, data in files(filename, content):
        rows = rows_of(name, data, max_bytes)
        kind = _kind(rows[0][1]) if rows else ""
        if not kind:
            found = ", ".join(rows[0][1])[:300] if rows else "–"
            raise FormatError(
                "missing_columns",
                filename=name,
                missing="order number, type, administration, first and last day "
                "(quota definitions); or commodity code, order number, origin",
                found=found,
            )
        (definitions if kind == "definition" else links).extend(rows)
        document.row_count += len(rows)
    periods = _definitions(definitions, document)
    _links(links, periods, measure_type, document)
    return document


def _kind(cells):
    """Return what a row is: a ``definition``, a ``link`` to a code, or nothing."""
    if len(cells) >= _DEFINITION_WIDTH:
        is_quota = _ORDER_NUMBER.fullmatch(cells[0]) and _TYPE.fullmatch(cells[1])
        return "definition" if is_quota else ""
    if len(cells) >= 4 and _ORDER_NUMBER.fullmatch(cells[1]):
        return "link" if re.fullmatch("(?:[0-9]{2}){2,5}", cells[0]) else ""
    return ""


# --- Definitions ---------------------------------------------------------------------


def _definitions(rows, document):
    """Add the quotas; return ``{order number: (type, name, [quota rows])}``."""
    periods, seen = {}, {}
    for row, cells in rows:
        quota = _quota(row, cells, document)
        if quota is None:
            continue
        if _is_repeated(quota, cells, seen, document):
            continue
        document.quotas.append(quota)
        code, name = _TYPE.fullmatch(cells[1]).groups()
        _type, _name, found = periods.setdefault(quota.order_number, (code, name, []))
        found.append(quota)
    return periods


def _is_repeated(quota, cells, seen, document):
    """Whether the same period stood in the file before; say so."""
    key = (quota.order_number, quota.valid_from, quota.origins)
    first = seen.setdefault(key, cells)
    if first is cells:
        return False
    text = f"{quota.valid_from} – {quota.valid_to}"
    reason = "duplicate_row" if first == cells else "quota_conflict"
    document.flags.append(Flag(quota.row, quota.order_number, reason, text))
    return first == cells


def _quota(row, cells, document):
    """Return the quota of a row, ``None`` with a flag where it cannot be read."""
    number, field, text = cells[0], "", ""
    try:
        if _kind(cells) != "definition":
            field, text = "type", " ".join(cells[:2])
            raise ValueError(text)
        field, text = "administration", cells[2]
        administration = _ADMINISTRATION[text.lower()]
        field, text = "from", cells[3]
        start = to_date(text)
        field, text = "to", cells[4]
        end = to_date(text)
        field, text = "volume", cells[6]
        volume = to_number(text)
        if volume is None or volume < 0:
            raise ValueError(text)
        field, text = "threshold", cells[10]
        threshold = to_number(text)
    except (ValueError, KeyError):
        document.flags.append(Flag(row, number, "bad_quota", text, field))
        return None
    _check_days(row, number, start, end, cells[5], document)
    return QuotaRow(
        row,
        number,
        administration,
        start,
        end,
        _in_unit(volume, cells[7]),
        _unit(row, number, cells[7], document),
        "critical" if cells[9].upper() == "Y" else "open",
        threshold,
        _origins(cells[15]),
    )


def _check_days(row, number, start, end, stated, document):
    """Compare the stated number of days, one less than the days of the period."""
    if start and end and end < start:
        text = f"{start} – {end}"
        document.flags.append(Flag(row, number, "dates_reversed", text))
    elif start and end and stated and str((end - start).days) != stated:
        document.flags.append(Flag(row, number, "quota_days", stated, "days"))


def _unit(row, number, text, document):
    found = find_unit(text) if text else None
    if found is None or found.times:
        document.flags.append(Flag(row, number, "unknown_unit", text, "unit"))
        return text
    return found.unit


def _in_unit(volume, text):
    """Return a volume in whole units: one stated in DTN is in hundreds of kg."""
    found = find_unit(text) if text else None
    return EXACT.multiply(volume, found.per) if found else volume


def _origins(code):
    code = country(code)
    return (code,) if code and code != ERGA_OMNES else ()


# --- Codes ---------------------------------------------------------------------------


def _links(rows, periods, measure_type, document):
    """Add one measure for each code of a quota."""
    assumed = False
    for row, cells in rows:
        try:
            code = prefix(commodity(cells[0]))
        except ValueError:
            document.flags.append(Flag(row, "", "bad_code", cells[0], "code"))
            continue
        number = cells[1] if len(cells) > 1 else ""
        if not _ORDER_NUMBER.fullmatch(number) or len(cells) < 4:
            flag = Flag(row, code, "bad_quota", number, "order number")
            document.flags.append(flag)
            continue
        if number not in periods:
            assumed = assumed or not periods
            if periods:
                document.flags.append(Flag(row, code, "quota_not_defined", number))
        document.measures.append(
            _measure(row, code, cells, periods.get(number), measure_type, document)
        )
    if assumed:
        document.flags.append(Flag(1, "", "quota_type_assumed", measure_type))


def _measure(row, code, cells, definition, measure_type, document):
    type_code, type_name, quotas = definition or (measure_type, "", [])
    origin = "".join(_origins(cells[2]))
    components, problem = _rate(cells)
    if problem:
        text = " ".join(filter(None, cells[3:]))
        document.flags.append(Flag(row, code, problem, text, "duty"))
    return MeasureRow(
        row,
        type_code,
        code,
        " ".join([f"{cells[3]} %" if cells[3] else "", *cells[4:]]).strip(),
        components,
        problem,
        type_name=type_name,
        origin=origin,
        valid_from=_edge(quotas, origin, "valid_from", min),
        valid_to=_edge(quotas, origin, "valid_to", max),
        order_number=cells[1],
    )


def _rate(cells):
    """Return the duty within the quota, which only an ad valorem duty is read of."""
    try:
        rate = to_number(cells[3])
    except ValueError:
        rate = None
    if rate is None or rate < 0 or any(cells[4:_LINK_WIDTH]):
        return None, "rate_not_read"
    return (percent(Decimal(rate)),), ""


def _edge(quotas, origin, name, choose):
    """Return the first or last day of all periods of a quota open to an origin."""
    days = [
        getattr(quota, name)
        for quota in quotas
        if not quota.origins or origin in quota.origins
    ]
    return choose(days) if days and None not in days else None
