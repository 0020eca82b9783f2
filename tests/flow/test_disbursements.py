"""Outlays of clients: what is a disbursement, its proof, and that it stays exact."""

import base64

from common import CustomsCase, item, tax

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

DUTY, VAT, FEE = 55.00, 173.25, 45.00
PAYABLE = DUTY + VAT + FEE


class TestDisbursements(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_sale_tax_id.amount = 10
        cls.service_code.product_id.taxes_id = cls.company.account_sale_tax_id
        cls.terminal = cls.env["res.partner"].create({"name": "Quay Terminal"})
        cls.thc = cls.env.ref("customs_invoicing.charge_code_terminal_handling")
        cls.outside = cls.company.customs_disbursement_tax_id
        cls.sale_tax = cls.company.account_sale_tax_id
        cls.verifier = new_test_user(
            cls.env,
            login="disb_verifier",
            groups="base.group_user,customs_invoicing.group_customs_verifier",
            company_id=cls.company.id,
        )
        cls.officer = new_test_user(
            cls.env,
            login="disb_officer",
            groups="base.group_user,customs_invoicing.group_customs_user",
            company_id=cls.company.id,
        )

    # === HELPERS === #

    def posted(self, number="4711", **facts):
        """Return a file of 55.00 duty, 173.25 VAT and a fee of 45.00, posted.

        It is registered on 5 March 2026.
        """
        declaration = self.import_sad(
            [
                item(
                    price="1000.00",
                    freight="0",
                    taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")],
                )
            ],
            registration=("C", number, "3/5/26"),
            reference=f"JOB-{number}",
        )
        declaration.write(facts)
        self.post_assessment(declaration)
        return declaration

    def outlay(self, declaration, amount=120.00, **vals):
        """Add a charge of a third party."""
        return self.env["customs.charge"].create(
            {
                "declaration_id": declaration.id,
                "charge_code_id": self.thc.id,
                "payee_id": self.terminal.id,
                **vals,
            }
        )

    def pay_by_entry(self, charge, amount=120.00):
        """Book a payment for a charge by hand, without any document."""
        bank = self.company_data["default_journal_bank"].default_account_id
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-06",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.control.id,
                            "balance": amount,
                            "partner_id": self.client.id,
                            "customs_charge_id": charge.id,
                            "customs_declaration_id": charge.declaration_id.id,
                        }
                    ),
                    Command.create({"account_id": bank.id, "balance": -amount}),
                ],
            }
        )
        move.action_post()
        return move

    def vendor_bill(self, charge, amount=120.00, taxes=(), **vals):
        return self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.terminal.id,
                "invoice_date": "2026-03-06",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Terminal",
                            "price_unit": amount,
                            "account_id": self.control.id,
                            "tax_ids": [Command.set(taxes)],
                            "customs_charge_id": charge.id,
                            "customs_declaration_id": charge.declaration_id.id,
                        }
                    )
                ],
                **vals,
            }
        )

    def draft(self, declaration):
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-03-10"
        return invoice

    def line_of(self, invoice, code):
        return invoice.invoice_line_ids.filtered(lambda x: x.customs_tax_code == code)

    def mandate(self, **vals):
        return self.env["customs.mandate"].create(
            {
                "name": "POA 1",
                "partner_id": self.client.id,
                "date_from": "2026-01-01",
                **vals,
            }
        )

    def natures(self, declaration):
        return set(declaration.charge_ids.mapped("nature"))

    def scan(self, name="receipt.pdf"):
        return self.env["ir.attachment"].create(
            {"name": name, "datas": base64.b64encode(b"%PDF-1.4")}
        )

    def blockers(self, declarations, code):
        found = declarations._get_billing_blockers()
        return [
            blocker
            for declaration in declarations
            for blocker in found[declaration]
            if blocker.code == code
        ]

    # === WHY === #

    def test_reasons_are_told_in_words(self):
        charge = self.charge(self.posted(), "CID")
        self.assertEqual(charge.nature, "disbursement")
        self.assertIn("Disbursement at cost.", charge.nature_reason)
        self.assertIn(
            "✓ Harbour Home Goods Ltd owes it to the authority.", charge.nature_reason
        )
        self.assertIn("– No power of attorney on file", charge.nature_reason)
        self.assertNotIn("✗", charge.nature_reason)
        indirect = self.charge(self.posted("2", capacity="indirect"), "CID")
        self.assertEqual(indirect.nature, "recharge")
        self.assertIn(
            "✗ Under indirect representation we owe it ourselves.",
            indirect.nature_reason,
        )
        service = self.add_service(charge.declaration_id, 10)
        self.assertIn("Our own service", service.nature_reason)
        own = self.charge(self.typed_own(), "CID")
        self.assertEqual(own.nature, "own_cost")
        self.assertIn("Our own import", own.nature_reason)

    def typed_own(self):
        declaration = self.typed()
        self.env["customs.charge"].create(
            {
                "declaration_id": declaration.id,
                "charge_code_id": self.env.ref("customs_invoicing.charge_code_duty").id,
                "tax_code_id": self.env.ref("customs_invoicing.tax_code_cid").id,
            }
        )
        return declaration

    def test_whom_the_document_names_decides_outlays(self):
        declaration = self.posted()
        charge = self.outlay(declaration)
        self.assertEqual(charge.nature, "disbursement")
        self.assertIn("– Nobody said to whom", charge.nature_reason)
        charge.addressed_to = "us"
        self.assertEqual(charge.nature, "recharge")
        self.assertIn("✗ The document is made out to us", charge.nature_reason)
        charge.addressed_to = "client"
        self.assertEqual(charge.nature, "disbursement")
        named = self.outlay(declaration, in_client_name=True)
        self.assertEqual(named.addressed_to, "client")

    def test_the_invoice_follows_the_decision(self):
        declaration = self.posted()
        charge = self.outlay(declaration, addressed_to="us")
        self.vendor_bill(charge).action_post()
        invoice = self.draft(declaration)
        invoice.action_post()
        output = self.company_data["default_account_tax_sale"]
        self.assert_items(
            invoice,
            [
                (self.receivable, self.client, PAYABLE + 132.00, "", "", ""),
                (self.control, self.client, -DUTY, self.outside.name, "CID", ""),
                (self.control, self.client, -VAT, self.outside.name, "VAT", ""),
                (self.control, self.client, -FEE, self.outside.name, "GLOBAL", ""),
                (self.control, self.client, -120.00, self.sale_tax.name, "", ""),
                (output, self.client, -12.00, f"T:{self.sale_tax.name}", "", ""),
            ],
        )
        self.assert_money(declaration, to_bill=0, control_balance=0)

    # === POWER OF ATTORNEY === #

    def test_without_a_power_of_attorney_outlays_are_recharged(self):
        declaration = self.posted()
        self.assertEqual(self.natures(declaration), {"disbursement"})
        self.assertFalse(self.blockers(declaration, "mandate"))
        self.company.customs_require_mandate = True
        self.assertEqual(self.natures(declaration), {"recharge"})
        charge = self.charge(declaration, "CID")
        self.assertIn(
            "✗ No power of attorney of Harbour Home Goods Ltd on file covers "
            "03/05/2026.",
            charge.nature_reason,
        )
        blocker = self.blockers(declaration, "mandate")
        self.assertEqual(len(blocker), 1)
        self.assertTrue(blocker[0].stops)
        self.assertFalse(blocker[0].hard)
        self.assertIn("Harbour Home Goods Ltd", blocker[0].message)
        action = getattr(declaration, blocker[0].action)()
        self.assertEqual(action["res_model"], "customs.mandate")
        line = self.line_of(self.force_draft(declaration), "CID")
        self.assertEqual(line.tax_ids, self.sale_tax)

    def force_draft(self, declaration):
        """Return the draft invoice of a file, whatever stops it."""
        charges = declaration._get_open_charges()
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-03-10",
            }
        )
        invoice._customs_add_charges([charges])
        return invoice

    def test_validity_is_tested_on_the_day_of_the_file(self):
        self.company.customs_require_mandate = True
        declaration = self.posted()
        mandate = self.mandate(date_from="2026-03-06")
        self.assertEqual(self.natures(declaration), {"recharge"})
        mandate.date_from = "2026-03-05"
        self.assertEqual(self.natures(declaration), {"disbursement"})
        mandate.date_to = "2026-03-05"
        self.assertEqual(self.natures(declaration), {"disbursement"})
        mandate.write({"date_to": False, "date_revoked": "2026-03-05"})
        self.assertEqual(self.natures(declaration), {"recharge"})
        mandate.date_revoked = "2026-03-06"
        self.assertEqual(self.natures(declaration), {"disbursement"})
        mandate.kind = "indirect"
        self.assertEqual(self.natures(declaration), {"recharge"})
        self.assertIn(
            "is not for the capacity", declaration.charge_ids[0].nature_reason
        )
        mandate.kind = "both"
        mandate.office_ids = self.office.copy({"code": "OTHER"})
        self.assertEqual(self.natures(declaration), {"recharge"})
        mandate.office_ids |= self.office
        self.assertEqual(self.natures(declaration), {"disbursement"})
        mandate.tariff_id = self.tariff.copy({"code": "T2"})
        self.assertEqual(self.natures(declaration), {"recharge"})
        mandate.tariff_id = self.tariff
        self.assertEqual(self.natures(declaration), {"disbursement"})
        self.assertFalse(self.blockers(declaration, "mandate"))
        mandate.unlink()
        self.assertEqual(self.natures(declaration), {"recharge"})

    def test_a_contact_of_the_client_is_covered_another_client_is_not(self):
        self.company.customs_require_mandate = True
        branch = self.env["res.partner"].create(
            {"name": "Harbour, Leeds", "parent_id": self.client.id}
        )
        declaration = self.posted(client_id=branch.id)
        mandate = self.mandate(partner_id=self.broker.id)
        self.assertEqual(self.natures(declaration), {"recharge"})
        mandate.partner_id = self.client
        self.assertEqual(self.natures(declaration), {"disbursement"})

    def test_registration_moves_the_file_out_of_a_power_of_attorney(self):
        self.company.customs_require_mandate = True
        self.mandate(date_to="2026-03-31")
        declaration = self.posted()
        self.assertEqual(self.natures(declaration), {"disbursement"})
        declaration.registration_date = "2026-04-01"
        self.assertEqual(self.natures(declaration), {"recharge"})

    def test_what_was_billed_keeps_its_nature(self):
        self.company.customs_require_mandate = True
        mandate = self.mandate()
        declaration = self.posted()
        invoice = self.bill(declaration)
        mandate.date_revoked = "2026-01-02"
        self.assertEqual(self.natures(declaration), {"disbursement"})
        self.assertIn("It was billed so", declaration.charge_ids[0].nature_reason)
        self.reverse(invoice)
        self.assert_money(declaration, to_bill=PAYABLE, control_balance=PAYABLE)
        mandate.date_revoked = "2026-01-03"
        self.assertEqual(self.natures(declaration), {"recharge"})

    def test_draft_made_before_the_power_of_attorney_fell_is_not_posted(self):
        self.company.customs_require_mandate = True
        mandate = self.mandate()
        declaration = self.posted()
        invoice = self.draft(declaration)
        mandate.date_revoked = "2026-01-02"
        with self.assertRaisesRegex(UserError, "is a recharge with tax, not a disb"):
            invoice.action_post()
        self.assertEqual(invoice.state, "draft")
        invoice.unlink()
        invoice = self.force_draft(declaration)
        invoice.action_post()
        self.assertEqual(invoice.amount_tax, 27.33)  # 5.50 + 17.33 + 4.50
        self.assert_money(declaration, to_bill=0, control_balance=0)

    def test_states_of_powers_of_attorney_are_found_as_they_are_shown(self):
        today = self.env["customs.mandate"]._fields["date_from"].today()
        days = {
            "valid": {"date_from": "2020-01-01"},
            "expiring": {"date_from": "2020-01-01", "date_to": today},
            "expired": {"date_from": "2020-01-01", "date_to": "2020-12-31"},
            "future": {"date_from": "2999-01-01"},
            "revoked": {"date_from": "2020-01-01", "date_revoked": today},
        }
        mandates = {state: self.mandate(**vals) for state, vals in days.items()}
        mine = [("partner_id", "=", self.client.id)]
        for state, mandate in mandates.items():
            with self.subTest(state=state):
                self.assertEqual(mandate.state, state)
                found = mandate.search([*mine, ("state", "=", state)])
                self.assertEqual(found, mandate)
                others = mandate.search([*mine, ("state", "!=", state)])
                self.assertEqual(others | mandate, mandate.union(*mandates.values()))
                self.assertNotIn(mandate, others)
        self.assertEqual(self.client.customs_mandate_count, 5)
        valid = mandates["valid"]
        valid.action_revoke()
        self.assertEqual(valid.state, "revoked")
        valid.action_reinstate()
        self.assertEqual(valid.state, "valid")
        with self.assertRaisesRegex(ValidationError, "before it became valid"):
            valid.date_revoked = "2019-01-01"

    def test_files_are_judged_in_a_constant_number_of_queries(self):
        self.company.customs_require_mandate = True
        self.mandate()
        files = [self.posted(str(number)) for number in range(1, 6)]
        counts = []
        for number in (1, 5):
            some = self.env["customs.declaration"].union(*files[:number])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._get_billing_blockers()
            some.charge_ids.mapped("nature_reason")
            self.env.add_to_compute(some.charge_ids._fields["nature"], some.charge_ids)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)

    # === DECIDING OTHERWISE === #

    def override(self, charge, reason="Letter of the client", **vals):
        wizard = self.wizard(charge)
        wizard.write({"reason": reason, **vals})
        return wizard.action_confirm()

    def wizard(self, charge):
        action = charge.action_override_nature()
        model = charge.env[action["res_model"]].with_context(**action["context"])
        return model.create({})

    def test_a_verifier_decides_otherwise_and_takes_it_back(self):
        declaration = self.posted(capacity="indirect")
        charge = self.charge(declaration, "CID").with_user(self.verifier)
        self.override(charge)
        self.assertEqual(charge.nature, "disbursement")
        self.assertEqual(charge.nature_override_user_id, self.verifier)
        self.assertIn("Disbursement at cost, as disb_verifier", charge.nature_reason)
        self.assertIn("Letter of the client", charge.nature_reason)
        self.assertIn("By the facts it would be: Recharge", charge.nature_reason)
        note = declaration.message_ids[0].body
        for words in ("Disbursement at cost", "Recharge with tax", "Letter of the"):
            self.assertIn(words, note)
        self.assertEqual(self.charge(declaration, "VAT").nature, "recharge")
        charge.action_take_back_override()
        self.assertEqual(charge.nature, "recharge")
        self.assertFalse(charge.nature_override_reason)
        self.assertIn("taken back", declaration.message_ids[0].body)

    def test_override_needs_the_right_and_a_reason(self):
        declaration = self.posted()
        charge = self.charge(declaration, "CID")
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            charge.with_user(self.officer).action_override_nature()
        with self.assertRaisesRegex(UserError, "Say why"):
            self.override(charge, reason="  ")
        with self.assertRaisesRegex(UserError, "is that already"):
            self.override(charge, nature="disbursement")
        for vals in (
            {"nature": "recharge"},
            {"nature_override": "recharge"},
            {"nature_override_reason": "because"},
        ):
            with self.assertRaisesRegex(UserError, "cannot be written"):
                charge.with_user(self.verifier).write(vals)
        service = self.add_service(declaration, 10)
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            service.action_override_nature()
        self.assertEqual(charge.nature, "disbursement")

    def test_override_is_refused_once_billed(self):
        declaration = self.posted()
        charge = self.charge(declaration, "CID")
        invoice = self.draft(declaration)
        with self.assertRaisesRegex(UserError, "is billed, or on a draft"):
            charge.action_override_nature()
        invoice.unlink()
        wizard = self.wizard(charge)
        self.bill(declaration)
        wizard.reason = "late"
        with self.assertRaisesRegex(UserError, "is billed, or on a draft"):
            wizard.action_confirm()
        self.assertEqual(charge.nature, "disbursement")

    def test_override_stands_against_the_missing_power_of_attorney(self):
        self.company.customs_require_mandate = True
        declaration = self.posted()
        for charge in declaration.charge_ids:
            self.override(charge)
        self.assertEqual(self.natures(declaration), {"disbursement"})
        self.assertFalse(self.blockers(declaration, "mandate"))
        declaration.registration_date = "2026-03-04"
        self.assertEqual(self.natures(declaration), {"disbursement"})

    # === EVIDENCE === #

    def test_assessment_vendor_bill_and_receipt_are_proof(self):
        declaration = self.posted()
        duty = self.charge(declaration, "CID")
        self.assertEqual(duty.evidence_state, "there")
        self.assertIn(declaration._get_authority_moves().name, duty.evidence_text)
        charge = self.outlay(declaration)
        self.assertEqual(charge.evidence_state, "not_needed")  # nothing is paid yet
        bill = self.vendor_bill(charge)
        bill.action_post()
        self.assertEqual(charge.evidence_state, "there")
        self.assertEqual(charge.evidence_text, bill.name)
        wizard = self.env["customs.outlay"].create(
            {
                "date": "2026-03-06",
                "line_ids": [
                    Command.create(
                        {
                            "declaration_id": declaration.id,
                            "charge_code_id": self.thc.id,
                            "amount": 30,
                            "receipt": "R-77",
                            "in_client_name": True,
                        }
                    )
                ],
            }
        )
        wizard.action_record()
        paid = declaration.charge_ids.filtered("in_client_name")
        self.assertEqual(paid.evidence_state, "there")
        self.assertFalse(self.blockers(declaration, "evidence"))

    def test_missing_proof_blocks_until_it_is_attached(self):
        declaration = self.posted()
        charge = self.outlay(declaration)
        self.pay_by_entry(charge)
        mine = [("declaration_id", "=", declaration.id)]
        missing = [*mine, ("evidence_state", "=", "missing")]
        self.assertEqual(charge.evidence_state, "missing")
        self.assertEqual(charge.search(missing), charge)
        self.assertIn("Its proof is missing", charge.nature_reason)
        blocker = self.blockers(declaration, "evidence")
        self.assertEqual([b.charge_id for b in blocker], [charge.id])
        self.assertTrue(blocker[0].stops)
        self.assertFalse(blocker[0].hard)
        action = getattr(declaration, blocker[0].action)()
        self.assertEqual(action["res_id"], charge.id)
        charge.evidence_ids = self.scan()
        self.assertEqual(charge.evidence_state, "there")
        self.assertEqual(charge.evidence_text, "receipt.pdf")
        self.assertFalse(charge.search(missing))
        self.assertIn(charge, charge.search([*mine, ("evidence_state", "=", "there")]))
        self.assertFalse(self.blockers(declaration, "evidence"))

    def test_a_document_of_the_file_counts_once_it_is_received(self):
        declaration = self.posted()
        charge = self.outlay(declaration)
        self.pay_by_entry(charge)
        document = self.env["customs.document"].create(
            {"declaration_id": declaration.id, "code": "380", "reference": "T-9"}
        )
        charge.evidence_document_ids = document
        self.assertEqual(charge.evidence_state, "missing")
        document.attachment_ids = self.scan()
        self.assertEqual(charge.evidence_state, "there")
        self.assertEqual(charge.evidence_text, "380 T-9")

    def test_codes_that_ask_for_none_and_undone_bills(self):
        declaration = self.posted()
        charge = self.outlay(declaration)
        bill = self.vendor_bill(charge)
        bill.action_post()
        self.reverse(bill)
        self.assertEqual(charge.evidence_state, "not_needed")
        self.pay_by_entry(charge)
        self.assertEqual(charge.evidence_state, "missing")
        self.thc.evidence = "none"
        self.assertEqual(charge.evidence_state, "not_needed")
        self.assertFalse(self.blockers(declaration, "evidence"))
        states = ("there", "missing", "not_needed")
        for each in declaration.charge_ids:
            found = [
                state
                for state in states
                if each in each.search([("evidence_state", "=", state)])
            ]
            self.assertEqual(found, [each.evidence_state])

    # === AT COST === #

    def test_a_disbursement_is_neither_discounted_multiplied_nor_marked_up(self):
        invoice = self.draft(self.posted())
        line = self.line_of(invoice, "CID")
        for vals, words in (
            ({"discount": 5}, "cannot be discounted"),
            ({"quantity": 2}, "its quantity is 1"),
            ({"quantity": 0.5}, "its quantity is 1"),
            ({"tax_ids": [Command.set(self.sale_tax.ids)]}, "its only tax is"),
            ({"tax_ids": [Command.clear()]}, "its only tax is"),
            ({"price_unit": 55.01}, "0.01 more would be billed than was charged"),
        ):
            with self.subTest(**vals):
                with self.assertRaises(ValidationError) as refused:
                    line.write(vals)
                self.assertIn(words, str(refused.exception))
        with self.assertRaises(ValidationError), Form(invoice) as form:
            with form.invoice_line_ids.edit(0) as row:
                row.discount = 10
        self.assertEqual(line.price_subtotal, DUTY)
        invoice.action_post()
        self.assert_money(invoice.customs_declaration_ids, to_bill=0, control_balance=0)

    def test_posting_checks_again(self):
        """What a draft may not say is refused there too, whichever way it got in."""
        invoice = self.draft(self.posted())
        line = self.line_of(invoice, "CID")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET discount = 10 WHERE id = %s", [line.id]
        )
        line.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "cannot be discounted"):
            invoice.action_post()

    def test_services_may_still_be_discounted(self):
        declaration = self.posted()
        self.add_service(declaration, 80)
        invoice = self.draft(declaration)
        invoice.invoice_line_ids.filtered(
            lambda x: not x.customs_tax_code
        ).discount = 25
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed, PAYABLE + 60.00)
        self.assert_money(declaration, billed=PAYABLE, control_balance=0)

    def test_part_of_a_disbursement_may_be_billed(self):
        declaration = self.posted()
        invoice = self.draft(declaration)
        self.line_of(invoice, "CID").price_unit = 30.00
        invoice.action_post()
        charge = self.charge(declaration, "CID")
        self.assertEqual((charge.amount_billed, charge.amount_to_bill), (30.0, 25.0))
        self.assert_money(declaration, to_bill=25, control_balance=25)

    def test_part_of_a_disbursement_may_be_credited(self):
        declaration = self.posted()
        invoice = self.bill(declaration)
        credit = invoice._reverse_moves(
            [{"invoice_date": "2026-03-12", "date": "2026-03-12"}]
        )
        self.line_of(credit, "CID").price_unit = 5.00
        self.line_of(credit, "VAT").unlink()
        self.line_of(credit, "GLOBAL").unlink()
        credit.action_post()
        self.assert_items(
            credit,
            [
                (self.receivable, self.client, -5.00, "", "", ""),
                (self.control, self.client, 5.00, self.outside.name, "CID", ""),
            ],
        )
        self.assert_money(declaration, to_bill=5, control_balance=5)

    def test_an_older_invoice_is_credited_whatever_the_tax_is_by_now(self):
        declaration = self.posted()
        invoice = self.bill(declaration)
        self.company.customs_disbursement_tax_id = self.outside.copy({"name": "New"})
        credit = self.reverse(invoice)
        self.assertEqual(self.line_of(credit, "CID").tax_ids, self.outside)
        self.assert_money(declaration, to_bill=PAYABLE, control_balance=PAYABLE)
        again = self.bill(declaration, date="2026-03-20")
        self.assertEqual(self.line_of(again, "CID").tax_ids.name, "New")

    def test_fiscal_positions_and_price_lists_change_nothing(self):
        other_tax = self.sale_tax.copy({"name": "Abroad", "amount": 0})
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        other_tax.write(
            {
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set((self.outside | self.sale_tax).ids)],
            }
        )
        duty = self.env.ref("customs_invoicing.charge_code_duty").product_id
        duty.list_price = 999
        declaration = self.posted()
        service = self.add_service(declaration, 80)
        invoice = self.draft(declaration)
        invoice.fiscal_position_id = position
        invoice.action_update_fpos_values()
        line = self.line_of(invoice, "CID")
        self.assertEqual((line.price_unit, line.tax_ids), (DUTY, self.outside))
        self.assertEqual(line.account_id, self.control)
        fee = invoice.invoice_line_ids.filtered(
            lambda x: x.customs_charge_id == service
        )
        self.assertEqual(fee.tax_ids, other_tax)
        line.product_id = self.env.ref(
            "customs_invoicing.charge_code_excise"
        ).product_id
        self.assertEqual((line.price_unit, line.tax_ids), (DUTY, self.outside))
        self.assertEqual(line.account_id, self.control)
        invoice.action_post()
        self.assert_money(declaration, to_bill=0, control_balance=0)

    def test_terms_and_roundings_that_would_fall_on_outlays_are_refused(self):
        declaration = self.posted()
        invoice = self.draft(declaration)
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "To 0.10",
                "rounding": 0.1,
                "strategy": "add_invoice_line",
                "profit_account_id": self.income.id,
                "loss_account_id": self.income.id,
            }
        )
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % in 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
            }
        )
        with self.assertRaisesRegex(ValidationError, "to the cent"):
            invoice.invoice_cash_rounding_id = rounding
        with self.assertRaisesRegex(ValidationError, "without early payment discount"):
            invoice.invoice_payment_term_id = term
        invoice.unlink()
        self.add_service(declaration, 80.04)
        mixed = self.draft(declaration)
        mixed.invoice_cash_rounding_id = rounding
        mixed.action_post()
        self.assertEqual(mixed.amount_total, 361.30)  # 273.25 + 88.04, rounded apart
        self.assert_money(declaration, billed=PAYABLE, to_bill=0, control_balance=0)

    def test_tax_of_a_disbursement_is_not_deducted(self):
        declaration = self.posted()
        purchase_tax = self.company.account_purchase_tax_id
        purchase_tax.amount = 10
        charge = self.outlay(declaration, in_client_name=True)
        bill = self.vendor_bill(charge, 100.00, purchase_tax.ids)
        with self.assertRaisesRegex(UserError, "not ours to deduct"):
            bill.action_post()
        bill.invoice_line_ids.write({"tax_ids": [Command.clear()], "price_unit": 110})
        bill.action_post()
        recharge = self.outlay(declaration, addressed_to="us")
        own = self.vendor_bill(recharge, 100.00, purchase_tax.ids, ref="2")
        own.action_post()
        self.assertEqual(recharge.amount_to_bill, 100.00)

    def test_foreign_invoice_reprices_without_being_a_mark_up(self):
        eur = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.8)])
        self.client.customs_billing_currency_id = eur
        declaration = self.posted()
        invoice = self.draft(declaration)
        self.assertEqual(self.line_of(invoice, "CID").price_unit, 44.00)
        self.line_of(invoice, "CID").price_unit = 44.50
        with self.assertRaisesRegex(UserError, "more would be billed than was charged"):
            invoice.action_post()
        self.line_of(invoice, "CID").price_unit = 44.00
        invoice.action_post()
        self.assert_money(declaration, to_bill=0, control_balance=0)
