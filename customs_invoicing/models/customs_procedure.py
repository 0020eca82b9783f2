from odoo import fields, models


class CustomsProcedure(models.Model):
    """A customs procedure or regime (4000, 7100, IM4)."""

    _name = "customs.procedure"
    _description = "Customs Procedure"
    _inherit = ["customs.code.mixin"]
    _order = "code"

    code = fields.Char(required=True, help="Box 37 or box 1: 4000, 7100, IM4…")
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    direction = fields.Selection(
        selection=[("import", "Import"), ("export", "Export"), ("transit", "Transit")],
        required=True,
        default="import",
    )
    suspends_duty = fields.Boolean(
        string="Suspends duty",
        help="Duties are calculated but not due, as in customs warehousing.",
    )

    _code_unique = models.Constraint(
        "UNIQUE(code)", "A procedure with this code exists already."
    )
