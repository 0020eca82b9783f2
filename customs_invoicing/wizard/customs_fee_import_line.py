from odoo import fields, models


class CustomsFeeImportLine(models.TransientModel):
    """What a spreadsheet changes on a rate card."""

    _name = "customs.fee.import.line"
    _description = "Change of an Imported Rate Card"
    _order = "sequence, id"

    wizard_id = fields.Many2one(
        comodel_name="customs.fee.import",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer()
    change = fields.Selection(
        selection=[
            ("added", "Added"),
            ("changed", "Changed"),
            ("removed", "Removed"),
            ("same", "Unchanged"),
        ],
        required=True,
    )
    subject = fields.Char(string="Charge")
    before = fields.Char(string="So far")
    after = fields.Char(string="In the file")
