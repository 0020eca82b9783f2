from odoo import models

from .account_edi_xml_ubl_bis3 import (
    CUSTOMS_DECLARATION,
    INVOICED_OBJECT,
    SERVICE_CODE,
)


class AccountEdiXmlCii(models.AbstractModel):
    """Factur-X and ZUGFeRD say the same; see the templates."""

    _inherit = "account.edi.xml.cii"

    def _export_invoice_vals(self, invoice):
        vals = super()._export_invoice_vals(invoice)
        facts = invoice.invoice_line_ids._get_customs_facts()
        for line_vals in vals["invoice_line_vals_list"]:
            line_vals["customs_facts"] = facts.get(line_vals["line"])
        vals.update(
            customs_corrected=invoice._get_customs_corrected_moves(),
            customs_scheme=CUSTOMS_DECLARATION,
            customs_type_code=INVOICED_OBJECT,
            customs_service_code_name=SERVICE_CODE,
            purchase_order_reference=invoice._get_customs_order_number(
                vals["purchase_order_reference"]
            ),
        )
        return vals
