from odoo import fields, models


class AccountMoveLine(models.Model):
    """Journal items of deferment and cash accounts."""

    _inherit = "account.move.line"

    customs_payment_account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Customs account",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
    )
