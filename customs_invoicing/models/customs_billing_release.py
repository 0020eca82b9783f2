from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.readiness import ABOUT_VERSION

#: Reasons in the words of lists and filters, in the order of the work
REASONS = [
    ("state", "State of the file"),
    ("client", "Client"),
    ("setup", "Customs settings"),
    ("assessment", "Assessment"),
    ("difference", "Difference to our calculation"),
    ("rating", "Fees not rated"),
    ("mandate", "Mandate"),
    ("evidence", "Evidence"),
    ("order_number", "Client's order number"),
    ("order", "Sales order"),
    ("payer", "Payer"),
    ("currency", "Currency"),
    ("service_limit", "Service credit limit"),
    ("duty_limit", "Duty exposure limit"),
    ("dispute", "Dispute"),
]


class CustomsBillingRelease(models.Model):
    """Somebody's decision to bill a file in spite of what stops it.

    Made by its screen only, never changed: it is revoked, or it ends.
    """

    _name = "customs.billing.release"
    _description = "Release of a File for Billing"
    _order = "id desc"
    _rec_name = "reason"

    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        string="File",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="declaration_id.company_id", store=True, precompute=True
    )
    code = fields.Selection(
        string="What stopped it", selection=REASONS, required=True, readonly=True
    )
    charge_id = fields.Many2one(
        comodel_name="customs.charge",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: the whole file.",
    )
    assessment_id = fields.Many2one(
        comodel_name="customs.assessment",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The version it was decided on. Another one asks anew.",
    )
    message = fields.Text(string="In words", readonly=True)
    reason = fields.Char(string="Why it is billed anyway", required=True, readonly=True)
    date_end = fields.Date(
        string="Until", readonly=True, help="The last day of the release."
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Released by", readonly=True
    )
    revoked_at = fields.Datetime(string="Revoked on", readonly=True)
    revoked_by_id = fields.Many2one(
        comodel_name="res.users", string="Revoked by", readonly=True
    )
    state = fields.Selection(
        selection=[
            ("active", "In force"),
            ("ended", "Ended"),
            ("superseded", "Other assessment"),
            ("revoked", "Revoked"),
        ],
        compute="_compute_state",
    )

    @api.depends(
        "revoked_at", "date_end", "code", "declaration_id.current_assessment_id"
    )
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for record in self:
            current = record.declaration_id.current_assessment_id
            if record.revoked_at:
                record.state = "revoked"
            elif record.date_end and record.date_end < today:
                record.state = "ended"
            elif record.code in ABOUT_VERSION and record.assessment_id != current:
                record.state = "superseded"
            else:
                record.state = "active"

    def action_revoke(self):
        """Let what was released stop its file again."""
        declarations = self.declaration_id
        declarations._check_verifier(self.env._("revoke a release"))
        for record in self:
            if record.state != "active":
                raise UserError(
                    self.env._(
                        "%(release)s is not in force any more.", release=record.reason
                    )
                )
        # sudo: releases are read-only for every user
        self.sudo().write(
            {"revoked_at": fields.Datetime.now(), "revoked_by_id": self.env.user.id}
        )
        for record in self:
            record.declaration_id.message_post(
                body=self.env._(
                    "Release for billing revoked (%(what)s): %(message)s",
                    what=record._get_code_words(),
                    message=record.message or record.reason,
                )
            )
        return True

    def _prepare_blocker_row(self):
        """Return what the banner of the file says of the release."""
        if not self:
            return {"release_id": False, "release": ""}
        words = self.env._(
            "Released by %(user)s: %(reason)s",
            user=self.user_id.sudo().name,  # sudo: a name is no secret of the file
            reason=self.reason,
        )
        return {"release_id": self.id, "release": words}

    def _get_code_words(self):
        return dict(self._fields["code"]._description_selection(self.env))[self.code]
