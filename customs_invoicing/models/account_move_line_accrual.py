from odoo import api, fields, models


class AccountMoveLine(models.Model):
    """What items of accruals are about; they carry no charge, for they are no cost or
    revenue of it yet."""

    _inherit = "account.move.line"

    customs_accrual_tax_code_id = fields.Many2one(
        comodel_name="customs.tax.code",
        string="Accrued tax",
        ondelete="restrict",
        copy=False,
        readonly=True,
        help="Tax whose expected amount the item books.",
    )
    customs_accrued_charge_id = fields.Many2one(
        comodel_name="customs.charge",
        string="Accrued for",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        readonly=True,
        check_company=True,
        help="Service or cost of the file that the item anticipates at period end.",
    )

    @api.depends("customs_accrual_tax_code_id.code")
    def _compute_customs_tax_code(self):
        """Name the tax of accruals as that of charges."""
        result = super()._compute_customs_tax_code()
        for line in self.filtered("customs_accrual_tax_code_id"):
            line.customs_tax_code = line.customs_accrual_tax_code_id.code
        return result

    def _copy_data_extend_business_fields(self, values):
        result = super()._copy_data_extend_business_fields(values)
        values["customs_accrual_tax_code_id"] = self.customs_accrual_tax_code_id.id
        values["customs_accrued_charge_id"] = self.customs_accrued_charge_id.id
        return result

    def _is_customs_accrual(self):
        """Whether the item is on the accrual account, for a file."""
        self.ensure_one()
        account = self.company_id.customs_duty_accrual_account_id
        return bool(self.customs_declaration_id) and self.account_id == account

    def _get_accrued_tax(self):
        """Return the tax an item of the accrual account is about."""
        self.ensure_one()
        return self.customs_accrual_tax_code_id or self.customs_charge_id.tax_code_id
