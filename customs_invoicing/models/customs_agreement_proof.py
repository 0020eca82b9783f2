from odoo import fields, models


class CustomsAgreementProof(models.Model):
    """A proof of origin that an agreement accepts."""

    _name = "customs.agreement.proof"
    _description = "Proof of Origin"
    _order = "agreement_id, sequence, id"

    agreement_id = fields.Many2one(
        comodel_name="customs.agreement", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(
        required=True, help="EUR.1 movement certificate, statement on origin…"
    )
    document_code = fields.Char(
        string="Document code", help="Code on the declaration: N954, U110…"
    )
    kind = fields.Char(help="Class of the proof in the publication.")
    value_limit = fields.Monetary(
        string="Up to a value of",
        help="Value above which the proof needs an authorised exporter. 0: no limit.",
    )
    currency_id = fields.Many2one(comodel_name="res.currency")
    validity_months = fields.Integer(
        string="Valid for (months)", help="From the day it was made out."
    )
    exporter_reference = fields.Selection(
        string="Exporter is named by",
        selection=[
            ("rex", "REX number"),
            ("approved", "Number of the approved exporter"),
            ("eori", "EORI number"),
            ("none", "Nothing"),
        ],
    )
