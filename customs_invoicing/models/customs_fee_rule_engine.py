from decimal import Decimal

from odoo import api, models

from ..engine import rating
from ..engine.containers import full_prices
from ..engine.rating_model import RULE_TYPES, FeeRule
from ..engine.rating_words import problem_words
from ..formats.rate_card import RateCardRow
from ..tools import to_decimal
from .customs_charge_code import CHARGE_KINDS
from .customs_declaration_rating_vendor import VENDOR_KINDS

#: Parameters that are no figure
CHOICES = ("unit", "basis", "clock", "day_basis")
#: Figures of which zero says something; any other that is zero is not stated
ZERO_COUNTS = {
    "amount",
    "base",
    "included",
    "free_days",
    "fixed",
    "per_day",
    "per_kg_day",
    "rate",
    "percent",
    "annual_rate",
    "fee",
}
#: Figures that have to be above zero
ABOVE_ZERO = ("rate", "percent", "annual_rate", "fee")
BANDED = ("BAND_FLAT", "BAND_PROGRESSIVE_PCT")

#: Fields behind parameters of another name
FIELDS = {
    "bands": "band_ids",
    "sizes": "band_ids",
    "rules": "child_ids",
    "applies_to": "applies_to_ids",
}


class CustomsFeeRule(models.Model):
    """Rates as the engine reads them, and what it finds wrong with them."""

    _inherit = "customs.fee.rule"

    def _to_engine(self, level="general", dates=()):
        """Return the rule as the engine reads it.

        :param level: of its card, as seen from the file
        :param dates: first and last day of validity, where not its own
        """
        self.ensure_one()
        card, type_ = self.tariff_id, self.type
        valid_from, valid_to = dates or self._get_validity()
        names = RULE_TYPES[type_]
        limits = {
            name: to_decimal(self[name]) or None
            for name in ("minimum", "maximum")
            if name not in names
        }
        return FeeRule(
            key=self.id or self._origin.id,
            charge=self.charge_code_id.id,
            type=type_,
            params=self._get_params(names),
            name=self.display_name,
            currency=card.currency_id.name or "",
            level=level,
            conditions=self._get_conditions(),
            valid_from=valid_from,
            valid_to=valid_to,
            version=str(card.version),
            tariff=card.name or "",
            **limits,
        )

    def _get_validity(self):
        """Return the days on which both the rate and its card are in force."""
        self.ensure_one()
        card = self.tariff_id
        starts = [day for day in (self.date_from, card.date_from) if day]
        ends = [day for day in (self.date_to, card.date_to) if day]
        return max(starts, default=None), min(ends, default=None)

    def _get_params(self, names):
        """Return the parameters that are stated."""
        self.ensure_one()
        params = {}
        for name in names:
            value = self._get_param(name)
            # a zero is stated, emptiness is not
            if isinstance(value, Decimal) or value:
                params[name] = value
        if self.type in BANDED and self.unit and not self.basis:
            params["basis"] = self.unit
        if self.type == "COST_PLUS":
            params = {name: value for name, value in params.items() if value}
        if self.type == "PERIOD_FLAT" and not self.extra:
            params.pop("included", None)
        return params

    def _get_param(self, name):
        if name == "bands":
            return tuple(
                (
                    None if band.is_open else to_decimal(band.limit),
                    to_decimal(band.price),
                )
                for band in self.band_ids.sorted(lambda b: (b.is_open, b.limit))
            )
        if name == "sizes":
            return full_prices(
                {band.size: to_decimal(band.price) for band in self.band_ids}
            )
        if name == "rules":
            return tuple(child._to_engine() for child in self.child_ids)
        if name == "applies_to":
            return tuple(self.applies_to_ids.ids)
        if name in CHOICES:
            return self[name]
        value = to_decimal(self[name])
        return value if value or name in ZERO_COUNTS else None

    def _get_conditions(self):
        """Return what the file has to state, several values parted by commas."""
        self.ensure_one()
        conditions = {
            "regime": ",".join(self.procedure_ids.mapped("code")),
            "mode": self.transport_modes,
            "port": ",".join(self.office_ids.mapped("code")),
            "hs": self.hs_codes,
            "incoterm": ",".join(self.incoterm_ids.mapped("code")),
            "declaration_type": self.declaration_types,
            "service_level": self.service_level,
        }
        return {name: value for name, value in conditions.items() if value}

    def _to_row(self):
        """Return the rate as files hold it."""
        self.ensure_one()
        params = self._get_params(RULE_TYPES[self.type])
        params.pop("rules", None)
        limits = {
            name: params.pop(name, None) or to_decimal(self[name]) or None
            for name in ("minimum", "maximum")
        }
        if "sizes" in params:
            params["sizes"] = {
                band.size: to_decimal(band.price) for band in self.band_ids
            }
        if "applies_to" in params:
            params["applies_to"] = tuple(self.applies_to_ids.mapped("code"))
        return RateCardRow(
            charge="" if self.parent_id else self.charge_code_id.code,
            type=self.type,
            params=params,
            name=self.name or "",
            conditions=self._get_conditions(),
            valid_from=self.date_from or None,
            valid_to=self.date_to or None,
            parts=tuple(child._to_row() for child in self.child_ids),
            **limits,
        )

    # === WHAT IS WRONG === #

    def _get_problems(self):
        """Return sentences on what makes no sense, whatever the file."""
        self.ensure_one()
        found = self._get_own_problems()
        if not found:
            found = [
                self._describe_problem(code, detail)
                for code, detail in rating.check(self._to_engine())
            ]
        return found

    @api.depends("type", "tariff_id.side")
    def _compute_charge_kinds(self):
        """Say which charges such a price can count for."""
        for record in self:
            if record.tariff_id.side == "vendor":
                record.charge_kinds = list(VENDOR_KINDS)
            elif record.type == "PASS_THROUGH":
                record.charge_kinds = [kind for kind, _label in CHARGE_KINDS]
            else:
                record.charge_kinds = ["service"]

    def _is_idle(self):
        """Whether no file will ever have this price, whatever its figures."""
        self.ensure_one()
        kind = self.charge_code_id.kind
        return bool(kind) and kind not in self.charge_kinds

    def _get_own_problems(self):
        """Return sentences on what the record, not the engine, knows of."""
        self.ensure_one()
        names = RULE_TYPES[self.type]
        problems = [
            self.env._(
                "“%(field)s” cannot be negative.", field=self._get_parameter_label(name)
            )
            for name in names
            if name in self._fields and name not in CHOICES and self[name] < 0
        ]
        if self.type != "COST_PLUS":
            problems += [
                self.env._("state “%(field)s”.", field=self._get_parameter_label(name))
                for name in names
                if name in ABOVE_ZERO and not self[name] and not problems
            ]
        if self.type in BANDED and self.basis and self.unit:
            problems.append(
                self.env._(
                    "bands are either of an amount or of a number. Empty “Of” or “Per”."
                )
            )
        if self.type == "PERIOD_FLAT" and self.included and not self.extra:
            problems.append(
                self.env._("say what each entry beyond those included costs.")
            )
        return problems + self._get_band_problems()

    def _get_band_problems(self):
        """Return sentences on bands that contradict each other."""
        self.ensure_one()
        bands = self.band_ids
        if self.type == "PER_CONTAINER_SIZE":
            sizes = bands.mapped("size")
            if not all(sizes):
                return [self.env._("say which size each price is for.")]
            if len(sizes) != len(set(sizes)):
                return [self.env._("each size of container has one price.")]
        elif len(bands.filtered("is_open")) > 1:
            return [
                self.env._("only the last band is without limit. Give the others one.")
            ]
        elif len(set(bands.mapped("limit"))) != len(bands):
            return [self.env._("two bands have the same limit.")]
        return []

    def _describe_problem(self, code, detail):
        """Return the sentence of a problem the engine found."""
        label = self._get_parameter_label(detail)
        return problem_words(code, label, self._translate_rating)

    def _get_parameter_label(self, name):
        """Return what the form calls a parameter."""
        field = self._fields.get(FIELDS.get(name, name))
        return field._description_string(self.env) if field else name

    def _translate_rating(self, text):
        """Return a text of the engine in the language of the user."""
        return self.env._(text)
