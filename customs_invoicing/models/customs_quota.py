from odoo import api, fields, models

QUOTA_STATES = [
    ("open", "Open"),
    ("critical", "Critical"),
    ("exhausted", "Exhausted"),
    ("suspended", "Suspended"),
    ("blocked", "Blocked"),
]


class CustomsQuota(models.Model):
    """A tariff quota: goods at a lower rate up to a volume."""

    _name = "customs.quota"
    _description = "Tariff Quota"
    _inherit = ["customs.measure.owner.mixin"]
    _order = "tariff_id, order_number"
    _measure_field = "quota_id"
    _rec_name = "order_number"

    tariff_id = fields.Many2one(
        comodel_name="customs.tariff", required=True, index=True, ondelete="cascade"
    )
    order_number = fields.Char(
        string="Order number", required=True, help="Six digits, box 39: 090919."
    )
    name = fields.Char(help="What the quota is for.")
    active = fields.Boolean(default=True)
    administration = fields.Selection(
        selection=[("fcfs", "First come, first served"), ("licensed", "By licence")],
        required=True,
        default="fcfs",
    )
    country_ids = fields.Many2many(
        string="Origins", comodel_name="res.country", relation="customs_quota_country"
    )
    period_ids = fields.One2many(
        string="Periods",
        comodel_name="customs.quota.period",
        inverse_name="quota_id",
        copy=True,
    )
    measure_ids = fields.One2many(
        string="Measures", comodel_name="customs.measure", inverse_name="quota_id"
    )
    state = fields.Selection(
        selection=QUOTA_STATES,
        compute="_compute_state",
        help="State today. Balances are the authority's: enter what it answers.",
    )

    _order_number_unique = models.Constraint(
        "UNIQUE(tariff_id, order_number)",
        "A quota with this order number exists already.",
    )

    @api.depends("period_ids.state", "period_ids.date_from", "period_ids.date_to")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for quota in self:
            quota.state = quota._get_period(today).state

    def _get_period(self, day):
        """Return the period a day falls in, or none."""
        self.ensure_one()
        return self.period_ids.filtered(
            lambda p: p.date_from <= day and (not p.date_to or day <= p.date_to)
        )[:1]
