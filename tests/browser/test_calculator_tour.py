"""Options compared by clicking, in a real browser."""

from common import CustomsCase
from test_job_tour import STRIPPED

from odoo.tests import HttpCase, tagged
from odoo.tools.misc import file_path


@tagged("post_install", "-at_install")
class TestCalculatorTour(CustomsCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            file_path(STRIPPED)
        except FileNotFoundError:  # Debian's Odoo lacks this script of mail
            cls.env["ir.asset"].create(
                {
                    "name": "customs: script missing from the package",
                    "bundle": "web.assets_backend",
                    "directive": "remove",
                    "path": STRIPPED,
                }
            )
        cls.officer = cls.env["res.users"].create(
            {
                "name": "Olga Officer",
                "login": "officer",
                "password": "officer-password",
                "group_ids": [
                    (4, cls.env.ref("customs_invoicing.group_customs_user").id)
                ],
                "company_ids": [(6, 0, cls.company.ids)],
                "company_id": cls.company.id,
            }
        )
        cls._load_wine()

    @classmethod
    def _load_wine(cls):
        tariff = {"tariff_id": cls.tariff.id}
        codes = cls.env["customs.tariff.code"]
        top = codes.create(
            {**tariff, "code": "2204", "description": "Wine", "declarable": False}
        )
        codes.create(
            {
                **tariff,
                "code": "2204211000",
                "description": "Sparkling",
                "parent_id": top.id,
            }
        )
        cls.env["customs.measure"].search([("tariff_id", "=", cls.tariff.id)]).unlink()
        cls._create_measure(cls.vat_type, "", 15)
        japan, chile = cls.env.ref("base.jp"), cls.env.ref("base.cl")
        kinds = {}
        for code in ("103", "142"):
            kinds[code] = cls._create_measure_type(code, "cid", "customs_value", 10)
            kinds[code].write({"selection": "alternative", "group": "duty"})
        kinds["103"].priority = 1
        cls._create_measure(kinds["103"], "2204", 10)
        cls._create_measure(kinds["103"], "2204", 4, origin_id=chile.id)
        cls._create_measure(
            kinds["142"], "2204", 2, origin_id=japan.id, preference_code="300"
        )

    def test_compare_by_clicking(self):
        self.start_tour(
            "/odoo", "customs_invoicing_calculator", login="officer", timeout=120
        )
        self.assertFalse(
            self.env["customs.duty.calculator"].search([]), "nothing was saved"
        )
