"""Whole publications through the database: every row is there, or says why not."""

import time
import unittest
from collections import Counter

from pure import cases_dir

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

DATA = cases_dir() / "data"
SCHEDULE = DATA / "us_hts" / "hts_2024_basic_edition.csv"
HS = DATA / "hs" / "harmonized-system.csv"
TARIC = DATA / "taric"
COMMODITIES = DATA / "uk_tariff"

#: Seconds for the whole schedule of the United States; it takes some ten on two cores
#: that are busy with other things.
LIMIT = 40


def needs(path):
    """Skip a test where the shared file is absent."""
    return unittest.skipUnless(path.exists(), f"{path} is absent")


class FullTariffCase(TransactionCase):
    @classmethod
    def create_tariff(cls, code, currency=None):
        currency = currency or cls.env.ref("base.USD")
        return cls.env["customs.tariff"].create(
            {"name": code, "code": code, "currency_id": currency.id}
        )

    def get_type(self, code):
        return self.tariff.measure_type_ids.filtered(lambda t: t.code == code)

    @classmethod
    def import_files(cls, tariff, *paths, **vals):
        files = cls.env["ir.attachment"].create(
            [{"name": path.name, "raw": path.read_bytes()} for path in paths]
        )
        job = cls.env["customs.tariff.import"].create(
            {"tariff_id": tariff.id, "attachment_ids": [(6, 0, files.ids)], **vals}
        )
        job._process()
        return job

    def assert_adds_up(self, job, **totals):
        """Assert that every row of a kind was imported, or is among the flags."""
        for kind, total in totals.items():
            counts = job.counts[kind]
            self.assertEqual(job._get_row_count(counts), total, kind)
            left_out = job.flag_ids.filtered(lambda f, k=kind: f.kind == k)
            left_out = left_out.filtered("is_left_out")
            self.assertEqual(len(left_out), counts.get("left_out", 0), kind)


@tagged("post_install", "-at_install")
@needs(SCHEDULE)
class TestUsSchedule(FullTariffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tariff = cls.create_tariff("USTEST")
        cls.env["res.country.group"].create(
            {
                "name": "Column 2",
                "code": "USTEST:COLUMN2",
                "country_ids": [(6, 0, cls.env.ref("base.cu").ids)],
            }
        )
        start = time.monotonic()
        cls.job = cls.import_files(cls.tariff, SCHEDULE, edition="2024 Basic")
        cls.seconds = time.monotonic() - start

    def test_in_time_and_complete(self):
        self.assertLess(self.seconds, LIMIT)
        self.assertEqual(self.job.format_found, "us_hts")
        codes = self.env["customs.tariff.code"].search(
            [("tariff_id", "=", self.tariff.id)]
        )
        self.assertEqual(len(codes), 35744)
        lengths = Counter(len(code.code) for code in codes if code.suffix == "80")
        self.assertEqual((lengths[10], lengths[8]), (19671, 7020))
        self.assert_adds_up(
            self.job, codes=35744, measures=self.job.counts["measures"]["imported"]
        )

    def test_every_code_has_a_rate_text(self):
        """Found by the longest prefix, in the one query that a declaration makes."""
        codes = self.env["customs.tariff.code"].search(
            [("tariff_id", "=", self.tariff.id), ("suffix", "=", "80")]
        )
        wanted = [
            code
            for code in codes.mapped("code")
            if len(code) == 10 and code[:2] not in ("98", "99")
        ]
        self.assertGreater(len(wanted), 19000)
        before = self.env.cr.sql_log_count
        measures = self.env["customs.measure"]._search_for_items(
            self.tariff, wanted, self.job.effective_date
        )
        self.assertLessEqual(self.env.cr.sql_log_count - before, 2)
        general = self.get_type("general")
        texts = {
            m.code_prefix: m.rate_text for m in measures if m.measure_type_id == general
        }
        without = [
            code
            for code in wanted
            if not any(texts.get(code[:end]) for end in range(10, 3, -1))
        ]
        self.assertEqual(without, [])

    def test_rates_are_components(self):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.code_prefix, m.rate_text, m.rate_state, COUNT(c.id)
                  FROM customs_measure m
             LEFT JOIN customs_measure_component c ON c.measure_id = m.id
                 WHERE m.import_id = %s AND m.measure_type_id = %s
              GROUP BY m.id
                """,
                self.job.id,
                self.get_type("general").id,
            )
        )
        # chapters 98 and 99 refer to rates of other lines, each in its own words
        eight = {
            text: state
            for code, text, state, _count in rows
            if len(code) == 8 and code[:2] not in ("98", "99")
        }
        read = sum(state == "read" for state in eight.values())
        self.assertGreater(len(eight), 400)
        self.assertGreaterEqual(read / len(eight), 0.97)

    def test_nothing_is_free_by_mistake(self):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT m.rate_text FROM customs_measure m
                 WHERE m.import_id = %s AND m.rate_state = 'read'
                   AND NOT EXISTS (
                       SELECT FROM customs_measure_component c
                        WHERE c.measure_id = m.id)
                """,
                self.job.id,
            )
        )
        self.assertEqual({text for (text,) in rows}, {"Free"})
        flagged = self.env["customs.measure"].search_count(
            [("import_id", "=", self.job.id), ("rate_state", "=", "flagged")]
        )
        self.assertEqual(
            flagged,
            self.env["customs.tariff.import.flag"].search_count(
                [("import_id", "=", self.job.id), ("measure_id", "!=", False)]
            ),
        )

    def test_column_2_is_for_its_countries_only(self):
        codes = [("import_id", "=", self.job.id), ("code_prefix", "=", "01012900")]
        general, column2 = (
            self.env["customs.measure"]
            .search(codes)
            .filtered(lambda m, kind=kind: m.measure_type_id.code == kind)
            for kind in ("general", "column2")
        )
        self.assertTrue(column2._to_engine()[0].covers_origin("CU"))
        self.assertFalse(column2._to_engine()[0].covers_origin("CN"))
        self.assertFalse(general._to_engine()[0].covers_origin("CU"))
        self.assertTrue(general._to_engine()[0].covers_origin("CN"))

    def test_tree_is_that_of_the_orm(self):
        """Paths and parents agree for all lines, as a recomputation would have it."""
        wrong = self.env.execute_query(
            SQL(
                """
                SELECT c.id FROM customs_tariff_code c
             LEFT JOIN customs_tariff_code p ON p.id = c.parent_id
                 WHERE c.import_id = %s AND (
                       c.parent_path != COALESCE(p.parent_path, '') || c.id || '/'
                    OR c.full_description != CONCAT_WS(
                       ' › ', p.full_description, c.description->>'en_US'))
                 LIMIT 5
                """,
                self.job.id,
            )
        )
        self.assertEqual(wrong, [])

    def test_again_changes_nothing(self):
        again = self.import_files(self.tariff, SCHEDULE, edition="2024 Basic")
        self.assertEqual(
            (again.count_imported, again.count_changed, again.count_ended), (0, 0, 0)
        )
        self.assertEqual(again.count_unchanged, self.job.count_imported)


@tagged("post_install", "-at_install")
class TestOtherPublications(FullTariffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tariff = cls.create_tariff("ELSEWHERE")
        cls.gb = cls.create_tariff("GBTEST", cls.env.ref("base.GBP"))

    @needs(HS)
    def test_nomenclature_of_six_digits(self):
        job = self.import_files(self.tariff, HS, edition="HS 2022")
        codes = self.env["customs.tariff.code"].search(
            [("tariff_id", "=", self.tariff.id)]
        )
        lengths = Counter(len(code.code) for code in codes)
        self.assertEqual((lengths[2], lengths[4], lengths[6]), (97, 1229, 5613))
        self.assert_adds_up(job, codes=97 + 1229 + 5613)
        deep = codes.filtered(lambda c: len(c.code) == 6)
        self.assertTrue(all(code.parent_id.code == code.code[:4] for code in deep))

    @needs(TARIC / "uk2019_mfn_measures.csv")
    def test_taric_measures_with_their_components(self):
        job = self.import_files(
            self.gb,
            TARIC / "uk2019_mfn_measures.csv",
            TARIC / "uk2019_mfn_measure_components.csv",
        )
        self.assertEqual(job.format_found, "taric_measures")
        self.assert_adds_up(job, measures=15793)
        measures = self.env["customs.measure"].search([("import_id", "=", job.id)])
        stored = len(measures) + job.counts["measures"].get("left_out", 0)
        self.assertEqual(stored, 15793)
        self.assertFalse(
            measures.filtered(lambda m: m.rate_state == "read" and not m.component_ids)
        )

    @needs(TARIC / "taric_all_nomenclature_2019.csv")
    def test_nomenclature_of_taric(self):
        job = self.import_files(self.tariff, TARIC / "taric_all_nomenclature_2019.csv")
        self.assertEqual(job.state, "done")
        self.assertEqual(
            job._get_row_count(job.counts["codes"]),
            sum(job.counts["codes"].get(n, 0) for n in ("imported", "left_out")),
        )
        self.assertGreater(job.count_imported, 20000)

    @needs(COMMODITIES / "uk_commodities_0809400500.json")
    def test_commodities_with_conditions(self):
        for path in sorted(COMMODITIES.glob("uk_commodities_*.json")):
            with self.subTest(path.name):
                job = self.import_files(self.gb, path)
                self.assertEqual(job.format_found, "uk_commodity")
                self.assertEqual(job.state, "done")
        plums = self.env["customs.measure"].search(
            [
                ("tariff_id", "=", self.gb.id),
                ("code_prefix", "=like", "080940%"),
                ("measure_type_id.code", "=", "103"),
                ("condition_ids", "!=", False),
            ]
        )
        self.assertTrue(plums)
        self.assertTrue(plums.condition_ids.component_ids)

    @needs(COMMODITIES / "roo_schemes_uk.json")
    def test_agreements_with_proofs(self):
        job = self.import_files(self.gb, COMMODITIES / "roo_schemes_uk.json")
        self.assert_adds_up(job, agreements=44)
        agreements = self.env["customs.agreement"].search(
            [("tariff_id", "=", self.gb.id)]
        )
        self.assertTrue(agreements.proof_ids.filtered("document_code"))
        again = self.import_files(self.gb, COMMODITIES / "roo_schemes_uk.json")
        self.assertEqual((again.count_imported, again.count_changed), (0, 0))

    @needs(DATA / "fx")
    def test_monthly_rates(self):
        path = DATA / "fx" / "xi_eur_gbp_monthly_rates_2016_2021.json"
        job = self.import_files(self.gb, path, quotation="inverse")
        self.assertEqual(job.format_found, "exchange_rates")
        self.assertGreater(job.count_imported, 50)
        again = self.import_files(self.gb, path, quotation="inverse")
        self.assertEqual(again.count_unchanged, job.count_imported)

    @needs(TARIC / "uk2019_steel_safeguard_quota_definitions.csv")
    def test_quotas_with_their_codes(self):
        job = self.import_files(
            self.gb,
            TARIC / "uk2019_steel_safeguard_quota_definitions.csv",
            TARIC / "uk2019_steel_safeguard_quota_commodities.csv",
        )
        self.assertEqual(job.format_found, "quotas")
        measures = self.env["customs.measure"].search([("import_id", "=", job.id)])
        self.assertTrue(measures)
        self.assertTrue(all(measures.mapped("quota_id")))
