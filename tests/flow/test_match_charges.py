"""Bills of brokers, couriers and carriers matched with customs files."""

from common import CustomsCase

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user


class TestMatchCharges(CustomsCase):
    """Typed files; the broker of the company is Meridian Customs Brokers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cid = cls.env.ref("customs_invoicing.tax_code_cid")
        cls.vat = cls.env.ref("customs_invoicing.tax_code_vat")
        cls.agent_pays = cls.env.ref("customs_invoicing.payment_method_p6")
        cls.broker.is_company = True
        cls.tax20 = cls._purchase_tax(20)
        cls.company.account_purchase_tax_id = cls.tax20
        cls.input_vat = cls.tax20.invoice_repartition_line_ids.account_id
        cls.payables = cls.broker.property_account_payable_id
        for role in (
            "broker_clearing",
            "brokerage_clearing",
            "brokerage_expense",
            "duty_expense",
            "selling_duty",
            "vat_foreign",
            "vat_import_pending",
            "cost_service",
            "accrued_cost",
            "dispute_recv",
        ):
            setattr(cls, role, cls.company._get_customs_account(role))

    @classmethod
    def _purchase_tax(cls, rate):
        tax = cls.company_data["default_tax_purchase"].copy(
            {"name": f"{rate}% bought", "amount": rate}
        )
        return tax

    # === STEPS === #

    def own_file(self, duty=0.0, vat=0.0, vat_base=0.0, agent=True, number="", **vals):
        """Return an assessed own import whose amounts our broker pays, or we do."""
        declaration = self.env["customs.declaration"].create(
            {
                "office_id": self.office.id,
                "capacity": "own",
                "registration_number": number or "C 101",
                "registration_date": "2026-03-05",
                "broker_id": self.broker.id,
                **vals,
            }
        )
        self.assess(declaration, duty, vat, vat_base)
        if agent:
            declaration.charge_ids.payment_method_id = self.agent_pays
        return declaration

    def assess(self, declaration, duty, vat=0.0, vat_base=0.0, **vals):
        rows = [(self.cid, duty, duty * 20, 5.0), (self.vat, vat, vat_base, 15.0)]
        return declaration._record_assessment(
            [
                {
                    "tax_code_id": code.id,
                    "item_number": 0,
                    "base": base,
                    "rate": rate,
                    "amount_assessed": amount,
                }
                for code, amount, base, rate in rows
                if amount
            ],
            date="2026-03-05",
            **vals,
        )

    def client_file(self, number="C 201", **vals):
        return self.env["customs.declaration"].create(
            {
                "office_id": self.office.id,
                "capacity": "direct",
                "client_id": self.client.id,
                "registration_number": number,
                "registration_date": "2026-03-05",
                **vals,
            }
        )

    def vendor_bill(self, *amounts, ref="", taxes=True, **vals):
        """Return a draft bill of the broker with one line per amount."""
        return self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.broker.id,
                "invoice_date": "2026-03-06",
                "date": "2026-03-06",
                "ref": ref,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": f"As billed {amount}",
                            "price_unit": amount,
                            "tax_ids": [Command.set(self.tax20.ids if taxes else [])],
                        }
                    )
                    for amount in amounts
                ],
                **vals,
            }
        )

    def picker(self, bill):
        action = bill.action_match_customs_charges()
        return self.env[action["res_model"]].browse(action["res_id"])

    def match(self, bill, total=None, post=True):
        """Match a bill as proposed and post it."""
        wizard = self.picker(bill)
        if total:
            wizard.amount_bill = total
        wizard.action_apply()
        if post:
            bill.action_post()
        return wizard

    def transfers(self, bill, active=True):
        found = self.env["account.move"].search(
            [("customs_bill_id", "in", bill.ids)], order="id"
        )
        return found.filtered(lambda m: m._is_active_transfer()) if active else found

    def debt_items(self, declaration):
        return declaration._get_open_authority_items()[declaration]

    # === DUTY THE BROKER PAYS === #

    def test_one_total_becomes_duty_and_service(self):
        """A01: duty without tax, the rest with it; the broker is owed all of it."""
        file = self.own_file(duty=1689.80)
        bill = self.vendor_bill(1806.50, ref="Entry C-101 of March")
        self.assertEqual(bill.customs_match_count, 1)
        self.match(bill, total=1806.50)
        self.assert_items(
            bill,
            [
                (self.clearing, self.broker, 1689.80, "", "CID", ""),
                (self.brokerage_clearing, self.broker, 97.25, "20% bought", "", ""),
                (self.input_vat, self.broker, 19.45, "T:20% bought", "", ""),
                (self.payables, self.broker, -1806.50, "", "", ""),
            ],
        )
        products = bill.invoice_line_ids
        self.assertEqual(products.customs_declaration_id, file)
        self.assertEqual(self.account_balance(self.payable), 0.0)
        self.assert_money(file, charged=1689.80)
        self.assertEqual(bill.customs_match_count, 0)
        self.assertEqual(file.vendor_bill_count, 1)
        self.assertEqual(file.authority_move_count, 0)

    def test_departments_bear_duty_and_fee(self):
        """A10: 65/35 by analytic distribution, on expense accounts."""
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        research, operations = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("Research", "Operations")]
        )
        split = {str(research.id): 65, str(operations.id): 35}
        self.own_file(
            duty=2000, goods_use="expense", analytic_distribution=split, number="C 110"
        )
        bill = self.vendor_bill(2180.00, ref="C 110")
        self.match(bill, total=2180.00)
        self.assert_items(
            bill,
            [
                (self.duty_expense, self.broker, 2000.00, "", "CID", ""),
                (self.brokerage_expense, self.broker, 150.00, "20% bought", "", ""),
                (self.input_vat, self.broker, 30.00, "T:20% bought", "", ""),
                (self.payables, self.broker, -2180.00, "", "", ""),
            ],
        )
        costs = bill.line_ids.analytic_line_ids
        for account, amount in ((research, -1397.50), (operations, -752.50)):
            found = costs.filtered(lambda c, a=account: c[plan._column_name()] == a)
            self.assertAlmostEqual(sum(found.mapped("amount")), amount, 2)

    def test_duty_through_the_broker_where_vat_is_self_accounted(self):
        """A12 M2: what was typed as two lines is assigned, not written anew."""
        file = self.own_file(duty=1800, number="C 112")
        bill = self.vendor_bill(1800, 95, ref="C 112", taxes=False)
        fee = bill.invoice_line_ids[1]
        fee.tax_ids = self.tax20
        lines = bill.invoice_line_ids
        self.match(bill)
        self.assertEqual(bill.invoice_line_ids, lines)
        self.assert_items(
            bill,
            [
                (self.clearing, self.broker, 1800.00, "", "CID", ""),
                (self.brokerage_clearing, self.broker, 95.00, "20% bought", "", ""),
                (self.input_vat, self.broker, 19.00, "T:20% bought", "", ""),
                (self.payables, self.broker, -1914.00, "", "", ""),
            ],
        )
        self.assert_money(file, charged=1800)

    def test_agency_and_reimbursements_when_we_paid_ourselves(self):
        """A14: the authority is paid; the broker bills services, one part untaxed."""
        tax18 = self._purchase_tax(18)
        file = self.own_file(duty=110000, agent=False, number="C 114")
        self.pay(self.post_assessment(file))
        bill = self.vendor_bill(4500, 12300, ref="C 114", taxes=False)
        bill.invoice_line_ids[0].tax_ids = tax18
        self.match(bill)
        self.assert_items(
            bill,
            [
                (self.brokerage_clearing, self.broker, 4500.00, "18% bought", "", ""),
                (self.input_vat, self.broker, 810.00, "T:18% bought", "", ""),
                (self.brokerage_clearing, self.broker, 12300.00, "", "", ""),
                (self.payables, self.broker, -17610.00, "", "", ""),
            ],
        )
        self.assertEqual(self.account_balance(self.payable), 0.0)
        self.assertFalse(self.transfers(bill))

    def test_sold_duty_paid_abroad_in_the_currency_of_the_bill(self):
        """A15: duty and fee are selling costs, foreign VAT comes back."""
        self._foreign_file()
        bill = self._foreign_bill()
        self.match(bill)
        self.assert_items(
            bill,
            [
                (self.selling_duty, self.broker, 420.00, "", "CID", ""),
                (self.vat_foreign, self.broker, 1071.63, "", "VAT", ""),
                (self.brokerage_expense, self.broker, 115.50, "", "", ""),
                (self.payables, self.broker, -1607.13, "", "", ""),
            ],
        )
        self.assertEqual(bill.amount_total, 1530.60)
        self.assertEqual(
            sorted(bill.invoice_line_ids.mapped("amount_currency")),
            [110.00, 400.00, 1020.60],
        )

    def test_sold_duty_paid_without_registration_abroad(self):
        self._foreign_file(foreign_vat_recoverable=False)
        bill = self._foreign_bill()
        self.match(bill)
        self.assertEqual(self.account_balance(self.selling_duty), 1491.63)
        self.assertEqual(self.account_balance(self.vat_foreign), 0.0)

    def _foreign_file(self, **vals):
        currency = self.setup_other_currency(
            "CHF", rates=[("2026-01-01", 1 / 1.05), ("2026-03-31", 1 / 1.06)]
        )
        abroad = self.env["customs.tariff"].create(
            {"name": "Abroad", "code": "ABR", "currency_id": currency.id}
        )
        office = self.office.copy({"code": "ABR1", "tariff_id": abroad.id})
        return self.own_file(
            duty=400,
            vat=1020.60,
            vat_base=12600,
            goods_use="sale",
            office_id=office.id,
            number="C 115",
            **vals,
        )

    def _foreign_bill(self):
        return self.vendor_bill(
            1530.60,
            ref="C 115",
            taxes=False,
            currency_id=self.env.ref("base.CHF").id,
        )

    # === IMPORT VAT === #

    def test_import_vat_through_the_agent_waits_for_its_certificate(self):
        self.own_file(
            duty=100, vat=315, vat_base=2100, vat_evidence="certificate", number="C 116"
        )
        bill = self.vendor_bill(415.00, ref="C 116", taxes=False)
        self.match(bill)
        self.assert_items(
            bill,
            [
                (self.clearing, self.broker, 100.00, "", "CID", ""),
                (self.vat_import_pending, self.broker, 315.00, "", "VAT", ""),
                (self.payables, self.broker, -415.00, "", "", ""),
            ],
        )

    def test_import_vat_on_the_assessment_is_a_tax_to_the_cent(self):
        self.own_file(duty=100, vat=315.01, vat_base=2100, number="C 117")
        bill = self.vendor_bill(415.01, ref="C 117", taxes=False)
        self.match(bill)
        vat = self.company.customs_import_vat_tax_ids
        account = self.company_data["default_account_tax_purchase"]
        self.assert_items(
            bill,
            [
                (self.clearing, self.broker, 100.00, "", "CID", ""),
                (self.neutral, self.broker, 2100.00, vat.name, "VAT", ""),
                (self.neutral, self.broker, -2100.00, "", "VAT", ""),
                (account, self.broker, 315.01, f"T:{vat.name}", "VAT", ""),
                (self.payables, self.broker, -415.01, "", "", ""),
            ],
        )
        self.assertEqual(bill.amount_total, 415.01)

    def test_part_bills_share_import_vat_and_leave_the_rest(self):
        file = self.own_file(duty=100, vat=315.01, vat_base=2100, number="C 118")
        first = self.vendor_bill(257.50, ref="C 118", taxes=False)
        self.match(first)
        self.assert_money(file, charged=257.50)
        second = self.vendor_bill(ref="C 118")
        wizard = self.match(second)
        self.assertEqual(wizard.line_ids.filtered("is_chosen").amount, 157.51)
        self.assertEqual(second.amount_total, 157.51)
        self.assert_money(file, charged=415.01)
        self.assertEqual(
            sum(
                (first | second)
                .line_ids.filtered(lambda line: line.tax_ids and line.balance > 0)
                .mapped("balance")
            ),
            2100.00,
        )

    # === DEBTS THAT ARE IN THE BOOKS === #

    def posted_file(self, number="C 120", duty=1689.80, **vals):
        file = self.own_file(duty=duty, agent=False, number=number, **vals)
        return file, self.post_assessment(file)

    def test_broker_paid_after_all_clears_the_debt(self):
        file, authority_bill = self.posted_file()
        bill = self.vendor_bill(1806.50, ref="C 120")
        self.match(bill, total=1806.50)
        self.assert_items(
            bill,
            [
                (self.broker_clearing, self.broker, 1689.80, "", "", ""),
                (self.brokerage_clearing, self.broker, 97.25, "20% bought", "", ""),
                (self.input_vat, self.broker, 19.45, "T:20% bought", "", ""),
                (self.payables, self.broker, -1806.50, "", "", ""),
            ],
        )
        transfer = self.transfers(bill)
        self.assertEqual(transfer.customs_event, "transfer")
        self.assertEqual(transfer.date, bill.date)
        self.assert_items(
            transfer,
            [
                (self.payable, self.authority, 1689.80, "", "", ""),
                (self.broker_clearing, self.broker, -1689.80, "", "", ""),
            ],
        )
        self.assertEqual(transfer.line_ids.customs_declaration_id, file)
        self.assertTrue(all(transfer.line_ids.mapped("reconciled")))
        self.assertEqual(authority_bill.amount_residual, 0.0)
        self.assertEqual(self.account_balance(self.broker_clearing), 0.0)
        self.assertEqual(self.account_balance(self.payable), 0.0)
        self.assert_money(file, charged=1689.80)

    def test_only_the_debt_of_the_file_is_cleared(self):
        file, authority_bill = self.posted_file()
        other, other_bill = self.posted_file("C 121", duty=500)
        bill = self.vendor_bill(500, ref="C 121", taxes=False)
        self.match(bill)
        self.assertEqual(authority_bill.amount_residual, 1689.80)
        self.assertEqual(other_bill.amount_residual, 0.0)
        self.assertFalse(self.debt_items(other))
        self.assertEqual(self.debt_items(file).amount_residual, -1689.80)

    def test_several_files_on_one_bill(self):
        (first, _bill1), (second, _bill2) = (
            self.posted_file("C 122", duty=300),
            self.posted_file("C 123", duty=200),
        )
        third = self.own_file(duty=100, number="C 124")
        bill = self.vendor_bill(660, ref="C 122, C 123 / C 124")
        self.match(bill, total=660)
        self.assertEqual(
            bill.invoice_line_ids.customs_declaration_id, first | second | third
        )
        self.assert_items(
            bill,
            [
                (self.broker_clearing, self.broker, 300.00, "", "", ""),
                (self.broker_clearing, self.broker, 200.00, "", "", ""),
                (self.clearing, self.broker, 100.00, "", "CID", ""),
                (self.brokerage_clearing, self.broker, 16.67, "20% bought", "", ""),
                (self.brokerage_clearing, self.broker, 16.67, "20% bought", "", ""),
                (self.brokerage_clearing, self.broker, 16.66, "20% bought", "", ""),
                (self.input_vat, self.broker, 10.00, "T:20% bought", "", ""),
                (self.payables, self.broker, -660.00, "", "", ""),
            ],
        )
        self.assertEqual(len(self.transfers(bill)), 2)
        self.assertEqual(self.account_balance(self.broker_clearing), 0.0)
        self.assertFalse(self.debt_items(first) | self.debt_items(second))

    def test_part_bill_leaves_the_rest_of_the_debt(self):
        file, authority_bill = self.posted_file()
        self.match(self.vendor_bill(1000, ref="C 120", taxes=False))
        self.assertEqual(authority_bill.amount_residual, 689.80)
        second = self.vendor_bill(ref="C 120")
        wizard = self.match(second)
        self.assertEqual(wizard.line_ids.filtered("is_chosen").amount, 689.80)
        self.assertEqual(authority_bill.amount_residual, 0.0)
        self.assertFalse(self.debt_items(file))

    def test_reset_bill_owes_the_authority_again_and_posting_repeats_it_once(self):
        _file, authority_bill = self.posted_file()
        bill = self.vendor_bill(1689.80, ref="C 120", taxes=False)
        self.match(bill)
        transfer = self.transfers(bill)
        bill.button_draft()
        self.assertEqual(authority_bill.amount_residual, 1689.80)
        self.assertFalse(self.transfers(bill))
        self.assertEqual(transfer.reversal_move_ids.customs_event, "transfer")
        self.assertEqual(self.account_balance(self.payable), -1689.80)
        self.assertEqual(self.account_balance(self.broker_clearing), 0.0)
        bill.action_post()
        self.assertEqual(len(self.transfers(bill)), 1)
        self.assertEqual(authority_bill.amount_residual, 0.0)
        self.assertEqual(self.account_balance(self.payable), 0.0)
        self.assertEqual(self.account_balance(self.broker_clearing), 0.0)
        bill.button_cancel()
        self.assertEqual(authority_bill.amount_residual, 1689.80)
        self.assertEqual(self.account_balance(self.payable), -1689.80)

    def test_entry_of_a_bill_is_not_reset_by_itself(self):
        self.posted_file()
        bill = self.vendor_bill(1689.80, ref="C 120", taxes=False)
        self.match(bill)
        with self.assertRaisesRegex(UserError, "belongs to BILL"):
            self.transfers(bill).button_draft()

    def test_reversed_bill_owes_the_authority_again(self):
        file, authority_bill = self.posted_file()
        bill = self.vendor_bill(1806.50, ref="C 120")
        self.match(bill, total=1806.50)
        refund = self.reverse(bill)
        self.assert_items(
            refund,
            [
                (self.broker_clearing, self.broker, -1689.80, "", "", ""),
                (self.brokerage_clearing, self.broker, -97.25, "20% bought", "", ""),
                (self.input_vat, self.broker, -19.45, "T:20% bought", "", ""),
                (self.payables, self.broker, 1806.50, "", "", ""),
            ],
        )
        self.assertFalse(self.transfers(bill | refund))
        self.assertEqual(authority_bill.amount_residual, 1689.80)
        self.assertEqual(self.account_balance(self.payable), -1689.80)
        self.assertEqual(self.account_balance(self.broker_clearing), 0.0)
        items = (bill | refund).line_ids | self.transfers(bill, active=False).line_ids
        clearing = items.filtered(lambda li: li.account_id == self.broker_clearing)
        self.assertTrue(all(clearing.mapped("reconciled")))
        refund.button_draft()
        self.assertEqual(authority_bill.amount_residual, 0.0)
        self.assertEqual(len(self.transfers(bill)), 1)
        self.assertFalse(self.debt_items(file))

    def test_credit_note_of_a_part_opens_that_part_of_the_debt(self):
        file, _authority_bill = self.posted_file()
        self.match(self.vendor_bill(1689.80, ref="C 120", taxes=False))
        refund = self.vendor_bill(
            689.80, ref="C 120 too much", taxes=False, move_type="in_refund"
        )
        self.match(refund)
        self.assert_items(
            self.transfers(refund),
            [
                (self.payable, self.authority, -689.80, "", "", ""),
                (self.broker_clearing, self.broker, 689.80, "", "", ""),
            ],
        )
        self.assertEqual(sum(self.debt_items(file).mapped("amount_residual")), -689.80)
        self.assertEqual(self.account_balance(self.broker_clearing), 0.0)

    def test_debt_paid_by_a_broker_of_another_currency(self):
        """The debt is cleared in full; the cent his currency cannot say is exchange."""
        currency = self.setup_other_currency("JPY", rates=[("2026-01-01", 147.0)])
        _file, authority_bill = self.posted_file(duty=100.01)
        bill = self.vendor_bill(ref="C 120", taxes=False, currency_id=currency.id)
        self.match(bill)
        self.assertEqual(bill.amount_total, 14701)
        self.assertEqual(authority_bill.amount_residual, 0.0)
        self.assertEqual(self.account_balance(self.broker_clearing), 0.0)
        self.assertEqual(self.account_balance(self.payable), 0.0)
        self.assertTrue(all(self.transfers(bill).line_ids[:2].mapped("reconciled")))

    def test_debt_in_a_foreign_currency_is_cleared_in_it(self):
        """A dearer currency is an exchange difference of the debt, not of the file."""
        file = self._foreign_file(agent=False)
        authority_bill = self.post_assessment(file)
        self.assertEqual(authority_bill.amount_residual, 1420.60)
        bill = self.vendor_bill(
            1420.60,
            ref="C 115",
            taxes=False,
            currency_id=self.env.ref("base.CHF").id,
            invoice_date="2026-04-02",
            date="2026-04-02",
        )
        self.match(bill)
        self.assertEqual(bill.line_ids.mapped("amount_currency"), [1420.60, -1420.60])
        self.assertEqual(authority_bill.amount_residual, 0.0)
        self.assertEqual(self.account_balance(self.payable), 0.0)
        self.assertEqual(self.account_balance(self.broker_clearing), 0.0)
        self.assert_money(file, charged=1491.63)

    def test_debt_of_a_clients_file_paid_by_another_broker(self):
        """The outlay stays on the client; only the creditor changes."""
        file = self.client_file()
        self.assess(file, duty=500)
        authority_bill = self.post_assessment(file)
        bill = self.vendor_bill(560, ref="C 201")
        self.match(bill, total=560)
        self.assert_items(
            bill,
            [
                (self.broker_clearing, self.broker, 500.00, "", "", ""),
                (self.cost_service, self.broker, 50.00, "20% bought", "", ""),
                (self.input_vat, self.broker, 10.00, "T:20% bought", "", ""),
                (self.payables, self.broker, -560.00, "", "", ""),
            ],
        )
        self.assertEqual(authority_bill.amount_residual, 0.0)
        self.assertEqual(self.account_balance(self.broker_clearing), 0.0)
        self.assert_money(file, charged=500, control_balance=500)

    # === WHAT IS REFUSED === #

    def test_duty_is_never_booked_twice(self):
        self.own_file(duty=1689.80)
        bill = self.vendor_bill(1689.80, ref="C 101", taxes=False)
        self.match(bill)
        wizard = self.picker(self.vendor_bill(ref="C 101"))
        self.assertFalse(
            wizard.line_ids.filtered(lambda line: line.role in ("duty", "transfer"))
        )
        copy = self.vendor_bill(1689.80, ref="C 101 again", taxes=False)
        line, original = copy.invoice_line_ids, bill.invoice_line_ids
        line.write(
            {
                "account_id": original.account_id.id,
                "customs_declaration_id": original.customs_declaration_id.id,
                "customs_charge_id": original.customs_charge_id.id,
            }
        )
        with self.assertRaisesRegex(
            UserError,
            rf"has .*1,689.80, but of .*1,689.80 that are owed only .*0.00 is open. "
            rf"{bill.name} .* booked",
        ):
            copy.action_post()
        self.assertEqual(copy.state, "draft")

    def test_two_drafts_posted_together_count_together(self):
        self.own_file(duty=1689.80)
        bills = self.env["account.move"]
        for _number in range(2):
            bill = self.vendor_bill(ref="C 101")
            wizard = self.picker(bill)
            wizard.line_ids.filtered(lambda li: li.role == "duty").is_chosen = True
            wizard.line_ids.filtered(lambda li: li.role != "duty").is_chosen = False
            wizard.action_apply()
            bills |= bill
        self.assertIn("On a draft already", wizard.line_ids[0].note)
        with self.assertRaisesRegex(UserError, "but only .*1,689.80.* is owed"):
            bills.action_post()
        self.assertEqual(set(bills.mapped("state")), {"draft"})

    def test_debt_in_the_books_is_not_booked_as_cost_too(self):
        file, _bill = self.posted_file()
        bill = self.vendor_bill(1689.80, ref="C 120", taxes=False)
        bill.invoice_line_ids.write(
            {
                "account_id": self.clearing.id,
                "customs_declaration_id": file.id,
                "customs_charge_id": self.charge(file, "CID").id,
            }
        )
        with self.assertRaisesRegex(UserError, "not paid by our broker or carrier"):
            bill.action_post()

    def test_what_a_broker_billed_is_not_owed_to_the_authority_too(self):
        """Neither now nor by another payment method later."""
        file = self.own_file(duty=1689.80)
        self.match(self.vendor_bill(1689.80, ref="C 101", taxes=False))
        self.assertFalse(self.post_assessment(file))
        with self.assertRaisesRegex(UserError, "is posted as paid by"):
            file.charge_ids.payment_method_id = self.env.ref(
                "customs_invoicing.payment_method_p5"
            )
        self.assertEqual(self.account_balance(self.payable), 0.0)

    def test_clearing_more_than_the_debt_is_refused(self):
        file, _bill = self.posted_file()
        bill = self.vendor_bill(1700, ref="C 120", taxes=False)
        bill.invoice_line_ids.write(
            {
                "account_id": self.broker_clearing.id,
                "customs_declaration_id": file.id,
            }
        )
        with self.assertRaisesRegex(UserError, "clears .*1,700.00.* only .*1,689.80"):
            bill.action_post()
        bill.invoice_line_ids.price_unit = 1689.80
        bill.action_post()
        again = bill.copy({"invoice_date": "2026-03-06", "ref": "Twice"})
        again.invoice_line_ids.customs_declaration_id = file
        with self.assertRaisesRegex(UserError, f"{bill.name}.* cleared it before"):
            again.action_post()

    def test_closed_file_other_company_and_unknown_charge_are_said_together(self):
        file, other = self.own_file(duty=10), self.own_file(duty=10, number="C 102")
        bill = self.vendor_bill(10, 20, taxes=False)
        bill.invoice_line_ids[0].customs_declaration_id = file
        bill.invoice_line_ids[1].write(
            {
                "customs_declaration_id": other.id,
                "customs_charge_id": self.charge(file, "CID").id,
            }
        )
        file.action_cancel()
        with self.assertRaises(UserError) as caught:
            bill.action_post()
        self.assertRegex(str(caught.exception), "is cancelled")
        self.assertRegex(str(caught.exception), "has a charge that .* does not know")

    def test_file_of_another_company_is_a_clear_error(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids |= other
        self.env["customs.declaration"].with_company(other).create(
            {"registration_number": "C 9900", "company_id": other.id}
        )
        bill = self.vendor_bill(10, ref="C 9900")
        self.assertEqual(bill.customs_match_count, 0)
        with self.assertRaisesRegex(UserError, f"is a declaration of {other.name}"):
            bill.action_match_customs_charges()

    # === DISPUTES === #

    def test_what_was_billed_too_much_is_disputed_and_credited(self):
        file = self.own_file(duty=1689.80)
        bill = self.vendor_bill(1750, 100, ref="C 101", taxes=False)
        wizard = self.picker(bill)
        row = wizard.line_ids.filtered(
            lambda line: line.move_line_id == bill.invoice_line_ids[0]
        )
        row.role = "duty"
        wizard.action_apply()
        bill.action_post()
        self.assert_items(
            bill,
            [
                (self.clearing, self.broker, 1689.80, "", "CID", ""),
                (self.dispute_recv, self.broker, 60.20, "", "", ""),
                (self.brokerage_clearing, self.broker, 100.00, "", "", ""),
                (self.payables, self.broker, -1850.00, "", "", ""),
            ],
        )
        refund = self.vendor_bill(
            60.20, ref="Credit C 101", taxes=False, move_type="in_refund"
        )
        self.match(refund)
        self.assert_items(
            refund,
            [
                (self.dispute_recv, self.broker, -60.20, "", "", ""),
                (self.payables, self.broker, 60.20, "", "", ""),
            ],
        )
        self.assertEqual(self.account_balance(self.dispute_recv), 0.0)
        items = (bill | refund).line_ids.filtered(
            lambda line: line.account_id == self.dispute_recv
        )
        self.assertTrue(all(items.mapped("reconciled")))
        self.assert_money(file, charged=1689.80)

    def test_new_assessment_lower_than_billed_is_credited(self):
        file = self.own_file(duty=1000, number="C 130")
        self.match(self.vendor_bill(1000, ref="C 130", taxes=False))
        self.assess(file, 900, number="A 2", reason="correction")
        refund = self.vendor_bill(100, ref="C 130", taxes=False, move_type="in_refund")
        self.match(refund)
        self.assert_items(
            refund,
            [
                (self.clearing, self.broker, -100.00, "", "CID", ""),
                (self.payables, self.broker, 100.00, "", "", ""),
            ],
        )
        self.assert_money(file, charged=900)

    # === BILLED BEFORE === #

    def test_duty_billed_a_second_time_is_not_taken_as_a_service(self):
        file = self.own_file(duty=1000, vat=150, vat_base=1000, number="C 131")
        first = self.vendor_bill(1150, ref="C 131", taxes=False)
        self.match(first)
        cases = (
            ((1150.0,), {}),  # all of it
            ((150.0,), {}),  # one charge of it
            ((640.0,), {"name": "Customs duty, see C 131"}),
            ((640.0,), {"name": "CID of C 131"}),
            ((1000.0, 88.0), {}),
        )
        for amounts, vals in cases:
            with self.subTest(amounts=amounts, **vals):
                bill = self.vendor_bill(*amounts, ref="C 131", taxes=False)
                if vals:
                    bill.invoice_line_ids.write(vals)
                rows = self.picker(bill).line_ids
                row = rows.filtered(lambda r, amounts=amounts: r.amount == amounts[0])
                self.assertEqual((row.role, row.is_chosen), ("service", False))
                self.assertIn(first.name, row.note)
                self.assertIn("1,150.00", row.note)
                others = rows - row
                self.assertEqual(others.mapped("is_chosen"), [True] * len(others))
        other = self.vendor_bill(640.0, ref="C 131", taxes=False)
        self.assertTrue(self.picker(other).line_ids.is_chosen)
        self.reverse(first)
        again = self.picker(self.vendor_bill(1150, ref="C 131 a", taxes=False))
        chosen = again.line_ids.filtered("is_chosen")
        self.assertEqual(chosen.mapped("role"), ["duty", "duty"])
        self.assertEqual(file.charge_ids, chosen.charge_id)

    def test_debt_paid_a_second_time_is_not_taken_as_a_service(self):
        self.posted_file()
        first = self.vendor_bill(1689.80, ref="C 120", taxes=False)
        self.match(first)
        second = self.vendor_bill(1689.80, ref="C 120", taxes=False)
        row = self.picker(second).line_ids
        self.assertEqual((row.role, row.is_chosen), ("service", False))
        self.assertIn(first.name, row.note)

    def test_credit_note_gives_the_duty_back_before_services(self):
        file = self.own_file(duty=1000, number="C 132")
        self.match(self.vendor_bill(1000, ref="C 132", taxes=False))
        refund = self.vendor_bill(
            400, ref="C 132 a", taxes=False, move_type="in_refund"
        )
        self.match(refund)
        self.assert_items(
            refund,
            [
                (self.clearing, self.broker, -400.00, "", "CID", ""),
                (self.payables, self.broker, 400.00, "", "", ""),
            ],
        )
        self.assert_money(file, charged=600)
        refund = self.vendor_bill(
            660, ref="C 132 b", taxes=False, move_type="in_refund"
        )
        self.match(refund)
        self.assertEqual(
            refund.invoice_line_ids.mapped("account_id"),
            self.clearing | self.brokerage_clearing,
        )
        self.assert_money(file, charged=0)

    def test_line_of_a_credit_note_that_names_duty_gives_duty_back(self):
        file = self.own_file(duty=1000, number="C 133")
        self.match(self.vendor_bill(1000, ref="C 133", taxes=False))
        refund = self.vendor_bill(
            400, 30, ref="C 133", taxes=False, move_type="in_refund"
        )
        refund.invoice_line_ids[0].name = "Duty we paid too much"
        self.match(refund)
        self.assert_items(
            refund,
            [
                (self.clearing, self.broker, -400.00, "", "CID", ""),
                (self.brokerage_clearing, self.broker, -30.00, "", "", ""),
                (self.payables, self.broker, 430.00, "", "", ""),
            ],
        )
        self.assert_money(file, charged=600)

    # === BILLS FOR CLIENTS' FILES === #

    def test_bill_in_the_clients_name_is_passed_on_at_cost(self):
        """B12 M1: gross, its tax is not ours; the client is billed the same amount."""
        file = self.client_file()
        bill = self.vendor_bill(250, ref="C 201")
        wizard = self.picker(bill)
        wizard.addressed_to = "client"
        row = wizard.line_ids
        self.assertEqual(row.role, "disbursement")
        self.assertEqual(row.charge_code_id.kind, "third_party")
        row.name = "Terminal handling"
        wizard.action_apply()
        bill.action_post()
        self.assert_items(
            bill,
            [
                (self.control, self.broker, 300.00, "", "", ""),
                (self.payables, self.broker, -300.00, "", "", ""),
            ],
        )
        charge = file.charge_ids
        self.assertEqual(charge.nature, "disbursement")
        self.assertEqual(charge.payee_id, self.broker)
        self.assertEqual(charge.amount_to_bill, 300.00)
        self.assertEqual(bill.line_ids.customs_client_id, self.client)
        self.assert_money(file, control_balance=300.00)

    def test_bill_in_our_name_is_our_cost(self):
        """B12 M2."""
        self.client_file()
        bill = self.vendor_bill(480, ref="C 201")
        self.match(bill)
        self.assert_items(
            bill,
            [
                (self.cost_service, self.broker, 480.00, "20% bought", "", ""),
                (self.input_vat, self.broker, 96.00, "T:20% bought", "", ""),
                (self.payables, self.broker, -576.00, "", "", ""),
            ],
        )
        self.assertEqual(
            bill.invoice_line_ids.customs_declaration_id.client_id, self.client
        )

    def test_outlay_in_a_foreign_currency(self):
        """B15 M1: 1 150.00 in the agent's currency are 1 058.00."""
        currency = self.setup_other_currency("EUR", rates=[("2026-01-01", 1 / 0.92)])
        file = self.client_file()
        bill = self.vendor_bill(1150, ref="C 201", taxes=False, currency_id=currency.id)
        wizard = self.picker(bill)
        wizard.addressed_to = "client"
        wizard.action_apply()
        bill.action_post()
        self.assert_items(
            bill,
            [
                (self.control, self.broker, 1058.00, "", "", ""),
                (self.payables, self.broker, -1058.00, "", "", ""),
            ],
        )
        self.assertEqual(bill.invoice_line_ids.amount_currency, 1150.00)
        self.assertEqual(bill.invoice_line_ids.customs_charge_id.client_id, self.client)
        self.assert_money(file, charged=1058.00, control_balance=1058.00)

    def test_nothing_on_an_own_import_is_paid_for_a_client(self):
        self.own_file(duty=10)
        bill = self.vendor_bill(50, ref="C 101", taxes=False)
        wizard = self.picker(bill)
        wizard.line_ids.filtered(lambda li: li.role == "service").role = "disbursement"
        with self.assertRaisesRegex(UserError, "is our own import"):
            wizard.action_apply()

    def test_accrued_cost_is_cleared(self):
        """B18 M5."""
        file = self.client_file()
        accrual = self.env["account.move"]._create_customs_entry(
            self.company,
            "period",
            "2026-03-31",
            [
                {
                    "account_id": account.id,
                    "partner_id": self.broker.id,
                    "balance": balance,
                    "customs_declaration_id": file.id,
                }
                for account, balance in (
                    (self.cost_service, 150),
                    (self.accrued_cost, -150),
                )
            ],
        )
        accrual._post(soft=False)
        bill = self.vendor_bill(150, ref="C 201", taxes=False)
        self.match(bill)
        self.assert_items(
            bill,
            [
                (self.accrued_cost, self.broker, 150.00, "", "", ""),
                (self.payables, self.broker, -150.00, "", "", ""),
            ],
        )
        self.assertEqual(self.account_balance(self.accrued_cost), 0.0)
        self.assertTrue(
            all(
                (accrual | bill)
                .line_ids.filtered(lambda li: li.account_id == self.accrued_cost)
                .mapped("reconciled")
            )
        )

    # === FINDING AND THE SCREEN === #

    def test_files_are_found_by_everything_a_bill_may_name(self):
        order = self.env["purchase.order"].create({"partner_id": self.exporter.id})
        file = self.own_file(
            duty=10,
            number="C 7788",
            declarant_reference="MER-2026/55",
            manifest="MAN 44/09",
            purchase_order_ids=[Command.set(order.ids)],
            document_ids=[
                Command.create({"code": "N705", "reference": "HLCU 1234567"})
            ],
        )
        for vals in (
            {"ref": "Zoll c7788"},
            {"ref": "TEST1 2026 C 7788"},
            {"ref": f"for {file.name.lower()}"},
            {"payment_reference": "MER 2026-55"},
            {"invoice_origin": order.name},
            {"ref": "Manifest MAN44/09"},
            {"ref": "B/L HLCU1234567"},
        ):
            with self.subTest(vals):
                bill = self.vendor_bill(5, **vals)
                self.assertEqual(bill.customs_match_count, 1)
                self.assertEqual(self.picker(bill).declaration_ids, file)
        bill = self.vendor_bill(5)
        self.assertEqual(bill.customs_match_count, 0)
        self.env["ir.attachment"].create(
            {
                "name": "entry C-7788.pdf",
                "res_model": "account.move",
                "res_id": bill.id,
                "raw": b"x",
            }
        )
        bill.invalidate_recordset()
        self.assertEqual(bill.customs_match_count, 1)

    def test_ties_are_said_and_left_to_the_officer(self):
        self.own_file(duty=10, number="C 5000")
        self.own_file(duty=20, number="C 5000", registration_date="2025-03-05")
        bill = self.vendor_bill(5, ref="C 5000")
        # both were declared by this broker, and neither number says more
        wizard = self.picker(bill)
        self.assertFalse(wizard.declaration_ids)
        self.assertEqual(wizard.found_message.count("Another file has this number"), 2)

    def test_sections_and_notes_are_left_alone(self):
        self.own_file(duty=1689.80)
        bill = self.vendor_bill(1806.50, ref="C 101")
        bill.write(
            {
                "invoice_line_ids": [
                    Command.create({"display_type": "line_section", "name": "Entry"}),
                    Command.create({"display_type": "line_note", "name": "By truck"}),
                ]
            }
        )
        self.match(bill, total=1806.50)
        texts = bill.invoice_line_ids.filtered(
            lambda line: line.display_type != "product"
        )
        self.assertEqual(sorted(texts.mapped("name")), ["By truck", "Entry"])
        self.assertFalse(texts.customs_declaration_id)
        self.assertEqual(bill.amount_total, 1806.50)

    def test_screen_of_the_picker(self):
        file = self.own_file(duty=1689.80)
        bill = self.vendor_bill(1806.50)
        wizard = self.picker(bill)
        with Form(wizard) as form:
            self.assertFalse(any(row["is_chosen"] for row in form.line_ids._records))
            form.declaration_ids.add(file)
            form.amount_bill = 1806.50
            self.assertEqual(len(form.line_ids), 2)
            self.assertEqual(form.amount_after, 1806.50)
            self.assertEqual(form.amount_difference, 0.0)
        wizard.action_apply()
        self.assertEqual(bill.amount_total, 1806.50)
        self.assertEqual(bill.invoice_line_ids.customs_declaration_id, file)

    def test_user_matches_and_an_accountant_posts(self):
        file, authority_bill = self.posted_file()
        groups = {
            "user": "customs_invoicing.group_customs_user",
            "books": "account.group_account_invoice",
        }
        user, books = (
            new_test_user(
                self.env,
                login=f"match_{login}",
                groups=group,
                company_id=self.company.id,
            )
            for login, group in groups.items()
        )
        bill = self.vendor_bill(1806.50, ref="C 120")
        bill = bill.with_user(user)
        self.env.invalidate_all()
        self.match(bill, total=1806.50, post=False)
        self.env.invalidate_all()
        bill.with_user(books).action_post()
        self.assertEqual(authority_bill.amount_residual, 0.0)
        bill.with_user(books).button_draft()
        self.assertEqual(authority_bill.amount_residual, 1689.80)
        self.assertEqual(self.debt_items(file).amount_residual, -1689.80)
