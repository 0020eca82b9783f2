"""Components and conditions of rates as rows of their tables."""

from ..engine.model import DOCUMENT
from .customs_measure_component import RATE_DIGITS
from .customs_tariff_import_bulk import BulkTable

COMPONENT_COLUMNS = (
    "measure_id",
    "condition_id",
    "sequence",
    "operator",
    "kind",
    "rate",
    "amount",
    "currency_id",
    "per",
    "unit",
    "times",
    "qualifier",
    "weight_basis",
    "content",
    "on",
    "part",
)
_CONDITION_COLUMNS = (
    "id",
    "measure_id",
    "sequence",
    "code",
    "kind",
    "document_code",
    "value_name",
    "operator",
    "threshold",
    "currency_id",
    "action",
)


class RateColumns:
    """Turns rates of a publication into columns."""

    def __init__(self, env, lookups):
        self.env = env
        self.lookups = lookups
        self._parts = {}  # columns of components by the identity of their tuple

    def get_problem(self, row):
        """Return why the parts of a rate cannot be stored, "" if they can."""
        parts = list(row.components or ())
        for condition in row.conditions:
            parts += condition.components
            if condition.kind == DOCUMENT and not condition.document:
                return self.env._("A condition asks for a document it does not name.")
        for named in (*parts, *row.conditions):
            if named.currency and named.currency not in self.lookups.currencies:
                return self.env._("Currency %s is not known.", named.currency)
        for part in parts:
            if (part.rate or 0) < 0 or (part.amount or 0) < 0:
                return self.env._("A part of the rate is below zero.")
        return ""

    def get_parts(self, components):
        """Return the columns of components, in their order."""
        key = id(components)
        if key not in self._parts:
            self._parts[key] = [
                self._prepare_part(number, part)
                for number, part in enumerate(components or (), 1)
            ]
        return self._parts[key]

    def _prepare_part(self, number, part):
        return (
            10 * number,
            part.operator,
            part.kind,
            f"{part.rate or 0:.{RATE_DIGITS[1]}f}",
            f"{part.amount or 0:.{RATE_DIGITS[1]}f}",
            self.lookups.currencies.get(part.currency),
            f"{part.per:.4f}",
            part.unit or None,
            ",".join(part.times) or None,
            part.qualifier or None,
            part.weight_basis or None,
            part.content or None,
            part.on or None,
            part.part or None,
        )

    def insert_conditions(self, conditions):
        """Store conditions; return the columns of their components."""
        table = BulkTable(self.env["customs.measure.condition"], _CONDITION_COLUMNS)
        ids = table.reserve_ids(len(conditions))
        components, rows = [], []
        for number, (measure_id, condition) in zip(ids, conditions, strict=True):
            threshold = condition.threshold
            rows.append(
                (
                    number,
                    measure_id,
                    condition.sequence,
                    condition.code or None,
                    condition.kind,
                    condition.document or None,
                    condition.value_name or None,
                    condition.operator,
                    None if threshold is None else f"{threshold:.6f}",
                    self.lookups.currencies.get(condition.currency),
                    condition.action,
                )
            )
            components += [
                (None, number, *part) for part in self.get_parts(condition.components)
            ]
        table.insert(rows)
        return components
