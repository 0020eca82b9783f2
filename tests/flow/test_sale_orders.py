"""Services ordered by a client, and what is paid for it, on one order."""

from common import CustomsCase

from odoo.exceptions import UserError
from odoo.tests import new_test_user


class TestSaleOrders(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_manager")
        cls.sale_tax = cls.company.account_sale_tax_id
        cls.clearance = cls.service_code.product_id
        cls.papers = cls.env.ref("customs_invoicing.charge_code_advance_fee").product_id
        cls.zero = cls.company.customs_disbursement_tax_id

    # === HELPERS === #

    def order(self, *prices, confirm=True, **vals):
        """Return an order of clearance services at prices."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.client.id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.clearance.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                        },
                    )
                    for quantity, price in prices or [(1, 55.0)]
                ],
                **vals,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def file_of(self, order):
        """Return the file created from the order, lodged and assessed, not posted."""
        order.action_create_customs_declaration()
        declaration = order.customs_declaration_ids
        declaration.write(
            {
                "office_id": self.office.id,
                "registration_date": "2026-03-05",
                "line_ids": [(0, 0, {"code": "8516710000", "customs_value": 1000})],
            }
        )
        declaration._record_assessment(
            [
                {
                    "tax_code_id": self.env.ref("customs_invoicing.tax_code_cid").id,
                    "item_number": 1,
                    "base": 1000.0,
                    "rate": 5.0,
                    "amount_assessed": 50.0,
                }
            ],
            date="2026-03-05",
        )
        return declaration

    def service(self, declaration):
        return declaration.charge_ids.filtered(lambda c: c.nature == "service")

    def assert_order(self, order, **expected):
        order.invalidate_recordset()
        order.order_line.invalidate_recordset()
        found = {
            "status": order.invoice_status,
            "lines": [
                (line.price_unit, line.product_uom_qty, line.qty_invoiced)
                for line in order.order_line
            ],
        }
        self.assertEqual({key: found[key] for key in expected}, expected)

    # === TESTS === #

    def test_order_becomes_a_file_of_the_client(self):
        """Services make it a client's import; each is a charge at its price."""
        order = self.order((2, 30.0), client_order_ref="PO-9")
        order.action_create_customs_declaration()
        declaration = order.customs_declaration_ids
        self.assertEqual(declaration.capacity, "direct")
        self.assertEqual(declaration.direction, "import")
        self.assertEqual(declaration.client_id, self.client)
        charge = self.service(declaration)
        self.assertEqual(charge.charge_code_id, self.service_code)
        self.assertEqual(charge.amount, 60.0)
        self.assertEqual(charge.sale_line_ids, order.order_line)
        order.order_line.price_unit = 31.0
        self.assertEqual(charge.amount, 62.0)
        self.assertEqual(self.service(declaration), charge)

    def test_price_of_an_ordered_service_is_the_orders(self):
        order = self.order()
        declaration = self.file_of(order)
        with self.assertRaisesRegex(UserError, order.name):
            self.service(declaration).amount = 1.0

    def test_invoiced_from_the_order(self):
        """Outlays came onto the order when they were posted; it bills both."""
        order = self.order((2, 30.0))
        declaration = self.file_of(order)
        self.assert_order(order, lines=[(30.0, 2.0, 0.0)])
        self.post_assessment(declaration)
        self.assert_order(
            order, status="to invoice", lines=[(30.0, 2.0, 0.0), (50.0, 1.0, 0.0)]
        )
        outlay = order.order_line[1]
        self.assertEqual(outlay.tax_ids, self.zero)
        self.assertEqual(outlay.customs_declaration_id, declaration)
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-03-10"
        invoice.action_post()
        sale = self.sale_tax
        tax_account = sale.invoice_repartition_line_ids.account_id
        self.assert_items(
            invoice,
            [
                (self.receivable, self.client, 119.0, "", "", ""),
                (self.income, self.client, -60.0, sale.name, "", ""),
                (tax_account, self.client, -9.0, f"T:{sale.name}", "", ""),
                (self.control, self.client, -50.0, self.zero.name, "CID", ""),
            ],
        )
        self.assert_money(
            declaration, charged=50, billed=50, to_bill=0, control_balance=0
        )
        self.assertEqual(declaration.amount_service_billed, 60.0)
        self.assert_order(
            order, status="invoiced", lines=[(30.0, 2.0, 2.0), (50.0, 1.0, 1.0)]
        )
        self.assertFalse(declaration.action_create_invoices())
        self.assertIn(invoice, order.invoice_ids)

    def test_invoiced_from_the_file(self):
        """The order knows: nothing is left to invoice there."""
        order = self.order((2, 30.0))
        declaration = self.file_of(order)
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        line = invoice.invoice_line_ids.filtered(lambda li: li.quantity == 2)
        self.assertEqual((line.price_unit, line.price_subtotal), (30.0, 60.0))
        self.assert_order(
            order, status="invoiced", lines=[(30.0, 2.0, 2.0), (50.0, 1.0, 1.0)]
        )
        self.assert_money(declaration, billed=50, to_bill=0, control_balance=0)
        self.assertEqual(order.invoice_ids, invoice)
        with self.assertRaises(UserError):
            order._create_invoices()

    def test_deleted_draft_frees_order_and_charge(self):
        order = self.order()
        declaration = self.file_of(order)
        self.post_assessment(declaration)
        order._create_invoices().unlink()
        self.assert_money(declaration, to_bill=105)
        self.assert_order(order, status="to invoice")
        self.bill(declaration)
        self.assert_order(order, status="invoiced")

    def test_more_is_charged_later(self):
        """The difference comes as a line of its own once the first is invoiced."""
        order = self.order()
        declaration = self.file_of(order)
        self.post_assessment(declaration)
        self.bill(declaration)
        declaration._record_assessment(
            [
                {
                    "tax_code_id": self.env.ref("customs_invoicing.tax_code_cid").id,
                    "item_number": 1,
                    "base": 1000.0,
                    "rate": 5.0,
                    "amount_assessed": 62.5,
                }
            ],
            date="2026-03-20",
            reason="correction",
        )
        self.post_assessment(declaration)
        self.assert_order(
            order,
            status="to invoice",
            lines=[(55.0, 1.0, 1.0), (50.0, 1.0, 1.0), (12.5, 1.0, 0.0)],
        )
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 12.5)
        self.assert_money(declaration, billed=62.5, control_balance=0)

    def test_blocked_file_is_not_invoiced_from_the_order(self):
        order = self.order()
        order.action_create_customs_declaration()
        with self.assertRaisesRegex(UserError, order.customs_declaration_ids.name):
            order._create_invoices()

    def test_cancelled_order_leaves_nothing_to_bill(self):
        order = self.order()
        declaration = self.file_of(order)
        order._action_cancel()
        self.assertEqual(self.service(declaration).amount, 0.0)
        self.assertEqual(self.service(declaration).amount_to_bill, 0.0)

    def test_salesperson_without_customs_rights(self):
        """Selling and invoicing orders of files needs no customs rights."""
        seller = new_test_user(
            self.env, "seller", groups="sales_team.group_sale_manager"
        )
        order = self.order(confirm=False)
        order.with_user(seller).action_confirm()
        declaration = self.file_of(order)
        self.post_assessment(declaration)
        order.order_line[0].with_user(seller).price_unit = 40.0
        self.assertEqual(self.service(declaration).amount, 40.0)
        invoice = order.with_user(seller)._create_invoices()
        self.assertEqual(invoice.sudo().amount_untaxed, 90.0)

    def test_file_joins_the_order_later(self):
        """A file that is there already takes over the services when it is linked."""
        order = self.order()
        declaration = self.typed(capacity="direct", client_id=self.client.id)
        declaration.sale_order_ids = order
        self.assertEqual(self.service(declaration).amount, 55.0)
        declaration.sale_order_ids = order
        self.assertEqual(len(self.service(declaration)), 1)

    def test_second_file_of_an_order(self):
        """A service names its file; without one it is for the first."""
        order = self.order((1, 55.0), (1, 70.0), confirm=False)
        files = self.env["customs.declaration"].concat(
            *(self.typed(capacity="direct", client_id=self.client.id) for _n in "ab")
        )
        order.customs_declaration_ids = files
        order.order_line[1].customs_declaration_id = files[1]
        order.action_confirm()
        self.assertEqual(self.service(files[0]).amount, 55.0)
        self.assertEqual(self.service(files[1]).amount, 70.0)

    def euro_prices(self):
        """Return a pricelist in euro: 0.80 for a dollar, 0.50 from 10 March on."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        rates = self.env["res.currency.rate"]
        rates.search([("currency_id", "=", euro.id)]).unlink()
        rates.create(
            [
                {"currency_id": euro.id, "rate": 0.8, "name": "2020-01-01"},
                {"currency_id": euro.id, "rate": 0.5, "name": "2026-03-10"},
            ]
        )
        return self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )

    def test_foreign_currency_order(self):
        """Prices of the order stay to the cent on an invoice in its currency."""
        pricelist = self.euro_prices()
        euro = pricelist.currency_id
        order = self.order(
            (3, 33.33), pricelist_id=pricelist.id, date_order="2026-03-01"
        )
        declaration = self.file_of(order)
        self.assertEqual(self.service(declaration).amount, 199.98)
        self.post_assessment(declaration)
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-03-12"
        invoice.action_post()
        self.assertEqual(invoice.currency_id, euro)
        self.assertEqual(
            sorted(invoice.invoice_line_ids.mapped("price_subtotal")), [25.0, 99.99]
        )
        self.assert_money(
            declaration, charged=50, billed=50, to_bill=0, control_balance=0
        )
        self.assertEqual(self.service(declaration).amount_billed, 199.98)

    def test_goods_stay_an_export_of_our_own(self):
        goods = self.env["product.product"].create({"name": "Kettle", "type": "consu"})
        order = self.env["sale.order"].create(
            {
                "partner_id": self.client.id,
                "order_line": [(0, 0, {"product_id": goods.id, "price_unit": 9.0})],
            }
        )
        order.action_confirm()
        order.action_create_customs_declaration()
        self.assertEqual(order.customs_declaration_ids.capacity, "own")
        self.assertFalse(order.customs_declaration_ids.charge_ids)

    def test_foreign_quantity_and_discount(self):
        """Quantity and discount of the order are on the invoice, whatever the day."""
        pricelist = self.euro_prices()
        self.client.customs_billing_currency_id = pricelist.currency_id
        for from_file in (False, True):
            with self.subTest(from_file=from_file):
                order = self.order((4, 25.0), confirm=False, pricelist_id=pricelist.id)
                order.order_line.discount = 10
                order.action_confirm()
                order.date_order = "2026-03-01"
                declaration = self.file_of(order)
                self.post_assessment(declaration)
                if from_file:
                    invoice = declaration.action_create_invoices()
                else:
                    invoice = order._create_invoices()
                invoice.invoice_date = "2026-03-15"
                invoice.action_post()
                charge = self.service(declaration)
                line = invoice.invoice_line_ids.filtered(
                    lambda li, charge=charge: li.customs_charge_id == charge
                )
                self.assertEqual(
                    (line.quantity, line.price_unit, line.discount), (4, 25.0, 10.0)
                )
                self.assertEqual(line.price_subtotal, 90.0)
                self.assertEqual(line.balance, -180.0)
                self.assertEqual(charge.amount_to_bill, 0.0)
                self.assert_money(declaration, control_balance=0)

    def test_discount_billed_from_the_file(self):
        order = self.order((2, 30.0), confirm=False)
        order.order_line.discount = 50
        order.action_confirm()
        declaration = self.file_of(order)
        self.assertEqual(self.service(declaration).amount, 30.0)
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        self.assertEqual(invoice.amount_untaxed, 80.0)
        self.assertEqual(sum(invoice.line_ids.mapped("balance")), 0.0)
        income = invoice.line_ids.filtered(lambda li: li.account_id == self.income)
        self.assertEqual(income.balance, -30.0)
        self.assert_order(order, status="invoiced")

    def test_service_on_the_file_is_not_doubled(self):
        """What was rated or typed before becomes the ordered one, at its price."""
        order = self.order((1, 80.0), confirm=False)
        declaration = self.file_of(order)
        typed = self.add_service(declaration, 70.0)
        order.action_confirm()
        self.assertEqual(self.service(declaration), typed)
        self.assertEqual(typed.amount, 80.0)
        self.assertEqual(typed.sale_line_ids, order.order_line)

    def test_service_billed_before_cannot_be_ordered(self):
        order = self.order((1, 80.0), confirm=False)
        declaration = self.file_of(order)
        self.add_service(declaration, 70.0)
        self.post_assessment(declaration)
        self.bill(declaration)
        with self.assertRaisesRegex(UserError, "on an invoice already"):
            order.action_confirm()

    def ask_down_payment(self, order):
        """Invoice half of an order in advance."""
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "percentage", "amount": 50})
        )
        wizard.create_invoices()

    def paid_in_advance(self):
        """Return an order, its assessed file and the invoice of a down payment."""
        order = self.order((1, 80.0))
        declaration = self.file_of(order)
        self.post_assessment(declaration)
        self.ask_down_payment(order)
        order.invoice_ids.action_post()
        return order, declaration, order.invoice_ids

    def test_no_down_payment_beside_a_draft_of_the_file(self):
        order = self.order((1, 80.0))
        declaration = self.file_of(order)
        self.post_assessment(declaration)
        draft = declaration.action_create_invoices()
        before = order.invoice_ids
        with self.assertRaisesRegex(UserError, "would not take a down payment off"):
            self.ask_down_payment(order)
        self.assertEqual(order.invoice_ids, before)
        draft.unlink()
        self.ask_down_payment(order)
        self.assertEqual(len(order.invoice_ids - before), 1)

    def test_down_payment_is_taken_off_on_the_order(self):
        """The file says so instead of billing everything once more."""
        order, declaration, first = self.paid_in_advance()
        with self.assertRaisesRegex(UserError, f"down payment on {order.name}"):
            declaration.action_create_invoices()
        final = order._create_invoices(final=True)
        final.action_post()
        self.assertEqual(
            f"{first.amount_total + final.amount_total:.2f}",
            f"{order.amount_total:.2f}",
        )
        self.assert_money(declaration, to_bill=0, control_balance=0)

    def test_down_payment_on_outlays_is_money_of_the_client(self):
        """It waits on the deposits, never on the account of what was paid out."""
        order, declaration, first = self.paid_in_advance()
        deposits = self.company._get_customs_account("client_deposits")
        control = self.company.customs_disbursement_account_id
        self.assertNotIn(control, first.line_ids.account_id)
        advance = first.line_ids.filtered(lambda line: line.account_id == deposits)
        self.assertEqual(advance.mapped("balance"), [-25.0])
        self.assert_money(declaration, to_bill=130, control_balance=50)
        final = order._create_invoices(final=True)
        final.action_post()
        used = final.line_ids.filtered(lambda line: line.account_id == deposits)
        self.assertEqual(used.mapped("balance"), [25.0])
        self.assertTrue(all((advance | used).mapped("reconciled")))
        self.assert_money(declaration, to_bill=0, control_balance=0)

    def test_file_with_ordered_services_stays_on_the_order(self):
        order = self.order()
        order.action_create_customs_declaration()
        first = order.customs_declaration_ids
        second = first.copy()
        order.customs_declaration_ids += second
        self.assertFalse(order.order_line.customs_is_fixed)
        order.order_line.customs_declaration_id = second
        order.customs_declaration_ids -= first
        self.assertEqual(order.order_line.customs_charge_id.declaration_id, second)
        with self.assertRaisesRegex(UserError, f"{second.name} cannot leave"):
            order.customs_declaration_ids = False

    def test_files_get_the_order_number_of_the_client(self):
        order = self.order(client_order_ref="PO 4711")
        order.action_create_customs_declaration()
        first = order.customs_declaration_ids
        self.assertEqual(first.client_order_reference, "PO 4711")
        second = first.copy({"client_order_reference": "PO 1"})
        order.customs_declaration_ids += second
        self.assertEqual(second.client_order_reference, "PO 1")
        late = self.order()
        late.action_create_customs_declaration()
        late.client_order_ref = "PO 4712"
        self.assertEqual(late.customs_declaration_ids.client_order_reference, "PO 4712")

    def test_charge_is_called_as_on_the_order(self):
        """The code of a product is no part of it; a text of one's own is."""
        order = self.order((1, 55.0), (1, 20.0), confirm=False)
        order.order_line[1].name = "Clearance of samples"
        order.action_confirm()
        order.action_create_customs_declaration()
        self.assertEqual(
            order.customs_declaration_ids.charge_ids.sorted("amount").mapped("name"),
            ["Clearance of samples", self.service_code.name],
        )

    def test_reduced_order_is_credited_once(self):
        order = self.order((2, 80.0))
        declaration = self.file_of(order)
        self.post_assessment(declaration)
        self.bill(declaration)
        order.order_line[0].product_uom_qty = 1
        credit = declaration.action_create_invoices()
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.amount_untaxed, 80.0)
        credit.action_post()
        self.assert_order(order, lines=[(80.0, 1.0, 1.0), (50.0, 1.0, 1.0)])
        with self.assertRaises(UserError):
            order._create_invoices(final=True)
        self.assertEqual(self.service(declaration).amount_billed, 80.0)

    def test_whoever_ordered_pays(self):
        """A service another customer ordered for the file is billed to that one."""
        other = self.env["res.partner"].create({"name": "Forwarder", "is_company": 1})
        declaration = self.file_of(self.order())
        second = self.order((1, 99.0), partner_id=other.id)
        second.customs_declaration_ids = declaration
        charge = self.service(declaration).filtered(lambda c: c.amount == 99.0)
        self.assertEqual(charge.bill_to_id, other)
        self.post_assessment(declaration)
        invoices = declaration.action_create_invoices()
        self.assertEqual(
            {move.partner_id: move.amount_untaxed for move in invoices},
            {self.client: 105.0, other: 99.0},
        )

    def test_cancelled_and_credited(self):
        order = self.order((1, 80.0))
        declaration = self.file_of(order)
        self.post_assessment(declaration)
        invoice = self.bill(declaration)
        order._action_cancel()
        self.reverse(invoice)
        self.assertEqual(self.service(declaration).amount_to_bill, 0.0)

    def test_cancelled_order_is_told_on_the_file(self):
        order = self.order((1, 80.0))
        order.action_create_customs_declaration()
        declaration = order.customs_declaration_ids
        order.action_cancel()
        self.assertEqual(self.service(declaration).amount, 0)
        told = declaration.message_ids.filtered(lambda note: order.name in note.body)
        self.assertIn("80.00", told[:1].body)
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self.service(declaration).amount, 80)

    def test_service_of_a_cancelled_order_is_priced_again(self):
        """By the rate card, by hand, or by the next order: but once."""
        card = self.env["customs.fee.tariff"].create(
            {
                "name": "General rates",
                "date_from": "2020-01-01",
                "rule_ids": [
                    (0, 0, {"charge_code_id": self.service_code.id, "amount": 62.0})
                ],
            }
        )
        card.action_activate()
        order = self.order((1, 80.0))
        declaration = self.file_of(order)
        self.assertEqual(self.service(declaration).amount, 80)
        order.action_cancel()
        self.assertEqual(self.service(declaration).amount, 0)
        declaration.action_rate_services()
        self.assertEqual(self.service(declaration).amount, 62)
        later = self.order((1, 70.0))
        later.customs_declaration_ids = declaration
        self.assertEqual(self.service(declaration).mapped("amount"), [70.0])
        self.assertEqual(
            self.service(declaration), later.order_line[:1].customs_charge_id
        )

    def test_copied_order_has_no_outlays(self):
        order = self.order((1, 80.0))
        self.post_assessment(self.file_of(order))
        copy = order.copy()
        self.assertEqual(copy.order_line.mapped("price_unit"), [80.0])
        self.assertFalse(copy.order_line.customs_charge_id)

    def test_service_moves_to_another_file(self):
        order = self.order((1, 80.0))
        first = self.file_of(order)
        second = self.typed(capacity="direct", client_id=self.client.id)
        order.customs_declaration_ids |= second
        order.order_line.customs_declaration_id = second
        self.assertFalse(self.service(first))
        self.assertEqual(self.service(second).amount, 80.0)
        self.post_assessment(first)
