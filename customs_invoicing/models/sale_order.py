from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class SaleOrder(models.Model):
    """Orders for goods become our exports; orders for services, clients' files."""

    _name = "sale.order"
    _inherit = ["sale.order", "customs.order.mixin"]

    customs_declaration_ids = fields.Many2many(
        string="Customs declarations",
        relation="customs_declaration_sale_order_rel",
        column1="sale_order_id",
        column2="customs_declaration_id",
    )

    # === CREATING A FILE === #

    def _prepare_customs_declaration_vals(self):
        vals = super()._prepare_customs_declaration_vals()
        if self._has_customs_services():
            return {**vals, **self._prepare_customs_client_vals()}
        return {
            **vals,
            "direction": "export",
            "capacity": "own",
            "importer_id": self.partner_shipping_id.id or self.partner_id.id,
            "exporter_id": self.company_id.partner_id.id,
        }

    def _prepare_customs_client_vals(self):
        """Return what a file has that we clear for the customer of the order."""
        self.ensure_one()
        client = self.partner_invoice_id.commercial_partner_id
        capacity = client.customs_capacity or self.company_id.customs_default_capacity
        return {
            "direction": "import",
            "capacity": capacity if capacity != "own" else "direct",
            "client_id": client.id,
            "importer_id": self.partner_id.commercial_partner_id.id,
            "declarant_reference": self.client_order_ref or self.name,
            "client_order_reference": self.client_order_ref,
        }

    def _prepare_customs_line_vals(self, line):
        return {**super()._prepare_customs_line_vals(line), "sale_line_id": line.id}

    def _get_customs_incoterm(self):
        return self.env["account.incoterms"]

    def _get_customs_quantity(self, line):
        return line.product_uom_id._compute_quantity(
            line.product_uom_qty, line.product_id.uom_id
        )

    # === SERVICES AND OUTLAYS === #

    def _has_customs_services(self):
        self.ensure_one()
        return bool(self.order_line._get_customs_service_codes())

    def _get_customs_client_files(self):
        """Return the files of clients that the order's services are for."""
        self.ensure_one()
        # sudo: who sells may lack the right to customs files
        files = self.sudo().customs_declaration_ids.sorted("id")
        return files.filtered(
            lambda record: record.capacity != "own"
            and record.state not in ("cancelled", "closed")
        )

    def _sync_customs(self):
        """Bring services of orders to their files, and outlays of files to orders."""
        orders = self.filtered(lambda o: o.state == "sale" and not o.locked)
        with_files = orders.filtered(lambda order: order._get_customs_client_files())
        with_files.order_line._sync_customs_services()
        with_files._sync_customs_order_number()
        files = with_files.sudo().customs_declaration_ids  # sudo: as above
        files.charge_ids._sync_sale_lines()

    def _sync_customs_order_number(self):
        """Tell files the client's order number that nobody entered there yet."""
        for order in self.filtered("client_order_ref"):
            files = order._get_customs_client_files()
            unknown = files.filtered(lambda file: not file.client_order_reference)
            if unknown:
                unknown.client_order_reference = order.client_order_ref

    def action_confirm(self):
        result = super().action_confirm()
        self._sync_customs()
        return result

    def _action_cancel(self):
        """Nothing of a cancelled order is billed any more from its files."""
        result = super()._action_cancel()
        # sudo: who sells may lack the right to customs files
        self.sudo().order_line.customs_charge_id._follow_cancelled_orders()
        return result

    def copy_data(self, default=None):
        """An outlay was paid once: a copied order asks for services only."""
        vals_list = super().copy_data(default)
        for order, vals in zip(self, vals_list, strict=True):
            outlays = order.order_line.filtered(lambda line: line._is_customs_outlay())
            if outlays and "order_line" not in (default or {}):
                lines = order.order_line.filtered(lambda line: not line.is_downpayment)
                vals["order_line"] = [
                    Command.create(line_vals)
                    for line_vals in (lines - outlays).copy_data()
                ]
        return vals_list

    def write(self, vals):
        result = super().write(vals)
        if "customs_declaration_ids" in vals:
            self._check_customs_files()
        if {"customs_declaration_ids", "client_order_ref"} & set(vals):
            self._sync_customs()
        return result

    def _check_customs_files(self):
        """A file stays on the order as long as lines of the order are for it."""
        # sudo: who sells may lack the right to customs files
        for order in self.sudo().filtered(lambda order: order.state != "cancel"):
            lines = order.order_line.filtered("customs_charge_id")
            lost = lines.customs_declaration_id - order.customs_declaration_ids
            if lost:
                raise UserError(
                    self.env._(
                        "%(files)s cannot leave %(order)s: lines of the order are "
                        "billed there. Choose another customs file on those lines "
                        "first.",
                        files=", ".join(lost.mapped("name")),
                        order=order.name,
                    )
                )

    # === INVOICING === #

    def _has_open_down_payment(self):
        """Whether a down payment was invoiced and no final invoice has it yet."""
        self.ensure_one()
        return any(
            line.is_downpayment and line.qty_to_invoice < 0 for line in self.order_line
        )

    def _create_invoices(self, grouped=False, final=False, date=None):
        """Check the files first, as when they are billed from customs."""
        self._sync_customs()
        # sudo: who sells may lack the right to customs files
        lines = self.sudo().order_line.filtered("qty_to_invoice")
        charges = lines.customs_charge_id
        files = charges.declaration_id
        if files:
            files._lock_for_money()
            files.with_context(customs_from_order=True)._check_billable(charges)
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    def _get_invoiceable_lines(self, final=False):
        """Leave out what was billed, or credited, from its file in the meantime."""
        lines = super()._get_invoiceable_lines(final=final)
        return lines.filtered(lambda line: not line._is_settled_in_customs())
