from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..engine.corrections import sold_to_move
from ..tools import to_decimal, to_float


class CustomsDeclaration(models.Model):
    """Goods already sold: their share of a later duty is cost of sales."""

    _inherit = "customs.declaration"

    sold_share = fields.Float(
        string="Share sold (%)",
        digits=(5, 2),
        copy=False,
        tracking=True,
        help="Share of the goods of this file that is sold. Duty that arrives later "
        "belongs to the cost of sales in this proportion, the rest to the stock.",
    )
    sold_share_date = fields.Date(
        string="Sold as of", copy=False, help="Day on which the share was established."
    )
    sold_share_note = fields.Char(
        string="Source of the share", copy=False, help="How the share was established."
    )
    sold_amount_to_move = fields.Monetary(
        string="To cost of sales",
        compute="_compute_sold_amounts",
        help="Duty of goods sold that is still on the duty clearing account.",
    )
    sold_amount_moved = fields.Monetary(
        string="In cost of sales", compute="_compute_sold_amounts"
    )

    _sold_share_range = models.Constraint(
        "CHECK(sold_share IS NULL OR (sold_share >= 0 AND sold_share <= 100))",
        "The share sold is between 0 and 100 percent.",
    )

    def _compute_sold_amounts(self):
        amounts = self._get_sold_amounts()
        for record in self:
            moved, to_move = amounts.get(record, (0.0, 0.0))
            record.sold_amount_moved = moved
            record.sold_amount_to_move = to_move

    def _get_sold_share(self):
        """Return ``{declaration: percent sold}``.

        Hook: as typed here; where stock is kept in Odoo, it is known from there.
        """
        return {record: to_decimal(record.sold_share, 2) for record in self}

    def _get_sold_share_domain(self):
        """Return the domain of journal items that bring duty of goods, or move it.

        Hook: what takes duty from the clearing account into the stock is left out.
        """
        companies = self.company_id
        clearing, cogs = (
            companies.customs_duty_clearing_account_id,
            companies.customs_cogs_account_id,
        )
        moved = Domain("account_id", "in", cogs.ids) & Domain(
            "move_id.customs_event", "in", ("sold_share", "refund")
        )
        return (
            Domain("customs_declaration_id", "in", self.ids)
            & Domain("parent_state", "=", "posted")
            & (Domain("account_id", "in", clearing.ids) | moved)
            # goods of a drawback have left: neither stock nor later sales
            & (
                Domain("customs_refund_line_id", "=", False)
                | Domain("customs_refund_line_id.refund_id.kind", "!=", "drawback")
            )
        )

    def _get_sold_amounts(self):
        """Return ``{declaration: (moved, still to move)}`` from posted items.

        What was moved left the clearing account for the cost of sales, so both
        together are what arrived.
        """
        own = self.filtered(lambda record: record.capacity == "own")
        if not own:
            return {}
        # sudo: what the books hold decides, whoever looks
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                own._get_sold_share_domain(),
                ["customs_declaration_id", "account_id"],
                ["balance:sum"],
            )
        )
        arrived, moved = defaultdict(float), defaultdict(float)
        cogs = self.company_id.customs_cogs_account_id
        for declaration, account, balance in groups:
            arrived[declaration.id] += balance
            if account in cogs:
                moved[declaration.id] += balance
        shares, result = own._get_sold_share(), {}
        for record in own:
            amount = sold_to_move(
                to_decimal(arrived[record.id]),
                to_decimal(moved[record.id]),
                shares[record],
                to_decimal(record.currency_id.rounding),
            )
            rounder = record.currency_id.round
            result[record] = (rounder(moved[record.id]), rounder(to_float(amount)))
        return result

    # === ACTIONS === #

    def action_move_sold_share(self):
        """Move the duty of goods already sold to the cost of sales.

        Only what is not moved yet: doing it again changes nothing, and after a
        correction the difference is moved.
        """
        self._check_verifier(self.env._("move duty to the cost of sales"))
        self._lock_for_money()
        records = self.browse(self.ids)  # the lock emptied what self reads along with
        records._check_sold_share()
        moves = self.env["account.move"]
        for record, (_moved, amount) in records._get_sold_amounts().items():
            if not record.currency_id.is_zero(amount):
                moves |= record._create_sold_share_entry(amount)
        if not moves:
            return self._notify_nothing_moved()
        moves._post(soft=False)
        records._settle_clearing()
        return True

    def _check_sold_share(self):
        problems = []
        for record in self:
            if record.capacity != "own":
                problems.append(
                    self.env._(
                        "%(name)s is a client's file: its duty is no cost of ours.",
                        name=record.name,
                    )
                )
            elif record.goods_use != "stock":
                problems.append(
                    self.env._(
                        "The goods of %(name)s are not for stock: their duty is an "
                        "expense already.",
                        name=record.name,
                    )
                )
        if problems:
            raise UserError("\n".join(problems))

    def _notify_nothing_moved(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "Nothing to move: the cost of sales has its share of the duty."
                ),
            },
        }

    def _create_sold_share_entry(self, amount):
        self.ensure_one()
        company = self.company_id
        share = self._get_sold_share()[self]
        label = self.env._(
            "Duty on goods sold, %(share)s %%, %(declaration)s",
            share=f"{share:f}",
            declaration=self.mrn or self.name,
        )
        item = {
            "name": label,
            "partner_id": self.authority_id.id,
            "customs_declaration_id": self.id,
        }
        cogs = company._get_customs_account("cogs")
        clearing = company._get_customs_account("duty_clearing")
        return self.env["account.move"]._create_customs_entry(
            company,
            "sold_share",
            self._get_sold_share_entry_date(),
            [
                {
                    **item,
                    "account_id": cogs.id,
                    "balance": amount,
                    "analytic_distribution": self.analytic_distribution,
                },
                {**item, "account_id": clearing.id, "balance": -amount},
            ],
            ref=label,
        )

    def _get_sold_share_entry_date(self):
        """Return the day of the share, but not before the duty arrived."""
        self.ensure_one()
        day = self.sold_share_date or fields.Date.context_today(self)
        last = self.env["account.move.line"].search(
            self._get_sold_share_domain(), order="date desc", limit=1
        )
        return max(day, last.date or day)

    def _settle_clearing(self):
        """Match the clearing items of files whose duty is all accounted for."""
        accounts = self.company_id.customs_duty_clearing_account_id
        items = self.env["account.move.line"].search(
            [
                ("customs_declaration_id", "in", self.ids),
                ("account_id", "in", accounts.ids),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        plan = [
            lines
            for declaration, lines in items.grouped("customs_declaration_id").items()
            if len(lines) > 1
            and declaration.currency_id.is_zero(sum(lines.mapped("amount_residual")))
        ]
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)
