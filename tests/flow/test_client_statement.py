"""Statement of account: what clients owe, split, aged, in their currencies."""

import base64
import io
from datetime import date, datetime

from openpyxl import load_workbook
from prints import PrintsCase

from odoo.exceptions import UserError

REPORT = "customs_invoicing.report_client_statement"


class TestClientStatement(PrintsCase):
    def statement(self, client=None, until="2026-04-30", since=None):
        client = client or self.client
        statements = client._get_customs_statements(
            self.company,
            date.fromisoformat(until),
            date.fromisoformat(since) if since else None,
        )
        return statements[client]

    def wizard(self, **vals):
        return self.env["customs.client.statement"].create(
            {
                "partner_ids": [(6, 0, self.client.ids)],
                "date_to": "2026-04-30",
                **vals,
            }
        )

    def receivable_balance(self, client):
        groups = self.env["account.move.line"]._read_group(
            [
                ("partner_id", "child_of", client.ids),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ],
            aggregates=["balance:sum"],
        )
        return groups[0][0]

    def assert_agrees(self, statement, balance):
        """Blocks, ageing and the ledger say the same."""
        self.assertAlmostEqual(statement["balance"], balance, 2)
        own = sum(block["own_closing"] for block in statement["blocks"])
        self.assertAlmostEqual(own, balance, 2)
        self.assertAlmostEqual(statement["ageing"]["total"]["total"], balance, 2)
        for block in statement["blocks"]:
            last = block["rows"][-1]["balance"] if block["rows"] else block["opening"]
            self.assertAlmostEqual(last, block["closing"], 2)

    def billed(self, number="4711", day="2026-03-10"):
        """Return the invoice of a file: outlays 729.75, service and tax 97.75."""
        invoice = self.bill(self.assessed(number), date=day)
        self.assertAlmostEqual(invoice.amount_total, 827.50)
        return invoice

    # === AMOUNTS === #

    def test_open_invoice(self):
        invoice = self.billed()
        statement = self.statement()
        [row] = statement["blocks"][0]["rows"]
        self.assertEqual(row["kind"], "invoice")
        self.assertEqual(row["name"], invoice.name)
        self.assertEqual(row["open_outlays"], 729.75)
        self.assertEqual(row["open_services"], 97.75)
        self.assertEqual(row["files"], invoice.line_ids.customs_declaration_id)
        self.assert_agrees(statement, 827.50)
        self.assert_agrees(statement, self.receivable_balance(self.client))

    def test_short_payment_counts_in_proportion(self):
        invoice = self.billed()
        self.pay(invoice, amount=413.75)
        statement = self.statement()
        [row] = statement["blocks"][0]["rows"]
        self.assertEqual(row["open"], 413.75)
        self.assertEqual(row["open_outlays"], 364.88)
        self.assertEqual(row["open_services"], 48.87)
        self.assert_agrees(statement, 413.75)

    def test_credit_note_takes_off_what_it_credits(self):
        invoice = self.billed()
        refund = invoice._reverse_moves(
            [{"date": date(2026, 3, 15), "invoice_date": date(2026, 3, 15)}]
        )
        service = refund.invoice_line_ids.filtered(
            lambda line: line.customs_charge_id.nature == "service"
        )
        (refund.invoice_line_ids.filtered("customs_charge_id") - service).unlink()
        refund.action_post()
        self.assertAlmostEqual(refund.amount_total, 97.75)
        lines = (invoice | refund).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        lines.reconcile()
        statement = self.statement()
        [row] = statement["blocks"][0]["rows"]
        self.assertEqual(row["open_outlays"], 729.75)
        self.assertEqual(row["open_services"], 0.0)
        self.assert_agrees(statement, 729.75)

    def test_unmatched_money_is_no_part(self):
        self.billed()
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.client.id,
                "amount": 100,
                "date": "2026-03-20",
                "journal_id": self.company._get_customs_bank_journal().id,
            }
        )
        payment.action_post()
        statement = self.statement()
        ageing = statement["ageing"]
        self.assertEqual(ageing["unmatched"]["total"], -100.0)
        self.assertEqual(ageing["outlays"]["total"], 729.75)
        self.assertEqual(
            [row["kind"] for row in statement["blocks"][0]["rows"]],
            ["invoice", "payment"],
        )
        self.assert_agrees(statement, 727.50)

    def test_period_shows_movements_and_opening(self):
        first = self.billed()
        self.pay(first)
        self.billed("4712", "2026-04-10")
        statement = self.statement(since="2026-03-15")
        [block] = statement["blocks"]
        self.assertEqual(block["opening"], 827.50)
        self.assertEqual(
            [(row["kind"], row["amount"], row["balance"]) for row in block["rows"]],
            [("payment", -827.50, 0.0), ("invoice", 827.50, 827.50)],
        )
        self.assert_agrees(statement, 827.50)
        earlier = self.statement(until="2026-04-01", since="2026-03-01")
        self.assertEqual(earlier["blocks"][0]["closing"], 0.0)

    def test_one_day_reads_as_it_came(self):
        """The older invoice first, and what settles them after both."""
        first, second = self.billed("4711"), self.billed("4712")
        self.pay(first, amount=50.00, payment_date="2026-03-10")
        for since in (None, "2026-03-01"):
            (block,) = self.statement(since=since)["blocks"]
            names = [row["name"] for row in block["rows"] if row["kind"] == "invoice"]
            self.assertEqual(names, [first.name, second.name])
        self.assertEqual(block["rows"][-1]["kind"], "payment")

    def test_as_of_a_day_in_the_past(self):
        """What was paid later was open then."""
        invoice = self.billed()
        self.pay(invoice)  # on 20 March
        before = self.statement(until="2026-03-19")
        self.assertEqual(before["blocks"][0]["rows"][0]["open"], 827.50)
        self.assert_agrees(before, 827.50)
        after = self.statement(until="2026-03-20")
        self.assertFalse(after["blocks"])
        self.assert_agrees(after, 0.0)

    def test_ageing_by_due_date(self):
        for number, due in (
            ("1", "2026-05-10"),
            ("2", "2026-04-10"),
            ("3", "2026-03-10"),
            ("4", "2026-02-10"),
            ("5", "2026-01-10"),
        ):
            invoice = self.assessed(number).action_create_invoices()
            invoice.invoice_date = "2026-01-05"
            invoice.invoice_payment_term_id = False
            invoice.invoice_date_due = due
            invoice.action_post()
        ageing = self.statement()["ageing"]
        buckets = ("not_due", "days_30", "days_60", "days_90", "older")
        self.assertEqual([ageing["outlays"][name] for name in buckets], [729.75] * 5)
        self.assertEqual([ageing["services"][name] for name in buckets], [97.75] * 5)
        self.assertEqual(ageing["total"]["total"], 5 * 827.50)

    def test_instalments_share_the_split(self):
        invoice = self.assessed().action_create_invoices()
        invoice.invoice_date = "2026-03-10"
        invoice.invoice_payment_term_id = self.pay_terms_b
        invoice.action_post()
        rows = self.statement()["blocks"][0]["rows"]
        self.assertEqual(len(rows), 2)
        self.assertAlmostEqual(sum(row["open_outlays"] for row in rows), 729.75, 2)
        self.assertAlmostEqual(sum(row["open_services"] for row in rows), 97.75, 2)

    # === CURRENCIES === #

    def euro_client(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-03-01",
                "currency_id": euro.id,
                "company_id": self.company.id,
                "rate": 0.8,
            }
        )
        self.client.customs_billing_currency_id = euro
        return euro

    def test_currencies_stand_apart(self):
        self.billed("4710")
        euro = self.euro_client()
        invoice = self.bill(self.assessed("4712"))
        self.assertEqual(invoice.currency_id, euro)
        statement = self.statement()
        blocks = statement["blocks"]
        self.assertEqual(
            [block["currency"] for block in blocks], [self.company.currency_id, euro]
        )
        self.assertEqual(blocks[1]["closing"], 662.00)  # 827.50 at 0.80
        self.assertEqual(blocks[1]["rows"][0]["open_outlays"], 583.80)
        self.assert_agrees(statement, self.receivable_balance(self.client))

    def test_paid_in_another_currency(self):
        euro = self.euro_client()
        invoice = self.bill(self.assessed())
        self.pay(invoice, currency_id=self.company.currency_id.id, amount=827.50)
        self.assertEqual(invoice.amount_residual, 0.0)
        statement = self.statement(since="2026-03-01")
        closings = {
            block["currency"]: block["closing"] for block in statement["blocks"]
        }
        self.assertEqual(closings.get(euro), 0.0)
        self.assertEqual(closings.get(self.company.currency_id, 0.0), 0.0)
        self.assert_agrees(statement, 0.0)
        self.assertFalse(self.statement()["blocks"])

    # === DEPOSITS === #

    def test_deposit_held_stands_apart(self):
        declaration = self.assessed()
        request = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "amount": 1000}
        )
        request._receive(
            self.company._get_customs_bank_journal(), date(2026, 3, 2), 1000.0
        )
        statement = self.statement()
        [row] = statement["deposits"]
        self.assertEqual((row["received"], row["left"]), (1000.0, 1000.0))
        self.assertEqual(statement["balance"], 0.0)
        self.bill(declaration)
        statement = self.statement()
        [row] = statement["deposits"]
        self.assertEqual((row["applied"], row["left"]), (827.50, 172.50))
        self.assert_agrees(statement, 0.0)
        [block] = self.statement(since="2026-03-01")["blocks"]
        self.assertEqual(
            [(line["kind"], line["amount"]) for line in block["rows"]],
            [("invoice", 827.50), ("deposit", -827.50)],
        )
        self.assertEqual(
            self.statement(until="2026-03-05")["deposits"][0]["left"], 1000
        )

    # === WHOSE === #

    def test_only_the_clients_own(self):
        self.billed()
        other = self.env["res.partner"].create({"name": "Other Importer"})
        plain = self.init_invoice(
            "out_invoice",
            partner=other,
            amounts=[500],
            post=True,
            invoice_date="2026-03-10",
        )
        contact = self.env["res.partner"].create(
            {"name": "Accounts payable", "parent_id": self.client.id}
        )
        mine = self.init_invoice(
            "out_invoice",
            partner=contact,
            amounts=[200],
            post=True,
            invoice_date="2026-03-11",
        )
        statements = (other | contact)._get_customs_statements(
            self.company, date(2026, 4, 30)
        )
        self.assertEqual(set(statements), {other, self.client})
        names = [row["name"] for row in statements[other]["blocks"][0]["rows"]]
        self.assertEqual(names, [plain.name])
        names = [row["name"] for row in statements[self.client]["blocks"][0]["rows"]]
        self.assertIn(mine.name, names)
        self.assertNotIn(plain.name, names)
        self.assert_agrees(statements[other], plain.amount_total)
        page = self.html(REPORT, self.wizard())
        self.assertNotIn("Other Importer", self.words(page))

    def test_queries_do_not_grow(self):
        self.billed("1")

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.statement(since="2026-01-01")
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for number in range(2, 8):
            self.billed(str(number))
        self.assertLessEqual(count(), few)

    # === OUTPUT === #

    def test_print(self):
        invoice = self.billed()
        self.pay(invoice, amount=300)
        page = self.html(REPORT, self.wizard())
        [row, total] = self.rows(page, "movements")
        self.assertEqual(row[0], "03/10/2026")
        self.assertIn(invoice.name, row[1])
        self.assertEqual(row[4:], ["827.50", "465.19", "62.31", "527.50", "527.50"])
        self.assertEqual(total[-1], "$ 527.50")
        balance = self.words(page.xpath("//p[@name='balance']")[0])
        self.assertEqual(balance, "Balance to pay $ 527.50")
        ageing = self.rows(page, "ageing")
        self.assertEqual(ageing[-1][-1], "527.50")
        self.assertEqual(len(self.pdf(REPORT, self.wizard()).pages), 1)

    def test_period_print_and_credit_balance(self):
        invoice = self.billed()
        self.pay(invoice, amount=1000)
        wizard = self.wizard(content="period", date_from="2026-03-01")
        page = self.html(REPORT, wizard)
        self.assertIn("Movements from 03/01/2026 to 04/30/2026", self.words(page))
        self.assertEqual(
            self.rows(page, "movements")[0][1:], ["Opening balance", "0.00"]
        )
        balance = self.words(page.xpath("//p[@name='balance']")[0])
        self.assertEqual(balance, "Balance in your favour $ 172.50")

    def test_spreadsheet_has_numbers_and_dates(self):
        invoice = self.billed()
        action = self.wizard().action_export()
        number = int(action["url"].split("/")[3].split("?")[0])
        attachment = self.env["ir.attachment"].browse(number)
        book = load_workbook(io.BytesIO(base64.b64decode(attachment.datas)))
        self.assertEqual(book.sheetnames, ["Statement", "Ageing", "Deposits held"])
        heads, row = list(book["Statement"].iter_rows(values_only=True))[:2]
        values = dict(zip(heads, row, strict=True))
        self.assertEqual(values["Date"], datetime(2026, 3, 10))
        self.assertEqual(values["Number"], invoice.name)
        self.assertEqual(values["Open"], 827.5)
        self.assertEqual(values["Disbursements"], 729.75)
        ageing = list(book["Ageing"].iter_rows(values_only=True))
        self.assertEqual(ageing[-1][-1], 827.5)

    def test_mail(self):
        self.billed()
        wizard = self.wizard()
        with self.assertRaisesRegex(UserError, "No e-mail address"):
            wizard.action_send()
        self.client.email = "ap@harbour.example"
        action = wizard.action_send()
        self.assertEqual(action["res_model"], "mail.compose.message")
        composer = (
            self.env["mail.compose.message"]
            .with_context(**action["context"])
            .create({})
        )
        self.assertIn("Statement of account", composer.subject)
        composer._action_send_mail()
        message = self.client.message_ids[0]
        self.assertEqual(message.attachment_ids.mapped("mimetype"), ["application/pdf"])
        self.assertIn("deposits we hold for you", message.body)
        self.assertEqual(message.notified_partner_ids, self.client)

    def test_mail_without_its_template(self):
        self.billed()
        self.client.email = "ap@harbour.example"
        self.env.ref("customs_invoicing.mail_template_client_statement").unlink()
        context = self.wizard().action_send()["context"]
        self.assertIn("Statement of account", context["default_subject"])
        self.assertEqual(len(context["default_attachment_ids"]), 1)
        other = self.env["res.partner"].create(
            {"name": "Other Importer", "email": "other@importer.example"}
        )
        self.init_invoice("out_invoice", partner=other, amounts=[500], post=True)
        wizard = self.wizard(partner_ids=[(6, 0, (self.client | other).ids)])
        with self.assertRaisesRegex(UserError, "template .* was deleted"):
            wizard.action_send()

    def test_mail_to_many_and_nobody_left_out(self):
        self.billed()
        self.client.email = "ap@harbour.example"
        other = self.env["res.partner"].create(
            {"name": "Other Importer", "email": "other@importer.example"}
        )
        self.init_invoice(
            "out_invoice",
            partner=other,
            amounts=[500],
            post=True,
            invoice_date="2026-03-10",
        )
        wizard = self.wizard(partner_ids=[(6, 0, (self.client | other).ids)])
        before = self.env["mail.mail"].search([])
        self.assertEqual(wizard.action_send()["tag"], "display_notification")
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(mails.recipient_ids, self.client | other)
        for mail in mails:
            self.assertEqual(len(mail.recipient_ids), 1)
            [attachment] = mail.attachment_ids
            self.assertEqual(attachment.res_id, mail.recipient_ids.id)

    def test_nothing_to_show_is_said(self):
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            self.wizard().action_print()
        with self.assertRaisesRegex(UserError, "Choose the clients"):
            self.wizard(partner_ids=False).action_print()
        with self.assertRaisesRegex(UserError, "before it begins"):
            self.wizard(content="period", date_from="2026-05-01")

    def test_all_debtors(self):
        with self.assertRaisesRegex(UserError, "owes us anything"):
            self.wizard(partner_ids=False).action_add_debtors()
        self.billed()
        plain = self.env["res.partner"].create({"name": "No customs client"})
        self.init_invoice("out_invoice", partner=plain, amounts=[5], post=True)
        wizard = self.wizard(partner_ids=False)
        wizard.action_add_debtors()
        self.assertEqual(wizard.partner_ids, self.client)

    def test_debtors_who_are_no_clients_of_files(self):
        payer = self.env["res.partner"].create({"name": "Forwarder who pays"})
        declaration = self.assessed()
        declaration.charge_ids.bill_to_id = payer
        self.bill(declaration)
        wizard = self.wizard(partner_ids=False)
        wizard.action_add_debtors()
        self.assertEqual(wizard.partner_ids, payer)

    def test_one_pdf_for_many(self):
        """Each client alone, as the converter takes one document at a time."""
        self.billed()
        other = self.env["res.partner"].create({"name": "Second Client Ltd"})
        self.init_invoice(
            "out_invoice",
            partner=other,
            amounts=[500],
            post=True,
            invoice_date="2026-03-10",
        )
        wizard = self.wizard(partner_ids=[(6, 0, (self.client | other).ids)])
        self.assertEqual(len(self.pdf(REPORT, wizard).pages), 2)
        text = self.pdf_text(REPORT, wizard)
        self.assertIn(self.client.name, text)
        self.assertIn("Second Client Ltd", text)

    def test_auditor_prints_a_user_without_rights_does_not(self):
        self.billed()
        groups = {
            "auditor": "customs_invoicing.group_customs_auditor",
            "nobody": "base.group_user",
        }
        users = {
            name: self.env["res.users"].create(
                {
                    "name": name,
                    "login": f"statement_{name}",
                    "group_ids": [(6, 0, [self.env.ref(group).id])],
                    "company_ids": [(6, 0, self.company.ids)],
                    "company_id": self.company.id,
                }
            )
            for name, group in groups.items()
        }
        vals = {"partner_ids": [(6, 0, self.client.ids)], "date_to": "2026-04-30"}
        wizards = self.env["customs.client.statement"]
        wizard = wizards.with_user(users["auditor"]).create(vals)
        self.assertEqual(wizard._get_statements()[0]["balance"], 827.50)
        with self.assertRaises(UserError):
            wizards.with_user(users["nobody"]).create(vals)
