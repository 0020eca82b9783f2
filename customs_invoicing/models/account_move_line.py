from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.import_vat import DIVISION
from ..engine.posting import PASSED_ON

#: What a posted item is for
POSTED_LINKS = {
    "customs_charge_id",
    "customs_declaration_id",
    "customs_vat_rate",
    "customs_taken_back",
    "customs_amount",
    "customs_fee_amount",
    "customs_fee_currency_id",
    "customs_fee_period_id",
    "customs_funds_request_id",
    "customs_deposit_step",
}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # copy=False: a duplicated invoice must not bill the same charge again. Reversals
    # carry the links over, see _copy_data_extend_business_fields.
    customs_declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        string="Customs declaration",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
    )
    customs_charge_id = fields.Many2one(
        comodel_name="customs.charge",
        string="Customs charge",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
        domain="[('declaration_id', '=', customs_declaration_id)]",
    )
    customs_amount = fields.Monetary(
        string="Customs amount",
        currency_field="company_currency_id",
        copy=False,
        help="Outlay or price this line bills, in the currency of the company. Empty "
        "once the price was changed by hand.",
    )
    customs_vat_rate = fields.Float(
        string="Rate of import VAT",
        digits=(16, 4),
        copy=False,
        help="Rate of the authority in percent, where the tax does not say it.",
    )
    customs_taken_back = fields.Boolean(
        string="Import VAT taken back",
        copy=False,
        help="Marks the base of import VAT that a correction replaces.",
    )
    customs_tax_code = fields.Char(
        string="Customs tax code",
        compute="_compute_customs_tax_code",
        store=True,
        help="Tax of the customs authority, for example A00.",
    )
    customs_client_id = fields.Many2one(
        related="customs_declaration_id.client_id",
        store=True,
        string="Customs client",
        index="btree_not_null",
        help="Client of the declaration; on a bill the partner of every line is the "
        "vendor.",
    )

    @api.depends("customs_charge_id.tax_code_id.code")
    def _compute_customs_tax_code(self):
        for line in self:
            line.customs_tax_code = line.customs_charge_id.tax_code_id.code

    def _compute_account_id(self):
        """Owe assessed amounts on the authority's own account."""
        result = super()._compute_account_id()
        for line in self:
            move = line.move_id
            if line.display_type == "payment_term" and move.customs_assessment_id:
                account = (
                    move.customs_payable_account_id
                    or move.company_id.customs_authority_payable_account_id
                )
                line.account_id = account or line.account_id
        return result

    def _copy_data_extend_business_fields(self, values):
        result = super()._copy_data_extend_business_fields(values)
        values["customs_declaration_id"] = self.customs_declaration_id.id
        values["customs_charge_id"] = self.customs_charge_id.id
        values["customs_taken_back"] = self.customs_taken_back
        values["customs_vat_rate"] = self.customs_vat_rate
        return result

    def unlink(self):
        """A heading goes with the last line of its file; the charge is open again."""
        moves = self.filtered("customs_charge_id").move_id
        result = super().unlink()
        if moves:
            moves.exists()._customs_drop_headings()
        return result

    def write(self, vals):
        self._check_customs_links(vals)
        by_hand = {"price_unit", "quantity", "discount"} & set(vals)
        if by_hand and not self.env.context.get("customs_reprice"):
            vals = {**vals, "customs_amount": 0.0}
        return super().write(vals)

    def _check_customs_links(self, vals):
        """What a posted item is for is part of what was posted."""
        links = POSTED_LINKS & set(vals)
        for line in self.filtered(lambda li: links and li.parent_state == "posted"):
            for name in links:
                current = self._fields[name].convert_to_write(line[name], line)
                if (current or False) != (vals[name] or False):
                    raise UserError(
                        self.env._(
                            "%(move)s is posted; what its items are for in customs "
                            "files cannot change. Reverse it instead.",
                            move=line.move_id.display_name,
                        )
                    )

    @api.model
    def _get_customs_tax_key(self, line):
        """Return what keeps the tax lines of import VAT apart per charge."""
        if (
            isinstance(line, models.BaseModel)
            and line._name == "account.move.line"
            and line.customs_charge_id
            and line.move_id.is_purchase_document()
            and line.customs_charge_id.sudo().kind == "vat"  # kind is no secret
        ):
            return {
                "customs_charge_id": line.customs_charge_id.id,
                "customs_declaration_id": line.customs_declaration_id.id,
                "customs_taken_back": line.customs_taken_back,
                "customs_vat_rate": line.customs_vat_rate,
            }
        return {}

    def _get_customs_account_due(self):
        """Return the account an outlay or an assessed amount has to be on, if one."""
        self.ensure_one()
        charge, move = self.customs_charge_id, self.move_id
        if charge.nature in PASSED_ON and (
            move._bills_client() or move.customs_assessment_id
        ):
            return self.company_id.customs_disbursement_account_id
        own_vat = charge._is_own_import_vat()
        if move.customs_assessment_id and not own_vat and not self.tax_line_id:
            return charge._get_assessment_account()
        return self.env["account.account"]

    def _get_customs_vat_rate(self):
        """Return the rate in percent of an item of import VAT.

        A tax that is the whole price has none: 0.0 where the authority gave none.
        """
        self.ensure_one()
        tax = self.tax_line_id or self.tax_ids[:1]
        if self.customs_vat_rate or tax.amount_type == DIVISION:
            return self.customs_vat_rate
        return tax.amount

    def _get_customs_target_part(self, charge):
        """Return ``(way, base factor, amount factor)`` of an item of an assessment.

        Base pairs of import VAT count once, with the item that bears the tax; of a
        self-accounted tax only the deductible side is the amount.
        """
        self.ensure_one()
        if not charge._is_own_import_vat():
            return "debt", 0, 1
        if tax := self.tax_line_id:
            postponed = tax._get_customs_vat_way() == "postponed"
            factor = self.tax_repartition_line_id.factor_percent
            return "postponed" if postponed else "debt", 0, int(factor > 0)
        if tax := self.tax_ids[:1]:
            way = tax._get_customs_vat_way()
            # a tax-only line is all tax: its base is not reported
            counts = int(way != "only")
            return "postponed" if way == "postponed" else "debt", counts, 0
        pending = self.company_id.customs_vat_import_pending_account_id
        if pending and self.account_id == pending:
            return "pending", 0, 1
        return "", 0, 0

    # === EXCHANGE ROUNDING === #

    def _is_customs_control(self):
        self.ensure_one()
        account = self.company_id.customs_disbursement_account_id
        return bool(self.customs_charge_id) and self.account_id == account

    def _create_customs_rounding_move(self):
        """Book the cent that an invoice in a foreign currency cannot express.

        An outlay of 2 157.86 may be 2 157.85 or 2 157.87 in the smallest units of the
        invoice currency. What is left, at most half such a unit per line, is an
        exchange difference on the same charge.

        :return: the draft entry, empty when nothing is left or it is no rounding
        """
        company = self.company_id
        gap = company.currency_id.round(sum(self.mapped("amount_residual")))
        foreign = self.filtered(
            lambda line: line.move_id._bills_client()
            and line.currency_id != company.currency_id
        )
        allowed = sum(line.move_id._get_customs_rounding_gap() for line in foreign)
        if not gap or abs(gap) > allowed:
            return self.env["account.move"]
        last = foreign.sorted("date")[-1]
        return self.env["account.move"].create(
            last._prepare_customs_rounding_move_vals(gap)
        )

    def _prepare_customs_rounding_move_vals(self, gap):
        self.ensure_one()
        company = self.company_id
        account = (
            company.expense_currency_exchange_account_id
            if gap > 0
            else company.income_currency_exchange_account_id
        )
        label = self.env._("Exchange rounding, %(move)s", move=self.move_id.name)
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": company.currency_exchange_journal_id.id,
            "date": self.date,
            "ref": label,
            "line_ids": [
                (
                    0,
                    0,
                    {
                        "name": label,
                        "account_id": self.account_id.id,
                        "partner_id": self.partner_id.id,
                        "balance": -gap,
                        "customs_charge_id": self.customs_charge_id.id,
                        "customs_declaration_id": self.customs_declaration_id.id,
                    },
                ),
                (0, 0, {"name": label, "account_id": account.id, "balance": gap}),
            ],
        }
