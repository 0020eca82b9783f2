from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.allocation import MESSAGES, AllocationError, percentages
from ..models.customs_allocation import KEY_LABELS
from ..tools import to_decimal, to_float


class CustomsAllocateCosts(models.TransientModel):
    """Shares the own costs of files among departments, and shows what that does."""

    _name = "customs.allocate.costs"
    _description = "Allocate Costs to Departments"
    _check_company_auto = True

    declaration_ids = fields.Many2many(
        comodel_name="customs.declaration", string="Declarations", required=True
    )
    company_id = fields.Many2one(comodel_name="res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    allocation_id = fields.Many2one(
        comodel_name="customs.allocation",
        string="Saved key",
        check_company=True,
        help="Fills in the departments. They can still be changed here.",
    )
    key = fields.Selection(
        selection=KEY_LABELS,
        string="Shared by",
        required=True,
        compute="_compute_from_key",
        store=True,
        readonly=False,
        precompute=True,
    )
    per_item = fields.Boolean(
        string="Each item bears its own duty",
        compute="_compute_from_key",
        store=True,
        readonly=False,
        precompute=True,
    )
    date = fields.Date(
        string="Accounting date",
        required=True,
        default=fields.Date.context_today,
        help="Of the entry that moves costs which are posted already.",
    )
    line_ids = fields.One2many(
        comodel_name="customs.allocate.costs.line",
        inverse_name="wizard_id",
        string="Departments",
        domain=[("item_id", "=", False)],
    )
    item_ids = fields.One2many(
        comodel_name="customs.allocate.costs.line",
        inverse_name="wizard_id",
        string="Items",
        domain=[("item_id", "!=", False)],
    )
    amount_posted = fields.Monetary(
        string="Costs in the books", compute="_compute_amount_posted"
    )
    preview = fields.Text(compute="_compute_preview", string="What it does")

    @api.model
    def _open(self, declarations):
        """Return the action that allocates the costs of files of one company."""
        company = declarations.company_id
        if len(company) > 1:
            raise UserError(
                self.env._("Choose files of one company: departments belong to it.")
            )
        saved = self.env["customs.allocation"].search(
            [("company_id", "=", company.id), ("is_default", "=", True)], limit=1
        )
        wizard = self.create(
            {
                "declaration_ids": [Command.set(declarations.ids)],
                "company_id": company.id,
                "allocation_id": saved.id,
            }
        )
        wizard._fill()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Allocate to departments"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "large"},
        }

    # === FILLING === #

    @api.depends("allocation_id")
    def _compute_from_key(self):
        for wizard in self:
            saved = wizard.allocation_id
            wizard.key = saved.key or wizard.key or "percent"
            wizard.per_item = saved.per_item if saved else wizard.per_item

    @api.onchange("allocation_id")
    def _onchange_allocation_id(self):
        """Show the departments of the key that was chosen."""
        self.line_ids = [Command.clear(), *self._prepare_departments()]
        accounts = self._get_saved_accounts()
        for line in self.item_ids:
            line.account_id = accounts.get(line.item_id._origin) or line.account_id

    def _fill(self):
        """Fill departments and items in, as they are allocated by now."""
        self.ensure_one()
        accounts = self._get_saved_accounts()
        self.line_ids = self._prepare_departments()
        self.item_ids = [
            Command.create(
                {
                    "item_id": item.id,
                    "account_id": (
                        accounts.get(item) or self._get_single_account(item)
                    ).id,
                }
            )
            for item in self.declaration_ids.line_ids
        ]

    def _prepare_departments(self):
        if self.allocation_id:
            return [
                Command.create(
                    {"account_id": line.account_id.id, "percent": line.percent}
                )
                for line in self.allocation_id.line_ids
            ]
        held = self.declaration_ids.mapped("analytic_distribution")
        if not held or any(found != held[0] for found in held) or not held[0]:
            return []
        single = [(key, part) for key, part in held[0].items() if "," not in key]
        return [
            Command.create({"account_id": int(key), "percent": part})
            for key, part in single
        ]

    def _get_saved_accounts(self):
        if not self.allocation_id or self.allocation_id.key == "percent":
            return {}
        items = self.declaration_ids.line_ids._origin
        return self.allocation_id._get_item_accounts(items)

    def _get_single_account(self, item):
        accounts = self.env["account.analytic.account"]
        held = item.analytic_distribution or {}
        key = next(iter(held), "")
        return (
            accounts.browse(int(key)) if len(held) == 1 and key.isdigit() else accounts
        )

    # === WHAT IT DOES === #

    @api.depends("declaration_ids")
    def _compute_amount_posted(self):
        for wizard in self:
            wizard.amount_posted = sum(
                sum(items.mapped("balance"))
                for declaration in wizard.declaration_ids._origin
                for items in declaration._get_cost_items().values()
            )

    @api.depends(
        "key",
        "per_item",
        "line_ids.account_id",
        "line_ids.percent",
        "item_ids.account_id",
    )
    def _compute_preview(self):
        for wizard in self:
            try:
                wizard.preview = "\n".join(wizard._describe())
            except UserError as problem:
                wizard.preview = str(problem)

    def _describe(self):
        """Return a line per file: its departments in percent."""
        if self.key == "percent" and not self.line_ids.account_id:
            return [self.env._("Add the departments below.")]
        lines = []
        for declaration in self.declaration_ids._origin:
            shares = self._get_distribution(declaration)
            names = self.env["account.analytic.account"].browse(map(int, shares))
            text = ", ".join(
                f"{account.name} {shares[str(account.id)]:g} %" for account in names
            )
            lines.append(f"{declaration.name}: {text}")
        if self.per_item and self.key != "percent":
            lines.insert(
                0,
                self.env._(
                    "The taxes of each item go to its department, as they were "
                    "assessed. What is for the whole file goes to:"
                ),
            )
        return lines

    def _get_distribution(self, declaration):
        """Return the analytic distribution of a file, exactly 100 percent."""
        self.ensure_one()
        weights = self._get_weights(declaration)
        digits = self.env["decimal.precision"].precision_get("Percentage Analytic")
        try:
            shares = percentages(weights, digits, self.key)
        except AllocationError as error:
            raise UserError(
                self.env._(
                    "%(file)s: %(problem)s",
                    file=declaration.name,
                    problem=self._translate_problem(error),
                )
            ) from error
        return {
            str(account.id): to_float(share)
            for account, share in shares.items()
            if share
        }

    def _translate_problem(self, error):
        """Return why nothing can be shared, in the user's language."""
        # marked for translators where the sentences stand, in engine/allocation
        template = MESSAGES[error.code]
        return self.env._(template, **error.values)  # pylint: disable=W8301

    def _get_weights(self, declaration):
        """Return ``{department: weight}`` by the key."""
        weights = {}
        if self.key == "percent":
            for line in self.line_ids:
                account = line.account_id
                weights[account] = weights.get(account, 0) + to_decimal(line.percent)
            self._check_percent_total(sum(weights.values()))
            return weights
        sources = {
            "value": lambda item: to_decimal(item.customs_value),
            "mass": lambda item: to_decimal(item.net_mass or item.gross_mass),
            "item": lambda item: to_decimal(1),
        }
        for line in self.item_ids:
            item = line.item_id._origin
            if item.declaration_id != declaration:
                continue
            if not line.account_id:
                raise UserError(
                    self.env._(
                        "Item %(item)s of %(file)s has no department. Choose one.",
                        item=item.number,
                        file=declaration.name,
                    )
                )
            weight = sources[self.key](item)
            weights[line.account_id] = weights.get(line.account_id, 0) + weight
        return weights

    def _check_percent_total(self, total):
        if self.line_ids and total != 100:
            raise UserError(
                self.env._(
                    "The percentages add up to %(total)s, not to 100. Correct them.",
                    total=f"{total:g}",
                )
            )

    # === ACTIONS === #

    def action_allocate(self):
        """Allocate, and move what is posted already."""
        self.ensure_one()
        files = self.declaration_ids
        files._check_allocatable()
        if not self.line_ids and self.key == "percent":
            raise UserError(self.env._("Add at least one department."))
        shares = {record: self._get_distribution(record) for record in files}
        accounts = {
            line.item_id: line.account_id for line in self.item_ids if line.account_id
        }
        moves = self.env["account.move"]
        for record in files:
            own = {}
            if self.per_item and self.key != "percent":
                own = {
                    item: {str(accounts[item].id): 100.0}
                    for item in record.line_ids
                    if item in accounts
                }
            moves |= record._allocate_costs(shares[record], own, self.date)
        if not moves:
            return {"type": "ir.actions.act_window_close"}
        return files[:1]._action_view_moves(moves, "account.action_move_journal_line")

    def action_save_key(self):
        """Keep the departments as a key to be used again."""
        self.ensure_one()
        self.env["customs.allocation"].check_access("create")
        saved = self.env["customs.allocation"].create(
            {
                "name": self.env._(
                    "Key of %(file)s", file=self.declaration_ids[:1].name
                ),
                "company_id": self.company_id.id,
                "key": self.key,
                "per_item": self.per_item,
                "line_ids": [
                    Command.create(
                        {"account_id": line.account_id.id, "percent": line.percent}
                    )
                    for line in self.line_ids
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": saved._name,
            "res_id": saved.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
