"""Tariff publications become codes and rates, once, and nothing that counts is lost."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from unittest.mock import patch

from importing import LINES, ImportCase, replaced, schedule

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.customs_invoicing.engine.components import Component, percent
from odoo.addons.customs_invoicing.engine.model import Condition
from odoo.addons.customs_invoicing.formats.tariff.document import (
    CodeRow,
    Flag,
    MeasureRow,
    TariffDocument,
)
from odoo.addons.customs_invoicing.models.customs_tariff_import_measures import (
    MeasuresStep,
)


class TestTariffImport(ImportCase):
    @contextmanager
    def failing_batch(self, number):
        """Let the worker die in a batch of measures, before it is stored."""
        calls = []
        process = MeasuresStep.process

        def fail(step, start, stop):
            calls.append(start)
            process(step, start, stop)
            if len(calls) == number:
                raise ConnectionError("the server was switched off")

        with patch.object(MeasuresStep, "process", fail):
            yield

    # === WHAT IS WRITTEN === #

    def test_tree_follows_the_indents(self):
        job = self.import_file()
        self.assertEqual(job.state, "done")
        line = self.find("customs.tariff.code", code="0101290090")
        self.assertEqual(
            line.full_description, "Live horses: › Horses: › Other › Other"
        )
        self.assertEqual(line.parent_id.code, "01012900")
        group = line.parent_id.parent_id
        self.assertEqual((group.code, group.suffix), ("01012100", "10"))
        self.assertFalse(group.declarable)
        self.assertTrue(line.declarable)
        self.assertEqual(line.hs6, "010129")
        self.assertEqual(line.supplementary_unit, "No.")
        self.assertEqual(
            line.parent_path,
            f"{group.parent_id.id}/{group.id}/{line.parent_id.id}/{line.id}/",
        )
        # the tree of the ORM itself agrees
        found = self.env["customs.tariff.code"].search([("id", "child_of", group.id)])
        self.assertEqual(len(found), 5)

    def test_rates_are_measures(self):
        self.import_file()
        general = self.measures("01012900")
        self.assertEqual(general.rate_text, "4.5%")
        self.assertEqual(general.component_ids.rate, 4.5)
        self.assertEqual(general.rate_state, "read")
        self.assertEqual(general.date_from, date(2024, 1, 1))
        self.assertEqual(
            sorted(general.excluded_country_ids.mapped("code")), ["CU", "KP"]
        )
        special = self.measures("01012900", "special")
        self.assertEqual(special.preference_code, "AU, BH")
        self.assertFalse(special.component_ids)
        self.assertEqual(special.rate_state, "read")
        column2 = self.measures("01012900", "column2")
        self.assertEqual(column2.origin_group_id.code, "ELS:COLUMN2")

    def test_rate_not_read_is_flagged_never_zero(self):
        job = self.import_file()
        measure = self.measures("0102210000")
        self.assertEqual(measure.rate_state, "flagged")
        self.assertTrue(measure.rate_problem)
        flag = job.flag_ids.filtered(lambda f: f.measure_id == measure)
        self.assertEqual(flag.code, "0102210000")
        self.assertEqual(flag.text, "The rate of the other heading")
        self.assertIsNone(measure._to_engine()[0].components)
        # the officer corrects the text, which closes the flag…
        measure.rate_text = "3%"
        self.assertEqual(measure.rate_state, "read")
        self.assertTrue(flag.is_done)
        # …and stays until the publication says something else
        self.import_file(edition="2025")
        self.assertEqual(measure.rate_text, "3%")
        self.assertFalse(measure.date_to)

    def test_row_is_what_create_stores(self):
        component = Component(
            "specific", amount=Decimal("0.463"), unit="kg", times=("asv",)
        )
        condition = Condition(
            document="N954", code="B", components=(percent(Decimal(2)),)
        )
        job = self.import_rows(
            codes=[
                CodeRow(2, "8712", 0, "Bicycles\tand 50\\50 cycles"),
                CodeRow(3, "871200", 1, "Bicycles", 2, units=("No.",), declarable=True),
            ],
            measures=[
                MeasureRow(
                    3,
                    "103",
                    "871200",
                    "14.9% + 46.3¢/kg",
                    (percent(Decimal("14.9")), component),
                    origin="CN",
                    origins_excluded=("CU",),
                    claims=("300",),
                    legal_reference="R1",
                    conditions=(condition,),
                )
            ],
        )
        imported = self.find("customs.measure", code_prefix="871200")
        made = self.env["customs.measure"].create(
            {
                "measure_type_id": imported.measure_type_id.id,
                "code_prefix": "871200",
                "origin_id": self.env.ref("base.cn").id,
                "excluded_country_ids": [(6, 0, self.env.ref("base.cu").ids)],
                "preference_code": "300",
                "rate_text": "14.9% + 46.3¢/kg",
                "rate_state": "read",
                "legal_reference": "R1",
                "date_from": "2023-01-01",
                "date_to": "2023-12-31",
                "component_ids": [
                    (0, 0, vals)
                    for vals in self.env[
                        "customs.measure.component"
                    ]._prepare_vals_list((percent(Decimal("14.9")), component), {})
                ],
                "condition_ids": [
                    (
                        0,
                        0,
                        {
                            "code": "B",
                            "document_code": "N954",
                            "component_ids": [(0, 0, {"rate": 2.0, "amount": 0.0})],
                        },
                    )
                ],
            }
        )
        own = {"date_from", "date_to", "import_id", "import_digest"}
        self.assert_same_row(imported, made, own)
        self.assert_same_row(imported.component_ids, made.component_ids, {"measure_id"})
        self.assert_same_row(imported.condition_ids, made.condition_ids, {"measure_id"})
        self.assert_same_row(
            imported.condition_ids.component_ids,
            made.condition_ids.component_ids,
            {"condition_id"},
        )
        self.assertEqual(imported.excluded_country_ids, made.excluded_country_ids)
        code = self.find("customs.tariff.code", code="871200")
        twin = self.env["customs.tariff.code"].create(
            {
                "tariff_id": self.national.id,
                "code": "871200",
                "suffix": "81",
                "indent": 1,
                "description": "Bicycles",
                "parent_id": code.parent_id.id,
                "supplementary_unit": "No.",
                "units": "No.",
                "date_from": "2024-01-01",
            }
        )
        self.assertEqual(code.parent_id.description, "Bicycles\tand 50\\50 cycles")
        self.assert_same_row(code, twin, {"suffix", "parent_path", *own})
        self.assertEqual(job.count_imported, 3)

    def assert_same_row(self, records, others, names):
        """Assert that rows of a table are equal but for their ids and ``names``."""
        records.env.flush_all()
        names = {"id", *names}

        def read(found):
            self.env.cr.execute(
                f"SELECT * FROM {found._table} WHERE id IN %s ORDER BY id",  # noqa: S608
                [tuple(found.ids)],
            )
            return [
                {name: value for name, value in row.items() if name not in names}
                for row in self.env.cr.dictfetchall()
            ]

        self.assertTrue(records)
        self.assertEqual(read(records), read(others))

    # === AGAIN, AND THE NEXT EDITION === #

    def test_same_file_again_changes_nothing(self):
        first = self.import_file()
        again = self.import_file()
        self.assert_counts(again, "codes", unchanged=len(LINES))
        self.assert_counts(
            again, "measures", unchanged=first.counts["measures"]["imported"]
        )
        self.assertFalse(again.flag_ids.filtered("measure_id"))

    def test_new_edition_ends_and_begins(self):
        self.import_file()
        lines = replaced(LINES, "0101.29.00", general="5%", words="Other horses")
        lines = replaced(lines, "0101.30.00.00")
        lines += (("0103", 0, "Swine", "Free", "", ""),)
        job = self.import_file(schedule(lines), edition="2025")
        old, new = self.measures("01012900").sorted("date_from")
        self.assertEqual((old.rate_text, old.date_to), ("4.5%", date(2024, 12, 31)))
        self.assertEqual((new.rate_text, new.date_from), ("5%", date(2025, 1, 1)))
        gone = self.find("customs.tariff.code", code="0101300000")
        self.assertEqual(gone.date_to, date(2024, 12, 31))
        self.assertEqual(self.measures("0101300000").date_to, date(2024, 12, 31))
        # lines below stand under the new line, with its words
        below = self.find("customs.tariff.code", code="0101290010")
        self.assertEqual(len(below), 1)
        self.assertEqual(below.parent_id.description, "Other horses")
        self.assertIn("Other horses", below.full_description)
        self.assertEqual(below.parent_path, f"{below.parent_id.parent_path}{below.id}/")
        self.assert_counts(job, "codes", imported=1, changed=1, unchanged=6, ended=2)
        self.assertEqual(job.counts["measures"]["changed"], 1)
        self.assertEqual(self.national.edition, "2025")
        # the older edition again: all of it is there
        again = self.import_file()
        self.assertFalse(again.count_imported + again.count_changed + again.count_ended)

    def test_part_of_an_edition_ends_nothing(self):
        self.import_file()
        part = self.import_file(schedule(LINES[:3]), edition="2025", is_complete=False)
        self.assertEqual(part.count_ended, 0)
        self.assertFalse(self.find("customs.tariff.code", code="0101300000").date_to)

    def test_wrong_file_does_not_end_the_tariff(self):
        lines = [
            (f"{heading:04}.10.00.00", 0, f"Goods {heading}", "1%", "", "")
            for heading in range(101, 221)
        ]
        self.import_file(schedule(lines))
        job = self.make_job(schedule(lines[:20]), edition="2025")
        with self.assertRaisesRegex(UserError, "100 of 120 lines"):
            job._process()
        job.is_much_ending_meant = True
        job._process()
        self.assertEqual(job.counts["codes"]["ended"], 100)

    def test_used_rate_is_kept(self):
        self.import_file()
        used = self.measures("01012900")
        duty = self.use(used)
        lines = replaced(LINES, "0101.29.00", general="5%")
        self.import_file(schedule(lines), edition="2025")
        self.assertEqual(duty.measure_id, used)
        self.assertEqual(used.component_ids.rate, 4.5)
        self.assertEqual(used.date_to, date(2024, 12, 31))

    def test_correction_on_the_same_day(self):
        self.import_file()
        used, free = self.measures("01012900"), self.measures("0101300000")
        self.use(used)
        lines = replaced(LINES, "0101.29.00", general="5%")
        lines = replaced(lines, "0101.30.00.00", general="7%")
        job = self.import_file(schedule(lines))
        self.assertEqual(free.rate_text, "7%")
        self.assertEqual(free.component_ids.rate, 7)
        self.assertEqual(used.rate_text, "4.5%")
        flag = job.flag_ids.filtered(lambda f: f.reason_code == "measure_used")
        self.assertEqual((flag.measure_id, flag.text), (used, "5%"))
        self.assertTrue(flag.is_left_out)

    # === INTERRUPTED === #

    def test_resumed_import_is_the_same(self):
        whole = self.import_file()
        expected = whole.counts
        whole.flag_ids.unlink()  # they would not be opened again
        names = ("code", "suffix", "full_description")
        rows = self.find("customs.tariff.code").mapped(
            lambda code: tuple(code[name] for name in names)
        )
        self.find("customs.measure").unlink()
        self.find("customs.tariff.code").unlink()
        job = self.make_job()
        with self.failing_batch(2):
            try:
                for record in job:
                    run = record._open()
                    while True:
                        with self.env.cr.savepoint():
                            record._process_batch(run, 3)
            except ConnectionError:
                self.env.invalidate_all()
        self.assertEqual((job.step, job.position), ("measures", 3))
        self.assertEqual(job.row_done, len(LINES) + 3)
        self.assertEqual(len(self.find("customs.measure")), 3)
        job._process(3)
        self.assertEqual(job.counts, expected)
        self.assertEqual(job.row_done, job.row_total)
        found = self.find("customs.tariff.code").mapped(
            lambda code: tuple(code[name] for name in names)
        )
        self.assertEqual(found, rows)

    # === NUMBERS, RIGHTS === #

    def test_numbers_add_up(self):
        document = TariffDocument(
            "test",
            codes=[CodeRow(n, f"01{n:02}", 0, f"Goods {n}") for n in range(10, 30)],
            flags=[Flag(12, "0112", "unknown_unit", "barrel", "units")],
        )
        document.codes.append(CodeRow(30, "0110", 0, "Again"))
        document.measures = [
            MeasureRow(c.row, "103", c.code, "5%", (percent(Decimal(5)),))
            for c in document.codes
        ]
        job = self.import_rows(document)
        for kind in ("codes", "measures"):
            counts = job.counts[kind]
            rows = job._get_row_count(counts)
            self.assertEqual(rows, len(getattr(document, kind)), kind)
        self.assertEqual(job.count_flagged, len(job.flag_ids))
        self.assertEqual(job.row_done, job.row_total)
        self.assertEqual(job.progress, 100)
        self.assertIn("barrel", job.flag_ids.mapped("text"))
        self.assertIn("Tariff codes", job.report)

    def test_only_managers_import(self):
        manager = new_test_user(
            self.env, "manager", groups="customs_invoicing.group_customs_manager"
        )
        user = new_test_user(
            self.env, "officer", groups="customs_invoicing.group_customs_user"
        )
        job = self.make_job()
        with self.assertRaises(AccessError):
            job.with_user(user).action_start()
        with self.assertRaises(AccessError):
            job.with_user(user)._open()
        self.assertFalse(self.find("customs.tariff.code"))
        own = job.with_user(manager)
        own.action_start()
        self.assertEqual((job.state, job.user_id), ("queued", manager))
        own._process()
        self.assertEqual(job.state, "done")
        code = self.find("customs.tariff.code", code="0101290010")
        self.assertEqual(code.create_uid, manager)
        self.assertEqual(job.with_user(user).count_imported, job.count_imported)
