"""What a calculation takes for granted: day, rounding, currencies, agreements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from .exchange import CustomsRate
from .model import Agreement, DutyItem
from .problems import CLAIM_UNPROVEN, CLAIM_VOID, Problem
from .rounding import Rounding, RoundingRules


@dataclass(frozen=True)
class Context:
    """The circumstances of a declaration, the same for all of its items."""

    on_date: date
    rules: RoundingRules = field(default_factory=RoundingRules)
    currency: str = ""
    rates: Mapping[str, CustomsRate] = field(default_factory=dict)
    agreements: Mapping[str, tuple[Agreement, ...]] = field(default_factory=dict)
    cascade_exact: bool = False

    @classmethod
    def build(
        cls,
        on_date: date,
        rounding: Rounding | RoundingRules | None = None,
        currency: str = "",
        rates: Mapping[str, CustomsRate] | None = None,
        agreements: Iterable[Agreement] = (),
        cascade_exact: bool = False,
    ) -> "Context":
        """Return a context from the arguments of :func:`.duty.calculate`."""
        by_code: dict[str, tuple[Agreement, ...]] = {}
        for agreement in agreements:
            by_code[agreement.code] = (*by_code.get(agreement.code, ()), agreement)
        return cls(
            on_date,
            RoundingRules.of(rounding),
            currency,
            dict(rates or {}),
            by_code,
            cascade_exact,
        )

    def agreements_for(self, claim: str, origin: str) -> list[Agreement]:
        """Return the agreements that a claim of goods of ``origin`` can rest on."""
        return [
            agreement
            for agreement in self.agreements.get(claim, ())
            if in_force(agreement, self.on_date)
            and (not agreement.countries or origin in agreement.countries)
        ]

    def counts(self, claim: str, origin: str) -> bool:
        """Whether a claim counts; one of which no agreement is known does."""
        return claim not in self.agreements or bool(self.agreements_for(claim, origin))

    def claims_of(self, item: DutyItem) -> frozenset[str]:
        """Return the claims of an item that count."""
        if not self.agreements or not item.claims:
            return item.claims
        return frozenset(
            claim for claim in item.claims if self.counts(claim, item.origin)
        )

    def void_claims(self, item: DutyItem) -> list[Problem]:
        """Return a problem for every claim of an item that does not count."""
        return [
            Problem(CLAIM_VOID, self._void_words(claim, item), item.key)
            for claim in sorted(item.claims - self.claims_of(item))
        ]

    def unproven_claims(self, item: DutyItem) -> list[Problem]:
        """Return a problem for every claim that counts but shows no proof of origin.

        Only where all agreements it can rest on name documents that prove it.
        """
        problems = []
        for claim in sorted(self.claims_of(item)):
            found = self.agreements_for(claim, item.origin)
            codes = [{code for code, _ in one.proofs if code} for one in found]
            if codes and all(codes) and not set().union(*codes) & item.documents:
                words = _unproven_words(claim, found)
                problems.append(Problem(CLAIM_UNPROVEN, words, item.key))
        return problems

    def _void_words(self, claim, item):
        found = self.agreements[claim]
        name = found[0].name or claim
        words = f"the claim of preference {claim} ({name}) does not count: "
        if not any(in_force(agreement, self.on_date) for agreement in found):
            return f"{words}it is not in force on {self.on_date}"
        if not item.origin:
            return f"{words}the item has no country of origin; state it"
        return (
            f"{words}{item.origin} is not one of its countries; correct claim or origin"
        )


def proof_words(proofs: Iterable[tuple[str, str]]) -> str:
    """Return proofs of origin in words, any one of which will do."""
    shown = (f"{words} {code}".strip() for code, words in dict.fromkeys(proofs))
    return " or ".join(shown)


def _unproven_words(claim, agreements):
    name = " or ".join(dict.fromkeys(one.name or claim for one in agreements))
    proofs = proof_words(proof for one in agreements for proof in one.proofs)
    return (
        f"the claim of preference {claim} ({name}) has no proof of origin among the "
        f"documents; present {proofs}, or do not claim it"
    )


def in_force(agreement: Agreement, on_date: date) -> bool:
    """Whether an agreement is in force on a day; its last day counts."""
    return (agreement.valid_from is None or agreement.valid_from <= on_date) and (
        agreement.valid_to is None or on_date <= agreement.valid_to
    )
