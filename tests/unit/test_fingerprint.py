"""The fingerprint of a document: twice the same file is once."""

import dataclasses
from decimal import Decimal

import pytest
from fixtures.builder import build_sad, default_items, item, tax
from hypothesis import given
from hypothesis import strategies as st
from pure import formats

plain = formats.document._plain


def fingerprint(*args, **facts):
    return formats.read("sad.xml", build_sad(*args, **facts)).fingerprint()


def test_layout_does_not_count():
    for layout in ({"empty": "pair"}, {"indent": False}, {"newline": "\r\n"}):
        assert fingerprint(**layout) == fingerprint()


def test_file_name_and_internal_id_do_not_count():
    content = build_sad()
    first, second = formats.read("a.xml", content), formats.read("b.xml", content)
    assert first.fingerprint() == second.fingerprint()
    assert fingerprint(source_id="900002") == fingerprint()


def test_spelling_of_numbers_does_not_count():
    spelt = item(price="1.0E3", taxes=[tax(rate="5.00"), tax("VAT", "+", "15.000")])
    assert fingerprint([spelt], rate="1.100") == fingerprint()


def test_an_empty_element_is_an_absent_one():
    content = build_sad(empty="short")
    shorter = content.replace(b"<Licence_number/>", b"")
    assert shorter != content
    first, second = formats.read("x", content), formats.read("x", shorter)
    assert first.fingerprint() == second.fingerprint()


@pytest.mark.parametrize(
    "facts",
    [
        {"global_tax": "45.01"},
        {"assessment": ("A", "4803", "3/6/26")},
        {"assessment": None},
        {"importer": ("TIN-100200300", "Harbour Home Goods Limited")},
        {"overrides": {"Item/Taxation/Taxation_line/Duty_tax_amount": "55.01"}},
        {"overrides": {"Item/Taxation/Taxation_line/Duty_tax_MP": "0"}},
        {"overrides": {"Item/Valuation_item/Total_CIF_itm": None}},
        {"overrides": {"Item/Valuation_item/Total_CIF_itm": "0"}},
        {"items": [*default_items(), *default_items()]},
        {"registration": ("C", "4711", "3/7/26")},
    ],
)
def test_every_fact_counts(facts):
    assert fingerprint(**facts) != fingerprint()


def test_nothing_is_not_zero():
    path = "Item/Valuation_item/Total_CIF_itm"
    assert fingerprint(overrides={path: None}) != fingerprint(overrides={path: "0"})


def test_it_is_the_same_tomorrow():
    """Stored fingerprints must stay valid: change this only with a migration."""
    digest = "28771e0a11ba8f7a2a08c6247a46e67fe3461046fbf28699d0f87a1c676edf0f"
    assert fingerprint() == digest


def test_a_new_field_left_empty_changes_nothing():
    header = formats.document.Header
    extended = dataclasses.make_dataclass(
        "Header", [("novelty", str, "")], bases=(header,), frozen=True
    )
    document = formats.read("x", build_sad())
    newer = extended(**vars(document.header))
    assert plain(newer) == plain(document.header)
    assert plain(dataclasses.replace(newer, novelty="x")) != plain(document.header)


finite = st.decimals(allow_nan=False, allow_infinity=False)


@given(finite, finite)
def test_numbers_count_by_their_value(one, other):
    assert (plain(one) == plain(other)) == (one == other)


@given(st.integers(-(10**30), 10**30), st.integers(0, 20))
def test_trailing_zeros_do_not_count(number, zeros):
    spelt = Decimal(f"{number}.{'0' * zeros}")
    assert plain(Decimal(number)) == plain(spelt)
