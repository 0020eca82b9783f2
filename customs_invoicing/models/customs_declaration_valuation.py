from odoo import fields, models

from ..engine import CustomsRate, MissingRate, ValuationError, valuate
from ..engine.valuation_model import INDEPENDENT, LARGEST_REMAINDER
from ..tools import to_decimal


class CustomsDeclaration(models.Model):
    """The customs value of items, built up from prices and costs."""

    _inherit = "customs.declaration"

    value_part_count = fields.Integer(
        string="Share count", compute="_compute_value_part_count"
    )

    def _compute_value_part_count(self):
        groups = self.env["customs.value.part"]._read_group(
            [("declaration_id", "in", self.ids)], ["declaration_id"], ["__count"]
        )
        counts = {declaration.id: count for declaration, count in groups}
        for record in self:
            record.value_part_count = counts.get(record._origin.id, 0)

    def action_view_value_parts(self):
        """Show every share of every amount."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_value_part_action"
        )
        action["domain"] = [("declaration_id", "=", self.id)]
        return action

    def _compute_values(self):
        """Build up the value of every item that has a price, and store the shares.

        A value that was read from the authority's file or typed stays as it is; ours
        stands beside it. Queries do not grow with the items.
        """
        # sudo: shares are written by the calculation alone, no user edits them
        self.env["customs.value.part"].sudo().search(
            [("declaration_id", "in", self.ids)]
        ).unlink()
        parts = []
        for (tariff, day), records in self.grouped(
            lambda r: (r.tariff_id, r._get_rate_date())
        ).items():
            currencies = records.invoice_currency_id
            currencies |= records.valuation_element_ids.currency_id
            rates = tariff._get_customs_rates(currencies, day, records.company_id[:1])
            for record in records:
                parts += record._write_values(rates)
        self.env["customs.value.part"].sudo().create(parts)

    def _write_values(self, table_rates):
        """Write the values of the items; return the values of their shares."""
        self.ensure_one()
        lines = self.line_ids.filtered("invoice_value")
        (self.line_ids - lines).write(self._prepare_no_value_vals(False))
        if not lines:
            return []
        rates = {**table_rates, **self._get_stated_rates()}
        elements = self._get_used_elements(lines)
        try:
            valuation = valuate(
                [line._to_valuation_item() for line in lines],
                [element._to_engine() for element in elements],
                incoterm=self.incoterm_id.code or "",
                basis=self.tariff_id.valuation_basis,
                national=self.tariff_currency_id.name,
                rates=rates,
                rules=self.tariff_id._get_rounding(),
                method=INDEPENDENT
                if self.tariff_id.apportionment_method == "independent"
                else LARGEST_REMAINDER,
            )
        except (MissingRate, ValuationError) as error:
            lines.write(self._prepare_no_value_vals(self._get_value_problem(error)))
            return []
        parts = []
        for line, values in zip(lines, valuation.items, strict=True):
            line.write(line._prepare_value_vals(values))
            parts += line._prepare_value_parts(values, elements, rates)
        return parts

    def _get_stated_rates(self):
        """Return the rates that the declaration itself states, which go first."""
        self.ensure_one()
        stated = [(e.currency_id, e.rate) for e in self.valuation_element_ids]
        stated.append((self.invoice_currency_id, self.customs_rate))
        return {
            currency.name: CustomsRate(currency.name, to_decimal(rate, 8))
            for currency, rate in stated
            if currency and currency != self.tariff_currency_id and rate > 0
        }

    def _get_used_elements(self, lines):
        """Return the amounts to build up from.

        The authority's shares of an amount that is also stated for the whole
        declaration are compared with, not added to it.
        """
        self.ensure_one()
        whole = self.valuation_element_ids.filtered(lambda e: not e.line_id)
        kinds = set(whole.mapped("kind"))
        return whole | self.valuation_element_ids.filtered(
            lambda e: e.line_id in lines and not (e.is_stated and e.kind in kinds)
        )

    def _get_value_problem(self, error):
        if isinstance(error, MissingRate):
            return self.env._(
                "No customs exchange rate for %(currency)s on %(day)s. Enter it under "
                "Tariff, Exchange rates, or state the rate on the Value tab.",
                currency=error.currency,
                day=self._get_rate_date(),
            )
        return str(error)

    def _prepare_no_value_vals(self, problem):
        return {
            "customs_value_calculated": 0.0,
            "value_cif": 0.0,
            "value_fob": 0.0,
            "value_explanation": False,
            "value_problem": problem,
        }

    def _get_invoice_rates(self):
        """Return our and the stated customs rate of the invoice currency.

        By declaration id; ``None`` where there is none, as for national currency.
        """
        result = {}
        for (tariff, day), records in self.grouped(
            lambda r: (r.tariff_id, r._get_rate_date())
        ).items():
            currencies = records.invoice_currency_id
            rates = tariff._get_customs_rates(currencies, day, records.company_id[:1])
            for record in records:
                ours = rates.get(record.invoice_currency_id.name)
                stated = to_decimal(record.customs_rate, 8) or None
                result[record.id] = (
                    ours.convert(to_decimal(1)) if ours else None,
                    stated if ours else None,
                )
        return result
