from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import statement_matching
from ..tools import to_decimal, to_float


class CustomsStatement(models.Model):
    """What an authority says it charged to our account in a period."""

    _name = "customs.statement"
    _description = "Customs Statement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Statement number", required=True, help="As printed on the statement."
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    payment_account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Customs account",
        check_company=True,
        domain="[('kind', '!=', 'guarantee')]",
        index="btree_not_null",
        help="Deferment or cash account of the statement. Empty: what is owed to the "
        "authority without one.",
    )
    account_kind = fields.Selection(related="payment_account_id.kind")
    authority_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_authority_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        check_company=True,
    )
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="Date of the statement; disputes are booked on it.",
    )
    date_from = fields.Date(string="Period from")
    date_to = fields.Date(string="Period to")
    date_due = fields.Date(string="Due date", help="When it is debited or to be paid.")
    amount_stated = fields.Monetary(
        string="Total as printed", help="Control total; the lines must add up to it."
    )
    note = fields.Html(string="Notes")
    pasted_rows = fields.Text(
        string="Rows of a spreadsheet",
        help="Paste number; amount; tax code (if there is one), one line per row.",
    )
    line_ids = fields.One2many(
        comodel_name="customs.statement.line", inverse_name="statement_id", copy=True
    )
    amount_total = fields.Monetary(
        string="Total of lines", compute="_compute_amounts", store=True
    )
    amount_matched = fields.Monetary(
        string="Matched",
        compute="_compute_amounts",
        store=True,
        help="Lines whose file is known, also where the amount differs.",
    )
    amount_unknown = fields.Monetary(
        string="Unknown", compute="_compute_amounts", store=True
    )
    amount_difference = fields.Monetary(
        string="Difference",
        compute="_compute_amounts",
        store=True,
        help="Matched lines less what their files have in the books.",
    )
    amount_open = fields.Monetary(
        string="Open in the books", compute="_compute_amount_open"
    )
    state = fields.Selection(
        selection=[
            ("draft", "To match"),
            ("exceptions", "Exceptions"),
            ("matched", "Matched"),
        ],
        compute="_compute_amounts",
        store=True,
        help="Exceptions: lines are unknown and not disputed, or their amounts differ.",
    )
    dispute_count = fields.Integer(
        string="Dispute count", compute="_compute_dispute_count"
    )

    _name_unique = models.Constraint(
        "UNIQUE(company_id, authority_id, name)",
        "This statement of the authority was entered already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("payment_account_id")
    def _compute_authority_id(self):
        for record in self:
            record.authority_id = (
                record.payment_account_id.authority_id or record.authority_id
            )

    @api.depends(
        "amount_stated",
        "line_ids.amount",
        "line_ids.status",
        "line_ids.amount_difference",
        "line_ids.is_disputed",
    )
    def _compute_amounts(self):
        for record in self:
            lines, rounder = record.line_ids, record._round
            unknown = lines.filtered(lambda line: not line.declaration_id)
            record.amount_total = rounder(sum(lines.mapped("amount")))
            record.amount_unknown = rounder(sum(unknown.mapped("amount")))
            record.amount_matched = rounder(record.amount_total - record.amount_unknown)
            record.amount_difference = rounder(sum(lines.mapped("amount_difference")))
            exceptions = lines.filtered(
                lambda line: line.status != "matched" and not line.is_disputed
            )
            if not lines or not all(lines.mapped("status")):
                record.state = "draft"
            else:
                record.state = "exceptions" if exceptions else "matched"

    def _round(self, amount):
        return (self.currency_id or self.env.company.currency_id).round(amount)

    def _compute_amount_open(self):
        for record in self:
            items = record._get_items()
            record.amount_open = -sum(items.mapped("amount_residual"))

    def _compute_dispute_count(self):
        for record in self:
            record.dispute_count = len(record.line_ids.dispute_move_id)

    # === ITEMS IN THE BOOKS === #

    def _get_ledger_account(self):
        """Return the account on which what the statement lists was booked."""
        self.ensure_one()
        if self.payment_account_id:
            return self.payment_account_id._get_ledger_account()
        return self.company_id._get_customs_account("authority_payable")

    def _get_items(self):
        """Return the items of the books that this statement asks to be paid."""
        disputes = self.line_ids.dispute_move_id.filtered(
            lambda move: move.state == "posted"
        )
        accounts = {statement._get_ledger_account() for statement in self}
        return self.line_ids.item_ids | disputes.line_ids.filtered(
            lambda line: line.account_id in accounts
        )

    def _get_owed_items(self):
        """Return ``{file: items}`` booked on the account, to match with."""
        self.ensure_one()
        account = self._get_ledger_account()
        items = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                "|",
                ("reconciled", "=", False),
                ("id", "in", self.line_ids.item_ids.ids),
                "|",
                ("customs_declaration_id", "!=", False),
                ("move_id.customs_assessment_id", "!=", False),
            ]
        )
        # what another statement lists is not asked for again
        others = self.env["customs.statement.line"].search(
            [("statement_id", "!=", self.id), ("item_ids", "in", items.ids)]
        )
        items -= others.item_ids
        result = {}
        for item in items:
            file = (
                item.customs_declaration_id
                or item.move_id.customs_assessment_id.declaration_id
            )
            result[file] = result.get(file, items.browse()) | item
        return result

    # === ACTIONS === #

    def action_add_pasted_rows(self):
        """Add the pasted rows as lines; nothing when one of them cannot be read."""
        self.ensure_one()
        rows, problems = statement_matching.read_rows(
            self.pasted_rows or "", self.currency_id.decimal_places
        )
        if problems:
            raise UserError(
                "\n".join(self._get_row_problem(problem) for problem in problems)
            )
        if not rows:
            raise UserError(
                self.env._("Paste rows first: number; amount, one line per row.")
            )
        codes = {row.tax_code for row in rows if row.tax_code}
        tax_codes = {
            code.code: code.id
            for code in self.env["customs.tax.code"].search([("code", "in", [*codes])])
        }
        self.env["customs.statement.line"].create(
            [
                {
                    "statement_id": self.id,
                    "number": row.number,
                    "amount": to_float(row.amount),
                    "tax_code_id": tax_codes.get(row.tax_code, False),
                }
                for row in rows
            ]
        )
        self.pasted_rows = False
        return True

    def _get_row_problem(self, problem):
        values = {"row": problem.position, "text": problem.text}
        if problem.missing == "number":
            return self.env._("Row %(row)s has no number: %(text)s", **values)
        return self.env._(
            "Row %(row)s has no amount that can be read: %(text)s", **values
        )

    def action_match(self):
        """Match every line with a file: by number, our number, then amount.

        Files that were chosen by hand stay; what was disputed stays disputed.
        """
        for record in self:
            record._match_lines()
        return True

    def _match_lines(self):
        self.ensure_one()
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "%(name)s has no lines yet: type or paste them.", name=self.name
                )
            )
        owed = self._get_owed_items()
        files = [
            statement_matching.OwedFile(
                key=file.id,
                numbers=tuple(
                    number for number in (file.mrn, file.registration_number) if number
                ),
                our_number=file.name,
                amount=to_decimal(self._round(-sum(items.mapped("balance")))),
            )
            for file, items in owed.items()
        ]
        chosen = {line: line.declaration_id for line in self.line_ids if line.is_manual}
        lines = self.line_ids.filtered(lambda line: not line.is_disputed)
        matches = statement_matching.match_lines(
            [
                statement_matching.StatementLine(
                    line.id,
                    chosen[line].name if line in chosen else line.number,
                    to_decimal(self._round(line.amount)),
                )
                for line in lines
            ],
            files,
        )
        items = {file.id: found for file, found in owed.items()}
        for line in lines:
            line._apply_match(matches[line.id], items)

    def action_post_disputes(self):
        """Book unknown lines as claims on those who caused them.

        The authority debits them whoever they belong to; what they are recovered from
        is a broker, a courier or another firm that used our account.
        """
        self.ensure_one()
        self.env["customs.declaration"]._check_verifier(
            self.env._("post disputes of a statement")
        )
        lines = self.line_ids.filtered(
            lambda line: line.status == "unknown" and not line.is_disputed
        )
        self._check_disputes(lines)
        account = self._get_ledger_account()
        dispute = self.company_id._get_customs_account("dispute_recv")
        move = self.env["account.move"]._create_customs_entry(
            self.company_id,
            "dispute",
            self.date,
            [
                vals
                for line in lines
                for vals in line._prepare_dispute(account, dispute)
            ],
            ref=self.env._("Statement %(name)s: not ours", name=self.name),
        )
        # sudo: users may not choose the entry of a dispute
        lines.sudo().dispute_move_id = move
        move._post(soft=False)
        return self._action_view_moves(move)

    def _check_disputes(self, lines):
        problems = []
        if not lines:
            problems.append(
                self.env._(
                    "%(name)s has no unknown line that is not disputed yet. Match its "
                    "lines first.",
                    name=self.name,
                )
            )
        problems += [
            self.env._(
                "Choose who owes us line %(number)s of %(amount)s.",
                number=line.number,
                amount=line.currency_id.format(line.amount),
            )
            for line in lines
            if not line.partner_id
        ]
        if problems:
            raise UserError("\n".join(problems))

    def action_view_disputes(self):
        self.ensure_one()
        return self._action_view_moves(self.line_ids.dispute_move_id)

    def action_view_items(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_account_moves_all"
        )
        action.update(domain=[("id", "in", self._get_items().ids)], context={})
        return action

    def _action_view_moves(self, moves):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_journal_line"
        )
        action.update(domain=[("id", "in", moves.ids)], context={})
        if len(moves) == 1:
            action.update(views=[(False, "form")], res_id=moves.id)
        return action

    def action_pay(self):
        """Pay the open items of the statement through Odoo's own payments."""
        self.ensure_one()
        items = self._get_items().filtered(lambda line: not line.reconciled)
        if not items:
            raise UserError(
                self.env._(
                    "Nothing of %(name)s is open in the books: match its lines, post "
                    "the assessments that lack, or it is paid already.",
                    name=self.name,
                )
            )
        return items.action_register_payment()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_disputed(self):
        self._check_undisputed(self.line_ids)

    def _check_undisputed(self, lines):
        for line in lines.filtered("is_disputed"):
            raise UserError(
                self.env._(
                    "Line %(number)s of %(name)s is in the books as a dispute. Reverse "
                    "the entry first.",
                    number=line.number,
                    name=line.statement_id.name,
                )
            )
