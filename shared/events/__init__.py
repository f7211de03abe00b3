# mypy: implicit-reexport
"""The event catalogue: every fact by its wire name, in catalogue order, with who may say it.

A correction is said by whoever may say the type that it corrects: the table below lists the roles that may correct
*something* on a stream, and `may_correct` judges one correction. All that this module imports is there for its readers.
"""

from typing import Final

from shared.events.base import CATALOGUE, Fact
from shared.events.common import DiscrepancyReported as DiscrepancyReported
from shared.events.common import DiscrepancyResolved as DiscrepancyResolved
from shared.events.common import HoldLifted as HoldLifted
from shared.events.common import HoldPlaced as HoldPlaced
from shared.events.common import RecordCorrected as RecordCorrected
from shared.events.custody import (
    CaseRegistered,
    CaseSealed,
    CustodyAccepted,
    CustodyDeclared,
    CustodyDiscrepancyReported,
    CustodyDiscrepancyResolved,
    CustodyHoldLifted,
    CustodyHoldPlaced,
    CustodyRecordCorrected,
    CustodyRefused,
    CustodyReleased,
    TurnoverDeclared,
)
from shared.events.determinations import (
    AttributionDetermined,
    IdentificationAmended,
    IdentificationDetermined,
    IdentificationRescinded,
)
from shared.events.family import (
    ElectionRecorded,
    FamilyDiscrepancyReported,
    FamilyDiscrepancyResolved,
    FamilyHoldLifted,
    FamilyHoldPlaced,
    FamilyRecordCorrected,
    InformationRecorded,
    KinDeceased,
    KinRegistered,
    KinUpdated,
    LiaisonAssigned,
    LiaisonRelieved,
    PaddDesignated,
    PnokDesignated,
)
from shared.events.identification import (
    AccessionCreated,
    CaseAssociated,
    CaseDissociated,
    CaseOpened,
    EvidenceAdded,
    ExclusionRecorded,
    ExclusionWithdrawn,
    FieldReviewCompleted,
    IdentificationDiscrepancyReported,
    IdentificationDiscrepancyResolved,
    IdentificationHoldLifted,
    IdentificationHoldPlaced,
    IdentificationRecordCorrected,
    MniEstimated,
    ProjectClosed,
)
from shared.events.lineage import (
    CaseInventoried,
    CaseMerged,
    CaseSplit,
    SampleCut,
    SampleReported,
)
from shared.events.movements import (
    CaseFound,
    CaseMissingReported,
    CeremonyHeld,
    CustodyTransferredAbroad,
    StorageMoved,
    TransportArrived,
    TransportDeparted,
)
from shared.events.publications import (
    PublicationApproved,
    PublicationCorrected,
    PublicationPublished,
)
from shared.events.reports import (
    BriefingCompleted,
    BriefingDeclined,
    NotificationAcknowledged,
    NotificationAttempted,
    NotificationDelivered,
    NotificationOverrideAuthorized,
    NotificationUnreachable,
)
from shared.events.returns import (
    DispositionDirected,
    IntermentCompleted,
    RemainsReturned,
    RosettePlaced,
    StatusAccountedFor,
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
    StorageMoved,
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
    CaseMissingReported,
    CaseFound,
    CustodyRecordCorrected,
    IdentificationRecordCorrected,
    FamilyRecordCorrected,
    FieldReviewCompleted,
    AccessionCreated,
    CaseOpened,
    CaseInventoried,
    MniEstimated,
    CaseSplit,
    CaseMerged,
    CaseAssociated,
    CaseDissociated,
    SampleCut,
    SampleReported,
    EvidenceAdded,
    ExclusionRecorded,
    ExclusionWithdrawn,
    AttributionDetermined,
    IdentificationDetermined,
    IdentificationAmended,
    IdentificationRescinded,
    ProjectClosed,
    CustodyTransferredAbroad,
    KinRegistered,
    KinUpdated,
    KinDeceased,
    PnokDesignated,
    PaddDesignated,
    LiaisonAssigned,
    LiaisonRelieved,
    ElectionRecorded,
    NotificationAttempted,
    NotificationDelivered,
    NotificationAcknowledged,
    NotificationUnreachable,
    NotificationOverrideAuthorized,
    BriefingCompleted,
    BriefingDeclined,
    InformationRecorded,
    DispositionDirected,
    RemainsReturned,
    StatusAccountedFor,
    PublicationApproved,
    PublicationPublished,
    PublicationCorrected,
    IntermentCompleted,
    RosettePlaced,
)
"""Type rank: of two facts at one instant, the one listed first comes first (field, section 3)."""

RANK: Final[dict[type[Fact], int]] = {fact: rank for rank, fact in enumerate(CATALOGUE_ORDER)}
BY_WIRE_NAME: Final[dict[str, type[Fact]]] = {fact.wire_name(): fact for fact in CATALOGUE_ORDER}
WHO_MAY_SAY: Final[dict[str, frozenset[Role]]] = {name: fact.roles for name, fact in BY_WIRE_NAME.items()}

assert BY_WIRE_NAME == CATALOGUE, "a fact is missing from the catalogue order"


def may_correct(role: Role, corrected: type[Fact], stream: Stream) -> bool:
    """Whether a correction by `role` on `stream` may have an effect on an event of type `corrected`."""
    return corrected.stream == stream and role in corrected.roles
