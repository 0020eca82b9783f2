from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Rated prices on invoices, and what vendors bill beyond their contract."""

    _inherit = "account.move"

    customs_above_contract = fields.Monetary(
        string="Above contract",
        compute="_compute_customs_above_contract",
        search="_search_customs_above_contract",
        help="What this vendor bills beyond its rate card, for the customs charges of "
        "the bill.",
    )
    customs_contract_message = fields.Text(
        string="Contract check", compute="_compute_customs_above_contract"
    )
    customs_has_contract = fields.Boolean(
        string="Has contract prices", compute="_compute_customs_above_contract"
    )

    def _post(self, soft=True):
        """Rate the services of a file once its assessment is in the books."""
        drafts = self.filtered(lambda move: move.state == "draft")
        drafts._customs_prepare_fees()
        posted = super()._post(soft)
        assessed = (posted & drafts).filtered(
            lambda move: move.customs_assessment_id and not move.reversed_entry_id
        )
        if assessed:
            # sudo: whoever posts an assessment need not have rights to rate cards
            files = assessed.sudo().customs_assessment_id.declaration_id
            files._rate_automatically("assessment")
        return posted

    # === PRICES OF RATE CARDS === #

    def _customs_prepare_fees(self):
        """Bill fees of months at the rate of the day, and once."""
        moves = self.filtered(lambda move: move._bills_client())
        # sudo: accountants without customs rights post these moves too
        lines = moves.sudo().invoice_line_ids.filtered("customs_fee_period_id")
        periods = lines.customs_fee_period_id
        if not periods:
            return
        periods._lock()
        lines.move_id._check_customs_fee_rates(periods)
        lines._customs_drop_foreign_fees()
        for line in lines:
            move = line.move_id
            day = move.invoice_date or move.date
            if not move.reversed_entry_id:
                line._customs_reprice_fee(day)
            line._customs_drop_claims(day)
        problems = [
            problem
            for line in lines
            if (problem := line._get_customs_fee_client_problem())
        ]
        problems += [
            problem
            for period, own in lines.grouped("customs_fee_period_id").items()
            if (problem := period._count_fees(own))
        ]
        if problems:
            raise UserError("\n".join(problems))

    def _check_customs_fee_rates(self, periods):
        """Refuse currencies without a rate: a fee would be billed one to one."""
        problems = {
            problem: None
            for move in self
            for currency in move.currency_id | periods.fee_currency_id
            for problem in move.company_id._get_customs_rate_problems(currency)
        }
        if problems:
            raise UserError("\n".join(problems))

    def _customs_prepare_posting(self, deltas):
        """Count what lines bill of prices in another currency than ours."""
        # sudo: see _get_customs_declarations
        moves = self.filtered(lambda move: move._bills_client()).sudo()
        lines = moves.invoice_line_ids.filtered("customs_charge_id")
        lines._customs_drop_foreign_fees()
        result = super()._customs_prepare_posting(deltas)
        for move in moves:
            own = move.invoice_line_ids & lines
            own._customs_drop_claims(move.invoice_date or move.date)
        for charge, own in lines.grouped("customs_charge_id").items():
            if charge._get_fee_terms():
                charge._count_fees(own)
        return result

    # === CONTRACT PRICES OF VENDORS === #

    @api.depends(
        "move_type",
        "partner_id",
        "invoice_date",
        "currency_id",
        "state",
        "invoice_line_ids.customs_charge_id.vendor_amount",
        "invoice_line_ids.price_subtotal",
    )
    def _compute_customs_above_contract(self):
        found = self.filtered(
            lambda move: move.is_purchase_document()
        )._get_customs_contract()
        by_move = defaultdict(list)
        for line, amounts in found.items():
            by_move[line.move_id].append((line, *amounts))
        for move in self:
            rows = by_move[move]
            above = [
                row for row in rows if move.currency_id.compare_amounts(row[2], 0) > 0
            ]
            move.customs_has_contract = bool(rows)
            move.customs_above_contract = sum(row[2] for row in above)
            move.customs_contract_message = "\n".join(
                move._get_contract_words(*row) for row in above
            )

    def _get_contract_words(self, line, price, difference):
        currency = self.currency_id
        return self.env._(
            "%(charge)s of %(file)s: billed %(billed)s, contract price %(price)s, "
            "%(difference)s more.",
            charge=line.sudo().customs_charge_id.name,  # sudo: as in the check
            file=line.sudo().customs_declaration_id.name,
            billed=currency.format(price + difference),
            price=currency.format(price),
            difference=currency.format(difference),
        )

    def _get_customs_contract(self):
        """Return ``{line: (contract price, difference)}`` of vendors' bills.

        Several lines of one charge share its price: each takes what is left of it, the
        last one all. What other posted bills had of it is taken off first.
        """
        lines = self.invoice_line_ids.filtered(
            lambda line: line._is_under_customs_contract()
        )
        if not lines:
            return {}
        other = self._get_contract_billed(lines.customs_charge_id)
        result = {}
        for move in self:
            for charge, own in (
                (lines & move.invoice_line_ids).grouped("customs_charge_id").items()
            ):
                before = sum(
                    amount
                    for bill, amount in other[charge]
                    if bill._comes_before_in_contract(move._origin)
                )
                # sudo: whoever books a bill need not have rights to customs files
                result.update(own._share_contract(charge.sudo(), before))
        return result

    def _comes_before_in_contract(self, move):
        """Whether this posted bill had its share of a contract before another one."""
        self.ensure_one()
        if move.state != "posted":
            return self != move
        return (self.date, self.id) < (move.date, move.id)

    @api.model
    def _get_contract_billed(self, charges):
        """Return ``{charge: [(posted bill, amount)]}`` in the contract's currency."""
        # sudo: who checks a bill may lack the right to another's items
        lines = self.env["account.move.line"].sudo()
        found = lines.search(
            [
                ("customs_charge_id", "in", charges.ids),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "in", ("in_invoice", "in_refund")),
            ]
        )
        result = defaultdict(list)
        for line in found:
            if line._is_under_customs_contract():
                charge = line.customs_charge_id
                result[charge].append(
                    (
                        self.browse(line.move_id.id),
                        line._to_contract_currency(charge.vendor_currency_id),
                    )
                )
        return result

    def _search_customs_above_contract(self, operator, value):
        """Support ``> 0``: bills with something above their contract."""
        if operator != ">" or value:
            return NotImplemented
        groups = self.env["account.move.line"]._read_group(
            [
                ("customs_charge_id.vendor_rule_id", "!=", False),
                ("move_id.move_type", "in", ("in_invoice", "in_refund")),
                ("parent_state", "!=", "cancel"),
            ],
            ["move_id"],
        )
        moves = self.union(*(move for (move,) in groups))
        return [("id", "in", moves.filtered("customs_above_contract").ids)]
