from odoo import fields, models


class CustomsCodeSuggestionLine(models.TransientModel):
    """One code that is offered."""

    _name = "customs.code.suggestion.line"
    _description = "Suggested Tariff Code"
    _order = "sequence, id"

    suggestion_id = fields.Many2one(
        comodel_name="customs.code.suggestion",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer()
    tariff_code_id = fields.Many2one(
        string="Nomenclature line", comodel_name="customs.tariff.code", required=True
    )
    code = fields.Char(string="Tariff code", related="tariff_code_id.code")
    full_description = fields.Text(
        string="Full path", related="tariff_code_id.full_description"
    )

    def action_take(self):
        """Classify the product in this code."""
        self.ensure_one()
        return self.suggestion_id._take(self.code)
