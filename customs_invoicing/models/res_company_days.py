from datetime import datetime, time, timedelta

from odoo import fields, models

#: Days without work where a company has no working hours
WEEKEND = (5, 6)


class ResCompany(models.Model):
    """Days on which a company does not work, for periods in working days."""

    _inherit = "res.company"

    def _get_days_off(self, first, last):
        """Return the days without work between two days, both included.

        They come from the company's working hours: days of the week without hours, and
        public holidays entered as time off of everybody.
        """
        self.ensure_one()
        calendar = self.sudo().resource_calendar_id  # sudo: when we are closed
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        # the calendar has a time zone of its own: a day more at each end
        start, stop = first - timedelta(days=1), last + timedelta(days=1)
        unusual = calendar._get_unusual_days(
            datetime.combine(start, time.min), datetime.combine(stop, time.max), self
        )
        is_fixed = calendar and not calendar.flexible_hours
        return {
            day
            for day in days
            if unusual.get(fields.Date.to_string(day))
            or (not is_fixed and day.weekday() in WEEKEND)
        }
