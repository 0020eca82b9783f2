"""What is wrong with the file of a rate card: every place of it, in the user's words.

The database layer translates a sentence by ``code`` and shows it; ``str(problem)`` is
the English one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..engine.rating_words import PROBLEMS, problem_words


def _lt(text):
    """Mark a sentence for translators; it is translated when it is shown."""
    return text


MESSAGES = {
    "empty": _lt("The file is empty. Export the rate card again and upload that file."),
    "too_large": _lt(
        "The file has %(size_mb)s MB; at most %(limit_mb)s MB are read. Check that "
        "this is the rate card."
    ),
    "too_many_rows": _lt(
        "There are more than %(limit)s rows. Split the rate card over several files."
    ),
    "not_spreadsheet": _lt(
        "The file is no XLSX workbook, or is damaged. Open it, save it as XLSX and "
        "upload the new file."
    ),
    "not_text": _lt(
        "The file is neither an XLSX workbook nor a text file. Save the rate card as "
        "XLSX or as CSV (UTF-8)."
    ),
    "not_table": _lt(
        "The file cannot be read as a table; a quotation mark may be missing. Save the "
        "rate card as XLSX, or as CSV (UTF-8), again."
    ),
    "no_sheet": _lt(
        "There is no sheet “%(text)s”. Export a rate card to see how it is built."
    ),
    "no_header": _lt(
        "No row names the columns %(text)s. Put the names of the columns in one row "
        "above the rates."
    ),
    "unknown_column": _lt(
        "“%(text)s” is no column of a rate card, see the sheet Help. Correct the name "
        "or delete the column."
    ),
    "unnamed_column": _lt(
        "The column has no name in the header, but holds “%(text)s”. Name the column "
        "or empty it."
    ),
    "same_column": _lt(
        "The column “%(text)s” stands in the header twice. Delete one of them."
    ),
    "unknown_fact": _lt(
        "“%(text)s” is nothing that a rate card states. Known are: %(choices)s."
    ),
    "same_fact": _lt("“%(text)s” is stated twice. Delete one of the rows."),
    "empty_cell": _lt("The cell is empty. A rule needs it: fill it in."),
    "unknown_choice": _lt("“%(text)s” is not possible here. Choose from: %(choices)s."),
    "unused_cell": _lt(
        "“%(text)s” has no meaning in a rule of type %(type)s. Empty the cell, or "
        "correct the type."
    ),
    "bad_number": _lt(
        "“%(text)s” is no number. Write it with digits and one decimal mark, such as "
        "1234.56."
    ),
    "ambiguous_number": _lt(
        "“%(text)s” can be read in two ways, %(one)s or %(other)s. Write it without "
        "thousands separators, such as %(one)s or %(other)s."
    ),
    "negative_number": _lt("“%(text)s” is below zero, which no fee can be."),
    "percent_cell": _lt(
        "“%(text)s” is a percentage, but the column holds none. Format the cell as a "
        "number."
    ),
    "bad_date": _lt("“%(text)s” is no date. Enter a date, or write it as 2026-12-31."),
    "ambiguous_date": _lt(
        "In “%(text)s” the day or the month may come first. Write it as 2026-12-31."
    ),
    "dates_reversed": _lt("The last day, %(text)s, is before the first one."),
    "not_text_cell": _lt(
        "The spreadsheet has turned the text into a date or a time (%(text)s). Format "
        "the cell as text and type it again."
    ),
    "lost_zero": _lt(
        "“%(text)s” has probably lost its leading zero. Format the cell as text and "
        "type it again."
    ),
    "formula_cell": _lt(
        "The cell holds a formula without a usable result (%(text)s). Replace it by "
        "its value."
    ),
    "bad_pairs": _lt(
        "“%(text)s” cannot be read. Write pairs parted by semicolons, such as "
        "%(example)s."
    ),
    "same_size": _lt("The size “%(text)s” has two prices. Delete one."),
    "bad_currency": _lt(
        "“%(text)s” is no code of a currency. Write three letters, such as EUR."
    ),
    "bad_line": _lt(
        "“%(text)s” is no number of a line. Number lines by 1, 2, 3 and so on."
    ),
    "same_line": _lt("Line %(text)s stands in the file twice. Number the lines anew."),
    "no_parent": _lt(
        "No rule of type MAX_OF with the line number %(text)s stands above. Part_of "
        "names the line of the rule that compares this one."
    ),
    "other_charge": _lt(
        "“%(text)s” is not the charge code of the rule that compares this one. Leave "
        "the cell empty."
    ),
    "no_parts": _lt(
        "The rule compares others, but none names its line in part_of. Add at least "
        "one below it."
    ),
    "unknown_charge": _lt(
        "There is no charge code “%(text)s”. Correct it, or create the charge code."
    ),
    "unknown_record": _lt(
        "“%(text)s” is not known, or stands for several. Correct the name."
    ),
    # Rules that cannot be rated: the sentence stands in the engine
    "rule": _lt("%(words)s"),
}


@dataclass(frozen=True)
class CardProblem:
    """One thing to correct, and where it stands.

    :param column: id of the column, or of the fact of the card
    :param cell: its letters and row in a workbook, such as ``E7``
    """

    code: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    cell: str = ""
    values: dict = field(default_factory=dict, hash=False)

    def sentence(self, translate=str) -> str:
        """Return what is wrong and what to do, without the place."""
        values = dict(self.values)
        if self.code == "rule":
            values["words"] = problem_words(
                values["problem"], values["detail"], translate
            )
        return translate(MESSAGES[self.code]) % values

    @property
    def place(self) -> str:
        """Where it stands: ``Rates E7 (rate)``; empty for the whole file."""
        where = self.cell or (str(self.row) if self.row else "")
        parts = [part for part in (self.sheet, where) if part]
        if self.column:
            parts.append(f"({self.column})")
        return " ".join(parts)

    def __str__(self):
        return f"{self.place}: {self.sentence()}" if self.place else self.sentence()


class RateCardError(ValueError):
    """A rate card that cannot be read; ``problems`` has all that is to be corrected.

    :param card: what could be read, for looking up the records that it names
    """

    def __init__(self, problems: Iterable[CardProblem], card=None):
        self.problems = tuple(problems)
        self.card = card
        super().__init__("\n".join(map(str, self.problems)))


def rule_problem(problem: str, detail: str, **place) -> CardProblem:
    """Return a problem that the engine has with a rule."""
    assert problem in PROBLEMS
    return CardProblem("rule", values={"problem": problem, "detail": detail}, **place)
