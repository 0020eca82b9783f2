from odoo import fields, models


class CustomsPaymentAccount(models.Model):
    """A deferment account, cash account or guarantee at an authority."""

    _name = "customs.payment.account"
    _description = "Customs Payment Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "company_id, sequence, number, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    number = fields.Char(required=True, index="trigram")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=[
            ("deferment", "Deferment account"),
            ("cash", "Customs cash account"),
            ("guarantee", "Guarantee"),
        ],
        required=True,
        default="deferment",
    )
    holder_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        default=lambda self: self.env.company.partner_id,
        check_company=True,
        help="Who answers for the account: we, our client or our broker.",
    )
    authority_id = fields.Many2one(comodel_name="res.partner", check_company=True)
    account_id = fields.Many2one(
        comodel_name="account.account",
        string="Ledger account",
        check_company=True,
        help="Empty: the company's account for deferment or customs cash.",
    )

    def _get_ledger_account(self):
        """Return the ledger account of our deferment or cash account."""
        self.ensure_one()
        role = "customs_cash" if self.kind == "cash" else "deferment_payable"
        return self.account_id or self.company_id._get_customs_account(role)

    def _get_due_date(self, day):
        """Return when what is charged on a day is debited."""
        self.ensure_one()
        return day
