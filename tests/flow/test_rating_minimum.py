"""The least that all services of a file cost together."""

from freezegun import freeze_time
from test_rating import RatingCase


class TestRatingMinimum(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.least_code = cls._create_code("LEAST", "To the minimum")

    def general(self, *rules, minimum=60, **vals):
        return self.card(
            *rules,
            name="General",
            level="general",
            client_id=False,
            document_minimum=minimum,
            document_minimum_code_id=self.least_code.id,
            **vals,
        )

    def rate(self, declaration=None):
        declaration = declaration or self.file()
        declaration.action_rate_services()
        return declaration

    def least(self, declaration):
        return self.price(declaration, self.least_code)

    def test_services_of_all_cards_count_together(self):
        self.card(self.flat(150))
        self.general(self.flat(55), self.flat(12, self.advance_code))
        declaration = self.rate()
        self.assertEqual(
            sorted(self.services(declaration).mapped("amount")), [12.0, 150.0]
        )

    def test_what_is_missing_is_billed_once(self):
        self.card(self.flat(30))
        self.general(self.flat(55), self.flat(12, self.advance_code))
        declaration = self.rate()
        self.assertEqual(self.least(declaration).amount, 18.0)
        self.assertIn("42.00", self.least(declaration).rating_formula)
        self.rate(declaration)
        self.assertEqual(sum(self.services(declaration).mapped("amount")), 60.0)
        last = self.env["customs.rating"]._get_latest(declaration)[declaration]
        self.assertEqual(len(last.line_ids), 3)

    def test_minimum_of_the_client_goes_before_the_general_one(self):
        self.card(
            self.flat(30),
            document_minimum=45,
            document_minimum_code_id=self.extra_code.id,
        )
        self.general(self.flat(55), self.flat(12, self.advance_code), minimum=90)
        declaration = self.rate()
        self.assertEqual(self.price(declaration, self.extra_code).amount, 3.0)
        self.assertFalse(self.least(declaration))

    def test_card_of_other_files_has_no_say(self):
        self.card(
            self.flat(80, transport_modes="4"),
            document_minimum=100,
            document_minimum_code_id=self.extra_code.id,
        )
        self.general(self.flat(55))
        declaration = self.rate()
        self.assertEqual(self.least(declaration).amount, 5.0)
        self.assertFalse(self.price(declaration, self.extra_code))

    def test_minimum_in_another_currency(self):
        """EUR 80 is USD 100 on the day of the file; 55 of them are billed."""
        self.card(self.flat(55))
        self.general(
            self.flat(10, self.advance_code), minimum=80, currency_id=self.eur.id
        )
        declaration = self.file()
        with freeze_time("2026-03-05"):
            self.rate(declaration)
        self.assertEqual(self.price(declaration, self.advance_code).amount, 12.5)
        self.assertRecordValues(
            self.least(declaration),
            [
                {
                    "rating_amount": 26.0,
                    "rating_currency_id": self.eur.id,
                    "amount": 32.5,
                }
            ],
        )

    def test_price_edited_by_hand_counts(self):
        self.general(self.flat(55), minimum=100)
        declaration = self.rate()
        self.assertEqual(self.least(declaration).amount, 45.0)
        service = self.price(declaration)
        service.write({"amount": 90, "rating_edit_reason": "Two visits"})
        self.rate(declaration)
        self.assertEqual(self.least(declaration).amount, 10.0)
        service.write({"amount": 120})
        self.rate(declaration)
        self.assertFalse(self.least(declaration))
        service.write({"amount": 20})
        self.rate(declaration)
        self.assertEqual(self.least(declaration).amount, 80.0)

    def test_service_entered_by_hand_counts(self):
        self.general(self.flat(55), minimum=100)
        declaration = self.file()
        self.env["customs.charge"].create(
            {
                "declaration_id": declaration.id,
                "charge_code_id": self.extra_code.id,
                "amount": 25,
            }
        )
        self.rate(declaration)
        self.assertEqual(self.least(declaration).amount, 20.0)

    def test_card_tops_up_with_a_service_of_its_own(self):
        self.general(self.flat(55), self.flat(20, self.least_code), minimum=100)
        declaration = self.rate()
        self.assertEqual(self.least(declaration).amount, 45.0)
        self.rate(declaration)
        self.assertEqual(self.least(declaration).amount, 45.0)

    def test_minimum_without_rate_is_said(self):
        self.card(self.flat(55))
        self.general(self.flat(10), minimum=80, currency_id=self.eur.id)
        self.env["res.currency.rate"].search(
            [("currency_id", "=", self.eur.id)]
        ).unlink()
        declaration = self.rate()
        self.assertFalse(self.least(declaration))
        self.assertIn("EUR of the rate card", declaration.rating_problem)
