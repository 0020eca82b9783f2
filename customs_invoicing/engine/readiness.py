"""What stops a file from being billed."""

from dataclasses import dataclass

#: Code of a reason to its place in lists, the first step first
CODES = (
    "state",
    "client",
    "setup",
    "assessment",
    "difference",
    "rating",
    "mandate",
    "evidence",
    "order_number",
    "order",
    "payer",
    "currency",
    "service_limit",
    "duty_limit",
    "dispute",
)

#: Reasons that are about one version of the assessment: another asks anew
ABOUT_VERSION = ("assessment", "difference")

#: Policies of a company on what is no error in itself
IGNORE, WARN, BLOCK = "ignore", "warn", "block"


@dataclass(frozen=True)
class Blocker:
    """One reason why a file, or one of its charges, is not billed yet.

    :param code: one of :data:`CODES`
    :param message: a sentence in the user's language: what, where, what to do
    :param charge_id: the charge it is about, 0 for the whole file
    :param hard: nobody can release it; it has to be put right
    :param warning: it is only shown
    :param action: method of the declaration that opens what puts it right
    """

    code: str
    message: str
    charge_id: int = 0
    hard: bool = False
    warning: bool = False
    action: str = ""

    @property
    def stops(self) -> bool:
        """Whether billing waits for it."""
        return not self.warning

    @property
    def releasable(self) -> bool:
        """Whether somebody with the right may bill in spite of it."""
        return self.stops and not self.hard


def in_order(blockers):
    """Return blockers as they are listed: what stops first, then by step."""
    return tuple(
        sorted(blockers, key=lambda found: (found.warning, CODES.index(found.code)))
    )


def still_stopping(blockers, released):
    """Return the blockers that billing waits for, as they are listed.

    :param released: pairs ``(code, charge id)`` that were released; charge 0 is the
        whole file, with all its charges
    """
    return tuple(
        found
        for found in in_order(blockers)
        if found.stops
        and not (
            found.releasable
            and {(found.code, found.charge_id), (found.code, 0)} & set(released)
        )
    )
