from odoo import api, fields, models


class CustomsCodeMixin(models.AbstractModel):
    """Reference data known by a code and a name, shown and searched by both."""

    _name = "customs.code.mixin"
    _description = "Customs Reference with Code"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True)
    name = fields.Char(required=True)

    @api.depends("code", "name")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.code or ''} {record.name or ''}".strip()
