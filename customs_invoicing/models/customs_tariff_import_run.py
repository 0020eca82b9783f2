"""The work on one publication: its rows, and what is looked up once for all of them."""

import hashlib
import json
from collections import Counter
from datetime import timedelta
from functools import cached_property

from odoo.tools import SQL

from ..formats.errors import WARNINGS
from .customs_tariff_import_bulk import BulkTable

#: Kinds of rows, in the order in which they are written
KINDS = ("codes", "agreements", "quotas", "measures", "exchange_rates")
#: What is counted of a kind.  The first four add up to the rows of the file.
COUNTERS = ("imported", "changed", "unchanged", "left_out", "ended", "flagged")

#: Not of rows: flags that an earlier import of the same files had opened already
KNOWN = "known"
#: Columns that tell one flag from another, whatever the language of its sentence
_FLAG_KEY = (
    "kind",
    "row",
    "code",
    "reason_code",
    "text",
    "column_name",
    "measure_id",
    "tariff_code_id",
)
_FLAG_COLUMNS = (
    "id",
    "import_id",
    "tariff_id",
    "kind",
    "row",
    "code",
    "column_name",
    "reason_code",
    "reason",
    "text",
    "measure_id",
    "tariff_code_id",
    "is_left_out",
    "is_done",
)


def digest(*values):
    """Return a short text that is the same for the same values only."""
    return hashlib.blake2b(repr(values).encode(), digest_size=16).hexdigest()


class ImportRun:
    """A publication that is being imported, in the environment of one worker.

    Everything here can be made again from the file and the database, so a worker that
    dies loses nothing but time.

    :param job: record of ``customs.tariff.import``
    :param document: :class:`TariffDocument`
    """

    def __init__(self, job, document):
        self.job = job
        self.env = job.env
        self.tariff = job.tariff_id
        # plain values: rows ask for them a hundred thousand times
        self.tariff_id = self.tariff.id
        self.job_id = job.id
        self.edition = job.edition or None
        self.code_length = self.tariff.code_length
        self.document = document
        self.effective = job.effective_date
        self.counts = {kind: Counter() for kind in (*KINDS, "file", KNOWN)}
        for kind, counts in (job.counts or {}).items():
            self.counts[kind].update(counts)
        self.notes = list(job.notes or ())
        self._flags = []

    # === WHAT HAPPENED === #

    def count(self, kind, name, number=1):
        if number:
            self.counts[kind][name] += number

    def note(self, text):
        """Remember a sentence for the report, once."""
        if text not in self.notes:
            self.notes.append(text)

    def flag(self, kind, row, code, reason, **values):
        """Remember that somebody must look at a row.

        :param reason: key of :meth:`_get_flag_reasons`, or of the warnings of readers
        :param values: further columns of the flag, and ``words`` instead of a sentence
            by reason
        """
        words = values.pop("words", "") or self.get_words(row, code, reason, values)
        flag = {
            "kind": kind,
            "row": row or 0,
            "code": code or None,
            "reason_code": reason,
            "reason": words,
            **values,
        }
        if tuple(flag.get(name) or None for name in _FLAG_KEY) in self._known_flags:
            self.count(KNOWN, "flags")
            return
        self._flags.append(flag)
        if kind in self.counts:
            self.count(kind, "flagged")

    @cached_property
    def _known_flags(self):
        """Keys of the flags of earlier imports of the same files, done or not."""
        flags = self.env["customs.tariff.import.flag"]
        earlier = self.job._get_earlier()
        if not earlier:
            return frozenset()
        self.env.flush_all()
        return frozenset(
            tuple(value or None for value in columns)
            for columns in self.env.execute_query(
                SQL(
                    "SELECT %s FROM %s WHERE import_id = ANY(%s)",
                    SQL(", ").join(map(SQL.identifier, _FLAG_KEY)),
                    SQL.identifier(flags._table),
                    earlier.ids,
                )
            )
        )

    def leave_out(self, kind, row, code, reason, **values):
        """Flag a row that is not imported."""
        self.count(kind, "left_out")
        self.flag(kind, row, code, reason, is_left_out=True, **values)

    def get_words(self, row, code, reason, values):
        """Return the sentence of a reason in the language of the user."""
        facts = {
            "row": row or "–",
            "code": code or "–",
            "text": values.get("text") or "",
            "field": values.get("column_name") or "",
        }
        own = self.job._get_flag_reasons()
        if reason in own:
            return own[reason] % facts
        if reason not in WARNINGS:
            return " ".join(filter(None, (reason.replace("_", " "), facts["text"])))
        # the sentences of the readers are marked for translation where they stand
        sentence = self.env._(WARNINGS[reason])  # pylint: disable=W8301
        try:
            return sentence % facts
        except (KeyError, TypeError, ValueError):
            return WARNINGS[reason].split("%(", 1)[0] + facts["text"]

    def write_flags(self):
        """Store the flags remembered so far."""
        flags, self._flags = self._flags, []
        table = BulkTable(self.env["customs.tariff.import.flag"], _FLAG_COLUMNS)
        ids = table.reserve_ids(len(flags))
        common = {
            "import_id": self.job_id,
            "tariff_id": self.tariff_id,
            "is_left_out": False,
            "is_done": False,
        }
        table.insert(
            [
                tuple(
                    {**common, "id": flag_id, **flag}.get(name)
                    for name in _FLAG_COLUMNS
                )
                for flag_id, flag in zip(ids, flags, strict=True)
            ]
        )

    # === COLUMNS === #

    def get_constants(self):
        """Return the columns that are the same in all codes and measures."""
        return {
            "tariff_id": self.tariff_id,
            "edition": self.edition,
            "import_id": self.job_id,
        }

    def to_translated(self, text):
        """Return a text as the column of a translated field, as a new record has it."""
        lang = self.env.lang or "en_US"
        return json.dumps({"en_US": text, lang: text}, ensure_ascii=False)

    def end(self, kind, table, ends):
        """End the records that give way, each the day before its successor starts.

        :param ends: pairs of record id and the row that follows it
        """
        by_day = {}
        for record_id, row in ends:
            start, _end, _dated = self.get_days(row)
            by_day.setdefault(self.day_before(start), []).append(record_id)
        for day, ids in by_day.items():
            table.set_values(ids, date_to=day)
        self.count(kind, "ended", len(ends))

    @staticmethod
    def day_before(day):
        """Return the last day of what gives way on a day."""
        return day - timedelta(days=1)

    def get_days(self, row):
        """Return ``(first day, last day, whether the file says the first)``."""
        return row.valid_from or self.effective, row.valid_to, bool(row.valid_from)
