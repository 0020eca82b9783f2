"""Rates on codes, in batches."""

from odoo.tools import SQL

from .customs_tariff_import_bulk import BulkTable, copy_rows
from .customs_tariff_import_lookups import NO_AMOUNT
from .customs_tariff_import_rates import COMPONENT_COLUMNS, RateColumns
from .customs_tariff_import_rules import (
    CONFLICT,
    CORRECT,
    DATE,
    INSERT,
    UNCHANGED,
    Stored,
    decide,
    overlaps,
)
from .customs_tariff_import_run import digest

KIND = "measures"
GENERAL = "general"

_COLUMNS = (
    "id",
    "measure_type_id",
    "code_prefix",
    "origin_id",
    "origin_group_id",
    "additional_code",
    "agreement_id",
    "preference_code",
    "quota_id",
    "reduction_indicator",
    "rate_text",
    "rate_state",
    "rate_problem",
    "legal_reference",
    "source_key",
    "date_from",
    "date_to",
    "import_digest",
)
#: Columns of the key besides type and code
KEY_COLUMNS = (
    "origin_id",
    "origin_group_id",
    "preference_code",
    "additional_code",
    "quota_id",
    "reduction_indicator",
    "procedure_codes",
    "transport_modes",
)


class MeasuresStep:
    """Writes the measure rows of a document."""

    def __init__(self, run, lookups):
        self.run = run
        self.env = run.env
        self.lookups = lookups
        self.rates = RateColumns(self.env, lookups)
        self.rows = run.document.measures
        self._marks = {}

    def prepare(self):
        """Find or create what the rows name, and what makes them rivals."""
        self.lookups.create_types(self.rows)
        self.lookups.create_areas(self.rows)
        self.lookups.create_quotas(self.rows)
        self.problems = {}
        seen = {}
        self.keys = [self._get_key(row) for row in self.rows]
        for place, row in enumerate(self.rows):
            if reason := self._get_problem(place, row, seen):
                self.problems[place] = reason

    def _get_key(self, row):
        """Return the columns of the validity key of a row."""
        origin_id, group_id = self.lookups.get_origin(row)
        return (
            self.lookups.get_type(row).id,
            row.code or None,
            origin_id,
            group_id,
            ", ".join(row.claims) or None,
            row.additional_code.strip() or None,
            self.lookups.quotas.get(row.order_number),
            row.reduction_indicator.strip() or None,
            None,
            None,
        )

    def _get_problem(self, place, row, seen):
        """Return why a row cannot be imported, by the rules of the model."""
        start, end, _dated = self.run.get_days(row)
        if row.code and not (row.code.isdigit() and row.code.isascii()):
            return "code_not_digits"
        if end and end < start:
            return "days_reversed"
        others = seen.setdefault(self.keys[place], [])
        if any(overlaps(start, end, *other) for other in others):
            return "measure_twice"
        others.append((start, end))
        return ""

    # === A BATCH === #

    def process(self, start, stop):
        """Write the rows ``start`` to ``stop``."""
        places = []
        for place in range(start, min(stop, len(self.rows))):
            if place in self.problems:
                row = self.rows[place]
                self.run.leave_out(
                    KIND, row.row, row.code, self.problems[place], text=row.rate_text
                )
            else:
                places.append(place)
        stored = self._fetch(places)
        plan = [
            (place, *self._decide(place, stored.get(self.keys[place], ())))
            for place in places
        ]
        used = self.get_used(
            [d.record_id for _place, d, _mark in plan if d.action == CORRECT]
        )
        self._write(plan, used)

    def _fetch(self, places):
        """Return ``{key: [columns]}`` of records of the same types and codes."""
        types = list({self.keys[place][0] for place in places})
        codes = {self.keys[place][1] for place in places}
        found = {}
        for record in self.env.execute_query(
            SQL(
                """
                SELECT measure_type_id, NULLIF(code_prefix, ''), %s,
                       id, date_from, date_to, import_digest, rate_text
                  FROM customs_measure
                 WHERE active AND tariff_id = %s AND measure_type_id = ANY(%s)
                   AND (code_prefix = ANY(%s) OR (%s AND code_prefix IS NULL))
                """,
                SQL(", ").join(SQL.identifier(name) for name in KEY_COLUMNS),
                self.run.tariff_id,
                types,
                list(codes - {None}),
                None in codes,
            )
        ):
            found.setdefault(record[:10], []).append(record[10:])
        return found

    def _decide(self, place, stored):
        row = self.rows[place]
        start, end, is_dated = self.run.get_days(row)
        mark = self._get_mark(row)
        records = [
            Stored(
                record_id,
                date_from,
                date_to,
                # a measure made by hand has no digest: its text decides
                own_mark == mark if own_mark else _is_same(text, row.rate_text),
            )
            for record_id, date_from, date_to, own_mark, text in stored
        ]
        return decide(start, end, is_dated, records), mark

    def _get_mark(self, row):
        """Return the digest of what a row says; most rows share their rate."""
        rate = (row.rate_text, id(row.components), id(row.conditions))
        if rate not in self._marks:
            self._marks[rate] = digest(row.rate_text, row.components, row.conditions)
        exclusions = self._get_exclusions(row)[0]
        if not exclusions and not row.legal_reference and not row.unit:
            return self._marks[rate]
        return digest(self._marks[rate], exclusions, row.legal_reference, row.unit)

    def _get_exclusions(self, row):
        """Return ``(ids, unknown codes)`` of the countries that are left out."""
        if row.origins_excluded:
            return self.lookups.get_country_ids(row.origins_excluded)
        if row.type_code == GENERAL and not row.origin:
            return self.lookups.general_exclusions, []
        return [], []

    def get_used(self, ids):
        """Return the ids of measures that duties of declarations rest on."""
        if not ids:
            return set()
        return {
            row[0]
            for row in self.env.execute_query(
                SQL(
                    "SELECT DISTINCT measure_id FROM customs_duty_line"
                    " WHERE measure_id = ANY(%s)",
                    ids,
                )
            )
        }

    def _write(self, plan, used):
        run = self.run
        table = BulkTable(self.env["customs.measure"], _COLUMNS, **run.get_constants())
        new = [place for place, decision, _mark in plan if decision.action == INSERT]
        ids = dict(zip(new, table.reserve_ids(len(new)), strict=True))
        written, corrected, dates, ends = [], [], [], []
        for place, decision, mark in plan:
            row = self.rows[place]
            in_use = decision.action == CORRECT and decision.record_id in used
            if decision.action == CONFLICT or in_use:
                run.leave_out(
                    KIND,
                    row.row,
                    row.code,
                    "measure_used" if in_use else "other_days",
                    text=row.rate_text,
                    measure_id=decision.record_id,
                )
            elif decision.action == UNCHANGED:
                run.count(KIND, "unchanged")
            elif decision.action == DATE:
                run.count(KIND, "changed")
                dates.append((decision.record_id, decision.date_to))
            else:
                record_id = ids.get(place) or decision.record_id
                written.append((place, record_id, decision, mark))
                if decision.action == CORRECT:
                    corrected.append(record_id)
                if decision.end_id:
                    ends.append((decision.end_id, row))
        self.run.end(KIND, table, ends)
        BulkTable(table.model, ("id", "date_to")).update(dates)
        self._clear(corrected)
        self._insert(table, written)

    def _clear(self, ids):
        """Take the rates off measures that are corrected; no declaration uses them."""
        BulkTable(self.env["customs.measure.component"], ()).delete("measure_id", ids)
        BulkTable(self.env["customs.measure.condition"], ()).delete("measure_id", ids)
        if ids:
            self.env.cr.execute(
                SQL(
                    "DELETE FROM customs_measure_excluded_country"
                    " WHERE customs_measure_id = ANY(%s)",
                    ids,
                )
            )

    # === ROWS OF TABLES === #

    def _insert(self, table, written):
        measures, corrections, components, excluded, conditions = [], [], [], [], []
        for place, record_id, decision, mark in written:
            row = self.rows[place]
            state, problem = self._get_state(row)
            values = self._prepare_row(place, record_id, decision, mark, state, problem)
            is_new = decision.action == INSERT
            (measures if is_new else corrections).append(values)
            self.run.count(
                KIND, "imported" if is_new and not decision.end_id else "changed"
            )
            if state == "read":
                components += [
                    (record_id, None, *part)
                    for part in self.rates.get_parts(row.components)
                ]
            if not self.rates.get_problem(row):
                conditions += [(record_id, found) for found in row.conditions]
            excluded += self._prepare_exclusions(row, record_id)
            if state == "flagged":
                self._flag_rate(row, record_id, problem)
        table.update(corrections)
        table.insert(measures)
        table.check_overlaps(
            "code_prefix", {values[2] for values in (*measures, *corrections)}
        )
        components += self.rates.insert_conditions(conditions)
        BulkTable(self.env["customs.measure.component"], COMPONENT_COLUMNS).insert(
            components
        )
        copy_rows(
            self.env.cr,
            "customs_measure_excluded_country",
            ("customs_measure_id", "res_country_id"),
            excluded,
        )

    def _prepare_row(self, place, record_id, decision, mark, state, problem):
        row, key = self.rows[place], self.keys[place]
        start, _end, _dated = self.run.get_days(row)
        return (
            record_id,
            key[0],
            key[1],
            key[2],
            key[3],
            key[5],
            self.lookups.get_agreement(row, key[2]),
            key[4],
            key[6],
            key[7],
            row.rate_text or row.unit or None,
            state,
            problem or None,
            row.legal_reference or None,
            row.key or None,
            start,
            decision.date_to,
            mark,
        )

    def _get_state(self, row):
        """Return ``(state, problem)`` of a rate; what is not known is never zero."""
        series = self.lookups.get_type(row).series
        if row.is_control or series in NO_AMOUNT or (row.unit and not row.components):
            return "control", ""
        if row.components is None and not row.problem and row.conditions:
            return "flagged", self.env._("The rate depends on the conditions below.")
        problem = self.rates.get_problem(row)
        if problem:
            return "flagged", problem
        if row.components is None or (not row.components and not row.rate_text.strip()):
            words = self.run.get_words(
                row.row, row.code, row.problem or "no_rate", {"text": row.rate_text}
            )
            is_code = " " not in row.problem
            return "flagged", words if is_code else row.problem
        return "read", ""

    def _prepare_exclusions(self, row, record_id):
        ids, unknown = self._get_exclusions(row)
        if unknown:
            self.run.flag(
                KIND,
                row.row,
                row.code,
                "country_unknown",
                text=", ".join(unknown),
                measure_id=record_id,
            )
        return [(record_id, country_id) for country_id in ids]

    def _flag_rate(self, row, record_id, problem):
        """Flag a rate that was not read; one in the conditions needs nobody."""
        if row.components is None and not row.problem and row.conditions:
            return
        self.run.flag(
            KIND,
            row.row,
            row.code,
            "rate_not_read",
            text=row.rate_text or row.unit,
            words=problem,
            column_name=row.type_code,
            measure_id=record_id,
        )


def _is_same(text, other):
    return " ".join((text or "").split()) == " ".join((other or "").split())
