from odoo import fields, models

ANNEX_CHOICES = [
    ("yes", "With the annex of each declaration"),
    ("no", "Without annex"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    customs_annex = fields.Selection(
        selection=ANNEX_CHOICES,
        string="Customs invoices",
        required=True,
        default="yes",
        help="The annex lists items, bases, rates and amounts of the declaration. It "
        "follows the invoice in its PDF where outlays are billed.",
    )

    def _create_customs_disbursement_tax(self):
        result = super()._create_customs_disbursement_tax()
        self._translate_customs_disbursement_tax()
        return result

    def _translate_customs_disbursement_tax(self):
        """Put what clients read of the tax into every installed language.

        What the company words itself stays as it is.
        """
        self.ensure_one()
        tax = self.customs_disbursement_tax_id
        codes = {code for code, _name in self.env["res.lang"].get_installed()}
        words = {
            code: self.with_context(lang=code)._get_customs_tax_words()
            for code in codes | {"en_US"}
        }
        for record, field in (
            (tax, "name"),
            (tax, "invoice_label"),
            (tax.tax_group_id, "name"),
        ):
            key = record._name, field
            # set up by somebody who works in another language
            ours = {found[key] for found in words.values()}
            for code in codes if record else ():
                if record.with_context(lang=code)[field] in ours:
                    record.update_field_translations(field, {code: words[code][key]})

    def _get_customs_tax_words(self):
        """Return ``{(model, field): words}`` in the language of the context."""
        return {
            ("account.tax", "name"): self.env._("0% Disbursement"),
            ("account.tax", "invoice_label"): self.env._("0% disbursement"),
            ("account.tax.group", "name"): self.env._("Outside the scope of VAT"),
        }
