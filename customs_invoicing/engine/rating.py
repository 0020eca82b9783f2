"""Rating: which rule of the rate cards prices a charge, and what it comes to.

* :func:`select` -- the rule of each charge, or the rules that tie;
* :func:`rate` -- the amount of one rule, explained in one line;
* :func:`rate_all` -- both for a whole file, surcharges last;
* :func:`document_minimum` -- what tops an invoice up to its least amount;
* :func:`working_days`, :func:`clock` -- days that run;
* :func:`check` -- what is wrong with a rule whatever the file.

An amount that is taken of a basis or a number known to be zero is 0.00, its minimum
included: what was not done is not charged. (A flat price by bands of an amount is of
the file itself, so that of the first band.) What is *not known* is a problem, never
zero. Minimum and maximum are of the currency of the rule and apply after conversion;
then the amount is rounded half up to the decimals of that currency.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from .rating_check import check
from .rating_days import clock, working_days
from .rating_model import Facts, FeeRule, Rated, Tie
from .rating_params import NotRatable
from .rating_rules import evaluate
from .rating_select import hs_spans, is_valid, matches, select, specificity
from .rating_sheet import Sheet, exactly
from .rating_words import TIE, Translate, Words, formula_words, problem_words
from .rounding import Rounding

__all__ = [
    "check",
    "clock",
    "describe",
    "document_minimum",
    "formula_words",
    "hs_spans",
    "is_valid",
    "matches",
    "rate",
    "rate_all",
    "select",
    "specificity",
    "total",
    "working_days",
]

SURCHARGE = "SURCHARGE_PCT"
_ZERO = Decimal(0)


def rate(
    rule: FeeRule,
    facts: Facts,
    others: Iterable[Rated | Tie] = (),
    translate: Translate | None = None,
) -> Rated:
    """Return what a rule comes to for a file.

    Whether the rule applies to the file at all is not asked: see :func:`select`.

    :param others: what the other charges of the file came to, for surcharges
    :param translate: translates one text of :mod:`rating_words` for the formula; a
        record's ``env._`` does
    """
    sheet = Sheet(rule, facts, others, Words(translate))
    try:
        amount, formula = exactly(_rate, sheet)
    except NotRatable as problem:
        return Rated(
            rule,
            None,
            inputs=sheet.inputs,
            problem=problem.code,
            detail=problem.detail,
        )
    return Rated(rule, amount, formula, sheet.inputs)


def _rate(sheet):
    exact, words = evaluate(sheet)
    amount = exact
    if sheet.rule.type != "PASS_THROUGH":
        unit = Decimal(1).scaleb(-sheet.digits)
        amount = Rounding("half_up", unit).apply(exact)
    result = f"{sheet.price(amount)} {sheet.currency}".rstrip()
    if amount == exact:
        return amount, sheet.text("result", formula=words, result=result)
    return amount, sheet.text("rounded", formula=words, exact=exact, result=result)


def rate_all(
    rules: Iterable[FeeRule], facts: Facts, translate: Translate | None = None
) -> tuple[Rated | Tie, ...]:
    """Return what each charge of a file comes to, or that its rules tie.

    Charges keep the order of the rules; surcharges, which need the others, come last.
    """
    chosen = list(select(rules, facts).values())
    found: list[Rated | Tie] = [
        rule if isinstance(rule, Tie) else rate(rule, facts, translate=translate)
        for rule in chosen
        if not _is_surcharge(rule)
    ]
    surcharges = [rule for rule in chosen if _is_surcharge(rule)]
    others = (*found, *(_pending(rule) for rule in surcharges))
    found += [rate(rule, facts, others, translate) for rule in surcharges]
    return tuple(found)


def _is_surcharge(rule):
    return isinstance(rule, FeeRule) and rule.type == SURCHARGE


def _pending(rule):
    """Return a surcharge not rated yet, so that one on a surcharge is seen."""
    return Rated(rule, None, problem="surcharge_of_surcharge")


def document_minimum(total: Decimal, minimum: Decimal | None) -> Decimal:
    """Return what is missing from the fees of a document to its least amount.

    >>> document_minimum(Decimal("42.50"), Decimal(60))
    Decimal('17.50')
    """
    if minimum is None:
        return _ZERO
    return max(minimum - total, _ZERO)


def describe(result: Rated | Tie, translate: Translate | None = None) -> str:
    """Return one line for the user: the formula, or what is wrong and what to do."""
    if isinstance(result, Tie):
        names = ", ".join(_rule_name(rule) for rule in result.rules)
        return (translate or str)(TIE) % {"rules": names}
    if result.problem:
        return problem_words(result.problem, result.detail, translate)
    return result.formula


def _rule_name(rule):
    parts = (rule.tariff, rule.version, rule.name or str(rule.key))
    return " ".join(part for part in parts if part)


def total(results: Sequence[Rated | Tie]) -> Decimal | None:
    """Return the sum of rated lines of one currency, none where one is not rated."""
    if any(isinstance(found, Tie) or found.amount is None for found in results):
        return None
    return sum((found.amount for found in results), _ZERO)
