from odoo import models


class AccountMove(models.Model):
    """What e-invoices of customs charges refer to."""

    _inherit = "account.move"

    def _get_customs_corrected_moves(self):
        """Return the posted invoices that this one supplements or takes back."""
        self.ensure_one()
        move = self.sudo()  # sudo: who sends an invoice may lack rights on files
        earlier = move.customs_original_move_ids
        if move.is_sale_document() and move.invoice_line_ids.customs_charge_id:
            earlier |= move.reversed_entry_id
        return earlier.filtered(lambda one: one.state == "posted").sorted(
            lambda one: (one.invoice_date, one.id)
        )

    def _get_customs_order_number(self, proposed):
        """Return the client's order number, if all files on the invoice have the same.

        :param proposed: what Odoo would state; kept unless it is but a stand-in for
            want of an order number: the number of this invoice, or the text that
            Odoo writes on a reversal
        """
        self.ensure_one()
        reversed_name = self.reversed_entry_id.name
        is_stand_in = proposed == self.name or (
            reversed_name and proposed == self.ref and reversed_name in self.ref
        )
        if not is_stand_in or not self.is_sale_document():
            return proposed
        # sudo: who sends an invoice may lack rights on files
        files = self.sudo().invoice_line_ids.customs_declaration_id
        orders = {(file.client_order_reference or "").strip() for file in files}
        return (orders.pop() if len(orders) == 1 else "") or proposed
