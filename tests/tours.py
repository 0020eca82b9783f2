"""What tours in a real browser have in common: an officer, and all of Odoo's assets."""

from odoo.tests import HttpCase
from odoo.tools.misc import file_path

STRIPPED = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


class TourCase(HttpCase):
    """Mixed in before the case of the add-on."""

    role = "verifier"

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
                    (4, cls.env.ref(f"customs_invoicing.group_customs_{cls.role}").id)
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

    def click_through(self, tour, url="/odoo"):
        """Run a tour of the add-on as the officer."""
        self.start_tour(url, tour, login="officer", timeout=180)
