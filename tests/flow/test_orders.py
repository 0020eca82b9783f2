"""Orders, contacts and standard invoices: the ways into and out of a file."""

from common import CustomsCase, item, tax

from odoo.exceptions import UserError
from odoo.fields import Command


def one_item():
    """Value 1 100.00: duty 55.00, VAT 173.25; with the fee of 45.00: 273.25."""
    return [item(taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")])]


DUTY, VAT, FEE = 55.00, 173.25, 45.00
PAYABLE = DUTY + VAT + FEE


class TestOrders(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_manager")
        cls.goods = cls.env["product.product"].create(
            {"name": "Coffee machine", "type": "consu", "weight": 2.5}
        )
        cls.advice = cls.env["product.product"].create(
            {"name": "Advice", "type": "service"}
        )
        cls.contact = cls.env["res.partner"].create(
            {"name": "Anna Accounts", "parent_id": cls.client.id, "type": "invoice"}
        )
        cls.stranger = cls.env["res.partner"].create({"name": "Another Client"})

    # === HELPERS === #

    def order(self, model, partner, **vals):
        """Return an order of goods by the unit and the dozen, a note and a service."""
        quantity = "product_qty" if model == "purchase.order" else "product_uom_qty"

        def line(**line_vals):
            return Command.create({"price_unit": 10.0, "tax_ids": [], **line_vals})

        return self.env[model].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    line(product_id=self.goods.id, name="Machines", **{quantity: 4}),
                    Command.create(
                        {"display_type": "line_note", "name": "Fragile", quantity: 0}
                    ),
                    line(
                        product_id=self.goods.id,
                        name="Machines by the dozen",
                        product_uom_id=self.uom_dozen.id,
                        price_unit=100.0,
                        discount=10,
                        **{quantity: 2},
                    ),
                    line(product_id=self.advice.id, name="Advice", **{quantity: 1}),
                ],
                **vals,
            }
        )

    def posted_file(self, number="4711", **facts):
        declaration = self.import_sad(
            one_item(),
            registration=("C", number, "3/5/26"),
            reference=("2026", f"JOB-{number}"),
            **facts,
        )
        self.post_assessment(declaration)
        return declaration

    def invoice(self, partner=None, **vals):
        partner = self.client if partner is None else partner
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": "2026-03-10",
                **vals,
            }
        )

    def wizard(self, invoice):
        action = invoice.action_add_customs_charges()
        self.assertEqual(action["target"], "new")
        return self.env[action["res_model"]].browse(action["res_id"])

    # === ORDERS === #

    def test_purchase_order_becomes_an_own_import(self):
        incoterm = self.env.ref("account.incoterm_FOB")
        order = self.order("purchase.order", self.exporter, incoterm_id=incoterm.id)
        action = order.action_create_customs_declaration()
        declaration = self.env["customs.declaration"].browse(action["res_id"])
        self.assertRecordValues(
            declaration,
            [
                {
                    "state": "draft",
                    "direction": "import",
                    "capacity": "own",
                    "client_id": False,
                    "importer_id": self.company.partner_id.id,
                    "exporter_id": self.exporter.id,
                    "company_id": self.company.id,
                    "incoterm_id": incoterm.id,
                    "invoice_currency_id": order.currency_id.id,
                    "invoice_amount": 220.0,
                    "purchase_order_ids": order.ids,
                    "purchase_order_count": 1,
                    "sale_order_count": 0,
                }
            ],
        )
        goods = order.order_line.filtered(lambda x: x.product_id == self.goods)
        self.assertRecordValues(
            declaration.line_ids,
            [
                {
                    "number": 1,
                    "product_id": self.goods.id,
                    "description": "Machines",
                    "invoice_value": 40.0,
                    "net_mass": 10.0,
                    "purchase_line_id": goods[0].id,
                    "sale_line_id": False,
                },
                {
                    "number": 2,
                    "product_id": self.goods.id,
                    "description": "Machines by the dozen",
                    "invoice_value": 180.0,
                    "net_mass": 60.0,
                    "purchase_line_id": goods[1].id,
                    "sale_line_id": False,
                },
            ],
        )

    def test_sales_order_becomes_an_export(self):
        address = self.env["res.partner"].create(
            {"name": "Dock 5", "parent_id": self.client.id, "type": "delivery"}
        )
        order = self.order("sale.order", self.client, partner_shipping_id=address.id)
        action = order.action_create_customs_declaration()
        declaration = self.env["customs.declaration"].browse(action["res_id"])
        self.assertRecordValues(
            declaration,
            [
                {
                    "direction": "export",
                    "capacity": "own",
                    "importer_id": address.id,
                    "exporter_id": self.company.partner_id.id,
                    "invoice_amount": 220.0,
                    "sale_order_ids": order.ids,
                    "sale_order_count": 1,
                }
            ],
        )
        goods = order.order_line.filtered(lambda x: x.product_id == self.goods)
        self.assertEqual(declaration.line_ids.sale_line_id, goods)
        self.assertEqual(declaration.line_ids.mapped("invoice_value"), [40.0, 180.0])
        self.assertEqual(declaration.line_ids.mapped("net_mass"), [10.0, 60.0])

    def test_buttons_lead_both_ways(self):
        xmlids = {
            "purchase.order": "action_view_purchase_orders",
            "sale.order": "action_view_sale_orders",
        }
        for model, back in xmlids.items():
            order = self.order(model, self.client)
            other = self.order(model, self.client)
            self.assertEqual(order.customs_declaration_count, 0)
            there = order.action_create_customs_declaration()
            with self.subTest(model=model):
                self.assertEqual(there, order.action_view_customs_declarations())
                self.assertEqual(there["res_model"], "customs.declaration")
                self.assertEqual(there["views"], [(False, "form")])
                declaration = self.env["customs.declaration"].browse(there["res_id"])
                self.assertEqual(order.customs_declaration_ids, declaration)
                self.assertEqual(order.customs_declaration_count, 1)
                here = getattr(declaration, back)()
                self.assertEqual(here["res_model"], model)
                found = self.env[model].search(here["domain"])
                self.assertEqual(found, order)
                self.assertNotIn(other, found)

    def test_second_press_doubles_nothing(self):
        for model in ("purchase.order", "sale.order"):
            order = self.order(model, self.client)
            first = order.action_create_customs_declaration()
            with self.subTest(model=model):
                self.assertEqual(order.action_create_customs_declaration(), first)
                self.assertEqual(len(order.customs_declaration_ids), 1)

    def test_cancelled_file_may_be_made_anew(self):
        order = self.order("purchase.order", self.exporter)
        order.action_create_customs_declaration()
        order.customs_declaration_ids.action_cancel()
        order.action_create_customs_declaration()
        self.assertEqual(
            sorted(order.customs_declaration_ids.mapped("state")),
            ["cancelled", "draft"],
        )

    def test_copied_order_has_no_declaration(self):
        order = self.order("purchase.order", self.exporter)
        order.action_create_customs_declaration()
        self.assertFalse(order.copy().customs_declaration_ids)

    def test_deleting_the_draft_frees_the_order(self):
        order = self.order("purchase.order", self.exporter)
        order.action_create_customs_declaration()
        order.customs_declaration_ids.unlink()
        self.assertEqual(order.customs_declaration_count, 0)
        order.button_cancel()
        order.unlink()
        self.assertFalse(order.exists())

    # === CONTACTS === #

    def test_contact_counts_its_declarations(self):
        for number in ("1", "2"):
            self.import_sad(
                one_item(),
                registration=("C", number, "3/5/26"),
                reference=("2026", number),
            )
        self.client.invalidate_recordset()
        self.assertEqual(self.client.customs_declaration_count, 2)
        self.assertEqual(self.stranger.customs_declaration_count, 0)
        action = self.client.action_view_customs_declarations()
        found = self.env["customs.declaration"].search(action["domain"])
        self.assertEqual(found.client_id, self.client)
        self.assertEqual(len(found), 2)

    def test_importer_is_the_company_not_its_contact(self):
        """Contacts share the customs code of their company."""
        self.client.vat = "US12345678"
        person = self.env["res.partner"].create(
            {"name": "Zoe", "parent_id": self.client.id}
        )
        self.assertEqual(person.customs_code, self.client.customs_code)
        self.assertEqual(self.import_sad(one_item()).client_id, self.client)

    def test_standing_instruction_of_the_client_is_followed(self):
        self.client.customs_capacity = "indirect"
        declaration = self.import_sad(one_item())
        self.assertEqual(declaration.capacity, "indirect")
        self.assertEqual(declaration.client_id, self.client)

    # === ADD CUSTOMS CHARGES === #

    def offered(self, wizard):
        """Return all the charges the picker shows."""
        return self.env["customs.charge"].browse(
            charge["id"] for file in wizard.rows["files"] for charge in file["charges"]
        )

    def test_open_charges_of_all_files_of_the_client_are_proposed(self):
        first, second = self.posted_file("1"), self.posted_file("2")
        service = self.add_service(second, 80.00)
        invoice = self.invoice()
        self.assertEqual(invoice.customs_open_charge_count, 7)
        wizard = self.wizard(invoice)
        expected = first.charge_ids | second.charge_ids
        self.assertEqual(wizard.charge_ids, expected)
        self.assertEqual(self.offered(wizard), expected)
        wizard.action_add()
        lines = invoice.invoice_line_ids.filtered("customs_charge_id")
        self.assertEqual(lines.customs_charge_id, expected)
        free = self.company.customs_disbursement_tax_id
        for declaration in first | second:
            for code, amount in (("CID", DUTY), ("VAT", VAT), ("GLOBAL", FEE)):
                charge = self.charge(declaration, code)
                line = lines.filtered(lambda x, c=charge: x.customs_charge_id == c)
                self.assertRecordValues(
                    line,
                    [
                        {
                            "account_id": self.control.id,
                            "product_id": charge.charge_code_id.product_id.id,
                            "price_unit": amount,
                            "quantity": 1.0,
                            "tax_ids": free.ids,
                            "customs_declaration_id": declaration.id,
                            "customs_tax_code": code,
                        }
                    ],
                )
                self.assertIn(declaration.mrn, line.name)
        fee = lines.filtered(lambda x: x.customs_charge_id == service)
        self.assertRecordValues(
            fee,
            [
                {
                    "account_id": self.income.id,
                    "product_id": self.service_code.product_id.id,
                    "price_unit": 80.00,
                    "tax_ids": self.company.account_sale_tax_id.ids,
                    "customs_declaration_id": second.id,
                    "customs_tax_code": False,
                }
            ],
        )
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 2 * PAYABLE + 92.00)
        for declaration in first | second:
            self.assert_money(declaration, billed=PAYABLE, to_bill=0, control_balance=0)

    def test_charges_join_what_is_on_the_invoice_already(self):
        self.posted_file()
        invoice = self.invoice(
            invoice_line_ids=[
                Command.create({"name": "Pallets", "price_unit": 30.0, "tax_ids": []})
            ]
        )
        self.wizard(invoice).action_add()
        self.assertEqual(len(invoice.invoice_line_ids), 4)
        self.assertEqual(invoice.amount_total, PAYABLE + 30.00)

    def test_only_the_chosen_charges_are_added(self):
        first, second = self.posted_file("1"), self.posted_file("2")
        invoice = self.invoice()
        wizard = self.wizard(invoice)
        wizard.charge_ids = self.charge(first, "CID")
        wizard.action_add()
        self.assertEqual(
            invoice.invoice_line_ids.customs_charge_id, self.charge(first, "CID")
        )
        wizard = self.wizard(invoice)
        wizard.charge_ids = second.charge_ids
        wizard.action_add()
        self.assertEqual(invoice.amount_total, DUTY + PAYABLE)
        left = self.wizard(invoice).charge_ids
        self.assertEqual(sum(left.mapped("amount_to_bill")), VAT + FEE)

    def test_contact_of_the_client_gets_the_clients_charges(self):
        declaration = self.posted_file()
        invoice = self.invoice(self.contact)
        self.assertEqual(invoice.customs_open_charge_count, 3)
        self.wizard(invoice).action_add()
        invoice.action_post()
        self.assert_money(declaration, billed=PAYABLE, control_balance=0)

    def test_charges_of_a_contact_are_the_clients(self):
        declaration = self.import_sad(one_item())
        declaration.client_id = self.contact
        self.post_assessment(declaration)
        self.assertEqual(self.invoice().customs_open_charge_count, 3)

    def test_other_clients_charges_are_not_proposed(self):
        self.posted_file("1")
        other = self.posted_file("2", importer=("TIN-9", "Another Client"))
        self.assertEqual(other.client_id, self.stranger)
        wizard = self.wizard(self.invoice())
        self.assertNotIn(other, wizard.charge_ids.declaration_id)
        wizard = self.wizard(self.invoice(self.stranger))
        self.assertEqual(wizard.charge_ids.declaration_id, other)

    def test_billed_and_drafted_charges_are_not_proposed(self):
        billed, drafted, left = (self.posted_file(n) for n in ("1", "2", "3"))
        self.bill(billed)
        drafted.action_create_invoices()
        wizard = self.wizard(self.invoice())
        self.assertEqual(wizard.charge_ids, left.charge_ids)

    def test_own_imports_drafts_and_closed_files_are_not_proposed(self):
        self.company.partner_id.customs_code = "OWN-1"
        self.posted_file("1", importer=("OWN-1", "Us"))
        cancelled = self.import_sad(one_item(), registration=("C", "2", "3/5/26"))
        self.add_service(cancelled, 80.00)
        cancelled.action_cancel()
        with self.assertRaisesRegex(UserError, "has no open customs charges"):
            self.invoice().action_add_customs_charges()

    def test_penalties_are_ours_unless_the_client_bears_them(self):
        """They are offered then, but not proposed."""
        self.env["customs.tax.code"].create(
            {
                "code": "PNL",
                "name": "Penalty",
                "charge_code_id": self.env.ref(
                    "customs_invoicing.charge_code_penalty"
                ).id,
            }
        )
        goods = item(taxes=[tax("CID", rate="5"), tax("PNL", rate="1")])
        declaration = self.import_sad([goods])
        penalty = self.charge(declaration, "PNL")
        self.assertEqual(penalty.nature, "own_cost")
        penalty.borne_by_us = False
        self.post_assessment(declaration)
        with self.assertRaisesRegex(UserError, "is on journal entries"):
            penalty.borne_by_us = True
        invoice = self.invoice()
        wizard = self.wizard(invoice)
        self.assertIn(penalty, self.offered(wizard))
        self.assertNotIn(penalty, wizard.charge_ids)
        wizard.charge_ids += penalty
        wizard.action_add()
        line = invoice.invoice_line_ids.filtered(
            lambda x: x.customs_charge_id == penalty
        )
        self.assertEqual(line.price_unit, 11.00)

    def test_nothing_open_is_said(self):
        with self.assertRaisesRegex(
            UserError,
            "Another Client has no open customs charges. They become billable",
        ):
            self.invoice(self.stranger).action_add_customs_charges()
        declaration = self.import_sad(one_item())
        with self.assertRaisesRegex(
            UserError, "Harbour .* has no open customs charges"
        ):
            self.invoice().action_add_customs_charges()
        self.assertFalse(declaration._get_customs_moves())

    def test_customer_comes_first(self):
        with self.assertRaisesRegex(UserError, "Choose the customer first"):
            self.invoice(self.env["res.partner"]).action_add_customs_charges()

    def test_charge_taken_meanwhile_is_not_added_twice(self):
        declaration = self.posted_file()
        wizard = self.wizard(self.invoice())
        declaration.action_create_invoices()
        with self.assertRaisesRegex(UserError, "is on .* by now"):
            wizard.action_add()

    def test_file_closed_meanwhile_is_not_billed(self):
        declaration = self.posted_file()
        service = self.add_service(declaration, 80.00)
        wizard = self.wizard(self.invoice())
        self.assertIn(service, wizard.charge_ids)
        self.bill(declaration)
        declaration.action_release()
        declaration.action_close()
        with self.assertRaisesRegex(UserError, "is on .* by now"):
            wizard.action_add()

    def test_file_that_is_not_posted_is_not_proposed(self):
        """It is shown with the reason, and cannot be added."""
        declaration = self.import_sad(one_item())
        service = self.add_service(declaration, 80.00)
        invoice = self.invoice()
        self.assertEqual(invoice.customs_open_charge_count, 0)
        wizard = self.wizard(invoice)
        self.assertEqual(self.offered(wizard), service)
        self.assertFalse(wizard.charge_ids)
        wizard.charge_ids = service
        with self.assertRaisesRegex(UserError, "assessment is not posted"):
            wizard.action_add()

    def test_credit_note_gives_back_what_was_billed_too_much(self):
        declaration = self.posted_file()
        self.bill(declaration)
        lower = [item(taxes=[tax("CID", rate="4"), tax("VAT", "1155.00", "15")])]
        self.import_sad(
            lower, registration=("C", "4711", "3/5/26"), reference=("2026", "JOB-4711")
        )
        self.post_assessment(declaration)
        refund = self.invoice(move_type="out_refund")
        self.wizard(refund).action_add()
        self.assertEqual(
            refund.invoice_line_ids.customs_charge_id, self.charge(declaration, "CID")
        )
        self.assertEqual(refund.amount_total, 11.00)
        refund.action_post()
        self.assert_money(declaration, billed=PAYABLE - 11.00, control_balance=0)

    def test_bills_and_posted_invoices_offer_no_charges(self):
        declaration = self.posted_file()
        invoice = self.bill(declaration)
        self.posted_file("2")
        bill = self.invoice(move_type="in_invoice")
        for move in (invoice, bill):
            self.assertEqual(move.customs_open_charge_count, 0)
            with self.assertRaisesRegex(UserError, "has no open customs charges"):
                move.action_add_customs_charges()

    def test_recharge_in_our_own_name_bears_the_tax_of_a_sale(self):
        """Also where the client's fiscal position has another one."""
        self.client.customs_capacity = "indirect"
        declaration = self.posted_file()
        sale_tax = self.company.account_sale_tax_id
        invoice = declaration.action_create_invoices()
        for line in invoice.invoice_line_ids:
            self.assertEqual(line.tax_ids, sale_tax, line.name)
            self.assertEqual(line.account_id, self.control, line.name)
        self.assertEqual(invoice.amount_tax, 40.99)  # 8.25 + 25.99 + 6.75
        invoice.unlink()
        export = self.env["account.fiscal.position"].create({"name": "Abroad"})
        free = sale_tax.copy({"name": "0% abroad", "amount": 0.0})
        free.write(
            {"fiscal_position_ids": export.ids, "original_tax_ids": sale_tax.ids}
        )
        self.client.property_account_position_id = export
        invoice = self.bill(declaration)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, free)
        self.assertEqual(invoice.amount_total, PAYABLE)

    # === FROM THE INVOICE TO ITS FILES === #

    def test_invoice_leads_to_its_files(self):
        first, second = self.posted_file("1"), self.posted_file("2")
        invoice = self.bill(first)
        action = invoice.action_view_customs_declarations()
        self.assertEqual(action["res_id"], first.id)
        self.assertEqual(action["views"], [(False, "form")])
        both = self.invoice()
        self.wizard(both).action_add()
        self.bill(second)
        third = self.posted_file("3")
        self.wizard(both).action_add()
        self.assertEqual(both.customs_declaration_count, 2)
        action = both.action_view_customs_declarations()
        found = self.env["customs.declaration"].search(action["domain"])
        self.assertEqual(found, second | third)
        moves = self.env["account.move"].search(
            [("customs_declaration_ids", "in", third.ids)]
        )
        self.assertEqual(moves, both | third._get_authority_moves())
        self.assertEqual(self.invoice().customs_declaration_count, 0)

    def test_file_leads_to_its_moves_and_payments(self):
        declaration = self.posted_file()
        bill = declaration._get_authority_moves()
        invoice = self.bill(declaration)
        payment = self.pay(bill)
        self.assertEqual(
            (
                declaration.authority_move_count,
                declaration.client_move_count,
                declaration.payment_count,
            ),
            (1, 1, 1),
        )
        self.assertEqual(declaration.action_view_authority_moves()["res_id"], bill.id)
        self.assertEqual(declaration.action_view_client_moves()["res_id"], invoice.id)
        payments = declaration.action_view_payments()
        self.assertEqual(
            self.env["account.payment"].search(payments["domain"]), payment
        )
        control = declaration.action_view_control_items()
        lines = self.env["account.move.line"].search(control["domain"])
        self.assertEqual(lines.account_id, self.control)
        self.assertEqual(sum(lines.mapped("balance")), 0.0)
        self.assertEqual(len(lines), 6)
