"""The tariffs that come with the add-on: they load, and they calculate to the cent."""

from datetime import date
from decimal import Decimal

from common import CustomsCase

from odoo.addons.customs_invoicing.engine import DutyItem, QuotaClaim, calculate
from odoo.addons.customs_invoicing.engine.model import SECURED

TODAY = date(2026, 3, 2)
TARIFFS = ["gb", "eu", "us", "ke", "lk", "ng", "in", "al", "asycuda"]
READY_TO_FILL = ["jp", "mx", "ca", "au", "pk", "ph", "jm"]


class TestSeedData(CustomsCase):
    # === HELPERS === #

    def seeded(self, xmlid):
        return self.env.ref(f"customs_invoicing.{xmlid}")

    def add_measure(self, type_xmlid, prefix, rate_text, **vals):
        return self.env["customs.measure"].create(
            {
                "measure_type_id": self.seeded(f"measure_type_{type_xmlid}").id,
                "code_prefix": prefix,
                "rate_text": rate_text,
                "date_from": "2018-01-01",
                **vals,
            }
        )

    def item(self, value, code="8712003000", key=1, **facts):
        return DutyItem(
            key=key,
            code=code,
            customs_value=None if value is None else Decimal(str(value)),
            **facts,
        )

    def calculate(self, tariff, *items, day=TODAY):
        """Calculate items by the measures in the database, as a declaration does."""
        tariff = self.seeded(f"tariff_{tariff}")
        codes = {item.code for item in items}
        measures = self.env["customs.measure"]._search_for_items(tariff, codes, day)
        return calculate(
            items,
            measures._to_engine(),
            day,
            tariff._get_rounding(),
            tariff.currency_id.name,
            agreements=self.env["customs.agreement"]._search_for_engine(tariff),
            cascade_exact=tariff.cascade_exact,
        )

    def by_type(self, result):
        """Return ``{type: assessed amount}`` of the taxes that apply."""
        return {code: total.assessed for code, total in result.totals.by_type.items()}

    def assert_amounts(self, result, **expected):
        found = self.by_type(result)
        wanted = {key: Decimal(str(amount)) for key, amount in expected.items()}
        self.assertEqual({key: found.get(key) for key in wanted}, wanted)

    # === EVERY TARIFF === #

    def test_every_seeded_measure_reaches_the_engine(self):
        """Nothing of the seed contradicts itself, and what is flagged says why."""
        for code in TARIFFS:
            tariff = self.seeded(f"tariff_{code}")
            with self.subTest(tariff=code):
                self.assertTrue(tariff.measure_type_ids)
                self.assertTrue(tariff.source)
                measures = self.env["customs.measure"].search(
                    [("tariff_id", "=", tariff.id)]
                )
                self.assertEqual(len(measures._to_engine()), len(measures))
                for measure in measures:
                    self.assertTrue(measure.legal_reference, measure.display_name)
                    is_flagged = measure.rate_state == "flagged"
                    self.assertEqual(bool(measure.rate_problem), is_flagged)
                    self.assertEqual(bool(measure.component_ids), not is_flagged)

    def test_every_seeded_type_names_its_source_and_a_tax_code_it_may_use(self):
        types = self.env["customs.measure.type"].search(
            [("tariff_id", "in", [self.seeded(f"tariff_{c}").id for c in TARIFFS])]
        )
        self.assertGreater(len(types), 100)
        for kind in types:
            with self.subTest(type=kind.display_name):
                self.assertTrue(kind.source)
                self.assertIn(kind.tax_code_id.tariff_id.id, [kind.tariff_id.id, False])
                self.assertEqual(kind.selection == "alternative", bool(kind.group))
                later = kind.base_line_ids.term_type_id.filtered(
                    lambda other, kind=kind: other.sequence >= kind.sequence
                )
                self.assertFalse(later, "a base may only name earlier taxes")
                if kind.is_recoverable or kind.series in ("control", "unit", "part"):
                    self.assertFalse(kind.in_landed_cost)

    def test_tariffs_ready_to_fill_state_their_rules(self):
        for code in READY_TO_FILL:
            tariff = self.seeded(f"tariff_{code}")
            with self.subTest(tariff=code):
                self.assertIn("Ready to fill", tariff.source)
                self.assertTrue(tariff._get_rounding().amount)
        japan = self.seeded("tariff_jp")._get_rounding()
        self.assertEqual(japan.base.apply(Decimal("534999")), Decimal(534000))
        self.assertEqual(japan.amount.apply(Decimal("74760")), Decimal(74700))
        rules = {code: self.seeded(f"tariff_{code}").rate_date_rule for code in TARIFFS}
        self.assertEqual(
            [rules["gb"], rules["eu"], rules["us"]], ["month"] * 2 + ["export"]
        )
        self.assertEqual(self.seeded("tariff_in").duty_date_rule, "later")
        self.assertEqual(self.seeded("tariff_jm").rate_date_rule, "arrival")

    def test_european_union_is_its_member_states(self):
        europe = self.seeded("tariff_eu").country_ids
        self.assertEqual(len(europe), 27)
        self.assertNotIn("GB", europe.mapped("code"))

    # === UNITED KINGDOM === #

    def test_gb_duty_and_vat(self):
        """CDS-001: 2 % of 1 000, VAT on 1 020."""
        self.add_measure("gb_103", "85109000", "2 %")
        result = self.calculate("gb", self.item(1000, "8510900000", origin="US"))
        self.assert_amounts(result, **{"103": 20, "305": 204})

    def test_gb_cuts_to_the_penny(self):
        """CDS-RND-1 and 2: 59.248 is 59.24, 28.376 is 28.37."""
        for value, vat in (("296.24", "59.24"), ("141.88", "28.37")):
            with self.subTest(value=value):
                result = self.calculate("gb", self.item(value, "6402190000"))
                self.assert_amounts(result, **{"305": vat})

    def test_gb_vat_by_additional_code(self):
        """CDS-013: VATZ is the zero rate; VATR the reduced one; neither adds up."""
        self.add_measure("gb_103", "07099310", "12 %")
        for code, vat in (("VATZ", 0), ("VATR", 364), ("", 1456)):
            with self.subTest(code=code):
                stated = frozenset([code] if code else [])
                item = self.item(6500, "0709931000", additional_codes=stated)
                result = self.calculate("gb", item)
                self.assert_amounts(result, **{"103": 780, "305": vat})

    def test_gb_third_country_duty_until_a_preference_is_claimed(self):
        self.add_measure("gb_103", "8712", "12 %")
        self.add_measure("gb_142", "8712", "0 %", preference_code="300")
        self.assert_amounts(self.calculate("gb", self.item(500)), **{"103": 60})
        result = self.calculate("gb", self.item(500, claims=frozenset(["300"])))
        self.assertEqual(self.by_type(result), {"142": 0, "305": 100})

    def test_gb_quota_drops_the_safeguard_duty(self):
        quota = self.env["customs.quota"].create(
            {"tariff_id": self.seeded("tariff_gb").id, "order_number": "058001"}
        )
        self.add_measure("gb_103", "7210", "0 %")
        self.add_measure("gb_122", "7210", "0 %", quota_id=quota.id)
        self.add_measure("gb_696", "7210", "25 %")
        without = self.calculate("gb", self.item(3000, "7210122000"))
        self.assert_amounts(without, **{"103": 0, "696": 750, "305": 750})
        claim = QuotaClaim("058001", Decimal(1000), Decimal(1000))
        within = self.calculate("gb", self.item(3000, "7210122000", quota=claim))
        self.assertEqual(self.by_type(within), {"122": 0, "305": 600})

    def test_gb_provisional_duty_is_secured_and_not_in_the_vat_base(self):
        """As the secured lines of CDS-033: assessed, not payable, outside the base."""
        self.add_measure("gb_103", "8712", "0 %")
        self.add_measure("gb_551", "8712", "50.7 %")
        result = self.calculate("gb", self.item(5000))
        self.assert_amounts(result, **{"551": 2535, "305": 1000})
        self.assertEqual(result.total_payable, Decimal(1000))
        status = {r.measure.type_code: r.status for r in result}
        self.assertEqual(status["551"], SECURED)

    # === EUROPEAN UNION === #

    def test_eu_compound_rate(self):
        """EU-BEEF-01: 12.8 % + 176.8 EUR/100 kg on 1 000 kg worth 5 000."""
        self.add_measure("eu_103", "02011000", "12.8 % + 176.8 EUR/100 kg")
        item = self.item(5000, "0201100000", quantities={"kg": Decimal(1000)})
        self.assert_amounts(self.calculate("eu", item), **{"103": 2408})

    # === UNITED STATES === #

    def test_us_mpf_limits_of_each_fiscal_year(self):
        """The limits change on 1 October, not on 1 January."""
        limits = {
            2019: ("26.22", "508.70"),
            2020: ("26.79", "519.76"),
            2021: ("27.23", "528.33"),
            2022: ("27.75", "538.40"),
            2023: ("29.66", "575.35"),
            2024: ("31.67", "614.35"),
            2025: ("32.71", "634.62"),
            2026: ("33.58", "651.50"),
        }
        for year, (least, greatest) in limits.items():
            for day in (date(year - 1, 10, 1), date(year, 9, 30)):
                with self.subTest(day=day):
                    small = self.calculate("us", self.item(1000), day=day)
                    large = self.calculate("us", self.item(1000000), day=day)
                    between = self.calculate("us", self.item(100000), day=day)
                    self.assert_amounts(small, MPF=least)
                    self.assert_amounts(large, MPF=greatest)
                    self.assert_amounts(between, MPF="346.40")

    def test_us_mpf_is_one_fee_of_the_entry(self):
        items = [self.item(3000, key=1), self.item(2000, key=2)]
        result = self.calculate("us", *items, day=date(2025, 3, 3))
        self.assert_amounts(result, MPF="32.71")

    def test_us_mpf_of_a_year_without_limits_is_unknown(self):
        """From 1 October 2026 the fee is flagged, never left out, never zero."""
        result = self.calculate("us", self.item(1000), day=date(2026, 10, 1))
        self.assertIn("MPF", self.by_type(result))
        self.assertIsNone(self.by_type(result)["MPF"])
        measure = self.seeded("measure_us_mpf_2027")
        measure.write({"amount_min": 34.0, "amount_max": 660.0})
        self.assertEqual(measure.rate_state, "flagged", "limits alone confirm nothing")
        measure.action_read_rate()
        self.assertEqual((measure.rate_state, measure.rate_problem), ("read", False))
        result = self.calculate("us", self.item(1000), day=date(2026, 10, 1))
        self.assert_amounts(result, MPF=34)

    def test_us_programmes_that_are_exempt_from_mpf(self):
        day = date(2025, 3, 3)
        exempt = self.item(5000, key=1, origin="MX", claims=frozenset(["S"]))
        self.assert_amounts(self.calculate("us", exempt, day=day), MPF=0)
        other = self.item(100000, key=2, origin="CN")
        result = self.calculate("us", exempt, other, day=day)
        self.assert_amounts(result, MPF="346.40")
        borne = {r.item_key: r.amount for r in result if r.measure.type_code == "MPF"}
        self.assertEqual(borne, {1: 0, 2: Decimal("346.40")})
        wrong = self.item(5000, key=1, origin="CN", claims=frozenset(["S"]))
        self.assert_amounts(self.calculate("us", wrong, day=day), MPF="32.71")
        japan = self.item(5000, key=1, origin="JP", claims=frozenset(["JP"]))
        self.assert_amounts(self.calculate("us", japan, day=day), MPF="32.71")

    def test_us_hmf_only_by_vessel(self):
        """US-HMF-01: 0.125 % of 50 000 by sea, nothing by air."""
        for mode, hmf in (("1", 62.5), ("11", 62.5), ("4", None), ("", None)):
            with self.subTest(mode=mode):
                item = self.item(50000, transport_mode=mode)
                found = self.by_type(self.calculate("us", item))
                self.assertEqual(found.get("HMF"), hmf and Decimal(str(hmf)))

    def test_us_columns(self):
        """Column 2 is for its countries alone, the special rate for who claims it."""
        group = self.seeded("country_group_us_column2")
        self.assertEqual(
            set(group.country_ids.mapped("code")), {"CU", "KP", "RU", "BY"}
        )
        self.add_measure("us_general", "8712", "11 %")
        self.add_measure("us_special", "8712", "Free", preference_code="KR, AU")
        self.add_measure("us_column2", "8712", "30 %", origin_group_id=group.id)
        cases = [
            ("DE", "", {"general": 1100}),
            ("RU", "", {"column2": 3000}),
            ("KR", "", {"general": 1100}),
            ("KR", "KR", {"special": 0}),
            ("DE", "KR", {"general": 1100}),
            ("", "", {"general": 1100}),
        ]
        for origin, claim, expected in cases:
            with self.subTest(origin=origin, claim=claim):
                claims = frozenset([claim] if claim else [])
                item = self.item(10000, origin=origin, claims=claims)
                found = self.by_type(self.calculate("us", item))
                duties = {
                    code: found[code]
                    for code in ("general", "special", "column2")
                    if code in found
                }
                self.assertEqual(duties, expected)

    def test_us_232_excludes_reciprocal_and_122(self):
        """US-STACK-01 is 50 %, US-STACK-02 without section 232 is 29 %."""
        self.add_measure("us_general", "7208", "0 %")
        self.add_measure("us_s232", "7208", "50 %")
        self.add_measure("us_general", "9403", "4 %")
        for prefix, reciprocal in (("7208", "20 %"), ("9403", "15 %")):
            self.add_measure("us_ieepa_recip", prefix, reciprocal)
            self.add_measure("us_s122", prefix, "10 %")
        steel = self.by_type(self.calculate("us", self.item(100, "7208100000")))
        steel.pop("MPF")
        self.assertEqual(steel, {"general": 0, "S232": 50})
        other = self.by_type(self.calculate("us", self.item(100, "9403208000")))
        other.pop("MPF")
        self.assertEqual(other, {"general": 4, "IEEPA-RECIP": 15, "S122": 10})

    def test_us_232_leaves_301_and_fentanyl(self):
        for kind, rate in (("s232", "50 %"), ("s301", "25 %"), ("ieepa_fent", "10 %")):
            self.add_measure(
                f"us_{kind}", "7208", rate, origin_id=self.ref_country("CN")
            )
        item = self.item(100, "7208100000", origin="CN")
        found = self.by_type(self.calculate("us", item))
        found.pop("MPF")
        self.assertEqual(found, {"S232": 50, "S301": 25, "IEEPA-FENT": 10})

    def ref_country(self, code):
        return self.env["res.country"].search([("code", "=", code)]).id

    def test_us_programmes_know_their_dates(self):
        tariff = self.seeded("tariff_us")
        known = self.env["customs.agreement"]._search_for_engine(tariff)

        def codes_on(day):
            return {
                a.code
                for a in known
                if (a.valid_from or day) <= day <= (a.valid_to or day)
            }

        before, after = codes_on(date(2019, 5, 1)), codes_on(TODAY)
        self.assertLessEqual({"A", "CA", "MX", "KR"}, before)
        self.assertFalse({"A", "A+", "CA", "MX", "J"} & after)
        self.assertLessEqual({"S", "S+", "KR", "AU", "JP"}, after)
        self.assertFalse({"S", "JP"} & before)

    # === CASCADES === #

    def test_kenya_cascade(self):
        """KE-01: duty 25 %, fee 2.5 %, levy 2 %, VAT 16 % on all of them."""
        self.add_measure("ke_id", "8712", "25 %")
        result = self.calculate("ke", self.item(1000000, "87120000"))
        self.assertEqual(
            self.by_type(result),
            {"ID": 250000, "IDF": 25000, "RDL": 20000, "VAT": 207200},
        )
        self.assertEqual(result.total_payable, Decimal(502200))
        with_excise = self.add_measure("ke_exc", "8712", "10 %")
        result = self.calculate("ke", self.item(1000000, "87120000"))
        self.assert_amounts(result, EXC=125000, VAT=227200)
        self.assertEqual(with_excise.tax_code_id.kind, "excise")

    def test_kenya_levy_by_date(self):
        for day, levy in ((date(2024, 12, 26), 15000), (date(2024, 12, 27), 20000)):
            result = self.calculate("ke", self.item(1000000, "87120000"), day=day)
            self.assert_amounts(result, RDL=levy)

    def test_sri_lanka_cascade(self):
        """LK-01: six taxes on one another, each rounded to the rupee."""
        rates = {"cid": "15 %", "pal": "7.5 %", "cess": "2 %", "exc": "10 %"}
        for kind, rate in rates.items():
            self.add_measure(f"lk_{kind}", "8712", rate)
        result = self.calculate("lk", self.item(30000, "87120000"))
        self.assertEqual(
            self.by_type(result),
            {
                "CID": 4500,
                "PAL": 2250,
                "CESS": 600,
                "EXC": 3735,
                "SSCL": 1027,
                "VAT": 7580,
            },
        )
        bases = {r.measure.type_code: r.base for r in result}
        self.assertEqual(bases["EXC"], Decimal(37350))
        self.assertEqual(bases["SSCL"], Decimal(41085))
        self.assertEqual(bases["VAT"], Decimal(42112))

    def test_nigeria_cascade(self):
        """NG-02, cut to the naira; the levy is unknown until somebody confirms it."""
        self.add_measure("ng_id", "9102", "20 %")
        rate = Decimal("1428.81")
        fob = 1000 * rate
        item = self.item(Decimal(1218) * rate, "9102110000", values={"FOB": fob})
        found = self.by_type(self.calculate("ng", item))
        self.assertEqual(
            (found["ID"], found["FCS"], found["VAT"]), (348058, None, None)
        )
        self.seeded("measure_ng_fcs").rate_text = "4 %"
        result = self.calculate("ng", item)
        self.assertEqual(
            self.by_type(result),
            {"ID": 348058, "SUR": 24364, "ETLS": 8701, "FCS": 57152, "VAT": 163392},
        )
        self.assertEqual(result.total_payable, Decimal(601667))

    def test_india_surcharge_on_duty(self):
        """IN-TXT-01, its paise rounded to the rupee as section 154A has it."""
        self.add_measure("in_bcd", "8712", "15 %")
        self.add_measure("in_igst", "8712", "12 %")
        result = self.calculate("in", self.item(132000, "87120010"))
        self.assertEqual(
            self.by_type(result), {"BCD": 19800, "SWS": 1980, "IGST": 18454}
        )

    def test_albania_duty_and_excise(self):
        """AL-ASY-01, item 1: 10 % of 18 098, 20 lek per kilogram of 74.8 kg."""
        self.add_measure("al_dog", "4011", "10 %")
        self.add_measure("al_akc", "4011", "20 ALL/kg")
        quantities = {"kg": Decimal("74.8")}
        item = self.item(18098, "40111000", quantities=quantities)
        self.assert_amounts(self.calculate("al", item), DOG=1810, AKC=1496)

    # === SCREENS === #

    def test_search_by_code_finds_lines_above_below_and_all_codes(self):
        above = self.add_measure("gb_103", "0702", "8 %")
        exact = self.add_measure("gb_142", "0702000007", "0 %")
        below = self.add_measure("gb_141", "0702000099", "0 %")
        beside = self.add_measure("gb_103", "0703", "9 %")
        everywhere = self.seeded("measure_gb_vat")
        measures = self.env["customs.measure"]
        found = measures.search([("covers_code", "=", "0702.00.00 07")])
        self.assertLessEqual(above + exact + everywhere, found)
        self.assertFalse((beside + below) & found)
        heading = measures.search([("covers_code", "=", "0702")])
        self.assertLessEqual(above + exact + below + everywhere, heading)
        chapter = measures.search([("covers_code", "=", "07")])
        self.assertLessEqual(above + exact + below + beside, chapter)

    def test_words_of_a_measure_and_of_a_rate(self):
        group = self.seeded("country_group_us_column2")
        measure = self.add_measure(
            "us_column2", "8712", "30 %", origin_group_id=group.id
        )
        self.assertEqual(measure.origin_words, "United States: column 2")
        measure.excluded_country_ids = self.env["res.country"].browse(
            self.ref_country("CU")
        )
        self.assertEqual(measure.origin_words, "United States: column 2, except CU")
        self.assertEqual(self.seeded("measure_us_hmf").origin_words, "All origins")
        rate = self.env["customs.exchange.rate"].create(
            {
                "tariff_id": self.seeded("tariff_au").id,
                "currency_id": self.env.ref("base.USD").id,
                "date_from": "2026-01-01",
                "rate": 0.6543,
                "quotation": "inverse",
            }
        )
        self.assertEqual(rate.words, "1 AUD = 0.6543 USD")
        rate.quotation = "direct"
        self.assertEqual(rate.words, "1 USD = 0.6543 AUD")

    def test_components_by_hand(self):
        """A text that cannot be read does not stop who knows the rate."""
        measure = self.add_measure("us_general", "0402", "see subheading note 5")
        self.assertEqual(measure.rate_state, "flagged")
        with self.assertRaisesRegex(Exception, "no components yet"):
            measure.action_confirm_components()
        measure.component_ids = [(0, 0, {"kind": "percent", "rate": 7})]
        measure.action_confirm_components()
        self.assertEqual((measure.rate_state, measure.rate_problem), ("read", False))
        result = self.calculate("us", self.item(1000, "0402990000"))
        self.assert_amounts(result, general=70)

    def test_counts_lead_to_what_they_count(self):
        tariff = self.seeded("tariff_us")
        self.assertEqual(
            tariff.agreement_count,
            len(
                self.env["customs.agreement"].search(
                    tariff.action_view_agreements()["domain"]
                )
            ),
        )
        agreement = self.seeded("agreement_us_kr")
        measure = self.add_measure(
            "us_special", "8712", "Free", agreement_id=agreement.id
        )
        self.assertEqual(agreement.measure_count, 1)
        found = self.env["customs.measure"].search(
            agreement.action_view_measures()["domain"]
        )
        self.assertEqual(found, measure)
        code = self.env["customs.tariff.code"].create(
            {"tariff_id": tariff.id, "code": "8712.00.15", "description": "Bicycles"}
        )
        self.assertEqual(measure.code_count, 1)
        codes = self.env["customs.tariff.code"].search(
            measure.action_view_codes()["domain"]
        )
        self.assertEqual(codes, code)
        code.indent = 2
        self.assertEqual(code.dashed, "\N{EN DASH} \N{EN DASH} Bicycles")
