"""Import VAT of our own goods in the books: paid, postponed, awaiting its evidence."""

from posting import DOCUMENTS, PostingCase

from odoo import Command
from odoo.exceptions import UserError


class TestPostingVat(PostingCase):
    """Import VAT of our own goods: postponed, awaiting evidence, partly deductible."""

    def _postponed_tax(self):
        """Return a tax of 15 % that the VAT return shows as input and output."""
        output = self.company_data["default_account_tax_sale"]
        parts = [
            Command.clear(),
            Command.create({"repartition_type": "base"}),
            *(
                Command.create(
                    {
                        "repartition_type": "tax",
                        "factor_percent": factor,
                        "account_id": account.id,
                    }
                )
                for factor, account in ((100, self.vat_account), (-100, output))
            ),
        ]
        tax = self.env["account.tax"].create(
            {
                "name": "15% postponed",
                "amount": 15.0,
                "type_tax_use": "purchase",
                "invoice_repartition_line_ids": parts,
                "refund_repartition_line_ids": parts,
            }
        )
        self.company.customs_postponed_vat_tax_ids = tax
        return tax, output

    def test_postponed_vat_is_self_accounted_and_owed_to_nobody(self):
        tax, output = self._postponed_tax()
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file()
                assessment = self.assess(
                    declaration,
                    ("CID", 100.0),
                    ("VAT", 315.0, {"status": "postponed"}),
                )
                self.assertEqual(assessment.amount_payable, 100.0)
                moves = self.post(declaration)
                vat = moves.filtered(lambda m: tax in m.line_ids.tax_ids)
                who = self.authority
                self.assert_items(
                    vat,
                    [
                        (self.neutral, who, 2100.0, tax.name, "VAT", ""),
                        (self.neutral, who, -2100.0, "", "VAT", ""),
                        (self.vat_account, who, 315.0, f"T:{tax.name}", "VAT", ""),
                        (output, who, -315.0, f"T:{tax.name}", "VAT", ""),
                    ],
                )
                self.assertEqual(vat.move_type, "entry")
                self.assert_items(
                    moves - vat,
                    [
                        (self.clearing, who, 100.0, "", "CID", ""),
                        (self.payable, who, -100.0, "", "", ""),
                    ],
                )
                self.assertEqual(assessment.state, "posted")
                self.assertFalse(self.post(declaration))
                self.assert_money(declaration, assessed=415, payable=100, charged=100)

    def test_postponed_vat_of_a_client_is_nothing_to_us(self):
        self._postponed_tax()
        declaration = self.file("direct")
        assessment = self.assess(
            declaration, ("CID", 100.0), ("VAT", 315.0, {"status": "postponed"})
        )
        self.assert_items(
            self.post(declaration),
            [
                (self.control, self.authority, 100.0, "", "CID", ""),
                (self.payable, self.authority, -100.0, "", "", ""),
            ],
        )
        self.assertEqual(assessment.state, "posted")

    def test_postponed_becomes_payable_and_back(self):
        """The authority withdraws the postponement, then grants it again."""
        tax, output = self._postponed_tax()
        self.company.customs_assessment_document = "entry"
        declaration, who = self.file(), self.authority
        self.assess(declaration, ("VAT", 315.0, {"status": "postponed"}))
        self.post(declaration)
        self.assess(declaration, ("VAT", 315.0), date="2026-03-08")
        moves = self.post(declaration)
        owed = moves.filtered(lambda m: self.payable in m.line_ids.account_id)
        self.assert_items(
            owed,
            [
                *self.debits("own", True, {"VAT": 315.0}),
                (self.payable, who, -315.0, "", "", ""),
            ],
        )
        self.assert_items(
            moves - owed,
            [
                (self.neutral, who, -2100.0, tax.name, "VAT", ""),
                (self.neutral, who, 2100.0, "", "VAT", ""),
                (self.vat_account, who, -315.0, f"T:{tax.name}", "VAT", ""),
                (output, who, 315.0, f"T:{tax.name}", "VAT", ""),
            ],
        )
        again = {"status": "postponed"}
        self.assess(declaration, ("VAT", 315.0, again), date="2026-03-10")
        self.post(declaration)
        for account, balance in (
            (self.payable, 0.0),
            (self.vat_account, 315.0),
            (output, -315.0),
            (self.neutral, 0.0),
        ):
            found = self.account_balance(account, declaration)
            self.assertAlmostEqual(found, balance, 2, account.name)

    def test_vat_waits_for_its_certificate(self):
        pending = self.role("vat_import_pending")
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file(vat_evidence="certificate")
                self.assess(declaration, ("CID", 100.0), ("VAT", 315.0))
                move = self.post(declaration)
                self.assert_items(
                    move,
                    [
                        (self.clearing, self.authority, 100.0, "", "CID", ""),
                        (pending, self.authority, 315.0, "", "VAT", ""),
                        (self.payable, self.authority, -415.0, "", "", ""),
                    ],
                )
                waiting = move.line_ids.filtered(lambda x: x.account_id == pending)
                self.assertEqual(waiting.customs_vat_rate, 15.0)
                self.assertFalse(waiting.tax_ids)
                self.assertFalse(self.post(declaration))
                self.assess(
                    declaration, ("CID", 100.0), ("VAT", 300.0), date="2026-03-09"
                )
                self.assert_items(
                    self.post(declaration),
                    [
                        (pending, self.authority, -15.0, "", "VAT", ""),
                        (self.payable, self.authority, 15.0, "", "", ""),
                    ],
                )
                self.assertEqual(self.account_balance(pending, declaration), 300.0)

    def test_share_of_vat_that_is_not_deductible_is_a_cost(self):
        """Two fifths of the tax have no account: the goods bear them."""
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
        north = self.env["account.analytic.account"].create(
            {"name": "North", "plan_id": plan.id, "company_id": self.company.id}
        )
        parts = [
            Command.clear(),
            Command.create({"repartition_type": "base"}),
            Command.create(
                {
                    "repartition_type": "tax",
                    "factor_percent": 60,
                    "account_id": self.vat_account.id,
                }
            ),
            Command.create(
                {
                    "repartition_type": "tax",
                    "factor_percent": 40,
                    "use_in_tax_closing": False,
                }
            ),
        ]
        tax = self.env["account.tax"].create(
            {
                "name": "15% in part",
                "amount": 15.0,
                "type_tax_use": "purchase",
                "invoice_repartition_line_ids": parts,
                "refund_repartition_line_ids": parts,
            }
        )
        self.company.customs_import_vat_tax_ids = tax
        who = self.authority
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file(analytic_distribution={str(north.id): 100.0})
                self.assess(
                    declaration, ("VAT", 100.01, {"base": 666.73, "rate": 15.0})
                )
                move = self.post(declaration)
                self.assert_items(
                    move,
                    [
                        (self.clearing, who, 666.73, tax.name, "VAT", ""),
                        (self.clearing, who, -666.73, "", "VAT", ""),
                        (self.vat_account, who, 60.01, f"T:{tax.name}", "VAT", ""),
                        (self.clearing, who, 40.0, f"T:{tax.name}", "VAT", ""),
                        (self.payable, who, -100.01, "", "", ""),
                    ],
                )
                analysed = move.line_ids.filtered("analytic_distribution")
                self.assertEqual(analysed.account_id, self.clearing)
                self.assertAlmostEqual(sum(analysed.mapped("balance")), 40.0, 2)
                self.assert_money(declaration, charged=100.01)
                self.assertFalse(self.post(declaration))

    def _use_tax_only(self):
        """Choose a tax that is the whole price and serves every rate."""
        only = self.env["account.tax"].create(
            {
                "name": "Import VAT only",
                "amount": 100.0,
                "amount_type": "division",
                "price_include_override": "tax_included",
                "type_tax_use": "purchase",
            }
        )
        parts = only.invoice_repartition_line_ids | only.refund_repartition_line_ids
        parts.filtered(
            lambda part: part.repartition_type == "tax"
        ).account_id = self.vat_account
        self.company.customs_import_vat_tax_ids = only

    def test_tax_that_is_the_whole_price_reports_no_base(self):
        self._use_tax_only()
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file()
                self.assess(declaration, ("VAT", 315.0))
                move = self.post(declaration)
                found = {
                    (line.account_id, line.balance)
                    for line in move.line_ids
                    if line.balance
                }
                self.assertEqual(
                    found, {(self.vat_account, 315.0), (self.payable, -315.0)}
                )
                self.assert_money(declaration, charged=315)
                self.assess(declaration, ("VAT", 300.0), date="2026-03-09")
                self.post(declaration)
                self.assert_money(declaration, charged=300)
                self.assertFalse(self.post(declaration))
                self.assertEqual(
                    self.account_balance(self.vat_account, declaration), 300.0
                )

    def test_rate_that_nobody_knows_needs_a_tax_without_one(self):
        """The authority gave an amount of VAT, neither base nor rate."""
        declaration = self.file()
        unknown = {"base": 0.0, "rate": None}
        with self.assertRaisesRegex(UserError, "needs its base and its rate"):
            self.assess(declaration, ("VAT", 333.33, unknown))
        self._use_tax_only()
        for document in DOCUMENTS:
            self.company.customs_assessment_document = document
            with self.subTest(document):
                declaration = self.file()
                self.assess(declaration, ("VAT", 333.33, unknown))
                move = self.post(declaration)
                self.assertEqual(
                    {(line.account_id, line.balance) for line in move.line_ids}
                    - {(self.neutral, 0.0)},
                    {(self.vat_account, 333.33), (self.payable, -333.33)},
                )
                self.assertFalse(self.post(declaration))
                self.assert_money(declaration, charged=333.33)
