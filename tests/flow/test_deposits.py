"""The client's money: asked for, received, applied to invoices, returned."""

from common import CustomsCase, item, tax

from odoo import fields
from odoo.exceptions import UserError


class TestDeposits(CustomsCase):
    """Spanish-style file: duty 1 500.00, VAT 6 741.00, terminal 180.00, fee 120.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.company_data["default_journal_bank"]
        cls.bank_account = cls.bank.default_account_id
        cls.deposits = cls.company.customs_client_deposits_account_id
        cls.third_party = cls.env.ref("customs_invoicing.charge_code_third_party")
        sale_tax = cls.company.account_sale_tax_id
        sale_tax.amount = 21
        cls.service_code.product_id.taxes_id = sale_tax
        cls.output_tax = cls.company_data["default_account_tax_sale"]

    def assessed_file(self, **facts):
        """Value 30 000.00: duty 5 %, VAT 21 % of 32 100.00."""
        return self.import_sad(
            [
                item(
                    price="30000.00",
                    taxes=[
                        tax("CID", "30000.00", "5", "1500.00"),
                        tax("VAT", "32100.00", "21", "6741.00"),
                    ],
                )
            ],
            **{"global_tax": None, **facts},
        )

    def paid_file(self, **facts):
        """A file whose duties were paid from the bank, and the terminal too."""
        declaration = self.assessed_file(**facts)
        self.post_assessment(declaration)
        self.outlay(declaration, 180.00)
        self.add_service(declaration, 120.00)
        return declaration

    def outlay(self, declaration, amount):
        wizard = self.env["customs.outlay"].create(
            {
                "date": "2026-03-05",
                "journal_id": self.bank.id,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "declaration_id": declaration.id,
                            "charge_code_id": self.third_party.id,
                            "amount": amount,
                            "receipt": "THC-1",
                        },
                    )
                ],
            }
        )
        return wizard._record()

    def request(self, declaration, amount=9000.00, **vals):
        return self.env["customs.funds.request"].create(
            {
                "declaration_id": declaration.id,
                "amount": amount,
                "date": "2026-03-01",
                **vals,
            }
        )

    def receive(self, request, amount=None, date="2026-03-02", journal=None):
        wizard = (
            self.env["customs.cash.movement"]
            .with_context(**request.action_receive()["context"])
            .create({"date": date, "journal_id": (journal or self.bank).id})
        )
        if amount is not None:
            wizard.amount = amount
        before = request.move_line_ids.move_id
        wizard.action_confirm()
        return request.move_line_ids.move_id - before

    def give_back(self, request, amount=None, date="2026-03-10"):
        wizard = (
            self.env["customs.cash.movement"]
            .with_context(**request.action_return()["context"])
            .create({"date": date, "journal_id": self.bank.id})
        )
        if amount is not None:
            wizard.amount = amount
        before = request.move_line_ids.move_id
        wizard.action_confirm()
        return request.move_line_ids.move_id - before

    def assert_deposit(self, request, state, **amounts):
        request.invalidate_recordset()
        self.assertEqual(request.state, state)
        names = ("received", "applied", "returned", "left")
        self.assertEqual(
            {name: f"{request[f'amount_{name}']:.2f}" for name in names},
            {name: f"{amounts.get(name, 0.0):.2f}" for name in names},
        )

    def applications(self, request):
        return request.move_line_ids.filtered(
            lambda line: line.customs_deposit_step == "applied"
        ).move_id

    # === THE WHOLE WAY === #

    def test_deposit_received_applied_and_surplus_returned(self):
        declaration = self.assessed_file()
        prefunded = self.env.ref("customs_invoicing.payment_method_p3")
        declaration.charge_ids.filtered("tax_code_id").payment_method_id = prefunded
        request = self.request(declaration)
        self.assertTrue(request.name.startswith("DEP/"))
        self.assertFalse(request.move_line_ids)
        self.assert_deposit(request, "requested")

        received = self.receive(request)
        self.assertEqual(received.customs_event, "deposit")
        self.assertEqual(received.journal_id, self.bank)
        self.assertEqual(received.date.isoformat(), "2026-03-02")
        self.assert_items(
            received,
            [
                (self.bank_account, self.client, 9000.00, "", "", ""),
                (self.deposits, self.client, -9000.00, "", "", ""),
            ],
        )
        self.assertEqual(received.line_ids.customs_declaration_id, declaration)
        self.assertFalse(received.line_ids.customs_charge_id)
        self.assert_deposit(request, "received", received=9000, left=9000)
        self.assertEqual(declaration.deposit_left, 9000.00)

        declaration.action_post_assessment()
        self.outlay(declaration, 180.00)
        self.add_service(declaration, 120.00)
        invoice = self.bill(declaration, date="2026-03-06")
        self.assertEqual(invoice.amount_total, 8566.20)
        applied = self.applications(request)
        self.assertEqual(applied.customs_event, "deposit")
        self.assertEqual(applied.date.isoformat(), "2026-03-06")
        self.assert_items(
            applied,
            [
                (self.deposits, self.client, 8566.20, "", "", ""),
                (self.receivable, self.client, -8566.20, "", "", ""),
            ],
        )
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assert_deposit(
            request, "received", received=9000, applied=8566.20, left=433.80
        )

        returned = self.give_back(request)
        self.assert_items(
            returned,
            [
                (self.deposits, self.client, 433.80, "", "", ""),
                (self.bank_account, self.client, -433.80, "", "", ""),
            ],
        )
        self.assert_deposit(
            request, "applied", received=9000, applied=8566.20, returned=433.80
        )
        self.assertTrue(all(request.move_line_ids.mapped("reconciled")))
        self.assert_money(declaration, control_balance=0, to_bill=0)
        for account, balance in (
            (self.deposits, 0.0),
            (self.control, 0.0),
            (self.receivable, 0.0),
            (self.payable, 0.0),
            (self.bank_account, 145.20),
            (self.income, -120.00),
            (self.output_tax, -25.20),
        ):
            with self.subTest(account=account.name):
                self.assertAlmostEqual(self.account_balance(account), balance, 2)

    def test_requested_amount_is_proposed(self):
        declaration = self.assessed_file()
        self.add_service(declaration, 120.00)
        request = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id}
        )
        self.assertEqual(request.amount, 8361.00)
        second = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id}
        )
        self.assertEqual(second.amount, 0.0)

    def test_part_is_received_then_the_rest(self):
        request = self.request(self.assessed_file())
        self.receive(request, 4000.00)
        self.assert_deposit(request, "partial", received=4000, left=4000)
        self.receive(request)
        self.assert_deposit(request, "received", received=9000, left=9000)

    # === APPLYING === #

    def test_never_more_than_is_held_is_applied(self):
        declaration = self.paid_file()
        request = self.request(declaration, 5000.00)
        self.receive(request)
        invoice = self.bill(declaration)
        self.assertAlmostEqual(invoice.amount_residual, 3566.20, 2)
        self.assert_deposit(request, "applied", received=5000, applied=5000)
        self.assertFalse(request._apply(invoice))
        with self.assertRaisesRegex(UserError, "nothing to apply"):
            request.action_apply()

    def test_applied_by_hand_where_the_company_wants_so(self):
        self.company.customs_apply_deposits = False
        declaration = self.paid_file()
        request = self.request(declaration)
        self.receive(request, date="2026-03-08")
        invoice = self.bill(declaration, date="2026-03-06")
        self.assertAlmostEqual(invoice.amount_residual, 8566.20, 2)
        request.action_apply()
        applied = self.applications(request)
        # the money came after the invoice
        self.assertEqual(applied.date.isoformat(), "2026-03-08")
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assert_deposit(
            request, "received", received=9000, applied=8566.20, left=433.80
        )

    def test_oldest_request_first(self):
        declaration = self.paid_file()
        late = self.request(declaration, 9000.00, date="2026-03-03")
        early = self.request(declaration, 500.00, date="2026-03-01")
        self.receive(late)
        self.receive(early)
        self.bill(declaration)
        self.assert_deposit(early, "applied", received=500, applied=500)
        self.assert_deposit(
            late, "received", received=9000, applied=8066.20, left=933.80
        )

    def test_deposit_pays_its_own_file_of_a_collective_invoice(self):
        first = self.paid_file()
        second = self.paid_file(
            registration=("C", "900", "3/6/26"), assessment=("A", "901", "3/6/26")
        )
        request = self.request(first, 20000.00)
        self.receive(request)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2026-03-10",
            }
        )
        charges = first._get_open_charges() | second._get_open_charges()
        invoice._customs_add_charges([charges])
        invoice.action_post()
        self.assertAlmostEqual(invoice.amount_total, 2 * 8566.20, 2)
        self.assertAlmostEqual(invoice.amount_residual, 8566.20, 2)
        self.assert_deposit(
            request, "received", received=20000, applied=8566.20, left=11433.80
        )
        self.assertFalse(request._apply(invoice))

    def test_another_clients_invoice_is_left_alone(self):
        request = self.request(self.paid_file())
        self.receive(request)
        other = self.paid_file(
            registration=("C", "900", "3/6/26"), assessment=("A", "901", "3/6/26")
        )
        invoice = self.bill(other)
        self.assertAlmostEqual(invoice.amount_residual, 8566.20, 2)
        self.assert_deposit(request, "received", received=9000, left=9000)

    def test_accountant_who_posts_applies_too(self):
        declaration = self.paid_file()
        request = self.request(declaration)
        self.receive(request)
        invoice = declaration.action_create_invoices()
        invoice.invoice_date = "2026-03-06"
        accountant = self.env["res.users"].create(
            {
                "name": "Accountant",
                "login": "deposit_accountant",
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
                "group_ids": [
                    (
                        6,
                        0,
                        [
                            self.env.ref("base.group_user").id,
                            self.env.ref("account.group_account_user").id,
                        ],
                    )
                ],
            }
        )
        invoice.with_user(accountant).action_post()
        self.assertEqual(invoice.amount_residual, 0.0)

    # === UNDOING === #

    def test_reversing_gives_every_amount_back(self):
        declaration = self.paid_file()
        request = self.request(declaration)
        received = self.receive(request)
        invoice = self.bill(declaration)
        applied = self.applications(request)
        applied.action_customs_reverse()
        self.assert_deposit(request, "received", received=9000, left=9000)
        self.assertAlmostEqual(invoice.amount_residual, 8566.20, 2)
        self.assertAlmostEqual(
            self.account_balance(self.deposits, declaration), -9000.00, 2
        )
        with self.assertRaisesRegex(UserError, "reversed already"):
            applied.action_customs_reverse()
        received.action_customs_reverse()
        self.assert_deposit(request, "requested")
        self.assertAlmostEqual(self.account_balance(self.deposits), 0.0, 2)

    def test_entry_of_a_deposit_is_not_reset(self):
        declaration = self.paid_file()
        request = self.request(declaration)
        self.receive(request)
        self.bill(declaration)
        with self.assertRaisesRegex(UserError, "Use Reverse instead"):
            self.applications(request).button_draft()
        self.applications(request).action_customs_reverse()
        self.assert_deposit(request, "received", received=9000, left=9000)

    # === REFUSALS === #

    def test_never_more_is_returned_than_is_left(self):
        request = self.request(self.assessed_file())
        self.receive(request, 1000.00)
        with self.assertRaisesRegex(UserError, "only .*1,000.00 is left"):
            self.give_back(request, 1000.01)
        self.give_back(request)
        self.assert_deposit(request, "returned", received=1000, returned=1000)

    def test_locked_period_and_zero_are_refused(self):
        request = self.request(self.assessed_file())
        with self.assertRaisesRegex(UserError, "above zero"):
            self.receive(request, 0.0)
        self.company.fiscalyear_lock_date = "2026-03-31"
        with self.assertRaisesRegex(UserError, "2026-03-02 is in a locked period"):
            self.receive(request)
        self.assertFalse(request.move_line_ids)

    def test_own_import_has_no_client_to_ask(self):
        self.company.partner_id.customs_code = "OWN-1"
        declaration = self.assessed_file(importer=("OWN-1", "Us"))
        with self.assertRaisesRegex(UserError, "no client to ask"):
            self.request(declaration)

    def test_request_with_money_is_neither_withdrawn_nor_deleted_nor_moved(self):
        request = self.request(self.assessed_file())
        other = self.assessed_file(
            registration=("C", "900", "3/6/26"), assessment=("A", "901", "3/6/26")
        )
        request.action_withdraw()
        self.assert_deposit(request, "cancelled")
        with self.assertRaisesRegex(UserError, "was withdrawn"):
            self.receive(request)
        request.action_reinstate()
        self.receive(request)
        for action in (
            request.action_withdraw,
            request.unlink,
            lambda: request.write({"declaration_id": other.id}),
        ):
            with self.assertRaises(UserError):
                action()

    # === CURRENCIES === #

    def foreign_bank(self, code="EUR"):
        currency = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", code)])
        )
        currency.active = True
        self.env["res.currency.rate"].create(
            [
                {"currency_id": currency.id, "name": "2026-01-01", "rate": 0.5},
                {"currency_id": currency.id, "name": "2026-03-05", "rate": 0.4},
            ]
        )
        journal = self.env["account.journal"].create(
            {
                "name": f"Bank {code}",
                "code": f"B{code}",
                "type": "bank",
                "currency_id": currency.id,
            }
        )
        lines = (
            journal.inbound_payment_method_line_ids
            | journal.outbound_payment_method_line_ids
        )
        lines.payment_account_id = journal.default_account_id
        return currency, journal

    def test_deposit_in_another_currency_keeps_it(self):
        """1 000 EUR come in worth 2 000.00 and pay 2 500.00 at the later rate."""
        euro, journal = self.foreign_bank()
        declaration = self.paid_file()
        request = self.request(declaration, 1000.00, currency_id=euro.id)
        received = self.receive(request, journal=journal)
        self.assert_items(
            received,
            [
                (journal.default_account_id, self.client, 2000.00, "", "", ""),
                (self.deposits, self.client, -2000.00, "", "", ""),
            ],
        )
        self.assertEqual(received.line_ids.currency_id, euro)
        self.assertEqual(
            sorted(received.line_ids.mapped("amount_currency")), [-1000, 1000]
        )
        self.assertEqual(request.held_currency_id, euro)
        self.assert_deposit(request, "received", received=1000, left=1000)
        invoice = self.bill(declaration, date="2026-03-06")
        self.assertAlmostEqual(invoice.amount_residual, 8566.20 - 2500.00, 2)
        applied = self.applications(request)
        self.assert_items(
            applied,
            [
                (self.deposits, self.client, 2500.00, "", "", ""),
                (self.receivable, self.client, -2500.00, "", "", ""),
            ],
        )
        self.assert_deposit(request, "applied", received=1000, applied=1000)
        self.assertAlmostEqual(self.account_balance(self.deposits), 0.0, 2)

    def test_exchange_difference_of_a_deposit_belongs_to_it(self):
        euro, journal = self.foreign_bank()
        declaration = self.paid_file()
        request = self.request(declaration, 5000.00, currency_id=euro.id)
        self.receive(request, journal=journal)
        self.bill(declaration, date="2026-03-06")
        self.env.flush_all()
        rows = self.env["customs.client.money"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(rows.request_id, request)
        self.assertAlmostEqual(
            sum(rows.mapped("on_account")), -self.account_balance(self.deposits), 2
        )
        self.assertAlmostEqual(sum(rows.mapped("difference")), 0.0, 2)

    def test_two_currencies_do_not_mix_in_one_request(self):
        euro, journal = self.foreign_bank()
        request = self.request(self.assessed_file(), 9000.00)
        self.receive(request, 1000.00)
        with self.assertRaisesRegex(UserError, "cannot be added"):
            self.receive(request, 100.00, journal=journal)
        self.assertEqual(euro.name, "EUR")

    # === FINDING THEM === #

    def test_filters_follow_the_ledger(self):
        requests = self.env["customs.funds.request"]
        waiting = self.request(self.assessed_file())
        held = self.request(
            self.assessed_file(
                registration=("C", "900", "3/6/26"), assessment=("A", "901", "3/6/26")
            )
        )
        self.receive(held)
        found = requests.search([("amount_left", ">", 0)])
        self.assertIn(held, found)
        self.assertNotIn(waiting, found)
        self.assertIn(waiting, requests.search([("state", "=", "requested")]))
        self.assertIn(held, requests.search([("state", "in", ["received"])]))
        today = fields.Date.context_today(held)
        age = (today - fields.Date.to_date("2026-03-02")).days
        self.company.customs_deposit_days = age
        self.assertNotIn(held, requests.search([("is_old", "=", True)]))
        self.company.customs_deposit_days = age - 1
        held.invalidate_recordset()
        self.assertIn(held, requests.search([("is_old", "=", True)]))
        self.assertNotIn(waiting, requests.search([("is_old", "=", True)]))

    def test_banner_asks_until_the_funds_are_there(self):
        declaration = self.assessed_file()
        self.assertNotIn("prefunds", declaration.warning_message)
        prefunded = self.env.ref("customs_invoicing.payment_method_p3")
        declaration.charge_ids.filtered("tax_code_id").payment_method_id = prefunded
        self.assertIn("8,241.00", declaration.warning_message)
        request = self.request(declaration, 8241.00)
        self.receive(request, 8000.00)
        declaration.invalidate_recordset()
        self.assertIn("241.00 of", declaration.warning_message)
        self.receive(request)
        declaration.invalidate_recordset()
        self.assertNotIn("prefunds", declaration.warning_message or "")

    # === THE REQUEST ON PAPER AND BY MAIL === #

    def html(self, request):
        return (
            self.env["ir.actions.report"]
            ._render_qweb_html("customs_invoicing.report_funds_request", request.ids)[0]
            .decode()
        )

    def test_paper_says_it_is_no_invoice(self):
        bank = self.env["res.bank"].create({"name": "Harbour Bank", "bic": "HARBUS33"})
        self.env["res.partner.bank"].create(
            {
                "acc_number": "US-100-200",
                "partner_id": self.company.partner_id.id,
                "bank_id": bank.id,
                "allow_out_payment": True,
            }
        )
        request = self.request(
            self.assessed_file(),
            note="Pay before the ship lands",
            date_due="2026-03-04",
        )
        html = self.html(request)
        for text in (
            request.name,
            "not an invoice",
            "9,000.00",
            "the ship lands",
            "US-100-200",
            "Harbour Bank",
            "03/04/2026",
        ):
            self.assertIn(text, html)

    def lines(self, request):
        return [
            (text, f"{amount:.2f}") for text, amount in request._get_breakdown_lines()
        ]

    def test_words_follow_what_is_asked(self):
        """No bank details are promised that are not there, no limit nor services."""
        self.company.partner_id.bank_ids.active = False
        template = self.env.ref("customs_invoicing.mail_template_funds_request")
        request = self.request(self.assessed_file(), 8000.00)
        body = template._render_field("body_html", request.ids)[request.id]
        self.assertIn("with its breakdown is attached", body)
        self.assertNotIn("bank details", body)
        self.assertNotIn("Services are shown", self.html(request))
        self.env["res.partner.bank"].create(
            {"acc_number": "US-300", "partner_id": self.company.partner_id.id}
        )
        body = template._render_field("body_html", request.ids)[request.id]
        self.assertIn("our bank details are attached", body)
        self.assertIn("US-300", self.html(request))
        self.company.customs_duty_limit = 500.00
        self.env.invalidate_all()
        self.assertEqual(self.lines(request)[-1][0], "Covered by your credit limit")

    def test_breakdown_is_what_is_asked_and_stays(self):
        declaration = self.assessed_file()
        service = self.add_service(declaration, 120.00)
        first = self.request(declaration, 8000.00)
        names = [
            self.env.ref(f"customs_invoicing.tax_code_{code}").display_name
            for code in ("cid", "vat")
        ]
        asked = [
            (names[0], "1500.00"),
            (names[1], "6741.00"),
            (service.name, "120.00"),
            ("Not asked for in advance", "-361.00"),
        ]
        self.assertEqual(self.lines(first), asked)
        self.assertIn("6,741.00", self.html(first))
        second = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id}
        )
        self.assertEqual(second.amount, 361.00)
        self.assertEqual(
            self.lines(second)[3:], [(f"Asked for before ({first.name})", "-8000.00")]
        )
        service.amount = 500.00
        self.assertEqual(self.lines(first), asked)
        second.action_propose_amount()
        self.assertEqual(second.amount, 741.00)
        self.receive(first)
        with self.assertRaisesRegex(UserError, "Make another request"):
            first.action_propose_amount()

    def test_breakdown_in_another_currency_adds_up(self):
        euro, _journal = self.foreign_bank()
        declaration = self.assessed_file()
        request = self.env["customs.funds.request"].create(
            {
                "declaration_id": declaration.id,
                "currency_id": euro.id,
                "date": "2026-03-01",
            }
        )
        self.assertEqual(request.amount, 4120.50)
        self.assertEqual(
            [amount for _text, amount in self.lines(request)], ["750.00", "3370.50"]
        )

    def test_request_is_sent_in_the_language_of_the_client(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.client.write({"lang": "fr_FR", "email": "client@example.com"})
        request = self.request(self.assessed_file())
        self.assertFalse(request.date_sent)
        composer = (
            self.env["mail.compose.message"]
            .with_context(**request.action_send()["context"])
            .create({})
        )
        self.assertEqual(composer.partner_ids, self.client)
        self.assertIn(request.name, composer.subject)
        self.assertEqual(composer.template_id.lang, "{{ object.client_id.lang }}")
        request.with_context(customs_mark_sent=True).message_post(body="To nobody")
        self.assertFalse(request.date_sent)
        composer.action_send_mail()
        self.assertEqual(request.date_sent, fields.Date.context_today(request))
        self.assertTrue(request.message_ids.attachment_ids)
        self.assertFalse(request.move_line_ids)

    # === WHOSE MONEY === #

    def test_deposit_pays_what_its_client_is_billed_and_no_other_payer(self):
        """Duties go to the client, fees to the parent: split by payer."""
        parent = self.env["res.partner"].create({"name": "Parent of the client"})
        declaration = self.paid_file()
        service = declaration.charge_ids.filtered(lambda c: c.nature == "service")
        service.bill_to_id = parent
        request = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "date": "2026-03-01"}
        )
        self.assertEqual(request.amount, 8421.00)  # without the fee of the parent
        self.receive(request, 9000.00)
        invoices = declaration.action_create_invoices()
        self.assertEqual(set(invoices.partner_id.ids), {self.client.id, parent.id})
        invoices.invoice_date = "2026-03-06"
        invoices.action_post()
        residual = {
            invoice.partner_id: f"{invoice.amount_residual:.2f}" for invoice in invoices
        }
        self.assertEqual(residual, {self.client: "0.00", parent: "145.20"})
        self.assert_deposit(
            request, "received", received=9000, applied=8421, left=579.00
        )
        with self.assertRaisesRegex(UserError, "nothing to apply"):
            request.action_apply()
        self.assertAlmostEqual(self.account_balance(self.deposits), -579.00, 2)
        self.assertAlmostEqual(self.account_balance(self.receivable), 145.20, 2)
        self.give_back(request)
        self.assert_deposit(
            request, "applied", received=9000, applied=8421, returned=579.00
        )
        self.assertAlmostEqual(self.account_balance(self.deposits), 0.0, 2)
        self.assertAlmostEqual(self.account_balance(self.control), 0.0, 2)

    # === CLOCKS === #

    def held_since(self, days, **vals):
        today = fields.Date.context_today(self.client)
        day = fields.Date.subtract(today, days=days)
        request = self.request(
            self.assessed_file(
                registration=("C", str(900 + days), "3/6/26"),
                assessment=("A", str(900 + days), "3/6/26"),
            ),
            **vals,
        )
        self.receive(request, date=day)
        request.invalidate_recordset()
        return request, day

    def test_clock_of_the_country_runs(self):
        self.company.account_fiscal_country_id = self.env.ref("base.mx")
        request, day = self.held_since(55)
        self.assertEqual(request.date_clock, fields.Date.add(day, days=60))
        self.assertEqual(
            request.clock_id, self.env.ref("customs_invoicing.funds_clock_mx_return")
        )
        self.assertEqual((request.days_held, request.clock_state), (55, "soon"))
        fresh, _day = self.held_since(3)
        self.assertEqual(fresh.clock_state, "running")
        late, _day = self.held_since(61)
        self.assertEqual(late.clock_state, "late")
        requests = self.env["customs.funds.request"]
        soon = requests.search([("date_clock", "<=", "today +7d")])
        self.assertEqual(soon & (request | fresh | late), request | late)
        self.give_back(late, date=fields.Date.to_string(fields.Date.today()))
        late.invalidate_recordset()
        self.assertEqual((late.date_clock, late.clock_state), (False, False))

    def test_a_statement_stops_the_clock_that_asks_for_one(self):
        self.company.account_fiscal_country_id = self.env.ref("base.us")
        self.company.customs_deposit_days = 365
        request, day = self.held_since(58)
        self.assertEqual(request.date_clock, fields.Date.add(day, days=60))
        request.action_record_statement()
        request.invalidate_recordset()
        self.assertFalse(request.clock_id)
        self.assertEqual(request.date_clock, fields.Date.add(day, days=365))

    def test_late_money_goes_to_the_authority_within_working_days(self):
        """In time where it comes in before the debt is due, else in five days."""
        self.company.account_fiscal_country_id = self.env.ref("base.us")
        clock = self.env.ref("customs_invoicing.funds_clock_us_transmit")
        declaration = self.assessed_file()
        bill = self.post_assessment(declaration)
        due = bill.invoice_date_due
        self.assertTrue(due)
        early, late = (self.request(declaration, amount=100) for _time in range(2))
        self.receive(early, date=fields.Date.to_string(due))
        # a Thursday; Monday is a holiday
        self.env["resource.calendar.leaves"].sudo().create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": "2026-06-15 00:00:00",
                "date_to": "2026-06-15 23:59:59",
            }
        )
        self.company.resource_calendar_id.tz = "UTC"
        self.receive(late, date="2026-06-11")
        (early | late).invalidate_recordset()
        self.assertEqual((early.clock_id, early.date_clock), (clock, due))
        self.assertEqual(late.clock_id, clock)
        self.assertEqual(late.date_clock, fields.Date.to_date("2026-06-19"))
        self.pay(bill)
        (early | late).invalidate_recordset()
        statement = self.env.ref("customs_invoicing.funds_clock_us_statement")
        self.assertEqual((early | late).clock_id, statement)
        self.assertEqual(late.date_clock, fields.Date.to_date("2026-08-10"))

    def test_clocks_of_many_requests_take_no_more_queries(self):
        self.company.account_fiscal_country_id = self.env.ref("base.us")
        declaration = self.assessed_file()
        self.post_assessment(declaration)
        requests = self.env["customs.funds.request"]
        for day in range(11, 19):
            request = self.request(declaration, amount=10)
            self.receive(request, date=f"2026-06-{day}")
            requests |= request

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(all(records.mapped("date_clock")))
            return self.env.cr.sql_log_count - before

        count(requests)
        self.assertLessEqual(count(requests), count(requests[:2]))

    def test_without_a_law_the_house_rule_counts(self):
        self.company.account_fiscal_country_id = self.env.ref("base.de")
        self.company.customs_deposit_days = 30
        request, day = self.held_since(25)
        self.assertFalse(request.clock_id)
        self.assertEqual(request.date_clock, fields.Date.add(day, days=30))

    def test_officer_is_reminded_once(self):
        self.company.account_fiscal_country_id = self.env.ref("base.mx")
        request, _day = self.held_since(55)
        fresh, _day = self.held_since(2)
        requests = self.env["customs.funds.request"]
        for _again in range(2):
            requests._cron_remind_clocks()
            self.assertEqual(len(request.activity_ids), 1)
            self.assertEqual(request.activity_ids.date_deadline, request.date_clock)
            self.assertEqual(request.activity_ids.user_id, request.user_id)
            self.assertFalse(fresh.activity_ids)
        self.give_back(request, date=fields.Date.to_string(fields.Date.today()))
        request.invalidate_recordset()
        requests._cron_remind_clocks()
        self.assertFalse(request.activity_ids)

    # === WHAT WE HOLD === #

    def test_client_money_is_the_balance_of_the_account(self):
        first = self.request(self.assessed_file())
        self.receive(first)
        second, _day = self.held_since(5)
        today = fields.Date.to_string(fields.Date.today())
        self.give_back(second, 400.00, date=today)
        loose = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-03",
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": account.id,
                            "balance": balance,
                            "partner_id": self.client.id,
                        },
                    )
                    for account, balance in (
                        (self.bank_account, 70.00),
                        (self.deposits, -70.00),
                    )
                ],
            }
        )
        loose.action_post()
        self.env.flush_all()
        rows = self.env["customs.client.money"].search(
            [("company_id", "=", self.company.id)]
        )
        by_request = {row.request_id: row for row in rows}
        nothing = self.env["customs.funds.request"]
        self.assertEqual(set(by_request), {first, second, nothing})
        self.assertEqual(by_request[first].held, 9000.00)
        self.assertEqual(
            (by_request[second].received, by_request[second].used), (9000.00, 400.00)
        )
        self.assertEqual(by_request[second].days_held, 5)
        self.assertEqual(by_request[nothing].difference, 70.00)
        self.assertAlmostEqual(
            sum(rows.mapped("on_account")), -self.account_balance(self.deposits), 2
        )
        self.assertAlmostEqual(sum(rows.mapped("held")), 17600.00, 2)
        self.assertFalse((rows - by_request[nothing]).filtered("difference"))
        self.assertEqual(by_request[first].action_view_request()["res_id"], first.id)

    def test_ways_between_file_and_request(self):
        declaration = self.assessed_file()
        request = self.request(declaration)
        self.assertEqual(declaration.funds_request_count, 1)
        action = declaration.action_view_funds_requests()
        self.assertEqual(action["res_id"], request.id)
        self.assertEqual(request.action_view_declaration()["res_id"], declaration.id)
        new = declaration.action_request_funds()
        self.assertEqual(new["context"]["default_declaration_id"], declaration.id)
        self.receive(request)
        self.assertTrue(request.action_view_moves())
