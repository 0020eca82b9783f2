"""Rate cards as files: they read back as written, and every error is told at once."""

import csv
import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal as D

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure import load

rate_card = load("formats.rate_card")
cells = load("formats.rate_card_cells")
columns = load("formats.rate_card_columns")
errors = load("formats.rate_card_errors")
sheets = load("formats.rate_card_sheets")
model = load("engine.rating_model")
rating = load("engine.rating")

Card, Row = rate_card.RateCard, rate_card.RateCardRow
WRITERS = [rate_card.write_xlsx, rate_card.write_csv]
both = pytest.mark.parametrize("write", WRITERS, ids=["xlsx", "csv"])

SAMPLE = Card(
    name="Imports by sea",
    version="3",
    currency="EUR",
    level="client",
    side="sale",
    client="Northwind Trading",
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
    validity_date="registration",
    document_minimum=D(0),
    rows=(
        Row(
            "CLR",
            "INCLUDED_THEN",
            {"unit": "line", "base": D(125), "included": D(3), "rate": D("7.5")},
            name="Clearance",
            conditions={"mode": "1", "hs": "0101, 8471-8473", "regime": "0400"},
            valid_from=date(2026, 2, 3),
        ),
        Row(
            "ADV",
            "PCT_GREATER",
            {"basis": "outlay", "percent": D("2.125")},
            minimum=D(11),
            maximum=D("1000.5"),
        ),
        Row(
            "BAND",
            "BAND_FLAT",
            {"basis": "line", "bands": ((D("1.125"), D(83)), (None, D("1234.567")))},
        ),
        Row("BOX", "PER_CONTAINER_SIZE", {"sizes": {"20": D(1), "40HC": D(25000)}}),
        Row(
            "AGENCY",
            "MAX_OF",
            parts=(
                Row("", "FLAT", {"amount": D(5)}),
                Row(
                    "",
                    "MAX_OF",
                    parts=(Row("", "FLAT", {"amount": D(7)}, minimum=D(9)),),
                ),
            ),
        ),
        Row("DUTY", "PASS_THROUGH"),
        Row("SUR", "SURCHARGE_PCT", {"percent": D(50), "applies_to": ("CLR", "ADV")}),
    ),
)


@both
def test_sample_reads_back(write):
    found = rate_card.read_rate_card(write(SAMPLE))
    assert found == SAMPLE
    assert found.rows[0].row > 1


@both
def test_an_empty_card_reads_back(write):
    assert rate_card.read_rate_card(write(Card())) == Card()


def test_rules_are_those_of_the_engine():
    fees = rate_card.fee_rules(SAMPLE)
    assert [fee.key for fee in fees] == [1, 2, 3, 4, 5, 6, 7]
    facts = model.Facts(
        date(2026, 3, 1),
        "EUR",
        {"mode": "1", "hs": ("84713000",), "regime": "0400"},
        quantities={"line": D(9)},
        amounts={"outlay": D(300)},
        sizes={"20": D(2)},
        costs={"DUTY": D("1684.00")},
    )
    amounts = {
        found.rule.charge: found.amount for found in rating.rate_all(fees, facts)
    }
    assert amounts == {
        "CLR": D(170),
        "ADV": D(11),
        "BAND": D("1234.57"),
        "BOX": D(2),
        "AGENCY": D(9),
        "DUTY": D("1684.00"),
        "SUR": D("90.50"),
    }
    assert fees[0].valid_from == date(2026, 2, 3)
    assert fees[1].valid_to == date(2026, 12, 31)
    assert (fees[0].level, fees[0].version) == ("client", "3")


# === ROUND TRIP === #

texts = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" ", codec="utf-8"),
    max_size=20,
).map(lambda text: " ".join(text.split()))
named = texts.filter(bool)
codes = st.text("ABC019_=+-@'", min_size=1, max_size=8)
numbers = st.decimals(0, 10**9, places=4) | st.decimals(0, 10**18, places=3)
dates = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def values_of(name, rule_type):
    column = columns.BY_ID[name]
    if name == "bands":
        return st.builds(
            lambda limits, prices: tuple(
                (limit, prices[n % len(prices)])
                for n, limit in enumerate([*sorted(limits), None])
            ),
            st.sets(st.decimals("0.001", 10**6, places=3), max_size=3),
            st.lists(numbers, min_size=1, max_size=4),
        )
    if name == "sizes":
        return st.dictionaries(
            st.text("20GHC' ", min_size=1).map(lambda text: text.replace(" ", "x")),
            numbers,
            min_size=1,
            max_size=3,
        )
    if name == "applies_to":
        return st.lists(codes, min_size=1, max_size=3).map(tuple)
    choices = columns.choices_of(column, rule_type)
    return st.sampled_from(choices) if choices else numbers


@st.composite
def rows(draw, charge=codes, depth=1):
    rule_type = draw(st.sampled_from(sorted(model.RULE_TYPES)))
    if not depth and rule_type in ("MAX_OF", "SURCHARGE_PCT", "PASS_THROUGH"):
        rule_type = "FLAT"
    required = columns.required_of(rule_type)
    names = [
        name
        for name in columns.columns_of(rule_type)
        if name not in ("minimum", "maximum")
        and (name in required or rule_type == "COST_PLUS" or draw(st.booleans()))
    ]
    params = {name: draw(values_of(name, rule_type)) for name in names}
    low, high = sorted([draw(numbers), draw(numbers)])
    limited = rule_type != "PASS_THROUGH"
    first, last = sorted([draw(dates), draw(dates)])
    return Row(
        draw(charge),
        rule_type,
        params,
        name=draw(texts),
        conditions=draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "port": named,
                    "mode": named,
                    "hs": st.sampled_from(["01", "0101", "8471, 90", "01-24"]),
                    "regime": st.sampled_from(["0400", "4000", "4"]),
                },
            )
        ),
        valid_from=draw(st.none() | st.just(first)),
        valid_to=draw(st.none() | st.just(last)),
        minimum=draw(st.none() | st.just(low)) if limited else None,
        maximum=draw(st.none() | st.just(high)) if limited else None,
        parts=tuple(
            draw(rows(st.just(""), depth - 1))
            for _ in range(draw(st.integers(1, 2)) if rule_type == "MAX_OF" else 0)
        ),
    )


@st.composite
def cards(draw):
    first, last = sorted([draw(dates), draw(dates)])
    return Card(
        name=draw(texts),
        version=draw(texts),
        currency=draw(st.sampled_from(["", "EUR", "JPY"])),
        level=draw(st.sampled_from(["", *model.LEVELS])),
        side=draw(st.sampled_from(["", "sale", "vendor"])),
        client=draw(texts),
        vendor=draw(texts),
        valid_from=draw(st.none() | st.just(first)),
        valid_to=draw(st.none() | st.just(last)),
        document_minimum=draw(st.none() | numbers),
        rows=tuple(draw(st.lists(rows(), max_size=3))),
    )


@both
@settings(max_examples=60)
@given(card=cards())
def test_every_card_reads_back(write, card):
    assert rate_card.read_rate_card(write(card)) == card


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(delimiter):
    assert rate_card.read_rate_card(rate_card.write_csv(SAMPLE, delimiter)) == SAMPLE


@given(numbers)
def test_a_written_number_has_one_meaning(number):
    assert cells.spell_number(cells.write_number(number)) == number
    assert cells.spell_number(cells.write_number(number).replace(".", ",")) == number


# === NUMBERS AND DATES === #


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234.56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234.56", "1234.56"),
        ("1\u202f234", "1234"),
        ("1'234.50", "1234.5"),
        ("1’234’567", "1234567"),
        ("1,234,567", "1234567"),
        ("1.234.567,8", "1234567.8"),
        ("0.125", "0.125"),
        ("0,125", "0.125"),
        ("1234.567", "1234.567"),
        ("12,5", "12.5"),
        (",5", "0.5"),
        ("7", "7"),
    ],
)
def test_numbers(text, number):
    assert cells.spell_number(text) == D(number)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,234", "ambiguous_number"),
        ("1.234", "ambiguous_number"),
        ("12.500", "ambiguous_number"),
        ("1,23,456", "bad_number"),
        ("1.234.56", "bad_number"),
        ("12 34", "bad_number"),
        ("ten", "bad_number"),
        ("1e5", "bad_number"),
        ("12 EUR", "bad_number"),
        ("٣", "bad_number"),
        ("", "bad_number"),
        (".", "bad_number"),
        ("9" * 50, "bad_number"),
    ],
)
def test_no_numbers(text, code):
    with pytest.raises(cells.Unreadable) as caught:
        cells.spell_number(text)
    assert caught.value.code == code


def problem_of(column, value, number_format=None, rule_type="FLAT", **others):
    """Return problems of a workbook with one rule, as codes by column."""
    row = {"charge_code": "C", "rule_type": rule_type, **others, column: value}
    if rule_type == "FLAT":
        row.setdefault("amount", 5)
    content = workbook([list(row), list(row.values())], {column: number_format})
    try:
        rate_card.read_rate_card(content)
    except rate_card.RateCardError as error:
        return [(found.code, found.column) for found in error.problems]
    return []


def workbook(rates, formats=None, card=(), title="Rates"):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rates:
        sheet.append(row)
    for index, name in enumerate(rates[0] if rates else (), 1):
        if (formats or {}).get(name):
            sheet.cell(2, index).number_format = formats[name]
    if card:
        facts = book.create_sheet("Card")
        for row in card:
            facts.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("amount", "1,234", "ambiguous_number"),
        ("amount", "many", "bad_number"),
        ("amount", -3, "negative_number"),
        ("amount", "-3", "negative_number"),
        ("amount", datetime(2026, 5, 1), "bad_number"),
        ("amount", "=1+1", "formula_cell"),
        ("valid_from", "03/04/2026", "ambiguous_date"),
        ("valid_from", "31.02.2026", "bad_date"),
        ("valid_from", 46000, "bad_date"),
        ("valid_from", "soon", "bad_date"),
        ("port", datetime(2026, 5, 1), "not_text_cell"),
        ("port", time(20, 15), "not_text_cell"),
        ("hs", 101, "lost_zero"),
        ("regime", 400, "lost_zero"),
        ("rate", 5, "unused_cell"),
        ("percent", 5, "unused_cell"),
        ("line", 1.5, "bad_line"),
        ("part_of", 7, "no_parent"),
        ("hs", "chapter 84", "rule"),
        ("minimum", "x", "bad_number"),
    ],
)
def test_a_bad_cell_is_told_where_it_stands(column, value, code):
    assert problem_of(column, value) == [(code, column)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("valid_from", datetime(2026, 5, 1)),
        ("valid_from", date(2026, 5, 1)),
        ("valid_from", "2026-05-01"),
        ("valid_from", "1.5.2026"),
        ("valid_from", "13/05/2026"),
        ("valid_from", "05/05/2026"),
        ("hs", 8471),
        ("hs", "0101"),
        ("regime", 4000),
        ("mode", 1),
        ("rule_type", "flat"),
        ("minimum", 3),
    ],
)
def test_a_cell_with_one_meaning_is_read(column, value):
    assert problem_of(column, value) == []


def test_percentages():
    def read(value, number_format):
        content = workbook(
            [
                ["charge_code", "rule_type", "basis", "percent"],
                ["C", "PCT_GREATER", "outlay", value],
            ],
            {"percent": number_format},
        )
        return rate_card.read_rate_card(content).rows[0].params["percent"]

    assert read(0.02, "0.00%") == 2
    assert read(0.02, None) == D("0.02")
    assert read(2, "0") == 2
    assert read("2,5 %", None) == D("2.5")
    assert problem_of("amount", 0.02, "0%") == [("percent_cell", "amount")]


def test_bands_and_sizes():
    def bands(text, rule_type="BAND_FLAT"):
        return problem_of("bands", text, rule_type=rule_type, basis="customs_value")

    assert bands("1000:83; 10000:185; :300") == []
    assert bands("1000:83,50;") == []
    assert bands("1000:1 %; :0,5 %", "BAND_PROGRESSIVE_PCT") == []
    assert bands("1000") == [("bad_pairs", "bands")]
    assert bands("1000:") == [("bad_pairs", "bands")]
    assert bands("1,000:83") == [("ambiguous_number", "bands")]
    assert bands("1000:83; 500:9") == [("rule", "bands")]
    assert bands(":300; 500:9") == [("rule", "bands")]
    assert bands(time(20, 15)) == [("not_text_cell", "bands")]

    def sizes(text):
        return problem_of("sizes", text, rule_type="PER_CONTAINER_SIZE")

    assert sizes("20:15000; 40HC:25000") == []
    assert sizes("20:1; 20:2") == [("same_size", "sizes")]
    assert sizes(":2") == [("bad_pairs", "sizes")]


# === THE WHOLE FILE === #


def read_problems(content, **options):
    with pytest.raises(rate_card.RateCardError) as caught:
        rate_card.read_rate_card(content, **options)
    return caught.value.problems


def test_all_errors_at_once_with_their_places():
    found = read_problems(
        workbook(
            [
                ["Charge code", "rule_type", "amount", "valid_from", "colour"],
                ["A", "FLAT", "1,234", None, None],
                [None, "FLAT", 5, "03/04/2026", None],
                [None, None, None, None, None],
                ["B", "FLATT", 5, None, None],
                ["C", None, 5, None, None],
                ["D", "PER_UNIT", None, None, None],
            ],
            card=[["fact", "value"], ["name", "X"], ["level", "king"], ["tint", 1]],
        )
    )
    assert [(p.code, p.sheet, p.cell, p.column) for p in found] == [
        ("unknown_choice", "Card", "B3", "level"),
        ("unknown_fact", "Card", "B4", "tint"),
        ("unknown_column", "Rates", "E1", "colour"),
        ("ambiguous_number", "Rates", "C2", "amount"),
        ("ambiguous_date", "Rates", "D3", "valid_from"),
        ("empty_cell", "Rates", "A3", "charge_code"),
        ("unknown_choice", "Rates", "B5", "rule_type"),
        ("empty_cell", "Rates", "B6", "rule_type"),
        ("empty_cell", "Rates", "A7", "unit"),
        ("empty_cell", "Rates", "A7", "rate"),
    ]
    assert str(found[3]) == (
        "Rates C2 (amount): “1,234” can be read in two ways, 1.234 or 1234. Write it "
        "without thousands separators, such as 1.234 or 1234."
    )


def test_a_charge_code_may_be_called_as_the_mark_of_facts():
    content = b"card,name,Prices\ncharge_code,rule_type,amount\ncard,FLAT,5\n"
    found = rate_card.read_rate_card(content)
    assert (found.name, found.rows[0].charge) == ("Prices", "card")


def test_errors_in_text_name_the_row():
    content = b"card,level,king\ncharge_code,rule_type,amount\nA,FLAT,\nB,FLAT,x\n"
    found = read_problems(content)
    assert [(p.code, p.sheet, p.row, p.column) for p in found] == [
        ("unknown_choice", "Card", 1, "level"),
        ("empty_cell", "Rates", 3, "amount"),
        ("bad_number", "Rates", 4, "amount"),
    ]
    assert str(found[2]).startswith("Rates 4 (amount): “x” is no number.")


def test_a_quoted_line_break_does_not_shift_rows():
    content = b'charge_code,rule_type,description,amount\nA,FLAT,"x\ny",5\nB,FLAT,,x\n'
    assert [p.row for p in read_problems(content)] == [4]


def test_parts():
    header = ["line", "part_of", "charge_code", "rule_type", "amount"]

    def codes(*rates):
        try:
            rate_card.read_rate_card(workbook([header, *rates]))
        except rate_card.RateCardError as error:
            return [(p.code, p.cell) for p in error.problems]
        return []

    top = [1, None, "A", "MAX_OF", None]
    assert codes(top, [2, 1, None, "FLAT", 5]) == []
    assert codes(top, [2, 1, "A", "FLAT", 5]) == []
    assert codes(top, [2, 1, "B", "FLAT", 5]) == [("other_charge", "C3")]
    assert codes(top) == [("no_parts", "D2")]
    assert codes([2, 1, None, "FLAT", 5], top) == [
        ("no_parent", "B2"),
        ("no_parts", "D3"),
    ]
    assert codes([1, None, "A", "FLAT", 5], [2, 1, None, "FLAT", 5]) == [
        ("no_parent", "B3")
    ]
    assert codes([1, 1, "A", "MAX_OF", None]) == [("no_parent", "B2")]
    assert codes([1, None, "A", "FLAT", 5], [1, None, "B", "FLAT", 5]) == [
        ("same_line", "A3")
    ]
    assert codes(top, [2, 1, None, "PASS_THROUGH", None]) == [("rule", "D2")]


def test_rules_that_the_engine_refuses():
    assert problem_of("minimum", 5, maximum=4) == [("rule", "minimum")]
    assert problem_of("minimum", 5, rule_type="PASS_THROUGH") == [
        ("unused_cell", "minimum")
    ]
    assert problem_of("charge_code", "C", rule_type="COST_PLUS") == [
        ("rule", "percent")
    ]
    found = problem_of("valid_to", "2026-01-01", valid_from="2026-01-02")
    assert found == [("dates_reversed", "valid_to")]


def test_card_facts():
    def problems(*card):
        content = workbook([["charge_code", "rule_type"]], card=card)
        try:
            return rate_card.read_rate_card(content)
        except rate_card.RateCardError as error:
            return [(p.code, p.column) for p in error.problems]

    assert problems(["currency", "eur"]).currency == "EUR"
    assert problems(["version", 3]).version == "3"
    assert problems(["document_minimum", 0]).document_minimum == 0
    assert problems(["currency", "Euro"]) == [("bad_currency", "currency")]
    assert problems(["name", "A"], ["Name", "B"]) == [("same_fact", "name")]
    assert problems(["valid_from", "2026-02-01"], ["valid_to", "2026-01-01"]) == [
        ("dates_reversed", "valid_to")
    ]


def test_headers():
    header = ["charge_code", "rule_type", "amount", "amount"]
    assert read_problems(workbook([header]))[0].code == "same_column"
    found = read_problems(
        workbook([["charge_code", "rule_type", "amount"], ["A", "FLAT", 5, "lost"]])
    )
    assert [(p.code, p.cell) for p in found] == [("unnamed_column", "D2")]
    assert read_problems(workbook([["charge", "type"]]))[0].code == "no_header"
    assert read_problems(workbook([["charge_code"]], title="Prices"))[0].code == (
        "no_sheet"
    )
    title = [["Our prices"], ["charge_code", "rule_type", "amount"], ["A", "FLAT", 5]]
    assert len(rate_card.read_rate_card(workbook(title)).rows) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n\0", "empty"),
        (b"PK\x03\x04rubbish", "not_spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0", "not_text"),
        (b"a,b\n1,2\n", "no_header"),
        (b'charge_code,rule_type\n"A,FLAT', "not_table"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files_that_are_no_rate_card(content, code):
    (problem,) = read_problems(content)
    assert problem.code == code
    assert problem.sentence().endswith(".")


def test_size_is_bounded():
    content = rate_card.write_xlsx(SAMPLE)
    assert read_problems(content, max_bytes=1000)[0].code == "too_large"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (sheets.MAX_UNPACKED + 1))
    assert read_problems(stream.getvalue())[0].code == "too_large"
    lines = b"charge_code,rule_type,amount\n" + b"A,FLAT,5\n" * (sheets.MAX_ROWS + 1)
    assert read_problems(lines)[0].code == "too_many_rows"


def test_no_text_is_a_formula_to_a_spreadsheet():
    card = Card(name="=1+1", rows=(Row("+A", "FLAT", {"amount": D(1)}, name="@x"),))
    for row in csv.reader(io.StringIO(rate_card.write_csv(card).decode("utf-8-sig"))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    book = openpyxl.load_workbook(io.BytesIO(rate_card.write_xlsx(card)))
    for sheet in book:
        assert "f" not in {cell.data_type for row in sheet.rows for cell in row}


# === THE WORKBOOK === #


def test_the_workbook_helps_to_fill_it_in():
    book = openpyxl.load_workbook(io.BytesIO(rate_card.write_xlsx(SAMPLE)))
    assert book.sheetnames == ["Rates", "Card", "Help"]
    rates = book["Rates"]
    header = [cell.value for cell in rates[1]]
    assert header == [column.id for column in rate_card.COLUMNS]
    first = dict(zip(header, rates[2], strict=True))
    assert first["rate"].value == 7.5
    assert first["valid_from"].value == datetime(2026, 2, 3)
    assert first["hs"].number_format == "@"
    beyond = rates.cell(len(SAMPLE.rows) + 5, header.index("hs") + 1)
    assert beyond.number_format == "@"
    helped = {row[0].value: row[1].value for row in book["Help"].rows}
    assert set(model.RULE_TYPES) < set(helped)
    assert set(header) < set(helped)
    assert all(helped[name] for name in header)
    lists = {v.formula1 for v in rates.data_validations.dataValidation}
    assert f"=Help!$A$2:$A${len(model.RULE_TYPES) + 1}" in lists
    assert all(len(formula) <= 255 for formula in lists)


def test_the_help_is_translated():
    content = rate_card.write_xlsx(SAMPLE, translate=lambda text: f"«{text}»")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book["Help"]["B2"].value == "«Flat price»"
    assert rate_card.read_rate_card(content) == SAMPLE


def test_every_type_has_columns():
    assert set(columns.TYPE_HELP) == set(model.RULE_TYPES)
    for rule_type, names in model.RULE_TYPES.items():
        known = {*columns.columns_of(rule_type), *columns.COMMON, "rules"}
        assert set(names) <= known
    for column in columns.COLUMNS:
        used = [
            rule_type
            for rule_type in model.RULE_TYPES
            if column.id in columns.columns_of(rule_type)
        ]
        assert used or column.id in columns.COMMON


@pytest.mark.parametrize("code", sorted(errors.MESSAGES))
def test_messages_are_sentences(code):
    if code != "rule":
        assert errors.MESSAGES[code].endswith(".")
