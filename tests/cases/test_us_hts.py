"""The whole schedule of the United States, edition 2024: rows, rates, inheritance.

The schedule is public; it is read from the shared data, see ``pure.cases_dir``.
"""

import csv
import functools
import io
import re
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pure import cases_dir, load

tariff = load("formats.tariff")

SCHEDULE = cases_dir() / "data" / "us_hts" / "hts_2024_basic_edition.csv"
#: Special provisions: rates that refer to other lines or to notes.
SPECIAL_CHAPTERS = ("98", "99")
COLUMNS = {
    "general": "General Rate of Duty",
    "special": "Special Rate of Duty",
    "column2": "Column 2 Rate of Duty",
}

pytestmark = pytest.mark.skipif(
    not SCHEDULE.exists(), reason=f"{SCHEDULE} is absent: set CUSTOMS_CASES"
)


@pytest.fixture(scope="module")
def content():
    return SCHEDULE.read_bytes()


@pytest.fixture(scope="module")
def document(content):
    return tariff.read(SCHEDULE.name, content)


@pytest.fixture(scope="module")
def lines(content):
    """Return the rows of the file as they stand, without the reader under test."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def measures(document, column):
    """Return the measures of a column by code."""
    found = {}
    for row in document.measures:
        if row.type_code == column:
            found.setdefault(row.code, []).append(row)
    return found


def longest_prefix(found, code):
    prefixes = (code[:end] for end in range(len(code), 1, -1))
    return next((found[prefix] for prefix in prefixes if prefix in found), [])


def inherited(lines, column):
    """Yield ``(code, text of the column by indents)`` of every numbered line."""
    path = {}
    for line in lines:
        indent = int(line["Indent"])
        path = {depth: text for depth, text in path.items() if depth < indent}
        path[indent] = line[COLUMNS[column]].strip()
        code = line["HTS Number"].replace(".", "")
        if code:
            texts = [path[depth] for depth in sorted(path, reverse=True)]
            yield code, next(filter(None, texts), "")


def test_rows(document):
    assert document.format == "us_hts"
    assert document.row_count == len(document.codes) == 35744
    lengths = Counter(len(row.code) for row in document.codes)
    assert lengths[10] == 19671
    assert lengths[8] == 7020
    rows = {row.row for row in document.codes}
    assert all(row.parent_row in rows for row in document.codes if row.indent)
    assert all(len(row.code) in (8, 10) for row in document.codes if row.declarable)


@pytest.mark.parametrize("column", COLUMNS)
def test_longest_prefix_finds_what_the_indents_give(document, lines, column):
    found = measures(document, column)
    compared = 0
    for code, text in inherited(lines, column):
        words = [row.rate_text for row in longest_prefix(found, code)]
        assert words == parts(column, text), code
        compared += bool(text)
    assert compared > 9000


@functools.cache
def parts(column, text):
    """Return the rates that one cell of the file holds, by the programmes in it."""
    plain = " ".join(re.sub("<[^<>]*>", "", text).split())
    if column != "special":
        return [plain] if plain else []
    found = re.split(r"\([A-Z]{1,2}[+*]?(?:[\s,.]+[A-Z]{1,2}[+*]?)*[\s,.]*\)", plain)
    return [words.strip() for words in found if words.strip()]


def test_every_ten_digit_code_has_a_rate_text(document):
    found = measures(document, "general")
    codes = [row.code for row in document.codes if len(row.code) == 10]
    bare = [
        code
        for code in codes
        if not code.startswith(SPECIAL_CHAPTERS)
        and not any(row.rate_text for row in longest_prefix(found, code))
    ]
    assert bare == []
    flagged = {flag.code for flag in document.flags if flag.reason == "no_rate"}
    assert all(code.startswith(SPECIAL_CHAPTERS) for code in flagged)


def general_rates(document, chapters):
    """Return general rates by eight-digit code: the schedule states one for each.

    A code that is not divided further is printed with ten digits, 00 at the end.
    """
    found = {}
    for row in document.measures:
        if row.type_code == "general" and chapters(row.code):
            assert row.code[:8] not in found, "two rates for one code"
            found[row.code[:8]] = row
    return list(found.values())


@pytest.mark.parametrize(
    ("name", "chapters", "share"),
    [
        ("01-97", lambda code: not code.startswith(SPECIAL_CHAPTERS), 97),
        ("all", lambda code: True, 97),
    ],
)
def test_share_of_general_rates_read(document, name, chapters, share):
    rows = general_rates(document, chapters)
    read = [row for row in rows if row.components is not None]
    texts = {row.rate_text for row in rows}
    texts_read = {row.rate_text for row in read}
    by_code = 100 * len(read) / len(rows)
    by_text = 100 * len(texts_read) / len(texts)
    print(
        f"\nchapters {name}: {len(read)} of {len(rows)} codes ({by_code:.2f} %), "
        f"{len(texts_read)} of {len(texts)} distinct texts ({by_text:.2f} %)"
    )
    assert 100 * len(read) >= share * len(rows)
    if name == "01-97":  # the others refer to other lines, each in its own words
        assert 100 * len(texts_read) >= share * len(texts)


def test_nothing_is_free_by_failure(document):
    for row in document.measures:
        if row.components == ():
            assert row.rate_text.casefold() == "free", row
        assert (row.components is None) == bool(row.problem), row


def test_whatever_is_unread_is_flagged(document):
    flagged = {(flag.row, flag.field) for flag in document.flags}
    for row in document.measures:
        if row.components is None:
            assert (row.row, row.type_code) in flagged


def test_references_of_special_chapters_are_flagged(document):
    rows = [
        row for row in document.measures if "applicable subheading" in row.rate_text
    ]
    assert len(rows) > 100
    assert all(row.components is None for row in rows)


def test_reading_is_quick(content):
    started = time.process_time()
    tariff.read(SCHEDULE.name, content)
    assert time.process_time() - started < 4
