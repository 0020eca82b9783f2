"""Histories of a client: statement, exposure and books say the same after each step."""

from random import Random

from billing import BillingCase

from odoo import fields
from odoo.exceptions import UserError, ValidationError

STEPS = (
    "bill bill pay pay pay_foreign credit reassess serve deposit apply give_back reset "
    "take_apart change_payer pay_ahead"
).split()
#: Refusals that a blind choice of steps runs into
EXPECTED = (
    "more would be",
    "on an invoice",
    "cannot be reset",
    "nothing to apply",
    "belongs to",
    "Credit it, or delete the draft",
)
END = fields.Date.to_date("2026-12-31")


class TestBillingHistory(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur = cls.env.ref("base.EUR")
        cls.eur.active = True
        rates = cls.env["res.currency.rate"]
        rates.search([("currency_id", "=", cls.eur.id)]).unlink()
        for day, rate in (
            ("2020-01-01", 0.8),
            ("2026-03-12", 0.77),
            ("2026-03-16", 0.931),
            ("2026-03-20", 0.5),
        ):
            rates.create(
                {
                    "currency_id": cls.eur.id,
                    "name": day,
                    "rate": rate,
                    "company_id": cls.company.id,
                }
            )
        cls.in_euros = cls.env["customs.billing.profile"].create(
            {"name": "In euros", "currency_id": cls.eur.id}
        )
        cls.held = cls.company.customs_client_deposits_account_id

    # === STEPS === #

    def posted(self, *types):
        """Return posted invoices of a type, all without one."""
        return self.env["account.move"].search(
            [
                ("company_id", "=", self.company.id),
                ("move_type", "in", types or ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
            ],
            order="id",
        )

    def step_bill(self, chance, day):
        profile = chance.choice([self.env["customs.billing.profile"], self.in_euros])
        self.client.customs_billing_profile_id = profile
        invoices = chance.choice(self.jobs).action_create_invoices()
        self.post_invoices(invoices, day)

    def step_pay(self, chance, day, **vals):
        debts = self.posted("out_invoice").filtered("amount_residual")
        if not debts:
            return
        wizard = (
            self.env["account.payment.register"]
            .with_context(
                active_model="account.move", active_ids=chance.choice(debts).ids
            )
            .create({"payment_date": day, **vals})
        )
        wizard.amount = round(wizard.amount * chance.choice([1, 1, 0.3, 0.77]), 2)
        wizard._create_payments()

    def step_pay_foreign(self, chance, day):
        currency = chance.choice([self.eur, self.company.currency_id])
        self.step_pay(chance, day, currency_id=currency.id)

    def step_pay_ahead(self, chance, day):
        self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": chance.choice([self.client, self.forwarder]).id,
                "amount": 41.17,
                "date": day,
                "journal_id": self.bank.id,
                "currency_id": chance.choice([self.eur, self.company.currency_id]).id,
            }
        ).action_post()

    def step_credit(self, chance, day):
        invoices = self.posted("out_invoice")
        if not invoices:
            return
        invoice = chance.choice(invoices)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": day, "journal_id": invoice.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if chance.random() < 0.5:
            kept = chance.choice(refund.invoice_line_ids.filtered("customs_charge_id"))
            (refund.invoice_line_ids - kept).unlink()
            kept.price_unit = round(kept.price_unit / chance.choice([1, 2]), 2)
        self.post_invoices(refund, day)
        items = (invoice | refund).line_ids.filtered(
            lambda item: item.display_type == "payment_term" and not item.reconciled
        )
        if len(items.move_id) > 1 and chance.random() < 0.7:
            items.reconcile()

    def step_reassess(self, chance, _day):
        self.reassess(chance.choice(self.jobs), chance.choice([0.0, 20.0, 63.17]))

    def step_serve(self, chance, _day):
        self.add_service(chance.choice(self.jobs), 12.34)

    def step_deposit(self, chance, day):
        self.env["customs.funds.request"].create(
            {"declaration_id": chance.choice(self.jobs).id, "amount": 120.0}
        )._receive(self.bank, fields.Date.to_date(day), 120.0)

    def step_apply(self, _chance, _day):
        for request in self.jobs.funds_request_ids[:1]:
            request.action_apply()

    def step_give_back(self, chance, day):
        for request in self.jobs.funds_request_ids[:1]:
            left = min(request.amount_left, chance.choice([30.0, 500.0]))
            if left > 0:
                request._return_surplus(self.bank, fields.Date.to_date(day), left)

    def step_reset(self, chance, _day):
        if invoices := self.posted():
            invoice = chance.choice(invoices)
            invoice.button_draft()
            getattr(invoice, chance.choice(["action_post", "unlink"]))()

    def step_take_apart(self, chance, _day):
        if invoices := self.posted():
            items = chance.choice(invoices).line_ids
            items.filtered(
                lambda item: item.account_type == "asset_receivable"
            ).remove_move_reconcile()

    def step_change_payer(self, chance, _day):
        charge = chance.choice(chance.choice(self.jobs).charge_ids)
        charge.bill_to_id = chance.choice([self.client, self.forwarder])

    # === WHAT HOLDS === #

    def balance(self, account, partner):
        groups = self.env["account.move.line"]._read_group(
            [
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                ("partner_id", "child_of", partner.ids),
            ],
            aggregates=["balance:sum"],
        )
        return groups[0][0] or 0.0

    def assert_agreed(self, trail):
        """Assert that all that is said of the clients is what the books have."""
        self.env.flush_all()
        self.env.invalidate_all()
        clients = self.client | self.forwarder
        exposures = self.env["customs.exposure"]._query_clients(clients, self.company)
        for first in (None, fields.Date.to_date("2026-03-14")):
            statements = clients._get_customs_statements(self.company, END, first)
            for client in clients:
                with self.subTest(trail=trail, client=client.name, first=first):
                    self.assert_statement(statements[client], exposures[client])
        unbilled = sum(float(each["unbilled_outlay"]) for each in exposures.values())
        self.assertAlmostEqual(unbilled, self.account_balance(self.control), 2, trail)
        for charge in self.jobs.charge_ids:
            with self.subTest(trail=trail, charge=charge.display_name):
                self.assert_charge(charge)

    def assert_statement(self, statement, exposure):
        client = statement["client"]
        owed = self.balance(self.receivable, client)
        self.assertAlmostEqual(statement["balance"], owed, 2)
        own = sum(block["own_closing"] for block in statement["blocks"])
        self.assertAlmostEqual(own, owed, 2)
        for block in statement["blocks"]:
            last = block["rows"][-1]["balance"] if block["rows"] else block["opening"]
            self.assertAlmostEqual(last, block["closing"], 2)
        ageing = statement["ageing"]
        self.assertAlmostEqual(ageing["total"]["total"], owed, 2)
        held = sum(row["left"] for row in statement["deposits"])
        self.assertAlmostEqual(held, -self.balance(self.held, client), 2)
        self.assertAlmostEqual(float(exposure["deposit"]), held, 2)
        duty, other = float(exposure["unpaid_duty"]), float(exposure["open_service"])
        self.assertAlmostEqual(duty + other, owed, 2)
        # each of several instalments may be rounded
        self.assertAlmostEqual(duty, ageing["outlays"]["total"], delta=0.03)

    def assert_charge(self, charge):
        if charge.nature == "service":
            target = charge.amount
        else:
            target = charge.amount_charged
            left = charge.amount_charged - charge.amount_billed
            self.assertAlmostEqual(charge.control_balance, left, 2)
        self.assertFalse(charge.amount_in_draft)
        self.assertAlmostEqual(charge.amount_to_bill, target - charge.amount_billed, 2)

    # === HISTORIES === #

    def live(self, seed, steps=16):
        chance, trail = Random(seed), []
        self.jobs = self.files(2)
        for job in self.jobs:
            self.bill(job)
        for number in range(steps):
            step = chance.choice(STEPS)
            trail.append(step)
            day = f"2026-03-{min(11 + number, 28)}"
            try:
                with self.env.cr.savepoint():
                    getattr(self, f"step_{step}")(chance, day)
            except (UserError, ValidationError) as refusal:
                self.env.invalidate_all()
                self.assertRegex(str(refusal), "|".join(EXPECTED), trail)
                trail[-1] += " (refused)"
            self.assert_agreed(f"{seed}: {', '.join(trail)}")

    def test_statement_exposure_and_books_agree(self):
        self.live(101)

    def test_they_agree_in_another_history(self):
        self.live(7)

    def test_credit_of_the_duty_alone_leaves_services_open(self):
        """A matched credit note takes off what it credits, not a share of all."""
        declaration = self.file(1)
        invoice = self.bill(declaration)
        refund = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        refund = refund.create(
            {"date": "2026-03-12", "journal_id": invoice.journal_id.id}
        )
        refund = self.env["account.move"].browse(refund.refund_moves()["res_id"])
        self.line(refund, declaration).unlink()
        self.post_invoices(refund, "2026-03-12")
        (invoice | refund).line_ids.filtered(
            lambda item: item.display_type == "payment_term"
        ).reconcile()
        self.jobs = declaration
        self.assert_agreed("duty credited")
        exposure = self.env["customs.exposure"]._query_clients(
            self.client, self.company
        )[self.client]
        self.assertEqual(float(exposure["unpaid_duty"]), 0.0)
        self.assertEqual(float(exposure["open_service"]), 92.0)
        self.assertEqual(float(exposure["duty_exposure"]), 252.5)
