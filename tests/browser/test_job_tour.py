"""The job done by clicking, in a real browser."""

from common import CustomsCase, build_sad, item, tax
from tours import TourCase

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestJobTour(TourCase, CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        goods = [
            item(price="1000.00", taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")])
        ]
        cls.content = build_sad(goods, office="TEST1")
        cls.env["ir.attachment"].create(
            {
                "name": "sad.xml",
                "raw": cls.content,
                "url": "/customs_test/sad.xml",
                "public": True,
                "mimetype": "text/xml",
            }
        )

    def _get_declaration(self):
        return self.env["customs.declaration"].search(
            [("company_id", "=", self.company.id)]
        )

    def test_job_by_clicking(self):
        self.click_through("customs_invoicing_job")
        declaration = self._get_declaration()
        self.assertEqual(declaration.state, "closed")
        self.assert_money(
            declaration,
            payable=273.25,
            charged=273.25,
            billed=273.25,
            paid=273.25,
            received=273.25,
            control_balance=0,
        )
        self.assertEqual(self.account_balance(self.control), 0.0)
        self.assertEqual(self.account_balance(self.payable), 0.0)
        self.assertEqual(self.account_balance(self.receivable), 0.0)
        self.assertFalse(
            self.env["ir.attachment"].search(
                [
                    ("name", "=", "sad.xml"),
                    ("res_model", "=", False),
                    ("url", "=", False),
                ]
            ),
            "the upload itself is not kept besides the assessment's source file",
        )

    def test_drop_a_file_on_the_list(self):
        self.click_through("customs_invoicing_drop")
        declaration = self._get_declaration()
        self.assertEqual(declaration.mrn, "TEST1 2026 C 4711")
        self.assertEqual(declaration.user_id, self.officer)

    def test_bill_from_the_standard_invoice(self):
        declaration = self.env["customs.declaration"].import_files(
            [("sad.xml", self.content)]
        )
        self.post_assessment(declaration)
        self.click_through(
            "customs_invoicing_standard_invoice", url="/odoo/customer-invoices/new"
        )
        self.assert_money(declaration, billed=273.25, to_bill=0, control_balance=0)
