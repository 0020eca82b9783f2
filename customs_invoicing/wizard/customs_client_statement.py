import base64
import io

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ..engine.client_account import BUCKETS

REPORT = "customs_invoicing.client_statement_report"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CustomsClientStatement(models.TransientModel):
    """Statements of account for clients: on paper, by mail, as a spreadsheet."""

    _name = "customs.client.statement"
    _description = "Statement of Account"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Clients",
        domain="[('parent_id', '=', False)]",
        help="Each gets a statement of its own, with nothing of any other client.",
    )
    content = fields.Selection(
        selection=[
            ("open", "What is open"),
            ("period", "All movements of a period"),
        ],
        required=True,
        default="open",
    )
    date_from = fields.Date(
        string="From",
        default=lambda self: fields.Date.start_of(
            fields.Date.context_today(self), "month"
        ),
    )
    date_to = fields.Date(
        string="Until", required=True, default=fields.Date.context_today
    )
    skip_settled = fields.Boolean(
        string="Only clients with something to show",
        default=True,
        help="Leaves out clients who owe nothing, of whom we hold nothing, and without "
        "movements in the period.",
    )

    @api.constrains("date_from", "date_to", "content")
    def _check_dates(self):
        for record in self:
            if (
                record.content == "period"
                and record.date_from
                and record.date_from > record.date_to
            ):
                raise UserError(
                    self.env._(
                        "The period ends on %(end)s, before it begins on %(start)s.",
                        start=format_date(self.env, record.date_from),
                        end=format_date(self.env, record.date_to),
                    )
                )

    # === CONTENT === #

    def _get_statements(self):
        """Return the statements to give out, see ``_get_customs_statements``."""
        self.ensure_one()
        if not self.partner_ids:
            raise UserError(self.env._("Choose the clients who get a statement."))
        statements = self.partner_ids._get_customs_statements(
            self.company_id,
            self.date_to,
            self.date_from if self.content == "period" else None,
        )
        return [
            statement
            for statement in statements.values()
            if not self.skip_settled or statement["blocks"] or statement["deposits"]
        ]

    def _get_filled_statements(self):
        statements = self._get_statements()
        if not statements:
            raise UserError(
                self.env._(
                    "Nothing is open or moved for these clients until %(date)s.",
                    date=format_date(self.env, self.date_to),
                )
            )
        return statements

    # === ACTIONS === #

    def action_add_debtors(self):
        """Choose all clients of customs files who owe something."""
        self.ensure_one()
        groups = self.env["account.move.line"]._read_group(
            Domain(
                [
                    ("company_id", "=", self.company_id.id),
                    ("parent_state", "=", "posted"),
                    ("account_type", "=", "asset_receivable"),
                    ("reconciled", "=", False),
                    ("partner_id", "!=", False),
                ]
            ),
            ["partner_id"],
        )
        debtors = self.env["res.partner"].union(*(group[0] for group in groups))
        clients = self.env["customs.declaration"]._read_group(
            [("company_id", "=", self.company_id.id), ("client_id", "!=", False)],
            ["client_id"],
        )
        served = self.env["res.partner"].union(*(group[0] for group in clients))
        self.partner_ids |= debtors.commercial_partner_id & served.commercial_partner_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement of account"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_print(self):
        """Print the statements as one PDF."""
        self._get_filled_statements()
        return self.env.ref(REPORT).report_action(self)

    def action_export(self):
        """Download the statements as a spreadsheet."""
        content = self._get_xlsx(self._get_filled_statements())
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{self._get_file_name()}.xlsx",
                "datas": base64.b64encode(content),
                "mimetype": XLSX,
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "self",
        }

    def _get_file_name(self):
        self.ensure_one()
        return self.env._("Statement of account %(date)s", date=self.date_to)

    # === MAIL === #

    def action_send(self):
        """Mail each client its statement; a single one can be read before."""
        statements = self._get_filled_statements()
        template = self.env.ref("customs_invoicing.mail_template_client_statement")
        recipients = {
            statement["client"]: self._get_recipient(statement["client"])
            for statement in statements
        }
        missing = [client.name for client, to in recipients.items() if not to.email]
        if missing:
            raise UserError(
                self.env._(
                    "No e-mail address is known of %(clients)s. Enter one on the "
                    "contact, or take the client out.",
                    clients=", ".join(missing),
                )
            )
        attachments = self._create_pdfs(recipients)
        if len(recipients) == 1:
            client = next(iter(recipients))
            return self._open_composer(
                template, client, recipients[client], attachments[client]
            )
        for client, recipient in recipients.items():
            template.send_mail(
                client.id,
                email_values={
                    "recipient_ids": [Command.link(recipient.id)],
                    "attachment_ids": [Command.link(attachments[client].id)],
                },
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s statements are on their way.", count=len(recipients)
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_recipient(self, client):
        """Return who gets the mail: the contact for invoices."""
        contact = client.browse(client.address_get(["invoice"])["invoice"])
        return contact if contact.email else client

    def _create_pdfs(self, clients):
        """Return ``{client: PDF of its statement}``."""
        found = {}
        for client in clients:
            single = self.copy({"partner_ids": [Command.set(client.ids)]})
            lang = client.lang or self.env.lang
            content, _kind = self.env["ir.actions.report"]._render_qweb_pdf(
                REPORT, single.ids
            )
            name = single.with_context(lang=lang)._get_file_name()
            found[client] = self.env["ir.attachment"].create(
                {
                    "name": f"{name}.pdf",
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": client._name,
                    "res_id": client.id,
                }
            )
        return found

    def _open_composer(self, template, client, recipient, attachment):
        subject, body = (
            template._render_field(field, client.ids, compute_lang=True)[client.id]
            for field in ("subject", "body_html")
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": client._name,
                "default_res_ids": client.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": recipient.ids,
                "default_subject": subject,
                "default_body": body,
                "default_attachment_ids": attachment.ids,
            },
        }

    # === SPREADSHEET === #

    def _get_xlsx(self, statements):
        """Return a workbook of statements, with real dates and numbers."""
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
            formats = {
                "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
                "date": book.add_format({"num_format": "yyyy-mm-dd"}),
                "money": book.add_format({"num_format": "#,##0.00"}),
                "total": book.add_format({"num_format": "#,##0.00", "bold": True}),
            }
            self._write_movements(book, formats, statements)
            self._write_ageing(book, formats, statements)
            self._write_deposits(book, formats, statements)
        return stream.getvalue()

    def _add_sheet(self, book, formats, name, columns):
        """Return a sheet with a heading; columns are ``(title, width)``."""
        sheet = book.add_worksheet(name)
        for number, (title, width) in enumerate(columns):
            sheet.set_column(number, number, width)
            sheet.write_string(0, number, title, formats["head"])
        sheet.freeze_panes(1, 0)
        return sheet

    def _write_row(self, sheet, formats, number, values):
        """Write a row: dates as dates, numbers as money, the rest as text."""
        for column, value in enumerate(values):
            if value is None or value is False:
                continue
            if isinstance(value, float):
                sheet.write_number(number, column, value, formats["money"])
            elif isinstance(value, str):
                sheet.write_string(number, column, value)
            else:
                sheet.write_datetime(number, column, value, formats["date"])

    def _write_movements(self, book, formats, statements):
        _ = self.env._
        is_open = self.content == "open"
        columns = [
            (_("Client"), 30),
            (_("Date"), 11),
            (_("Document"), 18),
            (_("Number"), 20),
            (_("File"), 24),
            (_("Declaration number"), 26),
            (_("Due date"), 11),
            (_("Currency"), 9),
            (_("Amount"), 14),
            (_("Disbursements"), 14),
            (_("Services and tax"), 14),
            (_("Open"), 14),
            (_("Balance"), 14),
        ]
        sheet = self._add_sheet(book, formats, _("Statement"), columns)
        kinds = self._get_kind_names()
        number = 0
        for statement in statements:
            for block in statement["blocks"]:
                currency = block["currency"]
                if not is_open:
                    number += 1
                    opening = [statement["client"].name, statement["date_from"]]
                    opening += [_("Opening balance"), None, None, None, None]
                    opening += [currency.name, None, None, None, None]
                    self._write_row(
                        sheet, formats, number, [*opening, float(block["opening"])]
                    )
                for row in block["rows"]:
                    number += 1
                    prefix = "open_" if is_open else ""
                    values = [
                        statement["client"].name,
                        row["date"],
                        kinds[row["kind"]],
                        row["name"],
                        ", ".join(row["files"].mapped("name")),
                        ", ".join(filter(None, row["files"].mapped("mrn"))),
                        row["due"] if row["has_due"] else None,
                        currency.name,
                        float(row["amount"]),
                        row[f"{prefix}outlays"],
                        row[f"{prefix}services"],
                        float(row["open"]),
                        float(row["balance"]),
                    ]
                    self._write_row(sheet, formats, number, values)
        sheet.autofilter(0, 0, max(number, 1), len(columns) - 1)

    def _write_ageing(self, book, formats, statements):
        _ = self.env._
        names = self._get_bucket_names()
        columns = [(_("Client"), 30), (_("Part"), 24), (_("Currency"), 9)]
        columns += [(names[name], 13) for name in (*BUCKETS, "total")]
        sheet = self._add_sheet(book, formats, _("Ageing"), columns)
        parts = self._get_part_names()
        number = 0
        for statement in statements:
            for part, amounts in statement["ageing"].items():
                number += 1
                values = [statement["client"].name, parts[part]]
                values.append(statement["currency"].name)
                values += [float(amounts[name]) for name in (*BUCKETS, "total")]
                self._write_row(sheet, formats, number, values)

    def _write_deposits(self, book, formats, statements):
        _ = self.env._
        columns = [
            (_("Client"), 30),
            (_("Request"), 18),
            (_("File"), 18),
            (_("Received on"), 12),
            (_("Currency"), 9),
            (_("Received"), 14),
            (_("Applied"), 14),
            (_("Returned"), 14),
            (_("Left"), 14),
        ]
        sheet = self._add_sheet(book, formats, _("Deposits held"), columns)
        number = 0
        for statement in statements:
            for row in statement["deposits"]:
                number += 1
                values = [statement["client"].name, row["request"].name]
                values += [row["file"].name, row["date"], row["currency"].name]
                values += [
                    float(row[name])
                    for name in ("received", "applied", "returned", "left")
                ]
                self._write_row(sheet, formats, number, values)

    # === WORDS === #

    def _get_kind_names(self):
        """Return ``{kind of a row: name}`` in the language of the context."""
        _ = self.env._
        return {
            "invoice": _("Invoice"),
            "credit_note": _("Credit note"),
            "payment": _("Payment"),
            "deposit": _("Deposit applied"),
            "exchange": _("Exchange difference"),
            "currency": _("Settled in another currency"),
            "entry": _("Entry"),
        }

    def _get_bucket_names(self):
        """Return ``{bucket: name}`` in the language of the context."""
        _ = self.env._
        return {
            "not_due": _("Not due"),
            "days_30": _("1–30 days"),
            "days_60": _("31–60 days"),
            "days_90": _("61–90 days"),
            "older": _("Over 90 days"),
            "total": _("Total"),
        }

    def _get_part_names(self):
        """Return ``{part of what is owed: name}`` in the language of the context."""
        _ = self.env._
        return {
            "outlays": _("Disbursements"),
            "services": _("Services and tax"),
            "unmatched": _("Not matched with an invoice"),
            "total": _("Total"),
        }
