from odoo import fields, models

from ..engine import undo


class CustomsUndoPostingStep(models.TransientModel):
    """One step of undoing a posting, in words."""

    _name = "customs.undo.posting.step"
    _description = "Step of Undoing a Posting"
    _order = "wizard_id, sequence, id"

    wizard_id = fields.Many2one(
        comodel_name="customs.undo.posting", required=True, ondelete="cascade"
    )
    sequence = fields.Integer(string="No.")
    action = fields.Selection(
        selection=[
            (undo.UNDO_EVENT, "Undo"),
            (undo.CREDIT_INVOICE, "Credit"),
            (undo.LEAVE_INVOICE, "Leave"),
            (undo.REVERSE, "Reverse"),
            (undo.REOPEN, "Result"),
        ]
    )
    words = fields.Char(string="What happens")
    move_id = fields.Many2one(comodel_name="account.move", string="Entry")
