"""How charges are paid: methods, instructions, what keeps them from posting."""

from common import CustomsCase, build_sad, item, tax
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user

METHODS = {
    # code: mechanism, who pays on an own import, who pays on a client's declaration
    "P1": ("deferment", "us", "client"),
    "P1C": ("cash", "us", "client"),
    "P2": ("deferment", "agent", "us"),
    "P3": ("bank", "agent", "us"),
    "P4": ("cash", "agent", "us"),
    "P4B": ("bank", "agent", "us"),
    "P4N": ("payable", "agent", "us"),
    "P5": ("payable", "us", "client"),
    "P6": ("payable", "agent", "us"),
    "P7": ("payable", "nobody", "nobody"),
    "P8": ("security", "nobody", "nobody"),
    "P9": ("postponed", "nobody", "nobody"),
}


class TestPaymentMethods(CustomsCase):
    """Files of one item: duty 50.00 on 1 000.00, VAT 157.50 on 1 050.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_codes = {
            code: cls.env.ref(f"customs_invoicing.tax_code_{code.lower()}")
            for code in ("CID", "VAT")
        }
        cls.ours = cls._create_account("DEF 100", limit_amount=5000)
        cls.cash = cls._create_account("CASH 200", kind="cash")
        cls.clients = cls._create_account(
            "DAN-1234567",
            holder_id=cls.client.id,
            letter_reference="LOA 7",
            letter_date_to="2099-12-31",
        )

    # === HELPERS === #

    @classmethod
    def _create_account(cls, number, **vals):
        return cls.env["customs.payment.account"].create(
            {
                "number": number,
                "name": f"Account {number}",
                "authority_id": cls.authority.id,
                **vals,
            }
        )

    def method(self, code):
        return self.env.ref(f"customs_invoicing.payment_method_{code.lower()}")

    def instruct(self, code, partner=None, account=None, **vals):
        return self.env["customs.payment.instruction"].create(
            {
                "partner_id": partner.id if partner else False,
                "method_id": self.method(code).id,
                "account_id": account.id if account else False,
                **vals,
            }
        )

    def row(self, code="CID", amount=50.0, **vals):
        return {
            "tax_code_id": self.tax_codes[code].id,
            "item_number": 1,
            "base": 1000.0,
            "rate": 5.0,
            "amount_assessed": amount,
            **vals,
        }

    def file(self, *rows, capacity="direct", **vals):
        """Return an assessed file, a client's unless said otherwise."""
        if capacity != "own":
            vals.setdefault("client_id", self.client.id)
        declaration = self.typed(capacity=capacity, **vals)
        rows = rows or (self.row(), self.row("VAT", 157.50, rate=15.0, base=1050.0))
        declaration._record_assessment(list(rows), date="2026-03-06", number="A 1")
        return declaration

    def assert_payment(self, charge, code, account=None, payer=None):
        self.assertEqual(charge.payment_method_id.code or "", code)
        self.assertEqual(charge.payment_account_id, account or self.ours.browse())
        if payer:
            self.assertEqual(charge.payer, payer)

    def paid(self, declaration, code="CID"):
        return self.charge(declaration, code)

    # === METHODS === #

    def test_methods_say_who_pays_in_each_capacity(self):
        charge = self.paid(self.file())
        own = self.paid(self.file(capacity="own"))
        for code, (mechanism, ours, clients) in METHODS.items():
            method = self.method(code)
            (charge | own).payment_method_id = method
            with self.subTest(method=code):
                self.assertEqual(method.code, code)
                self.assertEqual(method.mechanism, mechanism)
                self.assertEqual((own.payer, charge.payer), (ours, clients))
                self.assertTrue(method.description)
        self.assertEqual(
            self.env["customs.payment.method"].search([("needs_deposit", "=", True)]),
            self.method("P3"),
        )

    def test_codes_of_the_authority(self):
        by_code = self.env["customs.payment.method"]._get_by_authority_code()
        self.assertEqual(by_code["E"], self.method("P1") | self.method("P2"))
        self.assertEqual(by_code["G"], self.method("P9"))
        self.method("P4").authority_codes = "n, p"
        by_code = self.env["customs.payment.method"]._get_by_authority_code()
        self.assertEqual(by_code["P"], self.method("P4"))

    def test_a_method_that_paid_stays_what_it_is(self):
        declaration = self.file()
        self.post_assessment(declaration)
        method = self.method("P4N")
        with self.assertRaisesRegex(UserError, f"P4N.*{declaration.name}"):
            method.mechanism = "bank"
        method.write({"name": "On notice", "mechanism": "payable"})
        self.assertEqual(method.name, "On notice")
        self.method("P4B").mechanism = "cash"

    # === WHAT DECIDES === #

    def test_without_instruction_each_capacity_has_its_default(self):
        for capacity, code, payer in (
            ("own", "P5", "us"),
            ("direct", "P4N", "us"),
            ("indirect", "P4N", "us"),
        ):
            declaration = self.file(capacity=capacity)
            with self.subTest(capacity=capacity):
                for charge in declaration.charge_ids.filtered("tax_code_id"):
                    self.assert_payment(charge, code, payer=payer)
        fee = self.add_service(declaration, 80.00)
        self.assertFalse(fee.payment_method_id)
        self.assertFalse(fee._get_payment_problems())

    def test_instruction_of_the_client_by_kind_goes_before_the_companys(self):
        self.instruct("P2", account=self.ours)
        self.instruct("P1", self.client, self.clients)
        self.instruct("P9", self.client, kind="vat")
        declaration = self.file()
        self.assert_payment(self.paid(declaration), "P1", self.clients, "client")
        self.assert_payment(self.paid(declaration, "VAT"), "P9", payer="nobody")
        other = self.file(client_id=self.exporter.id)
        self.assert_payment(self.paid(other), "P2", self.ours, "us")

    def test_instruction_of_a_company_is_for_its_contacts(self):
        desk = self.env["res.partner"].create(
            {"name": "Import desk", "parent_id": self.client.id}
        )
        self.instruct("P4", self.client, self.cash)
        self.assert_payment(self.paid(self.file(client_id=desk.id)), "P4", self.cash)
        self.instruct("P4B", desk)
        self.assert_payment(self.paid(self.file(client_id=desk.id)), "P4B")
        self.assert_payment(self.paid(self.file()), "P4", self.cash)

    def test_instructions_for_own_imports_and_for_clients_live_side_by_side(self):
        self.instruct("P1", account=self.ours, scope="own")
        self.instruct("P4", account=self.cash, scope="client")
        self.assert_payment(self.paid(self.file(capacity="own")), "P1", self.ours, "us")
        self.assert_payment(self.paid(self.file()), "P4", self.cash, "us")

    def test_instruction_for_a_charge_code_or_a_tariff(self):
        code = self.tax_codes["VAT"].charge_code_id
        self.instruct("P4", account=self.cash, kind="vat")
        self.instruct("P4B", charge_code_id=code.id)
        self.instruct("P2", account=self.ours, tariff_id=self.tariff.id)
        declaration = self.file()
        self.assert_payment(self.paid(declaration, "VAT"), "P4B")
        self.assert_payment(self.paid(declaration), "P2", self.ours)

    def test_archived_instruction_does_not_count(self):
        self.instruct("P2", account=self.ours).active = False
        self.assert_payment(self.paid(self.file()), "P4N")

    def test_code_of_the_authority_goes_before_the_instruction(self):
        self.method("P4").authority_codes = "P"
        self.instruct("P4N", self.client)
        declaration = self.file(self.row(payment_method="p"))
        self.assert_payment(self.paid(declaration), "P4")
        self.assertIn(
            "needs the account it is charged to", self.paid(declaration).payment_problem
        )

    def test_a_code_of_two_methods_is_told_apart(self):
        rows = [self.row(payment_method="E")]
        # nobody says whose: ours, and the account is asked for
        self.assert_payment(self.paid(self.file(*rows)), "P2", payer="us")
        # the account in box 48 says it
        declaration = self.file(*rows, payment_account="DAN1234567")
        self.assert_payment(self.paid(declaration), "P1", self.clients, "client")
        declaration = self.file(*rows, payment_account="def-100")
        self.assert_payment(self.paid(declaration), "P2", self.ours, "us")
        # or the instruction
        self.instruct("P1", self.client, self.clients)
        declaration = self.file(*rows, payment_account="?")
        self.assert_payment(self.paid(declaration), "P1", self.clients, "client")

    def test_lines_with_different_codes_leave_it_to_the_instruction(self):
        self.method("P4").authority_codes = "P"
        declaration = self.typed(
            items=({}, {}), capacity="direct", client_id=self.client.id
        )
        rows = [
            self.row(payment_method="P"),
            self.row(payment_method="E", item_number=2),
        ]
        declaration._record_assessment(rows, date="2026-03-06")
        self.assert_payment(self.paid(declaration), "P4N")
        # what is not owed does not count
        rows[1].update(status="relieved", amount_payable=0.0)
        declaration._record_assessment(rows, date="2026-03-07")
        self.assert_payment(self.paid(declaration), "P4")

    def test_what_the_authority_postpones_or_secures_as_a_whole(self):
        self.instruct("P2", account=self.ours)
        declaration = self.file(
            self.row(status="secured"), self.row("VAT", 157.50, status="postponed")
        )
        self.assert_payment(self.paid(declaration), "P8", payer="nobody")
        self.assert_payment(self.paid(declaration, "VAT"), "P9", payer="nobody")

    def test_account_in_box_48_goes_before_the_instruction(self):
        self.instruct("P4B")
        self.instruct("P9", kind="vat")
        cases = (
            ("direct", "DEF 100", "P2", self.ours, "us"),
            ("direct", "DAN 1234567", "P1", self.clients, "client"),
            ("direct", "cash200", "P4", self.cash, "us"),
            ("own", "DEF 100", "P1", self.ours, "us"),
            ("own", "CASH 200", "P1C", self.cash, "us"),
            ("direct", "unknown", "P4B", None, "us"),
        )
        for capacity, number, code, account, payer in cases:
            declaration = self.file(capacity=capacity, payment_account=number)
            with self.subTest(capacity=capacity, number=number):
                self.assert_payment(self.paid(declaration), code, account, payer)
                # box 48 says which account pays, not what is postponed
                self.assert_payment(self.paid(declaration, "VAT"), "P9")

    def test_number_in_a_file_finds_the_account(self):
        content = build_sad(
            [item(price="1000.00", freight="0", taxes=[tax("CID", rate="5")])],
            office="TEST1",
        )
        tree = etree.fromstring(content)
        tree.find(".//Deffered_payment_reference").text = "DEF-100"
        declaration = self.env["customs.declaration"].import_files(
            [("sad.xml", etree.tostring(tree))]
        )
        self.assertEqual(declaration.payment_account, "DEF-100")
        self.assertEqual(declaration.payment_account_id, self.ours)
        self.assert_payment(self.paid(declaration), "P2", self.ours)

    def test_open_files_follow_an_instruction_that_changes(self):
        declaration, other = self.file(), self.file(client_id=self.exporter.id)
        closed = self.file()
        closed.action_cancel()
        chosen = self.paid(declaration, "VAT")
        chosen.payment_method_id = self.method("P4B")
        instruction = self.instruct("P2", self.client, self.ours)
        self.assert_payment(self.paid(declaration), "P2", self.ours)
        self.assert_payment(chosen, "P4B")
        self.assert_payment(self.paid(other), "P4N")
        self.assert_payment(self.paid(closed), "P4N")
        instruction.partner_id = self.exporter
        self.assert_payment(self.paid(declaration), "P4N")
        self.assert_payment(self.paid(other), "P2", self.ours)
        instruction.method_id = self.method("P4")
        self.assert_payment(self.paid(other), "P4", self.cash)
        instruction.unlink()
        self.assert_payment(self.paid(other), "P4N")

    def test_open_files_follow_an_account_entered_later(self):
        declaration = self.file(payment_account="new 1")
        self.assert_payment(self.paid(declaration), "P4N")
        account = self._create_account("NEW-1")
        self.assertEqual(declaration.payment_account_id, account)
        self.assert_payment(self.paid(declaration), "P2", account)
        account.holder_id = self.client
        self.assert_payment(self.paid(declaration), "P1", account, "client")
        account.write({"holder_id": self.company.partner_id.id, "active": False})
        self.assert_payment(self.paid(declaration), "P2", account)
        self.assertIn("is archived", self.paid(declaration).payment_problem)
        again = self._create_account("NEW 1")
        self.assert_payment(self.paid(declaration), "P2", again)

    # === BY HAND === #

    def test_what_is_chosen_by_hand_stays_until_it_is_given_up(self):
        declaration = self.file()
        charge = self.paid(declaration)
        charge.write(
            {
                "payment_method_id": self.method("P4").id,
                "payment_account_id": self.cash.id,
            }
        )
        self.assertTrue(charge.payment_is_chosen)
        self.assertFalse(self.paid(declaration, "VAT").payment_is_chosen)
        declaration.payment_account = "DEF 100"
        self.assert_payment(charge, "P4", self.cash)
        self.assert_payment(self.paid(declaration, "VAT"), "P2", self.ours)
        charge.action_follow_instruction()
        self.assert_payment(charge, "P2", self.ours)
        self.assertFalse(charge.payment_is_chosen)

    def test_payment_cannot_change_once_posted(self):
        declaration = self.file()
        charge = self.paid(declaration)
        self.post_assessment(declaration)
        message = f"{declaration.name} is posted as paid by “Declarant pays on"
        with self.assertRaisesRegex(UserError, message):
            charge.payment_method_id = self.method("P4B")
        with self.assertRaisesRegex(UserError, message):
            charge.payment_account_id = self.ours
        with self.assertRaisesRegex(UserError, message):
            charge.action_follow_instruction()
        charge.payment_method_id = self.method("P4N")  # no change is none
        # nor does what decides it later
        self.instruct("P4", self.client, self.cash)
        declaration.payment_account = "DEF 100"
        declaration._record_assessment(
            [self.row(amount=60.0), self.row("VAT", 157.50)], date="2026-03-09"
        )
        self.assert_payment(charge, "P4N")
        # and may again once the books are free of it
        for move in declaration._get_authority_moves():
            move.button_draft()
        charge.payment_method_id = self.method("P4B")
        self.assert_payment(charge, "P4B")

    # === WHAT KEEPS A CHARGE FROM BEING POSTED === #

    def assert_refused(self, declaration, pattern):
        problems = declaration.charge_ids._get_payment_problems()
        self.assertRegex("\n".join(problems), pattern)
        self.assertRegex(declaration.warning_message, pattern)
        with self.assertRaisesRegex(UserError, pattern):
            declaration.action_post_assessment()
        self.assertFalse(declaration._get_customs_moves())

    def test_clients_need_an_instruction_where_the_company_asks_for_it(self):
        self.company.customs_require_instruction = True
        self.instruct("P4N")
        declaration = self.file()
        self.assert_refused(
            declaration, "Harbour Home Goods Ltd has no standing payment instruction"
        )
        self.assertFalse(self.file(capacity="own").charge_ids._get_payment_problems())
        self.instruct("P4B", self.client, kind="duty")
        self.assert_refused(declaration, "VAT")
        self.instruct("P4B", self.client)
        self.assertFalse(declaration.charge_ids._get_payment_problems())
        self.post_assessment(declaration)

    def test_instructions_that_contradict_each_other_are_refused(self):
        first = self.instruct("P2", self.client, self.ours, kind="duty")
        with self.assertRaisesRegex(ValidationError, "P2.*P4B|P4B.*P2"):
            self.instruct("P4B", self.client, kind="duty")
        archived = self.instruct("P4B", self.client, kind="duty", active=False)
        with self.assertRaisesRegex(ValidationError, "for the same charges"):
            archived.active = True
        self.instruct("P4B", self.client, kind="vat")
        self.instruct("P4B", kind="duty")
        self.assertTrue(first.active)

    def test_a_tie_is_said_with_both_methods(self):
        """Two people may enter one each at the same moment."""
        first = self.instruct("P4", self.client, self.cash)
        second = self.instruct("P4B", self.client, active=False)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customs_payment_instruction SET active = TRUE WHERE id = %s",
            [second.id],
        )
        self.env.invalidate_all()
        declaration = self.file()
        self.assertFalse(self.paid(declaration).payment_method_id)
        self.assert_refused(declaration, "P4 .*P4B .*contradict each other")
        # choosing here is an answer, and so is archiving one
        self.paid(declaration).payment_method_id = self.method("P4B")
        problems = declaration.charge_ids._get_payment_problems()
        self.assertEqual(len(problems), 1)
        self.assertIn("VAT", problems[0])
        first.active = False
        self.paid(declaration, "VAT").action_follow_instruction()
        self.assertFalse(declaration.charge_ids._get_payment_problems())

    def test_accounts_that_do_not_fit(self):
        guarantee = self._create_account("G 1", kind="guarantee")
        old = self._create_account("OLD 1", active=False)
        cases = (
            ("P4", self.ours, "does not pay through DEF 100"),
            ("P4N", self.ours, "does not pay through DEF 100"),
            ("P2", guarantee, "does not pay through G 1"),
            ("P2", old, "OLD 1 Account OLD 1 is archived"),
            ("P2", self.clients, "held by Harbour Home Goods Ltd, who does not pay"),
            ("P1", self.ours, "is held by .* who does not pay by P1"),
            ("P2", None, "P2 Declarant's deferment account needs the account"),
        )
        declaration = self.file(self.row())
        charge = self.paid(declaration)
        for code, account, message in cases:
            charge.write(
                {
                    "payment_method_id": self.method(code).id,
                    "payment_account_id": account.id if account else False,
                }
            )
            with self.subTest(method=code, account=account and account.number):
                self.assert_refused(declaration, message)
        charge.payment_method_id = self.method("P4B")
        self.assertFalse(charge._get_payment_problems())
        self.method("P4B").active = False
        self.assert_refused(declaration, "P4B Declarant pays at once is archived")

    def test_what_the_authority_wants_paid_is_not_postponed(self):
        self.instruct("P9", kind="vat")
        declaration = self.file()
        self.assert_refused(
            declaration, "157.50 is assessed as payable, which P9 Postponed import VAT"
        )
        self.paid(declaration, "VAT").payment_method_id = self.method("P8")
        self.assert_refused(declaration, "which P8 Secured by")
        self.paid(declaration, "VAT").payment_method_id = self.method("P4N")
        self.post_assessment(declaration)

    def test_an_account_without_ledger_account(self):
        declaration = self.file(self.row(), payment_account="DEF 100")
        self.company.customs_deferment_payable_account_id = False
        self.assert_refused(declaration, "no account for “Deferment payable”")
        self.ours.account_id = self.payable
        self.assertFalse(declaration.charge_ids._get_payment_problems())

    def test_an_account_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["customs.payment.account"].create(
            {
                "number": "DEF 100",
                "name": "Theirs",
                "company_id": other.id,
                "holder_id": other.partner_id.id,
            }
        )
        declaration = self.file(self.row(), payment_account="DEF 100")
        charge = self.paid(declaration)
        self.assert_payment(charge, "P2", self.ours)
        with self.assertRaisesRegex(UserError, "belongs to another company"):
            charge.payment_account_id = foreign
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customs_charge SET payment_account_id = %s WHERE id = %s",
            [foreign.id, charge.id],
        )
        self.env.invalidate_all()
        self.assertIn(f"belongs to {other.name}", charge.payment_problem)
        with self.assertRaisesRegex(UserError, "another company"):
            self.instruct("P2", account=foreign)

    def test_instructions_of_another_company_do_not_count(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["customs.payment.instruction"].create(
            {"company_id": other.id, "method_id": self.method("P4B").id}
        )
        self.assert_payment(self.paid(self.file()), "P4N")

    def test_an_instruction_takes_only_an_account_that_fits(self):
        with self.assertRaisesRegex(ValidationError, "does not pay through"):
            self.instruct("P4", account=self.ours)
        code = self.tax_codes["VAT"].charge_code_id
        with self.assertRaisesRegex(ValidationError, "would never apply"):
            self.instruct("P4B", kind="duty", charge_code_id=code.id)
        with self.assertRaisesRegex(ValidationError, "would never apply"):
            self.instruct("P4B", charge_code_id=self.service_code.id)

    def test_an_instruction_proposes_the_only_account_that_fits(self):
        instructions = self.env["customs.payment.instruction"]
        proposed = {}
        for code, partner in (("P1", self.client), ("P2", None), ("P4", None)):
            proposed[code] = instructions.create(
                {
                    "method_id": self.method(code).id,
                    "partner_id": partner.id if partner else False,
                    "kind": {"P2": "vat"}.get(code),
                }
            ).account_id
        self.assertEqual(
            proposed, {"P1": self.clients, "P2": self.ours, "P4": self.cash}
        )

    # === THE DECLARATION AND THE BILL === #

    def test_box_48_is_proposed_and_follows_the_client(self):
        self.instruct("P1", self.client, self.clients)
        self.instruct("P2", self.exporter, self.ours)
        declaration = self.env["customs.declaration"].create(
            {"client_id": self.client.id, "capacity": "direct"}
        )
        self.assertEqual(declaration.payment_account, "DAN-1234567")
        self.assertEqual(declaration.payment_account_id, self.clients)
        declaration.client_id = self.exporter
        self.assertEqual(declaration.payment_account, "DEF 100")
        declaration.payment_account = "typed 9"
        declaration.client_id = self.client
        self.assertEqual(declaration.payment_account, "typed 9")
        self.assertFalse(declaration.payment_account_id)

    def test_box_48_from_the_contact_where_no_instruction_names_an_account(self):
        self.client.customs_payment_account = "OLD-77"
        vals = {"client_id": self.client.id, "capacity": "direct"}
        declaration = self.env["customs.declaration"].create(vals)
        self.assertEqual(declaration.payment_account, "OLD-77")
        own = self.env["customs.declaration"].create({**vals, "capacity": "own"})
        self.assertFalse(own.payment_account)

    def test_clients_own_account_is_a_memo_and_only_the_service_is_billed(self):
        """The broker bills the service only: 55.00, with 15 % tax 63.25."""
        self.instruct("P1", self.client, self.clients)
        self.instruct("P9", self.client, kind="vat")
        declaration = self.file(
            self.row(amount=1625.00),
            self.row("VAT", 5395.00, status="postponed", rate=20.0),
        )
        self.add_service(declaration, 55.00)
        self.assertEqual(declaration.amount_payable, 1625.00)
        self.post_assessment(declaration)
        self.assertFalse(declaration._get_customs_moves())
        self.assert_money(declaration, charged=0, to_bill=55.00, control_balance=0)
        invoice = self.bill(declaration)
        taxes = self.company.account_sale_tax_id
        self.assert_items(
            invoice,
            [
                (self.income, self.client, -55.00, taxes.name, "", ""),
                (
                    self.company_data["default_account_tax_sale"],
                    self.client,
                    -8.25,
                    f"T:{taxes.name}",
                    "",
                    "",
                ),
                (self.receivable, self.client, 63.25, "", "", ""),
            ],
        )
        self.assertEqual(self.account_balance(self.control), 0.0)
        self.assertEqual(self.account_balance(self.payable), 0.0)
        declaration.action_release()
        declaration.action_close()

    def test_letter_of_the_clients_account_is_watched(self):
        declaration = self.file(payment_account="DAN-1234567")
        self.assertFalse(declaration.warning_message)
        self.clients.letter_date_to = "2026-03-04"
        self.assertIn("LOA 7 for DAN-1234567", declaration.warning_message)
        self.clients.letter_reference = False
        self.assertIn("no letter of authority is on file", declaration.warning_message)

    # === SCREENS === #

    def test_instruction_is_entered_on_the_contact(self):
        with Form(self.client) as form:
            with form.customs_payment_instruction_ids.new() as line:
                line.method_id = self.method("P1")
                self.assertEqual(line.account_id, self.clients)
            with form.customs_payment_instruction_ids.new() as line:
                line.kind = "vat"
                line.method_id = self.method("P9")
        self.assertEqual(self.client.customs_payment_account_ids, self.clients)
        declaration = self.file()
        self.assert_payment(self.paid(declaration), "P1", self.clients)
        self.assert_payment(self.paid(declaration, "VAT"), "P9")

    def test_setting_is_on_the_settings_page(self):
        with Form(self.env["res.config.settings"]) as form:
            form.customs_require_instruction = True
        form.record.execute()
        self.assertTrue(self.company.customs_require_instruction)

    # === QUERIES === #

    def queries(self, function, *args):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def charges_of_files(self, count):
        """Return the duty charges of files of clients with instructions."""
        declarations = self.env["customs.declaration"]
        for number in range(count):
            client = self.env["res.partner"].create({"name": f"Client {number}"})
            self.instruct("P4", client, self.cash)
            declarations |= self.file(self.row(), client_id=client.id)
        return declarations.charge_ids.filtered("tax_code_id")

    def test_computing_many_charges_takes_no_more_queries(self):
        def recompute(charges):
            for name in ("payment_method_id", "payment_account_id"):
                self.env.add_to_compute(charges._fields[name], charges)
            charges.mapped("payment_method_id")

        few, many = self.charges_of_files(3), self.charges_of_files(60)
        three, sixty = (self.queries(recompute, each) for each in (few, many))
        self.assertLessEqual(sixty, three)
        self.assertEqual(many.payment_account_id, self.cash)
        three, sixty = (
            self.queries(each._get_payment_problems) for each in (few, many)
        )
        self.assertLessEqual(sixty, three)

    def test_creating_many_charges_takes_no_more_queries(self):
        declaration = self.typed(capacity="direct", client_id=self.client.id)
        self.instruct("P4", self.client, self.cash)
        codes = self.env["customs.tax.code"].create(
            [
                {
                    "code": f"T{number}",
                    "name": "Tax",
                    "charge_code_id": self.tax_codes["CID"].charge_code_id.id,
                }
                for number in range(63)
            ]
        )

        def create(some):
            self.env["customs.charge"].create(
                [
                    {
                        "declaration_id": declaration.id,
                        "charge_code_id": code.charge_code_id.id,
                        "tax_code_id": code.id,
                    }
                    for code in some
                ]
            )

        self.queries(create, self.tax_codes["CID"])
        three = self.queries(create, codes[:3])
        sixty = self.queries(create, codes[3:])
        self.assertLessEqual(sixty, three)
        self.assertEqual(declaration.charge_ids.payment_account_id, self.cash)

    def test_warnings_of_many_files_take_no_more_queries(self):
        few = self.charges_of_files(3).declaration_id
        many = self.charges_of_files(40).declaration_id
        self.cash.low_balance = 10000
        counts = []
        for ids in (few.ids, many.ids):
            files = self.env["customs.declaration"].browse(ids)
            counts.append(self.queries(files.mapped, "warning_message"))
            for message in files.mapped("warning_message"):
                self.assertIn("CASH 200 Account CASH 200 lacks", message)
        self.assertLessEqual(counts[1], counts[0])

    # === RIGHTS === #

    def test_users_keep_instructions_and_managers_methods(self):
        user = new_test_user(
            self.env,
            login="customs_user",
            groups="base.group_user,customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        instructions = self.env["customs.payment.instruction"].with_user(user)
        mine = instructions.create(
            {"partner_id": self.client.id, "method_id": self.method("P4B").id}
        )
        mine.method_id = self.method("P4N")
        with self.assertRaises(AccessError):
            self.method("P4B").with_user(user).name = "Mine"
        declaration = self.file(self.row())
        charge = self.paid(declaration).with_user(user)
        charge.payment_method_id = self.method("P4B")
        self.assertTrue(charge.payment_is_chosen)
        self.assertFalse(charge._get_payment_problems())
        self.assertFalse(declaration.with_user(user).warning_message)
        mine.unlink()

    def test_dates_of_a_file_are_those_of_its_account(self):
        """Charged to a deferment account, a debt is due when that is debited."""
        self.ours.due_number = 16
        declaration = self.file(self.row(), payment_account="DEF 100")
        self.post_assessment(declaration)
        debt = declaration._get_customs_moves().line_ids.filtered(
            "customs_payment_account_id"
        )
        self.assertEqual(debt.customs_payment_account_id, self.ours)
        self.assertEqual(debt.date_maturity, fields.Date.to_date("2026-04-16"))
        self.assertEqual(debt.balance, -50.00)
