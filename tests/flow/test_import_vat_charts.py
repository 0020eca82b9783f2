"""Import VAT on the charts of several countries: accounts, boxes and what is owed.

What posts where is written down in ``docs/import_vat.md``.  After a change that is
meant, write it anew: ``CUSTOMS_WRITE_DOCS=1 make test
ARGS=tests/flow/test_import_vat_charts.py``.
"""

import os
from pathlib import Path
from typing import NamedTuple

from common import CustomsCase

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command

DOCS = Path(__file__).resolve().parents[2] / "docs" / "import_vat.md"


class Side(NamedTuple):
    """A tax of a chart: rate, way, account and boxes of its items."""

    name: str
    rate: float
    way: str
    base: str  # boxes
    tax: tuple  # (account code, boxes), one for each share
    refund_base: str
    refund_tax: tuple


def side(name, rate, way, base, *tax, refund=None):
    """Return a tax whose boxes are the same on refunds, unless given."""
    refund_base, *refund_tax = refund or (base, *tax)
    return Side(name, rate, way, base, tax, refund_base, tuple(refund_tax))


class Chart(NamedTuple):
    country: str
    paid: Side | None
    postponed: Side | None = None
    rates: tuple = ()  # of all taxes that the set-up chose
    postponed_rates: tuple = ()


def germany(account):
    paid = side("19% import VAT paid", 19, "pair", "", (account, "62"))
    return Chart("de", paid, rates=(19, 7))


CHARTS = {
    "uk": Chart(
        "uk",
        side("20% G", 20, "pair", "7", ("220100", "4")),
        side("20% PVA", 20, "postponed", "7", ("220100", "4"), ("220000", "1")),
        rates=(20, 5),
        postponed_rates=(20, 5),
    ),
    "de_skr03": germany("1588"),
    "de_skr04": germany("1433"),
    "es_pymes": Chart(
        "es",
        side(
            "21% EX G",
            21,
            "pair",
            "mod303[32],mod390[621]",
            ("472000", "mod303[33],mod390[622]"),
            refund=(
                "mod303[40],mod390[621]",
                ("472000", "mod303[41],mod390[622]"),
            ),
        ),
        rates=(21, 10, 4),
    ),
    "fr": Chart(
        "fr",
        side("20% import VAT paid", 20, "pair", "", ("445663", "20,24")),
        side(
            "20% EX O EU",
            20,
            "postponed",
            "A4,I1_base",
            ("445663", "20,24"),
            ("445300", "I1_taxe"),
        ),
        rates=(20, 10, 5.5, 2.1),
        postponed_rates=(20, 10, 5.5, 2.1),
    ),
    "ch": Chart(
        "ch",
        side("100% GS", 8.1, "only", "", ("1170", "400")),
        rates=(100,),
    ),
    "au": Chart(
        "au",
        side("100% ONLY", 10, "only", "", ("21330", "ONLY")),
        side(
            "100% DGST",
            10,
            "postponed",
            "",
            ("21340", "7A,G18"),
            ("21330", "G11,ONLY"),
        ),
        rates=(100,),
        postponed_rates=(100,),
    ),
    "za": Chart(
        "za",
        side(
            "15% EX",
            15,
            "pair",
            "",
            ("100060", "[15A] Other goods imported by you (not Capital Goods)"),
        ),
        rates=(15,),
    ),
    "in": Chart(
        "in",
        side("18% IGST P", 18, "pair", "BASE IGST", ("10053", "IGST")),
        rates=(40, 28, 18, 12, 5),
    ),
    "us": Chart("us", None),
}


class TestImportVatCharts(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_code = cls.env.ref("customs_invoicing.tax_code_vat")
        cls.offices, cls.companies = {}, {}
        for chart, facts in CHARTS.items():
            cls.companies[chart] = cls._create_company_on(chart, facts.country)

    @classmethod
    def _create_company_on(cls, chart, country_code):
        country = cls.env.ref(f"base.{country_code}")
        company = cls.env["res.company"].create(
            {
                "name": f"Company {chart}",
                "country_id": country.id,
                "currency_id": country.currency_id.id,
            }
        )
        cls.env.user.company_ids += company
        cls._use_chart_template(company, chart)
        company.action_create_customs_setup()
        tariff = cls.env["customs.tariff"].create(
            {"name": chart, "code": chart, "currency_id": country.currency_id.id}
        )
        cls.offices[chart] = cls.env["customs.office"].create(
            {
                "code": f"OFF-{chart}",
                "name": f"Port of {country.name}",
                "tariff_id": tariff.id,
                "authority_id": cls.authority.id,
            }
        )
        return company.with_company(company)

    # === HELPERS === #

    def show(self, company):
        print()
        for tax in company.customs_import_vat_tax_ids | company.customs_postponed_vat_tax_ids:
            print(company.name, tax.name, tax.amount, tax.active, tax._get_customs_vat_way())
            for part in tax.invoice_repartition_line_ids | tax.refund_repartition_line_ids:
                print("   ", part.document_type, part.repartition_type, part.factor_percent, part.account_id.code, part.tag_ids.mapped("name"))

    def test_show(self):
        for company in self.companies.values():
            self.show(company)
