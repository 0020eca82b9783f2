from odoo import api, fields, models

from .customs_charge_amounts import CLIENT_MOVE_TYPES

#: First and last day of each column of the ageing
BUCKETS = {
    "amount_unbilled_0": (0, 30),
    "amount_unbilled_31": (31, 60),
    "amount_unbilled_61": (61, 90),
    "amount_unbilled_91": (91, None),
}


class CustomsCharge(models.Model):
    """How long outlays wait to be billed."""

    _name = "customs.charge"
    _inherit = ["customs.charge", "customs.summed.mixin"]

    _SUMMED = (
        "amount_charged",
        "amount_billed",
        "amount_in_draft",
        "amount_to_bill",
        "control_balance",
        *BUCKETS,
    )

    unbilled_since = fields.Date(
        compute="_compute_ageing", help="Day on which the oldest of it was booked."
    )
    days_unbilled = fields.Integer(
        string="Days unbilled", compute="_compute_ageing", aggregator=None
    )
    amount_unbilled_0 = fields.Monetary(
        string="Up to 30 days", compute="_compute_ageing"
    )
    amount_unbilled_31 = fields.Monetary(
        string="31 to 60 days", compute="_compute_ageing"
    )
    amount_unbilled_61 = fields.Monetary(
        string="61 to 90 days", compute="_compute_ageing"
    )
    amount_unbilled_91 = fields.Monetary(
        string="Over 90 days", compute="_compute_ageing"
    )

    @api.depends("amount_to_bill")
    def _compute_ageing(self):
        today = fields.Date.context_today(self)
        waiting = self.filtered(lambda c: not c.currency_id.is_zero(c.amount_to_bill))
        booked = waiting._get_booking_dates()
        for record in self:
            since = False
            if record in waiting:
                since = booked.get(record) or record.declaration_id.registration_date
            days = max((today - since).days, 0) if since else 0
            record.unbilled_since = since
            record.days_unbilled = days
            for name, (first, last) in BUCKETS.items():
                fits = days >= first and (last is None or days <= last)
                record[name] = record.amount_to_bill if fits else 0.0

    def _get_booking_dates(self):
        """Return ``{charge: day of the oldest posted item that charged it}``."""
        if not self._origin:
            return {}
        # sudo: the day is no secret to whoever reads the charge
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("customs_charge_id", "in", self._origin.ids),
                    ("parent_state", "=", "posted"),
                    ("move_id.move_type", "not in", CLIENT_MOVE_TYPES),
                ],
                ["customs_charge_id"],
                ["date:min"],
            )
        )
        return {self.browse(charge.id): day for charge, day in groups}
