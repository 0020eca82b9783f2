import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ..models.customs_charge_amounts import CLIENT_MOVE_TYPES

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
        """Choose everybody who owes something: clients of files, and payers."""
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
        payers = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "in", CLIENT_MOVE_TYPES),
                ("customs_declaration_id", "!=", False),
                ("partner_id", "!=", False),
            ],
            ["partner_id"],
        )
        served = self.env["res.partner"].union(
            *(group[0] for group in [*clients, *payers])
        )
        found = debtors.commercial_partner_id & served.commercial_partner_id
        if not found:
            raise UserError(
                self.env._("No client of a customs file owes us anything by now.")
            )
        self.partner_ids |= found
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
        template = self.env.ref(
            "customs_invoicing.mail_template_client_statement", raise_if_not_found=False
        )
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
        if not template and len(recipients) > 1:
            raise UserError(
                self.env._(
                    "The mail template for statements of account was deleted. Send "
                    "the statements one by one, or print them."
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
        subject, body = self._get_file_name(), ""
        if template:
            subject, body = (
                template._render_field(field, client.ids, compute_lang=True)[client.id]
                for field in ("subject", "body_html")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the statement of account"),
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

    # === WORDS === #

    def _get_kind_names(self):
        """Return ``{kind of a row: name}`` in the language of the context."""
        return {
            "invoice": self.env._("Invoice"),
            "credit_note": self.env._("Credit note"),
            "payment": self.env._("Payment"),
            "deposit": self.env._("Deposit applied"),
            "exchange": self.env._("Exchange difference"),
            "currency": self.env._("Settled in another currency"),
            "entry": self.env._("Entry"),
        }

    def _get_bucket_names(self):
        """Return ``{bucket: name}`` in the language of the context."""
        return {
            "not_due": self.env._("Not due"),
            "days_30": self.env._("1–30 days"),
            "days_60": self.env._("31–60 days"),
            "days_90": self.env._("61–90 days"),
            "older": self.env._("Over 90 days"),
            "total": self.env._("Total"),
        }

    def _get_part_names(self):
        """Return ``{part of what is owed: name}`` in the language of the context."""
        return {
            "outlays": self.env._("Disbursements"),
            "services": self.env._("Services and tax"),
            "unmatched": self.env._("Not matched with an invoice"),
            "total": self.env._("Total"),
        }
