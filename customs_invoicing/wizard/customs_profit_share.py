from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..engine.accrual import profit_share
from ..tools import to_decimal, to_float


class CustomsProfitShare(models.TransientModel):
    """Accruing an agent's share of the margin on services of files."""

    _name = "customs.profit.share"
    _description = "Share Profit with an Agent"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    declaration_ids = fields.Many2many(
        comodel_name="customs.declaration",
        string="Declarations",
        domain="[('company_id', '=', company_id), ('capacity', '!=', 'own')]",
    )
    agent_id = fields.Many2one(
        comodel_name="res.partner",
        help="Who gets the share, and bills it later.",
    )
    percent = fields.Float(string="Share (%)", digits=(16, 2), default=50.0)
    date = fields.Date(
        string="Accounting date",
        required=True,
        default=fields.Date.context_today,
        help="Services and costs posted up to this day are shared.",
    )
    line_ids = fields.One2many(
        comodel_name="customs.profit.share.line",
        inverse_name="wizard_id",
        compute="_compute_preview",
        store=True,
        compute_sudo=False,
        string="Shares",
    )
    amount_total = fields.Monetary(
        string="To accrue", compute="_compute_preview", store=True, compute_sudo=False
    )

    @api.constrains("percent")
    def _check_percent(self):
        for wizard in self:
            if not 0 < wizard.percent <= 100:
                raise ValidationError(
                    self.env._("The share must be above 0 % and at most 100 %.")
                )

    @api.depends("declaration_ids", "agent_id", "percent", "date")
    def _compute_preview(self):
        for wizard in self:
            rows = wizard._get_rows()
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(row) for row in rows),
            ]
            wizard.amount_total = sum(row["amount"] for row in rows)

    def _get_rows(self):
        """Return the values of a line for each file, its computation in words."""
        self.ensure_one()
        files = self.declaration_ids._origin
        if not files or not self.agent_id or not self.date:
            return []
        margins = files._get_margins(self.date)
        shared = files._get_shared_profits(self.agent_id)
        unit = to_decimal(self.currency_id.rounding)
        rows = []
        for record, (revenue, cost) in margins.items():
            share = profit_share(revenue, cost, to_decimal(self.percent), unit)
            row = {
                "declaration_id": record.id,
                "revenue": to_float(revenue),
                "cost": to_float(cost),
                "share": to_float(share),
                "amount_accrued": to_float(shared[record]),
                "amount": to_float(share - shared[record]),
            }
            rows.append({**row, "words": self._describe(row)})
        return rows

    def _describe(self, row):
        """Return the computation of one share in words."""
        money = self.currency_id.format
        values = {
            "percent": f"{self.percent:g}",
            "revenue": money(row["revenue"]),
            "cost": money(row["cost"]),
            "share": money(row["share"]),
            "before": money(row["amount_accrued"]),
            "amount": money(row["amount"]),
        }
        if row["revenue"] <= row["cost"]:
            words = self.env._(
                "Services %(revenue)s less costs %(cost)s leave no profit to share.",
                **values,
            )
        else:
            words = self.env._(
                "%(percent)s %% × (services %(revenue)s − costs %(cost)s) = %(share)s",
                **values,
            )
        if row["amount_accrued"]:
            words += self.env._(
                "; accrued before %(before)s, so now %(amount)s", **values
            )
        return words

    @api.model
    def _open(self, declarations):
        """Return the action that shares the margin of files."""
        if len(declarations.company_id) > 1:
            raise UserError(
                self.env._("Choose files of one company: each has books of its own.")
            )
        vals = {"declaration_ids": [Command.set(declarations.ids)]}
        if declarations:
            vals["company_id"] = declarations.company_id.id
        wizard = self.create(vals)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Share profit with an agent"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_accrue(self):
        """Post the shares, as far as they are not accrued yet."""
        self.ensure_one()
        files = self.declaration_ids
        files._check_verifier(self.env._("share a profit"))
        files._lock_for_money()
        problems = self._get_problems()
        if problems:
            raise UserError("\n".join(problems))
        shares = {
            files.browse(row["declaration_id"]): (
                to_decimal(row["amount"]),
                row["words"],
            )
            for row in self._get_rows()
            if row["amount"]
        }
        if not shares:
            raise UserError(
                self.env._(
                    "Nothing is left to share: there is no profit, or the share of "
                    "%(agent)s is accrued already.",
                    agent=self.agent_id.display_name,
                )
            )
        move = files._create_profit_share_entry(self.agent_id, self.date, shares)
        move._post(soft=False)
        files._log_accruals(
            {
                record: self.env._(
                    "Profit share of %(agent)s: %(words)s",
                    agent=self.agent_id.display_name,
                    words=words,
                )
                for record, (_amount, words) in shares.items()
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": move._name,
            "res_id": move.id,
            "view_mode": "form",
        }

    def _get_problems(self):
        problems = []
        files = self.declaration_ids
        if not files:
            problems.append(self.env._("Choose the files whose profit is shared."))
        if not self.agent_id:
            problems.append(self.env._("Choose the agent who gets the share."))
        if files.company_id - self.company_id:
            problems.append(
                self.env._("Choose files of one company: each has books of its own.")
            )
        for record in files.filtered(lambda r: r.capacity == "own"):
            problems.append(
                self.env._(
                    "%(name)s is our own import: it earns no profit on services.",
                    name=record.name,
                )
            )
        problems += self.company_id._get_customs_lock_problems(
            self.date, self.env._("The share")
        )
        return problems
