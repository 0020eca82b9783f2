from odoo import models
from odoo.exceptions import UserError


class SaleAdvancePaymentInv(models.TransientModel):
    """A down payment towards outlays is the client's money until it is used."""

    _inherit = "sale.advance.payment.inv"

    def _create_invoices(self, sale_orders):
        if self.advance_payment_method != "delivered":
            self._check_customs_drafts(sale_orders)
        return super()._create_invoices(sale_orders)

    def _check_customs_drafts(self, sale_orders):
        """A draft that bills a file of the order would not take the payment off."""
        # sudo: who sells may lack the right to customs files
        for order in sale_orders.sudo():
            drafts = order.customs_declaration_ids._get_client_moves().filtered(
                lambda move: move.state == "draft" and move.move_type == "out_invoice"
            )
            if drafts:
                raise UserError(
                    self.env._(
                        "%(order)s: a draft invoice bills its customs file already and "
                        "would not take a down payment off. Delete it and invoice from "
                        "the order, or post it instead.",
                        order=order.name,
                    )
                )

    def _prepare_down_payment_invoice_line_values(self, order, so_line, account):
        """Keep it off the disbursement account, which holds what was paid out."""
        company = order.company_id
        if account and account == company.customs_disbursement_account_id:
            account = company._get_customs_account("client_deposits")
        return super()._prepare_down_payment_invoice_line_values(
            order, so_line, account
        )
