"""Writing a rate card as a workbook to work on, or as text."""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal

from ..engine.rounding import EXACT
from .rate_card_cells import write_number, write_pairs
from .rate_card_columns import (
    BY_ID,
    CHOICE,
    COLUMNS,
    FACTS,
    LIST,
    NUMBER,
    PAIRS,
    PERCENT,
    TEXT,
    TYPE_HELP,
    columns_of,
    required_of,
)
from .rate_card_model import RateCard, RateCardRow
from .rate_card_sheets import CARD, FACT_MARK, HELP, MAX_ROWS, RATES, escape
from .tariff.sheets import column_name

#: Digits that a spreadsheet keeps of a figure
_FIGURE_DIGITS = 15
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TEXTS = (TEXT, CHOICE, LIST, PAIRS)
_WIDE = {"description": 34, "bands": 30, "sizes": 26, "applies_to": 20, "rule_type": 24}


def _translated(text, translate):
    return translate(text) if translate else text


def _rows(card) -> Iterator[dict]:
    """Yield the values of each line, parts below the rule that compares them."""
    line = 0

    def lines(row, parent):
        nonlocal line
        line += 1
        number = line
        yield {**_row_values(row), "line": number, "part_of": parent}
        for part in row.parts:
            yield from lines(part, number)

    for row in card.rows:
        yield from lines(row, None)


def _row_values(row: RateCardRow) -> dict:
    values = {
        **row.params,
        **row.conditions,
        "charge_code": row.charge,
        "rule_type": row.type,
        "description": row.name,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }
    for name in ("minimum", "maximum"):
        if getattr(row, name) is not None:
            values[name] = getattr(row, name)
    unknown = set(values) - set(BY_ID)
    if unknown:
        raise ValueError(f"a rate card has no column for {sorted(unknown)}")
    for name in ("bands", "sizes"):
        if name in values:
            pairs = values[name]
            values[name] = write_pairs(pairs.items() if name == "sizes" else pairs)
    if "applies_to" in values:
        values["applies_to"] = "; ".join(values["applies_to"])
    return values


# --- CSV -----------------------------------------------------------------------------


def write_csv(card: RateCard, delimiter: str = ",") -> bytes:
    """Return a rate card as UTF-8 text; the facts of the card stand on top."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    for fact in FACTS:
        value = getattr(card, fact.id)
        if value not in (None, ""):
            writer.writerow([FACT_MARK, fact.id, _text(value)])
    writer.writerow([column.id for column in COLUMNS])
    for values in _rows(card):
        writer.writerow([_text(values.get(column.id)) for column in COLUMNS])
    return stream.getvalue().encode("utf-8-sig")


def _text(value):
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return write_number(value)
    return escape(_clean(str(value)))


def _clean(text):
    """Return a text without signs that no file of a spreadsheet can hold."""
    return _CONTROL.sub(" ", text)


# --- XLSX ----------------------------------------------------------------------------


def write_xlsx(card: RateCard, translate=None) -> bytes:
    """Return a rate card as a workbook: rates, facts of the card, help.

    :param translate: translates the texts of the sheet Help; ids stay as they are
    """
    import openpyxl  # only where a workbook is written

    book = openpyxl.Workbook()
    _write_rates(book.active, card)
    _write_card(book.create_sheet(CARD), card, translate)
    _write_help(book.create_sheet(HELP), translate)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_rates(sheet, card):
    sheet.title = RATES
    for index, column in enumerate(COLUMNS, 1):
        _put(sheet, 1, index, column.id)
        width = _WIDE.get(column.id, max(10, len(column.id) + 2))
        sheet.column_dimensions[column_name(index - 1)].width = width
    row = 1
    for row, values in enumerate(_rows(card), 2):
        for index, column in enumerate(COLUMNS, 1):
            _put(sheet, row, index, values.get(column.id), column.kind)
    _make_header(sheet)
    _prepare_cells(sheet, row)


def _prepare_cells(sheet, last):
    """Make lines to fill in keep texts as texts, and offer lists of choices."""
    from openpyxl.worksheet.datavalidation import DataValidation

    for index, column in enumerate(COLUMNS, 1):
        letters = column_name(index - 1)
        if column.kind in _TEXTS:
            sheet.column_dimensions[letters].number_format = "@"
            for row in range(last + 1, last + 51):
                sheet.cell(row, index).number_format = "@"
        if column.kind != CHOICE or column.id == "basis":
            continue
        formula = f'"{",".join(column.choices)}"'
        if column.id == "rule_type":
            formula = f"={HELP}!$A$2:$A${len(column.choices) + 1}"
        choices = DataValidation(type="list", formula1=formula, allow_blank=True)
        choices.add(f"{letters}2:{letters}{MAX_ROWS}")
        sheet.add_data_validation(choices)


def _write_card(sheet, card, translate):
    for index, text in enumerate(("fact", "value", "help"), 1):
        _put(sheet, 1, index, text)
    for row, fact in enumerate(FACTS, 2):
        _put(sheet, row, 1, fact.id)
        _put(sheet, row, 2, getattr(card, fact.id), fact.kind)
        _put(sheet, row, 3, _fact_help(fact, translate))
    for letters, width in (("A", 20), ("B", 34), ("C", 60)):
        sheet.column_dimensions[letters].width = width
    _make_header(sheet)


def _fact_help(fact, translate):
    text = _translated(fact.help, translate)
    return f"{text}: {', '.join(fact.choices)}" if fact.choices else text


def _write_help(sheet, translate):
    """Write the types with their columns, then the columns with their meaning."""
    for index, text in enumerate(("rule_type", "help", "required", "optional"), 1):
        _put(sheet, 1, index, text)
    row = 1
    for row, (rule_type, text) in enumerate(TYPE_HELP.items(), 2):
        required = required_of(rule_type)
        optional = [name for name in columns_of(rule_type) if name not in required]
        words = (_translated(text, translate), ", ".join(required), ", ".join(optional))
        for index, value in enumerate((rule_type, *words), 1):
            _put(sheet, row, index, value)
    row += 2
    for index, text in enumerate(("column", "help", "choices"), 1):
        _put(sheet, row, index, text)
    for number, column in enumerate(COLUMNS, row + 1):
        _put(sheet, number, 1, column.id)
        _put(sheet, number, 2, _translated(column.help, translate))
        if column.id != "rule_type":
            _put(sheet, number, 3, ", ".join(column.choices))
    for letters, width in (("A", 26), ("B", 64), ("C", 40), ("D", 50)):
        sheet.column_dimensions[letters].width = width
    _make_header(sheet, row)


def _make_header(sheet, *more):
    from openpyxl.styles import Font

    sheet.freeze_panes = "A2"
    for row in (1, *more):
        for cell in sheet[row]:
            cell.font = Font(bold=True)


def _put(sheet, row, index, value, kind=TEXT):
    """Write a cell: texts stay texts, whatever they look like."""
    cell = sheet.cell(row, index)
    if kind in _TEXTS:
        cell.number_format = "@"
    if value is None or value == "":
        return
    if isinstance(value, str):
        _put_text(cell, value)
    elif kind in (NUMBER, PERCENT):
        _put_number(cell, value)
    else:
        cell.value = value
        if kind == "date":
            cell.number_format = "yyyy-mm-dd"


def _put_text(cell, text):
    cell.value = _clean(text)
    cell.data_type = "s"  # not a formula, nor an error


def _put_number(cell, number):
    """Write a figure; one of more digits than a spreadsheet keeps goes as text."""
    normal = number.normalize(EXACT)
    if len(normal.as_tuple().digits) <= _FIGURE_DIGITS and abs(normal.adjusted()) < 15:
        cell.value = Decimal(f"{normal:f}")
    else:
        cell.number_format = "@"
        _put_text(cell, write_number(number))
