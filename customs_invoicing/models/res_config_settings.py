from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customs_disbursement_account_id = fields.Many2one(
        related="company_id.customs_disbursement_account_id", readonly=False
    )
    customs_duty_clearing_account_id = fields.Many2one(
        related="company_id.customs_duty_clearing_account_id", readonly=False
    )
    customs_authority_payable_account_id = fields.Many2one(
        related="company_id.customs_authority_payable_account_id", readonly=False
    )
    customs_neutral_account_id = fields.Many2one(
        related="company_id.customs_neutral_account_id", readonly=False
    )
    customs_penalty_account_id = fields.Many2one(
        related="company_id.customs_penalty_account_id", readonly=False
    )
    customs_interest_account_id = fields.Many2one(
        related="company_id.customs_interest_account_id", readonly=False
    )
    customs_journal_id = fields.Many2one(
        related="company_id.customs_journal_id", readonly=False
    )
    customs_disbursement_tax_id = fields.Many2one(
        related="company_id.customs_disbursement_tax_id", readonly=False
    )
    customs_import_vat_tax_ids = fields.Many2many(
        related="company_id.customs_import_vat_tax_ids", readonly=False
    )
    customs_default_capacity = fields.Selection(
        related="company_id.customs_default_capacity", readonly=False
    )
    customs_four_eyes = fields.Boolean(
        related="company_id.customs_four_eyes", readonly=False
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
