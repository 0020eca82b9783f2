from odoo import fields, models


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

    def _is_open_outlay(self):
        """Whether another receipt may join the charge: it was not billed in full."""
        self.ensure_one()
        currency = self.currency_id
        return currency.is_zero(self.amount_billed) or not currency.is_zero(
            self.amount_to_bill
        )
