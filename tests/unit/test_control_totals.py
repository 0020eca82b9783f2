"""Control totals: every contradiction is found, and none is invented."""

from decimal import Decimal

import pytest
from fixtures.builder import build_sad, default_items, item, tax
from hypothesis import given
from hypothesis import strategies as st
from pure import formats

TOTAL = "Financial/Amounts/Totals_taxes"
NOTICE = "Assessment_notice/"


def problems(*args, **facts):
    document = formats.read("sad.xml", build_sad(*args, **facts))
    return formats.control_problems(document, "sad.xml")


def codes(*args, **facts):
    return [problem.code for problem in problems(*args, **facts)]


def test_a_consistent_file():
    assert codes() == []
    assert codes([*default_items(), *default_items()], global_tax=None) == []


def test_totals_that_are_not_announced_are_not_checked():
    overrides = {
        TOTAL: None,
        "Financial/Amounts/Global_taxes": None,
        "Item/Taxation/Item_taxes_amount": None,
        "Property/Nbers/Total_number_of_items": None,
    }
    assert codes(overrides=overrides, notice=False) == []


def test_payable_total():
    (problem,) = problems(totals_taxes="273.26")
    assert problem.code == "payable_total"
    assert problem.values["found"] == "273.25"
    assert problem.values["announced"] == "273.26"
    assert str(problem).startswith("sad.xml: ")


def test_half_a_cent_is_a_spelling_a_cent_is_not():
    assert codes(totals_taxes="273.2549") == []
    assert codes(totals_taxes="273.255") == ["payable_total"]


def test_item_total():
    goods = [*default_items(), item(taxes=[tax()], taxes_total="56.00")]
    (problem,) = problems(goods)
    assert (problem.code, problem.values["item"]) == ("item_total", 2)
    assert (problem.values["found"], problem.values["announced"]) == ("55.00", "56.00")


def test_item_total_includes_what_is_suspended_payable_total_does_not():
    lines = [tax("CID"), tax("SUR", rate="10", mp="0")]
    document = formats.read("x", build_sad([item(taxes=lines)]))
    assert document.items[0].taxes_total == 165
    assert document.totals.taxes == 100
    assert formats.control_problems(document) == []


def test_only_the_fee_is_payable_when_all_is_suspended():
    lines = [tax("CID", mp="0"), tax("VAT", "+", "15", mp="0")]
    document = formats.read("x", build_sad([item(taxes=lines)], global_tax="45"))
    assert document.totals.taxes == 45
    assert formats.control_problems(document) == []


def test_announced_item_taxes_without_lines():
    assert codes([item(taxes_total="10")]) == ["item_total"]


def test_header_total():
    path = {"Financial/Amounts/Global_taxes": "11"}
    assert codes(global_lines=[("ENV", "10", "1")], overrides=path) == ["header_total"]


def test_item_count_of_header_only_exports():
    found = problems([], declared_items=8, notice=False)
    assert [problem.code for problem in found] == ["item_count"]
    assert found[0].values["announced"] == 8 and found[0].values["found"] == 0


def test_header_only_export_with_its_total():
    assert codes([], declared_items=8, totals_taxes="900", notice=False) == [
        "item_count",
        "payable_total",
    ]


def test_notice_per_tax_code():
    row = NOTICE + "Item_tax[2]/"
    (problem,) = problems(overrides={row + "Tax_amount": "173.26"})
    assert (problem.code, problem.values["tax"]) == ("notice_total", "VAT")
    (problem,) = problems(overrides={row + "Tax_code": "XYZ"})
    assert problem.values["tax"] == "XYZ" and problem.values["found"] == "0"


def test_notice_total():
    assert codes(overrides={NOTICE + "Total_item_taxes": "1"}) == ["notice_item_taxes"]


SUSPENDED = [tax("CID", rate="5"), tax("CID", rate="2", mp="0")]  # 55 to pay, 22 not


@pytest.mark.parametrize(
    ("mode", "amount", "expected"),
    [
        ("1", "55", []),
        ("1", "77", ["notice_total"]),
        ("0", "22", []),
        ("0", "55", ["notice_total"]),
        (None, "55", []),
        (None, "77", []),
        (None, "22", ["notice_total"]),
    ],
)
def test_notice_rows_follow_their_mode_of_payment(mode, amount, expected):
    row = NOTICE + "Item_tax/"
    overrides = {row + "Tax_MP": mode, row + "Tax_amount": amount}
    assert codes([item(taxes=SUSPENDED)], overrides=overrides) == expected


def test_notice_rows_without_amount_announce_nothing():
    overrides = {
        NOTICE + "Item_tax[1]/Tax_amount": None,
        NOTICE + "Item_tax[2]/Tax_amount": None,
        NOTICE + "Total_item_taxes": None,
    }
    assert codes(overrides=overrides) == []


def test_notice_may_list_a_tax_on_the_declaration():
    overrides = {
        NOTICE + "Item_tax[2]/Tax_code": "ENV",
        NOTICE + "Item_tax[2]/Tax_amount": "10",
    }
    assert codes(global_lines=[("ENV", "10", "1")], overrides=overrides) == []


def test_office_must_be_named():
    assert codes(office="") == ["no_office"]


def test_everything_wrong_is_told_at_once():
    goods = [item(taxes=[tax()], taxes_total="1")]
    found = codes(goods, office="", declared_items=3, totals_taxes="2")
    assert found == ["no_office", "item_count", "item_total", "payable_total"]


cents = st.integers(min_value=1, max_value=10**6).map(lambda n: Decimal(n) / 100)


@given(amount=cents, error=cents)
def test_any_cent_is_found(amount, error):
    goods = [item(taxes=[tax(amount=amount)])]
    right = amount + 45
    assert codes(goods) == []
    assert codes(goods, totals_taxes=right + error) == ["payable_total"]
    assert codes(goods, totals_taxes=right - error) == ["payable_total"]
