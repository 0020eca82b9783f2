from odoo import fields, models
from odoo.tools import SQL


class CustomsDeclarationBalance(models.Model):
    """What stands on each account for a file, like a ledger of its own."""

    _name = "customs.declaration.balance"
    _description = "Accounts of Customs Declarations"
    _auto = False
    _order = "declaration_id, account_code, account_id"
    _rec_name = "account_id"

    declaration_id = fields.Many2one(comodel_name="customs.declaration", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    client_id = fields.Many2one(comodel_name="res.partner", readonly=True)
    account_id = fields.Many2one(comodel_name="account.account", readonly=True)
    account_code = fields.Char(string="Account code", readonly=True)
    account_type = fields.Selection(related="account_id.account_type")
    debit = fields.Monetary(readonly=True)
    credit = fields.Monetary(readonly=True)
    balance = fields.Monetary(readonly=True, help="Debit minus credit, posted only.")
    item_count = fields.Integer(string="Items", readonly=True)

    @property
    def _table_query(self):
        """Posted items that carry a file, by account."""
        return SQL(
            """
            SELECT MIN(line.id) AS id,
                   line.customs_declaration_id AS declaration_id,
                   line.company_id,
                   file.client_id,
                   line.account_id,
                   account.code_store ->> line.company_id::text AS account_code,
                   SUM(line.debit) AS debit,
                   SUM(line.credit) AS credit,
                   SUM(line.balance) AS balance,
                   COUNT(*) AS item_count
              FROM account_move_line line
              JOIN customs_declaration file ON file.id = line.customs_declaration_id
              JOIN account_account account ON account.id = line.account_id
             WHERE line.parent_state = 'posted'
             GROUP BY line.customs_declaration_id, line.company_id, file.client_id,
                      line.account_id, account.code_store
            """
        )

    def action_view_items(self):
        """Open the journal items behind a balance."""
        self.ensure_one()
        return self.declaration_id._action_view(
            "account.action_account_moves_all",
            domain=[
                ("customs_declaration_id", "=", self.declaration_id.id),
                ("account_id", "=", self.account_id.id),
                ("parent_state", "!=", "cancel"),
            ],
            context={"search_default_posted": 1},
        )
