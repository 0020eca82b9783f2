"""What cannot be posted: a sentence that says what, where and what to do, and nothing
written, not even for a moment: nothing is rolled back here before it is counted."""

from posting import DOCUMENTS, PostingCase

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.customs_invoicing.engine.roles import BY_CODE

#: Everything that posting writes; the counter that locks a file is no content
TABLES = (
    "account_move",
    "account_move_line",
    "account_analytic_line",
    "account_partial_reconcile",
    "customs_charge",
    "customs_assessment",
    "customs_assessment_line",
    "customs_duty_line",
    "ir_attachment",
    "mail_message",
    "mail_activity",
)


class TestPostingBadInput(PostingCase):
    # === HELPERS === #

    def counts(self):
        self.env.flush_all()
        found = {}
        for table in TABLES:
            self.env.cr.execute(f"SELECT COUNT(*), MAX(id) FROM {table}")
            found[table] = self.env.cr.fetchone()
        return found

    def assert_refused(self, declaration, *words, user=None):
        """Assert that posting says all the words and writes nothing."""
        before, state = self.counts(), declaration.state
        records = declaration.with_user(user) if user else declaration
        try:
            records.action_post_assessment()
        except UserError as error:
            text = str(error)
        else:
            self.fail("it was posted")
        self.env.invalidate_all()
        self.assertEqual(self.counts(), before)
        self.assertEqual(declaration.state, state)
        self.assertEqual(declaration.current_assessment_id.state, "open")
        for word in words:
            self.assertIn(word, text)
        self.assertNotIn("Traceback", text)
        return text

    def assessed(self, capacity="own", codes=("CID", "VAT"), **vals):
        declaration = self.file(capacity, **vals)
        amounts = {"CID": 100.0, "VAT": 315.0}
        self.assess(declaration, *((code, amounts.get(code, 7.0)) for code in codes))
        return declaration

    # === ACCOUNTS === #

    def test_missing_account_of_every_role_that_is_needed(self):
        """Says which one, of which company, and where to set it."""
        expense, sale = {"goods_use": "expense"}, {"goods_use": "sale"}
        lost = {**sale, "foreign_vat_recoverable": False}
        certificate = {"vat_evidence": "certificate"}
        cases = [
            ("authority_payable", "own", ("CID",), {}, None),
            ("authority_payable", "direct", ("CID",), {}, None),
            ("duty_clearing", "own", ("CID",), {}, None),
            ("neutral", "own", ("VAT",), {}, None),
            ("duty_expense", "own", ("CID",), expense, None),
            ("selling_duty", "own", ("CID",), sale, None),
            ("selling_duty", "own", ("VAT",), lost, None),
            ("vat_foreign", "own", ("VAT",), sale, None),
            ("vat_import_pending", "own", ("VAT",), certificate, None),
            ("penalties", "own", ("PEN",), {}, None),
            ("penalties", "direct", ("PEN",), {}, None),
            ("interest_expense", "own", ("INT",), {}, None),
            ("disb_control", "direct", ("CID",), {}, None),
            ("deferment_payable", "direct", ("CID",), {}, "deferment"),
            ("customs_cash", "direct", ("CID",), {}, "cash"),
        ]
        for role, capacity, codes, vals, mechanism in cases:
            field = BY_CODE[role].field
            label = self.company._fields[field]._description_string(self.env)
            for document in DOCUMENTS:
                self.company.customs_assessment_document = document
                with (
                    self.subTest(f"{role} {capacity} {document}"),
                    self.env.cr.savepoint() as savepoint,
                ):
                    declaration = self.assessed(capacity, codes, **vals)
                    if mechanism:
                        self.pay_by(declaration, mechanism)
                    account = self.company[field]
                    self.company[field] = False
                    self.assert_refused(
                        declaration, label, self.company.name, "Settings, Customs"
                    )
                    self.company[field] = account
                    self.assertTrue(self.post(declaration))
                    savepoint.rollback()
                    self.env.invalidate_all(flush=False)

    def test_missing_account_of_a_cost_we_bear_for_a_client(self):
        declaration = self.assessed("direct", ("CID",))
        self.charge(declaration, "CID").borne_by_us = True
        self.company.customs_disb_variance_account_id = False
        self.assert_refused(declaration, "Outlays not recovered", "Settings, Customs")

    def test_missing_account_for_refunds(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.assessed("direct")
                self.post(declaration)
                self.assess(
                    declaration,
                    ("CID", 60.0),
                    ("VAT", 315.0),
                    date="2026-03-09",
                    settlement="receivable",
                )
                account = self.company.customs_refund_recv_account_id
                self.company.customs_refund_recv_account_id = False
                self.assert_refused(declaration, "Refunds receivable", "Settings")
                self.company.customs_refund_recv_account_id = account

    def test_archived_account(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            for role, capacity in (("authority_payable", "direct"), ("neutral", "own")):
                with self.subTest(f"{role} {document}"):
                    declaration = self.assessed(capacity)
                    account = self.role(role)
                    account.active = False
                    self.assert_refused(declaration, account.name, "archived")
                    account.active = True

    # === JOURNALS === #

    def test_missing_or_archived_journal(self):
        fields_ = {"bill": "customs_journal_id", "entry": "customs_entry_journal_id"}
        for document, field in fields_.items():
            self.company.customs_assessment_document = document
            journal = self.company[field]
            with self.subTest(f"{document} archived"):
                declaration = self.assessed()
                journal.active = False
                self.assert_refused(
                    declaration, "archived", self.company.name, "Settings, Customs"
                )
                journal.active = True
            with self.subTest(f"{document} missing"):
                self.company[field] = False
                self.assert_refused(declaration, "Settings, Customs", self.company.name)
                self.company[field] = journal

    def test_bank_journal_without_an_account(self):
        journal = self.company._get_customs_bank_journal()
        journal.outbound_payment_method_line_ids.payment_account_id = False
        journal.default_account_id = False
        declaration = self.assessed("direct", ("CID",))
        self.pay_by(declaration, "bank")
        self.assert_refused(declaration, journal.display_name, "Journals")

    def test_archived_bank_journal(self):
        journal = self.company._get_customs_bank_journal()
        self.company.customs_bank_journal_id = journal
        declaration = self.assessed("direct", ("CID",))
        self.pay_by(declaration, "bank")
        journal.active = False
        self.assert_refused(declaration, "archived", "Settings, Customs")

    # === PARTIES, PAYMENT === #

    def test_missing_authority(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.assessed("direct")
                declaration.authority_id = False
                self.assert_refused(declaration, declaration.name, "No authority")

    def test_deferment_without_an_account(self):
        declaration = self.assessed("direct")
        self.charge(declaration, "CID").payment_method_id = self.env.ref(
            "customs_invoicing.payment_method_p2"
        )
        self.assert_refused(
            declaration, "CID", "needs the account it is charged to", "Choose"
        )

    def test_client_without_a_standing_instruction(self):
        declaration = self.assessed("direct")
        self.company.customs_require_instruction = True
        text = self.assert_refused(
            declaration,
            declaration.name,
            self.client.name,
            "no standing payment instruction",
            "Customs tab of the contact",
        )
        self.assertIn("CID", text)
        self.assertIn("VAT", text)
        own = self.assessed("own")
        self.assertTrue(self.post(own), "our own imports need none")

    # === CURRENCY, TAXES === #

    def test_missing_exchange_rate(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.8)])
                self.tariff.currency_id = euro
                declaration = self.assessed("direct")
                euro.rate_ids.unlink()
                self.assert_refused(
                    declaration, "EUR has no exchange rate to USD", "Currencies"
                )

    def test_missing_import_vat_tax(self):
        self.company.customs_import_vat_tax_ids = False
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                self.assert_refused(
                    self.assessed(),
                    "No import VAT tax of 15 %",
                    self.company.name,
                    "Settings, Customs, Import VAT",
                )

    def test_missing_postponed_vat_tax(self):
        self.company.customs_postponed_vat_tax_ids = False
        declaration = self.file()
        self.assess(declaration, ("VAT", 315.0, {"status": "postponed"}))
        self.assert_refused(
            declaration, "15 %", "Settings, Customs, Postponed import VAT"
        )

    def test_tax_included_in_the_price(self):
        self.vat.price_include_override = "tax_included"
        self.assert_refused(self.assessed(), self.vat.name, "Tax excluded")

    # === RIGHTS, COMPANIES, STATES === #

    def test_declaration_of_another_company(self):
        declaration = self.assessed("direct")
        other = self.setup_other_company(name="Sister company")["company"]
        stranger = new_test_user(
            self.env,
            "stranger",
            "account.group_account_manager,customs_invoicing.group_customs_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        before = self.counts()
        with self.assertRaises(AccessError):
            declaration.with_user(stranger).action_post_assessment()
        self.assertEqual(self.counts(), before)

    def test_accounts_of_another_company(self):
        """A setting of another company's books cannot even be chosen."""
        other = self.setup_other_company(name="Sister company")["company"]
        other.action_create_customs_setup()
        with self.assertRaisesRegex(UserError, "Sister company|ompan"):
            self.company.customs_duty_clearing_account_id = (
                other.customs_duty_clearing_account_id
            )

    def test_only_a_verifier_posts(self):
        clerk = new_test_user(
            self.env,
            "clerk",
            "account.group_account_invoice,customs_invoicing.group_customs_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.assert_refused(
            self.assessed("direct"), "Only a customs verifier", user=clerk
        )

    def test_second_person_posts(self):
        self.company.customs_four_eyes = True
        self.assert_refused(self.assessed("direct"), "needs a second person")

    def test_closed_cancelled_and_superseded(self):
        cancelled = self.assessed("direct")
        cancelled.action_cancel()
        self.assert_refused(cancelled, cancelled.name, "reopen it first")
        declaration = self.assessed("direct")
        first = declaration.current_assessment_id
        self.assess(declaration, ("CID", 90.0), date="2026-03-09")
        before = self.counts()
        with self.assertRaisesRegex(UserError, "A newer assessment exists"):
            first.action_post()
        self.assertEqual(self.counts(), before)

    def test_draft_that_is_left_over(self):
        declaration = self.assessed("direct")
        move = self.post(declaration)
        move.button_draft()
        self.assert_refused(declaration, "draft", "post or delete that first")

    def test_all_problems_are_said_at_once(self):
        declaration = self.assessed("direct")
        declaration.authority_id = False
        self.company.customs_require_instruction = True
        text = self.assert_refused(declaration, "No authority", "instruction")
        self.assertGreaterEqual(len(text.splitlines()), 3)

    def test_one_bad_file_keeps_the_others_from_being_posted(self):
        good, bad = self.assessed("direct"), self.assessed("direct")
        bad.authority_id = False
        before = self.counts()
        try:
            (good | bad).action_post_assessment()
        except UserError as error:
            self.assertIn(bad.name, str(error))
            self.assertNotIn(good.name, str(error))
        else:
            self.fail("posted")
        self.assertEqual(self.counts(), before)

    def test_nothing_to_post(self):
        declaration = self.file("direct")
        before = self.counts()
        with self.assertRaisesRegex(UserError, "no assessment to post"):
            declaration.action_post_assessment()
        self.assertEqual(self.counts(), before)


class TestPostingLocked(PostingCase):
    """A locked period.

    The day of an assessment is the authority's and cannot be changed, so a late one
    is never refused: like Odoo's own bills it is booked on the next open day, while
    its date, its due date and its rate stay.  What is booked in a locked period stays.
    """

    LOCKS = (
        "fiscalyear_lock_date",
        "purchase_lock_date",
        "tax_lock_date",
        "hard_lock_date",
    )

    def test_late_assessment_is_booked_on_the_next_open_day(self):
        for lock in self.LOCKS:
            for document in DOCUMENTS:
                for capacity in ("own", "direct"):
                    with (
                        self.subTest(f"{lock} {document} {capacity}"),
                        self.env.cr.savepoint() as savepoint,
                    ):
                        self._assert_late(lock, document, capacity)
                        savepoint.rollback()
                        self.env.invalidate_all(flush=False)

    def _assert_late(self, lock, document, capacity):
        self.company.customs_assessment_document = document
        declaration = self.file(capacity)
        self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
        self.company[lock] = fields.Date.to_date("2026-03-31")
        move = self.post(declaration)
        concerned = {
            "purchase_lock_date": document == "bill",
            "tax_lock_date": capacity == "own",  # only there are taxes
        }.get(lock, True)
        self.assertEqual(str(move.date) > "2026-03-31", concerned)
        if document == "bill":
            self.assertEqual(str(move.invoice_date), "2026-03-06")
        debt = move.line_ids.filtered(lambda line: line.account_id == self.payable)
        self.assertEqual((debt.balance, str(debt.date_maturity)), (-415, "2026-03-16"))
        self.assert_items(
            move,
            [
                *self.debits(
                    capacity, document == "entry", {"CID": 100.0, "VAT": 315.0}
                ),
                (self.payable, self.authority, -415.0, "", "", ""),
            ],
        )
        self.assert_money(declaration, charged=415)
        self.assertFalse(declaration.has_unposted_assessment)
        self.assertFalse(self.post(declaration))

    def test_what_is_booked_in_a_locked_period_stays(self):
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document), self.env.cr.savepoint() as savepoint:
                declaration = self.file("direct")
                self.assess(declaration, ("CID", 100.0))
                move = self.post(declaration)
                self.company.fiscalyear_lock_date = fields.Date.to_date("2026-03-31")
                with self.assertRaisesRegex(UserError, "lock date|locked|Lock"):
                    move.button_draft()
                self.assertEqual(move.state, "posted")
                self.assert_money(declaration, charged=100, control_balance=100)
                # a new figure is booked beside it, in the open period
                self.assess(declaration, ("CID", 90.0), date="2026-03-20")
                later = self.post(declaration)
                self.assertGreater(str(later.date), "2026-03-31")
                self.assert_money(declaration, charged=90, control_balance=90)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)
