from odoo import models


class AccountMove(models.Model):
    """What is posted for a file shows on its sales order."""

    _inherit = "account.move"

    def _customs_settle_control(self):
        result = super()._customs_settle_control()
        # sudo: accountants without customs rights post these moves too
        charges = self.sudo().line_ids.customs_charge_id
        ordered = charges.filtered("declaration_id.sale_order_ids")
        ordered._sync_sale_lines()
        ordered._follow_cancelled_orders()
        return result
