"""What rate cards see of a file: what is known, and what is missing."""

from datetime import date
from decimal import Decimal

from common import CustomsCase, item, tax

from odoo import Command
from odoo.exceptions import ValidationError

D = Decimal


class TestFeeFacts(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur = cls.env.ref("base.EUR")
        cls.eur.active = True

    def facts(self, declaration, day="2026-03-20"):
        found = declaration.with_context(customs_invoice_date=day)
        return found._get_rating_facts()[found]

    def file(self, **vals):
        vals = {"capacity": "direct", "client_id": self.client.id, **vals}
        return self.typed(**vals)

    def empty(self, **vals):
        """Return a file of which nothing is known."""
        return self.env["customs.declaration"].create(
            {"office_id": self.office.id, "capacity": "direct", **vals}
        )

    # === COUNTS === #

    def test_what_is_not_known_is_missing(self):
        facts = self.facts(self.empty())
        self.assertEqual(facts.quantities, {"declaration": 1, "container": 0, "teu": 0})
        self.assertEqual(facts.amounts, {})
        self.assertEqual(set(facts.clocks), {"storage", "demurrage", "detention"})
        self.assertEqual(facts.currency, "USD")
        self.assertEqual(facts.date, date(2026, 3, 20))

    def test_items_codes_and_masses_are_counted(self):
        items = [
            {"code": "8516710000", "gross_mass": 10.5, "packages": 2},
            {"code": "8516710000", "gross_mass": 5, "packages": 1},
            {"code": "6911100000", "gross_mass": 4.5, "packages": 1},
        ]
        declaration = self.file(items=items)
        found = self.facts(declaration)
        quantities = found.quantities
        self.assertEqual(
            [quantities[unit] for unit in ("line", "hs_code", "kg", "package")],
            [3, 2, 20, 4],
        )
        self.assertEqual(found.attributes["hs"], ("6911100000", "8516710000"))
        declaration.write({"gross_mass": 25, "packages": 6, "volume": 1.5})
        quantities = self.facts(declaration).quantities
        self.assertEqual(
            [quantities[unit] for unit in ("kg", "package", "cbm")], [25, 6, D("1.5")]
        )

    def test_documents_are_counted_unless_the_officer_says_how_many(self):
        declaration = self.file()
        self.assertFalse(
            {"invoice", "certificate", "document"}
            & set(self.facts(declaration).quantities)
        )
        declaration.document_ids = [
            Command.create({"code": code}) for code in ("N380", "380", "N954", "705")
        ]
        quantities = self.facts(declaration).quantities
        self.assertEqual(
            [quantities[unit] for unit in ("invoice", "certificate", "document")],
            [2, 1, 4],
        )
        declaration.document_ids.filtered(lambda d: d.code == "N954").unlink()
        self.assertEqual(self.facts(declaration).quantities["certificate"], 0)
        declaration.write({"invoice_count": 5, "page_count": 12, "vehicle_count": 1})
        quantities = self.facts(declaration).quantities
        self.assertEqual(
            [quantities[unit] for unit in ("invoice", "page", "vehicle")], [5, 12, 1]
        )

    def test_attributes_are_those_of_the_declaration(self):
        procedure = self.env["customs.procedure"].search([], limit=1)
        incoterm = self.env["account.incoterms"].search([("code", "=", "CIF")])
        declaration = self.file(
            procedure_id=procedure.id,
            transport_mode="1 ",
            incoterm_id=incoterm.id,
            declaration_type="IM4",
            service_level="express",
        )
        self.assertEqual(
            self.facts(declaration).attributes,
            {
                "regime": procedure.code,
                "mode": "1",
                "port": "TEST1",
                "hs": ("8516710000",),
                "incoterm": "CIF",
                "declaration_type": "IM4",
                "service_level": "express",
            },
        )

    # === CONTAINERS === #

    def box(self, number="CSQU3054383", **vals):
        return Command.create({"name": number, "size": "40HC", **vals})

    def test_containers_are_counted_by_size(self):
        declaration = self.file(
            container_ids=[
                self.box(),
                self.box("MSCU1234566", size="20"),
                self.box("TGHU7654320", size="45"),
            ]
        )
        facts = self.facts(declaration)
        self.assertEqual(facts.quantities["container"], 3)
        self.assertEqual(facts.quantities["teu"], D("5.25"))
        self.assertEqual(facts.sizes, {"40HC": 1, "20": 1, "45": 1})

    def test_containerised_goods_without_containers_are_not_known(self):
        declaration = self.file(container=True)
        facts = self.facts(declaration)
        self.assertNotIn("container", facts.quantities)
        self.assertEqual(facts.sizes, {})
        self.assertNotIn("demurrage", facts.clocks)
        declaration.container_ids = [self.box(size=False)]
        facts = self.facts(declaration)
        self.assertEqual(facts.quantities["container"], 1)
        self.assertNotIn("teu", facts.quantities)
        self.assertEqual(facts.sizes, {})

    def test_number_of_a_container_is_checked(self):
        declaration = self.file(container_ids=[self.box("csqu 305438-3")])
        box = declaration.container_ids
        self.assertEqual((box.name, box.warning), ("CSQU3054383", False))
        self.assertEqual(box.teu, 2)
        box.name = "CSQU3054384"
        self.assertIn("would be 3", box.warning)
        box.name = "CSQU305438"
        self.assertIn("four letters and seven digits", box.warning)
        box.write(
            {
                "name": "CSQU3054383",
                "date_discharged": "2026-03-10",
                "date_gate_out": "2026-03-05",
            }
        )
        self.assertEqual(box.warning, "“Gate out” is before “Discharged”.")

    def test_days_of_containers_run_until_they_leave_and_return(self):
        declaration = self.file(
            container_ids=[
                self.box(
                    date_discharged="2026-03-02",  # a Monday
                    date_gate_out="2026-03-12",
                    date_returned="2026-03-16",
                ),
                self.box("MSCU1234566", date_arrived="2026-03-10"),
            ]
        )
        clocks = self.facts(declaration).clocks
        self.assertEqual(
            [(c.days, c.working_days) for c in clocks["demurrage"]], [(10, 8), (10, 8)]
        )
        self.assertEqual([c.days for c in clocks["detention"]], [4, 0])
        declaration.container_ids = [self.box("TGHU7654320")]
        clocks = self.facts(declaration).clocks
        self.assertNotIn("demurrage", clocks)
        self.assertNotIn("detention", clocks)

    def test_storage_runs_while_goods_are_in_our_store(self):
        declaration = self.file()
        self.assertEqual(self.facts(declaration).clocks["storage"][0].days, 0)
        declaration.storage_from = "2026-03-02"
        self.assertEqual(self.facts(declaration).clocks["storage"][0].days, 18)
        declaration.storage_to = "2026-03-07"
        clock = self.facts(declaration).clocks["storage"][0]
        self.assertEqual((clock.days, clock.working_days), (5, 4))

    def test_public_holidays_are_no_working_days(self):
        """A holiday of everybody, not of one person nor of another company."""
        declaration = self.file(storage_from="2026-03-02", storage_to="2026-03-13")

        def count():
            return self.facts(declaration).clocks["storage"][0].working_days

        self.assertEqual(count(), 9)  # ten weekdays, the first is not counted
        calendar = self.company.resource_calendar_id.sudo()
        calendar.tz = "Asia/Tokyo"

        def close(**vals):
            self.env["resource.calendar.leaves"].sudo().create(
                {
                    "name": "Closed",
                    "calendar_id": calendar.id,
                    "company_id": self.company.id,
                    "date_from": "2026-03-03 15:00:00",  # all of the 4th in Tokyo
                    "date_to": "2026-03-04 14:59:59",
                    **vals,
                }
            )

        person = (
            self.env["resource.resource"]
            .sudo()
            .create({"name": "Officer", "calendar_id": calendar.id})
        )
        close(resource_id=person.id)
        self.assertEqual(count(), 9)
        close()
        self.assertEqual(count(), 8)
        close(date_from="2026-03-06 15:00:00", date_to="2026-03-07 14:59:59")
        self.assertEqual(count(), 8)  # a Saturday, no working day anyhow
        calendar.attendance_ids.filtered(lambda part: part.dayofweek == "0").unlink()
        self.assertEqual(count(), 7)  # closed on Mondays
        self.company.resource_calendar_id = False
        self.assertEqual(count(), 9)

    # === WORK === #

    def work(self, declaration, **vals):
        return self.env["customs.service.entry"].create(
            {
                "declaration_id": declaration.id,
                "charge_code_id": self.service_code.id,
                **vals,
            }
        )

    def test_work_is_summed_by_service_and_unit(self):
        declaration = self.file()
        code = self.service_code.id
        self.assertEqual(self.facts(declaration).minutes[code], 0)
        self.work(declaration, minutes=60)
        self.work(declaration, minutes=20, factor=1.5)
        self.work(declaration, quantity=12, unit="page")
        facts = self.facts(declaration)
        self.assertEqual(facts.minutes[code], 90)
        self.assertEqual(facts.quantities["page"], 12)
        self.assertEqual(facts.quantities["hour"], D("1.5"))
        declaration.page_count = 9
        self.assertEqual(self.facts(declaration).quantities["page"], 9)

    def test_work_without_time_or_pieces_is_refused(self):
        declaration = self.file()
        for vals, words in (
            ({}, "note the minutes worked"),
            ({"minutes": -5}, "cannot be negative"),
            ({"quantity": 3}, "needs its unit"),
            ({"minutes": 5, "factor": 0.5}, "is 1 or more"),
        ):
            with (
                self.subTest(words=words),
                self.assertRaisesRegex(ValidationError, words),
            ):
                self.work(declaration, **vals)

    # === AMOUNTS === #

    def test_outlay_is_what_we_pay_for_the_client(self):
        declaration = self.file()  # 1 000: duty 50, VAT 157.50
        amounts = self.facts(declaration).amounts
        self.assertEqual(
            [amounts[basis] for basis in ("outlay", "duty_outlay", "vat_outlay")],
            [D("207.5"), 50, D("157.5")],
        )
        self.assertEqual(amounts["customs_value"], 1000)
        self.assertEqual(amounts["cif_value"], 1000)
        self.assertFalse({"saving", "cost", "invoice_value"} & set(amounts))

    def test_what_the_client_pays_itself_is_no_outlay(self):
        own_account = self.env.ref("customs_invoicing.payment_method_p1")
        self.env["customs.payment.instruction"].create(
            {
                "partner_id": self.client.id,
                "kind": "vat",
                "method_id": own_account.id,
            }
        )
        declaration = self.file()
        amounts = self.facts(declaration).amounts
        self.assertEqual((amounts["outlay"], amounts["vat_outlay"]), (50, 0))
        declaration = self.assessed()
        amounts = self.facts(declaration).amounts
        self.assertEqual((amounts["outlay"], amounts["duty_outlay"]), (100, 55))

    def assessed(self, **facts):
        """Return an assessed file: duty 55, VAT 173.25, fee 45."""
        taxes = [tax("CID", rate="5"), tax("VAT", "+", "15")]
        return self.import_sad(
            [item(price="1000.00", freight="0", taxes=taxes)], **facts
        )

    def test_assessed_amounts_go_before_calculated_ones(self):
        declaration = self.assessed()
        amounts = self.facts(declaration).amounts
        total = sum(declaration.duty_line_ids.mapped("amount_payable"))
        self.assertEqual(amounts["outlay"], D(f"{total:.2f}").normalize())
        self.assertEqual(amounts["vat_outlay"], D("173.25"))

    def test_outlay_is_not_known_while_a_tax_is_not_calculated(self):
        declaration = self.file()
        # sudo: only the calculation writes it
        self.duty(declaration).sudo().is_calculated = False
        self.assertNotIn("outlay", self.facts(declaration).amounts)

    def test_invoice_value_is_converted_at_the_customs_rate(self):
        declaration = self.file(
            invoice_currency_id=self.eur.id, invoice_amount=500, customs_rate=1.1
        )
        self.assertEqual(self.facts(declaration).amounts["invoice_value"], 550)
        declaration.customs_rate = 0
        self.assertNotIn("invoice_value", self.facts(declaration).amounts)
        declaration.invoice_currency_id = self.company.currency_id
        self.assertEqual(self.facts(declaration).amounts["invoice_value"], 500)

    def test_amounts_of_a_foreign_authority_need_a_rate(self):
        self.env["res.currency.rate"].search(
            [("currency_id", "=", self.eur.id)]
        ).unlink()
        self.tariff.currency_id = self.eur
        declaration = self.file()
        amounts = self.facts(declaration).amounts
        self.assertFalse({"outlay", "customs_value"} & set(amounts))
        self.env["res.currency.rate"].create(
            {"currency_id": self.eur.id, "name": "2026-03-01", "rate": 0.8}
        )
        amounts = self.facts(declaration).amounts
        self.assertEqual(amounts["customs_value"], 1250)
        self.assertEqual(amounts["outlay"], D("259.38"))

    def test_rates_of_cards_are_those_of_the_invoice_day(self):
        self.env["res.currency.rate"].search(
            [("currency_id", "=", self.eur.id)]
        ).unlink()
        declaration = self.file()
        self.assertNotIn("EUR", self.facts(declaration).rates)
        self.env["res.currency.rate"].create(
            [
                {"currency_id": self.eur.id, "name": day, "rate": rate}
                for day, rate in (("2026-03-01", 0.8), ("2026-04-01", 0.9))
            ]
        )
        self.assertEqual(self.facts(declaration).rates["EUR"], D("0.8"))
        later = self.facts(declaration, day="2026-04-02")
        self.assertEqual(later.rates["EUR"], D("0.9"))
        # none is borrowed from later
        self.assertNotIn("EUR", self.facts(declaration, day="2026-02-01").rates)

    def test_cost_of_a_charge_is_what_was_booked(self):
        declaration = self.assessed()
        vat = self.charge(declaration, "VAT")
        facts = self.facts(declaration)
        self.assertEqual(facts.costs[vat.charge_code_id.id], D("173.25"))
        self.assertNotIn("cost", facts.amounts)

    def test_interest_runs_from_the_day_we_paid(self):
        declaration = self.assessed()
        bill = self.post_assessment(declaration)
        self.assertNotIn("outlay", self.facts(declaration).clocks)
        self.pay(bill, payment_date="2026-03-15")
        clocks = self.facts(declaration, day="2026-04-14").clocks["outlay"]
        self.assertEqual([clock.days for clock in clocks], [30])
        self.assertEqual(clocks[0].amount, D("273.25"))

    def test_interest_follows_each_payment(self):
        declaration = self.assessed()
        bill = self.post_assessment(declaration)
        half = bill.amount_total / 2
        self.pay(bill, payment_date="2026-03-15", amount=half)
        self.pay(bill, payment_date="2026-03-25")
        clocks = self.facts(declaration, day="2026-03-30").clocks["outlay"]
        self.assertEqual([clock.days for clock in clocks], [15, 5])
        self.assertAlmostEqual(sum(clock.amount for clock in clocks), D("273.25"), 4)
