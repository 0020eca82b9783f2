"""Official lists of rates of exchange for customs.

Read are: tables (CSV, XLSX) with currency, rate and days, among them the monthly list
of HMRC; the XML of that list; JSON of the UK tariff service, the monthly euro rates for
Northern Ireland among it.  What a figure means is taken from the file where it says so
("Currency Units per £1"), else it must be stated: guessing would invert the rate.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ...engine.exchange import DIRECT, INVERSE
from .. import safe_xml
from ..errors import FormatError
from .document import Flag, RateRow, TariffDocument
from .tables import (
    DEFAULT_MAX_BYTES,
    check_size,
    find_columns,
    first_row,
    head,
    is_json,
    mentions,
    plain,
    read_json,
    rows_of,
    shape_error,
    single,
    to_date,
    to_number,
)

NAME = "exchange_rates"

COLUMNS = {
    "currency": ("currency code", "iso code", "iso currency code", "currency"),
    "valid_from": ("start date", "valid from", "validity start date", "from", "date"),
    "valid_to": ("end date", "valid to", "validity end date", "to", "until"),
    "quotation": ("quotation",),
}
_RATE = re.compile(r".*\b(?:rate|units? per|per (?:foreign )?unit)\b.*")
_GOODS = re.compile(
    r"code|.*\b(?:hs|hts|hscode|tariff|commodity|goods|heading|nomenclature)\b.*"
)
_XML_ROOT = "exchangeRateMonthList"
_PERIOD = re.compile(r"(\S+) to (\S+)")
#: Currency of which a list gives the price that names only the other one
_BASE = "EUR"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a list as it stands there."""

    row: int
    currency: str
    rate: object
    valid_from: object
    valid_to: object
    quotation: str
    is_certain: bool = False  # the quotation follows from the currencies


def matches(filename, content) -> bool:
    """Whether the file gives a rate and a first day for each currency."""
    if not isinstance(content, bytes):
        return False
    if is_json(content):
        return mentions(content, "validity_start_date") and (
            mentions(content, "exchange_rate", "child_monetary_unit_code")
            or mentions(content, "rate", "currency_code")
        )
    if head(content).startswith("<"):
        return f"<{_XML_ROOT}" in head(content)
    header = first_row(content)
    if any(_GOODS.fullmatch(plain(cell)) for cell in header):
        return False  # duties have a rate, a currency and a first day, too
    return {"currency", "rate", "valid_from"} <= _columns(header).keys()


def read(
    filename,
    content,
    quotation=None,
    currency=_BASE,
    national=None,
    max_bytes=DEFAULT_MAX_BYTES,
    **_options,
) -> TariffDocument:
    """Read a list of rates.

    One currency of several countries is given once.  Rows without a rate above zero, a
    currency or a day, and rows that contradict each other, are flagged and left out.

    :param quotation: ``direct`` (national per foreign unit) or ``inverse``; ``None``
        takes what the file says
    :param currency: the one currency that a list gives the price of, where it names
        only the currency of its figures
    :param national: currency of the tariff; ``None`` takes that of the figures
    :raise FormatError: when the file is no such list or its quotation is unknown
    """
    name, data = single(filename, content)
    if quotation not in (None, "", DIRECT, INVERSE):
        raise FormatError("quotation_unknown", filename=name)
    check_size(name, data, max_bytes)
    if is_json(data):
        pair = currency, national
        lines = _json_lines(name, read_json(name, data, max_bytes), pair)
    elif head(data).startswith("<"):
        lines = _xml_lines(name, data, max_bytes)
    else:
        lines = _table_lines(name, data, max_bytes, quotation)
    lines = list(lines)
    document = TariffDocument(NAME, row_count=len(lines))
    found = [_rate(line, quotation, document) for line in lines]
    document.exchange_rates = _ended(_distinct(filter(None, found), document))
    return document


# --- Lines of each kind of file ------------------------------------------------------


def _columns(header):
    columns = find_columns(header, COLUMNS)
    taken = set(columns.values())
    for position, cell in enumerate(header):
        if position not in taken and _RATE.fullmatch(plain(cell)):
            columns.setdefault("rate", position)
    return columns


def _table_lines(name, data, max_bytes, quotation):
    rows = rows_of(name, data, max_bytes)
    header = rows[0][1] if rows else ()
    columns = _columns(header)
    missing = {"currency", "rate", "valid_from"} - columns.keys()
    if missing:
        raise FormatError(
            "missing_columns",
            filename=name,
            missing=", ".join(sorted(missing)),
            found=", ".join(filter(None, header))[:300] or "–",
        )
    stated = _stated_quotation(header[columns["rate"]])
    if not (stated or quotation or "quotation" in columns):
        raise FormatError("quotation_unknown", filename=name)
    for row, cells in rows[1:]:
        fields = {
            column: cells[position] if position < len(cells) else ""
            for column, position in columns.items()
        }
        own = fields.get("quotation", "").lower() or stated
        if own not in (DIRECT, INVERSE) and not quotation:
            raise FormatError("quotation_unknown", filename=name)
        yield _Line(
            row,
            fields["currency"],
            fields["rate"],
            fields["valid_from"],
            fields.get("valid_to"),
            own,
        )


def _stated_quotation(header):
    """Return what the name of a column says: units per £1, or £ per unit."""
    words = plain(header)
    if re.search(r"\bunits? per\b", words):
        return INVERSE
    return DIRECT if re.search(r"\bper (?:foreign )?unit\b", words) else ""


def _xml_lines(name, data, max_bytes):
    """Yield the lines of the monthly XML of HMRC: currency units per pound."""
    try:
        root = safe_xml.parse_xml(data, name, max_bytes)
    except FormatError as error:
        if error.code != "not_xml":
            raise
        line = error.values["line"]
        raise FormatError("rates_not_xml", filename=name, line=line) from error
    period = " ".join((root.get("Period") or root.get("period") or "").split())
    days = _PERIOD.fullmatch(period)
    if root.tag != _XML_ROOT or not days:
        raise FormatError("period_unknown", filename=name, value=period or root.tag)
    for element in root.iter("exchangeRate"):
        yield _Line(
            element.sourceline,
            (element.findtext("currencyCode") or "").strip(),
            (element.findtext("rateNew") or "").strip(),
            days[1],
            days[2],
            INVERSE,
        )


def _json_lines(name, value, pair):
    """Yield the lines of JSON: a list of resources, or an answer that includes them."""
    if isinstance(value, dict):
        resources = value.get("included") or value.get("data") or value.get("rates")
    else:
        resources = value
    if not isinstance(resources, list):
        raise shape_error(name, "the list of rates")
    for row, resource in enumerate(resources, 1):
        fields = resource.get("attributes", resource) if _is_map(resource) else None
        if not _is_map(fields):
            raise shape_error(name, f"rate {row}")
        if "child_monetary_unit_code" in fields:
            yield _paired_line(name, row, fields, *pair)
        elif "currency_code" in fields:
            yield _Line(
                row,
                fields["currency_code"],
                fields.get("rate"),
                fields.get("validity_start_date"),
                fields.get("validity_end_date"),
                INVERSE,
            )


def _paired_line(name, row, fields, base, national):
    """Return a rate that names only the currency of its figure: so much for one base.

    The tariff may be in either of the two: the other one is foreign to it.
    """
    if not re.fullmatch("[A-Z]{3}", base or ""):
        raise FormatError("currency_option", filename=name, value=base)
    child = str(fields["child_monetary_unit_code"] or "").strip().upper()
    if child == base:  # it was stated what the figures are in, not what they are for
        base = _BASE
    rate, start = fields.get("exchange_rate"), fields.get("validity_start_date")
    if national in (None, "", child) and child != base:
        return _Line(row, base, rate, start, None, DIRECT, True)
    if national == base and child != base:
        return _Line(row, child, rate, start, None, INVERSE, True)
    raise FormatError(
        "rates_of_other_currency",
        filename=name,
        found=child or "–",
        base=base,
        national=national or "–",
    )


def _is_map(value):
    return isinstance(value, dict)


# --- Judgement -----------------------------------------------------------------------


def _rate(line, quotation, document):
    """Return the rate that a line gives, ``None`` with a flag where it gives none."""
    currency = str(line.currency or "").strip().upper()
    if not re.fullmatch("[A-Z]{3}", currency):
        flag = Flag(line.row, "", "bad_currency", str(line.currency), "currency")
        document.flags.append(flag)
        return None
    days = _days(line, currency, document)
    try:
        rate = to_number(line.rate)
    except ValueError:
        rate = None
    if rate is None or rate <= 0:
        text = str("" if line.rate is None else line.rate)
        document.flags.append(
            Flag(line.row, currency, "bad_rate_of_exchange", text, "rate")
        )
        return None
    if days is None:
        return None
    if line.is_certain or not quotation:
        quotation = line.quotation
    return RateRow(line.row, currency, rate, *days, quotation)


def _days(line, currency, document):
    found: list[date | None] = []
    for field in ("valid_from", "valid_to"):
        value = getattr(line, field)
        try:
            found.append(to_date(value))
        except ValueError:
            found.append(None)
            if field == "valid_to":
                _flag_day(line, currency, field, value, document)
                return None
    start, end = found
    if start is None:
        _flag_day(line, currency, "valid_from", line.valid_from, document)
        return None
    if end is not None and end < start:
        text = f"{start} – {end}"
        document.flags.append(Flag(line.row, currency, "dates_reversed", text))
        return None
    return start, end


def _flag_day(line, currency, field, value, document):
    text = str(value or "")
    document.flags.append(Flag(line.row, currency, "bad_row_date", text, field))


def _distinct(rates, document):
    """Return each rate once; rows that disagree about the same days are left out.

    Lists name a currency for every country that uses it.
    """
    found, conflicts = {}, set()
    for rate in rates:
        key = (rate.currency, rate.valid_from, rate.valid_to)
        first = found.setdefault(key, rate)
        if (first.rate, first.quotation) != (rate.rate, rate.quotation):
            conflicts.add(key)
            text = f"{first.rate} / {rate.rate}"
            document.flags.append(
                Flag(rate.row, rate.currency, "rate_conflict", text, "rate")
            )
    return [rate for key, rate in found.items() if key not in conflicts]


def _ended(rates):
    """Return the rates with the last days that a monthly list leaves out.

    A list is monthly where every rate starts a month and months follow each other; a
    single rate may as well hold for a year.
    """
    starts = sorted({rate.valid_from for rate in rates})
    follows = any(_next_month(start) in starts for start in starts)
    if not follows or any(start.day != 1 for start in starts):
        return rates
    own = {}
    for rate in rates:
        own.setdefault(rate.currency, set()).add(rate.valid_from)
    return [
        rate if rate.valid_to else replace(rate, valid_to=_last_day(rate, own))
        for rate in rates
    ]


def _last_day(rate, own):
    later = [start for start in own[rate.currency] if start > rate.valid_from]
    return min(later, default=_next_month(rate.valid_from)) - timedelta(days=1)


def _next_month(day):
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
