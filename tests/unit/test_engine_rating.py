"""Rating: each type of rule, what is missing, surcharges, and the words of it."""

import decimal
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from pure import load

model = load("engine.rating_model")
rating = load("engine.rating")
words = load("engine.rating_words")
check_module = load("engine.rating_check")

Clock = model.Clock
BANDS = ((D(1000), D(83)), (D(10000), D(185)), (None, D(300)))
TIERS = ((D(3), D(50)), (None, D(90)))


def rule(type, currency="EUR", charge="C", **values):
    """Return a rule; ``minimum`` and ``maximum`` are parameters of its type."""
    return model.FeeRule("r", charge, type, values, currency=currency)


def facts(**values):
    return model.Facts(date(2026, 3, 2), "EUR", **values)


GIVEN = facts(
    quantities={"line": D(9), "kg": D(20), "entry": D(57), "package": D(4)},
    amounts={"outlay": D(300), "customs_value": D(150000), "saving": D(4950)},
    costs={"C": D(480)},
    sizes={"20": D(2), "40": D(1)},
    clocks={"storage": (Clock(12, 9, D(2)),), "outlay": (Clock(40, 28),)},
    minutes={"C": D(50)},
    rates={"USD": D("1.1")},
)

FORMULAS = [
    (rule("FLAT", amount=D(55)), "flat rate = 55.00 EUR"),
    (
        rule("PER_UNIT", unit="line", rate=D("7.5")),
        "9 lines × 7.50 = 67.50 EUR",
    ),
    (
        rule("PER_UNIT", unit="line", rate=D("7.5"), minimum=D(100)),
        "9 lines × 7.50 = 67.50, at least 100.00 = 100.00 EUR",
    ),
    (
        rule("PER_UNIT", unit="line", rate=D("7.5"), maximum=D(60)),
        "9 lines × 7.50 = 67.50, at most 60.00 = 60.00 EUR",
    ),
    (
        rule("INCLUDED_THEN", unit="line", included=D(3), rate=D("7.5"), base=D(125)),
        "125.00 + (9 − 3) lines × 7.50 = 170.00 EUR",
    ),
    (
        rule(
            "INCLUDED_THEN", unit="line", included=D(8), rate=D(5), minimum_extra=D(10)
        ),
        "(9 − 8) lines × 5.00 (at least 10.00) = 10.00 EUR",
    ),
    (
        rule("INCLUDED_THEN", unit="line", included=D(9), rate=D(5), base=D(125)),
        "125.00 + 9 lines, 9 included = 125.00 EUR",
    ),
    (
        rule("PCT_GREATER", basis="outlay", percent=D(2), minimum=D(11)),
        "2 % of outlay 300.00 = 6.00, at least 11.00 = 11.00 EUR",
    ),
    (
        rule("PCT_GREATER", "USD", basis="outlay", percent=D(2)),
        "2 % of outlay 300.00 EUR × 1.1 = 6.60 USD",
    ),
    (
        rule("FIXED_PLUS_PCT", basis="outlay", fixed=D(12), percent=D("2.1234")),
        "12.00 + 2.1234 % of outlay 300.00 = 18.3702 ≈ 18.37 EUR",
    ),
    (
        rule("BAND_FLAT", basis="customs_value", bands=BANDS),
        "customs value 150 000.00, above 10 000: 300.00 = 300.00 EUR",
    ),
    (
        rule("BAND_FLAT", basis="line", bands=BANDS),
        "9 lines, up to 1 000: 83.00 = 83.00 EUR",
    ),
    (
        rule(
            "BAND_PROGRESSIVE_PCT",
            basis="customs_value",
            bands=((D(50000), D(1)), (D(100000), D("0.5")), (None, D("0.25"))),
        ),
        "customs value 150 000.00: 50 000.00 × 1 % + 50 000.00 × 0.5 % + "
        "50 000.00 × 0.25 % = 875.00 EUR",
    ),
    (
        rule("PER_DAY_TIERED", clock="storage", free_days=D(5), bands=TIERS),
        "(12 − 5) days: (3 × 50.00 + 4 × 90.00) × 2 containers = 1 020.00 EUR",
    ),
    (
        rule(
            "PER_DAY_TIERED",
            clock="storage",
            free_days=D(5),
            bands=TIERS,
            day_basis="working",
        ),
        "(9 − 5) working days: (3 × 50.00 + 1 × 90.00) × 2 containers = 480.00 EUR",
    ),
    (
        rule("PER_DAY_TIERED", clock="storage", bands=TIERS, unit="package"),
        "12 days: (3 × 50.00 + 9 × 90.00) × 4 packages = 3 840.00 EUR",
    ),
    (
        rule("PER_DAY_TIERED", clock="storage", free_days=D(12), bands=TIERS),
        "12 days, 12 free = 0.00 EUR",
    ),
    (
        rule(
            "STORAGE_SUM",
            clock="storage",
            free_days=D(3),
            per_day=D(11),
            per_kg_day=D("0.22"),
        ),
        "(12 − 3) days × (11.00 + 20 kg × 0.22) = 138.60 EUR",
    ),
    (
        rule("STORAGE_GREATER", clock="storage", per_day=D(3), per_kg_day=D("0.22")),
        "12 days × the greater of 3.00 and 20 kg × 0.22 = 52.80 EUR",
    ),
    (
        rule("PER_CONTAINER_SIZE", sizes={"20": D(15000), "40": D(25000)}),
        "2 containers 20 × 15 000.00 + 1 container 40 × 25 000.00 = 55 000.00 EUR",
    ),
    (
        rule(
            "MAX_OF",
            rules=(
                rule("FLAT", amount=D(5)),
                rule("PCT_GREATER", basis="outlay", percent=D(10)),
            ),
        ),
        "the greater of [flat rate = 5.00 EUR; 10 % of outlay 300.00 = 30.00 EUR] "
        "= 30.00 EUR",
    ),
    (
        rule("HOURLY", step=D(30), rate=D(60), multiplier=D("1.5")),
        "60 minutes (for 50) ÷ 60 × 60.00 × 1.5 = 90.00 EUR",
    ),
    (
        rule("INTEREST_ON_OUTLAY", basis="outlay", annual_rate=D(12), free_days=D(10)),
        "outlay 300.00 × 12 % × (40 − 10) days ÷ 365 = 2.958904 ≈ 2.96 EUR",
    ),
    (rule("PCT_OF_SAVING", percent=D(12)), "12 % of saving 4 950.00 = 594.00 EUR"),
    (
        rule("COST_PLUS", percent=D(4)),
        "cost 480.00 + 4 % of 480.00 = 499.20 EUR",
    ),
    (
        rule("COST_PLUS", percent=D(4), fixed=D(5), minimum_margin=D(50)),
        "cost 480.00 + 4 % of 480.00 + 5.00 (at least 50.00) = 530.00 EUR",
    ),
    (rule("PASS_THROUGH"), "cost 480.00 passed on exactly = 480.00 EUR"),
    (
        rule("PERIOD_FLAT", fee=D(1500), included=D(50), extra=D(32)),
        "1 500.00 + (57 − 50) entries × 32.00 = 1 724.00 EUR",
    ),
    (rule("PERIOD_FLAT", fee=D(1500)), "flat rate = 1 500.00 EUR"),
]


@pytest.mark.parametrize(
    ("fee", "formula"),
    FORMULAS,
    ids=[f"{n}-{f.type}" for n, (f, _) in enumerate(FORMULAS)],
)
def test_formula(fee, formula):
    result = rating.rate(fee, GIVEN)
    assert result.formula == formula
    shown = formula.rsplit(" = ", 1)[1].rsplit(" ≈ ", 1)[-1]
    assert shown == f"{result.amount:,.2f} {fee.currency}".replace(",", " ")
    assert rating.describe(result) == formula
    assert rating.check(fee) == ()


def test_every_type_is_tested_here():
    assert {fee.type for fee, _ in FORMULAS} | {"SURCHARGE_PCT"} == set(
        model.RULE_TYPES
    )
    assert set(check_module.REQUIRED) == set(model.RULE_TYPES)


# === KNOWN ZERO === #

ZERO = facts(
    quantities={"line": D(0), "kg": D(0), "entry": D(0)},
    amounts={"outlay": D(0), "saving": D(0), "customs_value": D(0)},
    costs={"C": D(0)},
    sizes={"20": D(0)},
    clocks={"storage": (Clock(2, 2),), "outlay": (Clock(2, 2),)},
    minutes={"C": D(0)},
)


@pytest.mark.parametrize(
    "fee",
    [
        rule("PER_UNIT", unit="line", rate=D(5)),
        rule(
            "INCLUDED_THEN", unit="line", included=D(5), rate=D(5), minimum_extra=D(9)
        ),
        rule("PCT_GREATER", basis="outlay", percent=D(2)),
        rule("BAND_PROGRESSIVE_PCT", basis="outlay", bands=BANDS),
        rule("PER_DAY_TIERED", clock="storage", free_days=D(2), bands=TIERS),
        rule(
            "STORAGE_SUM",
            clock="storage",
            free_days=D(3),
            per_day=D(11),
            per_kg_day=D(1),
        ),
        rule("PER_CONTAINER_SIZE", sizes={"20": D(5)}),
        rule("MAX_OF", rules=(rule("PCT_GREATER", basis="outlay", percent=D(2)),)),
        rule("HOURLY", rate=D(60), minimum_minutes=D(60)),
        rule("INTEREST_ON_OUTLAY", basis="outlay", annual_rate=D(9)),
        rule("PCT_OF_SAVING", percent=D(12)),
        rule("COST_PLUS", percent=D(4), minimum_margin=D(20)),
        rule("SURCHARGE_PCT", percent=D(10)),
    ],
    ids=lambda fee: fee.type,
)
def test_nothing_costs_nothing_whatever_the_minimum(fee):
    result = rating.rate(replace(fee, minimum=D(25)), ZERO)
    assert (result.amount, result.problem) == (D(0), "")
    assert result.formula.endswith(" = 0.00 EUR")


@pytest.mark.parametrize(
    ("fee", "amount"),
    [
        (rule("FIXED_PLUS_PCT", basis="outlay", fixed=D(12), percent=D(2)), D(12)),
        (rule("BAND_FLAT", basis="customs_value", bands=BANDS), D(83)),
        (rule("PERIOD_FLAT", fee=D(1500), included=D(5), extra=D(1)), D(1500)),
        (
            rule("INCLUDED_THEN", unit="line", included=D(3), rate=D(5), base=D(40)),
            D(40),
        ),
    ],
    ids=lambda value: getattr(value, "type", ""),
)
def test_what_is_due_anyway_is_due_for_nothing(fee, amount):
    assert rating.rate(fee, ZERO).amount == amount


def test_the_minimum_counts_as_soon_as_something_is_there():
    fee = replace(rule("PER_UNIT", unit="line", rate=D(0)), minimum=D(30))
    assert rating.rate(fee, GIVEN).amount == D(30)


def test_minimum_and_maximum_of_type_and_line_hold_both():
    fee = rule("PER_UNIT", unit="line", rate=D(5), minimum=D(50), maximum=D(60))
    for own, count, amount in (
        ({"minimum": D(55)}, 1, 55),
        ({"minimum": D(40)}, 1, 50),
        ({"maximum": D(58)}, 99, 58),
        ({"maximum": D(70)}, 99, 60),
    ):
        given = facts(quantities={"line": D(count)})
        assert rating.rate(replace(fee, **own), given).amount == amount


def test_the_minimum_of_the_greatest_counts_once_a_part_is_due():
    fee = rule(
        "MAX_OF",
        minimum=D(25),
        rules=(
            rule("PCT_GREATER", basis="outlay", percent=D(2)),
            rule("FLAT", amount=D(5)),
        ),
    )
    assert rating.rate(fee, ZERO).amount == D(25)


def test_days_of_no_container_cost_nothing():
    fee = rule("PER_DAY_TIERED", clock="demurrage", bands=TIERS, minimum=D(25))
    given = facts(clocks={"demurrage": (Clock(9, 7, D(0)),)})
    assert rating.rate(fee, given).amount == 0


# === WHAT IS MISSING === #

EMPTY = facts()
MISSING = [
    (rule("PER_UNIT", unit="page", rate=D(5)), "missing_quantity", "page"),
    (
        rule("INCLUDED_THEN", unit="line", included=D(5), rate=D(5)),
        "missing_quantity",
        "line",
    ),
    (
        rule("PCT_GREATER", basis="outlay", percent=D(2)),
        "missing_amount",
        "outlay",
    ),
    (
        rule("FIXED_PLUS_PCT", basis="cif_value", fixed=D(2), percent=D(2)),
        "missing_amount",
        "cif_value",
    ),
    (
        rule("BAND_FLAT", basis="customs_value", bands=BANDS),
        "missing_amount",
        "customs_value",
    ),
    (rule("BAND_FLAT", basis="kg", bands=BANDS), "missing_quantity", "kg"),
    (
        rule("PER_DAY_TIERED", clock="demurrage", bands=TIERS),
        "missing_clock",
        "demurrage",
    ),
    (
        rule("STORAGE_SUM", clock="storage", per_day=D(1), per_kg_day=D(1)),
        "missing_clock",
        "storage",
    ),
    (rule("PER_CONTAINER_SIZE", sizes={"20": D(5)}), "missing_size", ""),
    (rule("HOURLY", rate=D(5)), "missing_minutes", ""),
    (
        rule("INTEREST_ON_OUTLAY", basis="outlay", annual_rate=D(9)),
        "missing_clock",
        "outlay",
    ),
    (rule("PCT_OF_SAVING", percent=D(12)), "missing_amount", "saving"),
    (rule("COST_PLUS", percent=D(12)), "missing_amount", "cost"),
    (rule("PASS_THROUGH"), "missing_amount", "cost"),
    (
        rule("PERIOD_FLAT", fee=D(5), included=D(1), extra=D(2)),
        "missing_quantity",
        "entry",
    ),
    (
        rule("MAX_OF", rules=(rule("FLAT", amount=D(5)), rule("HOURLY", rate=D(5)))),
        "missing_minutes",
        "",
    ),
]


@pytest.mark.parametrize(
    ("fee", "problem", "detail"), MISSING, ids=[fee.type for fee, _, _ in MISSING]
)
def test_what_is_not_known_is_a_problem(fee, problem, detail):
    result = rating.rate(replace(fee, minimum=None), EMPTY)
    assert (result.amount, result.formula) == (None, "")
    assert (result.problem, result.detail) == (problem, detail)
    assert rating.describe(result).endswith(".")


@pytest.mark.parametrize("name", sorted(model.RULE_TYPES))
def test_a_rule_without_parameters_is_not_rated(name):
    if name == "PASS_THROUGH":
        return
    result = rating.rate(rule(name), GIVEN)
    if name == "SURCHARGE_PCT":
        result = rating.rate(rule(name), GIVEN, [rating.rate(FORMULAS[0][0], GIVEN)])
    assert result.problem == "missing_parameter"
    assert (result.problem, result.detail) in rating.check(rule(name))


BAD = [
    (rule("NOVEL"), "unknown_type"),
    (rule("FLAT", amount=D(-1)), "bad_parameter"),
    (rule("FLAT", amount="ten"), "bad_parameter"),
    (rule("FLAT", amount=D("NaN")), "bad_parameter"),
    (rule("FLAT", amount=D(5), minimum=D(9), maximum=D(8)), "minimum_above_maximum"),
    (
        rule("BAND_FLAT", basis="kg", bands=((D(9), D(1)), (D(9), D(2)))),
        "bad_bands",
    ),
    (
        rule("BAND_FLAT", basis="kg", bands=((None, D(1)), (D(9), D(2)))),
        "bad_bands",
    ),
    (rule("BAND_FLAT", basis="kg", bands=((D(0), D(1)), (None, D(2)))), "bad_bands"),
    (rule("BAND_FLAT", basis="kg", bands=(D(1), D(2))), "bad_bands"),
    (rule("PER_CONTAINER_SIZE", sizes=(("20", D(1)),)), "bad_parameter"),
    (rule("MAX_OF", rules=(rule("PASS_THROUGH"),)), "bad_parameter"),
    (rule("MAX_OF", rules=(rule("SURCHARGE_PCT", percent=D(1)),)), "bad_parameter"),
    (rule("PASS_THROUGH", percent=D(2)), "exact_only"),
    (replace(rule("PASS_THROUGH"), minimum=D(2)), "exact_only"),
]


@pytest.mark.parametrize(("fee", "problem"), BAD, ids=[f"{f.type}-{p}" for f, p in BAD])
def test_a_rule_that_means_nothing_is_refused(fee, problem):
    assert problem in [code for code, _detail in rating.check(fee)]
    result = rating.rate(fee, GIVEN)
    assert (result.amount, result.problem) == (None, problem)
    assert "%" not in rating.describe(result)


def test_choices_and_conditions_are_checked():
    for name, value in (
        ("unit", "bushel"),
        ("basis", "weather"),
        ("clock", "lunch"),
        ("day_basis", "sunny"),
    ):
        found = rating.check(rule("FLAT", amount=D(1), **{name: value}))
        assert found == (("bad_parameter", name),)
    fee = replace(rule("FLAT", amount=D(1)), conditions={"hs": "chapter 84"})
    assert rating.check(fee) == (("bad_condition", "chapter 84"),)


@pytest.mark.parametrize(
    ("basis", "known", "amount"),
    [
        ("container", {"quantities": {"container": D(0)}}, D("0.00")),
        ("container", {"quantities": {"container": D(1)}}, D("40.00")),
        ("customs_value", {"amounts": {"customs_value": D(0)}}, D("40.00")),
    ],
)
def test_bands_of_a_number_charge_nothing_for_none(basis, known, amount):
    """Of an amount they price the file itself, however little it is worth."""
    fee = rule("BAND_FLAT", basis=basis, bands=((D(2), D(40)), (None, D(60))))
    found = rating.rate(replace(fee, minimum=D(5)), facts(**known))
    assert found.amount == amount
    assert found.formula


def test_amounts_below_zero_are_problems():
    for fee, given in (
        (FORMULAS[1][0], facts(quantities={"line": D(-1)})),
        (FORMULAS[7][0], facts(amounts={"outlay": D(-1)})),
        (rule("HOURLY", rate=D(5)), facts(minutes={"C": D(-1)})),
        (FORMULAS[19][0], facts(sizes={"20": D(-1)})),
    ):
        assert rating.rate(fee, given).problem == "negative_amount"
    fee = rule("PER_DAY_TIERED", clock="storage", bands=TIERS)
    given = facts(clocks={"storage": (Clock(-3, -1),)})
    assert rating.rate(fee, given).problem == "negative_days"


@pytest.mark.parametrize("rate", [D(0), D(-1), None])
def test_a_rate_of_exchange_of_nothing_is_none(rate):
    fee = rule("PCT_GREATER", "USD", basis="outlay", percent=D(2))
    rates = {} if rate is None else {"USD": rate}
    result = rating.rate(fee, replace(GIVEN, rates=rates))
    assert (result.amount, result.problem) == (None, "missing_rate")


def test_half_a_cent_is_rounded_up():
    fee = rule("PCT_GREATER", basis="outlay", percent=D(10))
    for outlay, amount in (("0.25", "0.03"), ("0.35", "0.04"), ("0.249", "0.02")):
        given = facts(amounts={"outlay": D(outlay)})
        assert rating.rate(fee, given).amount == D(amount)


def test_no_band_and_no_size():
    fee = rule("BAND_FLAT", basis="customs_value", bands=BANDS[:2])
    assert rating.rate(fee, GIVEN).problem == "no_band"
    fee = rule("BAND_PROGRESSIVE_PCT", basis="customs_value", bands=BANDS[:2])
    assert rating.rate(fee, GIVEN).problem == "no_band"
    fee = rule("PER_DAY_TIERED", clock="storage", bands=TIERS[:1])
    assert rating.rate(fee, GIVEN).problem == "no_band"
    fee = rule("PER_CONTAINER_SIZE", sizes={"20": D(5)})
    result = rating.rate(fee, GIVEN)
    assert (result.problem, result.detail) == ("no_size", "40")


@pytest.mark.parametrize(("value", "price"), [(1000, 83), ("1000.01", 185), (1, 83)])
def test_a_band_reaches_to_its_limit_inclusive(value, price):
    fee = rule("BAND_FLAT", basis="customs_value", bands=BANDS)
    given = facts(amounts={"customs_value": D(value)})
    assert rating.rate(fee, given).amount == price


# === CLOCKS === #


def test_clocks_are_added_up():
    fee = rule("PER_DAY_TIERED", clock="storage", free_days=D(5), bands=TIERS)
    given = facts(clocks={"storage": (Clock(12, 9, D(2)), Clock(6, 5), Clock(3, 2))})
    result = rating.rate(fee, given)
    assert result.amount == D(1020 + 50)
    assert result.inputs == {"storage days": "12 + 6 + 3", "container": "2 + 1 + 1"}


def test_the_mass_of_the_file_is_not_counted_for_each_clock():
    fee = rule("STORAGE_SUM", clock="storage", per_day=D(10), per_kg_day=D(1))
    clocks = (Clock(2, 2), Clock(3, 3))
    given = facts(quantities={"kg": D(20)}, clocks={"storage": clocks})
    assert rating.rate(fee, given).problem == "several_clocks"
    known = tuple(replace(clock, mass=D(5)) for clock in clocks)
    given = replace(given, clocks={"storage": known})
    assert rating.rate(fee, given).amount == D(2 * 15 + 3 * 15)


def test_where_no_day_is_charged_nothing_else_need_be_known():
    given = facts(clocks={"storage": (Clock(0, 0), Clock(2, 2))})
    for fee in (
        rule(
            "STORAGE_SUM",
            clock="storage",
            free_days=D(2),
            per_day=D(1),
            per_kg_day=D(1),
        ),
        rule("PER_DAY_TIERED", clock="storage", free_days=D(2), bands=TIERS, unit="kg"),
    ):
        assert rating.rate(fee, given).amount == 0


def test_interest_on_each_outlay():
    fee = rule("INTEREST_ON_OUTLAY", basis="outlay", annual_rate=D(10), free_days=D(5))
    clocks = (Clock(10, 0, amount=D(1000)), Clock(20, 0, amount=D(730)))
    given = facts(clocks={"outlay": clocks})
    # 1000 × 10 % × 5 ÷ 365 + 730 × 10 % × 15 ÷ 365
    assert rating.rate(fee, given).amount == D("4.37")
    given = facts(
        amounts={"outlay": D(1730)},
        clocks={"outlay": tuple(replace(clock, amount=None) for clock in clocks)},
    )
    assert rating.rate(fee, given).problem == "several_clocks"


# === SURCHARGES === #


def surcharged(*rules, given=GIVEN):
    return {
        found.rule.charge: found
        for found in rating.rate_all(rules, given)
        if isinstance(found, model.Rated)
    }


def test_a_surcharge_is_of_the_lines_it_names_and_comes_last():
    urgent = rule("SURCHARGE_PCT", charge="U", percent=D(50), applies_to=("A",))
    fuel = rule("SURCHARGE_PCT", charge="F", percent=D(10))
    found = surcharged(
        urgent,
        fuel,
        rule("FLAT", charge="A", amount=D(110)),
        rule("FLAT", "USD", charge="B", amount=D(11)),
    )
    assert list(found) == ["A", "B", "U", "F"]
    assert found["U"].amount == D(55)
    assert found["F"].amount == D(12)  # 11 USD are 10 EUR; no surcharge of a surcharge
    assert found["F"].formula == "10 % of (110.00 + 10.00) = 12.00 EUR"


def test_a_surcharge_waits_for_lines_that_cannot_be_rated():
    fuel = rule("SURCHARGE_PCT", charge="F", percent=D(10))
    broken = rule("PER_UNIT", charge="A", unit="page", rate=D(1))
    found = surcharged(fuel, broken)["F"]
    assert (found.amount, found.problem, found.detail) == (None, "missing_line", "A")
    tied = [rule("FLAT", charge="A", amount=D(n)) for n in (1, 2)]
    assert surcharged(fuel, *tied)["F"].problem == "missing_line"
    named = replace(fuel, params={"percent": D(10), "applies_to": ("B",)})
    other = rule("FLAT", charge="B", amount=D(30))
    assert surcharged(named, broken, other)["F"].amount == D(3)


def test_a_surcharge_of_a_surcharge_is_refused():
    fuel = rule("SURCHARGE_PCT", charge="F", percent=D(10), applies_to=("U",))
    urgent = rule("SURCHARGE_PCT", charge="U", percent=D(50))
    assert surcharged(fuel, urgent)["F"].problem == "surcharge_of_surcharge"


# === OTHERS === #


def test_the_greater_of_rules_in_other_currencies_and_with_conditions():
    parts = (
        replace(rule("FLAT", "USD", amount=D(33)), maximum=D(22)),
        rule("FLAT", currency="", amount=D(19)),
        replace(rule("FLAT", amount=D(99)), conditions={"mode": "air"}),
    )
    fee = rule("MAX_OF", rules=parts)
    assert rating.rate(fee, GIVEN).amount == D(20)
    by_air = replace(GIVEN, attributes={"mode": "air"})
    assert rating.rate(fee, by_air).amount == D(99)
    fee = rule("MAX_OF", rules=parts[2:])
    assert rating.rate(fee, GIVEN).problem == "no_part"


def test_cost_of_the_charge_goes_before_that_of_the_file():
    given = facts(amounts={"cost": D(7)}, costs={"OTHER": D(5)})
    assert rating.rate(rule("PASS_THROUGH"), given).amount == D(7)
    assert rating.rate(rule("PASS_THROUGH", charge="OTHER"), given).amount == D(5)


@pytest.mark.parametrize(
    ("minutes", "expected"), [(1, 60), (60, 60), (61, 90), (90, 90), (91, 120)]
)
def test_minutes_are_rounded_up(minutes, expected):
    fee = rule("HOURLY", rate=D(60), step=D(30), minimum_minutes=D(60))
    assert rating.rate(fee, facts(minutes={"C": D(minutes)})).amount == expected


def test_the_context_of_the_caller_does_not_matter():
    fee = rule("PCT_GREATER", basis="outlay", percent=D("1.23456789"))
    given = facts(amounts={"outlay": D("123456789.12")})
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_DOWN)):
        result = rating.rate(fee, given)
    assert result.amount == D("1524157.88")


def test_the_total_is_open_while_a_line_is():
    rated = rating.rate(rule("FLAT", amount=D(5)), GIVEN)
    open_line = rating.rate(rule("PER_UNIT", unit="page", rate=D(1)), GIVEN)
    tie = model.Tie("C", ())
    assert rating.total([rated, rated]) == D(10)
    assert rating.total([rated, open_line]) is None
    assert rating.total([rated, tie]) is None


# === WORDS === #


def test_texts_are_translated():
    german = {
        "%(quantity)s × %(rate)s": "%(quantity)s zu %(rate)s",
        "%(count)s lines": "%(count)s Zeilen",
        "The number of “%(detail)s” is not known. State it on the file.": (
            "Die Zahl der „%(detail)s“ fehlt."
        ),
        "%(count)s pages": "%(count)s Seiten",
    }
    fee = rule("PER_UNIT", unit="line", rate=D(5))

    def translate(text):
        return german.get(text, text)

    result = rating.rate(fee, GIVEN, translate=translate)
    assert result.formula == "9 Zeilen zu 5.00 = 45.00 EUR"
    missing = rating.rate(rule("PER_UNIT", unit="page", rate=D(5)), GIVEN)
    assert rating.describe(missing, translate) == "Die Zahl der „Seiten“ fehlt."


def test_every_unit_and_basis_has_words():
    assert set(words.UNIT_WORDS) == set(model.UNITS)
    assert set(words.BASIS_WORDS) == {*model.BASES, "lines"}
    names = {name for names in model.RULE_TYPES.values() for name in names}
    assert names <= set(words.PARAMETER_WORDS)


@pytest.mark.parametrize("code", sorted(words.PROBLEMS))
def test_a_problem_says_what_to_do(code):
    sentence = words.problem_words(code, "outlay")
    assert sentence.endswith(".")
    assert "%" not in sentence


def test_working_days_are_added():
    days = load("engine.rating_days")
    weekends = {
        date(2026, 1, 1) + timedelta(days=n)
        for n in range(500)
        if (date(2026, 1, 1) + timedelta(days=n)).weekday() > 4
    }
    friday = date(2026, 3, 6)
    for count, expected in (
        (0, friday),
        (1, date(2026, 3, 9)),
        (5, date(2026, 3, 13)),
        (260, date(2027, 3, 5)),
    ):
        assert days.add_working_days(friday, count, weekends) == expected
        assert days.working_days(friday, expected) == count
