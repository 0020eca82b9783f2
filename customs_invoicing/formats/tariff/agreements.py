"""Trade agreements: countries, days in force, proofs of origin they accept.

Two publications of the UK tariff authority are read: the JSON of rules-of-origin
schemes, and a flat CSV of the same with the proofs in one cell.  Document codes stand
in the guidance on data element 2/3 of the declaration, in words; a code belongs to the
proof whose kind its words name.
"""

import re
from decimal import Decimal

from .document import AgreementRow, Flag, ProofRow, TariffDocument
from .json_api import ShapeError, as_list, as_map, as_maps, as_text
from .tables import (
    DEFAULT_MAX_BYTES,
    country,
    has_columns,
    is_json,
    mentions,
    read_json,
    read_table,
    shape_error,
    single,
    to_date,
)

NAME = "agreements"

COLUMNS = {
    "code": ("scheme code", "agreement code", "agreement"),
    "name": ("title", "name"),
    "proofs": ("proofs", "proofs of origin"),
    "documents": ("document codes de 2 3", "document codes"),
    "preferences": ("preference codes de 4 17", "preference codes"),
    "countries": ("countries", "countries and areas"),
    "valid_from": ("validity start date", "valid from"),
    "valid_to": ("validity end date", "valid to"),
}
REQUIRED = ("code", "name", "countries")

#: Kinds of proofs by words that their names or the guidance on codes use.
KINDS = (
    ("importers-knowledge", r"importer.?s.? knowledge"),
    ("eur-med", r"eur-med"),
    ("eur1", r"eur\.? ?1"),
    ("gsp-form-a", r"form a\b"),
    ("invoice-declaration", r"invoice declaration"),
    ("certificate-of-origin", r"certificat(?:e|ion) of origin"),
    (
        "origin-declaration",
        r"origin declaration|statement on origin|declaration of origin",
    ),
)

_AREA = re.compile(r"[A-Z]{2}|[0-9]{4}|[A-Z][0-9]{3}")
_DOCUMENT = re.compile(r"\b([A-Z9][0-9U][0-9]{2})\b(?=[*:) –-])")
_EUROS = re.compile(r"([0-9][0-9 ,]*)\s*euros?\b", re.IGNORECASE)
_SERIES = re.compile(r"\b([1-4])00 series")


def matches(filename, content) -> bool:
    """Whether the file lists schemes with their countries."""
    if not isinstance(content, bytes):
        return False
    if mentions(content, "scheme_code", "countries", "title"):
        return not mentions(content, "import_measures")
    return has_columns(content, COLUMNS, REQUIRED)


def read(filename, content, max_bytes=DEFAULT_MAX_BYTES, **_options) -> TariffDocument:
    """Read agreements; ``row`` is the place in the list of a JSON file.

    :raise FormatError: when the file is no such list
    """
    name, data = single(filename, content)
    document = TariffDocument(NAME)
    if is_json(data):
        for row, scheme in enumerate(_schemes(name, data, max_bytes), 1):
            try:
                document.agreements.append(_from_scheme(row, scheme, document))
            except ShapeError as error:
                raise shape_error(name, f"schemes, {row}") from error
    else:
        table = read_table(name, data, COLUMNS, REQUIRED, max_bytes)
        for row, cells in table.rows:
            fields = {column: table.cell(cells, column) for column in COLUMNS}
            document.agreements.append(_from_cells(row, fields, document))
    document.row_count = len(document.agreements)
    seen = set()
    for agreement in document.agreements:
        if agreement.code in seen:
            flag = Flag(agreement.row, agreement.code, "duplicate_row", agreement.name)
            document.flags.append(flag)
        seen.add(agreement.code)
    return document


def kind_of(words) -> str:
    """Return the kind of proof that words mean, "" when none is recognised."""
    words = words.lower().replace("’", "'")
    return next((kind for kind, known in KINDS if re.search(known, words)), "")


# --- JSON ----------------------------------------------------------------------------


def _schemes(name, data, max_bytes):
    value = read_json(name, data, max_bytes)
    schemes = value.get("schemes") if isinstance(value, dict) else value
    if not isinstance(schemes, list):
        raise shape_error(name, "schemes")
    for place, scheme in enumerate(schemes, 1):
        is_scheme = isinstance(scheme, dict)
        if not is_scheme or not isinstance(scheme.get("scheme_code"), str):
            raise shape_error(name, f"schemes, {place}")
        yield scheme


def _from_scheme(row, scheme, document):
    code = scheme["scheme_code"]
    guidance = {
        re.sub("[^0-9/]", "", key): as_text(words)
        for key, words in as_map(scheme.get("proof_codes")).items()
    }
    documents = _documents(guidance.get("2/3", ""))
    proofs = [
        _proof(
            as_text(proof.get("summary") or proof.get("title")),
            as_text(proof.get("subtext") or proof.get("detail")),
            as_text(proof.get("proof_class")),
        )
        for proof in as_maps(scheme.get("proofs"))
    ]
    return AgreementRow(
        row,
        code,
        " ".join((as_text(scheme.get("title")) or code).split()),
        _countries(row, code, map(as_text, as_list(scheme.get("countries"))), document),
        _day(row, code, scheme.get("validity_start_date"), "valid_from", document),
        _day(row, code, scheme.get("validity_end_date"), "valid_to", document),
        tuple(_with_codes(proofs, documents)),
        _preferences(guidance.get("4/17", "")),
        _cumulation(scheme.get("cumulation_methods")),
    )


def _cumulation(methods):
    """Return in words with which countries materials may be cumulated, and how."""
    found = []
    for method, terms in as_map(methods).items():
        codes = map(as_text, as_list(as_map(terms).get("countries")))
        found.append(f"{method}: {' '.join(map(country, codes))}".strip())
    return "; ".join(found)


# --- CSV -----------------------------------------------------------------------------


def _from_cells(row, fields, document):
    code = fields["code"]
    documents = _documents(fields["documents"].replace(" | ", "\n"))
    names = [name.strip() for name in fields["proofs"].split(";")]
    proofs = [_proof(name, "", "") for name in names if name]
    return AgreementRow(
        row,
        code,
        fields["name"] or code,
        _countries(row, code, re.split(r"[\s,;]+", fields["countries"]), document),
        _day(row, code, fields["valid_from"], "valid_from", document),
        _day(row, code, fields["valid_to"], "valid_to", document),
        tuple(_with_codes(proofs, documents)),
        _preferences(fields["preferences"]),
    )


# --- Both ----------------------------------------------------------------------------


def _countries(row, code, values, document):
    """Return codes of countries and areas, each once.

    Names of regions that the publication uses itself (``andean``) are no codes; they
    stand beside the countries they consist of.
    """
    found = {}
    for value in values:
        area = country(value)
        if _AREA.fullmatch(area):
            found[area] = None
        elif area and area != code:
            document.flags.append(Flag(row, code, "unknown_country", area))
    return tuple(found)


def _day(row, code, value, field, document):
    try:
        return to_date(value)
    except ValueError:
        document.flags.append(Flag(row, code, "bad_row_date", str(value), field))
        return None


def _documents(guidance):
    """Return ``{document code: words it stands for}`` of guidance in words."""
    found = {}
    for line in guidance.splitlines():
        match = _DOCUMENT.search(line + " ")
        if match:
            found.setdefault(match[1], line)
    return found


def _preferences(guidance):
    """Return preference codes of data element 4/17; of a series, its first.

    Guidance names "the 300 series": 300 is the plain preference; its further codes
    (320 within a quota) say more than the agreement does.
    """
    if match := _SERIES.search(guidance):
        return (f"{match[1]}00",)
    return tuple(re.findall(r"\b[1-4][0-9]{2}\b", guidance))


def _proof(name, words, kind):
    name = " ".join(name.split())
    euros = _EUROS.search(words)
    return ProofRow(
        name,
        kind or kind_of(name),
        value_limit=Decimal(re.sub("[ ,]", "", euros[1])) if euros else None,
        currency="EUR" if euros else "",
    )


def _with_codes(proofs, documents):
    """Yield the proofs, once for each document code that their kind may have."""
    for proof in proofs:
        codes = [
            code
            for code, words in documents.items()
            if _same_kind(proof, kind_of(words))
        ]
        for code in codes or ("",):
            yield ProofRow(
                proof.name, proof.kind, code, proof.value_limit, proof.currency
            )


def _same_kind(proof, kind):
    """Whether a document code of a kind is for this proof, by its class or its name."""
    return kind != "" and kind in (proof.kind, kind_of(proof.name))
