"""What clients get on paper: invoice with its annex, annex of a file, pro-forma."""

import io
from datetime import date

from common import item, tax
from prints import PrintsCase, two_items
from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import UserError

INVOICE = "account.account_invoices"
ANNEX = "customs_invoicing.report_declaration_annex"
INVOICE_ANNEX = "customs_invoicing.report_invoice_annex"
PROFORMA = "customs_invoicing.report_proforma"


class TestInvoicePrint(PrintsCase):
    def test_subtotals_beside_totals(self):
        invoice = self.bill(self.assessed())
        page = self.html(INVOICE, invoice)
        outlays = self.words(page.xpath("//tr[@name='customs_outlays']")[0])
        services = self.words(page.xpath("//tr[@name='customs_services']")[0])
        self.assertEqual(outlays, "Disbursements (outside the scope of VAT) $ 729.75")
        self.assertEqual(services, "Our services $ 85.00")
        self.assertFalse(page.xpath("//tr[@name='customs_recharges']"))
        self.assertAlmostEqual(invoice.amount_untaxed, 729.75 + 85)

    def test_recharge_is_no_disbursement(self):
        declaration = self.import_sad(two_items())
        declaration.capacity = "indirect"
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        page = self.html(INVOICE, invoice)
        self.assertFalse(page.xpath("//tr[@name='customs_outlays']"))
        recharges = self.words(page.xpath("//tr[@name='customs_recharges']")[0])
        self.assertEqual(recharges, "Recharged costs $ 729.75")
        self.assertFalse(invoice._get_customs_print_mentions())

    def test_plain_invoice_is_untouched(self):
        invoice = self.init_invoice("out_invoice", amounts=[100], post=True)
        page = self.html(INVOICE, invoice)
        self.assertFalse(page.xpath("//tr[starts-with(@name, 'customs_')]"))
        self.assertFalse(page.xpath("//p[@name='customs_mention']"))
        self.assertFalse(invoice._has_customs_annex())

    def test_order_and_declaration_number(self):
        declaration = self.assessed()
        declaration.client_order_reference = "PO-4500123"
        page = self.html(INVOICE, self.bill(declaration))
        block = self.words(page.xpath("//div[@name='customs_declarations']")[0])
        self.assertIn("TEST1 2026 C 4711", block)
        self.assertIn("03/05/2026", block)
        self.assertIn("PO-4500123", self.words(page))

    def test_legal_mention_of_the_country(self):
        country = self.company.account_fiscal_country_id
        mentions = self.env["customs.legal.mention"]
        mentions.search([("country_id", "=", country.id)]).active = False
        mentions.create({"country_id": country.id, "text": "Passed on, section 42"})
        page = self.html(INVOICE, self.bill(self.assessed()))
        shown = self.words(page.xpath("//p[@name='customs_mention']")[0])
        self.assertEqual(shown, "Passed on, section 42")

    def test_mention_to_a_payer_names_the_client(self):
        payer = self.env["res.partner"].create({"name": "Forwarder who pays"})
        declaration = self.assessed()
        declaration.charge_ids.bill_to_id = payer
        mentions = self.env["customs.legal.mention"]
        country = self.company.account_fiscal_country_id
        mentions.search([("country_id", "=", country.id)]).active = False
        invoice = self.bill(declaration)
        shown = invoice._get_customs_print_mentions()
        self.assertEqual(
            shown,
            f"Paid in the name and for the account of {self.client.name}, outside "
            "the scope of VAT",
        )
        mentions.create({"country_id": country.id, "text": "Section 42"})
        self.assertEqual(invoice._get_customs_print_mentions(), f"Section 42 – {shown}")

    def test_deposit_applied_is_said(self):
        declaration = self.import_sad(two_items())
        request = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "amount": 300}
        )
        request._receive(
            self.company._get_customs_bank_journal(), date(2026, 3, 2), 300.0
        )
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        self.assertAlmostEqual(invoice.amount_residual, 429.75)
        text = self.words(self.html(INVOICE, invoice))
        self.assertIn("Deposit applied on 03/10/2026 $ 300.00", text)
        self.assertIn("Amount Due $ 429.75", text)
        self.pay(invoice)
        text = self.words(self.html(INVOICE, invoice))
        self.assertIn("Paid on 03/20/2026 $ 429.75", text)

    def test_accountant_without_customs_rights_prints(self):
        invoice = self.bill(self.assessed())
        user = self.env["res.users"].create(
            {
                "name": "Ledger only",
                "login": "ledger_only",
                "group_ids": [
                    (6, 0, [self.env.ref("account.group_account_invoice").id])
                ],
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
            }
        )
        report = self.env["ir.actions.report"].with_user(user)
        for name in (INVOICE, INVOICE_ANNEX):
            content, _kind = report._render_qweb_html(name, invoice.ids)
            self.assertIn(b"TEST1 2026 C 4711", content)

    def test_draft_prints_as_proforma(self):
        invoice = self.assessed().action_create_invoices()
        name = "customs_invoicing.report_invoice_proforma"
        text = self.words(self.html(name, invoice))
        self.assertIn("Pro-forma, not an invoice", text)
        self.assertNotIn("Pro-forma", self.words(self.html(INVOICE, invoice)))
        report = self.env.ref("customs_invoicing.invoice_proforma_report")
        self.assertIn(
            report.id, report.get_valid_action_reports(invoice._name, invoice.ids)
        )
        invoice.invoice_date = "2026-03-10"
        invoice.action_post()
        self.assertFalse(report.get_valid_action_reports(invoice._name, invoice.ids))
        self.assertNotIn("not an invoice", self.words(self.html(name, invoice)))


class TestAnnex(PrintsCase):
    def test_header_and_items(self):
        declaration = self.assessed()
        page = self.html(ANNEX, declaration)
        facts = self.words(page.xpath("//table[@name='facts']")[0])
        for fact in (
            "TEST1 2026 C 4711",
            "03/05/2026",
            "TEST1 Port Test",
            "Harbour Home Goods Ltd",
            "Ligure Casa S.p.A.",
            "FOB",
            "A 4802",
            "= 1.1 USD",
        ):
            self.assertIn(fact, facts)
        rows = self.rows(page, "items")
        self.assertEqual(
            rows[:2],
            [
                [
                    "1",
                    "8516710000",
                    "DOMESTIC COFFEE MACHINES",
                    "CN",
                    "1,100.00",
                    "CID Customs import duty",
                    "1,100.00",
                    "5 %",
                    "55.00",
                    "55.00",
                ],
                [
                    "1",
                    "",
                    "VAT Value added tax",
                    "1,155.00",
                    "15 %",
                    "173.25",
                    "173.25",
                ],
            ],
        )
        suspended = next(row for row in rows if row[2].startswith("SUR"))
        self.assertEqual(suspended[2], "SUR Surcharge (Suspended)")
        self.assertEqual(suspended[-2:], ["44.00", "0.00"])
        self.assertEqual(rows[-1][0], "Whole declaration")
        self.assertEqual(rows[-1][-2:], ["45.00", "45.00"])

    def test_totals_agree_with_the_invoice(self):
        invoice = self.bill(self.assessed())
        annex = invoice._get_customs_annexes()[0]
        by_label = {row["label"]: row for row in annex["taxes"]}
        self.assertEqual(by_label["CID Customs import duty"]["here"], 165.00)
        self.assertEqual(by_label["VAT Value added tax"]["here"], 519.75)
        self.assertEqual(
            annex["sums"],
            {
                "assessed": 773.75,
                "not_payable": 44.00,
                "paid_directly": 0.0,
                "before": 0.0,
                "own": 729.75,
                "here": 729.75,
                "disbursed": 729.75,
            },
        )
        outlays = invoice._get_customs_print_sums()["outlays"]
        self.assertEqual(annex["sums"]["disbursed"], outlays)
        self.assertEqual([row["here"] for row in annex["fees"]], [85.00])
        page = self.html(INVOICE_ANNEX, invoice)
        self.assertEqual(
            self.rows(page, "sums")[-1], ["Total", "773.75", "44.00", "0.00", "729.75"]
        )
        suspended = next(row for row in self.rows(page, "sums") if "SUR" in row[0])
        self.assertEqual(
            suspended, ["SUR Surcharge (Suspended)", "44.00", "44.00", "0.00", "0.00"]
        )
        self.assertEqual(
            self.rows(page, "sums", 1)[0], ["Customs clearance", "0.00", "85.00"]
        )
        agreement = self.words(page.xpath("//p[@name='agreement']")[0])
        self.assertIn(f"{invoice.name}: $ 729.75", agreement)

    def test_what_the_client_paid_itself(self):
        declaration = self.import_sad(two_items())
        by_client = self.env["customs.payment.method"].create(
            {
                "code": "CLI",
                "name": "The client pays",
                "payer": "importer",
                "mechanism": "payable",
            }
        )
        self.charge(declaration, "VAT").payment_method_id = by_client
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        annex = invoice._get_customs_annexes()[0]
        self.assertEqual(annex["sums"]["paid_directly"], 519.75)
        self.assertEqual(annex["sums"]["disbursed"], 210.00)
        self.assertEqual(invoice._get_customs_print_sums()["outlays"], 210.00)
        page = self.html(INVOICE_ANNEX, invoice)
        self.assertEqual(
            self.rows(page, "sums")[-1],
            ["Total", "773.75", "44.00", "519.75", "0.00", "210.00"],
        )

    def test_supplement_and_credit_note(self):
        declaration = self.assessed()
        first = self.bill(declaration)
        credit = self.reverse(first)
        second = self.bill(declaration, date="2026-03-20")
        self.assertEqual(first._get_customs_annexes()[0]["sums"]["before"], 0.0)
        annex = credit._get_customs_annexes()[0]
        self.assertEqual(annex["sums"]["before"], 729.75)
        self.assertEqual(annex["sums"]["own"], 729.75)
        self.assertEqual(annex["sums"]["disbursed"], 729.75)
        text = self.words(self.html(INVOICE_ANNEX, credit))
        self.assertIn("Annex to credit note", text)
        self.assertIn("Credited here", text)
        annex = second._get_customs_annexes()[0]
        self.assertEqual(annex["sums"]["before"], 0.0)
        self.assertEqual(annex["sums"]["own"], 729.75)

    def test_invoice_in_a_foreign_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-03-01",
                "currency_id": euro.id,
                "company_id": self.company.id,
                "rate": 0.9,
            }
        )
        self.client.customs_billing_currency_id = euro
        declaration = self.assessed()
        invoice = self.bill(declaration)
        self.assertEqual(invoice.currency_id, euro)
        annex = invoice._get_customs_annexes()[0]
        self.assertTrue(annex["is_foreign"])
        self.assertEqual(annex["sums"]["own"], 729.75)
        self.assertEqual(
            annex["sums"]["disbursed"], invoice._get_customs_print_sums()["outlays"]
        )
        rows = self.rows(self.html(INVOICE_ANNEX, invoice), "sums")
        self.assertEqual(rows[-1][:5], ["Total", "773.75", "44.00", "0.00", "729.75"])
        self.assertEqual(float(rows[-1][5]), annex["sums"]["disbursed"])

    def test_references_and_draft(self):
        declaration = self.assessed()
        declaration.client_order_reference = "PO-77"
        invoice = declaration.action_create_invoices()
        page = self.html(INVOICE_ANNEX, invoice)
        facts = self.words(page.xpath("//table[@name='facts']")[0])
        self.assertIn("Your order PO-77", facts)
        self.assertIn(f"Our reference {declaration.declarant_reference}", facts)
        text = self.words(page)
        self.assertIn("Annex to draft invoice", text)
        self.assertIn("of this declaration on this invoice: $ 729.75", text)

    def test_not_yet_assessed(self):
        declaration = self.typed(
            capacity="direct", client_id=self.client.id, registration_number="X1"
        )
        page = self.html(ANNEX, declaration)
        self.assertIn("has not assessed this declaration yet", self.words(page))
        rows = self.rows(page, "items")
        self.assertEqual(rows[0][-2:], ["50.00", "50.00"])

    def test_pages_follow_the_invoice(self):
        invoice = self.bill(self.assessed())
        with_annex = self.pdf(INVOICE, invoice)
        self.client.customs_annex = "no"
        without = self.pdf(INVOICE, invoice)
        self.assertGreater(len(with_annex.pages), len(without.pages))
        last = with_annex.pages[-1]
        self.assertGreater(last.mediabox.width, last.mediabox.height)
        self.client.customs_annex = "yes"
        self.assertIn("Annex to invoice", self.pdf_text(INVOICE, invoice))
        self.client.customs_annex = "no"
        self.assertNotIn("Annex", self.pdf_text(INVOICE, invoice))

    def test_many_invoices_are_printed_at_once(self):
        """Each with its annex behind it, whichever converter is installed."""
        first = self.bill(self.assessed("4711"))
        second = self.bill(self.assessed("4712"))
        text = self.pdf_text(INVOICE, first | second)
        places = [
            text.index(words)
            for invoice in (first, second)
            for words in (
                f"Invoice {invoice.name}",
                f"Annex to invoice {invoice.name}",
            )
        ]
        self.assertEqual(sorted(places), places)

    def test_invoice_that_is_sent_has_its_annex(self):
        self.client.email = "ap@harbour.example"
        invoice = self.bill(self.assessed())
        invoice.with_context(force_report_rendering=True)._generate_and_send(
            sending_methods=["email"]
        )
        stored = PdfReader(io.BytesIO(invoice.invoice_pdf_report_id.raw))
        text = " ".join(page.extract_text() for page in stored.pages)
        self.assertIn("Annex to invoice", " ".join(text.split()))
        page = stored.pages[-1].mediabox
        self.assertGreater(page.width, page.height)

    def test_choice_of_client_and_company(self):
        invoice = self.bill(self.assessed())
        self.assertTrue(invoice._has_customs_annex())
        self.company.customs_annex = "no"
        self.assertFalse(invoice._has_customs_annex())
        self.client.customs_annex = "yes"
        self.assertTrue(invoice._has_customs_annex())

    def test_invoice_of_services_only_has_none(self):
        declaration = self.import_sad(two_items())
        self.post_assessment(declaration)
        self.bill(declaration)
        self.add_service(declaration, 50)
        second = self.bill(declaration)
        self.assertEqual(second.amount_untaxed, 50)
        self.assertFalse(second._has_customs_annex())

    def test_other_payers_see_their_own_charges(self):
        declaration = self.assessed()
        payer = self.env["res.partner"].create({"name": "Fees Holding"})
        service = declaration.charge_ids.filtered(lambda c: c.nature == "service")
        service.bill_to_id = payer
        invoices = declaration.action_create_invoices()
        mine = invoices.filtered(lambda move: move.partner_id == self.client)
        theirs = invoices - mine
        self.assertEqual(theirs.partner_id, payer)
        self.assertFalse(theirs._get_customs_annexes()[0]["taxes"])
        self.assertFalse(mine._get_customs_annexes()[0]["fees"])
        self.assertEqual(mine._get_customs_annexes()[0]["sums"]["disbursed"], 729.75)

    def test_other_payers_see_nothing_of_the_goods(self):
        declaration = self.assessed()
        duty = declaration.charge_ids.filtered(lambda c: c.tax_code_id.code == "CID")
        payer = self.env["res.partner"].create({"name": "Duty Holding"})
        duty.bill_to_id = payer
        invoices = declaration.action_create_invoices()
        mine = invoices.filtered(lambda move: move.partner_id == self.client)
        theirs = invoices - mine
        self.assertEqual(theirs.partner_id, payer)
        (annex,) = theirs._get_customs_annexes()
        self.assertFalse(annex["items"])
        self.assertEqual(len(annex["taxes"]), 1)
        self.assertEqual(annex["sums"]["disbursed"], theirs.amount_total)
        report = "customs_invoicing.report_invoice_annex"
        page = self.words(self.html(report, theirs))
        for shown in ("TEST1 2026 C 4711", "03/05/2026", "Port Test", declaration.name):
            self.assertIn(shown, page)
        hidden = (
            "Ligure Casa",
            "Harbour Home",
            "A 4802",
            "8516710000",
            "COFFEE MACHINES",
            "Procedure",
            "1.1 USD",
            "VAT",
        )
        for secret in hidden:
            self.assertNotIn(secret, page)
        whole = self.words(self.html(report, mine))
        for known in hidden:
            self.assertIn(known, whole)

    def test_formula_of_a_rated_fee(self):
        """It is said in the language of the reader, whoever rated."""
        self.env["res.lang"]._activate_lang("de_DE")
        card = self.env["customs.fee.tariff"].create(
            {
                "name": "House card",
                "level": "general",
                "date_from": "2026-01-01",
                "rule_ids": [
                    Command.create(
                        {
                            "charge_code_id": self.env.ref(
                                "customs_invoicing.charge_code_document_fee"
                            ).id,
                            "type": "INCLUDED_THEN",
                            "unit": "kg",
                            "base": 1055.5,
                            "included": 0.5,
                            "rate": 0.25,
                        }
                    )
                ],
            }
        )
        card.action_activate()
        declaration = self.assessed()
        declaration.action_rate_services()
        service = declaration.charge_ids.filtered("fee_tariff_id")
        formula = service.rating_formula
        annex = declaration._get_annexes()[0]
        self.assertEqual(annex["fees"][0]["formula"], "")  # priced by hand
        shown = "1,055.50 + (241 − 0.5) kg × 0.25 = 1,115.625 ≈ 1,115.63 USD"
        self.assertEqual(shown.replace(",", " "), formula)
        self.assertEqual(annex["fees"][1]["formula"], shown)
        self.assertIn(shown, self.words(self.html(ANNEX, declaration)))
        german = declaration.with_context(lang="de_DE")._get_annexes()[0]
        said = german["fees"][1]["formula"]
        self.assertIn("1.055,50 + (241 − 0,5) kg × 0,25 = ", said)
        self.assertTrue(said.endswith(" 1.115,63 USD"), said)

    def test_consolidated_invoice_has_an_annex_for_each_file(self):
        self.client.customs_billing_profile_id = self.env[
            "customs.billing.profile"
        ].create({"name": "All of a month", "mode": "monthly"})
        files = self.assessed("1") | self.assessed("2") | self.assessed("3")
        invoice = files.action_create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.invoice_date = "2026-03-31"
        invoice.action_post()
        annexes = invoice._get_customs_annexes()
        self.assertEqual([annex["declaration"] for annex in annexes], list(files))
        total = sum(annex["sums"]["disbursed"] for annex in annexes)
        self.assertAlmostEqual(total, invoice._get_customs_print_sums()["outlays"], 2)
        page = self.html(INVOICE, invoice)
        block = self.words(page.xpath("//div[@name='customs_declarations']/div")[0])
        self.assertEqual(block, "3, each listed below")
        for number in ("C 1", "C 2", "C 3"):
            self.assertIn(f"TEST1 2026 {number}", self.words(page))

    def test_queries_do_not_grow(self):
        def file(count, number):
            items = [
                item(price="10.00", taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")])
                for _number in range(count)
            ]
            return self.import_sad(
                items,
                registration=("C", number, "3/5/26"),
                assessment=("A", number, "3/6/26"),
            )

        def count(declaration):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            annex = declaration._get_annexes()[0]
            return self.env.cr.sql_log_count - before, len(annex["items"])

        small, large = file(3, "11"), file(120, "12")
        count(small)
        few, rows = count(small)
        many, more_rows = count(large)
        self.assertEqual((rows, more_rows), (7, 241))
        self.assertLessEqual(many, few)


class TestProforma(PrintsCase):
    def test_expected_before_assessment(self):
        declaration = self.typed(capacity="direct", client_id=self.client.id)
        self.add_service(declaration, 85)
        proforma = declaration._get_proformas()[0]
        self.assertEqual(proforma["payer"], self.client)
        self.assertEqual(proforma["outlay_sum"], 207.50)  # 50 + 15 % of 1 050
        self.assertEqual(proforma["service_sum"], 85.00)
        self.assertEqual(proforma["tax"], 12.75)
        self.assertEqual(proforma["total"], 305.25)
        page = self.html(PROFORMA, declaration)
        text = self.words(page)
        self.assertIn("Pro-forma, not an invoice", text)
        self.assertIn("Expected by our calculation", text)
        self.assertIn("$ 305.25", text)
        self.assertFalse(declaration._get_client_moves())

    def test_proforma_once_billed(self):
        declaration = self.assessed()
        invoice = self.bill(declaration)
        self.assertEqual(invoice.state, "posted")
        with self.assertRaises(UserError):
            self.html(PROFORMA, declaration)

    def test_proforma_for_each_payer(self):
        declaration = self.assessed()
        payer = self.env["res.partner"].create({"name": "Fees Holding"})
        service = declaration.charge_ids.filtered(lambda c: c.nature == "service")
        service.bill_to_id = payer
        totals = {
            proforma["payer"]: (proforma["outlay_sum"], proforma["service_sum"])
            for proforma in declaration._get_proformas()
        }
        self.assertEqual(totals, {self.client: (729.75, 0.0), payer: (0.0, 85.0)})
