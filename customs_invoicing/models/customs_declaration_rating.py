from decimal import Decimal

from odoo import models

from ..engine.rating import describe, rate_all, select
from ..engine.rating_model import FeeRule, Tie
from ..tools import to_decimal, to_float
from .customs_rating_outcome import EXPIRED, NOT_ON_FILES, Outcome, Proposal


class CustomsDeclaration(models.Model):
    """What rate cards make of files: outcomes, and proposals for their charges.

    Nothing is written here.
    """

    _inherit = "customs.declaration"

    def _get_rating_outcomes(self, side="sale"):
        """Return ``{declaration: [Outcome]}``; the queries do not grow with the files.

        :param side: ``sale`` or ``vendor``
        """
        tariffs = self.env["customs.fee.tariff"]
        rules = tariffs._get_engine_rules(self, side=side)
        rated = self.filtered(lambda record: rules.get(record))
        facts = rated._get_rating_facts() if rated else {}
        # all of them at once: what charges hold is then in the cache
        # sudo: who prices services may lack the right to sales orders
        rated.charge_ids.sudo().mapped("sale_line_ids.state")
        return {
            record: record._rate_rules(rules[record], facts[record], side)
            if record in facts
            else []
            for record in self
        }

    def _rate_rules(self, rules, facts, side):
        """Return the outcomes of one file."""
        self.ensure_one()
        if side == "sale":
            outcomes = self._rate_one_party(rules, facts)
            return self._add_minimum(outcomes, rules, facts, self._get_services())
        records = self.env["customs.fee.rule"].sudo()  # sudo: as the cards are found
        by_vendor = {}
        for rule in rules:
            vendor = records.browse(rule.key).tariff_id.vendor_id
            by_vendor.setdefault(vendor, []).append(rule)
        found = []
        for own in by_vendor.values():
            outcomes = self._rate_one_party(own, facts)
            found += self._add_minimum(outcomes, own, facts)
        return found

    def _rate_one_party(self, rules, facts):
        chosen = select(rules, facts)
        priced, skipped = [], []
        for found in chosen.values():
            if isinstance(found, Tie):
                priced += found.rules
            elif found.type in NOT_ON_FILES:
                skipped.append(found)
            else:
                priced.append(found)
        found = rate_all(priced, facts, translate=self._get_rating_words())
        outcomes = [self._get_outcome(result, facts) for result in found]
        return outcomes + [self._get_skipped_outcome(rule, facts) for rule in skipped]

    def _get_rating_words(self):
        """Return what translates the words of the engine."""
        return self.env["customs.fee.rule"]._translate_rating

    def _prepare_outcome(self, rule, facts, **vals):
        """Return an outcome of a rule of the engine."""
        # sudo: a file is priced by the cards of its company, whoever prices it
        record = self.env["customs.fee.rule"].sudo().browse(rule.key)
        version = " ".join(part for part in (rule.tariff, _version(rule)) if part)
        return Outcome(
            file=self,
            code=self.env["customs.charge.code"].browse(rule.charge),
            rule=record,
            tariff=record.tariff_id,
            version=" · ".join(part for part in (version, rule.name) if part),
            date=facts.date,
            **vals,
        )

    def _get_outcome(self, found, facts):
        if isinstance(found, Tie):
            code = self.env["customs.charge.code"].browse(found.charge)
            return Outcome(
                file=self,
                code=code,
                result="tie",
                rule=self.env["customs.fee.rule"],
                tariff=self.env["customs.fee.tariff"],
                message=describe(found, self._get_rating_words()),
                date=facts.date,
            )
        outcome = self._prepare_outcome(
            found.rule,
            facts,
            result="rated",
            formula=found.formula,
            inputs=dict(found.inputs),
        )
        problem = describe(found, self._get_rating_words()) if found.problem else ""
        if not problem and not _has_rate(found.rule, facts):
            problem = self._get_rate_problem(found.rule.currency, facts)
        if problem:
            outcome.result, outcome.message = "problem", problem
            return outcome
        if outcome.code.kind != "service" and outcome.tariff.side == "sale":
            outcome.result = "skipped"
            outcome.message = self.env._(
                "%(charge)s is no own service: what was paid is passed on, not rated.",
                charge=outcome.code.name,
            )
            return outcome
        outcome.fee_amount = found.amount
        outcome.price = self._to_own_price(found.rule.currency, found.amount, facts)
        if not outcome.price:
            outcome.result = "zero"
        return outcome

    def _get_rate_problem(self, currency, facts):
        return self.env._(
            "%(currency)s of the rate card has no exchange rate to %(own)s on "
            "%(date)s. Add one under Invoicing, Configuration, Currencies.",
            currency=currency,
            own=facts.currency,
            date=facts.date,
        )

    def _to_own_price(self, currency, amount, facts):
        """Return a price of a rate card in company currency, at the rating date."""
        rate = Decimal(1)
        if currency and currency != facts.currency:
            rate = facts.rates[currency]
        return to_decimal(self.currency_id.round(to_float(amount / rate)))

    def _get_skipped_outcome(self, rule, facts):
        words = {
            "PASS_THROUGH": self.env._("Passed on at cost, exactly as it was paid."),
            "PERIOD_FLAT": self.env._("Billed once for the month, not per file."),
        }
        return self._prepare_outcome(
            rule, facts, result="skipped", message=words[rule.type]
        )

    # === PROPOSALS === #

    def _get_rating_proposals(self, outcomes):
        """Return what outcomes mean for the services of these files.

        :param outcomes: ``{declaration: [Outcome]}``
        :return: list of :class:`Proposal`
        """
        proposals = []
        for record in self:
            services = record._get_services()
            seen = services.browse()
            for outcome in outcomes[record]:
                seen |= services.filtered(
                    lambda charge, o=outcome: charge.charge_code_id == o.code
                )
                proposals.append(services._get_rating_proposal(outcome))
            proposals += [
                Proposal(record._get_expired_outcome(charge), charge, EXPIRED)
                for charge in (services - seen).filtered("fee_tariff_id")
                if not charge.currency_id.is_zero(charge.amount)
            ]
        return proposals

    def _get_services(self):
        return self.charge_ids.filtered(lambda charge: charge.nature == "service")

    def _get_expired_outcome(self, charge):
        return Outcome(
            file=self,
            code=charge.charge_code_id,
            result="zero",
            rule=self.env["customs.fee.rule"],
            tariff=self.env["customs.fee.tariff"],
            message=self.env._("No rate card prices this any more."),
        )


def _version(rule):
    return (
        f"v{rule.version}" if rule.version and rule.version.isdigit() else rule.version
    )


def _has_rate(rule: FeeRule, facts):
    return (
        not rule.currency
        or rule.currency == facts.currency
        or (bool(facts.rates.get(rule.currency)))
    )
