"""Rate cards on files: prices, why, hand edits, ties, invoices to the cent."""

from unittest.mock import patch

from common import CustomsCase, item, tax

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form


def one_item():
    """Value 1 100.00: duty 55.00 and VAT 173.25; with the fee of 45.00: 273.25."""
    return [
        item(
            price="1000.00",
            taxes=[tax("CID", rate="5"), tax("VAT", "1155.00", "15", "173.25")],
        )
    ]


class RatingCase(CustomsCase):
    """Rate cards of a client, in the company's currency (USD) and in euros."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.advance_code = cls._create_code("ADVT", "Advance fee")
        cls.extra_code = cls._create_code("EXTT", "Extra line")
        cls.eur = cls.env.ref("base.EUR")
        cls.eur.active = True
        cls.env["res.currency.rate"].search([("currency_id", "=", cls.eur.id)]).unlink()
        for day, rate in (("2020-01-01", 0.8), ("2026-03-10", 0.5)):
            cls.env["res.currency.rate"].create(
                {
                    "currency_id": cls.eur.id,
                    "name": day,
                    "rate": rate,
                    "company_id": cls.company.id,
                }
            )

    @classmethod
    def _create_code(cls, code, name):
        product = cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "taxes_id": [Command.clear()],
                "property_account_income_id": cls.income.id,
            }
        )
        return cls.env["customs.charge.code"].create(
            {"code": code, "name": name, "kind": "service", "product_id": product.id}
        )

    def card(self, *rules, activate=True, **vals):
        """Return an active rate card of the client."""
        card = self.env["customs.fee.tariff"].create(
            {
                "name": "Harbour Home",
                "level": "client",
                "client_id": self.client.id,
                "date_from": "2026-01-01",
                "rule_ids": [Command.create(rule) for rule in rules],
                **vals,
            }
        )
        if activate:
            card.action_activate()
        return card

    def flat(self, amount, code=None, **vals):
        code = code or self.service_code
        return {"charge_code_id": code.id, "type": "FLAT", "amount": amount, **vals}

    def percent(self, percent, minimum, code=None, **vals):
        return {
            "charge_code_id": (code or self.advance_code).id,
            "type": "PCT_GREATER",
            "basis": "outlay",
            "percent": percent,
            "minimum": minimum,
            **vals,
        }

    def per_line(self, rate, included=0):
        return {
            "charge_code_id": self.extra_code.id,
            "type": "INCLUDED_THEN" if included else "PER_UNIT",
            "unit": "line",
            "included": included,
            "rate": rate,
        }

    def retainer(self, **vals):
        """1 500 a month, two files included, 32 for each further one."""
        return {
            "charge_code_id": self.advance_code.id,
            "type": "PERIOD_FLAT",
            "fee": 1500,
            "included": 2,
            "extra": 32,
            **vals,
        }

    def file(self, **facts):
        return self.import_sad(one_item(), **facts)

    def services(self, declaration):
        return declaration.charge_ids.filtered(lambda c: c.nature == "service")

    def line_of(self, move, charge):
        return move.invoice_line_ids.filtered(lambda li: li.customs_charge_id == charge)

    def price(self, declaration, code=None):
        charges = self.services(declaration)
        return charges.filtered(
            lambda c: c.charge_code_id == (code or self.service_code)
        )


class TestRating(RatingCase):
    # === PRICES === #

    def test_services_are_priced_with_their_reasons(self):
        card = self.card(self.flat(55), self.percent(2, 11))
        declaration = self.file()
        self.post_assessment(declaration)
        declaration.action_rate_services()
        clearance = self.price(declaration)
        self.assertRecordValues(
            clearance,
            [
                {
                    "amount": 55.0,
                    "rating_amount": 55.0,
                    "rating_price": 55.0,
                    "rating_currency_id": self.company.currency_id.id,
                    "fee_rule_id": card.rule_ids[0].id,
                    "fee_tariff_id": card.id,
                    "rating_is_edited": False,
                    "amount_to_bill": 55.0,
                }
            ],
        )
        self.assertIn("Harbour Home v1", clearance.rating_version)
        self.assertEqual(str(clearance.rating_date), "2026-03-05")
        advance = self.price(declaration, self.advance_code)
        # 2 % of 273.25 is less than the minimum
        self.assertEqual(advance.amount, 11.0)
        self.assertIn("273.25", advance.rating_formula)
        self.assertIn("273.25", str(advance.rating_inputs))
        rating = declaration.rating_ids.filtered(lambda r: r.side == "sale")
        self.assertRecordValues(
            rating.line_ids,
            [
                {"result": "rated", "effect": "created", "price": 55.0},
                {"result": "rated", "effect": "created", "price": 11.0},
            ],
        )
        self.assertEqual(rating.amount_total, 66.0)
        action = clearance.action_why_this_price()
        self.assertEqual(action["res_id"], rating.line_ids[0].id)

    def test_rating_twice_changes_nothing(self):
        self.card(self.flat(55), self.per_line(7.5))
        declaration = self.file()
        declaration.action_rate_services()
        charges = self.services(declaration)
        ratings = declaration.rating_ids
        stamps = charges.mapped("write_date")
        self.env.flush_all()
        declaration.action_rate_services()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.services(declaration), charges)
        self.assertEqual(declaration.rating_ids, ratings)
        self.assertEqual(charges.mapped("write_date"), stamps)

    def test_basis_excludes_what_the_client_pays_itself(self):
        """Duty on the client's own account is no outlay of ours."""
        self.card(self.percent(10, 0))
        declaration = self.file()
        method = self.env.ref("customs_invoicing.payment_method_p1")
        self.charge(declaration, "VAT").payment_method_id = method
        self.post_assessment(declaration)
        declaration.action_rate_services()
        advance = self.price(declaration, self.advance_code)
        # duty 55.00 and fee 45.00; the VAT of 173.25 is the client's
        self.assertEqual(advance.amount, 10.0)

    def test_zero_makes_no_charge_and_takes_an_unbilled_one_away(self):
        self.card(self.flat(55), self.per_line(7.5, included=1))
        declaration = self.import_sad([*one_item(), *one_item()])
        declaration.action_rate_services()
        self.assertEqual(self.price(declaration, self.extra_code).amount, 7.5)
        declaration.line_ids[1].unlink()
        declaration.action_rate_services()
        self.assertFalse(self.price(declaration, self.extra_code))
        self.assertEqual(self.price(declaration).amount, 55.0)
        last = self.env["customs.rating"]._get_latest(declaration)[declaration]
        self.assertEqual(last.line_ids.mapped("effect"), ["same", "removed"])

    def test_surcharge_and_minimum_of_the_file(self):
        minimum_code = self._create_code("MINT", "Minimum")
        card = self.card(
            self.flat(55),
            {
                "charge_code_id": self.advance_code.id,
                "type": "SURCHARGE_PCT",
                "percent": 20,
            },
            document_minimum=80,
            document_minimum_code_id=minimum_code.id,
        )
        declaration = self.file()
        declaration.action_rate_services()
        self.assertEqual(self.price(declaration, self.advance_code).amount, 11.0)
        top_up = self.price(declaration, minimum_code)
        self.assertRecordValues(
            top_up, [{"amount": 14.0, "fee_rule_id": False, "fee_tariff_id": card.id}]
        )
        self.assertIn("80.00", top_up.rating_formula)
        declaration.action_rate_services()
        self.assertEqual(len(self.services(declaration)), 3)

    def test_outlays_are_never_rated(self):
        outlay = self.env["customs.charge.code"].search(
            [("kind", "=", "third_party")], limit=1
        )
        self.card({"charge_code_id": outlay.id, "type": "PASS_THROUGH"}, self.flat(55))
        declaration = self.file()
        self.post_assessment(declaration)
        before = declaration.charge_ids.filtered("tax_code_id").mapped("amount_charged")
        declaration.action_rate_services()
        self.assertFalse(
            declaration.charge_ids.filtered(lambda c: c.charge_code_id == outlay)
        )
        self.assertEqual(
            declaration.charge_ids.filtered("tax_code_id").mapped("amount_charged"),
            before,
        )

    # === TIES AND PROBLEMS === #

    def test_tie_is_shown_blocks_and_guesses_nothing(self):
        self.card(self.flat(55))
        other = self.card(self.flat(60), name="Second card")
        declaration = self.file()
        self.post_assessment(declaration)
        action = declaration.action_rate_services()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertFalse(self.services(declaration))
        self.assertIn("Second card", declaration.rating_problem)
        self.assertIn("Second card", declaration.billing_blockers)
        blockers = declaration._get_billing_blockers()[declaration]
        rating = [blocker for blocker in blockers if blocker.code == "rating"]
        self.assertEqual(len(rating), 1)
        self.assertTrue(rating[0].stops)
        with self.assertRaisesRegex(UserError, "Second card"):
            declaration.action_create_invoices()
        other.action_archive_card()
        declaration.action_rate_services()
        self.assertFalse(declaration.rating_problem)
        self.assertEqual(self.price(declaration).amount, 55.0)
        self.assertTrue(declaration.action_create_invoices())

    def test_price_entered_by_hand_settles_a_tie(self):
        self.card(self.flat(55))
        self.card(self.flat(60), name="Second card")
        declaration = self.file()
        self.post_assessment(declaration)
        declaration.action_rate_services()
        self.add_service(declaration, 58)
        self.assertFalse(declaration.rating_problem)
        self.assertTrue(declaration.action_create_invoices())

    def test_tie_that_is_gone_is_forgotten(self):
        cards = self.card(self.flat(55)) | self.card(self.flat(60), name="Second card")
        declaration = self.typed(capacity="direct", client_id=self.client.id)
        declaration.action_rate_services()
        self.assertIn("Second card", declaration.warning_message)
        cards.action_archive_card()
        declaration.action_rate_services()
        self.assertFalse(declaration.rating_problem)

    def test_what_is_not_known_is_a_problem_not_zero(self):
        self.card(
            {
                "charge_code_id": self.extra_code.id,
                "type": "PER_UNIT",
                "unit": "cbm",
                "rate": 3,
            }
        )
        declaration = self.file()
        declaration.action_rate_services()
        self.assertFalse(self.services(declaration))
        self.assertIn("Extra line", declaration.rating_problem)
        line = declaration.rating_ids.line_ids
        self.assertEqual((line.result, line.price), ("problem", 0.0))

    def test_problem_follows_the_file(self):
        """Once the fact is there, the file says to rate again, not to state it."""
        self.card(
            {
                "charge_code_id": self.extra_code.id,
                "type": "PER_UNIT",
                "unit": "cbm",
                "rate": 3,
            }
        )
        declaration, other = (
            self.file(),
            self.file(reference="J2", registration=("C", "2", "3/5/26")),
        )
        files = declaration | other
        files.action_rate_services()
        declaration.volume = 12
        problems = files._get_rating_problems()
        self.assertIn("Rate again", problems[declaration][0])
        self.assertIn("not known", problems[other][0])
        declaration.action_rate_services()
        self.assertFalse(declaration._get_rating_problems()[declaration])
        self.assertEqual(self.price(declaration, self.extra_code).amount, 36)

    def test_currency_without_rate_is_a_problem(self):
        self.env["res.currency.rate"].search(
            [("currency_id", "=", self.eur.id)]
        ).unlink()
        self.card(self.flat(100), currency_id=self.eur.id)
        declaration = self.file()
        declaration.action_rate_services()
        self.assertFalse(self.services(declaration))
        self.assertIn("EUR", declaration.rating_problem)

    def test_own_import_and_missing_client_are_said(self):
        own = self.typed()
        with self.assertRaisesRegex(UserError, "own import"):
            own.action_rate_services()
        nobody = self.typed(capacity="direct")
        with self.assertRaisesRegex(UserError, "no client"):
            nobody.action_rate_services()

    # === HAND EDITS AND RATING AGAIN === #

    def test_hand_edit_needs_a_reason_and_stays(self):
        self.card(self.flat(55))
        declaration = self.file()
        declaration.action_rate_services()
        charge = self.price(declaration)
        with self.assertRaisesRegex(UserError, "reason of the edit"):
            charge.amount = 40
        charge.write({"amount": 40, "rating_edit_reason": "Agreed by phone"})
        self.assertTrue(charge.rating_is_edited)
        self.assertEqual(charge.rating_difference, -15.0)
        action = declaration.action_rate_services()
        self.assertNotEqual(
            action["res_model"] if "res_model" in action else "", "customs.rerate"
        )
        self.assertEqual(charge.amount, 40.0)
        self.assertEqual(charge.rating_edit_reason, "Agreed by phone")
        found = self.env["customs.charge"].search([("rating_is_edited", "=", True)])
        self.assertIn(charge, found)

    def test_edit_on_the_form_asks_for_the_reason(self):
        self.card(self.flat(55))
        declaration = self.file()
        declaration.action_rate_services()
        index = declaration.charge_ids.ids.index(self.price(declaration).id)
        form = Form(declaration)
        self.assertFalse(form.has_edited_services)
        with form.charge_ids.edit(index) as line:
            line.amount = 50
        # the column of the reason shows as soon as a price is edited
        self.assertTrue(form.has_edited_services)
        with self.assertRaisesRegex(AssertionError, "rating_edit_reason"):
            form.save()
        with form.charge_ids.edit(index) as line:
            line.amount = 50
            line.rating_edit_reason = "Round price"
        form.save()
        self.assertEqual(self.price(declaration).amount, 50.0)
        self.assertTrue(self.price(declaration).rating_is_edited)

    def test_waived_service_is_not_billed_again(self):
        """Credited as a favour, it would be billed with the next invoice otherwise."""
        self.card(self.flat(55))
        declaration = self.file()
        declaration.action_rate_services()
        self.post_assessment(declaration)
        charge = self.price(declaration)
        credit = self.bill(declaration)._reverse_moves(
            [{"invoice_date": "2026-03-20", "date": "2026-03-20"}]
        )
        outlays = credit.invoice_line_ids.filtered(
            lambda line: line.customs_charge_id != charge
        )
        outlays.unlink()
        credit.action_post()
        self.assertEqual(charge.amount_to_bill, 55.0)
        charge.action_waive()
        self.assertEqual((charge.amount, charge.amount_to_bill), (0.0, 0.0))
        self.assertEqual(charge.rating_edit_reason, "Waived")
        self.assertIn("55.00 waived", declaration.message_ids[0].body)
        self.assert_money(declaration, to_bill=0, control_balance=0)
        declaration.action_rate_services()
        self.assertEqual(charge.amount, 0.0)
        duty = declaration.charge_ids.filtered("tax_code_id")[:1]
        for nothing_left in (charge, duty):
            with self.assertRaisesRegex(UserError, "only own services"):
                nothing_left.action_waive()

    def test_waived_rest_keeps_what_is_billed(self):
        declaration = self.file()
        service = self.add_service(declaration, 80)
        invoice = self.bill_service(service, 50)
        service.action_waive()
        self.assertEqual((service.amount, service.amount_to_bill), (50.0, 0.0))
        self.assertEqual(invoice.amount_untaxed, 50.0)

    def test_service_waived_by_hand_is_not_priced_by_a_card(self):
        declaration = self.file()
        service = self.add_service(declaration, 80)
        service.action_waive()
        self.card(self.flat(55))
        declaration._rate_services("button")
        self.assertEqual((service.amount, service.amount_to_bill), (0.0, 0.0))

    def bill_service(self, service, price):
        """Return a draft invoice of a part of a service."""
        invoice = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.client.id}
        )
        invoice._customs_add_charges([service])
        invoice.invoice_line_ids.price_unit = price
        return invoice

    def test_rating_fields_are_nobodys_to_write(self):
        self.card(self.flat(55))
        declaration = self.file()
        declaration.action_rate_services()
        charge = self.price(declaration)
        for vals in ({"rating_price": 1}, {"fee_tariff_id": False}):
            with self.assertRaisesRegex(UserError, "comes from the rate card"):
                charge.write(vals)
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            declaration.rating_ids.sudo().write({"origin": "invoice"})
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            declaration.rating_ids.line_ids.sudo().unlink()
        with self.assertRaises(AccessError):
            declaration.rating_ids.with_user(self.env.user).line_ids.write({"price": 1})

    def _rerate(self, declarations):
        action = declarations.action_rerate_services()
        return self.env["customs.rerate"].browse(action["res_id"])

    def test_rating_again_shows_the_difference_and_why(self):
        card = self.card(self.flat(55), self.per_line(7.5))
        declaration = self.file()
        declaration.action_rate_services()
        declaration.line_ids.copy({"declaration_id": declaration.id, "number": 2})
        card.action_archive_card()
        self.card(self.flat(60), self.per_line(7.5), name="New card")
        wizard = self._rerate(declaration)
        self.assertRecordValues(
            wizard.line_ids,
            [
                {
                    "action": "update",
                    "is_chosen": True,
                    "amount_old": 55.0,
                    "amount_new": 60.0,
                    "difference": 5.0,
                },
                {
                    "action": "update",
                    "is_chosen": True,
                    "amount_old": 7.5,
                    "amount_new": 15.0,
                    "difference": 7.5,
                },
            ],
        )
        self.assertIn("Harbour Home v1", wizard.line_ids[0].why)
        self.assertIn("New card v1", wizard.line_ids[0].why)
        self.assertIn("1 → 2", wizard.line_ids[1].why)
        wizard.line_ids[0].is_chosen = False
        wizard.action_apply()
        self.assertEqual(self.price(declaration).amount, 55.0)
        self.assertEqual(self.price(declaration, self.extra_code).amount, 15.0)
        last = self.env["customs.rating"]._get_latest(declaration)[declaration]
        self.assertEqual(last.line_ids.mapped("effect"), ["kept", "updated"])
        self.assertEqual(last.line_ids.mapped("previous_price"), [55.0, 7.5])

    def test_hand_edit_is_not_ticked(self):
        card = self.card(self.flat(55))
        declaration = self.file()
        declaration.action_rate_services()
        charge = self.price(declaration)
        charge.write({"amount": 40, "rating_edit_reason": "Agreed"})
        card.action_archive_card()
        self.card(self.flat(60), name="New card")
        # a new price is news: the differences open
        action = declaration.action_rate_services()
        self.assertEqual(action["res_model"], "customs.rerate")
        self.assertEqual(charge.amount, 40.0)
        wizard = self.env["customs.rerate"].browse(action["res_id"])
        line = wizard.line_ids
        self.assertEqual((line.action, line.is_chosen), ("edited", False))
        self.assertIn("Agreed", line.note)
        line.is_chosen = True
        wizard.action_apply()
        self.assertEqual(charge.amount, 60.0)
        self.assertFalse(charge.rating_is_edited or charge.rating_edit_reason)

    def test_service_entered_by_hand_is_not_doubled(self):
        self.card(self.flat(55))
        declaration = self.file()
        charge = self.add_service(declaration, 70)
        action = declaration.action_rate_services()
        self.assertEqual(self.services(declaration), charge)
        self.assertEqual(charge.amount, 70.0)
        wizard = self.env["customs.rerate"].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.action, "by_hand")
        self.assertFalse(wizard.line_ids.is_chosen)

    def test_service_without_price_gets_the_one_of_the_card(self):
        self.card(self.flat(55))
        declaration = self.file()
        charge = self.add_service(declaration, 0)
        declaration.action_rate_services()
        self.assertEqual(self.services(declaration), charge)
        self.assertEqual(charge.amount, 55.0)

    def test_shown_price_is_the_one_that_is_written(self):
        card = self.card(self.flat(55))
        declaration = self.file()
        declaration.action_rate_services()
        card.action_archive_card()
        second = self.card(self.flat(60), name="New card")
        wizard = self._rerate(declaration)
        second.rule_ids.amount = 65
        with self.assertRaisesRegex(UserError, "has changed since"):
            wizard.action_apply()
        self.assertEqual(self.price(declaration).amount, 55.0)

    def test_card_that_ended_takes_nothing_away_by_itself(self):
        card = self.card(self.flat(55))
        declaration = self.file()
        declaration.action_rate_services()
        card.action_archive_card()
        action = declaration.action_rate_services()
        self.assertEqual(self.price(declaration).amount, 55.0)
        wizard = self.env["customs.rerate"].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.action, "expired")
        wizard.line_ids.is_chosen = True
        wizard.action_apply()
        self.assertFalse(self.services(declaration))

    # === INVOICES === #

    def test_invoice_in_our_currency(self):
        self.card(self.flat(55), self.percent(10, 0))
        declaration = self.file()
        self.post_assessment(declaration)
        declaration.action_rate_services()
        invoice = self.bill(declaration)
        out = self.company.customs_disbursement_tax_id.name
        # 10 % of 273.25 is 27.325, half up 27.33; sales tax on the clearance only
        sale_tax = self.company.account_sale_tax_id
        taxes = self.service_code.product_id.taxes_id & sale_tax
        vat = 8.25 if taxes else 0.0
        items = [
            (self.income, self.client, -55.00, taxes.name or "", "", ""),
            (self.income, self.client, -27.33, "", "", ""),
            (self.control, self.client, -55.00, out, "CID", ""),
            (self.control, self.client, -173.25, out, "VAT", ""),
            (self.control, self.client, -45.00, out, "GLOBAL", ""),
            (self.receivable, self.client, 355.58 + vat, "", "", ""),
        ]
        if vat:
            account = self.company_data["default_account_tax_sale"]
            items.append((account, self.client, -vat, f"T:{taxes.name}", "", ""))
        self.assert_items(invoice, items)
        self.assert_money(
            declaration, to_bill=0, control_balance=0, service_billed=82.33
        )

    def test_invoice_in_the_currency_of_the_card_has_its_exact_price(self):
        """EUR 33.33 is USD 41.66 when rated (0.8) and USD 66.66 when billed (0.5)."""
        self.client.customs_billing_currency_id = self.eur
        self.card(self.flat(33.33, self.advance_code), currency_id=self.eur.id)
        declaration = self.file()
        self.post_assessment(declaration)
        with self._today("2026-03-08"):
            declaration.action_rate_services()
        charge = self.price(declaration, self.advance_code)
        self.assertRecordValues(
            charge,
            [
                {
                    "rating_amount": 33.33,
                    "rating_currency_id": self.eur.id,
                    "amount": 41.66,
                }
            ],
        )
        invoice = self.bill(declaration)
        line = invoice.invoice_line_ids.filtered(
            lambda li: li.customs_charge_id == charge
        )
        self.assertEqual(line.price_unit, 33.33)
        self.assertEqual(line.balance, -66.66)
        out = self.company.customs_disbursement_tax_id.name
        self.assert_items(
            invoice,
            [
                (self.income, self.client, -66.66, "", "", ""),
                (self.control, self.client, -55.00, out, "CID", ""),
                (self.control, self.client, -173.26, out, "VAT", ""),
                (self.control, self.client, -45.00, out, "GLOBAL", ""),
                (self.receivable, self.client, 339.92, "", "", ""),
            ],
        )
        self.assertEqual(invoice.amount_total, 169.96)
        self.assertEqual(charge.amount_to_bill, 0.0)
        self.assert_money(declaration, to_bill=0, control_balance=0)
        self.assertFalse(declaration.action_create_invoices())

    def test_price_of_a_foreign_card_follows_the_invoice_date(self):
        """EUR 33.33 billed in USD on a day of 0.5: USD 66.66, and nothing is left."""
        self.card(self.flat(33.33, self.advance_code), currency_id=self.eur.id)
        declaration = self.file()
        self.post_assessment(declaration)
        with self._today("2026-03-08"):
            declaration.action_rate_services()
            invoice = declaration.action_create_invoices()
        charge = self.price(declaration, self.advance_code)
        line = invoice.invoice_line_ids.filtered(
            lambda li: li.customs_charge_id == charge
        )
        self.assertEqual(line.price_unit, 41.66)
        invoice.invoice_date = "2026-03-10"
        invoice.action_post()
        self.assertEqual(line.price_unit, 66.66)
        self.assertEqual(charge.amount_to_bill, 0.0)
        # another rate of the day is no other price
        self.assertFalse(declaration.action_create_invoices())
        wizard = self._rerate(declaration)
        self.assertFalse(wizard.line_ids)
        self.reverse(invoice)
        self.assertEqual(charge.amount_to_bill, 41.66)

    def test_difference_of_a_billed_price_is_billed_to_the_cent(self):
        self.client.customs_billing_currency_id = self.eur
        card = self.card(self.flat(33.33, self.advance_code), currency_id=self.eur.id)
        declaration = self.file()
        self.post_assessment(declaration)
        with self._today("2026-03-08"):
            declaration.action_rate_services()
        self.bill(declaration)
        card.action_archive_card()
        self.card(
            self.flat(40, self.advance_code), name="New card", currency_id=self.eur.id
        )
        charge = self.price(declaration, self.advance_code)
        declaration._rate_services("button")
        self.assertEqual(charge.amount, 41.66)
        wizard = self._rerate(declaration)
        self.assertEqual(wizard.line_ids.action, "billed")
        self.assertFalse(wizard.line_ids.is_chosen)
        self.assertIn("more would be billed", wizard.line_ids.note)
        wizard.line_ids.is_chosen = True
        wizard.action_apply()
        supplement = self.bill(declaration)
        self.assertEqual(supplement.amount_untaxed, 6.67)
        self.assertEqual(charge.amount_to_bill, 0.0)

    def test_difference_of_a_billed_price_is_credited_to_the_cent(self):
        self.client.customs_billing_currency_id = self.eur
        card = self.card(self.flat(33.33, self.advance_code), currency_id=self.eur.id)
        declaration = self.file()
        self.post_assessment(declaration)
        with self._today("2026-03-08"):
            declaration.action_rate_services()
        self.bill(declaration)
        card.action_archive_card()
        self.card(
            self.flat(30, self.advance_code), name="New card", currency_id=self.eur.id
        )
        wizard = self._rerate(declaration)
        self.assertIn("would be credited", wizard.line_ids.note)
        wizard.line_ids.is_chosen = True
        wizard.action_apply()
        credit = self.bill(declaration)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.amount_untaxed, 3.33)
        charge = self.price(declaration, self.advance_code)
        self.assertEqual(charge.amount_to_bill, 0.0)

    def _today(self, day):
        return patch("odoo.fields.Date.context_today", return_value=_date(day))

    # === BY ITSELF === #

    def test_by_itself_with_the_assessment_and_before_billing(self):
        self.card(self.flat(55))
        plain = self.file()
        self.post_assessment(plain)
        self.assertFalse(self.services(plain))
        self.company.customs_rate_automatically = True
        declaration = self.file(registration=("C", "4800", "3/5/26"), reference="J2")
        self.post_assessment(declaration)
        self.assertEqual(self.price(declaration).amount, 55.0)
        origin = declaration.rating_ids.filtered(lambda r: r.side == "sale").origin
        self.assertEqual(origin, "assessment")
        plain.action_create_invoices()
        self.assertEqual(self.price(plain).amount_in_draft, 55.0)

    # === LEAKAGE === #

    def test_files_with_a_forgotten_service_are_found(self):
        self.card(self.flat(55))
        forgotten = self.file()
        rated = self.file(registration=("C", "4800", "3/5/26"), reference="J2")
        rated.action_rate_services()
        found = self.env["customs.declaration"].search(
            [("has_unrated_services", "=", True)]
        )
        self.assertIn(forgotten, found)
        self.assertNotIn(rated, found)
        self.assertTrue(forgotten.has_unrated_services)
        self.assertFalse(rated.has_unrated_services)
        others = self.env["customs.declaration"].search(
            [("has_unrated_services", "=", False)]
        )
        self.assertNotIn(forgotten, others)

    # === MANY FILES === #

    def _files(self, count, first):
        files = self.env["customs.declaration"]
        for number in range(first, first + count):
            files |= self.file(
                registration=("C", str(number), "3/5/26"), reference=f"J{number}"
            )
        return files

    def _count_queries(self, files):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        files._rate_services("button")
        self.env.flush_all()
        return self.env.cr.sql_log_count - start

    def test_queries_do_not_grow_with_the_files(self):
        self.card(self.flat(55), self.percent(2, 11), self.per_line(7.5))
        self._files(1, 5000)._rate_services("button")  # warm
        one, many = self._files(1, 5100), self._files(30, 5200)
        few = self._count_queries(one)
        lot = self._count_queries(many)
        self.assertEqual(len(self.services(many)), 90)
        self.assertLessEqual(lot, few + 3)
        again = self._count_queries(many)
        self.assertLessEqual(again, lot)
        blockers = self._count_blockers(one), self._count_blockers(many)
        self.assertLessEqual(blockers[1], blockers[0] + 2)

    def _count_blockers(self, files):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        files._get_rating_problems()
        return self.env.cr.sql_log_count - start


class TestDefaultPrice(RatingCase):
    """The default price of a charge code gives way to a rate card."""

    def defaulted(self):
        self.service_code.default_amount = 80
        return self.file()

    def test_default_price_gives_way_to_a_rate_card(self):
        card = self.card(self.flat(55))
        declaration = self.defaulted()
        charge = self.price(declaration)
        self.assertEqual((charge.amount, charge.amount_is_default), (80.0, True))
        self.assertTrue(declaration.has_unrated_services)
        declaration.action_rate_services()
        self.assertRecordValues(
            self.price(declaration),
            [{"id": charge.id, "amount": 55.0, "fee_tariff_id": card.id}],
        )
        self.assertFalse(charge.amount_is_default)
        self.assertFalse(declaration.has_unrated_services)

    def test_default_price_stays_without_a_rate_card(self):
        declaration = self.defaulted()
        declaration.action_rate_services()
        self.assertEqual(self.price(declaration).amount, 80.0)

    def test_typed_price_stays(self):
        self.card(self.flat(55))
        declaration = self.defaulted()
        charge = self.price(declaration)
        charge.amount = 70
        self.assertFalse(charge.amount_is_default)
        action = declaration.action_rate_services()
        self.assertEqual(charge.amount, 70.0)
        wizard = self.env["customs.rerate"].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.action, "by_hand")

    def test_default_price_does_not_settle_a_tie(self):
        self.card(self.flat(55))
        self.card(self.flat(60), name="Second card")
        declaration = self.defaulted()
        declaration.action_rate_services()
        self.assertIn("Second card", declaration.rating_problem)
        self.price(declaration).amount = 58
        self.assertFalse(declaration.rating_problem)

    def test_billed_default_price_is_left_to_somebody(self):
        declaration = self.defaulted()
        self.post_assessment(declaration)
        declaration.action_create_invoices()
        self.card(self.flat(55))
        action = declaration.action_rate_services()
        self.assertEqual(self.price(declaration).amount, 80.0)
        wizard = self.env["customs.rerate"].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.action, "billed")

    def test_only_the_product_marks_a_default_price(self):
        charge = self.price(self.defaulted())
        with self.assertRaisesRegex(UserError, "Default price"):
            charge.amount_is_default = False


def _date(text):
    from odoo import fields

    return fields.Date.to_date(text)
