from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare

from ..engine.import_vat import DIVISION, vat_items, way_of
from ..tools import to_decimal, to_float


class AccountTax(models.Model):
    """Import VAT on vendor bills and journal entries, in the way of the tax."""

    _inherit = "account.tax"

    def _get_customs_vat_way(self):
        """Return how this tax books import VAT: ``pair``, ``only``, ``postponed``."""
        self.ensure_one()
        return way_of(self.amount_type, self._get_customs_vat_factors())

    def _get_customs_vat_factors(self, refund=False):
        parts = self._get_customs_vat_parts(refund)
        return [to_decimal(part.factor_percent) for part in parts]

    def _get_customs_vat_parts(self, refund=False):
        """Return the shares of the tax on invoices or on refunds."""
        self.ensure_one()
        parts = (
            self.refund_repartition_line_ids
            if refund
            else self.invoice_repartition_line_ids
        )
        return parts.filtered(lambda part: part.repartition_type == "tax")

    def _has_customs_rate(self, rate):
        """Whether this tax is for a rate of import VAT in percent.

        A tax that is the whole price has no rate and is for any.
        """
        self.ensure_one()
        if self.amount_type == DIVISION:
            return float_compare(self.amount, 100.0, precision_digits=4) == 0
        return float_compare(self.amount, rate, precision_digits=4) == 0

    def _prepare_customs_vat_lines(
        self,
        base,
        amount,
        company,
        document,
        common,
        cost_account=None,
        taken_back=False,
        currency=None,
    ):
        """Return values of the journal items for an authority's import VAT.

        Base and amount are signed: negative ones give VAT back, in the boxes for
        refunds.

        :param base: what the VAT was levied on
        :param amount: the VAT, as the authority has it
        :param document: ``bill`` for the lines of a vendor bill or refund, in its
            currency and seen from it; ``entry`` for journal items with the balance
        :param common: values that every line bears, ``name`` among them
        :param cost_account: bears the share of the tax that cannot be deducted
        :param taken_back: the VAT alone changed. A bill levies it anew on the full
            base and takes back what was levied before; an entry needs no base
        :param currency: of base and amount, the company's without one
        """
        self.ensure_one()
        account = self._get_customs_vat_account(company, cost_account)
        common = {**common}
        if account != cost_account:
            common["analytic_distribution"] = False
        if document == "bill":
            return self._prepare_customs_vat_bill_lines(
                base, amount, account, common, taken_back
            )
        currency = currency or company.currency_id
        refund = (amount or base) < 0
        items = vat_items(
            to_decimal(0.0 if taken_back else currency.round(base)),
            to_decimal(currency.round(amount)),
            self.amount_type,
            self._get_customs_vat_factors(refund),
            to_decimal(currency.rounding),
        )
        return [
            *self._prepare_customs_vat_base_items(items, account, common, refund),
            *self._prepare_customs_vat_tax_items(items, account, common, refund),
        ]

    def _get_customs_vat_account(self, company, cost_account):
        """Return the account the base goes through, or the cost of a lost share."""
        parts = self.invoice_repartition_line_ids | self.refund_repartition_line_ids
        taxed = parts.filtered(lambda part: part.repartition_type == "tax")
        if all(part.account_id for part in taxed):
            return company._get_customs_account("neutral")
        if not cost_account:
            raise UserError(
                self.env._(
                    "Part of %(tax)s is not deductible, and no cost account is known "
                    "that bears it. Give every share of the tax an account, or choose "
                    "the cost account of the charge under Customs, Configuration, "
                    "Charge codes.",
                    tax=self.display_name,
                )
            )
        return cost_account

    def _prepare_customs_vat_bill_lines(
        self, base, amount, account, common, taken_back
    ):
        """Return the bill's lines; Odoo adds the tax lines to them.

        Their amounts are brought to the authority's once the bill is there.
        """
        common = {**common, "quantity": 1, "account_id": account.id}
        label = common.get("name") or self.name
        taxes = [Command.set(self.ids)]
        if self.amount_type == DIVISION:
            return [{**common, "name": label, "price_unit": amount, "tax_ids": taxes}]
        if self.price_include:
            raise UserError(
                self.env._(
                    "%(tax)s is included in the price, so the base of import VAT would "
                    "be too small. Set “Included in price” to “Tax excluded” on it, or "
                    "choose another under Settings, Customs, Import VAT.",
                    tax=self.display_name,
                )
            )
        return [
            {
                **common,
                "name": self.env._("%(label)s, base", label=label),
                "price_unit": base,
                "tax_ids": taxes,
            },
            {
                **common,
                "name": self.env._("%(label)s, base taken back", label=label),
                "price_unit": -base,
                "tax_ids": taxes if taken_back else [Command.clear()],
                "customs_taken_back": taken_back,
            },
        ]

    def _prepare_customs_vat_base_items(self, items, account, common, refund):
        if items.base is None:
            return []
        label = common.get("name") or self.name
        parts = (
            self.refund_repartition_line_ids
            if refund
            else self.invoice_repartition_line_ids
        )
        tags = parts.filtered(lambda part: part.repartition_type == "base").tag_ids
        common = {**common, "account_id": account.id}
        return [
            {
                **common,
                "name": self.env._("%(label)s, base", label=label),
                "balance": to_float(items.base),
                "tax_ids": [Command.set(self.ids)],
                "tax_tag_ids": [Command.set(tags.ids)],
            },
            {
                **common,
                "name": self.env._("%(label)s, base taken back", label=label),
                "balance": to_float(items.base_back),
                "tax_ids": [Command.clear()],
                "tax_tag_ids": [Command.clear()],
            },
        ]

    def _prepare_customs_vat_tax_items(self, items, account, common, refund):
        parts = self._get_customs_vat_parts(refund)
        analytic = common.get("analytic_distribution")
        lines = []
        for part, share in zip(parts, items.taxes, strict=True):
            if not share:
                continue
            line = {
                **common,
                "name": common.get("name") or self.name,
                "account_id": (part.account_id or account).id,
                "balance": to_float(share),
                "tax_ids": [Command.clear()],
                "tax_repartition_line_id": part.id,
                "tax_tag_ids": [Command.set(part.tag_ids.ids)],
                "tax_base_amount": to_float(items.base),
            }
            if analytic and part.account_id:
                line["analytic_distribution"] = False
            lines.append(line)
        return lines
