"""Trade agreements with their countries and proofs of origin."""

import json
from datetime import date
from decimal import Decimal

import pytest
from pure import formats, load

agreements = load("formats.tariff.agreements")


def scheme(**fields):
    return {
        "scheme_code": "ruritania",
        "title": "Agreement with  Ruritania",
        "countries": ["XS", "NO", "ruritania", "NO"],
        "validity_start_date": "2021-01-01",
        "validity_end_date": None,
        "proofs": [
            {
                "summary": "EUR.1 movement certificate",
                "subtext": "",
                "proof_class": "eur1",
            },
            {
                "summary": "Origin declaration",
                "subtext": "with exporter number over £5500/6000 euros",
                "proof_class": "origin-declaration",
            },
        ],
        "cumulation_methods": {
            "bilateral": {"countries": ["GB", "XS"]},
            "extended": {"countries": ["EU"]},
        },
        **fields,
    }


def read(*schemes):
    content = json.dumps({"scope": "uk", "schemes": schemes}).encode()
    assert agreements.matches("schemes.json", content)
    return agreements.read("schemes.json", content)


def only(document):
    (row,) = document.agreements
    return row


def test_scheme():
    row = only(read(scheme()))
    assert (row.code, row.name) == ("ruritania", "Agreement with Ruritania")
    assert row.countries == ("RS", "NO")  # Serbia by its ISO code; no name of a region
    assert (row.valid_from, row.valid_to) == (date(2021, 1, 1), None)
    assert row.cumulation == "bilateral: GB RS; extended: EU"
    certificate, declaration = row.proofs
    assert (certificate.kind, certificate.value_limit) == ("eur1", None)
    assert declaration.kind == "origin-declaration"
    assert (declaration.value_limit, declaration.currency) == (Decimal(6000), "EUR")


def test_document_codes_go_to_the_proof_their_words_name():
    guidance = (
        "One of these codes:\n\n- **U110** - 'declaration of origin', one shipment\n"
        "- **U111** - 'declaration of origin', several\n- **U112** - importers "
        "knowledge\n- **N865** (Form A)\nCodes **U110** and U111 with a status: AE, UA."
    )
    row = only(
        read(
            scheme(
                proofs=[
                    {"summary": "Declaration of origin", "proof_class": ""},
                    {"summary": "Importer’s knowledge", "proof_class": ""},
                    {"summary": "EUR.1", "proof_class": "eur1"},
                ],
                proof_codes={
                    "DE 2/3:": guidance,
                    "DE 4/17": "a preference code in the 300 series",
                },
            )
        )
    )
    assert [(proof.kind, proof.document) for proof in row.proofs] == [
        ("origin-declaration", "U110"),
        ("origin-declaration", "U111"),
        ("importers-knowledge", "U112"),
        ("eur1", ""),
    ]
    assert row.preference_codes == ("300",)


def test_doubts_are_flagged():
    document = read(
        scheme(countries=["Norway", "NO"], validity_start_date="soon"), scheme()
    )
    assert [flag.reason for flag in document.flags] == [
        "unknown_country",
        "bad_row_date",
        "duplicate_row",
    ]
    assert document.agreements[0].valid_from is None
    assert document.row_count == 2


def test_flat_table():
    content = (
        b"scheme_code,title,proofs,document_codes_DE_2_3,preference_codes_DE_4_17,"
        b"countries\n"
        b"gsp,Preferences,Form A; Origin declaration,"
        b"9001: origin declaration) | N865: Form A),200 210,AF BD 1062\n"
    )
    assert agreements.matches("proofs.csv", content)
    row = only(agreements.read("proofs.csv", content))
    assert row.countries == ("AF", "BD", "1062")
    assert [(proof.name, proof.kind, proof.document) for proof in row.proofs] == [
        ("Form A", "gsp-form-a", "N865"),
        ("Origin declaration", "origin-declaration", "9001"),
    ]
    assert row.preference_codes == ("200", "210")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"schemes": [', "not_json"),
        (b'{"schemes": {}}', "json_shape"),
        (b'{"schemes": [{"title": "x"}]}', "json_shape"),
        (b'{"schemes": ["x"]}', "json_shape"),
        (b"title,countries\nx,NO\n", "missing_columns"),
        (b"", "tariff_empty"),
    ],
)
def test_files_that_cannot_be_read(content, code):
    with pytest.raises(formats.FormatError) as raised:
        agreements.read("schemes.json", content)
    assert raised.value.code == code and "schemes.json" in str(raised.value)


def test_commodities_are_not_taken_for_agreements():
    content = b'{"import_measures": [], "scheme_code": 1, "countries": 1, "title": 1}'
    assert not agreements.matches("x.json", content)
