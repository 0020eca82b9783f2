from odoo import fields, models
from odoo.fields import Command


class CustomsCharge(models.Model):
    """The lines of charges on the authority's bills and the client's invoices."""

    _inherit = "customs.charge"

    def _is_own_import_vat(self):
        self.ensure_one()
        return self.nature == "own_cost" and self.kind == "vat"

    def _get_authority_account(self):
        """Return the account an assessed amount is debited to."""
        self.ensure_one()
        company = self.company_id
        if self.nature in ("disbursement", "recharge"):
            return company.customs_disbursement_account_id
        return {
            "penalty": company.customs_penalty_account_id,
            "interest": company.customs_interest_account_id,
        }.get(self.kind, company.customs_duty_clearing_account_id)

    def _prepare_authority_line_vals(
        self, amount, base=0.0, rate=0.0, correction=False
    ):
        """Return the values of the bill lines for an amount owed to the authority.

        Import VAT of an own import is a pair of lines on the neutral account, the
        first with the tax, so the true base is reported and only the tax is owed.
        """
        self.ensure_one()
        common = {
            "quantity": 1,
            "customs_charge_id": self.id,
            "customs_declaration_id": self.declaration_id.id,
        }
        label = self._get_invoice_label()
        if not self._is_own_import_vat():
            return [
                {
                    **common,
                    "name": label,
                    "product_id": self.charge_code_id.product_id.id,
                    "account_id": self._get_authority_account().id,
                    "price_unit": amount,
                    "tax_ids": [Command.clear()],
                }
            ]
        tax = self.company_id._get_customs_import_vat_tax(rate)
        common["account_id"] = self.company_id.customs_neutral_account_id.id
        return [
            {
                **common,
                "name": self.env._("%(label)s, base", label=label),
                "price_unit": base,
                "tax_ids": [Command.set(tax.ids)],
            },
            {
                **common,
                "name": self.env._("%(label)s, base taken back", label=label),
                "price_unit": -base,
                # a correction of the tax alone takes the old tax back with its base
                "tax_ids": [Command.set(tax.ids if correction else [])],
                "customs_taken_back": correction,
            },
        ]

    def _get_invoice_label(self):
        """Return the text of the charge on bills and invoices."""
        self.ensure_one()
        declaration = self.declaration_id
        return self.env._(
            "%(charge)s – declaration %(declaration)s",
            charge=self.name or self.charge_code_id.name,
            declaration=declaration.mrn or declaration.name,
        )

    def _prepare_invoice_line_vals(self, invoice):
        """Return the values of the client's invoice line for what is open."""
        self.ensure_one()
        company = self.company_id
        sign = -1 if invoice.move_type == "out_refund" else 1
        price = self.currency_id._convert(
            sign * self.amount_to_bill,
            invoice.currency_id,
            company,
            invoice.invoice_date or fields.Date.context_today(self),
        )
        lang = invoice.partner_id.lang
        vals = {
            "name": self.with_context(lang=lang)._get_invoice_label(),
            "product_id": self.charge_code_id.product_id.id,
            "quantity": 1,
            "price_unit": price,
            "customs_amount": sign * self.amount_to_bill,
            "customs_charge_id": self.id,
            "customs_declaration_id": self.declaration_id.id,
        }
        if self.nature in ("disbursement", "recharge"):
            vals["account_id"] = company.customs_disbursement_account_id.id
        if self.nature == "disbursement":
            vals["tax_ids"] = [Command.set(company.customs_disbursement_tax_id.ids)]
        elif self.nature == "recharge":
            vals["tax_ids"] = [Command.set(self._get_recharge_taxes(invoice).ids)]
        return vals

    def _get_recharge_taxes(self, invoice):
        """Return the taxes of an outlay passed on in our own name: those of a sale."""
        self.ensure_one()
        company = self.company_id
        taxes = self.charge_code_id.product_id.taxes_id.filtered(
            lambda tax: tax.company_id == company
        )
        taxes -= company.customs_disbursement_tax_id
        return invoice.fiscal_position_id.map_tax(taxes or company.account_sale_tax_id)
