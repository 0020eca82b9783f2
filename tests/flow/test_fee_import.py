"""Rate cards as spreadsheets: out, in, and what changes is shown first."""

import base64
import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
from common import CustomsCase

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.customs_invoicing.formats.rate_card import (
    RateCard,
    RateCardRow,
    read_rate_card,
    write_xlsx,
)

D = Decimal


@tagged("post_install", "-at_install")
class TestFeeImport(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cards = cls.env["customs.fee.tariff"]
        cls.advance = cls.env.ref("customs_invoicing.charge_code_advance_fee")
        cls.clearance = cls.service_code
        cls.procedure = cls.env["customs.procedure"].search([], limit=1)
        cls.full = cls.cards.create(
            {
                "name": "Everything",
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
                "level": "client",
                "client_id": cls.client.id,
                "document_minimum": 60,
                "validity_date": "arrival",
                "rule_ids": [Command.create(vals) for vals in cls._all_types()],
            }
        )

    @classmethod
    def _all_types(cls):
        """Return the values of a price of each type."""
        band = Command.create
        rows = [
            {"type": "FLAT", "amount": 0, "name": "free"},
            {
                "type": "PER_UNIT",
                "unit": "kg",
                "rate": 0.2275,
                "minimum": 5,
                "maximum": 500,
                "procedure_ids": [Command.set(cls.procedure.ids)],
                "transport_modes": "1, 4",
                "office_ids": [Command.set(cls.office.ids)],
                "hs_codes": "8471, 8400-8499",
                "declaration_types": "IM4",
                "service_level": "express",
                "date_from": "2026-02-01",
                "date_to": "2026-11-30",
            },
            {
                "type": "INCLUDED_THEN",
                "unit": "line",
                "base": 125,
                "included": 3,
                "rate": 7.5,
                "minimum_extra": 10,
                "minimum": 130,
            },
            {"type": "PCT_GREATER", "basis": "outlay", "percent": 2, "minimum": 11},
            {"type": "FIXED_PLUS_PCT", "basis": "outlay", "fixed": 12, "percent": 2},
            {
                "type": "BAND_FLAT",
                "unit": "line",
                "band_ids": [
                    band({"limit": 5, "price": 83}),
                    band({"limit": 0, "price": 185}),
                ],
            },
            {
                "type": "BAND_PROGRESSIVE_PCT",
                "basis": "cif_value",
                "band_ids": [
                    band({"limit": 50000, "price": 1}),
                    band({"limit": 0, "price": 0.25}),
                ],
            },
            {
                "type": "PER_DAY_TIERED",
                "clock": "demurrage",
                "free_days": 5,
                "day_basis": "working",
                "unit": "container",
                "band_ids": [
                    band({"limit": 3, "price": 50}),
                    band({"limit": 0, "price": 90}),
                ],
            },
            {
                "type": "STORAGE_SUM",
                "clock": "storage",
                "free_days": 3,
                "per_day": 11,
                "per_kg_day": 0.22,
            },
            {
                "type": "STORAGE_GREATER",
                "clock": "storage",
                "per_day": 10,
                "per_kg_day": 0.17,
            },
            {
                "type": "PER_CONTAINER_SIZE",
                "band_ids": [
                    band({"size": "20", "price": 100}),
                    band({"size": "40", "price": 160}),
                ],
            },
            {
                "type": "MAX_OF",
                "child_ids": [
                    band({"type": "FLAT", "amount": 15}),
                    band({"type": "PCT_GREATER", "basis": "cif_value", "percent": 1.5}),
                ],
            },
            {"type": "HOURLY", "rate": 60, "step": 30, "minimum_minutes": 60},
            {
                "type": "INTEREST_ON_OUTLAY",
                "basis": "outlay",
                "annual_rate": 12,
                "free_days": 10,
            },
            {"type": "PCT_OF_SAVING", "percent": 12},
            {"type": "COST_PLUS", "percent": 4, "minimum_margin": 15},
            {"type": "PASS_THROUGH"},
            {"type": "PERIOD_FLAT", "fee": 1500, "included": 50, "extra": 32},
            {
                "type": "SURCHARGE_PCT",
                "percent": 50,
                "applies_to_ids": [Command.set(cls.advance.ids)],
            },
        ]
        return [
            {"charge_code_id": cls.clearance.id, "sequence": n, **row}
            for n, row in enumerate(rows)
        ]

    def wizard(self, content, card=None, filename="rates.xlsx", **vals):
        form = Form(
            self.env["customs.fee.import"].with_context(
                default_tariff_id=card.id if card else False,
                default_filename=filename,
            )
        )
        for name, value in vals.items():
            form[name] = value
        form.file = base64.b64encode(content).decode()
        return form.save()

    def imported(self, wizard):
        return self.cards.browse(wizard.action_import()["res_id"])

    def content(self, *rows, **facts):
        card = RateCard(**{"name": "From a file", "currency": "USD", **facts})
        return write_xlsx(replace(card, rows=tuple(rows)))

    def changes(self, wizard):
        return [
            (line.change, line.subject, line.before, line.after)
            for line in wizard.line_ids
        ]

    # === OUT AND IN AGAIN === #

    def test_every_type_is_there(self):
        types = {
            key for key, _name in self.env["customs.fee.rule"]._fields["type"].selection
        }
        self.assertEqual(set(self.full.rule_ids.mapped("type")), types)

    def test_card_goes_out_and_comes_back_as_it_was(self):
        content = base64.b64decode(self.full.spreadsheet)
        self.assertEqual(read_rate_card(content), self.full._to_rate_card())
        wizard = self.wizard(content)
        self.assertEqual(wizard.mode, "new")
        self.assertFalse(wizard.problems)
        self.assertEqual(set(wizard.line_ids.mapped("change")), {"added"})
        card = self.imported(wizard)
        self.assertNotEqual(card, self.full)
        self.assertEqual(card._to_rate_card(), self.full._to_rate_card())
        self.assertEqual(card.client_id, self.client)
        self.assertEqual(card.state, "draft")
        self.assertEqual(card.rule_ids.child_ids.tariff_id, card)
        self.assertEqual(
            card.rule_ids.mapped("words"), self.full.rule_ids.mapped("words")
        )

    def test_export_downloads_a_workbook(self):
        url = self.full.action_export()["url"]
        self.assertIn(
            f"/web/content/customs.fee.tariff/{self.full.id}/spreadsheet", url
        )
        book = openpyxl.load_workbook(
            io.BytesIO(base64.b64decode(self.full.spreadsheet))
        )
        self.assertEqual(book.sheetnames, ["Rates", "Card", "Help"])

    # === WHAT CHANGES === #

    def small(self):
        card = self.cards.create(
            {
                "name": "Small",
                "date_from": "2026-01-01",
                "rule_ids": [
                    Command.create({"charge_code_id": self.clearance.id, "amount": 55}),
                    Command.create(
                        {
                            "charge_code_id": self.clearance.id,
                            "name": "air",
                            "amount": 45,
                            "transport_modes": "4",
                        }
                    ),
                    Command.create(
                        {
                            "charge_code_id": self.advance.id,
                            "type": "PCT_GREATER",
                            "basis": "outlay",
                            "percent": 2,
                        }
                    ),
                ],
            }
        )
        card.action_activate()
        return card

    def new_prices(self):
        code = self.clearance.code
        return (
            RateCardRow(code, "FLAT", {"amount": D(60)}),
            RateCardRow(
                code, "FLAT", {"amount": D(45)}, name="air", conditions={"mode": "4"}
            ),
            RateCardRow(code, "FLAT", {"amount": D(99)}, name="night"),
        )

    def test_new_version_shows_what_is_added_changed_and_removed(self):
        card = self.small()
        name, advance = self.clearance.name, self.advance.name
        wizard = self.wizard(self.content(*self.new_prices()), card)
        self.assertEqual(wizard.mode, "version")
        self.assertEqual(
            self.changes(wizard),
            [
                ("changed", name, "55.00", "60.00"),
                ("same", f"{name} · air", "45.00 (mode 4)", "45.00 (mode 4)"),
                ("added", f"{name} · night", "", "99.00"),
                (
                    "removed",
                    advance,
                    "2 % of outlay: duties and taxes we pay",
                    "",
                ),
            ],
        )
        self.assertEqual(wizard.summary, "1 added, 1 changed, 1 removed, 1 unchanged.")
        self.assertEqual(card.rule_ids.mapped("amount"), [55, 45, 0])
        new = self.imported(wizard)
        self.assertEqual((new.version, new.first_id, new.state), (2, card, "draft"))
        self.assertEqual(new.name, "Small")
        self.assertEqual(new.rule_ids.mapped("amount"), [60, 45, 99])
        self.assertEqual(card.rule_ids.mapped("amount"), [55, 45, 0])
        self.assertEqual(card.state, "active")

    def test_facts_of_the_card_change_with_it(self):
        card = self.small()
        content = self.content(
            *self.new_prices(), currency="EUR", document_minimum=D(80)
        )
        self.env.ref("base.EUR").active = True
        wizard = self.wizard(content, card)
        facts = [row for row in self.changes(wizard) if row[0] == "changed"][:2]
        self.assertEqual(
            facts,
            [
                ("changed", "Currency", "USD", "EUR"),
                ("changed", "Minimum of a file", "", "80.00"),
            ],
        )
        new = self.imported(wizard)
        self.assertEqual(new.currency_id.name, "EUR")
        self.assertEqual(new.document_minimum, 80)

    def test_prices_of_a_draft_are_replaced(self):
        card = self.small()
        draft = self.cards.browse(card.action_new_version()["res_id"])
        wizard = self.wizard(self.content(*self.new_prices()), draft)
        self.assertEqual(wizard.mode, "replace")
        self.assertEqual(self.imported(wizard), draft)
        self.assertEqual(draft.rule_ids.mapped("amount"), [60, 45, 99])
        draft.action_activate()
        wizard = self.wizard(self.content(*self.new_prices()), draft, mode="replace")
        with self.assertRaisesRegex(UserError, "is in force"):
            wizard.action_import()

    # === ERRORS === #

    def test_all_errors_are_shown_with_their_place_and_nothing_is_written(self):
        book = openpyxl.load_workbook(io.BytesIO(self.content(*self.new_prices())))
        sheet = book["Rates"]
        header = [cell.value for cell in sheet[1]]
        sheet.cell(2, header.index("amount") + 1).value = "a lot"
        sheet.cell(3, header.index("rule_type") + 1).value = "FLATT"
        stream = io.BytesIO()
        book.save(stream)
        wizard = self.wizard(stream.getvalue())
        lines = wizard.problems.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], r"^Rates [A-Z]+2 \(amount\): “a lot” is no number")
        self.assertRegex(lines[1], r"^Rates [A-Z]+3 \(rule_type\): “FLATT” is not")
        self.assertFalse(wizard.line_ids)
        before = self.cards.search_count([])
        with self.assertRaisesRegex(UserError, "a lot"):
            wizard.action_import()
        self.assertEqual(self.cards.search_count([]), before)

    def test_unknown_names_are_told_together_with_unreadable_cells(self):
        book = openpyxl.load_workbook(
            io.BytesIO(self.content(*self.new_prices(), currency="XXX"))
        )
        sheet = book["Rates"]
        header = [cell.value for cell in sheet[1]]
        sheet.cell(2, header.index("amount") + 1).value = "a lot"
        sheet.cell(3, header.index("charge_code") + 1).value = "NOPE"
        stream = io.BytesIO()
        book.save(stream)
        problems = self.wizard(stream.getvalue()).problems
        for words in ("“a lot” is no number", "charge code “NOPE”", "“XXX” is not"):
            with self.subTest(words=words):
                self.assertIn(words, problems)

    def test_what_is_not_known_is_named(self):
        rows = (
            RateCardRow("NOPE", "FLAT", {"amount": D(1)}),
            RateCardRow(
                self.clearance.code,
                "FLAT",
                {"amount": D(1)},
                conditions={
                    "regime": "9999",
                    "port": "TEST1",
                    "incoterm": "XXX",
                    "service_level": "yesterday",
                },
            ),
            RateCardRow(
                self.clearance.code, "PER_CONTAINER_SIZE", {"sizes": {"33": D(1)}}
            ),
            RateCardRow(
                self.clearance.code, "HOURLY", {"rate": D(60), "step": D("7.5")}
            ),
        )
        content = self.content(*rows, currency="XXX", level="client", client="Nobody")
        problems = self.wizard(content).problems
        for words in (
            "Rates 2 (charge_code): There is no charge code “NOPE”",
            "Rates 3 (regime): “9999” is not known",
            "Rates 3 (incoterm): “XXX” is not known",
            "Rates 3 (service_level): “yesterday” is not possible",
            "Rates 4 (sizes): “33” is not possible",
            "Rates 5 (step): “7.5”",
            "Card (currency): “XXX” is not known",
            "Card (client): “Nobody” is not known",
        ):
            with self.subTest(words=words):
                self.assertIn(words, problems)
        self.assertNotIn("TEST1", problems)

    def test_what_the_record_refuses_is_said_with_its_row(self):
        row = RateCardRow(
            self.clearance.code, "PER_UNIT", {"unit": "line", "rate": D(0)}
        )
        self.assertIn(
            "Rates 2: state “Price per unit”.", self.wizard(self.content(row)).problems
        )

    def test_file_without_prices_or_without_sense(self):
        self.assertIn("has no price", self.wizard(self.content()).problems)
        self.assertTrue(self.wizard(b"\x00\x01 nonsense").problems)
        wizard = self.env["customs.fee.import"].create({"mode": "new"})
        with self.assertRaisesRegex(UserError, "Choose the spreadsheet"):
            wizard.action_import()
