from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..engine.due_dates import DueRule, cycle_end, cycle_start, due_date


class CustomsPaymentAccount(models.Model):
    """When a deferment account is debited, and paying its statement."""

    _inherit = "customs.payment.account"

    statement_cycle = fields.Selection(
        selection=[
            ("daily", "Every day"),
            ("weekly", "Every week, Monday to Sunday"),
            ("half_monthly", "Twice a month, to the 15th and to the end"),
            ("monthly", "Every calendar month"),
            ("mid_month", "Every month, from the 16th to the 15th"),
        ],
        string="Statement",
        required=True,
        default="monthly",
    )
    due_rule = fields.Selection(
        selection=[
            ("month_day", "Day of the month after the statement"),
            ("month_workday", "Working day of the month after the statement"),
            ("days_charge", "Days after the assessment"),
            ("days_cycle", "Days after the statement"),
        ],
        string="Debited on",
        required=True,
        default="month_day",
        help="United Kingdom: day 15 of the month after. United States, periodic "
        "monthly statement: working day 15. Union deferment: day 16.",
    )
    due_number = fields.Integer(string="Day or days", default=15)
    due_weekend = fields.Selection(
        selection=[
            ("next", "On the next working day"),
            ("previous", "On the working day before"),
            ("keep", "On that day all the same"),
        ],
        string="On a weekend",
        required=True,
        default="next",
        help="Saturdays and Sundays only: public holidays are not taken into account.",
    )
    due_example = fields.Char(string="Example", compute="_compute_due_example")

    next_due_date = fields.Date(
        string="Next debit",
        compute="_compute_next_due",
        help="Earliest due date of what is posted and not paid.",
    )
    next_due_amount = fields.Monetary(
        string="Amount of the next debit", compute="_compute_next_due"
    )

    statement_ids = fields.One2many(
        comodel_name="customs.statement",
        inverse_name="payment_account_id",
        string="Statements",
    )
    statement_count = fields.Integer(
        string="Number of statements", compute="_compute_statement_count"
    )

    # === COMPUTE METHODS === #

    @api.depends("statement_ids")
    def _compute_statement_count(self):
        groups = self.env["customs.statement"]._read_group(
            [("payment_account_id", "in", self._origin.ids)],
            ["payment_account_id"],
            ["__count"],
        )
        counts = {account.id: count for account, count in groups}
        for record in self:
            record.statement_count = counts.get(record._origin.id, 0)

    @api.depends("kind", "statement_cycle", "due_rule", "due_number", "due_weekend")
    def _compute_due_example(self):
        today = fields.Date.context_today(self)
        for record in self:
            if record.kind != "deferment" or record._get_due_rule().problem():
                record.due_example = False
                continue
            record.due_example = self.env._(
                "What is charged today is debited on %(date)s.",
                date=format_date(self.env, record._get_due_date(today)),
            )

    @api.depends(
        "item_ids.amount_residual", "item_ids.date_maturity", "item_ids.parent_state"
    )
    def _compute_next_due(self):
        groups = self.env["account.move.line"]._read_group(
            self._get_open_items_domain(),
            ["customs_payment_account_id", "date_maturity:day"],
            ["amount_residual:sum"],
            order="date_maturity:day",
        )
        by_account = {}
        for account, day, residual in groups:
            if day:
                by_account.setdefault(account.id, (day, -residual))
        for record in self:
            day, amount = by_account.get(record._origin.id, (False, 0.0))
            record.next_due_date, record.next_due_amount = day, amount

    # === CONSTRAINTS === #

    @api.constrains("due_rule", "due_number")
    def _check_due_number(self):
        for record in self:
            if record._get_due_rule().problem():
                raise ValidationError(
                    self.env._(
                        "%(account)s: %(number)s is no possible day. Days of a month "
                        "go to 31, its working days to 23.",
                        account=record.display_name,
                        number=record.due_number,
                    )
                )

    # === DATES === #

    def _get_due_rule(self):
        self.ensure_one()
        return DueRule(
            cycle=self.statement_cycle or "daily",
            rule=self.due_rule or "month_day",
            number=self.due_number,
            weekend=self.due_weekend or "next",
        )

    def _get_due_date(self, day):
        """Return when what is charged on a day is debited; cash is debited at once."""
        self.ensure_one()
        if self.kind != "deferment":
            return day
        return due_date(day, self._get_due_rule())

    def _get_statement_period(self, day):
        """Return the first and the last day of the statement a day is on."""
        self.ensure_one()
        cycle = self.statement_cycle
        return cycle_start(day, cycle), cycle_end(day, cycle)

    # === PAYING === #

    def _get_open_items_domain(self, day=None):
        """Return the domain of posted, unpaid items, those due up to a day."""
        domain = [
            ("customs_payment_account_id", "in", self._origin.ids),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("account_id.account_type", "=", "liability_payable"),
        ]
        if day:
            domain += ["|", ("date_maturity", "=", False), ("date_maturity", "<=", day)]
        return domain

    def action_pay_statement(self, day=None):
        """Open Odoo's payment of all that is due on a deferment account.

        :param day: what is due up to this day; the next debit where it is left out
        """
        self.ensure_one()
        day = (
            fields.Date.to_date(day)
            or self.next_due_date
            or fields.Date.context_today(self)
        )
        items = self.env["account.move.line"].search(self._get_open_items_domain(day))
        if not items:
            raise UserError(
                self.env._(
                    "Nothing posted on %(account)s is due by %(day)s and unpaid. Post "
                    "the assessments of its declarations first.",
                    account=self.display_name,
                    day=format_date(self.env, day),
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pay statement of %(account)s", account=self.number),
            "res_model": "account.payment.register",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                **self.env.context,
                "active_model": "account.move.line",
                "active_ids": items.ids,
                "default_group_payment": True,
                "default_payment_date": day,
                "default_communication": self.number,
            },
        }

    # === SCREENS === #

    def action_view_items(self):
        """Open the journal items of the account."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_account_moves_all"
        )
        action.update(
            name=self.env._("Journal items of %(account)s", account=self.number),
            domain=[("customs_payment_account_id", "=", self.id)],
            context={"search_default_posted": 1},
        )
        return action

    def action_view_open_items(self):
        """Open what the next statements will debit, by due date."""
        action = self.action_view_items()
        action.update(
            name=self.env._("Open on %(account)s", account=self.number),
            domain=self._get_open_items_domain(),
            context={"group_by": ["date_maturity:day"]},
        )
        return action

    def action_view_statements(self):
        """Open the authority's statements of the account."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_statement_action"
        )
        action.update(
            domain=[("payment_account_id", "=", self.id)],
            context={"default_payment_account_id": self.id},
        )
        return action

    def action_view_pledged(self):
        """Open the files whose amounts are not in the books of the account yet."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_declaration_action"
        )
        action.update(
            name=self.env._("Pledged on %(account)s", account=self.number),
            domain=[("id", "in", self._get_pledged_declarations().ids)],
            context={"create": False},
        )
        return action

    def action_top_up(self):
        """Open the wizard that pays money into a customs cash account."""
        self.ensure_one()
        self.env["customs.top.up"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Top up %(account)s", account=self.number),
            "res_model": "customs.top.up",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_account_id": self.id},
        }
