"""The words of rating: formulas and problems, in one place to be translated.

A caller gives a function that translates one English text; texts are found here by
code, so that whoever shows a stored problem can translate it later.
"""

from collections.abc import Callable
from decimal import Decimal

from .explain import number_words
from .phrase import Phrase, Terms, Translate, join, say, terms_of


def _lt(text):
    """Mark a text for translators; it is translated when it is used."""
    return text


FORMULAS = {
    "flat": _lt("flat rate"),
    "times": _lt("%(quantity)s × %(rate)s"),
    "excess": _lt("(%(quantity)s − %(included)s)"),
    "all_included": _lt("%(quantity)s, %(included)s included"),
    "base_plus": _lt("%(base)s + %(extra)s"),
    "part_minimum": _lt("%(formula)s (at least %(minimum)s)"),
    "percent": _lt("%(percent)s %% of %(base)s"),
    "amount": _lt("%(name)s %(amount)s"),
    "converted": _lt("%(name)s %(amount)s × %(rate)s"),
    "band": _lt("%(base)s, up to %(limit)s: %(price)s"),
    "band_above": _lt("%(base)s, above %(limit)s: %(price)s"),
    "band_only": _lt("%(base)s: %(price)s"),
    "slice": _lt("%(part)s × %(percent)s %%"),
    "slices": _lt("%(base)s: %(slices)s"),
    "days": _lt("%(days)s days"),
    "working_days": _lt("%(days)s working days"),
    "days_after": _lt("(%(days)s − %(free)s) days"),
    "working_days_after": _lt("(%(days)s − %(free)s) working days"),
    "days_free": _lt("%(days)s days, %(free)s free"),
    "working_days_free": _lt("%(days)s working days, %(free)s free"),
    "tiers": _lt("%(days)s: (%(slices)s)"),
    "for_units": _lt("%(formula)s × %(units)s"),
    "storage_sum": _lt("%(days)s × (%(per_day)s + %(mass)s × %(per_kg_day)s)"),
    "storage_greater": _lt(
        "%(days)s × the greater of %(per_day)s and %(mass)s × %(per_kg_day)s"
    ),
    "greater_of": _lt("the greater of [%(values)s]"),
    "minutes": _lt("%(minutes)s minutes"),
    "minutes_as": _lt("%(charged)s minutes (for %(minutes)s)"),
    "hours": _lt("%(minutes)s ÷ 60 × %(rate)s"),
    "multiplied": _lt("%(formula)s × %(multiplier)s"),
    "interest": _lt("%(base)s × %(percent)s %% × %(days)s ÷ 365"),
    "cost_plus": _lt("%(cost)s + %(margin)s"),
    "exact_cost": _lt("%(cost)s passed on exactly"),
    "period": _lt("%(fee)s + %(extra)s"),
    "no_lines": _lt("no line"),
    "group": "(%(formula)s)",
    "at_least": _lt("%(formula)s = %(amount)s, at least %(limit)s"),
    "at_most": _lt("%(formula)s = %(amount)s, at most %(limit)s"),
    "rounded": _lt("%(formula)s = %(exact)s ≈ %(result)s"),
    "result": _lt("%(formula)s = %(result)s"),
    "document_minimum": _lt(
        "at least %(minimum)s for all services − %(total)s = %(top_up)s"
    ),
}

#: One and several of what is counted
UNIT_WORDS = {
    "declaration": (_lt("%(count)s declaration"), _lt("%(count)s declarations")),
    "line": (_lt("%(count)s line"), _lt("%(count)s lines")),
    "hs_code": (_lt("%(count)s commodity code"), _lt("%(count)s commodity codes")),
    "invoice": (_lt("%(count)s invoice"), _lt("%(count)s invoices")),
    "certificate": (_lt("%(count)s certificate"), _lt("%(count)s certificates")),
    "document": (_lt("%(count)s document"), _lt("%(count)s documents")),
    "package": (_lt("%(count)s package"), _lt("%(count)s packages")),
    "kg": (_lt("%(count)s kg"), _lt("%(count)s kg")),
    "cbm": (_lt("%(count)s m³"), _lt("%(count)s m³")),
    "container": (_lt("%(count)s container"), _lt("%(count)s containers")),
    "teu": (_lt("%(count)s TEU"), _lt("%(count)s TEU")),
    "page": (_lt("%(count)s page"), _lt("%(count)s pages")),
    "hour": (_lt("%(count)s hour"), _lt("%(count)s hours")),
    "vehicle": (_lt("%(count)s vehicle"), _lt("%(count)s vehicles")),
    "entry": (_lt("%(count)s entry"), _lt("%(count)s entries")),
}

BASIS_WORDS = {
    "outlay": _lt("outlay"),
    "duty_outlay": _lt("duty outlay"),
    "vat_outlay": _lt("VAT outlay"),
    "customs_value": _lt("customs value"),
    "cif_value": _lt("CIF value"),
    "invoice_value": _lt("invoice value"),
    "saving": _lt("saving"),
    "cost": _lt("cost"),
    "lines": _lt("lines"),
}

CLOCK_WORDS = {
    "storage": _lt("storage"),
    "demurrage": _lt("demurrage"),
    "detention": _lt("detention"),
}

PARAMETER_WORDS = {
    "amount": _lt("amount"),
    "annual_rate": _lt("rate per year"),
    "applies_to": _lt("applies to"),
    "bands": _lt("bands"),
    "base": _lt("base price"),
    "basis": _lt("basis"),
    "clock": _lt("days of"),
    "day_basis": _lt("kind of days"),
    "extra": _lt("price of each further entry"),
    "fee": _lt("fee of the period"),
    "fixed": _lt("fixed part"),
    "free_days": _lt("free days"),
    "included": _lt("number included"),
    "maximum": _lt("maximum"),
    "minimum": _lt("minimum"),
    "minimum_extra": _lt("minimum of the extra part"),
    "minimum_margin": _lt("minimum margin"),
    "minimum_minutes": _lt("minimum of minutes"),
    "minutes": _lt("minutes"),
    "multiplier": _lt("multiplier"),
    "per_day": _lt("price per day"),
    "per_kg_day": _lt("price per kg and day"),
    "percent": _lt("percentage"),
    "rate": _lt("rate"),
    "rules": _lt("rules that are compared"),
    "sizes": _lt("prices by container size"),
    "step": _lt("step in minutes"),
    "unit": _lt("unit"),
}

#: Why a rule cannot be rated. ``detail`` is the code of a unit, basis, clock or
#: parameter, a currency, or a text of the rule, see :func:`detail_words`
PROBLEMS = {
    "missing_quantity": _lt(
        "The number of “%(detail)s” is not known. State it on the file."
    ),
    "missing_amount": _lt(
        "The amount “%(detail)s” is not known. Complete the file, then rate again."
    ),
    "missing_size": _lt(
        "The sizes of the containers are not known. State them on the file."
    ),
    "missing_rate": _lt(
        "There is no rate of exchange for %(detail)s. Enter one for the day of rating."
    ),
    "missing_clock": _lt(
        "The days of “%(detail)s” are not known. State when they began and ended."
    ),
    "missing_minutes": _lt(
        "No time is recorded for this service. Record the minutes worked."
    ),
    "missing_line": _lt(
        "A line that the surcharge is taken of could not be rated (%(detail)s). "
        "Settle that one first."
    ),
    "no_band": _lt(
        "No band of the rate card reaches to %(detail)s. Add a last band without limit."
    ),
    "no_size": _lt(
        "The rate card has no price for containers of size %(detail)s. Add one."
    ),
    "no_part": _lt(
        "None of the rules that are compared applies to the file. Check their "
        "conditions."
    ),
    "negative_amount": _lt(
        "“%(detail)s” is below zero, which no fee can be taken of. Check the file."
    ),
    "negative_days": _lt(
        "The days of “%(detail)s” end before they begin. Correct the dates."
    ),
    "several_clocks": _lt(
        "Several periods of “%(detail)s” ran, and it is not known how much of the file "
        "each was for. State it for each, or use one period."
    ),
    "unknown_type": _lt("The rate card has a rule of the unknown type %(detail)s."),
    "missing_parameter": _lt(
        "The rule of the rate card does not state “%(detail)s”. Complete it."
    ),
    "bad_parameter": _lt(
        "“%(detail)s” of the rule of the rate card cannot be read, or is below zero. "
        "Correct it."
    ),
    "bad_bands": _lt(
        "The bands of the rate card must rise, and only the last may have no limit. "
        "Correct them."
    ),
    "bad_condition": _lt(
        "“%(detail)s” is no commodity code, prefix or range, such as 8471 or 8400-8499."
    ),
    "minimum_above_maximum": _lt(
        "The minimum of the rule is above its maximum (%(detail)s). Correct one."
    ),
    "exact_only": _lt(
        "An exact cost is passed on as it is: a minimum, a maximum, a percentage or "
        "another currency is not possible (%(detail)s)."
    ),
    "surcharge_of_surcharge": _lt(
        "A surcharge cannot be taken of a surcharge. Take it off the charges that the "
        "rule applies to."
    ),
}

#: Why two rules are not chosen between
TIE = _lt(
    "Several rules of the rate cards apply equally: %(rules)s. Limit one of them, or "
    "end its validity."
)


#: Every text of a formula by its code
TEXTS = {
    **FORMULAS,
    **{f"{unit}.one": one for unit, (one, _many) in UNIT_WORDS.items()},
    **{f"{unit}.many": many for unit, (_one, many) in UNIT_WORDS.items()},
    **{f"basis.{basis}": text for basis, text in BASIS_WORDS.items()},
}


class Words:
    """Phrases by code, in the language of ``translate``."""

    def __init__(self, translate: Translate | None = None):
        self._translate = translate or str

    def formula(self, code: str, **values: str) -> Phrase:
        """Return a part of a formula."""
        terms = [code, {name: terms_of(value) for name, value in values.items()}]
        return Phrase(self._translate(TEXTS[code]) % values, terms)

    def count(self, unit: str, count: Decimal | str) -> Phrase:
        """Return ``7 lines``; a text stands for a calculation of several."""
        shown = count if isinstance(count, str) else number_words(count)
        if unit not in UNIT_WORDS:
            return join((shown, unit), " ")
        return self.formula(f"{unit}.{'one' if count == 1 else 'many'}", count=shown)

    def basis(self, basis: str) -> str:
        """Return the name of an amount of the file."""
        return self.formula(f"basis.{basis}") if basis in BASIS_WORDS else basis


def formula_words(
    terms: Terms,
    translate: Translate = str,
    figure: Callable[[str], str] = str,
) -> str:
    """Return a formula again, in the language and with the figures of a reader."""
    return say(terms, TEXTS, translate, figure)


def problem_words(code: str, detail: str = "", translate: Translate | None = None):
    """Return the sentence of a problem: what is wrong and what to do."""
    translate = translate or str
    return translate(PROBLEMS[code]) % {"detail": detail_words(detail, translate)}


def detail_words(detail: str, translate: Translate | None = None) -> str:
    """Return a detail in words where it is a code: basis, unit, clock, parameter."""
    translate = translate or str
    for words in (BASIS_WORDS, CLOCK_WORDS, PARAMETER_WORDS):
        if detail in words:
            return translate(words[detail])
    if detail in UNIT_WORDS:
        return (translate(UNIT_WORDS[detail][1]) % {"count": ""}).strip()
    return detail
