from functools import partial

from odoo import models

from ..engine.explain import local_figures
from ..engine.rating import formula_words


class CustomsCharge(models.Model):
    """A charge on the client's prints."""

    _inherit = "customs.charge"

    def _get_annex_tax(self, here, before):
        """Return what the annex says of an outlay.

        :param here: ``{charge id: (in the invoice's currency, in ours)}``
        :param before: ``{charge id: in ours}``
        """
        self.ensure_one()
        shown, own = here.get(self.id, (0.0, 0.0))
        duties = self._get_annex_duties()
        not_payable = self.amount_assessed - self.amount_payable if duties else 0.0
        return {
            "label": self._get_translated_name(),
            "nature": self.nature,
            "assessed": self.amount_assessed,
            "not_payable": self.currency_id.round(not_payable),
            "status": ", ".join(
                dict.fromkeys(duty._get_annex_status(duty.status) for duty in duties)
            ),
            "paid_directly": self.amount_payable if self.payer == "client" else 0.0,
            "before": before.get(self.id, 0.0),
            "own": own,
            "here": shown,
            "disbursed": shown if self.nature == "disbursement" else 0.0,
            "formula": "",
        }

    def _get_annex_duties(self):
        """Return the assessed taxes of this charge that are not to be paid."""
        self.ensure_one()
        if not self.tax_code_id or not self.declaration_id.current_assessment_id:
            return self.env["customs.duty.line"]
        return self.declaration_id.duty_line_ids.filtered(
            lambda duty: (
                duty.tax_code_id == self.tax_code_id
                and duty.status != "payable"
                and duty.amount_assessed
            )
        )

    def _get_annex_fee(self, here, before):
        """Return what the annex says of an own service; see :meth:`_get_annex_tax`."""
        self.ensure_one()
        row = self._get_annex_tax(here, before)
        row.update(not_payable=0.0, status="", formula=self._get_annex_formula())
        return {**row, "assessed": 0.0, "paid_directly": 0.0}

    def _get_annex_formula(self):
        """Return how the rate card came to the price, in the language of the print."""
        if self.rating_is_edited:
            return ""
        if not self.rating_terms:
            return self.rating_formula or ""
        lang = self.env["res.lang"]._get_data(
            code=self.env.lang or self.env.user.lang or "en_US"
        )
        translate = self.env["customs.fee.rule"]._translate_rating
        figures = partial(
            local_figures, point=lang.decimal_point, group=lang.thousands_sep or ""
        )
        return formula_words(self.rating_terms, translate, figures)
