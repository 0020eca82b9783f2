from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.roles import BY_CODE, ROLES


class ResCompany(models.Model):
    """Creating what a chart of accounts lacks for customs invoicing."""

    _inherit = "res.company"

    def action_create_customs_setup(self):
        """Fill every empty customs setting of the company; keep what is set.

        Pressing it twice creates nothing more.
        """
        self.ensure_one()
        self.check_access("write")
        if not self.chart_template:
            raise UserError(
                self.env._(
                    "%(company)s has no chart of accounts yet. Install one under "
                    "Settings, Invoicing, Fiscal localisation.",
                    company=self.name,
                )
            )
        company = self.with_company(self)
        company._create_customs_accounts()
        company._create_customs_journals()
        company._create_customs_disbursement_tax()
        company._create_customs_import_vat_taxes()
        company._set_customs_product_accounts()
        return True

    def _create_customs_accounts(self):
        accounts = self.env["account.account"]
        for role in ROLES:
            if self[role.field]:
                continue
            self[role.field] = accounts.create(
                {
                    "code": self._get_customs_account_code(
                        role.account_type, role.number
                    ),
                    "name": role.name,
                    "account_type": role.account_type,
                    "reconcile": role.reconcile,
                    "company_ids": [Command.set(self.ids)],
                }
            )

    def _get_customs_account_code(self, account_type, preferred):
        """Return a free code beside the highest the chart uses for a type.

        The preferred one where there is none, or no digits are left above it.
        """
        accounts = self.env["account.account"]
        last = accounts.search(
            [
                *accounts._check_company_domain(self),
                ("account_type", "=", account_type),
            ],
            order="code desc",
            limit=1,
        )
        code = accounts._search_new_account_code(last.code) if last else ""
        if not code.isdigit():
            code = accounts._search_new_account_code(preferred, cache=set())
        return code

    def _create_customs_journals(self):
        if not self.customs_journal_id:
            self.customs_journal_id = self._create_customs_journal(
                "CUST", "purchase", self.env._("Customs assessments")
            )
        if not self.customs_entry_journal_id:
            self.customs_entry_journal_id = self._create_customs_journal(
                "CUSE", "general", self.env._("Customs entries")
            )

    def _create_customs_journal(self, code, journal_type, name):
        journals = self.env["account.journal"]
        return journals.search(
            [("company_id", "=", self.id), ("code", "=", code)], limit=1
        ) or journals.create(
            {
                "name": name,
                "code": code,
                "type": journal_type,
                "company_id": self.id,
            }
        )

    def _create_customs_disbursement_tax(self):
        if tax := self.customs_disbursement_tax_id:
            # e-invoices may have been installed after the tax was made
            codes = self._prepare_customs_e_invoice_vals()
            tax.write({name: code for name, code in codes.items() if not tax[name]})
            return
        taxes = self.env["account.tax"]
        vals = self._prepare_customs_disbursement_tax_vals()
        # a branch has the taxes of the companies above it
        self.customs_disbursement_tax_id = taxes.search(
            [
                *taxes._check_company_domain(self),
                *[(field, "=", vals[field]) for field in ("type_tax_use", "name")],
            ],
            limit=1,
        ) or taxes.create(vals)

    def _prepare_customs_disbursement_tax_vals(self):
        reference = self.account_sale_tax_id or self.env["account.tax"].search(
            [("company_id", "=", self.id), ("type_tax_use", "=", "sale")], limit=1
        )
        vals = {
            "name": self.env._("0% Disbursement"),
            "description": self.env._("Paid on your behalf, outside the scope of VAT"),
            "invoice_label": self.env._("0% disbursement"),
            "type_tax_use": "sale",
            "amount_type": "percent",
            "amount": 0.0,
            "company_id": self.id,
            "country_id": self.account_fiscal_country_id.id,
        }
        if reference.tax_group_id:
            vals["tax_group_id"] = self._get_customs_zero_tax_group().id
        return {**vals, **self._prepare_customs_e_invoice_vals()}

    def _get_customs_zero_tax_group(self):
        groups = self.env["account.tax.group"]
        name = self.env._("Outside the scope of VAT")
        return groups.search(
            [*groups._check_company_domain(self), ("name", "=", name)], limit=1
        ) or groups.create(
            {
                "name": name,
                "company_id": self.id,
                "country_id": self.account_fiscal_country_id.id,
            }
        )

    def _prepare_customs_e_invoice_vals(self):
        """Category E with the repayment reason of EU VAT Directive Article 79(c)."""
        fields_ = self.env["account.tax"]._fields
        if "ubl_cii_tax_category_code" not in fields_:
            return {}
        return {
            "ubl_cii_tax_category_code": "E",
            "ubl_cii_tax_exemption_reason_code": "VATEX-EU-79-C",
        }

    # === PRODUCTS === #

    def _set_customs_product_accounts(self, charges=None):
        """Give the charges' products their accounts and taxes in this company.

        :param charges: charge codes; all of them unless given
        """
        control = self.customs_disbursement_account_id
        if charges is None:
            charges = self.env["customs.charge.code"].search(
                [("product_id", "!=", False)]
            )
        for charge in charges:
            template = charge.product_id.product_tmpl_id.with_company(self)
            own = template.taxes_id.filtered(lambda tax: tax.company_id == self)
            if charge.kind == "service":
                if not template.property_account_income_id:
                    template.property_account_income_id = self[
                        BY_CODE[f"rev_{charge.revenue or 'clearance'}"].field
                    ]
                if not own and self.account_sale_tax_id:
                    template.taxes_id = [Command.link(self.account_sale_tax_id.id)]
                continue
            if not template.property_account_income_id:
                template.property_account_income_id = control
            if not template.property_account_expense_id:
                template.property_account_expense_id = (
                    self.customs_duty_clearing_account_id
                )
            # A new chart gives every product its default tax: that is no choice
            if charge.kind != "third_party" and own <= self.account_sale_tax_id:
                template.taxes_id = [
                    *(Command.unlink(tax.id) for tax in own),
                    Command.link(self.customs_disbursement_tax_id.id),
                ]
