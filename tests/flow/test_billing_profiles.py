"""Billing profiles: what goes on one invoice, who pays what, in which words."""

from datetime import date

from billing import OUTLAYS, SERVICE, BillingCase
from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger


class TestBillingProfiles(BillingCase):
    # === WHAT GOES TOGETHER === #

    def test_without_profile_one_draft_per_file(self):
        files = self.files(2)
        invoices = files.action_create_invoices()
        self.assertEqual(
            [invoice.customs_declaration_ids for invoice in invoices], list(files)
        )
        self.assertEqual(set(invoices.mapped("state")), {"draft"})
        self.assertEqual(invoices.mapped("ref"), files.mapped("declarant_reference"))
        self.assertFalse(files.action_create_invoices(), "twice bills once")

    def test_weekly_puts_all_files_on_one_invoice(self):
        self.profile(mode="weekly", weekday="4")
        files = self.files(3)
        invoice = self.post_invoices(files.action_create_invoices())
        self.assertEqual(len(invoice), 1)
        self.assert_items(
            invoice,
            [
                *self.outlay_items(self.client, 3),
                *self.service_items(self.client, 3),
                self.due(self.client, 3 * (OUTLAYS + SERVICE * 1.15)),
            ],
        )
        lines = invoice.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))
        self.assertEqual(len(lines), 3 * 5)
        for place, declaration in enumerate(files):
            part = lines[place * 5 : place * 5 + 5]
            self.assertEqual(part.customs_declaration_id, declaration)
            self.assertEqual(part[0].display_type, "line_section")
            self.assertIn(declaration.mrn, part[0].name)
            self.assertEqual(
                part[1:].mapped("customs_tax_code"), ["CID", "VAT", "GLOBAL", False]
            )
        self.assertEqual(invoice.invoice_origin, ", ".join(files.mapped("name")))
        for declaration in files:
            self.assert_money(declaration, billed=OUTLAYS, to_bill=0, control_balance=0)
        self.assertEqual(self.account_balance(self.control), 0.0)

    def test_many_files_are_counted_on_the_invoice(self):
        self.profile(mode="monthly")
        files = self.files(5)
        invoice = files.action_create_invoices()
        names = ", ".join(files[:3].mapped("name"))
        self.assertEqual(invoice.invoice_origin, f"{names} and 2 more")

    def test_per_order_number(self):
        self.profile(mode="order")
        files = self.files(4)
        for declaration, order in zip(
            files, ("4711", "4712", " 4711", ""), strict=True
        ):
            declaration.client_order_reference = order
        invoices = files.action_create_invoices()
        self.assertEqual(
            {invoice.ref: invoice.customs_declaration_ids for invoice in invoices},
            {
                "4711": files[0] | files[2],
                "4712": files[1],
                files[3].declarant_reference: files[3],
            },
        )
        headings = (
            invoices[0]
            .invoice_line_ids.filtered("display_type")
            .filtered(lambda line: line.display_type == "line_section")
        )
        self.assertEqual(len(headings), 2)
        for heading in headings:
            self.assertIn("your order 4711", heading.name)

    def test_order_number_asked_for(self):
        self.profile(requires_order_reference=True)
        declaration = self.file()
        (found,) = self.stops(declaration)
        self.assertEqual((found.code, found.hard, found.stops), ("order_number", 0, 1))
        with self.assertRaisesRegex(UserError, "no order number of the client"):
            declaration.action_create_invoices()
        declaration.client_order_reference = "  "
        with self.assertRaisesRegex(UserError, "no order number of the client"):
            declaration.action_create_invoices()
        declaration.client_order_reference = "PO-1"
        self.assertEqual(declaration.action_create_invoices().ref, "PO-1")

    def test_a_file_in_credit_gets_a_document_of_its_own(self):
        self.profile(mode="weekly")
        first, second = self.files(2)
        self.post_invoices(first.action_create_invoices())
        self.reassess(first, duty=20.00)
        documents = (first | second).action_create_invoices()
        self.assertEqual(
            sorted(documents.mapped(lambda m: (m.move_type, m.amount_untaxed))),
            [("out_invoice", OUTLAYS + SERVICE), ("out_refund", 30.00)],
        )

    # === WHO PAYS === #

    def test_duties_to_the_group_fees_to_the_forwarder(self):
        self.profile(("duties", self.parent), ("services", self.forwarder))
        declaration = self.file()
        invoices = self.post_invoices(declaration.action_create_invoices())
        by_payer = {invoice.partner_id: invoice for invoice in invoices}
        self.assertEqual(set(by_payer), {self.parent, self.forwarder})
        self.assert_items(
            by_payer[self.parent],
            [*self.outlay_items(self.parent), self.due(self.parent, OUTLAYS)],
        )
        self.assert_items(
            by_payer[self.forwarder],
            [
                *self.service_items(self.forwarder),
                self.due(self.forwarder, SERVICE * 1.15),
            ],
        )
        self.assert_money(
            declaration,
            charged=OUTLAYS,
            billed=OUTLAYS,
            service_billed=SERVICE,
            to_bill=0,
            control_balance=0,
        )
        items = self.env["account.move.line"].search(
            [("account_id", "=", self.control.id)]
        )
        self.assertTrue(all(items.mapped("reconciled")))
        self.pay(invoices, group_payment=False)
        self.assertEqual(self.account_balance(self.receivable), 0.0)
        self.assert_money(declaration, received=OUTLAYS + SERVICE * 1.15)

    def test_one_charge_goes_before_duties_and_duties_before_outlays(self):
        vat = self.env.ref("customs_invoicing.tax_code_vat").charge_code_id
        self.profile(
            ("outlays", self.forwarder), ("duties", self.parent), (vat, self.broker)
        )
        declaration = self.file()
        third = self.env["customs.charge"].create(
            {
                "declaration_id": declaration.id,
                "charge_code_id": self.env.ref(
                    "customs_invoicing.charge_code_third_party"
                ).id,
            }
        )
        payers = {
            charge.tax_code_id.code or charge.kind: charge.bill_to_id
            for charge in declaration.charge_ids
        }
        self.assertEqual(
            payers,
            {
                "CID": self.parent,
                "GLOBAL": self.parent,
                "VAT": self.broker,
                "third_party": self.forwarder,
                "service": self.client,
            },
        )
        self.assertEqual(third.bill_to_id, self.forwarder)

    def test_open_charges_follow_the_profile_billed_ones_stay(self):
        billed, drafted, untouched = self.files(3)
        self.post_invoices(billed.action_create_invoices())
        drafted.action_create_invoices()
        profile = self.profile(("duties", self.parent))
        self.assertEqual(billed.charge_ids.bill_to_id, self.client)
        self.assertEqual(drafted.charge_ids.bill_to_id, self.client)
        self.assertEqual(
            self.charge(untouched, "CID").bill_to_id, self.parent, "profile chosen"
        )
        profile.payer_ids.partner_id = self.forwarder
        self.assertEqual(self.charge(untouched, "CID").bill_to_id, self.forwarder)
        profile.payer_ids.unlink()
        self.assertEqual(untouched.charge_ids.bill_to_id, self.client)
        profile.payer_ids = [(0, 0, {"scope": "outlays", "partner_id": self.parent.id})]
        self.assertEqual(self.charge(untouched, "CID").bill_to_id, self.parent)
        self.client.customs_billing_profile_id = False
        self.assertEqual(untouched.charge_ids.bill_to_id, self.client)

    def test_payer_by_hand_stays_until_told_otherwise(self):
        self.profile(("duties", self.parent))
        declaration = self.file()
        duty = self.charge(declaration, "CID")
        duty.bill_to_id = self.forwarder
        self.assertTrue(duty.is_payer_chosen)
        self.profile(("duties", self.broker))
        self.assertEqual(duty.bill_to_id, self.forwarder)
        self.assertEqual(self.charge(declaration, "VAT").bill_to_id, self.broker)
        duty.action_follow_profile()
        self.assertEqual(duty.bill_to_id, self.broker)

    def test_payer_does_not_change_once_billed(self):
        declaration = self.file()
        draft = declaration.action_create_invoices()
        duty = self.charge(declaration, "CID")
        with self.refused("is on an invoice to Harbour Home"):
            duty.bill_to_id = self.parent
        self.post_invoices(draft)
        with self.refused("is on an invoice to Harbour Home"):
            duty.bill_to_id = self.parent
        self.reverse(draft)
        duty.bill_to_id = self.parent
        invoices = declaration.action_create_invoices()
        self.assertEqual(invoices.partner_id, self.client | self.parent)

    def test_nobody_else_is_billed(self):
        self.profile(("duties", self.parent))
        declaration = self.file()
        invoices = declaration.action_create_invoices()
        outlays = invoices.filtered(lambda move: move.partner_id == self.parent)
        outlays.partner_id = self.client
        outlays.invoice_date = "2026-03-10"
        with self.assertRaisesRegex(UserError, "belongs to Harbour Group Holding"):
            outlays.action_post()

    def test_archived_payer_stops_what_it_pays(self):
        self.profile(("duties", self.parent))
        declaration = self.file()
        self.parent.active = False
        found = self.stops(declaration)
        self.assertEqual(
            {(blocker.code, blocker.charge_id) for blocker in found},
            {
                ("payer", self.charge(declaration, code).id)
                for code in ("CID", "VAT", "GLOBAL")
            },
        )
        self.assertTrue(all(blocker.hard for blocker in found))
        with self.assertRaisesRegex(UserError, "Harbour Group Holding.*is archived"):
            declaration.action_create_invoices()

    def test_payer_of_another_company_stops_it(self):
        other = self.env["res.company"].create({"name": "Elsewhere Ltd"})
        self.profile(("services", self.forwarder))
        declaration = self.file()
        self.forwarder.company_id = other
        with self.assertRaisesRegex(UserError, f"belongs to {other.name}"):
            declaration.action_create_invoices()

    def test_two_clients_with_one_payer_share_its_invoice(self):
        profile = self.profile(("outlays", self.parent), mode="weekly")
        sister = self.env["res.partner"].create(
            {"name": "Sister Goods", "is_company": True, "customs_code": "TIN-SISTER"}
        )
        sister.customs_billing_profile_id = profile
        first = self.file(1)
        second = self.file(2, importer=("TIN-SISTER", "Sister Goods"))
        self.assertEqual(second.client_id, sister)
        invoices = self.post_invoices((first | second).action_create_invoices())
        shared = invoices.filtered(lambda move: move.partner_id == self.parent)
        self.assertEqual(len(shared), 1)
        self.assertEqual(len(invoices), 3, "services to each client")
        self.assert_items(
            shared,
            [*self.outlay_items(self.parent, 2), self.due(self.parent, 2 * OUTLAYS)],
        )
        for declaration in (first, second):
            self.assert_money(declaration, to_bill=0, control_balance=0)

    def test_deposit_of_the_client_pays_the_client_only(self):
        self.profile(("duties", self.parent))
        declaration = self.file()
        request = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "amount": 500, "date": "2026-03-01"}
        )
        request._receive(self.bank, date(2026, 3, 2), 500.00)
        invoices = self.post_invoices(declaration.action_create_invoices())
        residuals = {move.partner_id: move.amount_residual for move in invoices}
        self.assertEqual(residuals, {self.parent: OUTLAYS, self.client: 0.0})
        self.assertEqual(request.amount_left, 500 - SERVICE * 1.15)

    # === WORDS, CURRENCY, TERMS === #

    def test_texts_are_in_the_language_of_the_payer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.service_code.with_context(lang="fr_FR").name = "Dédouanement"
        self.forwarder.lang = "fr_FR"
        profile = self.profile(("services", self.forwarder))
        label = (
            self.file(1)
            .action_create_invoices()
            .filtered(lambda move: move.partner_id == self.forwarder)
            .invoice_line_ids.name
        )
        self.assertTrue(label.startswith("Dédouanement"), label)
        profile.lang = "en_US"
        label = (
            self.file(2)
            .action_create_invoices()
            .filtered(lambda move: move.partner_id == self.forwarder)
            .invoice_line_ids.name
        )
        self.assertTrue(label.startswith(self.service_code.name), label)

    def test_description_typed_by_hand_is_not_translated(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.service_code.with_context(lang="fr_FR").name = "Dédouanement"
        self.client.lang = "fr_FR"
        declaration = self.file()
        service = declaration.charge_ids.filtered(lambda c: c.kind == "service")
        service.name = "Clearance, out of hours"
        invoice = declaration.action_create_invoices()
        label = self.line(invoice, declaration).name
        self.assertTrue(label.startswith("Clearance, out of hours"), label)

    def test_currency_terms_and_journal_of_the_profile(self):
        eur = self.setup_other_currency("EUR", rates=[("2020-01-01", 0.8)])
        gbp = self.setup_other_currency("GBP", rates=[("2020-01-01", 0.5)])
        journal = self.company_data["default_journal_sale"].copy()
        terms = self.env["account.payment.term"].create(
            {
                "name": "14 days",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 100, "nb_days": 14})
                ],
            }
        )
        self.profile(
            ("services", self.forwarder),
            currency_id=eur.id,
            journal_id=journal.id,
            payment_term_id=terms.id,
            company_id=self.company.id,
        )
        self.forwarder.customs_billing_currency_id = gbp
        invoices = self.file().action_create_invoices()
        found = {
            move.partner_id: (move.currency_id, move.amount_untaxed)
            for move in invoices
        }
        self.assertEqual(
            found, {self.client: (eur, OUTLAYS * 0.8), self.forwarder: (gbp, 40.00)}
        )
        self.assertEqual(invoices.journal_id, journal)
        self.assertEqual(invoices.invoice_payment_term_id, terms)
        self.post_invoices(invoices)
        self.assertEqual(set(invoices.mapped("invoice_date_due")), {date(2026, 3, 24)})

    def test_currency_without_rate_stops_it(self):
        currency = self.env["res.currency"].create({"name": "XQQ", "symbol": "Q"})
        declaration = self.file()
        self.profile(currency_id=currency.id)
        (found,) = self.stops(declaration)
        self.assertEqual((found.code, found.hard), ("currency", True))
        with self.assertRaisesRegex(UserError, "XQQ has no exchange rate to USD"):
            declaration.action_create_invoices()

    def test_profile_of_the_company_serves_all_others(self):
        company_wide = self.profile(mode="weekly")
        self.client.customs_billing_profile_id = False
        files = self.files(2)
        self.assertEqual(len(files.action_create_invoices()), 2)
        files.charge_ids.move_line_ids.move_id.filtered(
            lambda move: move.state == "draft"
        ).unlink()
        self.company.customs_billing_profile_id = company_wide
        self.assertEqual(len(files.action_create_invoices()), 1)

    def test_profile_is_that_of_the_company_of_a_contact(self):
        profile = self.profile(mode="weekly")
        contact = self.env["res.partner"].create(
            {"name": "Imports desk", "parent_id": self.client.id}
        )
        self.assertEqual(contact.customs_billing_profile_id, profile)

    # === WHEN === #

    def test_days_of_runs(self):
        profile = self.profile(mode="weekly", weekday="4")
        self.assertTrue(profile._is_due(date(2026, 3, 6)))
        self.assertFalse(profile._is_due(date(2026, 3, 7)))
        self.assertEqual(profile._get_next_date(date(2026, 3, 7)), date(2026, 3, 13))
        profile.write({"mode": "monthly", "day": 31})
        self.assertEqual(profile._get_next_date(date(2026, 2, 5)), date(2026, 2, 28))
        profile.day = 15
        self.assertEqual(profile._get_next_date(date(2026, 2, 16)), date(2026, 3, 15))
        for mode in ("file", "order"):
            profile.mode = mode
            self.assertTrue(profile._is_due(date(2026, 3, 7)))

    # === THE PROFILE ITSELF === #

    def test_what_a_profile_refuses(self):
        with self.assertRaisesRegex(ValidationError, "confirmed before it is sent"):
            self.profile(send_automatically=True)
        with self.assertRaisesRegex(ValidationError, "name the charge on lines"):
            self.profile(("charge", self.parent))
        journal = self.company_data["default_journal_sale"]
        with self.assertRaisesRegex(ValidationError, "belongs to one company"):
            self.profile(journal_id=journal.id)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            with self.env.cr.savepoint():
                self.profile(("duties", self.parent), ("duties", self.broker))

    def test_form(self):
        with Form(self.env["customs.billing.profile"]) as form:
            form.name = "Monthly, duties to the group"
            form.mode = "monthly"
            form.send_automatically = True
            with form.payer_ids.new() as line:
                line.scope = "duties"
                line.partner_id = self.parent
        profile = form.record
        self.assertTrue(profile.post_automatically)
        self.assertIn("Harbour Group Holding", profile.payer_ids.display_name)
        self.client.customs_billing_profile_id = profile
        self.assertEqual(profile.client_count, 1)
        self.assertEqual(
            self.env["res.partner"].search(profile.action_view_clients()["domain"]),
            self.client,
        )

    # === PRO-FORMA === #

    def test_proforma_has_what_is_open_and_what_we_expect(self):
        self.profile(("duties", self.parent))
        declaration = self.file(post=False)
        duties, service = self._get_proforma(declaration)
        self.assertEqual(service, (self.client, "service", SERVICE, 12.00, False))
        self.assertEqual(duties, (self.parent, "disbursement", OUTLAYS, 0.00, True))
        self.post_assessment(declaration)
        duties, service = self._get_proforma(declaration)
        self.assertEqual(duties, (self.parent, "disbursement", OUTLAYS, 0.00, False))
        declaration.action_create_invoices()
        self.assertFalse(declaration._get_proforma_lines())
        with self.assertRaisesRegex(UserError, "Nothing is open or expected"):
            declaration.action_proforma()

    def test_proforma_before_the_authority_has_spoken(self):
        declaration = self.typed(capacity="direct", client_id=self.client.id)
        lines = declaration._get_proforma_lines()
        self.assertEqual(
            [(line["payer"], line["amount"], line["is_expected"]) for line in lines],
            [(self.client, 50.00, True), (self.client, 157.50, True)],
        )
        self.assertFalse(declaration.charge_ids, "asking makes nothing")
        self.company.external_report_layout_id = self.env.ref(
            "web.external_layout_standard"
        )
        action = declaration.action_proforma()
        self.assertEqual(action["report_name"], "customs_invoicing.report_proforma")

    def _get_proforma(self, declaration):
        """Return the duties, then the service, summed."""
        lines = declaration._get_proforma_lines()
        self.assertEqual(len(lines), 4)
        sums = []
        for part in (lines[:3], lines[3:]):
            self.assertEqual(len({line["payer"] for line in part}), 1)
            sums.append(
                (
                    part[0]["payer"],
                    part[0]["nature"],
                    round(sum(line["amount"] for line in part), 2),
                    round(sum(line["tax_amount"] for line in part), 2),
                    all(line["is_expected"] for line in part),
                )
            )
        return sums
