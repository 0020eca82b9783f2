"""Setting up on the charts of several countries, and what is posted there."""

from charts import ChartsCase
from common import build_sad, item, tax

from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.customs_invoicing.engine.roles import ROLES

#: chart: country, (rate, account, tags of the base, tags of the tax) of import VAT on
#: bills and on refunds, tags of the fee and of its tax
CHARTS = {
    "generic_coa": {
        "country": "us",
        "vat": [(15, "131000", "", "", "", "")],
        "sale": ("15%", "251000", "", ""),
    },
    "uk": {
        "country": "uk",
        "vat": [(rate, "220100", "7", "4", "7", "4") for rate in (20, 5)],
        "sale": ("20%", "220000", "6", "1"),
    },
    "de_skr03": {
        "country": "de",
        "vat": [(19, "1588", "", "62", "", "62"), (7, "1588", "", "62", "", "62")],
        "sale": ("19%", "1776", "81_BASE", "81_TAX"),
    },
    "de_skr04": {
        "country": "de",
        "vat": [(19, "1433", "", "62", "", "62"), (7, "1433", "", "62", "", "62")],
        "sale": ("19%", "3806", "81_BASE", "81_TAX"),
    },
    "es_pymes": {
        "country": "es",
        "vat": [
            (
                rate,
                "472000",
                f"mod303[32],mod390[{base}]",
                f"mod303[33],mod390[{base + 1}]",
                f"mod303[40],mod390[{base}]",
                f"mod303[41],mod390[{base + 1}]",
            )
            for rate, base in ((21, 621), (10, 619), (4, 202))
        ],
        "sale": ("21% S", "477000", "mod303[07]", "mod303[09]"),
    },
}
ACCOUNTS = {role.field: (role.account_type, role.reconcile) for role in ROLES}
COUNTED = (
    "account.account",
    "account.journal",
    "account.tax",
    "account.tax.group",
    "account.tax.repartition.line",
    "product.product",
    "account.account.tag",
)


def for_each_chart(check):
    """Run a test for every chart, each as a case of its own.

    :param check: method that takes the facts of the chart and its company
    """

    def test(self):
        for chart, company in self.companies.items():
            with self.subTest(chart=chart):
                check(self, CHARTS[chart], company.with_company(company))

    test.__name__, test.__doc__ = check.__name__, check.__doc__
    return test


class TestSetupCharts(ChartsCase):
    countries = {chart: facts["country"] for chart, facts in CHARTS.items()}

    # === HELPERS === #

    def import_in(self, company, items, **facts):
        """Import a file of the company's office; 1 EUR is 1.10 of its currency."""
        content = build_sad(
            items, office=f"OFF-{company.chart_template}", currency="QAR", **facts
        )
        declarations = self.env["customs.declaration"].with_company(company)
        return declarations.import_files([("sad.xml", content)])

    def counts(self, company):
        return {
            name: self.env[name].with_context(active_test=False).search_count([])
            for name in COUNTED
        }

    def role(self, company, name):
        return company[f"customs_{name}_account_id"].with_company(company)

    def accounts(self, company, code):
        accounts = self.env["account.account"].with_company(company)
        return accounts.search(
            [*accounts._check_company_domain(company), ("code", "=", code)]
        )

    def vat_tax(self, company, rate):
        return company.customs_import_vat_tax_ids.filtered(lambda t: t.amount == rate)

    # === SETUP === #

    @for_each_chart
    def test_accounts_have_the_right_type_and_a_proper_code(self, _facts, company):
        codes = set()
        for field, (account_type, reconcile) in ACCOUNTS.items():
            account = company[field]
            self.assertEqual(account.account_type, account_type, field)
            self.assertEqual(account.reconcile, reconcile, field)
            self.assertEqual(account.company_ids, company, field)
            self.assertRegex(account.code, r"^(\d+|CUST\d\d)$", field)
            codes.add(account.code)
        self.assertEqual(len(codes), len(ACCOUNTS))

    @for_each_chart
    def test_journal_is_a_purchase_journal_of_its_own(self, _facts, company):
        self.assertRecordValues(
            company.customs_journal_id,
            [{"code": "CUST", "type": "purchase", "company_id": company.id}],
        )

    @for_each_chart
    def test_disbursement_tax_is_outside_the_scope_of_vat(self, _facts, company):
        free = company.customs_disbursement_tax_id
        self.assertRecordValues(
            free,
            [
                {
                    "name": "0% Disbursement",
                    "type_tax_use": "sale",
                    "amount_type": "percent",
                    "amount": 0.0,
                    "company_id": company.id,
                    "country_id": company.account_fiscal_country_id.id,
                }
            ],
        )
        parts = free.invoice_repartition_line_ids | free.refund_repartition_line_ids
        self.assertFalse(parts.tag_ids, "no box of a tax return")
        if "ubl_cii_tax_category_code" in free._fields:
            self.assertEqual(free.ubl_cii_tax_category_code, "E")
            self.assertEqual(free.ubl_cii_tax_exemption_reason_code, "VATEX-EU-79-C")

    @for_each_chart
    def test_import_vat_taxes_fill_the_boxes_of_the_country(self, facts, company):
        taxes = company.customs_import_vat_tax_ids
        self.assertEqual(
            sorted(taxes.mapped("amount")), sorted(vat[0] for vat in facts["vat"])
        )
        for rate, account, *tags in facts["vat"]:
            found = self.vat_tax(company, rate)
            self.assertEqual((found.type_tax_use, found.active), ("purchase", True))
            parts = {
                "invoice": found.invoice_repartition_line_ids,
                "refund": found.refund_repartition_line_ids,
            }
            for kind, (base_tags, tax_tags) in zip(
                parts, (tags[:2], tags[2:]), strict=True
            ):
                base, part = parts[kind]  # one base, one tax, nothing back out
                self.assertEqual(base.repartition_type, "base")
                self.assertEqual(part.repartition_type, "tax")
                self.assertEqual(part.factor_percent, 100.0)
                self.assertEqual(part.account_id.code, account)
                self.assertEqual(_names(base.tag_ids), base_tags, (rate, kind))
                self.assertEqual(_names(part.tag_ids), tax_tags, (rate, kind))

    @for_each_chart
    def test_products_have_accounts_and_taxes(self, _facts, company):
        charges = self.env["customs.charge.code"].search([])
        self.assertGreater(len(charges), 60)
        for charge in charges:
            # sudo: what is read with one company's rights stays in the cache
            product = charge.product_id.product_tmpl_id.with_company(company).sudo()
            taxes = product.taxes_id.filtered_domain([("company_id", "=", company.id)])
            if charge.kind == "service":
                self.assertEqual(taxes, company.account_sale_tax_id)
                continue
            self.assertEqual(
                product.property_account_income_id,
                company.customs_disbursement_account_id,
                charge.code,
            )
            self.assertEqual(
                product.property_account_expense_id,
                company.customs_duty_clearing_account_id,
                charge.code,
            )
            if charge.kind != "third_party":
                self.assertEqual(
                    taxes, company.customs_disbursement_tax_id, charge.code
                )

    @for_each_chart
    def test_second_press_creates_nothing(self, _facts, company):
        before = self.counts(company)
        settings = self.env["res.config.settings"].with_company(company).create({})
        settings.action_create_customs_setup()
        self.assertEqual(self.counts(company), before)

    @for_each_chart
    def test_what_was_emptied_is_found_again(self, _facts, company):
        """Journal and taxes are there already: they are chosen, not made anew."""
        names = (
            "customs_journal_id",
            "customs_disbursement_tax_id",
            "customs_import_vat_tax_ids",
        )
        chosen = {name: company[name] for name in names}
        before = self.counts(company)
        company.write(dict.fromkeys(names, False))
        self.assertFalse(any(company[name] for name in names))
        company.action_create_customs_setup()
        self.assertEqual({name: company[name] for name in names}, chosen)
        self.assertEqual(self.counts(company), before)

    @for_each_chart
    def test_what_was_set_by_hand_is_kept(self, _facts, company):
        account = company.customs_penalty_account_id.copy({"name": "Fines"})
        journal = company.customs_journal_id.copy({"code": "ZOLL"})
        vat = company.customs_import_vat_tax_ids[0].copy({"name": "Mine"})
        free = company.customs_disbursement_tax_id.copy({"name": "Outlays"})
        company.write(
            {
                "customs_penalty_account_id": account.id,
                "customs_interest_account_id": False,
                "customs_journal_id": journal.id,
                "customs_import_vat_tax_ids": [Command.set(vat.ids)],
                "customs_disbursement_tax_id": free.id,
            }
        )
        template = self.service_code.product_id.product_tmpl_id.with_company(company)
        template.property_account_income_id = account
        company.action_create_customs_setup()
        self.assertEqual(company.customs_penalty_account_id, account)
        self.assertEqual(company.customs_journal_id, journal)
        self.assertEqual(company.customs_import_vat_tax_ids, vat)
        self.assertEqual(company.customs_disbursement_tax_id, free)
        self.assertEqual(template.property_account_income_id, account)
        self.assertEqual(company.customs_interest_account_id.account_type, "expense")

    def test_company_without_chart_is_told(self):
        company = self.env["res.company"].create({"name": "Bare Ltd"})
        self.env.user.company_ids += company
        before = self.counts(company)
        with self.assertRaisesRegex(
            UserError,
            "Bare Ltd has no chart of accounts yet. Install one under Settings",
        ):
            company.action_create_customs_setup()
        self.assertEqual(self.counts(company), before)

    def test_united_states_have_no_import_vat(self):
        self._create_company_on("us", self.env.ref("base.us"))
        company = self.companies.pop("us")
        for field, (account_type, reconcile) in ACCOUNTS.items():
            account = company[field]
            self.assertEqual(account.account_type, account_type, field)
            self.assertEqual(account.reconcile, reconcile, field)
        self.assertFalse(company.customs_import_vat_tax_ids)
        before = self.counts(company)
        company.action_create_customs_setup()
        self.assertEqual(self.counts(company), before)
        goods = [item(taxes=[tax("CID", rate="5")])]
        clearing = self.role(company, "duty_clearing")
        control = self.role(company, "disbursement")
        payable = self.role(company, "authority_payable")
        direct = self.import_in(company, goods, registration=("C", "1", "3/5/26"))
        company.partner_id.customs_code = "OWN-US"
        own = self.import_in(company, goods, importer=("OWN-US", "Us"))
        for declaration, account in ((own, clearing), (direct, control)):
            self.assert_items(
                self.post_assessment(declaration),
                [
                    (account, self.authority, 55.00, "", "CID", ""),
                    (account, self.authority, 45.00, "", "GLOBAL", ""),
                    (payable, self.authority, -100.00, "", "", ""),
                ],
            )
        invoice = self.bill(direct)
        receivable = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).account_id
        self.assert_items(
            invoice,
            [
                (control, self.client, -55.00, "0% Disbursement", "CID", ""),
                (control, self.client, -45.00, "0% Disbursement", "GLOBAL", ""),
                (receivable, self.client, 100.00, "", "", ""),
            ],
        )
        self.assert_money(direct, control_balance=0, billed=100)

    def test_missing_setup_is_named_when_posting(self):
        company = self.companies["uk"]
        company.write(
            {
                "customs_disbursement_account_id": False,
                "customs_journal_id": False,
                "customs_neutral_account_id": False,
            }
        )
        declaration = self.import_in(company, None)
        with self.assertRaisesRegex(
            UserError,
            "Settings, Customs lack for Company uk: Customs journal, Disbursement "
            "control. The button “Create what is missing” there fills them",
        ):
            declaration.action_post_assessment()
        company.action_create_customs_setup()
        self.assertEqual(self.post_assessment(declaration).state, "posted")

    # === OWN IMPORT === #

    @for_each_chart
    def test_own_import_fills_the_import_boxes(self, facts, company):
        """Value 1 100.00, duty 55.00 and import VAT of each rate on 1 155.00."""
        company.partner_id.customs_code = company.name
        items = [
            item(taxes=[tax("CID", rate="5"), tax("VAT", "+", str(vat[0]))])
            for vat in facts["vat"]
        ]
        declaration = self.import_in(company, items, importer=(company.name, "Us"))
        self.assertEqual(declaration.capacity, "own")
        bill = self.post_assessment(declaration)
        clearing, neutral, payable = (
            self.role(company, name)
            for name in ("duty_clearing", "neutral", "authority_payable")
        )
        duty = 55.00 * len(items)
        expected = [
            (clearing, self.authority, duty, "", "CID", ""),
            (clearing, self.authority, 45.00, "", "GLOBAL", ""),
        ]
        total = duty + 45.00
        for rate, code, base_tags, tax_tags, *_refund in facts["vat"]:
            amount = round(1155.00 * rate / 100, 2)
            total += amount
            name = self.vat_tax(company, rate).name
            account = self.accounts(company, code)
            who = self.authority
            expected += [
                (neutral, who, 1155.00, name, "VAT", base_tags),
                (neutral, who, -1155.00, "", "VAT", ""),
                (account, who, amount, f"T:{name}", "VAT", tax_tags),
            ]
        expected.append((payable, self.authority, -total, "", "", ""))
        self.assert_items(bill, expected)
        self.assertEqual(bill.amount_total, round(total, 2))
        self.assertEqual(bill.journal_id, company.customs_journal_id)
        self.assert_money(declaration, charged=total, control_balance=0)

    @for_each_chart
    def test_lower_version_of_an_own_import_takes_the_boxes_back(self, facts, company):
        """Value corrected from 1 100.00 to 660.00: base -462.00, duty -22.00."""
        company.partner_id.customs_code = company.name
        rate, code, _base, _tax, base_tags, tax_tags = facts["vat"][0]
        for price in ("1000.00", "600.00"):
            taxes = [tax("CID", rate="5"), tax("VAT", "+", str(rate))]
            declaration = self.import_in(
                company,
                [item(price=price, taxes=taxes)],
                importer=(company.name, "Us"),
            )
            move = self.post_assessment(declaration)
        amount = round(462.00 * rate / 100, 2)
        name = self.vat_tax(company, rate).name
        clearing, neutral, payable = (
            self.role(company, name)
            for name in ("duty_clearing", "neutral", "authority_payable")
        )
        account, who = self.accounts(company, code), self.authority
        self.assertEqual(move.move_type, "in_refund")
        self.assert_items(
            move,
            [
                (clearing, who, -22.00, "", "CID", ""),
                (neutral, who, -462.00, name, "VAT", base_tags),
                (neutral, who, 462.00, "", "VAT", ""),
                (account, who, -amount, f"T:{name}", "VAT", tax_tags),
                (payable, who, 22.00 + amount, "", "", ""),
            ],
        )

    # === FOR A CLIENT === #

    @for_each_chart
    def test_direct_job_touches_no_box_but_those_of_the_fee(self, facts, company):
        rate = facts["vat"][0][0]
        vat = round(1155.00 * rate / 100, 2)
        items = [item(taxes=[tax("CID", rate="5"), tax("VAT", "+", str(rate))])]
        declaration = self.import_in(company, items)
        self.assertEqual(declaration.capacity, "direct")
        self.add_service(declaration, 80.00)
        bill = self.post_assessment(declaration)
        control = self.role(company, "disbursement")
        payable = self.role(company, "authority_payable")
        self.assert_items(
            bill,
            [
                (control, self.authority, 55.00, "", "CID", ""),
                (control, self.authority, vat, "", "VAT", ""),
                (control, self.authority, 45.00, "", "GLOBAL", ""),
                (payable, self.authority, -100.00 - vat, "", "", ""),
            ],
        )
        invoice = self.bill(declaration)
        name, code, base_tags, tax_tags = facts["sale"]
        sale_tax = company.account_sale_tax_id
        fee_tax = round(80.00 * sale_tax.amount / 100, 2)
        product = self.service_code.product_id.with_company(company)
        income = product.product_tmpl_id.get_product_accounts()["income"]
        receivable = self.client.with_company(company).property_account_receivable_id
        free = company.customs_disbursement_tax_id.name
        self.assert_items(
            invoice,
            [
                (control, self.client, -55.00, free, "CID", ""),
                (control, self.client, -vat, free, "VAT", ""),
                (control, self.client, -45.00, free, "GLOBAL", ""),
                (income, self.client, -80.00, sale_tax.name, "", base_tags),
                (
                    self.accounts(company, code),
                    self.client,
                    -fee_tax,
                    f"T:{sale_tax.name}",
                    "",
                    tax_tags,
                ),
                (receivable, self.client, 180.00 + vat + fee_tax, "", "", ""),
            ],
        )
        self.assert_money(
            declaration, charged=100 + vat, billed=100 + vat, control_balance=0
        )


def _names(tags):
    return ",".join(sorted(tags.mapped("name")))
