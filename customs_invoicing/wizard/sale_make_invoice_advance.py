from odoo import models


class SaleAdvancePaymentInv(models.TransientModel):
    """A down payment towards outlays is the client's money until it is used."""

    _inherit = "sale.advance.payment.inv"

    def _prepare_down_payment_invoice_line_values(self, order, so_line, account):
        """Keep it off the disbursement account, which holds what was paid out."""
        company = order.company_id
        if account and account == company.customs_disbursement_account_id:
            account = company._get_customs_account("client_deposits")
        return super()._prepare_down_payment_invoice_line_values(
            order, so_line, account
        )
