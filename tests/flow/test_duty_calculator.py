"""The calculator: every option side by side, and never a figure that is not known."""

import json
from datetime import date
from decimal import Decimal
from unittest.mock import patch

from common import CustomsCase, item, tax
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.customs_invoicing import engine

WINE, CODE = "2204", "2204211000"


@tagged("post_install", "-at_install")
class TestDutyCalculator(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.japan, cls.france = cls.env.ref("base.jp"), cls.env.ref("base.fr")
        cls.chile = cls.env.ref("base.cl")
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        types = {"selection": "alternative", "group": "duty"}
        cls.third = cls._create_measure_type("103", "cid", "customs_value", 10)
        cls.third.write({**types, "name": "Third country duty", "priority": 1})
        cls.preferential = cls._create_measure_type("142", "cid", "customs_value", 10)
        cls.preferential.write({**types, "name": "Preference", "priority": 2})
        cls.env["customs.measure"].search([("tariff_id", "=", cls.tariff.id)]).unlink()
        cls._create_measure(cls.vat_type, "", 15)
        cls.full = cls.rate(cls.third, "10 %")
        cls.reduced = cls.rate(
            cls.preferential, "2 %", origin_id=cls.japan.id, preference_code="300"
        )
        cls.env["customs.agreement"].create(
            {
                "tariff_id": cls.tariff.id,
                "code": "300",
                "name": "Agreement with Japan",
                "country_ids": [(4, cls.japan.id)],
                "proof_ids": [(0, 0, {"name": "EUR.1", "document_code": "N954"})],
            }
        )

    @classmethod
    def rate(cls, kind, text, prefix=WINE, **vals):
        return cls.env["customs.measure"].create(
            {
                "measure_type_id": kind.id,
                "code_prefix": prefix,
                "rate_text": text,
                "date_from": "2020-01-01",
                **vals,
            }
        )

    def calculator(self, code=CODE, **values):
        form = Form(self.env["customs.duty.calculator"])
        form.tariff_id = self.tariff
        form.date = date(2026, 6, 1)
        form.code = code
        form.origin_id = self.japan
        for name, value in values.items():
            form[name] = value
        return form

    def options(self, form):
        return {(one["origin"], one["type"]): one for one in form.result["options"]}

    def asked(self, form):
        """Return the names of the figures that a rate cannot do without."""
        rows = form.figure_ids._records
        return [row["name"] for row in rows if not row["is_optional"]]

    def state(self, form, **figures):
        """Type figures by their names."""
        for index, row in enumerate(form.figure_ids._records):
            if row["name"] in figures:
                with form.figure_ids.edit(index) as line:
                    line.figure = figures[row["name"]]

    # === OPTIONS SIDE BY SIDE === #

    def test_every_option_with_amount_saving_and_what_is_missing(self):
        form = self.calculator(value=1000)
        options = self.options(form)
        self.assertEqual(list(options), [("JP", "103"), ("JP", "142")])
        full, reduced = options.values()
        self.assertEqual((full["amount"], full["total"]), ("100.00", "265.00"))
        self.assertTrue(full["is_chosen"])
        self.assertEqual(full["missing"], [])
        self.assertEqual((reduced["amount"], reduced["total"]), ("20.00", "173.00"))
        self.assertEqual(reduced["saving"], "92.00")
        self.assertIn("claim preference 300", reduced["missing"][0])
        self.assertIn("EUR.1 N954", reduced["missing"][1])
        self.assertIn("2 % × 1 000.00 USD", reduced["explanation"])
        self.assertTrue(reduced["is_cheapest"])

    def test_options_are_those_of_the_engine(self):
        form = self.calculator(value=1234.56)
        expected = engine.compare(
            engine.DutyItem(1, CODE, Decimal("1234.56"), "JP"),
            self.env["customs.measure"]
            ._search_for_items(self.tariff, [CODE], date(2026, 6, 1))
            ._to_engine(),
            date(2026, 6, 1),
            self.tariff._get_rounding(),
            "USD",
            agreements=self.env["customs.agreement"]._search_for_engine(self.tariff),
        )
        self.assertEqual(len(expected), 2)
        self.assertEqual(
            [
                (one["key"], one["total"].replace(",", ""), one["explanation"])
                for one in form.result["options"]
            ],
            [
                (one.measure.key, f"{one.total:.2f}", one.explanation)
                for one in expected
            ],
        )

    def test_nothing_is_claimed_unless_somebody_does(self):
        form = self.calculator(value=1000)
        self.assertFalse(form.preference)
        self.assertEqual(form.result["total"], "265.00", "third country duty")
        form.preference = "300"
        self.assertEqual(form.result["total"], "173.00")
        reduced = self.options(form)["JP", "142"]
        self.assertTrue(reduced["is_chosen"])
        self.assertEqual(len(reduced["missing"]), 1, "the proof is still missing")
        form.documents = "N954"
        self.assertEqual(self.options(form)["JP", "142"]["missing"], [])

    def test_a_click_supposes_an_option_and_another_takes_it_back(self):
        form = self.calculator(value=1000)
        options = self.options(form)
        use = options["JP", "142"]["use"]
        self.assertEqual((use["preference"], use["documents"]), ("300", "N954"))
        form.preference, form.documents = use["preference"], use["documents"]
        back = self.options(form)["JP", "103"]["use"]
        self.assertEqual(back["preference"], "")
        self.assertEqual(back["origin_id"]["id"], self.japan.id)

    def test_a_claim_that_the_origin_does_not_admit_is_said(self):
        form = self.calculator(value=1000, preference="300", origin_id=self.france)
        self.assertEqual(list(self.options(form)), [("FR", "103")])
        self.assertEqual(form.result["total"], "265.00")
        self.assertIn("FR is not one of its countries", form.result["problems"][0])

    def test_origins_are_compared(self):
        self.rate(self.third, "4 %", origin_id=self.chile.id)
        form = self.calculator(value=1000)
        self.assertEqual(
            [country["id"] for country in form.result["origins"]], [self.chile.id]
        )
        form.compare_origin_ids.add(self.france)
        form.compare_origin_ids.add(self.chile)
        form.compare_origin_ids.add(self.japan)
        options = self.options(form)
        self.assertEqual(
            list(options), [("JP", "103"), ("JP", "142"), ("FR", "103"), ("CL", "103")]
        )
        self.assertEqual(len(form.result["options"]), 4, "Japan only once")
        self.assertEqual(options["CL", "103"]["total"], "196.00")
        self.assertFalse(options["CL", "103"]["is_chosen"])
        self.assertEqual([c for c in form.result["origins"]], [])

    def test_goods_with_one_rate_have_one_row(self):
        self.rate(self.duty_type, "5 %", prefix="9506")
        form = self.calculator(code="9506110000", value=100)
        (only,) = form.result["options"]
        self.assertEqual(only["total"], "20.75")
        self.assertIn("Nothing to choose", only["name"])

    def test_the_cascade_explains_itself(self):
        form = self.calculator(value=1000)
        duty, vat = form.result["duties"]
        self.assertEqual((duty["base"], duty["rate"]), ("1,000.00", "10 %"))
        self.assertEqual((vat["base"], vat["amount"]), ("1,100.00", "165.00"))
        self.assertIn("10 % × 1 000.00 USD = 100.00 USD", duty["explanation"])
        self.assertEqual(form.result["payable"], "265.00")
        json.dumps(form.result)

    def test_what_is_postponed_is_in_the_total_but_not_payable_now(self):
        self.vat_type.status = "postponed"
        form = self.calculator(value=1000)
        self.assertEqual(form.result["total"], "265.00")
        self.assertEqual(form.result["payable"], "100.00")

    # === UNKNOWN IS NEVER NOTHING === #

    def test_rates_are_shown_before_there_is_a_value(self):
        form = self.calculator()
        self.assertEqual(form.result["problems"], [])
        self.assertTrue(form.result["needs_value"])
        self.assertEqual(
            [one["rate"] for one in form.result["options"]], ["10 %", "2 %"]
        )
        for one in [*form.result["options"], *form.result["duties"]]:
            self.assertEqual(one["amount"], "", one)
        self.assertEqual(form.result["total"], "")

    def test_a_rate_nobody_could_read_is_flagged_and_unknown(self):
        self.full.rate_text = "as the minister decides"
        form = self.calculator(value=1000)
        full = self.options(form)["JP", "103"]
        self.assertEqual((full["amount"], full["total"]), ("", ""))
        self.assertEqual(form.result["total"], "")
        self.assertEqual(self.options(form)["JP", "142"]["saving"], "")
        (flagged,) = form.result["flagged"]
        self.assertEqual(flagged["rate"], "as the minister decides")
        self.assertTrue(flagged["words"])

    def test_a_missing_rate_of_exchange_is_said(self):
        form = self.calculator(value=1000, currency_id=self.euro)
        self.assertIn("No customs rate of exchange for EUR", form.result["problems"][0])
        self.assertEqual(form.result["total"], "")
        self.assertEqual(form.result["options"][0]["total"], "")
        self.assertTrue(form.is_value_unknown)
        self.env["customs.exchange.rate"].create(
            {
                "tariff_id": self.tariff.id,
                "currency_id": self.euro.id,
                "date_from": "2026-01-01",
                "rate": 1.1,
            }
        )
        form = self.calculator(value=1000, currency_id=self.euro)
        self.assertEqual(form.result["total"], "291.50")
        self.assertEqual(form.customs_value, 1100)
        self.assertIn("× 1.1 USD/EUR", form.value_words)

    def test_an_inverse_rate_is_divided_by(self):
        self.env["customs.exchange.rate"].create(
            {
                "tariff_id": self.tariff.id,
                "currency_id": self.euro.id,
                "date_from": "2026-01-01",
                "rate": 0.8,
                "quotation": "inverse",
            }
        )
        form = self.calculator(value=1000, currency_id=self.euro)
        self.assertEqual(form.customs_value, 1250)
        self.assertIn("÷ 0.8 EUR/USD", form.value_words)

    def test_the_company_s_own_rate_is_used_only_where_allowed_and_shown(self):
        self.env["res.currency.rate"].create(
            {"currency_id": self.euro.id, "name": "2026-01-01", "rate": 0.5}
        )
        self.assertEqual(
            self.calculator(value=1000, currency_id=self.euro).result["total"], ""
        )
        self.tariff.rate_fallback = True
        form = self.calculator(value=1000, currency_id=self.euro)
        self.assertEqual(form.customs_value, 2000)
        self.assertIn("not the authority's", form.value_words)

    def test_goods_no_measure_covers_cost_an_unknown_amount(self):
        self.env["customs.measure"].search(
            [("tariff_id", "=", self.tariff.id)]
        ).unlink()
        form = self.calculator(code="9999990000", value=1000)
        self.assertIn("unknown, not nothing", form.result["problems"][0])
        self.assertEqual(form.result["total"], "")

    def test_a_code_without_customs_duty_has_no_total(self):
        self.vat_type.series = "vat"
        self.assertFalse(self.calculator(value=1000).result["alert"])
        without = self.calculator(code="9999999999", value=1000)
        earlier = self.calculator(value=1000, date=date(2019, 6, 1))
        for form in (without, earlier):
            self.assertIn("No customs duty is known", form.result["alert"])
            self.assertFalse(form.result["total"])
            self.assertFalse(form.result["payable"])
        (only,) = without.result["options"]
        self.assertEqual(only["total"], "", "value added tax alone is no total")
        self.assertEqual(without.result["duties"][0]["amount"], "150.00")

    def test_figures_are_asked_for_only_where_a_rate_needs_them(self):
        self.assertFalse(self.asked(self.calculator(value=1000)))
        self.full.rate_text = "1.75 EUR/% vol/hl"
        self.env["customs.exchange.rate"].create(
            {
                "tariff_id": self.tariff.id,
                "currency_id": self.euro.id,
                "date_from": "2026-01-01",
                "rate": 2,
            }
        )
        form = self.calculator(value=1000)
        self.assertEqual(sorted(self.asked(form)), ["asv", "hl"])
        self.assertEqual(self.options(form)["JP", "103"]["total"], "")
        self.state(form, asv="12,5", hl="4")
        self.assertEqual(self.options(form)["JP", "103"]["amount"], "175.00")
        form.value = 2000
        self.assertEqual(self.options(form)["JP", "103"]["amount"], "175.00")
        form.code = "9506110000"
        self.assertFalse(self.asked(form), "nothing needs them any more")

    def test_the_supplementary_quantity_answers_the_rate(self):
        self.full.rate_text = "2 USD/l"
        form = self.calculator(value=1000, supplementary_unit="hl")
        self.assertFalse(self.asked(form))
        self.assertEqual(self.options(form)["JP", "103"]["amount"], "")
        form.supplementary_quantity = 3
        self.assertEqual(self.options(form)["JP", "103"]["amount"], "600.00")

    def test_a_figure_of_zero_is_stated(self):
        self.full.rate_text = "1 USD/% vol/hl"
        form = self.calculator(
            value=1000, supplementary_unit="hl", supplementary_quantity=1
        )
        self.state(form, asv="0")
        self.assertEqual(self.options(form)["JP", "103"]["amount"], "0.00")

    # === BAD INPUT === #

    def test_bad_input_is_answered_in_words(self):
        self.full.rate_text = "1 USD/% vol/hl"
        for values, words in (
            ({"code": "2204"}, "has 4 digits"),
            ({"code": "22O4211000"}, "must be digits"),
            ({"value": -5}, "Value cannot be negative"),
            ({"value": 5, "net_mass": -1}, "Net mass (kg) cannot be negative"),
            ({"value": 5, "supplementary_unit": "firkin"}, "asv"),
        ):
            form = self.calculator(**{"code": CODE, **values})
            if words == "asv":
                self.assertIn("hl", self.asked(form), "an unknown unit answers no rate")
                continue
            self.assertIn(words, form.result["problems"][0])
            self.assertEqual(form.result["options"], [])
            self.assertFalse(form.result.get("total"))

    def test_a_figure_that_is_none_is_said(self):
        self.full.rate_text = "1 USD/% vol/hl"
        form = self.calculator(value=1000)
        self.state(form, asv="twelve")
        self.assertIn("“twelve”", form.result["problems"][0])

    def test_a_figure_is_read_as_the_language_writes_it(self):
        figure = self.env["customs.duty.calculator.figure"].new({"name": "hl"})
        for text, expected in (
            ("1,250", "1250"),
            ("1,250.75", "1250.75"),
            ("1 250.5", "1250.5"),
            ("12,5", "12.5"),
            ("12.5", "12.5"),
            ("0", "0"),
            ("  ", None),
        ):
            figure.figure = text
            self.assertEqual(figure._read_figure(), expected and Decimal(expected))
        self.env["res.lang"]._activate_lang("de_DE")
        figure = figure.with_context(lang="de_DE")
        for text, expected in (("1.250", "1250"), ("1,250", "1.250"), ("12.5", "12.5")):
            figure.figure = text
            self.assertEqual(figure._read_figure(), Decimal(expected))
        for text in ("1.2.3", "NaN", "1e", "∞", "1,25,0"):
            figure.figure = text
            with self.assertRaisesRegex(ValueError, "is not a figure"):
                figure._read_figure()

    def test_a_negative_figure_is_said(self):
        self.full.rate_text = "1 USD/% vol/hl"
        form = self.calculator(
            value=1000, supplementary_unit="hl", supplementary_quantity=1
        )
        self.state(form, asv="-3")
        self.assertIn("negative", form.result["problems"][0])
        self.assertEqual(form.result["total"], "")

    def test_what_the_nomenclature_knows_is_said(self):
        codes = self.env["customs.tariff.code"]
        top = codes.create(
            {
                "tariff_id": self.tariff.id,
                "code": WINE,
                "description": "Wine",
                "declarable": False,
            }
        )
        line = codes.create(
            {
                "tariff_id": self.tariff.id,
                "code": CODE,
                "description": "Sparkling",
                "parent_id": top.id,
                "supplementary_unit": "hl",
            }
        )
        form = self.calculator(value=1000)
        self.assertEqual(form.code_path, "Wine › Sparkling")
        self.assertFalse(form.code_words)
        self.assertEqual(form.result["lines"], [])
        self.assertEqual(form.supplementary_unit, "hl")
        form.code = WINE
        self.assertIn("has subdivisions", form.code_words)
        self.assertEqual(form.result["options"], [])
        self.assertEqual([one["code"] for one in form.result["lines"]], [CODE])
        form.code = "2204219999"
        self.assertIn("not in the nomenclature", form.code_words)
        self.assertIn("nearest line is 2204 Wine", form.code_words)
        self.assertEqual([one["code"] for one in form.result["lines"]], [CODE])
        line.date_to = "2025-12-31"
        form.code = CODE
        self.assertIn("not in force on 2026-06-01", form.code_words)
        form.date = date(2025, 6, 1)
        self.assertFalse(form.code_words)

    def test_an_empty_calculator_says_what_to_fill_in(self):
        form = Form(self.env["customs.duty.calculator"])
        form.code = False
        form.tariff_id = self.tariff
        self.assertEqual(form.result["hints"], ["the tariff code"])
        self.assertEqual(form.result["problems"], [])

    # === VALUE === #

    def test_the_currency_follows_the_tariff_until_one_is_picked(self):
        pound = self.env.ref("base.GBP")
        (pound | self.euro).active = True
        tariffs = [
            self.tariff.copy(
                {
                    "name": f"In {money.name}",
                    "code": money.name,
                    "currency_id": money.id,
                }
            )
            for money in (self.euro, pound)
        ]
        form = self.calculator(value=1000)
        self.assertEqual(form.currency_id.name, "USD")
        form.tariff_id = tariffs[0]
        self.assertEqual(form.currency_id, self.euro)
        form.currency_id = self.env.ref("base.JPY")
        form.tariff_id = tariffs[1]
        self.assertEqual(form.currency_id.name, "JPY", "picked by the user")
        form.currency_id = pound
        form.tariff_id = self.tariff
        self.assertEqual(form.currency_id.name, "USD")

    def test_a_price_can_be_in_a_currency_that_is_not_active(self):
        self.euro.active = False
        view = self.env["customs.duty.calculator"].get_view(view_type="form")
        (node,) = etree.fromstring(view["arch"]).xpath("//field[@name='currency_id']")
        context = safe_eval(node.get("context"))
        found = self.euro.with_context(**context).name_search("EUR")
        self.assertIn(self.euro.id, [number for number, _name in found])
        form = self.calculator(value=1000, currency_id=self.euro)
        self.assertIn("No customs rate of exchange for EUR", form.result["problems"][0])

    def test_freight_and_insurance_are_part_of_a_cif_value(self):
        form = self.calculator(value=1000, freight=100, insurance=10)
        self.assertEqual(form.customs_value, 1110)
        self.assertIn("1000 + 100 + 10", form.value_words)
        self.tariff.valuation_basis = "fob"
        form = self.calculator(value=1000)
        self.assertEqual(form.customs_value, 1000)

    def test_a_base_can_name_the_freight(self):
        self.vat_type.write(
            {
                "base": "terms",
                "base_line_ids": [(0, 0, {"kind": "value", "value_name": "FRT"})],
            }
        )
        form = self.calculator(value=1000)
        self.assertEqual(form.result["duties"][1]["amount"], "", "freight is unknown")
        form.freight = 200
        self.assertEqual(form.result["duties"][1]["amount"], "30.00")

    def test_an_optional_value_is_not_asked_for_but_kept(self):
        terms = [
            {"kind": "value", "value_name": "customs_value"},
            {"kind": "value", "value_name": "INLAND", "optional": True},
        ]
        self.vat_type.write(
            {"base": "terms", "base_line_ids": [(0, 0, term) for term in terms]}
        )
        form = self.calculator(value=1000)
        self.assertEqual(form.result["duties"][1]["amount"], "150.00")
        self.assertFalse(form.figure_ids._records, "those of declarations")
        stated = {"kind": "value", "name": "INLAND", "figure": "100"}
        model = self.env["customs.duty.calculator"]
        form = Form(
            model.with_context(
                default_tariff_id=self.tariff.id,
                default_code=CODE,
                default_value=1000,
                default_figure_ids=[(0, 0, stated)],
            )
        )
        form.origin_id = self.japan
        self.assertEqual(form.result["duties"][1]["amount"], "165.00", "of the item")
        self.third.write(
            {
                "base": "terms",
                "base_line_ids": [(0, 0, {**terms[1], "optional": False})],
            }
        )
        self.assertEqual(self.asked(self.calculator(value=1000)), ["INLAND"])

    # === CONTROLS, QUOTAS, CODES === #

    def test_controls_are_shown_with_their_documents(self):
        control = self._create_measure_type("475", "cid", "customs_value", 90)
        control.series = "control"
        self.rate(
            control,
            "Import licence",
            rate_state="control",
            condition_ids=[(0, 0, {"kind": "document", "document_code": "L001"})],
        )
        form = self.calculator(value=1000)
        (shown,) = form.result["controls"]
        self.assertFalse(shown["is_met"])
        self.assertEqual(shown["documents"][0]["code"], "L001")
        form.documents = "L001"
        self.assertTrue(form.result["controls"][0]["is_met"])

    def test_a_quota_is_an_option(self):
        quota = self.env["customs.quota"].create(
            {"tariff_id": self.tariff.id, "order_number": "090919"}
        )
        kind = self._create_measure_type("143", "cid", "customs_value", 10)
        kind.write({"selection": "alternative", "group": "duty", "priority": 3})
        self.rate(kind, "0 %", quota_id=quota.id)
        form = self.calculator(value=1000)
        self.assertIn("claim quota 090919", self.options(form)["JP", "143"]["missing"])
        form.quota_order_number = "090919"
        self.assertEqual(form.result["total"], "150.00")
        form.quota_requested = 100
        form.quota_is_answered = True
        form.quota_allocated = 50
        self.assertEqual(form.result["total"], "207.50", "half of it pays 10 %")

    def test_options_of_several_groups_stand_apart(self):
        fee = self._create_measure_type("499", "vat", "customs_value", 20)
        fee.write({"selection": "alternative", "group": "fee", "priority": 1})
        self.rate(fee, "1 %")
        form = self.calculator(value=1000)
        self.assertEqual(
            [(one["type"], one["heading"]) for one in form.result["options"]],
            [
                ("103", self.third.tax_code_id.name),
                ("142", ""),
                ("499", fee.tax_code_id.name),
            ],
        )
        form.compare_origin_ids.add(self.france)
        groups = [one["group"] for one in form.result["options"]]
        self.assertEqual(groups, ["duty", "duty", "duty", "fee", "fee"])

    def test_a_missing_figure_is_said_beside_the_option(self):
        self.full.rate_text = "2 USD/hl"
        form = self.calculator(value=1000)
        self.assertIn("not stated", self.options(form)["JP", "103"]["missing"][0])
        self.state(form, hl="3")
        self.assertEqual(self.options(form)["JP", "103"]["missing"], [])

    def test_what_matches_no_rate_is_said(self):
        for values, words in (
            ({"preference": "999"}, "Preference 999"),
            ({"quota_order_number": "091234"}, "Quota 091234"),
            ({"supplementary_unit": "firkin"}, "Unit firkin"),
            ({"supplementary_unit": "hl", "supplementary_quantity": 2}, "Unit hl"),
        ):
            problems = self.calculator(value=1000, **values).result["problems"]
            self.assertEqual(len([p for p in problems if words in p]), 1, problems)
        for values in (
            {"preference": "300"},
            {"preference": "100"},
            {"supplementary_unit": "hl"},
        ):
            problems = self.calculator(value=1000, **values).result["problems"]
            self.assertFalse([p for p in problems if "tariff has no" in p], problems)
            self.assertFalse([p for p in problems if "Unit" in p], problems)

    # === FROM ELSEWHERE === #

    def test_a_product_brings_its_code_and_origin(self):
        product = self.env["product.product"].create({"name": "Wine"})
        self.env["customs.product.classification"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "tariff_id": self.tariff.id,
                "code": CODE,
                "origin_id": self.france.id,
                "date_from": "2020-01-01",
            }
        )
        with patch.object(type(self.tariff), "_get_default", lambda *args: self.tariff):
            action = product.product_tmpl_id.action_customs_calculator()
            form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual((form.code, form.origin_id), (CODE, self.france))
        self.assertTrue(form.result["options"])

    def test_an_item_is_taken_over_and_left_alone(self):
        self.full.rate_text = "10 % + 1 USD/asv"
        declaration = self.import_sad(
            [
                item(
                    code=CODE,
                    origin="JP",
                    price="1000.00",
                    taxes=[tax("CID", rate="10"), tax("VAT", "+", "15")],
                )
            ]
        )
        line = declaration.line_ids
        line.write(
            {
                "code": CODE,
                "preference": "300",
                "net_mass": 12,
                "detail_ids": [(0, 0, {"name": "asv", "amount": 12.5})],
            }
        )
        action = self.env["customs.duty.calculator"]._open_for_item(line)
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual(form.line_id, line)
        self.assertEqual((form.code, form.origin_id), (CODE, self.japan))
        self.assertEqual(form.value, line.customs_value)
        self.assertEqual((form.net_mass, form.preference), (12, "300"))
        self.assertEqual(
            form.date, fields.Date.to_date(declaration._get_calculation_date())
        )
        self.assertTrue(self.options(form)["JP", "142"]["is_chosen"])
        amount = f"{line.customs_value * 0.1 + 12.5:.2f}"
        self.assertEqual(self.options(form)["JP", "103"]["amount"], amount)
        form.value = 1
        form.save()
        self.assertNotEqual(line.customs_value, 1)

    # === COST AND RIGHTS === #

    def test_queries_do_not_grow_with_measures_or_origins(self):
        calculator = self.env["customs.duty.calculator"].create(
            {
                "tariff_id": self.tariff.id,
                "code": CODE,
                "origin_id": self.japan.id,
                "date": "2026-06-01",
                "value": 1000,
            }
        )

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.assertTrue(calculator.result["options"])
            return self.cr.sql_log_count - start

        count()  # what Odoo itself caches
        before = count()
        countries = self.env["res.country"].search([], limit=40)
        for country in countries:
            self.rate(
                self.preferential, "1 %", origin_id=country.id, preference_code="310"
            )
        calculator.compare_origin_ids = countries
        self.assertLessEqual(count(), before + 3)
        self.assertGreater(len(calculator.result["options"]), 40)

    def test_officers_and_auditors_calculate_and_others_do_not(self):
        for group, allowed in (
            ("customs_invoicing.group_customs_user", True),
            ("customs_invoicing.group_customs_auditor", True),
            ("base.group_user", False),
        ):
            user = self.env["res.users"].create(
                {
                    "name": group,
                    "login": f"calculator-{group}",
                    "group_ids": [(6, 0, self.env.ref(group).ids)],
                    "company_ids": [(6, 0, self.company.ids)],
                    "company_id": self.company.id,
                }
            )
            model = self.env["customs.duty.calculator"].with_user(user)
            vals = {
                "tariff_id": self.tariff.id,
                "code": CODE,
                "origin_id": self.japan.id,
                "date": "2026-06-01",
                "value": 1000,
            }
            if allowed:
                self.assertEqual(model.create(vals).result["total"], "265.00")
            else:
                with self.assertRaises(AccessError):
                    model.create(vals)
