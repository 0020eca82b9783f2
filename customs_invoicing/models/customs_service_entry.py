from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .customs_fee_rule import UNIT_NAMES

#: What an officer notes; the rest follows from the file
NOTED_UNITS = (
    "certificate",
    "document",
    "page",
    "package",
    "cbm",
    "vehicle",
    "invoice",
)


class CustomsServiceEntry(models.Model):
    """Work done for a file: time, or pieces, that are priced by a rate card."""

    _name = "customs.service.entry"
    _description = "Customs Work Done"
    _inherit = ["customs.declaration.part"]
    _order = "date desc, id desc"

    client_id = fields.Many2one(
        related="declaration_id.client_id", store=True, precompute=True
    )
    charge_code_id = fields.Many2one(
        comodel_name="customs.charge.code",
        string="Service",
        required=True,
        ondelete="restrict",
        domain=[("kind", "=", "service")],
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Done by",
        required=True,
        default=lambda self: self.env.user,
    )
    minutes = fields.Integer(help="Time worked. Leave it empty to note pieces.")
    factor = fields.Float(
        string="Out of hours factor",
        default=1.0,
        digits=(5, 2),
        help="1.5 for work at night or on Sundays: 60 minutes are charged as 90.",
    )
    minutes_charged = fields.Float(
        string="Minutes charged",
        compute="_compute_minutes_charged",
        store=True,
        precompute=True,
        digits=(16, 2),
    )
    quantity = fields.Float(digits=(16, 3))
    unit = fields.Selection(
        selection=[pair for pair in UNIT_NAMES if pair[0] in NOTED_UNITS],
        help="What was counted. It serves all rates per such a unit on this file.",
    )
    note = fields.Char(help="What was done, for the client's question later.")

    @api.depends("minutes", "factor")
    def _compute_minutes_charged(self):
        for record in self:
            record.minutes_charged = record.minutes * record.factor

    @api.depends("charge_code_id", "date")
    def _compute_display_name(self):
        for record in self:
            day = fields.Date.to_string(record.date) or ""
            record.display_name = f"{record.charge_code_id.name or ''} {day}".strip()

    @api.constrains("minutes", "factor", "quantity", "unit")
    def _check_work(self):
        for record in self:
            problem = record._get_problem()
            if problem:
                raise ValidationError(
                    self.env._(
                        "%(service)s: %(problem)s",
                        service=record.charge_code_id.name,
                        problem=problem,
                    )
                )

    def _get_problem(self):
        self.ensure_one()
        if self.minutes < 0 or self.quantity < 0:
            return self.env._("time and quantity cannot be negative.")
        if not self.minutes and not self.quantity:
            return self.env._("note the minutes worked, or a quantity with its unit.")
        if bool(self.quantity) != bool(self.unit):
            return self.env._("a quantity needs its unit, and a unit its quantity.")
        if self.factor < 1:
            return self.env._("the out of hours factor is 1 or more.")
        return ""
