from odoo import fields, models
from odoo.exceptions import UserError

LIMIT_ACTIONS = [("warn", "Only warn"), ("block", "Hold")]


class ResCompany(models.Model):
    """How much a client may owe us, and what happens beyond."""

    _inherit = "res.company"

    customs_duty_limit = fields.Monetary(
        string="Duty limit of a client",
        help="Duties and taxes we have outstanding for one client at most. Zero: no "
        "limit. A client may have a limit of its own.",
    )
    customs_service_limit = fields.Monetary(
        string="Service credit limit of a client",
        help="Open and unbilled services of one client at most. Zero: no limit.",
    )
    customs_duty_limit_action = fields.Selection(
        selection=LIMIT_ACTIONS,
        string="Lodging beyond the duty limit",
        default="block",
        required=True,
        help="Whether a file that would put its client over the duty limit may be "
        "lodged. What the authority assessed is posted in any case.",
    )
    customs_service_limit_action = fields.Selection(
        selection=LIMIT_ACTIONS,
        string="Billing beyond the service limit",
        default="block",
        required=True,
        help="Whether files of a client over its service credit limit are billed.",
    )
    customs_limit_near_percent = fields.Integer(
        string="Near the limit from (%)",
        default=80,
        help="From this part of its limit on a client shows as near it.",
    )
    customs_exposure_less_deposits = fields.Boolean(
        string="Deposits lower the exposure",
        default=True,
        help="What a client advanced for a file counts against what we have "
        "outstanding for the same file, and for no other.",
    )
    customs_override_right = fields.Selection(
        selection=[("verifier", "Verifiers"), ("manager", "Managers")],
        string="Who may override limits",
        default="manager",
        required=True,
    )
    customs_override_days = fields.Integer(
        string="Overrides last (days)",
        default=30,
        help="Proposed when a limit is overridden.",
    )

    _customs_limits_positive = models.Constraint(
        "CHECK(customs_duty_limit >= 0 AND customs_service_limit >= 0)",
        "A limit cannot be negative. Zero means there is none.",
    )
    _customs_limit_percent = models.Constraint(
        "CHECK(customs_limit_near_percent BETWEEN 1 AND 100)",
        "A client is near its limit from 1 to 100 percent of it.",
    )

    def _get_customs_limit(self, partner, kind):
        """Return the limit of a client without overrides, 0 when there is none.

        :param partner: a commercial partner
        :param kind: ``duty`` or ``service``
        """
        self.ensure_one()
        partner = partner.with_company(self)
        owner = partner if partner.customs_own_limits else self
        return owner[f"customs_{kind}_limit"]

    def _check_customs_override_right(self):
        """Raise unless the user may override limits of clients."""
        self.ensure_one()
        group = f"customs_invoicing.group_customs_{self.customs_override_right}"
        if self.env.su or self.env.user.has_group(group):
            return
        who = dict(
            self._fields["customs_override_right"]._description_selection(self.env)
        )
        raise UserError(
            self.env._(
                "Limits of clients are overridden by %(who)s only. Ask one of them, or "
                "ask the client for a deposit.",
                who=who[self.customs_override_right].lower(),
            )
        )
