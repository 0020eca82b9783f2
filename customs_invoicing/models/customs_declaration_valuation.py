from odoo import api, fields, models

from ..engine import CustomsRate, MissingRate, ValuationError, valuate
from ..engine.valuation_model import INDEPENDENT, LARGEST_REMAINDER
from ..tools import changed_vals, to_decimal

#: What is read of the shares that are there, before the new ones are written
_SHARE = (
    "declaration_id",
    "company_id",
    "line_id",
    "sequence",
    "kind",
    "currency_id",
    "tariff_currency_id",
    "rate",
    "amount_national",
    "amount_customs_value",
    "in_customs_value",
    "in_vat_base",
)


class CustomsDeclaration(models.Model):
    """The customs value of items, built up from prices and costs."""

    _inherit = "customs.declaration"

    value_part_count = fields.Integer(
        string="Share count", compute="_compute_value_part_count"
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([_mark_stated_rate(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(_mark_stated_rate(vals))

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
        parts = []
        by_file = self._read_valuation_elements()
        for (tariff, day, company), records in self.grouped(
            lambda r: (r.tariff_id, r._get_rate_date(), r.company_id)
        ).items():
            currencies = records.invoice_currency_id
            for record in records:
                currencies |= by_file[record].currency_id
            rates = tariff._get_customs_rates(currencies, day, company)
            rules = self.env["customs.valuation.rule"]._search_for(tariff, day)
            for record in records:
                parts += record._write_values(by_file[record], rates, rules)
        self._replace_value_parts(parts)
        self._write_total_values()

    def _write_total_values(self):
        """State the total of a declaration whose values are all calculated."""
        for record in self:
            lines = record.line_ids
            if lines and all(line.value_is_ours for line in lines):
                total = sum(lines.mapped("customs_value"))
                if changed := changed_vals(record, {"customs_value": total}):
                    record.write(changed)

    def _read_valuation_elements(self):
        """Return all amounts of the files, those of their items too."""
        elements = self.env["customs.valuation.element"].search(
            [("declaration_id", "in", self.ids)]
        )
        found = elements.grouped("declaration_id")
        return {record: found.get(record, elements.browse()) for record in self}

    def _replace_value_parts(self, vals_list):
        """Store the shares of all items; one that is there already is not written."""
        # sudo: shares are written by the calculation alone, no user edits them
        records = self.env["customs.value.part"].sudo()
        stale = records.search_fetch([("declaration_id", "in", self.ids)], _SHARE)
        by_key = {(part.line_id.id, part.kind): part for part in stale}
        to_create, kept = [], set()
        for vals in vals_list:
            part = by_key.get((vals["line_id"], vals["kind"]))
            if part is None:
                to_create.append(vals)
                continue
            kept.add(part.id)
            if changed := changed_vals(part, vals):
                part.write(changed)
        stale.filtered(lambda part: part.id not in kept).unlink()
        records.create(to_create)

    def _write_values(self, elements, table_rates, rules):
        """Write the values of the items; return the values of their shares.

        :param elements: all amounts of the file
        """
        self.ensure_one()
        lines = self.line_ids.filtered("invoice_value")
        (self.line_ids - lines)._write_no_value(False)
        if not lines:
            return []
        rates = {**table_rates, **self._get_stated_rates(elements)}
        used = self._get_used_elements(elements, lines)
        try:
            valuation = valuate(
                [line._to_valuation_item() for line in lines],
                rules._complete(
                    [element._to_engine(elements) for element in used],
                    self.transport_mode,
                ),
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
            lines._write_no_value(self._get_value_problem(error))
            return []
        parts = []
        for line, values in zip(lines, valuation.items, strict=True):
            vals = line._prepare_value_vals(values)
            if changed_vals(line, vals):
                line.write(vals)  # all of it: who sets a customs value says whose it is
            parts += line._prepare_value_parts(values, used, rates)
        return parts

    def _get_stated_rates(self, elements):
        """Return the rates that the declaration itself states, which go first.

        The rate of the invoice is one only where somebody stated it; one that is
        proposed is the table's own, which has it more exactly. Rates typed beside an
        amount are that amount's alone.
        """
        self.ensure_one()
        stated = [
            (element.currency_id, element.rate)
            for element in elements
            if element.is_stated
        ]
        if not self.customs_rate_is_ours:
            stated.append((self.invoice_currency_id, self.customs_rate))
        return {
            currency.name: CustomsRate(currency.name, to_decimal(rate, 8))
            for currency, rate in stated
            if currency and currency != self.tariff_currency_id and rate > 0
        }

    def _get_used_elements(self, elements, lines):
        """Return the amounts to build up from.

        The authority's shares of an amount that is also stated for the whole
        declaration are compared with, not added to it; those entered by hand are the
        amount of the whole declaration, already spread.
        """
        self.ensure_one()
        whole = elements.filtered(lambda e: not e.line_id)
        kinds = set(whole.mapped("kind"))
        by_hand = whole.filtered(lambda e: e.apportionment == "manual")
        spread = set(by_hand.mapped("kind"))
        return whole | elements.filtered(
            lambda e: e.line_id in lines
            and not (e.is_stated and e.kind in kinds)
            and e.kind not in spread
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

    def _get_invoice_rates(self):
        """Return our and the stated customs rate of the invoice currency.

        By declaration id; ``None`` where there is none, as for national currency.
        """
        result = {}
        for (tariff, day, company), records in self.grouped(
            lambda r: (r.tariff_id, r._get_rate_date(), r.company_id)
        ).items():
            currencies = records.invoice_currency_id
            rates = tariff._get_customs_rates(currencies, day, company)
            for record in records:
                ours = rates.get(record.invoice_currency_id.name)
                stated = to_decimal(record.customs_rate, 8) or None
                result[record.id] = (
                    ours.convert(to_decimal(1)) if ours else None,
                    stated if ours else None,
                )
        return result


def _mark_stated_rate(vals):
    """A customs rate that is typed or read is not the one we propose."""
    if vals.get("customs_rate") and "customs_rate_is_ours" not in vals:
        return {**vals, "customs_rate_is_ours": False}
    return vals
