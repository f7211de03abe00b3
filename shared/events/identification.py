"""Identification: what the laboratory took in, opened, estimated, associated and excluded."""

from typing import ClassVar, Final, Self

from pydantic import ValidationInfo, field_validator, model_validator
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
    TwoPeople,
)
from shared.terms import (
    CaseNumber,
    Count,
    Individual,
    LineOfEvidence,
    Party,
    PersonReference,
    Prose,
    Reference,
    Role,
    Stream,
    Strength,
    TurnoverId,
)

LABORATORY: Final = said_by("laboratory")
MEDICAL_EXAMINER: Final = said_by("medical_examiner")
LABORATORY_OR_EXAMINER: Final = LABORATORY | MEDICAL_EXAMINER


class IdentificationFact(Fact):
    """Any fact of the identification stream that the laboratory says."""

    stream: ClassVar[Stream] = "identification"
    roles: ClassVar[frozenset[Role]] = LABORATORY


class FieldReviewCompleted(IdentificationFact):
    """Experts looked at cases on arrival. Naming the turnover says that all of it was reviewed and can be counted.

    `mni` is of these cases, as they were seen that day: no estimate of the turnover, which is the laboratory's to make.
    """

    name: ClassVar[str] = "field_review.completed"

    cases: Cases
    turnover: TurnoverId | None = None
    human: bool | None = None
    mni: Count | None = None


class AccessionCreated(IdentificationFact):
    """The laboratory took cases on its register."""

    name: ClassVar[str] = "accession.created"

    cases: Cases
    accession_number: Reference
    laboratory: Party


class CaseOpened(IdentificationFact):
    """Two people opened a case and took these seals off it. What it held is said by its inventory."""

    name: ClassVar[str] = "case.opened"

    case: CaseNumber
    seals_removed: Seals
    opened_by: TwoPeople


class MniEstimated(IdentificationFact):
    """The laboratory estimated the minimum number of individuals of a turnover: a new version beside those before it."""

    name: ClassVar[str] = "mni.estimated"

    scope: TurnoverId
    value: Count
    method: Prose


class CaseAssociated(IdentificationFact):
    """The laboratory holds a case to be of one individual. At most one association of a case is active."""

    name: ClassVar[str] = "case.associated"

    case: CaseNumber
    individual: Individual
    reason: Prose


class CaseDissociated(IdentificationFact):
    """The laboratory no longer holds a case to be of that individual."""

    name: ClassVar[str] = "case.dissociated"

    case: CaseNumber
    individual: Individual
    reason: Prose


class EvidenceAdded(IdentificationFact):
    """A line of evidence was reviewed. It exists; what it says stays in the laboratory, by reference."""

    name: ClassVar[str] = "evidence.added"

    individual: Individual
    person: PersonReference | None = None
    kind: LineOfEvidence
    strength: Strength
    author: Reference
    reviewer: Reference
    reference: Reference | None = None

    @field_validator("reviewer")
    @classmethod
    def is_reviewed_by_another(cls, reviewer: str, info: ValidationInfo) -> str:
        if reviewer == info.data.get("author"):
            raise PydanticCustomError("same_person", "the author may not be the reviewer")
        return reviewer


class Exclusion(IdentificationFact):
    """An individual or a case, and the person it is not."""

    individual: Individual | None = None
    case: CaseNumber | None = None
    person: PersonReference
    basis: Prose

    @model_validator(mode="after")
    def excludes_one_thing(self) -> Self:
        if (self.individual is None) == (self.case is None):
            raise PydanticCustomError("exclusion", "an exclusion names either an individual or a case")
        return self


class ExclusionRecorded(Exclusion):
    """This is not that person. It blocks a determination on the pair until it is withdrawn."""

    name: ClassVar[str] = "exclusion.recorded"


class ExclusionWithdrawn(Exclusion):
    """An exclusion no longer holds, with its reason."""

    name: ClassVar[str] = "exclusion.withdrawn"


class ProjectClosed(IdentificationFact):
    """The laboratory ended its work on a turnover. A family that chose to be told at the end is told from here on."""

    name: ClassVar[str] = "project.closed"

    scope: TurnoverId


class IdentificationDiscrepancyReported(IdentificationFact, DiscrepancyReported):
    name: ClassVar[str] = "identification.discrepancy.reported"
    roles: ClassVar[frozenset[Role]] = LABORATORY_OR_EXAMINER | said_by("operator")


class IdentificationDiscrepancyResolved(IdentificationFact, DiscrepancyResolved):
    name: ClassVar[str] = "identification.discrepancy.resolved"
    roles: ClassVar[frozenset[Role]] = said_by("operator")


class IdentificationHoldPlaced(IdentificationFact, HoldPlaced):
    name: ClassVar[str] = "identification.hold.placed"
    roles: ClassVar[frozenset[Role]] = LABORATORY_OR_EXAMINER


class IdentificationHoldLifted(IdentificationFact, HoldLifted):
    name: ClassVar[str] = "identification.hold.lifted"
    roles: ClassVar[frozenset[Role]] = LABORATORY_OR_EXAMINER


class IdentificationRecordCorrected(IdentificationFact, RecordCorrected):
    name: ClassVar[str] = "identification.record.corrected"
    roles: ClassVar[frozenset[Role]] = LABORATORY_OR_EXAMINER | said_by("operator")
