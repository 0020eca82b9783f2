from odoo import api, fields, models

from ..engine.corrections import Settlement
from ..tools import to_decimal

KINDS = [
    ("refund", "Refund"),
    ("remission", "Remission of a debt not paid yet"),
    ("drawback", "Drawback"),
]

DECISIONS = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
    ("cancelled", "Cancelled"),
]

STATES = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("accepted", "Accepted"),
    ("received", "Received"),
    ("paid_out", "Paid out"),
    ("rejected", "Rejected"),
    ("cancelled", "Cancelled"),
]


class CustomsRefund(models.Model):
    """A claim for money from the authority: refund, remission or drawback.

    What was booked, received and passed on is read from posted journal items.
    """

    _name = "customs.refund"
    _description = "Customs Refund"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_deadline desc, id desc"
    _rec_names_search = ["name", "claim_number"]
    _check_company_auto = True

    name = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
        index="trigram",
        default=lambda self: self.env._("New"),
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(
        selection=KINDS,
        required=True,
        default="refund",
        tracking=True,
        help="A refund gives back what was paid, a remission lets off a debt that is "
        "still open, drawback gives back duty on goods that left again.",
    )
    decision = fields.Selection(
        selection=DECISIONS,
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    state = fields.Selection(
        selection=STATES,
        string="Status",
        compute="_compute_state",
        store=True,
        index=True,
        help="Received and paid out follow from posted journal items.",
    )
    claim_number = fields.Char(
        string="Claim number",
        copy=False,
        tracking=True,
        help="Number the authority gave the claim.",
    )
    authority_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_from_declarations",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        help="Who pays back.",
    )
    beneficiary = fields.Selection(
        selection=[("own", "We"), ("client", "The client")],
        compute="_compute_from_declarations",
        store=True,
        precompute=True,
        help="Whose money it is: ours on our own imports, else the client's, interest "
        "included.",
    )
    client_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_from_declarations",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_from_declarations",
        store=True,
        precompute=True,
        help="The authority's currency.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Officer",
        default=lambda self: self.env.user,
        tracking=True,
    )
    reason = fields.Text(help="Why the amount is claimed, with the legal basis.")
    attachment_ids = fields.Many2many(
        comodel_name="ir.attachment",
        string="Documents",
        bypass_search_access=True,
        copy=False,
        help="Claim form, evidence and the authority's decision.",
    )
    recognition = fields.Selection(
        selection=lambda self: self.env["res.company"]
        ._fields["customs_refund_recognition"]
        ._description_selection(self.env),
        string="Booked",
        required=True,
        compute="_compute_company_defaults",
        store=True,
        readonly=False,
        precompute=True,
        help="When our own cost becomes lower. Of a client's claim nothing is booked "
        "before its money arrives.",
    )
    line_ids = fields.One2many(
        comodel_name="customs.refund.line", inverse_name="refund_id", string="Lines"
    )
    declaration_ids = fields.Many2many(
        comodel_name="customs.declaration",
        string="Declarations",
        compute="_compute_declaration_ids",
        search="_search_declaration_ids",
    )
    declaration_count = fields.Integer(
        string="Declaration count", compute="_compute_declaration_ids"
    )
    move_count = fields.Integer(string="Entry count", compute="_compute_move_count")

    # === DATES === #

    date_deadline = fields.Date(
        string="Deadline", tracking=True, help="Last day to hand in the claim."
    )
    date_submitted = fields.Date(string="Submitted on", copy=False)
    date_decision = fields.Date(
        string="Decided on", copy=False, help="Accounting date of the acceptance."
    )
    date_received = fields.Date(
        string="Received on", copy=False, help="Accounting date of the receipt."
    )
    receipt_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Into bank",
        copy=False,
        check_company=True,
        domain=[("type", "in", ("bank", "cash"))],
        compute="_compute_company_defaults",
        store=True,
        readonly=False,
        precompute=True,
    )
    receipt_account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Into customs cash account",
        copy=False,
        check_company=True,
        domain=[("kind", "=", "cash")],
        help="Instead of a bank: the authority credits our cash account.",
    )

    # === THE CLIENT'S MONEY === #

    statement_days = fields.Integer(
        string="Statement within (days)",
        compute="_compute_company_defaults",
        store=True,
        readonly=False,
        precompute=True,
        help="After the money came, the client gets it or a written statement within "
        "these days.",
    )
    date_statement = fields.Date(
        string="Statement due on", compute="_compute_date_statement", store=True
    )
    fee_percent = fields.Float(
        string="Fee (% of principal)",
        digits=(5, 2),
        help="Our fee, billed as a service. It is never taken out of the refund.",
    )
    fee_charge_code_id = fields.Many2one(
        comodel_name="customs.charge.code",
        string="Fee is billed as",
        domain=[("kind", "=", "service")],
        default=lambda self: self.env.ref(
            "customs_invoicing.charge_code_clearance", raise_if_not_found=False
        ),
    )
    fee_charge_id = fields.Many2one(
        comodel_name="customs.charge", string="Fee", readonly=True, copy=False
    )
    can_charge_fee = fields.Boolean(
        string="Fee can be charged", compute="_compute_can_charge_fee"
    )
    has_consent = fields.Boolean(
        string="Client's written consent",
        copy=False,
        tracking=True,
        help="Only with it may the refund be offset against our invoices.",
    )
    date_consent = fields.Date(string="Consent of", copy=False, tracking=True)
    offset_invoice_ids = fields.Many2many(
        comodel_name="account.move",
        relation="customs_refund_offset_rel",
        string="Invoices to offset",
        copy=False,
        check_company=True,
        domain="[('move_type', '=', 'out_invoice'), ('state', '=', 'posted'), "
        "('amount_residual', '>', 0), ('company_id', '=', company_id), "
        "('commercial_partner_id', '=', client_commercial_id)]",
    )
    client_commercial_id = fields.Many2one(
        related="client_id.commercial_partner_id", string="Client company"
    )
    date_settled = fields.Date(
        string="Settled on",
        copy=False,
        help="Accounting date of the offset or the payment to the client.",
    )
    payout_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Paid from",
        copy=False,
        check_company=True,
        domain=[("type", "in", ("bank", "cash"))],
        compute="_compute_company_defaults",
        store=True,
        readonly=False,
        precompute=True,
    )

    # === AMOUNTS === #

    amount_claimed = fields.Monetary(
        string="Claimed", compute="_compute_amounts", store=True
    )
    amount_accepted = fields.Monetary(
        string="Accepted", compute="_compute_amounts", store=True
    )
    interest = fields.Monetary(compute="_compute_amounts", store=True)
    amount_received = fields.Monetary(
        string="Received",
        compute="_compute_posted_amounts",
        help="Principal and interest that came in.",
    )
    amount_to_receive = fields.Monetary(
        string="To receive", compute="_compute_posted_amounts"
    )
    amount_settled = fields.Monetary(
        string="Passed on",
        compute="_compute_posted_amounts",
        help="Paid to the client or offset against its invoices.",
    )
    amount_due_client = fields.Monetary(
        string="Due to the client", compute="_compute_posted_amounts"
    )

    # === COMPUTE METHODS === #

    @api.depends("company_id")
    def _compute_company_defaults(self):
        for record in self:
            company = record.company_id or self.env.company
            journal = company._get_only_bank_journal()
            record.recognition = company.customs_refund_recognition
            record.statement_days = company.customs_refund_statement_days
            record.receipt_journal_id = journal
            record.payout_journal_id = journal

    @api.depends("line_ids.declaration_id", "company_id")
    def _compute_from_declarations(self):
        for record in self:
            declaration = record.line_ids.declaration_id[:1]
            record.authority_id = record.authority_id or declaration.authority_id
            is_client = bool(declaration) and declaration.capacity != "own"
            record.beneficiary = "client" if is_client else "own"
            record.client_id = declaration.client_id if is_client else False
            record.currency_id = (
                declaration.tariff_currency_id or record.company_id.currency_id
            )

    @api.depends("line_ids.declaration_id")
    def _compute_declaration_ids(self):
        for record in self:
            record.declaration_ids = record.line_ids.declaration_id
            record.declaration_count = len(record.declaration_ids)

    def _search_declaration_ids(self, operator, value):
        return [("line_ids.declaration_id", operator, value)]

    def _compute_move_count(self):
        groups = self.env["account.move.line"]._read_group(
            [("customs_refund_line_id", "in", self.line_ids.ids)],
            ["customs_refund_line_id", "move_id"],
        )
        moves = {}
        for line, move in groups:
            moves.setdefault(line.refund_id.id, set()).add(move.id)
        for record in self:
            record.move_count = len(moves.get(record.id, ()))

    @api.depends(
        "decision",
        "line_ids.amount_claimed",
        "line_ids.amount_accepted",
        "line_ids.interest",
    )
    def _compute_amounts(self):
        for record in self:
            lines = record.line_ids
            is_accepted = record.decision == "accepted"
            record.amount_claimed = sum(lines.mapped("amount_claimed"))
            record.amount_accepted = is_accepted and sum(
                lines.mapped("amount_accepted")
            )
            record.interest = sum(lines.mapped("interest"))

    @api.depends(
        "line_ids.amount_received",
        "line_ids.interest_received",
        "line_ids.amount_to_receive",
        "line_ids.amount_settled",
        "line_ids.amount_due_client",
    )
    def _compute_posted_amounts(self):
        self.line_ids.mapped("amount_received")  # of all claims in one query
        for record in self:
            lines = record.line_ids
            rounder = (record.currency_id or record.company_id.currency_id).round
            received = lines.mapped("amount_received") + lines.mapped(
                "interest_received"
            )
            record.amount_received = rounder(sum(received))
            record.amount_to_receive = rounder(sum(lines.mapped("amount_to_receive")))
            record.amount_settled = rounder(sum(lines.mapped("amount_settled")))
            record.amount_due_client = rounder(sum(lines.mapped("amount_due_client")))

    @api.depends(
        "decision",
        "kind",
        "line_ids.amount_accepted",
        "line_ids.interest",
        "line_ids.move_line_ids.parent_state",
        "line_ids.move_line_ids.amount_currency",
        "line_ids.move_line_ids.customs_step",
    )
    def _compute_state(self):
        self.line_ids.mapped("amount_received")  # of all claims in one query
        for record in self:
            state = record.decision
            if state == "accepted":
                state = Settlement(
                    due=to_decimal(record.amount_accepted + record.interest),
                    received=to_decimal(record.amount_received),
                    settled=to_decimal(record.amount_settled),
                    owed=to_decimal(record.amount_due_client),
                ).state
            record.state = state

    @api.depends("beneficiary", "decision", "fee_percent", "fee_charge_id")
    def _compute_can_charge_fee(self):
        for record in self:
            record.can_charge_fee = (
                record.beneficiary == "client"
                and record.decision == "accepted"
                and record.fee_percent > 0
                and not record.fee_charge_id
            )

    @api.depends("date_received", "statement_days", "beneficiary")
    def _compute_date_statement(self):
        for record in self:
            record.date_statement = (
                record.beneficiary == "client"
                and record.date_received
                and fields.Date.add(record.date_received, days=record.statement_days)
            )
