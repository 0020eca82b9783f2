"""Two companies in one database: what each sees, posts and must not touch."""

from contextlib import closing, contextmanager

from common import CustomsCase, build_sad, item, tax

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.customs_invoicing.engine.roles import ROLES

#: Settings a company may leave empty
OPTIONAL_SETTINGS = (
    "customs_bank_journal_id",
    "customs_billing_profile_id",
    "customs_postponed_vat_tax_ids",
)

DOCUMENTS = (
    "customs.declaration",
    "customs.declaration.line",
    "customs.valuation.element",
    "customs.document",
    "customs.duty.line",
    "customs.assessment",
    "customs.assessment.line",
    "customs.charge",
)


def build(number="4711", **facts):
    """Return a file with freight: value 1 111.00, duty 55.55, VAT 174.98, fee 45."""
    goods = item(freight="10", taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")])
    facts.setdefault("reference", ("2026", f"JOB-{number}"))
    return build_sad(
        [goods], office="TEST1", registration=("C", number, "3/5/26"), **facts
    )


PAYABLE = 275.53


class TestCompanies(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_data_2 = cls.setup_other_company(name="Second Forwarders")
        cls.second = cls.company_data_2["company"]
        cls.second.action_create_customs_setup()
        cls._set_payment_accounts(cls.second)
        groups = "base.group_user,customs_invoicing.group_customs_manager"
        cls.user_first, cls.user_second = (
            new_test_user(cls.env, login=login, groups=groups, company_id=company.id)
            for login, company in (("first", cls.company), ("second", cls.second))
        )

    # === HELPERS === #

    def model(self, user, name):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env[name].with_user(user).with_company(user.company_id)

    def as_user(self, user, record):
        return self.model(user, record._name).browse(record.ids)

    def import_as(self, user, number="4711", **facts):
        return self.model(user, "customs.declaration").import_files(
            [("entry.xml", build(number, **facts))]
        )

    def job(self, user, number):
        """Import, post and bill as a user."""
        declaration = self.import_as(user, number)
        bill = self.post_assessment(declaration)
        return declaration, bill, self.bill(declaration)

    @contextmanager
    def rolled_back(self):
        """Undo what a failing case wrote, so the next one starts clean."""
        with closing(self.env.cr.savepoint(flush=True)):
            yield
        self.env.invalidate_all()

    # === SETUP === #

    def test_each_company_has_accounts_of_its_own(self):
        names = [
            name
            for name, field in self.env["res.company"]._fields.items()
            if name.startswith("customs_") and field.type in ("many2one", "many2many")
        ]
        names = [name for name in names if name not in OPTIONAL_SETTINGS]
        self.assertGreaterEqual(len(names), len(ROLES))
        for name in names:
            first, second = self.company[name], self.second[name]
            with self.subTest(setting=name):
                self.assertTrue(first)
                self.assertTrue(second)
                self.assertFalse(first & second)
                owner = "company_ids" if "account_id" in name else "company_id"
                self.assertEqual(second[owner], self.second)

    def test_products_have_accounts_and_taxes_of_each_company(self):
        product = self.env.ref("customs_invoicing.product_duty")
        for company in (self.company, self.second):
            accounts = product.with_company(company).product_tmpl_id
            with self.subTest(company=company.name):
                self.assertEqual(
                    accounts.property_account_income_id,
                    company.customs_disbursement_account_id,
                )
                self.assertEqual(
                    accounts.property_account_expense_id,
                    company.customs_duty_clearing_account_id,
                )
                self.assertIn(company.customs_disbursement_tax_id, product.taxes_id)
        service = self.service_code.product_id
        self.assertEqual(
            service.taxes_id.filtered(lambda t: t.company_id == self.second),
            self.second.account_sale_tax_id,
        )

    # === BOOKS === #

    def test_each_company_posts_its_own_files_on_its_own_accounts(self):
        first, bill_1, invoice_1 = self.job(self.user_first, "1")
        second, bill_2, invoice_2 = self.job(self.user_second, "2")
        for company, declaration, bill, invoice in (
            (self.company, first, bill_1, invoice_1),
            (self.second, second, bill_2, invoice_2),
        ):
            control = company.customs_disbursement_account_id
            payable = company.customs_authority_payable_account_id
            receivable = self.client.with_company(
                company
            ).property_account_receivable_id
            free = company.customs_disbursement_tax_id.name
            with self.subTest(company=company.name):
                self.assertEqual((bill | invoice).company_id, company)
                self.assertEqual(bill.journal_id, company.customs_journal_id)
                self.assertEqual(
                    invoice.line_ids.tax_ids, company.customs_disbursement_tax_id
                )
                self.assert_company_items(
                    bill,
                    [
                        (control, self.authority, 55.55, "", "CID", ""),
                        (control, self.authority, 174.98, "", "VAT", ""),
                        (control, self.authority, 45.00, "", "GLOBAL", ""),
                        (payable, self.authority, -PAYABLE, "", "", ""),
                    ],
                )
                self.assert_company_items(
                    invoice,
                    [
                        (control, self.client, -55.55, free, "CID", ""),
                        (control, self.client, -174.98, free, "VAT", ""),
                        (control, self.client, -45.00, free, "GLOBAL", ""),
                        (receivable, self.client, PAYABLE, "", "", ""),
                    ],
                )
                self.assert_money(
                    declaration, charged=PAYABLE, billed=PAYABLE, control_balance=0
                )

    def assert_company_items(self, move, expected):
        """Like ``assert_items``, with account codes as the move's company has them."""
        company = move.company_id
        self.assertLessEqual(company, move.line_ids.account_id.company_ids)
        self.assert_items(
            move,
            [(account.with_company(company), *rest) for account, *rest in expected],
        )

    def test_both_companies_post_and_bill_in_one_go(self):
        first = self.import_as(self.user_first, "1")
        second = self.import_as(self.user_second, "2")
        both = (
            (first | second)
            .with_user(self.env.user)
            .with_context(allowed_company_ids=[self.company.id, self.second.id])
        )
        both.action_post_assessment()
        invoices = both.action_create_invoices()
        self.assertEqual(
            [invoice.company_id for invoice in invoices], [self.company, self.second]
        )
        self.assertEqual(invoices.mapped("amount_total"), [PAYABLE, PAYABLE])
        self.assertEqual(
            invoices[1].invoice_line_ids.account_id,
            self.second.customs_disbursement_account_id,
        )

    def test_own_import_is_told_by_the_company_that_imports(self):
        self.second.partner_id.customs_code = "OWN-2"
        for user, capacity in ((self.user_first, "direct"), (self.user_second, "own")):
            declaration = self.import_as(
                user, user.login, importer=("OWN-2", "Second Forwarders")
            )
            with self.subTest(company=user.company_id.name):
                self.assertEqual(declaration.capacity, capacity)
                self.assertEqual(declaration.importer_id, self.second.partner_id)

    # === WHO SEES WHAT === #

    def test_a_user_sees_nothing_of_the_other_company(self):
        declaration, _bill, _invoice = self.job(self.user_first, "1")
        own = self.import_as(self.user_second, "2")
        samples = {
            "customs.declaration": declaration,
            "customs.declaration.line": declaration.line_ids,
            "customs.valuation.element": declaration.valuation_element_ids,
            "customs.document": declaration.document_ids,
            "customs.duty.line": declaration.duty_line_ids,
            "customs.assessment": declaration.assessment_ids,
            "customs.assessment.line": declaration.assessment_ids.line_ids,
            "customs.charge": declaration.charge_ids,
        }
        self.assertEqual(set(samples), set(DOCUMENTS))
        for name, records in samples.items():
            with self.subTest(model=name):
                self.assertTrue(records)
                self.assertEqual(records.company_id, self.company)
                found = self.model(self.user_second, name).search([])
                self.assertTrue(found)
                self.assertEqual(found.company_id, self.second)
                for call in (
                    lambda r: r.read(),
                    lambda r: r.write({"company_id": self.second.id}),
                    lambda r: r.unlink(),
                ):
                    with self.assertRaises(AccessError):
                        call(self.as_user(self.user_second, records))
        count = self.as_user(self.user_second, self.client).customs_declaration_count
        self.assertEqual(count, 1)
        self.assertEqual(own.company_id, self.second)

    def test_every_document_model_has_a_company_rule(self):
        for name in DOCUMENTS:
            rules = self.env["ir.rule"].search([("model_id.model", "=", name)])
            with self.subTest(model=name):
                self.assertEqual(
                    rules.mapped("domain_force"),
                    ["[('company_id', 'in', company_ids)]"],
                )
                self.assertFalse(rules.groups)

    def test_actions_on_a_file_of_the_other_company_are_refused(self):
        declaration = self.import_as(self.user_first)
        foreign = self.as_user(self.user_second, declaration)
        for action in (
            "action_calculate",
            "action_post_assessment",
            "action_create_invoices",
            "action_release",
            "action_cancel",
        ):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(foreign, action)()
        self.assertEqual(declaration.state, "assessed")

    def test_open_charges_of_the_other_company_are_not_offered(self):
        self.post_assessment(self.import_as(self.user_first))
        vals = {"move_type": "out_invoice", "partner_id": self.client.id}
        invoice = self.model(self.user_second, "account.move").create(vals)
        self.assertEqual(invoice.customs_open_charge_count, 0)
        with self.assertRaisesRegex(UserError, "has no open customs charges"):
            invoice.action_add_customs_charges()
        # nor to someone who sees both companies
        both = self.env["account.move"].with_context(
            allowed_company_ids=[self.second.id, self.company.id]
        )
        self.assertEqual(both.create(vals).customs_open_charge_count, 0)

    # === ONE NUMBER, TWO COMPANIES === #

    def test_number_of_the_other_company_is_refused_and_nothing_is_written(self):
        declaration = self.import_as(self.user_first)
        before = {
            name: self.env[name].sudo().search_count([])
            for name in (*DOCUMENTS, "res.partner", "ir.attachment")
        }
        try:  # no assertRaises: its savepoint would hide what was written
            self.import_as(self.user_second, importer=("NEW-1", "Newcomer"))
        except UserError as error:
            message = str(error)
        self.assertRegex(
            message,
            "entry.xml: declaration C 4711 of office TEST1 belongs to another company",
        )
        self.assertNotIn(declaration.name, message)
        for name, count in before.items():
            self.assertEqual(self.env[name].sudo().search_count([]), count, name)

    def test_number_cancelled_in_the_other_company_may_be_imported(self):
        self.import_as(self.user_first).action_cancel()
        declaration = self.import_as(self.user_second)
        self.assertEqual(declaration.company_id, self.second)
        self.assertEqual(declaration.amount_payable, PAYABLE)

    def test_reference_of_the_other_company_is_another_file(self):
        """Before it is numbered, a file is found by reference: only among our own."""
        first = self.import_as(self.user_first, "1")
        unnumbered = build_sad(
            office="TEST1",
            registration=None,
            assessment=None,
            reference=("2026", "JOB-1"),
        )
        second = self.model(self.user_second, "customs.declaration").import_files(
            [("entry.xml", unnumbered)]
        )
        self.assertNotEqual(first, second)
        self.assertEqual(second.company_id, self.second)

    # === LINKS ACROSS COMPANIES === #

    def test_links_to_records_of_the_other_company_are_refused(self):
        first = self.import_as(self.user_first, "1")
        second = self.import_as(self.user_second, "2")
        everyone = self.env["customs.declaration"].with_context(
            allowed_company_ids=[self.company.id, self.second.id]
        )
        first, second = everyone.browse(first.ids), everyone.browse(second.ids)
        private = self.env["res.partner"].create(
            {"name": "Only of the second", "company_id": self.second.id}
        )
        goods = self.env["product.product"].create({"name": "Goods"})
        orders = {
            name: self.env[name]
            .sudo()
            .with_company(self.second)
            .create(
                {
                    "partner_id": self.client.id,
                    "company_id": self.second.id,
                    "order_line": [(0, 0, {"name": "Goods", "product_id": goods.id})],
                }
            )
            for name in ("purchase.order", "sale.order")
        }
        invoice = everyone.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.client.id}
        )
        charge = second.charge_ids[0]
        attempts = {
            "client": lambda: first.write({"client_id": private.id}),
            "importer": lambda: first.write({"importer_id": private.id}),
            "authority": lambda: first.write({"authority_id": private.id}),
            "payee": lambda: first.charge_ids[0].write({"payee_id": private.id}),
            "purchase order": lambda: first.write(
                {"purchase_order_ids": [Command.link(orders["purchase.order"].id)]}
            ),
            "sales order": lambda: first.write(
                {"sale_order_ids": [Command.link(orders["sale.order"].id)]}
            ),
            "item's order line": lambda: first.line_ids.write(
                {"purchase_line_id": orders["purchase.order"].order_line.id}
            ),
            "value element of another's item": lambda: (
                first.valuation_element_ids.write({"line_id": second.line_ids.id})
            ),
            "document of another's item": lambda: (
                first.document_ids.write({"line_id": second.line_ids.id})
            ),
            "duty of another's item": lambda: (
                first.duty_line_ids[0].sudo().write({"line_id": second.line_ids.id})
            ),
            "invoice line": lambda: invoice.write(
                {
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Charge",
                                "price_unit": 1.0,
                                "customs_declaration_id": second.id,
                                "customs_charge_id": charge.id,
                            }
                        )
                    ]
                }
            ),
            "bill of the assessment": lambda: invoice.write(
                {"customs_assessment_id": second.assessment_ids.id}
            ),
            "disbursement account": lambda: self.second.write(
                {"customs_disbursement_account_id": self.control.id}
            ),
            "journal": lambda: self.second.write(
                {"customs_journal_id": self.company.customs_journal_id.id}
            ),
        }
        for name, attempt in attempts.items():
            with self.subTest(link=name), self.rolled_back():
                with self.assertRaisesRegex(UserError, "compan"):
                    attempt()
                    self.env.flush_all()

    def test_a_file_with_entries_cannot_change_its_company(self):
        declaration, _bill, _invoice = self.job(self.user_first, "1")
        everyone = self.env["customs.declaration"].with_context(
            allowed_company_ids=[self.company.id, self.second.id]
        )
        with self.assertRaisesRegex(UserError, "compan"):
            everyone.browse(declaration.ids).company_id = self.second

    def test_contacts_of_the_other_company_are_not_matched(self):
        private = self.env["res.partner"].create(
            {
                "name": "Private Client",
                "customs_code": "PRIV-1",
                "company_id": self.company.id,
            }
        )
        first = self.import_as(self.user_first, "1", importer=("PRIV-1", "Private"))
        second = self.import_as(self.user_second, "2", importer=("PRIV-1", "Private"))
        self.assertEqual(first.client_id, private)
        self.assertNotEqual(second.client_id, private)
        self.assertTrue(second.client_id.customs_to_review)
