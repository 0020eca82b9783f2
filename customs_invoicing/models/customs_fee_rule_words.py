from odoo import api, models

from ..engine.explain import number_words, short_words
from ..engine.rating_words import UNIT_WORDS
from ..tools import to_decimal
from .customs_fee_rule import CHECKED_PARAMETERS


class CustomsFeeRule(models.Model):
    """Rates in words: what they cost, and for which files."""

    _inherit = "customs.fee.rule"

    @api.model
    def _get_type_sentences(self):
        """Return a sentence on each type of rate."""
        return {
            "FLAT": self.env._(
                "One price, whatever the file holds. Zero: free of charge."
            ),
            "PER_UNIT": self.env._("So much for each item, document, kilogram…"),
            "INCLUDED_THEN": self.env._(
                "A base price with the first units in it, then so much for each "
                "further one."
            ),
            "PCT_GREATER": self.env._(
                "A percentage of an amount, but at least the minimum. Nothing where "
                "the amount is zero."
            ),
            "FIXED_PLUS_PCT": self.env._(
                "A fixed amount and a percentage on top of it."
            ),
            "BAND_FLAT": self.env._(
                "One price, chosen by how much there is: up to 1 000 this, up to "
                "10 000 that."
            ),
            "BAND_PROGRESSIVE_PCT": self.env._(
                "Each slice of the amount has its own percentage, as a scale of fees "
                "by value."
            ),
            "PER_DAY_TIERED": self.env._(
                "So much per day after the free days; the price changes as the days "
                "go by. Limits count the days after the free ones."
            ),
            "STORAGE_SUM": self.env._(
                "After the free days, a price per day and one per kilogram and day, "
                "added up."
            ),
            "STORAGE_GREATER": self.env._(
                "After the free days, a price per day or one per kilogram and day, "
                "whichever is more."
            ),
            "PER_CONTAINER_SIZE": self.env._(
                "Each container at the price of its size."
            ),
            "MAX_OF": self.env._("Several prices are calculated; the highest counts."),
            "HOURLY": self.env._("The time noted as work done, at a price per hour."),
            "INTEREST_ON_OUTLAY": self.env._(
                "Interest on what we paid, from the day of payment, in place of a "
                "fee for advancing it."
            ),
            "PCT_OF_SAVING": self.env._("A share of what a refund or drawback brings."),
            "COST_PLUS": self.env._(
                "What the vendor charged, with a margin. It is billed with tax."
            ),
            "PASS_THROUGH": self.env._(
                "What was paid, to the cent: no margin, no rounding."
            ),
            "PERIOD_FLAT": self.env._(
                "A subscription: a price per period with so many entries in it."
            ),
            "SURCHARGE_PCT": self.env._(
                "A percentage on other charges of the same file."
            ),
        }

    # === WHAT IT COSTS === #

    @api.depends(
        *CHECKED_PARAMETERS,
        "type",
        "currency_id",
        "minimum",
        "maximum",
        "band_ids.limit",
        "band_ids.size",
        "band_ids.price",
        "child_ids.words",
        "applies_to_ids",
        "procedure_ids",
        "transport_modes",
        "office_ids",
        "hs_codes",
        "incoterm_ids",
        "declaration_types",
        "service_level",
        "date_from",
        "date_to",
    )
    @api.depends_context("lang")
    def _compute_words(self):
        for record in self:
            record.words = record._get_words()
            record.condition_words = record._get_condition_words()

    def _get_words(self):
        """Return the price in one line, such as 125.00 with 3 items, then…"""
        self.ensure_one()
        texts = {
            **self._get_unit_words(),
            **self._get_percent_words(),
            **self._get_day_words(),
            **self._get_other_words(),
        }
        text = texts[self.type]() if self.type in texts else ""
        return f"{text}{self._get_limit_words()}"

    def _figure(self, name):
        """Return a figure as a price."""
        return short_words(to_decimal(self[name]), self._get_digits())

    def _get_digits(self):
        """Return the decimals of prices; a price not on a card yet has two."""
        return self.currency_id.decimal_places if self.currency_id else 2

    def _number(self, name):
        return number_words(to_decimal(self[name]))

    def _label(self, name):
        """Return the name of what was chosen."""
        selection = dict(self._fields[name]._description_selection(self.env))
        text = selection.get(self[name], "…")
        return text if text[:2].isupper() else text[:1].lower() + text[1:]

    def _count(self, unit, count):
        """Return ``3 items``."""
        if unit not in UNIT_WORDS:
            return number_words(to_decimal(count))
        text = UNIT_WORDS[unit][count != 1]
        return self._translate_rating(text) % {"count": number_words(to_decimal(count))}

    def _get_limit_words(self):
        words = ""
        if self.minimum:
            words += self.env._(", at least %s", self._figure("minimum"))
        if self.maximum:
            words += self.env._(", at most %s", self._figure("maximum"))
        return words

    def _get_unit_words(self):
        return {
            "FLAT": lambda: (
                self._figure("amount") if self.amount else self.env._("free of charge")
            ),
            "PER_UNIT": lambda: self.env._(
                "%(rate)s per %(unit)s",
                rate=self._figure("rate"),
                unit=self._label("unit"),
            ),
            "INCLUDED_THEN": self._get_included_words,
            "BAND_FLAT": lambda: self.env._(
                "by %(basis)s: %(bands)s",
                basis=self._get_band_basis(),
                bands=self._get_band_words(""),
            ),
            "PER_CONTAINER_SIZE": lambda: "; ".join(
                f"{band.size}′ {band._get_price_words()}"
                for band in self.band_ids
                if band.size
            ),
            "MAX_OF": lambda: self.env._(
                "the greatest of: %s",
                "; ".join(child.words or "" for child in self.child_ids),
            ),
            "HOURLY": self._get_hour_words,
            "PERIOD_FLAT": self._get_period_words,
        }

    def _get_included_words(self):
        values = {
            "base": self._figure("base"),
            "included": self._count(self.unit, self.included),
            "rate": self._figure("rate"),
            "unit": self._label("unit"),
        }
        if self.base:
            words = self.env._(
                "%(base)s incl. %(included)s, then %(rate)s per %(unit)s", **values
            )
        else:
            words = self.env._(
                "%(included)s free, then %(rate)s per %(unit)s", **values
            )
        if self.minimum_extra:
            words += self.env._(
                " (the extra at least %s)", self._figure("minimum_extra")
            )
        return words

    def _get_hour_words(self):
        words = self.env._("%s per hour", self._figure("rate"))
        if self.step > 1:
            words += self.env._(", in steps of %s minutes", self.step)
        if self.minimum_minutes:
            words += self.env._(", %s minutes at least", self.minimum_minutes)
        if self.multiplier not in (0, 1):
            words += self.env._(", times %s", self._number("multiplier"))
        return words

    def _get_period_words(self):
        words = self.env._("%s per period", self._figure("fee"))
        if self.extra:
            words += self.env._(
                " incl. %(included)s, then %(extra)s each",
                included=self._count("entry", self.included),
                extra=self._figure("extra"),
            )
        return words

    def _get_percent_words(self):
        return {
            "PCT_GREATER": self._get_share_words,
            "FIXED_PLUS_PCT": lambda: self.env._(
                "%(fixed)s + %(share)s",
                fixed=self._figure("fixed"),
                share=self._get_share_words(),
            ),
            "BAND_PROGRESSIVE_PCT": lambda: self.env._(
                "of %(basis)s: %(bands)s",
                basis=self._get_band_basis(),
                bands=self._get_band_words(" %"),
            ),
            "INTEREST_ON_OUTLAY": lambda: self.env._(
                "%(percent)s %% a year of %(basis)s after %(days)s days",
                percent=self._number("annual_rate"),
                basis=self._label("basis"),
                days=self.free_days,
            ),
            "PCT_OF_SAVING": lambda: self.env._(
                "%s %% of the amount saved", self._number("percent")
            ),
            "COST_PLUS": self._get_margin_words,
            "SURCHARGE_PCT": lambda: self.env._(
                "%(percent)s %% of %(charges)s",
                percent=self._number("percent"),
                charges=", ".join(self.applies_to_ids.mapped("name"))
                or self.env._("all services"),
            ),
        }

    def _get_share_words(self):
        return self.env._(
            "%(percent)s %% of %(basis)s",
            percent=self._number("percent"),
            basis=self._label("basis"),
        )

    def _get_margin_words(self):
        margins = []
        if self.percent:
            margins.append(f"{self._number('percent')} %")
        if self.fixed:
            margins.append(self._figure("fixed"))
        words = self.env._("cost + %s", " + ".join(margins) or "0 %")
        if self.minimum_margin:
            words += self.env._(" (margin at least %s)", self._figure("minimum_margin"))
        return words

    def _get_day_words(self):
        return {
            "PER_DAY_TIERED": lambda: self._after_free_days(
                self._get_band_words(self.env._(" per day"))
            ),
            "STORAGE_SUM": lambda: self._get_storage_words(
                self.env._("%(per_day)s per day + %(per_kg_day)s per kg and day")
            ),
            "STORAGE_GREATER": lambda: self._get_storage_words(
                self.env._(
                    "the greater of %(per_day)s per day and %(per_kg_day)s per kg and "
                    "day"
                )
            ),
        }

    def _get_storage_words(self, text):
        figures = {name: self._figure(name) for name in ("per_day", "per_kg_day")}
        return self._after_free_days(text % figures)

    def _after_free_days(self, text):
        """Return a price per day with the free days before it."""
        if not self.free_days:
            return text
        return self.env._(
            "%(text)s, after %(days)s free %(kind)s",
            text=text,
            days=self.free_days,
            kind=self._label("day_basis"),
        )

    def _get_other_words(self):
        return {"PASS_THROUGH": lambda: self.env._("what was paid")}

    def _get_band_basis(self):
        return self._label("basis" if self.basis else "unit")

    def _get_band_words(self, suffix):
        """Return the bands, each with its limit and price."""
        parts = []
        bands = self.band_ids.sorted(lambda band: (band.is_open, band.limit))
        for band in bands:
            values = {
                "limit": number_words(to_decimal(band.limit)),
                "price": band._get_price_words(suffix),
            }
            if not band.is_open:
                parts.append(self.env._("up to %(limit)s: %(price)s", **values))
            elif len(bands) > 1:
                parts.append(self.env._("above: %(price)s", **values))
            else:
                parts.append(values["price"])
        return "; ".join(parts)

    # === FOR WHICH FILES === #

    def _get_condition_words(self):
        """Return the conditions and the validity of its own, in one line."""
        self.ensure_one()
        parts = [
            ", ".join(self.procedure_ids.mapped("code")),
            self.transport_modes and self.env._("mode %s", self.transport_modes),
            ", ".join(self.office_ids.mapped("name")),
            self.hs_codes and self.env._("HS %s", self.hs_codes),
            ", ".join(self.incoterm_ids.mapped("code")),
            self.declaration_types,
            self.service_level and self._label("service_level"),
            self.date_from and self.env._("from %s", self.date_from),
            self.date_to and self.env._("until %s", self.date_to),
        ]
        return " · ".join(part for part in parts if part) or False
