"""Rate texts and components in the way of TARIC, the tariff of the European Union.

``12.8 % + 176.8 EUR / 100 kg``, ``9 % + EA MAX 24.2 % + ADSZ``.  Every part has a duty
expression; their ids ascend and none occurs twice, which tells a rate from words that
merely contain figures.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from . import rate_text
from .components import (
    ADD,
    AT_LEAST,
    AT_MOST,
    FIXED,
    MEURSING,
    PERCENT,
    SPECIFIC,
    SUBTRACT,
    Component,
)
from .currencies import CURRENCIES, SIGNS
from .rate_text import RateText, RateTextError, clean, figure, number
from .units import Denominator, find_unit, print_unit

# --- Duty expressions ----------------------------------------------------------------

AMOUNT, PART, NOTHING, REFUND, UNIT = "amount", "part", "nothing", "refund", "unit"


@dataclass(frozen=True, slots=True)
class DutyExpression:
    """What a duty expression id stands for."""

    code: str
    kind: str = AMOUNT
    operator: str = ADD
    part: str = ""  # Meursing part


#: Duty expressions of TARIC in ascending order.
DUTY_EXPRESSIONS = {
    expression.code: expression
    for expression in (
        DutyExpression("01"),
        DutyExpression("02", operator=SUBTRACT),
        DutyExpression("04"),
        DutyExpression("12", PART, part="EA"),
        DutyExpression("14", PART, part="EAR"),
        DutyExpression("15", operator=AT_LEAST),
        DutyExpression("17", operator=AT_MOST),
        DutyExpression("19"),
        DutyExpression("20"),
        DutyExpression("21", PART, part="ADSZ"),
        DutyExpression("25", PART, part="ADSZR"),
        DutyExpression("27", PART, part="ADFM"),
        DutyExpression("29", PART, part="ADFMR"),
        DutyExpression("35", operator=AT_MOST),
        DutyExpression("36", operator=SUBTRACT),
        DutyExpression("37", NOTHING),
        DutyExpression("40", REFUND),
        DutyExpression("41", REFUND),
        DutyExpression("42", REFUND),
        DutyExpression("43", REFUND),
        DutyExpression("44", REFUND),
        DutyExpression("99", UNIT),
    )
}

#: What a percentage is taken of, by the unit that says so.
PERCENT_OF = {"RET": "retail price"}

# --- Components from rows ------------------------------------------------------------

#: ``(duty expression id, amount, currency, unit code, qualifier code)``
Row = Sequence


def components_from_taric(rows: Iterable[Row]) -> tuple[Component, ...]:
    """Return the components of one measure from its rows, in whatever order.

    :param rows: ``(duty_expression_id, amount, currency, unit code, qualifier code)``;
        the amount a ``Decimal``, a string or ``None``, the others strings or ``None``
    :raise RateTextError: for what is no rate: a supplementary unit alone, no row at all
    """
    rate = rate_from_taric(rows)
    if rate.components is None:
        raise RateTextError(rate_text.NOT_A_DUTY, rate.supplementary_unit)
    return rate.components


def rate_from_taric(rows: Iterable[Row]) -> RateText:
    """Return the rate of one measure, or the supplementary unit it states.

    :param rows: see :func:`components_from_taric`
    :raise RateTextError: for what cannot be read; ``text`` lists the rows
    """
    rows = sorted(
        [tuple("" if cell is None else cell for cell in row) for row in rows],
        key=lambda row: str(row[0]).zfill(2),
    )
    text = "; ".join(" ".join(str(cell) for cell in row if cell != "") for row in rows)
    if not rows:
        raise RateTextError(rate_text.EMPTY, text)
    components, unit, is_nothing = [], None, False
    seen = set()
    for row in rows:
        expression = _expression(row, text, seen)
        if expression.kind == UNIT:
            unit = _row_unit(row, text)
        elif expression.kind == NOTHING:
            is_nothing = True
        else:
            components.append(_row_component(expression, row, text))
    if unit and not components and not is_nothing:
        return RateText(None, "", unit.unit, unit.per)
    if unit:
        return RateText(tuple(components), "", unit.unit, unit.per)
    return RateText(tuple(components))


def _expression(row, text, seen):
    code = str(row[0]).zfill(2)
    if code not in DUTY_EXPRESSIONS:
        raise RateTextError(rate_text.UNKNOWN_EXPRESSION, text, code)
    if code in seen:
        raise RateTextError(rate_text.USED_TWICE, text, code)
    seen.add(code)
    expression = DUTY_EXPRESSIONS[code]
    if expression.kind == REFUND:
        raise RateTextError(rate_text.NOT_A_DUTY, text, code)
    return expression


def _row_unit(row, text) -> Denominator:
    """Return the unit of a row; a qualifier the unit does not have is an error."""
    code, qualifier = row[3], row[4]
    unit = find_unit(f"{code}{qualifier}") if code else None
    if unit is None:
        raise RateTextError(rate_text.UNKNOWN_UNIT, text, f"{code} {qualifier}".strip())
    return unit


def _row_component(expression, row, text) -> Component:
    operator = expression.operator
    if expression.kind == PART:
        return Component(MEURSING, operator, part=expression.part)
    _code, amount, currency, unit, _qualifier = row
    try:
        amount = Decimal(amount)
    except (InvalidOperation, ValueError) as error:
        raise RateTextError(rate_text.AMOUNT_REQUIRED, text, expression.code) from error
    if not amount.is_finite() or amount < 0:
        raise RateTextError(rate_text.NEGATIVE, text, str(amount))
    if not currency:
        if unit and unit not in PERCENT_OF:
            raise RateTextError(rate_text.UNKNOWN_CURRENCY, text, unit)
        on = PERCENT_OF.get(unit, "")
        return Component(PERCENT, operator, rate=amount, on=on)
    _check_currency(currency, text)
    if not unit:
        return Component(FIXED, operator, amount=amount, currency=currency)
    denominator = _row_unit(row, text)
    return Component(
        SPECIFIC, operator, amount=amount, currency=currency, **denominator.fields()
    )


def _check_currency(code, text):
    if code not in CURRENCIES:
        raise RateTextError(rate_text.UNKNOWN_CURRENCY, text, code)


# --- Texts ---------------------------------------------------------------------------

#: Meursing parts as printed; AC, SD, FD are English abbreviations.
_PARTS = {
    "EA": "EA",
    "AC": "EA",
    "EAR": "EAR",
    "AC (REDUCED)": "EAR",
    "ADSZ": "ADSZ",
    "AD S/Z": "ADSZ",
    "SD": "ADSZ",
    "ADSZR": "ADSZR",
    "AD S/ZR": "ADSZR",
    "SD (REDUCED)": "ADSZR",
    "ADFM": "ADFM",
    "AD F/M": "ADFM",
    "FD": "ADFM",
    "ADFMR": "ADFMR",
    "AD F/MR": "ADFMR",
    "FD (REDUCED)": "ADFMR",
}
_OPERATOR = re.compile(r"\s*(\+|(?<![\w.,])-|\bMIN\b|\bMAX\b)\s*", re.IGNORECASE)
_PERCENT = re.compile(
    rf"(?P<rate>{rate_text.NUMBER})\s*%(?!\s*vol)"
    r"(?:\s*(?:/\s*(?P<of>Retail Price)|(?:on|of) (?P<on>[a-z][a-z ,'-]*)))?",
    re.IGNORECASE,
)
_SIGN = "|".join(SIGNS)
_AMOUNT = re.compile(
    rf"(?:(?P<amount>{rate_text.NUMBER})\s*(?P<currency>(?-i:[A-Z]{{3}})\b|{_SIGN})"
    rf"|(?P<currency1>(?-i:[A-Z]{{3}})\b|{_SIGN})\s*(?P<amount1>{rate_text.NUMBER}))"
    r"(?:\s*(?:/|\bper\b)\s*(?P<unit>.+))?",
    re.IGNORECASE,
)
_PART = re.compile(
    "(?P<part>" + "|".join(map(re.escape, sorted(_PARTS, key=len, reverse=True))) + ")"
    r"(?:\s*\([0-9]\))?(?![\w(])",  # a footnote may follow
    re.IGNORECASE,
)


def parse_taric(text: str) -> RateText:
    """Read the rate of a measure, or its supplementary unit, as TARIC prints it.

    Percentages and amounts in a stated currency, joined by ``+ - MIN MAX``, Meursing
    parts, ``NIHIL``.

    :raise RateTextError: see the reasons in :mod:`.rate_text`
    """
    text = clean(text)
    if not text:
        raise RateTextError(rate_text.EMPTY, text)
    if text.upper() == "NIHIL":
        return RateText(())
    unit = None if _PART.fullmatch(text) else find_unit(text)  # EA: a part, not each
    if unit and not text.isdigit() and unit.per in _UNIT_COUNTS:
        return RateText(None, "", unit.unit, unit.per)
    ids = _Ids(text)
    components = []
    for operator, words in _split(text):
        components += _segment(operator, words, text, ids)
    rate_text.refuse_range(components, text)
    return RateText(tuple(components))


#: A unit that is to be declared comes by the piece or in these numbers.
_UNIT_COUNTS = (1, 100, 1000, 10000)


def _split(text):
    """Return ``(operator, words)`` of every part; the first may have no operator.

    :raise RateTextError: for a part without words, or with a sign of its own
    """
    first, *rest = _OPERATOR.split(text)
    pairs = list(zip(map(str.upper, rest[::2]), rest[1::2], strict=True))
    if first:
        pairs.insert(0, ("", first))
    elif pairs[0][0] == SUBTRACT:
        raise RateTextError(rate_text.NEGATIVE, text)
    for place, (operator, words) in enumerate(pairs):
        if not words:
            signed = place + 1 < len(pairs) and pairs[place + 1][0] == SUBTRACT
            raise RateTextError(
                rate_text.NEGATIVE if signed else rate_text.AMOUNT_REQUIRED,
                text,
                operator,
            )
    return pairs


class _Ids:
    """Gives every part a duty expression id above that of the part before it."""

    def __init__(self, text):
        self.text = text
        self.used = []

    def take(self, operator, kind, part, words):
        """Note the next part.

        :raise RateTextError: where no id is left, or only ids that came before
        """
        ids = [
            code
            for code, expression in DUTY_EXPRESSIONS.items()
            if (expression.kind, expression.operator, expression.part)
            == (kind, operator or ADD, part)
            and (code == "01") == (not operator and kind == AMOUNT)
        ]
        last = self.used[-1] if self.used else ""
        code = next((code for code in ids if code > last), None)
        if code is None or (not last and operator in (AT_LEAST, AT_MOST)):
            used_up = all(code in self.used for code in ids)
            reason = rate_text.USED_TWICE if used_up else rate_text.OUT_OF_ORDER
            raise RateTextError(reason, self.text, words)
        self.used.append(code)


def _segment(operator, words, text, ids):
    """Yield the component between two operators; more than one is an error."""
    for pattern, build in _BUILDERS:
        match = pattern.match(words)
        if match is None:
            continue
        component, kind = build(operator or ADD, match, text)
        # what stands first, or follows no operator, is the main rate
        ids.take(operator, kind, component.part, words)
        yield component
        rest = words[match.end() :].strip()
        if rest:
            yield from _segment("", rest, text, ids)
        return
    bare = re.fullmatch(rate_text.NUMBER, words)
    raise RateTextError(
        rate_text.FIGURE_WITHOUT_UNIT if bare else rate_text.UNKNOWN_EXPRESSION,
        text,
        words,
    )


def _build_percent(operator, match, text):
    on = (match["of"] or "").casefold() or (match["on"] or "").strip()
    if rate_text.CONDITION.search(on):
        raise RateTextError(rate_text.CONDITIONAL, text, on)
    rate = number(match["rate"], text)
    return Component(PERCENT, operator, rate=rate, on=on), AMOUNT


def _build_amount(operator, match, text):
    spelt = match["amount"] or match["amount1"]
    printed = match["currency"] or match["currency1"]
    currency = SIGNS.get(printed, printed.upper())
    _check_currency(currency, text)
    amount = number(spelt, text)
    if not match["unit"]:
        return Component(FIXED, operator, amount=amount, currency=currency), AMOUNT
    denominator = find_unit(match["unit"])
    if denominator is None:
        raise RateTextError(rate_text.UNKNOWN_UNIT, text, match["unit"])
    component = Component(
        SPECIFIC, operator, amount=amount, currency=currency, **denominator.fields()
    )
    return component, AMOUNT


def _build_part(operator, match, _text):
    part = _PARTS[" ".join(match["part"].upper().split())]
    return Component(MEURSING, operator, part=part), PART


_BUILDERS = (
    (_PERCENT, _build_percent),
    (_AMOUNT, _build_amount),
    (_PART, _build_part),
)

# --- Printing ------------------------------------------------------------------------


def print_taric(components: Sequence[Component]) -> str:
    """Return components in the way of TARIC; no components are ``NIHIL``.

    The text reads back as the same components.

    :raise ValueError: for what TARIC has no words for: an amount in the currency of
        the tariff, a unit it does not print, more parts of a kind than it allows
    """
    if not components:
        return "NIHIL"
    words = []
    for component in components:
        if words or component.operator != ADD or component.kind == MEURSING:
            words.append(component.operator)
        words.append(_print_part(component))
    text = " ".join(words)
    if parse_taric(text).components != tuple(components):
        raise ValueError(f"{text} would read as another rate")
    return text


def _print_part(component):
    if component.kind == MEURSING:
        return component.part
    if component.kind == PERCENT:
        rate = f"{figure(component.rate)} %"
        if component.on == PERCENT_OF["RET"]:
            return f"{rate} / Retail Price"
        return f"{rate} on {component.on}" if component.on else rate
    if not component.currency:
        raise ValueError("an amount of a TARIC rate needs a currency")
    amount = f"{figure(component.amount)} {component.currency}"
    if component.kind == FIXED:
        return amount
    denominator = Denominator(
        component.unit,
        component.per,
        component.times,
        component.qualifier,
        component.weight_basis,
        component.content,
    )
    printed = print_unit(denominator)
    if printed is None:
        raise ValueError(f"no printed form of the unit {component.quantity_key}")
    return f"{amount} / {printed}"
