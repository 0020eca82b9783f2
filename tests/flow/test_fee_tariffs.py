"""Rate cards: whose prices they are, their versions, and what makes no sense."""

from datetime import date
from decimal import Decimal

from common import CustomsCase

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

D = Decimal


@tagged("post_install", "-at_install")
class FeeCase(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cards = cls.env["customs.fee.tariff"]
        cls.advance_code = cls.env.ref("customs_invoicing.charge_code_advance_fee")
        cls.eur = cls.env.ref("base.EUR")
        cls.eur.active = True

    def rule(self, type_="FLAT", code=None, **vals):
        """Return the command that creates a price."""
        vals = {"amount": 55, **vals} if type_ == "FLAT" else vals
        return Command.create(
            {"charge_code_id": (code or self.service_code).id, "type": type_, **vals}
        )

    def card(self, *rules, activate=True, **vals):
        card = self.cards.create(
            {
                "name": "General rates",
                "date_from": "2020-01-01",
                "rule_ids": list(rules or [self.rule()]),
                **vals,
            }
        )
        if activate:
            card.action_activate()
        return card

    def file(self, **vals):
        vals = {"capacity": "direct", "client_id": self.client.id, **vals}
        return self.typed(**vals)

    def engine_rules(self, files, **options):
        return self.cards._get_engine_rules(files, **options)

    def use(self, card, declaration):
        """Let a charge of a file be priced by a card."""
        charge = self.add_service(declaration, 55)
        # sudo: only rating writes it
        charge.sudo().fee_tariff_id = card
        charge.sudo().fee_rule_id = card.rule_ids[:1]
        return charge


class TestFeeTariffs(FeeCase):
    # === WHOSE PRICES === #

    def test_cards_of_client_group_branch_and_general_apply_with_their_level(self):
        parent = self.env["res.partner.category"].create({"name": "Importers"})
        group = self.env["res.partner.category"].create(
            {"name": "Retail", "parent_id": parent.id}
        )
        self.client.category_id = group
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.client.id}
        )
        declaration = self.file(client_id=contact.id)
        stranger = self.file(client_id=self.broker.id)
        general = self.card()
        own = self.card(name="Own", level="client", client_id=self.client.id)
        of_group = self.card(name="Group", level="group", group_id=parent.id)
        self.card(name="Draft", activate=False)
        self.card(name="Gone").action_archive_card()
        found = self.engine_rules(declaration | stranger)
        self.assertEqual(
            {(rule.tariff, rule.level) for rule in found[declaration]},
            {("General rates", "general"), ("Own", "client"), ("Group", "group")},
        )
        self.assertEqual(
            [(rule.key, rule.level) for rule in found[stranger]],
            [(general.rule_ids.id, "general")],
        )
        self.assertEqual(own.rule_ids.tariff_id.level, "client")
        self.assertEqual(of_group.group_id, parent)

    def test_branch_uses_its_own_card_and_those_of_the_company_above(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids |= branch
        general = self.card()
        of_branch = self.card(name="Port", level="branch", company_id=branch.id)
        day = date(2026, 3, 5)
        found = self.cards._get_rules_of_files(
            {
                company: self.described(company, day)
                for company in (self.company, branch)
            }
        )
        self.assertEqual(
            {rule.key for rule in found[self.company]}, set(general.rule_ids.ids)
        )
        self.assertEqual(
            {(rule.key, rule.level) for rule in found[branch]},
            {(general.rule_ids.id, "general"), (of_branch.rule_ids.id, "branch")},
        )

    def described(self, company, day):
        file = self.file()._get_rated_file()
        return file._replace(company=company, dates={"registration": day})

    def test_card_of_a_branch_needs_a_branch(self):
        with self.assertRaisesRegex(ValidationError, "is for a branch"):
            self.card(level="branch")
        with self.assertRaisesRegex(ValidationError, "choose the client"):
            self.card(level="client")
        with self.assertRaisesRegex(ValidationError, "choose the group"):
            self.card(level="group")
        with self.assertRaisesRegex(ValidationError, "choose the vendor"):
            self.card(side="vendor")

    def test_prices_of_a_vendor_are_apart_from_our_own(self):
        ours = self.card()
        theirs = self.card(name="Port", side="vendor", vendor_id=self.broker.id)
        declaration = self.file()
        found = self.engine_rules(declaration)[declaration]
        self.assertEqual([rule.key for rule in found], ours.rule_ids.ids)
        for vendor in (None, self.broker):
            found = self.engine_rules(declaration, side="vendor", vendor=vendor)
            self.assertEqual(
                [rule.key for rule in found[declaration]], theirs.rule_ids.ids
            )
        found = self.engine_rules(declaration, side="vendor", vendor=self.exporter)
        self.assertEqual(found[declaration], ())

    # === WHEN === #

    def test_validity_is_tested_on_the_day_the_card_names(self):
        declaration = self.file(
            registration_date="2026-03-05", arrival_date="2026-02-20"
        )
        by_number = self.card(date_from="2026-03-01", name="Number")
        by_arrival = self.card(
            date_from="2026-03-01", validity_date="arrival", name="Arrival"
        )
        ended = self.card(date_from="2026-01-01", date_to="2026-02-28", name="Ended")
        arrived = self.card(
            name="Arrived",
            date_from="2026-01-01",
            date_to="2026-02-28",
            validity_date="arrival",
        )
        rules = self.engine_rules(declaration)[declaration]
        self.assertEqual(
            {rule.key for rule in rules},
            {by_number.rule_ids.id, arrived.rule_ids.id},
        )
        facts = declaration._get_rating_facts()[declaration]
        self.assertEqual(facts.date, date(2026, 3, 5))
        # the engine tests one day only, so the days are stretched to it
        other = next(rule for rule in rules if rule.key == arrived.rule_ids.id)
        self.assertEqual(other.valid_to, date(2026, 3, 5))
        self.assertEqual(other.valid_from, date(2026, 1, 1))
        self.assertNotIn(by_arrival.rule_ids.id, {rule.key for rule in rules})
        self.assertNotIn(ended.rule_ids.id, {rule.key for rule in rules})

    def test_validity_by_release_uses_the_day_the_file_was_released(self):
        declaration = self.import_sad()
        declaration.action_release()
        today = date.today()
        self.assertEqual(declaration.release_date, today)
        card = self.card(date_from=today, validity_date="release")
        declaration.registration_date = "2026-03-05"
        self.assertEqual(
            [rule.key for rule in self.engine_rules(declaration)[declaration]],
            card.rule_ids.ids,
        )

    def test_own_days_of_a_price_narrow_those_of_the_card(self):
        card = self.card(
            self.rule(date_from="2026-02-01", date_to="2027-12-31"),
            date_to="2026-06-30",
        )
        rule = card.rule_ids._to_engine()
        self.assertEqual(
            (rule.valid_from, rule.valid_to), (date(2026, 2, 1), date(2026, 6, 30))
        )

    def test_queries_do_not_grow_with_the_files(self):
        category = self.env["res.partner.category"].create({"name": "Retail"})
        clients = self.env["res.partner"].create(
            [{"name": f"C{n}", "category_id": category.ids} for n in range(50)]
        )
        for number, client in enumerate(clients[:3]):
            self.card(
                self.rule(
                    "BAND_FLAT",
                    basis="customs_value",
                    band_ids=[Command.create({"limit": 0, "price": 9})],
                ),
                name=f"Own {number}",
                level="client",
                client_id=client.id,
            )
        self.card(level="group", group_id=category.id)
        files = self.env["customs.declaration"].create(
            [
                {
                    "office_id": self.office.id,
                    "capacity": "direct",
                    "client_id": client.id,
                    "line_ids": [Command.create({"code": "8516710000"})],
                    "container_ids": [
                        Command.create({"name": f"CSQU{n:07}", "size": "20"})
                    ],
                }
                for n, client in enumerate(clients)
            ]
        )
        counts = []
        for batch in (files[0], files):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rules = self.engine_rules(batch)
            facts = batch._get_rating_facts()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertTrue(all(rules.values()))
            self.assertEqual(len(facts), len(batch))
        self.assertLessEqual(counts[1], counts[0])

    # === VERSIONS === #

    def test_new_version_replaces_the_card_when_it_is_activated(self):
        card = self.card(
            self.rule(),
            self.rule(
                "MAX_OF",
                self.advance_code,
                child_ids=[
                    self.part("FLAT", amount=15),
                    self.part("PCT_GREATER", basis="outlay", percent=2),
                ],
            ),
        )
        action = card.action_new_version()
        new = self.cards.browse(action["res_id"])
        self.assertEqual(
            (new.version, new.state, new.first_id, new.name),
            (2, "draft", card, "General rates"),
        )
        self.assertFalse(card.date_to)
        self.assertEqual(new.rule_ids.mapped("words"), card.rule_ids.mapped("words"))
        self.assertEqual(new.rule_ids.child_ids.tariff_id, new)
        self.assertFalse(new.rule_ids.child_ids & card.rule_ids.child_ids)
        new.date_from = "2026-07-01"
        self.assertIn("version 1 the day before 2026-07-01", new.warning)
        new.action_activate()
        self.assertEqual(card.date_to, date(2026, 6, 30))
        self.assertEqual(card.state, "active")
        third = self.cards.browse(card.action_new_version()["res_id"])
        self.assertEqual((third.version, third.first_id), (3, card))
        self.assertEqual(card.version_count, 3)
        third.date_from = "2026-07-01"
        with self.assertRaisesRegex(UserError, "in force from 2026-07-01"):
            third.action_activate()

    def part(self, type_, **vals):
        return Command.create({"type": type_, **vals})

    def test_card_that_priced_a_charge_is_not_edited_any_more(self):
        card = self.card()
        rule = card.rule_ids
        rule.amount = 60
        self.use(card, self.file())
        self.assertTrue(card.is_used)
        self.assertEqual(card.charge_count, 1)
        changes = (
            lambda: rule.write({"amount": 70}),
            lambda: rule.unlink(),
            lambda: card.write({"rule_ids": [self.rule(code=self.advance_code)]}),
            lambda: card.write({"currency_id": self.eur.id}),
            lambda: card.action_reset_to_draft(),
        )
        for change in changes:
            with self.assertRaisesRegex(UserError, "Make a new version"):
                change()
        card.write({"date_to": "2026-12-31", "currency_id": card.currency_id.id})
        card.action_archive_card()
        self.assertEqual(rule.amount, 60)

    def test_bands_of_a_used_card_stay(self):
        card = self.card(
            self.rule(
                "BAND_FLAT",
                basis="customs_value",
                band_ids=[Command.create({"limit": 0, "price": 9})],
            )
        )
        self.use(card, self.file())
        band = card.rule_ids.band_ids
        for change in (
            lambda: band.write({"price": 10}),
            lambda: band.unlink(),
            lambda: band.create({"rule_id": card.rule_ids.id, "limit": 5}),
        ):
            with self.assertRaisesRegex(UserError, "Make a new version"):
                change()

    def test_prices_that_no_file_will_have_are_named(self):
        outlay = self.env.ref("customs_invoicing.charge_code_third_party")
        duty = self.env.ref("customs_invoicing.charge_code_duty")
        card = self.card(self.rule(code=outlay), activate=False)
        self.assertIn(outlay.name, card.warning)
        card.rule_ids = [Command.clear(), self.rule("PASS_THROUGH", code=outlay)]
        self.assertFalse(card.warning)
        vendor = self.card(
            self.rule(code=outlay),
            activate=False,
            name="Broker",
            side="vendor",
            vendor_id=self.broker.id,
        )
        self.assertFalse(vendor.warning)
        vendor.rule_ids = [self.rule(code=duty)]
        self.assertIn(duty.name, vendor.warning)
        self.assertNotIn(outlay.name, vendor.warning)

    def test_card_without_price_is_not_activated(self):
        card = self.cards.create({"name": "Empty", "date_from": "2026-01-01"})
        with self.assertRaisesRegex(UserError, "has no price yet"):
            card.action_activate()

    def test_other_card_for_the_same_files_is_named(self):
        first = self.card()
        second = self.card(name="Also general", activate=False)
        self.assertIn("General rates, version 1", second.warning)
        self.assertIn(self.service_code.name, second.warning)
        second.date_from = "2027-01-01"
        self.assertTrue(second.warning)
        first.date_to = "2026-12-31"
        second.invalidate_recordset(["warning"])
        self.assertFalse(second.warning)
        other = self.card(name="Own", level="client", client_id=self.client.id)
        self.assertFalse(other.warning)

    # === WHAT A PRICE IS === #

    def test_engine_gets_what_each_type_states(self):
        size = self.rule(
            "PER_CONTAINER_SIZE",
            band_ids=[
                Command.create({"size": "20", "price": 100}),
                Command.create({"size": "40", "price": 160}),
                Command.create({"size": "40RF", "price": 200}),
            ],
        )
        slices = self.rule(
            "BAND_PROGRESSIVE_PCT",
            basis="cif_value",
            band_ids=[
                Command.create({"limit": 0, "price": 0.25}),
                Command.create({"limit": 50000, "price": 1}),
            ],
        )
        lines = self.rule(
            "BAND_FLAT",
            unit="line",
            band_ids=[Command.create({"limit": 0, "price": 83})],
        )
        included = self.rule(
            "INCLUDED_THEN", unit="line", base=125, included=3, rate=7.5, minimum=130
        )
        hours = self.rule("HOURLY", rate=60, step=30)
        card = self.card(size, slices, lines, included, hours)
        rules = [rule._to_engine("client") for rule in card.rule_ids]
        sizes = rules[0].params["sizes"]
        self.assertEqual((sizes["40HC"], sizes["40RF"]), (D(160), D(200)))
        self.assertNotIn("45", sizes)
        self.assertEqual(
            rules[1].params["bands"], ((D(50000), D(1)), (None, D("0.25")))
        )
        self.assertEqual(rules[2].params["basis"], "line")
        self.assertEqual(
            rules[3].params,
            {"unit": "line", "base": D(125), "included": D(3), "rate": D("7.5")},
        )
        self.assertEqual((rules[3].minimum, rules[3].maximum), (D(130), None))
        self.assertEqual(rules[4].params, {"step": D(30), "rate": D(60)})
        self.assertEqual({rule.level for rule in rules}, {"client"})

    def test_conditions_name_codes(self):
        procedure = self.env["customs.procedure"].search([], limit=1)
        incoterm = self.env["account.incoterms"].search([("code", "=", "CIF")])
        card = self.card(
            self.rule(
                procedure_ids=[Command.set(procedure.ids)],
                transport_modes="1, 4",
                office_ids=[Command.set(self.office.ids)],
                hs_codes="8471, 8400-8499",
                incoterm_ids=[Command.set(incoterm.ids)],
                declaration_types="IM4",
                service_level="express",
            )
        )
        self.assertEqual(
            card.rule_ids._to_engine().conditions,
            {
                "regime": procedure.code,
                "mode": "1, 4",
                "port": "TEST1",
                "hs": "8471, 8400-8499",
                "incoterm": "CIF",
                "declaration_type": "IM4",
                "service_level": "express",
            },
        )
        self.assertEqual(
            card.rule_ids.condition_words,
            f"{procedure.code} · mode 1, 4 · Port Test · HS 8471, 8400-8499 · CIF · "
            "IM4 · express",
        )

    def test_prices_are_said_in_words(self):
        band = Command.create
        cases = [
            (self.rule(amount=55), "55.00"),
            (
                self.rule("PER_UNIT", unit="line", rate=7.5, minimum=30, maximum=90),
                "7.50 per line, at least 30.00, at most 90.00",
            ),
            (
                self.rule("INCLUDED_THEN", unit="line", base=125, included=3, rate=7.5),
                "125.00 incl. 3 lines, then 7.50 per line",
            ),
            (
                self.rule("PCT_GREATER", basis="duty_outlay", percent=2, minimum=11),
                "2 % of duties we pay, at least 11.00",
            ),
            (
                self.rule(
                    "BAND_FLAT",
                    basis="customs_value",
                    band_ids=[
                        band({"limit": 1000, "price": 83}),
                        band({"limit": 0, "price": 300}),
                    ],
                ),
                "by customs value: up to 1 000: 83.00; above: 300.00",
            ),
            (
                self.rule(
                    "STORAGE_SUM",
                    clock="storage",
                    free_days=3,
                    day_basis="working",
                    per_day=11,
                    per_kg_day=0.2275,
                ),
                "11.00 per day + 0.2275 per kg and day, after 3 free working days",
            ),
            (
                self.rule("HOURLY", rate=60, step=30, minimum_minutes=60),
                "60.00 per hour, in steps of 30 minutes, 60 minutes at least",
            ),
            (
                self.rule("SURCHARGE_PCT", percent=50),
                "50 % of all services",
            ),
            (
                self.rule("COST_PLUS", percent=4, minimum_margin=15),
                "cost + 4 % (margin at least 15.00)",
            ),
        ]
        card = self.card(*(rule for rule, _words in cases), activate=False)
        self.assertEqual(
            card.rule_ids.mapped("words"), [words for _rule, words in cases]
        )

    def test_every_type_is_described_and_has_words(self):
        rules = self.env["customs.fee.rule"]
        sentences = rules._get_type_sentences()
        for type_, _name in rules._fields["type"].selection:
            with self.subTest(type=type_):
                self.assertTrue(sentences[type_])
                self.assertIsInstance(rules.new({"type": type_})._get_words(), str)

    def test_nonsense_is_refused_in_words(self):
        band = Command.create
        cases = [
            (self.rule("PER_UNIT", unit="line"), "state “Price per unit”"),
            (self.rule("PER_UNIT", rate=5), "does not state “Per”"),
            (self.rule("PCT_GREATER", percent=2), "does not state “Of”"),
            (self.rule(amount=-5), "“Price” cannot be negative"),
            (self.rule("BAND_FLAT", basis="outlay"), "does not state “Bands”"),
            (
                self.rule(
                    "BAND_FLAT",
                    basis="outlay",
                    band_ids=[
                        band({"limit": 0, "price": 1}),
                        band({"limit": 0, "price": 2}),
                    ],
                ),
                "only the last band is without limit",
            ),
            (
                self.rule(
                    "BAND_FLAT",
                    basis="outlay",
                    band_ids=[
                        band({"limit": 9, "price": 1}),
                        band({"limit": 9, "price": 2}),
                    ],
                ),
                "two bands have the same limit",
            ),
            (
                self.rule(
                    "PER_CONTAINER_SIZE",
                    band_ids=[
                        band({"size": "20", "price": 1}),
                        band({"size": "20", "price": 2}),
                    ],
                ),
                "each size of container has one price",
            ),
            (self.rule("MAX_OF"), "does not state “Prices compared”"),
            (self.rule("PASS_THROUGH", minimum=5), "An exact cost is passed on"),
            (self.rule(hs_codes="84x"), "is no commodity code"),
            (self.rule("PERIOD_FLAT", fee=9, included=5), "each entry beyond"),
            (
                self.rule(
                    "PCT_GREATER", basis="outlay", percent=1, minimum=9, maximum=5
                ),
                "above its maximum",
            ),
        ]
        for rule, words in cases:
            with (
                self.subTest(words=words),
                self.assertRaisesRegex(ValidationError, words),
            ):
                self.card(rule)

    def test_minimum_of_a_file_names_its_charge(self):
        with self.assertRaisesRegex(ValidationError, "say as which charge"):
            self.card(document_minimum=60, document_minimum_code_id=False)

    # === SCREENS === #

    def test_card_is_made_on_its_form(self):
        form = Form(self.cards)
        form.name = "Own"
        form.level = "client"
        form.client_id = self.client
        with form.rule_ids.new() as line:
            line.charge_code_id = self.service_code
            line.type = "INCLUDED_THEN"
            line.unit = "line"
            line.base = 125
            line.included = 3
            line.rate = 7.5
            self.assertEqual(line.words, "125.00 incl. 3 lines, then 7.50 per line")
        card = form.save()
        self.assertEqual(card.rule_count, 1)
        self.assertEqual(card.rule_ids.tariff_id, card)
        form = Form(card)
        form.level = "general"
        card = form.save()
        self.assertFalse(card.client_id)

    def test_contact_opens_its_cards(self):
        card = self.card(name="Own", level="client", client_id=self.client.id)
        self.card()
        self.assertEqual(self.client.customs_fee_tariff_count, 1)
        action = self.client.action_view_customs_fee_tariffs()
        self.assertEqual(self.cards.search(action["domain"]), card)
        card.action_archive_card()
        self.client.invalidate_recordset()
        self.assertEqual(self.client.customs_fee_tariff_count, 0)


class TestTryingCards(FeeCase):
    def lines(self, wizard, code=None):
        return [
            (line.result, line.tariff_id.name, line.words)
            for line in wizard.line_ids.sorted("sequence")
            if not code or line.charge_code_id == code
        ]

    def test_typed_figures_show_what_each_charge_costs_and_why_not_others(self):
        self.card(
            self.rule("INCLUDED_THEN", unit="line", base=125, included=3, rate=7.5),
            self.rule(transport_modes="4"),
            self.rule(
                "PCT_GREATER", self.advance_code, basis="outlay", percent=2, minimum=11
            ),
        )
        self.card(
            self.rule(amount=90), name="Own", level="client", client_id=self.client.id
        )
        form = Form(self.env["customs.fee.try"])
        form.date = "2026-03-05"
        form.line_count = 9
        form.amount_duty = 1000
        wizard = form.save()
        code = self.service_code
        self.assertEqual(
            self.lines(wizard, code),
            [
                (
                    "rated",
                    "General rates",
                    "125.00 + (9 − 3) lines × 7.50 = 170.00 USD",
                ),
                (
                    "other",
                    "General rates",
                    "Mode of transport: for 4 only, the file has none.",
                ),
            ],
        )
        self.assertEqual(
            self.lines(wizard, self.advance_code),
            [("rated", "General rates", "2 % of outlay 1 000.00 = 20.00 USD")],
        )
        self.assertEqual(wizard.amount_total, 190)
        with Form(wizard) as form:
            form.client_id = self.client
        self.assertEqual(self.lines(wizard, code)[0][:2], ("rated", "Own"))
        self.assertEqual(
            self.lines(wizard, code)[1],
            ("other", "General rates", "“Client” goes before “General”."),
        )
        self.assertEqual(wizard.amount_total, 110)

    def test_draft_is_tried_before_it_is_active(self):
        draft = self.card(self.rule(amount=77), activate=False)
        action = draft.action_try()
        wizard = Form(
            self.env["customs.fee.try"].with_context(**action["context"])
        ).save()
        self.assertEqual(wizard.amount_total, 77)
        self.assertEqual(wizard.line_ids.result, "rated")

    def test_tie_is_shown_and_nothing_is_charged(self):
        self.card()
        self.card(name="Also general")
        wizard = Form(self.env["customs.fee.try"]).save()
        self.assertEqual(
            [line.result for line in wizard.line_ids], ["tie", "tie", "tie"]
        )
        self.assertEqual(wizard.amount_total, 0)
        self.assertEqual(wizard.problem_count, 3)

    def test_foreign_card_is_shown_in_both_currencies(self):
        self.env["res.currency.rate"].search(
            [("currency_id", "=", self.eur.id)]
        ).unlink()
        self.card(self.rule(amount=100), currency_id=self.eur.id)
        form = Form(self.env["customs.fee.try"])
        form.date = "2026-03-05"
        wizard = form.save()
        self.assertEqual(wizard.line_ids.result, "problem")
        self.env["res.currency.rate"].create(
            {"currency_id": self.eur.id, "name": "2026-03-01", "rate": 0.8}
        )
        with Form(wizard) as form:
            form.line_count = 2
        line = wizard.line_ids
        self.assertEqual((line.amount, line.amount_company), (100, 125))
        self.assertEqual(line.currency_id, self.eur)

    def test_file_minimum_is_a_line_of_its_own(self):
        self.card(self.rule(code=self.advance_code, amount=20), document_minimum=60)
        wizard = Form(self.env["customs.fee.try"]).save()
        self.assertEqual(
            [(line.result, line.amount) for line in wizard.line_ids],
            [("rated", 20), ("minimum", 40)],
        )
        self.assertEqual(wizard.amount_total, 60)

    def test_existing_file_is_tried_with_its_own_facts(self):
        declaration = self.file(items=({}, {}, {}, {}))
        self.card(
            self.rule("INCLUDED_THEN", unit="line", base=125, included=3, rate=7.5)
        )
        form = Form(self.env["customs.fee.try"])
        form.declaration_id = declaration
        wizard = form.save()
        self.assertEqual(wizard.client_id, self.client)
        self.assertEqual(wizard.amount_total, 132.5)
        self.assertFalse(declaration.charge_ids.filtered("fee_tariff_id"))

    def test_card_of_other_days_says_so(self):
        self.card(date_from="2026-06-01")
        form = Form(self.env["customs.fee.try"])
        form.date = "2026-03-05"
        wizard = form.save()
        self.assertEqual(
            self.lines(wizard),
            [
                (
                    "other",
                    "General rates",
                    "Not in force on the day: from 2026-06-01 to ….",
                )
            ],
        )
