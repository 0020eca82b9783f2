from odoo import api, models


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    @api.model
    def _load_module_terms(self, modules, langs, overwrite=False):
        """A language installed later also reaches the tax that clients read."""
        result = super()._load_module_terms(modules, langs, overwrite=overwrite)
        if "customs_invoicing" in modules and langs:
            # sudo: of all companies, whoever installs a language
            companies = (
                self.env["res.company"]
                .sudo()
                .search([("customs_disbursement_tax_id", "!=", False)])
            )
            for company in companies:
                company._translate_customs_disbursement_tax()
        return result
