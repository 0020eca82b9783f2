"""Measure types that a tariff lacks, guessed from the code table of TARIC."""

from dataclasses import dataclass

GROUP = "customs_duty"


@dataclass(frozen=True)
class TypeGuess:
    """What a measure type most probably is."""

    series: str
    tax_codes: tuple[str, ...] = ()  # in order of preference
    priority: int = 0  # above zero: an alternative among customs duties
    sequence: int = 10
    base: str = "customs_value"
    is_sure: bool = True

    def prepare_vals(self):
        """Return the values of the type besides tariff, code, name and tax code."""
        vals = {"series": self.series, "sequence": self.sequence, "base": self.base}
        if self.priority:
            vals |= {
                "selection": "alternative",
                "group": GROUP,
                "priority": self.priority,
            }
        if self.series == "vat":
            vals |= {
                "in_vat_base": False,
                "is_recoverable": True,
                "in_landed_cost": False,
            }
        elif self.series in ("control", "unit", "part"):
            vals |= {"in_vat_base": False, "in_landed_cost": False}
        return vals


_DUTY = ("A00", "DUTY", "CID", "ICD")
_MFN = TypeGuess("duty", _DUTY, priority=1)
_PREFERENCE = TypeGuess("duty", _DUTY, priority=2)
_QUOTA = TypeGuess("duty", _DUTY, priority=3)
_SUSPENSION = TypeGuess("duty", _DUTY, priority=3)
_ADDITIONAL = TypeGuess("additional", ("A20", *_DUTY), sequence=25)
_CONTROL = TypeGuess("control", _DUTY, sequence=99)
_UNIT = TypeGuess("unit", _DUTY, sequence=99)
_PART = TypeGuess("part", _DUTY, sequence=5)


def _remedy(*tax_codes):
    return TypeGuess("trade_remedy", (*tax_codes, *_DUTY), sequence=20)


#: Codes of measure types of TARIC.  Source: code table of measure types, European
#: Commission; the United Kingdom uses the same codes.
TARIC_TYPES = {
    "103": _MFN,
    "105": TypeGuess("duty", _DUTY, priority=2),
    **dict.fromkeys(("106", "141", "142", "144", "145"), _PREFERENCE),
    **dict.fromkeys(("122", "123", "143", "146", "147"), _QUOTA),
    **dict.fromkeys(("112", "115", "117", "119"), _SUSPENSION),
    "551": _remedy("A35"),
    "552": _remedy("A30"),
    "553": _remedy("A45"),
    "554": _remedy("A40"),
    **dict.fromkeys(("651", "652", "690", "695", "696"), _ADDITIONAL),
    **dict.fromkeys(("672", "673", "674"), _PART),
    "305": TypeGuess(
        "vat", ("B00", "VAT"), sequence=90, base="customs_value_and_duties"
    ),
    "306": TypeGuess("excise", ("EXC", *_DUTY), sequence=40),
    **dict.fromkeys(("109", "110", "111"), _UNIT),
}
#: Preference codes, one of which must be claimed for measures of a type.  Source: UCC
#: data element 4/17, from memory: to be verified.
CLAIM_CODES = {
    "105": "140",
    "106": "400",
    "112": "110",
    "115": "115",
    "117": "140",
    "119": "119",
    "141": "210, 310",
    "142": "200, 300, 400",
    "145": "240, 340",
}
#: Where a quota applies, the safeguard duty does not.
QUOTA_TYPES = frozenset(("122", "123", "143", "146", "147"))
SAFEGUARD_TYPE = "696"

_US_TYPES = {
    "general": _MFN,
    "special": _PREFERENCE,
    "column2": TypeGuess("duty", _DUTY, priority=1, sequence=10),
    "duty": _MFN,
}


def guess_type(code, has_amounts):
    """Return the :class:`TypeGuess` of a measure type by its code.

    :param has_amounts: whether rates of that type were published
    """
    if known := TARIC_TYPES.get(code) or _US_TYPES.get(code):
        return known
    if not has_amounts:
        return _CONTROL
    if code.isdigit() and len(code) == 3:
        if code.startswith("3"):
            return TypeGuess("excise", ("EXC", *_DUTY), sequence=40, is_sure=False)
        return TypeGuess("additional", ("A20", *_DUTY), sequence=25, is_sure=False)
    return TypeGuess("duty", _DUTY, priority=1, is_sure=False)
