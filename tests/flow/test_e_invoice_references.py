"""What e-invoices refer to: declarations, orders, and invoices they correct."""

from e_invoices import NS, EInvoiceCase
from lxml import etree

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user

CII = {
    "ram": "urn:un:unece:uncefact:data:standard:"
    "ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}


class TestEInvoiceReferences(EInvoiceCase):
    # === HELPERS === #

    def texts(self, content, path, names=NS):
        return [node.text for node in etree.fromstring(content).iterfind(path, names)]

    def preceding(self, content):
        """Return ``[(number, date)]`` of the invoices that a document names."""
        path = "cac:BillingReference/cac:InvoiceDocumentReference"
        return list(
            zip(
                self.texts(content, f"{path}/cbc:ID"),
                self.texts(content, f"{path}/cbc:IssueDate"),
                strict=True,
            )
        )

    def objects(self, content, line="InvoiceLine"):
        """Return what each line is about: its text, number, scheme and type."""
        found = []
        for node in etree.fromstring(content).iterfind(f"cac:{line}", NS):
            document = node.find("cac:DocumentReference", NS)
            code = node.findtext(
                "cac:Item/cac:SellersItemIdentification/cbc:ID", namespaces=NS
            )
            if document is None:
                found.append((code, None))
                continue
            number = document.find("cbc:ID", NS)
            found.append(
                (
                    code,
                    number.text,
                    number.get("schemeID"),
                    document.findtext("cbc:DocumentTypeCode", namespaces=NS),
                )
            )
        return found

    def order(self, content):
        return self.texts(content, "cac:OrderReference/cbc:ID")

    def assert_read_back(self, move, content, move_type):
        bill = self.read_back(content)
        self.assertEqual(bill.move_type, move_type)
        self.assertEqual(bill.ref, move.name)
        for name in ("amount_untaxed", "amount_tax", "amount_total"):
            self.assertEqual(f"{bill[name]:.2f}", f"{move[name]:.2f}", name)

    def classify(self, classification="8017", scheme="HS", service="AAA"):
        self.service_code.write(
            {
                "item_classification_code": classification,
                "item_classification_scheme": scheme,
                "unece_service_code": service,
            }
        )

    # === THE INVOICE === #

    def test_declaration_on_each_line(self):
        declaration, invoice = self.mixed_invoice()
        content = self.export(invoice)
        self.assert_valid(content)
        about = (declaration.mrn, "ABT", "130")
        self.assertEqual(declaration.mrn, "TEST1 2026 C 77")
        self.assertEqual(
            self.objects(content),
            [("CUS-DUTY", *about), ("CUS-VAT", *about), ("CUS-CLR", *about)],
        )
        self.assertEqual(self.preceding(content), [])
        self.assertFalse(self.texts(content, ".//cac:CommodityClassification"))
        self.assertFalse(self.texts(content, ".//cac:AdditionalItemProperty"))

    def test_master_reference_number_stands_alone(self):
        """What is unique by itself comes without the office and the year."""
        declaration = self.booked_file("26DE4851 AB12CD34E5")
        content = self.export(self.bill(declaration))
        self.assert_valid(content)
        self.assertEqual(
            {about[1] for about in self.objects(content)}, {"26DE4851AB12CD34E5"}
        )

    def test_line_without_a_declaration(self):
        """A line that somebody adds by hand is about no declaration."""
        declaration = self.booked_file()
        invoice = declaration.action_create_invoices()
        tax = self.company.account_sale_tax_id
        invoice.write(
            {
                "invoice_date": "2026-03-10",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Copies",
                            "price_unit": 12.0,
                            "sequence": 500,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        content = self.export(invoice)
        self.assert_valid(content)
        self.assertEqual(self.objects(content)[-1], (None, None))
        self.assertEqual(len(self.objects(content)), 4)

    def test_classification_and_service_code(self):
        self.classify()
        _declaration, invoice = self.mixed_invoice()
        content = self.export(invoice)
        self.assert_valid(content)
        tree = etree.fromstring(content)
        items = [
            item
            for item in tree.iterfind(".//cac:Item", NS)
            if item.find("cac:CommodityClassification", NS) is not None
        ]
        self.assertEqual(len(items), 1)
        [item] = items
        self.assertEqual(
            item.findtext("cac:SellersItemIdentification/cbc:ID", namespaces=NS),
            "CUS-CLR",
        )
        node = item.find("cac:CommodityClassification/cbc:ItemClassificationCode", NS)
        self.assertEqual((node.text, node.get("listID")), ("8017", "HS"))
        self.assertEqual(
            [
                item.findtext(f"cac:AdditionalItemProperty/cbc:{name}", namespaces=NS)
                for name in ("Name", "Value")
            ],
            ["UNCL7161", "AAA"],
        )
        self.assertEqual(len(tree.findall(".//cac:AdditionalItemProperty", NS)), 1)
        self.assert_read_back(invoice, content, "in_invoice")

    def test_unknown_scheme(self):
        """A scheme that receivers refuse is refused at entry, and on the way out."""
        for scheme in ("UNSPSC", "hs", False):
            with self.assertRaisesRegex(ValidationError, "UNCL 7143"):
                self.classify(scheme=scheme)
        self.classify(classification=False, scheme=False)
        _declaration, invoice = self.mixed_invoice()
        self.env.flush_all()
        self.env.cr.execute(  # as entered before e-invoices were installed
            "UPDATE customs_charge_code SET item_classification_code = '8017',"
            " item_classification_scheme = 'UNSPSC' WHERE id = %s",
            [self.service_code.id],
        )
        self.env.invalidate_all()
        _content, errors = self.builder._export_invoice(invoice)
        self.assertEqual(len(errors), 1)
        self.assertIn("“UNSPSC” is none", errors.pop())

    def test_who_sends_needs_no_rights_on_files(self):
        self.classify()
        _declaration, invoice = self.mixed_invoice()
        expected = self.export(invoice)
        clerk = new_test_user(self.env, "clerk", groups="account.group_account_invoice")
        self.assertFalse(
            self.env["customs.declaration"].with_user(clerk).has_access("read")
        )
        self.assertEqual(self.export(invoice.with_user(clerk)), expected)

    def test_other_invoices_stay_as_they_are(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-03-10",
                "invoice_line_ids": [
                    Command.create({"name": "Advice", "price_unit": 100.0})
                ],
            }
        )
        invoice.action_post()
        credit = self.reverse(invoice)
        content = self.export(credit)
        self.assert_valid(content)
        self.assertEqual(self.preceding(content), [])
        self.assertEqual(self.order(content), [credit.ref])
        self.assertEqual(self.objects(content, "CreditNoteLine"), [(None, None)])

    # === CORRECTIONS === #

    def test_supplementary_invoice(self):
        declaration, invoice = self.mixed_invoice()
        self.assess(declaration, 150.00, date="2026-03-20")
        supplement = self.bill(declaration, date="2026-03-21")
        self.assertEqual(f"{supplement.amount_total:.2f}", "26.55")
        content = self.export(supplement)
        self.assert_valid(content)
        self.assertEqual(self.preceding(content), [(invoice.name, "2026-03-10")])
        self.assertEqual(
            self.objects(content), [("CUS-DUTY", declaration.mrn, "ABT", "130")]
        )
        self.assert_read_back(supplement, content, "in_invoice")

    def test_credit_note_of_a_difference(self):
        declaration, invoice = self.mixed_invoice()
        self.assess(declaration, 100.00, date="2026-03-20")
        credit = self.bill(declaration, date="2026-03-21")
        self.assertEqual(credit.move_type, "out_refund")
        content = self.export(credit)
        self.assert_valid(content)
        self.assertEqual(self.preceding(content), [(invoice.name, "2026-03-10")])
        self.assertEqual(
            self.objects(content, "CreditNoteLine"),
            [("CUS-DUTY", declaration.mrn, "ABT", "130")],
        )
        self.assert_read_back(credit, content, "in_refund")

    def test_credit_note_of_an_invoice(self):
        """Taken back as a whole: the order is the client's, not Odoo's text."""
        self.classify()
        declaration, invoice = self.mixed_invoice()
        declaration.client_order_reference = " PO-4711 "
        credit = self.reverse(invoice)
        content = self.export(credit)
        self.assert_valid(content)
        self.assertEqual(self.preceding(content), [(invoice.name, "2026-03-10")])
        self.assertIn(invoice.name, credit.ref)
        self.assertEqual(self.order(content), ["PO-4711"])
        self.assertEqual(len(self.objects(content, "CreditNoteLine")), 3)
        self.assertEqual(len(self.texts(content, ".//cac:CommodityClassification")), 1)
        self.assert_read_back(credit, content, "in_refund")

    def test_corrections_of_several_invoices(self):
        """All are named, in the order of their dates, each once."""
        first, second = self.booked_file(), self.booked_file("C 78")
        later = self.bill(first, date="2026-03-12")
        earlier = self.bill(second, date="2026-03-11")
        for declaration in first | second:
            self.assess(declaration, 150.00, date="2026-03-20")
        supplement = self.consolidated_invoice(first | second)
        content = self.export(supplement)
        self.assert_valid(content)
        expected = [(earlier.name, "2026-03-11"), (later.name, "2026-03-12")]
        self.assertEqual(self.preceding(content), expected)
        content = self.export(self.reverse(supplement))
        self.assertEqual(self.preceding(content), [(supplement.name, "2026-03-10")])

    def test_reference_that_odoo_adds_is_not_doubled(self):
        """Dutch credit notes get one from Odoo, made of the free text of theirs."""
        _declaration, invoice = self.mixed_invoice()
        credit = self.reverse(invoice)
        self.company.partner_id.country_id = self.env.ref("base.nl")
        node = self.builder._get_invoice_node({"invoice": credit})
        self.assertEqual(
            node["cac:BillingReference"],
            [
                {
                    "cac:InvoiceDocumentReference": {
                        "cbc:ID": {"_text": invoice.name},
                        "cbc:IssueDate": {"_text": invoice.invoice_date},
                    }
                }
            ],
        )

    # === CONSOLIDATED === #

    def test_consolidated(self):
        files = self.booked_file() | self.booked_file("C 78")
        files.client_order_reference = "PO-4711"
        invoice = self.consolidated_invoice(files)
        invoice.ref = False
        content = self.export(invoice)
        self.assert_valid(content)
        self.assertEqual(
            [about[1] for about in self.objects(content)],
            [files[0].mrn] * 3 + [files[1].mrn] * 3,
        )
        self.assertEqual(self.order(content), ["PO-4711"])
        self.assert_read_back(invoice, content, "in_invoice")
        # a reference that somebody wrote goes before
        invoice.ref = "Framework 9"
        self.assertEqual(self.order(self.export(invoice)), ["Framework 9"])
        # no number can stand for two orders
        invoice.ref = False
        files[0].client_order_reference = "PO-4712"
        self.assertEqual(self.order(self.export(invoice)), [invoice.name])
        files[0].client_order_reference = False
        self.assertEqual(self.order(self.export(invoice)), [invoice.name])

    def test_queries_do_not_grow(self):
        """More files on an invoice cost no more queries."""
        small = self.consolidated_invoice(self.booked_file("C 70"))
        files = self.env["customs.declaration"]
        for number in range(71, 75):
            files |= self.booked_file(f"C {number}")
        large = self.consolidated_invoice(files)
        counts = []
        for invoice in (small, large):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            invoice.invoice_line_ids._get_customs_facts()
            invoice._get_customs_corrected_moves()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    # === FACTUR-X === #

    def test_factur_x(self):
        """The other format of Odoo says the same."""
        self.classify()
        declaration, invoice = self.mixed_invoice()
        declaration.client_order_reference = "PO-4711"
        credit = self.reverse(invoice)
        content, errors = self.env["account.edi.xml.cii"]._export_invoice(credit)
        self.assertFalse(errors)
        tree = etree.fromstring(content)

        def text(path, node=tree):
            return node.findtext(path, namespaces=CII)

        self.assertEqual(
            text(".//ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"), "PO-4711"
        )
        [corrected] = tree.findall(".//ram:InvoiceReferencedDocument", CII)
        self.assertEqual(text("ram:IssuerAssignedID", corrected), invoice.name)
        self.assertEqual(
            text("ram:FormattedIssueDateTime/qdt:DateTimeString", corrected), "20260310"
        )
        lines = tree.findall(".//ram:IncludedSupplyChainTradeLineItem", CII)
        self.assertEqual(len(lines), 3)
        for line in lines:
            path = "ram:SpecifiedLineTradeSettlement/ram:AdditionalReferencedDocument"
            document = line.find(path, CII)
            self.assertEqual(
                [child.text for child in document], [declaration.mrn, "130", "ABT"]
            )
        [code] = tree.findall(".//ram:DesignatedProductClassification", CII)
        node = code.find("ram:ClassCode", CII)
        self.assertEqual((node.text, node.get("listID")), ("8017", "HS"))
        [kind] = tree.findall(".//ram:ApplicableProductCharacteristic", CII)
        self.assertEqual([child.text for child in kind], ["UNCL7161", "AAA"])
        self.assert_read_back(credit, content, "in_refund")
