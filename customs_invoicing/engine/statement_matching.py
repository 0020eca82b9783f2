"""Lines of a customs statement: read from pasted rows, matched with files.

A line is matched by the number it prints, then by our own number, then by an amount
that only one file owes. Lines of one file add up: a statement may print one line for
each tax. What is named but amounts to something else is a difference; what no file
explains is unknown.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from .bill_matching import compact

MATCHED, DIFFERENCE, UNKNOWN = "matched", "difference", "unknown"
BY_NUMBER, BY_OUR_NUMBER, BY_AMOUNT = "number", "our_number", "amount"

_SEPARATORS = ("\t", ";", "|")
_BLANKS = re.compile(r"[\s\u00a0\u202f']")


@dataclass(frozen=True)
class StatementLine:
    """A line as printed."""

    key: int
    number: str
    amount: Decimal


@dataclass(frozen=True)
class OwedFile:
    """A file and what it owes on the account of the statement.

    :param numbers: declaration numbers of the authority
    :param our_number: as lodged, the local reference number
    """

    key: int
    numbers: tuple[str, ...]
    our_number: str
    amount: Decimal


@dataclass(frozen=True)
class Match:
    """What became of a line.

    :param file: key of the file, ``None`` when unknown
    :param way: what it was found by
    :param ties: keys of files that fit as well, where none was taken
    """

    line: int
    file: int | None
    status: str
    way: str | None = None
    ties: tuple[int, ...] = ()


@dataclass(frozen=True)
class Row:
    """A row that was pasted."""

    number: str
    amount: Decimal
    tax_code: str = ""


@dataclass(frozen=True)
class RowProblem:
    """A row that cannot be read: its position, its text, ``amount`` or ``number``."""

    position: int
    text: str
    missing: str


def match_lines(
    lines: Iterable[StatementLine], files: Iterable[OwedFile]
) -> dict[int, Match]:
    """Return ``{key of line: match}``."""
    lines, files = list(lines), list(files)
    named, result = {}, {}
    for index, way in (
        (_index(files, lambda file: file.numbers), BY_NUMBER),
        (_index(files, lambda file: (file.our_number,)), BY_OUR_NUMBER),
    ):
        for line in lines:
            keys = index.get(compact(line.number), ())
            if line.key in named or line.key in result or not keys:
                continue
            if len(keys) == 1:
                named[line.key] = (keys[0], way)
            else:
                result[line.key] = Match(line.key, None, UNKNOWN, way, ties=tuple(keys))
    result.update(_judge_named(lines, files, named))
    taken = {file for file, _way in named.values()}
    rest = [line for line in lines if line.key not in result]
    result.update(_match_by_amount(rest, [f for f in files if f.key not in taken]))
    return result


def _index(files, get_numbers):
    index = defaultdict(list)
    for file in files:
        for number in {compact(number) for number in get_numbers(file)} - {""}:
            index[number].append(file.key)
    return index


def _judge_named(lines, files, named):
    """Compare what the lines of each file add up to with what it owes."""
    owed = {file.key: file.amount for file in files}
    printed = defaultdict(Decimal)
    for line in lines:
        if line.key in named:
            printed[named[line.key][0]] += line.amount
    return {
        key: Match(
            key, file, MATCHED if printed[file] == owed[file] else DIFFERENCE, way
        )
        for key, (file, way) in named.items()
    }


def _match_by_amount(lines, files):
    """Match lines with files that alone owe their amount; equals stay open."""
    owing, printed, result = defaultdict(list), defaultdict(list), {}
    for file in files:
        if file.amount:
            owing[file.amount].append(file.key)
    for line in lines:
        printed[line.amount].append(line.key)
    for amount, keys in printed.items():
        found = owing.get(amount, [])
        alone = len(found) == 1 and len(keys) == 1
        for key in keys:
            if alone:
                result[key] = Match(key, found[0], MATCHED, BY_AMOUNT)
            else:
                result[key] = Match(key, None, UNKNOWN, ties=tuple(found))
    return result


# === PASTED ROWS === #


def read_rows(text: str, decimals: int = 2) -> tuple[list[Row], list[RowProblem]]:
    """Read rows of number, amount and, if there is one, tax code.

    Columns are parted by tabs, semicolons or bars; a row without any ends with its
    amount. A heading without figures is left out.
    """
    rows, problems = [], []
    for position, line in enumerate((text or "").splitlines(), start=1):
        if not line.strip():
            continue
        number, printed, tax_code = _split(line)
        amount = read_amount(printed, decimals)
        if amount is None and position == 1 and not any(c.isdigit() for c in line):
            continue
        if amount is None or not number:
            missing = "number" if amount is not None else "amount"
            problems.append(RowProblem(position, line.strip(), missing))
        else:
            rows.append(Row(number, amount, tax_code))
    return rows, problems


def _split(line):
    separator = next((s for s in _SEPARATORS if s in line), None)
    if separator:
        cells = [cell.strip().strip('"') for cell in line.split(separator)]
        return (*cells, "", "")[:3]
    number, _blank, amount = line.strip().rpartition(" ")
    return number.strip(), amount, ""


def read_amount(text: str, decimals: int = 2) -> Decimal | None:
    """Return an amount written with a decimal point or comma, ``None`` if it is none.

    The sign that comes last parts the decimals. A sign alone groups thousands where it
    comes more than once, or before three digits in a currency without three decimals.

    :param decimals: of the currency
    >>> read_amount("1.234,56")
    Decimal('1234.56')
    >>> read_amount("1,234")
    Decimal('1234')
    """
    bare = _BLANKS.sub("", text or "")
    negative = bare.startswith(("-", "(")) or bare.endswith("-")
    bare = bare.strip("-()+")
    comma, point = bare.rfind(","), bare.rfind(".")
    decimal_sign = "," if comma > point else "."
    group_sign = "." if decimal_sign == "," else ","
    if group_sign not in bare and _groups_thousands(bare, decimal_sign, decimals):
        group_sign, decimal_sign = decimal_sign, group_sign
    bare = bare.replace(group_sign, "").replace(decimal_sign, ".")
    if not re.fullmatch(r"\d+(\.\d*)?|\.\d+", bare):
        return None
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        return None
    return -amount if negative else amount


def _groups_thousands(text, sign, decimals):
    """Whether the only sign in an amount groups thousands, as in ``1,234``."""
    parts = text.split(sign)
    if len(parts) < 2 or any(len(part) != 3 for part in parts[1:]):
        return False
    return len(parts) > 2 or (decimals != 3 and parts[0] not in ("", "0"))
