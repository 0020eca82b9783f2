from odoo import models


class CustomsMatchChargesLine(models.TransientModel):
    """A service of a vendor with a contract price bears its charge."""

    _inherit = "customs.match.charges.line"

    def _prepare_role_vals(self):
        vals = super()._prepare_role_vals()
        charge = self.charge_id._filter_contract(self.move_id.partner_id, self.role)
        if self.role == "service" and charge:
            vals["customs_charge_id"] = charge.id
        return vals
