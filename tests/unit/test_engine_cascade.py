"""Bases, limits, fees on the entry, statuses, reliefs, totals."""

import pytest
from pure import engine
from tariffs import (
    D,
    alternative,
    amount_of,
    amounts,
    calculate,
    fixed,
    goods,
    measure,
    only,
    percent,
    specific,
    value_of,
    vat,
)

WHOLE = engine.Rounding("half_up", D(1))
NOT_ROUNDED = engine.Rounding("none")

# === Bases ===#


def test_factors_constants_and_optional_values():
    constant = engine.BaseTerm("constant", "", constant=D(-200))
    base = (engine.BaseTerm(factor=D("1.1")), constant, value_of("haul", optional=True))
    fee = measure("FEE", 1, base=base)
    assert only(goods(1000), fee).base == 900
    assert only(goods(1000, values={"haul": 100}), fee).base == 1000


def test_a_value_that_is_needed_and_not_known():
    result = only(goods(1000), measure("FEE", 1, base=(value_of("fob"),)))
    assert (result.amount, result.problem) == (None, "no_base")
    assert "needs fob, which is not known; state the value “fob”" in result.explanation


def test_exact_and_rounded_cascade():
    duty = measure("CID", 10, rounding=WHOLE)
    base = (amount_of("CID"),)
    late = measure("SUR", 100, sequence=20, base=base)
    rounded = (amount_of("CID", is_rounded=True),)
    assert only_of(calculate(goods("1004"), duty, late), "SUR") == 100
    exact = {"cascade_exact": True}
    assert only_of(calculate(goods("1004"), duty, late, **exact), "SUR") == D("100.40")
    late = measure("SUR", 100, sequence=20, base=rounded)
    assert only_of(calculate(goods("1004"), duty, late, **exact), "SUR") == 100


def only_of(calculation, code, name="amount"):
    (result,) = [r for r in calculation if r.measure.type_code == code]
    return getattr(result, name)


def test_base_rounding_of_measure_and_tariff():
    thousands = engine.Rounding("down", D(1000))
    duty = measure("CID", 14, base_rounding=thousands)
    assert only(goods(534795), duty).amount == 74760
    rules = engine.RoundingRules(base=thousands, amount=engine.Rounding("down", D(100)))
    assert only(goods(534795), measure("CID", 14), rounding=rules).amount == 74700


@pytest.mark.parametrize("sequence", [10, 20])
def test_a_base_of_what_comes_with_it_or_later_is_circular(sequence):
    one = measure("ONE", 10, sequence=10, base=(amount_of("TWO"),))
    two = measure("TWO", 10, sequence=sequence, base=(engine.BaseTerm(),))
    calculation = calculate(goods(), one, two)
    problem = calculation.problems[0]
    assert (problem.code, problem.item_key) == ("circular", 1)
    assert "ONE" in problem.words and "TWO" in problem.words
    assert only_of(calculation, "ONE") is None
    assert only_of(calculation, "TWO") == 100


def test_measures_made_of_each_other():
    one = measure("ONE", 10, sequence=10, base=(amount_of("TWO"),))
    two = measure("TWO", 10, sequence=20, base=(amount_of("ONE"),))
    problems = calculate(goods(), one, two).problems
    assert [problem.code for problem in problems] == ["circular", "no_base"]
    assert "in turn" in problems[0].words
    own = measure("ONE", 10, base=(amount_of("ONE"),))
    assert "its own amount" in calculate(goods(), own).problems[0].words


# === Gross-up, floors, limits, steps ===#


def test_a_tax_within_its_own_base():
    base = (engine.BaseTerm(),)
    tax = measure(
        "ICMS", 17, base=base, gross_up=True, gross_rounding=engine.Rounding()
    )
    result = only(goods("374.16"), tax)
    assert (result.base, result.amount) == (D("450.80"), D("76.64"))
    assert "374.16 GBP ÷ 83 %" in result.explanation


@pytest.mark.parametrize("rate", [percent(100), fixed(5), percent(5, "MIN")])
def test_what_cannot_be_grossed_up(rate):
    result = only(goods(), measure("TAX", percent(1), rate, gross_up=True))
    assert (result.amount, result.problem) == (None, "bad_measure")


@pytest.mark.parametrize(("mfn", "top_up"), [("2.5", "12.5"), ("20", "0"), ("15", 0)])
def test_top_up_to_an_all_in_rate(mfn, top_up):
    floor = measure(
        "FLOOR", sequence=20, floor_total=D(15), floor_less=frozenset({"MFN"})
    )
    found = amounts(goods(100), measure("MFN", mfn), floor)
    assert found["FLOOR"] == D(top_up)


@pytest.mark.parametrize(
    ("value", "fee"), [(1000, "26.22"), (50000, "173.20"), (1000000, "508.70")]
)
def test_limits(value, fee):
    limits = {"minimum": D("26.22"), "maximum": D("508.70")}
    assert only(goods(value), measure("MPF", "0.3464", **limits)).amount == D(fee)


@pytest.mark.parametrize(
    ("value", "fee"), [(250000, 250), ("250000.01", 500), (900000, 9000)]
)
def test_steps(value, fee):
    tiers = (
        engine.Tier(None, rate=D(1)),
        engine.Tier(D(500000), D(500)),
        engine.Tier(D(250000), D(250)),
    )
    assert only(goods(value), measure("IPF", tiers=tiers)).amount == fee


def test_no_step_goes_that_far():
    result = only(goods(11), measure("IPF", tiers=(engine.Tier(D(10), D(1)),)))
    assert (result.amount, result.problem) == (None, "no_tier")


# === Fees on the whole entry ===#

MPF = measure("MPF", "0.3464", scope="entry", sequence=80, minimum=D("26.22"))


def test_one_minimum_for_the_entry_given_back_to_the_items():
    items = [goods(1000, key=1), goods(2000, key=2), goods(0, key=3)]
    calculation = calculate(items, MPF, vat())
    (entry,) = calculation.entry_results
    assert (entry.item_key, entry.base, entry.amount) == (None, 3000, D("26.22"))
    parts = [r.amount for r in calculation if r.tax_code == "MPF"]
    assert parts == [D("8.74"), D("17.48"), 0]
    assert calculation.totals.by_tax["MPF"].payable == D("26.22")
    assert only_of(calculate(items[:1], MPF, vat()), "VAT", "base") == D("1026.22")


def test_a_stamp_for_the_entry_goes_by_value():
    stamp = measure("STAMP", fixed(100), scope="entry", base=())
    parts = [r.amount for r in calculate([goods(100), goods(300, key=2)], stamp)]
    assert parts == [25, 75]
    parts = [r.amount for r in calculate([goods(None), goods(None, key=2)], stamp)]
    assert parts == [50, 50]


def test_a_constant_counts_once_for_the_entry():
    base = (engine.BaseTerm(), engine.BaseTerm("constant", "", constant=D(-200)))
    fee = measure("FEE", 1, scope="entry", base=base)
    items = [goods(1000), goods(1000, key=2)]
    assert calculate(items, fee).entry_results[0].base == 1800


def test_quantities_of_the_entry():
    fee = measure("FEE", specific(10, "t"), scope="entry", base=())
    items = [goods(1, quantities={"kg": 500}), goods(3, key=2, quantities={"t": 1})]
    assert calculate(items, fee).entry_results[0].amount == 15


def test_an_item_without_value_makes_the_fee_unknown():
    calculation = calculate([goods(1000), goods(None, key=2)], MPF)
    assert [r.amount for r in calculation] == [None, None]
    assert calculation.entry_results[0].problem == "no_value"
    assert "item 2" in calculation.entry_results[0].problem_words
    assert calculation.total_payable is None


# === Statuses, reliefs, totals ===#

DUTY = alternative("103", 10, tax_code="A00")


@pytest.mark.parametrize(
    ("status", "payable", "vat_base"),
    [
        ("payable", 100, 1100),
        ("postponed", 0, 1100),
        ("secured", 0, 1000),
        ("suspended", 0, 1000),
        ("relieved", 0, 1000),
        ("information", 0, 1000),
    ],
)
def test_assessed_is_not_payable(status, payable, vat_base):
    for calculation in (
        calculate(goods(statuses={"A00": status}), DUTY, vat()),
        calculate(goods(), alternative("103", 10, status=status), vat()),
    ):
        assert only_of(calculation, "103") == 100
        assert only_of(calculation, "103", "payable") == payable
        assert only_of(calculation, "VAT", "base") == vat_base
        assert calculation.totals.by_tax["A00"] == engine.Total(100, payable)
        assert calculation.total_payable == payable + vat_base // 5


def test_a_secured_amount_is_in_no_base_by_name():
    late = measure("SUR", 10, sequence=20, base=(amount_of("A00"),))
    found = calculate(goods(statuses={"A00": "secured"}), DUTY, late)
    assert only_of(found, "SUR", "base") == 0
    found = calculate(goods(statuses={"A00": "information"}), DUTY, late)
    assert only_of(found, "SUR", "base") == 100


def test_an_unknown_status_is_a_problem():
    result = only(goods(statuses={"A00": "paid"}), DUTY)
    assert result.problem == "bad_measure" and "“paid”" in result.problem_words


def test_relief():
    cut = engine.Rounding("down")
    item = goods("1000.09", reliefs={"A00": 60})
    found = calculate(item, alternative("103", 16), vat(), rounding=cut)
    result = found.results[0]
    assert (result.amount, result.deduct) == (D("160.01"), 60)
    assert result.payable == D("100.01")
    assert only_of(found, "VAT", "base") == D("1100.10")
    assert "less relief 60.00 GBP = 100.01 GBP" in result.explanation


def test_relief_comes_before_rounding():
    cut = engine.Rounding("down")
    item = goods("100.04", reliefs={"A00": "0.005"})
    result = only(item, alternative("103", 10), rounding=cut)
    assert (result.exact, result.amount) == (D("10.004"), 10)
    assert result.payable == D("9.99"), "10.004 less 0.005, then cut"


def test_relief_is_no_more_than_the_duty_and_never_negative():
    result = only(goods(reliefs={"A00": 500}), DUTY)
    assert (result.deduct, result.payable) == (100, 0)
    result = only(goods(reliefs={"A00": -1}), DUTY)
    assert (result.payable, result.problem) == (None, "negative")


def test_relief_of_a_tax_of_two_measures_counts_once():
    one, two = measure("A", 10, tax_code="T"), measure("B", 10, tax_code="T")
    found = calculate(goods(reliefs={"T": 150}), one, two)
    assert [r.payable for r in found] == [0, 50]


def test_totals_by_type_and_tax_with_their_rounding():
    hundreds = engine.Rounding("down", D(100))
    one = measure("A", 10, tax_code="T", total_rounding=hundreds)
    two = measure("B", 1, tax_code="T")
    items = [goods(1234, key=n) for n in range(3)]
    calculation = calculate(items, one, two)
    assert calculation.totals.by_type["A"].payable == 300
    assert calculation.totals.by_type["B"].payable == D("37.02")
    assert calculation.totals.by_tax["T"].assessed == D("337.02")
    assert calculation.total_payable == D("337.02")
    rules = engine.RoundingRules(total=WHOLE)
    assert calculate(items, two, rounding=rules).total_payable == 37


def test_no_rounding():
    tax = measure("A", "0.333", rounding=NOT_ROUNDED)
    assert only(goods("10.01"), tax).amount == D("0.0333333")


def test_an_unknown_amount_is_in_no_total():
    calculation = calculate(goods(), measure("A", None, rate_text="x"), measure("B", 1))
    assert calculation.totals.by_tax["A"] == engine.Total(None, None)
    assert calculation.totals.by_tax["B"].payable == 10
    assert calculation.total_payable is None
    assert len(calculation) == 2 and calculate([]).total_payable == 0
