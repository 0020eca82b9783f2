import re
from typing import NamedTuple

from odoo import models

#: A master reference number is unique without office and year
MRN = re.compile(r"\d{2}[A-Z]{2}[A-Z0-9]{14}")


class CustomsFacts(NamedTuple):
    """What an e-invoice says of a line besides its text and amounts."""

    declaration: str
    classification: str
    scheme: str
    service_code: str


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_customs_charge_codes(self):
        """Return ``{product: charge code}`` of the products on these lines."""
        # sudo: who sends an invoice may lack rights on charge codes
        codes = self.env["customs.charge.code"].sudo().with_context(active_test=False)
        return codes.search([("product_id", "in", self.product_id.ids)]).grouped(
            "product_id"
        )

    def _get_customs_facts(self):
        """Return ``{line: CustomsFacts}`` of the lines of client invoices."""
        lines = self.filtered(lambda line: line.move_id.is_sale_document())
        codes = lines._get_customs_charge_codes()
        nothing = self.env["customs.charge.code"]
        facts = {}
        for line in lines:
            code = codes.get(line.product_id, nothing)
            facts[line] = CustomsFacts(
                line._get_customs_declaration_number(),
                code.item_classification_code or "",
                code.item_classification_scheme or "",
                code.unece_service_code or "",
            )
        return facts

    def _get_customs_declaration_number(self):
        """Return the authority's number of the line's declaration, if it has one."""
        # sudo: who sends an invoice may lack rights on files
        declaration = self.sudo().customs_declaration_id
        number = (declaration.registration_number or "").replace(" ", "")
        return number if MRN.fullmatch(number) else declaration.mrn or ""
