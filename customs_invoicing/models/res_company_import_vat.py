from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_is_zero


class ChartTaxes(NamedTuple):
    """Import VAT taxes that a chart of accounts ships, by their name in its data.

    :param paid: for VAT paid to the authority; the output side of a tax that is
        self-accounted is left out
    :param base_boxes: whether the boxes of their base are right for VAT that is paid
    :param postponed: for VAT that is declared in the return instead
    :param copies: ``(tax, rate)``: rates of postponed VAT that the chart lacks
    """

    paid: tuple = ()
    base_boxes: bool = True
    postponed: tuple = ()
    copies: tuple = ()


_FRANCE = tuple(f"tva_import_outside_eu_{rate}" for rate in ("20", "10", "5_5", "2_1"))

#: Chart template, or how its name begins: its taxes for import VAT
CHARTS = {
    "au": ChartTaxes(
        paid=("au_tax_purchase_gst_only_service",), postponed=("au_tax_dgst",)
    ),
    "ch": ChartTaxes(paid=("vat_100_import",)),
    "de_skr03": ChartTaxes(
        paid=("tax_import_19_and_payable_skr03", "tax_import_7_and_payable_skr03")
    ),
    "de_skr04": ChartTaxes(
        paid=("tax_import_19_and_payable_skr04", "tax_import_7_and_payable_skr04")
    ),
    "es_": ChartTaxes(
        paid=tuple(f"account_tax_template_p_iva{rate}_ibc" for rate in (21, 10, 4))
    ),
    # what is paid goes in lines 20 and 24 only, its base in none
    "fr": ChartTaxes(paid=_FRANCE, base_boxes=False, postponed=_FRANCE),
    "in": ChartTaxes(
        paid=tuple(f"igst_purchase_{rate}" for rate in (40, 28, 18, 12, 5))
    ),
    "uk": ChartTaxes(
        paid=("PT_20_G", "PT5"),
        postponed=("PT_20_PVA",),
        copies=(("PT_20_PVA", 5.0),),
    ),
    "za": ChartTaxes(paid=("PT15A",)),
}

#: charts of countries that levy no VAT at import
CHARTS_WITHOUT_IMPORT_VAT = ("us",)

#: Taxes that can book import VAT: a rate on a base, or the whole price
IMPORT_VAT_DOMAIN = [
    ("type_tax_use", "in", ("purchase", "none")),
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
        """Choose the chart's taxes for import VAT; make those it lacks."""
        if self.chart_template in CHARTS_WITHOUT_IMPORT_VAT:
            return
        facts = next(
            (CHARTS[key] for key in CHARTS if self.chart_template.startswith(key)),
            ChartTaxes(),
        )
        if not self.customs_import_vat_tax_ids:
            self.customs_import_vat_tax_ids = self._choose_customs_taxes(
                self._get_paid_customs_taxes(facts)
            )
        if not self.customs_postponed_vat_tax_ids:
            taxes = self._get_chart_taxes(facts.postponed)
            for name, rate in facts.copies:
                for source in self._get_chart_taxes([name]):
                    taxes |= self._get_customs_tax_at_rate(source, rate)
            self.customs_postponed_vat_tax_ids = self._choose_customs_taxes(taxes)

    def _get_chart_taxes(self, names):
        chart = self.env["account.chart.template"].with_company(self)
        found = [chart.ref(name, raise_if_not_found=False) for name in names]
        return self.env["account.tax"].union(*[tax for tax in found if tax])

    def _choose_customs_taxes(self, taxes):
        """Return the taxes, in use: charts keep rarer rates archived."""
        taxes.filtered(lambda tax: not tax.active).active = True
        return taxes

    def _get_paid_customs_taxes(self, facts):
        """Return the chart's import taxes, else its usual purchase tax."""
        sources = self._get_chart_taxes(facts.paid)
        if not sources:
            usual = self.account_purchase_tax_id
            if usual.amount_type == "percent" and usual.amount > 0:
                sources = usual
        taxes = self.env["account.tax"]
        for source in sources:
            taxes |= self._get_plain_customs_tax(source, facts.base_boxes)
        return taxes

    def _get_plain_customs_tax(self, source, base_boxes):
        """Return a tax with the source's boxes that only books input tax.

        A chart may ship import VAT as self-accounted: the same amount in and out. The
        authority is paid here, so the output part is left out.
        """
        is_usual = source == self.account_purchase_tax_id
        if source._get_customs_vat_way() != "postponed" and not is_usual:
            return source
        copy = self._get_customs_tax_copy(
            source,
            self.env._("%(rate)s%% import VAT paid", rate=f"{source.amount:g}"),
            self.env._("Import VAT paid to the customs authority"),
        )
        parts = copy.invoice_repartition_line_ids | copy.refund_repartition_line_ids
        parts.filtered(lambda part: part.factor_percent < 0).unlink()
        if not base_boxes:
            bases = parts.exists().filtered(
                lambda part: part.repartition_type == "base" and part.tag_ids
            )
            bases.tag_ids = False
        return copy

    def _get_customs_tax_at_rate(self, source, rate):
        """Return the postponed tax of a rate that the chart has at another rate."""
        copy = self._get_customs_tax_copy(
            source,
            self.env._("%(rate)s%% postponed import VAT", rate=f"{rate:g}"),
            source.description,
        )
        copy.amount = rate
        return copy

    def _get_customs_tax_copy(self, source, name, description):
        """Return the company's tax of a name, else make it from another."""
        taxes = self.env["account.tax"].with_context(active_test=False)
        # a branch has the taxes of the companies above it
        existing = taxes.search(
            [*taxes._check_company_domain(self), ("name", "=", name)], limit=1
        )
        return existing or source.copy(
            {
                "name": name,
                "invoice_label": name,
                "description": description,
                "active": True,
                "fiscal_position_ids": [Command.clear()],
                "original_tax_ids": [Command.clear()],
                "price_include_override": "tax_excluded",
            }
        )
