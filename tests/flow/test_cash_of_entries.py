"""What a file shows as paid and settled when its debt is a journal entry."""

from common import CustomsCase, item, tax


class TestCashOfEntries(CustomsCase):
    def setUp(self):
        super().setUp()
        self.company.customs_assessment_document = "entry"

    def posted(self, method=None, kind=None):
        declaration = self.import_sad([item(taxes=[tax("CID", rate="5")])])
        if method:
            account = self.env["customs.payment.account"]
            if kind:
                account = account.create(
                    {
                        "name": kind,
                        "number": f"AC-{kind}",
                        "kind": kind,
                        "authority_id": self.authority.id,
                    }
                )
            declaration.charge_ids.write(
                {
                    "payment_method_id": self.env.ref(
                        f"customs_invoicing.payment_method_{method}"
                    ).id,
                    "payment_account_id": account.id,
                }
            )
        self.post_assessment(declaration)
        return declaration

    def debt(self, declaration):
        return declaration._get_customs_moves().line_ids.filtered(
            lambda line: line.account_type == "liability_payable"
        )

    def pay_debt(self, declaration, **vals):
        wizard = (
            self.env["account.payment.register"]
            .with_context(
                active_model="account.move.line", active_ids=self.debt(declaration).ids
            )
            .create({"payment_date": "2026-03-20", **vals})
        )
        return wizard._create_payments()

    def test_payable_counts_as_paid_once_it_is(self):
        declaration = self.posted()
        charged = declaration.amount_charged
        self.assertGreater(charged, 0)
        self.assert_money(declaration, paid=0.0)
        self.assertEqual(declaration.settlement_state, "open")
        payment = self.pay_debt(declaration, amount=charged - 10)
        self.assert_money(declaration, paid=charged - 10)
        self.assertEqual(declaration.settlement_state, "partial")
        payment.action_draft()
        self.assert_money(declaration, paid=0.0)

    def test_paid_from_the_bank_is_paid(self):
        declaration = self.posted("p4b")
        self.assert_money(declaration, paid=declaration.amount_charged)
        self.bill(declaration)
        self.pay(declaration._get_client_moves())
        declaration.invalidate_recordset()
        self.assertEqual(declaration.settlement_state, "settled")

    def test_reversed_entry_is_not_paid(self):
        declaration = self.posted("p4b")
        move = declaration._get_customs_moves()
        move._reverse_moves([{"date": move.date}], cancel=True)
        self.assert_money(declaration, paid=0.0, charged=0.0)

    def test_write_off_is_no_money(self):
        """An invoice that is written off was not received."""
        declaration = self.posted()
        invoice = self.bill(declaration)
        term = invoice.line_ids.filtered(lambda li: li.display_type == "payment_term")
        loss = self.env["account.move"]._create_customs_entry(
            self.company,
            "write_off",
            "2026-06-30",
            [
                {
                    "account_id": self.company._get_customs_account("bad_debt").id,
                    "balance": term.balance,
                },
                {
                    "account_id": term.account_id.id,
                    "partner_id": term.partner_id.id,
                    "balance": -term.balance,
                },
            ],
        )
        loss._post(soft=False)
        (
            loss.line_ids.filtered(lambda li: li.account_id == term.account_id) | term
        ).reconcile()
        self.assert_money(declaration, received=0.0)
