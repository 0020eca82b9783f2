from odoo import fields, models


class ResCompany(models.Model):
    """Whether outlays need a power of attorney to be disbursements."""

    _inherit = "res.company"

    customs_require_mandate = fields.Boolean(
        string="Disbursements need a power of attorney",
        help="Without one on file that is valid on the day of the declaration, outlays "
        "are passed on as recharges with tax.",
    )

    def write(self, vals):
        changed = self.filtered(
            lambda company: (
                "customs_require_mandate" in vals
                and company.customs_require_mandate != vals["customs_require_mandate"]
            )
        )
        result = super().write(vals)
        if changed:
            self.env["customs.charge"]._refresh_nature(changed)
        return result
