from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.customs_rating_outcome import (
    BILLED,
    BY_HAND,
    BY_ITSELF,
    EDITED,
    EXPIRED,
    ORDERED,
    TO_DECIDE,
)
from ..tools import to_float


class CustomsRerate(models.TransientModel):
    """What rating files again changes: nothing is written before it is ticked."""

    _name = "customs.rerate"
    _description = "Rate Services Again"

    declaration_ids = fields.Many2many(
        comodel_name="customs.declaration", string="Files", required=True
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency", compute="_compute_currency_id"
    )
    file_count = fields.Integer(string="File count", compute="_compute_currency_id")
    line_ids = fields.One2many(
        comodel_name="customs.rerate.line", inverse_name="wizard_id", string="Changes"
    )
    problem = fields.Text(
        string="To clear up", readonly=True, help="What no rate card prices for sure."
    )
    amount_change = fields.Monetary(
        string="Change of what is ticked", compute="_compute_amount_change"
    )

    @api.depends("declaration_ids")
    def _compute_currency_id(self):
        for wizard in self:
            company = wizard.declaration_ids.company_id[:1] or self.env.company
            wizard.currency_id = company.currency_id
            wizard.file_count = len(wizard.declaration_ids)

    @api.depends("line_ids.is_chosen", "line_ids.difference")
    def _compute_amount_change(self):
        for wizard in self:
            chosen = wizard.line_ids.filtered("is_chosen")
            wizard.amount_change = sum(chosen.mapped("difference"))

    @api.model
    def _open(self, declarations):
        """Return the action that shows what rating these files again changes."""
        if len(declarations.company_id) > 1:
            raise UserError(
                self.env._("Choose files of one company: each has prices of its own.")
            )
        proposals = self._get_changes(declarations)
        problems = [
            f"{found.outcome.file.name}: {found.outcome.code.name}: "
            f"{found.outcome.message}"
            for found in declarations._get_rating_proposals(
                declarations._get_rating_outcomes()
            )
            if found.outcome.result in ("tie", "problem")
        ]
        wizard = self.create(
            {
                "declaration_ids": [Command.set(declarations.ids)],
                "problem": "\n".join(problems),
                "line_ids": [
                    Command.create(self._prepare_line(found)) for found in proposals
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rate services again"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _get_changes(self, declarations):
        """Return the proposals that change a price, and those to decide."""
        outcomes = declarations._get_rating_outcomes()
        return [
            found
            for found in declarations._get_rating_proposals(outcomes)
            if found.action in (*BY_ITSELF, *TO_DECIDE) and found.changes_price
        ]

    @api.model
    def _prepare_line(self, found):
        outcome, charge = found.outcome, found.charge
        return {
            "declaration_id": outcome.file.id,
            "charge_id": charge.id,
            "charge_code_id": outcome.code.id,
            "amount_old": found.previous,
            "amount_new": to_float(outcome.price),
            "amount_billed": charge.amount_billed + charge.amount_in_draft,
            "action": found.action,
            "is_chosen": found.action in BY_ITSELF,
            "version": outcome.version,
            "formula": outcome.formula,
            "why": self._get_why(found),
            "note": self._get_note(found),
        }

    @api.model
    def _get_why(self, found):
        """Say what is different from the last rating of the charge."""
        outcome, charge = found.outcome, found.charge
        if outcome.message:
            return outcome.message
        if not charge or not charge.fee_tariff_id:
            return self.env._("Not rated before: %(rule)s", rule=outcome.version)
        reasons = []
        if (charge.rating_version or "") != outcome.version:
            reasons.append(
                self.env._(
                    "Rule: %(old)s → %(new)s",
                    old=charge.rating_version,
                    new=outcome.version,
                )
            )
        old, new = charge.rating_inputs or {}, outcome.inputs
        reasons += [
            f"{name}: {old.get(name, '–')} → {new.get(name, '–')}"
            for name in {**old, **new}
            if old.get(name) != new.get(name)
        ]
        if not reasons and (charge.rating_terms or False) != outcome.terms:
            reasons.append(f"{charge.rating_formula} → {outcome.formula}")
        if not reasons and found.action == EDITED:
            return self.env._("The rate card is unchanged; the price was edited.")
        if not reasons:
            return self.env._("The exchange rate of the card changed.")
        return "\n".join(reasons)

    @api.model
    def _get_note(self, found):
        """Say why a price is not simply changed."""
        charge = found.charge
        if found.action == EDITED:
            return self.env._(
                "Edited by hand: %(reason)s",
                reason=charge.rating_edit_reason or self.env._("no reason given"),
            )
        if found.action == BILLED or (
            found.action in TO_DECIDE and charge._is_on_invoice()
        ):
            change = to_float(found.outcome.price) - charge.amount
            words = (
                self.env._("Billed: %(amount)s more would be billed.")
                if change > 0
                else self.env._("Billed: %(amount)s would be credited.")
            )
            return words % {"amount": charge.currency_id.format(abs(change))}
        return {
            BY_HAND: self.env._("Entered by hand, without a rate card."),
            ORDERED: self.env._("Ordered: its price is changed on the sales order."),
            EXPIRED: self.env._("Would be removed."),
        }.get(found.action, "")

    # === ACTIONS === #

    def action_apply(self):
        """Write what is ticked, if it is still what was shown."""
        self.ensure_one()
        files = self.declaration_ids
        self.env["customs.charge"].check_access("write")
        files._lock_for_money()
        wanted = self.line_ids.filtered("is_chosen")
        proposals = files._get_rating_proposals(files._get_rating_outcomes())
        by_key = {
            (found.outcome.file, found.outcome.code): found for found in proposals
        }
        # what is told apart by its reasons only is brought up to date without asking
        taken = [
            found
            for found in proposals
            if found.action in BY_ITSELF and not found.changes_price
        ]
        for line in wanted:
            found = by_key.get((line.declaration_id, line.charge_code_id))
            line._check_unchanged(found)
            taken.append(found)
        files._apply_rating(proposals, taken, "rerate")
        return {"type": "ir.actions.act_window_close"}
