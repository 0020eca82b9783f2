"""Ways around billing at cost, once, and when it is due: none of them works."""

from common import CustomsCase

from odoo.exceptions import UserError, ValidationError


class TestBillingSafety(CustomsCase):
    # === HELPERS === #

    def booked(self, capacity="direct", **vals):
        """Return a file with 52.50 of duty and 157.50 of VAT paid, a service of 80."""
        vals.setdefault("client_id", self.client.id)
        declaration = self.typed(capacity=capacity, **vals)
        self.assess_amounts(declaration, 52.5, 157.5)
        self.post_assessment(declaration)
        self.add_service(declaration, 80.0)
        return declaration

    # === TESTS === #

    def test_copied_invoice_bills_no_outlay_again(self):
        declaration = self.booked()
        copy = self.bill(declaration).copy()
        self.assertFalse(copy.line_ids.customs_charge_id)
        with self.assertRaisesRegex(UserError, "without its customs charge"):
            copy.action_post()
        self.assert_money(declaration, billed=210, control_balance=0)
        self.assertEqual(self.account_balance(self.control), 0.0)

    def test_discount_does_not_reach_disbursements(self):
        declaration = self.booked()
        invoice = declaration.action_create_invoices()
        self.env["account.move.line"].create(
            {
                "move_id": invoice.id,
                "name": "Discount 10 %",
                "quantity": 1,
                "price_unit": -21.0,
                "account_id": self.income.id,
                "tax_ids": [(6, 0, self.company.customs_disbursement_tax_id.ids)],
            }
        )
        with self.assertRaisesRegex(UserError, "Discount 10 %"):
            invoice.action_post()

    def test_recharge_bears_its_tax(self):
        declaration = self.booked("indirect")
        invoice = declaration.action_create_invoices()
        outlay = invoice.invoice_line_ids.filtered(
            lambda line: line.customs_tax_code == "CID"
        )
        with self.assertRaisesRegex(ValidationError, "bears the tax of a sale"):
            outlay.tax_ids = False

    def test_blocked_charge_cannot_be_typed_onto_an_invoice(self):
        """The order number the client asks for is asked for on posting, too."""
        profile = self.env["customs.billing.profile"].create(
            {"name": "With order numbers", "requires_order_reference": True}
        )
        self.client.customs_billing_profile_id = profile
        declaration = self.booked()
        service = declaration.charge_ids.filtered(lambda c: c.nature == "service")
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-03-10",
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.service_code.product_id.id,
                            "price_unit": 80.0,
                            "customs_charge_id": service.id,
                            "customs_declaration_id": declaration.id,
                        },
                    )
                ],
            }
        )
        with self.assertRaisesRegex(UserError, "order number"):
            invoice.action_post()
        declaration.client_order_reference = "PO-1"
        invoice.action_post()
        self.assertEqual(service.amount_to_bill, 0.0)
