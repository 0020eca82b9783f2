from odoo import api, fields, models

from .customs_entry_preview import SHOWN


class CustomsEntryPreviewLine(models.TransientModel):
    """One journal item that would be posted."""

    _name = "customs.entry.preview.line"
    _description = "Item of a Preview of Customs Entries"
    _order = "preview_id, id"

    preview_id = fields.Many2one(
        comodel_name="customs.entry.preview", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="preview_id.currency_id")
    document = fields.Integer(string="Document number")
    document_name = fields.Char(string="Document")
    date = fields.Date(string="Accounting date")
    account_id = fields.Many2one(comodel_name="account.account")
    account_code = fields.Char(string="Account code", compute="_compute_account_code")
    partner_id = fields.Many2one(comodel_name="res.partner")
    name = fields.Char(string="Label")
    taxes = fields.Char()
    grids = fields.Char(string="Tax grids")
    debit = fields.Monetary()
    credit = fields.Monetary()
    amount_currency = fields.Monetary(
        string="In foreign currency", currency_field="foreign_currency_id"
    )
    foreign_currency_id = fields.Many2one(
        comodel_name="res.currency", string="Foreign currency"
    )
    date_maturity = fields.Date(string="Due date")
    customs_tax_code = fields.Char(string="Customs tax code")

    @api.depends("account_id", "preview_id.company_id")
    def _compute_account_code(self):
        for company, lines in self.grouped(
            lambda line: line.preview_id.company_id
        ).items():
            for line in lines:
                line.account_code = line.account_id.with_company(company).code

    def _get_shown(self):
        """Return what the table says in any order, to compare it with the books."""
        return sorted([self._get_text(line, name) for name in SHOWN] for line in self)

    def _get_text(self, line, name):
        field, value = line._fields[name], line[name]
        if field.relational:
            return str(value._origin.id)
        return f"{value:.6f}" if field.type == "monetary" else str(value or "")
