from odoo import api, fields, models
from odoo.tools import SQL


class CustomsDeclaration(models.Model):
    """What lists of files to bill show: how much, since when, when it is due."""

    _name = "customs.declaration"
    _inherit = ["customs.declaration", "customs.summed.mixin"]

    _SUMMED = (
        "amount_to_bill",
        "amount_outlay_to_bill",
        "amount_service_to_bill",
        "amount_charged",
        "amount_billed",
        "control_balance",
    )

    amount_outlay_to_bill = fields.Monetary(
        string="Outlays to bill",
        compute="_compute_to_bill_by_nature",
        help="Open outlays, at cost.",
    )
    amount_service_to_bill = fields.Monetary(
        string="Services to bill",
        compute="_compute_to_bill_by_nature",
        help="Open own services, before tax.",
    )
    billing_profile_id = fields.Many2one(
        comodel_name="customs.billing.profile",
        string="Billing profile",
        compute="_compute_billing_due",
        help="How the client is billed: its own profile, else that of the company.",
    )
    billing_due_date = fields.Date(
        string="Due for billing",
        compute="_compute_billing_due",
        help="The next day on which the billing profile bills.",
    )
    unbilled_since = fields.Date(
        compute="_compute_unbilled_since",
        help="Day of the oldest outlay that is open for the client; without one, the "
        "day of registration.",
    )
    days_unbilled = fields.Integer(
        string="Days unbilled",
        compute="_compute_unbilled_since",
        aggregator=None,
        help="Days since the oldest open outlay was booked, or since registration.",
    )

    @api.depends("charge_ids.amount_to_bill", "charge_ids.nature")
    def _compute_to_bill_by_nature(self):
        self.charge_ids.mapped("amount_to_bill")  # of all files in one query
        for record in self:
            services = record.charge_ids.filtered(lambda c: c.nature == "service")
            currency = record.currency_id or self.env.company.currency_id
            total = sum(services.mapped("amount_to_bill"))
            record.amount_service_to_bill = currency.round(total)
            record.amount_outlay_to_bill = currency.round(record.amount_to_bill - total)

    @api.depends("client_id", "company_id")
    def _compute_billing_due(self):
        today = fields.Date.context_today(self)
        for record in self:
            # sudo: its name is no secret to whoever reads the file
            profile = record._get_billing_profile().sudo()
            record.billing_profile_id = profile
            record.billing_due_date = profile and profile._get_next_date(today)

    @api.depends("charge_ids.amount_to_bill", "registration_date")
    def _compute_unbilled_since(self):
        today = fields.Date.context_today(self)
        waiting = self.charge_ids.filtered(
            lambda charge: not charge.currency_id.is_zero(charge.amount_to_bill)
        )
        booked = waiting._get_booking_dates()
        for record in self:
            charges = record.charge_ids & waiting
            days = [booked[charge] for charge in charges if charge in booked]
            since = min(days, default=record.registration_date) if charges else False
            record.unbilled_since = since
            record.days_unbilled = max((today - since).days, 0) if since else 0

    # === GROUPS OF LISTS === #

    def fields_get(self, allfields=None, attributes=None):
        """Describing a field must not ask what stops every file."""
        described = self.with_context(customs_described=True)
        return super(CustomsDeclaration, described).fields_get(allfields, attributes)

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Let lists group files by what stops them first."""
        if groupby_spec != "billing_reason":
            return super()._read_group_groupby(alias, groupby_spec, query)
        if self.env.context.get("customs_described"):
            return SQL("NULL")
        found = [
            (record.id, record.billing_reason)
            for record in self._search_billing_candidates()
            if record.billing_reason
        ]
        rows = query.make_alias(alias, groupby_spec)
        query.add_join(
            "LEFT JOIN",
            rows,
            SQL(
                "(SELECT * FROM unnest(%s::int[], %s::text[]) AS found (id, code))",
                [record_id for record_id, _code in found],
                [code for _id, code in found],
            ),
            SQL("%s = %s", SQL.identifier(alias, "id"), SQL.identifier(rows, "id")),
        )
        return SQL.identifier(rows, "code")
