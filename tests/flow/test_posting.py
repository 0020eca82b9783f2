"""Posting an assessment, journal item by journal item."""

from posting import CAPACITIES, DAY, DOCUMENTS, DUE, PostingCase

from odoo import fields
from odoo.exceptions import UserError


class TestPosting(PostingCase):
    # === CAPACITY, DOCUMENT, MECHANISM === #

    def test_every_capacity_document_and_mechanism(self):
        """Duty 100.00 and VAT 315.00, in all 24 ways."""
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for capacity in CAPACITIES:
                for mechanism in ("payable", "deferment", "cash", "bank"):
                    with self.subTest(f"{capacity} {document} {mechanism}"):
                        self._assert_way(capacity, document, mechanism)

    def _assert_way(self, capacity, document, mechanism):
        declaration = self.file(capacity)
        assessment = self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        self.pay_by(declaration, mechanism)
        self.assertEqual(assessment.state, "open")
        account, partner = self.credit(mechanism, capacity)
        before = self.account_balance(account)
        move = self.post(declaration)
        # what is gone at once is no debt, so it is no bill
        entry = document == "entry" or mechanism in ("cash", "bank")
        self.assertEqual(move.move_type, "entry" if entry else "in_invoice")
        journal = "entry_journal" if entry else "journal"
        self.assertEqual(move.journal_id, self.company[f"customs_{journal}_id"])
        self.assert_items(
            move,
            [
                *self.debits(capacity, entry, {"CID": 100.0, "VAT": 315.0}),
                (account, partner, -415.0, "", "", ""),
            ],
        )
        self.assert_links(move, declaration)
        debt = move.line_ids.filtered(lambda line: line.account_id == account)
        own_account = self.accounts.get(mechanism)
        due = {
            "payable": fields.Date.to_date(DUE),
            "deferment": self.accounts["deferment"]._get_due_date(assessment.date),
        }
        self.assertEqual(debt.date_maturity, due.get(mechanism, False))
        none = self.env["customs.payment.account"]
        self.assertEqual(debt.customs_payment_account_id, own_account or none)
        self.assertEqual(str(move.date), DAY)
        self.assertEqual(assessment.state, "posted")
        self.assertFalse(self.post(declaration))
        self.assertAlmostEqual(self.account_balance(account) - before, -415.0, 2)
        passed_on = 0.0 if capacity == "own" else 415.0
        self.assert_money(
            declaration, charged=415, to_bill=passed_on, control_balance=passed_on
        )
        if capacity == "own":
            self.assertEqual(self.account_balance(self.neutral, declaration), 0.0)
            self.assertEqual(self.account_balance(self.clearing, declaration), 100.0)
            return
        self.bill(declaration)
        self.assert_money(declaration, billed=415, to_bill=0, control_balance=0)
        control = declaration._get_customs_moves().line_ids.filtered(
            lambda line: line.account_id == self.control
        )
        self.assertTrue(all(control.mapped("reconciled")))

    def test_mixed_payments_are_one_document_each(self):
        """Duty on our deferment account, VAT on the authority's notice."""
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for capacity in CAPACITIES:
                with self.subTest(f"{capacity} {document}"):
                    declaration = self.file(capacity)
                    self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                    self.pay_by(declaration, "deferment", "CID")
                    self.pay_by(declaration, "payable", "VAT")
                    moves = self.post(declaration)
                    self.assertEqual(len(moves), 2)
                    entry = document == "entry"
                    for code, mechanism, amount in (
                        ("CID", "deferment", 100.0),
                        ("VAT", "payable", 315.0),
                    ):
                        account, partner = self.credit(mechanism, capacity)
                        move = moves.filtered(
                            lambda m, a=account: a in m.line_ids.account_id
                        )
                        self.assert_items(
                            move,
                            [
                                *self.debits(capacity, entry, {code: amount}),
                                (account, partner, -amount, "", "", ""),
                            ],
                        )
                        self.assert_links(move, declaration)
                    self.assertFalse(self.post(declaration))
                    self.assert_money(declaration, charged=415)

    def test_one_document_for_charges_paid_alike(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0), ("VAT", 315.0), ("CSF", 45.0))
        self.pay_by(declaration, "deferment", "CID", "VAT")
        self.pay_by(declaration, "bank", "CSF")
        moves = self.post(declaration)
        totals = {
            move.move_type: move.line_ids.filtered(
                lambda line: line.balance < 0
            ).mapped("balance")
            for move in moves
        }
        self.assertEqual(totals, {"in_invoice": [-415.0], "entry": [-45.0]})

    def test_without_a_deferment_account_of_its_own_the_role_is_owed(self):
        """The ledger account of a payment account goes before the company's."""
        own = self.payable.copy({"code": "DEF99", "name": "Deferment 99"})
        self.accounts["deferment"].account_id = own
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.pay_by(declaration, "deferment")
        move = self.post(declaration)
        self.assert_items(
            move,
            [
                (self.control, self.authority, 100.0, "", "CID", ""),
                (own, self.authority, -100.0, "", "", ""),
            ],
        )

    def test_bank_journal_of_the_settings_pays(self):
        journal = self.company._get_customs_bank_journal().copy(
            {"code": "CARD", "name": "Company card"}
        )
        self._set_payment_accounts(self.company)
        self.company.customs_bank_journal_id = journal
        journal.outbound_payment_method_line_ids.payment_account_id = False
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.pay_by(declaration, "bank")
        move = self.post(declaration)
        self.assert_items(
            move,
            [
                (self.control, self.client, 100.0, "", "CID", ""),
                (journal.default_account_id, self.authority, -100.0, "", "", ""),
            ],
        )

    def test_due_date_of_the_authority_is_kept(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file("direct")
                self.assess(declaration, ("CID", 100.0), date_due="2026-04-15")
                move = self.post(declaration)
                debt = move.line_ids.filtered(lambda x: x.account_id == self.payable)
                self.assertEqual(str(debt.date_maturity), "2026-04-15")

    # === KINDS OF CHARGE === #

    def test_each_kind_goes_to_its_account_by_what_the_goods_are_for(self):
        kinds = ("CID", "EXC", "A30", "CSF", "PEN", "INT")
        amounts = dict(zip(kinds, (100.0, 20.0, 30.0, 45.0, 7.0, 3.5), strict=True))
        cost = {
            "stock": "duty_clearing",
            "expense": "duty_expense",
            "sale": "selling_duty",
        }
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for use, role in cost.items():
                with self.subTest(f"{document} {use}"):
                    declaration = self.file(goods_use=use)
                    self.assess(declaration, *amounts.items())
                    roles = {"PEN": "penalties", "INT": "interest_expense"}
                    self.assert_items(
                        self.post(declaration),
                        [
                            (
                                self.role(roles.get(code, role)),
                                self.authority,
                                amount,
                                "",
                                code,
                                "",
                            )
                            for code, amount in amounts.items()
                        ]
                        + [(self.payable, self.authority, -205.5, "", "", "")],
                    )
                    self.assert_money(declaration, charged=205.5, to_bill=0)

    def test_each_kind_of_a_client_stays_on_control(self):
        """Only a penalty is ours, until somebody decides that the client bears it."""
        amounts = {"CID": 100.0, "EXC": 20.0, "A30": 30.0, "PEN": 7.0, "INT": 3.5}
        for capacity in ("direct", "indirect"):
            for penalty_is_ours in (True, False):
                with self.subTest(f"{capacity} {penalty_is_ours}"):
                    declaration = self.file(capacity, goods_use="expense")
                    self.assess(declaration, *amounts.items())
                    penalty = self.charge(declaration, "PEN")
                    self.assertTrue(penalty.borne_by_us)
                    penalty.borne_by_us = penalty_is_ours
                    accounts = dict.fromkeys(amounts, self.control)
                    if penalty_is_ours:
                        accounts["PEN"] = self.role("penalties")
                    self.assert_items(
                        self.post(declaration),
                        [
                            (accounts[code], self.authority, amount, "", code, "")
                            for code, amount in amounts.items()
                        ]
                        + [(self.payable, self.authority, -160.5, "", "", "")],
                    )
                    passed_on = 153.5 if penalty_is_ours else 160.5
                    self.assert_money(
                        declaration, to_bill=passed_on, control_balance=passed_on
                    )

    def test_what_we_bear_of_a_client_is_no_cost_of_goods_and_no_input_tax(self):
        """The client imports, so its VAT is not ours to deduct."""
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file("direct")
                self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                declaration.charge_ids.borne_by_us = True
                loss = self.role("disb_variance")
                partner = self.authority if document == "bill" else self.client
                self.assert_items(
                    self.post(declaration),
                    [
                        (loss, partner, 100.0, "", "CID", ""),
                        (loss, partner, 315.0, "", "VAT", ""),
                        (self.payable, self.authority, -415.0, "", "", ""),
                    ],
                )
                self.assert_money(declaration, to_bill=0, control_balance=0)

    def test_vat_abroad_on_goods_sold_duty_paid(self):
        """Claimed back it is an asset, else a selling cost; never in our own return."""
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for recoverable, role in ((True, "vat_foreign"), (False, "selling_duty")):
                with self.subTest(f"{document} {role}"):
                    declaration = self.file(
                        goods_use="sale", foreign_vat_recoverable=recoverable
                    )
                    self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                    self.assert_items(
                        self.post(declaration),
                        [
                            (
                                self.role("selling_duty"),
                                self.authority,
                                100.0,
                                "",
                                "CID",
                                "",
                            ),
                            (self.role(role), self.authority, 315.0, "", "VAT", ""),
                            (self.payable, self.authority, -415.0, "", "", ""),
                        ],
                    )
                    self.assertFalse(self.post(declaration))

    def test_account_of_the_charge_code_goes_before_its_kind(self):
        samples = self.clearing.copy({"code": "SAMPL", "name": "Duty on samples"})
        duty_code = self.codes["CID"].charge_code_id
        duty_code.with_company(self.company).posting_account_id = samples
        for capacity, account in (("own", samples), ("direct", self.control)):
            with self.subTest(capacity):
                declaration = self.file(capacity)
                self.assess(declaration, ("CID", 100.0), ("A30", 30.0))
                own = capacity == "own"
                self.assert_items(
                    self.post(declaration),
                    [
                        (account, self.authority, 100.0, "", "CID", ""),
                        (
                            self.clearing if own else self.control,
                            self.authority,
                            30.0,
                            "",
                            "A30",
                            "",
                        ),
                        (self.payable, self.authority, -130.0, "", "", ""),
                    ],
                )

    def test_account_of_the_charge_code_is_for_one_company(self):
        other = self.setup_other_company(name="Sister company")["company"]
        duty_code = self.codes["CID"].charge_code_id
        samples = self.clearing.copy({"code": "SAMPL", "name": "Duty on samples"})
        duty_code.with_company(self.company).posting_account_id = samples
        self.assertFalse(duty_code.with_company(other).posting_account_id)
        self.assertEqual(
            duty_code.with_company(self.company).posting_account_id, samples
        )
        companies = (other | self.company).ids
        declaration = self.file().with_context(allowed_company_ids=companies)
        self.assess(declaration, ("CID", 100.0))
        move = self.post(declaration)
        self.assertIn(samples, move.line_ids.account_id)

    # === ANALYTIC === #

    def _analytic(self):
        self.plan = plan = self.env["account.analytic.plan"].create(
            {"name": "Projects"}
        )
        return [
            self.env["account.analytic.account"].create(
                {"name": name, "plan_id": plan.id, "company_id": self.company.id}
            )
            for name in ("North", "South")
        ]

    def test_cost_carries_the_distributions_of_the_items_by_their_amounts(self):
        north, south = self._analytic()
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file(
                    items=(
                        {"analytic_distribution": {str(north.id): 100.0}},
                        {"analytic_distribution": {str(south.id): 100.0}},
                    )
                )
                self.assess(
                    declaration,
                    ("CID", 75.0, {"number": 1}),
                    ("CID", 25.0, {"number": 2}),
                    ("A30", 30.0, {"number": 2}),
                    ("CSF", 45.0),
                    ("VAT", 315.0, {"number": 1}),
                )
                move = self.post(declaration)
                found = {
                    line.customs_tax_code: line.analytic_distribution
                    for line in move.line_ids
                    if line.account_id == self.clearing
                }
                self.assertEqual(
                    found,
                    {
                        "CID": {str(north.id): 75.0, str(south.id): 25.0},
                        "A30": {str(south.id): 100.0},
                        "CSF": False,  # of the whole file, which has none
                    },
                )
                others = move.line_ids.filtered(
                    lambda line: line.account_id != self.clearing
                )
                self.assertEqual(len(others), 4)
                self.assertFalse(any(others.mapped("analytic_distribution")))
                column = self.plan._column_name()
                analytic = move.line_ids.analytic_line_ids
                self.assertEqual(
                    sorted((x[column].name, x.amount) for x in analytic),
                    [("North", -75.0), ("South", -30.0), ("South", -25.0)],
                )

    def test_whole_file_has_a_distribution_for_items_without(self):
        north, south = self._analytic()
        declaration = self.file(
            items=({"analytic_distribution": {str(north.id): 100.0}}, {}),
            analytic_distribution={str(south.id): 60.0},
        )
        self.assess(
            declaration,
            ("CID", 30.0, {"number": 1}),
            ("CID", 10.0, {"number": 2}),
            ("CSF", 45.0),
            ("PEN", 5.0),
        )
        move = self.post(declaration)
        found = {
            line.customs_tax_code: line.analytic_distribution
            for line in move.line_ids.filtered("customs_charge_id")
        }
        whole = {str(south.id): 60.0}
        self.assertEqual(
            found,
            {
                "CID": {str(north.id): 75.0, str(south.id): 15.0},
                "CSF": whole,
                "PEN": whole,
            },
        )

    def test_nothing_but_cost_is_analysed(self):
        """Not even where a default of the authority or the client asks for it."""
        north, _south = self._analytic()
        defaults = self.env["account.analytic.distribution.model"]
        for partner in (self.authority, self.client):
            defaults.create(
                {
                    "partner_id": partner.id,
                    "analytic_distribution": {str(north.id): 100.0},
                    "company_id": self.company.id,
                }
            )
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for capacity in CAPACITIES:
                with self.subTest(f"{capacity} {document}"):
                    declaration = self.file(
                        capacity, analytic_distribution={str(north.id): 100.0}
                    )
                    self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                    move = self.post(declaration)
                    analysed = move.line_ids.filtered("analytic_distribution")
                    if capacity == "own":
                        self.assertEqual(analysed.account_id, self.clearing)
                        self.assertEqual(analysed.balance, 100.0)
                    else:
                        self.assertFalse(analysed)

    # === PAID BY OTHERS === #

    def test_what_others_pay_is_a_memo(self):
        """The client pays itself, or on own imports the broker: nothing is booked."""
        for capacity, method in (
            ("direct", "p5"),
            ("direct", "p1"),
            ("indirect", "p5"),
            ("own", "p6"),
            ("own", "p7"),
            ("direct", "p7"),
        ):
            for document in DOCUMENTS:
                self.company.customs_assessment_document = document
                with self.subTest(f"{capacity} {method} {document}"):
                    declaration = self.file(capacity)
                    assessment = self.assess(
                        declaration, ("CID", 100.0), ("VAT", 315.0)
                    )
                    self.assertEqual(assessment.state, "open")
                    declaration.charge_ids.payment_method_id = self.env.ref(
                        f"customs_invoicing.payment_method_{method}"
                    )
                    self.assertEqual(assessment.state, "posted")
                    self.assertFalse(declaration.has_unposted_assessment)
                    self.assertFalse(self.post(declaration))
                    self.assert_money(
                        declaration,
                        assessed=415,
                        payable=415,
                        charged=0,
                        to_bill=0,
                        control_balance=0,
                    )
                    self.assertEqual(declaration.billing_state, "nothing")

    def test_memo_beside_what_we_pay(self):
        """VAT by the client itself, duty by us: only the duty is booked and billed."""
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        self.charge(declaration, "VAT").payment_method_id = self.env.ref(
            "customs_invoicing.payment_method_p5"
        )
        self.assert_items(
            self.post(declaration),
            [
                (self.control, self.authority, 100.0, "", "CID", ""),
                (self.payable, self.authority, -100.0, "", "", ""),
            ],
        )
        self.bill(declaration)
        self.assert_money(declaration, charged=100, billed=100, to_bill=0)
        declaration.action_release()
        declaration.action_close()

    def test_payable_contradicts_postponed_and_secured(self):
        for name in ("p8", "p9"):
            with self.subTest(name):
                declaration = self.file()
                self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                self.charge(declaration, "VAT").payment_method_id = self.env.ref(
                    f"customs_invoicing.payment_method_{name}"
                )
                with self.assertRaisesRegex(UserError, "VAT.*assessed as payable"):
                    declaration.action_post_assessment()
                self.assertFalse(declaration._get_customs_moves())
