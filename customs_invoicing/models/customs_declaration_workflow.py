from odoo import api, models
from odoo.exceptions import UserError

from .account_move_entry import ACCRUING_EVENTS

#: From each state, where a file may go.
TRANSITIONS = {
    "draft": {"ready", "lodged", "assessed", "cancelled"},
    "ready": {"draft", "lodged", "assessed", "cancelled"},
    "lodged": {"draft", "assessed", "cancelled"},
    "assessed": {"released", "cancelled"},
    "released": {"closed", "cancelled"},
    "closed": {"released"},
    "cancelled": {"draft", "assessed"},
}

#: What may still change on a closed file: it is proof, not work in progress.
CHANGEABLE_WHEN_CLOSED = {"state", "priority", "note", "user_id"}

#: What decides the books, and cannot change once a journal item carries the file.
FIXED_BY_MOVES = {
    "capacity",
    "client_id",
    "tariff_id",
    "tariff_currency_id",
    "goods_use",
    "foreign_vat_recoverable",
    "vat_evidence",
}


class CustomsDeclaration(models.Model):
    """The states of a file and what each of them allows."""

    _inherit = "customs.declaration"

    @api.model_create_multi
    def create(self, vals_list):
        """A file begins as a draft: every further step checks what it needs."""
        if not self.env.su and any(
            vals.get("state", "draft") != "draft" for vals in vals_list
        ):
            raise UserError(
                self.env._(
                    "A new file is a draft. Create it first, then take its steps."
                )
            )
        return super().create([{"state": "draft", **vals} for vals in vals_list])

    def write(self, vals):
        self._check_closed_unchanged(vals)
        self._check_fixed_by_moves(vals)
        if "state" in vals:
            self._check_transition(vals["state"])
        return super().write(vals)

    # === CHECKS === #

    def _check_closed_unchanged(self, vals):
        frozen = {
            name for name in vals if not name.startswith(("message_", "activity_"))
        } - CHANGEABLE_WHEN_CLOSED
        if frozen:
            self._check_not_closed()

    def _check_not_closed(self):
        """Raise for closed files, whose items, charges and documents are proof."""
        for record in self:
            if record.state == "closed":
                raise UserError(
                    self.env._(
                        "%(name)s is closed and cannot be changed. Reopen it first.",
                        name=record.name,
                    )
                )

    def _check_fixed_by_moves(self, vals):
        fixed = FIXED_BY_MOVES & set(vals)
        for record in self if fixed else self.browse():
            changed = [name for name in sorted(fixed) if record._differs(name, vals)]
            if not changed:
                continue
            # sudo: moves of any company count
            if record.sudo()._has_fixing_moves():
                raise UserError(
                    self.env._(
                        "%(name)s has journal entries, so its %(field)s cannot change. "
                        "Reverse and delete them first.",
                        name=record.name,
                        field=self._fields[changed[0]]._description_string(self.env),
                    )
                )
            record._check_no_funds_asked(vals)

    def _has_fixing_moves(self):
        """Whether journal items rest on who the client is and what the file is.

        Expected duty has its own check: once it is reversed it fixes nothing.
        """
        self.ensure_one()
        return bool(self.charge_ids.move_line_ids) or any(
            move.state != "cancel" and move.customs_event not in ACCRUING_EVENTS
            for move in self._get_customs_moves()
        )

    def _check_no_funds_asked(self, vals):
        """A deposit was asked of one client: another cannot take its place."""
        self.ensure_one()
        client = vals.get("client_id", self.client_id.id)
        if vals.get("capacity", self.capacity) == "own":
            client = False
        asked = self.sudo().funds_request_ids.filtered(  # sudo: whoever asked for it
            lambda request: not request.is_withdrawn and request.client_id.id != client
        )
        if asked:
            raise UserError(
                self.env._(
                    "%(client)s was asked for a deposit for %(name)s (%(requests)s). "
                    "Withdraw the request first; the client can change then.",
                    requests=", ".join(asked.mapped("name")),
                    client=asked.client_id[:1].name,
                    name=self.name,
                )
            )

    def _differs(self, name, vals):
        field = self._fields[name]
        current = self[name].id if field.relational else self[name]
        return (current or False) != (vals[name] or False)

    def _check_transition(self, state):
        """Refuse jumps, whichever way the state is written."""
        moving = self.filtered(lambda record: record.state != state)
        for record in moving:
            if state not in TRANSITIONS[record.state]:
                record._raise_wrong_state(
                    [origin for origin, to in TRANSITIONS.items() if state in to],
                    self.env._("do this"),
                )
        if state == "closed":
            moving._check_closable()
        elif state == "cancelled":
            moving._check_cancellable()
        elif state == "assessed" and not all(r.assessment_ids for r in moving):
            raise UserError(
                self.env._("A file is assessed by reading or recording its assessment.")
            )
        elif state == "lodged" and not self.env.su:
            moving._check_lodging_limits()
            moving._check_client_limits()
        elif any(record.state == "closed" for record in moving):
            self._check_verifier(self.env._("reopen a closed file"))

    def _check_closable(self):
        self._check_verifier(self.env._("close a file"))
        held = self._get_held_problems()
        problems = [
            reason for record in self for reason in record._get_open_balances(held)
        ]
        if problems:
            raise UserError("\n".join(problems))

    def _check_cancellable(self):
        """A file can be cancelled when all its money is undone."""
        held = self._get_held_problems(cancelling=True)
        problems = [
            self.env._(
                "%(name)s cannot be cancelled: %(reason)s", name=r.name, reason=x
            )
            for r in self
            for x in held[r]
        ]
        if problems:
            raise UserError("\n".join(problems))
        for record in self:
            for charge in record.charge_ids:
                amounts = (
                    charge.amount_charged,
                    charge.amount_billed,
                    charge.amount_in_draft,
                    charge.control_balance,
                )
                if all(charge.currency_id.is_zero(amount) for amount in amounts):
                    continue
                raise UserError(
                    self.env._(
                        "%(name)s has posted entries for %(charge)s, or a draft of "
                        "them. Reverse or delete these first; the file can be "
                        "cancelled then.",
                        name=record.name,
                        charge=charge.name,
                    )
                )

    def _check_verifier(self, action):
        if not self.env.su and not self.env.user.has_group(
            "customs_invoicing.group_customs_verifier"
        ):
            raise UserError(
                self.env._(
                    "Only a customs verifier may %(action)s. Ask a colleague with "
                    "this right.",
                    action=action,
                )
            )

    def _check_state(self, allowed, action):
        """Raise when a record is not in one of the ``allowed`` states."""
        for record in self:
            if record.state not in allowed:
                record._raise_wrong_state(allowed, action)

    def _raise_wrong_state(self, allowed, action):
        labels = dict(self._fields["state"]._description_selection(self.env))
        raise UserError(
            self.env._(
                "%(name)s is %(state)s; to %(action)s it must be %(allowed)s.",
                name=self.name,
                state=labels[self.state].lower(),
                action=action,
                allowed=" / ".join(labels[state].lower() for state in allowed),
            )
        )

    # === ACTIONS === #

    def action_mark_ready(self):
        """Check that the file can be lodged."""
        self._check_state(["draft"], self.env._("mark it ready"))
        problems = []
        for record in self:
            reasons = record._get_blocking_reasons()
            if not record.line_ids:
                reasons.append(self.env._("No goods item: add at least one."))
            problems.extend(f"{record.name}: {reason}" for reason in reasons)
        if problems:
            raise UserError("\n".join(problems))
        self.state = "ready"
        return True

    def action_lodge(self):
        """Record that the declaration was handed to the authority."""
        self.check_access("write")
        self._check_state(["ready"], self.env._("lodge it"))
        self._check_lodging_limits()
        self._check_client_limits()
        self.sudo().state = "lodged"  # sudo: limits are checked once
        self._accrue_on_lodgement()
        return True

    def action_release(self):
        """Record that the authority released the goods."""
        self._check_state(["assessed"], self.env._("record its release"))
        self.state = "released"
        return True

    def action_reset_to_draft(self):
        """Take a file back to draft."""
        self._check_state(
            ["ready", "lodged", "cancelled"], self.env._("reset it to draft")
        )
        # what the authority assessed stays assessed when a file is taken up again
        assessed = self.filtered("current_assessment_id")
        assessed.state = "assessed"
        (self - assessed).state = "draft"
        return True

    def action_reopen(self):
        """Open a closed file again, for a late charge or a new assessment."""
        self._check_state(["closed"], self.env._("reopen it"))
        self.state = "released"
        return True

    def action_cancel(self):
        """Cancel files all of whose money is undone."""
        self._check_state(
            ["draft", "ready", "lodged", "assessed", "released"],
            self.env._("cancel it"),
        )
        self._drop_estimates()
        self.state = "cancelled"
        return True

    def action_close(self):
        """Close files whose disbursement control balance is zero per tax code."""
        self._check_state(["released"], self.env._("close it"))
        self.state = "closed"
        self._note_left_open()
        return True

    def _reopen_if_unsettled(self):
        """Reopen closed files whose money an accountant changed, and say so."""
        for record in self.filtered(lambda record: record.state == "closed"):
            record.invalidate_recordset()
            record.charge_ids.invalidate_recordset()
            reasons = record._get_open_balances()
            if reasons:
                # sudo: the accountant may lack the right to reopen files
                record.sudo().state = "released"
                record.sudo().message_post(
                    body=self.env._(
                        "Reopened: %(user)s changed a journal entry. %(reasons)s",
                        user=self.env.user.name,
                        reasons=" ".join(reasons),
                    )
                )
