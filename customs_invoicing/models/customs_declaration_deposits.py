from odoo import api, fields, models

from ..engine.payment import US, who_pays


class CustomsDeclaration(models.Model):
    """What the client advanced for the duties of a file."""

    _inherit = "customs.declaration"

    funds_request_ids = fields.One2many(
        comodel_name="customs.funds.request",
        inverse_name="declaration_id",
        string="Requests for funds",
        copy=False,
    )
    funds_request_count = fields.Integer(
        string="Request count", compute="_compute_deposits"
    )
    deposit_left = fields.Monetary(
        string="Deposit left",
        compute="_compute_deposits",
        help="The client's money we hold for this file, in the currency of the "
        "company.",
    )

    @api.depends(
        "funds_request_ids.move_line_ids.parent_state",
        "funds_request_ids.move_line_ids.balance",
    )
    def _compute_deposits(self):
        counts = dict(
            self.env["customs.funds.request"]._read_group(
                [("declaration_id", "in", self.ids), ("is_withdrawn", "=", False)],
                ["declaration_id"],
                ["__count"],
            )
        )
        held = self._get_deposits()
        for record in self:
            record.funds_request_count = counts.get(record._origin, 0)
            record.deposit_left = held.get(record._origin.id, 0.0)

    def _get_deposits(self, steps=("received", "applied", "returned")):
        """Return ``{declaration id: deposits}`` in company currency."""
        # sudo: what the books hold decides, whichever items the user may read
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("customs_funds_request_id.declaration_id", "in", self.ids),
                    ("customs_deposit_step", "in", steps),
                    ("parent_state", "=", "posted"),
                ],
                ["customs_declaration_id"],
                ["balance:sum"],
            )
        )
        return {
            declaration.id: declaration.currency_id.round(-balance)
            for declaration, balance in groups
        }

    # === WHAT IS NEEDED === #

    def _get_deposit_need(self):
        """Return what we expect to pay and bill for the client, in company currency.

        Duties as assessed, else as calculated; taxes the client pays are left out.
        """
        self.ensure_one()
        return self.currency_id.round(
            sum(self._get_tax_needs().values())
            + sum(self._get_deposit_charges().mapped("amount_to_bill"))
        )

    def _get_tax_needs(self):
        """Return ``{tax code: amount}`` that we pay and bill to the client."""
        self.ensure_one()
        others = self.charge_ids.filtered(
            lambda charge: charge.tax_code_id and not self._is_billed_to_client(charge)
        ).tax_code_id
        return {
            tax: amount
            for tax, (method, amount) in self._get_outlays_by_tax().items()
            if tax not in others
            and (not method or who_pays(method.payer, self.capacity) == US)
        }

    def _get_deposit_charges(self):
        """Return the open charges beside taxes that the client is billed for."""
        self.ensure_one()
        return self.charge_ids.filtered(
            lambda charge: not charge.tax_code_id
            and charge.nature != "own_cost"
            and self._is_billed_to_client(charge)
        )

    def _get_tax_outlays(self):
        """Return ``[(payment method, amount)]`` per tax, in company currency."""
        return list(self._get_outlays_by_tax().values())

    def _is_billed_to_client(self, charge):
        """Whether the client of the file is billed, and not another payer."""
        payer = charge.bill_to_id or self.client_id
        return payer.commercial_partner_id == self.client_id.commercial_partner_id

    def _get_outlays_by_tax(self):
        """Return ``{tax code: (payment method, amount)}`` in company currency."""
        self.ensure_one()
        known = self.current_assessment_id
        source = "amount_payable" if known else "payable_calculated"
        methods = self._get_planned_methods()
        methods.update(
            {
                charge.tax_code_id: charge.payment_method_id
                for charge in self.charge_ids
                if charge.tax_code_id
            }
        )
        nothing = self.env["customs.payment.method"]
        return {
            tax: (
                methods.get(tax, nothing),
                self._to_company_currency(sum(lines.mapped(source))),
            )
            for tax, lines in self.duty_line_ids.grouped("tax_code_id").items()
        }

    # === WHAT THE BANNER SAYS === #

    @api.depends(
        "funds_request_ids.move_line_ids.parent_state",
        "charge_ids.payment_method_id",
        "payment_plan",
        "amount_payable",
    )
    def _compute_messages(self):
        return super()._compute_messages()

    def _get_deposit_warnings(self):
        """Return a sentence while a deposit the payment method needs is missing."""
        self.ensure_one()
        if self.capacity == "own" or self.state == "released":
            return []
        needed = sum(
            amount for method, amount in self._get_tax_outlays() if method.needs_deposit
        )
        currency = self.currency_id
        if not currency or currency.compare_amounts(needed, 0.0) <= 0:
            return []
        funds = self._get_deposits(("received", "returned")).get(self._origin.id, 0.0)
        missing = currency.round(needed - funds)
        if missing <= 0:
            return []
        return [
            self.env._(
                "The client prefunds this file: %(missing)s of %(needed)s is not there "
                "yet. Ask for a deposit, or record the one that came in.",
                missing=currency.format(missing),
                needed=currency.format(needed),
            )
        ]

    # === ACTIONS === #

    def action_request_funds(self):
        """Open a new request for funds, with the amount proposed."""
        self.ensure_one()
        self.env["customs.funds.request"].check_access("create")
        return self._action_view(
            "customs_invoicing.customs_funds_request_action",
            views=[(False, "form")],
            view_mode="form",
            domain=[],
            context={"default_declaration_id": self.id},
        )

    def action_view_funds_requests(self):
        self.ensure_one()
        action = self._action_view(
            "customs_invoicing.customs_funds_request_action",
            domain=[("declaration_id", "=", self.id)],
            context={"default_declaration_id": self.id},
        )
        if len(self.funds_request_ids) == 1:
            action.update(views=[(False, "form")], res_id=self.funds_request_ids.id)
        action.pop("path", None)
        return action
