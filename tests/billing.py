"""What tests of billing share: several files of one client, invoices of them."""

from contextlib import ExitStack

from common import CustomsCase, item, tax

from odoo.exceptions import UserError

#: Value 1 000.00: duty 5 %, VAT 15 % of 1 050.00, fee 45.00
DUTY, VAT, FEE = 50.00, 157.50, 45.00
OUTLAYS = DUTY + VAT + FEE
SERVICE = 80.00


class BillingCase(CustomsCase):
    """Assessed files worth 1 000.00 each, with a service of 80.00 (15 % tax: 12.00)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sale_tax = cls.company.account_sale_tax_id
        cls.sale_tax.amount = 15
        cls.service_code.product_id.taxes_id = cls.sale_tax
        cls.output_tax = cls.company_data["default_account_tax_sale"]
        cls.untaxed = cls.company.customs_disbursement_tax_id
        cls.parent = cls.env["res.partner"].create(
            {"name": "Harbour Group Holding", "is_company": True}
        )
        cls.forwarder = cls.env["res.partner"].create(
            {"name": "Quay Forwarders", "is_company": True}
        )
        cls.bank = cls.company_data["default_journal_bank"]

    # === STEPS === #

    def file(self, number=1, service=SERVICE, post=True, **facts):
        """Return a file, posted unless told otherwise."""
        declaration = self.import_sad(
            [
                item(
                    price="1000.00",
                    freight="0",
                    taxes=[
                        tax("CID", "1000.00", "5", f"{DUTY}"),
                        tax("VAT", "1050.00", "15", f"{VAT}"),
                    ],
                )
            ],
            registration=("C", str(5000 + number), "3/5/26"),
            assessment=("A", str(6000 + number), "3/6/26"),
            reference=("2026", f"JOB-{number}"),
            **facts,
        )
        if service:
            self.add_service(declaration, service)
        if post:
            self.post_assessment(declaration)
        return declaration

    def files(self, count, **facts):
        """Return several files, numbered from 1."""
        declarations = self.env["customs.declaration"]
        for number in range(1, count + 1):
            declarations |= self.file(number, **facts)
        return declarations

    def profile(self, *payers, client=None, **vals):
        """Create a profile and choose it for the client.

        :param payers: ``(scope, partner)`` or ``(charge code, partner)``
        """
        lines = []
        for scope, partner in payers:
            one = {"partner_id": partner.id}
            if isinstance(scope, str):
                one["scope"] = scope
            else:
                one.update(scope="charge", charge_code_id=scope.id)
            lines.append((0, 0, one))
        profile = self.env["customs.billing.profile"].create(
            {"name": "As agreed", "payer_ids": lines, **vals}
        )
        (client or self.client).customs_billing_profile_id = profile
        return profile

    def post_invoices(self, invoices, date="2026-03-10"):
        invoices.invoice_date = date
        invoices.action_post()
        return invoices

    def reassess(self, declaration, duty, vat=VAT):
        """Let the authority assess the file anew, and post the difference."""
        codes = [
            (self.env.ref("customs_invoicing.tax_code_cid"), duty),
            (self.env.ref("customs_invoicing.tax_code_vat"), vat),
            (self.charge(declaration, "GLOBAL").tax_code_id, FEE),
        ]
        version = declaration._record_assessment(
            [
                {"tax_code_id": code.id, "amount_assessed": amount}
                for code, amount in codes
            ],
            date="2026-03-20",
        )
        version.action_post()

    def stops(self, declaration):
        """Return what stops a file from being billed."""
        return declaration._get_stopping_blockers()[declaration]

    def refused(self, message):
        """Expect a refusal that leaves nothing behind."""
        stack = ExitStack()
        stack.enter_context(self.assertRaisesRegex(UserError, message))
        stack.enter_context(self.env.cr.savepoint())
        return stack

    def line(self, invoice, declaration, tax_code=""):
        """Return the line of one tax of a file, of its service without a tax."""
        return invoice.invoice_line_ids.filtered(
            lambda line: line.customs_charge_id
            and line.customs_declaration_id == declaration
            and (line.customs_tax_code or "") == tax_code
        )

    # === EXPECTATIONS === #

    def outlay_items(self, partner, count=1, sign=-1):
        """Return the expected items of outlays of files, for ``assert_items``."""
        amounts = {"CID": DUTY, "VAT": VAT, "GLOBAL": FEE}
        name = self.untaxed.name
        return [
            (self.control, partner, sign * amount, name, code, "")
            for code, amount in amounts.items()
        ] * count

    def service_items(self, partner, count=1, amount=SERVICE):
        """Return the expected items of services with their tax."""
        taxed = round(amount * count * 0.15, 2)
        return [(self.income, partner, -amount, self.sale_tax.name, "", "")] * count + [
            (self.output_tax, partner, -taxed, f"T:{self.sale_tax.name}", "", "")
        ]

    def due(self, partner, amount):
        return (self.receivable, partner, amount, "", "", "")
