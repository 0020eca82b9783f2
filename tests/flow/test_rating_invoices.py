"""What lines of invoices bill of rated prices, whatever was typed on them."""

from freezegun import freeze_time
from test_rating import RatingCase

from odoo import Command
from odoo.exceptions import UserError


class TestRatingInvoices(RatingCase):
    """EUR 80 are USD 100 when rated (0.8) and USD 160 when billed (0.5)."""

    def rated(self, **vals):
        self.card(self.flat(80, self.advance_code), currency_id=self.eur.id, **vals)
        declaration = self.file()
        self.post_assessment(declaration)
        with freeze_time("2026-03-05"):
            declaration.action_rate_services()
        charge = self.price(declaration, self.advance_code)
        self.assertRecordValues(charge, [{"amount": 100.0, "rating_amount": 80.0}])
        return declaration, charge

    def draft(self, declaration, charge):
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-03-12"
        return invoice, self.line_of(invoice, charge)

    def own_line(self, charge, move=None, **vals):
        """Return a draft invoice with one line that somebody made from outside."""
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-03-12",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "From outside",
                            "quantity": 1,
                            "tax_ids": [Command.clear()],
                            "customs_charge_id": charge.id,
                            "customs_declaration_id": charge.declaration_id.id,
                            **vals,
                        }
                    )
                ],
                **(move or {}),
            }
        )

    def test_price_lowered_by_hand_leaves_the_rest(self):
        declaration, charge = self.rated()
        invoice, line = self.draft(declaration, charge)
        self.assertEqual(line.price_unit, 160.0)
        line.price_unit = 155
        invoice.action_post()
        out = self.company.customs_disbursement_tax_id.name
        self.assert_items(
            invoice,
            [
                (self.income, self.client, -155.00, "", "", ""),
                (self.control, self.client, -55.00, out, "CID", ""),
                (self.control, self.client, -173.25, out, "VAT", ""),
                (self.control, self.client, -45.00, out, "GLOBAL", ""),
                (self.receivable, self.client, 428.25, "", "", ""),
            ],
        )
        self.assertEqual(charge._get_open_fee(), 2.5)
        self.assertEqual((charge.amount_billed, charge.amount_to_bill), (96.88, 3.12))
        rest, line = self.draft(declaration, charge)
        rest.action_post()
        self.assertEqual((rest.amount_untaxed, line.customs_fee_amount), (5.0, 2.5))
        self.assertEqual((charge.amount_to_bill, charge._get_open_fee()), (0.0, 0.0))
        self.assertFalse(declaration.action_create_invoices())
        self.reverse(invoice)
        self.assertEqual((charge.amount_to_bill, charge._get_open_fee()), (96.88, 77.5))
        self.assert_money(declaration, control_balance=273.25)

    def test_price_typed_again_is_the_price(self):
        declaration, charge = self.rated()
        invoice, line = self.draft(declaration, charge)
        line.price_unit = 150
        line.price_unit = 160
        invoice.action_post()
        self.assertEqual((charge.amount_to_bill, charge.amount_billed), (0.0, 100.0))

    def test_price_raised_by_hand_is_refused(self):
        declaration, charge = self.rated()
        invoice, line = self.draft(declaration, charge)
        line.price_unit = 165
        with self.assertRaisesRegex(UserError, "more would be billed"):
            invoice.action_post()

    def test_part_is_credited_by_hand(self):
        declaration, charge = self.rated()
        invoice, line = self.draft(declaration, charge)
        invoice.action_post()
        credit = self.env["account.move"].browse(
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": "2026-03-12", "journal_id": invoice.journal_id.id})
            .refund_moves()["res_id"]
        )
        line = self.line_of(credit, charge)
        (credit.invoice_line_ids - line).unlink()
        line.price_unit = 40
        credit.action_post()
        self.assertEqual((charge.amount_billed, charge._get_open_fee()), (75.0, 20.0))
        self.assert_money(declaration, control_balance=0)

    def test_claims_from_outside_count_for_nothing(self):
        """A price that was made up bills what it costs."""
        declaration = self.file()
        self.post_assessment(declaration)
        charge = self.env["customs.charge"].create(
            {
                "declaration_id": declaration.id,
                "charge_code_id": self.advance_code.id,
                "amount": 80,
            }
        )
        own, euro = self.company.currency_id.id, self.eur.id
        for currency in (own, euro):
            invoice = self.own_line(
                charge,
                price_unit=8000,
                customs_amount=80,
                customs_fee_amount=8000 if currency == own else 4000,
                customs_fee_currency_id=currency,
            )
            with (
                self.subTest(currency),
                self.assertRaisesRegex(UserError, "7,920.00 more would be billed"),
                self.env.cr.savepoint(),
            ):
                invoice.action_post()
        self.assertEqual(charge.amount_billed, 0.0)

    def test_claim_on_a_foreign_price_follows_what_is_billed(self):
        _declaration, charge = self.rated()
        # the fee is billed in full, whatever the line claims of it
        invoice = self.own_line(
            charge,
            price_unit=5,
            customs_amount=1,
            customs_fee_amount=80,
            customs_fee_currency_id=self.eur.id,
        )
        invoice.action_post()
        self.assertEqual((invoice.amount_untaxed, charge.amount_to_bill), (160.0, 0.0))
        with self.assertRaisesRegex(UserError, "more would be billed"):
            self.own_line(charge, price_unit=2).action_post()

    def test_credit_claims_no_more_than_it_gives_back(self):
        declaration, charge = self.rated()
        invoice = self.bill(declaration)
        credit = self.own_line(
            charge,
            price_unit=2,
            customs_amount=100,
            customs_fee_amount=80,
            customs_fee_currency_id=self.eur.id,
            move={"move_type": "out_refund", "reversed_entry_id": invoice.id},
        )
        credit.action_post()
        self.assertEqual(charge._get_open_fee(), 1.0)
        self.assertEqual(charge.amount_to_bill, 1.25)

    def test_what_a_posted_line_bills_stays(self):
        declaration, charge = self.rated()
        line = self.line_of(self.bill(declaration), charge)
        for vals in (
            {"customs_amount": 1},
            {"customs_fee_amount": 1},
            {"customs_fee_currency_id": self.company.currency_id.id},
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "is posted"):
                line.write(vals)
