"""Records behind the codes and names in the file of a rate card."""

import re

from ..engine.containers import SIZES
from ..formats.rate_card import CardProblem
from ..tools import to_float

#: Models whose records a file names by their code
MODELS = {
    "applies_to": "customs.charge.code",
    "regime": "customs.procedure",
    "port": "customs.office",
    "incoterm": "account.incoterms",
}
CHARGE = "customs.charge.code"
RATES = "Rates"


def split_list(text):
    """Return texts parted by commas or semicolons."""
    parts = (part.strip() for part in re.split("[,;]", text or ""))
    return [part for part in parts if part]


class RecordFinder:
    """Looks up what a file names, a query per model, and collects what is missing."""

    def __init__(self, env, card):
        self.env = env
        self.problems = []
        wanted = {CHARGE: set(), **{model: set() for model in MODELS.values()}}
        for row in self._all_rows(card.rows):
            wanted[CHARGE].add(row.charge)
            wanted[CHARGE].update(row.params.get("applies_to") or ())
            for column, model in MODELS.items():
                wanted[model].update(split_list(row.conditions.get(column)))
        self._ids = {
            model: self._search(model, codes) for model, codes in wanted.items()
        }

    def _all_rows(self, rows):
        for row in rows:
            yield row
            yield from self._all_rows(row.parts)

    def _search(self, model, codes):
        found = {}
        for record in self.env[model].search([("code", "in", list(codes))]):
            found.setdefault(record.code, []).append(record.id)
        return found

    def flag(self, row, column, code, **values):
        """Note a problem of a cell, in the words of the user."""
        problem = CardProblem(code, RATES, row.row, column, values=values)
        sentence = problem.sentence(self.env["customs.fee.rule"]._translate_rating)
        self.problems.append(f"{problem.place}: {sentence}")

    def find_charge(self, row):
        """Return the charge code of a row."""
        found = self._ids[CHARGE].get(row.charge)
        if not found:
            self.flag(row, "charge_code", "unknown_charge", text=row.charge)
        return found[0] if found else False

    def find_all(self, row, column, model, codes):
        """Return the ids of all records that a cell names."""
        found = []
        for code in codes:
            ids = self._ids[model].get(code, [])
            if not ids:
                self.flag(row, column, "unknown_record", text=code)
            found += ids
        return found

    def find_choice(self, row, column, choices, text):
        """Return the key of a choice, named by its key or its label."""
        if not text:
            return False
        names = {label.casefold(): key for key, label in choices}
        names.update({key.casefold(): key for key, _label in choices})
        key = names.get(text.strip().casefold())
        if not key:
            known = ", ".join(key for key, _label in choices)
            self.flag(row, column, "unknown_choice", text=text, choices=known)
        return key or False

    def check_sizes(self, row, sizes):
        """Return the pairs of size and price whose size is known."""
        for size in sizes:
            if size not in SIZES:
                known = ", ".join(SIZES)
                self.flag(row, "sizes", "unknown_choice", text=size, choices=known)
        return [(size, price) for size, price in sizes.items() if size in SIZES]

    def read_figure(self, row, name, value):
        """Return a figure as its field holds it; one that it cannot is a problem."""
        field = self.env["customs.fee.rule"]._fields[name]
        if field.type == "integer" and value != value.to_integral_value():
            self.flag(row, name, "bad_line", text=str(value))
        return to_float(value)

    def check_rule(self, row, vals):
        """Note what the record of a row would refuse."""
        rules = self.env["customs.fee.rule"]
        parts = [vals, *(command[2] for command in vals.get("child_ids", ()))]
        for part in parts:
            for sentence in rules.new(part)._get_own_problems():
                self.problems.append(f"{RATES} {row.row}: {sentence}")
