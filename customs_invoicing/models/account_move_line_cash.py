from odoo import api, fields, models

#: What an item on the deposit account did with the client's money
DEPOSIT_STEPS = [
    ("received", "Received"),
    ("applied", "Applied"),
    ("returned", "Returned"),
]


class AccountMoveLine(models.Model):
    """Items of client deposits and staff advances."""

    _inherit = "account.move.line"

    # copy=False, but reversals carry both: they undo the step they reverse
    customs_funds_request_id = fields.Many2one(
        comodel_name="customs.funds.request",
        string="Request for funds",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        check_company=True,
    )
    customs_deposit_step = fields.Selection(
        selection=DEPOSIT_STEPS, string="Deposit", copy=False, readonly=True
    )
    customs_days_open = fields.Integer(
        string="Days", compute="_compute_customs_days_open", help="Age in days."
    )
    customs_float_is_old = fields.Boolean(
        string="Overdue advance",
        compute="_compute_customs_days_open",
        search="_search_customs_float_is_old",
        help="Not accounted for within the days set for the company.",
    )

    @api.depends("date", "reconciled")
    def _compute_customs_days_open(self):
        today = fields.Date.context_today(self)
        for line in self:
            line.customs_days_open = (today - line.date).days if line.date else 0
            line.customs_float_is_old = (
                not line.reconciled
                and line.account_id == line.company_id.customs_staff_float_account_id
                and line.customs_days_open > line.company_id.customs_float_days
            )

    def _search_customs_float_is_old(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        domain = fields.Domain.FALSE
        today = fields.Date.context_today(self)
        for company in self.env.companies:
            domain |= fields.Domain(
                [
                    ("account_id", "=", company.customs_staff_float_account_id.id),
                    ("company_id", "=", company.id),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    (
                        "date",
                        "<",
                        fields.Date.subtract(today, days=company.customs_float_days),
                    ),
                ]
            )
        return domain

    def _copy_data_extend_business_fields(self, values):
        result = super()._copy_data_extend_business_fields(values)
        values["customs_funds_request_id"] = self.customs_funds_request_id.id
        values["customs_deposit_step"] = self.customs_deposit_step
        return result

    # === STAFF ADVANCES === #

    @api.model
    def _get_float_domain(self, company, runners=None):
        """Return the domain of the posted items of advances to staff."""
        account = company._get_customs_account("staff_float")
        domain = [
            ("account_id", "=", account.id),
            ("company_id", "=", company.id),
            ("parent_state", "=", "posted"),
        ]
        return domain + ([("partner_id", "in", runners.ids)] if runners else [])

    @api.model
    def _get_float_balances(self, company, runners):
        """Return ``{runner: cash that is still in hand}``, in company currency."""
        # sudo: what the books hold decides, whichever items the user may read
        groups = self.sudo()._read_group(
            self._get_float_domain(company, runners), ["partner_id"], ["balance:sum"]
        )
        return {runner.id: company.currency_id.round(held) for runner, held in groups}

    @api.model
    def _settle_floats(self, company, runners):
        """Match advances with what accounts for them, oldest first, per runner."""
        lines = self.search(
            self._get_float_domain(company, runners) + [("reconciled", "=", False)],
            order="date, id",
        )
        plan = [
            items
            for items in lines.grouped("partner_id").values()
            if any(item.balance > 0 for item in items)
            and any(item.balance < 0 for item in items)
        ]
        self._reconcile_plan(plan)

    @api.model
    def action_view_staff_advances(self):
        """Open the cash in the hands of staff."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_staff_advance_action"
        )
        accounts = self.env.companies.customs_staff_float_account_id
        action["domain"] = [
            ("account_id", "in", accounts.ids),
            ("parent_state", "=", "posted"),
        ]
        return action

    def action_customs_reverse_move(self):
        """Reverse the entry of an item; screens of deposits and advances offer it."""
        return self.move_id.action_customs_reverse()

    # === DEPOSITS === #

    @api.model
    def _settle_deposits(self, requests):
        """Match what was received with what was applied and returned, per request."""
        lines = self.search(
            [
                ("customs_funds_request_id", "in", requests.ids),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ],
            order="date, id",
        )
        groups = lines.grouped(
            lambda line: (line.customs_funds_request_id, line.account_id)
        )
        self._reconcile_plan(
            [
                items
                for items in groups.values()
                if any(item.balance > 0 for item in items)
                and any(item.balance < 0 for item in items)
            ]
        )

    # === EXCHANGE DIFFERENCES OF OUTLAYS === #

    def _reconcile_plan(self, reconciliation_plan):
        """Move exchange differences onto their files where the company wants it."""
        result = super()._reconcile_plan(reconciliation_plan)
        payables = _flatten(self.browse(), reconciliation_plan).filtered(
            lambda line: line.account_type == "liability_payable"
            and line.currency_id != line.company_currency_id
            and line.company_id.customs_exact_outlay
        )
        if payables:
            # sudo: whoever pays vendors may lack customs rights; the company decided
            items = payables.sudo().move_id._get_customs_control_items()
            items.customs_declaration_id._take_over_exchange()
        return result


def _flatten(lines, plan):
    """Return all journal items of a reconciliation plan."""
    for part in plan:
        lines |= part if isinstance(part, models.BaseModel) else _flatten(lines, part)
    return lines
