"""Reading a rate card: all that is wrong is listed at once, and nothing is guessed."""

from dataclasses import replace

from ..engine.rating_check import check
from . import rate_card_cells as cells
from .rate_card_cells import EMPTY, Unreadable
from .rate_card_columns import (
    BY_ID,
    CHOICE,
    COMMON,
    DATE,
    FACTS_BY_ID,
    LINE,
    LIST,
    NUMBER,
    PERCENT,
    REQUIRED_COLUMNS,
    TEXT,
    choices_of,
    columns_of,
    required_of,
)
from .rate_card_errors import CardProblem, RateCardError, rule_problem
from .rate_card_model import RateCard, RateCardRow, fee_rule
from .rate_card_sheets import CARD, MAX_BYTES, RATES, read_sheets

MAX_OF = "MAX_OF"
_CONDITIONS = (
    "regime",
    "mode",
    "port",
    "hs",
    "incoterm",
    "declaration_type",
    "service_level",
)
_NOT_PARAMS = COMMON | {"minimum", "maximum"}
_READERS = {
    LINE: cells.read_line,
    NUMBER: cells.read_number,
    PERCENT: cells.read_percent,
    DATE: cells.read_date,
    TEXT: cells.read_text,
    LIST: cells.read_list,
}


def read_rate_card(content: bytes, max_bytes: int = MAX_BYTES) -> RateCard:
    """Return the rate card of an XLSX or CSV file, told apart by content.

    :raise RateCardError: with every problem of the file
    """
    return _Reader(read_sheets(content, max_bytes)).read_card()


class _Place:
    """Where a cell stands."""

    def __init__(self, sheet, row, index, column):
        self.values = {
            "sheet": sheet.name,
            "row": row,
            "column": column,
            "cell": sheet.cell_name(row, index),
        }


class _Reader:
    """Reads the sheets of one file and collects what is wrong."""

    def __init__(self, sheets):
        self.sheets = sheets
        self.problems: list[CardProblem] = []

    def flag(self, code, place, **values):
        """Note a problem at a place."""
        where = {} if place is None else place.values
        self.problems.append(CardProblem(code, values=values, **where))

    def read_card(self):
        """Return the card."""
        card = self._read_facts()
        if RATES not in self.sheets:
            self.flag("no_sheet", None, text=RATES)
        else:
            card = replace(
                card, rows=_Rates(self, self.sheets[RATES], card).read_rules()
            )
        if self.problems:
            raise RateCardError(self.problems, card)
        return card

    def value(self, column, cell, place, choices=()):
        """Return what a cell says, none where it cannot be read."""
        try:
            if cell.problem:
                raise Unreadable(cell.problem, text=cell.text)
            if column.kind == CHOICE:
                return _choice(cell, choices)
            return _READERS[column.kind](cell)
        except Unreadable as error:
            self.flag(error.code, place, **error.values)
            return None

    # === CARD === #

    def _read_facts(self):
        sheet, found = self.sheets.get(CARD), {}
        for row, row_cells in sheet.rows if sheet else ():
            name = row_cells[0].text.casefold().replace(" ", "_")
            cell = row_cells[1] if len(row_cells) > 1 else EMPTY
            place = _Place(sheet, row, 1, name)
            if name == "fact":  # the header
                continue
            if name not in FACTS_BY_ID:
                known = ", ".join(FACTS_BY_ID)
                self.flag("unknown_fact", place, text=row_cells[0].text, choices=known)
                continue
            if name in found:
                self.flag("same_fact", place, text=name)
                continue
            found[name] = self._read_fact(FACTS_BY_ID[name], cell, place)
        return self._checked_card(found)

    def _read_fact(self, fact, cell, place):
        if not cell.text and not cell.problem:
            return None
        value = self.value(fact, cell, place, fact.choices)
        if fact.id == "currency" and value is not None:
            value = value.upper()
            if not (len(value) == 3 and value.isascii() and value.isalpha()):
                self.flag("bad_currency", place, text=value)
        if fact.id == "valid_to" and value is not None:
            self._last_day = place
        return value

    def _checked_card(self, found):
        card = RateCard(**{key: value for key, value in found.items() if value})
        minimum = found.get("document_minimum")
        if minimum is not None:  # zero is stated, too
            card = replace(card, document_minimum=minimum)
        if card.valid_from and card.valid_to and card.valid_to < card.valid_from:
            self.flag("dates_reversed", self._last_day, text=str(card.valid_to))
        return card


def _choice(cell, choices):
    text = cells.read_text(cell).strip()
    by_name = {choice.casefold(): choice for choice in choices}
    if text.casefold() not in by_name:
        raise Unreadable("unknown_choice", text=text, choices=", ".join(choices))
    return by_name[text.casefold()]


class _Rates:
    """Reads the sheet of rates."""

    def __init__(self, reader, sheet, card):
        self.reader = reader
        self.sheet = sheet
        self.card = card
        self.columns: dict[str, int] = {}
        self.by_line: dict[int, dict] = {}

    def read_rules(self):
        """Return the rules, parts within those that compare them."""
        rows = self._find_header()
        if rows is None:
            return ()
        found = [
            node
            for row, row_cells in rows
            if (node := self._read_row(row, row_cells)) is not None
        ]
        return tuple(self._build(node) for node in found if not node["parent"])

    def _place(self, row, column):
        return _Place(self.sheet, row, self.columns.get(column, 0), column)

    # === HEADER === #

    def _find_header(self):
        """Return the rows below the header, none where there is none."""
        for n, (row, row_cells) in enumerate(self.sheet.rows):
            names = [cell.text.casefold().replace(" ", "_") for cell in row_cells]
            if set(names).issuperset(REQUIRED_COLUMNS):
                rows = self.sheet.rows[n + 1 :]
                self._read_header(row, names, rows)
                return rows
        wanted = ", ".join(REQUIRED_COLUMNS)
        self.reader.problems.append(
            CardProblem("no_header", self.sheet.name, values={"text": wanted})
        )
        return None

    def _read_header(self, row, names, rows):
        for index, name in enumerate(names):
            place = _Place(self.sheet, row, index, name)
            if not name:
                continue
            if name not in BY_ID:
                self.reader.flag("unknown_column", place, text=name)
            elif name in self.columns:
                self.reader.flag("same_column", place, text=name)
            else:
                self.columns[name] = index
        named = {index for index, name in enumerate(names) if name}
        for number, row_cells in rows:
            for index, cell in enumerate(row_cells):
                if index not in named and (cell.text or cell.problem):
                    place = _Place(self.sheet, number, index, "")
                    self.reader.flag("unnamed_column", place, text=cell.text)

    # === ROWS === #

    def _read_row(self, row, row_cells):
        """Return what a row says as a node of the tree of rules, none for no rule."""
        stated = {}
        for name, index in self.columns.items():
            cell = row_cells[index] if index < len(row_cells) else EMPTY
            if cell.text or cell.problem:
                stated[name] = cell
        if not stated:
            return None
        before = len(self.reader.problems)
        rule_type = self._read_type(row, stated)
        if not rule_type:
            return None
        values = self._read_values(row, stated, rule_type)
        node = {"row": row, "type": rule_type, "values": values, "parts": []}
        node["parent"] = self._find_parent(node, "part_of" in stated)
        self._check_charge(node)
        node["is_sound"] = len(self.reader.problems) == before
        return node

    def _read_type(self, row, stated):
        place = self._place(row, "rule_type")
        if "rule_type" not in stated:
            self.reader.flag("empty_cell", place)
            return None
        column = BY_ID["rule_type"]
        return self.reader.value(column, stated["rule_type"], place, column.choices)

    def _read_values(self, row, stated, rule_type):
        used, values = {*COMMON, *columns_of(rule_type)}, {}
        for name, cell in stated.items():
            place = self._place(row, name)
            if name not in used:
                self.reader.flag("unused_cell", place, text=cell.text, type=rule_type)
            elif name != "rule_type":
                values[name] = self._read_value(name, cell, place, rule_type)
        for name in required_of(rule_type):
            if name not in stated:
                self.reader.flag("empty_cell", self._place(row, name))
        return {name: value for name, value in values.items() if value is not None}

    def _read_value(self, name, cell, place, rule_type):
        column = BY_ID[name]
        special = {
            "bands": self._band_reader(rule_type),
            "sizes": cells.read_sizes,
            "hs": cells.read_code,
            "regime": cells.read_code,
        }.get(name)
        if not special or cell.problem:
            return self.reader.value(column, cell, place, choices_of(column, rule_type))
        try:
            return special(cell)
        except Unreadable as error:
            self.reader.flag(error.code, place, **error.values)
            return None

    @staticmethod
    def _band_reader(rule_type):
        if rule_type != "BAND_PROGRESSIVE_PCT":
            return cells.read_bands
        return lambda cell: cells.read_bands(cell, cells.spell_percent)

    # === PARTS === #

    def _find_parent(self, node, is_part):
        """Return the rule that a row is part of, after noting its own line."""
        values, row = node["values"], node["row"]
        number, parent = values.get("part_of"), None
        if number is not None:
            parent = self.by_line.get(number)
            if not parent or parent["type"] != MAX_OF:
                place = self._place(row, "part_of")
                self.reader.flag("no_parent", place, text=str(number))
                parent = node  # a part of nothing is no rule of its own
            else:
                parent["parts"].append(node)
        elif is_part:
            parent = node
        self._note_line(node)
        return parent

    def _note_line(self, node):
        line = node["values"].get("line")
        if line is None:
            return
        if line in self.by_line:
            place = self._place(node["row"], "line")
            self.reader.flag("same_line", place, text=str(line))
        self.by_line.setdefault(line, node)

    def _check_charge(self, node):
        charge = node["values"].get("charge_code")
        place = self._place(node["row"], "charge_code")
        parent = node["parent"]
        if not parent:
            node["charge"] = charge
            if not charge:
                self.reader.flag("empty_cell", place)
            return
        if parent is node:
            node["charge"] = charge
            return
        node["charge"] = parent.get("charge")
        if charge and charge != node["charge"]:
            self.reader.flag("other_charge", place, text=charge)

    # === RULES === #

    def _build(self, node):
        """Return the rule of a node; what the engine has against it is noted."""
        values, parent = node["values"], node["parent"]
        row = RateCardRow(
            charge="" if parent else node["charge"] or "",
            type=node["type"],
            params={
                name: value
                for name, value in values.items()
                if name not in _NOT_PARAMS and value not in ((), {})
            },
            name=values.get("description", ""),
            conditions={name: values[name] for name in _CONDITIONS if values.get(name)},
            valid_from=values.get("valid_from"),
            valid_to=values.get("valid_to"),
            minimum=values.get("minimum"),
            maximum=values.get("maximum"),
            parts=tuple(self._build(part) for part in node["parts"]),
            row=node["row"],
        )
        if node["is_sound"]:
            self._check(row)
        return row

    def _check(self, row):
        if row.type == MAX_OF and not row.parts:
            self.reader.flag("no_parts", self._place(row.row, "rule_type"))
            return
        first, last = row.valid_from, row.valid_to
        if first and last and last < first:
            place = self._place(row.row, "valid_to")
            self.reader.flag("dates_reversed", place, text=str(last))
        # parts are checked as rows of their own
        rule = fee_rule(replace(row, parts=()), self.card)
        for problem, detail in check(rule):
            if (problem, detail) == ("missing_parameter", "rules"):
                continue
            column = _column_of(problem, detail)
            self.reader.problems.append(
                rule_problem(problem, detail, **self._place(row.row, column).values)
            )
        if any(part.type in ("SURCHARGE_PCT", "PASS_THROUGH") for part in row.parts):
            place = self._place(row.row, "rule_type").values
            self.reader.problems.append(rule_problem("bad_parameter", "rules", **place))


def _column_of(problem, detail):
    """Return the column where a problem of a rule is to be corrected."""
    if detail in BY_ID:
        return detail
    return {"bad_bands": "bands", "bad_condition": "hs"}.get(
        problem, "minimum" if problem == "minimum_above_maximum" else "rule_type"
    )
