import logging
from dataclasses import replace
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.rating import describe, matches, rate, select
from ..engine.rating_model import Facts, Tie
from ..tools import to_float
from .customs_declaration_rating_facts import RatedFile

_logger = logging.getLogger(__name__)

#: Files that count: the authority accepted them
ACCEPTED_STATES = ("lodged", "assessed", "released", "closed")


class CustomsFeePeriod(models.Model):
    """Counting the files of a month, and pricing them."""

    _inherit = "customs.fee.period"

    def action_count_month(self):
        """Count the last full month again, and the running one."""
        today = fields.Date.context_today(self)
        last = fields.Date.subtract(fields.Date.start_of(today, "month"), days=1)
        for day in (last, today):
            self._count_month(day)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_count_again(self):
        """Count the months of these fees again."""
        for company, fees in self.grouped("company_id").items():
            for month in set(fees.mapped("month")):
                self._count_month(month, company)
        return True

    @api.model
    def _count_month(self, day, company=None):
        """Count the files of a month and price them; doing it again updates the count.

        :return: the fees of the month
        """
        records, problems = self._count_and_tell(day, company)
        if problems:
            raise UserError("\n".join(problems))
        return records

    @api.model
    def _count_and_tell(self, day, company=None):
        """Return the fees of a month and sentences on those that cannot be priced."""
        company = company or self.env.company
        self.env["customs.charge"].check_access("write")
        month = fields.Date.start_of(fields.Date.to_date(day), "month")
        found, clients, problems = self._get_fees(company, month)
        # sudo: nobody writes fees but the count
        model = self.sudo()
        existing = {
            (record.client_id, record.fee_rule_id): record
            for record in model.search(
                [("company_id", "=", company.id), ("month", "=", month)]
            )
        }
        new, records = [], model.browse()
        for (client, rule), vals in found.items():
            record = existing.pop((client, rule), None)
            if record:
                record.write(vals)
                records |= record
            else:
                new.append(
                    {
                        **vals,
                        "company_id": company.id,
                        "client_id": client.id,
                        "fee_rule_id": rule.id,
                        "month": month,
                    }
                )
        for record in existing.values():
            if record.client_id in clients:
                continue  # it may be what is due, once the problem is gone
            # the rule does not apply any more: what was billed is to be credited
            record.write({"amount": 0.0, "file_count": 0})
            records |= record
        return (records | model.create(new)).sudo(False), problems

    @api.model
    def _get_fees(self, company, month):
        """Return the fees of a month, and what cannot be priced.

        A fee is due once, to the company of its card: the files of its branches count
        with its own, and a branch bills the fees of its own cards.

        :return: ``({(client, rule): values}, clients with a problem, sentences)``
        """
        last = fields.Date.end_of(month, "month")
        # sudo: the count does not depend on who counts, see _find_files
        files = self.sudo()._find_files(company, month, last).sudo(False)
        owners = self._get_fee_owners(company, files)
        rules = self.env["customs.fee.tariff"]._get_rules_of_files(
            {
                (client, owner): RatedFile(owner, client, {"registration": last})
                for client, owner in owners
            }
        )
        facts = files.sudo()._get_rating_facts() if files else {}
        day = Facts(date=last, currency=company.currency_id.name)
        counted, unclear, problems = {}, self.env["res.partner"], []
        for (client, owner), part in owners.items():
            own = [replace(facts[file], date=last) for file in part.sudo()]
            for found in self._select_fees(rules[client, owner], day, own):
                if not self._is_fee_of(company, found):
                    continue  # the company of the card bills it
                if isinstance(found, Tie):
                    unclear |= client
                    problems.append(self._get_problem(client, found))
                    continue
                _rule, counting = counted.setdefault((client, found.key), (found, []))
                counting += own
        result = {}
        for (client, _key), (rule, own) in counted.items():
            record, vals = self._price(rule, day, own)
            if isinstance(vals, str):
                unclear |= client
                problems.append(f"{client.display_name}: {vals}")
            else:
                result[client, record] = vals
        return result, unclear, list(dict.fromkeys(problems))

    @api.model
    def _is_fee_of(self, company, found):
        """Whether a card of the company has the rule, or one of those that tie."""
        rules = found.rules if isinstance(found, Tie) else (found,)
        records = self.env["customs.fee.rule"].browse(rule.key for rule in rules)
        # sudo: as cards are found
        return company in records.sudo().tariff_id.company_id

    @api.model
    def _get_fee_owners(self, company, files):
        """Return ``{(client, company of files): its files}``; clients with a card of
        their own are there without any file too."""
        owners = {
            (client, company): files.browse()
            for client in self._find_card_clients(company)
        }
        # sudo: see _get_fees
        found = files.sudo().grouped(
            lambda file: (file.client_id.commercial_partner_id, file.company_id)
        )
        for (client, owner), part in found.items():
            owners[client.sudo(False), owner.sudo(False)] = part.sudo(False)
        return owners

    @api.model
    def _find_files(self, company, first, last):
        """Return the files that count for the fees of a company and its branches."""
        return self.env["customs.declaration"].search(
            [
                ("company_id", "child_of", company.id),
                ("client_id", "!=", False),
                ("capacity", "!=", "own"),
                ("state", "in", ACCEPTED_STATES),
                ("registration_date", ">=", first),
                ("registration_date", "<=", last),
            ]
        )

    @api.model
    def _find_card_clients(self, company):
        """Return the clients with a fee of their own, due without any file too."""
        rules = self.env["customs.fee.rule"].search(
            [
                ("type", "=", "PERIOD_FLAT"),
                ("tariff_id.state", "=", "active"),
                ("tariff_id.level", "=", "client"),
                ("tariff_id.side", "=", "sale"),
                ("tariff_id.company_id", "=", company.id),
            ]
        )
        return rules.tariff_id.client_id.commercial_partner_id

    @api.model
    def _select_fees(self, rules, day, own):
        """Return the fees of the month of one client, or rules that tie.

        A rule with conditions is chosen where a file meets them.
        """
        periodic = [rule for rule in rules if rule.type == "PERIOD_FLAT"]
        chosen = dict(select([r for r in periodic if not r.conditions], day))
        for facts in own:
            chosen.update(select(periodic, facts))
        return list(chosen.values())

    @api.model
    def _price(self, rule, day, own):
        """Return the rule and the values of its fee, or a sentence on its problem."""
        count = sum(matches(rule, facts) for facts in own)
        facts = replace(day, quantities={"entry": Decimal(count)})
        words = self.env["customs.fee.rule"]._translate_rating
        rated = rate(rule, facts, translate=words)
        record = self.env["customs.fee.rule"].browse(rule.key)
        if rated.problem:
            return record, describe(rated, words)
        return record, {
            "file_count": count,
            "amount": to_float(rated.amount),
            "formula": str(rated.formula),
            "inputs": dict(rated.inputs),
            "version": f"{rule.tariff} v{rule.version} · {rule.name}",
        }

    @api.model
    def _get_problem(self, client, tie):
        words = self.env["customs.fee.rule"]._translate_rating
        return f"{client.display_name}: {describe(tie, words)}"

    @api.model
    def _cron_count_months(self):
        """Count last month and this one for every company, whatever ties."""
        today = fields.Date.context_today(self)
        last = fields.Date.subtract(fields.Date.start_of(today, "month"), days=1)
        rules = self.env["customs.fee.rule"].search([("type", "=", "PERIOD_FLAT")])
        companies = rules.company_id
        for company in companies.search([("id", "child_of", companies.ids)]):
            for day in (last, today):
                for problem in self._count_and_tell(day, company)[1]:
                    _logger.warning("Monthly fees of %s: %s", company.name, problem)
