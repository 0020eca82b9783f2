from odoo import fields, models

ANNEX_CHOICES = [
    ("yes", "With the annex of each declaration"),
    ("no", "Without annex"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    customs_annex = fields.Selection(
        selection=ANNEX_CHOICES,
        string="Customs invoices",
        required=True,
        default="yes",
        help="The annex lists items, bases, rates and amounts of the declaration. It "
        "follows the invoice in its PDF where outlays are billed.",
    )
