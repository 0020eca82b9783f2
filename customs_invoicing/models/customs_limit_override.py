from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [("duty", "Duty limit"), ("service", "Service credit limit")]

#: What changes once an override is granted: it is taken back, once and for all
REVOCATION = {"date_revoked", "revoked_by_id"}


class CustomsLimitOverride(models.Model):
    """More than a client's limit, granted for a while and for a reason.

    It says who granted what and stays as it is: it ends by its date, or is taken back.
    """

    _name = "customs.limit.override"
    _description = "Override of a Client's Limit"
    _order = "date_to desc, id desc"
    _rec_names_search = ["partner_id.name", "declaration_id.name", "reason"]
    _check_company_auto = True

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('parent_id', '=', False)]",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=KINDS, string="Limit", required=True, default="duty"
    )
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        string="Only for the file",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('capacity', '!=', 'own'), '|', ('client_id', 'child_of', partner_id),"
        " ('charge_ids.bill_to_id', 'child_of', partner_id)]",
        help="Empty: for all files that the client is asked to pay.",
    )
    is_unlimited = fields.Boolean(
        string="Any amount", help="The limit does not count for the time being."
    )
    amount = fields.Monetary(
        string="More than the limit", help="Granted on top of the client's limit."
    )
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(
        string="Valid until",
        required=True,
        default=lambda self: fields.Date.add(
            fields.Date.context_today(self), days=self.env.company.customs_override_days
        ),
        help="Last day. It ends by itself.",
    )
    reason = fields.Char(
        required=True, help="Why we trust the client with more, and who asked for it."
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Granted by", required=True, readonly=True
    )
    date_revoked = fields.Date(string="Taken back on", readonly=True, copy=False)
    revoked_by_id = fields.Many2one(
        comodel_name="res.users", string="Taken back by", readonly=True, copy=False
    )
    state = fields.Selection(
        selection=[
            ("planned", "Not yet"),
            ("active", "In force"),
            ("expired", "Expired"),
            ("revoked", "Taken back"),
        ],
        compute="_compute_state",
    )

    _amount_positive = models.Constraint(
        "CHECK(is_unlimited OR amount > 0)",
        "Say how much more than the limit is granted, or any amount.",
    )
    _dates_in_order = models.Constraint(
        "CHECK(date_to >= date_from)", "The override ends before it starts."
    )

    @api.depends("date_from", "date_to", "date_revoked")
    @api.depends_context("tz")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for record in self:
            if record.date_revoked:
                record.state = "revoked"
            elif record.date_to and record.date_to < today:
                record.state = "expired"
            else:
                is_planned = record.date_from and record.date_from > today
                record.state = "planned" if is_planned else "active"

    @api.depends("partner_id", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            parts = (record.partner_id.name, kinds.get(record.kind))
            record.display_name = " · ".join(part for part in parts if part)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        partners, default = self.env["res.partner"], self.default_get(["partner_id"])
        asked = [{**default, **vals, "user_id": self.env.uid} for vals in vals_list]
        for vals in asked:
            client = partners.browse(vals.get("partner_id"))
            vals["partner_id"] = client.commercial_partner_id.id
        records = super().create(asked)
        records._check_granted()
        for record in records:
            record._log(record._describe_grant())
        return records

    def write(self, vals):
        self.check_access("write")
        is_revocation = (
            self.env.su
            and not set(vals) - REVOCATION
            and vals.get("date_revoked")
            and not any(self.mapped("date_revoked"))
        )
        if not is_revocation:
            raise UserError(
                self.env._(
                    "An override stays as it was granted, or taken back. Take it back "
                    "with its button and grant another."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("An override is kept as proof. Take it back instead.")
        )

    # === CHECKS === #

    def _check_granted(self):
        """Refuse what the user may not grant."""
        for record in self:
            record.company_id._check_customs_override_right()
            record._check_four_eyes()
            if record.date_to < fields.Date.context_today(record):
                raise UserError(
                    self.env._(
                        "The override would be over already: choose a later day."
                    )
                )
            file = record.declaration_id
            payers = file and file._get_payers() | file._get_duty_payers()
            if file and record.partner_id not in payers:
                raise UserError(
                    self.env._(
                        "%(file)s is no file of %(client)s.",
                        file=file.name,
                        client=record.partner_id.display_name,
                    )
                )

    def _check_four_eyes(self):
        self.ensure_one()
        if not self._serves(self.declaration_id):
            raise UserError(
                self.env._(
                    "%(file)s is your own file: somebody else has to override the "
                    "limit for it.",
                    file=self.declaration_id.name,
                )
            )

    def _serves(self, declaration):
        """Whether nobody helps a file of their own with it, where that matters."""
        self.ensure_one()
        return (
            not declaration
            or not self.company_id.customs_four_eyes
            or declaration.user_id != self.user_id
        )

    def _is_for(self, declaration):
        """Whether it counts for a file."""
        self.ensure_one()
        return (
            self.declaration_id in (declaration.browse(), declaration)
            and self.company_id == declaration.company_id
            and self._serves(declaration)
        )

    # === WHAT IS IN FORCE === #

    @api.model
    def _get_allowances(self, pairs, kind):
        """Return ``{(client, declaration): (extra amount, any amount)}``, one query.

        :param pairs: commercial partners with a file of theirs each
        """
        partners = self.env["res.partner"].union(*(partner for partner, _f in pairs))
        today = fields.Date.context_today(self)
        granted = self.search(
            [
                ("partner_id", "in", partners.ids),
                ("kind", "=", kind),
                ("date_from", "<=", today),
                ("date_to", ">=", today),
                ("date_revoked", "=", False),
            ]
        ).grouped("partner_id")
        found = {}
        for partner, declaration in pairs:
            serving = granted.get(partner, self).filtered(
                lambda record, file=declaration: record.declaration_id
                in (file[:0], file)
                and record.company_id == file.company_id
                and record._serves(file)
            )
            unlimited = any(serving.mapped("is_unlimited"))
            capped = serving.filtered(lambda record: not record.is_unlimited)
            found[partner, declaration] = (sum(capped.mapped("amount")), unlimited)
        return found

    # === ACTIONS === #

    def action_revoke(self):
        """Take overrides back before they end."""
        self.check_access("write")
        for record in self.filtered(
            lambda record: record.state in ("planned", "active")
        ):
            record.company_id._check_customs_override_right()
            # sudo: taken back here only, where it is logged
            record.sudo().write(
                {
                    "date_revoked": fields.Date.context_today(record),
                    "revoked_by_id": self.env.uid,
                }
            )
            record._log(
                self.env._(
                    "Override of the %(limit)s taken back.", limit=record._get_limit()
                )
            )
        return True

    def _get_limit(self):
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return kinds[self.kind].lower()

    def _describe_grant(self):
        self.ensure_one()
        values = {
            "limit": self._get_limit(),
            "amount": self.currency_id.format(self.amount),
            "until": self.date_to.isoformat(),
            "reason": self.reason,
        }
        if self.is_unlimited:
            return self.env._(
                "The %(limit)s is lifted until %(until)s: %(reason)s", **values
            )
        return self.env._(
            "%(amount)s more than the %(limit)s until %(until)s: %(reason)s", **values
        )

    def _log(self, text):
        """Write on the contact, and on the file it is for."""
        self.ensure_one()
        if self.declaration_id:
            self.declaration_id.message_post(body=text)
            text = self.env._(
                "%(text)s (only %(file)s)", text=text, file=self.declaration_id.name
            )
        self.partner_id.message_post(body=text)
