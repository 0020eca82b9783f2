"""Lines that a complete edition no longer has: ended by date, never deleted."""

from odoo.exceptions import UserError
from odoo.tools import SQL

from .customs_tariff_import_bulk import BulkTable
from .customs_tariff_import_measures import KEY_COLUMNS

#: From this share of the lines in force on, somebody must say that it is meant.
MUCH = 0.5
MUCH_FROM = 100


class EndingStep:
    """Ends codes and measures in force that the file does not name."""

    def __init__(self, run, codes, measures):
        self.run = run
        self.env = run.env
        self.codes = codes
        self.measures = measures

    def process(self):
        """End what is missing.

        :raise UserError: when that is so much that the file may be the wrong one
        """
        run = self.run
        if not run.job.is_complete:
            return
        if run.document.codes:
            lengths = {len(key[0]) for key in self.codes.keys.values()}
            stored = self._fetch_codes(sorted(lengths))
            known = set(self.codes.keys.values())
            self._end("codes", "customs.tariff.code", stored, known)
        if run.document.measures:
            stored = self._fetch_measures()
            self._end("measures", "customs.measure", stored, set(self.measures.keys))

    def _fetch_codes(self, lengths):
        """Return ``[(key, id, date_from)]`` of codes in force of the same lengths.

        A nomenclature of six digits says nothing about the national codes below.
        """
        return self._fetch(
            SQL(
                """
                SELECT code, suffix, id, date_from FROM customs_tariff_code
                 WHERE length(code) = ANY(%s) AND %s
                """,
                lengths,
                self._in_force(),
            )
        )

    def _fetch_measures(self):
        """Return ``[(key, id, date_from)]`` of measures in force of the same types."""
        types = list({key[0] for key in self.measures.keys})
        columns = ("measure_type_id", "NULLIF(code_prefix, '')", *KEY_COLUMNS)
        return self._fetch(
            SQL(
                """
                SELECT %s, id, date_from FROM customs_measure
                 WHERE measure_type_id = ANY(%s) AND %s
                """,
                SQL(", ".join(columns)),  # names of ours only
                types,
                self._in_force(),
            )
        )

    def _in_force(self):
        day = self.run.effective
        return SQL(
            "active AND tariff_id = %s AND (date_from IS NULL OR date_from <= %s)"
            " AND (date_to IS NULL OR date_to >= %s)",
            self.run.tariff_id,
            day,
            day,
        )

    def _fetch(self, query):
        return [(row[:-2], row[-2], row[-1]) for row in self.env.execute_query(query)]

    def _end(self, kind, model, stored, known):
        absent = [record for record in stored if record[0] not in known]
        if (
            len(stored) >= MUCH_FROM
            and len(absent) > MUCH * len(stored)
            and not self.run.job.is_much_ending_meant
        ):
            raise UserError(
                self.env._(
                    "%(absent)s of %(total)s lines in force are not in the file, which "
                    "would end them. If the file is only a part of the tariff, untick "
                    "“File is complete”; if they really end, tick “End even most "
                    "lines”. Then press Continue: nothing is lost.",
                    absent=len(absent),
                    total=len(stored),
                )
            )
        table = BulkTable(self.env[model], ())
        day = self.run.effective
        older = [record_id for _key, record_id, start in absent if start != day]
        same_day = [record_id for _key, record_id, start in absent if start == day]
        table.set_values(older, date_to=self.run.day_before(day))
        used = self.measures.get_used(same_day) if kind == "measures" else set()
        # what began on the same day cannot end before: it is put aside instead
        table.set_values([i for i in same_day if i not in used], active=False)
        self.run.count(kind, "ended", len(absent) - len(used))
        for record in self.env[model].browse(sorted(used)):
            self.run.flag(
                kind, 0, record.code_prefix, "absent_used", measure_id=record.id
            )
