from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class CustomsStatementLine(models.Model):
    """One line of a statement, and the file it is about."""

    _name = "customs.statement.line"
    _description = "Customs Statement Line"
    _order = "statement_id, sequence, id"
    _rec_name = "number"
    _check_company_auto = True

    statement_id = fields.Many2one(
        comodel_name="customs.statement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="statement_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="statement_id.currency_id")
    sequence = fields.Integer(default=10)
    number = fields.Char(required=True, help="As printed: declaration or our number.")
    tax_code_id = fields.Many2one(comodel_name="customs.tax.code", string="Tax code")
    amount = fields.Monetary(required=True)
    date_due = fields.Date(string="Due date")
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        string="File",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
        help="Found by matching. Choose it where the number is misprinted, and match "
        "again.",
    )
    is_manual = fields.Boolean(string="Chosen by hand", copy=False)
    item_ids = fields.Many2many(
        comodel_name="account.move.line",
        relation="customs_statement_line_item_rel",
        string="Journal items",
        copy=False,
        readonly=True,
    )
    is_checked = fields.Boolean(string="Was matched", copy=False, readonly=True)
    amount_booked = fields.Monetary(
        string="In the books",
        compute="_compute_status",
        store=True,
        help="What the file has on this account; on its first line.",
    )
    amount_difference = fields.Monetary(
        string="Difference",
        compute="_compute_status",
        store=True,
        help="All lines of the file less what it has in the books; on its first line.",
    )
    status = fields.Selection(
        selection=[
            ("matched", "Matched"),
            ("difference", "Difference"),
            ("unknown", "Unknown"),
        ],
        compute="_compute_status",
        store=True,
        index=True,
    )
    note = fields.Char(string="How it was found", copy=False, readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Claim from",
        check_company=True,
        help="Who used our account and owes us an unknown line: a broker, a courier.",
    )
    dispute_move_id = fields.Many2one(
        comodel_name="account.move",
        string="Dispute",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    is_disputed = fields.Boolean(
        string="Disputed", compute="_compute_is_disputed", store=True
    )

    @api.depends(
        "is_checked",
        "declaration_id",
        "amount",
        "item_ids",
        "statement_id.line_ids.amount",
        "statement_id.line_ids.declaration_id",
    )
    def _compute_status(self):
        """Compare a file's lines together: there may be one for each tax."""
        for line in self:
            file = line.declaration_id
            siblings = line.statement_id.line_ids.filtered(
                lambda other, file=file: file and other.declaration_id == file
            )
            booked = -sum(siblings.item_ids.mapped("balance"))
            difference = line.statement_id._round(
                sum(siblings.mapped("amount")) - booked
            )
            is_first = siblings[:1] == line
            line.amount_booked = booked if is_first else 0.0
            line.amount_difference = difference if is_first else 0.0
            if not line.is_checked:
                line.status = False
            elif not file:
                line.status = "unknown"
            else:
                line.status = "difference" if difference else "matched"

    @api.depends("dispute_move_id.state", "dispute_move_id.reversal_move_ids.state")
    def _compute_is_disputed(self):
        """A reversed dispute is none: the line is open again."""
        for line in self:
            move = line.dispute_move_id
            line.is_disputed = (
                move.state == "posted"
                and "posted" not in move.reversal_move_ids.mapped("state")
            )

    @api.onchange("declaration_id")
    def _onchange_declaration_id(self):
        """What is chosen by hand stays when the statement is matched again."""
        for line in self:
            line.is_manual = bool(line.declaration_id)

    def write(self, vals):
        own = {"dispute_move_id", "is_disputed"} & set(vals)
        if own and not self.env.su:
            raise UserError(
                self.env._(
                    "The dispute of a line is set by posting it. Reverse its entry to "
                    "open the line again."
                )
            )
        fixed = {"amount", "number", "partner_id", "declaration_id"} | own
        booked = fixed & set(vals)
        for line in self.filtered("is_disputed") if booked else self.browse():
            raise UserError(
                self.env._(
                    "Line %(number)s is in the books as a dispute. Reverse the entry "
                    "first.",
                    number=line.number,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_disputed(self):
        self.statement_id._check_undisputed(self)

    def _apply_match(self, match, items_by_file):
        """Write what matching found."""
        self.ensure_one()
        items = items_by_file.get(match.file) if match.file else None
        self.write(
            {
                "declaration_id": match.file or False,
                "is_checked": True,
                "item_ids": [Command.set(items.ids if items else [])],
                "note": self._get_match_words(match),
                "is_manual": self.is_manual and bool(match.file),
            }
        )

    def _get_match_words(self, match):
        if match.ties:
            files = self.env["customs.declaration"].browse(match.ties)
            return self.env._(
                "Several fit, choose one: %(files)s",
                files=", ".join(files.mapped("display_name")),
            )
        return {
            "number": self.env._("Declaration number"),
            "our_number": self.env._("Our number"),
            "amount": self.env._("Amount alone, check it"),
        }.get(match.way, "")

    def _prepare_dispute(self, account, dispute):
        """Return the items of an unknown line: our claim and what is debited."""
        self.ensure_one()
        label = self.env._(
            "%(number)s on statement %(statement)s",
            number=self.number,
            statement=self.statement_id.name,
        )
        return [
            {
                "name": label,
                "account_id": dispute.id,
                "partner_id": self.partner_id.commercial_partner_id.id,
                "balance": self.amount,
            },
            {
                "name": label,
                "account_id": account.id,
                "partner_id": self.statement_id.authority_id.id,
                "balance": -self.amount,
                "date_maturity": self.date_due or self.statement_id.date_due,
                "customs_payment_account_id": self.statement_id.payment_account_id.id,
            },
        ]
