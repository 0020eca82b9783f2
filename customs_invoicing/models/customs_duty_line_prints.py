from odoo import models


class CustomsDutyLine(models.Model):
    """A tax of an item on the client's prints."""

    _inherit = "customs.duty.line"

    def _get_annex_duty(self, write, is_expected):
        """Return what the annex says of a tax.

        :param write: writes a number in the language of the print
        :param is_expected: the authority has not assessed: our own figures
        """
        self.ensure_one()
        if is_expected:
            base, size = self.base_calculated, None
            rate = self.rate_calculated
            assessed, payable = self.amount_calculated, self.payable_calculated
            status = self.status_calculated or "payable"
        else:
            base = self.base_assessed
            size = 3 if self.base_kind == "quantity" else None
            rate = self.rate_assessed
            assessed, payable = self.amount_assessed, self.amount_payable
            status = self.status
        return {
            "tax": f"{self.tax_code_id.code} {self.tax_code_id.name}",
            "base": (write(base, size) if size else write(base)) if base else "",
            "rate": rate or "",
            "assessed": write(assessed),
            "payable": write(payable),
            "status": self._get_annex_status(status),
        }

    def _get_annex_status(self, status):
        """Return why a tax is not paid, in words; nothing for one that is."""
        if status == "payable":
            return ""
        return dict(self._fields["status"]._description_selection(self.env))[status]
