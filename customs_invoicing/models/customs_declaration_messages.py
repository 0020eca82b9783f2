from odoo import models


class CustomsDeclaration(models.Model):
    """What the banner of a file says: what blocks it, what to look at."""

    _inherit = "customs.declaration"

    def _get_blocking_reasons(self):
        """Return sentences on what keeps the file from its next step."""
        self.ensure_one()
        reasons = []
        if self.state in ("closed", "cancelled"):
            return reasons
        if self.capacity != "own" and not self.client_id:
            reasons.append(
                self.env._("No client: choose who is billed for this declaration.")
            )
        if not self.office_id:
            reasons.append(self.env._("No customs office: choose where it is lodged."))
        return reasons

    def _get_code_warnings(self):
        """Return sentences on items whose code cannot be one of the tariff."""
        self.ensure_one()
        length = self.tariff_id.code_length
        asking = self.line_ids.filtered(
            lambda line: line.quota_order_number and line.quota_requested <= 0
        )
        return [
            self.env._(
                "Item %(item)s claims quota %(quota)s without a quantity, so its rate "
                "does not apply.",
                item=line.number,
                quota=line.quota_order_number,
            )
            for line in asking
        ] + [
            self.env._(
                "Item %(item)s: code %(code)s has %(found)s digits; those of the "
                "tariff have %(length)s.",
                item=line.number,
                code=line.code,
                found=len(line.code),
                length=length,
            )
            for line in self.line_ids
            if length and line.code and len(line.code) != length
        ]

    def _get_warnings(self):
        """Return sentences on what the officer should look at."""
        self.ensure_one()
        if self.state in ("closed", "cancelled"):
            return []
        return [
            *self._get_file_warnings(),
            *self._get_deposit_warnings(),
            *self._get_code_warnings(),
            *self._get_value_warnings(),
            *self._get_duty_warnings(),
            *self._get_payment_warnings(),
            *self._get_limit_warnings(),
        ]

    def _get_file_warnings(self):
        self.ensure_one()
        warnings = []
        unknown = (self.importer_id | self.exporter_id | self.broker_id).filtered(
            "customs_to_review"
        )
        if unknown:
            warnings.append(
                self.env._(
                    "Created from the file, please check: %(partners)s",
                    partners=", ".join(unknown.mapped("display_name")),
                )
            )
        if self.state == "lodged":
            warnings.append(
                self.env._(
                    "Waiting for the assessment: upload the authority's file, or "
                    "record it."
                )
            )
        if self.has_unposted_assessment and self.amount_charged:
            change = self.amount_payable - self.amount_charged
            warnings.append(
                self.env._(
                    "A new version of the assessment changes what is owed by "
                    "%(amount)s. Post it.",
                    amount=self.currency_id.format(change),
                )
            )
        return warnings

    def _get_value_warnings(self):
        self.ensure_one()
        warnings = []
        unpriced = self.line_ids.filtered(lambda line: not line.invoice_value)
        if unpriced and self.line_ids - unpriced and self.valuation_element_ids:
            warnings.append(
                self.env._(
                    "Item %(items)s has no price, so it bears no share of freight and "
                    "other costs. Enter a price, or its costs on the item.",
                    items=", ".join(map(str, unpriced.mapped("number"))),
                )
            )
        without_value = self.line_ids.filtered(lambda line: not line.customs_value)
        problems = dict.fromkeys(without_value.mapped("value_problem"))
        warnings += [problem for problem in problems if problem]
        if without_value:
            warnings.append(
                self.env._(
                    "No customs value for item %(items)s, so it cannot be calculated.",
                    items=", ".join(
                        str(number) for number in without_value.mapped("number")
                    ),
                )
            )
        return warnings

    def _get_duty_warnings(self):
        self.ensure_one()
        warnings = []
        # iterated, not sorted: the records of many files are then read at once
        last = max(self.calculation_ids, key=lambda record: record.id, default=None)
        if last and last.warning:
            warnings += last.warning.split("\n")
        if self.current_assessment_id.kind == "provisional":
            warnings.append(
                self.env._(
                    "The taxes are provisional: the file carries no assessment number."
                )
            )
        missing = self.duty_line_ids.filtered(
            lambda line: not line.is_calculated
            and line.tax_code_id.kind != "fee"
            and (not line.line_id or line.line_id.customs_value)
        )
        if missing:
            warnings.append(
                self.env._(
                    "No rate in our tariff for %(count)s of %(total)s tax lines, so "
                    "these could not be checked.",
                    count=len(missing),
                    total=len(self.duty_line_ids),
                )
            )
        return warnings
