from odoo import api, models


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
    def _prepare_tax_line_repartition_grouping_key(self, tax_line):
        key = super()._prepare_tax_line_repartition_grouping_key(tax_line)
        lines = self.env["account.move.line"]
        return {**key, **lines._get_customs_tax_key(tax_line["record"])}
