"""Every assessed ASYCUDA file of the shared cases goes through the whole job."""

import json
from decimal import Decimal

from common import CustomsCase
from pure import cases_dir, formats

from odoo.tests import tagged

#: Tax codes that are value added or sales taxes, of the countries met so far. Any
#: other code is posted alike; only own imports treat import VAT apart.
VAT_CODES = {"VAT", "TVS", "IVA", "TVA", "GST", "IGST", "B00", "B05", "KDV", "PPN"}


def assessed_files():
    """Return ``[(name, bytes)]`` of the ASYCUDA files with something to pay."""
    samples = cases_dir() / "samples"
    expected = samples / "expected.json"
    if not expected.is_file():
        return []
    entries = json.loads(expected.read_text(encoding="utf-8"))
    return [
        (name, (samples / name).read_bytes())
        for name, entry in sorted(entries.items())
        if entry.get("format") == "asycuda_world"
        and entry.get("tax_lines")
        and (samples / name).is_file()
    ]


@tagged("post_install", "-at_install")
class TestAsycudaJob(CustomsCase):
    """Files are imported after the set-up an officer would do for their country."""

    def setUp(self):
        super().setUp()
        self.files = assessed_files()
        if not self.files:
            self.skipTest(f"no ASYCUDA files in {cases_dir()}")

    def _prepare_country(self, document):
        """Add office and tax codes that our master data lacks, as messages ask."""
        header = document.header
        if not self.env["customs.office"].search([("code", "=", header.office_code)]):
            self.office.copy({"code": header.office_code, "name": header.office_name})
        codes = {tax.code for _item, tax in document.taxes()}
        known = self.env["customs.tax.code"]._get_by_code(self.tariff, codes)
        for code in codes - set(known):
            charge = "import_vat" if code in VAT_CODES else "duty"
            self.env["customs.tax.code"].create(
                {
                    "code": code,
                    "name": f"Tax {code}",
                    "tariff_id": self.tariff.id,
                    "charge_code_id": self.env.ref(
                        f"customs_invoicing.charge_code_{charge}"
                    ).id,
                }
            )

    def _ensure_import_vat(self, document):
        """Give the company a tax for every rate of import VAT in the file."""
        model = self.env["account.tax"]
        taxes = self.company.customs_import_vat_tax_ids
        for _item, line in document.taxes():
            if line.code in VAT_CODES and line.rate and line.amount_payable:
                rate = float(line.rate)
                if rate not in taxes.mapped("amount"):
                    taxes |= taxes[0].copy({"name": f"{rate:g}%", "amount": rate})
        self.company.customs_import_vat_tax_ids = taxes or model

    def _payable_by_code(self, document):
        sums = {}
        for _item, tax in document.taxes():
            if tax.amount_payable:
                sums[tax.code] = sums.get(tax.code, Decimal(0)) + tax.amount_payable
        return sums

    def _vat_by_rate(self, document):
        """Return ``{(code, rate): (base, amount)}`` of payable import VAT."""
        sums = {}
        for _item, tax in document.taxes():
            if tax.code in VAT_CODES and tax.amount_payable:
                base, amount = sums.get((tax.code, tax.rate), (0, 0))
                sums[tax.code, tax.rate] = base + tax.base, amount + tax.amount_payable
        return sums

    def _import(self, name, content):
        document = formats.read(name, content)
        self._prepare_country(document)
        declaration = self.env["customs.declaration"].import_files([(name, content)])
        payable = self._payable_by_code(document)
        self.assertEqual(
            {
                code: round(amount, 2)
                for charge in declaration.charge_ids
                if (amount := charge.amount_payable)
                for code in [charge.tax_code_id.code]
            },
            {code: round(float(amount), 2) for code, amount in payable.items()},
        )
        return document, declaration, payable

    def test_direct_agent(self):
        for name, content in self.files:
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self._assert_direct_job(name, content)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

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
        for name, content in self.files:
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self._assert_own_job(name, content)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def _assert_own_job(self, name, content):
        importer = formats.read(name, content).header.importer
        self.company.partner_id.customs_code = importer.code or "OWN"
        self.company.partner_id.name = importer.name
        self._ensure_import_vat(formats.read(name, content))
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
