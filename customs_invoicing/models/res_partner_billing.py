from odoo import api, fields, models


class ResPartner(models.Model):
    """How a client is billed for its files."""

    _inherit = "res.partner"

    customs_billing_profile_id = fields.Many2one(
        comodel_name="customs.billing.profile",
        string="Billing profile",
        company_dependent=True,
        check_company=True,
        help="When the files of this client are billed, what goes on one invoice and "
        "who pays what. Empty: the profile of the company, else one invoice per file.",
    )

    @api.model
    def _commercial_fields(self):
        return super()._commercial_fields() + ["customs_billing_profile_id"]

    def write(self, vals):
        result = super().write(vals)
        if "customs_billing_profile_id" in vals:
            self.env["customs.charge"]._refresh_bill_to(self)
        return result
