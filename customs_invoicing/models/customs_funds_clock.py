from odoo import fields, models

from ..engine.rating_days import add_working_days


class CustomsFundsClock(models.Model):
    """How long the law of a country lets us hold the money of clients."""

    _name = "customs.funds.clock"
    _description = "Clock of Client Money"
    _order = "country_id, days, id"

    name = fields.Char(
        string="What is due", required=True, translate=True, help="In a few words."
    )
    country_id = fields.Many2one(
        comodel_name="res.country",
        help="Country of the company that holds the money. Empty: everywhere.",
    )
    obligation = fields.Selection(
        selection=[
            ("return", "Use the money or return it"),
            ("statement", "Give the client a written statement"),
            ("transmit", "Pay the authority with it"),
        ],
        required=True,
        default="return",
        help="A statement stops the clock, though money is left. The authority is to "
        "be paid by the day its debt is due; the days run for money that comes in "
        "later.",
    )
    days = fields.Integer(required=True, default=60, help="From the first receipt.")
    day_basis = fields.Selection(
        selection=[("calendar", "Calendar days"), ("working", "Working days")],
        string="Counted in",
        required=True,
        default="calendar",
        help="Working days follow the working hours of the company: weekends and the "
        "public holidays entered there do not count.",
    )
    consequence = fields.Char(
        string="Otherwise", translate=True, help="What happens when it is missed."
    )
    source = fields.Char(string="Legal source")
    active = fields.Boolean(default=True)

    _days_positive = models.Constraint(
        "CHECK(days > 0)", "A clock runs for one day at least."
    )

    def _get_end(self, first, due, days_off):
        """Return the day on which money received runs out of time, if it ever does.

        :param first: day of the first receipt
        :param due: day on which the authority is to be paid, none when nothing is owed
        :param days_off: days without work of the company that holds the money
        """
        self.ensure_one()
        if self.obligation == "transmit":
            if not due:
                return None
            if first <= due:
                return due
        if self.day_basis == "working":
            return add_working_days(first, self.days, days_off)
        return fields.Date.add(first, days=self.days)

    def _get_for_companies(self, companies):
        """Return ``{company: clocks}`` that bind companies, in one query."""
        countries = {
            company: company.account_fiscal_country_id or company.country_id
            for company in companies
        }
        everywhere = self.env["res.country"]
        wanted = [country.id for country in countries.values()]
        found = self.search([("country_id", "in", [False, *wanted])])
        return {
            company: found.filtered(
                lambda clock, own=country: clock.country_id in (everywhere, own)
            )
            for company, country in countries.items()
        }
