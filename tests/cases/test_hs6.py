"""The whole Harmonized System as published: counts and tree; see ``pure.cases_dir``."""

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pure import cases_dir, load

tariff = load("formats.tariff")

NOMENCLATURE = cases_dir() / "data" / "hs" / "harmonized-system.csv"

pytestmark = pytest.mark.skipif(
    not NOMENCLATURE.exists(), reason=f"{NOMENCLATURE} is absent: set CUSTOMS_CASES"
)


@pytest.fixture(scope="module")
def document():
    return tariff.read(NOMENCLATURE.name, NOMENCLATURE.read_bytes())


def test_counts(document):
    assert document.format == "hs6"
    lengths = Counter(len(row.code) for row in document.codes)
    assert lengths == {2: 97, 4: 1229, 6: 5613}
    assert document.flags == []


def test_tree(document):
    codes = {row.row: row.code for row in document.codes}
    assert len(codes) == len(document.codes)
    for row in document.codes:
        assert not row.declarable
        if len(row.code) == 2:
            assert row.parent_row is None
        else:
            assert row.code.startswith(codes[row.parent_row])
