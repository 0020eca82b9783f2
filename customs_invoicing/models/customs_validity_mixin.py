from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CustomsValidityMixin(models.AbstractModel):
    """A dated record: in force from a day to a day, both counted.

    A model that names the fields of its key in ``_validity_key`` has at most one record
    of a key in force on any day.
    """

    _name = "customs.validity.mixin"
    _description = "Customs Record with Validity"

    #: Names of the stored columns that make two records rivals; () for no rule
    _validity_key = ()
    #: Whether a record without an end gives way to the next one of its key
    _validity_open_ends = False

    date_from = fields.Date(string="Valid from")
    date_to = fields.Date(string="Valid to", help="Last day. Empty: no end is known.")

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_from IS NULL OR date_from <= date_to)",
        "A validity must start before it ends.",
    )

    @api.constrains(
        lambda self: (
            *self._validity_key,
            "date_from",
            "date_to",
            *(["active"] if "active" in self._fields else []),
        )
    )
    def _check_validity_overlap(self):
        """Refuse two records of one key that are in force on the same day."""
        if not self._validity_key or not self.ids:
            return
        self.flush_model()
        rows = self.env.execute_query(self._get_overlap_query())
        if rows:
            record, other = self.browse(rows[0][0]), self.browse(rows[0][1])
            raise ValidationError(
                self.env._(
                    "%(record)s overlaps %(other)s (%(from)s to %(to)s). End the older "
                    "one the day before the new one starts.",
                    record=record.display_name,
                    other=other.display_name,
                    **{
                        "from": other.date_from or "…",
                        "to": other.date_to or "…",
                    },
                )
            )

    def _get_overlap_query(self):
        same = SQL(" AND ").join(
            # comparisons that the database can hash or look up, unlike IS NOT DISTINCT
            SQL(
                "o.%(name)s = m.%(name)s"
                if self._fields[name].required
                else "COALESCE(o.%(name)s::text, '') = COALESCE(m.%(name)s::text, '')",
                name=SQL.identifier(name),
            )
            for name in self._validity_key
        )
        active = SQL("m.active AND o.active AND") if "active" in self else SQL()
        ends = (
            SQL("m.date_to IS NOT NULL AND o.date_to IS NOT NULL AND")
            if self._validity_open_ends
            else SQL()
        )
        return SQL(
            """
            SELECT m.id, o.id
              FROM %(table)s m
              JOIN %(table)s o ON o.id != m.id AND %(same)s
             WHERE %(active)s %(ends)s
                   COALESCE(o.date_from, '-infinity'::date)
                   <= COALESCE(m.date_to, 'infinity'::date)
               AND COALESCE(m.date_from, '-infinity'::date)
                   <= COALESCE(o.date_to, 'infinity'::date)
               AND m.id = ANY(%(ids)s)
             LIMIT 1
            """,
            table=SQL.identifier(self._table),
            same=same,
            active=active,
            ends=ends,
            ids=list(self.ids),
        )

    @api.model
    def _domain_in_force(self, day):
        """Return the domain of what is in force on a day."""
        return [
            "|",
            ("date_from", "=", False),
            ("date_from", "<=", day),
            "|",
            ("date_to", "=", False),
            ("date_to", ">=", day),
        ]
