"""Options compared by clicking, in a real browser."""

from common import CustomsCase
from tours import TourCase

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestCalculatorTour(TourCase, CustomsCase):
    role = "user"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
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
        self.click_through("customs_invoicing_calculator")
        self.assertFalse(
            self.env["customs.duty.calculator"].search([]), "nothing was saved"
        )
