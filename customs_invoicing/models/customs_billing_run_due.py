from odoo import api, fields, models

#: Days that are made up for at most, when nobody billed
DAYS_MADE_UP = 31


class CustomsBillingRun(models.Model):
    """Runs that nobody has to start: what billing profiles have due."""

    _inherit = "customs.billing.run"

    @api.model
    def _cron_create_due(self):
        """Start a run in each company that bills automatically."""
        today = fields.Date.context_today(self)
        companies = self.env["res.company"].search(
            [("customs_auto_billing", "=", True)]
        )
        for company in companies:
            self.with_company(company)._start_due(company, today)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _start_due(self, company, today):
        """Start a run of what is due since the last one; return it, if there is any.

        Running it twice on a day finds nothing new.
        """
        days = self._get_days_since(company, today)
        company.customs_auto_billing_date = today
        files = self._search_ready(company)._filter_billing_due(days)
        if not files:
            return self.browse()
        return self._start_with(files, what="due", finish="profile")

    @api.model
    def _get_days_since(self, company, today):
        """Return the days from the one after the last automatic run to today."""
        last = company.customs_auto_billing_date
        if not last or last >= today:
            return [today]
        count = min((today - last).days, DAYS_MADE_UP)
        return [fields.Date.subtract(today, days=back) for back in range(count)]
