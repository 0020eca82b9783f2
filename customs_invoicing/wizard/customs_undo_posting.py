from odoo import api, fields, models
from odoo.fields import Command

from ..engine import undo


class CustomsUndoPosting(models.TransientModel):
    """The steps that undo a posting, shown before any of them is taken."""

    _name = "customs.undo.posting"
    _description = "Undo the Posting of an Assessment"

    declaration_id = fields.Many2one(
        comodel_name="customs.declaration", required=True, ondelete="cascade"
    )
    date = fields.Date(required=True, help="Of the entries that take the posting back.")
    reason = fields.Char(help="Stands on the entries and in the history of the file.")
    client = fields.Selection(
        selection=[
            (undo.CREDIT, "Credit the invoices"),
            (undo.LEAVE, "Leave the invoices: the next billing makes the difference"),
        ],
        string="With the client",
        required=True,
        default=undo.CREDIT,
    )
    can_credit = fields.Boolean(compute="_compute_plan", store=True)
    step_ids = fields.One2many(
        comodel_name="customs.undo.posting.step",
        inverse_name="wizard_id",
        string="Steps",
        compute="_compute_plan",
        store=True,
    )
    refusals = fields.Text(
        string="Why it cannot be undone", compute="_compute_plan", store=True
    )

    @api.depends("declaration_id", "date", "client")
    def _compute_plan(self):
        for wizard in self:
            declaration = wizard.declaration_id
            # stored fields are computed as superuser; who asks may not read the file
            declaration.sudo(False).check_access("read")
            day = wizard.date or fields.Date.context_today(wizard)
            plan = undo.plan_undo(declaration._get_undo_facts(), day, wizard.client)
            wizard.can_credit = plan.credits
            wizard.refusals = "\n".join(declaration._describe_undo_refusals(plan))
            words = declaration._describe_undo_steps(plan)
            wizard.step_ids = [Command.clear()] + [
                Command.create(
                    {
                        "sequence": number,
                        "words": text,
                        "action": step.action,
                        "move_id": step.move.key if step.move else False,
                    }
                )
                for number, (step, text) in enumerate(
                    zip(plan.steps, words, strict=True), start=1
                )
            ]

    @api.model
    def _open(self, declaration):
        """Plan the undoing of a file's posting and return the action that shows it."""
        today = fields.Date.context_today(self)
        plan = undo.plan_undo(declaration._get_undo_facts(), today)
        if plan.is_empty:
            declaration._check_undo_plan(plan, None)
        wizard = self.create(
            {
                "declaration_id": declaration.id,
                "date": max(today, plan.earliest or today),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Undo posting"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_undo(self):
        """Take all the steps that were shown, or none."""
        self.ensure_one()
        self.declaration_id._undo_posting(
            self.date,
            self.reason,
            client=self.client,
            expected=self.step_ids.sorted("sequence").mapped("words"),
        )
        return {"type": "ir.actions.act_window_close"}
