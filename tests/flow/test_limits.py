"""Clients over their limit: what is held, who lets it through, for how long."""

from datetime import timedelta

from exposure import OUTLAY, ExposureCase
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
class TestLimits(ExposureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.write({"customs_own_limits": True, "customs_duty_limit": 1000.00})
        cls.today = fields.Date.context_today(cls.client)
        cls.overrides = cls.env["customs.limit.override"]
        groups = ",".join(
            ["base.group_user", "customs_invoicing.group_customs_verifier"]
        )
        cls.verifier = new_test_user(
            cls.env,
            login="limit_verifier",
            groups=groups,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def grant(self, user=None, **vals):
        overrides = self.overrides.with_user(user) if user else self.overrides
        return overrides.create(
            {
                "partner_id": self.client.id,
                "kind": "duty",
                "amount": 500.00,
                "reason": "The client pays tomorrow",
                **vals,
            }
        )

    def messages(self, record):
        return " ".join(record.message_ids.mapped("body"))

    # === LODGING === #

    def test_lodging_over_the_limit_is_held_until_a_deposit_is_there(self):
        for _number in range(2):
            self.posted()
        third = self.client_file()
        self.assertAlmostEqual(third.duty_limit_missing, 245.00, 2)
        self.assertIn("245.00 more than its limit", third.warning_message)
        with self.assertRaisesRegex(UserError, "830.00 for duties; with .*415.00"):
            third.action_lodge()
        self.assertEqual(third.state, "ready")
        context = third.action_request_missing_funds()["context"]
        request = self.env["customs.funds.request"].with_context(**context).create({})
        self.assertAlmostEqual(request.amount, 245.00, 2)
        self.assertEqual(request.declaration_id, third)
        request._receive(
            self.company_data["default_journal_bank"], third.registration_date, 245.00
        )
        third.invalidate_recordset()
        self.assertEqual(third.duty_limit_missing, 0.0)
        third.action_lodge()
        self.assertEqual(third.state, "lodged")
        self.assert_exposure(
            unbilled_outlay=2 * OUTLAY,
            pending_duty=OUTLAY,
            deposit=245.00,
            deposit_counted=245.00,
            duty_exposure=1000.00,
        )

    def test_lodging_only_warns_where_the_company_wants_so(self):
        self.company.customs_duty_limit_action = "warn"
        for _number in range(2):
            self.posted()
        third = self.lodged()
        self.assertEqual(third.state, "lodged")
        self.assertIn("245.00 more than its limit", self.messages(third))

    def test_files_lodged_together_count_one_after_the_other(self):
        files = self.client_file() | self.client_file() | self.client_file()
        holds = files._get_duty_holds(one_after_other=True)
        self.assertEqual(list(holds), [files[2]])
        self.assertAlmostEqual(holds[files[2]].missing, 245.00, 2)
        with self.assertRaisesRegex(UserError, files[2].name):
            files.action_lodge()
        self.assertEqual(set(files.mapped("state")), {"ready"})
        files[:2].action_lodge()
        self.assertEqual(set(files[:2].mapped("state")), {"lodged"})

    def test_what_is_shown_does_not_depend_on_what_is_read_with_it(self):
        """Each file says how it stands by itself, in a list as on its form."""
        first = self.posted()
        others = self.client_file() | self.client_file() | self.client_file()
        self.assertAlmostEqual(sum(others.mapped("duty_limit_missing")), 0.0, 2)
        (others | first).invalidate_recordset()
        self.assertEqual((others | first).mapped("duty_limit_message"), [False] * 4)
        self.assertFalse((others | first)._get_duty_holds())

    def test_what_the_authority_assessed_is_posted_in_any_case(self):
        for _number in range(2):
            self.posted()
        third = self.client_file()
        self.assess(
            third, ("CID", 100.00, {"number": 1}), ("VAT", 315.00, {"number": 1})
        )
        self.assertIn("245.00 more than its", third.warning_message)
        moves = self.post(third)
        self.assertTrue(moves)
        self.assertAlmostEqual(self.account_balance(self.control), 3 * OUTLAY, 2)
        third.invalidate_recordset()
        self.assertIn("Bill what is open", third.warning_message)

    def test_no_limit_holds_nothing(self):
        self.client.customs_duty_limit = 0.0
        for _number in range(3):
            self.posted()
        self.assertFalse(self.client_file().duty_limit_missing)
        self.lodged()

    def test_holds_of_many_files_cost_no_more_queries(self):
        files = self.client_file()
        for _number in range(3):
            files |= self.client_file()
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records._get_duty_holds()
            return self.env.cr.sql_log_count - before

        count(files[:1])
        self.assertLessEqual(count(files), count(files[:1]) + 1)

    # === OVERRIDES === #

    def test_override_lets_one_file_through_and_is_logged(self):
        for _number in range(2):
            self.posted()
        third, fourth = self.client_file(), self.client_file()
        action = third.action_override_limit()
        self.assertAlmostEqual(action["context"]["default_amount"], 245.00, 2)
        override = self.overrides.with_context(**action["context"]).create(
            {"reason": "Transfer confirmed by the bank"}
        )
        self.assertEqual(override.declaration_id, third)
        self.assertEqual(override.user_id, self.env.user)
        for record in (self.client, third):
            self.assertIn("Transfer confirmed", self.messages(record))
        shown = third.action_view_limit_overrides()
        self.assertEqual(third.limit_override_count, 1)
        found = self.env["customs.limit.override"].search(shown["domain"])
        self.assertEqual(found.declaration_id, third)
        third.invalidate_recordset()
        third.action_lodge()
        with self.assertRaisesRegex(UserError, "more than its limit"):
            fourth.action_lodge()

    def test_override_ends_by_itself(self):
        override = self.grant(is_unlimited=True, amount=0, date_to=self.today)
        for _number in range(3):
            self.posted()
        self.assertEqual(override.state, "active")
        with freeze_time(self.today + timedelta(days=1)):
            override.invalidate_recordset()
            self.assertEqual(override.state, "expired")
            with self.assertRaisesRegex(UserError, "more than its limit"):
                self.client_file().action_lodge()
            self.assertNotIn(
                override,
                self.overrides.search(
                    [("date_revoked", "=", False), ("date_to", ">=", "today")]
                ),
            )

    def test_override_taken_back_counts_no_more(self):
        override = self.grant(is_unlimited=True, amount=0)
        for _number in range(3):
            self.posted()
        self.client_file().action_lodge()
        override.action_revoke()
        self.assertEqual(override.state, "revoked")
        self.assertEqual(override.revoked_by_id, self.env.user)
        self.assertIn("taken back", self.messages(self.client))
        with self.assertRaisesRegex(UserError, "more than its limit"):
            self.client_file().action_lodge()

    def test_who_may_override(self):
        with self.assertRaisesRegex(UserError, "by managers only"):
            self.grant(self.verifier)
        self.company.customs_override_right = "verifier"
        override = self.grant(self.verifier)
        self.assertEqual(override.user_id, self.verifier)

    def test_nobody_overrides_for_a_file_of_their_own(self):
        for _number in range(2):
            self.posted()
        self.company.customs_four_eyes = True
        self.company.customs_override_right = "verifier"
        third = self.client_file()
        third.user_id = self.verifier
        with self.assertRaisesRegex(UserError, "your own file"):
            self.grant(self.verifier, declaration_id=third.id)
        # one for all files of the client does not help one's own either
        self.grant(self.verifier)
        with self.assertRaisesRegex(UserError, "more than its limit"):
            third.action_lodge()
        self.grant(declaration_id=third.id)
        third.action_lodge()
        self.assertEqual(third.state, "lodged")

    def test_override_is_proof(self):
        override = self.grant()
        for change in ({"amount": 9000}, {"date_to": self.today}, {"reason": "x"}):
            with self.assertRaisesRegex(UserError, "stays as it was granted"):
                override.write(change)
        with self.assertRaisesRegex(UserError, "kept as proof"):
            override.sudo().unlink()
        with self.assertRaisesRegex(UserError, "over already"):
            self.grant(
                date_from=self.today - timedelta(days=9),
                date_to=self.today - timedelta(days=1),
            )
        forged = self.grant(user_id=self.verifier.id)
        self.assertEqual(forged.user_id, self.env.user)

    def test_override_taken_back_stays_so(self):
        override = self.grant()
        self.company.customs_override_right = "verifier"
        for user in (self.verifier, self.env.user):
            mine = override.with_user(user)
            for vals in ({"date_revoked": self.today}, {"revoked_by_id": user.id}):
                with self.subTest(vals), self.assertRaisesRegex(UserError, "button"):
                    mine.write(vals)
        override.with_user(self.verifier).action_revoke()
        self.assertEqual(override.revoked_by_id, self.verifier)
        for record in (override, override.sudo()):
            for date in (False, self.today + timedelta(days=9)):
                with self.assertRaisesRegex(UserError, "taken back"):
                    record.write({"date_revoked": date})
        self.assertEqual(override.state, "revoked")

    def test_override_is_for_the_clients_own_file(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        declaration = self.client_file(other)
        with self.assertRaisesRegex(UserError, "is no file of Harbour"):
            self.grant(declaration_id=declaration.id)

    # === BILLING === #

    def blockers(self, declaration, code):
        found = declaration._get_billing_blockers()[declaration]
        return [blocker for blocker in found if blocker.code == code]

    def test_service_limit_is_overridden_not_released(self):
        self.client.customs_service_limit = 100.00
        declaration = self.posted()
        self.add_service(declaration, 500.00)
        with self.assertRaisesRegex(UserError, "cannot be released"):
            declaration._release_billing({("service_limit", 0)}, "because")
        with self.assertRaisesRegex(UserError, "400.00 more than its credit limit"):
            declaration.action_create_invoices()
        with self.assertRaisesRegex(UserError, "by managers only"):
            declaration.with_user(self.verifier).action_override_service_limit()
        action = declaration.action_override_service_limit()
        self.assertAlmostEqual(action["context"]["default_amount"], 400.00, 2)
        self.overrides.with_context(**action["context"]).create({"reason": "Insured"})
        self.assertFalse(declaration._get_stopping_blockers()[declaration])
        self.add_service(declaration, 1.00)
        with self.assertRaisesRegex(UserError, "1.00 more than its credit limit"):
            declaration.action_create_invoices()

    def test_service_limit_of_each_payer(self):
        payer = self.another_payer(customs_service_limit=100.00)
        self.client.customs_service_limit = 200.00
        declaration = self.posted()
        self.add_service(declaration, 300.00)
        self.add_service(declaration, 150.00)
        declaration.charge_ids[-1].bill_to_id = payer
        found = self.blockers(declaration, "service_limit")
        self.assertEqual(len(found), 2)
        for _payer in range(2):
            context = declaration.action_override_service_limit()["context"]
            self.overrides.with_context(**context).create({"reason": "Insured"})
        self.assertFalse(self.blockers(declaration, "service_limit"))

    # === OTHER PAYERS === #

    def another_payer(self, scope=None, **limits):
        payer = self.env["res.partner"].create(
            {"name": "Quayside Finance", "is_company": True}
        )
        payer.write({"customs_own_limits": True, **limits})
        if scope:
            self.client.customs_billing_profile_id = self.env[
                "customs.billing.profile"
            ].create(
                {
                    "name": "Paid by Quayside",
                    "payer_ids": [(0, 0, {"scope": scope, "partner_id": payer.id})],
                }
            )
        return payer

    def test_another_payer_does_not_empty_the_clients_limit(self):
        payer = self.another_payer("duties")
        first, _second = self.posted(), self.posted()
        self.assert_exposure(unbilled_outlay=2 * OUTLAY, duty_exposure=2 * OUTLAY)
        self.assert_exposure(payer)
        third = self.client_file()
        with self.assertRaisesRegex(UserError, "Harbour.*245.00 more than its limit"):
            third.action_lodge()
        self.bill(first)
        self.assert_exposure(unbilled_outlay=OUTLAY, duty_exposure=OUTLAY)
        self.assert_exposure(payer, unpaid_duty=OUTLAY, duty_exposure=OUTLAY)
        third.invalidate_recordset()
        third.action_lodge()
        self.assertEqual(third.state, "lodged")

    def test_the_limit_of_another_payer_holds_too(self):
        payer = self.another_payer("duties", customs_duty_limit=500.00)
        self.bill(self.posted())
        second = self.client_file()
        self.assertAlmostEqual(second.duty_limit_missing, 330.00, 2)
        with self.assertRaisesRegex(UserError, "Quayside.*415.00 of this file"):
            second.action_lodge()
        with self.assertRaisesRegex(UserError, "a deposit of Harbour"):
            second.action_request_missing_funds()
        context = second.action_override_limit()["context"]
        self.assertEqual(context["default_partner_id"], payer.id)
        self.overrides.with_context(**context).create({"reason": "Insured"})
        second.invalidate_recordset()
        second.action_lodge()
        self.assertEqual(second.state, "lodged")

    def test_another_payer_of_services_bears_no_duty(self):
        self.another_payer("services", customs_duty_limit=1.00)
        self.assertFalse(self.client_file().duty_limit_missing)

    def test_holds_of_many_clients_cost_no_more_queries(self):
        payer = self.another_payer("duties", customs_duty_limit=100.00)
        self.company.customs_duty_limit = 100.00
        files = self.client_file()
        profile = self.client.customs_billing_profile_id
        for number in range(3):
            client = self.env["res.partner"].create({"name": f"Client {number}"})
            client.customs_billing_profile_id = profile
            files |= self.client_file(client)
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            holds = records._get_duty_holds()
            self.assertEqual(len(holds), len(records))
            return self.env.cr.sql_log_count - before

        self.client.customs_duty_limit = 0.0
        self.assertEqual(files[:1]._get_duty_holds()[files[0]].partner, payer)
        count(files[:1])
        self.assertLessEqual(count(files), count(files[:1]) + 1)

    # === SERVICE LIMIT === #

    def test_service_limit_holds_billing(self):
        self.client.customs_service_limit = 300.00
        _file, invoice = self.billed()
        second = self.posted()
        self.assertFalse(self.blockers(second, "service_limit"))  # 230 open
        self.add_service(second, 100.00)
        (blocker,) = self.blockers(second, "service_limit")
        self.assertTrue(blocker.stops)
        self.assertFalse(blocker.releasable)
        self.assertIn("330.00 for services", blocker.message)
        self.company.customs_service_limit_action = "warn"
        (blocker,) = self.blockers(second, "service_limit")
        self.assertFalse(blocker.stops)
        self.company.customs_service_limit_action = "block"
        self.grant(kind="service", amount=50.00)
        self.assertFalse(self.blockers(second, "service_limit"))
        self.overrides.search([("kind", "=", "service")]).action_revoke()
        self.pay(invoice)
        self.assertFalse(self.blockers(second, "service_limit"))

    def test_duty_limit_is_shown_and_never_stops_billing(self):
        self.client.customs_duty_limit = 400.00
        self.company.customs_duty_limit_action = "warn"
        declaration = self.posted()
        (blocker,) = self.blockers(declaration, "duty_limit")
        self.assertFalse(blocker.stops)
        # once on the form: among its warnings
        self.assertIn(blocker.message, declaration.warning_message)
        rows = declaration.billing_blocker_rows or []
        self.assertNotIn("duty_limit", [row["code"] for row in rows])
        self.assertTrue(self.bill(declaration))

    def test_blockers_of_many_files_cost_no_more_queries(self):
        self.client.write(
            {"customs_service_limit": 10.00, "customs_duty_limit": 5000.00}
        )
        files = self.posted()
        for _number in range(3):
            files |= self.assessed()
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records._get_service_holds()
            records._get_duty_holds()
            return self.env.cr.sql_log_count - before

        count(files[:1])
        self.assertLessEqual(count(files), count(files[:1]) + 1)
