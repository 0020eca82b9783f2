"""Which customs files a vendor's bill is about: numbers in its texts.

Printed numbers come with blanks, dashes and line breaks of their own, so a number is
found when adjoining words of a text, put together, are the number. What is found by the
declaration number weighs most, then our own number, the declarant's reference, the
transport document, and orders. Files found equally well by the same number are a tie:
a person decides.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MRN = "mrn"
OUR_NUMBER = "name"
DECLARANT = "declarant_reference"
REGISTRATION = "registration_number"
TRANSPORT = "transport"
DOCUMENT = "document"
ORDER = "order"

#: How much a number of each kind says
WEIGHTS = {
    MRN: 100,
    OUR_NUMBER: 95,
    DECLARANT: 80,
    REGISTRATION: 70,
    TRANSPORT: 60,
    DOCUMENT: 40,
    ORDER: 40,
}

#: Words that may make up one number
LONGEST_RUN = 8
SHORTEST_NUMBER = 4
SHORTEST_DIGITS = 5

_WORD = re.compile(r"[A-Z0-9]+")


@dataclass(frozen=True)
class Number:
    """A number of a file.

    :param kind: what number it is, a key of ``WEIGHTS``
    :param text: as written on the file
    """

    kind: str
    text: str


@dataclass(frozen=True)
class File:
    """A customs file with the numbers it may be named by.

    :param favoured: the bill's vendor is the file's declarant; decides between equals
    """

    key: int
    numbers: tuple[Number, ...]
    favoured: bool = False


@dataclass(frozen=True)
class Reason:
    """A number of a file and where the bill names it."""

    number: Number
    place: str


@dataclass(frozen=True)
class Found:
    """A file that a bill names.

    :param tied: others are named as well by the same number
    :param weaker: its best number names another file better
    """

    key: int
    score: int
    reasons: tuple[Reason, ...]
    tied: bool = False
    weaker: bool = False

    @property
    def is_sure(self) -> bool:
        return not (self.tied or self.weaker)


def compact(text: str) -> str:
    """Return a number without blanks, punctuation and case.

    >>> compact("26 gb-0001/R")
    '26GB0001R'
    """
    return "".join(_WORD.findall((text or "").upper()))


def is_telling(number: str) -> bool:
    """Whether a compact number says anything: not a word, a year or an item count."""
    if number.isdigit():
        return len(number) >= SHORTEST_DIGITS
    return len(number) >= SHORTEST_NUMBER and any(c.isdigit() for c in number)


def possible_numbers(texts: Iterable[str]) -> frozenset[str]:
    """Return every compact number that adjoining words of the texts may form."""
    found = set()
    for text in texts:
        words = _WORD.findall((text or "").upper())
        for start in range(len(words)):
            number = ""
            for word in words[start : start + LONGEST_RUN]:
                number += word
                if is_telling(number):
                    found.add(number)
    return frozenset(found)


def find_files(texts: Mapping[str, str], files: Iterable[File]) -> list[Found]:
    """Return the files that the texts of a bill name, best first.

    :param texts: ``{place: text}``: reference, lines, names of attachments
    """
    places = {place: possible_numbers([text]) for place, text in texts.items()}
    found = [
        (file, reasons) for file in files if (reasons := _get_reasons(places, file))
    ]
    scores = {file.key: _get_score(file, reasons) for file, reasons in found}
    named = defaultdict(list)
    for file, reasons in found:
        named[compact(reasons[0].number.text)].append(file.key)
    result = []
    for file, reasons in found:
        score = scores[file.key]
        rivals = [
            scores[key]
            for key in named[compact(reasons[0].number.text)]
            if key != file.key
        ]
        result.append(
            Found(
                file.key,
                score,
                reasons,
                tied=score in rivals and max(rivals) == score,
                weaker=max(rivals, default=0) > score,
            )
        )
    return sorted(result, key=lambda match: (-match.score, match.key))


def _get_reasons(places, file):
    """Return one reason for every kind of number that is named, the best first."""
    reasons = {}
    for number in file.numbers:
        wanted = compact(number.text)
        if number.kind in reasons or not is_telling(wanted):
            continue
        place = next((p for p, numbers in places.items() if wanted in numbers), None)
        if place is not None:
            reasons[number.kind] = Reason(number, place)
    ordered = sorted(reasons.values(), key=lambda r: -WEIGHTS[r.number.kind])
    return tuple(ordered)


def _get_score(file, reasons):
    return sum(WEIGHTS[reason.number.kind] for reason in reasons) + int(file.favoured)
