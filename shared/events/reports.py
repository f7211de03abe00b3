"""Reports: what the liaisons did about a notice, and what the families heard. Nothing else says what a family knows."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.events.common import TwoPeople
from shared.events.family import LIAISON, FamilyFact
from shared.terms import (
    Channel,
    DeterminationId,
    Instant,
    KinReference,
    Line,
    NoticeReference,
    PersonReference,
    Prose,
    Role,
    Says,
)


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
    authorized_by: TwoPeople
    reason: Prose
    at: Instant


class Briefing(FamilyFact):
    """A liaison's word on the briefing of a kin about a determination."""

    roles: ClassVar[frozenset[Role]] = LIAISON

    person: PersonReference
    determination: DeterminationId
    kin: KinReference
    at: Instant


class BriefingCompleted(Briefing):
    """The kin was briefed on a determination in person."""

    name: ClassVar[str] = "briefing.completed"


class BriefingDeclined(Briefing):
    """The kin declined to be briefed on a determination. What waited for the briefing waits no longer."""

    name: ClassVar[str] = "briefing.declined"
