from odoo import fields, models


class ResCompany(models.Model):
    """How the company deals with clients' deposits and outlays."""

    _inherit = "res.company"

    customs_apply_deposits = fields.Boolean(
        string="Apply deposits by themselves",
        default=True,
        help="Posting a client's invoice pays it from what the client advanced for the "
        "same file.",
    )
    customs_exact_outlay = fields.Boolean(
        string="Bill outlays as they were paid",
        help="Exchange differences of outlays in a foreign currency go onto the file "
        "as soon as the vendor is paid, so the client bears what left the bank.",
    )
    customs_deposit_days = fields.Integer(
        string="Deposits are old after (days)",
        default=60,
        help="A deposit neither applied nor returned for longer shows as overdue. "
        "Some countries limit how long clients' money may be held.",
    )
    customs_float_days = fields.Integer(
        string="Staff advances are old after (days)",
        default=15,
        help="Cash handed to staff and not accounted for after these days shows as "
        "overdue.",
    )
