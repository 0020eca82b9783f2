"""Rate texts read, refused and printed."""

from decimal import Decimal

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from pure import load

components = load("engine.components")
rates = load("engine.rates")
units = load("engine.units")

Component = components.Component


def pct(rate, operator="+", on=""):
    return Component("percent", operator, rate=Decimal(rate), on=on)


def spec(amount, unit, currency="EUR", operator="+", per=1, **fields):
    return Component(
        "specific",
        operator,
        amount=Decimal(amount),
        currency=currency,
        unit=unit,
        per=Decimal(per),
        **fields,
    )


def part(name, operator="+"):
    return Component("meursing", operator, part=name)


# --- United States -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("33 1/3%", [pct("33.333333")]),
        ("6.58170¢ /kg", [spec("0.065817", "kg", "USD")]),
        ("89.6¢/1000", [spec("0.896", "pcs", "USD", per=1000)]),
        ("$2.50/thou- sand + 40%", [spec("2.5", "pcs", "USD", per=1000), pct(40)]),
        (
            "15¢/jewel over 7 + 60% on the case",
            [
                spec("0.15", "jewel", "USD", qualifier="over 7"),
                pct(60, on="the case"),
            ],
        ),
        ("$1.32/t, including weight of container",
         [spec("1.32", "t", "USD", weight_basis="contents_and_container")]),
        ("16.9¢/kg of total sugars + 5.1%",
         [spec("0.169", "kg", "USD", content="total sugars"), pct("5.1")]),
        ("86.1¢/m2of recording surface",
         [spec("0.861", "m2", "USD", content="recording surface")]),
        ("83.1¢/kg, but not less than 5%",
         [spec("0.831", "kg", "USD"), pct(5, "MIN")]),
        ("7.5% 1/", [pct("7.5")]),
        ("5¢/kg + 7.5% <sup>1/</sup> <sup>12/</sup>",
         [spec("0.05", "kg", "USD"), pct("7.5")]),
        ("33⅓%", [pct("33.333333")]),
        ("½% + 2¢ each", [pct("0.5"), spec("0.02", "pcs", "USD")]),
        ("$1,050/t", [spec(1050, "t", "USD")]),
        ("$1,050,000.25/t", [spec("1050000.25", "t", "USD")]),
        ("12¢/doz. pieces", [spec("0.12", "doz", "USD")]),
        ("3 percent of the fair retail value", [pct(3, on="the fair retail value")]),
        ("2.25% on case +80% on the strap, band or bracelet",
         [pct("2.25", on="case"), pct(80, on="the strap, band or bracelet")]),
    ],
)  # fmt: skip
def test_us(text, expected):
    rate = rates.parse_us(text)
    assert rate.components == tuple(expected)
    assert rate.is_rate


@pytest.mark.parametrize(
    ("text", "reference", "expected"),
    [
        ("The duty provided inthe applicable subheading+ 25%", "applicable_subheading",
         [pct(25)]),
        ("The duty rate provided in such subheading minus 0.5%",
         "applicable_subheading", [pct("0.5", "-")]),
        ("The duty provided for in the applicable subheading",
         "applicable_subheading", []),
        ("No change", "unchanged", []),
    ],
)  # fmt: skip
def test_us_reference(text, reference, expected):
    rate = rates.parse_us(text)
    assert (rate.reference, rate.components) == (reference, tuple(expected))
    assert not rate.is_rate, "the components alone would be too little"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  <u></u>", "empty"),
        ("Free, under bond", "subject to conditions"),
        ("Free (See U.S. note 4 of this subchapter)", "subject to conditions"),
        ("See 9822.05.20", "refers to other lines"),
        ("A duty upon the value of the repairs", "rate on part of the value"),
        ("5¢/furlong", "unknown unit"),
        ("5¢/kg +", "duty amount required"),
        ("+ 5%", "duty amount required"),
        ("5", "percent sign or currency required"),
        ("37% /", "unknown duty expression"),
        ("-5%", "negative amount"),
        ("5% + -3¢/kg", "negative amount"),
        ("1,250¢/kg", "unclear number"),
        ("7.5% 100/", "unknown duty expression"),
        ("5% on the case but not the strap", "subject to conditions"),
        ("10% to 20%", "unknown duty expression"),
        ("Prohibited", "unknown duty expression"),
    ],
)
def test_us_unread(text, reason):
    with pytest.raises(rates.RateTextError) as caught:
        rates.parse_us(text)
    assert caught.value.reason == reason
    assert len(str(caught.value)) > 20


def test_us_special_keeps_what_it_can_read():
    found = rates.parse_us_special(
        "Free (A,.OM,) 5¢/kg + 1.4% (P)See 9822.04.25 (AU) No change (CA, MX) 3% on it"
    )
    assert [(rate.programmes, rate.components) for rate in found] == [
        (("A", "OM"), ()),
        (("P",), (spec("0.05", "kg", "USD"), pct("1.4"))),
        (("AU",), None),
        (("CA", "MX"), ()),
        ((), (pct(3, on="it"),)),
    ]
    assert found[2].error.reason == "refers to other lines"
    assert found[3].rate.reference == "unchanged"


def test_us_special_empty():
    with pytest.raises(rates.RateTextError):
        rates.parse_us_special(" ")


# --- TARIC ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<span>10.20</span> % + <span>93.10</span> EUR / "
         "<abbr title='Hectokilogram'>100 kg</abbr>",
         [pct("10.2"), spec("93.1", "kg", per=100)]),
        ("12,5 %", [pct("12.5")]),
        ("9 % + EA(1) MAX 24.2 % + ADSZ (2)",
         [pct(9), part("EA"), pct("24.2", "MAX"), part("ADSZ")]),
        ("8 % + AC (reduced) + FD", [pct(8), part("EAR"), part("ADFM")]),
        ("30.4 EUR/100 kg std qual",
         [spec("30.4", "kg", per=100, qualifier="standard quality")]),
        ("1.75 EUR/% vol/hl", [spec("1.75", "hl", times=("asv",))]),
        ("10 % MIN 22 EUR / 100 kg/net eda MAX 56 EUR / 100 kg/br",
         [pct(10), spec(22, "kg", operator="MIN", per=100, weight_basis="drained"),
          spec(56, "kg", operator="MAX", per=100, weight_basis="gross")]),
        ("10%-5 EUR/hl", [pct(10), spec(5, "hl", operator="-")]),
        ("EUR 3.2 per kg", [spec("3.2", "kg")]),
        ("1,234.5 EUR / t", [spec("1234.5", "t")]),
        ("10 EUR / 100 kg / net drained wt",
         [spec(10, "kg", per=100, weight_basis="drained")]),
        ("12 % 1/", [pct(12)]),
        ("10 % - 5 %", [pct(10), pct(5, "-")]),
        ("2 EUR / kg - 100 EUR / 100 kg",
         [spec(2, "kg"), spec(100, "kg", operator="-", per=100)]),
        ("10 % MAX 20 % - 15 %", [pct(10), pct(20, "MAX"), pct(15, "-")]),
        ("5 % - 7 % / Retail Price", [pct(5), pct(7, "-", "retail price")]),
    ],
)  # fmt: skip
def test_taric(text, expected):
    assert rates.parse_taric(text).components == tuple(expected)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("10", "percent sign or currency required"),
        ("10 % +", "duty amount required"),
        ("-5 %", "negative amount"),
        ("10 % + -5 EUR / 100 kg", "negative amount"),
        ("MIN 5 %", "components out of order"),
        ("10 % 20 %", "duty expression used more than once"),
        ("10 % + EA + EA", "duty expression used more than once"),
        ("10 % + ADSZ + EA", "components out of order"),
        ("10 % + 1,250 EUR / t", "unclear number"),
        ("10 % + 5 EUR / fathom", "unknown unit"),
        ("10 XYZ / kg", "unknown currency"),
        ("10 kgs / hl", "unknown duty expression"),
        ("see regulation 123/2024", "unknown duty expression"),
        ("10 % of which half", "subject to conditions"),
        ("10%-15%", "range of rates"),
        ("10 % - 10 %", "range of rates"),
        ("10 % MIN 5 % - 7 %", "range of rates"),
        ("2 EUR / kg - 3 EUR / kg", "range of rates"),
        ("2 EUR / kg - 250 EUR / 100 kg", "range of rates"),
        ("5 EUR - 10 EUR", "range of rates"),
    ],
)
def test_taric_unread(text, reason):
    with pytest.raises(rates.RateTextError) as caught:
        rates.parse_taric(text)
    assert caught.value.reason == reason


def test_a_range_is_no_rate_and_the_sentence_says_so():
    with pytest.raises(rates.RateTextError) as caught:
        rates.parse("10% - 15%")
    assert str(caught.value) == (
        "“10% - 15%” is no rate: “- 15 %” takes away all there is before it, so that "
        "it may be a range. Enter the rate that applies."
    )
    for text in ("5% less 6%", "$2/kg less $2/kg", "10 %-12 % MIN 3 %"):
        with pytest.raises(rates.RateTextError) as caught:
            rates.parse(text)
        assert caught.value.reason == "range of rates"
    assert rates.parse("5% less 2%").components == (pct(5), pct(2, "-"))


@pytest.mark.parametrize("name", sorted(components.MEURSING_TYPES))
def test_a_bare_part_is_no_unit(name):
    for parser in (rates.parse_taric, rates.parse):
        rate = parser(name)
        assert (rate.components, rate.supplementary_unit) == ((part(name),), "")
    assert units.find_unit("EA").unit == "pcs"


def test_taric_unit_is_no_rate():
    rate = rates.parse_taric("1,000 p/st")
    assert rate.components is None
    assert (rate.supplementary_unit, rate.supplementary_per) == ("pcs", 1000)
    assert not rate.is_rate


# --- Rows of TARIC components --------------------------------------------------------


def test_rows_in_any_order():
    rows = [
        ("17", "24.2", None, None, None),
        ("12", None, "", "", ""),
        ("01", Decimal("9.0"), "", "", ""),
        ("21", "", "", "", ""),
    ]
    expected = rates.parse_taric("9 % + EA MAX 24.2 % + ADSZ").components
    assert rates.components_from_taric(rows) == expected


def test_ids_of_one_digit_come_in_their_order():
    rows = [("12", "", "", "", ""), ("4", "3", "EUR", "DTN", ""), (1, "9", "", "", "")]
    expected = rates.parse_taric("9 % + 3 EUR / 100 kg + EA").components
    for found in (rows, rows[::-1]):
        assert rates.components_from_taric(found) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("01", "176.8", "EUR", "DTN", ""), spec("176.8", "kg", per=100)),
        (("01", "0.5", "GBP", "ASV", "X"), spec("0.5", "hl", "GBP", times=("asv",))),
        (("01", "30", "EUR", "TNE", "I"),
         spec(30, "kg", per=1000, qualifier="biodiesel")),
        (("01", "16.5", "", "RET", ""), pct("16.5", on="retail price")),
        ((1, "5", "EUR", "", ""),
         Component("fixed", amount=Decimal(5), currency="EUR")),
    ],
)  # fmt: skip
def test_row(row, expected):
    assert rates.components_from_taric([row]) == (expected,)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "empty"),
        ([("01", None, "", "", "")], "duty amount required"),
        ([("01", "5", "ABC", "KGM", "")], "unknown currency"),
        ([("01", "5", "", "KGM", "")], "unknown currency"),
        ([("01", "5", "EUR", "XXX", "")], "unknown unit"),
        ([("01", "5", "EUR", "KGM", "Q")], "unknown unit"),
        ([("01", "-5", "", "", "")], "negative amount"),
        ([("01", "NaN", "", "", "")], "negative amount"),
        ([("98", "5", "", "", "")], "unknown duty expression"),
        ([("40", "5", "EUR", "DTN", "")], "no import duty"),
        ([("99", None, "", "NAR", "")], "no import duty"),
        ([("01", "5", "", "", ""), ("01", "6", "", "", "")],
         "duty expression used more than once"),
    ],
)  # fmt: skip
def test_unread_rows(rows, reason):
    with pytest.raises(rates.RateTextError) as caught:
        rates.components_from_taric(rows)
    assert caught.value.reason == reason


def test_rows_of_a_supplementary_unit_and_of_nothing():
    rate = rates.rate_from_taric([("99", None, "", "NAR", "")])
    assert (rate.components, rate.supplementary_unit) == (None, "pcs")
    assert rates.components_from_taric([("37", None, "", "", "")]) == ()


# --- Spreadsheets --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Free", []),
        ("Exento", []),
        ("zollfrei", []),
        ("5%", [pct(5)]),
        ("5 % + 2 EUR/kg", [pct(5), spec(2, "kg")]),
        ("5 per cent", [pct(5)]),
        ("15% ad valorem", [pct(15)]),
        ("$2/kg", [spec(2, "kg", "")]),  # the dollar of the tariff
        ("2¢ each", [spec("0.02", "pcs", "")]),
        ("35% or USD 200/t whichever is higher",
         [pct(35), spec(200, "t", "USD", "MIN")]),
        ("25% or 5 EUR/kg, whichever is the lower",
         [pct(25), spec(5, "kg", "EUR", "MAX")]),
    ],
)  # fmt: skip
def test_plain_text(text, expected):
    assert rates.parse(text).components == tuple(expected)


def test_dollar_of_the_caller():
    assert rates.parse("$2/kg", "CAD").components == (spec(2, "kg", "CAD"),)


@pytest.mark.parametrize(
    "text",
    ["", "-", "5", "0", "n/a", "$1,050/t", "33⅓ EUR", "10%–15%",
     "5 per kg", "Prohibited", "see note 3",
     "10% or free whichever is less", "tbd", "0.05.1%", "5%%"],
)  # fmt: skip
def test_plain_text_unread(text):
    with pytest.raises(rates.RateTextError):
        rates.parse(text)


# --- Round trips ---------------------------------------------------------------------

FIGURES = st.decimals("0", "99999", places=4)
OPERATORS = st.sampled_from(components.OPERATORS)
UNITS = st.sampled_from(["kg", "l", "hl", "pcs", "pr", "m2", "m3", "lpa", "ct", "mwh"])


@st.composite
def taric_components(draw):
    """Return components whose duty expressions TARIC has, in ascending order."""
    main = draw(st.sampled_from(["percent", "specific", "fixed"]))
    found = [_draw(draw, main, "+")]
    operators = draw(
        st.sampled_from(["", "+", "-", "MIN", "MAX", "MIN MAX", "+ MAX", "MAX +"])
    )
    for operator in operators.split():
        found.append(
            _draw(draw, draw(st.sampled_from(["percent", "specific"])), operator)
        )
    text = load("engine.rate_text")
    try:
        text.refuse_range(found, "")
    except rates.RateTextError:
        reject()  # no rate, and never printed as one
    return tuple(found)


def _draw(draw, kind, operator, currency="EUR"):
    if kind == "percent":
        return Component("percent", operator, rate=draw(FIGURES))
    if kind == "fixed":
        return Component("fixed", operator, amount=draw(FIGURES), currency=currency)
    about = draw(
        st.sampled_from([{}, {"weight_basis": "drained"}, {"content": "lead"}])
        if currency == "USD"
        else st.just({})
    )
    per = draw(st.sampled_from([1, 100, 1000]))
    unit = draw(UNITS)
    return spec(draw(FIGURES), unit, currency, operator, per, **about)


@given(taric_components())
def test_taric_prints_and_reads_back(given_components):
    text = rates.print_taric(given_components)
    assert rates.parse_taric(text).components == given_components
    assert rates.print_taric(rates.parse_taric(text).components) == text


@st.composite
def us_components(draw):
    kinds = st.sampled_from(["percent", "specific"])
    operators = ["+", *draw(st.lists(OPERATORS, max_size=3))]
    return tuple(_draw(draw, draw(kinds), operator, "USD") for operator in operators)


@given(us_components())
def test_us_prints_and_reads_back(given_components):
    text = rates.print_us(given_components)
    assert rates.parse_us(text).components == given_components
    assert rates.print_us(rates.parse_us(text).components) == text


def test_free_prints():
    assert (rates.print_us(()), rates.print_taric(())) == ("Free", "NIHIL")


@pytest.mark.parametrize(
    ("printer", "component"),
    [
        ("print_us", spec(5, "kg", "EUR")),
        ("print_us", part("EA")),
        ("print_taric", pct(5, "MIN")),
        ("print_taric", pct(5, "-")),
        ("print_taric", pct(5, on="a value but no other")),
        ("print_us", pct(5, "MIN")),
        ("print_us", spec(5, "kg", "USD", qualifier="biodiesel")),
        ("print_taric", spec(5, "kg", "")),
        ("print_taric", spec(5, "kg", content="nothing known")),
    ],
)
def test_what_has_no_words_is_not_printed(printer, component):
    with pytest.raises(ValueError):
        getattr(rates, printer)([component])


FREE = {"free", "duty free", "duty-free", "nil", "nihil", "frei", "livre", "libre"}


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    """Nothing but a word for free is free of duty, and no text breaks a parser."""
    for parser in (rates.parse, rates.parse_us, rates.parse_taric):
        try:
            rate = parser(text)
        except rates.RateTextError:
            continue
        if rate.components == () and not rate.reference:
            assert text.strip().rstrip(".").casefold() in FREE


@given(
    st.text("0123456789.,%+-/ ¢$kgEURMINAXfree()", max_size=25),
    st.sampled_from([rates.parse, rates.parse_us, rates.parse_taric]),
)
def test_text_like_a_rate_is_read_or_refused(text, parser):
    try:
        rate = parser(text)
    except rates.RateTextError:
        return
    free = any(word in text.lower() for word in ("free", "frei"))
    assert rate.components or rate.components is None or free
