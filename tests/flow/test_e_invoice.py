"""The e-invoice of a mixed invoice: UBL BIS Billing 3, its rules, and read back."""

from e_invoices import EInvoiceCase
from lxml import etree

REASON = "VATEX-EU-79-C"


class TestEInvoice(EInvoiceCase):
    def test_mixed_invoice_is_valid(self):
        _declaration, invoice = self.mixed_invoice()
        content = self.export(invoice)
        self.assert_valid(content)
        self.assertEqual(
            self.subtotals(content),
            {
                ("E", "0.0", REASON): ("334.44", "0.00"),
                ("S", "19.0", ""): ("85.00", "16.15"),
            },
        )

    def test_rules_are_really_checked(self):
        """The check would notice a disbursement that is outside the scope (O)."""
        _declaration, invoice = self.mixed_invoice()
        content = self.export(invoice).decode()
        broken = content.replace("<cbc:ID>E</cbc:ID>", "<cbc:ID>O</cbc:ID>")
        self.assertNotEqual(broken, content)
        self.assertTrue(self.broken_rules(broken.encode()))
        no_reason = content.replace(REASON, "VATEX-NO-SUCH-CODE")
        self.assertTrue(self.broken_rules(no_reason.encode()))

    def test_read_back(self):
        """The client's Odoo reads the same totals, lines and number from it."""
        _declaration, invoice = self.mixed_invoice()
        bill = self.read_back(self.export(invoice))
        self.assertEqual(bill.move_type, "in_invoice")
        self.assertEqual(bill.ref, invoice.name)
        self.assertEqual(bill.currency_id, invoice.currency_id)
        self.assertEqual(bill.invoice_date, invoice.invoice_date)
        for name in ("amount_untaxed", "amount_tax", "amount_total"):
            self.assertEqual(f"{bill[name]:.2f}", f"{invoice[name]:.2f}", name)
        self.assertEqual(f"{bill.amount_total:.2f}", "435.59")
        self.assertEqual(
            sorted(bill.invoice_line_ids.mapped("price_subtotal")),
            [85.0, 123.45, 210.99],
        )
        taxed = bill.invoice_line_ids.filtered(lambda line: line.tax_ids.amount)
        self.assertEqual(taxed.mapped("price_subtotal"), [85.0])

    def test_credit_note_is_valid(self):
        """What is taken back of a disbursement is as valid, and reads back."""
        declaration, invoice = self.mixed_invoice()
        credit = self.reverse(invoice)
        content = self.export(credit)
        self.assert_valid(content)
        self.assertEqual(
            self.subtotals(content),
            {
                ("E", "0.0", REASON): ("334.44", "0.00"),
                ("S", "19.0", ""): ("85.00", "16.15"),
            },
        )
        self.assertEqual(etree.QName(etree.fromstring(content)).localname, "CreditNote")
        self.assert_money(declaration, billed=0, control_balance=334.44)
        bill = self.read_back(content)
        self.assertEqual(bill.move_type, "in_refund")
        self.assertEqual(f"{bill.amount_total:.2f}", "435.59")

    def test_several_files(self):
        """A consolidated invoice, with whatever headings it has, stays valid."""
        files = self.booked_file() | self.booked_file("C 78")
        content = self.export(self.consolidated_invoice(files))
        self.assert_valid(content)
        self.assertEqual(
            self.subtotals(content),
            {
                ("E", "0.0", REASON): ("668.88", "0.00"),
                ("S", "19.0", ""): ("170.00", "32.30"),
            },
        )
