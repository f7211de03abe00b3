"""Family: who must be told, through whom, and what the liaisons report back. References only, never a name or an address."""

from datetime import date
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from shared.events.base import Fact, said_by
from shared.events.common import (
    DiscrepancyReported,
    DiscrepancyResolved,
    HoldLifted,
    HoldPlaced,
    RecordCorrected,
    nothing_twice,
)
from shared.terms import (
    Channel,
    ContactHours,
    DeterminationId,
    Instant,
    KinReference,
    LiaisonReference,
    Line,
    NoticeReference,
    PersonReference,
    Prose,
    Reference,
    Role,
    Says,
    Service,
    Stream,
    Zone,
)

CASUALTY_OFFICE: Final = said_by("casualty_office")
LIAISON: Final = said_by("liaison")


class FamilyFact(Fact):
    """Any fact of the family stream that the casualty office says."""

    stream: ClassVar[Stream] = "family"
    roles: ClassVar[frozenset[Role]] = CASUALTY_OFFICE


class KinRegistered(FamilyFact):
    """A person has this kin, who lives in `zone`, may be contacted in `contact_hours`, and must be told if `required`."""

    name: ClassVar[str] = "kin.registered"

    person: PersonReference
    kin: KinReference
    relation: Reference
    basis: Reference
    zone: Zone
    contact_hours: Annotated[tuple[ContactHours, ...], Field(max_length=7)] = ()
    required: bool


class PnokDesignated(FamilyFact):
    """The casualty office designated the primary next of kin, who is told first."""

    name: ClassVar[str] = "pnok.designated"

    person: PersonReference
    kin: KinReference
    basis: Prose


class LiaisonAssigned(FamilyFact):
    """A liaison speaks to a family (or to one of its kin) from an instant on. The address is in the tracker's directory."""

    name: ClassVar[str] = "liaison.assigned"

    person: PersonReference
    kin: KinReference | None = None
    liaison: LiaisonReference
    service: Service
    from_: Annotated[Instant, Field(alias="from")]


class Report(FamilyFact):
    """What a liaison did about a notice: named by its reference or, if we did not write it, by its line and what it said."""

    roles: ClassVar[frozenset[Role]] = LIAISON

    person: PersonReference
    kin: KinReference
    notice: NoticeReference | None = None
    line: Line | None = None
    says: Says | None = None
    channel: Channel
    at: Instant

    @model_validator(mode="after")
    def says_what_it_is_about(self) -> Self:
        by_line = self.line is not None and self.says is not None
        if (self.line is None) != (self.says is None) or by_line == (self.notice is not None):
            raise PydanticCustomError("report", "a report names a notice, or else a line together with what it says")
        return self


class NotificationAttempted(Report):
    """The liaison tried to reach the kin. Nobody has been told."""

    name: ClassVar[str] = "notification.attempted"


class NotificationDelivered(Report):
    """The kin was told, in person or by the channel named. This alone says what a family knows."""

    name: ClassVar[str] = "notification.delivered"


class NotificationAcknowledged(FamilyFact):
    """The liaison read a notice and is acting on it. The family has not been told by this."""

    name: ClassVar[str] = "notification.acknowledged"
    roles: ClassVar[frozenset[Role]] = LIAISON

    person: PersonReference
    kin: KinReference
    notice: NoticeReference
    at: Instant


class NotificationUnreachable(FamilyFact):
    """The kin could not be reached. Alone this opens nothing; with an override by two people others may be told."""

    name: ClassVar[str] = "notification.unreachable"
    roles: ClassVar[frozenset[Role]] = LIAISON

    person: PersonReference
    kin: KinReference
    notice: NoticeReference | None = None
    at: Instant
    attempts: Annotated[int, Field(ge=1, le=1000)]


class NotificationOverrideAuthorized(FamilyFact):
    """Two people took the decision to go on without `kin` having been told, or to contact outside the window."""

    name: ClassVar[str] = "notification.override_authorized"

    person: PersonReference
    kin: KinReference
    of: Literal["unreachable", "contact_window"]
    authorized_by: Annotated[tuple[Reference, ...], Field(min_length=2, max_length=2)]
    reason: Prose
    at: Instant

    _two_people = field_validator("authorized_by")(nothing_twice)


class BriefingCompleted(FamilyFact):
    """The kin was briefed on a determination in person."""

    name: ClassVar[str] = "briefing.completed"
    roles: ClassVar[frozenset[Role]] = LIAISON

    person: PersonReference
    determination: DeterminationId
    kin: KinReference
    at: Instant


class StatusAccountedFor(FamilyFact):
    """The person is accounted for: the statistic, which follows the family's being told."""

    name: ClassVar[str] = "status.accounted_for"

    person: PersonReference
    date: date


class FamilyDiscrepancyReported(FamilyFact, DiscrepancyReported):
    name: ClassVar[str] = "family.discrepancy.reported"
    roles: ClassVar[frozenset[Role]] = said_by("casualty_office", "liaison", "public_affairs", "operator")


class FamilyDiscrepancyResolved(FamilyFact, DiscrepancyResolved):
    name: ClassVar[str] = "family.discrepancy.resolved"
    roles: ClassVar[frozenset[Role]] = said_by("operator")


class FamilyHoldPlaced(FamilyFact, HoldPlaced):
    name: ClassVar[str] = "family.hold.placed"


class FamilyHoldLifted(FamilyFact, HoldLifted):
    name: ClassVar[str] = "family.hold.lifted"


class FamilyRecordCorrected(FamilyFact, RecordCorrected):
    name: ClassVar[str] = "family.record.corrected"
    roles: ClassVar[frozenset[Role]] = said_by("casualty_office", "liaison", "public_affairs", "operator")
