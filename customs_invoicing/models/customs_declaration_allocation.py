from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine.posting import is_cost

#: Entries whose cost items are moved: what charges a file, and what was moved before
MOVED_EVENTS = ("assessment", "outlay", "exchange", "refund", "allocation")


class CustomsDeclaration(models.Model):
    """Own costs of a file, and the departments that bear them."""

    _inherit = "customs.declaration"

    amount_allocated = fields.Monetary(
        string="Allocated",
        compute="_compute_amount_allocated",
        help="Own costs in the books that departments bear by analytic distribution.",
    )
    charge_note_count = fields.Integer(
        string="Charge notes", compute="_compute_charge_note_count"
    )
    has_own_cost = fields.Boolean(compute="_compute_has_own_cost")

    @api.depends("capacity", "charge_ids.nature")
    def _compute_has_own_cost(self):
        for record in self:
            record.has_own_cost = record.capacity == "own" or any(
                charge.nature == "own_cost" for charge in record.charge_ids
            )

    @api.depends(
        "charge_ids.move_line_ids.parent_state",
        "charge_ids.move_line_ids.analytic_distribution",
    )
    def _compute_amount_allocated(self):
        amounts = self._query_allocated()
        for record in self:
            record.amount_allocated = record.currency_id.round(
                sum(amounts.get(record._origin.id, {}).values())
            )

    def _query_allocated(self):
        """Return ``{declaration id: {charge id: cost that departments bear}}``.

        Each plan distributes the whole cost, so that the one which covers most of a
        charge counts.
        """
        ids = self._origin.ids
        if not ids:
            return {}
        self.env["account.analytic.line"].flush_model()
        self.env["account.move.line"].flush_model(
            ["customs_charge_id", "customs_declaration_id"]
        )
        plans = (
            self.env["account.analytic.plan"].sudo().search([("parent_id", "=", False)])
        )
        if not plans:
            return {}
        sums = SQL(", ").join(
            SQL(
                "SUM(-entry.amount) FILTER (WHERE %s IS NOT NULL)",
                SQL.identifier("entry", plan._column_name()),
            )
            for plan in plans
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.customs_declaration_id, item.customs_charge_id, %s
                  FROM account_analytic_line entry
                  JOIN account_move_line item ON item.id = entry.move_line_id
                  JOIN customs_charge charge ON charge.id = item.customs_charge_id
                 WHERE item.customs_declaration_id = ANY(%s)
                   AND charge.nature = 'own_cost'
                 GROUP BY item.customs_declaration_id, item.customs_charge_id
                """,
                sums,
                list(ids),
            )
        )
        found = defaultdict(dict)
        for declaration_id, charge_id, *amounts in rows:
            most = max((amount or 0.0 for amount in amounts), key=abs)
            found[declaration_id][charge_id] = most
        return found

    def _compute_charge_note_count(self):
        groups = self.env["customs.charge.note.line"]._read_group(
            [("declaration_id", "in", self.ids), ("is_void", "=", False)],
            ["declaration_id"],
            ["note_id:count_distinct"],
        )
        counts = {declaration.id: count for declaration, count in groups}
        for record in self:
            record.charge_note_count = counts.get(record._origin.id, 0)

    # === ALLOCATING === #

    def _allocate_costs(self, distribution, item_distributions, date):
        """Let departments bear the own costs of a file from now on.

        What is posted stays; an entry moves its cost from the old departments to the
        new ones.

        :param distribution: analytic distribution of the file
        :param item_distributions: ``{item: distribution}``; items left out have none of
            their own
        :return: the posted entry, empty when nothing posted has to move
        """
        self.ensure_one()
        self._lock_for_money()
        record = self.browse(self.id)
        record._check_allocatable()
        record.analytic_distribution = distribution
        for item in record.line_ids:
            wanted = item_distributions.get(item, False)
            if (item.analytic_distribution or {}) != (wanted or {}):
                item.analytic_distribution = wanted
        # what is posted stays with the charge; the costs follow the new distribution
        record.charge_ids.invalidate_recordset(["cost_distribution"])
        return record._post_allocation(date)

    def _check_allocatable(self):
        """Refuse files without own costs."""
        for record in self:
            if record.state in ("closed", "cancelled"):
                raise UserError(
                    self.env._(
                        "%(name)s is closed or cancelled. Reopen it first.",
                        name=record.name,
                    )
                )
            if not record.has_own_cost:
                raise UserError(
                    self.env._(
                        "%(name)s has no costs of ours: its outlays are billed to the "
                        "client.",
                        name=record.name,
                    )
                )

    def _post_allocation(self, date):
        """Post the entry that moves posted costs to where they belong now."""
        self.ensure_one()
        lines = [
            vals
            for group, items in self._get_cost_items().items()
            for vals in self._prepare_allocation_lines(*group, items)
        ]
        move_model = self.env["account.move"]
        if not lines:
            return move_model
        self._check_verifier(self.env._("move posted costs to departments"))
        move_model._check_customs_period(self.company_id, date)
        move = move_model._create_customs_entry(
            self.company_id,
            "allocation",
            date,
            lines,
            ref=self.env._("Costs of %(file)s to departments", file=self.name),
        )
        move._post(soft=False)
        self._match_allocation(move)
        return move

    def _get_cost_items(self):
        """Return ``{(charge, account): posted items}`` that bear own costs."""
        self.ensure_one()
        # sudo: what the books hold decides, whichever items the user may read
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("customs_declaration_id", "=", self.id),
                    ("customs_charge_id.nature", "=", "own_cost"),
                    ("parent_state", "=", "posted"),
                    "|",
                    ("move_id.customs_event", "in", MOVED_EVENTS),
                    ("move_id.customs_event", "=", False),
                ],
                order="id",
            )
        )
        groups = {}
        for charge, lines in items.grouped("customs_charge_id").items():
            if not is_cost(charge._get_cost_role()):
                continue
            account = charge._get_cost_account()
            borne = lines.filtered(
                lambda line, account=account: line.account_id == account
            )
            if borne:
                groups[charge, account] = borne
        return groups

    def _prepare_allocation_lines(self, charge, account, items):
        """Return the values of items that change who bears a charge."""
        wanted = charge._get_analytic_distribution() or {}
        currency = self.company_id.currency_id
        # what was moved before left its old departments for others: they add up
        held = defaultdict(float)
        for item in items:
            held[_freeze(item.analytic_distribution)] += item.balance
        balance = sum(held.values())
        moved = {
            key: currency.round(amount)
            for key, amount in held.items()
            if key != _freeze(wanted) and not currency.is_zero(amount)
        }
        if not moved:
            return []
        common = {
            "account_id": account.id,
            "partner_id": items[0].partner_id.id,
            "customs_declaration_id": self.id,
            "customs_charge_id": charge.id,
        }
        lines = [
            {
                **common,
                "name": self.env._("%(charge)s, taken back", charge=charge.name),
                "balance": -amount,
                "analytic_distribution": dict(key) or False,
            }
            for key, amount in moved.items()
        ]
        total = currency.round(sum(moved.values()))
        if not currency.is_zero(total):
            lines.append(
                {
                    **common,
                    "name": self.env._("%(charge)s, allocated", charge=charge.name),
                    "balance": total,
                    "analytic_distribution": wanted or False,
                }
            )
        return lines if not currency.is_zero(balance) or len(lines) > 1 else []

    def _match_allocation(self, move):
        """Match what an entry moved with itself: it leaves nothing open."""
        lines = move.line_ids.filtered(lambda line: line.account_id.reconcile)
        plan = [
            group
            for group in lines.grouped(
                lambda line: (line.account_id, line.customs_charge_id)
            ).values()
            if self.currency_id.is_zero(sum(group.mapped("balance")))
        ]
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)

    # === ACTIONS === #

    def action_allocate_costs(self):
        """Open the screen that shares own costs among departments."""
        self._check_allocatable()
        return self.env["customs.allocate.costs"]._open(self)

    def action_view_charge_notes(self):
        """Open the internal charge notes of the file."""
        self.ensure_one()
        return self._action_view(
            "customs_invoicing.customs_charge_note_action",
            domain=[("line_ids.declaration_id", "=", self.id)],
            context={},
        )


def _freeze(distribution):
    """Return a distribution as a key that equals its equals."""
    return tuple(sorted((distribution or {}).items()))
