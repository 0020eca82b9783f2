"""Import VAT without a purchase: shares of a tax, base in and out, evidence."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure import load

vat = load("engine.import_vat")

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
#: shares of a tax as Odoo allows them: 100 % in, and nothing or 100 % out
_split = st.lists(st.integers(1, 99), min_size=0, max_size=3).filter(
    lambda cuts: sum(cuts) < 100
)
_whole = _split.map(lambda cuts: [*cuts, 100 - sum(cuts)])
factors = st.tuples(_whole, st.one_of(st.just([]), _whole)).map(
    lambda sides: [Decimal(n) for n in sides[0]] + [Decimal(-n) for n in sides[1]]
)
units = st.sampled_from([Decimal("0.01"), Decimal("0.001"), Decimal(1)])


def decimals(text):
    return [Decimal(value) for value in text.split()]


@pytest.mark.parametrize(
    ("amount_type", "by", "way"),
    [
        ("percent", "100", "pair"),
        ("percent", "40 60", "pair"),
        ("division", "100", "only"),
        ("percent", "100 -100", "postponed"),
        ("division", "-100 100", "postponed"),
    ],
)
def test_the_tax_chooses_the_way(amount_type, by, way):
    assert vat.way_of(amount_type, decimals(by)) == way


@pytest.mark.parametrize(
    ("amount", "by", "parts"),
    [
        ("20.00", "100", "20.00"),
        ("10.01", "50 50", "5.01 5.00"),
        ("-10.01", "50 50", "-5.01 -5.00"),
        ("5607.33", "100 -100", "5607.33 -5607.33"),
        ("100.01", "70 30 -100", "70.01 30.00 -100.01"),
        ("0", "100 -100", "0 0"),
    ],
)
def test_shares(amount, by, parts):
    assert vat.share_tax(Decimal(amount), decimals(by)) == decimals(parts)


@given(amounts, factors)
def test_shares_in_sum_to_the_amount_and_shares_out_to_its_opposite(amount, by):
    parts = vat.share_tax(amount, by)
    pairs = list(zip(by, parts, strict=True))
    assert sum(part for factor, part in pairs if factor > 0) == amount
    out = [part for factor, part in pairs if factor < 0]
    assert sum(out) == (-amount if out else 0)


@given(amounts, factors, units)
def test_every_share_is_within_a_unit_of_its_exact_part(amount, by, unit):
    whole = (amount / unit).to_integral_value() * unit
    for factor, part in zip(by, vat.share_tax(whole, by, unit), strict=True):
        assert abs(part - whole * factor / 100) < unit


@given(amounts, amounts, factors, st.sampled_from(["percent", "division"]))
def test_items_balance_and_mirror(base, amount, by, amount_type):
    items = vat.vat_items(base, amount, amount_type, by)
    back = vat.vat_items(-base, -amount, amount_type, by)
    postponed = vat.way_of(amount_type, by) == "postponed"
    assert items.total == (0 if postponed else amount)
    assert back.taxes == tuple(-part for part in items.taxes)
    if items.base is None:
        assert vat.way_of(amount_type, by) == "only" or not base
        assert back.base is items.base_back is None
    else:
        assert items.base == base
        assert items.base_back == back.base == -base


def test_a_tax_without_a_base_reports_none():
    items = vat.vat_items(Decimal(1500), Decimal(209), "division", [Decimal(100)])
    assert items == vat.VatItems(base=None, taxes=(Decimal(209),))


# === EVIDENCE === #

rates = st.dictionaries(
    st.sampled_from([Decimal("20"), Decimal("10"), Decimal("5.5")]),
    st.tuples(
        st.decimals(min_value="0.01", max_value=10**9, places=2),
        st.decimals(min_value=0, max_value=10**9, places=2),
    ),
    min_size=1,
)


def test_evidence_in_full_takes_every_base():
    pending = {Decimal(20): (Decimal(1000), Decimal(5000))}
    assert vat.share_evidence(Decimal(1000), pending) == pending


def test_evidence_in_part_takes_its_part_of_the_base():
    pending = {Decimal(20): (Decimal("1000.00"), Decimal("5000.00"))}
    assert vat.share_evidence(Decimal("250.00"), pending) == {
        Decimal(20): (Decimal("250.00"), Decimal("1250.00"))
    }


def test_evidence_is_shared_between_rates_by_what_is_pending():
    pending = {
        Decimal(20): (Decimal("300.00"), Decimal("1500.00")),
        Decimal(5): (Decimal("100.00"), Decimal("2000.00")),
    }
    assert vat.share_evidence(Decimal("200.00"), pending) == {
        Decimal(20): (Decimal("150.00"), Decimal("750.00")),
        Decimal(5): (Decimal("50.00"), Decimal("1000.00")),
    }


def test_a_rate_corrected_below_zero_is_taken_whole():
    pending = {
        Decimal(20): (Decimal("-40.00"), Decimal("-200.00")),
        Decimal(5): (Decimal("100.00"), Decimal("2000.00")),
    }
    assert vat.share_evidence(Decimal("60.00"), pending) == pending
    assert vat.share_evidence(Decimal("10.00"), pending) == {
        Decimal(20): (Decimal("-40.00"), Decimal("-200.00")),
        Decimal(5): (Decimal("50.00"), Decimal("1000.00")),
    }


def test_a_certificate_that_takes_vat_back_mirrors():
    pending = {Decimal(20): (Decimal("-40.00"), Decimal("-200.00"))}
    assert vat.share_evidence(Decimal("-10.00"), pending) == {
        Decimal(20): (Decimal("-10.00"), Decimal("-50.00"))
    }


@pytest.mark.parametrize("amount", ["1000.01", "-0.01", "0"])
def test_evidence_above_what_is_pending_is_refused(amount):
    pending = {Decimal(20): (Decimal("1000.00"), Decimal("5000.00"))}
    with pytest.raises(ValueError, match="between"):
        vat.share_evidence(Decimal(amount), pending)


@given(rates, st.data())
def test_evidence_in_two_steps_is_evidence_at_once(pending, data):
    total = sum(amount for amount, _base in pending.values())
    first = data.draw(st.decimals(min_value="0.01", max_value=total, places=2))
    shares = vat.share_evidence(first, pending)
    assert sum(amount for amount, _base in shares.values()) == first
    left = {}
    for rate, (amount, base) in pending.items():
        share = shares.get(rate, (Decimal(0), Decimal(0)))
        assert 0 <= share[0] <= amount
        assert 0 <= share[1] <= base
        if amount - share[0]:
            left[rate] = (amount - share[0], base - share[1])
        else:
            assert share[1] == base, "the last of the tax takes the last of the base"
    if left:
        rest = total - first
        assert vat.share_evidence(rest, left) == left
