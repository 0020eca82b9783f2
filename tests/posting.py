"""What the tests of posting share: files, typed assessments, payments, expectations."""

from common import CustomsCase

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
