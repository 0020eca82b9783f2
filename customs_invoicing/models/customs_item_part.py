from odoo import fields, models


class CustomsItemPart(models.AbstractModel):
    """What belongs to one item of a declaration."""

    _name = "customs.item.part"
    _description = "Part of a Customs Declaration Item"
    _inherit = ["customs.declaration.part"]

    line_id = fields.Many2one(
        comodel_name="customs.declaration.line",
        string="Item",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
