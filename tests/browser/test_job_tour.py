"""The job done by clicking, in a real browser."""

from common import CustomsCase, build_sad, item, tax

from odoo.tests import HttpCase, tagged
from odoo.tools.misc import file_path

STRIPPED = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@tagged("post_install", "-at_install")
class TestJobTour(CustomsCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._drop_missing_script()
        cls.officer = cls.env["res.users"].create(
            {
                "name": "Olga Officer",
                "login": "officer",
                "password": "officer-password",
                "group_ids": [
                    (4, cls.env.ref("customs_invoicing.group_customs_verifier").id)
                ],
                "company_ids": [(6, 0, cls.company.ids)],
                "company_id": cls.company.id,
            }
        )
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

    @classmethod
    def _drop_missing_script(cls):
        """Debian's Odoo lacks a script of mail whose absence fails every tour."""
        try:
            file_path(STRIPPED)
        except FileNotFoundError:
            cls.env["ir.asset"].create(
                {
                    "name": "customs: script missing from the package",
                    "bundle": "web.assets_backend",
                    "directive": "remove",
                    "path": STRIPPED,
                }
            )

    def _get_declaration(self):
        return self.env["customs.declaration"].search(
            [("company_id", "=", self.company.id)]
        )

    def test_job_by_clicking(self):
        self.start_tour("/odoo", "customs_invoicing_job", login="officer", timeout=180)
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
        self.start_tour("/odoo", "customs_invoicing_drop", login="officer", timeout=120)
        declaration = self._get_declaration()
        self.assertEqual(declaration.mrn, "TEST1 2026 C 4711")
        self.assertEqual(declaration.user_id, self.officer)

    def test_bill_from_the_standard_invoice(self):
        declaration = self.env["customs.declaration"].import_files(
            [("sad.xml", self.content)]
        )
        self.post_assessment(declaration)
        self.start_tour(
            "/odoo/customer-invoices/new",
            "customs_invoicing_standard_invoice",
            login="officer",
            timeout=120,
        )
        self.assert_money(declaration, billed=273.25, to_bill=0, control_balance=0)
