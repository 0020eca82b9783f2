"""Measures in force, found by the code of an item."""

from collections.abc import Iterable
from datetime import date

from .components import MEURSING_TYPES
from .model import DutyItem, Measure

_MEURSING_TYPES = frozenset(MEURSING_TYPES.values())


class MeasureIndex:
    """Measures in force on a day, found by the prefixes of a code.

    Built once for a declaration: an item then costs a few look-ups, whatever the
    number of measures.  Amounts of Meursing tables are no duties of their own and are
    kept apart.
    """

    def __init__(self, measures: Iterable[Measure], on_date: date):
        self._by_prefix: dict[str, list[Measure]] = {}
        self._meursing: dict[tuple[str, str], list[Measure]] = {}
        for measure in measures:
            if not measure.is_valid(on_date):
                continue
            if measure.type_code in _MEURSING_TYPES:
                key = measure.type_code, measure.additional_code
                self._meursing.setdefault(key, []).append(measure)
            else:
                self._by_prefix.setdefault(measure.code_prefix, []).append(measure)
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix})

    def covering(self, item: DutyItem) -> list[Measure]:
        """Return every measure on the code, origin, procedure and mode of an item.

        Whatever it must claim or state for them is left open.
        """
        return [
            measure
            for length in self._lengths
            if length <= len(item.code)
            for measure in self._by_prefix.get(item.code[:length], ())
            if measure.covers_origin(item.origin) and _is_admitted(measure, item)
        ]

    def meursing(self, type_code: str, additional_code: str) -> list[Measure]:
        """Return the amounts of a table part for an additional code."""
        return self._meursing.get((type_code, additional_code), [])


def _is_admitted(measure, item):
    if measure.procedures and not (
        item.procedure and item.procedure.startswith(tuple(measure.procedures))
    ):
        return False
    return not measure.transport_modes or item.transport_mode in measure.transport_modes
