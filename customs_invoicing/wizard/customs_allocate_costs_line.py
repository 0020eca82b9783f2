from odoo import fields, models


class CustomsAllocateCostsLine(models.TransientModel):
    """A department and its share, or an item and its department."""

    _name = "customs.allocate.costs.line"
    _description = "Department of an Allocation"

    wizard_id = fields.Many2one(
        comodel_name="customs.allocate.costs", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="wizard_id.company_id")
    account_id = fields.Many2one(
        comodel_name="account.analytic.account",
        string="Department",
        domain="[('company_id', 'in', (False, company_id))]",
    )
    percent = fields.Float(string="Share (%)", digits=(5, 2))
    item_id = fields.Many2one(
        comodel_name="customs.declaration.line", ondelete="cascade", readonly=True
    )
    declaration_id = fields.Many2one(related="item_id.declaration_id")
    number = fields.Integer(related="item_id.number", string="Item number")
    code = fields.Char(related="item_id.code")
    description = fields.Text(related="item_id.description")
    currency_id = fields.Many2one(
        related="item_id.tariff_currency_id", string="Currency of the value"
    )
    customs_value = fields.Monetary(related="item_id.customs_value")
    net_mass = fields.Float(related="item_id.net_mass")
