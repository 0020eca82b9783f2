"""What tests of e-invoices share: broker and importer, export, rules, reading back."""

import json
import subprocess
import sys
from pathlib import Path

from common import CustomsCase
from lxml import etree
from peppol.xsd import validate_xsd

RULES = Path(__file__).parent / "e_invoice_rules.py"
NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


class EInvoiceCase(CustomsCase):
    """A German broker bills a German importer; both can be reached by Peppol."""

    @classmethod
    @CustomsCase.setup_country("de")
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "name": "Hafenkontor Zollagentur GmbH",
                "vat": "DE123456788",
                "street": "Am Kai 1",
                "zip": "20457",
                "city": "Hamburg",
                "company_registry": "HRB 1000",
                "email": "post@hafenkontor.example",
                "phone": "+49 40 1000",
            }
        )
        cls.company.partner_id.write(
            {"peppol_eas": "9930", "peppol_endpoint": "DE123456788"}
        )
        cls.env["res.partner.bank"].create(
            {
                "acc_number": "DE89370400440532013000",
                "partner_id": cls.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        cls.client.write(
            {
                "vat": "DE136695976",
                "street": "Lagerweg 5",
                "zip": "28195",
                "city": "Bremen",
                "country_id": cls.env.ref("base.de").id,
                "invoice_edi_format": "ubl_bis3",
                "peppol_eas": "9930",
                "peppol_endpoint": "DE136695976",
                "ref": "K-1001",
            }
        )
        cls.builder = cls.env["account.edi.xml.ubl_bis3"]

    # === HELPERS === #

    def booked_file(self, number="C 77"):
        """Return a file with duty and VAT paid for the client, and a service."""
        declaration = self.typed(
            capacity="direct", client_id=self.client.id, registration_number=number
        )
        self.assess(declaration, 123.45)
        self.add_service(declaration, 85.0)
        return declaration

    def assess(self, declaration, duty, date="2026-03-05"):
        """Let the authority assess a file, and post what differs from before."""
        self.assess_amounts(declaration, duty, 210.99, date=date)
        self.post_assessment(declaration)

    def mixed_invoice(self):
        """Return a file and its posted invoice of duty, VAT and a service."""
        declaration = self.booked_file()
        return declaration, self.bill(declaration)

    def consolidated_invoice(self, files):
        """Return the posted invoice of all that is open on several files."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-03-10",
            }
        )
        action = invoice.action_add_customs_charges()
        self.env[action["res_model"]].browse(action["res_id"]).action_add()
        invoice.action_post()
        self.assertEqual(invoice.customs_declaration_ids, files)
        return invoice

    def export(self, move):
        content, errors = self.builder._export_invoice(move)
        self.assertFalse(errors)
        return content

    def assert_valid(self, content):
        """The schema, the rules of EN 16931 and those of Peppol hold."""
        valid, errors = validate_xsd(content)
        self.assertTrue(valid, errors)
        self.assertEqual(self.broken_rules(content), [])

    def broken_rules(self, content):
        """Return the fatal rules a document breaks, with their words."""
        found = subprocess.run(
            [sys.executable, RULES],
            input=content.decode(),
            capture_output=True,
            check=True,
            text=True,
        )
        return json.loads(found.stdout)

    def subtotals(self, content):
        """Return ``{(category, percent, reason): (base, tax)}`` of a document."""
        found = {}
        for node in etree.fromstring(content).iterfind(
            "cac:TaxTotal/cac:TaxSubtotal", NS
        ):

            def text(path, node=node):
                return node.findtext(path, default="", namespaces=NS)

            key = (
                text("cac:TaxCategory/cbc:ID"),
                text("cac:TaxCategory/cbc:Percent"),
                text("cac:TaxCategory/cbc:TaxExemptionReasonCode"),
            )
            found[key] = (text("cbc:TaxableAmount"), text("cbc:TaxAmount"))
        return found

    def read_back(self, content):
        """Return the vendor bill Odoo's importer makes of it in the client's books."""
        buyer = self.env["res.company"].create(
            {
                "name": "Harbour Home Goods Ltd",
                "country_id": self.env.ref("base.de").id,
                "currency_id": self.env.ref("base.EUR").id,
                "vat": "DE136695976",
            }
        )
        self.env.user.company_ids += buyer
        self._use_chart_template(buyer, "de_skr03")
        journal = self.env["account.journal"].search(
            [("company_id", "=", buyer.id), ("type", "=", "purchase")], limit=1
        )
        attachment = self.env["ir.attachment"].create(
            {"name": "invoice.xml", "raw": content, "mimetype": "application/xml"}
        )
        return (
            journal.with_company(buyer)
            .with_context(default_move_type="in_invoice")
            ._create_document_from_attachment(attachment.ids)
        )
