from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from .customs_declaration import CAPACITIES


def _account_role(string, help_text, account_type, reconcile=False):
    return fields.Many2one(
        comodel_name="account.account",
        string=string,
        check_company=True,
        domain=[("account_type", "=", account_type)]
        + ([("reconcile", "=", True)] if reconcile else []),
        help=help_text,
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    customs_disbursement_account_id = _account_role(
        "Disbursement control",
        "Outlays in the client's name. Its balance per declaration is what is still "
        "to be billed; it must be zero before a file closes.",
        "asset_current",
        reconcile=True,
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
            self._check_customs_control_unused(vals["customs_disbursement_account_id"])
        return super().write(vals)

    def _check_customs_control_unused(self, new_account_id):
        """Files are settled on one account: it cannot change once it carries any."""
        for company in self:
            account = company.customs_disbursement_account_id
            if not account or account.id == new_account_id:
                continue
            # sudo: settings may be edited by people without journal item rights
            used = (
                self.env["account.move.line"]
                .sudo()
                .search(
                    [
                        ("company_id", "=", company.id),
                        ("account_id", "=", account.id),
                        ("customs_charge_id", "!=", False),
                    ],
                    limit=1,
                )
            )
            if used:
                raise UserError(
                    self.env._(
                        "%(account)s carries outlays of customs files, among them "
                        "%(declaration)s, and stays the disbursement account.",
                        account=account.display_name,
                        declaration=used.customs_declaration_id.name,
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
        control = self.customs_disbursement_account_id
        if capacity != "own" and control and not control.reconcile:
            return [
                self.env._(
                    "%(account)s must allow reconciliation to be the disbursement "
                    "account of %(company)s.",
                    account=control.display_name,
                    company=self.name,
                )
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

    def _get_customs_rate_problems(self, currency):
        """Return a sentence when a currency has no exchange rate at all."""
        self.ensure_one()
        if currency == self.currency_id or currency.rate_ids.filtered(
            lambda rate: not rate.company_id or rate.company_id == self.root_id
        ):
            return []
        return [
            self.env._(
                "%(currency)s has no exchange rate to %(own)s. Add one under "
                "Invoicing, Configuration, Currencies.",
                currency=currency.name,
                own=self.currency_id.name,
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
            lambda tax: float_compare(tax.amount, rate, precision_digits=4) == 0
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
