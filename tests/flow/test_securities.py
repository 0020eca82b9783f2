"""Securities: lodged, released, converted, and guarantees in use."""

from after import AfterClearanceCase

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.fields import Date


class TestSecurities(AfterClearanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.securities = cls.company._get_customs_account("securities")
        cls.day = Date.to_date("2026-03-08")

    # === HELPERS === #

    def secured_file(self, duty=1000, vat=0, **vals):
        """Return a file whose duty was assessed as secured: nothing is payable."""
        declaration = self.typed(**vals)
        lines = [
            {
                "tax_code_id": self.tax(code).id,
                "amount_assessed": amount,
                "status": "secured",
            }
            for code, amount in (("CID", duty), ("VAT", vat))
            if amount
        ]
        version = declaration._record_assessment(
            lines, date="2026-03-06", kind="provisional"
        )
        version.action_post()
        self.assertFalse(version.move_ids)
        return declaration

    def wizard(self, action, **vals):
        wizard = self.env["customs.record.security"].browse(action["res_id"])
        wizard.write({"date": self.day, "journal_id": self.bank_journal.id, **vals})
        return wizard

    def lodge(self, declaration, amount=None, **vals):
        """Lodge what is proposed, or one amount; return the securities."""
        before = declaration.security_ids
        wizard = self.wizard(declaration.action_record_security(), **vals)
        if amount:
            wizard.line_ids = [Command.clear(), Command.create({"amount": amount})]
        wizard.action_record()
        return (declaration.security_ids - before).sorted("id")

    def end(self, securities, operation, amount=None, **vals):
        """Release, convert or forfeit securities; return the entry it made."""
        before = self.moves(securities)
        action = getattr(securities, f"action_{operation}")()
        wizard = self.wizard(action, **vals)
        if amount:
            wizard.line_ids.amount = amount
        wizard.action_record()
        return self.moves(securities) - before

    def moves(self, securities):
        return self.env["account.move"].search(
            [("line_ids.customs_security_id", "in", securities.ids)], order="id"
        )

    def payment_account(self, kind):
        return self.env["customs.payment.account"].create(
            {"name": kind, "number": f"{kind}-1", "kind": kind}
        )

    def assert_held(self, security, state, amount):
        self.assertEqual((security.state, security.amount_open), (state, amount))

    # === LODGE AND RELEASE === #

    def test_lodged_and_released_through_the_bank(self):
        declaration = self.secured_file(duty=1000, vat=200)
        securities = self.lodge(declaration, reference="R-77")
        self.assertEqual(securities.tax_code_id.mapped("code"), ["CID", "VAT"])
        entry = self.moves(securities)
        self.assertEqual(entry.customs_event, "security")
        self.assert_items(
            entry,
            [
                (self.securities, self.authority, 1000, "", "", ""),
                (self.securities, self.authority, 200, "", "", ""),
                (self.bank, self.authority, -1200, "", "", ""),
            ],
        )
        self.assertEqual(declaration.amount_secured, 1200)
        self.assert_money(declaration, charged=0, payable=0)
        duty = securities[0]
        self.assert_held(duty, "lodged", 1000)
        part = self.end(duty, "release", amount=400)
        self.assert_items(
            part,
            [
                (self.bank, self.authority, 400, "", "", ""),
                (self.securities, self.authority, -400, "", "", ""),
            ],
        )
        self.assert_held(duty, "partly", 600)
        self.end(securities, "release")
        self.assertEqual(set(securities.mapped("state")), {"released"})
        self.assertEqual(self.account_balance(self.securities), 0)
        self.assertEqual(self.account_balance(self.bank), 0)
        items = self.moves(securities).line_ids
        self.assertTrue(
            all(
                items.filtered(lambda x: x.account_id == self.securities).mapped(
                    "reconciled"
                )
            )
        )

    def test_the_proposal_leaves_out_what_is_secured(self):
        declaration = self.secured_file(duty=1000, vat=200)
        self.lodge(declaration)
        action = declaration.action_record_security()
        self.assertFalse(self.wizard(action).line_ids)

    def test_lodged_from_the_customs_cash_account(self):
        account = self.payment_account("cash")
        cash = self.company._get_customs_account("customs_cash")
        client = self.secured_file(capacity="direct", client_id=self.client.id)
        own = self.secured_file()
        for declaration, partner in ((client, self.client), (own, self.authority)):
            securities = self.lodge(declaration, way="cash", account_id=account.id)
            entry = self.moves(securities)
            self.assert_items(
                entry,
                [
                    (self.securities, self.authority, 1000, "", "", ""),
                    (cash, partner, -1000, "", "", ""),
                ],
            )
            self.assertEqual(entry.customs_payment_account_id, account)
            self.end(securities, "release", way="cash", account_id=account.id)
            self.assertEqual(self.account_balance(cash, declaration), 0)

    def test_lodged_on_the_deferment_account(self):
        account = self.payment_account("deferment")
        declaration = self.secured_file()
        securities = self.lodge(declaration, way="deferment", account_id=account.id)
        deferment = self.company._get_customs_account("deferment_payable")
        self.assert_items(
            self.moves(securities),
            [
                (self.securities, self.authority, 1000, "", "", ""),
                (deferment, self.authority, -1000, "", "", ""),
            ],
        )

    def test_lodged_on_the_authoritys_notice(self):
        declaration = self.secured_file()
        securities = self.lodge(declaration, way="payable", date_due="2026-03-30")
        entry = self.moves(securities)
        self.assert_items(
            entry,
            [
                (self.securities, self.authority, 1000, "", "", ""),
                (self.payable, self.authority, -1000, "", "", ""),
            ],
        )
        debt = entry.line_ids.filtered(lambda x: x.account_id == self.payable)
        self.assertEqual(debt.date_maturity, Date.to_date("2026-03-30"))
        # its own notice is no debt that a security pays
        with self.assertRaisesRegex(UserError, "Post the final assessment"):
            self.end(securities, "convert")

    # === CONVERT === #

    def test_own_duty_becomes_final(self):
        """A07: a part is converted, the rest is released."""
        declaration = self.secured_file(duty=1000)
        security = self.lodge(declaration)
        with self.assertRaisesRegex(UserError, "Post the final assessment"):
            self.end(security, "convert")
        final = self.assess(declaration, {"CID": 700}, date="2026-06-01")
        self.assertEqual(final.move_ids.amount_residual, 700)
        entry = self.end(security, "convert", amount=700, date="2026-06-02")
        self.assert_items(
            entry,
            [
                (self.payable, self.authority, 700, "", "", ""),
                (self.securities, self.authority, -700, "", "", ""),
            ],
        )
        self.assertEqual(final.move_ids.amount_residual, 0)
        self.assert_held(security, "partly", 300)
        self.end(security, "release", date="2026-06-05")
        self.assert_held(security, "converted", 0)
        self.assertEqual(self.account_balance(self.securities), 0)
        self.assertEqual(self.account_balance(self.payable), 0)
        self.assertEqual(self.account_balance(self.clearing, declaration), 700)
        self.assertEqual(self.account_balance(self.bank), -700)

    def test_a_clients_security_is_billed_once_converted(self):
        declaration = self.secured_file(capacity="direct", client_id=self.client.id)
        security = self.lodge(declaration)
        self.assert_money(declaration, to_bill=0, control_balance=0)
        self.assertIn("1,000.00", declaration.warning_message)
        self.assess(declaration, {"CID": 1000}, date="2026-06-01")
        self.end(security, "convert", date="2026-06-02")
        self.assert_money(declaration, to_bill=1000, control_balance=1000)
        self.assertEqual(self.account_balance(self.payable), 0)
        self.bill(declaration, "2026-06-03")
        self.assert_money(declaration, to_bill=0, control_balance=0, billed=1000)
        self.assertNotIn("security", declaration.warning_message or "")

    def test_two_taxes_are_converted_at_once(self):
        declaration = self.secured_file(
            duty=1000, vat=200, capacity="direct", client_id=self.client.id
        )
        securities = self.lodge(declaration)
        self.assess(declaration, {"CID": 1000, "VAT": 200}, date="2026-06-01")
        self.end(securities, "convert")
        self.assertEqual(set(securities.mapped("state")), {"converted"})
        self.assertEqual(self.account_balance(self.payable), 0)
        self.assertEqual(self.account_balance(self.securities), 0)

    def test_a_reversed_conversion_is_held_again(self):
        declaration = self.secured_file()
        security = self.lodge(declaration)
        self.assess(declaration, {"CID": 1000}, date="2026-06-01")
        entry = self.end(security, "convert")
        self.undo(entry)
        self.assert_held(security, "lodged", 1000)
        self.assertEqual(self.account_balance(self.payable), -1000)
        self.end(security, "convert")
        self.assert_held(security, "converted", 0)

    def test_a_reversed_deposit_is_planned_again(self):
        security = self.lodge(self.secured_file())
        self.undo(self.moves(security))
        self.assert_held(security, "empty", 0)
        self.end(security, "lodge")
        self.assert_held(security, "lodged", 1000)

    def test_forfeited(self):
        security = self.lodge(self.secured_file())
        entry = self.end(security, "forfeit", amount=1000)
        penalties = self.company._get_customs_account("penalties")
        self.assert_items(
            entry,
            [
                (penalties, self.authority, 1000, "", "", ""),
                (self.securities, self.authority, -1000, "", "", ""),
            ],
        )
        self.assert_held(security, "forfeited", 0)

    # === CARRIERS AND GUARANTEES === #

    def test_container_deposit_is_eaten_by_detention(self):
        carrier = self.env["res.partner"].create({"name": "Bluewater Lines"})
        declaration = self.own_file(duty=100)
        deposit = self.lodge(declaration, 500, payee_id=carrier.id, reason="container")
        self.assert_items(
            self.moves(deposit),
            [
                (self.securities, carrier, 500, "", "", ""),
                (self.bank, carrier, -500, "", "", ""),
            ],
        )
        bill = self.init_invoice(
            "in_invoice", partner=carrier, amounts=[120], taxes=self.env["account.tax"]
        )
        bill.invoice_line_ids.customs_declaration_id = declaration
        bill.action_post()
        entry = self.end(deposit, "convert", amount=120)
        payable = carrier.property_account_payable_id
        self.assert_items(
            entry,
            [
                (payable, carrier, 120, "", "", ""),
                (self.securities, carrier, -120, "", "", ""),
            ],
        )
        self.assertEqual(bill.amount_residual, 0)
        self.end(deposit, "release")
        self.assertEqual(self.account_balance(self.securities), 0)
        self.assertEqual(self.account_balance(self.bank), -120)

    def test_a_guarantee_is_noted_only(self):
        guarantee = self.payment_account("guarantee")
        declaration = self.secured_file()
        security = self.lodge(declaration, kind="guarantee", account_id=guarantee.id)
        self.assertFalse(self.moves(security))
        self.assert_held(security, "lodged", 1000)
        securities = self.env["customs.security"]
        self.assertEqual(securities._get_reserved(guarantee), {guarantee: 1000})
        self.end(security, "release", amount=250)
        self.assert_held(security, "partly", 750)
        self.assertEqual(securities._get_reserved(guarantee), {guarantee: 750})
        with self.assertRaisesRegex(UserError, "no money to convert"):
            self.end(security, "convert")
        self.end(security, "release")
        self.assert_held(security, "released", 0)
        self.assertEqual(securities._get_reserved(guarantee), {guarantee: 0})

    def test_a_guarantee_that_blocks_bears_no_more_than_its_limit(self):
        guarantee = self.payment_account("guarantee")
        guarantee.write({"limit_amount": 1500, "on_limit": "block"})
        first = self.lodge(
            self.secured_file(), kind="guarantee", account_id=guarantee.id
        )
        guarantee.invalidate_recordset()
        self.assertEqual(guarantee.balance, 1000)
        self.assertEqual(guarantee.amount_available, 500)
        second = self.secured_file()
        with self.assertRaisesRegex(UserError, "over its limit"):
            self.lodge(second, kind="guarantee", account_id=guarantee.id)
        self.assertFalse(second.security_ids)
        self.end(first, "release")
        guarantee.invalidate_recordset()
        self.lodge(second, kind="guarantee", account_id=guarantee.id)
        self.assertEqual(second.security_ids.state, "lodged")

    # === SAFETY === #

    def test_what_is_refused(self):
        declaration = self.secured_file()
        cases = (
            ({"journal_id": False}, "Choose the bank"),
            ({"way": "cash"}, "Choose the customs account"),
            ({"kind": "guarantee"}, "Choose the guarantee"),
            ({"payee_id": False}, "Choose who holds"),
            ({"line_ids": [Command.clear()]}, "Enter the amount"),
        )
        for vals, text in cases:
            with self.subTest(text), self.assertRaisesRegex(UserError, text):
                self.wizard(
                    declaration.action_record_security(), **vals
                ).action_record()
        with self.assertRaisesRegex(UserError, "above zero"):
            self.lodge(declaration, -5)
        self.assertFalse(declaration.security_ids)
        security = self.lodge(declaration)
        with self.assertRaisesRegex(UserError, "more than the"):
            self.end(security, "release", amount=1000.01)
        with self.assertRaisesRegex(UserError, "is lodged already"):
            self.end(security, "lodge")
        with self.assertRaisesRegex(UserError, "comes back to the bank"):
            self.end(
                security,
                "release",
                way="deferment",
                account_id=self.payment_account("deferment").id,
            )
        with self.assertRaisesRegex(UserError, "is on journal entries"):
            security.amount = 5
        with self.assertRaisesRegex(UserError, "is on journal entries"):
            security.unlink()
        self.assert_held(security, "lodged", 1000)
        other = self.lodge(self.secured_file())
        with self.assertRaisesRegex(UserError, "one declaration at a time"):
            (security | other).action_release()

    def test_the_user_plans_and_the_verifier_books(self):
        declaration = self.secured_file()
        as_user = self.as_role("user", declaration)
        action = as_user.action_record_security()
        wizard = as_user.env["customs.record.security"].browse(action["res_id"])
        wizard.journal_id = self.bank_journal
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            wizard.action_record()
        self.assertFalse(declaration.security_ids)
        wizard.action_plan()
        security = declaration.security_ids
        self.assert_held(security, "empty", 0)
        action = self.as_role("verifier", security).action_lodge()
        wizard = self.as_role(
            "verifier", self.env["customs.record.security"].browse(action["res_id"])
        )
        wizard.journal_id = self.bank_journal
        wizard.action_record()
        self.assert_held(security, "lodged", 1000)
        with self.assertRaises(AccessError):
            self.as_role("auditor", security).reference = "X"
        with self.assertRaises(AccessError):
            self.as_role("auditor", security).action_release()
        values = self.as_role("auditor", security).read()[0]
        self.assertEqual(values["amount_open"], 1000)

    def test_expiry_is_an_activity_while_it_is_held(self):
        security = self.lodge(self.secured_file(), date_expiry="2026-12-31")
        self.assertEqual(
            security.activity_ids.date_deadline, Date.to_date("2026-12-01")
        )
        self.end(security, "release")
        self.assertFalse(security.activity_ids)

    def test_expired_ones_are_found(self):
        security = self.lodge(self.secured_file(), date_expiry="2020-12-31")
        self.assertTrue(security.is_expired)
        found = security.search([("is_expired", "=", True)])
        self.assertIn(security, found)
        self.assertNotIn(security, security.search([("is_expired", "=", False)]))
        self.end(security, "release")
        self.assertNotIn(security, security.search([("is_expired", "=", True)]))

    def test_released_on_a_closed_file(self):
        declaration = self.secured_file()
        security = self.lodge(declaration)
        declaration.action_release()
        declaration.action_close()
        self.end(security, "release")
        self.assert_held(security, "released", 0)
        self.assertEqual(declaration.state, "closed")

    def test_foreign_authority(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                }
                for day, rate in (("2026-01-01", 0.5), ("2026-06-01", 0.4))
            ]
        )
        self.tariff.currency_id = euro
        declaration = self.secured_file(duty=100)
        security = self.lodge(declaration)
        self.assert_items(
            self.moves(security),
            [
                (self.securities, self.authority, 200, "", "", ""),
                (self.bank, self.authority, -200, "", "", ""),
            ],
        )
        self.assess(declaration, {"CID": 100}, date="2026-05-01")
        self.end(security, "convert", date="2026-07-01")
        self.assert_held(security, "converted", 0)
        # paid dearer than owed: the exchange difference is Odoo's
        self.assertEqual(self.account_balance(self.securities), 0)
        self.assertEqual(self.account_balance(self.payable), 0)

    def test_other_company(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids += other
        declaration = self.secured_file()
        foreign = self.env["account.journal"].search(
            [("company_id", "=", other.id), ("type", "=", "bank")], limit=1
        )
        with self.assertRaises(UserError):
            self.lodge(declaration, journal_id=foreign.id)
        guarantee = self.env["customs.payment.account"].create(
            {
                "name": "G",
                "number": "G-9",
                "kind": "guarantee",
                "company_id": other.id,
                "holder_id": other.partner_id.id,
            }
        )
        with self.assertRaises(UserError):
            self.lodge(declaration, kind="guarantee", account_id=guarantee.id)

    def test_lists_take_no_more_queries(self):
        files = self.secured_file()
        for _number in range(4):
            files += self.secured_file()
        for declaration in files:
            self.lodge(declaration)
        counts = []
        for some in (files[:1], files):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            for name in ("security_count", "amount_secured", "warning_message"):
                some.mapped(name)
            for name in ("state", "move_count", "is_expired", "amount_open"):
                some.security_ids.mapped(name)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
