"""What is owed to a family and what keeps it, gate by gate, in words that a person can act on. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from services.tracker.model.notices import CLASS_OF, NoticeKind, Owed
from services.tracker.model.reasons import Reason, ReasonCode

Number = Literal[6, 7, 12, 13]
GATES: Final[dict[Number, tuple[str, frozenset[ReasonCode]]]] = {
    6: (
        "the identification stands undisputed",
        frozenset({"hold", "discrepancy", "exclusion", "other_family", "unfoldable"}),
    ),
    7: ("the primary next of kin first", frozenset({"no_pnok", "pnok_not_told", "own_not_told", "pnok_not_corrected"})),
    12: ("the family's choice about later portions", frozenset({"election"})),
    13: ("somebody to write to, in their hours", frozenset({"no_liaison", "no_address", "hours"})),
}
"""Invariant -> what it asks for, and the reasons that close it."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One invariant between something owed and its leaving."""

    invariant: Number
    asks: str
    open: bool
    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class Due:
    """Something owed now; only what goes to a family passes gates.

    `in_hand`: the reference of the notice that is out and says just this.

    `waits` are reasons that belong to no gate: another notice that must leave first, a release by a person.
    """

    kind: NoticeKind
    kin: str | None
    cause: str | None
    cases: tuple[str, ...]
    recipient: str | None
    in_hand: str | None
    open: bool
    gates: list[Gate]
    waits: list[Reason]


def due_to(person: str, owed: Iterable[Owed]) -> list[Due]:
    """What is owed about one person, by key; everything else in `owed` is about others who share a case."""
    return [_due(each) for each in sorted(owed, key=lambda one: one.key) if each.person == person]


def _due(owed: Owed) -> Due:
    gates = [_gate(invariant, owed) for invariant in GATES] if CLASS_OF[owed.kind] == "family" else []
    within = frozenset(code for _, codes in GATES.values() for code in codes)
    return Due(
        kind=owed.kind,
        kin=owed.kin,
        cause=owed.cause,
        cases=owed.cases,
        recipient=owed.recipient,
        in_hand=owed.keeps,
        open=not owed.reasons,
        gates=gates,
        waits=[reason for reason in owed.reasons if reason.code not in within],
    )


def _gate(invariant: Number, owed: Owed) -> Gate:
    asks, codes = GATES[invariant]
    reasons = [reason for reason in owed.reasons if reason.code in codes]
    return Gate(invariant, asks, not reasons, reasons)
