"""Which rule of the rate cards prices each charge of a file."""

import re
from collections.abc import Hashable, Iterable, Mapping
from datetime import date

from .rating_model import LEVELS, Facts, FeeRule, Tie

#: Codes are compared as numbers of so many digits
_HS_DIGITS = 14
_HS = re.compile(r"([0-9]{2,14})(?:-([0-9]{2,14}))?")
_PUNCTUATION = str.maketrans("", "", ". \u00a0")


def hs_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the first and the last code of each part of a condition on codes.

    Parts are prefixes (``8471``) or ranges (``8400-8499``, both ends included with all
    codes below them), parted by commas or semicolons.

    :raise ValueError: for what is neither, or a range that ends before it begins
    """
    return tuple(_hs_span(part, text) for part in re.split("[,;]", text))


def _hs_span(part, text):
    match = _HS.fullmatch(part.translate(_PUNCTUATION).replace("–", "-"))
    if not match:
        raise ValueError(text)
    first, last = match[1], match[2] or match[1]
    span = int(first.ljust(_HS_DIGITS, "0")), int(last.ljust(_HS_DIGITS, "9"))
    if span[1] < span[0]:
        raise ValueError(text)
    return span


def _hs_matches(condition, codes):
    """Whether any code lies, with all codes below it, in a part of the condition."""
    return any(
        first <= code_first and code_last <= last
        for first, last in _readable_spans(condition)
        for code in codes
        for code_first, code_last in _readable_spans(code)
    )


def _readable_spans(text):
    """Return the spans of a text; one that is no code matches nothing."""
    try:
        return hs_spans(text)
    except ValueError:
        return ()


def _hs_width(condition):
    """Return how many codes a condition covers: the fewer, the more specific."""
    return sum(last - first + 1 for first, last in _readable_spans(condition))


def _values(value) -> tuple[str, ...]:
    """Return the values that a file states, none where it states nothing."""
    found = (value,) if isinstance(value, str) else tuple(value or ())
    return tuple(text for text in map(str, found) if text.strip())


def _key(text):
    return " ".join(text.split()).casefold()


def _condition_matches(attribute, condition, values):
    if attribute == "hs":
        return _hs_matches(condition, values)
    wanted = {_key(part) for part in re.split("[,;]", condition)}
    return any(_key(value) in wanted for value in values)


def is_valid(rule: FeeRule, day: date) -> bool:
    """Whether a rule is in force on a day; both its days are included."""
    if rule.valid_from and day < rule.valid_from:
        return False
    return not rule.valid_to or day <= rule.valid_to


def stated(conditions: Mapping[str, str]) -> dict[str, str]:
    """Return the conditions that ask for anything."""
    return {
        attribute: str(value)
        for attribute, value in conditions.items()
        if value and str(value).strip()
    }


def matches(rule: FeeRule, facts: Facts) -> bool:
    """Whether all that a rule asks for is so in the file.

    What the file does not state does not match. A condition may name several values,
    parted by commas: one of them is enough. A condition on commodity codes matches as
    soon as the file has one item in it, whatever the codes of the other items.
    """
    return is_valid(rule, facts.date) and all(
        _condition_matches(attribute, value, _values(facts.attributes.get(attribute)))
        for attribute, value in stated(rule.conditions).items()
    )


def specificity(rule: FeeRule) -> tuple[int, int]:
    """Return how specific a rule is, the larger the more.

    More conditions go before fewer; of equally many, the one on fewer commodity codes
    (a longer prefix, a narrower range) goes first.
    """
    conditions = stated(rule.conditions)
    return len(conditions), -_hs_width(conditions.get("hs", ""))


def _rank(rule):
    level = LEVELS.index(rule.level) if rule.level in LEVELS else len(LEVELS)
    return -level, specificity(rule), rule.valid_from or date.min


def select(rules: Iterable[FeeRule], facts: Facts) -> dict[Hashable, FeeRule | Tie]:
    """Return the rule that prices each charge, or the rules that tie.

    The level comes first (client, group, branch, general), then the most specific,
    then the latest first day of validity. A charge that no rule matches is left out.
    """
    found: dict[Hashable, list[FeeRule]] = {}
    for rule in rules:
        if matches(rule, facts):
            found.setdefault(rule.charge, []).append(rule)
    return {charge: _best(charge, candidates) for charge, candidates in found.items()}


def _best(charge, candidates):
    highest = max(map(_rank, candidates))
    best = [rule for rule in candidates if _rank(rule) == highest]
    if len(best) == 1:
        return best[0]
    return Tie(charge, tuple(sorted(best, key=lambda rule: str(rule.key))))
