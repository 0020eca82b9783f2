from decimal import Decimal
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import to_decimal, to_float

#: Files whose services are under way or done, and may still be billed
OPEN_STATES = ("lodged", "assessed", "released")

REVENUE, COST = "revenue", "cost"


class PeriodItem(NamedTuple):
    """A service not billed, or a cost whose bill has not come, at a period's end."""

    charge: models.BaseModel
    kind: str
    expected: Decimal
    held: Decimal

    @property
    def amount(self):
        """What is still to accrue."""
        return self.expected - self.held


class CustomsDeclaration(models.Model):
    """Unbilled services and costs at the end of a period; disbursements never."""

    _inherit = "customs.declaration"

    def action_open_period_accrual(self):
        """Show what these files would accrue at the end of a period."""
        self._check_verifier(self.env._("accrue at period end"))
        return self.env["customs.period.accrual"]._open(self)

    def action_open_profit_share(self):
        """Share the margin of these files with an agent."""
        self._check_verifier(self.env._("share a profit"))
        return self.env["customs.profit.share"]._open(self)

    def _search_period_files(self, company, date):
        """Return the files of a company that were under way on a date."""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", OPEN_STATES),
                "|",
                ("registration_date", "=", False),
                ("registration_date", "<=", date),
                "|",
                ("charge_ids.nature", "=", "service"),
                ("charge_ids.cost_expected", ">", 0),
            ]
        )

    def _get_period_items(self, date):
        """Return what these files have to accrue at the end of a day.

        :return: list of :class:`PeriodItem` whose amount is not zero
        """
        charges = self.charge_ids.filtered(
            lambda charge: charge.nature == "service" or charge.cost_expected
        )
        # passed on at cost: neither revenue nor cost of ours, whatever its fields say
        charges = charges.filtered(lambda charge: charge.nature != "disbursement")
        amounts = charges._query_period_amounts(date)
        items = []
        for charge in charges:
            found = amounts[charge.id]
            if charge.nature == "service" and charge.declaration_id.capacity != "own":
                unbilled = to_decimal(charge.amount) - found.billed
                items.append(
                    PeriodItem(
                        charge,
                        REVENUE,
                        max(unbilled, Decimal(0)),
                        found.accrued_revenue,
                    )
                )
            missing = to_decimal(charge.cost_expected) - found.charged
            items.append(
                PeriodItem(charge, COST, max(missing, Decimal(0)), found.accrued_cost)
            )
        return [item for item in items if item.amount]

    def _accrue_period(self, date, reversal_date):
        """Post what services and costs lack at a date, and its reversal.

        Doing it again for the same date books only what has changed since. A reversal
        in the future is posted on its day.

        :return: entries and their reversals
        """
        self._check_verifier(self.env._("accrue at period end"))
        self._lock_for_money()
        problems = self._get_period_problems(date, reversal_date)
        if problems:
            raise UserError("\n".join(problems))
        items = self._get_period_items(date)
        moves = self.env["account.move"]
        for kind in (REVENUE, COST):
            part = [item for item in items if item.kind == kind]
            if part:
                moves |= self._create_period_entry(kind, date, part)
        moves._post(soft=False)
        reversals = moves._reverse_moves(
            [
                {
                    "date": reversal_date,
                    "ref": self.env._("Reversal of %(move)s", move=move.name),
                }
                for move in moves
            ]
        )
        reversals._post(soft=True)
        return moves | reversals

    def _get_period_problems(self, date, reversal_date):
        problems = []
        if reversal_date <= date:
            problems.append(
                self.env._("The reversal must be dated after the end of the period.")
            )
        if len(self.company_id) > 1:
            problems.append(
                self.env._("Choose files of one company: each has books of its own.")
            )
        for record in self.filtered(lambda r: r.state not in OPEN_STATES):
            problems.append(
                self.env._(
                    "%(name)s is not under way: only files that are lodged, assessed "
                    "or released have services done.",
                    name=record.name,
                )
            )
        for company in self.company_id:
            problems += company._get_customs_lock_problems(
                date, self.env._("The accrual")
            )
            problems += company._get_customs_lock_problems(
                reversal_date, self.env._("Its reversal")
            )
        return problems

    def _create_period_entry(self, kind, date, items):
        """Create the draft entry of unbilled services, or of unbilled costs."""
        company = self.company_id
        mappings = self._get_fiscal_mappings() if kind == REVENUE else {}
        lines = []
        for item in items:
            vals_list = (
                item.charge._prepare_accrued_revenue_vals(mappings)
                if kind == REVENUE
                else item.charge._prepare_accrued_cost_vals()
            )
            for sign, vals in zip((1, -1), vals_list, strict=True):
                lines.append({**vals, "balance": to_float(sign * item.amount)})
        reference = (
            self.env._("Unbilled services")
            if kind == REVENUE
            else self.env._("Costs not yet billed")
        )
        return self.env["account.move"]._create_customs_entry(
            company, "period", date, lines, ref=reference
        )

    def _get_fiscal_mappings(self):
        """Return ``{client: fiscal position}`` where positions change accounts."""
        positions = self.env["account.fiscal.position"].with_company(self.company_id)
        has_accounts = positions.search_count(
            [
                *positions._check_company_domain(self.company_id),
                ("account_ids", "!=", False),
            ],
            limit=1,
        )
        if not has_accounts:
            return {}
        return {
            client: positions._get_fiscal_position(client) for client in self.client_id
        }

    # === PROFIT SHARE === #

    def _get_margins(self, date):
        """Return ``{declaration: (revenue, cost)}`` of services posted up to a date.

        Outlays pass through the balance sheet; what became of them otherwise, duty
        and penalties are no service either.
        """
        company = self.company_id
        excluded = company._get_no_service_accounts()
        groups = self.env["account.move.line"]._read_group(
            [
                ("customs_declaration_id", "in", self.ids),
                ("parent_state", "=", "posted"),
                ("date", "<=", date),
                ("account_id.internal_group", "in", ("income", "expense")),
                ("account_id", "not in", excluded.ids),
                ("move_id.customs_event", "!=", "profit_share"),
            ],
            ["customs_declaration_id", "account_id"],
            ["balance:sum"],
        )
        margins = {record: [Decimal(0), Decimal(0)] for record in self}
        for record, account, balance in groups:
            if account.internal_group == "income":
                margins[record][0] -= to_decimal(balance)
            else:
                margins[record][1] += to_decimal(balance)
        return {record: tuple(amounts) for record, amounts in margins.items()}

    def _get_shared_profits(self, agent):
        """Return ``{declaration: amount}`` accrued as an agent's share so far."""
        groups = self.env["account.move.line"]._read_group(
            [
                ("customs_declaration_id", "in", self.ids),
                ("parent_state", "=", "posted"),
                ("partner_id", "=", agent.id),
                ("account_id.internal_group", "=", "liability"),
                ("move_id.customs_event", "=", "profit_share"),
            ],
            ["customs_declaration_id"],
            ["balance:sum"],
        )
        found = {record: -to_decimal(balance) for record, balance in groups}
        return {record: found.get(record, Decimal(0)) for record in self}

    def _create_profit_share_entry(self, agent, date, shares):
        """Create the draft entry of an agent's shares.

        :param shares: ``{declaration: (amount, words)}``
        """
        company = self.company_id
        cost = company._get_customs_account("cost_service")
        debt = company._get_customs_account("accrued_cost")
        lines = []
        for record, (amount, words) in shares.items():
            common = {
                "name": words,
                "partner_id": agent.id,
                "customs_declaration_id": record.id,
            }
            lines += [
                {
                    **common,
                    "account_id": cost.id,
                    "balance": to_float(amount),
                    "analytic_distribution": record.analytic_distribution,
                },
                {**common, "account_id": debt.id, "balance": to_float(-amount)},
            ]
        return self.env["account.move"]._create_customs_entry(
            company,
            "profit_share",
            fields.Date.to_date(date),
            lines,
            ref=self.env._("Profit share %(agent)s", agent=agent.display_name),
        )
