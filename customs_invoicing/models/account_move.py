from odoo import api, fields, models
from odoo.exceptions import UserError

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
    customs_payable_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Account of the customs debt",
        copy=False,
        readonly=True,
    )
    customs_payment_account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Customs account",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="Deferment or cash account that pays.",
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

    def _bills_client(self):
        """Whether the move bills a customer: invoice, credit note or receipt."""
        return self.is_sale_document(include_receipts=True)

    def _get_open_customs_charges(self):
        """Return the charges the invoice's customer still has to be billed.

        Of its own files, and of others' files where it pays. A file is billed as a
        whole once its assessment is in the books.
        """
        return self._get_customs_candidates().filtered(
            lambda charge: not charge.declaration_id.has_unposted_assessment
        )

    def _get_customs_candidates(self):
        """Return all the open charges of the customer, billable today or not."""
        self.ensure_one()
        charges = self.env["customs.charge"]
        if (
            self.move_type not in ("out_invoice", "out_refund")
            or self.state != "draft"
            or not self.partner_id
            or not charges.has_access("read")
        ):
            return charges
        return charges.search(
            [
                ("company_id", "=", self.company_id.id),
                ("bill_to_id", "child_of", self.commercial_partner_id.id),
                ("declaration_id.state", "in", ["assessed", "released"]),
                ("nature", "!=", "own_cost"),
                ("amount_to_bill", "!=", 0),
            ]
        )

    def write(self, vals):
        self._check_customs_marks(vals)
        return super().write(vals)

    def _check_customs_marks(self, vals):
        """What a posted entry records of a customs file cannot change."""
        marks = {"customs_event", "customs_assessment_id"} & set(vals)
        for move in self.filtered(lambda move: marks and move.state == "posted"):
            for name in marks:
                current = self._fields[name].convert_to_write(move[name], move)
                if (current or False) != (vals[name] or False):
                    raise UserError(
                        self.env._(
                            "%(move)s is posted; what it records of a customs file "
                            "cannot change. Reverse it instead.",
                            move=move.display_name,
                        )
                    )

    # === ACTIONS === #

    def action_view_customs_declarations(self):
        self.ensure_one()
        return self.customs_declaration_ids._get_open_action()

    def action_add_customs_charges(self):
        """Open the picker of the client's open charges."""
        self.ensure_one()
        if not self.partner_id:
            raise UserError(
                self.env._("Choose the customer first; its open charges follow.")
            )
        if not self._get_customs_candidates():
            raise UserError(
                self.env._(
                    "%(partner)s has no open customs charges. They become billable "
                    "once the assessment of the declaration is posted.",
                    partner=self.partner_id.display_name,
                )
            )
        problems = self.company_id._get_customs_rate_problems(self.currency_id)
        if problems:
            raise UserError("\n".join(problems))
        wizard = self.env["customs.add.charges"].create({"move_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add customs charges"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def copy_data(self, default=None):
        """Keep the assessment on what Odoo makes when it replaces a bill."""
        vals_list = super().copy_data(default)
        if self.env.context.get("include_business_fields"):
            for move, vals in zip(self, vals_list, strict=True):
                vals["customs_assessment_id"] = move.customs_assessment_id.id
                vals["customs_event"] = move.customs_event
                vals["customs_payable_account_id"] = move.customs_payable_account_id.id
                vals["customs_payment_account_id"] = move.customs_payment_account_id.id
        return vals_list
