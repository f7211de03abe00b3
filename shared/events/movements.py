"""Where cases are, whoever answers for them: on the way, at rest, honoured, missing, or out of our custody for good."""

from typing import ClassVar, Literal

from shared.events.common import Cases
from shared.events.custody import CustodyFact
from shared.terms import Party, Place, Prose, Reference


class TransportDeparted(CustodyFact):
    """Cases left a place with a carrier. Location only: nobody's custody changes."""

    name: ClassVar[str] = "transport.departed"

    cases: Cases
    carrier: Party
    mission: Reference
    place: Place
    bound_for: Place | None = None


class TransportArrived(CustodyFact):
    """Cases arrived at a place with a carrier. Location only: nobody's custody changes."""

    name: ClassVar[str] = "transport.arrived"

    cases: Cases
    carrier: Party
    mission: Reference
    place: Place


class CeremonyHeld(CustodyFact):
    """Honours were rendered."""

    name: ClassVar[str] = "ceremony.held"

    cases: Cases
    kind: Literal["repatriation", "honorable_carry", "plane_side"]
    place: Place


class StorageMoved(CustodyFact):
    """The custodian moved cases to another place of its own. Location only: it answers for them as before."""

    name: ClassVar[str] = "storage.moved"

    cases: Cases
    place: Place


class CaseMissingReported(CustodyFact):
    """The custodian could not find cases. It answers for them still; they are missing until they are found."""

    name: ClassVar[str] = "case.missing_reported"

    cases: Cases
    circumstances: Prose


class CaseFound(CustodyFact):
    """Cases that were missing are there again, with the custodian who answered for them all the while."""

    name: ClassVar[str] = "case.found"

    cases: Cases
    circumstances: Prose


class CustodyTransferredAbroad(CustodyFact):
    """Cases left our custody for that of an authority of another nation. The receiver is abroad and is no party of ours."""

    name: ClassVar[str] = "custody.transferred_abroad"

    cases: Cases
    nation: Reference
    receiver: Party
