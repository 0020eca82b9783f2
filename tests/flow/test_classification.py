"""Which tariff code a product has, on a day, in a tariff; and what was declared."""

from datetime import date
from unittest.mock import patch

import psycopg2
from common import CustomsCase

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.customs_invoicing.models import product_template

PATHS = {
    "6109100010": ("Clothing, knitted", "T-shirts, of cotton", "Men's"),
    "6109100020": ("Clothing, knitted", "T-shirts, of cotton", "Women's"),
    "8712003000": ("Vehicles", "Bicycles, not motorised", "With ball bearings"),
    "8714910000": ("Vehicles", "Parts of bicycles", "Frames and forks"),
}


@tagged("post_install", "-at_install")
class TestClassification(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.top = cls.env["product.category"].create({"name": "Vehicles"})
        cls.below = cls.env["product.category"].create(
            {"name": "Bicycles", "parent_id": cls.top.id}
        )
        cls.bike = cls.env["product.product"].create(
            {"name": "City bicycle", "categ_id": cls.below.id}
        )
        cls.china = cls.env.ref("base.cn")
        cls.japan = cls.env.ref("base.jp")
        cls.model = cls.env["customs.product.classification"]

    @classmethod
    def classify(cls, subject, code, date_from="2026-01-01", **vals):
        name = {
            "product.template": "product_tmpl_id",
            "product.product": "product_id",
            "product.category": "categ_id",
        }[subject._name]
        return cls.model.create(
            {
                name: subject.id,
                "code": code,
                "date_from": date_from,
                "tariff_id": cls.tariff.id,
                **vals,
            }
        )

    def load_nomenclature(self):
        codes = self.env["customs.tariff.code"]
        for code, words in PATHS.items():
            parent = codes.browse()
            for size, text in zip((2, 4, 10), words, strict=True):
                parent = codes.search(
                    [("tariff_id", "=", self.tariff.id), ("code", "=", code[:size])]
                ) or codes.create(
                    {
                        "tariff_id": self.tariff.id,
                        "code": code[:size],
                        "description": text,
                        "parent_id": parent.id,
                        "declarable": size == 10,
                    }
                )
        return codes

    def found(self, product, day="2026-06-01"):
        day = fields.Date.to_date(day)
        return product._get_customs_classification(self.tariff, day)[product]

    # === WHERE A CODE IS FOUND === #

    def test_the_nearest_classification_wins(self):
        self.assertEqual(self.found(self.bike)[0], "")
        self.assertEqual(self.found(self.bike).found_on, "")
        for subject, code, where in (
            (self.top, "8700", "category"),
            (self.below, "8712", "category"),
            (self.bike.product_tmpl_id, "8712003000", "product"),
            (self.bike, "8712007000", "variant"),
        ):
            record = self.classify(subject, code)
            found = self.found(self.bike)
            self.assertEqual((found.code, found.found_on), (code, where))
            self.assertEqual(found.record, record)

    def test_the_origin_is_the_nearest_that_is_stated(self):
        self.classify(self.below, "8712003000", origin_id=self.china.id)
        own = self.classify(self.bike.product_tmpl_id, "8712007000")
        self.assertEqual(self.found(self.bike).origin, self.china)
        own.origin_id = self.japan
        self.assertEqual(self.found(self.bike).origin, self.japan)

    def test_a_category_says_nothing_about_its_neighbour(self):
        other = self.env["product.category"].create({"name": "Bicycles and more"})
        self.classify(other, "9999")
        self.assertEqual(self.found(self.bike).code, "")

    def test_the_company_s_own_code_comes_before_the_shared_one(self):
        self.classify(self.top, "8711")
        self.classify(self.top, "8712", company_id=self.company.id)
        self.assertEqual(self.found(self.bike).code, "8712")

    def test_another_company_s_code_is_not_ours(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.classify(self.top, "8711", company_id=other.id)
        self.assertEqual(self.found(self.bike).code, "")

    def test_another_tariff_has_codes_of_its_own(self):
        other = self.tariff.copy({"code": "OTH", "name": "Other"})
        self.classify(self.top, "8711", tariff_id=other.id)
        self.assertEqual(self.found(self.bike).code, "")

    def test_the_hs_code_for_shipping_is_used_where_it_exists(self):
        """The fields of the delivery application are not there: two others stand in."""
        template = self.bike.product_tmpl_id
        template.default_code = "8712.00"
        with patch.object(product_template, "HS_CODE", "default_code"):
            found = self.found(self.bike)
            self.assertEqual((found.code, found.found_on), ("871200", "hs_code"))
            self.assertFalse(found.record)
            template.default_code = "BIKE-1"
            self.assertEqual(self.found(self.bike).code, "", "letters are no HS code")
            self.classify(self.top, "8711")
            template.default_code = "8712.00"
            self.assertEqual(self.found(self.bike).code, "8711")
        self.assertEqual(template._get_hs_code(), "", "no such field, no code")

    def test_queries_do_not_grow_with_products(self):
        self.classify(self.top, "8711", origin_id=self.china.id)
        products = self.env["product.product"].create(
            [
                {"name": f"Bicycle {n}", "categ_id": (self.top | self.below)[n % 2].id}
                for n in range(60)
            ]
        )
        for product in products[::2]:
            self.classify(product.product_tmpl_id, "8712003000")

        def count(some):
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            found = some._get_customs_classification(self.tariff, date(2026, 6, 1))
            self.assertEqual(len(found), len(some))
            self.assertTrue(all(one.code for one in found.values()))
            return self.cr.sql_log_count - start

        count(products)  # what Odoo itself caches
        self.assertEqual(count(products[:3]), count(products))
        self.assertLessEqual(count(products), 6)

    def test_the_tariff_proposed_is_that_of_the_company_s_country(self):
        tariffs = self.env["customs.tariff"]
        other = self.tariff.copy({"code": "OTH", "name": "Other"})
        country = self.env["res.country"].create({"name": "Demoland", "code": "QZ"})
        self.company.country_id = country
        self.assertFalse(tariffs._get_default(), "of several none is guessed")
        declaration = self.declare("8712003000")
        self.assertEqual(tariffs._get_default(), declaration.tariff_id)
        other.country_ids = country
        self.assertEqual(tariffs._get_default(), other)

    # === DATES === #

    def test_a_new_code_ends_the_old_one_the_day_before(self):
        old = self.classify(self.bike.product_tmpl_id, "8712003000", "2025-01-01")
        new = self.classify(self.bike.product_tmpl_id, "8712007000", "2026-05-01")
        self.assertEqual(old.date_to, date(2026, 4, 30))
        self.assertFalse(new.date_to)
        self.assertEqual(self.found(self.bike, "2026-04-30").code, "8712003000")
        self.assertEqual(self.found(self.bike, "2026-05-01").code, "8712007000")
        self.assertEqual(self.found(self.bike, "2024-12-31").code, "")

    def test_what_always_was_ends_too(self):
        old = self.classify(self.bike.product_tmpl_id, "8712003000", False)
        self.classify(self.bike.product_tmpl_id, "8712007000", "2026-05-01")
        self.assertEqual(old.date_to, date(2026, 4, 30))

    def test_a_history_imported_at_once_closes_itself(self):
        records = self.model.create(
            [
                {
                    "product_tmpl_id": self.bike.product_tmpl_id.id,
                    "tariff_id": self.tariff.id,
                    "code": code,
                    "date_from": start,
                    "source": "import",
                }
                for code, start in (
                    ("8712003000", "2026-01-01"),
                    ("8712001000", "2024-01-01"),
                    ("8712002000", "2025-01-01"),
                )
            ]
        )
        self.assertEqual(
            records.mapped("date_to"), [False, date(2024, 12, 31), date(2025, 12, 31)]
        )

    def test_other_subjects_and_companies_are_left_alone(self):
        shared = self.classify(self.top, "8711", "2025-01-01")
        below = self.classify(self.below, "8712", "2025-01-01")
        self.classify(self.top, "8713", company_id=self.company.id)
        self.assertFalse(shared.date_to)
        self.assertFalse(below.date_to)

    def test_two_codes_on_one_day_are_refused(self):
        self.classify(self.bike.product_tmpl_id, "8712003000", "2026-01-01")
        for start in ("2026-01-01", "2025-06-01"):
            with self.assertRaisesRegex(ValidationError, "overlaps"):
                self.classify(self.bike.product_tmpl_id, "8712007000", start)

    def test_new_code_from_today_is_filled_in(self):
        record = self.classify(self.top, "8711", "2025-01-01", origin_id=self.china.id)
        action = record.action_change()
        form = Form(self.model.with_context(**action["context"]))
        self.assertEqual(form.categ_id, self.top)
        self.assertEqual(form.code, "8711")
        form.code = "8712.00 30"
        changed = form.save()
        self.assertEqual(changed.code, "87120030")
        self.assertEqual(
            record.date_to, fields.Date.subtract(changed.date_from, days=1)
        )

    # === BAD INPUT === #

    def test_a_code_must_be_one(self):
        for code, words in (
            ("8712X", "must be digits"),
            ("871", "has 3 digits"),
            ("87120030001", "has 11 digits"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                self.classify(self.top, code)

    @mute_logger("odoo.sql_db")
    def test_exactly_one_subject(self):
        for vals in ({}, {"product_id": self.bike.id}):
            subject = {"categ_id": self.top.id} if vals else {}
            with (
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.cr.savepoint(),
            ):
                self.model.create(
                    {"tariff_id": self.tariff.id, "code": "8712", **subject, **vals}
                )

    # === WHAT THE NOMENCLATURE SAYS === #

    def test_the_state_of_a_code(self):
        record = self.classify(self.top, "8712003000")
        self.assertEqual(record.code_state, "unchecked")
        codes = self.load_nomenclature()
        line = codes.search([("code", "=", "8712003000")])
        expected = {
            "8712003000": "ok",
            "8712": "group",
            "871200": "length",
            "8712009999": "unknown",
            "9999999999": "unknown",
        }
        for code, state in expected.items():
            record.code = code
            self.assertEqual(record.code_state, state, code)
        record.code = "8712003000"
        self.assertEqual(record.tariff_code_id, line)
        self.assertIn("Bicycles", record.full_description)
        line.date_to = "2026-01-31"
        record.invalidate_recordset()
        self.assertEqual(record.code_state, "ended")
        record.date_to = "2026-01-31"
        self.assertEqual(record.code_state, "ok", "it was in force to the last day")

    def test_codes_that_ended_are_found(self):
        codes = self.load_nomenclature()
        good = self.classify(self.top, "8714910000")
        bad = self.classify(self.below, "8712003000")
        codes.search([("code", "=", "8712003000")]).date_to = "2026-01-31"
        ours = ("tariff_id", "=", self.tariff.id)
        domain = [ours, ("code_state", "in", ["ended"]), ("is_current", "=", True)]
        self.assertEqual(self.model.search(domain), bad)
        self.assertEqual(self.model.search([ours, ("code_state", "=", "ok")]), good)

    # === SUGGESTIONS === #

    def suggestions(self, text):
        codes = self.load_nomenclature()
        lines = codes._search_words(self.tariff, text, date(2026, 6, 1), 10)
        return lines.mapped("code")

    def test_words_find_codes_through_the_path(self):
        self.assertEqual(
            self.suggestions("women's T-shirt, cotton, knitted, size 40 cm"),
            ["6109100020", "6109100010"],
            "the line that has one word more comes first",
        )
        self.assertEqual(self.suggestions("bicycle frames")[0], "8714910000")
        self.assertEqual(self.suggestions("xylophone 12 kg"), [])
        self.assertEqual(self.suggestions("'; drop & | ! ( :*"), [])

    def test_look_up_by_digits_or_words(self):
        codes = self.load_nomenclature()
        self.assertEqual(
            [line["code"] for line in codes.lookup(self.tariff.id, "61.09 10")],
            ["6109100010", "6109100020"],
        )
        lines = codes.lookup(self.tariff.id, "bicycles", "2026-06-01")
        self.assertEqual(lines[0]["code"], "8712003000")
        self.assertIn("›", lines[0]["path"])
        codes.search([("code", "=", "8712003000")]).date_to = "2026-01-31"
        found = codes.lookup(self.tariff.id, "8712", "2026-06-01")
        self.assertEqual([line["code"] for line in found], ["8712"])

    def test_one_click_takes_a_suggestion(self):
        self.load_nomenclature()
        wizard = self.env["customs.code.suggestion"].create(
            {
                "product_tmpl_id": self.bike.product_tmpl_id.id,
                "tariff_id": self.tariff.id,
                "text": "City bicycle",
                "date_from": "2026-03-01",
            }
        )
        wizard.action_search()
        self.assertEqual(wizard.line_ids[0].code, "8712003000")
        old = self.classify(self.bike.product_tmpl_id, "8711", origin_id=self.china.id)
        wizard.line_ids[0].action_take()
        self.assertEqual(old.date_to, date(2026, 2, 28))
        found = self.found(self.bike)
        self.assertEqual(found.origin, self.china, "a new code, the same origin")
        self.assertEqual(
            (found.code, found.record.source), ("8712003000", "suggestion")
        )
        wizard.line_ids[1].action_take()  # changed my mind the same day
        self.assertEqual(self.found(self.bike).record, found.record)
        self.assertEqual(self.found(self.bike).code, "8714910000")
        wizard.date_from = "2026-05-01"
        wizard.line_ids[1].action_take()  # what it is classified in anyway
        self.assertEqual(self.found(self.bike).record, found.record)

    def test_digits_before_the_words_search_below_them(self):
        self.load_nomenclature()
        wizard = self.env["customs.code.suggestion"].create(
            {
                "categ_id": self.top.id,
                "tariff_id": self.tariff.id,
                "text": "8714 cotton shirts",
            }
        )
        wizard.action_search()
        self.assertEqual(wizard.line_ids[0].code, "8714910000")

    def test_suggestions_open_with_the_words_of_the_product(self):
        self.load_nomenclature()
        template = self.bike.product_tmpl_id
        template.description_purchase = "ball bearings"
        action = self.env["customs.code.suggestion"]._open_for(self.bike, self.tariff)
        wizard = self.env["customs.code.suggestion"].browse(action["res_id"])
        self.assertEqual(wizard.text, "City bicycle ball bearings Bicycles")
        self.assertEqual(wizard.product_tmpl_id, template, "one variant: the product")
        self.assertEqual(wizard.line_ids[0].code, "8712003000")

    # === THE PRODUCT'S OWN SCREEN === #

    def test_products_without_code_are_found(self):
        templates = self.env["product.template"].with_context(
            customs_tariff_id=self.tariff.id
        )
        shirt = self.env["product.template"].create({"name": "Shirt"})
        domain = [("id", "in", (shirt | self.bike.product_tmpl_id).ids)]
        missing = [*domain, ("is_customs_classified", "=", False)]
        self.assertEqual(len(templates.search(missing)), 2)
        self.classify(self.top, "8712")
        self.assertEqual(templates.search(missing), shirt)
        self.assertFalse(
            shirt.with_context(customs_tariff_id=self.tariff.id).is_customs_classified
        )
        self.classify(shirt.product_variant_id, "6109")
        self.assertFalse(templates.search(missing))

    def test_today_s_codes_are_shown_with_where_they_come_from(self):
        self.load_nomenclature()
        self.classify(self.top, "8712003000", origin_id=self.china.id)
        template = self.bike.product_tmpl_id
        rows = [row for row in template.customs_current if row["code"]]
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0]["origin"], "China")
        self.assertIn("Vehicles", rows[0]["found_on"])
        self.assertIn("Bicycles", rows[0]["path"])
        self.assertEqual(rows[0]["words"], "")

    # === DRIFT === #

    def declare(self, *codes):
        declaration = self.env["customs.declaration"].create(
            {"office_id": self.office.id, "client_id": self.client.id}
        )
        declaration.line_ids = [
            fields.Command.create({"product_id": self.bike.id, "code": code})
            for code in codes
        ]
        return declaration

    def drift(self):
        self.env.flush_all()
        return self.env["customs.classification.drift"].search(
            [("product_id", "=", self.bike.id)], order="code"
        )

    def test_a_product_declared_under_several_codes_is_seen(self):
        self.classify(self.top, "8712003000", "2020-01-01")
        self.declare("8712003000", "8712003000")
        declaration = self.declare("8712007000")
        rows = self.drift()
        self.assertEqual(rows.mapped("code"), ["8712003000", "8712007000"])
        self.assertEqual(rows.mapped("code_count"), [2, 2])
        self.assertEqual(rows.mapped("item_count"), [2, 1])
        self.assertEqual(rows.mapped("outcome"), ["same", "differs"])
        self.assertEqual(rows[1].classified_code, "8712003000")
        items = self.env["customs.declaration.line"].search(
            rows[1].action_view_items()["domain"]
        )
        self.assertEqual(items, declaration.line_ids)
        self.assertEqual(self.bike.product_tmpl_id.customs_item_count, 3)

    def test_cancelled_files_do_not_drift(self):
        self.declare("8712003000")
        cancelled = self.declare("8712007000")
        cancelled.state = "cancelled"
        rows = self.drift()
        self.assertEqual(rows.mapped("code"), ["8712003000"])
        self.assertEqual(rows.code_count, 1)
        self.assertEqual(rows.outcome, "none")

    def test_drift_finds_the_same_code_as_the_product(self):
        declaration = self.declare("8712003000")
        day = fields.Date.to_string(declaration.create_date.date())
        for subject, code in (
            (self.top, "8711"),
            (self.below, "8712"),
            (self.bike.product_tmpl_id, "8713"),
            (self.bike, "8714"),
        ):
            self.classify(subject, code, "2020-01-01")
            rows = self.drift()
            rows.invalidate_recordset()
            self.assertEqual(rows.classified_code, self.found(self.bike, day).code)

    # === RIGHTS === #

    def new_user(self, group):
        return self.env["res.users"].create(
            {
                "name": group,
                "login": f"classification-{group}",
                "group_ids": [(6, 0, self.env.ref(group).ids)],
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
            }
        )

    def test_officers_classify_and_auditors_read(self):
        officer = self.new_user("customs_invoicing.group_customs_user")
        auditor = self.new_user("customs_invoicing.group_customs_auditor")
        stranger = self.new_user("base.group_user")
        vals = {"categ_id": self.top.id, "tariff_id": self.tariff.id, "code": "8712"}
        record = self.model.with_user(officer).create(vals)
        record.code = "8713"
        with self.assertRaises(AccessError):
            record.unlink()
        self.assertEqual(record.with_user(auditor).code, "8713")
        with self.assertRaises(AccessError):
            record.with_user(auditor).code = "8714"
        with self.assertRaises(AccessError):
            record.with_user(stranger).read(["code"])
        for user in (officer, auditor):
            self.assertTrue(self.bike.product_tmpl_id.with_user(user).customs_current)
            self.env["customs.classification.drift"].with_user(user).search([])
        arch = (
            self.env["product.template"]
            .with_user(stranger)
            .get_view(view_type="form")["arch"]
        )
        self.assertNotIn("customs_current", arch)
        for subject in (self.bike, self.bike.product_tmpl_id, self.below):
            self.assertNotIn(
                "customs_classification_ids",
                subject.with_user(stranger).fields_get(),
                "a field others cannot read would break what reads all fields",
            )

    def test_codes_of_another_company_are_hidden(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        record = self.classify(self.top, "8711", company_id=other.id)
        shared = self.classify(self.below, "8712")
        officer = self.new_user("customs_invoicing.group_customs_user")
        seen = self.model.with_user(officer).search(
            [("id", "in", (record | shared).ids)]
        )
        self.assertEqual(seen, shared)

    def test_a_change_of_code_is_tracked(self):
        record = self.classify(self.top, "8711").with_context(
            tracking_disable=False, mail_notrack=False
        )
        self.env.flush_all()
        self.cr.precommit.run()
        record.code = "8712"
        self.env.flush_all()
        self.cr.precommit.run()
        tracked = record.message_ids.tracking_value_ids
        self.assertEqual(tracked.mapped("new_value_char"), ["8712"])
