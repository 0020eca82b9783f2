"""Files that must be refused, each with a reason the user can act on."""

import re
import time

import pytest
from fixtures.builder import build_sad, item, tax
from pure import formats

MEGABYTE = 1024 * 1024
LINE = "Item/Taxation/Taxation_line[1]/"


def refused(content, **options):
    with pytest.raises(formats.FormatError) as caught:
        formats.read("sad.xml", content, **options)
    assert str(caught.value).startswith("sad.xml")
    return caught.value


def refused_with(path, value, **facts):
    return refused(build_sad(overrides={path: value}, **facts))


@pytest.mark.parametrize("content", [b"", b" \r\n\t "])
def test_empty(content):
    assert refused(content).code == "empty"


@pytest.mark.parametrize(
    "content",
    [
        b"office;number\nDEMO1;4711\n",
        b"%PDF-1.7\n%\xe2\xe3",
        b"PK\x03\x04\x14\x00",
        b"\0",
    ],
)
def test_not_xml(content):
    assert refused(content).code == "not_xml"


def test_truncated():
    content = build_sad()
    error = refused(content[: len(content) // 2])
    assert error.code == "not_xml"
    assert error.values["line"] > 100
    assert f"line {error.values['line']}" in str(error)


def test_wrong_bytes_for_the_encoding():
    content = build_sad(importer=("1", "Société")).decode().encode("latin-1")
    assert refused(content).code == "not_xml"


def test_other_xml():
    error = refused(b"<Invoice xmlns='urn:x'><ID>1</ID></Invoice>")
    assert error.code == "unknown_format"
    assert "Invoice" in error.values["root"]
    with pytest.raises(formats.FormatError, match="ASYCUDA"):
        formats.asycuda.parse(b"<Invoice/>")


def test_deep_nesting():
    assert refused(b"<a>" * 100_000).code == "not_xml"


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE ASYCUDA [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20)
    )
    + b"]><ASYCUDA>&u;</ASYCUDA>"
)
EXTERNAL = (
    b'<!DOCTYPE ASYCUDA [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<ASYCUDA><Office>&x;</Office></ASYCUDA>"
)
NETWORK = b'<!DOCTYPE ASYCUDA SYSTEM "http://192.0.2.1/x.dtd"><ASYCUDA/>'


@pytest.mark.parametrize("content", [BOMB, EXTERNAL, NETWORK])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32"])
def test_entities_and_document_types_are_refused_at_once(content, encoding):
    started = time.process_time()
    assert refused(content.decode().encode(encoding)).code == "entities"
    assert time.process_time() - started < 1


@pytest.mark.parametrize("codec", ["cp037", "utf-7"])
def test_entities_in_an_encoding_that_hides_them(codec):
    content = EXTERNAL.decode().replace(
        "<!", f'<?xml version="1.0" encoding="{codec}"?><!', 1
    )
    assert refused(content.encode(codec)).code in ("entities", "not_xml")


def test_entities_hidden_behind_a_long_comment():
    content = b"<!-- %s -->" % (b"x" * MEGABYTE) + EXTERNAL
    assert refused(content).code == "entities"


def test_too_large_is_not_even_parsed(monkeypatch):
    monkeypatch.setattr(formats.safe_xml, "etree", None)
    error = refused(bytes(200 * MEGABYTE))
    assert error.code == "too_large"
    assert error.values["size_mb"] == "200" and error.values["limit_mb"] == "25"


def test_the_limit_may_be_given():
    content = build_sad()
    assert formats.read("x", content, max_bytes=len(content))
    error = refused(content, max_bytes=len(content) - 1)
    assert error.code == "too_large"


def test_a_file_without_a_name():
    with pytest.raises(formats.FormatError, match=r"^The file is empty"):
        formats.asycuda.parse(b"")


@pytest.mark.parametrize(
    "value",
    ["twelve", "12,5", "1,618", "1.618,00", "NaN", "Infinity", "-inf", "0x10", "1e400",
     "1E99", "--1", "1.2.3", "٣", "1" * 41, "12 EUR", "1_000"],
)  # fmt: skip
def test_an_amount_that_is_no_number(value):
    error = refused_with(LINE + "Duty_tax_amount", value)
    assert error.code == "bad_number"
    assert error.values["where"] == "item 1, tax CID, amount"
    assert error.values["value"] == value


@pytest.mark.parametrize(
    ("path", "where"),
    [
        (LINE + "Duty_tax_Base", "item 1, tax CID, base"),
        ("Item/Taxation/Item_taxes_amount", "item 1, tax total"),
        ("Item/Valuation_item/Total_CIF_itm", "item 1, customs value"),
        ("Item/Valuation_item/Item_Invoice/Currency_rate", "item 1, price, exchange"),
        ("Item/Valuation_item/Weight_itm/Net_weight_itm", "item 1, net mass"),
        ("Item/Tarification/Supplementary_unit/Suppplementary_unit_quantity", "item 1"),
        ("Financial/Amounts/Totals_taxes", "total taxes"),
        ("Financial/Amounts/Global_taxes", "global taxes"),
        ("Valuation/Gs_insurance/Amount_national_currency", "insurance, national"),
        ("Assessment_notice/Item_tax/Tax_amount", "assessment notice, tax CID"),
        ("Property/Nbers/Total_number_of_items", "number of items"),
    ],
)
def test_every_bad_number_says_where(path, where):
    error = refused_with(path, "n/a")
    assert error.code == "bad_number"
    assert error.values["where"].startswith(where)


def test_half_an_item():
    assert refused(build_sad(declared_items="1.5")).code == "bad_number"


def test_the_item_is_named():
    content = build_sad([item(), item(), item(taxes=[tax("TVS")])])
    content = content.replace(b"<Duty_tax_amount>55.00<", b"<Duty_tax_amount>x<")
    assert refused(content).values["where"] == "item 3, tax TVS, amount"


def test_a_tax_without_amount_is_not_zero():
    error = refused_with(LINE + "Duty_tax_amount", None)
    assert error.code == "missing_number"
    assert error.values["where"] == "item 1, tax CID, amount"


def test_an_amount_without_tax_code_is_not_lost():
    error = refused_with(LINE + "Duty_tax_code", None)
    assert error.code == "missing_tax_code"
    assert error.values["value"] == "55.00"


def test_an_empty_slot_may_hold_zero():
    overrides = {LINE.replace("[1]", "[5]") + "Duty_tax_amount": "0.0"}
    assert formats.read("x", build_sad(overrides=overrides))


def test_global_taxes_without_amount_or_code():
    lines = [("ENV", "10", "1")]
    line = "Global_taxes/Global_tax_item_line/"
    error = refused_with(line + "Global_tax_Base", None, global_lines=lines)
    assert error.code == "missing_number"
    error = refused_with(line + "Global_tax_code", None, global_lines=lines)
    assert error.code == "missing_tax_code"


@pytest.mark.parametrize("value", ["13/13/26", "2/30/26", "soon", "0/3/26"])
@pytest.mark.parametrize("name", ["Registration", "Assessment", "receipt"])
def test_a_date_of_the_authority_that_is_none(name, value):
    error = refused_with(f"Identification/{name}/Date", value)
    assert error.code == "bad_date"
    assert error.values == {
        "filename": "sad.xml",
        "where": f"{name.lower()} date",
        "value": value,
    }


PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def test_every_message_can_be_filled_in():
    sentences = {**formats.errors.MESSAGES, **formats.errors.WARNINGS}.values()
    values = {name: "?" for text in sentences for name in PLACEHOLDER.findall(text)}
    assert {"filename", "where", "found", "announced"} <= set(values)
    for code in formats.errors.MESSAGES:
        assert "%" not in str(formats.FormatError(code, **values))
    for code in formats.errors.WARNINGS:
        assert "%" not in formats.FormatWarning(code, **values)
