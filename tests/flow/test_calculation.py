"""The calculation of declarations: measures, claims, causes, what is kept of it."""

from common import CustomsCase, item, tax

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form


class TestCalculation(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.japan = cls.env.ref("base.jp")
        cls.norway = cls.env.ref("base.no")

    def amounts(self, declaration):
        return {
            (line.line_id.number, line.tax_code_id.code): line.amount_calculated
            for line in declaration.duty_line_ids
            if line.is_calculated
        }

    # === MEASURES === #

    def test_rate_text_is_read_into_components(self):
        measure = self._create_measure(
            self.duty_type, "8516", 0, rate_text="12.8 % + 176.8 EUR/100 kg"
        )
        kinds = measure.component_ids.mapped("kind")
        self.assertEqual(kinds, ["percent", "specific"])
        self.assertEqual(measure.component_ids[1].currency_id.name, "EUR")
        self.assertEqual(measure.component_ids[1].per, 100)
        self.assertEqual(measure.rate_state, "read")
        measure.rate_text = "7 %"
        self.assertEqual(measure.component_ids.mapped("rate"), [7])
        self.assertEqual(measure.rate_percent, 7)

    def test_text_in_no_grammar_is_flagged_and_never_zero(self):
        self._create_measure(
            self.duty_type, "8516", 0, rate_text="as the Governor pleases"
        )
        file = self.typed()
        line = self.duty(file)
        self.assertFalse(line.is_calculated)
        self.assertIn("could not be read", line.explanation)
        self.assertFalse(self.duty(file, "VAT").is_calculated)

    def test_form_shows_how_the_text_is_read(self):
        form = Form(self.env["customs.measure"])
        form.measure_type_id = self.duty_type
        form.code_prefix = "8516.71"
        form.date_from = "2026-01-01"
        form.rate_text = "20%+10EUR/100kg"
        self.assertEqual(form.rate_state, "read")
        measure = form.save()
        self.assertEqual(measure.code_prefix, "851671")
        self.assertEqual(len(measure.component_ids), 2)
        with Form(measure) as form:
            form.rate_text = "10% + 100 ABC / 100 kg"
        self.assertEqual(measure.rate_state, "flagged")
        self.assertFalse(measure.component_ids)
        self.assertTrue(measure.rate_problem)

    def test_overlapping_measures_are_refused(self):
        self._create_measure(self.duty_type, "8516", 3, date_to="2026-06-30")
        with (
            self.assertRaisesRegex(ValidationError, "overlaps"),
            self.env.cr.savepoint(),
        ):
            self._create_measure(self.duty_type, "8516", 4, date_from="2026-06-30")
        self._create_measure(self.duty_type, "8516", 4, date_from="2026-07-01")

    def test_country_and_group_together_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Keep one"):
            self._create_measure(
                self.duty_type,
                "8516",
                3,
                origin_id=self.japan.id,
                origin_group_id=self.env.ref("base.europe").id,
            )

    def test_group_without_countries_covers_nobody(self):
        group = self.env["res.country.group"].create({"name": "2020", "code": "T:2020"})
        self._create_measure(self.duty_type, "8516", 1, origin_group_id=group.id)
        file = self.typed([{"origin_id": self.japan.id}])
        self.assertEqual(self.amounts(file)[1, "CID"], 50)
        group.country_ids = self.japan
        file.action_calculate()
        self.assertEqual(self.amounts(file)[1, "CID"], 10)

    def test_excluded_country_of_a_group(self):
        group = self.env["res.country.group"].create(
            {
                "name": "EFTA",
                "code": "T:2400",
                "country_ids": [(6, 0, (self.japan | self.norway).ids)],
            }
        )
        self._create_measure(
            self.duty_type,
            "8516",
            1,
            origin_group_id=group.id,
            excluded_country_ids=[(6, 0, self.norway.ids)],
        )
        file = self.typed([{"origin_id": self.japan.id}, {"origin_id": self.norway.id}])
        amounts = self.amounts(file)
        self.assertEqual((amounts[1, "CID"], amounts[2, "CID"]), (10, 50))

    def test_type_that_needs_a_claim(self):
        self.duty_type.write({"selection": "alternative", "group": "duty"})
        preference = self._create_measure_type("PREF", "cid", "customs_value", 10)
        preference.write(
            {"selection": "alternative", "group": "duty", "claim_codes": "300, 320"}
        )
        self._create_measure(preference, "8516", 0, origin_id=self.japan.id)
        origin = {"origin_id": self.japan.id}
        file = self.typed([origin, {**origin, "preference": "320"}])
        amounts = self.amounts(file)
        self.assertEqual((amounts[1, "CID"], amounts[2, "CID"]), (50, 0))

    def test_agreement_limits_a_claim_to_its_countries(self):
        self.env["customs.agreement"].create(
            {
                "tariff_id": self.tariff.id,
                "code": "300",
                "name": "Agreement with Norway",
                "country_ids": [(6, 0, self.norway.ids)],
            }
        )
        self._create_measure(self.duty_type, "8516", 0, preference_code="300")
        file = self.typed(
            [
                {"origin_id": self.japan.id, "preference": "300"},
                {"origin_id": self.norway.id, "preference": "300"},
            ]
        )
        amounts = self.amounts(file)
        self.assertEqual((amounts[1, "CID"], amounts[2, "CID"]), (50, 0))

    def test_fee_on_the_whole_declaration_stands_once(self):
        fee = self._create_measure_type("FEE", "csf", "customs_value", 5)
        fee.write({"scope": "entry", "in_vat_base": False})
        self._create_measure(fee, "", 0.3464, amount_min=32.71, amount_max=634.62)
        file = self.typed([{}, {}])
        self.assertEqual(self.duty(file, "CSF").mapped("amount_calculated"), [32.71])
        self.assertFalse(self.duty(file, "CSF").line_id)
        file.line_ids.customs_value = 500000
        file.action_calculate()
        self.assertEqual(self.duty(file, "CSF").mapped("amount_calculated"), [634.62])

    def test_quota_splits_between_its_rate_and_the_full_one(self):
        self.duty_type.write({"selection": "alternative", "group": "duty"})
        kind = self._create_measure_type("Q", "cid", "customs_value", 10)
        kind.write({"selection": "alternative", "group": "duty"})
        quota = self.env["customs.quota"].create(
            {"tariff_id": self.tariff.id, "order_number": "090919"}
        )
        self._create_measure(kind, "8516", 0, quota_id=quota.id)
        asked = {"quota_order_number": "090919", "quota_requested": 100}
        file = self.typed(
            [
                asked,
                {**asked, "quota_is_answered": True, "quota_allocated": 40},
                {**asked, "quota_is_answered": True},
            ]
        )
        amounts = self.amounts(file)
        self.assertEqual([amounts[n, "CID"] for n in (1, 2, 3)], [0, 30, 50])

    def test_suspending_procedure_expects_nothing_to_pay(self):
        procedure = self.env["customs.procedure"].create(
            {"code": "7199", "name": "Warehousing", "suspends_duty": True}
        )
        file = self.typed(procedure_id=procedure.id)
        line = self.duty(file)
        self.assertEqual((line.amount_calculated, line.payable_calculated), (50, 0))
        self.assertEqual(line.status_calculated, "suspended")
        # and stays out of the VAT base
        self.assertEqual(self.duty(file, "VAT").base_calculated, 1000)

    def test_missing_quantity_is_named(self):
        self._create_measure(self.duty_type, "8516", 0, rate_text="2 USD/l")
        file = self.typed()
        line = self.duty(file)
        self.assertFalse(line.is_calculated)
        self.assertIn("l", line.explanation)
        self.env["customs.item.detail"].create(
            {"line_id": file.line_ids.id, "name": "hl", "amount": 0.5}
        )
        file.action_calculate()
        self.assertEqual(self.duty(file).amount_calculated, 100)

    def test_rounding_of_a_total_stands_by_itself(self):
        self.duty_type.write(
            {"total_rounding_mode": "down", "total_rounding_unit": 100}
        )
        file = self.typed([{"customs_value": 1400}, {"customs_value": 1900}])
        lines = self.duty(file)
        self.assertEqual(lines.mapped("amount_calculated"), [70, 95, -65])
        self.assertFalse(lines[2].line_id)
        self.assertIn("165.00 to $\N{NO-BREAK SPACE}100.00", lines[2].explanation)
        self.assertEqual(file.calculation_ids.amount_total, 100 + 519.75)

    def test_circular_base_is_said(self):
        self.duty_type.write(
            {
                "base": "terms",
                "base_line_ids": [
                    (0, 0, {"kind": "value"}),
                    (0, 0, {"kind": "amount", "term_type_id": self.vat_type.id}),
                ],
            }
        )
        line = self.duty(self.typed())
        self.assertFalse(line.is_calculated)
        self.assertIn("VAT", line.explanation)

    def test_base_with_factor_and_another_amount(self):
        levy = self._create_measure_type("LEVY", "csf", "terms", 20)
        levy.base_line_ids = [
            (0, 0, {"kind": "value", "factor": 1.1}),
            (0, 0, {"kind": "amount", "term_type_id": self.duty_type.id}),
        ]
        self._create_measure(levy, "", 10)
        line = self.duty(self.typed(), "CSF")
        self.assertEqual((line.base_calculated, line.amount_calculated), (1150, 115))

    # === PRODUCTS === #

    def test_product_proposes_code_and_origin(self):
        product = self.env["product.product"].create({"name": "Kettle"})
        self.env["customs.product.classification"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "tariff_id": self.tariff.id,
                "code": "8516.79.70.00",
                "origin_id": self.japan.id,
            }
        )
        file = self.env["customs.declaration"].create(
            {
                "office_id": self.office.id,
                "line_ids": [
                    (0, 0, {"product_id": product.id}),
                    (0, 0, {"product_id": product.id, "code": "8516100000"}),
                ],
            }
        )
        self.assertEqual(file.line_ids.mapped("code"), ["8516797000", "8516100000"])
        self.assertEqual(file.line_ids.origin_id, self.japan)

    # === WHAT IS KEPT === #

    def test_old_calculation_is_repeated_after_the_tariff_changed(self):
        measure = self._create_measure(self.duty_type, "8516", 8)
        file = self.typed()
        first = file.calculation_ids
        self.assertEqual(first._repeat(), first.results)
        measure.rate_percent = 9
        self.vat_type.base = "customs_value"
        self.assertEqual(first._repeat(), first.results)
        self.assertEqual(first._repeat()[0]["amount"], "80.00")
        file.action_calculate()
        self.assertEqual(len(file.calculation_ids), 2)
        self.assertEqual(self.duty(file).calculation_id, file.calculation_ids[0])
        file.action_calculate()  # twice is once
        self.assertEqual(len(file.calculation_ids), 2)
        first.action_repeat()

    def test_nobody_edits_a_calculation(self):
        record = self.typed().calculation_ids
        with self.assertRaises(AccessError):
            record.with_user(self.env.user).amount_total = 1

    def test_explanation_names_rate_base_validity_and_source(self):
        self._create_measure(
            self.duty_type, "8516", 8, legal_reference="Act 7", date_to="2026-12-31"
        )
        explanation = self.duty(self.typed()).explanation
        for words in ("8 % × 1 000.00 USD = 80.00 USD", "2026-12-31", "Act 7"):
            self.assertIn(words, explanation)

    # === DIFFERENCES === #

    def assessed(self, **tax_facts):
        """Return a file whose duty the authority assessed by its own figures."""
        facts = {"base": "1000", "rate": "5", "amount": "50", **tax_facts}
        file = self.import_sad(
            [
                item(
                    code="8516710000",
                    value="1000",
                    taxes=[tax("CID", **facts)],
                )
            ]
        )
        return self.duty(file)

    def test_cause_of_a_difference(self):
        for facts, cause in (
            ({"rate": "8", "amount": "80"}, "rate"),
            ({"base": "1200", "amount": "60"}, "value"),
            ({"amount": "50.01"}, "rounding"),
        ):
            with self.subTest(cause=cause):
                line = self.assessed(**facts)
                self.assertEqual(line.difference_cause, cause)
                self.assertTrue(line.difference_words)

    def test_no_cause_without_a_difference(self):
        self.assertFalse(self.assessed().difference_cause)
