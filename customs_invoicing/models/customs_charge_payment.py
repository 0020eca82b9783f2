from odoo import api, fields, models

from ..engine.payment import who_pays


class CustomsCharge(models.Model):
    """How a charge reaches the authority."""

    _inherit = "customs.charge"

    payment_method_id = fields.Many2one(
        comodel_name="customs.payment.method",
        string="Payment method",
        compute="_compute_payment",
        store=True,
        readonly=False,
        precompute=True,
        help="From the declaration, else from the standing instruction.",
    )
    payment_account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Customs account",
        compute="_compute_payment",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
    )
    payer = fields.Selection(
        selection=[
            ("us", "We"),
            ("client", "The client"),
            ("agent", "Our broker or carrier"),
            ("nobody", "Nobody"),
        ],
        compute="_compute_payer",
        string="Paid by",
    )

    @api.depends("declaration_id.client_id", "charge_code_id", "tax_code_id")
    def _compute_payment(self):
        for record in self:
            record.payment_method_id = record.payment_method_id
            record.payment_account_id = record.payment_account_id

    @api.depends("payment_method_id.payer", "declaration_id.capacity")
    def _compute_payer(self):
        """Without a method, whoever of us owes the charge pays it."""
        for record in self:
            method = record.payment_method_id
            record.payer = (
                who_pays(method.payer, record.declaration_id.capacity)
                if method
                else "us"
            )
