from odoo import fields, models


class CustomsDeclaration(models.Model):
    """What decides the accounts of a file."""

    _inherit = "customs.declaration"

    goods_use = fields.Selection(
        selection=[
            ("stock", "Stock: duty becomes part of the cost"),
            ("expense", "Use: duty is an expense"),
            ("sale", "Sold duty paid: duty abroad is a selling cost"),
        ],
        string="The goods are for",
        required=True,
        default="stock",
        help="Decides the cost account of duty on our own goods. Samples and "
        "consumables are for use; a foreign import of goods we sold is sold duty paid.",
    )
    foreign_vat_recoverable = fields.Boolean(
        string="Foreign VAT is recoverable",
        default=True,
        help="We are registered abroad, or claim the tax back. Otherwise it is a "
        "selling cost. Only for goods sold duty paid.",
    )
    vat_evidence = fields.Selection(
        selection=[
            ("assessment", "The assessment"),
            ("certificate", "A certificate that follows"),
        ],
        string="Evidence for import VAT",
        required=True,
        default=lambda self: self.env.company.customs_vat_evidence,
        help="Import VAT on our own goods is deducted with the assessment, or waits "
        "until its certificate arrives.",
    )
