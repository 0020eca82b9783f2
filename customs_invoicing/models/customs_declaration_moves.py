from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomsDeclaration(models.Model):
    """The journal entries of a file, and the way to them."""

    _inherit = "customs.declaration"

    journal_item_count = fields.Integer(
        string="Journal item count", compute="_compute_journal_item_count"
    )

    def _compute_journal_item_count(self):
        groups = self.env["account.move.line"]._read_group(
            [
                ("customs_declaration_id", "in", self.ids),
                ("parent_state", "!=", "cancel"),
            ],
            ["customs_declaration_id"],
            ["__count"],
        )
        counts = {declaration.id: count for declaration, count in groups}
        for record in self:
            record.journal_item_count = counts.get(record._origin.id, 0)

    @api.constrains("company_id")
    def _check_company_of_moves(self):
        """A file stays in the company whose books hold its entries."""
        for record in self.filtered("charge_ids"):
            moves = record.sudo()._get_customs_moves()  # sudo: of any company
            if moves.company_id - record.company_id:
                raise UserError(
                    self.env._(
                        "%(name)s has entries in the books of %(company)s and cannot "
                        "move to another company.",
                        name=record.name,
                        company=moves.company_id[:1].name,
                    )
                )

    def _get_customs_moves(self):
        """Return every move that carries these declarations, drafts included."""
        return self.env["account.move"].search(
            [("line_ids.customs_declaration_id", "in", self.ids)]
        )

    def _get_authority_moves(self):
        return self._get_customs_moves().filtered(
            lambda move: move._is_customs_authority_bill()
        )

    def _get_client_moves(self):
        return self._get_customs_moves().filtered(lambda m: m._bills_client())

    def _get_payments(self):
        moves = self._get_customs_moves()
        return moves.matched_payment_ids

    def _action_view_moves(self, moves, xmlid):
        # the standard lists show the columns of a kind of entry by its default
        kind = moves[:1].move_type
        context = {} if kind in (False, "entry") else {"default_move_type": kind}
        action = self._action_view(
            xmlid, domain=[("id", "in", moves.ids)], context=context
        )
        if len(moves) == 1:
            action.update(
                views=[(False, "form")], view_mode="form", res_id=moves.id, domain=[]
            )
        return action

    def action_view_authority_moves(self):
        self.ensure_one()
        return self._action_view_moves(
            self._get_authority_moves(), "account.action_move_in_invoice_type"
        )

    def action_view_client_moves(self):
        self.ensure_one()
        return self._action_view_moves(
            self._get_client_moves(), "account.action_move_out_invoice_type"
        )

    def action_view_payments(self):
        self.ensure_one()
        return self._action_view(
            "account.action_account_all_payments",
            domain=[("id", "in", self._get_payments().ids)],
            context={},
        )

    def action_view_journal_items(self):
        self.ensure_one()
        return self._action_view(
            "account.action_account_moves_all",
            domain=[
                ("customs_declaration_id", "=", self.id),
                ("parent_state", "!=", "cancel"),
            ],
            context={"search_default_group_by_account": 1},
        )

    def action_view_accounts(self):
        """Show what stands on each account for the file."""
        self.ensure_one()
        return self._action_view(
            "customs_invoicing.customs_declaration_balance_action",
            domain=[("declaration_id", "=", self.id)],
            context={},
        )

    def action_view_control_items(self):
        self.ensure_one()
        account = self.company_id.customs_disbursement_account_id
        return self._action_view(
            "account.action_account_moves_all",
            domain=[
                ("customs_declaration_id", "=", self.id),
                ("account_id", "=", account.id),
            ],
            context={"search_default_posted": 1},
        )

    # === ORDERS AND DIFFERENCES === #

    def _action_view(self, xmlid, **values):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {**action, **values}

    def action_view_purchase_orders(self):
        return self._action_view(
            "purchase.purchase_form_action",
            domain=[("id", "in", self.purchase_order_ids.ids)],
            context={},
        )

    def action_view_sale_orders(self):
        return self._action_view(
            "sale.action_orders",
            domain=[("id", "in", self.sale_order_ids.ids)],
            context={},
        )

    def action_view_differences(self):
        return self._action_view(
            "customs_invoicing.customs_duty_line_action",
            domain=[("declaration_id", "=", self.id)],
            context={"search_default_differences": 1},
        )

    # === OPENING FILES FROM ELSEWHERE === #

    def _get_open_action(self):
        """Return the action that shows these files: their list, or the only one."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_declaration_action"
        )
        action.pop("path", None)  # an address that would lead back to these files only
        records = self.browse(set(self.ids))
        action.update(domain=[("id", "in", records.ids)], context={})
        if len(records) == 1:
            action.update(views=[(False, "form")], res_id=records.id, domain=[])
        return action
