"""What each type of rule calculates: an exact amount and the words of the calculation.

A function per type of :data:`RULE_TYPES`, in the currency of the rule, unrounded and
before minimum and maximum.
"""

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from .explain import number_words
from .phrase import join
from .rating_clocks import interest, per_day_tiered, storage_greater, storage_sum
from .rating_model import UNITS, Rated
from .rating_params import NotRatable, read_sizes, slices_of, to_number
from .rating_select import matches
from .rating_sheet import Sheet

HUNDRED = Decimal(100)
MINUTES = Decimal(60)
ZERO = Decimal(0)


def _flat(sheet):
    return sheet.number("amount"), sheet.text("flat")


def _per_unit(sheet):
    unit = sheet.choice("unit")
    quantity, rate = sheet.quantity(unit), sheet.number("rate")
    sheet.counted_nothing = not quantity
    words = sheet.words.count(unit, quantity)
    return quantity * rate, sheet.text("times", quantity=words, rate=rate)


def _beyond_included(sheet, unit, rate_name):
    """Return the amount of what goes beyond the number included, and its words."""
    quantity, included = sheet.quantity(unit), sheet.number("included", 0)
    if quantity <= included:
        words = sheet.words.count(unit, quantity)
        return ZERO, sheet.text(
            "all_included", quantity=words, included=number_words(included)
        )
    rate = sheet.number(rate_name)
    if not included:
        words = sheet.words.count(unit, quantity)
    else:
        words = sheet.text(
            "excess",
            quantity=number_words(quantity),
            included=number_words(included),
        )
        words = sheet.words.count(unit, words)
    extra = (quantity - included) * rate
    return extra, sheet.text("times", quantity=words, rate=rate)


def _included_then(sheet):
    extra, words = _beyond_included(sheet, sheet.choice("unit"), "rate")
    minimum = sheet.number("minimum_extra", 0)
    # the minimum is of the extra part: without one there is none
    if ZERO < extra < minimum:
        words = sheet.text("part_minimum", formula=words, minimum=minimum)
        extra = minimum
    base = sheet.number("base", 0)
    sheet.counted_nothing = not base and not extra
    if base:
        words = sheet.text("base_plus", base=base, extra=words)
    return base + extra, words


def _percent(sheet, basis, value=None):
    """Return a percentage of an amount, and its words."""
    base, words = sheet.amount(basis, value)
    percent = sheet.number("percent")
    sheet.counted_nothing = not base
    return base * percent / HUNDRED, sheet.text(
        "percent", percent=number_words(percent), base=words
    )


def _percent_greater(sheet):
    return _percent(sheet, sheet.choice("basis"))


def _fixed_plus_percent(sheet):
    part, words = _percent(sheet, sheet.choice("basis"))
    fixed = sheet.number("fixed")
    sheet.counted_nothing = False
    return fixed + part, sheet.text("base_plus", base=fixed, extra=words)


def _percent_of_saving(sheet):
    return _percent(sheet, "saving")


def _measured(sheet):
    """Return what the bands are of, an amount or a number, and its words."""
    basis = sheet.choice("basis")
    if basis in UNITS:
        quantity = sheet.quantity(basis)
        return quantity, sheet.words.count(basis, quantity)
    return sheet.amount(basis)


def _band_flat(sheet):
    bands = sheet.bands()
    value, words = _measured(sheet)
    if not value and sheet.choice("basis") in UNITS:
        sheet.counted_nothing = True  # of an amount, the band is of the file itself
        return ZERO, words
    limits_below = [limit for limit, _ in bands if limit is not None and limit < value]
    if len(limits_below) == len(bands):
        raise NotRatable("no_band", words)
    limit, price = bands[len(limits_below)]
    if limit is not None:
        code, shown = "band", number_words(limit)
    elif limits_below:
        code, shown = "band_above", number_words(limits_below[-1])
    else:
        code, shown = "band_only", ""
    return price, sheet.text(code, base=words, limit=shown, price=price)


def _band_progressive(sheet):
    bands = sheet.bands()
    value, words = _measured(sheet)
    sheet.counted_nothing = not value
    parts, is_covered = slices_of(bands, value)
    if not is_covered:
        raise NotRatable("no_band", words)
    slices = join(
        [
            sheet.text("slice", part=part, percent=number_words(percent))
            for part, percent in parts
        ],
        " + ",
    )
    exact = sum((part * percent / HUNDRED for part, percent in parts), ZERO)
    if slices:
        words = sheet.text("slices", base=words, slices=slices)
    return exact, words


# === OTHERS === #


def _per_container_size(sheet):
    prices, counts = read_sizes(sheet.rule.params.get("sizes")), sheet.facts.sizes
    if not counts:
        raise NotRatable("missing_size")
    exact, parts = ZERO, []
    for size, count in sorted(counts.items(), key=lambda pair: str(pair[0])):
        if count < 0:
            raise NotRatable("negative_amount", str(size))
        if not count:
            continue
        if str(size) not in prices:
            raise NotRatable("no_size", str(size))
        sheet.inputs[f"containers {size}"] = number_words(count)
        exact += count * prices[str(size)]
        quantity = join((sheet.words.count("container", count), str(size)), " ")
        parts.append(sheet.text("times", quantity=quantity, rate=prices[str(size)]))
    sheet.counted_nothing = not parts
    return exact, join(parts, " + ") or sheet.words.count("container", ZERO)


def _max_of(sheet):
    parts, values = sheet.rule.params.get("rules"), []
    if not parts:
        raise NotRatable("missing_parameter", "rules")
    sheet.counted_nothing = True
    for part in parts:
        if part.type in ("SURCHARGE_PCT", "PASS_THROUGH"):
            raise NotRatable("bad_parameter", "rules")
        if not matches(part, sheet.facts):
            continue
        values.append(_part_of_max(sheet, part))
    if not values:
        raise NotRatable("no_part")
    exact = max(value for value, _ in values)
    shown = join((words for _, words in values), "; ")
    return exact, sheet.text("greater_of", values=shown)


def _part_of_max(sheet, part):
    """Return the amount of a rule that is compared, in the currency of the whole."""
    part = replace(
        part, charge=sheet.rule.charge, currency=part.currency or sheet.currency
    )
    inner = Sheet(part, sheet.facts, (), sheet.words, sheet.inputs)
    exact, words = evaluate(inner)
    sheet.counted_nothing &= inner.counted_nothing
    value = sheet.convert(exact, inner.currency)
    shown = f"{sheet.price(value)} {sheet.currency}".rstrip()
    return value, sheet.text("result", formula=words, result=shown)


def _hourly(sheet):
    minutes = sheet.facts.minutes.get(sheet.rule.charge)
    if minutes is None:
        raise NotRatable("missing_minutes")
    if minutes < 0:
        raise NotRatable("negative_amount", "minutes")
    sheet.inputs["minutes"] = number_words(minutes)
    sheet.counted_nothing = not minutes
    charged = minutes
    if minutes:
        step = sheet.number("step", 0)
        if step:
            charged = (minutes / step).to_integral_value(ROUND_CEILING) * step
        charged = max(charged, sheet.number("minimum_minutes", 0))
    rate, multiplier = sheet.number("rate"), sheet.number("multiplier", 1)
    code = "minutes" if charged == minutes else "minutes_as"
    words = sheet.text(
        code, minutes=number_words(minutes), charged=number_words(charged)
    )
    words = sheet.text("hours", minutes=words, rate=rate)
    if multiplier != 1:
        words = sheet.text(
            "multiplied", formula=words, multiplier=number_words(multiplier)
        )
    return charged * rate * multiplier / MINUTES, words


def _cost_plus(sheet):
    """Return the cost with its margin: percentage and fixed part, or the least."""
    if not any(map(sheet.has, ("percent", "fixed", "minimum_margin"))):
        raise NotRatable("missing_parameter", "percent")
    cost, words = sheet.amount("cost")
    sheet.counted_nothing = not cost
    if not cost:
        return ZERO, words
    percent, fixed = sheet.number("percent", 0), sheet.number("fixed", 0)
    margin, parts = cost * percent / HUNDRED + fixed, []
    if percent:
        shown = {"percent": number_words(percent), "base": sheet.price(cost)}
        parts.append(sheet.text("percent", **shown))
    if fixed or not percent:
        parts.append(sheet.price(fixed))
    margin_words = join(parts, " + ")
    least = sheet.number("minimum_margin", 0)
    if margin < least:
        margin_words = sheet.text("part_minimum", formula=margin_words, minimum=least)
        margin = least
    return cost + margin, sheet.text("cost_plus", cost=words, margin=margin_words)


def _pass_through(sheet):
    rule = sheet.rule
    if rule.currency and rule.currency != sheet.facts.currency:
        raise NotRatable("exact_only", rule.currency)
    stated = [name for name in rule.params if sheet.has(name)]
    stated += ["minimum"] * (rule.minimum is not None)
    stated += ["maximum"] * (rule.maximum is not None)
    if stated:
        raise NotRatable("exact_only", stated[0])
    cost, words = sheet.amount("cost")
    return cost, sheet.text("exact_cost", cost=words)


def _period_flat(sheet):
    fee = sheet.number("fee")
    if not sheet.has("included") and not sheet.has("extra"):
        return fee, sheet.text("flat")
    extra, words = _beyond_included(sheet, "entry", "extra")
    return fee + extra, sheet.text("period", fee=fee, extra=words)


def _surcharge(sheet):
    wanted = tuple(sheet.rule.params.get("applies_to") or ())
    exact, parts = ZERO, []
    for other in sheet.others:
        if not _is_surcharged(other, wanted):
            continue
        if not isinstance(other, Rated) or other.amount is None:
            raise NotRatable("missing_line", _line_name(other))
        value = sheet.convert(other.amount, other.rule.currency)
        sheet.inputs[_line_name(other)] = sheet.price(value)
        exact += value
        parts.append(sheet.price(value))
    if exact < 0:
        raise NotRatable("negative_amount", "lines")
    percent = sheet.number("percent")
    sheet.counted_nothing = not exact
    words = join(parts, " + ") or sheet.text("no_lines")
    if len(parts) > 1:
        words = sheet.text("group", formula=words)
    return exact * percent / HUNDRED, sheet.text(
        "percent", percent=number_words(percent), base=words
    )


def _is_surcharged(other, wanted):
    """Whether a surcharge is taken of a line; of disbursements only by name."""
    types = {rule.type for rule in _rules_of(other)}
    charge = getattr(other, "charge", None)
    if isinstance(other, Rated):
        charge = other.rule.charge
    if not wanted:
        return types.isdisjoint({"SURCHARGE_PCT", "PASS_THROUGH"})
    if charge in wanted and "SURCHARGE_PCT" in types:
        raise NotRatable("surcharge_of_surcharge")
    return charge in wanted


def _rules_of(other):
    return (other.rule,) if isinstance(other, Rated) else other.rules


def _line_name(other):
    rule = _rules_of(other)[0]
    return rule.name or str(rule.charge)


RULES = {
    "FLAT": _flat,
    "PER_UNIT": _per_unit,
    "INCLUDED_THEN": _included_then,
    "PCT_GREATER": _percent_greater,
    "FIXED_PLUS_PCT": _fixed_plus_percent,
    "BAND_FLAT": _band_flat,
    "BAND_PROGRESSIVE_PCT": _band_progressive,
    "PER_DAY_TIERED": per_day_tiered,
    "STORAGE_SUM": storage_sum,
    "STORAGE_GREATER": storage_greater,
    "PER_CONTAINER_SIZE": _per_container_size,
    "MAX_OF": _max_of,
    "HOURLY": _hourly,
    "INTEREST_ON_OUTLAY": interest,
    "PCT_OF_SAVING": _percent_of_saving,
    "COST_PLUS": _cost_plus,
    "PASS_THROUGH": _pass_through,
    "PERIOD_FLAT": _period_flat,
    "SURCHARGE_PCT": _surcharge,
}


def evaluate(sheet: Sheet) -> tuple[Decimal, str]:
    """Return the unrounded amount of a rule within its limits, and its words.

    :raise NotRatable: when a fact or a parameter is missing
    """
    rule = sheet.rule
    if rule.type not in RULES:
        raise NotRatable("unknown_type", rule.type)
    exact, words = RULES[rule.type](sheet)
    if rule.type == "PASS_THROUGH":
        return exact, words
    return _limited(sheet, exact, words)


def limits(rule) -> tuple[Decimal | None, Decimal | None]:
    """Return minimum and maximum of a line, stated by its type or for the line.

    :raise NotRatable: when the minimum is above the maximum
    """
    found = []
    for name, closest in (("minimum", max), ("maximum", min)):
        values = (rule.params.get(name), getattr(rule, name))
        stated = [to_number(value, name) for value in values if value not in (None, "")]
        found.append(closest(stated) if stated else None)
    minimum, maximum = found
    if None not in (minimum, maximum) and minimum > maximum:
        raise NotRatable("minimum_above_maximum", f"{minimum} > {maximum}")
    return minimum, maximum


def _limited(sheet, exact, words):
    """Return an amount within minimum and maximum; what is nothing stays nothing."""
    minimum, maximum = limits(sheet.rule)
    if minimum is not None and exact < minimum and not sheet.counted_nothing:
        code, limit = "at_least", minimum
    elif maximum is not None and exact > maximum:
        code, limit = "at_most", maximum
    else:
        return exact, words
    return limit, sheet.text(code, formula=words, amount=exact, limit=limit)
