from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customs_disbursement_account_id = fields.Many2one(
        related="company_id.customs_disbursement_account_id", readonly=False
    )
    customs_client_deposits_account_id = fields.Many2one(
        related="company_id.customs_client_deposits_account_id", readonly=False
    )
    customs_refunds_due_account_id = fields.Many2one(
        related="company_id.customs_refunds_due_account_id", readonly=False
    )
    customs_staff_float_account_id = fields.Many2one(
        related="company_id.customs_staff_float_account_id", readonly=False
    )
    customs_disb_variance_account_id = fields.Many2one(
        related="company_id.customs_disb_variance_account_id", readonly=False
    )
    customs_bad_debt_account_id = fields.Many2one(
        related="company_id.customs_bad_debt_account_id", readonly=False
    )
    customs_duty_clearing_account_id = fields.Many2one(
        related="company_id.customs_duty_clearing_account_id", readonly=False
    )
    customs_broker_clearing_account_id = fields.Many2one(
        related="company_id.customs_broker_clearing_account_id", readonly=False
    )
    customs_brokerage_clearing_account_id = fields.Many2one(
        related="company_id.customs_brokerage_clearing_account_id", readonly=False
    )
    customs_brokerage_expense_account_id = fields.Many2one(
        related="company_id.customs_brokerage_expense_account_id", readonly=False
    )
    customs_duty_expense_account_id = fields.Many2one(
        related="company_id.customs_duty_expense_account_id", readonly=False
    )
    customs_selling_duty_account_id = fields.Many2one(
        related="company_id.customs_selling_duty_account_id", readonly=False
    )
    customs_cogs_account_id = fields.Many2one(
        related="company_id.customs_cogs_account_id", readonly=False
    )
    customs_duty_accrual_account_id = fields.Many2one(
        related="company_id.customs_duty_accrual_account_id", readonly=False
    )
    customs_neutral_account_id = fields.Many2one(
        related="company_id.customs_neutral_account_id", readonly=False
    )
    customs_vat_import_pending_account_id = fields.Many2one(
        related="company_id.customs_vat_import_pending_account_id", readonly=False
    )
    customs_vat_foreign_account_id = fields.Many2one(
        related="company_id.customs_vat_foreign_account_id", readonly=False
    )
    customs_authority_payable_account_id = fields.Many2one(
        related="company_id.customs_authority_payable_account_id", readonly=False
    )
    customs_deferment_payable_account_id = fields.Many2one(
        related="company_id.customs_deferment_payable_account_id", readonly=False
    )
    customs_customs_cash_account_id = fields.Many2one(
        related="company_id.customs_customs_cash_account_id", readonly=False
    )
    customs_securities_account_id = fields.Many2one(
        related="company_id.customs_securities_account_id", readonly=False
    )
    customs_refund_recv_account_id = fields.Many2one(
        related="company_id.customs_refund_recv_account_id", readonly=False
    )
    customs_dispute_recv_account_id = fields.Many2one(
        related="company_id.customs_dispute_recv_account_id", readonly=False
    )
    customs_penalty_account_id = fields.Many2one(
        related="company_id.customs_penalty_account_id", readonly=False
    )
    customs_interest_account_id = fields.Many2one(
        related="company_id.customs_interest_account_id", readonly=False
    )
    customs_guarantee_fee_account_id = fields.Many2one(
        related="company_id.customs_guarantee_fee_account_id", readonly=False
    )
    customs_interest_income_account_id = fields.Many2one(
        related="company_id.customs_interest_income_account_id", readonly=False
    )
    customs_cost_service_account_id = fields.Many2one(
        related="company_id.customs_cost_service_account_id", readonly=False
    )
    customs_accrued_cost_account_id = fields.Many2one(
        related="company_id.customs_accrued_cost_account_id", readonly=False
    )
    customs_accrued_revenue_account_id = fields.Many2one(
        related="company_id.customs_accrued_revenue_account_id", readonly=False
    )
    customs_rev_clearance_account_id = fields.Many2one(
        related="company_id.customs_rev_clearance_account_id", readonly=False
    )
    customs_rev_advance_account_id = fields.Many2one(
        related="company_id.customs_rev_advance_account_id", readonly=False
    )
    customs_rev_recharge_account_id = fields.Many2one(
        related="company_id.customs_rev_recharge_account_id", readonly=False
    )
    customs_journal_id = fields.Many2one(
        related="company_id.customs_journal_id", readonly=False
    )
    customs_entry_journal_id = fields.Many2one(
        related="company_id.customs_entry_journal_id", readonly=False
    )
    customs_bank_journal_id = fields.Many2one(
        related="company_id.customs_bank_journal_id", readonly=False
    )
    customs_assessment_document = fields.Selection(
        related="company_id.customs_assessment_document", readonly=False
    )
    customs_vat_evidence = fields.Selection(
        related="company_id.customs_vat_evidence", readonly=False
    )
    customs_disbursement_tax_id = fields.Many2one(
        related="company_id.customs_disbursement_tax_id", readonly=False
    )
    customs_import_vat_tax_ids = fields.Many2many(
        related="company_id.customs_import_vat_tax_ids", readonly=False
    )
    customs_postponed_vat_tax_ids = fields.Many2many(
        related="company_id.customs_postponed_vat_tax_ids", readonly=False
    )
    customs_default_capacity = fields.Selection(
        related="company_id.customs_default_capacity", readonly=False
    )
    customs_four_eyes = fields.Boolean(
        related="company_id.customs_four_eyes", readonly=False
    )
    customs_require_instruction = fields.Boolean(
        related="company_id.customs_require_instruction", readonly=False
    )
    customs_max_file_mb = fields.Integer(
        string="Largest file (MB)",
        config_parameter="customs_invoicing.max_file_mb",
        default=25,
        help="Declaration files above this size are refused.",
    )

    def action_create_customs_setup(self):
        """Create the accounts, journal, products and taxes the company lacks."""
        self.ensure_one()
        self.company_id.action_create_customs_setup()
        return {"type": "ir.actions.client", "tag": "reload"}
