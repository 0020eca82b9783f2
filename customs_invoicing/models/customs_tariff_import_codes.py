"""Lines of a nomenclature, in batches."""

from odoo.tools import SQL

from .customs_tariff_code import REAL_SUFFIX
from .customs_tariff_import_bulk import BulkTable
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

KIND = "codes"
#: A row that says of a code what an earlier one said; its rate may be another
SAME_AGAIN = "same_again"
SEPARATOR = " › "

_COLUMNS = (
    "id",
    "code",
    "suffix",
    "indent",
    "description",
    "parent_id",
    "parent_path",
    "full_description",
    "hs6",
    "supplementary_unit",
    "units",
    "declarable",
    "date_from",
    "date_to",
    "import_digest",
)
_TREE_COLUMNS = ("id", "parent_id", "parent_path", "full_description")
#: Units of mass, which are no supplementary units
_MASS_UNITS = frozenset(("kg", "g", "t", "kg.", "mt", "mt.", "kgm", "grm", "tne"))
#: Suffixes of lines that only group others, outermost first
_GROUP_SUFFIXES = tuple(str(n) for n in (*range(10, 80, 10), *range(71, 80)))


class CodesStep:
    """Writes the code rows of a document."""

    def __init__(self, run):
        self.run = run
        self.env = run.env
        self.rows = run.document.codes
        self.is_flat = not any(row.parent_row or row.indent for row in self.rows)
        self.keys, self.problems = self._get_keys()
        self.paths = self._get_paths()
        self.nodes = {}  # row: (id, parent_path), of rows that are written
        self.touched = set()  # ids whose text is new, so that paths below are

    # === BEFORE: ONCE FOR THE WHOLE FILE === #

    def _get_keys(self):
        """Return ``({row: (code, suffix)}, {row: reason})``.

        A line without a number takes the code of the first numbered line below it,
        which keeps the order of the nomenclature.
        """
        keys, problems, below = {}, {}, ""
        groups = {}
        for row in reversed(self.rows):
            if row.code:
                below = row.code
                keys[row.row] = row.code, row.suffix or REAL_SUFFIX
            else:
                groups.setdefault(below, []).append(row.row)
        for code, numbers in groups.items():
            for number, suffix in zip(reversed(numbers), _GROUP_SUFFIXES, strict=False):
                keys[number] = code, suffix
        seen = {}
        for row in self.rows:
            reason = self._get_problem(row, keys.get(row.row), seen)
            if reason:
                problems[row.row] = reason
        return keys, problems

    def _get_problem(self, row, key, seen):
        """Return why a row cannot be imported, by the rules of the model."""
        length = self.run.code_length
        if not key or not key[0]:
            return "no_code_below"
        if not key[0].isdigit() or not key[0].isascii():
            return "code_not_digits"
        if length and len(key[0]) > length:
            return "code_too_long"
        start, end, _dated = self.run.get_days(row)
        if end and end < start:
            return "days_reversed"
        for other_start, other_end, words in seen.get(key, ()):
            if overlaps(start, end, other_start, other_end):
                return SAME_AGAIN if row.description in ("", words) else "row_twice"
        seen.setdefault(key, []).append((start, end, row.description))
        return ""

    def _get_paths(self):
        """Return ``{row: (row above, description with all lines above)}``."""
        paths, by_code = {}, {}
        by_row = {row.row: row for row in self.rows}
        for row in self.rows:
            parent = row.parent_row
            while parent in self.problems:  # left out: its own line above stands in
                parent = by_row[parent].parent_row
            if self.is_flat:
                parent = _get_prefix_row(row.code, by_code)
            above = paths[parent][1] if parent in paths else ""
            words = SEPARATOR.join(filter(None, (above, row.description or row.code)))
            paths[row.row] = parent, words
            if row.row not in self.problems:
                by_code.setdefault(row.code, row.row)
        return paths

    # === A BATCH === #

    def process(self, start, stop):
        """Write the rows ``start`` to ``stop``."""
        rows = []
        for row in self.rows[start:stop]:
            if row.row in self.problems:
                self._leave_out(row)
            else:
                rows.append(row)
        stored = self._fetch(rows)
        self._load_parents(rows)
        plan = [(row, *self._decide(row, stored)) for row in rows]
        new = [row for row, decision, _mark in plan if decision.action == INSERT]
        table = BulkTable(
            self.env["customs.tariff.code"], _COLUMNS, **self.run.get_constants()
        )
        ids = dict(
            zip((row.row for row in new), table.reserve_ids(len(new)), strict=True)
        )
        self._write(table, plan, ids, stored)

    def _leave_out(self, row):
        if self.problems[row.row] == SAME_AGAIN:
            self.run.count(KIND, "unchanged")
            return
        key = self.keys.get(row.row) or (row.code, "")
        self.run.leave_out(
            KIND,
            row.row,
            key[0],
            self.problems[row.row],
            text=row.description or row.code,
        )

    def _fetch(self, rows):
        """Return ``{(code, suffix): [columns]}`` of records of these codes."""
        found = {}
        codes = {self.keys[row.row][0] for row in rows}
        for record in self.env.execute_query(
            SQL(
                """
                SELECT code, suffix, id, date_from, date_to, import_digest,
                       description->>'en_US', parent_id, parent_path, full_description
                  FROM customs_tariff_code
                 WHERE tariff_id = %s AND active AND code = ANY(%s)
                """,
                self.run.tariff_id,
                list(codes),
            )
        ):
            found.setdefault(record[:2], []).append(record[2:])
        return found

    def _load_parents(self, rows):
        """Find the records of lines above that an earlier batch wrote."""
        missing = {
            parent
            for row in rows
            if (parent := self.paths[row.row][0]) and parent not in self.nodes
        }
        by_row = {row.row: row for row in self.rows} if missing else {}
        above = [by_row[number] for number in missing]
        stored = self._fetch(above) if above else {}
        for row in above:
            start, _end, _dated = self.run.get_days(row)
            for record in stored.get(self.keys[row.row], ()):
                if overlaps(start, start, record[1], record[2]):
                    self.nodes[row.row] = record[0], record[6]

    def _decide(self, row, stored):
        """Return the decision for a row and the digest of its content."""
        start, end, is_dated = self.run.get_days(row)
        mark = digest(
            row.description, row.indent, row.units, row.declarable, row.suffix
        )
        records = [
            Stored(
                record_id,
                date_from,
                date_to,
                _is_same(row, mark, own_mark, text),
            )
            for record_id, date_from, date_to, own_mark, text, *_tree in stored.get(
                self.keys[row.row], ()
            )
        ]
        return decide(start, end, is_dated, records), mark

    def _write(self, table, plan, ids, stored):
        run, inserts, corrects, tree, dates, ends = self.run, [], [], [], [], []
        trees = {
            record[0]: tuple(record[5:])
            for records in stored.values()
            for record in records
        }
        for row, decision, mark in plan:
            if decision.action == CONFLICT:
                key = self.keys[row.row]
                run.leave_out(
                    KIND,
                    row.row,
                    key[0],
                    "other_days",
                    text=row.description,
                    tariff_code_id=decision.record_id,
                )
                continue
            record_id = ids.get(row.row) or decision.record_id
            node = self._get_node(row, record_id)
            if decision.action in (INSERT, CORRECT):
                rows = inserts if decision.action == INSERT else corrects
                rows.append(self._prepare_row(row, record_id, node, decision, mark))
                self.touched.add(record_id)
                is_new = decision.action == INSERT and not decision.end_id
                run.count(KIND, "imported" if is_new else "changed")
                if decision.end_id:
                    ends.append((decision.end_id, row))
            else:
                run.count(
                    KIND, "unchanged" if decision.action == UNCHANGED else "changed"
                )
                if decision.action == DATE:
                    dates.append((record_id, decision.date_to))
                if trees[record_id] != node and self._is_moved(
                    row, trees[record_id], node
                ):
                    tree.append((record_id, *node))
        self.run.end(KIND, table, ends)
        table.update(corrects)
        table.insert(inserts)
        table.check_overlaps("code", {row[1] for row in (*inserts, *corrects)})
        BulkTable(table.model, _TREE_COLUMNS).update(tree)
        BulkTable(table.model, ("id", "date_to")).update(dates)

    def _get_node(self, row, record_id):
        """Return ``(parent id, parent path, full description)`` of a row."""
        parent, words = self.paths[row.row]
        parent_id, above = self.nodes.get(parent, (None, ""))
        path = f"{above or ''}{record_id}/"
        self.nodes[row.row] = record_id, path
        return parent_id, path, words

    def _is_moved(self, row, stored_tree, node):
        """Whether a line that is the same stands below another one, or other words.

        The words of a line somebody corrected by hand stay as long as nothing above
        changes.
        """
        if self.is_flat:  # the file knows no tree: what is there stays
            return False
        if stored_tree[:2] != node[:2] or node[0] in self.touched:
            self.touched.add(self.nodes[row.row][0])
            return True
        return False

    def _prepare_row(self, row, record_id, node, decision, mark):
        code, suffix = self.keys[row.row]
        start, _end, _dated = self.run.get_days(row)
        parent_id, path, words = node
        return (
            record_id,
            code,
            suffix,
            row.indent,
            self.run.to_translated(row.description or code),
            parent_id,
            path,
            words,
            code[:6] if len(code) >= 6 else "",
            get_supplementary_unit(row.units),
            ", ".join(row.units) or None,
            row.declarable,
            start,
            decision.date_to,
            mark,
        )


def _is_same(row, mark, own_mark, text):
    """Whether a record says what the row says.

    A row without words says nothing new of a code.  A line made by hand has no digest:
    its words decide.
    """
    if not row.description:
        return True
    return own_mark == mark if own_mark else text == row.description


def _get_prefix_row(code, by_code):
    """Return the row of the longest code that begins this one, ``None`` for none.

    Only for lists without indents: nothing else tells what stands below what.
    """
    for end in range(len(code) - 1, 1, -1):
        if code[:end] in by_code:
            return by_code[code[:end]]
    return None


def get_supplementary_unit(units):
    """Return the first unit of quantity besides mass, ``None`` if there is none."""
    return next((unit for unit in units if unit.lower() not in _MASS_UNITS), None)
