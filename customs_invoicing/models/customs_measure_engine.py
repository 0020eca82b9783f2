from functools import lru_cache

from odoo import api, models

from ..engine import model as engine
from ..engine import rates
from ..tools import split_codes, to_decimal


class CustomsMeasure(models.Model):
    """From records to the engine, in a number of queries that does not grow."""

    _inherit = "customs.measure"

    @api.model
    def _search_for_items(self, tariff, codes, on_date):
        """Return the measures that can concern any of the tariff codes on a day.

        One query whatever the number of codes.
        """
        prefixes = {code[:length] for code in codes for length in range(len(code) + 1)}
        prefixes.discard("")
        names = [
            field.name
            for field in self._fields.values()
            if field.column_type and field.store
        ]
        return self.search_fetch(
            [
                ("tariff_id", "=", tariff.id),
                ("measure_type_id.active", "=", True),
                ("date_from", "<=", on_date),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", on_date),
                "|",
                ("code_prefix", "=", False),
                ("code_prefix", "in", list(prefixes)),
            ],
            names,
        )

    def _to_engine(self):
        """Return the records as engine measures, keyed by record id.

        Controls and units have no amount and are left out.
        """
        parts = self._read_parts()
        types = {kind: kind._prepare_engine_vals() for kind in self.measure_type_id}
        countries = self._read_group_countries()
        return [
            engine.Measure(
                **{
                    **types[measure.measure_type_id],
                    **measure._prepare_engine_vals(parts, countries),
                }
            )
            for measure in self
            if measure.rate_state != "control"
            and measure.measure_type_id.series not in ("control", "unit")
        ]

    def _prepare_engine_vals(self, parts, countries):
        """Return what is this measure's own; its type gives the rest."""
        self.ensure_one()
        vals = {
            "key": self.id,
            "components": self._get_components(parts),
            "code_prefix": self.code_prefix or "",
            "origin": self.origin_id.code or "",
            "origins": self._get_origins(countries),
            "origins_excluded": frozenset(parts["excluded"].get(self.id, ())),
            "valid_from": self.date_from,
            "valid_to": self.date_to or None,
            "quota": self.quota_id.order_number or "",
            "additional_code": self.additional_code or "",
            "reduction_indicator": self.reduction_indicator or "",
            "procedures": split_codes(self.procedure_codes),
            "transport_modes": split_codes(self.transport_modes),
            "conditions": tuple(parts["conditions"].get(self.id, ())),
            "tiers": tuple(parts["tiers"].get(self.id, ())),
            "minimum": to_decimal(self.amount_min) or None,
            "maximum": to_decimal(self.amount_max) or None,
            "legal_source": self.legal_reference or "",
            "rate_text": self._get_printed_rate(parts),
        }
        if self.preference_code:
            vals["claims"] = split_codes(self.preference_code)
        elif self.agreement_id and not self.measure_type_id.claim_codes:
            vals["claims"] = self.agreement_id._get_claim_codes()
        if self.id in parts["base"]:
            vals["base"] = tuple(parts["base"][self.id])
        if self.floor_total_percent:
            vals["floor_total"] = to_decimal(self.floor_total_percent)
            vals["floor_less"] = frozenset(parts["floor"].get(self.id, ()))
        for prefix in ("", "base_", "total_"):
            if rounding := self._read_rounding(prefix):
                vals[f"{prefix}rounding"] = rounding
        return vals

    def _get_components(self, parts):
        """Return the rate, ``None`` where nobody knows it.

        No components at all are free of duty only where the text says so, or where the
        amount comes from tiers, an all-in rate or the conditions.
        """
        self.ensure_one()
        if self.rate_state == "flagged":
            return None
        components = tuple(parts["components"].get(self.id, ()))
        has_other_rate = (
            self.floor_total_percent
            or self.id in parts["tiers"]
            or any(c.components for c in parts["conditions"].get(self.id, ()))
        )
        if components or has_other_rate or read_rate(self.rate_text or "") == ():
            return components
        return None

    def _get_printed_rate(self, parts):
        """Return the rate text, unless it says another rate than the components."""
        self.ensure_one()
        read = read_rate(self.rate_text or "")
        components = tuple(parts["components"].get(self.id, ()))
        if read is not None and components and read != components:
            return ""  # the engine prints the components
        return self.rate_text or ""

    def _get_origins(self, countries):
        """Return the countries of the group; one without any covers none."""
        group = self.origin_group_id
        if not group:
            return frozenset()
        return countries.get(group.id) or frozenset([f"({group.name})"])

    def _read_group_countries(self):
        groups = self.origin_group_id
        groups.country_ids.mapped("code")
        return {
            group.id: frozenset(group.country_ids.mapped("code")) for group in groups
        }

    def _read_parts(self):
        """Return everything that hangs on the measures, by kind and measure id.

        One query a table, however many measures there are.
        """
        conditions = self._search_parts("customs.measure.condition")
        components = self.env["customs.measure.component"].search_fetch(
            [
                "|",
                ("measure_id", "in", self.ids),
                ("condition_id", "in", conditions.ids),
            ],
            _stored_names(self.env["customs.measure.component"]),
        )
        by_measure, by_condition = {}, {}
        for component in components:
            key = component.measure_id.id or component.condition_id.id
            owner = by_measure if component.measure_id else by_condition
            owner.setdefault(key, []).append(component._to_engine())
        return {
            "components": by_measure,
            "conditions": _by_measure(
                conditions, lambda c: c._to_engine(by_condition.get(c.id, ()))
            ),
            "base": _by_measure(
                self._search_parts("customs.measure.base"), lambda b: b._to_engine()
            ),
            "tiers": _by_measure(
                self._search_parts("customs.measure.tier"), lambda t: t._to_engine()
            ),
            "excluded": self._read_related_codes("excluded_country_ids"),
            "floor": self._read_related_codes("floor_less_type_ids"),
        }

    def _search_parts(self, model):
        records = self.env[model]
        return records.search_fetch(
            [("measure_id", "in", self.ids)], _stored_names(records)
        )

    def _read_related_codes(self, name):
        """Return ``{measure id: codes}`` of a many-to-many, in one query."""
        groups = self._read_group(
            [("id", "in", self.ids), (name, "!=", False)], [name], ["id:array_agg"]
        )
        result = {}
        for record, measure_ids in groups:
            for measure_id in measure_ids:
                result.setdefault(measure_id, []).append(record.code)
        return result


def _by_measure(records, convert):
    result = {}
    for record in records:
        result.setdefault(record.measure_id.id, []).append(convert(record))
    return result


def _stored_names(records):
    return [
        field.name
        for field in records._fields.values()
        if field.column_type and field.store
    ]


@lru_cache(maxsize=4096)
def read_rate(text):
    """Return the components of a rate text, ``None`` where it cannot be read."""
    try:
        rate = rates.parse(text)
    except rates.RateTextError:
        return None
    return None if rate.reference else rate.components
