from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.customs_declaration_period import COST, REVENUE
from ..tools import to_float


class CustomsPeriodAccrual(models.TransientModel):
    """Booking unbilled services and costs at period end, with their reversal."""

    _name = "customs.period.accrual"
    _description = "Accrue at Period End"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        string="End of the period",
        required=True,
        default=lambda self: self._get_default_date(),
        help="Services done and not billed by this day are booked as revenue, expected "
        "costs nobody has billed as cost.",
    )
    reversal_date = fields.Date(
        string="Reversed on",
        compute="_compute_reversal_date",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="The invoice and the bills then book the real amounts.",
    )
    declaration_ids = fields.Many2many(
        comodel_name="customs.declaration",
        string="Only of declarations",
        domain="[('company_id', '=', company_id), "
        "('state', 'in', ('lodged', 'assessed', 'released'))]",
        help="Leave empty for all files under way.",
    )
    line_ids = fields.One2many(
        comodel_name="customs.period.accrual.line",
        inverse_name="wizard_id",
        compute="_compute_preview",
        store=True,
        compute_sudo=False,
        string="To accrue",
    )
    amount_revenue = fields.Monetary(
        string="Unbilled services",
        compute="_compute_preview",
        store=True,
        compute_sudo=False,
    )
    amount_cost = fields.Monetary(
        string="Costs not yet billed",
        compute="_compute_preview",
        store=True,
        compute_sudo=False,
    )

    @api.model
    def _get_default_date(self):
        first = fields.Date.start_of(fields.Date.context_today(self), "month")
        return fields.Date.subtract(first, days=1)

    @api.depends("date")
    def _compute_reversal_date(self):
        for wizard in self:
            wizard.reversal_date = wizard.date and fields.Date.add(wizard.date, days=1)

    @api.depends("date", "declaration_ids", "company_id")
    def _compute_preview(self):
        for wizard in self:
            items = (
                wizard._get_files()._get_period_items(wizard.date)
                if wizard.date
                else []
            )
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "charge_id": item.charge.id,
                            "kind": item.kind,
                            "amount_expected": to_float(item.expected),
                            "amount_accrued": to_float(item.held),
                            "amount": to_float(item.amount),
                        }
                    )
                    for item in items
                ),
            ]
            for field, kind in (("amount_revenue", REVENUE), ("amount_cost", COST)):
                wizard[field] = to_float(
                    sum(item.amount for item in items if item.kind == kind)
                )

    @api.model
    def _open(self, declarations):
        """Return the action that shows what files would accrue."""
        if len(declarations.company_id) > 1:
            raise UserError(
                self.env._("Choose files of one company: each has books of its own.")
            )
        vals = {"declaration_ids": [Command.set(declarations.ids)]}
        if declarations:
            vals["company_id"] = declarations.company_id.id
        wizard = self.create(vals)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Accrue at period end"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _get_files(self):
        self.ensure_one()
        files = self.declaration_ids._origin
        if files:
            return files
        return files._search_period_files(self.company_id, self.date)

    def action_accrue(self):
        """Post the accruals and their reversals, and show them."""
        self.ensure_one()
        moves = self._get_files()._accrue_period(self.date, self.reversal_date)
        if not moves:
            raise UserError(
                self.env._(
                    "Nothing is left to accrue on this day: services are billed or "
                    "accrued already, and no expected cost is open."
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_journal_line"
        )
        action.update(domain=[("id", "in", moves.ids)], context={})
        return action
