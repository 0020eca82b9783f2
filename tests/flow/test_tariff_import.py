"""Tariff publications become codes and rates, once, and nothing that counts is lost."""

import csv
import io
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from unittest.mock import patch

from common import CustomsCase

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.customs_invoicing.engine.components import Component, percent
from odoo.addons.customs_invoicing.engine.model import Condition
from odoo.addons.customs_invoicing.formats.tariff.document import (
    AgreementRow,
    CodeRow,
    Flag,
    MeasureRow,
    ProofRow,
    QuotaRow,
    RateRow,
    TariffDocument,
)
from odoo.addons.customs_invoicing.models.customs_tariff_import_measures import (
    MeasuresStep,
)

HEAD = (
    "HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty,"
    "Special Rate of Duty,Column 2 Rate of Duty,Quota Quantity,Additional Duties"
)
#: number, indent, description, general, special, column 2
LINES = (
    ("0101", 0, "Live horses:", "", "", ""),
    ("", 1, "Horses:", "", "", ""),
    ("0101.21.00", 2, "Purebred", "Free", "", "Free"),
    ("0101.29.00", 2, "Other", "4.5%", "Free (AU,BH)", "20%"),
    ("0101.29.00.10", 3, "For slaughter", "", "", ""),
    ("0101.29.00.90", 3, "Other", "", "", ""),
    ("0101.30.00.00", 1, "Asses", "6.8%", "Free (AU)", "15%"),
    ("0102.21.00.00", 1, "Cattle", "The rate of the other heading", "", "Free"),
)


def schedule(lines):
    """Return a schedule as the commission publishes it."""
    out = io.StringIO()
    writer = csv.writer(out)
    for number, indent, words, general, special, column2 in lines:
        units = '["No."]' if len(number) > 10 else ""
        writer.writerow(
            (number, indent, words, units, general, special, column2, "", "")
        )
    return f"{HEAD}\r\n{out.getvalue()}".encode()


def replaced(lines, number, **changes):
    """Return the lines with one of them changed, or left out (``None``)."""
    names = ("number", "indent", "words", "general", "special", "column2")
    found = []
    for line in lines:
        if line[0] != number:
            found.append(line)
        elif changes:
            facts = dict(zip(names, line, strict=True))
            found.append(tuple({**facts, **changes}.values()))
    return tuple(found)


class TestTariffImport(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.national = cls.env["customs.tariff"].create(
            {"name": "Tariff of Elsewhere", "code": "ELS", "code_length": 10}
        )
        cls.env["res.country.group"].create(
            {
                "name": "Column 2 of Elsewhere",
                "code": "ELS:COLUMN2",
                "country_ids": [
                    (6, 0, (cls.env.ref("base.cu") | cls.env.ref("base.kp")).ids)
                ],
            }
        )

    # === HELPERS === #

    def make_job(self, content=None, name="tariff.csv", **vals):
        if content is None:
            content = schedule(LINES)
        attachment = self.env["ir.attachment"].create({"name": name, "raw": content})
        return self.env["customs.tariff.import"].create(
            {
                "tariff_id": self.national.id,
                "attachment_ids": [(6, 0, attachment.ids)],
                "edition": "2024",
                **vals,
            }
        )

    def import_file(self, content=None, batch=5000, **vals):
        job = self.make_job(content, **vals)
        job._process(batch)
        return job

    def import_rows(self, document=None, **kinds):
        """Import rows made by hand as if a file had held them."""
        document = document or TariffDocument("test", **kinds)
        job = self.make_job(b"anything", edition=False, effective_date="2024-01-01")
        with patch.object(type(job), "_read_document", lambda _self: document):
            job._process()
        return job

    def find(self, model, **facts):
        domain = [("tariff_id", "=", self.national.id)]
        domain += [(name, "=", value) for name, value in facts.items()]
        return self.env[model].search(domain)

    def measures(self, code, type_code="general"):
        return self.find("customs.measure", code_prefix=code).filtered(
            lambda m: m.measure_type_id.code == type_code
        )

    def assert_counts(self, job, kind, **expected):
        found = {name: n for name, n in (job.counts.get(kind) or {}).items() if n}
        self.assertEqual(found, expected)

    def use(self, measure):
        """Let a declaration rest on a measure."""
        declaration = self.import_sad()
        duty = declaration.duty_line_ids[0]
        duty.sudo().measure_id = measure  # as the calculation writes it
        return duty

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

    # === WHAT IS WRONG WITH A FILE === #

    def test_rows_that_contradict_each_other(self):
        rate = (percent(Decimal(5)),)
        other = (percent(Decimal(6)),)
        job = self.import_rows(
            codes=[
                CodeRow(2, "0101", 0, "Horses"),
                CodeRow(3, "0101", 0, "Asses"),
                CodeRow(4, "01012100009", 1, "Too long", 2),
                CodeRow(5, "01x1", 1, "No digits", 2),
            ],
            measures=[
                MeasureRow(2, "103", "0101", "5%", rate),
                MeasureRow(3, "103", "0101", "6%", other),
                MeasureRow(
                    4,
                    "103",
                    "0102",
                    "5%",
                    rate,
                    valid_from=date(2024, 5, 1),
                    valid_to=date(2024, 4, 1),
                ),
            ],
        )
        self.assert_counts(job, "codes", imported=1, left_out=3, flagged=3)
        self.assert_counts(job, "measures", imported=1, left_out=2, flagged=2)
        self.assertEqual(self.measures("0101", "103").rate_text, "5%")
        self.assertEqual(
            sorted(job.flag_ids.mapped("reason_code")),
            sorted(
                (
                    "row_twice",
                    "code_too_long",
                    "code_not_digits",
                    "measure_twice",
                    "days_reversed",
                )
            ),
        )
        self.assertTrue(all(job.flag_ids.mapped("is_left_out")))

    def test_dated_rows_keep_their_days(self):
        rate = (percent(Decimal(5)),)

        def row(start, end, text="5%", number=2):
            return MeasureRow(
                number, "103", "0101", text, rate, valid_from=start, valid_to=end
            )

        days = (date(2023, 1, 1), date(2023, 6, 30), date(2023, 7, 1))
        self.import_rows(measures=[row(days[0], days[1]), row(days[2], None, number=3)])
        # an end becomes known; a rate begins within days that are taken
        job = self.import_rows(
            measures=[
                row(days[2], date(2024, 12, 31)),
                row(date(2022, 1, 1), date(2023, 2, 1), number=3),
            ]
        )
        self.assert_counts(job, "measures", changed=1, left_out=1, flagged=1)
        ends = self.measures("0101", "103").sorted("date_from").mapped("date_to")
        self.assertEqual(ends, [days[1], date(2024, 12, 31)])

    def test_unknown_area_covers_nobody(self):
        rate = (percent(Decimal(2)),)
        job = self.import_rows(
            measures=[
                MeasureRow(
                    2,
                    "142",
                    "0101",
                    "2%",
                    rate,
                    origin="2020",
                    origin_name="GSP",
                    origin_members=("AF", "XS"),
                ),
                MeasureRow(3, "142", "0102", "2%", rate, origin="XS"),
                MeasureRow(4, "142", "0103", "2%", rate, origin="1011"),
            ]
        )
        known = self.measures("0101", "142").origin_group_id
        self.assertEqual(known.code, "ELS:2020")
        self.assertEqual(known.country_ids.mapped("code"), ["AF"])
        empty = self.measures("0102", "142")
        self.assertEqual(empty.origin_group_id.code, "ELS:XS")
        self.assertFalse(empty._to_engine()[0].covers_origin("RS"))
        world = self.measures("0103", "142")
        self.assertFalse(world.origin_id or world.origin_group_id)
        self.assertEqual(
            sorted(job.flag_ids.mapped("reason_code")),
            ["area_unknown", "country_unknown"],
        )
        self.assertIn("142", " ".join(job.notes))

    def test_merged_header_leaves_nothing(self):
        import openpyxl

        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["Code", "Description", "Rate", "Rate"])
        sheet.append(["01012100", "Horses", "5%", "6%"])
        sheet.merge_cells("A1:B1")
        stream = io.BytesIO()
        book.save(stream)
        job = self.make_job(stream.getvalue(), name="tariff.xlsx", edition=False)
        with self.assertRaises(UserError):
            job._process()
        self.assertFalse(self.find("customs.tariff.code"))
        self.assertFalse(self.find("customs.measure"))

    def test_unknown_file_is_said_in_words(self):
        job = self.make_job(b"\x00\x01garbage", name="photo.bin")
        self.assertFalse(job.format_found)
        with self.assertRaisesRegex(UserError, "photo.bin"):
            job._process()
        empty = self.make_job(schedule(()))
        with self.assertRaisesRegex(UserError, "no row"):
            empty._process()

    def test_start_needs_a_file(self):
        job = self.env["customs.tariff.import"].create({"tariff_id": self.national.id})
        with self.assertRaisesRegex(UserError, "Add the files"):
            job.action_start()

    def test_control_and_condition_rates(self):
        bracket = Condition(
            "threshold",
            code="V",
            value_name="import_price_100kg",
            threshold=Decimal("52.6"),
            action="apply_components",
            components=(percent(Decimal(12)),),
        )
        self.import_rows(
            measures=[
                MeasureRow(1, "277", "0101", "", None, "no_amount", is_control=True),
                MeasureRow(2, "109", "0101", "", None, unit="NAR"),
                MeasureRow(3, "103", "0809", "", None, conditions=(bracket,)),
                MeasureRow(4, "103", "0810", "", ()),
            ]
        )
        self.assertEqual(self.measures("0101", "277").rate_state, "control")
        unit = self.measures("0101", "109")
        self.assertEqual((unit.rate_state, unit.rate_text), ("control", "NAR"))
        entry = self.measures("0809", "103")
        self.assertEqual(entry.rate_state, "flagged")
        self.assertEqual(entry.condition_ids.component_ids.rate, 12)
        self.assertFalse(entry.import_flag_ids)
        self.assertEqual(self.measures("0810", "103").rate_state, "flagged")

    # === SPREADSHEETS, RATES, AGREEMENTS, QUOTAS === #

    def test_spreadsheet(self):
        content = (
            b"Code;Description;Rate;Unit\r\n"
            b"0101;Horses;;\r\n"
            b"01012100;Purebred;5%;No.\r\n"
            b"01012900;Other;10% or 2 USD/kg whichever is higher;\r\n"
            b"01013000;Asses;as decided;\r\n"
        )
        job = self.import_file(content, edition=False)
        self.assertEqual(job.format_found, "spreadsheet")
        self.assertFalse(job.is_complete)
        self.assertEqual(job.counts["codes"]["imported"], 4)
        self.assertEqual(self.measures("01012100", "duty").component_ids.rate, 5)
        self.assertEqual(len(self.measures("01012900", "duty").component_ids), 2)
        self.assertEqual(self.measures("01013000", "duty").rate_state, "flagged")
        line = self.find("customs.tariff.code", code="01012100")
        self.assertEqual(line.full_description, "Horses › Purebred")

    def test_exchange_rates(self):
        own = self.national.currency_id.name
        rows = [
            RateRow(2, "EUR", Decimal("1.0835"), date(2024, 1, 1), date(2024, 1, 31)),
            RateRow(3, "JPY", Decimal("141.2"), date(2024, 1, 1), None, "inverse"),
            RateRow(4, "QQQ", Decimal(1), date(2024, 1, 1)),
            RateRow(5, own, Decimal(1), date(2024, 1, 1)),
        ]
        job = self.import_rows(exchange_rates=rows)
        self.assert_counts(job, "exchange_rates", imported=2, left_out=2, flagged=2)
        again = self.import_rows(exchange_rates=rows[:2])
        self.assert_counts(again, "exchange_rates", unchanged=2)
        rows[0] = RateRow(
            2, "EUR", Decimal("1.09"), date(2024, 1, 1), date(2024, 1, 31)
        )
        changed = self.import_rows(exchange_rates=rows[:1])
        self.assert_counts(changed, "exchange_rates", changed=1)
        euro = self.find("customs.exchange.rate").filtered(
            lambda r: r.currency_id.name == "EUR"
        )
        self.assertAlmostEqual(euro.rate, 1.09)

    def test_agreements_and_quotas(self):
        proof = ProofRow("Origin declaration", "origin-declaration", "U110")
        agreement = AgreementRow(
            1,
            "japan",
            "Agreement with Japan",
            ("JP", "XQ"),
            date(2021, 1, 1),
            None,
            (proof,),
            ("300",),
        )
        quota = QuotaRow(
            2,
            "090919",
            "fcfs",
            date(2024, 1, 1),
            date(2024, 12, 31),
            Decimal(500),
            "kg",
        )
        document = {
            "agreements": [agreement],
            "quotas": [quota],
            "measures": [
                MeasureRow(
                    3,
                    "143",
                    "0101",
                    "2%",
                    (percent(Decimal(2)),),
                    origin="JP",
                    claims=("300",),
                    order_number="090919",
                )
            ],
        }
        job = self.import_rows(**document)
        record = self.find("customs.agreement")
        self.assertEqual(record.country_ids.mapped("code"), ["JP"])
        self.assertEqual(record.proof_ids.document_code, "U110")
        measure = self.measures("0101", "143")
        self.assertEqual(measure.agreement_id, record)
        self.assertEqual(measure.quota_id.period_ids.volume, 500)
        self.assertEqual(job.flag_ids.text, "XQ")
        again = self.import_rows(**document)
        self.assertEqual(again.count_unchanged, 3)
        self.assertEqual(again.count_imported + again.count_changed, 0)

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
