from odoo import models

from ..engine import DutyItem
from ..engine.model import SUSPENDED, QuotaClaim
from ..engine.units import find_unit
from ..tools import split_codes, to_decimal
from .customs_valuation_element import VALUE_NAMES, VAT_ONLY


class CustomsDeclarationLine(models.Model):
    """From goods items to the engine, in a number of queries that does not grow."""

    _inherit = "customs.declaration.line"

    def _to_engine(self, tax_codes=()):
        """Return the items of one declaration as the engine knows them.

        :param tax_codes: codes of all taxes, for a procedure that suspends them
        """
        # all of them at once: Odoo would read them by the thousand
        self.detail_ids.fetch(["line_id", "kind", "name", "amount"])
        self.value_part_ids.fetch(["line_id", "kind", "amount_national"])
        declaration = self.declaration_id
        suspends = declaration.procedure_id.suspends_duty
        header_documents = declaration.document_ids.filtered(lambda d: not d.line_id)
        by_line = declaration.document_ids.grouped("line_id")
        common = {
            "transport_mode": declaration.transport_mode or "",
            "statuses": dict.fromkeys(tax_codes, SUSPENDED) if suspends else {},
        }
        return [
            DutyItem(
                key=line.id,
                label=str(line.number),
                code=line.code or "",
                # no value is unknown, not zero: goods are never worth nothing
                customs_value=to_decimal(line.customs_value) or None,
                origin=line.origin_id.code or "",
                claims=split_codes(line.preference),
                values=line._get_engine_values(),
                quantities=line._get_engine_quantities(),
                documents=frozenset(
                    code
                    for documents in (header_documents, by_line.get(line, ()))
                    for code in (document.code for document in documents)
                    if code
                ),
                additional_codes=split_codes(line.additional_codes),
                quota=line._get_quota_claim(),
                procedure=(line.procedure or declaration.procedure_id.code or "")[:4],
                **common,
            )
            for line in self
        ]

    def _get_engine_values(self):
        """Return the values of the item by the names that bases use."""
        self.ensure_one()
        values = {}
        for part in self.value_part_ids:
            if part.kind in VAT_ONLY and part.amount_customs_value > 0:
                continue  # it is in the customs value already
            name = VALUE_NAMES[part.kind]
            values[name] = values.get(name, 0) + to_decimal(part.amount_national)
        for name, amount in (("CIF", self.value_cif), ("FOB", self.value_fob)):
            if amount:
                values[name] = to_decimal(amount)
        if self.customs_value and self.tariff_id:
            # what the authority values by is known even where nothing else is
            values.setdefault(
                self.tariff_id.valuation_basis.upper(), to_decimal(self.customs_value)
            )
        values.update(self._get_details("value"))
        return values

    def _get_engine_quantities(self):
        """Return the quantities of the item by the keys that rates use."""
        self.ensure_one()
        quantities = {}
        if self.net_mass:
            quantities["kg"] = to_decimal(self.net_mass, 3)
        if self.gross_mass:
            quantities["kg:gross"] = to_decimal(self.gross_mass, 3)
        if self.supplementary_quantity:
            unit = find_unit(self.supplementary_unit or "")
            key = unit.quantity_key if unit else self.supplementary_unit
            if key:
                per = unit.per if unit else 1
                quantity = to_decimal(self.supplementary_quantity, 3) * per
                quantities.setdefault(key, quantity)
        quantities.update(self._get_details("quantity"))
        return quantities

    def _get_details(self, kind):
        return {
            detail.name: to_decimal(detail.amount)
            for detail in self.detail_ids
            if detail.kind == kind
        }

    def _get_quota_claim(self):
        self.ensure_one()
        if not self.quota_order_number or self.quota_requested <= 0:
            return None
        requested = to_decimal(self.quota_requested, 3)
        allocated = min(to_decimal(self.quota_allocated, 3), requested)
        return QuotaClaim(
            self.quota_order_number,
            requested,
            max(allocated, to_decimal(0)) if self.quota_is_answered else None,
        )
