from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_is_zero

#: chart template: import VAT taxes it ships whose base and tax boxes are right
CHART_IMPORT_TAXES = {
    "uk": ("PT_20_G", "PT5"),
    "es_": (
        "account_tax_template_p_iva21_ibc",
        "account_tax_template_p_iva10_ibc",
        "account_tax_template_p_iva4_ibc",
    ),
    "de_skr03": ("tax_import_19_and_payable_skr03", "tax_import_7_and_payable_skr03"),
    "de_skr04": ("tax_import_19_and_payable_skr04", "tax_import_7_and_payable_skr04"),
}

#: charts of countries that levy no VAT at import
CHARTS_WITHOUT_IMPORT_VAT = ("us",)

#: Taxes that can book import VAT: a rate on a base, or the whole price
IMPORT_VAT_DOMAIN = [
    ("type_tax_use", "=", "purchase"),
    ("amount_type", "in", ("percent", "division")),
    ("tax_exigibility", "=", "on_invoice"),
]


class ResCompany(models.Model):
    """The taxes of import VAT, and finding them in the chart of accounts."""

    _inherit = "res.company"

    customs_import_vat_tax_ids = fields.Many2many(
        comodel_name="account.tax",
        relation="res_company_customs_import_vat_rel",
        string="Import VAT",
        check_company=True,
        domain=IMPORT_VAT_DOMAIN,
        help="One purchase tax per rate of import VAT that is paid; the rate of the "
        "assessment chooses. A tax that is the whole price (100 %, by division) serves "
        "every rate and reports no base.",
    )
    customs_postponed_vat_tax_ids = fields.Many2many(
        comodel_name="account.tax",
        relation="res_company_customs_postponed_vat_rel",
        string="Postponed import VAT",
        check_company=True,
        domain=IMPORT_VAT_DOMAIN,
        help="One purchase tax per rate of import VAT that is declared in the VAT "
        "return instead of being paid: input and output tax at once.",
    )

    # === CHOOSING === #

    def _get_customs_import_vat_field(self, postponed):
        return (
            "customs_postponed_vat_tax_ids"
            if postponed
            else "customs_import_vat_tax_ids"
        )

    def _find_customs_import_vat_tax(self, rate, postponed=False):
        """Return the company's tax for import VAT, empty when there is none."""
        self.ensure_one()
        taxes = self[self._get_customs_import_vat_field(postponed)].filtered(
            lambda tax: tax._has_customs_rate(rate)
        )
        # a tax of that very rate reports the base, so it goes first
        return taxes.sorted(lambda tax: tax.amount_type != "percent")[:1]

    def _get_customs_import_vat_tax(self, rate, postponed=False):
        """Return the company's tax for import VAT.

        :param rate: in percent; a tax without a rate of its own fits any
        :param postponed: declared in the VAT return instead of being paid
        :raise UserError: when there is none, with where to add it
        """
        self.ensure_one()
        found = self._find_customs_import_vat_tax(rate, postponed)
        if found:
            return found
        name = self._get_customs_import_vat_field(postponed)
        setting = self._fields[name]._description_string(self.env)
        if float_is_zero(rate, precision_digits=4):
            raise UserError(
                self.env._(
                    "The rate of import VAT in the assessment could not be read, so no "
                    "tax of %(company)s can be chosen for it.",
                    company=self.name,
                )
            )
        raise UserError(
            self.env._(
                "No import VAT tax of %(rate)s %% for %(company)s. Add one under "
                "Settings, Customs, %(setting)s.",
                rate=f"{rate:g}",
                company=self.name,
                setting=setting,
            )
        )

    # === CREATING WHAT IS MISSING === #

    def _create_customs_import_vat_taxes(self):
        if self.customs_import_vat_tax_ids:
            return
        sources = self._get_customs_import_tax_sources()
        taxes = self.env["account.tax"]
        for source in sources:
            taxes |= self._get_plain_customs_tax(source)
        self.customs_import_vat_tax_ids = taxes

    def _get_customs_import_tax_sources(self):
        """Return the chart's import taxes, else its usual purchase tax."""
        if self.chart_template in CHARTS_WITHOUT_IMPORT_VAT:
            return []
        for prefix, names in CHART_IMPORT_TAXES.items():
            if self.chart_template.startswith(prefix):
                chart = self.env["account.chart.template"]
                found = [chart.ref(name, raise_if_not_found=False) for name in names]
                if any(found):
                    return [tax for tax in found if tax]
        purchase = self.account_purchase_tax_id
        if purchase.amount_type == "percent" and purchase.amount > 0:
            return [purchase]
        return []

    def _get_plain_customs_tax(self, source):
        """Return a tax with the source's boxes that only books input tax.

        A chart may ship import VAT as self-accounted: the same amount in and out. The
        authority is paid here, so the output part is left out.
        """
        reverse = source.invoice_repartition_line_ids.filtered(
            lambda line: line.factor_percent < 0
        )
        if not reverse and source != self.account_purchase_tax_id:
            return source
        name = self.env._("%(rate)s%% import VAT paid", rate=f"{source.amount:g}")
        taxes = self.env["account.tax"]
        existing = taxes.search(
            [("company_id", "=", self.id), ("name", "=", name)], limit=1
        )
        if existing:
            return existing
        copy = source.copy(
            {
                "name": name,
                "invoice_label": name,
                "description": self.env._("Import VAT paid to the customs authority"),
                "active": True,
                "fiscal_position_ids": [Command.clear()],
                "original_tax_ids": [Command.clear()],
                "price_include_override": "tax_excluded",
            }
        )
        (copy.invoice_repartition_line_ids | copy.refund_repartition_line_ids).filtered(
            lambda line: line.factor_percent < 0
        ).unlink()
        return copy
