from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine.disbursement import covers

#: Days ahead within which a power of attorney counts as expiring
EXPIRY_DAYS = 30

STATES = [
    ("future", "Not yet valid"),
    ("valid", "Valid"),
    ("expiring", "Expires soon"),
    ("expired", "Expired"),
    ("revoked", "Revoked"),
]


class CustomsMandate(models.Model):
    """A power of attorney: a client lets us act for it at customs.

    It covers the files registered while it is valid; what happens later to it changes
    nothing for them.
    """

    _name = "customs.mandate"
    _description = "Customs Power of Attorney"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _rec_names_search = ["name", "partner_id.name"]
    _check_company_auto = True

    name = fields.Char(
        string="Reference",
        required=True,
        tracking=True,
        help="Number of the document, or how it is filed.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Who signed it. It covers all contacts of the company.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="To whom it was given.",
    )
    kind = fields.Selection(
        selection=[
            ("direct", "Direct representation"),
            ("indirect", "Indirect representation"),
            ("both", "Direct and indirect"),
        ],
        required=True,
        default="direct",
        tracking=True,
        help="Direct: we act in the client's name, who owes the duties. Indirect: in "
        "our own name for its account, and owe them with it.",
    )
    tariff_id = fields.Many2one(
        comodel_name="customs.tariff",
        string="Territory",
        ondelete="restrict",
        tracking=True,
        help="Empty: everywhere.",
    )
    office_ids = fields.Many2many(
        comodel_name="customs.office",
        string="Offices",
        help="Empty: at every office.",
    )
    date_from = fields.Date(
        string="Valid from",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
    )
    date_to = fields.Date(
        string="Valid to", tracking=True, help="Last day. Empty: until it is revoked."
    )
    date_revoked = fields.Date(
        string="Revoked on",
        copy=False,
        tracking=True,
        help="First day on which it is valid no more.",
    )
    attachment_ids = fields.Many2many(
        comodel_name="ir.attachment",
        string="Scan",
        bypass_search_access=True,
        copy=False,
    )
    note = fields.Text()
    active = fields.Boolean(default=True)
    state = fields.Selection(
        selection=STATES, compute="_compute_state", search="_search_state"
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_from <= date_to)",
        "A power of attorney must start before it ends.",
    )

    # === COMPUTE METHODS === #

    @api.depends("date_from", "date_to", "date_revoked")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        soon = today + timedelta(days=EXPIRY_DAYS)
        for mandate in self:
            revoked, last = mandate.date_revoked, mandate.date_to
            if revoked and revoked <= today:
                mandate.state = "revoked"
            elif last and last < today:
                mandate.state = "expired"
            elif mandate.date_from and mandate.date_from > today:
                mandate.state = "future"
            elif min(filter(None, (revoked, last)), default=soon) < soon:
                mandate.state = "expiring"
            else:
                mandate.state = "valid"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(self._get_state_domain(state) for state in value)

    @api.model
    def _get_state_domain(self, state):
        """Return the domain of a state, as :meth:`_compute_state` has it."""
        today = fields.Date.context_today(self)
        soon = today + timedelta(days=EXPIRY_DAYS)
        revoked = Domain("date_revoked", "<=", today)
        expired = Domain("date_to", "<", today) & ~revoked
        future = Domain("date_from", ">", today) & ~expired & ~revoked
        expiring = Domain("date_revoked", "<", soon) | Domain("date_to", "<", soon)
        current = ~revoked & ~expired & ~future
        return {
            "revoked": revoked,
            "expired": expired,
            "future": future,
            "expiring": current & expiring,
            "valid": current & ~expiring,
        }.get(state, Domain.FALSE)

    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        for mandate in self:
            parts = (mandate.name, mandate.partner_id.name)
            mandate.display_name = ", ".join(filter(None, parts))

    # === CONSTRAINTS === #

    @api.constrains("date_from", "date_revoked")
    def _check_revoked_later(self):
        for mandate in self:
            if mandate.date_revoked and mandate.date_revoked < mandate.date_from:
                raise ValidationError(
                    self.env._(
                        "%(mandate)s cannot be revoked before it became valid.",
                        mandate=mandate.display_name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        mandates = super().create(vals_list)
        mandates._refresh_charges(mandates.partner_id, mandates.company_id)
        return mandates

    def write(self, vals):
        clients, companies = self.partner_id, self.company_id
        result = super().write(vals)
        self._refresh_charges(clients | self.partner_id, companies | self.company_id)
        return result

    def unlink(self):
        clients, companies = self.partner_id, self.company_id
        result = super().unlink()
        self._refresh_charges(clients, companies)
        return result

    def _refresh_charges(self, clients, companies):
        """Decide anew what is not billed yet, where a mandate is asked for."""
        asking = companies.filtered("customs_require_mandate")
        if asking and clients:
            self.env["customs.charge"]._refresh_nature(asking, clients)

    # === FINDING === #

    @api.model
    def _get_for_files(self, declarations):
        """Return ``{declaration: its power of attorney, empty when there is none}``.

        One that is for the capacity of the file goes before others; the queries do
        not grow with the files.
        """
        clients = declarations.client_id.commercial_partner_id
        # active or not: what is archived was valid on its days
        found = self.with_context(active_test=False).search(
            [
                ("partner_id", "child_of", clients.ids),
                ("company_id", "in", declarations.company_id.ids),
            ],
            order="date_from desc, id desc",
        )
        by_client = found.grouped(
            lambda mandate: (
                mandate.company_id,
                mandate.partner_id.commercial_partner_id,
            )
        )
        result = {}
        for declaration in declarations:
            key = declaration.company_id, declaration.client_id.commercial_partner_id
            valid = by_client.get(key, self.browse()).filtered(
                lambda mandate, file=declaration: mandate._covers_file(file)
            )
            fitting = valid.filtered(
                lambda mandate, file=declaration: covers(mandate.kind, file.capacity)
            )
            result[declaration] = (fitting or valid)[:1]
        return result

    def _covers_file(self, declaration):
        """Whether it was valid at the place and on the day of a file."""
        self.ensure_one()
        day = declaration._get_mandate_day()
        return (
            self.date_from <= day
            and (not self.date_to or day <= self.date_to)
            and (not self.date_revoked or day < self.date_revoked)
            and self.tariff_id <= declaration.tariff_id
            and (not self.office_ids or declaration.office_id in self.office_ids)
        )

    # === ACTIONS === #

    def action_revoke(self):
        """Let them end today."""
        self.date_revoked = fields.Date.context_today(self)
        return True

    def action_reinstate(self):
        """Take a revocation back."""
        self.date_revoked = False
        return True
