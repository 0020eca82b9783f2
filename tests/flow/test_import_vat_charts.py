"""Import VAT on the charts of several countries: accounts, boxes and what is owed.

What posts where is written down in ``docs/import_vat.md``.  After a change that is
meant, write it anew: ``CUSTOMS_WRITE_DOCS=1 make test
ARGS=tests/flow/test_import_vat_charts.py``.
"""

import os
from pathlib import Path
from typing import NamedTuple

from charts import ChartsCase

from odoo.exceptions import UserError
from odoo.fields import Command

DOCS = Path(__file__).resolve().parents[2] / "docs" / "import_vat.md"


WAYS = {"pair": "Base in and out", "only": "Tax only", "postponed": "Postponed"}
INTRODUCTION = """\
# Import VAT: what posts where

Import VAT is levied by the authority, not by a supplier, so its base has no purchase
behind it. The tax chosen for it decides how it is booked:

* **Base in and out** (a percentage): the base goes through the neutral account, so the
  tax report shows it, and only the tax is owed. The amount is the authority's to the
  cent, whatever base times rate is.
* **Tax only** (by division, 100 %, included in the price): the tax is the whole line;
  no base is reported.
* **Postponed** (a share in and a share out): input and output tax at once, nothing is
  owed.

A share of the tax without an account cannot be deducted: it goes with the base to the
account where the charge is our own cost.

The supplier's own bill of the same goods must not report the base again: choose a tax
without a box for the base there.

This page is made by a test, which fails when something posts differently. Boxes are
those of the country's tax report; amounts are debit, negative ones credit."""


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
        return self.way != "only"

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
        side("20% import VAT paid", 20, "pair", "7", ("220100", "4")),
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


class TestImportVatCharts(ChartsCase):
    countries = {chart: facts.country for chart, facts in CHARTS.items()}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_code = cls.env.ref("customs_invoicing.tax_code_vat")

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

    def assert_posted(self, move, chart, tax, document, base, amount):
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

    def test_what_posts_where(self):
        """Assessed, assessed lower, the tax alone corrected, reversed."""
        self.tables = {chart: [] for chart in CHARTS}
        self.for_each_side(self.check_posting)
        self.check_docs()

    def check_posting(self, chart, tax, document):
        declaration = self.file_of(chart)
        rows = self.tables[chart]
        way = (tax.way, document)
        # the authority's VAT is 4 cents above base times rate
        first = round(15 * tax.rate + 0.04, 2)
        move = self.assess(declaration, tax, 1500.0, first)
        self.assert_posted(move, chart, tax, document, 1500.0, first)
        self.assert_money(declaration, charged=0.0 if tax.way == "postponed" else first)
        declaration.current_assessment_id.action_post()
        self.assertEqual(declaration.assessment_ids.move_ids, move, "nothing twice")
        rows.append((*way, f"Assessed: VAT {first:,.2f} on 1,500.00", move))

        second = round(10 * tax.rate - 0.03, 2)
        move = self.assess(declaration, tax, 1000.0, second, date="2026-03-20")
        less = round(second - first, 2)
        self.assert_posted(move, chart, tax, document, -500.0, less)
        rows.append((*way, f"Then VAT {second:,.2f} on 1,000.00", move))

        third = round(second + 7.33, 2)
        move = self.assess(declaration, tax, 1000.0, third, date="2026-04-10")
        self.assert_corrected(move, chart, tax, 7.33)
        rows.append((*way, f"Then VAT {third:,.2f} on the same base", move))

        other = self.file_of(chart)
        move = self.assess(other, tax, 1500.0, first)
        reversal = self.undo(move)
        self.assert_undone(move, reversal, tax)
        if document == "bill":
            self.assert_posted(reversal, chart, tax, document, -1500.0, -first)
        self.assertEqual(other.current_assessment_id.state, "open")
        rows.append((*way, "Instead, the first reversed", reversal))

    def assert_corrected(self, move, chart, tax, amount):
        """Assert that a correction of the tax changes its boxes and the debt alone."""
        expected = {
            name: factor * amount
            for (_code, names), factor in zip(tax.tax, tax.factors, strict=True)
            for name in names.split(",")
        }
        self.assertEqual(self.boxes(move), expected)
        company = self.companies[chart]
        balances = self.balances(move)
        payable = balances.pop(company.customs_authority_payable_account_id.code, 0.0)
        self.assertEqual(payable, 0.0 if tax.way == "postponed" else -amount)
        taxed = {
            self.account(company, code).code: factor * amount
            for (code, _names), factor in zip(tax.tax, tax.factors, strict=True)
        }
        self.assertEqual(balances, taxed)

    def assert_undone(self, move, reversal, tax):
        both = move | reversal
        self.assertEqual(set(both.mapped("state")), {"posted"})
        self.assertEqual(self.balances(both), {})
        refunded = {
            name for _code, names in tax.refund_tax for name in names.split(",")
        }
        if self.boxes(move).keys() >= refunded or move.move_type == "entry":
            self.assertEqual(self.boxes(both), {})

    def boxes(self, moves):
        """Return what the moves change in each box."""
        found = {}
        for line in moves.line_ids:
            for tag in line.tax_tag_ids:
                found[tag.name] = round(found.get(tag.name, 0.0) + line.balance, 2)
        return {name: amount for name, amount in found.items() if amount}

    def balances(self, moves):
        """Return what the moves change on each account."""
        found = {}
        for line in moves.line_ids:
            code = line.account_id.with_company(line.company_id).code
            found[code] = round(found.get(code, 0.0) + line.balance, 2)
        return {code: amount for code, amount in found.items() if amount}

    def undo(self, move):
        """Reverse a move in full."""
        return move._reverse_moves(
            [{"date": "2026-03-12", "invoice_date": move.invoice_date}], cancel=True
        )

    # === WORKED CASES === #

    def test_india_bill_of_entry(self):
        """IGST on the value with its duties, in no cost of goods."""
        company, chart = self.companies["in"], CHARTS["in"]
        company.customs_assessment_document = "entry"
        declaration = self.file_of("in")
        duty = self.env.ref("customs_invoicing.tax_code_cid")
        declaration._record_assessment(
            [
                {"tax_code_id": duty.id, "amount_assessed": 110000.0},
                {
                    "tax_code_id": self.tax_code.id,
                    "base": 1110000.0,
                    "rate": 18.0,
                    "amount_assessed": 199800.0,
                },
            ],
            date="2026-03-05",
        )
        declaration.current_assessment_id.action_post()
        move = declaration.assessment_ids.move_ids
        ((code, _boxes),) = chart.paid.tax
        self.assertEqual(
            self.balances(move),
            {
                company.customs_duty_clearing_account_id.code: 110000.0,
                self.account(company, code).code: 199800.0,
                company.customs_authority_payable_account_id.code: -309800.0,
            },
        )
        self.assertEqual(self.boxes(move), {"BASE IGST": 1110000.0, "IGST": 199800.0})
        self.pay(move)
        payable = company.customs_authority_payable_account_id
        self.assertEqual(self.account_balance(payable, declaration), -309800.0)
        self.assertTrue(
            move.line_ids.filtered(lambda line: line.account_id == payable).reconciled
        )

    def test_france_self_accounts(self):
        """Lines A4 and I1 of the return, and the pre-filled statement agrees."""
        company, side = self.companies["fr"], CHARTS["fr"].postponed
        declaration = self.file_of("fr", registration_number="26FR0042")
        move = self.assess(declaration, side, 62500.0, 12500.0, date="2026-03-31")
        self.assertEqual(
            self.boxes(move),
            {
                "A4": 62500.0,
                "I1_base": 62500.0,
                "20": 12500.0,
                "24": 12500.0,
                "I1_taxe": -12500.0,
            },
        )
        self.assertEqual(self.balances(move), {"445663": 12500.0, "445300": -12500.0})
        statement = (
            self.env["customs.vat.evidence"]
            .with_company(company)
            .create({"kind": "mpivs", "number": "CA3 2026-03", "date": "2026-04-15"})
        )
        statement.action_add_awaiting()
        self.assertRecordValues(
            statement.line_ids,
            [{"declaration_id": declaration.id, "amount_books": 12500.0}],
        )
        statement.action_post()
        self.assertEqual(declaration.assessment_ids.move_ids, move)

    def test_swiss_certificate_has_no_base(self):
        """The tax alone is deducted when its certificate comes."""
        company = self.companies["ch"]
        declaration = self.file_of(
            "ch", registration_number="26CH9", vat_evidence="certificate"
        )
        self.assess(declaration, CHARTS["ch"].paid, 2580.25, 209.0)
        evidence = (
            self.env["customs.vat.evidence"]
            .with_company(company)
            .create(
                {
                    "kind": "other",
                    "number": "eVV 26CH9",
                    "date": "2026-04-15",
                    "line_ids": [
                        Command.create({"number": "26CH9", "amount_stated": 209.0})
                    ],
                }
            )
        )
        evidence.action_post()
        move = evidence.line_ids.move_id
        pending = company.customs_vat_import_pending_account_id
        self.assertEqual(self.boxes(move), {"400": 209.0})
        self.assertEqual(self.balances(move), {"1170": 209.0, pending.code: -209.0})
        self.assertEqual(len(move.line_ids), 2)
        self.assertEqual(self.account_balance(pending, declaration), 0.0)

    # === A SHARE THAT IS NOT DEDUCTIBLE === #

    def test_share_that_cannot_be_deducted_is_cost(self):
        """60 % deductible: 40 % of the tax goes where the charge is our cost."""
        for chart, document in (
            ("uk", "bill"),
            ("uk", "entry"),
            ("es_pymes", "bill"),
            ("es_pymes", "entry"),
            ("ch", "entry"),
        ):
            company, paid = self.companies[chart], CHARTS[chart].paid
            with self.subTest(chart=chart, document=document):
                company.customs_assessment_document = document
                tax = self.partly_deductible(company, paid.rate)
                company.customs_import_vat_tax_ids = tax
                declaration = self.file_of(chart, goods_use="expense")
                amount = round(15 * paid.rate + 0.04, 2)
                move = self.assess(declaration, paid, 1500.0, amount)
                taken = self.share(amount, 60)
                lost = round(amount - taken, 2)
                ((code, _names),) = paid.tax
                cost = company.customs_duty_expense_account_id
                payable = company.customs_authority_payable_account_id
                self.assertEqual(
                    self.balances(move),
                    {
                        self.account(company, code).code: taken,
                        cost.code: lost,
                        payable.code: -amount,
                    },
                )
                boxes = self.boxes(move)
                for name in paid.tax[0][1].split(","):
                    self.assertEqual(boxes[name], taken)
                for name in filter(None, paid.base.split(",")):
                    self.assertEqual(boxes[name], 1500.0)
                self.assertEqual(declaration.current_assessment_id.state, "posted")
                move_lines = move.line_ids
                neutral = company.customs_neutral_account_id
                self.assertNotIn(neutral, move_lines.account_id)

    def share(self, amount, percent):
        """Return a share rounded half up, as largest remainders of two shares are."""
        cents = round(amount * 100)
        return (cents * percent + 50) // 100 / 100

    def partly_deductible(self, company, rate):
        """Return a copy of the paid tax of which 40 % has no account and no box."""
        tax = company._get_customs_import_vat_tax(rate)
        if "60" in tax.name:
            return tax
        copy = tax.copy({"name": f"{tax.name} 60"})
        for parts in (
            copy.invoice_repartition_line_ids,
            copy.refund_repartition_line_ids,
        ):
            part = parts.filtered(lambda p: p.repartition_type == "tax")
            part.factor_percent = 60
            part.copy({"factor_percent": 40, "account_id": False, "tag_ids": False})
        return copy

    def test_share_without_cost_account_is_refused(self):
        company = self.companies["za"]
        tax = self.partly_deductible(company, 15)
        with self.assertRaisesRegex(UserError, "not deductible, and no cost account"):
            tax._prepare_customs_vat_lines(1500, 225, company, "entry", {"name": "X"})

    def test_price_including_tax_is_refused_on_a_bill(self):
        company = self.companies["za"]
        tax = company._get_customs_import_vat_tax(15).copy({"name": "Included"})
        tax.price_include_override = "tax_included"
        with self.assertRaisesRegex(UserError, "Included is included in the price"):
            tax._prepare_customs_vat_lines(1500, 225, company, "bill", {"name": "X"})
        lines = tax._prepare_customs_vat_lines(1500, 225, company, "entry", {})
        self.assertEqual([line["balance"] for line in lines], [1500, -1500, 225])

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

    # === THE TABLE === #

    def check_docs(self):
        """Compare what was posted with the committed page, or write it anew."""
        text = self.write_docs()
        if os.environ.get("CUSTOMS_WRITE_DOCS"):
            DOCS.write_text(text, encoding="utf-8")
        self.assertTrue(DOCS.is_file(), "write it with CUSTOMS_WRITE_DOCS=1")
        self.maxDiff = None
        self.assertEqual(DOCS.read_text(encoding="utf-8"), text)

    def write_docs(self):
        parts = [INTRODUCTION]
        for chart, rows in self.tables.items():
            company = self.companies[chart]
            parts.append(f"\n## {company.country_id.name} (`{chart}`)\n")
            if not rows:
                parts.append("No VAT is levied at import: no tax is set.")
                continue
            parts.append(self.write_taxes(company))
            parts.append(self.write_rows(rows))
        return "\n".join(parts) + "\n"

    def write_taxes(self, company):
        lines = ["| Set-up chooses | for import VAT that is | at |", "|--|--|--|"]
        for taxes, words in (
            (company.customs_import_vat_tax_ids, "paid"),
            (company.customs_postponed_vat_tax_ids, "postponed"),
        ):
            for tax in taxes.sorted(lambda tax: -tax.amount):
                whole = tax.amount_type == "division"
                rate = "any rate" if whole else f"{tax.amount:g} %"
                lines.append(f"| {tax.name} | {words} | {rate} |")
        return "\n".join(lines) + "\n"

    def write_rows(self, rows):
        company = rows[0][-1].company_id
        made = company.customs_neutral_account_id
        made |= company.customs_authority_payable_account_id
        lines = ["| Way, document | What happens | Account | Amount | Boxes |"]
        lines.append("|--|--|--|--:|--|")
        previous = ()
        for way, document, event, move in rows:
            head = f"{WAYS[way]}, {document}"
            for line in move.line_ids.sorted(lambda line: line.id):
                if not line.balance:
                    continue
                account = line.account_id.with_company(line.company_id)
                # accounts that the set-up made have no number of the chart
                code = "" if account in made else f"{account.code} "
                boxes = ", ".join(sorted(line.tax_tag_ids.mapped("name")))
                shown = [
                    "" if old == new else new
                    for old, new in zip(
                        previous or ("", ""), (head, f"{head}: {event}"), strict=True
                    )
                ]
                shown[1] = event if shown[1] else ""
                previous = (head, f"{head}: {event}")
                lines.append(
                    f"| {shown[0]} | {shown[1]} | {code}{account.name}"
                    f" | {line.balance:,.2f} | {boxes} |"
                )
        return "\n".join(lines)
