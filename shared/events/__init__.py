"""The event catalogue: every fact by its wire name, in catalogue order, with who may say it.

A correction is said by whoever may say the type that it corrects: the table below lists the roles that may correct
*something* on a stream, and `may_correct` judges one correction.
"""

from typing import Final

from shared.events.base import CATALOGUE, Fact
from shared.events.common import (
    DiscrepancyReported,
    DiscrepancyResolved,
    HoldLifted,
    HoldPlaced,
    RecordCorrected,
)
from shared.events.custody import (
    CaseRegistered,
    CaseSealed,
    CeremonyHeld,
    CustodyAccepted,
    CustodyDeclared,
    CustodyDiscrepancyReported,
    CustodyDiscrepancyResolved,
    CustodyHoldLifted,
    CustodyHoldPlaced,
    CustodyRecordCorrected,
    CustodyRefused,
    CustodyReleased,
    TransportArrived,
    TransportDeparted,
    TurnoverDeclared,
)
from shared.events.family import (
    BriefingCompleted,
    FamilyDiscrepancyReported,
    FamilyDiscrepancyResolved,
    FamilyHoldLifted,
    FamilyHoldPlaced,
    FamilyRecordCorrected,
    KinRegistered,
    LiaisonAssigned,
    NotificationAcknowledged,
    NotificationAttempted,
    NotificationDelivered,
    NotificationOverrideAuthorized,
    NotificationUnreachable,
    PnokDesignated,
    StatusAccountedFor,
)
from shared.events.identification import (
    AccessionCreated,
    CaseAssociated,
    CaseDissociated,
    EvidenceAdded,
    ExclusionRecorded,
    ExclusionWithdrawn,
    FieldReviewCompleted,
    IdentificationDetermined,
    IdentificationDiscrepancyReported,
    IdentificationDiscrepancyResolved,
    IdentificationHoldLifted,
    IdentificationHoldPlaced,
    IdentificationRecordCorrected,
    IdentificationRescinded,
)
from shared.terms import Role, Stream

CATALOGUE_ORDER: Final[tuple[type[Fact], ...]] = (
    TurnoverDeclared,
    CaseRegistered,
    CaseSealed,
    CustodyReleased,
    CustodyAccepted,
    CustodyRefused,
    CustodyDeclared,
    TransportDeparted,
    TransportArrived,
    CeremonyHeld,
    CustodyDiscrepancyReported,
    IdentificationDiscrepancyReported,
    FamilyDiscrepancyReported,
    CustodyDiscrepancyResolved,
    IdentificationDiscrepancyResolved,
    FamilyDiscrepancyResolved,
    CustodyHoldPlaced,
    IdentificationHoldPlaced,
    FamilyHoldPlaced,
    CustodyHoldLifted,
    IdentificationHoldLifted,
    FamilyHoldLifted,
    CustodyRecordCorrected,
    IdentificationRecordCorrected,
    FamilyRecordCorrected,
    FieldReviewCompleted,
    AccessionCreated,
    CaseAssociated,
    CaseDissociated,
    EvidenceAdded,
    ExclusionRecorded,
    ExclusionWithdrawn,
    IdentificationDetermined,
    IdentificationRescinded,
    KinRegistered,
    PnokDesignated,
    LiaisonAssigned,
    NotificationAttempted,
    NotificationDelivered,
    NotificationAcknowledged,
    NotificationUnreachable,
    NotificationOverrideAuthorized,
    BriefingCompleted,
    StatusAccountedFor,
)
"""Type rank: of two facts at one instant, the one listed first comes first (field, section 3)."""

RANK: Final[dict[type[Fact], int]] = {fact: rank for rank, fact in enumerate(CATALOGUE_ORDER)}
BY_WIRE_NAME: Final[dict[str, type[Fact]]] = {fact.wire_name(): fact for fact in CATALOGUE_ORDER}
WHO_MAY_SAY: Final[dict[str, frozenset[Role]]] = {name: fact.roles for name, fact in BY_WIRE_NAME.items()}

assert BY_WIRE_NAME == CATALOGUE, "a fact is missing from the catalogue order"


def may_correct(role: Role, corrected: type[Fact], stream: Stream) -> bool:
    """Whether a correction by `role` on `stream` may have an effect on an event of type `corrected`."""
    return corrected.stream == stream and role in corrected.roles


__all__ = [
    "BY_WIRE_NAME",
    "CATALOGUE_ORDER",
    "RANK",
    "WHO_MAY_SAY",
    "AccessionCreated",
    "BriefingCompleted",
    "CaseAssociated",
    "CaseDissociated",
    "CaseRegistered",
    "CaseSealed",
    "CeremonyHeld",
    "CustodyAccepted",
    "CustodyDeclared",
    "CustodyDiscrepancyReported",
    "CustodyDiscrepancyResolved",
    "CustodyHoldLifted",
    "CustodyHoldPlaced",
    "CustodyRecordCorrected",
    "CustodyRefused",
    "CustodyReleased",
    "DiscrepancyReported",
    "DiscrepancyResolved",
    "EvidenceAdded",
    "ExclusionRecorded",
    "ExclusionWithdrawn",
    "Fact",
    "FamilyDiscrepancyReported",
    "FamilyDiscrepancyResolved",
    "FamilyHoldLifted",
    "FamilyHoldPlaced",
    "FamilyRecordCorrected",
    "FieldReviewCompleted",
    "HoldLifted",
    "HoldPlaced",
    "IdentificationDetermined",
    "IdentificationDiscrepancyReported",
    "IdentificationDiscrepancyResolved",
    "IdentificationHoldLifted",
    "IdentificationHoldPlaced",
    "IdentificationRecordCorrected",
    "IdentificationRescinded",
    "KinRegistered",
    "LiaisonAssigned",
    "NotificationAcknowledged",
    "NotificationAttempted",
    "NotificationDelivered",
    "NotificationOverrideAuthorized",
    "NotificationUnreachable",
    "PnokDesignated",
    "RecordCorrected",
    "StatusAccountedFor",
    "TransportArrived",
    "TransportDeparted",
    "TurnoverDeclared",
    "may_correct",
]
