from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomsAddCharges(models.TransientModel):
    """Picker of a client's open charges on the standard invoice screen."""

    _name = "customs.add.charges"
    _description = "Add Customs Charges to an Invoice"

    move_id = fields.Many2one(
        comodel_name="account.move", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="move_id.company_id")
    company_currency_id = fields.Many2one(
        string="Company currency", related="move_id.company_currency_id"
    )
    partner_id = fields.Many2one(related="move_id.partner_id")
    available_charge_ids = fields.Many2many(
        string="Available charges",
        comodel_name="customs.charge",
        compute="_compute_available_charge_ids",
    )
    declaration_ids = fields.Many2many(
        comodel_name="customs.declaration",
        string="Only of declarations",
        help="Leave empty to see the open charges of all files.",
        domain="[('charge_ids', 'in', available_charge_ids)]",
    )
    charge_ids = fields.Many2many(
        comodel_name="customs.charge",
        compute="_compute_charge_ids",
        store=True,
        readonly=False,
        string="Charges",
        domain="[('id', 'in', available_charge_ids)]",
    )
    amount_total = fields.Monetary(
        string="Total",
        compute="_compute_amount_total",
        currency_field="company_currency_id",
    )

    @api.depends("move_id")
    def _compute_available_charge_ids(self):
        for wizard in self:
            wizard.available_charge_ids = wizard.move_id._get_open_customs_charges()

    @api.depends("move_id", "declaration_ids")
    def _compute_charge_ids(self):
        """Propose what clients usually bear; the others can be added by hand."""
        for wizard in self:
            charges = wizard.available_charge_ids._origin.filtered(
                "charge_code_id.bill_by_default"
            )
            files = wizard.declaration_ids._origin
            wizard.charge_ids = (
                charges.filtered(lambda c, files=files: c.declaration_id in files)
                if files
                else charges
            )

    @api.depends("charge_ids")
    def _compute_amount_total(self):
        for wizard in self:
            wizard.amount_total = sum(wizard.charge_ids.mapped("amount_to_bill"))

    def action_add(self):
        """Add the chosen charges to the invoice, each on its own line."""
        self.ensure_one()
        self.charge_ids.declaration_id._lock_for_money()
        open_charges = self.move_id._get_open_customs_charges()
        charges = self.charge_ids & open_charges
        if not charges:
            raise UserError(
                self.env._("No open charge is left; another invoice may hold them.")
            )
        self.charge_ids.declaration_id._check_billable()
        problems = self.company_id._get_customs_rate_problems(self.move_id.currency_id)
        if problems:
            raise UserError("\n".join(problems))
        self.move_id._customs_add_charges([charges])
        return {"type": "ir.actions.act_window_close"}
