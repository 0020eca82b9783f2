"""What a price contains by its delivery term, and what a customs value must contain.

ICC Incoterms 2020; WTO Valuation Agreement articles 1 and 8, UCC articles 70 to 72.
"""

#: Kinds of charges by the way of the goods: up to loading on the main carriage, the
#: main carriage to the place of entry, its insurance, carriage after entry, duties and
#: taxes of import.
ORIGIN, FREIGHT, INSURANCE, INLAND, TAXES = (
    "origin",
    "freight",
    "insurance",
    "inland",
    "taxes",
)
#: Whatever the term: what is always added (royalty, assists, packing, commission other
#: than for buying), what a price contains and is deducted (assembly, interest), what
#: never counts (buying commission), and what nobody has classified.
ADDITION, DEDUCTION, EXCLUDED, OTHER = "addition", "deduction", "excluded", "other"
KINDS = (
    ORIGIN,
    FREIGHT,
    INSURANCE,
    INLAND,
    TAXES,
    ADDITION,
    DEDUCTION,
    EXCLUDED,
    OTHER,
)

_FOB = frozenset({ORIGIN})
_CFR = _FOB | {FREIGHT}
_CIF = _CFR | {INSURANCE}
_DAP = _CIF | {INLAND}

#: What a price under a term contains.
TERMS = {
    "EXW": frozenset(),
    "FCA": _FOB,
    "FAS": _FOB,
    "FOB": _FOB,
    "CFR": _CFR,
    "CPT": _CFR,
    "CIF": _CIF,
    "CIP": _CIF,
    "DAP": _DAP,
    "DPU": _DAP,
    "DAT": _DAP,
    "DDP": _DAP | {TAXES},
}

#: What a value on a basis contains.
CIF, CFR, FOB = "cif", "cfr", "fob"
BASES = {CIF: _CIF | {ADDITION}, CFR: _CFR | {ADDITION}, FOB: _FOB | {ADDITION}}


def contains_freight(name: str) -> bool:
    """Whether a name is that of a value that contains the main carriage."""
    return FREIGHT in BASES.get(name.lower(), ())


def is_in_price(kind: str, incoterm: str) -> bool:
    """Whether a price under a term contains a kind of charge.

    :raise KeyError: for an unknown term
    """
    return kind == DEDUCTION or kind in TERMS[incoterm]


def is_in_value(kind: str, basis: str) -> bool:
    """Whether a value on a basis contains a kind of charge.

    :raise KeyError: for an unknown basis
    """
    return kind in BASES[basis]
