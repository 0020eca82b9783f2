"""Which files a bill names, and which files the lines of a statement are about."""

import pytest
from pure import load
from tariffs import D

bills = load("engine.bill_matching")
statements = load("engine.statement_matching")


def file(key, favoured=False, **numbers):
    return bills.File(
        key,
        tuple(bills.Number(kind, text) for kind, text in numbers.items()),
        favoured,
    )


def find(text, *files):
    return bills.find_files({"reference": text}, files)


# === NUMBERS === #


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Entry C-4711", "C 4711"),
        ("c4711", "C 4711"),
        ("MRN 26GB 0000 0000 0101 R1, thanks", "26GB000000000101R1"),
        ("26gb000000000101r1.pdf", "26GB000000000101R1"),
        ("see\nIMP/2026/\n00042", "IMP/2026/00042"),
        ("B/L HLCU-1234567", "HLCU1234567"),
    ],
)
def test_number_is_found_however_it_is_written(text, number):
    (match,) = find(text, file(1, mrn=number))
    assert match.is_sure
    assert match.reasons[0].number.text == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Entry C-47110", "C 4711"),
        ("XC4711", "C 4711"),
        ("2026", "2026"),
        ("clearance", "clearance"),
        ("A 1", "A1"),
        ("", "C 4711"),
        ("C 4711", ""),
    ],
)
def test_other_numbers_years_and_words_are_not_found(text, number):
    assert find(text, file(1, mrn=number)) == []


def test_every_kind_of_number_counts_once_and_the_best_comes_first():
    both = file(1, order="P00012", mrn="26DE0001", declarant_reference="MER-26-55")
    (match,) = find("26DE0001 26DE0001 for P00012", both)
    assert [reason.number.kind for reason in match.reasons] == ["mrn", "order"]
    assert match.score == bills.WEIGHTS["mrn"] + bills.WEIGHTS["order"]


def test_place_is_said():
    texts = {"reference": "March", "line 2": "Duty 26DE0001"}
    (match,) = bills.find_files(texts, [file(1, mrn="26DE0001")])
    assert match.reasons[0].place == "line 2"


def test_equals_are_a_tie():
    matches = find(
        "C 4711",
        file(1, registration_number="C 4711"),
        file(2, registration_number="C4711"),
    )
    assert [match.key for match in matches] == [1, 2]
    assert all(match.tied and not match.is_sure for match in matches)


def test_of_equals_the_vendors_own_file_is_meant():
    own = file(2, favoured=True, registration_number="C 4711")
    best, other = find("C 4711", file(1, registration_number="C 4711"), own)
    assert (best.key, best.is_sure) == (2, True)
    assert (other.weaker, other.is_sure) == (True, False)


def test_what_a_second_number_confirms_is_no_tie():
    confirmed = file(1, registration_number="C 4711", order="P00012")
    best, other = find(
        "C 4711 / P00012", file(2, registration_number="C 4711"), confirmed
    )
    assert (best.key, best.is_sure) == (1, True)
    assert other.weaker


def test_several_files_of_their_own_numbers_are_all_sure():
    matches = find(
        "26DE0001, 26DE0002", file(1, mrn="26DE0001"), file(2, mrn="26DE0002")
    )
    assert [match.is_sure for match in matches] == [True, True]


# === STATEMENTS === #


def owed(key, amount, *numbers, ours=""):
    return statements.OwedFile(key, numbers, ours, D(amount))


def line(key, number, amount):
    return statements.StatementLine(key, number, D(amount))


def statuses(lines, files):
    matches = statements.match_lines(lines, files)
    return {
        key: (match.file, match.status, match.way) for key, match in matches.items()
    }


def test_lines_match_by_number_our_number_and_amount():
    found = statuses(
        [
            line(1, "26GB0001", "900"),
            line(2, "imp 26 7", "1450"),
            line(3, "misprint", "75"),
            line(4, "MRN3", "610"),
        ],
        [
            owed(10, "900", "26GB0001"),
            owed(20, "1450", "26GB0002", ours="IMP/26/7"),
            owed(30, "75", "26GB0009"),
        ],
    )
    assert found == {
        1: (10, "matched", "number"),
        2: (20, "matched", "our_number"),
        3: (30, "matched", "amount"),
        4: (None, "unknown", None),
    }


def test_lines_of_one_file_add_up():
    files = [owed(10, "100", "26GB0001")]
    both = [line(1, "26GB0001", "60"), line(2, "26GB0001", "40")]
    assert set(statuses(both, files).values()) == {(10, "matched", "number")}
    one = [line(1, "26GB0001", "60")]
    assert statuses(one, files) == {1: (10, "difference", "number")}


def test_an_amount_two_files_owe_is_left_open():
    files = [owed(10, "75", "A100"), owed(20, "75", "A200")]
    match = statements.match_lines([line(1, "", "75")], files)[1]
    assert (match.file, match.status, match.ties) == (None, "unknown", (10, 20))


def test_two_lines_of_one_amount_are_left_open():
    lines = [line(1, "", "75"), line(2, "", "75")]
    found = statuses(lines, [owed(10, "75", "A100")])
    assert {status for _file, status, _way in found.values()} == {"unknown"}


def test_a_number_of_two_files_is_a_tie():
    files = [owed(10, "75", "C 4711"), owed(20, "80", "C4711")]
    match = statements.match_lines([line(1, "C-4711", "75")], files)[1]
    assert (match.file, match.ties) == (None, (10, 20))


def test_a_file_found_by_number_is_not_found_by_amount_again():
    files = [owed(10, "75", "A100")]
    found = statuses([line(1, "A100", "70"), line(2, "", "75")], files)
    assert found[1] == (10, "difference", "number")
    assert found[2] == (None, "unknown", None)


# === PASTED ROWS === #


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1234,5", "1234.5"),
        ("1,234", "1234"),
        ("1.234", "1234"),
        ("1.234.567", "1234567"),
        ("0,125", "0.125"),
        ("-12.50", "-12.50"),
        ("(12.50)", "-12.50"),
        ("12.50-", "-12.50"),
        (".5", "0.5"),
    ],
)
def test_amounts_of_every_country(text, amount):
    assert statements.read_amount(text) == D(amount)


def test_three_decimals_where_the_currency_has_them():
    assert statements.read_amount("1.234", decimals=3) == D("1.234")


@pytest.mark.parametrize("text", ["", "abc", "12a", "1,2,3.4.5", "--", "1 000 EUR"])
def test_no_amount(text):
    assert statements.read_amount(text) is None


def test_rows_of_any_separator():
    rows, problems = statements.read_rows(
        "Number;Amount\n26GB0001;900,00;A00\n26GB 0002\t1.450,00\n\nMRN3 610.00\n"
    )
    assert not problems
    assert [(row.number, row.amount, row.tax_code) for row in rows] == [
        ("26GB0001", D(900), "A00"),
        ("26GB 0002", D(1450), ""),
        ("MRN3", D(610), ""),
    ]


def test_rows_that_cannot_be_read_are_named():
    _rows, problems = statements.read_rows("A100;12,00\n;5\nA200;x\n")
    assert [(p.position, p.text, p.missing) for p in problems] == [
        (2, ";5", "number"),
        (3, "A200;x", "amount"),
    ]
