from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import formatLang


class CustomsCharge(models.Model):
    """Charges and the lines of sales orders they come from, or are shown on."""

    _inherit = "customs.charge"

    sale_line_ids = fields.One2many(
        comodel_name="sale.order.line",
        inverse_name="customs_charge_id",
        string="Order lines",
    )

    def write(self, vals):
        """The price of an ordered service is the order's."""
        if "amount" in vals and not self.env.context.get("customs_from_order"):
            for record in self:
                line = record._get_order_lines()[:1]
                differs = record.currency_id.compare_amounts(
                    record.amount, vals["amount"]
                )
                if line and record.nature == "service" and differs:
                    raise UserError(
                        self.env._(
                            "%(charge)s was ordered with %(order)s. Change its price "
                            "on the order.",
                            charge=record.name,
                            order=line.order_id.name,
                        )
                    )
        return super().write(vals)

    def _get_order_lines(self):
        """Return the lines that order the service; a cancelled order asks nothing."""
        # sudo: who prices services may lack the right to sales orders
        return self.sudo().sale_line_ids.filtered(lambda line: line.state != "cancel")

    def _follow_cancelled_orders(self):
        """Leave of cancelled services what was billed and not credited.

        The file says so: work that was done all the same needs a price again.
        """
        for charge in self.filtered(lambda record: record.nature == "service"):
            # sudo: who posts or sells may lack the right to the other side
            charge = charge.sudo()
            lines = charge.sale_line_ids
            left = charge.amount_billed + charge.amount_in_draft
            if (
                not lines
                or any(line.state != "cancel" for line in lines)
                or not charge.currency_id.compare_amounts(charge.amount, left)
            ):
                continue
            before = formatLang(
                self.env, charge.amount, currency_obj=charge.currency_id
            )
            charge.with_context(customs_from_order=True).amount = left
            charge.declaration_id.message_post(
                body=self.env._(
                    "%(order)s was cancelled, so %(charge)s (%(amount)s) is not billed "
                    "any more. If the work was done, enter its price again.",
                    order=", ".join(lines.order_id.mapped("name")),
                    charge=charge.name,
                    amount=before,
                )
            )

    # === OUTLAYS ON THE ORDER === #

    def _sync_sale_lines(self):
        """Show on their orders what was paid for clients and is not billed yet.

        One line for each charge; what was invoiced stays as it is. Less than was
        billed is credited from the file, not from the order.
        """
        outlays = self.filtered(
            lambda charge: charge.nature in ("disbursement", "recharge")
        )
        new = []
        # sudo: who posts an outlay may lack the right to sales orders
        for charge in outlays.sudo():
            order = charge._get_sale_order()
            if not order:
                continue
            lines = charge.sale_line_ids.filtered(lambda li, o=order: li.order_id == o)
            waiting = lines.filtered(lambda line: not line.qty_invoiced)
            left = charge._to_order_currency(max(charge.amount_to_bill, 0.0), order)
            if waiting:
                waiting[:1]._set_customs_outlay(left)
                waiting[1:]._set_customs_outlay(0.0)
            elif not order.currency_id.is_zero(left):
                new.append(charge._prepare_sale_line_vals(order, left))
        if new:
            lines = self.env["sale.order.line"].sudo()  # sudo: as above
            lines.with_context(customs_from_file=True).create(new)

    def _get_sale_order(self):
        """Return the confirmed order of the file that the payer has to pay."""
        self.ensure_one()
        payer = self.bill_to_id.commercial_partner_id
        return self.declaration_id.sale_order_ids.filtered(
            lambda order: order.state == "sale"
            and not order.locked
            and order.partner_invoice_id.commercial_partner_id == payer
        ).sorted("id")[:1]

    def _to_order_currency(self, amount, order):
        day = order.date_order or fields.Date.context_today(self)
        return self.currency_id._convert(
            amount, order.currency_id, self.company_id, day
        )

    def _prepare_sale_line_vals(self, order, price):
        self.ensure_one()
        lang = order.partner_invoice_id.lang
        return {
            "order_id": order.id,
            "product_id": self.charge_code_id.product_id.id,
            "name": self.with_context(lang=lang)._get_invoice_label(),
            "product_uom_qty": 1,
            "price_unit": price,
            "tax_ids": [Command.set(self._get_sale_outlay_taxes(order).ids)],
            "customs_charge_id": self.id,
            "customs_declaration_id": self.declaration_id.id,
            "sequence": 1000,
        }

    def _get_sale_outlay_taxes(self, order):
        self.ensure_one()
        if self.nature == "disbursement":
            return self.company_id.customs_disbursement_tax_id
        return self._get_recharge_taxes(order)

    # === INVOICING === #

    def _get_fee_terms(self):
        """An ordered service has the price and currency of its order."""
        lines = self._get_order_lines()
        currency = lines.currency_id
        if self.nature != "service" or not lines:
            return super()._get_fee_terms()
        price = sum(line._get_customs_order_price() for line in lines)
        if len(currency) > 1 or currency == self.currency_id or not price:
            return ()
        return currency, price

    def _prepare_invoice_line_vals(self, invoice):
        """Let the order know that its line is invoiced from the file."""
        vals = super()._prepare_invoice_line_vals(invoice)
        # sudo: who bills files may lack the right to sales orders
        lines = self.sudo().sale_line_ids.filtered("qty_to_invoice")
        if lines and self.nature == "service":
            vals.update(lines[:1]._prepare_customs_service_vals(invoice))
        elif lines and invoice.move_type == "out_invoice":
            vals["sale_line_ids"] = [Command.link(line.id) for line in lines]
        return vals

    def _prepare_sale_outlay_vals(self, order):
        """Return what an invoice line of the order has that bills this outlay."""
        self.ensure_one()
        day = fields.Date.context_today(self)
        return {
            "quantity": 1,
            "discount": 0.0,
            "price_unit": self.currency_id._convert(
                self.amount_to_bill, order.currency_id, self.company_id, day
            ),
            "customs_amount": self.amount_to_bill,
            "account_id": self.company_id.customs_disbursement_account_id.id,
            "tax_ids": [Command.set(self._get_sale_outlay_taxes(order).ids)],
        }
