"""Billing in several companies: branches, what nobody reads of another company."""

from contextlib import contextmanager

from test_companies import build
from test_rating import RatingCase

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user


class TestBillingCompanies(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env["res.company"].create(
            {"name": "Branch North", "parent_id": cls.company.id}
        )
        cls.env.cr.precommit.run()  # gives branches their chart
        cls.env.user.company_ids |= cls.branch
        cls.periods = cls.env["customs.fee.period"]
        cls.other = cls.setup_other_company(name="Second Forwarders")["company"]
        cls.stranger = new_test_user(
            cls.env,
            login="stranger",
            groups="base.group_user,customs_invoicing.group_customs_manager",
            company_id=cls.other.id,
        )

    # === HELPERS === #

    @contextmanager
    def working_in(self, *companies):
        before = self.env
        context = {**before.context, "allowed_company_ids": [c.id for c in companies]}
        self.env = before(context=context)
        try:
            yield
        finally:
            self.env = before

    def file_in(self, company, number):
        with self.working_in(company, self.company):
            return self.env["customs.declaration"].import_files(
                [("entry.xml", build(str(number)))]
            )

    def count(self, *companies):
        """Count March; return ``{company: [(files, fee)]}`` of all fees."""
        for company in companies:
            self.periods._count_and_tell("2026-03-31", company)
        found = self.periods.search([("month", "=", "2026-03-01")])
        return {
            company: [(fee.file_count, fee.amount) for fee in fees if fee.amount]
            for company, fees in found.grouped("company_id").items()
        }

    def as_stranger(self, name):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env[name].with_user(self.stranger).with_company(self.other)

    # === BRANCHES === #

    def test_branch_bills_with_the_taxes_of_the_company_above_it(self):
        """Odoo knows a tax by its name in all branches: there is one of each."""
        branch = self.branch.with_company(self.branch)
        branch.action_create_customs_setup()
        untaxed = self.company.customs_disbursement_tax_id
        self.assertEqual(branch.customs_disbursement_tax_id, untaxed)
        with self.working_in(self.branch, self.company):
            declaration = self.file_in(self.branch, 1)
            self.add_service(declaration, 80.0)
            self.post_assessment(declaration)
            recharge = self.charge(declaration, "CID")
            # sudo: what a charge is follows from the file
            recharge.sudo().nature = "recharge"
            invoice = self.bill(declaration)
        control = branch.customs_disbursement_account_id
        sale_tax = self.company.account_sale_tax_id
        product = self.service_code.product_id.with_company(branch)
        income = product.product_tmpl_id.get_product_accounts()["income"]
        items = {
            (line.customs_tax_code or "", line.account_id, line.tax_ids, -line.balance)
            for line in invoice.invoice_line_ids
        }
        self.assertEqual(
            items,
            {
                ("CID", control, sale_tax, 55.55),
                ("VAT", control, untaxed, 174.98),
                ("GLOBAL", control, untaxed, 45.0),
                ("", income, sale_tax, 80.0),
            },
        )
        self.assertEqual(invoice.company_id, self.branch)
        self.assert_money(declaration, charged=275.53, billed=275.53, to_bill=0)
        self.assertEqual(self.account_balance(control, declaration), 0.0)

    def test_monthly_fee_is_due_once_in_all_branches(self):
        """The company of the card bills it, for the files of its branches too."""
        self.card(self.retainer())
        self.file_in(self.company, 1)
        for number in (2, 3):
            self.file_in(self.branch, number)
        fees = {self.company: [(3, 1532.0)]}
        self.assertEqual(self.count(self.company, self.branch), fees)
        self.assertEqual(self.count(self.branch, self.company), fees)
        self.periods._cron_count_months()
        self.assertEqual(self.count(), fees)

    def test_monthly_fee_without_any_file_is_due_once(self):
        self.card(self.retainer())
        self.assertEqual(
            self.count(self.company, self.branch), {self.company: [(0, 1500.0)]}
        )

    def test_count_does_not_depend_on_who_counts(self):
        self.card(self.retainer())
        for number in (1, 2, 3):
            self.file_in(self.branch, number)
        user = new_test_user(
            self.env,
            login="clerk",
            groups="base.group_user,customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        periods = self.periods.with_user(user).with_company(self.company)
        self.assertEqual(periods._count_month("2026-03-31").file_count, 3)

    def test_branch_bills_the_fees_of_its_own_card(self):
        """Files that the card of the branch prices do not count above it."""
        with self.working_in(self.branch, self.company):
            self.card(
                self.retainer(fee=900),
                name="North",
                level="branch",
                client_id=False,
                company_id=self.branch.id,
            )
        self.card(self.retainer(), level="general", client_id=False)
        self.file_in(self.company, 1)
        for number in (2, 3, 4):
            self.file_in(self.branch, number)
        self.assertEqual(
            self.count(self.company, self.branch),
            {self.company: [(1, 1500.0)], self.branch: [(3, 932.0)]},
        )

    # === OTHER COMPANIES === #

    def test_rate_cards_of_another_company_cannot_be_tried(self):
        """Cards are found as superuser, so who tries them is asked first."""
        card = self.card(self.flat(77.0))
        declaration = self.file_in(self.company, 1)
        tries = self.as_stranger("customs.fee.try")
        for vals in (
            {"company_id": self.company.id, "client_id": self.client.id},
            {"tariff_id": card.id},
            {"declaration_id": declaration.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                tries.create({"date": "2026-03-05", **vals}).line_ids.mapped("name")
        own = tries.create({"date": "2026-03-05"})
        self.assertFalse(own.line_ids.filtered("amount_company"))

    def test_screens_do_not_read_files_of_another_company(self):
        declaration = self.file_in(self.company, 1)
        self.post_assessment(declaration)
        self.bill(declaration)
        undo = self.as_stranger("customs.undo.posting")
        with self.assertRaises(AccessError):
            undo.create(
                {"declaration_id": declaration.id, "date": "2026-03-31"}
            ).flush_recordset()
        decide = self.as_stranger("customs.override.nature")
        with self.assertRaises(AccessError):
            decide.create({"charge_id": declaration.charge_ids[:1].id})

    def test_nobody_gets_statements_of_another_company(self):
        declaration = self.file_in(self.company, 1)
        self.post_assessment(declaration)
        self.bill(declaration)
        vals = {"company_id": self.company.id, "date_to": "2026-12-31"}
        partners = {"partner_ids": [Command.set(self.client.ids)]}
        statement = self.as_stranger("customs.client.statement").create(
            {**vals, **partners}
        )
        with self.assertRaises(AccessError):
            statement._get_statements()
        own = self.env["customs.client.statement"].create({**vals, **partners})
        self.assertEqual(own._get_statements()[0]["balance"], 275.53)
