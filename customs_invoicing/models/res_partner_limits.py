from odoo import api, fields, models
from odoo.exceptions import UserError

from .customs_declaration import CUSTOMS_READERS
from .customs_exposure import LIMIT_STATES

#: Field of the contact to what the exposure calls it
SHOWN = {
    f"customs_{name}": name
    for name in (
        "duty_exposure",
        "duty_headroom",
        "duty_state",
        "service_exposure",
        "service_headroom",
        "service_state",
    )
}


class ResPartner(models.Model):
    """How much a client may owe us, and how much it does."""

    _inherit = "res.partner"

    customs_own_limits = fields.Boolean(
        string="Own limits",
        company_dependent=True,
        tracking=True,
        groups=CUSTOMS_READERS,
        help="On: the two limits of this contact count, zero meaning no limit. Off: "
        "those set for all clients of the company count.",
    )
    customs_duty_limit = fields.Float(
        string="Duty limit",
        company_dependent=True,
        tracking=True,
        groups=CUSTOMS_READERS,
        help="Duties and taxes we have outstanding for the client at most. Zero: no "
        "limit.",
    )
    customs_service_limit = fields.Float(
        string="Service credit limit",
        company_dependent=True,
        tracking=True,
        groups=CUSTOMS_READERS,
        help="Open and unbilled services at most; duties do not count. Zero: no limit.",
    )
    customs_limit_currency_id = fields.Many2one(
        comodel_name="res.currency",
        string="Currency of customs limits",
        compute="_compute_customs_limit_currency_id",
    )
    customs_duty_limit_applied = fields.Monetary(
        string="Duty limit in force",
        currency_field="customs_limit_currency_id",
        compute="_compute_customs_exposure",
        groups=CUSTOMS_READERS,
        help="The client's own limit, else that of the company, without overrides.",
    )
    customs_duty_exposure = fields.Monetary(
        string="Duty exposure",
        currency_field="customs_limit_currency_id",
        compute="_compute_customs_exposure",
        groups=CUSTOMS_READERS,
        help="Outlays not billed, billed and unpaid, or still to be debited, less the "
        "deposits that cover them.",
    )
    customs_duty_headroom = fields.Monetary(
        string="Duty headroom",
        currency_field="customs_limit_currency_id",
        compute="_compute_customs_exposure",
        groups=CUSTOMS_READERS,
        help="What is left of the limit, with the overrides in force.",
    )
    customs_duty_state = fields.Selection(
        selection=LIMIT_STATES,
        string="Duty limit is",
        compute="_compute_customs_exposure",
        groups=CUSTOMS_READERS,
    )
    customs_service_limit_applied = fields.Monetary(
        string="Service limit in force",
        currency_field="customs_limit_currency_id",
        compute="_compute_customs_exposure",
        groups=CUSTOMS_READERS,
    )
    customs_service_exposure = fields.Monetary(
        string="Service exposure",
        currency_field="customs_limit_currency_id",
        compute="_compute_customs_exposure",
        groups=CUSTOMS_READERS,
        help="Services on open invoices with their tax, and services not billed yet.",
    )
    customs_service_headroom = fields.Monetary(
        string="Service headroom",
        currency_field="customs_limit_currency_id",
        compute="_compute_customs_exposure",
        groups=CUSTOMS_READERS,
    )
    customs_service_state = fields.Selection(
        selection=LIMIT_STATES,
        string="Service limit is",
        compute="_compute_customs_exposure",
        groups=CUSTOMS_READERS,
    )
    customs_override_count = fields.Integer(
        string="Overrides in force",
        compute="_compute_customs_override_count",
        groups=CUSTOMS_READERS,
    )

    @api.model
    def _commercial_fields(self):
        return super()._commercial_fields() + [
            "customs_own_limits",
            "customs_duty_limit",
            "customs_service_limit",
        ]

    @api.depends_context("company")
    def _compute_customs_limit_currency_id(self):
        self.customs_limit_currency_id = self.env.company.currency_id

    @api.depends("customs_own_limits", "customs_duty_limit", "customs_service_limit")
    @api.depends_context("company", "tz")
    def _compute_customs_exposure(self):
        """Of any number of contacts in one query; subsidiaries show their group's."""
        exposures = self.env["customs.exposure"]._query_clients(
            self._origin.commercial_partner_id, self.env.company
        )
        for partner in self:
            found = exposures.get(partner._origin.commercial_partner_id, {})
            for name, source in SHOWN.items():
                partner[name] = found.get(source, False)
            partner.customs_duty_limit_applied = found.get("duty_limit", 0.0)
            partner.customs_service_limit_applied = found.get("service_limit", 0.0)

    @api.depends_context("company")
    def _compute_customs_override_count(self):
        today = fields.Date.context_today(self)
        groups = self.env["customs.limit.override"]._read_group(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
                ("date_from", "<=", today),
                ("date_to", ">=", today),
                ("date_revoked", "=", False),
            ],
            ["partner_id"],
            ["__count"],
        )
        counts = dict(groups)
        for partner in self:
            partner.customs_override_count = counts.get(
                partner.commercial_partner_id, 0
            )

    @api.constrains("customs_duty_limit", "customs_service_limit")
    def _check_customs_limits(self):
        for partner in self:
            if min(partner.customs_duty_limit, partner.customs_service_limit) < 0:
                raise UserError(
                    self.env._(
                        "%(name)s: a limit cannot be negative. Zero means there is "
                        "none.",
                        name=partner.display_name,
                    )
                )

    # === ACTIONS === #

    def action_view_customs_exposure(self):
        """Open the files that the exposure of the client comes from."""
        self.ensure_one()
        client, company = self.commercial_partner_id, self.env.company
        exposures = self.env["customs.exposure"].search(
            [("partner_id", "=", client.id), ("company_id", "=", company.id)]
        )
        if exposures:
            return exposures.action_view_files()
        return self.action_view_customs_declarations()

    def action_view_customs_overrides(self):
        """Open the overrides of the client's limits."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_limit_override_action"
        )
        client = self.commercial_partner_id
        action["domain"] = [("partner_id", "=", client.id)]
        action["context"] = {"default_partner_id": client.id}
        return action
