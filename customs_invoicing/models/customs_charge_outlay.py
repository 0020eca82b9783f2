from odoo import api, fields, models


class CustomsCharge(models.Model):
    """Charges of third parties that we paid for a client."""

    _inherit = "customs.charge"

    in_client_name = fields.Boolean(
        string="In the client's name",
        readonly=True,
        copy=False,
        help="The receipt is made out to the client, so the outlay is passed on at "
        "cost without tax, whatever the capacity of the declaration.",
    )

    @api.depends("in_client_name")
    def _compute_nature(self):
        result = super()._compute_nature()
        for record in self:
            if record.in_client_name and record.nature == "recharge":
                record.nature = "disbursement"
        return result

    def _is_open_outlay(self):
        """Whether another receipt may join the charge: it was not billed in full."""
        self.ensure_one()
        currency = self.currency_id
        return currency.is_zero(self.amount_billed) or not currency.is_zero(
            self.amount_to_bill
        )
