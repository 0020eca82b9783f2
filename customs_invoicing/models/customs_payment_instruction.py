from odoo import fields, models

from .customs_charge_code import CHARGE_KINDS


class CustomsPaymentInstruction(models.Model):
    """A standing instruction: how the charges of a client, or ours, are paid."""

    _name = "customs.payment.instruction"
    _description = "Customs Payment Instruction"
    _order = "company_id, partner_id, sequence, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Empty: for our own imports and for every client without one of its own.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        selection=CHARGE_KINDS,
        string="Charges",
        help="Empty: all charges of the authority.",
    )
    charge_code_id = fields.Many2one(
        comodel_name="customs.charge.code", string="Charge code"
    )
    tariff_id = fields.Many2one(
        comodel_name="customs.tariff", string="Tariff", help="Empty: everywhere."
    )
    method_id = fields.Many2one(
        comodel_name="customs.payment.method", required=True, string="Payment method"
    )
    account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Customs account",
        check_company=True,
    )
