"""A commodity of the UK tariff service (also Northern Ireland, "XI") as JSON.

Two shapes are read: the answer of the service after JSON:API, and the same with related
resources nested in place.  What is in it: the code with the lines above it, every
import measure with area, days, components and conditions, and the quotas open for it.

How measures without an amount are told from goods free of duty, which have one
component of 0 %:

* prohibitions, licences and checks (series A, B, N) and reference prices (M) have
  ``is_control`` set, no components and the problem ``no_amount``;
* a supplementary unit has its ``unit``, no components and no problem;
* a rate that stands in the conditions (entry prices, anti-dumping duty by invoice) has
  no components of its own and no problem, its conditions have;
* whatever else lacks components is flagged.

The type of a control is not always one of its own: type 103 of series B is no duty.
"""

import re
from dataclasses import replace

from ...engine.units import find_unit
from .document import CodeRow, Flag, MeasureRow, QuotaRow, TariffDocument
from .json_api import ShapeError, as_map, as_maps, as_text, flatten, is_json_api
from .tables import (
    DEFAULT_MAX_BYTES,
    country,
    mentions,
    prefix,
    read_json,
    shape_error,
    single,
    to_date,
    to_number,
)
from .taric import ERGA_OMNES, taric_rate
from .taric_nomenclature import REAL_CODE, clean_text
from .uk_conditions import component_rows, read_conditions

NAME = "uk_commodity"

#: Series of measure types that never are an amount to pay.
CONTROL_SERIES = frozenset("ABMN")
_STATES = ("open", "critical", "exhausted", "suspended", "blocked")


def matches(filename, content) -> bool:
    """Whether the file is a commodity with its import measures."""
    return isinstance(content, bytes) and mentions(
        content, "goods_nomenclature_item_id", "import_measures", "producline_suffix"
    )


def read(filename, content, max_bytes=DEFAULT_MAX_BYTES, **_options) -> TariffDocument:
    """Read one commodity.

    ``row`` of a code is its depth, from the chapter down; ``row`` of a measure and of
    its flags is its place among the import measures.  The key of a measure has the code
    in it: a measure on a heading is listed with every commodity below, and must not
    move from one to the other.

    :raise FormatError: when the file is no such JSON
    """
    name, data = single(filename, content)
    value = read_json(name, data, max_bytes)
    commodity = flatten(value) if is_json_api(value) else value
    if not isinstance(commodity, dict) or not _code(commodity):
        raise shape_error(name, "goods_nomenclature_item_id")
    document = TariffDocument(NAME)
    place = "import_measures"
    try:
        measures = commodity.get(place)
        if measures is None:
            raise ShapeError(measures)
        for row, fields in enumerate(as_maps(measures), 1):
            place = f"import_measures, {row}"
            _add_measure(row, prefix(_code(commodity)), fields, document)
        place = "chapter, heading, ancestors"
        document.codes = _codes(commodity, document)
    except ShapeError as error:
        raise shape_error(name, place) from error
    document.row_count = len(document.measures)
    return document


def _code(fields):
    code = str(fields.get("goods_nomenclature_item_id") or "")
    return code if re.fullmatch("[0-9]{10}", code) else ""


# --- Nomenclature --------------------------------------------------------------------


def _codes(commodity, document):
    """Return chapter, heading, ancestors and the commodity, each under the one above.

    Lines without a code of their own (sections) and repetitions are left out: a heading
    may be a commodity itself.
    """
    lines = [
        as_map(commodity.get("chapter")),
        as_map(commodity.get("heading")),
        *as_maps(commodity.get("ancestors")),
        commodity,
    ]
    own = (_code(commodity), _suffix(commodity))
    units = dict.fromkeys(row.unit for row in document.measures if row.unit)
    found = []
    for line in lines:
        key = (_code(line), _suffix(line))
        is_commodity = line is commodity
        if not key[0] or (key == own and not is_commodity):
            continue
        if found and key == (found[-1].code, found[-1].suffix):
            continue
        found.append(
            CodeRow(
                len(found) + 1,
                key[0],
                _indent(line),
                _description(line),
                found[-1].row if found else None,
                key[1],
                is_commodity and bool(commodity.get("declarable", True)),
                tuple(units) if is_commodity else (),
                _code_day(line, "validity_start_date", document),
                _code_day(line, "validity_end_date", document),
            )
        )
    return found


def _suffix(line):
    return as_text(line.get("producline_suffix")) or REAL_CODE


def _indent(line):
    text = as_text(line.get("number_indents"))
    if not re.fullmatch("[0-9]{0,2}", text):
        raise ShapeError(text)
    return int(text or 0)


def _description(line):
    text = as_text(line.get("description_plain") or line.get("description"))
    return clean_text(text) or _code(line)


def _code_day(line, name, document):
    value = line.get(name)
    try:
        return to_date(value)
    except ValueError:
        flag = Flag(0, _code(line), "bad_row_date", str(value), name)
        document.flags.append(flag)
        return None


# --- Measures ------------------------------------------------------------------------


def _add_measure(row, code, fields, document):
    measure = _measure(row, code, fields, document)
    document.measures.append(measure)
    order = fields.get("order_number")
    if isinstance(order, dict):
        _add_quota(row, measure, as_map(order.get("definition")), document)


def _measure(row, code, fields, document):
    kind = as_map(fields.get("measure_type"))
    if not as_text(kind.get("id")):
        raise ShapeError(kind)
    series = as_text(kind.get("measure_type_series_id"))
    is_control = series in CONTROL_SERIES
    duty = _duty(fields, is_control)
    origin = _origin(fields.get("geographical_area"))
    days = {}
    for field, name in (
        ("valid_from", "effective_start_date"),
        ("valid_to", "effective_end_date"),
    ):
        try:
            days[field] = to_date(fields.get(name))
        except ValueError:
            duty.update(components=None, problem="bad_row_date")
            duty["detail"] = str(fields.get(name))
    if not origin:
        duty.update(components=None, problem="unknown_country", detail="–")
    detail = duty.pop("detail")
    if duty["problem"] not in ("", "no_amount"):
        document.flags.append(Flag(row, code, duty["problem"], detail))
    return MeasureRow(
        row,
        as_text(kind["id"]),
        code,
        key=f"{as_text(fields['id'])}:{code}" if fields.get("id") else "",
        type_name=as_text(kind.get("description")),
        additional_code=_named(fields.get("additional_code"), "code"),
        order_number=_named(fields.get("order_number"), "number"),
        reduction_indicator=as_text(fields.get("reduction_indicator")),
        legal_reference=", ".join(
            as_text(act["regulation_code"])
            for act in as_maps(fields.get("legal_acts"))
            if act.get("regulation_code")
        ),
        origins_excluded=_area_codes(fields.get("excluded_countries")),
        is_control=is_control,
        series=series,
        **origin,
        **days,
        **duty,
    )


def _named(value, name):
    """Return a code that stands alone or as a field of what it names."""
    return as_text(value.get(name) if isinstance(value, dict) else value)


def _area_codes(areas):
    return tuple(map(_area_code, as_maps(areas)))


def _area_code(area):
    return country(as_text(area.get("geographical_area_id") or area.get("id")))


def _origin(area):
    """Return the fields on origin, nothing where no area is stated.

    Erga omnes is every origin, the countries that the service lists for it or not.
    """
    area = as_map(area)
    code = _area_code(area)
    if not code:
        return {}
    members = _area_codes(area.get("children_geographical_areas"))
    return {
        "origin": "" if code == ERGA_OMNES else code,
        "origin_name": as_text(area.get("description")),
        "origin_members": () if code == ERGA_OMNES else members,
    }


def _duty(fields, is_control):
    """Return rate_text, components, unit, conditions, problem and its detail."""
    printed = as_text(as_map(fields.get("duty_expression")).get("base"))
    duty = {
        "rate_text": " ".join(printed.split()),
        "components": None,
        "unit": "",
        "conditions": (),
        "problem": "",
        "detail": "",
    }
    try:
        duty["conditions"] = read_conditions(as_maps(fields.get("measure_conditions")))
    except ValueError as error:
        return {**duty, "problem": "condition_not_read", "detail": str(error)}
    if is_control:
        return {**duty, "problem": "no_amount"}
    rows = component_rows(fields.get("measure_components"))
    if not rows:
        in_conditions = any(condition.components for condition in duty["conditions"])
        return {**duty, "problem": "" if in_conditions else "no_components"}
    components, text, unit, problem, detail = taric_rate(rows)
    if fields.get("suspension_legal_act"):
        components, problem = None, "stopped_measure"
    return {
        **duty,
        "rate_text": duty["rate_text"] or text,
        "components": components,
        "unit": unit,
        "problem": problem,
        "detail": detail,
    }


# --- Quotas --------------------------------------------------------------------------


def _add_quota(row, measure, definition, document):
    """Add the period of a quota that a measure is bound to, once for all origins."""
    if not definition or not measure.order_number:
        return
    try:
        start = to_date(definition.get("validity_start_date"))
        end = to_date(definition.get("validity_end_date"))
        volume = to_number(definition.get("initial_volume"))
    except ValueError as error:
        flag = Flag(row, measure.order_number, "bad_quota", str(error), "definition")
        document.flags.append(flag)
        return
    origins = (measure.origin,) if measure.origin else ()
    for place, quota in enumerate(document.quotas):
        if (quota.order_number, quota.valid_from) == (measure.order_number, start):
            both = tuple(dict.fromkeys(quota.origins + origins))
            document.quotas[place] = replace(quota, origins=both)
            return
    state = as_text(definition.get("status")).lower()
    document.quotas.append(
        QuotaRow(
            row,
            measure.order_number,
            valid_from=start,
            valid_to=end,
            volume=volume,
            unit=_quota_unit(row, measure, definition, document),
            state=state if state in _STATES else "open",
            origins=origins,
        )
    )


def _quota_unit(row, measure, definition, document):
    """Return the unit of a quota, given in words: ``Kilogram (kg)``."""
    words = as_text(definition.get("measurement_unit"))
    short = re.search(r"\(([^()]+)\)\s*$", words)
    for text in (short[1] if short else "", words):
        found = find_unit(text) if text else None
        if found and found.per == 1 and not found.times:
            return found.unit
    if words:
        flag = Flag(row, measure.order_number, "unknown_unit", words, "unit")
        document.flags.append(flag)
    return words
