from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import escape_psql


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

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Offer the code that was typed before whatever else contains its letters."""
        found = super().name_search(name, domain, operator, limit)
        typed = (name or "").strip()
        if not typed or operator != "ilike":
            return found
        by_code = self.search_fetch(
            Domain("code", "=ilike", f"{escape_psql(typed)}%")
            & Domain(domain or Domain.TRUE),
            ["display_name", "code"],
            limit=limit,
        )
        first = by_code.sorted(lambda record: record.code.lower() != typed.lower())
        names = {record.id: record.display_name for record in first.sudo()}
        names.update((key, value) for key, value in found if key not in names)
        return list(names.items())[:limit]
