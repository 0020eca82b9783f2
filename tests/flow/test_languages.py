"""Every print in the language of who reads it: terms, headings, numbers, dates."""

import re
from datetime import date
from pathlib import Path

import polib
from prints import PrintsCase

from odoo.modules import get_module_path

from odoo.addons.customs_invoicing.engine.rating_words import TEXTS

LANGUAGES = ("de", "es", "fr", "it", "nl", "pl", "pt")

#: Reference data whose names are on prints
NAMES = {
    "customs.charge.code": "name",
    "customs.charge.group": "name",
    "customs.tax.code": "name",
    "customs.procedure": "name",
    "customs.legal.mention": "text",
    "mail.template": "subject",
}

#: What code writes on invoices and statements
WORDS = (
    "%(charge)s – declaration %(declaration)s",
    "Declaration %(number)s",
    "our file %(name)s",
    "your order %(order)s",
    "%(names)s and %(count)s more",
    "Supplement to %(invoice)s: %(charge)s",
    "Correction of %(invoice)s: %(charge)s",
    "%(charge)s, %(month)s: %(count)s files",
    "0% Disbursement",
    "0% disbursement",
    "Paid in the name and for the account of %(client)s, outside the scope of VAT",
    "Covered by your credit limit",
    "Not asked for in advance",
    "Added as agreed",
    "Asked for before (%(number)s)",
    "Paid on your behalf, outside the scope of VAT",
    "Outside the scope of VAT",
    "Statement of account %(date)s",
)


class TestLanguages(PrintsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = Path(get_module_path("customs_invoicing")) / "i18n"
        cls.catalogues = {path.stem: polib.pofile(path) for path in folder.glob("*.po")}

    def speak(self, *codes):
        """Install languages, as an administrator does."""
        for code in codes:
            self.env["res.lang"]._activate_lang(code)
        self.env["ir.module.module"]._load_module_terms(
            ["customs_invoicing"], list(codes)
        )

    def printed_terms(self):
        """Return every text of the add-on that a client or department may read."""
        terms = set(WORDS)
        # what is no sign is said; placeholders are filled in
        terms.update(
            text
            for text in TEXTS.values()
            if re.search("[A-Za-z]{2}", re.sub(r"%\(\w+\)s", "", text))
        )
        wizard = self.env["customs.client.statement"].with_context(lang="en_US")
        for words in ("kind", "bucket", "part"):
            terms.update(getattr(wizard, f"_get_{words}_names")().values())
        views = self.env["ir.ui.view"].search(
            [
                "|",
                ("key", "=like", "customs_invoicing.report_%"),
                ("key", "=like", "customs_invoicing.print_%"),
            ]
        )
        self.assertGreater(len(views), 15)
        arch = views._fields["arch_db"]
        for view in views.with_context(lang="en_US"):
            terms.update(arch.get_trans_terms(view.arch_db))
        for model, field in NAMES.items():
            records = self.shipped(model)
            self.assertTrue(records, model)
            terms.update(records.mapped(field))
        templates = self.shipped("mail.template")
        terms.update(str(body) for body in templates.mapped("body_html"))
        terms.update(
            name
            for value, name in self.env["customs.duty.line"]
            .with_context(lang="en_US")
            ._fields["status"]
            ._description_selection(self.env(context={"lang": "en_US"}))
            if value != "payable"
        )
        return {
            self.fold(term)
            for term in terms
            if re.search(r"[A-Za-z]{2}", re.sub(r"<[^>]*>", "", term or ""))
        }

    def shipped(self, model):
        """Return the records of a model that the add-on brings, in English."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "customs_invoicing"), ("model", "=", model)]
        )
        records = self.env[model].browse(data.mapped("res_id"))
        return records.with_context(lang="en_US").exists()

    def fold(self, text):
        return re.sub(r"\s+", " ", text).strip()

    # === CATALOGUES === #

    def test_every_printed_term_in_every_language(self):
        self.assertEqual(sorted(self.catalogues), sorted(LANGUAGES))
        terms = self.printed_terms()
        self.assertGreater(len(terms), 250)
        for language, catalogue in self.catalogues.items():
            known = {self.fold(entry.msgid) for entry in catalogue if entry.msgstr}
            self.assertEqual(sorted(terms - known), [], language)

    def test_placeholders_and_tags_survive(self):
        pattern = re.compile(r"%\(\w+\)s|\{\{.*?\}\}|<[^>]+>")
        for language, catalogue in self.catalogues.items():
            for entry in catalogue:
                self.assertEqual(
                    sorted(pattern.findall(self.fold(entry.msgid))),
                    sorted(pattern.findall(self.fold(entry.msgstr))),
                    f"{language}: {entry.msgid}",
                )

    def test_no_term_is_left_in_english(self):
        """Whole sentences are never the same in two languages."""
        for language, catalogue in self.catalogues.items():
            same = [
                entry.msgid
                for entry in catalogue
                if entry.msgid == entry.msgstr
                and len(re.sub(r"<[^>]*>", "", entry.msgid).split()) > 3
            ]
            # the mention of a country is the law's own words in its language
            self.assertLessEqual(len(same), 1, f"{language}: {same}")

    # === PRINTS === #

    def test_german_invoice_and_annex(self):
        self.speak("de_DE")
        self.client.lang = "de_DE"
        declaration = self.assessed()
        invoice = self.bill(declaration)
        text = self.words(self.html("account.account_invoices", invoice))
        for words in (
            "Zollanmeldung",
            "Durchlaufende Posten (nicht umsatzsteuerbar)",
            "Unsere Leistungen",
            "CID Einfuhrzoll – Anmeldung TEST1 2026 C 4711",
        ):
            self.assertIn(words, text)
        page = self.html("customs_invoicing.report_invoice_annex", invoice)
        text = self.words(page)
        for words in (
            f"Anlage zur Rechnung {invoice.name}",
            "Nummer der Anmeldung (MRN)",
            "Zollumrechnungskurs",
            "05.03.2026",
        ):
            self.assertIn(words, text)
        row = self.rows(page, "items")[0]
        self.assertEqual(
            row[4:], ["1.100,00", "CID Einfuhrzoll", "1.100,00", "5 %"] + ["55,00"] * 2
        )
        suspended = next(row for row in self.rows(page, "items") if "SUR" in row[2])
        self.assertEqual(suspended[2], "SUR Zuschlag (Ausgesetzt)")
        self.assertEqual(self.rows(page, "sums")[-1][0], "Summe")
        self.assertEqual(self.rows(page, "sums", 1)[0][0], "Zollabfertigung")

    def test_pdf_in_german_and_french(self):
        self.speak("de_DE", "fr_FR")
        declaration = self.assessed()
        self.client.lang = "de_DE"
        text = self.pdf_text("customs_invoicing.report_declaration_annex", declaration)
        self.assertIn("Anlage zur Zollanmeldung", text)
        self.assertIn("Festgesetzt", text)
        self.client.lang = "fr_FR"
        text = self.pdf_text("customs_invoicing.report_proforma", declaration)
        self.assertIn("Pro forma, ceci n'est pas une facture", text.replace("’", "'"))
        self.assertIn("Débours (hors champ de la TVA)", text)

    def test_french_statement(self):
        self.speak("fr_FR")
        self.client.lang = "fr_FR"
        self.bill(self.assessed())
        wizard = self.env["customs.client.statement"].create(
            {"partner_ids": [(6, 0, self.client.ids)], "date_to": "2026-04-30"}
        )
        page = self.html("customs_invoicing.report_client_statement", wizard)
        text = self.words(page)
        for words in ("Relevé de compte", "Postes ouverts au 30/04/2026", "Non échu"):
            self.assertIn(words, text)
        row = self.rows(page, "movements")[0]
        self.assertEqual(row[0], "10/03/2026")
        self.assertTrue(row[1].startswith("Facture"))
        self.assertEqual(row[5], "729,75")

    def test_language_of_the_profile_goes_first(self):
        self.speak("de_DE", "fr_FR")
        self.client.lang = "fr_FR"
        self.client.customs_billing_profile_id = self.env[
            "customs.billing.profile"
        ].create({"name": "German invoices", "lang": "de_DE"})
        invoice = self.bill(self.assessed())
        text = self.words(self.html("account.account_invoices", invoice))
        self.assertIn("Unsere Leistungen", text)
        text = self.words(self.html("customs_invoicing.report_invoice_annex", invoice))
        self.assertIn("Anlage zur Rechnung", text)

    def test_funds_request_and_proforma_in_german(self):
        self.speak("de_DE")
        self.client.lang = "de_DE"
        declaration = self.typed(capacity="direct", client_id=self.client.id)
        request = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "amount": 300}
        )
        report = self.env.ref("customs_invoicing.customs_funds_request_report")
        text = self.words(self.html(report.report_name, request))
        self.assertIn("Vorschussanforderung", text)
        self.assertIn("Dies ist keine Rechnung.", text)
        text = self.words(self.html("customs_invoicing.report_proforma", declaration))
        self.assertIn("Proforma, keine Rechnung.", text)
        self.assertIn("Nach unserer Berechnung erwartet", text)

    def test_tax_of_disbursements_speaks_the_language(self):
        """Of a language installed after the set-up, too."""
        self.speak("de_DE", "fr_FR")
        tax = self.company.customs_disbursement_tax_id
        self.assertEqual(tax.with_context(lang="de_DE").invoice_label, "0 % Auslage")
        group = tax.tax_group_id
        self.assertEqual(group.with_context(lang="fr_FR").name, "Hors champ de la TVA")
        self.assertEqual(
            group.with_context(lang="en_US").name, "Outside the scope of VAT"
        )

    def test_own_words_of_a_tax_stay(self):
        self.speak("de_DE")
        tax = self.company.customs_disbursement_tax_id
        german = tax.with_context(lang="de_DE")
        tax.invoice_label = "Paid for you"
        german.invoice_label = "Für Sie bezahlt"
        self.speak("fr_FR")
        self.company.action_create_customs_setup()
        self.assertEqual(tax.invoice_label, "Paid for you")
        self.assertEqual(german.invoice_label, "Für Sie bezahlt")
        french = tax.with_context(lang="fr_FR")
        self.assertEqual(french.invoice_label, "Paid for you")

    def test_mail_of_the_statement_in_german(self):
        self.speak("de_DE")
        self.client.write({"lang": "de_DE", "email": "ap@harbour.example"})
        self.bill(self.assessed())
        wizard = self.env["customs.client.statement"].create(
            {
                "partner_ids": [(6, 0, self.client.ids)],
                "date_to": date(2026, 4, 30),
            }
        )
        context = wizard.action_send()["context"]
        self.assertIn("Kontoauszug von", context["default_subject"])
        self.assertIn("anbei erhalten Sie Ihren Kontoauszug", context["default_body"])
        [number] = context["default_attachment_ids"]
        self.assertIn("Kontoauszug", self.env["ir.attachment"].browse(number).name)
