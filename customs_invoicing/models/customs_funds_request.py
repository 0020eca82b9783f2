from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("requested", "Requested"),
    ("partial", "Partly received"),
    ("received", "Received"),
    ("applied", "Applied"),
    ("returned", "Returned"),
    ("cancelled", "Withdrawn"),
]


class CustomsFundsRequest(models.Model):
    """A deposit asked of a client before we pay its duties.

    It is no invoice and makes no entry. What came in, what paid invoices and what went
    back is read from the posted items that carry the request.
    """

    _name = "customs.funds.request"
    _description = "Customs Funds Request"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _rec_names_search = ["name", "declaration_id.name", "client_id.name"]
    _check_company_auto = True

    name = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
        index="trigram",
        default=lambda self: self.env._("New"),
    )
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('capacity', '!=', 'own'), ('client_id', '!=', False)]",
        help="The file whose duties the deposit is for.",
    )
    company_id = fields.Many2one(
        related="declaration_id.company_id", store=True, precompute=True, index=True
    )
    client_id = fields.Many2one(
        related="declaration_id.client_id", store=True, index="btree_not_null"
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Officer",
        default=lambda self: self.env.user,
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    amount = fields.Monetary(
        string="Amount requested",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Proposed: duties and taxes we expect to pay, or were assessed, and the "
        "services that are not billed yet, less what was asked before.",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    date_due = fields.Date(
        string="Needed by", help="Money must be there before the file is lodged."
    )
    note = fields.Text(
        string="Message to the client", help="Printed below the amount requested."
    )
    is_withdrawn = fields.Boolean(
        string="Withdrawn", copy=False, readonly=True, tracking=True
    )
    move_line_ids = fields.One2many(
        comodel_name="account.move.line",
        inverse_name="customs_funds_request_id",
        string="Journal items",
        readonly=True,
    )
    posted_line_ids = fields.One2many(
        comodel_name="account.move.line",
        inverse_name="customs_funds_request_id",
        string="Movements",
        domain=[("parent_state", "=", "posted")],
        readonly=True,
    )
    held_currency_id = fields.Many2one(
        comodel_name="res.currency",
        string="Currency held",
        compute="_compute_ledger",
        help="Currency in which the money came in.",
    )
    amount_received = fields.Monetary(
        string="Received", compute="_compute_ledger", currency_field="held_currency_id"
    )
    amount_applied = fields.Monetary(
        string="Applied",
        compute="_compute_ledger",
        currency_field="held_currency_id",
        help="Paid invoices of the client for this file.",
    )
    amount_returned = fields.Monetary(
        string="Returned", compute="_compute_ledger", currency_field="held_currency_id"
    )
    amount_left = fields.Monetary(
        string="Left",
        compute="_compute_ledger",
        search="_search_amount_left",
        currency_field="held_currency_id",
        help="The client's money that we still hold.",
    )
    date_first_received = fields.Date(
        string="First received on", compute="_compute_ledger"
    )
    date_received = fields.Date(string="Last received on", compute="_compute_ledger")
    is_old = fields.Boolean(
        string="Overdue",
        compute="_compute_ledger",
        search="_search_is_old",
        help="Held longer than set for the company, neither applied nor returned.",
    )
    state = fields.Selection(
        selection=STATES, compute="_compute_ledger", search="_search_state"
    )

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "The amount requested cannot be negative."
    )

    # === COMPUTE METHODS === #

    @api.depends("declaration_id")
    def _compute_currency_id(self):
        for record in self:
            company = record.declaration_id.company_id or self.env.company
            record.currency_id = record.currency_id or company.currency_id

    @api.depends("declaration_id", "currency_id")
    def _compute_amount(self):
        """Propose once; what was typed stays when only the currency changes."""
        for record in self:
            record.amount = record.amount or record._get_proposed_amount()

    def _get_proposed_amount(self):
        self.ensure_one()
        declaration = self.declaration_id
        if not declaration or not self.currency_id:
            return 0.0
        company = declaration.company_id
        day = self.date or fields.Date.context_today(self)
        asked = sum(self._get_earlier_requests().values())
        open_amount = max(declaration._get_deposit_need() - asked, 0.0)
        return company.currency_id._convert(open_amount, self.currency_id, company, day)

    @api.depends(
        "amount",
        "is_withdrawn",
        "company_id.customs_deposit_days",
        "move_line_ids.parent_state",
        "move_line_ids.amount_currency",
    )
    def _compute_ledger(self):
        rows = {row[0]: row[1:] for row in self._query_ledger()}
        today = fields.Date.context_today(self)
        for record in self:
            currency_id, received, applied, returned, first, last, asked = rows.get(
                record._origin.id, (None, 0.0, 0.0, 0.0, None, None, 0.0)
            )
            currency = record.currency_id.browse(currency_id) or record.currency_id
            left = currency.round(received - applied - returned) if currency else 0.0
            record.held_currency_id = currency
            record.amount_received = received
            record.amount_applied = applied
            record.amount_returned = returned
            record.amount_left = left
            record.date_first_received = first
            record.date_received = last
            days = (today - first).days if first and left > 0 else 0
            record.is_old = days > record.company_id.customs_deposit_days
            record.state = record._get_state(asked)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", self.env._("New")) == self.env._("New"):
                declaration = self.env["customs.declaration"].browse(
                    vals.get("declaration_id")
                )
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(declaration.company_id or self.env.company)
                    .next_by_code("customs.funds.request")
                )
        return super().create(vals_list)

    def write(self, vals):
        fixed = {"declaration_id", "currency_id"} & set(vals)
        if fixed and any(
            record[name].id != vals[name] for record in self for name in fixed
        ):
            self._check_without_items(self.env._("change its file or its currency"))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_without_items(self.env._("delete it"))

    def _check_without_items(self, action):
        for record in self:
            if record.sudo().move_line_ids:  # sudo: of any company
                raise UserError(
                    self.env._(
                        "%(name)s is on journal entries, so you cannot %(action)s.",
                        name=record.name,
                        action=action,
                    )
                )

    # === CONSTRAINTS === #

    @api.constrains("declaration_id")
    def _check_client(self):
        for record in self:
            if record.declaration_id.capacity == "own" or not record.client_id:
                raise UserError(
                    self.env._(
                        "%(name)s has no client to ask for a deposit: it is our own "
                        "import, or its client is not chosen yet.",
                        name=record.declaration_id.name,
                    )
                )

    # === ACTIONS === #

    def action_receive(self):
        """Record money of the client."""
        return self._open_movement("deposit_in", self.env._("Receive deposit"))

    def action_return(self):
        """Give the client back what is left."""
        return self._open_movement("deposit_out", self.env._("Return surplus"))

    def _open_movement(self, kind, title):
        self.ensure_one()
        self.env["customs.cash.movement"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "customs.cash.movement",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_kind": kind,
                "default_request_id": self.id,
                "default_declaration_id": self.declaration_id.id,
                "default_company_id": self.company_id.id,
            },
        }

    def action_apply(self):
        """Pay the client's open invoices of the file from the deposit."""
        self.env["customs.declaration"]._check_verifier(self.env._("apply a deposit"))
        moves = self.env["account.move"].search(
            [
                ("line_ids.customs_declaration_id", "in", self.declaration_id.ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("amount_residual", ">", 0),
            ]
        )
        if not self._apply(moves):
            raise UserError(
                self.env._(
                    "There is nothing to apply: no deposit is left, or no posted "
                    "invoice of this file is open."
                )
            )
        return True

    def action_withdraw(self):
        """Withdraw requests that no money came in for."""
        for record in self:
            if not record.held_currency_id.is_zero(record.amount_received):
                raise UserError(
                    self.env._(
                        "%(name)s: the client paid %(amount)s. Return it first.",
                        name=record.name,
                        amount=record.held_currency_id.format(record.amount_received),
                    )
                )
        self.is_withdrawn = True
        return True

    def action_reinstate(self):
        """Ask again for what was withdrawn."""
        self.is_withdrawn = False
        return True

    def action_print(self):
        return self.env.ref(
            "customs_invoicing.customs_funds_request_report"
        ).report_action(self)

    def action_view_declaration(self):
        return self.declaration_id._get_open_action()

    def action_view_moves(self):
        """Open the entries that moved the deposit."""
        self.ensure_one()
        return self.declaration_id._action_view_moves(
            self.move_line_ids.move_id, "account.action_move_journal_line"
        )
