from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

LEVEL_NAMES = [
    ("client", "Client"),
    ("group", "Group of clients"),
    ("branch", "Branch"),
    ("general", "General"),
]

VALIDITY_DATES = [
    ("registration", "Registration of the declaration"),
    ("arrival", "Arrival of the goods"),
    ("release", "Release of the goods"),
    ("invoice", "Invoice"),
]

#: What may still change on a card that charges were rated by
CHANGEABLE_WHEN_USED = {"name", "state", "date_to", "note"}


class CustomsFeeTariff(models.Model):
    """A rate card: what services cost a client, or what a vendor will charge us."""

    _name = "customs.fee.tariff"
    _description = "Customs Rate Card"
    _inherit = ["mail.thread", "customs.validity.mixin"]
    _order = "name, version desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("active", "Active"), ("archived", "Archived")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        help="Only active cards price anything.",
    )
    level = fields.Selection(
        selection=LEVEL_NAMES,
        required=True,
        default="general",
        tracking=True,
        help="Whose prices these are. A client's own card goes before that of its "
        "group, that before the branch's, that before the general one, charge by "
        "charge.",
    )
    client_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_scope",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        tracking=True,
        check_company=True,
        help="The card serves all contacts of this client.",
    )
    group_id = fields.Many2one(
        comodel_name="res.partner.category",
        compute="_compute_scope",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        tracking=True,
        ondelete="restrict",
        help="Clients with this tag, or with a tag below it.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="The card serves the files of this company and of its branches.",
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Of all prices on the card. What it is billed in is another matter.",
    )
    side = fields.Selection(
        selection=[
            ("sale", "Our services"),
            ("vendor", "Expected charges of a vendor"),
        ],
        string="Prices of",
        required=True,
        default="sale",
        help="What a vendor will charge is expected by its card, and its bills are "
        "checked against it.",
    )
    vendor_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_vendor_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    date_from = fields.Date(
        required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date(tracking=True)
    validity_date = fields.Selection(
        selection=VALIDITY_DATES,
        string="Valid by the day of",
        required=True,
        default="registration",
        help="The day of the file that has to lie within the validity. Where it is "
        "not known yet, the day of registration counts, else today.",
    )
    document_minimum = fields.Monetary(
        string="Minimum of a file",
        help="Where all services of a file together come to less, the difference is "
        "added. Nothing is added to a file without services.",
    )
    document_minimum_code_id = fields.Many2one(
        comodel_name="customs.charge.code",
        string="Difference billed as",
        ondelete="restrict",
        default=lambda self: self.env.ref(
            "customs_invoicing.charge_code_minimum_charge", raise_if_not_found=False
        ),
        domain=[("kind", "=", "service")],
    )
    note = fields.Text(string="Terms", help="What was agreed, for colleagues.")
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    first_id = fields.Many2one(
        comodel_name="customs.fee.tariff",
        string="First version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    rule_ids = fields.One2many(
        comodel_name="customs.fee.rule",
        inverse_name="tariff_id",
        string="Prices",
        domain=[("parent_id", "=", False)],
        copy=True,
    )
    rule_count = fields.Integer(compute="_compute_counts", string="Price count")
    charge_count = fields.Integer(compute="_compute_counts", string="Charge count")
    version_count = fields.Integer(compute="_compute_counts", string="Version count")
    is_used = fields.Boolean(
        string="In use",
        compute="_compute_counts",
        help="Charges were rated by it: its prices no longer change. Make a new "
        "version instead.",
    )

    _minimum_positive = models.Constraint(
        "CHECK(document_minimum >= 0)", "The minimum of a file cannot be negative."
    )

    # === COMPUTE METHODS === #

    @api.depends("level")
    def _compute_scope(self):
        for record in self:
            record.client_id = record.client_id if record.level == "client" else False
            record.group_id = record.group_id if record.level == "group" else False

    @api.depends("side")
    def _compute_vendor_id(self):
        for record in self:
            record.vendor_id = record.vendor_id if record.side == "vendor" else False

    @api.depends("name", "version")
    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._(
                "%(name)s, version %(version)s",
                name=record.name or self.env._("New rate card"),
                version=record.version,
            )

    @api.depends("rule_ids", "first_id")
    def _compute_counts(self):
        used = self._get_charge_counts()
        firsts = self._origin.first_id | self._origin
        family = self._read_group(
            [("first_id", "in", firsts.ids)], ["first_id"], ["__count"]
        )
        versions = {first.id: count + 1 for first, count in family}
        for record in self:
            first = record.first_id or record._origin
            record.rule_count = len(record.rule_ids)
            record.charge_count = used.get(record._origin.id, 0)
            record.is_used = bool(record.charge_count)
            record.version_count = versions.get(first.id, 1)

    def _get_charge_counts(self):
        """Return ``{card id: charges priced or expected by it}``."""
        counts = {}
        # sudo: charges of any company keep a card as it is
        charges = self.env["customs.charge"].sudo()
        for name in ("fee_tariff_id", "vendor_rule_id.tariff_id"):
            key = name.split(".")[0]
            for holder, count in charges._read_group(
                [(name, "in", self._origin.ids)], [key], ["__count"]
            ):
                card = holder if key == name else holder.tariff_id
                counts[card.id] = counts.get(card.id, 0) + count
        return counts

    # === CONSTRAINTS === #

    @api.constrains("level", "client_id", "group_id", "company_id")
    def _check_level(self):
        for record in self:
            missing = {
                "client": not record.client_id
                and self.env._("%(card)s: choose the client it is for."),
                "group": not record.group_id
                and self.env._("%(card)s: choose the group of clients it is for."),
                "branch": not record.company_id.parent_id
                and self.env._(
                    "%(card)s is for a branch, and its company is none. Choose a "
                    "branch as company, or make it a general card."
                ),
            }.get(record.level)
            if missing:
                raise ValidationError(missing % {"card": record.name})

    @api.constrains("side", "vendor_id")
    def _check_vendor(self):
        for record in self:
            if record.side == "vendor" and not record.vendor_id:
                raise ValidationError(
                    self.env._(
                        "%(card)s: choose the vendor whose charges it has.",
                        card=record.name,
                    )
                )

    @api.constrains("document_minimum", "document_minimum_code_id")
    def _check_document_minimum(self):
        for record in self:
            if record.document_minimum and not record.document_minimum_code_id:
                raise ValidationError(
                    self.env._(
                        "%(card)s: say as which charge the difference to the minimum "
                        "of a file is billed.",
                        card=record.name,
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        if set(vals) - CHANGEABLE_WHEN_USED - {"rule_ids"}:
            self._check_changeable(vals)
        return super().write(vals)

    def _check_changeable(self, vals=None):
        """Refuse to change cards that charges were rated by.

        :param vals: what is written; figures that stay the same are no change
        """
        used = self._get_charge_counts()
        for record in self:
            if record.id not in used or (
                vals is not None and not record._get_frozen(vals)
            ):
                continue
            raise UserError(
                self.env._(
                    "%(count)s charges were rated by %(card)s, so its prices stay as "
                    "they are. Make a new version and change that.",
                    count=used[record.id],
                    card=record.display_name,
                )
            )

    def _get_frozen(self, vals):
        """Return the names of what would change and must not."""
        self.ensure_one()
        names = set(vals) - CHANGEABLE_WHEN_USED - {"rule_ids"}
        return {
            name
            for name in names
            if name in self._fields
            and not name.startswith(("message_", "activity_"))
            and self._fields[name].convert_to_cache(vals[name], self)
            != self._fields[name].convert_to_cache(self[name], self)
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_changeable()

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=card.name)}
            if "name" not in (default or {})
            else vals
            for card, vals in zip(self, super().copy_data(default), strict=True)
        ]
