from odoo import api, fields, models


class CustomsDeclarationPart(models.AbstractModel):
    """What every part of a declaration has, and that it closes with the file."""

    _name = "customs.declaration.part"
    _description = "Part of a Customs Declaration"
    _check_company_auto = True

    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="declaration_id.company_id", store=True, precompute=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.declaration_id._check_not_closed()
        return parts

    def write(self, vals):
        self.declaration_id._check_not_closed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self.declaration_id._check_not_closed()
