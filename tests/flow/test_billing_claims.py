"""What comes from outside is a claim: defaults, receipts, changed payers and taxes."""

from billing import OUTLAYS, BillingCase

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user


class TestBillingClaims(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = new_test_user(
            cls.env,
            login="officer",
            groups="base.group_user,customs_invoicing.group_customs_user",
            company_id=cls.company.id,
        )
        cls.boss = cls.env.ref("base.user_admin")

    # === HELPERS === #

    def as_officer(self, name, **defaults):
        self.env.flush_all()
        self.env.invalidate_all()
        context = {f"default_{key}": value for key, value in defaults.items()}
        return self.env[name].with_user(self.officer).with_context(**context)

    def line_of(self, declaration, code, price):
        """Return the values of a line typed for a charge."""
        charge = self.charge(declaration, code)
        return {
            "name": "Typed",
            "product_id": charge.charge_code_id.product_id.id,
            "price_unit": price,
            "customs_charge_id": charge.id,
            "customs_declaration_id": declaration.id,
        }

    def document(self, move_type, partner, *lines):
        return self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "invoice_date": "2026-03-12",
                "invoice_line_ids": [Command.create(line) for line in lines],
            }
        )

    def reversal(self, invoice, modify=False):
        """Reverse an invoice; return the draft that this makes."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": "2026-03-12", "journal_id": invoice.journal_id.id})
        )
        action = wizard.modify_moves() if modify else wizard.refund_moves()
        return self.env["account.move"].browse(action["res_id"])

    # === DEFAULTS === #

    def test_nobody_starts_a_run_in_the_name_of_another(self):
        """Defaults of a call, or stored by a user, would give it others' rights."""
        claims = {
            "user_id": self.boss.id,
            "state": "running",
            "started_at": "2026-03-01 08:00:00",
        }
        run = self.as_officer("customs.billing.run", **claims).create({"what": "ready"})
        self.assertEqual(run.state, "draft")
        self.assertFalse(run.user_id)
        defaults = self.as_officer("ir.default")
        defaults.set("customs.billing.run", "user_id", self.boss.id, user_id=True)
        defaults.set("customs.billing.run", "state", "running", user_id=True)
        run = self.as_officer("customs.billing.run").create({"what": "ready"})
        self.assertEqual((run.state, run.user_id.id), ("draft", False))

    def test_nobody_makes_up_an_outlay(self):
        declaration = self.file(1)
        claims = {
            "amount_estimate": 500.0,
            "nature_override": "disbursement",
            "rating_price": 9.0,
            "is_payer_chosen": True,
        }
        charge = self.as_officer("customs.charge", **claims).create(
            {
                "declaration_id": declaration.id,
                "charge_code_id": self.service_code.id,
                "amount": 10.0,
            }
        )
        self.assertFalse(any(charge[name] for name in claims))
        self.assertEqual(charge.amount_to_bill, 10.0)

    def test_charge_notes_are_drafts(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        department = self.env["account.analytic.account"].create(
            {"name": "Research", "plan_id": plan.id}
        )
        note = self.as_officer(
            "customs.charge.note", state="sent", approver_id=self.boss.id
        ).create({"account_id": department.id})
        self.assertEqual((note.state, note.approver_id.id), ("draft", False))

    def test_files_begin_as_drafts(self):
        vals = {
            "office_id": self.office.id,
            "capacity": "direct",
            "client_id": self.client.id,
        }
        files = self.as_officer("customs.declaration", state="released")
        self.assertEqual(files.create(vals).state, "draft")
        with self.refused("A new file is a draft"):
            files.create({**vals, "state": "lodged"})

    def test_limits_hold_whichever_way_a_file_is_lodged(self):
        self.client.write({"customs_own_limits": True, "customs_duty_limit": 10.0})
        declaration = self.typed(capacity="direct", client_id=self.client.id)
        declaration.action_mark_ready()
        lodging = self.as_officer("customs.declaration").browse(declaration.id)
        with self.refused("limit"):
            lodging.action_lodge()
        with self.refused("limit"):
            lodging.write({"state": "lodged"})
        self.assertEqual(declaration.state, "ready")

    def test_nobody_marks_posted_items_as_deposits(self):
        declaration = self.file(1)
        invoice = self.bill(declaration)
        request = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "amount": 100.0}
        )
        item = invoice.line_ids.filtered(lambda li: li.display_type == "payment_term")
        for vals in (
            {"customs_deposit_step": "received"},
            {"customs_funds_request_id": request.id},
        ):
            with self.subTest(vals=vals), self.refused("is posted"):
                item.write(vals)
        self.assertEqual(request.amount_received, 0.0)

    def test_calling_it_a_reversal_opens_nothing(self):
        """Only what takes lines of a posted document back is excused from checks."""
        declaration = self.file(1)
        invoice = self.bill(declaration)
        copy = invoice.copy({"invoice_date": "2026-03-12"})
        copy.reversed_entry_id = invoice
        with self.refused("without its customs charge"):
            copy.action_post()
        draft = self.file(2).action_create_invoices()
        draft.invoice_date = "2026-03-12"
        for other in (draft, invoice):
            draft.reversed_entry_id = other
            with self.subTest(other=other.name), self.refused("its only tax is"):
                draft.invoice_line_ids[:1].tax_ids = self.sale_tax
        self.assert_money(declaration, billed=OUTLAYS, control_balance=0.0)

    # === RECEIPTS === #

    def test_sales_receipt_is_checked_like_an_invoice(self):
        declaration = self.file(1)
        line = self.line_of(declaration, "CID", 50.0)
        with self.refused("cannot be billed to Quay Forwarders"):
            self.document("out_receipt", self.forwarder, line).action_post()
        with self.refused("more would be billed"):
            lines = (line, self.line_of(declaration, "CID", 20.0))
            self.document("out_receipt", self.client, *lines).action_post()
        receipt = self.document("out_receipt", self.client, line)
        receipt.action_post()
        self.assert_items(
            receipt,
            [
                (self.control, self.client, -50.0, self.untaxed.name, "CID", ""),
                self.due(self.client, 50.0),
            ],
        )
        self.assert_money(declaration, billed=50.0, control_balance=OUTLAYS - 50.0)
        with self.refused("more would be billed"):
            self.document("out_receipt", self.client, line).action_post()
        self.bill(declaration)
        self.assert_money(declaration, billed=OUTLAYS, control_balance=0.0)

    # === PAYERS === #

    def test_nothing_is_reset_that_another_pays_by_now(self):
        """It could not be posted again, and two would be billed for one outlay."""
        declaration = self.file(1)
        invoice = self.bill(declaration)
        credit_note = self.reverse(invoice)
        self.charge(declaration, "CID").bill_to_id = self.forwarder
        for move in (invoice, credit_note):
            with self.subTest(move=move.name), self.refused("cannot be reset"):
                move.button_draft()
        self.post_invoices(declaration.action_create_invoices())
        with self.refused("cannot be reset"):
            credit_note.button_draft()
        self.assert_money(declaration, billed=OUTLAYS, control_balance=0.0)

    def test_credit_note_is_reset_while_its_client_pays(self):
        declaration = self.file(1)
        invoice = self.bill(declaration)
        credit_note = self.reverse(invoice)
        credit_note.button_draft()
        credit_note.unlink()
        self.assert_money(declaration, billed=OUTLAYS, control_balance=0.0)

    # === TAXES === #

    def test_disbursement_tax_stays_zero(self):
        """Its amount would be credited to the account of the outlays."""
        declaration = self.file(1)
        draft = declaration.action_create_invoices()
        self.untaxed.amount = 15
        draft.invoice_date = "2026-03-10"
        with self.refused("is not zero"):
            draft.action_post()
        with self.refused("is not zero"):
            self.file(2).action_create_invoices()
        self.untaxed.amount = 0
        draft.action_post()
        self.assert_items(
            draft,
            [
                *self.outlay_items(self.client),
                *self.service_items(self.client),
                self.due(self.client, OUTLAYS + 92.0),
            ],
        )

    # === REVERSED AND MADE ANEW === #

    def test_foreign_invoice_made_anew_is_priced_anew(self):
        """Reversed with a draft to change: the rate of the new day counts."""
        eur = self.env.ref("base.EUR")
        eur.active = True
        rates = self.env["res.currency.rate"]
        rates.search([("currency_id", "=", eur.id)]).unlink()
        for day, rate in (("2020-01-01", 0.8), ("2026-03-11", 0.5)):
            rates.create(
                {
                    "currency_id": eur.id,
                    "name": day,
                    "rate": rate,
                    "company_id": self.company.id,
                }
            )
        self.profile(currency_id=eur.id)
        declaration = self.file(1)
        invoice = self.bill(declaration)
        self.assertEqual(self.line(invoice, declaration, "CID").price_unit, 40.0)
        anew = self.reversal(invoice, modify=True)
        self.assert_money(declaration, billed=0.0, to_bill=0.0)
        drafted = sum(declaration.charge_ids.mapped("amount_in_draft"))
        self.assertEqual(drafted, OUTLAYS + 80.0)
        anew.invoice_date = "2026-03-12"
        anew.action_post()
        self.assertEqual(self.line(anew, declaration, "CID").price_unit, 25.0)
        self.assert_money(declaration, billed=OUTLAYS, to_bill=0.0, control_balance=0.0)
        self.assertFalse(declaration.action_create_invoices())

    def test_foreign_service_is_credited_to_the_cent(self):
        """What the currency cannot express stays no part of a full credit."""
        eur = self.env.ref("base.EUR")
        eur.active = True
        rates = self.env["res.currency.rate"]
        rates.search([("currency_id", "=", eur.id)]).unlink()
        rates.create(
            {
                "currency_id": eur.id,
                "name": "2020-01-01",
                "rate": 0.3,
                "company_id": self.company.id,
            }
        )
        self.profile(currency_id=eur.id)
        declaration = self.file(1, service=80.01)
        invoice = self.bill(declaration)
        service = declaration.charge_ids.filtered(lambda c: c.nature == "service")
        self.assertNotEqual(self.line(invoice, declaration).balance, -80.01)
        self.assertEqual(service.amount_to_bill, 0.0)
        self.reverse(invoice)
        self.assertEqual((service.amount_billed, service.amount_to_bill), (0.0, 80.01))

    # === MONTHLY FEES === #

    def test_monthly_fee_is_billed_to_its_client(self):
        card = self.env["customs.fee.tariff"].create(
            {
                "name": "Retainer",
                "level": "client",
                "client_id": self.client.id,
                "date_from": "2026-01-01",
                "rule_ids": [
                    Command.create(
                        {
                            "charge_code_id": self.service_code.id,
                            "type": "PERIOD_FLAT",
                            "fee": 100,
                        }
                    )
                ],
            }
        )
        card.action_activate()
        fee = self.env["customs.fee.period"]._count_month("2026-03-31")
        fee.action_create_invoices()
        draft = fee.move_line_ids.move_id
        draft.partner_id = self.forwarder
        draft.invoice_date = "2026-04-01"
        with self.assertRaisesRegex(UserError, "cannot be billed to Quay"):
            draft.action_post()
