import datetime
import operator as operators

from odoo import api, fields, models
from odoo.exceptions import UserError

CLOCK_ACTIVITY = "customs_invoicing.activity_type_client_money"

#: Days before a clock runs out in which it is shown, and its officer reminded
SOON_DAYS = 7

#: Comparisons of dates that a search may ask for
COMPARISONS = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
    "in": lambda date, dates: date in dates,
}


class CustomsFundsRequest(models.Model):
    """How long a client's money may be held, and what is due by when."""

    _inherit = "customs.funds.request"

    days_held = fields.Integer(
        string="Days held",
        compute="_compute_clock",
        help="Since the first receipt, while anything is left of it.",
    )
    clock_id = fields.Many2one(
        comodel_name="customs.funds.clock",
        string="Rule",
        compute="_compute_clock",
        help="The rule of our country that runs out first.",
    )
    date_clock = fields.Date(
        string="Clock runs out on",
        compute="_compute_clock",
        search="_search_date_clock",
        help="Until then the money is used or returned, or the client has a statement "
        "of it. Where no law says so: the days set for the company.",
    )
    clock_state = fields.Selection(
        selection=[("running", "Running"), ("soon", "Soon"), ("late", "Late")],
        string="Clock state",
        compute="_compute_clock",
    )
    date_statement = fields.Date(
        string="Statement given on",
        copy=False,
        readonly=True,
        tracking=True,
        help="The client was told in writing what we hold.",
    )

    @api.depends("amount_left", "date_first_received", "date_statement")
    def _compute_clock(self):
        # sudo: reference data
        clocks = self.env["customs.funds.clock"].sudo()
        clocks = clocks._get_for_companies(self.company_id)
        debts = self.declaration_id._find_authority_due_dates()
        days_off = self._get_clock_days_off(clocks)
        today = fields.Date.context_today(self)
        for record in self:
            first = record.date_first_received
            is_held = first and record.amount_left > 0
            due, clock = False, clocks[record.company_id][:0]
            if is_held:
                owed = debts.get(record.declaration_id)
                company = record.company_id
                due, clock = record._get_clock(clocks[company], owed, days_off[company])
            record.days_held = (today - first).days if is_held else 0
            record.clock_id = clock
            record.date_clock = due
            record.clock_state = record._get_clock_state(due, today)

    def _get_clock_days_off(self, clocks):
        """Return ``{company: days without work}`` that clocks of these requests meet.

        :param clocks: ``{company: clocks}``
        """
        found = {}
        for company, requests in self.grouped("company_id").items():
            firsts = list(filter(None, requests.mapped("date_first_received")))
            working = clocks[company].filtered(lambda c: c.day_basis == "working")
            found[company] = set()
            if firsts and working:
                # a working day in three at least, and a month of holidays
                most = 31 + 3 * max(working.mapped("days"))
                last = fields.Date.add(max(firsts), days=most)
                found[company] = company._get_days_off(min(firsts), last)
        return found

    def _get_clock(self, clocks, owed, days_off):
        """Return the day on which the first clock of held money runs out, and it.

        :param owed: day on which the authority is to be paid, none when nothing is owed
        :param days_off: days without work
        """
        self.ensure_one()
        company, first = self.company_id, self.date_first_received
        ends = [
            (end, clock)
            for clock in clocks
            if clock.obligation != "statement" or not self.date_statement
            if (end := clock._get_end(first, owed, days_off))
        ]
        if ends:
            return min(ends, key=lambda pair: (pair[0], pair[1].id))
        return fields.Date.add(first, days=company.customs_deposit_days), clocks[:0]

    def _get_clock_state(self, due, today):
        if not due:
            return False
        if due < today:
            return "late"
        return "soon" if (due - today).days <= SOON_DAYS else "running"

    @api.model
    def _search_date_clock(self, operator, value):
        compare = COMPARISONS.get(operator)
        if not compare:
            return NotImplemented
        if isinstance(value, str):
            value = fields.Date.to_date(value)
        elif operator == "in":
            value = [fields.Date.to_date(day) for day in value if day]
        held = self.browse(self._find_held()).filtered("date_clock")
        found = held.filtered(lambda record: compare(record.date_clock, value))
        return [("id", "in", found.ids)]

    # === ACTIONS === #

    def action_record_statement(self):
        """Note that the clients were told in writing what is held."""
        for record in self:
            if not record.amount_left > 0:
                raise UserError(
                    self.env._("%(name)s: no money is held.", name=record.name)
                )
        self.date_statement = fields.Date.context_today(self)
        return True

    # === REMINDERS === #

    @api.model
    def _cron_remind_clocks(self):
        """Remind officers of money whose clock runs out soon; done again, no more.

        Reminders of money that is used or returned by now are done.
        """
        # sudo: of all companies, as the scheduler runs
        requests = self.sudo()
        companies = [row[0].id for row in requests._read_group([], ["company_id"])]
        requests = requests.with_context(allowed_company_ids=companies)
        limit = fields.Date.context_today(self) + datetime.timedelta(days=SOON_DAYS)
        due = requests.search([("date_clock", "<=", limit)])
        reminded = requests.search(
            [("activity_ids.activity_type_id", "=", self.env.ref(CLOCK_ACTIVITY).id)]
        )
        (reminded - due).activity_feedback([CLOCK_ACTIVITY])
        for record in due - reminded:
            record.activity_schedule(
                CLOCK_ACTIVITY,
                record.date_clock,
                summary=record.clock_id.name,
                note=record._describe_clock(),
                user_id=record.user_id.id or self.env.uid,
            )

    def _describe_clock(self):
        """Return what is due, in a sentence."""
        self.ensure_one()
        text = self.env._(
            "%(amount)s of %(client)s is held for %(days)s days.",
            amount=self.held_currency_id.format(self.amount_left),
            client=self.client_id.display_name,
            days=self.days_held,
        )
        clock = self.clock_id
        more = [clock.consequence, clock.source] if clock else []
        return " ".join([text, *(part for part in more if part)])
