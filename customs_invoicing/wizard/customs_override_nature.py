from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.disbursement import DISBURSEMENT, RECHARGE


class CustomsOverrideNature(models.TransientModel):
    """Decide otherwise than the facts what an outlay is, and say why."""

    _name = "customs.override.nature"
    _description = "Decide What a Charge Is"

    charge_id = fields.Many2one(
        comodel_name="customs.charge",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    nature_reason = fields.Text(related="charge_id.nature_reason")
    current_nature = fields.Selection(related="charge_id.nature", string="Now")
    nature = fields.Selection(
        selection=[
            (DISBURSEMENT, "Disbursement at cost"),
            (RECHARGE, "Recharge with tax"),
        ],
        string="Is to be",
        compute="_compute_nature",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    reason = fields.Char(
        help="For whoever checks the file later, the tax auditor among them.",
    )

    @api.depends("charge_id")
    def _compute_nature(self):
        for wizard in self:
            is_disbursement = wizard.charge_id.nature == DISBURSEMENT
            wizard.nature = RECHARGE if is_disbursement else DISBURSEMENT

    @api.constrains("charge_id")
    def _check_readable(self):
        """What is shown of a charge is for those who may read it."""
        self.sudo(False).charge_id.check_access("read")

    def action_confirm(self):
        """Decide, once nothing of the charge is billed."""
        self.ensure_one()
        charge = self.charge_id
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why: a decision without reason is none."))
        charge.declaration_id._lock_for_money()
        charge._check_nature_open()
        if self.nature == charge.nature:
            raise UserError(
                self.env._("%(charge)s is that already.", charge=charge.name)
            )
        if self.nature == DISBURSEMENT and charge.cost_expected:
            raise UserError(
                self.env._(
                    "%(charge)s has an expected cost of ours, which a disbursement "
                    "never is. Take it off first.",
                    charge=charge.name,
                )
            )
        charge._write_override(self.nature, self.reason.strip())
        return {"type": "ir.actions.act_window_close"}
