from odoo import api, models

from ..engine.import_vat import share_tax
from ..tools import to_decimal, to_float


class AccountTax(models.Model):
    _inherit = "account.tax"

    # Import VAT lines carry their charge, so the money of the file can be read from
    # the journal items alone.

    @api.model
    def _prepare_base_line_grouping_key(self, base_line):
        key = super()._prepare_base_line_grouping_key(base_line)
        lines = self.env["account.move.line"]
        return {**key, **lines._get_customs_tax_key(base_line["record"])}

    @api.model
    def _share_customs_vat(self, lines, amount):
        """Return ``{tax item: its share}`` of an authority's import VAT on a bill.

        :param lines: the tax items of one charge and rate
        :param amount: the VAT, in the currency of the items
        """
        currency = lines.currency_id[:1]
        shares = share_tax(
            to_decimal(currency.round(amount)),
            [to_decimal(line.tax_repartition_line_id.factor_percent) for line in lines],
            to_decimal(currency.rounding),
        )
        return {
            line: to_float(share) for line, share in zip(lines, shares, strict=True)
        }

    @api.model
    def _prepare_tax_line_repartition_grouping_key(self, tax_line):
        key = super()._prepare_tax_line_repartition_grouping_key(tax_line)
        lines = self.env["account.move.line"]
        return {**key, **lines._get_customs_tax_key(tax_line["record"])}
