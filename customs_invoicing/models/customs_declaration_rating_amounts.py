from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..engine.payment import AGENT, US, who_pays
from ..tools import to_decimal

#: Kinds of taxes of which an amount of a file is made up; others are outlay only
DUTIES = ("duty", "trade_defence")
#: What is lodged, not paid
NO_OUTLAY = ("security",)
#: States of a claim whose amount is known
DECIDED = ("accepted", "received", "paid_out")


class CustomsDeclaration(models.Model):
    """Amounts of a file that fees are a percentage of, in company currency."""

    _inherit = "customs.declaration"

    def _get_rating_amounts(self, goods):
        """Return ``({declaration: {basis: amount}}, {declaration: {code: cost}})``.

        :param goods: totals of the items of each file
        """
        rates = self._get_tariff_rates()
        costs = self._get_rating_costs()
        savings = self._get_rating_savings()
        outlays = self._get_rating_outlays()
        amounts = {}
        for record in self:
            national = {
                **record._get_value_bases(goods[record]),
                **outlays[record],
                **savings[record],
            }
            known = {
                basis: record._convert_national(amount, rates[record])
                for basis, amount in national.items()
            }
            known["invoice_value"] = record._get_invoice_value(
                goods[record], rates[record]
            )
            known["cost"] = record._get_third_party_cost(costs[record])
            amounts[record] = {
                basis: amount for basis, amount in known.items() if amount is not None
            }
        return amounts, {
            record: {code.id: amount for code, amount in costs[record].items()}
            for record in self
        }

    def _convert_national(self, amount, rate):
        """Return an amount of the authority in company currency, if there is a rate."""
        self.ensure_one()
        if rate is None:
            return None if amount else Decimal(0)
        return to_decimal(self.currency_id.round(float(amount * rate)))

    def _get_value_bases(self, goods):
        """Return the values of the goods in national currency, those known."""
        self.ensure_one()
        customs = self.customs_value or goods["customs_value"]
        cif = goods["value_cif"]
        if not cif and self.tariff_id.valuation_basis == "cif":
            cif = customs
        known = {"customs_value": customs, "cif_value": cif}
        return {name: to_decimal(value) for name, value in known.items() if value}

    def _get_invoice_value(self, goods, rate):
        """Return the value of the invoices in company currency, if it is known."""
        self.ensure_one()
        amount = to_decimal(self.invoice_amount or goods["invoice_value"])
        currency = self.invoice_currency_id
        if not amount or not currency:
            return None
        if currency == self.currency_id:
            return amount
        if currency != self.tariff_currency_id:
            if not self.customs_rate:
                return None
            amount *= to_decimal(self.customs_rate, 8)
        return self._convert_national(amount, rate)

    # === WHAT WE PAY FOR THE CLIENT === #

    def _get_rating_outlays(self):
        """Return ``{declaration: {basis: amount}}`` of duties and taxes advanced.

        As assessed, else as calculated, in national currency; nothing while our own
        calculation is not complete. What the client pays itself is left out. On our
        own imports it is what the broker advances for us.
        """
        groups = self.env["customs.duty.line"]._read_group(
            [("declaration_id", "in", self.ids)],
            ["declaration_id", "tax_code_id", "is_calculated"],
            ["amount_payable:sum", "payable_calculated:sum"],
        )
        charges = {
            (charge.declaration_id, charge.tax_code_id): charge
            for charge in self.charge_ids
            if charge.tax_code_id
        }
        plans = {record: record._get_planned_methods() for record in self}
        sums = {}
        for record, tax, is_calculated, payable, calculated in groups:
            found = sums.setdefault(record, defaultdict(Decimal))
            charge = charges.get((record, tax))
            method = charge.payment_method_id if charge else plans[record].get(tax)
            if not record._is_outlay(tax, charge, method):
                continue
            if record.current_assessment_id:
                found[tax.kind] += to_decimal(payable)
            elif is_calculated:
                found[tax.kind] += to_decimal(calculated)
            else:
                found["unknown"] = Decimal(1)
        return {record: self._sum_outlays(sums.get(record)) for record in self}

    def _is_outlay(self, tax, charge, method):
        """Whether a tax is paid by one of us for another of us."""
        self.ensure_one()
        if tax.kind in NO_OUTLAY:
            return False
        if self.capacity == "own":
            return bool(method) and who_pays(method.payer, "own") == AGENT
        if charge and charge.borne_by_us:
            return False
        return not method or who_pays(method.payer, self.capacity) == US

    def _sum_outlays(self, sums):
        """Return the bases made of amounts by kind; none where one is not known."""
        if sums is None or "unknown" in sums:
            return {}
        return {
            "outlay": sum(sums.values(), Decimal(0)),
            "duty_outlay": sum((sums[kind] for kind in DUTIES), Decimal(0)),
            "vat_outlay": sums["vat"],
        }

    # === SAVINGS AND COSTS === #

    def _get_rating_savings(self):
        """Return ``{declaration: {"saving": amount}}`` of claims the authority
        accepted, in national currency."""
        groups = self.env["customs.refund.line"]._read_group(
            [
                ("declaration_id", "in", self.ids),
                ("refund_id.state", "in", DECIDED),
            ],
            ["declaration_id"],
            ["amount_accepted:sum"],
        )
        found = {record: {} for record in self}
        for record, amount in groups:
            found[record]["saving"] = to_decimal(amount)
        return found

    def _get_rating_costs(self):
        """Return ``{declaration: {charge code: what it cost us}}``, those known.

        As booked, else as the authority assessed.
        """
        found = {record: defaultdict(Decimal) for record in self}
        for charge in self.charge_ids:
            if charge.nature == "service":
                continue
            amount = charge.amount_charged
            if not amount and charge.payer == US:
                amount = charge.amount_payable
            if amount:
                costs = found[charge.declaration_id]
                costs[charge.charge_code_id] += to_decimal(amount)
        return found

    def _get_third_party_cost(self, costs):
        """Return what third parties cost for the file, if anything is known."""
        parts = [amount for code, amount in costs.items() if code.kind == "third_party"]
        return sum(parts, Decimal(0)) if parts else None

    # === RATES OF EXCHANGE === #

    def _get_tariff_rates(self):
        """Return ``{declaration: company currency per national unit, or None}``."""
        days = {
            record: record.current_assessment_id.date
            or record.registration_date
            or record._get_rating_day()
            for record in self
        }
        found = self._query_rates(
            {
                (currency, record.company_id, day)
                for record, day in days.items()
                for currency in record.tariff_currency_id
                if currency != record.currency_id
            }
        )
        rates = {}
        for record, day in days.items():
            currency = record.tariff_currency_id
            if currency in (record.currency_id, self.env["res.currency"]):
                rates[record] = Decimal(1)
                continue
            rate = found.get((currency, record.company_id, day))
            rates[record] = 1 / rate if rate else None
        return rates

    def _get_rating_rates(self):
        """Return ``{company: {currency: its units per unit of company currency}}``.

        A currency without a rate on the day of the invoice is missing.
        """
        day = self._get_rating_day()
        currencies = self.env["res.currency"].search([("active", "=", True)])
        found = self._query_rates(
            {(c, company, day) for company in self.company_id for c in currencies}
        )
        rates = {company: {} for company in self.company_id}
        for (currency, company, _day), rate in found.items():
            rates[company][currency.name] = rate
        return rates

    def _query_rates(self, wanted):
        """Return ``{(currency, company, day): units per unit of company currency}``.

        Only rates of the day or before count: none is borrowed from later.

        :param wanted: keys, read in one query
        """
        pairs = {
            (currency.id, company.root_id.id, day)
            for asked, company, day in wanted
            for currency in (asked, company.currency_id)
        }
        if not pairs:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT wanted.currency_id, wanted.root_id, wanted.day, (
                           SELECT rate.rate
                             FROM res_currency_rate rate
                            WHERE rate.currency_id = wanted.currency_id
                              AND (rate.company_id = wanted.root_id
                                   OR rate.company_id IS NULL)
                              AND rate.name <= wanted.day
                            ORDER BY rate.company_id, rate.name DESC
                            LIMIT 1)
                  FROM (VALUES %s) AS wanted (currency_id, root_id, day)
                """,
                SQL(", ").join(
                    SQL("(%s, %s, %s::date)", *pair) for pair in sorted(pairs)
                ),
            )
        )
        known = {tuple(key): rate for *key, rate in rows}
        found = {}
        for currency, company, day in wanted:
            root = company.root_id.id
            own = known.get((company.currency_id.id, root, day)) or 1
            rate = known.get((currency.id, root, day))
            if currency == company.currency_id:
                rate = own
            if rate:
                found[currency, company, day] = Decimal(str(rate)) / Decimal(str(own))
        return found
