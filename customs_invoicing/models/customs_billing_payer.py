from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Charges of the authority: the taxes, and what it adds to them
AUTHORITY_KINDS = (
    "duty",
    "vat",
    "excise",
    "trade_defence",
    "fee",
    "penalty",
    "interest",
    "security",
)
#: What a line covers, the most specific first
SCOPES = [
    ("charge", "One charge"),
    ("duties", "Duties, taxes and fees of the authority"),
    ("outlays", "All outlays"),
    ("services", "Our services"),
]


class CustomsBillingPayer(models.Model):
    """Somebody other than the client who pays some of its charges."""

    _name = "customs.billing.payer"
    _description = "Payer of a Customs Billing Profile"
    _check_company_auto = True
    _order = "profile_id, sequence, id"

    profile_id = fields.Many2one(
        comodel_name="customs.billing.profile",
        required=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="profile_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    scope = fields.Selection(
        selection=SCOPES,
        string="What",
        default="duties",
        required=True,
        help="The most specific line counts: one charge before duties, duties before "
        "all outlays.",
    )
    charge_code_id = fields.Many2one(
        comodel_name="customs.charge.code",
        string="Charge",
        ondelete="cascade",
        help="The one charge this line is for.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Is billed to",
        required=True,
        ondelete="restrict",
        check_company=True,
        help="The group company, importer or other party that pays it.",
    )

    _scope_unique = models.UniqueIndex(
        "(profile_id, scope, COALESCE(charge_code_id, 0))",
        "Only one payer can be named for the same charges.",
    )

    @api.constrains("scope", "charge_code_id")
    def _check_charge_code(self):
        for record in self:
            if (record.scope == "charge") != bool(record.charge_code_id):
                raise ValidationError(
                    self.env._(
                        "%(profile)s: name the charge on lines for one charge, and on "
                        "no others.",
                        profile=record.profile_id.name,
                    )
                )

    @api.onchange("scope")
    def _onchange_scope(self):
        if self.scope != "charge":
            self.charge_code_id = False

    @api.depends("scope", "charge_code_id", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        scopes = {
            "duties": self.env._("Duties"),
            "outlays": self.env._("Outlays"),
            "services": self.env._("Services"),
        }
        for record in self:
            what = record.charge_code_id.name or scopes.get(record.scope, "")
            record.display_name = f"{what}: {record.partner_id.name or ''}"

    def _covers(self, code, tax):
        """Whether this line is about charges of a code, or of a tax."""
        self.ensure_one()
        if self.scope == "charge":
            return self.charge_code_id == code
        if self.scope == "services":
            return code.kind == "service"
        if self.scope == "duties":
            return bool(tax) or code.kind in AUTHORITY_KINDS
        return code.kind != "service"

    def _get_rank(self):
        """Return the place of this line: the most specific first."""
        self.ensure_one()
        return [scope for scope, _label in SCOPES].index(self.scope)

    # === CHARGES FOLLOW === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records.profile_id._refresh_payers()
        return records

    def write(self, vals):
        result = super().write(vals)
        self.profile_id._refresh_payers()
        return result

    def unlink(self):
        profiles = self.profile_id
        result = super().unlink()
        profiles.exists()._refresh_payers()
        return result
