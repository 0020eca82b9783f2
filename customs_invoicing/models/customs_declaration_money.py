from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from .customs_assessment_posting import Target


class CustomsDeclaration(models.Model):
    """The money of a file, read from posted journal items."""

    _inherit = "customs.declaration"

    amount_expected = fields.Monetary(
        string="Expected",
        compute="_compute_assessed_amounts",
        store=True,
        help="Our own calculation of everything assessed.",
    )
    amount_assessed = fields.Monetary(
        string="Assessed",
        compute="_compute_assessed_amounts",
        store=True,
        help="What the authority calculated, suspended amounts included.",
    )
    amount_payable = fields.Monetary(
        string="Payable",
        compute="_compute_assessed_amounts",
        store=True,
        help="What is really owed to the authority.",
    )
    amount_charged = fields.Monetary(
        string="Charged",
        compute="_compute_posted_amounts",
        help="Posted from the authority, without own services.",
    )
    amount_billed = fields.Monetary(
        string="Outlays billed",
        compute="_compute_posted_amounts",
        help="Outlays posted to the client, without own services and tax. On an own "
        "import: what departments bear.",
    )
    amount_service_billed = fields.Monetary(
        string="Services billed",
        compute="_compute_posted_amounts",
        help="Own services posted to the client, before tax.",
    )
    amount_to_bill = fields.Monetary(
        string="To bill",
        compute="_compute_posted_amounts",
        search="_search_amount_to_bill",
        help="Open for the client: outlays and services not yet on any invoice.",
    )
    control_balance = fields.Monetary(
        string="Control balance",
        compute="_compute_posted_amounts",
        search="_search_control_balance",
        help="Balance of the disbursement account for this file. It must be zero "
        "before the file can close.",
    )
    amount_paid = fields.Monetary(
        string="Paid",
        compute="_compute_cash_amounts",
        help="Money paid to the authority and vendors, matched with their bills.",
    )
    amount_received = fields.Monetary(
        string="Received",
        compute="_compute_cash_amounts",
        help="Money received from the client, matched with its invoices, services "
        "and tax included.",
    )
    billing_state = fields.Selection(
        string="Billing state",
        selection=[
            ("nothing", "Nothing to bill"),
            ("to_bill", "To bill"),
            ("partial", "Partly billed"),
            ("billed", "Billed"),
        ],
        compute="_compute_posted_amounts",
    )
    settlement_state = fields.Selection(
        string="Settlement state",
        selection=[
            ("open", "Open"),
            ("partial", "Partly paid"),
            ("settled", "Settled"),
        ],
        compute="_compute_cash_amounts",
        help="Settled when authority bills and client invoices are both fully paid.",
    )
    has_unposted_assessment = fields.Boolean(
        string="Has unposted assessment",
        compute="_compute_has_unposted_assessment",
        search="_search_has_unposted_assessment",
    )
    authority_move_count = fields.Integer(
        string="Authority move count", compute="_compute_move_counts"
    )
    client_move_count = fields.Integer(
        string="Client move count", compute="_compute_move_counts"
    )
    payment_count = fields.Integer(
        string="Payment count", compute="_compute_move_counts"
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "duty_line_ids.amount_calculated",
        "duty_line_ids.amount_assessed",
        "duty_line_ids.amount_payable",
        "tariff_currency_id",
        "company_id.currency_id",
    )
    def _compute_assessed_amounts(self):
        for record in self:
            lines = record.duty_line_ids
            for name, source in (
                ("amount_expected", "amount_calculated"),
                ("amount_assessed", "amount_assessed"),
                ("amount_payable", "amount_payable"),
            ):
                record[name] = record._to_company_currency(sum(lines.mapped(source)))

    @api.depends(
        "charge_ids.amount_charged",
        "charge_ids.amount_billed",
        "charge_ids.amount_to_bill",
        "charge_ids.control_balance",
        "amount_allocated",
        "capacity",
    )
    def _compute_posted_amounts(self):
        self.charge_ids.mapped("amount_charged")  # of all files in one query
        for record in self:
            services = record.charge_ids.filtered(lambda c: c.nature == "service")
            outlays = record.charge_ids - services
            currency = record.currency_id or self.env.company.currency_id
            record.amount_charged = currency.round(
                sum(outlays.mapped("amount_charged"))
            )
            record.amount_billed = (
                record.amount_allocated
                if record.capacity == "own"
                else currency.round(sum(outlays.mapped("amount_billed")))
            )
            record.amount_service_billed = currency.round(
                sum(services.mapped("amount_billed"))
            )
            record.amount_to_bill = currency.round(
                sum(record.charge_ids.mapped("amount_to_bill"))
            )
            record.control_balance = currency.round(
                sum(record.charge_ids.mapped("control_balance"))
            )
            record.billing_state = record._get_billing_state(currency)

    def _get_billing_state(self, currency):
        billable = self.charge_ids.filtered(lambda c: c.nature != "own_cost")
        is_open = any(not currency.is_zero(c.amount_to_bill) for c in billable)
        is_billed = any(not currency.is_zero(c.amount_billed) for c in billable)
        in_draft = any(not currency.is_zero(c.amount_in_draft) for c in billable)
        if is_open:
            return "partial" if is_billed or in_draft else "to_bill"
        if in_draft:
            return "partial"
        return "billed" if is_billed else "nothing"

    @api.depends(
        "charge_ids.move_line_ids.move_id.amount_residual",
        "charge_ids.amount_to_bill",
        "has_unposted_assessment",
    )
    def _compute_cash_amounts(self):
        paid, received, open_moves = self._get_cash_by_declaration()
        for record in self:
            record.amount_paid = paid.get(record._origin.id, 0.0)
            record.amount_received = received.get(record._origin.id, 0.0)
            has_cash = record.amount_paid or record.amount_received
            is_open = (
                record._origin.id in open_moves
                or record.has_unposted_assessment
                or record._has_open_charges()
            )
            if has_cash and not is_open:
                record.settlement_state = "settled"
            else:
                record.settlement_state = "partial" if has_cash else "open"

    def _has_open_charges(self):
        self.ensure_one()
        return any(charge._get_open_reason() for charge in self.charge_ids)

    def _compute_move_counts(self):
        groups = self.env["account.move.line"]._read_group(
            [("customs_declaration_id", "in", self.ids)],
            ["customs_declaration_id", "move_id"],
        )
        authority, client, payments = (defaultdict(set) for _kind in range(3))
        for declaration, move in groups:
            if move._is_customs_authority_bill():
                authority[declaration.id].add(move.id)
            elif move._bills_client():
                client[declaration.id].add(move.id)
            payments[declaration.id].update(move.matched_payment_ids.ids)
        for record in self:
            record.authority_move_count = len(authority[record._origin.id])
            record.client_move_count = len(client[record._origin.id])
            record.payment_count = len(payments[record._origin.id])

    @api.depends("current_assessment_id.state", "state")
    def _compute_has_unposted_assessment(self):
        for record in self:
            record.has_unposted_assessment = (
                record.current_assessment_id.state == "open"
            )

    # === SEARCH METHODS === #

    def _search_has_unposted_assessment(self, operator, value):
        if operator != "in":
            return NotImplemented
        assessments = self.env["customs.assessment"].search(
            [
                ("is_current", "=", True),
                ("declaration_id.state", "in", ["assessed", "released"]),
            ]
        )
        unposted = assessments.filtered(lambda a: a.state == "open")
        return [
            ("id", "in" if True in value else "not in", unposted.declaration_id.ids)
        ]

    def _search_control_balance(self, operator, value):
        return self._search_zero("control", operator, value)

    def _search_amount_to_bill(self, operator, value):
        return self._search_zero("to_bill", operator, value)

    def _search_zero(self, amount, operator, value):
        """Support ``field = 0`` and ``field != 0`` on computed amounts."""
        if operator not in ("=", "!=") or value:
            return NotImplemented
        found = self.env["customs.charge"]._search_open(amount)
        return [("charge_ids", "in" if operator == "!=" else "not in", found)]

    # === HELPERS === #

    def _to_company_currency(self, amount):
        """Convert an amount of the authority into the currency of the company."""
        self.ensure_one()
        currency = self.company_id.currency_id
        if not amount or self.tariff_currency_id == currency:
            return currency.round(amount)
        day = (
            self.current_assessment_id.date
            or self.registration_date
            or fields.Date.context_today(self)
        )
        return self.tariff_currency_id._convert(amount, currency, self.company_id, day)

    def _lock_for_money(self):
        """Let one transaction at a time change the money of these files.

        The row is changed, not only locked: whoever read older money must not go on
        with it, so the database refuses and Odoo tries that request again.
        """
        if not self:
            return
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """UPDATE customs_declaration
                      SET money_version = COALESCE(money_version, 0) + 1
                    WHERE id = ANY(%s) RETURNING id""",
                list(self.ids),
            )
        )
        self.invalidate_recordset()
        self.env["customs.charge"].invalidate_model()

    def _get_charges_by_tax_code(self):
        self.ensure_one()
        return {c.tax_code_id: c for c in self.charge_ids if c.tax_code_id}

    def _get_posted_targets(self):
        """Return ``{target: (base, amount)}`` the books hold of the assessments.

        Every posted item of an assessment counts, whatever the move: its bill or
        entry, their reversal, or what replaced them.
        """
        # sudo: verifiers may lack read access to single accounts' journal items
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search(self._get_assessed_items_domain())
        )
        return self._sum_targets(lines)

    def _get_assessed_items_domain(self):
        """Return the domain of the posted items of these files' assessments."""
        return [
            ("customs_declaration_id", "in", self.ids),
            ("customs_charge_id.tax_code_id", "!=", False),
            ("parent_state", "=", "posted"),
            ("move_id.customs_assessment_id", "!=", False),
        ]

    @api.model
    def _sum_targets(self, lines):
        """Return ``{target: (base, amount)}`` of journal items of assessments.

        Amounts are in the currency of the authority; see ``Target``.
        """
        sums = defaultdict(lambda: [0.0, 0.0])
        charges = self.env["customs.charge"].browse(lines.customs_charge_id.ids)
        charge_by_id = {charge.id: charge for charge in charges}
        for line in lines.filtered("customs_charge_id"):
            charge = charge_by_id[line.customs_charge_id.id]
            way, base_factor, amount_factor = line._get_customs_target_part(charge)
            if not way:
                continue
            amount = charge.declaration_id._to_tariff_currency(line)
            rate = line._get_customs_vat_rate() if charge._is_own_import_vat() else 0.0
            sums[Target(charge, rate, way)][0] += base_factor * amount
            sums[Target(charge, rate, way)][1] += amount_factor * amount
        return {
            key: (base, amount)
            for key, (base, amount) in sums.items()
            if round(base, 6) or round(amount, 6)
        }

    def _to_tariff_currency(self, line):
        """Return the amount of a journal item in the currency of the authority."""
        self.ensure_one()
        currency = self.tariff_currency_id
        if line.currency_id == currency:
            return line.amount_currency
        return line.company_currency_id._convert(
            line.balance, currency, line.company_id, line.date
        )

    def _get_open_balances(self, held=None):
        """Return sentences on all the money that keeps a file from closing.

        :param held: what :meth:`_get_held_problems` says, where it is known
        """
        self.ensure_one()
        reasons = [
            reason
            for charge in self.charge_ids
            if (reason := charge._get_open_reason())
        ]
        if self.current_assessment_id.state == "open":
            reasons.append(self.env._("its assessment is not posted."))
        reasons.extend(self._get_accrual_problems())
        reasons.extend((held or self._get_held_problems())[self])
        return [
            self.env._(
                "%(name)s cannot close: %(reason)s", name=self.name, reason=reason
            )
            for reason in reasons
        ]
