"""What the flow tests share: a company set up for customs, files, assertions."""

from fixtures.builder import build_sad, item, tax

from odoo import fields
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

__all__ = ["CustomsCase", "build_sad", "item", "tax"]


@tagged("post_install", "-at_install")
class CustomsCase(AccountTestInvoicingCommon):
    """A company with the generic chart, the tariff of a fictional territory (national
    currency: the company's, USD), its office DEMO1, and rates of 5 % duty and 15 % VAT.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.env.user.group_ids += cls.env.ref("customs_invoicing.group_customs_manager")
        cls.company.action_create_customs_setup()
        cls.authority = cls.env["res.partner"].create(
            {"name": "Demo Customs Authority"}
        )
        cls.tariff = cls.env["customs.tariff"].create(
            {
                "name": "Tariff of Demo",
                "code": "TST",
                "currency_id": cls.company.currency_id.id,
            }
        )
        cls.office = cls.env["customs.office"].create(
            {
                "code": "TEST1",
                "name": "Port Test",
                "tariff_id": cls.tariff.id,
                "authority_id": cls.authority.id,
                "payment_days": 10,
                "date_order": "mdy",
            }
        )
        cls.client = cls.env["res.partner"].create(
            {
                "name": "Harbour Home Goods Ltd",
                "is_company": True,
                "customs_code": "TIN-100200300",
            }
        )
        cls.broker = cls.env["res.partner"].create(
            {"name": "Meridian Customs Brokers", "customs_code": "BRK-001"}
        )
        cls.exporter = cls.env["res.partner"].create({"name": "Ligure Casa S.p.A."})
        cls.duty_type = cls._create_measure_type("CID", "cid", "customs_value", 10)
        cls.vat_type = cls._create_measure_type(
            "VAT", "vat", "customs_value_and_duties", 30
        )
        cls._create_measure(cls.duty_type, "", 5)
        cls._create_measure(cls.vat_type, "", 15)
        cls._set_payment_accounts(cls.company)
        cls.control = cls.company.customs_disbursement_account_id
        cls.clearing = cls.company.customs_duty_clearing_account_id
        cls.payable = cls.company.customs_authority_payable_account_id
        cls.neutral = cls.company.customs_neutral_account_id
        cls.receivable = cls.company_data["default_account_receivable"]
        cls.service_code = cls.env.ref("customs_invoicing.charge_code_clearance")
        cls.income = cls.service_code.product_id.with_company(
            cls.company
        ).product_tmpl_id.get_product_accounts()["income"]

    # === SET-UP HELPERS === #

    @classmethod
    def _create_measure_type(cls, code, tax_code, base, sequence, tariff=None):
        return cls.env["customs.measure.type"].create(
            {
                "tariff_id": (tariff or cls.tariff).id,
                "code": code,
                "name": code,
                "tax_code_id": cls.env.ref(f"customs_invoicing.tax_code_{tax_code}").id,
                "base": base,
                "sequence": sequence,
            }
        )

    @classmethod
    def _create_measure(cls, measure_type, prefix, rate, **vals):
        return cls.env["customs.measure"].create(
            {
                "measure_type_id": measure_type.id,
                "code_prefix": prefix,
                "rate_percent": rate,
                "date_from": "2020-01-01",
                **vals,
            }
        )

    @classmethod
    def _set_payment_accounts(cls, company):
        """Payments post journal entries only through an outstanding account."""
        journals = cls.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "bank")]
        )
        lines = (
            journals.inbound_payment_method_line_ids
            | journals.outbound_payment_method_line_ids
        )
        lines.payment_account_id = journals[:1].default_account_id

    # === STEPS OF THE JOB === #

    def import_sad(self, items=None, **facts):
        """Import a file built from facts and return its declaration."""
        facts.setdefault("office", "TEST1")
        content = build_sad(items, **facts)
        return self.env["customs.declaration"].import_files([("sad.xml", content)])

    def typed(self, items=({},), **vals):
        """Return a declaration typed by hand, calculated; items are worth 1 000."""
        item_vals = {"code": "8516710000", "customs_value": 1000}
        declaration = self.env["customs.declaration"].create(
            {
                "office_id": self.office.id,
                "registration_date": "2026-03-05",
                "capacity": "own",
                "line_ids": [(0, 0, {**item_vals, **facts}) for facts in items],
                **vals,
            }
        )
        declaration.action_calculate()
        return declaration

    def duty(self, declaration, code="CID"):
        """Return the duty lines of one tax."""
        return declaration.duty_line_ids.filtered(
            lambda line: line.tax_code_id.code == code
        )

    def add_service(self, declaration, amount):
        return self.env["customs.charge"].create(
            {
                "declaration_id": declaration.id,
                "charge_code_id": self.service_code.id,
                "amount": amount,
            }
        )

    def assess_amounts(self, declaration, *amounts, date="2026-03-05"):
        """Let the authority assess the taxes of a file with one item, in order."""
        declaration._record_assessment(
            [
                {
                    "tax_code_id": line.tax_code_id.id,
                    "item_number": 1,
                    "base": 1000.0,
                    "rate": 5.0,
                    "amount_assessed": amount,
                }
                for line, amount in zip(declaration.duty_line_ids, amounts, strict=True)
            ],
            date=date,
        )

    def post_assessment(self, declaration):
        """Post the current assessment and return the move it made, if any."""
        before = declaration._get_authority_moves()
        declaration.action_post_assessment()
        return declaration._get_authority_moves() - before

    def bill(self, declaration, date="2026-03-10"):
        """Create, date and post the client's invoice."""
        invoice = declaration.action_create_invoices()
        if invoice:
            invoice.invoice_date = date
            invoice.action_post()
        return invoice

    def pay(self, moves, **vals):
        """Pay moves in full through the payment wizard."""
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"payment_date": fields.Date.to_date("2026-03-20"), **vals})
        )
        return wizard._create_payments()

    def reverse(self, move, date="2026-03-12"):
        """Reverse a move in full through the reversal wizard."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"date": date, "journal_id": move.journal_id.id})
        )
        action = wizard.refund_moves()
        reversal = self.env["account.move"].browse(action["res_id"])
        reversal.invoice_date = date
        reversal.action_post()
        lines = (move | reversal).line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        if lines:
            lines.reconcile()
        return reversal

    def charge(self, declaration, tax_code):
        return declaration.charge_ids.filtered(
            lambda charge: charge.tax_code_id.code == tax_code
        )

    # === ASSERTIONS === #

    def assert_items(self, move, expected):
        """Assert every journal item of a move, in any order.

        :param expected: list of ``(account, partner, balance, tax codes of the item,
            customs tax code, report tags)``; taxes as names of the taxes on the item,
            ``T:name`` for the tax line of a tax
        """
        items = move.line_ids.filtered("account_id")  # headings are none
        found = [self._describe_item(line) for line in items]
        wanted = [
            (
                account.code,
                partner.name or "",
                f"{balance:.2f}",
                taxes,
                customs_tax or "",
                tags or "",
            )
            for account, partner, balance, taxes, customs_tax, tags in expected
        ]
        self.assertEqual(sorted(found), sorted(wanted))
        self.assertAlmostEqual(sum(move.line_ids.mapped("balance")), 0.0, 2)

    def _describe_item(self, line):
        taxes = ",".join(line.tax_ids.mapped("name"))
        if line.tax_line_id:
            taxes = f"T:{line.tax_line_id.name}"
        return (
            line.account_id.with_company(line.company_id).code,
            line.partner_id.name or "",
            f"{line.balance:.2f}",
            taxes,
            line.customs_tax_code or "",
            ",".join(sorted(line.tax_tag_ids.mapped("name"))),
        )

    def assert_money(self, declaration, **expected):
        """Assert money fields of a file: ``charged=10`` means amount_charged."""
        declaration.invalidate_recordset()
        declaration.charge_ids.invalidate_recordset()
        names = {
            key: key if key == "control_balance" else f"amount_{key}"
            for key in expected
        }
        found = {key: f"{declaration[name]:.2f}" for key, name in names.items()}
        self.assertEqual(found, {key: f"{v:.2f}" for key, v in expected.items()})

    def account_balance(self, account, declaration=None):
        domain = [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        if declaration:
            domain.append(("customs_declaration_id", "=", declaration.id))
        groups = self.env["account.move.line"]._read_group(
            domain, aggregates=["balance:sum"]
        )
        return groups[0][0] or 0.0
