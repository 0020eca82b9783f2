from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.customs_rating_outcome import ADOPT, CREATE, ORDERED
from ..tools import to_float


class CustomsRerateLine(models.TransientModel):
    """A price before and after rating again, and why it changes."""

    _name = "customs.rerate.line"
    _description = "Price Rated Again"
    _order = "wizard_id, declaration_id, id"

    wizard_id = fields.Many2one(
        comodel_name="customs.rerate", required=True, ondelete="cascade"
    )
    declaration_id = fields.Many2one(comodel_name="customs.declaration", readonly=True)
    currency_id = fields.Many2one(related="declaration_id.currency_id")
    charge_id = fields.Many2one(
        comodel_name="customs.charge", string="Charge of the file", readonly=True
    )
    charge_code_id = fields.Many2one(
        comodel_name="customs.charge.code", string="Charge", readonly=True
    )
    action = fields.Selection(
        selection=[
            ("create", "New"),
            ("adopt", "Priced"),
            ("update", "Changed"),
            ("remove", "Removed"),
            ("edited", "Edited by hand"),
            ("billed", "Billed"),
            ("by_hand", "Entered by hand"),
            ("ordered", "Ordered"),
            ("expired", "No card"),
        ],
        string="What",
        readonly=True,
    )
    is_chosen = fields.Boolean(string="Take")
    amount_old = fields.Monetary(string="Price now", readonly=True)
    amount_new = fields.Monetary(string="Rate card", readonly=True)
    difference = fields.Monetary(compute="_compute_difference")
    amount_billed = fields.Monetary(string="Billed", readonly=True)
    version = fields.Char(string="Rule and version", readonly=True)
    formula = fields.Text(string="Calculation", readonly=True)
    why = fields.Text(string="Why it changes", readonly=True)
    note = fields.Text(readonly=True)

    @api.depends("amount_old", "amount_new")
    def _compute_difference(self):
        for line in self:
            line.difference = line.amount_new - line.amount_old

    def _check_unchanged(self, found):
        """Refuse to write another price than the one that was shown."""
        self.ensure_one()
        values = {
            "charge": self.charge_code_id.name,
            "file": self.declaration_id.name,
        }
        if self.action == ORDERED:
            raise UserError(
                self.env._(
                    "%(charge)s of %(file)s was ordered. Change its price on the sales "
                    "order.",
                    **values,
                )
            )
        compare = self.currency_id.compare_amounts
        is_new = self.action in (CREATE, ADOPT) or not self.charge_id
        if (
            not found
            or (not is_new and found.charge != self.charge_id)
            or compare(to_float(found.outcome.price), self.amount_new)
            or compare(found.previous, self.amount_old)
        ):
            raise UserError(
                self.env._(
                    "%(charge)s of %(file)s has changed since. Close this and rate "
                    "again.",
                    **values,
                )
            )
