"""Family: who must be told, through whom, and what they chose. References only, never a name or an address."""

from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.events.base import Fact, said_by
from shared.events.common import (
    DiscrepancyReported,
    DiscrepancyResolved,
    HoldLifted,
    HoldPlaced,
    RecordCorrected,
    TwoPeople,
)
from shared.terms import (
    Choice,
    ContactHours,
    DeterminationId,
    Instant,
    KinReference,
    LiaisonReference,
    Numbered,
    PersonReference,
    Prose,
    Reference,
    Role,
    Service,
    Stream,
    Zone,
)

CASUALTY_OFFICE: Final = said_by("casualty_office")
LIAISON: Final = said_by("liaison")
Windows = Annotated[tuple[ContactHours, ...], Field(max_length=7)]


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
    contact_hours: Windows = ()
    required: bool


class KinUpdated(FamilyFact):
    """What changed about a kin; what is left out is as it was. `zone` is where the kin lives now."""

    name: ClassVar[str] = "kin.updated"

    person: PersonReference
    kin: KinReference
    relation: Reference | None = None
    basis: Reference | None = None
    zone: Zone | None = None
    contact_hours: Windows | None = None
    required: bool | None = None

    @model_validator(mode="after")
    def changes_something(self) -> Self:
        if all(each is None for each in (self.relation, self.basis, self.zone, self.contact_hours, self.required)):
            raise PydanticCustomError("update_of_nothing", "an update gives at least one thing that changed")
        return self


class KinDeceased(FamilyFact):
    """A kin has died: nothing is owed to them any more. It appoints nobody in their place."""

    name: ClassVar[str] = "kin.deceased"

    person: PersonReference
    kin: KinReference


class PnokDesignated(FamilyFact):
    """The casualty office designated the primary next of kin, who is told first."""

    name: ClassVar[str] = "pnok.designated"

    person: PersonReference
    kin: KinReference
    basis: Prose


class PaddDesignated(FamilyFact):
    """The casualty office designated who directs disposition, and chooses about later portions."""

    name: ClassVar[str] = "padd.designated"

    person: PersonReference
    kin: KinReference
    basis: Prose


class Liaison(FamilyFact):
    """A liaison and the family, or the one kin, that he speaks to. The address is in the tracker's directory."""

    person: PersonReference
    kin: KinReference | None = None
    liaison: LiaisonReference
    service: Service
    from_: Annotated[Instant, Field(alias="from")]


class LiaisonAssigned(Liaison):
    """A liaison speaks to a family, or to one of its kin, from an instant on. The address is in the tracker's directory."""

    name: ClassVar[str] = "liaison.assigned"


class LiaisonRelieved(Liaison):
    """A liaison no longer speaks to a family, or to one of its kin, from an instant on. It names no successor."""

    name: ClassVar[str] = "liaison.relieved"


class ElectionRecorded(FamilyFact):
    """The PADD chose how to be told of later portions; with a determination or an amendment, of that portion only.

    It is in force from `effective_from`; whether its signer was the PADD is judged at the instant of the event.
    """

    name: ClassVar[str] = "election.recorded"

    person: PersonReference
    choice: Choice
    determination: DeterminationId | None = None
    signed_by: KinReference
    witness: Reference
    effective_from: Instant


class InformationRecorded(FamilyFact):
    """Two people let a piece of information go to a family. It is by its reference, and is no identification."""

    name: ClassVar[str] = "information.recorded"

    person: PersonReference
    reference: Numbered
    approvers: TwoPeople


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
