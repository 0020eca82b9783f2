from odoo import fields, models

from .customs_declaration import CUSTOMS_READERS


class ResPartner(models.Model):
    """How a client's duties and taxes are paid."""

    _inherit = "res.partner"

    customs_payment_account = fields.Char(
        string="Other account at customs",
        help="Number proposed for box 48 where no standing instruction names an "
        "account.",
    )
    customs_payment_instruction_ids = fields.One2many(
        comodel_name="customs.payment.instruction",
        inverse_name="partner_id",
        string="Payment instructions",
        groups=CUSTOMS_READERS,
    )
    customs_payment_account_ids = fields.One2many(
        comodel_name="customs.payment.account",
        inverse_name="holder_id",
        string="Customs accounts",
        groups=CUSTOMS_READERS,
        help="Deferment, cash and guarantee accounts the contact holds.",
    )
