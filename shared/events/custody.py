"""Custody: who answers for a case, and what it is sealed with."""

from typing import Annotated, ClassVar, Final

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from shared.events.base import Fact, said_by
from shared.events.common import (
    Cases,
    DiscrepancyReported,
    DiscrepancyResolved,
    HoldLifted,
    HoldPlaced,
    RecordCorrected,
    Seals,
)
from shared.terms import (
    CaseKind,
    CaseNumber,
    Condition,
    Count,
    Party,
    Place,
    Prose,
    Role,
    Stream,
    TransferId,
    TurnoverId,
    TurnoverKind,
)

CUSTODIAN: Final = said_by("custodian")


class CustodyFact(Fact):
    """Any fact of the custody stream that a custodian says."""

    stream: ClassVar[Stream] = "custody"
    roles: ClassVar[frozenset[Role]] = CUSTODIAN


class TurnoverDeclared(CustodyFact):
    """One party declared to another what it would hand over: the manifest.

    `expected_cases` is a count, or the list of case numbers. `containers_sent` is how many empty ones went to the declaring
    party before, so that what came back can be reconciled with what was sent.
    """

    name: ClassVar[str] = "turnover.declared"

    turnover: TurnoverId
    kind: TurnoverKind
    from_party: Party
    to_party: Party
    place: Place
    expected_cases: Count | Cases
    containers_sent: Count | None = None


class CaseRegistered(CustodyFact):
    """A case exists, and its custodian answers for it from now on."""

    name: ClassVar[str] = "case.registered"
    speaks_for: ClassVar[tuple[str, ...]] = ("custodian",)

    case: CaseNumber
    kind: CaseKind
    custodian: Party
    turnover: TurnoverId | None = None
    label: Prose
    declared_contents: Prose
    place: Place | None = None


class CaseSealed(CustodyFact):
    """Seals were put on a case; they replace those it had."""

    name: ClassVar[str] = "case.sealed"

    case: CaseNumber
    seals: Annotated[Seals, Field(min_length=1)]


class CustodyReleased(CustodyFact):
    """First half of a hand-over: the custodian let cases go. Until they are accepted the releaser still answers."""

    name: ClassVar[str] = "custody.released"
    speaks_for: ClassVar[tuple[str, ...]] = ("released_by",)

    transfer: TransferId
    cases: Cases
    released_by: Party
    released_to: Party
    place: Place
    purpose: Prose
    seals: Seals
    condition: Condition

    @field_validator("released_to")
    @classmethod
    def goes_to_another(cls, released_to: str, info: ValidationInfo) -> str:
        return other_than(info.data.get("released_by"), released_to)


class CustodyAccepted(CustodyFact):
    """Second half of a hand-over: the acceptor is custodian from this instant, with the seals it saw."""

    name: ClassVar[str] = "custody.accepted"
    speaks_for: ClassVar[tuple[str, ...]] = ("accepted_by",)

    transfer: TransferId
    cases: Cases
    accepted_from: Party | None = None
    accepted_by: Party
    place: Place
    seals_seen: Seals
    condition: Condition

    @field_validator("accepted_by")
    @classmethod
    def comes_from_another(cls, accepted_by: str, info: ValidationInfo) -> str:
        return other_than(info.data.get("accepted_from"), accepted_by)


class CustodyRefused(CustodyFact):
    """The receiver did not take the cases; the custodian is who it was."""

    name: ClassVar[str] = "custody.refused"

    transfer: TransferId
    cases: Cases
    reason: Prose


class CustodyDeclared(CustodyFact):
    """A party declared that it answers for cases without a hand-over, and on what basis."""

    name: ClassVar[str] = "custody.declared"
    speaks_for: ClassVar[tuple[str, ...]] = ("custodian",)

    cases: Cases
    custodian: Party
    place: Place
    basis: Prose


class CustodyDiscrepancyReported(CustodyFact, DiscrepancyReported):
    name: ClassVar[str] = "custody.discrepancy.reported"
    roles: ClassVar[frozenset[Role]] = said_by("custodian", "operator")


class CustodyDiscrepancyResolved(CustodyFact, DiscrepancyResolved):
    name: ClassVar[str] = "custody.discrepancy.resolved"
    roles: ClassVar[frozenset[Role]] = said_by("operator")


class CustodyHoldPlaced(CustodyFact, HoldPlaced):
    name: ClassVar[str] = "custody.hold.placed"


class CustodyHoldLifted(CustodyFact, HoldLifted):
    name: ClassVar[str] = "custody.hold.lifted"


class CustodyRecordCorrected(CustodyFact, RecordCorrected):
    name: ClassVar[str] = "custody.record.corrected"
    roles: ClassVar[frozenset[Role]] = said_by("custodian", "operator")


def other_than(one: object, other: str) -> str:
    if one == other:
        raise PydanticCustomError("same_party", "the releaser may not be the acceptor")
    return other
