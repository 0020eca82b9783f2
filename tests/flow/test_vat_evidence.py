"""Evidence of import VAT: certificates, postponed statements, what awaits them."""

from common import CustomsCase
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

#: Queries that may come on top for many: Odoo reads in chunks
SLACK = 4


@tagged("post_install", "-at_install")
class EvidenceCase(CustomsCase):
    """Own imports whose import VAT of 20 % awaits a certificate."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.codes = {
            code: cls.env.ref(f"customs_invoicing.tax_code_{code.lower()}")
            for code in ("CID", "VAT")
        }
        for code, charge in (("PEN", "penalty"), ("INT", "interest")):
            cls.codes[code] = cls.env["customs.tax.code"].create(
                {
                    "code": code,
                    "name": f"Tax {code}",
                    "tariff_id": cls.tariff.id,
                    "charge_code_id": cls.env.ref(
                        f"customs_invoicing.charge_code_{charge}"
                    ).id,
                }
            )
        cls.tax = cls._create_tax("20% IMP", 20.0, in_="Box 4", base="Box 7")
        cls.tax_5 = cls._create_tax("5% IMP", 5.0, in_="Box 4", base="Box 7")
        cls.postponed_tax = cls._create_tax(
            "20% PVA", 20.0, in_="Box 4", base="Box 7", out="Box 1"
        )
        cls.company.customs_import_vat_tax_ids = cls.tax | cls.tax_5
        cls.company.customs_postponed_vat_tax_ids = cls.postponed_tax
        cls.company.customs_assessment_document = "entry"
        cls.company.customs_vat_evidence = "certificate"
        cls.input = cls.tax.invoice_repartition_line_ids.account_id
        cls.output = cls.postponed_tax.invoice_repartition_line_ids.account_id
        cls.output -= cls.input
        cls.pending = cls.company.customs_vat_import_pending_account_id

    @classmethod
    def _create_tax(cls, name, rate, in_, base, out=None):
        def tag(box):
            tags = cls.env["account.account.tag"]
            domain = [("name", "=", box), ("applicability", "=", "taxes")]
            return tags.search(domain) or tags.create(
                {
                    "name": box,
                    "applicability": "taxes",
                    "country_id": cls.company.account_fiscal_country_id.id,
                }
            )

        def parts():
            shares = [
                ("base", 100, base, False),
                ("tax", 100, in_, cls.company_data["default_account_tax_purchase"]),
            ]
            if out:
                account = cls.company_data["default_account_tax_sale"]
                shares.append(("tax", -100, out, account))
            return [
                Command.create(
                    {
                        "repartition_type": kind,
                        "factor_percent": factor,
                        "tag_ids": [Command.set(tag(box).ids)],
                        "account_id": account and account.id,
                    }
                )
                for kind, factor, box, account in shares
            ]

        return cls.env["account.tax"].create(
            {
                "name": name,
                "amount": rate,
                "type_tax_use": "purchase",
                "invoice_repartition_line_ids": parts(),
                "refund_repartition_line_ids": parts(),
            }
        )

    # === STEPS === #

    def own_file(self, number, **vals):
        return self.env["customs.declaration"].create(
            {
                "office_id": self.office.id,
                "registration_number": number,
                "registration_date": "2026-05-04",
                "capacity": "own",
                **vals,
            }
        )

    def row(self, code, base, amount, rate=20.0, **vals):
        return {
            "tax_code_id": self.codes[code].id,
            "base": base,
            "rate": rate,
            "amount_assessed": amount,
            **vals,
        }

    def assess(self, declaration, *rows, date="2026-05-04"):
        """Record and post what the authority assesses now."""
        before = declaration.assessment_ids.move_ids
        declaration._record_assessment(list(rows), date=date)
        declaration.current_assessment_id.action_post()
        return declaration.assessment_ids.move_ids - before

    def assessed_file(self, number, base=5000.0, amount=1000.0, **vals):
        declaration = self.own_file(number, **vals)
        self.assess(declaration, self.row("VAT", base, amount))
        return declaration

    def postponed_file(self, number, base=28000.0, amount=5600.0):
        declaration = self.own_file(number)
        self.assess(declaration, self.row("VAT", base, amount, status="postponed"))
        return declaration

    def evidence(self, *lines, kind="c79", number="C79 2026-05", **vals):
        """Return evidence with lines of (printed number, VAT, more values)."""
        return self.env["customs.vat.evidence"].create(
            {
                "kind": kind,
                "number": number,
                "date": "2026-06-24",
                "line_ids": [
                    Command.create({"number": name, "amount_stated": amount, **more})
                    for name, amount, more in lines
                ],
                **vals,
            }
        )

    # === ASSERTIONS === #

    def assert_entry(self, move, declaration, *parts):
        """Assert the whole evidence entry: (tax, base, VAT) of each rate."""
        items = []
        for tax, base, amount in parts:
            items += [
                (self.neutral, self.authority, base, tax.name, "", "Box 7"),
                (self.neutral, self.authority, -base, "", "", ""),
                (self.input, self.authority, amount, f"T:{tax.name}", "", "Box 4"),
                (self.pending, self.authority, -amount, "", "", ""),
            ]
        self.assertRecordValues(
            move,
            [
                {
                    "state": "posted",
                    "move_type": "entry",
                    "customs_event": "evidence",
                    "company_id": self.company.id,
                }
            ],
        )
        self.assert_items(move, items)
        self.assertEqual(move.line_ids.customs_declaration_id, declaration)
        self.assertFalse(move.line_ids.customs_charge_id, "no charge changes")

    def boxes(self, moves):
        found = {}
        for line in moves.line_ids:
            for tag in line.tax_tag_ids:
                found[tag.name] = round(found.get(tag.name, 0.0) + line.balance, 2)
        return found


class TestCertificate(EvidenceCase):
    def test_demand_note_then_certificate(self):
        """A demand of 6 562.00; its VAT of 1 000.00 is deducted with the C79."""
        declaration = self.own_file("C 4711")
        move = self.assess(
            declaration,
            self.row("CID", 0.0, 5000.0, rate=None),
            self.row("VAT", 5000.0, 1000.0),
            self.row("INT", 0.0, 62.0, rate=None),
            self.row("PEN", 0.0, 500.0, rate=None),
        )
        company, who = self.company, self.authority
        self.assert_items(
            move,
            [
                (self.clearing, who, 5000.0, "", "CID", ""),
                (self.pending, who, 1000.0, "", "VAT", ""),
                (company.customs_interest_account_id, who, 62.0, "", "INT", ""),
                (company.customs_penalty_account_id, who, 500.0, "", "PEN", ""),
                (self.payable, who, -6562.0, "", "", ""),
            ],
        )
        declaration.invalidate_recordset()
        self.assertEqual(declaration.vat_pending, 1000.0)
        evidence = self.evidence((declaration.mrn, 1000.0, {}))
        line = evidence.line_ids
        self.assertRecordValues(
            line,
            [
                {
                    "declaration_id": declaration.id,
                    "amount_books": 1000.0,
                    "difference": 0.0,
                    "status": "matched",
                }
            ],
        )
        evidence.action_post()
        self.assertEqual(evidence.state, "posted")
        self.assert_entry(line.move_id, declaration, (self.tax, 5000.0, 1000.0))
        self.assertEqual(line.move_id.date.isoformat(), "2026-06-24")
        self.assertEqual(self.account_balance(self.pending), 0.0)
        self.assertEqual(self.account_balance(self.neutral), 0.0)
        self.assertEqual(self.account_balance(self.input), 1000.0)
        pending = self.env["account.move.line"].search(
            [("account_id", "=", self.pending.id)]
        )
        self.assertEqual(pending.mapped("reconciled"), [True, True])
        declaration.invalidate_recordset()
        self.assertEqual(declaration.vat_pending, 0.0)
        self.assertEqual(declaration.current_assessment_id.state, "posted")
        charge = self.charge(declaration, "VAT")
        self.assertEqual(charge.amount_charged, 1000.0)
        self.assert_money(declaration, charged=6562)
        self.assertEqual(line.amount_books, 1000.0, "as it was found")
        self.assertFalse(line.is_undone)
        self.assertEqual(declaration.vat_evidence_count, 1)
        self.assertEqual(declaration.action_view_vat_evidence()["res_id"], evidence.id)

    def test_numbers_are_found_however_they_are_printed(self):
        file = self.assessed_file("C 4711")
        other = self.assessed_file("C 4712")
        twins = [
            self.assessed_file("C 9", registration_date=d)
            for d in ("2025-05-04", "2026-05-04")
        ]
        client = self.own_file("C 55", capacity="direct", client_id=self.client.id)
        cancelled = self.own_file("C 56")
        cancelled.action_cancel()
        evidence = self.evidence(
            ("c-4711", 1000.0, {}),
            (f" {other.name.lower()} ", 1000.0, {}),
            ("C 9", 1000.0, {}),
            (client.registration_number, 10.0, {}),
            (cancelled.registration_number, 10.0, {}),
            ("", 10.0, {}),
        )
        found = evidence.line_ids.mapped(lambda line: line.declaration_id.name)
        self.assertEqual(found, [file.name, other.name, False, False, False, False])
        self.assertEqual(len(twins), 2)
        self.assertEqual(evidence.line_ids[2].status, "unknown")
        with self.assertRaisesRegex(UserError, "C 9: no file of our own goods has"):
            evidence.action_post()
        self.assertEqual(evidence.state, "draft")
        self.assertFalse(evidence.line_ids.move_id)

    def test_file_that_comes_later_is_found_again(self):
        evidence = self.evidence(("C 4711", 1000.0, {}))
        self.assertFalse(evidence.line_ids.declaration_id)
        file = self.assessed_file("C 4711")
        evidence.action_find_declarations()
        self.assertEqual(evidence.line_ids.declaration_id, file)

    def test_choice_by_hand_stays_when_the_number_says_nothing(self):
        file = self.assessed_file("C 4711")
        evidence = self.evidence(("MISPRINT", 1000.0, {}))
        evidence.line_ids.declaration_id = file
        evidence.line_ids.number = "MISPRINT 2"
        self.assertEqual(evidence.line_ids.declaration_id, file)

    def test_client_file_is_not_ours_to_deduct(self):
        client = self.own_file("C 55", capacity="direct", client_id=self.client.id)
        evidence = self.evidence(("C 1", 10.0, {}))
        with self.assertRaisesRegex(UserError, "is a client's file"):
            evidence.line_ids.declaration_id = client

    def test_file_twice_is_refused(self):
        file = self.assessed_file("C 4711")
        with self.assertRaisesRegex(UserError, r"stands on 2 lines \(C 4711, CUS"):
            self.evidence(("C 4711", 400.0, {}), (file.name, 600.0, {}))

    def test_vat_that_the_broker_paid_waits_on_his_bill(self):
        """His bill is no evidence: the certificate brings base and tax."""
        file = self.own_file("C 4711", broker_id=self.broker.id)
        file._record_assessment([self.row("VAT", 5000.0, 1000.0)], date="2026-05-04")
        file.charge_ids.payment_method_id = self.env.ref(
            "customs_invoicing.payment_method_p6"
        )
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.broker.id,
                "invoice_date": "2026-05-06",
                "ref": "C 4711",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "VAT",
                            "price_unit": 1000,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        action = bill.action_match_customs_charges()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.action_apply()
        bill.action_post()
        self.assertEqual(self.account_balance(self.pending, file), 1000.0)
        evidence = self.evidence(("C 4711", 1000.0, {}))
        evidence.action_post()
        self.assert_entry(evidence.line_ids.move_id, file, (self.tax, 5000.0, 1000.0))
        self.assertEqual(self.account_balance(self.pending, file), 0.0)
        self.assert_money(file, charged=1000)

    # === DIFFERENCES === #

    def test_difference_is_refused_until_it_is_accepted(self):
        """600.00 of 1 000.00 is certified now, the rest with the next one."""
        file = self.assessed_file("C 4711")
        first = self.evidence(("C 4711", 600.0, {}))
        line = first.line_ids
        self.assertEqual((line.status, line.difference), ("difference", -400.0))
        with self.assertRaisesRegex(
            UserError, r"C 4711: \$.600.00 is stated, \$.1,000.00 awaits evidence"
        ):
            first.action_post()
        line.is_accepted = True
        first.action_post()
        self.assert_entry(line.move_id, file, (self.tax, 3000.0, 600.0))
        self.assertEqual(self.account_balance(self.pending, file), 400.0)
        second = self.evidence(("C 4711", 400.0, {}), number="C79 2026-06")
        self.assertEqual(second.line_ids.status, "matched")
        second.action_post()
        move = second.line_ids.move_id
        self.assert_entry(move, file, (self.tax, 2000.0, 400.0))
        self.assertEqual(
            self.boxes(line.move_id | move), {"Box 4": 1000.0, "Box 7": 5000.0}
        )
        self.assertEqual(self.account_balance(self.pending, file), 0.0)
        self.assertEqual((line.amount_books, line.difference), (1000.0, -400.0))

    def test_never_more_is_deducted_than_awaits_evidence(self):
        file = self.assessed_file("C 4711")
        evidence = self.evidence(("C 4711", 1050.0, {"is_accepted": True}))
        evidence.action_post()
        self.assert_entry(evidence.line_ids.move_id, file, (self.tax, 5000.0, 1000.0))

    def test_nothing_awaits_evidence(self):
        file = self.own_file("C 4711")
        evidence = self.evidence(("C 4711", 1050.0, {}))
        with self.assertRaisesRegex(UserError, "no import VAT awaits evidence"):
            evidence.action_post()
        evidence.line_ids.is_accepted = True
        evidence.action_post()
        self.assertFalse(evidence.line_ids.move_id)
        self.assertFalse(evidence.line_ids.is_undone)
        self.assertEqual(self.account_balance(self.input, file), 0.0)

    def test_lines_must_add_up_to_the_total_as_printed(self):
        self.assessed_file("C 4711")
        evidence = self.evidence(("C 4711", 1000.0, {}), amount_printed=1000.10)
        with self.assertRaisesRegex(
            UserError, r"add up to \$.1,000.00, the document to \$.1,000.10"
        ):
            evidence.action_post()
        evidence.amount_printed = 1000.0
        evidence.action_post()
        self.assertEqual(evidence.state, "posted")

    def test_every_problem_is_told_at_once(self):
        self.assessed_file("C 4711")
        self.assessed_file("C 4712")
        evidence = self.evidence(
            ("C 4711", 1.0, {}), ("C 4712", 2.0, {}), ("X 1", 3.0, {})
        )
        with self.assertRaises(UserError) as raised:
            evidence.action_post()
        told = str(raised.exception).splitlines()
        self.assertEqual(
            [line.split(":")[0] for line in told[1:]], ["C 4711", "C 4712", "X 1"]
        )
        self.assertEqual(self.account_balance(self.input), 0.0)

    def test_empty_document(self):
        with self.assertRaisesRegex(UserError, "no line. Add the declarations"):
            self.evidence().action_post()

    def test_certificate_may_come_after_the_file_was_closed(self):
        file = self.assessed_file("C 4711")
        file.action_release()
        file.action_close()
        evidence = self.evidence(("C 4711", 1000.0, {}))
        evidence.action_post()
        self.assert_entry(evidence.line_ids.move_id, file, (self.tax, 5000.0, 1000.0))
        self.assertEqual(file.state, "closed")

    # === RATES AND CORRECTIONS === #

    def test_two_rates_have_an_entry_with_two_taxes(self):
        file = self.own_file("C 4711")
        self.assess(
            file,
            self.row("VAT", 1500.0, 300.0),
            self.row("VAT", 2000.0, 100.04, rate=5.0),
        )
        evidence = self.evidence(("C 4711", 400.04, {}))
        evidence.action_post()
        self.assert_entry(
            evidence.line_ids.move_id,
            file,
            (self.tax, 1500.0, 300.0),
            (self.tax_5, 2000.0, 100.04),
        )

    def test_less_is_assessed_after_the_certificate(self):
        """The authority takes 200.00 back; the next certificate shows it negative."""
        file = self.assessed_file("C 4711")
        self.evidence(("C 4711", 1000.0, {})).action_post()
        self.assess(file, self.row("VAT", 4000.0, 800.0), date="2026-07-01")
        self.assertEqual(self.account_balance(self.pending, file), -200.0)
        second = self.evidence(("C 4711", -200.0, {}), number="C79 2026-07")
        second.action_post()
        self.assert_entry(second.line_ids.move_id, file, (self.tax, -1000.0, -200.0))
        self.assertEqual(self.account_balance(self.pending, file), 0.0)
        self.assertEqual(self.account_balance(self.input, file), 800.0)

    def test_share_that_is_not_deductible_is_a_cost_with_its_analysis(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        lab = self.env["account.analytic.account"].create(
            {"name": "Laboratory", "plan_id": plan.id}
        )
        part = self.tax.invoice_repartition_line_ids.filtered("account_id")
        part.factor_percent = 75
        part.copy({"factor_percent": 25, "account_id": False, "tag_ids": False})
        refund = self.tax.refund_repartition_line_ids.filtered("account_id")
        refund.factor_percent = 75
        refund.copy({"factor_percent": 25, "account_id": False, "tag_ids": False})
        self.assessed_file(
            "C 4711",
            base=5000.1,
            amount=1000.02,
            goods_use="expense",
            analytic_distribution={str(lab.id): 100},
        )
        evidence = self.evidence(("C 4711", 1000.02, {}))
        evidence.action_post()
        move, who = evidence.line_ids.move_id, self.authority
        cost = self.company.customs_duty_expense_account_id
        name = self.tax.name
        self.assert_items(
            move,
            [
                (cost, who, 5000.1, name, "", "Box 7"),
                (cost, who, -5000.1, "", "", ""),
                (self.input, who, 750.02, f"T:{name}", "", "Box 4"),
                (cost, who, 250.0, f"T:{name}", "", ""),
                (self.pending, who, -1000.02, "", "", ""),
            ],
        )
        analysed = move.line_ids.filtered("analytic_distribution")
        self.assertEqual(sum(analysed.mapped("balance")), 250.0)
        self.assertEqual(analysed.account_id, cost)

    # === UNDOING === #

    def test_undone_awaits_evidence_again(self):
        file = self.assessed_file("C 4711")
        evidence = self.evidence(("C 4711", 1000.0, {}))
        evidence.action_post()
        move = evidence.line_ids.move_id
        evidence.action_undo()
        reversal = move.reversal_move_ids
        self.assertEqual((evidence.state, reversal.state), ("draft", "posted"))
        self.assertEqual(reversal.customs_event, "evidence")
        self.assertEqual(self.boxes(move | reversal), {"Box 4": 0.0, "Box 7": 0.0})
        self.assertEqual(self.account_balance(self.pending, file), 1000.0)
        self.assertFalse(evidence.line_ids.move_id)
        self.assertEqual(evidence.line_ids.status, "matched")
        evidence.action_post()
        self.assertNotEqual(evidence.line_ids.move_id, move)
        self.assert_entry(evidence.line_ids.move_id, file, (self.tax, 5000.0, 1000.0))
        self.assertEqual(self.account_balance(self.pending, file), 0.0)

    def test_entry_reversed_by_hand_is_seen(self):
        file = self.assessed_file("C 4711")
        evidence = self.evidence(("C 4711", 1000.0, {}))
        evidence.action_post()
        evidence.line_ids.move_id._reverse_moves([{"date": "2026-06-25"}], cancel=True)
        evidence.invalidate_recordset()
        evidence.line_ids.invalidate_recordset()
        self.assertTrue(evidence.has_undone)
        self.assertEqual(self.account_balance(self.pending, file), 1000.0)
        evidence.action_undo()
        evidence.action_post()
        self.assertFalse(evidence.has_undone)
        self.assertEqual(self.account_balance(self.pending, file), 0.0)
        self.assertEqual(self.account_balance(self.input, file), 1000.0)

    def test_posted_is_not_changed(self):
        self.assessed_file("C 4711")
        evidence = self.evidence(("C 4711", 1000.0, {}))
        evidence.action_post()
        for change in (
            lambda: evidence.write({"number": "X"}),
            lambda: evidence.line_ids.write({"amount_stated": 1.0}),
            lambda: evidence.line_ids.unlink(),
            lambda: evidence.line_ids.create({"evidence_id": evidence.id}),
            evidence.unlink,
            evidence.action_post,
            evidence.action_add_awaiting,
            evidence.action_find_declarations,
        ):
            with self.assertRaisesRegex(UserError, "is posted and cannot be changed"):
                change()

    def test_same_document_twice_is_refused(self):
        self.evidence()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.evidence()

    # === FINDING WHAT AWAITS === #

    def test_files_that_await_evidence_are_found(self):
        waiting = self.assessed_file("C 1", registration_date="2026-05-04")
        later = self.assessed_file("C 2", registration_date="2026-06-02")
        done = self.assessed_file("C 3")
        self.evidence(("C 3", 1000.0, {}), number="C79 0").action_post()
        plain = self.own_file("C 4")
        files = waiting | later | done | plain
        declarations = self.env["customs.declaration"]
        mine = [("id", "in", files.ids)]
        self.assertEqual(
            declarations.search([*mine, ("vat_pending", "!=", 0)]), waiting | later
        )
        self.assertEqual(
            declarations.search([*mine, ("vat_pending", "=", 0)]), done | plain
        )
        evidence = self.evidence(
            date_from="2026-05-01", date_to="2026-05-31", authority_id=self.authority.id
        )
        evidence.action_add_awaiting()
        self.assertRecordValues(
            evidence.line_ids,
            [
                {
                    "number": waiting.mrn,
                    "declaration_id": waiting.id,
                    "amount_stated": 1000.0,
                    "status": "matched",
                }
            ],
        )
        self.assertEqual(evidence.action_add_awaiting()["tag"], "display_notification")
        self.assertEqual(len(evidence.line_ids), 1)

    def test_button_of_the_file_opens_a_new_certificate(self):
        file = self.assessed_file("C 4711")
        action = file.action_record_vat_evidence()
        form = Form(
            self.env["customs.vat.evidence"].with_context(**action["context"]),
            "customs_invoicing.customs_vat_evidence_view_form",
        )
        form.number = "C79 2026-05"
        evidence = form.save()
        self.assertEqual(evidence.line_ids.declaration_id, file)
        self.assertEqual(evidence.line_ids.amount_stated, 1000.0)
        self.assertEqual(evidence.authority_id, self.authority)

    def test_usual_certificate_of_the_country(self):
        evidence = self.env["customs.vat.evidence"]
        for country, kind in (
            ("uk", "c79"),
            ("es", "dua"),
            ("in", "boe"),
            ("ch", "other"),
        ):
            self.company.country_id = self.env.ref(f"base.{country}")
            self.assertEqual(evidence.default_get(["kind"])["kind"], kind)

    def test_pasted_rows_become_lines(self):
        file = self.assessed_file("C 4711")
        with Form(self.env["customs.vat.evidence"]) as form:
            form.number = "C79 2026-05"
            form.pasted = "Number\tVAT\tValue\nC 4711\t1,000.00\t5,000.00\nC 9\t12.5\n"
        evidence = form.save()
        self.assertRecordValues(
            evidence.line_ids,
            [
                {
                    "number": "C 4711",
                    "declaration_id": file.id,
                    "amount_stated": 1000.0,
                    "base_stated": 5000.0,
                },
                {
                    "number": "C 9",
                    "declaration_id": False,
                    "amount_stated": 12.5,
                    "base_stated": 0.0,
                },
            ],
        )

    def test_files_of_another_company_are_not_found(self):
        self.assessed_file("C 4711")
        other = self.env["res.company"].create({"name": "Other Ltd"})
        self.env.user.company_ids += other
        evidence = self.evidence(("C 4711", 1000.0, {}), company_id=other.id)
        self.assertFalse(evidence.line_ids.declaration_id)

    # === RIGHTS AND SPEED === #

    def test_rights(self):
        self.assessed_file("C 4711")
        users = {
            role: new_test_user(
                self.env,
                login=f"evidence_{role}",
                groups=f"base.group_user,customs_invoicing.group_customs_{role}",
                company_id=self.company.id,
            )
            for role in ("auditor", "user", "verifier")
        }
        evidence = self.env["customs.vat.evidence"].with_user(users["user"])
        evidence = evidence.create({"number": "C79 2026-05"})
        evidence.action_add_awaiting()
        self.assertEqual(evidence.line_ids.amount_books, 1000.0)
        with self.assertRaisesRegex(UserError, "Only a customs verifier may post"):
            evidence.action_post()
        seen = evidence.with_user(users["auditor"])
        self.assertEqual(seen.line_ids.status, "matched")
        with self.assertRaises(AccessError):
            seen.number = "X"
        evidence.with_user(users["verifier"]).action_post()
        with self.assertRaisesRegex(UserError, "Only a customs verifier may undo"):
            evidence.action_undo()
        self.assertEqual(self.account_balance(self.pending), 0.0)
        self.assertEqual(seen.line_ids.move_id.state, "posted")

    def test_second_person_posts_where_the_company_asks_for_it(self):
        self.assessed_file("C 4711")
        self.company.customs_four_eyes = True
        other = new_test_user(
            self.env,
            login="second",
            groups="base.group_user,customs_invoicing.group_customs_verifier",
            company_id=self.company.id,
        )
        evidence = self.evidence(("C 4711", 1000.0, {}))
        with self.assertRaisesRegex(UserError, "Posting needs a second person"):
            evidence.action_post()
        evidence.with_user(other).action_post()
        self.assertEqual(evidence.state, "posted")

    def test_reading_and_matching_take_as_many_queries_for_many_lines(self):
        numbers = [f"C {number}" for number in range(100, 112)]
        for number in numbers:
            self.assessed_file(number)
        counts = []
        for index, some in enumerate((numbers[:2], numbers)):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            evidence = self.evidence(
                *[(number, 1000.0, {}) for number in some], number=f"C79 {index}"
            )
            lines = evidence.line_ids
            self.assertEqual(set(lines.mapped("status")), {"matched"})
            self.assertEqual(len(lines.declaration_id), len(some))
            evidence._check_postable()
            lines.declaration_id._get_pending_import_vat()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0] + SLACK)


class TestPostponedStatement(EvidenceCase):
    def statement(self, *lines, **vals):
        return self.evidence(*lines, kind="mpivs", number="MPIVS 2026-03", **vals)

    def test_statement_total_wins(self):
        """Estimated 5 600.00, on the statement 5 607.33: 7.33 more both ways."""
        file = self.postponed_file("C 4711")
        self.assertEqual(self.account_balance(self.input, file), 5600.0)
        self.assertEqual(self.account_balance(self.output, file), -5600.0)
        first = file.current_assessment_id
        evidence = self.statement(("C 4711", 5607.33, {"base_stated": 28036.65}))
        line = evidence.line_ids
        self.assertRecordValues(
            line, [{"amount_books": 5600.0, "difference": 7.33, "status": "difference"}]
        )
        evidence.action_post()
        version = file.current_assessment_id
        self.assertEqual(line.assessment_id, version)
        self.assertNotEqual(version, first)
        self.assertRecordValues(
            version,
            [
                {
                    "version": 2,
                    "reason": "statement",
                    "amount_assessed": 5607.33,
                    "amount_payable": 0.0,
                    "state": "posted",
                }
            ],
        )
        move, who, name = version.move_ids, self.authority, self.postponed_tax.name
        self.assertEqual(move.date.isoformat(), "2026-06-24")
        self.assert_items(
            move,
            [
                (self.neutral, who, 36.65, name, "VAT", "Box 7"),
                (self.neutral, who, -36.65, "", "VAT", ""),
                (self.input, who, 7.33, f"T:{name}", "VAT", "Box 4"),
                (self.output, who, -7.33, f"T:{name}", "VAT", "Box 1"),
            ],
        )
        both = file.assessment_ids.move_ids
        self.assertEqual(
            self.boxes(both), {"Box 7": 28036.65, "Box 4": 5607.33, "Box 1": -5607.33}
        )
        self.assertEqual(self.account_balance(self.input, file), 5607.33)
        self.assertEqual(self.account_balance(self.output, file), -5607.33)
        self.assertEqual(first.amount_assessed, 5600.0, "what was said stays")
        self.assertEqual((line.amount_books, line.difference), (5600.0, 7.33))
        self.assert_money(file, charged=0)

    def test_statement_that_agrees_posts_nothing(self):
        file = self.postponed_file("C 4711")
        evidence = self.statement(("C 4711", 5600.0, {}))
        evidence.action_post()
        self.assertEqual(evidence.state, "posted")
        self.assertFalse(evidence.line_ids.assessment_id)
        self.assertEqual(len(file.assessment_ids), 1)
        self.assertIn("nothing was posted", evidence.message_ids[0].body)

    def test_less_on_the_statement_without_a_base(self):
        file = self.postponed_file("C 4711")
        evidence = self.statement(("C 4711", 5590.0, {}))
        evidence.action_post()
        move, who, name = file.current_assessment_id.move_ids, self.authority, "20% PVA"
        self.assert_items(
            move,
            [
                (self.input, who, -10.0, f"T:{name}", "VAT", "Box 4"),
                (self.output, who, 10.0, f"T:{name}", "VAT", "Box 1"),
            ],
        )

    def test_difference_is_spread_over_the_items(self):
        file = self.own_file(
            "C 4711", line_ids=[Command.create({"code": "8516"}) for _n in range(2)]
        )
        self.assess(
            file,
            self.row("CID", 0.0, 50.0, rate=None, item_number=1),
            self.row("VAT", 300.0, 60.0, status="postponed", item_number=1),
            self.row("VAT", 100.0, 20.0, status="postponed", item_number=2),
        )
        self.statement(("C 4711", 80.01, {})).action_post()
        version = file.current_assessment_id
        self.assertEqual(
            sorted(version.line_ids.mapped("amount_assessed")), [20.0, 50.0, 60.01]
        )
        self.assertEqual(self.account_balance(self.payable, file), -50.0)
        self.assertEqual(self.account_balance(self.input, file), 80.01)

    def test_what_keeps_a_statement_from_correcting(self):
        unposted = self.own_file("C 1")
        unposted._record_assessment(
            [self.row("VAT", 100.0, 20.0, status="postponed")], date="2026-05-04"
        )
        paid = self.assessed_file("C 2")
        late = self.own_file("C 3")
        self.assess(
            late,
            self.row("VAT", 100.0, 20.0, status="postponed"),
            date="2026-08-01",
        )
        closed = self.postponed_file("C 4")
        closed.action_release()
        closed.action_close()
        evidence = self.statement(
            ("C 1", 20.0, {}),
            ("C 2", 1000.0, {}),
            ("C 3", 21.0, {}),
            ("C 4", 5601.0, {}),
        )
        self.assertTrue(paid.vat_pending)
        with self.assertRaises(UserError) as raised:
            evidence.action_post()
        told = str(raised.exception)
        for text in (
            "C 1: its assessment is not posted",
            "C 2: its import VAT was not postponed",
            "C 3: its assessment is dated 2026-08-01",
            "C 4: the file is closed",
        ):
            self.assertIn(text, told)
        self.assertEqual(evidence.state, "draft")
        self.assertEqual(len(late.assessment_ids), 1)

    def test_postponed_files_without_a_statement_are_proposed(self):
        file = self.postponed_file("C 1")
        self.assessed_file("C 2")
        evidence = self.statement()
        evidence.action_add_awaiting()
        self.assertRecordValues(
            evidence.line_ids,
            [{"declaration_id": file.id, "amount_stated": 5600.0, "status": "matched"}],
        )
        evidence.action_post()
        other = self.evidence(kind="mpivs", number="MPIVS 2026-04")
        other.action_add_awaiting()
        self.assertFalse(other.line_ids)

    def test_undone_statement_may_be_posted_again(self):
        file = self.postponed_file("C 4711")
        evidence = self.statement(("C 4711", 5607.33, {}))
        evidence.action_post()
        evidence.action_undo()
        self.assertEqual(evidence.line_ids.status, "matched")
        evidence.action_post()
        self.assertEqual(len(file.assessment_ids), 2)
        self.assertEqual(self.account_balance(self.input, file), 5607.33)

    def test_second_person_posts_the_statement(self):
        file = self.postponed_file("C 4711")
        self.company.customs_four_eyes = True
        other = new_test_user(
            self.env,
            login="second",
            groups="base.group_user,customs_invoicing.group_customs_verifier",
            company_id=self.company.id,
        )
        evidence = self.statement(("C 4711", 5607.33, {}))
        with self.assertRaisesRegex(UserError, "Posting needs a second person"):
            evidence.action_post()
        evidence.with_user(other).action_post()
        self.assertEqual(self.account_balance(self.input, file), 5607.33)
