"""Rows that are wrong, dated or of another kind: each is imported or says why not."""

import io
from datetime import date
from decimal import Decimal

from importing import ImportCase, schedule

from odoo.exceptions import UserError

from odoo.addons.customs_invoicing.engine.components import Component, percent
from odoo.addons.customs_invoicing.engine.model import Condition
from odoo.addons.customs_invoicing.formats.tariff.document import (
    AgreementRow,
    CodeRow,
    MeasureRow,
    ProofRow,
    QuotaRow,
    RateRow,
)


class TestTariffImportRows(ImportCase):
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

    def test_amount_in_an_unknown_currency_is_unknown(self):
        part = Component("specific", amount=Decimal(2), unit="kg", currency="QQQ")
        bracket = Condition(document="N954", code="B", components=(part,))
        self.import_rows(
            measures=[
                MeasureRow(2, "103", "0101", "2 QQQ/kg", (part,)),
                MeasureRow(3, "103", "0102", "5%", (), conditions=(bracket,)),
            ]
        )
        for code in ("0101", "0102"):
            measure = self.measures(code, "103")
            self.assertEqual(measure.rate_state, "flagged")
            self.assertIn("QQQ", measure.rate_problem)
            self.assertFalse(measure.component_ids)
            self.assertFalse(measure.condition_ids)
            self.assertEqual(measure.import_flag_ids.reason_code, "rate_not_read")

    def test_format_is_recognised_in_a_form(self):
        job = self.make_job()
        job.invalidate_recordset()
        # forms are read with sizes in place of contents
        self.assertEqual(job.with_context(bin_size=True).format_found, "us_hts")

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

    def test_units_of_asycuda_in_a_spreadsheet(self):
        job = self.import_file(
            b"Code;Description;Rate;Unit\r\n0101210000;Purebred;5%;NMB\r\n",
            edition=False,
        )
        self.assertFalse(job.flag_ids.mapped("reason"))
        line = self.find("customs.tariff.code", code="0101210000")
        self.assertEqual(line.units, "NMB")

    def test_control_of_a_shared_id_has_a_type_of_its_own(self):
        rate = (percent(Decimal(5)),)
        names = {"103": "Third country duty", "105": "Non preferential duty"}
        duty_type = self.env["customs.measure.type"].create(
            {
                "tariff_id": self.national.id,
                "code": "105",
                "name": names["105"],
                "tax_code_id": self.env["customs.tax.code"].search([], limit=1).id,
            }
        )
        rows = [
            MeasureRow(1, "103", "0101", "5%", rate, type_name=names["103"]),
            MeasureRow(
                2,
                "103",
                "0101",
                "",
                None,
                "no_amount",
                type_name="Phytosanitary certificate",
                is_control=True,
                series="B",
            ),
            MeasureRow(
                3,
                "105",
                "0101",
                "",
                None,
                "no_amount",
                type_name="Import control of organic products",
                is_control=True,
                series="B",
            ),
        ]
        job = self.import_rows(measures=rows)
        self.assert_counts(job, "measures", imported=3)
        self.assertEqual(self.measures("0101", "103").component_ids.rate, 5)
        for code, name in (
            ("103-B", "Phytosanitary certificate"),
            ("105-B", "Import control of organic products"),
        ):
            control = self.measures("0101", code)
            self.assertEqual(control.rate_state, "control")
            self.assertEqual(control.measure_type_id.series, "control")
            self.assertEqual(control.measure_type_id.name, name)
        self.assertFalse(self.measures("0101", "105"))
        self.assertEqual(duty_type.series, "duty")
        # alone in a later file it still is no duty
        again = self.import_rows(measures=rows[1:])
        self.assert_counts(again, "measures", unchanged=2)

    def test_nothing_imported_is_said(self):
        rows = [RateRow(2, "QQQ", Decimal(1), date(2024, 1, 1))]
        job = self.import_rows(exchange_rates=rows)
        self.assertEqual(job.state, "done")
        self.assertTrue(job.is_nothing_imported)
        self.assertIn("Nothing was imported: 1 of 1 rows", job.report)
        self.assertIn("Nothing was imported", job.message_ids[:1].body)
        self.assertFalse(self.import_file().is_nothing_imported)
        self.assertFalse(self.import_file().is_nothing_imported)  # all is there

    def test_same_file_opens_no_flag_again(self):
        rows = [RateRow(2, "QQQ", Decimal(1), date(2024, 1, 1))]
        first = self.import_rows(exchange_rates=rows)
        first.flag_ids.is_done = True
        again = self.import_rows(exchange_rates=rows)
        self.assertEqual(len(first.flag_ids), 1)
        self.assertFalse(again.flag_ids)
        self.assert_counts(again, "exchange_rates", left_out=1)
        self.assertIn("not opened again", again.report)
        other = self.import_rows(
            exchange_rates=[RateRow(2, "QQX", Decimal(1), date(2024, 1, 1))]
        )
        self.assertEqual(other.flag_ids.text, "QQX")

    def test_rates_of_the_other_currency_are_inverse(self):
        self.national.currency_id = self.env.ref("base.EUR")
        line = (
            b'[{"child_monetary_unit_code": "GBP", "exchange_rate": "0.8571",'
            b' "validity_start_date": "2021-05-01"}]'
        )
        pound = self.env.ref("base.GBP")
        job = self.import_file(
            line, name="xi.json", edition=False, currency_id=pound.id
        )
        rate = self.find("customs.exchange.rate")
        self.assertEqual(rate.words, "1 EUR = 0.8571 GBP")
        self.assertFalse(job.flag_ids)
        self.national.currency_id = self.env.ref("base.JPY")
        with self.assertRaisesRegex(UserError, "gives GBP for one EUR"):
            self.import_file(line, name="xi.json", edition=False)

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
