"""Official rates of exchange: tables, XML and JSON, in either quotation."""

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from pure import formats, load

rates = load("formats.tariff.exchange_rates")
errors = load("formats.errors")
D = Decimal

MONTHLY = (
    "Country/Territories,Currency,Currency Code,Currency Units per £1,"
    "Start Date,End Date"
)
PLAIN = "Currency,Rate,Valid from,Valid to"


def read(*rows, **options):
    content = "\n".join(rows).encode()
    assert rates.matches("rates.csv", content)
    return rates.read("rates.csv", content, **options)


def failure(content, **options):
    with pytest.raises(formats.FormatError) as raised:
        rates.read("rates.csv", content, **options)
    assert "rates.csv" in str(raised.value)
    return raised.value.code


def reasons(document):
    for flag in document.flags:
        fields = {name: getattr(flag, name) for name in flag.__slots__}
        assert errors.WARNINGS[flag.reason] % fields
    return [flag.reason for flag in document.flags]


def test_monthly_list_is_quoted_in_foreign_units():
    document = read(
        MONTHLY,
        "Abu Dhabi,Dirham,AED,4.6321,01/03/2024,31/03/2024",
        "Dubai,Dirham,AED,4.6321,01/03/2024,31/03/2024",
        "USA,Dollar,USD,1.2613,01/03/2024,31/03/2024",
    )
    assert [(row.currency, row.rate) for row in document.exchange_rates] == [
        ("AED", D("4.6321")),  # once, whoever uses it
        ("USD", D("1.2613")),
    ]
    first = document.exchange_rates[0]
    assert first.quotation == "inverse"
    assert (first.valid_from, first.valid_to) == (date(2024, 3, 1), date(2024, 3, 31))
    assert document.row_count == 3 and not document.flags


def test_a_table_must_say_how_it_is_quoted():
    rows = (PLAIN, "USD,0.79,2024-03-01,")
    assert failure("\n".join(rows).encode()) == "quotation_unknown"
    assert failure("\n".join(rows).encode(), quotation="?") == "quotation_unknown"
    for quotation in ("direct", "inverse"):
        (row,) = read(*rows, quotation=quotation).exchange_rates
        assert (row.quotation, row.rate, row.valid_to) == (quotation, D("0.79"), None)


@pytest.mark.parametrize(
    ("header", "quotation"),
    [
        ("Foreign currency units per EUR", "inverse"),
        ("Units per 1 AUD", "inverse"),
        ("EUR per unit", "direct"),
        ("GBP per foreign unit", "direct"),
    ],
)
def test_quotation_in_the_name_of_the_column(header, quotation):
    (row,) = read(f"Currency;{header};From", "USD;1.1;1.3.2024").exchange_rates
    assert row.quotation == quotation and row.valid_from == date(2024, 3, 1)


def test_quotation_row_by_row():
    document = read(
        "Currency,Rate,Valid from,Quotation",
        "USD,0.9,2024-03-01,direct",
        "JPY,163,2024-03-01,Inverse",
    )
    found = [row.quotation for row in document.exchange_rates]
    assert found == ["direct", "inverse"]
    lacking = b"Currency,Rate,Valid from,Quotation\nUSD,0.9,2024-03-01,\n"
    assert failure(lacking) == "quotation_unknown"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("USD,-1.2,2024-03-01,", "bad_rate_of_exchange"),
        ("USD,0,2024-03-01,", "bad_rate_of_exchange"),
        ("USD,,2024-03-01,", "bad_rate_of_exchange"),
        ("USD,n/a,2024-03-01,", "bad_rate_of_exchange"),
        ('USD,"1,25",2024-03-01,', "bad_rate_of_exchange"),
        ("Dollar,1.2,2024-03-01,", "bad_currency"),
        (",1.2,2024-03-01,", "bad_currency"),
        ("USD,1.2,,", "bad_row_date"),
        ("USD,1.2,March,", "bad_row_date"),
        ("USD,1.2,2024-03-01,2024-02-30", "bad_row_date"),
        ("USD,1.2,2024-03-01,2024-02-01", "dates_reversed"),
    ],
)
def test_rows_that_cannot_be_used_are_left_out_and_flagged(row, reason):
    document = read(PLAIN, "CHF,0.95,2024-03-01,", row, quotation="direct")
    assert [rate.currency for rate in document.exchange_rates] == ["CHF"]
    assert reasons(document) == [reason]
    assert document.flags[0].row == 3


def test_two_rates_for_the_same_days_are_neither():
    document = read(
        PLAIN,
        "USD,1.2,2024-03-01,",
        "USD,1.3,2024-03-01,",
        "USD,1.4,2024-04-01,",
        quotation="inverse",
    )
    assert [row.rate for row in document.exchange_rates] == [D("1.4")]
    assert reasons(document) == ["rate_conflict"]


def test_spreadsheet():
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Currency", "EUR per unit", "Valid from", "Valid to"])
    book.active.append(["USD", 0.9213, date(2024, 3, 1), date(2024, 3, 31)])
    book.active.append(["GBP", 1.17, "01/03/2024", None])
    packed = io.BytesIO()
    book.save(packed)
    assert rates.matches("rates", packed.getvalue())
    document = rates.read("rates", packed.getvalue())
    assert [
        (row.currency, row.rate, row.valid_to) for row in document.exchange_rates
    ] == [("USD", D("0.9213"), date(2024, 3, 31)), ("GBP", D("1.17"), None)]


# --- XML -----------------------------------------------------------------------------

XML = """<?xml version="1.0" encoding="UTF-8"?>
<exchangeRateMonthList Period="{period}">
  <exchangeRate>
    <countryName>Japan</countryName><countryCode>JP</countryCode>
    <currencyName>Yen</currencyName><currencyCode>JPY</currencyCode>
    <rateNew>{rate}</rateNew>
  </exchangeRate>
</exchangeRateMonthList>"""


def xml(period="01/Mar/2024 to 31/Mar/2024", rate="189.03"):
    return XML.format(period=period, rate=rate).encode()


def test_monthly_xml():
    assert rates.matches("rates.xml", xml())
    (row,) = rates.read("rates.xml", xml()).exchange_rates
    assert (row.currency, row.rate, row.quotation) == ("JPY", D("189.03"), "inverse")
    assert (row.valid_from, row.valid_to) == (date(2024, 3, 1), date(2024, 3, 31))


def test_faults_of_xml():
    assert reasons(rates.read("x", xml(rate="-1"))) == ["bad_rate_of_exchange"]
    assert failure(xml(period="March")) == "period_unknown"
    assert failure(xml()[:-5]) == "rates_not_xml"
    assert failure(b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + xml()[38:]) == "entities"


# --- JSON ----------------------------------------------------------------------------


def euro(rate="0.85", day="2021-06-01T00:00:00.000Z"):
    attributes = {
        "child_monetary_unit_code": "GBP",
        "exchange_rate": rate,
        "validity_start_date": day,
    }
    return {"attributes": attributes}


def test_rates_that_name_only_the_national_currency():
    content = json.dumps([euro(), euro("0.86", "2021-05-01")]).encode()
    assert rates.matches("rates.json", content)
    document = rates.read("rates.json", content)
    first = document.exchange_rates[0]
    assert (first.currency, first.rate, first.quotation) == ("EUR", D("0.85"), "direct")
    assert first.valid_from == date(2021, 6, 1) and len(document.exchange_rates) == 2
    ends = [row.valid_to for row in document.exchange_rates]
    assert ends == [date(2021, 6, 30), date(2021, 5, 31)]
    other = rates.read("rates.json", content, currency="CHF").exchange_rates[0]
    assert other.currency == "CHF"
    assert failure(content, currency="euro") == "currency_option"


@pytest.mark.parametrize(
    ("national", "stated", "currency", "quotation"),
    [
        ("GBP", "EUR", "EUR", "direct"),
        ("EUR", "EUR", "GBP", "inverse"),  # 1 EUR = 0.85 GBP, not the other way round
        ("EUR", "GBP", "GBP", "inverse"),  # the figures were stated, not the base
        ("GBP", "GBP", "EUR", "direct"),
        ("CHF", "CHF", "GBP", "inverse"),
    ],
)
def test_pair_of_currencies_decides_the_quotation(
    national, stated, currency, quotation
):
    content = json.dumps([euro()]).encode()
    for wrong in (None, "direct", "inverse"):
        document = rates.read(
            "rates.json", content, wrong, currency=stated, national=national
        )
        (row,) = document.exchange_rates
        assert (row.currency, row.quotation) == (currency, quotation)
        assert row.rate == D("0.85") and not document.flags


def test_list_of_other_currencies_is_refused():
    content = json.dumps([euro()]).encode()
    with pytest.raises(formats.FormatError) as raised:
        rates.read("rates.json", content, national="USD")
    assert "gives GBP for one EUR; the tariff is in USD" in str(raised.value)


def test_only_monthly_lists_get_last_days():
    def ends(*days):
        rows = (f"USD,1.2,{day}," for day in days)
        document = read(PLAIN, *rows, quotation="direct")
        return [row.valid_to for row in document.exchange_rates]

    first, leap, last = date(2024, 1, 31), date(2024, 2, 29), date(2024, 12, 31)
    assert ends("2024-01-01", "2024-02-01") == [first, leap]
    assert ends("2024-11-01", "2024-12-01") == [date(2024, 11, 30), last]
    assert ends("2024-01-01", "2024-02-15") == [None, None]
    assert ends("2024-01-01", "2024-04-01") == [None, None]  # quarters
    assert ends("2024-01-01") == [None]


def test_answer_of_the_service():
    line = {
        "currency_code": "USD",
        "rate": "1.2613",
        "validity_start_date": "2024-03-01",
        "validity_end_date": "2024-03-31",
    }
    included = [{"type": "exchange_rate", "attributes": line}]
    content = json.dumps({"data": {"id": "2024-3"}, "included": included}).encode()
    assert rates.matches("rates.json", content)
    (row,) = rates.read("rates.json", content).exchange_rates
    assert (row.rate, row.quotation) == (D("1.2613"), "inverse")


def test_faults_of_json():
    bad = json.dumps([euro("-0.85"), euro(0), euro(None), euro(True)]).encode()
    document = rates.read("rates.json", bad)
    assert not document.exchange_rates
    assert reasons(document) == ["bad_rate_of_exchange"] * 4
    assert failure(json.dumps([euro()]).encode()[:-4]) == "not_json"
    assert failure(b'{"rates": 5}') == "json_shape"
    assert failure(b"[[]]") == "json_shape"
    assert failure(b"[" * 100_000) == "not_json"


def test_other_files_are_not_taken_for_rates():
    assert not rates.matches("rates.csv", b"code,description\n1,Horses\n")
    duties = b"HS code,Rate,Currency,Valid from\n0101,5%,EUR,2024-01-01\n"
    assert not rates.matches("duties.csv", duties)
    assert not rates.matches("rates.xml", b"<ASYCUDA/>")
    assert not rates.matches("rates.json", b'{"rate": 1}')
    assert failure(b"code,description\n1,Horses\n") == "missing_columns"
    assert failure(b"") == "tariff_empty"
    assert failure(b"a" * 100, max_bytes=50) == "tariff_too_large"
