"""Every assessed ASYCUDA file of the shared cases goes through the whole job."""

from asycuda import VAT_CODES, AsycudaCase

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAsycudaJob(AsycudaCase):
    """Read, post, bill, pay, close."""

    def test_direct_agent(self):
        self.for_each_file(self._assert_direct_job)

    def _assert_direct_job(self, name, content):
        _document, declaration, payable = self._import(name, content)
        self.assertEqual(declaration.capacity, "direct", name)
        client = declaration.client_id
        self.add_service(declaration, 50.00)
        total = float(sum(payable.values()))
        bill = self.post_assessment(declaration)
        self.assert_items(
            bill,
            [
                (self.control, self.authority, float(amount), "", code, "")
                for code, amount in payable.items()
            ]
            + [(self.payable, self.authority, -total, "", "", "")],
        )
        invoice = self.bill(declaration)
        sale_tax = self.company_data["default_account_tax_sale"]
        self.assert_items(
            invoice,
            [
                (self.control, client, -float(amount), "0% Disbursement", code, "")
                for code, amount in payable.items()
            ]
            + [
                (self.income, client, -50.00, "15%", "", ""),
                (sale_tax, client, -7.50, "T:15%", "", ""),
                (self.receivable, client, total + 57.50, "", "", ""),
            ],
        )
        self.pay(bill)
        self.pay(invoice)
        self.assert_money(
            declaration,
            payable=total,
            charged=total,
            billed=total,
            paid=total,
            received=total + 57.50,
            control_balance=0,
        )
        if declaration.state == "assessed":
            declaration.action_release()
        declaration.action_close()
        self.assertEqual(declaration.state, "closed", name)
        for account in (self.control, self.payable, self.receivable):
            self.assertEqual(round(self.account_balance(account), 2), 0.0, name)

    def test_own_import(self):
        self.for_each_file(self._assert_own_job)

    def _assert_own_job(self, name, content):
        self.make_own(name, content)
        document, declaration, payable = self._import(name, content)
        self.assertEqual(declaration.capacity, "own", name)
        bill = self.post_assessment(declaration)
        purchase_vat = self.company_data["default_account_tax_purchase"]
        expected = [
            (self.clearing, self.authority, float(amount), "", code, "")
            for code, amount in payable.items()
            if code not in VAT_CODES
        ]
        for (code, rate), (base, amount) in self._vat_by_rate(document).items():
            tax = self.company._get_customs_import_vat_tax(float(rate))
            base, amount = float(base), float(amount)
            expected += [
                (self.neutral, self.authority, base, tax.name, code, ""),
                (self.neutral, self.authority, -base, "", code, ""),
                (purchase_vat, self.authority, amount, f"T:{tax.name}", code, ""),
            ]
        total = float(sum(payable.values()))
        expected.append((self.payable, self.authority, -total, "", "", ""))
        self.assert_items(bill, expected)
        self.pay(bill)
        self.assert_money(declaration, charged=total, paid=total, control_balance=0)
        declaration.action_release()
        declaration.action_close()
        self.assertEqual(round(self.account_balance(self.neutral), 2), 0.0, name)
        self.assertEqual(round(self.account_balance(self.payable), 2), 0.0, name)
