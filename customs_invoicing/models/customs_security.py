from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.corrections import Deposit
from ..tools import to_decimal, to_float

REASONS = [
    ("provisional", "Provisional duty"),
    ("origin", "Doubt about the origin"),
    ("value", "Doubt about the value"),
    ("temporary", "Temporary admission"),
    ("processing", "Processing or warehouse"),
    ("transit", "Transit"),
    ("container", "Container deposit"),
    ("other", "Other"),
]

#: Steps of journal items and the sign that makes their amount positive
SIGNS = {"lodge": 1, "release": -1, "convert": -1, "forfeit": -1}

#: What journal items rest on
FIXED_BY_MOVES = {
    "declaration_id",
    "company_id",
    "kind",
    "amount",
    "payee_id",
    "tax_code_id",
}

EXPIRY_ACTIVITY = "customs_invoicing.activity_type_security_expiry"


class CustomsSecurity(models.Model):
    """A security of a file: money lodged with the authority, or a guarantee used.

    What was lodged, released and converted is read from posted journal items. The use
    of a guarantee is a memo: nothing is booked.
    """

    _name = "customs.security"
    _description = "Customs Security"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _rec_names_search = ["name", "reference"]
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
    )
    company_id = fields.Many2one(
        related="declaration_id.company_id", store=True, precompute=True
    )
    client_id = fields.Many2one(
        related="declaration_id.client_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(
        related="declaration_id.tariff_currency_id",
        string="Currency",
        store=True,
        precompute=True,
    )
    kind = fields.Selection(
        selection=[("cash", "Money deposited"), ("guarantee", "Guarantee used")],
        required=True,
        default="cash",
        tracking=True,
    )
    payee_id = fields.Many2one(
        comodel_name="res.partner",
        string="Held by",
        compute="_compute_payee_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        check_company=True,
        help="The authority, or the carrier for a container deposit.",
    )
    tax_code_id = fields.Many2one(
        comodel_name="customs.tax.code",
        string="Tax",
        ondelete="restrict",
        help="Tax that is secured; empty for a container deposit.",
    )
    reference = fields.Char(
        tracking=True, help="Number of the receipt or of the authority's notice."
    )
    date = fields.Date(
        string="Lodged on", required=True, default=fields.Date.context_today
    )
    amount = fields.Monetary(required=True, tracking=True)
    reason = fields.Selection(selection=REASONS, required=True, default="provisional")
    condition = fields.Text(
        string="Condition of release", help="What the holder waits for."
    )
    date_expiry = fields.Date(
        string="Expires on",
        tracking=True,
        help="Until then the proof must be there, or the security is converted.",
    )
    account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Guarantee",
        check_company=True,
        index="btree_not_null",
        domain="[('kind', '=', 'guarantee'), ('company_id', '=', company_id)]",
        help="Guarantee whose reference amount is used.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Officer",
        default=lambda self: self.env.user,
    )
    amount_freed = fields.Monetary(
        string="Guarantee freed",
        readonly=True,
        copy=False,
        tracking=True,
        help="What of a guarantee is no longer used for this file.",
    )
    move_line_ids = fields.One2many(
        string="Journal items",
        comodel_name="account.move.line",
        inverse_name="customs_security_id",
    )
    amount_lodged = fields.Monetary(
        string="Lodged", compute="_compute_amounts", store=True
    )
    amount_released = fields.Monetary(
        string="Released", compute="_compute_amounts", store=True
    )
    amount_converted = fields.Monetary(
        string="Converted",
        compute="_compute_amounts",
        store=True,
        help="Used to pay duty that became final.",
    )
    amount_forfeited = fields.Monetary(
        string="Forfeited", compute="_compute_amounts", store=True
    )
    amount_open = fields.Monetary(string="Held", compute="_compute_amounts", store=True)
    state = fields.Selection(
        selection=[
            ("empty", "Planned"),
            ("lodged", "Lodged"),
            ("partly", "Partly released"),
            ("released", "Released"),
            ("converted", "Converted"),
            ("forfeited", "Forfeited"),
        ],
        string="Status",
        compute="_compute_amounts",
        store=True,
        index=True,
    )
    is_expired = fields.Boolean(
        string="Expired", compute="_compute_is_expired", search="_search_is_expired"
    )
    move_count = fields.Integer(string="Entry count", compute="_compute_move_count")

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "A security needs an amount above zero."
    )

    # === COMPUTE METHODS === #

    @api.depends("declaration_id")
    def _compute_payee_id(self):
        for record in self:
            record.payee_id = record.payee_id or record.declaration_id.authority_id

    @api.depends(
        "kind",
        "amount",
        "amount_freed",
        "move_line_ids.parent_state",
        "move_line_ids.amount_currency",
        "move_line_ids.customs_step",
    )
    def _compute_amounts(self):
        posted = self._query_posted()
        for record in self:
            done = posted.get(record._origin.id, {})
            if record.kind == "guarantee":
                done = {"lodge": record.amount, "release": record.amount_freed}
            rounder = (record.currency_id or record.company_id.currency_id).round
            deposit = Deposit(
                *(to_decimal(rounder(done.get(step, 0.0))) for step in SIGNS)
            )
            record.amount_lodged = to_float(deposit.lodged)
            record.amount_released = to_float(deposit.released)
            record.amount_converted = to_float(deposit.converted)
            record.amount_forfeited = to_float(deposit.forfeited)
            record.amount_open = to_float(deposit.open)
            record.state = deposit.state

    def _query_posted(self):
        """Return ``{id: {step: amount}}`` of the books, in the security's currency."""
        groups = self.env["account.move.line"]._read_group(
            [
                ("customs_security_id", "in", self._origin.ids),
                ("customs_step", "in", list(SIGNS)),
                ("parent_state", "=", "posted"),
            ],
            ["customs_security_id", "customs_step"],
            ["amount_currency:sum"],
        )
        posted = {}
        for security, step, amount in groups:
            posted.setdefault(security.id, {})[step] = SIGNS[step] * amount
        return posted

    @api.depends("date_expiry", "amount_open")
    def _compute_is_expired(self):
        today = fields.Date.context_today(self)
        for record in self:
            record.is_expired = bool(
                record.amount_open > 0
                and record.date_expiry
                and record.date_expiry < today
            )

    def _search_is_expired(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        domain = [("amount_open", ">", 0), ("date_expiry", "<", today)]
        if True in value:
            return domain
        return ["!", "&", *domain]

    def _compute_move_count(self):
        groups = self.env["account.move.line"]._read_group(
            [("customs_security_id", "in", self.ids)],
            ["customs_security_id"],
            ["move_id:count_distinct"],
        )
        counts = {security.id: count for security, count in groups}
        for record in self:
            record.move_count = counts.get(record.id, 0)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        declarations = self.env["customs.declaration"]
        for vals in vals_list:
            if vals.get("name", self.env._("New")) == self.env._("New"):
                company = declarations.browse(vals.get("declaration_id")).company_id
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company or self.env.company)
                    .next_by_code("customs.security")
                )
        records = super().create(vals_list)
        records._plan_expiry()
        return records

    def write(self, vals):
        fixed = FIXED_BY_MOVES & set(vals)
        if fixed:
            self._check_not_booked()
        result = super().write(vals)
        if {"date_expiry", "user_id", "amount_freed"} & set(vals):
            self._plan_expiry()
        return result

    def _check_not_booked(self):
        for record in self.sudo():  # sudo: journal items of any kind count
            if record.move_line_ids:
                raise UserError(
                    self.env._(
                        "%(security)s is on journal entries and cannot change or be "
                        "deleted. Reverse and delete these first, or record another "
                        "security.",
                        security=record.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        self._check_not_booked()

    @api.constrains("kind", "account_id")
    def _check_guarantee(self):
        for record in self:
            wrong = record.account_id and record.account_id.kind != "guarantee"
            if record.kind == "guarantee" and (wrong or not record.account_id):
                raise UserError(
                    self.env._(
                        "%(security)s: Choose the guarantee that is used.",
                        security=record.name,
                    )
                )

    # === ACTIVITIES === #

    def _plan_expiry(self):
        """Remind of securities before they expire, while they are held."""
        self.activity_unlink([EXPIRY_ACTIVITY])
        for record in self:
            if record.date_expiry and record.state not in (
                "released",
                "converted",
                "forfeited",
            ):
                days = record.company_id.customs_security_expiry_days
                record.activity_schedule(
                    EXPIRY_ACTIVITY,
                    fields.Date.subtract(record.date_expiry, days=days),
                    user_id=record.user_id.id or self.env.uid,
                )

    # === ACTIONS === #

    def _action_wizard(self, operation):
        return self.env["customs.record.security"]._open(operation, securities=self)

    def action_lodge(self):
        return self._action_wizard("lodge")

    def action_release(self):
        return self._action_wizard("release")

    def action_convert(self):
        return self._action_wizard("convert")

    def action_forfeit(self):
        return self._action_wizard("forfeit")

    def action_view_moves(self):
        """Open the journal entries of the security."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_journal_line"
        )
        domain = [("line_ids.customs_security_id", "=", self.id)]
        return {**action, "domain": domain, "context": {}}

    def action_view_declaration(self):
        return self.declaration_id._get_open_action()

    @api.model
    def _get_reserved(self, accounts):
        """Return ``{guarantee: amount in its currency}`` that files use."""
        groups = self._read_group(
            [("account_id", "in", accounts.ids), ("amount_open", ">", 0)],
            ["account_id", "currency_id"],
            ["amount_open:sum"],
        )
        reserved = dict.fromkeys(accounts, 0.0)
        today = fields.Date.context_today(self)
        for account, currency, amount in groups:
            reserved[account] += currency._convert(
                amount, account.currency_id, account.company_id, today
            )
        return reserved
