"""Month end of a broker: unbilled services and costs, and an agent's profit share."""

from common import CustomsCase, item, tax

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

JUNE, JULY = "2026-06-30", "2026-07-01"


class PeriodCase(CustomsCase):
    """Files of a client with services and, on their charges, expected costs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accrued_revenue = cls.company._get_customs_account("accrued_revenue")
        cls.accrued_cost = cls.company._get_customs_account("accrued_cost")
        cls.cost_service = cls.company._get_customs_account("cost_service")
        cls.none = cls.env["res.partner"]
        cls.number = 0

    # === HELPERS === #

    def file(self, service=0.0, cost=0.0, **facts):
        """Return a client's assessed file with a service that will cost us something.

        Its assessment is not posted.
        """
        type(self).number += 1
        facts.setdefault("registration", ("C", str(self.number), "6/5/26"))
        facts.setdefault("assessment", ("A", str(self.number), "6/6/26"))
        facts.setdefault("reference", ("2026", f"JOB-{self.number}"))
        declaration = self.import_sad(
            [
                item(
                    price="1000.00",
                    taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")],
                )
            ],
            **facts,
        )
        if service:
            charge = self.add_service(declaration, service)
            charge.cost_expected = cost
        return declaration

    def service(self, declaration):
        return declaration.charge_ids.filtered(lambda c: c.nature == "service")

    def accrue(self, declarations, date=JUNE, reversal=JULY):
        """Accrue through the wizard and return entries and reversals."""
        before = self.env["account.move"].search([("customs_event", "=", "period")])
        action = declarations.action_open_period_accrual()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.write({"date": date, "reversal_date": reversal})
        wizard.action_accrue()
        moves = self.env["account.move"].search([("customs_event", "=", "period")])
        return (moves - before).sorted("id")

    def vendor_bill(self, declaration, amount, date, account=None, charge=None):
        """Return a posted bill of a subcontractor on the file."""
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.exporter.id,
                "invoice_date": date,
                "date": date,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Subcontract",
                            "account_id": (account or self.cost_service).id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                            "customs_declaration_id": declaration.id,
                            "customs_charge_id": charge and charge.id,
                        }
                    )
                ],
            }
        )
        bill.action_post()
        return bill

    def revenue(self, amount):
        return [
            (self.accrued_revenue, self.client, amount, "", "", ""),
            (self.income, self.client, -amount, "", "", ""),
        ]

    def cost(self, amount):
        return [
            (self.cost_service, self.none, amount, "", "", ""),
            (self.accrued_cost, self.none, -amount, "", "", ""),
        ]

    def result(self, month):
        """Return the profit of a month on services: positive is a gain."""
        start = fields.Date.to_date(f"2026-{month:02d}-01")
        groups = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("account_id", "in", (self.income + self.cost_service).ids),
                ("date", ">=", start),
                ("date", "<=", fields.Date.end_of(start, "month")),
            ],
            aggregates=["balance:sum"],
        )
        return -(groups[0][0] or 0.0)

    def queries(self, function, *args):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before


class TestPeriodEnd(PeriodCase):
    # === THE MONTH === #

    def test_services_and_costs_of_june_are_billed_in_july(self):
        """Services 309.08, estimated cost 60.00; the bill says 64.00."""
        declaration = self.file(309.08, 60.00)
        moves = self.accrue(declaration)
        self.assertEqual(len(moves), 4)
        self.assertEqual(set(moves.mapped("customs_event")), {"period"})
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assertEqual([str(move.date) for move in moves], [JUNE, JUNE, JULY, JULY])
        self.assertEqual(moves.line_ids.customs_declaration_id, declaration)
        self.assertFalse(moves.line_ids.customs_charge_id)
        self.assert_items(moves[0], self.revenue(309.08))
        self.assert_items(moves[1], self.cost(60.00))
        self.assert_items(moves[2], self.revenue(-309.08))
        self.assert_items(moves[3], self.cost(-60.00))
        self.assertEqual(moves[2:].reversed_entry_id, moves[:2])
        self.assertEqual(
            moves[2:].line_ids.customs_accrued_charge_id, self.service(declaration)
        )
        accrued = moves.line_ids.filtered(lambda line: line.account_id.reconcile)
        self.assertTrue(all(accrued.mapped("reconciled")))
        self.post_assessment(declaration)
        self.bill(declaration, date="2026-07-04")
        self.vendor_bill(
            declaration, 64.00, "2026-07-06", charge=self.service(declaration)
        )
        self.assertAlmostEqual(self.result(6), 249.08, 2)
        self.assertAlmostEqual(self.result(7), -4.00, 2)
        for account, balance in (
            (self.accrued_revenue, 0.0),
            (self.accrued_cost, 0.0),
            (self.cost_service, 64.00),
            (self.income, -309.08),
        ):
            self.assertAlmostEqual(self.account_balance(account), balance, 2)

    def test_twice_for_one_period_is_once(self):
        declaration = self.file(309.08, 60.00)
        self.accrue(declaration)
        with self.assertRaisesRegex(UserError, "Nothing is left to accrue"):
            self.accrue(declaration)
        self.service(declaration).write({"amount": 350.00, "cost_expected": 50.00})
        moves = self.accrue(declaration)
        self.assert_items(moves[0], self.revenue(40.92))
        self.assert_items(moves[1], self.cost(-10.00))
        self.assertAlmostEqual(self.result(6), 300.00, 2)
        self.assertAlmostEqual(self.result(7), -300.00, 2)

    def test_next_period_accrues_what_is_still_open(self):
        declaration = self.file(309.08, 60.00)
        self.accrue(declaration)
        moves = self.accrue(declaration, "2026-07-31", "2026-08-01")
        self.assert_items(moves[0], self.revenue(309.08))
        self.assertAlmostEqual(self.result(6), 249.08, 2)
        self.assertAlmostEqual(self.result(7), 0.00, 2)
        self.assertAlmostEqual(self.result(8), -249.08, 2)

    def test_accrual_not_reversed_yet_still_counts(self):
        declaration = self.file(309.08)
        self.accrue(declaration, JUNE, "2026-08-15")
        with self.assertRaisesRegex(UserError, "Nothing is left to accrue"):
            self.accrue(declaration, "2026-07-31", "2026-08-01")

    def test_disbursements_are_never_accrued(self):
        declaration = self.file(80.00)
        self.post_assessment(declaration)
        self.assertGreater(declaration.amount_to_bill, 80.00)
        moves = self.accrue(declaration)
        self.assertEqual(len(moves), 2)
        self.assert_items(moves[0], self.revenue(80.00))
        outlays = declaration.charge_ids - self.service(declaration)
        self.assertFalse(moves.line_ids.customs_accrued_charge_id & outlays)
        self.assertFalse(
            moves.line_ids.filtered(lambda li: li.account_id == self.control)
        )
        with self.assertRaisesRegex(ValidationError, "is passed on at cost"):
            outlays[:1].cost_expected = 10.00

    def test_what_the_day_knew_decides(self):
        """Invoice and bill of July do not change June, however late it is accrued."""
        declaration = self.file(100.00, 30.00)
        self.post_assessment(declaration)
        self.bill(declaration, date="2026-07-04")
        self.vendor_bill(
            declaration, 30.00, "2026-07-06", charge=self.service(declaration)
        )
        moves = self.accrue(declaration)
        self.assert_items(moves[0], self.revenue(100.00))
        self.assert_items(moves[1], self.cost(30.00))
        with self.assertRaisesRegex(UserError, "Nothing is left to accrue"):
            self.accrue(declaration, "2026-07-31", "2026-08-01")

    def test_part_that_is_billed_is_not_accrued(self):
        declaration = self.file(100.00, 30.00)
        self.post_assessment(declaration)
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-06-20"
        line = invoice.invoice_line_ids.filtered(lambda li: not li.customs_tax_code)
        line.quantity = 0.4
        invoice.action_post()
        self.vendor_bill(
            declaration, 12.00, "2026-06-25", charge=self.service(declaration)
        )
        moves = self.accrue(declaration)
        self.assert_items(moves[0], self.revenue(60.00))
        self.assert_items(moves[1], self.cost(18.00))

    def test_draft_invoice_is_no_revenue_yet(self):
        declaration = self.file(100.00)
        self.post_assessment(declaration)
        declaration.action_create_invoices()
        self.assertEqual(self.service(declaration).amount_to_bill, 0.0)
        self.assert_items(self.accrue(declaration)[0], self.revenue(100.00))

    def test_dearer_bill_than_expected_accrues_nothing(self):
        declaration = self.file(100.00, 30.00)
        self.vendor_bill(
            declaration, 45.00, "2026-06-25", charge=self.service(declaration)
        )
        moves = self.accrue(declaration)
        self.assertEqual(len(moves), 2)
        self.assert_items(moves[0], self.revenue(100.00))

    def test_account_of_the_product_and_analytic(self):
        account = self.income.copy({"code": "INC77", "name": "Fees"})
        product = self.service_code.product_id.with_company(self.company)
        product.property_account_income_id = account
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        department = self.env["account.analytic.account"].create(
            {"name": "Brokerage", "plan_id": plan.id}
        )
        declaration = self.file(100.00, 30.00)
        declaration.analytic_distribution = {str(department.id): 100}
        moves = self.accrue(declaration)
        self.assertEqual(moves[0].line_ids[1].account_id, account)
        cost = moves[1].line_ids.filtered(lambda li: li.account_id == self.cost_service)
        self.assertEqual(cost.analytic_distribution, {str(department.id): 100})

    def test_fiscal_position_of_the_client_moves_the_revenue(self):
        account = self.income.copy({"code": "INC78", "name": "Fees abroad"})
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "account_ids": [
                    Command.create(
                        {
                            "account_src_id": self.income.id,
                            "account_dest_id": account.id,
                        }
                    )
                ],
            }
        )
        self.client.property_account_position_id = position
        moves = self.accrue(self.file(100.00))
        self.assertEqual(moves[0].line_ids[1].account_id, account)

    # === WHICH FILES === #

    def wizard(self, **vals):
        return self.env["customs.period.accrual"].create({"date": JUNE, **vals})

    def test_all_files_under_way_of_the_company(self):
        first, second = self.file(100.00, 30.00), self.file(50.00)
        nothing = self.file()
        later = self.file(70.00, registration=("C", "later", "7/5/26"))
        cancelled = self.file(60.00)
        cancelled.action_cancel()
        wizard = self.wizard()
        self.assertEqual(str(wizard.reversal_date), JULY)
        self.assertEqual(wizard._get_files(), second + first)
        self.assertRecordValues(
            wizard.line_ids.sorted(lambda line: (line.kind, line.amount)),
            [
                {
                    "declaration_id": first.id,
                    "kind": "cost",
                    "amount_expected": 30.00,
                    "amount_accrued": 0.00,
                    "amount": 30.00,
                },
                {
                    "declaration_id": second.id,
                    "kind": "revenue",
                    "amount_expected": 50.00,
                    "amount_accrued": 0.00,
                    "amount": 50.00,
                },
                {
                    "declaration_id": first.id,
                    "kind": "revenue",
                    "amount_expected": 100.00,
                    "amount_accrued": 0.00,
                    "amount": 100.00,
                },
            ],
        )
        self.assertEqual((wizard.amount_revenue, wizard.amount_cost), (150.00, 30.00))
        wizard.action_accrue()
        for declaration in (nothing, later, cancelled):
            self.assertFalse(
                declaration.move_line_ids.filtered("customs_accrued_charge_id")
            )

    def test_preview_follows_date_and_files(self):
        first, second = self.file(100.00), self.file(50.00)
        self.accrue(first)
        wizard = self.wizard()
        with Form(wizard) as form:
            self.assertEqual(form.amount_revenue, 50.00)
            form.date = "2026-07-31"
            self.assertEqual(str(form.reversal_date), "2026-08-01")
            self.assertEqual(form.amount_revenue, 150.00)
            form.declaration_ids.add(second)
            self.assertEqual(form.amount_revenue, 50.00)

    def test_default_is_the_month_before(self):
        wizard = self.env["customs.period.accrual"].create({})
        today = fields.Date.today()
        self.assertEqual(wizard.reversal_date, fields.Date.start_of(today, "month"))
        self.assertEqual(
            wizard.date, fields.Date.subtract(wizard.reversal_date, days=1)
        )

    def test_our_own_import_accrues_costs_only(self):
        self.company.partner_id.customs_code = "OWN-1"
        declaration = self.file(80.00, 25.00, importer=("OWN-1", "Us"))
        self.assertEqual(declaration.capacity, "own")
        moves = self.accrue(declaration)
        self.assertEqual(len(moves), 2)
        self.assertEqual(moves[0].line_ids.mapped("balance"), [25.00, -25.00])

    def test_draft_file_has_no_services_done(self):
        declaration = self.env["customs.declaration"].create(
            {
                "office_id": self.office.id,
                "capacity": "direct",
                "client_id": self.client.id,
            }
        )
        self.add_service(declaration, 40.00)
        with self.assertRaisesRegex(UserError, "is not under way"):
            self.accrue(declaration)

    # === THE REVERSAL === #

    def test_future_reversal_posts_itself_on_its_day(self):
        declaration = self.file(100.00)
        today = fields.Date.context_today(declaration)
        tomorrow = fields.Date.add(today, days=1)
        moves = self.accrue(declaration, today, tomorrow)
        self.assertEqual(moves.mapped("state"), ["posted", "draft"])
        self.assertEqual(moves[1].auto_post, "at_date")
        self.assertEqual(moves[1].date, tomorrow)
        self.assertEqual(self.account_balance(self.accrued_revenue), 100.00)
        with self.assertRaisesRegex(UserError, "Nothing is left to accrue"):
            self.accrue(declaration, today, tomorrow)

    def test_reversal_comes_after_the_period(self):
        with self.assertRaisesRegex(UserError, "dated after the end"):
            self.accrue(self.file(100.00), JUNE, JUNE)

    def test_locked_period_is_said(self):
        declaration = self.file(100.00)
        self.company.fiscalyear_lock_date = JUNE
        with self.assertRaisesRegex(UserError, "The accrual cannot be booked"):
            self.accrue(declaration)
        self.company.fiscalyear_lock_date = "2026-07-31"
        with self.assertRaisesRegex(UserError, "Its reversal cannot be booked"):
            self.accrue(declaration)
        self.assertFalse(declaration.move_line_ids)

    # === RIGHTS AND COMPANIES === #

    def test_verifier_accrues(self):
        declaration = self.file(100.00)
        officer = new_test_user(
            self.env,
            login="period_officer",
            groups="customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        with self.assertRaisesRegex(UserError, "Only a customs verifier may"):
            declaration.with_user(officer).action_open_period_accrual()
        with self.assertRaisesRegex(UserError, "Only a customs verifier may"):
            declaration.with_user(officer)._accrue_period(
                fields.Date.to_date(JUNE), fields.Date.to_date(JULY)
            )
        with self.assertRaises(AccessError):
            self.env["customs.period.accrual"].with_user(officer).create({})
        officer.group_ids += self.env.ref("customs_invoicing.group_customs_verifier")
        moves = self.accrue(declaration.with_user(officer))
        self.assertEqual(len(moves), 2)

    def test_files_of_two_companies_are_refused(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids |= other
        theirs = self.env["customs.declaration"].create(
            {"company_id": other.id, "capacity": "direct"}
        )
        files = self.file(10.00) + theirs
        for action in ("action_open_period_accrual", "action_open_profit_share"):
            with self.assertRaisesRegex(UserError, "files of one company"):
                getattr(files, action)()

    def test_other_companys_files_are_left_out(self):
        other = self.setup_other_company()["company"]
        declaration = self.file(10.00)
        self.assertFalse(
            declaration._search_period_files(other, fields.Date.to_date(JUNE))
        )

    def test_many_files_take_no_more_queries(self):
        files = self.env["customs.declaration"].union(
            *(self.file(100.00 + n, 10.00) for n in range(12))
        )
        accrue = [
            fields.Date.to_date(JUNE),
            fields.Date.to_date(JULY),
        ]
        groups = files[:2], files[2:4], files[4:]
        self.queries(groups[0]._accrue_period, *accrue)
        few, many = (self.queries(g._accrue_period, *accrue) for g in groups[1:])
        # Odoo looks up analytic models and matches the items one by one
        self.assertLessEqual(many - few, 6 * 12)
        read = [
            self.queries(g._get_period_items, fields.Date.to_date("2026-07-31"))
            for g in groups
        ]
        self.assertLessEqual(read[2], read[1])


class TestProfitShare(PeriodCase):
    """Services 400.00, costs 100.00, duties of the client beside them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls.env["res.partner"].create({"name": "Overseas Agent"})

    def worked(self, service=400.00, cost=100.00):
        """Return a file billed to its client, with the bill of a subcontractor."""
        declaration = self.file(service)
        self.post_assessment(declaration)
        self.bill(declaration, date="2026-06-10")
        if cost:
            self.vendor_bill(declaration, cost, "2026-06-12")
        return declaration

    def share(self, declarations, date=JUNE, percent=50, agent=None):
        """Share a profit through the wizard and return the entry."""
        action = declarations.action_open_profit_share()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.write(
            {"agent_id": (agent or self.agent).id, "percent": percent, "date": date}
        )
        result = wizard.action_accrue()
        return self.env["account.move"].browse(result["res_id"])

    def items(self, amount):
        return [
            (self.cost_service, self.agent, amount, "", "", ""),
            (self.accrued_cost, self.agent, -amount, "", "", ""),
        ]

    def test_half_of_the_margin_waits_for_the_agents_bill(self):
        declaration = self.worked()
        self.assertGreater(declaration.amount_charged, 0)  # outlays are no part of it
        move = self.share(declaration)
        self.assertEqual(
            (move.state, move.customs_event, str(move.date)),
            ("posted", "profit_share", JUNE),
        )
        self.assert_items(move, self.items(150.00))
        self.assertEqual(move.line_ids.customs_declaration_id, declaration)
        self.assertFalse(move.line_ids.customs_charge_id)
        words = "50 % × (services $ 400.00 − costs $ 100.00) = $ 150.00"
        for text in (move.line_ids[0].name, declaration.message_ids[0].preview):
            self.assertIn(words, text.replace("\xa0", " "))
        self.vendor_bill(declaration, 150.00, "2026-07-10", account=self.accrued_cost)
        self.assertEqual(self.account_balance(self.accrued_cost), 0.0)
        self.assertEqual(self.account_balance(self.cost_service), 250.00)
        self.assertEqual(self.account_balance(self.income), -400.00)
        self.assertEqual(self.account_balance(self.control), 0.0)

    def test_twice_is_only_the_difference(self):
        declaration = self.worked()
        self.share(declaration)
        with self.assertRaisesRegex(UserError, "Nothing is left to share"):
            self.share(declaration)
        self.vendor_bill(declaration, 40.00, "2026-06-20")
        self.assert_items(self.share(declaration), self.items(-20.00))
        self.vendor_bill(declaration, 150.00, "2026-07-10", account=self.accrued_cost)
        with self.assertRaisesRegex(UserError, "Nothing is left to share"):
            self.share(declaration, "2026-07-31")

    def test_each_agent_has_its_own_share(self):
        declaration = self.worked()
        other = self.env["res.partner"].create({"name": "Second Agent"})
        self.share(declaration)
        move = self.share(declaration, percent=10, agent=other)
        self.assertEqual(move.line_ids.mapped("balance"), [30.00, -30.00])

    def test_only_what_is_posted_by_the_day_counts(self):
        declaration = self.worked()
        self.vendor_bill(declaration, 40.00, "2026-07-02")
        self.assert_items(self.share(declaration), self.items(150.00))

    def test_loss_is_not_shared(self):
        declaration = self.worked(service=400.00, cost=500.00)
        action = declaration.action_open_profit_share()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.write({"agent_id": self.agent.id, "date": JUNE})
        self.assertIn("leave no profit to share", wizard.line_ids.words)
        with self.assertRaisesRegex(UserError, "Nothing is left to share"):
            wizard.action_accrue()

    def test_write_offs_and_penalties_are_no_service(self):
        declaration = self.worked()
        for role in ("disb_variance", "bad_debt", "penalties", "interest_expense"):
            self.vendor_bill(
                declaration,
                70.00,
                "2026-06-14",
                account=self.company._get_customs_account(role),
            )
        self.assert_items(self.share(declaration), self.items(150.00))

    def test_accrued_services_of_the_period_count(self):
        declaration = self.file(400.00, 100.00)
        self.accrue(declaration)
        self.assert_items(self.share(declaration), self.items(150.00))
        with self.assertRaisesRegex(UserError, "Choose the agent"):
            self.env["customs.profit.share"].create(
                {"declaration_ids": declaration.ids}
            ).action_accrue()

    def test_several_files_in_one_entry(self):
        files = self.worked() + self.worked(service=100.00, cost=0)
        move = self.share(files)
        self.assert_items(move, [*self.items(150.00), *self.items(50.00)])
        self.assertEqual(move.line_ids.customs_declaration_id, files)

    def test_preview_in_words(self):
        declaration = self.worked()
        wizard = self.env["customs.profit.share"].create({"date": JUNE})
        with Form(wizard) as form:
            form.declaration_ids.add(declaration)
            form.agent_id = self.agent
            self.assertEqual(form.amount_total, 150.00)
            form.percent = 25
            self.assertEqual(form.amount_total, 75.00)
        self.assertIn("25 % × (services", wizard.line_ids.words)

    def test_percent_is_a_share(self):
        for percent in (0, -5, 101):
            with (
                self.subTest(percent),
                self.assertRaisesRegex(ValidationError, "above 0 % and at most 100 %"),
            ):
                self.env["customs.profit.share"].create({"percent": percent})

    def test_own_import_and_locked_period_are_refused(self):
        self.company.partner_id.customs_code = "OWN-1"
        declaration = self.file(importer=("OWN-1", "Us"))
        self.company.fiscalyear_lock_date = JUNE
        with self.assertRaises(UserError) as caught:
            self.share(declaration)
        self.assertIn("is our own import", str(caught.exception))
        self.assertIn("locked until", str(caught.exception))

    def test_verifier_shares(self):
        declaration = self.worked()
        officer = new_test_user(
            self.env,
            login="share_officer",
            groups="customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        with self.assertRaisesRegex(UserError, "Only a customs verifier may"):
            declaration.with_user(officer).action_open_profit_share()
        officer.group_ids += self.env.ref("customs_invoicing.group_customs_verifier")
        self.assertTrue(self.share(declaration.with_user(officer)))

    def test_many_files_take_no_more_queries(self):
        files = self.env["customs.declaration"].union(
            *(self.worked() for _n in range(6))
        )
        day = fields.Date.to_date(JUNE)
        for method, args in (
            ("_get_margins", (day,)),
            ("_get_shared_profits", (self.agent,)),
        ):
            self.queries(getattr(files[:2], method), *args)
            few = self.queries(getattr(files[:2], method), *args)
            many = self.queries(getattr(files, method), *args)
            self.assertLessEqual(many, few)
