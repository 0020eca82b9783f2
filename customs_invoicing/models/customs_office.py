from odoo import fields, models


class CustomsOffice(models.Model):
    """A customs office where declarations are lodged."""

    _name = "customs.office"
    _description = "Customs Office"
    _inherit = ["customs.code.mixin"]
    _order = "code"

    code = fields.Char(required=True, help="Code in box A of the declaration.")
    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    country_id = fields.Many2one(comodel_name="res.country")
    tariff_id = fields.Many2one(
        comodel_name="customs.tariff",
        required=True,
        ondelete="restrict",
        help="Tariff applied at this office; it gives the currency of its assessments.",
    )
    authority_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        ondelete="restrict",
        help="Contact to whom the assessed amounts are paid.",
    )
    date_order = fields.Selection(
        selection=[
            ("auto", "Detect"),
            ("mdy", "Month/day/year"),
            ("dmy", "Day/month/year"),
        ],
        required=True,
        default="auto",
        string="Dates in files",
        help="ASYCUDA writes dates as the computer of the declarant does. Set the "
        "order when it cannot be detected.",
    )
    payment_days = fields.Integer(
        string="Payment days",
        help="Days from assessment to payment, when the file names no due date.",
    )

    _code_unique = models.Constraint(
        "UNIQUE(code)", "A customs office with this code exists already."
    )
    _payment_days_not_negative = models.Constraint(
        "CHECK(payment_days >= 0)", "Days to payment cannot be negative."
    )
