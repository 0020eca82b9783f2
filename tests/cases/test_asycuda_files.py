"""Real ASYCUDA files read to what ``samples/expected.json`` says, to the cent.

Every case of the folder counts, whatever its country; see ``pure.cases_dir``.
"""

import json
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pure import cases_dir, formats

SAMPLES = cases_dir() / "samples"
EXPECTED = SAMPLES / "expected.json"


def _cases():
    """Return ``{file name: entry}`` of every ASYCUDA case, files without one too."""
    entries = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
    cases = {
        name: entry
        for name, entry in entries.items()
        if entry.get("format") == "asycuda_world"
    }
    for path in sorted((SAMPLES / "asycuda").glob("*.xml")):
        cases.setdefault(f"asycuda/{path.name}", None)
    return cases


CASES = _cases()
pytestmark = pytest.mark.skipif(
    not CASES, reason=f"no ASYCUDA cases in {SAMPLES}: set CUSTOMS_CASES"
)
every_case = pytest.mark.parametrize(("name", "entry"), CASES.items(), ids=CASES)


def read(name):
    if not (SAMPLES / name).exists():
        pytest.skip(f"{SAMPLES / name} is absent")
    return formats.read(name, (SAMPLES / name).read_bytes())


def facts(document):
    """Return a document in the words of ``expected.json``."""
    header, totals = document.header, document.totals
    lines = [line for goods in document.items for line in goods.taxes]
    return {
        "format": header.source_format,
        "items": len(document.items),
        "declared_items": totals.items,
        "type": header.declaration_type,
        "office": header.office_code,
        "registration": header.registration.display,
        "invoice_currency": header.invoice.currency,
        "currency_rate": header.invoice.rate,
        "invoice_total_foreign": header.invoice.amount,
        "total_cif": header.customs_value,
        "tax_lines": len(lines),
        "assessed": _sums(lines, "amount_assessed"),
        "payable": _sums(lines, "amount_payable"),
        "global_taxes": totals.header_taxes,
        "totals_taxes": totals.taxes,
    }


def _sums(lines, field):
    sums = {}
    for line in lines:
        sums[line.code] = sums.get(line.code, Decimal(0)) + getattr(line, field)
    return sums


def comparable(value):
    """Return numbers as decimals; entries do not tell nothing from zero."""
    if isinstance(value, dict):
        return {key: comparable(part) for key, part in value.items()}
    try:
        return Decimal(str(value or 0))
    except ArithmeticError:
        return value


@every_case
def test_file_reads_to_its_entry(name, entry):
    found = facts(read(name))
    entry = entry or {"format": "asycuda_world"}
    unknown = set(entry) - set(found) - {"check_totals"}
    assert not unknown, f"the entry states what is not compared: {unknown}"
    expected = {key: comparable(value) for key, value in entry.items() if key in found}
    if not expected.get("invoice_total_foreign"):
        expected.pop("invoice_total_foreign", None)  # may stand in another element
    assert {key: comparable(found[key]) for key in expected} == expected


@every_case
def test_control_totals(name, entry):
    document = read(name)
    problems = [problem.code for problem in formats.control_problems(document, name)]
    complete = document.totals.items in (None, len(document.items))
    assert ("item_count" in problems) == (not complete)
    if (entry or {}).get("check_totals", complete):
        assert set(problems) <= {"item_count"}


@every_case
def test_reading_is_quick_and_repeatable(name, entry):
    started = time.process_time()
    document = read(name)
    assert time.process_time() - started < 2
    assert read(name).fingerprint() == document.fingerprint()
