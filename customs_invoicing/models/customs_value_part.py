from odoo import fields, models

from .customs_valuation_element import ELEMENT_KINDS


class CustomsValuePart(models.Model):
    """What one amount of the value build-up adds to the value of one item."""

    _name = "customs.value.part"
    _description = "Share of the Value Build-up"
    _inherit = ["customs.item.part"]
    _order = "declaration_id, line_id, sequence, id"

    tariff_currency_id = fields.Many2one(
        string="Tariff currency",
        related="declaration_id.tariff_currency_id",
        store=True,
        precompute=True,
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection=[
            ("invoice", "Invoice price"),
            *ELEMENT_KINDS,
        ],
        required=True,
    )
    currency_id = fields.Many2one(comodel_name="res.currency")
    rate = fields.Float(
        digits=(18, 8), help="Customs rate: national currency per foreign unit."
    )
    amount_national = fields.Monetary(
        string="National", currency_field="tariff_currency_id"
    )
    in_customs_value = fields.Boolean(string="In the customs value")
    in_vat_base = fields.Boolean(string="In the VAT base only")
    amount_customs_value = fields.Monetary(
        string="Adds to customs value", currency_field="tariff_currency_id"
    )
