"""Posting an assessment, journal item by journal item."""

from common import CustomsCase, item, tax

from odoo import Command, fields
from odoo.exceptions import UserError

from odoo.addons.customs_invoicing.engine.roles import BY_CODE

#: Own imports and clients' declarations name their payment methods differently
METHODS = {
    "own": {"payable": "p5", "deferment": "p1", "cash": "p1c"},
    "direct": {"payable": "p4n", "deferment": "p2", "cash": "p4", "bank": "p4b"},
}
METHODS["indirect"] = METHODS["direct"]
CAPACITIES = ("own", "direct", "indirect")
DOCUMENTS = ("bill", "entry")
DAY, DUE = "2026-03-06", "2026-03-16"


class PostingCase(CustomsCase):
    """Files of two items worth 1 000.00 each, with typed assessments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ref = cls.env.ref
        codes = {"cid", "vat", "exc", "a30", "csf"}
        cls.codes = {
            code.upper(): ref(f"customs_invoicing.tax_code_{code}") for code in codes
        }
        for code, charge in (("PEN", "penalty"), ("INT", "interest")):
            cls.codes[code] = cls.env["customs.tax.code"].create(
                {
                    "code": code,
                    "name": f"Tax {code}",
                    "tariff_id": cls.tariff.id,
                    "charge_code_id": ref(f"customs_invoicing.charge_code_{charge}").id,
                }
            )
        cls.vat = cls.company.customs_import_vat_tax_ids
        cls.vat_account = cls.company_data["default_account_tax_purchase"]
        cls.bank = cls.company._get_customs_bank_journal().default_account_id
        own_bank = cls.env["customs.payment.method"].create(
            {
                "code": "OWNBANK",
                "name": "We pay at once",
                "payer": "importer",
                "mechanism": "bank",
            }
        )
        cls.methods = {
            (capacity, mechanism): ref(f"customs_invoicing.payment_method_{name}")
            for capacity, names in METHODS.items()
            for mechanism, name in names.items()
        }
        cls.methods["own", "bank"] = own_bank
        accounts = cls.env["customs.payment.account"]
        cls.accounts = {
            kind: accounts.create(
                {
                    "name": f"Our {kind} account",
                    "number": f"ACC-{kind}",
                    "kind": kind,
                    "authority_id": cls.authority.id,
                }
            )
            for kind in ("deferment", "cash")
        }

    # === HELPERS === #

    def role(self, code):
        return self.company[BY_CODE[code].field]

    def file(self, capacity="own", items=({}, {}), **vals):
        if capacity != "own":
            vals["client_id"] = self.client.id
        return self.typed(items, capacity=capacity, **vals)

    def row(self, code, amount, number=0, **vals):
        """Return one line of an assessment; 15 % import VAT knows its base."""
        if code == "VAT" and "base" not in vals:
            vals.update(base=round(amount / 0.15, 2), rate=15.0)
        return {
            "tax_code_id": self.codes[code].id,
            "item_number": number,
            "amount_assessed": amount,
            **vals,
        }

    def assess(self, declaration, *rows, **header):
        """Record a version from ``(tax code, amount, values)``."""
        header.setdefault("date", DAY)
        return declaration._record_assessment(
            [self.row(*row[:2], **(row[2] if row[2:] else {})) for row in rows],
            **header,
        )

    def pay_by(self, declaration, mechanism, *codes):
        """Choose how charges are paid, all of them when none is named."""
        charges = declaration.charge_ids.filtered(
            lambda c: c.tax_code_id and (not codes or c.tax_code_id.code in codes)
        )
        account = self.accounts.get(mechanism, self.env["customs.payment.account"])
        charges.write(
            {
                "payment_method_id": self.methods[declaration.capacity, mechanism].id,
                "payment_account_id": account.id,
            }
        )

    def post(self, declaration):
        """Post the assessment in force and return the moves that made."""
        before = declaration._get_customs_moves()
        declaration.action_post_assessment()
        moves = declaration._get_customs_moves() - before
        self.assertFalse(moves.filtered(lambda move: move.state != "posted"))
        return moves

    def credit(self, mechanism, capacity="own"):
        """Return ``(account, partner)`` that owes or pays."""
        holder = self.authority if capacity == "own" else self.client
        return {
            "payable": (self.payable, self.authority),
            "deferment": (self.role("deferment_payable"), self.authority),
            "cash": (self.role("customs_cash"), holder),
            "bank": (self.bank, self.authority),
        }[mechanism]

    def debits(self, capacity, entry, sums):
        """Return the expected debit items of amounts per tax code.

        VAT of our own goods goes with its base through the neutral account, all else
        to duty clearing; what clients bear stays on the disbursement account.
        """
        if capacity != "own":
            partner = self.client if entry else self.authority
            return [
                (self.control, partner, amount, "", code, "")
                for code, amount in sums.items()
            ]
        items, who = [], self.authority
        for code, amount in sums.items():
            if code != "VAT":
                items.append((self.clearing, who, amount, "", code, ""))
                continue
            base = round(amount / 0.15, 2)
            items += [
                (self.neutral, who, base, self.vat.name, code, ""),
                (self.neutral, who, -base, "", code, ""),
                (self.vat_account, who, amount, f"T:{self.vat.name}", code, ""),
            ]
        return items

    def assert_links(self, move, declaration):
        """Every item knows its file; all but the other side know their charge."""
        for line in move.line_ids:
            self.assertEqual(line.customs_declaration_id, declaration)
        bare = move.line_ids.filtered(lambda line: not line.customs_charge_id)
        self.assertLessEqual(len(bare), 1)
        self.assertEqual(move.customs_event, "assessment")
        self.assertEqual(move.customs_assessment_id, declaration.current_assessment_id)

    def reverse_entry(self, move, date="2026-03-12"):
        return move._reverse_moves([{"date": date}], cancel=True)


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
        totals = {move.move_type: move.line_ids.filtered(lambda line: line.balance < 0)
                  .mapped("balance") for move in moves}
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
        cost = {"stock": "duty_clearing", "expense": "duty_expense",
                "sale": "selling_duty"}
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
                            (self.role("selling_duty"), self.authority, 100.0, "",
                             "CID", ""),
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
            ("direct", "p5"), ("direct", "p1"), ("indirect", "p5"), ("own", "p6"),
            ("own", "p7"), ("direct", "p7"),
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


class TestPostingVat(PostingCase):
    """Import VAT of our own goods: postponed, awaiting evidence, partly deductible."""

    def _postponed_tax(self):
        """Return a tax of 15 % that the VAT return shows as input and output."""
        output = self.company_data["default_account_tax_sale"]
        parts = [
            Command.clear(),
            Command.create({"repartition_type": "base"}),
            *(
                Command.create(
                    {
                        "repartition_type": "tax",
                        "factor_percent": factor,
                        "account_id": account.id,
                    }
                )
                for factor, account in ((100, self.vat_account), (-100, output))
            ),
        ]
        tax = self.env["account.tax"].create(
            {
                "name": "15% postponed",
                "amount": 15.0,
                "type_tax_use": "purchase",
                "invoice_repartition_line_ids": parts,
                "refund_repartition_line_ids": parts,
            }
        )
        self.company.customs_postponed_vat_tax_ids = tax
        return tax, output

    def test_postponed_vat_is_self_accounted_and_owed_to_nobody(self):
        tax, output = self._postponed_tax()
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file()
                assessment = self.assess(
                    declaration,
                    ("CID", 100.0),
                    ("VAT", 315.0, {"status": "postponed"}),
                )
                self.assertEqual(assessment.amount_payable, 100.0)
                moves = self.post(declaration)
                vat = moves.filtered(lambda m: tax in m.line_ids.tax_ids)
                who = self.authority
                self.assert_items(
                    vat,
                    [
                        (self.neutral, who, 2100.0, tax.name, "VAT", ""),
                        (self.neutral, who, -2100.0, "", "VAT", ""),
                        (self.vat_account, who, 315.0, f"T:{tax.name}", "VAT", ""),
                        (output, who, -315.0, f"T:{tax.name}", "VAT", ""),
                    ],
                )
                self.assertEqual(vat.move_type, "entry")
                self.assert_items(
                    moves - vat,
                    [
                        (self.clearing, who, 100.0, "", "CID", ""),
                        (self.payable, who, -100.0, "", "", ""),
                    ],
                )
                self.assertEqual(assessment.state, "posted")
                self.assertFalse(self.post(declaration))
                self.assert_money(declaration, assessed=415, payable=100, charged=100)

    def test_postponed_vat_of_a_client_is_nothing_to_us(self):
        self._postponed_tax()
        declaration = self.file("direct")
        assessment = self.assess(
            declaration, ("CID", 100.0), ("VAT", 315.0, {"status": "postponed"})
        )
        self.assert_items(
            self.post(declaration),
            [
                (self.control, self.authority, 100.0, "", "CID", ""),
                (self.payable, self.authority, -100.0, "", "", ""),
            ],
        )
        self.assertEqual(assessment.state, "posted")

    def test_postponed_becomes_payable_and_back(self):
        """The authority withdraws the postponement, then grants it again."""
        tax, output = self._postponed_tax()
        self.company.customs_assessment_document = "entry"
        declaration, who = self.file(), self.authority
        self.assess(declaration, ("VAT", 315.0, {"status": "postponed"}))
        self.post(declaration)
        self.assess(declaration, ("VAT", 315.0), date="2026-03-08")
        moves = self.post(declaration)
        owed = moves.filtered(lambda m: self.payable in m.line_ids.account_id)
        self.assert_items(
            owed,
            [
                *self.debits("own", True, {"VAT": 315.0}),
                (self.payable, who, -315.0, "", "", ""),
            ],
        )
        self.assert_items(
            moves - owed,
            [
                (self.neutral, who, -2100.0, tax.name, "VAT", ""),
                (self.neutral, who, 2100.0, "", "VAT", ""),
                (self.vat_account, who, -315.0, f"T:{tax.name}", "VAT", ""),
                (output, who, 315.0, f"T:{tax.name}", "VAT", ""),
            ],
        )
        again = {"status": "postponed"}
        self.assess(declaration, ("VAT", 315.0, again), date="2026-03-10")
        self.post(declaration)
        for account, balance in (
            (self.payable, 0.0),
            (self.vat_account, 315.0),
            (output, -315.0),
            (self.neutral, 0.0),
        ):
            found = self.account_balance(account, declaration)
            self.assertAlmostEqual(found, balance, 2, account.name)

    def test_vat_waits_for_its_certificate(self):
        pending = self.role("vat_import_pending")
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file(vat_evidence="certificate")
                self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                move = self.post(declaration)
                self.assert_items(
                    move,
                    [
                        (self.clearing, self.authority, 100.0, "", "CID", ""),
                        (pending, self.authority, 315.0, "", "VAT", ""),
                        (self.payable, self.authority, -415.0, "", "", ""),
                    ],
                )
                waiting = move.line_ids.filtered(lambda x: x.account_id == pending)
                self.assertEqual(waiting.customs_vat_rate, 15.0)
                self.assertFalse(waiting.tax_ids)
                self.assertFalse(self.post(declaration))
                self.assess(declaration, ("CID", 100.0), ("VAT", 300.0), date="2026-03-09")
                self.assert_items(
                    self.post(declaration),
                    [
                        (pending, self.authority, -15.0, "", "VAT", ""),
                        (self.payable, self.authority, 15.0, "", "", ""),
                    ],
                )
                self.assertEqual(self.account_balance(pending, declaration), 300.0)

    def test_share_of_vat_that_is_not_deductible_is_a_cost(self):
        """Two fifths of the tax have no account: the goods bear them."""
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
        north = self.env["account.analytic.account"].create(
            {"name": "North", "plan_id": plan.id, "company_id": self.company.id}
        )
        parts = [
            Command.clear(),
            Command.create({"repartition_type": "base"}),
            Command.create(
                {
                    "repartition_type": "tax",
                    "factor_percent": 60,
                    "account_id": self.vat_account.id,
                }
            ),
            Command.create(
                {
                    "repartition_type": "tax",
                    "factor_percent": 40,
                    "use_in_tax_closing": False,
                }
            ),
        ]
        tax = self.env["account.tax"].create(
            {
                "name": "15% in part",
                "amount": 15.0,
                "type_tax_use": "purchase",
                "invoice_repartition_line_ids": parts,
                "refund_repartition_line_ids": parts,
            }
        )
        self.company.customs_import_vat_tax_ids = tax
        who = self.authority
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file(analytic_distribution={str(north.id): 100.0})
                self.assess(declaration, ("VAT", 100.01, {"base": 666.73, "rate": 15.0}))
                move = self.post(declaration)
                self.assert_items(
                    move,
                    [
                        (self.clearing, who, 666.73, tax.name, "VAT", ""),
                        (self.clearing, who, -666.73, "", "VAT", ""),
                        (self.vat_account, who, 60.01, f"T:{tax.name}", "VAT", ""),
                        (self.clearing, who, 40.0, f"T:{tax.name}", "VAT", ""),
                        (self.payable, who, -100.01, "", "", ""),
                    ],
                )
                analysed = move.line_ids.filtered("analytic_distribution")
                self.assertEqual(analysed.account_id, self.clearing)
                self.assertAlmostEqual(sum(analysed.mapped("balance")), 40.0, 2)
                self.assert_money(declaration, charged=100.01)
                self.assertFalse(self.post(declaration))

    def test_tax_that_is_the_whole_price_reports_no_base(self):
        only = self.env["account.tax"].create(
            {
                "name": "Import VAT only",
                "amount": 100.0,
                "amount_type": "division",
                "price_include_override": "tax_included",
                "type_tax_use": "purchase",
            }
        )
        parts = only.invoice_repartition_line_ids | only.refund_repartition_line_ids
        parts.filtered(
            lambda part: part.repartition_type == "tax"
        ).account_id = self.vat_account
        self.company.customs_import_vat_tax_ids = only
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file()
                self.assess(declaration, ("VAT", 315.0))
                move = self.post(declaration)
                found = {
                    (line.account_id, line.balance)
                    for line in move.line_ids
                    if line.balance
                }
                self.assertEqual(
                    found, {(self.vat_account, 315.0), (self.payable, -315.0)}
                )
                self.assert_money(declaration, charged=315)
                self.assess(declaration, ("VAT", 300.0), date="2026-03-09")
                self.post(declaration)
                self.assert_money(declaration, charged=300)
                self.assertFalse(self.post(declaration))
                self.assertEqual(
                    self.account_balance(self.vat_account, declaration), 300.0
                )


class TestPostingVersions(PostingCase):
    """A later version posts the difference only; twice is once."""

    def test_more_and_less_in_every_capacity_and_document(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for capacity in CAPACITIES:
                with self.subTest(f"{capacity} {document}"):
                    self._assert_versions(capacity, document == "entry")

    def _assert_versions(self, capacity, entry):
        """First 100 + 315; then 140 + 330; then 30 + 315 with a fee of 5."""
        declaration = self.file(capacity)
        self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        self.post(declaration)
        steps = (
            ({"CID": 140.0, "VAT": 330.0}, {"CID": 40.0, "VAT": 15.0}, "in_invoice"),
            (
                {"CID": 30.0, "VAT": 315.0, "CSF": 5.0},
                {"CID": -110.0, "VAT": -15.0, "CSF": 5.0},
                "in_refund",
            ),
        )
        for day, (amounts, differences, move_type) in enumerate(steps, start=8):
            self.assess(declaration, *amounts.items(), date=f"2026-03-{day:02d}")
            self.assertTrue(declaration.has_unposted_assessment)
            move = self.post(declaration)
            total = sum(differences.values())
            self.assertEqual(move.move_type, "entry" if entry else move_type)
            self.assert_items(
                move,
                [
                    *self.debits(capacity, entry, differences),
                    (self.payable, self.authority, -total, "", "", ""),
                ],
            )
            self.assert_links(move, declaration)
            self.assertFalse(declaration.has_unposted_assessment)
            self.assertFalse(self.post(declaration))
        self.assert_money(declaration, charged=350)
        self.assertEqual(self.account_balance(self.payable, declaration), -350.0)
        if capacity == "own":
            self.assertEqual(self.account_balance(self.clearing, declaration), 35.0)
            self.assertEqual(self.account_balance(self.neutral, declaration), 0.0)
            self.assertEqual(self.account_balance(self.vat_account, declaration), 315.0)
            base = sum(
                declaration._get_customs_moves().line_ids.filtered("tax_ids")
                .mapped("balance")
            )
            self.assertAlmostEqual(base, 2100.0, 2)
        else:
            self.assertEqual(self.account_balance(self.control, declaration), 350.0)

    def test_everything_taken_back_leaves_nothing(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for capacity in CAPACITIES:
                with self.subTest(f"{capacity} {document}"):
                    declaration = self.file(capacity)
                    self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                    self.post(declaration)
                    self.assess(declaration, ("CID", 0.0), date="2026-03-09")
                    self.post(declaration)
                    for account in (
                        self.payable, self.control, self.clearing, self.vat_account,
                        self.neutral,
                    ):
                        self.assertEqual(
                            self.account_balance(account, declaration), 0.0
                        )
                    self.assert_money(declaration, charged=0, to_bill=0)

    def test_same_total_between_two_taxes(self):
        """Duty becomes anti-dumping duty: nothing more is owed, two charges change."""
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file("direct")
                self.assess(declaration, ("CID", 100.0))
                self.post(declaration)
                self.assess(declaration, ("CID", 60.0), ("A30", 40.0), date="2026-03-09")
                move = self.post(declaration)
                self.assertEqual(
                    {
                        line.customs_tax_code: line.balance
                        for line in move.line_ids
                        if line.balance
                    },
                    {"CID": -40.0, "A30": 40.0},
                )
                self.assertEqual(declaration.current_assessment_id.state, "posted")
                self.assert_money(declaration, charged=100, control_balance=100)
                self.assertFalse(self.post(declaration))

    def test_difference_goes_the_way_the_charge_was_paid(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        self.pay_by(declaration, "deferment", "CID")
        self.pay_by(declaration, "payable", "VAT")
        self.post(declaration)
        self.assess(declaration, ("CID", 90.0), ("VAT", 330.0), date="2026-03-09")
        moves = self.post(declaration)
        self.assertEqual(
            {
                (line.account_id, line.balance)
                for line in moves.line_ids
                if line.account_id != self.control
            },
            {(self.role("deferment_payable"), 10.0), (self.payable, -15.0)},
        )

    def test_payment_of_what_is_posted_cannot_change(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.post(declaration)
        with self.assertRaisesRegex(UserError, "CID .*posted as paid by"):
            self.pay_by(declaration, "deferment")

    def test_refund_that_the_authority_pays_back_is_a_receivable(self):
        refund = self.role("refund_recv")
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for capacity in CAPACITIES:
                with self.subTest(f"{capacity} {document}"):
                    declaration = self.file(capacity)
                    self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                    self.post(declaration)
                    self.assess(
                        declaration,
                        ("CID", 60.0),
                        ("VAT", 309.0),
                        date="2026-03-09",
                        settlement="receivable",
                    )
                    move = self.post(declaration)
                    self.assertEqual(move.move_type, "entry")
                    self.assert_items(
                        move,
                        [
                            *self.debits(capacity, True, {"CID": -40.0, "VAT": -6.0}),
                            (refund, self.authority, 46.0, "", "", ""),
                        ],
                    )
                    self.assertEqual(
                        self.account_balance(self.payable, declaration), -415.0
                    )
                    self.assertFalse(self.post(declaration))
                    self.assert_money(declaration, charged=369)

    def test_receivable_is_only_what_is_less_of_one_payment(self):
        """Less on our deferment account comes back; more on notice is owed."""
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        self.pay_by(declaration, "deferment", "CID")
        self.pay_by(declaration, "payable", "VAT")
        self.post(declaration)
        self.assess(
            declaration,
            ("CID", 90.0),
            ("VAT", 330.0),
            date="2026-03-09",
            settlement="receivable",
        )
        moves = self.post(declaration)
        self.assertEqual(
            {
                (line.account_id, line.balance)
                for line in moves.line_ids
                if line.account_id != self.control
            },
            {(self.role("refund_recv"), 10.0), (self.payable, -15.0)},
        )

    def test_vat_alone_is_corrected_in_an_entry(self):
        """The base stays, so only the tax is booked; then again on a bill."""
        self.company.customs_assessment_document = "entry"
        declaration, who = self.file(), self.authority
        base = {"base": 2100.0, "rate": 15.0}
        self.assess(declaration, ("VAT", 315.0, base))
        self.post(declaration)
        self.assess(declaration, ("VAT", 315.01, base), date="2026-03-08")
        self.assert_items(
            self.post(declaration),
            [
                (self.vat_account, who, 0.01, f"T:{self.vat.name}", "VAT", ""),
                (self.payable, who, -0.01, "", "", ""),
            ],
        )
        self.company.customs_assessment_document = "bill"
        self.assess(declaration, ("VAT", 314.98, base), date="2026-03-09")
        self.post(declaration)
        self.assert_money(declaration, charged=314.98)
        self.assertFalse(self.post(declaration))
        lines = declaration._get_customs_moves().line_ids
        self.assertAlmostEqual(
            sum(lines.filtered("tax_ids").mapped("balance")), 2100.0, 2
        )

    def test_reversed_entry_is_posted_again(self):
        self.company.customs_assessment_document = "entry"
        for capacity in CAPACITIES:
            with self.subTest(capacity):
                declaration = self.file(capacity)
                assessment = self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                move = self.post(declaration)
                reversal = self.reverse_entry(move)
                self.assertEqual(reversal.customs_event, "assessment")
                self.assertEqual(assessment.state, "open")
                self.assert_money(declaration, charged=0, control_balance=0)
                again = self.post(declaration)
                self.assert_items(
                    again,
                    [
                        *self.debits(capacity, True, {"CID": 100.0, "VAT": 315.0}),
                        (self.payable, self.authority, -415.0, "", "", ""),
                    ],
                )
                self.assert_money(declaration, charged=415)

    def test_entry_reset_to_draft_is_posted_again_as_it_was(self):
        self.company.customs_assessment_document = "entry"
        for capacity in CAPACITIES:
            with self.subTest(capacity):
                declaration = self.file(capacity)
                assessment = self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                move = self.post(declaration)
                move.button_draft()
                self.assertEqual(assessment.state, "open")
                with self.assertRaisesRegex(UserError, "is a draft"):
                    declaration.action_post_assessment()
                move.action_post()
                self.assert_items(
                    move,
                    [
                        *self.debits(capacity, True, {"CID": 100.0, "VAT": 315.0}),
                        (self.payable, self.authority, -415.0, "", "", ""),
                    ],
                )
                self.assertEqual(assessment.state, "posted")

    def test_edited_entry_is_not_posted(self):
        self.company.customs_assessment_document = "entry"
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        move = self.post(declaration)
        move.button_draft()
        more = {"CID": 110.0}
        move.write(
            {
                "line_ids": [
                    Command.update(
                        line.id, {"balance": more.get(line.customs_tax_code, -110.0)}
                    )
                    for line in move.line_ids
                ]
            }
        )
        with self.assertRaisesRegex(UserError, "differs from .* in CID"):
            move.action_post()


class TestPostingCurrency(PostingCase):
    """The authority assesses in euros, the books are in dollars."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur = cls.setup_other_currency(
            "EUR", rates=[("2020-01-01", 0.8), ("2026-03-08", 0.7)]
        )
        cls.tariff.currency_id = cls.eur

    def found(self, move):
        return sorted(
            (line.account_id.code, line.balance, line.amount_currency)
            for line in move.line_ids
        )

    def test_both_amounts_are_right_in_every_document(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for capacity in CAPACITIES:
                with self.subTest(f"{capacity} {document}"):
                    self._assert_foreign(capacity)

    def _assert_foreign(self, capacity):
        """173.26 EUR at 0.8 are 216.575, 33.33 EUR are 41.6625 USD."""
        declaration = self.file(capacity)
        base = {"base": 1155.07, "rate": 15.0}
        assessment = self.assess(declaration, ("CID", 33.33), ("VAT", 173.26, base))
        move = self.post(declaration)
        duty, vat = (41.66, 33.33), (216.58, 173.26)
        debt = (self.payable.code, -258.24, -206.59)
        if capacity == "own":
            value = (self.neutral.code, 1443.84, 1155.07)
            expected = [
                (self.clearing.code, *duty),
                (self.vat_account.code, *vat),
                value,
                (value[0], -value[1], -value[2]),
                debt,
            ]
            tax_item = move.line_ids.filtered("tax_line_id")
            self.assertAlmostEqual(tax_item.tax_base_amount, 1443.84, 2)
        else:
            expected = [(self.control.code, *duty), (self.control.code, *vat), debt]
        self.assertEqual(self.found(move), sorted(expected))
        self.assertEqual(move.line_ids.currency_id, self.eur)
        self.assertEqual(assessment.state, "posted")
        self.assertFalse(self.post(declaration))
        passed_on = 0.0 if capacity == "own" else 258.24
        self.assert_money(
            declaration, charged=258.24, control_balance=passed_on, to_bill=passed_on
        )
        # the difference is converted on its own day, and never asked for again
        self.assess(
            declaration, ("CID", 40.33), ("VAT", 173.26, base), date="2026-03-08"
        )
        self.assertEqual(
            {
                (line.balance, line.amount_currency)
                for line in self.post(declaration).line_ids
            },
            {(10.0, 7.0), (-10.0, -7.0)},
        )
        self.assertFalse(self.post(declaration))
        self.assert_money(declaration, charged=268.24)
        if capacity != "own":
            self.bill(declaration)
            self.assert_money(declaration, billed=268.24, control_balance=0, to_bill=0)

    def test_thousandths_of_the_authority_survive(self):
        """A currency with three decimals is not cut to the cents of the books."""
        self.tariff.currency_id = dinar = self.env["res.currency"].create(
            {
                "name": "XDN",
                "symbol": "D",
                "rounding": 0.001,
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 0.4})],
            }
        )
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file()
                base = {"base": 100.123, "rate": 15.0}
                self.assess(declaration, ("CID", 10.001), ("VAT", 15.018, base))
                move = self.post(declaration)
                self.assertEqual(move.line_ids.currency_id, dinar)
                self.assertEqual(
                    self.found(move),
                    sorted(
                        [
                            (self.clearing.code, 25.0, 10.001),
                            (self.vat_account.code, 37.55, 15.018),
                            (self.neutral.code, 250.31, 100.123),
                            (self.neutral.code, -250.31, -100.123),
                            (self.payable.code, -62.55, -25.019),
                        ]
                    ),
                )
                self.assertFalse(self.post(declaration))

    def test_books_without_cents_keep_the_cents_of_the_authority(self):
        """Yen books, euro assessment: amounts in euros stay to the cent."""
        self.company.currency_id.rounding = 1.0
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file()
                base = {"base": 1155.07, "rate": 15.0}
                self.assess(declaration, ("CID", 33.33), ("VAT", 173.26, base))
                move = self.post(declaration)
                self.assertEqual(
                    self.found(move),
                    sorted(
                        [
                            (self.clearing.code, 42.0, 33.33),
                            (self.vat_account.code, 217.0, 173.26),
                            (self.neutral.code, 1444.0, 1155.07),
                            (self.neutral.code, -1444.0, -1155.07),
                            (self.payable.code, -259.0, -206.59),
                        ]
                    ),
                )
                self.assertFalse(self.post(declaration))

    def test_foreign_money_through_cash_and_bank(self):
        for mechanism in ("cash", "bank"):
            with self.subTest(mechanism):
                declaration = self.file("direct")
                self.assess(declaration, ("CID", 33.33))
                self.pay_by(declaration, mechanism)
                account, _partner = self.credit(mechanism)
                self.assertEqual(
                    self.found(self.post(declaration)),
                    sorted(
                        [
                            (self.control.code, 41.66, 33.33),
                            (account.code, -41.66, -33.33),
                        ]
                    ),
                )
                self.assertFalse(self.post(declaration))


class TestPostingAround(PostingCase):
    """What comes before, with and after the posting of an assessment."""

    # === FILES OF THE AUTHORITY === #

    def test_file_of_the_authority_is_on_every_document(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document), self.env.cr.savepoint() as savepoint:
                declaration = self.import_sad(
                    [item(taxes=[tax("CID"), tax("VAT", "+", "15")])]
                )
                self.pay_by(declaration, "deferment", "CID")
                self.pay_by(declaration, "payable", "VAT")
                self.pay_by(declaration, "bank", "GLOBAL")
                moves = self.post(declaration)
                self.assertEqual(len(moves), 3)
                source = declaration.current_assessment_id.source_attachment_id
                for move in moves:
                    proof = self.env["ir.attachment"].search(
                        [("res_model", "=", move._name), ("res_id", "=", move.id)]
                    )
                    self.assertEqual(proof.raw, source.raw)
                    self.assertEqual(proof.name, source.name)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def test_typed_assessment_has_no_file_to_carry(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        move = self.post(declaration)
        self.assertFalse(move.attachment_ids)

    # === ESTIMATES === #

    def test_estimate_is_billed_and_the_assessment_brings_the_rest(self):
        """Billed 120.00 on estimate; 100.00 or 130.00 are assessed."""
        for assessed, rest in ((100.0, -20.0), (120.0, 0.0), (130.0, 10.0)):
            for document in DOCUMENTS:
                self.company.customs_assessment_document = document
                with self.subTest(f"{assessed} {document}"):
                    self._assert_estimate(assessed, rest, document)

    def _assert_estimate(self, assessed, rest, document):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", assessed))
        charge = self.charge(declaration, "CID")
        charge.amount_estimate = 120.0
        self.assert_money(declaration, charged=0, to_bill=120, control_balance=0)
        invoice = self.bill(declaration)
        self.assert_items(
            invoice,
            [
                (self.control, self.client, -120.0, "0% Disbursement", "CID", ""),
                (self.receivable, self.client, 120.0, "", "", ""),
            ],
        )
        self.assert_money(declaration, billed=120, to_bill=0, control_balance=-120)
        partner = self.authority if document == "bill" else self.client
        self.assert_items(
            self.post(declaration),
            [
                (self.control, partner, assessed, "", "CID", ""),
                (self.payable, self.authority, -assessed, "", "", ""),
            ],
        )
        self.assertEqual(charge.amount_estimate, 0.0)
        self.assert_money(
            declaration, charged=assessed, to_bill=rest, control_balance=rest
        )
        self.assertFalse(self.post(declaration))
        if rest:
            difference = self.bill(declaration)
            self.assertEqual(
                difference.move_type, "out_refund" if rest < 0 else "out_invoice"
            )
            self.assertEqual(difference.amount_total, abs(rest))
        self.assert_money(declaration, billed=assessed, to_bill=0, control_balance=0)
        declaration.action_release()
        declaration.action_close()

    def test_estimate_keeps_a_file_from_closing(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.charge(declaration, "CID").amount_estimate = 120.0
        self.bill(declaration)
        declaration.action_release()
        with self.assertRaisesRegex(UserError, "CID .*120.00 open on the disbursement"):
            declaration.action_close()

    def test_more_than_the_estimate_is_not_billed(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.charge(declaration, "CID").amount_estimate = 120.0
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-03-10"
        invoice.invoice_line_ids.price_unit = 120.01
        with self.assertRaisesRegex(UserError, "0.01 more would be billed"):
            invoice.action_post()

    # === WRITE-OFFS === #

    def write_off(self, declaration, code, amount):
        loss, charge = self.role("disb_variance"), self.charge(declaration, code)
        move = self.env["account.move"]._create_customs_entry(
            self.company,
            "write_off",
            "2026-03-15",
            [
                {
                    "name": "Not recovered",
                    "account_id": self.control.id,
                    "partner_id": self.client.id,
                    "balance": -amount,
                    "customs_charge_id": charge.id,
                    "customs_declaration_id": declaration.id,
                },
                {
                    "name": "Not recovered",
                    "account_id": loss.id,
                    "balance": amount,
                    "customs_declaration_id": declaration.id,
                },
            ],
        )
        move._post(soft=False)
        return move

    def test_write_off_settles_instead_of_billing(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0), ("A30", 30.0))
        self.post(declaration)
        move = self.write_off(declaration, "CID", 100.0)
        charge = self.charge(declaration, "CID")
        self.assertEqual(charge.amount_written_off, 100.0)
        self.assertEqual(charge.amount_charged, 100.0)
        self.assert_money(
            declaration, charged=130, billed=0, to_bill=30, control_balance=30
        )
        control = move.line_ids.filtered(lambda x: x.account_id == self.control)
        self.assertTrue(control.reconciled)
        invoice = self.bill(declaration)
        self.assertEqual(invoice.amount_total, 30.0)
        self.assert_money(declaration, billed=30, to_bill=0, control_balance=0)
        declaration.action_release()
        declaration.action_close()

    def test_written_off_is_not_billed_as_well(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.post(declaration)
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-03-10"
        self.write_off(declaration, "CID", 60.0)
        with self.assertRaisesRegex(UserError, "60.00 more would be billed"):
            invoice.action_post()

    def test_part_written_off_leaves_the_rest_to_bill(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.post(declaration)
        self.write_off(declaration, "CID", 40.0)
        self.assert_money(declaration, to_bill=60, control_balance=60)
        self.assertEqual(self.bill(declaration).amount_total, 60.0)
        self.assert_money(declaration, billed=60, to_bill=0, control_balance=0)

    def test_reversed_write_off_opens_the_charge_again(self):
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.post(declaration)
        move = self.write_off(declaration, "CID", 100.0)
        self.reverse_entry(move, "2026-03-16")
        self.assert_money(declaration, to_bill=100, control_balance=100)
        self.assertEqual(self.charge(declaration, "CID").amount_written_off, 0.0)

    def test_later_refund_of_what_was_written_off_goes_to_nobody(self):
        """Written off 100.00, then 40.00 come back: the client is owed nothing."""
        declaration = self.file("direct")
        self.assess(declaration, ("CID", 100.0))
        self.post(declaration)
        self.write_off(declaration, "CID", 100.0)
        self.assess(declaration, ("CID", 60.0), date="2026-03-20")
        self.post(declaration)
        # what is left on control says that too much was written off
        self.assert_money(declaration, charged=60, control_balance=-40)
        self.reverse_entry(
            self.env["account.move"].search(
                [
                    ("customs_event", "=", "write_off"),
                    ("line_ids.customs_declaration_id", "=", declaration.id),
                ]
            ),
            "2026-03-21",
        )
        self.write_off(declaration, "CID", 60.0)
        self.assert_money(declaration, to_bill=0, control_balance=0)

    # === SEVERAL FILES === #

    def test_files_posted_together_are_posted_as_alone(self):
        files = self.file("direct") | self.file("own")
        for declaration in files:
            self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        files.action_post_assessment()
        for declaration in files:
            self.assert_items(
                declaration._get_customs_moves(),
                [
                    *self.debits(
                        declaration.capacity, False, {"CID": 100.0, "VAT": 315.0}
                    ),
                    (self.payable, self.authority, -415.0, "", "", ""),
                ],
            )

    def test_one_problem_stops_all_files(self):
        files = self.file("direct") | self.file("own")
        for declaration in files:
            self.assess(declaration, ("CID", 100.0))
        files[1].action_cancel()
        with self.assertRaisesRegex(UserError, "closed or cancelled"):
            files.action_post_assessment()
        self.assertFalse(files._get_customs_moves())
