"""Real tariff publications read in full: counts, invariants and known values.

Files are those of ``data`` in the folder of shared cases; see ``pure.cases_dir``.  What
holds for every file: it is recognised by its content, nothing is free of duty because
it was not read, and whatever was not read is flagged.
"""

import functools
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pure import cases_dir, load

tariff = load("formats.tariff")
rates = load("engine.rates")
D = Decimal

DATA = cases_dir() / "data"
MEASURES = "taric/uk2019_mfn_measures.csv"
COMPONENTS = "taric/uk2019_mfn_measure_components.csv"
COMMODITIES = sorted(
    f"uk_tariff/{path.name}" for path in (DATA / "uk_tariff").glob("*_commodities_*")
)

pytestmark = pytest.mark.skipif(
    not DATA.exists(), reason=f"{DATA} is absent: set CUSTOMS_CASES"
)


@functools.cache
def read(*names, **options):
    """Return the document of one publication, recognised by its content."""
    content = []
    for name in names:
        if not (DATA / name).exists():
            pytest.skip(f"{DATA / name} is absent")
        # the name says nothing: it is not what a file is recognised by
        content.append((f"upload {len(content)}", (DATA / name).read_bytes()))
    return tariff.read("", content if len(content) > 1 else content[0][1], **options)


def reasons(document):
    return Counter(flag.reason for flag in document.flags)


def by_code(document):
    return {row.code: row for row in document.measures}


# --- What holds for every file -------------------------------------------------------

EVERY_FILE = [
    ((MEASURES, COMPONENTS), "taric_measures"),
    (("taric/taric_all_nomenclature_2019.csv",), "taric_nomenclature"),
    (
        ("taric/taric_nomenclature_sample_with_descriptions.csv",),
        "taric_nomenclature",
    ),
    (("taric/uk2019_norway_preference.csv",), "taric_preferences"),
    (("taric/uk2019_iceland_preference.csv",), "taric_preferences"),
    (("taric/uk2019_mfn_duty_text.csv",), "taric_preferences"),
    (("taric/uk2019_fta_quota_definitions.csv",), "quotas"),
    (("taric/uk2019_steel_safeguard_quota_definitions.csv",), "quotas"),
    (("taric/uk2019_steel_safeguard_quota_commodities.csv",), "quotas"),
    (("uk_tariff/roo_schemes_uk.json",), "agreements"),
    (("uk_tariff/roo_schemes_xi.json",), "agreements"),
    (("uk_tariff/origin_proofs_by_agreement_uk.csv",), "agreements"),
    (("fx/xi_eur_gbp_monthly_rates_2016_2021.json",), "exchange_rates"),
    (("meursing/meursing_codes.json",), "meursing"),
    *(((name,), "uk_commodity") for name in COMMODITIES),
]
every_file = pytest.mark.parametrize(
    ("names", "kind"), EVERY_FILE, ids=[names[0] for names, _kind in EVERY_FILE]
)


@every_file
def test_recognised_by_content(names, kind):
    assert read(*names).format == kind


@every_file
def test_measures_are_read_or_say_why_not(names, kind):
    document = read(*names)
    flagged = {flag.row for flag in document.flags}
    for row in document.measures:
        assert row.code.isdigit() and len(row.code) >= 2
        if row.components is not None:
            assert row.components and not row.problem  # free is a component of zero
        elif row.is_control:
            assert row.problem == "no_amount"
        elif row.problem:
            assert row.row in flagged
        else:  # a supplementary unit, or a rate that stands in the conditions
            assert row.unit or any(found.components for found in row.conditions)


@every_file
def test_parents_come_first(names, kind):
    seen = set()
    for row in read(*names).codes:
        assert row.parent_row is None or row.parent_row in seen
        seen.add(row.row)


# --- Measures and components ---------------------------------------------------------


def test_third_country_duties():
    document = read(MEASURES, COMPONENTS)
    assert len(document.measures) == document.row_count == 15793
    assert all(row.components for row in document.measures)
    # one component belongs to a code without a measure
    assert reasons(document) == {"no_key": 22, "orphan_component": 1}
    assert sum(len(row.components) for row in document.measures) + 1 == 15971
    types = Counter(row.type_code for row in document.measures)
    assert types == {"103": 15272, "105": 521}
    keys = [row.key for row in document.measures if row.key]
    assert len(set(keys)) == len(keys) == 15771


def test_third_country_duties_keep_their_figures():
    """The figures of the file, counted without the reader."""
    import csv

    zeros = Counter()
    with (DATA / COMPONENTS).open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            zeros[Decimal(line["duty_amount"]) == 0] += 1
    found = Counter(
        (part.rate if part.kind == "percent" else part.amount) == 0
        for row in read(MEASURES, COMPONENTS).measures
        for part in row.components
    )
    found[True] += 1  # the component without a measure is one of zero
    assert found == zeros


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("010121", "0 %"),
        ("0201100021", "6.8 % + 93.3 EUR / 100 kg"),
        ("7325991055", "2.7 %"),
    ],
)
def test_rates_of_single_codes(code, text):
    row = by_code(read(MEASURES, COMPONENTS))[code]
    assert row.rate_text == text
    assert row.components == rates.parse_taric(text).components
    assert (row.origin, row.valid_from) == ("", date(2019, 4, 13))
    assert row.legal_reference == "M1900010"


def test_units_of_specific_duties():
    units = Counter(
        (part.currency, str(part.per), part.unit, part.times)
        for row in read(MEASURES, COMPONENTS).measures
        for part in row.components
        if part.kind == "specific"
    )
    assert units == {
        ("EUR", "100", "kg", ()): 320,
        ("EUR", "1000", "kg", ()): 87,
        ("EUR", "1", "hl", ()): 10,
        ("EUR", "1", "hl", ("asv",)): 8,
    }


# --- Tables of duties ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rows", "flags"),
    [
        ("norway_preference", 1402, {"ceiling_alone": 3}),
        ("iceland_preference", 1260, {}),
        ("mfn_duty_text", 463, {}),
    ],
)
def test_tables_of_duties(name, rows, flags):
    document = read(f"taric/uk2019_{name}.csv")
    assert len(document.measures) == document.row_count == rows
    assert reasons(document) == flags


def test_preferences_of_norway():
    document = read("taric/uk2019_norway_preference.csv")
    rows = by_code(document)
    assert {row.origin for row in document.measures} == {"NO"}
    assert rows["030119"].rate_text == "2.2 %"
    assert rows["21069020"].rate_text == "16.8 % MIN 0.97 EUR / %vol/hl"
    assert rows["21050010"].rate_text == (
        "0 % + 20.2 EUR / 100 kg MAX 19.4 % + 9.4 EUR / 100 kg"
    )
    # the agricultural part is not in the table: not free of duty
    assert rows["17041010"].components is None
    seasons = [row for row in document.measures if row.code == "03024390"]
    assert [(row.valid_from, row.valid_to) for row in seasons] == [
        (date(2020, 1, 1), date(2020, 2, 14)),
        (date(2019, 6, 16), date(2019, 12, 31)),
    ]


# --- Nomenclature --------------------------------------------------------------------


def test_nomenclature():
    document = read("taric/taric_all_nomenclature_2019.csv")
    assert len(document.codes) == 24353
    assert reasons(document) == {"no_descriptions": 1}
    assert sum(row.declarable for row in document.codes) == 15772
    roots = [row for row in document.codes if row.parent_row is None]
    assert len(roots) == 98 and all(row.code.endswith("0" * 8) for row in roots)
    rows = {row.row: row for row in document.codes}
    for row in document.codes:
        if row.parent_row:
            assert rows[row.parent_row].code[:2] == row.code[:2]
            assert rows[row.parent_row].code <= row.code


def test_nomenclature_with_descriptions():
    document = read("taric/taric_nomenclature_sample_with_descriptions.csv")
    assert (len(document.codes), document.flags) == (2103, [])
    assert sum(row.declarable for row in document.codes) == 1363
    assert not any("|" in row.description for row in document.codes)
    rows = {row.row: row for row in document.codes}
    horse = next(row for row in document.codes if row.code == "0101210000")
    assert (horse.suffix, horse.description) == ("10", "Horses")
    assert rows[horse.parent_row].description == "Live horses, asses, mules and hinnies"


def test_every_declarable_code_has_a_duty_where_the_tariff_has():
    """Prefixes without trailing zeros find what the measures are on."""
    prefixes = {row.code for row in read(MEASURES, COMPONENTS).measures}
    declarable = [
        row.code
        for row in read("taric/taric_all_nomenclature_2019.csv").codes
        if row.declarable and row.code < "98"
    ]
    missing = [
        code
        for code in declarable
        if not any(code[:length] in prefixes for length in (2, 4, 6, 8, 10))
    ]
    # its measures are on the lines 10 and 90 that were added below it
    assert len(declarable) == 15667 and missing == ["7307199000"]


# --- Commodities of the service ------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "measures", "controls", "units"),
    [
        ("uk_commodities_0102291010", 7, 3, 1),
        ("uk_commodities_0103921100", 10, 5, 1),
        ("uk_commodities_0702000007", 50, 4, 0),
        ("uk_commodities_0809400500", 5, 2, 0),
        ("uk_commodities_1516209821", 16, 3, 0),
        ("uk_commodities_7202118000", 8, 0, 0),
        ("uk_commodities_7202999000", 10, 2, 0),
        ("xi_commodities_0103921100", 7, 3, 1),
    ],
)
def test_commodities(name, measures, controls, units):
    document = read(f"uk_tariff/{name}.json")
    assert len(document.measures) == measures and not document.flags
    assert sum(row.is_control for row in document.measures) == controls
    assert sum(bool(row.unit) for row in document.measures) == units
    assert document.codes[-1].declarable


def test_entry_price_of_plums():
    document = read("uk_tariff/uk_commodities_0809400500.json")
    row = next(row for row in document.measures if row.conditions and row.row == 1)
    assert row.type_code == "103" and row.components is None and not row.problem
    thresholds = [found.threshold for found in row.conditions]
    assert thresholds == [D("52.6"), D("51.5"), D("50.5"), D("49.4"), D("48.4"), D(0)]
    assert {found.value_name for found in row.conditions} == {"import_price_100kg"}
    assert {found.currency for found in row.conditions} == {"EUR"}
    last = row.conditions[-1].components
    assert (last[0].rate, last[1].amount, last[1].per) == (D("14.4"), D("29.8"), 100)


def test_anti_dumping_by_invoice():
    document = read("uk_tariff/uk_commodities_1516209821.json")
    rows = {
        row.additional_code: row for row in document.measures if row.type_code == "552"
    }
    assert set(rows) == {"B107", "B108", "B999", "C114"}
    assert rows["B999"].components[0].amount == D("144.1")
    assert rows["B999"].components[0].qualifier  # of biodiesel, not of the goods
    with_invoice, without = rows["B107"].conditions
    assert (with_invoice.kind, with_invoice.document) == ("document", "D008")
    assert with_invoice.components[0].amount == 0
    assert without.kind == "default" and without.components[0].amount == D("144.1")


def test_excise_with_a_minimum():
    document = read("uk_tariff/uk_commodities_0103921100.json")
    row = next(row for row in document.measures if row.type_code == "306")
    retail, specific, least = row.components
    assert (retail.rate, retail.on) == (D("16.5"), "retail price")
    assert (specific.amount, specific.per, specific.unit) == (D("244.78"), 1000, "pcs")
    assert (least.operator, least.amount) == ("MIN", D("320.9"))


def test_quotas_of_tomatoes():
    document = read("uk_tariff/uk_commodities_0702000007.json")
    assert len(document.quotas) == 6
    quota = next(row for row in document.quotas if row.order_number == "050922")
    assert (quota.volume, quota.unit, quota.origins) == (D(54000), "kg", ("CH", "LI"))


def test_exclusions():
    document = read("uk_tariff/uk_commodities_7202118000.json")
    row = next(row for row in document.measures if row.type_code == "552")
    assert (row.origin, row.origins_excluded) == ("", ("CA", "US"))


# --- Quotas, agreements, rates of exchange, Meursing ---------------------------------


def test_quota_definitions():
    document = read("taric/uk2019_fta_quota_definitions.csv")
    assert len(document.quotas) == 379 and document.row_count == 383
    assert reasons(document) == {"duplicate_row": 4}
    states = Counter(row.state for row in document.quotas)
    assert states["critical"] + states["open"] == 379 and states["critical"] > 300
    assert {row.unit for row in document.quotas} == {"kg", "pcs", "l", "lpa"}
    licensed = [row for row in document.quotas if row.administration == "licensed"]
    assert all(row.order_number.startswith("094") for row in licensed) and licensed


def test_steel_safeguard():
    document = read(
        "taric/uk2019_steel_safeguard_quota_definitions.csv",
        "taric/uk2019_steel_safeguard_quota_commodities.csv",
    )
    assert (len(document.quotas), len(document.measures)) == (76, 1066)
    assert not document.flags
    days = (date(2019, 4, 13), date(2019, 6, 30))
    assert {(row.valid_from, row.valid_to) for row in document.measures} == {days}
    first = document.measures[0]
    assert (first.code, first.order_number, first.origin) == ("720810", "098201", "EU")
    assert (first.type_code, first.components[0].rate) == ("122", 0)


@pytest.mark.parametrize(("scope", "count"), [("uk", 44), ("xi", 40)])
def test_agreements(scope, count):
    document = read(f"uk_tariff/roo_schemes_{scope}.json")
    assert len(document.agreements) == count and not document.flags
    assert all(row.countries for row in document.agreements)
    assert len({row.code for row in document.agreements}) == count


def test_proofs_of_origin():
    rows = {row.code: row for row in read("uk_tariff/roo_schemes_uk.json").agreements}
    assert sum(len(row.proofs) for row in rows.values()) == 97 + 2 + 2
    assert [proof.document for proof in rows["new-zealand"].proofs] == [
        "U110",
        "U111",
        "U112",
    ]
    assert {proof.document for proof in rows["dcts-ldcs"].proofs} == {"N865", "9001"}
    assert rows["dcts-ldcs"].preference_codes == ("200",)
    assert rows["gsp"].valid_to == date(2023, 6, 18)
    assert rows["serbia"].countries == ("RS",)
    limits = {proof.value_limit for row in rows.values() for proof in row.proofs}
    assert limits == {None, D(6000)}


def test_both_lists_of_proofs_say_the_same():
    flat = read("uk_tariff/origin_proofs_by_agreement_uk.csv").agreements
    full = {row.code: row for row in read("uk_tariff/roo_schemes_uk.json").agreements}
    assert len(flat) == 44
    for row in flat:
        names = {proof.name for proof in row.proofs}
        assert names == {proof.name for proof in full[row.code].proofs}
        assert set(row.countries) == set(full[row.code].countries)


def test_monthly_rates():
    document = read("fx/xi_eur_gbp_monthly_rates_2016_2021.json")
    found = {row.valid_from: row for row in document.exchange_rates}
    assert len(found) == len(document.exchange_rates) == 67 and not document.flags
    assert all(row.valid_from.day == 1 for row in document.exchange_rates)
    assert found[date(2016, 1, 1)].rate == D("0.7298")
    assert found[date(2021, 6, 1)].rate == D("0.85765")
    assert found[date(2016, 2, 1)].valid_to == date(2016, 2, 29)
    assert all(row.valid_to for row in document.exchange_rates)
    kinds = {(row.currency, row.quotation) for row in document.exchange_rates}
    assert kinds == {("EUR", "direct")}


def test_every_composition_has_one_meursing_code():
    document = read("meursing/meursing_codes.json")
    assert len(document.meursing) == 504 and not document.flags
    steps = [D(text) for text in "0 1.495 2.4 3.95 5 15 29.999 60 90".split()]
    for fat, protein, starch, sucrose in product(steps, repeat=4):
        if fat + protein + starch + sucrose <= 100:
            codes = [
                row.code
                for row in document.meursing
                if row.holds(fat, protein, starch, sucrose)
            ]
            assert len(codes) == 1, (fat, protein, starch, sucrose, codes)
