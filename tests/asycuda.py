"""What the tests of assessed ASYCUDA files share: the files, and their set-up."""

import json
from decimal import Decimal

from common import CustomsCase
from pure import cases_dir, formats

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


class AsycudaCase(CustomsCase):
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

    def for_each_file(self, check):
        """Run ``check(name, content)`` for every file, and undo what it did."""
        for name, content in self.files:
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                check(name, content)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def make_own(self, name, content):
        """Make the importer of a file our own company."""
        document = formats.read(name, content)
        importer = document.header.importer
        self.company.partner_id.customs_code = importer.code or "OWN"
        self.company.partner_id.name = importer.name
        self._ensure_import_vat(document)
