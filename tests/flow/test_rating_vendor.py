"""Rate cards of vendors: expected costs, and bills above their contract."""

from test_rating import RatingCase

from odoo import Command, fields
from odoo.tests import Form, new_test_user


class TestRatingVendor(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terminal = cls.env["res.partner"].create({"name": "North Quay Terminal"})
        product = cls.env["product.product"].create(
            {"name": "Terminal handling", "type": "service", "taxes_id": []}
        )
        cls.handling = cls.env["customs.charge.code"].create(
            {
                "code": "THCT",
                "name": "Terminal handling",
                "kind": "third_party",
                "product_id": product.id,
            }
        )

    def contract(self, amount=200, code=None, **vals):
        return self.card(
            self.flat(amount, code or self.handling),
            **{
                "name": "Terminal tariff",
                "level": "general",
                "client_id": False,
                "side": "vendor",
                "vendor_id": self.terminal.id,
                **vals,
            },
        )

    def expected(self, declaration):
        return declaration.charge_ids.filtered("vendor_rule_id")

    def vendor_bill(self, charge, *amounts, **vals):
        account = self.company_data["default_account_expense"]
        if charge.nature in ("disbursement", "recharge"):
            account = self.control
        return self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.terminal.id,
                "invoice_date": "2026-03-12",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Handling",
                            "price_unit": amount,
                            "tax_ids": [],
                            "account_id": account.id,
                            "customs_charge_id": charge.id,
                            "customs_declaration_id": charge.declaration_id.id,
                        }
                    )
                    for amount in amounts
                ],
                **vals,
            }
        )

    # === EXPECTED === #

    def test_outlay_of_a_client_is_expected(self):
        self.contract()
        declaration = self.file()
        declaration.action_rate_services()
        charge = self.expected(declaration)
        self.assertRecordValues(
            charge,
            [
                {
                    "charge_code_id": self.handling.id,
                    "payee_id": self.terminal.id,
                    "nature": "disbursement",
                    "amount_rated": 200.0,
                    "vendor_amount": 200.0,
                    "cost_expected": 0.0,
                    "amount_to_bill": 0.0,
                }
            ],
        )
        rating = declaration.rating_ids.filtered(lambda r: r.side == "vendor")
        self.assertEqual(rating.line_ids.effect, "created")
        # twice is once
        declaration.action_rate_services()
        self.assertEqual(self.expected(declaration), charge)
        self.assertEqual(
            declaration.rating_ids.filtered(lambda r: r.side == "vendor"), rating
        )
        self.assertFalse(declaration._get_rating_problems())

    def test_cost_of_our_own_file_is_accrued(self):
        self.contract()
        own = self.typed()
        own._rate_services("button")
        charge = self.expected(own)
        self.assertEqual((charge.nature, charge.cost_expected), ("own_cost", 200.0))
        own.action_mark_ready()
        own.action_lodge()
        items = own._get_period_items(fields.Date.to_date("2026-03-31"))
        found = [item.amount for item in items if item.charge == charge]
        self.assertEqual(found, [200])

    def test_expected_cost_entered_by_hand_stays(self):
        card = self.contract(code=self.service_code)
        declaration = self.file()
        charge = self.add_service(declaration, 70)
        charge.cost_expected = 30
        declaration._rate_services("button")
        self.assertEqual((charge.cost_expected, charge.amount_rated), (30.0, 200.0))
        charge.cost_expected = 0
        declaration._rate_services("button")
        card.action_archive_card()
        declaration._rate_services("button")
        self.assertFalse(charge.vendor_rule_id or charge.amount_rated)

    def test_two_vendors_with_a_price_ask_who_is_paid(self):
        self.contract()
        other = self.env["res.partner"].create({"name": "South Quay"})
        self.contract(250, name="South", vendor_id=other.id)
        declaration = self.file()
        declaration.action_rate_services()
        self.assertFalse(self.expected(declaration))
        lines = declaration.rating_ids.line_ids
        self.assertEqual(set(lines.mapped("result")), {"problem"})
        self.assertIn("South Quay", lines[0].message)
        self.env["customs.charge"].create(
            declaration._prepare_outlay_charge(self.handling, other, False)
        )
        declaration.action_rate_services()
        self.assertEqual(self.expected(declaration).amount_rated, 250.0)

    # === BILLS === #

    def _expected_outlay(self, amount=200, **vals):
        self.contract(amount, **vals)
        declaration = self.file()
        declaration.action_rate_services()
        return self.expected(declaration)

    def test_bill_above_contract_is_said_and_posts(self):
        charge = self._expected_outlay()
        bill = self.vendor_bill(charge, 212)
        self.assertEqual(bill.customs_above_contract, 12.0)
        self.assertIn("212.00", bill.customs_contract_message)
        self.assertRecordValues(
            bill.invoice_line_ids,
            [{"customs_contract_price": 200.0, "customs_contract_difference": 12.0}],
        )
        found = self.env["account.move"].search([("customs_above_contract", ">", 0)])
        self.assertEqual(found, bill)
        bill.action_post()
        self.assertEqual(bill.customs_above_contract, 12.0)
        self.assertEqual(charge.amount_charged, 212.0)

    def test_bill_within_contract_says_nothing(self):
        bill = self.vendor_bill(self._expected_outlay(), 200)
        self.assertEqual(bill.customs_above_contract, 0.0)
        self.assertFalse(bill.customs_contract_message)
        self.assertTrue(bill.customs_has_contract)
        self.assertFalse(
            self.env["account.move"].search([("customs_above_contract", ">", 0)])
        )

    def test_lines_and_bills_share_the_contract(self):
        charge = self._expected_outlay()
        first = self.vendor_bill(charge, 120)
        first.action_post()
        second = self.vendor_bill(charge, 50, 42)
        self.assertRecordValues(
            second.invoice_line_ids,
            [
                {"customs_contract_price": 50.0, "customs_contract_difference": 0.0},
                {"customs_contract_price": 30.0, "customs_contract_difference": 12.0},
            ],
        )
        self.assertEqual(second.customs_above_contract, 12.0)
        second.action_post()
        # what came later was too much, not what came first
        self.assertEqual(first.customs_above_contract, 0.0)
        self.assertEqual(second.customs_above_contract, 12.0)

    def test_contract_in_another_currency_is_no_difference(self):
        charge = self._expected_outlay(currency_id=self.eur.id)
        bill = self.vendor_bill(charge, 212, currency_id=self.eur.id)
        self.assertEqual(bill.customs_above_contract, 12.0)
        # in our currency, at 0.5 on the day of the bill
        bill = self.vendor_bill(charge, 400)
        self.assertEqual(bill.customs_above_contract, 0.0)

    def test_bill_of_another_vendor_is_not_compared(self):
        charge = self._expected_outlay()
        bill = self.vendor_bill(charge, 212, partner_id=self.exporter.id)
        self.assertFalse(bill.customs_has_contract)

    def test_accountant_without_customs_rights_sees_it(self):
        charge = self._expected_outlay()
        bill = self.vendor_bill(charge, 212)
        user = new_test_user(
            self.env,
            login="contract_accountant",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.company.id,
        )
        self.env.flush_all()
        self.env.invalidate_all()
        form = Form(bill.with_user(user).with_company(self.company))
        self.assertEqual(form.customs_above_contract, 12.0)
        self.assertIn("212.00", form.customs_contract_message)

    def test_matching_finds_the_charge_of_the_contract(self):
        self.contract()
        own = self.typed()
        own._rate_services("button")
        charge = self.expected(own)
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.terminal.id,
                "invoice_date": "2026-03-12",
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Terminal handling", "price_unit": 212, "tax_ids": []}
                    )
                ],
            }
        )
        action = bill.action_match_customs_charges()
        wizard = self.env["customs.match.charges"].browse(action["res_id"])
        with Form(wizard) as form:
            form.declaration_ids.add(own)
        self.assertEqual(wizard.line_ids.charge_id, charge)
        wizard.action_apply()
        self.assertEqual(bill.invoice_line_ids.customs_charge_id, charge)
        self.assertEqual(bill.customs_above_contract, 12.0)
        bill.action_post()
        self.assertEqual(charge.amount_charged, 212.0)

    def match(self, *amounts, **vals):
        """Return the picker on a draft bill of the terminal that names the file."""
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.terminal.id,
                "invoice_date": "2026-03-12",
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Our services", "price_unit": amount, "tax_ids": []}
                    )
                    for amount in amounts
                ],
                **vals,
            }
        )
        action = bill.action_match_customs_charges()
        return self.env["customs.match.charges"].browse(action["res_id"])

    def test_expected_service_goes_before_a_debt_of_the_file(self):
        """Who bills what a card expects has not paid the authority as well."""
        self.contract()
        declaration = self.file()
        declaration.action_rate_services()
        self.post_assessment(declaration)
        charge = self.expected(declaration)
        wizard = self.match(212, ref=declaration.name)
        self.assertEqual(wizard.declaration_ids, declaration)
        rows = wizard.line_ids.filtered("is_chosen")
        self.assertEqual(rows.charge_id, charge)
        self.assertEqual(rows.amount, 212.0)
        debt = wizard.line_ids - rows
        self.assertEqual(debt.role, "transfer")
        self.assertIn("North Quay Terminal bills Terminal handling", debt.note)
        wizard.action_apply()
        bill = wizard.move_id
        self.assertEqual(bill.customs_above_contract, 12.0)
        bill.action_post()
        self.assertEqual(charge.amount_charged, 212.0)
        # nor has it paid the authority where it bills once more
        again = self.match(90, ref=declaration.name).line_ids.filtered("is_chosen")
        self.assertEqual((again.role, again.amount), ("disbursement", 90.0))

    def test_debt_of_the_very_amount_is_still_proposed(self):
        self.contract()
        declaration = self.file()
        declaration.action_rate_services()
        self.post_assessment(declaration)
        wizard = self.match(273.25, ref=declaration.name)
        self.assertEqual(wizard.line_ids.filtered("is_chosen").role, "transfer")

    def test_queries_do_not_grow_with_the_bills(self):
        charge = self._expected_outlay()
        self.vendor_bill(charge, 10)
        few = self._count_queries()
        for _number in range(10):
            self.vendor_bill(charge, 10, 10)
        self.assertLessEqual(self._count_queries(), few + 2)

    def _count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        self.env["account.move"].search([("customs_above_contract", ">", 0)])
        return self.env.cr.sql_log_count - start
