from odoo import models

from ..engine.problems import CLAIM_VOID
from ..engine.units import find_unit, quantity_in
from ..tools import to_decimal
from .customs_duty_calculator_needs import get_asked

#: Declares that no preference is claimed, in the EU and where its codes are used
NO_PREFERENCE = "100"


class CustomsDutyCalculator(models.TransientModel):
    """What keeps an answer from being relied upon, in words."""

    _inherit = "customs.duty.calculator"

    def _get_alert(self, has_duty):
        """Return what is to be said above the answer, "" where nothing is."""
        if has_duty:
            return ""
        return self.env._(
            "No customs duty is known for this code on this day. The total is "
            "incomplete."
        )

    def _get_unmatched_words(self, calculation, item, index):
        """Return sentences on what was typed and no rate on the goods asks for."""
        measures = list(index.covering(item))
        return [
            *self._get_unmatched_claims(calculation, item, measures),
            *self._get_unmatched_quota(measures),
            *self._get_unmatched_unit(measures),
        ]

    def _get_unmatched_claims(self, calculation, item, measures):
        known = {claim for measure in measures for claim in measure.claims}
        void = " ".join(p.words for p in calculation.problems if p.code == CLAIM_VOID)
        return [
            self.env._(
                "Preference %(claim)s: the tariff has no rate that is claimed with it "
                "for this code, origin and day.",
                claim=claim,
            )
            for claim in sorted(item.claims - known - {NO_PREFERENCE})
            if claim not in void  # its agreement says more
        ]

    def _get_unmatched_quota(self, measures):
        number = self.quota_order_number
        if not number or number in {measure.quota for measure in measures}:
            return []
        return [
            self.env._(
                "Quota %(number)s: the tariff has no rate within it for this code, "
                "origin and day.",
                number=number,
            )
        ]

    def _get_unmatched_unit(self, measures):
        """Doubt a unit that is none, or a quantity that nothing is charged on.

        What the nomenclature or the declaration asks for is needed even without a rate.
        """
        text = self.supplementary_unit
        unit = find_unit(text or "")
        key = unit.quantity_key if unit else text
        stated = {key: to_decimal(1)}
        expected = {
            self._check_code().line.supplementary_unit,
            self.line_id.supplementary_unit,
        }
        asked = (name for m in measures for _kind, name, _words, _opt in get_asked(m))
        if (
            not text
            or text in expected
            or (unit and not self.supplementary_quantity)
            or any(quantity_in(stated, name) is not None for name in asked)
        ):
            return []
        return [
            self.env._(
                "Unit %(unit)s: no rate on this code is charged by it, so the quantity "
                "is not used.",
                unit=text,
            )
        ]
