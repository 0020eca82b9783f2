"""Assessments recorded by hand: versions, their checks and what they change."""

from common import CustomsCase

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user


class TestTypedAssessment(CustomsCase):
    """Typed files of one item worth 1 000.00: duty 50.00, VAT 157.50."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cid = cls.env.ref("customs_invoicing.tax_code_cid")
        cls.vat = cls.env.ref("customs_invoicing.tax_code_vat")

    def client_file(self, **vals):
        return self.typed(capacity="direct", client_id=self.client.id, **vals)

    def row(self, tax_code=None, amount=50.0, **vals):
        return {
            "tax_code_id": (tax_code or self.cid).id,
            "item_number": 1,
            "base": 1000.0,
            "rate": 5.0,
            "amount_assessed": amount,
            **vals,
        }

    def record(self, declaration, *rows, **vals):
        vals.setdefault("date", "2026-03-06")
        return declaration._record_assessment(list(rows), **vals)

    # === THE FIRST VERSION === #

    def test_first_version_makes_the_file_assessed(self):
        declaration = self.client_file()
        assessment = self.record(
            declaration,
            self.row(),
            self.row(self.vat, 157.50, base=1050.0, rate=15.0),
            number="A 17",
            note="By telephone.",
        )
        self.assertRecordValues(
            assessment,
            [
                {
                    "version": 1,
                    "kind": "final",
                    "number": "A 17",
                    "date": fields.Date.to_date("2026-03-06"),
                    "date_due": fields.Date.to_date("2026-03-16"),
                    "reason": "assessment",
                    "settlement": "offset",
                    "amount_assessed": 207.50,
                    "amount_payable": 207.50,
                    "state": "open",
                    "is_current": True,
                }
            ],
        )
        self.assertEqual(declaration.state, "assessed")
        self.assertRecordValues(
            declaration.duty_line_ids.sorted("sequence"),
            [
                {
                    "tax_code_id": code.id,
                    "base_assessed": base,
                    "rate_assessed": rate,
                    "amount_assessed": amount,
                    "amount_payable": amount,
                    "amount_calculated": amount,
                    "is_calculated": True,
                    "has_difference": False,
                }
                for code, base, rate, amount in (
                    (self.cid, 1000.0, "5 %", 50.0),
                    (self.vat, 1050.0, "15 %", 157.50),
                )
            ],
        )
        self.assertIn("By telephone.", declaration.message_ids[0].body)
        self.assertIn("207.50", declaration.message_ids[0].body)

    def test_first_version_opens_charges_and_the_usual_services(self):
        declaration = self.client_file()
        self.service_code.default_amount = 80.0
        self.record(declaration, self.row())
        taxes = declaration.charge_ids.filtered("tax_code_id")
        services = declaration.charge_ids - taxes
        self.assertEqual(taxes.tax_code_id, self.cid)
        self.assertEqual(services.filtered("amount").charge_code_id, self.service_code)

    def test_typed_version_is_posted_like_a_file(self):
        declaration = self.client_file()
        self.record(declaration, self.row())
        move = self.post_assessment(declaration)
        self.assert_items(
            move,
            [
                (self.control, self.authority, 50.0, "", "CID", ""),
                (self.payable, self.authority, -50.0, "", "", ""),
            ],
        )
        self.assert_money(declaration, charged=50, control_balance=50)

    def test_suspended_is_assessed_but_not_payable(self):
        declaration = self.client_file()
        assessment = self.record(declaration, self.row(status="suspended"))
        self.assertEqual(assessment.amount_assessed, 50.0)
        self.assertEqual(assessment.amount_payable, 0.0)

    def test_part_of_an_amount_may_be_payable(self):
        declaration = self.client_file()
        assessment = self.record(declaration, self.row(amount_payable=20.0))
        self.assertEqual(assessment.amount_payable, 20.0)
        self.post_assessment(declaration)
        self.assert_money(declaration, charged=20)

    # === LATER VERSIONS === #

    def test_correction_posts_the_difference_only(self):
        declaration = self.client_file()
        self.record(declaration, self.row())
        self.post_assessment(declaration)
        correction = self.record(
            declaration, self.row(amount=65.0), date="2026-03-20", reason="demand"
        )
        self.assertEqual(correction.version, 2)
        self.assertEqual(declaration.current_assessment_id, correction)
        self.assertEqual(declaration.assessment_ids.mapped("state"), ["open", "old"])
        move = self.post_assessment(declaration)
        self.assert_items(
            move,
            [
                (self.control, self.authority, 15.0, "", "CID", ""),
                (self.payable, self.authority, -15.0, "", "", ""),
            ],
        )
        self.assert_money(declaration, charged=65, control_balance=65)

    def test_correction_after_a_file_replaces_its_lines(self):
        declaration = self.import_sad()
        version = declaration.current_assessment_id
        rows = [line._get_recorded_vals() for line in version.line_ids]
        rows[0]["amount_assessed"] += 1
        rows[0]["amount_payable"] += 1
        correction = self.record(declaration, *rows, date="2026-04-01")
        self.assertEqual(correction.version, 2)
        self.assertAlmostEqual(
            correction.amount_payable, version.amount_payable + 1.0, 2
        )
        self.assertEqual(
            sum(self.duty(declaration, code).amount_payable for code in ("CID", "VAT"))
            + self.duty(declaration, "GLOBAL").amount_payable,
            correction.amount_payable,
        )

    def test_older_version_does_not_replace_a_newer_one(self):
        declaration = self.client_file()
        current = self.record(declaration, self.row())
        old = self.record(declaration, self.row(amount=10.0), date="2026-03-01")
        self.assertFalse(old.is_current)
        self.assertEqual(declaration.current_assessment_id, current)
        self.assertEqual(self.duty(declaration).amount_assessed, 50.0)
        self.assertIn("stays in force", declaration.message_ids[0].body)

    def test_provisional_gives_way_to_final(self):
        declaration = self.client_file()
        self.record(declaration, self.row(), kind="provisional", date="2026-03-30")
        final = self.record(declaration, self.row(amount=52.0))
        self.assertEqual(declaration.current_assessment_id, final)

    # === TWICE IS ONCE === #

    def test_same_content_twice_is_one_version(self):
        declaration = self.client_file()
        first = self.record(declaration, self.row())
        messages = declaration.message_ids
        second = self.record(declaration, self.row(amount=50.004))
        self.assertEqual(first, second)
        self.assertEqual(declaration.message_ids, messages)

    def test_content_of_the_file_typed_again_is_no_new_version(self):
        declaration = self.import_sad()
        version = declaration.current_assessment_id
        rows = [line._get_recorded_vals() for line in version.line_ids]
        again = self.record(
            declaration, *rows[::-1], number=version.number, date=version.date
        )
        self.assertEqual(again, version)

    def test_authority_may_come_back_to_an_earlier_figure(self):
        declaration = self.client_file()
        self.record(declaration, self.row())
        self.record(declaration, self.row(amount=40.0))
        third = self.record(declaration, self.row())
        self.assertEqual(third.version, 3)
        self.assertTrue(third.is_current)

    def test_numbered_notice_recorded_late_again_is_known(self):
        declaration = self.client_file()
        first = self.record(declaration, self.row(), number="A 1")
        self.record(declaration, self.row(amount=40.0), number="A 2")
        self.assertEqual(self.record(declaration, self.row(), number="A 1"), first)
        self.assertEqual(len(declaration.assessment_ids), 2)

    def test_another_reason_or_settlement_is_another_version(self):
        declaration = self.client_file()
        self.record(declaration, self.row())
        refund = self.record(declaration, self.row(), reason="refund")
        paid_back = self.record(
            declaration, self.row(), reason="refund", settlement="receivable"
        )
        self.assertEqual((refund.version, paid_back.version), (2, 3))

    # === REFUSALS === #

    def test_what_cannot_be_recorded_is_said_in_words(self):
        declaration = self.client_file()
        foreign = self.env["customs.tax.code"].create(
            {
                "code": "X9",
                "name": "Elsewhere",
                "tariff_id": self.env["customs.tariff"]
                .create({"name": "Other", "code": "OTH"})
                .id,
                "charge_code_id": self.cid.charge_code_id.id,
            }
        )
        for words, rows in (
            ("no tax line", []),
            ("choose the tax code", [self.row(tax_code_id=False)]),
            ("no item 7", [self.row(item_number=7)]),
            ("cannot be negative", [self.row(amount=-1.0)]),
            ("cannot be negative", [self.row(base=-1.0)]),
            ("more is payable .*60.00.* than", [self.row(amount_payable=60.0)]),
            (
                "only a tax whose status is payable",
                [self.row(status="suspended", amount_payable=5.0)],
            ),
            ("belongs to tariff Other", [self.row(foreign)]),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self.record(declaration, *rows)
        self.assertFalse(declaration.assessment_ids)
        self.assertEqual(declaration.state, "draft")

    def test_every_problem_is_told_at_once(self):
        declaration = self.client_file()
        with self.assertRaises(UserError) as caught:
            self.record(declaration, self.row(amount=-1.0), self.row(item_number=7))
        self.assertIn("line 1 (CID)", str(caught.exception))
        self.assertIn("line 2 (CID)", str(caught.exception))

    def test_due_date_is_not_before_the_date(self):
        declaration = self.client_file()
        with self.assertRaisesRegex(UserError, "before the assessment"):
            self.record(declaration, self.row(), date_due="2026-03-05")

    def test_own_vat_needs_base_and_rate(self):
        declaration = self.typed()
        for vals in ({"base": 0.0}, {"rate": None}, {"rate": 0.0}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "tax return"):
                self.record(declaration, self.row(self.vat, 150.0, **vals))
        self.record(declaration, self.row(self.vat, 0.0, base=0.0, rate=None))
        client = self.client_file()
        self.record(client, self.row(self.vat, 150.0, base=0.0, rate=None))

    def test_closed_and_cancelled_files_are_refused(self):
        declaration = self.client_file()
        declaration.action_cancel()
        with self.assertRaisesRegex(UserError, "is cancelled"):
            self.record(declaration, self.row())

    def test_file_of_another_company_is_refused(self):
        declaration = self.client_file()
        other = self.env["res.company"].create({"name": "Elsewhere Ltd"})
        self.env.user.company_ids += other
        elsewhere = declaration.with_context(allowed_company_ids=other.ids).sudo()
        with self.assertRaisesRegex(UserError, "Switch to that company"):
            self.record(elsewhere, self.row())

    # === RIGHTS === #

    def test_user_records_and_verifier_posts(self):
        declaration = self.client_file()
        users = {
            role: new_test_user(
                self.env,
                login=f"typed_{role}",
                groups=f"base.group_user,customs_invoicing.group_customs_{role}",
                company_id=self.company.id,
            )
            for role in ("auditor", "user", "verifier")
        }
        with self.assertRaises(AccessError):
            self.record(declaration.with_user(users["auditor"]), self.row())
        self.company.customs_four_eyes = True
        self.record(declaration.with_user(users["user"]), self.row())
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            declaration.with_user(users["user"]).action_post_assessment()
        verifier = declaration.with_user(users["verifier"])
        mine = verifier._record_assessment([self.row(amount=51.0)], date="2026-03-07")
        self.assertEqual(mine.create_uid, users["verifier"])
        with self.assertRaisesRegex(UserError, "second person"):
            verifier.action_post_assessment()
