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

    @property
    def base_is_reported(self):
        return not self.name.startswith("100%")

    @property
    def factors(self):
        """Of the shares: the input side has the smaller account, AU the larger."""
        if len(self.tax) == 1:
            return (1,)
        return (-1, 1) if self.name == "100% DGST" else (1, -1)


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
        side("18% IGST P", 18, "pair", "BASE IGST", ("100530", "IGST")),
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

    def file_of(self, chart, **vals):
        """Return a file of our own goods at the chart's office."""
        company = self.companies[chart]
        return (
            self.env["customs.declaration"]
            .with_company(company)
            .create(
                {
                    "office_id": self.offices[chart].id,
                    "registration_date": "2026-03-05",
                    "capacity": "own",
                    **vals,
                }
            )
        )

    def assess(self, declaration, side, base, amount, date="2026-03-06"):
        """Record what the authority assesses now, post it; return the new move."""
        status = "postponed" if side.way == "postponed" else "payable"
        assessment = declaration._record_assessment(
            [
                {
                    "tax_code_id": self.tax_code.id,
                    "base": base,
                    "rate": side.rate,
                    "amount_assessed": amount,
                    "status": status,
                }
            ],
            date=date,
        )
        before = assessment.declaration_id.assessment_ids.move_ids
        assessment.action_post()
        return declaration.assessment_ids.move_ids - before

    def sides(self):
        """Yield (chart, tax, document) of everything to post."""
        for chart, facts in CHARTS.items():
            if facts.paid:
                yield chart, facts.paid, "bill"
                yield chart, facts.paid, "entry"
            if facts.postponed:
                yield chart, facts.postponed, "entry"

    def for_each_side(self, check):
        for chart, tax, document in self.sides():
            with self.subTest(chart=chart, way=tax.way, document=document):
                self.companies[chart].customs_assessment_document = document
                check(chart, tax, document)

    def account(self, company, code):
        accounts = self.env["account.account"].with_company(company)
        found = accounts.search(
            [*accounts._check_company_domain(company), ("code", "=like", f"{code}%")]
        )
        return found.filtered(
            lambda account: account.code.rstrip("0") == code.rstrip("0")
        )

    def assert_posted(self, move, chart, tax, document, base, amount, owed=True):
        """Assert the items of one import VAT, and nothing else."""
        company = self.companies[chart]
        neutral = company.customs_neutral_account_id.with_company(company)
        payable = company.customs_authority_payable_account_id.with_company(company)
        refund = (amount or base) < 0
        base_boxes, shares = (
            (tax.refund_base, tax.refund_tax) if refund else (tax.base, tax.tax)
        )
        items = []
        if base and tax.base_is_reported:
            items += [
                (neutral, self.authority, base, tax.name, "VAT", base_boxes),
                (neutral, self.authority, -base, "", "VAT", ""),
            ]
        elif document == "bill":
            items.append((neutral, self.authority, 0, tax.name, "VAT", ""))
        for (code, boxes), factor in zip(shares, tax.factors, strict=True):
            account = self.account(company, code)
            items.append(
                (
                    account,
                    self.authority,
                    factor * amount,
                    f"T:{tax.name}",
                    "VAT",
                    boxes,
                )
            )
        if tax.way != "postponed":
            items.append((payable, self.authority, -amount, "", "", ""))
        self.assertEqual(move.state, "posted")
        self.assert_items(move, items)

    # === WHICH TAXES ARE CHOSEN === #

    def test_set_up_chooses_the_taxes_of_the_chart(self):
        for chart, facts in CHARTS.items():
            company = self.companies[chart]
            for taxes, rates, tax in (
                (company.customs_import_vat_tax_ids, facts.rates, facts.paid),
                (
                    company.customs_postponed_vat_tax_ids,
                    facts.postponed_rates,
                    facts.postponed,
                ),
            ):
                with self.subTest(chart=chart, rates=rates):
                    self.assertEqual(
                        sorted(taxes.mapped("amount")), sorted(float(r) for r in rates)
                    )
                    self.assertTrue(all(taxes.mapped("active")))
                    if not tax:
                        continue
                    postponed = taxes == company.customs_postponed_vat_tax_ids
                    found = company._get_customs_import_vat_tax(tax.rate, postponed)
                    self.assertEqual(found.name, tax.name)
                    self.assertEqual(found._get_customs_vat_way(), tax.way)
                    ways = {t._get_customs_vat_way() for t in taxes}
                    self.assertEqual(ways, {tax.way})

    def test_pressing_again_chooses_the_same(self):
        for chart, company in self.companies.items():
            with self.subTest(chart=chart):
                paid = company.customs_import_vat_tax_ids
                postponed = company.customs_postponed_vat_tax_ids
                company.write(
                    {
                        "customs_import_vat_tax_ids": False,
                        "customs_postponed_vat_tax_ids": False,
                    }
                )
                company.action_create_customs_setup()
                self.assertEqual(company.customs_import_vat_tax_ids, paid)
                self.assertEqual(company.customs_postponed_vat_tax_ids, postponed)

    # === WHAT IS POSTED === #

    def test_assessed_to_the_cent(self):
        """The authority's VAT is 4 cents above base times rate."""

        def check(chart, tax, document):
            declaration = self.file_of(chart)
            amount = round(15 * tax.rate + 0.04, 2)
            move = self.assess(declaration, tax, 1500.0, amount)
            self.assert_posted(move, chart, tax, document, 1500.0, amount)
            owed = 0.0 if tax.way == "postponed" else amount
            self.assert_money(declaration, charged=owed)
            self.assertEqual(declaration.current_assessment_id.state, "posted")

        self.for_each_side(check)

    def test_less_than_before_goes_into_the_boxes_for_refunds(self):
        def check(chart, tax, document):
            declaration = self.file_of(chart)
            first = round(15 * tax.rate + 0.04, 2)
            self.assess(declaration, tax, 1500.0, first)
            now = round(10 * tax.rate - 0.03, 2)
            move = self.assess(declaration, tax, 1000.0, now, date="2026-03-20")
            self.assert_posted(
                move, chart, tax, document, -500.0, round(now - first, 2)
            )
            self.assertEqual(declaration.current_assessment_id.state, "posted")

        self.for_each_side(check)

    def test_the_tax_alone_is_corrected(self):
        """Base 28 036.65; an estimate becomes 7.33 more."""

        def check(chart, tax, document):
            declaration = self.file_of(chart)
            self.assess(declaration, tax, 28036.65, 5600.0)
            move = self.assess(declaration, tax, 28036.65, 5607.33, date="2026-04-10")
            company = self.companies[chart]
            lines = move.line_ids
            boxes = {}
            for line in lines:
                for tag in line.tax_tag_ids:
                    boxes[tag.name] = round(boxes.get(tag.name, 0) + line.balance, 2)
            expected = {}
            for (_code, names), factor in zip(tax.tax, tax.factors, strict=True):
                for name in filter(None, names.split(",")):
                    expected[name] = round(factor * 7.33, 2)
            self.assertEqual({k: v for k, v in boxes.items() if v}, expected)
            payable = company.customs_authority_payable_account_id
            owed = sum(
                lines.filtered(lambda line: line.account_id == payable).mapped(
                    "balance"
                )
            )
            self.assertAlmostEqual(owed, 0 if tax.way == "postponed" else -7.33, 2)
            self.assertEqual(declaration.current_assessment_id.state, "posted")

        self.for_each_side(check)

    def test_posted_again_changes_nothing(self):
        def check(chart, tax, _document):
            declaration = self.file_of(chart)
            self.assess(declaration, tax, 1500.0, round(15 * tax.rate + 0.04, 2))
            moves = declaration.assessment_ids.move_ids
            declaration.current_assessment_id.action_post()
            self.assertEqual(declaration.assessment_ids.move_ids, moves)

        self.for_each_side(check)

    def test_reversal_empties_every_box_and_account(self):
        def check(chart, tax, document):
            declaration = self.file_of(chart)
            amount = round(15 * tax.rate + 0.04, 2)
            move = self.assess(declaration, tax, 1500.0, amount)
            reversal = self.reverse(move)
            totals = {}
            for line in (move | reversal).line_ids:
                totals[line.account_id] = totals.get(line.account_id, 0) + line.balance
            self.assertEqual({k.code: v for k, v in totals.items() if round(v, 2)}, {})
            if document == "bill":
                self.assertEqual(reversal.move_type, "in_refund")
                self.assert_posted(reversal, chart, tax, document, -1500.0, -amount)
            else:
                boxes = {}
                for line in (move | reversal).line_ids:
                    for tag in line.tax_tag_ids:
                        boxes[tag.name] = boxes.get(tag.name, 0) + line.balance
                self.assertEqual({k: v for k, v in boxes.items() if round(v, 2)}, {})
            self.assertEqual(declaration.current_assessment_id.state, "open")

        self.for_each_side(check)

    def test_no_tax_is_a_sentence(self):
        company = self.companies["us"]
        for postponed, setting in (
            (False, "Import VAT"),
            (True, "Postponed import VAT"),
        ):
            with self.assertRaisesRegex(
                UserError,
                f"No import VAT tax of 20 % for Company us. Add one under Settings, "
                f"Customs, {setting}.",
            ):
                company._get_customs_import_vat_tax(20.0, postponed)
        with self.assertRaisesRegex(UserError, "could not be read"):
            company._get_customs_import_vat_tax(0.0)
