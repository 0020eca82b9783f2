"""Words that know how they were put together, to be said again in another language.

*Terms* are plain data, kept as JSON beside a text: a figure or a name as it stands, or
the code of a text with what is filled in, or texts one after the other::

    ["times", {"quantity": ["line.many", {"count": "7"}], "rate": "2.50"}]
    ["join", " + ", ["30.00", "10.00"]]
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

#: A text as it stands, or one of the lists above
Terms = str | list[Any]
Translate = Callable[[str], str]

JOIN = "join"


class Phrase(str):
    """A text with the terms it is made of."""

    __slots__ = ("terms",)

    def __new__(cls, text: str, terms: Terms):
        phrase = super().__new__(cls, text)
        phrase.terms = terms
        return phrase


def terms_of(text: str) -> Terms:
    """Return what a text is made of: itself, unless it is a phrase."""
    return text.terms if isinstance(text, Phrase) else text


def join(parts: Iterable[str], separator: str) -> Phrase:
    """Return texts one after the other."""
    parts = list(parts)
    terms = [JOIN, separator, [terms_of(part) for part in parts]]
    return Phrase(separator.join(parts), terms)


def say(
    terms: Terms,
    texts: Mapping[str, str],
    translate: Translate = str,
    figure: Callable[[str], str] = str,
) -> str:
    """Return the text of terms.

    :param texts: English text with named placeholders of each code
    :param translate: translates one of them
    :param figure: writes figures in the way of the reader; it also gets names
    """
    if isinstance(terms, str):
        return figure(terms)
    if terms[0] == JOIN:
        _join, separator, parts = terms
        return separator.join(say(part, texts, translate, figure) for part in parts)
    code, values = terms
    said = {name: say(part, texts, translate, figure) for name, part in values.items()}
    return translate(texts[code]) % said
