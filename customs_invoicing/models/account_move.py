from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_round

from .customs_declaration import CUSTOMS_READERS


class AccountMove(models.Model):
    _inherit = "account.move"

    customs_assessment_id = fields.Many2one(
        comodel_name="customs.assessment",
        string="Customs assessment",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
    )
    customs_declaration_ids = fields.Many2many(
        comodel_name="customs.declaration",
        compute="_compute_customs_declaration_ids",
        search="_search_customs_declaration_ids",
        string="Customs declarations",
        groups=CUSTOMS_READERS,
    )
    customs_declaration_count = fields.Integer(
        string="Customs declaration count",
        compute="_compute_customs_declaration_ids",
        groups=CUSTOMS_READERS,
    )
    customs_open_charge_count = fields.Integer(
        string="Customs open charge count", compute="_compute_customs_open_charge_count"
    )

    @api.depends("line_ids.customs_declaration_id")
    def _compute_customs_declaration_ids(self):
        for move in self:
            move.customs_declaration_ids = move.line_ids.customs_declaration_id
            move.customs_declaration_count = len(move.customs_declaration_ids)

    def _search_customs_declaration_ids(self, operator, value):
        return [("line_ids.customs_declaration_id", operator, value)]

    @api.depends("partner_id", "state", "move_type", "line_ids.customs_charge_id")
    def _compute_customs_open_charge_count(self):
        for move in self:
            move.customs_open_charge_count = len(move._get_open_customs_charges())

    def _get_open_customs_charges(self):
        """Return the charges of the invoice's client that are still open."""
        self.ensure_one()
        charges = self.env["customs.charge"]
        if (
            self.move_type not in ("out_invoice", "out_refund")
            or self.state != "draft"
            or not self.partner_id
            or not charges.has_access("read")
        ):
            return charges
        found = charges.search(
            [
                ("company_id", "=", self.company_id.id),
                ("client_id", "child_of", self.commercial_partner_id.id),
                ("declaration_id.state", "in", ["assessed", "released"]),
                ("nature", "!=", "own_cost"),
                ("amount_to_bill", "!=", 0),
            ]
        )
        # A file is billed as a whole once its assessment is in the books
        return found.filtered(
            lambda charge: not charge.declaration_id.has_unposted_assessment
        )

    # === ACTIONS === #

    def action_view_customs_declarations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_declaration_action"
        )
        declarations = self.customs_declaration_ids
        action.update(domain=[("id", "in", declarations.ids)], context={})
        if len(declarations) == 1:
            action.update(views=[(False, "form")], res_id=declarations.id, domain=[])
        return action

    def action_add_customs_charges(self):
        """Open the picker of the client's open charges."""
        self.ensure_one()
        if not self.partner_id:
            raise UserError(
                self.env._("Choose the customer first; its open charges follow.")
            )
        if not self._get_open_customs_charges():
            raise UserError(
                self.env._(
                    "%(partner)s has no open customs charges. They become billable "
                    "once the assessment of the declaration is posted.",
                    partner=self.partner_id.display_name,
                )
            )
        wizard = self.env["customs.add.charges"].create({"move_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add customs charges"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _customs_add_charges(self, charges_per_move):
        """Add lines for what is open of charges to draft client invoices.

        :param charges_per_move: list of charges, one recordset for each invoice
        """
        self.env["account.move.line"].create(
            [
                {**charge._prepare_invoice_line_vals(move), "move_id": move.id}
                for move, charges in zip(self, charges_per_move, strict=True)
                for charge in charges
            ]
        )

    # === AUTHORITY'S BILLS === #

    def _customs_force_import_vat(self, amounts):
        """Make the tax lines of a draft bill equal the assessed import VAT.

        :param amounts: ``{(charge, rate): signed amount}`` in the bill's currency
        """
        self.ensure_one()
        commands = []
        for (charge, rate), amount in amounts.items():
            tax = charge.company_id._get_customs_import_vat_tax(rate)
            lines = self.line_ids.filtered(
                lambda line, charge=charge, tax=tax: line.tax_line_id == tax
                and line.customs_charge_id == charge
            )
            if len(lines) == 1:
                commands.append(Command.update(lines.id, {"amount_currency": amount}))
                continue
            raise UserError(
                self.env._(
                    "Tax %(tax)s splits import VAT over %(count)s accounts. Choose a "
                    "tax with one account under Settings, Customs, Import VAT.",
                    tax=tax.name,
                    count=len(lines),
                )
            )
        if commands:
            self.write({"line_ids": commands})

    # === POSTING === #

    def _post(self, soft=True):
        declarations = self._get_customs_declarations()
        if declarations:
            declarations._lock_for_money()
            self._check_customs_over_billing()
        posted = super()._post(soft)
        posted._customs_settle_control()
        return posted

    def _get_customs_declarations(self):
        # sudo: accountants without customs rights post these moves too
        return self.sudo().line_ids.customs_declaration_id

    def _check_customs_over_billing(self):
        """Refuse to bill a client more than was charged or agreed."""
        billed_now = defaultdict(float)
        for line in self.sudo().line_ids:  # sudo: see _get_customs_declarations
            move = line.move_id
            if line.customs_charge_id and move.is_sale_document():
                billed_now[line.customs_charge_id] -= line.balance
        problems = []
        for charge, amount in billed_now.items():
            if charge.nature not in ("disbursement", "recharge"):
                continue
            tolerance = max(
                line.move_id._get_customs_rounding_gap()
                for line in charge.move_line_ids & self.sudo().line_ids
            )
            excess = charge.amount_billed + amount - charge.amount_charged
            if amount > 0 and charge.currency_id.compare_amounts(excess, tolerance) > 0:
                problems.append(
                    self.env._(
                        "%(charge)s of %(declaration)s: %(amount)s more would be "
                        "billed than was charged. Charges are passed on at cost, once.",
                        charge=charge.name,
                        declaration=charge.declaration_id.name,
                        amount=charge.currency_id.format(excess),
                    )
                )
        if problems:
            raise UserError("\n".join(problems))

    def _get_customs_rounding_gap(self):
        """Return what one rounding of the invoice currency is worth, 0 in our own."""
        self.ensure_one()
        currency, company = self.currency_id, self.company_id
        if currency == company.currency_id or not self.invoice_currency_rate:
            return 0.0
        return float_round(
            currency.rounding / 2 / self.invoice_currency_rate,
            precision_rounding=company.currency_id.rounding,
            rounding_method="UP",
        )

    def button_draft(self):
        """Take matches on the control account apart when a move becomes a draft.

        Odoo keeps matches of drafts, and with them the exchange rounding of a client
        invoice, whose amounts may change now.
        """
        result = super().button_draft()
        lines = self.sudo().line_ids.filtered(lambda line: line._is_customs_control())
        lines._all_reconciled_lines().remove_move_reconcile()
        lines.customs_charge_id._settle_control()
        return result

    def _customs_settle_control(self):
        """Match outlays with what clients were billed, per charge.

        Runs on every posting, whichever side comes last. Reset to draft, cancelling
        and reversing undo it.
        """
        # sudo: see _get_customs_declarations
        self.sudo().line_ids.customs_charge_id._settle_control()

    def _customs_link_rounding(self):
        """Tie rounding entries to their match, so undoing it reverses them."""
        for move in self:
            line = move.line_ids.filtered("customs_charge_id")
            matches = line.matched_debit_ids | line.matched_credit_ids
            matches[:1].exchange_move_id = move
