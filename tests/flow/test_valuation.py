"""The value build-up of declarations: elements, terms, rates, and what is missing."""

from common import CustomsCase


class TestValuation(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur = cls.env.ref("base.EUR")
        cls.gbp = cls.env.ref("base.GBP")
        (cls.eur | cls.gbp).active = True
        cls.national = cls.tariff.currency_id
        cls.env["customs.exchange.rate"].create(
            [
                {
                    "tariff_id": cls.tariff.id,
                    "currency_id": cls.eur.id,
                    "date_from": "2026-03-01",
                    "date_to": "2026-03-31",
                    "rate": 1.25,
                },
                {
                    "tariff_id": cls.tariff.id,
                    "currency_id": cls.gbp.id,
                    "date_from": "2026-03-01",
                    "date_to": "2026-03-31",
                    "quotation": "inverse",
                    "rate": 0.8,
                },
            ]
        )

    def typed(self, incoterm="FOB", prices=(1000, 3000), elements=(), **vals):
        """Return a declaration typed by hand, calculated."""
        declaration = self.env["customs.declaration"].create(
            {
                "office_id": self.office.id,
                "registration_date": "2026-03-05",
                "capacity": "own",
                "invoice_currency_id": self.eur.id,
                "incoterm_id": self.env["account.incoterms"]
                .search([("code", "=", incoterm)], limit=1)
                .id,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "code": "8516710000",
                            "invoice_value": price,
                            "net_mass": 10 * number,
                        },
                    )
                    for number, price in enumerate(prices, 1)
                ],
                "valuation_element_ids": [
                    (0, 0, {"kind": kind, "amount": amount, "currency_id": currency.id})
                    for kind, amount, currency in elements
                ],
                **vals,
            }
        )
        declaration.action_calculate()
        return declaration

    def values(self, declaration):
        return declaration.line_ids.mapped("customs_value")

    def test_terms_decide_what_is_added(self):
        freight = ("freight_external", 400, self.gbp)
        insurance = ("insurance", 40, self.national)
        inland = ("freight_internal", 100, self.national)
        # prices 1 250 and 3 750, freight 500, insurance 40, shared 1 : 3
        for term, expected in {
            "FOB": [1385.0, 4155.0],
            "CFR": [1260.0, 3780.0],
            "CIF": [1250.0, 3750.0],
            "DAP": [1225.0, 3675.0],
        }.items():
            with self.subTest(term=term):
                file = self.typed(term, elements=[freight, insurance, inland])
                self.assertEqual(self.values(file), expected)

    def test_parts_add_up_and_explain_themselves(self):
        file = self.typed(
            prices=(100, 100, 100),
            elements=[("freight_external", 100, self.national)],
        )
        shares = file.line_ids.value_part_ids.filtered(
            lambda part: part.kind == "freight_external"
        )
        self.assertEqual(
            sorted(shares.mapped("amount_national")), [33.33, 33.33, 33.34]
        )
        self.assertAlmostEqual(sum(self.values(file)), 475)
        self.assertIn("FOB price, CIF value", file.line_ids[0].value_explanation)
        self.assertEqual(file.line_ids[0].value_invoice, 125)
        self.assertEqual(file.line_ids[0].value_freight, 33.34)
        self.assertEqual(file.value_part_count, 6)

    def test_total_is_stated_and_delivery_terms_are_found_by_code(self):
        file = self.typed("CIF")
        self.assertEqual(file.customs_value, 5000)
        file.line_ids[0].invoice_value = 2000
        file.action_calculate()
        self.assertEqual(file.customs_value, 6250)
        terms = self.env["account.incoterms"].name_search("FOB")
        self.assertEqual(len(terms), 1)

    def test_shares_by_mass(self):
        file = self.typed(
            elements=[("freight_external", 90, self.national)],
        )
        file.valuation_element_ids.apportionment = "net_mass"
        file.action_calculate()
        self.assertEqual(self.values(file), [1280.0, 3810.0])

    def test_calculated_value_follows_and_typed_value_stays(self):
        file = self.typed("CIF")
        first, second = file.line_ids
        self.assertEqual((first.customs_value, first.value_is_ours), (1250, True))
        first.invoice_value = 2000
        second.customs_value = 4000
        file.action_calculate()
        self.assertEqual(self.values(file), [2500, 4000])
        self.assertFalse(second.value_is_ours)
        self.assertEqual(second.customs_value_calculated, 3750)
        self.assertEqual(second.value_difference, 250)

    def test_missing_exchange_rate_is_said_and_nothing_is_zero(self):
        file = self.typed("CIF", registration_date="2026-05-05")
        line = file.line_ids[0]
        self.assertIn("EUR", line.value_problem)
        self.assertEqual(line.customs_value, 0)
        self.assertFalse(any(file.duty_line_ids.mapped("is_calculated")))
        self.assertIn("No customs exchange rate for EUR", file.warning_message)

    def test_fallback_to_company_rate_only_where_allowed(self):
        self.tariff.rate_fallback = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.eur.id,
                "name": "2026-05-01",
                "rate": 0.5,
                "company_id": self.company.id,
            }
        )
        file = self.typed("CIF", registration_date="2026-05-05")
        self.assertEqual(self.values(file), [2000, 6000])

    def test_missing_term_is_said(self):
        file = self.typed(
            incoterm=False, elements=[("freight_external", 100, self.national)]
        )
        self.assertIn("delivery term", file.line_ids[0].value_problem)

    def test_stated_rate_goes_before_the_table(self):
        file = self.typed("CIF", customs_rate=2)
        self.assertEqual(self.values(file), [2000, 6000])

    def test_rate_of_the_day_of_export(self):
        self.tariff.rate_date_rule = "export"
        file = self.typed(
            "CIF", registration_date="2026-05-05", departure_date="2026-03-20"
        )
        self.assertEqual(self.values(file), [1250, 3750])

    def test_proposed_rate_follows_the_date_and_a_typed_one_stays(self):
        file = self.typed("CIF")
        self.assertEqual((file.customs_rate, file.customs_rate_is_ours), (1.25, True))
        self.env["customs.exchange.rate"].create(
            {
                "tariff_id": self.tariff.id,
                "currency_id": self.eur.id,
                "date_from": "2026-04-01",
                "rate": 1.5,
            }
        )
        file.registration_date = "2026-04-02"
        self.assertEqual(file.customs_rate, 1.5)
        file.customs_rate = 1.4
        file.registration_date = "2026-03-05"
        self.assertEqual((file.customs_rate, file.customs_rate_is_ours), (1.4, False))

    def test_inverse_rate_divides_exactly(self):
        rate = self.env["customs.exchange.rate"].search(
            [("currency_id", "=", self.gbp.id), ("tariff_id", "=", self.tariff.id)]
        )
        rate.rate = 0.7
        file = self.typed("CIF", prices=(70000000,), invoice_currency_id=self.gbp.id)
        # by the rounded inverse 1.42857143 it would be 100 000 000.10
        self.assertEqual(self.values(file), [100000000.0])

    def test_deemed_insurance_only_where_none_is_stated(self):
        self.env["customs.valuation.rule"].create(
            {"tariff_id": self.tariff.id, "percent": 1}
        )
        freight = ("freight_external", 1000, self.national)
        file = self.typed(prices=(3200,), elements=[freight])
        self.assertEqual(self.values(file), [5050.0])
        self.assertEqual(file.line_ids.value_insurance, 50)
        self.assertIn("INS deemed: 1 %", file.line_ids.value_explanation)
        stated = ("insurance", 7, self.national)
        file = self.typed(prices=(3200,), elements=[freight, stated])
        self.assertEqual(self.values(file), [5007.0])

    def test_air_freight_counts_up_to_its_limit(self):
        self.env["customs.valuation.rule"].create(
            {
                "tariff_id": self.tariff.id,
                "rule": "cap",
                "kind": "freight_external",
                "percent": 20,
                "of": "FOB",
                "transport_modes": "4",
            }
        )
        elements = [("freight_external", 2500, self.national)]
        file = self.typed(prices=(8000,), elements=elements, transport_mode="4")
        self.assertEqual(self.values(file), [12000.0])
        file = self.typed(prices=(8000,), elements=elements, transport_mode="1")
        self.assertEqual(self.values(file), [12500.0])

    def test_costs_after_arrival_are_in_the_vat_base_alone(self):
        file = self.typed(
            "CIF",
            prices=(800,),
            elements=[
                ("freight_internal", 100, self.national),
                ("clearance", 50, self.national),
            ],
        )
        self.assertEqual(self.values(file), [1000.0])
        bases = {
            line.tax_code_id.code: line.base_calculated for line in file.duty_line_ids
        }
        self.assertEqual(bases, {"CID": 1000.0, "VAT": 1200.0})

    def test_part_of_the_freight_beyond_the_border(self):
        file = self.typed(
            prices=(800,), elements=[("freight_external", 100, self.national)]
        )
        file.valuation_element_ids.percent_included = 70
        file.action_calculate()
        self.assertEqual(self.values(file), [1070.0])

    def test_code_of_wrong_length_is_said(self):
        file = self.typed("CIF", prices=(800,))
        self.assertFalse("digits" in (file.warning_message or ""))
        file.line_ids.code = "8516.71"
        self.assertEqual(file.line_ids.code, "851671")
        self.assertIn("851671 has 6 digits", file.warning_message)

    def test_amount_spread_by_hand_must_be_whole(self):
        file = self.typed("FOB", elements=[("freight_external", 400, self.national)])
        file.valuation_element_ids.apportionment = "manual"
        file.action_calculate()
        self.assertTrue(file.line_ids[0].value_problem)
        for line, amount in zip(file.line_ids, (300, 100), strict=True):
            self.env["customs.valuation.element"].create(
                {
                    "declaration_id": file.id,
                    "line_id": line.id,
                    "kind": "freight_external",
                    "amount": amount,
                    "currency_id": self.national.id,
                }
            )
        file.action_calculate()
        self.assertEqual(file.line_ids.mapped("value_problem"), [False, False])
        self.assertEqual(self.values(file), [1550, 3850])

    def test_cost_of_one_item_is_that_items(self):
        file = self.typed("FOB")
        self.env["customs.valuation.element"].create(
            {
                "declaration_id": file.id,
                "line_id": file.line_ids[1].id,
                "kind": "royalty",
                "amount": 60,
                "currency_id": self.national.id,
            }
        )
        file.action_calculate()
        self.assertEqual(self.values(file), [1250, 3810])
        self.assertEqual(file.line_ids[1].value_additions, 60)

    def test_rate_of_an_earlier_month_is_shown_as_no_official_one(self):
        self.tariff.rate_date_rule = "month"
        self.env["customs.exchange.rate"].search(
            [("currency_id", "=", self.eur.id), ("tariff_id", "=", self.tariff.id)]
        ).write({"date_from": "2026-01-01", "date_to": False})
        file = self.typed("CIF")
        self.assertEqual(self.values(file), [1250, 3750])
        self.assertIn("not the authority", file.line_ids[0].value_explanation)

    def test_ended_rate_does_not_give_way_to_an_older_one(self):
        self.env["customs.exchange.rate"].create(
            {
                "tariff_id": self.tariff.id,
                "currency_id": self.eur.id,
                "date_from": "2025-01-01",
                "rate": 1.5,
            }
        )
        file = self.typed("CIF", registration_date="2026-04-05")
        self.assertIn("EUR", file.line_ids[0].value_problem)

    def test_rate_beside_an_amount_is_its_own(self):
        file = self.typed(
            prices=(1000,),
            elements=[
                ("freight_external", 100, self.eur),
                ("insurance", 10, self.eur),
            ],
        )
        freight, insurance = file.valuation_element_ids
        freight.rate, insurance.rate = 1.3, 1.1
        file.action_calculate()
        self.assertEqual(self.values(file), [1250 + 130 + 11])

    def test_no_fallback_to_a_rate_nobody_entered(self):
        self.tariff.rate_fallback = True
        pula = self.env.ref("base.BWP")
        pula.active = True
        file = self.typed("CIF", invoice_currency_id=pula.id)
        self.assertIn("BWP", file.line_ids[0].value_problem)

    def test_item_without_a_price_is_said(self):
        file = self.typed(
            prices=(1000, 0), elements=[("freight_external", 100, self.national)]
        )
        self.assertIn("Item 2 has no price", file.warning_message)

    def test_negative_amount_is_refused(self):
        file = self.typed("CIF")
        with self.assertRaises(Exception) as caught, self.env.cr.savepoint():
            self.env["customs.valuation.element"].create(
                {
                    "declaration_id": file.id,
                    "kind": "deduction",
                    "amount": -1,
                    "currency_id": self.national.id,
                }
            )
            self.env.flush_all()
        self.assertIn("_amount_not_negative", str(caught.exception))
