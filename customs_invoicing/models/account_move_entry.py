from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: What happened to a customs file, on the moves that record it. Client invoices and
#: vendor bills are known by their type and bear none.
EVENTS = [
    ("assessment", "Assessment"),
    ("outlay", "Outlay"),
    ("exchange", "Exchange difference of an outlay"),
    ("write_off", "Write-off"),
    ("transfer", "Debt cleared by a broker"),
    ("evidence", "Evidence of import VAT"),
    ("security", "Security"),
    ("refund", "Refund or drawback"),
    ("sold_share", "Share of goods sold"),
    ("accrual", "Accrual of expected duty"),
    ("true_up", "Accrual brought to the assessment"),
    ("period", "Period end"),
    ("profit_share", "Profit share"),
    ("float", "Advance to staff"),
    ("deposit", "Client deposit"),
    ("top_up", "Customs cash account"),
    ("dispute", "Dispute"),
    ("allocation", "Cost allocated to departments"),
]

#: Entries that make a charge dearer or cheaper, beside the bills of vendors
CHARGING_EVENTS = ("assessment", "outlay", "exchange")

#: Entries that book expected duty; all else on its account takes it up
ACCRUING_EVENTS = ("accrual", "true_up")

#: Entries that settle a charge instead of billing it
WAIVING_EVENTS = ("write_off", "refund")


class OtherMoves:
    """What Odoo's container of moves holds, without the entries of customs files."""

    def __init__(self, container):
        self.container = container  # Odoo changes what it holds

    def __getitem__(self, key):
        return self.container[key].filtered(
            lambda move: move.move_type != "entry" or not move.customs_event
        )


class AccountMove(models.Model):
    """Journal entries of customs files that are no bills or invoices."""

    _inherit = "account.move"

    customs_event = fields.Selection(
        selection=EVENTS,
        string="Customs event",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )

    @api.depends("customs_event")
    def _compute_show_reset_to_draft_button(self):
        result = super()._compute_show_reset_to_draft_button()
        self.filtered(
            lambda move: move._is_customs_kept()
        ).show_reset_to_draft_button = False
        return result

    def button_draft(self):
        """Keep entries that record a document of their own: they are reversed."""
        self._check_customs_entries_kept()
        return super().button_draft()

    def _is_customs_kept(self):
        """Whether this posted entry says what another document was agreed on.

        Assessments check their drafts on posting, so theirs may be reset.
        """
        self.ensure_one()
        return self.state == "posted" and self.customs_event not in (
            False,
            "assessment",
        )

    def _check_customs_entries_kept(self):
        """Refuse to open posted entries, whose amounts could change then."""
        events = dict(self._fields["customs_event"]._description_selection(self.env))
        problems = [
            self.env._(
                "%(entry)s (%(event)s) cannot be reset to draft: its amounts are those "
                "of the document it was posted from. Use Reverse instead, or undo it "
                "on that document.",
                entry=move.display_name,
                event=events[move.customs_event],
            )
            for move in self
            if move._is_customs_kept()
        ]
        if problems:
            raise UserError("\n".join(problems))

    @api.model
    def _create_customs_entry(self, company, event, date, lines, **vals):
        """Create a draft entry of a customs file.

        :param company: whose books
        :param event: what happened, one of ``EVENTS``
        :param date: accounting date
        :param lines: values of journal items with ``balance`` in the currency of the
            company (or ``amount_currency`` and ``currency_id`` with it)
        :param vals: more values of the move: ``ref``, ``journal_id``, …
        :return: the draft; ``_post`` it

        Tax items are taken as they are given: the amounts of an authority are not
        computed again.
        """
        return self._create_customs_entries(company, [(event, date, lines, vals)])

    @api.model
    def _create_customs_entries(self, company, entries):
        """Create draft entries of customs files at once.

        :param entries: ``(event, date, lines, more values)`` of each, as
            :meth:`_create_customs_entry` takes them
        """
        journal = company._get_customs_entry_journal()
        moves = (
            self.with_context(skip_invoice_sync=True)
            .with_company(company)
            .create(
                [
                    {
                        "move_type": "entry",
                        "company_id": company.id,
                        "journal_id": journal.id,
                        "date": date,
                        "customs_event": event,
                        "line_ids": [Command.create(line) for line in lines],
                        **vals,
                    }
                    for event, date, lines, vals in entries
                ]
            )
        )
        return moves.with_context(skip_invoice_sync=False)

    def _get_sync_stack(self, container):
        """Leave tax items as they are: the authority's, not base times rate.

        Reversing an entry, or resetting it to draft, would compute them again and put
        the difference on a suspense account.
        """
        return super()._get_sync_stack(OtherMoves(container))

    @api.model
    def _get_customs_bank_account(self, journal, incoming=False):
        """Return the account that money through a bank or cash journal is booked on.

        The journal's outstanding account where it uses one, else the bank's own, as
        for payments.
        """
        methods = (
            journal.inbound_payment_method_line_ids
            if incoming
            else journal.outbound_payment_method_line_ids
        )
        account = methods.payment_account_id[:1] or journal.default_account_id
        if not account:
            raise UserError(
                self.env._(
                    "%(journal)s has no account. Give it one under Invoicing, "
                    "Configuration, Journals.",
                    journal=journal.display_name,
                )
            )
        return account
