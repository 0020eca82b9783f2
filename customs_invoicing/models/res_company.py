from odoo import fields, models
from odoo.exceptions import UserError

from .customs_declaration import CAPACITIES


def _account_role(string, help_text, account_type):
    return fields.Many2one(
        comodel_name="account.account",
        string=string,
        check_company=True,
        domain=[("account_type", "=", account_type)],
        help=help_text,
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    customs_disbursement_account_id = _account_role(
        "Disbursement control",
        "Outlays in the client's name. Its balance per declaration is what is still "
        "to be billed; it must be zero before a file closes.",
        "asset_current",
    )
    customs_duty_clearing_account_id = _account_role(
        "Duty clearing",
        "Duty on our own goods, until it becomes part of their cost.",
        "asset_current",
    )
    customs_authority_payable_account_id = _account_role(
        "Authority payable",
        "What is owed to customs authorities, per authority and due date.",
        "liability_payable",
    )
    customs_neutral_account_id = _account_role(
        "Neutral base account",
        "Carries the base of import VAT in and out again, so the tax report shows the "
        "true base. Its balance is always zero.",
        "asset_current",
    )
    customs_penalty_account_id = _account_role(
        "Penalties", "Penalties of the authority on our own imports.", "expense"
    )
    customs_interest_account_id = _account_role(
        "Interest on arrears",
        "Interest of the authority on our own imports.",
        "expense",
    )
    customs_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Customs journal",
        check_company=True,
        domain=[("type", "=", "purchase")],
        help="Purchase journal for the assessments of the authority.",
    )
    customs_disbursement_tax_id = fields.Many2one(
        comodel_name="account.tax",
        string="Disbursement tax",
        check_company=True,
        domain=[("type_tax_use", "=", "sale"), ("amount", "=", 0)],
        help="Zero tax on outlays passed on at cost: outside the scope of VAT.",
    )
    customs_import_vat_tax_ids = fields.Many2many(
        comodel_name="account.tax",
        relation="res_company_customs_import_vat_rel",
        string="Import VAT",
        check_company=True,
        domain=[("type_tax_use", "=", "purchase"), ("amount_type", "=", "percent")],
        help="One purchase tax per rate of import VAT; the rate of the assessment "
        "chooses.",
    )
    customs_default_capacity = fields.Selection(
        selection=CAPACITIES,
        string="Usual capacity",
        default="direct",
        required=True,
        help="Capacity of a new declaration, unless the importer is this company or "
        "the client has a standing instruction.",
    )
    customs_four_eyes = fields.Boolean(
        string="Second person posts",
        help="Whoever imported an assessment may not post it.",
    )

    def write(self, vals):
        if "customs_disbursement_account_id" in vals:
            self._check_customs_control_empty(vals["customs_disbursement_account_id"])
        return super().write(vals)

    def _check_customs_control_empty(self, new_account_id):
        """The control account can only change while it holds nothing."""
        for company in self:
            account = company.customs_disbursement_account_id
            if not account or account.id == new_account_id:
                continue
            # sudo: settings may be edited by people without journal item rights
            open_line = (
                self.env["account.move.line"]
                .sudo()
                .search(
                    [
                        ("company_id", "=", company.id),
                        ("account_id", "=", account.id),
                        ("customs_charge_id", "!=", False),
                        ("parent_state", "=", "posted"),
                        ("reconciled", "=", False),
                    ],
                    limit=1,
                )
            )
            if open_line:
                raise UserError(
                    self.env._(
                        "%(account)s still holds outlays to bill, first of them "
                        "%(declaration)s. Settle them before choosing another "
                        "disbursement account.",
                        account=account.display_name,
                        declaration=open_line.customs_declaration_id.name,
                    )
                )

    def _get_customs_setup_gaps(self, capacity):
        """Return sentences on the settings missing to post and bill."""
        self.ensure_one()
        needed = ["customs_authority_payable_account_id", "customs_journal_id"]
        if capacity == "own":
            needed += ["customs_duty_clearing_account_id", "customs_neutral_account_id"]
        else:
            needed += ["customs_disbursement_account_id", "customs_disbursement_tax_id"]
        missing = [
            self._fields[name]._description_string(self.env)
            for name in needed
            if not self[name]
        ]
        if not missing:
            return []
        return [
            self.env._(
                "Settings, Customs lack for %(company)s: %(missing)s. The button "
                "“Create what is missing” there fills them.",
                company=self.name,
                missing=", ".join(missing),
            )
        ]

    def _get_customs_import_vat_tax(self, rate):
        """Return the purchase tax for an import VAT rate in percent."""
        self.ensure_one()
        if not rate:
            raise UserError(
                self.env._(
                    "The rate of import VAT in the assessment could not be read, so no "
                    "tax of %(company)s can be chosen for it.",
                    company=self.name,
                )
            )
        tax = self.customs_import_vat_tax_ids.filtered(
            lambda tax: not tax.company_id.currency_id.compare_amounts(tax.amount, rate)
        )[:1]
        if not tax:
            raise UserError(
                self.env._(
                    "No import VAT tax of %(rate)s %% for %(company)s. Add one under "
                    "Settings, Customs, Import VAT.",
                    rate=f"{rate:g}",
                    company=self.name,
                )
            )
        return tax
