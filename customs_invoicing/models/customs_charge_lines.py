from odoo import fields, models
from odoo.fields import Command


class CustomsCharge(models.Model):
    """The lines of charges on the authority's bills and the client's invoices."""

    _inherit = "customs.charge"

    def _prepare_charge_vals(self, **vals):
        """Return what every item of the charge bears.

        Only cost is analysed, whatever Odoo's default distributions say.
        """
        self.ensure_one()
        return {
            "customs_charge_id": self.id,
            "customs_declaration_id": self.declaration_id.id,
            "analytic_distribution": False,
            **vals,
        }

    def _get_control_partner(self):
        """Return whose money an item is about: the client's, else the authority's."""
        self.ensure_one()
        return self.client_id or self.declaration_id.authority_id

    def _get_import_vat_tax(self, target):
        """Return the tax of our VAT return for import VAT."""
        return self.company_id._get_customs_import_vat_tax(
            target.rate, postponed=target.way == "postponed"
        )

    def _prepare_bill_line_vals(self, target, amount, base=0.0, correction=False):
        """Return the values of the bill lines for an amount owed to the authority.

        :param correction: the tax alone changed: it is posted anew on the full base,
            and what was posted is taken back with it
        """
        self.ensure_one()
        if target.way == "debt" and self._is_own_import_vat():
            lines = self._get_import_vat_tax(target)._prepare_customs_vat_lines(
                base,
                amount,
                self.company_id,
                "bill",
                self._prepare_import_vat_vals(target),
                cost_account=self._get_cost_account(),
            )
            if correction and len(lines) > 1:
                # the line that takes the base back takes the old tax back with it
                lines[1].update(tax_ids=lines[0]["tax_ids"], customs_taken_back=True)
            return lines
        return [
            self._prepare_charge_vals(
                name=self._get_invoice_label(),
                product_id=self.charge_code_id.product_id.id,
                quantity=1,
                price_unit=amount,
                tax_ids=[Command.clear()],
                **self._prepare_debit_vals(target),
            )
        ]

    def _prepare_entry_line_vals(self, target, base, amount):
        """Return the values of the journal items for an amount of the authority."""
        self.ensure_one()
        partner = self._get_control_partner()
        if target.way != "pending" and self._is_own_import_vat():
            return self._get_import_vat_tax(target)._prepare_customs_vat_lines(
                base,
                amount,
                self.company_id,
                "entry",
                {**self._prepare_import_vat_vals(target), "partner_id": partner.id},
                cost_account=self._get_cost_account(),
                currency=self.declaration_id.tariff_currency_id,
            )
        return [
            self._prepare_charge_vals(
                name=self._get_invoice_label(),
                partner_id=partner.id,
                balance=amount,
                **self._prepare_debit_vals(target),
            )
        ]

    def _prepare_debit_vals(self, target):
        """Return the account of an assessed amount, and what its items bear."""
        self.ensure_one()
        if target.way == "pending":
            account = self.company_id._get_customs_account("vat_import_pending")
            return {"account_id": account.id, "customs_vat_rate": target.rate}
        vals = {"account_id": self._get_assessment_account().id}
        if self.nature == "own_cost" and not self._is_accrued():
            vals["analytic_distribution"] = self._get_analytic_distribution()
        return vals

    def _prepare_import_vat_vals(self, target):
        """Return what all items of import VAT bear; its cost is a share lost."""
        self.ensure_one()
        return self._prepare_charge_vals(
            name=self._get_invoice_label(),
            customs_vat_rate=target.rate,
            analytic_distribution=self._get_analytic_distribution(),
        )

    def _get_invoice_label(self):
        """Return the text of the charge on bills and invoices."""
        self.ensure_one()
        declaration = self.declaration_id
        return self.env._(
            "%(charge)s – declaration %(declaration)s",
            charge=self._get_translated_name(),
            declaration=declaration.mrn or declaration.name,
        )

    def _get_translated_name(self):
        """Return the description, in the language of the context unless typed."""
        self.ensure_one()
        written = {"en_US", self.env.user.lang or "en_US"}
        lang = self.env.lang or "en_US"
        if written == {lang}:
            return self.name or self._get_usual_name(lang)
        usual = {self._get_usual_name(other) for other in written}
        if not self.name or self.name in usual:
            return self._get_usual_name(lang)
        return self.name

    def _get_usual_name(self, lang):
        """Return the description that charges get, see :meth:`_compute_name`."""
        code = (self.tax_code_id or self.charge_code_id).with_context(lang=lang)
        return f"{code.code} {code.name}" if self.tax_code_id else code.name

    def _prepare_invoice_line_vals(self, invoice):
        """Return the values of the client's invoice line for what is open."""
        self.ensure_one()
        company = self.company_id
        sign = -1 if invoice.move_type == "out_refund" else 1
        lang = invoice._get_customs_lang()
        vals = {
            "name": self.with_context(lang=lang)._get_invoice_label(),
            "product_id": self.charge_code_id.product_id.id,
            "quantity": 1,
            "price_unit": sign * self._get_invoice_price(invoice),
            "customs_amount": sign * self.amount_to_bill,
            "customs_charge_id": self.id,
            "customs_declaration_id": self.declaration_id.id,
        }
        if self.nature in ("disbursement", "recharge"):
            vals["account_id"] = company.customs_disbursement_account_id.id
            vals["analytic_distribution"] = False  # the client's cost is none of ours
        if self.nature == "disbursement":
            vals["tax_ids"] = [Command.set(company.customs_disbursement_tax_id.ids)]
        elif self.nature == "recharge":
            vals["tax_ids"] = [Command.set(self._get_recharge_taxes(invoice).ids)]
        return vals

    def _get_invoice_price(self, invoice):
        """Return what is open of the charge in the currency of an invoice."""
        self.ensure_one()
        return self.currency_id._convert(
            self.amount_to_bill,
            invoice.currency_id,
            self.company_id,
            invoice.invoice_date or fields.Date.context_today(self),
        )

    def _get_recharge_taxes(self, invoice):
        """Return the taxes of an outlay passed on in our own name: those of a sale."""
        self.ensure_one()
        company = self.company_id
        # of a branch: those of the company above it
        taxes = self.charge_code_id.product_id.taxes_id._filter_taxes_by_company(
            company
        )
        taxes -= company.customs_disbursement_tax_id
        return invoice.fiscal_position_id.map_tax(taxes or company.account_sale_tax_id)

    def _get_sales_tax(self, invoice, amount):
        """Return the tax on an amount of this charge, were it on an invoice."""
        self.ensure_one()
        vals = self._prepare_invoice_line_vals(invoice)
        lines = self.env["account.move.line"]
        if "tax_ids" in vals:
            taxes = lines.new({"tax_ids": vals["tax_ids"]}).tax_ids._origin
        else:
            line = lines.new({"move_id": invoice, "product_id": vals["product_id"]})
            taxes = line._get_computed_taxes()
        found = taxes.compute_all(
            amount,
            self.currency_id,
            product=self.charge_code_id.product_id,
            partner=invoice.partner_id,
        )
        return self.currency_id.round(found["total_included"] - found["total_excluded"])
