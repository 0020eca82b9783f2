from odoo import fields, models

PAYERS = [
    ("importer", "Importer"),
    ("declarant", "Declarant: broker, forwarder or courier"),
    ("nobody", "Nobody"),
]

MECHANISMS = [
    ("payable", "On the authority's notice"),
    ("deferment", "Deferment account"),
    ("cash", "Customs cash account"),
    ("bank", "Paid at once from the bank"),
    ("postponed", "Postponed: in the VAT return"),
    ("security", "Secured"),
]


class CustomsPaymentMethod(models.Model):
    """How duties and taxes reach the authority, and who pays them."""

    _name = "customs.payment.method"
    _description = "Customs Payment Method"
    _inherit = ["customs.code.mixin"]
    _order = "sequence, code, id"

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    payer = fields.Selection(
        selection=PAYERS,
        required=True,
        default="declarant",
        help="Who pays the authority. On our own imports the importer is us, on a "
        "client's declaration the declarant is.",
    )
    mechanism = fields.Selection(
        selection=MECHANISMS, required=True, default="payable"
    )
    needs_deposit = fields.Boolean(
        string="Needs a deposit",
        help="The client prefunds: money must be there before the file is lodged.",
    )
    authority_codes = fields.Char(
        string="Codes of the authority",
        help="How declarations and assessments name the method, separated by commas, "
        "for example E for a deferment account.",
    )
    description = fields.Text(translate=True)

    _code_unique = models.Constraint(
        "UNIQUE(code)", "A payment method with this code exists already."
    )
