"""Every computed amount explains itself in one line of words."""

import re
from collections.abc import Iterable
from decimal import Decimal

from .components import AT_LEAST, AT_MOST, FIXED, MEURSING, PERCENT, Component
from .model import CUSTOMS_VALUE, Measure
from .rounding import EXACT, Rounding

TIMES = "×"

#: A figure as :func:`number_words` writes it
_FIGURE = re.compile(r"\d{1,3}(?: \d{3})*(?:\.\d+)?(?!\d)")

#: Words of a weight basis and of units; other codes are printed as they are.
_BASES = {"gross": "gross mass", "drained": "drained mass", "": "net mass"}
_UNITS = {"pcs": "number of pieces", "pr": "number of pairs", "l": "volume"}
_MODES = {
    "half_up": "half up",
    "half_even": "half to even",
    "half_down": "half down",
    "down": "down",
    "up": "up",
}


def number_words(value: Decimal, decimals: int = 0) -> str:
    """Return ``10 789.20``: thousands by spaces, at least ``decimals`` decimals."""
    places = max(decimals, -int(value.normalize(EXACT).as_tuple().exponent))
    return f"{value:,.{places}f}".replace(",", " ")


def short_words(value: Decimal, decimals: int = 0) -> str:
    """Return a number as words with six decimals at most, for exact quotients."""
    if -int(value.as_tuple().exponent) > 6:
        value = value.quantize(Decimal("0.000001"), context=EXACT)
    return number_words(value, decimals)


def local_figures(text: str, point: str, group: str) -> str:
    """Return a text of :func:`number_words` with other signs in its figures.

    >>> local_figures("10 789.20 EUR", ",", ".")
    '10.789,20 EUR'
    """

    def write(figure):
        whole, dot, decimals = figure[0].partition(".")
        return whole.replace(" ", group) + (point if dot else "") + decimals

    return _FIGURE.sub(write, text)


def money_words(value: Decimal, currency: str, decimals: int = 2) -> str:
    """Return ``10 789.20 XCD``."""
    return f"{short_words(value, decimals)} {currency}".rstrip()


# --- Rates ---------------------------------------------------------------------------


def rate_words(
    measure: Measure,
    currency: str = "",
    components: tuple[Component, ...] | None = None,
) -> str:
    """Return the rate as published, else in words, ``12.5 %``.

    :param components: those calculated with, where conditions have chosen them
    """
    if components is not None and components != measure.components:
        return components_words(components, currency)
    if measure.components is None or measure.rate_text:
        return measure.rate_text
    if measure.floor_total is not None:
        return f"up to {number_words(measure.floor_total)} % in all"
    if measure.tiers:
        return "by size of the base"
    return components_words(measure.components, currency)


def components_words(components: Iterable[Component], currency: str = "") -> str:
    """Return ``12.8 % + 176.80 EUR/100 kg``; ``free`` for none."""
    words = ""
    for component in components:
        words += joint(component.operator, first=not words)
        words += component_words(component, currency)
    return words or "free"


def joint(operator: str, first: bool) -> str:
    """Return what stands before a component: the operator, with its spaces."""
    if first:
        return "−" if operator == "-" else ""
    return f" {'−' if operator == '-' else operator} "


def component_words(component: Component, currency: str = "") -> str:
    """Return one component: ``12.8 %``, ``176.80 EUR/100 kg``, ``2 500.00 JMD``."""
    if component.kind == PERCENT:
        of = f" of {_spaced(component.on)}" if component.on else ""
        return f"{number_words(component.rate)} %{of}"
    if component.kind == MEURSING:
        return component.part
    money = money_words(component.amount, component.currency or currency)
    if component.kind == FIXED:
        return money
    per = "" if component.per == 1 else f"{number_words(component.per)} "
    times = "".join(f"/{_spaced(name)}" for name in component.times)
    about = component.quantity_key.partition(":")[2]
    return f"{money}/{per}{component.unit}{' ' + about if about else ''}{times}"


def quantity_words(component: Component) -> str:
    """Return the name of the quantity it is charged on.

    ``net mass in kg of lead content``, ``gross mass in kg``, ``volume in l``.
    """
    unit = component.unit
    if unit in ("kg", "g", "t"):
        basis = component.weight_basis
        basis = "" if basis == "net" else basis
        name = _BASES.get(basis, f"{_spaced(basis)} mass")
    else:
        name = _UNITS.get(unit, "quantity")
    words = f"{name} in {unit}"
    if component.content:
        content = component.content.removesuffix(" content")
        return f"{words} of {content} content"
    return f"{words} ({component.qualifier})" if component.qualifier else words


def conjunction(operator: str) -> bool:
    """Whether an operator compares what stands before with what follows."""
    return operator in (AT_LEAST, AT_MOST)


# --- Amounts -------------------------------------------------------------------------


def explain(
    formula: str,
    amount: Decimal,
    exact: Decimal,
    currency: str,
    rounding: Rounding,
    parts: Iterable[str] = (),
) -> str:
    """Return ``12.5 % × 10 789.20 XCD = 1 348.65 XCD; …`` with what it rests on.

    :param formula: left of the sign of equality
    :param parts: what follows, one phrase each; an empty one is left out
    """
    decimals = rounding.decimals
    words = [f"{formula} = {money_words(amount, currency, decimals)}"]
    if amount != exact:
        unit = number_words(rounding.unit)
        how = f"rounded {_MODES.get(rounding.mode, rounding.mode)} to {unit}"
        words.append(f"{how} from {short_words(exact, decimals)}")
    return "; ".join([*words, *(part for part in parts if part)])


def base_words(terms: Iterable[tuple[str, Decimal]], decimals: int = 2) -> str:
    """Return the parts of a base where there are several, else ""."""
    summed = [(name, value) for name, value in terms if value]
    if len(summed) < 2:
        return ""
    words = ""
    for name, value in summed:
        words += joint("-" if value < 0 else "+", first=not words)
        words += f"{term_words(name)} {short_words(abs(value), decimals)}"
    return f"base: {words}"


def measure_words(measure: Measure) -> list[str]:
    """Return name, validity and source of a measure, in words."""
    name = measure.type_code
    if measure.name:
        name += f" {measure.name}"
    if measure.tax_code != measure.type_code:
        name += f" (tax {measure.tax_code})"
    if measure.code_prefix:
        name += f" on {measure.code_prefix}"
    if measure.origin:
        name += f", origin {measure.origin}"
    else:
        name += ", group of origins" if measure.origins else ", any origin"
    if measure.claims:
        name += f", preference {'/'.join(sorted(measure.claims))} claimed"
    if measure.quota:
        name += f", quota {measure.quota}"
    if measure.additional_code:
        name += f", additional code {measure.additional_code}"
    return [
        part for part in (name, _validity_words(measure), measure.legal_source) if part
    ]


def short_measure_words(measure: Measure) -> str:
    """Return a measure named in a few words: ``142 (tax A00) on 8516``."""
    return measure_words(measure)[0]


def _validity_words(measure):
    if measure.valid_from and measure.valid_to:
        return f"valid {measure.valid_from} to {measure.valid_to}"
    if measure.valid_from:
        return f"valid from {measure.valid_from}"
    if measure.valid_to:
        return f"valid until {measure.valid_to}"
    return "no date limit"


def term_words(name: str) -> str:
    """Return the name of a value in words."""
    return "customs value" if name == CUSTOMS_VALUE else name


def _spaced(name):
    return name.replace("_", " ")
