"""Tables of duties with one column for each part of the rate.

Columns: commodity code, ad valorem, specific, ceiling, minimum, second specific amount;
regulation, area, type of measure and days where there are any.  Lists of one agreement
are published so, and lists of third-country duties without the columns of the former.

The second specific amount belongs to the ceiling, as the additional duty on sugar does
in the rates of confectionery: MAX 18.9 % + 16.5 EUR/100 kg.
"""

import re

from ...engine.rates import RateTextError, parse_taric
from .document import Flag, MeasureRow, TariffDocument
from .tables import (
    DEFAULT_MAX_BYTES,
    commodity,
    country,
    has_columns,
    prefix,
    read_table,
    single,
    to_date,
)
from .taric import ERGA_OMNES, rate_words

NAME = "taric_preferences"

#: Third-country duty: what a table without a type of measure lists.
DEFAULT_TYPE = "103"

COLUMNS = {
    "code": ("real comm code", "commodity", "commodity code", "goods code"),
    "ad_valorem": ("ad valorem",),
    "specific": ("specific", "specific 1"),
    "ceiling": ("ceiling", "max", "maximum"),
    "minimum": ("minimum", "min"),
    "specific_2": ("specific 2",),
    "regulation": ("regulation id", "regulation"),
    "area": ("geographical area", "geographical area id"),
    "type": ("measure type", "measure type id"),
    "valid_from": ("date from", "valid from", "start date"),
    "valid_to": ("date to", "valid to", "end date"),
}
REQUIRED = ("code", "ad_valorem", "specific")

_FIGURE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
#: "0.970 EUR ASV X": the unit by its code, without the stroke.
_CODED_UNIT = re.compile(r"([0-9.]+ [A-Z]{3}) ([A-Z]{3})(?: ([A-Z]))?")


def matches(filename, content) -> bool:
    """Whether the file has a column for ad valorem and one for specific duties."""
    return isinstance(content, bytes) and has_columns(content, COLUMNS, REQUIRED)


def read(
    filename,
    content,
    measure_type=DEFAULT_TYPE,
    max_bytes=DEFAULT_MAX_BYTES,
    **_options,
) -> TariffDocument:
    """Read a table of duties.

    :param measure_type: type of all measures where the table has no such column
    :raise FormatError: when the file is no such table
    """
    name, data = single(filename, content)
    table = read_table(name, data, COLUMNS, REQUIRED, max_bytes)
    document = TariffDocument(NAME, row_count=len(table.rows))
    for row, cells in table.rows:
        fields = {column: table.cell(cells, column) for column in COLUMNS}
        try:
            code = prefix(commodity(fields["code"]))
        except ValueError:
            document.flags.append(Flag(row, "", "bad_code", fields["code"], "code"))
            continue
        document.measures.append(_measure(row, code, fields, measure_type, document))
    return document


def rate_text(fields) -> str:
    """Return the rate that the columns of a row give together, in the way of TARIC.

    >>> rate_text({"ad_valorem": "0.00", "ceiling": "MAX 18.90%",
    ...            "specific_2": "16.500 EUR / 100 kg"})
    '0.00 % MAX 18.90% + 16.500 EUR / 100 kg'
    """
    main = [
        _part(fields.get("ad_valorem"), "%"),
        _part(fields.get("specific")),
    ]
    text = " + ".join(filter(None, main))
    if minimum := _part(fields.get("minimum"), "%"):
        text += f" MIN {minimum}"
    if ceiling := _part(fields.get("ceiling"), "%"):
        text += f" MAX {ceiling}"
    if second := _part(fields.get("specific_2")):
        text += f" + {second}"
    return text.strip()


def _part(text, unit=""):
    """Return one cell as TARIC writes it; a bare figure is one of ``unit``."""
    text = " ".join((text or "").split()).replace("net drained wt", "net eda")
    text = re.sub(r"^(?:MAX|MIN)\s+", "", text, flags=re.IGNORECASE)
    if _FIGURE.fullmatch(text):
        return f"{text} {unit}".strip()
    if match := _CODED_UNIT.fullmatch(text):
        return f"{match[1]} / {match[2]}{match[3] or ''}"
    return text


def _measure(row, code, fields, measure_type, document):
    text = rate_text(fields)
    components, problem = _components(text)
    if components and _caps_nothing(fields, components):
        components, problem = None, "ceiling_alone"
    days = []
    for column in ("valid_from", "valid_to"):
        try:
            days.append(to_date(fields[column]))
        except ValueError:
            days.append(None)
            components, problem = None, "bad_row_date"
    if None not in days and days[1] < days[0]:
        components, problem, days = None, "dates_reversed", [None, None]
    if problem:
        about = f"{fields['valid_from']} – {fields['valid_to']}"
        detail = about if "date" in problem else text
        document.flags.append(Flag(row, code, problem, detail))
    area = country(fields["area"])
    return MeasureRow(
        row,
        fields["type"] or measure_type,
        code,
        rate_words(components) if components else text,
        components,
        problem,
        origin="" if area == ERGA_OMNES else area,
        valid_from=days[0],
        valid_to=days[1],
        legal_reference=fields["regulation"],
    )


def _caps_nothing(fields, components):
    """Whether a ceiling is put on a rate of nothing.

    What it limits is the agricultural part (EA), for which the table has no column;
    read as it stands, the rate would be free of duty.
    """
    main = components[0]
    is_nothing = not (main.rate or main.amount or fields["specific"])
    return bool(fields["ceiling"]) and is_nothing


def _components(text):
    """Return the components of a text and why there are none."""
    if not text:
        return None, "no_components"
    try:
        rate = parse_taric(text)
    except RateTextError:
        return None, "rate_not_read"
    return (rate.components, "") if rate.is_rate else (None, "rate_not_read")
