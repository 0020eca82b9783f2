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
        amounts = {"CID": 100.0, "EXC": 20.0, "A30": 30.0, "PEN": 7.0, "INT": 3.5}
        for capacity in ("direct", "indirect"):
            with self.subTest(capacity):
                declaration = self.file(capacity, goods_use="expense")
                self.assess(declaration, *amounts.items())
                self.assert_items(
                    self.post(declaration),
                    [
                        (self.control, self.authority, amount, "", code, "")
                        for code, amount in amounts.items()
                    ]
                    + [(self.payable, self.authority, -160.5, "", "", "")],
                )

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
        declaration = self.file().with_company(other)
        self.assess(declaration, ("CID", 100.0))
        move = self.post(declaration)
        self.assertIn(samples, move.line_ids.account_id)

    # === ANALYTIC === #

    def _analytic(self):
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
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
                analytic = move.line_ids.analytic_line_ids
                self.assertEqual(
                    sorted((x.auto_account_id.name, x.amount) for x in analytic),
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
