from odoo import fields, models


class ResCompany(models.Model):
    """How clients without a profile of their own are billed."""

    _inherit = "res.company"

    customs_billing_profile_id = fields.Many2one(
        comodel_name="customs.billing.profile",
        string="Billing profile",
        check_company=True,
        help="For clients that have none. Empty: one draft invoice per file.",
    )
    customs_rate_automatically = fields.Boolean(
        string="Rate services automatically",
        help="Services are priced by the rate cards when an assessment is posted and "
        "before a file is billed. Prices edited by hand stay.",
    )
    customs_difference_policy = fields.Selection(
        selection=[
            ("ignore", "Bill without a word"),
            ("warn", "Bill, with a warning"),
            ("block", "Do not bill before it is released"),
        ],
        string="When the assessment differs from our calculation",
        default="warn",
        required=True,
        help="Whether clients are billed what the authority assessed while it is not "
        "what we calculated.",
    )
    customs_auto_billing = fields.Boolean(
        string="Bill clients automatically",
        help="Every night a billing run bills what is due by the billing profiles of "
        "clients: per file daily, weekly and monthly on their day.",
    )
    customs_auto_billing_date = fields.Date(
        string="Billed automatically until",
        readonly=True,
        help="Days after it that nobody billed, because the server was down, are made "
        "up for.",
    )

    def _get_customs_billing_profile(self, client):
        """Return how a client is billed: its own profile, else the company's."""
        self.ensure_one()
        profile = client.with_company(self).customs_billing_profile_id
        return profile or self.customs_billing_profile_id

    def write(self, vals):
        result = super().write(vals)
        if "customs_billing_profile_id" in vals:
            self.env["customs.charge"]._refresh_bill_to(companies=self)
        return result
