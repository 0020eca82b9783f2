"""The picker of customs charges on the standard invoice, by clicking."""

from billing import DUTY, OUTLAYS, SERVICE, BillingCase

from odoo.tests import HttpCase, tagged
from odoo.tools.misc import file_path

STRIPPED = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@tagged("post_install", "-at_install")
class TestPickerTour(BillingCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._drop_missing_script()
        cls.env["res.users"].create(
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

    def test_pick_by_clicking(self):
        first, second = self.files(2)
        self.file(3, post=False)
        second.client_order_reference = "ORDER-2"
        self.start_tour(
            "/odoo/customer-invoices/new",
            "customs_invoicing_picker",
            login="officer",
            timeout=120,
        )
        invoice = first._get_client_moves()
        self.assertEqual(invoice, second._get_client_moves())
        self.assert_items(
            invoice,
            [
                *self.outlay_items(self.client),
                *self.outlay_items(self.client)[:1],
                *self.service_items(self.client),
                self.due(self.client, OUTLAYS + DUTY + SERVICE * 1.15),
            ],
        )
        self.assert_money(first, to_bill=0, control_balance=0)
        self.assert_money(
            second,
            to_bill=OUTLAYS - DUTY + SERVICE,
            control_balance=OUTLAYS - DUTY,
        )
