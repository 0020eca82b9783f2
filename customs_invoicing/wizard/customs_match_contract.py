from odoo import models


class CustomsMatchCharges(models.TransientModel):
    """Lines of vendors that have contract prices for the charges of a file."""

    _inherit = "customs.match.charges"

    def _prepare_row(self, file, role, amount, **vals):
        row = super()._prepare_row(file, role, amount, **vals)
        if role in ("service", "disbursement") and not row.get("charge_id"):
            charge = self._find_contract_charge(file, row)
            if charge:
                row["charge_id"] = charge.id
        return row

    def _find_contract_charge(self, file, row):
        """Return the charge a line is for: by product or words, else the only one."""
        charges = file.charge_ids._filter_contract(self.partner_id, row["role"])
        line = self.env["account.move.line"].browse(row["move_line_id"] or [])
        if line.product_id:
            found = charges.filtered(
                lambda charge: charge.charge_code_id.product_id == line.product_id
            )
            if found:
                return found[:1]
        words = (row.get("name") or "").casefold()
        named = charges.filtered(
            lambda charge: (
                charge.name.casefold() in words
                or charge.charge_code_id.code.casefold() in words.split()
            )
        )
        if len(named) == 1:
            return named
        return charges if len(charges) == 1 else charges.browse()
