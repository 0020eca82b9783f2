import datetime

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import undo

#: Older than any lock of the books
_LONG_AGO = datetime.date(1900, 1, 1)

#: Events that pay nothing though they are matched with a debt or an invoice
_NO_MONEY = (
    False,
    "assessment",
    "accrual",
    *undo.DEPENDENT_EVENTS,
    *undo.SETTLING_EVENTS,
)

#: Payments that never happened
_NO_PAYMENT = ("draft", "canceled", "rejected")


class CustomsDeclaration(models.Model):
    """Undoing what was posted of an assessment, with all that rests on it."""

    _inherit = "customs.declaration"

    def action_undo_posting(self):
        """Show how the posting of the assessment would be undone."""
        self.ensure_one()
        self._check_verifier(self.env._("undo a posting"))
        return self.env["customs.undo.posting"]._open(self)

    def _undo_posting(self, day, reason, client=undo.CREDIT, expected=None):
        """Undo the posting in one go; return the entries that do it.

        :param client: ``credit`` or ``leave`` the invoices of the client
        :param expected: words of the steps that were approved; others are refused
        """
        self.ensure_one()
        self._check_verifier(self.env._("undo a posting"))
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the posting is undone."))
        self._lock_for_money()
        plan = undo.plan_undo(self._get_undo_facts(), day, client)
        self._check_undo_plan(plan, expected)
        reversals = self.env["account.move"]
        for action in (undo.UNDO_EVENT, undo.CREDIT_INVOICE, undo.REVERSE):
            keys = [s.move.key for s in plan.steps if s.action == action]
            moves = self.env["account.move"].browse(keys)
            # all at once: an invoice and its credit note are one bill to the client
            reversals |= moves._reverse_moves(
                [self._prepare_undo_vals(move, day, reason) for move in moves],
                cancel=True,
            )
        self._check_undone()
        self._log_undoing(plan, reversals, reason)
        return reversals

    def _prepare_undo_vals(self, move, day, reason):
        """Return the values of the entry that takes one back."""
        vals = {
            "date": day,
            "ref": self.env._(
                "Undoing of %(move)s, %(reason)s", move=move.name, reason=reason
            ),
        }
        if move.is_invoice(include_receipts=True):
            vals.update(
                invoice_date=day, invoice_date_due=day, invoice_payment_term_id=False
            )
        return vals

    def _log_undoing(self, plan, reversals, reason):
        items = Markup().join(
            Markup("<li>%s</li>") % words for words in self._describe_undo_steps(plan)
        )
        entries = Markup(", ").join(move._get_html_link() for move in reversals)
        self.message_post(
            body=Markup("<p>%s</p><ul>%s</ul><p>%s %s</p>")
            % (
                self.env._("Posting undone: %(reason)s", reason=reason),
                items,
                self.env._("Entries:"),
                entries,
            )
        )

    # === CHECKS === #

    def _check_undo_plan(self, plan, expected):
        if plan.is_empty:
            raise UserError(
                self.env._(
                    "%(name)s: no assessment is posted, so there is nothing to undo.",
                    name=self.name,
                )
            )
        if plan.refusals:
            raise UserError("\n".join(self._describe_undo_refusals(plan)))
        if expected is not None and self._describe_undo_steps(plan) != expected:
            raise UserError(
                self.env._(
                    "%(name)s changed since these steps were shown: nothing was "
                    "undone. Close the window and open it again.",
                    name=self.name,
                )
            )

    def _check_undone(self):
        """Make sure the books hold nothing of the assessments any more."""
        self.env["account.move.line"].flush_model()
        self.invalidate_recordset()
        lines = self.assessment_ids.move_ids.line_ids.filtered(
            lambda line: line.parent_state == "posted"
            and line.customs_declaration_id == self
        )
        currency = self.company_id.currency_id
        left = [
            charge.name
            for charge, items in lines.grouped("customs_charge_id").items()
            if not currency.is_zero(sum(items.mapped("balance")))
        ]
        if left:
            raise UserError(
                self.env._(
                    "%(name)s: after the steps the books would still hold amounts of "
                    "%(charges)s. Nothing was undone; look at its journal items.",
                    name=self.name,
                    charges=", ".join(str(name) for name in left),
                )
            )

    # === FACTS === #

    def _get_undo_facts(self):
        """Return what the planner needs to know of the books."""
        self.ensure_one()
        # sudo: collective invoices hold files of others; only their names are told
        moves = self.sudo()._get_customs_moves().sorted("id")
        standing = moves._get_customs_standing()
        kinds = {move: self._get_undo_kind(move) for move in standing}
        known = {move for move, kind in kinds.items() if kind}
        return undo.Facts(
            moves=tuple(
                self._get_undo_move(move, kind, known)
                for move, kind in kinds.items()
                if kind
            ),
            drafts=tuple(
                move.display_name
                for move in moves
                if move.state == "draft" and self._is_undo_draft(move)
            ),
            closed=self.state in ("closed", "cancelled"),
        )

    def _get_undo_kind(self, move):
        """Return what a journal entry is to the undoing, ``""`` when nothing."""
        if move.customs_event not in (False, "assessment"):
            return undo.EVENT
        if move.customs_assessment_id.declaration_id == self:
            return undo.ASSESSMENT
        taxes = move.line_ids.filtered(
            lambda line: line.customs_declaration_id == self
            and line.customs_charge_id.tax_code_id
        )
        return undo.INVOICE if move._bills_client() and taxes else ""

    def _is_undo_draft(self, move):
        """Tell whether a draft would be wrong once the posting is undone."""
        kind, event = self._get_undo_kind(move), move.customs_event
        dependent = (*undo.DEPENDENT_EVENTS, *undo.BLOCKING_EVENTS)
        return bool(kind) and (kind != undo.EVENT or event in dependent)

    def _get_undo_move(self, move, kind, known):
        others = move.line_ids.customs_declaration_id - self
        matched = move._get_customs_counterparts()
        return undo.Move(
            key=move.id,
            name=move.name,
            kind=kind,
            date=move.date,
            order=move.id,
            event=move.customs_event or "",
            paid_by=self._get_undo_payments(move, kind, matched, known),
            other_files=tuple(others.mapped("name")),
            credited=any(
                reversal.state == "posted" and reversal in known
                for reversal in move.reversal_move_ids
            ),
            rests_on=tuple(other.id for other in matched if other in known),
            locked_until=self._get_undo_lock(move),
            journal_archived=not move.journal_id.active,
        )

    def _get_undo_payments(self, move, kind, matched, known):
        """Return the names of what an entry is matched with and would stay."""
        if kind == undo.EVENT:
            return ()
        payments = move.matched_payment_ids.filtered(
            lambda payment: payment.state not in _NO_PAYMENT
        )
        stays = [
            other
            for other in matched
            if other not in payments.move_id
            and (other not in known or other.customs_event not in _NO_MONEY)
        ]
        return tuple(payments.mapped("display_name") + [m.name for m in stays])

    def _get_undo_lock(self, move):
        """Return the last day that is locked for what undoes an entry."""
        locks = move.company_id._get_violated_lock_dates(
            _LONG_AGO, move._affect_tax_report(), move.journal_id
        )
        return locks[-1][0] if locks else None

    # === WORDS === #

    def _describe_undo_steps(self, plan):
        """Return the steps of a plan as sentences, in order."""
        return [self._describe_undo_step(step) for step in plan.steps]

    def _describe_undo_step(self, step):
        env = self.env
        if step.action == undo.REOPEN:
            return env._("The assessment is to be posted again; its charges are open.")
        move = env["account.move"].sudo().browse(step.move.key)  # sudo: see facts
        values = {
            "move": step.move.name,
            "partner": move.partner_id.display_name or "",
            "amount": move.company_currency_id.format(
                abs(move.amount_total_signed) or sum(move.line_ids.mapped("debit"))
            ),
        }
        if step.action == undo.UNDO_EVENT:
            events = dict(move._fields["customs_event"]._description_selection(env))
            return env._(
                "Undo %(move)s (%(event)s): %(amount)s.",
                event=events[step.move.event].lower(),
                **values,
            )
        if step.action == undo.CREDIT_INVOICE:
            return env._("Credit %(move)s to %(partner)s: %(amount)s.", **values)
        if step.action == undo.LEAVE_INVOICE:
            return self._describe_left_invoice(step, values)
        return env._(
            "Reverse %(move)s, the entry of the assessment: %(amount)s.", **values
        )

    def _describe_left_invoice(self, step, values):
        env, move = self.env, step.move
        reasons = {
            undo.INVOICE_PAID: env._("paid by %(by)s", by=", ".join(move.paid_by)),
            undo.INVOICE_SHARED: env._(
                "it bills %(files)s too", files=", ".join(move.other_files)
            ),
            undo.INVOICE_CREDITED: env._("a part of it is credited already"),
        }
        why = "; ".join(reasons[code] for code in step.why)
        if not why:
            return env._(
                "Leave %(move)s to %(partner)s; the next billing makes the difference.",
                **values,
            )
        return env._(
            "Leave %(move)s to %(partner)s (%(why)s); the next billing makes the "
            "difference.",
            why=why,
            **values,
        )

    def _describe_undo_refusals(self, plan):
        """Return why a plan may not be carried out, as sentences."""
        return [
            f"{self.name}: {self._describe_undo_refusal(refusal)}"
            for refusal in plan.refusals
        ]

    def _describe_undo_refusal(self, refusal):
        env, move = self.env, self.env["account.move"]
        events = dict(move._fields["customs_event"]._description_selection(env))
        values = {
            "move": refusal.move.name if refusal.move else "",
            "event": events.get(refusal.move.event, "") if refusal.move else "",
            "detail": ", ".join(refusal.detail),
            "day": format_date(env, refusal.day) if refusal.day else "",
            "next": format_date(env, fields.Date.add(refusal.day, days=1))
            if refusal.day
            else "",
        }
        return {
            undo.CLOSED: lambda: env._(
                "the file is closed or cancelled. Reopen it first."
            ),
            undo.DRAFT: lambda: env._(
                "%(detail)s is still a draft. Post or delete it first.", **values
            ),
            undo.DEBT_PAID: lambda: env._(
                "%(move)s is paid by, or matched with, %(detail)s: money has moved. "
                "Record a new version of the assessment instead; only the difference "
                "is posted then.",
                **values,
            ),
            undo.RESTS_ON_IT: lambda: env._(
                "%(move)s (%(event)s) rests on what was posted and stands for itself. "
                "Reverse that entry first.",
                **values,
            ),
            undo.ARCHIVED_JOURNAL: lambda: env._(
                "the journal of %(move)s is archived. Restore it first.", **values
            ),
            undo.LOCKED: lambda: env._(
                "the books are locked until %(day)s for what takes %(move)s back. "
                "Choose %(next)s or a later date.",
                **values,
            ),
            undo.EARLIER: lambda: env._(
                "%(move)s is dated %(day)s and cannot be undone before. Choose that or "
                "a later date.",
                **values,
            ),
        }[refusal.code]()
