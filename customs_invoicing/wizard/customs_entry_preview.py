from contextlib import closing, contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date
from odoo.tools.misc import Callbacks

#: What makes two journal items the same to whoever approves them
SHOWN = (
    "document_name",
    "date",
    "account_id",
    "partner_id",
    "name",
    "taxes",
    "grids",
    "debit",
    "credit",
    "amount_currency",
    "date_maturity",
)


class CustomsEntryPreview(models.TransientModel):
    """What posting an assessment would book, before anything is booked."""

    _name = "customs.entry.preview"
    _description = "Preview of Customs Entries"

    assessment_id = fields.Many2one(
        comodel_name="customs.assessment", required=True, ondelete="cascade"
    )
    declaration_id = fields.Many2one(related="assessment_id.declaration_id")
    company_id = fields.Many2one(related="assessment_id.company_id")
    currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    line_ids = fields.One2many(
        comodel_name="customs.entry.preview.line",
        inverse_name="preview_id",
        string="Journal items",
    )
    summary = fields.Text(readonly=True)
    problems = fields.Text(string="What keeps it from being posted", readonly=True)
    table = fields.Html(compute="_compute_table", sanitize=False)
    amount_total = fields.Monetary(string="Total", compute="_compute_amount_total")

    # === COMPUTE METHODS === #

    @api.depends("line_ids")
    def _compute_table(self):
        for preview in self:
            preview.table = self.env["ir.qweb"]._render(
                "customs_invoicing.entry_preview_table",
                {"documents": preview._get_documents(), "preview": preview},
            )

    def _get_documents(self):
        """Return the items by document, with totals, for the table."""
        self.ensure_one()
        documents = []
        for lines in self.line_ids.grouped("document").values():
            optional = {
                "has_taxes": any(lines.mapped("taxes")),
                "has_grids": any(lines.mapped("grids")),
                "foreign": bool(lines.foreign_currency_id),
            }
            documents.append(
                {
                    **optional,
                    "name": lines[:1].document_name,
                    "date": lines[:1].date,
                    "lines": lines,
                    "debit": sum(lines.mapped("debit")),
                    "credit": sum(lines.mapped("credit")),
                    "text_columns": 5 + sum(optional.values()),
                }
            )
        return documents

    @api.depends("line_ids.debit")
    def _compute_amount_total(self):
        for preview in self:
            preview.amount_total = sum(preview.line_ids.mapped("debit"))

    # === OPENING === #

    @api.model
    def _open(self, assessment):
        """Preview a version and return the action that shows it."""
        assessment.ensure_one()
        preview = self.create({"assessment_id": assessment.id, **self._get(assessment)})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview entry"),
            "res_model": self._name,
            "res_id": preview.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _get(self, assessment):
        """Return what posting would book: items, sentence, problems."""
        rows, problems, sentences = [], self._get_right_problems(assessment), []
        assessment.check_access("read")
        with self._for_show_only():
            # sudo: users who may not post see what a verifier would; nothing stays
            records = assessment.sudo().with_context(tracking_disable=True)
            try:
                moves = self._post_for_show(records, problems)
                rows = self._describe_moves(moves)
                sentences = self._describe_money(moves, records)
            except UserError as error:
                problems.append(str(error))
        if not rows and not problems:
            sentences = [
                self.env._("Nothing to post: the books say what this version says.")
            ]
        return {
            "summary": "\n".join(sentences),
            "problems": "\n".join(problems),
            "line_ids": [Command.create(row) for row in rows],
        }

    @api.model
    @contextmanager
    def _for_show_only(self):
        """Run a block whose changes are all undone, mails and locks with them."""
        cr = self.env.cr
        # a savepoint does not take back what is to run after the commit
        held, cr.postcommit = cr.postcommit, Callbacks()
        try:
            with closing(cr.savepoint()):
                yield
        finally:
            cr.postcommit = held

    @api.model
    def _post_for_show(self, assessment, problems):
        """Create and post the moves; return them as far as they came.

        Drafts that cannot be posted are shown with the reason.
        """
        declaration = assessment.declaration_id
        before = declaration._get_customs_moves()
        declaration._lock_for_money()
        deltas = assessment._prepare_to_post()
        drafts = assessment._create_authority_moves(deltas)
        drafts.flush_recordset()
        try:
            with self.env.cr.savepoint():
                drafts._post(soft=False)
        except UserError as error:
            problems.append(str(error))
        return declaration._get_customs_moves() - before

    @api.model
    def _get_right_problems(self, assessment):
        """Return sentences on what the user may not do, though the entry is right."""
        problems = []
        for check in (
            lambda: assessment.declaration_id._check_verifier(
                self.env._("post an assessment")
            ),
            assessment._check_four_eyes,
        ):
            try:
                check()
            except UserError as error:
                problems.append(str(error))
        return problems

    # === DESCRIBING === #

    @api.model
    def _describe_moves(self, moves):
        """Return the values of preview lines for journal items."""
        return [
            self._describe_item(number, line)
            for number, move in enumerate(moves.sorted("id"), start=1)
            for line in move.line_ids.sorted(self._get_item_order)
            if line.account_id
        ]

    @api.model
    def _get_item_order(self, line):
        """Show what the taxes are booked on first, who is owed last."""
        is_other_side = not (line.customs_charge_id or line.tax_line_id)
        charge = line.customs_charge_id
        return is_other_side, charge.sequence, charge.id, line.sequence, line.id

    @api.model
    def _describe_item(self, number, line):
        move = line.move_id
        foreign = line.currency_id != line.company_currency_id
        tax = line.tax_line_id.name
        return {
            "document": number,
            "document_name": self._describe_document(move),
            "date": move.date,
            "account_id": line.account_id.id,
            "partner_id": line.partner_id.id,
            "name": line.name,
            "taxes": self.env._("Tax: %(tax)s", tax=tax)
            if tax
            else ", ".join(line.tax_ids.mapped("name")),
            "grids": ", ".join(sorted(line.tax_tag_ids.mapped("name"))),
            "debit": line.debit,
            "credit": line.credit,
            "amount_currency": line.amount_currency if foreign else 0.0,
            "foreign_currency_id": line.currency_id.id if foreign else False,
            "date_maturity": line.date_maturity,
            "customs_tax_code": line.customs_tax_code,
        }

    @api.model
    def _describe_document(self, move):
        kinds = {
            "in_invoice": self.env._("Bill"),
            "in_refund": self.env._("Refund"),
            "entry": self.env._("Journal entry"),
        }
        parts = [kinds.get(move.move_type, move.move_type), move.journal_id.name]
        if move.customs_event and move.customs_event != "assessment":
            events = move._fields["customs_event"]._description_selection(self.env)
            parts[0] = dict(events)[move.customs_event]
        if move.is_invoice() and move.partner_id:
            parts.append(move.partner_id.display_name)
        if move.customs_payment_account_id:
            parts.append(move.customs_payment_account_id.display_name)
        return " · ".join(parts)

    @api.model
    def _describe_money(self, moves, assessment):
        """Return sentences on who is owed what, and what it costs us."""
        currency = assessment.company_id.currency_id
        sentences = [
            sentence
            for move in moves.filtered("customs_assessment_id").sorted("id")
            if (sentence := self._describe_payment(move))
        ]
        cost = currency.round(
            sum(
                line.balance
                for line in moves.line_ids
                if line.account_id.internal_group in ("expense", "income")
            )
        )
        if moves and currency.is_zero(cost):
            sentences.append(self.env._("Nothing goes to profit and loss."))
        elif moves:
            sentences.append(
                self.env._(
                    "To profit and loss: %(amount)s.", amount=currency.format(cost)
                )
            )
        return sentences

    @api.model
    def _describe_payment(self, move):
        """Return a sentence on the other side of one document."""
        lines = move.line_ids.filtered(
            lambda line: not line.customs_charge_id
            and not line.tax_line_id
            and not line.tax_ids
        )
        amount = -sum(lines.mapped("balance"))
        currency = move.company_currency_id
        if not lines or currency.is_zero(amount):
            return ""
        account, partner = lines[-1].account_id, lines[-1].partner_id
        values = {
            "partner": partner.display_name or account.display_name,
            "account": account.display_name,
            "amount": currency.format(abs(amount)),
        }
        if account.account_type.startswith("asset"):
            if amount > 0:
                return self.env._(
                    "Paid at once from %(account)s: %(amount)s.", **values
                )
            if account == move.company_id.customs_refund_recv_account_id:
                return self.env._(
                    "To be paid back by %(partner)s: %(amount)s.", **values
                )
            return self.env._("Paid back into %(account)s: %(amount)s.", **values)
        if amount < 0:
            return self.env._("Owed less to %(partner)s: %(amount)s.", **values)
        due = max((d for d in lines.mapped("date_maturity") if d), default=move.date)
        return self.env._(
            "Owed to %(partner)s, due %(due)s: %(amount)s.",
            due=format_date(self.env, due),
            **values,
        )

    # === POSTING === #

    def action_post(self):
        """Post what was shown; when something changed since, show that instead."""
        self.ensure_one()
        declaration = self.declaration_id
        before = declaration._get_customs_moves()
        action = self.assessment_id.action_post()
        # sudo: as for the preview itself
        moves = (declaration._get_customs_moves() - before).sudo()
        rows = [Command.create(row) for row in self._describe_moves(moves)]
        posted = self.new({"line_ids": rows}).line_ids
        if posted._get_shown() != self.line_ids._get_shown():
            raise UserError(
                self.env._(
                    "%(name)s changed since this preview: nothing was posted. Close "
                    "the preview and open it again.",
                    name=declaration.name,
                )
            )
        return action
