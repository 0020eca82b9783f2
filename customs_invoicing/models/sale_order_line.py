from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .customs_declaration import CUSTOMS_READERS

#: What changes the price of a service
PRICED_BY = {
    "price_unit",
    "product_uom_qty",
    "qty_delivered",
    "discount",
    "product_id",
    "customs_declaration_id",
    "tax_ids",
}


class SaleOrderLine(models.Model):
    """A service ordered for a file, or an outlay that came with it."""

    _inherit = "sale.order.line"

    customs_charge_id = fields.Many2one(
        comodel_name="customs.charge",
        string="Customs charge",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        check_company=True,
        groups=CUSTOMS_READERS,
    )
    customs_declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        string="Customs file",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        check_company=True,
        groups=CUSTOMS_READERS,
        help="File the service is for. Empty: the first one of the order.",
    )

    customs_is_fixed = fields.Boolean(
        compute="_compute_customs_is_fixed",
        groups=CUSTOMS_READERS,
        help="Outlays belong to the file they were paid for, what is invoiced to its "
        "own.",
    )

    # === COMPUTE METHODS === #

    @api.depends("customs_charge_id.nature", "qty_invoiced")
    def _compute_customs_is_fixed(self):
        for line in self:
            invoiced = line.customs_charge_id and line.qty_invoiced
            line.customs_is_fixed = bool(invoiced) or line._is_customs_outlay()

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.order_id.filtered(lambda order: order.state == "sale")._sync_customs()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if PRICED_BY & set(vals) and not self.env.context.get("customs_from_file"):
            self.order_id._sync_customs()
        return result

    # === SERVICES === #

    def _get_customs_service_codes(self):
        """Return ``{product: charge code}`` of the services among the lines."""
        # sudo: who sells may lack the right to charge codes
        codes = self.env["customs.charge.code"].sudo()
        found = codes.search(
            [("product_id", "in", self.product_id.ids), ("kind", "=", "service")]
        )
        return {code.product_id: code for code in reversed(found)}

    def _sync_customs_services(self):
        """Make one charge of each service, with its price, on its file."""
        codes = self._get_customs_service_codes()
        lines = self.sudo().filtered(  # sudo: see _get_customs_service_codes
            lambda line: line.product_id in codes
            and not line.display_type
            and not line.is_downpayment
        )
        new = []
        for line in lines:
            price = line._get_customs_price()
            file = line._get_customs_file()
            if line.customs_charge_id:
                line._update_customs_charge(price, file)
            elif file and (charge := line._find_customs_charge(file, codes)):
                line._adopt_customs_charge(charge, price)
            elif file and not line.company_id.currency_id.is_zero(price):
                new.append((line, file, price))
        charges = self.env["customs.charge"].sudo()  # sudo: as above
        charges = charges.with_context(customs_from_order=True).create(
            [
                {
                    "declaration_id": file.id,
                    "charge_code_id": codes[line.product_id].id,
                    "amount": price,
                    **line._prepare_customs_name(),
                }
                for line, file, price in new
            ]
        )
        for (line, _file, _price), charge in zip(new, charges, strict=True):
            line._link_customs_charge(charge)

    def _prepare_customs_name(self):
        """Return the text of the charge, where the order says more than the product."""
        self.ensure_one()
        product = self.product_id
        usual = {
            product.display_name,
            product.name,
            self._get_sale_order_line_multiline_description_sale(),
        }
        text = (self.name or "").strip()
        return {} if not text or text in usual else {"name": text}

    def _link_customs_charge(self, charge):
        """Tie an ordered service to its charge; whoever ordered it pays for it."""
        self.ensure_one()
        self.with_context(customs_from_file=True).write(
            {
                "customs_charge_id": charge.id,
                "customs_declaration_id": charge.declaration_id.id,
            }
        )
        payer = self.order_id.partner_invoice_id
        current = (charge.bill_to_id or charge.client_id).commercial_partner_id
        if payer.commercial_partner_id != current:
            charge.bill_to_id = payer

    def _find_customs_charge(self, file, codes):
        """Return the charge of the same service that the file has already.

        One that was billed is refused: ordering it as well would bill it twice.
        """
        self.ensure_one()
        found = file.charge_ids.filtered(
            lambda charge: charge.charge_code_id == codes[self.product_id]
            and not charge._get_order_lines()
            and charge.amount
        )[:1]
        if found and found._is_on_invoice():
            raise UserError(
                self.env._(
                    "%(service)s of %(file)s is on an invoice already. Take it off "
                    "the order %(order)s, or choose another file for it.",
                    service=found.name,
                    file=file.name,
                    order=self.order_id.name,
                )
            )
        return found

    def _adopt_customs_charge(self, charge, price):
        """Let a service that was rated or typed on the file have the order's price."""
        self.ensure_one()
        charge = charge.with_context(customs_from_order=True)
        if charge.currency_id.compare_amounts(charge.amount, price):
            charge.write(
                {
                    "amount": price,
                    "rating_edit_reason": self.env._(
                        "Ordered with %(order)s", order=self.order_id.name
                    ),
                }
            )
        self._link_customs_charge(charge)

    def _update_customs_charge(self, price, file):
        """Follow price and file of the line."""
        self.ensure_one()
        charge = self.customs_charge_id.with_context(customs_from_order=True)
        if charge.currency_id.compare_amounts(charge.amount, price):
            charge.amount = price
        if not file or charge.declaration_id == self.customs_declaration_id:
            return
        if charge._is_on_invoice():
            raise UserError(
                self.env._(
                    "%(service)s is on an invoice of %(file)s and cannot move to "
                    "another file. Credit it first.",
                    service=charge.name,
                    file=charge.declaration_id.name,
                )
            )
        charge.declaration_id = file

    def _get_customs_file(self):
        """Return the file a service is for: the one chosen, else the first."""
        self.ensure_one()
        files = self.order_id._get_customs_client_files()
        chosen = self.customs_declaration_id
        return chosen if chosen in files else files[:1]

    def _get_customs_price(self):
        """Return the whole price of the line, billed or not, in our currency."""
        self.ensure_one()
        order = self.order_id
        return order.currency_id._convert(
            self._get_customs_order_price(),
            order.company_id.currency_id,
            order.company_id,
            order.date_order or fields.Date.context_today(self),
        )

    def _get_customs_order_price(self):
        """Return the whole price of the line, billed or not, as it was ordered."""
        self.ensure_one()
        return self.untaxed_amount_invoiced + self.untaxed_amount_to_invoice

    def _set_customs_outlay(self, price):
        """Say how much of an outlay is not billed yet; nothing takes it off."""
        for line in self.with_context(customs_from_file=True):
            quantity = 0.0 if line.currency_id.is_zero(price) else 1.0
            if line.product_uom_qty != quantity:
                line.product_uom_qty = quantity
            if quantity and line.currency_id.compare_amounts(line.price_unit, price):
                line.price_unit = price

    # === INVOICING === #

    def _prepare_customs_service_vals(self, invoice):
        """Return quantity and price of the order for a line made from the file.

        Nothing where the file bills something else than is left on the order.
        """
        self.ensure_one()
        day = invoice.invoice_date or fields.Date.context_today(self)
        charge, own = self.customs_charge_id, self.company_id.currency_id
        left = self.currency_id._convert(
            self._get_customs_left(),
            own,
            self.company_id,
            self.order_id.date_order or day,
        )
        if own.compare_amounts(left, charge.amount_to_bill):
            return {}
        vals = {
            "quantity": abs(self.qty_to_invoice),
            "discount": self.discount,
            "product_uom_id": self.product_uom_id.id,
            "price_unit": self.currency_id._convert(
                self.price_unit, invoice.currency_id, self.company_id, day, round=False
            ),
            "tax_ids": [Command.set(self.tax_ids.ids)],
            "sale_line_ids": [Command.link(self.id)],
        }
        if self.currency_id != own:
            vals.update(self._prepare_customs_price())
            vals["customs_fee_amount"] = abs(vals["customs_fee_amount"])
        return vals

    def _get_customs_left(self):
        """Return what is left to invoice, in the currency of the order."""
        self.ensure_one()
        return self.currency_id.round(
            self.qty_to_invoice * self.price_unit * (1 - self.discount / 100)
        )

    def _prepare_customs_price(self):
        """Return the price in the order's currency, whatever it is worth that day."""
        self.ensure_one()
        return {
            "customs_fee_amount": self._get_customs_left(),
            "customs_fee_currency_id": self.currency_id.id,
        }

    def _is_customs_outlay(self):
        """Whether the line stands for something paid, not for a service."""
        self.ensure_one()
        charge = self.sudo().customs_charge_id  # sudo: see _sync_customs_services
        return bool(charge) and charge.nature != "service"

    def _is_settled_in_customs(self):
        """Whether nothing is left to bill or credit of what the line stands for."""
        self.ensure_one()
        charge = self.sudo().customs_charge_id  # sudo: see _sync_customs_services
        return bool(charge) and charge.currency_id.is_zero(charge.amount_to_bill)

    def _prepare_invoice_line(self, **optional_values):
        """Let the line bill its charge: outlays at what they cost."""
        vals = super()._prepare_invoice_line(**optional_values)
        charge = self.sudo().customs_charge_id  # sudo: see _sync_customs_services
        if not charge or self.display_type:
            return vals
        vals.update(
            customs_charge_id=charge.id, customs_declaration_id=charge.declaration_id.id
        )
        if charge.nature != "service":
            vals.update(charge._prepare_sale_outlay_vals(self.order_id))
        elif charge.currency_id != self.currency_id:
            vals.update(
                customs_amount=charge.amount_to_bill, **self._prepare_customs_price()
            )
        return vals
