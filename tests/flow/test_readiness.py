"""What stops a file from being billed: said, listed, put right or released."""

from datetime import timedelta

from common import CustomsCase, build_sad, item, tax

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

GOODS = [item(price="1000.00", taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")])]


class TestReadiness(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.number = 4710
        cls.user, cls.verifier = (
            new_test_user(
                cls.env,
                login=f"ready_{role}",
                groups=f"base.group_user,customs_invoicing.group_customs_{role}",
                company_id=cls.company.id,
            )
            for role in ("user", "verifier")
        )

    # === HELPERS === #

    def imported(self, **facts):
        """Return an assessed file of the client, charged 273.25 once posted."""
        type(self).number += 1
        content = build_sad(
            GOODS,
            office="TEST1",
            registration=("C", str(self.number), "3/5/26"),
            reference=f"JOB-{self.number}",
            **facts,
        )
        return self.env["customs.declaration"].import_files([("sad.xml", content)])

    def posted(self, **facts):
        declaration = self.imported(**facts)
        self.post_assessment(declaration)
        return declaration

    def codes(self, declaration, stopping=True):
        """Return the codes of what stops a file, or of all that is said of it."""
        declaration.invalidate_recordset()
        found = (
            declaration._get_stopping_blockers()
            if stopping
            else declaration._get_billing_blockers()
        )
        return [blocker.code for blocker in found[declaration]]

    def differ(self, declaration):
        """Make the authority's duty another than ours."""
        self.duty_type_measure().rate_percent = 6
        declaration.action_calculate()
        self.assertTrue(declaration.difference_count)

    def duty_type_measure(self):
        return self.env["customs.measure"].search(
            [("measure_type_id", "=", self.duty_type.id)], limit=1
        )

    def search(self, readiness, **domain):
        files = self.env["customs.declaration"]
        own = [("company_id", "=", self.company.id)]
        extra = [(name, "=", value) for name, value in domain.items()]
        return files.search([("billing_readiness", "=", readiness), *own, *extra])

    # === READINESS === #

    def test_a_file_on_its_way_to_the_invoice(self):
        declaration = self.imported()
        self.assertEqual(declaration.billing_readiness, "blocked")
        self.assertEqual(self.codes(declaration), ["assessment"])
        self.assertIn("not posted", declaration.billing_blockers)
        self.post_assessment(declaration)
        self.assertEqual(declaration.billing_readiness, "ready")
        self.assertFalse(declaration.billing_blockers)
        invoice = declaration.action_create_invoices()
        self.assertEqual(declaration.billing_readiness, "billed")
        invoice.unlink()
        self.assertEqual(declaration.billing_readiness, "ready")
        self.bill(declaration)
        self.assertEqual(declaration.billing_readiness, "billed")

    def test_search_finds_what_is_computed(self):
        files = {
            "blocked": self.imported(),
            "ready": self.posted(),
            "billed": self.posted(),
            "nothing": self.typed(capacity="direct", client_id=self.client.id),
        }
        self.bill(files["billed"])
        for readiness, declaration in files.items():
            with self.subTest(readiness):
                self.assertEqual(declaration.billing_readiness, readiness)
                self.assertEqual(self.search(readiness), declaration)
        both = self.env["customs.declaration"].search(
            [
                ("billing_readiness", "in", ["ready", "blocked"]),
                ("company_id", "=", self.company.id),
            ]
        )
        self.assertEqual(both, files["ready"] | files["blocked"])
        self.assertEqual(
            self.search("blocked", billing_any_reason="assessment"), files["blocked"]
        )
        self.assertFalse(self.search("blocked", billing_any_reason="dispute"))

    def test_lists_group_by_reason_with_totals(self):
        self.add_service(self.imported(), 10)
        self.add_service(self.imported(), 20)
        ready = self.posted()
        files = self.env["customs.declaration"]
        own = [("company_id", "=", self.company.id)]
        groups = files.formatted_read_group(
            [*own, ("billing_readiness", "=", "blocked")],
            ["billing_reason"],
            ["__count", "amount_service_to_bill:sum"],
        )
        self.assertEqual(len(groups), 1)
        self.assertEqual(groups[0]["billing_reason"], "assessment")
        self.assertEqual(groups[0]["__count"], 2)
        self.assertEqual(groups[0]["amount_service_to_bill:sum"], 30)
        found = files.search([*own, *groups[0]["__extra_domain"]])
        self.assertEqual(len(found), 2)
        groups = files.formatted_read_group(
            [*own, ("billing_readiness", "=", "ready")],
            ["client_id"],
            ["amount_to_bill:sum", "amount_outlay_to_bill:sum"],
        )
        self.assertEqual(groups[0]["client_id"][0], ready.client_id.id)
        self.assertAlmostEqual(groups[0]["amount_to_bill:sum"], 273.25)
        self.assertAlmostEqual(groups[0]["amount_outlay_to_bill:sum"], 273.25)

    def test_days_unbilled_count_from_the_oldest_outlay(self):
        declaration = self.posted()
        today = fields.Date.context_today(declaration)
        booked = min(declaration._get_authority_moves().mapped("date"))
        self.assertEqual(declaration.unbilled_since, booked)
        self.assertEqual(declaration.days_unbilled, (today - booked).days)
        charge = declaration.charge_ids.filtered("tax_code_id")[:1]
        self.assertEqual(charge.unbilled_since, booked)
        name = next(
            name
            for name, last in (
                ("amount_unbilled_0", 30),
                ("amount_unbilled_31", 60),
                ("amount_unbilled_61", 90),
                ("amount_unbilled_91", 10**6),
            )
            if charge.days_unbilled <= last
        )
        self.assertEqual(charge[name], charge.amount_to_bill)
        self.bill(declaration)
        self.assertFalse(declaration.unbilled_since)
        self.assertEqual(declaration.days_unbilled, 0)
        self.assertEqual(charge[name], 0)

    # === WHAT STOPS === #

    def test_own_imports_and_files_without_client(self):
        own = self.typed()
        self.add_service(own, 50)
        self.assertIn("client", self.codes(own))
        with self.assertRaisesRegex(UserError, "own import"):
            own.action_create_invoices()
        lost = self.typed(capacity="direct")
        self.add_service(lost, 50)
        self.assertIn("client", self.codes(lost))

    def test_a_draft_is_not_billed(self):
        declaration = self.typed(capacity="direct", client_id=self.client.id)
        self.add_service(declaration, 50)
        self.assertIn("state", self.codes(declaration))
        with self.assertRaisesRegex(UserError, "draft"):
            declaration.action_create_invoices()

    def test_lodged_waits_for_its_assessment_or_an_estimate(self):
        declaration = self.typed(capacity="direct", client_id=self.client.id)
        self.add_service(declaration, 50)
        declaration.action_mark_ready()
        declaration.action_lodge()
        self.assertEqual(self.codes(declaration), ["assessment"])
        with self.assertRaisesRegex(UserError, "not assessed"):
            declaration.action_create_invoices()
        declaration.action_bill_estimate()
        self.assertEqual(self.codes(declaration), [])

    def test_a_new_version_is_posted_first(self):
        declaration = self.posted()
        self.add_service(declaration, 50)
        declaration._record_assessment(
            [
                {
                    "tax_code_id": self.charge(declaration, "CID").tax_code_id.id,
                    "item_number": 1,
                    "amount_assessed": 60,
                }
            ],
            date="2026-03-20",
        )
        self.assertEqual(self.codes(declaration), ["assessment"])
        with self.assertRaisesRegex(UserError, "not posted"):
            declaration.action_create_invoices()

    def test_settings_that_lack_are_named(self):
        declaration = self.posted()
        self.company.customs_disbursement_tax_id = False
        self.assertEqual(self.codes(declaration), ["setup"])
        self.assertIn("Create what is missing", declaration.billing_blockers)

    def test_a_difference_as_the_company_wants_it(self):
        declaration = self.posted()
        self.differ(declaration)
        for policy, said, stops in (
            ("ignore", [], []),
            ("warn", ["difference"], []),
            ("block", ["difference"], ["difference"]),
        ):
            with self.subTest(policy):
                self.company.customs_difference_policy = policy
                self.assertEqual(self.codes(declaration, stopping=False), said)
                self.assertEqual(self.codes(declaration), stops)
        with self.assertRaisesRegex(UserError, "assessed otherwise"):
            declaration.action_create_invoices()
        self.company.customs_difference_policy = "warn"
        self.assertTrue(declaration.action_create_invoices())

    def test_a_dispute_waits_until_it_is_settled(self):
        declaration = self.posted()
        account = self.company._get_customs_account("dispute_recv")
        entry = self.env["account.move"].create(
            {
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Claimed back",
                            "account_id": account.id,
                            "partner_id": self.broker.id,
                            "customs_declaration_id": declaration.id,
                            "debit": 30,
                        },
                    ),
                    (0, 0, {"account_id": self.neutral.id, "credit": 30}),
                ]
            }
        )
        self.assertEqual(self.codes(declaration), [])
        entry.action_post()
        self.assertEqual(self.codes(declaration), ["dispute"])
        self.assertIn(self.broker.name, declaration.billing_blockers)
        action = declaration.action_view_disputes()
        items = self.env["account.move.line"].search(action["domain"])
        self.assertEqual(items.balance, 30)
        self.reverse_entry(entry)
        self.assertEqual(self.codes(declaration), [])

    def reverse_entry(self, entry):
        reversal = entry._reverse_moves(cancel=True)
        self.assertEqual(reversal.state, "posted")

    # === RELEASE === #

    def release(self, declaration, user=None, reason="Agreed by phone", **vals):
        """Go through the screen of a release; return its action."""
        file = declaration.with_user(user or self.verifier)
        wizard = self.env["customs.release.billing"].browse(
            file.action_release_billing()["res_id"]
        )
        wizard = wizard.with_user(user or self.verifier)
        wizard.write({"reason": reason, **vals})
        return wizard.action_release_and_bill()

    def blocked(self):
        declaration = self.posted()
        self.differ(declaration)
        self.company.customs_difference_policy = "block"
        self.assertEqual(declaration.billing_readiness, "blocked")
        return declaration

    def test_a_verifier_bills_anyway(self):
        declaration = self.blocked()
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            declaration.with_user(self.user).action_release_billing()
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            declaration.with_user(self.user)._release_billing(
                {("difference", 0)}, "I want it"
            )
        action = self.release(declaration)
        invoice = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(invoice.amount_untaxed, 273.25)
        release = declaration.billing_release_ids
        self.assertEqual(release.user_id, self.verifier)
        self.assertEqual(release.code, "difference")
        self.assertEqual(release.state, "active")
        self.assertIn("Agreed by phone", declaration.message_ids[0].body)

    def test_a_release_needs_a_reason_and_days_to_come(self):
        declaration = self.blocked()
        with self.assertRaisesRegex(UserError, "Say why"):
            self.release(declaration, reason=" ")
        yesterday = fields.Date.context_today(declaration) - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "over already"):
            self.release(declaration, date_end=yesterday)
        self.assertFalse(declaration.billing_release_ids)
        self.assertEqual(declaration.billing_readiness, "blocked")

    def test_a_release_ends_and_is_revoked(self):
        declaration = self.blocked()
        today = fields.Date.context_today(declaration)
        file = declaration.with_user(self.verifier)
        release = file._release_billing({("difference", 0)}, "Agreed", today)
        self.assertEqual(declaration.billing_readiness, "ready")
        (row,) = declaration.billing_blocker_rows
        self.assertEqual((row["released"], row["release_id"]), (True, release.id))
        self.assertIn(self.verifier.name, row["release"])
        self.assertIn("Agreed", row["release"])
        release.sudo().date_end = today - timedelta(days=1)
        self.assertEqual(self.codes(declaration), ["difference"])
        self.assertEqual(release.state, "ended")
        release.sudo().date_end = False
        self.assertEqual(self.codes(declaration), [])
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            release.with_user(self.user).action_revoke()
        release.action_revoke()
        self.assertEqual(self.codes(declaration), ["difference"])
        self.assertEqual(release.revoked_by_id, self.verifier)
        with self.assertRaisesRegex(UserError, "not in force"):
            release.action_revoke()

    def test_another_version_asks_anew(self):
        declaration = self.blocked()
        declaration.with_user(self.verifier)._release_billing(
            {("difference", 0)}, "Agreed"
        )
        lines = [
            {
                "tax_code_id": line.tax_code_id.id,
                "item_number": line.item_number,
                "base": line.base,
                "rate": line.rate,
                "amount_assessed": line.amount_assessed + 1,
            }
            for line in declaration.current_assessment_id.line_ids
        ]
        declaration._record_assessment(lines, date="2026-03-20")
        self.post_assessment(declaration)
        self.assertEqual(self.codes(declaration), ["difference"])
        self.assertEqual(declaration.billing_release_ids.state, "superseded")

    def test_what_is_hard_cannot_be_released(self):
        declaration = self.blocked()
        self.company.customs_disbursement_tax_id = False
        with self.assertRaisesRegex(UserError, "only put right"):
            declaration.with_user(self.verifier)._release_billing(
                {("setup", 0), ("difference", 0)}, "Hurry"
            )
        self.assertFalse(declaration.billing_release_ids)

    def test_releases_are_written_by_their_screen_only(self):
        declaration = self.blocked()
        release = declaration.with_user(self.verifier)._release_billing(
            {("difference", 0)}, "Agreed"
        )
        with self.assertRaises(AccessError):
            release.with_user(self.verifier).write({"date_end": False})
        with self.assertRaises(AccessError):
            self.env["customs.billing.release"].with_user(self.verifier).create(
                {"declaration_id": declaration.id, "code": "state", "reason": "-"}
            )

    # === COST === #

    def test_lists_take_no_more_queries_for_more_files(self):
        self.company.customs_difference_policy = "block"
        for _number in range(3):
            self.posted()
        files = self.env["customs.declaration"]
        own = [("company_id", "=", self.company.id)]
        names = ["billing_readiness", "billing_blockers", "days_unbilled"]
        names += ["amount_outlay_to_bill", "billing_profile_id", "billing_due_date"]

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = files.search_read(
                [*own, ("billing_readiness", "in", ["ready", "blocked"])], names
            )
            return len(found), self.env.cr.sql_log_count - before

        count()  # warms what Odoo caches by the way
        few, queries = count()
        for _number in range(7):
            self.posted()
        many, more = count()
        self.assertEqual((few, many), (3, 10))
        self.assertEqual(more, queries)
