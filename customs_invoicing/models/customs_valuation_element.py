from odoo import fields, models


class CustomsValuationElement(models.Model):
    """An amount of the value build-up, in its own currency."""

    _name = "customs.valuation.element"
    _description = "Customs Valuation Element"
    _inherit = ["customs.declaration.part"]
    _order = "declaration_id, line_id, sequence, id"

    line_id = fields.Many2one(
        comodel_name="customs.declaration.line",
        string="Item",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain="[('declaration_id', '=', declaration_id)]",
        help="Empty: the amount belongs to the whole declaration.",
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection=[
            ("freight_external", "Freight to the border"),
            ("freight_internal", "Freight after the border"),
            ("insurance", "Insurance"),
            ("packing", "Packing"),
            ("royalty", "Royalties and licence fees"),
            ("other_cost", "Other costs"),
            ("deduction", "Deduction"),
        ],
        required=True,
    )
    currency_id = fields.Many2one(comodel_name="res.currency", required=True)
    amount = fields.Monetary()
    rate = fields.Float(
        digits=(18, 8), help="Customs rate: national currency per foreign unit."
    )
    tariff_currency_id = fields.Many2one(
        string="Tariff currency", related="declaration_id.tariff_currency_id"
    )
    amount_national = fields.Monetary(
        string="National",
        currency_field="tariff_currency_id",
        help="As stated by the authority.",
    )
    apportionment = fields.Selection(
        selection=[
            ("value", "By value"),
            ("mass", "By gross mass"),
            ("quantity", "By quantity"),
            ("manual", "By hand"),
        ],
        default="value",
        required=True,
    )
