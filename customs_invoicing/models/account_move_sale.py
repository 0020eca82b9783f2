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
        self._settle_customs_down_payments()
        return result

    def _settle_customs_down_payments(self):
        """Match what is taken off with the down payments on client's money."""
        # sudo: who posts invoices may lack the right to sales orders
        taken = self.sudo().line_ids.filtered(
            lambda line: (
                line.is_downpayment
                and line.balance > 0
                and line.account_id.reconcile
                and line.account_id
                == line.company_id.customs_client_deposits_account_id
            )
        )
        for line in taken:
            paid = line._get_downpayment_lines().filtered(
                lambda item, line=line: (
                    item.parent_state == "posted" and item.account_id == line.account_id
                )
            )
            (line | paid).filtered(lambda item: not item.reconciled).reconcile()
