"""Real rate texts read to the components that ``rate_text_golden.json`` states.

Every text of the file counts; see ``pure.cases_dir``.
"""

import csv
import json
import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pure import cases_dir, load

rates = load("engine.rates")
components = load("engine.components")

GOLDEN = cases_dir() / "cases" / "rate_text_golden.json"
CASES = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
#: How each section of the file is read.
READERS = {
    "us": rates.parse_us,
    "us_reference_texts": rates.parse_us,
    "us_special": rates.parse_us_special,
    "taric": rates.parse_taric,
    "taric_invalid": rates.parse_taric,
}
KINDS = {
    "pct": components.PERCENT,
    "spec": components.SPECIFIC,
    "fixed": components.FIXED,
    "meursing": components.MEURSING,
}
DECIMALS = ("rate", "amount", "per")

golden = pytest.mark.skipif(not CASES, reason=f"{GOLDEN} is absent: set CUSTOMS_CASES")


def of_section(*sections, kept=lambda entry: True):
    """Parametrize over the entries of sections, ``(section, entry)``."""
    entries = [
        pytest.param(section, entry, id=f"{section}-{entry['text']}")
        for section in sections
        for entry in CASES.get(section, ())
        if kept(entry)
    ]
    return pytest.mark.parametrize(("section", "entry"), entries)


def component(stated):
    """Return the component that an entry states."""
    fields = dict(stated)
    built = {
        "kind": KINDS[fields.pop("type")],
        "operator": fields.pop("op"),
        "unit": fields.pop("uom", ""),
    }
    times = fields.pop("times", ())
    built["times"] = (times,) if isinstance(times, str) else tuple(times)
    for name in DECIMALS:
        if name in fields:
            built[name] = Decimal(fields.pop(name))
    return components.Component(**built, **fields)


def stated_components(entry):
    stated = entry.get("components")
    return None if stated is None else tuple(map(component, stated))


def reason_of(entry):
    """Return why a text cannot be read, "" for one that can."""
    return entry.get("error") or (entry.get("reason") if entry.get("unparsed") else "")


def is_read(entry):
    return not reason_of(entry)


@golden
def test_every_section_is_read():
    sections = {name for name in CASES if not name.startswith("_")}
    assert sections <= set(READERS), "a section of the file is not compared"


@of_section("us", "us_reference_texts", "taric", kept=is_read)
def test_text(section, entry):
    known = {"text", "components", "base_measure", "supplementary_unit"}
    assert set(entry) <= known, "the entry states what is not compared"
    rate = READERS[section](entry["text"])
    assert rate.components == stated_components(entry)
    assert rate.reference == entry.get("base_measure", "")
    assert rate.supplementary_unit == entry.get("supplementary_unit", "")


@of_section(*READERS, kept=reason_of)
def test_unread_text(section, entry):
    with pytest.raises(rates.RateTextError) as caught:
        READERS[section](entry["text"])
    assert caught.value.reason == reason_of(entry)
    assert entry["text"] in str(caught.value)


@of_section("us_special", kept=is_read)
def test_special(section, entry):
    found = READERS[section](entry["text"])
    assert [(rate.components, list(rate.programmes)) for rate in found] == [
        (stated_components(rate), rate["programs"]) for rate in entry["rates"]
    ]


@of_section("us", "taric", kept=lambda entry: is_read(entry) and "components" in entry)
def test_printed_text_reads_back(section, entry):
    expected = stated_components(entry)
    printer = rates.print_us if section == "us" else rates.print_taric
    assert READERS[section](printer(expected)).components == expected


# --- Duty texts of published measures ------------------------------------------------

DATA = cases_dir() / "data"
DUTY_TEXTS = DATA / "taric" / "uk2019_mfn_duty_text.csv"
COMMODITIES = sorted((DATA / "uk_tariff").glob("*_commodities_*.json"))
EXPRESSIONS = ("base", "formatted_base", "duty_expression")


@pytest.mark.skipif(not DUTY_TEXTS.exists(), reason=f"{DUTY_TEXTS} is absent")
def test_published_duty_texts():
    with DUTY_TEXTS.open(encoding="utf-8-sig", newline="") as file:
        texts = {
            row[column].strip()
            for row in csv.DictReader(file)
            for column in ("Specific", "Min")
            if row[column]
        }
    assert texts
    for text in texts:
        parts = rates.parse_taric(text).components
        assert rates.parse_taric(rates.print_taric(parts)).components == parts


def expressions(node):
    """Yield every duty expression of a JSON document."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in EXPRESSIONS and isinstance(value, str) and value.strip():
                yield value
            else:
                yield from expressions(value)
    elif isinstance(node, list):
        for value in node:
            yield from expressions(value)


@pytest.mark.parametrize("path", COMMODITIES, ids=lambda path: path.stem)
def test_duty_expressions_of_commodities(path):
    texts = set(expressions(json.loads(path.read_text())))
    assert texts
    for text in texts:
        rate = rates.parse_taric(text)
        assert rate.components or rate.supplementary_unit, text
