from dataclasses import replace

from odoo import models
from odoo.tools import formatLang

from .. import engine
from ..engine.components import PERCENT, SPECIFIC
from ..engine.model import QuotaClaim
from ..engine.options import CLAIM, DOCUMENT, PROOF, QUOTA, total_due
from ..engine.problems import NO_BASE, NO_QUANTITY, NO_VALUE
from ..tools import to_decimal
from .customs_duty_calculator_needs import covers

#: Names of values by what is typed, as those of a declaration
VALUE_NAMES = {"INV": "value", "FRT": "freight", "INS": "insurance"}
#: Origins offered for comparison, of those with a rate of their own
MOST_ORIGINS = 40
#: Lines offered instead of a code that cannot be declared
MOST_LINES = 20
#: States of a code on which no rate can be found
HOPELESS = ("empty", "length", "group")


class CustomsDutyCalculator(models.TransientModel):
    """From what was typed to the engine, and its answer as data for the screen."""

    _inherit = "customs.duty.calculator"

    # === THE ENGINE'S INPUT === #

    def _search_measures(self):
        """Return the records of all measures on the code, controls included."""
        code = self._get_code()
        measures = self.env["customs.measure"]
        if not code.isdigit() or not self.tariff_id or not self.date:
            return measures
        return measures._search_for_items(self.tariff_id._origin, [code], self.date)

    def _get_item(self, rates):
        """Return the goods as the engine knows them, for the first origin."""
        value, _words = self._convert_value(rates)
        quantities, values = self._get_quantities(), self._get_values(rates, value)
        for figure in self.figure_ids:
            read = figure._read_figure()
            if read is not None:
                (values if figure.kind == "value" else quantities)[figure.name] = read
        return engine.DutyItem(
            key=1,
            code=self._get_code(),
            customs_value=value,
            origin=self.origin_id.code or "",
            claims=_codes(self.preference),
            values=values,
            quantities=quantities,
            documents=_codes(self.documents),
            additional_codes=_codes(self.additional_codes),
            quota=self._get_quota_claim(),
            procedure=self.procedure or "",
            transport_mode=self.transport_mode or "",
        )

    def _get_values(self, rates, customs_value):
        """Return the values that follow from what was typed, by name."""
        if customs_value is None:
            return {}
        values = {self.valuation_basis.upper(): customs_value}
        national, currency = self.tariff_currency_id.name, self.currency_id.name
        parts = {
            name: self._round_value(
                engine.convert(to_decimal(self[field]), currency, national, rates)
            )
            for name, field in (
                ("INV", "value"),
                ("FRT", "freight"),
                ("INS", "insurance"),
            )
            if self[field]
        }
        if len(parts) > 1:  # the price alone may include freight, or not
            values.setdefault("FOB", parts["INV"])
            values.setdefault("CIF", sum(parts.values()))
        return {**values, **parts}

    def _get_quota_claim(self):
        if not self.quota_order_number:
            return None
        requested = to_decimal(self.quota_requested, 3) or to_decimal(1)
        if not self.quota_is_answered:
            return QuotaClaim(self.quota_order_number, requested)
        allocated = min(to_decimal(self.quota_allocated, 3), requested)
        return QuotaClaim(self.quota_order_number, requested, allocated)

    def _get_currencies(self, measures):
        """Return the currencies of rates and thresholds, and that of the price."""
        parts = [part for measure in measures for part in measure.components or ()]
        for measure in measures:
            for condition in measure.conditions:
                parts += [condition, *condition.components]
        found = {currency.name: currency for currency in self.currency_id}
        names = {part.currency for part in parts} - {"", *found}
        if not names:
            return self.currency_id
        model = self.env["res.currency"].with_context(active_test=False)
        return self.currency_id | model.search([("name", "in", list(names))])

    # === THE ANSWER === #

    def _get_result(self):
        """Return all that the screen shows, as data for JSON.

        Amounts are texts in the user's language, "" where they are unknown.
        """
        result = {"options": [], "duties": [], "controls": [], "flagged": []}
        result["currency"] = self.tariff_currency_id.name or ""
        result["hints"] = self._get_hints()
        result["problems"] = self._get_input_problems()
        result["lines"] = self._describe_nearest_lines()
        if result["hints"] or result["problems"]:
            return result
        try:
            self._fill_result(result)
        except ValueError as problem:  # a figure, or a measure that contradicts itself
            result["problems"].append(str(problem))
        return result

    def _get_hints(self):
        """Return what is still to be filled in before anything can be shown."""
        hints = {
            self.env._("the tariff"): not self.tariff_id,
            self.env._("the tariff code"): not self._get_code(),
            self.env._("the date"): not self.date,
        }
        return [words for words, is_missing in hints.items() if is_missing]

    def _describe_nearest_lines(self):
        """Return lines to take instead of a code that cannot be declared."""
        code, tariff = self._get_code(), self.tariff_id._origin
        if not (code.isdigit() and tariff and self.date and self.code_words):
            return []
        lines = self.env["customs.tariff.code"]
        for size in range(min(len(code), tariff.code_length or len(code)), 3, -1):
            found = lines._search_digits(
                tariff, code[:size], self.date, MOST_LINES, declarable_only=True
            )
            if found:
                return [line._prepare_lookup_vals() for line in found]
        return []

    def _get_input_problems(self):
        code = self._get_code()
        if code and not code.isdigit():
            return [self.env._("Tariff code %(code)s must be digits.", code=self.code)]
        if self.tariff_id and code and self._check_code().state in HOPELESS:
            return [self.code_words]
        names = ("value", "freight", "insurance", "gross_mass", "net_mass")
        names += ("supplementary_quantity", "quota_requested", "quota_allocated")
        return [
            self.env._(
                "%(field)s cannot be negative.",
                field=self._fields[name]._description_string(self.env),
            )
            for name in names
            if (self[name] or 0) < 0
        ]

    def _fill_result(self, result):
        records = self._search_measures()
        measures = records._to_engine()
        rates = self._get_rates(self._get_currencies(measures))
        terms = {
            "on_date": self.date,
            "rounding": self.tariff_id._get_rounding(),
            "currency": self.tariff_currency_id.name,
            "rates": rates,
            "agreements": self.env["customs.agreement"]._search_for_engine(
                self.tariff_id._origin
            ),
            "cascade_exact": self.tariff_id.cascade_exact,
        }
        item = self._get_item(rates)
        index = engine.MeasureIndex(measures, self.date)
        calculation = engine.calculate([item], index, **terms)
        if self.value and item.customs_value is None:
            result["problems"].append(self.value_words)
        result["problems"] += self._get_problem_words(calculation, item)
        result["problems"] += self._get_unmatched_words(calculation, item, index)
        result["needs_value"] = item.customs_value is None and not self.value
        result["options"] = self._describe_options(item, index, terms)
        result["duties"] = [self._describe_duty(one) for one in calculation]
        result["total"] = self._money(total_due(calculation))
        result["payable"] = self._money(calculation.total_payable)
        result["origins"] = self._describe_other_origins(records)
        self._describe_records(result, records, item)
        duties = self.tariff_id._origin._get_duty_types()
        result["alert"] = self._get_alert(has_duty(calculation, duties))
        if result["alert"]:
            result["total"] = result["payable"] = ""
        elif not calculation.results:
            result["problems"].append(
                self.env._(
                    "No measure of the tariff %(tariff)s covers %(code)s on %(day)s: "
                    "what it costs is unknown, not nothing.",
                    tariff=self.tariff_id.display_name,
                    code=item.code,
                    day=self.date,
                )
            )
            result["total"] = ""

    def _get_problem_words(self, calculation, item):
        """Return what must be settled, without what only follows from it."""
        problems = [
            problem
            for problem in calculation.problems
            if problem.code != NO_VALUE or item.customs_value is not None
        ]
        causes = [problem for problem in problems if problem.code != NO_BASE]
        if causes or item.customs_value is None:
            problems = causes
        return list(dict.fromkeys(problem.words for problem in problems))

    def _describe_options(self, item, index, terms):
        """Return the options of every origin, cheapest marked."""
        rows = []
        duties = self.tariff_id._origin._get_duty_types()
        for country in self._get_origins():
            goods = replace(item, origin=country.code or "")
            options = engine.compare(goods, index, **terms)
            found = engine.calculate([goods], index, **terms)
            is_known = has_duty(found, duties)
            if not is_known:  # a total of the other taxes would mislead
                options = [replace(one, total=None, saving=None) for one in options]
            if options:
                rows += [
                    (option.total, self._describe_option(option, country, item))
                    for option in options
                ]
            elif found.results:
                total = total_due(found) if is_known else None
                rows.append((total, self._describe_only(found, total, country)))
        return self._group_options(rows)

    def _group_options(self, rows):
        """Return rows of options group by group, the cheapest of each marked.

        Where there are several groups, the first row of each gets its heading.
        """
        groups = {}
        names = [row["group"] for _total, row in rows if row["group"]]
        for total, row in rows:  # goods without a choice stand beside the first group
            group = row["group"] or (names[0] if names else "")
            groups.setdefault(group, []).append((total, row))
        for group, found in groups.items():
            known = {total for total, _row in found if total is not None}
            for total, row in found:
                row["is_cheapest"] = len(known) > 1 and total == min(known)
                row["heading"] = ""
            if len(groups) > 1:
                found[0][1]["heading"] = found[0][1]["tax_name"] or group
        return [row for found in groups.values() for _total, row in found]

    def _describe_option(self, option, country, item):
        measure = option.measure
        return {
            **self._describe_measure(measure),
            **self._describe_origin(country),
            "group": option.group,
            "amount": self._money(option.amount),
            "total": self._money(option.total),
            "saving": "" if option.is_default else self._money(option.saving),
            "is_dearer": option.saving is not None and option.saving < 0,
            "tax_name": self._get_tax_name(option.measure),
            "missing": [str(need) for need in option.missing]
            + [option.problem_words] * (option.problem == NO_QUANTITY),
            "is_chosen": option.is_chosen and country == self.origin_id._origin,
            "is_default": option.is_default,
            "explanation": option.explanation,
            "problem": option.problem_words,
            "use": {
                **self._prepare_choice(option, item),
                "origin_id": self._describe_country(country),
            },
        }

    def _describe_only(self, calculation, total, country):
        """Return the row of an origin with nothing to choose from."""
        problems = [one.problem_words for one in calculation if one.problem]
        return {
            "key": f"only-{country.id}",
            "name": self.env._("Nothing to choose: these rates apply"),
            "rate": " · ".join(one.rate_text for one in calculation),
            **self._describe_origin(country),
            "group": "",
            "tax_name": "",
            "amount": "",
            "total": self._money(total),
            "saving": "",
            "missing": [],
            "is_chosen": country == self.origin_id._origin,
            "is_default": True,
            "explanation": "",
            "problem": " ".join(problems),
            "use": {"origin_id": self._describe_country(country)},
        }

    def _get_tax_name(self, measure):
        types = self.tariff_id._origin.measure_type_ids
        return types.filtered(lambda t: t.code == measure.type_code)[
            :1
        ].tax_code_id.name

    def _describe_origin(self, country):
        return {
            "origin": country.code or "",
            "origin_name": country.name or self.env._("any origin"),
        }

    def _describe_country(self, country):
        if not country:
            return False
        return {"id": country._origin.id, "display_name": country.display_name}

    def _prepare_choice(self, option, item):
        """Return what to fill in to suppose an option; empty for no claim."""
        needs = {need.kind: need.codes[0] for need in option.missing if need.codes}
        claims = sorted(option.measure.claims & item.claims)
        documents = sorted(item.documents) + [
            need.codes[0]
            for need in option.missing
            if need.kind in (DOCUMENT, PROOF) and need.codes
        ]
        codes = sorted(item.additional_codes | {option.measure.additional_code} - {""})
        return {
            "preference": ", ".join(claims) or needs.get(CLAIM, ""),
            "quota_order_number": option.measure.quota or needs.get(QUOTA, ""),
            "documents": ", ".join(dict.fromkeys(documents)),
            "additional_codes": ", ".join(codes),
        }

    def _describe_duty(self, one):
        return {
            **self._describe_measure(one.measure),
            "tax_code": one.tax_code,
            "rate": one.rate_text,
            "base": self._describe_base(one),
            "amount": self._money(one.net),
            "assessed": self._money(one.amount) if one.deduct else "",
            "status": one.status if one.status != "payable" else "",
            "explanation": one.explanation,
            "problem": one.problem_words,
        }

    def _describe_base(self, one):
        """Return what a tax is charged on: a value, quantities, or both."""
        kinds = {part.kind for part in one.measure.components or ()}
        has_value = SPECIFIC not in kinds or PERCENT in kinds
        base = self._money(one.base) if has_value else ""
        return " · ".join(part for part in (base, one.quantity) if part)

    def _describe_measure(self, measure):
        return {
            "key": measure.key,
            "name": measure.name,
            "type": measure.type_code,
            "rate": measure.rate_text
            or engine.explain.rate_words(measure, self.tariff_currency_id.name or ""),
            "source": measure.legal_source,
            "valid_from": str(measure.valid_from or ""),
            "valid_to": str(measure.valid_to or ""),
        }

    def _describe_other_origins(self, records):
        """Return the countries with a rate of their own that are not shown yet."""
        records = records.filtered(lambda m: m.rate_state != "control")
        countries = records.origin_id | records.origin_group_id.country_ids
        others = countries - self.origin_id._origin - self.compare_origin_ids._origin
        return [
            self._describe_country(country)
            for country in others.sorted("name")[:MOST_ORIGINS]
        ]

    def _describe_records(self, result, records, item):
        """Add controls and documents, and rates that nobody could read."""
        records = records.filtered(lambda m: covers(m, self.origin_id._origin))
        for record in records:
            kind = record.measure_type_id
            if kind.series == "control" or record.rate_state == "control":
                if kind.series == "unit":
                    continue
                result["controls"].append(self._describe_control(record, item))
            elif record.rate_state == "flagged":
                result["flagged"].append(
                    {
                        "key": record.id,
                        "name": kind.name,
                        "rate": record.rate_text or "",
                        "words": record.rate_problem or "",
                    }
                )

    def _describe_control(self, record, item):
        """Return a control with its documents, and whether they are presented."""
        conditions = record.condition_ids
        documents = [
            {
                "code": condition.document_code,
                "words": condition.words or "",
                "is_presented": condition.document_code in item.documents,
            }
            for condition in conditions
            if condition.kind == "document" and condition.document_code
        ]
        return {
            "key": record.id,
            "name": record.measure_type_id.name,
            "words": record.rate_text or "",
            "source": record.legal_reference or "",
            "documents": documents,
            "is_met": any(document["is_presented"] for document in documents),
        }

    def _money(self, amount):
        """Return an amount in the user's language, "" where it is unknown."""
        if amount is None:
            return ""
        rule = self.tariff_id._get_rounding().amount
        digits = rule.decimals if rule else 2
        return formatLang(self.env, float(amount), digits=digits)


def has_duty(calculation, type_codes):
    """Whether some customs duty was found, or the tariff has none at all."""
    found = {one.measure.type_code for one in calculation.results}
    return not type_codes or bool(found & type_codes)


def _codes(text):
    """Return the codes of a list separated by commas or blanks."""
    return frozenset((text or "").replace(",", " ").split())
