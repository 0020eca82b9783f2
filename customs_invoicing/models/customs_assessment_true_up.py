from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..engine.accrual import true_up as compare_accrual
from ..engine.posting import ACCRUED_KINDS
from ..tools import to_decimal, to_float


class CustomsAssessment(models.Model):
    """Bringing accrued duty to the assessed amounts, just before they take it up."""

    _inherit = "customs.assessment"

    difference_reason = fields.Text(
        string="Reason of the difference",
        copy=False,
        help="Why the authority assessed another duty than was accrued.",
    )

    def _true_up_accruals(self):
        """Book the differences to what was accrued, if they are small or explained."""
        result = super()._true_up_accruals()
        found = self._get_true_ups()
        self._check_true_ups(found)
        changed = {
            record: true_up for record, true_up in found.items() if true_up.differences
        }
        if not changed:
            return result
        moves = self.declaration_id._create_accrual_entries(
            "true_up",
            {record.declaration_id: record.date for record in changed},
            {
                record.declaration_id: true_up.differences
                for record, true_up in changed.items()
            },
        )
        moves._post(soft=False)
        self.declaration_id._log_accruals(
            {
                record.declaration_id: record._describe_true_up(true_up)
                for record, true_up in changed.items()
            }
        )
        return result

    def _check_true_ups(self, found):
        problems = [
            self.env._(
                "%(comparison)s Say why under Reason of the difference on the file, "
                "then post again.",
                comparison=record._describe_true_up(result),
            )
            for record, result in found.items()
            if not result.accepted and not record.difference_reason
        ]
        if problems:
            raise UserError("\n".join(problems))

    def _get_true_ups(self):
        """Return ``{assessment: TrueUp}`` of versions whose files have an accrual."""
        records = self.filtered(lambda record: record.declaration_id.has_accrual)
        if not records:
            return {}
        accruals = records.declaration_id._query_accruals()
        deltas = records._get_deltas()
        tax_codes = self.env["customs.tax.code"]
        result = {}
        for record in records:
            coming = record._get_amounts_to_take_up(deltas[record])
            accrued, payable = {}, defaultdict(Decimal, coming)
            for tax, held in accruals[record.declaration_id.id].items():
                if not tax:
                    continue  # typed by hand: nobody knows what it is for
                accrued[tax_codes.browse(tax)] = held.total
                # what was taken up before is payable as well
                payable[tax_codes.browse(tax)] += held.total - held.open
            result[record] = compare_accrual(
                accrued, payable, record.company_id._get_customs_tolerance()
            )
        return result

    def _get_amounts_to_take_up(self, deltas):
        """Return ``{tax code: amount}`` that posting debits to the accrual.

        What our broker pays comes with its bill, and is awaited until then.

        :param deltas: ``{target: (base, amount)}`` to post
        """
        self.ensure_one()
        amounts = defaultdict(Decimal)
        for target, (_base, amount) in deltas.items():
            if target.charge and target.charge._is_accrued():
                amounts[target.charge.tax_code_id] += self._to_books(amount)
        for charge in self.declaration_id.charge_ids:
            if charge.payer == "agent" and charge.kind in ACCRUED_KINDS:
                payable = sum(
                    line.amount_payable
                    for line in self.line_ids
                    if line.tax_code_id == charge.tax_code_id
                )
                charged = to_decimal(charge.amount_charged)
                amounts[charge.tax_code_id] += self._to_books(payable) - charged
        return amounts

    def _to_books(self, amount):
        """Return an amount of the authority in the currency of the company."""
        return to_decimal(
            self.currency_id._convert(
                amount, self.company_id.currency_id, self.company_id, self.date
            )
        )

    def _describe_true_up(self, result):
        """Return how accrued and assessed duty compare, and by which rule, in words."""
        self.ensure_one()
        company = self.company_id
        tolerance = self.env._(
            "%(amount)s and %(percent)s %%",
            amount=company.currency_id.format(company.customs_accrual_tolerance_amount),
            percent=f"{company.customs_accrual_tolerance_percent:g}",
        )
        values = {
            "assessment": self.display_name,
            "accrued": company.currency_id.format(to_float(result.accrued)),
            "payable": company.currency_id.format(to_float(result.payable)),
            "difference": self._describe_deviation(result),
            "tolerance": tolerance,
            "reason": self.difference_reason or "",
        }
        if not result.differences:
            return self.env._(
                "%(assessment)s: %(payable)s assessed, as accrued.", **values
            )
        if result.accepted:
            return self.env._(
                "%(assessment)s: %(payable)s assessed, %(accrued)s accrued. The "
                "difference of %(difference)s is within the tolerance of "
                "%(tolerance)s and accepted by this rule.",
                **values,
            )
        words = self.env._(
            "%(assessment)s: %(payable)s assessed, %(accrued)s accrued. The difference "
            "of %(difference)s is beyond the tolerance of %(tolerance)s.",
            **values,
        )
        if self.difference_reason:
            words += " " + self.env._("Reason: %(reason)s", **values)
        return words

    def _describe_deviation(self, result):
        amount = self.company_id.currency_id.format(to_float(result.deviation))
        if result.percent is None:
            return amount
        return f"{amount} ({float(result.percent):.2f} %)"
