from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..engine import measures as engine
from ..tools import to_decimal

#: Bases a measure type offers, as terms of the engine
BASES = {
    "customs_value": engine.BASE_VALUE,
    "customs_value_and_duties": engine.BASE_VALUE_AND_DUTIES,
}


class CustomsMeasure(models.Model):
    """One dated rate on a tariff code for an origin (percentage rates)."""

    _name = "customs.measure"
    _description = "Customs Measure"
    _order = "tariff_id, code_prefix, measure_type_id, date_from desc, id"

    measure_type_id = fields.Many2one(
        string="Measure type",
        comodel_name="customs.measure.type",
        required=True,
        index=True,
        ondelete="restrict",
    )
    tariff_id = fields.Many2one(
        related="measure_type_id.tariff_id", store=True, index=True
    )
    tax_code_id = fields.Many2one(
        string="Tax code", related="measure_type_id.tax_code_id"
    )
    code_prefix = fields.Char(
        string="Tariff code",
        index=True,
        help="Digits of the code or of its first part: 8712 covers all of heading "
        "8712. Empty covers every code.",
    )
    origin_id = fields.Many2one(
        comodel_name="res.country",
        help="Country of origin. Empty: all origins (erga omnes).",
    )
    preference_code = fields.Char(
        string="Preference code",
        help="The measure applies only to an item that claims this preference.",
    )
    rate_percent = fields.Float(
        string="Rate (%)",
        digits=(12, 6),
        required=True,
        help="Percentage of the base. 0 means free of duty.",
    )
    rate_text = fields.Char(string="Rate text", help="Rate as printed in the tariff.")
    date_from = fields.Date(string="Valid from", required=True)
    date_to = fields.Date(string="Valid to")
    legal_reference = fields.Char(
        string="Legal reference", help="Regulation or notice that set the rate."
    )
    active = fields.Boolean(default=True)

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_from <= date_to)",
        "The validity of a measure must start before it ends.",
    )
    _rate_not_negative = models.Constraint(
        "CHECK(rate_percent >= 0)", "A rate cannot be negative."
    )

    @api.depends("measure_type_id", "code_prefix", "origin_id", "rate_percent")
    def _compute_display_name(self):
        for record in self:
            parts = [
                record.measure_type_id.display_name,
                record.code_prefix or self.env._("all codes"),
                record.origin_id.code,
                f"{record.rate_percent:g} %",
            ]
            record.display_name = " · ".join(part for part in parts if part)

    @api.constrains("code_prefix")
    def _check_code_prefix(self):
        for record in self.filtered("code_prefix"):
            if not record.code_prefix.isdigit():
                raise ValidationError(
                    self.env._(
                        "Tariff code %(code)s of a measure must be digits.",
                        code=record.code_prefix,
                    )
                )

    @api.constrains(
        "measure_type_id",
        "code_prefix",
        "origin_id",
        "preference_code",
        "date_from",
        "date_to",
        "active",
    )
    def _check_overlap(self):
        """Refuse two rates for the same type, code, origin and preference at once."""
        self.flush_model()
        rows = self.env.execute_query(self._get_overlap_query())
        if rows:
            measure = self.browse(rows[0][0])
            raise ValidationError(
                self.env._(
                    "%(measure)s overlaps another measure of the same type, code, "
                    "origin and preference. End the older one the day before.",
                    measure=measure.display_name,
                )
            )

    def _get_overlap_query(self):
        return SQL(
            """
            SELECT m.id
              FROM customs_measure m
              JOIN customs_measure o
                ON o.measure_type_id = m.measure_type_id
               AND o.id != m.id
               AND o.active
               AND COALESCE(o.code_prefix, '') = COALESCE(m.code_prefix, '')
               AND COALESCE(o.origin_id, 0) = COALESCE(m.origin_id, 0)
               AND COALESCE(o.preference_code, '') = COALESCE(m.preference_code, '')
               AND o.date_from <= COALESCE(m.date_to, 'infinity'::date)
               AND m.date_from <= COALESCE(o.date_to, 'infinity'::date)
             WHERE m.active AND m.id = ANY(%s)
             LIMIT 1
            """,
            list(self.ids),
        )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_prefix(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_prefix(vals))

    def _clean_prefix(self, vals):
        if vals.get("code_prefix"):
            prefix = "".join(char for char in vals["code_prefix"] if char not in ". ")
            vals = {**vals, "code_prefix": prefix}
        return vals

    @api.model
    def _search_for_items(self, tariff, codes, on_date):
        """Return the measures that can concern any of the tariff codes on a day.

        One query whatever the number of codes.
        """
        prefixes = {code[:length] for code in codes for length in range(len(code) + 1)}
        prefixes.discard("")
        return self.search(
            [
                ("tariff_id", "=", tariff.id),
                ("date_from", "<=", on_date),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", on_date),
                "|",
                ("code_prefix", "=", False),
                ("code_prefix", "in", list(prefixes)),
            ]
        )

    def _to_engine(self):
        """Return the records as engine measures, keyed by record id."""
        result = []
        for measure in self:
            kind = measure.measure_type_id
            result.append(
                engine.Measure(
                    key=measure.id,
                    type_code=kind.code,
                    tax_code=kind.tax_code_id.code,
                    code_prefix=measure.code_prefix or "",
                    origin=measure.origin_id.code or "",
                    valid_from=measure.date_from,
                    valid_to=measure.date_to or None,
                    rate=to_decimal(measure.rate_percent),
                    selection=kind.selection,
                    group=kind.group or "",
                    priority=kind.priority,
                    sequence=kind.sequence,
                    base=BASES[kind.base],
                    in_vat_base=kind.in_vat_base,
                    requires_claim=measure.preference_code or "",
                    rounding=kind._get_rounding(),
                    rate_text=measure.rate_text or "",
                    legal_source=measure.legal_reference or "",
                )
            )
        return result
