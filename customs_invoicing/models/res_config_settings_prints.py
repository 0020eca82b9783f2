from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customs_annex = fields.Selection(related="company_id.customs_annex", readonly=False)
