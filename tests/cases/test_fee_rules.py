"""Every vector of the shared fee rules, and each sentence of their semantics.

A vector is turned into a rule and into facts of a file, and rated as the product does.
A type, a key or a block that cannot be expressed fails; nothing is left out silently.
"""

import json
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pure import cases_dir, load

model = load("engine.rating_model")
rating = load("engine.rating")
penalties = load("engine.penalties")

FILE = cases_dir() / "cases" / "fee_rules.json"
CASES = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
shared = pytest.mark.skipif(not CASES, reason=f"{FILE} is absent: set CUSTOMS_CASES")

D = Decimal
DAY = date(2026, 3, 2)
CHARGE = "CHARGE"

#: Names of parameters in the vectors and in the lists of parameters
PARAMETERS = {
    "mn": "minimum",
    "min": "minimum",
    "mx": "maximum",
    "max": "maximum",
    "cap": "maximum",
    "mn_extra": "minimum_extra",
    "min_extra": "minimum_extra",
    "mn_minutes": "minimum_minutes",
    "min_minutes": "minimum_minutes",
    "mn_margin": "minimum_margin",
    "min_margin": "minimum_margin",
    "pct": "percent",
    "free": "free_days",
    "tiers": "bands",
    "rate_hour": "rate",
}
#: How a basis or a unit is called in prose
BASES = {
    "duty": "duty_outlay",
    "duty_only": "duty_outlay",
    "cif": "cif_value",
    "value": "customs_value",
    "invoice": "invoice_value",
    "vat": "vat_outlay",
    "weight": "kg",
    "lines": "line",
    "line_count": "line",
}


def number(value):
    return D(str(value))


def is_number(value):
    try:
        return number(value).is_finite()
    except InvalidOperation:
        return False


def bands(value):
    return tuple(
        (None if limit is None else number(limit), number(price))
        for limit, price in value
    )


class Vector:
    """The rule and the facts that the inputs of a vector stand for."""

    def __init__(self, code, inputs):
        if code not in model.RULE_TYPES:
            pytest.fail(f"no rule type {code}")
        self.code = code
        self.left = dict(inputs)
        self.params = {}
        self.facts = model.Facts(DAY, "EUR")
        self.others = ()
        READERS.get(code, Vector.plain)(self)
        self.read_params()

    def take(self, *names, default=None):
        """Return the first of some inputs that is there."""
        for name in names:
            if name in self.left:
                return self.left.pop(name)
        return default

    def know(self, **facts):
        self.facts = replace(self.facts, **facts)

    def read_params(self):
        for key, value in self.left.items():
            name = PARAMETERS.get(key, key)
            if name not in (*model.RULE_TYPES[self.code], "minimum", "maximum"):
                pytest.fail(f"{self.code}: no way to express {key}")
            self.params[name] = self.parameter(name, value)

    @staticmethod
    def parameter(name, value):
        if name == "bands":
            return bands(value)
        if name in ("unit", "basis", "clock", "day_basis"):
            return BASES.get(value, value)
        return number(value)

    # what each type looks at

    def plain(self):
        pass

    def counted(self):
        unit = self.take("unit", default="line")
        self.params["unit"] = unit
        self.know(quantities={unit: number(self.take("qty", "quantity", "count"))})

    def amount(self):
        basis, value = "outlay", self.take("value", "amount")
        for name in model.BASES:
            if name in self.left:
                basis, value = name, self.left.pop(name)
        stated = self.take("basis")
        if is_number(stated):
            value = stated
        elif stated:
            basis = BASES.get(stated, stated)
        if value is None:
            pytest.fail(f"{self.code}: the basis {basis} has no amount")
        self.params["basis"] = basis
        self.know(amounts={basis: number(value)})

    def banded(self):
        key = next(
            key
            for key in ("value", "weight", "kg", "lines", "line_count", "qty", "basis")
            if key in self.left
        )
        basis, value = BASES.get(key, key), number(self.left.pop(key))
        basis = {"qty": "line", "basis": "customs_value"}.get(basis, basis)
        self.params["basis"] = basis
        if basis in model.UNITS:
            self.know(quantities={basis: value})
        else:
            self.know(amounts={basis: value})

    def per_day(self):
        days = int(self.take("days"))
        working = int(self.take("working_days", default=days))
        units = number(self.take("units", "containers", default=1))
        self.params["clock"] = self.take("clock", default="storage")
        clock = model.Clock(days, working, units)
        self.know(clocks={self.params["clock"]: (clock,)})
        if "kg" in self.left:
            self.know(quantities={"kg": number(self.take("kg"))})

    def interest(self):
        clock = model.Clock(int(self.take("days")), 0)
        self.params["basis"] = "outlay"
        amount = number(self.take("outlay", "basis"))
        self.know(amounts={"outlay": amount}, clocks={"outlay": (clock,)})
        if "rate" in self.left:
            self.left["annual_rate"] = self.left.pop("rate")

    def sizes(self):
        counts, prices = self.take("counts"), self.take("rates", "sizes")
        self.know(sizes={size: number(count) for size, count in counts.items()})
        self.params["sizes"] = {size: number(p) for size, p in prices.items()}

    def greatest(self):
        parts = [
            model.FeeRule(n, CHARGE, "FLAT", {"amount": number(value)})
            for n, value in enumerate(self.take("values", default=()))
        ]
        for n, part in enumerate(self.take("rules", default=()), len(parts)):
            inner = Vector(part.get("code") or part["type"], part["in"])
            parts.append(model.FeeRule(n, CHARGE, inner.code, inner.params))
            for name in ("quantities", "amounts", "sizes", "clocks", "minutes"):
                known = {**getattr(self.facts, name), **getattr(inner.facts, name)}
                self.know(**{name: known})
        self.params["rules"] = tuple(parts)

    def timed(self):
        self.know(minutes={CHARGE: number(self.take("minutes"))})

    def saving(self):
        self.know(amounts={"saving": number(self.take("saving", "basis"))})

    def cost(self):
        self.know(amounts={"cost": number(self.take("cost", "paid", "amount"))})

    def period(self):
        self.know(quantities={"entry": number(self.take("count", "qty"))})

    def surcharge(self):
        amounts = self.take("bases", default=None) or [self.take("base", "basis")]
        rules = [
            model.FeeRule(n, f"LINE{n}", "FLAT", {"amount": number(amount)})
            for n, amount in enumerate(amounts)
        ]
        self.others = tuple(rating.rate(rule, self.facts) for rule in rules)
        self.take("applies_to")

    def rate(self):
        rule = model.FeeRule(1, CHARGE, self.code, self.params)
        assert rating.check(rule) == ()
        return rating.rate(rule, self.facts, self.others)


READERS = {
    "PER_UNIT": Vector.counted,
    "INCLUDED_THEN": Vector.counted,
    "PCT_GREATER": Vector.amount,
    "FIXED_PLUS_PCT": Vector.amount,
    "BAND_FLAT": Vector.banded,
    "BAND_PROGRESSIVE_PCT": Vector.banded,
    "PER_DAY_TIERED": Vector.per_day,
    "STORAGE_SUM": Vector.per_day,
    "STORAGE_GREATER": Vector.per_day,
    "PER_CONTAINER_SIZE": Vector.sizes,
    "MAX_OF": Vector.greatest,
    "HOURLY": Vector.timed,
    "INTEREST_ON_OUTLAY": Vector.interest,
    "PCT_OF_SAVING": Vector.saving,
    "COST_PLUS": Vector.cost,
    "PASS_THROUGH": Vector.cost,
    "PERIOD_FLAT": Vector.period,
    "SURCHARGE_PCT": Vector.surcharge,
}

VECTORS = [
    pytest.param(entry["code"], test["in"], test["out"], id=f"{entry['code']}-{n}")
    for entry in CASES.get("rule_types", ())
    for n, test in enumerate(entry.get("tests", ()))
]


@shared
@pytest.mark.parametrize(("code", "inputs", "expected"), VECTORS)
def test_vector(code, inputs, expected):
    result = Vector(code, inputs).rate()
    assert not result.problem, rating.describe(result)
    assert result.amount == D(expected), result.formula
    shown = f"{D(expected):,.2f}".replace(",", " ")
    assert result.formula.endswith(f" {shown} EUR")


@shared
@pytest.mark.parametrize(
    "entry", CASES.get("rule_types", ()), ids=lambda entry: entry["code"]
)
def test_every_type_and_parameter_is_known(entry):
    assert entry["code"] in model.RULE_TYPES
    assert entry.get("tests"), "a type without a vector proves nothing"
    prose = {
        "tiers": "bands",
        "units": "unit",
        "rates by size": "sizes",
        "day_basis calendar|working": "day_basis",
    }
    known = {*model.RULE_TYPES[entry["code"]], "minimum", "maximum"}
    for name in entry["params"]:
        assert prose.get(name) or PARAMETERS.get(name, name) in known, name


# === PENALTIES AND GUARANTEES === #


def percent(value):
    return number(str(value).rstrip("% "))


def optional(values, *names, read=number):
    return next((read(values[name]) for name in names if name in values), None)


def days_of_interest(values):
    if "days" in values:
        return int(values["days"])
    elapsed = optional(values, "days_after_issue", "days_since_issue", read=int)
    return max(elapsed - penalties.C18_FREE_DAYS, 0)


BLOCKS = {
    "us_late_entry_summary": lambda v: penalties.us_late_entry_summary(
        number(v["withheld"]), int(v["days"])
    ),
    "us_1592_max": lambda v: penalties.us_1592_maximum(
        v["level"],
        number(v.get("loss", 0)),
        optional(v, "domestic_value", "domestic"),
        optional(v, "dutiable", "dutiable_value"),
    ),
    "uk_ccp_steps": lambda v: penalties.uk_civil_penalty(
        int(v["nth"]), number(v.get("max", 2500)), optional(v, "duty")
    ),
    "uk_c18_interest": lambda v: penalties.uk_c18_interest(
        number(v["amount"]), percent(v["rate"]), days_of_interest(v)
    ),
    "guarantee_potential": lambda v: penalties.guarantee_potential(
        number(v["value"]), percent(v["rate"]), percent(v["level"])
    ),
    "guarantee_actual": lambda v: penalties.guarantee_actual(
        number(v["duty"]), percent(v["level"]), int(v.get("months", 2))
    ),
    "nz_deferred_late": lambda v: penalties.nz_deferred_late_payment(
        number(v.get("unpaid", v.get("amount"))), int(v.get("months", 0))
    ),
}

PENALTIES = [
    pytest.param(name, test, id=f"{name}-{n}")
    for name, block in CASES.get("penalty_and_guarantee_vectors", {}).items()
    for n, test in enumerate(block.get("tests", ()))
]


@shared
@pytest.mark.parametrize(("name", "values"), PENALTIES)
def test_penalty_or_guarantee(name, values):
    found, expected = BLOCKS[name](values), values["out"]
    if expected == "interest only":
        assert found.interest_only and found.amount is None
    else:
        assert found.amount == D(expected)
        assert not found.interest_only
    assert str(found) == expected


@shared
def test_every_block_has_a_function():
    assert set(CASES["penalty_and_guarantee_vectors"]) == set(BLOCKS)


# === SEMANTICS === #
# Sentences 7, 8 and 10 are about records: re-rating, vendor bills, VAT of fees. What
# they ask of the engine is proved here, the rest by the tests of the database.


def rule(key="r", charge="CLR", type="FLAT", currency="EUR", **values):
    names = {"level", "conditions", "valid_from", "valid_to", "minimum", "maximum"}
    fields = {name: values.pop(name) for name in names & set(values)}
    params = values or {"amount": D(10)}
    return model.FeeRule(key, charge, type, params, currency=currency, **fields)


def facts(**values):
    return model.Facts(**{"date": DAY, "currency": "EUR", **values})


def chosen(rules, given):
    found = rating.select(rules, given).get("CLR")
    return found if found is None or isinstance(found, model.Tie) else found.key


def test_1_selection_order_specificity_and_tie():
    given = facts(
        attributes={"mode": "sea", "port": "ALDRZ", "hs": ("84713000", "94036000")}
    )
    levels = [rule(level, level=level) for level in model.LEVELS]
    for n in range(len(levels)):
        assert chosen(levels[n:], given) == model.LEVELS[n]
    sea = rule("sea", conditions={"mode": "sea"})
    both = rule("both", conditions={"mode": "sea", "port": "ALDRZ"})
    general = rule("general", valid_from=date(2026, 3, 1))
    assert chosen([general, sea, both], given) == "both"
    assert chosen([general, sea], given) == "sea"
    # a client's general price goes before the most specific general tariff
    assert chosen([both, rule("client", level="client")], given) == "client"
    narrow = [
        rule(text, conditions={"hs": text})
        for text in ("84", "8400-8499", "8470-8472", "8471", "847130")
    ]
    assert chosen(narrow, given) == "847130"
    assert chosen(narrow[:4], given) == "8471"
    assert chosen(narrow[:3], given) == "8470-8472"
    old, new = (rule(f"{n}", valid_from=date(2026, n, 1)) for n in (1, 2))
    assert chosen([new, old], given) == "2"
    tie = rating.select([rule("a"), rule("b")], given)["CLR"]
    assert [tied.key for tied in tie.rules] == ["a", "b"]
    (result,) = rating.rate_all([rule("b"), rule("a")], given)
    assert result == tie
    assert "Several rules" in rating.describe(result)


def test_2_validity_on_the_date_of_the_facts_not_today():
    old = rule("old", valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31))
    new = rule("new", valid_from=date(2021, 1, 1))
    for day, key in (
        (date(2019, 12, 31), None),
        (date(2020, 1, 1), "old"),
        (date(2020, 12, 31), "old"),
        (date(2021, 1, 1), "new"),
    ):
        assert chosen([old, new], facts(date=day)) == key


def test_3_basis_is_what_the_facts_say_we_paid():
    fee = rule(type="PCT_GREATER", basis="outlay", percent=D(2), minimum=D(11))
    assert rating.rate(fee, facts(amounts={"outlay": D(0)})).amount == 0
    missing = rating.rate(fee, facts(amounts={"customs_value": D(9)}))
    assert (missing.amount, missing.problem) == (None, "missing_amount")
    assert missing.detail == "outlay"


def test_4_conversion_and_rounding_half_up_per_line():
    fee = rule(type="PCT_GREATER", currency="USD", basis="outlay", percent=D(10))
    given = facts(amounts={"outlay": D("100.50")}, rates={"USD": D("1.10")})
    assert rating.rate(fee, given).amount == D("11.06")  # 11.055
    yen = replace(fee, currency="JPY")
    given = replace(given, rates={"JPY": D("0.99502")}, digits={"JPY": 0})
    assert rating.rate(yen, given).amount == D(10)  # 9.99995
    dinar = replace(fee, currency="KWD", params={**fee.params, "percent": D(1)})
    given = replace(given, rates={"KWD": D("0.3305")}, digits={"KWD": 3})
    assert rating.rate(dinar, given).amount == D("0.332")  # 0.3321525
    missing = rating.rate(fee, given)
    assert (missing.problem, missing.detail) == ("missing_rate", "USD")
    assert missing.amount is None


def test_5_minimum_after_conversion_and_of_the_document():
    fee = rule(
        type="PCT_GREATER", currency="USD", basis="outlay", percent=D(2), minimum=D(11)
    )
    given = facts(amounts={"outlay": D(500)}, rates={"USD": D("1.2")})
    assert rating.rate(fee, given).amount == D(12)  # 10 EUR alone would be the minimum
    assert rating.rate(replace(fee, maximum=D("11.50")), given).amount == D("11.50")
    assert rating.document_minimum(D(42), D(60)) == D(18)
    assert rating.document_minimum(D(60), D(60)) == 0
    assert rating.document_minimum(D(75), D(60)) == 0
    assert rating.document_minimum(D(75), None) == 0


def test_6_explanation_with_rule_version_inputs_formula_result():
    fee = replace(
        rule("R7", type="INCLUDED_THEN", unit="line", included=D(3), rate=D("7.5")),
        params={"unit": "line", "included": D(3), "rate": D("7.5"), "base": D(125)},
        version="2026-1",
    )
    result = rating.rate(fee, facts(quantities={"line": D(9)}))
    assert (result.rule.key, result.rule.version) == ("R7", "2026-1")
    assert result.inputs == {"line": "9"}
    assert result.formula == "125.00 + (9 − 3) lines × 7.50 = 170.00 EUR"


def test_7_rating_again_gives_the_same():
    rules = [rule("a"), rule("b", charge="X", conditions={"mode": "air"})]
    assert rating.rate_all(rules, facts()) == rating.rate_all(rules, facts())


def test_8_a_vendor_price_is_rated_like_ours():
    vendor = rule(type="PER_UNIT", charge="TERMINAL", unit="container", rate=D(80))
    (result,) = rating.rate_all([vendor], facts(quantities={"container": D(3)}))
    assert result.amount == D(240)


@pytest.mark.parametrize(
    "change",
    [
        {"minimum": D(1)},
        {"maximum": D(1)},
        {"params": {"percent": D(2)}},
        {"params": {"fixed": D(2)}},
        {"currency": "USD"},
    ],
    ids=str,
)
def test_9_pass_through_is_never_changed(change):
    exact = model.FeeRule("p", "DUTY", "PASS_THROUGH", {}, currency="EUR")
    given = facts(costs={"DUTY": D("1684.005")}, rates={"USD": D(1)})
    assert rating.rate(exact, given).amount == D("1684.005")
    refused = rating.rate(replace(exact, **change), given)
    assert (refused.amount, refused.problem) == (None, "exact_only")


def test_10_a_disbursement_is_in_no_surcharge_unless_named():
    rules = [
        rule("fee", amount=D(100)),
        model.FeeRule("d", "DUTY", "PASS_THROUGH", {}, currency="EUR"),
        rule("s", charge="SUR", type="SURCHARGE_PCT", percent=D(10)),
    ]
    given = facts(costs={"DUTY": D(5000)})
    assert [found.amount for found in rating.rate_all(rules, given)] == [
        D(100),
        D(5000),
        D(10),
    ]
    named = replace(rules[2], params={"percent": D(10), "applies_to": ("DUTY",)})
    assert rating.rate_all([*rules[:2], named], given)[-1].amount == D(500)
