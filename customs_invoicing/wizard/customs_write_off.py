from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.customs_write_off import KINDS, REASONS


class CustomsWriteOffWizard(models.TransientModel):
    """Ask for a write-off: of open charges of a file, or of its unpaid invoices."""

    _name = "customs.write.off.wizard"
    _description = "Request a Write-off"
    _check_company_auto = True

    declaration_id = fields.Many2one(
        comodel_name="customs.declaration", required=True, readonly=True
    )
    company_id = fields.Many2one(related="declaration_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    client_id = fields.Many2one(related="declaration_id.client_id")
    kind = fields.Selection(
        selection=KINDS, string="What is lost", required=True, default="outlay"
    )
    available_charge_ids = fields.Many2many(
        comodel_name="customs.charge", compute="_compute_available"
    )
    available_invoice_ids = fields.Many2many(
        comodel_name="account.move", compute="_compute_available"
    )
    charge_ids = fields.Many2many(
        comodel_name="customs.charge",
        string="Charges",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        domain="[('id', 'in', available_charge_ids)]",
    )
    invoice_ids = fields.Many2many(
        comodel_name="account.move",
        relation="customs_write_off_wizard_invoice_rel",
        string="Invoices",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        domain="[('id', 'in', available_invoice_ids)]",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="Of a single charge a part may be written off; the rest stays to bill.",
    )
    date = fields.Date(
        string="Accounting date", required=True, default=fields.Date.context_today
    )
    reason = fields.Selection(
        selection=REASONS,
        compute="_compute_reason",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    reason_text = fields.Text(string="Explanation")
    approver_id = fields.Many2one(
        comodel_name="res.users",
        string="Ask",
        required=True,
        default=lambda self: self._get_approvers()[:1],
        domain=lambda self: [("id", "in", self._get_approvers().ids)],
        help="Who approves: a verifier other than you.",
    )

    @api.model
    def _get_approvers(self):
        """Return the verifiers of the company other than the user."""
        # sudo: users may not read the groups of their colleagues
        group = self.env.ref("customs_invoicing.group_customs_verifier").sudo()
        return group.all_user_ids.filtered(
            lambda user: user != self.env.user
            and user.active
            and self.env.company in user.company_ids
        ).sudo(False)

    @api.depends("declaration_id")
    def _compute_available(self):
        for wizard in self:
            charges = wizard.declaration_id.charge_ids
            wizard.available_charge_ids = charges.filtered(
                lambda charge: not charge.currency_id.is_zero(charge.control_balance)
            )
            wizard.available_invoice_ids = (
                wizard.declaration_id._get_client_moves().filtered(
                    lambda move: move.move_type == "out_invoice"
                    and move.state == "posted"
                    and move.amount_residual > 0
                )
            )

    @api.depends("kind", "declaration_id")
    def _compute_proposal(self):
        for wizard in self:
            is_outlay = wizard.kind == "outlay"
            wizard.charge_ids = (
                wizard.available_charge_ids._origin if is_outlay else False
            )
            wizard.invoice_ids = (
                False if is_outlay else wizard.available_invoice_ids._origin
            )

    @api.depends("kind")
    def _compute_reason(self):
        for wizard in self:
            wizard.reason = "stale_rate" if wizard.kind == "outlay" else "insolvent"

    @api.depends("charge_ids", "invoice_ids", "kind")
    def _compute_amount(self):
        for wizard in self:
            if wizard.kind == "outlay":
                wizard.amount = sum(
                    self._get_open_of_charge(charge) for charge in wizard.charge_ids
                )
            else:
                terms = wizard.invoice_ids._get_customs_open_terms().values()
                wizard.amount = sum(
                    sum(lines.mapped("amount_residual")) for lines in terms
                )

    @api.model
    def _get_open_of_charge(self, charge):
        """Return what may be lost of a charge; a negative balance shows as it is."""
        if charge.control_balance < 0:
            return charge.control_balance
        return min(charge.control_balance, charge.amount_to_bill)

    def action_request(self):
        """Hand the request to the colleague who approves."""
        self.ensure_one()
        if self.reason == "other" and not self.reason_text:
            raise UserError(self.env._("Explain the reason for the write-off."))
        vals_list = (
            self._prepare_outlays() if self.kind == "outlay" else self._prepare_debts()
        )
        if not vals_list:
            raise UserError(
                self.env._(
                    "%(name)s has nothing open that could be written off.",
                    name=self.declaration_id.name,
                )
            )
        self.declaration_id._lock_for_money()
        requests = self.env["customs.write.off"]._request(vals_list)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_write_off_action"
        )
        action.update(domain=[("id", "in", requests.ids)], context={})
        action.pop("path", None)
        return action

    def _prepare_common(self):
        return {
            "company_id": self.company_id.id,
            "kind": self.kind,
            "declaration_id": self.declaration_id.id,
            "date": self.date,
            "reason": self.reason,
            "reason_text": self.reason_text,
            "approver_id": self.approver_id.id,
        }

    def _prepare_outlays(self):
        charges = self.charge_ids
        amounts = {charge: self._get_open_of_charge(charge) for charge in charges}
        if len(charges) == 1:
            amounts[charges] = self.amount
        elif self.currency_id.compare_amounts(self.amount, sum(amounts.values())):
            raise UserError(
                self.env._(
                    "Several charges are written off in full. For a part of one, take "
                    "the others out."
                )
            )
        return [
            {**self._prepare_common(), "charge_id": charge.id, "amount": amount}
            for charge, amount in amounts.items()
        ]

    def _prepare_debts(self):
        terms = self.invoice_ids._get_customs_open_terms()
        return [
            {
                **self._prepare_common(),
                "invoice_id": invoice.id,
                "amount": sum(lines.mapped("amount_residual")),
            }
            for invoice, lines in terms.items()
        ]
