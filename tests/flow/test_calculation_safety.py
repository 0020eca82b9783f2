"""Nothing is free by mistake, and no doubt is kept from the officer."""

from common import CustomsCase, item, tax

from odoo.exceptions import ValidationError
from odoo.tests import Form


class TestCalculationSafety(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.japan = cls.env.ref("base.jp")
        cls.norway = cls.env.ref("base.no")
        cls.eur = cls.env.ref("base.EUR")
        cls.eur.active = True
        cls.duty_type.write({"selection": "alternative", "group": "duty"})
        cls.preference = cls._create_measure_type("PREF", "cid", "customs_value", 10)
        cls.preference.write(
            {"selection": "alternative", "group": "duty", "priority": 20}
        )

    def agreement(self, **vals):
        return self.env["customs.agreement"].create(
            {
                "tariff_id": self.tariff.id,
                "code": "JPEPA",
                "preference_codes": "300",
                "name": "Partnership with Japan",
                "country_ids": [(6, 0, self.japan.ids)],
                **vals,
            }
        )

    # === FREE BY MISTAKE === #

    def test_measure_without_any_rate_is_unknown(self):
        measure = self.env["customs.measure"].create(
            {
                "measure_type_id": self.duty_type.id,
                "code_prefix": "8516",
                "date_from": "2026-01-01",
            }
        )
        self.assertEqual(measure.rate_state, "flagged")
        self.assertFalse(self.duty(self.typed()).is_calculated)

    def test_rate_that_lost_its_components_is_unknown(self):
        measure = self._create_measure(self.duty_type, "8516", 0, rate_text="7 %")
        measure.component_ids.unlink()
        self.assertFalse(self.duty(self.typed()).is_calculated)
        measure.rate_text = "Free"
        self.assertEqual(self.duty(self.typed()).amount_calculated, 0)

    def test_components_that_differ_from_the_text_are_what_is_shown(self):
        measure = self._create_measure(self.duty_type, "8516", 0, rate_text="7 %")
        measure.component_ids.rate = 3
        line = self.duty(self.typed())
        self.assertEqual((line.amount_calculated, line.rate_calculated), (30, "3 %"))

    def test_condition_with_a_rate_of_its_own_must_have_one(self):
        with self.assertRaisesRegex(ValidationError, "has none"):
            self._create_measure(
                self.duty_type,
                "8516",
                5,
                condition_ids=[
                    (0, 0, {"kind": "default", "action": "apply_components"})
                ],
            )

    def test_unknown_currency_is_flagged_while_typing(self):
        form = Form(self.env["customs.measure"])
        form.measure_type_id = self.duty_type
        form.rate_text = "10 ECU / kg"
        self.assertEqual(form.rate_state, "flagged")

    def test_dollars_in_a_tariff_of_another_currency_are_flagged(self):
        self.tariff.currency_id = self.eur
        measure = self._create_measure(self.duty_type, "8516", 0, rate_text="$5/kg")
        self.assertEqual(measure.rate_state, "flagged")
        self.assertIn("EUR", measure.rate_problem)

    def test_measure_of_an_archived_type_does_not_apply(self):
        self._create_measure(self.preference, "8516", 0)
        self.preference.active = False
        self.assertEqual(self.duty(self.typed()).amount_calculated, 50)

    # === CLAIMS === #

    def test_agreement_without_codes_of_its_measures_needs_a_claim(self):
        agreement = self.agreement()
        self._create_measure(self.preference, "8516", 0, agreement_id=agreement.id)
        origin = {"origin_id": self.japan.id}
        file = self.typed([origin, {**origin, "preference": "300"}])
        self.assertEqual(self.duty(file).mapped("amount_calculated"), [50, 0])

    def test_ended_and_archived_agreements_give_nothing(self):
        agreement = self.agreement(date_to="2025-12-31")
        self._create_measure(self.preference, "8516", 0, preference_code="300")
        claim = {"origin_id": self.norway.id, "preference": "300"}
        file = self.typed([claim])
        self.assertEqual(self.duty(file).amount_calculated, 50)
        self.assertIn("300", file.warning_message)
        agreement.write({"date_to": False, "active": False})
        file.action_calculate()
        self.assertEqual(self.duty(file).amount_calculated, 50)

    def test_agreement_without_countries_is_for_nobody(self):
        self.agreement(country_ids=False)
        self._create_measure(self.preference, "8516", 0, preference_code="300")
        file = self.typed([{"origin_id": self.japan.id, "preference": "300"}])
        self.assertEqual(self.duty(file).amount_calculated, 50)
        self.assertIn("300", file.warning_message)

    def test_items_typed_together_are_numbered_one_after_the_other(self):
        form = Form(self.env["customs.declaration"])
        form.office_id = self.office
        form.capacity = "own"
        for code in ("8516710000", "8712003000"):
            with form.line_ids.new() as line:
                line.code = code
        file = form.save()
        self.assertEqual(file.line_ids.mapped("number"), [1, 2])

    def test_claim_without_its_proof_is_said(self):
        self.agreement(proof_ids=[(0, 0, {"name": "EUR.1", "document_code": "N954"})])
        self._create_measure(self.preference, "8516", 0, preference_code="300")
        file = self.typed([{"origin_id": self.japan.id, "preference": "300"}])
        self.assertIn("N954", file.warning_message)
        self.env["customs.document"].create({"declaration_id": file.id, "code": "N954"})
        file.action_calculate()
        self.assertNotIn("N954", file.warning_message or "")

    # === WHAT IS MISSING === #

    def test_missing_additional_code_is_said(self):
        kind = self._create_measure_type("552", "csf", "customs_value", 20)
        for code, rate in (("C490", 20), ("C999", 60)):
            self._create_measure(kind, "8516", rate, additional_code=code)
        file = self.typed()
        self.assertIn("C490", file.warning_message)
        self.assertTrue(file.calculation_ids.problem_count)
        file.line_ids.additional_codes = "C999"
        file.action_calculate()
        self.assertEqual(self.duty(file, "CSF").amount_calculated, 600)
        self.assertNotIn("C490", file.warning_message or "")

    def test_doubt_that_comes_later_is_said(self):
        file = self.typed()
        self.assertNotIn("C490", file.warning_message or "")
        kind = self._create_measure_type("552", "csf", "customs_value", 20)
        self._create_measure(kind, "8516", 20, additional_code="C490")
        file.action_calculate()
        self.assertIn("C490", file.warning_message)

    def test_item_without_any_duty_is_said(self):
        self.env["customs.measure"].search(
            [("measure_type_id", "=", self.duty_type.id)]
        ).code_prefix = "97"
        file = self.typed([{}, {"code": "9701210000"}])
        self.assertIn("Item 1: our tariff has no rate of duty", file.warning_message)

    def test_quota_without_a_quantity_is_said(self):
        file = self.typed([{"quota_order_number": "090001"}])
        self.assertIn("090001 without a quantity", file.warning_message)

    def test_limit_in_foreign_currency(self):
        self.env["customs.exchange.rate"].create(
            {
                "tariff_id": self.tariff.id,
                "currency_id": self.eur.id,
                "date_from": "2026-03-01",
                "rate": 2,
            }
        )
        limit = {
            "kind": "threshold",
            "value_name": "customs_value",
            "threshold": 400,
            "currency_id": self.eur.id,
            "action": "not_apply",
        }
        kind = self._create_measure_type("LOW", "csf", "customs_value", 20)
        self._create_measure(
            kind,
            "8516",
            10,
            condition_ids=[(0, 0, limit), (0, 0, {"kind": "default", "sequence": 20})],
        )
        file = self.typed([{"customs_value": 500}, {}])
        self.assertEqual(self.duty(file, "CSF").mapped("amount_calculated"), [50])

    # === THE AUTHORITY'S AND THE OLD === #

    def test_zero_of_the_authority_stays(self):
        file = self.import_sad(
            [
                item(
                    value="1000",
                    taxes=[
                        tax("CID", base="1000", rate="5", amount="50"),
                        tax("CSF", base="1000", rate="0", amount="0"),
                    ],
                )
            ]
        )
        count = len(file.duty_line_ids)
        file.action_calculate()
        self.assertEqual(len(file.duty_line_ids), count)

    def test_tie_is_repeated_as_it_was(self):
        groups = self.env["res.country.group"].create(
            [
                {"name": name, "country_ids": [(6, 0, self.japan.ids)]}
                for name in ("North", "East")
            ]
        )
        for group, rate in zip(groups, (1, 2), strict=True):
            self._create_measure(self.duty_type, "8516", rate, origin_group_id=group.id)
        file = self.typed([{"origin_id": self.japan.id}])
        self.assertFalse(self.duty(file).is_calculated)
        file.calculation_ids.action_repeat()

    def test_archived_measure_may_not_come_back_over_another(self):
        old = self._create_measure(self.duty_type, "8516", 3)
        old.active = False
        self._create_measure(self.duty_type, "8516", 4)
        with self.assertRaisesRegex(ValidationError, "overlaps"):
            old.active = True

    def test_prefix_longer_than_a_code_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "at most 10"):
            self._create_measure(self.duty_type, "85167100001", 3)
