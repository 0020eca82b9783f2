"""Rows of a model written by COPY, as ``create()`` would have stored them.

A tariff has tens of thousands of lines.  ``create()`` takes minutes for them, most of
it for caches, recomputations and checks that are known beforehand for rows of a file.
COPY takes seconds.  What the ORM does besides is done here or by the callers:
defaults, who and when, stored computed columns, rules between records, caches.
"""

import io
import re
from datetime import date

from odoo.exceptions import ValidationError
from odoo.tools import SQL

_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


def to_copy_text(value):
    """Return a value in the text format of COPY: text, figure, date, boolean, None."""
    if value is None:
        return r"\N"
    if isinstance(value, str):
        if value.isprintable() and "\\" not in value:
            return value
        return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], value)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


class BulkTable:
    """Inserts and updates rows of one model.

    :param model: empty recordset in the environment of the user who writes
    :param names: stored columns of the rows that are written, ``id`` first
    :param constants: columns that are the same in all rows
    """

    def __init__(self, model, names, **constants):
        self.model = model
        self.cr = model.env.cr
        self.names = tuple(names)
        self.constants = constants

    def reserve_ids(self, count):
        """Return ``count`` new ids, so that rows can refer to each other."""
        rows = self.model.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"{self.model._table}_id_seq",
                count,
            )
        )
        return [row[0] for row in rows]

    def insert(self, rows):
        """Write new rows; columns that are not named get their defaults."""
        if not rows:
            return
        defaults = self._get_default_columns()
        stamp = self._get_stamp()
        columns = (
            *self.names,
            *self.constants,
            *defaults,
            "create_uid",
            "create_date",
            "write_uid",
            "write_date",
        )
        tail = [*self.constants.values(), *defaults.values(), *stamp, *stamp]
        self._copy(self.model._table, columns, rows, tail)

    def update(self, rows):
        """Overwrite the named columns of rows found by their id."""
        if not rows:
            return
        stage = SQL.identifier(f"{self.model._table}_stage")
        table = SQL.identifier(self.model._table)
        columns = [SQL.identifier(name) for name in self.names]
        values = [name for name in self.names if name != "id"]
        self.cr.execute(
            SQL(
                "CREATE TEMP TABLE %s ON COMMIT DROP AS SELECT %s FROM %s WHERE false",
                stage,
                SQL(", ").join(columns),
                table,
            )
        )
        self._copy(f"{self.model._table}_stage", self.names, rows, ())
        self.cr.execute(
            SQL(
                "UPDATE %s t SET %s, write_uid = %s, write_date = %s"
                " FROM %s s WHERE s.id = t.id",
                table,
                SQL(", ").join(
                    [
                        *(
                            SQL("%s = s.%s", SQL.identifier(name), SQL.identifier(name))
                            for name in values
                        ),
                        *(
                            SQL("%s = %s", SQL.identifier(name), value)
                            for name, value in self.constants.items()
                        ),
                    ]
                ),
                *self._get_stamp(),
                stage,
            )
        )
        self.cr.execute(SQL("DROP TABLE %s", stage))

    def set_values(self, ids, **values):
        """Set the same values on many rows."""
        if not ids:
            return
        pairs = [
            SQL("%s = %s", SQL.identifier(name), value)
            for name, value in values.items()
        ]
        self.cr.execute(
            SQL(
                "UPDATE %s SET %s, write_uid = %s, write_date = %s WHERE id = ANY(%s)",
                SQL.identifier(self.model._table),
                SQL(", ").join(pairs),
                *self._get_stamp(),
                list(ids),
            )
        )

    def delete(self, column, ids):
        """Delete the rows whose ``column`` is one of ``ids``."""
        if ids:
            self.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE %s = ANY(%s)",
                    SQL.identifier(self.model._table),
                    SQL.identifier(column),
                    list(ids),
                )
            )

    def check_overlaps(self, column, values):
        """Apply the rule that one record of a key is in force, as the model would.

        One pass over the records of a batch instead of the model's comparison in pairs:
        the planner knows nothing yet of rows that have just been written.

        :param column: column of the key, one of whose ``values`` the rows have
        :raise ValidationError: when two are; rows of a file were compared before, so
            somebody else wrote at the same time
        """
        model = self.model
        rows = model.env.execute_query(
            SQL(
                """
                SELECT id, other_id
                  FROM (SELECT id, COALESCE(date_from, '-infinity') AS start,
                               LAG(id) OVER w AS other_id,
                               LAG(COALESCE(date_to, 'infinity')) OVER w AS other_end
                          FROM %(table)s
                         WHERE active AND tariff_id = %(tariff)s
                           AND (%(column)s = ANY(%(values)s)
                                OR (%(column)s IS NULL AND %(with_empty)s))
                        WINDOW w AS (PARTITION BY %(key)s
                                     ORDER BY COALESCE(date_from, '-infinity'))) found
                 WHERE other_end >= start
                 LIMIT 1
                """,
                table=SQL.identifier(model._table),
                tariff=self.constants["tariff_id"],
                column=SQL.identifier(column),
                values=list(values - {None}),
                with_empty=None in values,
                key=SQL(", ").join(
                    SQL.identifier(name) for name in model._validity_key
                ),
            )
        )
        if rows:
            raise ValidationError(
                model.env._(
                    "%(record)s overlaps %(other)s. End the older one the day before "
                    "the new one starts, then press Continue.",
                    record=model.browse(rows[0][0]).display_name,
                    other=model.browse(rows[0][1]).display_name,
                )
            )

    def _get_stamp(self):
        """Return who writes and when, as the ORM does."""
        return self.model.env.uid, self.cr.now().isoformat(" ")

    def _get_default_columns(self):
        """Return ``{column: default}`` of the stored columns that rows do not name."""
        model = self.model.browse()
        taken = {
            *self.names,
            *self.constants,
            "create_uid",
            "create_date",
            "write_uid",
            "write_date",
        }
        fields = [
            field
            for field in model._fields.values()
            if field.store and field.column_type and field.name not in taken
        ]
        defaults = model.default_get([field.name for field in fields])
        return {
            field.name: field.convert_to_column_insert(
                defaults[field.name], model, validate=False
            )
            for field in fields
            if field.name in defaults and not field.translate
        }

    def _copy(self, table, columns, rows, tail):
        """COPY rows, each followed by the same ``tail`` of values."""
        copy_rows(self.cr, table, columns, rows, tail)


def copy_rows(cr, table, columns, rows, tail=()):
    """COPY rows into a table.

    :param table: name of a table of ours, as ``columns``: never from a file
    """
    end = "".join(f"\t{to_copy_text(value)}" for value in tail) + "\n"
    buffer = io.StringIO(
        "".join("\t".join(map(to_copy_text, row)) + end for row in rows)
    )
    statement = SQL(
        "COPY %s (%s) FROM STDIN",
        SQL.identifier(table),
        SQL(", ").join(SQL.identifier(column) for column in columns),
    )
    cr.copy_expert(statement.code, buffer)
