from odoo import fields, models


class CustomsChargeGroup(models.Model):
    """Heading under which charges are printed on invoices and their annexes."""

    _name = "customs.charge.group"
    _description = "Customs Charge Group"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="Order of the headings on prints.")
    active = fields.Boolean(default=True)
    charge_code_ids = fields.One2many(
        comodel_name="customs.charge.code",
        inverse_name="group_id",
        string="Charges",
        readonly=True,
    )
